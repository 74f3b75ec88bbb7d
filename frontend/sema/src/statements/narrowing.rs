//! Scopes: their cleanups, and what conditions prove of optionals and error slots.

use crate::emission::fncx::FnCx;
use std::rc::Rc;

use crate::sema::{Binding, Env, Res, Sema, VarId};
use sx_ir::TypeKind;
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

/// The optionals that are narrowed at a point of a function.
#[derive(Default)]
pub struct Narrowed {
    vars: Vec<VarId>,
    /// Scopes at whose end they still are: the scope, and which of its entries says so.
    kept: Vec<(usize, usize)>,
}

/// Reads of narrowed optionals, noted while somebody wants to know them.
#[derive(Default)]
pub struct Reads {
    pub wanted: u32,
    pub seen: Vec<(VarId, Span)>,
}

impl FnCx {
    /// What is narrowed here.
    pub fn narrowed(&self) -> Narrowed {
        let mut out = Narrowed::default();
        let captured = self.captures.iter().map(|capture| capture.inner);
        let proven = self.scopes.iter().flat_map(|scope| &scope.narrowed);
        for var in proven.map(|entry| entry.0).chain(captured) {
            if self.var(var).narrowed && !out.vars.contains(&var) {
                out.vars.push(var);
            }
        }
        for (at, scope) in self.scopes.iter().enumerate() {
            for (i, (var, was)) in scope.narrowed.iter().enumerate() {
                if *was && out.vars.contains(var) {
                    out.kept.push((at, i));
                }
            }
        }
        out
    }

    /// What has been assigned since isn't narrowed any more.
    pub fn ended_since(&self, known: &Narrowed) -> Vec<VarId> {
        let vars = known.vars.iter().copied();
        vars.filter(|var| !self.var(*var).narrowed).collect()
    }

    /// As it was, whatever has been assigned since.
    pub fn narrow_again(&mut self, known: &Narrowed) {
        for var in &known.vars {
            self.vars[var.0 as usize].narrowed = true;
        }
        for (scope, i) in &known.kept {
            self.scopes[*scope].narrowed[*i].1 = true;
        }
    }

    /// An optional is assigned: nothing is known of it here, nor behind the scopes around.
    pub fn end_narrowing(&mut self, var: VarId) {
        self.vars[var.0 as usize].narrowed = false;
        for scope in &mut self.scopes {
            for entry in &mut scope.narrowed {
                if entry.0 == var {
                    entry.1 = false;
                }
            }
        }
    }

    pub fn note_narrowed_read(&mut self, var: VarId, at: Span) {
        if self.narrowed_reads.wanted > 0 {
            self.narrowed_reads.seen.push((var, at));
        }
    }
}

