//! Sets of locals that are set again, or never read, on every path from there. One walk backwards; what is live at the
//! head of a loop is taken to be everything its body reads.

use super::effects::{effects, stmt_terminates};
use crate::func::{Block, Expr, ExprId, Function, LocalId, StmtKind};
use crate::module::Module;

/// Sets of locals are kept per label; with more locals than this they would cost too much.
const MAX_LOCALS: usize = 20_000;

pub(super) fn run(module: &Module, func: &mut Function) {
    if func.locals.len() > MAX_LOCALS {
        return;
    }
    let Some(mut body) = func.body.take() else {
        return;
    };
    let empty = Set::new(func.locals.len());
    let labels = func.labels as usize;
    let mut pass = Liveness {
        module,
        func,
        empty: empty.clone(),
        after: vec![None; labels],
        head: vec![None; labels],
    };
    pass.block(&mut body, empty);
    func.body = Some(body);
}

/// A set of locals.
#[derive(Clone)]
struct Set(Vec<u64>);

impl Set {
    fn new(count: usize) -> Set {
        Set(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, local: LocalId) {
        self.0[local.index() / 64] |= 1 << (local.index() % 64);
    }

    fn remove(&mut self, local: LocalId) {
        self.0[local.index() / 64] &= !(1 << (local.index() % 64));
    }

    fn contains(&self, local: LocalId) -> bool {
        self.0[local.index() / 64] >> (local.index() % 64) & 1 != 0
    }

    fn add(&mut self, other: &Set) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

struct Liveness<'m, 'f> {
    module: &'m Module,
    func: &'f Function,
    empty: Set,
    /// Live where a `break` of the label goes to.
    after: Vec<Option<Set>>,
    /// Live where a `continue` of the label goes to.
    head: Vec<Option<Set>>,
}

impl Liveness<'_, '_> {
    fn reads(&self, root: ExprId, live: &mut Set) {
        self.func.for_each_node(root, &mut |_, expr| {
            if let Expr::Local(local) = *expr {
                live.insert(local);
            }
        });
    }

    /// What is live at the start of the block, given what is at its end.
    fn block(&mut self, block: &mut Block, mut live: Set) -> Set {
        let mut kept = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts).into_iter().rev() {
            if let StmtKind::Set { local, value } = stmt.kind
                && !live.contains(local)
            {
                if !effects(self.module, self.func, value).traps {
                    continue;
                }
                stmt.kind = StmtKind::Eval(value);
            }
            live = self.stmt(&mut stmt.kind, live);
            kept.push(stmt);
        }
        kept.reverse();
        block.stmts = kept;
        live
    }

    fn jump(&self, to: Option<&Option<Set>>) -> Set {
        // A label that encloses nothing here is rejected by the verifier.
        to.cloned().flatten().unwrap_or_else(|| self.empty.clone())
    }

    fn stmt(&mut self, kind: &mut StmtKind, mut live: Set) -> Set {
        match kind {
            StmtKind::If { then, els, .. } => {
                let other = self.block(then, live.clone());
                live = self.block(els, live);
                live.add(&other);
            }
            StmtKind::Switch { cases, default, .. } => {
                let end = live.clone();
                live = self.block(default, live);
                for case in cases {
                    let other = self.block(&mut case.body, end.clone());
                    live.add(&other);
                }
            }
            StmtKind::Block { label, body } => {
                self.after[label.index()] = Some(live.clone());
                live = self.block(body, live);
            }
            StmtKind::Loop { label, body } => {
                let mut head = live.clone();
                body.for_each_stmt(&mut |stmt| {
                    stmt.kind
                        .operands()
                        .into_iter()
                        .for_each(|root| self.reads(root, &mut head));
                    // Ways out to blocks and loops around this one; those inside have no sets yet, or dead ones.
                    let out = match stmt.kind {
                        StmtKind::Break(label) => self.after.get(label.index()),
                        StmtKind::Continue(label) => self.head.get(label.index()),
                        _ => None,
                    };
                    if let Some(Some(out)) = out {
                        head.add(out);
                    }
                });
                self.after[label.index()] = Some(live);
                self.head[label.index()] = Some(head.clone());
                live = self.block(body, head);
            }
            StmtKind::Break(label) => live = self.jump(self.after.get(label.index())),
            StmtKind::Continue(label) => live = self.jump(self.head.get(label.index())),
            StmtKind::Return(_) | StmtKind::Trap(_) => live = self.empty.clone(),
            StmtKind::Call(_) if stmt_terminates(self.module, kind) => live = self.empty.clone(),
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::Call(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {}
        }
        for local in kind.defs() {
            live.remove(local);
        }
        for root in kind.operands() {
            self.reads(root, &mut live);
        }
        live
    }
}
