//! How the compiler came to where it is: for cycles and for families of instances that grow without end.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::func::{Callee, Expr, StmtKind};
use sx_ir::{FuncId, TypeId};
use sx_syntax::{Diagnostic, Span};

use crate::sema::{DeclId, Sema};

/// Something under way that may need others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Decl(DeclId),
    /// An evaluation whose code is being lowered.
    Evaluation(FuncId),
    Body(FuncId),
    /// An instance of a generic type.
    Type(TypeId),
}

/// What is under way, innermost last.
#[derive(Default)]
pub struct Chains {
    steps: Vec<Step>,
    /// In whose body an instance was first asked for.
    made_in: FxHashMap<FuncId, FuncId>,
}

impl Chains {
    pub fn enter(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub fn leave(&mut self) {
        self.steps.pop();
    }

    pub fn made_in(&mut self, instance: FuncId, body: FuncId) {
        self.made_in.entry(instance).or_insert(body);
    }
}

/// Lines at each end of a long chain.
const SHOWN: usize = 3;

impl Sema<'_> {
    /// A step of a chain as it is told.
    fn step_shown(&self, step: Step) -> (String, Option<Span>) {
        let (name, span) = match step {
            Step::Decl(decl) => {
                let info = self.decl(decl);
                (info.name.to_string(), Some(info.name_span))
            }
            Step::Evaluation(func) | Step::Body(func) => {
                let func = self.m.func(func);
                (func.name.clone(), self.loc_span(func.loc))
            }
            Step::Type(ty) => (self.type_name(ty), self.nominals.get(&ty).map(|n| n.span)),
        };
        (shortened(&name), span)
    }

    /// Adds the way from `start`, which is under way, back to it: one line a step.
    pub fn with_cycle(&self, mut diag: Diagnostic, start: DeclId) -> Diagnostic {
        let steps = &self.caches.chains.steps;
        let Some(from) = steps.iter().rposition(|s| *s == Step::Decl(start)) else {
            return diag;
        };
        let mut way: Vec<Step> = Vec::new();
        let mut root = None;
        for step in &steps[from..] {
            match *step {
                Step::Evaluation(func) => root = Some(func),
                Step::Body(func) => {
                    // What was lowered before stands between the evaluation and this body.
                    let between = root.take().map(|root| self.calls_between(root, func));
                    way.extend(between.into_iter().flatten().map(Step::Body));
                    way.push(*step);
                }
                Step::Decl(_) | Step::Type(_) => {
                    root = None;
                    way.push(*step);
                }
            }
        }
        way.push(Step::Decl(start));
        let shown: Vec<_> = way.iter().map(|step| self.step_shown(*step)).collect();
        for pair in shown.windows(2) {
            if let [(needs, _), (needed, span)] = pair {
                diag = diag.with_note(*span, format!("'{needs}' needs '{needed}'"));
            }
        }
        diag
    }

    /// The functions on the shortest way of calls from one to another, without both.
    fn calls_between(&self, from: FuncId, to: FuncId) -> Vec<FuncId> {
        let mut before: FxHashMap<FuncId, FuncId> = FxHashMap::default();
        let mut seen = FxHashSet::from_iter([from]);
        let mut todo = VecDeque::from([from]);
        while let Some(func) = todo.pop_front() {
            if func == to {
                break;
            }
            let body = self.m.func(func);
            let mut next = Vec::new();
            if let Some(block) = &body.body {
                block.for_each_stmt(&mut |stmt| {
                    if let StmtKind::Call(call) = &stmt.kind
                        && let Callee::Direct(callee) = call.callee
                    {
                        next.push(callee);
                    }
                });
            }
            for expr in &body.exprs {
                if let Expr::FuncAddr(callee) = expr {
                    next.push(*callee);
                }
            }
            for callee in next {
                if seen.insert(callee) {
                    before.insert(callee, func);
                    todo.push_back(callee);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while let Some(caller) = before.get(&at).copied() {
            if caller == from {
                break;
            }
            way.push(caller);
            at = caller;
        }
        way.reverse();
        way
    }

    /// Adds the instances that led to one that is too deep.
    pub fn with_instances(&self, mut diag: Diagnostic) -> Diagnostic {
        let chains = &self.caches.chains;
        let mut way: Vec<Step> = chains
            .steps
            .iter()
            .rev()
            .copied()
            .filter(|step| matches!(step, Step::Type(_)))
            .collect();
        let mut body = self.current_func.last().copied().flatten();
        let mut seen = FxHashSet::default();
        while let Some(func) = body.filter(|f| seen.insert(*f)) {
            way.push(Step::Body(func));
            body = chains.made_in.get(&func).copied();
        }
        let total = way.len();
        for (i, step) in way.into_iter().enumerate() {
            if total > 2 * SHOWN && i == SHOWN {
                let left = total - 2 * SHOWN;
                diag = diag.with_note(None, format!("... {left} more instances ..."));
            }
            if total <= 2 * SHOWN || i < SHOWN || i >= total - SHOWN {
                let (name, span) = self.step_shown(step);
                diag = diag.with_note(span, format!("in '{name}'"));
            }
        }
        diag
    }
}

fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let start: String = name.chars().take(LONGEST).collect();
    format!("{start}...")
}
