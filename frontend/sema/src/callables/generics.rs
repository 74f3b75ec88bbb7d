//! Binding of static parameters from arguments, and the call of the instance (reference part 2 §2, §3).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};

use crate::callables::calls::Arg;
use crate::callables::union_arguments::payload_name;
use crate::comptime::eval::Purpose;
use crate::declarations::lookup::Name;
use crate::declarations::nominal::{constraints_of, is_type_param};
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Piece, Val};
use crate::sema::{Binding, Entity, Env, Failed, FnId, Res, Sema};

/// Whether a type expression introduces a `$` name.
pub fn mentions_dollar(expr: &ast::Expr) -> bool {
    let mut found = false;
    each_type_part(expr, &mut |e| {
        found |= matches!(e.kind, ExprKind::Dollar { .. })
    });
    found
}

/// Whether a type expression mentions `name`, with or without `$`.
pub fn mentions_name(expr: &ast::Expr, name: Symbol) -> bool {
    let mut found = false;
    each_type_part(expr, &mut |e| match &e.kind {
        ExprKind::Dollar { name: n, .. } => found |= n.name == name,
        ExprKind::Ident(n) => found |= n.name == name,
        _ => {}
    });
    found
}

/// More structure binds more specifically: `*Box($T)` over `*$T` over `$T`.
pub fn specificity(expr: &ast::Expr) -> u32 {
    let mut parts = 0;
    each_type_part(expr, &mut |_| parts += 1);
    10 + parts
}

pub fn each_type_part(expr: &ast::Expr, f: &mut impl FnMut(&ast::Expr)) {
    f(expr);
    match &expr.kind {
        ExprKind::Star(e)
        | ExprKind::Paren(e)
        | ExprKind::Optional(e)
        | ExprKind::ManyPointer(e)
        | ExprKind::SliceType(e)
        | ExprKind::Spread(e) => each_type_part(e, f),
        ExprKind::ArrayType { len, elem } => {
            each_type_part(len, f);
            each_type_part(elem, f);
        }
        ExprKind::Call(call) => {
            for arg in &call.args {
                each_type_part(&arg.value, f);
            }
        }
        ExprKind::Field { base, .. } => each_type_part(base, f),
        ExprKind::Index { base, .. } => each_type_part(base, f),
        ExprKind::TupleType(elems) => elems.iter().for_each(|e| each_type_part(&e.ty, f)),
        ExprKind::FnType(t) => {
            t.params.iter().for_each(|p| each_type_part(&p.ty, f));
            each_ret_part(&t.ret, f);
        }
        ExprKind::ClosureType(t) => {
            t.params.iter().for_each(|p| each_type_part(p, f));
            if let Some(ret) = &t.ret {
                each_ret_part(ret, f);
            }
        }
        _ => {}
    }
}

pub fn each_ret_part(ret: &ast::RetType, f: &mut impl FnMut(&ast::Expr)) {
    match &ret.kind {
        ast::RetKind::Void => {}
        ast::RetKind::Type(e) => each_type_part(e, f),
        ast::RetKind::Slots { slots, error } => {
            slots.iter().for_each(|s| each_type_part(&s.ty, f));
            if let Some(error) = error {
                each_type_part(error, f);
            }
        }
    }
}

