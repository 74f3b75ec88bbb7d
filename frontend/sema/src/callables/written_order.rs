//! Arguments are evaluated as they are written, left to right, but one that has no type of its own is lowered after those that
//! tell it. What each emits is kept apart then, and put together in the written order.

use sx_ir::func::Stmt;
use sx_syntax::Span;

use crate::callables::calls::Arg;
use crate::emission::fncx::FnCx;
use crate::sema::{Res, Sema, VarId};
use crate::statements::narrowing::Narrowed;

/// Where an argument is written among the others of its call.
pub type Place = (u8, u32);

/// What the arguments of a call emit.
#[derive(Default)]
pub struct WrittenOrder {
    /// Whether arguments are kept apart. As long as they are lowered as they are written there is no need.
    apart: bool,
    /// The argument under way.
    open: Option<Open>,
    /// Whether what stands before the call diverges.
    dead: bool,
    parts: Vec<Part>,
}

struct Open {
    /// Where it is written among the others.
    place: Place,
    /// The optionals that are narrowed where it begins.
    narrowed: Narrowed,
    /// How many reads of such had been noted.
    reads: usize,
}

struct Part {
    place: Place,
    stmts: Vec<Stmt>,
    /// It diverges.
    dead: bool,
    /// Narrowed optionals that it assigns, or that arguments before it do.
    assigned: Vec<VarId>,
    /// And those that it reads.
    read: Vec<(VarId, Span)>,
}

impl WrittenOrder {
    /// From the next argument on, they are lowered in another order than they are written.
    pub fn keep_apart(&mut self, cx: &mut FnCx) {
        if !self.apart {
            (self.apart, self.dead) = (true, cx.dead);
            cx.narrowed_reads.wanted += 1;
        }
    }

    /// Where each of several stands. If they come from several files, all stand where the argument under way does: as they
    /// are listed.
    pub fn places(&self, args: &[Arg]) -> Vec<Place> {
        let mut files = args.iter().map(|arg| arg.span().file);
        let first = files.next();
        let several = files.any(|file| Some(file) != first);
        let here = self
            .open
            .as_ref()
            .map_or(Place::default(), |open| open.place);
        let place = |arg: &Arg| if several { here } else { arg.place() };
        args.iter().map(place).collect()
    }

    /// What is emitted from here on belongs to the argument that is written at `place`.
    pub fn next(&mut self, cx: &mut FnCx, place: Place) {
        if self.apart {
            self.leave(cx);
            cx.open();
            let open = Open {
                place,
                narrowed: cx.narrowed(),
                reads: cx.narrowed_reads.seen.len(),
            };
            self.open = Some(open);
            // It comes after those before it, as far as they are lowered by now.
            let before = self.parts.iter().filter(|part| part.place < place);
            let assigned = before.flat_map(|part| &part.assigned);
            assigned.for_each(|var| cx.end_narrowing(*var));
        }
    }

    /// The argument under way is complete.
    pub fn leave(&mut self, cx: &mut FnCx) {
        if let Some(open) = self.open.take() {
            let stmts = cx.close().stmts;
            let reads = cx.narrowed_reads.seen.get(open.reads..);
            self.parts.push(Part {
                place: open.place,
                stmts,
                dead: cx.dead,
                assigned: cx.ended_since(&open.narrowed),
                read: reads.unwrap_or_default().to_vec(),
            });
            cx.dead = self.dead;
            cx.narrow_again(&open.narrowed);
        }
    }

    /// A narrowed optional that was read as such before an argument was lowered that is written, and so evaluated, earlier and
    /// assigns it.
    fn read_too_early(&self) -> Option<(VarId, Span)> {
        self.parts.iter().enumerate().find_map(|(i, part)| {
            let lowered_later = self.parts[i + 1..].iter();
            let before = lowered_later.filter(|other| other.place < part.place);
            let assigned: Vec<VarId> = before.flat_map(|other| &other.assigned).copied().collect();
            let mut reads = part.read.iter().copied();
            reads.find(|(var, _)| assigned.contains(var))
        })
    }

    /// Emits all as they are written.
    fn finish(&mut self, cx: &mut FnCx) {
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
            part.assigned.iter().for_each(|var| cx.end_narrowing(*var));
        }
        if std::mem::take(&mut self.apart) {
            cx.narrowed_reads.wanted -= 1;
            if cx.narrowed_reads.wanted == 0 {
                cx.narrowed_reads.seen.clear();
            }
        }
    }
}

impl Sema<'_> {
    /// All arguments of a call are lowered: emits them as they are written.
    pub fn evaluate_as_written(&mut self, cx: &mut FnCx, order: &mut WrittenOrder) -> Res<()> {
        order.leave(cx);
        let early = order.read_too_early();
        if early.is_some() {
            order.parts.clear();
        }
        order.finish(cx);
        let Some((var, at)) = early else {
            return Ok(());
        };
        let name = cx.var(var).name;
        let text = format!(
            "'{name}' may be absent here: an argument before this one assigns it, which ends its narrowing"
        );
        Err(self.error(at, text))
    }
}
