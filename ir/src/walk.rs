//! Where statements and expressions keep their parts: operands in evaluation order, inner blocks, written locals.
//! The verifier and the passes are written over these, so that a new variant is noticed in one place.

use crate::func::{Block, Callee, Expr, ExprId, Function, LocalId, Stmt, StmtKind};
use smallvec::SmallVec;

/// Nesting of expressions that a verified function may have. Everything that reads IR may recurse on it.
pub const MAX_EXPR_DEPTH: u32 = 2000;
/// Nesting of blocks that a verified function may have.
pub const MAX_BLOCK_DEPTH: u32 = 1000;

impl Expr {
    /// Operands in evaluation order.
    pub fn operands(&self) -> SmallVec<[ExprId; 3]> {
        let mut out = SmallVec::new();
        self.for_each_operand(|id| out.push(id));
        out
    }

    /// Calls `f` on the operands in evaluation order.
    #[inline]
    pub fn for_each_operand(&self, mut f: impl FnMut(ExprId)) {
        match *self {
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_) => {}
            Expr::Load { addr: a, .. }
            | Expr::Unary { a, .. }
            | Expr::Convert { a, .. }
            | Expr::Wrap { a, .. } => f(a),
            Expr::Binary { a, b, .. } | Expr::Check { a, b, .. } => {
                f(a);
                f(b);
            }
            Expr::Select { cond, a, b, .. } => {
                f(cond);
                f(a);
                f(b);
            }
        }
    }

    /// The same expression over other operands.
    pub fn map_operands(self, mut f: impl FnMut(ExprId) -> ExprId) -> Expr {
        match self {
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_) => self,
            Expr::Load { ty, addr } => Expr::Load { ty, addr: f(addr) },
            Expr::Unary { op, ty, a } => Expr::Unary { op, ty, a: f(a) },
            Expr::Convert { op, from, to, a } => Expr::Convert {
                op,
                from,
                to,
                a: f(a),
            },
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => Expr::Wrap {
                ty,
                bits,
                signed,
                a: f(a),
            },
            Expr::Binary { op, ty, a, b } => {
                let a = f(a);
                Expr::Binary { op, ty, a, b: f(b) }
            }
            Expr::Check {
                kind,
                rel,
                ty,
                a,
                b,
            } => {
                let a = f(a);
                Expr::Check {
                    kind,
                    rel,
                    ty,
                    a,
                    b: f(b),
                }
            }
            Expr::Select { ty, cond, a, b } => {
                let cond = f(cond);
                let a = f(a);
                Expr::Select {
                    ty,
                    cond,
                    a,
                    b: f(b),
                }
            }
        }
    }
}

