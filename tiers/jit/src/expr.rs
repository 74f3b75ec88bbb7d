//! Expression trees.

use crate::cold::Cold;
use crate::cond::Cond;
use crate::emit::{Emitter, Val, Want};
use sx_ir::{CheckRel, Expr, ExprId, TrapKind, Ty};

impl Emitter<'_> {
    /// Emits code for an expression and says where its value is.
    pub fn eval(&mut self, id: ExprId, want: Want) -> Val {
        match *self.func.expr(id) {
            Expr::Const { bits, .. } => Val::Imm(bits),
            Expr::Local(local) if !want.raw && self.plan.nan.lazy.has(local) => {
                let ty = self.func.locals[local.index()].ty;
                let x = self.own_xmm(Val::Local(local), ty, None);
                self.canonical(x, ty);
                Val::Xmm(x)
            }
            Expr::Local(local) => Val::Local(local),
            Expr::GlobalAddr(_) | Expr::FuncAddr(_) => match self.constant(id) {
                Some(bits) => Val::Imm(bits),
                None => {
                    self.fail("internal: the address of something unreachable");
                    Val::Imm(0)
                }
            },
            Expr::SlotAddr(slot) => self.slot_address(slot, want),
            Expr::Load { ty, addr } => self.load(id, ty, addr, want),
            Expr::Unary { op, ty, a } => self.unary(op, ty, a, want),
            Expr::Binary { op, ty, a, b } => self.binary(id, op, ty, a, b, want),
            Expr::Convert { op, from, to, a } => self.convert(op, from, to, a, want),
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => self.wrap(ty, bits, signed, a, want),
            Expr::Select { ty, cond, a, b } => self.select(ty, cond, a, b, want),
            Expr::Check {
                kind,
                rel,
                ty,
                a,
                b,
            } => self.check(id, kind, rel, ty, a, b, want),
        }
    }

    fn check(
        &mut self,
        id: ExprId,
        kind: TrapKind,
        rel: CheckRel,
        ty: Ty,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> Val {
        if self.always_holds(rel, a, b) {
            return self.eval(a, want);
        }
        let hint = self.hint_before(want, b);
        let av = self.eval(a, hint);
        self.push(av, false);
        let bv = self.eval(b, Want::ANY);
        let av = self.pop();
        let (mut av, mut bv) = (av, bv);
        if let (Val::Imm(x), Val::Imm(y)) = (av, bv)
            && rel.holds(x, y)
        {
            return av;
        }
        self.compare_vals(self.bits(ty) > 32, &mut av, &mut bv);
        let broken = match rel {
            CheckRel::Below => Cond::Ae,
            CheckRel::AtMost => Cond::A,
            CheckRel::Equal => Cond::Ne,
            CheckRel::NotEqual => Cond::E,
        };
        let label = self.label();
        self.jcc(broken, label);
        let loc = self.loc_of(id);
        self.cold.push(Cold::Trap {
            label,
            kind,
            loc,
            a: av,
            b: bv,
        });
        self.release(bv);
        self.learn_check(rel, a, b);
        av
    }
}
