//! The tree interpreter: walks the structured IR as it is. It is the reference that the other engines are compared
//! with, so it takes scalar meaning from [`sx_ir::semantics`] and prefers the plain way of doing things.
//!
//! * [`exec`]: statements and control flow.
//! * [`eval`]: expressions.
//! * [`call`]: calls of every kind, and the state of a run.

mod call;
mod eval;
mod exec;

use sx_ir::{FuncId, Module};
use sx_machine::{Machine, stack};
use sx_tier_api::{ComptimeEngine, Host, Limits, Outcome, Status};

/// The engine.
#[derive(Default)]
pub struct Interp {}

impl Interp {
    pub fn new() -> Interp {
        Interp {}
    }
}

impl ComptimeEngine for Interp {
    fn name(&self) -> &'static str {
        "interp"
    }

    fn run(
        &mut self,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let machine = Machine::new(module, root, limits);
        if let Some(why) = machine.unusable() {
            return machine.into_outcome(Status::Bug(why));
        }
        stack::on_big_stack(|| call::Run::new(module, machine, host).root(root, args))
    }
}
