//! One evaluation's machine: memory, frames, context, and the steps every engine takes in the same way.

#![allow(unsafe_code)]

use sx_ir::semantics;
use sx_ir::target::Endian;
use sx_ir::trap::LimitKind;
use sx_ir::{FrameLayout, FuncId, GlobalId, LocId, Module, SigId, TrapKind, Ty};
use sx_tier_api::{
    Frame, GUARD, Host, HostFault, Limits, MemoryView, Object, ObjectKind, Outcome, Region,
    SandboxMemory, Snapshot, Status, Trap,
};

use crate::builtin::Builtins;
use crate::ctx::{CallRecord, Fault, VmCtx};
use crate::digest::Digest;
use crate::events::{Events, MemoryEvent};
use crate::heap::Heap;
use crate::mapping::{self, Mapping};
use crate::memory::{AddressSpace, STACK_SIZE};

/// Host memory for frames: deep recursion of large frames has to fit; pages cost nothing until used.
const FRAMES_BYTES: usize = 16 << 30;
/// Frame memory kept for the next machine.
const FRAMES_KEPT: usize = 1 << 20;

pub struct Machine {
    pub ctx: VmCtx,
    pub space: AddressSpace,
    pub pointer_size: u64,
    pub big_endian: bool,
    pub root: FuncId,
    heap: Heap,
    /// Address 0 of the sandbox is its base. `None` only while being dropped.
    sandbox: Option<Mapping>,
    frames: Option<Mapping>,
    records: Option<Mapping>,
    root_layout: FrameLayout,
    root_slots: Vec<u64>,
    builtins: Builtins,
    /// Where changes of memory by others than plain stores are noted, if someone wants to know.
    events: Events,
    /// Seen from other threads while it runs; goes before the memory does.
    pub(crate) watched: Option<crate::watch::Watched>,
    /// The host could not provide the memory.
    broken: bool,
    /// How a host function runs a function of the program, for engines whose frames are in the machine's register
    /// stack; set by them for the time they run.
    pub reenter: Option<Reenter>,
    /// First word of the register stack that is free while a host function runs.
    pub free_words: *mut u64,
}

/// Runs a function whose arguments are in words 0.. of `frame`, as many as given, on the machine whose context's owner
/// is the engine; results as its signature says.
pub type Reenter = unsafe fn(
    machine: *mut Machine,
    host: &mut dyn Host,
    func: FuncId,
    frame: *mut u64,
    args: usize,
) -> Result<Vec<u64>, HostFault>;

impl Machine {
    /// A machine holding the initial globals that `root` reaches.
    pub fn new(module: &Module, root: FuncId, limits: &Limits) -> Machine {
        let mut space = AddressSpace::new(module, root, limits);
        let sandbox = acquire_sandbox(&mut space);
        let frames = mapping::acquire_most(FRAMES_BYTES);
        let record_bytes = limits.depth as usize * size_of::<CallRecord>();
        let records = mapping::acquire(record_bytes.max(1));
        let broken = sandbox.is_none() || frames.is_none() || records.is_none();
        let base = |m: &Option<Mapping>| m.as_ref().map_or(std::ptr::null_mut(), Mapping::base);
        let frames_end = frames.as_ref().map_or(std::ptr::null_mut(), |m| {
            // SAFETY: one past the end of the mapping.
            unsafe { m.base().add(m.len()).cast::<u64>() }
        });
        let ctx = VmCtx {
            mem_base: base(&sandbox),
            load_start: GUARD,
            store_start: space.store_start,
            mem_end: space.heap_start,
            sp: space.stack_start,
            stack_end: space.stack_start + STACK_SIZE,
            steps: 0,
            step_limit: limits.steps,
            records: base(&records).cast(),
            depth: 0,
            depth_limit: u64::from(limits.depth),
            entries: std::ptr::null(),
            fn_base: space.fn_base,
            fn_of: space.funcs.as_ptr(),
            fn_count: space.funcs.len() as u64,
            trap_kind: 0,
            trap_a: 0,
            trap_b: 0,
            frames_end,
            owner: std::ptr::null_mut(),
        };
        let function = module.func(root);
        let mut machine = Machine {
            heap: Heap::new(space.heap_start, space.heap_end, limits.memory),
            ctx,
            space,
            pointer_size: module.target.pointer_size,
            big_endian: module.target.endian == Endian::Big,
            root,
            sandbox,
            frames,
            records,
            root_layout: function.frame_layout(),
            root_slots: function.slots.iter().map(|s| s.size).collect(),
            builtins: Builtins::default(),
            events: Events::default(),
            watched: None,
            broken,
            reenter: None,
            free_words: std::ptr::null_mut(),
        };
        if broken {
            machine.ctx.mem_end = 0;
            machine.ctx.stack_end = machine.ctx.sp;
        } else {
            let len = machine.space.globals_end as usize;
            // SAFETY: the mapping reaches to heap_end, beyond the globals, and nothing else refers to it yet.
            let image = unsafe { std::slice::from_raw_parts_mut(machine.ctx.mem_base, len) };
            machine.space.write_globals(module, image);
        }
        machine
    }

