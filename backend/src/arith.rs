//! Scalar operations, each as `sx_ir::semantics` defines it.

use crate::body::Lower;
use crate::unit::{Error, Res};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, FloatValue, FunctionValue, IntValue,
};
use inkwell::{FloatPredicate, IntPredicate};
use sx_ir::{BinaryOp, ConvertOp, LocId, TrapKind, Ty, UnaryOp};

impl<'c> Lower<'_, '_, 'c> {
    pub fn binary(
        &mut self,
        op: BinaryOp,
        ty: Ty,
        a: BasicValueEnum<'c>,
        b: BasicValueEnum<'c>,
        loc: LocId,
    ) -> Res<BasicValueEnum<'c>> {
        let value = match (a, b) {
            (BasicValueEnum::IntValue(a), BasicValueEnum::IntValue(b)) => {
                self.int_binary(op, a, b, loc)?.map(Into::into)
            }
            (BasicValueEnum::FloatValue(a), BasicValueEnum::FloatValue(b)) => {
                self.float_binary(op, a, b)?
            }
            (BasicValueEnum::PointerValue(base), BasicValueEnum::IntValue(offset))
                if op == BinaryOp::PtrAdd =>
            {
                Some(
                    crate::raw::wrapping_offset(
                        &self.unit.builder,
                        base,
                        self.unit.types.i8,
                        offset,
                    )
                    .into(),
                )
            }
            _ => None,
        };
        value.ok_or_else(|| {
            Error(format!(
                "'{}': {} of {} operands",
                self.ir.name,
                op.name(),
                ty.name()
            ))
        })
    }

    fn int_binary(
        &mut self,
        op: BinaryOp,
        a: IntValue<'c>,
        b: IntValue<'c>,
        loc: LocId,
    ) -> Res<Option<IntValue<'c>>> {
        let build = &self.unit.builder;
        Ok(Some(match op {
            BinaryOp::Add => build.build_int_add(a, b, "")?,
            BinaryOp::Sub => build.build_int_sub(a, b, "")?,
            BinaryOp::Mul => build.build_int_mul(a, b, "")?,
            BinaryOp::And => build.build_and(a, b, "")?,
            BinaryOp::Or => build.build_or(a, b, "")?,
            BinaryOp::Xor => build.build_xor(a, b, "")?,
            BinaryOp::Shl => build.build_left_shift(a, self.amount(b)?, "")?,
            BinaryOp::ShrS => build.build_right_shift(a, self.amount(b)?, true, "")?,
            BinaryOp::ShrU => build.build_right_shift(a, self.amount(b)?, false, "")?,
            BinaryOp::DivS | BinaryOp::DivU | BinaryOp::RemS | BinaryOp::RemU => {
                self.divide(op, a, b, loc)?
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
            | BinaryOp::GeU => {
                let flag = self.int_compare(op, a.into(), b.into())?;
                self.unit
                    .builder
                    .build_int_z_extend(flag, self.unit.types.i8, "")?
            }
            BinaryOp::PtrAdd
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
            | BinaryOp::FGe => return Ok(None),
        }))
    }

    /// A shift amount modulo the width.
    fn amount(&self, b: IntValue<'c>) -> Res<IntValue<'c>> {
        let width = b.get_type().get_bit_width();
        Ok(self
            .unit
            .builder
            .build_and(b, self.unit.same(b, u64::from(width - 1)), "")?)
    }

    fn divide(
        &mut self,
        op: BinaryOp,
        a: IntValue<'c>,
        b: IntValue<'c>,
        loc: LocId,
    ) -> Res<IntValue<'c>> {
        let signed = matches!(op, BinaryOp::DivS | BinaryOp::RemS);
        let one = self.unit.same(b, 1);
        let zero = self.unit.same(b, 0);
        let minus_one = b.get_type().const_all_ones();
        let constant = b.is_const();
        let mut divisor = b;
        if !(constant && b.get_zero_extended_constant() != Some(0)) {
            let bad = self
                .unit
                .builder
                .build_int_compare(IntPredicate::EQ, b, zero, "")?;
            if self.unit.checked() {
                self.trap_if(bad, TrapKind::DivideByZero, loc)?;
            } else {
                divisor = self
                    .unit
                    .builder
                    .build_select(bad, one, b, "")?
                    .into_int_value();
            }
        }
        let build = &self.unit.builder;
        if !signed {
            return Ok(match op {
                BinaryOp::DivU => build.build_int_unsigned_div(a, divisor, "")?,
                _ => build.build_int_unsigned_rem(a, divisor, "")?,
            });
        }
        if constant && b.get_sign_extended_constant() != Some(-1) {
            return Ok(match op {
                BinaryOp::DivS => build.build_int_signed_div(a, divisor, "")?,
                _ => build.build_int_signed_rem(a, divisor, "")?,
            });
        }
        // MIN / -1 overflows, for LLVM and for most machines: dividing by -1 is negation, the remainder is 0.
        let inverse = build.build_int_compare(IntPredicate::EQ, b, minus_one, "")?;
        let divisor = build
            .build_select(inverse, one, divisor, "")?
            .into_int_value();
        if op == BinaryOp::RemS {
            return Ok(build.build_int_signed_rem(a, divisor, "")?);
        }
        let quotient = build.build_int_signed_div(a, divisor, "")?;
        let negated = build.build_int_neg(a, "")?;
        Ok(build
            .build_select(inverse, negated, quotient, "")?
            .into_int_value())
    }

    pub fn int_compare(
        &mut self,
        op: BinaryOp,
        a: BasicValueEnum<'c>,
        b: BasicValueEnum<'c>,
    ) -> Res<IntValue<'c>> {
        let predicate = match op {
            BinaryOp::Eq => IntPredicate::EQ,
            BinaryOp::Ne => IntPredicate::NE,
            BinaryOp::LtS => IntPredicate::SLT,
            BinaryOp::LtU => IntPredicate::ULT,
            BinaryOp::LeS => IntPredicate::SLE,
            BinaryOp::LeU => IntPredicate::ULE,
            BinaryOp::GtS => IntPredicate::SGT,
            BinaryOp::GtU => IntPredicate::UGT,
            BinaryOp::GeS => IntPredicate::SGE,
            BinaryOp::GeU => IntPredicate::UGE,
            other => return Err(Error(format!("{} is no integer comparison", other.name()))),
        };
        self.compare(predicate, a, b)
    }

    pub fn compare(
        &mut self,
        predicate: IntPredicate,
        a: BasicValueEnum<'c>,
        b: BasicValueEnum<'c>,
    ) -> Res<IntValue<'c>> {
        match (a, b) {
            (BasicValueEnum::IntValue(a), BasicValueEnum::IntValue(b)) => {
                Ok(self.unit.builder.build_int_compare(predicate, a, b, "")?)
            }
            (BasicValueEnum::PointerValue(a), BasicValueEnum::PointerValue(b)) => {
                Ok(self.unit.builder.build_int_compare(predicate, a, b, "")?)
            }
            (a, b) => {
                let (a, b) = (a.get_type(), b.get_type());
                Err(Error(format!("'{}' compares {a} with {b}", self.ir.name)))
            }
        }
    }

    fn float_binary(
        &mut self,
        op: BinaryOp,
        a: FloatValue<'c>,
        b: FloatValue<'c>,
    ) -> Res<Option<BasicValueEnum<'c>>> {
        let build = &self.unit.builder;
        Ok(match op {
            BinaryOp::FAdd => Some(build.build_float_add(a, b, "")?.into()),
            BinaryOp::FSub => Some(build.build_float_sub(a, b, "")?.into()),
            BinaryOp::FMul => Some(build.build_float_mul(a, b, "")?.into()),
            BinaryOp::FDiv => Some(build.build_float_div(a, b, "")?.into()),
            BinaryOp::FRem => Some(build.build_float_rem(a, b, "")?.into()),
            BinaryOp::FEq
            | BinaryOp::FNe
            | BinaryOp::FLt
            | BinaryOp::FLe
            | BinaryOp::FGt
            | BinaryOp::FGe => {
                let flag = self.float_compare(op, a, b)?;
                return Ok(Some(
                    self.unit
                        .builder
                        .build_int_z_extend(flag, self.unit.types.i8, "")?
                        .into(),
                ));
            }
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
            | BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::LtS
            | BinaryOp::LtU
            | BinaryOp::LeS
            | BinaryOp::LeU
            | BinaryOp::GtS
            | BinaryOp::GtU
            | BinaryOp::GeS
            | BinaryOp::GeU
            | BinaryOp::PtrAdd => None,
        })
    }

    pub fn float_compare(
        &mut self,
        op: BinaryOp,
        a: FloatValue<'c>,
        b: FloatValue<'c>,
    ) -> Res<IntValue<'c>> {
        let predicate = match op {
            BinaryOp::FEq => FloatPredicate::OEQ,
            BinaryOp::FNe => FloatPredicate::UNE,
            BinaryOp::FLt => FloatPredicate::OLT,
            BinaryOp::FLe => FloatPredicate::OLE,
            BinaryOp::FGt => FloatPredicate::OGT,
            BinaryOp::FGe => FloatPredicate::OGE,
            other => return Err(Error(format!("{} is no float comparison", other.name()))),
        };
        Ok(self.unit.builder.build_float_compare(predicate, a, b, "")?)
    }

    pub fn unary(&mut self, op: UnaryOp, ty: Ty, a: BasicValueEnum<'c>) -> Res<BasicValueEnum<'c>> {
        let name = match op {
            UnaryOp::FNeg => {
                let BasicValueEnum::FloatValue(a) = a else {
                    return Err(Error(format!("{} of a {}", op.name(), ty.name())));
                };
                return Ok(self.unit.builder.build_float_neg(a, "")?.into());
            }
            UnaryOp::FSqrt => "llvm.sqrt",
            UnaryOp::FFloor => "llvm.floor",
            UnaryOp::FSin => "llvm.sin",
            UnaryOp::FCos => "llvm.cos",
        };
        self.intrinsic_call(name, &[ty], &[a.into()])
    }

    fn intrinsic_call(
        &mut self,
        name: &'static str,
        types: &[Ty],
        args: &[BasicMetadataValueEnum<'c>],
    ) -> Res<BasicValueEnum<'c>> {
        let function = self.intrinsic(name, types)?;
        let call = self.unit.builder.build_call(function, args, "")?;
        call.try_as_basic_value()
            .basic()
            .ok_or_else(|| Error(format!("{name} yields nothing")))
    }

    fn intrinsic(&mut self, name: &'static str, types: &[Ty]) -> Res<FunctionValue<'c>> {
        let key = (name, types.to_vec());
        if let Some(known) = self.unit.intrinsics.get(&key) {
            return Ok(*known);
        }
        let unknown = || Error(format!("LLVM has no {name}"));
        let intrinsic = inkwell::intrinsics::Intrinsic::find(name).ok_or_else(unknown)?;
        let parts: Vec<_> = types.iter().map(|ty| self.unit.types.of(*ty)).collect();
        let function = intrinsic
            .get_declaration(&self.unit.module, &parts)
            .ok_or_else(unknown)?;
        self.unit.intrinsics.insert(key, function);
        Ok(function)
    }

    pub fn convert(
        &mut self,
        op: ConvertOp,
        from: Ty,
        to: Ty,
        a: BasicValueEnum<'c>,
    ) -> Res<BasicValueEnum<'c>> {
        let types = &self.unit.types;
        let (int, float) = (types.int_of(to), types.float(to));
        let build = &self.unit.builder;
        let value: Option<BasicValueEnum<'c>> = match (op, a) {
            (ConvertOp::Trunc, BasicValueEnum::IntValue(a)) => {
                Some(build.build_int_truncate(a, int, "")?.into())
            }
            (ConvertOp::SExt, BasicValueEnum::IntValue(a)) => {
                Some(build.build_int_s_extend(a, int, "")?.into())
            }
            (ConvertOp::ZExt, BasicValueEnum::IntValue(a)) => {
                Some(build.build_int_z_extend(a, int, "")?.into())
            }
            (ConvertOp::SToF, BasicValueEnum::IntValue(a)) => {
                Some(build.build_signed_int_to_float(a, float, "")?.into())
            }
            (ConvertOp::UToF, BasicValueEnum::IntValue(a)) => {
                Some(build.build_unsigned_int_to_float(a, float, "")?.into())
            }
            (ConvertOp::FToS, BasicValueEnum::FloatValue(_)) => {
                Some(self.intrinsic_call("llvm.fptosi.sat", &[Ty::I64, from], &[a.into()])?)
            }
            (ConvertOp::FToU, BasicValueEnum::FloatValue(value)) => {
                Some(self.float_to_unsigned(from, value)?)
            }
            (ConvertOp::FCvt, BasicValueEnum::FloatValue(a)) => {
                Some(build.build_float_cast(a, float, "")?.into())
            }
            (ConvertOp::BitsOf, BasicValueEnum::FloatValue(a)) => Some(self.bits_of(from, a)?),
            (ConvertOp::FromBits, BasicValueEnum::IntValue(a)) => {
                Some(build.build_bit_cast(a, float, "")?)
            }
            (ConvertOp::PToI, BasicValueEnum::PointerValue(a)) => {
                Some(build.build_ptr_to_int(a, int, "")?.into())
            }
            (ConvertOp::IToP, BasicValueEnum::IntValue(a)) => {
                Some(build.build_int_to_ptr(a, types.ptr, "")?.into())
            }
            (
                ConvertOp::Trunc
                | ConvertOp::SExt
                | ConvertOp::ZExt
                | ConvertOp::SToF
                | ConvertOp::UToF
                | ConvertOp::FToS
                | ConvertOp::FToU
                | ConvertOp::FCvt
                | ConvertOp::BitsOf
                | ConvertOp::FromBits
                | ConvertOp::PToI
                | ConvertOp::IToP,
                _,
            ) => None,
        };
        value.ok_or_else(|| {
            Error(format!(
                "'{}': {} of a {}",
                self.ir.name,
                op.name(),
                from.name()
            ))
        })
    }

    /// From 2^63 up the unsigned value, below that the signed one; both saturate, NaN is 0.
    fn float_to_unsigned(&mut self, from: Ty, value: FloatValue<'c>) -> Res<BasicValueEnum<'c>> {
        let limit = value.get_type().const_float(9_223_372_036_854_775_808.0);
        let large = self
            .unit
            .builder
            .build_float_compare(FloatPredicate::OGE, value, limit, "")?;
        let unsigned = self.intrinsic_call("llvm.fptoui.sat", &[Ty::I64, from], &[value.into()])?;
        let signed = self.intrinsic_call("llvm.fptosi.sat", &[Ty::I64, from], &[value.into()])?;
        Ok(self
            .unit
            .builder
            .build_select(large, unsigned, signed, "")?)
    }

    /// The bits of a float. Machines differ in the sign of the NaN they make; the negative one, which x86 makes, reads
    /// as the canonical NaN. Other NaNs are what the program put there.
    fn bits_of(&mut self, from: Ty, value: FloatValue<'c>) -> Res<BasicValueEnum<'c>> {
        use sx_ir::semantics::{CANONICAL_NAN_F32, CANONICAL_NAN_F64};
        let int = self.unit.types.int_of(from);
        let bits = self
            .unit
            .builder
            .build_bit_cast(value, int, "")?
            .into_int_value();
        let (canonical, sign) = if from == Ty::F32 {
            (CANONICAL_NAN_F32, 1 << 31)
        } else {
            (CANONICAL_NAN_F64, 1 << 63)
        };
        let made = int.const_int(canonical | sign, false);
        let is_made = self
            .unit
            .builder
            .build_int_compare(IntPredicate::EQ, bits, made, "")?;
        Ok(self
            .unit
            .builder
            .build_select(is_made, int.const_int(canonical, false), bits, "")?
            .into_int_value()
            .into())
    }

    /// The low `bits` bits, extended within the type.
    pub fn wrap(&mut self, ty: Ty, bits: u8, signed: bool, a: IntValue<'c>) -> Res<IntValue<'c>> {
        let width = ty.int_bits().unwrap_or(64);
        let bits = u32::from(bits);
        // Zero signed bits means all, as `semantics::wrap` has it.
        if bits >= width || (signed && bits == 0) {
            return Ok(a);
        }
        let build = &self.unit.builder;
        if signed {
            let gap = self.unit.same(a, u64::from(width - bits));
            let up = build.build_left_shift(a, gap, "")?;
            Ok(build.build_right_shift(up, gap, true, "")?)
        } else {
            Ok(build.build_and(a, self.unit.same(a, (1u64 << bits) - 1), "")?)
        }
    }
}
