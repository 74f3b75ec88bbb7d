//! Statements and control flow.

use smallvec::SmallVec;
use sx_ir::{Block, ExprId, LocId, LocalId, Stmt, StmtKind, Ty, semantics};
use sx_machine::ctx::Fault;

use crate::call::{Flow, Frame, Run, Stop};
use crate::shadow::Shadow;
use sx_tier_api::{Host, Passing};

impl<'a, S: Shadow> Run<'a, S> {
    pub fn block(
        &mut self,
        host: &mut dyn Host,
        frame: Frame<'a>,
        block: &'a Block,
    ) -> Result<Flow, Stop> {
        for stmt in &block.stmts {
            if S::TRACKS {
                self.track_begin(frame, stmt)?;
            }
            let done = self.stmt(host, frame, stmt);
            if S::TRACKS && done.is_ok() {
                self.track_end();
            }
            match done {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(stop) => {
                    self.unwind(frame, stmt);
                    return Err(stop);
                }
            }
        }
        Ok(Flow::Next)
    }

    /// Gives a local the value whose mark is on top.
    fn set(&mut self, frame: Frame<'a>, local: LocalId, value: u64) {
        let index = frame.base + local.index();
        self.shadow.set(index);
        self.locals[index] = value;
    }

    /// A value that decides what happens next.
    fn decision(&mut self, frame: Frame<'a>, loc: LocId, id: ExprId) -> Result<u64, Stop> {
        let value = self.eval(frame, loc, id)?;
        let verdict = self.shadow.decide();
        self.judge(loc, verdict)?;
        Ok(value)
    }

    /// Stores a value; the marks of address and value are on top.
    fn store(&mut self, loc: LocId, ty: Ty, addr: u64, value: u64) -> Result<(), Stop> {
        let stored = self.machine.store(ty, addr, value);
        self.accessed(loc, stored, 1)?;
        let verdict = self
            .shadow
            .store(&self.machine, addr, ty.size(self.machine.pointer_size));
        self.judge(loc, verdict)
    }

