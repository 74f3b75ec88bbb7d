//! Calls of every kind, and the state of a run.

use smallvec::SmallVec;
use sx_ir::trap::LimitKind;
use sx_ir::{Call, Callee, FuncId, Function, LabelId, Linkage, LocId, Module, Stmt, TrapKind};
use sx_machine::ctx::Fault;
use sx_machine::{Machine, give_results, stack, status_of};
use sx_tier_api::{Host, HostFault, Outcome, Passing, Status, Trap};

use crate::debugger::Track;
use crate::reentry::Reentrant;
use crate::shadow::{Entered, HostCall, Problem, Shadow, Verdict};

/// The end of the evaluation, on its way out. The machine's records are left as they were when it happened.
pub struct Stop(pub Box<Status>);

impl From<LimitKind> for Stop {
    fn from(limit: LimitKind) -> Stop {
        Stop(Box::new(Status::Limit(limit)))
    }
}

impl From<HostFault> for Stop {
    fn from(fault: HostFault) -> Stop {
        Stop(Box::new(status_of(fault)))
    }
}

/// Why a run is given up that must not depend on addresses.
const ADDRESSES: &str = "it depends on addresses";

/// What follows a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Next,
    Break(LabelId),
    Continue(LabelId),
    Return,
}

/// A call in progress.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub id: FuncId,
    pub func: &'a Function,
    /// Where its locals start in [`Run::locals`].
    pub base: usize,
    /// Address of its slots.
    pub slots: u64,
    /// Offsets of its slots in [`Run::slot_offsets`].
    pub offsets: usize,
}

pub struct Run<'a, S> {
    pub shadow: S,
    pub module: &'a Module,
    pub machine: Machine,
    /// Locals of the active calls, outermost first.
    pub locals: Vec<u64>,
    /// Results of the call that returned last.
    pub results: SmallVec<[u64; 4]>,
    /// By function: index in `prepared` plus 1.
    prepared_of: Vec<u32>,
    prepared: Vec<PreparedFunction>,
    /// Slot offsets of the prepared functions, one after another.
    pub slot_offsets: Vec<u64>,
    stack_floor: usize,
    /// Statements on the way out of a stopped run, innermost first, with their calls; kept with a shadow that is on.
    pub unwound: Vec<(Frame<'a>, &'a Stmt)>,
    /// Kept with a shadow that wants it.
    pub track: Track<'a>,
}

/// Statements of a stopped run that are kept.
const MAX_UNWOUND: usize = 1000;

/// What is worked out once per function.
#[derive(Clone, Copy)]
struct PreparedFunction {
    /// First of its slots' offsets.
    offsets: usize,
    frame_size: u64,
}

