//! Joins the VM and the JIT compiler, which know nothing of each other, to the `auto` engine.

use sx_bytecode::HotCompiler;
use sx_ir::{FuncId, LabelId, Module};
use sx_jit::{Callbacks, Compiler, Options};
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::AddressSpace;

/// Makes machine code of what the VM finds hot. The compiler is set up when first needed: most evaluations never do.
#[derive(Default)]
pub struct JitCompiler {
    compiler: Option<Compiler>,
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
        self.compiler
            .as_mut()?
            .compile(module, space, func)
            .ok()
            .map(|code| code.outer)
    }

    fn osr_entry(&mut self, func: FuncId, label: LabelId) -> Option<CodeEntry> {
        self.compiler.as_ref()?.osr_entry(func, label)
    }
}
