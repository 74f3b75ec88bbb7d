//! Arguments of slice variadics and of C's `...` (reference part 2 §3, §6).

use smallvec::smallvec;
use sx_ir::{Ty, TypeId, TypeKind};
use sx_syntax::Span;

use crate::callables::calls::Arg;
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
        span: Span,
    ) -> Res<Val> {
        let TypeKind::Slice(elem) = self.m.types.kind(ty).clone() else {
            return Err(Failed);
        };
        let mut args = args;
        if let [Arg::Slice(expr)] = *args.as_slice() {
            let given = self.type_of_expr(cx, expr)?;
            if !matches!(self.m.types.kind(given), TypeKind::Array(of, _) if *of != elem) {
                let val = self.lower_to(cx, expr, ty)?;
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
