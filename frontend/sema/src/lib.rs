//! Semantic analysis: from syntax trees to verified IR, on demand, running comptime code on the way.
//!
//! One folder each for [`declarations`] (modules, names, types and members), [`callables`] (functions, generics, packs,
//! closures, protocols, calling convention), [`expressions`], [`statements`] (with matching and the error channel),
//! [`builtins`] (intrinsics, reflection, metatypes), [`metaprogramming`] (code as values, mixins, generated declarations), [`comptime`] (folding, running engines, constants) and [`emission`]
//! (values and the function being built). `sema` holds the state all of them share, `program` the order of a whole
//! compilation, [`views`] what is shown of a program, `api` what the compiler driver sees.

mod api;
mod builtins;
mod caches;
mod callables;
mod comptime;
mod declarations;
mod emission;
mod expressions;
mod follow_ups;
mod metaprogramming;
mod program;
mod replicas;
mod scope_names;
mod scopes;
mod sema;
mod statements;
mod threads;
mod views;

pub use api::*;
pub use comptime::build::{BuildActions, BuildState, Driven, Driver, LinkJob};
pub use comptime::failure::{limit_text, runs_again};
pub use comptime::reads::ReadSet;
pub use program::compile;
pub use views::{TypeMember, TypeMembers, expand, members};
