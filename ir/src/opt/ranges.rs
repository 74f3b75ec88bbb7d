//! Checks that can't fail go: what values locals can have follows from constants, comparisons that control flow depends
//! on, checks that were made, and counters of loops. One walk in program order; what a loop or a branch sets is unknown
//! after it.

use super::effects::{constant, terminates};
use crate::func::{Block, Expr, ExprId, Function, LocalId, Stmt, StmtKind};
use crate::module::Module;
use crate::op::{BinaryOp, CheckRel, ConvertOp, Ty};
use rustc_hash::FxHashMap;

/// Bounds beyond are not followed, so that sums and products stay far from wrapping.
const FAR: i64 = 1 << 40;
/// `a < b` of locals, remembered at once.
const MAX_ORDERS: usize = 16;

pub(super) fn run(module: &Module, func: &mut Function) {
    let mut checks = false;
    for expr in &func.exprs {
        checks |= matches!(expr, Expr::Check { .. });
    }
    if !checks {
        return;
    }
    let Some(mut body) = func.body.take() else {
        return;
    };
    // That locals are zero at entry does not count: native code does not clear what is set first.
    let known = vec![None; func.locals.len()];
    let mut pass = Ranges {
        module,
        func,
        known,
        log: Vec::new(),
        orders: Vec::new(),
    };
    pass.block(&mut body);
    func.body = Some(body);
}

/// Values of a 64-bit integer as signed, of a narrower one as its zero-extended pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    low: i64,
    high: i64,
}

impl Range {
    fn new(low: i64, high: i64) -> Option<Range> {
        (low <= high).then_some(Range { low, high })
    }

    /// If it is of use and arithmetic on it does not wrap.
    fn near(self) -> Option<Range> {
        (self.low > -FAR && self.high < FAR).then_some(self)
    }
}

/// `a` is less than `b` as a signed number, both 64-bit.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Order {
    a: LocalId,
    b: LocalId,
}

struct Ranges<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    known: Vec<Option<Range>>,
    /// What was known before each change.
    log: Vec<(LocalId, Option<Range>)>,
    orders: Vec<Order>,
}

/// A point to go back to.
struct Mark {
    log: usize,
    orders: Vec<Order>,
}

impl Ranges<'_, '_> {
    fn learn(&mut self, local: LocalId, range: Option<Range>) {
        let old = std::mem::replace(&mut self.known[local.index()], range);
        self.log.push((local, old));
    }

    fn define(&mut self, local: LocalId, range: Option<Range>) {
        self.learn(local, range);
        self.orders.retain(|o| o.a != local && o.b != local);
    }

    fn mark(&self) -> Mark {
        Mark {
            log: self.log.len(),
            orders: self.orders.clone(),
        }
    }

    fn go_back(&mut self, mark: &Mark) {
        while self.log.len() > mark.log {
            if let Some((local, known)) = self.log.pop() {
                self.known[local.index()] = known;
            }
        }
        self.orders.clone_from(&mark.orders);
    }

