//! String and character functions of libc, in the C locale.

use sx_tier_api::SandboxMemory;

use super::memory::order;
use super::{Args, Reply, bytes_at, new_string, one, string_at, string_len};

pub(super) fn call(symbol: &str, args: &Args, memory: &mut dyn SandboxMemory) -> Option<Reply> {
    Some(match symbol {
        "strlen" => string_len(memory, args.get(0)).map(|n| vec![n]),
        "strnlen" => memory
            .find_byte(args.get(0), args.get(1), 0)
            .map(|end| vec![end.map_or(args.get(1), |end| end - args.get(0))]),
        "strcmp" | "strcoll" => compare(args, u64::MAX, false, memory),
        "strncmp" => compare(args, args.get(2), false, memory),
        "strcasecmp" => compare(args, u64::MAX, true, memory),
        "strncasecmp" => compare(args, args.get(2), true, memory),
        "strchr" | "strrchr" | "strchrnul" | "index" | "rindex" => find_char(symbol, args, memory),
        "strstr" => find_text(args, memory),
        "strspn" | "strcspn" | "strpbrk" => span(symbol, args, memory),
        "strcpy" | "stpcpy" => copy(args.get(0), args.get(1), memory, symbol == "stpcpy"),
        "strcat" => append(args.get(0), args.get(1), u64::MAX, memory),
        "strncat" => append(args.get(0), args.get(1), args.get(2), memory),
        "strncpy" => copy_n(args, memory),
        "strdup" => duplicate(args.get(0), u64::MAX, memory),
        "strndup" => duplicate(args.get(0), args.get(1), memory),
        "atoi" | "atol" | "atoll" => number(args.get(0), memory),
        "toupper" => one(letter(args, |c| c.to_ascii_uppercase())),
        "tolower" => one(letter(args, |c| c.to_ascii_lowercase())),
        "abs" => one(u64::from(args.int(0).wrapping_abs() as u32)),
        "labs" | "llabs" => one((args.get(0) as i64).wrapping_abs() as u64),
        "isascii" => one(u64::from(args.int(0) & !0x7f == 0)),
        "toascii" => one(u64::from(args.int(0) as u32 & 0x7f)),
        "ffs" => one(u64::from(bit_number(u64::from(args.int(0) as u32)))),
        "ffsl" | "ffsll" => one(u64::from(bit_number(args.get(0)))),
        "isalpha" => is(args, |c| c.is_ascii_alphabetic()),
        "isdigit" => is(args, |c| c.is_ascii_digit()),
        "isalnum" => is(args, |c| c.is_ascii_alphanumeric()),
        "isspace" => is(args, |c| c == b' ' || (9..=13).contains(&c)),
        "isblank" => is(args, |c| c == b' ' || c == b'\t'),
        "isupper" => is(args, |c| c.is_ascii_uppercase()),
        "islower" => is(args, |c| c.is_ascii_lowercase()),
        "isxdigit" => is(args, |c| c.is_ascii_hexdigit()),
        "ispunct" => is(args, |c| c.is_ascii_punctuation()),
        "isprint" => is(args, |c| (32..127).contains(&c)),
        "isgraph" => is(args, |c| (33..127).contains(&c)),
        "iscntrl" => is(args, |c| c.is_ascii_control()),
        _ => return None,
    })
}

fn is(args: &Args, class: impl Fn(u8) -> bool) -> Reply {
    one(u64::from(u8::try_from(args.int(0)).is_ok_and(class)))
}

fn letter(args: &Args, change: impl Fn(u8) -> u8) -> u64 {
    match u8::try_from(args.int(0)) {
        Ok(c) => u64::from(change(c)),
        Err(_) => args.get(0),
    }
}

/// At most `limit` bytes of the string at `addr`.
fn prefix(
    memory: &dyn SandboxMemory,
    addr: u64,
    limit: u64,
) -> Result<&[u8], sx_tier_api::HostFault> {
    let len = match memory.find_byte(addr, limit, 0)? {
        Some(end) => end - addr,
        None => limit,
    };
    bytes_at(memory, addr, len)
}

