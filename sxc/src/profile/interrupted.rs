//! The profile of a compilation that ctrl-C ends: what is known by then is written.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::profile::{Profile, ProfileFile, Samples};

/// So long it is waited for an evaluation to tell what it has seen.
const PATIENCE: Duration = Duration::from_secs(1);

/// A profile that is being made, for whoever has something to add.
pub type Shared = Arc<Mutex<Profile>>;

#[derive(Default)]
struct State {
    target: Option<(ProfileFile, PathBuf, Shared)>,
    /// Evaluations under way that haven't told what they have seen.
    silent: usize,
}

static STATE: Mutex<State> = Mutex::new(State {
    target: None,
    silent: 0,
});
static TOLD: Condvar = Condvar::new();
static WANTED: AtomicBool = AtomicBool::new(false);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the profile of `program` is to go.
pub fn expect(target: &ProfileFile, program: &Path, profile: &Shared) {
    let target = (target.clone(), program.to_path_buf(), Arc::clone(profile));
    lock(&STATE).target = Some(target);
}

/// The profile is written in the usual way, or there is none.
pub fn done() {
    lock(&STATE).target = None;
}

/// An evaluation, as long as this is there.
pub struct Running {
    told: bool,
}

impl Running {
    pub fn begin() -> Running {
        lock(&STATE).silent += 1;
        Running { told: false }
    }

    /// Whether it should tell what it has seen so far.
    pub fn is_asked(&self) -> bool {
        WANTED.load(Ordering::Relaxed) && !self.told
    }

    pub fn tell(&mut self, samples: Samples) {
        let mut state = lock(&STATE);
        if let Some((_, _, profile)) = &state.target {
            lock(profile).add(samples);
        }
        self.end(&mut state);
    }

    fn end(&mut self, state: &mut State) {
        if !std::mem::replace(&mut self.told, true) {
            state.silent -= 1;
            TOLD.notify_all();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(&mut lock(&STATE));
    }
}

/// The compiler is about to end: writes what there is.
pub fn write() {
    WANTED.store(true, Ordering::Relaxed);
    let state = lock(&STATE);
    if state.target.is_none() {
        return;
    }
    let waited = TOLD.wait_timeout_while(state, PATIENCE, |state| state.silent > 0);
    let state = waited.unwrap_or_else(PoisonError::into_inner).0;
    if let Some((target, program, profile)) = &state.target
        && let Err(error) = target.write(&lock(profile), program)
    {
        let path = target.path().display();
        say_line!("error: cannot write '{path}': {error}");
    }
}
