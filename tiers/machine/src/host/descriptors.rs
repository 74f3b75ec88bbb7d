//! Descriptors that an evaluation has opened. What it leaves open is closed at its end: nothing of it may reach the next one,
//! nor another engine's run of the same, which would get other numbers.

#![allow(unsafe_code)]

use sx_ir::target::Endian;
use sx_tier_api::SandboxMemory;

use super::Args;

#[derive(Default)]
pub(super) struct Descriptors(Vec<i32>);

impl Descriptors {
    pub(super) fn contains(&self, fd: i32) -> bool {
        self.0.contains(&fd)
    }

    /// Keeps account of a call that gave `result`.
    pub(super) fn note(
        &mut self,
        symbol: &str,
        args: &Args,
        result: i32,
        memory: &dyn SandboxMemory,
        endian: Endian,
    ) {
        match symbol {
            "open" | "openat" | "creat" | "dup" | "dup2" | "dup3" | "memfd_create" | "socket"
            | "accept" | "accept4" | "epoll_create" | "epoll_create1" | "eventfd" | "signalfd"
            | "timerfd_create" | "inotify_init" | "inotify_init1" => self.add(result),
            "pipe" | "pipe2" if result == 0 => self.add_pair(args.get(0), memory, endian),
            "socketpair" if result == 0 => self.add_pair(args.get(3), memory, endian),
            "close" if result == 0 => self.forget(args.int(0)),
            // From here on it belongs to the stream.
            "fdopen" | "fdopendir" => self.forget(args.int(0)),
            _ => {}
        }
    }

    fn forget(&mut self, fd: i32) {
        self.0.retain(|known| *known != fd);
    }

    /// The standard ones are not the evaluation's.
    fn add(&mut self, fd: i32) {
        if fd > 2 && !self.contains(fd) {
            self.0.push(fd);
        }
    }

    fn add_pair(&mut self, place: u64, memory: &dyn SandboxMemory, endian: Endian) {
        for at in [place, place.wrapping_add(4)] {
            if let Some(bytes) = memory.read_some(at, 4) {
                self.add(crate::memory::read_word(bytes, endian) as i32);
            }
        }
    }
}

impl Drop for Descriptors {
    fn drop(&mut self) {
        for fd in &self.0 {
            // SAFETY: it was opened for the evaluation, which has ended, and nobody else knows of it.
            unsafe { libc::close(*fd) };
        }
    }
}
