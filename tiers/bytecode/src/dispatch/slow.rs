//! What the dispatch loop does rarely: first calls, limits, traps, calls out of the sandbox, machine code.
//!
//! # Safety
//! As in [`crate::dispatch`].

use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, LabelId, LocId, TrapKind, Ty, semantics};
use sx_machine::ctx::{CodeEntry, Exit, Fault, VmCtx};
use sx_machine::stack::on_big_stack;
use sx_tier_api::Host;

use super::{self as dispatch, End, foresight, native_stack};
use crate::code::FuncCode;
use crate::isa::{Inst, NO_RESULT};
use crate::observe::Calls;
use crate::tiering::Plan;
use crate::translate::{self, RMW_OPS};
use crate::vm::{GIVEN_UP, Looker, Return, Stop, Vm};

/// What became of a call.
pub(crate) enum Entered {
    /// Its code is to be run.
    Run,
    /// The callee has returned already, results are in place.
    Done,
    End(End),
}

/// What became of a loop iteration's step.
pub(crate) enum Looped {
    Go,
    /// Machine code has run the rest of the function.
    Moved(Return),
    End(End),
}

#[cfg(target_arch = "x86_64")]
type Entry = unsafe extern "sysv64" fn(*mut VmCtx, *mut u64, u64) -> u64;
#[cfg(not(target_arch = "x86_64"))]
type Entry = unsafe extern "C" fn(*mut VmCtx, *mut u64, u64) -> u64;

unsafe fn ctx<'a>(vm: *mut Vm<'_>) -> &'a mut VmCtx {
    // SAFETY: the machine outlives the run; callers keep the reference for a few lines only.
    unsafe { &mut (*(*vm).machine).ctx }
}

unsafe fn set_loc(vm: *mut Vm<'_>, inst: *const Inst) {
    // SAFETY: see the module: the innermost record is that of the function `inst` belongs to.
    unsafe {
        let ctx = ctx(vm);
        let Some(innermost) = ctx.depth.checked_sub(1) else {
            return;
        };
        let record = ctx.records.add(innermost as usize);
        if let Some(code) = &(*vm).codes[(*record).func.index()] {
            let pc = inst.offset_from(code.insts.as_ptr());
            (*record).loc = code.locs.get(pc as usize).copied().unwrap_or(LocId(0));
        }
    }
}

/// Ends with a trap at `inst`.
#[cold]
#[inline(never)]
pub(crate) unsafe fn raise(vm: *mut Vm<'_>, inst: *const Inst, fault: Fault) -> End {
    // SAFETY: see the module.
    unsafe {
        set_loc(vm, inst);
        let ctx = ctx(vm);
        ctx.trap_kind = fault.kind as u64;
        ctx.trap_a = fault.a;
        ctx.trap_b = fault.b;
    }
    End::Trap
}

/// Ends with the trap whose kind is in the instruction.
#[cold]
#[inline(never)]
pub(crate) unsafe fn raise_check(vm: *mut Vm<'_>, inst: *const Inst, a: u64, b: u64) -> End {
    // SAFETY: see the module.
    unsafe {
        let kind = sx_ir::trap::TRAP_KINDS
            .get(usize::from((*inst).x))
            .copied()
            .unwrap_or(TrapKind::Unreachable);
        raise(vm, inst, Fault::new(kind, a, b))
    }
}

#[cold]
#[inline(never)]
pub(crate) unsafe fn load_fault(vm: *mut Vm<'_>, inst: *const Inst, addr: u64, len: u64) -> End {
    // SAFETY: see the module.
    unsafe { raise(vm, inst, ctx(vm).load_fault(addr, len)) }
}

#[cold]
#[inline(never)]
pub(crate) unsafe fn store_fault(vm: *mut Vm<'_>, inst: *const Inst, addr: u64, len: u64) -> End {
    // SAFETY: see the module.
    unsafe { raise(vm, inst, ctx(vm).store_fault(addr, len)) }
}

