//! Statements: control flow, calls, memory.

use sx_ir::{
    Block, Call, Callee, Expr, ExprId, LabelId, Linkage, RmwOp, Stmt, StmtKind, SwitchCase,
    TrapKind,
};

use super::{Builder, Guard, LabelTargets, LoopInfo, Reg, Target};
use crate::isa::{NO_RESULT, Op};

/// Operations of `Rmw` by number: bits 0 to 3 of its `x`. Bits 4 and 5 are the logarithm of the size in bytes, bit 6
/// says that memory is big-endian.
pub(crate) const RMW_OPS: [RmwOp; 10] = sx_ir::op::ALL_RMW;

impl Builder<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        self.writes.enter_list();
        self.stmts(&block.stmts);
        self.writes.leave_list();
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            if self.dead {
                break;
            }
            self.stmt(stmt);
        }
    }

    fn first_temp(&self) -> Reg {
        super::first_temp(self.func)
    }

    fn stmt(&mut self, stmt: &Stmt) {
        self.loc = stmt.loc;
        self.top = self.first_temp();
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                self.eval(*value, Some(local.0));
                self.writes.write(*local);
            }
            StmtKind::Store { ty, addr, value } => self.store(*ty, *addr, *value),
            StmtKind::Copy { dst, src, len } => {
                let (rd, rs) = (self.operand(*dst), self.operand(*src));
                match self.const_of(*len).and_then(|n| u32::try_from(n).ok()) {
                    Some(n) => self.emit(Op::CopyI, rd, rs, n),
                    None => {
                        let n = self.operand(*len);
                        self.emit(Op::Copy, rd, rs, n);
                    }
                }
            }
            StmtKind::Fill { dst, byte, len } => {
                let (rd, rb) = (self.operand(*dst), self.operand(*byte));
                match self.const_of(*len).and_then(|n| u32::try_from(n).ok()) {
                    Some(n) => self.emit(Op::FillI, rd, rb, n),
                    None => {
                        let n = self.operand(*len);
                        self.emit(Op::Fill, rd, rb, n);
                    }
                }
            }
            StmtKind::Eval(e) => {
                self.operand(*e);
            }
            StmtKind::Call(call) => self.call(call),
            StmtKind::If { cond, then, els } => self.branch_stmt(*cond, then, els),
            StmtKind::Block { label, body } => {
                let exit = self.target();
                self.labels[label.index()] = Some(LabelTargets { exit, next: None });
                self.block(body);
                self.bind(exit);
            }
            StmtKind::Loop { label, body } => self.loop_stmt(*label, body),
            StmtKind::Switch {
                ty: _,
                value,
                cases,
                default,
            } => self.switch(*value, cases, default),
            StmtKind::Break(label) => {
                if let Some(targets) = self.labels[label.index()] {
                    self.jump(targets.exit);
                }
            }
            StmtKind::Continue(label) => {
                if let Some(LabelTargets {
                    next: Some(info), ..
                }) = self.labels[label.index()]
                {
                    self.loop_back(label.0, info, false);
                }
            }
            StmtKind::Return(values) => self.return_stmt(values),
            StmtKind::Trap(kind) => self.trap(*kind),
            StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order: _,
            } => {
                self.load(stmt.loc, *ty, *addr, Some(dst.0));
                self.writes.write(*dst);
            }
            StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order: _,
            } => self.store(*ty, *addr, *value),
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                order: _,
            } => {
                let (ra, rv) = (self.operand(*addr), self.operand(*value));
                let number = RMW_OPS.iter().position(|o| o == op).unwrap_or(0) as u16;
                let log = (self.bits_of(*ty) / 8).trailing_zeros() as u16;
                let form = number | log << 4 | u16::from(self.big_endian) << 6;
                self.emit_at(stmt.loc, Op::Rmw, form, dst.0, ra, rv);
                self.writes.write(*dst);
            }
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                weak: _,
                success: _,
                failure: _,
            } => {
                // Storing the old value back when they differ can't be told from not storing: there is one thread.
                // It checks the address as a store in any case, as it has to be.
                let (ra, re, rd) = (
                    self.operand(*addr),
                    self.operand(*expected),
                    self.operand(*desired),
                );
                let bits = self.bits_of(*ty);
                let (seen, equal, new) = (self.temp(), self.temp(), self.temp());
                self.load_plain(bits, seen, ra);
                self.emit(Op::Eq, equal, seen, re);
                self.emit_select(new, equal, rd, seen);
                self.store_plain(bits, new, ra);
                self.emit(Op::Mov, old.0, seen, 0);
                self.emit(Op::Mov, ok.0, equal, 0);
                self.writes.write(*old);
                self.writes.write(*ok);
            }
            StmtKind::Fence(_) => {}
        }
    }

    fn branch_stmt(&mut self, cond: ExprId, then: &Block, els: &Block) {
        // `if c { break }` is one branch.
        if let Some(target) = self.only_break(then) {
            self.branch_if(cond, true, target);
            self.block(els);
            return;
        }
        if let Some(target) = self.only_break(els) {
            self.branch_if(cond, false, target);
            self.block(then);
            return;
        }
        let end = self.target();
        if then.stmts.is_empty() {
            self.branch_if(cond, true, end);
            self.block_unless_dead(els);
        } else if els.stmts.is_empty() {
            self.branch_if(cond, false, end);
            self.block_unless_dead(then);
        } else {
            let other = self.target();
            self.branch_if(cond, false, other);
            self.block_unless_dead(then);
            if !self.dead {
                self.jump(end);
            }
            self.bind(other);
            self.block_unless_dead(els);
        }
        self.bind(end);
    }

    fn block_unless_dead(&mut self, block: &Block) {
        if !self.dead {
            self.block(block);
        }
    }

    /// The exit that a block consisting of one `break` jumps to.
    fn only_break(&self, block: &Block) -> Option<Target> {
        match block.stmts.as_slice() {
            [
                Stmt {
                    kind: StmtKind::Break(label),
                    ..
                },
            ] => self.labels[label.index()].map(|l| l.exit),
            _ => None,
        }
    }

    fn loop_stmt(&mut self, label: LabelId, body: &Block) {
        let loc = self.loc;
        self.loops += 1;
        let outermost = self.begin_hoisting();
        let (exit, start) = (self.target(), self.target());
        self.labels[label.index()] = Some(LabelTargets { exit, next: None });
        if let Some(bulk) = sx_machine::bulk::find(self.module, self.func, label, body) {
            self.emit(Op::Bulk, self.bulks.len() as u32, 0, 0);
            self.bulks.push(bulk);
        }
        self.emit(Op::LoopStep, label.0, 0, 0);
        self.bind(start);
        let first = match body.stmts.as_slice() {
            [
                Stmt {
                    kind: StmtKind::If { cond, then, els },
                    loc,
                },
                rest @ ..,
            ] if !matches!(self.func.expr(*cond), Expr::Const { .. }) => {
                match (self.only_break(then), self.only_break(els)) {
                    (Some(out), _) => Some((*cond, false, out, els, rest, *loc)),
                    (None, Some(out)) => Some((*cond, true, out, then, rest, *loc)),
                    (None, None) => None,
                }
            }
            _ => None,
        };
        self.writes.enter_list();
        let mut info = LoopInfo {
            start,
            guard: None,
            loc,
        };
        let rest = match first {
            Some((cond, stay_if, out, stay, rest, loc)) => {
                let after = self.target();
                self.loc = loc;
                self.top = self.first_temp();
                self.branch_if(cond, !stay_if, out);
                self.bind(after);
                info.guard = Some(Guard {
                    cond,
                    stay_if,
                    after,
                    exit: out,
                });
                self.labels[label.index()] = Some(LabelTargets {
                    exit,
                    next: Some(info),
                });
                self.block(stay);
                rest
            }
            None => {
                self.labels[label.index()] = Some(LabelTargets {
                    exit,
                    next: Some(info),
                });
                &body.stmts
            }
        };
        self.stmts(rest);
        self.writes.leave_list();
        if !self.dead {
            self.loop_back(label.0, info, true);
        }
        if outermost {
            self.loc = loc;
            self.end_hoisting();
        }
        self.bind(exit);
    }

    fn switch(&mut self, value: ExprId, cases: &[SwitchCase], default: &Block) {
        let reg = self.operand(value);
        let end = self.target();
        let other = self.target();
        let targets: Vec<Target> = cases.iter().map(|_| self.target()).collect();
        let mut values: Vec<(u64, Target)> = cases
            .iter()
            .zip(&targets)
            .flat_map(|(case, t)| case.values.iter().map(|v| (*v, *t)))
            .collect();
        // The first of equal values wins, as it would if they were tried in order.
        values.sort_by_key(|(value, _)| *value);
        values.dedup_by_key(|(value, _)| *value);
        self.switch_head(reg, &values, other);
        self.dead = true;
        for (case, target) in cases.iter().zip(&targets) {
            self.bind(*target);
            if !self.dead {
                self.block(&case.body);
            }
            if !self.dead {
                self.jump(end);
            }
        }
        self.bind(other);
        self.block_unless_dead(default);
        self.bind(end);
    }

    fn switch_head(&mut self, reg: Reg, values: &[(u64, Target)], other: Target) {
        let (Some(first), Some(last)) = (values.first(), values.last()) else {
            self.jump(other);
            return;
        };
        if values.len() <= 3 {
            for (value, target) in values {
                match super::expr::imm(*value) {
                    Some(imm) => self.emit_branch(self.loc, Op::BrEqI, 0, reg, imm, *target),
                    None => {
                        let constant = self.constant(*value, None);
                        self.emit_branch(self.loc, Op::BrEq, 0, reg, constant, *target);
                    }
                }
            }
            self.jump(other);
            return;
        }
        let span = last.0 - first.0;
        if span / 4 <= values.len() as u64 {
            self.emit(Op::SwitchDense, reg, 0, span as u32 + 1);
            self.emit_branch(
                self.loc,
                Op::Case,
                0,
                first.0 as u32,
                (first.0 >> 32) as u32,
                other,
            );
            let mut next = first.0;
            for (value, target) in values {
                for hole in next..*value {
                    self.emit_branch(
                        self.loc,
                        Op::Case,
                        0,
                        hole as u32,
                        (hole >> 32) as u32,
                        other,
                    );
                }
                self.emit_branch(
                    self.loc,
                    Op::Case,
                    0,
                    *value as u32,
                    (*value >> 32) as u32,
                    *target,
                );
                next = value.wrapping_add(1);
            }
        } else {
            self.emit(Op::SwitchSparse, reg, 0, values.len() as u32);
            self.emit_branch(self.loc, Op::Case, 0, 0, 0, other);
            for (value, target) in values {
                self.emit_branch(
                    self.loc,
                    Op::Case,
                    0,
                    *value as u32,
                    (*value >> 32) as u32,
                    *target,
                );
            }
        }
    }

    fn call(&mut self, call: &Call) {
        let through = match call.callee {
            Callee::Direct(_) => None,
            Callee::Indirect { target, sig } => Some((self.operand(target), sig)),
        };
        let base = self.top;
        for arg in &call.args {
            let place = self.temp();
            self.eval(*arg, Some(place));
            self.top = place + 1;
        }
        self.max = self.max.max(base + call.results.len() as Reg);
        let first = call
            .results
            .first()
            .and_then(|r| u16::try_from(r.0).ok())
            .unwrap_or(NO_RESULT);
        let count = call.args.len() as u32;
        let (loc, here) = (self.loc, self.loc.0);
        match (call.callee, through) {
            (Callee::Direct(id), _) => match self.module.func(id).linkage {
                Linkage::Internal | Linkage::Export(_) => {
                    self.emit_at(loc, Op::Call, first, id.0, base, here)
                }
                Linkage::Extern { .. } | Linkage::Host(_) | Linkage::Asm(_) => {
                    self.emit_at(loc, Op::CallHost, first, id.0, base, here);
                    self.emit_at(loc, Op::Ext, first, 0, count, 0);
                }
            },
            (Callee::Indirect { .. }, Some((target, sig))) => {
                self.emit_at(loc, Op::CallInd, first, target, base, here);
                self.emit_at(loc, Op::Ext, first, sig.0, count, 0);
            }
            (Callee::Indirect { .. }, None) => {}
        }
        for (i, result) in call.results.iter().enumerate() {
            if i > 0 || first == NO_RESULT {
                self.emit(Op::Mov, result.0, base + i as Reg, 0);
            }
            self.writes.write(*result);
        }
    }

    fn leave(&mut self) {
        if self.layout.size != 0 {
            // Larger frames never get their memory.
            self.emit(
                Op::Leave,
                0,
                0,
                u32::try_from(self.layout.size).unwrap_or(u32::MAX),
            );
        }
    }

    fn return_stmt(&mut self, values: &[ExprId]) {
        match *values {
            [] => {
                self.leave();
                self.emit(Op::Ret0, 0, 0, 0);
            }
            [a] => {
                let ra = self.operand(a);
                self.leave();
                self.emit(Op::Ret1, ra, 0, 0);
            }
            [a, b] => {
                let (ra, rb) = (self.operand(a), self.operand(b));
                self.leave();
                self.emit(Op::Ret2, ra, rb, 0);
            }
            _ => {
                let base = self.top;
                for value in values {
                    let place = self.temp();
                    self.eval(*value, Some(place));
                    self.top = place + 1;
                }
                self.leave();
                self.emit(Op::RetN, base, values.len() as u32, 0);
            }
        }
        self.dead = true;
    }

    fn trap(&mut self, kind: TrapKind) {
        self.emit_at(self.loc, Op::Trap, kind as u16, 0, 0, 0);
        self.dead = true;
    }

    /// Code after the last statement: a function without results returns; one with results doesn't get here.
    pub(super) fn end_of_body(&mut self) {
        if self.dead {
            return;
        }
        if self.module.sig(self.func.sig).results.is_empty() {
            self.return_stmt(&[]);
        } else {
            self.trap(TrapKind::Unreachable);
        }
    }
}
