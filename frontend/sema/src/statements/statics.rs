//! `inline if` and `inline` matches.

use crate::comptime::purpose::Purpose;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, CaptureKind, Val, ValKind};
use crate::sema::{Res, Sema};
use crate::statements::control::empty_branch;
use crate::statements::errors::strip_parens;
use crate::views::recording::Choice;
use sx_ir::{StmtKind, TypeId};
use sx_syntax::ast::{self, ArmBody, Branch, Cond, ExprKind, PatternKind};

impl Sema<'_> {
    pub fn lower_inline_if(&mut self, cx: &mut FnCx, node: &'static ast::IfExpr) -> Res<Val> {
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
                let choice = match branch {
                    Some(_) if taken => Choice::Branch(0),
                    Some(_) => Choice::Otherwise,
                    None => Choice::Nothing,
                };
                self.record_choice(&env, node, choice);
                cx.paths.took_branch(node, choice);
                // `else if` of an inline chain is static too.
                match branch {
                    Some(Branch::Expr(expr)) if let ExprKind::If(next) = &expr.kind => {
                        self.lower_inline_if(cx, next)
                    }
                    Some(branch) => self.lower_taken(cx, branch),
                    None => Ok(Val::void()),
                }
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

    /// A branch as a statement, in place of the `if` it belongs to.
    pub fn lower_taken(&mut self, cx: &mut FnCx, branch: &'static Branch) -> Res<Val> {
        match branch {
            Branch::Block(block) => {
                cx.push_scope();
                let done = self.lower_stmts(cx, block, false);
                self.end_scope(cx)?;
                done?;
            }
            Branch::Expr(expr) => match &expr.kind {
                ExprKind::If(next) => return self.lower_if(cx, next, None, false),
                ExprKind::Match(next) => return self.lower_match(cx, next, None, false),
                _ => {
                    self.lower_expr(cx, expr, None)?;
                }
            },
            Branch::Jump(stmt) => self.lower_stmt(cx, stmt)?,
        }
        Ok(Val::void())
    }

    /// A condition's value if it is known while compiling: its code folds without any statement.
    pub fn static_condition(
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
            } if is_truth(expr) => {
                return Ok(self.static_condition(cx, env, expr)?.map(|b| !b));
            }
            _ => {}
        }
        let seen = self.events_seen(cx);
        cx.open();
        self.caches.tags_only = true;
        let piece = self.lower_condition(cx, cond);
        self.caches.tags_only = false;
        cx.close();
        // An ordinary `if` lowers it again.
        self.note_evaluated(cx, seen);
        let piece = piece?;
        match piece.as_const() {
            Some(bits) => Ok(Some(bits != 0)),
            None => {
                // Calls over known values are evaluated (6.1); code that reads run-time state is not.
                if self.is_comptime_call(cx, env, cond) {
                    let val =
                        self.comptime_value(env, cond, Some(TypeId::BOOL), &Purpose::Condition)?;
                    return Ok(Some(self.ct_u64(&val) != 0));
                }
                Ok(None)
            }
        }
    }

    /// A call (or comparison of calls) none of whose leaves is a run-time variable.
    pub fn is_comptime_call(
        &mut self,
        cx: &mut FnCx,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static ast::Expr,
    ) -> bool {
        match &expr.kind {
            // Run-time state, although it has no declaration.
            ExprKind::Ident(name) if name.as_str() == "context" && env.get(name.name).is_none() => {
                false
            }
            ExprKind::Ident(name) => match env.get(name.name) {
                Some(crate::sema::Binding::Var { cx, var }) => {
                    self.caches.local_constants.contains_key(&(cx, var))
                }
                Some(crate::sema::Binding::Pack { .. }) => false,
                Some(_) => true,
                None => !matches!(
                    self.try_resolve_name(env, *name),
                    Ok(Some(crate::declarations::lookup::Name::Entity(
                        crate::sema::Entity::Global { .. } | crate::sema::Entity::RtConst,
                        _
                    )))
                ),
            },
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::EnumLit(_) => true,
            ExprKind::Call(call) => {
                self.denotes_type(env, expr)
                    || self.asks_static_type(cx, env, call)
                    || call
                        .args
                        .iter()
                        .all(|a| self.is_comptime_call(cx, env, &a.value))
            }
            ExprKind::Binary { lhs, rhs, .. } => {
                self.is_comptime_call(cx, env, lhs) && self.is_comptime_call(cx, env, rhs)
            }
            ExprKind::Paren(e)
            | ExprKind::Unwrap(e)
            | ExprKind::Unary { expr: e, .. }
            | ExprKind::Run(e) => self.is_comptime_call(cx, env, e),
            ExprKind::Field { base, .. } | ExprKind::TupleIndex { base, .. } => {
                self.is_comptime_call(cx, env, base)
            }
            ExprKind::Index { base, index } => {
                self.is_comptime_call(cx, env, base) && self.is_comptime_call(cx, env, index)
            }
            _ => self.denotes_type(env, expr),
        }
    }

    /// `type_of(x)` of anything but an `any` is known, whatever the value is.
    fn asks_static_type(
        &mut self,
        cx: &mut FnCx,
        env: &std::rc::Rc<crate::sema::Env>,
        call: &'static ast::CallExpr,
    ) -> bool {
        let (ExprKind::Ident(name), [arg]) = (&call.callee.kind, &call.args[..]) else {
            return false;
        };
        name.as_str() == "type_of"
            && env.get(name.name).is_none()
            && self
                .type_of_expr(cx, &arg.value)
                .is_ok_and(|ty| ty != TypeId::ANY && ty != TypeId::TYPE)
    }

    pub fn lower_inline_match(
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
            self.caches.tags_only = true;
            let val = self.lower_expr(cx, &node.subject, None);
            self.caches.tags_only = false;
            let val = val?;
            let val = self.load(cx, &val);
            let known = val.as_type().is_some()
                || self.const_of_val(&val).is_some()
                || self.tag_constant(cx, &val).is_some();
            if known || !self.is_comptime_call(cx, &env, &node.subject) {
                val
            } else {
                let val = self.comptime_value(&env, &node.subject, None, &Purpose::Condition)?;
                self.val_of_ct(cx, &val)
            }
        };
        let mut chosen: Option<(&'static ArmBody, usize, Option<ast::Ident>)> = None;
        let mut payload: Option<Val> = None;
        if let Some(ty) = subject.as_type() {
            for (i, arm) in node.arms.iter().enumerate() {
                let PatternKind::Expr(pattern) = &arm.pattern.kind else {
                    return Err(self.error(
                        arm.pattern.span,
                        "a type match arm names a type or a category — it takes no value patterns",
                    ));
                };
                let hit = match self.static_category(&env, pattern) {
                    Some(category) => self.type_in_category(ty, &category),
                    None if is_value(pattern) => {
                        return Err(self.error(
                            pattern.span,
                            "a type match arm names a type or a category — it takes no value patterns",
                        ));
                    }
                    None => {
                        let arm_ty = self.eval_type(&env, pattern)?;
                        arm_ty == ty
                    }
                };
                if hit {
                    chosen = Some((&arm.body, i, arm.capture));
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
            for (i, arm) in node.arms.iter().enumerate() {
                let hit = match &arm.pattern.kind {
                    PatternKind::Variant(name) => {
                        let name = &self.spelled(&env, *name)?;
                        let def = self.m.types.enum_def(subject.ty).cloned();
                        match def
                            .and_then(|d| d.variants.iter().find(|v| v.name == name.name).cloned())
                        {
                            Some(variant) => {
                                let width = (self.m.types.size_of(ct.ty) * 8).min(64) as u32;
                                let value = variant.value as u64;
                                let hit =
                                    sx_ir::semantics::zext_from(value, width) == self.ct_u64(&ct);
                                if hit && arm.capture.is_some() {
                                    // Of a parameter whose payload is a run-time value only the tag was read.
                                    let whole = match &strip_parens(&node.subject).kind {
                                        ExprKind::Ident(name) => {
                                            let name = self.spelled(&env, *name)?;
                                            self.parameter_union(cx, name)?
                                        }
                                        _ => None,
                                    };
                                    let of = whole.as_ref().unwrap_or(&subject);
                                    payload = self.payload_part(cx, of, &variant);
                                }
                                hit
                            }
                            None => return Err(self.no_variant(subject.ty, *name)),
                        }
                    }
                    PatternKind::Expr(pattern) => {
                        let val = self.case_label(&env, pattern, subject.ty)?;
                        val.image == ct.image
                    }
                };
                if hit {
                    chosen = Some((&arm.body, i, arm.capture));
                    break;
                }
            }
        }
        let choice = match (&chosen, &node.else_) {
            (Some((_, i, _)), _) => Choice::Branch(*i),
            (None, Some(_)) => Choice::Otherwise,
            (None, None) => Choice::Nothing,
        };
        self.record_choice(&env, node, choice);
        cx.paths.took_arm(node, choice);
        let body = match (chosen, &node.else_) {
            (Some((body, _, _)), _) => body,
            (None, Some(body)) => body,
            (None, None) => {
                return match want {
                    Some(want) if as_value && want != TypeId::VOID => Ok(self.zero_val(cx, want)),
                    _ => Ok(Val::void()),
                };
            }
        };
        if let Some((_, _, Some(capture))) = chosen {
            let Some(payload) = payload else {
                let shown = self.type_name(subject.ty);
                return Err(self.error(
                    capture.span,
                    format!("this case pattern cannot bind a payload from subject type '{shown}'"),
                ));
            };
            cx.push_scope();
            let access = Access::Capture(capture.name, CaptureKind::Payload);
            let ty = payload.ty;
            self.declare_var(cx, capture, ty, Some(&payload), access);
            let val = self.chosen_arm(cx, body, want, as_value).map(|val| {
                let owned = self.own(cx, &val);
                self.stable(cx, &owned)
            });
            self.end_scope(cx)?;
            return val;
        }
        self.chosen_arm(cx, body, want, as_value)
    }

    fn chosen_arm(
        &mut self,
        cx: &mut FnCx,
        body: &'static ArmBody,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        match body {
            ArmBody::Break(_) => Ok(Val::void()),
            ArmBody::Arrow(Branch::Expr(expr)) => self.lower_expr(cx, expr, want),
            ArmBody::Arrow(Branch::Jump(stmt)) => {
                self.lower_stmt(cx, stmt).map(|_| Val::noreturn())
            }
            ArmBody::Arrow(Branch::Block(block)) | ArmBody::Stmts(block) => {
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

    pub fn static_category(
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

    /// What a variant carries, of a value known to be it.
    fn payload_part(
        &mut self,
        cx: &mut FnCx,
        subject: &Val,
        variant: &sx_ir::types::Variant,
    ) -> Option<Val> {
        let ty = variant.payload?;
        let def = self.m.types.enum_def(subject.ty)?;
        let at = match def.places {
            Some(places) => places.payload_offset,
            None => self.m.types.size_of(def.backing),
        };
        Some(self.part_at(cx, subject, at, ty))
    }

    /// The tag of a tagged-union value parameter as a constant.
    pub fn tag_constant(
        &mut self,
        _cx: &mut FnCx,
        val: &Val,
    ) -> Option<crate::emission::value::CtVal> {
        let def = self.m.types.enum_def(val.ty)?.clone();
        let ValKind::Mem(Addr::Global(global, offset)) = val.kind else {
            return None;
        };
        let size = self.m.types.size_of(def.backing);
        let image =
            crate::comptime::results::slice_image(&self.m.global(global).init, offset, size);
        Some(crate::emission::value::CtVal {
            ty: def.backing,
            image: std::rc::Rc::new(image),
            literal: false,
        })
    }
}

/// Whether a pattern is a value on its face.
fn is_value(pattern: &ast::Expr) -> bool {
    match &pattern.kind {
        ExprKind::Int { .. }
        | ExprKind::Float { .. }
        | ExprKind::Bool(_)
        | ExprKind::Str(_)
        | ExprKind::Null
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. } => true,
        ExprKind::Paren(inner) => is_value(inner),
        _ => false,
    }
}

/// Operators on conditions, whose result is a `bool`: what `!` takes, unlike some of what a condition may be.
pub fn is_truth(expr: &ast::Expr) -> bool {
    match &strip_parens(expr).kind {
        ExprKind::Binary { op, .. } => matches!(op, ast::BinOp::And | ast::BinOp::Or),
        ExprKind::Unary { op, .. } => matches!(op, ast::UnOp::Not),
        _ => false,
    }
}
