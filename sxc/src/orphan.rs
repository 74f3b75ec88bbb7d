//! A program that was started to be waited for ends with the compiler, even if that is killed.

#![allow(unsafe_code)]

use std::process::Command;

/// Has the kernel end the command's process when this thread, which has to wait for it, is gone.
#[cfg(target_os = "linux")]
pub fn ends_with_us(command: &mut Command) {
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
pub fn ends_with_us(_: &mut Command) {}
