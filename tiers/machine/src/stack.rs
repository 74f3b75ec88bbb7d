//! Running deeply recursive code on a thread whose stack is large enough.

#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

const STACK_BYTES: usize = 4 << 30;
const SMALLEST: usize = 16 << 20;
/// Kept free for what runs without asking.
const RESERVE: usize = 256 << 10;

thread_local! {
    /// Lowest address the stack of this thread may grow to; 0 on threads that are not ours.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

struct Worker {
    jobs: Sender<Job>,
    done: Receiver<Result<(), Box<dyn Any + Send>>>,
}

/// Work lent to the worker for the time the owner waits.
struct Job(*mut (dyn FnMut() + 'static));

// SAFETY: the thread that made the job blocks until it is done, so the closure and all it borrows are used by one
// thread at a time. Closures must not rely on thread-local state of the caller; `on_big_stack` says so.
unsafe impl Send for Job {}

/// An address on the current stack.
#[inline(always)]
pub fn here() -> usize {
    let mark = 0u8;
    std::ptr::from_ref(&mark) as usize
}

/// Lowest address the stack may grow to on this thread (inside [`on_big_stack`]). Compare with [`here`].
pub fn floor() -> usize {
    FLOOR.get()
}

/// Runs `f` where the stack is some gigabytes, waiting for it. `f` must not depend on thread-local state of the caller.
pub fn on_big_stack<R>(f: impl FnOnce() -> R) -> R {
    if FLOOR.get() != 0 && here().saturating_sub(FLOOR.get()) > STACK_BYTES / 4 {
        return f();
    }
    // A nested evaluation that finds the stack half used gets the next worker; the one in use is taken out meanwhile.
    let Some(worker) = WORKER.with(|slot| slot.borrow_mut().take()).or_else(spawn) else {
        return f();
    };
    let mut f = Some(f);
    let mut result = None;
    let mut run = || {
        if let Some(f) = f.take() {
            result = Some(f());
        }
    };
    let job: *mut (dyn FnMut() + '_) = &mut run;
    // SAFETY: only the lifetime changes; `run` outlives the job because we wait for `done` below.
    let job: *mut (dyn FnMut() + 'static) = unsafe { std::mem::transmute(job) };
    let sent = worker.jobs.send(Job(job)).is_ok();
    let outcome = if sent { worker.done.recv().ok() } else { None };
    match outcome {
        Some(Ok(())) => WORKER.with(|slot| *slot.borrow_mut() = Some(worker)),
        Some(Err(panic)) => {
            WORKER.with(|slot| *slot.borrow_mut() = Some(worker));
            resume_unwind(panic);
        }
        // The worker is gone before it took the job: run it here.
        None => run(),
    }
    match result {
        Some(result) => result,
        None => unreachable!("the job ran"),
    }
}

fn spawn() -> Option<Worker> {
    let mut size = STACK_BYTES;
    loop {
        let (jobs, inbox) = channel::<Job>();
        let (report, done) = channel();
        let work = move || {
            FLOOR.set(here().saturating_sub(size) + RESERVE);
            while let Ok(job) = inbox.recv() {
                // SAFETY: the owner of the closure waits for our report, see `Job`.
                let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { (*job.0)() }));
                if report.send(outcome).is_err() {
                    return;
                }
            }
        };
        // A host short of address space gets a smaller stack; engines watch the floor.
        match std::thread::Builder::new()
            .name("comptime".into())
            .stack_size(size)
            .spawn(work)
        {
            Ok(_) => return Some(Worker { jobs, done }),
            Err(_) if size > SMALLEST => size /= 2,
            Err(_) => return None,
        }
    }
}
