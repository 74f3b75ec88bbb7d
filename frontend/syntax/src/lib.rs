//! Lexer, parser and syntax tree of sx, and the diagnostics and source map shared by the frontend.

pub mod ast;
pub mod diag;
pub mod dump;
mod lexer;
pub mod parser;
pub mod render;
pub mod span;
pub mod symbol;
mod token;
mod turned;
pub mod visit;

pub use diag::{DiagKind, Diagnostic, LineCol, LineHint, SourceFile, SourceMap, SourceText};
pub use lexer::normalised;
pub use parser::{
    Detail, ExprFragment, ListFragment, ParseResult, foreign_value, misspelt_word, parse_expr,
    parse_file, parse_files_parallel, parse_items, parse_members, parse_outline,
    parse_protocol_members, parse_source, parse_statements, parse_variants, within,
};
pub use span::{FileId, Span};
pub use symbol::Symbol;
pub use turned::{turned_text, turns_text};
