//! The compiler as an engine that starts elsewhere wants it: code for single functions and for loops that are already
//! running. Nothing is set up for a run until the first function gets hot.

use crate::compile::{Code, Compiler, Options};
use crate::stubs::Callbacks;
use std::panic::{AssertUnwindSafe, catch_unwind};
use sx_ir::{FuncId, LabelId, Module};
use sx_machine::ctx::{CodeEntry, VmCtx};
use sx_machine::memory::AddressSpace;

pub struct HotCode {
    callbacks: Callbacks,
    options: Options,
    compiler: Option<Compiler>,
}

impl HotCode {
    /// `call_host` as in [`Callbacks`]. Functions without code are called through `VmCtx::entries`.
    pub fn new(call_host: extern "sysv64" fn(*mut VmCtx, *mut u64, u64, u64) -> u64) -> HotCode {
        HotCode {
            callbacks: Callbacks {
                call_host,
                compile: None,
            },
            options: Options::default(),
            compiler: None,
        }
    }

    /// A run starts; code of earlier runs is gone.
    pub fn begin(&mut self) {
        self.compiler = None;
    }

    /// Machine code of a function; `None` if it can't be compiled.
    pub fn compile(
        &mut self,
        module: &Module,
        space: &AddressSpace,
        func: FuncId,
    ) -> Option<CodeEntry> {
        if self.compiler.is_none() {
            self.compiler = Compiler::new(module, space, &self.callbacks, self.options).ok();
        }
        let compiler = self.compiler.as_mut()?;
        let made = catch_unwind(AssertUnwindSafe(|| compiler.compile(module, space, func)));
        match made {
            Ok(Ok(Code { outer, .. })) => Some(outer),
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// Where a running call of a compiled function goes on at the header of a loop, see [`Compiler::osr_entry`].
    pub fn osr_entry(&self, func: FuncId, label: LabelId) -> Option<CodeEntry> {
        self.compiler.as_ref()?.osr_entry(func, label)
    }
}
