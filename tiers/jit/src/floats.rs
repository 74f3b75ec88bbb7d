//! Float arithmetic. Values are in SSE registers; a NaN that can be seen is made canonical on a cold path.

use crate::cold::Cold;
use crate::cond::Cond;
use crate::emit::{Emitter, Val, Want, frame_disp, framed};
use crate::helpers::{FloatOp, float_op};
use crate::plan::Home;
use crate::regs::Xmm;
use crate::stubs::{TRAP_A, TRAP_B, field};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{BinaryOp, Expr, ExprId, Ty, UnaryOp};

/// A float operand as instructions take it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Xm {
    R(Xmm),
    M(i32),
}

impl Emitter<'_> {
    pub fn mov_xmm(&mut self, dst: Xmm, src: Xmm) {
        if dst != src {
            dynasm!(self.ops; movaps Rx(dst), Rx(src));
        }
    }

    /// Brings a float value into `dst`.
    pub fn move_to_xmm(&mut self, dst: Xmm, val: Val, ty: Ty) {
        let load = |this: &mut Self, d: i32| {
            if ty == Ty::F64 {
                framed!(this, d, [movsd Rx(dst),]);
            } else {
                framed!(this, d, [movss Rx(dst),]);
            }
        };
        match val {
            Val::Xmm(x) => self.mov_xmm(dst, x),
            Val::Imm(0) => dynasm!(self.ops; xorps Rx(dst), Rx(dst)),
            Val::Imm(bits) => {
                let label = self.constant_label(bits);
                if ty == Ty::F64 {
                    dynasm!(self.ops; movsd Rx(dst), [=>label]);
                } else {
                    dynasm!(self.ops; movss Rx(dst), [=>label]);
                }
            }
            Val::Spill(word) => load(self, frame_disp(word as usize)),
            Val::Local(local) => match self.home(local) {
                Home::Xmm(x) => self.mov_xmm(dst, x),
                Home::Frame => load(self, frame_disp(local.index())),
                Home::Gpr(r) => dynasm!(self.ops; movq Rx(dst), Rq(r)),
            },
            Val::Gpr(r) => dynasm!(self.ops; movq Rx(dst), Rq(r)),
        }
    }

    /// A label where the constant will stand, after the code.
    fn constant_label(&mut self, bits: u64) -> dynasmrt::DynamicLabel {
        if let Some((label, _)) = self.consts.iter().find(|(_, known)| *known == bits) {
            return *label;
        }
        let label = self.label();
        self.consts.push((label, bits));
        label
    }

    /// The value in a register that may be changed.
    pub fn own_xmm(&mut self, val: Val, ty: Ty, hint: Option<Xmm>) -> Xmm {
        if let Val::Xmm(x) = val {
            return x;
        }
        let dst = hint.unwrap_or_else(|| self.alloc_xmm());
        self.move_to_xmm(dst, val, ty);
        self.release(val);
        dst
    }

    /// A register holding the value, for reading.
    pub fn xmm(&mut self, val: &mut Val, ty: Ty) -> Xmm {
        if let Val::Local(local) = *val
            && let Home::Xmm(x) = self.home(local)
        {
            return x;
        }
        let x = self.own_xmm(*val, ty, None);
        *val = Val::Xmm(x);
        x
    }

    fn xm(&mut self, val: &mut Val, ty: Ty) -> Xm {
        match *val {
            Val::Local(local) => match self.home(local) {
                Home::Frame => Xm::M(frame_disp(local.index())),
                Home::Xmm(x) => Xm::R(x),
                Home::Gpr(_) => Xm::R(self.xmm(val, ty)),
            },
            Val::Spill(word) => Xm::M(frame_disp(word as usize)),
            Val::Imm(_) | Val::Gpr(_) | Val::Xmm(_) => Xm::R(self.xmm(val, ty)),
        }
    }

    /// Stores a float as a whole frame word, `disp` bytes from our frame.
    pub fn store_float_word(&mut self, disp: i32, val: Val, ty: Ty) {
        if matches!(val, Val::Imm(_)) {
            return self.store_word(disp, val);
        }
        let mut val = val;
        let x = self.xmm(&mut val, ty);
        if ty == Ty::F64 {
            framed!(self, disp, [movsd], Rx(x));
        } else {
            framed!(self, disp, [movss], Rx(x));
            framed!(self, disp + 4, [mov DWORD], 0);
        }
        self.release(val);
    }

    /// Makes a NaN canonical.
    pub fn canonical(&mut self, x: Xmm, ty: Ty) {
        let (label, resume) = (self.label(), self.label());
        if ty == Ty::F64 {
            dynasm!(self.ops; ucomisd Rx(x), Rx(x); jp =>label);
        } else {
            dynasm!(self.ops; ucomiss Rx(x), Rx(x); jp =>label);
        }
        self.bind(resume);
        self.cold.push(Cold::Nan {
            label,
            resume,
            x,
            wide: ty == Ty::F64,
        });
    }

    pub fn float_arithmetic(
        &mut self,
        op: BinaryOp,
        ty: Ty,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> Val {
        let commutes = matches!(op, BinaryOp::FAdd | BinaryOp::FMul);
        // `x = e + x` becomes an addition to x.
        let accumulates = |this: &Self, a: ExprId, b: ExprId| match (*this.func.expr(a), want.xmm) {
            (Expr::Local(local), Some(x)) => {
                this.home(local) == Home::Xmm(x) && !this.mentions(b, Home::Xmm(x))
            }
            _ => false,
        };
        let swap = commutes
            && !accumulates(self, a, b)
            && (self.is_leaf(a) && !self.is_leaf(b) || accumulates(self, b, a));
        let (a, b) = if swap { (b, a) } else { (a, b) };
        let hint = self.hint_before(want, b);
        let av = self.eval(a, hint.with_raw(true));
        self.push(av, true);
        let bv = self.eval(b, Want::RAW);
        let av = self.pop();
        let (av, mut bv) = match (av, bv) {
            (Val::Xmm(_), _) => (av, bv),
            (Val::Local(local), _)
                if hint.xmm.is_some_and(|x| self.home(local) == Home::Xmm(x)) =>
            {
                (av, bv)
            }
            (_, Val::Xmm(_)) if commutes => (bv, av),
            _ => (av, bv),
        };
        let src = self.xm(&mut bv, ty);
        let dst = self.own_xmm(av, ty, hint.xmm);
        macro_rules! emit {
            ($wide:ident, $narrow:ident) => {
                match (ty == Ty::F64, src) {
                    (true, Xm::R(s)) => dynasm!(self.ops; $wide Rx(dst), Rx(s)),
                    (true, Xm::M(d)) => framed!(self, d, [$wide Rx(dst),]),
                    (false, Xm::R(s)) => dynasm!(self.ops; $narrow Rx(dst), Rx(s)),
                    (false, Xm::M(d)) => framed!(self, d, [$narrow Rx(dst),]),
                }
            };
        }
        match op {
            BinaryOp::FAdd => emit!(addsd, addss),
            BinaryOp::FSub => emit!(subsd, subss),
            BinaryOp::FMul => emit!(mulsd, mulss),
            _ => emit!(divsd, divss),
        }
        self.release(bv);
        if !want.raw {
            self.canonical(dst, ty);
        }
        Val::Xmm(dst)
    }

    /// Flags for a float comparison. Written so that "above" conditions are false for unordered operands.
    pub fn float_compare(&mut self, op: BinaryOp, ty: Ty, a: ExprId, b: ExprId) -> Cond {
        let av = self.eval(a, Want::RAW);
        self.push(av, true);
        let bv = self.eval(b, Want::RAW);
        let av = self.pop();
        let (swap, cond) = match op {
            BinaryOp::FEq => (false, Cond::OrderedE),
            BinaryOp::FNe => (false, Cond::UnorderedNe),
            BinaryOp::FLt => (true, Cond::A),
            BinaryOp::FLe => (true, Cond::Ae),
            BinaryOp::FGt => (false, Cond::A),
            _ => (false, Cond::Ae),
        };
        let (mut x, mut y) = if swap { (bv, av) } else { (av, bv) };
        let src = self.xm(&mut y, ty);
        let dst = self.xmm(&mut x, ty);
        match (ty == Ty::F64, src) {
            (true, Xm::R(s)) => dynasm!(self.ops; ucomisd Rx(dst), Rx(s)),
            (true, Xm::M(d)) => framed!(self, d, [ucomisd Rx(dst),]),
            (false, Xm::R(s)) => dynasm!(self.ops; ucomiss Rx(dst), Rx(s)),
            (false, Xm::M(d)) => framed!(self, d, [ucomiss Rx(dst),]),
        }
        self.release(x);
        self.release(y);
        cond
    }

    pub fn unary(&mut self, op: UnaryOp, ty: Ty, a: ExprId, want: Want) -> Val {
        let wide = ty == Ty::F64;
        match op {
            UnaryOp::FNeg => {
                let av = self.eval(a, want);
                let dst = self.own_xmm(av, ty, want.xmm);
                if wide {
                    let sign = field!(self.env.stubs.data, sign_f64);
                    dynasm!(self.ops; xorps Rx(dst), [extern sign]);
                } else {
                    let sign = field!(self.env.stubs.data, sign_f32);
                    dynasm!(self.ops; xorps Rx(dst), [extern sign]);
                }
                Val::Xmm(dst)
            }
            UnaryOp::FSqrt => {
                let av = self.eval(a, want.with_raw(true));
                let dst = self.own_xmm(av, ty, want.xmm);
                if wide {
                    dynasm!(self.ops; sqrtsd Rx(dst), Rx(dst));
                } else {
                    dynasm!(self.ops; sqrtss Rx(dst), Rx(dst));
                }
                if !want.raw {
                    self.canonical(dst, ty);
                }
                Val::Xmm(dst)
            }
            UnaryOp::FFloor if self.env.sse41 => {
                let av = self.eval(a, want.with_raw(true));
                let dst = self.own_xmm(av, ty, want.xmm);
                if wide {
                    dynasm!(self.ops; roundsd Rx(dst), Rx(dst), 9);
                } else {
                    dynasm!(self.ops; roundss Rx(dst), Rx(dst), 9);
                }
                if !want.raw {
                    self.canonical(dst, ty);
                }
                Val::Xmm(dst)
            }
            UnaryOp::FFloor => self.float_helper(FloatOp::Floor, ty, a),
            UnaryOp::FSin => self.float_helper(FloatOp::Sin, ty, a),
            UnaryOp::FCos => self.float_helper(FloatOp::Cos, ty, a),
        }
    }

    /// Hands a float to a helper through the context.
    fn pass(&mut self, field: i32, val: Val, ty: Ty) {
        let mut val = val;
        let x = self.xmm(&mut val, ty);
        if ty == Ty::F64 {
            dynasm!(self.ops; movsd [r15 + field], Rx(x));
        } else {
            dynasm!(self.ops; movss [r15 + field], Rx(x); mov DWORD [r15 + field + 4], 0);
        }
        self.release(val);
    }

    fn call_float_helper(&mut self, op: FloatOp, ty: Ty) -> Val {
        let helper = self.env.stubs.float_ops[float_op(op, ty)];
        let dst = self.alloc_xmm();
        dynasm!(self.ops; call extern helper);
        if ty == Ty::F64 {
            dynasm!(self.ops; movsd Rx(dst), [r15 + TRAP_A]);
        } else {
            dynasm!(self.ops; movss Rx(dst), [r15 + TRAP_A]);
        }
        Val::Xmm(dst)
    }

    fn float_helper(&mut self, op: FloatOp, ty: Ty, a: ExprId) -> Val {
        let av = self.eval(a, Want::RAW);
        self.pass(TRAP_A, av, ty);
        self.call_float_helper(op, ty)
    }

    pub fn float_rem(&mut self, ty: Ty, a: ExprId, b: ExprId) -> Val {
        let av = self.eval(a, Want::RAW);
        self.push(av, true);
        let bv = self.eval(b, Want::RAW);
        let av = self.pop();
        self.pass(TRAP_A, av, ty);
        self.pass(TRAP_B, bv, ty);
        self.call_float_helper(FloatOp::Rem, ty)
    }
}
