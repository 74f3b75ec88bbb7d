//! `sxc debug`: compile-time code, or `main`, run by the tree interpreter under control from the terminal or an editor.
//!
//! * [`session`]: the state, and when a run stops.
//! * [`commands`]: what can be asked for at a stop; [`words`]: how; [`memory`]: what is about bytes.
//! * [`places`]: what is said of positions and code.
//! * [`expressions`]: variables and parts of them; [`parts`]: what a value consists of.
//! * [`stops`]: breakpoints and watched memory.
//! * [`recorder`]: what makes a run repeatable.
//! * [`input`], [`interrupt`]: where commands come from, and ctrl-C; [`dap`]: editors instead of a terminal.

mod commands;
pub mod dap;
mod expressions;
mod input;
pub mod interrupt;
mod memory;
mod parts;
mod places;
mod recorder;
mod session;
mod stops;
mod words;

use std::path::PathBuf;

use sx_interp::Interp;
use sx_ir::{FuncId, Module, StmtKind};
use sx_sema::{
    Compilation, EvalRequest, Evaluation, Evaluator, Failure, OutputPlace, Surroundings,
    Unexplained, Written, runs_again,
};
use sx_tier_api::{Explanation, Limits, Moment, Outcome, Status};

use crate::evaluator::{EngineEvaluator, conclude, failed};
use crate::sandbox::{Output, Sandbox};
use crate::scratch;
use recorder::{Log, Recorder};
pub use session::Session;
use session::{Goal, Subject};

/// Runs `root` as often as the user goes back. `None`: they have had enough.
fn run(
    session: &mut Session,
    module: &Module,
    (root, args): (FuncId, &[u64]),
    limits: &Limits,
    recorder: &mut Recorder<'_>,
) -> Option<Outcome> {
    scratch::watch();
    session.told = recorder.told();
    // Unless it is continued.
    if session.silent_until == 0 {
        session.visited = false;
        session.shown = (0, 0);
    }
    loop {
        session.begin_run();
        recorder.rewind();
        let outcome = Interp::debug(module, root, args, limits, recorder, session);
        interrupt::standing();
        if session.quit {
            return None;
        }
        if !session.again {
            return outcome;
        }
    }
}

/// Runs evaluations for the frontend, each under control.
pub struct Debugger<'e> {
    session: &'e mut Session,
    engines: &'e mut EngineEvaluator,
    /// Of the last evaluation: files that it has read.
    inputs: Vec<PathBuf>,
    called_out: bool,
    /// An evaluation that is going to run again with more known: what it was answered, its ticks, and what it has written.
    begun: Option<(String, Log, u64, Written)>,
}

impl<'e> Debugger<'e> {
    pub fn new(session: &'e mut Session, engines: &'e mut EngineEvaluator) -> Debugger<'e> {
        Debugger {
            session,
            engines,
            inputs: Vec::new(),
            called_out: false,
            begun: None,
        }
    }

    /// Whether an evaluation is too simple, or not the user's, to be stopped at unasked.
    fn is_trivial(&self, module: &Module, root: FuncId) -> bool {
        let func = module.func(root);
        let file = module.loc(func.loc).file as usize;
        if self.session.library.get(file) == Some(&true) || func.name.starts_with("__default_") {
            return true;
        }
        let mut acts = false;
        if let Some(body) = &func.body {
            body.for_each_stmt(&mut |stmt| {
                acts |= matches!(
                    stmt.kind,
                    StmtKind::Call(_) | StmtKind::Loop { .. } | StmtKind::If { .. }
                );
            });
        }
        !acts
    }
}

