//! Judges one program: compiles it with its compile-time code in every engine, runs `main` in every engine, with and
//! without the IR passes, and natively. Whatever is not the same is a [`Fault`].

use std::path::{Path, PathBuf};

use sx_ir::Module;
use sx_machine::{Effect, HostOptions, StdHost};
use sx_sema::{Compilation, Config, Goal};
use sx_tier_api::{Limits, Status};
use sxc::bug::Failure;
use sxc::engines::{self, EngineKind};
use sxc::evaluator::EngineEvaluator;
use sxc::record::frame_text;
use sxc::render::{self, ErrorFormat};

use crate::native::{self, Level};
use crate::source::Source;

/// Every engine; the first is what the others are compared with.
pub const ENGINES: [EngineKind; 4] = [
    EngineKind::Interp,
    EngineKind::Vm,
    EngineKind::Jit,
    EngineKind::Auto,
];

/// A program to judge.
pub struct Program<'a> {
    pub text: &'a [u8],
    /// Files that it imports and the disk does not have.
    pub modules: &'a [(PathBuf, Vec<u8>)],
    /// Where it stands, for its imports.
    pub path: &'a Path,
    /// It is known to be well typed, and says itself when compile time and run time differ.
    pub generated: bool,
    pub native: &'a [Level],
}

/// The signature of a result that is not what the generator expects.
pub const UNEXPECTED: &str = "unexpected result";

/// Something that must not be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Equal for what is likely the same cause.
    pub signature: String,
    pub detail: String,
}

impl Fault {
    pub fn new(signature: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            signature: signature.into(),
            detail: detail.into(),
        }
    }
}

/// What came of a program in which nothing is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Rejected,
    Finished,
    Trapped,
    /// It asks for what the sandbox doesn't offer.
    Unsupported,
}

/// Of each program.
fn limits(program: &Program<'_>) -> Limits {
    let programs = program.modules.len().max(1) as u64;
    Limits {
        steps: 400_000 * programs,
        memory: (64 << 20) * programs,
        depth: 5_000,
    }
}

/// Judges a program. Crashes and hangs are for the caller to notice, panics end up as faults.
pub fn judge(program: &Program<'_>) -> Result<Verdict, Fault> {
    match sxc::bug::guarded(|| judge_unguarded(program)).map_err(Failure::into_text) {
        Ok(result) => result,
        Err(what) => Err(Fault::new(format!("panic: {}", place_of(&what)), what)),
    }
}

/// The source position in a panic's text.
pub fn place_of(panic: &str) -> &str {
    let line = panic.lines().next().unwrap_or_default();
    line.rsplit_once('(').map_or(line, |(_, place)| place)
}

fn judge_unguarded(program: &Program<'_>) -> Result<Verdict, Fault> {
    let (compilation, evaluator) = compile(program, true, &ENGINES);
    if let Some(first) = evaluator.disagreements.first() {
        return Err(Fault::new(
            format!("comptime: {}", kinds_of_difference(first)),
            first.clone(),
        ));
    }
    for record in evaluator.records() {
        if record.status.starts_with("Bug") {
            return Err(Fault::new(
                format!("comptime bug: {}", shape(&record.status)),
                record.status.clone(),
            ));
        }
    }
    if compilation.exit.is_some() {
        return Ok(Verdict::Rejected);
    }
    if compilation.has_errors() {
        return rejected(program, &compilation, &diagnostics(&compilation));
    }
    let limits = limits(program);
    let reference = run(&compilation, ENGINES[0], &limits);
    let end = compare_engines(&compilation, &reference, &limits)?;
    if program.generated {
        claims(&reference.output)?;
    }
    let (plain, evaluator) = compile(program, false, &[EngineKind::Vm]);
    if plain.has_errors() || !evaluator.disagreements.is_empty() {
        let text = diagnostics(&plain);
        // Mutants may look at memory that is gone, and find something else in it then.
        let mut errors = plain.diagnostics.iter().filter(|d| d.is_error());
        let only_values = errors.all(|d| d.message.starts_with("comptime "));
        if !program.generated && only_values && evaluator.disagreements.is_empty() {
            return Ok(end);
        }
        return Err(Fault::new(
            format!("plain IR is rejected: {}", shape(&text)),
            text + &evaluator.disagreements.join("\n"),
        ));
    }
    // The checking interpreter has nothing to say of some of them, either.
    let modules = program.modules.iter().map(|(_, text)| text.len());
    let size = program.text.len() + modules.sum::<usize>();
    if program.generated && size.is_multiple_of(3) {
        let (checked, _) = compile(program, true, &[EngineKind::Sanitizer]);
        if checked.has_errors() {
            let text = diagnostics(&checked);
            return Err(Fault::new(format!("sanitizer: {}", shape(&text)), text));
        }
    }
    let unoptimised = run(&plain, EngineKind::Vm, &limits);
    if end != Verdict::Unsupported && !reference.limited && !unoptimised.limited {
        // Mutants may look at addresses, which are others then.
        if program.generated {
            unoptimised.same_behaviour(&reference, "without passes")?;
        }
    }
    if end != Verdict::Unsupported && !reference.limited && reference.only_writes {
        for level in program.native {
            native_agrees(&compilation, *level, &reference)?;
        }
    }
    Ok(end)
}