    fn stmt(
        &mut self,
        host: &mut dyn Host,
        frame: Frame<'a>,
        stmt: &'a Stmt,
    ) -> Result<Flow, Stop> {
        let loc = stmt.loc;
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                let value = self.eval(frame, loc, *value)?;
                self.set(frame, *local, value);
            }
            StmtKind::Store { ty, addr, value }
            | StmtKind::AtomicStore {
                ty, addr, value, ..
            } => {
                let addr = self.eval(frame, loc, *addr)?;
                let value = self.eval(frame, loc, *value)?;
                self.store(loc, *ty, addr, value)?;
            }
            StmtKind::Copy { dst, src, len } => {
                let dst = self.eval(frame, loc, *dst)?;
                let src = self.eval(frame, loc, *src)?;
                let len = self.eval(frame, loc, *len)?;
                let copied = self.machine.copy(dst, src, len);
                let to = len != 0 && !self.machine.ctx.can_store(dst, len);
                self.accessed(loc, copied, if to { 2 } else { 1 })?;
                let verdict = self.shadow.copy(&self.machine, dst, src, len);
                self.judge(loc, verdict)?;
                if S::ON {
                    self.machine.take_events();
                }
            }
            StmtKind::Fill { dst, byte, len } => {
                let dst = self.eval(frame, loc, *dst)?;
                let byte = self.eval(frame, loc, *byte)?;
                let len = self.eval(frame, loc, *len)?;
                let filled = self.machine.fill(dst, byte as u8, len);
                self.accessed(loc, filled, 2)?;
                let verdict = self.shadow.fill(&self.machine, dst, len);
                self.judge(loc, verdict)?;
                if S::ON {
                    self.machine.take_events();
                }
            }
            StmtKind::Eval(value) => {
                self.eval(frame, loc, *value)?;
                self.shadow.discard();
            }
            StmtKind::Call(call) => self.call_stmt(host, frame, stmt, call)?,
            StmtKind::If { cond, then, els } => {
                let branch = if self.decision(frame, loc, *cond)? != 0 {
                    then
                } else {
                    els
                };
                return self.block(host, frame, branch);
            }
            StmtKind::Block { label, body } => {
                return Ok(match self.block(host, frame, body)? {
                    Flow::Break(target) if target == *label => Flow::Next,
                    flow => flow,
                });
            }
            StmtKind::Loop { label, body } => loop {
                // Whoever interrupts the run, or limits it, finds the loop that it is in.
                self.machine.set_loc(loc);
                self.pass(loc, Passing::Iteration)?;
                if S::TRACKS {
                    self.track_iteration()?;
                }
                self.machine.step()?;
                match self.block(host, frame, body)? {
                    Flow::Next => {}
                    Flow::Continue(target) if target == *label => {}
                    Flow::Break(target) if target == *label => break,
                    flow => return Ok(flow),
                }
            },
            StmtKind::Switch {
                value,
                cases,
                default,
                ..
            } => {
                let value = self.decision(frame, loc, *value)?;
                let case = cases.iter().find(|case| case.values.contains(&value));
                return self.block(host, frame, case.map_or(default, |case| &case.body));
            }
            StmtKind::Break(label) => return Ok(Flow::Break(*label)),
            StmtKind::Continue(label) => return Ok(Flow::Continue(*label)),
            StmtKind::Return(values) => {
                let mut results = SmallVec::new();
                for value in values {
                    results.push(self.eval(frame, loc, *value)?);
                }
                self.shadow.results(values.len());
                self.results = results;
                return Ok(Flow::Return);
            }
            StmtKind::Trap(kind) => return Err(self.trap(loc, Fault::new(*kind, 0, 0))),
            StmtKind::AtomicLoad { dst, ty, addr, .. } => {
                let addr = self.eval(frame, loc, *addr)?;
                let loaded = self.machine.load(*ty, addr);
                let value = self.accessed(loc, loaded, 0)?;
                let verdict =
                    self.shadow
                        .load(&self.machine, addr, ty.size(self.machine.pointer_size));
                self.judge(loc, verdict)?;
                self.set(frame, *dst, value);
            }
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                ..
            } => {
                let addr = self.eval(frame, loc, *addr)?;
                let value = self.eval(frame, loc, *value)?;
                let old = self.load_for_update(loc, *ty, addr)?;
                let new = semantics::rmw(*op, *ty, old, value, self.machine.pointer_size);
                self.store(loc, *ty, addr, new)?;
                self.shadow.constant();
                self.set(frame, *dst, old);
            }
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                ..
            } => {
                let addr = self.eval(frame, loc, *addr)?;
                let expected = self.eval(frame, loc, *expected)?;
                self.shadow.discard();
                let desired = self.eval(frame, loc, *desired)?;
                let seen = self.load_for_update(loc, *ty, addr)?;
                if seen == expected {
                    self.store(loc, *ty, addr, desired)?;
                } else {
                    self.shadow.discard();
                    self.shadow.discard();
                }
                self.shadow.constant();
                self.set(frame, *old, seen);
                self.shadow.constant();
                self.set(frame, *ok, u64::from(seen == expected));
            }
            StmtKind::Fence(_) => {}
        }
        Ok(Flow::Next)
    }

    /// Reads what an atomic update is about to write; memory that can't be written faults as a store.
    fn load_for_update(&mut self, loc: LocId, ty: Ty, addr: u64) -> Result<u64, Stop> {
        let size = ty.size(self.machine.pointer_size);
        if !self.machine.ctx.can_store(addr, size) {
            let fault = self.machine.ctx.store_fault(addr, size);
            return self.accessed(loc, Err(fault), 1);
        }
        let loaded = self.machine.load(ty, addr);
        let seen = self.accessed(loc, loaded, 1)?;
        let verdict = self.shadow.update(addr, size);
        self.judge(loc, verdict)?;
        Ok(seen)
    }
}
