//! Memory at the end of a checked run, with what is known of it.

use std::ops::Deref;

use sx_ir::{FuncId, GlobalId};
use sx_tier_api::{MemoryView, Object, Region};

use super::Sanitizer;

pub struct Checked<M, S> {
    pub memory: M,
    pub shadow: S,
}

impl<M, S> MemoryView for Checked<M, S>
where
    M: Deref<Target: MemoryView>,
    S: Deref<Target = Sanitizer>,
{
    fn read(&self, addr: u64, len: u64) -> Option<&[u8]> {
        self.memory.read(addr, len)
    }

    fn object_at(&self, addr: u64) -> Option<Object> {
        self.memory.object_at(addr)
    }

    fn function_of(&self, value: u64) -> Option<FuncId> {
        self.memory.function_of(value)
    }

    fn address_of(&self, global: GlobalId) -> Option<u64> {
        self.memory.address_of(global)
    }

    fn region_of(&self, addr: u64) -> Region {
        self.memory.region_of(addr)
    }

    fn digest(&self) -> u64 {
        self.memory.digest()
    }

    fn is_stale(&self, place: u64) -> bool {
        self.shadow.is_stale(place)
    }

    fn is_given(&self, addr: u64, len: u64) -> bool {
        self.shadow.is_given(addr, len)
    }

    fn written(&self) -> Vec<(u64, u64)> {
        self.memory.written()
    }
}
