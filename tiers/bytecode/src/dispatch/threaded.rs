//! Dispatch by calls in tail position: a function per operation, each of which ends by calling the next one. Every
//! operation then has its own indirect branch, which processors predict better, and the few live values stay in argument
//! registers. The compiler makes jumps of such calls when it optimises, though it does not promise to: see
//! [`super::run`].
//!
//! The functions are instances of one, [`step`]; of the `match` in it only the operation's arm is left in each.

#![allow(unfulfilled_lint_expectations)]

use sx_ir::{FuncId, LocId, TrapKind, Ty, UnaryOp, semantics};
use sx_machine::ctx::{Fault, VmCtx};

use super::End;
use super::entry::{enter, enter_at_once};
use super::scalar::{canon32, canon64, f32_of, f64_of, frem, nonzero};
use super::slow::{self, Entered, Looped};
use crate::isa::{Inst, NO_RESULT};
use crate::vm::Vm;

type Step = unsafe fn(*mut Vm<'_>, *const Inst, *mut u64, *mut VmCtx) -> End;

/// Numbers of operations under the names of the enum's variants.
#[allow(non_snake_case, non_upper_case_globals)]
mod Op {
    macro_rules! numbers {
        ($($op:ident $mnemonic:literal $format:ident $doc:literal;)*) => {
            $(pub const $op: u16 = crate::isa::Op::$op as u16;)*
        };
    }
    crate::isa::for_each_inst!(numbers);
}

macro_rules! table {
    ($($op:ident $mnemonic:literal $format:ident $doc:literal;)*) => {
        /// By number of the operation.
        static STEPS: &[Step] = &[$(step::<{ Op::$op }>,)*];
    };
}
crate::isa::for_each_inst!(table);

/// Does the instruction before `ip`, then the rest of the program.
#[allow(unused_assignments, unused_mut)]
unsafe fn step<const OP: u16>(
    vm: *mut Vm<'_>,
    inst: *const Inst,
    mut frame: *mut u64,
    ctx: *mut VmCtx,
) -> End {
    macro_rules! operation {
        ($inst:ident) => {
            const { OP }
        };
    }
    // SAFETY: see the module above.
    unsafe {
        let mut inst = inst;
        let mut ip = inst.add(1);
        macro_rules! again {
            () => {
                return next(vm, ip, frame, ctx)
            };
        }
        // Out of line, so that the usual call needs no registers saved.
        macro_rules! slow_call {
            ($func:expr, $new:expr, $resume:expr, $argc:expr) => {
                return slow_call(vm, inst, frame, ctx)
            };
        }
        macro_rules! slow_call_ind {
            ($func:expr, $new:expr, $resume:expr, $argc:expr) => {
                return slow_call_ind(vm, inst, frame, ctx)
            };
        }
        include!("instructions.in.rs");
        next(vm, ip, frame, ctx)
    }
}

/// The call at `inst`, the long way.
#[inline(never)]
unsafe fn slow_call(vm: *mut Vm<'_>, inst: *const Inst, frame: *mut u64, ctx: *mut VmCtx) -> End {
    // SAFETY: see the module above.
    unsafe {
        let (func, resume) = (FuncId((*inst).a), inst.add(1));
        call_and_go_on(vm, inst, frame, ctx, func, resume)
    }
}

/// The same through a function value, which is known to be good.
#[inline(never)]
unsafe fn slow_call_ind(
    vm: *mut Vm<'_>,
    inst: *const Inst,
    frame: *mut u64,
    ctx: *mut VmCtx,
) -> End {
    // SAFETY: see the module above.
    unsafe {
        let value = *frame.add((*inst).a as usize);
        let func = (*ctx).function_of(value).unwrap_or(FuncId(0));
        call_and_go_on(vm, inst, frame, ctx, func, inst.add(2))
    }
}

#[inline(always)]
unsafe fn call_and_go_on(
    vm: *mut Vm<'_>,
    inst: *const Inst,
    frame: *mut u64,
    ctx: *mut VmCtx,
    func: FuncId,
    resume: *const Inst,
) -> End {
    // SAFETY: see the module above.
    unsafe {
        let new = frame.add((*inst).b as usize);
        // The second word, if there is one, has the argument count.
        let argc = if resume == inst.add(2) {
            (*inst.add(1)).b as usize
        } else {
            0
        };
        match enter(vm, func, new, resume, frame, argc) {
            Entered::Run => next(vm, (*(*vm).infos.add(func.index())).code, new, ctx),
            Entered::Done => next(vm, resume, frame, ctx),
            Entered::End(end) => end,
        }
    }
}

#[inline(always)]
unsafe fn next(vm: *mut Vm<'_>, ip: *const Inst, frame: *mut u64, ctx: *mut VmCtx) -> End {
    // SAFETY: see the module above; there is a step for each operation.
    unsafe { STEPS.get_unchecked((*ip).op as usize)(vm, ip, frame, ctx) }
}

/// Runs from `ip` until something ends it.
///
/// # Safety
/// See [`super`].
pub(super) unsafe fn run(vm: *mut Vm<'_>, ip: *const Inst, frame: *mut u64) -> End {
    // SAFETY: see the module above.
    unsafe { next(vm, ip, frame, &raw mut (*(*vm).machine).ctx) }
}