unsafe fn limit(vm: *mut Vm<'_>, kind: LimitKind) -> End {
    // SAFETY: see the module.
    unsafe { ctx(vm).trap_kind = kind as u64 };
    End::Limit
}

/// Ends with the depth limit, found by the entry sequence.
#[cold]
#[inline(never)]
pub(crate) unsafe fn depth_limit(vm: *mut Vm<'_>) -> End {
    // SAFETY: see the module.
    unsafe { limit(vm, LimitKind::Depth) }
}

/// Takes zeroed frame memory. False, with the limit set, if there is not enough.
pub(crate) unsafe fn take_stack(vm: *mut Vm<'_>, size: u64) -> bool {
    // SAFETY: the range checked lies inside the stack region.
    unsafe {
        let ctx = ctx(vm);
        if size > ctx.stack_end - ctx.sp {
            limit(vm, LimitKind::Stack);
            return false;
        }
        ctx.mem_base
            .add(ctx.sp as usize)
            .write_bytes(0, size as usize);
        ctx.sp += size;
        true
    }
}

/// Atomic update; `form` as the translator makes it.
pub(crate) unsafe fn rmw(vm: *mut Vm<'_>, form: u16, addr: u64, value: u64) -> Result<u64, Fault> {
    // SAFETY: see the module; the memory access itself is the machine's, checked.
    unsafe {
        let machine = &mut *(*vm).machine;
        let size = 1u64 << (form >> 4 & 3);
        if !machine.ctx.can_store(addr, size) {
            return Err(machine.ctx.store_fault(addr, size));
        }
        let ty = Ty::int_of_size(size);
        let old = machine.load(ty, addr)?;
        let op = RMW_OPS
            .get(usize::from(form & 15))
            .copied()
            .unwrap_or(sx_ir::RmwOp::Xchg);
        machine.store(ty, addr, semantics::rmw(op, ty, old, value, size))?;
        Ok(old)
    }
}

/// What a look at the running function led to.
enum Look {
    Continue,
    Limit,
    Suspend,
}

/// The calls under way, as an observer sees them.
unsafe fn calls<'a>(vm: *mut Vm<'a>, last: Option<FuncId>) -> Calls<'a> {
    // SAFETY: the first `depth` records are those of active calls; they stay as they are while an observer looks.
    unsafe {
        let ctx = ctx(vm);
        let records = std::slice::from_raw_parts(ctx.records, ctx.depth as usize);
        Calls::new((*vm).module, records, last)
    }
}

/// Steps after which a run that nobody looks at notes where it is, for whoever interrupts it.
pub(crate) const NOTING: u64 = 1 << 20;

/// Step counts have reached `poll`: a limit, or time to see what runs, which is `func`, `entered` now or in a loop.
/// `from`: instruction and frame that the innermost call is at.
unsafe fn look(
    vm: *mut Vm<'_>,
    func: FuncId,
    entered: bool,
    from: (*const Inst, *mut u64),
) -> Look {
    // SAFETY: see the module; the vm is used through this one reference here.
    unsafe {
        let steps = ctx(vm).steps;
        let step_limit = ctx(vm).step_limit;
        if steps >= step_limit {
            return Look::Limit;
        }
        let calls = calls(vm, entered.then_some(func));
        let vm = &mut *vm;
        match &mut vm.looker {
            Looker::Hot(..) => {}
            Looker::Nobody => {
                vm.poll = step_limit.min(steps.saturating_add(NOTING));
                return Look::Continue;
            }
            Looker::Observer(observer) => {
                vm.poll = step_limit.min(observer.step(steps, calls));
                return Look::Continue;
            }
        }
        let own_steps = steps.saturating_sub(vm.elsewhere);
        let forecast = foresight::forecast(vm, from.0, from.1, own_steps);
        let Looker::Hot(_, tiering) = &mut vm.looker else {
            return Look::Continue;
        };
        let info = &mut *vm.infos.add(func.index());
        let waits = info.entry.is_null() && info.samples != GIVEN_UP;
        let plan = tiering.plan(own_steps, vm.waiting, forecast);
        let hot = tiering.interval == 0
            || info.samples.saturating_add(1) >= tiering.samples && plan == Plan::Hot;
        if (waits && hot || plan == Plan::All) && !vm.big_stack {
            return Look::Suspend;
        }
        vm.poll = step_limit.min(steps.saturating_add(tiering.until_next(own_steps)));
        if plan == Plan::All {
            // Callees first, which callers then call directly.
            for func in std::mem::take(&mut vm.translated).into_iter().rev() {
                compile(vm, func);
            }
            // Loops under way go on in machine code at once.
            vm.poll = steps;
        } else if waits && hot {
            compile(vm, func);
        } else if waits && plan == Plan::Hot {
            info.samples += 1;
        }
        Look::Continue
    }
}

