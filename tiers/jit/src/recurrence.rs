//! Loops that only step a linear recurrence, `x = x * a + c` with constants beside a counter: eight iterations at once
//! wherever at least eight are left, and as many steps. Each iteration needs the last one's result, so this shortens
//! the chain that bounds such loops, as optimising compilers do.

use crate::emit::Emitter;
use crate::plan::Home;
use crate::regs::Gpr;
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{BinaryOp, Block, Expr, ExprId, LabelId, LocalId, Stmt, StmtKind, Ty};

const AT_ONCE: i32 = 8;

struct Recurrence {
    counter: Gpr,
    /// The loop goes on while the counter is less.
    limit: ExprId,
    value: Gpr,
    /// What eight iterations do to the value.
    factor: u64,
    sum: u64,
}

impl Emitter<'_> {
    /// Emits the iterations that can go together, at the loop's head.
    pub fn step_recurrence(&mut self, label: LabelId, body: &Block) {
        let Some(found) = self.find_recurrence(label, body) else {
            return;
        };
        let Recurrence {
            counter,
            limit,
            value,
            factor,
            sum,
        } = found;
        let (again, done) = (self.label(), self.label());
        let (last, a, c) = (self.alloc(), self.alloc(), self.alloc());
        // The last value of the counter from which on there are eight iterations.
        match *self.func.expr(limit) {
            Expr::Const { bits, .. } => match (bits as i64).checked_sub(i64::from(AT_ONCE)) {
                Some(at) => self.mov_imm(last, at as u64),
                None => self.jump(done),
            },
            Expr::Local(local) => {
                self.move_to(last, crate::emit::Val::Local(local));
                dynasm!(self.ops; sub Rq(last), BYTE AT_ONCE as i8; jo =>done);
            }
            _ => {}
        }
        self.mov_imm(a, factor);
        self.mov_imm(c, sum);
        self.bind(again);
        dynasm!(self.ops
            ; cmp Rq(counter), Rq(last)
            ; jg =>done
            ; cmp r12, AT_ONCE
            ; jb =>done
            ; sub r12, BYTE AT_ONCE as i8
            ; imul Rq(value), Rq(a)
            ; add Rq(value), Rq(c)
            ; add Rq(counter), BYTE AT_ONCE as i8
            ; jmp =>again
        );
        self.bind(done);
        for r in [last, a, c] {
            self.free(r);
        }
    }

    fn find_recurrence(&self, label: LabelId, body: &Block) -> Option<Recurrence> {
        let [test, first, second] = body.stmts.as_slice() else {
            return None;
        };
        let StmtKind::If { cond, then, els } = &test.kind else {
            return None;
        };
        let leaves = matches!(then.stmts.as_slice(), [Stmt { kind: StmtKind::Break(to), .. }] if *to == label);
        let Expr::Binary {
            op: BinaryOp::GeS,
            ty: Ty::I64,
            a,
            b: limit,
        } = *self.func.expr(*cond)
        else {
            return None;
        };
        if !leaves || !els.stmts.is_empty() {
            return None;
        }
        let Expr::Local(counter) = *self.func.expr(a) else {
            return None;
        };
        let (x, y) = (self.linear(first)?, self.linear(second)?);
        let ((value, factor, sum), step) = if x.0 == counter { (y, x) } else { (x, y) };
        if step != (counter, 1, 1) || value == counter {
            return None;
        }
        let fixed = match *self.func.expr(limit) {
            Expr::Const { .. } => true,
            Expr::Local(local) => local != value && local != counter,
            _ => false,
        };
        let (Home::Gpr(counter), Home::Gpr(value)) = (self.home(counter), self.home(value)) else {
            return None;
        };
        let (mut a, mut c) = (1u64, 0u64);
        for _ in 0..AT_ONCE {
            (a, c) = (
                a.wrapping_mul(factor),
                c.wrapping_mul(factor).wrapping_add(sum),
            );
        }
        fixed.then_some(Recurrence {
            counter,
            limit,
            value,
            factor: a,
            sum: c,
        })
    }

    /// `x = x * a + c` as x, a, c.
    fn linear(&self, stmt: &Stmt) -> Option<(LocalId, u64, u64)> {
        let StmtKind::Set { local, value } = stmt.kind else {
            return None;
        };
        let (product, sum) = match *self.func.expr(value) {
            Expr::Binary {
                op: BinaryOp::Add,
                ty: Ty::I64,
                a,
                b,
            } => (a, self.constant(b)?),
            _ => (value, 0),
        };
        let (x, factor) = match *self.func.expr(product) {
            Expr::Binary {
                op: BinaryOp::Mul,
                ty: Ty::I64,
                a,
                b,
            } => (a, self.constant(b)?),
            _ => (product, 1),
        };
        (*self.func.expr(x) == Expr::Local(local)).then_some((local, factor, sum))
    }
}
