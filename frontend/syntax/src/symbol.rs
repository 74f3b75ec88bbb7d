//! Interned names: those of the IR, so that a name means the same from source text to symbol table.

pub use sx_ir::Symbol;
