//! Conditions joined by `and` and `or`. Lowering keeps the truth of one in a local that branches set:
//!
//! ```text
//! %v = %c                        if %c {
//! if %c { A; %v = Y }     →        A
//! if %v { D } else { S }           if Y { D; break past S }
//!                                }
//!                                S
//! ```
//!
//! Where `A` has nothing but values that anyone may compute, `%v` becomes `and %c, Y` instead, without a branch.

use super::effects::{add_const, constant, effects, is_flag, terminates};
use super::fold::simplify;
use super::uses::{Uses, count_uses};
use crate::func::{Block, Expr, ExprId, Function, LocalId, Stmt, StmtKind};
use crate::module::Module;
use crate::op::{BinaryOp, Ty};

/// Nodes that are computed although they may not be needed.
const MOST_COMPUTED: usize = 12;
/// Blocks are not nested deeper than this.
const DEEPEST: usize = 200;

/// Whether anything changed.
pub(super) fn run(module: &Module, func: &mut Function) -> bool {
    let Some(mut body) = func.body.take() else {
        return false;
    };
    let params = module
        .sigs()
        .get(func.sig.index())
        .map_or(0, |sig| sig.params.len());
    let uses = count_uses(module, func, &body, 3);
    let mut flags: Vec<bool> = (0..func.locals.len())
        .map(|index| index >= params && func.locals[index].ty == Ty::I8)
        .collect();
    if !flags.contains(&true) && !uses.iter().any(|uses| uses.sets == 2) {
        func.body = Some(body);
        return false;
    }
    settle_flags(func, &body, &mut flags);
    let mut pass = Conditions {
        module,
        func,
        uses,
        flags,
        changed: false,
    };
    pass.block(&mut body, 0);
    let changed = pass.changed;
    func.body = Some(body);
    changed
}

/// Leaves the locals that only ever hold 0 or 1.
fn settle_flags(func: &Function, body: &Block, flags: &mut [bool]) {
    body.for_each_stmt(&mut |stmt| {
        if !matches!(stmt.kind, StmtKind::Set { .. }) {
            for local in stmt.kind.defs() {
                flags[local.index()] = false;
            }
        }
    });
    loop {
        let mut changed = false;
        body.for_each_stmt(&mut |stmt| {
            if let StmtKind::Set { local, value } = stmt.kind
                && flags[local.index()]
                && !is_flag(func, value, &|local| flags[local.index()])
            {
                flags[local.index()] = false;
                changed = true;
            }
        });
        if !changed {
            return;
        }
    }
}

/// `v = ...; if c { ...; v = Y }`: the second operand of an `and` or `or` decides only if the first does not.
struct Choice {
    v: LocalId,
    /// The condition under which the second operand counts.
    cond: ExprId,
    /// It is an `and`: `v` is 0 if the second operand does not count.
    and: bool,
    /// The first operand as a value that is `v` if the second one does not count.
    first: ExprId,
    second: ExprId,
    /// The first statement has to stay.
    keep: bool,
}

struct Conditions<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    uses: Vec<Uses>,
    flags: Vec<bool>,
    changed: bool,
}

impl Conditions<'_, '_> {
    fn is_flag(&self, value: ExprId) -> bool {
        is_flag(self.func, value, &|local| self.flags[local.index()])
    }

    fn block(&mut self, block: &mut Block, depth: usize) {
        for stmt in &mut block.stmts {
            for inner in stmt.kind.blocks_mut() {
                self.block(inner, depth + 1);
            }
        }
        self.list(&mut block.stmts, depth);
    }

    /// Works on a list whose inner blocks are done, from its end on.
    fn list(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        let mut at = stmts.len();
        while at > 0 {
            at -= 1;
            let Some(choice) = self.choice(&stmts[at..]) else {
                continue;
            };
            if let Some(joined) = self.join(stmts, at, &choice) {
                // What is joined may be part of the choice before.
                at = joined;
                continue;
            }
            if let Some(end) = self.branch(stmts, at, &choice, depth) {
                at = end.min(stmts.len());
            }
        }
    }

