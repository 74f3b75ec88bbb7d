//! Snapshot and restore of a machine between evaluations.

use sx_ir::{FuncId, GlobalId, Module};
use sx_tier_api::{Limits, MemoryView as _, Snapshot};

use crate::heap::Heap;
use crate::machine::Machine;

const PAGE: u64 = 4096;

/// What a [`Snapshot`] of a machine holds.
struct State {
    root: FuncId,
    /// Where everything lies: a state is good for the same address space only.
    globals: Vec<(GlobalId, u64, u64)>,
    funcs: Vec<FuncId>,
    /// Pieces of memory that are not zero, of variables and heap.
    pieces: Vec<(u64, Box<[u8]>)>,
    heap: Heap,
    steps: u64,
}

fn places(machine: &Machine) -> Vec<(GlobalId, u64, u64)> {
    let globals = machine.space.globals.iter();
    globals.map(|g| (g.id, g.addr, g.size)).collect()
}

impl Machine {
    pub(crate) fn take_snapshot(&self) -> Snapshot {
        let variables = (self.space.store_start, self.space.globals_end);
        let heap = (self.space.heap_start, self.heap().top());
        let mut pieces = Vec::new();
        for (from, to) in [variables, heap] {
            let mut at = from;
            while at < to {
                let len = PAGE.min(to - at);
                if let Some(bytes) = self.read(at, len)
                    && bytes.iter().any(|byte| *byte != 0)
                {
                    pieces.push((at, bytes.into()));
                }
                at += len;
            }
        }
        Snapshot::new(State {
            root: self.root,
            globals: places(self),
            funcs: self.space.funcs.clone(),
            pieces,
            heap: self.heap().clone(),
            steps: self.ctx.steps,
        })
    }

    /// A machine in the state of a snapshot, or in the initial one. `Err`: the snapshot is of another program.
    pub fn start(
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        limits: &Limits,
    ) -> Result<Machine, &'static str> {
        let mut machine = Machine::new(module, root, limits);
        let Some(snapshot) = from else {
            return Ok(machine);
        };
        if machine.unusable().is_some() {
            return Ok(machine);
        }
        let known = snapshot.state::<State>().filter(|state| {
            state.root == root
                && state.globals == places(&machine)
                && state.funcs == machine.space.funcs
        });
        let Some(state) = known else {
            return Err("the snapshot is of another program");
        };
        machine.adopt(&state.heap, &state.pieces, state.steps);
        Ok(machine)
    }
}
