//! State shared by the VM and the JIT, in a fixed layout so that machine code can address it.
//!
//! **Frames.** A frame is a run of 64-bit words in host memory (the register stack). Word `i` of a frame holds local
//! `i` of the function as a zero-extended pattern; parameters are the first locals; a tier may keep temporaries in the
//! words after the locals. The caller places the callee's frame right after its own, wherever its own ends; it writes
//! the arguments to words 0.. of the new frame; the callee zeroes its other locals; on return the results are in words
//! 0.. of the callee's frame. So VM frames and JIT frames mix freely, and at a loop header all state of a function is
//! in its frame (expressions hold no calls), which is where on-stack replacement happens.
//!
//! **Sandbox stack.** A function with slots takes `FrameLayout::size` bytes at `sp` on entry (zeroed), gives them back
//! on return.
//!
//! **Entry sequence**, the same in every tier and in this order: count a step (trap `Steps` if `steps == step_limit`
//! before counting), check depth, push a [`CallRecord`], check and take sandbox stack. A limit hit on entry is
//! reported at the caller's call (the callee has no record yet for `Steps` and `Depth`; for `Stack` it has).

#![allow(unsafe_code)]

use sx_ir::{FuncId, LocId, TrapKind};
use sx_tier_api::{HostFault, Trap};

/// One active call. `loc` is kept current by the tier that runs the frame: set before every call and host call, and
/// when a trap is raised.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CallRecord {
    pub func: FuncId,
    pub loc: LocId,
}

/// How compiled code came back.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Returned = 0,
    /// `trap_kind`, `trap_a`, `trap_b` are set.
    Trap = 1,
    /// `trap_kind` holds the limit.
    Limit = 2,
    /// The host's fault is kept in [`VmCtx::pending`]'s owner.
    Host = 3,
}

/// Machine-code entry of a function: `extern "sysv64" fn(ctx: *mut VmCtx, frame: *mut u64, func: u64) -> u64`
/// ([`Exit`]). Whoever calls through `entries` passes the callee's `FuncId` as third argument: compiled code ignores
/// it, the one stub that runs any function in the VM needs it.
pub type CodeEntry = *const u8;

#[repr(C)]
pub struct VmCtx {
    /// Host address of sandbox address 0: host = mem_base + address.
    pub mem_base: *mut u8,
    /// Lowest loadable address; below it is the null guard.
    pub load_start: u64,
    /// Lowest storable address; constants lie below.
    pub store_start: u64,
    /// One past the last accessible address (end of the heap so far).
    pub mem_end: u64,
    /// Next free sandbox stack address and the stack's end.
    pub sp: u64,
    pub stack_end: u64,
    pub steps: u64,
    pub step_limit: u64,
    /// Active calls: `records[..depth]`.
    pub records: *mut CallRecord,
    pub depth: u64,
    pub depth_limit: u64,
    /// Per function (index: `FuncId`): machine code, or a stub that runs it in the VM. Never null once running.
    pub entries: *const CodeEntry,
    /// Values of functions: `fn_base + 16 * ordinal`; `fn_of[ordinal]` is the FuncId, `fn_count` their number.
    pub fn_base: u64,
    pub fn_of: *const FuncId,
    pub fn_count: u64,
    /// Operands of a trap or limit in flight.
    pub trap_kind: u64,
    pub trap_a: u64,
    pub trap_b: u64,
    /// End of the register stack; a frame that does not fit is a `Depth` limit.
    pub frames_end: *mut u64,
    /// The engine's own state (host, machine, VM), for callbacks from machine code.
    pub owner: *mut core::ffi::c_void,
}

impl VmCtx {
    /// Whether `len` bytes at `addr` may be read.
    #[inline(always)]
    pub fn can_load(&self, addr: u64, len: u64) -> bool {
        addr >= self.load_start && len <= self.mem_end && addr <= self.mem_end - len
    }

    /// Whether `len` bytes at `addr` may be written.
    #[inline(always)]
    pub fn can_store(&self, addr: u64, len: u64) -> bool {
        addr >= self.store_start && len <= self.mem_end && addr <= self.mem_end - len
    }

    /// Why [`VmCtx::can_load`] said no.
    #[cold]
    pub fn load_fault(&self, addr: u64, len: u64) -> Fault {
        if addr < self.load_start {
            Fault {
                kind: TrapKind::NullAccess,
                a: addr,
                b: 0,
            }
        } else {
            Fault {
                kind: TrapKind::BadAccess,
                a: addr,
                b: len,
            }
        }
    }

    /// Why [`VmCtx::can_store`] said no.
    #[cold]
    pub fn store_fault(&self, addr: u64, len: u64) -> Fault {
        if self.can_load(addr, len) {
            Fault {
                kind: TrapKind::ConstWrite,
                a: addr,
                b: 0,
            }
        } else {
            self.load_fault(addr, len)
        }
    }

    /// The function a function value stands for.
    #[inline]
    pub fn function_of(&self, value: u64) -> Option<FuncId> {
        let offset = value.wrapping_sub(self.fn_base);
        let ordinal = offset / FN_STRIDE;
        if ordinal < self.fn_count && offset.is_multiple_of(FN_STRIDE) {
            // SAFETY: `fn_of` points at `fn_count` entries for as long as the machine lives.
            Some(unsafe { *self.fn_of.add(ordinal as usize) })
        } else {
            None
        }
    }
}

/// Distance of neighbouring function values.
pub const FN_STRIDE: u64 = 16;

/// A trap without text: what the hot paths return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    pub kind: TrapKind,
    pub a: u64,
    pub b: u64,
}

impl Fault {
    pub fn new(kind: TrapKind, a: u64, b: u64) -> Fault {
        Fault { kind, a, b }
    }
}

impl From<Fault> for Trap {
    fn from(fault: Fault) -> Trap {
        Trap::new(fault.kind, fault.a, fault.b)
    }
}

impl From<Fault> for HostFault {
    fn from(fault: Fault) -> HostFault {
        HostFault::Trap(fault.into())
    }
}