/// Parts of a function that are worth compiling, which count as steps when they run: itself, and each of its loops. One
/// with which the evaluation begins and that has no loops is not likely to run again.
fn pieces(root: FuncId, func: FuncId, code: &FuncCode) -> u64 {
    match code.loops {
        0 if func == root => 0,
        loops => 1 + u64::from(loops),
    }
}

/// Makes machine code of a function that has none, if that can be done.
unsafe fn compile(vm: &mut Vm<'_>, func: FuncId) {
    // SAFETY: see the module.
    unsafe {
        let info = &mut *vm.infos.add(func.index());
        let Looker::Hot(compiler, _) = &mut vm.looker else {
            return;
        };
        if !info.entry.is_null() || info.samples == GIVEN_UP {
            return;
        }
        if let Some(code) = &vm.codes[func.index()] {
            vm.waiting -= pieces(vm.root, func, code);
        }
        match compiler.compile(vm.module, &(*vm.machine).space, func) {
            Some(entry) => {
                info.entry = entry;
                info.code = std::ptr::null();
                vm.entries[func.index()] = entry;
            }
            None => info.samples = GIVEN_UP,
        }
    }
}

/// The part of a call that is not the fast path: runs what is no bytecode, makes bytecode where there is none.
/// `Entered::Run` asks for the entry sequence; its code is the function's now.
#[cold]
#[inline(never)]
pub(crate) unsafe fn enter(
    vm: *mut Vm<'_>,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
    argc: usize,
) -> Entered {
    // SAFETY: see the module.
    unsafe {
        let info = (*vm).infos.add(func.index());
        if (*info).outside {
            return call_host(vm, func, new, resume, caller, argc);
        }
        if !(*info).entry.is_null() {
            return enter_machine(vm, func, new, resume, caller);
        }
        if ctx(vm).steps >= (*vm).poll {
            match look(vm, func, true, (resume, caller)) {
                Look::Continue => {}
                Look::Limit => return Entered::End(limit(vm, LimitKind::Steps)),
                Look::Suspend => {
                    (*vm).resume = Resume::Call {
                        func,
                        new,
                        resume,
                        caller,
                        argc,
                    };
                    return Entered::End(End::Suspended);
                }
            }
        }
        if !(*info).entry.is_null() {
            return enter_machine(vm, func, new, resume, caller);
        }
        if (*info).code.is_null()
            && let Err(why) = make_code(&mut *vm, func)
        {
            (*vm).stop = Some(why);
            return Entered::End(End::Stop);
        }
        Entered::Run
    }
}

/// Runs a function that has machine code.
unsafe fn enter_machine(
    vm: *mut Vm<'_>,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
) -> Entered {
    // SAFETY: see the module; the function's entry is that of its machine code.
    unsafe {
        let entry = (*(*vm).infos.add(func.index())).entry;
        match call_machine(vm, entry, new, func) {
            End::Returned => {
                give_result(new, resume, caller);
                Entered::Done
            }
            end => Entered::End(end),
        }
    }
}

