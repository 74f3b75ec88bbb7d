//! The dispatch loop: fetches an instruction word, does it, goes on.
//!
//! `instructions.in.rs` is one `match` over the opcodes, made into a loop by `looped` and into functions that call each
//! other in tail position by `threaded`; `run` chooses. Registers are words at a raw frame pointer, code is a raw
//! pointer to instruction words. What is rare is in `slow`, out of line, so that the few live values stay in registers.
//! Calls push a call record and a return address and go on in the same loop: sx recursion takes no host stack.
//!
//! # Safety
//! All functions here are for a [`crate::vm::Vm`] whose tables are filled for its machine and module, and rely on:
//! * the code comes from the translator, for a verified function: registers lie below the function's frame size,
//!   branches stay inside the code, every path ends in a return or trap;
//! * entry has checked that the frame lies inside the register stack, so every register access does;
//! * sandbox addresses are checked against the context before use, except for places the translator has proved to be
//!   inside the function's frame memory or a global;
//! * `machine`, `infos`, `globals`, `returns` and the code stay where they are while the VM runs.

#![allow(unsafe_code)]

mod entry;
mod foresight;
mod launch;
mod looped;
mod native_stack;
mod reentry;
mod run;
mod scalar;
mod slow;
#[cfg(all(test, target_arch = "x86_64"))]
mod tests;
mod threaded;

use entry::{HALT, start};
use run::run;

pub(crate) use foresight::{Forecast, Foresight};
pub(crate) use launch::{launch, stub, trim_returns};
pub(crate) use slow::Resume;
pub use slow::call_host_function;

/// Why the loop was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Returned,
    /// Operands are in the context.
    Trap,
    /// The limit is in the context.
    Limit,
    /// `Vm::stop` says why.
    Stop,
    /// To be resumed at `Vm::resume` on a larger stack.
    Suspended,
}
