//! What machine code calls in Rust for operations that are rare or large.

#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use sx_ir::{BinaryOp, Ty, UnaryOp, semantics};
use sx_machine::Machine;
use sx_machine::bulk::Bulk;
use sx_machine::ctx::{Exit, Fault, VmCtx};
use sx_tier_api::HostFault;

type Helper = extern "sysv64" fn(*mut VmCtx) -> u64;

pub const FLOAT_OPS: usize = 8;

/// Index of the helper of a binary or unary float operation without an instruction of its own.
pub fn float_op(op: FloatOp, ty: Ty) -> usize {
    op as usize * 2 + usize::from(ty == Ty::F64)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FloatOp {
    Rem = 0,
    Sin = 1,
    Cos = 2,
    Floor = 3,
}

pub fn float_ops() -> [Helper; FLOAT_OPS] {
    [
        frem32, frem64, fsin32, fsin64, fcos32, fcos64, ffloor32, ffloor64,
    ]
}

fn set_fault(ctx: &mut VmCtx, fault: Fault) -> u64 {
    ctx.trap_kind = fault.kind as u64;
    ctx.trap_a = fault.a;
    ctx.trap_b = fault.b;
    Exit::Trap as u64
}

pub extern "sysv64" fn access_fault(ctx: *mut VmCtx, addr: u64, len: u64, store: u64) {
    // SAFETY: machine code passes its context, which nothing else uses meanwhile.
    let ctx = unsafe { &mut *ctx };
    let fault = if store != 0 {
        ctx.store_fault(addr, len)
    } else {
        ctx.load_fault(addr, len)
    };
    set_fault(ctx, fault);
}

/// memmove of `trap_kind` bytes from `trap_b` to `trap_a`.
pub extern "sysv64" fn copy(ctx: *mut VmCtx) -> u64 {
    // SAFETY: as in `access_fault`.
    let ctx = unsafe { &mut *ctx };
    let (dst, src, len) = (ctx.trap_a, ctx.trap_b, ctx.trap_kind);
    if len == 0 {
        return 0;
    }
    if !ctx.can_store(dst, len) {
        return set_fault(ctx, ctx.store_fault(dst, len));
    }
    if !ctx.can_load(src, len) {
        return set_fault(ctx, ctx.load_fault(src, len));
    }
    // SAFETY: both ranges were checked; they may overlap.
    unsafe {
        std::ptr::copy(
            ctx.mem_base.add(src as usize),
            ctx.mem_base.add(dst as usize),
            len as usize,
        )
    };
    0
}

/// memset of `trap_kind` bytes at `trap_a` to `trap_b`.
pub extern "sysv64" fn fill(ctx: *mut VmCtx) -> u64 {
    // SAFETY: as in `access_fault`.
    let ctx = unsafe { &mut *ctx };
    let (dst, byte, len) = (ctx.trap_a, ctx.trap_b as u8, ctx.trap_kind);
    if len == 0 {
        return 0;
    }
    if !ctx.can_store(dst, len) {
        return set_fault(ctx, ctx.store_fault(dst, len));
    }
    // SAFETY: the range was checked.
    unsafe {
        ctx.mem_base
            .add(dst as usize)
            .write_bytes(byte, len as usize)
    };
    0
}

/// Runs iterations of a loop; yields how many.
pub extern "sysv64" fn bulk(
    ctx: *mut VmCtx,
    frame: *mut u64,
    bulk: *const Bulk,
    steps: u64,
) -> u64 {
    // SAFETY: machine code passes its context and frame, with the locals in it, and a description that its compiler
    // keeps, in which globals are resolved.
    unsafe { (*bulk).run(&*ctx, frame, steps, |_| 0) }
}

/// The machine that machine code runs on, see `Machine::of`.
fn with_machine(ctx: *mut VmCtx, work: impl FnOnce(&mut Machine) -> Result<(), HostFault>) -> u64 {
    let done = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: machine code passes its context, which is its machine's; nothing else uses the machine meanwhile.
        work(unsafe { &mut *Machine::of(ctx) })
    }));
    // SAFETY: as in `access_fault`.
    let ctx = unsafe { &mut *ctx };
    match done {
        Ok(Ok(())) => Exit::Returned as u64,
        Ok(Err(HostFault::Limit(kind))) => {
            ctx.trap_kind = kind as u64;
            Exit::Limit as u64
        }
        Ok(Err(HostFault::Trap(trap))) => set_fault(ctx, Fault::new(trap.kind, trap.a, trap.b)),
        // Neither happens; an exit without a reason is reported as a bug.
        Ok(Err(HostFault::Exit(_) | HostFault::Unsupported(_) | HostFault::Refused(_)))
        | Err(_) => Exit::Host as u64,
    }
}

pub extern "sysv64" fn malloc(ctx: *mut VmCtx, frame: *mut u64) -> u64 {
    with_machine(ctx, |machine| {
        // SAFETY: the argument is in the frame's first word, where the result goes.
        unsafe { *frame = machine.malloc(*frame).map_err(HostFault::Limit)? };
        Ok(())
    })
}

pub extern "sysv64" fn free(ctx: *mut VmCtx, frame: *mut u64) -> u64 {
    with_machine(ctx, |machine| {
        // SAFETY: the argument is in the frame's first word.
        match unsafe { *frame } {
            0 => Ok(()),
            addr => machine.mfree(addr).map_err(HostFault::from),
        }
    })
}

macro_rules! float_helper {
    ($name:ident, $ctx:ident => $value:expr) => {
        extern "sysv64" fn $name(ctx: *mut VmCtx) -> u64 {
            // SAFETY: as in `access_fault`.
            let $ctx = unsafe { &mut *ctx };
            $ctx.trap_a = $value;
            0
        }
    };
}

fn rem(ty: Ty, ctx: &VmCtx) -> u64 {
    semantics::binary(BinaryOp::FRem, ty, ctx.trap_a, ctx.trap_b, 8).unwrap_or(0)
}

float_helper!(frem32, ctx => rem(Ty::F32, ctx));
float_helper!(frem64, ctx => rem(Ty::F64, ctx));
float_helper!(fsin32, ctx => semantics::unary(UnaryOp::FSin, Ty::F32, ctx.trap_a));
float_helper!(fsin64, ctx => semantics::unary(UnaryOp::FSin, Ty::F64, ctx.trap_a));
float_helper!(fcos32, ctx => semantics::unary(UnaryOp::FCos, Ty::F32, ctx.trap_a));
float_helper!(fcos64, ctx => semantics::unary(UnaryOp::FCos, Ty::F64, ctx.trap_a));
float_helper!(ffloor32, ctx => semantics::unary(UnaryOp::FFloor, Ty::F32, ctx.trap_a));
float_helper!(ffloor64, ctx => semantics::unary(UnaryOp::FFloor, Ty::F64, ctx.trap_a));
