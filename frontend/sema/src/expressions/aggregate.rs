//! Literals that build aggregates: structs, tuples, arrays, slices, vectors, unions, enum values.

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, Brackets, ExprKind};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Pieces, Val, ValKind};
use crate::sema::{Env, Failed, FieldDefault, Res, Sema};

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
                    let Some(want) = want.map(|w| self.literal_target(w)) else {
                        return Err(self.error(
                            prefix.span,
                            format!(
                                "enum literal '.{}' has no destination type to resolve against",
                                name.name
                            ),
                        ));
                    };
                    return self.variant_aggregate(cx, want, *name, agg, span);
                }
                ExprKind::Field { base, name }
                    if self.namespace_of(&env, base).is_none() && self.denotes_type(&env, base) =>
                {
                    let owner = self.eval_type(&env, base)?;
                    self.complete(owner)?;
                    let is_variant = self
                        .m
                        .types
                        .enum_def(owner)
                        .is_some_and(|d| d.variants.iter().any(|v| v.name == name.name));
                    if is_variant {
                        return self.variant_aggregate(cx, owner, *name, agg, span);
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

    pub fn struct_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let members = self.m.types.members(ty).unwrap_or_default();
        let shown = self.type_name(ty);
        let has_field = |name: Symbol| members.iter().any(|(n, _)| *n == Some(name));
        let all_bare = !agg.elems.is_empty()
            && agg.elems.iter().all(|e| match (&e.name, &e.value.kind) {
                (None, ExprKind::Ident(i)) => has_field(i.name),
                _ => false,
            });
        let named = agg.elems.iter().any(|e| e.name.is_some()) || all_bare;
        let mut vals: Vec<Option<Val>> = vec![None; members.len()];
        if named {
            for elem in &agg.elems {
                let (name, expr) = match (&elem.name, &elem.value.kind) {
                    (Some(name), _) => (*name, &elem.value),
                    (None, ExprKind::Ident(name)) => (*name, &elem.value),
                    _ => {
                        return Err(self.error(elem.value.span, "a literal with named fields takes only `name = value` elements and bare field names"));
                    }
                };
                let Some(index) = members.iter().position(|(n, _)| *n == Some(name.name)) else {
                    let candidates: Vec<String> = members
                        .iter()
                        .filter_map(|(n, _)| n.map(|n| n.to_string()))
                        .collect();
                    let diag = sx_syntax::Diagnostic::error(
                        name.span,
                        format!("field '{}' not found on type '{shown}'", name.name),
                    );
                    let diag = match crate::declarations::lookup::nearest(
                        name.as_str(),
                        candidates.iter().map(String::as_str),
                    ) {
                        Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
                        None => diag,
                    };
                    return Err(self.report(diag));
                };
                if vals[index].is_some() {
                    return Err(self.error(
                        name.span,
                        format!("field '{}' is given more than once", name.name),
                    ));
                }
                let val = self.elem_to(cx, &Elem::Expr(None, expr), members[index].1, span)?;
                vals[index] = Some(val);
            }
        } else {
            let elems = self.expand(cx, &agg.elems)?;
            if elems.len() > members.len() {
                return Err(self.error(
                    span,
                    format!(
                        "'{shown}' has {} fields, but the literal gives {} values",
                        members.len(),
                        elems.len()
                    ),
                ));
            }
            for (i, elem) in elems.iter().enumerate() {
                let val = self.elem_to(cx, elem, members[i].1, span)?;
                vals[i] = Some(val);
            }
        }
        let mut out = Vec::new();
        for (i, val) in vals.into_iter().enumerate() {
            out.push(match val {
                Some(val) => val,
                None => self.field_default(cx, ty, i, members[i].1)?,
            });
        }
        Ok(self.make_aggregate(cx, ty, &out))
    }

    /// Value of a field that a literal or declaration leaves out.
    pub fn field_default(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        index: usize,
        field_ty: TypeId,
    ) -> Res<Val> {
        let default = self
            .nominals
            .get(&ty)
            .and_then(|n| n.defaults.get(index))
            .cloned();
        match default {
            Some(FieldDefault::Expr { expr, env, .. }) => {
                self.lower_foreign(cx, &env, expr, field_ty)
            }
            Some(FieldDefault::None | FieldDefault::Undef) | None => {
                Ok(self.zero_val(cx, field_ty))
            }
        }
    }

    /// Lowers an expression written elsewhere (a default): its names resolve there.
    pub fn lower_foreign(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Val> {
        cx.push_scope_env(env.child());
        let (loc, span, module) = (cx.loc, cx.span, cx.module);
        cx.module = env.module;
        let val = self.lower_to(cx, expr, ty);
        cx.module = module;
        (cx.loc, cx.span) = (loc, span);
        cx.scopes.pop();
        val
    }

    /// `x : T;`: the type's own field defaults run, everything nested is zero.
    pub fn default_value(&mut self, cx: &mut FnCx, ty: TypeId) -> Res<Val> {
        let has_defaults = self.nominals.get(&ty).is_some_and(|n| {
            n.defaults
                .iter()
                .any(|d| matches!(d, FieldDefault::Expr { .. }))
        });
        if !has_defaults || !matches!(self.m.types.kind(ty), TypeKind::Struct(_)) {
            return Ok(self.zero_val(cx, ty));
        }
        let members = self.m.types.members(ty).unwrap_or_default();
        let mut vals = Vec::new();
        for (i, (_, member)) in members.iter().enumerate() {
            vals.push(self.field_default(cx, ty, i, *member)?);
        }
        Ok(self.make_aggregate(cx, ty, &vals))
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
                        (None, self.default_literal(&val).ty)
                    }
                    (Elem::Val(val), None) => (None, val.ty),
                });
            }
            let given = self.m.types.intern(TypeKind::Tuple(given));
            return Err(self.wrong_count(cx, given, ty, span));
        }
        let mut vals: Vec<Option<Val>> = vec![None; members.len()];
        for (i, elem) in elems.iter().enumerate() {
            let at = match elem {
                Elem::Expr(Some(name), _) => {
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
            let val = self.elem_to(cx, elem, members[at].1, span)?;
            vals[at] = Some(val);
        }
        let vals: Vec<Val> = vals.into_iter().flatten().collect();
        Ok(self.make_aggregate(cx, ty, &vals))
    }

    pub fn words_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        fields: &[(&str, TypeId)],
        span: Span,
    ) -> Res<Val> {
        let mut pieces: Vec<Option<Piece>> = vec![None; fields.len()];
        for (i, elem) in agg.elems.iter().enumerate() {
            let at = match elem.name {
                Some(name) => fields.iter().position(|(n, _)| *n == name.as_str()),
                None => (i < fields.len()).then_some(i),
            };
            let Some(at) = at else {
                let shown = self.type_name(ty);
                return Err(self.error(
                    elem.value.span,
                    format!(
                        "'{shown}' is built from `{}` and `{}`",
                        fields[0].0, fields[1].0
                    ),
                ));
            };
            let val = self.lower_expr(cx, &elem.value, Some(fields[at].1))?;
            let val = self.load(cx, &val);
            let val = match self.try_coerce(cx, &val, fields[at].1, elem.value.span)? {
                Some(val) => val,
                None => self.cast(cx, val, fields[at].1, elem.value.span)?,
            };
            let piece = self.piece(cx, &val);
            pieces[at] = Some(cx.pin(piece));
        }
        let _ = span;
        let parts = self.flatten(ty).unwrap_or_default();
        let pieces: Pieces = pieces
            .into_iter()
            .enumerate()
            .map(|(i, p)| p.unwrap_or(Piece::Const(parts[i].ty, 0)))
            .collect();
        Ok(Val::regs(ty, pieces))
    }

    pub fn union_literal(
        &mut self,
        cx: &mut FnCx,
        agg: &'static ast::Aggregate,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let slot = self.slot(cx, ty);
        let size = self.m.types.size_of(ty);
        cx.zero(slot, size);
        let Some(def) = self.m.types.union_def(ty).cloned() else {
            return Err(Failed);
        };
        let promoted_names: Vec<Symbol> = def
            .promoted
            .iter()
            .flat_map(|p| self.m.types.members(def.members[*p].ty).unwrap_or_default())
            .filter_map(|(name, _)| name)
            .collect();
        let has_member = |name: Symbol| {
            promoted_names.contains(&name) || def.members.iter().any(|m| m.name == name)
        };
        // As in a struct's literal, a bare name that is a member's stands for `name = name`.
        let any_named = agg.elems.iter().any(|e| e.name.is_some());
        let mut arm: Option<Option<usize>> = None;
        let mut given: Vec<Symbol> = Vec::new();
        for elem in &agg.elems {
            let name = match (&elem.name, &elem.value.kind) {
                (Some(name), _) => *name,
                (None, ExprKind::Ident(name)) if any_named || has_member(name.name) => *name,
                _ => {
                    return Err(self.error(
                        elem.value.span,
                        "a union literal names its member: `.{ m = v }`",
                    ));
                }
            };
            if given.contains(&name.name) {
                return Err(self.error(
                    name.span,
                    format!("member '{}' is given more than once", name.name),
                ));
            }
            given.push(name.name);
            let direct = def.members.iter().position(|m| {
                m.name == name.name
                    && !def.promoted.contains(
                        &def.members
                            .iter()
                            .position(|x| x.name == m.name)
                            .unwrap_or(0),
                    )
            });
            let (this_arm, offset, member_ty) = match direct {
                Some(index) => (None, 0, def.members[index].ty),
                None => {
                    let found = def.promoted.iter().find_map(|p| {
                        let arm_ty = def.members[*p].ty;
                        let fields = self.m.types.members(arm_ty).unwrap_or_default();
                        let at = fields.iter().position(|(n, _)| *n == Some(name.name))?;
                        Some((Some(*p), self.m.types.offset_of(arm_ty, at), fields[at].1))
                    });
                    match found {
                        Some(found) => found,
                        None => {
                            let shown = self.type_name(ty);
                            let mut diag = sx_syntax::Diagnostic::error(
                                name.span,
                                format!("field '{}' not found on type '{shown}'", name.name),
                            );
                            let candidates = def
                                .members
                                .iter()
                                .map(|m| m.name.as_str())
                                .chain(promoted_names.iter().map(|name| name.as_str()));
                            if let Some(near) =
                                crate::declarations::lookup::nearest(name.name.as_str(), candidates)
                            {
                                diag = diag.with_help(None, format!("did you mean '{near}'?"));
                            }
                            return Err(self.report(diag));
                        }
                    }
                }
            };
            match arm {
                None => arm = Some(this_arm),
                Some(first) if first == this_arm && this_arm.is_some() => {}
                Some(_) => {
                    return Err(self.error(
                        span,
                        "a union literal may set only one member, or several members of the same anonymous-struct arm",
                    ));
                }
            }
            let val = self.lower_to(cx, &elem.value, member_ty)?;
            self.store(cx, slot.plus(offset), &val);
        }
        Ok(Val::mem(ty, slot))
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
        for (i, e) in elems.iter().enumerate() {
            let val = match e {
                Elem::Expr(_, expr) => self.lower_to(cx, expr, elem)?,
                Elem::Val(val) => self.coerce(cx, val.clone(), elem, span)?,
            };
            self.store(cx, slot.plus(i as u64 * size), &val);
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
                (Some(name), _) => name.name,
                (None, ExprKind::Ident(name)) if all_bare || any_named => name.name,
                _ => Symbol::intern(&fields.len().to_string()),
            };
            let _ = i;
            let val = self.lower_expr(cx, &elem.value, None)?;
            self.no_failable(&val, elem.value.span)?;
            let val = self.own(cx, &val);
            let val = self.stable(cx, &val);
            let val = self.default_literal(&val);
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
        let mut vals = Vec::new();
        for e in &elems {
            let val = match (e, elem_ty) {
                (Elem::Expr(_, expr), Some(ty)) => self.lower_to(cx, expr, ty)?,
                (Elem::Expr(_, expr), None) => {
                    if let ExprKind::Aggregate(inner) = &expr.kind
                        && inner.ty.is_none()
                        && inner.brackets == Brackets::Square
                    {
                        return Err(self.error(
                            expr.span,
                            "a nested `.[ ]` literal needs a type from its destination",
                        ));
                    }
                    let val = self.lower_expr(cx, expr, None)?;
                    self.no_failable(&val, expr.span)?;
                    self.default_literal(&val)
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
