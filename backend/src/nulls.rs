//! Null pointers that are met where LLVM sees nothing left to do. An access to null is a crash that the runtime reports, which
//! costs nothing; but LLVM drops a read whose value it has no use for. Reads of scalars for nothing are volatile already
//! (`Lower::eval`). Here are copies of memory that nobody looks at, and what is stored where it was read.

use crate::body::Lower;
use crate::unit::{Error, Res};
use inkwell::module::Module;
use inkwell::values::{
    BasicValue as _, BasicValueEnum, InstructionOpcode, InstructionValue, PointerValue,
};
use sx_backend_api::OptLevel;
use sx_ir::{BinaryOp, Expr, ExprId, LocId, TrapKind};

/// Offsets behind null that are null as well on every target.
const NULL_RANGE: u64 = 1 << 16;

/// Instructions, one reading the other, over which two addresses are compared.
const DEPTH: usize = 4;

impl<'c> Lower<'_, '_, 'c> {
    /// Before a copy of `len` bytes from `src`, whose value is `pointer`: stops if that is null. LLVM copies what is used, when
    /// it is used.
    pub fn copied_from(
        &mut self,
        src: ExprId,
        pointer: PointerValue<'c>,
        len: ExprId,
        loc: LocId,
    ) -> Res<()> {
        let optimised = self.unit.request.opt != OptLevel::None;
        let some = matches!(*self.ir.expr(len), Expr::Const { bits, .. } if bits != 0);
        if !optimised || !self.unit.checked() || !some || !self.may_be_null(src) {
            return Ok(());
        }
        let bad = self.unit.builder.build_is_null(object_of(pointer), "")?;
        self.trap_if(bad, TrapKind::NullAccess, loc)
    }

    fn may_be_null(&self, address: ExprId) -> bool {
        match *self.ir.expr(address) {
            Expr::SlotAddr(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_) => false,
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                a,
                ..
            }
            | Expr::Check { a, .. } => self.may_be_null(a),
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. } => true,
        }
    }
}

/// The address of which this one is a member, as far as constant offsets tell.
fn object_of(mut pointer: PointerValue<'_>) -> PointerValue<'_> {
    let mut offset = 0;
    while let Some(instruction) = pointer.as_instruction_value()
        && instruction.get_opcode() == InstructionOpcode::GetElementPtr
        && let Some(BasicValueEnum::IntValue(index)) = value_operand(instruction, 1)
        && let Some(index) = index.get_zero_extended_constant()
        && let Some(BasicValueEnum::PointerValue(base)) = value_operand(instruction, 0)
    {
        offset += index.min(NULL_RANGE);
        if offset >= NULL_RANGE {
            break;
        }
        pointer = base;
    }
    pointer
}

fn value_operand(instruction: InstructionValue<'_>, index: u32) -> Option<BasicValueEnum<'_>> {
    instruction.get_operand(index)?.value()
}

/// Makes reads volatile whose value is only put back where it was.
pub fn keep_reads(module: &Module<'_>) -> Res<()> {
    for function in module.get_functions() {
        for block in function.get_basic_block_iter() {
            for store in block.get_instructions() {
                if store.get_opcode() == InstructionOpcode::Store
                    && let Some(value) = value_operand(store, 0)
                    && let Some(load) = value.as_instruction_value()
                    && load.get_opcode() == InstructionOpcode::Load
                    && same(value_operand(store, 1), value_operand(load, 0), DEPTH)
                {
                    load.set_volatile(true)
                        .map_err(|error| Error(error.to_string()))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether two values are the same, or were read or computed in the same way.
fn same(a: Option<BasicValueEnum<'_>>, b: Option<BasicValueEnum<'_>>, depth: usize) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (a.as_instruction_value(), b.as_instruction_value()) else {
        return false;
    };
    let read = |one: InstructionValue<'_>| {
        let opcode = one.get_opcode();
        opcode == InstructionOpcode::Load || opcode == InstructionOpcode::GetElementPtr
    };
    depth > 0
        && read(a)
        && a.get_opcode() == b.get_opcode()
        && a.get_num_operands() == b.get_num_operands()
        && (0..a.get_num_operands())
            .all(|index| same(value_operand(a, index), value_operand(b, index), depth - 1))
}
