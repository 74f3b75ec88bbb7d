//! The engines, by name. The only place that knows them all.

use sx_tier_api::ComptimeEngine;

use crate::cli::{ComptimeChoice, MainEngine};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EngineKind {
    /// The VM, which compiles what gets hot.
    Auto,
    Vm,
    Jit,
    Interp,
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
            EngineKind::Vm => "vm",
            EngineKind::Jit => "jit",
            EngineKind::Interp => "interp",
        }
    }
}

/// A fresh engine.
pub fn create(kind: EngineKind) -> Box<dyn ComptimeEngine> {
    Box::new(Missing(kind.name()))
}

struct Missing(&'static str);

impl ComptimeEngine for Missing {
    fn name(&self) -> &'static str {
        self.0
    }

    fn run(
        &mut self,
        _: &sx_ir::Module,
        _: sx_ir::FuncId,
        _: &[u64],
        _: &sx_tier_api::Limits,
        _: &mut dyn sx_tier_api::Host,
    ) -> sx_tier_api::Outcome {
        struct Nothing;
        impl sx_tier_api::MemoryView for Nothing {
            fn read(&self, _: u64, _: u64) -> Option<&[u8]> {
                None
            }
            fn object_at(&self, _: u64) -> Option<sx_tier_api::Object> {
                None
            }
            fn function_of(&self, _: u64) -> Option<sx_ir::FuncId> {
                None
            }
            fn address_of(&self, _: sx_ir::GlobalId) -> Option<u64> {
                None
            }
        }
        sx_tier_api::Outcome {
            status: sx_tier_api::Status::Unsupported(format!("not implemented: engine {}", self.0)),
            frames: Vec::new(),
            steps: 0,
            peak_memory: 0,
            digest: 0,
            memory: Box::new(Nothing),
        }
    }
}
