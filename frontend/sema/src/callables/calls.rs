//! Calls: what is called, how arguments map to parameters (reference part 2 §1, §1.1, §2).

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::builtins::intrinsics::is_intrinsic_name;
use crate::callables::written_order::Place;
use crate::declarations::lookup::{Found, Name};
use crate::emission::fncx::FnCx;
use crate::emission::value::Val;
use crate::sema::{Binding, Entity, Env, Failed, FnId, Res, Sema};

/// An argument before it is matched to a parameter.
pub enum Arg {
    Expr(&'static ast::Expr),
    /// Already evaluated: receiver, element of a spread.
    Val(Val, Span),
    /// The tail of a slice variadic, passed whole: `..xs`.
    Slice(&'static ast::Expr),
    Trailing(&'static ast::FnDecl),
}

impl Arg {
    /// Where it stands among the arguments of a call in one file: those in parentheses, the block behind them.
    pub fn place(&self) -> Place {
        match self {
            Arg::Expr(_) | Arg::Slice(_) | Arg::Val(..) => (1, self.span().lo),
            Arg::Trailing(_) => (2, 0),
        }
    }

    pub fn span(&self) -> Span {
        match self {
            Arg::Expr(expr) | Arg::Slice(expr) => expr.span,
            Arg::Val(_, span) => *span,
            Arg::Trailing(decl) => decl.span,
        }
    }
}

impl Sema<'_> {
    pub fn lower_call(
        &mut self,
        cx: &mut FnCx,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let done = self.lower_call_now(cx, call, want, span);
        // Of a callee that isn't known the arguments are; `(x)` of `f(a) (x) { .. }` may be meant as the block's parameters.
        let of_block = call.trailing.is_some() && matches!(call.callee.kind, ExprKind::Call(_));
        let unknown = done.is_err() && !of_block && self.has_told(call.callee.span);
        let arguments = unknown.then_some(&call.args).into_iter().flatten();
        self.or_beside(cx, done, arguments.map(|arg| &arg.value))
    }

    fn lower_call_now(
        &mut self,
        cx: &mut FnCx,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        match &call.callee.kind {
            ExprKind::Ident(name) => {
                if let Some(val) = self.intrinsic_call(cx, &env, *name, call, want, span)? {
                    return Ok(val);
                }
                match self.try_resolve_name(&env, *name)? {
                    Some(Name::Entity(entity, _)) => {
                        self.call_entity(cx, entity, name.as_str(), call, want, span)
                    }
                    Some(Name::Binding(Binding::Type(_)) | Name::BuiltinType(_)) => {
                        // `u8(5)` calls a visible function of that name; there is no cast of this form.
                        if let Found::Decl(decl) = self.lookup_module(env.module, name.name) {
                            let entity = self.resolve_decl(decl)?;
                            return self.call_entity(cx, entity, name.as_str(), call, want, span);
                        }
                        let shown = name.as_str();
                        Err(self.error(
                            span,
                            format!("'{shown}' is a type; convert with `value.({shown})`"),
                        ))
                    }
                    Some(Name::Binding(_)) => {
                        self.call_value_expr(cx, &call.callee, call, want, span)
                    }
                    None => {
                        if self.denotes_type(&env, &call.callee) {
                            let ty = self.eval_type(&env, &call.callee)?;
                            return Ok(Val::type_value(ty));
                        }
                        if self.callee_is_type_call(&env, call) {
                            let ty = self.call_as_type(&env, call, span)?;
                            return Ok(Val::type_value(ty));
                        }
                        let name = self.spelled(&env, *name)?;
                        let diag = self.unresolved(&env, name);
                        Err(self.report(diag))
                    }
                }
            }
            ExprKind::EnumLit(name) => {
                let name = self.spelled(&env, *name)?;
                self.call_enum_literal(cx, name, call, want, span)
            }
            ExprKind::Field { base, name } => {
                let env = cx.env().clone();
                let name = self.spelled(&env, *name)?;
                self.call_member(cx, base, name, call, want, span)
            }
            ExprKind::OptField { base, name } => {
                let recv = self.lower_operand_raw(cx, base, None)?;
                let (name, args) = (self.spelled(&env, *name)?, call);
                self.check_optional_call(recv.ty, name)?;
                self.map_optional(cx, &recv, span, |s, cx, inner| {
                    s.method_call(cx, inner, base, name, args, None, span)
                })
            }
            ExprKind::Paren(_) | ExprKind::Splice(_) | ExprKind::Insert(_) => {
                self.call_seen_through(cx, call, want, span)
            }
            _ => self.call_value_expr(cx, &call.callee, call, want, span),
        }
    }

    /// A callee in parentheses or put there by code: what it names is called as if it were written there.
    fn call_seen_through(
        &mut self,
        cx: &mut FnCx,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let here = cx.env().clone();
        let (env, callee) = self.seen_through(&here, &call.callee);
        let entity = match &callee.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(&env, *name)? {
                Some(Name::Entity(entity, _)) => Some(entity),
                None if is_intrinsic_name(name.as_str()) => {
                    return self.intrinsic(cx, &here, name.as_str(), &call.args, want, span);
                }
                Some(Name::BuiltinType(_) | Name::Binding(_)) | None => None,
            },
            ExprKind::Field { base, name } if self.namespace_of(&env, base, *name).is_none() => {
                return self.call_member_seen_through(cx, &env, (base, *name), call, want, span);
            }
            ExprKind::Field { .. } => self.resolve_path(&env, callee)?,
            ExprKind::EnumLit(name) => {
                let name = self.spelled(&env, *name)?;
                return self.call_enum_literal(cx, name, call, want, span);
            }
            _ => None,
        };
        match entity {
            Some(entity @ (Entity::Fn(_) | Entity::UfcsAlias(_) | Entity::Template(_))) => {
                self.call_entity(cx, entity, "function", call, want, span)
            }
            _ => self.call_value_expr(cx, &call.callee, call, want, span),
        }
    }

    /// `base.name` as a callee in parentheses or put by code: its names mean what they do in `env`, those of the arguments what they
    /// do here.
    fn call_member_seen_through(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        (base, name): (&'static ast::Expr, ast::Ident),
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let name = self.spelled(env, name)?;
        if self.denotes_type(env, base) {
            let ty = self.sites_of(env, |s| s.eval_type(env, base))?;
            return self.static_call(cx, ty, name, call, want, span);
        }
        let receiver = |s: &mut Self, cx: &mut FnCx| {
            let seen_as = s.check_element_member(cx, base, name)?;
            let val = s.lower_expr(cx, base, None)?;
            match val.is_poison() {
                true => Err(Failed),
                false => Ok((seen_as, val)),
            }
        };
        let (seen_as, recv) = match Rc::ptr_eq(env, cx.env()) {
            true => receiver(self, cx)?,
            false => self.expanding_in(cx, env, call.callee.span, receiver)?,
        };
        if let Some(protocol) = seen_as
            && let Some(method) = self.protocol_method(&protocol, recv.ty, name.name)?
        {
            let lead = vec![Arg::Val(recv, base.span)];
            return self.call_fn(cx, method, lead, call, want, span);
        }
        self.method_call(cx, recv, base, name, call, want, span)
    }

    /// Methods are called through `?.` only on a `?P` of a protocol (part 1 §4.11).
    fn check_optional_call(&mut self, ty: TypeId, name: ast::Ident) -> Res<()> {
        let TypeKind::Optional(payload) = *self.m.types.kind(ty) else {
            return Ok(());
        };
        let target = match self.m.types.kind(payload) {
            TypeKind::Protocol(_) => return Ok(()),
            TypeKind::Pointer(to) => *to,
            _ => payload,
        };
        if matches!(self.m.types.kind(target), TypeKind::Protocol(_))
            || self.own_method(target, name.name)?.is_none()
        {
            return Ok(());
        }
        let shown = self.type_name(ty);
        let diag = Diagnostic::error(
            name.span,
            format!("`?.` calls methods of protocols only, but this has type '{shown}'"),
        )
        .with_help(
            None,
            format!(
                "unwrap it first: `!.{}(..)`, or bind it with `if v := ...`",
                name.name
            ),
        );
        Err(self.report(diag))
    }

    pub fn callee_is_type_call(&mut self, env: &Rc<Env>, call: &'static ast::CallExpr) -> bool {
        matches!(&call.callee.kind, ExprKind::Ident(n) if n.as_str() == "Vector" && env.get(n.name).is_none())
    }

    pub fn call_as_type(
        &mut self,
        env: &Rc<Env>,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<TypeId> {
        match self.apply_type(env, call, span, None)? {
            Some(ty) => Ok(ty),
            None => Err(self.error(span, "this call makes no type")),
        }
    }

    /// `f(..)` where `f` names something declared.
    pub fn call_entity(
        &mut self,
        cx: &mut FnCx,
        entity: Entity,
        name: &str,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match entity {
            Entity::Fn(f) | Entity::UfcsAlias(f) => {
                if self.returns_type(f) {
                    let env = cx.env().clone();
                    let ty = self.call_type_fn(&env, f, call, span, None)?;
                    return Ok(Val::type_value(ty));
                }
                self.call_fn(cx, f, Vec::new(), call, want, span)
            }
            Entity::Template(_) => {
                let env = cx.env().clone();
                let ty = self.call_as_type(&env, call, span)?;
                Ok(Val::type_value(ty))
            }
            Entity::Type(ty) => {
                let shown = self.type_name(ty);
                let built = matches!(
                    self.m.types.kind(ty),
                    TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Union(_)
                );
                let message = match built {
                    true => format!("'{shown}' is a type; build a value with `{shown}.{{ .. }}`"),
                    false => format!("'{shown}' is a type; convert with `value.({shown})`"),
                };
                Err(self.error(span, message))
            }
            Entity::Namespace(_) | Entity::Library(_) => {
                Err(self.error(span, format!("'{name}' is not callable")))
            }
            Entity::Ct(_)
            | Entity::ConstGlobal { .. }
            | Entity::RtConst
            | Entity::Global { .. } => self.call_value_expr(cx, &call.callee, call, want, span),
        }
    }

    pub fn call_enum_literal(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let Some(want) = want else {
            return Err(self.error(
                span,
                format!(
                    "enum literal '.{}' has no destination type to resolve against",
                    name.name
                ),
            ));
        };
        let target = self.literal_target(want);
        if target == TypeId::POISON {
            return Err(Failed);
        }
        self.complete(target)?;
        if self.m.types.enum_def(target).is_some() {
            return self.variant_call(cx, target, name, &call.args, span);
        }
        // `.make(1, 2)` against a struct (not `?S`) calls its static method.
        let plain = !matches!(self.m.types.kind(want), TypeKind::Optional(_));
        if plain && let Some(method) = self.own_method(target, name.name)? {
            return self.call_fn(cx, method, Vec::new(), call, Some(want), span);
        }
        // It was tried without a destination before.
        if self.has_told(span) {
            return Err(Failed);
        }
        let shown = self.type_name(want);
        Err(self.error(
            span,
            format!(
                "enum literal '.{}' cannot type itself from non-enum destination '{shown}'",
                name.name
            ),
        ))
    }

    /// A method declared in a type's body or by an impl.
    pub fn own_method(&mut self, ty: TypeId, name: Symbol) -> Res<Option<FnId>> {
        self.own_method_at(ty, name, None)
    }

    pub fn own_method_at(
        &mut self,
        ty: TypeId,
        name: Symbol,
        span: Option<Span>,
    ) -> Res<Option<FnId>> {
        self.complete_for_member(ty, name)?;
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name))
            .copied()
            && let Entity::Fn(f) = self.resolve_decl(decl)?
        {
            return Ok(Some(f));
        }
        if let Some(getter) = self.getter(ty, name)? {
            return Ok(Some(getter));
        }
        self.find_method_at(ty, name, span)
    }

    /// The method a dot call means; in a protocol's default body the impl's own methods come first.
    pub fn dot_method(&mut self, cx: &FnCx, target: TypeId, name: ast::Ident) -> Res<Option<FnId>> {
        if let Some(f) = cx.fn_id
            && let Some(id) = self.fn_info(f).impl_of
            && self.fn_info(f).owner == Some(target)
            && let Some(method) = self.impl_method(id, target, name.name)?
        {
            return Ok(Some(method));
        }
        self.own_method_at(target, name.name, Some(name.span))
    }

    // ---------------------------------------------------------------------------------------------- member calls

    pub fn call_member(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        if let Some(set) = self.namespace_of(&env, base, name) {
            let ns = self.span_text(base.span);
            let (entity, _) = self.resolve_in_namespace(set, &ns, name)?;
            if let Entity::Fn(f) = &entity
                && self.fn_info(*f).intrinsic
                && let Some(val) = self.intrinsic_by_fn(cx, &env, *f, call, want, span)?
            {
                return Ok(val);
            }
            if let Entity::Ct(val) | Entity::ConstGlobal { val, .. } = &entity
                && !self.is_callable(val.ty)
            {
                return Err(self.error(name.span, "this namespace member is not callable"));
            }
            return self.call_entity(cx, entity, name.as_str(), call, want, span);
        }
        if self.denotes_type(&env, base) {
            let ty = self.eval_type(&env, base)?;
            return self.static_call(cx, ty, name, call, want, span);
        }
        if let Some(val) = self.pack_method(cx, base, name, call, want, span)? {
            return Ok(val);
        }
        let seen_as = self.check_element_member(cx, base, name)?;
        if let Some(f) = self.lazy_receiver(cx, base, name)? {
            return self.call_fn(cx, f, vec![Arg::Expr(base)], call, want, span);
        }
        let recv = self.lower_expr(cx, base, None)?;
        if recv.is_poison() {
            return Err(Failed);
        }
        if let Some(protocol) = seen_as
            && let Some(method) = self.protocol_method(&protocol, recv.ty, name.name)?
        {
            let lead = vec![Arg::Val(recv, base.span)];
            return self.call_fn(cx, method, lead, call, want, span);
        }
        self.method_call(cx, recv, base, name, call, want, span)
    }

    /// `T.m(args)`, `E.v(payload)`
    pub fn static_call(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        self.complete_for_member(ty, name.name)?;
        let is_variant = self
            .m
            .types
            .enum_def(ty)
            .is_some_and(|d| d.variants.iter().any(|v| v.name == name.name));
        if is_variant {
            return self.variant_call(cx, ty, name, &call.args, span);
        }
        if let Some(method) = self.own_method_at(ty, name.name, Some(name.span))? {
            return self.call_fn(cx, method, Vec::new(), call, want, span);
        }
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name.name))
            .copied()
        {
            let entity = self.resolve_decl(decl)?;
            return self.call_entity(cx, entity, name.as_str(), call, want, span);
        }
        if self.m.types.enum_def(ty).is_some() {
            self.variant_index(ty, name, span)?;
        }
        let shown = self.type_name(ty);
        let mut names: Vec<String> = Vec::new();
        if let Some(info) = self.nominals.get(&ty) {
            names.extend(info.members.keys().map(|s| s.to_string()));
        }
        let diag = Diagnostic::error(
            name.span,
            format!("type '{shown}' has no method '{}'", name.name),
        );
        let diag = match crate::declarations::lookup::nearest(
            name.as_str(),
            names.iter().map(String::as_str),
        ) {
            Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
            None => diag,
        };
        Err(self.report(diag))
    }

    /// `recv.name(args)` in the order of part 2 §1.1.
    pub fn method_call(
        &mut self,
        cx: &mut FnCx,
        recv: Val,
        base: &'static ast::Expr,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let target = match self.m.types.kind(recv.ty) {
            TypeKind::Pointer(t) => *t,
            _ => recv.ty,
        };
        self.complete(target)?;
        // 1. A field holding a function or closure.
        let has_field = self
            .m
            .types
            .members(target)
            .is_some_and(|m| m.iter().any(|(n, _)| *n == Some(name.name)))
            || self.has_callable_part(target, name.name);
        if has_field {
            let field = self.field(cx, &recv, name, span)?;
            if self.is_callable(field.ty) {
                return self.call_value(cx, &field, call, want, span);
            }
        }
        // 2, 3. Methods of the type, then of its impls.
        if !matches!(self.m.types.kind(target), TypeKind::Protocol(_))
            && let Some(method) = self.dot_method(cx, target, name)?
        {
            return self.call_fn(
                cx,
                method,
                vec![Arg::Val(recv, base.span)],
                call,
                want,
                span,
            );
        }
        // 4. Dispatch through a protocol value.
        if let Some(val) = self.call_protocol_method(cx, &recv, name, call, span)? {
            return Ok(val);
        }
        // A protocol may itself be the target of an impl.
        if matches!(self.m.types.kind(target), TypeKind::Protocol(_))
            && let Some(method) = self.dot_method(cx, target, name)?
        {
            let lead = vec![Arg::Val(recv, base.span)];
            return self.call_fn(cx, method, lead, call, want, span);
        }
        // 5. ufcs.
        let env = cx.env().clone();
        if let Some(f) = self.find_ufcs(&env, name, recv.ty)? {
            if self.fn_info(f).intrinsic {
                return self.intrinsic_with_receiver(cx, f, recv, base, call, span);
            }
            return self.call_fn(cx, f, vec![Arg::Val(recv, base.span)], call, want, span);
        }
        if let Ok(Some(Name::Entity(Entity::Fn(f), _))) = self.try_resolve_name(&env, name) {
            if self.fn_info(f).decl.ufcs {
                let shown = self.type_name(recv.ty);
                self.note_receiver(f, name.span);
                return Err(self.error(
                    name.span,
                    format!(
                        "the ufcs function '{}' does not take a receiver of type '{shown}'",
                        name.name
                    ),
                ));
            }
            let diag = Diagnostic::error(
                name.span,
                format!(
                    "'{}' is not a ufcs function — call it as `{}(x, ..)`",
                    name.name, name.name
                ),
            )
            .with_help(None, format!("or declare it `{} :: ufcs (..)`", name.name));
            return Err(self.report(diag));
        }
        if let Some(val) = self.try_field(cx, &recv, name, span)? {
            let shown = self.type_name(val.ty);
            let text = format!("field '{}' of type '{shown}' is not callable", name.name);
            let diag = Diagnostic::error(name.span, text);
            return Err(self.report(match call.args.is_empty() {
                true => diag.with_help(None, format!("it is read without `()`: `x.{}`", name.name)),
                false => diag,
            }));
        }
        let shown = self.type_name(recv.ty);
        if let TypeKind::Optional(_) = self.m.types.kind(recv.ty) {
            let diag = Diagnostic::error(
                name.span,
                format!("cannot use a value of type '{shown}' as an operand: an optional does not implicitly unwrap"),
            )
            .with_help(None, "unwrap it with `!`, give a default with `??`, or bind it with `if v := ...`");
            return Err(self.report(diag));
        }
        if self.meant_by_failed_impl(target, name.name) || self.meant_by_failed_alias(name.name) {
            return Err(Failed);
        }
        let diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type '{shown}'", name.name),
        );
        let diag = self.with_member_meant(diag, target, name.as_str());
        Err(self.report(diag))
    }

    /// Whether a union has a member, or an enum a variant, of that name that holds a function or closure.
    fn has_callable_part(&self, ty: TypeId, name: Symbol) -> bool {
        if let Some(def) = self.m.types.union_def(ty) {
            let promoted = def.promoted.iter().filter_map(|index| {
                let arm = def.members.get(*index)?.ty;
                self.m.types.members(arm)
            });
            let promoted = promoted.flatten();
            let members = def.members.iter().map(|m| (Some(m.name), m.ty));
            return members
                .chain(promoted)
                .any(|(known, ty)| known == Some(name) && self.is_callable(ty));
        }
        self.m.types.enum_def(ty).is_some_and(|def| {
            def.variants
                .iter()
                .any(|v| v.name == name && v.payload.is_some_and(|ty| self.is_callable(ty)))
        })
    }

    pub fn is_callable(&self, ty: TypeId) -> bool {
        match self.m.types.kind(ty) {
            TypeKind::Function(_) | TypeKind::Closure(_) => true,
            TypeKind::Optional(p) => matches!(
                self.m.types.kind(*p),
                TypeKind::Closure(_) | TypeKind::Function(_)
            ),
            _ => false,
        }
    }
}
