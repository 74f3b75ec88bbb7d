//! Comparison and equality.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Failed, Res, Sema};
use sx_ir::{BinaryOp, Expr, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::BinOp;

/// So many members' comparisons are one expression.
const FLAT: usize = 64;

impl Sema<'_> {
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
        if matches!(self.m.types.kind(a.ty), TypeKind::Vector(..))
            || matches!(self.m.types.kind(b.ty), TypeKind::Vector(..))
        {
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
        self.word_order(cx, op, a, b, span)
    }

    /// Pointers are ordered by address, enums by tag (part 1 §1.3).
    fn word_order(&mut self, cx: &mut FnCx, op: BinOp, a: Val, b: Val, span: Span) -> Res<Val> {
        if self.is_data_pointer(a.ty) && self.is_data_pointer(b.ty) {
            let (x, y) = (self.piece(cx, &a), self.piece(cx, &b));
            return Ok(Val::scalar(
                TypeId::BOOL,
                cx.binary(order_op(op, false), x, y),
            ));
        }
        let enums = [a.ty, b.ty].map(|ty| self.m.types.enum_def(ty).map(|def| def.backing));
        let (a, b) = match enums {
            [Some(_), Some(_)] if a.ty != b.ty => {
                return Err(self.distinct(a.ty, b.ty, span));
            }
            [Some(backing), Some(_)] => {
                let (x, y) = (self.enum_tag(cx, &a), self.enum_tag(cx, &b));
                (Val::scalar(backing, x), Val::scalar(backing, y))
            }
            [Some(_), None] if self.is_integer(b.ty) => {
                let a = self.coerce(cx, a, b.ty, span)?;
                (a, b)
            }
            [None, Some(_)] if self.is_integer(a.ty) => {
                let b = self.coerce(cx, b, a.ty, span)?;
                (a, b)
            }
            [None, None] | [Some(_), None] | [None, Some(_)] => {
                return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
            }
        };
        let piece = self.compare_numbers(cx, op, &a, &b);
        Ok(Val::scalar(TypeId::BOOL, piece))
    }

    fn is_data_pointer(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::Pointer(_) | TypeKind::ManyPointer(_) | TypeKind::CString
        )
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
        cx.binary(order_op(op, signed), x, y)
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
            (TypeKind::Optional(_), TypeKind::Optional(payload)) if *payload == a.ty => {
                return self.equal_payload(cx, b, *payload, a, true, span);
            }
            (TypeKind::Optional(payload), _) => {
                return self.equal_payload(cx, a, *payload, b, false, span);
            }
            (_, TypeKind::Optional(payload)) => {
                return self.equal_payload(cx, b, *payload, a, true, span);
            }
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
                    TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Closure(_)
                )
            {
                return self.equal(cx, a, &y, span);
            } else if matches!(
                kb,
                TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Closure(_)
            ) && let Some(x) = self.try_coerce(cx, a, b.ty, span)?
                && x.ty == b.ty
            {
                return self.equal(cx, &x, b, span);
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
            TypeKind::Protocol(_) => {
                let words = self.m.types.size_of(a.ty) / 8;
                let mut all = Piece::Const(Ty::I8, 1);
                for word in 0..words as usize {
                    let p = self.protocol_word(cx, a, word);
                    let q = self.protocol_word(cx, b, word);
                    let same = cx.binary(BinaryOp::Eq, p, q);
                    all = self.both(cx, all, same);
                }
                Ok(all)
            }
            TypeKind::Slice(_) | TypeKind::Closure(_) => {
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

    /// `o == v`, or `v == o` (`swapped`): whether `o` is present and its payload equals `v`. They meet as they do outside an
    /// optional, so neither becomes the other's type. But an optional beside an optional of optionals is its payload.
    fn equal_payload(
        &mut self,
        cx: &mut FnCx,
        optional: &Val,
        payload: TypeId,
        other: &Val,
        swapped: bool,
        span: Span,
    ) -> Res<Piece> {
        let optional = self.stable(cx, optional);
        let other = match matches!(self.m.types.kind(other.ty), TypeKind::Optional(_)) {
            true => match self.try_coerce(cx, other, payload, span)? {
                Some(other) => other,
                None => {
                    let (a, b) = in_order(optional.ty, other.ty, swapped);
                    return Err(self.distinct(a, b, span));
                }
            },
            false => other.clone(),
        };
        let other = self.stable(cx, &other);
        let present = self.is_present(cx, &optional);
        let inner = self.payload_of(cx, &optional);
        self.guarded(cx, present, |s, cx| {
            let (a, b) = in_order(&inner, &other, swapped);
            s.equal(cx, a, b, span)
        })
    }

    pub fn distinct(&mut self, a: TypeId, b: TypeId, span: Span) -> Failed {
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

    pub fn equal_members(
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
            // Trees have a greatest depth.
            if i % FLAT == FLAT - 1 {
                all = cx.pin(all);
            }
        }
        Ok(all)
    }

    pub fn equal_optionals(&mut self, cx: &mut FnCx, a: &Val, b: &Val, span: Span) -> Res<Piece> {
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

    pub fn equal_strings(&mut self, cx: &mut FnCx, a: &Val, b: &Val) -> Res<Piece> {
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
}

/// The comparison of integers, or of addresses.
fn order_op(op: BinOp, signed: bool) -> BinaryOp {
    match (op, signed) {
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
    }
}

/// Operands in the order in which they are written.
fn in_order<T>(first: T, second: T, swapped: bool) -> (T, T) {
    match swapped {
        true => (second, first),
        false => (first, second),
    }
}
