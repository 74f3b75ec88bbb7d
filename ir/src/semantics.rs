//! What each scalar operation computes: the one definition that folding, the interpreter, VM slow paths and tests use,
//! and that the JIT and LLVM are tested against. Values are patterns zero-extended to 64 bits.

use crate::op::{BinaryOp, ConvertOp, RmwOp, Ty, UnaryOp};
use crate::trap::TrapKind;

pub const CANONICAL_NAN_F64: u64 = 0x7ff8_0000_0000_0000;
pub const CANONICAL_NAN_F32: u64 = 0x7fc0_0000;

/// Width in bits of the pattern of a value of type `ty`.
pub fn width(ty: Ty, pointer_size: u64) -> u32 {
    (ty.size(pointer_size) * 8) as u32
}

/// Keeps the low `bits` bits.
#[inline]
pub fn zext_from(value: u64, bits: u32) -> u64 {
    if bits >= 64 {
        value
    } else {
        value & ((1u64 << bits) - 1)
    }
}

/// The low `bits` bits as a signed number.
#[inline]
pub fn sext_from(value: u64, bits: u32) -> i64 {
    if bits == 0 || bits >= 64 {
        value as i64
    } else {
        ((value << (64 - bits)) as i64) >> (64 - bits)
    }
}

fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

fn canon32(value: f32) -> u64 {
    if value.is_nan() {
        CANONICAL_NAN_F32
    } else {
        u64::from(value.to_bits())
    }
}

fn canon64(value: f64) -> u64 {
    if value.is_nan() {
        CANONICAL_NAN_F64
    } else {
        value.to_bits()
    }
}

/// Result of `op` on operands of type `ty`, or the trap it ends in.
pub fn binary(op: BinaryOp, ty: Ty, a: u64, b: u64, pointer_size: u64) -> Result<u64, TrapKind> {
    if ty.is_float() {
        return Ok(float_binary(op, ty, a, b));
    }
    let bits = width(ty, pointer_size);
    let sa = sext_from(a, bits);
    let sb = sext_from(b, bits);
    let amount = (b % u64::from(bits)) as u32;
    let flag = |condition: bool| Ok(u64::from(condition));
    let result = match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::DivS | BinaryOp::DivU | BinaryOp::RemS | BinaryOp::RemU if b == 0 => {
            return Err(TrapKind::DivideByZero);
        }
        BinaryOp::DivS => sa.wrapping_div(sb) as u64,
        BinaryOp::DivU => a / b,
        BinaryOp::RemS => sa.wrapping_rem(sb) as u64,
        BinaryOp::RemU => a % b,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl => a << amount,
        BinaryOp::ShrS => (sa >> amount) as u64,
        BinaryOp::ShrU => a >> amount,
        BinaryOp::Eq => return flag(a == b),
        BinaryOp::Ne => return flag(a != b),
        BinaryOp::LtS => return flag(sa < sb),
        BinaryOp::LtU => return flag(a < b),
        BinaryOp::LeS => return flag(sa <= sb),
        BinaryOp::LeU => return flag(a <= b),
        BinaryOp::GtS => return flag(sa > sb),
        BinaryOp::GtU => return flag(a > b),
        BinaryOp::GeS => return flag(sa >= sb),
        BinaryOp::GeU => return flag(a >= b),
        BinaryOp::PtrAdd => a.wrapping_add(b),
        // Float operations on integers are rejected by the verifier.
        BinaryOp::FAdd
        | BinaryOp::FSub
        | BinaryOp::FMul
        | BinaryOp::FDiv
        | BinaryOp::FRem
        | BinaryOp::FEq
        | BinaryOp::FNe
        | BinaryOp::FLt
        | BinaryOp::FLe
        | BinaryOp::FGt
        | BinaryOp::FGe => return Err(TrapKind::Unreachable),
    };
    Ok(zext_from(result, bits))
}

fn float_binary(op: BinaryOp, ty: Ty, a: u64, b: u64) -> u64 {
    macro_rules! on {
        ($x:expr, $y:expr, $canon:ident, $fmod:path) => {{
            let (x, y) = ($x, $y);
            match op {
                BinaryOp::FAdd => $canon(x + y),
                BinaryOp::FSub => $canon(x - y),
                BinaryOp::FMul => $canon(x * y),
                BinaryOp::FDiv => $canon(x / y),
                BinaryOp::FRem => $canon($fmod(x, y)),
                BinaryOp::FEq => u64::from(x == y),
                BinaryOp::FNe => u64::from(x != y),
                BinaryOp::FLt => u64::from(x < y),
                BinaryOp::FLe => u64::from(x <= y),
                BinaryOp::FGt => u64::from(x > y),
                BinaryOp::FGe => u64::from(x >= y),
                // Integer operations on floats are rejected by the verifier.
                BinaryOp::Add
                | BinaryOp::Sub
                | BinaryOp::Mul
                | BinaryOp::DivS
                | BinaryOp::DivU
                | BinaryOp::RemS
                | BinaryOp::RemU
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Xor
                | BinaryOp::Shl
                | BinaryOp::ShrS
                | BinaryOp::ShrU
                | BinaryOp::Eq
                | BinaryOp::Ne
                | BinaryOp::LtS
                | BinaryOp::LtU
                | BinaryOp::LeS
                | BinaryOp::LeU
                | BinaryOp::GtS
                | BinaryOp::GtU
                | BinaryOp::GeS
                | BinaryOp::GeU
                | BinaryOp::PtrAdd => 0,
            }
        }};
    }
    if ty == Ty::F32 {
        on!(f32_of(a), f32_of(b), canon32, libm::fmodf)
    } else {
        on!(f64_of(a), f64_of(b), canon64, libm::fmod)
    }
}

