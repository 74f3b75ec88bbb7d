//! Comparisons, and branches on them.

use crate::emit::{Emitter, Rm, Val, Want, frame_disp, framed};
use crate::plan::Home;
use crate::regs::Gpr;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{BinaryClass, BinaryOp, ConvertOp, Expr, ExprId, Ty};

/// A condition on the flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    E,
    Ne,
    B,
    Ae,
    Be,
    A,
    L,
    Ge,
    Le,
    G,
    /// Ordered and equal: two flags (floats).
    OrderedE,
    /// Unordered or not equal.
    UnorderedNe,
}

impl Cond {
    pub fn negate(self) -> Cond {
        match self {
            Cond::E => Cond::Ne,
            Cond::Ne => Cond::E,
            Cond::B => Cond::Ae,
            Cond::Ae => Cond::B,
            Cond::Be => Cond::A,
            Cond::A => Cond::Be,
            Cond::L => Cond::Ge,
            Cond::Ge => Cond::L,
            Cond::Le => Cond::G,
            Cond::G => Cond::Le,
            Cond::OrderedE => Cond::UnorderedNe,
            Cond::UnorderedNe => Cond::OrderedE,
        }
    }

    /// For exchanged operands.
    pub fn swap(self) -> Cond {
        match self {
            Cond::B => Cond::A,
            Cond::Ae => Cond::Be,
            Cond::Be => Cond::Ae,
            Cond::A => Cond::B,
            Cond::L => Cond::G,
            Cond::Ge => Cond::Le,
            Cond::Le => Cond::Ge,
            Cond::G => Cond::L,
            Cond::E | Cond::Ne | Cond::OrderedE | Cond::UnorderedNe => self,
        }
    }
}

/// Condition and whether it is signed, of integer comparisons.
fn int_cond(op: BinaryOp) -> Option<(Cond, bool)> {
    Some(match op {
        BinaryOp::Eq => (Cond::E, false),
        BinaryOp::Ne => (Cond::Ne, false),
        BinaryOp::LtS => (Cond::L, true),
        BinaryOp::LtU => (Cond::B, false),
        BinaryOp::LeS => (Cond::Le, true),
        BinaryOp::LeU => (Cond::Be, false),
        BinaryOp::GtS => (Cond::G, true),
        BinaryOp::GtU => (Cond::A, false),
        BinaryOp::GeS => (Cond::Ge, true),
        BinaryOp::GeU => (Cond::Ae, false),
        BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::DivS
        | BinaryOp::DivU
        | BinaryOp::RemS
        | BinaryOp::RemU
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Xor
        | BinaryOp::Shl
        | BinaryOp::ShrS
        | BinaryOp::ShrU
        | BinaryOp::FAdd
        | BinaryOp::FSub
        | BinaryOp::FMul
        | BinaryOp::FDiv
        | BinaryOp::FRem
        | BinaryOp::FEq
        | BinaryOp::FNe
        | BinaryOp::FLt
        | BinaryOp::FLe
        | BinaryOp::FGt
        | BinaryOp::FGe
        | BinaryOp::PtrAdd => return None,
    })
}

