//! Independent evaluations side by side (reference 6.1): module-scope `#run` constants and statements are lowered one
//! after another and queued; as soon as somebody needs a value, or all are lowered, the queue is evaluated on the IR
//! as it stands, on as many threads as there are, and the results are taken over in source order. When the queue is
//! emptied depends on the program alone, so nothing depends on the number of threads.
//!
//! What asks the compiler something, or reaches a `#saved` global, does not queue: it runs when it is its turn. With
//! `#saved` globals that is the place in the source, among constants and statements alike.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{FuncId, GlobalId, Linkage, Module, TypeId};
use sx_syntax::Diagnostic;
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

use crate::api::{BatchItem, Unexplained};
use crate::comptime::build::BuildState;
use crate::comptime::eval::{Root, Run};
use crate::comptime::failure;
use crate::comptime::host::{CompilerHost, Minted};
use crate::comptime::purpose::Purpose;
use crate::emission::value::CtVal;
use crate::metaprogramming::module_forms::Order;
use crate::sema::{DeclId, EntityState, Event, Failed, Res, Sema};

/// Who may queue next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicant {
    Constant(DeclId),
    Statement,
}

/// When an evaluation that reaches `#saved` globals has its turn.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Turn {
    /// Which of the modules in their order.
    pub module: usize,
    pub place: Order,
}

/// An evaluation that waits.
pub struct Queued {
    decl: Option<DeclId>,
    root: Root,
    /// How many events of module scope came before it.
    events: usize,
}

/// The evaluations that wait, in source order.
#[derive(Default)]
pub struct Queue {
    applicant: Option<Applicant>,
    /// The applicant's evaluation, just queued.
    admitted: bool,
    /// The applicant's evaluation reaches a `#saved` global: it has its turn among the statements.
    postponed: bool,
    /// Constants whose evaluations do, and what reads them.
    in_order: BTreeSet<(Turn, DeclId)>,
    turns: FxHashMap<DeclId, Turn>,
    /// Whether there are `#saved` globals, once somebody has asked.
    pub saves: Option<bool>,
    /// What is being asked whether it has to wait.
    pub judged: FxHashSet<DeclId>,
    /// What each declaration that was asked about names.
    pub named: FxHashMap<DeclId, Rc<[DeclId]>>,
    waiting: Vec<Queued>,
    /// Reports of evaluations that are done, each with the number of events of module scope before it.
    held: Vec<(usize, Vec<Diagnostic>)>,
}

impl Queue {
    /// Whether the evaluation of this constant, which is the applicant, has been queued.
    pub fn has_taken(&self, id: DeclId) -> bool {
        self.admitted && self.applicant == Some(Applicant::Constant(id))
    }
}

/// Answers for evaluations that ask nothing.
pub struct NoCompiler;

impl Host for NoCompiler {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        _: &[u64],
        _: &mut dyn SandboxMemory,
        _: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        Err(HostFault::Unsupported(format!(
            "the compiler function '{}' is not available here",
            module.func(func).name
        )))
    }
}

