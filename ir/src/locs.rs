//! Source positions of a module.

use rustc_hash::FxHashMap;

use crate::func::{FuncId, LocId};

/// A source position. `inlined`: this code was copied from `func` to the call site `at`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SrcLoc {
    /// Index into [`crate::Module::files`].
    pub file: u32,
    /// 1-based line and byte column; 0 is unknown.
    pub line: u32,
    pub col: u32,
    pub inlined: Option<InlinedAt>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct InlinedAt {
    pub func: FuncId,
    pub at: LocId,
}

const COL_BITS: u32 = 18;
const LINE_BITS: u32 = 26;
const FILE_BITS: u32 = 19;
/// What is left of 64 bits: the rest is the index of a position that doesn't fit.
const LARGE: u64 = 1 << 63;

/// Positions by their numbers. There is one for nearly every expression of a program, and nearly all fit 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct Locs {
    packed: Vec<u64>,
    packed_ids: FxHashMap<u64, LocId>,
    large: Vec<SrcLoc>,
    large_ids: FxHashMap<SrcLoc, LocId>,
}

impl Locs {
    /// With the unknown position as number 0.
    pub fn new() -> Locs {
        Locs {
            packed: vec![0],
            packed_ids: FxHashMap::from_iter([(0, LocId(0))]),
            large: Vec::new(),
            large_ids: FxHashMap::default(),
        }
    }

    pub fn len(&self) -> usize {
        self.packed.len()
    }

    pub fn get(&self, id: LocId) -> SrcLoc {
        let packed = self.packed[id.index()];
        if packed & LARGE != 0 {
            return self.large[(packed & !LARGE) as usize];
        }
        SrcLoc {
            file: (packed >> (LINE_BITS + COL_BITS)) as u32,
            line: (packed >> COL_BITS) as u32 & ((1 << LINE_BITS) - 1),
            col: packed as u32 & ((1 << COL_BITS) - 1),
            inlined: None,
        }
    }

    /// The position's number, the same whenever it is added.
    pub fn add(&mut self, loc: SrcLoc) -> LocId {
        let next = LocId::new(self.packed.len());
        let id = match pack(&loc) {
            Some(packed) => *self.packed_ids.entry(packed).or_insert(next),
            None => *self.large_ids.entry(loc).or_insert(next),
        };
        if id == next {
            self.add_again(loc);
        }
        id
    }

    /// A new number, without a look at those that the position has.
    pub fn add_again(&mut self, loc: SrcLoc) -> LocId {
        let next = LocId::new(self.packed.len());
        let packed = pack(&loc).unwrap_or_else(|| {
            self.large.push(loc);
            LARGE | (self.large.len() as u64 - 1)
        });
        self.packed.push(packed);
        next
    }
}

fn pack(loc: &SrcLoc) -> Option<u64> {
    let fits = loc.inlined.is_none()
        && loc.file < 1 << FILE_BITS
        && loc.line < 1 << LINE_BITS
        && loc.col < 1 << COL_BITS;
    let (file, line, col) = (u64::from(loc.file), u64::from(loc.line), u64::from(loc.col));
    fits.then_some(file << (LINE_BITS + COL_BITS) | line << COL_BITS | col)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_kept() {
        let at = |file, line, col| SrcLoc {
            file,
            line,
            col,
            inlined: None,
        };
        let inlined = SrcLoc {
            inlined: Some(InlinedAt {
                func: FuncId(3),
                at: LocId(1),
            }),
            ..at(1, 2, 3)
        };
        let all = [
            at(0, 0, 0),
            at(1, 1, 1),
            at(
                (1 << FILE_BITS) - 1,
                (1 << LINE_BITS) - 1,
                (1 << COL_BITS) - 1,
            ),
            at(1 << FILE_BITS, 1, 1),
            at(1, 1 << LINE_BITS, 1),
            at(1, 1, 1 << COL_BITS),
            inlined,
        ];
        let mut locs = Locs::new();
        assert_eq!(locs.get(LocId(0)), all[0]);
        let ids = all.map(|loc| locs.add(loc));
        assert_eq!(ids.map(|id| locs.get(id)), all);
        assert_eq!(all.map(|loc| locs.add(loc)), ids);
        assert_eq!((ids[0], locs.len()), (LocId(0), all.len()));
        let again = all.map(|loc| locs.add_again(loc));
        assert_eq!(again.map(|id| locs.get(id)), all);
        assert_eq!(locs.len(), 2 * all.len());
    }
}
