//! A program that was started to be waited for is the one that signals mean: it gets them, and says by its end what they did.
//! It ends with the compiler, even if that is killed.

#![allow(unsafe_code)]

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// The program that is waited for. As long as it stands here its number is not given to another.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// Whether the last ctrl-C was sent by a process, to us alone: a terminal sends it to the program, too.
static INTERRUPT_WAS_SENT: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, Option<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a program to its end. `started` is called when nothing needs its file any more.
pub fn run(mut command: Command, started: impl FnOnce()) -> io::Result<ExitStatus> {
    ends_with_us(&mut command);
    let mut child = {
        // A signal that comes now waits for the program.
        let mut running = running();
        let child = command.spawn()?;
        *running = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        child
    };
    started();
    let pid = *running();
    if let Some(pid) = pid {
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), ended) {}
        *running() = None;
    }
    child.wait()
}

/// Called for a signal that ends programs: whether one runs that has it now.
pub fn passed_on(signal: i32) -> bool {
    let running = running();
    let Some(pid) = *running else {
        return false;
    };
    let signal = match signal {
        SIGTERM => Signal::TERM,
        SIGHUP => Signal::HUP,
        SIGINT if !INTERRUPT_WAS_SENT.load(Ordering::Relaxed) => return true,
        SIGINT => Signal::INT,
        _ => return false,
    };
    kill_process(pid, signal).is_ok()
}

/// From now on it is noted where a ctrl-C came from. To be called before others look at it.
pub fn watch_interrupts() {
    let note = |info: &libc::siginfo_t| {
        // The kernel's own codes are positive. Elsewhere they don't tell.
        let sent = cfg!(target_os = "linux") && info.si_code <= 0;
        INTERRUPT_WAS_SENT.store(sent, Ordering::Relaxed);
    };
    // SAFETY: an atomic store is all that the handler does.
    let watched = unsafe { signal_hook_registry::register_sigaction(SIGINT, note) };
    // Without it a ctrl-C counts as the terminal's.
    drop(watched);
}

/// Has the kernel end the command's process when this thread, which has to wait for it, is gone.
#[cfg(target_os = "linux")]
fn ends_with_us(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    let parent = std::process::id();
    let ask = move || {
        // SAFETY: both are system calls without memory, allowed between `fork` and `exec`.
        let (set, now) = unsafe {
            (
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM),
                libc::getppid(),
            )
        };
        if set != 0 {
            return Err(std::io::Error::last_os_error());
        }
        // It may have died before.
        if u32::try_from(now) != Ok(parent) {
            return Err(std::io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: the closure allocates nothing, takes no lock and can't panic.
    unsafe { command.pre_exec(ask) };
}

#[cfg(not(target_os = "linux"))]
fn ends_with_us(_: &mut Command) {}