    /// The machine whose context this is.
    ///
    /// # Safety
    /// `ctx` points to the [`Machine::ctx`] of a machine, and was made from a pointer to the whole machine.
    #[inline]
    pub unsafe fn of(ctx: *mut VmCtx) -> *mut Machine {
        // SAFETY: the caller's promise: the context stands in a machine.
        unsafe { ctx.byte_sub(std::mem::offset_of!(Machine, ctx)).cast() }
    }

    /// Some("reason") if the machine can't run anything; engines report it as [`Status::Refused`]: the host lacks it.
    pub fn unusable(&self) -> Option<String> {
        if !self.broken {
            return None;
        }
        Some(if self.space.fits() {
            "the host has no address space left for a comptime machine".into()
        } else {
            "the program's globals do not fit the target's address space".into()
        })
    }

    /// Start of the register stack: where the root's frame goes.
    pub fn frames_base(&self) -> *mut u64 {
        self.frames
            .as_ref()
            .map_or(std::ptr::null_mut(), |m| m.base().cast())
    }

    // ---- memory access ----

    pub fn endian(&self) -> Endian {
        if self.big_endian {
            Endian::Big
        } else {
            Endian::Little
        }
    }

    /// Host address of a checked sandbox address.
    #[inline(always)]
    fn host(&self, addr: u64) -> *mut u8 {
        // SAFETY: callers have checked addr against mem_end, which lies inside the mapping.
        unsafe { self.ctx.mem_base.add(addr as usize) }
    }

    /// The zero-extended value of type `ty` at `addr`.
    #[inline]
    pub fn load(&self, ty: Ty, addr: u64) -> Result<u64, Fault> {
        let size = ty.size(self.pointer_size);
        if !self.ctx.can_load(addr, size) {
            return Err(self.ctx.load_fault(addr, size));
        }
        let at = self.host(addr);
        // SAFETY: `size` bytes at `addr` were checked; unaligned reads are used throughout.
        unsafe {
            Ok(match (size, self.big_endian) {
                (1, _) => u64::from(*at),
                (2, false) => u64::from(at.cast::<u16>().read_unaligned()),
                (4, false) => u64::from(at.cast::<u32>().read_unaligned()),
                (_, false) => at.cast::<u64>().read_unaligned(),
                (2, true) => u64::from(at.cast::<u16>().read_unaligned().swap_bytes()),
                (4, true) => u64::from(at.cast::<u32>().read_unaligned().swap_bytes()),
                (_, true) => at.cast::<u64>().read_unaligned().swap_bytes(),
            })
        }
    }

