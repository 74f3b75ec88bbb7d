//! Conditional branches: comparisons branch directly, also at the end of loops.

use sx_ir::{BinaryClass, BinaryOp, Expr, ExprId, Ty};

use super::expr::imm;
use super::{Builder, Guard, LoopInfo, Reg, Target};
use crate::isa::Op;

/// A comparison as a branch: the instruction, and what takes the place of its second operand.
enum Compare {
    Registers { op: Op, swapped: bool },
    Constant { op: Op, imm: u32 },
}

impl Builder<'_> {
    /// Branches to `target` if (`cond` != 0) == `when`; goes on otherwise.
    pub(super) fn branch_if(&mut self, cond: ExprId, when: bool, target: Target) {
        let mark = self.top;
        match *self.func.expr(cond) {
            Expr::Const { bits, .. } => {
                if (bits != 0) == when {
                    self.jump(target);
                }
                return;
            }
            Expr::Binary {
                op: BinaryOp::Eq,
                a,
                b,
                ..
            } if self.const_of(b) == Some(0) => {
                return self.branch_if(a, !when, target);
            }
            Expr::Binary {
                op: BinaryOp::Ne,
                a,
                b,
                ..
            } if self.const_of(b) == Some(0) => {
                return self.branch_if(a, when, target);
            }
            Expr::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                ty: Ty::I8,
                a,
                b,
            } if self.is_flag(a) && self.is_flag(b) && self.is_pure(b) => {
                return self.branch_if_both(op == BinaryOp::And, [a, b], when, target);
            }
            Expr::Binary { op, ty, a, b } if op.class() == BinaryClass::IntCmp => {
                if let Some((x, from, bound)) = self.interval(op, ty, a, b) {
                    let inside = matches!(op, BinaryOp::LeU | BinaryOp::LtU) == when;
                    let reg = self.operand(x);
                    let op = if inside { Op::BrIn } else { Op::BrOut };
                    self.emit_branch(self.loc, op, bound, reg, from, target);
                    self.top = mark;
                    return;
                }
                match compare(op, self.bits_of(ty), when, self.const_of(b)) {
                    Some(Compare::Constant { op, imm }) => {
                        let ra = self.operand(a);
                        self.emit_branch(self.loc, op, 0, ra, imm, target);
                        self.top = mark;
                        return;
                    }
                    Some(Compare::Registers { op, swapped }) => {
                        let (ra, rb) = (self.operand(a), self.operand(b));
                        let (ra, rb) = if swapped { (rb, ra) } else { (ra, rb) };
                        self.emit_branch(self.loc, op, 0, ra, rb, target);
                        self.top = mark;
                        return;
                    }
                    None => {}
                }
            }
            _ => {}
        }
        let reg = self.operand(cond);
        self.emit_branch(
            self.loc,
            if when { Op::BrNz } else { Op::BrZ },
            0,
            reg,
            0,
            target,
        );
        self.top = mark;
    }

    /// Branches on `and` or `or` of two conditions without making a value of them.
    fn branch_if_both(&mut self, and: bool, [a, b]: [ExprId; 2], when: bool, target: Target) {
        if and != when {
            // The first one may decide.
            self.branch_if(a, when, target);
            return self.branch_if_alive(b, when, target);
        }
        let skip = self.target();
        self.branch_if(a, !when, skip);
        self.branch_if_alive(b, when, target);
        self.bind(skip);
    }

    fn branch_if_alive(&mut self, cond: ExprId, when: bool, target: Target) {
        if !self.dead {
            self.branch_if(cond, when, target);
        }
    }

    /// Whether the value is 0 or 1.
    fn is_flag(&self, e: ExprId) -> bool {
        match *self.func.expr(e) {
            Expr::Const { bits, .. } => bits <= 1,
            Expr::Binary {
                op: BinaryOp::And | BinaryOp::Or,
                a,
                b,
                ..
            } => self.is_flag(a) && self.is_flag(b),
            Expr::Binary { op, .. } => {
                matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp)
            }
            _ => false,
        }
    }

    /// Whether nobody can tell if it was evaluated.
    fn is_pure(&self, e: ExprId) -> bool {
        let effects = sx_ir::opt::effects(self.module, self.func, e);
        !effects.traps && !effects.reads
    }

    /// `x + from <= bound` (or its inverse): `x`, and both numbers as [`Op::BrIn`] takes them.
    pub(super) fn interval(
        &self,
        op: BinaryOp,
        ty: Ty,
        a: ExprId,
        b: ExprId,
    ) -> Option<(ExprId, u32, u16)> {
        let limit = self.const_of(b).filter(|_| ty == Ty::I64)?;
        let bound = match op {
            BinaryOp::LeU | BinaryOp::GtU => limit,
            BinaryOp::LtU | BinaryOp::GeU => limit.checked_sub(1)?,
            _ => return None,
        };
        let Expr::Binary {
            op: BinaryOp::Add,
            a: x,
            b: from,
            ..
        } = *self.func.expr(a)
        else {
            return None;
        };
        Some((
            x,
            self.const_of(from).and_then(imm)?,
            u16::try_from(bound).ok()?,
        ))
    }

    /// Starts the next iteration. At the end of the loop's body (`last`) leaving it is going on.
    pub(super) fn loop_back(&mut self, label: u32, info: LoopInfo, last: bool) {
        let (op, a, b, guard) = match info
            .guard
            .and_then(|g| self.simple_guard(label, g).map(|s| (s, g)))
        {
            Some(((op, a, b), guard)) => (op, a, b, guard),
            None => {
                self.emit_branch(info.loc, Op::LoopBack, 0, label, 0, info.start);
                self.dead = true;
                return;
            }
        };
        self.emit_branch(info.loc, op, label as u16, a, b, guard.after);
        let falls_out = last && self.labels[label as usize].is_some_and(|l| l.exit == guard.exit);
        if !falls_out {
            self.jump(guard.exit);
        }
    }

    /// The loop branch for a guard that compares locals and constants.
    fn simple_guard(&self, label: u32, guard: Guard) -> Option<(Op, Reg, u32)> {
        if label >= u32::from(u16::MAX) {
            return None;
        }
        let Expr::Binary { op, ty, a, b } = *self.func.expr(guard.cond) else {
            return None;
        };
        if op.class() != BinaryClass::IntCmp {
            return None;
        }
        let local = |e: ExprId| match *self.func.expr(e) {
            Expr::Local(local) => Some(local.0),
            _ => None,
        };
        let ra = local(a)?;
        match compare(op, self.bits_of(ty), guard.stay_if, self.const_of(b))? {
            Compare::Constant { op, imm } => Some((loop_form(op)?, ra, imm)),
            Compare::Registers { op, swapped } => {
                let rb = local(b)?;
                let (ra, rb) = if swapped { (rb, ra) } else { (ra, rb) };
                Some((loop_form(op)?, ra, rb))
            }
        }
    }
}

