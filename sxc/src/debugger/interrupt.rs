//! Ctrl-C while a debugged evaluation runs stops it; at other times, and a second one that finds the first not yet
//! noticed, ends the compiler.

use std::sync::atomic::{AtomicU8, Ordering};

const AWAY: u8 = 0;
const RUNNING: u8 = 1;
const INTERRUPTED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(AWAY);

/// The evaluation runs on.
pub fn running() {
    STATE.store(RUNNING, Ordering::Relaxed);
}

/// It stands still, or has ended.
pub fn standing() {
    STATE.store(AWAY, Ordering::Relaxed);
}

/// Whether it is to stop.
pub fn wanted() -> bool {
    STATE.load(Ordering::Relaxed) == INTERRUPTED
}

/// Called for ctrl-C: whether the debugger takes care of it.
pub fn taken() -> bool {
    let change = STATE.compare_exchange(RUNNING, INTERRUPTED, Ordering::Relaxed, Ordering::Relaxed);
    change.is_ok()
}
