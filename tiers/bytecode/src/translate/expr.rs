//! Expressions: operands, arithmetic, comparisons, checks.

use sx_ir::{BinaryOp, CheckRel, Expr, ExprId, Ty, UnaryOp};

use super::hoist::Invariant;
use super::{Builder, Reg};
use crate::isa::Op;

/// The instruction of a width, of those for 8, 16, 32 and 64 bits.
pub(super) fn by_width(ops: [Op; 4], bits: u32) -> Op {
    match bits {
        8 => ops[0],
        16 => ops[1],
        32 => ops[2],
        _ => ops[3],
    }
}

fn by_float(ops: [Op; 2], ty: Ty) -> Op {
    if ty == Ty::F32 { ops[0] } else { ops[1] }
}

/// `bits` as an immediate that sign-extends to it.
pub(super) fn imm(bits: u64) -> Option<u32> {
    let low = bits as u32;
    (i64::from(low as i32) as u64 == bits).then_some(low)
}

/// The forms an operation has for operands of one width.
struct Forms {
    /// Both operands in registers, and whether to swap them.
    plain: (Op, bool),
    /// With a constant second operand, and the constant's encoding.
    constant: Option<(Op, u32)>,
}

impl Builder<'_> {
    pub(super) fn bits_of(&self, ty: Ty) -> u32 {
        sx_ir::semantics::width(ty, self.module.target.pointer_size)
    }

    pub(super) fn const_of(&self, e: ExprId) -> Option<u64> {
        match *self.func.expr(e) {
            Expr::Const { bits, .. } => Some(bits),
            _ => None,
        }
    }

    /// A register that holds the value: a local's own, or a temporary.
    pub(super) fn operand(&mut self, e: ExprId) -> Reg {
        self.eval(e, None)
    }

    pub(super) fn constant(&mut self, bits: u64, want: Option<Reg>) -> Reg {
        if want.is_none()
            && let Some(reg) = self.hoisted(Invariant::Const(bits))
        {
            return reg;
        }
        let dst = want.unwrap_or_else(|| self.temp());
        self.emit(Op::Const, dst, bits as u32, (bits >> 32) as u32);
        dst
    }

    pub(super) fn move_to(&mut self, src: Reg, want: Option<Reg>) -> Reg {
        match want {
            Some(dst) if dst != src => {
                self.emit(Op::Mov, dst, src, 0);
                dst
            }
            _ => src,
        }
    }

    /// Evaluates `e`, into `want` if given; yields the register that has the result.
    pub(super) fn eval(&mut self, e: ExprId, want: Option<Reg>) -> Reg {
        let mark = self.top;
        match *self.func.expr(e) {
            Expr::Const { bits, .. } => self.constant(bits, want),
            Expr::Local(local) => {
                self.writes.read(local);
                self.move_to(local.0, want)
            }
            Expr::Load { ty, addr } => self.load(self.expr_loc(e), ty, addr, want),
            Expr::SlotAddr(_) | Expr::GlobalAddr(_) => self.address_value(e, want),
            Expr::FuncAddr(func) => {
                let dst = self.result(mark, want);
                self.emit(Op::FuncAddr, dst, func.0, 0);
                dst
            }
            Expr::Unary { op, ty, a } => {
                let src = self.operand(a);
                let dst = self.result(mark, want);
                let op = match op {
                    UnaryOp::FNeg => by_float([Op::FNeg32, Op::FNeg64], ty),
                    UnaryOp::FSqrt => by_float([Op::FSqrt32, Op::FSqrt64], ty),
                    UnaryOp::FFloor => by_float([Op::FFloor32, Op::FFloor64], ty),
                    UnaryOp::FSin => by_float([Op::FSin32, Op::FSin64], ty),
                    UnaryOp::FCos => by_float([Op::FCos32, Op::FCos64], ty),
                };
                self.emit(op, dst, src, 0);
                dst
            }
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                ..
            } if self.wide => self.address_value(e, want),
            Expr::Binary { op, ty, a, b } => self.binary(e, op, ty, a, b, want),
            Expr::Convert { op, from, to, a } => self.convert(op, from, to, a, want),
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => {
                let src = self.operand(a);
                let dst = self.result(mark, want);
                let width = u32::from(bits);
                if signed {
                    self.emit_at(
                        self.loc,
                        Op::Sext,
                        ty.int_bits().unwrap_or(64) as u16,
                        dst,
                        src,
                        width,
                    );
                } else {
                    self.emit(Op::Zext, dst, src, width);
                }
                dst
            }
            Expr::Select { cond, a, b, .. } => self.select(cond, a, b, want),
            Expr::Check {
                kind, rel, a, b, ..
            } => {
                let value = self.operand(a);
                let loc = self.expr_loc(e);
                let after = self.top;
                let x = kind as u16;
                match self.const_of(b).and_then(imm) {
                    Some(limit) => {
                        let op = match rel {
                            CheckRel::Below => Op::CheckBelowI,
                            CheckRel::AtMost => Op::CheckAtMostI,
                            CheckRel::Equal => Op::CheckEqualI,
                            CheckRel::NotEqual => Op::CheckNotEqualI,
                        };
                        self.emit_at(loc, op, x, value, 0, limit);
                    }
                    None => {
                        let limit = self.operand(b);
                        let op = match rel {
                            CheckRel::Below => Op::CheckBelow,
                            CheckRel::AtMost => Op::CheckAtMost,
                            CheckRel::Equal => Op::CheckEqual,
                            CheckRel::NotEqual => Op::CheckNotEqual,
                        };
                        self.emit_at(loc, op, x, value, limit, 0);
                    }
                }
                self.top = after;
                self.move_to(value, want)
            }
        }
    }

    fn select(&mut self, cond: ExprId, a: ExprId, b: ExprId, want: Option<Reg>) -> Reg {
        let mark = self.top;
        let c = self.operand(cond);
        let (ra, rb) = (self.operand(a), self.operand(b));
        let dst = self.result(mark, want);
        self.emit_select(dst, c, ra, rb);
        dst
    }

    /// dst = c ? ra : rb
    pub(super) fn emit_select(&mut self, dst: Reg, c: Reg, ra: Reg, rb: Reg) {
        if let Ok(x) = u16::try_from(c) {
            self.emit_at(self.loc, Op::Select, x, dst, ra, rb);
            return;
        }
        // The condition's register is out of reach of 16 bits.
        let (other, done) = (self.target(), self.target());
        self.emit_branch(self.loc, Op::BrZ, 0, c, 0, other);
        self.emit(Op::Mov, dst, ra, 0);
        self.emit_branch(self.loc, Op::Jump, 0, 0, 0, done);
        self.bind(other);
        self.emit(Op::Mov, dst, rb, 0);
        self.bind(done);
    }

    fn binary(
        &mut self,
        e: ExprId,
        op: BinaryOp,
        ty: Ty,
        a: ExprId,
        b: ExprId,
        want: Option<Reg>,
    ) -> Reg {
        let mark = self.top;
        if op == BinaryOp::Or
            && let Some((value, left)) = self.rotation(ty, a, b)
        {
            let src = self.operand(value);
            let dst = self.result(mark, want);
            let op = if ty == Ty::I32 {
                Op::Rotl32I
            } else {
                Op::Rotl64I
            };
            self.emit(op, dst, src, left);
            return dst;
        }
        if let Some((x, from, bound)) = self.interval(op, ty, a, b)
            && matches!(op, BinaryOp::LeU | BinaryOp::LtU)
        {
            let src = self.operand(x);
            let dst = self.result(mark, want);
            self.emit_at(self.expr_loc(e), Op::In, bound, dst, src, from);
            return dst;
        }
        // A constant on the left of a commutative operation goes to the right: it has no effects to keep in order.
        let swap = commutes(op) && self.const_of(a).is_some() && self.const_of(b).is_none();
        let (a, b) = if swap { (b, a) } else { (a, b) };
        let constant = self.const_of(b);
        let forms = forms(op, ty, self.bits_of(ty), constant);
        let loc = self.expr_loc(e);
        let ra = self.operand(a);
        if let Some((op, imm)) = forms.constant {
            let dst = self.result(mark, want);
            self.emit_at(loc, op, 0, dst, ra, imm);
            return dst;
        }
        let rb = self.operand(b);
        let dst = self.result(mark, want);
        let (op, swapped) = forms.plain;
        let (rb, rc) = if swapped { (rb, ra) } else { (ra, rb) };
        self.emit_at(loc, op, 0, dst, rb, rc);
        dst
    }
}

