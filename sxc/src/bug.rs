//! Internal failures: caught, and reported as what they are.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

/// Exit status of an internal failure.
pub const STATUS: u8 = 101;

/// Stack of the thread that compiles: frontend and reference interpreter recurse on nested input. Reserved, not used.
const STACK: usize = 1 << 30;

static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work` on a thread with a deep stack. A panic becomes `Err` with what is known of it.
pub fn guarded<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
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
    let result = std::thread::scope(|scope| {
        let handle = std::thread::Builder::new()
            .name("sxc".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || panic::catch_unwind(AssertUnwindSafe(work)));
        match handle {
            Ok(handle) => handle.join().unwrap_or_else(Err).map_err(|_| ()),
            Err(error) => {
                if let Ok(mut last) = LAST_PANIC.lock() {
                    *last = Some(format!("cannot start a thread: {error}"));
                }
                Err(())
            }
        }
    });
    result.map_err(|()| {
        LAST_PANIC
            .lock()
            .ok()
            .and_then(|mut last| last.take())
            .unwrap_or_default()
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
