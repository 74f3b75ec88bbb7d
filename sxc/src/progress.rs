//! What is seen of a long evaluation: on a terminal, a line after one second; after ctrl-C, its name.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long an evaluation runs before it is shown.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Default)]
struct State {
    current: Option<(String, Instant)>,
    finished: u64,
    closed: bool,
}

/// Watches evaluations until dropped.
pub struct Progress {
    state: Arc<Mutex<State>>,
}

impl Progress {
    /// Watches only if somebody could see it.
    pub fn start() -> Option<Progress> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || watch(&shared))
            .ok()?;
        Some(Progress { state })
    }

    pub fn begin(&self, root: &str) {
        lock(&self.state).current = Some((root.to_owned(), Instant::now()));
    }

    pub fn end(&self) {
        let mut state = lock(&self.state);
        state.current = None;
        state.finished += 1;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        lock(&self.state).closed = true;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(state: &Mutex<State>) {
    let mut bar: Option<ProgressBar> = None;
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let (line, closed) = {
            let state = lock(state);
            let line = state.current.as_ref().and_then(|(root, since)| {
                let elapsed = since.elapsed();
                (elapsed >= PATIENCE).then(|| {
                    format!(
                        "evaluating {root} ({} s, {} done before)",
                        elapsed.as_secs(),
                        state.finished
                    )
                })
            });
            (line, state.closed)
        };
        match (line, &bar) {
            (Some(line), Some(bar)) => {
                bar.set_message(line);
                bar.tick();
            }
            (Some(line), None) => {
                let style = ProgressStyle::with_template("{spinner} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner());
                bar = Some(
                    ProgressBar::new_spinner()
                        .with_style(style)
                        .with_message(line),
                );
            }
            (None, Some(shown)) => {
                shown.finish_and_clear();
                bar = None;
            }
            (None, None) => {}
        }
        if closed {
            return;
        }
    }
}