    fn local(&self, id: ExprId) -> Option<LocalId> {
        match *self.func.expr(id) {
            Expr::Local(local) => Some(local),
            _ => None,
        }
    }

    /// The local that a condition tests, and whether it is to be other than 0.
    fn tested(&self, cond: ExprId) -> Option<(LocalId, bool)> {
        match *self.func.expr(cond) {
            Expr::Local(local) => Some((local, true)),
            Expr::Binary {
                op: op @ (BinaryOp::Eq | BinaryOp::Ne),
                a,
                b,
                ..
            } if constant(self.func, b) == Some(0) => Some((self.local(a)?, op == BinaryOp::Ne)),
            _ => None,
        }
    }

    fn choice(&self, stmts: &[Stmt]) -> Option<Choice> {
        let [start, test, ..] = stmts else {
            return None;
        };
        let StmtKind::Set {
            local: v,
            value: first,
        } = start.kind
        else {
            return None;
        };
        let StmtKind::If { cond, then, els } = &test.kind else {
            return None;
        };
        let StmtKind::Set { local, value } = then.stmts.last()?.kind else {
            return None;
        };
        if local != v
            || !els.stmts.is_empty()
            || self.uses[v.index()].sets != 2
            || self.func.locals[v.index()].ty != Ty::I8
        {
            return None;
        }
        let tested = self.tested(*cond);
        let (and, keep) = match constant(self.func, first) {
            Some(bits) => (bits == 0, tested.is_some_and(|(c, _)| c == v)),
            None => {
                let (c, truth) = tested?;
                if c != v && self.local(first) != Some(c) {
                    return None;
                }
                (truth, c == v)
            }
        };
        Some(Choice {
            v,
            cond: *cond,
            and,
            first,
            second: value,
            keep,
        })
    }

    /// Makes one value of a choice whose second operand may be computed in any case; yields where it is set.
    fn join(&mut self, stmts: &mut Vec<Stmt>, mut at: usize, choice: &Choice) -> Option<usize> {
        let StmtKind::If { then, .. } = &stmts[at + 1].kind else {
            return None;
        };
        let (_, before) = then.stmts.split_last()?;
        let mut size = 0;
        for stmt in &then.stmts {
            let StmtKind::Set { value, .. } = stmt.kind else {
                return None;
            };
            let effects = effects(self.module, self.func, value);
            if effects.traps || effects.reads {
                return None;
            }
            self.func.for_each_node(value, &mut |_, _| size += 1);
        }
        // What is set on the way is not read elsewhere.
        let own = before.iter().all(|stmt| match stmt.kind {
            StmtKind::Set { local, .. } => {
                self.uses[local.index()].sets == 1
                    && self.uses[local.index()].reads == self.reads_in(&then.stmts, local)
            }
            _ => false,
        });
        // A flag in place of a constant: the condition itself.
        let constant_first = constant(self.func, choice.first).is_some();
        let reads_v = self.reads_in(&then.stmts, choice.v) != 0
            || constant_first && self.reads(choice.cond, choice.v) != 0;
        let first = if constant_first {
            choice.cond
        } else {
            choice.first
        };
        let flags = self.is_flag(first)
            && self.is_flag(choice.second)
            && (!constant_first || self.is_flag(choice.first));
        if reads_v || size > MOST_COMPUTED || !own || !flags {
            return None;
        }
        if let Some((c, _)) = self.tested(choice.cond)
            && !constant_first
        {
            self.uses[c.index()].reads -= 1;
        }
        let StmtKind::If { then, .. } = std::mem::replace(
            &mut stmts[at + 1].kind,
            StmtKind::Set {
                local: choice.v,
                value: choice.second,
            },
        ) else {
            return None;
        };
        let mut moved = then.stmts;
        moved.pop();
        let mut first = first;
        if constant_first && !choice.and {
            // `v = 1; if c { v = Y }` is `not c or Y`.
            first = self.inverse(first);
        } else if let Some(c) = self.local(first).filter(|_| !constant_first)
            && let Some(value) = self.take_before(stmts, at, c)
        {
            at -= 1;
            first = value;
        }
        let op = if choice.and {
            BinaryOp::And
        } else {
            BinaryOp::Or
        };
        let loc = self.func.expr_locs[choice.second.index()];
        let both = Expr::Binary {
            op,
            ty: Ty::I8,
            a: first,
            b: choice.second,
        };
        let both = self.func.add_expr(both, loc);
        let both = simplify(self.module, self.func, both);
        stmts[at + 1].kind = StmtKind::Set {
            local: choice.v,
            value: both,
        };
        self.uses[choice.v.index()].sets = 1;
        stmts.splice(at..=at, moved);
        self.changed = true;
        Some(at)
    }

