//! Interned names. lasso stays behind this type, so that replacing it touches one file.

use std::fmt;
use std::sync::OnceLock;

type Interner = lasso::ThreadedRodeo<lasso::Spur, rustc_hash::FxBuildHasher>;

fn interner() -> &'static Interner {
    static INTERNER: OnceLock<Interner> = OnceLock::new();
    INTERNER.get_or_init(|| Interner::with_hasher(rustc_hash::FxBuildHasher))
}

/// A name, equal to another exactly if the texts are equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(lasso::Spur);

impl Symbol {
    pub fn intern(text: &str) -> Symbol {
        Symbol(interner().get_or_intern(text))
    }

    pub fn as_str(self) -> &'static str {
        interner().resolve(&self.0)
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
