//! Errors: error values, operands, `raise`, `try` (reference part 3 §5). `or`, `catch` and forwarding have files of their own;
//! what flows where in inferred sets, traces and the names of tags are in `error_flow`.

use sx_ir::types::NominalDef;
use sx_ir::{BinaryOp, CallConv, StmtKind, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, BinOp, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use crate::statements::error_flow::Source;

const TRY_OUTSIDE: &str = "`try` is only valid inside a failable function (`!` or `!Named`)";

/// A failable operand after its evaluation.
pub(super) enum Outcome {
    /// Its error, if there is one, is in `tag`; `value` holds the value slots of a success.
    Failable {
        value: Val,
        tag: Piece,
        set: TypeId,
        source: Source,
    },
    /// Errors of its parts go where handlers say; this is the value.
    Value(Val),
}

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- error values

    /// The tags of a named set; `None` for inferred ones.
    pub fn set_tags(&mut self, set: TypeId) -> Option<Vec<Symbol>> {
        let _ = self.complete(set);
        match *self.m.types.kind(set) {
            TypeKind::ErrorSet(n) => match &self.m.types.nominal(n).def {
                NominalDef::ErrorSet(tags) => Some(tags.clone()),
                NominalDef::Open
                | NominalDef::Struct(_)
                | NominalDef::Enum(_)
                | NominalDef::Union(_)
                | NominalDef::Protocol(_) => Some(Vec::new()),
            },
            _ => None,
        }
    }

    /// `error.X` in the context `want`.
    pub fn error_tag_literal(
        &mut self,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let id = self.error_tag(name.name);
        let Some(want) = want else {
            return Ok(Val::int(TypeId::U32, Ty::I32, u64::from(id)));
        };
        match self.m.types.kind(want).clone() {
            TypeKind::ErrorSet(_) => {
                let known = self.set_tags(want).unwrap_or_default();
                if !known.contains(&name.name) {
                    return Err(self.not_in_set(name, want, &known, span));
                }
                Ok(Val::int(want, Ty::I32, u64::from(id)))
            }
            TypeKind::AnyError => Ok(Val::int(want, Ty::I32, u64::from(id))),
            TypeKind::Failable { values, set } => match values.as_slice() {
                [] => self.error_tag_literal(name, Some(set), span),
                [(_, one)] => self.error_tag_literal(name, Some(*one), span),
                _ => Err(self.misplaced_tag(name, want, span)),
            },
            TypeKind::Optional(payload) => self.error_tag_literal(name, Some(payload), span),
            TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize => {
                Ok(self.int_val(want, u64::from(id)))
            }
            TypeKind::Any => Ok(Val::int(TypeId::U32, Ty::I32, u64::from(id))),
            TypeKind::Poison => Err(Failed),
            _ => Err(self.misplaced_tag(name, want, span)),
        }
    }

    fn not_in_set(
        &mut self,
        name: ast::Ident,
        set: TypeId,
        known: &[Symbol],
        span: Span,
    ) -> Failed {
        let shown = self.type_name(set);
        let diag = Diagnostic::error(
            span,
            format!(
                "error tag 'error.{}' is not in error set '{shown}'",
                name.name
            ),
        );
        let diag = match crate::declarations::lookup::nearest(
            name.as_str(),
            known.iter().map(|s| s.as_str()),
        ) {
            Some(near) => diag.with_help(None, format!("did you mean 'error.{near}'?")),
            None => diag,
        };
        self.report(diag)
    }

    fn misplaced_tag(&mut self, name: ast::Ident, want: TypeId, span: Span) -> Failed {
        let shown = self.type_name(want);
        self.error(
            span,
            format!(
                "'error.{}' cannot be used where '{shown}' is expected",
                name.name
            ),
        )
    }

    // ---------------------------------------------------------------------------------------------- operands

    /// A failable's value slots and its error, both usable several times.
    pub(super) fn split_failable(&mut self, cx: &mut FnCx, val: &Val) -> (Val, Piece) {
        let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty).clone() else {
            return (val.clone(), Piece::Const(Ty::I32, 0));
        };
        let success = self.success_type(val.ty);
        let loaded = self.load(cx, val);
        match loaded.kind {
            ValKind::Regs(mut pieces) => {
                let tag = pieces.pop().unwrap_or(Piece::Const(Ty::I32, 0));
                let pieces = cx.pin_pieces(&pieces);
                (Val::regs(success, pieces), cx.pin(tag))
            }
            ValKind::Mem(addr) => {
                let offset = self.m.types.offset_of(val.ty, values.len());
                let tag = cx.load_scalar(Ty::I32, addr.plus(offset));
                // The value slots stand first, at the offsets they have alone.
                (Val::mem(success, addr), tag)
            }
            ValKind::Place(_) => (loaded, Piece::Const(Ty::I32, 0)),
        }
    }

    /// The result of a pure failable call as the error value that it is; other values as they are.
    pub fn as_error_value(&mut self, cx: &mut FnCx, val: Val) -> Val {
        match self.m.types.kind(val.ty) {
            TypeKind::Failable { values, set } if values.is_empty() => {
                let set = *set;
                self.retype(cx, &val, set)
            }
            _ => val,
        }
    }

    /// A value-carrying failable where nothing takes its error.
    pub fn unhandled(&mut self, span: Span) -> Failed {
        self.report(unhandled(span))
    }

    /// The same in a body: a cleanup has fewer ways to handle it.
    pub fn unhandled_in(&mut self, cx: &FnCx, span: Span) -> Failed {
        match cx.in_cleanup {
            true => self.error(span, crate::statements::flow_check::CLEANUP),
            false => self.unhandled(span),
        }
    }

    /// Rejects a value-carrying failable as a part of something.
    pub fn no_failable(&mut self, cx: &FnCx, val: &Val, span: Span) -> Res<()> {
        match self.m.types.kind(val.ty) {
            TypeKind::Failable { values, .. } if !values.is_empty() => {
                Err(self.unhandled_in(cx, span))
            }
            _ => Ok(()),
        }
    }

    /// The value that a member, an element or a part is taken of.
    pub fn lower_part_of(&mut self, cx: &mut FnCx, base: &'static ast::Expr) -> Res<Val> {
        let val = self.lower_expr(cx, base, None)?;
        self.no_failable(cx, &val, base.span)?;
        Ok(val)
    }

    pub fn is_failable(&self, ty: TypeId) -> bool {
        matches!(self.m.types.kind(ty), TypeKind::Failable { .. })
    }

    pub fn is_error_value(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::ErrorSet(_) | TypeKind::AnyError
        )
    }

    /// Evaluates the operand of `try`, `or`, `catch`. In an `or` chain, where `try` adds nothing, it is dropped.
    pub(super) fn lower_failable(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        in_chain: bool,
    ) -> Res<Outcome> {
        let val = match &expr.kind {
            ExprKind::Paren(inner) => return self.lower_failable(cx, inner, want, in_chain),
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                if let Some(put) = self.put_here(&cx.env().clone(), expr) {
                    return self.where_put(cx, &put, |s, cx, expr| {
                        s.lower_failable(cx, expr, want, in_chain)
                    });
                }
                self.lower_expr(cx, expr, want)?
            }
            ExprKind::Try(inner) if in_chain => {
                return self.lower_failable(cx, inner, want, in_chain);
            }
            ExprKind::Cast {
                base,
                ty,
                alloc: None,
            } if self.is_erased(cx, base) => {
                let env = cx.env().clone();
                let to = self.eval_type(&env, ty)?;
                let val = self.lower_expr(cx, base, None)?;
                self.at(cx, expr.span);
                self.assert_type_failable(cx, &val, to, expr.span)?
            }
            ExprKind::OptCast { base, ty } if self.is_erased_optional(cx, base) => {
                let env = cx.env().clone();
                let to = self.eval_type(&env, ty)?;
                if matches!(self.m.types.kind(to), TypeKind::Optional(_)) {
                    // A mismatch gives null here.
                    self.lower_expr(cx, expr, want)?
                } else {
                    let val = self.lower_operand_raw(cx, base, None)?;
                    self.at(cx, expr.span);
                    self.assert_chain_failable(cx, &val, to, expr.span)?
                }
            }
            _ => self.lower_expr(cx, expr, want)?,
        };
        let TypeKind::Failable { set, .. } = *self.m.types.kind(val.ty) else {
            return Ok(Outcome::Value(val));
        };
        let source = self.source_of(cx, expr);
        let (value, tag) = self.split_failable(cx, &val);
        Ok(Outcome::Failable {
            value,
            tag,
            set,
            source,
        })
    }

    fn is_erased(&mut self, cx: &mut FnCx, base: &'static ast::Expr) -> bool {
        matches!(
            base.kind,
            ExprKind::Ident(_)
                | ExprKind::Field { .. }
                | ExprKind::Call(_)
                | ExprKind::Index { .. }
                | ExprKind::Deref(_)
                | ExprKind::Paren(_)
                | ExprKind::TupleIndex { .. }
                | ExprKind::Unwrap(_)
        ) && self
            .type_of_expr(cx, base)
            .is_ok_and(|t| matches!(self.m.types.kind(t), TypeKind::Any | TypeKind::Protocol(_)))
    }

    fn is_erased_optional(&mut self, cx: &mut FnCx, base: &'static ast::Expr) -> bool {
        self.type_of_expr(cx, base)
            .is_ok_and(|t| match *self.m.types.kind(t) {
                TypeKind::Optional(p) => {
                    matches!(self.m.types.kind(p), TypeKind::Any | TypeKind::Protocol(_))
                }
                _ => false,
            })
    }

    // ---------------------------------------------------------------------------------------------- failing

    /// Code for the failing case of an operand just evaluated: `tag` is not 0 there.
    pub(super) fn on_failure(
        &mut self,
        cx: &mut FnCx,
        tag: Piece,
        f: impl FnOnce(&mut Self, &mut FnCx) -> Res<()>,
    ) -> Res<()> {
        let failing = cx.binary(BinaryOp::Ne, tag, Piece::Const(Ty::I32, 0));
        let cond = cx.use_piece(failing);
        let dead = cx.dead;
        cx.open();
        let done = f(self, cx);
        let then = cx.close();
        cx.dead = dead;
        done?;
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        Ok(())
    }

    /// Sends an error to the enclosing `or` or `catch` operand, or out of the function.
    pub(super) fn fail(
        &mut self,
        cx: &mut FnCx,
        tag: Piece,
        set: TypeId,
        source: &Source,
        span: Span,
    ) -> Res<()> {
        if let Some(handler) = cx.handlers.last().cloned() {
            let errors = &mut self.caches.errors;
            errors.note_handled(cx.id, handler.label, set, *source);
            self.run_cleanups(cx, handler.scopes, Some(tag))?;
            cx.set(handler.tag, tag);
            cx.emit(StmtKind::Break(handler.label));
            return Ok(());
        }
        let into = self
            .own_set(cx)
            .ok_or_else(|| self.error(span, TRY_OUTSIDE))?;
        let origin = self.origin_of_set(set, *source);
        self.check_escape(cx, &origin, into, span);
        self.leave_failing(cx, tag)
    }

    /// The error set of the function being lowered, if it is failable.
    pub fn own_set(&self, cx: &FnCx) -> Option<TypeId> {
        match cx.ret.ty.map(|t| self.m.types.kind(t)) {
            Some(TypeKind::Failable { set, .. }) => Some(*set),
            _ => None,
        }
    }

    /// Returns with an error; the value slots stay unspecified.
    fn leave_failing(&mut self, cx: &mut FnCx, tag: Piece) -> Res<()> {
        let tag = cx.pin(tag);
        self.run_cleanups(cx, 0, Some(tag))?;
        let Some(ret) = cx.ret.ty else {
            return Err(Failed);
        };
        let slots = self.m.types.members(ret).unwrap_or_default().len();
        let offset = self.m.types.offset_of(ret, slots.saturating_sub(1));
        if let Some(sret) = cx.ret.sret {
            cx.store_scalar(Addr::Ptr(sret, offset), tag);
            cx.emit(StmtKind::Return(Default::default()));
            return Ok(());
        }
        match self.flatten(ret) {
            Some(parts) if self.m.sig(cx.func.sig).conv != CallConv::C => {
                let mut results = Vec::new();
                for part in &parts[..parts.len().saturating_sub(1)] {
                    results.push(cx.use_piece(Piece::Const(part.ty, 0)));
                }
                results.push(cx.use_piece(tag));
                cx.emit(StmtKind::Return(results.into()));
                Ok(())
            }
            _ => {
                let out = self.slot(cx, ret);
                cx.zero(out, self.m.types.size_of(ret));
                cx.store_scalar(out.plus(offset), tag);
                self.leave_with(cx, Some(Val::mem(ret, out)), None)
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- raise

    pub fn lower_raise(&mut self, cx: &mut FnCx, value: &'static ast::Expr, span: Span) -> Res<()> {
        let Some(set) = self.own_set(cx) else {
            if cx.is_lambda {
                return Err(self.error(
                    span,
                    "this lambda body raises; declare its result `-> (T, !)` (or `-> !`)",
                ));
            }
            return Err(self.error(
                span,
                "`raise` is only valid inside a failable function (`!` or `!Named`)",
            ));
        };
        if let Some(put) = self.put_here(&cx.env().clone(), value) {
            return self.where_put(cx, &put, |s, cx, error| s.lower_raise(cx, error, span));
        }
        let val = match &value.kind {
            ExprKind::ErrorTag(name) => {
                let name = self.spelled(&cx.env().clone(), *name)?;
                let val = self.error_tag_literal(name, Some(set), value.span)?;
                self.note_raised(cx, &[name.name]);
                val
            }
            ExprKind::EnumLit(name) => {
                let name = self.spelled(&cx.env().clone(), *name)?;
                let text = format!("'.{}' names no error", name.name);
                let help = format!("write `error.{}`", name.name);
                let diag = Diagnostic::error(value.span, text).with_help(None, help);
                return Err(self.report(diag));
            }
            _ => {
                // `error.X` in parentheses, blocks and arms is a member of the function's set, too.
                let mut want = None;
                for end in crate::statements::tails::ends_of(strip_parens(value)) {
                    if let ExprKind::ErrorTag(name) = &strip_parens(end).kind {
                        let name = self.spelled(&cx.env().clone(), *name)?;
                        self.note_raised(cx, &[name.name]);
                        want = Some(set);
                    }
                }
                let val = self.lower_expr(cx, value, want)?;
                let origin = match self.m.types.kind(val.ty) {
                    TypeKind::ErrorSet(_) | TypeKind::AnyError => self.origin_of_value(cx, &val),
                    TypeKind::Failable { values, set } if values.is_empty() => {
                        let set = *set;
                        let source = self.source_of(cx, value);
                        self.origin_of_set(set, source)
                    }
                    TypeKind::Poison => return Err(Failed),
                    _ => {
                        let shown = self.type_name(val.ty);
                        return Err(self.error(
                            value.span,
                            format!("`raise` needs an error value, but this has type '{shown}'"),
                        ));
                    }
                };
                let before = self.diags.len();
                self.check_escape(cx, &origin, set, span);
                if self.diags.len() > before {
                    return Err(Failed);
                }
                val
            }
        };
        let tag = self.piece(cx, &val);
        let tag = cx.pin(tag);
        self.at(cx, span);
        self.push_trace(cx, span);
        self.leave_failing(cx, tag)
    }

    // ---------------------------------------------------------------------------------------------- try

    pub fn lower_try(
        &mut self,
        cx: &mut FnCx,
        inner: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        if let ExprKind::Binary {
            op: BinOp::Or,
            lhs,
            rhs,
            ..
        } = &strip_parens(inner).kind
            && self.is_failable_operand(cx, lhs)
            && self.is_failable_operand(cx, rhs)
        {
            // The chain sends its last error on by itself.
            return self.lower_or(cx, lhs, rhs, want, strip_parens(inner).span);
        }
        if cx.handlers.is_empty() && self.own_set(cx).is_none() {
            // Told before the operand is looked into: nothing of it matters here.
            let val = self.type_of_expr(cx, inner)?;
            if matches!(self.m.types.kind(val), TypeKind::Failable { .. })
                || matches!(
                    strip_parens(inner).kind,
                    ExprKind::Cast { .. } | ExprKind::OptCast { .. }
                )
            {
                return Err(self.error(span, TRY_OUTSIDE));
            }
        }
        match self.lower_failable(cx, inner, want, false)? {
            Outcome::Failable {
                value,
                tag,
                set,
                source,
            } => {
                self.at(cx, span);
                self.on_failure(cx, tag, |s, cx| {
                    s.push_trace(cx, span);
                    s.fail(cx, tag, set, &source, span)
                })?;
                Ok(value)
            }
            Outcome::Value(val) => {
                if val.ty == TypeId::NORETURN {
                    return Ok(val);
                }
                Err(self.needs_failable("try", val.ty, inner.span))
            }
        }
    }

    pub(super) fn needs_failable(&mut self, what: &str, ty: TypeId, span: Span) -> Failed {
        if ty == TypeId::POISON {
            return Failed;
        }
        let shown = self.type_name(ty);
        self.error(
            span,
            format!("`{what}` requires a failable operand, but this has type '{shown}'"),
        )
    }
}

/// What says that a value-carrying failable is left as it is.
pub fn unhandled(span: Span) -> Diagnostic {
    Diagnostic::error(
        span,
        "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)",
    )
}

pub fn strip_parens(expr: &ast::Expr) -> &ast::Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => strip_parens(inner),
        _ => expr,
    }
}
