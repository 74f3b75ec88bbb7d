//! Other implementations that are measured if they are installed: C compilers, script languages, and compilers that
//! run code while compiling.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::kernels::Kernel;
use crate::{contest, measure, root};

/// Title, commands to try, optimisation levels.
pub const C_COMPILERS: [(&str, &[&str], &[&str]); 3] = [
    (
        "clang",
        &["clang-19", "clang-22", "clang"],
        &["-O0", "-O1", "-O2", "-O3"],
    ),
    ("gcc", &["gcc"], &["-O0", "-O2", "-O3"]),
    // Knows no levels.
    ("tcc", &["tcc"], &["-O0"]),
];

pub struct Script {
    pub title: &'static str,
    pub commands: &'static [&'static str],
    pub version: &'static str,
    pub extension: &'static str,
}

pub const SCRIPTS: &[Script] = &[
    Script {
        title: "LuaJIT",
        commands: &["luajit"],
        version: "-v",
        extension: "lua",
    },
    Script {
        title: "Lua 5.4",
        commands: &["lua5.4"],
        version: "-v",
        extension: "lua",
    },
];

/// A kernel's source for a script language; not all have one.
pub fn script(kernel: &Kernel, script: &Script) -> PathBuf {
    let name = format!("{}.{}", kernel.name, script.extension);
    root().join("benches/peers").join(name)
}

/// A compiler that runs code while compiling.
pub struct Comptime {
    pub title: &'static str,
    commands: &'static [&'static str],
    version: &'static str,
    extension: &'static str,
    /// Arguments before the file.
    args: &'static [&'static str],
}

pub const COMPTIME: [Comptime; 5] = [
    Comptime {
        title: "clang, constexpr",
        commands: &["clang-19", "clang-22", "clang"],
        version: "--version",
        extension: "cpp",
        args: &[
            "-std=c++20",
            "-fsyntax-only",
            "-fconstexpr-steps=2000000000",
        ],
    },
    Comptime {
        title: "rustc, const",
        commands: &["rustc"],
        version: "--version",
        extension: "rs",
        args: &[
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--cap-lints=allow",
        ],
    },
    Comptime {
        title: "Nim, static",
        commands: &["nim"],
        version: "--version",
        extension: "nim",
        args: &[
            "check",
            "--hints:off",
            "--maxLoopIterationsVM:2000000000",
            "--verbosity:0",
        ],
    },
    Comptime {
        title: "D (ldc2), CTFE",
        commands: &["ldc2"],
        version: "--version",
        extension: "d",
        args: &["-o-"],
    },
    Comptime {
        title: "Zig, comptime",
        commands: &["zig"],
        version: "version",
        extension: "zig",
        args: &["build-obj", "-fno-emit-bin"],
    },
];

/// Those without which the comparison is incomplete and that nothing here can run.
const NOT_USED: [&str; 3] = ["wasmtime", "wasmi_cli", "wasm3"];

pub fn comptime_installed() -> Vec<(&'static Comptime, String)> {
    let found = |peer: &'static Comptime| {
        let (command, _) = contest::find(peer.commands, peer.version)?;
        Some((peer, command))
    };
    COMPTIME.iter().filter_map(found).collect()
}

pub fn comptime_notes() -> Vec<String> {
    let mut notes: Vec<String> = COMPTIME
        .iter()
        .map(|peer| {
            let found = contest::find(peer.commands, peer.version);
            match found {
                Some((command, version)) => format!(
                    "{}: `{command} {} FILE`, {version}",
                    peer.title,
                    peer.args.join(" ")
                ),
                None => format!("{}: missing", peer.title),
            }
        })
        .collect();
    notes.extend(
        NOT_USED
            .iter()
            .map(|name| match contest::find(&[name], "--version") {
                Some((_, version)) => {
                    format!("{name}: {version}, not measured: the kernels have no wasm build")
                }
                None => format!("{name}: missing"),
            }),
    );
    notes
}

/// CPU seconds of one run on a famous case.
pub fn run_comptime(peer: &Comptime, command: &str, case: &str, scratch: &Path) -> Option<f64> {
    let file = root()
        .join("benches/peers")
        .join(format!("{case}.{}", peer.extension));
    if !file.is_file() {
        return None;
    }
    let mut run = Command::new(command);
    run.args(peer.args).arg(&file).current_dir(scratch);
    run.stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let (time, status) = measure::time(|| run.status());
    status.is_ok_and(|s| s.success()).then_some(time)
}
