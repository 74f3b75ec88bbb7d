//! The engines, by name. The only place that knows them all.

use sx_tier_api::ComptimeEngine;

use crate::cli::{ComptimeChoice, MainEngine};
use crate::hot::AutoEngine;
use crate::profile::{ProfilingVm, Samples, Weight};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EngineKind {
    /// The VM, which compiles what gets hot.
    Auto,
    Vm,
    /// The VM, seeing where its steps go.
    Profiler(Weight),
    Jit,
    Interp,
    /// The tree interpreter, checking how memory is used.
    Sanitizer,
}

impl EngineKind {
    /// The engines that a choice for compile time stands for; the first one's results are used.
    pub fn for_comptime(choice: ComptimeChoice) -> &'static [EngineKind] {
        match choice {
            ComptimeChoice::Auto => &[EngineKind::Auto],
            ComptimeChoice::Vm => &[EngineKind::Vm],
            ComptimeChoice::Jit => &[EngineKind::Jit],
            ComptimeChoice::Interp => &[EngineKind::Interp],
            ComptimeChoice::All => &[EngineKind::Vm, EngineKind::Jit, EngineKind::Interp],
        }
    }

    /// The engine that executes `main`; `None` is native code.
    pub fn for_main(choice: MainEngine) -> Option<EngineKind> {
        match choice {
            MainEngine::Native => None,
            MainEngine::Vm => Some(EngineKind::Vm),
            MainEngine::Jit => Some(EngineKind::Jit),
            MainEngine::Interp => Some(EngineKind::Interp),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            EngineKind::Auto => "auto",
            EngineKind::Vm | EngineKind::Profiler(_) => "vm",
            EngineKind::Jit => "jit",
            EngineKind::Interp => "interp",
            EngineKind::Sanitizer => "sanitizer",
        }
    }
}

/// An engine, with what only some of them tell.
pub trait Engine: ComptimeEngine {
    /// What of its parts the last run has run in, if it has parts.
    fn ran_in(&self) -> Option<&'static str> {
        None
    }

    /// Blocks that the last run has lost, one line each.
    fn leaks(&self) -> &[String] {
        &[]
    }

    /// Where the last run's steps have gone.
    fn samples(&mut self) -> Option<Samples> {
        None
    }
}

impl Engine for sx_bytecode::VmEngine {}
impl Engine for sx_jit::JitEngine {}
impl Engine for sx_interp::Interp {
    fn leaks(&self) -> &[String] {
        self.reports()
    }
}

/// A fresh engine.
pub fn create(kind: EngineKind) -> Box<dyn Engine> {
    match kind {
        EngineKind::Auto => Box::new(AutoEngine::default()),
        EngineKind::Vm => Box::new(sx_bytecode::VmEngine::new()),
        EngineKind::Profiler(by) => Box::new(ProfilingVm::new(by)),
        EngineKind::Jit => Box::new(sx_jit::JitEngine::new()),
        EngineKind::Interp => Box::new(sx_interp::Interp::new()),
        EngineKind::Sanitizer => Box::new(sx_interp::Interp::sanitizing()),
    }
}
