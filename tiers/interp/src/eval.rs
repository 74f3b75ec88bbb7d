//! Expressions: operands left to right, each node once.

use sx_ir::{Expr, ExprId, LocId, semantics};
use sx_machine::ctx::Fault;

use crate::call::{Frame, Run, Stop};

impl<'a> Run<'a> {
    /// Position of a node, or of its statement if it has none of its own.
    fn loc_of(frame: Frame<'a>, id: ExprId, stmt: LocId) -> LocId {
        match frame.func.expr_locs.get(id.index()) {
            Some(loc) if *loc != LocId(0) => *loc,
            _ => stmt,
        }
    }

    /// The value of an expression of a statement at `stmt`, as a zero-extended pattern.
    pub fn eval(&mut self, frame: Frame<'a>, stmt: LocId, id: ExprId) -> Result<u64, Stop> {
        let pointer_size = self.machine.pointer_size;
        Ok(match *frame.func.expr(id) {
            Expr::Const { bits, .. } => bits,
            Expr::Local(local) => self.locals[frame.base + local.index()],
            Expr::Load { ty, addr } => {
                let addr = self.eval(frame, stmt, addr)?;
                match self.machine.load(ty, addr) {
                    Ok(value) => value,
                    Err(fault) => return Err(self.trap(Self::loc_of(frame, id, stmt), fault)),
                }
            }
            Expr::SlotAddr(slot) => frame.slots + self.slot_offsets[frame.offsets + slot.index()],
            Expr::GlobalAddr(global) => match self.machine.space.global_address(global) {
                Some(addr) => addr,
                None => return Err(self.bug(format!("{global:?} has no address"))),
            },
            Expr::FuncAddr(func) => match self.machine.space.function_value(func) {
                Some(value) => value,
                None => return Err(self.bug(format!("{func:?} has no value"))),
            },
            Expr::Unary { op, ty, a } => semantics::unary(op, ty, self.eval(frame, stmt, a)?),
            Expr::Binary { op, ty, a, b } => {
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                match semantics::binary(op, ty, a, b, pointer_size) {
                    Ok(value) => value,
                    Err(kind) => {
                        return Err(
                            self.trap(Self::loc_of(frame, id, stmt), Fault::new(kind, 0, 0))
                        );
                    }
                }
            }
            Expr::Convert { op, from, to, a } => {
                semantics::convert(op, from, to, self.eval(frame, stmt, a)?, pointer_size)
            }
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => semantics::wrap(ty, bits, signed, self.eval(frame, stmt, a)?),
            Expr::Select { cond, a, b, .. } => {
                let cond = self.eval(frame, stmt, cond)?;
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                if cond != 0 { a } else { b }
            }
            Expr::Check {
                kind, rel, a, b, ..
            } => {
                let a = self.eval(frame, stmt, a)?;
                let b = self.eval(frame, stmt, b)?;
                if !rel.holds(a, b) {
                    return Err(self.trap(Self::loc_of(frame, id, stmt), Fault::new(kind, a, b)));
                }
                a
            }
        })
    }
}
