//! Semantic analysis: from syntax trees to verified IR, on demand, running comptime code on the way.

mod api;

pub use api::*;
use std::path::Path;

/// Compiles the program whose root file is `root`.
pub fn compile(root: &Path, goal: Goal, config: &Config, files: &dyn Files, evaluator: &mut dyn Evaluator) -> Compilation {
    let _ = (root, goal, files, evaluator);
    Compilation {
        module: sx_ir::Module::new(config.target.clone()),
        main: None,
        roots: Vec::new(),
        diagnostics: vec![sx_syntax::Diagnostic::error_without_span("not implemented: semantic analysis")],
        sources: sx_syntax::SourceMap::new(),
        had_run_statement: false,
        exit: None,
        link_flags: Vec::new(),
        output_path: None,
        inputs: Vec::new(),
        stats: Stats::default(),
    }
}
