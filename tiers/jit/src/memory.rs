//! Loads and stores: addresses, their checks, byte order.

use crate::cold::Cold;
use crate::emit::{Emitter, Val, Want};
use crate::regs::{Gpr, Xmm};
use crate::stubs::{MEM_END, SP, field};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{BinaryOp, Expr, ExprId, LocId, Ty};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Load,
    Store,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Base {
    /// An address that was computed.
    Val(Val),
    /// The context's `sp`, the end of this function's slots.
    Slots,
    /// Sandbox address 0.
    Zero,
}

/// An address as far as it was folded. `safe`: known to be inside its object for the access at hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addr {
    base: Base,
    disp: i32,
    safe: bool,
}

/// A memory operand: `[r14 + disp]` or `[r14 + register + disp]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Abs(i32),
    At(Gpr, i32),
}

impl Place {
    pub fn offset(self, by: i32) -> Place {
        match self {
            Place::Abs(d) => Place::Abs(d + by),
            Place::At(r, d) => Place::At(r, d + by),
        }
    }
}

/// Emits `before [place] after`.
macro_rules! at {
    ($self:ident, $place:expr, [$($before:tt)*] $($after:tt)*) => {
        match $place {
            $crate::memory::Place::Abs(d) => dynasm!($self.ops; $($before)* [r14 + d] $($after)*),
            $crate::memory::Place::At(r, d) => match i8::try_from(d) {
                Ok(d) => dynasm!($self.ops; $($before)* [BYTE r14 + Rq(r) + d] $($after)*),
                Err(_) => dynasm!($self.ops; $($before)* [r14 + Rq(r) + d] $($after)*),
            },
        }
    };
}
pub(crate) use at;

/// Displacements are folded up to here, so that adding sizes can't overflow.
const MAX_DISP: i64 = 1 << 30;

