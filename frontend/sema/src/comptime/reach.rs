//! What an evaluation reaches: functions whose bodies have to be lowered, globals that are not finished.

use sx_ir::FuncId;
use sx_tier_api::Frame;

use crate::declarations::chains::Step;
use crate::sema::{BodyState, Failed, Res, Sema};

impl Sema<'_> {
    /// Lowers every body that `root` reaches.
    pub fn lower_reachable(&mut self, root: FuncId) -> Res<()> {
        loop {
            let funcs = self.m.reachable(&[root]).funcs;
            let mut progressed = false;
            for &func in &funcs {
                match self.bodies.get(&func) {
                    Some(BodyState::Queued) => {
                        self.lower_body(func);
                        progressed = true;
                    }
                    Some(BodyState::Lowering) => {
                        return Err(self.cycle(Step::Body(func), &[]));
                    }
                    Some(BodyState::Done | BodyState::Failed | BodyState::External) | None => {}
                }
            }
            // Defaults in the table of fields may name functions.
            if !progressed && self.caches.field_table.is_some() {
                self.fill_field_table();
                progressed = self.m.reachable(&[root]).funcs.len() > funcs.len();
            }
            if !progressed {
                self.keep_unoptimised(&funcs);
                self.optimise_new(root);
                return Ok(());
            }
        }
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
    /// worked out. Their addresses are known.
    pub fn closed_globals(&self) -> Vec<sx_ir::GlobalId> {
        let open = self.caches.open_globals.iter().map(|(global, ..)| *global);
        open.chain(self.caches.extern_globals.iter().copied())
            .collect()
    }

    /// The error of an evaluation that needs a global whose initial value needs the evaluation. `None`: the global is not
    /// such a one.
    pub fn global_cycle(&mut self, global: sx_ir::GlobalId, frames: &[Frame]) -> Option<Failed> {
        let open = &self.caches.open_globals;
        let (_, at) = *open.iter().find(|(open, ..)| *open == global)?;
        // The evaluation itself stands for what it is for.
        let calls = frames.iter().flat_map(|frame| frame.calls(&self.m));
        let mut calls: Vec<Step> = calls.map(|frame| Step::Body(frame.func)).collect();
        calls.pop();
        calls.reverse();
        Some(self.cycle(Step::Global(global, at), &calls))
    }

    pub fn reaches_failed(&self, root: FuncId) -> bool {
        self.m.reachable(&[root]).funcs.iter().any(|f| {
            matches!(
                self.bodies.get(f),
                Some(BodyState::Failed | BodyState::Queued | BodyState::Lowering)
            )
        })
    }
}
