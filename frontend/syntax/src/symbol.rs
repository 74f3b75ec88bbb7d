//! Interned names. One interner serves the whole process: names are compared across files, threads and
//! evaluations, and a `Symbol` must mean the same text everywhere.

use std::fmt;
use std::sync::LazyLock;

use lasso::{Spur, ThreadedRodeo};
use rustc_hash::FxBuildHasher;

static INTERNER: LazyLock<ThreadedRodeo<Spur, FxBuildHasher>> =
    LazyLock::new(|| ThreadedRodeo::with_hasher(FxBuildHasher));

/// An interned string. Ordering is by interning order, which is not deterministic between runs: sort by
/// `as_str()` wherever the order can be seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(Spur);

impl Symbol {
    pub fn intern(text: &str) -> Symbol {
        Symbol(INTERNER.get_or_intern(text))
    }

    pub fn as_str(self) -> &'static str {
        INTERNER.resolve(&self.0)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.as_str())
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
