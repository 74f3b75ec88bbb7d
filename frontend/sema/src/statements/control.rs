//! Control flow with a value: `if`, match, blocks, `??`.

use sx_ir::{Block, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, Branch, Cond, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Val};
use crate::sema::{Failed, Res, Sema};
use crate::statements::errors::strip_parens;

/// A branch that has been lowered: its code (still open for the value's store) and its value.
pub struct Lowered {
    pub block: Block,
    pub val: Option<Val>,
    pub dead: bool,
    pub span: Span,
    /// The bare literal `null` without a target: takes its type from the other branches.
    pub null: bool,
    /// The `;` that discards the value a block would have had.
    pub semi: Option<Span>,
    /// An arm of a match rather than a branch of an `if`.
    pub arm: bool,
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
            return Err(self.error(
                node.span,
                "an `if` used as a value must have an `else` branch",
            ));
        }
        match &node.cond {
            Cond::Expr(cond) => {
                let piece = match self.lower_condition(cx, cond) {
                    Ok(piece) => piece,
                    Err(failed) => {
                        self.check_branches(cx, node, want, as_value);
                        self.narrow_behind_mistake(cx, node, cond);
                        return Err(failed);
                    }
                };
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
                if then.is_err() {
                    self.narrow_behind_mistake(cx, node, cond);
                }
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
                let subject = match self.lower_operand_raw(cx, value, None) {
                    Ok(subject) => subject,
                    Err(failed) => {
                        self.check_branches(cx, node, want, as_value);
                        return Err(failed);
                    }
                };
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
    pub fn lower_known_if(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::IfExpr,
        taken: bool,
        cond: &'static ast::Expr,
        want: Option<TypeId>,
        as_value: bool,
    ) -> Res<Val> {
        if cx.ret.ty == Some(TypeId::TYPE) && !as_value {
            // The type that is made may need the function again for other arguments: only what runs counts.
            let branch = match taken {
                true => Some(&node.then),
                false => node.else_.as_ref(),
            };
            return match branch {
                Some(branch) => self.lower_taken(cx, branch),
                None => Ok(Val::void()),
            };
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

    pub fn lower_branch(
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
            Branch::Expr(expr) if as_value => {
                let val = self.lower_operand_raw(cx, expr, want);
                (val.map(Some), expr.span)
            }
            Branch::Expr(expr) => {
                let done = self.lower_expr_stmt(cx, expr);
                (done.map(|()| None), expr.span)
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
    pub fn join(
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
        if ty == TypeId::ANY_ERROR {
            self.note_errors_joined(cx, slot);
        }
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
            if ty == TypeId::ANY_ERROR {
                let origin = self.origin_of_value(cx, &val);
                self.note_error_stored(cx, slot, &origin);
            }
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
    pub fn unify(&mut self, branches: &[Lowered], want: Option<TypeId>, span: Span) -> Res<TypeId> {
        if let Some(want) = want
            && want != TypeId::VOID
            && want != TypeId::ANY
            && !matches!(self.m.types.kind(want), TypeKind::Failable { .. })
            && !self.is_open_closure(want)
        {
            return Ok(want);
        }
        let mut ty: Option<TypeId> = None;
        for branch in branches {
            if branch.dead {
                continue;
            }
            let Some(val) = &branch.val else { continue };
            self.literal_above_i64(val, branch.span)?;
            if val.ty == TypeId::NORETURN || val.ty == TypeId::VOID || val.is_poison() {
                continue;
            }
            ty = Some(match ty {
                None => val.ty,
                // Each arm is boxed as what it is.
                Some(old)
                    if want == Some(TypeId::ANY)
                        && old != val.ty
                        && branches.iter().all(|b| !b.null) =>
                {
                    return Ok(TypeId::ANY);
                }
                Some(old) => {
                    let at = if branch.arm { span } else { branch.span };
                    self.unify_types(old, val.ty, branch.arm, at)?
                }
            });
        }
        if branches.iter().any(|b| b.null) {
            let Some(found) = ty else {
                let what = if branches.iter().any(|b| b.arm) {
                    "match"
                } else {
                    "if"
                };
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

    pub fn unify_types(&mut self, a: TypeId, b: TypeId, arms: bool, span: Span) -> Res<TypeId> {
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
            // A pure failable is an error value.
            (TypeKind::Failable { values, set }, _) if values.is_empty() => {
                self.unify_types(set, b, arms, span)
            }
            (_, TypeKind::Failable { values, set }) if values.is_empty() => {
                self.unify_types(a, set, arms, span)
            }
            // A function's name becomes a closure.
            (TypeKind::Function(_), TypeKind::Closure(_)) => Ok(b),
            (TypeKind::Closure(_), TypeKind::Function(_)) => Ok(a),
            (TypeKind::Closure(f), TypeKind::Closure(g)) if self.closures_agree(&f, &g) => Ok(a),
            (TypeKind::Optional(p), _) if p == b => Ok(a),
            (_, TypeKind::Optional(p)) if p == a => Ok(b),
            (TypeKind::String, TypeKind::StringZ) | (TypeKind::StringZ, TypeKind::String) => {
                Ok(TypeId::STRING)
            }
            (
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
                TypeKind::ErrorSet(_) | TypeKind::AnyError,
            ) => Ok(TypeId::ANY_ERROR),
            // A tag by itself is a number.
            (TypeKind::ErrorSet(_), _) | (_, TypeKind::ErrorSet(_))
                if a == TypeId::U32 || b == TypeId::U32 =>
            {
                let set = self.type_name(if a == TypeId::U32 { b } else { a });
                let text = format!(
                    "`error.X` is a tag of no set here, and another arm is of type '{set}'"
                );
                let diag = Diagnostic::error(span, text)
                    .with_help(None, format!("give the value a type: `x : {set} = ...`"));
                Err(self.report(diag))
            }
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
                // What leaves the block is a copy, but not one that was asked for.
                let kept = match (want, &block.tail) {
                    (Some(want), Some(tail)) => {
                        self.check_owning_argument(cx, &val, want, value_span(tail))
                    }
                    (None, _) | (_, None) => Ok(()),
                };
                let owned = self.own(cx, &val);
                kept.map(|()| Some(self.stable(cx, &owned)))
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
}

pub fn empty_branch(span: Span) -> Lowered {
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

pub fn branch_is_null(branch: &Branch) -> bool {
    match branch {
        Branch::Expr(expr) => is_bare_null(expr),
        Branch::Block(block) => block_is_null(block),
        Branch::Jump(_) => false,
    }
}

pub fn block_is_null(block: &ast::Block) -> bool {
    block.stmts.is_empty() && block.tail.as_ref().is_some_and(|t| is_bare_null(t))
}

/// `null`, with nothing to evaluate before it.
fn is_bare_null(expr: &ast::Expr) -> bool {
    match &strip_parens(expr).kind {
        ExprKind::Null => true,
        ExprKind::Block(block) => block_is_null(block),
        _ => false,
    }
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

pub fn block_value_span(block: &ast::Block) -> Span {
    block.tail.as_ref().map_or(block.span, |t| value_span(t))
}

/// Where the value of an expression stands: of a block, what ends it.
pub fn value_span(expr: &ast::Expr) -> Span {
    match &expr.kind {
        ExprKind::Block(block) if block.tail.is_some() => block_value_span(block),
        _ => expr.span,
    }
}

/// Whether each value that an expression can have is the literal `null`, which has no type without a target.
pub fn yields_null_only(expr: &ast::Expr) -> bool {
    let block = |block: &ast::Block| block.tail.as_ref().is_some_and(|t| yields_null_only(t));
    let branch = |branch: &ast::Branch| match branch {
        Branch::Expr(expr) => yields_null_only(expr),
        Branch::Block(body) => block(body),
        Branch::Jump(_) => false,
    };
    match &expr.kind {
        ExprKind::Null => true,
        ExprKind::Paren(inner) => yields_null_only(inner),
        ExprKind::Block(body) => block(body),
        ExprKind::If(node) => branch(&node.then) && node.else_.as_ref().is_some_and(branch),
        ExprKind::Match(node) => {
            let mut arms = node.arms.iter().map(|arm| &arm.body).chain(&node.else_);
            arms.all(|arm| match arm {
                ast::ArmBody::Break(_) => false,
                ast::ArmBody::Arrow(body) => branch(body),
                ast::ArmBody::Stmts(body) => block(body),
            })
        }
        _ => false,
    }
}
