//! Operators on tuples: concatenation, repetition, order, membership (reference part 1 §4.5).

use sx_ir::{BinaryOp, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, BinOp};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Res, Sema};

/// Elements a repetition may yield.
const MAX_ELEMENTS: u64 = 1 << 12;

impl Sema<'_> {
    /// `a + b`, `t * 3`; `a` is a tuple.
    pub fn tuple_arith(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        span: Span,
    ) -> Res<Val> {
        match (op, self.m.types.kind(b.ty).clone()) {
            (BinOp::Add, TypeKind::Tuple(_)) => {
                let mut parts = self.tuple_parts(cx, &a);
                parts.extend(self.tuple_parts(cx, &b));
                Ok(self.tuple_of(cx, &parts))
            }
            (BinOp::Mul, _) if b.literal && self.is_integer(b.ty) => {
                let count = b.const_bits().unwrap_or(0);
                let parts = self.tuple_parts(cx, &a);
                if count > MAX_ELEMENTS || count * parts.len() as u64 > MAX_ELEMENTS {
                    return Err(
                        self.error(span, format!("a tuple repeated {count} times is too long"))
                    );
                }
                let all: Vec<Val> = (0..count).flat_map(|_| parts.iter().cloned()).collect();
                Ok(self.tuple_of(cx, &all))
            }
            (BinOp::Mul, _) if self.is_integer(b.ty) => Err(self.error(
                span,
                "a tuple is repeated a literal number of times: `t * 3`",
            )),
            (_, TypeKind::Poison) => Err(crate::sema::Failed),
            _ => {
                let (x, y) = (self.type_name(a.ty), self.type_name(b.ty));
                Err(self.error(
                    span,
                    format!(
                        "cannot apply '{}' to operands of type '{x}' and '{y}'",
                        op.as_str()
                    ),
                ))
            }
        }
    }

    fn tuple_parts(&mut self, cx: &mut FnCx, val: &Val) -> Vec<Val> {
        let val = self.stable(cx, val);
        let count = self.m.types.members(val.ty).map_or(0, |m| m.len());
        (0..count)
            .map(|i| {
                let part = self.member(cx, &val, i);
                let part = self.load(cx, &part);
                self.stable(cx, &part)
            })
            .collect()
    }

    /// A tuple without labels.
    fn tuple_of(&mut self, cx: &mut FnCx, parts: &[Val]) -> Val {
        let ty = self.m.types.intern(TypeKind::Tuple(
            parts.iter().map(|p| (None, p.ty)).collect(),
        ));
        self.make_aggregate(cx, ty, parts)
    }

    /// `a < b` and the like, lexicographic; a prefix is less than what it begins.
    pub fn tuple_order(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        span: Span,
    ) -> Res<Val> {
        if !matches!(
            self.m.types.kind(b.ty),
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_)
        ) {
            let (x, y) = (self.type_name(a.ty), self.type_name(b.ty));
            return Err(self.error(
                span,
                format!(
                    "cannot apply '{}' to operands of type '{x}' and '{y}'",
                    op.as_str()
                ),
            ));
        }
        let (xs, ys) = (self.tuple_parts(cx, &a), self.tuple_parts(cx, &b));
        let strict = if matches!(op, BinOp::Lt | BinOp::Le) {
            BinOp::Lt
        } else {
            BinOp::Gt
        };
        let (n, m) = (xs.len(), ys.len());
        let at_end = match op {
            BinOp::Lt => n < m,
            BinOp::Le => n <= m,
            BinOp::Gt => n > m,
            _ => n >= m,
        };
        let mut result = Piece::Const(Ty::I8, u64::from(at_end));
        for (x, y) in xs.iter().zip(&ys).rev() {
            let before = self.compare(cx, strict, x.clone(), y.clone(), span)?;
            let before = self.piece(cx, &before);
            let before = cx.pin(before);
            let same = self.equal(cx, x, y, span)?;
            let same = cx.pin(same);
            let rest = self.both(cx, same, result);
            result = if rest.as_const() == Some(0) {
                before
            } else {
                cx.binary(BinaryOp::Or, before, rest)
            };
            result = cx.pin(result);
        }
        Ok(Val::scalar(TypeId::BOOL, result))
    }

    /// `v in t`: some element of `v`'s type equals it.
    pub fn lower_in(
        &mut self,
        cx: &mut FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_operand(cx, lhs, None);
        let val = self.or_beside(cx, val, [rhs])?;
        let val = self.own(cx, &val);
        let val = self.stable(cx, &val);
        let tuple = self.lower_operand(cx, rhs, None)?;
        if val.is_poison() || tuple.is_poison() {
            return Err(crate::sema::Failed);
        }
        if !matches!(self.m.types.kind(tuple.ty), TypeKind::Tuple(_)) {
            let shown = self.type_name(tuple.ty);
            return Err(self.error(
                rhs.span,
                format!("'in' needs a tuple on its right, but this has type '{shown}'"),
            ));
        }
        let tuple = self.own(cx, &tuple);
        let parts = self.tuple_parts(cx, &tuple);
        let mut found = Piece::Const(Ty::I8, 0);
        let mut comparable = parts.is_empty();
        for part in &parts {
            let literal = val.literal
                && self.is_number(part.ty)
                && (self.is_float(part.ty) || self.is_integer(val.ty));
            if part.ty != val.ty && !literal {
                continue;
            }
            comparable = true;
            let same = self.equal(cx, &val, part, span)?;
            let same = cx.pin(same);
            found = if found.as_const() == Some(0) {
                same
            } else {
                cx.binary(BinaryOp::Or, found, same)
            };
            found = cx.pin(found);
        }
        if !comparable {
            let (v, t) = (self.type_name(val.ty), self.type_name(tuple.ty));
            return Err(self.error(
                span,
                format!("no element of '{t}' has type '{v}', so none can equal this value"),
            ));
        }
        Ok(Val::scalar(TypeId::BOOL, found))
    }
}
