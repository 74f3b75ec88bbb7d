//! Arguments are evaluated as they are written, left to right, but one that has no type of its own is lowered after those that
//! tell it. What each emits is kept apart then, and put together in the written order.

use sx_ir::func::Stmt;

use crate::callables::calls::Arg;
use crate::emission::fncx::FnCx;

/// Where an argument is written among the others of its call.
pub type Place = (u8, u32);

/// What the arguments of a call emit.
#[derive(Default)]
pub struct WrittenOrder {
    /// Whether arguments are kept apart. As long as they are lowered as they are written there is no need.
    apart: bool,
    /// Where the argument under way is written among the others.
    open: Option<Place>,
    /// Whether what stands before the call diverges.
    dead: bool,
    parts: Vec<Part>,
}

struct Part {
    place: Place,
    stmts: Vec<Stmt>,
    /// It diverges.
    dead: bool,
}

impl WrittenOrder {
    /// From the next argument on, they are lowered in another order than they are written.
    pub fn keep_apart(&mut self, cx: &FnCx) {
        if !self.apart {
            (self.apart, self.dead) = (true, cx.dead);
        }
    }

    /// Where each of several stands. If they come from several files, all stand where the argument under way does: as they
    /// are listed.
    pub fn places(&self, args: &[Arg]) -> Vec<Place> {
        let mut files = args.iter().map(|arg| arg.span().file);
        let first = files.next();
        let several = files.any(|file| Some(file) != first);
        let here = self.open.unwrap_or_default();
        let place = |arg: &Arg| if several { here } else { arg.place() };
        args.iter().map(place).collect()
    }

    /// What is emitted from here on belongs to the argument that is written at `place`.
    pub fn next(&mut self, cx: &mut FnCx, place: Place) {
        if self.apart {
            self.leave(cx);
            cx.open();
            self.open = Some(place);
        }
    }

    /// The argument under way is complete.
    pub fn leave(&mut self, cx: &mut FnCx) {
        if let Some(place) = self.open.take() {
            let stmts = cx.close().stmts;
            let dead = cx.dead;
            self.parts.push(Part { place, stmts, dead });
            cx.dead = self.dead;
        }
    }

    /// All are lowered: emits them as they are written.
    pub fn finish(&mut self, cx: &mut FnCx) {
        self.leave(cx);
        self.parts.sort_by_key(|part| part.place);
        for part in self.parts.drain(..) {
            // Nothing comes after what diverges.
            if cx.dead {
                break;
            }
            if let Some(block) = cx.blocks.last_mut() {
                block.extend(part.stmts);
            }
            cx.dead = part.dead;
        }
    }
}