    /// Stores the low bytes of `value` as a `ty`.
    #[inline]
    pub fn store(&mut self, ty: Ty, addr: u64, value: u64) -> Result<(), Fault> {
        let size = ty.size(self.pointer_size);
        if !self.ctx.can_store(addr, size) {
            return Err(self.ctx.store_fault(addr, size));
        }
        let at = self.host(addr);
        // SAFETY: as in `load`, checked for writing.
        unsafe {
            match (size, self.big_endian) {
                (1, _) => *at = value as u8,
                (2, false) => at.cast::<u16>().write_unaligned(value as u16),
                (4, false) => at.cast::<u32>().write_unaligned(value as u32),
                (_, false) => at.cast::<u64>().write_unaligned(value),
                (2, true) => at
                    .cast::<u16>()
                    .write_unaligned((value as u16).swap_bytes()),
                (4, true) => at
                    .cast::<u32>()
                    .write_unaligned((value as u32).swap_bytes()),
                (_, true) => at.cast::<u64>().write_unaligned(value.swap_bytes()),
            }
        }
        Ok(())
    }

    /// memmove. The destination is checked before the source; a zero length touches nothing.
    pub fn copy(&mut self, dst: u64, src: u64, len: u64) -> Result<(), Fault> {
        if len == 0 {
            return Ok(());
        }
        if !self.ctx.can_store(dst, len) {
            return Err(self.ctx.store_fault(dst, len));
        }
        if !self.ctx.can_load(src, len) {
            return Err(self.ctx.load_fault(src, len));
        }
        self.events.note(MemoryEvent::Copy { dst, src, len });
        // SAFETY: both ranges were checked; overlapping is allowed.
        unsafe { std::ptr::copy(self.host(src), self.host(dst), len as usize) };
        Ok(())
    }

    /// memset. A zero length touches nothing.
    pub fn fill(&mut self, dst: u64, byte: u8, len: u64) -> Result<(), Fault> {
        if len == 0 {
            return Ok(());
        }
        if !self.ctx.can_store(dst, len) {
            return Err(self.ctx.store_fault(dst, len));
        }
        self.events.note(MemoryEvent::Write { addr: dst, len });
        // SAFETY: the range was checked.
        unsafe { self.host(dst).write_bytes(byte, len as usize) };
        Ok(())
    }

    // ---- calls ----

    /// Counts a step: a function entry or the start of a loop iteration.
    #[inline(always)]
    pub fn step(&mut self) -> Result<(), LimitKind> {
        if self.ctx.steps >= self.ctx.step_limit {
            return Err(LimitKind::Steps);
        }
        self.ctx.steps += 1;
        Ok(())
    }

    /// The entry sequence of a function with `frame_size` bytes of slots; yields its frame memory's address (zeroed).
    /// `loc` is where the function stands: the position shown if its frame memory does not fit.
    #[inline]
    pub fn enter(&mut self, func: FuncId, loc: LocId, frame_size: u64) -> Result<u64, LimitKind> {
        self.step()?;
        if self.ctx.depth >= self.ctx.depth_limit {
            return Err(LimitKind::Depth);
        }
        // SAFETY: depth < depth_limit, and the records mapping holds depth_limit records.
        unsafe { *self.ctx.records.add(self.ctx.depth as usize) = CallRecord { func, loc } };
        self.ctx.depth += 1;
        let base = self.ctx.sp;
        if frame_size != 0 {
            if frame_size > self.ctx.stack_end - base {
                return Err(LimitKind::Stack);
            }
            // SAFETY: the range lies in the stack region.
            unsafe { self.host(base).write_bytes(0, frame_size as usize) };
            self.ctx.sp = base + frame_size;
        }
        Ok(base)
    }

    /// Undoes [`Machine::enter`] when the function returns.
    #[inline]
    pub fn leave(&mut self, frame_size: u64) {
        self.ctx.sp -= frame_size;
        self.ctx.depth -= 1;
    }

