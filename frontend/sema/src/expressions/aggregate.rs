//! Literals that build aggregates: structs, tuples, arrays, slices, vectors, unions, enum values.

use smallvec::smallvec;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, Brackets, ExprKind};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use crate::statements::errors::strip_parens;

/// An element of a literal after spreads are expanded.
pub enum Elem {
    Expr(Option<ast::Ident>, &'static ast::Expr),
    Val(Val),
}

impl Sema<'_> {
    pub fn lower_aggregate(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let mut target = None;
        if let Some(prefix) = &agg.ty {
            match &prefix.kind {
                // `.move.{1, 2}`: a payload with flattened fields.
                ExprKind::EnumLit(name) => {
                    let name = self.spelled(&env, *name)?;
                    let Some(want) = want.map(|w| self.literal_target(w)) else {
                        return Err(self.error(
                            prefix.span,
                            format!(
                                "enum literal '.{}' has no destination type to resolve against",
                                name.name
                            ),
                        ));
                    };
                    return self.variant_aggregate(cx, want, name, agg, span);
                }
                ExprKind::Field { base, name }
                    if self.namespace_of(&env, base, *name).is_none()
                        && self.denotes_type(&env, base) =>
                {
                    let owner = self.eval_type(&env, base)?;
                    self.complete(owner)?;
                    let name = self.spelled(&env, *name)?;
                    let is_variant = self
                        .m
                        .types
                        .enum_def(owner)
                        .is_some_and(|d| d.variants.iter().any(|v| v.name == name.name));
                    if is_variant {
                        return self.variant_aggregate(cx, owner, name, agg, span);
                    }
                }
                _ => {}
            }
            target = Some(self.eval_type(&env, prefix)?);
        } else if let Some(want) = want {
            let stripped = self.literal_target(want);
            target = (stripped != TypeId::ANY && stripped != TypeId::POISON).then_some(stripped);
        }
        let val = match target {
            Some(ty) => {
                self.complete(ty)?;
                self.literal_of(cx, agg, ty, span)?
            }
            None => self.untyped_literal(cx, agg, span)?,
        };
        match &agg.init {
            Some(block) => self.init_block(cx, val, block),
            None => Ok(val),
        }
    }

    pub fn init_block(&mut self, cx: &mut FnCx, val: Val, block: &'static ast::Block) -> Res<Val> {
        let addr = self.slot(cx, val.ty);
        self.store(cx, addr, &val);
        cx.push_scope();
        let pointer = self.pointer_to(cx, addr, val.ty);
        let ident = ast::Ident {
            name: Symbol::intern("self"),
            kind: ast::IdentKind::Raw,
            span: block.span,
        };
        self.declare_var(cx, ident, pointer.ty, Some(&pointer), Access::Mutable);
        let done = self.lower_stmts(cx, block, false);
        self.end_scope(cx)?;
        done?;
        Ok(Val::mem(val.ty, addr))
    }

