//! What an argument tells about the static parameters of a generic function (reference part 2 §2).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};

use crate::callables::calls::Arg;
use crate::callables::generic_calls::{GenericCall, closure_pack};
use crate::callables::generics::{Bindings, each_ret_part, each_type_part};
use crate::declarations::nominal::is_type_param;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Binding, Env, Failed, Res, Sema};
use crate::statements::errors::strip_parens;
use crate::statements::tails::ends_of;

impl GenericCall {
    /// Names that the pattern introduces or uses and that are not bound yet.
    pub fn unbound_names(&self, pattern: &'static ast::Expr) -> Vec<Symbol> {
        let mut names: Vec<Symbol> = Vec::new();
        each_type_part(pattern, &mut |e| names.extend(generic_name(e, self.params)));
        names.retain(|n| self.scope.get(*n).is_none());
        names
    }

    /// Whether a parameter's type has names like that.
    pub fn has_unbound(&self) -> bool {
        let mut patterns = self.params.iter().filter_map(|param| param.ty.as_ref());
        patterns.any(|ty| !self.unbound_names(ty).is_empty())
    }

    /// Whether a function type's result has names like that.
    fn is_open_result(&self, ret: &'static ast::RetType) -> bool {
        let mut open = false;
        each_ret_part(ret, &mut |e| {
            let name = generic_name(e, self.params);
            open |= name.is_some_and(|name| self.scope.get(name).is_none());
        });
        open
    }

    /// Whether the pattern uses a name that only another parameter introduces, and that is not bound yet.
    pub fn uses_unbound(&self, pattern: &'static ast::Expr) -> bool {
        let mut introduced: Vec<Symbol> = Vec::new();
        each_type_part(pattern, &mut |e| {
            if let ExprKind::Dollar { name, .. } = &e.kind {
                introduced.push(name.name);
            }
        });
        let unbound = self.unbound_names(pattern);
        unbound.iter().any(|name| !introduced.contains(name))
    }
}