fn compile(
    program: &Program<'_>,
    optimise: bool,
    kinds: &[EngineKind],
) -> (Compilation, EngineEvaluator) {
    let config = Config {
        c_compiler: String::new(),
        target: sxc::triples::parse(None).unwrap_or_else(|_| sx_ir::Target::x86_64_linux()),
        library_dirs: sxc::library::library_dirs(&[]),
        shipped_library: sxc::library::shipped(),
        working_dir: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        traces: true,
        instantiation_depth: 64,
        optimise,
        optimise_evaluations: optimise,
        sanitize: false,
        last: false,
        code: true,
        threads: 1,
        threads_from: 0,
    };
    let source = Source {
        root: program.path,
        text: program.text,
        modules: program.modules,
    };
    let mut evaluator = EngineEvaluator::new(kinds, limits(program), Default::default(), true);
    let compilation = sx_sema::compile(program.path, Goal::Run, &config, &source, &mut evaluator);
    (compilation, evaluator)
}

fn diagnostics(compilation: &Compilation) -> String {
    render::render(
        &compilation.diagnostics,
        &compilation.sources,
        ErrorFormat::Short,
        false,
    )
}

/// The word that tells of a fault of the compiler in a message.
fn internal(message: &str) -> Option<&'static str> {
    ["internal", "verifier", "verification", "panicked"]
        .into_iter()
        .find(|word| message.contains(word))
}

/// Whether a message tells of a fault of the compiler.
pub fn is_internal(message: &str) -> bool {
    internal(message).is_some()
}

fn rejected(
    program: &Program<'_>,
    compilation: &Compilation,
    text: &str,
) -> Result<Verdict, Fault> {
    let first = compilation.diagnostics.iter().find(|d| d.is_error());
    let message = first.map_or("", |d| d.message.as_str());
    if let Some(word) = internal(message) {
        return Err(Fault::new(format!("{word}: {}", shape(message)), text));
    }
    // A generated program may be refused only because something in it traps while compiling.
    if program.generated && !message.starts_with("comptime ") {
        return Err(Fault::new(format!("rejected: {}", shape(message)), text));
    }
    Ok(Verdict::Rejected)
}

/// A message without what differs from program to program.
fn shape(message: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for c in message.lines().next().unwrap_or_default().chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                out.push(c);
            }
            _ if quoted => {}
            '0'..='9' => {
                if !out.ends_with('0') {
                    out.push('0');
                }
            }
            _ => out.push(c),
        }
    }
    out.truncate(out.char_indices().nth(120).map_or(out.len(), |(at, _)| at));
    out
}

/// The aspects that a text of [`EngineEvaluator::disagreements`] names, and the engine.
fn kinds_of_difference(text: &str) -> String {
    let aspects = [
        "status",
        "frames",
        "steps",
        "peak memory",
        "memory digest",
        "result",
        "transcript",
    ];
    let named: Vec<&str> = aspects
        .into_iter()
        .filter(|aspect| {
            text.contains(&format!("': {aspect}: ")) || text.contains(&format!("; {aspect}: "))
        })
        .collect();
    let engine = text.rsplit_once("with ").map_or("", |(_, engine)| engine);
    format!("{} with {engine}", named.join(", "))
}

