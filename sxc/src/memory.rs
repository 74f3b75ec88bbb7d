//! The compiler's allocator. A compilation makes millions of small objects and keeps most of them to its end, from which
//! all of this follows: blocks are cut from large regions that the kernel may back with huge pages (with small pages,
//! faults take nearly half of a compilation's time), freed blocks wait in lists by size, one set of lists for each
//! thread, so that nothing is locked. A block may be freed by another thread than made it: it then changes lists.
//!
//! What grows leaves blocks behind that nobody may want again at their size: small ones are cut from them before new
//! memory is touched, which the kernel would have to clear.
//!
//! Threads that end leave what they have free to those that begin.
//!
//! Very large blocks are mappings of their own, which grow without being copied and return to the kernel when freed.
//!
//! The backend library has its own allocator; see `Backend::emit` for what keeps the two apart.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

/// Blocks of up to this many bytes come from lists.
const LISTED: usize = 8 << 20;
/// Steps of 16 bytes up to 1 KiB, then four steps to each power of two.
const CLASSES: usize = 64 + 4 * 13;
/// Blocks from this class on (of more than 64 KiB) are cut from a region, not from a piece of one.
const LARGE: usize = 64 + 4 * 6;
/// What lists guarantee.
const ALIGN: usize = 16;
const PAGE: usize = 4096;
const HUGE_PAGE: usize = 2 << 20;
/// A thread's first piece of memory, in small pages: many threads need no more.
const FIRST_PIECE: usize = 256 << 10;
const PIECE: usize = 1 << 20;
/// Reserved at once. Only what is touched takes memory.
const REGION: usize = 64 << 20;

pub struct Memory;

/// What a thread allocates from.
struct Lists {
    /// Free blocks of each class; each begins with the address of the next.
    free: [Cell<*mut u8>; CLASSES],
    /// The unused part of the newest piece.
    at: Cell<usize>,
    end: Cell<usize>,
    /// The unused part of the newest region.
    region: Cell<usize>,
    region_end: Cell<usize>,
    begun: Cell<bool>,
}

thread_local! {
    // Without a destructor, so it is there as long as the thread: destructors of others may allocate.
    static LISTS: Lists = const {
        Lists {
            free: [const { Cell::new(null_mut()) }; CLASSES],
            at: Cell::new(0),
            end: Cell::new(0),
            region: Cell::new(0),
            region_end: Cell::new(0),
            begun: Cell::new(false),
        }
    };
}

thread_local! {
    static END: End = const { End };
}

/// The end of a thread.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        // SAFETY: they are there as long as the thread, and only used by it.
        unsafe { (*lists()).leave() };
    }
}

/// What a thread has left, kept in a block of its own.
struct Left {
    free: [*mut u8; CLASSES],
    piece: (usize, usize),
    region: (usize, usize),
    next: *mut Left,
}

/// The newest of them. Locked only where threads begin and end.
struct Newest(*mut Left);

// SAFETY: what it leads to is memory that no thread uses.
unsafe impl Send for Newest {}

static LEFT: Mutex<Newest> = Mutex::new(Newest(null_mut()));

/// Class of a size of 1 to `LISTED` bytes, and the size of its blocks.
#[inline(always)]
fn class(size: usize) -> (usize, usize) {
    if size <= 1024 {
        let steps = size.div_ceil(16).max(1);
        return (steps - 1, steps * 16);
    }
    let last = size - 1;
    let power = last.ilog2() as usize;
    let quarter = last >> (power - 2) & 3;
    (
        64 + (power - 10) * 4 + quarter,
        (quarter + 5) << (power - 2),
    )
}

/// Size of the blocks of a large class.
fn large_size(class: usize) -> usize {
    let (power, quarter) = ((class - 64) / 4 + 10, (class - 64) % 4);
    (quarter + 5) << (power - 2)
}

/// This thread's lists. As short as this, so that it becomes part of what allocates.
#[inline(always)]
fn lists() -> *const Lists {
    LISTS.with(std::ptr::from_ref)
}

/// A block of 1 to `LISTED` bytes.
#[inline(always)]
fn take(size: usize) -> *mut u8 {
    // SAFETY: they are there as long as the thread, and only used by it; nothing here calls anything that allocates.
    unsafe { (*lists()).take(size) }
}

/// # Safety
/// `block` is one that `take(size)` gave, of any thread, and nobody uses it any more.
#[inline(always)]
unsafe fn give(block: *mut u8, size: usize) {
    // SAFETY: as in `take`, and the caller's promise.
    unsafe { (*lists()).give(block, size) }
}

impl Lists {
    #[inline(always)]
    fn take(&self, size: usize) -> *mut u8 {
        let (class, size) = class(size);
        let head = &self.free[class];
        let block = head.get();
        if !block.is_null() {
            // SAFETY: a block in a list is free, at least 16 bytes long, and begins with the address of the next.
            head.set(unsafe { block.cast::<*mut u8>().read() });
            return block;
        }
        let at = self.at.get();
        if self.end.get() - at >= size && class < LARGE {
            self.at.set(at + size);
            return at as *mut u8;
        }
        self.take_new(class, size)
    }

