//! Calls: what is called, how arguments map to parameters (reference part 2 §1, §1.1, §2).

use std::rc::Rc;

use sx_ir::types::FnType;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::{Diagnostic, Span};

use crate::fncx::FnCx;
use crate::functions::Target;
use crate::lookup::{Found, Name};
use crate::nominal::{plural, were};
use crate::sema::{Binding, Entity, Env, Failed, FnId, FnInstance, Res, Sema};
use crate::value::{Access, Piece, Place, Val, ValKind};

/// An argument before it is matched to a parameter.
pub enum Arg {
    Expr(&'static ast::Expr),
    /// Already evaluated: receiver, element of a spread.
    Val(Val, Span),
    /// The tail of a slice variadic, passed whole: `..xs`.
    Slice(&'static ast::Expr),
    Trailing(&'static ast::FnDecl),
}

impl Sema<'_> {
    pub fn lower_call(
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
                        let diag = self.unresolved(env.module, *name);
                        Err(self.report(diag))
                    }
                }
            }
            ExprKind::EnumLit(name) => self.call_enum_literal(cx, *name, call, want, span),
            ExprKind::Field { base, name } => self.call_member(cx, base, *name, call, want, span),
            ExprKind::OptField { base, name } => {
                let recv = self.lower_operand_raw(cx, base, None)?;
                let (name, args) = (*name, call);
                self.map_optional(cx, &recv, span, |s, cx, inner| {
                    s.method_call(cx, inner, base, name, args, None, span)
                })
            }
            ExprKind::Paren(inner) if matches!(inner.kind, ExprKind::Ident(_)) => {
                match self.resolve_path(&env, inner)? {
                    Some(entity @ (Entity::Fn(_) | Entity::UfcsAlias(_))) => {
                        self.call_entity(cx, entity, "function", call, want, span)
                    }
                    _ => self.call_value_expr(cx, &call.callee, call, want, span),
                }
            }
            _ => self.call_value_expr(cx, &call.callee, call, want, span),
        }
    }

    fn callee_is_type_call(&mut self, env: &Rc<Env>, call: &'static ast::CallExpr) -> bool {
        matches!(&call.callee.kind, ExprKind::Ident(n) if n.as_str() == "Vector" && env.get(n.name).is_none())
    }

    fn call_as_type(
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
                Err(self.error(
                    span,
                    format!("'{shown}' is a type; convert with `value.({shown})`"),
                ))
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

    fn call_enum_literal(
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
        // `.make(1, 2)` against a struct calls its static method.
        if let Some(method) = self.own_method(target, name.name)? {
            return self.call_fn(cx, method, Vec::new(), call, Some(want), span);
        }
        let shown = self.type_name(target);
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

    fn own_method_at(
        &mut self,
        ty: TypeId,
        name: Symbol,
        span: Option<Span>,
    ) -> Res<Option<FnId>> {
        self.complete(ty)?;
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name))
            .copied()
            && let Entity::Fn(f) = self.resolve_decl(decl)?
        {
            return Ok(Some(f));
        }
        if let Some(getter) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.getters.get(&name))
            .copied()
        {
            return Ok(Some(getter));
        }
        self.find_method_at(ty, name, span)
    }

    /// The method a dot call means; in a protocol's default body the impl's own methods come first.
    fn dot_method(
        &mut self,
        cx: &FnCx,
        target: TypeId,
        name: ast::Ident,
    ) -> Res<Option<FnId>> {
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

    fn call_member(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        if let Some(set) = self.namespace_of(&env, base) {
            let ns = self.span_text(base.span);
            let (entity, decl) = self.resolve_in_namespace(set, &ns, name)?;
            if let Entity::Fn(f) = &entity
                && self.fn_info(*f).intrinsic
                && let Some(val) = self.intrinsic_by_fn(cx, &env, *f, call, want, span)?
            {
                return Ok(val);
            }
            if matches!(entity, Entity::Ct(_) | Entity::ConstGlobal { .. }) {
                let callable = matches!(&entity, Entity::Ct(v) if matches!(self.m.types.kind(v.ty), TypeKind::Function(_)));
                if !callable {
                    return Err(self.error(name.span, "this namespace member is not callable"));
                }
            }
            let _ = decl;
            return self.call_entity(cx, entity, name.as_str(), call, want, span);
        }
        if self.denotes_type(&env, base) {
            let ty = self.eval_type(&env, base)?;
            return self.static_call(cx, ty, name, call, want, span);
        }
        if let Some(val) = self.pack_method(cx, base, name, call, want, span)? {
            return Ok(val);
        }
        let recv = self.lower_expr(cx, base, None)?;
        if recv.is_poison() {
            return Err(Failed);
        }
        self.method_call(cx, recv, base, name, call, want, span)
    }

    /// `T.m(args)`, `E.v(payload)`
    fn static_call(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        self.complete(ty)?;
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
        let diag = match crate::lookup::nearest(name.as_str(), names.iter().map(String::as_str)) {
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
            .is_some_and(|m| m.iter().any(|(n, _)| *n == Some(name.name)));
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
                return Err(self.error(name.span, format!("the ufcs function '{}' does not take a receiver of type '{shown}'", name.name)));
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
            return Err(self.error(
                name.span,
                format!("field '{}' of type '{shown}' is not callable", name.name),
            ));
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
        let mut names: Vec<String> = Vec::new();
        if let Some(info) = self.nominals.get(&target) {
            names.extend(
                info.members
                    .keys()
                    .chain(info.getters.keys())
                    .map(|s| s.to_string()),
            );
        }
        let diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type '{shown}'", name.name),
        );
        let diag = match crate::lookup::nearest(name.as_str(), names.iter().map(String::as_str)) {
            Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
            None => diag,
        };
        Err(self.report(diag))
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

    /// The ufcs function for a receiver: the calling module's own, else the visible author that binds it best.
    fn find_ufcs(&mut self, env: &Rc<Env>, name: ast::Ident, recv: TypeId) -> Res<Option<FnId>> {
        let mut candidates: Vec<FnId> = Vec::new();
        if let Some(Binding::Decl(decl)) = env.get(name.name)
            && let Ok(Entity::Fn(f) | Entity::UfcsAlias(f)) = self.resolve_decl(decl)
        {
            candidates.push(f);
        }
        if let Some(decl) = self.module(env.module).names.get(&name.name).copied()
            && let Some(f) = self.ufcs_of(decl)
            && self.binds_receiver(f, recv).is_some()
        {
            return Ok(Some(f));
        }
        // Visible from any file that imports the module, directly or through std (part 5 §5.2).
        let mut seen = vec![false; self.modules.len()];
        let mut near: Vec<crate::sema::ModId> = Vec::new();
        for set in self.module(env.module).all_imports.clone() {
            near.extend(self.import_sets[set.0 as usize].modules.iter().copied());
        }
        let mut order = Vec::new();
        let mut stack = near;
        while let Some(module) = stack.pop() {
            if std::mem::replace(&mut seen[module.index()], true) {
                continue;
            }
            order.push(module);
            for set in self.module(module).all_imports.clone() {
                stack.extend(self.import_sets[set.0 as usize].modules.iter().copied());
            }
        }
        order.sort();
        let flat: Vec<crate::sema::ModId> = self
            .module(env.module)
            .flat_imports
            .iter()
            .flat_map(|set| self.import_sets[set.0 as usize].modules.iter().copied())
            .collect();
        // Authors that flat imports declare: none of them goes before another.
        let mut equals: Vec<(FnId, crate::sema::DeclId)> = Vec::new();
        for module in order {
            if let Some(decl) = self.module(module).names.get(&name.name).copied()
                && !self.decl(decl).private
                && self.decl(decl).module != env.module
                && let Some(f) = self.ufcs_of(decl)
                && !candidates.contains(&f)
            {
                candidates.push(f);
                if flat.contains(&module) {
                    equals.push((f, decl));
                }
            }
        }
        let mut best: Option<(u32, FnId)> = None;
        let mut tie = None;
        for f in candidates {
            let Some(score) = self.binds_receiver(f, recv) else {
                continue;
            };
            match best {
                Some((old, first)) if score == old && tie.is_none() => {
                    let author = |f: FnId| equals.iter().find(|e| e.0 == f).map(|e| e.1);
                    tie = author(first).zip(author(f));
                }
                Some((old, _)) if score <= old => {}
                _ => (best, tie) = (Some((score, f)), None),
            }
        }
        if let Some((a, b)) = tie {
            return Err(self.ambiguous(name, a, b));
        }
        Ok(best.map(|(_, f)| f))
    }

    fn ufcs_of(&mut self, decl: crate::sema::DeclId) -> Option<FnId> {
        if !matches!(
            self.decl(decl).syntax,
            crate::sema::DeclSyntax::Fn(_)
                | crate::sema::DeclSyntax::UfcsAlias(_)
                | crate::sema::DeclSyntax::Const(_)
        ) {
            return None;
        }
        if let crate::sema::DeclSyntax::Fn(f) = &self.decl(decl).syntax
            && !f.ufcs
        {
            return None;
        }
        if let crate::sema::DeclSyntax::Const(c) = &self.decl(decl).syntax
            && !matches!(c.value.kind, ExprKind::Ident(_) | ExprKind::Field { .. })
        {
            return None;
        }
        match self.resolve_decl(decl) {
            Ok(Entity::UfcsAlias(f)) => Some(f),
            Ok(Entity::Fn(f)) if self.fn_info(f).decl.ufcs => Some(f),
            _ => None,
        }
    }

    /// How specifically a function's first parameter takes a receiver of this type; `None` if it can't.
    fn binds_receiver(&mut self, f: FnId, recv: TypeId) -> Option<u32> {
        let info = self.fn_info(f);
        let (decl, env) = (info.decl, info.env.clone());
        let param = decl.sig.params.first()?;
        let ty = param.ty.as_ref()?;
        if param.kind != ParamKind::Plain {
            return Some(1);
        }
        let mut bindings = Vec::new();
        let through = match self.m.types.kind(recv) {
            TypeKind::Pointer(t) => Some(*t),
            _ => None,
        };
        if crate::generics::mentions_dollar(ty) {
            if self.bind_pattern(&env, ty, recv, &mut bindings) {
                return Some(crate::generics::specificity(ty));
            }
            if let ExprKind::Star(inner) = &ty.kind {
                bindings.clear();
                if self.bind_pattern(&env, inner, recv, &mut bindings) {
                    return Some(crate::generics::specificity(ty));
                }
            }
            if let Some(pointee) = through {
                bindings.clear();
                if self.bind_pattern(&env, ty, pointee, &mut bindings) {
                    return Some(crate::generics::specificity(ty));
                }
            }
            return None;
        }
        let want = self.eval_type(&env, ty).ok()?;
        if want == recv || through == Some(want) {
            return Some(100);
        }
        if let TypeKind::Pointer(t) = self.m.types.kind(want)
            && *t == recv
        {
            return Some(100);
        }
        match self.m.types.kind(want).clone() {
            TypeKind::Protocol(_) => Some(50),
            TypeKind::Any => Some(1),
            TypeKind::Slice(elem) => match self.m.types.kind(recv) {
                TypeKind::Array(e, _) if *e == elem => Some(90),
                TypeKind::String if elem == TypeId::U8 => Some(80),
                _ => None,
            },
            TypeKind::String if matches!(self.m.types.kind(recv), TypeKind::StringZ) => Some(90),
            _ if self.is_number(want) && self.is_number(recv) => Some(10),
            TypeKind::Optional(p) if p == recv => Some(60),
            TypeKind::Struct(_) if matches!(self.m.types.kind(recv), TypeKind::AnonStruct(_)) => {
                Some(20)
            }
            _ => None,
        }
    }

    // ---------------------------------------------------------------------------------------------- values

    fn call_value_expr(
        &mut self,
        cx: &mut FnCx,
        callee: &'static ast::Expr,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_expr(cx, callee, None)?;
        self.call_value(cx, &val, call, want, span)
    }

    /// Calls a function pointer or closure value: exact arity, no names, no defaults.
    pub fn call_value(
        &mut self,
        cx: &mut FnCx,
        callee: &Val,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let _ = want;
        let callee = self.load(cx, callee);
        let callee = self.stable(cx, &callee);
        let (ty, closure) = match self.m.types.kind(callee.ty).clone() {
            TypeKind::Function(f) => (f, false),
            TypeKind::Closure(f) => (f, true),
            TypeKind::Poison => return Err(Failed),
            TypeKind::Optional(p) if self.is_callable(p) => {
                let shown = self.type_name(callee.ty);
                return Err(self.error(span, format!("cannot call a value of type '{shown}': an optional does not implicitly unwrap")));
            }
            _ => {
                let shown = self.type_name(callee.ty);
                return Err(self.error(
                    call.callee.span,
                    format!("a value of type '{shown}' is not callable"),
                ));
            }
        };
        let name = self.span_text(call.callee.span);
        if let Some(named) = call.args.iter().find_map(|a| a.name) {
            return Err(self.error(
                named.span,
                format!("cannot use named arguments here — '{name}' has no known parameter names"),
            ));
        }
        if let Some(trailing) = call.trailing.as_deref() {
            return Err(self.error(
                trailing.span,
                format!("cannot use a trailing block here — '{name}' has no known declaration"),
            ));
        }
        let args = self.expand_args(cx, &call.args, None)?;
        self.check_arity(&name, ty.params.len(), args.len(), ty.params.len(), span)?;
        let mut vals = Vec::new();
        for (arg, param) in args.into_iter().zip(&ty.params) {
            let val = self.lower_arg(cx, arg, *param)?;
            vals.push(val);
        }
        self.at(cx, span);
        let pieces = self.pieces(cx, &callee);
        let target = if closure {
            Target::Closure(pieces[0], pieces[1])
        } else {
            Target::Pointer(pieces[0])
        };
        if let (Target::Pointer(Piece::FuncAddr(f)), false) = (target, closure) {
            return Ok(self.emit_call(cx, Target::Direct(f), &ty, &vals));
        }
        Ok(self.emit_call(cx, target, &ty, &vals))
    }

    pub fn check_arity(
        &mut self,
        name: &str,
        expected: usize,
        given: usize,
        max: usize,
        span: Span,
    ) -> Res<()> {
        if given >= expected && given <= max {
            return Ok(());
        }
        let n = if given < expected { expected } else { max };
        Err(self.error(
            span,
            format!(
                "'{name}' expects {n} argument{}, but {given} {} given",
                plural(n),
                were(given)
            ),
        ))
    }

    // ---------------------------------------------------------------------------------------------- arguments

    /// Positional arguments with spreads of tuples, structs, arrays and packs expanded.
    pub fn expand_args(
        &mut self,
        cx: &mut FnCx,
        args: &'static [ast::Arg],
        variadic_from: Option<usize>,
    ) -> Res<Vec<Arg>> {
        let mut out = Vec::new();
        for arg in args {
            if arg.name.is_some() {
                continue;
            }
            match &arg.value.kind {
                ExprKind::Spread(inner) => {
                    if let Some(from) = variadic_from
                        && out.len() >= from
                        && self.is_slice_spread(cx, inner)
                    {
                        out.push(Arg::Slice(inner));
                        continue;
                    }
                    for (_, val) in self.spread_values(cx, inner)? {
                        out.push(Arg::Val(val, inner.span));
                    }
                }
                _ => out.push(Arg::Expr(&arg.value)),
            }
        }
        Ok(out)
    }

    /// Whether a spread operand is a slice or array, which a slice variadic takes whole.
    fn is_slice_spread(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        if let ExprKind::Ident(name) = &expr.kind
            && let Some(Binding::Pack { .. }) = cx.env().get(name.name)
        {
            return false;
        }
        matches!(
            self.type_of_expr(cx, expr)
                .map(|t| self.m.types.kind(t).clone()),
            Ok(TypeKind::Slice(_) | TypeKind::Array(..) | TypeKind::String)
        )
    }

    /// Type of an expression without emitting its code.
    pub fn type_of_expr(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<TypeId> {
        // What it emits goes into a list that is thrown away.
        let blocks = cx.blocks.len();
        cx.open();
        let (locals, slots) = (cx.func.locals.len(), cx.func.slots.len());
        let (exprs, labels) = (cx.func.exprs.len(), cx.func.labels);
        let (vars, captures, prologue) = (cx.vars.len(), cx.captures.len(), cx.prologue.len());
        let dead = cx.dead;
        let val = self.lower_expr(cx, expr, None);
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
        val.map(|v| v.ty)
    }

    /// Evaluates an argument for a parameter of type `ty`.
    pub fn lower_arg(&mut self, cx: &mut FnCx, arg: Arg, ty: TypeId) -> Res<Val> {
        let val = match arg {
            Arg::Expr(expr) => {
                if let Some(val) = self.address_argument(cx, expr, ty)? {
                    return Ok(val);
                }
                let val = self.lower_expr(cx, expr, Some(ty))?;
                let (loc, span) = (cx.loc, cx.span);
                self.at(cx, expr.span);
                self.no_implicit_deref(&val, ty, expr.span)?;
                self.check_owning_argument(cx, &val, ty, expr.span)?;
                let out = self.coerce_passed(cx, val, ty, expr.span)?;
                (cx.loc, cx.span) = (loc, span);
                out
            }
            Arg::Val(val, span) => {
                self.no_implicit_deref(&val, ty, span)?;
                self.check_owning_argument(cx, &val, ty, span)?;
                self.coerce_argument(cx, val, ty, span)?
            }
            Arg::Slice(expr) => self.lower_to(cx, expr, ty)?,
            Arg::Trailing(decl) => self.lower_lambda(cx, decl, Some(ty), decl.span)?,
        };
        let val = self.own(cx, &val);
        Ok(self.stable(cx, &val))
    }

    fn no_implicit_deref(&mut self, val: &Val, ty: TypeId, span: Span) -> Res<()> {
        if let TypeKind::Pointer(t) = self.m.types.kind(val.ty)
            && *t == ty
            && ty != TypeId::VOID
        {
            let (a, b) = (self.type_name(val.ty), self.type_name(ty));
            let text = self.span_text(span);
            let diag = Diagnostic::error(
                span,
                format!("argument '{text}' has type '{a}', but '{b}' is expected here"),
            )
            .with_help(None, format!("pass `{text}.*`"));
            return Err(self.report(diag));
        }
        Ok(())
    }

    /// A `*T` parameter takes the address of a `T` place; struct rvalues and constants are copied first.
    fn address_argument(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Option<Val>> {
        let TypeKind::Pointer(to) = self.m.types.kind(ty).clone() else {
            return Ok(None);
        };
        let protocol = matches!(self.m.types.kind(to), TypeKind::Protocol(_));
        if matches!(
            expr.kind,
            ExprKind::Null
                | ExprKind::Star(_)
                | ExprKind::Xx(_)
                | ExprKind::Str(_)
                | ExprKind::Int { .. }
        ) {
            return Ok(None);
        }
        let hint = matches!(expr.kind, ExprKind::Aggregate(_) | ExprKind::EnumLit(_)).then_some(to);
        let val = self.lower_expr(cx, expr, hint)?;
        if val.ty == to && val.ty != ty {
            return self.borrow(cx, &val).map(Some);
        }
        if protocol && let Some(view) = self.view_argument(cx, &val, to, ty, expr.span)? {
            return Ok(Some(view));
        }
        let out = self.coerce(cx, val, ty, expr.span)?;
        let out = self.own(cx, &out);
        Ok(Some(self.stable(cx, &out)))
    }

    /// An lvalue `C` at a `*P` parameter.
    fn view_argument(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        protocol: TypeId,
        ty: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        if matches!(
            self.m.types.kind(val.ty),
            TypeKind::Pointer(_) | TypeKind::Protocol(_) | TypeKind::Optional(_)
        ) {
            return Ok(None);
        }
        let ValKind::Place(place) = &val.kind else {
            if val.is_poison() {
                return Err(Failed);
            }
            let (a, b) = (self.type_name(val.ty), self.type_name(ty));
            return Err(self.error(span, format!("cannot pass a '{a}' value where '{b}' is expected — bind it to a variable first")));
        };
        let addr = place.addr;
        let pointer = self.pointer_to(cx, addr, val.ty);
        self.view_of_pointer(cx, &pointer, val.ty, protocol, ty, span)
            .map(Some)
    }

    /// Pointer to a value: its place, or a throw-away copy.
    pub fn borrow(&mut self, cx: &mut FnCx, val: &Val) -> Res<Val> {
        let addr = match &val.kind {
            ValKind::Place(Place {
                addr,
                access:
                    Access::Mutable | Access::RefCapture(_) | Access::Temporary | Access::Context,
                ..
            }) => *addr,
            ValKind::Place(place) => {
                // Constants and captures: a copy, so that writes through it are lost.
                let to = self.slot(cx, val.ty);
                let size = self.m.types.size_of(val.ty);
                cx.copy(to, place.addr, size);
                to
            }
            ValKind::Mem(_) | ValKind::Regs(_) => {
                let owned = self.own(cx, val);
                self.spill(cx, &owned)
            }
        };
        Ok(self.pointer_to(cx, addr, val.ty))
    }

    fn coerce_argument(&mut self, cx: &mut FnCx, val: Val, ty: TypeId, span: Span) -> Res<Val> {
        if let TypeKind::Pointer(to) = self.m.types.kind(ty).clone()
            && val.ty == to
        {
            return self.borrow(cx, &val);
        }
        self.coerce_passed(cx, val, ty, span)
    }

    /// Like `coerce`, with the wording for values wrapped on the way into a call.
    fn coerce_passed(&mut self, cx: &mut FnCx, val: Val, ty: TypeId, span: Span) -> Res<Val> {
        if let TypeKind::Optional(payload) = *self.m.types.kind(ty)
            && val.ty != ty
            && !val.is_poison()
            && val.ty != TypeId::NORETURN
            && !matches!(self.m.types.kind(val.ty), TypeKind::Failable { .. })
        {
            return match self.try_coerce(cx, &val, ty, span)? {
                Some(val) => Ok(val),
                None => Err(self.cannot_wrap(val.ty, payload, ty, span)),
            };
        }
        self.coerce(cx, val, ty, span)
    }

    /// The receiver of a method: address, load through a pointer, or conversion.
    pub fn adapt_receiver(
        &mut self,
        cx: &mut FnCx,
        recv: &Val,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        if recv.ty == ty {
            let val = self.own(cx, recv);
            return Ok(self.stable(cx, &val));
        }
        if let TypeKind::Pointer(to) = self.m.types.kind(ty).clone() {
            if recv.ty == to {
                return self.borrow(cx, recv);
            }
            if matches!(self.m.types.kind(to), TypeKind::Protocol(_))
                && let Some(view) = self.view_argument(cx, recv, to, ty, span)?
            {
                return Ok(view);
            }
        }
        if let TypeKind::Pointer(to) = self.m.types.kind(recv.ty).clone()
            && to == ty
        {
            let place = self.deref_place(cx, recv, to);
            let val = self.own(cx, &Val::place(place));
            return Ok(self.stable(cx, &val));
        }
        let val = self.coerce_argument(cx, recv.clone(), ty, span)?;
        let val = self.own(cx, &val);
        Ok(self.stable(cx, &val))
    }

    pub fn call_getter(&mut self, cx: &mut FnCx, getter: FnId, recv: &Val, span: Span) -> Res<Val> {
        let instance = self.instantiate_fn(getter, Vec::new(), Vec::new(), span)?;
        let Some(first) = instance.ty.params.first().copied() else {
            return Err(self.error(span, "a `#get` method takes `self`"));
        };
        let recv = self.adapt_receiver(cx, recv, first, span)?;
        Ok(self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &[recv]))
    }

    // ---------------------------------------------------------------------------------------------- declared functions

    /// Calls a declared function: maps arguments, binds generics, fills defaults.
    pub fn call_fn(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        lead: Vec<Arg>,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        self.instantiation_sites.push(call_site(call, span));
        let result = self.call_fn_now(cx, f, lead, call, want, span);
        self.instantiation_sites.pop();
        result
    }

    fn call_fn_now(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        lead: Vec<Arg>,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, name) = (info.decl, info.name.clone());
        if let Some(result) = self.library_call(cx, f, call, span) {
            return result;
        }
        if self.fn_info(f).intrinsic {
            if crate::metatypes::is_host_function(&name) {
                return self.host_call(cx, f, None, call, span);
            }
            return Err(self.not_implemented(span, &format!("the compiler function '{name}'")));
        }
        if decl.mixin {
            return Err(self.not_implemented(span, "`mixin` functions"));
        }
        let params: &'static [ast::Param] = &decl.sig.params;
        let has_receiver = !lead.is_empty();
        let variadic_at = params.iter().position(|p| self.is_slice_variadic(p));
        let mut slots: Vec<Option<Arg>> = params.iter().map(|_| None).collect();
        let mut rest: Vec<Arg> = Vec::new();
        let mut positional: Vec<Arg> = lead;
        let skip = positional.len();
        if variadic_at.is_none() {
            for arg in &call.args {
                if let ExprKind::Spread(inner) = &arg.value.kind
                    && self.is_slice_spread(cx, inner)
                    && !matches!(self.type_of_expr(cx, inner).map(|t| self.m.types.kind(t).clone()), Ok(TypeKind::Array(..)))
                {
                    return Err(self.error(inner.span, format!("cannot spread this value into '{name}' — a slice has no length known at compile time and spreads only into a slice variadic")));
                }
            }
        }
        let variadic_from = variadic_at.map(|at| at.saturating_sub(skip));
        positional.extend(self.expand_args(cx, &call.args, variadic_from)?);
        let named: Vec<&'static ast::Arg> = call.args.iter().filter(|a| a.name.is_some()).collect();
        if !named.is_empty()
            && call
                .args
                .iter()
                .any(|a| matches!(a.value.kind, ExprKind::Spread(_)))
        {
            return Err(self.error(span, "a spread argument cannot be combined with named arguments — pass everything by position"));
        }
        let trailing_at = match call.trailing.as_deref() {
            Some(trailing) => {
                let Some(last) = params.len().checked_sub(1) else {
                    return Err(self.error(
                        trailing.span,
                        format!("'{name}' cannot take a trailing block — it has no parameters"),
                    ));
                };
                self.check_trailing(&name, &params[last], trailing.span)?;
                Some(last)
            }
            None => None,
        };
        let given = positional.len() - usize::from(has_receiver)
            + named.len()
            + usize::from(trailing_at.is_some());
        // Positional arguments fill parameters in order; `$T: Type` consumes one only if it denotes a type.
        let mut at = 0;
        let mut positional = positional.into_iter().peekable();
        while at < params.len() {
            let param = &params[at];
            if param.kind == ParamKind::Variadic || param.kind == ParamKind::ComptimePack {
                let is_last = at + 1 == params.len();
                if is_last || variadic_at == Some(at) {
                    rest.extend(positional.by_ref());
                }
                at += 1;
                continue;
            }
            let Some(next) = positional.peek() else { break };
            if param.kind == ParamKind::Comptime && crate::nominal::is_type_param(param) {
                let denotes = match next {
                    Arg::Expr(expr) => {
                        let env = cx.env().clone();
                        self.denotes_type(&env, expr) || self.is_type_value(cx, expr)
                    }
                    Arg::Val(val, _) => val.ty == TypeId::TYPE,
                    Arg::Slice(_) | Arg::Trailing(_) => false,
                };
                if !denotes && self.inferable(params, at) {
                    at += 1;
                    continue;
                }
            }
            if trailing_at == Some(at) && positional.len() > 0 {
                break;
            }
            slots[at] = positional.next();
            at += 1;
        }
        let surplus = positional.count();
        let required = params
            .iter()
            .enumerate()
            .filter(|(i, p)| {
                p.default.is_none()
                    && p.kind != ParamKind::Variadic
                    && p.kind != ParamKind::ComptimePack
                    && !(p.kind == ParamKind::Comptime
                        && crate::nominal::is_type_param(p)
                        && self.inferable(params, *i))
            })
            .count()
            - usize::from(has_receiver);
        let max = params.len() - usize::from(has_receiver);
        if surplus > 0 {
            return Err(self.arity_error(&name, required, max, given, span));
        }
        for arg in named {
            let Some(ident) = arg.name else { continue };
            let Some(at) = params.iter().position(|p| p.name.name == ident.name) else {
                let names: Vec<String> = params.iter().map(|p| p.name.name.to_string()).collect();
                let near = crate::lookup::nearest(ident.as_str(), names.iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |n| format!(" — did you mean '{n}'?"));
                return Err(self.error(
                    ident.span,
                    format!("'{name}' has no parameter named '{}'{hint}", ident.name),
                ));
            };
            match params[at].kind {
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    return Err(self.error(ident.span, format!("variadic parameter '{}' cannot be bound by name — pass its values by position", ident.name)));
                }
                ParamKind::Plain | ParamKind::Comptime => {}
            }
            if slots[at].is_some() {
                return Err(self.error(
                    ident.span,
                    format!("parameter '{}' is bound more than once", ident.name),
                ));
            }
            if trailing_at == Some(at) {
                return Err(self.error(ident.span, format!("parameter '{}' is bound both by a named argument and by the trailing block", ident.name)));
            }
            slots[at] = Some(Arg::Expr(&arg.value));
        }
        if let (Some(at), Some(trailing)) = (trailing_at, call.trailing.as_deref()) {
            if slots[at].is_some() {
                return Err(self.arity_error(&name, required, max, given, span));
            }
            slots[at] = Some(Arg::Trailing(trailing));
        }
        let missing: Vec<usize> = (0..params.len())
            .filter(|i| {
                slots[*i].is_none()
                    && params[*i].default.is_none()
                    && matches!(params[*i].kind, ParamKind::Plain | ParamKind::Comptime)
                    && !(params[*i].kind == ParamKind::Comptime
                        && crate::nominal::is_type_param(&params[*i])
                        && self.inferable(params, *i))
            })
            .collect();
        if !missing.is_empty() {
            if call.args.iter().any(|a| a.name.is_some()) {
                let list: Vec<String> = missing
                    .iter()
                    .map(|i| format!("'{}'", params[*i].name.name))
                    .collect();
                let word = if list.len() == 1 {
                    "parameter"
                } else {
                    "parameters"
                };
                return Err(self.error(
                    span,
                    format!(
                        "call to '{name}' is missing required {word} {}",
                        list.join(", ")
                    ),
                ));
            }
            return Err(self.arity_error(&name, required, max, given, span));
        }
        self.bind_and_call(cx, f, slots, rest, has_receiver, want, span)
    }

    fn arity_error(
        &mut self,
        name: &str,
        required: usize,
        max: usize,
        given: usize,
        span: Span,
    ) -> Failed {
        let n = if given < required { required } else { max };
        self.error(
            span,
            format!(
                "'{name}' expects {n} argument{}, but {given} {} given",
                plural(n),
                were(given)
            ),
        )
    }

    fn is_type_value(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => match cx.env().get(name.name) {
                Some(Binding::Var { cx: id, var }) => id == cx.id && cx.var(var).ty == TypeId::TYPE,
                Some(Binding::Ct(val)) => val.ty == TypeId::TYPE,
                _ => false,
            },
            ExprKind::Call(_) | ExprKind::Index { .. } | ExprKind::Field { .. } => {
                matches!(self.type_of_expr(cx, expr), Ok(TypeId::TYPE))
            }
            _ => false,
        }
    }

    /// Whether `$T: Type` at `at` is mentioned by another parameter, so that it can be inferred.
    fn inferable(&self, params: &'static [ast::Param], at: usize) -> bool {
        let name = params[at].name.name;
        params.iter().enumerate().any(|(i, p)| {
            i != at
                && p.ty
                    .as_ref()
                    .is_some_and(|t| crate::generics::mentions_name(t, name))
        })
    }

    fn check_trailing(&mut self, name: &str, last: &'static ast::Param, span: Span) -> Res<()> {
        let shown = last.name.name;
        if last.kind != ParamKind::Plain {
            return Err(self.error(span, format!("'{name}' cannot take a trailing block — its last parameter '..{shown}' is variadic; pass the closure by position")));
        }
        let is_closure = |ty: &ast::Expr| match &ty.kind {
            ExprKind::ClosureType(c) => Some(c.params.is_empty()),
            ExprKind::Optional(inner) => match &inner.kind {
                ExprKind::ClosureType(c) => Some(c.params.is_empty()),
                _ => None,
            },
            ExprKind::Ident(name) => (name.is_raw() || self.reserved_type(*name).is_none()).then_some(true),
            _ => None,
        };
        match last.ty.as_ref().and_then(is_closure) {
            Some(true) => Ok(()),
            Some(false) => Err(self.error(span, format!("'{name}' expects a parameterized closure for '{shown}' — write the lambda with its parameters"))),
            None => Err(self.error(span, format!("'{name}' cannot take a trailing block — its last parameter '{shown}' is not a `Closure`"))),
        }
    }

    /// An instance's call with its final argument values.
    pub fn call_instance(
        &mut self,
        cx: &mut FnCx,
        instance: &FnInstance,
        vals: &[Val],
        span: Span,
    ) -> Res<Val> {
        self.at(cx, span);
        Ok(self.emit_call(cx, Target::Direct(instance.func), &instance.ty, vals))
    }

    /// The function type of an instance as callers see it.
    pub fn fn_type_of(&self, instance: &FnInstance) -> FnType {
        instance.ty.clone()
    }
}

fn call_site(call: &'static ast::CallExpr, _span: Span) -> Span {
    match &call.callee.kind {
        ExprKind::Field { name, .. } => name.span,
        _ => call.callee.span,
    }
}
