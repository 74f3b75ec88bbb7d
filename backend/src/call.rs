//! Calls and returns.

use crate::body::Lower;
use crate::unit::{Error, Res};
use inkwell::IntPredicate;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::types::AnyType;
use inkwell::values::{
    AggregateValueEnum, BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, PointerValue,
};
use sx_ir::{Asm, Call, Callee, ExprId, Linkage, LocId, Signature, TrapKind};

impl<'r, 'c> Lower<'_, 'r, 'c> {
    pub fn call(&mut self, call: &'r Call, loc: LocId) -> Res<()> {
        let (target, sig): (PointerValue<'c>, &'r Signature) = match call.callee {
            Callee::Direct(id) => {
                let sig = self.unit.ir.sig(self.unit.ir.func(id).sig);
                if let Linkage::Asm(asm) = &self.unit.ir.func(id).linkage {
                    return self.assembly(asm, sig, call, loc);
                }
                (
                    self.unit.func(id)?.as_global_value().as_pointer_value(),
                    sig,
                )
            }
            Callee::Indirect { target, sig } => {
                let target = self.pointer(target)?;
                (target, self.unit.ir.sig(sig))
            }
        };
        let mut args: Vec<BasicMetadataValueEnum<'c>> = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.value(*arg)?.into());
        }
        self.at(loc);
        if matches!(call.callee, Callee::Indirect { .. }) && self.unit.checked() {
            let null = self.unit.builder.build_is_null(target, "")?;
            self.trap_if(null, TrapKind::BadCall, loc)?;
        }
        let ty = self.unit.fn_type(sig);
        let made = self
            .unit
            .builder
            .build_indirect_call(ty, target, &args, "")?;
        self.unit.shape_call(made, sig);
        self.take_results(made, sig, call)?;
        if sig.noreturn {
            self.unit.builder.build_unreachable()?;
            self.done = true;
        }
        Ok(())
    }

    /// Puts instructions here.
    fn assembly(&mut self, asm: &Asm, sig: &'r Signature, call: &'r Call, loc: LocId) -> Res<()> {
        let mut args: Vec<BasicMetadataValueEnum<'c>> = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.value(*arg)?.into());
        }
        self.at(loc);
        let ty = self.unit.fn_type(sig);
        let code = self.unit.context.create_inline_asm(
            ty,
            asm.template.clone(),
            asm.constraints.clone(),
            asm.volatile,
            false,
            None,
            false,
        );
        let made = self.unit.builder.build_indirect_call(ty, code, &args, "")?;
        let element = Attribute::get_named_enum_kind_id("elementtype");
        for (index, size) in asm.indirect.iter().enumerate() {
            if let Ok(size) = u32::try_from(*size)
                && size > 0
            {
                let bytes = self.unit.types.i8.array_type(size).as_any_type_enum();
                let attribute = self.unit.context.create_type_attribute(element, bytes);
                made.add_attribute(AttributeLoc::Param(index as u32), attribute);
            }
        }
        self.take_results(made, sig, call)
    }

    fn take_results(
        &mut self,
        made: CallSiteValue<'c>,
        sig: &'r Signature,
        call: &'r Call,
    ) -> Res<()> {
        match call.results.as_slice() {
            [] => {}
            [one] if sig.results.len() == 1 => {
                let value = made.try_as_basic_value().basic();
                let value = value.ok_or_else(|| Error("a call without its result".to_string()))?;
                self.set_local(*one, value)?;
            }
            many => {
                let Some(BasicValueEnum::StructValue(all)) = made.try_as_basic_value().basic()
                else {
                    return Err(Error(format!(
                        "a call in '{}' without its results",
                        self.ir.name
                    )));
                };
                for (index, local) in many.iter().enumerate() {
                    let value = self
                        .unit
                        .builder
                        .build_extract_value(all, index as u32, "")?;
                    self.set_local(*local, value)?;
                }
            }
        }
        Ok(())
    }

    pub fn ret(&mut self, values: &'r [ExprId], loc: LocId) -> Res<()> {
        let mut results = Vec::with_capacity(values.len());
        for value in values {
            results.push(self.value(*value)?);
        }
        self.at(loc);
        let sig = self.unit.ir.sig(self.ir.sig);
        match (self.unit.result_type(sig), results.as_slice()) {
            (None, _) => {
                self.unit.builder.build_return(None)?;
            }
            (Some(_), [one]) => {
                self.unit.builder.build_return(Some(one))?;
            }
            (Some(ty), many) => {
                let mut all: AggregateValueEnum<'c> = ty.into_struct_type().get_poison().into();
                for (index, value) in many.iter().enumerate() {
                    all = self
                        .unit
                        .builder
                        .build_insert_value(all, *value, index as u32, "")?;
                }
                self.unit
                    .builder
                    .build_return(Some(&all.into_struct_value()))?;
            }
        }
        self.done = true;
        Ok(())
    }

    /// Stops unless `rel` holds.
    pub fn check(
        &mut self,
        kind: TrapKind,
        rel: sx_ir::CheckRel,
        a: BasicValueEnum<'c>,
        b: BasicValueEnum<'c>,
        loc: LocId,
    ) -> Res<()> {
        let predicate = match rel {
            sx_ir::CheckRel::Below => IntPredicate::ULT,
            sx_ir::CheckRel::AtMost => IntPredicate::ULE,
            sx_ir::CheckRel::Equal => IntPredicate::EQ,
            sx_ir::CheckRel::NotEqual => IntPredicate::NE,
        };
        let good = self.compare(predicate, a, b)?;
        if good.is_const() && good.get_zero_extended_constant() == Some(1) {
            return Ok(());
        }
        let trap = self.new_block();
        let go_on = self.new_block();
        self.unit
            .builder
            .build_conditional_branch(good, go_on, trap)?;
        self.start(trap);
        self.trap_here(kind, Some((a, b)), loc)?;
        self.start(go_on);
        Ok(())
    }
}
