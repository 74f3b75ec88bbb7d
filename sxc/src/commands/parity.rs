//! `sxc parity`: one run of the parity gate. Compiles with one engine, leaves what the gate compares in a folder, and
//! runs `main` in that engine. Its stdout and status are those of `sxc run`.

use std::path::Path;

use serde::Serialize;
use sx_backend_api::EmitKind;
use sx_sema::Goal;

use crate::cli::ParityArgs;
use crate::commands::run::{BUILD_DONE, announce};
use crate::commands::{build, ir};
use crate::engines::EngineKind;
use crate::native::{self, EmitJob};
use crate::pipeline::{self, Plan, Stopped, fail, plain};
use crate::program;
use crate::record::Record;
use crate::scratch::Scratch;

/// What has to be equal whatever the engine, beside the IR text and the objects.
#[derive(Serialize)]
struct Report<'a> {
    /// Bytes on stdout before the program's own.
    stdout_before_main: u64,
    evaluations: &'a [Record],
    /// Status with which an evaluation ended the compilation: there is no program then.
    exited: Option<i64>,
}

pub fn run(args: &ParityArgs) -> Result<u8, Stopped> {
    let format = args.compile.error_format;
    let plan = Plan {
        goal: Goal::Run,
        optimise: true,
        last: true,
        code: true,
        traces: true,
        records: true,
        fold: crate::cli::Fold::Off,
    };
    let mut compiled = pipeline::analyse(&args.file, &args.compile, &plan)?;
    let reported = pipeline::report(&compiled, format);
    let exited = compiled.compilation.exit.map(i64::from);
    if reported.is_ok() && exited.is_none() {
        announce(&compiled);
    }
    let marker = if compiled.compilation.had_run_statement {
        BUILD_DONE.len() as u64 + 1
    } else {
        0
    };
    let report = Report {
        stdout_before_main: compiled.evaluator.stdout_bytes + marker,
        evaluations: compiled.evaluator.records(),
        exited,
    };
    let report = serde_json::to_string_pretty(&report).unwrap_or_default();
    let save = |name: &str, text: &str| write(&args.dir.join(format!("{}.{name}", args.tag)), text);
    save("json", &report).map_err(|message| fail(format, &message))?;
    reported?;
    if let Some(status) = exited {
        return Ok(status as u8);
    }
    save("ir", &ir::module_text(&compiled)).map_err(|message| fail(format, &message))?;
    for opt in &args.emit {
        let object = args.dir.join(format!("{}.O{}.o", args.tag, opt.number()));
        let job = EmitJob {
            module: &compiled.compilation.module,
            roots: &compiled.compilation.roots,
            kind: EmitKind::Object(object.clone()),
            opt: *opt,
            codegen: &args.codegen,
        };
        native::emit(&job).map_err(|message| fail(format, &message))?;
        if args.link {
            let program = args.dir.join(format!("O{}", opt.number()));
            let scratch = Scratch::new().map_err(|error| fail(format, &plain(&error)))?;
            build::link_program(
                &mut compiled,
                &scratch,
                &args.link_args,
                object,
                *opt >= crate::cli::OptLevel::Default,
                &program,
            )
            .map_err(|message| fail(format, &message))?;
        }
    }
    let kinds = EngineKind::for_comptime(args.compile.comptime);
    match (args.main, kinds) {
        (true, [kind, ..]) => {
            program::run_main(&compiled.compilation, *kind, &args.file, &args.args)
                .map_err(|message| fail(format, &message))
        }
        (true, []) | (false, _) => Ok(0),
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text)
        .map_err(|error| format!("cannot write '{}': {}", path.display(), plain(&error)))
}
