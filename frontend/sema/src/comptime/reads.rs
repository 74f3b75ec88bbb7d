//! What an evaluation depends on: the program's functions that it may run, the variables that it may look at, the files
//! that it read.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{FuncId, GlobalId};

use crate::comptime::failure::exchange;
use crate::sema::{Entity, EntityState, Sema};

/// The read set of an evaluation, in the order of names; without what the standard library declares. What folds, such as
/// constants and sizes of types, is part of the code of the functions.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ReadSet {
    pub functions: Vec<String>,
    pub variables: Vec<String>,
    pub files: Vec<PathBuf>,
}

impl ReadSet {
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.variables.is_empty() && self.files.is_empty()
    }
}

impl Sema<'_> {
    /// The read set of an evaluation that is done; empty if nobody wants to know.
    pub fn read_set(&mut self, root: FuncId, files: Vec<PathBuf>) -> ReadSet {
        if !self.evaluator.wants_read_sets() {
            return ReadSet::default();
        }
        // As the functions were written: what the passes have inlined is called.
        exchange(&mut self.m.funcs, &mut self.caches.unoptimised);
        let reach = self.m.reachable(&[root]);
        exchange(&mut self.m.funcs, &mut self.caches.unoptimised);
        let mut functions: Vec<String> = (reach.funcs.iter())
            .filter(|func| **func != root && self.is_own_function(**func))
            .map(|func| self.m.func(*func).name.clone())
            .collect();
        functions.sort();
        functions.dedup();
        let declared = self.own_variables();
        let reached: FxHashSet<GlobalId> = reach.globals.into_iter().collect();
        let mut variables: Vec<String> = (declared.into_iter())
            .filter(|(global, _)| reached.contains(global))
            .map(|(_, name)| name)
            .collect();
        variables.sort();
        ReadSet {
            functions,
            variables,
            files,
        }
    }

    /// Whether code looks at variables that the program declares: what it comes to may differ from use to use.
    pub fn reads_variables(&self, root: FuncId) -> bool {
        let declared = self.own_variables();
        let reach = self.m.reachable(&[root]);
        reach.globals.iter().any(|g| declared.contains_key(g))
    }

    fn is_own_function(&self, func: FuncId) -> bool {
        let span = self.loc_span(self.m.func(func).loc);
        span.is_some_and(|span| !self.in_library_file(span))
    }

    fn own_variables(&self) -> FxHashMap<GlobalId, String> {
        let mut out = FxHashMap::default();
        for decl in &self.decls {
            if let EntityState::Done(Entity::Global { global, .. }) = &decl.state
                && !self.in_library_module(decl.module)
            {
                out.insert(*global, decl.name.to_string());
            }
        }
        out
    }
}
