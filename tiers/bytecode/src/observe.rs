//! Watching what a run does, without a say in it.

use sx_ir::{FuncId, Module};
use sx_machine::ctx::CallRecord;
use sx_tier_api::Frame;

/// Is told of a run in the VM as often as it wants to be. The run is the same with it and without.
pub trait Observer {
    /// Step number `steps` (from 0) is about to be counted in the innermost of these calls. Yields the number of the next
    /// step to be told of; the first step of a run is always told.
    fn step(&mut self, steps: u64, calls: Calls<'_>) -> u64;
    /// Something begins that is done in one go: the innermost call is one of a function outside the sandbox (which may
    /// call the program back), or runs iterations of a loop together.
    fn begin_piece(&mut self, calls: Calls<'_>);
    /// It is done, and has taken so many steps that `step` wasn't and won't be told of: what is told next comes that much
    /// later.
    fn end_piece(&mut self, steps: u64);
    /// The run is over, after so many steps.
    fn end(&mut self, steps: u64);
}

/// The active calls.
#[derive(Clone, Copy)]
pub struct Calls<'a> {
    pub module: &'a Module,
    records: &'a [CallRecord],
    /// Begins now, or lies outside: it has no record.
    last: Option<FuncId>,
}

impl<'a> Calls<'a> {
    pub(crate) fn new(
        module: &'a Module,
        records: &'a [CallRecord],
        last: Option<FuncId>,
    ) -> Calls<'a> {
        Calls {
            module,
            records,
            last,
        }
    }

    pub fn len(&self) -> usize {
        self.records.len() + usize::from(self.last.is_some())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From the outermost, which is number 0.
    pub fn get(&self, index: usize) -> Option<Frame> {
        match self.records.get(index) {
            Some(record) => Some(Frame {
                func: record.func,
                loc: record.loc,
            }),
            None if index == self.records.len() => self.last.map(|func| Frame {
                func,
                loc: self.module.func(func).loc,
            }),
            None => None,
        }
    }
}