impl Builder<'_> {
    /// `x << n | x >> (width - n)` of a local, in either order: `x` and `n`.
    fn rotation(&self, ty: Ty, a: ExprId, b: ExprId) -> Option<(ExprId, u32)> {
        let bits = match ty {
            Ty::I32 => 32,
            Ty::I64 => 64,
            Ty::I8 | Ty::I16 | Ty::F32 | Ty::F64 | Ty::Ptr => return None,
        };
        let shift = |e: ExprId| match *self.func.expr(e) {
            Expr::Binary { op, a, b, .. } => {
                let local = matches!(self.func.expr(a), Expr::Local(_));
                let amount = self.const_of(b).filter(|n| local && *n > 0 && *n < bits)?;
                Some((op, a, amount))
            }
            _ => None,
        };
        let ((x, value, n), (y, other, m)) = (shift(a)?, shift(b)?);
        let same = self.func.expr(value) == self.func.expr(other) && n + m == bits;
        match (x, y) {
            (BinaryOp::Shl, BinaryOp::ShrU) if same => Some((value, n as u32)),
            (BinaryOp::ShrU, BinaryOp::Shl) if same => Some((value, m as u32)),
            _ => None,
        }
    }
}

fn commutes(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add
            | BinaryOp::Mul
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Eq
            | BinaryOp::Ne
    )
}

