//! Calls of values; evaluation of arguments and receivers.

use crate::callables::calls::Arg;
use crate::callables::functions::Target;
use crate::callables::written_order::WrittenOrder;
use crate::comptime::purpose::Purpose;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, Piece, Place, Val, ValKind};
use crate::sema::{Binding, Failed, FnId, Res, Sema};
use crate::statements::control::{value_span, yields_null_only};
use crate::statements::error_flow::Source;
use crate::statements::errors::strip_parens;
use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn call_value_expr(
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
        let mut order = WrittenOrder::default();
        let args = self.expand_args(cx, &name, &call.args, None, &mut order)?;
        self.check_arity(&name, ty.params.len(), args.len(), ty.params.len(), span)?;
        let mut vals = Vec::new();
        let places = order.places(&args);
        for ((arg, place), param) in args.into_iter().zip(places).zip(&ty.params) {
            order.next(cx, place);
            // The others are looked at for their own mistakes.
            vals.push(self.lower_arg(cx, arg, *param));
        }
        self.evaluate_as_written(cx, &mut order)?;
        let vals: Vec<Val> = vals.into_iter().collect::<Res<_>>()?;
        self.at(cx, span);
        let pieces = self.pieces(cx, &callee);
        let target = if closure {
            Target::Closure(pieces[0], pieces[1])
        } else {
            Target::Pointer(pieces[0])
        };
        // A function may have been made to look like one of another type; the call is checked where it happens then.
        let sig = self.abi(&ty, closure).sig;
        if let (Target::Pointer(Piece::FuncAddr(f)), false) = (target, closure)
            && self.m.func(f).sig == sig
        {
            return Ok(self.emit_call(cx, Target::Direct(f), &ty, &vals));
        }
        let shape = self.error_shape(&ty.params, ty.ret);
        let out = self.emit_call(cx, target, &ty, &vals);
        cx.indirect = shape.map_or(Source::Unknown, Source::Shape);
        Ok(out)
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

    /// Positional arguments with spreads of tuples, structs, arrays and packs expanded.
    pub fn expand_args(
        &mut self,
        cx: &mut FnCx,
        callee: &str,
        args: &'static [ast::Arg],
        variadic_from: Option<usize>,
        order: &mut WrittenOrder,
    ) -> Res<Vec<Arg>> {
        let mut out: Vec<Arg> = Vec::new();
        let positional = || args.iter().filter(|arg| arg.name.is_none());
        let last = positional().count().wrapping_sub(1);
        for (i, arg) in positional().enumerate() {
            match &arg.value.kind {
                ExprKind::Spread(inner) => {
                    if let Some(from) = variadic_from
                        && out.len() >= from
                        && self.is_slice_spread(cx, inner, out.len() == from && i == last)
                    {
                        out.push(Arg::Slice(inner));
                        continue;
                    }
                    // What is spread has to be known by now, but comes after what stands before it.
                    let listed = |arg: &Arg| matches!(arg, Arg::Expr(_));
                    let file = inner.span.file;
                    let one_file = args.iter().all(|arg| arg.value.span.file == file);
                    if one_file && out.iter().any(listed) {
                        order.keep_apart(cx);
                    }
                    order.next(cx, (1, inner.span.lo));
                    let vals = self.spread_values(cx, inner, Some(callee));
                    order.leave(cx);
                    for (_, val) in vals? {
                        out.push(Arg::Val(val, inner.span));
                    }
                }
                _ => out.push(Arg::Expr(&arg.value)),
            }
        }
        Ok(out)
    }

    /// Whether a spread operand is a slice or, where it is `alone`, an array, which a slice variadic takes whole.
    pub fn is_slice_spread(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        alone: bool,
    ) -> bool {
        if let Some(Binding::Pack { .. }) = self.named_binding(cx.env(), expr) {
            return false;
        }
        let Ok(ty) = self.type_of_expr(cx, expr) else {
            return false;
        };
        match self.m.types.kind(ty) {
            TypeKind::Slice(_) | TypeKind::String => true,
            TypeKind::Array(..) => alone,
            _ => false,
        }
    }

    /// Type of an expression without emitting its code.
    pub fn type_of_expr(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<TypeId> {
        self.discarded(cx, |s, cx| s.lower_expr(cx, expr, None))
            .map(|val| val.ty)
    }

    /// Lowers something for what is to be learnt by it: what it emits is thrown away.
    pub fn discarded<T>(
        &mut self,
        cx: &mut FnCx,
        lower: impl FnOnce(&mut Self, &mut FnCx) -> T,
    ) -> T {
        let blocks = cx.blocks.len();
        cx.open();
        let (locals, slots) = (cx.func.locals.len(), cx.func.slots.len());
        let (exprs, labels) = (cx.func.exprs.len(), cx.func.labels);
        let (vars, captures, prologue) = (cx.vars.len(), cx.captures.len(), cx.prologue.len());
        let (dead, narrowed, reads) = (cx.dead, cx.narrowed(), cx.narrowed_reads.seen.len());
        cx.runs.looking += 1;
        let out = lower(self, cx);
        cx.runs.looking -= 1;
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
        cx.narrow_again(&narrowed);
        cx.narrowed_reads.seen.truncate(reads);
        out
    }

    /// Evaluates an argument for a parameter of type `ty`.
    pub fn lower_arg(&mut self, cx: &mut FnCx, arg: Arg, ty: TypeId) -> Res<Val> {
        let val = match arg {
            Arg::Expr(expr) => {
                if let Some(val) = self.address_argument(cx, expr, ty)? {
                    return Ok(val);
                }
                let val = match self.run_argument(cx, expr, ty)? {
                    Some(val) => val,
                    None => self.lower_expr(cx, expr, Some(ty))?,
                };
                let (loc, span) = (cx.loc, cx.span);
                self.at(cx, expr.span);
                self.no_implicit_deref(&val, ty, expr.span)?;
                self.check_owning_argument(cx, &val, ty, expr.span)?;
                let out = self.coerce_passed(cx, val, ty, value_span(expr))?;
                (cx.loc, cx.span) = (loc, span);
                out
            }
            Arg::Val(val, span) => {
                self.no_implicit_deref(&val, ty, span)?;
                self.check_owning_argument(cx, &val, ty, span)?;
                self.coerce_argument(cx, val, ty, span)?
            }
            Arg::Slice(expr) => self.lower_spread_slice(cx, expr, ty)?,
            Arg::Trailing(decl) => self.lower_lambda(cx, decl, Some(ty), decl.span)?,
        };
        let val = self.own(cx, &val);
        Ok(self.stable(cx, &val))
    }

    /// What is spread as the whole of a slice variadic.
    pub fn lower_spread_slice(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Val> {
        match self.run_argument(cx, expr, ty)? {
            Some(val) => self.coerce(cx, val, ty, value_span(expr)),
            None => self.lower_to(cx, expr, ty),
        }
    }

    /// `#run e` as an argument: an array at a slice, or what a protocol value is made of, is a temporary like that of any
    /// other call, so the call may write to it.
    fn run_argument(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Option<Val>> {
        let ExprKind::Run(inner) = &strip_parens(expr).kind else {
            return Ok(None);
        };
        let target = self.strip_optionals(ty);
        if !matches!(
            self.m.types.kind(target),
            TypeKind::Slice(_) | TypeKind::ManyPointer(_) | TypeKind::Protocol(_)
        ) {
            return Ok(None);
        }
        self.at(cx, expr.span);
        let known = self.run_once_as(cx, inner, Some(ty), &Purpose::RunPassed)?;
        let Some(known) = known else { return Ok(None) };
        let val = self.val_of_ct(cx, &known);
        Ok(Some(match val.ty == ty {
            true => val,
            false => self.apart_from_constants(cx, &val),
        }))
    }

    /// Whether a value of type `from` is converted to `to` by pointing to it, or to a copy of it.
    pub fn passes_as_copy(&self, from: TypeId, to: TypeId) -> bool {
        match (
            self.m.types.kind(from),
            self.m.types.kind(self.strip_optionals(to)),
        ) {
            (TypeKind::Array(a, _), TypeKind::Slice(b) | TypeKind::ManyPointer(b)) => a == b,
            (
                TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Union(_) | TypeKind::Array(..),
                TypeKind::Protocol(_),
            ) => true,
            _ => false,
        }
    }

    pub fn no_implicit_deref(&mut self, val: &Val, ty: TypeId, span: Span) -> Res<()> {
        if let TypeKind::Pointer(t) = self.m.types.kind(val.ty)
            && *t == ty
            && ty != TypeId::VOID
            // Which takes a pointer, like any other value, as what it is.
            && ty != TypeId::ANY
        {
            let (a, b) = (self.type_name(val.ty), self.type_name(ty));
            let text = self.span_text(span);
            let diag = Diagnostic::error(
                span,
                format!("argument '{text}' has type '{a}', but '{b}' is expected here"),
            )
            .with_help(
                None,
                match text.strip_prefix('*') {
                    Some(value) => format!("pass `{value}`"),
                    None => format!("pass `{text}.*`"),
                },
            );
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
        if yields_null_only(expr) {
            return Ok(None);
        }
        if matches!(
            expr.kind,
            ExprKind::Star(_) | ExprKind::Xx(_) | ExprKind::Str(_) | ExprKind::Int { .. }
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
        let out = self.coerce(cx, val, ty, value_span(expr))?;
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
        let ValKind::Place(_) = &val.kind else {
            if val.is_poison() {
                return Err(Failed);
            }
            let (a, b) = (self.type_name(val.ty), self.type_name(ty));
            return Err(self.error(span, format!("cannot pass a '{a}' value where '{b}' is expected — bind it to a variable first")));
        };
        let pointer = self.borrow(cx, val)?;
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
                let val = self.apart_from_constants(cx, val);
                let owned = self.own(cx, &val);
                self.spill(cx, &owned)
            }
        };
        Ok(self.pointer_to(cx, addr, val.ty))
    }

    /// A copy of an rvalue that is known while compiling (`#run e`), in place of the constant data: what the call writes
    /// through a pointer or slice to it goes to the copy.
    pub fn apart_from_constants(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        match val.kind {
            ValKind::Mem(addr @ Addr::Global(..)) => {
                let to = self.slot(cx, val.ty);
                cx.copy(to, addr, self.m.types.size_of(val.ty));
                Val::mem(val.ty, to)
            }
            ValKind::Mem(_) | ValKind::Regs(_) | ValKind::Place(_) => val.clone(),
        }
    }

    pub fn coerce_argument(&mut self, cx: &mut FnCx, val: Val, ty: TypeId, span: Span) -> Res<Val> {
        if let TypeKind::Pointer(to) = self.m.types.kind(ty).clone()
            && val.ty == to
        {
            return self.borrow(cx, &val);
        }
        let val = match self.m.types.kind(ty) {
            TypeKind::Slice(_) | TypeKind::ManyPointer(_) => self.apart_from_constants(cx, &val),
            _ => val,
        };
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
