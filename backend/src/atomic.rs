//! Atomic statements. Addresses and floats go through integers of their size, which every operation accepts.

use crate::body::Lower;
use crate::unit::{Error, Res};
use inkwell::values::{BasicValue, BasicValueEnum, IntValue};
use inkwell::{AtomicOrdering, AtomicRMWBinOp};
use sx_ir::{ExprId, LocId, Order, RmwOp, StmtKind, Ty};

fn ordering(order: Order) -> AtomicOrdering {
    match order {
        Order::Relaxed => AtomicOrdering::Monotonic,
        Order::Acquire => AtomicOrdering::Acquire,
        Order::Release => AtomicOrdering::Release,
        Order::AcqRel => AtomicOrdering::AcquireRelease,
        Order::SeqCst => AtomicOrdering::SequentiallyConsistent,
    }
}

/// Orders that a load (and a failed exchange) can have; others become the strongest.
fn load_ordering(order: Order) -> AtomicOrdering {
    match order {
        Order::Relaxed | Order::Acquire | Order::SeqCst => ordering(order),
        Order::Release | Order::AcqRel => AtomicOrdering::SequentiallyConsistent,
    }
}

fn store_ordering(order: Order) -> AtomicOrdering {
    match order {
        Order::Relaxed | Order::Release | Order::SeqCst => ordering(order),
        Order::Acquire | Order::AcqRel => AtomicOrdering::SequentiallyConsistent,
    }
}

impl<'r, 'c> Lower<'_, 'r, 'c> {
    pub fn atomic(&mut self, stmt: &'r StmtKind, loc: LocId) -> Res<()> {
        match stmt {
            StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order,
            } => {
                let pointer = self.pointer(*addr)?;
                self.at(loc);
                let int = self.unit.types.int_of(*ty);
                let value = self.unit.builder.build_load(int, pointer, "")?;
                let load = value
                    .as_instruction_value()
                    .ok_or_else(|| Error("a load is no instruction".into()))?;
                load.set_alignment(self.natural(*ty))
                    .map_err(|error| Error(error.to_string()))?;
                load.set_atomic_ordering(load_ordering(*order))
                    .map_err(|error| Error(error.to_string()))?;
                let value = self.value_of_pattern(*ty, value.into_int_value())?;
                self.set_local(*dst, value)
            }
            StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order,
            } => {
                let pointer = self.pointer(*addr)?;
                let value = self.pattern(*value)?;
                self.at(loc);
                let store = self.unit.builder.build_store(pointer, value)?;
                store
                    .set_alignment(self.natural(*ty))
                    .map_err(|error| Error(error.to_string()))?;
                store
                    .set_atomic_ordering(store_ordering(*order))
                    .map_err(|error| Error(error.to_string()))
            }
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                order,
            } => {
                let pointer = self.pointer(*addr)?;
                let value = self.pattern(*value)?;
                self.at(loc);
                let op = match op {
                    RmwOp::Xchg => AtomicRMWBinOp::Xchg,
                    RmwOp::Add => AtomicRMWBinOp::Add,
                    RmwOp::Sub => AtomicRMWBinOp::Sub,
                    RmwOp::And => AtomicRMWBinOp::And,
                    RmwOp::Or => AtomicRMWBinOp::Or,
                    RmwOp::Xor => AtomicRMWBinOp::Xor,
                    RmwOp::MinS => AtomicRMWBinOp::Min,
                    RmwOp::MinU => AtomicRMWBinOp::UMin,
                    RmwOp::MaxS => AtomicRMWBinOp::Max,
                    RmwOp::MaxU => AtomicRMWBinOp::UMax,
                };
                let old =
                    self.unit
                        .builder
                        .build_atomicrmw(op, pointer, value, ordering(*order))?;
                let old = self.value_of_pattern(*ty, old)?;
                self.set_local(*dst, old)
            }
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                weak,
                success,
                failure,
            } => {
                let pointer = self.pointer(*addr)?;
                let expected = self.pattern(*expected)?;
                let desired = self.pattern(*desired)?;
                self.at(loc);
                let (success, failure) = (ordering(*success), load_ordering(*failure));
                let both = self
                    .unit
                    .builder
                    .build_cmpxchg(pointer, expected, desired, success, failure)?;
                if *weak && let Some(instruction) = both.as_instruction_value() {
                    crate::raw::set_weak_exchange(instruction);
                }
                let seen = self
                    .unit
                    .builder
                    .build_extract_value(both, 0, "")?
                    .into_int_value();
                let stored = self
                    .unit
                    .builder
                    .build_extract_value(both, 1, "")?
                    .into_int_value();
                let seen = self.value_of_pattern(*ty, seen)?;
                let stored =
                    self.unit
                        .builder
                        .build_int_z_extend(stored, self.unit.types.i8, "")?;
                self.set_local(*old, seen)?;
                self.set_local(*ok, stored.into())
            }
            StmtKind::Fence(order) => {
                if *order != Order::Relaxed {
                    self.unit.builder.build_fence(ordering(*order), false, "")?;
                }
                Ok(())
            }
            other => Err(Error(format!(
                "not implemented: atomic statement {other:?}"
            ))),
        }
    }

    fn natural(&self, ty: Ty) -> u32 {
        ty.size(self.unit.ir.target.pointer_size) as u32
    }

    fn pattern(&mut self, id: ExprId) -> Res<IntValue<'c>> {
        match self.value(id)? {
            BasicValueEnum::FloatValue(value) => {
                let int = self.unit.types.int_of(self.ir.expr_ty(id));
                Ok(self
                    .unit
                    .builder
                    .build_bit_cast(value, int, "")?
                    .into_int_value())
            }
            other => self.as_int(other),
        }
    }

    fn value_of_pattern(&mut self, ty: Ty, value: IntValue<'c>) -> Res<BasicValueEnum<'c>> {
        Ok(match ty {
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => value.into(),
            Ty::F32 | Ty::F64 => {
                self.unit
                    .builder
                    .build_bit_cast(value, self.unit.types.of(ty), "")?
            }
            Ty::Ptr => self
                .unit
                .builder
                .build_int_to_ptr(value, self.unit.types.ptr, "")?
                .into(),
        })
    }
}
