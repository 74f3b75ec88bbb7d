//! What the frontend asks of its surroundings (files, comptime evaluation) and what it gives back.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use crate::comptime::batch::NoCompiler;
use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{ConstImage, FuncId, Global, GlobalId, LocId, Module, Symbol, Target, TypeId};
use sx_syntax::{Diagnostic, SourceMap};
use sx_tier_api::{Explanation, Frame, Host, Moment, Status};

/// Source files come in through this, so that tests and editors can supply their own.
pub trait Files: Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    fn is_file(&self, path: &Path) -> bool;
    fn is_dir(&self, path: &Path) -> bool;
    /// Paths of a directory's entries, in any order.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;
    /// What C headers declare. Reading them runs the C compiler's preprocessor.
    fn c_header(
        &self,
        request: &sx_cimport::Request,
    ) -> Result<sx_cimport::Header, sx_cimport::Error> {
        sx_cimport::read(request)
    }
    /// What a C file defines for the linker.
    fn c_definitions(
        &self,
        unit: &sx_cimport::Sources,
        file: &Path,
    ) -> Result<Vec<sx_cimport::Symbol>, sx_cimport::Error> {
        unit.definitions(file)
    }
    /// One path for each file, however it is reached.
    fn canonical(&self, path: &Path) -> PathBuf;
}

/// A comptime evaluation to run: call `root` (no parameters, no results).
pub struct EvalRequest<'a> {
    pub module: &'a Module,
    pub root: FuncId,
    /// What asked for it: a declaration's name, or what kind of thing needs the value.
    pub asked_by: &'static str,
    /// Where `root` leaves its result, and its type: to be extracted as static data.
    pub result: Option<(GlobalId, TypeId)>,
    /// The result holds `#saved` globals: what earlier evaluations stored and this one may have written is stored anew.
    pub saving: bool,
    /// What it writes is kept back and handed over, not written; it stands there among what is.
    pub keep_output: Option<OutputPlace>,
    /// C files whose functions the evaluation may call.
    pub c_sources: &'a [sx_cimport::Sources],
    /// Answers calls to functions of `Linkage::Host`.
    pub compiler: &'a mut dyn Host,
}

/// One of several evaluations, as in [`EvalRequest`].
#[derive(Clone, Copy, Debug)]
pub struct BatchItem {
    pub root: FuncId,
    pub asked_by: &'static str,
    pub result: Option<(GlobalId, TypeId)>,
}

/// Result of an evaluation as static data.
pub struct EvalResult {
    pub image: ConstImage,
    /// Objects the image refers to. Their ids follow the module's globals: the first is `module.globals.len()`.
    pub objects: Vec<Global>,
}

/// What an evaluation has written, in order, by descriptor.
pub type Written = Vec<(i32, Vec<u8>)>;

/// Where output stands among what is kept back: module, line, column, instance.
pub type OutputPlace = (u32, u32, u32, u32);

/// A value that can't be stored in the program.
pub struct Unstorable {
    /// `TABLE.entries[3].next`, relative to the value: `.entries[3].next`.
    pub path: String,
    pub reason: String,
}

pub struct Evaluation {
    pub status: Status,
    /// What has run it, by name.
    pub engine: &'static str,
    /// Innermost first; empty when finished.
    pub frames: Vec<Frame>,
    pub steps: u64,
    pub peak_memory: u64,
    /// If it was to be kept.
    pub output: Written,
    /// It was ended by an access to this one of the module's closed globals.
    pub closed: Option<GlobalId>,
    /// Present exactly if finished and a result was asked for.
    pub result: Option<Result<EvalResult, Unstorable>>,
}

/// An evaluation that a trap or limit ended, or whose result can't be stored, to be run once more.
pub struct Failure<'a> {
    pub module: &'a Module,
    pub root: FuncId,
    pub compiler: &'a mut dyn Host,
    pub evaluation: &'a Evaluation,
    /// As in [`EvalRequest`].
    pub result: Option<(GlobalId, TypeId)>,
    pub saving: bool,
    /// Names of error values, from number 1.
    pub errors: &'a [String],
}

