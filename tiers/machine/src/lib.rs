//! The machine that engines share: flat sandboxed memory, deterministic allocator, frames, host functions of libc.
//!
//! * [`memory`], [`mapping`]: address space, initial globals; host memory behind it.
//! * [`heap`]: the deterministic allocator. [`builtin`]: its functions of libc, and memory moves.
//! * [`ctx`], [`machine`]: what VM, machine code and interpreter share while running.
//! * [`bulk`]: simple loops, many iterations at once.
//! * [`host`]: the standard host (libc, grants, transcript, host libraries).
//! * [`extract`]: results into static data.
//! * [`show`]: values as text, for messages.
//! * [`watch`]: looking at machines that run.
//! * [`stack`]: running deep recursion on a large stack.
//!
//! # What an engine does
//!
//! ```text
//! let mut machine = Box::new(Machine::new(module, root, limits));
//! if let Some(why) = machine.unusable() { return machine.into_outcome(Status::Refused(why)) }
//! // run: args into words 0.. of machine.frames_base(), enter(root), execute, leave
//! machine.into_outcome(Status::Finished(results))     // or Trapped, Limit, Exit, ...: frames are taken from records
//! ```
//!
//! * [`Machine::ctx`] is the [`ctx::VmCtx`]; all its fields are set but `entries` and `owner` (the engine's). It has no
//!   pointers into the `Machine` value itself; its own address must stay put only while machine code runs.
//! * Constants of the code: [`memory::AddressSpace::global_address`], [`memory::AddressSpace::function_value`]
//!   (`machine.space`); both answer for everything reachable from the root. They depend on (module, root, limits) alone.
//! * Memory: [`Machine::load`], [`Machine::store`], [`Machine::copy`], [`Machine::fill`] check and return
//!   [`ctx::Fault`]. Tiers with their own access code test `addr >= load_start (store_start) && len <= mem_end &&
//!   addr <= mem_end - len` and get the fault from [`ctx::VmCtx::load_fault`] / [`ctx::VmCtx::store_fault`].
//!   `mem_end` changes only during host calls (the heap grows); `mem_base` never.
//! * Calls: [`Machine::enter`] / [`Machine::leave`] are the entry and exit sequence (step, depth, record, stack);
//!   [`Machine::step`] counts a loop iteration; [`Machine::resolve_call`] checks an indirect call;
//!   [`Machine::call_host`] (or `call_host_into`, without a `Vec`) runs `Linkage::Extern` and `Linkage::Host` functions, which take no step and no record.
//!   While one runs, [`Machine::free_words`] is where another frame may go and [`Machine::reenter`] runs a function of
//!   the program for it (callbacks from C); an engine with frames of its own lends a memory that does so itself.
//!   A function without a body and of another linkage is a [`sx_tier_api::Status::Bug`].
//!
//! # Rules that make engines agree
//!
//! * Position of a trap (`set_loc` of the innermost frame): the trapping node's `expr_locs` entry, or if that is
//!   `LocId(0)`, the statement's `loc`. Faults of statements themselves (store, copy, fill, atomics, `trap`, bad
//!   indirect call, host faults) are at the statement. A `call` statement sets `loc` to the statement's before calling.
//!   A step limit at a loop iteration is at the `loop` statement's loc. A limit on function entry is at the caller's
//!   call; `Stack` shows the callee too, at `Function::loc`.
//! * Every loop iteration counts a step at its start, the first included (also after `continue`).
//! * Indirect call: target operand, arguments, then the checks of the target value (`BadCall` a = value, then
//!   `BadCallSignature` a = value unless the `SigId`s are equal), then the entry sequence.
//! * `Copy` checks dst before src; `copy` and `fill` of length 0 never trap. Atomic accesses check like plain ones; RMW
//!   and cmpxchg check as stores, also when nothing is stored.
//! * A trap's operands that say nothing are 0: `NullAccess` (addr, 0), `ConstWrite` (addr, 0), `BadAccess` (addr, len),
//!   `DivideByZero` (0, 0), `StmtKind::Trap` (0, 0). `Check` gives (a, b).
//! * `switch` compares zero-extended patterns with the case values as given.
//! * Extern and host functions may be the root.

pub mod builtin;
pub mod bulk;
pub mod ctx;
mod digest;
mod events;
pub mod extract;
pub mod heap;
pub mod host;
pub mod machine;
pub mod mapping;
pub mod memory;
pub mod show;
mod snapshot;
pub mod stack;
pub mod watch;

pub use events::MemoryEvent;
pub use extract::{Dangling, ExtractError, Extracted, NewObject, extract, extract_anew};
pub use host::{CompilerHost, Echo, Effect, Grants, HostOptions, StdHost, Transcript};
pub use machine::{Machine, Reenter, fault_of, give_results, status_of};
