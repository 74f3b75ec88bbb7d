//! Runs compile-time code for the frontend: chooses the engine, sets the limits, supplies the sandbox's host, and
//! with `--comptime=all` compares the engines.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sx_ir::{ConstImage, Module, TrapKind};
use sx_machine::Grants;
use sx_sema::{
    BatchItem, EvalRequest, EvalResult, Evaluation, Evaluator, Failure, FoldRequest, MakeEvaluator,
    NoCompiler, OutputPlace, Unexplained, Unstorable, Written,
};
use sx_tier_api::{Explanation, Host, Limits, Moment, Outcome, Status};

use std::time::Instant;

use crate::c_sources;
use crate::engines::{self, Engine, EngineKind};
use crate::explain::Again;
use crate::fold::Folding;
use crate::held::{self, Running};
use crate::parting;
use crate::profile::{self, Profile, Samples};
use crate::progress::Progress;
use crate::record::{Record, describe, difference};
use crate::sandbox::{Output, Sandbox};
use crate::scratch;

/// Those that run each evaluation, the one that is asked first.
type Engines = Vec<(EngineKind, Box<dyn Engine>)>;

pub struct EngineEvaluator {
    engines: Engines,
    limits: Limits,
    grants: Grants,
    /// The program's C files, once an evaluation may call them.
    units: c_sources::Lazy,
    records: Vec<Record>,
    keep_records: bool,
    /// Differences found between engines.
    pub disagreements: Vec<String>,
    /// Where the engines of the first difference part, if `find_partings` says so.
    pub parting: Option<String>,
    pub find_partings: bool,
    /// Makes engines; tests put in others.
    pub make: fn(EngineKind) -> Box<dyn Engine>,
    /// Blocks that evaluations have lost, found by the checked interpreter.
    leaks: Vec<String>,
    /// Bytes that compile-time code has written to fd 1.
    pub stdout_bytes: u64,
    /// Files that compile-time code has read.
    pub inputs: Vec<std::path::PathBuf>,
    progress: Option<Progress>,
    /// What evaluations depend on is to be recorded.
    pub read_sets: bool,
    /// Files that the last evaluation has read.
    last_inputs: Vec<std::path::PathBuf>,
    /// The last evaluation, if its output is kept back.
    running: Option<Running>,
    pub folding: Folding,
    /// Of all evaluations, if their engine is the profiler.
    pub profile: Option<profile::interrupted::Shared>,
    /// Threads for independent evaluations.
    pub threads: usize,
    /// The last evaluation has called a host library.
    called_out: bool,
    /// Beside another evaluator, which does what is to be seen.
    replica: bool,
    /// Of a replica: an evaluation asked for something else than its result.
    had_effects: bool,
}

/// Steps of a replica's evaluation: what takes longer is not to be done several times.
const REPLICA_STEPS: u64 = 4_000_000;

impl EngineEvaluator {
    pub fn new(
        kinds: &[EngineKind],
        limits: Limits,
        grants: Grants,
        keep_records: bool,
    ) -> EngineEvaluator {
        EngineEvaluator {
            progress: Progress::start(),
            running: None,
            read_sets: false,
            last_inputs: Vec::new(),
            ..EngineEvaluator::unwatched(kinds, limits, grants, keep_records)
        }
    }

    fn unwatched(
        kinds: &[EngineKind],
        limits: Limits,
        grants: Grants,
        keep_records: bool,
    ) -> EngineEvaluator {
        EngineEvaluator {
            engines: kinds
                .iter()
                .map(|kind| (*kind, engines::create(*kind)))
                .collect(),
            limits,
            grants,
            units: c_sources::Lazy::default(),
            records: Vec::new(),
            keep_records,
            disagreements: Vec::new(),
            parting: None,
            find_partings: false,
            make: engines::create,
            leaks: Vec::new(),
            stdout_bytes: 0,
            inputs: Vec::new(),
            progress: None,
            running: None,
            read_sets: false,
            last_inputs: Vec::new(),
            folding: Folding::default(),
            profile: profile_of(kinds),
            threads: 1,
            called_out: false,
            replica: false,
            had_effects: false,
        }
    }

    /// Works in silence, and tells if something else was asked for.
    fn replica(kinds: &[EngineKind], limits: Limits) -> EngineEvaluator {
        let limits = Limits {
            steps: limits.steps.min(REPLICA_STEPS),
            ..limits
        };
        EngineEvaluator {
            replica: true,
            ..EngineEvaluator::unwatched(kinds, limits, Grants::default(), false)
        }
    }

