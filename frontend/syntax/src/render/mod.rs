//! The tree as source text again: what is written parses to the same tree. Whoever renders may put other text in the
//! place of names, expressions, statements and declarations (`Resolve`), as expanding a program does.

mod decls;
mod exprs;
mod members;
mod operators;
mod stmts;
mod text;

use std::borrow::Borrow;
use std::sync::Arc;

use crate::ast::*;

pub use operators::Level;
pub use text::{char_literal, names_type, needs_backtick, string_literal};

/// How a name takes part in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameUse {
    /// A variable, parameter, capture, function, type.
    Declares,
    /// Something of that kind by its name.
    Uses,
    /// What belongs to a type: fields, variants, methods, tags; names of arguments.
    Member,
}

/// What opens a scope of names.
#[derive(Clone, Copy)]
pub enum Scope<'t> {
    Function(&'t FnDecl),
    Struct(&'t StructDecl),
    Impl(&'t ImplDecl),
    /// `#code`
    Quote,
    /// Blocks, loops, branches.
    Other,
}

/// What stands in the text otherwise than in the tree. Answers are whether it has been written.
pub trait Resolve<'t> {
    fn name(&self, _r: &mut Renderer<'_, 't>, _name: Ident, _usage: NameUse) -> bool {
        false
    }
    fn expr(&self, _r: &mut Renderer<'_, 't>, _expr: &'t Expr, _level: Level) -> bool {
        false
    }
    /// The value of a constant declaration.
    fn constant(&self, _r: &mut Renderer<'_, 't>, _value: &'t Expr) -> bool {
        false
    }
    fn stmt(&self, _r: &mut Renderer<'_, 't>, _stmt: &'t Stmt) -> bool {
        false
    }
    fn item(&self, _r: &mut Renderer<'_, 't>, _item: &'t Item) -> bool {
        false
    }
    fn member(&self, _r: &mut Renderer<'_, 't>, _member: &'t Member) -> bool {
        false
    }
    fn variant(&self, _r: &mut Renderer<'_, 't>, _variant: &'t EnumMember) -> bool {
        false
    }
    fn enter(&self, _scope: Scope<'t>) {}
    fn leave(&self, _scope: Scope<'t>) {}
    /// The parts of a `#name(parts..)`.
    fn parts(&self, _name: Ident) -> &'t [Arc<Expr>] {
        &[]
    }
}

/// The text of a tree as it is.
struct Verbatim<'t> {
    computed_names: &'t [Vec<Arc<Expr>>],
}

impl<'t> Resolve<'t> for Verbatim<'t> {
    fn parts(&self, name: Ident) -> &'t [Arc<Expr>] {
        let parts = match name.kind {
            IdentKind::Computed(index) => self.computed_names.get(index.index()),
            IdentKind::Plain | IdentKind::Raw => None,
        };
        parts.map_or(&[], |parts| parts)
    }
}

/// A file's tree as source text.
pub fn render_file(file: &File) -> String {
    let resolve = Verbatim {
        computed_names: &file.computed_names,
    };
    let mut r = Renderer::new(&resolve);
    r.items(&file.items);
    r.finish()
}

pub struct Renderer<'h, 't> {
    out: String,
    indent: usize,
    resolve: &'h dyn Resolve<'t>,
}

impl<'h, 't> Renderer<'h, 't> {
    pub fn new(resolve: &'h dyn Resolve<'t>) -> Renderer<'h, 't> {
        Renderer {
            out: String::new(),
            indent: 0,
            resolve,
        }
    }

    pub fn finish(self) -> String {
        let mut out = self.out;
        out.truncate(out.trim_end().len());
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    pub fn s(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What has been written so far, for undoing.
    pub fn mark(&self) -> usize {
        self.out.len()
    }

    pub fn undo(&mut self, mark: usize) {
        self.out.truncate(mark);
    }

    pub fn written_since(&self, mark: usize) -> &str {
        self.out.get(mark..).unwrap_or("")
    }

    pub fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    /// Text of several lines, each at the indentation here.
    pub fn lines(&mut self, text: &str) {
        for (i, line) in text.lines().enumerate() {
            if i > 0 {
                self.line();
            }
            self.s(line);
        }
    }

    /// `{`, elements on lines of their own, `}`.
    pub(crate) fn braced<T>(&mut self, elements: &'t [T], each: &dyn Fn(&mut Self, &'t T)) {
        self.s("{");
        self.indented(|r| {
            for element in elements {
                r.on_line(|r| each(r, element));
            }
        });
        match elements.is_empty() {
            true => self.s("}"),
            false => {
                self.line();
                self.s("}");
            }
        }
    }

    /// A line with what `f` writes; none if it writes nothing.
    pub fn on_line(&mut self, f: impl FnOnce(&mut Self)) {
        let before = self.mark();
        self.line();
        let start = self.mark();
        f(self);
        if self.mark() == start {
            self.undo(before);
        }
    }

    pub fn indented(&mut self, f: impl FnOnce(&mut Self)) {
        self.indent += 1;
        f(self);
        self.indent -= 1;
    }

    pub fn commas<T>(&mut self, list: &'t [T], each: impl Fn(&mut Self, &'t T)) {
        for (i, one) in list.iter().enumerate() {
            if i > 0 {
                self.s(", ");
            }
            each(self, one);
        }
    }

    // ------------------------------------------------------------------------------------------------- names

    pub fn name(&mut self, name: Ident, usage: NameUse) {
        if self.resolve.name(self, name, usage) {
            return;
        }
        match name.kind {
            IdentKind::Plain => self.s(name.as_str()),
            IdentKind::Raw => {
                self.s("`");
                self.s(name.as_str());
            }
            IdentKind::Computed(_) => {
                let parts = self.resolve.parts(name);
                self.s("#name(");
                self.commas(parts, |r, part| r.expr(part));
                self.s(")");
            }
        }
    }

    pub(crate) fn attrs(&mut self, attrs: &'t Attrs) {
        if let Some(doc) = attrs.doc() {
            for line in doc.split('\n') {
                self.s("///");
                if !line.is_empty() {
                    self.s(" ");
                    self.s(line);
                }
                self.line();
            }
        }
        for note in attrs.notes() {
            self.s("@");
            self.name(note.name, NameUse::Member);
            if !note.args.is_empty() {
                self.s("(");
                self.args(&note.args);
                self.s(")");
            }
            self.line();
        }
    }

    pub(crate) fn opt(&mut self, before: &str, expr: &'t Option<impl Borrow<Expr>>) {
        if let Some(expr) = expr {
            self.s(before);
            self.expr(expr.borrow());
        }
    }

    pub(crate) fn scope(&mut self, scope: Scope<'t>, f: impl FnOnce(&mut Self)) {
        self.resolve.enter(scope);
        f(self);
        self.resolve.leave(scope);
    }

    /// What `f` writes, which then isn't.
    pub fn aside(&mut self, f: impl FnOnce(&mut Self)) -> String {
        let mark = self.mark();
        f(self);
        let text = self.written_since(mark).to_string();
        self.undo(mark);
        text
    }
}

/// Rendering is as deep as the tree is high.
pub(crate) fn with_stack<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, f)
}