/// Static parameters found so far. A numeric type bound by an argument may still give way to a float.
pub type Bindings = Vec<(Symbol, CtVal)>;

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- calls

    pub fn scope_with(&self, env: &Rc<Env>, bindings: &Bindings) -> Rc<Env> {
        let scope = env.child();
        for (name, val) in bindings {
            let binding = if val.ty == TypeId::TYPE {
                Binding::Type(self.ct_type(val))
            } else {
                Binding::Ct(val.clone())
            };
            scope.bind(*name, binding);
        }
        scope
    }

    /// Evaluates arguments against parameters, binds static parameters, and calls the instance.
    pub fn bind_and_call(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        mut slots: Vec<Option<Arg>>,
        rest: Vec<Arg>,
        has_receiver: bool,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let _ = want;
        let info = self.fn_info(f);
        let (decl, env, name) = (info.decl, info.env.clone(), info.name.clone());
        let params: &'static [ast::Param] = &decl.sig.params;
        let caller = cx.env().clone();
        let mut bindings: Bindings = Vec::new();
        let mut packs: Vec<(Symbol, Vec<TypeId>)> = Vec::new();
        let mut vals: Vec<Vec<Val>> = params.iter().map(|_| Vec::new()).collect();
        let mut pending: Vec<usize> = Vec::new();
        let mut rest = Some(rest);
        let pack_name = params.iter().find(|p| self.is_pack(p)).map(|p| p.name.name);
        let scope = env.child();
        // Parameters in order; those whose type needs the pack wait for it.
        let mut order: Vec<usize> = (0..params.len()).collect();
        if let Some(pack) = pack_name {
            let needs = |i: &usize| {
                params[*i].kind == ParamKind::Plain
                    && params[*i]
                        .ty
                        .as_ref()
                        .is_some_and(|t| mentions_name(t, pack))
            };
            let (later, first): (Vec<usize>, Vec<usize>) = order.iter().partition(|i| needs(i));
            order = first.into_iter().chain(later).collect();
        }
        // Arguments are evaluated as written, whichever parameters they name.
        let written = |slot: &Option<Arg>| match slot {
            Some(Arg::Expr(expr)) => Some((expr.span.file, expr.span.lo)),
            Some(Arg::Val(..) | Arg::Slice(_) | Arg::Trailing(_)) | None => None,
        };
        let in_one_file = slots
            .iter()
            .filter_map(written)
            .map(|w| w.0)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            <= 1;
        if in_one_file {
            let run_time = |i: &usize| params[*i].kind == ParamKind::Plain;
            let mut sorted: Vec<usize> = order.iter().copied().filter(run_time).collect();
            sorted.sort_by_key(|i| written(&slots[*i]).map(|w| w.1));
            let mut sorted = sorted.into_iter();
            for at in order.iter_mut().filter(|at| run_time(at)) {
                *at = sorted.next().unwrap_or(*at);
            }
        }
        let mut order: std::collections::VecDeque<usize> = order.into();
        let mut waited = vec![false; params.len()];
        while let Some(i) = order.pop_front() {
            let param = &params[i];
            match param.kind {
                ParamKind::Comptime => {
                    let arg = slots[i].take();
                    if is_type_param(param) {
                        let Some(arg) = arg else { continue };
                        let ty = match arg {
                            Arg::Expr(expr) => match self.type_of_function_name(&caller, expr)? {
                                Some(ty) => ty,
                                None => self.eval_type(&caller, expr)?,
                            },
                            Arg::Val(val, at) => match val.as_type() {
                                Some(ty) => ty,
                                None => {
                                    return Err(self.error(at, format!("parameter '{}' of '{name}' takes a type known at compile time", param.name.name)));
                                }
                            },
                            Arg::Slice(expr) => {
                                return Err(
                                    self.error(expr.span, "a type parameter takes one type")
                                );
                            }
                            Arg::Trailing(t) => {
                                return Err(self.error(t.span, "a type parameter takes a type"));
                            }
                        };
                        let ct = self.ct_of_type(ty);
                        scope.bind(param.name.name, Binding::Type(ty));
                        bindings.push((param.name.name, ct));
                        continue;
                    }
                    let Some(param_ty) = &param.ty else {
                        return Err(Failed);
                    };
                    let want = self.eval_type(&scope, param_ty)?;
                    if let Some(Arg::Expr(expr)) = &arg
                        && let Some((index, payload)) = self.run_time_variant(cx, expr, want)?
                    {
                        let ct = self.variant_constant(want, index)?;
                        scope.bind(param.name.name, Binding::Ct(ct.clone()));
                        bindings.push((param.name.name, ct));
                        packs.push((payload_name(param.name.name), vec![payload.ty]));
                        vals[i].push(payload);
                        continue;
                    }
                    let ct = match arg {
                        Some(Arg::Expr(expr)) => self.value_arg(&caller, expr, want, param.name)?,
                        Some(Arg::Val(val, at)) => {
                            let val = self.coerce(cx, val, want, at)?;
                            let val = self.load(cx, &val);
                            match self.const_of_val(&val) {
                                Some(ct) => ct,
                                None => {
                                    return Err(self.error(
                                        at,
                                        format!(
                                            "argument for '${}' must be known at compile time",
                                            param.name.name
                                        ),
                                    ));
                                }
                            }
                        }
                        Some(Arg::Slice(expr)) => {
                            return Err(self.error(expr.span, "a value parameter takes one value"));
                        }
                        Some(Arg::Trailing(t)) => {
                            return Err(self.error(t.span, "a value parameter takes a value"));
                        }
                        None => match &param.default {
                            Some(default) => self.comptime_value(
                                &scope,
                                default,
                                Some(want),
                                &Purpose::ValueArgument,
                            )?,
                            None => return Err(Failed),
                        },
                    };
                    let mut ct = ct;
                    ct.literal = false;
                    scope.bind(param.name.name, Binding::Ct(ct.clone()));
                    bindings.push((param.name.name, ct));
                }
                ParamKind::Plain => {
                    let Some(pattern) = &param.ty else {
                        return Err(self.error(
                            param.span,
                            format!("parameter '{}' needs a type", param.name.name),
                        ));
                    };
                    let arg = slots[i].take();
                    let receiver = i == 0 && has_receiver;
                    let Some(arg) = arg else {
                        // Defaults are evaluated when all static parameters are known.
                        pending.push(i);
                        continue;
                    };
                    let unbound = self.unbound_names(&scope, pattern, params);
                    // What has no type of its own waits for the arguments that bind its parameter's names.
                    if !unbound.is_empty()
                        && !waited[i]
                        && let Arg::Expr(expr) = &arg
                        && self.needs_target(&scope, pattern, expr)
                    {
                        waited[i] = true;
                        slots[i] = Some(arg);
                        order.push_back(i);
                        continue;
                    }
                    if unbound.is_empty() && !self.may_promote(&scope, pattern, params) {
                        let ty = self.eval_type(&scope, pattern)?;
                        let val = if receiver {
                            match arg {
                                Arg::Val(val, at) => self.adapt_receiver(cx, &val, ty, at)?,
                                other => self.lower_arg(cx, other, ty)?,
                            }
                        } else {
                            self.lower_arg(cx, arg, ty)?
                        };
                        vals[i].push(val);
                        continue;
                    }
                    let outer = std::mem::replace(
                        &mut self.caches.open_types,
                        type_params_of(params)
                            .into_iter()
                            .filter(|n| !bindings.iter().any(|(b, _)| b == n))
                            .collect(),
                    );
                    let val = self.infer_arg(
                        cx,
                        &name,
                        arg,
                        pattern,
                        &scope,
                        &mut bindings,
                        receiver,
                        param,
                        span,
                    );
                    self.caches.open_types = outer;
                    let val = val?;
                    vals[i].push(val);
                    for (n, ct) in &bindings {
                        let binding = if ct.ty == TypeId::TYPE {
                            Binding::Type(self.ct_type(ct))
                        } else {
                            Binding::Ct(ct.clone())
                        };
                        scope.bind(*n, binding);
                    }
                }
                ParamKind::Variadic if self.is_slice_variadic(param) => {
                    let args = rest.take().unwrap_or_default();
                    if matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern) {
                        for arg in args {
                            let val = match arg {
                                Arg::Expr(expr) => self.lower_expr(cx, expr, None)?,
                                Arg::Val(val, _) => val,
                                Arg::Slice(expr) => {
                                    return Err(self.error(
                                        expr.span,
                                        "C variadic arguments are passed one by one",
                                    ));
                                }
                                Arg::Trailing(t) => {
                                    return Err(
                                        self.error(t.span, "a block is no C variadic argument")
                                    );
                                }
                            };
                            let val = self.promote_c_variadic(cx, val, span)?;
                            vals[i].push(val);
                        }
                        continue;
                    }
                    let Some(ty) = &param.ty else {
                        return Err(Failed);
                    };
                    if let ExprKind::SliceType(elem) = &ty.kind
                        && mentions_dollar(elem)
                    {
                        return Err(self.not_implemented(
                            param.span,
                            "a generic element type of a slice variadic",
                        ));
                    }
                    let ty = self.eval_type(&scope, ty)?;
                    let val = self.pack_variadic(cx, args, ty, span)?;
                    vals[i].push(val);
                }
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    let args = rest.take().unwrap_or_default();
                    let protocol = match (&param.ty, param.kind) {
                        (Some(ty), ParamKind::Variadic) if !matches!(&ty.kind, ExprKind::Ident(n) if n.as_str() == "any") => {
                            Some(self.protocol_ref(&scope, ty)?)
                        }
                        _ => None,
                    };
                    let mut types = Vec::new();
                    let mut functions = 0u64;
                    for arg in args {
                        let val = match arg {
                            Arg::Expr(expr) => self.pack_argument(cx, expr)?,
                            Arg::Val(val, _) => val,
                            Arg::Slice(expr) => {
                                return Err(self.error(expr.span, format!("cannot spread this value into '{name}' — a pack needs a length known at compile time")));
                            }
                            Arg::Trailing(t) => self.lower_lambda(cx, t, None, t.span)?,
                        };
                        let named = val.clone();
                        let val = self.own(cx, &val);
                        let val = self.stable(cx, &val);
                        let val = self.default_literal(&val);
                        if let Some(protocol) = &protocol
                            && !self.has_impl(protocol, val.ty, env.module)
                        {
                            let shown = self.type_name(val.ty);
                            let p = self.templates[protocol.template.index()].name;
                            return Err(self.error(span, format!("pack argument of type '{shown}' does not conform to protocol '{p}'")));
                        }
                        if names_function(&self.m.types, &named) && types.len() < 64 {
                            functions |= 1 << types.len();
                        }
                        types.push(val.ty);
                        vals[i].push(val);
                    }
                    if functions != 0 {
                        let mask = self.ct_int(TypeId::U64, functions);
                        bindings.push((named_functions(param.name.name), mask));
                    }
                    scope.bind(param.name.name, Binding::TypePack(Rc::new(types.clone())));
                    packs.push((param.name.name, types));
                }
            }
        }
        // `$T: Type` inferred elsewhere, and constraints on everything bound.
        for param in params {
            if param.kind == ParamKind::Comptime && is_type_param(param) {
                let Some((_, ct)) = bindings
                    .iter()
                    .find(|(n, _)| *n == param.name.name)
                    .cloned()
                else {
                    return Err(self.error(span, format!("cannot infer generic type parameter '{}' for '{name}' from this call's arguments", param.name.name)));
                };
                let ty = self.ct_type(&ct);
                for constraint in constraints_of(param) {
                    self.check_constraint(&scope, constraint, ty, span)?;
                }
            }
            if param.kind == ParamKind::Plain
                && let Some(pattern) = &param.ty
            {
                self.check_pattern_constraints(&scope, pattern, &bindings, span)?;
            }
        }
        let instance = self.instantiate_fn(f, bindings, packs, span)?;
        // Types are final now: convert what was evaluated without a target, and fill in defaults.
        let mut at = 0;
        let mut out = Vec::new();
        for (i, param) in params.iter().enumerate() {
            match param.kind {
                ParamKind::Comptime => {
                    at += vals[i].len();
                    out.append(&mut vals[i]);
                }
                ParamKind::Plain => {
                    let Some(ty) = instance.ty.params.get(at).copied() else {
                        return Err(Failed);
                    };
                    at += 1;
                    if pending.contains(&i) {
                        let Some(default) = &param.default else {
                            return Err(Failed);
                        };
                        out.push(self.lower_default(cx, &scope, default, ty, span)?);
                        continue;
                    }
                    let Some(val) = vals[i].pop() else {
                        return Err(Failed);
                    };
                    let val = if val.ty == ty {
                        val
                    } else {
                        self.coerce(cx, val, ty, span)?
                    };
                    let val = self.load(cx, &val);
                    out.push(self.stable(cx, &val));
                }
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    let is_extern =
                        matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern);
                    if !is_extern {
                        at += vals[i].len();
                    }
                    out.append(&mut vals[i]);
                }
            }
        }
        self.call_instance(cx, &instance, &out, span)
    }

    /// A function name as argument for a `Type` parameter stands for its function type.
    pub fn type_of_function_name(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Res<Option<TypeId>> {
        let ExprKind::Ident(name) = &expr.kind else {
            return Ok(None);
        };
        let Ok(Some(Name::Entity(Entity::Fn(f), _))) = self.try_resolve_name(env, *name) else {
            return Ok(None);
        };
        if self.fn_info(f).intrinsic || crate::callables::adapters::is_generic(self.fn_info(f).decl)
        {
            return Ok(None);
        }
        let instance = self.instantiate_fn(f, Vec::new(), Vec::new(), expr.span)?;
        let ty = self.fn_type_of(&instance);
        Ok(Some(self.m.types.intern(TypeKind::Function(ty))))
    }

    pub fn is_pack(&self, param: &ast::Param) -> bool {
        matches!(param.kind, ParamKind::Variadic | ParamKind::ComptimePack)
            && !self.is_slice_variadic(param)
    }

    /// A parameter default, evaluated at the call; its names resolve where it is written.
    pub fn lower_default(
        &mut self,
        cx: &mut FnCx,
        scope: &Rc<Env>,
        default: &'static ast::Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let key: *const ast::Expr = default;
        if self.caches.defaults.contains(&key) {
            let text = self.span_text(default.span);
            return Err(self.error(
                default.span,
                format!("the default '{text}' needs itself: its call omits the same argument"),
            ));
        }
        self.caches.defaults.push(key);
        // A default inside a default still means the outermost call.
        let outer = cx.caller_loc.clone();
        if outer.is_none() {
            cx.caller_loc = Some((span, cx.name.clone()));
        }
        let val = self.lower_foreign(cx, scope, default, ty);
        self.caches.defaults.pop();
        cx.caller_loc = outer;
        let val = self.own(cx, &val?);
        Ok(self.stable(cx, &val))
    }

    /// Names that the pattern introduces or uses and that are not bound yet.
    pub fn unbound_names(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> Vec<Symbol> {
        let mut names: Vec<Symbol> = Vec::new();
        each_type_part(pattern, &mut |e| match &e.kind {
            ExprKind::Dollar { name, .. } => names.push(name.name),
            ExprKind::Ident(name) => {
                let generic = params.iter().any(|p| p.kind == ParamKind::Comptime && p.name.name == name.name)
                    || params.iter().any(|p| {
                        let mut introduces = false;
                        if let Some(t) = &p.ty {
                            each_type_part(t, &mut |x| {
                                introduces |= matches!(&x.kind, ExprKind::Dollar { name: n, .. } if n.name == name.name);
                            });
                        }
                        introduces
                    });
                if generic {
                    names.push(name.name);
                }
            }
            _ => {}
        });
        names.retain(|n| scope.get(*n).is_none());
        names
    }

    /// A bare `$T`/`T` bound to a number by inference may still become a float.
    pub fn may_promote(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> bool {
        let name = match &pattern.kind {
            ExprKind::Dollar { name, .. } => name.name,
            ExprKind::Ident(name) => name.name,
            _ => return false,
        };
        let explicit = params
            .iter()
            .any(|p| p.kind == ParamKind::Comptime && p.name.name == name);
        let introduced = params.iter().any(|p| matches!(p.ty.as_ref().map(|t| &t.kind), Some(ExprKind::Dollar { name: n, .. }) if n.name == name));
        !explicit
            && introduced
            && matches!(scope.get(name), Some(Binding::Type(t)) if self.is_number(t))
    }

    /// Evaluates an argument whose parameter's type is still open, and binds what it tells.
    pub fn infer_arg(
        &mut self,
        cx: &mut FnCx,
        fname: &str,
        arg: Arg,
        pattern: &'static ast::Expr,
        scope: &Rc<Env>,
        bindings: &mut Bindings,
        receiver: bool,
        param: &'static ast::Param,
        span: Span,
    ) -> Res<Val> {
        let at = match &arg {
            Arg::Expr(e) | Arg::Slice(e) => e.span,
            Arg::Val(_, s) => *s,
            Arg::Trailing(t) => t.span,
        };
        if let (ExprKind::SliceType(elem), Arg::Expr(expr)) = (&pattern.kind, &arg)
            && let ExprKind::Dollar { name, .. } = &elem.kind
            && let ExprKind::Aggregate(literal) = &expr.kind
            && literal.ty.is_none()
            && !bindings.iter().any(|(n, _)| *n == name.name)
        {
            return Err(self.error(at, format!("cannot infer generic type parameter '{}' for '{fname}' from this call's arguments", name.name)));
        }
        let open = std::mem::take(&mut self.caches.open_types);
        let val = match arg {
            Arg::Expr(expr) => {
                let hint = self.partial_closure(scope, pattern, expr);
                self.lower_expr(cx, expr, hint)?
            }
            Arg::Val(val, _) => val,
            Arg::Slice(expr) => self.lower_expr(cx, expr, None)?,
            Arg::Trailing(t) => self.lower_lambda(cx, t, None, t.span)?,
        };
        self.caches.open_types = open;
        if val.is_poison() {
            return Err(Failed);
        }
        let val = self.as_error_value(cx, val);
        if val.ty == TypeId::NORETURN {
            return Err(Failed);
        }
        // One numeric type for several parameters spelled alike: a float if any is one, else the first.
        let simple = match &pattern.kind {
            ExprKind::Dollar { name, .. } => Some(name.name),
            ExprKind::Ident(name) => Some(name.name),
            _ => None,
        };
        if let Some(name) = simple
            && let Some(slot) = bindings.iter().position(|(n, _)| *n == name)
        {
            let bound = self.ct_type(&bindings[slot].1);
            if self.is_number(bound) && self.is_number(val.ty) {
                let promote = self.is_float(val.ty)
                    && (!self.is_float(bound)
                        || self.m.types.size_of(val.ty) > self.m.types.size_of(bound));
                if promote {
                    bindings[slot].1 = self.ct_of_type(val.ty);
                }
                let val = self.load(cx, &val);
                return Ok(self.stable(cx, &val));
            }
            let val = self.own(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        let ty = val.ty;
        let mut trial = bindings.clone();
        if self.bind_pattern(scope, pattern, ty, &mut trial) {
            *bindings = trial;
            // An array passed for a slice is the caller's array, not a copy.
            if let (ExprKind::SliceType(_), TypeKind::Array(elem, _)) =
                (&pattern.kind, self.m.types.kind(ty).clone())
            {
                let slice = self.m.types.slice(elem);
                let val = self.coerce(cx, val, slice, at)?;
                return Ok(self.stable(cx, &val));
            }
            let val = self.own(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        // `*$T` takes the address of a place; a pointer loads for `$T` patterns of a receiver.
        if let ExprKind::Star(inner) = &pattern.kind {
            let mut trial = bindings.clone();
            if self.bind_pattern(scope, inner, ty, &mut trial) {
                *bindings = trial;
                return self.borrow(cx, &val);
            }
        }
        if receiver
            && let TypeKind::Pointer(to) = self.m.types.kind(ty).clone()
            && to != TypeId::VOID
        {
            let mut trial = bindings.clone();
            if self.bind_pattern(scope, pattern, to, &mut trial) {
                *bindings = trial;
                let place = self.deref_place(cx, &val, to);
                let val = self.own(cx, &Val::place(place));
                return Ok(self.stable(cx, &val));
            }
        }
        // A value that converts to an optional or slice pattern's instance.
        if let ExprKind::Optional(inner) = &pattern.kind {
            let mut trial = bindings.clone();
            if self.bind_pattern(scope, inner, ty, &mut trial) {
                *bindings = trial;
                let val = self.own(cx, &val);
                return Ok(self.stable(cx, &val));
            }
        }
        let _ = span;
        let shown = self.type_name(ty);
        let wanted = self.span_text(pattern.span);
        let missing: Vec<Symbol> = {
            let mut names = Vec::new();
            each_type_part(pattern, &mut |e| {
                if let ExprKind::Dollar { name, .. } = &e.kind
                    && !bindings.iter().any(|(n, _)| *n == name.name)
                {
                    names.push(name.name);
                }
            });
            names
        };
        match missing.first() {
            Some(name) => Err(self.error(at, format!("cannot infer generic type parameter '{name}' for '{fname}' from this call's arguments"))),
            None => Err(self.error(at, format!("argument '{}' of '{fname}' has type '{shown}', but '{wanted}' is expected here", param.name.name))),
        }
    }

    /// Whether an argument has a type only if its destination tells one.
    fn needs_target(
        &mut self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.needs_target(scope, pattern, inner),
            ExprKind::Null | ExprKind::EnumLit(_) => true,
            ExprKind::Call(call) => matches!(call.callee.kind, ExprKind::EnumLit(_)),
            ExprKind::Lambda(lambda) => {
                lambda.sig.params.iter().any(|p| p.ty.is_none())
                    && self.partial_closure(scope, pattern, expr).is_none()
            }
            _ => false,
        }
    }

    /// What a lambda argument can know of a closure pattern: parameter types that are bound, an open result.
    pub fn partial_closure(
        &mut self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        arg: &'static ast::Expr,
    ) -> Option<TypeId> {
        if !matches!(arg.kind, ExprKind::Lambda(_)) {
            return None;
        }
        let ExprKind::ClosureType(c) = &pattern.kind else {
            return None;
        };
        let mut params = Vec::new();
        for p in &c.params {
            if let ExprKind::Spread(inner) = &p.kind {
                match self.type_pack_of(scope, inner) {
                    Some(types) => params.extend(types.iter().copied()),
                    None => {
                        if let ExprKind::Field { base, name } = &inner.kind
                            && let Some(types) = self.pack_protocol_args(scope, base, name.name)
                        {
                            params.extend(types);
                            continue;
                        }
                        return None;
                    }
                }
                continue;
            }
            let mut open = false;
            each_type_part(p, &mut |e| {
                if let ExprKind::Dollar { name, .. } = &e.kind {
                    open |= scope.get(name.name).is_none();
                }
            });
            if open {
                return None;
            }
            params.push(self.eval_type(scope, p).ok()?);
        }
        // An open result is written as the poison type: `lower_lambda` infers it.
        let ret = match &c.ret {
            None => TypeId::VOID,
            Some(ret) => {
                let mut open = false;
                each_ret_part(ret, &mut |e| {
                    if let ExprKind::Dollar { name, .. } = &e.kind {
                        open |= scope.get(name.name).is_none();
                    }
                });
                if open {
                    TypeId::POISON
                } else {
                    self.eval_ret(scope, Some(ret)).ok()?
                }
            }
        };
        let ty = sx_ir::types::FnType {
            params,
            ret,
            c_conv: false,
            variadic: false,
        };
        Some(self.m.types.intern(TypeKind::Closure(ty)))
    }

    pub fn check_pattern_constraints(
        &mut self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        bindings: &Bindings,
        span: Span,
    ) -> Res<()> {
        let mut found: Vec<(Symbol, &'static [ast::Expr])> = Vec::new();
        collect_constraints(pattern, &mut found);
        for (name, constraints) in found {
            let Some((_, ct)) = bindings.iter().find(|(n, _)| *n == name) else {
                continue;
            };
            let ty = self.ct_type(ct);
            for constraint in constraints {
                self.check_constraint(scope, constraint, ty, span)?;
            }
        }
        Ok(())
    }

    /// The run-time slice of a slice variadic.
    pub fn pack_variadic(
        &mut self,
        cx: &mut FnCx,
        args: Vec<Arg>,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let TypeKind::Slice(elem) = self.m.types.kind(ty).clone() else {
            return Err(Failed);
        };
        if let [Arg::Slice(_)] = args.as_slice() {
            let mut args = args;
            let Some(Arg::Slice(expr)) = args.pop() else {
                return Err(Failed);
            };
            let val = self.lower_to(cx, expr, ty)?;
            let val = self.load(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        let count = args.len() as u64;
        let array = self.m.types.array(elem, count);
        let slot = self.slot(cx, array);
        let size = self.m.types.size_of(elem);
        for (i, arg) in args.into_iter().enumerate() {
            let val = match arg {
                Arg::Expr(expr) if elem == TypeId::ANY => {
                    let val = self.lower_operand_raw(cx, expr, None)?;
                    self.coerce(cx, val, elem, expr.span)?
                }
                Arg::Expr(expr) => self.lower_to(cx, expr, elem)?,
                Arg::Val(val, at) => self.coerce(cx, val, elem, at)?,
                Arg::Slice(expr) => {
                    return Err(self.error(
                        expr.span,
                        "a slice is spread alone, as the whole variadic tail",
                    ));
                }
                Arg::Trailing(t) => self.lower_lambda(cx, t, Some(elem), t.span)?,
            };
            self.store(cx, slot.plus(i as u64 * size), &val);
        }
        let _ = span;
        let data = if count == 0 {
            Piece::Const(Ty::Ptr, 0)
        } else {
            cx.addr_piece(slot)
        };
        Ok(Val::regs(ty, smallvec![data, Piece::Const(Ty::I64, count)]))
    }

    /// C default promotions of variadic arguments.
    pub fn promote_c_variadic(&mut self, cx: &mut FnCx, val: Val, span: Span) -> Res<Val> {
        let val = self.load(cx, &val);
        let ty = match self.m.types.kind(val.ty).clone() {
            TypeKind::F32 => TypeId::F64,
            TypeKind::Int { bits, signed } if bits < 32 => self.m.types.int(32, signed),
            TypeKind::Bool => TypeId::I32,
            TypeKind::String | TypeKind::StringZ => {
                let pieces = self.pieces(cx, &val);
                return Ok(Val::scalar(TypeId::CSTRING, pieces[0]));
            }
            _ => val.ty,
        };
        let val = self.coerce(cx, val, ty, span)?;
        Ok(self.stable(cx, &val))
    }
}

/// Type parameters of a signature: declared as such, or introduced by the type of another parameter.
fn type_params_of(params: &[ast::Param]) -> Vec<Symbol> {
    let mut names = Vec::new();
    for param in params {
        if param.kind == ParamKind::Comptime && is_type_param(param) {
            names.push(param.name.name);
        }
        if let (ParamKind::Plain, Some(ty)) = (param.kind, &param.ty) {
            each_type_part(ty, &mut |e| {
                if let ExprKind::Dollar { name, .. } = &e.kind {
                    names.push(name.name);
                }
            });
        }
    }
    names
}

/// Part of an instance's identity: which elements of a pack were given as bare function names.
pub fn named_functions(pack: Symbol) -> Symbol {
    Symbol::intern(&format!("{pack}#functions"))
}

/// A function's name used as a value, or a pack element that was given as one.
pub fn names_function(types: &sx_ir::TypeTable, val: &Val) -> bool {
    matches!(types.kind(val.ty), TypeKind::Function(_))
        && (val.literal || matches!(val.const_piece(), Some(Piece::FuncAddr(_))))
}

pub fn collect_constraints(
    expr: &'static ast::Expr,
    out: &mut Vec<(Symbol, &'static [ast::Expr])>,
) {
    match &expr.kind {
        ExprKind::Dollar { name, constraints } => out.push((name.name, constraints)),
        ExprKind::Star(e)
        | ExprKind::Paren(e)
        | ExprKind::Optional(e)
        | ExprKind::ManyPointer(e)
        | ExprKind::SliceType(e) => collect_constraints(e, out),
        ExprKind::ArrayType { elem, .. } => collect_constraints(elem, out),
        ExprKind::Call(call) => call
            .args
            .iter()
            .for_each(|a| collect_constraints(&a.value, out)),
        _ => {}
    }
}