/// How a run of `main` ended.
struct Run {
    name: &'static str,
    status: String,
    /// Exit status of the process that it stands for.
    exit: i32,
    trap: Option<String>,
    frames: Vec<String>,
    steps: u64,
    peak: u64,
    digest: u64,
    output: Vec<u8>,
    errors: Vec<u8>,
    /// It did nothing but write.
    only_writes: bool,
    limited: bool,
    unsupported: bool,
    bug: bool,
}

fn run(compilation: &Compilation, kind: EngineKind, limits: &Limits) -> Run {
    let module: &Module = &compilation.module;
    let Some(main) = compilation.main else {
        return Run {
            name: kind.name(),
            status: "no main".to_owned(),
            exit: 1,
            trap: None,
            frames: Vec::new(),
            steps: 0,
            peak: 0,
            digest: 0,
            output: Vec::new(),
            errors: Vec::new(),
            only_writes: true,
            limited: false,
            unsupported: true,
            bug: false,
        };
    };
    let mut host = StdHost::new(HostOptions::default(), None);
    // Extern variables have their values, as in `sxc run --engine`; libraries are not called.
    let adopted = (module.globals.iter()).any(|global| global.extern_symbol.is_some());
    let adopted = adopted.then(|| {
        let mut module = module.clone();
        host.adopt_data(&mut module);
        module
    });
    let module = adopted.as_ref().unwrap_or(module);
    let mut engine = engines::create(kind);
    let args = vec![0; module.params_of(main).len()];
    let outcome = engine.run(module, main, &args, limits, &mut host);
    let (exit, trap) = match &outcome.status {
        Status::Finished(values) => (i32::from(values.first().copied().unwrap_or(0) as u8), None),
        Status::Exit(status) => (i32::from(*status as u8), None),
        Status::Trapped(trap) => (134, Some(trap.message())),
        Status::Limit(_) | Status::Unsupported(_) | Status::Refused(_) | Status::Bug(_) => {
            (-1, None)
        }
    };
    Run {
        name: kind.name(),
        status: format!("{:?}", outcome.status),
        exit,
        trap,
        frames: outcome
            .frames
            .iter()
            .map(|frame| frame_text(module, frame))
            .collect(),
        steps: outcome.steps,
        peak: outcome.peak_memory,
        digest: outcome.memory.digest(),
        output: host.transcript.output(1),
        errors: host.transcript.output(2),
        only_writes: host
            .transcript
            .effects
            .iter()
            .all(|effect| matches!(effect, Effect::Write { .. })),
        limited: matches!(outcome.status, Status::Limit(_)),
        unsupported: matches!(outcome.status, Status::Unsupported(_) | Status::Refused(_)),
        bug: matches!(outcome.status, Status::Bug(_)),
    }
}

