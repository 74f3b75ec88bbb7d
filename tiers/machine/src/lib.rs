//! The machine that engines share: flat sandboxed memory, deterministic allocator, frames, host functions of libc.

pub mod ctx;
