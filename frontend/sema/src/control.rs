//! Control flow with a value: `if`, match, blocks, `??`.

use sx_ir::func::SwitchCase;
use sx_ir::{Block, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ArmBody, Branch, Cond, ExprKind, PatternKind};

use crate::eval::Purpose;
use crate::fncx::FnCx;
use crate::sema::{Failed, Res, Sema};
use crate::value::{Access, Addr, CaptureKind, Piece, Val, ValKind};

/// A branch that has been lowered: its code (still open for the value's store) and its value.
struct Lowered {
    block: Block,
    val: Option<Val>,
    dead: bool,
    span: Span,
    /// The bare literal `null` without a target: takes its type from the other branches.
    null: bool,
    /// The `;` that discards the value a block would have had.
    semi: Option<Span>,
    /// An arm of a match rather than a branch of an `if`.
    arm: bool,
}

impl Sema<'_> {
    /// `as_value`: somebody wants the value. Otherwise branches are statements.
    pub fn lower_if(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::IfExpr,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        if node.inline {
            return self.lower_inline_if(cx, node);
        }
        if as_value && node.else_.is_none() {
            return Err(self.error(node.span, "an `if` used as a value must have an `else` branch"));
        }
        match &node.cond {
            Cond::Expr(cond) => {
                let piece = self.lower_condition(cx, cond)?;
                if let Some(bits) = piece.as_const() {
                    return self.lower_known_if(cx, node, bits != 0, cond, want, as_value);
                }
                let then = self.lower_branch(cx, &node.then, want, as_value, |s, cx| {
                    s.narrow_from(cx, cond, true)
                });
                let els = match &node.else_ {
                    Some(branch) => self.lower_branch(cx, branch, want, as_value, |s, cx| {
                        s.narrow_from(cx, cond, false)
                    }),
                    None => Ok(empty_branch(node.span)),
                };
                let (then, els) = (then?, els?);
                let then_dead = then.dead;
                let val = self.join(
                    cx,
                    vec![then, els],
                    want,
                    as_value && node.else_.is_some(),
                    node.span,
                    |cx, mut blocks| {
                        let els = blocks.pop().unwrap_or_default();
                        let then = blocks.pop().unwrap_or_default();
                        let cond = cx.use_piece(piece);
                        cx.emit(StmtKind::If { cond, then, els });
                    },
                )?;
                // `if o == null { diverge }` narrows the rest of the block.
                if then_dead && node.else_.is_none() && !cx.dead {
                    self.narrow_from(cx, cond, false);
                }
                Ok(val)
            }
            Cond::Bind { name, value } => {
                let subject = self.lower_operand_raw(cx, value, None)?;
                let subject = self.load_optional(cx, &subject);
                let present = match self.m.types.kind(subject.ty) {
                    TypeKind::Optional(_) => self.is_present(cx, &subject),
                    TypeKind::Pointer(_) | TypeKind::ManyPointer(_) | TypeKind::CString => {
                        let piece = self.piece(cx, &subject);
                        self.ptr_nonnull(cx, piece)
                    }
                    TypeKind::Poison => return Err(Failed),
                    _ => {
                        let shown = self.type_name(subject.ty);
                        return Err(self.error(value.span, format!("`if v := ...` needs an optional or a pointer, but this has type '{shown}'")));
                    }
                };
                let present = cx.pin(present);
                let then = self.lower_branch(cx, &node.then, want, as_value, |s, cx| {
                    let payload = s.payload_of(cx, &subject);
                    let ty = payload.ty;
                    s.declare_var(cx, *name, ty, Some(&payload), Access::Mutable);
                });
                let els = match &node.else_ {
                    Some(branch) => self.lower_branch(cx, branch, want, as_value, |_, _| {}),
                    None => Ok(empty_branch(node.span)),
                };
                let (then, els) = (then?, els?);
                self.join(
                    cx,
                    vec![then, els],
                    want,
                    as_value && node.else_.is_some(),
                    node.span,
                    |cx, mut blocks| {
                        let els = blocks.pop().unwrap_or_default();
                        let then = blocks.pop().unwrap_or_default();
                        let cond = cx.use_piece(present);
                        cx.emit(StmtKind::If { cond, then, els });
                    },
                )
            }
        }
    }

    /// A copy of an optional whose presence and payload are read from one evaluation.
    pub fn load_optional(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let owned = self.own(cx, val);
        self.stable(cx, &owned)
    }

    /// The condition folded: both branches are checked, one is kept.
    fn lower_known_if(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::IfExpr,
        taken: bool,
        cond: &'static ast::Expr,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let then = self.lower_branch(cx, &node.then, want, as_value, |s, cx| {
            s.narrow_from(cx, cond, true)
        });
        let els = match &node.else_ {
            Some(branch) => self.lower_branch(cx, branch, want, as_value, |s, cx| {
                s.narrow_from(cx, cond, false)
            }),
            None => Ok(empty_branch(node.span)),
        };
        let (then, els) = (then?, els?);
        self.join(
            cx,
            vec![then, els],
            want,
            as_value && node.else_.is_some(),
            node.span,
            |cx, mut blocks| {
                let els = blocks.pop().unwrap_or_default();
                let then = blocks.pop().unwrap_or_default();
                let cond = cx.use_piece(Piece::Const(Ty::I8, u64::from(taken)));
                cx.emit(StmtKind::If { cond, then, els });
            },
        )
    }

    fn lower_branch(
        &mut self,
        cx: &mut FnCx,
        branch: &'static Branch,
        want: Option<TypeId>,
        as_value: bool,
        enter: impl FnOnce(&mut Self, &mut FnCx),
    ) -> Res<Lowered> {
        let dead_before = cx.dead;
        let null = as_value && want.is_none() && branch_is_null(branch);
        let semi = match branch {
            Branch::Block(block) => discarding_semi(block),
            Branch::Expr(_) | Branch::Jump(_) => None,
        };
        cx.open();
        cx.push_scope();
        enter(self, cx);
        let (result, span) = match branch {
            Branch::Expr(expr) if null => (Ok(None), expr.span),
            Branch::Block(block) if null => (Ok(None), block_value_span(block)),
            Branch::Block(block) => (
                self.lower_stmts_in(cx, block, as_value, want),
                block_value_span(block),
            ),
            Branch::Expr(expr) => {
                let val = match (&expr.kind, as_value) {
                    (ExprKind::If(node), false) => self.lower_if(cx, node, None, false).map(Some),
                    (ExprKind::Match(node), false) => {
                        self.lower_match(cx, node, None, false).map(Some)
                    }
                    _ => self.lower_operand_raw(cx, expr, want).map(Some),
                };
                (val, expr.span)
            }
            Branch::Jump(stmt) => (self.lower_stmt(cx, stmt).map(|_| None), stmt.span),
        };
        // A branch's value must survive its scope's cleanups.
        let result = match result {
            Ok(Some(val)) => {
                let has_cleanups = cx.scopes.last().is_some_and(|s| !s.cleanups.is_empty());
                if has_cleanups {
                    let owned = self.own(cx, &val);
                    Ok(Some(self.stable(cx, &owned)))
                } else {
                    Ok(Some(val))
                }
            }
            other => other,
        };
        let ended = self.end_scope(cx);
        let block = cx.close();
        let dead = std::mem::replace(&mut cx.dead, dead_before);
        ended?;
        Ok(Lowered {
            block,
            val: result?,
            dead,
            span,
            null,
            semi,
            arm: false,
        })
    }

    /// Unifies branch values, stores each into one slot, and emits the branching.
    fn join(
        &mut self,
        cx: &mut FnCx,
        branches: Vec<Lowered>,
        want: Option<TypeId>,
        as_value: bool,
        span: Span,
        emit: impl FnOnce(&mut FnCx, Vec<Block>),
    ) -> Res<Val> {
        let all_dead = branches
            .iter()
            .all(|b| b.dead || b.val.as_ref().is_some_and(|v| v.ty == TypeId::NORETURN));
        if !as_value {
            emit(cx, branches.into_iter().map(|b| b.block).collect());
            if all_dead {
                cx.dead = true;
            }
            return Ok(Val::void());
        }
        if all_dead {
            emit(cx, branches.into_iter().map(|b| b.block).collect());
            cx.dead = true;
            return Ok(Val::noreturn());
        }
        let ty = self.unify(&branches, want, span)?;
        if ty == TypeId::VOID {
            emit(cx, branches.into_iter().map(|b| b.block).collect());
            return Ok(Val::void());
        }
        let slot = self.slot(cx, ty);
        let mut blocks = Vec::new();
        for branch in branches {
            if branch.dead {
                blocks.push(branch.block);
                continue;
            }
            let val = match branch.val {
                Some(val) if val.ty != TypeId::VOID || want == Some(TypeId::ANY) => val,
                None if branch.null => self.null_of(cx, ty),
                Some(_) | None => {
                    return Err(match branch.semi {
                        Some(semi) => self.error(semi, "this branch is used as a value but its last expression's value is discarded by this `;`"),
                        None => self.error(branch.span, "this arm yields no value"),
                    });
                }
            };
            if val.ty == TypeId::NORETURN {
                blocks.push(branch.block);
                continue;
            }
            // Re-open the branch to convert and store its value at its end.
            cx.blocks.push(branch.block.stmts);
            let loc = cx.loc;
            self.at(cx, branch.span);
            let stored = self.coerce(cx, val, ty, branch.span);
            if let Ok(val) = &stored {
                self.store(cx, slot, val);
            }
            cx.loc = loc;
            blocks.push(cx.close());
            stored?;
        }
        emit(cx, blocks);
        Ok(Val::mem(ty, slot))
    }

    /// Type of a value `if`, match or `or`: the target if there is one, else what the arms agree on.
    fn unify(&mut self, branches: &[Lowered], want: Option<TypeId>, span: Span) -> Res<TypeId> {
        if let Some(want) = want
            && want != TypeId::VOID
            && want != TypeId::ANY
            && !matches!(self.m.types.kind(want), TypeKind::Failable { .. })
        {
            return Ok(want);
        }
        let mut ty: Option<TypeId> = None;
        for branch in branches {
            if branch.dead {
                continue;
            }
            let Some(val) = &branch.val else { continue };
            if val.ty == TypeId::NORETURN || val.ty == TypeId::VOID || val.is_poison() {
                continue;
            }
            ty = Some(match ty {
                None => val.ty,
                Some(old) => {
                    let at = if branch.arm { span } else { branch.span };
                    self.unify_types(old, val.ty, branch.arm, at)?
                }
            });
        }
        if branches.iter().any(|b| b.null) {
            let Some(found) = ty else {
                let what = if branches.iter().any(|b| b.arm) { "match" } else { "if" };
                let message = if what == "if" {
                    "cannot infer the type of this `if` — both arms are `null`"
                } else {
                    "cannot infer the type of this match — its arms are `null`"
                };
                return Err(self.error(span, message));
            };
            if !self.accepts_null(found) {
                ty = Some(self.m.types.intern(TypeKind::Optional(found)));
            }
        }
        Ok(ty.unwrap_or(TypeId::VOID))
    }

    fn unify_types(&mut self, a: TypeId, b: TypeId, arms: bool, span: Span) -> Res<TypeId> {
        if a == b {
            return Ok(a);
        }
        if self.is_number(a) && self.is_number(b) {
            return Ok(match (self.is_float(a), self.is_float(b)) {
                (true, false) => a,
                (false, true) => b,
                (true, true) => {
                    if self.m.types.size_of(a) >= self.m.types.size_of(b) {
                        a
                    } else {
                        b
                    }
                }
                (false, false) => {
                    let (x, y) = (
                        self.m.types.int_info(a).unwrap_or((64, true)),
                        self.m.types.int_info(b).unwrap_or((64, true)),
                    );
                    if y.0 > x.0 { b } else { a }
                }
            });
        }
        match (self.m.types.kind(a).clone(), self.m.types.kind(b).clone()) {
            (TypeKind::Optional(p), _) if p == b => Ok(a),
            (_, TypeKind::Optional(p)) if p == a => Ok(b),
            (TypeKind::String, TypeKind::StringZ) | (TypeKind::StringZ, TypeKind::String) => {
                Ok(TypeId::STRING)
            }
            (
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
            ) => Ok(TypeId::ANY_ERROR),
            _ => {
                if !arms {
                    return Err(self.no_conversion(b, a, span));
                }
                let (x, y) = (self.type_name(a), self.type_name(b));
                Err(self.error(
                    span,
                    format!("match arms have incompatible types: '{x}' vs '{y}'"),
                ))
            }
        }
    }

    pub fn lower_value_block(
        &mut self,
        cx: &mut FnCx,
        block: &'static ast::Block,
        want: Option<TypeId>,
    ) -> Res<Val> {
        cx.push_scope();
        let val = self.lower_stmts_in(cx, block, true, want);
        let val = match val {
            Ok(Some(val)) => {
                let owned = self.own(cx, &val);
                Ok(Some(self.stable(cx, &owned)))
            }
            other => other,
        };
        self.end_scope(cx)?;
        match val? {
            Some(val) => Ok(val),
            None if cx.dead => Ok(Val::noreturn()),
            None => {
                if !matches!(want, None | Some(TypeId::VOID))
                    && let Some(semi) = discarding_semi(block)
                {
                    return Err(self.error(semi, "this block is used as a value but its last expression's value is discarded by this `;`"));
                }
                Ok(Val::void())
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- ??

    pub fn lower_coalesce(
        &mut self,
        cx: &mut FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let _ = want;
        let val = self.lower_operand_raw(cx, lhs, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        let TypeKind::Optional(payload) = self.m.types.kind(val.ty).clone() else {
            let name = self.type_name(val.ty);
            return Err(self.error(
                lhs.span,
                format!("left operand of '??' must be an optional, but has type '{name}'"),
            ));
        };
        let val = self.load_optional(cx, &val);
        let present = self.is_present(cx, &val);
        let out = self.slot(cx, payload);
        let inner = self.payload_of(cx, &val);
        cx.open();
        self.store(cx, out, &inner);
        let then = cx.close();
        cx.open();
        let default = self.lower_expr(cx, rhs, Some(payload));
        let stored = match default {
            Ok(default) if default.ty == TypeId::NORETURN => Ok(()),
            Ok(default) => match self.m.types.kind(default.ty) {
                TypeKind::Optional(_) if default.ty != payload => {
                    let (d, p) = (self.type_name(default.ty), self.type_name(payload));
                    Err(self.error(
                        rhs.span,
                        format!("'??' default has type '{d}', but the optional's payload is '{p}'"),
                    ))
                }
                _ => {
                    match self.try_coerce(cx, &default, payload, rhs.span)? {
                        Some(val) => {
                            self.store(cx, out, &val);
                            Ok(())
                        }
                        None => {
                            let (d, p) = (self.type_name(default.ty), self.type_name(payload));
                            Err(self.error(rhs.span, format!("'??' default has type '{d}', but the optional's payload is '{p}'")))
                        }
                    }
                }
            },
            Err(Failed) => Err(Failed),
        };
        let els = cx.close();
        cx.dead = false;
        stored?;
        let _ = span;
        let cond = cx.use_piece(present);
        cx.emit(StmtKind::If { cond, then, els });
        Ok(Val::mem(payload, out))
    }

    // ---------------------------------------------------------------------------------------------- match

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
    fn match_subject(&mut self, cx: &mut FnCx, subject: Val) -> Val {
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

    fn match_values(
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
        let mut branches = Vec::new();
        let mut failed = false;
        for arm in &node.arms {
            match self.value_arm(cx, arm, &subject, def.as_ref(), width, &cases, want, as_value) {
                Ok((bits, lowered)) => {
                    cases.push((bits, branches.len()));
                    branches.push(lowered);
                }
                Err(Failed) => failed = true,
            }
        }
        let default = match &node.else_ {
            Some(body) => self.lower_arm(cx, body, node.span, want, as_value, |_, _| {})?,
            None if failed => return Err(Failed),
            None => self.no_match(cx, &branches, want, as_value, node.span)?,
        };
        if failed {
            return Err(Failed);
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

    /// One arm of a match on a scalar or tagged value: the tag it stands for and its code.
    #[allow(clippy::too_many_arguments)]
    fn value_arm(
        &mut self,
        cx: &mut FnCx,
        arm: &'static ast::MatchArm,
        subject: &Val,
        def: Option<&sx_ir::types::EnumDef>,
        width: u32,
        cases: &[(u64, usize)],
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<(u64, Lowered)> {
        let mut payload: Option<(TypeId, u64)> = None;
        let bits = match &arm.pattern.kind {
            PatternKind::Variant(name) => match (def, self.m.types.kind(subject.ty).clone()) {
                (Some(def), _) => {
                    let Some(variant) = def.variants.iter().find(|v| v.name == name.name)
                    else {
                        let shown = self.type_name(subject.ty);
                        let list: Vec<String> =
                            def.variants.iter().map(|v| v.name.to_string()).collect();
                        let diag = sx_syntax::Diagnostic::error(
                            name.span,
                            format!("no variant '{}' on type '{shown}'", name.name),
                        );
                        let diag = match crate::lookup::nearest(
                            name.as_str(),
                            list.iter().map(String::as_str),
                        ) {
                            Some(near) => {
                                diag.with_help(None, format!("did you mean '.{near}'?"))
                            }
                            None => diag,
                        };
                        return Err(self.report(diag));
                    };
                    let payload_at = match def.places {
                        Some(places) => places.payload_offset,
                        None => self.m.types.size_of(def.backing),
                    };
                    payload = variant.payload.map(|p| (p, payload_at));
                    variant.value as u64
                }
                (None, TypeKind::ErrorSet(_)) => {
                    let val = self.error_tag_literal(*name, Some(subject.ty), name.span)?;
                    val.const_bits().unwrap_or(0)
                }
                (None, TypeKind::AnyError) => u64::from(self.error_tag(name.name)),
                (None, _) => {
                    let shown = self.type_name(subject.ty);
                    return Err(self.error(
                        name.span,
                        format!("no variant '{}' on type '{shown}'", name.name),
                    ));
                }
            },
            PatternKind::Expr(pattern) => {
                let env = cx.env().clone();
                let val =
                    self.comptime_value(&env, pattern, Some(subject.ty), &Purpose::CaseLabel)?;
                self.ct_u64(&val)
            }
        };
        let bits = sx_ir::semantics::zext_from(bits, width);
        if cases.iter().any(|(b, _)| *b == bits) {
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

    /// Without `else:` a value match that selects nothing yields zero.
    fn no_match(
        &mut self,
        cx: &mut FnCx,
        branches: &[Lowered],
        want: Option<TypeId>,
        as_value: bool,
        span: Span,
    ) -> Res<Lowered> {
        if !as_value {
            return Ok(empty_branch(span));
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

    fn lower_arm(
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

    fn match_optional(
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
                PatternKind::Expr(e) if matches!(e.kind, ExprKind::Null) => false,
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
        if missing {
            let known: Vec<Lowered> = Vec::new();
            let other = match &node.else_ {
                Some(body) => self.lower_arm(cx, body, node.span, want, as_value, |_, _| {})?,
                None => {
                    let list: Vec<Lowered> = some.take().into_iter().chain(none.take()).collect();
                    let had_some = node.arms.iter().any(|a| matches!(&a.pattern.kind, PatternKind::Variant(n) if n.as_str() == "some"));
                    let fallback = self.no_match(cx, &list, want, as_value, node.span)?;
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
    fn lower_type_switch(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        subject: Val,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let subject = self.load(cx, &subject);
        let subject = self.stable(cx, &subject);
        let pieces = self.pieces(cx, &subject);
        let (data, tag) = match self.m.types.kind(subject.ty) {
            TypeKind::Type => (None, pieces[0]),
            _ => (Some(pieces[0]), pieces[1]),
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
                    "int" => Some(crate::anycat::AnyCategory::Int),
                    "float" => Some(crate::anycat::AnyCategory::Float),
                    _ => None,
                };
                let subject_var = self.any_subject(cx, &node.subject);
                let was = subject_var.map(|v| std::mem::replace(&mut cx.vars[v.0 as usize].category, known));
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
            let cond = cx.binary(
                sx_ir::BinaryOp::Eq,
                tag,
                Piece::Const(Ty::I64, u64::from(ty.0)),
            );
            conds.push((Block::default(), cond));
            let lowered = self.lower_arm(cx, &arm.body, arm.span, want, as_value, |s, cx| {
                if let (Some(capture), Some(data)) = (arm.capture, data) {
                    let addr = cx.addr_of_piece(data);
                    let place = crate::value::Place {
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
            None => self.no_match(cx, &branches, want, as_value, node.span)?,
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
                crate::lookup::Found::Decl(_)
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

    // ---------------------------------------------------------------------------------------------- static forms

    fn lower_inline_if(&mut self, cx: &mut FnCx, node: &'static ast::IfExpr) -> Res<Val> {
        let Cond::Expr(cond) = &node.cond else {
            return Err(self.error(node.span, "an `inline if` takes a condition, not a binding"));
        };
        let env = cx.env().clone();
        match self.static_condition(cx, &env, cond)? {
            Some(taken) => {
                let branch = if taken {
                    Some(&node.then)
                } else {
                    node.else_.as_ref()
                };
                match branch {
                    None => {}
                    Some(Branch::Block(block)) => {
                        cx.push_scope();
                        let done = self.lower_stmts(cx, block, false);
                        self.end_scope(cx)?;
                        done?;
                    }
                    Some(Branch::Expr(expr)) => {
                        // `else if` of an inline chain is static too.
                        match &expr.kind {
                            ExprKind::If(next) => return self.lower_inline_if(cx, next),
                            ExprKind::Match(next) => {
                                return self.lower_match(cx, next, None, false);
                            }
                            _ => {
                                self.lower_expr(cx, expr, None)?;
                            }
                        }
                    }
                    Some(Branch::Jump(stmt)) => self.lower_stmt(cx, stmt)?,
                }
                Ok(Val::void())
            }
            None => {
                // Not known: an ordinary `if`.
                let piece = self.lower_condition(cx, cond)?;
                let then = self.lower_branch(cx, &node.then, None, false, |_, _| {})?;
                let els = match &node.else_ {
                    Some(branch) => self.lower_branch(cx, branch, None, false, |_, _| {})?,
                    None => empty_branch(node.span),
                };
                self.join(
                    cx,
                    vec![then, els],
                    None,
                    false,
                    node.span,
                    |cx, mut blocks| {
                        let els = blocks.pop().unwrap_or_default();
                        let then = blocks.pop().unwrap_or_default();
                        let cond = cx.use_piece(piece);
                        cx.emit(StmtKind::If { cond, then, els });
                    },
                )
            }
        }
    }

    /// A condition's value if it is known while compiling: its code folds without any statement.
    fn static_condition(
        &mut self,
        cx: &mut FnCx,
        env: &std::rc::Rc<crate::sema::Env>,
        cond: &'static ast::Expr,
    ) -> Res<Option<bool>> {
        match &cond.kind {
            ExprKind::Paren(inner) => return self.static_condition(cx, env, inner),
            ExprKind::Binary {
                op: ast::BinOp::And,
                lhs,
                rhs,
                ..
            } => {
                return match self.static_condition(cx, env, lhs)? {
                    Some(false) => Ok(Some(false)),
                    Some(true) => self.static_condition(cx, env, rhs),
                    None => Ok(None),
                };
            }
            ExprKind::Binary {
                op: ast::BinOp::Or,
                lhs,
                rhs,
                ..
            } => {
                return match self.static_condition(cx, env, lhs)? {
                    Some(true) => Ok(Some(true)),
                    Some(false) => self.static_condition(cx, env, rhs),
                    None => Ok(None),
                };
            }
            ExprKind::Unary {
                op: ast::UnOp::Not,
                expr,
            } => {
                return Ok(self.static_condition(cx, env, expr)?.map(|b| !b));
            }
            _ => {}
        }
        cx.open();
        let piece = self.lower_condition(cx, cond);
        let code = cx.close();
        let piece = piece?;
        match piece.as_const() {
            Some(bits) => Ok(Some(bits != 0)),
            None => {
                if code.stmts.is_empty() {
                    return Ok(None);
                }
                // Calls over known values are evaluated (6.1); code that reads run-time state is not.
                if self.is_comptime_call(env, cond) {
                    let val =
                        self.comptime_value(env, cond, Some(TypeId::BOOL), &Purpose::Condition)?;
                    return Ok(Some(self.ct_u64(&val) != 0));
                }
                Ok(None)
            }
        }
    }

    /// A call (or comparison of calls) none of whose leaves is a run-time variable.
    fn is_comptime_call(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => !matches!(
                env.get(name.name),
                Some(
                    crate::sema::Binding::Var { .. }
                        | crate::sema::Binding::LocalConst { .. }
                        | crate::sema::Binding::Pack { .. }
                )
            ),
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::EnumLit(_) => true,
            ExprKind::Call(call) => call
                .args
                .iter()
                .all(|a| self.is_comptime_call(env, &a.value)),
            ExprKind::Binary { lhs, rhs, .. } => {
                self.is_comptime_call(env, lhs) && self.is_comptime_call(env, rhs)
            }
            ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } | ExprKind::Run(e) => {
                self.is_comptime_call(env, e)
            }
            ExprKind::Field { base, .. } => self.is_comptime_call(env, base),
            _ => self.denotes_type(env, expr),
        }
    }

    fn lower_inline_match(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::MatchExpr,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let subject = if self.denotes_type(&env, &node.subject) {
            let ty = self.eval_type(&env, &node.subject)?;
            Val::type_value(ty)
        } else {
            let val = self.lower_expr(cx, &node.subject, None)?;
            self.load(cx, &val)
        };
        let mut chosen: Option<(&'static ArmBody, Span, Option<ast::Ident>)> = None;
        if let Some(ty) = subject.as_type() {
            for arm in &node.arms {
                let PatternKind::Expr(pattern) = &arm.pattern.kind else {
                    return Err(self.error(
                        arm.pattern.span,
                        "a type match arm names a type or a category",
                    ));
                };
                let hit = match self.static_category(&env, pattern) {
                    Some(category) => self.type_in_category(ty, &category),
                    None => {
                        let arm_ty = self.eval_type(&env, pattern)?;
                        arm_ty == ty
                    }
                };
                if hit {
                    chosen = Some((&arm.body, arm.span, arm.capture));
                    break;
                }
            }
        } else {
            let Some(ct) = self
                .const_of_val(&subject)
                .or_else(|| self.tag_constant(cx, &subject))
            else {
                return Err(self.error(
                    node.subject.span,
                    "the subject of an `inline if` match must be known at compile time",
                ));
            };
            for arm in &node.arms {
                let hit = match &arm.pattern.kind {
                    PatternKind::Variant(name) => {
                        let def = self.m.types.enum_def(subject.ty).cloned();
                        match def
                            .and_then(|d| d.variants.iter().find(|v| v.name == name.name).cloned())
                        {
                            Some(variant) => {
                                let width = (self.m.types.size_of(ct.ty) * 8).min(64) as u32;
                                sx_ir::semantics::zext_from(variant.value as u64, width)
                                    == self.ct_u64(&ct)
                            }
                            None => {
                                let shown = self.type_name(subject.ty);
                                return Err(self.error(
                                    name.span,
                                    format!("no variant '{}' on type '{shown}'", name.name),
                                ));
                            }
                        }
                    }
                    PatternKind::Expr(pattern) => {
                        let val = self.comptime_value(
                            &env,
                            pattern,
                            Some(subject.ty),
                            &Purpose::CaseLabel,
                        )?;
                        val.image == ct.image
                    }
                };
                if hit {
                    chosen = Some((&arm.body, arm.span, arm.capture));
                    break;
                }
            }
        }
        let (body, span) = match (chosen, &node.else_) {
            (Some((body, span, _)), _) => (body, span),
            (None, Some(body)) => (body, node.span),
            (None, None) => {
                return match want {
                    Some(want) if as_value && want != TypeId::VOID => Ok(self.zero_val(cx, want)),
                    _ => Ok(Val::void()),
                };
            }
        };
        match body {
            ArmBody::Break(_) => Ok(Val::void()),
            ArmBody::Arrow(Branch::Expr(expr)) => self.lower_expr(cx, expr, want),
            ArmBody::Arrow(Branch::Jump(stmt)) => {
                self.lower_stmt(cx, stmt).map(|_| Val::noreturn())
            }
            ArmBody::Arrow(Branch::Block(block)) | ArmBody::Stmts(block) => {
                let _ = span;
                cx.push_scope();
                let val = self.lower_stmts_in(cx, block, as_value, want);
                let val = match val {
                    Ok(Some(val)) => {
                        let owned = self.own(cx, &val);
                        Ok(Some(self.stable(cx, &owned)))
                    }
                    other => other,
                };
                self.end_scope(cx)?;
                Ok(match val? {
                    Some(val) => val,
                    None if cx.dead => Val::noreturn(),
                    None => Val::void(),
                })
            }
        }
    }

    fn static_category(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        pattern: &'static ast::Expr,
    ) -> Option<String> {
        if let ExprKind::Ident(name) = &pattern.kind
            && matches!(name.as_str(), "bool" | "void")
        {
            return None;
        }
        if let ExprKind::Ident(name) = &pattern.kind
            && name.as_str() == "string"
        {
            return Some("string".into());
        }
        self.category_of(env, pattern)
    }

    /// The tag of a tagged-union value parameter as a constant.
    fn tag_constant(&mut self, _cx: &mut FnCx, val: &Val) -> Option<crate::value::CtVal> {
        let def = self.m.types.enum_def(val.ty)?.clone();
        let ValKind::Mem(Addr::Global(global, offset)) = val.kind else {
            return None;
        };
        let size = self.m.types.size_of(def.backing);
        let image = crate::eval::slice_image(&self.m.global(global).init, offset, size);
        Some(crate::value::CtVal {
            ty: def.backing,
            image: std::rc::Rc::new(image),
            literal: false,
        })
    }
}

fn empty_branch(span: Span) -> Lowered {
    Lowered {
        block: Block::default(),
        val: None,
        dead: false,
        span,
        null: false,
        semi: None,
        arm: false,
    }
}

fn branch_is_null(branch: &Branch) -> bool {
    match branch {
        Branch::Expr(expr) => matches!(expr.kind, ExprKind::Null),
        Branch::Block(block) => block_is_null(block),
        Branch::Jump(_) => false,
    }
}

fn block_is_null(block: &ast::Block) -> bool {
    block.stmts.is_empty()
        && block
            .tail
            .as_ref()
            .is_some_and(|t| matches!(t.kind, ExprKind::Null))
}

/// The `;` after the expression that ends a block.
pub fn discarding_semi(block: &ast::Block) -> Option<Span> {
    match block.stmts.last() {
        Some(ast::Stmt {
            kind: ast::StmtKind::Expr { expr, semi: true },
            ..
        }) if block.tail.is_none() => {
            Some(Span::new(expr.span.file, expr.span.hi, expr.span.hi + 1))
        }
        _ => None,
    }
}

/// The `;` that takes the value from a block or `if` used as one.
pub fn value_discarded_by(expr: &ast::Expr) -> Option<Span> {
    match &expr.kind {
        ExprKind::Block(block) => discarding_semi(block),
        ExprKind::If(node) => [Some(&node.then), node.else_.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|branch| match branch {
                Branch::Block(block) => discarding_semi(block),
                Branch::Expr(_) | Branch::Jump(_) => None,
            }),
        _ => None,
    }
}

fn block_value_span(block: &ast::Block) -> Span {
    block.tail.as_ref().map_or(block.span, |t| t.span)
}
