//! Functions of `Linkage::Host` that comptime code calls: questions to the compiler.

use sx_ir::{FuncId, Linkage, Module, Symbol, TypeTable};
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

pub struct CompilerHost<'a> {
    pub types: &'a TypeTable,
    pub errors: &'a [Symbol],
}

impl Host for CompilerHost<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        _args: &[u64],
        _memory: &mut dyn SandboxMemory,
        _frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        let name = match &module.func(func).linkage {
            Linkage::Host(name) => name.as_str(),
            Linkage::Internal | Linkage::Export(_) | Linkage::Extern { .. } => "?",
        };
        Err(HostFault::Unsupported(format!(
            "not implemented: the compiler function '{name}'"
        )))
    }
}