    #[cold]
    #[inline(never)]
    fn take_new(&self, class: usize, size: usize) -> *mut u8 {
        if !self.begun.replace(true) {
            self.begin();
            return self.take(size);
        }
        if class >= LARGE {
            return self.cut(size) as *mut u8;
        }
        let (start, length) = self.new_piece();
        if start == 0 {
            return null_mut();
        }
        self.at.set(start + size);
        self.end.set(start + length);
        start as *mut u8
    }

    /// Where small blocks are to be cut from, and its length. Address 0 if there is no memory.
    fn new_piece(&self) -> (usize, usize) {
        for class in (LARGE..CLASSES).rev() {
            let block = self.free[class].get();
            if !block.is_null() {
                // SAFETY: a block in a list is free, at least 16 bytes long, and begins with the address of the next.
                self.free[class].set(unsafe { block.cast::<*mut u8>().read() });
                return (block as usize, large_size(class));
            }
        }
        (self.cut(PIECE), PIECE)
    }

    /// The thread's first piece: what another has left, or small pages.
    fn begin(&self) {
        END.with(|_| ());
        if self.take_over() {
            return;
        }
        let start = map(FIRST_PIECE) as usize;
        if start != 0 {
            self.at.set(start);
            self.end.set(start + FIRST_PIECE);
        }
    }

    /// Takes what a thread that has ended has left, if there is any.
    fn take_over(&self) -> bool {
        let mut newest = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        let left = newest.0;
        if left.is_null() {
            return false;
        }
        // SAFETY: `leave` has written it, and whoever takes it out of the list owns it and what it leads to.
        let left = unsafe {
            newest.0 = (*left).next;
            drop(newest);
            left.read()
        };
        for (list, block) in self.free.iter().zip(left.free) {
            // Blocks of others that have been freed here already.
            let mut own = list.replace(block);
            while !own.is_null() {
                // SAFETY: a block in a list is free, at least 16 bytes long, and begins with the address of the next.
                unsafe {
                    let next = own.cast::<*mut u8>().read();
                    own.cast::<*mut u8>().write(list.get());
                    list.set(own);
                    own = next;
                }
            }
        }
        self.at.set(left.piece.0);
        self.end.set(left.piece.1);
        self.region.set(left.region.0);
        self.region_end.set(left.region.1);
        true
    }

    /// The thread ends: what is free here goes to one that begins.
    fn leave(&self) {
        let left = self.take(size_of::<Left>()).cast::<Left>();
        if left.is_null() {
            return;
        }
        let free = std::array::from_fn(|class| self.free[class].replace(null_mut()));
        let mut newest = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = Left {
            free,
            piece: (self.at.replace(0), self.end.replace(0)),
            region: (self.region.replace(0), self.region_end.replace(0)),
            next: newest.0,
        };
        // SAFETY: the block is that large, aligned for addresses, and in no list any more.
        unsafe { left.write(contents) };
        newest.0 = left;
    }

    /// Memory from a region that nobody has used; 0 if there is none.
    fn cut(&self, size: usize) -> usize {
        if self.region_end.get() - self.region.get() < size {
            let mut length = REGION;
            let mut start = map(length + HUGE_PAGE);
            if start.is_null() {
                // Address space is limited.
                length = size.next_multiple_of(HUGE_PAGE);
                start = map(length + HUGE_PAGE);
            }
            if start.is_null() {
                return 0;
            }
            let start = (start as usize).next_multiple_of(HUGE_PAGE);
            advise_huge(start as *mut u8, length);
            self.region.set(start);
            self.region_end.set(start + length);
        }
        let at = self.region.get();
        self.region.set(at + size);
        at
    }

    /// # Safety
    /// `block` is one that `take(size)` gave, of any thread, and nobody uses it any more.
    #[inline(always)]
    unsafe fn give(&self, block: *mut u8, size: usize) {
        let head = &self.free[class(size).0];
        // SAFETY: the block is ours now, and has room for an address.
        unsafe { block.cast::<*mut u8>().write(head.get()) };
        head.set(block);
    }
}

