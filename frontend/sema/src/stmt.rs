//! Statements: declarations, assignment, loops, jumps, cleanups (reference part 3 §2, §4).

use sx_ir::{BinaryOp, StmtKind as Ir, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, AssignOp, DeclKind, ExprKind, ForBody, ForIterKind, StmtKind};
use sx_syntax::{Diagnostic, Span};

use crate::eval::Purpose;
use crate::fncx::{Cleanup, FnCx, LoopFrame};
use crate::modules::decl_syntax;
use crate::sema::{Binding, DeclInfo, Entity, EntityState, Failed, Res, Sema, VarId};
use crate::value::{Access, Addr, CaptureKind, Piece, Place, Val, ValKind};

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
        if as_value
            && let (Some(tail), Some(_)) = (&block.tail, cx.ret.ty)
            && !is_statement_if(tail)
            && !(want.is_none() && matches!(tail.kind, ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_)))
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

    fn lower_tail(
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

    fn lower_stmt_list(&mut self, cx: &mut FnCx, stmts: &'static [ast::Stmt]) -> Res<()> {
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
    fn poison_names(&mut self, cx: &mut FnCx, stmt: &'static ast::Stmt) {
        let env = cx.env().clone();
        let mut poison = |name: &ast::Ident| {
            if env.names.borrow().get(&name.name).is_none() {
                env.bind(name.name, Binding::Poison);
            }
        };
        match &stmt.kind {
            StmtKind::Decl(decl) => poison(&decl.name),
            StmtKind::Destructure { names, .. } => names.iter().for_each(poison),
            _ => {}
        }
    }

    pub fn lower_stmt(&mut self, cx: &mut FnCx, stmt: &'static ast::Stmt) -> Res<()> {
        self.at(cx, stmt.span);
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
                Ok(())
            }
            StmtKind::Assign {
                target,
                op,
                op_span,
                value,
            } => self.lower_assign(cx, target, *op, *op_span, value, stmt.span),
            StmtKind::MultiAssign { targets, values } => {
                self.lower_multi_assign(cx, targets, values, stmt.span)
            }
            StmtKind::Return(values) => self.lower_return(cx, values, stmt.span),
            StmtKind::Raise(value) => self.lower_raise(cx, value, stmt.span),
            StmtKind::Break => self.lower_jump(cx, true, stmt.span),
            StmtKind::Continue => self.lower_jump(cx, false, stmt.span),
            StmtKind::Defer(body) => {
                let env = cx.env().clone();
                if let Some(scope) = cx.scopes.last_mut() {
                    scope.cleanups.push((Cleanup::Defer(body), env));
                }
                Ok(())
            }
            StmtKind::OnFail { tag, body } => {
                let failable = cx
                    .ret
                    .ty
                    .is_none_or(|t| matches!(self.m.types.kind(t), TypeKind::Failable { .. }));
                if !failable {
                    return Err(self.error(
                        stmt.span,
                        "`onfail` is only valid inside a failable function — use `defer`",
                    ));
                }
                let env = cx.env().clone();
                if let Some(scope) = cx.scopes.last_mut() {
                    scope
                        .cleanups
                        .push((Cleanup::OnFail { tag: *tag, body }, env));
                }
                Ok(())
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

    fn lower_operand_discard(&mut self, cx: &mut FnCx, value: &'static ast::Expr) -> Res<Val> {
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
            ExprKind::Run(inner) => {
                let env = cx.env().clone();
                self.comptime_value(&env, inner, None, &Purpose::Operand)?;
            }
            _ => {
                let val = self.lower_operand_discard(cx, expr)?;
                self.must_not_be_failable(cx, &val, expr)?;
            }
        }
        Ok(())
    }

    /// A value-carrying failable may not be dropped.
    fn must_not_be_failable(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        expr: &'static ast::Expr,
    ) -> Res<()> {
        if cx.in_cleanup && matches!(self.m.types.kind(val.ty), TypeKind::Failable { .. }) {
            return Err(self.error(
                expr.span,
                "a cleanup has nowhere to send this call's error — absorb it with `catch` or `or`",
            ));
        }
        if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
            && !values.is_empty()
        {
            return Err(self.error(
                expr.span,
                "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)",
            ));
        }
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- scopes

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
        match &cond.kind {
            ExprKind::Paren(inner) => self.narrow_from(cx, inner, truth),
            ExprKind::Binary {
                op: ast::BinOp::And,
                lhs,
                rhs,
                ..
            } if truth => {
                self.narrow_from(cx, lhs, true);
                self.narrow_from(cx, rhs, true);
            }
            ExprKind::Binary {
                op: ast::BinOp::Or,
                lhs,
                rhs,
                ..
            } if !truth => {
                self.narrow_from(cx, lhs, false);
                self.narrow_from(cx, rhs, false);
            }
            ExprKind::Binary { op, lhs, rhs, .. }
                if matches!(op, ast::BinOp::Ne | ast::BinOp::Eq) =>
            {
                let name = match (&lhs.kind, &rhs.kind) {
                    (ExprKind::Ident(name), ExprKind::Null)
                    | (ExprKind::Null, ExprKind::Ident(name)) => *name,
                    _ => return,
                };
                if (*op == ast::BinOp::Ne) == truth
                    && let Some(var) = self.own_var(cx, name)
                    && matches!(self.m.types.kind(cx.var(var).ty), TypeKind::Optional(_))
                {
                    self.set_narrowed(cx, var, true);
                }
            }
            _ => self.prove_from(cx, cond, truth),
        }
    }

    /// `!e` true (or `e` false) proves the error absent: its slots may be read in the innermost scope.
    pub fn prove_from(&mut self, cx: &mut FnCx, cond: &'static ast::Expr, truth: bool) {
        let (name, truth) = match &cond.kind {
            ExprKind::Paren(inner) => return self.prove_from(cx, inner, truth),
            ExprKind::Unary {
                op: ast::UnOp::Not,
                expr,
            } => match &expr.kind {
                ExprKind::Ident(name) => (*name, !truth),
                _ => return,
            },
            ExprKind::Ident(name) => (*name, truth),
            ExprKind::Binary {
                op: ast::BinOp::And,
                lhs,
                rhs,
                ..
            } if truth => {
                self.prove_from(cx, lhs, true);
                return self.prove_from(cx, rhs, true);
            }
            _ => return,
        };
        if truth {
            return;
        }
        let Some(error) = self.own_var(cx, name) else {
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

    fn own_var(&self, cx: &FnCx, name: ast::Ident) -> Option<VarId> {
        match cx.env().get(name.name) {
            Some(Binding::Var { cx: id, var }) if id == cx.id => Some(var),
            _ => None,
        }
    }

    fn set_narrowed(&mut self, cx: &mut FnCx, var: VarId, narrowed: bool) {
        let was = std::mem::replace(&mut cx.vars[var.0 as usize].narrowed, narrowed);
        if let Some(scope) = cx.scopes.last_mut() {
            scope.narrowed.push((var, was));
        }
    }

    // ---------------------------------------------------------------------------------------------- declarations

    fn lower_decl(&mut self, cx: &mut FnCx, decl: &'static ast::Decl) -> Res<()> {
        match &decl.kind {
            DeclKind::Var(var) => self.lower_var(cx, decl.name, var),
            DeclKind::Const(constant) => self.lower_local_const(cx, decl, constant),
            DeclKind::Fn(_)
            | DeclKind::Struct(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_) => {
                self.local_decl(cx, decl);
                Ok(())
            }
            DeclKind::Protocol(_)
            | DeclKind::UfcsAlias(_)
            | DeclKind::Import(_)
            | DeclKind::Library(_)
            | DeclKind::CUnit(_) => {
                Err(self.error(decl.span, "this declaration is only legal at module scope"))
            }
        }
    }

    /// A nested declaration that resolves on use; it sees itself and what is declared before it.
    fn local_decl(&mut self, cx: &mut FnCx, decl: &'static ast::Decl) {
        let env = cx.env().child();
        let id = self.add_decl(DeclInfo {
            name: decl.name.name,
            module: env.module,
            private: false,
            span: decl.span,
            name_span: decl.name.span,
            syntax: decl_syntax(&decl.kind),
            env: env.clone(),
            state: EntityState::Unresolved,
            owner: None,
            local: true,
        });
        env.bind(decl.name.name, Binding::Decl(id));
        // Later declarations of the block must not be seen from inside, so the name goes into a new level.
        let next = cx.env().child();
        next.bind(decl.name.name, Binding::Decl(id));
        if let Some(scope) = cx.scopes.last_mut() {
            scope.env = next;
        }
    }

    fn lower_var(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        var: &'static ast::VarDecl,
    ) -> Res<()> {
        let env = cx.env().clone();
        let ty = match &var.ty {
            Some(ty) => {
                let ty = self.eval_type(&env, ty)?;
                self.complete_all();
                self.complete(ty)?;
                Some(ty)
            }
            None => None,
        };
        let val = match (&var.init, ty) {
            (Some(init), Some(ty)) if matches!(init.kind, ExprKind::Undef) => {
                // Contents unspecified; tuples are zero-filled.
                let zero = matches!(self.m.types.kind(ty), TypeKind::Tuple(_));
                let addr = self.slot(cx, ty);
                if zero {
                    let size = self.m.types.size_of(ty);
                    cx.zero(addr, size);
                }
                self.new_scope_level(cx);
                self.bind_var(cx, name, ty, addr, Access::Mutable);
                return Ok(());
            }
            (Some(init), Some(ty)) => match self.lower_initializer(cx, init, ty, name) {
                Ok(val) => (ty, val),
                Err(Failed) => {
                    // The annotation says all that later uses need.
                    let addr = self.slot(cx, ty);
                    self.new_scope_level(cx);
                    self.bind_var(cx, name, ty, addr, Access::Mutable);
                    return Err(Failed);
                }
            },
            (Some(init), None) => {
                let val = self.lower_operand_raw(cx, init, None)?;
                let val = self.untyped_binding(cx, val, init)?;
                (val.ty, val)
            }
            (None, Some(ty)) => (ty, self.default_value(cx, ty)?),
            (None, None) => {
                return Err(self.error(
                    name.span,
                    format!("variable '{}' needs a type or an initializer", name.name),
                ));
            }
        };
        let (ty, val) = val;
        if ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        self.new_scope_level(cx);
        self.declare_var(cx, name, ty, Some(&val), Access::Mutable);
        Ok(())
    }

    /// A declaration shadows earlier ones of the same block from here on: what captured the old scope keeps it.
    fn new_scope_level(&mut self, cx: &mut FnCx) {
        let env = cx.env().child();
        if let Some(scope) = cx.scopes.last_mut() {
            scope.env = env;
        }
    }

    fn lower_initializer(
        &mut self,
        cx: &mut FnCx,
        init: &'static ast::Expr,
        ty: TypeId,
        name: ast::Ident,
    ) -> Res<Val> {
        let verb = format!("initialize '{}' of type", name.name);
        cx.storing = Some((init.span, verb.clone()));
        let val = self.lower_expr(cx, init, Some(ty))?;
        self.assignable(cx, val, ty, init.span, &verb)
    }

    /// Converts for a store, wording a mismatch as the reference does (`cannot VERB 'T' with a value of type 'U'`).
    fn assignable(
        &mut self,
        cx: &mut FnCx,
        val: Val,
        ty: TypeId,
        span: Span,
        verb: &str,
    ) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == ty || val.ty == TypeId::NORETURN {
            return self.coerce(cx, val, ty, span);
        }
        match self.try_coerce(cx, &val, ty, span)? {
            Some(val) => Ok(val),
            None => {
                if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
                    && !values.is_empty()
                {
                    return Err(self.error(
                        span,
                        "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)",
                    ));
                }
                let special = matches!(
                    (self.m.types.kind(val.ty), self.m.types.kind(ty)),
                    (TypeKind::Optional(_), _)
                        | (TypeKind::Any, _)
                        | (TypeKind::String, TypeKind::CString)
                        | (TypeKind::CString, TypeKind::String)
                        | (TypeKind::ManyPointer(_), TypeKind::Slice(_))
                        | (_, TypeKind::Optional(_))
                        | (TypeKind::Closure(_), TypeKind::Function(_))
                );
                if special {
                    return Err(self.no_conversion(val.ty, ty, span));
                }
                let (a, b) = (self.type_name(ty), self.type_name(val.ty));
                let payload = self.strip_optionals(ty);
                if let TypeKind::Pointer(to) = self.m.types.kind(payload)
                    && matches!(self.m.types.kind(*to), TypeKind::Protocol(_))
                {
                    return Err(self.error(
                        span,
                        format!("cannot {verb} '{a}' from a '{b}' rvalue — a view needs storage; bind the value to a variable first"),
                    ));
                }
                Err(self.error(
                    span,
                    format!("cannot {verb} '{a}' with a value of type '{b}'"),
                ))
            }
        }
    }

    /// The value of `x := e`: literals get their default types, failables must be consumed.
    pub fn untyped_binding(
        &mut self,
        cx: &mut FnCx,
        val: Val,
        init: &'static ast::Expr,
    ) -> Res<Val> {
        let val = self.own(cx, &val);
        if val.literal && val.ty == TypeId::U64 {
            let bits = val.const_bits().unwrap_or(0);
            return Err(self.error(
                init.span,
                format!(
                    "integer literal {bits} does not fit in i64 (range {}..{})",
                    i64::MIN,
                    i64::MAX
                ),
            ));
        }
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Failable { values, set } => {
                if values.is_empty() {
                    return Ok(self.retype(cx, &val, set));
                }
                Err(self.error(
                    init.span,
                    "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)",
                ))
            }
            TypeKind::Void if crate::control::value_discarded_by(init).is_some() => {
                let semi = crate::control::value_discarded_by(init).unwrap_or(init.span);
                let what = match &init.kind {
                    ExprKind::If(_) => "branch",
                    _ => "block",
                };
                Err(self.error(semi, format!("this {what} is used as a value but its last expression's value is discarded by this `;`")))
            }
            TypeKind::Void if !matches!(init.kind, ExprKind::Aggregate(_)) => {
                Err(self.error(init.span, "this expression has no value to bind"))
            }
            _ => Ok(self.default_literal(&val)),
        }
    }

    fn lower_local_const(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::Decl,
        constant: &'static ast::ConstDecl,
    ) -> Res<()> {
        let env = cx.env().clone();
        // Aliases, types and functions resolve as declarations.
        let is_alias = constant.ty.is_none()
            && match &constant.value.kind {
                ExprKind::Ident(name) => !matches!(
                    env.get(name.name),
                    Some(
                        Binding::Var { .. }
                            | Binding::LocalConst { .. }
                            | Binding::Pack { .. }
                            | Binding::Ct(_)
                    )
                ),
                ExprKind::Field { base, .. } => self.namespace_of(&env, base).is_some(),
                _ => false,
            };
        let is_type = constant.ty.is_none() && self.denotes_type(&env, &constant.value);
        if is_type {
            let ty = self.eval_named_type(&env, &constant.value, Some(decl.name.name))?;
            self.complete_all();
            self.new_scope_level(cx);
            cx.env().bind(decl.name.name, Binding::Type(ty));
            return Ok(());
        }
        if is_alias
            && let Some(
                entity @ (Entity::Fn(_)
                | Entity::Template(_)
                | Entity::Namespace(_)
                | Entity::UfcsAlias(_)),
            ) = self.resolve_path(&env, &constant.value)?
        {
            self.local_decl(cx, decl);
            let _ = entity;
            return Ok(());
        }
        let ty = match &constant.ty {
            Some(ty) => Some(self.eval_type(&env, ty)?),
            None => None,
        };
        if let ExprKind::Run(inner) = &constant.value.kind {
            let val = self.comptime_value(&env, inner, ty, &Purpose::Operand)?;
            self.new_scope_level(cx);
            self.bind_local_ct(cx, decl.name, val);
            return Ok(());
        }
        let val = self.lower_expr(cx, &constant.value, ty)?;
        let val = match ty {
            Some(ty) => self.coerce(cx, val, ty, constant.value.span)?,
            None => self.untyped_binding(cx, val, &constant.value)?,
        };
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        self.new_scope_level(cx);
        if let Some(ct) = self.const_of_val(&val) {
            self.bind_local_ct(cx, decl.name, ct);
            return Ok(());
        }
        // Elements of a literal made of constants only: evaluated once, with storage, folding in counts.
        if matches!(constant.value.kind, ExprKind::Aggregate(_))
            && self.is_constant_literal(&env, &constant.value)
            && let Ok(ct) = self.comptime_value(
                &env,
                &constant.value,
                ty,
                &Purpose::Constant(decl.name.name),
            )
        {
            self.bind_local_ct(cx, decl.name, ct);
            return Ok(());
        }
        let access = Access::LocalConstant(decl.name.name);
        self.declare_var(cx, decl.name, val.ty, Some(&val), access);
        Ok(())
    }

    fn is_constant_literal(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::EnumLit(_) => true,
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => {
                self.is_constant_literal(env, expr)
            }
            ExprKind::Aggregate(agg) => {
                agg.init.is_none()
                    && agg
                        .elems
                        .iter()
                        .all(|e| self.is_constant_literal(env, &e.value))
            }
            ExprKind::Binary { lhs, rhs, .. } => {
                self.is_constant_literal(env, lhs) && self.is_constant_literal(env, rhs)
            }
            ExprKind::Ident(name) => matches!(env.get(name.name), Some(Binding::Ct(_))),
            _ => false,
        }
    }

    fn bind_local_ct(&mut self, cx: &mut FnCx, name: ast::Ident, val: crate::value::CtVal) {
        if self.flatten(val.ty).is_some() && self.m.types.members(val.ty).is_none() {
            cx.env().bind(name.name, Binding::Ct(val));
            return;
        }
        // Aggregates have storage: a local declaration already resolved.
        let env = cx.env().clone();
        let global = self.const_global(&val.image.clone(), val.ty, name.as_str());
        let id = self.add_decl(DeclInfo {
            name: name.name,
            module: env.module,
            private: false,
            span: name.span,
            name_span: name.span,
            syntax: crate::sema::DeclSyntax::Builtin,
            env: env.clone(),
            state: EntityState::Done(Entity::ConstGlobal { global, val }),
            owner: None,
            local: true,
        });
        env.bind(name.name, Binding::Decl(id));
    }

    fn lower_destructure(
        &mut self,
        cx: &mut FnCx,
        names: &'static [ast::Ident],
        value: &'static ast::Expr,
    ) -> Res<()> {
        let val = self.lower_expr(cx, value, None)?;
        let val = self.own(cx, &val);
        let val = self.stable(cx, &val);
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        let Some(members) = self.m.types.members(val.ty) else {
            let shown = self.type_name(val.ty);
            return Err(self.error(
                value.span,
                format!(
                    "cannot destructure a value of type '{shown}' into {} names",
                    names.len()
                ),
            ));
        };
        let failable = matches!(self.m.types.kind(val.ty), TypeKind::Failable { .. });
        if names.len() > members.len() {
            return Err(self.error(
                value.span,
                format!(
                    "cannot destructure: {} names, but the value has {} slot{}",
                    names.len(),
                    members.len(),
                    crate::nominal::plural(members.len())
                ),
            ));
        }
        if failable && (names.len() < members.len() || names[members.len() - 1].is_discard()) {
            return Err(self.error(names[names.len() - 1].span, "the error slot cannot be dropped — bind it and test it, or use `try`, `catch` or `or`"));
        }
        self.new_scope_level(cx);
        let mut vars = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let member = self.member(cx, &val, i);
            if name.is_discard() {
                vars.push(None);
                continue;
            }
            let ty = member.ty;
            vars.push(Some(self.declare_var(
                cx,
                *name,
                ty,
                Some(&member),
                Access::Mutable,
            )));
        }
        if failable && let Some(Some(error)) = vars.last().copied() {
            self.absorb_trace(cx);
            for var in vars[..vars.len() - 1].iter().flatten() {
                cx.vars[var.0 as usize].guarded_by = Some(error);
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- assignment

    fn lower_assign(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
        op: AssignOp,
        op_span: Span,
        value: &'static ast::Expr,
        span: Span,
    ) -> Res<()> {
        if let ExprKind::Ident(name) = &target.kind
            && name.is_discard()
        {
            if matches!(op, AssignOp::Op(_)) {
                return Err(self.error(target.span, "the discard `_` has no value to read"));
            }
            self.lower_expr(cx, value, None)?;
            return Ok(());
        }
        // The target's type is needed before its subexpressions are evaluated: value first, then target.
        let (ty, setter) = self.target_type(cx, target)?;
        if let Some(setter) = setter {
            return self.assign_property(cx, target, setter, op, value, span);
        }
        match op {
            AssignOp::Set => {
                let noun = self.target_noun(target);
                let verb = match &noun {
                    TargetNoun::Variable(name) => format!("reassign '{name}' of type"),
                    TargetNoun::Other(name) => format!("assign '{name}' of type"),
                };
                cx.storing = Some((value.span, verb));
                let val = self.lower_expr(cx, value, Some(ty))?;
                let val = match noun {
                    TargetNoun::Variable(name) => self.assignable(
                        cx,
                        val,
                        ty,
                        value.span,
                        &format!("reassign '{name}' of type"),
                    )?,
                    TargetNoun::Other(name) => {
                        if val.ty != ty
                            && !val.is_poison()
                            && val.ty != TypeId::NORETURN
                            && self.try_coerce(cx, &val, ty, value.span)?.is_none()
                        {
                            self.assignable(
                                cx,
                                val,
                                ty,
                                value.span,
                                &format!("assign '{name}' of type"),
                            )?
                        } else {
                            self.coerce(cx, val, ty, value.span)?
                        }
                    }
                };
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let place = self.lower_place(cx, target)?;
                self.at(cx, span);
                self.store(cx, place.addr, &val);
                self.assigned(cx, target);
                Ok(())
            }
            AssignOp::Op(op) => {
                let val = self.lower_expr(cx, value, compound_hint(self, value, ty))?;
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let place = self.lower_place(cx, target)?;
                let old = self.load(cx, &Val::place(place.clone()));
                let _ = op_span;
                let given_literal = val.literal && self.is_integer(val.ty) && self.is_integer(ty);
                if given_literal {
                    // Must fit, also right of `+=`.
                    self.coerce(cx, val.clone(), ty, value.span)?;
                }
                let out = self.arith(cx, op, old, val, None, span, value.span)?;
                let out = match self.is_number(out.ty) && self.is_number(ty) {
                    true => {
                        let piece = self.piece(cx, &out);
                        let piece = self.number_piece(cx, piece, out.ty, ty);
                        Val::scalar(ty, piece)
                    }
                    false => self.coerce(cx, out, ty, value.span)?,
                };
                self.at(cx, span);
                self.store(cx, place.addr, &out);
                self.assigned(cx, target);
                Ok(())
            }
        }
    }

    /// Assigning an optional ends its narrowing.
    fn assigned(&mut self, cx: &mut FnCx, target: &'static ast::Expr) {
        if let ExprKind::Ident(name) = &target.kind
            && let Some(var) = self.own_var(cx, *name)
            && cx.var(var).narrowed
        {
            cx.vars[var.0 as usize].narrowed = false;
            for scope in &mut cx.scopes {
                for entry in &mut scope.narrowed {
                    if entry.0 == var {
                        entry.1 = false;
                    }
                }
            }
        }
    }

    fn target_noun(&self, target: &ast::Expr) -> TargetNoun {
        match &target.kind {
            ExprKind::Ident(name) => TargetNoun::Variable(name.as_str().to_string()),
            ExprKind::Field { name, .. } => TargetNoun::Other(name.as_str().to_string()),
            ExprKind::Index { .. } => TargetNoun::Other("element".into()),
            _ => TargetNoun::Other("target".into()),
        }
    }

    /// Type of an assignment target, found without emitting its code; or the setter that takes its place.
    fn target_type(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
    ) -> Res<(TypeId, Option<crate::sema::FnId>)> {
        // What it emits goes into a list that is thrown away.
        let blocks = cx.blocks.len();
        cx.open();
        let locals = cx.func.locals.len();
        let slots = cx.func.slots.len();
        let (exprs, labels) = (cx.func.exprs.len(), cx.func.labels);
        let dead = cx.dead;
        let (vars, captures, prologue) = (cx.vars.len(), cx.captures.len(), cx.prologue.len());
        let setter = self.find_setter(cx, target);
        let result = match setter {
            Ok(Some(setter)) => Ok((TypeId::VOID, Some(setter))),
            Ok(None) => self.lower_place(cx, target).map(|p| (p.ty, None)),
            Err(Failed) => Err(Failed),
        };
        cx.blocks.truncate(blocks);
        cx.func.locals.truncate(locals);
        cx.func.slots.truncate(slots);
        cx.func.exprs.truncate(exprs);
        cx.func.expr_locs.truncate(exprs);
        cx.func.labels = labels;
        cx.vars.truncate(vars);
        cx.captures.truncate(captures);
        cx.prologue.truncate(prologue);
        cx.dead = dead;
        result
    }

    /// `x.n = e` where `n` is a `#set` property.
    fn find_setter(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
    ) -> Res<Option<crate::sema::FnId>> {
        let ExprKind::Field { base, name } = &target.kind else {
            return Ok(None);
        };
        let env = cx.env().clone();
        if self.namespace_of(&env, base).is_some() || self.denotes_type(&env, base) {
            return Ok(None);
        }
        let val = self.lower_expr(cx, base, None)?;
        let ty = match self.m.types.kind(val.ty) {
            TypeKind::Pointer(t) => *t,
            _ => val.ty,
        };
        if self
            .m
            .types
            .members(ty)
            .is_some_and(|m| m.iter().any(|(n, _)| *n == Some(name.name)))
        {
            return Ok(None);
        }
        let Some(info) = self.nominals.get(&ty) else {
            return Ok(None);
        };
        match (
            info.setters.get(&name.name).copied(),
            info.getters.contains_key(&name.name),
        ) {
            (Some(setter), _) => Ok(Some(setter)),
            (None, true) => Err(self.error(
                name.span,
                format!("property '{}' is read-only (no '#set')", name.name),
            )),
            (None, false) => Ok(None),
        }
    }

    fn assign_property(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
        setter: crate::sema::FnId,
        op: AssignOp,
        value: &'static ast::Expr,
        span: Span,
    ) -> Res<()> {
        let ExprKind::Field { base, name } = &target.kind else {
            return Err(Failed);
        };
        let instance = self.instantiate_fn(setter, Vec::new(), Vec::new(), span)?;
        let param = instance.ty.params.get(1).copied().unwrap_or(TypeId::VOID);
        match op {
            AssignOp::Set => {
                let val = self.lower_to(cx, value, param)?;
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let recv = self.lower_expr(cx, base, None)?;
                let recv = self.adapt_receiver(cx, &recv, instance.ty.params[0], base.span)?;
                self.emit_call(
                    cx,
                    crate::functions::Target::Direct(instance.func),
                    &instance.ty,
                    &[recv, val],
                );
            }
            AssignOp::Op(op) => {
                let recv = self.lower_expr(cx, base, None)?;
                let recv = self.adapt_receiver(cx, &recv, instance.ty.params[0], base.span)?;
                let recv = self.stable(cx, &recv);
                let old = self.field(cx, &recv, *name, target.span)?;
                let old = self.own(cx, &old);
                let old = self.stable(cx, &old);
                let val = self.lower_expr(cx, value, None)?;
                let val = self.load(cx, &val);
                let out = self.arith(cx, op, old, val, None, span, value.span)?;
                let piece = self.coerce(cx, out, param, value.span)?;
                self.emit_call(
                    cx,
                    crate::functions::Target::Direct(instance.func),
                    &instance.ty,
                    &[recv, piece],
                );
            }
        }
        Ok(())
    }

    /// Evaluates an assignment target to a writable place.
    pub fn lower_place(&mut self, cx: &mut FnCx, target: &'static ast::Expr) -> Res<Place> {
        let val = match &target.kind {
            ExprKind::Ident(name) => {
                let env = cx.env().clone();
                match self.try_resolve_name(&env, *name) {
                    Ok(None)
                        if !matches!(name.as_str(), "context" | "OS" | "ARCH" | "POINTER_SIZE") =>
                    {
                        return Err(self.error(
                            name.span,
                            format!(
                                "unresolved '{}' in assignment; use `{} := ...` to declare",
                                name.name, name.name
                            ),
                        ));
                    }
                    Err(Failed) => return Err(Failed),
                    _ => {}
                }
                if let Some(Binding::Ct(_)) = env.get(name.name) {
                    return Err(self.error(
                        name.span,
                        format!(
                            "cannot assign to constant '{}', a '::' declaration is immutable",
                            name.name
                        ),
                    ));
                }
                let val = self.lower_operand_raw(cx, target, None)?;
                if !matches!(val.kind, ValKind::Place(_)) {
                    return Err(self.error(
                        name.span,
                        format!(
                            "cannot assign through constant '{}'; use a global or a local copy",
                            name.name
                        ),
                    ));
                }
                val
            }
            ExprKind::Field { base, name } => {
                let env = cx.env().clone();
                if self.namespace_of(&env, base).is_none() && !self.denotes_type(&env, base) {
                    let inner = self.lower_expr(cx, base, None)?;
                    let through = match self.m.types.kind(inner.ty) {
                        TypeKind::Pointer(t) => *t,
                        _ => inner.ty,
                    };
                    if let Some(def) = self.m.types.enum_def(through)
                        && def.variants.iter().any(|v| v.name == name.name)
                    {
                        return Err(self.error(
                            target.span,
                            format!("cannot assign to tagged-union variant '{}' directly — assign a whole new value: `.{}(..)`", name.name, name.name),
                        ));
                    }
                }
                let val = self.lower_expr(cx, target, None)?;
                if self.namespace_of(&env, base).is_some() && !matches!(val.kind, ValKind::Place(_))
                {
                    let text = self.span_text(target.span);
                    let what = if matches!(self.m.types.kind(val.ty), TypeKind::Function(_)) {
                        "a function"
                    } else {
                        "a constant"
                    };
                    return Err(self.error(
                        target.span,
                        format!("cannot assign to '{text}': it is {what}, not a mutable global"),
                    ));
                }
                val
            }
            ExprKind::Deref(_)
            | ExprKind::Index { .. }
            | ExprKind::TupleIndex { .. }
            | ExprKind::Unwrap(_) => self.lower_expr(cx, target, None)?,
            ExprKind::Paren(inner) => return self.lower_place(cx, inner),
            _ => {
                return Err(self.error(
                    target.span,
                    "this expression is not assignable: it names no storage",
                ));
            }
        };
        let ValKind::Place(place) = val.kind else {
            if val.is_poison() {
                return Err(Failed);
            }
            return Err(self.error(
                target.span,
                "this expression is not assignable: it names no storage",
            ));
        };
        self.check_writable(&place, target)?;
        Ok(place)
    }

    fn check_writable(&mut self, place: &Place, target: &'static ast::Expr) -> Res<()> {
        if let (Access::Capture(name, CaptureKind::InlineElement), ExprKind::Index { .. }) = (&place.access, &target.kind) {
            return Err(self.error(target.span, format!("pack '{name}' has no runtime value — its elements are read-only; copy one into a `:=` local")));
        }
        let message = match &place.access {
            Access::Mutable => return Ok(()),
            Access::Constant(name) => {
                format!("cannot assign through constant '{name}'; use a global or a local copy")
            }
            Access::LocalConstant(name) => {
                format!("cannot assign to constant '{name}', a '::' declaration is immutable")
            }
            Access::Capture(name, kind) => match kind {
                CaptureKind::Element => {
                    format!(
                        "cannot assign to immutable capture '{name}', a copy of the element; use `(*{name})` or a `:=` local"
                    )
                }
                CaptureKind::Cursor => format!(
                    "cannot assign to immutable capture '{name}', the loop's cursor; copy it into a `:=` local"
                ),
                CaptureKind::Payload => format!(
                    "cannot assign to immutable capture '{name}', a copy of the payload; copy it into a `:=` local"
                ),
                CaptureKind::ErrorTag => format!(
                    "cannot assign to immutable capture '{name}', the error tag; copy it into a `:=` local"
                ),
                CaptureKind::InlineElement => {
                    format!(
                        "cannot assign to immutable capture '{name}', an unrolled element; copy it into a `:=` local"
                    )
                }
            },
            Access::RefCapture(name) => format!(
                "'{name}' is a by-ref capture; write `{name}.* = ...` to change the element"
            ),
            Access::Context => {
                let field = self.span_text(target.span);
                let field = field.strip_prefix("context.").unwrap_or(&field);
                format!(
                    "the context is immutable; use `push .{{ {} = ... }} {{ .. }}`",
                    field.split('.').next().unwrap_or(field)
                )
            }
            Access::Temporary => {
                "this expression is not assignable: it is a temporary value".to_string()
            }
        };
        Err(self.error(target.span, message))
    }

    fn lower_multi_assign(
        &mut self,
        cx: &mut FnCx,
        targets: &'static [ast::Expr],
        values: &'static [ast::Expr],
        span: Span,
    ) -> Res<()> {
        if targets.len() != values.len() {
            return Err(self.error(
                span,
                format!("multi-target assignment: target count does not match value count ({} targets, {} values)", targets.len(), values.len()),
            ));
        }
        let is_discard = |t: &ast::Expr| matches!(&t.kind, ExprKind::Ident(n) if n.is_discard());
        let mut types = Vec::new();
        for target in targets {
            types.push(if is_discard(target) {
                None
            } else {
                Some(self.target_type(cx, target)?)
            });
        }
        let mut vals = Vec::new();
        for ((value, ty), target) in values.iter().zip(&types).zip(targets) {
            let val = match ty {
                None => self.lower_expr(cx, value, None)?,
                Some((_, Some(setter))) => {
                    let instance = self.instantiate_fn(*setter, Vec::new(), Vec::new(), span)?;
                    let param = instance.ty.params.get(1).copied().unwrap_or(TypeId::VOID);
                    self.lower_to(cx, value, param)?
                }
                Some((ty, None)) => {
                    let verb = match self.target_noun(target) {
                        TargetNoun::Variable(name) => format!("reassign '{name}' of type"),
                        TargetNoun::Other(name) => format!("assign '{name}' of type"),
                    };
                    cx.storing = Some((value.span, verb.clone()));
                    let val = self.lower_expr(cx, value, Some(*ty))?;
                    self.assignable(cx, val, *ty, value.span, &verb)?
                }
            };
            let val = self.own(cx, &val);
            vals.push(self.stable(cx, &val));
        }
        for ((target, ty), val) in targets.iter().zip(&types).zip(vals) {
            match ty {
                None => {}
                Some((_, Some(setter))) => {
                    let ExprKind::Field { base, .. } = &target.kind else {
                        continue;
                    };
                    let instance = self.instantiate_fn(*setter, Vec::new(), Vec::new(), span)?;
                    let recv = self.lower_expr(cx, base, None)?;
                    let recv = self.adapt_receiver(cx, &recv, instance.ty.params[0], base.span)?;
                    self.emit_call(
                        cx,
                        crate::functions::Target::Direct(instance.func),
                        &instance.ty,
                        &[recv, val],
                    );
                }
                Some((_, None)) => {
                    let place = self.lower_place(cx, target)?;
                    self.store(cx, place.addr, &val);
                    self.assigned(cx, target);
                }
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- loops, jumps

    fn lower_jump(&mut self, cx: &mut FnCx, is_break: bool, span: Span) -> Res<()> {
        let Some(frame) = cx.loops.last() else {
            let word = if is_break { "break" } else { "continue" };
            return Err(self.error(span, format!("`{word}` outside a loop")));
        };
        let (scopes, label, to_loop) = (
            frame.scopes,
            if is_break {
                frame.break_label
            } else {
                frame.continue_label
            },
            frame.continue_is_loop && !is_break,
        );
        self.run_cleanups(cx, scopes, None)?;
        cx.emit(if to_loop {
            Ir::Continue(label)
        } else {
            Ir::Break(label)
        });
        Ok(())
    }

    fn lower_while(
        &mut self,
        cx: &mut FnCx,
        cond: &'static ast::Cond,
        body: &'static ast::Block,
    ) -> Res<()> {
        let label = cx.label();
        cx.open();
        let scopes = cx.scopes.len();
        cx.loops.push(LoopFrame {
            break_label: label,
            continue_label: label,
            continue_is_loop: true,
            scopes,
        });
        let result = self.while_body(cx, cond, body, label);
        cx.loops.pop();
        let code = cx.close();
        cx.dead = false;
        result?;
        cx.emit(Ir::Loop { label, body: code });
        let endless = matches!(cond, ast::Cond::Expr(e) if matches!(e.kind, ExprKind::Bool(true)));
        if endless && !breaks_out(cx, label) {
            cx.dead = true;
        }
        Ok(())
    }

    fn while_body(
        &mut self,
        cx: &mut FnCx,
        cond: &'static ast::Cond,
        body: &'static ast::Block,
        label: sx_ir::LabelId,
    ) -> Res<()> {
        cx.push_scope();
        let done = (|| {
            let (present, bound) = match cond {
                ast::Cond::Expr(cond) => (self.lower_condition(cx, cond)?, None),
                ast::Cond::Bind { name, value } => {
                    let subject = self.lower_operand_raw(cx, value, None)?;
                    let subject = self.load_optional(cx, &subject);
                    let present = match self.m.types.kind(subject.ty) {
                        TypeKind::Optional(_) => self.is_present(cx, &subject),
                        TypeKind::Pointer(_) | TypeKind::ManyPointer(_) | TypeKind::CString => {
                            let piece = self.piece(cx, &subject);
                            self.ptr_nonnull(cx, piece)
                        }
                        TypeKind::Poison => return Err(Failed),
                        _ => {
                            let shown = self.type_name(subject.ty);
                            return Err(self.error(value.span, format!("`while v := ...` needs an optional or a pointer, but this has type '{shown}'")));
                        }
                    };
                    (present, Some((*name, subject)))
                }
            };
            if present.as_const() != Some(1) {
                let stop = self.not(cx, present);
                let stop = cx.use_piece(stop);
                cx.open();
                cx.emit(Ir::Break(label));
                let then = cx.close();
                cx.dead = false;
                cx.emit(Ir::If {
                    cond: stop,
                    then,
                    els: Default::default(),
                });
            }
            if let Some((name, subject)) = bound {
                let payload = self.payload_of(cx, &subject);
                self.declare_var(cx, name, payload.ty, Some(&payload), Access::Mutable);
            }
            if let ast::Cond::Expr(cond) = cond {
                self.prove_nothing(cond);
            }
            self.lower_stmts_in(cx, body, false, None)
        })();
        let ended = self.end_scope(cx);
        done?;
        ended
    }

    /// A loop condition proves nothing of error slots (part 3 §5.5), and narrows nothing (part 1 §4.11).
    fn prove_nothing(&self, _cond: &ast::Expr) {}

    fn lower_for(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) -> Res<()> {
        if !node.captures.is_empty() && node.captures.len() != node.iters.len() {
            return Err(self.error(
                node.captures[0].name.span,
                format!(
                    "capture count must match iterable count ({} captures, {} iterables)",
                    node.captures.len(),
                    node.iters.len()
                ),
            ));
        }
        cx.push_scope();
        let result = self.for_in_scope(cx, node);
        let ended = self.end_scope(cx);
        result?;
        ended
    }

    fn for_in_scope(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) -> Res<()> {
        let mut iters = Vec::new();
        for (i, iter) in node.iters.iter().enumerate() {
            let by_ref = node.captures.get(i).is_some_and(|c| c.by_ref);
            let made = self.lower_iter(cx, iter, i == 0, by_ref)?;
            iters.push(made);
        }
        let count = iters[0].count;
        let Some(count) = count else {
            return Err(Failed);
        };
        let index_addr = cx.temp(Ty::I64);
        cx.set(index_addr, Piece::Const(Ty::I64, 0));
        let (outer, inner) = (cx.label(), cx.label());
        let scopes = cx.scopes.len();
        cx.open();
        // The index is assigned in the loop, so it is read afresh in each iteration.
        let read = |cx: &mut FnCx| {
            let id = cx.expr(sx_ir::Expr::Local(index_addr));
            Piece::Tree(Ty::I64, id)
        };
        let now = read(cx);
        let stop = cx.binary(BinaryOp::GeS, now, count);
        let stop = cx.use_piece(stop);
        cx.open();
        cx.emit(Ir::Break(outer));
        let then = cx.close();
        cx.dead = false;
        cx.emit(Ir::If {
            cond: stop,
            then,
            els: Default::default(),
        });
        let index = read(cx);
        let index = cx.pin(index);
        cx.loops.push(LoopFrame {
            break_label: outer,
            continue_label: inner,
            continue_is_loop: false,
            scopes,
        });
        cx.open();
        cx.push_scope();
        let done = (|| {
            for (iter, capture) in iters.iter().zip(node.captures.iter()) {
                self.bind_iter(cx, iter, capture, index)?;
            }
            match &node.body {
                ForBody::Block(block) => self.lower_stmts_in(cx, block, false, None).map(|_| ()),
                ForBody::Stmt(stmt) => self.lower_stmt(cx, stmt),
            }
        })();
        let ended = self.end_scope(cx);
        let body = cx.close();
        cx.loops.pop();
        cx.dead = false;
        if done.is_ok() {
            cx.emit(Ir::Block { label: inner, body });
            let next = cx.binary(BinaryOp::Add, index, Piece::Const(Ty::I64, 1));
            cx.set(index_addr, next);
        }
        let code = cx.close();
        cx.dead = false;
        done?;
        ended?;
        cx.emit(Ir::Loop {
            label: outer,
            body: code,
        });
        Ok(())
    }

    fn lower_iter(
        &mut self,
        cx: &mut FnCx,
        iter: &'static ast::ForIter,
        first: bool,
        by_ref: bool,
    ) -> Res<Iter> {
        match &iter.kind {
            ForIterKind::Range { lo, op, hi } => {
                if by_ref {
                    return Err(
                        self.error(iter.span, "a range cursor cannot be captured by reference")
                    );
                }
                let start = self.range_bound(cx, lo)?;
                let one = Piece::Const(Ty::I64, 1);
                let start = if op.lo_exclusive {
                    cx.binary(BinaryOp::Add, start, one)
                } else {
                    start
                };
                let start = cx.pin(start);
                let count = match hi {
                    Some(hi) if first => {
                        let end = self.range_bound(cx, hi)?;
                        let end = if op.hi_inclusive {
                            cx.binary(BinaryOp::Add, end, one)
                        } else {
                            end
                        };
                        let count = cx.binary(BinaryOp::Sub, end, start);
                        Some(cx.pin(count))
                    }
                    Some(_) => None,
                    None if first => {
                        return Err(
                            self.error(iter.span, "the first iterable of a `for` must be bounded")
                        );
                    }
                    None => None,
                };
                Ok(Iter {
                    count,
                    kind: IterKind::Range(start),
                })
            }
            ForIterKind::Each(expr) => {
                let val = self.lower_operand_raw(cx, expr, None)?;
                self.iterable(cx, val, expr)
            }
        }
    }

    fn range_bound(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Piece> {
        let val = self.lower_expr(cx, expr, None)?;
        let val = self.coerce(cx, val, TypeId::I64, expr.span)?;
        let piece = self.piece(cx, &val);
        Ok(cx.pin(piece))
    }

    /// Something to walk: array, vector, slice, string, `items` struct, or a pointer to one.
    fn iterable(&mut self, cx: &mut FnCx, val: Val, expr: &'static ast::Expr) -> Res<Iter> {
        if matches!(expr.kind, ExprKind::Aggregate(_)) {
            return Err(self.error(
                expr.span,
                "cannot iterate an array literal directly — bind it to a variable first",
            ));
        }
        let through = match self.m.types.kind(val.ty).clone() {
            TypeKind::Pointer(to) if to != TypeId::VOID => {
                Val::place(self.deref_place(cx, &val, to))
            }
            _ => val,
        };
        match self.m.types.kind(through.ty).clone() {
            TypeKind::Array(elem, count) => {
                let addr = self.spill(cx, &through);
                let base = cx.addr_piece(addr);
                let base = cx.pin(base);
                Ok(Iter {
                    count: Some(Piece::Const(Ty::I64, count)),
                    kind: IterKind::Elements(base, elem),
                })
            }
            TypeKind::Vector(elem, count) => {
                let addr = self.spill(cx, &through);
                let base = cx.addr_piece(addr);
                let base = cx.pin(base);
                Ok(Iter {
                    count: Some(Piece::Const(Ty::I64, u64::from(count))),
                    kind: IterKind::Elements(base, elem),
                })
            }
            TypeKind::Slice(elem) => {
                let pieces = self.pieces(cx, &through);
                let pieces = cx.pin_pieces(&pieces);
                Ok(Iter {
                    count: Some(pieces[1]),
                    kind: IterKind::Elements(pieces[0], elem),
                })
            }
            TypeKind::String | TypeKind::StringZ => {
                let pieces = self.pieces(cx, &through);
                let pieces = cx.pin_pieces(&pieces);
                Ok(Iter {
                    count: Some(pieces[1]),
                    kind: IterKind::Elements(pieces[0], TypeId::U8),
                })
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let members = self.m.types.members(through.ty).unwrap_or_default();
                let find = |name: &str| {
                    members
                        .iter()
                        .position(|(n, _)| n.is_some_and(|n| n == name))
                };
                if let Some(items) = find("items") {
                    let items_val = self.member(cx, &through, items);
                    match self.m.types.kind(items_val.ty).clone() {
                        TypeKind::Slice(_) => return self.iterable(cx, items_val, expr),
                        TypeKind::ManyPointer(elem) => {
                            if let Some(len) = find("len") {
                                let base = self.piece(cx, &items_val);
                                let base = cx.pin(base);
                                let len = self.member(cx, &through, len);
                                let len = self.coerce(cx, len, TypeId::I64, expr.span)?;
                                let len = self.piece(cx, &len);
                                let len = cx.pin(len);
                                return Ok(Iter {
                                    count: Some(len),
                                    kind: IterKind::Elements(base, elem),
                                });
                            }
                        }
                        _ => {}
                    }
                }
                Err(self.not_iterable(through.ty, expr.span))
            }
            TypeKind::Poison => Err(Failed),
            _ => Err(self.not_iterable(through.ty, expr.span)),
        }
    }

    fn not_iterable(&mut self, ty: TypeId, span: Span) -> Failed {
        let shown = self.type_name(ty);
        let diag = Diagnostic::error(span, format!("cannot iterate a value of type '{shown}'"))
            .with_help(None, "a `for` walks an array, slice, string, vector, a range `a..b`, or a struct with an `items` slice");
        self.report(diag)
    }

    fn bind_iter(
        &mut self,
        cx: &mut FnCx,
        iter: &Iter,
        capture: &'static ast::Capture,
        index: Piece,
    ) -> Res<()> {
        match &iter.kind {
            IterKind::Range(start) => {
                if capture.by_ref {
                    return Err(self.error(
                        capture.name.span,
                        "a range cursor cannot be captured by reference",
                    ));
                }
                if capture.name.is_discard() {
                    return Ok(());
                }
                let value = cx.binary(BinaryOp::Add, *start, index);
                let val = Val::scalar(TypeId::I64, value);
                self.declare_var(
                    cx,
                    capture.name,
                    TypeId::I64,
                    Some(&val),
                    Access::Capture(capture.name.name, CaptureKind::Cursor),
                );
            }
            IterKind::Elements(base, elem) => {
                if capture.name.is_discard() {
                    return Ok(());
                }
                let size = self.m.types.size_of(*elem);
                let offset = cx.binary(BinaryOp::Mul, index, Piece::Const(Ty::I64, size));
                let ptr = cx.binary(BinaryOp::PtrAdd, *base, offset);
                let addr = cx.addr_of_piece(ptr);
                if capture.by_ref {
                    let pointer = self.pointer_to(cx, addr, *elem);
                    let ty = pointer.ty;
                    self.declare_var(
                        cx,
                        capture.name,
                        ty,
                        Some(&pointer),
                        Access::RefCapture(capture.name.name),
                    );
                } else {
                    let place = Val::place(Place {
                        addr,
                        ty: *elem,
                        access: Access::Mutable,
                    });
                    let access = Access::Capture(capture.name.name, CaptureKind::Element);
                    self.declare_var(cx, capture.name, *elem, Some(&place), access);
                }
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- return

    /// The operand of a `return` or a trailing expression: failable calls may be forwarded whole.
    pub fn lower_return_operand(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let hint = match cx.ret.ty {
            Some(ty) if matches!(self.m.types.kind(ty), TypeKind::Failable { .. }) => {
                match self.all_slots(ty, expr) {
                    Some(all) => Some(all),
                    None if want.is_none() || matches!(expr.kind, ExprKind::ErrorTag(_)) => Some(ty),
                    None => want,
                }
            }
            _ => want,
        };
        match &expr.kind {
            // Narrowing holds for what is returned, not for the arms of a value `if`.
            ExprKind::If(_) | ExprKind::Match(_) => self.lower_tail(cx, expr, hint),
            _ => self.lower_expr(cx, expr, hint),
        }
    }

    fn lower_return(
        &mut self,
        cx: &mut FnCx,
        values: &'static [ast::ReturnValue],
        span: Span,
    ) -> Res<()> {
        if values.is_empty() {
            return self.return_value(cx, None, span);
        }
        let Some(ret) = cx.ret.ty else {
            // Inferring: the first value decides.
            if values.len() > 1 {
                let mut vals = Vec::new();
                for value in values {
                    let val = self.lower_expr(cx, &value.value, None)?;
                    vals.push(self.default_literal(&val).ty);
                }
                cx.ret.ty = Some(self.m.types.intern(TypeKind::Tuple(
                    vals.into_iter().map(|t| (None, t)).collect(),
                )));
                return self.lower_return(cx, values, span);
            }
            let val = self.lower_expr(cx, &values[0].value, None)?;
            let val = self.default_literal(&val);
            cx.ret.ty = Some(if val.ty == TypeId::NORETURN {
                TypeId::VOID
            } else {
                val.ty
            });
            return self.return_value(cx, Some(val), span);
        };
        if values.len() == 1 && values[0].name.is_none() {
            let expr = &values[0].value;
            if let TypeKind::Tuple(slots) = self.m.types.kind(ret).clone()
                && matches!(
                    expr.kind,
                    ExprKind::Int { .. }
                        | ExprKind::Str(_)
                        | ExprKind::Float { .. }
                        | ExprKind::Bool(_)
                )
            {
                let n = slots.len();
                return Err(self.error(expr.span, format!("this function returns {n} values — return them as `return a, b`, or as one tuple of {n}")));
            }
            let want = Some(self.success_type(ret)).filter(|t| *t != TypeId::VOID);
            let val = self.lower_return_operand(cx, expr, want)?;
            return self.return_value(cx, Some(val), expr.span);
        }
        let slots: Vec<_> = match self.m.types.kind(ret).clone() {
            TypeKind::Tuple(slots) => slots,
            TypeKind::Failable { values, .. } => values,
            _ => {
                return Err(self.error(
                    span,
                    format!(
                        "this function returns a single value, but a list of {} was given",
                        values.len()
                    ),
                ));
            }
        };
        if values.iter().any(|v| v.name.is_some()) {
            return self.return_named(cx, values, &slots, ret, span);
        }
        let full = self.m.types.members(ret).unwrap_or_default();
        let with_error = matches!(self.m.types.kind(ret), TypeKind::Failable { .. })
            && values.len() == full.len();
        let targets = if with_error { full } else { slots };
        if values.len() != targets.len() {
            if targets.len() == 1 {
                return Err(self.error(
                    span,
                    format!(
                        "this function returns a single value, but a list of {} was given",
                        values.len()
                    ),
                ));
            }
            return Err(self.error(
                span,
                format!(
                    "this function returns {} values, but {} are given",
                    targets.len(),
                    values.len()
                ),
            ));
        }
        let mut vals = Vec::new();
        for (value, (_, ty)) in values.iter().zip(&targets) {
            let val = self.lower_to(cx, &value.value, *ty)?;
            let val = self.own(cx, &val);
            vals.push(self.stable(cx, &val));
        }
        if !with_error && let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
            let set = *set;
            vals.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        }
        let val = self.make_aggregate(cx, ret, &vals);
        self.leave_with(cx, Some(val), None)
    }

    fn return_named(
        &mut self,
        cx: &mut FnCx,
        values: &'static [ast::ReturnValue],
        slots: &[(Option<sx_ir::Symbol>, TypeId)],
        ret: TypeId,
        span: Span,
    ) -> Res<()> {
        let mut vals: Vec<Option<Val>> = vec![None; slots.len()];
        for value in values {
            let Some(name) = value.name else {
                return Err(self.error(value.value.span, "a named return names every element"));
            };
            let Some(at) = slots.iter().position(|(n, _)| *n == Some(name.name)) else {
                return Err(self.error(
                    name.span,
                    format!(
                        "named return element '{}' does not name any return slot",
                        name.name
                    ),
                ));
            };
            if vals[at].is_some() {
                return Err(self.error(
                    name.span,
                    format!(
                        "named return element '{}' is given more than once",
                        name.name
                    ),
                ));
            }
            let val = self.lower_to(cx, &value.value, slots[at].1)?;
            let val = self.own(cx, &val);
            vals[at] = Some(self.stable(cx, &val));
        }
        let mut out = Vec::new();
        for (val, (name, _)) in vals.into_iter().zip(slots) {
            match val {
                Some(val) => out.push(val),
                None => {
                    let shown = name.map_or_else(|| "_".to_string(), |n| n.to_string());
                    return Err(self.error(
                        span,
                        format!(
                            "named return is missing the slot '{shown}'; every slot is given once"
                        ),
                    ));
                }
            }
        }
        if let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
            let set = *set;
            out.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        }
        let val = self.make_aggregate(cx, ret, &out);
        self.leave_with(cx, Some(val), None)
    }

    /// Leaves the function with `val` (not converted yet), or with its named slots.
    pub fn return_value(&mut self, cx: &mut FnCx, val: Option<Val>, span: Span) -> Res<()> {
        if cx.dead {
            return Ok(());
        }
        let Some(ret) = cx.ret.ty else {
            cx.ret.ty = Some(
                val.as_ref()
                    .map_or(TypeId::VOID, |v| self.default_literal(v).ty),
            );
            return self.leave_with(cx, val, None);
        };
        let Some(val) = val else {
            if !cx.ret.named.is_empty() {
                let named: Vec<Val> = cx
                    .ret
                    .named
                    .clone()
                    .iter()
                    .map(|(_, var)| Val::place(cx.var_place(*var)))
                    .collect();
                let mut vals = Vec::new();
                for place in named {
                    vals.push(self.load(cx, &place));
                }
                if let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
                    let set = *set;
                    vals.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
                }
                let whole = self.make_aggregate(cx, ret, &vals);
                return self.leave_with(cx, Some(whole), None);
            }
            if ret == TypeId::VOID {
                return self.leave_with(cx, None, None);
            }
            if self.success_type(ret) == TypeId::VOID
                && matches!(self.m.types.kind(ret), TypeKind::Failable { .. })
            {
                let ok = Val::scalar(ret, Piece::Const(Ty::I32, 0));
                return self.leave_with(cx, Some(ok), None);
            }
            let shown = self.type_name(ret);
            return Err(self.error(
                span,
                format!("function returns '{shown}' but its body produces no value — return one"),
            ));
        };
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        if ret == TypeId::VOID {
            return self.leave_with(cx, None, None);
        }
        let val = self.to_result(cx, val, ret, span)?;
        self.leave_with(cx, Some(val), None)
    }

    /// Converts a returned value to the result type: success of a failable, a forwarded failable, or plain.
    fn to_result(&mut self, cx: &mut FnCx, val: Val, ret: TypeId, span: Span) -> Res<Val> {
        if val.ty == ret {
            return Ok(val);
        }
        let TypeKind::Failable { values, set } = self.m.types.kind(ret).clone() else {
            if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
                && !values.is_empty()
            {
                return Err(self.error(span, "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)"));
            }
            return match self.try_coerce(cx, &val, ret, span)? {
                Some(val) => Ok(val),
                None => {
                    if matches!(
                        self.m.types.kind(val.ty),
                        TypeKind::Optional(_) | TypeKind::Any
                    ) {
                        return Err(self.no_conversion(val.ty, ret, span));
                    }
                    if let TypeKind::Optional(payload) = *self.m.types.kind(ret) {
                        return Err(self.cannot_wrap(val.ty, payload, ret, span));
                    }
                    let (a, b) = (self.type_name(val.ty), self.type_name(ret));
                    Err(self.error(
                        span,
                        format!("cannot return a value of type '{a}' where '{b}' is expected"),
                    ))
                }
            };
        };
        if let TypeKind::Failable {
            values: given,
            set: given_set,
        } = self.m.types.kind(val.ty).clone()
        {
            return self.forward_failable(cx, val, &given, given_set, &values, set, ret, span);
        }
        if values.is_empty() {
            if matches!(
                self.m.types.kind(val.ty),
                TypeKind::ErrorSet(_) | TypeKind::AnyError
            ) {
                return Ok(self.retype(cx, &val, ret));
            }
            if val.ty == TypeId::VOID {
                return Ok(Val::scalar(ret, Piece::Const(Ty::I32, 0)));
            }
            // A trailing value of a pure failable is dropped.
            return Ok(Val::scalar(ret, Piece::Const(Ty::I32, 0)));
        }
        let success = self.success_type(ret);
        let members = self.m.types.members(ret).unwrap_or_default();
        if let TypeKind::Tuple(given) = self.m.types.kind(val.ty)
            && given.len() == members.len()
            && values.len() != given.len()
        {
            // `.{v.., error.X}` fills all slots.
            let all = self.m.types.intern(TypeKind::Tuple(members));
            let whole = self.coerce(cx, val, all, span)?;
            return Ok(self.reinterpret(cx, &whole, ret));
        }
        let val = match self.try_coerce(cx, &val, success, span)? {
            Some(val) => val,
            None => {
                let (a, b) = (self.type_name(val.ty), self.type_name(success));
                return Err(self.error(
                    span,
                    format!("cannot return a value of type '{a}' where '{b}' is expected"),
                ));
            }
        };
        let mut parts = Vec::new();
        if values.len() == 1 {
            parts.push(val);
        } else {
            let val = self.load(cx, &val);
            let val = self.stable(cx, &val);
            for i in 0..values.len() {
                parts.push(self.member(cx, &val, i));
            }
        }
        parts.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        Ok(self.make_aggregate(cx, ret, &parts))
    }

    fn error_directive(
        &mut self,
        cx: &mut FnCx,
        directive: &'static ast::ErrorDirective,
    ) -> Failed {
        // In a generic body the mistake is at the outermost call.
        match self.instantiation_sites.first().copied() {
            Some(site) if cx.fn_id.is_some() => {
                let diag = Diagnostic::error(site, directive.message.text.to_string())
                    .with_note(Some(directive.span), "raised by this `#error`");
                self.report(diag)
            }
            _ => self.error(directive.span, directive.message.text.to_string()),
        }
    }

    fn lower_assert(&mut self, cx: &mut FnCx, assert: &'static ast::AssertDirective) -> Res<()> {
        let env = cx.env().clone();
        let val =
            self.comptime_value(&env, &assert.cond, Some(TypeId::BOOL), &Purpose::Condition)?;
        if self.ct_u64(&val) != 0 {
            return Ok(());
        }
        let text = self.span_text(assert.cond.span);
        let message = match &assert.message {
            Some(expr) => {
                let val =
                    self.comptime_value(&env, expr, Some(TypeId::STRING), &Purpose::Operand)?;
                String::from_utf8_lossy(&self.ct_text(&val).unwrap_or_default()).into_owned()
            }
            None => format!("assertion failed: {text}"),
        };
        Err(self.error(assert.span, message))
    }

    /// `#insert e;`: the text's statements stand here.
    fn lower_insert(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<()> {
        let env = cx.env().clone();
        let val = self.comptime_value(&env, expr, Some(TypeId::STRING), &Purpose::Insert)?;
        let Some(text) = self.ct_text(&val) else {
            return Err(self.error(
                expr.span,
                "the operand of `#insert` must be a string known at compile time",
            ));
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        let path = self.sources.path(expr.span.file).to_string();
        let line = self.sources.line_col(expr.span).line;
        let fragment: &'static ast::Fragment = match self.fragments.get(&text) {
            Some(fragment) => fragment,
            None => {
                let file = self
                    .sources
                    .add(format!("{path}:{line}: #insert"), text.as_str());
                let parsed = sx_syntax::parse_statements(file, &text);
                if let Some(first) = parsed.diagnostics.into_iter().find(Diagnostic::is_error) {
                    let diag = Diagnostic::error(
                        expr.span,
                        format!("the inserted text does not parse: {}", first.message),
                    )
                    .with_note(first.span, "in the inserted text");
                    return Err(self.report(diag));
                }
                let fragment: &'static ast::Fragment = Box::leak(Box::new(parsed.ast));
                self.fragments.insert(text, fragment);
                fragment
            }
        };
        self.lower_stmt_list(cx, &fragment.block.stmts)?;
        if let Some(tail) = &fragment.block.tail
            && !cx.dead
        {
            self.lower_expr_stmt(cx, tail)?;
        }
        Ok(())
    }
}

/// An `if` without `else` (at any depth of `else if`) has no value: it stands as a statement.
fn is_statement_if(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::If(node) => match &node.else_ {
            None => true,
            Some(ast::Branch::Expr(next)) => matches!(next.kind, ExprKind::If(_)) && is_statement_if(next),
            Some(ast::Branch::Block(_) | ast::Branch::Jump(_)) => false,
        },
        _ => false,
    }
}

enum TargetNoun {
    Variable(String),
    Other(String),
}

struct Iter {
    count: Option<Piece>,
    kind: IterKind,
}

enum IterKind {
    Range(Piece),
    /// First element's address and the element type.
    Elements(Piece, TypeId),
}

fn compound_hint(sema: &Sema<'_>, value: &ast::Expr, ty: TypeId) -> Option<TypeId> {
    let _ = sema;
    matches!(
        value.kind,
        ExprKind::EnumLit(_)
            | ExprKind::Xx(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Unary {
                op: ast::UnOp::BitNot,
                ..
            }
    )
    .then_some(ty)
}

/// Whether the loop just emitted is left by a `break`.
fn breaks_out(cx: &FnCx, label: sx_ir::LabelId) -> bool {
    let Some(stmt) = cx.blocks.last().and_then(|b| b.last()) else {
        return true;
    };
    let Ir::Loop { body, .. } = &stmt.kind else {
        return true;
    };
    let mut found = false;
    body.for_each_stmt(&mut |s| found |= matches!(s.kind, Ir::Break(l) if l == label));
    found
}

/// Keeps the address type in reach of loop helpers.
pub type LoopAddr = Addr;
