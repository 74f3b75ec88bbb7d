//! `catch`: the operand, and the handler whose value stands for a success (reference part 3 §5.4).

use sx_ir::{StmtKind, Ty, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, CatchHandler};

use crate::emission::fncx::{FnCx, Handler};
use crate::emission::value::{Access, Addr, CaptureKind, Piece, Val};
use crate::sema::{Res, Sema};
use crate::statements::control::value_span;
use crate::statements::error_flow::Source;
use crate::statements::errors::Outcome;

impl Sema<'_> {
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
        sets: &mut Vec<(TypeId, Source)>,
    ) -> Res<(Option<(TypeId, Addr)>, bool)> {
        let value = match outcome {
            Outcome::Failable {
                value,
                tag: error,
                set,
                source,
            } => {
                sets.push((set, source));
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
        sets: &[(TypeId, Source)],
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
        sets: &[(TypeId, Source)],
        success: Option<(TypeId, Addr)>,
    ) -> Res<()> {
        if let Some(name) = catch.tag {
            let set = match sets {
                [] => TypeId::ANY_ERROR,
                [(first, _), rest @ ..] if rest.iter().all(|(s, _)| s == first) => *first,
                _ => TypeId::ANY_ERROR,
            };
            let read = cx.expr(sx_ir::Expr::Local(tag));
            let val = Val::scalar(set, cx.pin(Piece::Tree(Ty::I32, read)));
            let access = Access::Capture(name.name, CaptureKind::ErrorTag);
            let var = self.declare_var(cx, name, set, Some(&val), access);
            let sets = sets.iter();
            let held: Vec<_> = sets
                .map(|(s, from)| self.origin_of_set(*s, *from))
                .collect();
            self.note_error_variable(cx, var, &held);
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
                    block.tail.as_ref().map_or(end, |t| value_span(t)),
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
}