impl<'a, S: Shadow> Run<'a, S> {
    pub fn new(module: &'a Module, machine: Machine, shadow: S) -> Run<'a, S> {
        Run {
            shadow,
            module,
            machine,
            locals: Vec::new(),
            results: SmallVec::new(),
            prepared_of: vec![0; module.funcs.len()],
            prepared: Vec::new(),
            slot_offsets: Vec::new(),
            stack_floor: stack::floor(),
            unwound: Vec::new(),
            track: Track::default(),
        }
    }

    /// Runs the whole evaluation; the shadow is handed back.
    pub fn root(mut self, host: &mut dyn Host, root: FuncId, args: &[u64]) -> (Outcome, S) {
        let status = self.run(host, root, args);
        (self.machine.into_outcome(status), self.shadow)
    }

    /// Runs the whole evaluation; everything is left as it was at the end.
    pub fn run(&mut self, host: &mut dyn Host, root: FuncId, args: &[u64]) -> Status {
        self.machine.show(self.module, true);
        let status = self.run_shown(host, root, args);
        self.machine.hide();
        status
    }

    fn run_shown(&mut self, host: &mut dyn Host, root: FuncId, args: &[u64]) -> Status {
        self.shadow.begin(&mut self.machine);
        for arg in args {
            self.shadow.constant();
            self.shadow.argument();
            self.locals.push(*arg);
        }
        match self.call(host, root, 0) {
            Ok(()) => {
                self.shadow.finish(&self.machine, &self.results);
                Status::Finished(self.results.to_vec())
            }
            Err(stop) => *stop.0,
        }
    }

    /// Notes where a stopped run was.
    #[cold]
    pub fn unwind(&mut self, frame: Frame<'a>, stmt: &'a Stmt) {
        if S::ON && self.unwound.len() < MAX_UNWOUND {
            self.unwound.push((frame, stmt));
        }
    }

    /// Ends the run if the shadow wants it to end here.
    #[inline(always)]
    pub fn pass(&mut self, loc: LocId, kind: Passing) -> Result<(), Stop> {
        if self.shadow.passes(self.module, loc, kind) {
            self.machine.set_loc(loc);
            return Err(LimitKind::Steps.into());
        }
        Ok(())
    }

    /// As [`Run::at`], for an access through the address whose mark is the `depth`th from the top.
    #[inline(always)]
    pub fn accessed<T>(
        &mut self,
        loc: LocId,
        result: Result<T, Fault>,
        depth: usize,
    ) -> Result<T, Stop> {
        result.map_err(|fault| {
            self.shadow.blame(depth);
            self.trap(loc, fault)
        })
    }

    pub fn bug(&self, text: String) -> Stop {
        Stop(Box::new(Status::Bug(text)))
    }

    /// Ends the evaluation with a trap at `loc` of the innermost function.
    #[cold]
    pub fn trap(&mut self, loc: LocId, fault: Fault) -> Stop {
        self.machine.set_loc(loc);
        Stop(Box::new(Status::Trapped(Trap::from(fault))))
    }

    /// A result of the machine, with its fault placed at `loc`.
    #[inline(always)]
    pub fn at<T>(&mut self, loc: LocId, result: Result<T, Fault>) -> Result<T, Stop> {
        result.map_err(|fault| self.trap(loc, fault))
    }

    /// Ends the evaluation if the shadow objects to what happened at `loc`.
    #[inline(always)]
    pub fn judge(&mut self, loc: LocId, verdict: Verdict) -> Result<(), Stop> {
        verdict.map_err(|problem| self.objection(loc, problem))
    }

    #[cold]
    fn objection(&mut self, loc: LocId, problem: Problem) -> Stop {
        self.machine.set_loc(loc);
        self.objection_here(problem)
    }

    #[cold]
    fn objection_here(&mut self, problem: Problem) -> Stop {
        let (a, b) = match problem {
            Problem::Access { addr, len, .. } => (addr, len),
            Problem::Undefined { .. } => (0, 0),
            Problem::Free { addr, .. } => (addr, 0),
            Problem::Address => return Stop(Box::new(Status::Unsupported(ADDRESSES.to_owned()))),
        };
        let detail = Some(self.shadow.describe(self.module, problem));
        let kind = match problem {
            Problem::Free { .. } => TrapKind::BadFree,
            Problem::Access { .. } | Problem::Undefined { .. } | Problem::Address => {
                TrapKind::BadAccess
            }
        };
        Stop(Box::new(Status::Trapped(Trap { kind, a, b, detail })))
    }

    fn prepare(&mut self, id: FuncId) -> PreparedFunction {
        let known = self.prepared_of[id.index()];
        if known != 0 {
            return self.prepared[known as usize - 1];
        }
        let layout = self.module.func(id).frame_layout();
        let prepared = PreparedFunction {
            offsets: self.slot_offsets.len(),
            frame_size: layout.size,
        };
        self.slot_offsets.extend(layout.offsets);
        self.prepared.push(prepared);
        self.prepared_of[id.index()] = self.prepared.len() as u32;
        prepared
    }

    /// Calls `id` with the arguments `locals[base..]`; takes them away and leaves `results`.
    pub fn call(&mut self, host: &mut dyn Host, id: FuncId, base: usize) -> Result<(), Stop> {
        let module = self.module;
        let func = module.func(id);
        let Some(body) = &func.body else {
            return match func.linkage {
                Linkage::Extern { .. } | Linkage::Host(_) | Linkage::Asm(_) => {
                    self.call_host(host, id, base)
                }
                Linkage::Internal | Linkage::Export(_) => {
                    Err(self.bug(format!("function '{}' has no body", func.name)))
                }
            };
        };
        let prepared = self.prepare(id);
        let slots = self.machine.enter(id, func.loc, prepared.frame_size)?;
        if stack::here() < self.stack_floor {
            return Err(self.bug("the interpreter's own stack is used up".into()));
        }
        self.locals.resize(base + func.locals.len(), 0);
        let entered = Entered {
            base,
            params: self.module.params_of(id).len(),
            locals: func.locals.len(),
            slots,
            size: prepared.frame_size,
        };
        self.shadow.enter(entered);
        let frame = Frame {
            id,
            func,
            base,
            slots,
            offsets: prepared.offsets,
        };
        if S::TRACKS {
            self.track_call(frame);
        }
        self.results.clear();
        match self.block(host, frame, body)? {
            Flow::Return => {}
            // The verifier lets only functions without results end without a return.
            Flow::Next | Flow::Break(_) | Flow::Continue(_) => self.results.clear(),
        }
        self.locals.truncate(base);
        if S::TRACKS {
            self.track_return();
        }
        self.shadow.leave(entered);
        self.machine.leave(prepared.frame_size);
        Ok(())
    }

    fn call_host(&mut self, host: &mut dyn Host, id: FuncId, base: usize) -> Result<(), Stop> {
        let mut results =
            SmallVec::from_elem(0, self.module.sig(self.module.func(id).sig).results.len());
        // The host may call the program back, whose locals go after these.
        let args: SmallVec<[u64; 8]> = SmallVec::from_slice(&self.locals[base..]);
        let verdict = self.shadow.before_host(self.module, id, base, &args);
        self.judge(LocId(0), verdict)?;
        let made = HostCall::new(self.module, id, base, &args);
        let own = self.machine.call_own(self.module, id, &args, &mut results);
        let called = own.unwrap_or_else(|| {
            let module = self.module;
            let frames = self.machine.frame_reader();
            let mut memory = Reentrant {
                run: self,
                call: made,
            };
            let values = host.call(module, id, &args, &mut memory, &frames)?;
            give_results(module, id, &values, &mut results);
            Ok(())
        });
        if S::ON {
            if let Err(HostFault::Trap(trap)) = &called
                && let Some(number) = args.iter().position(|arg| *arg == trap.a)
            {
                self.shadow.blame_local(base + number);
            }
            // What it did before a fault comes before the fault.
            self.tell_host(&made)?;
            self.shadow.after_host(&self.machine, &made, &results);
        }
        if let Err(fault) = called {
            return Err(self.host_fault(fault));
        }
        self.locals.truncate(base);
        self.results = results;
        Ok(())
    }

    /// Tells the shadow what a host function has done by now.
    pub fn tell_host(&mut self, call: &HostCall) -> Result<(), Stop> {
        let events = self.machine.take_events();
        let verdict = self.shadow.host_did(&self.machine, call, &events);
        verdict.map_err(|problem| self.objection_here(problem))
    }

    fn host_fault(&mut self, mut fault: HostFault) -> Stop {
        if let HostFault::Trap(trap) = &mut fault
            && trap.kind == TrapKind::BadFree
            && trap.detail.is_none()
        {
            trap.detail = self.shadow.describe_free(self.module, trap.a);
        }
        fault.into()
    }

    pub fn call_stmt(
        &mut self,
        host: &mut dyn Host,
        frame: Frame<'a>,
        stmt: &Stmt,
        call: &Call,
    ) -> Result<(), Stop> {
        let target = match call.callee {
            Callee::Direct(_) => 0,
            Callee::Indirect { target, .. } => {
                let target = self.eval(frame, stmt.loc, target)?;
                let verdict = self.shadow.callee();
                self.judge(stmt.loc, verdict)?;
                target
            }
        };
        // The arguments go where the callee's first locals will be.
        let base = self.locals.len();
        for &arg in &call.args {
            let value = self.eval(frame, stmt.loc, arg)?;
            self.shadow.argument();
            self.locals.push(value);
        }
        self.pass(stmt.loc, Passing::Call)?;
        self.machine.set_loc(stmt.loc);
        let id = match call.callee {
            Callee::Direct(id) => id,
            Callee::Indirect { sig, .. } => {
                match self.machine.resolve_call(self.module, target, sig) {
                    Ok(id) => id,
                    Err(fault) => return Err(self.trap(stmt.loc, fault)),
                }
            }
        };
        self.call(host, id, base)?;
        for (number, (local, value)) in call.results.iter().zip(&self.results).enumerate() {
            let index = frame.base + local.index();
            self.shadow.take_result(number, index);
            self.locals[index] = *value;
        }
        Ok(())
    }
}
