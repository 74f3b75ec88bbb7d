//! `f() or d` and chains of failables (reference part 3 §5.4).

use sx_ir::{StmtKind, Ty, TypeId};
use sx_syntax::ast::{self, BinOp, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::{FnCx, Handler};
use crate::emission::value::{Addr, Val};
use crate::sema::{Res, Sema};
use crate::statements::control::value_span;
use crate::statements::errors::{Outcome, strip_parens};

impl Sema<'_> {
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
        // `.variant(e)` is of the type that the operands before it have.
        let literal = matches!(&strip_parens(rhs).kind, ExprKind::Call(call)
            if matches!(call.callee.kind, ExprKind::EnumLit(_)));
        let propagates = !literal && self.is_failable_operand(cx, rhs);
        if propagates && cx.handlers.is_empty() && self.own_set(cx).is_none() {
            let diag = Diagnostic::error(span, "this `or` chain propagates when every operand fails, which needs a failable function (`!` or `!Named`)")
                .with_help(None, "end it with a value (`.. or value`) or wrap it with `catch`");
            return Err(self.report(diag));
        }
        let dead = cx.dead;
        let done = cx.label();
        let mut out: Option<(TypeId, Addr)> = None;
        cx.open();
        let result = self.or_operands(cx, &operands, want, span, done, &mut out);
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
    fn or_operands(
        &mut self,
        cx: &mut FnCx,
        operands: &[&'static ast::Expr],
        want: Option<TypeId>,
        span: Span,
        done: sx_ir::LabelId,
        out: &mut Option<(TypeId, Addr)>,
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
            // The next operand takes its place, whatever it was.
            self.caches.errors.handled(cx.id, label);
            let stored = lowered.and_then(|outcome| {
                let value = match outcome {
                    Outcome::Failable {
                        value, tag: error, ..
                    } => {
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
        self.or_store(cx, val, value_span(rhs), out)
    }
}
