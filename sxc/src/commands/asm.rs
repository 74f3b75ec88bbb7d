//! `sxc asm`.

use sx_backend_api::EmitKind;
use sx_sema::Goal;

use crate::cli::{AsmArgs, OptLevel};
use crate::commands;
use crate::native::{self, EmitJob};
use crate::pipeline::{self, Plan, Stopped, fail};
use crate::timing;

pub fn run(args: &AsmArgs) -> Result<u8, Stopped> {
    let opt = args.codegen.opt.unwrap_or(OptLevel::Default);
    let plan = Plan {
        goal: Goal::Build,
        optimise: true,
        last: true,
        code: true,
        traces: commands::traces(opt, args.codegen.release_traces),
        records: false,
        fold: crate::cli::Fold::Calls,
    };
    native::check_cpu(&args.compile, &args.codegen)?;
    let mut compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| commands::default_output(&args.file, ".s"));
    commands::prepare_output(&compiled, &output, args.compile.error_format)?;
    let job = EmitJob {
        module: &compiled.compilation.module,
        roots: &compiled.compilation.roots,
        kind: EmitKind::Asm(output.clone()),
        opt,
        codegen: &args.codegen,
    };
    let emitted = compiled.clock.time("emit", || native::emit(&job));
    emitted.map_err(|message| fail(args.compile.error_format, &message))?;
    if args.compile.time {
        timing::print(&compiled);
    }
    say_line!("emitted: {}", output.display());
    Ok(0)
}
