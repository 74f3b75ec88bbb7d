//! x86-64 baseline compiler for comptime: machine code on the frames that `sx_machine::ctx` describes.
//!
//! * [`compile`]: the [`Compiler`], one function at a time; [`engine`]: an engine that runs nothing but its code.
//! * [`plan`] on [`liveness`]: which locals get registers; [`nan`]: which may hold odd NaNs; [`facts`]:
//!   which accesses need no check. [`emit`]: state while a function is compiled.
//! * [`control`], [`recurrence`], [`bulk_loop`], [`calls`], [`expr`], [`ints`], [`divide`], [`floats`], [`convert`], [`cond`], [`memory`], [`bulk`]:
//!   code per construct; [`cold`]: what stands behind the function.
//! * [`listing`]: machine code as text.
//! * [`regs`]: what registers are for; [`stubs`], [`helpers`]: shared code in assembly and in Rust; [`arena`], [`pool`]: memory.

// The assembler's macro converts register numbers of whatever type.
#![allow(clippy::useless_conversion)]

pub mod arena;
mod bits;
mod bulk;
mod bulk_loop;
mod calls;
mod cold;
pub mod compile;
mod cond;
mod control;
mod convert;
mod divide;
mod emit;
pub mod engine;
mod expr;
mod facts;
mod floats;
mod helpers;
mod ints;
pub mod listing;
mod liveness;
mod memory;
mod nan;
mod plan;
mod pool;
mod recurrence;
mod regs;
mod scan;
pub mod stubs;

pub use compile::{Code, Compiler, Options};
pub use engine::JitEngine;
pub use stubs::Callbacks;
