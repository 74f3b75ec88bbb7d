//! What the frontend asks of its surroundings (files, comptime evaluation) and what it gives back.

use std::io;
use std::path::{Path, PathBuf};

use sx_ir::{ConstImage, FuncId, Global, GlobalId, Module, Target, TypeId};
use sx_syntax::{Diagnostic, SourceMap};
use sx_tier_api::{Frame, Host, Status};

/// Source files come in through this, so that tests and editors can supply their own.
pub trait Files: Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    fn is_file(&self, path: &Path) -> bool;
    fn is_dir(&self, path: &Path) -> bool;
    /// Paths of a directory's entries, in any order.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;
    /// One path for each file, however it is reached.
    fn canonical(&self, path: &Path) -> PathBuf;
}

/// A comptime evaluation to run: call `root` (no parameters, no results).
pub struct EvalRequest<'a> {
    pub module: &'a Module,
    pub root: FuncId,
    /// Where `root` leaves its result, and its type: to be extracted as static data.
    pub result: Option<(GlobalId, TypeId)>,
    /// Answers calls to functions of `Linkage::Host`.
    pub compiler: &'a mut dyn Host,
}

/// Result of an evaluation as static data.
pub struct EvalResult {
    pub image: ConstImage,
    /// Objects the image refers to. Their ids follow the module's globals: the first is `module.globals.len()`.
    pub objects: Vec<Global>,
}

/// A value that can't be stored in the program.
pub struct Unstorable {
    /// `TABLE.entries[3].next`, relative to the value: `.entries[3].next`.
    pub path: String,
    pub reason: String,
}

pub struct Evaluation {
    pub status: Status,
    /// Innermost first; empty when finished.
    pub frames: Vec<Frame>,
    pub steps: u64,
    pub peak_memory: u64,
    /// Present exactly if finished and a result was asked for.
    pub result: Option<Result<EvalResult, Unstorable>>,
}

/// Runs comptime code: engine, limits and sandbox host are the driver's choice.
pub trait Evaluator {
    fn evaluate(&mut self, request: EvalRequest<'_>) -> Evaluation;
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
    /// Where `modules/...` imports are found last, in order.
    pub library_dirs: Vec<PathBuf>,
    /// Paths inside it are shown relative to it.
    pub working_dir: PathBuf,
    /// Record error return traces at run time.
    pub traces: bool,
    pub instantiation_depth: u32,
    /// Run the IR passes on what is reached.
    pub optimise: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub files: usize,
    pub lines: usize,
    pub functions: usize,
    /// One per comptime evaluation: name, steps, peak bytes, seconds.
    pub evaluations: Vec<(String, u64, u64, f64)>,
    /// (phase, seconds).
    pub phases: Vec<(&'static str, f64)>,
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
    /// There was a module-scope `#run` statement (the build-done line is due).
    pub had_run_statement: bool,
    /// Comptime code ended the compiler with this status.
    pub exit: Option<i32>,
    /// Link flags and libraries asked for by the program (`-l` names are in `module.libraries`).
    pub link_flags: Vec<String>,
    /// Output path chosen by the program.
    pub output_path: Option<String>,
    /// Source files read.
    pub inputs: Vec<PathBuf>,
    pub stats: Stats,
}

impl Compilation {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
