//! What is seen of a long evaluation: on a terminal, a line after one second; after ctrl-C, its calls.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sx_machine::watch::{self, Seen};

/// How long an evaluation runs before it is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Frames shown at each end of a long stack.
const SHOWN: usize = 12;

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
            .spawn(move || watch_state(&shared))
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

/// The progress line: root, time, steps, memory, innermost function.
fn line(root: &str, seconds: u64, finished: u64, seen: &[Seen]) -> String {
    let mut text = format!("evaluating {root}: {seconds} s");
    let steps: u64 = seen.iter().map(|seen| seen.steps).sum();
    let memory: u64 = seen.iter().map(|seen| seen.memory).sum();
    if steps > 0 {
        let _ = write!(text, ", {steps} steps");
    }
    let _ = write!(text, ", {} KiB", memory.div_ceil(1024));
    if let Some(frame) = seen.last().and_then(|seen| seen.frames.first()) {
        let _ = write!(text, ", in {frame}");
    }
    if finished > 0 {
        let _ = write!(text, " ({finished} done before)");
    }
    text
}

/// What ctrl-C interrupts: the evaluations under way with their calls, innermost first. Empty if nothing runs.
pub fn interrupted() -> String {
    let mut text = String::new();
    for seen in watch::seen() {
        let _ = match seen.root.as_str() {
            "" => writeln!(text, "interrupted: running the program"),
            root => writeln!(text, "interrupted: evaluating '{root}'"),
        };
        let total = seen.frames.len();
        for (i, frame) in seen.frames.iter().enumerate() {
            if total > 2 * SHOWN && i == SHOWN {
                let _ = writeln!(text, "  ... {} more frames ...", total - 2 * SHOWN);
            }
            if total <= 2 * SHOWN || i < SHOWN || i >= total - SHOWN {
                let _ = writeln!(text, "  in {frame}");
            }
        }
    }
    text
}

fn watch_state(state: &Mutex<State>) {
    let mut bar: Option<ProgressBar> = None;
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let (line, closed) = {
            let (current, finished, closed) = {
                let state = lock(state);
                (state.current.clone(), state.finished, state.closed)
            };
            let line = current.and_then(|(root, since)| {
                let elapsed = since.elapsed();
                (elapsed >= PATIENCE)
                    .then(|| line(&root, elapsed.as_secs(), finished, &watch::seen()))
            });
            (line, closed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_line() {
        let seen = Seen {
            root: "A_0".to_owned(),
            steps: 1200,
            memory: 5000,
            frames: vec!["f at a.sx:1:2".to_owned(), "A_0 at a.sx:3:4".to_owned()],
        };
        assert_eq!(
            line("A_0", 2, 1, &[seen]),
            "evaluating A_0: 2 s, 1200 steps, 5 KiB, in f at a.sx:1:2 (1 done before)"
        );
        assert_eq!(line("A_0", 1, 0, &[]), "evaluating A_0: 1 s, 0 KiB");
    }
}