fn compare(args: &Args, limit: u64, fold: bool, memory: &dyn SandboxMemory) -> Reply {
    if limit == 0 {
        return one(0);
    }
    let (a, b) = (
        prefix(memory, args.get(0), limit)?,
        prefix(memory, args.get(1), limit)?,
    );
    one(order(if fold {
        a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase())
    } else {
        a.cmp(b)
    }))
}

fn find_char(symbol: &str, args: &Args, memory: &dyn SandboxMemory) -> Reply {
    let text = string_at(memory, args.get(0))?;
    let byte = args.get(1) as u8;
    let end = text.len();
    let found = match symbol {
        "strrchr" | "rindex" if byte != 0 => text.iter().rposition(|c| *c == byte),
        _ if byte == 0 => Some(end),
        "strchrnul" => Some(text.iter().position(|c| *c == byte).unwrap_or(end)),
        _ => text.iter().position(|c| *c == byte),
    };
    one(found.map_or(0, |i| args.get(0) + i as u64))
}

fn find_text(args: &Args, memory: &dyn SandboxMemory) -> Reply {
    let (text, wanted) = (
        string_at(memory, args.get(0))?,
        string_at(memory, args.get(1))?,
    );
    if wanted.is_empty() {
        return one(args.get(0));
    }
    let found = text.windows(wanted.len()).position(|w| w == wanted);
    one(found.map_or(0, |i| args.get(0) + i as u64))
}

fn span(symbol: &str, args: &Args, memory: &dyn SandboxMemory) -> Reply {
    let (text, set) = (
        string_at(memory, args.get(0))?,
        string_at(memory, args.get(1))?,
    );
    let inside = symbol == "strspn";
    let len = text
        .iter()
        .take_while(|c| set.contains(c) == inside)
        .count();
    one(match symbol {
        "strpbrk" if len == text.len() => 0,
        "strpbrk" => args.get(0) + len as u64,
        _ => len as u64,
    })
}

fn copy(dst: u64, src: u64, memory: &mut dyn SandboxMemory, end: bool) -> Reply {
    let len = string_len(memory, src)?;
    memory.copy_within(dst, src, len + 1)?;
    one(if end { dst + len } else { dst })
}

fn append(dst: u64, src: u64, limit: u64, memory: &mut dyn SandboxMemory) -> Reply {
    let at = dst + string_len(memory, dst)?;
    let mut text = prefix(memory, src, limit)?.to_vec();
    text.push(0);
    memory.write(at, &text)?;
    one(dst)
}

/// strncpy fills what is left with zeros.
fn copy_n(args: &Args, memory: &mut dyn SandboxMemory) -> Reply {
    let (dst, src, len) = (args.get(0), args.get(1), args.get(2));
    if len != 0 {
        let text = prefix(memory, src, len)?.to_vec();
        memory.fill_bytes(dst, 0, len)?;
        memory.write(dst, &text)?;
    }
    one(dst)
}

fn duplicate(src: u64, limit: u64, memory: &mut dyn SandboxMemory) -> Reply {
    let text = prefix(memory, src, limit)?.to_vec();
    one(new_string(memory, &text)?)
}

fn number(addr: u64, memory: &dyn SandboxMemory) -> Reply {
    let text = string_at(memory, addr)?.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let digits = digits.iter().take_while(|c| c.is_ascii_digit());
    let value = digits.fold(0i64, |n, c| {
        n.wrapping_mul(10).wrapping_add(i64::from(c - b'0'))
    });
    one((if negative {
        value.wrapping_neg()
    } else {
        value
    }) as u64)
}

/// The lowest bit's number from 1; 0 if there is none.
fn bit_number(bits: u64) -> u32 {
    match bits {
        0 => 0,
        _ => bits.trailing_zeros() + 1,
    }
}
