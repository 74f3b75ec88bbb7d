//! What an argument tells about the static parameters of a generic function (reference part 2 §2).

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::visit::{Visitor, walk_expr};

use crate::callables::calls::Arg;
use crate::callables::generics::{Bindings, each_ret_part, each_type_part};
use crate::declarations::nominal::is_type_param;
use crate::emission::fncx::FnCx;
use crate::emission::value::Val;
use crate::sema::{Binding, Env, Failed, Res, Sema};
use crate::statements::errors::strip_parens;
use crate::statements::tails::ends_of;

impl Sema<'_> {
    /// Names that the pattern introduces or uses and that are not bound yet.
    pub fn unbound_names(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> Vec<Symbol> {
        let mut names: Vec<Symbol> = Vec::new();
        each_type_part(pattern, &mut |e| names.extend(generic_name(e, params)));
        names.retain(|n| scope.get(*n).is_none());
        names
    }

    /// Whether a parameter's type has names like that.
    pub fn has_unbound(&self, scope: &Rc<Env>, params: &'static [ast::Param]) -> bool {
        params.iter().any(|param| {
            let pattern = param.ty.as_ref();
            pattern.is_some_and(|ty| !self.unbound_names(scope, ty, params).is_empty())
        })
    }

    /// Whether a function type's result has names like that.
    fn is_open_result(
        &self,
        scope: &Rc<Env>,
        ret: &'static ast::RetType,
        params: &'static [ast::Param],
    ) -> bool {
        let mut open = false;
        each_ret_part(ret, &mut |e| {
            open |= generic_name(e, params).is_some_and(|name| scope.get(name).is_none());
        });
        open
    }

    /// Whether the pattern uses a name that only another parameter introduces, and that is not bound yet.
    pub fn uses_unbound(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> bool {
        let mut introduced: Vec<Symbol> = Vec::new();
        each_type_part(pattern, &mut |e| {
            if let ExprKind::Dollar { name, .. } = &e.kind {
                introduced.push(name.name);
            }
        });
        let unbound = self.unbound_names(scope, pattern, params);
        unbound.iter().any(|name| !introduced.contains(name))
    }

    /// Whether the type or default of a value parameter mentions a static parameter that is not bound yet.
    pub fn needs_unbound(
        &self,
        scope: &Rc<Env>,
        param: &'static ast::Param,
        omitted: bool,
        params: &'static [ast::Param],
    ) -> bool {
        let own = param.name.name;
        let mut names = static_params_of(params);
        names.retain(|name| *name != own && scope.get(*name).is_none());
        if names.is_empty() {
            return false;
        }
        let default = param.default.as_deref().filter(|_| omitted);
        (param.ty.iter().chain(default)).any(|expr| uses_a_name(expr, &names))
    }

    /// Binds `$T: Type` that no argument told to its default.
    pub fn bind_default_types(
        &mut self,
        scope: &Rc<Env>,
        params: &'static [ast::Param],
        bindings: &mut Bindings,
    ) -> Res<()> {
        for param in params {
            if param.kind == ParamKind::Comptime
                && is_type_param(param)
                && let Some(default) = &param.default
                && bindings.iter().all(|(n, _)| *n != param.name.name)
            {
                let ty = self.eval_type(scope, default)?;
                scope.bind(param.name.name, Binding::Type(ty));
                bindings.push((param.name.name, self.ct_of_type(ty)));
            }
        }
        Ok(())
    }

    /// The names that a scope has types for now are bindings, too.
    pub fn note_bound(&mut self, scope: &Rc<Env>, names: &[Symbol], bindings: &mut Bindings) {
        for name in names {
            if let Some(Binding::Type(ty)) = scope.get(*name) {
                bindings.push((*name, self.ct_of_type(ty)));
            }
        }
    }

    /// Binds in a scope what is bound.
    pub fn bind_names(&self, scope: &Rc<Env>, bindings: &Bindings) {
        for (name, ct) in bindings {
            let binding = if ct.ty == TypeId::TYPE {
                Binding::Type(self.ct_type(ct))
            } else {
                Binding::Ct(ct.clone())
            };
            scope.bind(*name, binding);
        }
    }

    /// As `infer_arg`, where the types that are still open are known to be so.
    pub fn infer_open(
        &mut self,
        cx: &mut FnCx,
        fname: &str,
        arg: Arg,
        pattern: &'static ast::Expr,
        scope: &Rc<Env>,
        bindings: &mut Bindings,
        receiver: bool,
        param: &'static ast::Param,
        params: &'static [ast::Param],
        span: Span,
    ) -> Res<Val> {
        let open = type_params_of(params)
            .into_iter()
            .filter(|n| !bindings.iter().any(|(b, _)| b == n))
            .collect();
        let outer = std::mem::replace(&mut self.caches.open_types, open);
        let val = self.infer_arg(
            cx, fname, arg, pattern, scope, bindings, receiver, param, params, span,
        );
        self.caches.open_types = outer;
        val
    }

    /// A bare `$T`/`T` bound to a number by inference may still become a float.
    pub fn may_promote(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> bool {
        bare_name(pattern).is_some_and(|name| self.is_promotable(scope, name, params))
    }

    /// Whether a pattern has parts that may still become a float: one of the parameters numbered `later` decides.
    pub fn uses_promotable(
        &self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        params: &'static [ast::Param],
        later: impl Iterator<Item = usize>,
    ) -> bool {
        let deciding: Vec<Symbol> = later
            .filter_map(|i| bare_name(params[i].ty.as_ref()?))
            .filter(|name| self.is_promotable(scope, *name, params))
            .collect();
        let mut found = false;
        if !deciding.is_empty() {
            each_type_part(pattern, &mut |e| {
                found |= generic_name(e, params).is_some_and(|name| deciding.contains(&name));
            });
        }
        found
    }

    fn is_promotable(&self, scope: &Rc<Env>, name: Symbol, params: &'static [ast::Param]) -> bool {
        let explicit = params
            .iter()
            .any(|p| p.kind == ParamKind::Comptime && p.name.name == name);
        let introduced = params.iter().any(|p| matches!(p.ty.as_ref().map(|t| &t.kind), Some(ExprKind::Dollar { name: n, .. }) if n.name == name));
        !explicit
            && introduced
            && matches!(scope.get(name), Some(Binding::Type(t)) if self.is_number(t))
    }

    /// The type of a literal where `Closure(..) -> ($R, !)` is wanted: whether or not it can fail, and with errors of
    /// whatever set, it converts once its own result has told what `R` is.
    fn failable_closure(
        &mut self,
        cx: &mut FnCx,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        expr: &'static ast::Expr,
        bindings: &mut Bindings,
        params: &'static [ast::Param],
    ) -> Res<Option<TypeId>> {
        let fails = match &pattern.kind {
            ExprKind::ClosureType(closure) => matches!(
                closure.ret.as_ref().map(|ret| &ret.kind),
                Some(ast::RetKind::Slots { error: Some(_), .. })
            ),
            _ => false,
        };
        if !fails || !yields_literal(expr) {
            return Ok(None);
        }
        let hint = self.partial_closure(scope, pattern, expr, params);
        let given = self.discarded(cx, |s, cx| s.lower_expr(cx, expr, hint))?.ty;
        if !matches!(self.m.types.kind(given), TypeKind::Closure(_)) {
            return Ok(None);
        }
        let mut trial = bindings.clone();
        if !self.bind_pattern(scope, pattern, given, &mut trial) {
            return Ok(None);
        }
        let names = scope.child();
        for (name, val) in &trial {
            if val.ty == TypeId::TYPE {
                names.bind(*name, Binding::Type(self.ct_type(val)));
            }
        }
        let target = self.param_type(&names, pattern)?;
        *bindings = trial;
        Ok(Some(target))
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
        params: &'static [ast::Param],
        span: Span,
    ) -> Res<Val> {
        let at = arg.span();
        if let (ExprKind::SliceType(elem), Arg::Expr(expr)) = (&pattern.kind, &arg)
            && let ExprKind::Dollar { name, .. } = &elem.kind
            && let ExprKind::Aggregate(literal) = &strip_parens(expr).kind
            && literal.ty.is_none()
            && !bindings.iter().any(|(n, _)| *n == name.name)
        {
            return Err(self.error(at, format!("cannot infer generic type parameter '{}' for '{fname}' from this call's arguments", name.name)));
        }
        if let Arg::Expr(expr) = &arg
            && let Some(target) =
                self.failable_closure(cx, scope, pattern, expr, bindings, params)?
        {
            let val = self.lower_to(cx, expr, target)?;
            return Ok(self.stable(cx, &val));
        }
        let open = std::mem::take(&mut self.caches.open_types);
        let val = match arg {
            Arg::Expr(expr) => {
                let hint = self.partial_closure(scope, pattern, expr, params);
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
        self.no_failable(cx, &val, at)?;
        let val = self.as_error_value(cx, val);
        // It tells nothing, and the call is never made.
        if val.ty == TypeId::NORETURN {
            return Ok(val);
        }
        // One numeric type for several parameters spelled alike: a float if any is one, else the first.
        if let Some(name) = bare_name(pattern)
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
        self.literal_above_i64(&val, at)?;
        let ty = val.ty;
        let mut trial = bindings.clone();
        if self.bind_pattern(scope, pattern, ty, &mut trial) {
            *bindings = trial;
            // An array passed for a slice is the caller's array, not a copy.
            if let (ExprKind::SliceType(_), TypeKind::Array(elem, _)) =
                (&pattern.kind, self.m.types.kind(ty).clone())
            {
                let slice = self.m.types.slice(elem);
                let val = self.apart_from_constants(cx, &val);
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
        if self.has_told(pattern.span) {
            return Err(Failed);
        }
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
    pub fn needs_target(
        &mut self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        expr: &'static ast::Expr,
        params: &'static [ast::Param],
    ) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.needs_target(scope, pattern, inner, params),
            ExprKind::Null | ExprKind::EnumLit(_) => true,
            ExprKind::Call(call) => matches!(call.callee.kind, ExprKind::EnumLit(_)),
            // Without a target they have a type, too, which is one more where another parameter introduces it.
            ExprKind::Xx(_) | ExprKind::ErrorTag(_) => !introduces(pattern),
            ExprKind::Binary { lhs, rhs, .. } => [lhs, rhs]
                .into_iter()
                .all(|side| self.needs_target(scope, pattern, side, params)),
            ExprKind::Aggregate(literal) => match (&literal.ty, literal.brackets) {
                (Some(ty), _) => matches!(ty.kind, ExprKind::EnumLit(_)),
                // A bare `$T` takes the type that the fields make.
                (None, ast::Brackets::Brace) => !matches!(pattern.kind, ExprKind::Dollar { .. }),
                (None, ast::Brackets::Square) => !introduces(pattern),
            },
            ExprKind::Lambda(lambda) => {
                self.uses_unbound(scope, pattern, params)
                    || lambda.sig.params.iter().any(|p| p.ty.is_none())
                        && self.partial_closure(scope, pattern, expr, params).is_none()
            }
            ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_) => {
                let mut ends = ends_of(expr).into_iter();
                ends.any(|end| self.needs_target(scope, pattern, end, params))
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
        params: &'static [ast::Param],
    ) -> Option<TypeId> {
        if !yields_literal(arg) {
            return None;
        }
        let pattern = match &pattern.kind {
            ExprKind::Optional(inner) => inner,
            _ => pattern,
        };
        let ExprKind::ClosureType(c) = &pattern.kind else {
            return None;
        };
        let mut given = Vec::new();
        for p in &c.params {
            if let ExprKind::Spread(inner) = &p.kind {
                match self.type_pack_of(scope, inner) {
                    Some(types) => given.extend(types.iter().copied()),
                    None => {
                        if let ExprKind::Field { base, name } = &inner.kind
                            && let name = self.name_at(scope, *name)
                            && let Some(types) = self.pack_protocol_args(scope, base, name.name)
                        {
                            given.extend(types);
                            continue;
                        }
                        return None;
                    }
                }
                continue;
            }
            if !self.unbound_names(scope, p, params).is_empty() {
                return None;
            }
            given.push(self.eval_type(scope, p).ok()?);
        }
        // An open result is written as the poison type: `lower_lambda` infers it.
        let ret = match &c.ret {
            None => TypeId::VOID,
            Some(ret) => {
                if self.is_open_result(scope, ret, params) {
                    match &ret.kind {
                        // It may fail, whatever the value turns out to be.
                        ast::RetKind::Slots { error: Some(_), .. } => {
                            self.m.types.intern(TypeKind::Failable {
                                values: vec![(None, TypeId::POISON)],
                                set: TypeId::ANY_ERROR,
                            })
                        }
                        ast::RetKind::Slots { error: None, .. }
                        | ast::RetKind::Type(_)
                        | ast::RetKind::Void => TypeId::POISON,
                    }
                } else {
                    self.eval_ret(scope, Some(ret)).ok()?
                }
            }
        };
        let ty = sx_ir::types::FnType {
            params: given,
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
}

/// A lambda, or what may have one as its value.
fn yields_literal(expr: &'static ast::Expr) -> bool {
    let is_lambda = |e: &ast::Expr| matches!(strip_parens(e).kind, ExprKind::Lambda(_));
    is_lambda(expr) || ends_of(expr).into_iter().any(is_lambda)
}

/// `T` of the patterns `T` and `$T`.
fn bare_name(pattern: &ast::Expr) -> Option<Symbol> {
    match &pattern.kind {
        ExprKind::Dollar { name, .. } => Some(name.name),
        ExprKind::Ident(name) => Some(name.name),
        _ => None,
    }
}

/// Whether a pattern has a `$T` of its own.
fn introduces(pattern: &'static ast::Expr) -> bool {
    let mut found = false;
    each_type_part(pattern, &mut |e| {
        found |= matches!(e.kind, ExprKind::Dollar { .. })
    });
    found
}

/// The static parameter that a part of a type introduces or uses.
fn generic_name(part: &ast::Expr, params: &[ast::Param]) -> Option<Symbol> {
    match &part.kind {
        ExprKind::Dollar { name, .. } => Some(name.name),
        ExprKind::Ident(name) => {
            let name = name.name;
            let generic = |p: &ast::Param| {
                let mut introduces = p.kind == ParamKind::Comptime && p.name.name == name;
                if let Some(ty) = &p.ty {
                    each_type_part(ty, &mut |x| {
                        introduces |=
                            matches!(&x.kind, ExprKind::Dollar { name: n, .. } if n.name == name);
                    });
                }
                introduces
            };
            params.iter().any(generic).then_some(name)
        }
        _ => None,
    }
}

/// Static parameters of a signature: declared as such, or introduced by the type of another parameter.
fn static_params_of(params: &[ast::Param]) -> Vec<Symbol> {
    let declared = params.iter().filter(|p| p.kind == ParamKind::Comptime);
    let mut names: Vec<Symbol> = declared.map(|p| p.name.name).collect();
    names.extend(introduced_by(params));
    names
}

/// Whether one of these names stands anywhere in an expression.
fn uses_a_name(expr: &ast::Expr, names: &[Symbol]) -> bool {
    struct Names<'n>(&'n [Symbol], bool);
    impl Visitor for Names<'_> {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ExprKind::Ident(name) = &expr.kind {
                self.1 |= self.0.contains(&name.name);
            }
            walk_expr(self, expr);
        }
    }
    let mut found = Names(names, false);
    found.expr(expr);
    found.1
}

/// Type parameters of a signature: declared as such, or introduced by the type of another parameter.
pub fn type_params_of(params: &[ast::Param]) -> Vec<Symbol> {
    let declared = params
        .iter()
        .filter(|p| p.kind == ParamKind::Comptime && is_type_param(p));
    let mut names: Vec<Symbol> = declared.map(|p| p.name.name).collect();
    names.extend(introduced_by(params));
    names
}

/// What the types of parameters introduce: `T` of `(x: []$T)`.
pub fn introduced_by(params: &[ast::Param]) -> Vec<Symbol> {
    let mut names = Vec::new();
    for param in params {
        let Some(ty) = &param.ty else { continue };
        let of_a_slice =
            param.kind == ParamKind::Variadic && matches!(ty.kind, ExprKind::SliceType(_));
        if param.kind == ParamKind::Plain || of_a_slice {
            each_type_part(ty, &mut |e| {
                if let ExprKind::Dollar { name, .. } = &e.kind {
                    names.push(name.name);
                }
            });
        }
    }
    names
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
