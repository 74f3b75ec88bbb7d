//! Ways to run a kernel: engines in this process, sx and C as native programs, other languages' implementations.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sx_machine::{HostOptions, StdHost};
use sx_sema::{Compilation, Goal};
use sx_tier_api::{Limits, Status};
use sxc::engines::{self, EngineKind};

use crate::measure;

/// What a run of a kernel came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Result {
    pub output: Vec<u8>,
    /// Steps, peak of memory and digest, if an engine ran it.
    pub counts: Option<(u64, u64, u64)>,
}

/// A way to run one kernel.
pub enum Runner {
    Engine(EngineKind, Box<Compilation>),
    /// A program and its arguments.
    Program(PathBuf, Vec<String>),
}

impl Runner {
    pub fn engine(kind: EngineKind, file: &Path) -> Option<Runner> {
        Some(Runner::Engine(
            kind,
            Box::new(crate::compile(file, Goal::Run)?),
        ))
    }

    /// Runs it: CPU seconds and result. `None` if it fails.
    pub fn run(&self) -> Option<(f64, Result)> {
        match self {
            Runner::Engine(kind, compilation) => run_engine(*kind, compilation),
            Runner::Program(program, args) => {
                let mut command = Command::new(program);
                command.args(args).stdin(Stdio::null());
                let (time, output) = measure::time(|| command.output());
                let output = output.ok().filter(|output| output.status.success())?;
                Some((
                    time,
                    Result {
                        output: output.stdout,
                        counts: None,
                    },
                ))
            }
        }
    }
}

/// Runs `main` in an engine made for it: setting it up and translating count.
pub fn run_engine(kind: EngineKind, compilation: &Compilation) -> Option<(f64, Result)> {
    let main = compilation.main?;
    let options = HostOptions {
        allow_io: true,
        allow_extern: true,
        live_output: false,
    };
    let mut host = StdHost::new(options, None);
    let args = vec![0; compilation.module.params_of(main).len()];
    let (time, outcome) = measure::time(|| {
        let mut engine = engines::create(kind);
        engine.run(
            &compilation.module,
            main,
            &args,
            &Limits::default(),
            &mut host,
        )
    });
    match outcome.status {
        Status::Finished(_) => Some((
            time,
            Result {
                output: host.transcript.output(1),
                counts: Some((outcome.steps, outcome.peak_memory, outcome.memory.digest())),
            },
        )),
        Status::Trapped(_)
        | Status::Limit(_)
        | Status::Exit(_)
        | Status::Unsupported(_)
        | Status::Refused(_)
        | Status::Bug(_) => None,
    }
}

/// The compiler built beside this program.
pub fn sxc() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let dirs = exe.ancestors().skip(1).take(2);
    dirs.map(|dir| dir.join("sxc")).find(|path| path.is_file())
}

/// Whether this program and the compiler beside it were built by `./x release`, guided by a profile.
pub const GUIDED: bool = option_env!("SX_GUIDED").is_some();

/// The compiler that `cargo build --release` made, where the one beside this program is guided by a profile: its folder
/// is `guided/release` beside `release`.
pub fn plain_sxc() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let sxc = exe.ancestors().nth(3)?.join("release/sxc");
    (GUIDED && sxc.is_file()).then_some(sxc)
}

/// Runs a command for its success; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// An sx program as native code.
pub fn build_sx(file: &Path, level: u8, output: &Path) -> Option<Runner> {
    let mut command = Command::new(sxc()?);
    command.arg("build").arg(file).arg(format!("-O{level}"));
    command.arg("-o").arg(output);
    succeeds(&mut command).then(|| Runner::Program(output.to_path_buf(), Vec::new()))
}

/// A C program as native code.
pub fn build_c(compiler: &str, file: &Path, flags: &[&str], output: &Path) -> Option<Runner> {
    let mut command = Command::new(compiler);
    command
        .args(flags)
        .arg("-o")
        .arg(output)
        .arg(file)
        .arg("-lm");
    succeeds(&mut command).then(|| Runner::Program(output.to_path_buf(), Vec::new()))
}

/// The first of these commands that answers, and the first line of its answer.
pub fn find(commands: &[&str], version: &str) -> Option<(String, String)> {
    commands.iter().find_map(|name| {
        let output = Command::new(name)
            .arg(version)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find(|line| !line.trim().is_empty())?;
        Some(((*name).to_owned(), line.trim().to_owned()))
    })
}
