//! Expressions: operands left to right, each node once.

use sx_ir::{Expr, ExprId, LocId, semantics};
use sx_machine::ctx::Fault;

use crate::call::{Frame, Run, Stop};
use crate::shadow::Shadow;

/// Position of a node, or of its statement if it has none of its own.
pub fn expr_loc(frame: Frame<'_>, id: ExprId, stmt: LocId) -> LocId {
    match frame.func.expr_locs.get(id.index()) {
        Some(loc) if *loc != LocId(0) => *loc,
        _ => stmt,
    }
}

impl<'a, S: Shadow> Run<'a, S> {
    /// The value of an expression of a statement at `stmt`, as a zero-extended pattern. Its mark is left on top of the
    /// shadow's stack.
    pub fn eval(&mut self, frame: Frame<'a>, stmt: LocId, id: ExprId) -> Result<u64, Stop> {
        let pointer_size = self.machine.pointer_size;
        Ok(match *frame.func.expr(id) {
            Expr::Const { bits, .. } => {
                self.shadow.constant();
                bits
            }
            Expr::Local(local) => {
                let index = frame.base + local.index();
                self.shadow.local(index);
                self.locals[index]
            }
            Expr::Load { ty, addr } => {
                let addr = self.eval(frame, stmt, addr)?;
                let loc = expr_loc(frame, id, stmt);
                let loaded = self.machine.load(ty, addr);
                let value = self.accessed(loc, loaded, 0)?;
                let verdict = self.shadow.load(&self.machine, addr, ty.size(pointer_size));
                self.judge(loc, verdict)?;
                value
            }
            Expr::SlotAddr(slot) => {
                let addr = frame.slots + self.slot_offsets[frame.offsets + slot.index()];
                self.shadow
                    .slot_addr(frame.id, slot.0, addr, frame.func.slots[slot.index()].size);
                addr
            }
            Expr::GlobalAddr(global) => match self.machine.space.global_address(global) {
                Some(addr) => {
                    self.shadow.global_addr(global);
                    addr
                }
                None => return Err(self.bug(format!("{global:?} has no address"))),
            },
            Expr::FuncAddr(func) => match self.machine.space.function_value(func) {
                Some(value) => {
                    self.shadow.func_addr(func);
                    value
                }
                None => return Err(self.bug(format!("{func:?} has no value"))),
            },
            Expr::Unary { op, ty, a } => {
                let a = self.eval(frame, stmt, a)?;
                self.shadow.unary();
                semantics::unary(op, ty, a)
            }
            Expr::Binary { op, ty, a, b } => {
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                self.shadow.binary(op, ty, a, b);
                let result = semantics::binary(op, ty, a, b, pointer_size);
                let result = result.map_err(|kind| Fault::new(kind, 0, 0));
                self.at(expr_loc(frame, id, stmt), result)?
            }
            Expr::Convert { op, from, to, a } => {
                let a = self.eval(frame, stmt, a)?;
                self.shadow.convert(op, from, to);
                semantics::convert(op, from, to, a, pointer_size)
            }
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => {
                let a = self.eval(frame, stmt, a)?;
                self.shadow.wrap(bits, signed, ty);
                semantics::wrap(ty, bits, signed, a)
            }
            Expr::Select { cond, a, b, .. } => {
                let cond = self.eval(frame, stmt, cond)?;
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                self.shadow.select(cond != 0);
                if cond != 0 { a } else { b }
            }
            Expr::Check {
                kind, rel, a, b, ..
            } => {
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                let loc = expr_loc(frame, id, stmt);
                let verdict = self.shadow.check(rel, a, b);
                self.judge(loc, verdict)?;
                if !rel.holds(a, b) {
                    return Err(self.trap(loc, Fault::new(kind, a, b)));
                }
                a
            }
        })
    }
}
