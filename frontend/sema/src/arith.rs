//! Operators: arithmetic, comparison, equality, conditions (reference part 1 §1.3, §6).

use sx_ir::{BinaryOp, CheckRel, Expr, StmtKind, TrapKind, Ty, TypeId, TypeKind, UnaryOp};
use sx_syntax::ast::{self, BinOp, ExprKind, UnOp};
use sx_syntax::{Diagnostic, Span};

use crate::fncx::FnCx;
use crate::sema::{Failed, Res, Sema};
use crate::value::{Piece, Val};

impl Sema<'_> {
    pub fn lower_binary(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match op {
            BinOp::And | BinOp::Or => {
                if op == BinOp::Or && self.is_failable_operand(cx, lhs) {
                    return self.lower_or(cx, lhs, rhs, want, span);
                }
                self.lower_logical(cx, op, lhs, rhs, span)
            }
            BinOp::Coalesce => self.lower_coalesce(cx, lhs, rhs, want, span),
            BinOp::Eq | BinOp::Ne if matches!(rhs.kind, ExprKind::Null) => {
                let val = self.lower_operand(cx, lhs, None)?;
                if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
                    let null = self.null_like(cx, val.ty, rhs.span)?;
                    let val = self.own(cx, &val);
                    return self.compare(cx, op, val, null, span);
                }
                // Presence alone: the payload need not be comparable.
                let present = self.is_present(cx, &val);
                let present = cx.pin(present);
                let piece = if op == BinOp::Ne { present } else { self.not(cx, present) };
                Ok(Val::scalar(TypeId::BOOL, piece))
            }
            BinOp::Eq | BinOp::Ne if matches!(lhs.kind, ExprKind::Null) || matches!(rhs.kind, ExprKind::Null) => {
                let (other, null) = if matches!(rhs.kind, ExprKind::Null) { (lhs, rhs) } else { (rhs, lhs) };
                self.compare_null(cx, op, other, null.span)
            }
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                let (a, b) = self.lower_operands(cx, lhs, rhs, op, None)?;
                self.compare(cx, op, a, b, span)
            }
            BinOp::In => self.lower_in(cx, lhs, rhs, span),
            BinOp::Add
            | BinOp::Sub
            | BinOp::Mul
            | BinOp::Div
            | BinOp::Rem
            | BinOp::Shl
            | BinOp::Shr
            | BinOp::BitAnd
            | BinOp::BitXor
            | BinOp::BitOr => {
                let (a, b) = self.lower_operands(cx, lhs, rhs, op, want)?;
                self.arith(cx, op, a, b, want, span, rhs.span)
            }
        }
    }

    /// `o == null`: absence, whatever the payload is.
    fn compare_null(&mut self, cx: &mut FnCx, op: BinOp, other: &'static ast::Expr, span: Span) -> Res<Val> {
        let val = self.lower_operand_raw(cx, other, None)?;
        let val = self.captured_element(cx, val);
        let present = match self.m.types.kind(val.ty).clone() {
            TypeKind::Optional(_) => {
                let val = self.stable(cx, &val);
                self.is_present(cx, &val)
            }
            TypeKind::Pointer(_) | TypeKind::ManyPointer(_) | TypeKind::CString | TypeKind::Function(_) => {
                let piece = self.piece(cx, &val);
                self.ptr_nonnull(cx, piece)
            }
            _ => {
                self.null_like(cx, val.ty, span)?;
                return Err(Failed);
            }
        };
        let piece = if op == BinOp::Ne { present } else { self.not(cx, present) };
        Ok(Val::scalar(TypeId::BOOL, piece))
    }

    /// Both operands, evaluated left to right; a typeless right one (enum literal, `.{}`, null) takes the left's type.
    fn lower_operands(
        &mut self,
        cx: &mut FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        op: BinOp,
        want: Option<TypeId>,
    ) -> Res<(Val, Val)> {
        if op.is_comparison() && matches!(lhs.kind, ExprKind::Null) {
            let b = self.lower_expr(cx, rhs, None)?;
            let b = self.load(cx, &b);
            let b = self.stable(cx, &b);
            let null = self.null_like(cx, b.ty, lhs.span)?;
            return Ok((null, b));
        }
        let left_want = want.filter(|w| {
            self.is_number(*w)
                || self.m.types.enum_def(*w).is_some()
                || matches!(self.m.types.kind(*w), TypeKind::Vector(..))
        });
        // Inside arithmetic an integer literal stays an integer, whatever the target.
        let left_want = left_want.filter(|w| !self.is_float(*w) || !is_int_literal(lhs));
        let left_want = if is_literal_operand(lhs)
            || matches!(lhs.kind, ExprKind::Xx(_) | ExprKind::EnumLit(_))
        {
            left_want
        } else {
            None
        };
        // A bare `.{..}` opposite a tuple takes its type.
        let left_want = match &lhs.kind {
            ExprKind::Aggregate(agg) if agg.ty.is_none() && !matches!(rhs.kind, ExprKind::Aggregate(_)) => {
                let right = self.type_of_expr(cx, rhs)?;
                Some(right).filter(|t| matches!(self.m.types.kind(*t), TypeKind::Tuple(_)))
            }
            _ => left_want,
        };
        // Unlike a literal standing alone, an operand is not range-checked.
        let unchecked = left_want.filter(|w| self.is_integer(*w) && is_int_literal(lhs));
        let a = match unchecked {
            Some(want) => {
                let literal = self.lower_operand(cx, lhs, None)?;
                match literal.const_bits() {
                    Some(bits) => self.int_val(want, bits),
                    None => self.coerce(cx, literal, want, lhs.span)?,
                }
            }
            None => self.lower_operand(cx, lhs, left_want)?,
        };
        let a = self.own(cx, &a);
        let a = if self.has_effects(rhs) {
            self.stable(cx, &a)
        } else {
            a
        };
        let right_want = match &rhs.kind {
            ExprKind::EnumLit(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Null
            | ExprKind::Xx(_)
            | ExprKind::ErrorTag(_) => Some(a.ty),
            ExprKind::Call(call) if matches!(call.callee.kind, ExprKind::EnumLit(_)) => Some(a.ty),
            ExprKind::Unary {
                op: UnOp::BitNot, ..
            } => Some(a.ty),
            _ => None,
        };
        let right_want = match right_want.map(|w| (w, self.m.types.kind(w).clone())) {
            // `.a == x` with an optional resolves in its payload.
            Some((_, TypeKind::Optional(p))) if !matches!(rhs.kind, ExprKind::Null) => Some(p),
            Some((w, _)) => Some(w),
            None => None,
        };
        if matches!(rhs.kind, ExprKind::Null) {
            let null = self.null_like(cx, a.ty, rhs.span)?;
            return Ok((a, null));
        }
        let b = self.lower_operand(cx, rhs, right_want)?;
        let b = self.own(cx, &b);
        Ok((a, b))
    }

    /// `null` beside a value of type `ty`.
    fn null_like(&mut self, cx: &mut FnCx, ty: TypeId, span: Span) -> Res<Val> {
        match self.m.types.kind(ty) {
            TypeKind::Optional(_)
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => Ok(self.zero_val(cx, ty)),
            TypeKind::Poison => Err(Failed),
            _ => {
                let name = self.type_name(ty);
                Err(self.error(
                    span,
                    format!("cannot compare a value of type '{name}' with null"),
                ))
            }
        }
    }

    /// Could evaluating this write memory that an earlier operand was read from?
    pub fn has_effects(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Ident(_)
            | ExprKind::EnumLit(_) => false,
            ExprKind::Paren(e)
            | ExprKind::Unary { expr: e, .. }
            | ExprKind::Field { base: e, .. } => self.has_effects(e),
            ExprKind::Binary { lhs, rhs, .. } => self.has_effects(lhs) || self.has_effects(rhs),
            _ => true,
        }
    }

    fn operand_error(&mut self, op: &str, a: TypeId, b: TypeId, span: Span) -> Failed {
        if a == TypeId::POISON || b == TypeId::POISON {
            return Failed;
        }
        let (x, y) = (self.type_name(a), self.type_name(b));
        for (ty, name) in [(a, &x), (b, &y)] {
            if matches!(self.m.types.kind(ty), TypeKind::Failable { values, .. } if !values.is_empty()) {
                return self.unhandled(span);
            }
            if matches!(self.m.types.kind(ty), TypeKind::Optional(_)) {
                let diag = Diagnostic::error(span, format!("cannot use a value of type '{name}' as an operand: an optional does not implicitly unwrap"))
                    .with_help(None, "unwrap it with `!`, give a default with `??`, or bind it with `if v := ...`");
                return self.report(diag);
            }
        }
        if a == TypeId::ANY || b == TypeId::ANY {
            let other = if a == TypeId::ANY { y } else { x };
            return self.error(
                span,
                format!("an 'any' does not implicitly unbox to '{other}'"),
            );
        }
        self.error(
            span,
            format!("cannot apply '{op}' to operands of type '{x}' and '{y}'"),
        )
    }

    /// Result type of `+ - * / % & | ^` on numbers (part 1 §1.3).
    fn arith_type(&self, a: &Val, b: &Val, want: Option<TypeId>) -> TypeId {
        let (fa, fb) = (self.is_float(a.ty), self.is_float(b.ty));
        match (fa, fb) {
            (false, true) => {
                if b.literal && a.literal {
                    want.filter(|w| self.is_float(*w)).unwrap_or(b.ty)
                } else {
                    b.ty
                }
            }
            (true, false) | (true, true) | (false, false) => {
                if a.literal {
                    want.filter(|w| self.is_float(*w) == fa && self.is_number(*w))
                        .unwrap_or(a.ty)
                } else {
                    a.ty
                }
            }
        }
    }

    pub fn arith(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        want: Option<TypeId>,
        span: Span,
        rhs_span: Span,
    ) -> Res<Val> {
        if a.is_poison() || b.is_poison() {
            return Err(Failed);
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Vector(..))
            || matches!(self.m.types.kind(b.ty), TypeKind::Vector(..))
        {
            return self.vector_arith(cx, op, a, b, span);
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Tuple(_)) {
            return self.tuple_arith(cx, op, a, b, span);
        }
        let bitwise = matches!(op, BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor);
        if bitwise {
            let flags = self.m.types.enum_def(a.ty).is_some_and(|d| d.flags) && a.ty == b.ty;
            if flags || a.ty == TypeId::BOOL && b.ty == TypeId::BOOL {
                let ty = a.ty;
                let (x, y) = (self.piece(cx, &a), self.piece(cx, &b));
                return Ok(Val::scalar(ty, cx.binary(bit_op(op), x, y)));
            }
        }
        if !self.is_number(a.ty) || !self.is_number(b.ty) {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        if matches!(op, BinOp::Shl | BinOp::Shr) {
            return self.shift(cx, op, a, b, want, span, rhs_span);
        }
        let ty = self.arith_type(&a, &b, want);
        let float = self.is_float(ty);
        if float && bitwise {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        let literal = a.literal && b.literal;
        let x = self.piece(cx, &a);
        let x = self.number_piece(cx, x, a.ty, ty);
        let y = self.piece(cx, &b);
        let y = self.number_piece(cx, y, b.ty, ty);
        let piece = if float {
            let ir = match op {
                BinOp::Add => BinaryOp::FAdd,
                BinOp::Sub => BinaryOp::FSub,
                BinOp::Mul => BinaryOp::FMul,
                BinOp::Div => BinaryOp::FDiv,
                _ => BinaryOp::FRem,
            };
            cx.binary(ir, x, y)
        } else {
            let signed = self.m.types.int_info(ty).is_some_and(|i| i.1);
            let ir = match op {
                BinOp::Add => BinaryOp::Add,
                BinOp::Sub => BinaryOp::Sub,
                BinOp::Mul => BinaryOp::Mul,
                BinOp::Div if signed => BinaryOp::DivS,
                BinOp::Div => BinaryOp::DivU,
                BinOp::Rem if signed => BinaryOp::RemS,
                BinOp::Rem => BinaryOp::RemU,
                _ => bit_op(op),
            };
            let out = cx.binary(ir, x, y);
            self.normalise(cx, out, ty)
        };
        let _ = literal;
        Ok(Val::scalar(ty, piece))
    }

    fn shift(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        want: Option<TypeId>,
        span: Span,
        rhs_span: Span,
    ) -> Res<Val> {
        if !self.is_integer(a.ty) || !self.is_integer(b.ty) {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        let ty = if a.literal {
            want.filter(|w| self.is_integer(*w)).unwrap_or(a.ty)
        } else {
            a.ty
        };
        let (bits, signed) = self.m.types.int_info(ty).unwrap_or((64, true));
        let x = self.piece(cx, &a);
        let x = self.number_piece(cx, x, a.ty, ty);
        let amount = self.piece(cx, &b);
        let amount = self.number_piece(cx, amount, b.ty, TypeId::I64);
        let _ = rhs_span;
        let amount = cx.check(
            TrapKind::Shift,
            CheckRel::Below,
            amount,
            Piece::Const(Ty::I64, u64::from(bits)),
        );
        let scalar = self.scalar(ty);
        let amount = self.resize_int(cx, amount, false, scalar);
        let ir = match op {
            BinOp::Shl => BinaryOp::Shl,
            _ if signed => BinaryOp::ShrS,
            _ => BinaryOp::ShrU,
        };
        let out = cx.binary(ir, x, amount);
        let out = self.normalise(cx, out, ty);
        Ok(Val::scalar(ty, out))
    }

    // ---------------------------------------------------------------------------------------------- comparison

    pub fn compare(&mut self, cx: &mut FnCx, op: BinOp, a: Val, b: Val, span: Span) -> Res<Val> {
        if a.is_poison() || b.is_poison() {
            return Err(Failed);
        }
        if self.is_number(a.ty) && self.is_number(b.ty) {
            return Ok(Val::scalar(
                TypeId::BOOL,
                self.compare_numbers(cx, op, &a, &b),
            ));
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Vector(..)) || matches!(self.m.types.kind(b.ty), TypeKind::Vector(..)) {
            return self.vector_compare(cx, op, a, b, span);
        }
        if matches!(op, BinOp::Eq | BinOp::Ne) {
            let equal = self.equal(cx, &a, &b, span)?;
            let piece = if op == BinOp::Eq {
                equal
            } else {
                self.not(cx, equal)
            };
            return Ok(Val::scalar(TypeId::BOOL, piece));
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Tuple(_)) {
            return self.tuple_order(cx, op, a, b, span);
        }
        Err(self.operand_error(op.as_str(), a.ty, b.ty, span))
    }

    pub fn not(&mut self, cx: &mut FnCx, piece: Piece) -> Piece {
        let zero = Piece::Const(piece.ty(), 0);
        cx.binary(BinaryOp::Eq, piece, zero)
    }

    pub fn compare_numbers(&mut self, cx: &mut FnCx, op: BinOp, a: &Val, b: &Val) -> Piece {
        let (pa, pb) = (self.piece(cx, a), self.piece(cx, b));
        if self.is_float(a.ty) || self.is_float(b.ty) {
            let ty = if self.is_float(a.ty) { a.ty } else { b.ty };
            let x = self.number_piece(cx, pa, a.ty, ty);
            let y = self.number_piece(cx, pb, b.ty, ty);
            let ir = match op {
                BinOp::Eq => BinaryOp::FEq,
                BinOp::Ne => BinaryOp::FNe,
                BinOp::Lt => BinaryOp::FLt,
                BinOp::Le => BinaryOp::FLe,
                BinOp::Gt => BinaryOp::FGt,
                _ => BinaryOp::FGe,
            };
            return cx.binary(ir, x, y);
        }
        // At the wider width; unsigned if either is, where `usize` counts as signed. Literals adopt the other side.
        let info = |s: &Self, v: &Val| {
            let (bits, signed) = s.m.types.int_info(v.ty).unwrap_or((64, true));
            (bits, signed || v.ty == TypeId::USIZE)
        };
        let (mut ia, mut ib) = (info(self, a), info(self, b));
        if b.literal && !a.literal {
            ib = (ib.0, ia.1);
        } else if a.literal && !b.literal {
            ia = (ia.0, ib.1);
        }
        let bits = ia.0.max(ib.0);
        let signed = ia.1 && ib.1;
        let scalar = Ty::int_of_size(u64::from(bits).div_ceil(8).next_power_of_two());
        let sa = self.m.types.int_info(a.ty).is_some_and(|i| i.1);
        let sb = self.m.types.int_info(b.ty).is_some_and(|i| i.1);
        let x = self.resize_int(cx, pa, sa, scalar);
        let y = self.resize_int(cx, pb, sb, scalar);
        let (x, y) = if !signed && scalar.int_bits() != Some(bits) {
            (cx.wrap(bits as u8, false, x), cx.wrap(bits as u8, false, y))
        } else {
            (x, y)
        };
        let ir = match (op, signed) {
            (BinOp::Eq, _) => BinaryOp::Eq,
            (BinOp::Ne, _) => BinaryOp::Ne,
            (BinOp::Lt, true) => BinaryOp::LtS,
            (BinOp::Lt, false) => BinaryOp::LtU,
            (BinOp::Le, true) => BinaryOp::LeS,
            (BinOp::Le, false) => BinaryOp::LeU,
            (BinOp::Gt, true) => BinaryOp::GtS,
            (BinOp::Gt, false) => BinaryOp::GtU,
            (_, true) => BinaryOp::GeS,
            (_, false) => BinaryOp::GeU,
        };
        cx.binary(ir, x, y)
    }

    /// i8: whether two values are equal (part 1 §6).
    pub fn equal(&mut self, cx: &mut FnCx, a: &Val, b: &Val, span: Span) -> Res<Piece> {
        let ka = self.m.types.kind(a.ty).clone();
        let kb = self.m.types.kind(b.ty).clone();
        if a.ty == TypeId::ANY || b.ty == TypeId::ANY {
            return Err(self.error(
                span,
                "cannot compare an 'any' value with '==' — unbox it first, or compare `type_of`",
            ));
        }
        match (&ka, &kb) {
            (TypeKind::Optional(x), TypeKind::Optional(y)) if x == y || a.ty == b.ty => {
                return self.equal_optionals(cx, a, b, span);
            }
            (TypeKind::Optional(payload), _) => {
                let payload = *payload;
                let a = self.stable(cx, a);
                let Some(other) = self.try_coerce(cx, b, payload, span)? else {
                    return Err(self.distinct(a.ty, b.ty, span));
                };
                let other = self.stable(cx, &other);
                let present = self.is_present(cx, &a);
                let inner = self.payload_of(cx, &a);
                return self.guarded(cx, present, |s, cx| s.equal(cx, &inner, &other, span));
            }
            (_, TypeKind::Optional(_)) => return self.equal(cx, b, a, span),
            (TypeKind::Tuple(x), _)
                if x.len() == 1 && !matches!(kb, TypeKind::Tuple(_) | TypeKind::AnonStruct(_)) =>
            {
                let inner = self.member(cx, a, 0);
                return self.equal(cx, &inner, b, span);
            }
            (_, TypeKind::Tuple(y))
                if y.len() == 1 && !matches!(ka, TypeKind::Tuple(_) | TypeKind::AnonStruct(_)) =>
            {
                let inner = self.member(cx, b, 0);
                return self.equal(cx, a, &inner, span);
            }
            (TypeKind::Tuple(x), TypeKind::Tuple(y)) => {
                if x.len() != y.len() {
                    return Ok(Piece::Const(Ty::I8, 0));
                }
                return self.equal_members(cx, a, b, x.len(), span);
            }
            (TypeKind::Tuple(x), TypeKind::AnonStruct(y)) if x.len() == y.len() => {
                return self.equal_members(cx, a, b, x.len(), span);
            }
            _ => {}
        }
        if self.is_number(a.ty) && self.is_number(b.ty) {
            return Ok(self.compare_numbers(cx, BinOp::Eq, a, b));
        }
        let is_error = |k: &TypeKind| {
            matches!(k, TypeKind::ErrorSet(_) | TypeKind::AnyError)
                || matches!(k, TypeKind::Failable { values, .. } if values.is_empty())
        };
        if is_error(&ka) && is_error(&kb) {
            let (x, y) = (self.piece(cx, a), self.piece(cx, b));
            return Ok(cx.binary(BinaryOp::Eq, x, y));
        }
        if is_error(&ka) && (b.literal || self.is_integer(b.ty)) {
            return Err(self.error(span, "an error value compares only with `error.X` or another error value; coerce it with `xx`"));
        }
        let string_like = |k: &TypeKind| matches!(k, TypeKind::String | TypeKind::StringZ);
        if string_like(&ka) && string_like(&kb) {
            return self.equal_strings(cx, a, b);
        }
        if a.ty != b.ty {
            let pointer = |k: &TypeKind| {
                matches!(
                    k,
                    TypeKind::Pointer(_)
                        | TypeKind::ManyPointer(_)
                        | TypeKind::CString
                        | TypeKind::Function(_)
                )
            };
            if pointer(&ka) && pointer(&kb) {
                let (x, y) = (self.piece(cx, a), self.piece(cx, b));
                return Ok(cx.binary(BinaryOp::Eq, x, y));
            }
            let enum_int =
                |k: &TypeKind, o: TypeId| matches!(k, TypeKind::Enum(_)) && self.is_integer(o);
            if enum_int(&ka, b.ty) || enum_int(&kb, a.ty) {
                if let Some(x) = self.try_coerce(cx, a, b.ty, span)? {
                    return self.equal(cx, &x, b, span);
                }
            } else if let Some(y) = self.try_coerce(cx, b, a.ty, span)?
                && y.ty == a.ty
                && matches!(
                    ka,
                    TypeKind::Struct(_)
                        | TypeKind::AnonStruct(_)
                        | TypeKind::Bool
                        | TypeKind::Closure(_)
                )
            {
                return self.equal(cx, a, &y, span);
            }
            return Err(self.distinct(a.ty, b.ty, span));
        }
        match ka {
            TypeKind::Bool
            | TypeKind::Type
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => {
                let (x, y) = (self.piece(cx, a), self.piece(cx, b));
                Ok(cx.binary(BinaryOp::Eq, x, y))
            }
            TypeKind::Enum(_) => {
                let (x, y) = (self.enum_tag(cx, a), self.enum_tag(cx, b));
                Ok(cx.binary(BinaryOp::Eq, x, y))
            }
            TypeKind::Slice(_) | TypeKind::Closure(_) | TypeKind::Protocol(_) => {
                let (x, y) = (self.pieces(cx, a), self.pieces(cx, b));
                let mut all = Piece::Const(Ty::I8, 1);
                for (p, q) in x.into_iter().zip(y) {
                    let same = cx.binary(BinaryOp::Eq, p, q);
                    all = self.both(cx, all, same);
                }
                Ok(all)
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let count = self.m.types.members(a.ty).map_or(0, |m| m.len());
                self.equal_members(cx, a, b, count, span)
            }
            TypeKind::Void => Ok(Piece::Const(Ty::I8, 1)),
            TypeKind::Array(..) | TypeKind::Union(_) => {
                let name = self.type_name(a.ty);
                Err(self.error(span, format!("cannot compare '{name}' values with '=='")))
            }
            _ => Err(self.operand_error("==", a.ty, b.ty, span)),
        }
    }

    fn distinct(&mut self, a: TypeId, b: TypeId, span: Span) -> Failed {
        if a == TypeId::POISON || b == TypeId::POISON {
            return Failed;
        }
        let kinds = [a, b].map(|t| self.m.types.kind(t).clone());
        let aggregate = |k: &TypeKind| {
            matches!(
                k,
                TypeKind::Struct(_)
                    | TypeKind::AnonStruct(_)
                    | TypeKind::Optional(_)
                    | TypeKind::Enum(_)
            )
        };
        let (x, y) = (self.type_name(a), self.type_name(b));
        if kinds.iter().all(aggregate) {
            return self.error(
                span,
                format!("cannot compare values of distinct types '{x}' and '{y}'"),
            );
        }
        self.operand_error("==", a, b, span)
    }

    pub fn both(&mut self, cx: &mut FnCx, a: Piece, b: Piece) -> Piece {
        match (a.as_const(), b.as_const()) {
            (Some(1), _) => b,
            (_, Some(1)) => a,
            _ => cx.binary(BinaryOp::And, a, b),
        }
    }

    fn equal_members(
        &mut self,
        cx: &mut FnCx,
        a: &Val,
        b: &Val,
        count: usize,
        span: Span,
    ) -> Res<Piece> {
        let (a, b) = (self.stable(cx, a), self.stable(cx, b));
        let mut all = Piece::Const(Ty::I8, 1);
        for i in 0..count {
            let (x, y) = (self.member(cx, &a, i), self.member(cx, &b, i));
            if let TypeKind::Array(..) | TypeKind::Union(_) = self.m.types.kind(x.ty) {
                let name = self.type_name(x.ty);
                return Err(self.error(
                    span,
                    format!("cannot compare: field of type '{name}' has no value-equality"),
                ));
            }
            let same = self.equal(cx, &x, &y, span)?;
            all = self.both(cx, all, same);
        }
        Ok(all)
    }

    fn equal_optionals(&mut self, cx: &mut FnCx, a: &Val, b: &Val, span: Span) -> Res<Piece> {
        let TypeKind::Optional(payload) = self.m.types.kind(a.ty).clone() else {
            return Err(Failed);
        };
        if self.m.types.null_is_absent(payload) {
            let (x, y) = (self.retype(cx, a, payload), self.retype(cx, b, payload));
            return self.equal(cx, &x, &y, span);
        }
        if let TypeKind::Array(..) | TypeKind::Union(_) = self.m.types.kind(payload) {
            let name = self.type_name(payload);
            return Err(self.error(
                span,
                format!("cannot compare: field of type '{name}' has no value-equality"),
            ));
        }
        let (a, b) = (self.stable(cx, a), self.stable(cx, b));
        let (pa, pb) = (self.is_present(cx, &a), self.is_present(cx, &b));
        let (pa, pb) = (cx.pin(pa), cx.pin(pb));
        let both = self.both(cx, pa, pb);
        let (x, y) = (self.payload_of(cx, &a), self.payload_of(cx, &b));
        let payloads = self.guarded(cx, both, |s, cx| s.equal(cx, &x, &y, span))?;
        let neither = cx.binary(BinaryOp::Or, pa, pb);
        let neither = self.not(cx, neither);
        Ok(cx.binary(BinaryOp::Or, payloads, neither))
    }

    /// `cond and f()`, evaluating `f` only if `cond` holds.
    pub fn guarded(
        &mut self,
        cx: &mut FnCx,
        cond: Piece,
        f: impl FnOnce(&mut Self, &mut FnCx) -> Res<Piece>,
    ) -> Res<Piece> {
        if let Some(bits) = cond.as_const() {
            return if bits == 0 {
                Ok(Piece::Const(Ty::I8, 0))
            } else {
                f(self, cx)
            };
        }
        let out = cx.temp(Ty::I8);
        cx.set(out, Piece::Const(Ty::I8, 0));
        let cond = cx.use_piece(cond);
        cx.open();
        let inner = f(self, cx);
        if let Ok(piece) = inner {
            cx.set(out, piece);
        }
        let then = cx.close();
        inner?;
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        // Assigned above and never again.
        let read = cx.expr(Expr::Local(out));
        Ok(cx.pin(Piece::Tree(Ty::I8, read)))
    }

    fn equal_strings(&mut self, cx: &mut FnCx, a: &Val, b: &Val) -> Res<Piece> {
        if let (Some(x), Some(y)) = (self.const_of_val(a), self.const_of_val(b))
            && let (Some(x), Some(y)) = (self.ct_text(&x), self.ct_text(&y))
        {
            return Ok(Piece::Const(Ty::I8, u64::from(x == y)));
        }
        let func = self.string_eq_fn();
        let mut args = self.pieces(cx, a).to_vec();
        args.extend(self.pieces(cx, b));
        let out = cx.call_direct(func, &args, &[Ty::I8]);
        Ok(out[0])
    }

    /// Tag of an enum value.
    pub fn enum_tag(&mut self, cx: &mut FnCx, val: &Val) -> Piece {
        let Some(def) = self.m.types.enum_def(val.ty).cloned() else {
            return Piece::Const(Ty::I64, 0);
        };
        if !def.tagged {
            return self.piece(cx, val);
        }
        let scalar = self.scalar(def.backing);
        let addr = self.spill(cx, val);
        cx.load_scalar(scalar, addr.plus(def.places.map_or(0, |p| p.tag_offset)))
    }

    // ---------------------------------------------------------------------------------------------- logic

    fn lower_logical(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        _span: Span,
    ) -> Res<Val> {
        let a = self.lower_condition(cx, lhs)?;
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
        match op {
            UnOp::Neg => {
                if let ExprKind::Int { value, .. } = &expr.kind {
                    return self.negative_literal(cx, *value, want, span);
                }
                // A float literal under an integer target is judged with its sign.
                let want = want.filter(|&want| {
                    !matches!(expr.kind, ExprKind::Float { .. }) || !self.is_integer(want)
                });
                let val = self.lower_operand(cx, expr, want)?;
                let val = self.load(cx, &val);
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
                let val = self.lower_operand_raw(cx, expr, Some(TypeId::BOOL))?;
                let val = self.load(cx, &val);
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
                let val = self.load(cx, &val);
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
                let out = self.normalise(cx, out, val.ty);
                Ok(Val::scalar(val.ty, out))
            }
        }
    }

    fn negative_literal(
        &mut self,
        cx: &mut FnCx,
        value: u64,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
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
}

fn bit_op(op: BinOp) -> BinaryOp {
    match op {
        BinOp::BitOr => BinaryOp::Or,
        BinOp::BitXor => BinaryOp::Xor,
        _ => BinaryOp::And,
    }
}

fn is_int_literal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Int { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => is_int_literal(e),
        ExprKind::Binary { lhs, rhs, .. } => is_int_literal(lhs) && is_int_literal(rhs),
        _ => false,
    }
}

/// Literals and arithmetic on literals adopt the target of the expression they stand in.
fn is_literal_operand(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Int { .. } | ExprKind::Float { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => is_literal_operand(e),
        ExprKind::Binary { lhs, .. } => is_literal_operand(lhs),
        _ => false,
    }
}
