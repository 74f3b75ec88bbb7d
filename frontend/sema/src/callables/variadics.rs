//! Arguments of slice variadics, of packs, and of C's `...` (reference part 2 §3, §6).

use smallvec::smallvec;
use sx_ir::{Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::callables::calls::Arg;
use crate::callables::generic_calls::GenericCall;
use crate::callables::generics::{mentions_dollar, named_functions, names_function};
use crate::callables::inference::bare_name;
use crate::callables::written_order::WrittenOrder;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Failed, Res, Sema};

impl Sema<'_> {
    /// The run-time slice of a slice variadic.
    pub fn pack_variadic(
        &mut self,
        cx: &mut FnCx,
        args: Vec<Arg>,
        ty: TypeId,
        order: &mut WrittenOrder,
        span: Span,
    ) -> Res<Val> {
        let TypeKind::Slice(elem) = self.m.types.kind(ty).clone() else {
            return Err(Failed);
        };
        let mut args = args;
        if let [Arg::Slice(expr)] = *args.as_slice() {
            let given = self.type_of_expr(cx, expr)?;
            if !matches!(self.m.types.kind(given), TypeKind::Array(of, _) if *of != elem) {
                let val = self.lower_spread_slice(cx, expr, ty)?;
                let val = self.load(cx, &val);
                return Ok(self.stable(cx, &val));
            }
            let parts = self.spread_values(cx, expr, None)?;
            let parts = parts.into_iter();
            args = parts.map(|(_, part)| Arg::Val(part, expr.span)).collect();
        }
        let count = args.len() as u64;
        let array = self.m.types.array(elem, count);
        let slot = self.slot(cx, array);
        let size = self.m.types.size_of(elem);
        let places = order.places(&args);
        for (i, arg) in args.into_iter().enumerate() {
            order.next(cx, places[i]);
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

    /// The arguments of a parameter `..xs: []T`, or of C's `...`.
    pub fn bind_variadic(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        args: Vec<Arg>,
    ) -> Res<()> {
        let ty = call.params[i].ty.as_ref();
        if call.is_extern() {
            return self.bind_c_variadic(cx, call, i, args);
        }
        let Some(ty) = ty else {
            return Err(Failed);
        };
        let val = match &ty.kind {
            ExprKind::SliceType(elem)
                if mentions_dollar(elem) || !call.unbound_names(elem).is_empty() =>
            {
                self.infer_variadic(cx, call, i, args, (ty, elem))?
            }
            _ => {
                let ty = self.eval_type(&call.scope, ty)?;
                self.pack_variadic(cx, args, ty, &mut call.order, call.span)?
            }
        };
        call.vals[i].push(val);
        Ok(())
    }

    /// C's variadic arguments: each is a `T` of `..xs: []T` first, unless that is `any`.
    fn bind_c_variadic(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        args: Vec<Arg>,
    ) -> Res<()> {
        let elem = match call.params[i].ty.as_ref().map(|ty| &ty.kind) {
            Some(ExprKind::SliceType(elem)) => {
                Some(self.eval_type(&call.scope, elem)?).filter(|t| *t != TypeId::ANY)
            }
            _ => None,
        };
        let places = call.order.places(&args);
        for (arg, place) in args.into_iter().zip(places) {
            call.order.next(cx, place);
            let val = match (arg, elem) {
                (Arg::Expr(expr), Some(ty)) => self.lower_to(cx, expr, ty)?,
                (Arg::Expr(expr), None) => self.lower_expr(cx, expr, None)?,
                (Arg::Val(val, at), Some(ty)) => self.coerce(cx, val, ty, at)?,
                (Arg::Val(val, _), None) => val,
                (Arg::Slice(expr), _) => {
                    return Err(self.error(expr.span, "C variadic arguments are passed one by one"));
                }
                (Arg::Trailing(t), _) => {
                    return Err(self.error(t.span, "a block is no C variadic argument"));
                }
            };
            let val = self.promote_c_variadic(cx, val, call.span)?;
            call.vals[i].push(val);
        }
        Ok(())
    }

    /// The elements of a pack, each of its own type.
    pub fn bind_pack_arguments(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        args: Vec<Arg>,
    ) -> Res<()> {
        let param = &call.params[i];
        let protocol = self.pack_protocol(&call.scope, param)?;
        let mut types = Vec::new();
        let mut functions = 0u64;
        let places = call.order.places(&args);
        for (arg, place) in args.into_iter().zip(places) {
            call.order.next(cx, place);
            let at = arg.span();
            let val = match arg {
                Arg::Expr(expr) => self.pack_argument(cx, expr)?,
                Arg::Val(val, _) => val,
                Arg::Slice(expr) => {
                    let f = &call.name;
                    return Err(self.error(expr.span, format!("cannot spread this value into '{f}' — a pack needs a length known at compile time")));
                }
                Arg::Trailing(t) => self.lower_lambda(cx, t, None, t.span)?,
            };
            let named = names_function(&self.m.types, &val);
            let val = self.own(cx, &val);
            let val = self.stable(cx, &val);
            let val = self.default_literal(&val);
            if let Some(protocol) = &protocol
                && !self.has_impl(protocol, val.ty, call.scope.module)
            {
                // The impl may be one whose head is wrong.
                if self.impls.iter().any(|known| known.failed) {
                    return Err(Failed);
                }
                let shown = self.type_name(val.ty);
                let p = self.templates[protocol.template.index()].name;
                return Err(self.error(
                    at,
                    format!("pack argument of type '{shown}' does not conform to protocol '{p}'"),
                ));
            }
            if named && types.len() < 64 {
                functions |= 1 << types.len();
            }
            types.push(val.ty);
            call.vals[i].push(val);
        }
        let name = param.name.name;
        if functions != 0 {
            let mask = self.ct_int(TypeId::U64, functions);
            call.bindings.push((named_functions(name), mask));
        }
        call.bind_pack(name, types);
        Ok(())
    }

    /// The run-time slice of `..xs: []E`, where `E` is a pattern: each argument tells about it as that of a parameter
    /// `E` does, a spread slice as that of a parameter `[]E`.
    fn infer_variadic(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        param: usize,
        args: Vec<Arg>,
        (whole, elem): (&'static ast::Expr, &'static ast::Expr),
    ) -> Res<Val> {
        let bare = bare_name(elem).is_some() && !call.unbound_names(elem).is_empty();
        let spread = matches!(args.as_slice(), [Arg::Slice(_)]);
        let pattern = if spread { whole } else { elem };
        // What has no type of its own waits for the arguments that have one.
        let places = call.order.places(&args);
        let mut vals: Vec<Option<(Val, Span)>> = args.iter().map(|_| None).collect();
        let (waiting, first): (Vec<_>, Vec<_>) = (args.into_iter().enumerate())
            .partition(|(_, arg)| self.waits_for_its_like(call, elem, arg));
        if !waiting.is_empty() {
            call.order.keep_apart(cx);
        }
        for (i, arg) in first.into_iter().chain(waiting) {
            call.order.next(cx, places[i]);
            let at = arg.span();
            let known = call.unbound_names(elem).is_empty();
            let targeted = !bare || self.waits_for_its_like(call, elem, &arg);
            let val = if known && targeted && !spread {
                let ty = self.eval_type(&call.scope, elem)?;
                self.lower_arg(cx, arg, ty)?
            } else {
                self.infer_open(cx, call, param, arg, pattern)?
            };
            self.bind_names(&call.scope, &call.bindings);
            vals[i] = Some((val, at));
        }
        if let Some(name) = call.unbound_names(elem).first() {
            return Err(self.cannot_infer(call, *name, call.span));
        }
        let elem = self.eval_type(&call.scope, elem)?;
        let ty = self.m.types.slice(elem);
        let mut vals = vals.into_iter().flatten();
        if spread && let Some((val, at)) = vals.next() {
            let val = self.coerce(cx, val, ty, at)?;
            let val = self.load(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        let args = vals.map(|(val, at)| Arg::Val(val, at)).collect();
        self.pack_variadic(cx, args, ty, &mut call.order, call.span)
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
