//! Compile-time code that fails: the error at the innermost frame of the user's, the object concerned, the stack, and
//! what the variables hold.

use rustc_hash::FxHashMap;
use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, Function, GlobalId, LocId, Module, Symbol, TypeId, TypeTable};
use sx_syntax::{DiagKind, Diagnostic, FileId, Span};
use sx_tier_api::{Explanation, Frame, Place, Status};

use crate::api::{Evaluation, Failure, Surroundings, Unexplained};
use crate::comptime::host::CompilerHost;
use crate::comptime::purpose::Purpose;
use crate::comptime::{reach, type_names};
use crate::metaprogramming::define;
use crate::sema::{Failed, ModId, Sema};

/// Frames shown at each end of a long stack.
const SHOWN: usize = 12;

/// Exchanges functions with those kept.
pub fn exchange(funcs: &mut [Function], kept: &mut FxHashMap<FuncId, Function>) {
    for (id, func) in kept {
        if let Some(place) = funcs.get_mut(id.index()) {
            std::mem::swap(place, func);
        }
    }
}

/// A line of the stack: a frame of the source, inlined or not.
pub struct StackLine {
    pub func: FuncId,
    pub loc: LocId,
    pub text: String,
    pub span: Option<Span>,
}

/// Whether an evaluation was ended only to run again with more known: nothing has gone wrong.
pub fn runs_again(status: &Status) -> bool {
    match status {
        Status::Refused(why) | Status::Unsupported(why) => {
            [type_names::RUN_AGAIN, define::RUN_AGAIN, reach::RUN_AGAIN].contains(&why.as_str())
        }
        Status::Finished(_)
        | Status::Trapped(_)
        | Status::Limit(_)
        | Status::Exit(_)
        | Status::Bug(_) => false,
    }
}

/// A limit that was reached, in words.
pub fn limit_text(limit: LimitKind) -> &'static str {
    match limit {
        LimitKind::Steps => "the step limit was reached (--comptime-steps)",
        LimitKind::Memory => "the memory limit was reached (--comptime-memory)",
        LimitKind::Depth => "the call depth limit was reached (--comptime-depth)",
        LimitKind::Stack => "the stack memory for local variables is used up",
        LimitKind::Block => "one block of memory has at most 256 MiB at compile time",
    }
}

/// Whether an evaluation is run again, to tell about its end.
pub fn is_told(evaluation: &Evaluation) -> bool {
    match evaluation.status {
        Status::Trapped(_) | Status::Limit(_) => true,
        Status::Finished(_) => matches!(evaluation.result, Some(Err(_))),
        Status::Exit(_) | Status::Unsupported(_) | Status::Refused(_) | Status::Bug(_) => false,
    }
}