/// What surrounds evaluations, for people who look at them.
pub struct Surroundings<'a> {
    /// The files of [`Module::files`], generated texts included.
    pub sources: &'a SourceMap,
    /// Which of them belong to the library.
    pub library: &'a [bool],
    /// Names of error values, from number 1.
    pub errors: &'a [Symbol],
}

/// Runs comptime code: engine, limits and sandbox host are the driver's choice.
pub trait Evaluator {
    fn evaluate(&mut self, request: EvalRequest<'_>) -> Evaluation;

    /// Independent evaluations, none of which asks the compiler anything: each with its seconds, in the given order. After
    /// one that ends the compiler there are no more.
    fn evaluate_all(
        &mut self,
        module: &Module,
        items: &[BatchItem],
        c_sources: &[sx_cimport::Sources],
    ) -> Vec<(Evaluation, f64)> {
        self.one_by_one(module, items, c_sources)
    }

    /// [`Evaluator::evaluate_all`] in the given order; what they write is not kept.
    fn one_by_one(
        &mut self,
        module: &Module,
        items: &[BatchItem],
        c_sources: &[sx_cimport::Sources],
    ) -> Vec<(Evaluation, f64)> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let started = Instant::now();
            let mut evaluation = self.evaluate(EvalRequest {
                module,
                root: item.root,
                asked_by: item.asked_by,
                result: item.result,
                saving: false,
                keep_output: None,
                c_sources,
                compiler: &mut NoCompiler,
            });
            evaluation.output.clear();
            let over = matches!(evaluation.status, Status::Exit(_));
            out.push((evaluation, started.elapsed().as_secs_f64()));
            if over {
                break;
            }
        }
        out
    }

    /// Whether [`Evaluator::surroundings`] does something.
    fn wants_surroundings(&self) -> bool {
        false
    }

    /// What surrounds the evaluations to come, or the finished program.
    fn surroundings(&mut self, _surroundings: Surroundings<'_>) {}

    /// Whether what each evaluation depends on is to be recorded.
    fn wants_read_sets(&self) -> bool {
        false
    }

    /// Files that the last evaluation has read by itself.
    fn files_read(&self) -> &[PathBuf] {
        &[]
    }

    /// Writes what was kept back.
    fn write(&mut self, _written: &Written) {}

    /// Takes note of what is kept back, should the compiler be ended before it is written.
    fn hold(&mut self, _place: OutputPlace, _written: &Written) {}

    /// Writes all that was kept back, in this order.
    fn write_held(&mut self, all: &[Written]) {
        for written in all {
            self.write(written);
        }
    }

    /// When a limit was reached, in terms that hold for other forms of the code, too. The module is as it was.
    fn moment(&mut self, _failure: Failure<'_>) -> Option<Moment> {
        None
    }

    /// Runs the evaluation again without effects, to tell about its end. The module holds the code as it was written:
    /// each variable is a slot. `until`: for an evaluation that a limit ended.
    fn explain(
        &mut self,
        _failure: Failure<'_>,
        _until: Option<Moment>,
    ) -> Result<Explanation, Unexplained> {
        Err(Unexplained::NotPossible)
    }

    /// Replaces calls whose arguments are known by their results, where nobody can tell.
    fn fold_calls(&mut self, _request: FoldRequest<'_>) {}

    /// What makes evaluators for other threads, which have no effects: see [`Evaluator::had_effects`]. `None` if there is
    /// more to an evaluation than its result.
    fn replicas(&self) -> Option<Box<MakeEvaluator>> {
        None
    }

    /// Of an evaluator for another thread: whether an evaluation has asked for an effect, or was cut short.
    fn had_effects(&self) -> bool {
        false
    }
}

/// Run-time code, complete and not inlined yet, in which calls may be replaced by what they yield.
pub struct FoldRequest<'a> {
    pub module: &'a mut Module,
    /// All that the program starts with.
    pub roots: &'a [FuncId],
    /// Only these may change.
    pub funcs: &'a [FuncId],
    /// Functions that leave their result in memory: which parameter says where, and the type.
    pub memory_results: &'a FxHashMap<FuncId, (usize, TypeId)>,
    /// The calls that are the values of local constants.
    pub constant_calls: &'a FxHashSet<LocId>,
    /// What `is_comptime()` reads.
    pub comptime_flag: Option<GlobalId>,
    /// Whether a file is the user's, by its number.
    pub is_users: &'a dyn Fn(u32) -> bool,
}

