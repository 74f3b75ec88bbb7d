//! Match on values, optionals and types.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, CaptureKind, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use crate::statements::control::Lowered;
use crate::statements::control::block_is_null;
use crate::statements::control::block_value_span;
use crate::statements::control::empty_branch;
use crate::statements::errors::strip_parens;
use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::func::SwitchCase;
use sx_ir::{Block, StmtKind, Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ArmBody, ExprKind, PatternKind};

fn is_optional_pattern(pattern: &ast::Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Variant(name) => matches!(name.as_str(), "some" | "none"),
        PatternKind::Expr(e) => matches!(strip_parens(e).kind, ExprKind::Null),
    }
}

/// An enum's variants by name, for a match.
pub struct Variants<'a> {
    def: &'a sx_ir::types::EnumDef,
    /// Filled if there are many arms.
    places: FxHashMap<Symbol, usize>,
}

impl<'a> Variants<'a> {
    /// Arms from which a table pays.
    const MANY: usize = 16;

    fn new(def: &'a sx_ir::types::EnumDef, arms: usize) -> Variants<'a> {
        let mut places = FxHashMap::default();
        if arms >= Self::MANY {
            for (place, variant) in def.variants.iter().enumerate() {
                places.entry(variant.name).or_insert(place);
            }
        }
        Variants { def, places }
    }

    fn named(&self, name: Symbol) -> Option<&'a sx_ir::types::Variant> {
        if self.places.is_empty() {
            return self.def.variants.iter().find(|v| v.name == name);
        }
        self.places.get(&name).map(|at| &self.def.variants[*at])
    }
}

