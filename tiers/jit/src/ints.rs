//! Integer arithmetic.

use crate::cold::Cold;
use crate::emit::{Emitter, Rm, Val, Want, framed};
use crate::plan::Home;
use crate::regs::{Gpr, RAX, RCX, RDX, RegSet, bit};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{BinaryOp, Expr, ExprId, TrapKind, Ty};

/// Two-operand instructions of one shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alu {
    Add,
    Sub,
    And,
    Or,
    Xor,
    Cmp,
}

impl Emitter<'_> {
    pub fn alu(&mut self, op: Alu, wide: bool, dst: Gpr, src: Rm) {
        macro_rules! emit {
            ($op:ident) => {
                match (wide, src) {
                    (true, Rm::R(s)) => dynasm!(self.ops; $op Rq(dst), Rq(s)),
                    (true, Rm::M(d)) => framed!(self, d, [$op Rq(dst),]),
                    (true, Rm::I(i)) => dynasm!(self.ops; $op Rq(dst), i),
                    (false, Rm::R(s)) => dynasm!(self.ops; $op Rd(dst), Rd(s)),
                    (false, Rm::M(d)) => framed!(self, d, [$op Rd(dst),]),
                    (false, Rm::I(i)) => dynasm!(self.ops; $op Rd(dst), i),
                }
            };
        }
        if let Rm::I(i) = src
            && let Ok(i) = i8::try_from(i)
        {
            return self.alu_imm8(op, wide, dst, i);
        }
        match op {
            Alu::Add => emit!(add),
            Alu::Sub => emit!(sub),
            Alu::And => emit!(and),
            Alu::Or => emit!(or),
            Alu::Xor => emit!(xor),
            Alu::Cmp => emit!(cmp),
        }
    }

    /// The short forms, which the assembler does not have for all of these: `83 /op ib`.
    fn alu_imm8(&mut self, op: Alu, wide: bool, dst: Gpr, i: i8) {
        let op = match op {
            Alu::Add => 0,
            Alu::Or => 1,
            Alu::And => 4,
            Alu::Sub => 5,
            Alu::Xor => 6,
            Alu::Cmp => 7,
        };
        let rex = 0x40 | u8::from(wide) << 3 | dst >> 3;
        dynasm!(self.ops; .u8 rex, 0x83, 0xc0 | op << 3 | (dst & 7), i as u8);
    }

    /// Clears everything above the low `bits` bits.
    pub fn zero_extend(&mut self, bits: u32, dst: Gpr, src: Gpr) {
        match bits {
            8 => dynasm!(self.ops; movzx Rd(dst), Rb(src)),
            16 => dynasm!(self.ops; movzx Rd(dst), Rw(src)),
            32 => dynasm!(self.ops; mov Rd(dst), Rd(src)),
            _ => self.mov(dst, src),
        }
    }

    /// Sign-extends the low `bits` bits to 64 (`wide`) or 32 bits.
    pub fn sign_extend(&mut self, bits: u32, wide: bool, dst: Gpr, src: Gpr) {
        match (bits, wide) {
            (8, true) => dynasm!(self.ops; movsx Rq(dst), Rb(src)),
            (8, false) => dynasm!(self.ops; movsx Rd(dst), Rb(src)),
            (16, true) => dynasm!(self.ops; movsx Rq(dst), Rw(src)),
            (16, false) => dynasm!(self.ops; movsx Rd(dst), Rw(src)),
            (32, true) => dynasm!(self.ops; movsxd Rq(dst), Rd(src)),
            _ => self.mov(dst, src),
        }
    }

    pub fn binary(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        ty: Ty,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> Val {
        let bits = self.bits(ty);
        match op {
            BinaryOp::Add | BinaryOp::PtrAdd => self.add(bits, a, b, want),
            BinaryOp::Sub => self.two_operands(Alu::Sub, false, bits, a, b, want),
            BinaryOp::And => self.two_operands(Alu::And, true, bits, a, b, want),
            BinaryOp::Or => match self.rotation(ty, a, b) {
                Some((value, left)) => self.rotate(bits, value, left, want),
                None => self.two_operands(Alu::Or, true, bits, a, b, want),
            },
            BinaryOp::Xor => self.two_operands(Alu::Xor, true, bits, a, b, want),
            BinaryOp::Mul => self.mul(bits, a, b, want),
            BinaryOp::Shl | BinaryOp::ShrS | BinaryOp::ShrU => self.shift(op, bits, a, b, want),
            BinaryOp::DivS | BinaryOp::DivU | BinaryOp::RemS | BinaryOp::RemU => {
                self.divide(id, op, bits, a, b, want)
            }
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::LtS
            | BinaryOp::LtU
            | BinaryOp::LeS
            | BinaryOp::LeU
            | BinaryOp::GtS
            | BinaryOp::GtU
            | BinaryOp::GeS
            | BinaryOp::GeU
            | BinaryOp::FEq
            | BinaryOp::FNe
            | BinaryOp::FLt
            | BinaryOp::FLe
            | BinaryOp::FGt
            | BinaryOp::FGe => self.comparison(id, want),
            BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv => {
                self.float_arithmetic(op, ty, a, b, want)
            }
            BinaryOp::FRem => self.float_rem(ty, a, b),
        }
    }

    /// Evaluates both operands, `a` preferably into the wished register. Swaps them where that is better and, since a
    /// leaf has no effects, invisible.
    fn operands(
        &mut self,
        commutes: bool,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> (Val, Val, Option<Gpr>) {
        let (mut a, mut b) = (a, b);
        if commutes && self.is_leaf(a) && !self.is_leaf(b) {
            (a, b) = (b, a);
        }
        let mut hint = self.hint_before(want, b);
        // `x = e + x` becomes an addition to x.
        if commutes
            && hint.gpr != want.gpr
            && let Expr::Local(local) = *self.func.expr(b)
            && let Some(r) = want.gpr
            && self.home(local) == Home::Gpr(r)
            && !self.mentions(a, Home::Gpr(r))
        {
            (a, b) = (b, a);
            hint = want;
        }
        let av = self.eval(a, hint);
        self.push(av, false);
        let bv = self.eval(b, Want::ANY);
        let av = self.pop();
        (av, bv, hint.gpr)
    }

    fn two_operands(
        &mut self,
        op: Alu,
        commutes: bool,
        bits: u32,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> Val {
        let wide = bits > 32;
        if op == Alu::And
            && let Some(mask) = self.constant(b)
            && matches!(mask, 0xff | 0xffff | 0xffff_ffff)
        {
            let av = self.eval(a, want);
            return self.low_bits(64 - mask.leading_zeros(), av, want.gpr);
        }
        let (av, bv, hint) = self.operands(commutes, a, b, want);
        let dst = self.combine(op, commutes, wide, av, bv, hint);
        if bits < 32 && op == Alu::Sub {
            self.zero_extend(bits, dst, dst);
        }
        Val::Gpr(dst)
    }

    fn combine(
        &mut self,
        op: Alu,
        commutes: bool,
        wide: bool,
        av: Val,
        bv: Val,
        hint: Option<Gpr>,
    ) -> Gpr {
        let (av, mut bv) = match (av, bv) {
            (Val::Gpr(_), _) => (av, bv),
            (Val::Local(local), _) if hint.is_some_and(|r| self.home(local) == Home::Gpr(r)) => {
                (av, bv)
            }
            (_, Val::Gpr(_)) if commutes => (bv, av),
            _ => (av, bv),
        };
        // The second operand first: it may need a register for a large constant.
        let src = self.rm(&mut bv, wide);
        let dst = self.own(av, hint);
        self.alu(op, wide, dst, src);
        self.release(bv);
        dst
    }

    /// A factor of 2, 4 or 8 that an address can hold, and what it multiplies.
    fn scaled(&self, expr: ExprId) -> Option<(ExprId, u8)> {
        let Expr::Binary { op, a, b, .. } = *self.func.expr(expr) else {
            return None;
        };
        let factor = self.constant(b)?;
        match (op, factor) {
            (BinaryOp::Mul, 2) | (BinaryOp::Shl, 1) => Some((a, 2)),
            (BinaryOp::Mul, 4) | (BinaryOp::Shl, 2) => Some((a, 4)),
            (BinaryOp::Mul, 8) | (BinaryOp::Shl, 3) => Some((a, 8)),
            _ => None,
        }
    }

    fn add(&mut self, bits: u32, a: ExprId, b: ExprId, want: Want) -> Val {
        let wide = bits > 32;
        if bits == 64
            && let Some((x, scale)) = self.scaled(b)
        {
            return self.add_scaled(a, x, scale, want);
        }
        let (mut av, mut bv, hint) = self.operands(true, a, b, want);
        if matches!(av, Val::Imm(_)) {
            std::mem::swap(&mut av, &mut bv);
        }
        if bits >= 32
            && let Val::Local(local) = av
            && let Home::Gpr(ra) = self.home(local)
            && hint != Some(ra)
        {
            // A pinned first operand stays as it is: three-operand form.
            match self.rm(&mut bv, wide) {
                Rm::I(i) => {
                    let dst = hint.unwrap_or_else(|| self.alloc());
                    self.lea(wide, dst, ra, i);
                    return Val::Gpr(dst);
                }
                Rm::R(rb) if !matches!(bv, Val::Gpr(_)) => {
                    let dst = hint.unwrap_or_else(|| self.alloc());
                    if wide {
                        dynasm!(self.ops; lea Rq(dst), [Rq(ra) + Rq(rb)]);
                    } else {
                        dynasm!(self.ops; lea Rd(dst), [Rq(ra) + Rq(rb)]);
                    }
                    return Val::Gpr(dst);
                }
                Rm::R(_) | Rm::M(_) => {}
            }
        }
        let dst = self.combine(Alu::Add, true, wide, av, bv, hint);
        if bits < 32 {
            self.zero_extend(bits, dst, dst);
        }
        Val::Gpr(dst)
    }

    pub fn lea(&mut self, wide: bool, dst: Gpr, base: Gpr, disp: i32) {
        match (wide, i8::try_from(disp)) {
            (true, Ok(d)) => dynasm!(self.ops; lea Rq(dst), [BYTE Rq(base) + d]),
            (true, Err(_)) => dynasm!(self.ops; lea Rq(dst), [Rq(base) + disp]),
            (false, Ok(d)) => dynasm!(self.ops; lea Rd(dst), [BYTE Rq(base) + d]),
            (false, Err(_)) => dynasm!(self.ops; lea Rd(dst), [Rq(base) + disp]),
        }
    }

    fn add_scaled(&mut self, a: ExprId, x: ExprId, scale: u8, want: Want) -> Val {
        let hint = self.hint_before(want, x);
        let av = self.eval(a, hint);
        self.push(av, false);
        let mut xv = self.eval(x, Want::ANY);
        let mut av = self.pop();
        let base = self.reg(&mut av);
        let index = self.reg(&mut xv);
        self.release(av);
        self.release(xv);
        // Read before written: the wished register may be an operand here.
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        match scale {
            2 => dynasm!(self.ops; lea Rq(dst), [Rq(base) + Rq(index) * 2]),
            4 => dynasm!(self.ops; lea Rq(dst), [Rq(base) + Rq(index) * 4]),
            _ => dynasm!(self.ops; lea Rq(dst), [Rq(base) + Rq(index) * 8]),
        }
        Val::Gpr(dst)
    }

    fn mul(&mut self, bits: u32, a: ExprId, b: ExprId, want: Want) -> Val {
        let wide = bits > 32;
        let (av, mut bv, hint) = self.operands(true, a, b, want);
        let dst = match (bv, av) {
            (Val::Imm(factor), _) if factor.is_power_of_two() => {
                let dst = self.own(av, hint);
                let by = factor.trailing_zeros() as i8;
                if wide {
                    dynasm!(self.ops; shl Rq(dst), by);
                } else {
                    dynasm!(self.ops; shl Rd(dst), by);
                }
                dst
            }
            _ => match self.rm(&mut bv, wide) {
                Rm::I(i) => {
                    let mut av = av;
                    let src = self.reg(&mut av);
                    self.release(av);
                    let dst = hint.unwrap_or_else(|| self.alloc());
                    if wide {
                        dynasm!(self.ops; imul Rq(dst), Rq(src), i);
                    } else {
                        dynasm!(self.ops; imul Rd(dst), Rd(src), i);
                    }
                    dst
                }
                Rm::R(_) | Rm::M(_) => {
                    let (av, mut bv) = if matches!(av, Val::Gpr(_)) || !matches!(bv, Val::Gpr(_)) {
                        (av, bv)
                    } else {
                        (bv, av)
                    };
                    let src = self.rm(&mut bv, wide);
                    let dst = self.own(av, hint);
                    match (wide, src) {
                        (true, Rm::R(s)) => dynasm!(self.ops; imul Rq(dst), Rq(s)),
                        (true, Rm::M(d)) => framed!(self, d, [imul Rq(dst),]),
                        (true, Rm::I(i)) => dynasm!(self.ops; imul Rq(dst), Rq(dst), i),
                        (false, Rm::R(s)) => dynasm!(self.ops; imul Rd(dst), Rd(s)),
                        (false, Rm::M(d)) => framed!(self, d, [imul Rd(dst),]),
                        (false, Rm::I(i)) => dynasm!(self.ops; imul Rd(dst), Rd(dst), i),
                    }
                    self.release(bv);
                    dst
                }
            },
        };
        if bits < 32 {
            self.zero_extend(bits, dst, dst);
        }
        Val::Gpr(dst)
    }

    fn shift(&mut self, op: BinaryOp, bits: u32, a: ExprId, b: ExprId, want: Want) -> Val {
        let wide = bits > 32;
        if let Some(amount) = self.constant(b) {
            let av = self.eval(a, want);
            let dst = self.own(av, want.gpr);
            self.shift_by(op, bits, dst, (amount % u64::from(bits)) as u8);
            return Val::Gpr(dst);
        }
        let hint = self.hint_before(want, b);
        let av = self.eval(a, hint);
        self.push(av, false);
        let bv = self.eval(b, Want::ANY);
        let av = self.pop();
        let mut amount = bv;
        let by = if bits < 32 {
            // The machine takes the amount modulo 32.
            let r = self.own(bv, None);
            amount = Val::Gpr(r);
            dynasm!(self.ops; and Rd(r), BYTE (bits - 1) as i8);
            r
        } else {
            self.reg(&mut amount)
        };
        let dst = self.own(av, hint.gpr);
        if bits < 32 && op == BinaryOp::ShrS {
            self.sign_extend(bits, false, dst, dst);
        }
        if self.env.bmi2 {
            match (op, wide) {
                (BinaryOp::Shl, true) => dynasm!(self.ops; shlx Rq(dst), Rq(dst), Rq(by)),
                (BinaryOp::Shl, false) => dynasm!(self.ops; shlx Rd(dst), Rd(dst), Rd(by)),
                (BinaryOp::ShrS, true) => dynasm!(self.ops; sarx Rq(dst), Rq(dst), Rq(by)),
                (BinaryOp::ShrS, false) => dynasm!(self.ops; sarx Rd(dst), Rd(dst), Rd(by)),
                (_, true) => dynasm!(self.ops; shrx Rq(dst), Rq(dst), Rq(by)),
                (_, false) => dynasm!(self.ops; shrx Rd(dst), Rd(dst), Rd(by)),
            }
        } else {
            self.shift_by_cl(op, wide, dst, by);
        }
        self.release(amount);
        if bits < 32 && op != BinaryOp::ShrU {
            self.zero_extend(bits, dst, dst);
        }
        Val::Gpr(dst)
    }

    /// Without BMI2 the amount has to be in `cl`; whatever is in `rcx` changes places with it for one instruction.
    fn shift_by_cl(&mut self, op: BinaryOp, wide: bool, dst: Gpr, by: Gpr) {
        let target = if dst == RCX { by } else { dst };
        if by != RCX {
            dynasm!(self.ops; xchg rcx, Rq(by));
        }
        match (op, wide) {
            (BinaryOp::Shl, true) => dynasm!(self.ops; shl Rq(target), cl),
            (BinaryOp::Shl, false) => dynasm!(self.ops; shl Rd(target), cl),
            (BinaryOp::ShrS, true) => dynasm!(self.ops; sar Rq(target), cl),
            (BinaryOp::ShrS, false) => dynasm!(self.ops; sar Rd(target), cl),
            (_, true) => dynasm!(self.ops; shr Rq(target), cl),
            (_, false) => dynasm!(self.ops; shr Rd(target), cl),
        }
        if by != RCX {
            dynasm!(self.ops; xchg rcx, Rq(by));
        }
    }

    /// `x << n | x >> (width - n)` of a local, in either order: `x` and `n`.
    fn rotation(&self, ty: Ty, a: ExprId, b: ExprId) -> Option<(ExprId, u8)> {
        let bits = match ty {
            Ty::I32 => 32,
            Ty::I64 => 64,
            Ty::I8 | Ty::I16 | Ty::F32 | Ty::F64 | Ty::Ptr => return None,
        };
        let shift = |e: ExprId| match *self.func.expr(e) {
            Expr::Binary { op, a, b, .. } => {
                let local = matches!(self.func.expr(a), Expr::Local(_));
                let amount = self.constant(b).filter(|n| local && *n > 0 && *n < bits)?;
                Some((op, a, amount))
            }
            _ => None,
        };
        let ((x, value, n), (y, other, m)) = (shift(a)?, shift(b)?);
        let same = self.func.expr(value) == self.func.expr(other) && n + m == bits;
        match (x, y) {
            (BinaryOp::Shl, BinaryOp::ShrU) if same => Some((value, n as u8)),
            (BinaryOp::ShrU, BinaryOp::Shl) if same => Some((value, m as u8)),
            _ => None,
        }
    }

    fn rotate(&mut self, bits: u32, value: ExprId, left: u8, want: Want) -> Val {
        let wide = bits > 32;
        if self.env.bmi2 {
            let mut val = self.eval(value, Want::ANY);
            let src = self.reg(&mut val);
            self.release(val);
            let dst = want.gpr.unwrap_or_else(|| self.alloc());
            let right = (bits as u8 - left) as i8;
            if wide {
                dynasm!(self.ops; rorx Rq(dst), Rq(src), right);
            } else {
                dynasm!(self.ops; rorx Rd(dst), Rd(src), right);
            }
            return Val::Gpr(dst);
        }
        let val = self.eval(value, want);
        let dst = self.own(val, want.gpr);
        if wide {
            dynasm!(self.ops; rol Rq(dst), left as i8);
        } else {
            dynasm!(self.ops; rol Rd(dst), left as i8);
        }
        Val::Gpr(dst)
    }

    fn shift_by(&mut self, op: BinaryOp, bits: u32, dst: Gpr, by: u8) {
        let (wide, by) = (bits > 32, by as i8);
        match op {
            BinaryOp::Shl if wide => dynasm!(self.ops; shl Rq(dst), by),
            BinaryOp::Shl => dynasm!(self.ops; shl Rd(dst), by),
            BinaryOp::ShrS if wide => dynasm!(self.ops; sar Rq(dst), by),
            BinaryOp::ShrS => {
                if bits < 32 {
                    self.sign_extend(bits, false, dst, dst);
                }
                dynasm!(self.ops; sar Rd(dst), by);
            }
            _ if wide => dynasm!(self.ops; shr Rq(dst), by),
            _ => dynasm!(self.ops; shr Rd(dst), by),
        }
        if bits < 32 && op != BinaryOp::ShrU {
            self.zero_extend(bits, dst, dst);
        }
    }

    fn divide(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        bits: u32,
        a: ExprId,
        b: ExprId,
        want: Want,
    ) -> Val {
        let signed = matches!(op, BinaryOp::DivS | BinaryOp::RemS);
        let rem = matches!(op, BinaryOp::RemS | BinaryOp::RemU);
        if let Some(divisor) = self.constant(b)
            && divisor != 0
            && let Some(val) = self.divide_by_constant(op, bits, a, divisor, want)
        {
            return val;
        }
        let av = self.eval(a, Want::ANY);
        self.push(av, false);
        let bv = self.eval(b, Want::ANY);
        let av = self.pop();
        let nonzero = matches!(bv, Val::Imm(value) if value != 0);
        let not_minus_one =
            matches!(bv, Val::Imm(value) if sx_ir::semantics::sext_from(value, bits) != -1);
        const PAIR: RegSet = 1 << RAX | 1 << RDX;
        // Divisor: anywhere but in rax and rdx; extended if narrow.
        let mut bv = bv;
        if bits < 32 && signed {
            let r = self.own(bv, None);
            bv = Val::Gpr(r);
        }
        let mut divisor = self.reg(&mut bv);
        if PAIR & bit(divisor) != 0 {
            let other = self.alloc_from(!PAIR);
            self.mov(other, divisor);
            self.release(bv);
            bv = Val::Gpr(other);
            divisor = other;
        }
        if !nonzero {
            let label = self.label();
            dynasm!(self.ops; test Rq(divisor), Rq(divisor); jz =>label);
            let loc = self.loc_of(id);
            self.cold.push(Cold::Trap {
                label,
                kind: TrapKind::DivideByZero,
                loc,
                a: Val::Imm(0),
                b: Val::Imm(0),
            });
        }
        match av {
            Val::Gpr(RAX) => self.claim(RDX),
            Val::Gpr(RDX) => {
                self.claim(RAX);
                self.mov(RAX, RDX);
            }
            Val::Imm(_) | Val::Local(_) | Val::Gpr(_) | Val::Xmm(_) | Val::Spill(_) => {
                self.claim(RAX);
                self.claim(RDX);
                self.move_to(RAX, av);
                self.release(av);
            }
        }
        if bits < 32 && signed {
            self.sign_extend(bits, false, divisor, divisor);
            self.sign_extend(bits, false, RAX, RAX);
        }
        let wide = bits > 32;
        let resume = self.label();
        if signed && !not_minus_one {
            let label = self.label();
            if wide {
                dynasm!(self.ops; cmp Rq(divisor), BYTE -1; je =>label);
            } else {
                dynasm!(self.ops; cmp Rd(divisor), BYTE -1; je =>label);
            }
            self.cold.push(Cold::DivideByMinusOne {
                label,
                resume,
                wide,
            });
        }
        match (signed, wide) {
            (true, true) => dynasm!(self.ops; cqo; idiv Rq(divisor)),
            (true, false) => dynasm!(self.ops; cdq; idiv Rd(divisor)),
            (false, true) => dynasm!(self.ops; xor edx, edx; div Rq(divisor)),
            (false, false) => dynasm!(self.ops; xor edx, edx; div Rd(divisor)),
        }
        self.bind(resume);
        self.release(bv);
        let (result, other) = if rem { (RDX, RAX) } else { (RAX, RDX) };
        self.free(other);
        if bits < 32 && signed {
            self.zero_extend(bits, result, result);
        }
        Val::Gpr(result)
    }

    /// Keeps the low `bits` bits of a value.
    pub fn low_bits(&mut self, bits: u32, val: Val, hint: Option<Gpr>) -> Val {
        let mut val = val;
        if let Val::Imm(value) = val {
            return Val::Imm(sx_ir::semantics::zext_from(value, bits));
        }
        let src = self.reg(&mut val);
        self.release(val);
        let dst = match val {
            Val::Gpr(r) => {
                self.free_gprs &= !bit(r);
                r
            }
            Val::Imm(_) | Val::Local(_) | Val::Xmm(_) | Val::Spill(_) => {
                hint.unwrap_or_else(|| self.alloc())
            }
        };
        self.zero_extend(bits, dst, src);
        Val::Gpr(dst)
    }
}
