//! Statements in the forms that passes look for: joined conditions, values read once, checks below comparisons.

use super::{Gen, OBJECT, SCALARS};
use sx_ir::*;

impl Gen<'_> {
    /// A comparison, often one of a local with a constant.
    pub(super) fn comparison(&mut self) -> ExprId {
        let ty = self.rng.pick(&[Ty::I8, Ty::I32, Ty::I64]);
        let ops: Vec<_> = ALL_BINARY
            .iter()
            .copied()
            .filter(|op| op.class() == BinaryClass::IntCmp)
            .collect();
        let op = self.rng.pick(&ops);
        let (a, b) = if self.rng.one_in(4) {
            (self.expr(ty, 1), self.expr(ty, 1))
        } else {
            let mut locals = (0..self.f.locals.len()).map(LocalId::new);
            let first = locals.find(|local| self.f.locals[local.index()].ty == ty);
            let local = first.unwrap_or_else(|| self.local(ty));
            let bound = self
                .rng
                .pick(&[0, 1, 5, 63, 127, 128, u64::MAX, u64::MAX - 3, 1 << 31]);
            (self.node(Expr::Local(local)), self.int(ty, bound))
        };
        self.node(Expr::Binary { op, ty, a, b })
    }

    /// Sets a new local to the truth of `a and b` or `a or b` as lowering does, with statements before `b` sometimes.
    fn joined(&mut self, block: &mut Block, depth: u32) -> LocalId {
        let first = if depth > 0 && self.rng.one_in(3) {
            self.joined(block, depth - 1)
        } else {
            let local = self.f.add_local(Ty::I8);
            self.hidden.push(local);
            let value = self.maybe_truth();
            self.push(block, StmtKind::Set { local, value });
            local
        };
        let both = self.f.add_local(Ty::I8);
        if !self.rng.one_in(8) {
            self.hidden.push(both);
        }
        let is_and = self.rng.one_in(2);
        let value = match self.rng.below(6) {
            0 => self.int(Ty::I8, u64::from(!is_and)),
            _ => self.node(Expr::Local(first)),
        };
        self.push(block, StmtKind::Set { local: both, value });
        let cond = self.truth(first, is_and);
        let mut then = Block::default();
        for _ in 0..self.rng.below(3) / 2 {
            self.stmt(&mut then);
        }
        let value = if depth > 0 && self.rng.one_in(3) {
            let local = self.joined(&mut then, depth - 1);
            self.node(Expr::Local(local))
        } else {
            self.maybe_truth()
        };
        self.push(&mut then, StmtKind::Set { local: both, value });
        let els = Block::default();
        self.push(block, StmtKind::If { cond, then, els });
        both
    }

    fn truth(&mut self, local: LocalId, wanted: bool) -> ExprId {
        let a = self.node(Expr::Local(local));
        if wanted {
            return a;
        }
        let b = self.int(Ty::I8, 0);
        self.node(Expr::Binary {
            op: BinaryOp::Eq,
            ty: Ty::I8,
            a,
            b,
        })
    }

    /// A branch on joined conditions.
    pub(super) fn branch(&mut self, block: &mut Block) {
        let local = self.joined(block, 2);
        let wanted = self.rng.one_in(2);
        let cond = self.truth(local, wanted);
        let mut then = Block::default();
        match self.labels.last() {
            Some((label, _)) if self.rng.one_in(3) => {
                let label = *label;
                self.push(&mut then, StmtKind::Break(label));
            }
            Some(_) | None => then = self.inner(),
        }
        let els = if self.rng.one_in(2) {
            self.inner()
        } else {
            Block::default()
        };
        self.push(block, StmtKind::If { cond, then, els });
    }

    /// A truth mostly, or what looks like one.
    fn maybe_truth(&mut self) -> ExprId {
        match self.rng.below(16) {
            0 => self.expr(Ty::I8, 1),
            1 => self.int(Ty::I8, 2),
            2 => {
                let (a, b) = (self.comparison(), self.comparison());
                let op = self.rng.pick(&[BinaryOp::Add, BinaryOp::Or, BinaryOp::Xor]);
                let ty = Ty::I8;
                self.node(Expr::Binary { op, ty, a, b })
            }
            _ => self.comparison(),
        }
    }

    /// What all integers are at this place, in one number: what went wrong in any of them is seen.
    pub(super) fn all_locals(&mut self) -> ExprId {
        let (to, mut sum) = (Ty::I64, self.int(Ty::I64, 0));
        for index in 0..self.f.locals.len() {
            let (local, from) = (LocalId::new(index), self.f.locals[index].ty);
            if !matches!(from, Ty::I8 | Ty::I32 | Ty::I64) || self.hidden.contains(&local) {
                continue;
            }
            let factor = self.int(to, 31);
            let (op, ty) = (BinaryOp::Mul, to);
            let (a, b) = (sum, factor);
            let product = self.node(Expr::Binary { op, ty, a, b });
            let mut value = self.node(Expr::Local(local));
            if from != to {
                let (op, a) = (ConvertOp::ZExt, value);
                value = self.node(Expr::Convert { op, from, to, a });
            }
            let (op, a, b) = (BinaryOp::Add, product, value);
            sum = self.node(Expr::Binary { op, ty, a, b });
        }
        sum
    }

    /// A known value, a store that may hit it or a part of it, a load of it.
    pub(super) fn stored_between(&mut self, block: &mut Block) {
        let base = self.addr(OBJECT, 0);
        if !self.f.expr(base).operands().is_empty() {
            return;
        }
        let base = *self.f.expr(base);
        let known = |g: &mut Self| {
            let base = g.node(base);
            g.plus(base, 8)
        };
        let (addr, value) = (known(self), self.expr(Ty::I64, 0));
        let ty = Ty::I64;
        self.push(block, StmtKind::Store { ty, addr, value });
        let ty = self.rng.pick(&SCALARS);
        let addr = if self.rng.one_in(3) {
            let within = self.rng.below(8 / ty.size(8)) * ty.size(8);
            let base = self.node(base);
            self.plus(base, 8 + within)
        } else {
            self.addr(ty.size(8), 2)
        };
        let value = self.expr(ty, 1);
        self.push(block, StmtKind::Store { ty, addr, value });
        let addr = known(self);
        let value = self.node(Expr::Load { ty: Ty::I64, addr });
        let local = self.local(Ty::I64);
        self.push(block, StmtKind::Set { local, value });
    }

    /// Sets a new local that one later statement reads, with others between, which may set what its value was made of.
    pub(super) fn read_once(&mut self, block: &mut Block) {
        let ty = self.rng.pick(&SCALARS);
        let local = self.f.add_local(ty);
        self.hidden.push(local);
        let value = self.expr(ty, 2);
        self.push(block, StmtKind::Set { local, value });
        let mut read = Vec::new();
        self.f.for_each_node(value, &mut |_, expr| {
            if let Expr::Local(local) = *expr {
                read.push(local);
            }
        });
        for _ in 0..self.rng.below(3) {
            self.stmt(block);
        }
        if !read.is_empty() && self.rng.one_in(2) {
            let local = self.rng.pick(&read);
            if SCALARS.contains(&self.f.locals[local.index()].ty) {
                let value = self.expr(self.f.locals[local.index()].ty, 1);
                self.push(block, StmtKind::Set { local, value });
            }
        }
        let other = self.expr(ty, 2);
        let value = self.node(Expr::Local(local));
        let (a, b) = if self.rng.one_in(3) {
            (value, other)
        } else {
            (other, value)
        };
        let op = if ty == Ty::F64 {
            BinaryOp::FAdd
        } else {
            BinaryOp::Sub
        };
        let value = self.node(Expr::Binary { op, ty, a, b });
        let local = self.local(ty);
        self.push(block, StmtKind::Set { local, value });
    }

    /// A check that holds by the branches around it, unless something is set between.
    pub(super) fn ordered(&mut self, block: &mut Block) {
        let ty = Ty::I64;
        let (x, y) = (self.local(ty), self.local(ty));
        let mut binary = |op, b: Option<LocalId>| {
            let a = self.node(Expr::Local(x));
            let b = match b {
                Some(local) => self.node(Expr::Local(local)),
                None => self.int(ty, 0),
            };
            self.node(Expr::Binary { op, ty, a, b })
        };
        let (positive, less) = (binary(BinaryOp::GeS, None), binary(BinaryOp::LtS, Some(y)));
        let mut then = self.inner();
        if self.rng.one_in(2) {
            let local = self.rng.pick(&[x, y]);
            let value = self.expr(ty, 1);
            self.push(&mut then, StmtKind::Set { local, value });
        }
        let (a, b) = (self.node(Expr::Local(x)), self.node(Expr::Local(y)));
        let (kind, rel) = (TrapKind::Index, CheckRel::Below);
        let check = self.node(Expr::Check {
            kind,
            rel,
            ty,
            a,
            b,
        });
        self.push(&mut then, StmtKind::Eval(check));
        let els = Block::default();
        let mut outer = Block::default();
        let cond = less;
        self.push(&mut outer, StmtKind::If { cond, then, els });
        let (cond, then, els) = (positive, outer, Block::default());
        self.push(block, StmtKind::If { cond, then, els });
    }
}