impl Emitter<'_> {
    pub fn jcc(&mut self, cond: Cond, to: DynamicLabel) {
        match cond {
            Cond::E => dynasm!(self.ops; je =>to),
            Cond::Ne => dynasm!(self.ops; jne =>to),
            Cond::B => dynasm!(self.ops; jb =>to),
            Cond::Ae => dynasm!(self.ops; jae =>to),
            Cond::Be => dynasm!(self.ops; jbe =>to),
            Cond::A => dynasm!(self.ops; ja =>to),
            Cond::L => dynasm!(self.ops; jl =>to),
            Cond::Ge => dynasm!(self.ops; jge =>to),
            Cond::Le => dynasm!(self.ops; jle =>to),
            Cond::G => dynasm!(self.ops; jg =>to),
            Cond::OrderedE => dynasm!(self.ops; jp >no; je =>to; no:),
            Cond::UnorderedNe => dynasm!(self.ops; jp =>to; jne =>to),
        }
    }

    /// `dst` = 1 if the condition holds, else 0. Only a free register or one whose value is dead may be `dst`.
    pub fn setcc(&mut self, cond: Cond, dst: Gpr) {
        match cond {
            Cond::E => dynasm!(self.ops; sete Rb(dst)),
            Cond::Ne => dynasm!(self.ops; setne Rb(dst)),
            Cond::B => dynasm!(self.ops; setb Rb(dst)),
            Cond::Ae => dynasm!(self.ops; setae Rb(dst)),
            Cond::Be => dynasm!(self.ops; setbe Rb(dst)),
            Cond::A => dynasm!(self.ops; seta Rb(dst)),
            Cond::L => dynasm!(self.ops; setl Rb(dst)),
            Cond::Ge => dynasm!(self.ops; setge Rb(dst)),
            Cond::Le => dynasm!(self.ops; setle Rb(dst)),
            Cond::G => dynasm!(self.ops; setg Rb(dst)),
            Cond::OrderedE => {
                let other = self.alloc();
                dynasm!(self.ops; sete Rb(dst); setnp Rb(other); and Rb(dst), Rb(other));
                self.free(other);
            }
            Cond::UnorderedNe => {
                let other = self.alloc();
                dynasm!(self.ops; setne Rb(dst); setp Rb(other); or Rb(dst), Rb(other));
                self.free(other);
            }
        }
        dynasm!(self.ops; movzx Rd(dst), Rb(dst));
    }

    fn cmov(&mut self, cond: Cond, dst: Gpr, src: Gpr) {
        match cond {
            Cond::E => dynasm!(self.ops; cmove Rq(dst), Rq(src)),
            Cond::Ne => dynasm!(self.ops; cmovne Rq(dst), Rq(src)),
            Cond::B => dynasm!(self.ops; cmovb Rq(dst), Rq(src)),
            Cond::Ae => dynasm!(self.ops; cmovae Rq(dst), Rq(src)),
            Cond::Be => dynasm!(self.ops; cmovbe Rq(dst), Rq(src)),
            Cond::A => dynasm!(self.ops; cmova Rq(dst), Rq(src)),
            Cond::L => dynasm!(self.ops; cmovl Rq(dst), Rq(src)),
            Cond::Ge => dynasm!(self.ops; cmovge Rq(dst), Rq(src)),
            Cond::Le => dynasm!(self.ops; cmovle Rq(dst), Rq(src)),
            Cond::G => dynasm!(self.ops; cmovg Rq(dst), Rq(src)),
            Cond::OrderedE => dynasm!(self.ops; jp >no; cmove Rq(dst), Rq(src); no:),
            Cond::UnorderedNe => dynasm!(self.ops; cmovp Rq(dst), Rq(src); cmovne Rq(dst), Rq(src)),
        }
    }

    /// Sets the flags for `val` (which is not released) against zero.
    fn test(&mut self, val: &mut Val) {
        let r = self.reg(val);
        dynasm!(self.ops; test Rq(r), Rq(r));
    }

    /// Compares two integers; the flags then hold `cond`.
    fn compare(&mut self, (cond, signed): (Cond, bool), ty: Ty, a: ExprId, b: ExprId) -> Cond {
        let (a, b, cond) = if self.constant(a).is_some() && self.constant(b).is_none() {
            (b, a, cond.swap())
        } else {
            (a, b, cond)
        };
        let bits = self.bits(ty);
        if self.constant(b) == Some(0)
            && matches!(cond, Cond::E | Cond::Ne)
            && let Expr::Binary {
                op: BinaryOp::And,
                a: x,
                b: y,
                ..
            } = *self.func.expr(a)
        {
            self.test_and(bits > 32, x, y);
            return cond;
        }
        if self.constant(b) == Some(0)
            && matches!(cond, Cond::E | Cond::Ne)
            && self.test_divisible(bits, a)
        {
            return cond;
        }
        let av = self.eval(a, Want::ANY);
        self.push(av, false);
        let mut bv = self.eval(b, Want::ANY);
        let mut av = self.pop();
        if bits < 32 && signed {
            self.compare_narrow(bits, &mut av, &mut bv);
        } else {
            self.compare_vals(bits > 32, &mut av, &mut bv);
        }
        self.release(av);
        self.release(bv);
        cond
    }

    /// Flags of `x % 2^n` against 0 without computing the remainder; whether `expr` is that.
    fn test_divisible(&mut self, bits: u32, expr: ExprId) -> bool {
        let Expr::Binary {
            op: BinaryOp::RemS | BinaryOp::RemU,
            a,
            b,
            ..
        } = *self.func.expr(expr)
        else {
            return false;
        };
        let power = self
            .constant(b)
            .filter(|d| d.is_power_of_two() && *d <= 1 << 30 && d.ilog2() < bits - 1);
        let Some(power) = power else { return false };
        let mut val = self.eval(a, Want::ANY);
        let r = self.reg(&mut val);
        dynasm!(self.ops; test Rd(r), (power - 1) as i32);
        self.release(val);
        true
    }

    fn test_and(&mut self, wide: bool, x: ExprId, y: ExprId) {
        let (x, y) = if self.is_leaf(x) { (y, x) } else { (x, y) };
        let xv = self.eval(x, Want::ANY);
        self.push(xv, false);
        let mut yv = self.eval(y, Want::ANY);
        let mut xv = self.pop();
        let r = self.reg(&mut xv);
        match (wide, self.rm(&mut yv, wide)) {
            (true, Rm::R(s)) => dynasm!(self.ops; test Rq(r), Rq(s)),
            (true, Rm::M(d)) => framed!(self, d, [test QWORD], Rq(r)),
            (true, Rm::I(i)) => dynasm!(self.ops; test Rq(r), i),
            (false, Rm::R(s)) => dynasm!(self.ops; test Rd(r), Rd(s)),
            (false, Rm::M(d)) => framed!(self, d, [test DWORD], Rd(r)),
            (false, Rm::I(i)) => dynasm!(self.ops; test Rd(r), i),
        }
        self.release(xv);
        self.release(yv);
    }

    /// `cmp` on zero-extended patterns.
    pub fn compare_vals(&mut self, wide: bool, a: &mut Val, b: &mut Val) {
        let word = match *a {
            Val::Local(local) if self.home(local) == Home::Frame => Some(local.index()),
            Val::Spill(word) => Some(word as usize),
            Val::Local(_) | Val::Imm(_) | Val::Gpr(_) | Val::Xmm(_) => None,
        };
        let operand = self.rm(b, wide);
        if let (Some(word), Rm::I(i)) = (word, operand) {
            let d = frame_disp(word);
            if wide {
                framed!(self, d, [cmp QWORD], i);
            } else {
                framed!(self, d, [cmp DWORD], i);
            }
            return;
        }
        let r = self.reg(a);
        match operand {
            Rm::I(0) if wide => dynasm!(self.ops; test Rq(r), Rq(r)),
            Rm::I(0) => dynasm!(self.ops; test Rd(r), Rd(r)),
            Rm::I(_) | Rm::R(_) | Rm::M(_) => self.alu(crate::ints::Alu::Cmp, wide, r, operand),
        }
    }

    /// Signed `cmp` of 8 or 16 bits.
    fn compare_narrow(&mut self, bits: u32, a: &mut Val, b: &mut Val) {
        let r = self.reg(a);
        match (bits, self.rm(b, false)) {
            (8, Rm::R(s)) => dynasm!(self.ops; cmp Rb(r), Rb(s)),
            (8, Rm::M(d)) => framed!(self, d, [cmp Rb(r), BYTE]),
            (8, Rm::I(i)) => dynasm!(self.ops; cmp Rb(r), BYTE i as i8),
            (_, Rm::R(s)) => dynasm!(self.ops; cmp Rw(r), Rw(s)),
            (_, Rm::M(d)) => framed!(self, d, [cmp Rw(r), WORD]),
            (_, Rm::I(i)) => dynasm!(self.ops; cmp Rw(r), WORD i as i16),
        }
    }

    /// Evaluates a condition into flags; `None` if `expr` is no comparison.
    fn flags(&mut self, expr: ExprId) -> Option<Cond> {
        match *self.func.expr(expr) {
            Expr::Binary { op, ty, a, b } => match op.class() {
                BinaryClass::IntCmp => int_cond(op).map(|cond| self.compare(cond, ty, a, b)),
                BinaryClass::FloatCmp => Some(self.float_compare(op, ty, a, b)),
                BinaryClass::Int
                | BinaryClass::Shift
                | BinaryClass::Float
                | BinaryClass::Address => None,
            },
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => None,
        }
    }

    /// Value of a comparison.
    pub fn comparison(&mut self, expr: ExprId, want: Want) -> Val {
        let Some(cond) = self.flags(expr) else {
            self.fail("internal: a comparison was expected");
            return Val::Imm(0);
        };
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        self.setcc(cond, dst);
        Val::Gpr(dst)
    }

    /// Jumps to `to` if the truth of `expr` (any value but 0) is `when`.
    pub fn branch(&mut self, expr: ExprId, to: DynamicLabel, when: bool) {
        match *self.func.expr(expr) {
            Expr::Const { bits, .. } => {
                if (bits != 0) == when {
                    self.jump(to);
                }
                return;
            }
            Expr::Binary {
                op: BinaryOp::Eq,
                a,
                b,
                ..
            } if self.constant(b) == Some(0) && self.is_condition(a) => {
                return self.branch(a, to, !when);
            }
            Expr::Binary {
                op: BinaryOp::Ne,
                a,
                b,
                ..
            } if self.constant(b) == Some(0) && self.is_condition(a) => {
                return self.branch(a, to, when);
            }
            Expr::Convert {
                op: ConvertOp::ZExt,
                a,
                ..
            } => return self.branch(a, to, when),
            Expr::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                ty: Ty::I8,
                a,
                b,
            } if self.is_flag(a) && self.is_flag(b) && self.is_pure(b) => {
                return self.branch_both(op == BinaryOp::And, [a, b], to, when);
            }
            Expr::Binary {
                op: BinaryOp::And,
                ty,
                a,
                b,
            } => {
                self.test_and(self.bits(ty) > 32, a, b);
                return self.jcc(if when { Cond::Ne } else { Cond::E }, to);
            }
            Expr::Binary { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => {}
        }
        if let Some(cond) = self.flags(expr) {
            return self.jcc(if when { cond } else { cond.negate() }, to);
        }
        let mut val = self.eval(expr, Want::ANY);
        let mut zero = Val::Imm(0);
        self.compare_vals(true, &mut val, &mut zero);
        self.release(val);
        self.jcc(if when { Cond::Ne } else { Cond::E }, to);
    }

    /// Jumps by `and` or `or` of two conditions without making a value of them.
    fn branch_both(&mut self, and: bool, [a, b]: [ExprId; 2], to: DynamicLabel, when: bool) {
        if and != when {
            // The first one may decide.
            self.branch(a, to, when);
            return self.branch(b, to, when);
        }
        let skip = self.label();
        self.branch(a, skip, !when);
        self.branch(b, to, when);
        self.bind(skip);
    }

    /// Whether the value is 0 or 1.
    fn is_flag(&self, expr: ExprId) -> bool {
        sx_ir::opt::is_flag(self.func, expr, &|_| false)
    }

    /// Whether nobody can tell if it was evaluated, and nothing is learned from it.
    fn is_pure(&self, expr: ExprId) -> bool {
        let effects = sx_ir::opt::effects(self.env.module, self.func, expr);
        !effects.traps && !effects.reads
    }

    /// Whether branching on `expr` itself is better than comparing its value with 0.
    fn is_condition(&self, expr: ExprId) -> bool {
        match self.func.expr(expr) {
            Expr::Binary { op, .. } => {
                matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp)
                    || *op == BinaryOp::And
                    || *op == BinaryOp::Or && self.is_flag(expr)
            }
            Expr::Convert { op, a, .. } => *op == ConvertOp::ZExt && self.is_condition(*a),
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => false,
        }
    }

    /// `a` if `cond`, else `b`.
    pub fn select(&mut self, ty: Ty, cond: ExprId, a: ExprId, b: ExprId, want: Want) -> Val {
        let fused = !ty.is_float() && self.is_leaf(a) && self.is_leaf(b) && self.is_condition(cond);
        if fused && let Some(cond) = self.flags(cond) {
            // Only moves from here on: they leave the flags alone.
            let (av, bv) = (self.eval(a, Want::ANY), self.eval(b, Want::ANY));
            let dst = self.alloc();
            self.move_to(dst, bv);
            let mut av = av;
            let source = self.reg(&mut av);
            self.cmov(cond, dst, source);
            self.release(av);
            return Val::Gpr(dst);
        }
        let cv = self.eval(cond, Want::ANY);
        self.push(cv, false);
        let av = self.eval(a, Want::ANY.with_raw(want.raw));
        self.push(av, ty.is_float());
        let bv = self.eval(b, Want::ANY.with_raw(want.raw));
        let mut av = self.pop();
        let mut cv = self.pop();
        if ty.is_float() {
            let dst = self.own_xmm(bv, ty, None);
            let source = self.xmm(&mut av, ty);
            self.test(&mut cv);
            dynasm!(self.ops; jz >keep; movaps Rx(dst), Rx(source); keep:);
            self.release(av);
            self.release(cv);
            return Val::Xmm(dst);
        }
        let dst = self.own(bv, None);
        let source = self.reg(&mut av);
        self.test(&mut cv);
        dynasm!(self.ops; cmovnz Rq(dst), Rq(source));
        self.release(av);
        self.release(cv);
        Val::Gpr(dst)
    }
}
