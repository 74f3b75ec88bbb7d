//! The ways a running program stops, and how each is worded. Every engine and the native runtime use these texts.

/// Why execution stopped. The two operands `a`, `b` that go with a trap are the checked values
/// (index and length, address and size, ...), both as 64-bit patterns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TrapKind {
    /// `a` index, `b` length.
    Index = 0,
    /// Subslice: `a` the offending bound, `b` what it may be at most.
    Slice = 1,
    DivideByZero = 2,
    /// `a` amount, `b` width in bits.
    Shift = 3,
    /// An absent optional was unwrapped.
    Unwrap = 4,
    /// `a` active tag, `b` wanted tag.
    Variant = 5,
    /// `a` address.
    NullAccess = 6,
    /// Load or store outside the program's memory: `a` address, `b` bytes.
    BadAccess = 7,
    /// Store to constant storage: `a` address.
    ConstWrite = 8,
    /// Call through null or a value that is no function: `a` value.
    BadCall = 9,
    /// Call through a pointer of another signature: `a` value.
    BadCallSignature = 10,
    Unreachable = 11,
    /// An inexact `free`: `a` address.
    BadFree = 12,
    /// An operation the sandbox does not have (named by the host).
    Denied = 13,
    /// Program-requested stop (`abort`).
    Abort = 14,
}

pub const TRAP_KINDS: [TrapKind; 15] = [
    TrapKind::Index,
    TrapKind::Slice,
    TrapKind::DivideByZero,
    TrapKind::Shift,
    TrapKind::Unwrap,
    TrapKind::Variant,
    TrapKind::NullAccess,
    TrapKind::BadAccess,
    TrapKind::ConstWrite,
    TrapKind::BadCall,
    TrapKind::BadCallSignature,
    TrapKind::Unreachable,
    TrapKind::BadFree,
    TrapKind::Denied,
    TrapKind::Abort,
];

impl TrapKind {
    /// Spelling in IR text.
    pub fn name(self) -> &'static str {
        match self {
            TrapKind::Index => "index",
            TrapKind::Slice => "slice",
            TrapKind::DivideByZero => "divide_by_zero",
            TrapKind::Shift => "shift",
            TrapKind::Unwrap => "unwrap",
            TrapKind::Variant => "variant",
            TrapKind::NullAccess => "null_access",
            TrapKind::BadAccess => "bad_access",
            TrapKind::ConstWrite => "const_write",
            TrapKind::BadCall => "bad_call",
            TrapKind::BadCallSignature => "bad_call_signature",
            TrapKind::Unreachable => "unreachable",
            TrapKind::BadFree => "bad_free",
            TrapKind::Denied => "denied",
            TrapKind::Abort => "abort",
        }
    }

    pub fn from_name(name: &str) -> Option<TrapKind> {
        TRAP_KINDS.into_iter().find(|kind| kind.name() == name)
    }

    /// printf-like form of the message: `%d` stands for a signed, `%x` for a hexadecimal operand, in order `a`, `b`.
    /// The native runtime carries a copy of this table; a test compares the two.
    pub fn template(self) -> &'static str {
        match self {
            TrapKind::Index => "index %d is out of range for length %d",
            TrapKind::Slice => "slice bound %d is out of range (at most %d)",
            TrapKind::DivideByZero => "integer division by zero",
            TrapKind::Shift => "shift by %d is out of range for a width of %d bits",
            TrapKind::Unwrap => "unwrapped an absent optional",
            TrapKind::Variant => "the active variant has tag %d, but tag %d was read",
            TrapKind::NullAccess => "null pointer dereference",
            TrapKind::BadAccess => "invalid memory access at 0x%x (%d bytes)",
            TrapKind::ConstWrite => "write to constant storage",
            TrapKind::BadCall => "call through a null or invalid function pointer",
            TrapKind::BadCallSignature => "call through a function pointer of another type",
            TrapKind::Unreachable => "reached code that must not be reached",
            TrapKind::BadFree => "free of 0x%x, which is no live allocation",
            TrapKind::Denied => "operation not available at compile time",
            TrapKind::Abort => "the program aborted",
        }
    }

    pub fn message(self, a: u64, b: u64) -> String {
        let mut out = String::new();
        let mut operands = [a, b].into_iter();
        let mut chars = self.template().chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let value = operands.next().unwrap_or(0);
            match chars.next() {
                Some('d') => out.push_str(&(value as i64).to_string()),
                Some('x') => out.push_str(&format!("{value:x}")),
                Some(other) => out.push(other),
                None => {}
            }
        }
        out
    }
}

/// A resource limit that ended an evaluation. Exact and equal in every engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LimitKind {
    Steps,
    Memory,
    Depth,
    /// Frame memory (address-taken locals) is used up.
    Stack,
    /// A single block of the heap is larger than any may be, however much memory is allowed.
    Block,
}

pub const LIMIT_KINDS: [LimitKind; 5] = [
    LimitKind::Steps,
    LimitKind::Memory,
    LimitKind::Depth,
    LimitKind::Stack,
    LimitKind::Block,
];
