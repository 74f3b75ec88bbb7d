//! The machine as host functions see it: its memory, and the run itself, for callbacks.

use sx_ir::{FuncId, GlobalId};
use sx_machine::fault_of;
use sx_tier_api::{Host, HostFault, MemoryView, Object, Region, SandboxMemory};

use crate::call::Run;
use crate::shadow::{HostCall, Shadow};

pub struct Reentrant<'r, 'a, S> {
    pub run: &'r mut Run<'a, S>,
    /// The call that looks.
    pub call: HostCall<'r>,
}

impl<S: Shadow> MemoryView for Reentrant<'_, '_, S> {
    fn read(&self, addr: u64, len: u64) -> Option<&[u8]> {
        if S::ON && len != 0 {
            self.run.machine.note_read(addr, len);
        }
        self.run.machine.read(addr, len)
    }

    fn read_some(&self, addr: u64, len: u64) -> Option<&[u8]> {
        self.run.machine.read(addr, len)
    }

    fn object_at(&self, addr: u64) -> Option<Object> {
        self.run.machine.object_at(addr)
    }

    fn function_of(&self, value: u64) -> Option<FuncId> {
        self.run.machine.function_of(value)
    }

    fn address_of(&self, global: GlobalId) -> Option<u64> {
        self.run.machine.address_of(global)
    }

    fn region_of(&self, addr: u64) -> Region {
        self.run.machine.region_of(addr)
    }

    fn digest(&self) -> u64 {
        self.run.machine.digest()
    }

    fn written(&self) -> Vec<(u64, u64)> {
        self.run.machine.written()
    }
}

impl<S: Shadow> SandboxMemory for Reentrant<'_, '_, S> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), HostFault> {
        self.run.machine.write(addr, bytes)
    }

    fn alloc(&mut self, size: u64) -> Result<u64, HostFault> {
        self.run.machine.alloc(size)
    }

    fn free(&mut self, addr: u64) -> Result<(), HostFault> {
        self.run.machine.free(addr)
    }

    fn host_pointer(&mut self, addr: u64, len: u64) -> Option<*mut u8> {
        self.run.machine.host_pointer(addr, len)
    }

    fn sandbox_address(&self, host: *const u8) -> Option<u64> {
        self.run.machine.sandbox_address(host)
    }

    fn function_value(&self, func: FuncId) -> Option<u64> {
        self.run.machine.function_value(func)
    }

    fn call_back(
        &mut self,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
    ) -> Result<Vec<u64>, HostFault> {
        let run = &mut *self.run;
        if S::ON
            && let Err(stop) = run.tell_host(&self.call)
        {
            return Err(fault_of(*stop.0));
        }
        let base = run.locals.len();
        for arg in args {
            run.shadow.constant();
            run.shadow.argument();
            run.locals.push(*arg);
        }
        match run.call(host, func, base) {
            Ok(()) => Ok(run.results.to_vec()),
            Err(stop) => Err(fault_of(*stop.0)),
        }
    }

    fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), HostFault> {
        self.run.machine.copy_within(dst, src, len)
    }

    fn fill_bytes(&mut self, dst: u64, byte: u8, len: u64) -> Result<(), HostFault> {
        self.run.machine.fill_bytes(dst, byte, len)
    }

    fn find_byte(&self, addr: u64, len: u64, byte: u8) -> Result<Option<u64>, HostFault> {
        let found = self.run.machine.find_byte(addr, len, byte)?;
        let end = found.map_or(addr.saturating_add(len), |at| at + 1);
        if S::ON && end != addr {
            self.run.machine.note_read(addr, end - addr);
        }
        Ok(found)
    }
}
