//! Dead code: values nobody reads, statements nobody reaches, blocks without effect.

use super::effects::{add_const, constant, effects, stmt_terminates};
use super::fold::simplify;
use crate::func::{Block, Expr, ExprId, Function, LocalId, Stmt, StmtKind};
use crate::module::Module;
use crate::op::{BinaryOp, Ty};

pub(super) fn run(module: &Module, func: &mut Function) {
    let Some(mut body) = func.body.take() else {
        return;
    };
    // Reads in unreachable code don't count.
    cut_unreachable(module, &mut body);
    let needed = needed_locals(module, func, &body);
    let mut broken = vec![false; func.labels as usize];
    body.for_each_stmt(&mut |stmt| {
        if let StmtKind::Break(label) = stmt.kind
            && let Some(flag) = broken.get_mut(label.index())
        {
            *flag = true;
        }
    });
    Sweep {
        module,
        func,
        needed,
        broken,
    }
    .block(&mut body);
    func.body = Some(body);
}

fn cut_unreachable(module: &Module, block: &mut Block) {
    let mut keep = block.stmts.len();
    for (index, stmt) in block.stmts.iter_mut().enumerate() {
        for inner in stmt.kind.blocks_mut() {
            cut_unreachable(module, inner);
        }
        if stmt_terminates(module, &stmt.kind) {
            keep = index + 1;
            break;
        }
    }
    // A trap behind a call that does not return stays as what stops a callee that does.
    if let [
        Stmt {
            kind: StmtKind::Call(_),
            ..
        },
        Stmt {
            kind: StmtKind::Trap(_),
            ..
        },
    ] = block.stmts[keep.saturating_sub(1)..]
        .get(..2)
        .unwrap_or_default()
    {
        keep += 1;
    }
    block.stmts.truncate(keep);
}

/// Locals whose value reaches something with an effect.
fn needed_locals(module: &Module, func: &Function, body: &Block) -> Vec<bool> {
    let mut needed = vec![false; func.locals.len()];
    // Sets without another effect, in a list per local.
    let mut first: Vec<Option<usize>> = vec![None; func.locals.len()];
    let mut sets: Vec<(ExprId, Option<usize>)> = Vec::new();
    let mut todo = Vec::new();
    let read = |root: ExprId, needed: &mut Vec<bool>, todo: &mut Vec<LocalId>| {
        func.for_each_node(root, &mut |_, expr| {
            if let Expr::Local(local) = *expr
                && !std::mem::replace(&mut needed[local.index()], true)
            {
                todo.push(local);
            }
        });
    };
    body.for_each_stmt(&mut |stmt| match stmt.kind {
        StmtKind::Set { local, value } if !effects(module, func, value).traps => {
            sets.push((value, first[local.index()]));
            first[local.index()] = Some(sets.len() - 1);
        }
        _ => stmt
            .kind
            .operands()
            .into_iter()
            .for_each(|root| read(root, &mut needed, &mut todo)),
    });
    while let Some(local) = todo.pop() {
        let mut next = first[local.index()];
        while let Some(index) = next {
            let (value, following) = sets[index];
            read(value, &mut needed, &mut todo);
            next = following;
        }
    }
    needed
}

struct Sweep<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    needed: Vec<bool>,
    /// Labels with a `break`.
    broken: Vec<bool>,
}

impl Sweep<'_, '_> {
    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::with_capacity(block.stmts.len());
        for stmt in std::mem::take(&mut block.stmts) {
            self.stmt(stmt, &mut out);
        }
        block.stmts = out;
    }

    /// Evaluates `root` only if that can be noticed.
    fn eval(&mut self, stmt: &Stmt, root: ExprId, out: &mut Vec<Stmt>) {
        if effects(self.module, self.func, root).traps {
            out.push(Stmt {
                loc: stmt.loc,
                kind: StmtKind::Eval(root),
            });
        }
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Vec<Stmt>) {
        for inner in stmt.kind.blocks_mut() {
            self.block(inner);
        }
        match &mut stmt.kind {
            StmtKind::Set { local, value } if !self.needed[local.index()] => {
                let value = *value;
                return self.eval(&stmt, value, out);
            }
            StmtKind::Eval(value) => {
                let value = *value;
                return self.eval(&stmt, value, out);
            }
            StmtKind::Copy {
                dst: first,
                src: second,
                len,
            }
            | StmtKind::Fill {
                dst: first,
                byte: second,
                len,
            } if constant(self.func, *len) == Some(0) => {
                let (first, second) = (*first, *second);
                self.eval(&stmt, first, out);
                return self.eval(&stmt, second, out);
            }
            StmtKind::If { cond, then, els } if then.stmts.is_empty() => {
                let root = *cond;
                if els.stmts.is_empty() {
                    return self.eval(&stmt, root, out);
                }
                // The other way round.
                let zero = add_const(self.func, Ty::I8, 0, root);
                let loc = self.func.expr_locs[root.index()];
                let inverse = Expr::Binary {
                    op: BinaryOp::Eq,
                    ty: Ty::I8,
                    a: root,
                    b: zero,
                };
                let inverse = self.func.add_expr(inverse, loc);
                *cond = simplify(self.module, self.func, inverse);
                std::mem::swap(then, els);
            }
            StmtKind::Switch {
                value,
                cases,
                default,
                ..
            } if default.stmts.is_empty()
                && cases.iter().all(|case| case.body.stmts.is_empty()) =>
            {
                let value = *value;
                return self.eval(&stmt, value, out);
            }
            StmtKind::Block { label, body } => {
                let label = *label;
                // Its end leaves the block anyway.
                let jumps =
                    matches!(body.stmts.last(), Some(last) if last.kind == StmtKind::Break(label));
                if jumps {
                    body.stmts.pop();
                    self.broken[label.index()] = breaks(body, label);
                }
                if !self.broken[label.index()] {
                    out.append(&mut body.stmts);
                    return;
                }
                if body.stmts.is_empty() {
                    return;
                }
            }
            StmtKind::Loop { label, body } => {
                let label = *label;
                if matches!(body.stmts.last(), Some(last) if last.kind == StmtKind::Continue(label))
                {
                    body.stmts.pop();
                }
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Call(_)
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {}
        }
        out.push(stmt);
    }
}

fn breaks(block: &Block, label: crate::func::LabelId) -> bool {
    let mut found = false;
    block.for_each_stmt(&mut |stmt| found |= stmt.kind == StmtKind::Break(label));
    found
}