/// A call set aside to be made on a larger stack, or a loop to go on with there.
pub(crate) enum Resume {
    None,
    Call {
        func: FuncId,
        new: *mut u64,
        resume: *const Inst,
        caller: *mut u64,
        argc: usize,
    },
    At {
        ip: *const Inst,
        frame: *mut u64,
    },
}

/// Copies the first result from the callee's frame to where the call wants it.
unsafe fn give_result(new: *mut u64, resume: *const Inst, caller: *mut u64) {
    // SAFETY: the word before `resume` is the call's (second) word, or `Halt`'s.
    unsafe {
        let dst = (*resume.sub(1)).x;
        if dst != NO_RESULT {
            *caller.add(usize::from(dst)) = *new;
        }
    }
}

fn make_code(vm: &mut Vm<'_>, func: FuncId) -> Result<(), Stop> {
    let function = vm.module.func(func);
    if function.body.is_none() {
        return Err(Stop::Bug(format!(
            "function '{}' has no body",
            function.name
        )));
    }
    let code = translate::translate(vm.module, func)
        .map_err(|why| Stop::Host(sx_tier_api::HostFault::Unsupported(why)))?;
    let code = Box::new(code);
    // SAFETY: `infos` has an entry for every function of the module.
    let info = unsafe { &mut *vm.infos.add(func.index()) };
    info.code = code.insts.as_ptr();
    info.frame_bytes = u64::from(code.words) * 8;
    info.zero_start = code.zero.start;
    info.zero_len = code.zero.end - code.zero.start;
    info.loc = function.loc;
    info.stack = code.stack;
    let pieces = pieces(vm.root, func, &code);
    if pieces != 0 {
        vm.waiting += pieces;
        vm.translated.push(func);
    }
    vm.codes[func.index()] = Some(code);
    Ok(())
}

/// Calls a function outside the sandbox; its results go to the callee's words and, the first, where the call says.
#[inline(never)]
pub(crate) unsafe fn call_host(
    vm: *mut Vm<'_>,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
    argc: usize,
) -> Entered {
    // SAFETY: see the module; the arguments lie in the register stack, which the host can't reach.
    unsafe {
        let module = (*vm).module;
        let count = module
            .sig((*(*vm).infos.add(func.index())).sig)
            .results
            .len();
        let mut few = [0u64; 4];
        let mut many = Vec::new();
        let results = match few.get_mut(..count) {
            Some(few) => few,
            None => {
                many.resize(count, 0);
                &mut many[..]
            }
        };
        let args = std::slice::from_raw_parts(new, argc);
        // It may call the program back, see `reentry`: neither the machine nor the host is used here meanwhile.
        (*(*vm).machine).free_words = new.add(argc.max(count));
        let host: *mut dyn Host = &raw mut *(*vm).host;
        if let Looker::Observer(observer) = &mut (*vm).looker {
            observer.begin_piece(calls(vm, Some(func)));
        }
        let done = (*(*vm).machine).call_host_into(module, &mut *host, func, args, results);
        if let Looker::Observer(observer) = &mut (*vm).looker {
            observer.end_piece(0);
        }
        match done {
            Ok(()) => {
                new.copy_from_nonoverlapping(results.as_ptr(), count);
                if count != 0 {
                    give_result(new, resume, caller);
                }
                Entered::Done
            }
            Err(fault) => {
                (*vm).stop = Some(Stop::Host(fault));
                Entered::End(End::Stop)
            }
        }
    }
}