impl Evaluator for Debugger<'_> {
    fn evaluate(&mut self, request: EvalRequest<'_>) -> Evaluation {
        if self.session.quit {
            return failed(Status::Exit(0));
        }
        let EvalRequest {
            module,
            root,
            asked_by: _,
            result,
            saving,
            keep_output: _,
            c_sources,
            compiler,
        } = request;
        let units = match self.engines.units_for(module, c_sources) {
            Ok(units) => units,
            Err(error) => return failed(Status::Unsupported(error)),
        };
        let name = module.func(root).name.clone();
        let begun = self.begun.take().filter(|(before, ..)| *before == name);
        let (log, silent_until, mut written) = match begun {
            Some((_, log, ticks, written)) => (Some(log), ticks, written),
            None => (None, 0, Written::new()),
        };
        self.session.trivial = self.is_trivial(module, root);
        self.session.silent_until = silent_until;
        self.session.result = result;
        self.session.subject = Subject {
            place: places::text(module, module.func(root).loc),
            name,
            steps: 0,
            end: String::new(),
        };
        let grants = self.engines.grants().clone();
        let limits = *self.engines.limits();
        let sandbox = Sandbox::for_comptime(compiler, &grants, units, Output::Live);
        let mut recorder = Recorder::new(sandbox, log);
        let outcome = run(self.session, module, (root, &[]), &limits, &mut recorder);
        let (sandbox, log) = recorder.into_parts();
        let Some(outcome) = outcome else {
            return failed(Status::Exit(0));
        };
        written.extend(sandbox.output());
        self.inputs = sandbox.inputs().to_vec();
        self.engines.inputs.extend_from_slice(&self.inputs);
        self.called_out = sandbox.called_out();
        let session = &mut *self.session;
        session.subject.steps = outcome.steps;
        session.subject.end = places::ending(&outcome.status);
        let mut evaluation = conclude("interp", module, outcome, result, saving);
        evaluation.output.clone_from(&written);
        if runs_again(&evaluation.status) {
            let name = session.subject.name.clone();
            self.begun = Some((name, log, session.ticks, written));
            return evaluation;
        }
        if !session.trivial || session.visited {
            session.past.push(session.subject.clone());
        }
        session.goal = match session.goal {
            Goal::Continue => Goal::Continue,
            _ => Goal::Begin,
        };
        evaluation
    }

    fn wants_surroundings(&self) -> bool {
        true
    }

    fn surroundings(&mut self, surroundings: Surroundings<'_>) {
        self.session.know(&surroundings);
    }

    fn files_read(&self) -> &[PathBuf] {
        &self.inputs
    }

    // Output is seen when it is made; here it is asked for once more.
    fn write(&mut self, _: &Written) {}

    fn hold(&mut self, _: OutputPlace, _: &Written) {}

    fn write_held(&mut self, _: &[Written]) {}

    fn moment(&mut self, failure: Failure<'_>) -> Option<Moment> {
        if self.session.quit || self.called_out {
            return None;
        }
        self.engines.moment(failure)
    }

    fn explain(
        &mut self,
        failure: Failure<'_>,
        until: Option<Moment>,
    ) -> Result<Explanation, Unexplained> {
        if self.session.quit {
            return Err(Unexplained::NotPossible);
        }
        if self.called_out {
            return Err(Unexplained::Effects);
        }
        self.engines.explain(failure, until)
    }
}

/// What is known of a compiled program, to debug its `main`.
pub fn know(session: &mut Session, compilation: &Compilation) {
    session.sources = compilation.sources.clone();
    session.errors.clone_from(&compilation.error_names);
}

/// Runs `main` under control. `None`: the user has had enough.
pub fn run_main(
    session: &mut Session,
    module: &Module,
    (main, args): (FuncId, &[u64]),
    sandbox: Sandbox<'_>,
) -> Option<Outcome> {
    session.subject.name = "main".to_owned();
    let mut recorder = Recorder::new(sandbox, None);
    // As deep as a native stack would be.
    let limits = Limits::default();
    run(session, module, (main, args), &limits, &mut recorder)
}

/// A session whose first commands are given.
pub fn session(first: Vec<String>, is_main: bool) -> Session {
    Session::new(first, is_main)
}