fn negate(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::LtS => BinaryOp::GeS,
        BinaryOp::LtU => BinaryOp::GeU,
        BinaryOp::LeS => BinaryOp::GtS,
        BinaryOp::LeU => BinaryOp::GtU,
        BinaryOp::GtS => BinaryOp::LeS,
        BinaryOp::GtU => BinaryOp::LeU,
        BinaryOp::GeS => BinaryOp::LtS,
        BinaryOp::GeU => BinaryOp::LtU,
        _ => return None,
    })
}

/// The branch taken if the comparison gives `when`. Signed ones exist for 32 and 64 bits.
fn compare(op: BinaryOp, bits: u32, when: bool, constant: Option<u64>) -> Option<Compare> {
    let op = if when { op } else { negate(op)? };
    let signed = matches!(
        op,
        BinaryOp::LtS | BinaryOp::LeS | BinaryOp::GtS | BinaryOp::GeS
    );
    if signed && bits < 32 {
        return None;
    }
    let wide = bits == 64;
    let pick = |narrow: Op, large: Op| if wide { large } else { narrow };
    // Signed 32-bit comparisons look at the low half only; the others at the whole pattern.
    let constant = constant.and_then(|c| {
        if signed && !wide {
            Some(c as u32)
        } else {
            imm(c)
        }
    });
    if let Some(imm) = constant {
        let op = match op {
            BinaryOp::Eq => Op::BrEqI,
            BinaryOp::Ne => Op::BrNeI,
            BinaryOp::LtU => Op::BrLtUI,
            BinaryOp::LeU => Op::BrLeUI,
            BinaryOp::GtU => Op::BrGtUI,
            BinaryOp::GeU => Op::BrGeUI,
            BinaryOp::LtS => pick(Op::BrLtS32I, Op::BrLtS64I),
            BinaryOp::LeS => pick(Op::BrLeS32I, Op::BrLeS64I),
            BinaryOp::GtS => pick(Op::BrGtS32I, Op::BrGtS64I),
            BinaryOp::GeS => pick(Op::BrGeS32I, Op::BrGeS64I),
            _ => return None,
        };
        return Some(Compare::Constant { op, imm });
    }
    let (op, swapped) = match op {
        BinaryOp::Eq => (Op::BrEq, false),
        BinaryOp::Ne => (Op::BrNe, false),
        BinaryOp::LtU => (Op::BrLtU, false),
        BinaryOp::LeU => (Op::BrLeU, false),
        BinaryOp::GtU => (Op::BrLtU, true),
        BinaryOp::GeU => (Op::BrLeU, true),
        BinaryOp::LtS => (pick(Op::BrLtS32, Op::BrLtS64), false),
        BinaryOp::LeS => (pick(Op::BrLeS32, Op::BrLeS64), false),
        BinaryOp::GtS => (pick(Op::BrLtS32, Op::BrLtS64), true),
        BinaryOp::GeS => (pick(Op::BrLeS32, Op::BrLeS64), true),
        _ => return None,
    };
    Some(Compare::Registers { op, swapped })
}

fn loop_form(op: Op) -> Option<Op> {
    Some(match op {
        Op::BrEq => Op::LoopBrEq,
        Op::BrNe => Op::LoopBrNe,
        Op::BrLtU => Op::LoopBrLtU,
        Op::BrLeU => Op::LoopBrLeU,
        Op::BrEqI => Op::LoopBrEqI,
        Op::BrNeI => Op::LoopBrNeI,
        Op::BrLtUI => Op::LoopBrLtUI,
        Op::BrLeUI => Op::LoopBrLeUI,
        Op::BrGtUI => Op::LoopBrGtUI,
        Op::BrGeUI => Op::LoopBrGeUI,
        Op::BrLtS32 => Op::LoopBrLtS32,
        Op::BrLtS64 => Op::LoopBrLtS64,
        Op::BrLeS32 => Op::LoopBrLeS32,
        Op::BrLeS64 => Op::LoopBrLeS64,
        Op::BrLtS32I => Op::LoopBrLtS32I,
        Op::BrLtS64I => Op::LoopBrLtS64I,
        Op::BrLeS32I => Op::LoopBrLeS32I,
        Op::BrLeS64I => Op::LoopBrLeS64I,
        Op::BrGtS32I => Op::LoopBrGtS32I,
        Op::BrGtS64I => Op::LoopBrGtS64I,
        Op::BrGeS32I => Op::LoopBrGeS32I,
        Op::BrGeS64I => Op::LoopBrGeS64I,
        _ => return None,
    })
}
