//! Copying and filling memory; atomics.

use crate::cond::Cond;
use crate::emit::Rm;
use crate::emit::{Emitter, Val, Want};
use crate::ints::Alu;
use crate::memory::{Access, Place, at};
use crate::regs::{Gpr, Xmm};
use crate::stubs::{TRAP_A, TRAP_B, TRAP_KIND};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{ExprId, LocalId, RmwOp, Ty};

/// Largest constant sizes handled without a call.
const INLINE_COPY: u64 = 128;
const INLINE_FILL: u64 = 256;

/// Part of an inline copy in a register.
enum Piece {
    Sse(Xmm, u64),
    Int(Gpr, u64),
}

/// Offsets and sizes that cover `len` bytes; the last may overlap the one before.
fn pieces(len: u64) -> Vec<(i32, u64)> {
    let size = [16, 8, 4, 2, 1]
        .into_iter()
        .find(|s| *s <= len)
        .unwrap_or(1);
    let mut out: Vec<(i32, u64)> = (0..len / size).map(|i| ((i * size) as i32, size)).collect();
    if !len.is_multiple_of(size) {
        out.push(((len - size) as i32, size));
    }
    out
}

impl Emitter<'_> {
    pub fn copy(&mut self, dst: ExprId, src: ExprId, len: ExprId) {
        match self.constant(len) {
            Some(len) if len > 0 && self.can_copy_inline(len) => self.copy_inline(dst, src, len),
            Some(_) | None => {
                let helper = self.env.stubs.copy;
                self.bulk_call([dst, src, len], helper);
            }
        }
    }

    /// Whether all of it fits the free registers at once.
    fn can_copy_inline(&self, len: u64) -> bool {
        len <= INLINE_COPY && pieces(len).len() <= self.free_xmms.count_ones() as usize
    }

    pub fn fill(&mut self, dst: ExprId, byte: ExprId, len: ExprId) {
        match (self.constant(byte), self.constant(len)) {
            (Some(byte), Some(len)) if len > 0 && len <= INLINE_FILL => {
                self.fill_inline(dst, byte as u8, len)
            }
            _ => {
                let helper = self.env.stubs.fill;
                self.bulk_call([dst, byte, len], helper);
            }
        }
    }

    fn bulk_call(&mut self, operands: [ExprId; 3], helper: usize) {
        for operand in operands {
            let val = self.eval(operand, Want::ANY);
            self.push(val, false);
        }
        for field in [TRAP_KIND, TRAP_B, TRAP_A] {
            let mut val = self.pop();
            let r = self.reg(&mut val);
            dynasm!(self.ops; mov [r15 + field], Rq(r));
            self.release(val);
        }
        self.set_loc(self.loc);
        dynasm!(self.ops; call extern helper);
    }

    fn copy_inline(&mut self, dst: ExprId, src: ExprId, len: u64) {
        let mut dst = self.address(dst, len, Access::Store);
        self.push_addr(dst);
        let mut src = self.address(src, len, Access::Load);
        self.push_addr(src);
        self.pop_addr(&mut src);
        self.pop_addr(&mut dst);
        let (to, held_to) = self.place(dst, len, Access::Store, self.loc);
        let (from, held_from) = self.place(src, len, Access::Load, self.loc);
        // All is read before anything is written: the ranges may overlap.
        let mut read = Vec::new();
        for (offset, size) in pieces(len) {
            let place = from.offset(offset);
            if size >= 4 {
                let x = self.alloc_xmm();
                match size {
                    16 => at!(self, place, [movups Rx(x),]),
                    8 => at!(self, place, [movq Rx(x), QWORD]),
                    _ => at!(self, place, [movd Rx(x), DWORD]),
                }
                read.push((offset, Piece::Sse(x, size)));
            } else {
                let r = self.alloc();
                self.load_int(size as u32 * 8, r, place);
                read.push((offset, Piece::Int(r, size)));
            }
        }
        for (offset, piece) in read {
            self.write_piece(to.offset(offset), piece);
        }
        self.release(held_to);
        self.release(held_from);
    }

    fn write_piece(&mut self, place: Place, piece: Piece) {
        match piece {
            Piece::Sse(x, size) => {
                match size {
                    16 => at!(self, place, [movups], Rx(x)),
                    8 => at!(self, place, [movq QWORD], Rx(x)),
                    _ => at!(self, place, [movd DWORD], Rx(x)),
                }
                self.free_xmm(x);
            }
            Piece::Int(r, size) => {
                self.store_int(size as u32 * 8, place, r);
                self.free(r);
            }
        }
    }

    fn fill_inline(&mut self, dst: ExprId, byte: u8, len: u64) {
        let dst = self.address(dst, len, Access::Store);
        let (to, held) = self.place(dst, len, Access::Store, self.loc);
        let pattern = u64::from_ne_bytes([byte; 8]);
        let parts = pieces(len);
        if len >= 16 {
            let x = self.alloc_xmm();
            self.move_to_xmm(x, Val::Imm(pattern), Ty::F64);
            if byte != 0 {
                dynasm!(self.ops; punpcklqdq Rx(x), Rx(x));
            }
            for (offset, _) in parts {
                let place = to.offset(offset);
                at!(self, place, [movups], Rx(x));
            }
            self.free_xmm(x);
        } else {
            let r = self.alloc();
            self.mov_imm(r, pattern);
            for (offset, size) in parts {
                self.store_int(size as u32 * 8, to.offset(offset), r);
            }
            self.free(r);
        }
        self.release(held);
    }

    pub fn atomic_load(&mut self, dst: LocalId, ty: Ty, addr: ExprId) {
        let (place, held) = self.access_now(ty, addr, Access::Load);
        self.release(held);
        let val = self.load_place(ty, place, Want::ANY);
        self.assign(dst, val);
    }

    /// The value in memory as an integer pattern.
    fn load_pattern(&mut self, bits: u32, place: Place) -> Gpr {
        let r = self.alloc();
        self.load_int(bits, r, place);
        if self.env.big_endian {
            self.swap_bytes(bits, r);
        }
        r
    }

    fn store_pattern(&mut self, bits: u32, place: Place, r: Gpr) {
        if self.env.big_endian {
            self.swap_bytes(bits, r);
        }
        self.store_int(bits, place, r);
    }

    pub fn atomic_rmw(&mut self, dst: LocalId, op: RmwOp, ty: Ty, addr: ExprId, value: ExprId) {
        let (bits, len) = (self.bits(ty), ty.size(self.env.pointer_size));
        let mut addr = self.address(addr, len, Access::Store);
        self.push_addr(addr);
        let value = self.eval(value, Want::ANY);
        self.pop_addr(&mut addr);
        self.push(value, ty.is_float());
        let (place, held) = self.place(addr, len, Access::Store, self.loc);
        let value = self.pop();
        let new = self.own(value, None);
        let old = self.load_pattern(bits, place);
        let wide = bits > 32;
        match op {
            RmwOp::Xchg => {}
            RmwOp::Add => self.alu(Alu::Add, wide, new, Rm::R(old)),
            RmwOp::Sub => {
                dynasm!(self.ops; neg Rq(new));
                self.alu(Alu::Add, wide, new, Rm::R(old));
            }
            RmwOp::And => self.alu(Alu::And, wide, new, Rm::R(old)),
            RmwOp::Or => self.alu(Alu::Or, wide, new, Rm::R(old)),
            RmwOp::Xor => self.alu(Alu::Xor, wide, new, Rm::R(old)),
            RmwOp::MinS => self.keep_old(Cond::L, bits, old, new),
            RmwOp::MinU => self.keep_old(Cond::B, bits, old, new),
            RmwOp::MaxS => self.keep_old(Cond::G, bits, old, new),
            RmwOp::MaxU => self.keep_old(Cond::A, bits, old, new),
        }
        self.store_pattern(bits, place, new);
        self.free(new);
        self.release(held);
        self.assign(dst, Val::Gpr(old));
    }

    /// `new` becomes `old` where the comparison of the two says so.
    fn keep_old(&mut self, cond: Cond, bits: u32, old: Gpr, new: Gpr) {
        match bits {
            8 => dynasm!(self.ops; cmp Rb(old), Rb(new)),
            16 => dynasm!(self.ops; cmp Rw(old), Rw(new)),
            32 => dynasm!(self.ops; cmp Rd(old), Rd(new)),
            _ => dynasm!(self.ops; cmp Rq(old), Rq(new)),
        }
        let keep = self.label();
        self.jcc(cond.negate(), keep);
        self.mov(new, old);
        self.bind(keep);
    }

    pub fn atomic_cmpxchg(
        &mut self,
        old: LocalId,
        ok: LocalId,
        ty: Ty,
        addr: ExprId,
        expected: ExprId,
        desired: ExprId,
    ) {
        let (bits, len) = (self.bits(ty), ty.size(self.env.pointer_size));
        let mut addr = self.address(addr, len, Access::Store);
        self.push_addr(addr);
        let expected = self.eval(expected, Want::ANY);
        self.push(expected, ty.is_float());
        let desired = self.eval(desired, Want::ANY);
        let expected = self.pop();
        self.pop_addr(&mut addr);
        self.push(expected, ty.is_float());
        self.push(desired, ty.is_float());
        let (place, held) = self.place(addr, len, Access::Store, self.loc);
        let desired = self.pop();
        let expected = self.pop();
        let wanted = self.own(expected, None);
        let seen = self.load_pattern(bits, place);
        self.alu(Alu::Cmp, bits > 32, wanted, Rm::R(seen));
        self.free(wanted);
        let flag = self.alloc();
        self.setcc(Cond::E, flag);
        let skip = self.label();
        dynasm!(self.ops; test Rd(flag), Rd(flag); jz =>skip);
        let new = self.own(desired, None);
        self.store_pattern(bits, place, new);
        self.free(new);
        self.release(held);
        self.bind(skip);
        self.assign(old, Val::Gpr(seen));
        self.assign(ok, Val::Gpr(flag));
    }
}
