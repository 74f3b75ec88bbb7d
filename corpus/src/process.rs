//! Child processes with a timeout: a crash or a hang is a result.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Exit status, 128 + n for signal n; `None` after the timeout.
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// A folder for the files of one test; removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(purpose: &str) -> io::Result<Folder> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!(
            "sx-corpus-{}-{}-{number}",
            purpose.replace('/', "-"),
            std::process::id()
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// First argument that makes a test executable act as the compiler: what is tested is what was just built.
pub const AS_COMPILER: &str = "--act-as-sxc";

/// To be called first by a test's `main`: runs the compiler if that is what is asked for.
pub fn act_as_compiler() {
    let mut args = std::env::args_os();
    let program = args.next();
    if args.next().is_some_and(|first| first == AS_COMPILER) {
        std::process::exit(i32::from(sxc::main_with(program.into_iter().chain(args))));
    }
}

/// A command for the compiler under test: this executable, or the one that `SXC` names.
pub fn compiler() -> Command {
    match std::env::var_os("SXC") {
        Some(path) => Command::new(path),
        None => {
            let mut command =
                Command::new(std::env::current_exe().unwrap_or_else(|_| PathBuf::from("sxc")));
            command.arg(AS_COMPILER);
            command
        }
    }
}

/// Runs a command in the top folder of the checkout. Output goes through files in `folder`.
pub fn run(
    command: Command,
    args: impl IntoIterator<Item = OsString>,
    stdin: &str,
    folder: &Folder,
    timeout: Duration,
) -> io::Result<Ended> {
    run_in(command, args, stdin, folder, timeout, &crate::case::root())
}

/// The same in another folder, `place`.
pub fn run_in(
    mut command: Command,
    args: impl IntoIterator<Item = OsString>,
    stdin: &str,
    folder: &Folder,
    timeout: Duration,
    place: &Path,
) -> io::Result<Ended> {
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("stdin"), stdin)?;
    let mut child = command
        .args(args)
        .current_dir(place)
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::from(File::open(path("stdin"))?))
        .stdout(Stdio::from(File::create(path("stdout"))?))
        .stderr(Stdio::from(File::create(path("stderr"))?))
        .spawn()?;
    let deadline = Instant::now() + timeout;
    let mut nap = Duration::from_micros(200);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status.code().or_else(|| status.signal().map(|n| 128 + n));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(nap);
        nap = (nap * 2).min(Duration::from_millis(5));
    };
    Ok(Ended {
        status,
        stdout: std::fs::read(path("stdout"))?,
        stderr: String::from_utf8_lossy(&std::fs::read(path("stderr"))?).into_owned(),
    })
}
