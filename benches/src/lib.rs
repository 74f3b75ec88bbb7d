//! What the benchmarks share: kernels compiled once, and runs of them.

pub mod scale;

pub mod contest;
pub mod envelope;
pub mod generated;
pub mod kernels;
pub mod measure;
pub mod meta;
pub mod page;
pub mod peers;
pub mod plots;
pub mod translation;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sx_sema::{Compilation, Goal};
use sxc::cli::{Command, CompileArgs};
use sxc::engines::EngineKind;
use sxc::pipeline::{self, Plan};

/// Programs under `benches/kernels`.
pub const KERNELS: [&str; 6] = [
    "calls",
    "loops",
    "memory",
    "floats",
    "strings",
    "allocation",
];

/// Engines that execute them.
pub const ENGINES: [EngineKind; 4] = [
    EngineKind::Interp,
    EngineKind::Vm,
    EngineKind::Jit,
    EngineKind::Auto,
];

/// Top of the checkout.
pub fn root() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    dir.parent().unwrap_or(dir).to_path_buf()
}

pub fn kernel_path(name: &str) -> PathBuf {
    root().join("benches/kernels").join(format!("{name}.sx"))
}

/// The options of a plain `sxc check FILE`.
pub fn default_options() -> Option<CompileArgs> {
    let line: Vec<OsString> = vec!["sxc".into(), "check".into(), "x.sx".into()];
    match sxc::cli::parse(line).ok()?.command {
        Command::Check(args) => Some(args.compile),
        _ => None,
    }
}

/// Compiles a program; `None` with its diagnostics on stderr if it has errors.
pub fn compile(file: &Path, goal: Goal) -> Option<Compilation> {
    let plan = Plan {
        goal,
        optimise: true,
        last: false,
        code: true,
        traces: false,
        records: false,
        fold: sxc::cli::Fold::Off,
    };
    pipeline::compile(file, &default_options()?, &plan)
        .ok()
        .map(|compiled| std::mem::ManuallyDrop::into_inner(compiled.compilation))
}

/// Runs `main` in an engine and returns the program's status.
pub fn run(compilation: &Compilation, kind: EngineKind) -> Result<u8, String> {
    sxc::program::run_main(compilation, kind, Path::new("kernel.sx"), &[])
}
