//! The engines: the VM alone, and the VM with a compiler for what gets hot.

use sx_ir::trap::LIMIT_KINDS;
use sx_ir::{FuncId, Module};
use sx_machine::Machine;
use sx_machine::status_of;
use sx_tier_api::{ComptimeEngine, Host, Limits, Outcome, Snapshot, Status, Trap};

use crate::dispatch;
use crate::dispatch::End;
use crate::observe::Observer;
use crate::tiering::{HotCompiler, Tiering};
use crate::vm::{Looker, Stop, Tables};

/// Bytecode only.
#[derive(Default)]
pub struct VmEngine {
    tables: Tables,
}

impl VmEngine {
    pub fn new() -> VmEngine {
        VmEngine::default()
    }

    /// [`ComptimeEngine::start`] with somebody who watches.
    pub fn start_observed(
        &mut self,
        observer: &mut (dyn Observer + 'static),
        from: Option<&Snapshot>,
        (module, root, args): (&Module, FuncId, &[u64]),
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let looker = Looker::Observer(observer);
        let job = (module, root, args);
        execute(&mut self.tables, looker, from, job, limits, host)
    }
}

/// Bytecode first; machine code for what gets hot.
pub struct AutoEngine {
    tables: Tables,
    compiler: Box<dyn HotCompiler>,
    pub tiering: Tiering,
}

impl AutoEngine {
    pub fn new(compiler: Box<dyn HotCompiler>) -> AutoEngine {
        AutoEngine {
            tables: Tables::default(),
            compiler,
            tiering: Tiering::default(),
        }
    }

    pub fn with_tiering(compiler: Box<dyn HotCompiler>, tiering: Tiering) -> AutoEngine {
        AutoEngine {
            tables: Tables::default(),
            compiler,
            tiering,
        }
    }
}

impl ComptimeEngine for VmEngine {
    fn name(&self) -> &'static str {
        "vm"
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let job = (module, root, args);
        execute(&mut self.tables, Looker::Nobody, from, job, limits, host)
    }
}

impl ComptimeEngine for AutoEngine {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let mut tiering = self.tiering.clone();
        let hot = Looker::Hot(self.compiler.as_mut(), &mut tiering);
        let job = (module, root, args);
        execute(&mut self.tables, hot, from, job, limits, host)
    }
}

fn execute(
    tables: &mut Tables,
    looker: Looker<'_>,
    from: Option<&Snapshot>,
    (module, root, args): (&Module, FuncId, &[u64]),
    limits: &Limits,
    host: &mut dyn Host,
) -> Outcome {
    let mut machine = match Machine::start(from, module, root, limits) {
        Ok(machine) => Box::new(machine),
        Err(why) => return Outcome::refused(why),
    };
    if let Some(why) = machine.unusable() {
        return machine.into_outcome(Status::Refused(why));
    }
    if !tables.prepare(module, &machine, dispatch::stub()) {
        return machine.into_outcome(Status::Refused(
            "the host has no memory for the call stack".into(),
        ));
    }
    let (end, stop, results) =
        dispatch::launch(tables, looker, module, &mut machine, root, args, host);
    tables.reset(dispatch::stub());
    let status = match end {
        End::Returned => Status::Finished(results),
        End::Trap => {
            let ctx = &machine.ctx;
            match sx_ir::trap::TRAP_KINDS.get(ctx.trap_kind as usize) {
                Some(kind) => Status::Trapped(Trap::new(*kind, ctx.trap_a, ctx.trap_b)),
                None => Status::Bug(format!("unknown trap {}", ctx.trap_kind)),
            }
        }
        End::Limit => {
            match LIMIT_KINDS
                .into_iter()
                .find(|kind| *kind as u64 == machine.ctx.trap_kind)
            {
                Some(kind) => Status::Limit(kind),
                None => Status::Bug(format!("unknown limit {}", machine.ctx.trap_kind)),
            }
        }
        End::Stop | End::Suspended => match stop {
            Some(Stop::Host(fault)) => status_of(fault),
            Some(Stop::Bug(why)) => Status::Bug(why),
            None => Status::Bug("the engine stopped without a reason".into()),
        },
    };
    machine.into_outcome(status)
}
