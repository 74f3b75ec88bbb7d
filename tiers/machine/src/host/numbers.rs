//! Numbers in texts, as libc reads them.

use sx_ir::Ty;
use sx_ir::target::Endian;
use sx_tier_api::{HostFault, SandboxMemory};

use super::{Args, string_at};
use crate::memory::write_word;

const EINVAL: i32 = 22;
const ERANGE: i32 = 34;

/// What a function that reads a number gives.
pub(super) struct Read {
    pub value: u64,
    /// Set if something was wrong.
    pub errno: Option<i32>,
}

/// Functions of the `strtol` and `strtod` families. `result` is the declared type of the result.
pub(super) fn call(
    symbol: &str,
    args: &Args,
    memory: &mut dyn SandboxMemory,
    result: Option<Ty>,
    word: u64,
    endian: Endian,
) -> Option<Result<Read, HostFault>> {
    let signed = match symbol {
        "strtol" | "strtoll" | "strtoimax" | "strtoq" => true,
        "strtoul" | "strtoull" | "strtoumax" | "strtouq" => false,
        "strtod" | "strtof" | "atof" => return Some(float(symbol, args, memory, word, endian)),
        _ => return None,
    };
    let bits = result.and_then(Ty::int_bits).unwrap_or(64);
    Some(integer(signed, bits, args, memory, word, endian))
}

fn integer(
    signed: bool,
    bits: u32,
    args: &Args,
    memory: &mut dyn SandboxMemory,
    word: u64,
    endian: Endian,
) -> Result<Read, HostFault> {
    let (start, end, base) = (args.get(0), args.get(1), args.int(2));
    let text = string_at(memory, start)?;
    let mut at = text.len() - trimmed(text).len();
    let negative = match text.get(at) {
        Some(b'-') => {
            at += 1;
            true
        }
        Some(b'+') => {
            at += 1;
            false
        }
        _ => false,
    };
    let digit = |at: usize, base: u32| text.get(at).and_then(|c| (*c as char).to_digit(base));
    let prefixed = |at: usize, letter: u8, base: u32| {
        text.get(at) == Some(&b'0')
            && text.get(at + 1).map(u8::to_ascii_lowercase) == Some(letter)
            && digit(at + 2, base).is_some()
    };
    if base < 0 || base == 1 || base > 36 {
        put_end(memory, end, start, word, endian)?;
        let errno = Some(EINVAL);
        return Ok(Read { value: 0, errno });
    }
    let base = match base {
        0 | 16 if prefixed(at, b'x', 16) => {
            at += 2;
            16
        }
        0 if text.get(at) == Some(&b'0') => 8,
        0 => 10,
        base => base as u32,
    };
    let first = at;
    let mut value: u128 = 0;
    while let Some(d) = digit(at, base) {
        value = value
            .saturating_mul(u128::from(base))
            .saturating_add(u128::from(d));
        at += 1;
    }
    let stop = if at == first {
        start
    } else {
        start + at as u64
    };
    put_end(memory, end, stop, word, endian)?;
    let most = u128::from(u64::MAX >> (64 - bits));
    let (largest, smallest) = (most / 2, most / 2 + 1);
    let (value, fits) = match (signed, negative) {
        (true, false) => (value.min(largest) as u64, value <= largest),
        (true, true) => (
            (value.min(smallest) as u64).wrapping_neg(),
            value <= smallest,
        ),
        (false, _) if value > most => (most as u64, false),
        (false, false) => (value as u64, true),
        (false, true) => ((value as u64).wrapping_neg(), true),
    };
    Ok(Read {
        value: value & most as u64,
        errno: (!fits).then_some(ERANGE),
    })
}

fn trimmed(text: &[u8]) -> &[u8] {
    let space = |c: &u8| *c == b' ' || (9..=13).contains(c);
    let first = text.iter().position(|c| !space(c)).unwrap_or(text.len());
    &text[first..]
}

fn float(
    symbol: &str,
    args: &Args,
    memory: &mut dyn SandboxMemory,
    word: u64,
    endian: Endian,
) -> Result<Read, HostFault> {
    let start = args.get(0);
    let text = string_at(memory, start)?;
    let skipped = text.len() - trimmed(text).len();
    let (value, used) = longest_float(&text[skipped..]);
    let stop = if used == 0 {
        start
    } else {
        start + (skipped + used) as u64
    };
    let text = String::from_utf8_lossy(&text[skipped..skipped + used]).into_owned();
    if symbol != "atof" {
        put_end(memory, args.get(1), stop, word, endian)?;
    }
    let infinite = text.to_ascii_lowercase().contains("inf");
    let value = if symbol == "strtof" {
        // Rounded once, not by way of a double.
        let value: f32 = text.parse().unwrap_or(value as f32);
        let small = value.abs() < f32::MIN_POSITIVE;
        let inexact = small && !is_exactly(&text, f64::from(value));
        (
            u64::from(value.to_bits()),
            value.is_infinite() && !infinite || inexact,
        )
    } else {
        let small = value.abs() < f64::MIN_POSITIVE;
        let inexact = small && !is_exactly(&text, value);
        (value.to_bits(), value.is_infinite() && !infinite || inexact)
    };
    Ok(Read {
        value: value.0,
        errno: (value.1 && used > 0).then_some(ERANGE),
    })
}

