//! Literals of structs, unions and fat values, and the defaults of fields they leave out.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::declarations::chains::Step;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Pieces, Val};
use crate::expressions::aggregate::Elem;
use crate::metaprogramming::repeated::Written;
use crate::sema::{Env, Failed, FieldDefault, Res, Sema};

impl Sema<'_> {
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
        // The others are looked at for their own mistakes.
        let mut wrong = false;
        if named {
            for elem in &agg.elems {
                let (name, expr) = match (&elem.name, &elem.value.kind) {
                    (Some(name), _) => {
                        let env = cx.env().clone();
                        (self.spelled(&env, *name)?, &elem.value)
                    }
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
                    self.report(diag);
                    self.look_beside(cx, expr);
                    wrong = true;
                    continue;
                };
                if vals[index].is_some() {
                    return Err(self.error(
                        name.span,
                        format!("field '{}' is given more than once", name.name),
                    ));
                }
                let member = members[index].1;
                let val = match expr.kind {
                    ExprKind::Undef => self.lower_initial(cx, expr, Some(member)),
                    _ => self.elem_to(cx, &Elem::Expr(None, expr), member, span),
                };
                wrong |= val.is_err();
                vals[index] = Some(val.unwrap_or_else(|Failed| Val::poison()));
            }
        } else {
            let elems = self.expand(cx, &agg.elems)?;
            if elems.len() > members.len() {
                return Err(self.error(
                    span,
                    format!(
                        "'{shown}' has {} field{}, but the literal gives {} values",
                        members.len(),
                        crate::declarations::nominal::plural(members.len()),
                        elems.len()
                    ),
                ));
            }
            for (i, elem) in elems.iter().enumerate() {
                match self.elem_to(cx, elem, members[i].1, span) {
                    Ok(val) => vals[i] = Some(val),
                    Err(Failed) => wrong = true,
                }
            }
        }
        if wrong {
            return Err(Failed);
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
                let key: *const ast::Expr = expr;
                if self.caches.field_defaults.contains(&(key, ty)) {
                    return Err(self.cycle(Step::FieldDefault(expr.span), &[]));
                }
                if self.caches.failed_defaults.contains(&(key, ty)) {
                    return Err(Failed);
                }
                self.caches.field_defaults.push((key, ty));
                self.caches.chains.enter(Step::FieldDefault(expr.span));
                let written = Written::FieldDefault(expr, ty);
                let val = self.through(written, |s| s.lower_foreign(cx, &env, expr, field_ty));
                self.caches.chains.leave();
                self.caches.field_defaults.pop();
                if val.is_err() && !self.caches.chains.giving_up() {
                    self.caches.failed_defaults.insert((key, ty));
                }
                val
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
        let val = self.sites_of(env, |s| s.lower_to(cx, expr, ty));
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
                (Some(name), _) => {
                    let env = cx.env().clone();
                    self.spelled(&env, *name)?
                }
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
}