impl Sema<'_> {
    /// Runs the innermost scope's cleanups and closes it.
    pub fn end_scope(&mut self, cx: &mut FnCx) -> Res<()> {
        let level = cx.scopes.len() - 1;
        let done = self.run_cleanups(cx, level, None);
        self.pop_scope_quiet(cx);
        done
    }

    /// Closes a scope whose cleanups don't run here.
    pub fn pop_scope_quiet(&mut self, cx: &mut FnCx) {
        if let Some(scope) = cx.scopes.pop() {
            for (var, was) in scope.narrowed.into_iter().rev() {
                cx.vars[var.0 as usize].narrowed = was;
            }
            for (var, guard) in scope.proven.into_iter().rev() {
                cx.vars[var.0 as usize].guarded_by = guard;
            }
        }
    }

    /// What a condition being `truth` says of optionals and error slots, for the innermost scope.
    pub fn narrow_from(&mut self, cx: &mut FnCx, cond: &'static ast::Expr, truth: bool) {
        let env = cx.env().clone();
        self.narrow_within(cx, &env, cond, truth);
    }

    /// `env`: what the names of the condition mean.
    fn narrow_within(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        cond: &'static ast::Expr,
        truth: bool,
    ) {
        let (env, cond) = self.seen_as_lowered(cx, env, cond);
        match &cond.kind {
            ExprKind::Binary {
                op: ast::BinOp::And,
                lhs,
                rhs,
                ..
            } if truth => {
                self.narrow_within(cx, &env, lhs, true);
                self.narrow_within(cx, &env, rhs, true);
            }
            ExprKind::Binary {
                op: ast::BinOp::Or,
                lhs,
                rhs,
                ..
            } if !truth => {
                self.narrow_within(cx, &env, lhs, false);
                self.narrow_within(cx, &env, rhs, false);
            }
            ExprKind::Binary { op, lhs, rhs, .. }
                if matches!(op, ast::BinOp::Ne | ast::BinOp::Eq) =>
            {
                let (left_env, left) = self.seen_as_lowered(cx, &env, lhs);
                let (right_env, right) = self.seen_as_lowered(cx, &env, rhs);
                let (env, named) = match (&left.kind, &right.kind) {
                    (ExprKind::Ident(_), ExprKind::Null) => (left_env, left),
                    (ExprKind::Null, ExprKind::Ident(_)) => (right_env, right),
                    _ => return,
                };
                if (*op == ast::BinOp::Ne) == truth
                    && let Some(binding) = self.named_binding(&env, named)
                    && let Some(var) = Self::own_copy(cx, &binding)
                    && matches!(self.m.types.kind(cx.var(var).ty), TypeKind::Optional(_))
                {
                    self.set_narrowed(cx, var, true);
                }
            }
            _ => self.prove_within(cx, &env, cond, truth),
        }
    }

    /// `!e` true (or `e` false) proves the error absent: its slots may be read in the innermost scope.
    pub fn prove_from(&mut self, cx: &mut FnCx, cond: &'static ast::Expr, truth: bool) {
        let env = cx.env().clone();
        self.prove_within(cx, &env, cond, truth);
    }

    fn prove_within(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        cond: &'static ast::Expr,
        truth: bool,
    ) {
        let (env, cond) = self.seen_as_lowered(cx, env, cond);
        let (env, name, truth) = match &cond.kind {
            ExprKind::Unary {
                op: ast::UnOp::Not,
                expr,
            } => {
                let (env, name) = self.seen_as_lowered(cx, &env, expr);
                (env, name, !truth)
            }
            ExprKind::Ident(_) => (env, cond, truth),
            ExprKind::Binary {
                op: ast::BinOp::And,
                lhs,
                rhs,
                ..
            } if truth => {
                self.prove_within(cx, &env, lhs, true);
                return self.prove_within(cx, &env, rhs, true);
            }
            _ => return,
        };
        if !matches!(name.kind, ExprKind::Ident(_)) {
            return;
        }
        if truth {
            return;
        }
        let error = self.named_binding(&env, name);
        let Some(error) = error.and_then(|binding| Self::own_copy(cx, &binding)) else {
            return;
        };
        for i in 0..cx.vars.len() {
            if cx.vars[i].guarded_by == Some(error) {
                cx.vars[i].guarded_by = None;
                if let Some(scope) = cx.scopes.last_mut() {
                    scope.proven.push((VarId(i as u32), Some(error)));
                }
            }
        }
    }

    /// The function's own variable that is named, or its copy of one that it has captured already.
    pub fn own_named(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> Option<VarId> {
        let (env, expr) = self.seen_through(cx.env(), expr);
        match &expr.kind {
            ExprKind::Ident(_) => Self::own_copy(cx, &self.named_binding(&env, expr)?),
            _ => None,
        }
    }

    fn own_copy(cx: &FnCx, binding: &Binding) -> Option<VarId> {
        match *binding {
            Binding::Var { cx: id, var } if id == cx.id => Some(var),
            Binding::Var { cx: id, var } => cx
                .captures
                .iter()
                .find(|capture| capture.outer_cx == id && capture.outer == var)
                .map(|capture| capture.inner),
            _ => None,
        }
    }

    pub fn set_narrowed(&mut self, cx: &mut FnCx, var: VarId, narrowed: bool) {
        let was = std::mem::replace(&mut cx.vars[var.0 as usize].narrowed, narrowed);
        if let Some(scope) = cx.scopes.last_mut() {
            scope.narrowed.push((var, was));
        }
    }
}
