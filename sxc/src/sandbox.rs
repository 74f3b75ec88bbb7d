//! What code run by an engine may ask of the outside: compiler functions, modelled libc, output.

use std::ffi::OsString;

use sx_ir::{FuncId, Linkage, Module};
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

/// Where output of the program goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    Live,
    Discard,
}

pub struct Sandbox<'a> {
    compiler: Option<&'a mut dyn Host>,
    output: Output,
    stdout_bytes: u64,
}

impl<'a> Sandbox<'a> {
    pub fn for_comptime(compiler: &'a mut dyn Host, output: Output) -> Sandbox<'a> {
        Sandbox {
            compiler: Some(compiler),
            output,
            stdout_bytes: 0,
        }
    }

    /// For a program's own run: I/O is allowed. `argv` are its arguments, its name first.
    pub fn for_main(argv: Vec<OsString>) -> Sandbox<'a> {
        let _ = argv;
        Sandbox {
            compiler: None,
            output: Output::Live,
            stdout_bytes: 0,
        }
    }

    /// `argc` and `argv` for `main`.
    pub fn arguments(&self) -> (u64, u64) {
        (0, 0)
    }

    pub fn stdout_bytes(&self) -> u64 {
        self.stdout_bytes
    }

    pub fn transcript(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Host for Sandbox<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        let _ = self.output;
        match (&module.func(func).linkage, &mut self.compiler) {
            (Linkage::Host(_), Some(compiler)) => compiler.call(module, func, args, memory, frames),
            (Linkage::Host(name), None) => Err(HostFault::Unsupported(format!(
                "'{name}' runs only at compile time"
            ))),
            (Linkage::Extern { symbol, .. } | Linkage::Export(symbol), _) => Err(
                HostFault::Unsupported(format!("not implemented: calling '{symbol}' in an engine")),
            ),
            (Linkage::Internal, _) => Err(HostFault::Unsupported(format!(
                "function '{}' has no body",
                module.func(func).name
            ))),
        }
    }
}
