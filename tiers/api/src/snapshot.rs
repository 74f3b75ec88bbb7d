//! The state that an evaluation leaves, for others to go on from: memory with its globals, the allocator's books, steps.

use std::any::Any;
use std::sync::Arc;

use crate::{MemoryView, Object, Outcome, Region, Status};
use sx_ir::{FuncId, GlobalId};

/// The state of a machine between evaluations, from [`MemoryView::snapshot`]. It belongs to no engine: any may
/// [resume](crate::ComptimeEngine::resume) from it, as often as wanted, and does the same.
#[derive(Clone)]
pub struct Snapshot(Arc<dyn Any + Send + Sync>);

impl Snapshot {
    pub fn new(state: impl Any + Send + Sync) -> Snapshot {
        Snapshot(Arc::new(state))
    }

    /// What a machine of type-`T` states has put in.
    pub fn state<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

/// The memory of what never ran.
struct NoMemory;

impl MemoryView for NoMemory {
    fn read(&self, _addr: u64, _len: u64) -> Option<&[u8]> {
        None
    }

    fn object_at(&self, _addr: u64) -> Option<Object> {
        None
    }

    fn function_of(&self, _value: u64) -> Option<FuncId> {
        None
    }

    fn address_of(&self, _global: GlobalId) -> Option<u64> {
        None
    }

    fn region_of(&self, _addr: u64) -> Region {
        Region::Outside
    }

    fn digest(&self) -> u64 {
        0
    }
}

impl Outcome {
    /// Nothing ran, by a fault of who asked for it.
    pub fn refused(why: &str) -> Outcome {
        Outcome {
            status: Status::Bug(why.to_owned()),
            frames: Vec::new(),
            steps: 0,
            peak_memory: 0,
            memory: Box::new(NoMemory),
        }
    }
}
