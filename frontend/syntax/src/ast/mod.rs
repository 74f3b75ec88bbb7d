//! The syntax tree of sx, as written: nothing is resolved and hardly anything is rewritten (`a |> f(b)` becomes
//! `f(a, b)`).
//!
//! Types and values share `Expr`, because in sx a type is a value (`size_of(*T)`, `i64 == T`). What only later
//! stages can tell apart shares a node: `Star` is address-of or a pointer type, `Call` is a call or an applied
//! generic, `Field` a member or a path, `Binary(Or)` the boolean `or` or a failable's fallback.
//!
//! Declarations that are checked again per instance sit behind `Arc`, so later stages can hold on to them.

mod decls;
mod exprs;
mod stmts;

pub use decls::*;
pub use exprs::*;
pub use stmts::*;

pub use crate::span::{FileId, Span};
pub use crate::symbol::Symbol;

/// Number of an expression, unique within its source text. Later stages attach what they learn to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExprId(pub u32);

/// A name where it is declared or used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Without the backtick. For `Computed` names the text `#name`.
    pub name: Symbol,
    pub kind: IdentKind,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdentKind {
    Plain,
    /// Written with a backtick: never a keyword or builtin type.
    Raw,
    /// `#name(parts..)`: index into `computed_names` of the source text's parse result.
    Computed(ComputedName),
}

/// Number of a name that is computed. Of three bytes, as names are most of what a tree consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ComputedName([u8; 3]);

impl ComputedName {
    /// `None` if a text has as many as that.
    pub fn new(index: usize) -> Option<ComputedName> {
        match u32::try_from(index).ok()?.to_le_bytes() {
            [a, b, c, 0] => Some(ComputedName([a, b, c])),
            _ => None,
        }
    }

    pub fn index(self) -> usize {
        let [a, b, c] = self.0;
        u32::from_le_bytes([a, b, c, 0]) as usize
    }
}

impl Ident {
    pub fn is_raw(self) -> bool {
        self.kind == IdentKind::Raw
    }

    /// `_`, which discards.
    pub fn is_discard(self) -> bool {
        self.kind == IdentKind::Plain && self.name.is_special() && self.name == "_"
    }

    pub fn as_str(self) -> &'static str {
        self.name.as_str()
    }
}
