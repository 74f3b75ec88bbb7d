//! Explicit conversion: `xx`, `.(T)`, reinterpretation.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Val};
use crate::sema::{Failed, Res, Sema};
use sx_ir::{ConvertOp, Ty, TypeId, TypeKind};
use sx_syntax::Span;

impl Sema<'_> {
    /// `xx e` with a target, `e.(T)`: everything implicit plus reinterpretation. `any` and protocol receivers are
    /// handled by the callers, who know how a mismatch is consumed.
    pub fn cast(&mut self, cx: &mut FnCx, val: Val, want: TypeId, span: Span) -> Res<Val> {
        if val.ty == want || val.is_poison() {
            return Ok(Val {
                literal: false,
                ..val
            });
        }
        if val.ty == TypeId::NORETURN {
            return self.diverged(cx, want);
        }
        let from = self.m.types.kind(val.ty).clone();
        let to = self.m.types.kind(want).clone();
        if self.is_number(val.ty) && self.is_number(want) {
            let piece = self.piece(cx, &val);
            let piece = self.number_piece(cx, piece, val.ty, want);
            return Ok(Val::scalar(want, piece));
        }
        // A number is converted to the payload of an optional as to the payload's type.
        if let TypeKind::Optional(payload) = to
            && self.is_number(val.ty)
            && self.is_number(self.strip_optionals(payload))
        {
            let payload = self.cast(cx, val, payload, span)?;
            return self.coerce(cx, payload, want, span);
        }
        if let TypeKind::Protocol(_) = to {
            return self.erase(
                cx,
                &val,
                want,
                span,
                crate::callables::protocols::Erasure::Xx,
            );
        }
        if let (TypeKind::Protocol(_), TypeKind::Pointer(_)) = (&from, &to) {
            let ctx = self.protocol_word(cx, &val, 0);
            return Ok(Val::scalar(want, ctx));
        }
        if let TypeKind::Any = from {
            // Unchecked unboxing.
            let pieces = self.pieces(cx, &val);
            let addr = cx.addr_of_piece(pieces[0]);
            let place = crate::emission::value::Place {
                addr,
                ty: want,
                access: Access::Mutable,
            };
            let loaded = self.own(cx, &Val::place(place));
            return Ok(loaded);
        }
        // Enums, error values, pointers and integers of any width.
        if let Some(val) = self.cast_word(cx, &val, want) {
            return Ok(val);
        }
        if matches!(to, TypeKind::String | TypeKind::CString)
            && matches!(from, TypeKind::String | TypeKind::CString)
            && self.try_coerce(cx, &val, want, span)?.is_none()
        {
            return Err(self.no_conversion(val.ty, want, span));
        }
        if let Some(val) = self.try_coerce(cx, &val, want, span)? {
            return Ok(val);
        }
        if let Some(val) = self.convert_into(cx, &val, want, span)? {
            return Ok(val);
        }
        if let (TypeKind::Optional(_), TypeKind::Optional(payload)) = (&from, &to) {
            return self.cast_payload(cx, &val, *payload, want, span);
        }
        if let TypeKind::Optional(payload) = to {
            if let Some(val) = self.convert_to_payload(cx, &val, payload, span)? {
                return self.coerce(cx, val, want, span);
            }
            if self.is_number(val.ty) || matches!(self.m.types.kind(payload), TypeKind::Enum(_)) {
                let bits = self.reinterpret(cx, &val, payload);
                return self.coerce(cx, bits, want, span);
            }
        }
        Ok(self.reinterpret(cx, &val, want))
    }

    /// An optional to another one: the payload is converted, if there is one.
    fn cast_payload(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        payload: TypeId,
        want: TypeId,
        span: Span,
    ) -> Res<Val> {
        let optional = |s: &Self, ty: TypeId| matches!(s.m.types.kind(ty), TypeKind::Optional(_));
        let TypeKind::Optional(given) = *self.m.types.kind(val.ty) else {
            return Err(Failed);
        };
        // Presence is no part of a value that is converted.
        if optional(self, given) && !optional(self, payload) {
            return Err(self.no_conversion(val.ty, want, span));
        }
        let cast = self.mapped_payload(cx, val, want, |s, cx, given| {
            let given = s.load(cx, given);
            s.cast(cx, given, payload, span).map(Some)
        })?;
        Ok(cast.unwrap_or_else(Val::poison))
    }

    /// What is converted to an optional by converting to its payload, which no bits of another type are.
    fn convert_to_payload(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        payload: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        if let Some(val) = self.cast_word(cx, val, payload) {
            return Ok(Some(val));
        }
        if let Some(val) = self.convert_into(cx, val, payload, span)? {
            return Ok(Some(val));
        }
        match *self.m.types.kind(payload) {
            TypeKind::Optional(inner) => {
                let Some(val) = self.convert_to_payload(cx, val, inner, span)? else {
                    return Ok(None);
                };
                self.coerce(cx, val, payload, span).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub fn cast_word(&mut self, cx: &mut FnCx, val: &Val, want: TypeId) -> Option<Val> {
        let number_of = |s: &Self, ty: TypeId| -> Option<TypeId> {
            match s.m.types.kind(ty) {
                TypeKind::Enum(_) => s.m.types.enum_def(ty).map(|d| d.backing),
                TypeKind::ErrorSet(_) | TypeKind::AnyError => Some(TypeId::U32),
                TypeKind::Failable { values, .. } if values.is_empty() => Some(TypeId::U32),
                TypeKind::Bool => Some(TypeId::U8),
                TypeKind::Pointer(_)
                | TypeKind::ManyPointer(_)
                | TypeKind::CString
                | TypeKind::Function(_) => Some(TypeId::U64),
                TypeKind::Type => Some(TypeId::U64),
                _ if s.is_number(ty) => Some(ty),
                _ => None,
            }
        };
        let a = number_of(self, val.ty)?;
        let b = number_of(self, want)?;
        if matches!(self.m.types.enum_def(want), Some(def) if def.tagged) {
            return None;
        }
        let mut piece = match self.m.types.enum_def(val.ty) {
            Some(def) if def.tagged => {
                let offset = def.places.map_or(0, |p| p.tag_offset);
                let scalar = self.scalar(def.backing);
                let addr = self.spill(cx, val);
                cx.load_scalar(scalar, addr.plus(offset))
            }
            _ => self.piece(cx, val),
        };
        if piece.ty() == Ty::Ptr {
            if self.scalar(want) == Ty::Ptr {
                return Some(Val::scalar(want, piece));
            }
            if let Piece::Const(_, bits) = piece {
                piece = Piece::Const(Ty::I64, bits);
            } else {
                piece = cx.convert(ConvertOp::PToI, Ty::I64, piece);
            }
        }
        if want == TypeId::BOOL {
            return None;
        }
        let mut out = self.number_piece(cx, piece, a, b);
        if self.scalar(want) == Ty::Ptr {
            out = match out {
                Piece::Const(_, bits) => Piece::Const(Ty::Ptr, bits),
                other => cx.convert(ConvertOp::IToP, Ty::Ptr, other),
            };
        }
        Some(Val::scalar(want, out))
    }

    /// The bits, through a zeroed slot of the larger size.
    pub fn reinterpret(&mut self, cx: &mut FnCx, val: &Val, want: TypeId) -> Val {
        let (a, b) = (self.m.types.layout(val.ty), self.m.types.layout(want));
        let addr = cx.storage(a.size.max(b.size), a.align.max(b.align));
        if b.size > a.size {
            cx.zero(addr, b.size);
        }
        self.store(cx, addr, val);
        let mem = Val::mem(want, addr);
        self.load(cx, &mem)
    }
}
