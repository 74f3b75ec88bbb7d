//! The tree interpreter: walks the structured IR as it is. It is the reference that the other engines are compared
//! with, so it takes scalar meaning from [`sx_ir::semantics`] and prefers the plain way of doing things.
//!
//! * `exec`: statements and control flow.
//! * `eval`: expressions.
//! * `call`: calls of every kind, and the state of a run.
//! * `addresses`: the shadow that follows addresses.
//! * `shadow`: what a run may know of values beside their bits.
//! * `marked`: what shadows keep for each value and object.
//! * `explain`: the state of a stopped run in words.
//! * `reentry`: the machine as host functions see it, which can run the program again.
//! * `sanitize`: the shadow that checks memory use.
//! * `variables`: the variables of calls in progress.
//! * `debugger`: runs that stop at each statement.

mod addresses;
mod call;
pub mod debugger;
mod eval;
mod exec;
mod explain;
mod marked;
mod reentry;
mod sanitize;
mod shadow;
mod variables;

use sx_ir::{FuncId, Module};
use sx_machine::{Dangling, Machine, stack};
use sx_tier_api::{
    ComptimeEngine, Explanation, Host, Limits, MemoryView, Moment, Outcome, Place, Snapshot, Status,
};

use sanitize::Checked;

pub use variables::Variable;

/// The engine.
#[derive(Default)]
pub struct Interp {
    sanitize: bool,
    reports: Vec<String>,
}

impl Interp {
    pub fn new() -> Interp {
        Interp::default()
    }

    /// With checks: use after free, access outside an object and decisions that depend on memory without a value end
    /// the evaluation with a `BadAccess` trap whose detail names the object.
    pub fn sanitizing() -> Interp {
        Interp {
            sanitize: true,
            reports: Vec::new(),
        }
    }

    /// Runs `root` as long as nothing that it decides depends on where objects lie. The flag: a result does, or what is left
    /// in the program's variables.
    pub fn run_anywhere(
        module: &Module,
        root: FuncId,
        limits: &Limits,
        host: &mut dyn Host,
    ) -> (Outcome, bool) {
        let machine = Machine::new(module, root, limits);
        if let Some(why) = machine.unusable() {
            return (machine.into_outcome(Status::Refused(why)), false);
        }
        let shadow = addresses::Addresses::new(module, &machine);
        let (outcome, shadow) =
            stack::on_big_stack(|| call::Run::new(module, machine, shadow).root(host, root, &[]));
        (outcome, shadow.depends())
    }

    /// Runs `root` up to the limit that ended it before at `place`, and says which time it got there.
    pub fn moment(
        module: &Module,
        root: FuncId,
        limits: &Limits,
        host: &mut dyn Host,
        place: Place,
    ) -> Option<Moment> {
        let machine = Machine::new(module, root, limits);
        if machine.unusable().is_some() {
            return None;
        }
        let counter = shadow::Counter::new(place);
        let (_, counter) =
            stack::on_big_stack(|| call::Run::new(module, machine, counter).root(host, root, &[]));
        counter.moment()
    }

    /// Runs `root` again and tells about its end: how it ended, and the state at that time. `stop`: ends it there.
    /// `sanitize`: with the checks of [`Interp::sanitizing`]. `errors`: names of error values. `dangling`: finds the address
    /// that is wrong with what a run leaves behind.
    pub fn explain(
        module: &Module,
        root: FuncId,
        limits: &Limits,
        host: &mut dyn Host,
        stop: Option<Moment>,
        sanitize: bool,
        errors: &[String],
        dangling: &(dyn Fn(&dyn MemoryView) -> Option<Dangling> + Sync),
    ) -> Option<(Status, Explanation)> {
        let machine = Machine::new(module, root, limits);
        if machine.unusable().is_some() {
            return None;
        }
        let mut shadow = sanitize::Sanitizer::new(machine.pointer_size, machine.big_endian);
        if !sanitize {
            shadow = shadow.lenient();
        }
        let shadow = shadow.until(stop);
        Some(stack::on_big_stack(|| {
            let mut run = call::Run::new(module, machine, shadow);
            let status = run.run(host, root, &[]);
            let mut explanation = explain::explain(&run, &status, errors);
            if matches!(status, Status::Finished(_))
                && let Some(dangling) = dangling(&Checked {
                    memory: &run.machine,
                    shadow: &run.shadow,
                })
            {
                explanation.object = run.shadow.lost(&run.machine, module, dangling);
            }
            (status, explanation)
        }))
    }

    /// Runs `root` for a debugger. `None`: the controller ended it.
    pub fn debug(
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
        controller: &mut dyn debugger::Controller,
    ) -> Option<Outcome> {
        let machine = Machine::new(module, root, limits);
        if let Some(why) = machine.unusable() {
            return Some(machine.into_outcome(Status::Bug(why)));
        }
        stack::on_big_stack(|| {
            let shadow = debugger::Controlled {
                controller,
                ended: false,
            };
            let mut run = call::Run::new(module, machine, shadow);
            let status = run.run(host, root, args);
            if run.shadow.ended {
                return None;
            }
            run.tell_end(&status);
            Some(run.machine.into_outcome(status))
        })
    }

    /// Leaks of the last sanitized run, one line each.
    pub fn reports(&self) -> &[String] {
        &self.reports
    }
}

impl ComptimeEngine for Interp {
    fn name(&self) -> &'static str {
        "interp"
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
        if self.sanitize && from.is_some() {
            return Outcome::refused("what is known of memory's contents is in no snapshot");
        }
        let machine = match Machine::start(from, module, root, limits) {
            Ok(machine) => machine,
            Err(why) => return Outcome::refused(why),
        };
        if let Some(why) = machine.unusable() {
            return machine.into_outcome(Status::Refused(why));
        }
        if self.sanitize {
            let shadow = sanitize::Sanitizer::new(machine.pointer_size, machine.big_endian);
            let (outcome, shadow) = stack::on_big_stack(|| {
                call::Run::new(module, machine, shadow).root(host, root, args)
            });
            self.reports = shadow.leaks(module);
            return Outcome {
                memory: Box::new(Checked {
                    memory: outcome.memory,
                    shadow: Box::new(shadow),
                }),
                ..outcome
            };
        }
        stack::on_big_stack(|| {
            call::Run::new(module, machine, shadow::Plain).root(host, root, args)
        })
        .0
    }
}
