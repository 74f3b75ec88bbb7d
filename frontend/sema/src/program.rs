//! The order of a whole compilation: load, check what must be checked everywhere, run comptime statements, lower from
//! the roots, hand over the module.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::verify::VerifyError;
use sx_ir::{FuncId, Module, TypeId};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, SourceMap};

use crate::api::{Compilation, Config, Evaluator, Files, FoldRequest, Goal, Stats};
use crate::builtins::reflect::Absent;
use crate::expressions::logic::under_minuses;
use crate::replicas::{Replicas, Share};
use crate::sema::{DeclSyntax, Entity, Event, ModId, Sema};
use crate::statements::errors::strip_parens;
use crate::threads;

/// Named among the phases when other threads have found nothing in the program, or in its bodies.
const CHECKED: &str = "declarations and bodies, waiting for other threads";
const CHECKED_BY_REPLICAS: &str = "bodies, waiting for other threads";

/// Compiles the program whose root file is `root`.
pub fn compile(
    root: &Path,
    goal: Goal,
    config: &Config,
    files: &dyn Files,
    evaluator: &mut dyn Evaluator,
) -> Compilation {
    let mut sema = Sema::new(goal, config, files, evaluator);
    let (main, roots) = sema.compile_program(root);
    sema.finish(main, roots)
}

impl<'a> Sema<'a> {
    /// Before anything is loaded.
    pub fn new(
        goal: Goal,
        cfg: &'a Config,
        files: &'a dyn Files,
        evaluator: &'a mut dyn Evaluator,
    ) -> Sema<'a> {
        Sema {
            cfg,
            replica: None,
            goal,
            files,
            evaluator,
            m: Module::new(cfg.target.clone()),
            sources: SourceMap::new(),
            trees: Vec::new(),
            incomplete: Vec::new(),
            making: FxHashSet::default(),
            body_depth: FxHashMap::default(),
            open_nominals: Vec::new(),
            open_base: 0,
            settling: false,
            inline_names: Vec::new(),
            open_heads: 0,
            resolving: Vec::new(),
            name_stack: Vec::new(),
            module_asserts: Vec::new(),
            modules: Vec::new(),
            module_by_path: FxHashMap::default(),
            module_of_file: FxHashMap::default(),
            import_sets: Vec::new(),
            import_set_by_modules: FxHashMap::default(),
            decls: Vec::new(),
            fns: Vec::new(),
            templates: Vec::new(),
            impls: Vec::new(),
            nominals: FxHashMap::default(),
            instances: FxHashMap::default(),
            bodies: FxHashMap::default(),
            pending: FxHashMap::default(),
            queue: VecDeque::new(),
            strings: FxHashMap::default(),
            const_data: FxHashMap::default(),
            error_tags: FxHashMap::default(),
            error_names: Vec::new(),
            diags: Vec::new(),
            events: FxHashMap::default(),
            current_func: Vec::new(),
            reported: FxHashSet::default(),
            context_fields: Vec::new(),
            context_type: None,
            default_context: None,
            comptime_flag: None,
            cx_counter: 0,
            eval_counter: 0,
            eval_depth: 0,
            instantiation_depth: 0,
            exit: None,
            caches: Default::default(),
            link_flags: Vec::new(),
            inputs: Vec::new(),
            stats: Stats::default(),
            sites: crate::sema::Sites::default(),
            fragments: FxHashMap::default(),
            externs: FxHashMap::default(),
            inferring: FxHashSet::default(),
            type_table: None,
            optimised: FxHashSet::default(),
        }
    }
}

