//! Private temporary folders that never outlive the command: removed when dropped, on errors, and on signals.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::debugger::interrupt;
use crate::held;
use crate::orphan;
use crate::profile::interrupted;
use crate::progress;

static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static WATCH: Once = Once::new();

pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub fn new() -> io::Result<Scratch> {
        watch();
        let base = std::env::temp_dir();
        for attempt in 0..1000u32 {
            let path = base.join(format!("sxc-{}-{attempt}", std::process::id()));
            let mut live = lock();
            match create_private(&path) {
                Ok(()) => {
                    live.push(path.clone());
                    return Ok(Scratch { path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "too many folders left in the temporary folder",
        ))
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut live = lock();
        live.retain(|path| *path != self.path);
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn lock() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Removes what is left: before the process ends without unwinding.
pub fn remove_all() {
    for path in lock().drain(..) {
        let _ = std::fs::remove_dir_all(path);
    }
}

/// From now on a signal that would end the process is told of and cleaned up after first.
pub fn watch() {
    WATCH.call_once(watch_signals);
}

fn watch_signals() {
    orphan::watch_interrupts();
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    let spawned = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                if signal == SIGINT && interrupt::taken() {
                    continue;
                }
                if orphan::passed_on(signal) {
                    continue;
                }
                held::write_all();
                if signal == SIGINT {
                    say!("{}", progress::interrupted());
                }
                interrupted::write();
                remove_all();
                std::process::exit(128 + signal);
            }
        });
    // Without the thread the folder is still removed on every other way out.
    drop(spawned);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_is_private_and_goes_away() {
        let path = match Scratch::new() {
            Ok(scratch) => {
                std::fs::write(scratch.join("x"), "1").ok();
                assert!(scratch.join("x").is_file());
                scratch.path.clone()
            }
            Err(error) => panic!("{error}"),
        };
        assert!(!path.exists());
    }
}
