//! Semantic analysis: from syntax trees to verified IR, on demand, running comptime code on the way.
//!
//! * Names and declarations: `modules` (loading), `lookup`, `decls`, `nominal`, `types_eval`, `impls`, `conform`.
//! * Functions: `functions` (instances, calling convention), `generics`, `calls`, `packs`, `closures`, `adapters`,
//!   `protocols`, `asserts`, `cabi`.
//! * Code: `fncx` (emission), `value`, `expr`, `aggregate`, `arith`, `vectors`, `tuples`, `convert`, `control`, `stmt`,
//!   `errors`, `context`, `intrinsics`, `reflect`, `patterns`.
//! * Compile time: `eval` (thunks and their results), `host`.
//! * `program`: the order of a whole compilation.

mod adapters;
mod aggregate;
mod anycat;
mod asm_rules;
mod api;
mod arith;
mod asserts;
mod caches;
mod cabi;
mod calls;
mod closures;
mod conform;
mod context;
mod control;
mod convert;
mod decls;
mod erasure;
mod error_flow;
mod errors;
mod eval;
mod expr;
mod fncx;
mod functions;
mod generics;
mod host;
mod impls;
mod into;
mod intrinsics;
mod lookup;
mod metatypes;
mod methods;
mod modules;
mod named_slots;
mod nominal;
mod packs;
mod patterns;
mod program;
mod protocols;
mod reflect;
mod saved;
mod sema;
mod stmt;
mod traces;
mod tuples;
mod types_eval;
mod unreached;
mod value;
mod vectors;

pub use api::*;
pub use program::compile;
