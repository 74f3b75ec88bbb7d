//! Binding of static parameters from arguments, and the call of the instance (reference part 2 §2, §3).

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};

use crate::callables::calls::Arg;
use crate::callables::union_arguments::payload_name;
use crate::callables::written_order::{Place, WrittenOrder};
use crate::comptime::purpose::Purpose;
use crate::declarations::chains::Step;
use crate::declarations::lookup::{Found, Name};
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

/// `$args` of the pattern `Closure(..$args) -> R`.
fn closure_pack(pattern: &ast::Expr) -> Option<Symbol> {
    if let ExprKind::ClosureType(c) = &pattern.kind
        && let [param] = c.params.as_slice()
        && let ExprKind::Spread(inner) = &param.kind
        && let ExprKind::Dollar { name, .. } = &inner.kind
    {
        return Some(name.name);
    }
    None
}

/// Static parameters found so far. A numeric type bound by an argument may still give way to a float.
pub type Bindings = Vec<(Symbol, CtVal)>;

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- calls

    pub fn scope_with(&self, env: &Rc<Env>, bindings: &Bindings) -> Rc<Env> {
        let scope = env.child();
        self.bind_names(&scope, bindings);
        scope
    }

    /// Evaluates arguments against parameters, binds static parameters, and calls the instance.
    pub fn bind_and_call(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        slots: Vec<Option<Arg>>,
        rest: Vec<Arg>,
        has_receiver: bool,
        written_order: WrittenOrder,
        span: Span,
    ) -> Res<Val> {
        self.note_arguments(f, &slots, &rest);
        let given = self.plain_arguments(f, &slots, &rest);
        let done = self.bind_and_call_now(cx, f, slots, rest, has_receiver, written_order, span);
        let done = self.or_beside(cx, done, given);
        self.forget_arguments();
        done
    }

    fn bind_and_call_now(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        mut slots: Vec<Option<Arg>>,
        rest: Vec<Arg>,
        has_receiver: bool,
        mut written_order: WrittenOrder,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, env, name) = (info.decl, info.env.clone(), info.name.clone());
        let params: &'static [ast::Param] = &decl.sig.params;
        let caller = cx.env().clone();
        let mut bindings: Bindings = Vec::new();
        let mut packs: Vec<(Symbol, Vec<TypeId>)> = Vec::new();
        let mut vals: Vec<Vec<Val>> = params.iter().map(|_| Vec::new()).collect();
        // Where each parameter's argument stands.
        let mut spans: Vec<Span> = vec![span; params.len()];
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
        let argument = |i: &usize| match params[*i].kind {
            ParamKind::Plain | ParamKind::Comptime => slots[*i].as_ref(),
            ParamKind::Variadic | ParamKind::ComptimePack => rest.iter().flatten().next(),
        };
        let receiver = |i: &usize| has_receiver && *i == 0;
        let in_one_file = (order.iter().filter(|i| !receiver(i)))
            .filter_map(argument)
            .map(|arg| arg.span().file)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            <= 1;
        let mut places: Vec<Place> = (0..params.len() as u32).map(|i| (1, i)).collect();
        if in_one_file {
            // Omitted ones tell nothing to others, and come last.
            let place = |i: usize| match argument(&i) {
                _ if receiver(&i) => (0, 0),
                Some(arg) => arg.place(),
                None => (u8::MAX, 0),
            };
            places = (0..params.len()).map(place).collect();
            let run_time = |i: &usize| params[*i].kind == ParamKind::Plain;
            let mut sorted: Vec<usize> = order.iter().copied().filter(run_time).collect();
            sorted.sort_by_key(|i| places[*i]);
            let mut sorted = sorted.into_iter();
            for at in order.iter_mut().filter(|at| run_time(at)) {
                *at = sorted.next().unwrap_or(*at);
            }
        }
        if !order.iter().map(|i| places[*i]).is_sorted() {
            written_order.keep_apart(cx);
        }
        let mut order: std::collections::VecDeque<usize> = order.into();
        // How many arguments had told what they can when one began to wait.
        let mut waited: Vec<Option<usize>> = vec![None; params.len()];
        let mut told = 0;
        // An argument never ends, and tells nothing.
        let mut diverges = false;
        // An argument is wrong: the others are looked at for their own mistakes.
        let mut wrong = false;
        // Value parameters that need a type which nothing tells, so that it is the default.
        let mut late: Vec<usize> = Vec::new();
        let mut settled = false;
        loop {
            let Some(i) = order.pop_front() else {
                if wrong {
                    return Err(Failed);
                }
                // What the argument that never ends would have told may be known from others.
                if diverges && self.has_unbound(&scope, params) {
                    written_order.finish(cx);
                    return Ok(Val::noreturn());
                }
                if settled {
                    written_order.finish(cx);
                    break;
                }
                settled = true;
                self.bind_default_types(&scope, params, &mut bindings)?;
                order.extend(late.drain(..));
                continue;
            };
            let param = &params[i];
            written_order.next(cx, places[i]);
            match param.kind {
                ParamKind::Comptime => {
                    if !settled
                        && !is_type_param(param)
                        && self.needs_unbound(&scope, param, slots[i].is_none(), params)
                    {
                        late.push(i);
                        continue;
                    }
                    told += 1;
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
                            Some(default) => {
                                let purpose = &Purpose::ValueArgument;
                                self.caches.chains.enter(Step::ParamDefault(default.span));
                                let val = self.comptime_value(&scope, default, Some(want), purpose);
                                self.caches.chains.leave();
                                val?
                            }
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
                    if decl.mixin && self.bind_code_parameter(cx, param, &mut slots[i], &scope)? {
                        continue;
                    }
                    let unbound = self.unbound_names(&scope, pattern, params);
                    // What has no type of its own, or uses a name that another argument binds, takes what the others tell.
                    // Where it stands decides only when it is evaluated.
                    let promotes = self.may_promote(&scope, pattern, params);
                    let waits = match &slots[i] {
                        Some(Arg::Expr(expr)) => {
                            let later = order.iter().copied();
                            !promotes && self.uses_promotable(&scope, pattern, params, later)
                                || (promotes || !unbound.is_empty())
                                    && self.needs_target(&scope, pattern, expr, params)
                        }
                        Some(Arg::Val(..)) => self.uses_unbound(&scope, pattern, params),
                        Some(Arg::Slice(_) | Arg::Trailing(_)) | None => false,
                    } || param.lazy && self.uses_unbound(&scope, pattern, params);
                    // Once more, if others have told something since.
                    if waits && !order.is_empty() && waited[i].is_none_or(|at| at < told) {
                        waited[i] = Some(told);
                        written_order.keep_apart(cx);
                        order.push_back(i);
                        continue;
                    }
                    told += 1;
                    let arg = slots[i].take();
                    let receiver = i == 0 && has_receiver;
                    if param.lazy {
                        let (expr, from) = match (arg, &param.default) {
                            (Some(arg), _) => (self.lazy_argument(cx, param, arg)?, caller.clone()),
                            (None, Some(default)) => (&**default, scope.clone()),
                            (None, None) => return Err(Failed),
                        };
                        let ty = if unbound.is_empty() {
                            self.eval_type(&scope, pattern)?
                        } else {
                            self.lazy_type(cx, &from, &scope, pattern, expr)?
                        };
                        self.note_bound(&scope, &unbound, &mut bindings);
                        let val = self.lower_lazy(cx, &from, expr, ty)?;
                        vals[i].push(val);
                        continue;
                    }
                    let Some(arg) = arg else {
                        // Defaults are evaluated when all static parameters are known.
                        pending.push(i);
                        continue;
                    };
                    spans[i] = arg.span();
                    if unbound.is_empty() && !promotes {
                        let ty = self.eval_type(&scope, pattern)?;
                        let val = match arg {
                            Arg::Val(val, at) if receiver => self.adapt_receiver(cx, &val, ty, at),
                            other => self.lower_arg(cx, other, ty),
                        };
                        match val {
                            Ok(val) => vals[i].push(val),
                            Err(Failed) => wrong = true,
                        }
                        continue;
                    }
                    let val = self.infer_open(
                        cx,
                        &name,
                        arg,
                        pattern,
                        &scope,
                        &mut bindings,
                        receiver,
                        param,
                        params,
                        span,
                    )?;
                    diverges |= val.ty == TypeId::NORETURN;
                    if let Some(pack) = closure_pack(pattern)
                        && scope.get(pack).is_none()
                        && !params.iter().any(|p| p.name.name == pack)
                        && let TypeKind::Closure(f) | TypeKind::Function(f) =
                            self.m.types.kind(val.ty).clone()
                    {
                        let types = Rc::new(f.params.clone());
                        scope.bind(pack, Binding::TypePack(types));
                        packs.push((pack, f.params));
                    }
                    let mut found = Vec::new();
                    self.pattern_packs(pattern, val.ty, &mut found);
                    for (pack, types) in found {
                        if scope.get(pack).is_none() {
                            scope.bind(pack, Binding::TypePack(Rc::new(types.clone())));
                            packs.push((pack, types));
                        }
                    }
                    vals[i].push(val);
                    self.bind_names(&scope, &bindings);
                }
                ParamKind::Variadic if self.is_slice_variadic(param) => {
                    told += 1;
                    let args = rest.take().unwrap_or_default();
                    if matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern) {
                        // Each is a `T` of `..xs: []T` first, unless that is `any`.
                        let elem = match param.ty.as_ref().map(|ty| &ty.kind) {
                            Some(ExprKind::SliceType(elem)) => {
                                Some(self.eval_type(&scope, elem)?).filter(|t| *t != TypeId::ANY)
                            }
                            _ => None,
                        };
                        let places = written_order.places(&args);
                        for (arg, place) in args.into_iter().zip(places) {
                            written_order.next(cx, place);
                            let val = match (arg, elem) {
                                (Arg::Expr(expr), Some(ty)) => {
                                    Arg::Val(self.lower_to(cx, expr, ty)?, expr.span)
                                }
                                (Arg::Val(val, at), Some(ty)) => {
                                    Arg::Val(self.coerce(cx, val, ty, at)?, at)
                                }
                                (arg, _) => arg,
                            };
                            let val = match val {
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
                        let val = self.infer_variadic(
                            cx,
                            &name,
                            args,
                            elem,
                            &scope,
                            &mut bindings,
                            param,
                            params,
                            &mut written_order,
                            span,
                        )?;
                        vals[i].push(val);
                        continue;
                    }
                    let ty = self.eval_type(&scope, ty)?;
                    let val = self.pack_variadic(cx, args, ty, &mut written_order, span)?;
                    vals[i].push(val);
                }
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    told += 1;
                    let args = rest.take().unwrap_or_default();
                    let protocol = self.pack_protocol(&scope, param)?;
                    let mut types = Vec::new();
                    let mut functions = 0u64;
                    let places = written_order.places(&args);
                    for (arg, place) in args.into_iter().zip(places) {
                        written_order.next(cx, place);
                        let at = arg.span();
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
                            // The impl may be one whose head is wrong.
                            if self.impls.iter().any(|known| known.failed) {
                                return Err(Failed);
                            }
                            let shown = self.type_name(val.ty);
                            let p = self.templates[protocol.template.index()].name;
                            return Err(self.error(at, format!("pack argument of type '{shown}' does not conform to protocol '{p}'")));
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
        // Every `$T: Type` is bound now; constraints on everything bound.
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
            if (param.kind == ParamKind::Plain || self.is_slice_variadic(param))
                && let Some(pattern) = &param.ty
            {
                self.check_pattern_constraints(&scope, pattern, &bindings, span)?;
            }
        }
        if decl.mixin {
            return self.expand_mixin(cx, f, &scope, vals, span);
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
                        self.coerce(cx, val, ty, spans[i])?
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
        let entity = match &expr.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(Name::Entity(entity, _))) => entity,
                _ => return Ok(None),
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base) {
                Some(set) => match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => self.resolve_decl(decl)?,
                    Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => {
                        return Ok(None);
                    }
                },
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Entity::Fn(f) = entity else {
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
        if self.caches.defaults.iter().any(|(known, _)| *known == key) {
            return Err(self.cycle(Step::ParamDefault(default.span), &[]));
        }
        self.caches.defaults.push((key, scope.clone()));
        self.caches.chains.enter(Step::ParamDefault(default.span));
        // A default inside a default still means the outermost call.
        let outer = cx.caller_loc.clone();
        if outer.is_none() {
            cx.caller_loc = Some((span, cx.name.clone()));
        }
        let val = self.lower_foreign(cx, scope, default, ty);
        self.caches.chains.leave();
        self.caches.defaults.pop();
        cx.caller_loc = outer;
        let val = self.own(cx, &val?);
        Ok(self.stable(cx, &val))
    }
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
