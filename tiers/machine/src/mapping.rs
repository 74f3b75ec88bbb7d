//! Reserved host address space, recycled between machines so that making one costs microseconds.

#![allow(unsafe_code)]

use std::sync::Mutex;

/// A private anonymous mapping, readable and writable, whose pages cost nothing until touched.
pub struct Mapping {
    base: *mut u8,
    len: usize,
}

// SAFETY: the mapping is owned memory like a Vec<u8>; nothing about it belongs to a thread.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(len: usize) -> Option<Mapping> {
        // SAFETY: an anonymous mapping at an address of the kernel's choice touches no existing memory.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        (base != libc::MAP_FAILED).then(|| Mapping {
            base: base.cast(),
            len,
        })
    }

    pub fn base(&self) -> *mut u8 {
        self.base
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Gives the pages of the range back; they read as zero again. The range is clipped to whole pages inside it.
    pub fn discard(&self, from: usize, to: usize) {
        let from = from.next_multiple_of(PAGE);
        let to = to.min(self.len) / PAGE * PAGE;
        if from < to {
            // SAFETY: the range lies inside our own mapping, and no reference into it is held across this call.
            unsafe { libc::madvise(self.base.add(from).cast(), to - from, libc::MADV_DONTNEED) };
        }
    }

    /// Makes the range read as zero.
    pub fn clear(&self, from: usize, to: usize) {
        let (from, to) = (from.min(self.len), to.min(self.len));
        if to <= from {
            return;
        }
        let (inner_from, inner_to) = (from.next_multiple_of(PAGE), to / PAGE * PAGE);
        if to - from <= CLEAR_BY_HAND || inner_from >= inner_to {
            // SAFETY: from..to lies inside the mapping.
            unsafe { self.base.add(from).write_bytes(0, to - from) };
            return;
        }
        // SAFETY: the edges lie inside the mapping.
        unsafe {
            self.base.add(from).write_bytes(0, inner_from - from);
            self.base.add(inner_to).write_bytes(0, to - inner_to);
        }
        self.discard(inner_from, inner_to);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: we own the mapping and nobody can use it after this.
        unsafe { libc::munmap(self.base.cast(), self.len) };
    }
}

pub const PAGE: usize = 4096;
/// Up to here overwriting is cheaper than giving pages back and faulting them in again.
const CLEAR_BY_HAND: usize = 32 << 10;
const POOLED: usize = 8;

static POOL: Mutex<Vec<Mapping>> = Mutex::new(Vec::new());

/// A zeroed mapping of at least `len` bytes; `None` if the host has no address space left.
pub fn acquire(len: usize) -> Option<Mapping> {
    let len = len.checked_next_multiple_of(64 << 20)?;
    let mut pool = POOL.lock().unwrap_or_else(|poison| poison.into_inner());
    if let Some(index) = pool.iter().position(|m| m.len == len) {
        return Some(pool.swap_remove(index));
    }
    drop(pool);
    Mapping::new(len)
}

/// Up to `len` bytes, as much as the host gives, so that a limited address space still works.
pub fn acquire_most(mut len: usize) -> Option<Mapping> {
    loop {
        match acquire(len) {
            Some(mapping) => return Some(mapping),
            None if len > 64 << 20 => len /= 2,
            None => return None,
        }
    }
}

/// Gives a mapping back; the caller has zeroed what it touched.
pub fn release(mapping: Mapping) {
    let mut pool = POOL.lock().unwrap_or_else(|poison| poison.into_inner());
    if pool.len() >= POOLED {
        pool.remove(0);
    }
    pool.push(mapping);
}
