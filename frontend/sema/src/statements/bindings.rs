//! Declarations in blocks: variables, constants, destructuring.

use crate::caches::LocalConstant;
use crate::callables::inference::introduced_by;
use crate::comptime::purpose::Purpose;
use crate::declarations::lookup::Name;
use crate::declarations::modules::decl_syntax;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Val};
use crate::metaprogramming::insertion::unknown_names;
use crate::sema::{Binding, DeclInfo, Entity, EntityState, Env, Failed, Res, Sema};
use crate::statements::assign::Verb;
use crate::statements::control::value_span;
use crate::statements::errors::strip_parens;
use std::rc::Rc;
use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, DeclKind, ExprKind};
use sx_syntax::{Diagnostic, Span};

/// Whether an element or field is read in it, which lowering by itself does not fold.
fn reads_part(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Index { .. } | ExprKind::Field { .. } | ExprKind::TupleIndex { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => reads_part(e),
        ExprKind::Binary { lhs, rhs, .. } => reads_part(lhs) || reads_part(rhs),
        _ => false,
    }
}

impl Sema<'_> {
    pub fn lower_decl(&mut self, cx: &mut FnCx, decl: &'static ast::Decl) -> Res<()> {
        if !matches!(decl.name.kind, ast::IdentKind::Computed(_)) {
            return self.lower_decl_named(cx, decl, decl.name);
        }
        let env = cx.env().clone();
        let name = match self.spelled(&env, decl.name) {
            Ok(name) => name,
            Err(failed) => {
                // Any name may be the one that it would have declared.
                env.bind(unknown_names(), Binding::Poison);
                return Err(failed);
            }
        };
        let done = self.lower_decl_named(cx, decl, name);
        self.note_made_name(cx, name.name);
        done
    }

    /// `name`: as it is spelled.
    fn lower_decl_named(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::Decl,
        name: ast::Ident,
    ) -> Res<()> {
        match &decl.kind {
            DeclKind::Var(var) => self.lower_var(cx, name, var),
            DeclKind::Const(constant) => self.lower_local_const(cx, decl, name, constant),
            DeclKind::Fn(_)
            | DeclKind::Struct(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_) => {
                self.local_decl(cx, decl, name);
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
    pub fn local_decl(&mut self, cx: &mut FnCx, decl: &'static ast::Decl, name: ast::Ident) {
        let env = cx.env().child();
        if let DeclKind::Fn(function) = &decl.kind {
            env.fence.set(true);
            env.introduce(introduced_by(&function.sig.params));
        }
        let id = self.add_decl(DeclInfo {
            name: name.name,
            module: env.module,
            private: false,
            span: decl.span,
            name_span: name.span,
            syntax: decl_syntax(&decl.kind),
            env: env.clone(),
            state: EntityState::Unresolved,
            owner: None,
            local: true,
        });
        self.keep_attrs(id, decl);
        env.bind(name.name, Binding::Decl(id));
        // Later declarations of the block must not be seen from inside, so the name goes into a new level.
        let next = cx.env().child();
        next.bind(name.name, Binding::Decl(id));
        if let Some(scope) = cx.scopes.last_mut() {
            scope.env = next;
        }
        // A type is checked whether it is used or not.
        if matches!(
            decl.kind,
            DeclKind::Struct(_) | DeclKind::Enum(_) | DeclKind::Union(_)
        ) && let Ok(Entity::Type(ty)) = self.resolve_decl(id)
        {
            // What is wrong has been told.
            let _ = self.complete(ty);
        }
    }

    /// `default: f();` in a match reads as a variable of type `f()`.
    fn check_no_default_arm(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        ty: &'static ast::Expr,
    ) -> Res<()> {
        if let ExprKind::Call(call) = &ty.kind
            && let Ok(Some(Entity::Fn(f))) = self.resolve_path(env, &call.callee)
            && !self.returns_type(f)
        {
            return Err(self.error(name.span, "the last arm of a match is written `else:`"));
        }
        Ok(())
    }

    pub fn lower_var(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        var: &'static ast::VarDecl,
    ) -> Res<()> {
        if var.saved {
            self.error(
                name.span,
                format!(
                    "`#saved` is for globals, and '{}' is a local variable",
                    name.name
                ),
            );
        }
        let env = cx.env().clone();
        let ty = match &var.ty {
            Some(ty) => {
                if name.name.as_str() == "default" && var.init.is_none() {
                    self.check_no_default_arm(&env, name, ty)?;
                }
                let ty = self.eval_type(&env, ty)?;
                self.complete_all();
                self.complete(ty)?;
                Some(ty)
            }
            None => None,
        };
        if let Some(init) = &var.init {
            cx.runs.keep(init);
        }
        let val = match (&var.init, ty) {
            (Some(init), Some(ty)) if matches!(init.kind, ExprKind::Undef) => {
                // Contents unspecified; tuples are zero-filled.
                let zero = matches!(self.m.types.kind(ty), TypeKind::Tuple(_));
                let addr = self.slot(cx, ty);
                if zero {
                    let size = self.m.types.size_of(ty);
                    cx.zero(addr, size);
                } else {
                    self.forget(cx, addr, ty);
                }
                self.new_scope_level(cx);
                self.bind_var(cx, name, ty, addr, Access::Mutable);
                return Ok(());
            }
            (Some(init), Some(ty)) => match self.lower_initializer_noted(cx, init, ty, name) {
                Ok(val) => (ty, val),
                Err(Failed) if self.caches.mistakes.mistyped.contains(&name.span) => {
                    // Which of the two is wrong isn't known, so nothing is of uses.
                    self.new_scope_level(cx);
                    return Err(Failed);
                }
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
        let origin = (ty == TypeId::ANY_ERROR).then(|| self.origin_of_value(cx, &val));
        let var = self.declare_var(cx, name, ty, Some(&val), Access::Mutable);
        self.note_error_variable(cx, var, origin.as_slice());
        Ok(())
    }

    /// A declaration shadows earlier ones of the same block from here on: what captured the old scope keeps it.
    pub fn new_scope_level(&mut self, cx: &mut FnCx) {
        let env = cx.env().child();
        if let Some(scope) = cx.scopes.last_mut() {
            scope.env = env;
        }
    }

    /// The same, and whether it is the annotation that the value doesn't fit.
    fn lower_initializer_noted(
        &mut self,
        cx: &mut FnCx,
        init: &'static ast::Expr,
        ty: TypeId,
        name: ast::Ident,
    ) -> Res<Val> {
        let before = self.diags.len();
        let val = self.lower_initializer(cx, init, ty, name);
        if val.is_err() {
            let shown = format!("'{}'", self.type_name(ty));
            let told = self.diags.get(before..).unwrap_or(&[]);
            let of_type = |d: &Diagnostic| {
                // Of a number that loses something, the type is what is meant.
                d.message.starts_with("cannot ")
                    && !d.message.starts_with("cannot implicitly narrow")
                    && d.message.contains(&shown)
            };
            if told.iter().any(of_type) {
                self.caches.mistakes.mistyped.insert(name.span);
            }
        }
        val
    }

    pub fn lower_initializer(
        &mut self,
        cx: &mut FnCx,
        init: &'static ast::Expr,
        ty: TypeId,
        name: ast::Ident,
    ) -> Res<Val> {
        let verb = Verb::Initialize(name.as_str());
        cx.storing = Some((init.span, verb));
        let val = self.lower_initial(cx, init, Some(ty))?;
        self.assignable(cx, val, ty, value_span(init), verb)
    }

    /// Converts for a store, wording a mismatch as the reference does (`cannot VERB 'T' with a value of type 'U'`).
    pub fn assignable(
        &mut self,
        cx: &mut FnCx,
        val: Val,
        ty: TypeId,
        span: Span,
        verb: Verb,
    ) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == ty || val.ty == TypeId::NORETURN {
            return self.coerce(cx, val, ty, span);
        }
        if !self.is_failable(ty) {
            self.no_failable(cx, &val, span)?;
        }
        match self.try_coerce(cx, &val, ty, span)? {
            Some(val) => Ok(val),
            None => {
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
                let text = format!("cannot {verb} '{a}' with a value of type '{b}'");
                let diag = Diagnostic::error(span, text);
                let pointee = match (verb, self.m.types.kind(ty)) {
                    (Verb::Reassign(name), TypeKind::Pointer(to)) => Some((name, *to)),
                    _ => None,
                };
                Err(self.report(match pointee {
                    Some((name, to))
                        if to == val.ty || self.is_number(to) && self.is_number(val.ty) =>
                    {
                        diag.with_help(None, format!("what it points to is `{name}.*`"))
                    }
                    _ => diag,
                }))
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
        self.literal_above_i64(&val, init.span)?;
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Failable { values, set } => {
                if values.is_empty() {
                    return Ok(self.retype(cx, &val, set));
                }
                Err(self.unhandled_in(cx, init.span))
            }
            TypeKind::Void if crate::statements::control::value_discarded_by(init).is_some() => {
                let semi =
                    crate::statements::control::value_discarded_by(init).unwrap_or(init.span);
                let what = match &init.kind {
                    ExprKind::If(_) => "branch",
                    _ => "block",
                };
                Err(self.error(semi, format!("this {what} is used as a value but its last expression's value is discarded by this `;`")))
            }
            // The body of an instance may hold for results of every type.
            TypeKind::Void if self.sites.body.is_some() => Ok(val),
            TypeKind::Void if !matches!(init.kind, ExprKind::Aggregate(_)) => {
                Err(self.error(init.span, "this expression has no value to bind"))
            }
            _ => Ok(self.default_literal(&val)),
        }
    }

    pub fn lower_local_const(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::Decl,
        name: ast::Ident,
        constant: &'static ast::ConstDecl,
    ) -> Res<()> {
        let env = cx.env().clone();
        // Aliases, types and functions resolve as declarations.
        let is_alias = constant.ty.is_none()
            && match self.named_by(&env, &constant.value) {
                Some((env, named)) => match &named.kind {
                    ExprKind::Field { base, name } => {
                        self.namespace_of(&env, base, *name).is_some()
                    }
                    _ => !matches!(
                        self.named_binding(&env, named),
                        Some(Binding::Var { .. } | Binding::Pack { .. } | Binding::Ct(_))
                    ),
                },
                None => false,
            };
        let is_type = constant.ty.is_none() && self.denotes_type(&env, &constant.value);
        if is_alias
            && is_type
            && let Ok(Some(Entity::Template(template))) = self.resolve_path(&env, &constant.value)
            && self.takes_arguments(template)
        {
            self.local_decl(cx, decl, name);
            return Ok(());
        }
        if is_type {
            let ty = self.eval_named_type(&env, &constant.value, Some(name.name))?;
            self.complete_all();
            self.new_scope_level(cx);
            cx.env().bind(name.name, Binding::Type(ty));
            return Ok(());
        }
        if constant.ty.is_none() && self.builds_type(&env, &constant.value) {
            let val = self.comptime_value(&env, &constant.value, None, &Purpose::Type)?;
            let ty = self.ct_type(&val);
            self.complete_all();
            self.new_scope_level(cx);
            cx.env().bind(name.name, Binding::Type(ty));
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
            self.local_decl(cx, decl, name);
            let _ = entity;
            return Ok(());
        }
        let ty = match &constant.ty {
            Some(ty) => Some(self.eval_type(&env, ty)?),
            None => None,
        };
        if let ExprKind::Run(inner) = &strip_parens(&constant.value).kind
            && let Some(val) = self.run_once(cx, inner, ty)?
        {
            self.new_scope_level(cx);
            self.bind_local_ct(cx, name, val);
            return Ok(());
        }
        if reads_part(&constant.value) && self.is_constant_expression(&env, &constant.value) {
            let purpose = Purpose::Constant(name.name);
            let val = self.comptime_value(&env, &constant.value, ty, &purpose)?;
            self.new_scope_level(cx);
            self.bind_local_ct(cx, name, val);
            return Ok(());
        }
        if self.calls_compiler(&env, &constant.value) {
            let purpose = Purpose::Constant(name.name);
            let val = self.comptime_value(&env, &constant.value, ty, &purpose)?;
            self.new_scope_level(cx);
            self.bind_local_ct(cx, name, val);
            return Ok(());
        }
        if let Some(val) = self.code_constant_of(cx, &constant.value)? {
            self.new_scope_level(cx);
            self.bind_local_ct(cx, name, val);
            return Ok(());
        }
        let bare = strip_parens(&constant.value);
        // Elements that are made while compiling, once.
        if matches!(bare.kind, ExprKind::Aggregate(_))
            && holds_run(bare)
            && self.is_constant_element(&env, bare)
        {
            let purpose = Purpose::Constant(name.name);
            let val = self.comptime_value(&env, &constant.value, ty, &purpose)?;
            self.new_scope_level(cx);
            self.bind_local_ct(cx, name, val);
            return Ok(());
        }
        if matches!(bare.kind, ExprKind::Call(_)) {
            let loc = self.loc(bare.span);
            self.caches.constant_calls.insert(loc);
        }
        // A `#run` that gets here is run-time code.
        let value = match &bare.kind {
            ExprKind::Run(inner) => inner,
            _ => &constant.value,
        };
        let val = self.lower_initial(cx, value, ty)?;
        let val = match ty {
            Some(ty) => self.coerce(cx, val, ty, value_span(&constant.value))?,
            None => self.untyped_binding(cx, val, &constant.value)?,
        };
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        self.new_scope_level(cx);
        if let Some(ct) = self.const_of_val(&val) {
            self.bind_local_ct(cx, name, ct);
            return Ok(());
        }
        // Elements of a literal made of constants only: evaluated once, with storage, folding in counts.
        if matches!(bare.kind, ExprKind::Aggregate(_))
            && self.is_constant_element(&env, &constant.value)
            && let Ok(ct) =
                self.comptime_value(&env, &constant.value, ty, &Purpose::Constant(name.name))
        {
            self.bind_local_ct(cx, name, ct);
            return Ok(());
        }
        let access = Access::LocalConstant(name.name);
        let origin = (val.ty == TypeId::ANY_ERROR).then(|| self.origin_of_value(cx, &val));
        let var = self.declare_var(cx, name, val.ty, Some(&val), access);
        self.note_error_variable(cx, var, origin.as_slice());
        if self.is_comptime_call(cx, &env, &constant.value) {
            let value = LocalConstant {
                value: &constant.value,
                ty,
                env,
            };
            self.caches.local_constants.insert((cx.id, var), value);
        }
        Ok(())
    }

    /// A call of a function declared `-> Type` whose arguments are all known: `N :: make_enum(..)` names a type.
    pub fn builds_type(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        let ExprKind::Call(call) = &expr.kind else {
            return false;
        };
        let entity = match self.resolve_path(env, &call.callee) {
            Ok(Some(Entity::Fn(f))) => f,
            _ => return false,
        };
        let info = self.fn_info(entity);
        let named = matches!(&info.decl.sig.ret, Some(ast::RetType { kind: ast::RetKind::Type(e), .. })
            if matches!(&e.kind, ExprKind::Ident(n) if n.as_str() == "Type" && !n.is_raw()));
        // A handle from `declare` is a value until `define` has filled it.
        if !named || info.intrinsic || info.name == "declare" || info.name == "define" {
            return false;
        }
        struct Names(Vec<sx_ir::Symbol>);
        impl sx_syntax::visit::Visitor for Names {
            fn expr(&mut self, expr: &ast::Expr) {
                if let ExprKind::Ident(name) = &expr.kind {
                    self.0.push(name.name);
                }
                sx_syntax::visit::walk_expr(self, expr);
            }
        }
        let mut names = Names(Vec::new());
        sx_syntax::visit::Visitor::expr(&mut names, expr);
        names.0.iter().all(|name| {
            !matches!(
                env.get(*name),
                Some(Binding::Var { .. } | Binding::Pack { .. })
            )
        })
    }

    /// Operators over literals, constants and elements or fields of constants.
    pub fn is_constant_expression(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_) => true,
            ExprKind::Paren(e)
            | ExprKind::Unary { expr: e, .. }
            | ExprKind::TupleIndex { base: e, .. } => self.is_constant_expression(env, e),
            ExprKind::Binary { lhs, rhs, .. }
            | ExprKind::Index {
                base: lhs,
                index: rhs,
            } => self.is_constant_expression(env, lhs) && self.is_constant_expression(env, rhs),
            ExprKind::Field { base, name } => {
                !self.denotes_type(env, base)
                    && self.namespace_of(env, base, *name).is_none()
                    && self.is_constant_expression(env, base)
            }
            ExprKind::Ident(name) => matches!(
                self.try_resolve_name(env, *name),
                Ok(Some(
                    Name::Binding(Binding::Ct(_))
                        | Name::Entity(Entity::Ct(_) | Entity::ConstGlobal { .. }, _)
                ))
            ),
            _ => false,
        }
    }

    pub fn is_constant_literal(
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

    /// What may be an element of a constant's literal: constants, what `#run` makes, and literals of those.
    fn is_constant_element(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            ExprKind::Run(_) => true,
            ExprKind::Paren(inner) => self.is_constant_element(env, inner),
            ExprKind::Aggregate(agg) => {
                agg.init.is_none()
                    && agg
                        .elems
                        .iter()
                        .all(|e| self.is_constant_element(env, &e.value))
            }
            _ => self.is_constant_literal(env, expr) || self.is_constant_expression(env, expr),
        }
    }

    pub fn bind_local_ct(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        mut val: crate::emission::value::CtVal,
    ) {
        // As of a module's constant: no literal that might not fit its default type.
        if val.ty == TypeId::U64 {
            val.literal = false;
        }
        // Types and functions are seen from nested functions, too.
        if !matches!(
            self.m.types.kind(val.ty),
            TypeKind::Type | TypeKind::Function(_)
        ) {
            cx.env().note_constant(name.name);
        }
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

    pub fn lower_destructure(
        &mut self,
        cx: &mut FnCx,
        names: &'static [ast::Ident],
        value: &'static ast::Expr,
    ) -> Res<()> {
        cx.runs.keep(value);
        let val = self.lower_expr(cx, value, None)?;
        let source = self.source_of(cx, value);
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
                    crate::declarations::nominal::plural(members.len())
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
            let origin = self.origin_of_set(cx.var(error).ty, source);
            self.note_error_variable(cx, error, &[origin]);
            for var in vars[..vars.len() - 1].iter().flatten() {
                cx.vars[var.0 as usize].guarded_by = Some(error);
            }
        }
        Ok(())
    }
}

/// Whether a literal has an element that `#run` makes.
fn holds_run(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Run(_) => true,
        ExprKind::Paren(inner) => holds_run(inner),
        ExprKind::Aggregate(agg) => agg.elems.iter().any(|e| holds_run(&e.value)),
        _ => false,
    }
}
