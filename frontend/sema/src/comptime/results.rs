//! What becomes of an evaluation's end: a constant with the objects it refers to, or the mistake to report.

use std::rc::Rc;

use sx_ir::{ConstImage, Global, Reloc, RelocTarget, Symbol, TypeId, TypeKind};
use sx_syntax::Diagnostic;
use sx_tier_api::{Explanation, Status};

use crate::api::{Evaluated, Evaluation, Unexplained, Unstorable};
use crate::comptime::eval::{Root, Run};
use crate::comptime::failure::limit_text;
use crate::comptime::purpose::Purpose;
use crate::comptime::saved::Saving;
use crate::emission::value::CtVal;
use crate::sema::{Failed, NominalState, Res, Sema};

/// What is known of why an evaluation failed.
type Story = Result<Explanation, Unexplained>;

impl Sema<'_> {
    /// Takes over what an evaluation has come to.
    pub fn commit_root(
        &mut self,
        root: &Root,
        saving: Option<&Saving>,
        evaluation: Evaluation,
        story: &Story,
        run: Run,
    ) -> Res<CtVal> {
        self.note_work(root, &evaluation, run);
        let spoilt = saving.is_some() && self.caches.saved_spoilt || self.caches.context_spoilt;
        if matches!(evaluation.status, Status::Trapped(_)) && spoilt {
            return Err(Failed);
        }
        if !matches!(evaluation.status, Status::Finished(_)) {
            return Err(self.unfinished(root, &evaluation, story));
        }
        let (mut image, objects) = match evaluation.result {
            Some(Ok(result)) => (result.image, result.objects),
            Some(Err(unstorable)) => {
                return Err(self.not_storable(root, saving, &unstorable, story));
            }
            None => (ConstImage::default(), Vec::new()),
        };
        let (func, ty, span) = (root.func, root.ty, root.span);
        let first_object = self.m.globals.len();
        self.take_objects(root, &mut image, objects, run);
        if let Some(saving) = saving {
            self.check_template_writes(func, saving, &image, span)?;
            self.keep_saved(saving, &image, first_object);
            image = slice_image(&image, 0, self.m.types.size_of(ty));
        }
        image.bytes.resize(self.m.types.size_of(ty) as usize, 0);
        if let Some(word) = self.forged_type(ty, &image, 0) {
            if matches!(root.purpose, Purpose::Default) {
                return Err(Failed);
            }
            let subject = root.purpose.subject(root.number);
            return Err(self.error(
                span,
                format!("{subject}: its value holds {word} where a 'Type' should be"),
            ));
        }
        self.normalise_strings(ty, &mut image, 0);
        let whole = CtVal {
            ty,
            image: Rc::new(image),
            literal: false,
        };
        match &root.failable {
            None => Ok(whole),
            Some(values) => self.success_of(root, &whole, values),
        }
    }

    /// Keeps for `--time` and traces what the evaluation took.
    fn note_work(&mut self, root: &Root, evaluation: &Evaluation, run: Run) {
        let name = self.m.func(root.func).name.clone();
        let at = self.sources.line_col(root.span);
        let file = self.sources.path(root.span.file);
        let asked_at = format!("{file}:{}:{}", at.line, at.col);
        let files = std::mem::take(&mut self.caches.files_read);
        let reads = self.read_set(root.func, files);
        self.stats.evaluations.push(Evaluated {
            name,
            asked_at,
            patched: root.purpose.patches(),
            engine: evaluation.engine,
            steps: evaluation.steps,
            peak_memory: evaluation.peak_memory,
            seconds: run.seconds,
            reads,
        });
    }

    fn some_type_failed(&self) -> bool {
        let mut nominals = self.nominals.values();
        nominals.any(|info| info.state == NominalState::Failed)
    }

    /// Reports an evaluation without a result; at its end by `exit` there is nothing to report.
    fn unfinished(&mut self, root: &Root, evaluation: &Evaluation, story: &Story) -> Failed {
        let reason = match &evaluation.status {
            Status::Finished(_) => return Failed,
            Status::Exit(code) => {
                self.exit = Some(*code);
                return Failed;
            }
            Status::Trapped(trap) => match evaluation.closed {
                // What has been told of the type is the mistake.
                None if self.some_type_failed() => return Failed,
                None => trap.message(),
                Some(global) => {
                    if let Some(missing) = self.layout_asked_for(evaluation) {
                        // One of several that ran at once: there is only what is wrong with the type to tell.
                        return match self.lay_out_missing(root.func, &missing) {
                            Ok(()) => {
                                self.error(root.span, "internal: a type was laid out too late")
                            }
                            Err(failed) => failed,
                        };
                    }
                    if let Some(cycle) = self.global_cycle(global, &evaluation.frames) {
                        return cycle;
                    }
                    if root.purpose.is_run_in_body() {
                        self.caches.lacks_operation = true;
                        return Failed;
                    }
                    let global = self.m.global(global);
                    let symbol = global.extern_symbol.as_ref().unwrap_or(&global.name);
                    format!("symbol not found: '{symbol}'")
                }
            },
            Status::Limit(limit) => limit_text(*limit).to_owned(),
            Status::Unsupported(_) if root.purpose.is_run_in_body() => {
                self.caches.lacks_operation = true;
                return Failed;
            }
            Status::Unsupported(reason) | Status::Refused(reason) => reason.clone(),
            Status::Bug(text) => {
                return self.error(
                    root.span,
                    format!("internal error in the comptime engine: {text}"),
                );
            }
        };
        self.comptime_failure(
            root.span,
            &root.purpose,
            root.number,
            &reason,
            &evaluation.frames,
            root.func,
            story,
        )
    }

    /// Reports a result that can't become part of the program.
    fn not_storable(
        &mut self,
        root: &Root,
        saving: Option<&Saving>,
        unstorable: &Unstorable,
        story: &Story,
    ) -> Failed {
        let saved = saving.and_then(|saving| self.saved_path(saving, &unstorable.path));
        let place = match &root.purpose {
            _ if saved.is_some() => saved.unwrap_or_default(),
            Purpose::Constant(name) | Purpose::Global(name) => {
                format!("{name}{}", unstorable.path)
            }
            _ => format!("result{}", unstorable.path),
        };
        let subject = root.purpose.subject(root.number);
        let diag = Diagnostic::error(
            root.span,
            format!(
                "{subject}: {place} can't be stored in the program: {}",
                unstorable.reason
            ),
        );
        let diag = match story {
            Ok(story) => self.with_object(diag, story),
            Err(_) => diag,
        };
        self.report(diag)
    }

    /// Adds the objects that a result refers to, and lets it refer to them where they are now: other results may have
    /// been taken over since the run began.
    fn take_objects(
        &mut self,
        root: &Root,
        image: &mut ConstImage,
        mut objects: Vec<Global>,
        run: Run,
    ) {
        let moved = (self.m.globals.len() - run.globals) as u32;
        let inits = objects.iter_mut().map(|object| &mut object.init);
        for init in inits.chain([image]) {
            for reloc in &mut init.relocs {
                if let RelocTarget::Global(id) = &mut reloc.target
                    && id.index() >= run.globals
                {
                    id.0 += moved;
                }
            }
        }
        // Reached through a variable, it can be written.
        let writable = matches!(root.purpose, Purpose::Global(_) | Purpose::RunKept);
        for mut object in objects {
            if let Purpose::Constant(name) | Purpose::Global(name) = &root.purpose
                && object.is_stored_object()
            {
                object.name = format!("{}{name}", sx_ir::STORED_OBJECT);
            }
            object.mutable |= writable;
            object.mergeable &= !writable;
            self.m.add_global(object);
        }
    }

    /// The value of a failable's result, whose value slots are `values`.
    fn success_of(
        &mut self,
        root: &Root,
        whole: &CtVal,
        values: &[(Option<Symbol>, TypeId)],
    ) -> Res<CtVal> {
        let ty = whole.ty;
        // The error slot is last; 0 is success. Behind it stands the trace of a failure.
        let failed = self
            .m
            .types
            .members(ty)
            .and_then(|m| m.first().map(|f| f.1))
            .unwrap_or(ty);
        let offset = self.m.types.offset_of(failed, values.len());
        let tag = self.get_int(&whole.image.bytes, offset as usize, 4);
        if tag != 0 {
            return Err(self.came_to_error(root, whole, tag));
        }
        let stripped = match values {
            [] => TypeId::VOID,
            [(_, one)] => *one,
            _ => self.m.types.intern(TypeKind::Tuple(values.to_vec())),
        };
        let size = self.m.types.size_of(stripped);
        let val = CtVal {
            ty: stripped,
            image: Rc::new(slice_image(&whole.image, 0, size)),
            literal: false,
        };
        let passed = matches!(root.purpose, Purpose::RunPassed);
        match root.want {
            Some(want) if passed && self.passes_as_copy(stripped, want) => Ok(val),
            Some(want) if want != stripped => self.convert_ct(&val, want, root.span),
            _ => Ok(val),
        }
    }

    /// Reports that an evaluation came to an error.
    fn came_to_error(&mut self, root: &Root, whole: &CtVal, tag: u64) -> Failed {
        if matches!(root.purpose, Purpose::Default) {
            return Failed;
        }
        let trace = self.recorded_trace(whole.ty, &whole.image);
        let name = self
            .error_names
            .get(tag as usize - 1)
            .map_or("?", |s| s.as_str());
        let which = match &root.purpose {
            Purpose::Constant(n) | Purpose::Global(n) => n.to_string(),
            Purpose::Statement => "top-level statement".to_string(),
            _ => format!("__ct_{}", root.number),
        };
        let (what, place) = match &root.purpose {
            Purpose::Insert => ("the operand of `#insert`".to_string(), "there"),
            _ => (format!("comptime `#run` ({which})"), "at the #run site"),
        };
        let diag = Diagnostic::error(
            root.span,
            format!("{what} raised an unhandled error: error.{name}{trace}"),
        )
        .with_help(
            None,
            format!("handle it {place} with `catch (e) {{ ... }}` or `or <default>`"),
        );
        self.report(diag)
    }
}

/// `size` bytes of an image from `offset`, with the relocations in them.
pub fn slice_image(image: &ConstImage, offset: u64, size: u64) -> ConstImage {
    let (from, to) = (offset as usize, (offset + size) as usize);
    let mut bytes = image
        .bytes
        .get(from.min(image.bytes.len())..to.min(image.bytes.len()))
        .unwrap_or(&[])
        .to_vec();
    bytes.resize(size as usize, 0);
    let relocs = image
        .relocs
        .iter()
        .filter(|r| r.offset >= offset && r.offset < offset + size)
        .map(|r| Reloc {
            offset: r.offset - offset,
            ..*r
        })
        .collect();
    ConstImage { bytes, relocs }
}
