//! `sxc debug`.

use std::ffi::OsString;
use std::path::Path;

use sx_sema::{Config, Goal};

use crate::cli::{self, Command, CompileArgs, ComptimeChoice, DebugArgs, Fold};
use crate::commands::run::announce;
use crate::debugger::dap::{self, Launch};
use crate::debugger::{self, Debugger, Session};
use crate::evaluator::EngineEvaluator;
use crate::files::DiskFiles;
use crate::pipeline::{self, Plan, Stopped, fail, plain, usage};
use crate::{program, timing};

pub fn run(args: &DebugArgs) -> Result<u8, Stopped> {
    if let Some(port) = args.dap {
        return serve(args, port);
    }
    if !args.args.is_empty() && !args.main {
        return Err(usage("arguments for the program need --main"));
    }
    let mut session = debugger::session(commands(args)?, args.main);
    debug(args, &mut session)
}

fn debug(args: &DebugArgs, session: &mut Session) -> Result<u8, Stopped> {
    let Some(file) = &args.file else {
        return Err(usage("there is no file to debug"));
    };
    match args.main {
        true => main(args, file, session),
        false => evaluations(args, file, session),
    }
}

/// Debugs what an editor asks for.
fn serve(args: &DebugArgs, port: Option<u16>) -> Result<u8, Stopped> {
    let mut editor = dap::begin(port).map_err(|error| {
        let message = format!("cannot serve an editor: {}", plain(&error));
        fail(args.compile.error_format, &message)
    })?;
    let mut session = debugger::session(Vec::new(), args.main);
    let Some(args) = editor.prepare(&mut session, |launch| launched(args, launch)) else {
        return Ok(0);
    };
    session.is_main = args.main;
    session.editor = Some(Box::new(editor));
    let status = debug(&args, &mut session).unwrap_or_else(|Stopped(status)| status);
    if let Some(editor) = session.editor.take() {
        editor.finish(&mut session, status);
    }
    Ok(0)
}

/// The command line that does what an editor wants to be launched.
fn launched(args: &DebugArgs, launch: Launch) -> Result<DebugArgs, String> {
    let file = launch.program.or_else(|| args.file.clone());
    let file = file.ok_or("'launch' names no program")?;
    let mut words = vec!["sxc".into(), "debug".into()];
    words.extend(launch.flags.iter().map(OsString::from));
    words.extend(["--dap".into(), file.clone().into_os_string()]);
    let parsed = cli::parse(words).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        format!("wrong flags: {}", first.trim_start_matches("error: "))
    })?;
    let Command::Debug(parsed) = parsed.command else {
        return Err("wrong flags".to_owned());
    };
    let mut wanted = match launch.flags.is_empty() {
        true => args.clone(),
        false => parsed,
    };
    wanted.main = launch.main.unwrap_or(wanted.main || args.main);
    if !launch.args.is_empty() {
        wanted.args = launch.args.iter().map(OsString::from).collect();
    }
    if !wanted.args.is_empty() && !wanted.main {
        return Err("arguments for the program need \"main\": true".to_owned());
    }
    std::fs::File::open(&file)
        .map_err(|error| format!("cannot read '{}': {}", file.display(), plain(&error)))?;
    wanted.file = Some(file);
    Ok(wanted)
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

fn evaluations(args: &DebugArgs, file: &Path, session: &mut Session) -> Result<u8, Stopped> {
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
        let mut debugger = Debugger::new(session, engines);
        let compilation = sx_sema::compile(file, plan.goal, &config, files, &mut debugger);
        (compilation, ())
    };
    let (compiled, ()) = pipeline::analyse_with(file, &compile, &plan, work)?;
    if session.quit {
        return Ok(0);
    }
    let compiled = pipeline::tell(compiled, file, &compile, &plan)?;
    if compile.time {
        timing::print(&compiled);
    }
    Ok(0)
}

fn main(args: &DebugArgs, file: &Path, session: &mut Session) -> Result<u8, Stopped> {
    let plan = plan(Goal::Run);
    let format = args.compile.error_format;
    let compiled = pipeline::compile(file, &args.compile, &plan)?;
    announce(&compiled);
    debugger::know(session, &compiled.compilation);
    let engine = "interp";
    let program = program::prepare(&compiled.compilation, engine, file, &args.args)
        .map_err(|message| fail(format, &message))?;
    let start = (program.main, program.args.as_slice());
    match debugger::run_main(session, &program.module, start, program.sandbox) {
        Some(outcome) => {
            program::status(&program.module, outcome).map_err(|message| fail(format, &message))
        }
        None => Ok(0),
    }
}
