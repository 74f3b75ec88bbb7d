//! `sxc debug`.

use sx_sema::{Config, Goal};

use crate::cli::{CompileArgs, ComptimeChoice, DebugArgs, Fold};
use crate::commands::run::announce;
use crate::debugger::{self, Debugger};
use crate::evaluator::EngineEvaluator;
use crate::files::DiskFiles;
use crate::pipeline::{self, Plan, Stopped, fail, plain, usage};
use crate::{program, timing};

pub fn run(args: &DebugArgs) -> Result<u8, Stopped> {
    if !args.args.is_empty() && !args.main {
        return Err(usage("arguments for the program need --main"));
    }
    let first = commands(args)?;
    if args.main {
        main(args, first)
    } else {
        evaluations(args, first)
    }
}

/// Code as it was written.
fn plan(goal: Goal) -> Plan {
    Plan {
        goal,
        optimise: false,
        last: true,
        code: true,
        traces: true,
        records: false,
        fold: Fold::Off,
    }
}

/// The commands to begin with.
fn commands(args: &DebugArgs) -> Result<Vec<String>, Stopped> {
    let mut all = args.command.clone();
    if let Some(path) = &args.commands {
        let text = std::fs::read(path).map_err(|error| {
            fail(
                args.compile.error_format,
                &format!("cannot read '{}': {}", path.display(), plain(&error)),
            )
        })?;
        let text = String::from_utf8_lossy(&text);
        all.extend(text.lines().map(|line| line.trim().to_owned()));
    }
    Ok(all)
}

fn evaluations(args: &DebugArgs, first: Vec<String>) -> Result<u8, Stopped> {
    if args.compile.sanitize {
        return Err(usage("not implemented: sxc debug --sanitize"));
    }
    if args.compile.profile.is_some() {
        return Err(usage(
            "'--profile' watches the bytecode VM; debugged code runs in the tree interpreter",
        ));
    }
    let plan = plan(Goal::Check);
    let compile = CompileArgs {
        comptime: ComptimeChoice::Interp,
        ..args.compile.clone()
    };
    let work = |config: &Config, files: &DiskFiles, engines: &mut EngineEvaluator| {
        let config = Config {
            threads: 1,
            ..config.clone()
        };
        let mut debugger = Debugger::new(debugger::session(first, false), engines);
        let compilation = sx_sema::compile(&args.file, plan.goal, &config, files, &mut debugger);
        (compilation, debugger.session.quit)
    };
    let (compiled, quit) = pipeline::analyse_with(&args.file, &compile, &plan, work)?;
    if quit {
        return Ok(0);
    }
    let compiled = pipeline::tell(compiled, &args.file, &compile, &plan)?;
    if compile.time {
        timing::print(&compiled);
    }
    Ok(0)
}

fn main(args: &DebugArgs, first: Vec<String>) -> Result<u8, Stopped> {
    let plan = plan(Goal::Run);
    let format = args.compile.error_format;
    let mut session = debugger::session(first, true);
    let compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    announce(&compiled);
    debugger::know(&mut session, &compiled.compilation);
    let engine = "interp";
    let program = program::prepare(&compiled.compilation, engine, &args.file, &args.args)
        .map_err(|message| fail(format, &message))?;
    let start = (program.main, program.args.as_slice());
    match debugger::run_main(&mut session, &program.module, start, program.sandbox) {
        Some(outcome) => {
            program::status(&program.module, outcome).map_err(|message| fail(format, &message))
        }
        None => Ok(0),
    }
}
