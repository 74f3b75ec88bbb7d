//! Indexing and slicing.

use crate::comptime::purpose::Purpose;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Place, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use crate::statements::errors::strip_parens;
use smallvec::smallvec;
use sx_ir::{BinaryOp, CheckRel, Symbol, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

/// The parts of `o?.f` or `o?.f[i]..`, the base of an indexing.
type OptionalElement = (
    &'static ast::Expr,
    ast::Ident,
    Vec<(&'static ast::Expr, Span)>,
);

fn optional_element(base: &'static ast::Expr) -> Option<OptionalElement> {
    match &base.kind {
        ExprKind::OptField { base, name } => Some((base, *name, Vec::new())),
        ExprKind::Index { base: inner, index } => {
            let (optional, name, mut indices) = optional_element(inner)?;
            indices.push((index, base.span));
            Some((optional, name, indices))
        }
        _ => None,
    }
}

impl Sema<'_> {
    pub fn lower_index(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        base: &'static ast::Expr,
        index: &'static ast::Expr,
    ) -> Res<Val> {
        let span = expr.span;
        if let Some(val) = self.pack_index(cx, base, index, span)? {
            return Ok(val);
        }
        let env = cx.env().clone();
        let named = matches!(base.kind, ExprKind::Dollar { .. });
        if named && self.type_pack_of(&env, base).is_some() || self.is_type_pack(&env, base) {
            let ty = self.eval_type(&env, expr)?;
            return Ok(Val::type_value(ty));
        }
        // `o?.f[i]` goes on inside the optional.
        if let Some((optional, name, mut indices)) = optional_element(base) {
            indices.push((index, span));
            let val = self.lower_operand_raw(cx, optional, None)?;
            let name = self.spelled(&env, name)?;
            return self.map_optional(cx, &val, span, |s, cx, inner| {
                let mut val = s.field(cx, &inner, name, base.span)?;
                for (index, span) in indices {
                    val = s.index_value(cx, &val, index, span)?;
                }
                Ok(val)
            });
        }
        let val = self.lower_part_of(cx, base)?;
        self.index_value(cx, &val, index, span)
    }

    pub fn index_value(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        index: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Poison => Err(Failed),
            TypeKind::Array(elem, count) => {
                if let ValKind::Place(place) = &val.kind
                    && let Access::Constant(name) = &place.access
                    && let ExprKind::Int { value, .. } = &strip_parens(index).kind
                    && *value >= count
                {
                    return Err(self.error(index.span, format!("index {value} is out of bounds for constant '{name}' ({count} elements)")));
                }
                let at = self.index_piece(cx, index)?;
                let at = cx.check(
                    TrapKind::Index,
                    CheckRel::Below,
                    at,
                    Piece::Const(Ty::I64, count),
                );
                self.element(cx, val, at, elem)
            }
            TypeKind::Vector(elem, count) => {
                let at = self.index_piece(cx, index)?;
                let at = cx.check(
                    TrapKind::Index,
                    CheckRel::Below,
                    at,
                    Piece::Const(Ty::I64, u64::from(count)),
                );
                self.element(cx, val, at, elem)
            }
            TypeKind::Slice(elem) => self.slice_element(cx, val, index, elem),
            TypeKind::String | TypeKind::StringZ => self.slice_element(cx, val, index, TypeId::U8),
            TypeKind::ManyPointer(elem) => {
                let loaded = self.load(cx, val);
                let base = self.piece(cx, &loaded);
                let base = cx.pin(base);
                let at = self.index_piece(cx, index)?;
                let size = self.m.types.size_of(elem);
                let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
                let ptr = cx.binary(BinaryOp::PtrAdd, base, offset);
                let addr = cx.addr_of_piece(ptr);
                Ok(Val::place(Place {
                    addr,
                    ty: elem,
                    access: Access::Mutable,
                }))
            }
            TypeKind::Pointer(to)
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Array(..)
                        | TypeKind::Slice(_)
                        | TypeKind::Vector(..)
                        | TypeKind::String
                ) =>
            {
                let place = self.deref_place(cx, val, to);
                self.index_value(cx, &Val::place(place), index, span)
            }
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                let env = cx.env().clone();
                if let ExprKind::Ident(name) = &index.kind
                    && self.is_runtime_variable(&env, *name)
                {
                    return Err(self.error(
                        index.span,
                        format!(
                            "a tuple is indexed by a compile-time constant, and '{}' is a run-time variable",
                            name.name
                        ),
                    ));
                }
                let at = self.comptime_value(&env, index, None, &Purpose::Count)?;
                let at = self.count_of(&at, index.span, "tuple index", 0)?;
                self.tuple_index(cx, val, at, index.span)
            }
            TypeKind::Pointer(_) => {
                let name = self.type_name(val.ty);
                let diag =
                    Diagnostic::error(span, format!("cannot index a value of type '{name}'"))
                        .with_help(None, "a pointer to many elements has type `[*]T`");
                Err(self.report(diag))
            }
            _ => {
                let name = self.type_name(val.ty);
                let diag =
                    Diagnostic::error(span, format!("cannot index a value of type '{name}'"));
                let elements = self.elements_field(val.ty);
                Err(self.report(match elements {
                    None if val.ty == TypeId::TYPE => {
                        diag.with_help(None, "an array type is written `[N]T`")
                    }
                    Some(field) => diag.with_help(None, format!("write `x.{field}[i]`")),
                    None => diag,
                }))
            }
        }
    }

    /// The only field of a struct that can be indexed.
    fn elements_field(&self, ty: TypeId) -> Option<Symbol> {
        let members = self.m.types.members(ty)?;
        let mut indexed = members.iter().filter(|(_, field)| {
            matches!(
                self.m.types.kind(*field),
                TypeKind::Array(..) | TypeKind::Slice(_) | TypeKind::ManyPointer(_)
            )
        });
        let (name, _) = indexed.next()?;
        (*name).filter(|_| indexed.next().is_none())
    }

    /// An index as i64.
    pub fn index_piece(&mut self, cx: &mut FnCx, index: &'static ast::Expr) -> Res<Piece> {
        let val = self.lower_expr(cx, index, None)?;
        let val = self.load(cx, &val);
        if val.is_poison() {
            return Err(Failed);
        }
        if self.is_integer(val.ty) {
            let piece = self.piece(cx, &val);
            let piece = self.number_piece(cx, piece, val.ty, TypeId::I64);
            return Ok(cx.pin(piece));
        }
        let val = self.coerce(cx, val, TypeId::I64, index.span)?;
        let piece = self.piece(cx, &val);
        Ok(cx.pin(piece))
    }

    /// Element at a checked index of an array-like value in memory.
    pub fn element(&mut self, cx: &mut FnCx, val: &Val, at: Piece, elem: TypeId) -> Res<Val> {
        let size = self.m.types.size_of(elem);
        if let Some(index) = at.as_const() {
            return Ok(self.part_at(cx, val, index * size, elem));
        }
        let at = cx.pin(at);
        let (base, access) = match &val.kind {
            ValKind::Place(place) => (place.addr, place.access.clone()),
            ValKind::Mem(_) | ValKind::Regs(_) => (self.spill(cx, val), Access::Temporary),
        };
        let base = cx.addr_piece(base);
        let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
        let ptr = cx.binary(BinaryOp::PtrAdd, base, offset);
        let addr = cx.addr_of_piece(ptr);
        Ok(Val::place(Place {
            addr,
            ty: elem,
            access,
        }))
    }

    pub fn slice_element(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        index: &'static ast::Expr,
        elem: TypeId,
    ) -> Res<Val> {
        let pieces = self.pieces(cx, val);
        let pieces = cx.pin_pieces(&pieces);
        let at = self.index_piece(cx, index)?;
        let at = cx.check(TrapKind::Index, CheckRel::Below, at, pieces[1]);
        let size = self.m.types.size_of(elem);
        let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
        let ptr = cx.binary(BinaryOp::PtrAdd, pieces[0], offset);
        let addr = cx.addr_of_piece(ptr);
        Ok(Val::place(Place {
            addr,
            ty: elem,
            access: Access::Mutable,
        }))
    }

    pub fn lower_slice(
        &mut self,
        cx: &mut FnCx,
        slice: &'static ast::SliceExpr,
        span: Span,
    ) -> Res<Val> {
        let ast::SliceExpr { base, lo, op, hi } = slice;
        let val = self.lower_part_of(cx, base)?;
        let kind = self.m.types.kind(val.ty).clone();
        // Base pointer, length if known, element type, result type.
        let (ptr, len, elem, result) = match kind {
            TypeKind::Poison => return Err(Failed),
            TypeKind::String | TypeKind::StringZ => {
                let p = self.pieces(cx, &val);
                (p[0], Some(p[1]), TypeId::U8, TypeId::STRING)
            }
            TypeKind::Slice(elem) => {
                let p = self.pieces(cx, &val);
                (p[0], Some(p[1]), elem, val.ty)
            }
            TypeKind::Array(elem, count) => {
                let ValKind::Place(place) = &val.kind else {
                    return Err(self.error(
                        span,
                        "cannot slice a temporary array — bind it to a variable first",
                    ));
                };
                let ptr = cx.addr_piece(place.addr);
                let result = self.m.types.slice(elem);
                (ptr, Some(Piece::Const(Ty::I64, count)), elem, result)
            }
            TypeKind::ManyPointer(elem) => {
                if hi.is_none() {
                    let name = self.type_name(val.ty);
                    return Err(self.error(
                        span,
                        format!("slicing a '{name}' requires an explicit upper bound: ptr[0..len]"),
                    ));
                }
                let ptr = self.piece(cx, &val);
                let result = self.m.types.slice(elem);
                (ptr, None, elem, result)
            }
            TypeKind::Pointer(to)
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Array(..) | TypeKind::Slice(_)
                ) =>
            {
                let name = self.type_name(val.ty);
                return Err(self.error(
                    span,
                    format!("cannot slice a value of type '{name}'; write `p.*[..]`"),
                ));
            }
            _ => {
                let name = self.type_name(val.ty);
                return Err(self.error(span, format!("cannot slice a value of type '{name}'")));
            }
        };
        let (ptr, len) = (cx.pin(ptr), len.map(|l| cx.pin(l)));
        let one = Piece::Const(Ty::I64, 1);
        let mut from = match lo {
            Some(lo) => self.index_piece(cx, lo)?,
            None => Piece::Const(Ty::I64, 0),
        };
        if op.lo_exclusive {
            from = cx.binary(BinaryOp::Add, from, one);
            from = cx.pin(from);
        }
        let mut to = match (hi, len) {
            (Some(hi), _) => self.index_piece(cx, hi)?,
            (None, Some(len)) => len,
            (None, None) => return Err(Failed),
        };
        if hi.is_some() && op.hi_inclusive {
            to = cx.binary(BinaryOp::Add, to, one);
            to = cx.pin(to);
        }
        self.at(cx, span);
        if hi.is_some() {
            // How many elements a `[*]T` leads to is not known, but no length is negative.
            let most = len.unwrap_or(Piece::Const(Ty::I64, i64::MAX as u64));
            to = cx.check(TrapKind::Slice, CheckRel::AtMost, to, most);
        }
        from = cx.check(TrapKind::Slice, CheckRel::AtMost, from, to);
        let (from, to) = (cx.pin(from), cx.pin(to));
        let size = self.m.types.size_of(elem);
        let offset = cx.binary(BinaryOp::Mul, from, Piece::Const(Ty::I64, size));
        let start = cx.binary(BinaryOp::PtrAdd, ptr, offset);
        let start = cx.pin(start);
        let count = cx.binary(BinaryOp::Sub, to, from);
        let count = cx.pin(count);
        Ok(Val::regs(result, smallvec![start, count]))
    }
}
