//! Sets of locals.

use smallvec::SmallVec;
use sx_ir::LocalId;

/// A set of locals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits(SmallVec<[u64; 2]>);

impl Bits {
    pub fn new(len: usize) -> Bits {
        Bits(SmallVec::from_elem(0, len.div_ceil(64).max(1)))
    }

    pub fn has(&self, local: LocalId) -> bool {
        self.0
            .get(local.index() / 64)
            .is_some_and(|w| w >> (local.index() % 64) & 1 != 0)
    }

    pub fn add(&mut self, local: LocalId) {
        if let Some(w) = self.0.get_mut(local.index() / 64) {
            *w |= 1 << (local.index() % 64);
        }
    }

    pub fn remove(&mut self, local: LocalId) {
        if let Some(w) = self.0.get_mut(local.index() / 64) {
            *w &= !(1 << (local.index() % 64));
        }
    }
}
