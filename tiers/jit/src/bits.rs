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

    /// Room for `len` locals, if there is less.
    pub fn make_room(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
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

    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds all of `other`; whether anything was new.
    pub fn union(&mut self, other: &Bits) -> bool {
        let mut grown = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            grown |= *b & !*a != 0;
            *a |= b;
        }
        grown
    }

    pub fn iter(&self) -> impl Iterator<Item = LocalId> + '_ {
        self.0.iter().enumerate().flat_map(|(i, w)| {
            let mut rest = *w;
            std::iter::from_fn(move || {
                let at = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    LocalId::new(i * 64 + at as usize)
                })
            })
        })
    }
}
