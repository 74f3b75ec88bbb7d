//! Arguments of slice variadics and of C's `...` (reference part 2 §3, §6).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::callables::calls::Arg;
use crate::callables::generics::Bindings;
use crate::callables::written_order::WrittenOrder;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Env, Failed, Res, Sema};

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

    /// The run-time slice of `..xs: []E`, where `E` is a pattern: each argument tells about it as that of a parameter
    /// `E` does, a spread slice as that of a parameter `[]E`.
    pub fn infer_variadic(
        &mut self,
        cx: &mut FnCx,
        fname: &str,
        args: Vec<Arg>,
        elem: &'static ast::Expr,
        scope: &Rc<Env>,
        bindings: &mut Bindings,
        param: &'static ast::Param,
        params: &'static [ast::Param],
        order: &mut WrittenOrder,
        span: Span,
    ) -> Res<Val> {
        let Some(whole) = &param.ty else {
            return Err(Failed);
        };
        let bare = matches!(&elem.kind, ExprKind::Dollar { .. })
            && !self.unbound_names(scope, elem, params).is_empty();
        let spread = matches!(args.as_slice(), [Arg::Slice(_)]);
        let pattern = if spread { whole } else { elem };
        // What has no type of its own waits for the arguments that have one.
        let places = order.places(&args);
        let mut vals: Vec<Option<(Val, Span)>> = args.iter().map(|_| None).collect();
        let (waiting, first): (Vec<_>, Vec<_>) =
            args.into_iter()
                .enumerate()
                .partition(|(_, arg)| match arg {
                    Arg::Expr(expr) => {
                        is_untyped_literal(expr) || self.needs_target(scope, elem, expr, params)
                    }
                    Arg::Trailing(_) => true,
                    Arg::Val(..) | Arg::Slice(_) => false,
                });
        if !waiting.is_empty() {
            order.keep_apart(cx);
        }
        for (i, arg) in first.into_iter().chain(waiting) {
            order.next(cx, places[i]);
            let at = arg.span();
            let known = self.unbound_names(scope, elem, params).is_empty();
            let targeted = match &arg {
                Arg::Expr(expr) => {
                    is_untyped_literal(expr) || self.needs_target(scope, elem, expr, params)
                }
                Arg::Trailing(_) => true,
                Arg::Val(..) | Arg::Slice(_) => false,
            };
            let val = if known && (!bare || targeted) && !spread {
                let ty = self.eval_type(scope, elem)?;
                self.lower_arg(cx, arg, ty)?
            } else {
                self.infer_arg(
                    cx, fname, arg, pattern, scope, bindings, false, param, params, span,
                )?
            };
            self.bind_names(scope, bindings);
            vals[i] = Some((val, at));
        }
        if let Some(name) = self.unbound_names(scope, elem, params).first() {
            return Err(self.error(span, format!("cannot infer generic type parameter '{name}' for '{fname}' from this call's arguments")));
        }
        let elem = self.eval_type(scope, elem)?;
        let ty = self.m.types.slice(elem);
        let mut vals = vals.into_iter().flatten();
        if spread && let Some((val, at)) = vals.next() {
            let val = self.coerce(cx, val, ty, at)?;
            let val = self.load(cx, &val);
            return Ok(self.stable(cx, &val));
        }
        let args = vals.map(|(val, at)| Arg::Val(val, at)).collect();
        self.pack_variadic(cx, args, ty, order, span)
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

/// `.{..}` and `.[..]`, whose type is that of their destination.
fn is_untyped_literal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_untyped_literal(inner),
        ExprKind::Aggregate(literal) => literal.ty.is_none(),
        _ => false,
    }
}
