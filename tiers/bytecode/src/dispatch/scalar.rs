//! Scalar helpers of the dispatch loop, small enough to vanish in it. What they compute is [`sx_ir::semantics`].

use sx_ir::semantics::{self, CANONICAL_NAN_F32, CANONICAL_NAN_F64};
use sx_ir::{BinaryOp, Ty};

#[inline(always)]
pub(super) fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

#[inline(always)]
pub(super) fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

#[inline(always)]
pub(super) fn canon32(value: f32) -> u64 {
    if value.is_nan() {
        CANONICAL_NAN_F32
    } else {
        u64::from(value.to_bits())
    }
}

#[inline(always)]
pub(super) fn canon64(value: f64) -> u64 {
    if value.is_nan() {
        CANONICAL_NAN_F64
    } else {
        value.to_bits()
    }
}

#[inline(never)]
pub(super) fn frem(ty: Ty, x: u64, y: u64) -> u64 {
    semantics::binary(BinaryOp::FRem, ty, x, y, 8).unwrap_or(0)
}

/// Divisors in immediates are not zero; this tells the compiler, without trusting it.
#[inline(always)]
pub(super) fn nonzero(y: u64) -> u64 {
    if y == 0 { 1 } else { y }
}
