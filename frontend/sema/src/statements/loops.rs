//! Loops and jumps.

use crate::emission::fncx::{FnCx, LoopFrame};
use crate::emission::value::{Access, CaptureKind, Piece, Place, Val, ValKind};
use crate::sema::{Failed, Res, Sema};
use sx_ir::{BinaryOp, CheckRel, StmtKind as Ir, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, ForBody, ForIterKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn lower_jump(&mut self, cx: &mut FnCx, is_break: bool, span: Span) -> Res<()> {
        let Some(frame) = cx.loops.last() else {
            let word = if is_break { "break" } else { "continue" };
            return Err(self.error(span, format!("`{word}` outside a loop")));
        };
        let (scopes, label, to_loop) = (
            frame.scopes,
            if is_break {
                frame.break_label
            } else {
                frame.continue_label
            },
            frame.continue_is_loop && !is_break,
        );
        self.run_cleanups(cx, scopes, None)?;
        cx.emit(if to_loop {
            Ir::Continue(label)
        } else {
            Ir::Break(label)
        });
        Ok(())
    }

    pub fn lower_while(
        &mut self,
        cx: &mut FnCx,
        cond: &'static ast::Cond,
        body: &'static ast::Block,
    ) -> Res<()> {
        let label = cx.label();
        cx.open();
        let scopes = cx.scopes.len();
        cx.loops.push(LoopFrame {
            break_label: label,
            continue_label: label,
            continue_is_loop: true,
            scopes,
        });
        let result = self.while_body(cx, cond, body, label);
        cx.loops.pop();
        let code = cx.close();
        cx.dead = false;
        result?;
        cx.emit(Ir::Loop { label, body: code });
        let endless = matches!(cond, ast::Cond::Expr(e) if matches!(e.kind, ExprKind::Bool(true)));
        if endless && !breaks_out(cx, label) {
            cx.dead = true;
        }
        Ok(())
    }

    pub fn while_body(
        &mut self,
        cx: &mut FnCx,
        cond: &'static ast::Cond,
        body: &'static ast::Block,
        label: sx_ir::LabelId,
    ) -> Res<()> {
        cx.push_scope();
        let done = (|| {
            let (present, bound) = match cond {
                ast::Cond::Expr(expr) => match self.lower_condition(cx, expr) {
                    Ok(piece) => (piece, None),
                    Err(failed) => {
                        self.check_while_body(cx, cond, body);
                        return Err(failed);
                    }
                },
                ast::Cond::Bind { name, value } => {
                    let subject = match self.lower_operand_raw(cx, value, None) {
                        Ok(subject) => subject,
                        Err(failed) => {
                            self.check_while_body(cx, cond, body);
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
                            return Err(self.error(value.span, format!("`while v := ...` needs an optional or a pointer, but this has type '{shown}'")));
                        }
                    };
                    (present, Some((*name, subject)))
                }
            };
            if present.as_const() != Some(1) {
                let stop = self.not(cx, present);
                let stop = cx.use_piece(stop);
                cx.open();
                cx.emit(Ir::Break(label));
                let then = cx.close();
                cx.dead = false;
                cx.emit(Ir::If {
                    cond: stop,
                    then,
                    els: Default::default(),
                });
            }
            if let Some((name, subject)) = bound {
                let payload = self.payload_of(cx, &subject);
                self.declare_var(cx, name, payload.ty, Some(&payload), Access::Mutable);
            }
            self.lower_stmts_in(cx, body, false, None)
        })();
        let ended = self.end_scope(cx);
        done?;
        ended
    }

    pub fn lower_for(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) -> Res<()> {
        if !node.captures.is_empty() && node.captures.len() != node.iters.len() {
            return Err(self.error(
                node.captures[0].name.span,
                format!(
                    "capture count must match iterable count ({} captures, {} iterables)",
                    node.captures.len(),
                    node.iters.len()
                ),
            ));
        }
        cx.push_scope();
        let result = self.for_in_scope(cx, node);
        let ended = self.end_scope(cx);
        result?;
        ended
    }

    pub fn for_in_scope(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) -> Res<()> {
        let mut iters = Vec::new();
        for (i, iter) in node.iters.iter().enumerate() {
            let by_ref = node.captures.get(i).is_some_and(|c| c.by_ref);
            match self.lower_iter(cx, iter, i == 0, by_ref) {
                Ok(made) => iters.push(made),
                Err(failed) => {
                    self.check_for_body(cx, node);
                    return Err(failed);
                }
            }
        }
        let count = iters[0].count;
        let Some(count) = count else {
            return Err(Failed);
        };
        let index_addr = cx.temp(Ty::I64);
        cx.set(index_addr, Piece::Const(Ty::I64, 0));
        let (outer, inner) = (cx.label(), cx.label());
        let scopes = cx.scopes.len();
        cx.open();
        // The index is assigned in the loop, so it is read afresh in each iteration.
        let read = |cx: &mut FnCx| {
            let id = cx.expr(sx_ir::Expr::Local(index_addr));
            Piece::Tree(Ty::I64, id)
        };
        let now = read(cx);
        let stop = cx.binary(BinaryOp::GeS, now, count);
        let stop = cx.use_piece(stop);
        cx.open();
        cx.emit(Ir::Break(outer));
        let then = cx.close();
        cx.dead = false;
        cx.emit(Ir::If {
            cond: stop,
            then,
            els: Default::default(),
        });
        let index = read(cx);
        let index = cx.pin(index);
        cx.loops.push(LoopFrame {
            break_label: outer,
            continue_label: inner,
            continue_is_loop: false,
            scopes,
        });
        cx.open();
        cx.push_scope();
        let done = (|| {
            for (i, (iter, capture)) in iters.iter().zip(node.captures.iter()).enumerate() {
                // Only the first one's length ends the loop. Others may be too short: slices are read past their length,
                // but behind an array there is nothing to read.
                let index = match iter.count {
                    Some(length @ Piece::Const(..))
                        if i > 0 && length != count && !capture.name.is_discard() =>
                    {
                        self.at(cx, node.iters[i].span);
                        cx.check(TrapKind::Index, CheckRel::Below, index, length)
                    }
                    Some(_) | None => index,
                };
                self.bind_iter(cx, iter, capture, index)?;
            }
            match &node.body {
                ForBody::Block(block) => self.lower_stmts_in(cx, block, false, None).map(|_| ()),
                ForBody::Stmt(stmt) => self.lower_stmt(cx, stmt),
            }
        })();
        let ended = self.end_scope(cx);
        let body = cx.close();
        cx.loops.pop();
        cx.dead = false;
        if done.is_ok() {
            cx.emit(Ir::Block { label: inner, body });
            let next = cx.binary(BinaryOp::Add, index, Piece::Const(Ty::I64, 1));
            cx.set(index_addr, next);
        }
        let code = cx.close();
        cx.dead = false;
        done?;
        ended?;
        cx.emit(Ir::Loop {
            label: outer,
            body: code,
        });
        Ok(())
    }

    pub fn lower_iter(
        &mut self,
        cx: &mut FnCx,
        iter: &'static ast::ForIter,
        first: bool,
        by_ref: bool,
    ) -> Res<Iter> {
        match &iter.kind {
            ForIterKind::Range { lo, op, hi } => {
                if by_ref {
                    return Err(
                        self.error(iter.span, "a range cursor cannot be captured by reference")
                    );
                }
                let start = self.range_bound(cx, lo)?;
                let one = Piece::Const(Ty::I64, 1);
                let low = start;
                let start = if op.lo_exclusive {
                    cx.binary(BinaryOp::Add, start, one)
                } else {
                    start
                };
                let start = cx.pin(start);
                let count = match hi {
                    Some(hi) if first => {
                        let high = self.range_bound(cx, hi)?;
                        Some(range_count(cx, low, high, *op))
                    }
                    Some(_) => None,
                    None if first => {
                        return Err(
                            self.error(iter.span, "the first iterable of a `for` must be bounded")
                        );
                    }
                    None => None,
                };
                Ok(Iter {
                    count,
                    kind: IterKind::Range(start),
                })
            }
            ForIterKind::Each(expr) => {
                let val = self.lower_operand_raw(cx, expr, None)?;
                if by_ref
                    && let ValKind::Place(place) = &val.kind
                    && let Access::Capture(name, _) = &place.access
                    && let TypeKind::Array(..) | TypeKind::Vector(..) = self.m.types.kind(val.ty)
                {
                    let text = format!(
                        "cannot capture the elements by reference: '{name}' is a copy and has no storage of its own"
                    );
                    return Err(self.error(expr.span, text));
                }
                self.iterable(cx, val, expr)
            }
        }
    }

    pub fn range_bound(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Piece> {
        let val = self.lower_expr(cx, expr, None)?;
        let val = self.coerce(cx, val, TypeId::I64, expr.span)?;
        let piece = self.piece(cx, &val);
        Ok(cx.pin(piece))
    }

    /// Something to walk: array, vector, slice, string, `items` struct, or a pointer to one.
    pub fn iterable(&mut self, cx: &mut FnCx, val: Val, expr: &'static ast::Expr) -> Res<Iter> {
        if matches!(expr.kind, ExprKind::Aggregate(_)) {
            return Err(self.error(
                expr.span,
                "cannot iterate an array literal directly — bind it to a variable first",
            ));
        }
        let through = match self.m.types.kind(val.ty).clone() {
            TypeKind::Pointer(to) if to != TypeId::VOID => {
                Val::place(self.deref_place(cx, &val, to))
            }
            _ => val,
        };
        match self.m.types.kind(through.ty).clone() {
            TypeKind::Array(elem, count) => {
                let addr = self.spill(cx, &through);
                let base = cx.addr_piece(addr);
                let base = cx.pin(base);
                Ok(Iter {
                    count: Some(Piece::Const(Ty::I64, count)),
                    kind: IterKind::Elements(base, elem),
                })
            }
            TypeKind::Vector(elem, count) => {
                let addr = self.spill(cx, &through);
                let base = cx.addr_piece(addr);
                let base = cx.pin(base);
                Ok(Iter {
                    count: Some(Piece::Const(Ty::I64, u64::from(count))),
                    kind: IterKind::Elements(base, elem),
                })
            }
            TypeKind::Slice(elem) => {
                let pieces = self.pieces(cx, &through);
                let pieces = cx.pin_pieces(&pieces);
                Ok(Iter {
                    count: Some(pieces[1]),
                    kind: IterKind::Elements(pieces[0], elem),
                })
            }
            TypeKind::String | TypeKind::StringZ => {
                let pieces = self.pieces(cx, &through);
                let pieces = cx.pin_pieces(&pieces);
                Ok(Iter {
                    count: Some(pieces[1]),
                    kind: IterKind::Elements(pieces[0], TypeId::U8),
                })
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let members = self.m.types.members(through.ty).unwrap_or_default();
                let find = |name: &str| {
                    members
                        .iter()
                        .position(|(n, _)| n.is_some_and(|n| n == name))
                };
                if let Some(items) = find("items") {
                    let items_val = self.member(cx, &through, items);
                    match self.m.types.kind(items_val.ty).clone() {
                        TypeKind::Slice(_) => return self.iterable(cx, items_val, expr),
                        TypeKind::ManyPointer(elem) => {
                            if let Some(len) = find("len") {
                                let base = self.piece(cx, &items_val);
                                let base = cx.pin(base);
                                let len = self.member(cx, &through, len);
                                let len = self.coerce(cx, len, TypeId::I64, expr.span)?;
                                let len = self.piece(cx, &len);
                                let len = cx.pin(len);
                                return Ok(Iter {
                                    count: Some(len),
                                    kind: IterKind::Elements(base, elem),
                                });
                            }
                        }
                        _ => {}
                    }
                }
                Err(self.not_iterable(through.ty, expr.span))
            }
            TypeKind::Poison => Err(Failed),
            _ => Err(self.not_iterable(through.ty, expr.span)),
        }
    }

    pub fn not_iterable(&mut self, ty: TypeId, span: Span) -> Failed {
        let shown = self.type_name(ty);
        let mut diag = Diagnostic::error(span, format!("cannot iterate a value of type '{shown}'"))
            .with_help(None, "a `for` walks an array, slice, string, vector, a range `a..b`, or a struct with an `items` slice");
        if matches!(
            self.m.types.kind(ty),
            TypeKind::Function(_) | TypeKind::Closure(_)
        ) {
            // `for f(n) { .. }`: the parenthesised group was taken for the capture.
            let name = self.span_text(span);
            diag = diag.with_help(None, format!("to walk what a call of '{name}' returns, add a capture or parentheses: `for {name}(..) (x) {{ .. }}`, `for ({name}(..)) {{ .. }}`"));
        }
        self.report(diag)
    }

    pub fn bind_iter(
        &mut self,
        cx: &mut FnCx,
        iter: &Iter,
        capture: &'static ast::Capture,
        index: Piece,
    ) -> Res<()> {
        match &iter.kind {
            IterKind::Range(start) => {
                if capture.by_ref {
                    return Err(self.error(
                        capture.name.span,
                        "a range cursor cannot be captured by reference",
                    ));
                }
                if capture.name.is_discard() {
                    return Ok(());
                }
                let value = cx.binary(BinaryOp::Add, *start, index);
                let val = Val::scalar(TypeId::I64, value);
                self.declare_var(
                    cx,
                    capture.name,
                    TypeId::I64,
                    Some(&val),
                    Access::Capture(capture.name.name, CaptureKind::Cursor),
                );
            }
            IterKind::Elements(base, elem) => {
                if capture.name.is_discard() {
                    return Ok(());
                }
                let size = self.m.types.size_of(*elem);
                let offset = cx.binary(BinaryOp::Mul, index, Piece::Const(Ty::I64, size));
                let ptr = cx.binary(BinaryOp::PtrAdd, *base, offset);
                let addr = cx.addr_of_piece(ptr);
                if capture.by_ref {
                    let pointer = self.pointer_to(cx, addr, *elem);
                    let ty = pointer.ty;
                    self.declare_var(
                        cx,
                        capture.name,
                        ty,
                        Some(&pointer),
                        Access::RefCapture(capture.name.name),
                    );
                } else {
                    let place = Val::place(Place {
                        addr,
                        ty: *elem,
                        access: Access::Mutable,
                    });
                    let access = Access::Capture(capture.name.name, CaptureKind::Element);
                    self.declare_var(cx, capture.name, *elem, Some(&place), access);
                }
            }
        }
        Ok(())
    }
}

pub struct Iter {
    pub count: Option<Piece>,
    pub kind: IterKind,
}

pub enum IterKind {
    Range(Piece),
    /// First element's address and the element type.
    Elements(Piece, TypeId),
}

/// Whether the loop just emitted is left by a `break`.
pub fn breaks_out(cx: &FnCx, label: sx_ir::LabelId) -> bool {
    let Some(stmt) = cx.blocks.last().and_then(|b| b.last()) else {
        return true;
    };
    let Ir::Loop { body, .. } = &stmt.kind else {
        return true;
    };
    let mut found = false;
    body.for_each_stmt(&mut |s| found |= matches!(s.kind, Ir::Break(l) if l == label));
    found
}

/// How often a range is walked: never if it is inverted; one wider than `i64.max` counts as that long, which nothing
/// walks to its end.
fn range_count(cx: &mut FnCx, low: Piece, high: Piece, op: ast::RangeOp) -> Piece {
    let word = |n: i64| Piece::Const(Ty::I64, n as u64);
    let extra = i64::from(op.hi_inclusive) - i64::from(op.lo_exclusive);
    let width = cx.binary(BinaryOp::Sub, high, low);
    let width = cx.binary(BinaryOp::Add, width, word(extra));
    let count = cx.pin(width);
    // From the first counting number on the width can't wrap, and is negative where the range is inverted.
    if low.as_const() == Some(extra as u64) && (0..=1).contains(&extra) {
        return count;
    }
    // An exclusive bound makes equal ones empty.
    let empty = if op.hi_inclusive && !op.lo_exclusive {
        BinaryOp::LtS
    } else {
        BinaryOp::LeS
    };
    let empty = cx.binary(empty, high, low);
    // Of a range that isn't empty, only `..=` and `..` are surely walked once.
    let wrapped = if extra < 0 {
        BinaryOp::LtS
    } else {
        BinaryOp::LeS
    };
    let wide = cx.binary(wrapped, count, word(0));
    let count = cx.select(wide, word(i64::MAX), count);
    let count = cx.select(empty, word(0), count);
    cx.pin(count)
}