impl Sema<'_> {
    pub fn lower_match(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        if node.inline {
            return self.lower_inline_match(cx, node, want, as_value);
        }
        let env = cx.env().clone();
        if self.denotes_type(&env, &node.subject) {
            // A bound type: arms decide statically, but all are checked as far as they apply.
            return self.lower_inline_match(cx, node, want, as_value);
        }
        let subject = self.lower_operand_raw(cx, &node.subject, None)?;
        if subject.is_poison() {
            return Err(Failed);
        }
        // Patterns that are not an optional's match the payload of a narrowed subject.
        let subject = if matches!(self.m.types.kind(subject.ty), TypeKind::Optional(_))
            && matches!(node.subject.kind, ExprKind::Ident(_))
            && !node.arms.is_empty()
            && !node
                .arms
                .iter()
                .any(|arm| is_optional_pattern(&arm.pattern))
        {
            self.lower_operand(cx, &node.subject, None)?
        } else {
            subject
        };
        let subject = self.captured_element(cx, subject);
        let subject = self.match_subject(cx, subject);
        match self.m.types.kind(subject.ty).clone() {
            TypeKind::Any | TypeKind::Protocol(_) | TypeKind::Type => {
                self.lower_type_switch(cx, node, subject, want, as_value)
            }
            TypeKind::Optional(_) => self.match_optional(cx, node, subject, want, as_value),
            TypeKind::Enum(_)
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::Bool
            | TypeKind::ErrorSet(_)
            | TypeKind::AnyError => self.match_values(cx, node, subject, want, as_value),
            TypeKind::Failable { values, set } if values.is_empty() => {
                let subject = self.retype(cx, &subject, set);
                self.match_values(cx, node, subject, want, as_value)
            }
            TypeKind::Union(_) => {
                let name = self.type_name(subject.ty);
                Err(self.error(
                    node.subject.span,
                    format!("cannot match on untagged union '{name}': it has no discriminant"),
                ))
            }
            _ => {
                let name = self.type_name(subject.ty);
                Err(self.error(
                    node.subject.span,
                    format!("cannot match on '{name}'; a match takes an enum, tagged enum, optional, integer, bool, error, Type, any or protocol value"),
                ))
            }
        }
    }

    /// A pointer to something matchable matches its pointee; the subject is evaluated once.
    pub fn match_subject(&mut self, cx: &mut FnCx, subject: Val) -> Val {
        if let TypeKind::Pointer(to) = self.m.types.kind(subject.ty).clone()
            && matches!(
                self.m.types.kind(to),
                TypeKind::Enum(_)
                    | TypeKind::Int { .. }
                    | TypeKind::Usize
                    | TypeKind::Isize
                    | TypeKind::Bool
                    | TypeKind::Union(_)
            )
        {
            return Val::place(self.deref_place(cx, &subject, to));
        }
        match subject.kind {
            ValKind::Place(_) => subject,
            _ => self.stable(cx, &subject),
        }
    }

    pub fn match_values(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        subject: Val,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let def = self.m.types.enum_def(subject.ty).cloned();
        let tag = match &def {
            Some(_) => self.enum_tag(cx, &subject),
            None => self.piece(cx, &subject),
        };
        let tag = cx.pin(tag);
        let scalar = tag.ty();
        let width = scalar.int_bits().unwrap_or(64);
        let mut cases: Vec<(u64, usize)> = Vec::new();
        let mut taken = FxHashSet::default();
        let variants = def.as_ref().map(|def| Variants::new(def, node.arms.len()));
        let mut branches = Vec::new();
        let mut failed = false;
        for arm in &node.arms {
            match self.value_arm(
                cx,
                arm,
                &subject,
                variants.as_ref(),
                width,
                &taken,
                want,
                as_value,
            ) {
                Ok((bits, lowered)) => {
                    cases.push((bits, branches.len()));
                    taken.insert(bits);
                    branches.push(lowered);
                }
                Err(Failed) => failed = true,
            }
        }
        let default = match &node.else_ {
            Some(body) => self.lower_arm(cx, body, node.span, want, as_value, |_, _| {})?,
            None if failed => return Err(Failed),
            None => self.no_match(cx, node, &branches, want, as_value)?,
        };
        if failed {
            return Err(Failed);
        }
        if node.else_.is_none() && self.names_every_value(subject.ty, def.as_ref(), taken.len()) {
            cx.paths.names_every_value(node);
        }
        branches.push(default);
        self.join(cx, branches, want, as_value, node.span, |cx, mut blocks| {
            let default = blocks.pop().unwrap_or_default();
            let cases = blocks
                .into_iter()
                .zip(&cases)
                .map(|(body, (bits, _))| SwitchCase {
                    values: smallvec::smallvec![*bits],
                    body,
                })
                .collect();
            let value = cx.use_piece(tag);
            cx.emit(StmtKind::Switch {
                ty: scalar,
                value,
                cases,
                default,
            });
        })
    }

    /// Whether so many different values are all that the type has a name for.
    fn names_every_value(
        &mut self,
        ty: TypeId,
        def: Option<&sx_ir::types::EnumDef>,
        named: usize,
    ) -> bool {
        match (def, self.m.types.kind(ty)) {
            (Some(def), _) => {
                let values: FxHashSet<_> = def.variants.iter().map(|v| v.value).collect();
                !def.flags && values.len() <= named
            }
            (None, TypeKind::Bool) => named == 2,
            (None, TypeKind::ErrorSet(_)) => {
                self.set_tags(ty).is_some_and(|tags| tags.len() <= named)
            }
            (None, _) => false,
        }
    }

    /// One arm of a match on a scalar or tagged value: the tag it stands for and its code.
    #[allow(clippy::too_many_arguments)]
    pub fn value_arm(
        &mut self,
        cx: &mut FnCx,
        arm: &'static ast::MatchArm,
        subject: &Val,
        variants: Option<&Variants<'_>>,
        width: u32,
        taken: &FxHashSet<u64>,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<(u64, Lowered)> {
        let mut payload: Option<(TypeId, u64)> = None;
        let bits = match &arm.pattern.kind {
            PatternKind::Variant(name) => match (variants, self.m.types.kind(subject.ty).clone()) {
                (Some(variants), _) => {
                    let def = variants.def;
                    let env = cx.env().clone();
                    let name = &self.spelled(&env, *name)?;
                    let Some(variant) = variants.named(name.name) else {
                        return Err(self.no_variant(subject.ty, *name));
                    };
                    let payload_at = match def.places {
                        Some(places) => places.payload_offset,
                        None => self.m.types.size_of(def.backing),
                    };
                    payload = variant.payload.map(|p| (p, payload_at));
                    variant.value as u64
                }
                (None, TypeKind::ErrorSet(_)) => {
                    let name = self.spelled(&cx.env().clone(), *name)?;
                    let val = self.error_tag_literal(name, Some(subject.ty), name.span)?;
                    val.const_bits().unwrap_or(0)
                }
                (None, TypeKind::AnyError) => {
                    let name = self.spelled(&cx.env().clone(), *name)?;
                    u64::from(self.error_tag(name.name))
                }
                (None, _) => return Err(self.no_variant(subject.ty, *name)),
            },
            PatternKind::Expr(pattern) => {
                let env = cx.env().clone();
                self.qualified_variant(&env, pattern)?;
                self.undotted_variant(&env, pattern, variants.map(|known| known.def))?;
                let val = self.case_label(&env, pattern, subject.ty)?;
                self.ct_u64(&val)
            }
        };
        let bits = sx_ir::semantics::zext_from(bits, width);
        if taken.contains(&bits) {
            return Err(self.error(
                arm.pattern.span,
                "this arm is unreachable — an earlier arm matches the same value",
            ));
        }
        if let Some(capture) = arm.capture
            && payload.is_none()
        {
            let shown = self.type_name(subject.ty);
            return Err(self.error(
                capture.span,
                format!("this case pattern cannot bind a payload from subject type '{shown}'"),
            ));
        }
        let lowered = self.lower_arm(cx, &arm.body, arm.span, want, as_value, |s, cx| {
            if let (Some(capture), Some((ty, at))) = (arm.capture, payload) {
                let part = s.part_at(cx, subject, at, ty);
                let access = Access::Capture(capture.name, CaptureKind::Payload);
                s.declare_var(cx, capture, ty, Some(&part), access);
            }
        })?;
        Ok((bits, lowered))
    }

    /// `case a:` where `.a` is meant.
    fn undotted_variant(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        pattern: &'static ast::Expr,
        def: Option<&sx_ir::types::EnumDef>,
    ) -> Res<()> {
        let ExprKind::Ident(name) = &pattern.kind else {
            return Ok(());
        };
        let is_variant = def.is_some_and(|d| d.variants.iter().any(|v| v.name == name.name));
        if !is_variant || !matches!(self.try_resolve_name(env, *name), Ok(None)) {
            return Ok(());
        }
        let mut diag = self.unresolved(env, *name);
        diag.children.clear();
        let diag = diag.with_help(
            None,
            format!("a variant is named with a dot: `case .{}:`", name.name),
        );
        Err(self.report(diag))
    }

    /// `case E.a:` is no pattern; a variant is named alone.
    fn qualified_variant(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        pattern: &'static ast::Expr,
    ) -> Res<()> {
        let ExprKind::Field { base, name } = &pattern.kind else {
            return Ok(());
        };
        if !self.denotes_type(env, base) {
            return Ok(());
        }
        let ty = self.eval_type(env, base)?;
        let is_variant = self
            .m
            .types
            .enum_def(ty)
            .is_some_and(|d| d.variants.iter().any(|v| v.name == name.name))
            || self.set_tags(ty).is_some_and(|t| t.contains(&name.name));
        if !is_variant {
            return Ok(());
        }
        let diag = sx_syntax::Diagnostic::error(
            pattern.span,
            "unexpected token '.': a pattern names the variant alone",
        )
        .with_help(None, format!("write `case .{}:`", name.name));
        Err(self.report(diag))
    }

    /// Without `else:` a value match that selects nothing yields zero; one at the end of a body whose arms all leave
    /// has no value to yield.
    pub fn no_match(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        branches: &[Lowered],
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Lowered> {
        let span = node.span;
        if !as_value {
            return Ok(empty_branch(span));
        }
        let leaves =
            |b: &Lowered| b.dead || b.val.as_ref().is_some_and(|v| v.ty == TypeId::NORETURN);
        if let Some(ret) = cx.ret.ty
            && branches.iter().all(leaves)
            && cx.ending_matches.contains(&std::ptr::from_ref(node))
        {
            return Err(self.leaves_without_value(cx, ret));
        }
        let ty = self.unify(branches, want, span)?;
        if ty == TypeId::VOID {
            return Ok(empty_branch(span));
        }
        cx.open();
        let val = self.zero_val(cx, ty);
        Ok(Lowered {
            block: cx.close(),
            val: Some(val),
            dead: false,
            span,
            null: false,
            semi: None,
            arm: true,
        })
    }

    pub fn lower_arm(
        &mut self,
        cx: &mut FnCx,
        body: &'static ArmBody,
        span: Span,
        want: Option<TypeId>,
        as_value: bool,
        enter: impl FnOnce(&mut Self, &mut FnCx),
    ) -> Res<Lowered> {
        match body {
            ArmBody::Break(_) => Ok(empty_branch(span)),
            ArmBody::Arrow(branch) => Ok(Lowered {
                arm: true,
                ..self.lower_branch(cx, branch, want, as_value, enter)?
            }),
            ArmBody::Stmts(block) => {
                let dead_before = cx.dead;
                let null = as_value && want.is_none() && block_is_null(block);
                cx.open();
                cx.push_scope();
                enter(self, cx);
                let result = if null {
                    Ok(None)
                } else {
                    self.lower_stmts_in(cx, block, as_value, want)
                };
                let result = match result {
                    Ok(Some(val)) if cx.scopes.last().is_some_and(|s| !s.cleanups.is_empty()) => {
                        let owned = self.own(cx, &val);
                        Ok(Some(self.stable(cx, &owned)))
                    }
                    other => other,
                };
                let ended = self.end_scope(cx);
                let out = cx.close();
                let dead = std::mem::replace(&mut cx.dead, dead_before);
                ended?;
                Ok(Lowered {
                    block: out,
                    val: result?,
                    dead,
                    span: block_value_span(block),
                    null,
                    semi: None,
                    arm: true,
                })
            }
        }
    }

    pub fn match_optional(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        subject: Val,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let subject = self.load_optional(cx, &subject);
        let present = self.is_present(cx, &subject);
        let present = cx.pin(present);
        let mut some: Option<Lowered> = None;
        let mut none: Option<Lowered> = None;
        for arm in &node.arms {
            let is_some = match &arm.pattern.kind {
                PatternKind::Variant(name) if name.as_str() == "some" => true,
                PatternKind::Variant(name) if name.as_str() == "none" => false,
                PatternKind::Expr(e) if matches!(strip_parens(e).kind, ExprKind::Null) => false,
                PatternKind::Variant(name) => {
                    let shown = self.type_name(subject.ty);
                    return Err(self.error(name.span, format!("no variant '{}' on type '{shown}'; an optional has `.some` and `.none`", name.name)));
                }
                PatternKind::Expr(e) => {
                    return Err(self.error(
                        e.span,
                        "an arm of a match on an optional is `.some`, `.none` or `null`",
                    ));
                }
            };
            if !is_some && let Some(capture) = arm.capture {
                let shown = self.type_name(subject.ty);
                return Err(self.error(
                    capture.span,
                    format!("this case pattern cannot bind a payload from subject type '{shown}'"),
                ));
            }
            if is_some && some.is_some() || !is_some && none.is_some() {
                return Err(self.error(
                    arm.pattern.span,
                    "this arm is unreachable — an earlier arm matches the same value",
                ));
            }
            let lowered = self.lower_arm(cx, &arm.body, arm.span, want, as_value, |s, cx| {
                if let Some(capture) = arm.capture {
                    let payload = s.payload_of(cx, &subject);
                    let access = Access::Capture(capture.name, CaptureKind::Payload);
                    s.declare_var(cx, capture, payload.ty, Some(&payload), access);
                }
            })?;
            if is_some {
                some = Some(lowered);
            } else {
                none = Some(lowered);
            }
        }
        let missing = some.is_none() || none.is_none();
        if !missing {
            cx.paths.names_every_value(node);
        }
        if missing {
            let known: Vec<Lowered> = Vec::new();
            let other = match &node.else_ {
                Some(body) => self.lower_arm(cx, body, node.span, want, as_value, |_, _| {})?,
                None => {
                    let list: Vec<Lowered> = some.take().into_iter().chain(none.take()).collect();
                    let had_some = node.arms.iter().any(|a| matches!(&a.pattern.kind, PatternKind::Variant(n) if n.as_str() == "some"));
                    let fallback = self.no_match(cx, node, &list, want, as_value)?;
                    let mut list = list.into_iter();
                    if had_some {
                        some = list.next();
                    } else {
                        none = list.next();
                    }
                    fallback
                }
            };
            drop(known);
            if some.is_none() {
                some = Some(other);
            } else {
                none = Some(other);
            }
        }
        let (some, none) = (
            some.unwrap_or_else(|| empty_branch(node.span)),
            none.unwrap_or_else(|| empty_branch(node.span)),
        );
        self.join(
            cx,
            vec![some, none],
            want,
            as_value,
            node.span,
            |cx, mut blocks| {
                let els = blocks.pop().unwrap_or_default();
                let then = blocks.pop().unwrap_or_default();
                let cond = cx.use_piece(present);
                cx.emit(StmtKind::If { cond, then, els });
            },
        )
    }

    /// Type switch on an `any`, protocol value or `Type`.
    pub fn lower_type_switch(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        subject: Val,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let subject = self.load(cx, &subject);
        let subject = self.stable(cx, &subject);
        let (data, tag) = match self.m.types.kind(subject.ty) {
            TypeKind::Type => (None, self.piece(cx, &subject)),
            TypeKind::Protocol(_) => (
                Some(self.protocol_word(cx, &subject, 0)),
                self.protocol_word(cx, &subject, 1),
            ),
            _ => {
                let pieces = self.pieces(cx, &subject);
                (Some(pieces[0]), pieces[1])
            }
        };
        let env = cx.env().clone();
        let mut claimed: Vec<TypeId> = Vec::new();
        let mut categories: Vec<String> = Vec::new();
        let mut branches = Vec::new();
        let mut failed = false;
        let mut conds = Vec::new();
        for arm in &node.arms {
            let PatternKind::Expr(pattern) = &arm.pattern.kind else {
                return Err(self.error(
                    arm.pattern.span,
                    "a type switch arm names a type or a category — it takes no value patterns",
                ));
            };
            if let Some(category) = self.category_of(&env, pattern) {
                if category == "protocol" {
                    return Err(self.error(
                        pattern.span,
                        "'case protocol:' needs a compile-time subject — write `inline if`",
                    ));
                }
                if let Some(capture) = arm.capture {
                    return Err(self.error(capture.span, "a category arm cannot bind a value — it names a kind of types, not one type"));
                }
                if categories.contains(&category) {
                    return Err(self.error(
                        pattern.span,
                        "this arm is unreachable — earlier arms claim every type it names",
                    ));
                }
                categories.push(category.clone());
                cx.open();
                let cond = self.in_category(cx, tag, &category)?;
                let cond = cx.pin(cond);
                let code = cx.close();
                conds.push((code, cond));
                let known = match category.as_str() {
                    "int" => Some(crate::expressions::anycat::AnyCategory::Int),
                    "float" => Some(crate::expressions::anycat::AnyCategory::Float),
                    _ => None,
                };
                let subject_var = self.any_subject(cx, &node.subject);
                let was = subject_var
                    .map(|v| std::mem::replace(&mut cx.vars[v.0 as usize].category, known));
                let lowered = self.lower_arm(cx, &arm.body, arm.span, want, as_value, |_, _| {});
                if let (Some(v), Some(was)) = (subject_var, was) {
                    cx.vars[v.0 as usize].category = was;
                }
                match lowered {
                    Ok(lowered) => branches.push(lowered),
                    Err(Failed) => failed = true,
                }
                continue;
            }
            if !self.denotes_type(&env, pattern) {
                if let ExprKind::Ident(name) = &pattern.kind
                    && matches!(self.try_resolve_name(&env, *name), Ok(None))
                {
                    return Err(self.error(
                        pattern.span,
                        format!(
                            "unknown type '{}': an arm names a type or a category",
                            name.name
                        ),
                    ));
                }
                return Err(self.error(
                    pattern.span,
                    "a type switch arm names a type or a category — it takes no value patterns",
                ));
            }
            let ty = self.eval_type(&env, pattern)?;
            let covered =
                claimed.contains(&ty) || categories.iter().any(|c| self.type_in_category(ty, c));
            if covered {
                return Err(self.error(pattern.span, "this arm is unreachable — an earlier arm claims its type; concrete types come before their category"));
            }
            claimed.push(ty);
            if let Some(capture) = arm.capture
                && data.is_none()
            {
                return Err(self.error(
                    capture.span,
                    "this case pattern cannot bind a payload from subject type 'Type'",
                ));
            }
            let cond = self.is_tagged(cx, tag, ty);
            conds.push((Block::default(), cond));
            let lowered = self.lower_arm(cx, &arm.body, arm.span, want, as_value, |s, cx| {
                if let (Some(capture), Some(data)) = (arm.capture, data) {
                    let addr = cx.addr_of_piece(data);
                    let place = crate::emission::value::Place {
                        addr,
                        ty,
                        access: Access::Temporary,
                    };
                    let access = Access::Capture(capture.name, CaptureKind::Payload);
                    s.declare_var(cx, capture, ty, Some(&Val::place(place)), access);
                }
            });
            match lowered {
                Ok(lowered) => branches.push(lowered),
                Err(Failed) => failed = true,
            }
        }
        let default = match &node.else_ {
            Some(body) => self.lower_arm(cx, body, node.span, want, as_value, |_, _| {})?,
            None if failed => return Err(Failed),
            None => self.no_match(cx, node, &branches, want, as_value)?,
        };
        if failed {
            return Err(Failed);
        }
        branches.push(default);
        self.join(cx, branches, want, as_value, node.span, |cx, mut blocks| {
            let mut rest = blocks.pop().unwrap_or_default();
            for (body, (code, cond)) in blocks.into_iter().zip(conds).rev() {
                cx.blocks.push(code.stmts);
                let cond = cx.use_piece(cond);
                let dead = std::mem::replace(&mut cx.dead, false);
                cx.emit(StmtKind::If {
                    cond,
                    then: body,
                    els: rest,
                });
                cx.dead = dead;
                rest = cx.close();
            }
            if let Some(open) = cx.blocks.last_mut() {
                open.extend(rest.stmts);
            }
        })
    }

    /// The category a pattern names, if it is one (and no type of that name shadows it).
    pub fn category_of(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        pattern: &'static ast::Expr,
    ) -> Option<String> {
        let ExprKind::Ident(name) = &pattern.kind else {
            return None;
        };
        if name.is_raw() || env.get(name.name).is_some() {
            return None;
        }
        let text = name.as_str();
        let known = matches!(
            text,
            "int"
                | "float"
                | "struct"
                | "enum"
                | "union"
                | "vector"
                | "array"
                | "slice"
                | "pointer"
                | "optional"
                | "error_set"
                | "closure"
                | "type"
                | "protocol"
        );
        if !known
            || matches!(
                self.lookup_module(env.module, name.name),
                crate::declarations::lookup::Found::Decl(_)
            )
        {
            return None;
        }
        Some(text.to_string())
    }

    /// Whether a type is in a category (part 3 §4.1, part 4 §7).
    pub fn type_in_category(&self, ty: TypeId, category: &str) -> bool {
        let kind = self.m.types.kind(ty);
        match category {
            "int" => self.is_integer(ty),
            "float" => self.is_float(ty),
            "bool" => ty == TypeId::BOOL,
            "string" => matches!(kind, TypeKind::String | TypeKind::StringZ),
            "void" => ty == TypeId::VOID,
            "struct" => matches!(
                kind,
                TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Protocol(_)
            ),
            "enum" => matches!(kind, TypeKind::Enum(_)),
            "union" => {
                matches!(kind, TypeKind::Union(_))
                    || self.m.types.enum_def(ty).is_some_and(|d| d.tagged)
            }
            "vector" => matches!(kind, TypeKind::Vector(..)),
            "array" => matches!(kind, TypeKind::Array(..)),
            "slice" => matches!(kind, TypeKind::Slice(_)),
            "pointer" => matches!(kind, TypeKind::Pointer(_) | TypeKind::ManyPointer(_)),
            "optional" => matches!(kind, TypeKind::Optional(_)),
            "error_set" => matches!(kind, TypeKind::ErrorSet(_) | TypeKind::AnyError),
            "closure" => matches!(kind, TypeKind::Closure(_)),
            "type" => ty == TypeId::TYPE,
            "protocol" => matches!(kind, TypeKind::Protocol(_)),
            _ => false,
        }
    }
}
