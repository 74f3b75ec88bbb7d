//! Calls: what is called, how arguments map to parameters (reference part 2 §1, §1.1, §2).

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::{Diagnostic, Span};

use crate::callables::functions::Target;
use crate::declarations::lookup::{Found, Name};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Place, Val, ValKind};
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
                        let diag = self.unresolved(&env, *name);
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

    pub fn own_method_at(
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
        self.check_element_member(cx, base, name)?;
        let recv = self.lower_expr(cx, base, None)?;
        if recv.is_poison() {
            return Err(Failed);
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
        let diag = match crate::declarations::lookup::nearest(
            name.as_str(),
            names.iter().map(String::as_str),
        ) {
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
    pub fn find_ufcs(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        recv: TypeId,
    ) -> Res<Option<FnId>> {
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

    pub fn ufcs_of(&mut self, decl: crate::sema::DeclId) -> Option<FnId> {
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
    pub fn binds_receiver(&mut self, f: FnId, recv: TypeId) -> Option<u32> {
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
        if crate::callables::generics::mentions_dollar(ty) {
            if self.bind_pattern(&env, ty, recv, &mut bindings) {
                return Some(crate::callables::generics::specificity(ty));
            }
            if let ExprKind::Star(inner) = &ty.kind {
                bindings.clear();
                if self.bind_pattern(&env, inner, recv, &mut bindings) {
                    return Some(crate::callables::generics::specificity(ty));
                }
            }
            if let Some(pointee) = through {
                bindings.clear();
                if self.bind_pattern(&env, ty, pointee, &mut bindings) {
                    return Some(crate::callables::generics::specificity(ty));
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

    // ---------------------------------------------------------------------------------------------- arguments

    /// Positional arguments with spreads of tuples, structs, arrays and packs expanded.
    pub fn expand_args(
        &mut self,
        cx: &mut FnCx,
        callee: &str,
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
                    for (_, val) in self.spread_values(cx, inner, Some(callee))? {
                        out.push(Arg::Val(val, inner.span));
                    }
                }
                _ => out.push(Arg::Expr(&arg.value)),
            }
        }
        Ok(out)
    }

    /// Whether a spread operand is a slice or array, which a slice variadic takes whole.
    pub fn is_slice_spread(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
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

    pub fn no_implicit_deref(&mut self, val: &Val, ty: TypeId, span: Span) -> Res<()> {
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
    pub fn address_argument(
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
    pub fn view_argument(
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

    pub fn coerce_argument(&mut self, cx: &mut FnCx, val: Val, ty: TypeId, span: Span) -> Res<Val> {
        if let TypeKind::Pointer(to) = self.m.types.kind(ty).clone()
            && val.ty == to
        {
            return self.borrow(cx, &val);
        }
        self.coerce_passed(cx, val, ty, span)
    }

    /// Like `coerce`, with the wording for values wrapped on the way into a call.
    pub fn coerce_passed(&mut self, cx: &mut FnCx, val: Val, ty: TypeId, span: Span) -> Res<Val> {
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
}
