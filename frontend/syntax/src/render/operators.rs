//! How tightly expressions bind.

use crate::ast::*;

/// What a place in an expression takes without parentheses: this and what binds tighter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Level(pub u8);

impl Level {
    /// Any expression, pipes included.
    pub const ANY: Level = Level(0);
    pub const UNARY: Level = Level(12);
    pub const POSTFIX: Level = Level(13);

    pub(crate) fn next(self) -> Level {
        Level(self.0 + 1)
    }
}

/// Of an operator between its operands.
pub(crate) fn of_operator(op: BinOp) -> Level {
    Level(match op {
        BinOp::Coalesce => 1,
        BinOp::Or => 2,
        BinOp::And => 3,
        BinOp::BitOr => 4,
        BinOp::BitXor => 5,
        BinOp::BitAnd => 6,
        BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge | BinOp::In => 7,
        BinOp::Shl | BinOp::Shr => 8,
        BinOp::Add | BinOp::Sub => 9,
        BinOp::Mul | BinOp::Div | BinOp::Rem => 10,
    })
}

impl Expr {
    /// How tightly it binds, seen from the left.
    pub fn level(&self) -> Level {
        if self.is_pipe() {
            return Level::ANY;
        }
        match &self.kind {
            ExprKind::Binary { op, .. } => of_operator(*op),
            ExprKind::Chain { .. } => of_operator(BinOp::Lt),
            ExprKind::Unary { .. } | ExprKind::Star(_) | ExprKind::Xx(_) | ExprKind::Try(_) => {
                Level::UNARY
            }
            ExprKind::Spread(_) => Level::ANY,
            _ => Level::POSTFIX,
        }
    }

    /// `a |> f(b)`, also where `try`, `xx`, `!` and `catch` are around the call.
    pub(crate) fn is_pipe(&self) -> bool {
        match &self.kind {
            ExprKind::Call(call) => call.piped && !call.args.is_empty(),
            ExprKind::Try(inner) | ExprKind::Xx(inner) | ExprKind::Unwrap(inner) => inner.is_pipe(),
            ExprKind::Catch(catch) => catch.operand.is_pipe(),
            _ => false,
        }
    }

    /// Whether it may stand anywhere without being read together with what is around it.
    pub fn is_atomic(&self) -> bool {
        match &self.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Ident(_)
            | ExprKind::Paren(_) => true,
            ExprKind::Field { base, .. } => base.is_atomic(),
            ExprKind::Deref(base) | ExprKind::Index { base, .. } => base.is_atomic(),
            ExprKind::Call(call) => {
                !call.piped && call.trailing.is_none() && call.callee.is_atomic()
            }
            _ => false,
        }
    }
}
