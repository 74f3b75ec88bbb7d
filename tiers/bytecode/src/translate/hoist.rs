//! Constants and addresses that an iteration of a loop would make anew are made before the outermost loop, in registers
//! between the locals and the temporaries. What is wanted is known only when the loop has been translated; the
//! instructions are put in front of it then.

use sx_ir::GlobalId;

use super::{Builder, Reg, UNBOUND};
use crate::isa::{Inst, Op};

/// Registers kept for it in functions that may have loops.
pub(super) const HOISTED: Reg = 8;

/// A value that is the same in all iterations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Invariant {
    Const(u64),
    Global(GlobalId, i32),
    /// Address of frame memory, that far below its end.
    Frame(u32),
}

/// The outermost loop being translated.
pub(super) struct Preheader {
    at: u32,
    known: Vec<Invariant>,
}

impl Builder<'_> {
    /// Begins a loop; true if it is an outermost one.
    pub(super) fn begin_hoisting(&mut self) -> bool {
        if self.preheader.is_some() {
            return false;
        }
        self.preheader = Some(Preheader {
            at: self.pc(),
            known: Vec::new(),
        });
        true
    }

    /// The register that holds `value` throughout the loop around, if there is one and registers are left.
    pub(super) fn hoisted(&mut self, value: Invariant) -> Option<Reg> {
        let base = self.func.locals.len() as Reg;
        let preheader = self.preheader.as_mut()?;
        let known = &mut preheader.known;
        let index = match known.iter().position(|other| *other == value) {
            Some(index) => index,
            None if known.len() < HOISTED as usize => {
                known.push(value);
                known.len() - 1
            }
            None => return None,
        };
        Some(base + index as Reg)
    }

    /// Ends an outermost loop: what it wants goes before it.
    pub(super) fn end_hoisting(&mut self) {
        let Some(Preheader { at, known }) = self.preheader.take() else {
            return;
        };
        if known.is_empty() {
            return;
        }
        let base = self.func.locals.len() as Reg;
        let insts = known.iter().enumerate().map(|(index, value)| {
            let dst = base + index as Reg;
            match *value {
                Invariant::Const(bits) => {
                    Inst::new(Op::Const, 0, dst, bits as u32, (bits >> 32) as u32)
                }
                Invariant::Global(global, offset) => {
                    Inst::new(Op::GlobalAddr, 0, dst, global.0, offset as u32)
                }
                Invariant::Frame(back) => Inst::new(Op::SlotAddr, 0, dst, 0, back),
            }
        });
        let start = at as usize;
        self.insts.splice(start..start, insts);
        let loc = self.loc;
        self.locs
            .splice(start..start, std::iter::repeat_n(loc, known.len()));
        self.move_targets(at, known.len() as u32);
    }

    /// After `by` instructions were put in at `from`. Offsets of branches that have their target stay right: none
    /// leads from before to behind it, as what lies behind is a whole loop.
    fn move_targets(&mut self, from: u32, by: u32) {
        for state in &mut self.targets {
            if state.at != UNBOUND && state.at > from {
                state.at += by;
            }
            let moved = |at: u32| match at {
                UNBOUND => at,
                at if at >= from => at + by,
                at => at,
            };
            state.waiting = moved(state.waiting);
            let mut at = state.waiting;
            while at != UNBOUND {
                let link = &mut self.insts[at as usize].c;
                *link = moved(*link);
                at = *link;
            }
        }
    }
}
