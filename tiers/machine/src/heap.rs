//! The allocator behind `malloc`: the same addresses in every engine. It keeps its books outside the sandbox and
//! never touches sandbox memory itself; [`crate::Machine`] zeroes what it hands out.
//!
//! The heap is a row of 16 KiB chunks. A chunk either is cut into equal blocks of one size class, or belongs to a
//! large block, which is a run of chunks. A block is always at least one byte longer than asked for, so that the
//! address one past an object never is the address of another.

use std::collections::BTreeMap;
use sx_ir::TrapKind;
use sx_ir::trap::LimitKind;

use crate::ctx::Fault;

pub const CHUNK: u64 = 16 << 10;
/// Largest single block.
pub const MAX_BLOCK: u64 = 256 << 20;
const CLASSES: usize = 32;
const MAX_SMALL: u64 = 4096;

/// Size of the blocks of a class: steps of 16 to 256, then four steps per doubling.
const fn class_size(class: usize) -> u64 {
    if class < 16 {
        return (class as u64 + 1) * 16;
    }
    let (double, quarter) = ((class - 16) / 4, (class - 16) as u64 % 4 + 1);
    (256 << double) + quarter * (64 << double)
}

/// Smallest class whose blocks hold `size` bytes (at most [`MAX_SMALL`]).
fn class_of(size: u64) -> usize {
    if size <= 256 {
        return (size.max(1).div_ceil(16) - 1) as usize;
    }
    let double = (size - 1).ilog2() as u64 - 8;
    let quarter = (size - (256 << double)).div_ceil(64 << double);
    16 + double as usize * 4 + quarter as usize - 1
}

/// For each class, what dividing by its size is multiplying by: see [`block_index`].
const RECIPROCALS: [u32; CLASSES] = {
    let mut out = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        let units = class_size(class) as u32 / 16;
        out[class] = (1u32 << 20).div_ceil(units);
        class += 1;
    }
    out
};

/// `offset / class_size(class)` for an offset in a chunk. Right because the rounding of the reciprocal, at most one
/// part in 2^20 for each of fewer than 2^10 units, times a size of at most 2^8 units, never adds up to one.
fn block_index(class: usize, offset: u64) -> u64 {
    u64::from(((offset / 16) as u32 * RECIPROCALS[class]) >> 20)
}

#[derive(Clone, Copy)]
enum Chunk {
    /// Cut into blocks of `class`; the sizes asked for are `sizes[first..]`.
    Small { class: u8, first: u32 },
    /// Part of a large block or of a hole between large blocks.
    Large,
}

#[derive(Clone, Copy)]
struct Large {
    size: u64,
    chunks: u64,
}

/// A block just handed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewBlock {
    pub addr: u64,
    /// Bytes from `addr` that may hold old contents and must be zeroed.
    pub dirty: u64,
}

#[derive(Clone)]
pub struct Heap {
    start: u64,
    /// Addresses never reach here.
    end: u64,
    /// End of the chunks in use so far.
    top: u64,
    limit: u64,
    live: u64,
    peak: u64,
    chunks: Vec<Chunk>,
    /// Per small block: size asked for plus 1, or 0 if free.
    sizes: Vec<u16>,
    free: [Vec<u64>; CLASSES],
    /// Blocks of the newest chunk of a class not handed out yet: next address, end.
    fresh: [(u64, u64); CLASSES],
    large: BTreeMap<u64, Large>,
    /// Free runs of chunks by address.
    holes: BTreeMap<u64, u64>,
}

impl Heap {
    /// A heap from `start` (16-aligned) to `end` with at most `limit` bytes live at once.
    pub fn new(start: u64, end: u64, limit: u64) -> Heap {
        Heap {
            start,
            end,
            top: start,
            limit,
            live: 0,
            peak: 0,
            chunks: Vec::new(),
            sizes: Vec::new(),
            free: [const { Vec::new() }; CLASSES],
            fresh: [(0, 0); CLASSES],
            large: BTreeMap::new(),
            holes: BTreeMap::new(),
        }
    }

