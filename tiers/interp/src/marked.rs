//! The values of a run as a shadow keeps them: a mark for each operand, local and result, and the numbers of the objects that
//! addresses are made for. What a mark and an object are is the shadow's own.

use rustc_hash::FxHashMap;
use sx_ir::GlobalId;
use sx_machine::Machine;
use sx_tier_api::{MemoryView, ObjectKind};

use crate::shadow::Entered;

#[derive(Default)]
pub struct Marked<M> {
    stack: Vec<M>,
    locals: Vec<M>,
    results: Vec<M>,
    pub globals: FxHashMap<GlobalId, u32>,
    /// Live heap blocks by address.
    pub heap: FxHashMap<u64, u32>,
    /// Slots of the active calls that have a number: slot and object; and where each call's begin.
    slots: Vec<(u32, u32)>,
    frames: Vec<usize>,
}

impl<M: Copy + Default> Marked<M> {
    pub fn push(&mut self, mark: M) {
        self.stack.push(mark);
    }

    pub fn pop(&mut self) -> M {
        self.stack.pop().unwrap_or_default()
    }

    /// The operand that is `depth` below the top.
    pub fn operand(&self, depth: usize) -> Option<M> {
        self.stack.iter().rev().nth(depth).copied()
    }

    pub fn top(&self) -> M {
        self.operand(0).unwrap_or_default()
    }

    pub fn local(&self, index: usize) -> Option<M> {
        self.locals.get(index).copied()
    }

    /// The locals from `base` on: the arguments of a call that is being made.
    pub fn locals_from(&self, base: usize) -> &[M] {
        self.locals.get(base..).unwrap_or(&[])
    }

    pub fn push_local(&mut self, index: usize) {
        self.push(self.local(index).unwrap_or_default());
    }

    pub fn set_local(&mut self, index: usize, mark: M) {
        if let Some(place) = self.locals.get_mut(index) {
            *place = mark;
        }
    }

    /// The operand on top goes to a local.
    pub fn set(&mut self, index: usize) {
        let mark = self.pop();
        self.set_local(index, mark);
    }

    /// The operand on top becomes the next argument.
    pub fn argument(&mut self) {
        let mark = self.pop();
        self.locals.push(mark);
    }

    /// A call begins; its locals are marked `fresh`.
    pub fn enter(&mut self, entered: Entered, fresh: M) {
        self.locals.truncate(entered.base + entered.params);
        self.locals.resize(entered.base + entered.locals, fresh);
        self.frames.push(self.slots.len());
        self.results.clear();
    }

    /// A call ends; the objects of its slots.
    pub fn leave(&mut self, entered: Entered) -> impl Iterator<Item = u32> + '_ {
        self.locals.truncate(entered.base);
        let first = self.frames.pop().unwrap_or(0).min(self.slots.len());
        self.slots.drain(first..).map(|(_, object)| object)
    }

    /// The object of a slot of the innermost call, if it has one by now.
    pub fn slot(&self, number: u32) -> Option<u32> {
        let first = self.frames.last().copied().unwrap_or(0);
        let mut own = self.slots.get(first..).unwrap_or(&[]).iter();
        own.find(|(slot, _)| *slot == number)
            .map(|(_, object)| *object)
    }

    pub fn add_slot(&mut self, number: u32, object: u32) {
        self.slots.push((number, object));
    }

    /// The operands on top become the results.
    pub fn return_operands(&mut self, count: usize) {
        let first = self.stack.len().saturating_sub(count);
        self.results.clear();
        self.results.extend(self.stack.drain(first..));
    }

    /// A host function, whose arguments begin at `base`, has returned.
    pub fn return_from_host(&mut self, base: usize, results: Vec<M>) {
        self.locals.truncate(base);
        self.results = results;
    }

    pub fn results(&self) -> &[M] {
        &self.results
    }

    pub fn take_result(&mut self, number: usize, index: usize) {
        let mark = self.results.get(number).copied().unwrap_or_default();
        self.set_local(index, mark);
    }

    /// The number of the global or heap block that an address from outside is in.
    pub fn owner(&self, machine: &Machine, addr: u64) -> Option<u32> {
        let object = machine.object_at(addr)?;
        match object.kind {
            ObjectKind::Global(id) => self.globals.get(&id).copied(),
            ObjectKind::Heap => self.heap.get(&object.base).copied(),
            ObjectKind::Stack => None,
        }
    }
}
