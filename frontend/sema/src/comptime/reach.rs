//! What an evaluation reaches: functions whose bodies have to be lowered, functions that it may have the address of and
//! can't call, globals that are not finished.
//!
//! The default context, tables and vtables hold functions that most evaluations never call. So only what an evaluation
//! calls by name has to have a body before it runs. Of what it can only reach by address, all that can be lowered is;
//! what needs something that is under way itself is left for later, and so is what is just being lowered. These stand in
//! the module as functions of the compiler's while the evaluation runs, and to call one of them is a cycle.

use rustc_hash::FxHashSet;
use sx_ir::func::{Callee, StmtKind};
use sx_ir::{FuncId, Function, Linkage, Module};
use sx_tier_api::{Frame, HostFault};

use crate::declarations::chains::{Step, Trial};
use crate::sema::{BodyState, Failed, Res, Sema};

/// The name that functions without a body have in the module while an evaluation runs.
pub const MISSING: &str = "a body that is not there yet";

/// Why an evaluation ends that has called one of them.
pub const RUN_AGAIN: &str = "a function is called whose body is not there yet";

/// A call of a function whose body isn't there, and the calls that led to it, innermost first.
pub struct MissingBody {
    pub func: FuncId,
    pub frames: Vec<Frame>,
}

impl MissingBody {
    pub fn fault() -> HostFault {
        HostFault::Refused(RUN_AGAIN.into())
    }
}

/// Puts functions of the compiler's in the place of those without a body, which it gives back.
pub fn stand_in(m: &mut Module, missing: &[FuncId]) -> Vec<(FuncId, Function)> {
    let mut kept = Vec::with_capacity(missing.len());
    for &id in missing {
        let func = m.func(id);
        let (name, sig, loc) = (func.name.clone(), func.sig, func.loc);
        let params = m.sig(sig).params.clone();
        let stub = Function::new(name, Linkage::Host(MISSING.into()), sig, &params, loc);
        kept.push((id, std::mem::replace(&mut m.funcs[id.index()], stub)));
    }
    kept
}

