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
const LINE_BITS: u32 = 25;
const FILE_BITS: u32 = 19;
/// The rest is the index of a position that doesn't fit.
const LARGE: u64 = 1 << 63;
/// The rest is a file and an offset in it, of which line and column are to be found.
const OFFSET: u64 = 1 << 62;

/// Positions by their numbers. There is one for nearly every expression of a program, and nearly all fit 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct Locs {
    packed: Vec<u64>,
    packed_ids: FxHashMap<u64, LocId>,
    large: Vec<SrcLoc>,
    large_ids: FxHashMap<SrcLoc, LocId>,
    /// Offsets among the positions have numbers from this on.
    settled: usize,
}

impl Locs {
    /// With the unknown position as number 0.
    pub fn new() -> Locs {
        Locs {
            packed: vec![0],
            packed_ids: FxHashMap::from_iter([(0, LocId(0))]),
            large: Vec::new(),
            large_ids: FxHashMap::default(),
            settled: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.packed.len()
    }

    pub fn get(&self, id: LocId) -> SrcLoc {
        let packed = self.packed[id.index()];
        debug_assert!(
            packed & (LARGE | OFFSET) != OFFSET,
            "an offset is no position"
        );
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
        let packed = self.packed_or_large(loc);
        self.packed.push(packed);
        next
    }

    /// A new number for an offset in a file.
    pub fn add_offset(&mut self, file: u32, offset: u32) -> Option<LocId> {
        if file >= 1 << FILE_BITS {
            return None;
        }
        let next = LocId::new(self.packed.len());
        self.packed
            .push(OFFSET | u64::from(file) << 32 | u64::from(offset));
        Some(next)
    }

    /// File and offset, if that is all that is known of a position.
    pub fn offset(&self, id: LocId) -> Option<(u32, u32)> {
        offset_in(self.packed[id.index()])
    }

    /// Makes positions of offsets: `place` finds line and column of an offset in a file.
    pub fn settle(&mut self, mut place: impl FnMut(u32, u32) -> (u32, u32)) {
        for index in std::mem::replace(&mut self.settled, self.packed.len())..self.packed.len() {
            let Some((file, offset)) = offset_in(self.packed[index]) else {
                continue;
            };
            let (line, col) = place(file, offset);
            let loc = SrcLoc {
                file,
                line,
                col,
                inlined: None,
            };
            self.packed[index] = self.packed_or_large(loc);
        }
    }

    fn packed_or_large(&mut self, loc: SrcLoc) -> u64 {
        pack(&loc).unwrap_or_else(|| {
            self.large.push(loc);
            LARGE | (self.large.len() as u64 - 1)
        })
    }
}

fn offset_in(packed: u64) -> Option<(u32, u32)> {
    let is_offset = packed & (LARGE | OFFSET) == OFFSET;
    is_offset.then_some((((packed & !OFFSET) >> 32) as u32, packed as u32))
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

    #[test]
    fn offsets_become_positions() {
        let mut locs = Locs::new();
        let known = SrcLoc {
            file: 1,
            line: 2,
            col: 3,
            inlined: None,
        };
        let first = locs.add_offset(7, u32::MAX).unwrap();
        let between = locs.add_again(known);
        assert_eq!(locs.offset(first), Some((7, u32::MAX)));
        assert_eq!(locs.offset(between), None);
        locs.settle(|file, offset| (file + 1, offset));
        let late = locs.add_offset(3, 40).unwrap();
        locs.settle(|_, offset| (offset, 5));
        let at = |file, line, col| SrcLoc {
            file,
            line,
            col,
            ..known
        };
        assert_eq!(locs.get(first), at(7, 8, u32::MAX));
        assert_eq!(locs.get(between), known);
        assert_eq!(locs.get(late), at(3, 40, 5));
        assert_eq!(locs.add_offset(1 << FILE_BITS, 0), None);
    }
}
