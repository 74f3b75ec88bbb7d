//! Output of evaluations that is kept back until its turn comes. If the compiler is ended before, it comes out all the same,
//! in order.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sx_machine::Echo;
use sx_sema::{OutputPlace, Written};

/// By place, and where that is the same, in the order in which they came.
static HELD: Mutex<BTreeMap<(OutputPlace, u64), Echo>> = Mutex::new(BTreeMap::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one evaluation writes, as long as this is there.
pub struct Running {
    key: (OutputPlace, u64),
    echo: Echo,
}

impl Running {
    pub fn at(place: OutputPlace) -> Running {
        let echo = Echo::default();
        let key = enter(place, Arc::clone(&echo));
        Running { key, echo }
    }

    /// Where the evaluation's host puts a copy of what it keeps back.
    pub fn echo(&self) -> Echo {
        Arc::clone(&self.echo)
    }

    /// `write` writes it; nobody ends the compiler meanwhile.
    pub fn written(self, write: impl FnOnce()) {
        let mut held = lock(&HELD);
        write();
        held.remove(&self.key);
        drop(held);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What a failing compiler has not written is still to come.
        if !std::thread::panicking() {
            lock(&HELD).remove(&self.key);
        }
    }
}

fn enter(place: OutputPlace, echo: Echo) -> (OutputPlace, u64) {
    let mut held = lock(&HELD);
    let last = held.range((place, 0)..=(place, u64::MAX)).next_back();
    let key = (place, last.map_or(0, |((_, n), _)| n + 1));
    held.insert(key, echo);
    key
}

/// What an evaluation has written and is kept until [`release`].
pub fn keep(place: OutputPlace, written: &Written) {
    enter(place, Arc::new(Mutex::new(written.clone())));
}

/// Writes what was kept, which `write` knows; nobody ends the compiler meanwhile.
pub fn release(write: impl FnOnce()) {
    let mut held = lock(&HELD);
    write();
    held.clear();
}

/// The compiler is about to end: writes what there is. Nothing is written after that.
pub fn write_all() {
    let mut held = lock(&HELD);
    for echo in std::mem::take(&mut *held).into_values() {
        for (fd, bytes) in std::mem::take(&mut *lock(&echo)) {
            write_to(fd, &bytes);
        }
    }
}

/// Nobody is there to be told of a closed descriptor.
pub fn write_to(fd: i32, bytes: &[u8]) {
    let _ = match fd {
        2 => std::io::stderr().write_all(bytes),
        _ => {
            let mut out = std::io::stdout();
            out.write_all(bytes).and_then(|()| out.flush())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_in_order() {
        let first = Running::at((9, 0, 0, 0));
        let second = Running::at((9, 0, 0, 0));
        assert!(first.key < second.key);
        let key = second.key;
        drop(second);
        assert!(!lock(&HELD).contains_key(&key));
        assert!(lock(&HELD).contains_key(&first.key));
    }
}
