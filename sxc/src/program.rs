//! Running a program's `main` in an engine.

use std::ffi::OsString;
use std::path::Path;

use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, Module};
use sx_sema::Compilation;
use sx_tier_api::{Frame, Limits, Outcome, Status};

use crate::engines::{self, EngineKind};
use crate::record::frame_text;
use crate::sandbox::Sandbox;
use crate::scratch::Scratch;
use crate::{arguments, c_sources};

/// Status of a program that a trap or limit stopped: as if it had aborted.
const ABORTED: u8 = 134;

/// A program that is ready to run in an engine.
pub struct Prepared {
    pub module: Module,
    pub main: FuncId,
    pub args: Vec<u64>,
    pub sandbox: Sandbox<'static>,
}

/// Makes a program ready. `engine`: what runs it, by name.
pub fn prepare(
    compilation: &Compilation,
    engine: &'static str,
    file: &Path,
    args: &[OsString],
) -> Result<Prepared, String> {
    let Some(main) = compilation.main else {
        return Err("no 'main' function found".to_owned());
    };
    let mut argv = vec![file.as_os_str().to_owned()];
    argv.extend(args.iter().cloned());
    let mut module = compilation.module.clone();
    arguments::install(&mut module, &argv);
    let callable = crate::triples::is_host(&module.target);
    let mut sandbox = if compilation.c_sources.is_empty() || !callable {
        Sandbox::for_main(None)
    } else {
        let scratch =
            Scratch::new().map_err(|error| format!("cannot create a temporary folder: {error}"))?;
        let units = c_sources::for_run(&compilation.c_sources, &mut module, main, &scratch)?;
        // The library is loaded by this, and lives on without its file.
        Sandbox::for_main(Some(units))
    };
    sandbox = sandbox.in_engine(engine);
    sandbox.adopt_data(&mut module);
    let args = main_arguments(&module, main);
    Ok(Prepared {
        module,
        main,
        args,
        sandbox,
    })
}

/// Runs `main` and returns the program's exit status.
pub fn run_main(
    compilation: &Compilation,
    kind: EngineKind,
    file: &Path,
    args: &[OsString],
) -> Result<u8, String> {
    let mut program = prepare(compilation, kind.name(), file, args)?;
    let mut engine = engines::create(kind);
    crate::scratch::watch();
    // A program may run as long as it likes; its stack is as deep as a native one would be.
    let limits = Limits::default();
    let outcome = engine.run(
        &program.module,
        program.main,
        &program.args,
        &limits,
        &mut program.sandbox,
    );
    status(&program.module, outcome)
}

/// The exit status of a program that has run; says what there is to say of its end.
pub fn status(module: &Module, outcome: Outcome) -> Result<u8, String> {
    match outcome.status {
        Status::Finished(values) => Ok(values.first().copied().unwrap_or(0) as u8),
        Status::Exit(status) => Ok(status as u8),
        Status::Trapped(trap) => {
            say_line!("error: {}", trap.message());
            stack(module, &outcome.frames);
            Ok(ABORTED)
        }
        Status::Limit(limit) => {
            match limit {
                // What a native program's end says.
                LimitKind::Depth | LimitKind::Stack => say_line!("error: stack overflow"),
                LimitKind::Steps | LimitKind::Memory | LimitKind::Block => {
                    say_line!("error: the program exceeds the {limit:?} limit of the engine")
                }
            }
            stack(module, &outcome.frames);
            Ok(ABORTED)
        }
        Status::Unsupported(what) | Status::Refused(what) => {
            say_line!("error: {what}");
            stack(module, &outcome.frames);
            Ok(FAILED)
        }
        Status::Bug(what) => {
            say!("{}", crate::bug::report(&what));
            Ok(crate::bug::STATUS)
        }
    }
}

/// The C wrapper's `argc` and `argv`; programs find their arguments another way.
fn main_arguments(module: &Module, main: FuncId) -> Vec<u64> {
    vec![0; module.params_of(main).len()]
}

/// Exit status where the engine can't go on.
const FAILED: u8 = 1;

/// Calls shown at each end of a long stack.
const SHOWN: usize = 20;

fn stack(module: &Module, frames: &[Frame]) {
    // The wrapper around `main`, or what was inlined into it.
    let wrapper = |frame: &Frame| module.func(frame.func).name.is_empty();
    let calls: Vec<Frame> = frames
        .iter()
        .flat_map(|frame| frame.calls(module))
        .filter(|frame| !wrapper(frame) || module.loc(frame.loc).line != 0)
        .collect();
    let total = calls.len();
    for (i, frame) in calls.iter().enumerate() {
        if total > 2 * SHOWN && i >= SHOWN && i < total - SHOWN {
            if i == SHOWN {
                say_line!("  ... {} more", total - 2 * SHOWN);
            }
            continue;
        }
        let name = if wrapper(frame) { "main" } else { "" };
        say_line!("  {name}{}", frame_text(module, frame));
    }
}