impl StmtKind {
    /// What it does, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            StmtKind::Set { .. } => "set",
            StmtKind::Store { .. } => "store",
            StmtKind::Copy { .. } => "copy",
            StmtKind::Fill { .. } => "fill",
            StmtKind::Eval(_) => "eval",
            StmtKind::Call(_) => "call",
            StmtKind::If { .. } => "if",
            StmtKind::Block { .. } => "block",
            StmtKind::Loop { .. } => "loop",
            StmtKind::Switch { .. } => "switch",
            StmtKind::Break(_) => "break",
            StmtKind::Continue(_) => "continue",
            StmtKind::Return(_) => "return",
            StmtKind::Trap(_) => "trap",
            StmtKind::AtomicLoad { .. } => "atomic_load",
            StmtKind::AtomicStore { .. } => "atomic_store",
            StmtKind::AtomicRmw { .. } => "atomic_rmw",
            StmtKind::AtomicCmpxchg { .. } => "atomic_cmpxchg",
            StmtKind::Fence(_) => "fence",
        }
    }

    /// Roots of the statement's expression trees in evaluation order (those of inner blocks are not included).
    pub fn operands(&self) -> SmallVec<[ExprId; 4]> {
        let mut out = SmallVec::new();
        self.for_each_operand(|id| out.push(id));
        out
    }

    /// Calls `f` on what `operands` lists.
    #[inline]
    pub fn for_each_operand(&self, mut f: impl FnMut(ExprId)) {
        match self {
            StmtKind::Set { value, .. }
            | StmtKind::Eval(value)
            | StmtKind::Switch { value, .. } => f(*value),
            StmtKind::If { cond, .. } => f(*cond),
            StmtKind::AtomicLoad { addr, .. } => f(*addr),
            StmtKind::Store { addr, value, .. }
            | StmtKind::AtomicStore { addr, value, .. }
            | StmtKind::AtomicRmw { addr, value, .. } => {
                f(*addr);
                f(*value);
            }
            StmtKind::Copy {
                dst: a,
                src: b,
                len: c,
            }
            | StmtKind::Fill {
                dst: a,
                byte: b,
                len: c,
            }
            | StmtKind::AtomicCmpxchg {
                addr: a,
                expected: b,
                desired: c,
                ..
            } => {
                f(*a);
                f(*b);
                f(*c);
            }
            StmtKind::Call(call) => {
                match call.callee {
                    Callee::Direct(_) => {}
                    Callee::Indirect { target, .. } => f(target),
                }
                call.args.iter().for_each(|arg| f(*arg));
            }
            StmtKind::Return(values) => values.iter().for_each(|value| f(*value)),
            StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Trap(_)
            | StmtKind::Fence(_) => {}
        }
    }

    /// Replaces every operand root, in evaluation order.
    pub fn map_operands(&mut self, mut f: impl FnMut(ExprId) -> ExprId) {
        let mut change = |id: &mut ExprId| *id = f(*id);
        match self {
            StmtKind::Set { value, .. } => change(value),
            StmtKind::Store { addr, value, .. } | StmtKind::AtomicStore { addr, value, .. } => {
                change(addr);
                change(value);
            }
            StmtKind::Copy { dst, src, len } => {
                change(dst);
                change(src);
                change(len);
            }
            StmtKind::Fill { dst, byte, len } => {
                change(dst);
                change(byte);
                change(len);
            }
            StmtKind::Eval(value) => change(value),
            StmtKind::Call(call) => {
                match &mut call.callee {
                    Callee::Direct(_) => {}
                    Callee::Indirect { target, .. } => change(target),
                }
                call.args.iter_mut().for_each(change);
            }
            StmtKind::If { cond, .. } => change(cond),
            StmtKind::Switch { value, .. } => change(value),
            StmtKind::Return(values) => values.iter_mut().for_each(change),
            StmtKind::AtomicLoad { addr, .. } => change(addr),
            StmtKind::AtomicRmw { addr, value, .. } => {
                change(addr);
                change(value);
            }
            StmtKind::AtomicCmpxchg {
                addr,
                expected,
                desired,
                ..
            } => {
                change(addr);
                change(expected);
                change(desired);
            }
            StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Trap(_)
            | StmtKind::Fence(_) => {}
        }
    }

    /// Locals the statement itself writes (after evaluating its operands).
    pub fn defs(&self) -> SmallVec<[LocalId; 2]> {
        let mut out = SmallVec::new();
        self.for_each_def(|local| out.push(local));
        out
    }

    /// Calls `f` on what `defs` lists.
    #[inline]
    pub fn for_each_def(&self, mut f: impl FnMut(LocalId)) {
        match self {
            StmtKind::Set { local, .. } => f(*local),
            StmtKind::Call(call) => call.results.iter().for_each(|local| f(*local)),
            StmtKind::AtomicLoad { dst, .. } | StmtKind::AtomicRmw { dst, .. } => f(*dst),
            StmtKind::AtomicCmpxchg { old, ok, .. } => {
                f(*old);
                f(*ok);
            }
            StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicStore { .. }
            | StmtKind::Fence(_) => {}
        }
    }

    pub fn map_defs(&mut self, mut f: impl FnMut(LocalId) -> LocalId) {
        match self {
            StmtKind::Set { local, .. } => *local = f(*local),
            StmtKind::Call(call) => call.results.iter_mut().for_each(|local| *local = f(*local)),
            StmtKind::AtomicLoad { dst, .. } | StmtKind::AtomicRmw { dst, .. } => *dst = f(*dst),
            StmtKind::AtomicCmpxchg { old, ok, .. } => {
                *old = f(*old);
                *ok = f(*ok);
            }
            StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicStore { .. }
            | StmtKind::Fence(_) => {}
        }
    }

    /// Blocks directly inside the statement, in text order.
    pub fn blocks(&self) -> SmallVec<[&Block; 2]> {
        let mut out = SmallVec::new();
        match self {
            StmtKind::If { then, els, .. } => out.extend([then, els]),
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } => out.push(body),
            StmtKind::Switch { cases, default, .. } => {
                out.extend(cases.iter().map(|case| &case.body));
                out.push(default);
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
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
            | StmtKind::Fence(_) => {}
        }
        out
    }

    pub fn blocks_mut(&mut self) -> SmallVec<[&mut Block; 2]> {
        let mut out = SmallVec::new();
        match self {
            StmtKind::If { then, els, .. } => out.extend([then, els]),
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } => out.push(body),
            StmtKind::Switch { cases, default, .. } => {
                out.extend(cases.iter_mut().map(|case| &mut case.body));
                out.push(default);
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
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
            | StmtKind::Fence(_) => {}
        }
        out
    }
}

impl Block {
    /// Calls `f` on every statement in the tree, outer before inner.
    pub fn for_each_stmt_mut(&mut self, f: &mut impl FnMut(&mut Stmt)) {
        for stmt in &mut self.stmts {
            f(stmt);
            for block in stmt.kind.blocks_mut() {
                block.for_each_stmt_mut(f);
            }
        }
    }
}

impl Function {
    /// Calls `f` on every node of the tree at `root`, in evaluation order (operands before their user).
    pub fn for_each_node(&self, root: ExprId, f: &mut impl FnMut(ExprId, &Expr)) {
        let expr = &self.exprs[root.index()];
        expr.for_each_operand(|operand| self.for_each_node(operand, f));
        f(root, expr);
    }
}
