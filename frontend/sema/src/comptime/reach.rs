//! What an evaluation reaches: functions whose bodies have to be lowered, globals that are not finished.

use sx_ir::FuncId;
use sx_syntax::{Diagnostic, Span};

use crate::sema::{BodyState, Failed, Res, Sema};

impl Sema<'_> {
    /// Lowers every body that `root` reaches.
    pub fn lower_reachable(&mut self, root: FuncId, span: Span) -> Res<()> {
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
                        let name = self.m.func(func).name.clone();
                        return Err(self.error(
                            span,
                            format!("cycle: this needs '{name}' at compile time, whose body is being compiled and needs this"),
                        ));
                    }
                    Some(BodyState::Done | BodyState::Failed | BodyState::External) | None => {}
                }
            }
            if !progressed {
                self.keep_unoptimised(&funcs);
                self.optimise_new(root);
                return Ok(());
            }
        }
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
    pub fn global_cycle(&mut self, global: sx_ir::GlobalId, span: Span) -> Option<Failed> {
        let open = &self.caches.open_globals;
        let (_, name, at) = *open.iter().find(|(open, ..)| *open == global)?;
        let diag = Diagnostic::error(
            at,
            format!("cycle: global '{name}' needs itself: its initial value comes from code that uses it"),
        )
        .with_note(Some(span), "by this evaluation");
        Some(self.report(diag))
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