    /// From now on evaluations run in these engines, made by `make`.
    pub fn use_engines(&mut self, kinds: &[EngineKind], make: fn(EngineKind) -> Box<dyn Engine>) {
        self.make = make;
        self.engines = kinds.iter().map(|kind| (*kind, make(*kind))).collect();
    }

    /// What runs each evaluation, in words; `one`: what has run one, if it was one engine.
    pub fn engine_names(&self, one: &'static str) -> String {
        match self.engines.as_slice() {
            [_] => one.to_owned(),
            all => {
                let names: Vec<&str> = all.iter().map(|(kind, _)| kind.name()).collect();
                names.join("+")
            }
        }
    }

    /// From now on files may be read and written and programs run, as a build driver does: it is the build, and whoever
    /// builds has asked for it (reference part 4 section 17).
    pub fn trust(&mut self) {
        self.grants.exec = true;
        if !self.grants.libraries.iter().any(|library| library == "c") {
            self.grants.libraries.push("c".to_owned());
        }
    }

    /// From now on only the first of several engines runs.
    pub fn keep_one_engine(&mut self) {
        self.engines.truncate(1);
    }

    /// What `--sanitize` says of lost blocks: a line for each evaluation and place of allocation.
    pub fn leaks(&self) -> String {
        let mut text = String::new();
        let mut lines = self.leaks.as_slice();
        while let [first, ..] = lines {
            let same = lines.iter().take_while(|line| *line == first).count();
            let _ = match same {
                1 => writeln!(text, "warning: {first}"),
                times => writeln!(text, "warning: {first} ({times} times)"),
            };
            lines = &lines[same..];
        }
        text
    }

    pub fn records(&self) -> &[Record] {
        &self.records
    }
}

impl Evaluator for EngineEvaluator {
    fn evaluate(&mut self, request: EvalRequest<'_>) -> Evaluation {
        scratch::watch();
        self.running = None;
        let EvalRequest {
            module,
            root,
            asked_by,
            result,
            saving,
            keep_output,
            c_sources,
            compiler,
        } = request;
        let units = match self.units_for(module, c_sources) {
            Ok(units) => units,
            Err(error) => return failed(Status::Unsupported(error)),
        };
        let mut ran = Ran::new(self.keep_records || self.engines.len() > 1);
        ran.replica = self.replica;
        for (kind, engine) in &mut self.engines {
            // The program's output appears once, whatever the number of engines.
            let output = match ran.chosen {
                None if self.replica => Output::Discard,
                // What a host library or a program writes can't be kept back.
                None if keep_output.is_some() && !may_call_out(&self.grants) => Output::Kept,
                None => Output::Live,
                Some(_) => Output::Discard,
            };
            let mut sandbox =
                Sandbox::for_comptime(&mut *compiler, &self.grants, units.clone(), output);
            if output == Output::Kept {
                let running = Running::at(keep_output.unwrap_or_default());
                sandbox = sandbox.with_echo(running.echo());
                self.running = Some(running);
            }
            if let Some(progress) = &self.progress {
                progress.begin(&module.func(root).name);
            }
            let job = Job {
                module,
                root,
                asked_by,
                result,
                saving,
                limits: &self.limits,
            };
            ran.add(job, *kind, engine.as_mut(), sandbox);
            if let Some(progress) = &self.progress {
                progress.end();
            }
        }
        if let Some(other) = ran.parted {
            self.find_parting(module, root, other, compiler);
        }
        self.take_over(ran)
    }

