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
            Entered::Run(ip) => run(vm, ip, frame),
            Entered::Done => End::Returned,
            Entered::End(end) => end,
        }
    }
}

/// The entry sequence. `resume` and `caller` are where `func` returns to.
///
/// # Safety
/// See the module.
#[inline(always)]
pub(crate) unsafe fn enter(
    vm: *mut Vm<'_>,
    func: FuncId,
    new: *mut u64,
    resume: *const Inst,
    caller: *mut u64,
    argc: usize,
) -> Entered {
    // SAFETY: see the module; `returns` and `records` have room for `depth_limit` entries.
    unsafe {
        let ctx: *mut VmCtx = &raw mut (*(*vm).machine).ctx;
        let info = (*vm).infos.add(func.index());
        if (*info).code.is_null() || (*ctx).steps >= (*vm).poll {
            match slow::enter(vm, func, new, resume, caller, argc) {
                Entered::Run(_) => {}
                other => return other,
            }
        }
        (*ctx).steps += 1;
        let depth = (*ctx).depth;
        if depth >= (*ctx).depth_limit
            || (new as u64) + (*info).frame_bytes > (*ctx).frames_end as u64
        {
            return Entered::End(slow::depth_limit(vm));
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
        if (*info).stack != 0 && !slow::take_stack(vm, (*info).stack) {
            return Entered::End(End::Limit);
        }
        let mut word = new.add((*info).zero_start as usize);
        let end = word.add((*info).zero_len as usize);
        while word < end {
            *word = 0;
            word = word.add(1);
        }
        Entered::Run((*info).code)
    }
}
