//! Interned names: those of the IR, so that a name means the same from source text to symbol table; and sets of them.

use std::collections::HashSet;

pub use sx_ir::Symbol;

/// More names than this are found by hashing.
const FEW: usize = 16;

/// The names of a list, which is short but for the rare one with thousands.
#[derive(Default)]
pub struct NameSet {
    few: Vec<Symbol>,
    many: HashSet<Symbol>,
}

impl NameSet {
    /// False if the name is there already.
    pub fn insert(&mut self, name: Symbol) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }
}