    /// The value of `c`, if it is set right before `at` and read in one place only; the set goes.
    fn take_before(&mut self, stmts: &mut Vec<Stmt>, at: usize, c: LocalId) -> Option<ExprId> {
        let before = at.checked_sub(1)?;
        let StmtKind::Set { local, value } = stmts[before].kind else {
            return None;
        };
        let uses = self.uses[c.index()];
        if local != c || uses.sets != 1 || uses.reads != 1 {
            return None;
        }
        self.uses[c.index()] = Uses::default();
        stmts.remove(before);
        Some(value)
    }

    fn copy_tree(&mut self, id: ExprId) -> ExprId {
        let expr = *self.func.expr(id);
        if let Expr::Local(local) = expr {
            self.uses[local.index()].reads += 1;
        }
        let copied = expr.map_operands(|operand| self.copy_tree(operand));
        let loc = self.func.expr_locs[id.index()];
        self.func.add_expr(copied, loc)
    }

    /// Reads of a local in statements without inner blocks.
    fn reads_in(&self, stmts: &[Stmt], local: LocalId) -> u32 {
        let roots = stmts.iter().flat_map(|stmt| stmt.kind.operands());
        roots.map(|root| self.reads(root, local)).sum()
    }

    fn reads(&self, root: ExprId, local: LocalId) -> u32 {
        let mut reads = 0;
        self.func.for_each_node(root, &mut |_, expr| {
            reads += u32::from(*expr == Expr::Local(local));
        });
        reads
    }

    fn inverse(&mut self, cond: ExprId) -> ExprId {
        let zero = add_const(self.func, Ty::I8, 0, cond);
        let loc = self.func.expr_locs[cond.index()];
        let inverse = self.func.add_expr(
            Expr::Binary {
                op: BinaryOp::Eq,
                ty: Ty::I8,
                a: cond,
                b: zero,
            },
            loc,
        );
        simplify(self.module, self.func, inverse)
    }