impl Sema<'_> {
    fn phase<T>(&mut self, name: &'static str, f: impl FnOnce(&mut Self) -> T) -> T {
        let started = Instant::now();
        let out = f(self);
        self.stats
            .phases
            .push((name, started.elapsed().as_secs_f64()));
        out
    }

    pub fn compile_program(&mut self, root: &Path) -> (Option<FuncId>, Vec<FuncId>) {
        let made = self.compile_loaded(root);
        self.tell_late_errors();
        made
    }

    fn compile_loaded(&mut self, root: &Path) -> (Option<FuncId>, Vec<FuncId>) {
        if !self.phase("load", |s| s.load_program(root)) {
            return (None, Vec::new());
        }
        match self.loaded() {
            None => self.analyse(None),
            Some((loaded, make)) => std::thread::scope(|scope| {
                let share = match self.runs_at_module_scope() {
                    true => Share::Bodies,
                    false => Share::Program,
                };
                let mut replicas = self.start_replicas(scope, &loaded, &*make, share);
                match share {
                    Share::Bodies => self.analyse(Some(&mut replicas)),
                    Share::Program => {
                        let started = Instant::now();
                        if !self.replicas_are_clean(&mut replicas, 0) {
                            return self.analyse(None);
                        }
                        let seconds = started.elapsed().as_secs_f64();
                        self.stats.phases.push((CHECKED, seconds));
                        (None, Vec::new())
                    }
                }
            }),
        }
    }

    /// Whether module scope runs code, which this `Sema` does best: what it writes is to be seen, and done once, and
    /// several threads divide it.
    fn runs_at_module_scope(&self) -> bool {
        let runs = |value: &'static ast::Expr| {
            matches!(
                strip_parens(value).kind,
                ExprKind::Run(_) | ExprKind::Call(_)
            )
        };
        let modules = self.modules.iter().filter(|module| !module.library);
        self.modules.iter().any(|module| !module.runs.is_empty())
            || modules
                .flat_map(|module| &module.decls)
                .any(|decl| match &self.decl(*decl).syntax {
                    DeclSyntax::Const(constant) => runs(&constant.value),
                    DeclSyntax::Var(var) => var.init.as_ref().is_some_and(runs),
                    DeclSyntax::Fn(_)
                    | DeclSyntax::Struct(_)
                    | DeclSyntax::Enum(_)
                    | DeclSyntax::Union(_)
                    | DeclSyntax::ErrorSet(_)
                    | DeclSyntax::Protocol(_)
                    | DeclSyntax::UfcsAlias(_)
                    | DeclSyntax::Import(_)
                    | DeclSyntax::Library(_)
                    | DeclSyntax::CUnit
                    | DeclSyntax::C(_)
                    | DeclSyntax::Builtin => false,
                })
    }

    /// Everything after loading. `replicas`: others that check bodies meanwhile.
    fn analyse(
        &mut self,
        mut replicas: Option<&mut Replicas<'_>>,
    ) -> (Option<FuncId>, Vec<FuncId>) {
        self.phase("declarations", |s| {
            s.setup_context();
            s.make_all_declarations();
            s.check_protocols();
            s.check_declarations();
            s.complete_all();
            s.check_unreached_type_names();
            s.check_extern_libraries();
        });
        let demanded = self.queue.len();
        if let Some(replicas) = &replicas
            && !self.diags.is_empty()
        {
            replicas.crew().give_up();
        }
        if self.exit.is_some() {
            return (None, Vec::new());
        }
        let failed = self.phase("comptime", |s| {
            let errors = s.error_count();
            s.run_statements();
            s.error_count() > errors
        });
        if failed || self.exit.is_some() {
            return (None, Vec::new());
        }
        self.phase("bodies", |s| {
            s.hold_output();
            let mut roots = s.exports();
            let main = s.main_function().unwrap_or_default();
            roots.extend(main);
            let started = Instant::now();
            if let Some(replicas) = &mut replicas
                && s.replicas_are_clean(replicas, demanded)
            {
                s.queue.clear();
                s.complete_all();
                let seconds = started.elapsed().as_secs_f64();
                s.stats.phases.push((CHECKED_BY_REPLICAS, seconds));
                s.write_held_output();
                return (main, roots);
            }
            s.drain_queue();
            s.complete_all();
            s.fill_waiting_globals();
            s.drain_queue();
            s.check_host_calls(&roots);
            s.check_inferred_sets();
            s.fill_tables();
            s.drain_queue();
            s.write_held_output();
            if s.goal == Goal::Build && s.error_count() == 0 {
                let driver = s.build_driver();
                s.drain_queue();
                s.complete_all();
                s.caches.driver = driver.ok().flatten();
                s.finish_error_names();
            }
            (main, roots)
        })
    }

    /// Data of the whole program: evaluations have seen to theirs, so only code needs it.
    fn fill_tables(&mut self) {
        if self.cfg.code {
            self.finish_error_names();
            self.fill_type_table(Absent::Unasked);
            self.fill_type_infos(Absent::Unasked);
            self.fill_answer_tables();
        }
    }

    pub fn error_count(&self) -> usize {
        self.diags.iter().filter(|d| d.is_error()).count()
    }

    /// What a file of the library declares under a name that the compiler knows.
    pub fn library_name(&self, file: &str, name: sx_ir::Symbol) -> Option<crate::sema::DeclId> {
        self.modules
            .iter()
            .filter(|m| m.library && m.path.ends_with(file))
            .find_map(|m| m.names.get(&name).copied())
    }

    /// Whether a module is part of the standard library.
    pub fn in_library_module(&self, module: ModId) -> bool {
        self.module(module).library
    }

    /// What is checked whether reached or not (part 3 §6.2).
    /// Constants and globals of the whole program, failable flow, then the types its other declarations name.
    fn check_declarations(&mut self) {
        self.check_values();
        self.check_flow();
        self.check_other_declarations();
    }

    pub fn check_values(&mut self) {
        self.check_declarations_of(true);
    }

    pub fn check_other_declarations(&mut self) {
        self.check_declarations_of(false);
    }

    fn check_declarations_of(&mut self, values: bool) {
        for module in self.modules_in_order() {
            if self.in_library_module(module) {
                continue;
            }
            for decl in self.module(module).decls.clone() {
                if self.exit.is_some() {
                    return;
                }
                let is_value = matches!(
                    self.decl(decl).syntax,
                    DeclSyntax::Var(_) | DeclSyntax::Const(_)
                );
                if is_value != values {
                    continue;
                }
                match self.decl(decl).syntax.clone() {
                    DeclSyntax::Struct(_)
                    | DeclSyntax::Enum(_)
                    | DeclSyntax::Union(_)
                    | DeclSyntax::ErrorSet(_) => {
                        let _ = self.resolve_decl(decl);
                    }
                    DeclSyntax::Var(_) => self.resolve_in_turn(decl),
                    DeclSyntax::Const(_) => {
                        if self.is_checked_constant(decl) {
                            self.resolve_in_turn(decl);
                        }
                    }
                    DeclSyntax::Fn(f) => {
                        if f.body.kind() == ast::BodyKind::Intrinsic {
                            self.check_intrinsic(decl);
                        }
                        self.check_library_function(decl, f);
                        self.check_signature(decl, f);
                    }
                    DeclSyntax::Protocol(_)
                    | DeclSyntax::UfcsAlias(_)
                    | DeclSyntax::Import(_)
                    | DeclSyntax::Library(_)
                    | DeclSyntax::CUnit
                    | DeclSyntax::C(_)
                    | DeclSyntax::Builtin => {}
                }
                self.complete_all();
            }
        }
        self.finish_queue();
        if values {
            return;
        }
        for (env, assert) in std::mem::take(&mut self.module_asserts) {
            // What is wrong has been told.
            let _ = self.check_assert(&env, assert);
        }
    }

    /// Whether this is a constant that is evaluated whether something uses it or not.
    pub fn is_checked_constant(&mut self, id: crate::sema::DeclId) -> bool {
        let DeclSyntax::Const(constant) = self.decl(id).syntax else {
            return false;
        };
        let eager = constant.ty.is_some()
            || matches!(
                strip_parens(&constant.value).kind,
                ExprKind::Run(_)
                    | ExprKind::Aggregate(_)
                    | ExprKind::Binary { .. }
                    | ExprKind::Index { .. }
            )
            || matches!(constant.value.kind, ExprKind::Call(_))
            || matches!(
                under_minuses(&constant.value).1.kind,
                ExprKind::Int { value, .. } if value > i64::MAX as u64
            )
            || is_alias_of_self(self, &constant.value);
        eager && !self.may_stay_unresolved(id)
    }

    /// Type names in a non-generic signature, and its link clause.
    fn check_signature(&mut self, decl: crate::sema::DeclId, f: &'static ast::FnDecl) {
        let generic = f.sig.params.iter().any(|p| {
            p.kind != ast::ParamKind::Plain
                || p.ty
                    .as_ref()
                    .is_none_or(crate::callables::generics::mentions_dollar)
        });
        if generic {
            if matches!(&f.link, Some(l) if l.kind == ast::LinkKind::Export) {
                let name = self.decl(decl).name;
                self.error(
                    f.sig.span,
                    format!(
                        "'{name}' is generic, so it can't be exported: an export is one function"
                    ),
                );
            }
            return;
        }
        let env = self.decl(decl).env.clone();
        let _ = self.resolve_decl(decl);
        for param in &f.sig.params {
            if let Some(ty) = &param.ty {
                let _ = self.eval_type(&env, ty);
            }
        }
        if let Some(ret) = &f.sig.ret {
            let dollar = match &ret.kind {
                ast::RetKind::Type(e) => crate::callables::generics::mentions_dollar(e),
                ast::RetKind::Void => false,
                ast::RetKind::Slots { slots, .. } => slots
                    .iter()
                    .any(|s| crate::callables::generics::mentions_dollar(&s.ty)),
            };
            if dollar {
                let text = self.span_text(ret.span);
                let text = text.trim_start_matches("->").trim();
                self.error(
                    ret.span,
                    format!(
                        "generic return type '{text}' cannot be bound — no parameter introduces it"
                    ),
                );
            } else {
                let _ = self.eval_ret(&env, Some(ret));
            }
        }
    }

    /// Module-scope `#run` statements, and constants that reach `#saved` globals: imported modules first, then the order
    /// of the text.
    fn run_statements(&mut self) {
        for (index, module) in self.modules_in_order().into_iter().enumerate() {
            let mut constants = self.postponed(index).into_iter().peekable();
            let count = self.module(module).runs.len();
            for i in 0..count {
                let run = &self.module(module).runs[i];
                let (expr, env, order) = (run.expr, run.env.clone(), run.order.clone());
                while let Some((_, id)) = constants.next_if(|(at, _)| *at < order) {
                    let _ = self.resolve_decl(id);
                }
                if self.exit.is_some() {
                    return;
                }
                self.run_or_queue(&env, expr);
            }
            for (_, id) in constants {
                let _ = self.resolve_decl(id);
            }
        }
        self.finish_queue();
    }

    /// Imported modules before those that import them.
    pub fn modules_in_order(&self) -> Vec<ModId> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.modules.len()];
        self.import_order(ModId(0), &mut seen, &mut order);
        order
    }

    fn import_order(&self, module: ModId, seen: &mut Vec<bool>, order: &mut Vec<ModId>) {
        if std::mem::replace(&mut seen[module.index()], true) {
            return;
        }
        for set in &self.module(module).all_imports {
            for imported in &self.import_sets[set.0 as usize].modules {
                self.import_order(*imported, seen, order);
            }
        }
        order.push(module);
    }

    /// `export` definitions of the whole program.
    pub fn exports(&mut self) -> Vec<FuncId> {
        let mut out = Vec::new();
        for index in 0..self.decls.len() {
            let id = crate::sema::DeclId(index as u32);
            if let DeclSyntax::Fn(f) = self.decl(id).syntax
                && self.export_of(id).is_some()
                && let Ok(Entity::Fn(func)) = self.resolve_decl(id)
                && let Ok(instance) = self.instantiate_fn(func, Vec::new(), Vec::new(), f.span)
            {
                out.push(instance.func);
            }
        }
        out
    }

    pub fn verify(&self) -> Result<(), Vec<VerifyError>> {
        if !self.cfg.code {
            // Bodies that are not there have been verified before they went.
            let funcs = (0..self.m.funcs.len()).map(FuncId::new);
            let there = funcs.filter(|func| self.m.func(*func).body.is_some());
            let errors: Vec<VerifyError> = there
                .filter_map(|func| sx_ir::verify::verify_func(&self.m, func).err())
                .flatten()
                .collect();
            return if errors.is_empty() {
                Ok(())
            } else {
                Err(errors)
            };
        }
        let count = self.m.funcs.len();
        if !threads::pays(self.cfg, count) {
            return sx_ir::verify::verify(&self.m);
        }
        let module = &self.m;
        let mut errors = sx_ir::verify::verify_shared(module);
        let of_funcs: Vec<VerifyError> = (0..count)
            .into_par_iter()
            .map(|index| sx_ir::verify::verify_func(module, FuncId::new(index)))
            .flat_map_iter(|result| result.err().unwrap_or_default())
            .collect();
        errors.extend(of_funcs);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// Runs the IR passes over what `root` reaches and has not been through them.
    pub fn optimise_new(&mut self, root: FuncId) {
        self.fill_type_table(Absent::Noticed);
        self.fill_type_infos(Absent::Noticed);
        self.fill_answer_tables();
        if !self.cfg.optimise_evaluations {
            return;
        }
        // Inlined code is where it was, and where it is.
        self.settle_locs();
        let funcs: Vec<FuncId> = self
            .m
            .reachable(&[root])
            .funcs
            .into_iter()
            .filter(|f| self.m.func(*f).body.is_some() && self.optimised.insert(*f))
            .collect();
        sx_ir::opt::optimise(&mut self.m, &funcs, sx_ir::opt::PassOptions::ALL);
    }

    /// The passes over the whole program, and the calls whose results are known by now.
    fn optimise_program(&mut self, roots: &[FuncId]) {
        self.fill_tables();
        if !self.cfg.optimise {
            return;
        }
        let driver = self.caches.driver.as_ref().map(|d| d.root());
        // The driver's steps are counted, so its code stays as it is.
        let kept: FxHashSet<FuncId> = match driver {
            Some(root) => self.m.reachable(&[root]).funcs.into_iter().collect(),
            None => FxHashSet::default(),
        };
        let mut reached = self.m.reachable(roots).funcs;
        reached.retain(|f| self.m.func(*f).body.is_some());
        let fresh: Vec<FuncId> = reached
            .iter()
            .copied()
            .filter(|f| self.optimised.insert(*f))
            .collect();
        let options = sx_ir::opt::PassOptions::ALL;
        if threads::pays(self.cfg, fresh.len()) {
            sx_ir::opt::optimise_on_threads(&mut self.m, &fresh, options);
        } else {
            for func in &fresh {
                sx_ir::opt::optimise_func(&mut self.m, *func, options);
            }
        }
        reached.retain(|f| !kept.contains(f));
        let memory_results = self.memory_results();
        let mut m = std::mem::replace(&mut self.m, Module::new(self.cfg.target.clone()));
        let (sources, modules) = (&self.sources, &self.modules);
        let users: Vec<bool> = (0..modules.len())
            .map(|module| !self.in_library_module(ModId(module as u32)))
            .collect();
        let is_users = |file: u32| {
            let file = sx_syntax::FileId(file);
            if let Some(module) = self.module_of_file.get(&file) {
                return users[module.index()];
            }
            let path = sources.path(file);
            !modules.iter().any(|module| {
                module.library
                    && path
                        .strip_prefix(&*module.shown)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            })
        };
        let started = Instant::now();
        self.evaluator.fold_calls(FoldRequest {
            module: &mut m,
            roots,
            funcs: &reached,
            memory_results: &memory_results,
            constant_calls: &self.caches.constant_calls,
            comptime_flag: self.comptime_flag,
            is_users: &is_users,
        });
        let seconds = started.elapsed().as_secs_f64();
        self.stats.phases.push(("passes, calls that fold", seconds));
        self.m = m;
        sx_ir::opt::inline(&mut self.m, &fresh, options);
    }

    /// Functions whose results are too large for registers.
    fn memory_results(&self) -> FxHashMap<FuncId, (usize, TypeId)> {
        let index = usize::from(self.context_type.is_some());
        self.instances
            .values()
            .flatten()
            .filter(|f| !f.ty.c_conv && self.flatten(f.ty.ret).is_none())
            .map(|f| (f.func, (index, f.ty.ret)))
            .collect()
    }

    pub fn finish(mut self, main: Option<FuncId>, roots: Vec<FuncId>) -> Compilation {
        self.m.files = (0..self.sources.len())
            .map(|i| self.sources.path(sx_syntax::FileId(i as u32)).to_string())
            .collect();
        self.caches.minting = false;
        self.settle_locs();
        self.forget_frames_printer();
        let diagnostics = self.ordered_diagnostics(&roots);
        let diagnostics = self.without_follow_ups(diagnostics);
        let failed = diagnostics.iter().any(Diagnostic::is_error);
        if !failed && self.exit.is_none() {
            self.phase("passes", |s| {
                s.optimise_program(&roots);
                if let Some(driver) = &s.caches.driver {
                    s.optimise_new(driver.root());
                }
            });
        }
        let mut diagnostics = diagnostics;
        if !failed
            && self.exit.is_none()
            && let Err(errors) = self.phase("verification", |s| s.verify())
        {
            for error in errors.into_iter().take(3) {
                diagnostics.push(Diagnostic::error_without_span(format!(
                    "internal error: the compiler made invalid IR: {error}"
                )));
            }
        }
        let minted = std::mem::take(&mut self.caches.minted);
        let driver = self.caches.driver.take().map(|d| d.with_minted(minted));
        let mut build = std::mem::take(&mut self.caches.build);
        build
            .link_flags
            .splice(0..0, std::mem::take(&mut self.link_flags));
        let had_run_statement = self.modules.iter().any(|m| !m.runs.is_empty());
        let compilation = Compilation {
            module: std::mem::replace(&mut self.m, Module::new(self.cfg.target.clone())),
            main,
            roots,
            diagnostics,
            sources: std::mem::take(&mut self.sources),
            error_names: self.error_names.iter().map(ToString::to_string).collect(),
            had_run_statement,
            exit: self.exit,
            link_flags: build.link_flags.clone(),
            c_sources: std::mem::take(&mut self.caches.c.sources),
            output_path: build.output_path.clone(),
            driver,
            build,
            inputs: std::mem::take(&mut self.inputs),
            stats: std::mem::take(&mut self.stats),
        };
        if self.cfg.last {
            std::mem::forget(self);
        }
        compilation
    }

    /// Diagnostics in the order in which the code is reached from the roots: a callee's at its first call.
    fn ordered_diagnostics(&mut self, roots: &[FuncId]) -> Vec<Diagnostic> {
        let mut order = Vec::new();
        let mut seen: FxHashSet<Option<FuncId>> = FxHashSet::default();
        let mut walk = |start: Option<FuncId>, order: &mut Vec<usize>| {
            let mut stack: Vec<(Option<FuncId>, usize)> = Vec::new();
            if seen.insert(start) {
                stack.push((start, 0));
            }
            while let Some((func, at)) = stack.pop() {
                let Some(event) = self.events.get(&func).and_then(|e| e.get(at)) else {
                    continue;
                };
                stack.push((func, at + 1));
                match event {
                    Event::Diag(index) => order.push(*index),
                    Event::Reach(callee) | Event::Evaluate(callee) => {
                        if seen.insert(Some(*callee)) {
                            stack.push((Some(*callee), 0));
                        }
                    }
                }
            }
        };
        walk(None, &mut order);
        for root in roots.iter().chain(&self.caches.rejected_main) {
            walk(Some(*root), &mut order);
        }
        let mut shown = vec![false; self.diags.len()];
        for index in &order {
            shown[*index] = true;
        }
        order.extend((0..self.diags.len()).filter(|i| !shown[*i]));
        order.retain(|i| !self.caches.late.contains(i));
        order.extend(&self.caches.late);
        order.into_iter().map(|i| self.diags[i].clone()).collect()
    }
}

/// Aliases that could be part of a cycle nobody else would reach.
fn is_alias_of_self(sema: &Sema<'_>, value: &ast::Expr) -> bool {
    match &value.kind {
        ExprKind::Ident(name) => sema.modules.iter().any(|m| {
            m.names.get(&name.name).is_some_and(|d| {
                matches!(&sema.decl(*d).syntax, DeclSyntax::Const(c) if matches!(c.value.kind, ExprKind::Ident(_) | ExprKind::Binary { .. }))
            })
        }),
        _ => false,
    }
}
