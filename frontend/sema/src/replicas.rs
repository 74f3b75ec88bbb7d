//! `check` on several threads. A `Sema` can't be shared, so there are several: each thread has a complete one over the same
//! parsed trees and resolves for itself what it needs. What they share is the work: bodies of functions that all of them
//! know by the same key are checked by whoever claims them first; instances of generic functions and other bodies
//! without such a key are checked by each thread that meets them.
//!
//! The replicas only ever say "nothing to report". Whatever a replica would have to report, and whatever it can't do
//! without being seen (output of compile-time code, effects on the compiler), makes all of them give up, and the one
//! `Sema` that counts goes on as if they had never been: so what is printed can't depend on the number of threads. If
//! none of them gives up, everything that any of them demanded has been checked by one of them, which is at least
//! what the bodies reached from the roots demand, and there is nothing left to find in bodies.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use sx_ir::{FuncId, Symbol};
use sx_syntax::SourceMap;
use sx_syntax::ast::{self, BodyKind, DeclKind, ItemKind, ParamKind};

use crate::api::{Config, Evaluated, Files, Goal, MakeEvaluator};
use crate::callables::adapters::is_generic;
use crate::declarations::modules::PendingImport;
use crate::sema::{
    BodyState, DeclId, DeclSyntax, Entity, Env, FnId, ImportSet, ImportSetId, ModId, ModuleInfo,
    Res, Sema,
};
use crate::statements::merged_flows::{Flows, merged_flows_are_clean};

/// Stack of a replica's thread; more is made when it runs out.
const STACK: usize = 256 << 20;
/// More threads than this only repeat each other's work.
const MOST: usize = 8;

/// A function that every replica finds by the same key: declarations are numbered when modules are loaded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    Module(DeclId),
    /// A method of a type declared at module scope.
    Member(DeclId, Symbol),
}

#[derive(Default)]
struct Work {
    claimed: FxHashSet<Key>,
    /// Demanded by somebody, checked by nobody yet.
    wanted: VecDeque<Key>,
    /// Functions that may be demanded later: something to do for who would otherwise wait.
    likely: VecDeque<Key>,
    /// Replicas at work, and the `Sema` that counts until it has told its demands.
    busy: usize,
}

/// What the replicas are to find out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// Whether there is anything to report of the program.
    Program,
    /// Of its bodies: the `Sema` that counts checks its declarations meanwhile.
    Bodies,
}

/// What replicas share.
pub struct Crew {
    work: Mutex<Work>,
    changed: Condvar,
    gave_up: AtomicBool,
}

/// A `Sema`'s place among the replicas.
pub struct Replica {
    crew: Arc<Crew>,
}

impl Crew {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn give_up(&self) {
        self.gave_up.store(true, Ordering::Relaxed);
        // Under the lock, so that nobody is between looking and waiting.
        let _work = self.lock();
        self.changed.notify_all();
    }

    pub fn gave_up(&self) -> bool {
        self.gave_up.load(Ordering::Relaxed)
    }

    fn demand(&self, key: Key) {
        let mut work = self.lock();
        if work.claimed.insert(key) {
            work.wanted.push_back(key);
            self.changed.notify_one();
        }
    }

