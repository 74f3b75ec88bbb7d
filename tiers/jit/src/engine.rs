//! The pure JIT engine: every function it reaches is compiled at its first call; nothing else runs code.

#![allow(unsafe_code)]

use crate::compile::{Code, Compiler, Options};
use crate::stubs::Callbacks;
use smallvec::SmallVec;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use sx_ir::trap::{LIMIT_KINDS, LimitKind, TRAP_KINDS};
use sx_ir::{FuncId, Linkage, Module};
use sx_machine::ctx::{CodeEntry, Exit, VmCtx};
use sx_machine::stack::on_big_stack;
use sx_machine::{Machine, fault_of, status_of};
use sx_tier_api::{ComptimeEngine, Host, HostFault, Limits, Outcome, Snapshot, Status, Trap};

#[derive(Clone, Default)]
pub struct JitEngine {
    options: Options,
}

impl JitEngine {
    pub fn new() -> JitEngine {
        JitEngine::default()
    }

    pub fn with_options(options: Options) -> JitEngine {
        JitEngine { options }
    }
}

/// What callbacks from machine code need; `VmCtx::owner` points here.
struct Runtime<'a> {
    machine: Machine,
    module: &'a Module,
    host: &'a mut dyn Host,
    compiler: Compiler,
    /// How the evaluation ends, once a callback said [`Exit::Host`].
    ended: Option<Status>,
}

impl ComptimeEngine for JitEngine {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let (options, job) = (self.options, (module, root, args));
        if stack_left() > u64::from(limits.depth) * FRAME_BYTES + HOST_BYTES {
            return run(options, from, job, limits, host);
        }
        on_big_stack(|| run(options, from, job, limits, host))
    }
}

/// Native stack that a compiled frame takes.
const FRAME_BYTES: u64 = 8;
/// Native stack for the compiler and for host functions.
const HOST_BYTES: u64 = 768 << 10;

/// Bytes of native stack that this thread has left; 0 if that can't be found out.
fn stack_left() -> u64 {
    thread_local! {
        static LOWEST: Cell<Option<usize>> = const { Cell::new(None) };
    }
    let lowest = LOWEST.get().unwrap_or_else(|| {
        let lowest = lowest_stack_address();
        LOWEST.set(Some(lowest));
        lowest
    });
    sx_machine::stack::here().saturating_sub(lowest) as u64
}

fn lowest_stack_address() -> usize {
    // SAFETY: the attributes are initialised by the first call, read by the second and destroyed.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attr) != 0 {
            return usize::MAX;
        }
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        let known = libc::pthread_attr_getstack(&raw const attr, &raw mut low, &raw mut size) == 0;
        libc::pthread_attr_destroy(&raw mut attr);
        if known { low as usize } else { usize::MAX }
    }
}

fn run(
    options: Options,
    from: Option<&Snapshot>,
    (module, root, args): (&Module, FuncId, &[u64]),
    limits: &Limits,
    host: &mut dyn Host,
) -> Outcome {
    let mut machine = match Machine::start(from, module, root, limits) {
        Ok(machine) => machine,
        Err(why) => return Outcome::refused(why),
    };
    if let Some(why) = machine.unusable() {
        return machine.into_outcome(Status::Refused(why));
    }
    if module.seal.is_some() {
        let why = "machine code takes the globals it names for accessible";
        return machine.into_outcome(Status::Bug(why.into()));
    }
    if is_outside(module, root) {
        let status = match machine.call_host(module, host, root, args) {
            Ok(results) => Status::Finished(results),
            Err(fault) => status_of(fault),
        };
        return machine.into_outcome(status);
    }
    let callbacks = Callbacks {
        call_host,
        compile: Some(compile_first_call),
    };
    let compiler = match Compiler::new(module, &machine.space, &callbacks, options) {
        Ok(compiler) => compiler,
        Err(why) => return machine.into_outcome(Status::Bug(why)),
    };
    let mut runtime = Runtime {
        machine,
        module,
        host,
        compiler,
        ended: None,
    };
    runtime.machine.show(module, false);
    let status = execute(&mut runtime, root, args);
    runtime.machine.into_outcome(status)
}

fn is_outside(module: &Module, func: FuncId) -> bool {
    let function = module.func(func);
    function.body.is_none() && matches!(function.linkage, Linkage::Extern { .. } | Linkage::Host(_))
}

fn execute(runtime: &mut Runtime, root: FuncId, args: &[u64]) -> Status {
    let frame = runtime.machine.frames_base();
    let code = match compile(runtime, root) {
        Ok(code) => code.outer,
        Err(status) => return status,
    };
    let sig = runtime.module.sig(runtime.module.func(root).sig);
    let results = sig.results.len();
    let runtime: *mut Runtime = runtime;
    // SAFETY: the register stack holds far more words than a function has parameters or results. The context belongs
    // to the machine in `runtime`, which stays where it is; machine code and the callbacks take turns in using both,
    // and no reference to either is held across the call.
    unsafe {
        frame.copy_from_nonoverlapping(args.as_ptr(), args.len());
        let ctx: *mut VmCtx = &raw mut (*runtime).machine.ctx;
        (*ctx).owner = runtime.cast();
        (*runtime).machine.reenter = Some(reenter);
        let entry = std::mem::transmute::<
            CodeEntry,
            extern "sysv64" fn(*mut VmCtx, *mut u64, u64) -> u64,
        >(code);
        let exit = entry(ctx, frame, u64::from(root.0));
        if exit == Exit::Returned as u64 {
            return Status::Finished(std::slice::from_raw_parts(frame, results).to_vec());
        }
        ending(&mut *runtime, exit)
    }
}

