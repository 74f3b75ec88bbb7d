//! Member access: fields, payloads, lanes, limits, `?.`.

use std::rc::Rc;

use crate::declarations::lookup::nearest;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Place, Val, ValKind};
use crate::sema::{Binding, Entity, Env, Failed, Res, Sema};
use sx_ir::{CheckRel, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

/// Whether an expression is the name of a variable, which most are of which a member is taken.
fn is_variable(env: &Rc<Env>, expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Ident(name) if name.kind == ast::IdentKind::Plain && !name.name.is_special() => {
            matches!(env.get(name.name), Some(Binding::Var { .. }))
        }
        _ => false,
    }
}

impl Sema<'_> {
    pub fn lower_field(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        base: &'static ast::Expr,
        name: ast::Ident,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let name = self.spelled(&env, name)?;
        if !is_variable(&env, base)
            && let Some(val) = self.member_of_no_value(cx, expr, base, name, want)?
        {
            return Ok(val);
        }
        self.check_element_member(cx, base, name)?;
        let val = self.lower_part_of(cx, base)?;
        if val.ty == TypeId::TYPE
            && let Some(ty) = val.as_type()
            && !matches!(val.kind, ValKind::Place(_))
        {
            return self.type_member(cx, ty, name, want, expr.span);
        }
        self.field(cx, &val, name, expr.span)
    }

    /// `base.name` where `base` is a namespace, a pack, the payload of a parameter, or a type.
    fn member_of_no_value(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        base: &'static ast::Expr,
        name: ast::Ident,
        want: Option<TypeId>,
    ) -> Res<Option<Val>> {
        let env = cx.env().clone();
        if let Some(set) = self.namespace_of(&env, base, name) {
            let ns = self.span_text(base.span);
            if matches!(name.as_str(), "OS" | "ARCH" | "POINTER_SIZE") && self.is_target_module(set)
            {
                return self.target_constant(cx, name, expr.span).map(Some);
            }
            let (entity, decl) = self.resolve_in_namespace(set, &ns, name)?;
            return (self.lower_entity(cx, entity, decl, name, want, expr.span)).map(Some);
        }
        if let Some(val) = self.pack_member(cx, base, name)? {
            return Ok(Some(val));
        }
        if let Some(val) = self.parameter_payload(cx, base, name)? {
            return Ok(Some(val));
        }
        // `u8.max` is the limit even where a value is called `u8`.
        if let ExprKind::Ident(ident) = &base.kind
            && let Some(ty) = self.reserved_type(*ident)
            && let Some(val) = self.numeric_limit(ty, name)
        {
            return Ok(Some(val));
        }
        if self.denotes_type(&env, base) {
            let ty = self.eval_type(&env, base)?;
            return self.type_member(cx, ty, name, want, expr.span).map(Some);
        }
        Ok(None)
    }

    /// `T.name`: limits, variants, constants, nested types.
    pub fn type_member(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        self.complete_for_member(ty, name.name)?;
        if let Some(val) = self.numeric_limit(ty, name) {
            return Ok(val);
        }
        if let Some(def) = self.m.types.enum_def(ty).cloned()
            && let Some(index) = def.variants.iter().position(|v| v.name == name.name)
        {
            return self.make_variant(cx, ty, index, None, span);
        }
        if let TypeKind::ErrorSet(_) = self.m.types.kind(ty) {
            return self.error_tag_literal(name, Some(ty), span);
        }
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name.name))
            .copied()
        {
            let entity = self.resolve_decl(decl)?;
            if let Entity::Fn(_) = entity {
                return Err(self.error(
                    name.span,
                    format!("field '{}' not found on type 'Type'", name.name),
                ));
            }
            return self.lower_entity(cx, entity, decl, name, want, span);
        }
        let limits = [
            "min",
            "max",
            "epsilon",
            "min_positive",
            "true_min",
            "inf",
            "nan",
        ];
        let shown = self.type_name(ty);
        if matches!(
            name.as_str(),
            "epsilon" | "min_positive" | "true_min" | "inf" | "nan"
        ) && self.is_integer(ty)
        {
            return Err(self.error(
                name.span,
                format!(
                    "type '{shown}' has no '.{}' — '.{}' applies only to float types",
                    name.name, name.name
                ),
            ));
        }
        let builtin = !matches!(
            self.m.types.kind(ty),
            TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Union(_) | TypeKind::Protocol(_)
        );
        if limits.contains(&name.as_str()) && builtin {
            return Err(self.error(
                name.span,
                format!("type '{shown}' has no '.{}' — numeric limits apply only to integer and float types", name.name),
            ));
        }
        let diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type 'Type'", name.name),
        );
        let variants = self.m.types.enum_def(ty).map_or(&[][..], |d| &d.variants);
        let limits = limits.iter().filter(|_| builtin).copied();
        let names = variants.iter().map(|v| v.name.as_str()).chain(limits);
        let near = nearest(name.as_str(), names);
        let diag = match near {
            Some(near) => diag.with_help(None, format!("did you mean '{shown}.{near}'?")),
            None => diag,
        };
        Err(self.report(diag))
    }

    pub fn numeric_limit(&mut self, ty: TypeId, name: ast::Ident) -> Option<Val> {
        if let Some((bits, signed)) = self.m.types.int_info(ty) {
            let value: u64 = match (name.as_str(), signed) {
                ("min", true) => (-1i64 << (bits - 1)) as u64,
                ("max", true) => (1u64 << (bits - 1)) - 1,
                ("min", false) => 0,
                ("max", false) => {
                    if bits == 64 {
                        u64::MAX
                    } else {
                        (1u64 << bits) - 1
                    }
                }
                _ => return None,
            };
            return Some(self.int_val(ty, value));
        }
        let bits = match (ty, name.as_str()) {
            (TypeId::F64, "min") => f64::MIN.to_bits(),
            (TypeId::F64, "max") => f64::MAX.to_bits(),
            (TypeId::F64, "epsilon") => f64::EPSILON.to_bits(),
            (TypeId::F64, "min_positive") => f64::MIN_POSITIVE.to_bits(),
            (TypeId::F64, "true_min") => 1,
            (TypeId::F64, "inf") => f64::INFINITY.to_bits(),
            (TypeId::F64, "nan") => sx_ir::semantics::CANONICAL_NAN_F64,
            (TypeId::F32, "min") => u64::from(f32::MIN.to_bits()),
            (TypeId::F32, "max") => u64::from(f32::MAX.to_bits()),
            (TypeId::F32, "epsilon") => u64::from(f32::EPSILON.to_bits()),
            (TypeId::F32, "min_positive") => u64::from(f32::MIN_POSITIVE.to_bits()),
            (TypeId::F32, "true_min") => 1,
            (TypeId::F32, "inf") => u64::from(f32::INFINITY.to_bits()),
            (TypeId::F32, "nan") => sx_ir::semantics::CANONICAL_NAN_F32,
            _ => return None,
        };
        Some(Val::scalar(ty, Piece::Const(self.scalar(ty), bits)))
    }

    /// `val.name` on a value.
    pub fn field(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident, span: Span) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        match self.try_field(cx, val, name, span)? {
            Some(val) => Ok(val),
            None => Err(self.no_field(val.ty, name)),
        }
    }

    pub fn no_field(&mut self, ty: TypeId, name: ast::Ident) -> Failed {
        let shown = self.type_name(ty);
        let target = match self.m.types.kind(ty) {
            TypeKind::Pointer(t) => *t,
            _ => ty,
        };
        if let TypeKind::Optional(_) = self.m.types.kind(ty) {
            let diag = Diagnostic::error(
                name.span,
                format!("cannot use a value of type '{shown}' as an operand: an optional does not implicitly unwrap"),
            )
            .with_help(None, format!("use `?.{}`, or unwrap it with `!`", name.name));
            return self.report(diag);
        }
        if Some(target) == self.context_type {
            return self.no_context_field(name);
        }
        if self.meant_by_failed_impl(target, name.name) {
            return Failed;
        }
        let diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type '{shown}'", name.name),
        );
        let diag = self.with_member_meant(diag, target, name.as_str());
        self.report(diag)
    }

    /// Field, promoted union member, payload, lane, `len`/`ptr`, getter; through one pointer.
    pub fn try_field(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        name: ast::Ident,
        span: Span,
    ) -> Res<Option<Val>> {
        if self.m.types.growing() != Some(val.ty) {
            self.complete(val.ty)?;
        }
        let kind = self.m.types.kind(val.ty).clone();
        match kind {
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                if !self.caches.context_defaults.is_empty() && Some(val.ty) == self.context_type {
                    self.demand_context_field(name.name);
                }
                let members = self.m.types.members(val.ty).unwrap_or_default();
                if let Some(index) = members.iter().position(|(n, _)| *n == Some(name.name)) {
                    return Ok(Some(self.member(cx, val, index)));
                }
                if let Some(getter) = self.getter(val.ty, name.name)? {
                    return self.call_getter(cx, getter, val, span).map(Some);
                }
                Ok(None)
            }
            TypeKind::Union(_) => Ok(self.union_member(cx, val, name)),
            TypeKind::Enum(_) => {
                if let Some(val) = self.variant_payload(cx, val, name) {
                    return Ok(Some(val));
                }
                if let Some(getter) = self.getter(val.ty, name.name)? {
                    return self.call_getter(cx, getter, val, span).map(Some);
                }
                Ok(None)
            }
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_) => {
                let (index, ty) = match name.as_str() {
                    "ptr" => {
                        let elem = if let TypeKind::Slice(t) = kind {
                            t
                        } else {
                            TypeId::U8
                        };
                        (0, self.m.types.many_pointer(elem))
                    }
                    "len" => (1, TypeId::I64),
                    _ => return Ok(None),
                };
                Ok(Some(self.word(cx, val, index, ty)))
            }
            TypeKind::Closure(_) => match name.as_str() {
                "fn_ptr" => Ok(Some(self.word(cx, val, 0, TypeId::VOID_PTR))),
                "env" => Ok(Some(self.word(cx, val, 1, TypeId::VOID_PTR))),
                _ => Ok(None),
            },
            TypeKind::Array(_, count) if name.as_str() == "len" => {
                Ok(Some(Val::int(TypeId::I64, Ty::I64, count)))
            }
            TypeKind::Vector(_, count) if name.as_str() == "len" => {
                Ok(Some(Val::int(TypeId::I64, Ty::I64, u64::from(count))))
            }
            TypeKind::Vector(elem, count) => {
                let lane = match name.as_str() {
                    "x" | "r" => 0,
                    "y" | "g" => 1,
                    "z" | "b" => 2,
                    "w" | "a" => 3,
                    _ => return Ok(None),
                };
                if lane >= count {
                    return Ok(None);
                }
                let offset = u64::from(lane) * self.m.types.size_of(elem);
                Ok(Some(self.part_at(cx, val, offset, elem)))
            }
            TypeKind::Pointer(to) => {
                if to == TypeId::VOID {
                    return Ok(None);
                }
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Pointer(_) | TypeKind::Optional(_)
                ) {
                    return Ok(None);
                }
                let place = self.deref_place(cx, val, to);
                let place = Val::place(place);
                self.try_field(cx, &place, name, span)
            }
            _ => Ok(None),
        }
    }

    /// Word `index` of a two-word value.
    pub fn word(&mut self, cx: &mut FnCx, val: &Val, index: usize, ty: TypeId) -> Val {
        match &val.kind {
            ValKind::Regs(pieces) => Val::scalar(
                ty,
                pieces
                    .get(index)
                    .copied()
                    .unwrap_or(Piece::Const(Ty::I64, 0)),
            ),
            ValKind::Mem(_) | ValKind::Place(_) => self.part_at(cx, val, 8 * index as u64, ty),
        }
    }

    /// The part of a value at `offset`.
    pub fn part_at(&mut self, cx: &mut FnCx, val: &Val, offset: u64, ty: TypeId) -> Val {
        match &val.kind {
            ValKind::Place(place) => Val::place(Place {
                addr: place.addr.plus(offset),
                ty,
                access: place.access.clone(),
            }),
            ValKind::Mem(addr) => Val::mem(ty, addr.plus(offset)),
            ValKind::Regs(_) => {
                let addr = self.spill(cx, val);
                Val::mem(ty, addr.plus(offset))
            }
        }
    }

    pub fn union_member(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident) -> Option<Val> {
        let def = self.m.types.union_def(val.ty)?.clone();
        if let Some(member) = def.members.iter().find(|m| m.name == name.name) {
            return Some(self.part_at(cx, val, 0, member.ty));
        }
        for index in def.promoted {
            let arm = def.members[index].ty;
            let members = self.m.types.members(arm).unwrap_or_default();
            if let Some(at) = members.iter().position(|(n, _)| *n == Some(name.name)) {
                let offset = self.m.types.offset_of(arm, at);
                return Some(self.part_at(cx, val, offset, members[at].1));
            }
        }
        None
    }

    /// `j.busy`: the payload, after checking that the variant is active.
    pub fn variant_payload(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident) -> Option<Val> {
        let def = self.m.types.enum_def(val.ty)?.clone();
        let variant = def.variants.iter().find(|v| v.name == name.name)?;
        let payload = variant.payload?;
        let addr = self.spill(cx, val);
        let scalar = self.scalar(def.backing);
        let (tag_at, payload_at) = match def.places {
            Some(places) => (places.tag_offset, places.payload_offset),
            None => (0, self.m.types.size_of(def.backing)),
        };
        let tag = cx.load_scalar(scalar, addr.plus(tag_at));
        let wanted =
            sx_ir::semantics::zext_from(variant.value as u64, scalar.int_bits().unwrap_or(64));
        cx.check(
            TrapKind::Variant,
            CheckRel::Equal,
            tag,
            Piece::Const(scalar, wanted),
        );
        Some(match &val.kind {
            ValKind::Place(place) => Val::place(Place {
                addr: addr.plus(payload_at),
                ty: payload,
                access: place.access.clone(),
            }),
            ValKind::Mem(_) | ValKind::Regs(_) => Val::mem(payload, addr.plus(payload_at)),
        })
    }

    pub fn tuple_index(&mut self, cx: &mut FnCx, val: &Val, index: u64, span: Span) -> Res<Val> {
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                let members = self.m.types.members(val.ty).unwrap_or_default();
                if (index as usize) < members.len() {
                    return Ok(self.member(cx, val, index as usize));
                }
            }
            TypeKind::Pointer(to) if to != TypeId::VOID => {
                let place = self.deref_place(cx, val, to);
                return self.tuple_index(cx, &Val::place(place), index, span);
            }
            TypeKind::Poison => return Err(Failed),
            _ => {}
        }
        let name = self.type_name(val.ty);
        Err(self.error(span, format!("field '{index}' not found on type '{name}'")))
    }

    pub fn lower_opt_field(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_operand_raw(cx, base, None)?;
        let name = self.spelled(&cx.env().clone(), name)?;
        self.map_optional(cx, &val, span, |s, cx, inner| {
            s.field(cx, &inner, name, span)
        })
    }

    /// `o?...`: applies `f` to the payload if there is one; the result is optional, without double wrapping.
    pub fn map_optional(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        span: Span,
        f: impl FnOnce(&mut Self, &mut FnCx, Val) -> Res<Val>,
    ) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
            let name = self.type_name(val.ty);
            return Err(self.error(
                span,
                format!("'?.' needs an optional on its left, but this has type '{name}'"),
            ));
        }
        let val = match val.kind {
            ValKind::Place(_) => val.clone(),
            _ => self.stable(cx, val),
        };
        let present = self.is_present(cx, &val);
        cx.open();
        let payload = self.payload_of(cx, &val);
        let inner = f(self, cx, payload);
        let inner = match inner {
            Ok(inner) => self.own(cx, &inner),
            Err(Failed) => {
                cx.close();
                return Err(Failed);
            }
        };
        let inner = self.default_literal(&inner);
        let result = match self.m.types.kind(inner.ty) {
            TypeKind::Optional(_) => inner.ty,
            _ => self.m.types.optional(inner.ty),
        };
        let wrapped = if result == inner.ty {
            inner
        } else {
            self.wrap_optional(cx, &inner, result)?
        };
        let out = self.slot(cx, result);
        self.store(cx, out, &wrapped);
        let then = cx.close();
        cx.open();
        let size = self.m.types.size_of(result);
        cx.zero(out, size);
        let els = cx.close();
        let cond = cx.use_piece(present);
        cx.emit(sx_ir::StmtKind::If { cond, then, els });
        Ok(Val::mem(result, out))
    }
}