    /// The next body to check: `None` when nothing is left and nobody can demand more.
    fn next(&self, index: usize) -> Option<Key> {
        let mut work = self.lock();
        work.busy -= 1;
        loop {
            if self.gave_up() {
                return None;
            }
            // The replicas work from different ends, which keeps each among its own modules.
            let mut key = if index == 0 {
                work.wanted.pop_front()
            } else {
                work.wanted.pop_back()
            };
            while key.is_none() && work.busy > 0 {
                let likely = if index == 0 {
                    work.likely.pop_back()
                } else {
                    work.likely.pop_front()
                };
                let Some(likely) = likely else { break };
                if work.claimed.insert(likely) {
                    key = Some(likely);
                }
            }
            if key.is_some() {
                work.busy += 1;
                return key;
            }
            if work.busy == 0 {
                self.changed.notify_all();
                return None;
            }
            work = self
                .changed
                .wait(work)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Somebody has no more demands.
    fn leave(&self) {
        let mut work = self.lock();
        work.busy -= 1;
        self.changed.notify_all();
    }
}

/// A loaded program, to make replicas from.
pub struct Loaded {
    sources: SourceMap,
    trees: Vec<&'static ast::File>,
    modules: Vec<LoadedModule>,
    import_sets: Vec<SmallVec<[ModId; 4]>>,
    /// What the names of imports are bound to.
    namespaces: Vec<(DeclId, ImportSetId)>,
}

struct LoadedModule {
    library: bool,
    path: PathBuf,
    shown: Arc<str>,
    flat_imports: SmallVec<[ImportSetId; 4]>,
    all_imports: Vec<ImportSetId>,
}

/// What a replica that has found nothing hands over.
struct Report {
    flows: Flows,
    functions: usize,
    evaluations: Vec<Evaluated>,
}

/// Replicas at work beside the `Sema` that counts.
pub struct Replicas<'scope> {
    crew: Arc<Crew>,
    threads: Vec<std::thread::ScopedJoinHandle<'scope, Option<Report>>>,
    done: Option<bool>,
}

impl Replicas<'_> {
    pub fn crew(&self) -> &Crew {
        &self.crew
    }
}

impl Drop for Replicas<'_> {
    fn drop(&mut self) {
        if self.done.is_none() {
            self.crew.give_up();
        }
    }
}

impl<'a> Sema<'a> {
    /// What replicas need, if this program is to be checked by several threads.
    pub fn loaded(&self) -> Option<(Loaded, Box<MakeEvaluator>)> {
        if self.goal != Goal::Check
            || self.cfg.code
            || self.cfg.threads < 2
            || self.caches.c.is_used()
            || self.declarations_to_make()
        {
            return None;
        }
        let mut bytes = 0;
        for (index, tree) in self.trees.iter().enumerate() {
            if !self.in_library_module(ModId(index as u32)) {
                bytes += self.sources.get(tree.id).map_or(0, |file| file.text.len());
            }
        }
        if bytes < self.cfg.threads_from {
            return None;
        }
        let make = self.evaluator.replicas()?;
        let modules = self.modules.iter().map(|module| LoadedModule {
            library: module.library,
            path: module.path.clone(),
            shown: module.shown.clone(),
            flat_imports: module.flat_imports.clone(),
            all_imports: module.all_imports.clone(),
        });
        let decls = self.decls.iter().enumerate();
        let namespaces = decls.filter_map(|(index, decl)| match decl.syntax {
            DeclSyntax::Import(set) => Some((DeclId(index as u32), set)),
            _ => None,
        });
        let loaded = Loaded {
            sources: self.sources.clone(),
            trees: self.trees.clone(),
            modules: modules.collect(),
            import_sets: self.import_sets.iter().map(|s| s.modules.clone()).collect(),
            namespaces: namespaces.collect(),
        };
        Some((loaded, make))
    }

    /// Functions outside the library that can be instantiated without knowing a call.
    fn likely(&self) -> VecDeque<Key> {
        let plain = |f: &ast::FnDecl| {
            matches!(f.body.kind(), BodyKind::Block | BodyKind::Expr)
                && f.link.is_none()
                && f.sig
                    .params
                    .iter()
                    .all(|p| p.kind == ParamKind::Plain && p.ty.is_some())
                && !is_generic(f)
        };
        let modules = (0..self.modules.len()).map(|i| ModId(i as u32));
        modules
            .filter(|module| !self.in_library_module(*module))
            .flat_map(|module| &self.module(module).decls)
            .filter(|decl| matches!(&self.decl(**decl).syntax, DeclSyntax::Fn(f) if plain(f)))
            .map(|decl| Key::Module(*decl))
            .collect()
    }

