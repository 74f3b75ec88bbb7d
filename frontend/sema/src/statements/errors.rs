//! Errors: `raise`, `try`, `catch`, `or`, error values, forwarding (reference part 3 §5). What flows where in inferred
//! sets, traces and the names of tags are in `error_flow`.

use sx_ir::types::NominalDef;
use sx_ir::{BinaryOp, CallConv, StmtKind, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, BinOp, CatchHandler, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::{FnCx, Handler};
use crate::emission::value::{Access, Addr, CaptureKind, Piece, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use crate::statements::error_flow::Source;

const TRY_OUTSIDE: &str = "`try` is only valid inside a failable function (`!` or `!Named`)";

/// A failable operand after its evaluation.
enum Outcome {
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
    fn split_failable(&mut self, cx: &mut FnCx, val: &Val) -> (Val, Piece) {
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
        self.error(
            span,
            "the error of this call must be handled: use `try`, `catch`, `or`, or bind it (`v, e := ...`)",
        )
    }

    /// Rejects a value-carrying failable as a part of something.
    pub fn no_failable(&mut self, val: &Val, span: Span) -> Res<()> {
        match self.m.types.kind(val.ty) {
            TypeKind::Failable { values, .. } if !values.is_empty() => Err(self.unhandled(span)),
            _ => Ok(()),
        }
    }

    pub fn is_failable(&self, ty: TypeId) -> bool {
        matches!(self.m.types.kind(ty), TypeKind::Failable { .. })
    }

    fn is_error_value(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::ErrorSet(_) | TypeKind::AnyError
        )
    }

    /// Evaluates the operand of `try`, `or`, `catch`. In an `or` chain, where `try` adds nothing, it is dropped.
    fn lower_failable(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        in_chain: bool,
    ) -> Res<Outcome> {
        let val = match &expr.kind {
            ExprKind::Paren(inner) => return self.lower_failable(cx, inner, want, in_chain),
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
    fn on_failure(
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
    fn fail(
        &mut self,
        cx: &mut FnCx,
        tag: Piece,
        set: TypeId,
        source: &Source,
        span: Span,
    ) -> Res<()> {
        if let Some(handler) = cx.handlers.last().cloned() {
            self.caches.errors.note_handled(cx.id, handler.label, set);
            self.run_cleanups(cx, handler.scopes, Some(tag))?;
            cx.set(handler.tag, tag);
            cx.emit(StmtKind::Break(handler.label));
            return Ok(());
        }
        let into = self
            .own_set(cx)
            .ok_or_else(|| self.error(span, TRY_OUTSIDE))?;
        self.check_escape(cx, set, source, into, span);
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
        let val = match &value.kind {
            ExprKind::ErrorTag(name) => {
                let val = self.error_tag_literal(*name, Some(set), value.span)?;
                self.note_raised(cx, &[name.name]);
                val
            }
            _ => {
                let val = self.lower_expr(cx, value, None)?;
                let source = self.source_of(cx, value);
                let given = match self.m.types.kind(val.ty) {
                    TypeKind::ErrorSet(_) | TypeKind::AnyError => val.ty,
                    TypeKind::Failable { values, set } if values.is_empty() => *set,
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
                let source = if self.is_error_value(val.ty) {
                    Source::Unknown
                } else {
                    source
                };
                self.check_escape(cx, given, &source, set, span);
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

    fn needs_failable(&mut self, what: &str, ty: TypeId, span: Span) -> Failed {
        if ty == TypeId::POISON {
            return Failed;
        }
        let shown = self.type_name(ty);
        self.error(
            span,
            format!("`{what}` requires a failable operand, but this has type '{shown}'"),
        )
    }

    // ---------------------------------------------------------------------------------------------- or

    /// The operands of `a or b or c` from left to right, through parentheses around parts of the chain.
    fn chain_operands(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        out: &mut Vec<&'static ast::Expr>,
    ) {
        if let ExprKind::Binary {
            op: BinOp::Or,
            lhs,
            rhs,
            ..
        } = &strip_parens(expr).kind
            && (!matches!(expr.kind, ExprKind::Paren(_)) || self.is_failable_operand(cx, lhs))
        {
            self.chain_operands(cx, lhs, out);
            out.push(rhs);
            return;
        }
        out.push(expr);
    }

    /// `f() or d`, `f() or g() or d`, `try f() or try g()`: called when `lhs` is failable.
    pub fn lower_or(
        &mut self,
        cx: &mut FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let mut operands = Vec::new();
        self.chain_operands(cx, lhs, &mut operands);
        let propagates = self.is_failable_operand(cx, rhs);
        if propagates && cx.handlers.is_empty() && self.own_set(cx).is_none() {
            let diag = Diagnostic::error(span, "this `or` chain propagates when every operand fails, which needs a failable function (`!` or `!Named`)")
                .with_help(None, "end it with a value (`.. or value`) or wrap it with `catch`");
            return Err(self.report(diag));
        }
        let dead = cx.dead;
        let done = cx.label();
        let mut out: Option<(TypeId, Addr)> = None;
        let mut sets = Vec::new();
        cx.open();
        let result = self.or_operands(cx, &operands, want, span, done, &mut out, &mut sets);
        let result = result.and_then(|()| {
            if propagates {
                self.or_last(cx, rhs, want, span, &mut out)
            } else {
                self.or_default(cx, rhs, want, &mut out)
            }
        });
        let body = cx.close();
        cx.dead = dead;
        result?;
        cx.emit(StmtKind::Block { label: done, body });
        match out {
            Some((ty, addr)) => Ok(Val::mem(ty, addr)),
            None => Ok(Val::void()),
        }
    }

    /// The operands of a chain but the last: success leaves the chain, failure goes on behind.
    #[allow(clippy::too_many_arguments)]
    fn or_operands(
        &mut self,
        cx: &mut FnCx,
        operands: &[&'static ast::Expr],
        want: Option<TypeId>,
        span: Span,
        done: sx_ir::LabelId,
        out: &mut Option<(TypeId, Addr)>,
        sets: &mut Vec<TypeId>,
    ) -> Res<()> {
        for (i, operand) in operands.iter().enumerate() {
            let (label, tag) = (cx.label(), cx.temp(Ty::I32));
            cx.open();
            cx.handlers.push(Handler {
                label,
                tag,
                scopes: cx.scopes.len(),
            });
            let lowered = self.lower_failable(cx, operand, want, true);
            cx.handlers.pop();
            sets.extend(self.caches.errors.handled(cx.id, label));
            let stored = lowered.and_then(|outcome| {
                let value = match outcome {
                    Outcome::Failable {
                        value,
                        tag: error,
                        set,
                        ..
                    } => {
                        sets.push(set);
                        self.at(cx, span);
                        self.on_failure(cx, error, |s, cx| {
                            s.push_trace(cx, span);
                            cx.set(tag, error);
                            cx.emit(StmtKind::Break(label));
                            Ok(())
                        })?;
                        value
                    }
                    Outcome::Value(val) if self.is_error_value(val.ty) => Val::void(),
                    Outcome::Value(val) => val,
                };
                if value.ty == TypeId::NORETURN {
                    return Ok(());
                }
                if i > 0 {
                    self.clear_trace(cx);
                }
                self.or_store(cx, value, operand.span, out)?;
                cx.emit(StmtKind::Break(done));
                Ok(())
            });
            let body = cx.close();
            cx.dead = false;
            stored?;
            cx.emit(StmtKind::Block { label, body });
        }
        Ok(())
    }

    /// The first operand decides what the chain yields.
    fn or_store(
        &mut self,
        cx: &mut FnCx,
        value: Val,
        span: Span,
        out: &mut Option<(TypeId, Addr)>,
    ) -> Res<()> {
        if value.ty == TypeId::VOID {
            return Err(self.error(span, "`or` needs a value-carrying failable on its left; use `catch` for one that yields only an error"));
        }
        let (ty, addr) = match *out {
            Some(known) => known,
            None => {
                let made = (value.ty, self.slot(cx, value.ty));
                *out = Some(made);
                made
            }
        };
        let value = self.coerce(cx, value, ty, span)?;
        self.store(cx, addr, &value);
        Ok(())
    }

    /// A last operand that is failable itself: its error goes on.
    fn or_last(
        &mut self,
        cx: &mut FnCx,
        operand: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
        out: &mut Option<(TypeId, Addr)>,
    ) -> Res<()> {
        match self.lower_failable(cx, operand, want, true)? {
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
                self.clear_trace(cx);
                self.or_store(cx, value, operand.span, out)
            }
            Outcome::Value(val) if val.ty == TypeId::NORETURN => Ok(()),
            Outcome::Value(val) => self.or_store(cx, val, operand.span, out),
        }
    }

    /// A last operand that is a value or diverges.
    fn or_default(
        &mut self,
        cx: &mut FnCx,
        rhs: &'static ast::Expr,
        want: Option<TypeId>,
        out: &mut Option<(TypeId, Addr)>,
    ) -> Res<()> {
        self.clear_trace(cx);
        let ty = out.map(|(ty, _)| ty).or(want);
        let val = self.lower_expr(cx, rhs, ty)?;
        if val.ty == TypeId::NORETURN || cx.dead {
            cx.dead = true;
            return Ok(());
        }
        if val.ty == TypeId::VOID && ty.is_some_and(|t| t != TypeId::VOID) {
            let shown = ty.map_or_else(String::new, |t| self.type_name(t));
            return Err(self.error(
                rhs.span,
                format!("the right side of `or` must produce a value of type '{shown}' or diverge"),
            ));
        }
        self.or_store(cx, val, rhs.span, out)
    }

    // ---------------------------------------------------------------------------------------------- catch

    pub fn lower_catch(
        &mut self,
        cx: &mut FnCx,
        catch: &'static ast::CatchExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let before = cx.dead;
        let (done, label, tag) = (cx.label(), cx.label(), cx.temp(Ty::I32));
        cx.open();
        cx.open();
        cx.handlers.push(Handler {
            label,
            tag,
            scopes: cx.scopes.len(),
        });
        let lowered = self.lower_failable(cx, &catch.operand, want, false);
        cx.handlers.pop();
        let mut sets = self.caches.errors.handled(cx.id, label);
        let protected = lowered.and_then(|outcome| {
            self.catch_operand(cx, outcome, catch, (label, tag), done, &mut sets)
        });
        let body = cx.close();
        let (success, succeeds) = match protected {
            Ok(known) => known,
            Err(failed) => {
                cx.close();
                cx.dead = before;
                return Err(failed);
            }
        };
        cx.dead = before;
        cx.emit(StmtKind::Block { label, body });
        let handled = self.catch_handler(cx, catch, tag, &sets, success);
        let handler_ends = !cx.dead;
        let body = cx.close();
        cx.dead = before;
        handled?;
        self.at(cx, span);
        cx.emit(StmtKind::Block { label: done, body });
        if !succeeds && !handler_ends {
            cx.dead = true;
            return Ok(Val::noreturn());
        }
        match success {
            Some((ty, addr)) => Ok(Val::mem(ty, addr)),
            None => Ok(Val::void()),
        }
    }

    /// The success path of a `catch`: where its value is, and whether it is ever taken.
    fn catch_operand(
        &mut self,
        cx: &mut FnCx,
        outcome: Outcome,
        catch: &'static ast::CatchExpr,
        (label, tag): (sx_ir::LabelId, sx_ir::LocalId),
        done: sx_ir::LabelId,
        sets: &mut Vec<TypeId>,
    ) -> Res<(Option<(TypeId, Addr)>, bool)> {
        let value = match outcome {
            Outcome::Failable {
                value,
                tag: error,
                set,
                ..
            } => {
                sets.push(set);
                self.on_failure(cx, error, |_, cx| {
                    cx.set(tag, error);
                    cx.emit(StmtKind::Break(label));
                    Ok(())
                })?;
                value
            }
            // `(try f() ..) catch`: errors come from within.
            Outcome::Value(val) if !sets.is_empty() => self.default_literal(&val),
            Outcome::Value(val) if val.ty == TypeId::NORETURN => val,
            Outcome::Value(val) => {
                return Err(self.needs_failable("catch", val.ty, catch.operand.span));
            }
        };
        if value.ty == TypeId::NORETURN || cx.dead {
            return Ok((None, false));
        }
        let place = if value.ty == TypeId::VOID {
            None
        } else {
            let addr = self.slot(cx, value.ty);
            self.store(cx, addr, &value);
            Some((value.ty, addr))
        };
        cx.emit(StmtKind::Break(done));
        Ok((place, true))
    }

    /// The handler: binds the tag, stores its value where a success would have stored its own.
    fn catch_handler(
        &mut self,
        cx: &mut FnCx,
        catch: &'static ast::CatchExpr,
        tag: sx_ir::LocalId,
        sets: &[TypeId],
        success: Option<(TypeId, Addr)>,
    ) -> Res<()> {
        cx.push_scope();
        let lowered = self.catch_handler_in(cx, catch, tag, sets, success);
        if lowered.is_err() {
            self.pop_scope_quiet(cx);
            return lowered;
        }
        self.end_scope(cx)?;
        self.clear_trace(cx);
        Ok(())
    }

    fn catch_handler_in(
        &mut self,
        cx: &mut FnCx,
        catch: &'static ast::CatchExpr,
        tag: sx_ir::LocalId,
        sets: &[TypeId],
        success: Option<(TypeId, Addr)>,
    ) -> Res<()> {
        if let Some(name) = catch.tag {
            let set = match sets {
                [] => TypeId::ANY_ERROR,
                [first, rest @ ..] if rest.iter().all(|s| s == first) => *first,
                _ => TypeId::ANY_ERROR,
            };
            let read = cx.expr(sx_ir::Expr::Local(tag));
            let val = Val::scalar(set, cx.pin(Piece::Tree(Ty::I32, read)));
            let access = Access::Capture(name.name, CaptureKind::ErrorTag);
            self.declare_var(cx, name, set, Some(&val), access);
        }
        let Some((ty, addr)) = success else {
            return match &catch.handler {
                CatchHandler::Block(block) => {
                    self.lower_stmts_in(cx, block, false, None).map(|_| ())
                }
                CatchHandler::Expr(expr) => self.lower_expr_stmt(cx, expr),
                CatchHandler::Match(node) => self.lower_match(cx, node, None, false).map(|_| ()),
            };
        };
        let (val, at) = match &catch.handler {
            CatchHandler::Block(block) => {
                let end = Span::new(block.span.file, block.span.lo, block.span.hi);
                (
                    self.lower_stmts_in(cx, block, true, Some(ty))?,
                    block.tail.as_ref().map_or(end, |t| t.span),
                )
            }
            CatchHandler::Expr(expr) => (Some(self.lower_expr(cx, expr, Some(ty))?), expr.span),
            CatchHandler::Match(node) => {
                (Some(self.lower_match(cx, node, Some(ty), true)?), node.span)
            }
        };
        let val = val.unwrap_or_else(|| {
            if cx.dead {
                Val::noreturn()
            } else {
                Val::void()
            }
        });
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        if cx.dead {
            return Ok(());
        }
        if val.ty == TypeId::VOID {
            let shown = self.type_name(ty);
            return Err(self.error(
                at,
                format!("the `catch` body must produce a value of type '{shown}' or diverge"),
            ));
        }
        let val = self.coerce(cx, val, ty, at)?;
        self.store(cx, addr, &val);
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- returning

    /// The type of `.{v.., error.X}`, which fills every slot of the failable result `ret`, the error's included.
    pub fn all_slots(&mut self, ret: TypeId, expr: &'static ast::Expr) -> Option<TypeId> {
        let ExprKind::Aggregate(agg) = &expr.kind else {
            return None;
        };
        let members = self.m.types.members(ret)?;
        if agg.ty.is_some()
            || agg.brackets != ast::Brackets::Brace
            || agg.elems.len() != members.len()
            || members.len() < 2
        {
            return None;
        }
        let tag_last = matches!(
            agg.elems.last().map(|e| &e.value.kind),
            Some(ExprKind::ErrorTag(_))
        );
        if members.len() == 2 && !tag_last {
            // Rather the one value, an aggregate of two.
            return None;
        }
        Some(self.m.types.intern(TypeKind::Tuple(members)))
    }

    // ---------------------------------------------------------------------------------------------- forwarding

    /// `return f();` of a failable call in a failable function.
    #[allow(clippy::too_many_arguments)]
    pub fn forward_failable(
        &mut self,
        cx: &mut FnCx,
        val: Val,
        given: &[(Option<Symbol>, TypeId)],
        given_set: TypeId,
        values: &[(Option<Symbol>, TypeId)],
        set: TypeId,
        ret: TypeId,
        span: Span,
    ) -> Res<Val> {
        let source = self.source_of_last_call(cx);
        if given.is_empty() && !values.is_empty() {
            // An error value as the one value slot.
            if let [(_, one)] = values {
                let error = self.retype(cx, &val, given_set);
                if let Some(value) = self.try_coerce(cx, &error, *one, span)? {
                    return Ok(self.make_aggregate(
                        cx,
                        ret,
                        &[value, Val::scalar(set, Piece::Const(Ty::I32, 0))],
                    ));
                }
            }
        }
        if given.len() != values.len() {
            let (a, b) = (given.len(), values.len());
            return Err(self.error(
                span,
                format!(
                    "cannot forward a failable with {a} value{} from a function that returns {b} value{}",
                    crate::declarations::nominal::plural(a),
                    crate::declarations::nominal::plural(b)
                ),
            ));
        }
        if set != given_set && set != TypeId::ANY_ERROR && given_set == TypeId::ANY_ERROR {
            return Err(self.error(
                span,
                "the error set of this forwarded call is not statically known; destructure it and re-raise, or use `try`",
            ));
        }
        self.check_escape(cx, given_set, &source, set, span);
        if given.iter().map(|g| g.1).eq(values.iter().map(|v| v.1)) {
            let loaded = self.load(cx, &val);
            return Ok(Val { ty: ret, ..loaded });
        }
        let loaded = self.load(cx, &val);
        let whole = self.stable(cx, &loaded);
        let mut parts = Vec::new();
        for (i, (_, ty)) in values.iter().enumerate() {
            let part = self.member(cx, &whole, i);
            let part = self.coerce(cx, part, *ty, span)?;
            parts.push(self.stable(cx, &part));
        }
        let tag = self.member(cx, &whole, given.len());
        let tag = self.piece(cx, &tag);
        parts.push(Val::scalar(set, tag));
        Ok(self.make_aggregate(cx, ret, &parts))
    }

    /// The errors recorded so far have been dealt with.
    pub fn absorb_trace(&mut self, cx: &mut FnCx) {
        self.clear_trace(cx);
    }
}

pub fn strip_parens(expr: &'static ast::Expr) -> &'static ast::Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => strip_parens(inner),
        _ => expr,
    }
}