impl Emitter<'_> {
    /// Strips constant offsets off an address. On 32-bit targets additions wrap at 32 bits, so nothing is stripped.
    fn peel(&self, addr: ExprId) -> (ExprId, i64) {
        let (mut root, mut disp) = (addr, 0i64);
        if self.env.pointer_size != 8 {
            return (root, disp);
        }
        while let Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } = *self.func.expr(root)
        {
            let Some(offset) = self.constant(b) else {
                break;
            };
            let Some(sum) = disp
                .checked_add(offset as i64)
                .filter(|sum| sum.unsigned_abs() < MAX_DISP as u64)
            else {
                break;
            };
            (root, disp) = (a, sum);
        }
        (root, disp)
    }

    /// Evaluates an address for an access of `len` bytes, not checking it yet.
    pub fn address(&mut self, addr: ExprId, len: u64, access: Access) -> Addr {
        let (root, disp) = self.peel(addr);
        let inside = |size: u64| disp >= 0 && len <= size && disp as u64 <= size - len;
        match *self.func.expr(root) {
            Expr::SlotAddr(slot) => {
                let size = self.func.slots[slot.index()].size;
                let from_end = self.slot_disp(slot) + disp;
                if inside(size) && from_end.abs() < MAX_DISP {
                    return Addr {
                        base: Base::Slots,
                        disp: from_end as i32,
                        safe: true,
                    };
                }
            }
            Expr::GlobalAddr(id) => {
                let global = self.env.module.global(id);
                let writable = access == Access::Load || global.mutable;
                if let Some(at) = self.env.space.global_address(id)
                    && inside(global.size)
                    && writable
                    && let Ok(at) = i32::try_from(at as i64 + disp)
                {
                    return Addr {
                        base: Base::Zero,
                        disp: at,
                        safe: true,
                    };
                }
            }
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => {}
        }
        let safe = self.is_accessible(addr, len, access);
        if safe && let Some((index, at)) = self.index_of_global(root, disp) {
            let base = Base::Val(self.eval(index, Want::ANY));
            return Addr {
                base,
                disp: at,
                safe,
            };
        }
        match self.eval(root, Want::ANY) {
            Val::Imm(bits) => {
                let val = Val::Imm(bits.wrapping_add_signed(disp));
                Addr {
                    base: Base::Val(val),
                    disp: 0,
                    safe,
                }
            }
            val @ (Val::Local(_) | Val::Gpr(_) | Val::Xmm(_) | Val::Spill(_)) => Addr {
                base: Base::Val(val),
                disp: disp as i32,
                safe,
            },
        }
    }

    /// Takes `global + index` apart: the index, and the global's address as a displacement.
    fn index_of_global(&self, root: ExprId, disp: i64) -> Option<(ExprId, i32)> {
        let Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } = *self.func.expr(root)
        else {
            return None;
        };
        let (base, inner) = self.peel(a);
        let Expr::GlobalAddr(id) = *self.func.expr(base) else {
            return None;
        };
        let at = self.env.space.global_address(id)? as i64 + inner + disp;
        let at = i32::try_from(at)
            .ok()
            .filter(|at| i64::from(*at) < MAX_DISP)?;
        (self.constant(b).is_none()).then_some((b, at))
    }

    /// Offset of a slot from the context's `sp`.
    fn slot_disp(&self, slot: sx_ir::SlotId) -> i64 {
        self.plan.slots.offsets[slot.index()] as i64 - self.plan.slots.size as i64
    }

    pub fn slot_address(&mut self, slot: sx_ir::SlotId, want: Want) -> Val {
        let disp = self.slot_disp(slot);
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        // Frame memory too large for that never fits the stack: the function ends on entry.
        let disp = i32::try_from(disp).unwrap_or(0);
        match self.plan.slot_pin {
            Some(r) => self.lea(true, dst, r, disp),
            None => dynasm!(self.ops; mov Rq(dst), [r15 + SP]; add Rq(dst), disp),
        }
        Val::Gpr(dst)
    }

    /// Makes an address wait for another operand.
    pub fn push_addr(&mut self, addr: Addr) {
        if let Base::Val(val) = addr.base {
            self.push(val, false);
        }
    }

    pub fn pop_addr(&mut self, addr: &mut Addr) {
        if let Base::Val(val) = &mut addr.base {
            *val = self.pop();
        }
    }

    /// Checks the address and turns it into an operand. `held` is to be released after the access.
    pub fn place(&mut self, addr: Addr, len: u64, access: Access, loc: LocId) -> (Place, Val) {
        match addr.base {
            Base::Zero => (Place::Abs(addr.disp), Val::Imm(0)),
            Base::Slots => match self.plan.slot_pin {
                Some(r) => (Place::At(r, addr.disp), Val::Imm(0)),
                None => {
                    let r = self.alloc();
                    dynasm!(self.ops; mov Rq(r), [r15 + SP]);
                    (Place::At(r, addr.disp), Val::Gpr(r))
                }
            },
            Base::Val(val) => {
                let mut val = val;
                let r = self.reg(&mut val);
                if !addr.safe {
                    self.check_access(r, addr.disp, len, access, loc);
                    if let Base::Val(Val::Local(local)) = addr.base {
                        self.learn_access(local, addr.disp, len, access);
                    }
                }
                (Place::At(r, addr.disp), val)
            }
        }
    }

    /// Traps unless `len` bytes at `base + disp` are accessible.
    fn check_access(&mut self, base: Gpr, disp: i32, len: u64, access: Access, loc: LocId) {
        let data = self.env.stubs.data;
        let (start, spans) = match access {
            Access::Load => (self.env.load_start, field!(data, load_spans)),
            Access::Store => (self.env.store_start, field!(data, store_spans)),
        };
        let store = access == Access::Store;
        let label = self.label();
        let at = self.alloc();
        if matches!(len, 1 | 2 | 4 | 8) {
            // Addresses below the start wrap around to large distances.
            let span = spans + len.trailing_zeros() as usize * 8;
            self.lea(true, at, base, disp - start);
            dynasm!(self.ops; cmp Rq(at), [extern span]; ja =>label);
            self.cold.push(Cold::Access {
                label,
                at,
                disp: start,
                len: len as i32,
                store,
                loc,
            });
        } else {
            // `at` is the end of the range; a range that wraps around ends below the first address.
            let len = len as i32;
            self.lea(true, at, base, disp + len);
            dynasm!(self.ops
                ; cmp Rq(at), [r15 + MEM_END]
                ; ja =>label
                ; cmp Rq(at), start + len
                ; jb =>label
            );
            self.cold.push(Cold::Access {
                label,
                at,
                disp: -len,
                len,
                store,
                loc,
            });
        }
        self.free(at);
    }

    pub fn load(&mut self, id: ExprId, ty: Ty, addr: ExprId, want: Want) -> Val {
        let len = ty.size(self.env.pointer_size);
        let addr = self.address(addr, len, Access::Load);
        let loc = self.loc_of(id);
        let (place, held) = self.place(addr, len, Access::Load, loc);
        self.release(held);
        self.load_place(ty, place, want)
    }

    /// Reads a value. The register of the place may be the one that takes it.
    pub fn load_place(&mut self, ty: Ty, place: Place, want: Want) -> Val {
        if ty.is_float() && !self.env.big_endian {
            let dst = want.xmm.unwrap_or_else(|| self.alloc_xmm());
            self.load_xmm(ty == Ty::F64, dst, place);
            return Val::Xmm(dst);
        }
        let bits = self.bits(ty);
        let dst = if ty.is_float() {
            self.alloc()
        } else {
            want.gpr.unwrap_or_else(|| self.alloc())
        };
        self.load_int(bits, dst, place);
        if self.env.big_endian {
            self.swap_bytes(bits, dst);
        }
        if !ty.is_float() {
            return Val::Gpr(dst);
        }
        let x = want.xmm.unwrap_or_else(|| self.alloc_xmm());
        dynasm!(self.ops; movq Rx(x), Rq(dst));
        self.free(dst);
        Val::Xmm(x)
    }

    pub fn load_int(&mut self, bits: u32, dst: Gpr, place: Place) {
        match bits {
            8 => at!(self, place, [movzx Rd(dst), BYTE]),
            16 => at!(self, place, [movzx Rd(dst), WORD]),
            32 => at!(self, place, [mov Rd(dst), DWORD]),
            _ => at!(self, place, [mov Rq(dst), QWORD]),
        }
    }

    fn load_xmm(&mut self, wide: bool, dst: Xmm, place: Place) {
        if wide {
            at!(self, place, [movsd Rx(dst), QWORD]);
        } else {
            at!(self, place, [movss Rx(dst), DWORD]);
        }
    }

    pub fn store_int(&mut self, bits: u32, place: Place, src: Gpr) {
        match bits {
            8 => at!(self, place, [mov BYTE], Rb(src)),
            16 => at!(self, place, [mov WORD], Rw(src)),
            32 => at!(self, place, [mov DWORD], Rd(src)),
            _ => at!(self, place, [mov QWORD], Rq(src)),
        }
    }

    fn store_imm(&mut self, bits: u32, place: Place, value: i32) {
        match bits {
            8 => at!(self, place, [mov BYTE], value as i8),
            16 => at!(self, place, [mov WORD], value as i16),
            32 => at!(self, place, [mov DWORD], value),
            _ => at!(self, place, [mov QWORD], value),
        }
    }

    /// Reverses the bytes of a zero-extended pattern.
    pub fn swap_bytes(&mut self, bits: u32, r: Gpr) {
        match bits {
            8 => {}
            16 => dynasm!(self.ops; bswap Rd(r); shr Rd(r), 16),
            32 => dynasm!(self.ops; bswap Rd(r)),
            _ => dynasm!(self.ops; bswap Rq(r)),
        }
    }

    pub fn store(&mut self, ty: Ty, addr: ExprId, value: ExprId) {
        let len = ty.size(self.env.pointer_size);
        let mut addr = self.address(addr, len, Access::Store);
        self.push_addr(addr);
        let value = self.eval(value, Want::ANY);
        self.pop_addr(&mut addr);
        let (place, held) = {
            // The value must not lose its register to the address check.
            self.push(value, ty.is_float());
            self.place(addr, len, Access::Store, self.loc)
        };
        let value = self.pop();
        self.store_place(ty, place, value);
        self.release(held);
    }

    /// Writes a value, which is then released.
    pub fn store_place(&mut self, ty: Ty, place: Place, value: Val) {
        let bits = self.bits(ty);
        let mut value = value;
        if let Val::Imm(pattern) = value {
            let pattern = if self.env.big_endian {
                pattern.swap_bytes() >> (64 - bits)
            } else {
                pattern
            };
            let signed = sx_ir::semantics::sext_from(pattern, bits);
            if let Ok(small) = i32::try_from(signed) {
                return self.store_imm(bits, place, small);
            }
            value = Val::Imm(pattern);
            let r = self.reg(&mut value);
            self.store_int(bits, place, r);
            return self.release(value);
        }
        if self.env.big_endian {
            let r = self.own(value, None);
            self.swap_bytes(bits, r);
            self.store_int(bits, place, r);
            return self.free(r);
        }
        if ty.is_float() {
            let x = self.xmm(&mut value, ty);
            if ty == Ty::F64 {
                at!(self, place, [movsd QWORD], Rx(x));
            } else {
                at!(self, place, [movss DWORD], Rx(x));
            }
        } else {
            let r = self.reg(&mut value);
            self.store_int(bits, place, r);
        }
        self.release(value);
    }
}