    pub fn literal_of(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        match self.m.types.kind(ty).clone() {
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) if agg.brackets == Brackets::Brace => {
                self.struct_literal(cx, agg, ty, span)
            }
            TypeKind::Tuple(_) if agg.brackets == Brackets::Brace => {
                self.tuple_literal(cx, agg, ty, span)
            }
            TypeKind::Union(_) if agg.brackets == Brackets::Brace => {
                self.union_literal(cx, agg, ty, span)
            }
            TypeKind::Array(elem, count) => self.array_literal(cx, agg, ty, elem, count, span),
            TypeKind::Vector(elem, count) => {
                self.array_literal(cx, agg, ty, elem, u64::from(count), span)
            }
            TypeKind::Slice(elem) if agg.brackets == Brackets::Square => {
                if agg.elems.is_empty() {
                    return Ok(self.zero_val(cx, ty));
                }
                let count = self.expand(cx, &agg.elems)?;
                let array = self.m.types.array(elem, count.len() as u64);
                let val = self.array_from(cx, count, array, elem, span)?;
                let addr = self.spill(cx, &val);
                let data = cx.addr_piece(addr);
                let len = match self.m.types.kind(array) {
                    TypeKind::Array(_, n) => *n,
                    _ => 0,
                };
                Ok(Val::regs(ty, smallvec![data, Piece::Const(Ty::I64, len)]))
            }
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_)
                if agg.brackets == Brackets::Brace =>
            {
                let elem = match self.m.types.kind(ty) {
                    TypeKind::Slice(t) => *t,
                    _ => TypeId::U8,
                };
                let ptr = self.m.types.many_pointer(elem);
                self.words_literal(cx, agg, ty, &[("ptr", ptr), ("len", TypeId::I64)], span)
            }
            TypeKind::Closure(_) if agg.brackets == Brackets::Brace => self.words_literal(
                cx,
                agg,
                ty,
                &[("fn_ptr", TypeId::VOID_PTR), ("env", TypeId::VOID_PTR)],
                span,
            ),
            TypeKind::Protocol(_) => {
                let val = self.untyped_literal(cx, agg, span)?;
                Ok(val)
            }
            TypeKind::Void if agg.elems.is_empty() => Ok(Val::void()),
            TypeKind::Failable { values, .. } => {
                let success = match values.as_slice() {
                    [(_, one)] => *one,
                    _ if agg.elems.len() == values.len() => {
                        self.m.types.intern(TypeKind::Tuple(values))
                    }
                    _ => {
                        let all = self.m.types.members(ty).unwrap_or_default();
                        self.m.types.intern(TypeKind::Tuple(all))
                    }
                };
                self.literal_of(cx, agg, success, span)
            }
            TypeKind::Poison => Err(Failed),
            _ => {
                let name = self.type_name(ty);
                if agg.brackets == Brackets::Square {
                    if agg.ty.is_some() {
                        return Err(self.error(
                            span,
                            format!("a '.[ ]' literal's type prefix names the aggregate type, not the element type: '{name}' is no array"),
                        ));
                    }
                    return self.untyped_literal(cx, agg, span);
                }
                Err(self.error(
                    span,
                    format!("cannot build a struct literal for non-struct type '{name}'"),
                ))
            }
        }
    }

    /// Elements with spreads of tuples, structs, arrays and packs expanded. Values of spreads are evaluated here, in
    /// their turn only as long as nothing else has effects; plain elements follow in order.
    pub fn expand(&mut self, cx: &mut FnCx, elems: &'static [ast::Arg]) -> Res<Vec<Elem>> {
        let mut out = Vec::new();
        for elem in elems {
            match &elem.value.kind {
                ExprKind::Spread(inner) => {
                    for (_, val) in self.spread_values(cx, inner, None)? {
                        out.push(Elem::Val(val));
                    }
                }
                _ => out.push(Elem::Expr(elem.name, &elem.value)),
            }
        }
        Ok(out)
    }

    pub fn elem_to(&mut self, cx: &mut FnCx, elem: &Elem, ty: TypeId, span: Span) -> Res<Val> {
        match elem {
            Elem::Expr(_, expr) => {
                let val = self.lower_to(cx, expr, ty)?;
                let val = self.own(cx, &val);
                Ok(self.stable(cx, &val))
            }
            Elem::Val(val) => self.coerce(cx, val.clone(), ty, span),
        }
    }

    pub fn tuple_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let members = self.m.types.members(ty).unwrap_or_default();
        let elems = self.expand(cx, &agg.elems)?;
        if elems.len() != members.len() {
            let mut given = Vec::new();
            for (i, elem) in elems.iter().enumerate() {
                let want = members.get(i).map(|(_, ty)| *ty);
                given.push(match (elem, want) {
                    (_, Some(ty)) => (None, ty),
                    (Elem::Expr(_, expr), None) => {
                        let val = self.lower_expr(cx, expr, None)?;
                        (None, self.settle_literal(&val, expr.span)?.ty)
                    }
                    (Elem::Val(val), None) => (None, val.ty),
                });
            }
            let given = self.m.types.intern(TypeKind::Tuple(given));
            return Err(self.wrong_count(cx, given, ty, span));
        }
        let mut vals: Vec<Option<Val>> = vec![None; members.len()];
        // The others are looked at for their own mistakes.
        let mut wrong = false;
        for (i, elem) in elems.iter().enumerate() {
            let at = match elem {
                Elem::Expr(Some(name), _) => {
                    let name = &self.spelled(&cx.env().clone(), *name)?;
                    match members.iter().position(|(n, _)| *n == Some(name.name)) {
                        Some(at) => at,
                        None => {
                            let shown = self.type_name(ty);
                            return Err(self.error(
                                name.span,
                                format!("field '{}' not found on type '{shown}'", name.name),
                            ));
                        }
                    }
                }
                Elem::Expr(None, _) | Elem::Val(..) => i,
            };
            match self.elem_to(cx, elem, members[at].1, span) {
                Ok(val) => vals[at] = Some(val),
                Err(Failed) => wrong = true,
            }
        }
        if wrong {
            return Err(Failed);
        }
        let vals: Vec<Val> = vals.into_iter().flatten().collect();
        Ok(self.make_aggregate(cx, ty, &vals))
    }

    /// An array or tuple literal with too few or too many elements is a value of another type.
    pub fn wrong_count(
        &mut self,
        cx: &mut FnCx,
        given: TypeId,
        want: TypeId,
        span: Span,
    ) -> Failed {
        let (a, b) = (self.type_name(given), self.type_name(want));
        let message = match cx.storing.take() {
            Some((at, verb)) if at == span => {
                format!("cannot {verb} '{b}' with a value of type '{a}'")
            }
            _ => format!(
                "cannot coerce a value of type '{a}' to '{b}': no implicit conversion applies"
            ),
        };
        self.error(span, message)
    }

    pub fn array_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        elem: TypeId,
        count: u64,
        span: Span,
    ) -> Res<Val> {
        let elems = self.expand(cx, &agg.elems)?;
        if elems.len() as u64 != count {
            let given = self.m.types.array(elem, elems.len() as u64);
            return Err(self.wrong_count(cx, given, ty, span));
        }
        self.array_from(cx, elems, ty, elem, span)
    }

    pub fn array_from(
        &mut self,
        cx: &mut FnCx,
        elems: Vec<Elem>,
        ty: TypeId,
        elem: TypeId,
        span: Span,
    ) -> Res<Val> {
        let slot = self.slot(cx, ty);
        let size = self.m.types.size_of(elem);
        if let TypeKind::Vector(..) = self.m.types.kind(ty) {
            let whole = self.m.types.size_of(ty);
            cx.zero(slot, whole);
        }
        // The others are looked at for their own mistakes.
        let mut wrong = false;
        for (i, e) in elems.iter().enumerate() {
            let val = match e {
                Elem::Expr(_, expr) => self.lower_to(cx, expr, elem),
                Elem::Val(val) => self.coerce(cx, val.clone(), elem, span),
            };
            match val {
                Ok(val) => self.store(cx, slot.plus(i as u64 * size), &val),
                Err(Failed) => wrong = true,
            }
        }
        if wrong {
            return Err(Failed);
        }
        Ok(Val::mem(ty, slot))
    }

    pub fn untyped_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        span: Span,
    ) -> Res<Val> {
        if agg.brackets == Brackets::Square {
            return self.untyped_array(cx, agg, span);
        }
        // `.{x}` is a field named x.
        let all_bare = !agg.elems.is_empty()
            && agg
                .elems
                .iter()
                .all(|e| e.name.is_none() && matches!(e.value.kind, ExprKind::Ident(_)));
        let any_named = agg.elems.iter().any(|e| e.name.is_some());
        let mut fields: Vec<(Symbol, TypeId)> = Vec::new();
        let mut vals = Vec::new();
        for (i, elem) in agg.elems.iter().enumerate() {
            let bare_in_named = any_named && matches!(elem.value.kind, ExprKind::Ident(_));
            if any_named
                && elem.name.is_none()
                && !bare_in_named
                && !matches!(elem.value.kind, ExprKind::Spread(_))
            {
                return Err(self.error(
                    span,
                    "an untyped '.{ }' literal cannot mix positional and named elements",
                ));
            }
            if let ExprKind::Spread(inner) = &elem.value.kind {
                for (name, val) in self.spread_values(cx, inner, None)? {
                    let at = fields.len();
                    let name = match name {
                        Some(n) if any_named => n,
                        _ => Symbol::intern(&at.to_string()),
                    };
                    fields.push((name, val.ty));
                    vals.push(val);
                }
                continue;
            }
            let name = match (&elem.name, &elem.value.kind) {
                (Some(name), _) => {
                    let env = cx.env().clone();
                    self.spelled(&env, *name)?.name
                }
                (None, ExprKind::Ident(name)) if all_bare || any_named => name.name,
                _ => Symbol::intern(&fields.len().to_string()),
            };
            let val = self.lower_expr(cx, &elem.value, None);
            let others = agg.elems[i + 1..].iter().map(|other| &other.value);
            let val = self.or_beside(cx, val, others)?;
            self.no_failable(cx, &val, elem.value.span)?;
            let val = self.own(cx, &val);
            let val = self.stable(cx, &val);
            let val = self.settle_literal(&val, elem.value.span)?;
            if fields.iter().any(|(n, _)| *n == name) {
                return Err(self.error(
                    elem.value.span,
                    format!("field '{name}' is given more than once"),
                ));
            }
            fields.push((name, val.ty));
            vals.push(val);
        }
        let ty = self.m.types.intern(TypeKind::AnonStruct(fields));
        Ok(self.make_aggregate(cx, ty, &vals))
    }

    /// The first element decides the type and the rest convert to it; at compile time any float makes it `f64`.
    pub fn untyped_array(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        span: Span,
    ) -> Res<Val> {
        if agg.elems.is_empty() {
            return Err(self.error(span, "an empty `.[]` needs a type from its destination"));
        }
        let elems = self.expand(cx, &agg.elems)?;
        let float = cx.comptime
            && agg
                .elems
                .iter()
                .any(|e| matches!(e.value.kind, ExprKind::Float { .. }))
            && agg.elems.iter().all(|e| {
                matches!(
                    e.value.kind,
                    ExprKind::Float { .. } | ExprKind::Int { .. } | ExprKind::Unary { .. }
                )
            });
        let mut elem_ty = float.then_some(TypeId::F64);
        // Numbers of a constant are `i64` each, or `f64` if one is a float, whatever types they have (part 4 §6).
        if cx.implicit && elem_ty.is_none() {
            elem_ty = self.constant_numbers(cx, &agg.elems)?;
        }
        let mut vals = Vec::new();
        for e in &elems {
            let val = match (e, elem_ty) {
                (Elem::Expr(_, expr), Some(ty)) => self.lower_to(cx, expr, ty)?,
                (Elem::Expr(_, expr), None) => {
                    if let ExprKind::Aggregate(inner) = &strip_parens(expr).kind
                        && inner.ty.is_none()
                        && inner.brackets == Brackets::Square
                    {
                        return Err(self.error(
                            expr.span,
                            "a nested `.[ ]` literal needs a type from its destination",
                        ));
                    }
                    let val = self.lower_expr(cx, expr, None)?;
                    self.no_failable(cx, &val, expr.span)?;
                    self.settle_literal(&val, expr.span)?
                }
                (Elem::Val(val), Some(ty)) => self.coerce(cx, val.clone(), ty, span)?,
                (Elem::Val(val), None) => val.clone(),
            };
            elem_ty = elem_ty.or(Some(val.ty));
            let val = self.own(cx, &val);
            vals.push(self.stable(cx, &val));
        }
        let elem = elem_ty.unwrap_or(TypeId::I64);
        let ty = self.m.types.array(elem, vals.len() as u64);
        let slot = self.slot(cx, ty);
        let size = self.m.types.size_of(elem);
        for (i, val) in vals.iter().enumerate() {
            self.store(cx, slot.plus(i as u64 * size), val);
        }
        Ok(Val::mem(ty, slot))
    }

    /// The element type of a constant array of numbers; `None` if it has other elements, or only one type.
    fn constant_numbers(
        &mut self,
        cx: &mut FnCx,
        elems: &'static [ast::Arg],
    ) -> Res<Option<TypeId>> {
        let mut float = false;
        for elem in elems {
            if !matches!(
                elem.value.kind,
                ExprKind::Int { .. }
                    | ExprKind::Float { .. }
                    | ExprKind::Ident(_)
                    | ExprKind::Field { .. }
                    | ExprKind::Unary { .. }
                    | ExprKind::Binary { .. }
                    | ExprKind::Paren(_)
                    | ExprKind::Index { .. }
            ) {
                return Ok(None);
            }
            let ty = self.type_of_expr(cx, &elem.value)?;
            if self.is_float(ty) {
                float = true;
            } else if !self.is_integer(ty) {
                return Ok(None);
            }
        }
        Ok(Some(if float { TypeId::F64 } else { TypeId::I64 }))
    }

    // ---------------------------------------------------------------------------------------------- spreads

    /// Values that `..e` stands for: elements of a tuple, struct, array or pack.
    pub fn spread_values(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        into: Option<&str>,
    ) -> Res<Vec<(Option<Symbol>, Val)>> {
        if let Some(vals) = self.spread_pack(cx, expr)? {
            return Ok(vals.into_iter().map(|v| (None, v)).collect());
        }
        let val = self.lower_expr(cx, expr, None)?;
        let val = match val.kind {
            ValKind::Place(_) => val,
            _ => {
                let loaded = self.load(cx, &val);
                self.stable(cx, &loaded)
            }
        };
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Tuple(_) | TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let members = self.m.types.members(val.ty).unwrap_or_default();
                let mut out = Vec::new();
                for (i, (name, _)) in members.iter().enumerate() {
                    let member = self.member(cx, &val, i);
                    let member = self.own(cx, &member);
                    out.push((*name, self.stable(cx, &member)));
                }
                Ok(out)
            }
            TypeKind::Array(elem, count) => {
                let size = self.m.types.size_of(elem);
                let mut out = Vec::new();
                for i in 0..count {
                    let part = self.part_at(cx, &val, i * size, elem);
                    let part = self.own(cx, &part);
                    out.push((None, self.stable(cx, &part)));
                }
                Ok(out)
            }
            TypeKind::Poison => Err(Failed),
            _ => {
                let name = self.type_name(val.ty);
                let into = into.map_or("here".to_string(), |f| format!("into '{f}'"));
                Err(self.error(expr.span, format!("cannot spread this value {into} — '{name}' is no tuple, struct, array or pack")))
            }
        }
    }
}