impl Sema<'_> {
    /// The module is back from an evaluation.
    pub fn put_back(&mut self, mut m: Module, kept: Vec<(FuncId, Function)>) {
        for (id, func) in kept {
            m.funcs[id.index()] = func;
        }
        m.closed = Vec::new();
        self.m = m;
    }

    /// Lowers every body that `root` and `needed` call, and those they reach by address as far as that can be done now.
    pub fn lower_reachable(&mut self, root: FuncId, needed: &[FuncId]) -> Res<()> {
        loop {
            let funcs = self.m.reachable(&[root]).funcs;
            let mut called = None;
            let mut progressed = false;
            for &func in &funcs {
                let lowering = match self.bodies.get(&func) {
                    Some(BodyState::Queued) => false,
                    Some(BodyState::Lowering) => true,
                    Some(BodyState::Done | BodyState::Failed | BodyState::External) | None => {
                        continue;
                    }
                };
                // Those that come to be called meanwhile are lowered all the same, or found in the next round.
                let called = match &called {
                    Some(called) => called,
                    None => called.insert(self.called_from(root, needed)),
                };
                match (lowering, called.contains(&func)) {
                    (true, true) => return Err(self.cycle(Step::Body(func), &[])),
                    (true, false) => {}
                    (false, true) => {
                        self.lower_body(func);
                        progressed = true;
                    }
                    (false, false) => progressed |= self.try_body(func),
                }
                if self.caches.chains.giving_up() {
                    return Err(Failed);
                }
            }
            // Defaults in the tables of fields and methods may name functions.
            let told = self.caches.field_table.is_some() || self.caches.method_table.is_some();
            if !progressed && told {
                self.fill_answer_tables();
                progressed = self.m.reachable(&[root]).funcs.len() > funcs.len();
            }
            if !progressed {
                self.keep_unoptimised(&funcs);
                self.optimise_new(root);
                return Ok(());
            }
        }
    }

    /// Lowers a body that nobody has to have yet, unless it needs something that is under way; whether that has
    /// changed anything.
    fn try_body(&mut self, func: FuncId) -> bool {
        let what = Trial::Body(func);
        if !self.begin_trial(what) {
            return false;
        }
        self.lower_body(func);
        let left = self.end_trial(what);
        if left {
            // What was not found may only have been out of reach.
            self.caches.conformance.by_name.clear();
        }
        !left
    }

    /// What `root` and `needed` call by name, directly or through others, themselves included.
    fn called_from(&self, root: FuncId, needed: &[FuncId]) -> FxHashSet<FuncId> {
        let mut todo = needed.to_vec();
        todo.push(root);
        let mut called = FxHashSet::from_iter(todo.iter().copied());
        while let Some(func) = todo.pop() {
            let Some(body) = &self.m.func(func).body else {
                continue;
            };
            body.for_each_stmt(&mut |stmt| {
                if let StmtKind::Call(call) = &stmt.kind
                    && let Callee::Direct(callee) = call.callee
                    && called.insert(callee)
                {
                    todo.push(callee);
                }
            });
        }
        called
    }

    /// Functions that `root` reaches and that have no body, or none to rely on.
    pub fn missing_bodies(&self, root: FuncId) -> Vec<FuncId> {
        let mut funcs = self.m.reachable(&[root]).funcs;
        funcs.retain(|func| {
            matches!(
                self.bodies.get(func),
                Some(BodyState::Failed | BodyState::Queued | BodyState::Lowering)
            )
        });
        funcs
    }

    /// Whether an evaluation would call one of `missing` by name.
    pub fn calls_missing(&self, root: FuncId, needed: &[FuncId], missing: &[FuncId]) -> bool {
        if missing.is_empty() {
            return false;
        }
        let called = self.called_from(root, needed);
        missing.iter().any(|func| called.contains(func))
    }

    /// An evaluation has called a function without a body: lowers it now. What fails is told.
    pub fn lower_missing(&mut self, root: FuncId, missing: &MissingBody) -> Res<()> {
        let func = missing.func;
        let calls = self.calls_told(&missing.frames);
        match self.bodies.get(&func) {
            Some(BodyState::Lowering) => return Err(self.cycle(Step::Body(func), &calls)),
            Some(BodyState::Queued) => {}
            Some(BodyState::Done | BodyState::Failed | BodyState::External) | None => {
                return Err(Failed);
            }
        }
        let steps = [&[Step::Evaluation(root)], calls.as_slice()].concat();
        self.within_steps(&steps, |s| s.lower_body(func));
        match self.bodies.get(&func) {
            Some(BodyState::Done) => Ok(()),
            Some(
                BodyState::Queued | BodyState::Lowering | BodyState::Failed | BodyState::External,
            )
            | None => Err(Failed),
        }
    }

    /// Does what an evaluation has asked for by these steps, which led there, outermost first.
    pub fn within_steps<T>(&mut self, steps: &[Step], work: impl FnOnce(&mut Self) -> T) -> T {
        for step in steps {
            self.caches.chains.enter(*step);
        }
        let done = work(self);
        for _ in steps {
            self.caches.chains.leave();
        }
        done
    }

    /// The calls of an evaluation that has ended, outermost first. It stands for what it is for.
    pub fn calls_told(&mut self, frames: &[Frame]) -> Vec<Step> {
        self.settle_locs();
        let calls = frames.iter().flat_map(|frame| frame.calls(&self.m));
        let mut calls: Vec<Step> = calls.map(|frame| Step::Body(frame.func)).collect();
        calls.pop();
        calls.reverse();
        calls
    }

    /// Whether code needs a function that is just being lowered.
    pub fn is_being_lowered(&self, root: FuncId) -> bool {
        let reach = self.m.reachable(&[root]);
        let bodies = reach.funcs.iter().map(|func| self.bodies.get(func));
        bodies
            .flatten()
            .any(|state| matches!(state, BodyState::Lowering))
    }

    /// Globals that an evaluation can't access: variables of other objects, and those whose initial values are being
    /// worked out, or need what is; and what stands for records that aren't there. Their addresses are known. In order.
    pub fn closed_globals(&self) -> Vec<sx_ir::GlobalId> {
        let open = self.caches.open_globals.iter().map(|(global, ..)| *global);
        let waiting = self.caches.waiting_globals.iter().map(|v| v.global);
        let mut closed: Vec<_> = open
            .chain(waiting)
            .chain(self.caches.extern_globals.iter().copied())
            .chain(self.caches.absent_records.globals())
            .collect();
        closed.sort_unstable();
        closed
    }

    /// The error of an evaluation that reads a global whose initial value needs the evaluation. `None`: the global is not
    /// such a one.
    pub fn global_cycle(&mut self, global: sx_ir::GlobalId, frames: &[Frame]) -> Option<Failed> {
        let open = &self.caches.open_globals;
        let Some((_, at)) = open.iter().find(|(open, ..)| *open == global) else {
            return self.waiting_global_is_read(global, frames);
        };
        let at = *at;
        let calls = self.calls_told(frames);
        Some(self.cycle(Step::Global(global, at), &calls))
    }
}
