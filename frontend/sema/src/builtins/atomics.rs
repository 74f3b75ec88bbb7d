//! Atomic operations.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Binding, Env, Failed, Res, Sema};
use smallvec::smallvec;
use std::rc::Rc;
use sx_ir::op::Order;
use sx_ir::{RmwOp, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    /// A rule broken inside the library's wrappers is the mistake of the call that made the instance.
    fn atomic_error(&mut self, cx: &FnCx, span: Span, message: impl Into<String>) -> Failed {
        match self.sites.body {
            Some(site) if self.in_library_module(cx.module) => {
                let diag = Diagnostic::error(site, message).with_note(Some(span), "required here");
                self.report(diag)
            }
            _ => self.error(span, message.into()),
        }
    }

    fn load_order(&mut self, cx: &FnCx, order: Order, span: Span) -> Res<()> {
        match order {
            Order::Release | Order::AcqRel => Err(self.atomic_error(
                cx,
                span,
                "atomic load ordering cannot be .release or .acq_rel — a load does not release",
            )),
            Order::Relaxed | Order::Acquire | Order::SeqCst => Ok(()),
        }
    }

    fn store_order(&mut self, cx: &FnCx, order: Order, span: Span) -> Res<()> {
        match order {
            Order::Acquire | Order::AcqRel => Err(self.atomic_error(
                cx,
                span,
                "atomic store ordering cannot be .acquire or .acq_rel — a store does not acquire",
            )),
            Order::Relaxed | Order::Release | Order::SeqCst => Ok(()),
        }
    }

    /// Loads and stores of vectors travel as integers of their size; one of 16 bytes as its two halves.
    fn atomic_vector(
        &mut self,
        cx: &mut FnCx,
        load: bool,
        args: &'static [ast::Arg],
        ty: TypeId,
    ) -> Res<Val> {
        let (part, offsets): (Ty, &[u64]) = match self.m.types.size_of(ty) {
            1 => (Ty::I8, &[0]),
            2 => (Ty::I16, &[0]),
            4 => (Ty::I32, &[0]),
            8 => (Ty::I64, &[0]),
            16 => (Ty::I64, &[0, 8]),
            _ => {
                let shown = self.type_name(ty);
                return Err(self.atomic_error(
                    cx,
                    args[0].value.span,
                    format!(
                        "atomic ops require a scalar type of 1, 2, 4, 8 or 16 bytes, got '{shown}'"
                    ),
                ));
            }
        };
        let pointer = self.m.types.pointer(ty);
        let ptr = self.lower_to(cx, &args[1].value, pointer)?;
        let ptr = self.piece(cx, &ptr);
        let ptr = cx.pin(ptr);
        let place = cx.addr_of_piece(ptr);
        if load {
            let order = self.ordering(cx, &args[2].value)?;
            self.load_order(cx, order, args[2].value.span)?;
            let out = self.slot(cx, ty);
            for offset in offsets {
                let dst = cx.temp(part);
                let at = cx.addr_piece(place.plus(*offset));
                let addr = cx.use_piece(at);
                cx.emit(StmtKind::AtomicLoad {
                    dst,
                    ty: part,
                    addr,
                    order,
                });
                cx.store_scalar(out.plus(*offset), Piece::Local(part, dst));
            }
            return Ok(Val::mem(ty, out));
        }
        let val = self.lower_to(cx, &args[2].value, ty)?;
        let from = self.spill(cx, &val);
        let order = self.ordering(cx, &args[3].value)?;
        self.store_order(cx, order, args[3].value.span)?;
        for offset in offsets {
            let piece = cx.load_scalar(part, from.plus(*offset));
            let at = cx.addr_piece(place.plus(*offset));
            let (addr, value) = (cx.use_piece(at), cx.use_piece(piece));
            cx.emit(StmtKind::AtomicStore {
                ty: part,
                addr,
                value,
                order,
            });
        }
        Ok(Val::void())
    }

    pub fn ordering(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Order> {
        let name = match &expr.kind {
            ExprKind::EnumLit(name) | ExprKind::Field { name, .. } => {
                Some(self.spelled(cx.env(), *name)?.name)
            }
            ExprKind::Ident(name) => match cx.env().get(name.name) {
                Some(Binding::Ct(ct)) => {
                    let tag = self.ct_i64(&ct);
                    let def = self.m.types.enum_def(ct.ty).cloned();
                    def.and_then(|d| d.variants.iter().find(|v| v.value == tag).map(|v| v.name))
                }
                _ => None,
            },
            _ => None,
        };
        match name.and_then(|n| Order::from_name(n.as_str())) {
            Some(order) => Ok(order),
            None => Err(self.error(
                expr.span,
                "atomic ordering must be a constant ordering literal such as `.seq_cst`",
            )),
        }
    }

    pub fn atomic(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        name: &str,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        if name == "atomic_fence" {
            let arg = self.arg(args, 0, name, 1, span)?;
            let order = self.ordering(cx, arg)?;
            if order == Order::Relaxed {
                return Err(self.atomic_error(
                    cx,
                    arg.span,
                    "fence ordering cannot be .relaxed — it would order nothing",
                ));
            }
            cx.emit(StmtKind::Fence(order));
            return Ok(Val::void());
        }
        let count = match name {
            "atomic_load" => 3,
            "atomic_cmpxchg" | "atomic_cmpxchg_weak" => 6,
            _ => 4,
        };
        let ty_expr = self.arg(args, 0, name, count, span)?;
        let ty = self.static_type(cx, env, name, ty_expr)?;
        if let TypeKind::Vector(..) = self.m.types.kind(ty)
            && matches!(name, "atomic_load" | "atomic_store")
        {
            return self.atomic_vector(cx, name == "atomic_load", args, ty);
        }
        let Some(scalar) = self.m.types.scalar(ty) else {
            let shown = self.type_name(ty);
            return Err(self.atomic_error(
                cx,
                span,
                format!("atomic ops require a scalar type of 1, 2, 4 or 8 bytes, got '{shown}'"),
            ));
        };
        let integer = self.is_integer(ty);
        if !integer && !matches!(name, "atomic_load" | "atomic_store") {
            let ok = matches!(
                name,
                "atomic_swap" | "atomic_cmpxchg" | "atomic_cmpxchg_weak"
            ) && (ty == TypeId::BOOL || scalar == Ty::Ptr);
            if !ok {
                let shown = self.type_name(ty);
                return Err(self.atomic_error(
                    cx,
                    span,
                    format!("atomic read-modify-write requires an integer type — got '{shown}'"),
                ));
            }
        }
        let pointer = self.m.types.pointer(ty);
        let ptr = self.lower_to(cx, &args[1].value, pointer)?;
        let ptr = self.piece(cx, &ptr);
        let ptr = cx.pin(ptr);
        // Floats travel as their bits.
        let (mem, as_float) = match scalar {
            Ty::F32 => (Ty::I32, true),
            Ty::F64 => (Ty::I64, true),
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 | Ty::Ptr => (scalar, false),
        };
        let to_mem = |s: &mut Self, cx: &mut FnCx, arg: &'static ast::Expr| -> Res<Piece> {
            let val = s.lower_to(cx, arg, ty)?;
            let piece = s.piece(cx, &val);
            let piece = if as_float {
                cx.convert(sx_ir::ConvertOp::BitsOf, mem, piece)
            } else {
                piece
            };
            Ok(cx.pin(piece))
        };
        let from_mem = |cx: &mut FnCx, local| {
            let piece = Piece::Local(mem, local);
            let piece = if as_float {
                cx.convert(sx_ir::ConvertOp::FromBits, scalar, piece)
            } else {
                piece
            };
            Val::scalar(ty, piece)
        };
        match name {
            "atomic_load" => {
                let order = self.ordering(cx, &args[2].value)?;
                self.load_order(cx, order, args[2].value.span)?;
                let dst = cx.temp(mem);
                let addr = cx.use_piece(ptr);
                cx.emit(StmtKind::AtomicLoad {
                    dst,
                    ty: mem,
                    addr,
                    order,
                });
                Ok(from_mem(cx, dst))
            }
            "atomic_store" => {
                let value = to_mem(self, cx, &args[2].value)?;
                let order = self.ordering(cx, &args[3].value)?;
                self.store_order(cx, order, args[3].value.span)?;
                let (addr, value) = (cx.use_piece(ptr), cx.use_piece(value));
                cx.emit(StmtKind::AtomicStore {
                    ty: mem,
                    addr,
                    value,
                    order,
                });
                Ok(Val::void())
            }
            "atomic_cmpxchg" | "atomic_cmpxchg_weak" => {
                let expected = to_mem(self, cx, &args[2].value)?;
                let desired = to_mem(self, cx, &args[3].value)?;
                let success = self.ordering(cx, &args[4].value)?;
                let failure = self.ordering(cx, &args[5].value)?;
                if matches!(failure, Order::Release | Order::AcqRel) {
                    return Err(self.atomic_error(cx, args[5].value.span, "atomic compare-exchange failure ordering cannot be .release or .acq_rel — a failed exchange stores nothing"));
                }
                let rank = |o: Order| match o {
                    Order::Relaxed => 0,
                    Order::Acquire | Order::Release => 1,
                    Order::AcqRel => 2,
                    Order::SeqCst => 3,
                };
                if rank(failure) > rank(success) {
                    return Err(self.atomic_error(cx, args[5].value.span,
                        format!("atomic compare-exchange failure ordering ('.{}') cannot be stronger than the success ordering ('.{}')", failure.name(), success.name()),
                    ));
                }
                let (old, ok) = (cx.temp(mem), cx.temp(Ty::I8));
                let (addr, expected, desired) = (
                    cx.use_piece(ptr),
                    cx.use_piece(expected),
                    cx.use_piece(desired),
                );
                let weak = name == "atomic_cmpxchg_weak";
                cx.emit(StmtKind::AtomicCmpxchg {
                    old,
                    ok,
                    ty: mem,
                    addr,
                    expected,
                    desired,
                    weak,
                    success,
                    failure,
                });
                // Null on success, else the value seen.
                let seen = from_mem(cx, old);
                let result = self.m.types.optional(ty);
                let absent = Piece::Local(Ty::I8, ok);
                let piece = self.piece(cx, &seen);
                if self.m.types.null_is_absent(ty) {
                    let out = cx.select(absent, Piece::Const(Ty::Ptr, 0), piece);
                    return Ok(Val::scalar(result, out));
                }
                let zero = Piece::Const(piece.ty(), 0);
                let value = cx.select(absent, zero, piece);
                let present = self.not(cx, absent);
                Ok(Val::regs(result, smallvec![value, present]))
            }
            _ => {
                let signed = self.m.types.int_info(ty).is_some_and(|i| i.1);
                let op = match (name, signed) {
                    ("atomic_swap", _) => RmwOp::Xchg,
                    ("atomic_fetch_add", _) => RmwOp::Add,
                    ("atomic_fetch_sub", _) => RmwOp::Sub,
                    ("atomic_fetch_and", _) => RmwOp::And,
                    ("atomic_fetch_or", _) => RmwOp::Or,
                    ("atomic_fetch_xor", _) => RmwOp::Xor,
                    ("atomic_fetch_min", true) => RmwOp::MinS,
                    ("atomic_fetch_min", false) => RmwOp::MinU,
                    ("atomic_fetch_max", true) => RmwOp::MaxS,
                    (_, _) => RmwOp::MaxU,
                };
                let value = to_mem(self, cx, &args[2].value)?;
                let order = self.ordering(cx, &args[3].value)?;
                let dst = cx.temp(mem);
                let (addr, value) = (cx.use_piece(ptr), cx.use_piece(value));
                cx.emit(StmtKind::AtomicRmw {
                    dst,
                    op,
                    ty: mem,
                    addr,
                    value,
                    order,
                });
                Ok(from_mem(cx, dst))
            }
        }
    }
}