impl Sema<'_> {
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
        call: &mut GenericCall,
        i: usize,
        arg: Arg,
        pattern: &'static ast::Expr,
    ) -> Res<Val> {
        let open = type_params_of(call.params)
            .into_iter()
            .filter(|n| !call.bindings.iter().any(|(b, _)| b == n))
            .collect();
        let outer = std::mem::replace(&mut self.caches.open_types, open);
        let val = self.infer_arg(cx, call, i, arg, pattern);
        self.caches.open_types = outer;
        val
    }

    /// Whether a name is a number by inference, which may still become a float.
    pub fn is_promotable(&self, call: &GenericCall, name: Symbol) -> bool {
        let introduced = call.params.iter().any(|param| match param.kind {
            // Without an argument it is inferred like any other.
            ParamKind::Comptime => {
                param.name.name == name && is_type_param(param) && !call.given_types.contains(&name)
            }
            ParamKind::Plain | ParamKind::Variadic | ParamKind::ComptimePack => matches!(
                param.ty.as_ref().map(|ty| &ty.kind),
                Some(ExprKind::Dollar { name: n, .. }) if n.name == name
            ),
        });
        introduced
            && !call.given_types.contains(&name)
            && matches!(call.scope.get(name), Some(Binding::Type(t)) if self.is_number(t))
    }

    /// The type of a literal where `Closure(..) -> ($R, !)` is wanted: whether or not it can fail, and with errors of
    /// whatever set, it converts once its own result has told what `R` is.
    fn failable_closure(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        pattern: &'static ast::Expr,
        expr: &'static ast::Expr,
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
        let hint = self.partial_closure(call, pattern, expr);
        let given = self.discarded(cx, |s, cx| s.lower_expr(cx, expr, hint))?.ty;
        let TypeKind::Closure(own) = self.m.types.kind(given).clone() else {
            return Ok(None);
        };
        let mut trial = call.bindings.clone();
        if !self.bind_pattern(&call.scope, pattern, given, &mut trial) {
            return Ok(None);
        }
        let names = call.scope.child();
        for (name, val) in &trial {
            if val.ty == TypeId::TYPE {
                names.bind(*name, Binding::Type(self.ct_type(val)));
            }
        }
        if let Some(pack) = closure_pack(pattern)
            && names.get(pack).is_none()
        {
            names.bind(pack, Binding::TypePack(Rc::new(own.params)));
        }
        let target = self.param_type(&names, pattern)?;
        call.bindings = trial;
        Ok(Some(target))
    }

    /// Evaluates an argument whose parameter's type is still open, and binds what it tells.
    pub fn infer_arg(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        arg: Arg,
        pattern: &'static ast::Expr,
    ) -> Res<Val> {
        let at = arg.span();
        if let (ExprKind::SliceType(elem), Arg::Expr(expr)) = (&pattern.kind, &arg)
            && let ExprKind::Dollar { name, .. } = &elem.kind
            && let ExprKind::Aggregate(literal) = &strip_parens(expr).kind
            && literal.ty.is_none()
            && !call.bindings.iter().any(|(n, _)| *n == name.name)
        {
            return Err(self.cannot_infer(call, name.name, at));
        }
        if let Arg::Expr(expr) = &arg
            && let Some(target) = self.failable_closure(cx, call, pattern, expr)?
        {
            if cx.runs.looking > 0 {
                return Ok(stand_in(target));
            }
            let val = self.lower_to(cx, expr, target)?;
            return Ok(self.stable(cx, &val));
        }
        let open = std::mem::take(&mut self.caches.open_types);
        let val = match arg {
            Arg::Expr(expr) => {
                let hint = self.partial_closure(call, pattern, expr);
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
            && let Some(slot) = call.bindings.iter().position(|(n, _)| *n == name)
        {
            let bound = self.ct_type(&call.bindings[slot].1);
            if self.is_number(bound) && self.is_number(val.ty) {
                let promote = self.is_float(val.ty)
                    && (!self.is_float(bound)
                        || self.m.types.size_of(val.ty) > self.m.types.size_of(bound));
                if promote {
                    call.bindings[slot].1 = self.ct_of_type(val.ty);
                }
                let val = self.load(cx, &val);
                return Ok(self.stable(cx, &val));
            }
            let val = self.own(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        self.literal_above_i64(&val, at)?;
        let ty = val.ty;
        // What converts to every pointer doesn't tell to which.
        if matches!(self.m.types.kind(ty), TypeKind::Pointer(TypeId::VOID))
            && let Some(val) = self.as_numbers_tell(cx, call, i, &val, (pattern, at))?
        {
            return Ok(val);
        }
        let mut trial = call.bindings.clone();
        if self.bind_pattern(&call.scope, pattern, ty, &mut trial) {
            call.bindings = trial;
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
            let mut trial = call.bindings.clone();
            if self.bind_pattern(&call.scope, inner, ty, &mut trial) {
                call.bindings = trial;
                return self.borrow(cx, &val);
            }
        }
        if call.takes_receiver(i)
            && let TypeKind::Pointer(to) = self.m.types.kind(ty).clone()
            && to != TypeId::VOID
        {
            let mut trial = call.bindings.clone();
            if self.bind_pattern(&call.scope, pattern, to, &mut trial) {
                call.bindings = trial;
                let place = self.deref_place(cx, &val, to);
                let val = self.own(cx, &Val::place(place));
                return Ok(self.stable(cx, &val));
            }
        }
        // A value that converts to an optional or slice pattern's instance.
        if let ExprKind::Optional(inner) = &pattern.kind {
            let mut trial = call.bindings.clone();
            if self.bind_pattern(&call.scope, inner, ty, &mut trial) {
                call.bindings = trial;
                let val = self.own(cx, &val);
                return Ok(self.stable(cx, &val));
            }
        }
        if let Some(val) = self.as_numbers_tell(cx, call, i, &val, (pattern, at))? {
            return Ok(val);
        }
        if self.has_told(pattern.span) {
            return Err(Failed);
        }
        let shown = self.type_name(ty);
        let wanted = self.span_text(pattern.span);
        let missing: Vec<Symbol> = {
            let mut names = Vec::new();
            each_type_part(pattern, &mut |e| {
                if let ExprKind::Dollar { name, .. } = &e.kind
                    && !call.bindings.iter().any(|(n, _)| *n == name.name)
                {
                    names.push(name.name);
                }
            });
            names
        };
        match missing.first() {
            Some(name) => Err(self.cannot_infer(call, *name, at)),
            None => {
                let (param, f) = (call.params[i].name.name, &call.name);
                let text = format!(
                    "argument '{param}' of '{f}' has type '{shown}', but '{wanted}' is expected here"
                );
                Err(self.error(at, text))
            }
        }
    }

    /// An argument for whose type number literals wait tells none that its pattern takes. They have theirs, and it may convert
    /// to what that makes of the pattern.
    fn as_numbers_tell(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        val: &Val,
        (pattern, at): (&'static ast::Expr, Span),
    ) -> Res<Option<Val>> {
        let numbers = call.turns.give_up_numbers();
        if numbers.is_empty() {
            return Ok(None);
        }
        for (number, place) in numbers {
            call.order.next(cx, place);
            self.take_turn(cx, call, number)?;
        }
        call.order.next(cx, call.turns.place(i));
        if !call.unbound_names(pattern).is_empty() {
            return Ok(None);
        }
        let ty = self.eval_type(&call.scope, pattern)?;
        let val = self.coerce_argument(cx, val.clone(), ty, at)?;
        let val = self.own(cx, &val);
        Ok(Some(self.stable(cx, &val)))
    }

    /// What a lambda argument can know of a closure pattern: parameter types that are bound, an open result.
    pub fn partial_closure(
        &mut self,
        call: &GenericCall,
        pattern: &'static ast::Expr,
        arg: &'static ast::Expr,
    ) -> Option<TypeId> {
        let scope = &call.scope;
        let literals = literals_of(arg);
        if literals.is_empty() {
            return None;
        }
        // What is open in the pattern may be written in the literal.
        let written = |at: usize| {
            let mut params = literals.iter().map(|literal| literal.sig.params.get(at));
            params.all(|param| param.is_some_and(|param| param.ty.is_some()))
        };
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
                        let count = literals[0].sig.params.len();
                        if !matches!(inner.kind, ExprKind::Dollar { .. })
                            || !(given.len()..count).all(written)
                        {
                            return None;
                        }
                        given.resize(count.max(given.len()), TypeId::POISON);
                    }
                }
                continue;
            }
            given.push(match call.unbound_names(p).is_empty() {
                true => self.eval_type(scope, p).ok()?,
                false if written(given.len()) => TypeId::POISON,
                false => return None,
            });
        }
        // What is open is written as the poison type: `lower_lambda` infers a result.
        let ret = match &c.ret {
            None => TypeId::VOID,
            Some(ret) => {
                if call.is_open_result(ret) {
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

/// A closure where only its type is asked for. It has been looked at once for that; to lower what it holds as well would double
/// the work with each level of nesting.
pub fn stand_in(closure: TypeId) -> Val {
    let null = Piece::Const(Ty::Ptr, 0);
    Val::regs(closure, smallvec![null, null])
}

/// A lambda, or what may have one as its value.
pub fn yields_literal(expr: &'static ast::Expr) -> bool {
    !literals_of(expr).is_empty()
}

/// The lambdas that may be the value of an expression.
fn literals_of(expr: &'static ast::Expr) -> Vec<&'static ast::FnDecl> {
    let ends = match strip_parens(expr).kind {
        ExprKind::Lambda(_) => vec![expr],
        _ => ends_of(expr),
    };
    let literal = |end: &'static ast::Expr| match &strip_parens(end).kind {
        ExprKind::Lambda(literal) => Some(&**literal),
        _ => None,
    };
    ends.into_iter().filter_map(literal).collect()
}

/// `T` of the patterns `T` and `$T`.
pub fn bare_name(pattern: &ast::Expr) -> Option<Symbol> {
    match &pattern.kind {
        ExprKind::Dollar { name, .. } => Some(name.name),
        ExprKind::Ident(name) => Some(name.name),
        _ => None,
    }
}

/// The static parameter that a part of a type introduces or uses.
pub fn generic_name(part: &ast::Expr, params: &[ast::Param]) -> Option<Symbol> {
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
