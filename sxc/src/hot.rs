//! Joins the VM and the JIT compiler, which know nothing of each other, to the `auto` engine.

use std::cell::Cell;
use std::rc::Rc;

use sx_bytecode::HotCompiler;
use sx_ir::{FuncId, LabelId, Module};
use sx_jit::{Callbacks, Compiler, Options};
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::AddressSpace;
use sx_tier_api::{ComptimeEngine, Host, Limits, Outcome, Snapshot};

use crate::engines::Engine;

/// Makes machine code of what the VM finds hot. The compiler is set up when first needed: most evaluations never do.
#[derive(Default)]
pub struct JitCompiler {
    compiler: Option<Compiler>,
    /// It has made code.
    used: Rc<Cell<bool>>,
}

impl HotCompiler for JitCompiler {
    fn begin(&mut self, _: &Module, _: &AddressSpace) {
        self.compiler = None;
    }

    fn compile(
        &mut self,
        module: &Module,
        space: &AddressSpace,
        func: FuncId,
    ) -> Option<CodeEntry> {
        if self.compiler.is_none() {
            let callbacks = Callbacks {
                call_host: sx_bytecode::call_host_function,
                compile: None,
            };
            self.compiler = Compiler::new(module, space, &callbacks, Options::default()).ok();
        }
        // What can't be compiled stays in the VM.
        let code = self.compiler.as_mut()?.compile(module, space, func).ok()?;
        self.used.set(true);
        Some(code.outer)
    }

    fn osr_entry(&mut self, func: FuncId, label: LabelId) -> Option<CodeEntry> {
        self.compiler.as_ref()?.osr_entry(func, label)
    }
}

/// The VM with the JIT compiler, which says what of the two the last evaluation has run in.
pub struct AutoEngine {
    engine: sx_bytecode::AutoEngine,
    compiled: Rc<Cell<bool>>,
}

impl Default for AutoEngine {
    fn default() -> AutoEngine {
        let compiler = JitCompiler::default();
        AutoEngine {
            compiled: Rc::clone(&compiler.used),
            engine: sx_bytecode::AutoEngine::new(Box::new(compiler)),
        }
    }
}

impl ComptimeEngine for AutoEngine {
    fn name(&self) -> &'static str {
        self.engine.name()
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
        self.compiled.set(false);
        self.engine.start(from, module, root, args, limits, host)
    }
}

impl Engine for AutoEngine {
    fn ran_in(&self) -> Option<&'static str> {
        Some(match self.compiled.get() {
            true => "vm+jit",
            false => "vm",
        })
    }
}
