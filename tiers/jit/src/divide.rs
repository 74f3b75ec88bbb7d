//! Division by constants without dividing: shifts for powers of two, else multiplication by a reciprocal.

use crate::emit::{Emitter, Val, Want};
use crate::regs::{Gpr, RAX, RDX, RegSet, bit};
use dynasmrt::{DynasmApi, dynasm};
use sx_ir::{BinaryOp, ExprId};

const PAIR: RegSet = 1 << RAX | 1 << RDX;

/// A factor for the upper half of a product, and what is left to do with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reciprocal {
    pub factor: u64,
    pub shift: u32,
    /// The factor has one more bit: the dividend is to be added.
    pub add: bool,
}

/// For unsigned 64-bit dividends: the smallest 2^(64+shift) / divisor, rounded up, that is exact for all of them.
pub fn unsigned_reciprocal(divisor: u64) -> Reciprocal {
    let d = u128::from(divisor);
    let shift = 64 - (divisor - 1).leading_zeros();
    // A factor of 65 bits always does; 64 are enough if its rounding error is small.
    for shift in 0..shift {
        let power = 1u128 << (64 + shift);
        let factor = power.div_ceil(d);
        if factor < 1 << 64 && factor * d - power <= 1 << shift {
            return Reciprocal {
                factor: factor as u64,
                shift,
                add: false,
            };
        }
    }
    // 2^(64+shift) / d - 2^64, without needing more than 128 bits.
    let excess = ((1u128 << shift) - d) << 64;
    Reciprocal {
        factor: (excess / d + 1) as u64,
        shift,
        add: true,
    }
}

/// For signed 64-bit dividends and a divisor of at least 2; the result is rounded down.
pub fn signed_reciprocal(divisor: u64) -> Reciprocal {
    let d = u128::from(divisor);
    let shift = 63 - divisor.leading_zeros();
    let factor = (1u128 << (64 + shift)) / d + 1;
    Reciprocal {
        factor: factor as u64,
        shift,
        add: factor >= 1 << 63,
    }
}

