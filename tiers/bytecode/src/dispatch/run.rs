//! Which way of dispatch is used.

use super::{End, looped, threaded};
use crate::isa::Inst;
use crate::vm::Vm;

/// Whether instructions go on by calls in tail position. Builds without optimisation would take stack for each: the
/// build script knows.
const THREADED: bool = cfg!(threaded);

/// Runs from `ip` until something ends it. `ip` and `frame` are those of a function that has been entered.
///
/// # Safety
/// See [`super`].
pub(crate) unsafe fn run(vm: *mut Vm<'_>, ip: *const Inst, frame: *mut u64) -> End {
    // SAFETY: the caller's promise.
    unsafe {
        if THREADED {
            threaded::run(vm, ip, frame)
        } else {
            looped::run(vm, ip, frame)
        }
    }
}
