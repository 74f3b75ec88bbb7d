//! Statements.

use crate::cold::Cold;
use crate::emit::{Emitter, Target, Val, Want};
use crate::facts::Saved;
use crate::memory::Access;
use crate::plan::Home;
use crate::regs::RAX;
use crate::stubs::SP;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::trap::LimitKind;
use sx_ir::{Block, ExprId, LabelId, LocId, LocalId, Stmt, StmtKind, SwitchCase, Ty};

/// Longest run of case values handled one by one.
const LINEAR_CASES: usize = 4;
/// A jump table is at most this many times larger than the number of values in it.
const TABLE_SPARSITY: u64 = 4;
/// Nodes of a loop's test that may stand twice.
const LONGEST_REPEATED_TEST: usize = 12;

impl Emitter<'_> {
    /// Emits a block; whether its end is reached.
    pub fn block(&mut self, block: &Block) -> bool {
        block.stmts.iter().all(|stmt| self.stmt(stmt))
    }

    /// Emits a statement; whether the next one is reached.
    fn stmt(&mut self, stmt: &Stmt) -> bool {
        self.loc = stmt.loc;
        match &stmt.kind {
            StmtKind::Set { local, value } => self.set(*local, *value),
            StmtKind::Store { ty, addr, value } => self.store(*ty, *addr, *value),
            StmtKind::Copy { dst, src, len } => self.copy(*dst, *src, *len),
            StmtKind::Fill { dst, byte, len } => self.fill(*dst, *byte, *len),
            StmtKind::Eval(value) => {
                let val = self.eval(*value, Want::RAW);
                self.release(val);
            }
            StmtKind::Call(call) => self.call(stmt, call),
            StmtKind::If { cond, then, els } => return self.if_else(*cond, then, els),
            StmtKind::Block { label, body } => return self.labelled(*label, body),
            StmtKind::Loop { label, body } => return self.repeat(*label, body),
            StmtKind::Switch {
                ty,
                value,
                cases,
                default,
            } => return self.switch(*ty, *value, cases, default),
            StmtKind::Break(label) => {
                match self.break_target(*label) {
                    Some(to) => self.jump(to),
                    None => self.fail("internal: break without a target"),
                }
                return false;
            }
            StmtKind::Continue(label) => {
                match self.target(*label).and_then(|target| target.cont) {
                    Some(to) => self.jump(to),
                    None => self.fail("internal: continue without a target"),
                }
                return false;
            }
            StmtKind::Return(values) => {
                self.return_values(values);
                return false;
            }
            StmtKind::Trap(kind) => {
                self.trap(*kind, stmt.loc, Val::Imm(0), Val::Imm(0));
                return false;
            }
            StmtKind::AtomicLoad { dst, ty, addr, .. } => self.atomic_load(*dst, *ty, *addr),
            // One thread runs in the sandbox: atomics are plain accesses.
            StmtKind::AtomicStore {
                ty, addr, value, ..
            } => self.store(*ty, *addr, *value),
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                ..
            } => self.atomic_rmw(*dst, *op, *ty, *addr, *value),
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                ..
            } => {
                self.atomic_cmpxchg(*old, *ok, *ty, *addr, *expected, *desired);
            }
            StmtKind::Fence(_) => {}
        }
        if !matches!(stmt.kind, StmtKind::Set { .. }) {
            stmt.kind.for_each_def(|local| self.facts.kill(local));
        }
        true
    }

    fn set(&mut self, local: LocalId, value: ExprId) {
        let raw = self.plan.nan.raw.has(local);
        let want = match self.home(local) {
            Home::Frame => Want { raw, ..Want::ANY },
            Home::Gpr(r) => Want {
                gpr: Some(r),
                xmm: None,
                raw,
            },
            Home::Xmm(x) => Want {
                gpr: None,
                xmm: Some(x),
                raw,
            },
        };
        let facts = self.facts_of_set(value);
        let val = self.eval(value, want);
        self.assign(local, val);
        self.learn_set(local, facts);
    }

    /// Gives a local its value, which is then released.
    pub fn assign(&mut self, local: LocalId, val: Val) {
        let ty = self.func.locals[local.index()].ty;
        match self.home(local) {
            Home::Gpr(r) if val == Val::Imm(0) => dynasm!(self.ops; xor Rd(r), Rd(r)),
            Home::Gpr(r) => {
                self.move_to(r, val);
                self.release(val);
            }
            Home::Xmm(x) => {
                self.move_to_xmm(x, val, ty);
                self.release(val);
            }
            Home::Frame => self.store_local_word(crate::emit::frame_disp(local.index()), val, ty),
        }
    }

    /// Stores a value of any type as a frame word.
    pub fn store_local_word(&mut self, disp: i32, val: Val, ty: Ty) {
        if ty.is_float() {
            self.store_float_word(disp, val, ty);
        } else {
            self.store_word(disp, val);
        }
    }

    fn if_else(&mut self, cond: ExprId, then: &Block, els: &Block) -> bool {
        // A branch that only leaves needs no code of its own.
        if els.stmts.is_empty()
            && let Some(to) = self.leads_to(then)
        {
            self.branch(cond, to, true);
            return true;
        }
        if let Some(to) = self.leads_to(els) {
            self.branch(cond, to, false);
            return self.block(then);
        }
        if then.stmts.is_empty() && !els.stmts.is_empty() {
            let end = self.label();
            self.branch(cond, end, true);
            let saved = self.facts.save();
            let falls = self.block(els);
            self.bind(end);
            self.facts_after(&saved, falls);
            return true;
        }
        let otherwise = self.label();
        self.branch(cond, otherwise, false);
        let saved = self.facts.save();
        let falls = self.block(then);
        if els.stmts.is_empty() {
            self.bind(otherwise);
            self.facts_after(&saved, falls);
            return true;
        }
        let end = self.label();
        if falls {
            self.jump(end);
        }
        self.bind(otherwise);
        self.facts.restore(&saved);
        let falls_too = self.block(els);
        self.bind(end);
        if falls {
            self.facts.join(&saved);
        }
        falls || falls_too
    }

    /// Facts after code that may have been passed over; `falls`: its end is reached.
    fn facts_after(&mut self, saved: &Saved, falls: bool) {
        if falls {
            self.facts.join(saved);
        } else {
            self.facts.restore(saved);
        }
    }

    /// Where control goes if all the block does is jump.
    fn leads_to(&mut self, block: &Block) -> Option<DynamicLabel> {
        match &block.stmts.as_slice() {
            [
                Stmt {
                    kind: StmtKind::Break(label),
                    ..
                },
            ] => self.break_target(*label),
            [
                Stmt {
                    kind: StmtKind::Continue(label),
                    ..
                },
            ] => self.target(*label)?.cont,
            _ => None,
        }
    }

    fn labelled(&mut self, label: LabelId, body: &Block) -> bool {
        let brk = self.label();
        self.set_target(
            label,
            Target {
                brk,
                cont: None,
                used: false,
            },
        );
        let saved = self.facts.save();
        let falls = self.block(body);
        self.bind(brk);
        let used = self.target(label).is_some_and(|target| target.used);
        if used {
            self.facts.join(&saved);
        }
        falls || used
    }

    fn repeat(&mut self, label: LabelId, body: &Block) -> bool {
        let (brk, head) = (self.label(), self.label());
        self.set_target(
            label,
            Target {
                brk,
                cont: Some(head),
                used: false,
            },
        );
        let loc = self.loc;
        self.osr.push((label, head, loc));
        // Whoever looks at a run that lasts finds the loop that it is in, even if nothing is called there.
        self.set_loc(loc);
        self.open_loops.push(loc);
        self.bulk_loop(label, body);
        let range = self.loop_range(body);
        self.facts.enter_loop(body);
        let saved = self.facts.save();
        self.bind(head);
        self.step_recurrence(label, body);
        self.loop_step(loc);
        match body.stmts.split_first() {
            // The usual shape of `while`: the test is repeated at the end, which saves a jump per iteration.
            Some((first, rest)) if self.is_exit_test(first, label) => {
                let again = self.label();
                self.stmt(first);
                self.bind(again);
                self.facts.restore(&saved);
                if let Some((local, max)) = range {
                    self.facts.learn_at_most(local, max);
                }
                if rest.iter().all(|stmt| self.stmt(stmt)) {
                    self.loop_step(loc);
                    self.loc = first.loc;
                    if let StmtKind::If { cond, then, .. } = &first.kind {
                        self.branch(*cond, again, then.stmts.is_empty());
                    }
                }
            }
            Some(_) | None => {
                if self.block(body) {
                    self.jump(head);
                }
            }
        }
        self.bind(brk);
        self.open_loops.pop();
        if let Some(outer) = self.open_loops.last() {
            self.set_loc(*outer);
        }
        self.facts.restore(&saved);
        self.target(label).is_some_and(|target| target.used)
    }

    fn loop_step(&mut self, loc: LocId) {
        let out_of_steps = self.label();
        dynasm!(self.ops; sub r12, BYTE 1; jb =>out_of_steps);
        self.cold.push(Cold::Limit {
            label: out_of_steps,
            kind: LimitKind::Steps,
            loc: Some(loc),
        });
    }

    /// `if c { break label }` or `if c {} else { break label }` with a short condition.
    fn is_exit_test(&self, stmt: &Stmt, label: LabelId) -> bool {
        let StmtKind::If { cond, then, els } = &stmt.kind else {
            return false;
        };
        let leaves = |block: &Block| matches!(block.stmts.as_slice(), [Stmt { kind: StmtKind::Break(to), .. }] if *to == label);
        let shape = leaves(then) && els.stmts.is_empty() || leaves(els) && then.stmts.is_empty();
        let mut nodes = 0;
        self.func.for_each_node(*cond, &mut |_, _| nodes += 1);
        shape && nodes <= LONGEST_REPEATED_TEST
    }

    fn return_values(&mut self, values: &[ExprId]) {
        for value in values {
            let val = self.eval(*value, Want::ANY);
            // Not left in their locals: the frame's first words are about to be overwritten.
            let val = if values.len() > 1 {
                self.detach(*value, val)
            } else {
                val
            };
            self.push(val, self.func.expr_ty(*value).is_float());
        }
        for (i, value) in values.iter().enumerate().rev() {
            let val = self.pop();
            let (disp, ty) = (crate::emit::frame_disp(i), self.func.expr_ty(*value));
            // The first result is in a register too, see `calls`.
            let val = match (i, ty.is_float()) {
                (0, true) => {
                    self.move_to_xmm(0, val, ty);
                    self.release(val);
                    Val::Xmm(0)
                }
                (0, false) => {
                    self.move_to(RAX, val);
                    self.release(val);
                    Val::Gpr(RAX)
                }
                (_, _) => val,
            };
            self.store_local_word(disp, val, ty);
        }
        self.leave();
    }

    /// Moves a value that is read from a frame word of a local into a temporary.
    fn detach(&mut self, expr: ExprId, val: Val) -> Val {
        match val {
            Val::Local(local) if self.home(local) == Home::Frame => {
                let ty = self.func.expr_ty(expr);
                if ty.is_float() {
                    Val::Xmm(self.own_xmm(val, ty, None))
                } else {
                    Val::Gpr(self.own(val, None))
                }
            }
            Val::Local(_) | Val::Imm(_) | Val::Gpr(_) | Val::Xmm(_) | Val::Spill(_) => val,
        }
    }

    /// Gives back what the function took and returns.
    pub fn leave(&mut self) {
        let size = self.plan.slots.size;
        if size != 0 {
            dynasm!(self.ops; sub QWORD [r15 + SP], size as i32);
        }
        dynasm!(self.ops; sub r13, BYTE 8; ret);
    }

    fn switch(&mut self, ty: Ty, value: ExprId, cases: &[SwitchCase], default: &Block) -> bool {
        let mut val = self.eval(value, Want::ANY);
        let mut arms: Vec<(u64, DynamicLabel)> = Vec::new();
        let labels: Vec<DynamicLabel> = cases.iter().map(|_| self.label()).collect();
        for (case, label) in cases.iter().zip(&labels) {
            arms.extend(case.values.iter().map(|v| (*v, *label)));
        }
        // Wider values match nothing. The first of equal values counts.
        let bits = self.bits(ty);
        arms.retain(|arm| sx_ir::semantics::zext_from(arm.0, bits) == arm.0);
        arms.sort_by_key(|arm| arm.0);
        arms.dedup_by_key(|arm| arm.0);
        let (other, end) = (self.label(), self.label());
        if arms.len() > LINEAR_CASES {
            // Code for the halves is reached by different ways: the value has to be in its register before.
            self.reg(&mut val);
        }
        self.dispatch(self.bits(ty) > 32, &mut val, &arms, other);
        self.release(val);
        let saved = self.facts.save();
        self.bind(other);
        let mut falls = self.block(default);
        if falls {
            self.jump(end);
        }
        for (case, label) in cases.iter().zip(labels) {
            self.bind(label);
            self.facts.restore(&saved);
            if self.block(&case.body) {
                falls = true;
                self.jump(end);
            }
        }
        self.bind(end);
        self.facts.join(&saved);
        falls
    }

    /// Jumps by value: a table where the values are dense, else halving, else one by one.
    fn dispatch(
        &mut self,
        wide: bool,
        val: &mut Val,
        arms: &[(u64, DynamicLabel)],
        other: DynamicLabel,
    ) {
        let (Some(first), Some(last)) = (arms.first(), arms.last()) else {
            return self.jump(other);
        };
        if arms.len() <= LINEAR_CASES {
            for (value, label) in arms {
                self.compare_with(wide, val, *value);
                dynasm!(self.ops; je =>*label);
            }
            return self.jump(other);
        }
        let span = last.0 - first.0;
        if span / TABLE_SPARSITY < arms.len() as u64 {
            return self.jump_table(val, arms, span as usize + 1, other);
        }
        let (low, high) = arms.split_at(arms.len() / 2);
        let upper = self.label();
        self.compare_with(wide, val, high[0].0);
        dynasm!(self.ops; jae =>upper);
        self.dispatch(wide, val, low, other);
        self.bind(upper);
        self.dispatch(wide, val, high, other);
    }

    fn compare_with(&mut self, wide: bool, val: &mut Val, value: u64) {
        let mut imm = Val::Imm(value);
        self.compare_vals(wide, val, &mut imm);
        self.release(imm);
    }

    fn jump_table(
        &mut self,
        val: &mut Val,
        arms: &[(u64, DynamicLabel)],
        len: usize,
        other: DynamicLabel,
    ) {
        let first = arms[0].0;
        let src = self.reg(val);
        let index = self.alloc();
        let table = self.alloc();
        self.mov(index, src);
        if let Ok(small) = i32::try_from(first) {
            if small != 0 {
                dynasm!(self.ops; sub Rq(index), small);
            }
        } else {
            self.mov_imm(table, first);
            dynasm!(self.ops; sub Rq(index), Rq(table));
        }
        let start = self.label();
        dynasm!(self.ops
            ; cmp Rq(index), len as i32
            ; jae =>other
            ; lea Rq(table), [=>start]
            ; movsxd Rq(index), DWORD [Rq(table) + Rq(index) * 4]
            ; add Rq(table), Rq(index)
            ; jmp Rq(table)
            ; .align 4
            ; =>start
        );
        let mut next = arms.iter().peekable();
        for i in 0..len {
            let label = match next.peek() {
                Some((value, label)) if value - first == i as u64 => {
                    next.next();
                    *label
                }
                Some(_) | None => other,
            };
            // Distances from the table's start; the entry itself stands 4 * i after it.
            dynasm!(self.ops; .rel32 =>(label) + i as isize * 4);
        }
        self.free(index);
        self.free(table);
    }

    /// Place of a memory access of statement kind, address evaluated right before.
    pub fn access_now(
        &mut self,
        ty: Ty,
        addr: ExprId,
        access: Access,
    ) -> (crate::memory::Place, Val) {
        let len = ty.size(self.env.pointer_size);
        let addr = self.address(addr, len, access);
        self.place(addr, len, access, self.loc)
    }
}