    /// Starts the replicas.
    pub fn start_replicas<'scope, 'env>(
        &self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        loaded: &'env Loaded,
        make: &'env MakeEvaluator,
        share: Share,
    ) -> Replicas<'scope>
    where
        'a: 'env,
    {
        let (cfg, files): (&'env Config, &'env dyn Files) = (self.cfg, self.files);
        let count = self.cfg.threads.min(MOST);
        let mut work = Work {
            // One more: whoever starts them.
            busy: count + 1,
            ..Work::default()
        };
        let root = self.module(ModId(0));
        if let Some(main) = root.names.get(&Symbol::intern("main")) {
            let key = Key::Module(*main);
            work.claimed.insert(key);
            work.wanted.push_back(key);
        }
        let crew = Arc::new(Crew {
            work: Mutex::new(work),
            changed: Condvar::new(),
            gave_up: AtomicBool::new(false),
        });
        let mut threads = Vec::new();
        for index in 0..count {
            let crew_of_thread = crew.clone();
            let started = std::thread::Builder::new()
                .name(format!("check {index}"))
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    // A panic must not leave the others waiting.
                    let guard = GiveUp(&crew_of_thread);
                    let mut evaluator = make();
                    let mut sema = Sema::new(Goal::Check, cfg, files, &mut *evaluator);
                    sema.replica = Some(Replica {
                        crew: crew_of_thread.clone(),
                    });
                    sema.adopt(loaded);
                    let report = sema.check_share(index, share);
                    if cfg.last {
                        std::mem::forget(sema);
                    }
                    if report.is_some() {
                        std::mem::forget(guard);
                    }
                    report
                });
            match started {
                Ok(thread) => threads.push(thread),
                Err(_) => crew.give_up(),
            }
        }
        // While they begin.
        let likely = self.likely();
        crew.lock().likely = likely;
        crew.changed.notify_all();
        Replicas {
            crew,
            threads,
            done: None,
        }
    }

    /// Takes over a loaded program, with declarations numbered as in the `Sema` that loaded it.
    fn adopt(&mut self, loaded: &Loaded) {
        self.sources = loaded.sources.clone();
        for (index, (module, tree)) in loaded.modules.iter().zip(&loaded.trees).enumerate() {
            let id = ModId(index as u32);
            if !tree.computed_names.is_empty() {
                self.caches
                    .computed_names
                    .insert(tree.id, &tree.computed_names);
            }
            self.trees.push(tree);
            self.module_of_file.insert(tree.id, id);
            self.modules.push(ModuleInfo {
                library: module.library,
                path: module.path.clone(),
                shown: module.shown.clone(),
                names: Default::default(),
                flat_imports: module.flat_imports.clone(),
                all_imports: module.all_imports.clone(),
                env: Env::root(id),
                runs: Vec::new(),
                impls: Vec::new(),
                decls: Vec::new(),
            });
        }
        for (index, modules) in loaded.import_sets.iter().enumerate() {
            self.import_set_by_modules
                .insert(modules.to_vec(), ImportSetId(index as u32));
            self.import_sets.push(ImportSet {
                modules: modules.clone(),
            });
        }
        self.expect_program(loaded);
        let mut imports: Vec<PendingImport> = Vec::new();
        for (index, tree) in loaded.trees.iter().enumerate() {
            self.collect_items(ModId(index as u32), &tree.items, &mut imports);
        }
        for (decl, set) in &loaded.namespaces {
            if let Some(decl) = self.decls.get_mut(decl.index()) {
                decl.syntax = DeclSyntax::Import(*set);
            }
        }
    }

    /// Makes room for what a share of the program will take: tables that grow are copied, and leave memory behind.
    fn expect_program(&mut self, loaded: &Loaded) {
        let own = loaded.modules.iter().zip(&loaded.trees);
        let own = own.filter(|(module, _)| !module.library);
        let (mut functions, mut types) = (0, 0);
        for item in own.flat_map(|(_, tree)| &tree.items) {
            let ItemKind::Decl(decl) = &item.kind else {
                continue;
            };
            match &decl.kind {
                DeclKind::Fn(_) => functions += 1,
                // About as many methods as types.
                DeclKind::Struct(_) => (functions, types) = (functions + 1, types + 1),
                DeclKind::Enum(_) | DeclKind::Union(_) | DeclKind::ErrorSet(_) => types += 1,
                DeclKind::Const(_)
                | DeclKind::Var(_)
                | DeclKind::Protocol(_)
                | DeclKind::UfcsAlias(_)
                | DeclKind::Import(_)
                | DeclKind::Library(_)
                | DeclKind::CUnit(_) => {}
            }
        }
        let items: usize = loaded.trees.iter().map(|tree| tree.items.len()).sum();
        self.decls.reserve(items + types);
        // Shares are not equal, and some functions are in two of them.
        let functions = functions / self.cfg.threads.min(MOST) * 5 / 4;
        self.fns.reserve(functions);
        self.m.funcs.reserve(functions);
        self.instances.reserve(functions);
        self.bodies.reserve(functions);
        self.nominals.reserve(types);
        self.m.types.reserve(types);
    }

    /// A replica's work. `None` if the replicas have given up.
    fn check_share(&mut self, index: usize, share: Share) -> Option<Report> {
        let crew = self.replica.as_ref()?.crew.clone();
        self.setup_context();
        if index == 0 {
            // What declarations demand, and is not known by a key, is checked here.
            self.check_protocols();
            self.check_values();
            self.check_other_declarations();
            self.complete_all();
            if share == Share::Program {
                self.check_unreached_type_names();
                self.check_extern_libraries();
                if self.main_function().is_err() {
                    crew.give_up();
                }
            }
            self.exports();
            self.drain_queue();
        }
        if share == Share::Program && index + 1 == self.cfg.threads.min(MOST) {
            self.check_flow();
        }
        while let Some(key) = crew.next(index) {
            if self.check_body_of(key).is_err() || !self.caches.host_sites.is_empty() {
                crew.give_up();
            }
            self.drain_queue();
        }
        if crew.gave_up() {
            return None;
        }
        // Nothing that is left can demand a body that has a key: they would have been demanded by the code itself.
        self.complete_all();
        self.drain_queue();
        if !self.is_fine() || !self.caches.host_sites.is_empty() || self.verify().is_err() {
            crew.give_up();
            return None;
        }
        let flows = self.flows(index);
        if !self.is_fine() {
            crew.give_up();
            return None;
        }
        Some(Report {
            flows,
            functions: self.stats.functions,
            evaluations: std::mem::take(&mut self.stats.evaluations),
        })
    }

    /// Nothing has happened that a replica can't do.
    fn is_fine(&self) -> bool {
        self.diags.is_empty() && self.exit.is_none() && self.caches.saved.is_empty()
    }

    fn check_body_of(&mut self, key: Key) -> Res<()> {
        let (decl, span) = match key {
            Key::Module(decl) => (decl, self.decl(decl).name_span),
            Key::Member(owner, name) => {
                let span = self.decl(owner).name_span;
                let Entity::Type(ty) = self.resolve_decl(owner)? else {
                    return Err(crate::sema::Failed);
                };
                self.complete(ty)?;
                let members = self.nominals.get(&ty).map(|n| &n.members);
                match members.and_then(|members| members.get(&name)) {
                    Some(member) => (*member, span),
                    None => return Err(crate::sema::Failed),
                }
            }
        };
        let Entity::Fn(f) = self.resolve_decl(decl)? else {
            // `main` may be anything else.
            return Ok(());
        };
        let instance = self.instantiate_fn(f, Vec::new(), Vec::new(), span)?;
        match self.check_body(instance.func) {
            BodyState::Done | BodyState::External => Ok(()),
            BodyState::Queued | BodyState::Lowering | BodyState::Failed => Err(crate::sema::Failed),
        }
    }

    /// A body has been demanded that this `Sema` may have to check. True if somebody else sees to it.
    pub fn is_left_to_crew(&self, f: FnId, has_statics: bool) -> bool {
        let Some(replica) = &self.replica else {
            return false;
        };
        match self.key_of(f).filter(|_| !has_statics) {
            Some(key) => {
                replica.crew.demand(key);
                true
            }
            None => false,
        }
    }

    /// The key of a function, if it has one.
    pub fn key_of(&self, f: FnId) -> Option<Key> {
        let info = self.fn_info(f);
        let name = info.decl.name?.name;
        let is_it = |decl: DeclId| matches!(self.decl(decl).syntax, DeclSyntax::Fn(f) if std::ptr::eq(f, info.decl));
        if info.impl_of.is_some() {
            return None;
        }
        let Some(owner) = info.owner else {
            let decl = *self.module(info.module).names.get(&name)?;
            return is_it(decl).then_some(Key::Module(decl));
        };
        let nominal = self.nominals.get(&owner)?;
        let member = *nominal.members.get(&name)?;
        let type_name = Symbol::intern(&self.type_name(owner));
        let decl = *self.module(nominal.module).names.get(&type_name)?;
        let declares = matches!(self.decl(decl).state, crate::sema::EntityState::Done(Entity::Type(t)) if t == owner);
        (is_it(member) && declares && nominal.instance.is_none()).then_some(Key::Member(decl, name))
    }

    /// Told by `report`.
    pub fn replica_gives_up(&self) {
        if let Some(replica) = &self.replica {
            replica.crew.give_up();
        }
    }

    pub fn replica_gave_up(&self) -> bool {
        self.replica.as_ref().is_some_and(|r| r.crew.gave_up())
    }

    /// Bodies that the `Sema` that counts has demanded beyond the declarations' are handed to the replicas, which are
    /// then waited for. True if they have nothing to report.
    pub fn replicas_are_clean(&mut self, replicas: &mut Replicas<'_>, from: usize) -> bool {
        let late: Vec<FuncId> = self.queue.iter().skip(from).copied().collect();
        for func in late {
            let Some(pending) = self.pending.get(&func) else {
                continue;
            };
            let job = &pending.job;
            match self
                .key_of(job.func)
                .filter(|_| !is_generic(self.fn_info(job.func).decl))
            {
                Some(key) => replicas.crew.demand(key),
                None => replicas.crew.give_up(),
            }
        }
        if !self.is_fine() || !self.caches.minted.names.is_empty() {
            replicas.crew.give_up();
        }
        replicas.crew.leave();
        let mut reports = Vec::new();
        for thread in replicas.threads.drain(..) {
            match thread.join() {
                Ok(Some(report)) => reports.push(report),
                Ok(None) | Err(_) => replicas.crew.give_up(),
            }
        }
        let mut flows = Vec::new();
        let (mut functions, mut evaluations) = (0, Vec::new());
        for report in reports {
            flows.push(report.flows);
            functions += report.functions;
            evaluations.push(report.evaluations);
        }
        // Demands made when the others had finished.
        let all_checked = replicas.crew.lock().wanted.is_empty();
        let clean = all_checked && !replicas.crew.gave_up() && merged_flows_are_clean(&flows);
        replicas.done = Some(clean);
        if clean {
            self.stats.functions += functions;
            self.take_over_evaluations(evaluations);
        }
        clean
    }
}

impl Sema<'_> {
    /// Adds the evaluations that only replicas have made, for `--time`. What several of them needed counts once.
    fn take_over_evaluations(&mut self, all: Vec<Vec<Evaluated>>) {
        let known = self.stats.evaluations.iter();
        let known: FxHashSet<String> = known.map(|made| made.asked_at.clone()).collect();
        let mut by_place: BTreeMap<String, Vec<Evaluated>> = BTreeMap::new();
        for of_replica in all {
            let mut own: BTreeMap<String, Vec<Evaluated>> = BTreeMap::new();
            for made in of_replica {
                own.entry(made.asked_at.clone()).or_default().push(made);
            }
            for (place, made) in own {
                let most = by_place.entry(place).or_default();
                if most.len() < made.len() {
                    *most = made;
                }
            }
        }
        by_place.retain(|place, _| !known.contains(place));
        let added = by_place.into_values().flatten();
        self.stats.evaluations.extend(added);
    }
}

/// Gives up unless forgotten.
struct GiveUp<'a>(&'a Crew);

impl Drop for GiveUp<'_> {
    fn drop(&mut self) {
        self.0.give_up();
    }
}
