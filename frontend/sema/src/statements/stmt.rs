//! Statements: declarations, assignment, loops, jumps, cleanups (reference part 3 §2, §4).

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, StmtKind};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::{Cleanup, FnCx};
use crate::emission::value::{Val, ValKind};
use crate::metaprogramming::insertion::unknown_names;
use crate::sema::{Binding, Failed, Res, Sema};
use crate::statements::errors::strip_parens;

/// Whether a body contains `return <value>` (nested lambdas excluded).
pub fn returns_value(block: &'static ast::Block) -> bool {
    struct Finder(bool);
    impl sx_syntax::visit::Visitor for Finder {
        fn stmt(&mut self, stmt: &ast::Stmt) {
            if let StmtKind::Return(values) = &stmt.kind
                && !values.is_empty()
            {
                self.0 = true;
            }
            sx_syntax::visit::walk_stmt(self, stmt);
        }
        fn function(&mut self, _function: &ast::FnDecl) {}
    }
    let mut finder = Finder(false);
    sx_syntax::visit::Visitor::block(&mut finder, block);
    finder.0
}

impl Sema<'_> {
    /// Lowers statements in a scope of their own; yields the tail's value if it has one and `as_value`.
    pub fn lower_stmts(
        &mut self,
        cx: &mut FnCx,
        block: &'static ast::Block,
        as_value: bool,
    ) -> Res<Option<Val>> {
        let want = if as_value {
            cx.ret
                .ty
                .map(|t| self.success_type(t))
                .filter(|t| *t != TypeId::VOID)
        } else {
            None
        };
        let branches = |tail: &ast::Expr| {
            matches!(
                tail.kind,
                ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_)
            )
        };
        // Of a pure failable, which has no other value to want.
        let error = cx.ret.named.is_empty() && cx.ret.ty.is_some_and(|ret| self.is_failable(ret));
        if as_value
            && cx.ret.ty.is_some()
            && let Some(tail) = &block.tail
            && !is_statement_if(tail)
            && (want.is_some() || error || !branches(tail))
        {
            let before = self.lower_stmt_list(cx, &block.stmts);
            if cx.dead {
                return before.map(|()| None);
            }
            self.at(cx, tail.span);
            // Looked at even after a mistake before it, for its own.
            let val = self.lower_return_operand(cx, tail, want);
            return before.and(val.map(Some));
        }
        self.lower_stmts_in(cx, block, as_value, want)
    }

    pub fn lower_stmts_in(
        &mut self,
        cx: &mut FnCx,
        block: &'static ast::Block,
        as_value: bool,
        want: Option<TypeId>,
    ) -> Res<Option<Val>> {
        let before = self.lower_stmt_list(cx, &block.stmts);
        if cx.dead {
            return before.map(|()| None);
        }
        // The tail is looked at even after a mistake before it, for its own.
        let tail = match &block.tail {
            Some(tail) if as_value && is_statement_if(tail) => {
                self.lower_expr_stmt(cx, tail).map(|()| None)
            }
            Some(tail) if as_value => {
                self.at(cx, tail.span);
                self.lower_tail(cx, tail, want).map(Some)
            }
            Some(tail) => self.lower_expr_stmt(cx, tail).map(|()| None),
            // A block `if` or match at the end of a value block is its value even though it is a statement.
            None => Ok(None),
        };
        before.and(tail)
    }

    pub fn lower_tail(
        &mut self,
        cx: &mut FnCx,
        tail: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        match &tail.kind {
            ExprKind::If(node) => self.lower_if(
                cx,
                node,
                want,
                node.else_.is_some() || !matches!(want, None | Some(TypeId::VOID)),
            ),
            ExprKind::Match(node) => self.lower_match(cx, node, want, true),
            _ => self.lower_operand_raw(cx, tail, want),
        }
    }

    pub fn lower_stmt_list(&mut self, cx: &mut FnCx, stmts: &'static [ast::Stmt]) -> Res<()> {
        let mut failed = false;
        for stmt in stmts {
            if cx.dead {
                // Parsed, never run, not checked.
                break;
            }
            if self.lower_stmt(cx, stmt).is_err() {
                failed = true;
                self.poison_names(cx, stmt);
            }
        }
        if failed { Err(Failed) } else { Ok(()) }
    }

    /// A failed declaration's names stay silent where they are used.
    pub fn poison_names(&mut self, cx: &mut FnCx, stmt: &'static ast::Stmt) {
        let names = match &stmt.kind {
            StmtKind::Decl(decl) => std::slice::from_ref(&decl.name),
            StmtKind::Destructure { names, .. } => names,
            _ => &[],
        };
        for name in names {
            let env = cx.env().clone();
            if let Ok(name) = self.spelled(&env, *name)
                && env.names.borrow().get(&name.name).is_some()
            {
                continue;
            }
            self.poison_name(cx, *name);
        }
    }

    /// Whatever a name would have been is silent where it is used.
    pub fn poison_name(&mut self, cx: &mut FnCx, name: ast::Ident) {
        let env = cx.env().clone();
        let Ok(spelled) = self.spelled(&env, name) else {
            // It may have been any.
            env.bind(unknown_names(), Binding::Poison);
            return;
        };
        env.bind(spelled.name, Binding::Poison);
        if matches!(name.kind, ast::IdentKind::Computed(_)) {
            self.note_made_name(cx, spelled.name);
        }
    }

    pub fn lower_stmt(&mut self, cx: &mut FnCx, stmt: &'static ast::Stmt) -> Res<()> {
        self.at(cx, stmt.span);
        if cx.in_cleanup
            && self.in_code_put()
            && let StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break | StmtKind::Continue =
                &stmt.kind
        {
            return Err(self.error(
                stmt.span,
                "code that is put into a cleanup can't leave it: a cleanup body has nothing to transfer control to",
            ));
        }
        match &stmt.kind {
            StmtKind::Decl(decl) => self.lower_decl(cx, decl),
            StmtKind::Destructure { names, value } => self.lower_destructure(cx, names, value),
            StmtKind::Discard(value) => {
                // Dropping a value slot needs no proof.
                if let ExprKind::Ident(name) = &value.kind
                    && let Some(Binding::Var { cx: id, var }) = cx.env().get(name.name)
                    && id == cx.id
                    && cx.var(var).guarded_by.is_some()
                {
                    return Ok(());
                }
                let val = self.lower_operand_discard(cx, value)?;
                self.must_not_be_failable(cx, &val, value)?;
                // What is dropped has been evaluated: a place is read, which may trap.
                if let ExprKind::Deref(_) | ExprKind::Field { .. } = &value.kind
                    && let ValKind::Place(_) = val.kind
                {
                    let read = self.own(cx, &val);
                    self.stable(cx, &read);
                }
                Ok(())
            }
            StmtKind::Assign { target, op, value } => {
                self.lower_assign(cx, target, *op, value, stmt.span)
            }
            StmtKind::MultiAssign { targets, values } => {
                self.lower_multi_assign(cx, targets, values, stmt.span)
            }
            StmtKind::Return(values) => self.lower_return(cx, values, stmt.span),
            StmtKind::Raise(value) => self.lower_raise(cx, value, stmt.span),
            StmtKind::Break => self.lower_jump(cx, true, stmt.span),
            StmtKind::Continue => self.lower_jump(cx, false, stmt.span),
            StmtKind::Defer(body) => self.enter_cleanup(cx, Cleanup::Defer(body)),
            StmtKind::OnFail { tag, body } => {
                match cx.ret.ty {
                    Some(ty) => self.may_clean_up_errors(ty, stmt.span)?,
                    None => cx.doubtful_onfail = cx.doubtful_onfail.or(Some(stmt.span)),
                }
                self.enter_cleanup(cx, Cleanup::OnFail { tag: *tag, body })
            }
            StmtKind::Push { value, body } => self.lower_push(cx, value, body, stmt.span),
            StmtKind::While { cond, body } => self.lower_while(cx, cond, body),
            StmtKind::For(node) => {
                if node.inline {
                    self.lower_inline_for(cx, node)
                } else {
                    self.lower_for(cx, node)
                }
            }
            StmtKind::Insert(expr) => self.lower_insert(cx, expr),
            StmtKind::Error(directive) => Err(self.error_directive(cx, directive)),
            StmtKind::Assert(assert) => self.lower_assert(cx, assert),
            StmtKind::Expr { expr, .. } => self.lower_expr_stmt(cx, expr),
        }
    }

    /// `onfail` in a function with this result.
    pub fn may_clean_up_errors(&mut self, result: TypeId, at: Span) -> Res<()> {
        match self.m.types.kind(result) {
            TypeKind::Failable { .. } => Ok(()),
            _ => Err(self.error(
                at,
                "`onfail` is only valid inside a failable function — use `defer`",
            )),
        }
    }

    pub fn lower_operand_discard(&mut self, cx: &mut FnCx, value: &'static ast::Expr) -> Res<Val> {
        let val = self.lower_operand_raw(cx, value, None)?;
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
        }
        Ok(val)
    }

    pub fn lower_expr_stmt(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<()> {
        match &expr.kind {
            ExprKind::If(node) => {
                self.lower_if(cx, node, None, false)?;
            }
            ExprKind::Match(node) => {
                self.lower_match(cx, node, None, false)?;
            }
            ExprKind::Block(block) => {
                cx.push_scope();
                let done = self.lower_stmts_in(cx, block, false, None);
                self.end_scope(cx)?;
                done?;
            }
            ExprKind::Insert(inner) => self.lower_insert(cx, inner)?,
            ExprKind::Splice(inner) => self.splice_statement(cx, expr, inner)?,
            ExprKind::Run(inner) => {
                if self.run_once(cx, inner, None)?.is_none() {
                    let val = self.lower_operand_discard(cx, inner)?;
                    self.must_not_be_failable(cx, &val, inner)?;
                }
            }
            _ => {
                let forwards = cx.forwards.contains(&std::ptr::from_ref(expr));
                let val = if forwards && matches!(strip_parens(expr).kind, ExprKind::ErrorTag(_)) {
                    self.lower_return_operand(cx, expr, None)?
                } else {
                    self.lower_operand_discard(cx, expr)?
                };
                if forwards && self.is_error(val.ty) {
                    self.record_forwarded(expr);
                    return self.return_value(cx, Some(val), expr.span);
                }
                self.must_not_be_failable(cx, &val, expr)?;
                self.not_mere_code(&val, expr)?;
            }
        }
        Ok(())
    }

    /// `body;` puts nothing there.
    fn not_mere_code(&mut self, val: &Val, expr: &'static ast::Expr) -> Res<()> {
        if !self.is_code(val.ty) || matches!(strip_parens(expr).kind, ExprKind::Call(_)) {
            return Ok(());
        }
        let text = self.span_text(expr.span);
        let diag = Diagnostic::error(
            expr.span,
            format!("'{text}' is code that is named here, not put here"),
        );
        Err(self.report(diag.with_help(None, format!("write `#insert {text};`"))))
    }

    /// Whether a value of this type is an error: one of a set, or what a pure failable yields.
    fn is_error(&self, ty: TypeId) -> bool {
        match self.m.types.kind(ty) {
            TypeKind::Failable { values, .. } => values.is_empty(),
            _ => self.is_error_value(ty),
        }
    }

    /// A value-carrying failable may not be dropped.
    pub fn must_not_be_failable(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        expr: &'static ast::Expr,
    ) -> Res<()> {
        if cx.in_cleanup && matches!(self.m.types.kind(val.ty), TypeKind::Failable { .. }) {
            return Err(self.error(expr.span, crate::statements::flow_check::CLEANUP));
        }
        if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
            && !values.is_empty()
        {
            return Err(self.unhandled_in(cx, expr.span));
        }
        Ok(())
    }
}

/// An `if` without `else` (at any depth of `else if`) has no value: it stands as a statement.
pub fn is_statement_if(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::If(node) => match &node.else_ {
            None => true,
            Some(ast::Branch::Expr(next)) => {
                matches!(next.kind, ExprKind::If(_)) && is_statement_if(next)
            }
            Some(ast::Branch::Block(_) | ast::Branch::Jump(_)) => false,
        },
        _ => false,
    }
}
