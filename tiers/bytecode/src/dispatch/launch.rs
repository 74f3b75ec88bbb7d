//! Setting up a VM for one run and starting it.

use sx_ir::{FuncId, Module};
use sx_machine::Machine;
use sx_machine::ctx::CodeEntry;
use sx_machine::stack::on_big_stack;
use sx_tier_api::Host;

use super::slow::{self, Entered, Resume};
use super::{self as dispatch, End};
use super::{native_stack, reentry};
use crate::vm::{Looker, Return, Stop, Tables, Vm};

/// What `VmCtx::entries` holds for functions that have no machine code.
pub(crate) fn stub() -> CodeEntry {
    slow::stub as *const () as CodeEntry
}

/// Runs `root` on a machine for which `tables` are prepared: how it ended, why if the context doesn't say, results.
pub(crate) fn launch<'a>(
    tables: &'a mut Tables,
    mut looker: Looker<'a>,
    module: &'a Module,
    machine: &mut Machine,
    root: FuncId,
    args: &[u64],
    host: &'a mut dyn Host,
) -> (End, Option<Stop>, Vec<u64>) {
    let frame = machine.frames_base();
    let results = module.sig(module.func(root).sig).results.len();
    let (first_look, eager, compiles) = match &mut looker {
        Looker::Nobody => (slow::NOTING, false, false),
        Looker::Hot(compiler, tiering) => {
            compiler.begin(module, &machine.space);
            let eager = tiering.interval == 0 && tiering.warmup == 0;
            (tiering.until_next(0), eager, true)
        }
        Looker::Observer(_) => (0, false, false),
    };
    let returns = tables.returns();
    machine.show(module, !compiles);
    machine.ctx.entries = tables.entries.as_ptr();
    let mut vm = Vm {
        poll: machine.ctx.step_limit.min(first_look),
        infos: tables.infos.as_mut_ptr(),
        globals: tables.globals.as_ptr(),
        returns,
        machine,
        module,
        root,
        host,
        codes: &mut tables.codes,
        entries: &mut tables.entries,
        looker,
        elsewhere: 0,
        foresight: Default::default(),
        translated: Vec::new(),
        waiting: 0,
        stop: None,
        resume: Resume::None,
        big_stack: native_stack::is_enough(machine.ctx.depth_limit),
    };
    let vm: *mut Vm<'_> = &mut vm;
    // SAFETY: the tables are filled for this machine and module and outlive the run. The frame is the first one; the
    // register stack is larger than any list of arguments or results (a frame that does not fit is a limit).
    unsafe {
        (*(*vm).machine).ctx.owner = vm.cast();
        (*(*vm).machine).reenter = Some(reentry::reenter);
        std::ptr::copy_nonoverlapping(args.as_ptr(), frame, args.len());
        let mut end = if eager && !(*vm).big_stack {
            on_big_stack(|| {
                (*vm).big_stack = true;
                dispatch::start(vm, root, frame, args.len())
            })
        } else {
            dispatch::start(vm, root, frame, args.len())
        };
        // The loop holds nothing on the host stack between instructions, so it can move.
        while end == End::Suspended {
            end = on_big_stack(|| {
                (*vm).big_stack = true;
                resume(vm)
            });
        }
        if let Looker::Observer(observer) = &mut (*vm).looker {
            observer.end((*(*vm).machine).ctx.steps);
        }
        (*(*vm).machine).ctx.owner = std::ptr::null_mut();
        (*(*vm).machine).hide();
        (*(*vm).machine).reenter = None;
        let values = if end == End::Returned {
            std::slice::from_raw_parts(frame, results).to_vec()
        } else {
            Vec::new()
        };
        (end, (*vm).stop.take(), values)
    }
}

/// Memory for return addresses kept for the next run.
const RETURNS_KEPT: usize = 1 << 20;

/// Gives memory for return addresses back if the last run used a lot of it.
pub(crate) fn trim_returns(tables: &Tables) {
    let Some(mapping) = &tables.returns else {
        return;
    };
    let first = RETURNS_KEPT / size_of::<Return>();
    if mapping.len() <= RETURNS_KEPT {
        return;
    }
    // SAFETY: the entry lies inside the mapping; calls fill entries in order, so if this one was never written, those
    // beyond were not either.
    let used = unsafe { !(*tables.returns().add(first)).ip.is_null() };
    if used {
        mapping.discard(RETURNS_KEPT, mapping.len());
    }
}

/// Goes on where the loop suspended itself.
///
/// # Safety
/// See [`crate::dispatch`].
unsafe fn resume(vm: *mut Vm<'_>) -> End {
    // SAFETY: the caller's promise; what `resume` holds was taken from the loop that stopped.
    unsafe {
        match std::mem::replace(&mut (*vm).resume, Resume::None) {
            Resume::None => End::Returned,
            Resume::At { ip, frame } => dispatch::run(vm, ip, frame),
            Resume::Call {
                func,
                new,
                resume,
                caller,
                argc,
            } => match dispatch::entry::enter(vm, func, new, resume, caller, argc) {
                Entered::Run => dispatch::run(vm, (*(*vm).infos.add(func.index())).code, new),
                Entered::Done => dispatch::run(vm, resume, caller),
                Entered::End(end) => end,
            },
        }
    }
}
