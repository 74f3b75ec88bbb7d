//! libm at compile time: one portable implementation, so that every host computes the same bits.

use sx_ir::semantics::{CANONICAL_NAN_F32, CANONICAL_NAN_F64};
use sx_ir::target::Endian;
use sx_tier_api::SandboxMemory;

use super::{Args, Reply, one};
use crate::memory::write_word;

fn f64_of(value: f64) -> Reply {
    one(if value.is_nan() {
        CANONICAL_NAN_F64
    } else {
        value.to_bits()
    })
}

fn f32_of(value: f32) -> Reply {
    one(if value.is_nan() {
        CANONICAL_NAN_F32
    } else {
        u64::from(value.to_bits())
    })
}

/// One table for both widths: name, name of the f32 form, functions of libm.
macro_rules! functions {
    (
        $symbol:ident, $args:ident,
        one: $($n1:literal $s1:literal $d1:path, $f1:path;)*
        two: $($n2:literal $s2:literal $d2:path, $f2:path;)*
    ) => {{
        let x = || f64::from_bits($args.get(0));
        let y = || f64::from_bits($args.get(1));
        let xf = || f32::from_bits($args.get(0) as u32);
        let yf = || f32::from_bits($args.get(1) as u32);
        match $symbol {
            $($n1 => Some(f64_of($d1(x()))), $s1 => Some(f32_of($f1(xf()))),)*
            $($n2 => Some(f64_of($d2(x(), y()))), $s2 => Some(f32_of($f2(xf(), yf()))),)*
            _ => None,
        }
    }};
}

pub(super) fn call(
    symbol: &str,
    args: &Args,
    memory: &mut dyn SandboxMemory,
    endian: Endian,
) -> Option<Reply> {
    let plain = functions! { symbol, args,
        one:
            "sin" "sinf" libm::sin, libm::sinf;
            "cos" "cosf" libm::cos, libm::cosf;
            "tan" "tanf" libm::tan, libm::tanf;
            "asin" "asinf" libm::asin, libm::asinf;
            "acos" "acosf" libm::acos, libm::acosf;
            "atan" "atanf" libm::atan, libm::atanf;
            "sinh" "sinhf" libm::sinh, libm::sinhf;
            "cosh" "coshf" libm::cosh, libm::coshf;
            "tanh" "tanhf" libm::tanh, libm::tanhf;
            "asinh" "asinhf" libm::asinh, libm::asinhf;
            "acosh" "acoshf" libm::acosh, libm::acoshf;
            "atanh" "atanhf" libm::atanh, libm::atanhf;
            "exp" "expf" libm::exp, libm::expf;
            "exp2" "exp2f" libm::exp2, libm::exp2f;
            "exp10" "exp10f" libm::exp10, libm::exp10f;
            "expm1" "expm1f" libm::expm1, libm::expm1f;
            "log" "logf" libm::log, libm::logf;
            "log2" "log2f" libm::log2, libm::log2f;
            "log10" "log10f" libm::log10, libm::log10f;
            "log1p" "log1pf" libm::log1p, libm::log1pf;
            "sqrt" "sqrtf" libm::sqrt, libm::sqrtf;
            "cbrt" "cbrtf" libm::cbrt, libm::cbrtf;
            "floor" "floorf" libm::floor, libm::floorf;
            "ceil" "ceilf" libm::ceil, libm::ceilf;
            "trunc" "truncf" libm::trunc, libm::truncf;
            "round" "roundf" libm::round, libm::roundf;
            "rint" "rintf" libm::rint, libm::rintf;
            "nearbyint" "nearbyintf" libm::rint, libm::rintf;
            "tgamma" "tgammaf" libm::tgamma, libm::tgammaf;
            "lgamma" "lgammaf" libm::lgamma, libm::lgammaf;
            "erf" "erff" libm::erf, libm::erff;
            "erfc" "erfcf" libm::erfc, libm::erfcf;
        two:
            "pow" "powf" libm::pow, libm::powf;
            "atan2" "atan2f" libm::atan2, libm::atan2f;
            "fmod" "fmodf" libm::fmod, libm::fmodf;
            "remainder" "remainderf" libm::remainder, libm::remainderf;
            "hypot" "hypotf" libm::hypot, libm::hypotf;
            "fmin" "fminf" libm::fmin, libm::fminf;
            "fmax" "fmaxf" libm::fmax, libm::fmaxf;
            "fdim" "fdimf" libm::fdim, libm::fdimf;
            "nextafter" "nextafterf" libm::nextafter, libm::nextafterf;
    };
    plain.or_else(|| special(symbol, args, memory, endian))
}

/// Functions of another shape.
fn special(
    symbol: &str,
    args: &Args,
    memory: &mut dyn SandboxMemory,
    endian: Endian,
) -> Option<Reply> {
    let double = |i: usize| f64::from_bits(args.get(i));
    let single = |i: usize| f32::from_bits(args.get(i) as u32);
    let whole = |x: f64| one(sx_ir::semantics::f64_to_i64(x) as u64);
    Some(match symbol {
        // These move sign bits and keep a NaN as it is.
        "fabs" => one(args.get(0) & !(1 << 63)),
        "fabsf" => one(args.get(0) & 0x7fff_ffff),
        "copysign" => one(args.get(0) & !(1 << 63) | args.get(1) & 1 << 63),
        "copysignf" => one(args.get(0) & 0x7fff_ffff | args.get(1) & 0x8000_0000),
        "fma" => f64_of(libm::fma(double(0), double(1), double(2))),
        "fmaf" => f32_of(libm::fmaf(single(0), single(1), single(2))),
        "ldexp" | "scalbn" => f64_of(libm::ldexp(double(0), args.int(1))),
        "ldexpf" | "scalbnf" => f32_of(libm::ldexpf(single(0), args.int(1))),
        "ilogb" => one(u64::from(libm::ilogb(double(0)) as u32)),
        "lround" | "llround" => whole(libm::round(double(0))),
        "lrint" | "llrint" => whole(libm::rint(double(0))),
        "lroundf" | "llroundf" => whole(f64::from(libm::roundf(single(0)))),
        "frexp" => {
            let (fraction, exponent) = libm::frexp(double(0));
            store(memory, args.get(1), u64::from(exponent as u32), 4, endian)
                .and_then(|()| f64_of(fraction))
        }
        "frexpf" => {
            let (fraction, exponent) = libm::frexpf(single(0));
            store(memory, args.get(1), u64::from(exponent as u32), 4, endian)
                .and_then(|()| f32_of(fraction))
        }
        "modf" => {
            let (fraction, whole) = libm::modf(double(0));
            store(memory, args.get(1), whole.to_bits(), 8, endian).and_then(|()| f64_of(fraction))
        }
        "modff" => {
            let (fraction, whole) = libm::modff(single(0));
            store(memory, args.get(1), u64::from(whole.to_bits()), 4, endian)
                .and_then(|()| f32_of(fraction))
        }
        _ => return None,
    })
}

fn store(
    memory: &mut dyn SandboxMemory,
    addr: u64,
    value: u64,
    len: usize,
    endian: Endian,
) -> Result<(), sx_tier_api::HostFault> {
    let mut bytes = [0u8; 8];
    write_word(&mut bytes[..len], value, endian);
    memory.write(addr, &bytes[..len])
}