fn forms(op: BinaryOp, ty: Ty, bits: u32, constant: Option<u64>) -> Forms {
    let plain = |op: Op| Forms {
        plain: (op, false),
        constant: None,
    };
    let swapped = |op: Op| Forms {
        plain: (op, true),
        constant: None,
    };
    // The constant as it is for operations that look at all 64 bits of the pattern.
    let whole = constant.and_then(imm);
    // The constant for operations that look at the low 32 bits only, or at 64.
    let low = constant.and_then(|c| if bits == 64 { imm(c) } else { Some(c as u32) });
    // For operations with forms for 32 and 64 bits only.
    let large = |ops: [Op; 2]| match bits {
        32 => low.map(|c| (ops[0], c)),
        64 => low.map(|c| (ops[1], c)),
        _ => None,
    };
    let divisor = |form: Option<(Op, u32)>| form.filter(|_| constant.is_some_and(|c| c != 0));
    let with = |op: Op, form: Option<(Op, u32)>| Forms {
        plain: (op, false),
        constant: form,
    };
    let w = |ops: [Op; 4]| by_width(ops, bits);
    let f = |ops: [Op; 2]| by_float(ops, ty);
    let amount = constant.map(|c| (c % u64::from(bits)) as u32);
    match op {
        BinaryOp::Add | BinaryOp::PtrAdd => with(
            w([Op::Add8, Op::Add16, Op::Add32, Op::Add64]),
            low.map(|c| (w([Op::Add8I, Op::Add16I, Op::Add32I, Op::Add64I]), c)),
        ),
        BinaryOp::Sub => {
            // Subtracting a constant is adding its negation, if that is an immediate too.
            let negated = if bits == 64 {
                constant.and_then(|c| imm(c.wrapping_neg()))
            } else {
                constant.map(|c| (c as u32).wrapping_neg())
            };
            with(
                w([Op::Sub8, Op::Sub16, Op::Sub32, Op::Sub64]),
                negated.map(|c| (w([Op::Add8I, Op::Add16I, Op::Add32I, Op::Add64I]), c)),
            )
        }
        BinaryOp::Mul => with(
            w([Op::Mul8, Op::Mul16, Op::Mul32, Op::Mul64]),
            low.map(|c| (w([Op::Mul8I, Op::Mul16I, Op::Mul32I, Op::Mul64I]), c)),
        ),
        BinaryOp::DivS => with(
            w([Op::DivS8, Op::DivS16, Op::DivS32, Op::DivS64]),
            divisor(large([Op::DivS32I, Op::DivS64I])),
        ),
        BinaryOp::RemS => with(
            w([Op::RemS8, Op::RemS16, Op::RemS32, Op::RemS64]),
            divisor(large([Op::RemS32I, Op::RemS64I])),
        ),
        BinaryOp::DivU => with(Op::DivU, divisor(whole.map(|c| (Op::DivUI, c)))),
        BinaryOp::RemU => with(Op::RemU, divisor(whole.map(|c| (Op::RemUI, c)))),
        BinaryOp::And => with(Op::And, whole.map(|c| (Op::AndI, c))),
        BinaryOp::Or => with(Op::Or, whole.map(|c| (Op::OrI, c))),
        BinaryOp::Xor => with(Op::Xor, whole.map(|c| (Op::XorI, c))),
        BinaryOp::Shl => with(
            w([Op::Shl8, Op::Shl16, Op::Shl32, Op::Shl64]),
            amount.map(|c| (w([Op::Shl8I, Op::Shl16I, Op::Shl32I, Op::Shl64I]), c)),
        ),
        BinaryOp::ShrS => with(
            w([Op::ShrS8, Op::ShrS16, Op::ShrS32, Op::ShrS64]),
            amount.map(|c| (w([Op::ShrS8I, Op::ShrS16I, Op::ShrS32I, Op::ShrS64I]), c)),
        ),
        BinaryOp::ShrU => with(
            w([Op::ShrU8, Op::ShrU16, Op::ShrU32, Op::ShrU64]),
            amount.map(|c| (Op::ShrUI, c)),
        ),
        BinaryOp::Eq => with(Op::Eq, whole.map(|c| (Op::EqI, c))),
        BinaryOp::Ne => with(Op::Ne, whole.map(|c| (Op::NeI, c))),
        BinaryOp::LtU => with(Op::LtU, whole.map(|c| (Op::LtUI, c))),
        BinaryOp::LeU => with(Op::LeU, whole.map(|c| (Op::LeUI, c))),
        BinaryOp::GtU => Forms {
            constant: whole.map(|c| (Op::GtUI, c)),
            ..swapped(Op::LtU)
        },
        BinaryOp::GeU => Forms {
            constant: whole.map(|c| (Op::GeUI, c)),
            ..swapped(Op::LeU)
        },
        BinaryOp::LtS => with(
            w([Op::LtS8, Op::LtS16, Op::LtS32, Op::LtS64]),
            large([Op::LtS32I, Op::LtS64I]),
        ),
        BinaryOp::LeS => with(
            w([Op::LeS8, Op::LeS16, Op::LeS32, Op::LeS64]),
            large([Op::LeS32I, Op::LeS64I]),
        ),
        BinaryOp::GtS => Forms {
            constant: large([Op::GtS32I, Op::GtS64I]),
            ..swapped(w([Op::LtS8, Op::LtS16, Op::LtS32, Op::LtS64]))
        },
        BinaryOp::GeS => Forms {
            constant: large([Op::GeS32I, Op::GeS64I]),
            ..swapped(w([Op::LeS8, Op::LeS16, Op::LeS32, Op::LeS64]))
        },
        BinaryOp::FAdd => plain(f([Op::FAdd32, Op::FAdd64])),
        BinaryOp::FSub => plain(f([Op::FSub32, Op::FSub64])),
        BinaryOp::FMul => plain(f([Op::FMul32, Op::FMul64])),
        BinaryOp::FDiv => plain(f([Op::FDiv32, Op::FDiv64])),
        BinaryOp::FRem => plain(f([Op::FRem32, Op::FRem64])),
        BinaryOp::FEq => plain(f([Op::FEq32, Op::FEq64])),
        BinaryOp::FNe => plain(f([Op::FNe32, Op::FNe64])),
        BinaryOp::FLt => plain(f([Op::FLt32, Op::FLt64])),
        BinaryOp::FLe => plain(f([Op::FLe32, Op::FLe64])),
        BinaryOp::FGt => swapped(f([Op::FLt32, Op::FLt64])),
        BinaryOp::FGe => swapped(f([Op::FLe32, Op::FLe64])),
    }
}
