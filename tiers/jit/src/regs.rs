//! Which machine register holds what. Between compiled functions every register is the callee's to use, except these:
//!
//! | register | holds |
//! |---|---|
//! | `r15` | the [`VmCtx`](sx_machine::ctx::VmCtx) |
//! | `r14` | `mem_base`: host address of sandbox address 0 |
//! | `r13` | end of the active call records: `records + depth`; the running function's own record is at `r13 - 8` |
//! | `r12` | steps left: `step_limit - steps` |
//! | `rbx` | the running function's frame (a callee gives it back as it found it) |
//! | `rsp` | native stack; a compiled frame takes one word of it, the return address |
//!
//! `steps` and `depth` in the context are stale while compiled code runs; whatever leaves it writes them back.
//! `rax`, `rcx`, `rdx`, `rsi` and the registers no local is pinned to hold temporaries.

/// A general register by its encoding.
pub type Gpr = u8;
/// An SSE register by its encoding.
pub type Xmm = u8;

pub const RAX: Gpr = 0;
pub const RCX: Gpr = 1;
pub const RDX: Gpr = 2;
pub const RBP: Gpr = 5;
pub const RSI: Gpr = 6;
pub const RDI: Gpr = 7;

/// A set of registers of one class.
pub type RegSet = u16;

pub fn bit(reg: u8) -> RegSet {
    1 << reg
}

/// Registers that locals can be pinned to, in order of preference.
pub const PIN_GPRS: [Gpr; 6] = [RDI, 8, 9, 10, 11, RBP];
pub const PIN_XMMS: [Xmm; 12] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Registers that never hold a pinned local.
pub const SCRATCH_GPRS: RegSet = 1 << RAX | 1 << RCX | 1 << RDX | 1 << RSI;
pub const SCRATCH_XMMS: RegSet = 0b1111;

/// Temporaries are taken in this order: the ones with special uses last.
pub const GPR_ORDER: [Gpr; 10] = [RSI, RAX, RCX, RDX, 11, 10, 9, 8, RDI, RBP];
