//! Memory for machine code whose addresses never move, so that lazily compiled functions can refer to each other.
//!
//! One address range: a data part (read and write) followed by a code part (read and execute). The code part is a
//! memfd that is mapped a second time for writing elsewhere, so no page is ever writable and executable at one address
//! and adding a function takes no system call. Where there is no memfd, pages change their protection to be written.

#![allow(unsafe_code)]

use std::io;
use std::ptr;

const PAGE: usize = 4096;

pub struct CodeArena {
    base: *mut u8,
    data_len: usize,
    code_len: usize,
    /// The code part as seen for writing; null if it has to be made writable first.
    write: *mut u8,
    used: usize,
}

// SAFETY: the arena owns its mappings; nothing in it is tied to a thread.
unsafe impl Send for CodeArena {}

fn mmap(at: *mut u8, len: usize, prot: i32, flags: i32, fd: i32) -> io::Result<*mut u8> {
    // SAFETY: anonymous or memfd mappings; MAP_FIXED is only used inside a range this arena reserved.
    let p = unsafe { libc::mmap(at.cast(), len, prot, flags, fd, 0) };
    if p == libc::MAP_FAILED {
        Err(io::Error::last_os_error())
    } else {
        Ok(p.cast())
    }
}

fn memfd(len: usize) -> io::Result<i32> {
    // SAFETY: the name is a C string; the descriptor is checked.
    let fd = unsafe { libc::memfd_create(c"sx-jit".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` is the descriptor just made.
    if unsafe { libc::ftruncate(fd, len as libc::off_t) } != 0 {
        let error = io::Error::last_os_error();
        // SAFETY: as above.
        unsafe { libc::close(fd) };
        return Err(error);
    }
    Ok(fd)
}

impl CodeArena {
    pub fn new(data_len: usize, code_len: usize) -> io::Result<CodeArena> {
        let data_len = data_len.next_multiple_of(PAGE);
        let code_len = code_len.next_multiple_of(PAGE);
        let anonymous = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let base = mmap(
            ptr::null_mut(),
            data_len + code_len,
            libc::PROT_NONE,
            anonymous,
            -1,
        )?;
        let mut arena = CodeArena {
            base,
            data_len,
            code_len,
            write: ptr::null_mut(),
            used: 0,
        };
        let rw = libc::PROT_READ | libc::PROT_WRITE;
        mmap(base, data_len, rw, anonymous | libc::MAP_FIXED, -1)?;
        let execute = libc::PROT_READ | libc::PROT_EXEC;
        let Ok(fd) = memfd(code_len) else {
            mmap(
                arena.code(),
                code_len,
                execute,
                anonymous | libc::MAP_FIXED,
                -1,
            )?;
            return Ok(arena);
        };
        let shared = libc::MAP_SHARED;
        let exec = mmap(
            arena.code(),
            code_len,
            execute,
            shared | libc::MAP_FIXED,
            fd,
        );
        let write = mmap(ptr::null_mut(), code_len, rw, shared, fd);
        // SAFETY: the mappings keep the file alive.
        unsafe { libc::close(fd) };
        arena.write = write?;
        exec?;
        Ok(arena)
    }

    /// Start of the data part.
    pub fn data(&self) -> *mut u8 {
        self.base
    }

    fn code(&self) -> *mut u8 {
        self.base.wrapping_add(self.data_len)
    }

    /// Where the next code will stand.
    pub fn next(&self) -> usize {
        self.code() as usize + self.used
    }

    /// Bytes of code so far.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Forgets the code from `used` on, none of which may be run any more.
    pub fn truncate(&mut self, used: usize) {
        self.used = used.min(self.used);
    }

    /// Adds code assembled for [`CodeArena::next`]; `None` when the arena is full.
    pub fn add(&mut self, code: &[u8]) -> Option<*const u8> {
        if code.len() > self.code_len - self.used {
            return None;
        }
        if self.write.is_null() {
            self.write_in_place(code)?;
        } else {
            // SAFETY: the range is inside the writable view, and no code has been handed out there yet.
            unsafe {
                ptr::copy_nonoverlapping(code.as_ptr(), self.write.add(self.used), code.len());
            }
        }
        let at = self.next() as *const u8;
        self.used = (self.used + code.len())
            .next_multiple_of(16)
            .min(self.code_len);
        Some(at)
    }
}

impl CodeArena {
    /// Writes at the end of the code, whose pages can't be run meanwhile: the thread that adds code is the one that
    /// runs it.
    fn write_in_place(&mut self, code: &[u8]) -> Option<()> {
        let to = self.next();
        let from = to / PAGE * PAGE;
        let len = to + code.len() - from;
        let protect = |protection: i32| {
            // SAFETY: pages of the code part, which is ours.
            unsafe { libc::mprotect(from as *mut libc::c_void, len, protection) == 0 }
        };
        if !protect(libc::PROT_READ | libc::PROT_WRITE) {
            return None;
        }
        // SAFETY: writable now, and no code has been handed out there yet.
        unsafe { ptr::copy_nonoverlapping(code.as_ptr(), to as *mut u8, code.len()) };
        protect(libc::PROT_READ | libc::PROT_EXEC).then_some(())
    }
}

impl Drop for CodeArena {
    fn drop(&mut self) {
        // SAFETY: both mappings are the arena's own; code in them is not running when its owner drops it.
        unsafe {
            libc::munmap(self.base.cast(), self.data_len + self.code_len);
            if !self.write.is_null() {
                libc::munmap(self.write.cast(), self.code_len);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(arena: &mut CodeArena, value: u8) -> i32 {
        // mov eax, value; ret
        let at = arena.add(&[0xb8, value, 0, 0, 0, 0xc3]);
        let Some(at) = at else { return -1 };
        // SAFETY: the bytes just added are a function of this type.
        let function = unsafe { std::mem::transmute::<*const u8, extern "sysv64" fn() -> i32>(at) };
        function()
    }

    #[test]
    fn code_runs_and_stays() {
        let Ok(mut arena) = CodeArena::new(100, 1 << 20) else {
            return;
        };
        assert_eq!(answer(&mut arena, 7), 7);
        assert_eq!(answer(&mut arena, 8), 8);
        assert!(arena.add(&vec![0; 2 << 20]).is_none());
    }

    #[test]
    fn code_runs_without_a_second_mapping() {
        let Ok(mut arena) = CodeArena::new(100, 1 << 20) else {
            return;
        };
        // SAFETY: the writable view is this arena's own and not used after.
        unsafe { libc::munmap(arena.write.cast(), arena.code_len) };
        arena.write = ptr::null_mut();
        let at = arena.code();
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        assert!(
            mmap(
                at,
                arena.code_len,
                libc::PROT_READ | libc::PROT_EXEC,
                flags,
                -1
            )
            .is_ok()
        );
        assert_eq!(answer(&mut arena, 7), 7);
        assert_eq!(answer(&mut arena, 8), 8);
    }
}