/// Adds a line for an aspect in which two things differ.
fn note<T: PartialEq + std::fmt::Debug>(list: &mut Vec<(String, String)>, what: &str, a: T, b: T) {
    if a != b {
        list.push((what.to_owned(), format!("{what}: {a:?} against {b:?}")));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fault_of(list: &[(String, String)], who: &str, than: &str) -> Result<(), Fault> {
    if list.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = list.iter().map(|(name, _)| name.as_str()).collect();
    let details: Vec<&str> = list.iter().map(|(_, detail)| detail.as_str()).collect();
    Err(Fault::new(
        format!("main: {} in {who}", names.join(", ")),
        format!("{who} against {than}\n{}", details.join("\n")),
    ))
}

impl Run {
    /// Equal in everything that engines promise.
    fn same(&self, other: &Run) -> Result<(), Fault> {
        let mut list = Vec::new();
        note(&mut list, "status", &self.status, &other.status);
        note(&mut list, "stdout", text(&self.output), text(&other.output));
        note(&mut list, "stderr", text(&self.errors), text(&other.errors));
        note(&mut list, "frames", &self.frames, &other.frames);
        note(&mut list, "steps", self.steps, other.steps);
        note(&mut list, "peak memory", self.peak, other.peak);
        if self.trap.is_none() && !self.limited {
            note(&mut list, "memory digest", self.digest, other.digest);
        }
        fault_of(&list, self.name, other.name)
    }

    /// Equal in what a user sees.
    fn same_behaviour(&self, other: &Run, how: &str) -> Result<(), Fault> {
        let mut list = Vec::new();
        note(&mut list, "exit", self.exit, other.exit);
        note(&mut list, "trap", &self.trap, &other.trap);
        // Inlining removes frames, but the innermost one keeps its place.
        let place = |run: &Run| {
            run.frames.first().map(|frame| {
                frame
                    .split_once(" at ")
                    .map_or("", |(_, place)| place)
                    .to_owned()
            })
        };
        note(&mut list, "place", place(self), place(other));
        note(&mut list, "stdout", text(&self.output), text(&other.output));
        note(&mut list, "stderr", text(&self.errors), text(&other.errors));
        fault_of(&list, how, other.name)
    }
}

fn compare_engines(
    compilation: &Compilation,
    reference: &Run,
    limits: &Limits,
) -> Result<Verdict, Fault> {
    if reference.bug {
        return Err(Fault::new(
            format!("main bug: {}", shape(&reference.status)),
            reference.status.clone(),
        ));
    }
    for kind in &ENGINES[1..] {
        run(compilation, *kind, limits).same(reference)?;
    }
    Ok(if reference.unsupported {
        Verdict::Unsupported
    } else if reference.trap.is_some() || reference.limited {
        Verdict::Trapped
    } else {
        Verdict::Finished
    })
}

/// Generated programs print `name: compile time | run time | expected`, as many columns as they have.
fn claims(output: &[u8]) -> Result<(), Fault> {
    for line in text(output).lines() {
        let Some((name, values)) = line.split_once(": ") else {
            continue;
        };
        let values: Vec<&str> = values.split(" | ").collect();
        let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match values.as_slice() {
            [compile, run, ..] if compile != run => {
                return Err(Fault::new(format!("#run differs: {kind}"), line.to_owned()));
            }
            [_, run, expected] if run != expected => {
                return Err(Fault::new(UNEXPECTED, line.to_owned()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The output of a generated program as it should be: the last column of a line is what is expected, if there are
/// three, and what happens at run time otherwise.
pub fn as_claimed(output: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for line in text(output).split_inclusive('\n') {
        let (rest, end) = match line.strip_suffix('\n') {
            Some(rest) => (rest, "\n"),
            None => (line, ""),
        };
        let columns = rest
            .split_once(": ")
            .map(|(name, values)| (name, values.split(" | ").collect::<Vec<_>>()));
        match columns {
            Some((name, values)) if matches!(values.len(), 2 | 3) => {
                let right = values[values.len() - 1];
                let values = vec![right; values.len()].join(" | ");
                out.push_str(&format!("{name}: {values}{end}"));
            }
            _ => out.push_str(line),
        }
    }
    out.into_bytes()
}

fn native_agrees(compilation: &Compilation, level: Level, reference: &Run) -> Result<(), Fault> {
    let who = level.name();
    let ended = native::run(compilation, level)
        .map_err(|what| Fault::new(format!("{who} fails: {}", shape(&what)), what))?;
    let mut list = Vec::new();
    let expected = text(&reference.output);
    note(
        &mut list,
        "exit",
        ended.status.unwrap_or(-1),
        reference.exit,
    );
    note(&mut list, "stdout", text(&ended.stdout), expected.clone());
    if let Some(trap) = &reference.trap
        && !ended.stderr.contains(trap.as_str())
    {
        list.push((
            "trap".to_owned(),
            format!("trap: {} against {trap}", ended.stderr),
        ));
    }
    // Addresses are the system's natively.
    if expected.contains("@0x") {
        return Ok(());
    }
    fault_of(&list, who, reference.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_forget_names_and_numbers() {
        assert_eq!(shape("unknown type 'Abc' at 12"), "unknown type '' at 0");
        assert_eq!(place_of("boom (src/a.rs:3:4)\nmore"), "src/a.rs:3:4)");
    }

    #[test]
    fn claims_are_compared() {
        assert!(claims(b"f1: 3 | 3\nother text\n").is_ok());
        assert!(claims(b"f1: 3 | 4\n").is_err());
        let right = as_claimed(b"t0: 1 | 2 | 3\nf1: 4 | 5\nx: y\n\n7");
        assert_eq!(text(&right), "t0: 3 | 3 | 3\nf1: 5 | 5\nx: y\n\n7");
    }
}
