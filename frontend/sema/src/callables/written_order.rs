//! Arguments are evaluated as they are written, left to right, but one that has no type of its own is lowered after those that
//! tell it. What each emits is kept apart then, and put together in the written order.

use sx_ir::func::Stmt;

use crate::emission::fncx::FnCx;

/// What the arguments of a call emit.
#[derive(Default)]
pub struct WrittenOrder {
    /// Whether arguments are kept apart. As long as they are lowered as they are written there is no need.
    apart: bool,
    /// Where the argument under way is written among the others.
    open: Option<usize>,
    /// Whether what stands before the call diverges.
    dead: bool,
    parts: Vec<Part>,
}

struct Part {
    place: usize,
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

    /// What is emitted from here on belongs to the argument that is written at `place`.
    pub fn next(&mut self, cx: &mut FnCx, place: usize) {
        if self.apart {
            self.end_part(cx);
            cx.open();
            self.open = Some(place);
        }
    }

    fn end_part(&mut self, cx: &mut FnCx) {
        if let Some(place) = self.open.take() {
            let stmts = cx.close().stmts;
            let dead = cx.dead;
            self.parts.push(Part { place, stmts, dead });
            cx.dead = self.dead;
        }
    }

    /// All are lowered: emits them as they are written.
    pub fn finish(mut self, cx: &mut FnCx) {
        self.end_part(cx);
        self.parts.sort_by_key(|part| part.place);
        for part in self.parts {
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