    fn block(&mut self, block: &mut Block) {
        for stmt in &mut block.stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        for root in stmt.kind.operands() {
            self.checks(root);
        }
        match &mut stmt.kind {
            StmtKind::Set { local, value } => {
                let (local, range) = (*local, self.range(*value));
                self.define(local, range);
            }
            StmtKind::If { cond, then, els } => {
                let cond = *cond;
                let mark = self.mark();
                self.assume(cond, true);
                self.block(then);
                self.go_back(&mark);
                self.assume(cond, false);
                self.block(els);
                self.go_back(&mark);
                self.forget(then);
                self.forget(els);
                // What holds on the only way on.
                if terminates(self.module, then) && els.stmts.is_empty() {
                    self.assume(cond, false);
                } else if terminates(self.module, els) && then.stmts.is_empty() {
                    self.assume(cond, true);
                }
            }
            StmtKind::Switch { cases, default, .. } => {
                let mark = self.mark();
                for body in cases
                    .iter_mut()
                    .map(|case| &mut case.body)
                    .chain([&mut *default])
                {
                    self.block(body);
                    self.go_back(&mark);
                }
                for body in cases.iter().map(|case| &case.body).chain([&*default]) {
                    self.forget(body);
                }
            }
            StmtKind::Block { body, .. } => {
                let mark = self.mark();
                self.block(body);
                self.go_back(&mark);
                self.forget(body);
            }
            StmtKind::Loop { body, .. } => {
                let counter = self.counter(body);
                let before = self.set_in(body);
                self.forget(body);
                for (local, range) in self.always_bounded(body, before) {
                    self.define(local, Some(range));
                }
                if let Some((local, low)) = counter {
                    self.define(local, Range::new(low, i64::MAX));
                }
                let mark = self.mark();
                self.block(body);
                self.go_back(&mark);
            }
            StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::Call(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {
                for local in stmt.kind.defs() {
                    self.define(local, None);
                }
            }
        }
    }

    fn forget(&mut self, body: &Block) {
        body.for_each_stmt(&mut |stmt| {
            for local in stmt.kind.defs() {
                self.define(local, None);
            }
        });
    }

    /// The locals that only plain sets in the body change, and what they can be before.
    fn set_in(&self, body: &Block) -> FxHashMap<LocalId, Option<Range>> {
        let mut out = FxHashMap::default();
        body.for_each_stmt(&mut |stmt| {
            let plain = matches!(stmt.kind, StmtKind::Set { .. });
            for local in stmt.kind.defs() {
                let known = self.known[local.index()].filter(|_| plain);
                let entry = out.entry(local).or_insert(known);
                *entry = entry.filter(|_| plain);
            }
        });
        out
    }

    /// Those that the body keeps between bounds whatever else it does, such as `x = f() & 15`.
    fn always_bounded(
        &self,
        body: &Block,
        mut bounds: FxHashMap<LocalId, Option<Range>>,
    ) -> Vec<(LocalId, Range)> {
        body.for_each_stmt(&mut |stmt| {
            if let StmtKind::Set { local, value } = stmt.kind
                && let Some(bound) = bounds.get_mut(&local)
                && let Some(range) = *bound
            {
                *bound = self.range(value).map(|new| Range {
                    low: range.low.min(new.low),
                    high: range.high.max(new.high),
                });
            }
        });
        let bounded = bounds.into_iter();
        bounded
            .filter_map(|(local, range)| Some((local, range?)))
            .collect()
    }

    /// The counter of a loop that begins with `if i >= limit { break }`: it starts at a known low value and grows by a
    /// small amount in one place. It never wraps: past the test it is less than the limit, and what is added keeps it
    /// below the largest number. Called before the loop.
    fn counter(&self, body: &Block) -> Option<(LocalId, i64)> {
        let StmtKind::If { cond, then, els } = &body.stmts.first()?.kind else {
            return None;
        };
        let Expr::Binary {
            op,
            ty: Ty::I64,
            a,
            b,
        } = *self.func.expr(*cond)
        else {
            return None;
        };
        let (leaves, stays) = match op {
            BinaryOp::GeS => ((then, els), (a, b)),
            // b <= a
            BinaryOp::LeS => ((then, els), (b, a)),
            BinaryOp::LtS => ((els, then), (a, b)),
            BinaryOp::GtS => ((els, then), (b, a)),
            _ => return None,
        };
        if !leaves.1.stmts.is_empty() || !terminates(self.module, leaves.0) {
            return None;
        }
        let Expr::Local(local) = *self.func.expr(stays.0) else {
            return None;
        };
        let low = self.known[local.index()]?.low;
        let near_limit = match constant(self.func, stays.1) {
            Some(bits) => (bits as i64) < FAR,
            None => false,
        };
        let mut writes = 0;
        body.for_each_stmt(&mut |stmt| {
            writes += stmt.kind.defs().iter().filter(|def| **def == local).count();
        });
        // In the body itself it happens once an iteration, after the test.
        let grows = body.stmts.iter().any(|stmt| match stmt.kind {
            StmtKind::Set { local: set, value } if set == local => {
                let Expr::Binary {
                    op: BinaryOp::Add,
                    a,
                    b,
                    ..
                } = *self.func.expr(value)
                else {
                    return false;
                };
                *self.func.expr(a) == Expr::Local(local) && self.is_growth(b, near_limit, body)
            }
            _ => false,
        });
        (writes == 1 && grows).then_some((local, low))
    }

    fn is_growth(&self, by: ExprId, near_limit: bool, body: &Block) -> bool {
        match *self.func.expr(by) {
            Expr::Const { bits, .. } => bits <= if near_limit { FAR as u64 } else { 1 },
            Expr::Local(step) => {
                let small = self.known[step.index()]
                    .and_then(Range::near)
                    .is_some_and(|range| range.low >= 0);
                let mut set = false;
                body.for_each_stmt(&mut |stmt| set |= stmt.kind.defs().contains(&step));
                near_limit && small && !set
            }
            _ => false,
        }
    }

    fn local_of(&self, id: ExprId) -> Option<LocalId> {
        match *self.func.expr(id) {
            Expr::Local(local) => Some(local),
            _ => None,
        }
    }

    /// What follows from a condition.
    fn assume(&mut self, cond: ExprId, truth: bool) {
        let Expr::Binary { op, ty, a, b } = *self.func.expr(cond) else {
            return;
        };
        if op == BinaryOp::And && truth {
            self.assume(a, true);
            self.assume(b, true);
            return;
        }
        if ty != Ty::I64 {
            return;
        }
        use BinaryOp::{Eq, GeS, GtS, LeS, LtS};
        match (op, truth) {
            (LtS, true) | (GeS, false) => self.less(a, b),
            (GtS, true) | (LeS, false) => self.less(b, a),
            (LeS, true) | (GtS, false) => self.bounded(a, b, 0),
            (GeS, true) | (LtS, false) => self.bounded(b, a, 0),
            (Eq, true) => {
                self.bounded(a, b, 0);
                self.bounded(b, a, 0);
            }
            _ => {}
        }
    }

    fn less(&mut self, a: ExprId, b: ExprId) {
        if let (Some(a), Some(b)) = (self.local_of(a), self.local_of(b)) {
            if self.orders.len() >= MAX_ORDERS {
                self.orders.remove(0);
            }
            self.orders.push(Order { a, b });
        }
        self.bounded(a, b, 1);
    }

    /// `a <= b - gap`.
    fn bounded(&mut self, a: ExprId, b: ExprId, gap: i64) {
        let whole = Range {
            low: i64::MIN,
            high: i64::MAX,
        };
        let (x, y) = (
            self.range(a).unwrap_or(whole),
            self.range(b).unwrap_or(whole),
        );
        if let Some(local) = self.local_of(a) {
            let high = x.high.min(y.high.saturating_sub(gap));
            self.learn(local, Range::new(x.low, high));
        }
        if let Some(local) = self.local_of(b) {
            let low = y.low.max(x.low.saturating_add(gap));
            self.learn(local, Range::new(low, y.high));
        }
    }

    /// Drops checks in the tree that always hold, and learns from the others.
    fn checks(&mut self, root: ExprId) {
        let expr = *self.func.expr(root);
        for operand in expr.operands() {
            self.checks(operand);
        }
        let Expr::Check {
            rel,
            ty: Ty::I64,
            a,
            b,
            ..
        } = expr
        else {
            return;
        };
        let (x, y) = (self.range(a), self.range(b));
        let holds = match rel {
            // Unsigned, so the first has to be known not to be negative; the second then is larger as either.
            CheckRel::Below => match (x, y) {
                (Some(x), _) if x.low >= 0 && self.is_ordered(a, b) => true,
                (Some(x), Some(y)) => x.low >= 0 && x.high < y.low,
                _ => false,
            },
            CheckRel::AtMost => match (x, y) {
                (Some(x), _) if x.low >= 0 && self.is_ordered(a, b) => true,
                (Some(x), Some(y)) => x.low >= 0 && x.high <= y.low,
                _ => false,
            },
            CheckRel::NotEqual => match (x, y) {
                (Some(x), Some(y)) => x.high < y.low || y.high < x.low,
                _ => false,
            },
            CheckRel::Equal => false,
        };
        if holds {
            self.func.exprs[root.index()] = *self.func.expr(a);
            return;
        }
        let limit = y.map(|y| y.high);
        if let (Some(local), Some(limit)) = (self.local_of(a), limit)
            && y.is_some_and(|y| y.low >= 0)
        {
            let high = match rel {
                CheckRel::Below => limit - 1,
                CheckRel::AtMost => limit,
                CheckRel::Equal | CheckRel::NotEqual => return,
            };
            let old = x.unwrap_or(Range {
                low: 0,
                high: i64::MAX,
            });
            self.learn(local, Range::new(old.low.max(0), old.high.min(high)));
        }
    }

    fn is_ordered(&self, a: ExprId, b: ExprId) -> bool {
        match (self.local_of(a), self.local_of(b)) {
            (Some(a), Some(b)) => self.orders.contains(&Order { a, b }),
            _ => false,
        }
    }

    /// Values an expression can have.
    fn range(&self, id: ExprId) -> Option<Range> {
        match *self.func.expr(id) {
            Expr::Const { bits, ty } => match ty {
                Ty::I64 => Range::new(bits as i64, bits as i64),
                Ty::I8 | Ty::I16 | Ty::I32 => Range::new(bits as i64, bits as i64),
                Ty::F32 | Ty::F64 | Ty::Ptr => None,
            },
            Expr::Local(local) => match self.func.locals[local.index()].ty {
                Ty::I64 => self.known[local.index()],
                ty @ (Ty::I8 | Ty::I16 | Ty::I32) => {
                    self.known[local.index()].or_else(|| pattern(ty))
                }
                Ty::F32 | Ty::F64 | Ty::Ptr => None,
            },
            Expr::Load { ty, .. } => pattern(ty),
            Expr::Binary { op, ty, a, b } => self.binary(op, ty, a, b),
            Expr::Convert { op, from, a, .. } => match op {
                ConvertOp::ZExt => self.range(a).or_else(|| pattern(from)),
                ConvertOp::Trunc
                | ConvertOp::SExt
                | ConvertOp::SToF
                | ConvertOp::UToF
                | ConvertOp::FToS
                | ConvertOp::FToU
                | ConvertOp::FCvt
                | ConvertOp::BitsOf
                | ConvertOp::FromBits
                | ConvertOp::PToI
                | ConvertOp::IToP => None,
            },
            Expr::Check { a, .. } => self.range(a),
            Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. } => None,
        }
    }