    /// Sets the position of the innermost frame.
    #[inline]
    pub fn set_loc(&mut self, loc: LocId) {
        if self.ctx.depth > 0 {
            // SAFETY: records[..depth] are initialised.
            unsafe { (*self.ctx.records.add(self.ctx.depth as usize - 1)).loc = loc };
        }
    }

    /// The function an indirect call of signature `sig` through `value` goes to.
    #[inline]
    pub fn resolve_call(&self, module: &Module, value: u64, sig: SigId) -> Result<FuncId, Fault> {
        let func = self
            .ctx
            .function_of(value)
            .ok_or(Fault::new(TrapKind::BadCall, value, 0))?;
        if module.func(func).sig == sig {
            Ok(func)
        } else {
            Err(Fault::new(TrapKind::BadCallSignature, value, 0))
        }
    }

    /// Calls a function defined outside (`Linkage::Extern`, `Linkage::Host`). Results as its signature says, as
    /// zero-extended patterns. The caller has set its own loc before.
    pub fn call_host(
        &mut self,
        module: &Module,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
    ) -> Result<Vec<u64>, HostFault> {
        let mut results = vec![0; module.sig(module.func(func).sig).results.len()];
        self.call_host_into(module, host, func, args, &mut results)?;
        Ok(results)
    }

    /// As [`Machine::call_host`], with room for as many results as the signature says. Quicker: the functions of
    /// [`crate::builtin`] don't reach the host.
    pub fn call_host_into(
        &mut self,
        module: &Module,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
        results: &mut [u64],
    ) -> Result<(), HostFault> {
        if let Some(done) = self.call_own(module, func, args, results) {
            return done;
        }
        let frames = self.frame_reader();
        let values = host.call(module, func, args, self, &frames)?;
        give_results(module, func, &values, results);
        Ok(())
    }

    /// Calls a function that does not reach the host; `None` if it is none of these.
    pub fn call_own(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        results: &mut [u64],
    ) -> Option<Result<(), HostFault>> {
        let builtin = self.builtins.get(module, func)?;
        Some(
            self.call_builtin(builtin, args)
                .map(|value| give_results(module, func, &[value], results)),
        )
    }

    /// Tells the calls that are active now, also while the machine is lent.
    pub fn frame_reader(&self) -> impl Fn() -> Vec<Frame> + use<> {
        let (records, depth) = (self.ctx.records, self.ctx.depth);
        move || frames_of(records, depth)
    }

    /// Active calls, innermost first.
    pub fn frames(&self) -> Vec<Frame> {
        frames_of(self.ctx.records, self.ctx.depth)
    }

    /// The innermost `count` calls, innermost first.
    pub fn innermost(&self, count: u64) -> Vec<Frame> {
        let count = count.min(self.ctx.depth);
        // SAFETY: records[..depth] are initialised, so the last `count` of them are.
        let records = unsafe { self.ctx.records.add((self.ctx.depth - count) as usize) };
        frames_of(records, count)
    }

    /// An active call; the innermost is number 0.
    pub fn frame(&self, number: u64) -> Option<Frame> {
        let index = self.ctx.depth.checked_sub(number.checked_add(1)?)?;
        // SAFETY: records[..depth] are initialised.
        let record = unsafe { self.ctx.records.add(index as usize) };
        frames_of(record, 1).pop()
    }

    // ---- heap ----

    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    pub fn malloc(&mut self, size: u64) -> Result<u64, LimitKind> {
        let block = self.heap.alloc(size)?;
        self.ctx.mem_end = self.heap.top().max(self.ctx.mem_end);
        if block.dirty != 0
            && let Some(sandbox) = &self.sandbox
        {
            let dirty = block.dirty.min(size.next_multiple_of(16));
            sandbox.clear(block.addr as usize, (block.addr + dirty) as usize);
        }
        self.events.note(MemoryEvent::Alloc {
            addr: block.addr,
            size,
        });
        Ok(block.addr)
    }