    /// Makes branches of a choice that the next statement branches on and nothing else reads. Yields how far the list
    /// has changed.
    fn branch(
        &mut self,
        stmts: &mut Vec<Stmt>,
        at: usize,
        choice: &Choice,
        depth: usize,
    ) -> Option<usize> {
        let rest = stmts.get(at + 1..=at + 2)?;
        if depth + rest.iter().map(height).max()? + 2 > DEEPEST {
            return None;
        }
        if self.is_branch_in_block(&rest[1].kind, choice.v) {
            // Into the block with both, where the branch is the next statement.
            let moved: Vec<Stmt> = stmts.drain(at..at + 2).collect();
            if let StmtKind::Block { body, .. } = &mut stmts[at].kind {
                body.stmts.splice(0..0, moved);
                self.list(&mut body.stmts, depth + 1);
            }
            return Some(at);
        }
        let StmtKind::If { cond, .. } = stmts[at + 2].kind else {
            return None;
        };
        let (v, truth) = self.tested(cond)?;
        let own_reads = u32::from(self.tested(choice.cond).is_some_and(|(c, _)| c == v));
        if v != choice.v || self.uses[v.index()].reads != 1 + own_reads {
            return None;
        }
        let last = stmts.remove(at + 2);
        let test = stmts.remove(at + 1);
        let (StmtKind::If { then, els, .. }, StmtKind::If { then: inner, .. }) =
            (last.kind, test.kind)
        else {
            return None;
        };
        let mut inner = inner.stmts;
        inner.pop();
        let (yes, no) = if truth { (then, els) } else { (els, then) };
        // Where both operands count, and where the first decides.
        let (deep, shallow) = if choice.and { (yes, no) } else { (no, yes) };
        let mut second = choice.second;
        if !choice.and {
            second = self.inverse(second);
        }
        let branch = |loc, cond, then| Stmt {
            loc,
            kind: StmtKind::If {
                cond,
                then,
                els: Block::default(),
            },
        };
        let (mut at, mut cond) = (at, choice.cond);
        if !choice.keep
            && let Some(c) = self.local(choice.first)
        {
            self.uses[c.index()].reads -= 1;
            if let Some(value) = self.take_before(stmts, at, c) {
                at -= 1;
                cond = if choice.and {
                    value
                } else {
                    self.inverse(value)
                };
            }
        }
        let mut new = Vec::new();
        if let Some(again) = self.copy_of_jump(&shallow) {
            // A jump may stand twice.
            let out = self.inverse(cond);
            new.push(branch(test.loc, out, shallow));
            new.append(&mut inner);
            let out = self.inverse(second);
            new.push(branch(last.loc, out, again));
            new.extend(deep.stmts);
        } else {
            let mut deep = deep;
            let mut after = shallow.stmts;
            let passes = !after.is_empty() && !terminates(self.module, &deep);
            let label = self.func.add_label();
            if passes {
                deep.stmts.push(Stmt {
                    loc: last.loc,
                    kind: StmtKind::Break(label),
                });
            }
            inner.push(branch(last.loc, second, deep));
            let mut body = Block { stmts: inner };
            self.list(&mut body.stmts, depth + 1);
            new.push(branch(test.loc, cond, body));
            new.append(&mut after);
            if passes {
                new = vec![Stmt {
                    loc: test.loc,
                    kind: StmtKind::Block {
                        label,
                        body: Block { stmts: new },
                    },
                }];
            }
        }
        self.uses[v.index()] = Uses::default();
        let start = if choice.keep {
            self.uses[v.index()] = Uses { reads: 1, sets: 1 };
            at + 1
        } else {
            at
        };
        let end = start + new.len();
        stmts.splice(start..at + 1, new);
        self.changed = true;
        Some(end)
    }

    fn is_branch_in_block(&self, kind: &StmtKind, v: LocalId) -> bool {
        let StmtKind::Block { body, .. } = kind else {
            return false;
        };
        let Some(StmtKind::If { cond, .. }) = body.stmts.first().map(|stmt| &stmt.kind) else {
            return false;
        };
        self.tested(*cond).is_some_and(|(tested, _)| tested == v)
    }

    /// A copy of a block that does nothing but jump.
    fn copy_of_jump(&mut self, block: &Block) -> Option<Block> {
        let [stmt] = block.stmts.as_slice() else {
            return None;
        };
        let kind = match &stmt.kind {
            StmtKind::Break(label) => StmtKind::Break(*label),
            StmtKind::Continue(label) => StmtKind::Continue(*label),
            StmtKind::Return(values)
                if values.len() <= 2
                    && values.iter().all(|value| {
                        matches!(self.func.expr(*value), Expr::Const { .. } | Expr::Local(_))
                    }) =>
            {
                let values = values.iter().map(|value| self.copy_tree(*value)).collect();
                StmtKind::Return(values)
            }
            _ => return None,
        };
        Some(Block {
            stmts: vec![Stmt {
                loc: stmt.loc,
                kind,
            }],
        })
    }
}

/// Nesting of blocks in a statement.
fn height(stmt: &Stmt) -> usize {
    let blocks = stmt.kind.blocks();
    let inner = blocks
        .iter()
        .flat_map(|block| block.stmts.iter().map(height));
    inner.max().unwrap_or(0) + usize::from(!blocks.is_empty())
}