/// Whether a number with digits means a value below one exactly: what is too small to be a normal number is out of range
/// if it had to be rounded.
fn is_exactly(text: &str, value: f64) -> bool {
    // A subnormal number has up to 1074 digits behind its point.
    decimal(text) == decimal(&format!("{:.1074}", value.abs()))
}

/// Digits from the first that isn't 0 to the last, and how many places behind the point the last stands.
fn decimal(text: &str) -> (String, i64) {
    let text = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return (String::new(), 0);
    }
    // More than fits is as good as endless.
    let exponent: i64 = match exponent.strip_prefix('-') {
        Some(digits) => digits.parse().map_or(i64::MIN / 2, |e: i64| -e),
        None => exponent.parse().unwrap_or(i64::MAX / 2),
    };
    let dropped = (digits.len() - kept.len()) as i64;
    let places = (fraction.len() as i64 - dropped).saturating_sub(exponent);
    (kept.to_owned(), places)
}

/// The value of the longest prefix that is a number, and its length. Hexadecimal floats are read up to their `x`.
fn longest_float(text: &[u8]) -> (f64, usize) {
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let rest = text[sign..].to_ascii_lowercase();
    for name in ["infinity", "inf", "nan"] {
        if rest.starts_with(name.as_bytes()) {
            let value = if name == "nan" {
                f64::NAN
            } else {
                f64::INFINITY
            };
            let negative = text[0] == b'-';
            return (if negative { -value } else { value }, sign + name.len());
        }
    }
    let digits = |from: usize| {
        rest[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    let whole = digits(0);
    let mut at = whole;
    if rest.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if whole + fraction == 0 {
            return (0.0, 0);
        }
        at += 1 + fraction;
    }
    if at == 0 {
        return (0.0, 0);
    }
    if rest.get(at) == Some(&b'e') {
        let signed = usize::from(matches!(rest.get(at + 1), Some(b'-' | b'+')));
        let exponent = digits((at + 1 + signed).min(rest.len()));
        if exponent > 0 {
            at += 1 + signed + exponent;
        }
    }
    let text = String::from_utf8_lossy(&text[..sign + at]);
    (text.parse().unwrap_or(0.0), sign + at)
}

fn put_end(
    memory: &mut dyn SandboxMemory,
    place: u64,
    end: u64,
    word: u64,
    endian: Endian,
) -> Result<(), HostFault> {
    if place == 0 {
        return Ok(());
    }
    let mut bytes = vec![0; word as usize];
    write_word(&mut bytes, end, endian);
    memory.write(place, &bytes)
}

#[cfg(test)]
mod tests {
    use super::{is_exactly, longest_float};

    #[test]
    fn what_is_rounded() {
        let tiny = 2f64.powi(-1074);
        let exact = format!("{tiny:.1074}");
        for (text, value, exactly) in [
            ("0", 0.0, true),
            ("-0.000e7", 0.0, true),
            ("1e-400", 0.0, false),
            ("0e-99999999999999999999", 0.0, true),
            ("1e-99999999999999999999", 0.0, false),
            ("4.9e-324", tiny, false),
            (exact.as_str(), tiny, true),
            (&format!("-{exact}000"), -tiny, true),
            (
                &format!("{}e-3", exact.replacen("0.000", "0.", 1)),
                tiny,
                true,
            ),
            (&format!("{exact}1"), tiny, false),
        ] {
            assert_eq!(is_exactly(text, value), exactly, "{text}");
        }
    }

    #[test]
    fn prefixes_that_are_floats() {
        for (text, value, used) in [
            ("1.5x", 1.5, 3),
            ("-2e3", -2000.0, 4),
            ("7e", 7.0, 1),
            (".5", 0.5, 2),
            (".", 0.0, 0),
            ("abc", 0.0, 0),
            ("inf!", f64::INFINITY, 3),
            ("+1.e1", 10.0, 5),
        ] {
            assert_eq!(longest_float(text.as_bytes()), (value, used), "{text}");
        }
    }
}
