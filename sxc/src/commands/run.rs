//! `sxc run`: natively in a process of its own, or in an engine.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use sx_sema::Goal;

use crate::cli::{MainEngine, OptLevel, RunArgs};
use crate::commands::{self, build};
use crate::engines::EngineKind;
use crate::pipeline::{self, Compiled, Plan, Stopped, fail, plain};
use crate::scratch::Scratch;
use crate::{program, timing, triples};

pub fn run(args: &RunArgs) -> Result<u8, Stopped> {
    let opt = args.codegen.opt.unwrap_or(OptLevel::None);
    let plan = Plan {
        goal: Goal::Run,
        optimise: true,
        last: true,
        code: true,
        traces: commands::traces(opt, args.codegen.release_traces),
        records: false,
        fold: crate::cli::Fold::Calls,
    };
    if args.engine == MainEngine::Native {
        crate::native::check_cpu(&args.compile, &args.codegen)?;
    }
    let mut compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    match EngineKind::for_main(args.engine) {
        None => native(&mut compiled, opt, args),
        Some(kind) => {
            if args.compile.time {
                timing::print(&compiled);
            }
            announce(&compiled);
            program::run_main(&compiled.compilation, kind, &args.file, &args.args)
                .map_err(|message| fail(args.compile.error_format, &message))
        }
    }
}

/// The line between the compiler's output and the program's.
pub const BUILD_DONE: &str = "--- build done ---";

/// Prints that line if it is due.
pub fn announce(compiled: &Compiled) {
    if compiled.compilation.had_run_statement {
        crate::say::to_stdout(format_args!("{BUILD_DONE}\n"));
    }
}

fn native(compiled: &mut Compiled, opt: OptLevel, args: &RunArgs) -> Result<u8, Stopped> {
    let format = args.compile.error_format;
    let scratch = Scratch::new().map_err(|error| {
        fail(
            format,
            &format!("cannot create a temporary folder: {}", plain(&error)),
        )
    })?;
    let target = &compiled.compilation.module.target;
    let emulator = triples::emulator(target, args.link.sysroot.as_deref())
        .map_err(|message| fail(format, &message))?;
    let path = scratch.join(&commands::default_output(&args.file, "").to_string_lossy());
    build::executable(compiled, opt, &args.codegen, &args.link, None, &path)
        .map_err(|message| fail(format, &message))?;
    if args.compile.time {
        timing::print(compiled);
    }
    announce(compiled);
    let mut command = match emulator.split_first() {
        None => Command::new(&path),
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&path);
            command
        }
    };
    command.args(args.args.iter().map(OsString::as_os_str));
    // The program runs on without its file, so nothing can be left behind, whatever becomes of this process.
    // An emulator may still have to open it.
    let mut scratch = Some(scratch);
    let started = || {
        if emulator.is_empty() {
            scratch = None;
        }
    };
    let status = crate::orphan::run(command, started).map_err(|error| {
        fail(
            format,
            &format!("cannot run the program: {}", plain(&error)),
        )
    })?;
    drop(scratch);
    Ok(match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, Some(signal)) => (128 + signal) as u8,
        (None, None) => 1,
    })
}
