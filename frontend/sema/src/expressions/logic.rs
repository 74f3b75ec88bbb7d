//! `and`, `or`, conditions, unary operators.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::expressions::arith::arms_take_target;
use crate::sema::{Failed, Res, Sema};
use crate::statements::after_mistakes::proves;
use crate::statements::errors::strip_parens;
use sx_ir::{BinaryOp, Expr, StmtKind, Ty, TypeId, TypeKind, UnaryOp};
use sx_syntax::Span;
use sx_syntax::ast::{self, BinOp, ExprKind, UnOp};

fn has_arms(expr: &ast::Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_)
    )
}

impl Sema<'_> {
    pub fn lower_logical(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        _span: Span,
    ) -> Res<Val> {
        let a = self.lower_condition(cx, lhs);
        let beside = (!proves(lhs) || matches!(rhs.kind, ExprKind::Ident(_))).then_some(rhs);
        let a = self.or_beside(cx, a, beside)?;
        if let Some(bits) = a.as_const() {
            // The dead side is not evaluated, but it is checked.
            let short = (bits != 0) == (op == BinOp::Or);
            if !short {
                let b = self.lower_condition(cx, rhs)?;
                return Ok(Val::scalar(TypeId::BOOL, b));
            }
            cx.open();
            let dead = cx.dead;
            let checked = self.lower_condition(cx, rhs);
            cx.close();
            cx.dead = dead;
            checked?;
            return Ok(Val::bool(op == BinOp::Or));
        }
        let out = cx.temp(Ty::I8);
        let a = cx.pin(a);
        cx.set(out, a);
        let cond = cx.use_piece(a);
        cx.open();
        cx.push_scope();
        // Right of `!e and` the slots guarded by e may be read.
        if op == BinOp::And {
            self.prove_from(cx, lhs, true);
        } else {
            self.prove_from(cx, lhs, false);
        }
        let b = self.lower_condition(cx, rhs);
        if let Ok(piece) = b {
            cx.set(out, piece);
        }
        self.pop_scope_quiet(cx);
        let body = cx.close();
        let dead = std::mem::replace(&mut cx.dead, false);
        let _ = dead;
        b?;
        let (then, els) = if op == BinOp::And {
            (body, Default::default())
        } else {
            (Default::default(), body)
        };
        cx.emit(StmtKind::If { cond, then, els });
        let read = cx.expr(Expr::Local(out));
        Ok(Val::scalar(TypeId::BOOL, cx.pin(Piece::Tree(Ty::I8, read))))
    }

    /// i8: an expression as a condition.
    pub fn lower_condition(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Piece> {
        let val = self.lower_operand_raw(cx, expr, Some(TypeId::BOOL))?;
        self.condition(cx, &val, expr.span)
    }

    pub fn condition(&mut self, cx: &mut FnCx, val: &Val, span: Span) -> Res<Piece> {
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Bool => Ok(self.piece(cx, val)),
            TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::ErrorSet(_)
            | TypeKind::AnyError
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString => {
                let piece = self.piece(cx, val);
                if piece.ty() == Ty::Ptr {
                    return Ok(self.ptr_nonnull(cx, piece));
                }
                let zero = Piece::Const(piece.ty(), 0);
                Ok(cx.binary(BinaryOp::Ne, piece, zero))
            }
            TypeKind::Failable { values, .. } if values.is_empty() => {
                let piece = self.piece(cx, val);
                Ok(cx.binary(BinaryOp::Ne, piece, Piece::Const(Ty::I32, 0)))
            }
            TypeKind::Enum(_) if self.m.types.enum_def(val.ty).is_some_and(|d| !d.tagged) => {
                let piece = self.piece(cx, val);
                let zero = Piece::Const(piece.ty(), 0);
                Ok(cx.binary(BinaryOp::Ne, piece, zero))
            }
            TypeKind::Optional(_) => Ok(self.is_present(cx, val)),
            TypeKind::NoReturn => Ok(Piece::Const(Ty::I8, 0)),
            TypeKind::Poison => Err(Failed),
            _ => {
                let name = self.type_name(val.ty);
                Err(self.error(span, format!("condition must be a bool, integer, pointer, or optional, but has type '{name}'")))
            }
        }
    }

    pub fn lower_unary(
        &mut self,
        cx: &mut FnCx,
        op: UnOp,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        // What has a type keeps it in the arms of an operand, too.
        let want = want.filter(|_| !has_arms(strip_parens(expr)) || arms_take_target(expr));
        match op {
            UnOp::Neg => {
                // One literal, judged by its value: `-(-7)` is a 7.
                let (even, bare) = under_minuses(expr);
                if let ExprKind::Int { value, .. } = &bare.kind {
                    return match even {
                        true => self.negative_literal(cx, *value, want, span),
                        false => self.int_literal(cx, *value, want, span),
                    };
                }
                // A float literal under an integer target is judged with its sign.
                let want = want.filter(|&want| {
                    !matches!(strip_parens(expr).kind, ExprKind::Float { .. })
                        || !self.is_integer(want)
                });
                let val = self.lower_operand(cx, expr, want)?;
                let val = self.load(cx, &val);
                if val.never_ends() {
                    return Ok(val);
                }
                if let TypeKind::Vector(..) = self.m.types.kind(val.ty) {
                    return self.vector_negate(cx, val, span);
                }
                if self.is_float(val.ty) {
                    let piece = self.piece(cx, &val);
                    let out = Val::scalar(val.ty, cx.unary(UnaryOp::FNeg, piece));
                    return Ok(Val {
                        literal: val.literal,
                        ..out
                    });
                }
                if !self.is_integer(val.ty) {
                    let name = self.type_name(val.ty);
                    if val.is_poison() {
                        return Err(Failed);
                    }
                    return Err(self.error(
                        span,
                        format!("cannot apply unary '-' to a value of type '{name}'"),
                    ));
                }
                let piece = self.piece(cx, &val);
                let zero = Piece::Const(piece.ty(), 0);
                let out = cx.binary(BinaryOp::Sub, zero, piece);
                let out = self.normalise(cx, out, val.ty);
                Ok(Val {
                    literal: val.literal,
                    ..Val::scalar(val.ty, out)
                })
            }
            UnOp::Not => {
                let val = self.lower_operand(cx, expr, Some(TypeId::BOOL))?;
                let val = self.load(cx, &val);
                if val.never_ends() {
                    return Ok(val);
                }
                match self.m.types.kind(val.ty) {
                    TypeKind::Bool
                    | TypeKind::Int { .. }
                    | TypeKind::Usize
                    | TypeKind::Isize
                    | TypeKind::ErrorSet(_)
                    | TypeKind::AnyError => {
                        let piece = self.piece(cx, &val);
                        Ok(Val::scalar(TypeId::BOOL, self.not(cx, piece)))
                    }
                    TypeKind::Failable { values, .. } if values.is_empty() => {
                        let piece = self.piece(cx, &val);
                        Ok(Val::scalar(TypeId::BOOL, self.not(cx, piece)))
                    }
                    TypeKind::Poison => Err(Failed),
                    _ => {
                        let name = self.type_name(val.ty);
                        Err(self.error(
                            span,
                            format!("'!' needs a bool, integer, or error operand; got '{name}'"),
                        ))
                    }
                }
            }
            UnOp::BitNot => {
                let val = self.lower_operand(cx, expr, want)?;
                if want.is_none() {
                    self.literal_above_i64(&val, expr.span)?;
                }
                let val = self.load(cx, &val);
                if val.never_ends() {
                    return Ok(val);
                }
                let flags = self.m.types.enum_def(val.ty).is_some_and(|d| d.flags);
                if !self.is_integer(val.ty) && !flags {
                    let name = self.type_name(val.ty);
                    if val.is_poison() {
                        return Err(Failed);
                    }
                    return Err(self.error(
                        span,
                        format!("cannot apply '~' to a value of type '{name}'"),
                    ));
                }
                let piece = self.piece(cx, &val);
                let ones = Piece::Const(
                    piece.ty(),
                    sx_ir::semantics::zext_from(u64::MAX, piece.ty().int_bits().unwrap_or(64)),
                );
                let out = cx.binary(BinaryOp::Xor, piece, ones);
                let word = self.m.types.enum_def(val.ty).map_or(val.ty, |d| d.backing);
                let out = self.normalise(cx, out, word);
                Ok(Val::scalar(val.ty, out))
            }
        }
    }

    pub fn negative_literal(
        &mut self,
        cx: &mut FnCx,
        value: u64,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        if value > 1 << 63 {
            return self.big_negative_literal(cx, value, want, span);
        }
        let bits = (value as i64).wrapping_neg() as u64;
        let literal = Val {
            literal: true,
            ..Val::int(TypeId::I64, Ty::I64, bits)
        };
        match want {
            Some(want) if self.is_number(want) => self.coerce(cx, literal, want, span),
            _ => Ok(literal),
        }
    }

    /// A literal below `i64.min`: only a float holds it.
    fn big_negative_literal(
        &mut self,
        cx: &mut FnCx,
        value: u64,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let want = want.map(|want| self.literal_target(want));
        if let Some(want) = want.filter(|want| self.is_float(*want)) {
            let literal = Val {
                literal: true,
                ..Val::int(TypeId::U64, Ty::I64, value)
            };
            let val = self.coerce(cx, literal, want, span)?;
            let piece = self.piece(cx, &val);
            return Ok(Val {
                literal: true,
                ..Val::scalar(val.ty, cx.unary(UnaryOp::FNeg, piece))
            });
        }
        let want = want.filter(|want| self.is_integer(*want));
        let want = want.unwrap_or(TypeId::I64);
        let shown = self.type_name(want);
        let (low, high) = self.int_range(want).unwrap_or((0, 1));
        Err(self.error(
            span,
            format!("integer literal -{value} does not fit in {shown} (range {low}..{high})"),
        ))
    }
}

/// What minuses and parentheses stand before, and whether the minuses leave its sign.
pub fn under_minuses(expr: &'static ast::Expr) -> (bool, &'static ast::Expr) {
    let (mut even, mut expr) = (true, expr);
    loop {
        match &expr.kind {
            ExprKind::Paren(inner) => expr = inner,
            ExprKind::Unary {
                op: UnOp::Neg,
                expr: inner,
            } => (even, expr) = (!even, inner),
            _ => return (even, expr),
        }
    }
}