impl Sema<'_> {
    /// What there is to tell about the end of an evaluation, which is run again for it. `host` answers its questions.
    pub fn story_of(
        &mut self,
        m: &mut Module,
        root: FuncId,
        (result, saving): (Option<(GlobalId, TypeId)>, bool),
        evaluation: &Evaluation,
        host: &dyn for<'m> Fn(&'m TypeTable) -> CompilerHost<'m>,
    ) -> Result<Explanation, Unexplained> {
        let errors: Vec<String> = self.error_names.iter().map(Symbol::to_string).collect();
        let files = self.files;
        let mut answers = host(&m.types);
        answers.files = Some(files);
        let moment = self.evaluator.moment(Failure {
            module: m,
            root,
            compiler: &mut answers,
            evaluation,
            result,
            saving,
            errors: &errors,
        });
        let kept = &mut self.caches.unoptimised;
        exchange(&mut m.funcs, kept);
        let mut answers = host(&m.types);
        answers.files = Some(files);
        let failed = Failure {
            module: m,
            root,
            compiler: &mut answers,
            evaluation,
            result,
            saving,
            errors: &errors,
        };
        let story = self.evaluator.explain(failed, moment);
        exchange(&mut m.funcs, kept);
        story
    }

    /// Keeps functions as they are before the passes first see them.
    pub fn keep_unoptimised(&mut self, funcs: &[FuncId]) {
        if !self.cfg.optimise_evaluations {
            return;
        }
        for id in funcs {
            let func = self.m.func(*id);
            if func.body.is_some() && !self.optimised.contains(id) {
                self.caches.unoptimised.insert(*id, func.clone());
            }
        }
    }

    /// The files read so far, for what engines say of positions, and the positions themselves.
    pub fn name_files(&mut self) {
        self.settle_locs();
        let (known, all) = (self.m.files.len(), self.sources.len());
        for i in known..all {
            let path = self.sources.path(sx_syntax::FileId(i as u32)).to_string();
            self.m.files.push(path);
        }
    }

    /// Tells the evaluator what surrounds the evaluation that is to run next.
    pub fn tell_surroundings(&mut self) {
        if !self.evaluator.wants_surroundings() {
            return;
        }
        let files = (0..self.sources.len()).map(|i| FileId(i as u32));
        let library: Vec<bool> = files
            .map(|file| self.in_library_file(Span::new(file, 0, 0)))
            .collect();
        self.evaluator.surroundings(Surroundings {
            sources: &self.sources,
            library: &library,
            errors: &self.error_names,
        });
    }

    pub fn comptime_failure(
        &mut self,
        span: Span,
        purpose: &Purpose,
        number: u32,
        reason: &str,
        frames: &[Frame],
        root: FuncId,
        story: &Result<Explanation, Unexplained>,
    ) -> Failed {
        let subject = purpose.subject(number);
        self.settle_locs();
        let lines = self.stack_lines(frames, root);
        let user = lines
            .iter()
            .position(|line| line.span.is_some_and(|span| !self.in_library_file(span)))
            .unwrap_or(0);
        // Mistakes in making a type stand where it is asked for.
        let at = match purpose {
            Purpose::Type => span,
            _ => lines.get(user).and_then(|line| line.span).unwrap_or(span),
        };
        let mut diag = Diagnostic::error(at, format!("{subject}: {reason}"));
        // The explanation starts at the first or, where a call was refused at its entry, at the second line.
        let told = story.as_ref().ok().and_then(|story| {
            let first = story.frames.first()?;
            let same = |line: &StackLine| {
                line.func == first.func
                    && Place::of(&self.m, line.loc) == Place::of(&self.m, first.loc)
            };
            // What the passes merged may stand at another place of the function.
            let offset = lines.iter().take(2).position(same);
            let near = || (lines.first()?.func == first.func).then_some(0);
            Some((offset.or_else(near)?, story))
        });
        if let Some((_, story)) = told {
            diag = self.with_object(diag, story);
        }
        let total = lines.len();
        for (i, line) in lines.into_iter().enumerate() {
            if total > 2 * SHOWN && i == SHOWN {
                diag = diag.with_note(None, format!("... {} more frames ...", total - 2 * SHOWN));
            }
            if total > 2 * SHOWN && i >= SHOWN && i < total - SHOWN {
                continue;
            }
            let mut note = Diagnostic::new(DiagKind::Note, line.text, line.span);
            if let Some((offset, story)) = told
                && (i == offset || i == user)
                && let Some(frame) = i.checked_sub(offset).and_then(|i| story.frames.get(i))
                && frame.func == line.func
            {
                let shown = frame
                    .values
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}"));
                note.extra_lines.extend(shown);
            }
            diag.children.push(note);
        }
        match story {
            Err(Unexplained::TooLong(steps)) => {
                diag = diag.with_note(
                    None,
                    format!(
                        "the values of variables are not known: it took more than {steps} steps"
                    ),
                );
            }
            Err(Unexplained::Effects) => {
                diag = diag.with_note(
                    None,
                    "the values of variables are not known: a host library was called",
                );
            }
            Err(Unexplained::NotPossible) | Ok(_) => {}
        }
        self.report(diag)
    }

    /// Adds the object concerned, and where it was made and freed.
    pub fn with_object(&self, mut diag: Diagnostic, story: &Explanation) -> Diagnostic {
        let Some(object) = &story.object else {
            return diag;
        };
        diag = diag.with_note(None, object.text.clone());
        for (what, calls) in [
            ("allocated here", &object.allocated),
            ("freed here", &object.freed),
        ] {
            if let Some(span) = self.user_place(calls) {
                diag = diag.with_note(Some(span), what);
            }
        }
        diag
    }

    /// The comptime stack, innermost first, inlined calls included.
    pub fn stack_lines(&self, frames: &[Frame], root: FuncId) -> Vec<StackLine> {
        let calls = frames.iter().flat_map(|frame| frame.calls(&self.m));
        calls
            .map(|Frame { func, loc }| {
                let name = &self.m.func(func).name;
                let text = if func == root {
                    format!("in the evaluation '{name}'")
                } else {
                    format!("in '{name}'")
                };
                StackLine {
                    func,
                    loc,
                    text,
                    span: self.loc_span(loc),
                }
            })
            .collect()
    }

    /// Where the innermost call in the user's files stands.
    fn user_place(&self, calls: &[Frame]) -> Option<Span> {
        let spans = || calls.iter().filter_map(|call| self.loc_span(call.loc));
        spans()
            .find(|span| !self.in_library_file(*span))
            .or_else(|| spans().next())
    }

    pub fn in_library_file(&self, span: Span) -> bool {
        let shown = self.sources.path(span.file);
        let module =
            self.modules
                .iter()
                .position(|module| match shown.strip_prefix(&*module.shown) {
                    // Generated text is named after the place that generates it.
                    Some(rest) => rest.is_empty() || rest.contains(": #insert"),
                    None => false,
                });
        module.is_some_and(|index| self.in_library_module(ModId(index as u32)))
    }
}
