//! Dispatch by a loop around one `match`. Slower than [`super::threaded`], which it stands in for where calls in tail
//! position may cost stack.

// All operations are matched: see the end of the instructions.
#![deny(unfulfilled_lint_expectations)]

use sx_ir::{FuncId, LocId, TrapKind, Ty, UnaryOp, semantics};
use sx_machine::ctx::{Fault, VmCtx};

use super::End;
use super::entry::{enter, enter_at_once};
use super::scalar::{canon32, canon64, f32_of, f64_of, frem, nonzero};
use super::slow::{self, Entered, Looped};
use crate::isa::{Inst, NO_RESULT, Op};
use crate::vm::Vm;

/// Runs from `ip` until something ends it.
///
/// # Safety
/// See [`super`].
// The second half of a pair may leave `ip` at once.
#[allow(unused_assignments)]
pub(super) unsafe fn run(vm: *mut Vm<'_>, mut ip: *const Inst, mut frame: *mut u64) -> End {
    macro_rules! operation {
        ($inst:ident) => {
            (*$inst).op
        };
    }
    macro_rules! again {
        () => {
            continue
        };
    }
    // SAFETY: see the module.
    unsafe {
        let ctx: *mut VmCtx = &raw mut (*(*vm).machine).ctx;
        loop {
            let mut inst = ip;
            ip = ip.add(1);
            macro_rules! slow_call {
                ($func:expr, $new:expr, $resume:expr, $argc:expr) => {
                    match enter(vm, $func, $new, $resume, frame, $argc) {
                        Entered::Run => {
                            ip = (*(*vm).infos.add($func.index())).code;
                            frame = $new;
                        }
                        Entered::Done => ip = $resume,
                        Entered::End(end) => return end,
                    }
                };
            }
            macro_rules! slow_call_ind {
                ($func:expr, $new:expr, $resume:expr, $argc:expr) => {
                    slow_call!($func, $new, $resume, $argc)
                };
            }
            include!("instructions.in.rs")
        }
    }
}
