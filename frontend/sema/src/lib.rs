//! Semantic analysis: from syntax trees to verified IR, on demand, running comptime code on the way.
//!
//! * Names and declarations: `modules` (loading), `lookup`, `decls`, `nominal`, `templates`, `types_eval`, `impls`,
//!   `methods`, `conform`, `unreached`.
//! * Functions: `functions` (instances, calling convention), `bodies`, `generics`, `binding`, `type_fns`, `calls`,
//!   `arguments`, `declared`, `packs`, `closures`, `adapters`, `patterns`, `protocols`, `erasure`, `into`, `asserts`,
//!   `cabi`.
//! * Expressions: `expr`, `names`, `members`, `indexing`, `casts`, `aggregate`, `variants`, `arith`, `compare`, `logic`,
//!   `vectors`, `tuples`, `optionals`, `convert`, `cast`, `anycat`.
//! * Statements: `stmt`, `bindings`, `assign`, `loops`, `returns`, `narrowing`, `control`, `matching`, `statics`,
//!   `errors`, `error_flow`, `traces`, `context`.
//! * The compiler's own functions: `intrinsics`, `reflection`, `atomics`, `reflect` (run-time type records),
//!   `metatypes`.
//! * Emission: `fncx`, `value`. Compile time: `eval`, `constants`, `host`. `program`: the order of a whole compilation.

mod adapters;
mod aggregate;
mod anycat;
mod api;
mod arguments;
mod arith;
mod asm_rules;
mod asserts;
mod assign;
mod atomics;
mod binding;
mod bindings;
mod bodies;
mod cabi;
mod caches;
mod calls;
mod cast;
mod casts;
mod closures;
mod compare;
mod conform;
mod constants;
mod context;
mod control;
mod convert;
mod declared;
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
mod indexing;
mod into;
mod intrinsics;
mod logic;
mod lookup;
mod loops;
mod matching;
mod members;
mod metatypes;
mod methods;
mod modules;
mod named_slots;
mod names;
mod narrowing;
mod nominal;
mod optionals;
mod packs;
mod patterns;
mod program;
mod protocols;
mod reflect;
mod reflection;
mod returns;
mod saved;
mod sema;
mod statics;
mod stmt;
mod templates;
mod traces;
mod tuples;
mod type_fns;
mod types_eval;
mod unreached;
mod value;
mod variants;
mod vectors;

pub use api::*;
pub use program::compile;
