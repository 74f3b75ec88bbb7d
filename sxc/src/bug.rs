//! Internal failures: caught, and reported as what they are.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

/// Exit status of an internal failure.
pub const STATUS: u8 = 101;

/// Stack of the thread that compiles: frontend and reference interpreter recurse on nested input. Reserved, not used.
const STACK: usize = 1 << 30;

static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// A host that has less than this for a stack can't compile.
const LEAST_STACK: usize = 16 << 20;

/// Why there is no result.
pub enum Failure {
    /// What is known of a panic.
    Bug(String),
    /// What the host lacks.
    Host(String),
}

impl Failure {
    pub fn into_text(self) -> String {
        match self {
            Failure::Bug(what) | Failure::Host(what) => what,
        }
    }
}

/// Runs `work` on a thread with a deep stack, on a host short of memory with one less deep.
pub fn guarded<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    panic::set_hook(Box::new(|info| {
        let message = match info.payload().downcast_ref::<&str>() {
            Some(text) => (*text).to_owned(),
            None => info
                .payload()
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_else(|| "unknown panic".to_owned()),
        };
        let place = info
            .location()
            .map(|l| format!(" ({}:{}:{})", l.file(), l.line(), l.column()))
            .unwrap_or_default();
        let mut text = format!("{message}{place}");
        let trace = std::backtrace::Backtrace::capture();
        if trace.status() == std::backtrace::BacktraceStatus::Captured {
            text.push('\n');
            text.push_str(&trace.to_string());
        }
        if let Ok(mut last) = LAST_PANIC.lock() {
            // The first panic is the cause; later ones come of it.
            last.get_or_insert(text);
        }
    }));
    // A thread that doesn't start drops what it was to do.
    let work = Mutex::new(Some(work));
    let work = || {
        let taken = work.lock().ok().and_then(|mut work| work.take());
        taken.map(|work| panic::catch_unwind(AssertUnwindSafe(work)))
    };
    std::thread::scope(|scope| {
        let mut stack = STACK;
        let handle = loop {
            let thread = std::thread::Builder::new().name("sxc".to_owned());
            match thread.stack_size(stack).spawn_scoped(scope, work) {
                Ok(handle) => break handle,
                Err(_) if stack > LEAST_STACK => stack /= 2,
                Err(error) => {
                    let error = error.to_string();
                    let error = error.split(" (os error").next().unwrap_or_default();
                    return Err(Failure::Host(format!("cannot start a thread: {error}")));
                }
            }
        };
        match handle.join() {
            Ok(Some(Ok(done))) => Ok(done),
            Ok(Some(Err(_)) | None) | Err(_) => {
                let last = LAST_PANIC.lock().ok().and_then(|mut last| last.take());
                Err(Failure::Bug(last.unwrap_or_default()))
            }
        }
    })
}

/// The report for the user.
pub fn report(what: &str) -> String {
    let command: Vec<String> = std::env::args().collect();
    format!(
        "error: internal compiler error: {what}\n\n\
         note: this is a bug in sxc, not in your program\n\
         \x20   please report it with this message, the source files, and:\n\
         \x20   sxc {} on {}-{}\n\
         \x20   command: {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        command.join(" "),
    )
}
