//! Conversions: implicit ([`Sema::coerce`], reference part 1 §5) and explicit ([`Sema::cast`], §7).

use smallvec::smallvec;
use sx_ir::types::FnType;
use sx_ir::{BinaryOp, ConvertOp, Ty, TypeId, TypeKind, semantics};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Pieces, Val, ValKind};
use crate::sema::{Failed, Res, Sema};

/// Whether the value of a literal stands where a constant is named: that isn't checked, as `255 + 1` isn't.
fn names_constant(text: &str) -> bool {
    let name = text.trim_matches(|c: char| matches!(c, '(' | ')' | '-') || c.is_whitespace());
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '`');
    name.starts_with(|c: char| part(c) && !c.is_ascii_digit()) && name.chars().all(part)
}

impl Sema<'_> {
    /// Whether values of this type are numbers for arithmetic.
    pub fn is_number(&self, ty: TypeId) -> bool {
        self.is_integer(ty) || self.is_float(ty)
    }

    pub fn is_integer(&self, ty: TypeId) -> bool {
        self.m.types.int_info(ty).is_some()
    }

    pub fn is_float(&self, ty: TypeId) -> bool {
        matches!(ty, TypeId::F32 | TypeId::F64)
    }

    /// Machine type of a scalar type.
    pub fn scalar(&self, ty: TypeId) -> Ty {
        self.m.types.scalar(ty).unwrap_or(Ty::I64)
    }

    pub fn is_pointer_like(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::Pointer(_)
                | TypeKind::ManyPointer(_)
                | TypeKind::CString
                | TypeKind::Function(_)
        )
    }

    /// Converts for an assignment, argument, element...; reports if no implicit conversion applies.
    pub fn coerce(&mut self, cx: &mut FnCx, val: Val, want: TypeId, span: Span) -> Res<Val> {
        if val.ty == want || val.is_poison() || want == TypeId::POISON {
            return Ok(val);
        }
        if val.ty == TypeId::NORETURN {
            return self.diverged(cx, want);
        }
        if !self.is_failable(want) {
            self.no_failable(cx, &val, span)?;
        }
        match self.try_coerce(cx, &val, want, span)? {
            Some(val) => Ok(val),
            None => Err(self.no_conversion(val.ty, want, span)),
        }
    }

    /// A value for code that can't be reached.
    pub fn diverged(&mut self, cx: &mut FnCx, want: TypeId) -> Res<Val> {
        Ok(self.zero_val(cx, want))
    }

    pub fn no_conversion(&mut self, from: TypeId, want: TypeId, span: Span) -> Failed {
        let (a, b) = (self.type_name(from), self.type_name(want));
        let kind_from = self.m.types.kind(from).clone();
        let kind_to = self.m.types.kind(want).clone();
        let diag = match (&kind_from, &kind_to) {
            (TypeKind::Failable { values, .. }, _) if !values.is_empty() => return self.unhandled(span),
            (TypeKind::Function(f) | TypeKind::Closure(f), TypeKind::Function(g) | TypeKind::Closure(g))
                if self.is_failable(f.ret) && !self.is_failable(g.ret) =>
            {
                Diagnostic::error(span, format!("a failable function does not fit '{b}': the slot can't carry the error"))
                    .with_help(None, "handle the error in a closure: `(..) => f(..) catch { .. }`")
            }
            (_, TypeKind::Pointer(to))
                if matches!(self.m.types.kind(*to), TypeKind::Protocol(_))
                    && !matches!(kind_from, TypeKind::Pointer(_) | TypeKind::Optional(_)) =>
            {
                Diagnostic::error(
                    span,
                    format!("cannot make a '{b}' from a '{a}' rvalue — a view needs storage; bind the value to a variable first"),
                )
            }
            (TypeKind::Optional(_), TypeKind::Bool) => Diagnostic::error(
                span,
                format!("cannot use a value of type '{a}' where 'bool' is expected; test presence explicitly with '!= null'"),
            ),
            (TypeKind::Optional(_), _) if !matches!(kind_to, TypeKind::Optional(_)) => Diagnostic::error(
                span,
                format!("cannot use a value of type '{a}' where '{b}' is expected: an optional does not implicitly unwrap"),
            )
            .with_help(None, "unwrap it with `!`, give a default with `??`, or bind it with `if v := ...`"),
            (TypeKind::Any, _) => Diagnostic::error(span, format!("an 'any' does not implicitly unbox to '{b}'"))
                .with_help(None, format!("assert the type with `.({b})`")),
            (TypeKind::String, TypeKind::CString) => Diagnostic::error(
                span,
                "only a string LITERAL coerces to 'cstring' implicitly".to_string(),
            )
            .with_help(None, "make a terminated copy with `to_cstring(s)`"),
            (TypeKind::CString, TypeKind::String) => {
                Diagnostic::error(span, "'cstring' does not coerce to 'string' implicitly".to_string())
                    .with_help(None, "view it with `from_cstring(c)`")
            }
            (TypeKind::ManyPointer(_), TypeKind::Slice(_)) => Diagnostic::error(
                span,
                format!("'{a}' does not coerce to a slice: it carries no length; slice it with a length: ptr[0..len]"),
            ),
            (TypeKind::Closure(_), TypeKind::Function(_)) => Diagnostic::error(
                span,
                "a closure value cannot be passed as a bare function-pointer `(...) -> ...` — its environment would be lost",
            ),
            (_, TypeKind::Optional(payload)) => {
                let p = self.type_name(*payload);
                Diagnostic::error(span, format!("cannot assign a value of type '{a}' to optional '{b}': its payload type is '{p}'"))
            }
            (TypeKind::Pointer(t), _) if *t == want => {
                let text = self.span_text(span);
                Diagnostic::error(span, format!("value has type '{a}', but '{b}' is expected here"))
                    .with_help(None, format!("write `{text}.*`"))
            }
            _ => Diagnostic::error(span, format!("cannot coerce a value of type '{a}' to '{b}': no implicit conversion applies")),
        };
        self.report(diag)
    }

    /// The message of [`Self::no_conversion`] for arguments and results, which wrap rather than assign.
    pub fn cannot_wrap(
        &mut self,
        from: TypeId,
        payload: TypeId,
        want: TypeId,
        span: Span,
    ) -> Failed {
        let (a, b, p) = (
            self.type_name(from),
            self.type_name(want),
            self.type_name(payload),
        );
        self.error(
            span,
            format!(
                "cannot wrap a value of type '{a}' to optional '{b}': its payload type is '{p}'"
            ),
        )
    }

    /// The implicit conversion, or `None` if there is none.
    pub fn try_coerce(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        if val.ty == want {
            return Ok(Some(val.clone()));
        }
        let from = self.m.types.kind(val.ty).clone();
        let to = self.m.types.kind(want).clone();
        // Literals bind to their target with a range check.
        if val.literal && self.is_number(val.ty) && self.is_number(want) {
            return self.bind_literal(cx, val, want, span).map(Some);
        }
        match (&from, &to) {
            // Anything goes into an optional of what it converts to.
            (TypeKind::Optional(_), TypeKind::Optional(b)) => {
                let b = *b;
                self.convert_optional(cx, val, b, want, span)
            }
            (_, TypeKind::Optional(payload)) => {
                let payload = *payload;
                let Some(inner) = self.try_coerce(cx, val, payload, span)? else {
                    return Ok(None);
                };
                self.wrap_optional(cx, &inner, want).map(Some)
            }
            (_, TypeKind::Any) => self.box_any(cx, val).map(Some),
            (_, TypeKind::Protocol(_)) => self
                .erase(
                    cx,
                    val,
                    want,
                    span,
                    crate::callables::protocols::Erasure::Implicit,
                )
                .map(Some),
            _ if self.is_number(val.ty) && self.is_number(want) => {
                self.convert_number(cx, val, want, span).map(Some)
            }
            (TypeKind::Bool, _) if self.is_number(want) => {
                let piece = self.piece(cx, val);
                let as_int = Val::scalar(TypeId::U8, piece);
                self.convert_number(cx, &as_int, want, span).map(Some)
            }
            (_, TypeKind::Bool) if self.is_number(val.ty) => {
                let int = if self.is_float(val.ty) {
                    self.check_narrowing(val, want, span)?;
                    let piece = self.piece(cx, val);
                    cx.convert(ConvertOp::FToS, Ty::I64, piece)
                } else {
                    self.piece(cx, val)
                };
                let low = if int.ty() == Ty::I8 {
                    int
                } else {
                    cx.convert(ConvertOp::Trunc, Ty::I8, int)
                };
                let bit = cx.binary(BinaryOp::And, low, Piece::Const(Ty::I8, 1));
                Ok(Some(Val::scalar(TypeId::BOOL, bit)))
            }
            (TypeKind::Enum(_), TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize) => {
                let same = self.m.types.enum_def(val.ty).is_some_and(|d| {
                    !d.tagged && self.m.types.size_of(d.backing) == self.m.types.size_of(want)
                });
                if !same || self.is_code(val.ty) {
                    return Ok(None);
                }
                let piece = self.piece(cx, val);
                Ok(Some(Val::scalar(want, piece)))
            }
            (TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize, TypeKind::Enum(_)) => {
                let same = self.m.types.enum_def(want).is_some_and(|d| {
                    !d.tagged && self.m.types.size_of(d.backing) == self.m.types.size_of(val.ty)
                });
                if !same || self.is_code(want) {
                    return Ok(None);
                }
                let piece = self.piece(cx, val);
                Ok(Some(Val::scalar(want, piece)))
            }
            (
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
            ) => {
                if want != TypeId::ANY_ERROR && val.ty != want {
                    let origin = self.origin_of_value(cx, val);
                    self.check_members(&origin, want, span)?;
                }
                let piece = self.piece(cx, val);
                Ok(Some(Val::scalar(want, piece)))
            }
            (TypeKind::ErrorSet(_) | TypeKind::AnyError, TypeKind::Int { bits: 32, .. }) => {
                let piece = self.piece(cx, val);
                Ok(Some(Val::scalar(want, piece)))
            }
            // A pure failable is an error value.
            (TypeKind::Failable { values, set }, TypeKind::ErrorSet(_) | TypeKind::AnyError)
                if values.is_empty() =>
            {
                let set = *set;
                let as_set = self.retype(cx, val, set);
                self.try_coerce(cx, &as_set, want, span)
            }
            (TypeKind::String, TypeKind::Slice(t)) if *t == TypeId::U8 => {
                Ok(Some(self.retype(cx, val, want)))
            }
            (TypeKind::Slice(t), TypeKind::String) if *t == TypeId::U8 => {
                Ok(Some(self.retype(cx, val, want)))
            }
            (TypeKind::StringZ, TypeKind::String) => Ok(Some(self.retype(cx, val, want))),
            (TypeKind::StringZ, TypeKind::Slice(t)) if *t == TypeId::U8 => {
                Ok(Some(self.retype(cx, val, want)))
            }
            (TypeKind::String, TypeKind::StringZ) => Ok(Some(self.retype(cx, val, want))),
            (TypeKind::String, TypeKind::CString | TypeKind::ManyPointer(_)) => {
                let many_of_bytes = match to {
                    TypeKind::ManyPointer(t) => t == TypeId::U8,
                    _ => true,
                };
                let pieces = self.pieces(cx, val);
                // Literals are the strings whose words are constant addresses of pooled data.
                let is_literal = matches!(pieces.first(), Some(Piece::GlobalAddr(..)));
                if !is_literal || !many_of_bytes {
                    return Ok(None);
                }
                Ok(Some(Val::scalar(want, pieces[0])))
            }
            (TypeKind::Array(elem, count), TypeKind::Slice(of)) => {
                let (elem, count, of) = (*elem, *count, *of);
                if elem != of {
                    return Ok(None);
                }
                self.array_to_slice(cx, val, count, want).map(Some)
            }
            (TypeKind::Array(elem, _), TypeKind::ManyPointer(of)) if elem == of => {
                let addr = self.spill(cx, val);
                let piece = cx.addr_piece(addr);
                Ok(Some(Val::scalar(want, piece)))
            }
            (TypeKind::Function(f), TypeKind::Closure(c)) => {
                let (f, c) = (f.clone(), c.clone());
                self.function_to_closure(cx, val, &f, &c, want, span)
            }
            (TypeKind::Function(f), TypeKind::Function(g)) => {
                let (f, g) = (f.clone(), g.clone());
                self.function_to_function(cx, val, &f, &g, want, span)
            }
            (TypeKind::Closure(f), TypeKind::Closure(g)) if self.closures_agree(f, g) => {
                Ok(Some(self.retype(cx, val, want)))
            }
            (TypeKind::Tuple(a), TypeKind::Tuple(b)) => {
                let (a, b): (Vec<TypeId>, Vec<TypeId>) = (
                    a.iter().map(|e| e.1).collect(),
                    b.iter().map(|e| e.1).collect(),
                );
                if a.len() != b.len() {
                    return Ok(None);
                }
                self.convert_members(cx, val, &b, want, span)
            }
            (TypeKind::AnonStruct(a), TypeKind::Tuple(b)) => {
                let b: Vec<TypeId> = b.iter().map(|e| e.1).collect();
                if a.len() != b.len() {
                    return Ok(None);
                }
                self.convert_members(cx, val, &b, want, span)
            }
            (TypeKind::AnonStruct(a), TypeKind::Struct(_) | TypeKind::AnonStruct(_)) => {
                let fields: Vec<_> = match &to {
                    TypeKind::Struct(n) => {
                        let fields = self.m.types.struct_fields(*n).iter();
                        fields.map(|f| (f.name, f.ty)).collect()
                    }
                    TypeKind::AnonStruct(fields) => fields.clone(),
                    _ => return Ok(None),
                };
                let same =
                    a.len() == fields.len() && a.iter().zip(&fields).all(|(x, y)| x.0 == y.0);
                if !same {
                    return Ok(None);
                }
                let types: Vec<TypeId> = fields.iter().map(|f| f.1).collect();
                self.convert_members(cx, val, &types, want, span)
            }
            (TypeKind::Pointer(_), TypeKind::Pointer(t))
                if matches!(self.m.types.kind(*t), TypeKind::Protocol(_)) =>
            {
                let protocol = *t;
                let TypeKind::Pointer(concrete) = from else {
                    return Ok(None);
                };
                if matches!(self.m.types.kind(concrete), TypeKind::Protocol(_))
                    || concrete == TypeId::VOID
                {
                    return Ok(Some(self.retype(cx, val, want)));
                }
                self.view_of_pointer(cx, val, concrete, protocol, want, span)
                    .map(Some)
            }
            (_, TypeKind::Pointer(t))
                if matches!(val.kind, ValKind::Place(_))
                    && matches!(self.m.types.kind(*t), TypeKind::Protocol(_)) =>
            {
                let protocol = *t;
                self.view_of_place(cx, val, protocol, want, span)
            }
            // Pointers, functions and integers of 64 bits, or as wide as a pointer, exchange their bits.
            _ if self.is_pointer_like(val.ty) && self.is_pointer_like(want) => {
                Ok(Some(self.retype(cx, val, want)))
            }
            _ if self.is_pointer_like(want)
                && self.exchanges_with_pointers(val.ty)
                && !val.literal =>
            {
                let mut piece = self.piece(cx, val);
                if piece.ty() != Ty::I64 {
                    piece = cx.convert(ConvertOp::ZExt, Ty::I64, piece);
                }
                let piece = cx.convert(ConvertOp::IToP, Ty::Ptr, piece);
                Ok(Some(Val::scalar(want, piece)))
            }
            _ if self.is_pointer_like(val.ty) && self.exchanges_with_pointers(want) => {
                let piece = self.piece(cx, val);
                let mut piece = cx.convert(ConvertOp::PToI, Ty::I64, piece);
                let width = self.scalar(want);
                if width != Ty::I64 {
                    piece = cx.convert(ConvertOp::Trunc, width, piece);
                }
                Ok(Some(Val::scalar(want, piece)))
            }
            _ => Ok(None),
        }
    }

    fn exchanges_with_pointers(&self, ty: TypeId) -> bool {
        matches!(ty, TypeId::USIZE | TypeId::ISIZE)
            || self.m.types.int_info(ty).is_some_and(|i| i.0 == 64)
    }

    /// The same scalars under another type.
    pub fn retype(&mut self, cx: &mut FnCx, val: &Val, ty: TypeId) -> Val {
        let loaded = self.load(cx, val);
        Val {
            ty,
            kind: loaded.kind,
            literal: false,
        }
    }

    /// A literal at its target: must fit.
    pub fn bind_literal(&mut self, cx: &mut FnCx, val: &Val, want: TypeId, span: Span) -> Res<Val> {
        let bits = val.const_bits().unwrap_or(0);
        if self.is_float(val.ty) {
            let converted = self.convert_number(cx, val, want, span)?;
            return Ok(Val {
                literal: false,
                ..converted
            });
        }
        if self.is_float(want) {
            let converted = self.convert_number(cx, val, want, span)?;
            return Ok(Val {
                literal: false,
                ..converted
            });
        }
        // `u64`-sized literals carry their type; negative ones are i64.
        let unsigned = matches!(self.m.types.int_info(val.ty), Some((_, false)));
        let value = if unsigned {
            i128::from(bits)
        } else {
            i128::from(bits as i64)
        };
        let word = self.m.types.int_info(want).is_some_and(|i| i.0 == 64);
        // -1 stands for all bits of a word.
        let fits = self.int_fits(value, want) || word && value == -1;
        let text = self.span_text(span);
        if !fits && !names_constant(&text) {
            let shown = self.type_name(want);
            let (low, high) = self.int_range(want).unwrap_or((0, 1));
            let range = format!("{low}..{high}");
            let diag = if text.starts_with('\'') {
                Diagnostic::error(span, format!("char literal {text} (value {value}) does not fit in {shown} (range {range})"))
                    .with_help(None, "use a wider type such as u32")
            } else {
                Diagnostic::error(
                    span,
                    format!("integer literal {value} does not fit in {shown} (range {range})"),
                )
                .with_help(
                    None,
                    format!("to keep the low bits write `xx` or `.({shown})`"),
                )
            };
            return Err(self.report(diag));
        }
        Ok(self.int_val(want, value as u64))
    }

    /// An integer constant of type `ty`, wrapped to its width.
    pub fn int_val(&self, ty: TypeId, bits: u64) -> Val {
        let scalar = self.scalar(ty);
        let bits = match self.m.types.int_info(ty) {
            Some((width, signed)) => semantics::wrap(scalar, width as u8, signed, bits),
            None => bits,
        };
        Val::int(ty, scalar, bits)
    }

    /// Integer or float to integer or float, as an implicit conversion.
    pub fn convert_number(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Val> {
        self.check_narrowing(val, want, span)?;
        let piece = self.piece(cx, val);
        let piece = self.number_piece(cx, piece, val.ty, want);
        Ok(Val::scalar(want, piece))
    }

    /// A float known at compile time becomes an integer, or a bool, only if it is whole.
    pub fn check_narrowing(&mut self, val: &Val, want: TypeId, span: Span) -> Res<()> {
        if self.is_float(val.ty)
            && !self.is_float(want)
            && let Some(bits) = val.const_bits()
        {
            let value = if val.ty == TypeId::F32 {
                f64::from(f32::from_bits(bits as u32))
            } else {
                f64::from_bits(bits)
            };
            if value.fract() != 0.0 || !value.is_finite() {
                let shown = self.type_name(want);
                let text = self.span_text(span);
                let text = if text.parse::<f64>().is_ok_and(|v| v == value) {
                    text
                } else {
                    format!("{value:?}")
                };
                return Err(self.error(
                    span,
                    format!("cannot implicitly narrow non-integral float '{text}' to '{shown}'; use an explicit cast"),
                ));
            }
        }
        Ok(())
    }

    /// Converts a number without any check (truncation, low bits).
    pub fn number_piece(
        &mut self,
        cx: &mut FnCx,
        piece: Piece,
        from: TypeId,
        want: TypeId,
    ) -> Piece {
        let to = self.scalar(want);
        match (self.m.types.int_info(from), self.m.types.int_info(want)) {
            (Some((_, signed)), Some((bits, to_signed))) => {
                let resized = self.resize_int(cx, piece, signed, to);
                self.wrap_to(cx, resized, from, want, bits, to_signed)
            }
            (Some((_, signed)), None) => {
                let wide = self.resize_int(cx, piece, signed, Ty::I64);
                let op = if signed {
                    ConvertOp::SToF
                } else {
                    ConvertOp::UToF
                };
                cx.convert(op, to, wide)
            }
            (None, Some((bits, to_signed))) => {
                let op = if bits == 64 && !to_signed {
                    ConvertOp::FToU
                } else {
                    ConvertOp::FToS
                };
                let wide = cx.convert(op, Ty::I64, piece);
                let low = self.resize_int(cx, wide, true, to);
                self.wrap_to(cx, low, TypeId::I64, want, bits, to_signed)
            }
            (None, None) if piece.ty() == to => piece,
            (None, None) => cx.convert(ConvertOp::FCvt, to, piece),
        }
    }

    pub fn resize_int(&mut self, cx: &mut FnCx, piece: Piece, signed: bool, to: Ty) -> Piece {
        let (Some(a), Some(b)) = (piece.ty().int_bits(), to.int_bits()) else {
            return piece;
        };
        match a.cmp(&b) {
            std::cmp::Ordering::Equal => piece,
            std::cmp::Ordering::Greater => cx.convert(ConvertOp::Trunc, to, piece),
            std::cmp::Ordering::Less => cx.convert(
                if signed {
                    ConvertOp::SExt
                } else {
                    ConvertOp::ZExt
                },
                to,
                piece,
            ),
        }
    }

    pub fn wrap_to(
        &mut self,
        cx: &mut FnCx,
        piece: Piece,
        from: TypeId,
        want: TypeId,
        bits: u32,
        signed: bool,
    ) -> Piece {
        let scalar = self.scalar(want);
        if scalar.int_bits() == Some(bits) {
            return piece;
        }
        // Already within range when coming from a narrower type of the same or unsigned kind.
        if let Some((from_bits, from_signed)) = self.m.types.int_info(from)
            && from_bits < bits
            && (!from_signed || signed)
        {
            return piece;
        }
        cx.wrap(bits as u8, signed, piece)
    }

    /// Re-establishes the width invariant of odd-width integers after arithmetic.
    pub fn normalise(&mut self, cx: &mut FnCx, piece: Piece, ty: TypeId) -> Piece {
        match self.m.types.int_info(ty) {
            Some((bits, signed)) if piece.ty().int_bits() != Some(bits) => {
                cx.wrap(bits as u8, signed, piece)
            }
            _ => piece,
        }
    }

    // ---------------------------------------------------------------------------------------------- any, aggregates

    /// Boxes: an lvalue is borrowed, an rvalue spilled to the frame.
    pub fn box_any(&mut self, cx: &mut FnCx, val: &Val) -> Res<Val> {
        if val.ty == TypeId::ANY {
            return Ok(val.clone());
        }
        if let TypeKind::Failable { values, set } = self.m.types.kind(val.ty)
            && values.is_empty()
        {
            let set = *set;
            let error = self.retype(cx, val, set);
            return self.box_any(cx, &error);
        }
        // A bare function name boxes as a string, the text of its type (part 5 §5.4).
        if crate::callables::generics::names_function(&self.m.types, val) {
            let text = self.type_name(val.ty);
            let text = self.str_val(text.as_bytes());
            return self.box_any(cx, &text);
        }
        let val = if val.ty == TypeId::VOID {
            val.clone()
        } else {
            self.settle_literal(val, cx.span)?
        };
        let data = if self.m.types.size_of(val.ty) == 0 {
            Piece::Const(Ty::Ptr, 0)
        } else {
            let addr = self.spill(cx, &val);
            cx.addr_piece(addr)
        };
        let tag = Piece::Const(Ty::I64, u64::from(val.ty.0));
        Ok(Val::regs(TypeId::ANY, smallvec![data, tag]))
    }

    /// As [`Sema::default_literal`], for what a user wrote: rejects an integer that no `i64` holds.
    pub fn settle_literal(&mut self, val: &Val, span: Span) -> Res<Val> {
        self.literal_above_i64(val, span)?;
        Ok(self.default_literal(val))
    }

    /// A literal without a target is an `i64` or `f64`.
    pub fn default_literal(&self, val: &Val) -> Val {
        Val {
            literal: false,
            ..val.clone()
        }
    }

    pub fn array_to_slice(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        count: u64,
        want: TypeId,
    ) -> Res<Val> {
        let data = if count == 0 {
            Piece::Const(Ty::Ptr, 0)
        } else {
            let addr = self.spill(cx, val);
            cx.addr_piece(addr)
        };
        Ok(Val::regs(
            want,
            smallvec![data, Piece::Const(Ty::I64, count)],
        ))
    }

    /// Member `index` of a struct-like value.
    pub fn member(&mut self, cx: &mut FnCx, val: &Val, index: usize) -> Val {
        let members = self.m.types.members(val.ty).unwrap_or_default();
        let Some((_, ty)) = members.get(index).cloned() else {
            return Val::poison();
        };
        let offset = self.m.types.offset_of(val.ty, index);
        match &val.kind {
            ValKind::Regs(pieces) => {
                let before: usize = members[..index]
                    .iter()
                    .map(|(_, t)| self.flatten(*t).map_or(0, |p| p.len()))
                    .sum();
                let count = self.flatten(ty).map_or(0, |p| p.len());
                let part: Pieces = pieces.iter().skip(before).take(count).copied().collect();
                let _ = cx;
                Val::regs(ty, part)
            }
            ValKind::Mem(addr) => Val::mem(ty, addr.plus(offset)),
            ValKind::Place(place) => Val::place(crate::emission::value::Place {
                addr: place.addr.plus(offset),
                ty,
                access: place.access.clone(),
            }),
        }
    }

    /// Builds a struct-like value from values of its members' types.
    pub fn make_aggregate(&mut self, cx: &mut FnCx, ty: TypeId, members: &[Val]) -> Val {
        if self.flatten(ty).is_some() {
            let mut pieces = Pieces::new();
            for member in members {
                pieces.extend(self.pieces(cx, member));
            }
            return Val::regs(ty, pieces);
        }
        let slot = self.slot(cx, ty);
        for (i, member) in members.iter().enumerate() {
            let offset = self.m.types.offset_of(ty, i);
            self.store(cx, slot.plus(offset), member);
        }
        Val::mem(ty, slot)
    }

    pub fn convert_members(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        types: &[TypeId],
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        let loaded = self.load(cx, val);
        let loaded = self.stable(cx, &loaded);
        let mut out = Vec::new();
        for (i, ty) in types.iter().enumerate() {
            let member = self.member(cx, &loaded, i);
            match self.try_coerce(cx, &member, *ty, span)? {
                Some(val) => out.push(val),
                None => return Ok(None),
            }
        }
        Ok(Some(self.make_aggregate(cx, want, &out)))
    }

    /// Whether values of one closure type are values of the other. Names of result slots are how callers read them.
    pub fn closures_agree(&self, a: &FnType, b: &FnType) -> bool {
        a.params == b.params && self.same_result(a.ret, b.ret)
    }
}