/// Zeroed memory, or null.
fn map(length: usize) -> *mut u8 {
    // SAFETY: a new private mapping touches nothing that exists.
    let start = unsafe {
        libc::mmap(
            null_mut(),
            length,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        null_mut()
    } else {
        start.cast()
    }
}

fn advise_huge(start: *mut u8, length: usize) {
    // SAFETY: the range is within a mapping that the caller has just made; advice does not change its contents. That
    // it may not be taken does not matter.
    unsafe { libc::madvise(start.cast(), length, libc::MADV_HUGEPAGE) };
}

fn pages(size: usize) -> usize {
    size.next_multiple_of(PAGE)
}

/// Where a block of this layout lives.
enum Place {
    List,
    Mapping,
    /// Unusual alignment.
    System,
}

#[inline(always)]
fn place(layout: &Layout) -> Place {
    match (layout.size(), layout.align()) {
        (size, align) if size <= LISTED && align <= ALIGN => Place::List,
        (size, align) if size > LISTED && align <= PAGE => Place::Mapping,
        _ => Place::System,
    }
}

// SAFETY: blocks of `List` are at least `class(size).1 >= size` bytes, aligned to 16 (pieces are page-aligned, classes are
// multiples of 16), cut from a piece or region once and then handed out only while in no list. Mappings are page-aligned and of at
// least the size. Which of the three places a block is in depends on its layout alone, which callers repeat.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match place(&layout) {
            Place::List => take(layout.size()),
            Place::Mapping => {
                let start = map(pages(layout.size()));
                if !start.is_null() && layout.size() >= HUGE_PAGE {
                    advise_huge(start, pages(layout.size()));
                }
                start
            }
            // SAFETY: the caller's promise.
            Place::System => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match place(&layout) {
            // SAFETY: the caller's promise.
            Place::List => unsafe { give(block, layout.size()) },
            Place::Mapping => {
                // SAFETY: the block is a mapping of this length that nobody uses any more.
                unsafe { libc::munmap(block.cast(), pages(layout.size())) };
            }
            // SAFETY: the caller's promise.
            Place::System => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match place(&layout) {
            Place::List => {
                let block = take(layout.size());
                if !block.is_null() {
                    // SAFETY: the block is at least this long and nobody else's.
                    unsafe { block.write_bytes(0, layout.size()) };
                }
                block
            }
            // Tables of which little may ever be touched: huge pages would be a waste.
            Place::Mapping => map(pages(layout.size())),
            // SAFETY: the caller's promise.
            Place::System => unsafe { System.alloc_zeroed(layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let new = match Layout::from_size_align(size, layout.align()) {
            Ok(new) => new,
            Err(_) => return null_mut(),
        };
        match (place(&layout), place(&new)) {
            (Place::List, Place::List) if class(layout.size()) == class(size) => return block,
            (Place::Mapping, Place::Mapping) => {
                // SAFETY: the block is a mapping of this length; only its owner knows its address.
                let moved = unsafe {
                    libc::mremap(
                        block.cast(),
                        pages(layout.size()),
                        pages(size),
                        libc::MREMAP_MAYMOVE,
                    )
                };
                if moved == libc::MAP_FAILED {
                    return null_mut();
                }
                return moved.cast();
            }
            // SAFETY: the caller's promise.
            (Place::System, Place::System) => unsafe {
                return System.realloc(block, layout, size);
            },
            (Place::List | Place::Mapping | Place::System, _) => {}
        }
        // SAFETY: `new` is a valid layout; the old block has `layout.size()` bytes and is freed once copied.
        unsafe {
            let moved = self.alloc(new);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_their_sizes() {
        let mut last = (0, 0);
        for size in 1..=LISTED {
            let (class, block) = class(size);
            assert!(
                class < CLASSES && block >= size && block % ALIGN == 0,
                "{size}"
            );
            assert!(block <= size.max(32) * 2, "{size} takes {block}");
            assert_eq!(class >= LARGE, size > 64 << 10, "{size}");
            if class >= LARGE {
                assert_eq!(large_size(class), block);
            }
            // One class, one size.
            assert!((class, block) == last || (class > last.0 || size == 1) && block > last.1);
            last = (class, block);
        }
        assert_eq!(last, (CLASSES - 1, LISTED));
    }

    /// What one thread has freed, one that begins later is given. Others that begin meanwhile may be given it instead.
    #[test]
    fn threads_leave_their_memory() {
        let address = || {
            let block = std::thread::spawn(|| {
                let block = Vec::<u8>::with_capacity(3 << 20);
                block.as_ptr() as usize
            });
            block.join().unwrap_or(0)
        };
        let addresses: Vec<usize> = (0..50).map(|_| address()).collect();
        let again = addresses.windows(2).any(|two| two[0] == two[1]);
        assert!(again, "{addresses:x?}");
    }

    /// Blocks of all sizes keep what is written to them, whichever thread frees or grows them.
    #[test]
    fn blocks_are_disjoint() {
        let fill = |n: usize, seed: usize| -> Vec<u8> {
            let mut bytes = Vec::new();
            for i in 0..n {
                bytes.push((i * 31 + seed) as u8);
            }
            bytes
        };
        let right = |bytes: &[u8], seed: usize| {
            bytes
                .iter()
                .enumerate()
                .all(|(i, b)| *b == (i * 31 + seed) as u8)
        };
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                std::thread::spawn(move || {
                    let mut kept = Vec::new();
                    for round in 0..400usize {
                        let n = (round * round * 7919 + thread * 31) % 700_000;
                        kept.push((round, fill(n % (1 << (round % 20)), round)));
                        if round % 3 == 0 {
                            let at = (round * 17) % kept.len();
                            let (seed, bytes) = kept.swap_remove(at);
                            assert!(right(&bytes, seed));
                        }
                    }
                    kept
                })
            })
            .collect();
        for thread in threads {
            for (seed, mut bytes) in thread.join().unwrap_or_default() {
                bytes.shrink_to_fit();
                assert!(right(&bytes, seed));
            }
        }
        assert!(vec![0u8; 3 << 20].iter().all(|b| *b == 0));
        assert!(vec![0u8; 3000].iter().all(|b| *b == 0));
    }
}