impl Emitter<'_> {
    /// `None`: divide as usual. `divisor` is a pattern of `bits` bits and not 0.
    pub fn divide_by_constant(
        &mut self,
        op: BinaryOp,
        bits: u32,
        a: ExprId,
        divisor: u64,
        want: Want,
    ) -> Option<Val> {
        let signed = matches!(op, BinaryOp::DivS | BinaryOp::RemS);
        let rem = matches!(op, BinaryOp::RemS | BinaryOp::RemU);
        let number = sx_ir::semantics::sext_from(divisor, bits);
        if signed && number < 2 {
            // By 1, 0 or something negative: too rare for code of its own.
            return None;
        }
        if !divisor.is_power_of_two() {
            return Some(self.divide_by_reciprocal(signed, rem, bits, a, divisor));
        }
        let by = divisor.trailing_zeros();
        if signed {
            return Some(self.divide_signed_by_power(rem, bits, a, by));
        }
        let av = self.eval(a, want);
        let dst = self.own(av, want.gpr);
        if rem {
            self.mask(dst, divisor - 1);
        } else {
            dynasm!(self.ops; shr Rq(dst), by as i8);
        }
        Some(Val::Gpr(dst))
    }

    /// Rounds toward zero by adding 2^by - 1 to negative dividends.
    fn divide_signed_by_power(&mut self, rem: bool, bits: u32, a: ExprId, by: u32) -> Val {
        let dividend = self.dividend(a, bits, true);
        let bias = self.alloc();
        self.mov(bias, dividend);
        if by > 1 {
            dynasm!(self.ops; sar Rq(bias), 63);
        }
        dynasm!(self.ops; shr Rq(bias), (64 - by) as i8);
        let dst = self.alloc();
        dynasm!(self.ops; lea Rq(dst), [Rq(dividend) + Rq(bias)]);
        if rem {
            self.mask(dst, (1 << by) - 1);
            dynasm!(self.ops; sub Rq(dst), Rq(bias));
        } else {
            dynasm!(self.ops; sar Rq(dst), by as i8);
        }
        self.free(bias);
        self.free(dividend);
        self.zero_extend_result(bits, dst);
        Val::Gpr(dst)
    }

    fn zero_extend_result(&mut self, bits: u32, dst: Gpr) {
        if bits < 64 {
            self.zero_extend(bits, dst, dst);
        }
    }

    /// The dividend as a 64-bit number in a register outside the pair that multiplication uses. Locals' own registers
    /// are used as they are; freeing those does nothing.
    fn dividend(&mut self, a: ExprId, bits: u32, signed: bool) -> Gpr {
        let mut av = self.eval(a, Want::ANY);
        let src = self.reg(&mut av);
        let fits = PAIR & bit(src) == 0;
        if fits && !(signed && bits < 64) {
            return src;
        }
        let dst = match av {
            Val::Gpr(r) if fits => r,
            Val::Gpr(_) | Val::Local(_) | Val::Imm(_) | Val::Xmm(_) | Val::Spill(_) => {
                self.alloc_from(!PAIR)
            }
        };
        if signed {
            self.sign_extend(bits, true, dst, src);
        } else {
            self.mov(dst, src);
        }
        if av != Val::Gpr(dst) {
            self.release(av);
        }
        dst
    }

    fn divide_by_reciprocal(
        &mut self,
        signed: bool,
        rem: bool,
        bits: u32,
        a: ExprId,
        divisor: u64,
    ) -> Val {
        let n = self.dividend(a, bits, signed);
        self.claim(RAX);
        self.claim(RDX);
        if bits < 64 {
            // 2^64 / divisor, rounded up, is exact enough for 32-bit dividends.
            self.mov_imm(RAX, u64::MAX / divisor + 1);
            self.multiply_high(signed, n);
        } else if signed {
            let by = signed_reciprocal(divisor);
            self.mov_imm(RAX, by.factor);
            self.multiply_high(true, n);
            if by.add {
                dynasm!(self.ops; add rdx, Rq(n));
            }
            if by.shift != 0 {
                dynasm!(self.ops; sar rdx, by.shift as i8);
            }
        } else {
            self.unsigned_quotient(n, unsigned_reciprocal(divisor));
        }
        if signed {
            // Rounded down so far; toward zero is one more for negative dividends.
            dynasm!(self.ops; mov rax, Rq(n); shr rax, 63; add rdx, rax);
        }
        if rem {
            match i32::try_from(divisor) {
                Ok(small) => dynasm!(self.ops; imul rax, rdx, small),
                Err(_) => {
                    self.mov_imm(RAX, divisor);
                    dynasm!(self.ops; imul rax, rdx);
                }
            }
            dynasm!(self.ops; mov rdx, Rq(n); sub rdx, rax);
        }
        self.free(n);
        self.free(RAX);
        self.zero_extend_result(bits, RDX);
        Val::Gpr(RDX)
    }

    /// `rdx` = upper half of `rax` * `n`.
    fn multiply_high(&mut self, signed: bool, n: Gpr) {
        if signed {
            dynasm!(self.ops; imul Rq(n));
        } else {
            dynasm!(self.ops; mul Rq(n));
        }
    }

    fn unsigned_quotient(&mut self, n: Gpr, by: Reciprocal) {
        self.mov_imm(RAX, by.factor);
        self.multiply_high(false, n);
        if by.add {
            // (n + rdx) >> shift where the sum has 65 bits.
            dynasm!(self.ops
                ; mov rax, Rq(n)
                ; sub rax, rdx
                ; shr rax, 1
                ; add rdx, rax
                ; shr rdx, (by.shift - 1) as i8
            );
        } else if by.shift != 0 {
            dynasm!(self.ops; shr rdx, by.shift as i8);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const DIVISORS: [u64; 14] = [
        3,
        5,
        6,
        7,
        10,
        11,
        641,
        1_000_000_007,
        (1 << 31) + 1,
        (1 << 32) - 1,
        (1 << 62) + 12345,
        i64::MAX as u64,
        (1 << 63) + 1,
        u64::MAX,
    ];

    fn dividends(d: u64) -> Vec<u64> {
        let mut out = vec![
            0,
            1,
            2,
            u64::MAX,
            u64::MAX - 1,
            1 << 63,
            (1 << 63) - 1,
            (1 << 63) + 1,
        ];
        for k in [1u64, 2, 3, u64::MAX / d, i64::MAX as u64 / d, 12345] {
            let product = k.wrapping_mul(d);
            out.extend([
                product.wrapping_sub(1),
                product,
                product.wrapping_add(1),
                product.wrapping_neg(),
            ]);
        }
        out
    }

    #[test]
    fn unsigned_reciprocals_divide() {
        for d in DIVISORS {
            let by = unsigned_reciprocal(d);
            for n in dividends(d) {
                let high = ((u128::from(by.factor) * u128::from(n)) >> 64) as u64;
                let sum = u128::from(high) + if by.add { u128::from(n) } else { 0 };
                assert_eq!((sum >> by.shift) as u64, n / d, "{n} / {d}");
            }
        }
    }

    #[test]
    fn signed_reciprocals_divide() {
        for d in DIVISORS.into_iter().filter(|d| *d <= i64::MAX as u64) {
            let by = signed_reciprocal(d);
            for n in dividends(d) {
                let n = n as i64;
                let mut high = ((i128::from(by.factor as i64) * i128::from(n)) >> 64) as i64;
                if by.add {
                    high = high.wrapping_add(n);
                }
                let quotient = (high >> by.shift) + i64::from(n < 0);
                assert_eq!(quotient, n / d as i64, "{n} / {d}");
            }
        }
    }
}