impl Sema<'_> {
    /// Resolves a constant whose value nobody needs yet.
    pub fn resolve_or_queue(&mut self, id: DeclId) {
        if !matches!(self.decl(id).state, EntityState::Unresolved) {
            return;
        }
        self.caches.queue.applicant = Some(Applicant::Constant(id));
        let _ = self.resolve_decl(id);
        self.withdraw();
        if std::mem::take(&mut self.caches.queue.postponed) {
            self.decls[id.index()].state = EntityState::Unresolved;
            let turn = self.own_turn(id);
            self.postpone(id, turn);
        }
    }

    /// Leaves a constant, or a global that reads one, to its place among the statements.
    pub fn postpone(&mut self, id: DeclId, turn: Turn) {
        self.caches.queue.turns.insert(id, turn.clone());
        self.caches.queue.in_order.insert((turn, id));
    }

    /// When what was postponed has its turn.
    pub fn turn_of_postponed(&self, id: DeclId) -> Option<&Turn> {
        self.caches.queue.turns.get(&id)
    }

    /// What was postponed and is evaluated now waits no longer.
    pub fn take_turn_of(&mut self, id: DeclId) -> Option<Turn> {
        let turn = self.caches.queue.turns.remove(&id)?;
        self.caches.queue.in_order.remove(&(turn.clone(), id));
        Some(turn)
    }

    /// Who has the first turn of all that wait.
    pub fn first_postponed(&self) -> Option<&(Turn, DeclId)> {
        self.caches.queue.in_order.first()
    }

    /// What has its turn among the statements of a module, each with its place, in the order of the places.
    pub fn postponed(&self, module: usize) -> Vec<(Order, DeclId)> {
        let start = |module| {
            let place = Order::new();
            (Turn { module, place }, DeclId(0))
        };
        let own = self
            .caches
            .queue
            .in_order
            .range(start(module)..start(module + 1));
        own.map(|(turn, id)| (turn.place.clone(), *id)).collect()
    }

    /// Runs a statement, or queues it.
    pub fn run_or_queue(
        &mut self,
        env: &std::rc::Rc<crate::sema::Env>,
        expr: &'static sx_syntax::ast::Expr,
    ) {
        self.caches.queue.applicant = Some(Applicant::Statement);
        let before = self.error_count();
        let _ = self.run_statement(env, expr);
        self.caches.saved_spoilt |= self.error_count() > before;
        self.withdraw();
    }

    /// Ends the application.
    fn withdraw(&mut self) {
        self.caches.queue.applicant = None;
        self.caches.queue.admitted = false;
    }

    /// Queues a root that is ready to run, if it is the applicant's and independent of what is done meanwhile. `whole`: all
    /// that it reaches has a body.
    pub fn enqueue(&mut self, root: Root, whole: bool) -> Result<(), Root> {
        let decl = match (self.caches.queue.applicant, &root.purpose) {
            (Some(Applicant::Statement), Purpose::Statement) => None,
            (Some(Applicant::Constant(id)), Purpose::Constant(name))
                if self.decl(id).name == *name && self.resolving.last() == Some(&id) =>
            {
                Some(id)
            }
            _ => return Err(root),
        };
        if self.eval_depth != 1 || self.caches.queue.admitted {
            return Err(root);
        }
        let reach = self.m.reachable(&[root.func]);
        let asks = reach
            .funcs
            .iter()
            .any(|f| matches!(self.m.func(*f).linkage, Linkage::Host(_)));
        let saves = self
            .caches
            .saved
            .iter()
            .any(|(g, _)| reach.globals.contains(g));
        if let (true, Some(_)) = (saves, decl) {
            // Statements before it in the source run before it, unless somebody needs the value until then.
            self.caches.queue.postponed = true;
            return Ok(());
        }
        // What each has written is recorded by itself.
        if self.caches.meta.recording.is_some() {
            return Err(root);
        }
        let mut waiting = self.caches.waiting_globals.iter();
        let waits = waiting.any(|variable| reach.globals.contains(&variable.global));
        let mut asks_for_layouts = self.may_ask_for_layouts(root.func);
        if asks_for_layouts {
            self.complete_all();
            asks_for_layouts = self.may_ask_for_layouts(root.func);
        }
        if asks || saves || waits || asks_for_layouts || !whole {
            // What comes before it in the source runs before it.
            self.flush_queue();
            return Err(root);
        }
        let events = self.events.get(&None).map_or(0, Vec::len);
        self.caches.queue.admitted = true;
        self.caches
            .queue
            .waiting
            .push(Queued { decl, root, events });
        Ok(())
    }

    /// Evaluates what waits, and reports what there is to report. For the module level: nothing is being lowered.
    pub fn finish_queue(&mut self) {
        self.flush_queue();
        let mut moved = 0;
        for (events, reports) in std::mem::take(&mut self.caches.queue.held) {
            let first = self.diags.len();
            let count = reports.len();
            self.diags.extend(reports);
            // They stand where the evaluation stood in the source.
            let list = self.events.entry(None).or_default();
            let at = (events + moved).min(list.len());
            list.splice(at..at, (first..first + count).map(Event::Diag));
            moved += count;
        }
    }

    /// Whether an evaluation has failed whose report is still held back.
    pub fn holds_errors(&self) -> bool {
        let mut held = self.caches.queue.held.iter().flat_map(|(_, diags)| diags);
        held.any(|diag| diag.is_error())
    }

    /// Evaluates what waits and takes the results over. What there is to report waits for [`Sema::finish_queue`].
    pub fn flush_queue(&mut self) {
        let queue = std::mem::take(&mut self.caches.queue.waiting);
        if queue.is_empty() {
            return;
        }
        // Whoever needs a value now has no part in what is reported.
        let sites = std::mem::take(&mut self.sites);
        let applicant = self.caches.queue.applicant.take();
        let depth = std::mem::replace(&mut self.eval_depth, 1);
        self.current_func.push(None);
        self.name_files();
        self.tell_surroundings();
        let items: Vec<BatchItem> = queue
            .iter()
            .map(|queued| BatchItem {
                root: queued.root.func,
                asked_by: queued.root.purpose.asked_by(),
                result: queued.root.place(&self.m),
            })
            .collect();
        let globals = self.m.globals.len();
        let mut m = self.take_module();
        m.closed = self.closed_globals();
        let evaluations = self
            .evaluator
            .evaluate_all(&m, &items, &self.caches.c.sources);
        m.closed = Vec::new();
        self.m = m;
        if self.evaluator.had_effects() {
            self.replica_gives_up();
        }
        let mut evaluations = evaluations.into_iter();
        for queued in queue {
            let Queued { decl, root, events } = queued;
            let before = self.events.get(&None).map_or(0, Vec::len);
            let reports = self.diags.len();
            // After one that ended the compiler there are no more.
            let done = match evaluations.next() {
                Some((evaluation, seconds)) if self.exit.is_none() => {
                    let story = if failure::is_told(&evaluation) {
                        let mut m = self.take_module();
                        let result = (root.place(&m), false);
                        let story =
                            self.story_of(&mut m, root.func, result, &evaluation, &|types| {
                                CompilerHost::new(
                                    types,
                                    Minted::default(),
                                    String::new(),
                                    None,
                                    BuildState::default(),
                                )
                            });
                        self.m = m;
                        story
                    } else {
                        Err(Unexplained::NotPossible)
                    };
                    let run = Run { seconds, globals };
                    self.commit_root(&root, None, evaluation, &story, run)
                }
                Some(_) | None => Err(Failed),
            };
            self.settle_queued(decl, done);
            // Whoever needed a value counts the errors of its own.
            if let Some(list) = self.events.get_mut(&None) {
                list.truncate(before);
            }
            let reports = self.diags.split_off(reports);
            self.caches.queue.held.push((events, reports));
        }
        self.current_func.pop();
        self.eval_depth = depth;
        self.caches.queue.applicant = applicant;
        self.sites = sites;
    }

    fn settle_queued(&mut self, decl: Option<DeclId>, done: Res<CtVal>) {
        let Some(id) = decl else { return };
        self.decls[id.index()].state = match done {
            Ok(val) => match self.finished_constant(id, val) {
                Ok(entity) => EntityState::Done(entity),
                Err(Failed) => EntityState::Failed,
            },
            Err(Failed) if self.caches.chains.giving_up() => EntityState::Unresolved,
            Err(Failed) => EntityState::Failed,
        };
    }
}

impl Root {
    /// Where the result is, if there is any.
    pub fn place(&self, module: &Module) -> Option<(GlobalId, TypeId)> {
        (module.types.size_of(self.ty) > 0).then_some((self.result, self.ty))
    }
}
