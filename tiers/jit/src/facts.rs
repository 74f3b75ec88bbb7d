//! What is known about locals where code is being generated, so that accesses need no check twice, or none at all:
//! around which offsets from a pointer memory is accessible, and how large an index can be.
//!
//! Memory only grows, so what was accessible stays so; a fact ends when its local is written. Facts come from code that
//! dominates the place where they are used; that also holds for loops entered from another tier, which has run that code.

use crate::emit::Emitter;
use crate::memory::Access;
use sx_ir::{BinaryOp, Block, CheckRel, ConvertOp, Expr, ExprId, LocalId, Stmt, StmtKind, Ty};

/// Facts kept at once; older ones make room.
const MAX_FACTS: usize = 48;
/// Offsets and bounds beyond are of no use.
const FAR: i64 = 1 << 30;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    /// Memory from `local + lo` up to `local + hi` may be loaded, or stored too.
    Extent {
        local: LocalId,
        lo: i64,
        hi: i64,
        store: bool,
    },
    /// The local's pattern is at most this.
    AtMost { local: LocalId, max: i64 },
}

impl Fact {
    fn local(&self) -> LocalId {
        match self {
            Fact::Extent { local, .. } | Fact::AtMost { local, .. } => *local,
        }
    }
}

#[derive(Clone, Default)]
pub struct Facts {
    known: Vec<Fact>,
    /// Locals written so far, for joins.
    killed: Vec<LocalId>,
}

/// A point in the code to come back to.
pub struct Saved {
    known: Vec<Fact>,
    killed: usize,
}

impl Facts {
    fn add(&mut self, fact: Fact) {
        if self.known.len() >= MAX_FACTS {
            self.known.remove(0);
        }
        self.known.push(fact);
    }

    pub fn kill(&mut self, local: LocalId) {
        self.known.retain(|fact| fact.local() != local);
        self.killed.push(local);
    }

    pub fn save(&self) -> Saved {
        Saved {
            known: self.known.clone(),
            killed: self.killed.len(),
        }
    }

    /// For code reached only from the saved point.
    pub fn restore(&mut self, saved: &Saved) {
        self.known.clone_from(&saved.known);
    }

    /// For code reached from the saved point through any code made since.
    pub fn join(&mut self, saved: &Saved) {
        let killed = &self.killed[saved.killed.min(self.killed.len())..];
        self.known = saved
            .known
            .iter()
            .filter(|fact| !killed.contains(&fact.local()))
            .copied()
            .collect();
    }

    pub fn learn_at_most(&mut self, local: LocalId, max: i64) {
        self.add(Fact::AtMost { local, max });
    }

    /// Ends the facts that a loop with this body does not keep.
    pub fn enter_loop(&mut self, body: &Block) {
        body.for_each_stmt(&mut |stmt: &Stmt| {
            stmt.kind.for_each_def(|local| self.kill(local));
        });
    }
}