    pub fn mfree(&mut self, addr: u64) -> Result<(), Fault> {
        if addr < self.space.globals_end
            && let Some(global) = self.space.global_at(addr)
            && global.stored
            && global.addr == addr
        {
            return Ok(());
        }
        self.heap.free(addr)?;
        self.events.note(MemoryEvent::Free { addr });
        Ok(())
    }

    // ---- watching ----

    /// Notes allocations, frees, and writes other than [`Machine::store`] from now on.
    pub fn watch(&mut self) {
        self.events.begin();
    }

    /// What was noted since the last time.
    pub fn take_events(&mut self) -> Vec<MemoryEvent> {
        self.events.take()
    }

    /// Notes that what a host function does depends on these bytes.
    pub fn note_read(&self, addr: u64, len: u64) {
        self.events.note(MemoryEvent::Read { addr, len });
    }

    /// Takes over the state of a machine with the same address space; this one is as it was made.
    pub(crate) fn adopt(&mut self, heap: &Heap, pieces: &[(u64, Box<[u8]>)], steps: u64) {
        self.heap = heap.within(self.space.heap_end, self.heap.limit());
        self.ctx.mem_end = self.heap.top().max(self.ctx.mem_end);
        self.ctx.steps = steps;
        let (from, to) = (self.space.store_start, self.space.globals_end);
        if let Some(sandbox) = &self.sandbox {
            sandbox.clear(from as usize, to as usize);
        }
        for (addr, bytes) in pieces {
            let end = addr.saturating_add(bytes.len() as u64);
            if end <= self.ctx.mem_end {
                // SAFETY: the range lies below mem_end, inside the mapping; `bytes` is memory of its own.
                unsafe { std::ptr::copy(bytes.as_ptr(), self.host(*addr), bytes.len()) };
            }
        }
    }

    // ---- the end ----

    /// Ends the evaluation.
    pub fn into_outcome(mut self, status: Status) -> Outcome {
        self.hide();
        let frames = if matches!(status, Status::Finished(_)) {
            Vec::new()
        } else {
            self.frames()
        };
        Outcome {
            frames,
            steps: self.ctx.steps,
            peak_memory: self.heap.peak(),
            status,
            memory: Box::new(self),
        }
    }
}

/// Puts the results of a function outside the sandbox in place, as zero-extended patterns.
pub fn give_results(module: &Module, func: FuncId, values: &[u64], results: &mut [u64]) {
    let types = &module.sig(module.func(func).sig).results;
    for (i, (place, ty)) in results.iter_mut().zip(types).enumerate() {
        let value = values.get(i).copied().unwrap_or(0);
        let width = semantics::width(*ty, module.target.pointer_size);
        *place = semantics::zext_from(value, width);
    }
}

/// What a status other than "finished" is to the host function that was called in between; the other way round:
/// [`status_of`].
pub fn fault_of(status: Status) -> HostFault {
    match status {
        Status::Trapped(trap) => HostFault::Trap(trap),
        Status::Limit(limit) => HostFault::Limit(limit),
        Status::Exit(code) => HostFault::Exit(code),
        Status::Unsupported(text) | Status::Bug(text) => HostFault::Unsupported(text),
        Status::Refused(text) => HostFault::Refused(text),
        Status::Finished(_) => HostFault::Unsupported("a function ended without a result".into()),
    }
}

/// What a fault of the host or of the machine makes of the evaluation.
pub fn status_of(fault: HostFault) -> Status {
    match fault {
        HostFault::Trap(trap) => Status::Trapped(trap),
        HostFault::Limit(limit) => Status::Limit(limit),
        HostFault::Exit(code) => Status::Exit(code),
        HostFault::Unsupported(text) => Status::Unsupported(text),
        HostFault::Refused(text) => Status::Refused(text),
    }
}