pub fn unary(op: UnaryOp, ty: Ty, a: u64) -> u64 {
    if ty == Ty::F32 {
        let x = f32_of(a);
        match op {
            UnaryOp::FNeg => a ^ 0x8000_0000,
            UnaryOp::FSqrt => canon32(x.sqrt()),
            UnaryOp::FFloor => canon32(x.floor()),
            UnaryOp::FSin => canon32(libm::sinf(x)),
            UnaryOp::FCos => canon32(libm::cosf(x)),
        }
    } else {
        let x = f64_of(a);
        match op {
            UnaryOp::FNeg => a ^ 0x8000_0000_0000_0000,
            UnaryOp::FSqrt => canon64(x.sqrt()),
            UnaryOp::FFloor => canon64(x.floor()),
            UnaryOp::FSin => canon64(libm::sin(x)),
            UnaryOp::FCos => canon64(libm::cos(x)),
        }
    }
}

/// Float to the nearest integer toward zero within i64; NaN is 0.
pub fn f64_to_i64(x: f64) -> i64 {
    x as i64
}

/// As [`f64_to_i64`], but values from 2^63 up are unsigned, saturating at u64::MAX.
pub fn f64_to_u64(x: f64) -> u64 {
    if x >= 9_223_372_036_854_775_808.0 {
        x as u64
    } else {
        x as i64 as u64
    }
}

pub fn convert(op: ConvertOp, from: Ty, to: Ty, a: u64, pointer_size: u64) -> u64 {
    let to_bits = width(to, pointer_size);
    match op {
        ConvertOp::Trunc | ConvertOp::IToP => zext_from(a, to_bits),
        ConvertOp::SExt => zext_from(sext_from(a, width(from, pointer_size)) as u64, to_bits),
        ConvertOp::ZExt | ConvertOp::PToI | ConvertOp::BitsOf | ConvertOp::FromBits => a,
        ConvertOp::SToF if to == Ty::F32 => u64::from((a as i64 as f32).to_bits()),
        ConvertOp::SToF => (a as i64 as f64).to_bits(),
        ConvertOp::UToF if to == Ty::F32 => u64::from((a as f32).to_bits()),
        ConvertOp::UToF => (a as f64).to_bits(),
        // f32 to f64 is exact, so going through f64 changes nothing.
        ConvertOp::FToS if from == Ty::F32 => f64_to_i64(f64::from(f32_of(a))) as u64,
        ConvertOp::FToS => f64_to_i64(f64_of(a)) as u64,
        ConvertOp::FToU if from == Ty::F32 => f64_to_u64(f64::from(f32_of(a))),
        ConvertOp::FToU => f64_to_u64(f64_of(a)),
        ConvertOp::FCvt if to == Ty::F32 => canon32(f64_of(a) as f32),
        ConvertOp::FCvt => canon64(f64::from(f32_of(a))),
    }
}

/// [`crate::Expr::Wrap`].
pub fn wrap(ty: Ty, bits: u8, signed: bool, a: u64) -> u64 {
    let bits = u32::from(bits);
    if signed {
        zext_from(sext_from(a, bits) as u64, ty.int_bits().unwrap_or(64))
    } else {
        zext_from(a, bits)
    }
}

/// New value that an atomic read-modify-write stores.
pub fn rmw(op: RmwOp, ty: Ty, old: u64, operand: u64, pointer_size: u64) -> u64 {
    let bits = width(ty, pointer_size);
    let (so, sv) = (sext_from(old, bits), sext_from(operand, bits));
    let value = match op {
        RmwOp::Xchg => operand,
        RmwOp::Add => old.wrapping_add(operand),
        RmwOp::Sub => old.wrapping_sub(operand),
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        RmwOp::Xor => old ^ operand,
        RmwOp::MinS => so.min(sv) as u64,
        RmwOp::MaxS => so.max(sv) as u64,
        RmwOp::MinU => old.min(operand),
        RmwOp::MaxU => old.max(operand),
    };
    zext_from(value, bits)
}
