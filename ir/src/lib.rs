//! The typed IR of sxc: the one program form that every tier and the backend read.
//!
//! * [`types`] and [`layout`]: sx types, interned, and what they occupy on the target.
//! * [`op`]: the table of operations; one row defines enum, names and typing.
//! * [`semantics`]: what each scalar operation computes, used by folding, engines and tests.
//! * [`func`] and [`module`]: functions, statements, expressions, globals.
//! * [`image`]: static data with relocations.
//! * [`walk`], [`verify`], [`print`], [`parse`]: the shape of IR, its contract, its text form.
//! * [`opt`]: what is improved once, for every tier.
//! * [`trap`]: the ways a program can stop, and their wording; [`spelling`]: what a misspelt name was meant to be.

pub mod func;
pub mod image;
pub mod layout;
mod lex;
pub mod locs;
pub mod module;
pub mod op;
pub mod opt;
pub mod parse;
mod parse_body;
pub mod print;
pub mod semantics;
pub mod spelling;
pub mod symbol;
pub mod target;
pub mod trap;
pub mod types;
pub mod verify;
pub mod walk;

pub use func::*;
pub use image::*;
pub use locs::{InlinedAt, SrcLoc};
pub use module::*;
pub use op::*;
pub use symbol::Symbol;
pub use target::Target;
pub use trap::TrapKind;
pub use types::{TypeId, TypeKind, TypeTable};