/// The address space's memory. A host that has less of it than the limits ask for gives a smaller heap.
fn acquire_sandbox(space: &mut AddressSpace) -> Option<Mapping> {
    if !space.fits() {
        return None;
    }
    loop {
        if let Some(mapping) = mapping::acquire(space.heap_end as usize) {
            return Some(mapping);
        }
        let heap = (space.heap_end - space.heap_start) / 2;
        if heap < 64 << 20 {
            return None;
        }
        space.heap_end = space.heap_start + heap;
    }
}

fn frames_of(records: *const CallRecord, depth: u64) -> Vec<Frame> {
    if depth == 0 {
        return Vec::new();
    }
    // SAFETY: records[..depth] are initialised, and calls in progress don't change them while this runs.
    let records = unsafe { std::slice::from_raw_parts(records, depth as usize) };
    records
        .iter()
        .rev()
        .map(|r| Frame {
            func: r.func,
            loc: r.loc,
        })
        .collect()
}

impl MemoryView for Machine {
    fn read(&self, addr: u64, len: u64) -> Option<&[u8]> {
        if len == 0 {
            return Some(&[]);
        }
        // SAFETY: the range was checked, and lives as long as the machine.
        self.ctx
            .can_load(addr, len)
            .then(|| unsafe { std::slice::from_raw_parts(self.host(addr), len as usize) })
    }

    fn object_at(&self, addr: u64) -> Option<Object> {
        let global = self.space.global_at(addr);
        if let Some(global) = global.or_else(|| self.space.closed_at(addr)) {
            return Some(Object {
                base: global.addr,
                size: global.size,
                kind: ObjectKind::Global(global.id),
            });
        }
        if addr >= self.space.heap_start {
            let (base, size) = self.heap.block_at(addr)?;
            return Some(Object {
                base,
                size,
                kind: ObjectKind::Heap,
            });
        }
        // Of the stack only the root's frame outlives the calls.
        let offset = addr.checked_sub(self.space.stack_start)?;
        let slots = || self.root_layout.offsets.iter().zip(&self.root_slots);
        let found = slots()
            .find(|(start, size)| offset >= **start && offset - **start < **size)
            .or_else(|| {
                slots().find(|(start, size)| offset == **start + **size || offset == **start)
            })?;
        Some(Object {
            base: self.space.stack_start + found.0,
            size: *found.1,
            kind: ObjectKind::Stack,
        })
    }

    fn function_of(&self, value: u64) -> Option<FuncId> {
        self.ctx.function_of(value)
    }

    fn address_of(&self, global: GlobalId) -> Option<u64> {
        self.space.global_address(global)
    }

    fn region_of(&self, addr: u64) -> Region {
        if addr < GUARD {
            Region::Null
        } else if addr < self.space.stack_start {
            Region::Globals
        } else if addr < self.space.heap_start {
            Region::Stack
        } else if addr < self.heap.top() {
            Region::Heap
        } else {
            Region::Outside
        }
    }

    /// Digest of the mutable globals and the live heap blocks with their addresses.
    fn digest(&self) -> u64 {
        let mut hash = Digest::new();
        let mut object = |addr: u64, size: u64| {
            hash.word(addr);
            hash.word(size);
            hash.bytes(self.read(addr, size).unwrap_or(&[]));
        };
        for global in self.space.globals.iter().filter(|g| g.mutable) {
            object(global.addr, global.size);
        }
        for (addr, size) in self.heap.blocks() {
            object(addr, size);
        }
        hash.value()
    }

    fn written(&self) -> Vec<(u64, u64)> {
        vec![
            (self.space.store_start, self.space.globals_end),
            (self.space.stack_start, self.ctx.sp),
            (self.space.heap_start, self.heap.top()),
        ]
    }

    fn snapshot(&self) -> Option<Snapshot> {
        (!self.broken).then(|| self.take_snapshot())
    }
}