    fn evaluate_all(
        &mut self,
        module: &Module,
        items: &[BatchItem],
        c_sources: &[sx_cimport::Sources],
    ) -> Vec<(Evaluation, f64)> {
        // Effects outside happen one after another.
        let alone = self.grants != Grants::default();
        let threads = self.threads.min(items.len());
        if threads < 2 || alone {
            return self.one_by_one(module, items, c_sources);
        }
        scratch::watch();
        self.running = None;
        let kinds: Vec<EngineKind> = self.engines.iter().map(|(kind, _)| *kind).collect();
        let recording = self.keep_records || kinds.len() > 1;
        let (limits, grants, make) = (&self.limits, &self.grants, self.make);
        if let Some(progress) = &self.progress {
            progress.begin(&format!("{} evaluations", items.len()));
        }
        let run = |number: usize, item: &BatchItem, engines: &mut Engines| {
            let started = Instant::now();
            let mut ran = Ran::new(recording);
            let running = Running::at((0, 0, 0, number as u32));
            for (kind, engine) in engines {
                let output = if ran.chosen.is_none() {
                    Output::Kept
                } else {
                    Output::Discard
                };
                let mut nobody = NoCompiler;
                let mut sandbox = Sandbox::for_comptime(&mut nobody, grants, None, output);
                if output == Output::Kept {
                    sandbox = sandbox.with_echo(running.echo());
                }
                let job = Job {
                    module,
                    root: item.root,
                    asked_by: item.asked_by,
                    result: item.result,
                    saving: false,
                    limits,
                };
                ran.add(job, *kind, engine.as_mut(), sandbox);
            }
            (number, ran, running, started.elapsed().as_secs_f64())
        };
        // Each thread takes the next item when it is done with one, and keeps its engines: a new one for each item
        // would cost more than most items do.
        let next = AtomicUsize::new(0);
        let share = |engines: &mut Engines| {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                match items.get(number) {
                    Some(item) => done.push(run(number, item, engines)),
                    None => return done,
                }
            }
        };
        let own = &mut self.engines;
        let mut all = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .filter_map(|_| {
                    let work = || {
                        let engines = kinds.iter().map(|kind| (*kind, make(*kind)));
                        share(&mut engines.collect())
                    };
                    // Without another thread this one does all.
                    std::thread::Builder::new().spawn_scoped(scope, work).ok()
                })
                .collect();
            let mut all = share(own);
            for other in others {
                match other.join() {
                    Ok(done) => all.extend(done),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        });
        for entry in &mut all {
            // Where the host has no room for several machines, one may do.
            if entry.1.is_refused() {
                *entry = run(entry.0, &items[entry.0], own);
            }
        }
        all.sort_unstable_by_key(|(number, ..)| *number);
        if let Some(progress) = &self.progress {
            progress.end();
        }
        let mut out = Vec::with_capacity(all.len());
        for ((_, ran, running, seconds), item) in all.into_iter().zip(items) {
            running.written(|| self.write(&ran.output));
            if let Some(other) = ran.parted {
                self.find_parting(module, item.root, other, &mut NoCompiler);
            }
            let mut evaluation = self.take_over(ran);
            evaluation.output.clear();
            let over = matches!(evaluation.status, Status::Exit(_));
            out.push((evaluation, seconds));
            if over {
                break;
            }
        }
        out
    }

    fn replicas(&self) -> Option<Box<MakeEvaluator>> {
        let kinds: Vec<EngineKind> = self.engines.iter().map(|(kind, _)| *kind).collect();
        let grants = &self.grants;
        let plain = matches!(kinds[..], [kind] if kind != EngineKind::Sanitizer)
            && !self.keep_records
            && self.profile.is_none()
            && grants.read.is_empty()
            && grants.libraries.is_empty()
            && !grants.exec;
        let limits = self.limits;
        plain.then(|| -> Box<MakeEvaluator> {
            Box::new(move || Box::new(EngineEvaluator::replica(&kinds, limits)))
        })
    }

    fn had_effects(&self) -> bool {
        self.replica && self.had_effects
    }

    fn write(&mut self, written: &Written) {
        let stdout = written.iter().filter(|(fd, _)| *fd != 2);
        self.stdout_bytes += stdout.map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
        let write = || {
            for (fd, bytes) in written {
                held::write_to(*fd, bytes);
            }
        };
        match self.running.take() {
            Some(running) => running.written(write),
            None => write(),
        }
    }

    fn wants_read_sets(&self) -> bool {
        self.read_sets
    }

    fn files_read(&self) -> &[std::path::PathBuf] {
        &self.last_inputs
    }

    fn hold(&mut self, place: OutputPlace, written: &Written) {
        held::keep(place, written);
        self.running = None;
    }

    fn write_held(&mut self, all: &[Written]) {
        self.running = None;
        held::release(|| {
            for written in all {
                self.write(written);
            }
        });
    }

    fn moment(&mut self, failure: Failure<'_>) -> Option<Moment> {
        if self.replica {
            return None;
        }
        self.again().moment(failure)
    }

    fn explain(
        &mut self,
        failure: Failure<'_>,
        until: Option<Moment>,
    ) -> Result<Explanation, Unexplained> {
        if self.replica {
            return Err(Unexplained::NotPossible);
        }
        self.again().explain(failure, until)
    }

    fn fold_calls(&mut self, request: FoldRequest<'_>) {
        self.folding.run(request);
    }
}

/// What to run, whatever the engine.
#[derive(Clone, Copy)]
struct Job<'a> {
    module: &'a Module,
    root: sx_ir::FuncId,
    asked_by: &'static str,
    result: Option<(sx_ir::GlobalId, sx_ir::TypeId)>,
    saving: bool,
    limits: &'a Limits,
}

