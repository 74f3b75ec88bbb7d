//! Loops that fill or copy memory: where there are enough iterations, shared code runs them at once, on locals in the
//! frame, before the loop itself is entered. Recurrences have code of their own, see [`crate::recurrence`].

use crate::emit::{Emitter, Val};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{Block, LabelId};
use sx_machine::bulk::{self, Operand};

/// Fewer iterations are not worth the call.
const FEWEST: i32 = 24;

impl Emitter<'_> {
    pub fn bulk_loop(&mut self, label: LabelId, body: &Block) {
        if !self.env.bulk {
            return;
        }
        let found = bulk::find(self.env.module, self.func, label, body)
            .filter(|bulk| !bulk.is_recurrence())
            .and_then(|bulk| bulk.resolved(|id| self.env.space.global_address(id)));
        let Some(bulk) = found else {
            return;
        };
        let skip = self.label();
        let left = self.alloc();
        match bulk.limit() {
            Operand::Const(bits) => self.mov_imm(left, bits),
            Operand::Local(local) => self.move_to(left, Val::Local(local)),
        }
        let mut counter = Val::Local(bulk.counter());
        let from = self.reg(&mut counter);
        dynasm!(self.ops; sub Rq(left), Rq(from); cmp Rq(left), FEWEST; jl =>skip);
        self.release(counter);
        self.free(left);
        let mut saved = bulk.reads();
        saved.sort();
        saved.dedup();
        for local in saved {
            if !self.plan.constant_params.has(local) {
                self.save(local, self.func.locals[local.index()].ty);
            }
        }
        let writes = bulk.writes();
        let bulk = Box::new(bulk);
        let at: *const bulk::Bulk = &*bulk;
        self.bulks.push(bulk);
        let shared = self.env.stubs.bulk;
        dynasm!(self.ops; mov rax, QWORD at as i64; call extern shared);
        for local in writes {
            self.fetch(local, self.func.locals[local.index()].ty);
        }
        self.bind(skip);
    }
}
