//! Division by constants without dividing.

use crate::emit::{Emitter, Val, Want};
use crate::regs::Gpr;
use dynasmrt::{DynasmApi, dynasm};
use sx_ir::{BinaryOp, ExprId};

impl Emitter<'_> {
    /// `None`: divide as usual. Powers of two only; others go through the divider.
    pub fn divide_by_constant(
        &mut self,
        op: BinaryOp,
        bits: u32,
        a: ExprId,
        divisor: u64,
        want: Want,
    ) -> Option<Val> {
        let unsigned = matches!(op, BinaryOp::DivU | BinaryOp::RemU);
        if unsigned && divisor.is_power_of_two() {
            let av = self.eval(a, want);
            let dst = self.own(av, want.gpr);
            let by = divisor.trailing_zeros();
            if op == BinaryOp::DivU {
                dynasm!(self.ops; shr Rq(dst), by as i8);
            } else {
                self.mask(dst, divisor - 1);
            }
            return Some(Val::Gpr(dst));
        }
        let _ = bits;
        None
    }

    /// Clears the bits of `dst` that `mask` (low ones) does not have.
    pub fn mask(&mut self, dst: Gpr, mask: u64) {
        match i32::try_from(mask) {
            Ok(mask) => dynasm!(self.ops; and Rd(dst), mask),
            Err(_) => {
                let clear = mask.leading_zeros() as i8;
                if clear != 0 {
                    dynasm!(self.ops; shl Rq(dst), clear; shr Rq(dst), clear);
                }
            }
        }
    }
}