/// An evaluation that has run in every engine that was asked for.
struct Ran {
    recording: bool,
    chosen: Option<(Evaluation, Option<Record>)>,
    disagreements: Vec<String>,
    /// The first engine that differs from the one before all.
    parted: Option<EngineKind>,
    leaks: Vec<String>,
    samples: Option<Samples>,
    stdout_bytes: u64,
    inputs: Vec<std::path::PathBuf>,
    called_out: bool,
    /// Somebody wants to know of effects.
    replica: bool,
    /// It asked for something else than its result.
    had_effects: bool,
    /// What it has written, by descriptor, if that was kept back.
    output: Written,
}

impl Ran {
    fn new(recording: bool) -> Ran {
        Ran {
            recording,
            chosen: None,
            disagreements: Vec::new(),
            parted: None,
            leaks: Vec::new(),
            samples: None,
            stdout_bytes: 0,
            inputs: Vec::new(),
            called_out: false,
            replica: false,
            had_effects: false,
            output: Vec::new(),
        }
    }

    fn is_refused(&self) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_some_and(|(evaluation, _)| matches!(evaluation.status, Status::Refused(_)))
    }

    fn add(
        &mut self,
        job: Job<'_>,
        kind: EngineKind,
        engine: &mut dyn Engine,
        mut sandbox: Sandbox<'_>,
    ) {
        if !self.recording && !self.replica {
            sandbox = match sandbox.keeps_output() {
                true => sandbox.keeping_little(),
                false => sandbox.without_transcript(),
            };
        }
        let outcome = engine.run(job.module, job.root, &[], job.limits, &mut sandbox);
        if matches!(outcome.status, Status::Finished(_)) {
            let name = &job.module.func(job.root).name;
            for leak in engine.leaks() {
                self.leaks.push(format!("evaluation '{name}': {leak}"));
            }
        }
        if let Some(samples) = engine.samples() {
            let title = profile::title(job.module, job.root, job.asked_by);
            self.samples = Some(samples.titled(title));
        }
        self.called_out = sandbox.called_out();
        if self.replica {
            self.had_effects |= self.called_out
                || !sandbox.transcript().is_empty()
                || !sandbox.inputs().is_empty()
                || !matches!(outcome.status, Status::Finished(_));
        }
        if self.chosen.is_none() {
            // What is kept back counts when it is written, if it ever is.
            match sandbox.keeps_output() {
                true => self.output = sandbox.output(),
                false => self.stdout_bytes = sandbox.stdout_bytes(),
            }
        }
        self.inputs.extend_from_slice(sandbox.inputs());
        let digest = self.recording.then(|| outcome.memory.digest());
        let ran_in = engine.ran_in().unwrap_or(kind.name());
        let evaluation = conclude(ran_in, job.module, outcome, job.result, job.saving);
        let record = digest.map(|digest| {
            let mut record = describe(job.module, job.root, &evaluation, digest);
            record.transcript = sandbox.transcript();
            record
        });
        match &self.chosen {
            None => self.chosen = Some((evaluation, record)),
            Some((_, expected)) => {
                if let (Some(expected), Some(record)) = (expected, &record)
                    && expected != record
                {
                    self.parted.get_or_insert(kind);
                    self.disagreements
                        .push(difference(kind.name(), expected, record));
                }
            }
        }
    }
}

impl EngineEvaluator {
    /// The library of the program's C files, if evaluations may call them. Calling C needs a grant, and only then are
    /// the files compiled for it. Those of another machine can't be called here.
    pub fn units_for(
        &mut self,
        module: &Module,
        c_sources: &[sx_cimport::Sources],
    ) -> Result<Option<std::path::PathBuf>, String> {
        let granted = crate::triples::is_host(&module.target)
            && c_sources
                .iter()
                .any(|unit| self.grants.libraries.contains(&unit.name));
        if granted {
            self.units.get(c_sources)
        } else {
            Ok(None)
        }
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    fn take_over(&mut self, ran: Ran) -> Evaluation {
        self.called_out = ran.called_out;
        self.had_effects |= ran.had_effects;
        self.stdout_bytes += ran.stdout_bytes;
        self.last_inputs.clone_from(&ran.inputs);
        self.inputs.extend(ran.inputs);
        self.disagreements.extend(ran.disagreements);
        self.leaks.extend(ran.leaks);
        if let (Some(profile), Some(samples)) = (&self.profile, ran.samples) {
            let mut profile = profile.lock().unwrap_or_else(PoisonError::into_inner);
            profile.add(samples);
        }
        match ran.chosen {
            Some((mut evaluation, record)) => {
                evaluation.output = ran.output;
                if self.keep_records {
                    self.records.extend(record);
                }
                evaluation
            }
            None => failed(Status::Bug("no engine".to_owned())),
        }
    }

    /// Finds out where `other` and the first engine part, once.
    fn find_parting(
        &mut self,
        module: &Module,
        root: sx_ir::FuncId,
        other: EngineKind,
        compiler: &mut dyn Host,
    ) {
        let Some((first, _)) = self.engines.first() else {
            return;
        };
        if !self.find_partings || self.parting.is_some() {
            return;
        }
        let mut engines = [*first, other].map(|kind| (kind.name(), (self.make)(kind)));
        let (limits, grants) = (&self.limits, &self.grants);
        self.parting = parting::find(module, root, limits, &mut engines, &mut |job| {
            job(&mut Sandbox::for_repetition(&mut *compiler, grants));
        });
    }

    fn again(&self) -> Again<'_> {
        Again {
            limits: &self.limits,
            grants: &self.grants,
            sanitize: matches!(self.engines.first(), Some((EngineKind::Sanitizer, _))),
            called_out: self.called_out,
        }
    }
}

