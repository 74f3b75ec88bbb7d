//! The register bytecode VM: the default comptime engine, and the first tier of `auto`.
//!
//! ```text
//! IR function --translate--> FuncCode (words of [`isa`]) --dispatch--> registers = words of the shared frame
//! ```
//!
//! * [`isa`]: the instruction set, one table.
//! * [`mod@translate`]: IR to bytecode, per function at its first call.
//! * `dispatch`: the loop, and around it what is rare; `vm`: its state.
//! * [`tiering`]: what is hot, and the interface of the compiler that makes machine code of it. Machine code and VM
//!   call each other through `VmCtx::entries`; a loop that gets hot continues in machine code in the same frame.
//! * [`observe`]: who may watch a run in the VM.
//! * [`engine`]: the two [`sx_tier_api::ComptimeEngine`]s.

pub mod code;
mod dispatch;
pub mod engine;
pub mod isa;
pub mod observe;
pub mod tiering;
pub mod translate;
mod vm;

pub use dispatch::call_host_function;
pub use engine::{AutoEngine, VmEngine};
pub use observe::{Calls, Observer};
pub use tiering::{HotCompiler, Tiering};
