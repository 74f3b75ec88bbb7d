//! From a command line to a compiled module, with everything that has to be said to the user on the way.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Instant;

use sx_sema::{Compilation, Config, Goal};
use sx_tier_api::Limits;

use crate::cli::{CompileArgs, Fold, RemarkTopic, TraceTopic};
use crate::engines::EngineKind;
use crate::evaluator::EngineEvaluator;
use crate::files::DiskFiles;
use crate::fold::Folding;
use crate::object_cache::Found;
use crate::render::{self, ErrorFormat};
use crate::{bug, inputs, library, profile, sandbox, timing, triples};

/// Exit status of compile errors.
pub const ERRORS: u8 = 1;
/// Exit status of wrong usage.
pub const USAGE: u8 = 2;

/// A command that ended early; what there was to say has been said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped(pub u8);

/// Says `message` as an error without location.
pub fn fail(format: ErrorFormat, message: &str) -> Stopped {
    let mut lines = message.lines();
    let mut diagnostic =
        sx_syntax::Diagnostic::error_without_span(lines.next().unwrap_or_default());
    diagnostic.extra_lines = lines
        .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned())
        .collect();
    end_with(&[diagnostic], &sx_syntax::SourceMap::new(), format)
}

/// Says what the work ends with.
pub fn end_with(
    diagnostics: &[sx_syntax::Diagnostic],
    sources: &sx_syntax::SourceMap,
    format: ErrorFormat,
) -> Stopped {
    let colour = render::stderr_colour();
    say!("{}", render::render(diagnostics, sources, format, colour));
    Stopped(ERRORS)
}

pub fn usage(message: &str) -> Stopped {
    say_line!("error: {message}\n\nFor more information, try '--help'.");
    Stopped(USAGE)
}

/// How to compile, beyond what the user said.
pub struct Plan {
    pub goal: Goal,
    pub optimise: bool,
    /// The process ends with this compilation.
    pub last: bool,
    /// The code is wanted, not only what there is to say of it.
    pub code: bool,
    pub traces: bool,
    /// Keep what parity compares.
    pub records: bool,
    /// What is folded unless the user says.
    pub fold: Fold,
}

pub struct Compiled {
    /// Never dropped: the process ends soon after its last use.
    pub compilation: ManuallyDrop<Compilation>,
    pub evaluator: EngineEvaluator,
    pub clock: Clock,
    /// Whether the object was in the cache, if there was one to look in.
    pub found: Option<Found>,
}