    /// The same books for an address space that ends elsewhere, with another limit.
    pub(crate) fn within(&self, end: u64, limit: u64) -> Heap {
        Heap {
            end,
            // What is live stays so.
            limit: limit.max(self.live),
            ..self.clone()
        }
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    pub fn start(&self) -> u64 {
        self.start
    }

    /// One past the last address handed out or reserved so far.
    pub fn top(&self) -> u64 {
        self.top
    }

    pub fn live(&self) -> u64 {
        self.live
    }

    /// Where [`Heap::live`] is kept, for looking at it from outside.
    pub(crate) fn live_place(&self) -> *const u64 {
        &raw const self.live
    }

    pub fn peak(&self) -> u64 {
        self.peak
    }

    /// A block of `size` bytes (0 gives a block of its own too).
    pub fn alloc(&mut self, size: u64) -> Result<NewBlock, LimitKind> {
        if size > MAX_BLOCK {
            return Err(LimitKind::Block);
        }
        if size > self.limit - self.live {
            return Err(LimitKind::Memory);
        }
        let block = if size < MAX_SMALL {
            self.alloc_small(size)?
        } else {
            self.alloc_large(size)?
        };
        self.live += size;
        self.peak = self.peak.max(self.live);
        Ok(block)
    }

    fn alloc_small(&mut self, size: u64) -> Result<NewBlock, LimitKind> {
        let class = class_of(size + 1);
        let bytes = class_size(class);
        let addr = match self.free[class].pop() {
            Some(addr) => addr,
            None => {
                if self.fresh[class].0 + bytes > self.fresh[class].1 {
                    let chunk = self.take_chunks(1)?.addr;
                    let first = self.sizes.len() as u32;
                    self.sizes
                        .resize(self.sizes.len() + (CHUNK / bytes) as usize, 0);
                    self.chunks[((chunk - self.start) / CHUNK) as usize] = Chunk::Small {
                        class: class as u8,
                        first,
                    };
                    self.fresh[class] = (chunk, chunk + CHUNK);
                }
                let addr = self.fresh[class].0;
                self.fresh[class].0 += bytes;
                addr
            }
        };
        if let Some(index) = self.small_index(addr) {
            self.sizes[index] = size as u16 + 1;
        }
        Ok(NewBlock { addr, dirty: bytes })
    }

    fn alloc_large(&mut self, size: u64) -> Result<NewBlock, LimitKind> {
        let chunks = (size + 1).div_ceil(CHUNK);
        let block = self.take_chunks(chunks)?;
        self.large.insert(block.addr, Large { size, chunks });
        Ok(block)
    }

    /// First run of free chunks that is long enough, else new ones at the top.
    fn take_chunks(&mut self, count: u64) -> Result<NewBlock, LimitKind> {
        let hole = self
            .holes
            .iter()
            .find(|(_, n)| **n >= count)
            .map(|(addr, n)| (*addr, *n));
        if let Some((addr, n)) = hole {
            self.holes.remove(&addr);
            if n > count {
                self.holes.insert(addr + count * CHUNK, n - count);
            }
            let first = ((addr - self.start) / CHUNK) as usize;
            self.chunks[first..first + count as usize].fill(Chunk::Large);
            return Ok(NewBlock {
                addr,
                dirty: count * CHUNK,
            });
        }
        let addr = self.top;
        let top = addr
            .checked_add(count * CHUNK)
            .filter(|top| *top <= self.end)
            .ok_or(LimitKind::Memory)?;
        self.top = top;
        self.chunks
            .resize(self.chunks.len() + count as usize, Chunk::Large);
        Ok(NewBlock { addr, dirty: 0 })
    }

    /// Index in `sizes` of the small block that starts at `addr`.
    fn small_index(&self, addr: u64) -> Option<usize> {
        let (first, base, class) = self.small_chunk(addr)?;
        let offset = addr - base;
        let index = block_index(class, offset);
        let bytes = class_size(class);
        (index * bytes == offset && offset + bytes <= CHUNK).then(|| first + index as usize)
    }

    /// For an address in a chunk of small blocks: index of the first block's size, chunk address, size class.
    fn small_chunk(&self, addr: u64) -> Option<(usize, u64, usize)> {
        let chunk = addr.checked_sub(self.start)? / CHUNK;
        match *self.chunks.get(chunk as usize)? {
            Chunk::Small { class, first } => {
                Some((first as usize, self.start + chunk * CHUNK, class as usize))
            }
            Chunk::Large => None,
        }
    }

    /// Size asked for of the live block that starts exactly at `addr`.
    pub fn size_of(&self, addr: u64) -> Option<u64> {
        match self.small_index(addr) {
            Some(index) => u64::from(self.sizes[index]).checked_sub(1),
            None => self.large.get(&addr).map(|large| large.size),
        }
    }

    /// Frees the block that starts exactly at `addr`.
    pub fn free(&mut self, addr: u64) -> Result<(), Fault> {
        let bad = Fault::new(TrapKind::BadFree, addr, 0);
        let size = match self.small_index(addr) {
            Some(index) => {
                let size = u64::from(std::mem::take(&mut self.sizes[index]));
                let size = size.checked_sub(1).ok_or(bad)?;
                self.free[class_of(size + 1)].push(addr);
                size
            }
            None => {
                let large = self.large.remove(&addr).ok_or(bad)?;
                self.add_hole(addr, large.chunks);
                large.size
            }
        };
        self.live -= size;
        Ok(())
    }

    fn add_hole(&mut self, mut addr: u64, mut chunks: u64) {
        if let Some((&before, &n)) = self.holes.range(..addr).next_back()
            && before + n * CHUNK == addr
        {
            self.holes.remove(&before);
            addr = before;
            chunks += n;
        }
        if let Some(n) = self.holes.remove(&(addr + chunks * CHUNK)) {
            chunks += n;
        }
        self.holes.insert(addr, chunks);
    }

    /// The live block that contains `addr` or ends there: base and size.
    pub fn block_at(&self, addr: u64) -> Option<(u64, u64)> {
        if let Some((first, base, class)) = self.small_chunk(addr) {
            let bytes = class_size(class);
            let index = block_index(class, addr - base);
            if (index + 1) * bytes > CHUNK {
                return None;
            }
            let size = u64::from(self.sizes[first + index as usize]).checked_sub(1)?;
            let start = base + index * bytes;
            return (addr - start <= size).then_some((start, size));
        }
        let (base, large) = self.large.range(..=addr).next_back()?;
        (addr - base <= large.size).then_some((*base, large.size))
    }

    /// Live blocks in address order: base and size.
    pub fn blocks(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut small = self
            .chunks
            .iter()
            .enumerate()
            .flat_map(move |(chunk, kind)| {
                let (base, first, bytes) = match *kind {
                    Chunk::Small { class, first } => (
                        self.start + chunk as u64 * CHUNK,
                        first as usize,
                        class_size(class as usize),
                    ),
                    Chunk::Large => (0, 0, CHUNK + 1),
                };
                (0..CHUNK / bytes).filter_map(move |index| {
                    let size = u64::from(self.sizes[first + index as usize]).checked_sub(1)?;
                    Some((base + index * bytes, size))
                })
            });
        let mut large = self.large.iter().map(|(base, large)| (*base, large.size));
        let (mut next_small, mut next_large) = (small.next(), large.next());
        std::iter::from_fn(move || match (next_small, next_large) {
            (Some(s), Some(l)) if s.0 > l.0 => std::mem::replace(&mut next_large, large.next()),
            (Some(_), _) => std::mem::replace(&mut next_small, small.next()),
            (None, _) => std::mem::replace(&mut next_large, large.next()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_cover_their_sizes() {
        for size in 1..=MAX_SMALL {
            let class = class_of(size);
            assert!(class < CLASSES && class_size(class) >= size, "{size}");
            assert!(class == 0 || class_size(class - 1) < size, "{size}");
        }
    }

    #[test]
    fn reciprocals_divide() {
        for class in 0..CLASSES {
            for offset in 0..CHUNK {
                assert_eq!(block_index(class, offset), offset / class_size(class));
            }
        }
    }

    #[test]
    fn blocks_are_reused_and_limits_exact() {
        let mut heap = Heap::new(1 << 20, 1 << 40, 100);
        let a = heap.alloc(60).unwrap().addr;
        assert_eq!(heap.alloc(41), Err(LimitKind::Memory));
        let b = heap.alloc(40).unwrap().addr;
        assert_eq!(heap.block_at(b + 40), Some((b, 40)));
        assert_eq!(heap.block_at(b + 41), None);
        heap.free(a).unwrap();
        assert!(heap.free(a).is_err());
        assert_eq!(heap.alloc(60).unwrap().addr, a);
        assert_eq!(heap.peak(), 100);
        assert_eq!(heap.blocks().collect::<Vec<_>>().len(), 2);
    }

    #[test]
    fn large_runs_join() {
        let mut heap = Heap::new(0, 1 << 40, 1 << 32);
        let blocks: Vec<u64> = (0..4)
            .map(|_| heap.alloc(CHUNK * 2).unwrap().addr)
            .collect();
        heap.free(blocks[0]).unwrap();
        heap.free(blocks[2]).unwrap();
        heap.free(blocks[1]).unwrap();
        assert_eq!(
            heap.alloc(CHUNK * 9 - 1).unwrap(),
            NewBlock {
                addr: blocks[0],
                dirty: CHUNK * 9
            }
        );
        assert!(heap.free(blocks[1]).is_err());
        assert_eq!(
            heap.blocks().map(|b| b.0).collect::<Vec<_>>(),
            [blocks[0], blocks[3]]
        );
    }
}
