//! LLVM ends the process when it meets what it can't make code of. Whoever ordered the code is told before, to say it in
//! their way, and may end the process as well.

use std::sync::{Mutex, MutexGuard, PoisonError};
use sx_backend_api::{EmitRequest, Fatal};

#[derive(Clone)]
struct Watch {
    tell: fn(Fatal<'_>),
    /// The CPU that is only being tried, and its triple.
    trying: Option<(String, String)>,
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

fn watch() -> MutexGuard<'static, Option<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What follows is done for this request: its CPU is tried, or its code is made.
pub fn begin(request: &EmitRequest<'_>, trying: Option<&str>) {
    crate::raw::watch_fatal_errors();
    let triple = &request.module.target.triple;
    *watch() = Some(Watch {
        tell: request.fatal,
        trying: trying.map(|cpu| (cpu.to_string(), triple.clone())),
    });
}

/// LLVM gives up. Without anybody to tell it goes on to abort.
pub fn told(reason: &str) {
    let now = watch().clone();
    if let Some(Watch { tell, trying }) = now {
        match trying {
            Some((cpu, triple)) => tell(Fatal::Cpu(&refusal(&cpu, &triple, reason))),
            None => tell(Fatal::Code(reason)),
        }
    }
}

/// Why there can't be code for a CPU.
pub fn refusal(cpu: &str, triple: &str, reason: &str) -> String {
    format!("no code can be made for CPU '{cpu}' of {triple}: {reason}")
}
