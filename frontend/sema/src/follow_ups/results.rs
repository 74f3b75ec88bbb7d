//! A function whose result type fits nothing that it returns has a wrong result type: its callers are right.

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::Symbol;
use sx_syntax::ast::{self, Cond, DeclKind, ExprKind, ForIterKind, StmtKind};
use sx_syntax::visit::{self, Visitor};
use sx_syntax::{Diagnostic, Span};

use super::{note, within};
use crate::emission::fncx::FnCx;
use crate::sema::Sema;

/// What a function returns.
#[derive(Default)]
pub struct Returned {
    /// The errors of those it doesn't take, in order.
    rejected: Vec<Span>,
    /// The result type's name.
    ty: String,
}

/// A result type that is a mistake, most likely.
struct Doubtful {
    function: Symbol,
    /// As messages spell it.
    ty: String,
    /// Where values were rejected.
    rejected: Vec<Span>,
    /// The result type.
    declared: Span,
}

impl Sema<'_> {
    /// A value has been returned, or has not been, since there were `before` diagnostics.
    pub fn note_return(&mut self, cx: &FnCx, span: Span, fits: bool, before: usize) {
        let (Some(function), Some(ret)) = (cx.fn_id, cx.ret.ty) else {
            return;
        };
        if fits {
            if !self.caches.mistakes.returned.contains(function) {
                // What it returns of its own fits whatever it is declared to return.
                let name = self.fn_info(function).decl.name;
                let own = name.is_some_and(|name| self.sources.text(span).contains(name.as_str()));
                if !own {
                    self.caches.mistakes.returned.insert(function);
                }
            }
            return;
        }
        let ty = self.success_type(ret);
        let ty = format!("'{}'", self.type_name(ty));
        let told = self.diags.get(before..).unwrap_or(&[]);
        let told: Vec<Span> = told
            .iter()
            .filter(|d| d.message.starts_with("cannot ") && d.message.contains(&ty))
            .filter_map(|d| d.span)
            .collect();
        if !told.is_empty() {
            let known = self.caches.mistakes.results.entry(function).or_default();
            known.rejected.extend(told);
            known.ty = ty;
        }
    }

    /// Drops what is only wrong because of a wrong result type.
    pub(super) fn without_doubtful_results(&self, told: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut doubtful: Vec<Doubtful> = Vec::new();
        for (function, known) in &self.caches.mistakes.results {
            let decl = self.fn_info(*function).decl;
            if let (Some(name), Some(ret)) = (decl.name, &decl.sig.ret)
                // Computed names are all spelled alike in the tree.
                && !matches!(name.kind, ast::IdentKind::Computed(_))
                && !self.caches.mistakes.returned.contains(*function)
            {
                doubtful.push(Doubtful {
                    function: name.name,
                    ty: known.ty.clone(),
                    rejected: known.rejected.clone(),
                    declared: ret.span,
                });
            }
        }
        if doubtful.is_empty() {
            return told;
        }
        let mut out: Vec<Diagnostic> = Vec::with_capacity(told.len());
        let mut told_of: FxHashMap<usize, (Span, usize)> = FxHashMap::default();
        let mut joined: FxHashMap<usize, Span> = FxHashMap::default();
        for diag in told {
            let Some(span) = diag.span.filter(|_| diag.is_error()) else {
                out.push(diag);
                continue;
            };
            let is_rejected =
                |d: &Doubtful| d.rejected.contains(&span) && diag.message.contains(&d.ty);
            let follows =
                |d: &Doubtful| diag.message.contains(&d.ty) && self.depends_on(span, d.function);
            if let Some(at) = doubtful.iter().position(is_rejected) {
                // Functions that return what others do have the others' mistakes.
                let others = doubtful.iter().enumerate();
                if others.into_iter().any(|(i, d)| i != at && follows(d)) {
                    continue;
                }
                match told_of.get(&at) {
                    None => {
                        told_of.insert(at, (span, out.len()));
                    }
                    // An expansion tells of each iteration.
                    Some((first, _)) if *first == span => {}
                    Some((_, index)) => {
                        joined.insert(*index, doubtful[at].declared);
                        continue;
                    }
                }
            } else if doubtful.iter().any(follows) {
                continue;
            }
            out.push(diag);
        }
        for (index, declared) in joined {
            note(
                &mut out[index],
                declared,
                "the result type is declared here",
            );
        }
        out
    }

    /// Whether what stands at a place is worked out with a call of `function`.
    fn depends_on(&self, at: Span, function: Symbol) -> bool {
        let Some(tree) = self.trees.iter().find(|tree| tree.id == at.file) else {
            return false;
        };
        let mut place = Place {
            at,
            names: FxHashSet::from_iter([function]),
            in_function: false,
            smallest: u32::MAX,
            mentions: false,
        };
        visit::walk_file(&mut place, tree);
        place.mentions
    }
}

/// The smallest expression around a place, and the variables of the function around it that have something to do with
/// what is asked for.
struct Place {
    at: Span,
    names: FxHashSet<Symbol>,
    in_function: bool,
    smallest: u32,
    mentions: bool,
}

impl Place {
    fn condition(&mut self, cond: &Cond) {
        if let Cond::Bind { name, value } = cond {
            self.binds(name, value);
        }
    }

    fn binds(&mut self, name: &ast::Ident, value: &ast::Expr) {
        if mentions(value, &self.names) {
            self.names.insert(name.name);
        }
    }
}

impl Visitor for Place {
    fn function(&mut self, function: &ast::FnDecl) {
        if self.in_function || within(self.at, function.span) {
            let outer = std::mem::replace(&mut self.in_function, true);
            visit::walk_fn(self, function);
            self.in_function = outer;
        }
    }

    fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            StmtKind::For(node) if self.in_function => {
                for (capture, iter) in node.captures.iter().zip(&node.iters) {
                    if let ForIterKind::Each(walked) = &iter.kind {
                        self.binds(&capture.name, walked);
                    }
                }
            }
            StmtKind::While { cond, .. } if self.in_function => self.condition(cond),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
        if !self.in_function || stmt.span.lo > self.at.lo {
            return;
        }
        match &stmt.kind {
            StmtKind::Decl(decl) => {
                if let DeclKind::Var(var) = &decl.kind
                    && let (None, Some(init)) = (&var.ty, &var.init)
                {
                    self.binds(&decl.name, init);
                }
            }
            StmtKind::Destructure { names, value } => {
                names.iter().for_each(|name| self.binds(name, value));
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &ast::Expr) {
        if within(self.at, expr.span) && expr.span.len() <= self.smallest {
            self.smallest = expr.span.len();
            self.mentions = mentions(expr, &self.names);
        }
        if let (ExprKind::If(node), true) = (&expr.kind, self.in_function) {
            self.condition(&node.cond);
        }
        visit::walk_expr(self, expr);
    }
}

/// Whether an expression has one of these names in it.
fn mentions(expr: &ast::Expr, names: &FxHashSet<Symbol>) -> bool {
    struct Names<'n>(&'n FxHashSet<Symbol>, bool);
    impl Visitor for Names<'_> {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ExprKind::Ident(name) | ExprKind::Field { name, .. } = &expr.kind {
                self.1 |= self.0.contains(&name.name);
            }
            visit::walk_expr(self, expr);
        }
    }
    let mut found = Names(names, false);
    found.expr(expr);
    found.1
}