/// Called on the thread that uses the evaluator.
pub type MakeEvaluator = dyn Fn() -> Box<dyn Evaluator> + Send + Sync;

/// Why there is no explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unexplained {
    NotPossible,
    /// It took more than this many steps, and would take many times longer under observation.
    TooLong(u64),
    /// It has called a host library, and shall not do so twice.
    Effects,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Diagnose only. `main` is not required.
    Check,
    /// Everything needed to run `main`.
    Run,
    /// As `Run`, and the build driver.
    Build,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub target: Target,
    /// The target's C compiler and its first arguments, for `#import c`; empty: the host's.
    pub c_compiler: String,
    /// Where `modules/...` imports are found last, in order.
    pub library_dirs: Vec<PathBuf>,
    /// That of them whose files are known to parse: bodies of functions in them are parsed when they are needed.
    pub shipped_library: Option<PathBuf>,
    /// Paths inside it are shown relative to it.
    pub working_dir: PathBuf,
    /// Record error return traces at run time.
    pub traces: bool,
    pub instantiation_depth: u32,
    /// Run the IR passes on what is reached.
    pub optimise: bool,
    /// Run the IR passes on what is evaluated. Steps are counted behind them, so limits mean the same in all commands
    /// that do.
    pub optimise_evaluations: bool,
    /// Evaluations run in an engine that knows which bytes were never given a value, and is to be told where they are read.
    pub sanitize: bool,
    /// The process ends with this compilation: memory that only the compilation used is left to the system.
    pub last: bool,
    /// The module is wanted. Else functions lose their bodies once those have been checked.
    pub code: bool,
    /// Threads that may check bodies.
    pub threads: usize,
    /// Programs with fewer bytes than this outside the library are checked by one thread.
    pub threads_from: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub files: usize,
    pub lines: usize,
    pub functions: usize,
    pub evaluations: Vec<Evaluated>,
    /// Calls and names that found their function made, those of plain functions included.
    pub instances_reused: u64,
    /// Calls of type functions with arguments known from before.
    pub types_reused: u64,
    /// (phase, seconds).
    pub phases: Vec<(&'static str, f64)>,
}

/// A comptime evaluation that has been made, and what it took.
#[derive(Clone, Default, Debug)]
pub struct Evaluated {
    pub name: String,
    /// `file:line:col`.
    pub asked_at: String,
    /// What its result became.
    pub patched: &'static str,
    /// What has run it, by name.
    pub engine: &'static str,
    pub steps: u64,
    /// Most heap bytes at once.
    pub peak_memory: u64,
    pub seconds: f64,
    /// What it depends on, if the evaluator wants that known.
    pub reads: crate::ReadSet,
}

pub struct Compilation {
    /// Verified unless there are errors.
    pub module: Module,
    /// The exported C `main(argc, argv) -> i32` wrapper around the program's `main`.
    pub main: Option<FuncId>,
    /// `main`, exports, and what else must be in the program.
    pub roots: Vec<FuncId>,
    /// In the order to be shown.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// Names of error values, from number 1.
    pub error_names: Vec<String>,
    /// There was a module-scope `#run` statement (the build-done line is due).
    pub had_run_statement: bool,
    /// Comptime code ended the compiler with this status.
    pub exit: Option<i32>,
    /// Link flags and libraries asked for by the program (`-l` names are in `module.libraries`).
    pub link_flags: Vec<String>,
    /// The C files of `#import c` units, to be compiled and linked.
    pub c_sources: Vec<sx_cimport::Sources>,
    /// Output path chosen by the program.
    pub output_path: Option<String>,
    /// The build driver, of a program that imports `modules/build.sx`.
    pub driver: Option<crate::comptime::build::Driver>,
    pub build: crate::comptime::build::BuildState,
    /// Source files read.
    pub inputs: Vec<PathBuf>,
    pub stats: Stats,
}

impl Compilation {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