unsafe fn call_machine(vm: *mut Vm<'_>, entry: CodeEntry, frame: *mut u64, func: FuncId) -> End {
    // SAFETY: `entry` came from the compiler for this run and has the type that `CodeEntry` documents.
    let exit = unsafe {
        let code: Entry = std::mem::transmute::<CodeEntry, Entry>(entry);
        // From the machine, which machine code may want.
        let ctx: *mut VmCtx = &raw mut (*(*vm).machine).ctx;
        let before = (*ctx).steps;
        let elsewhere = (*vm).elsewhere;
        let exit = code(ctx, frame, u64::from(func.0));
        // What the VM ran for it is not told apart: little, or about to be compiled too.
        (*vm).elsewhere = elsewhere + ((*ctx).steps - before);
        exit
    };
    match exit {
        e if e == Exit::Returned as u64 => End::Returned,
        e if e == Exit::Trap as u64 => End::Trap,
        e if e == Exit::Limit as u64 => End::Limit,
        _ => End::Stop,
    }
}

/// The step of a loop iteration when `poll` is reached: the limit, or on-stack replacement.
#[cold]
#[inline(never)]
pub(crate) unsafe fn loop_step(
    vm: *mut Vm<'_>,
    inst: *const Inst,
    frame: *mut u64,
    label: u32,
) -> Looped {
    // SAFETY: see the module.
    unsafe {
        let depth = ctx(vm).depth;
        let Some(innermost) = depth.checked_sub(1) else {
            return Looped::Go;
        };
        let func = (*ctx(vm).records.add(innermost as usize)).func;
        set_loc(vm, inst);
        match look(vm, func, false, (inst, frame)) {
            Look::Continue => {}
            Look::Limit => {
                set_loc(vm, inst);
                return Looped::End(limit(vm, LimitKind::Steps));
            }
            Look::Suspend => {
                (*vm).resume = Resume::At { ip: inst, frame };
                return Looped::End(End::Suspended);
            }
        }
        if (*(*vm).infos.add(func.index())).entry.is_null() {
            return Looped::Go;
        }
        let entry = match &mut (*vm).looker {
            Looker::Hot(compiler, _) => compiler.osr_entry(func, LabelId(label)),
            Looker::Nobody | Looker::Observer(_) => None,
        };
        let Some(entry) = entry else {
            return Looped::Go;
        };
        match call_machine(vm, entry, frame, func) {
            End::Returned => {
                let to = *(*vm).returns.add(innermost as usize);
                give_result(frame, to.ip, to.frame);
                Looped::Moved(to)
            }
            end => Looped::End(end),
        }
    }
}

/// Runs iterations of the loop that follows, as many as can go together.
#[inline(never)]
pub(crate) unsafe fn bulk(vm: *mut Vm<'_>, inst: *const Inst, frame: *mut u64) {
    // SAFETY: see the module: the innermost record is that of the function `inst` belongs to; the frame is its frame.
    unsafe {
        let Some(innermost) = ctx(vm).depth.checked_sub(1) else {
            return;
        };
        let func = (*ctx(vm).records.add(innermost as usize)).func;
        let code = &(*vm).codes[func.index()];
        let Some(bulk) = code
            .as_ref()
            .and_then(|code| code.bulks.get((*inst).a as usize))
        else {
            return;
        };
        if let Looker::Observer(observer) = &mut (*vm).looker {
            set_loc(vm, inst);
            observer.begin_piece(calls(vm, None));
        }
        let ctx = ctx(vm);
        let left = ctx.step_limit - ctx.steps;
        let globals = (*vm).globals;
        let count = bulk.run(ctx, frame, left, |id| *globals.add(id.index()));
        ctx.steps += count;
        (*vm).elsewhere += count;
        if let Looker::Observer(observer) = &mut (*vm).looker {
            observer.end_piece(count);
        }
        // Nothing to be learned from these about what is hot.
        (*vm).poll = (*vm).poll.saturating_add(count).min(ctx.step_limit);
    }
}

