//! Calls of every kind, and the state of a run.

use smallvec::SmallVec;
use sx_ir::trap::LimitKind;
use sx_ir::{Call, Callee, FuncId, Function, LabelId, Linkage, LocId, Module, Stmt};
use sx_machine::ctx::Fault;
use sx_machine::{Machine, stack, status_of};
use sx_tier_api::{Host, HostFault, Outcome, Status, Trap};

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
    pub func: &'a Function,
    /// Where its locals start in [`Run::locals`].
    pub base: usize,
    /// Address of its slots.
    pub slots: u64,
    /// Offsets of its slots in [`Run::slot_offsets`].
    pub offsets: usize,
}

pub struct Run<'a> {
    pub module: &'a Module,
    pub machine: Machine,
    pub host: &'a mut dyn Host,
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
}

/// What is worked out once per function.
#[derive(Clone, Copy)]
struct PreparedFunction {
    /// First of its slots' offsets.
    offsets: usize,
    frame_size: u64,
}

impl<'a> Run<'a> {
    pub fn new(module: &'a Module, machine: Machine, host: &'a mut dyn Host) -> Run<'a> {
        Run {
            module,
            machine,
            host,
            locals: Vec::new(),
            results: SmallVec::new(),
            prepared_of: vec![0; module.funcs.len()],
            prepared: Vec::new(),
            slot_offsets: Vec::new(),
            stack_floor: stack::floor(),
        }
    }

    /// Runs the whole evaluation.
    pub fn root(mut self, root: FuncId, args: &[u64]) -> Outcome {
        self.locals.extend_from_slice(args);
        let status = match self.call(root, 0) {
            Ok(()) => Status::Finished(self.results.to_vec()),
            Err(stop) => *stop.0,
        };
        self.machine.into_outcome(status)
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
    fn call(&mut self, id: FuncId, base: usize) -> Result<(), Stop> {
        let module = self.module;
        let func = module.func(id);
        let Some(body) = &func.body else {
            return match func.linkage {
                Linkage::Extern { .. } | Linkage::Host(_) => self.call_host(id, base),
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
        let frame = Frame {
            func,
            base,
            slots,
            offsets: prepared.offsets,
        };
        self.results.clear();
        match self.block(frame, body)? {
            Flow::Return => {}
            // The verifier lets only functions without results end without a return.
            Flow::Next | Flow::Break(_) | Flow::Continue(_) => self.results.clear(),
        }
        self.locals.truncate(base);
        self.machine.leave(prepared.frame_size);
        Ok(())
    }

    fn call_host(&mut self, id: FuncId, base: usize) -> Result<(), Stop> {
        let results = self
            .machine
            .call_host(self.module, self.host, id, &self.locals[base..])?;
        self.locals.truncate(base);
        self.results = SmallVec::from_vec(results);
        Ok(())
    }

    pub fn call_stmt(&mut self, frame: Frame<'a>, stmt: &Stmt, call: &Call) -> Result<(), Stop> {
        let target = match call.callee {
            Callee::Direct(_) => 0,
            Callee::Indirect { target, .. } => self.eval(frame, stmt.loc, target)?,
        };
        // The arguments go where the callee's first locals will be.
        let base = self.locals.len();
        for &arg in &call.args {
            let value = self.eval(frame, stmt.loc, arg)?;
            self.locals.push(value);
        }
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
        self.call(id, base)?;
        for (local, value) in call.results.iter().zip(&self.results) {
            self.locals[frame.base + local.index()] = *value;
        }
        Ok(())
    }
}
