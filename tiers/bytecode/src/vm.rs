//! The state of a running VM: what the dispatch loop reaches through one pointer, and what is kept between runs.

use std::ptr;

use sx_ir::{FuncId, Linkage, LocId, Module, SigId};
use sx_machine::Machine;
use sx_machine::ctx::CodeEntry;
use sx_machine::mapping::Mapping;
use sx_tier_api::Host;

use crate::code::FuncCode;
use crate::dispatch::{self, Foresight, Resume};
use crate::isa::Inst;
use crate::observe::Observer;
use crate::tiering::{HotCompiler, Tiering};

/// What a call needs to know of its callee.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct FuncInfo {
    /// Bytecode; null if it is not translated yet, or there is something better: the slow path of calls decides.
    pub code: *const Inst,
    /// Bytes of the frame.
    pub frame_bytes: u64,
    /// Words that are zeroed on entry.
    pub zero_start: u32,
    pub zero_len: u32,
    pub loc: LocId,
    /// Bytes of frame memory.
    pub stack: u64,
    /// Its value in this run, 0 if it has none.
    pub value: u64,
    /// Machine code, if it has been compiled.
    pub entry: CodeEntry,
    pub sig: SigId,
    /// Times it was seen running when the VM looked; `GIVEN_UP` if it can't be compiled.
    pub samples: u32,
    /// Defined outside the sandbox.
    pub outside: bool,
}

pub(crate) const GIVEN_UP: u32 = u32::MAX;

impl FuncInfo {
    const UNKNOWN: FuncInfo = FuncInfo {
        code: ptr::null(),
        frame_bytes: 0,
        zero_start: 0,
        zero_len: 0,
        loc: LocId(0),
        stack: 0,
        value: 0,
        entry: ptr::null(),
        sig: SigId(0),
        samples: 0,
        outside: false,
    };
}

/// Where a function returns to.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Return {
    pub ip: *const Inst,
    pub frame: *mut u64,
}

/// Why a run can't go on, besides traps and limits (those are in the context).
pub(crate) enum Stop {
    Host(sx_tier_api::HostFault),
    Bug(String),
}

/// Who looks at the run when the step count reaches [`Vm::poll`].
pub(crate) enum Looker<'a> {
    Nobody,
    /// The compiler of the `auto` engine, and when to use it.
    Hot(&'a mut (dyn HotCompiler + 'static), &'a mut Tiering),
    Observer(&'a mut (dyn Observer + 'static)),
}

/// The VM while it runs. The first fields are those of the hot paths.
#[repr(C)]
pub(crate) struct Vm<'a> {
    /// Step count at which the slow path looks up: the step limit, or earlier to see what runs.
    pub poll: u64,
    pub infos: *mut FuncInfo,
    /// Address of each global.
    pub globals: *const u64,
    /// `returns[depth]`: where the call at that depth returns to.
    pub returns: *mut Return,
    pub machine: *mut Machine,
    pub module: &'a Module,
    /// The function that the run began with.
    pub root: FuncId,
    pub host: &'a mut dyn Host,
    pub codes: &'a mut [Option<Box<FuncCode>>],
    pub entries: &'a mut [CodeEntry],
    pub looker: Looker<'a>,
    /// Steps that took the VM no time: machine code ran them, or many at once.
    pub elsewhere: u64,
    pub foresight: Foresight,
    /// Functions that have bytecode since the last time that all were compiled; pieces of those not compiled yet.
    pub translated: Vec<FuncId>,
    pub waiting: u64,
    pub stop: Option<Stop>,
    /// Set when the loop suspends itself.
    pub resume: Resume,
    /// Machine code may run: the host stack is large enough.
    pub big_stack: bool,
}

/// Tables kept between runs, so that a run costs what it reaches and not what the module holds.
#[derive(Default)]
pub(crate) struct Tables {
    pub infos: Vec<FuncInfo>,
    pub globals: Vec<u64>,
    pub codes: Vec<Option<Box<FuncCode>>>,
    pub entries: Vec<CodeEntry>,
    pub returns: Option<Mapping>,
    /// What the last run filled in.
    used_funcs: Vec<FuncId>,
    used_globals: Vec<u32>,
}

impl Drop for Tables {
    fn drop(&mut self) {
        dispatch::trim_returns(self);
        if let Some(returns) = self.returns.take() {
            sx_machine::mapping::release(returns);
        }
    }
}

impl Tables {
    /// Fills the tables for a run of `machine`. False if the host has no memory for the return addresses.
    pub fn prepare(&mut self, module: &Module, machine: &Machine, stub: CodeEntry) -> bool {
        // A run that ended in a panic has left its entries.
        self.reset(stub);
        self.infos.resize(module.funcs.len(), FuncInfo::UNKNOWN);
        self.codes.resize_with(module.funcs.len(), || None);
        self.entries.resize(module.funcs.len(), stub);
        self.globals.resize(module.globals.len(), 0);
        for &id in &machine.space.funcs {
            let info = &mut self.infos[id.index()];
            info.value = machine.space.function_value(id).unwrap_or(0);
            info.sig = module.func(id).sig;
            info.outside = matches!(
                module.func(id).linkage,
                Linkage::Extern { .. } | Linkage::Host(_) | Linkage::Asm(_)
            );
            self.used_funcs.push(id);
        }
        let open = machine.space.globals.iter().map(|g| (g.id, g.addr));
        for (id, addr) in open.chain(machine.space.closed.iter().map(|g| (g.id, g.addr))) {
            self.globals[id.index()] = addr;
            self.used_globals.push(id.0);
        }
        let bytes = (machine.ctx.depth_limit as usize)
            .saturating_add(1)
            .saturating_mul(size_of::<Return>());
        if self.returns.as_ref().is_none_or(|m| m.len() < bytes) {
            self.returns = sx_machine::mapping::acquire(bytes);
        }
        self.returns.is_some()
    }

    pub fn returns(&self) -> *mut Return {
        self.returns
            .as_ref()
            .map_or(ptr::null_mut(), |m| m.base().cast())
    }

    /// Forgets the run.
    pub fn reset(&mut self, stub: CodeEntry) {
        for id in self.used_funcs.drain(..) {
            self.infos[id.index()] = FuncInfo::UNKNOWN;
            self.codes[id.index()] = None;
            self.entries[id.index()] = stub;
        }
        for id in self.used_globals.drain(..) {
            self.globals[id as usize] = 0;
        }
        dispatch::trim_returns(self);
    }
}
