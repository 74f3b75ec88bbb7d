//! Drops nodes, locals, slots and labels that nothing mentions, and renumbers the rest: nodes in evaluation order,
//! parameters first.

use crate::func::{Block, Expr, ExprId, Function, LabelId, LocId, LocalId, SlotId, StmtKind};

/// Number of a kept entity, in the order of the old numbers; `None` if it goes.
fn renumber(used: &[bool]) -> Vec<Option<u32>> {
    let mut next = 0;
    used.iter()
        .map(|used| {
            used.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn kept<T>(all: Vec<T>, numbers: &[Option<u32>]) -> Vec<T> {
    all.into_iter()
        .zip(numbers)
        .filter(|(_, number)| number.is_some())
        .map(|(item, _)| item)
        .collect()
}

fn number(numbers: &[Option<u32>], old: usize) -> u32 {
    numbers.get(old).copied().flatten().unwrap_or(0)
}

/// `params` is known from the order of locals: the caller says how many come first.
pub(super) fn run(func: &mut Function, params: usize) {
    let Some(mut body) = func.body.take() else {
        return;
    };
    let mut locals = vec![false; func.locals.len()];
    let mut slots = vec![false; func.slots.len()];
    let mut labels = vec![false; func.labels as usize];
    locals.iter_mut().take(params).for_each(|used| *used = true);
    body.for_each_stmt(&mut |stmt| {
        for root in stmt.kind.operands() {
            func.for_each_node(root, &mut |_, expr| match *expr {
                Expr::Local(local) => locals[local.index()] = true,
                Expr::SlotAddr(slot) => slots[slot.index()] = true,
                _ => {}
            });
        }
        for local in stmt.kind.defs() {
            locals[local.index()] = true;
        }
        if let StmtKind::Block { label, .. } | StmtKind::Loop { label, .. } = stmt.kind {
            labels[label.index()] = true;
        }
    });
    let mut mover = Mover {
        locals: renumber(&locals),
        slots: renumber(&slots),
        labels: renumber(&labels),
        old: std::mem::take(&mut func.exprs),
        old_locs: std::mem::take(&mut func.expr_locs),
        exprs: Vec::new(),
        locs: Vec::new(),
    };
    mover.block(&mut body);
    func.exprs = mover.exprs;
    func.expr_locs = mover.locs;
    func.locals = kept(std::mem::take(&mut func.locals), &mover.locals);
    func.slots = kept(std::mem::take(&mut func.slots), &mover.slots);
    func.labels = labels.iter().filter(|used| **used).count() as u32;
    func.body = Some(body);
}

struct Mover {
    locals: Vec<Option<u32>>,
    slots: Vec<Option<u32>>,
    labels: Vec<Option<u32>>,
    old: Vec<Expr>,
    old_locs: Vec<LocId>,
    exprs: Vec<Expr>,
    locs: Vec<LocId>,
}

impl Mover {
    fn block(&mut self, block: &mut Block) {
        for stmt in &mut block.stmts {
            stmt.kind.map_operands(|root| self.tree(root));
            stmt.kind
                .map_defs(|local| LocalId(number(&self.locals, local.index())));
            if let StmtKind::Block { label, .. }
            | StmtKind::Loop { label, .. }
            | StmtKind::Break(label)
            | StmtKind::Continue(label) = &mut stmt.kind
            {
                *label = LabelId(number(&self.labels, label.index()));
            }
            for inner in stmt.kind.blocks_mut() {
                self.block(inner);
            }
        }
    }

    fn tree(&mut self, root: ExprId) -> ExprId {
        let expr = match self.old[root.index()] {
            Expr::Local(local) => Expr::Local(LocalId(number(&self.locals, local.index()))),
            Expr::SlotAddr(slot) => Expr::SlotAddr(SlotId(number(&self.slots, slot.index()))),
            other => other.map_operands(|operand| self.tree(operand)),
        };
        self.exprs.push(expr);
        self.locs.push(self.old_locs[root.index()]);
        ExprId::new(self.exprs.len() - 1)
    }
}
