//! Values that are read once go to where they are read: `%t = load p; %u = add %t, 1` becomes one tree. Engines then
//! keep them in temporaries, and see addresses whole.
//!
//! A value moves over what stands between only if that can't be noticed: over nothing that sets a local it reads, over
//! no store if it reads memory, and over nothing that can trap if it can trap itself. Variables of the program stay: a
//! debugger shows them.

use super::effects::{Effects, effects};
use super::uses::{Uses, count_uses};
use crate::func::{Block, Expr, ExprId, Function, LocId, LocalId, Stmt, StmtKind};
use crate::module::Module;

/// Statements that a value may move over.
const FAR: usize = 6;
/// Nodes of a value that moves; larger ones gain nothing and would make trees deep.
const LARGEST: usize = 24;
/// Nodes of a statement that takes values in.
const LARGEST_STMT: usize = 48;

pub(super) fn run(module: &Module, func: &mut Function) {
    let Some(mut body) = func.body.take() else {
        return;
    };
    let uses = count_uses(module, func, &body, 2);
    let mut pass = Merge { module, func, uses };
    pass.block(&mut body);
    func.body = Some(body);
}

struct Merge<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    uses: Vec<Uses>,
}

/// What a statement without inner blocks does besides evaluating its operands.
struct Between {
    traps: bool,
    writes_memory: bool,
}

impl Merge<'_, '_> {
    fn block(&mut self, block: &mut Block) {
        let mut out: Vec<Stmt> = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            self.take_in(&mut stmt, &mut out);
            for inner in stmt.kind.blocks_mut() {
                self.block(inner);
            }
            out.push(stmt);
        }
        block.stmts = out;
    }

    /// Moves values from the statements before into `stmt`.
    fn take_in(&mut self, stmt: &mut Stmt, out: &mut Vec<Stmt>) {
        let mut budget = LARGEST_STMT;
        let mut back = 0;
        while back < FAR.min(out.len()) {
            let at = out.len() - 1 - back;
            let StmtKind::Set { local, value } = out[at].kind else {
                back += 1;
                continue;
            };
            let uses = self.uses[local.index()];
            let wanted = uses.reads == 1 && uses.sets == 1;
            match wanted.then(|| self.find(stmt, local)).flatten() {
                Some((node, traps_before)) => {
                    let size = self.size(value);
                    let effects = effects(self.module, self.func, value);
                    if size <= LARGEST.min(budget)
                        && !(effects.traps && traps_before)
                        && self.can_move(value, effects, &out[at + 1..])
                    {
                        budget -= size;
                        self.func.exprs[node.index()] = *self.func.expr(value);
                        let loc = match self.func.expr_locs[value.index()] {
                            LocId(0) => out[at].loc,
                            loc => loc,
                        };
                        self.func.expr_locs[node.index()] = loc;
                        out.remove(at);
                        // What stood before may go into what was taken in.
                        back = back.saturating_sub(1);
                        continue;
                    }
                    back += 1;
                }
                None => back += 1,
            }
        }
    }

    /// The node that reads `local` in the statement's operands, and whether something evaluated before it can trap.
    fn find(&self, stmt: &Stmt, local: LocalId) -> Option<(ExprId, bool)> {
        let mut found = None;
        let mut traps = false;
        for root in stmt.kind.operands() {
            self.func.for_each_node(root, &mut |id, expr| {
                if found.is_some() {
                    return;
                }
                match expr {
                    Expr::Local(read) if *read == local => found = Some((id, traps)),
                    Expr::Load { .. } | Expr::Check { .. } => traps = true,
                    Expr::Binary { op, .. } => traps |= op.can_trap(),
                    Expr::Const { .. }
                    | Expr::Local(_)
                    | Expr::SlotAddr(_)
                    | Expr::GlobalAddr(_)
                    | Expr::FuncAddr(_)
                    | Expr::Unary { .. }
                    | Expr::Convert { .. }
                    | Expr::Wrap { .. }
                    | Expr::Select { .. } => {}
                }
            });
        }
        found
    }

    fn size(&self, root: ExprId) -> usize {
        let mut nodes = 0;
        self.func.for_each_node(root, &mut |_, _| nodes += 1);
        nodes
    }

    fn can_move(&self, value: ExprId, effects: Effects, over: &[Stmt]) -> bool {
        over.iter().all(|stmt| {
            let Some(between) = self.between(&stmt.kind) else {
                return false;
            };
            if effects.traps && (between.traps || between.writes_memory)
                || effects.reads && between.writes_memory
            {
                return false;
            }
            let defs = stmt.kind.defs();
            let mut reads = false;
            self.func.for_each_node(value, &mut |_, expr| {
                reads |= matches!(expr, Expr::Local(local) if defs.contains(local));
            });
            !reads
        })
    }

    /// `None` for statements that nothing moves over.
    fn between(&self, kind: &StmtKind) -> Option<Between> {
        let traps = kind
            .operands()
            .into_iter()
            .any(|root| effects(self.module, self.func, root).traps);
        match kind {
            StmtKind::Set { .. } | StmtKind::Eval(_) => Some(Between {
                traps,
                writes_memory: false,
            }),
            // They check their address.
            StmtKind::Store { .. } => Some(Between {
                traps: true,
                writes_memory: true,
            }),
            StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Call(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => None,
        }
    }
}
