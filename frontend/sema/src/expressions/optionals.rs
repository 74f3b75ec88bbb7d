//! Optionals: wrapping, presence, payload.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use sx_ir::{BinaryOp, CheckRel, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::Span;

impl Sema<'_> {
    pub fn wrap_optional(&mut self, cx: &mut FnCx, payload: &Val, want: TypeId) -> Res<Val> {
        if self.m.types.null_is_absent(payload.ty) {
            return Ok(self.retype(cx, payload, want));
        }
        match self.flatten(want) {
            Some(_) => {
                let mut pieces = self.pieces(cx, payload);
                pieces.push(Piece::Const(Ty::I8, 1));
                Ok(Val::regs(want, pieces))
            }
            None => {
                let slot = self.slot(cx, want);
                self.store(cx, slot, payload);
                let flag = self.m.types.size_of(payload.ty);
                cx.store_scalar(slot.plus(flag), Piece::Const(Ty::I8, 1));
                Ok(Val::mem(want, slot))
            }
        }
    }

    /// The absent value.
    pub fn null_of(&mut self, cx: &mut FnCx, want: TypeId) -> Val {
        self.zero_val(cx, want)
    }

    /// i8: whether an optional (or nullable word) is present.
    pub fn is_present(&mut self, cx: &mut FnCx, val: &Val) -> Piece {
        let TypeKind::Optional(payload) = self.m.types.kind(val.ty).clone() else {
            return Piece::Const(Ty::I8, 1);
        };
        if self.m.types.null_is_absent(payload) {
            let word = match &val.kind {
                ValKind::Regs(pieces) => {
                    pieces.first().copied().unwrap_or(Piece::Const(Ty::Ptr, 0))
                }
                ValKind::Mem(addr) => cx.load_scalar(Ty::Ptr, *addr),
                ValKind::Place(place) => cx.load_scalar(Ty::Ptr, place.addr),
            };
            return self.ptr_nonnull(cx, word);
        }
        let flag_at = self.m.types.size_of(payload);
        match &val.kind {
            ValKind::Regs(pieces) => pieces.last().copied().unwrap_or(Piece::Const(Ty::I8, 0)),
            ValKind::Mem(addr) => cx.load_scalar(Ty::I8, addr.plus(flag_at)),
            ValKind::Place(place) => cx.load_scalar(Ty::I8, place.addr.plus(flag_at)),
        }
    }

    pub fn ptr_nonnull(&mut self, cx: &mut FnCx, word: Piece) -> Piece {
        if matches!(
            word,
            Piece::GlobalAddr(..) | Piece::SlotAddr(..) | Piece::FuncAddr(_)
        ) {
            return Piece::Const(Ty::I8, 1);
        }
        if let Some(bits) = word.as_const() {
            return Piece::Const(Ty::I8, u64::from(bits != 0));
        }
        cx.binary(BinaryOp::Ne, word, Piece::Const(Ty::Ptr, 0))
    }

    /// The payload, whether or not it is there. A place stays a place.
    pub fn payload_of(&mut self, _cx: &mut FnCx, val: &Val) -> Val {
        let TypeKind::Optional(payload) = self.m.types.kind(val.ty).clone() else {
            return val.clone();
        };
        match &val.kind {
            ValKind::Regs(pieces) if self.m.types.null_is_absent(payload) => {
                Val::regs(payload, pieces.clone())
            }
            ValKind::Regs(pieces) => {
                let keep = pieces.len().saturating_sub(1);
                Val::regs(payload, pieces[..keep].iter().copied().collect())
            }
            ValKind::Mem(addr) => Val::mem(payload, *addr),
            ValKind::Place(place) => Val::place(crate::emission::value::Place {
                ty: payload,
                ..place.clone()
            }),
        }
    }

    /// `o!`
    pub fn unwrap(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let val = match &val.kind {
            ValKind::Place(_) => val.clone(),
            _ => self.stable(cx, val),
        };
        let present = self.is_present(cx, &val);
        let checked = cx.check(
            TrapKind::Unwrap,
            CheckRel::NotEqual,
            present,
            Piece::Const(Ty::I8, 0),
        );
        if let Piece::Local(..) = checked {
            // The check happened when it was pinned.
        }
        self.payload_of(cx, &val)
    }

    pub fn convert_optional(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        b: TypeId,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        self.mapped_payload(cx, val, want, |s, cx, payload| {
            s.try_coerce(cx, payload, b, span)
        })
    }

    /// The optional `want` of what `convert` makes of the payload, absent if `val` is; `None` if it makes nothing of it.
    pub fn mapped_payload(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        convert: impl FnOnce(&mut Self, &mut FnCx, &Val) -> Res<Option<Val>>,
    ) -> Res<Option<Val>> {
        let given = self.load(cx, val);
        let given = self.stable(cx, &given);
        let out = self.slot(cx, want);
        let size = self.m.types.size_of(want);
        cx.zero(out, size);
        let present = self.is_present(cx, &given);
        cx.open();
        let payload = self.payload_of(cx, &given);
        let converted = convert(self, cx, &payload);
        let wrapped = match converted {
            Ok(Some(converted)) => self.wrap_optional(cx, &converted, want).map(Some),
            Ok(None) => Ok(None),
            Err(Failed) => Err(Failed),
        };
        if let Ok(Some(wrapped)) = &wrapped {
            self.store(cx, out, wrapped);
        }
        let then = cx.close();
        if wrapped?.is_none() {
            return Ok(None);
        }
        let cond = cx.use_piece(present);
        cx.emit(sx_ir::StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        Ok(Some(Val::mem(want, out)))
    }
}
