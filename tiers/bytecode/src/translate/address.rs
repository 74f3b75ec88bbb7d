//! Addresses, loads and stores: constant offsets, scaled indices, frame memory and globals become operand forms.

use sx_ir::{BinaryOp, Expr, ExprId, GlobalId, LocId, Ty};

use super::expr::{by_width, imm};
use super::hoist::Invariant;
use super::{Builder, Reg};
use crate::isa::Op;

/// An address whose parts are evaluated.
#[derive(Clone, Copy)]
pub(super) enum Address {
    /// Register plus offset.
    Base(Reg, i32),
    /// Base register plus index register times scale.
    Indexed(Reg, Reg, u16),
    /// Byte of the function's frame memory.
    Frame(i64),
    Global(GlobalId, i32),
}

impl Builder<'_> {
    /// Evaluates the parts of an address, left to right.
    pub(super) fn address(&mut self, e: ExprId) -> Address {
        match *self.func.expr(e) {
            Expr::SlotAddr(slot) => match self.layout.offsets.get(slot.index()) {
                Some(offset) => Address::Frame(*offset as i64),
                None => Address::Frame(0),
            },
            Expr::GlobalAddr(global) => Address::Global(global, 0),
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                a,
                b,
                ..
            } if self.wide => match self.const_of(b) {
                Some(offset) => {
                    let inner = self.address(a);
                    self.offset_address(inner, offset as i64)
                }
                None => {
                    let inner = self.address(a);
                    let base = self.address_reg(inner);
                    let (index, scale) = self.index(b);
                    Address::Indexed(base, index, scale)
                }
            },
            _ => Address::Base(self.operand(e), 0),
        }
    }

    fn offset_address(&mut self, inner: Address, offset: i64) -> Address {
        let small = i32::try_from(offset).ok();
        let folded = match inner {
            Address::Base(base, o) => small
                .and_then(|s| o.checked_add(s))
                .map(|o| Address::Base(base, o)),
            Address::Frame(o) => o.checked_add(offset).map(Address::Frame),
            Address::Global(g, o) => small
                .and_then(|s| o.checked_add(s))
                .map(|o| Address::Global(g, o)),
            Address::Indexed(..) => None,
        };
        if let Some(address) = folded {
            return address;
        }
        let base = self.address_reg(inner);
        match small {
            Some(small) => Address::Base(base, small),
            None => {
                let offset = self.constant(offset as u64, None);
                Address::Indexed(base, offset, 1)
            }
        }
    }

    /// Index register and scale of a byte offset.
    fn index(&mut self, e: ExprId) -> (Reg, u16) {
        if let Expr::Binary { op, a, b, .. } = *self.func.expr(e) {
            let scale = |c: Option<u64>| c.and_then(|c| u16::try_from(c).ok());
            if op == BinaryOp::Mul {
                if let Some(scale) = scale(self.const_of(b)) {
                    return (self.operand(a), scale);
                }
                if let Some(scale) = scale(self.const_of(a)) {
                    return (self.operand(b), scale);
                }
            }
            if op == BinaryOp::Shl
                && let Some(scale) = self.const_of(b).filter(|c| *c < 16)
            {
                return (self.operand(a), 1 << scale);
            }
        }
        (self.operand(e), 1)
    }

    /// The address in a register (in a new temporary if it has to be computed).
    fn address_reg(&mut self, address: Address) -> Reg {
        match address {
            Address::Base(base, 0) => base,
            other => {
                if let Some(reg) = self.hoisted_address(other) {
                    return reg;
                }
                let dst = self.temp();
                self.materialise(other, dst);
                dst
            }
        }
    }

    fn hoisted_address(&mut self, address: Address) -> Option<Reg> {
        match address {
            Address::Global(global, offset) => self.hoisted(Invariant::Global(global, offset)),
            Address::Frame(offset) => {
                let back = (self.layout.size as i64).wrapping_sub(offset);
                self.hoisted(Invariant::Frame(u32::try_from(back).ok()?))
            }
            Address::Base(..) | Address::Indexed(..) => None,
        }
    }

    fn materialise(&mut self, address: Address, dst: Reg) {
        match address {
            Address::Base(base, 0) => {
                self.move_to(base, Some(dst));
            }
            Address::Base(base, offset) => self.emit(Op::Add64I, dst, base, offset as u32),
            Address::Indexed(base, index, 1) => self.emit(Op::Add64, dst, base, index),
            Address::Indexed(base, index, scale) => {
                self.emit_at(self.loc, Op::Lea, scale, dst, base, index)
            }
            Address::Frame(offset) => {
                // Frames of 4 GiB and more never get their memory, so what their code does is no matter.
                let back = (self.layout.size as i64).wrapping_sub(offset);
                match u32::try_from(back) {
                    Ok(back) => self.emit(Op::SlotAddr, dst, 0, back),
                    Err(_) => {
                        self.emit(Op::SlotAddr, dst, 0, 0);
                        let back = self.constant(back as u64, None);
                        self.emit(Op::Sub64, dst, dst, back);
                    }
                }
            }
            Address::Global(global, offset) => {
                self.emit(Op::GlobalAddr, dst, global.0, offset as u32)
            }
        }
    }

    /// The value of an address expression.
    pub(super) fn address_value(&mut self, e: ExprId, want: Option<Reg>) -> Reg {
        let mark = self.top;
        match self.address(e) {
            Address::Base(base, 0) => self.move_to(base, want),
            address => {
                let dst = self.result(mark, want);
                // Frame offsets may need a temporary besides the destination.
                self.materialise(address, dst);
                self.top = mark.max(if want.is_some() { mark } else { dst + 1 });
                dst
            }
        }
    }

    /// `sp - c` of a frame access that lies inside the frame, or the offset to compute it otherwise.
    fn inside_frame(&self, offset: i64, size: u64) -> Option<u32> {
        let start = u64::try_from(offset).ok()?;
        let end = start.checked_add(size)?;
        (end <= self.layout.size).then_some(())?;
        u32::try_from(self.layout.size - start).ok()
    }

    fn inside_global(&self, id: GlobalId, offset: i32, size: u64, store: bool) -> bool {
        let global = self.module.global(id);
        u64::try_from(offset).is_ok_and(|o| o + size <= global.size)
            && (global.mutable || !store)
            && global.extern_symbol.is_none()
            && !self.module.closes(id)
    }

    fn swap(&mut self, bits: u32, dst: Reg, src: Reg) {
        if bits > 8 {
            self.emit(
                by_width([Op::Swap16, Op::Swap16, Op::Swap32, Op::Swap64], bits),
                dst,
                src,
                0,
            );
        } else {
            self.move_to(src, Some(dst));
        }
    }

    /// Loads a value; `loc` is where a fault is.
    pub(super) fn load(&mut self, loc: LocId, ty: Ty, addr: ExprId, want: Option<Reg>) -> Reg {
        let mark = self.top;
        let bits = self.bits_of(ty);
        let address = self.address(addr);
        // A trapping load must leave the destination alone, and so must one that is not finished without the swap.
        let want_now = if self.big_endian && bits > 8 {
            None
        } else {
            want
        };
        let dst = self.load_from(loc, bits, address, mark, want_now);
        if self.big_endian && bits > 8 {
            let swapped = self.result(mark, want);
            self.swap(bits, swapped, dst);
            return swapped;
        }
        dst
    }

    fn load_from(
        &mut self,
        loc: LocId,
        bits: u32,
        address: Address,
        mark: Reg,
        want: Option<Reg>,
    ) -> Reg {
        let size = u64::from(bits / 8);
        match address {
            Address::Frame(offset) if self.inside_frame(offset, size).is_some() => {
                let back = self.inside_frame(offset, size).unwrap_or(0);
                let dst = self.result(mark, want);
                self.emit(
                    by_width([Op::LoadS8, Op::LoadS16, Op::LoadS32, Op::LoadS64], bits),
                    dst,
                    0,
                    back,
                );
                dst
            }
            Address::Global(id, offset) if self.inside_global(id, offset, size, false) => {
                let dst = self.result(mark, want);
                let op = by_width([Op::LoadG8, Op::LoadG16, Op::LoadG32, Op::LoadG64], bits);
                self.emit(op, dst, id.0, offset as u32);
                dst
            }
            Address::Indexed(base, index, scale) => {
                let dst = self.result(mark, want);
                let op = by_width([Op::LoadX8, Op::LoadX16, Op::LoadX32, Op::LoadX64], bits);
                self.emit_at(loc, op, scale, dst, base, index);
                dst
            }
            Address::Base(base, offset) => {
                let dst = self.result(mark, want);
                let op = by_width([Op::Load8, Op::Load16, Op::Load32, Op::Load64], bits);
                self.emit_at(loc, op, 0, dst, base, offset as u32);
                dst
            }
            Address::Frame(_) | Address::Global(..) => {
                let base = self.address_reg(address);
                self.load_from(loc, bits, Address::Base(base, 0), mark, want)
            }
        }
    }

    /// Address first, then value; faults are at the statement.
    pub(super) fn store(&mut self, ty: Ty, addr: ExprId, value: ExprId) {
        let bits = self.bits_of(ty);
        let address = self.address(addr);
        let size = u64::from(bits / 8);
        let constant = self.const_of(value).map(|c| match bits {
            16 if self.big_endian => u64::from((c as u16).swap_bytes()),
            32 if self.big_endian => u64::from((c as u32).swap_bytes()),
            64 if self.big_endian => c.swap_bytes(),
            _ => c,
        });
        if let (Some(c), Address::Base(base, offset)) = (constant, address)
            && let Some(c) = if bits == 64 { imm(c) } else { Some(c as u32) }
        {
            let op = by_width(
                [Op::Store8I, Op::Store16I, Op::Store32I, Op::Store64I],
                bits,
            );
            self.emit(op, c, base, offset as u32);
            return;
        }
        let mut src = match constant {
            Some(c) => self.constant(c, None),
            None => self.operand(value),
        };
        if self.big_endian && bits > 8 && constant.is_none() {
            let swapped = self.temp();
            self.swap(bits, swapped, src);
            src = swapped;
        }
        match address {
            Address::Frame(offset) if self.inside_frame(offset, size).is_some() => {
                let back = self.inside_frame(offset, size).unwrap_or(0);
                self.emit(
                    by_width(
                        [Op::StoreS8, Op::StoreS16, Op::StoreS32, Op::StoreS64],
                        bits,
                    ),
                    src,
                    0,
                    back,
                );
            }
            Address::Global(id, offset) if self.inside_global(id, offset, size, true) => {
                let op = by_width(
                    [Op::StoreG8, Op::StoreG16, Op::StoreG32, Op::StoreG64],
                    bits,
                );
                self.emit(op, src, id.0, offset as u32);
            }
            Address::Indexed(base, index, scale) => {
                let op = by_width(
                    [Op::StoreX8, Op::StoreX16, Op::StoreX32, Op::StoreX64],
                    bits,
                );
                self.emit_at(self.loc, op, scale, src, base, index);
            }
            Address::Base(base, offset) => {
                let op = by_width([Op::Store8, Op::Store16, Op::Store32, Op::Store64], bits);
                self.emit(op, src, base, offset as u32);
            }
            Address::Frame(_) | Address::Global(..) => {
                let base = self.address_reg(address);
                self.emit(
                    by_width([Op::Store8, Op::Store16, Op::Store32, Op::Store64], bits),
                    src,
                    base,
                    0,
                );
            }
        }
    }

    /// Loads from the address in a register, faulting at the statement.
    pub(super) fn load_plain(&mut self, bits: u32, dst: Reg, addr: Reg) {
        self.emit(
            by_width([Op::Load8, Op::Load16, Op::Load32, Op::Load64], bits),
            dst,
            addr,
            0,
        );
        if self.big_endian {
            self.swap(bits, dst, dst);
        }
    }

    /// Stores to the address in a register; `src` is used up.
    pub(super) fn store_plain(&mut self, bits: u32, src: Reg, addr: Reg) {
        if self.big_endian {
            self.swap(bits, src, src);
        }
        self.emit(
            by_width([Op::Store8, Op::Store16, Op::Store32, Op::Store64], bits),
            src,
            addr,
            0,
        );
    }
}