impl Emitter<'_> {
    /// Offsets from the value of a pointer expression at which memory is known to be accessible.
    fn extent(&self, expr: ExprId, access: Access) -> Option<(i64, i64)> {
        let size = |size: u64| i64::try_from(size).ok().filter(|s| *s < FAR);
        match *self.func.expr(expr) {
            Expr::SlotAddr(slot) => Some((0, size(self.func.slots[slot.index()].size)?)),
            Expr::GlobalAddr(id) => {
                let global = self.env.module.global(id);
                (access == Access::Load || global.mutable).then_some(())?;
                (!self.env.module.closes(id)).then_some(())?;
                Some((0, size(global.size)?))
            }
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                a,
                b,
                ..
            } => {
                let (lo, hi) = self.extent(a, access)?;
                if let Expr::Const { bits, .. } = *self.func.expr(b) {
                    let by = bits as i64;
                    return (by.unsigned_abs() < FAR as u64).then(|| (lo - by, hi - by));
                }
                Some((lo, hi - self.at_most(b)?))
            }
            Expr::Local(local) => {
                let mut found: Option<(i64, i64)> = None;
                for fact in &self.facts.known {
                    if let Fact::Extent {
                        local: of,
                        lo,
                        hi,
                        store,
                    } = *fact
                        && of == local
                        && (store || access == Access::Load)
                    {
                        // What lies between two accessible places is accessible: memory is one range.
                        found = Some(found.map_or((lo, hi), |(l, h)| (lo.min(l), hi.max(h))));
                    }
                }
                found
            }
            Expr::Const { .. }
            | Expr::Load { .. }
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => None,
        }
    }

    /// A bound on the pattern of an integer expression, as of its evaluation.
    fn at_most(&self, expr: ExprId) -> Option<i64> {
        let near = |value: u64| i64::try_from(value).ok().filter(|v| *v < FAR);
        let product = |a: i64, b: u64| near(b).and_then(|b| near((a * b) as u64));
        match *self.func.expr(expr) {
            Expr::Const { bits, .. } => near(bits),
            Expr::Local(local) => self.facts.known.iter().rev().find_map(|fact| match fact {
                Fact::AtMost { local: of, max } if *of == local => Some(*max),
                Fact::AtMost { .. } | Fact::Extent { .. } => None,
            }),
            Expr::Check { rel, a, b, .. } => match (rel, self.constant(b)) {
                (CheckRel::Below, Some(bits)) => near(bits.checked_sub(1)?),
                (CheckRel::AtMost, Some(bits)) => near(bits),
                (CheckRel::Below | CheckRel::AtMost | CheckRel::Equal | CheckRel::NotEqual, _) => {
                    self.at_most(a)
                }
            },
            Expr::Binary { op, a, b, .. } => {
                let constant = self.constant(b);
                match (op, constant) {
                    (BinaryOp::And, Some(mask)) => near(mask).or_else(|| self.at_most(a)),
                    (BinaryOp::RemU, Some(m)) => near(m.checked_sub(1)?),
                    (BinaryOp::Mul, Some(by)) => product(self.at_most(a)?, by),
                    (BinaryOp::Shl, Some(by)) if by < 30 => product(self.at_most(a)?, 1 << by),
                    (BinaryOp::Add, _) => near((self.at_most(a)? + self.at_most(b)?) as u64),
                    _ => None,
                }
            }
            Expr::Convert {
                op: ConvertOp::ZExt,
                from,
                a,
                ..
            } => {
                let widest = near(sx_ir::semantics::zext_from(u64::MAX, self.bits(from)));
                self.at_most(a).or(widest)
            }
            Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. } => None,
        }
    }

    /// The counter of a loop that begins with `if i >= constant { break }`, and its maximum after that test. It has to
    /// start small and to grow by a constant once per iteration: then it never is negative, whatever the comparison.
    /// Called before the loop is entered.
    pub fn loop_range(&self, body: &Block) -> Option<(LocalId, i64)> {
        let StmtKind::If { cond, then, els } = &body.stmts.first()?.kind else {
            return None;
        };
        let Expr::Binary {
            op,
            ty: Ty::I32 | Ty::I64,
            a,
            b,
        } = *self.func.expr(*cond)
        else {
            return None;
        };
        let leaves_if_at_least = match op {
            BinaryOp::GeS | BinaryOp::GeU => els.stmts.is_empty(),
            BinaryOp::LtS | BinaryOp::LtU => then.stmts.is_empty(),
            _ => false,
        };
        let Expr::Local(local) = *self.func.expr(a) else {
            return None;
        };
        let limit = i64::try_from(self.constant(b)?)
            .ok()
            .filter(|limit| *limit > 0 && *limit < FAR)?;
        self.at_most(a)?;
        let mut writes = 0;
        body.for_each_stmt(&mut |stmt: &Stmt| {
            stmt.kind
                .for_each_def(|def| writes += usize::from(def == local));
        });
        let grows = body.stmts.iter().any(|stmt| match stmt.kind {
            StmtKind::Set { local: set, value } => {
                set == local && self.is_small_increment(local, value)
            }
            _ => false,
        });
        (leaves_if_at_least && writes == 1 && grows).then_some((local, limit - 1))
    }

    fn is_small_increment(&self, local: LocalId, value: ExprId) -> bool {
        let Expr::Binary {
            op: BinaryOp::Add,
            a,
            b,
            ..
        } = *self.func.expr(value)
        else {
            return false;
        };
        *self.func.expr(a) == Expr::Local(local)
            && self.constant(b).is_some_and(|by| by < FAR as u64)
    }

    /// Whether `len` bytes at `addr` are known to be accessible. Only where pointers are as wide as registers: there
    /// the arithmetic of addresses is the machine's.
    pub fn is_accessible(&self, addr: ExprId, len: u64, access: Access) -> bool {
        self.env.pointer_size == 8
            && self
                .extent(addr, access)
                .is_some_and(|(lo, hi)| lo <= 0 && i64::try_from(len).is_ok_and(|len| len <= hi))
    }

    /// An access through `local` at an offset was checked.
    pub fn learn_access(&mut self, local: LocalId, disp: i32, len: u64, access: Access) {
        if self.env.pointer_size == 8 && len < FAR as u64 {
            let lo = i64::from(disp);
            self.facts.add(Fact::Extent {
                local,
                lo,
                hi: lo + len as i64,
                store: access == Access::Store,
            });
        }
    }

    /// A comparison of a local with a constant holds from here on.
    pub fn learn_check(&mut self, rel: CheckRel, a: ExprId, b: ExprId) {
        let (Expr::Local(local), Some(bits)) = (*self.func.expr(a), self.constant(b)) else {
            return;
        };
        let max = match rel {
            CheckRel::Below => bits.checked_sub(1),
            CheckRel::AtMost | CheckRel::Equal => Some(bits),
            CheckRel::NotEqual => None,
        };
        if let Some(max) = max
            .and_then(|max| i64::try_from(max).ok())
            .filter(|max| *max < FAR)
        {
            self.facts.add(Fact::AtMost { local, max });
        }
    }

    /// Whether a check against a constant can't fail.
    pub fn always_holds(&self, rel: CheckRel, a: ExprId, b: ExprId) -> bool {
        let (Some(max), Some(limit)) = (self.at_most(a), self.constant(b)) else {
            return false;
        };
        match rel {
            CheckRel::Below => (max as u64) < limit,
            CheckRel::AtMost => max as u64 <= limit,
            CheckRel::Equal | CheckRel::NotEqual => false,
        }
    }

    /// What setting `local` to `value` does to the facts. Called before anything is generated for it.
    pub fn facts_of_set(&self, value: ExprId) -> SetFacts {
        if self.env.pointer_size != 8 {
            return SetFacts::default();
        }
        SetFacts {
            load: self.extent(value, Access::Load),
            store: self.extent(value, Access::Store),
            max: self.at_most(value),
        }
    }

    pub fn learn_set(&mut self, local: LocalId, facts: SetFacts) {
        self.facts.kill(local);
        for (extent, store) in [(facts.load, false), (facts.store, true)] {
            if let Some((lo, hi)) = extent
                && lo < hi
                && (store || facts.store != facts.load)
            {
                self.facts.add(Fact::Extent {
                    local,
                    lo,
                    hi,
                    store,
                });
            }
        }
        if let Some(max) = facts.max {
            self.facts.add(Fact::AtMost { local, max });
        }
    }
}

/// Facts about a value.
#[derive(Clone, Copy, Default)]
pub struct SetFacts {
    load: Option<(i64, i64)>,
    store: Option<(i64, i64)>,
    max: Option<i64>,
}