    fn binary(&self, op: BinaryOp, ty: Ty, a: ExprId, b: ExprId) -> Option<Range> {
        let by = constant(self.func, b).map(|bits| bits as i64);
        if ty != Ty::I64 {
            // Patterns: only what can't wrap.
            return match (op, by) {
                (BinaryOp::And, Some(mask)) if mask >= 0 => Range::new(0, mask),
                (BinaryOp::ShrU | BinaryOp::And | BinaryOp::RemU | BinaryOp::DivU, _) => {
                    let x = self.range(a)?;
                    (x.low >= 0).then_some(Range { low: 0, ..x })
                }
                _ if op.result(ty) == Ty::I8 && op.result(ty) != ty => Range::new(0, 1),
                _ => pattern(ty),
            };
        }
        let near = |id| self.range(id).and_then(Range::near);
        match (op, by) {
            (BinaryOp::And, Some(mask)) if mask >= 0 => Range::new(0, mask),
            (BinaryOp::RemU, Some(m)) if m > 0 => Range::new(0, m - 1),
            (BinaryOp::Add, _) => {
                let (x, y) = (near(a)?, near(b)?);
                Range::new(x.low + y.low, x.high + y.high)
            }
            (BinaryOp::Sub, _) => {
                let (x, y) = (near(a)?, near(b)?);
                Range::new(x.low - y.high, x.high - y.low)
            }
            (BinaryOp::Mul, Some(by)) if (0..1 << 20).contains(&by) => {
                let x = near(a)?;
                Range::new(x.low * by, x.high * by)
            }
            (BinaryOp::Shl, Some(by)) if (0..20).contains(&by) => {
                let x = near(a)?;
                Range::new(x.low << by, x.high << by)
            }
            (BinaryOp::ShrU, Some(by)) if (1..64).contains(&by) => {
                Range::new(0, (u64::MAX >> by) as i64).map(|whole| match self.range(a) {
                    Some(x) if x.low >= 0 => Range {
                        low: x.low >> by,
                        high: x.high >> by,
                    },
                    _ => whole,
                })
            }
            (BinaryOp::ShrS | BinaryOp::DivS | BinaryOp::DivU, Some(by)) if by > 0 => {
                let x = self.range(a).filter(|x| x.low >= 0)?;
                Range::new(0, x.high)
            }
            (BinaryOp::RemS, Some(m)) if m > 0 => {
                let x = self.range(a).filter(|x| x.low >= 0)?;
                Range::new(0, x.high.min(m - 1))
            }
            _ => None,
        }
    }
}

/// All patterns of a narrow integer.
fn pattern(ty: Ty) -> Option<Range> {
    let bits = ty.int_bits().filter(|bits| *bits < 64)?;
    Range::new(0, (1 << bits) - 1)
}