/// The status behind an exit that is no return.
fn ending(runtime: &mut Runtime, exit: u64) -> Status {
    let ctx = &runtime.machine.ctx;
    if exit == Exit::Trap as u64 {
        return match TRAP_KINDS.get(ctx.trap_kind as usize) {
            Some(kind) => Status::Trapped(Trap::new(*kind, ctx.trap_a, ctx.trap_b)),
            None => Status::Bug("machine code raised an unknown trap".into()),
        };
    }
    if exit == Exit::Limit as u64 {
        return match LIMIT_KINDS
            .into_iter()
            .find(|kind| *kind as u64 == ctx.trap_kind)
        {
            Some(kind) => Status::Limit(kind),
            None => Status::Bug("machine code hit an unknown limit".into()),
        };
    }
    runtime
        .ended
        .take()
        .unwrap_or_else(|| Status::Bug("machine code ended without a reason".into()))
}

/// Machine code of a function, or why there is none.
fn compile(runtime: &mut Runtime, func: FuncId) -> Result<Code, Status> {
    let Runtime {
        machine,
        module,
        compiler,
        ..
    } = runtime;
    let made = catch_unwind(AssertUnwindSafe(|| {
        compiler.compile(module, &machine.space, func)
    }));
    match made {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(why)) if why.contains("not implemented") => Err(Status::Unsupported(why)),
        Ok(Err(why)) => Err(Status::Bug(why)),
        Err(_) => Err(Status::Bug(format!(
            "the machine code compiler failed on {}",
            module.func(func).name
        ))),
    }
}

/// # Safety
/// `ctx` is the context of a running [`execute`], and machine code waits for the callback that asks.
unsafe fn owner<'a>(ctx: *mut VmCtx) -> &'a mut Runtime<'a> {
    // SAFETY: `execute` set it.
    unsafe { &mut *(*ctx).owner.cast::<Runtime>() }
}

extern "sysv64" fn compile_first_call(ctx: *mut VmCtx, func: u64) -> *const u8 {
    // SAFETY: called from machine code.
    let runtime = unsafe { owner(ctx) };
    let func = FuncId(func as u32);
    match compile(runtime, func) {
        Ok(code) => code.inner as *const u8,
        Err(status) => {
            runtime.ended = Some(status);
            std::ptr::null()
        }
    }
}

extern "sysv64" fn call_host(ctx: *mut VmCtx, frame: *mut u64, func: u64, argc: u64) -> u64 {
    // SAFETY: called from machine code.
    let runtime = unsafe { owner(ctx) };
    // SAFETY: the caller wrote its arguments there.
    let args = unsafe { std::slice::from_raw_parts(frame, argc as usize) };
    // Results go to the same place.
    let args: SmallVec<[u64; 8]> = SmallVec::from_slice(args);
    let func = FuncId(func as u32);
    let module = runtime.module;
    let count = module.sig(module.func(func).sig).results.len();
    let mut results: SmallVec<[u64; 2]> = SmallVec::from_elem(0, count);
    // The frame's words are free: the arguments have been copied.
    runtime.machine.free_words = frame;
    // The host may call the program back, see `reenter`: the runtime is not used here meanwhile.
    let runtime: *mut Runtime = runtime;
    let called = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the runtime outlives the call.
        unsafe {
            let host: *mut dyn Host = &raw mut *(*runtime).host;
            (*runtime)
                .machine
                .call_host_into(module, &mut *host, func, &args, &mut results)
        }
    }));
    let status = match called {
        Ok(Ok(())) => {
            // SAFETY: frame words are ours to write after the caller's own; the stack ends far beyond.
            unsafe { frame.copy_from_nonoverlapping(results.as_ptr(), results.len()) };
            return Exit::Returned as u64;
        }
        Ok(Err(fault)) => status_of(fault),
        Err(_) => Status::Bug("a host function failed".into()),
    };
    // SAFETY: as above.
    unsafe { (*runtime).ended = Some(status) };
    Exit::Host as u64
}

/// Runs a function of the program for a host function that machine code called; see [`sx_machine::Reenter`].
///
/// # Safety
/// The context's owner is a running [`execute`], and machine code waits for the host function that asks.
unsafe fn reenter(
    machine: *mut Machine,
    host: &mut dyn Host,
    func: FuncId,
    frame: *mut u64,
    args: usize,
) -> Result<Vec<u64>, HostFault> {
    // SAFETY: the caller's promise. The host that is lent is used for as long as this takes.
    unsafe {
        let runtime: *mut Runtime = (*machine).ctx.owner.cast();
        let module = (*runtime).module;
        if is_outside(module, func) {
            let args = std::slice::from_raw_parts(frame, args).to_vec();
            return (*machine).call_host(module, host, func, &args);
        }
        let ctx: *mut VmCtx = &raw mut (*machine).ctx;
        let depth_left = (*ctx).depth_limit - (*ctx).depth;
        if sx_machine::stack::floor() == 0 && stack_left() < depth_left * FRAME_BYTES + HOST_BYTES {
            return Err(HostFault::Limit(LimitKind::Depth));
        }
        let code = match compile(&mut *runtime, func) {
            Ok(code) => code.outer,
            Err(status) => return Err(fault_of(status)),
        };
        let before = std::mem::replace(
            &mut (*runtime).host,
            std::mem::transmute::<&mut dyn Host, &mut dyn Host>(host),
        );
        let entry = std::mem::transmute::<
            CodeEntry,
            extern "sysv64" fn(*mut VmCtx, *mut u64, u64) -> u64,
        >(code);
        let exit = entry(ctx, frame, u64::from(func.0));
        (*runtime).host = before;
        if exit == Exit::Returned as u64 {
            let count = module.sig(module.func(func).sig).results.len();
            return Ok(std::slice::from_raw_parts(frame, count).to_vec());
        }
        Err(fault_of(ending(&mut *runtime, exit)))
    }
}
