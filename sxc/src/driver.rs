//! `sxc build` of a program that has a build driver: compile-time code that emits and links through the compiler.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sx_sema::{BuildActions, Compilation, Evaluated, LinkJob};
use sx_syntax::{Diagnostic, FileId, Span};
use sx_tier_api::{Frame, Status};

use crate::c_sources;
use crate::cli::{CodegenArgs, LinkArgs, OptLevel};
use crate::native;
use crate::object_cache::Found;
use crate::pipeline::{Compiled, plain};
use crate::scratch::Scratch;

struct Actions<'a> {
    compilation: &'a Compilation,
    opt: OptLevel,
    codegen: &'a CodegenArgs,
    link: &'a LinkArgs,
    object: PathBuf,
    emitted: bool,
    found: Option<Found>,
    c_objects: Option<Vec<String>>,
    output: PathBuf,
    scratch: &'a Scratch,
    /// Seconds of what has been done.
    phases: Vec<(&'static str, f64)>,
}

impl Actions<'_> {
    fn time<T>(&mut self, phase: &'static str, work: impl FnOnce(&Self) -> T) -> T {
        let started = Instant::now();
        let done = work(self);
        self.phases.push((phase, started.elapsed().as_secs_f64()));
        done
    }
}

impl BuildActions for Actions<'_> {
    fn emit_object(&mut self) -> Result<String, String> {
        if !self.emitted {
            self.found = self.time("emit", |s| {
                let compilation = s.compilation;
                native::emit_object(
                    &compilation.module,
                    &compilation.roots,
                    &s.object,
                    s.opt,
                    s.codegen,
                    s.link,
                )
            })?;
            self.emitted = true;
        }
        Ok(shown(&self.object))
    }

    fn c_object_paths(&mut self) -> Result<Vec<String>, String> {
        if let Some(known) = &self.c_objects {
            return Ok(known.clone());
        }
        let sources = &self.compilation.c_sources;
        let made = if sources.is_empty() {
            Vec::new()
        } else {
            self.time("c", |s| {
                c_sources::objects(sources, s.opt >= OptLevel::Default, s.scratch)
            })?
        };
        let paths: Vec<String> = made.iter().map(|path| shown(path)).collect();
        self.c_objects = Some(paths.clone());
        Ok(paths)
    }

    fn libraries(&self) -> Vec<String> {
        self.compilation.module.libraries.clone()
    }

    fn flags(&self, program: &[String]) -> Vec<String> {
        program
            .iter()
            .chain(&self.link.link_flags)
            .cloned()
            .collect()
    }

    fn output(&self, program: Option<&str>) -> String {
        // The driver may still set another path.
        match program {
            Some(path) if self.compilation.output_path.as_deref() != Some(path) => path.to_owned(),
            Some(_) | None => shown(&self.output),
        }
    }

    fn target(&self) -> String {
        self.compilation.module.target.triple.clone()
    }

    fn link(&mut self, job: LinkJob) -> Result<(), String> {
        let output = PathBuf::from(&job.output);
        if let Some(folder) = output.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| {
                format!("cannot create '{}': {}", folder.display(), plain(&error))
            })?;
        }
        // The flags have the command line's among them.
        let args = LinkArgs {
            link_flags: Vec::new(),
            ..self.link.clone()
        };
        let objects = job.objects.into_iter().map(PathBuf::from).collect();
        self.time("link", |s| {
            native::link(
                objects,
                &output,
                s.scratch,
                &s.compilation.module.target,
                &job.libraries,
                &job.flags,
                &args,
            )
        })
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Why there is no product.
pub enum Failure {
    Message(String),
    Told(Box<Diagnostic>),
}

/// Where a call stands in the source.
fn place(compilation: &Compilation, call: &Frame) -> Option<Span> {
    let at = compilation.module.loc(call.loc);
    let file = FileId(at.file);
    let source = compilation.sources.get(file).filter(|_| at.line != 0)?;
    let lo = source.line_start(at.line) + at.col - 1;
    Some(Span::new(file, lo, lo + 1))
}

/// A driver that was stopped: at the innermost call in the program's own files, with the calls that led there. What its
/// variables held isn't known: nothing that has been linked is linked once more to find out.
fn stopped(
    compilation: &Compilation,
    library: &[PathBuf],
    reason: &str,
    frames: &[Frame],
) -> Diagnostic {
    let module = &compilation.module;
    let calls: Vec<(String, Option<Span>)> = frames
        .iter()
        .flat_map(|frame| frame.calls(module))
        .map(|call| {
            let name = format!("in '{}'", module.func(call.func).name);
            (name, place(compilation, &call))
        })
        .collect();
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let library: Vec<PathBuf> = library.iter().map(|folder| whole(folder)).collect();
    let users = |span: &Span| {
        let path = whole(Path::new(compilation.sources.path(span.file)));
        !library.iter().any(|folder| path.starts_with(folder))
    };
    let spans = || calls.iter().filter_map(|(_, span)| *span);
    let message = format!("the build driver failed: {reason}");
    let mut diagnostic = match spans().find(users).or_else(|| spans().next()) {
        Some(span) => Diagnostic::error(span, message),
        None => Diagnostic::error_without_span(message),
    };
    for (name, span) in calls {
        diagnostic = diagnostic.with_note(span, name);
    }
    diagnostic
}

/// Runs the driver. It decides what is emitted and linked.
pub fn run(
    compiled: &mut Compiled,
    opt: OptLevel,
    codegen: &CodegenArgs,
    link: &LinkArgs,
    library: &[PathBuf],
    object: Option<PathBuf>,
    output: &Path,
) -> Result<(), Failure> {
    let scratch = Scratch::new().map_err(|error| {
        Failure::Message(format!(
            "cannot create a temporary folder: {}",
            plain(&error)
        ))
    })?;
    let mut actions = Actions {
        compilation: &compiled.compilation,
        opt,
        codegen,
        link,
        object: object.unwrap_or_else(|| scratch.join("program.o")),
        emitted: false,
        found: None,
        c_objects: None,
        output: output.to_path_buf(),
        scratch: &scratch,
        phases: Vec::new(),
    };
    compiled.evaluator.trust();
    // Linking three times would not make it any safer.
    compiled.evaluator.keep_one_engine();
    let started = Instant::now();
    let end = compiled
        .compilation
        .drive(&mut compiled.evaluator, &mut actions);
    let seconds = started.elapsed().as_secs_f64();
    compiled.found = actions.found;
    compiled.clock.phases.append(&mut actions.phases);
    let Some(end) = end else {
        return Ok(());
    };
    compiled
        .clock
        .phases
        .push(("build driver, in all", seconds));
    compiled.compilation.stats.evaluations.push(Evaluated {
        name: "__build".to_owned(),
        asked_at: end.asked_at,
        patched: "nothing",
        engine: end.engine,
        steps: end.steps,
        peak_memory: end.peak_memory,
        seconds,
        ..Evaluated::default()
    });
    let reason = match end.status {
        Status::Finished(_) if end.success => return Ok(()),
        Status::Finished(_) => {
            let message = "post-link callback returned false".to_owned();
            return Err(Failure::Message(message));
        }
        Status::Exit(code) => {
            drop(scratch);
            std::process::exit(code);
        }
        Status::Unsupported(reason) | Status::Refused(reason) => reason,
        Status::Trapped(trap) => trap.message(),
        Status::Limit(_) => "a limit was reached".to_owned(),
        Status::Bug(text) => format!("internal error: {text}"),
    };
    let diagnostic = stopped(&compiled.compilation, library, &reason, &end.frames);
    Err(Failure::Told(Box::new(diagnostic)))
}