/// Calls a function on the next stack, because this one may not suffice for what it calls.
unsafe fn on_next_stack(vm: *mut Vm<'_>, id: FuncId, frame: *mut u64, argc: usize) -> End {
    on_big_stack(|| {
        // SAFETY: as in `enter_from_machine_code`; the thread that called waits.
        unsafe {
            if !native_stack::is_enough(0) {
                return limit(vm, LimitKind::Depth);
            }
            dispatch::start(vm, id, frame, argc)
        }
    })
}

/// Runs a function for machine code: the stub in `VmCtx::entries`. `func`: the `FuncId`; in the upper half, for
/// functions outside the sandbox with more arguments than parameters, their number.
unsafe fn enter_from_machine_code(ctx: *mut VmCtx, frame: *mut u64, func: u64) -> u64 {
    let (id, argc) = (FuncId(func as u32), (func >> 32) as usize);
    // SAFETY: `owner` is the running VM: the engine sets it, and machine code hands on its context.
    let vm: *mut Vm<'_> = unsafe { (*ctx).owner.cast() };
    // A panic must not unwind through machine code.
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: see the module; the vm is not in use while machine code runs.
        unsafe {
            let argc = argc.max((*vm).module.params_of(id).len());
            if !native_stack::is_enough((*ctx).depth_limit - (*ctx).depth) {
                return on_next_stack(vm, id, frame, argc);
            }
            dispatch::start(vm, id, frame, argc)
        }
    }));
    exit_code(vm, end)
}

fn exit_code(vm: *mut Vm<'_>, end: std::thread::Result<End>) -> u64 {
    let exit = match end {
        Ok(End::Returned) => Exit::Returned,
        Ok(End::Trap) => Exit::Trap,
        Ok(End::Limit) => Exit::Limit,
        Ok(End::Stop) => Exit::Host,
        Ok(End::Suspended) => {
            // SAFETY: the vm is not in use while machine code runs.
            unsafe { (*vm).stop = Some(Stop::Bug("suspended inside machine code".into())) };
            Exit::Host
        }
        Err(_) => {
            // SAFETY: as above.
            unsafe { (*vm).stop = Some(Stop::Bug("panic under machine code".into())) };
            Exit::Host
        }
    };
    exit as u64
}

unsafe fn call_host_from_machine_code(
    ctx: *mut VmCtx,
    frame: *mut u64,
    func: u64,
    argc: u64,
) -> u64 {
    // SAFETY: as in `enter_from_machine_code`.
    let vm: *mut Vm<'_> = unsafe { (*ctx).owner.cast() };
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: as in `enter_from_machine_code`.
        unsafe {
            match call_host(
                vm,
                FuncId(func as u32),
                frame,
                dispatch::HALT.ip(),
                frame,
                argc as usize,
            ) {
                Entered::End(end) => end,
                Entered::Run | Entered::Done => End::Returned,
            }
        }
    }));
    exit_code(vm, end)
}

macro_rules! exported {
    ($abi:literal) => {
        /// Runs a function for machine code.
        pub(crate) extern $abi fn stub(ctx: *mut VmCtx, frame: *mut u64, func: u64) -> u64 {
            // SAFETY: only machine code calls it, through `VmCtx::entries`, with its context and a frame beyond its own.
            unsafe { enter_from_machine_code(ctx, frame, func) }
        }

        /// Calls a function outside the sandbox for machine code made by a [`crate::HotCompiler`]: `argc` arguments in
        /// and results out at `frame`; yields an [`Exit`].
        // Safe to name, since it has to fit where machine code's callbacks go; nothing else has a reason to call it.
        #[allow(clippy::not_unsafe_ptr_arg_deref)]
        pub extern $abi fn call_host_function(ctx: *mut VmCtx, frame: *mut u64, func: u64, argc: u64) -> u64 {
            // SAFETY: only machine code calls it, with the context it was given.
            unsafe { call_host_from_machine_code(ctx, frame, func, argc) }
        }
    };
}
#[cfg(target_arch = "x86_64")]
exported!("sysv64");
#[cfg(not(target_arch = "x86_64"))]
exported!("C");
