//! Ways into the dispatch loop: the entry sequence of a call, and the start of a loop of its own.
//!
//! # Safety
//! As in [`super`].

use sx_ir::FuncId;
use sx_machine::ctx::{CallRecord, VmCtx};

use super::slow::{self, Entered};
use super::{End, run};
use crate::isa::{Inst, NO_RESULT, Op};
use crate::vm::{Return, Vm};

/// Where the outermost function of a dispatch loop returns to.
pub(crate) struct Halt([Inst; 2]);

pub(crate) static HALT: Halt = Halt([
    Inst::new(Op::Ext, NO_RESULT, 0, 0, 0),
    Inst::new(Op::Halt, 0, 0, 0, 0),
]);

impl Halt {
    pub(crate) fn ip(&'static self) -> *const Inst {
        &self.0[1]
    }
}

/// Starts `func`, whose arguments are in words 0.. of `frame`, and runs until it returns or something ends it.
/// `argc` counts the arguments if `func` lies outside the sandbox.
///
/// # Safety
/// See the module. `frame` lies in the machine's register stack, beyond all frames in use.
pub(crate) unsafe fn start(vm: *mut Vm<'_>, func: FuncId, frame: *mut u64, argc: usize) -> End {
    // SAFETY: the caller's promise.
    unsafe {
        match enter(vm, func, frame, HALT.ip(), frame, argc) {
            Entered::Run => run(vm, (*(*vm).infos.add(func.index())).code, frame),
            Entered::Done => End::Returned,
            Entered::End(end) => end,
        }
    }
}

/// Puts a function that is entered on the stack of active calls, if there is room.
#[inline(always)]
unsafe fn push(
    vm: *mut Vm<'_>,
    ctx: *mut VmCtx,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
) -> bool {
    // SAFETY: see the module; `returns` and `records` have room for `depth_limit` entries.
    unsafe {
        let info = (*vm).infos.add(func.index());
        let depth = (*ctx).depth;
        if depth >= (*ctx).depth_limit
            || (new as u64) + (*info).frame_bytes > (*ctx).frames_end as u64
        {
            return false;
        }
        *(*ctx).records.add(depth as usize) = CallRecord {
            func,
            loc: (*info).loc,
        };
        *(*vm).returns.add(depth as usize) = Return {
            ip: resume,
            frame: caller,
        };
        (*ctx).depth = depth + 1;
        true
    }
}

/// Zeroes the locals that may be read before they are written.
#[inline(always)]
unsafe fn clear(vm: *mut Vm<'_>, func: FuncId, new: *mut u64) {
    // SAFETY: see the module.
    unsafe {
        let info = (*vm).infos.add(func.index());
        let mut word = new.add((*info).zero_start as usize);
        let end = word.add((*info).zero_len as usize);
        while word < end {
            // Volatile, or the loop becomes a call of memset, which takes longer for these few words.
            word.write_volatile(0);
            word = word.add(1);
        }
    }
}

/// The entry sequence where nothing is in its way; yields the code to go on with, or null having done nothing.
///
/// # Safety
/// See the module.
#[inline(always)]
pub(crate) unsafe fn enter_at_once(
    vm: *mut Vm<'_>,
    ctx: *mut VmCtx,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
) -> *const Inst {
    // SAFETY: see the module.
    unsafe {
        let info = (*vm).infos.add(func.index());
        let code = (*info).code;
        if code.is_null()
            || (*info).stack != 0
            || (*ctx).steps >= (*vm).poll
            || !push(vm, ctx, func, new, resume, caller)
        {
            return std::ptr::null();
        }
        (*ctx).steps += 1;
        clear(vm, func, new);
        code
    }
}

/// The entry sequence. `resume` and `caller` are where `func` returns to.
///
/// # Safety
/// See the module.
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
        let ctx: *mut VmCtx = &raw mut (*(*vm).machine).ctx;
        let info = (*vm).infos.add(func.index());
        if (*info).code.is_null() || (*ctx).steps >= (*vm).poll {
            match slow::enter(vm, func, new, resume, caller, argc) {
                Entered::Run => {}
                other => return other,
            }
        }
        (*ctx).steps += 1;
        if !push(vm, ctx, func, new, resume, caller) {
            return Entered::End(slow::depth_limit(vm));
        }
        if (*info).stack != 0 && !slow::take_stack(vm, (*info).stack) {
            return Entered::End(End::Limit);
        }
        clear(vm, func, new);
        Entered::Run
    }
}
