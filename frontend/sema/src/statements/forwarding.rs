//! Failables in `return`: all slots given, and calls forwarded whole (reference part 3 §5.3).

use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Res, Sema};

impl Sema<'_> {
    /// The type of `.{v.., error.X}`, which fills every slot of the failable result `ret`, the error's included.
    pub fn all_slots(
        &mut self,
        cx: &mut FnCx,
        ret: TypeId,
        expr: &'static ast::Expr,
    ) -> Option<TypeId> {
        let ExprKind::Aggregate(agg) = &expr.kind else {
            return None;
        };
        let members = self.m.types.members(ret)?;
        if agg.ty.is_some()
            || agg.brackets != ast::Brackets::Brace
            || agg.elems.len() != members.len()
            || members.len() < 2
        {
            return None;
        }
        let last = &agg.elems.last()?.value;
        let tag_last = matches!(last.kind, ExprKind::ErrorTag(_));
        let one = members[0].1;
        if members.len() == 2 && !tag_last && !self.takes_no_literal(one) {
            // Rather the one value, an aggregate of two; but an error that is none of its members fills its slot.
            let second = self
                .m
                .types
                .members(one)
                .and_then(|all| all.get(1).copied());
            if !self.yields_error(cx, last) || second.is_some_and(|(_, ty)| self.is_error_value(ty))
            {
                return None;
            }
        }
        Some(self.m.types.intern(TypeKind::Tuple(members)))
    }

    /// Whether a name or path is of an error set.
    fn yields_error(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        !self.has_effects(expr)
            && (self.type_of_expr(cx, expr)).is_ok_and(|ty| self.is_error_value(ty))
    }

    /// Whether `.{ .. }` is no value of a type, whatever is in it.
    fn takes_no_literal(&self, ty: TypeId) -> bool {
        self.is_number(ty)
            || matches!(
                self.m.types.kind(ty),
                TypeKind::Bool
                    | TypeKind::Pointer(_)
                    | TypeKind::ManyPointer(_)
                    | TypeKind::CString
                    | TypeKind::Function(_)
                    | TypeKind::ErrorSet(_)
                    | TypeKind::AnyError
                    | TypeKind::Enum(_)
                    | TypeKind::Type
            )
    }

    /// `return f();` of a failable call in a failable function.
    #[allow(clippy::too_many_arguments)]
    pub fn forward_failable(
        &mut self,
        cx: &mut FnCx,
        val: Val,
        given: &[(Option<Symbol>, TypeId)],
        given_set: TypeId,
        values: &[(Option<Symbol>, TypeId)],
        set: TypeId,
        ret: TypeId,
        span: Span,
    ) -> Res<Val> {
        let source = self.source_of_last_call(cx);
        if given.is_empty() && !values.is_empty() {
            // An error value as the one value slot.
            if let [(_, one)] = values {
                let error = self.retype(cx, &val, given_set);
                if let Some(value) = self.try_coerce(cx, &error, *one, span)? {
                    return Ok(self.make_aggregate(
                        cx,
                        ret,
                        &[value, Val::scalar(set, Piece::Const(Ty::I32, 0))],
                    ));
                }
            }
        }
        // All that it returns, its error included, as the value list.
        let whole = self.m.types.members(val.ty).unwrap_or_default();
        if given.len() != values.len()
            && whole.len() == values.len()
            && (whole.iter().zip(values))
                .all(|(a, b)| self.is_error_value(a.1) == self.is_error_value(b.1))
        {
            let loaded = self.load(cx, &val);
            let list = self.stable(cx, &loaded);
            let mut parts = Vec::new();
            for (i, (_, ty)) in values.iter().enumerate() {
                let part = self.member(cx, &list, i);
                let part = self.coerce(cx, part, *ty, span)?;
                parts.push(self.stable(cx, &part));
            }
            parts.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
            return Ok(self.make_aggregate(cx, ret, &parts));
        }
        if given.len() != values.len() {
            let (a, b) = (given.len(), values.len());
            return Err(self.error(
                span,
                format!(
                    "cannot forward a failable with {a} value{} from a function that returns {b} value{}",
                    crate::declarations::nominal::plural(a),
                    crate::declarations::nominal::plural(b)
                ),
            ));
        }
        if set != given_set && set != TypeId::ANY_ERROR && given_set == TypeId::ANY_ERROR {
            return Err(self.error(
                span,
                "the error set of this forwarded call is not statically known; destructure it and re-raise, or use `try`",
            ));
        }
        let origin = self.origin_of_set(given_set, source);
        self.check_escape(cx, &origin, set, span);
        if given.iter().map(|g| g.1).eq(values.iter().map(|v| v.1)) {
            let loaded = self.load(cx, &val);
            return Ok(Val { ty: ret, ..loaded });
        }
        let loaded = self.load(cx, &val);
        let whole = self.stable(cx, &loaded);
        let mut parts = Vec::new();
        for (i, (_, ty)) in values.iter().enumerate() {
            let part = self.member(cx, &whole, i);
            let part = self.coerce(cx, part, *ty, span)?;
            parts.push(self.stable(cx, &part));
        }
        let tag = self.member(cx, &whole, given.len());
        let tag = self.piece(cx, &tag);
        parts.push(Val::scalar(set, tag));
        Ok(self.make_aggregate(cx, ret, &parts))
    }

    /// The errors recorded so far have been dealt with.
    pub fn absorb_trace(&mut self, cx: &mut FnCx) {
        self.clear_trace(cx);
    }
}
