//! Expression trees to values.

use crate::body::Lower;
use crate::unit::{Error, Res};
use inkwell::IntPredicate;
use inkwell::values::{BasicValue, BasicValueEnum, FloatValue, IntValue, PointerValue};
use sx_ir::{BinaryClass, BinaryOp, ConvertOp, Expr, ExprId, TrapKind, Ty};

/// Most that an alignment is worth knowing.
const MAX_ALIGN: u32 = 4096;

impl<'c> Lower<'_, '_, 'c> {
    pub fn value(&mut self, id: ExprId) -> Res<BasicValueEnum<'c>> {
        let expr = *self.ir.expr(id);
        Ok(match expr {
            Expr::Const { ty, bits } => self.unit.types.constant(ty, bits),
            Expr::Local(local) => {
                let ty = self.unit.types.of(self.ir.locals[local.index()].ty);
                let storage = self.local(local)?;
                self.unit.builder.build_load(ty, storage, "")?
            }
            Expr::Load { ty, addr } => {
                let align = self.known_align(addr);
                let pointer = self.pointer(addr)?;
                self.at(self.loc_of(id));
                let value = self
                    .unit
                    .builder
                    .build_load(self.unit.types.of(ty), pointer, "")?;
                if let Some(load) = value.as_instruction_value() {
                    load.set_alignment(align)
                        .map_err(|error| Error(error.to_string()))?;
                }
                value
            }
            Expr::SlotAddr(slot) => self.slot(slot)?.into(),
            Expr::GlobalAddr(global) => self.unit.global(global)?.into(),
            Expr::FuncAddr(func) => self
                .unit
                .func(func)?
                .as_global_value()
                .as_pointer_value()
                .into(),
            Expr::Unary { op, ty, a } => {
                let a = self.value(a)?;
                self.at(self.loc_of(id));
                self.unary(op, ty, a)?
            }
            Expr::Binary { op, ty, a, b } => match op.class() {
                BinaryClass::IntCmp | BinaryClass::FloatCmp => {
                    let flag = self.cond(id)?;
                    self.unit
                        .builder
                        .build_int_z_extend(flag, self.unit.types.i8, "")?
                        .into()
                }
                BinaryClass::Int
                | BinaryClass::Shift
                | BinaryClass::Float
                | BinaryClass::Address => {
                    let left = self.value(a)?;
                    let right = self.value(b)?;
                    let loc = self.loc_of(id);
                    self.at(loc);
                    self.binary(op, ty, left, right, loc)?
                }
            },
            Expr::Convert { op, from, to, a } => {
                let a = self.value(a)?;
                self.at(self.loc_of(id));
                self.convert(op, from, to, a)?
            }
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => {
                let a = self.int(a)?;
                self.wrap(ty, bits, signed, a)?.into()
            }
            Expr::Select { cond, a, b, .. } => {
                let cond = self.cond(cond)?;
                let a = self.value(a)?;
                let b = self.value(b)?;
                self.unit.builder.build_select(cond, a, b, "")?
            }
            Expr::Check {
                kind,
                rel,
                ty: _,
                a,
                b,
            } => {
                let value = self.value(a)?;
                if self.unit.checked() {
                    let limit = self.value(b)?;
                    let loc = self.loc_of(id);
                    self.at(loc);
                    self.check(kind, rel, value, limit, loc)?;
                }
                value
            }
        })
    }

    /// The value as a truth value: not 0.
    pub fn cond(&mut self, id: ExprId) -> Res<IntValue<'c>> {
        if let Expr::Binary { op, a, b, .. } = *self.ir.expr(id) {
            match op.class() {
                BinaryClass::IntCmp => {
                    let left = self.value(a)?;
                    let right = self.value(b)?;
                    self.at(self.loc_of(id));
                    return self.int_compare(op, left, right);
                }
                BinaryClass::FloatCmp => {
                    let left = self.float(a)?;
                    let right = self.float(b)?;
                    self.at(self.loc_of(id));
                    return self.float_compare(op, left, right);
                }
                BinaryClass::Int
                | BinaryClass::Shift
                | BinaryClass::Float
                | BinaryClass::Address => {}
            }
        }
        let value = self.int(id)?;
        let zero = self.unit.same(value, 0);
        Ok(self
            .unit
            .builder
            .build_int_compare(IntPredicate::NE, value, zero, "")?)
    }

    pub fn int(&mut self, id: ExprId) -> Res<IntValue<'c>> {
        match self.value(id)? {
            BasicValueEnum::IntValue(value) => Ok(value),
            other => Err(self.unlike("an integer", id, other)),
        }
    }

    pub fn float(&mut self, id: ExprId) -> Res<FloatValue<'c>> {
        match self.value(id)? {
            BasicValueEnum::FloatValue(value) => Ok(value),
            other => Err(self.unlike("a float", id, other)),
        }
    }

    pub fn pointer(&mut self, id: ExprId) -> Res<PointerValue<'c>> {
        match self.value(id)? {
            BasicValueEnum::PointerValue(value) => Ok(value),
            other => Err(self.unlike("an address", id, other)),
        }
    }

    /// A length, as wide as addresses are.
    pub fn word(&mut self, id: ExprId) -> Res<IntValue<'c>> {
        let value = self.int(id)?;
        let word = self.unit.types.word;
        if value.get_type() == word {
            return Ok(value);
        }
        Ok(self
            .unit
            .builder
            .build_int_truncate_or_bit_cast(value, word, "")?)
    }

    fn unlike(&self, wanted: &str, id: ExprId, found: BasicValueEnum<'c>) -> Error {
        Error(format!(
            "{id:?} of '{}' is not {wanted} but {}",
            self.ir.name,
            found.get_type()
        ))
    }

    /// An integer or address as an integer.
    pub fn as_int(&mut self, value: BasicValueEnum<'c>) -> Res<IntValue<'c>> {
        match value {
            BasicValueEnum::IntValue(value) => Ok(value),
            BasicValueEnum::PointerValue(value) => {
                Ok(self
                    .unit
                    .builder
                    .build_ptr_to_int(value, self.unit.types.word, "")?)
            }
            other => Err(Error(format!(
                "'{}' uses a {} as an integer",
                self.ir.name,
                other.get_type()
            ))),
        }
    }

    /// What is sure of the alignment of an address: IR allows any, so most are taken as 1.
    pub fn known_align(&self, id: ExprId) -> u32 {
        match *self.ir.expr(id) {
            Expr::SlotAddr(slot) => clamp(self.ir.slots[slot.index()].align),
            Expr::GlobalAddr(global) => {
                let global = self.unit.ir.global(global);
                // The alignment of what others define is theirs to know.
                if global.extern_symbol.is_some() {
                    1
                } else {
                    clamp(global.align)
                }
            }
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                a,
                b,
                ..
            } => self.known_align(a).min(self.known_factor(b)),
            Expr::Check { a, .. } => self.known_align(a),
            Expr::Select { a, b, .. } => self.known_align(a).min(self.known_align(b)),
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. } => 1,
        }
    }

    /// A power of two that surely divides an offset.
    fn known_factor(&self, id: ExprId) -> u32 {
        match *self.ir.expr(id) {
            Expr::Const { bits: 0, .. } => MAX_ALIGN,
            Expr::Const { bits, .. } => 1 << bits.trailing_zeros().min(12),
            Expr::Binary {
                op: BinaryOp::Mul,
                a,
                b,
                ..
            } => self
                .known_factor(a)
                .saturating_mul(self.known_factor(b))
                .min(MAX_ALIGN),
            Expr::Binary {
                op: BinaryOp::Add | BinaryOp::Sub,
                a,
                b,
                ..
            } => self.known_factor(a).min(self.known_factor(b)),
            Expr::Binary {
                op: BinaryOp::Shl,
                b,
                ..
            } => match *self.ir.expr(b) {
                Expr::Const { ty: Ty::I64, bits } => 1 << (bits % 64).min(12),
                _ => 1,
            },
            Expr::Convert {
                op: ConvertOp::ZExt | ConvertOp::SExt,
                a,
                ..
            }
            | Expr::Check { a, .. } => self.known_factor(a),
            Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. } => 1,
        }
    }

    pub fn trap_if(&mut self, bad: IntValue<'c>, kind: TrapKind, loc: sx_ir::LocId) -> Res<()> {
        let trap = self.new_block();
        let go_on = self.new_block();
        self.unit
            .builder
            .build_conditional_branch(bad, trap, go_on)?;
        self.start(trap);
        self.trap_here(kind, None, loc)?;
        self.start(go_on);
        Ok(())
    }
}

fn clamp(align: u64) -> u32 {
    let align = align.max(1);
    1 << align.trailing_zeros().min(MAX_ALIGN.trailing_zeros())
}