/// Whether other code than the engines' may write something.
fn may_call_out(grants: &Grants) -> bool {
    grants.exec || !grants.libraries.is_empty()
}

fn profile_of(kinds: &[EngineKind]) -> Option<profile::interrupted::Shared> {
    kinds.iter().find_map(|kind| match kind {
        EngineKind::Profiler(by) => Some(Arc::new(Mutex::new(Profile::new(*by)))),
        EngineKind::Auto
        | EngineKind::Vm
        | EngineKind::Jit
        | EngineKind::Interp
        | EngineKind::Sanitizer => None,
    })
}

/// An evaluation that did not begin.
pub(crate) fn failed(status: Status) -> Evaluation {
    Evaluation {
        status,
        engine: "none",
        frames: Vec::new(),
        steps: 0,
        peak_memory: 0,
        output: Written::new(),
        closed: None,
        result: None,
    }
}

/// Reads the result out of the machine's memory.
pub(crate) fn conclude(
    engine: &'static str,
    module: &Module,
    outcome: Outcome,
    result: Option<(sx_ir::GlobalId, sx_ir::TypeId)>,
    saving: bool,
) -> Evaluation {
    let finished = matches!(outcome.status, Status::Finished(_));
    let closed = closed_access(module, &outcome);
    let result = match result {
        Some((global, ty)) if finished => Some(extract(module, &outcome, global, ty, saving)),
        Some(_) | None => None,
    };
    Evaluation {
        status: outcome.status,
        engine,
        frames: outcome.frames,
        steps: outcome.steps,
        peak_memory: outcome.peak_memory,
        output: Written::new(),
        closed,
        result,
    }
}

/// The closed global that an access ended the evaluation at.
fn closed_access(module: &Module, outcome: &Outcome) -> Option<sx_ir::GlobalId> {
    let Status::Trapped(trap) = &outcome.status else {
        return None;
    };
    if trap.kind != TrapKind::BadAccess {
        return None;
    }
    let holds = |id: &&sx_ir::GlobalId| {
        let at = outcome.memory.address_of(**id);
        let size = module.global(**id).size.max(1);
        at.is_some_and(|at| trap.a >= at && trap.a - at < size)
    };
    module.closed.iter().find(holds).copied()
}

fn extract(
    module: &Module,
    outcome: &Outcome,
    global: sx_ir::GlobalId,
    ty: sx_ir::TypeId,
    saving: bool,
) -> Result<EvalResult, Unstorable> {
    let memory = outcome.memory.as_ref();
    if module.types.size_of(ty) == 0 {
        return Ok(EvalResult {
            image: ConstImage::default(),
            objects: Vec::new(),
        });
    }
    let Some(address) = memory.address_of(global) else {
        let reason = "the evaluation does not reach its result".to_owned();
        return Err(Unstorable {
            path: String::new(),
            reason,
        });
    };
    let extracted = if saving {
        sx_machine::extract_anew(module, memory, address, ty)
    } else {
        sx_machine::extract(module, memory, address, ty)
    };
    match extracted {
        Ok(extracted) => Ok(EvalResult {
            image: extracted.image,
            objects: extracted
                .objects
                .into_iter()
                .map(|object| object.into_global(sx_ir::STORED_OBJECT.to_owned(), false))
                .collect(),
        }),
        Err(error) => Err(Unstorable {
            path: error.path,
            reason: error.reason,
        }),
    }
}
