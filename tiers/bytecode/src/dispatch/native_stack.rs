//! How much of this thread's stack is left: whether machine code may run on it, or has to move to a larger one.
//! Moving wakes another thread, which costs more than most evaluations.

use std::cell::Cell;

use sx_machine::stack;

/// Stack that a machine-code frame takes at most when it calls another one.
const MACHINE_FRAME: u64 = 16;
/// Stack for what is under the frames: host functions, the compiler, this loop.
const BELOW: u64 = 1 << 20;

/// Whether calls may nest to `depth_limit` in machine code on this stack. Where machine code calls the VM, it asks
/// again.
pub(super) fn is_enough(depth_limit: u64) -> bool {
    left()
        > depth_limit
            .saturating_mul(MACHINE_FRAME)
            .saturating_add(BELOW)
}

/// Bytes left, 0 if that can't be found out.
fn left() -> u64 {
    let floor = stack::floor();
    let lowest = if floor != 0 { floor } else { lowest_address() };
    stack::here().saturating_sub(lowest) as u64
}

fn lowest_address() -> usize {
    thread_local! {
        static LOWEST: Cell<Option<usize>> = const { Cell::new(None) };
    }
    LOWEST.get().unwrap_or_else(|| {
        let lowest = ask_system().unwrap_or(usize::MAX);
        LOWEST.set(Some(lowest));
        lowest
    })
}

#[cfg(target_os = "linux")]
fn ask_system() -> Option<usize> {
    // SAFETY: the attributes are initialised by the first call, read by the second, destroyed by the third.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attr) != 0 {
            return None;
        }
        let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
        let known =
            libc::pthread_attr_getstack(&raw const attr, &raw mut lowest, &raw mut size) == 0;
        libc::pthread_attr_destroy(&raw mut attr);
        known.then_some(lowest as usize)
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_system() -> Option<usize> {
    None
}