/// Seconds spent in phases of the command.
pub struct Clock {
    started: Instant,
    pub phases: Vec<(&'static str, f64)>,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            started: Instant::now(),
            phases: Vec::new(),
        }
    }

    pub fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let result = work();
        self.phases.push((name, begin.elapsed().as_secs_f64()));
        result
    }

    pub fn total(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

pub fn limits(args: &CompileArgs) -> Limits {
    let default = Limits::default();
    Limits {
        steps: args.comptime_steps.unwrap_or(default.steps),
        memory: args.comptime_memory.unwrap_or(default.memory),
        depth: args.comptime_depth.unwrap_or(default.depth),
    }
}

/// Compiles `file` and reports its diagnostics. `Err` if there were errors.
pub fn compile(file: &Path, args: &CompileArgs, plan: &Plan) -> Result<Compiled, Stopped> {
    let compiled = analyse(file, args, plan)?;
    tell(compiled, file, args, plan)
}

/// Says what there is to say of a compilation. `Err` if there were errors.
pub fn tell(
    compiled: Compiled,
    file: &Path,
    args: &CompileArgs,
    plan: &Plan,
) -> Result<Compiled, Stopped> {
    if args.trace == Some(TraceTopic::Comptime) {
        timing::trace(&compiled);
    }
    let reported = report(&compiled, args.error_format);
    // A program that is wrong, or does not end, may need it most.
    let profiled = write_profile(&compiled, file, args);
    let ended = match compiled.compilation.exit {
        Some(status) => Err(Stopped(status as u8)),
        None => Ok(()),
    };
    let done = reported.and(profiled).and(ended);
    if done.is_err() && args.time {
        timing::print(&compiled);
    }
    if reported.and(profiled).is_ok() {
        say!("{}", compiled.evaluator.folding.remarks());
    }
    done?;
    if plan.goal != Goal::Build {
        write_inputs(&compiled, file, args, &file.with_extension(""))?;
    }
    Ok(compiled)
}

/// Refuses an output, named by `flag`, that would take the place of what the program is made of.
pub fn spare_sources(compiled: &Compiled, output: &Path, flag: &str) -> Result<(), Stopped> {
    let inputs = compiled.compilation.inputs.iter();
    let mut inputs = inputs.chain(&compiled.evaluator.inputs);
    let same =
        |there: &Path| inputs.any(|input| input.canonicalize().is_ok_and(|input| input == there));
    match output.canonicalize().ok().as_deref().is_some_and(same) {
        true => Err(usage(&format!(
            "the output '{}' is a file that the program is made of; name another one with '{flag}'",
            output.display()
        ))),
        false => Ok(()),
    }
}

/// Writes what `--depfile` and `--manifest` ask for.
pub fn write_inputs(
    compiled: &Compiled,
    file: &Path,
    args: &CompileArgs,
    output: &Path,
) -> Result<(), Stopped> {
    if args.depfile.is_none() && args.manifest.is_none() {
        return Ok(());
    }
    if let (Some(depfile), Some(manifest)) = (&args.depfile, &args.manifest)
        && depfile == manifest
    {
        return Err(usage(&format!(
            "'--depfile' and '--manifest' both name '{}'",
            depfile.display()
        )));
    }
    let inputs = inputs::all(
        &compiled.compilation,
        &compiled.evaluator.inputs,
        file.is_relative(),
    );
    let inputs = inputs.map_err(|error| {
        let said = [&[error.message], error.details.as_slice()].concat();
        fail(args.error_format, &said.join("\n"))
    })?;
    let write = |path: &Path, flag: &str, text: String| {
        spare_sources(compiled, path, flag)?;
        std::fs::write(path, text).map_err(|error| {
            fail(
                args.error_format,
                &format!("cannot write '{}': {}", path.display(), plain(&error)),
            )
        })
    };
    if let Some(path) = &args.depfile {
        write(path, "--depfile", inputs::depfile(output, &inputs))?;
    }
    if let Some(path) = &args.manifest {
        write(path, "--manifest", inputs::manifest(file, output, &inputs))?;
    }
    Ok(())
}

/// Writes what `--profile` asks for.
pub fn write_profile(compiled: &Compiled, file: &Path, args: &CompileArgs) -> Result<(), Stopped> {
    let (Some(target), Some(profile)) = (&args.profile, &compiled.evaluator.profile) else {
        return Ok(());
    };
    profile::interrupted::done();
    spare_sources(compiled, target.path(), "--profile")?;
    let profile = profile.lock().unwrap_or_else(PoisonError::into_inner);
    target.write(&profile, file).map_err(|error| {
        let path = target.path().display();
        let message = format!("cannot write '{path}': {}", plain(&error));
        fail(args.error_format, &message)
    })
}

/// Compiles `file`; says nothing of its diagnostics yet.
pub fn analyse(file: &Path, args: &CompileArgs, plan: &Plan) -> Result<Compiled, Stopped> {
    let (compiled, ()) = analyse_with(file, args, plan, |config, files, evaluator| {
        let compilation = sx_sema::compile(file, plan.goal, config, files, evaluator);
        (compilation, ())
    })?;
    Ok(compiled)
}

/// Shows something of `file`, and reports its diagnostics. What is shown goes to `output`, or to stdout.
pub fn view<T>(
    file: &Path,
    args: &CompileArgs,
    output: Option<&Path>,
    look: impl FnOnce(&Config, &DiskFiles, &mut EngineEvaluator) -> (Compilation, Result<T, String>),
) -> Result<T, Stopped> {
    let plan = Plan {
        goal: Goal::Check,
        optimise: false,
        last: true,
        code: false,
        traces: true,
        records: false,
        fold: Fold::Off,
    };
    let (compiled, shown) = analyse_with(file, args, &plan, |config, files, evaluator| {
        // What is recorded is recorded by one thread.
        let config = Config {
            threads: 1,
            ..config.clone()
        };
        look(&config, files, evaluator)
    })?;
    let reported = report(&compiled, args.error_format);
    let profiled = write_profile(&compiled, file, args);
    if args.time {
        timing::print(&compiled);
    }
    reported.and(profiled)?;
    if let Some(status) = compiled.compilation.exit {
        return Err(Stopped(status as u8));
    }
    if let Some(output) = output {
        crate::commands::prepare_output(&compiled, output, args.error_format)?;
    }
    write_inputs(&compiled, file, args, &file.with_extension(""))?;
    shown.map_err(|message| fail(args.error_format, &message))
}

/// Compiles `file` as `work` says.
pub fn analyse_with<T>(
    file: &Path,
    args: &CompileArgs,
    plan: &Plan,
    work: impl FnOnce(&Config, &DiskFiles, &mut EngineEvaluator) -> (Compilation, T),
) -> Result<(Compiled, T), Stopped> {
    let grants = sandbox::parse_grants(&args.allow).map_err(|message| usage(&message))?;
    let target = triples::parse(args.target.as_deref()).map_err(|message| usage(&message))?;
    library::check(&args.library).map_err(|message| usage(&message))?;
    let files = DiskFiles::open(file).map_err(|error| {
        fail(
            args.error_format,
            &format!("cannot read '{}': {}", file.display(), plain(&error)),
        )
    })?;
    let config = Config {
        c_compiler: triples::c_compiler_name(&target),
        target,
        library_dirs: library::library_dirs(&args.library),
        shipped_library: library::shipped(),
        working_dir: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        traces: plan.traces,
        instantiation_depth: args.instantiation_depth,
        optimise: plan.optimise,
        // Unless the module is wanted as it was lowered. The passes take what was never written for zero.
        optimise_evaluations: (plan.optimise || !plan.code) && !args.sanitize,
        sanitize: args.sanitize,
        last: plan.last,
        code: plan.code,
        threads: threads(args),
        threads_from: threads_from(),
    };
    let kinds = engines(args).map_err(|message| usage(&message))?;
    let mut evaluator = EngineEvaluator::new(&kinds, limits(args), grants, plan.records);
    if let (Some(target), Some(profile)) = (&args.profile, &evaluator.profile) {
        profile::interrupted::expect(target, file, profile);
    }
    evaluator.find_partings = true;
    evaluator.read_sets = args.trace == Some(TraceTopic::Comptime);
    evaluator.threads = jobs(args);
    evaluator.folding = Folding::new(
        args.fold.unwrap_or(plan.fold),
        args.fold_budget,
        args.remarks == Some(RemarkTopic::Fold),
    );
    let mut clock = Clock::start();
    let (compilation, more) = clock.time("compile", || work(&config, &files, &mut evaluator));
    let compiled = Compiled {
        compilation: ManuallyDrop::new(compilation),
        evaluator,
        clock,
        found: None,
    };
    Ok((compiled, more))
}

/// What runs evaluations.
fn engines(args: &CompileArgs) -> Result<Vec<EngineKind>, String> {
    // The checked interpreter takes the place of whatever engine was named.
    if args.sanitize {
        return Ok(vec![EngineKind::Sanitizer]);
    }
    let mut kinds = EngineKind::for_comptime(args.comptime).to_vec();
    if args.profile.is_some() {
        let by = args.profile_by.unwrap_or_default();
        match kinds.first_mut() {
            Some(first @ (EngineKind::Auto | EngineKind::Vm)) => *first = EngineKind::Profiler(by),
            _ => {
                return Err(
                    "'--profile' watches the bytecode VM: it goes with '--comptime=auto', 'vm' and 'all'"
                        .to_owned(),
                );
            }
        }
    }
    Ok(kinds)
}

/// Threads that may check bodies.
fn threads(args: &CompileArgs) -> usize {
    // A trace tells evaluations in the order of one thread, and a profile counts each once.
    match args.trace.is_some() || args.profile.is_some() {
        true => 1,
        false => jobs(args),
    }
}

/// Threads there may be.
fn jobs(args: &CompileArgs) -> usize {
    match args.jobs {
        Some(jobs) => jobs.get(),
        None => {
            let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
            cores.min(machines_with_room()).max(1)
        }
    }
}

/// How many threads may each have a machine for compile-time code: these reserve much more address space than they use,
/// which `ulimit -v` may not leave.
fn machines_with_room() -> usize {
    /// Reserved by a machine (4 GiB heap with room for blocks that are gone, 16 GiB for frames) and for all else.
    const MACHINE: u64 = 40 << 30;
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
    limit.map_or(usize::MAX, |bytes| (bytes / MACHINE) as usize)
}

/// Bytes of source text from which on threads pay. The variable is for tests, which have small programs.
fn threads_from() -> usize {
    std::env::var("SXC_THREADS_FROM")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(128 << 10)
}

/// The text of an I/O error without the number that Rust adds.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Prints diagnostics. `Err` if compilation failed.
pub fn report(compiled: &Compiled, format: ErrorFormat) -> Result<(), Stopped> {
    let compilation = &compiled.compilation;
    let text = render::render(
        &compilation.diagnostics,
        &compilation.sources,
        format,
        render::stderr_colour(),
    );
    say!("{text}{}", compiled.evaluator.leaks());
    if let [first, ..] = compiled.evaluator.disagreements.as_slice() {
        let parting = compiled.evaluator.parting.as_deref().unwrap_or_default();
        say!("{}", bug::report(&format!("{first}{parting}")));
        return Err(Stopped(bug::STATUS));
    }
    if compilation.has_errors() {
        let status = compilation.exit.map_or(ERRORS, |status| status as u8);
        return Err(Stopped(if status == 0 { ERRORS } else { status }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_lose_their_number() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(plain(&error), "No such file or directory");
    }
}
