//! Lexer, parser and syntax tree of sx, and the diagnostics and source map shared by the frontend.

pub mod ast;
pub mod diag;
pub mod span;
pub mod symbol;

pub use diag::{DiagKind, Diagnostic, LineCol, SourceFile, SourceMap};
pub use span::{FileId, Span};
pub use symbol::Symbol;
