//! Interned names. The table stays behind this type, so that replacing it touches one file.

use std::fmt;
use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Parts of the table, by hash, so that threads that intern seldom meet.
const SHARDS: usize = 32;
/// Places of the first chunk; each further one has twice as many as the one before.
const FIRST: u32 = 1024;
const CHUNKS: usize = 22;

type Chunk = Box<[OnceLock<&'static str>]>;

/// Texts are found by their numbers without a lock: chunks never move.
struct Interner {
    symbols: [Mutex<HashTable<(&'static str, Symbol)>>; SHARDS],
    texts: [OnceLock<Chunk>; CHUNKS],
    next: AtomicU32,
}

static INTERNER: OnceLock<Interner> = OnceLock::new();

fn interner() -> &'static Interner {
    INTERNER.get_or_init(|| Interner {
        symbols: std::array::from_fn(|_| Mutex::default()),
        texts: [const { OnceLock::new() }; CHUNKS],
        next: AtomicU32::new(0),
    })
}

/// Chunk and place in it of the text with this number.
fn place(number: u32) -> (usize, usize) {
    let at = number / FIRST + 1;
    let chunk = at.ilog2();
    let before = ((1u32 << chunk) - 1) * FIRST;
    (chunk as usize, (number - before) as usize)
}

/// A name, equal to another exactly if the texts are equal. One more than twice its number; the last bit says whether it
/// is special.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

/// Whether a text is `_`, the name of a type that needs no declaration, or looks like one (`i` or `u` and digits).
fn is_special(text: &str) -> bool {
    match text.as_bytes() {
        [b'i' | b'u', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => true,
        _ => matches!(
            text,
            "_" | "void"
                | "noreturn"
                | "bool"
                | "usize"
                | "isize"
                | "f32"
                | "f64"
                | "string"
                | "cstring"
                | "any"
                | "Type"
        ),
    }
}

impl Symbol {
    pub fn intern(text: &str) -> Symbol {
        let interner = interner();
        let hash = FxBuildHasher.hash_one(text);
        let mut symbols = interner.symbols[(hash >> 32) as usize % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, symbol)) = symbols.find(hash, |(known, _)| *known == text) {
            return *symbol;
        }
        let text: &'static str = Box::leak(text.into());
        let number = interner.next.fetch_add(1, Ordering::Relaxed);
        let (chunk, at) = place(number);
        let texts = interner.texts[chunk].get_or_init(|| {
            let places = (FIRST as usize) << chunk;
            (0..places).map(|_| OnceLock::new()).collect()
        });
        // The number is new, so the place is empty.
        let _ = texts[at].set(text);
        let symbol = Symbol::with_number(number, is_special(text));
        symbols.insert_unique(hash, (text, symbol), |(text, _)| {
            FxBuildHasher.hash_one(text)
        });
        symbol
    }

    fn with_number(number: u32, special: bool) -> Symbol {
        Symbol(NonZeroU32::MIN.saturating_add(number << 1 | u32::from(special)))
    }

    fn number(self) -> u32 {
        (self.0.get() - 1) >> 1
    }

    /// Whether this may be `_` or the name of a type of the language. Most names are not, which this tells without
    /// looking at the text.
    pub fn is_special(self) -> bool {
        (self.0.get() - 1) & 1 != 0
    }

    pub fn as_str(self) -> &'static str {
        let (chunk, at) = place(self.number());
        let texts = interner().texts[chunk].get();
        texts
            .and_then(|texts| texts[at].get())
            .copied()
            .unwrap_or("")
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for Symbol {
    fn from(text: &str) -> Symbol {
        Symbol::intern(text)
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Symbol {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other() {
        let mut last = (0, usize::MAX);
        for number in 0..20 * FIRST {
            let (chunk, at) = place(number);
            let next = if at == 0 {
                last.0 + usize::from(number > 0) == chunk
            } else {
                last == (chunk, at - 1)
            };
            assert!(next && at < (FIRST as usize) << chunk, "{number}");
            last = (chunk, at);
        }
        // The last number still has a place.
        assert!(place(u32::MAX / 2 - FIRST).0 < CHUNKS);
    }

    #[test]
    fn special_names() {
        for name in ["_", "i64", "u7", "i", "f32", "void", "Type"] {
            assert!(Symbol::intern(name).is_special(), "{name}");
        }
        for name in ["", "__", "item", "i6a", "used", "main", "Types"] {
            assert!(!Symbol::intern(name).is_special(), "{name}");
        }
    }

    #[test]
    fn threads_agree() {
        let symbols = || -> Vec<Symbol> {
            (0..5000)
                .map(|i| Symbol::intern(&format!("name_{i}")))
                .collect()
        };
        let all: Vec<Vec<Symbol>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(symbols)).collect();
            threads.into_iter().flat_map(|t| t.join()).collect()
        });
        assert!(all.len() == 4 && all.iter().all(|list| *list == all[0]));
        for (i, symbol) in all[0].iter().enumerate() {
            assert_eq!(symbol.as_str(), format!("name_{i}"));
        }
        assert_eq!(size_of::<Option<Symbol>>(), 4);
    }
}