impl SandboxMemory for Machine {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), HostFault> {
        let len = bytes.len() as u64;
        if len == 0 {
            return Ok(());
        }
        if !self.ctx.can_store(addr, len) {
            return Err(self.ctx.store_fault(addr, len).into());
        }
        self.events.note(MemoryEvent::Write { addr, len });
        // SAFETY: the range was checked; `bytes` borrows other memory or, as with any slice, does not overlap.
        unsafe { std::ptr::copy(bytes.as_ptr(), self.host(addr), bytes.len()) };
        Ok(())
    }

    fn alloc(&mut self, size: u64) -> Result<u64, HostFault> {
        self.malloc(size).map_err(HostFault::Limit)
    }

    fn free(&mut self, addr: u64) -> Result<(), HostFault> {
        self.mfree(addr)
            .map_err(|fault| HostFault::Trap(Trap::from(fault)))
    }

    fn host_pointer(&mut self, addr: u64, len: u64) -> Option<*mut u8> {
        if !self.ctx.can_load(addr, len) {
            return None;
        }
        self.events.note(MemoryEvent::Lent { addr });
        Some(self.host(addr))
    }

    fn sandbox_address(&self, host: *const u8) -> Option<u64> {
        let addr = (host as u64).wrapping_sub(self.ctx.mem_base as u64);
        (addr >= self.ctx.load_start && addr <= self.ctx.mem_end).then_some(addr)
    }

    fn function_value(&self, func: FuncId) -> Option<u64> {
        self.space.function_value(func)
    }

    fn call_back(
        &mut self,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
    ) -> Result<Vec<u64>, HostFault> {
        let Some(reenter) = self.reenter else {
            return Err(HostFault::Unsupported(
                "a function of the program can't be called from here".into(),
            ));
        };
        let frame = self.free_words;
        let room = (self.ctx.frames_end as usize).saturating_sub(frame as usize) / 8;
        if frame.is_null() || args.len() >= room {
            return Err(HostFault::Limit(LimitKind::Depth));
        }
        // SAFETY: the engine said that the words from `free_words` on are free, and there are enough of them. It set
        // `reenter` for its own machine, which this is.
        unsafe {
            frame.copy_from_nonoverlapping(args.as_ptr(), args.len());
            reenter(self, host, func, frame, args.len())
        }
    }

    fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), HostFault> {
        self.copy(dst, src, len).map_err(HostFault::from)
    }

    fn fill_bytes(&mut self, dst: u64, byte: u8, len: u64) -> Result<(), HostFault> {
        self.fill(dst, byte, len).map_err(HostFault::from)
    }

    fn find_byte(&self, addr: u64, len: u64, byte: u8) -> Result<Option<u64>, HostFault> {
        if len == 0 {
            return Ok(None);
        }
        if !self.ctx.can_load(addr, 1) {
            return Err(self.ctx.load_fault(addr, 1).into());
        }
        let available = len.min(self.ctx.mem_end - addr);
        // SAFETY: addr..addr + available lies below mem_end.
        let bytes = unsafe { std::slice::from_raw_parts(self.host(addr), available as usize) };
        match bytes.iter().position(|b| *b == byte) {
            Some(index) => Ok(Some(addr + index as u64)),
            None if available == len => Ok(None),
            None => Err(self.ctx.load_fault(self.ctx.mem_end, 1).into()),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.hide();
        if let Some(sandbox) = self.sandbox.take() {
            // The rest of the last page of globals is accessible too.
            sandbox.clear(GUARD as usize, self.space.stack_start as usize);
            let heap_start = self.space.heap_start as usize;
            sandbox.clear(self.space.stack_start as usize, heap_start);
            sandbox.clear(heap_start, self.heap.top() as usize);
            mapping::release(sandbox);
        }
        if let Some(frames) = self.frames.take() {
            frames.discard(FRAMES_KEPT, frames.len());
            mapping::release(frames);
        }
        if let Some(records) = self.records.take() {
            let used = self.ctx.depth_limit as usize * size_of::<CallRecord>();
            if used > FRAMES_KEPT {
                records.discard(FRAMES_KEPT, used);
            }
            mapping::release(records);
        }
    }
}
