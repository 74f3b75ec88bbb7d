//! What the rest of the compiler needs to know of the machine compiled for.

use crate::func::ParamAttr;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Endian {
    Little,
    Big,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Os {
    Macos,
    Linux,
    Windows,
    Wasm,
    Ios,
    Android,
    Unknown,
}

impl Endian {
    /// Stores the low `place.len()` bytes of `value`.
    pub fn write(self, place: &mut [u8], value: u64) {
        let len = place.len().min(8);
        match self {
            Endian::Little => place[..len].copy_from_slice(&value.to_le_bytes()[..len]),
            Endian::Big => place[..len].copy_from_slice(&value.to_be_bytes()[8 - len..]),
        }
    }

    /// The zero-extended value of up to 8 bytes.
    pub fn read(self, bytes: &[u8]) -> u64 {
        let mut word = [0u8; 8];
        let len = bytes.len().min(8);
        match self {
            Endian::Little => {
                word[..len].copy_from_slice(&bytes[..len]);
                u64::from_le_bytes(word)
            }
            Endian::Big => {
                word[8 - len..].copy_from_slice(&bytes[..len]);
                u64::from_be_bytes(word)
            }
        }
    }

    /// An 8-byte word in memory.
    pub fn word(self, value: u64) -> [u8; 8] {
        match self {
            Endian::Little => value.to_le_bytes(),
            Endian::Big => value.to_be_bytes(),
        }
    }
}

/// The architectures that sx programs can tell apart; the others are `Unknown` to them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arch {
    Aarch64,
    X86_64,
    Wasm32,
    Wasm64,
    Unknown,
}

/// How C functions take and return values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CAbi {
    /// x86-64 System V.
    SystemV,
    /// AArch64 on Linux.
    Aapcs64,
    /// 64-bit z/Architecture on Linux.
    S390x,
    /// RISC-V's LP64D.
    Lp64d,
    /// Scalars and pointers only.
    Scalars,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Triple as LLVM spells it.
    pub triple: String,
    pub os: Os,
    pub arch: Arch,
    /// Bytes of a pointer: 4 or 8.
    pub pointer_size: u64,
    pub endian: Endian,
    /// Alignment of 8-byte integers and floats (4 on 32-bit x86).
    pub align_i64: u64,
    pub align_f64: u64,
}

/// The machines that can be compiled for: first component of the triple, architecture in sx, bytes of a pointer, byte
/// order, alignment of 8-byte scalars.
const MACHINES: [(&str, Arch, u64, Endian, u64); 10] = [
    ("x86_64", Arch::X86_64, 8, Endian::Little, 8),
    ("aarch64", Arch::Aarch64, 8, Endian::Little, 8),
    ("riscv64", Arch::Unknown, 8, Endian::Little, 8),
    ("armv7", Arch::Unknown, 4, Endian::Little, 8),
    ("i686", Arch::Unknown, 4, Endian::Little, 4),
    ("s390x", Arch::Unknown, 8, Endian::Big, 8),
    ("powerpc64", Arch::Unknown, 8, Endian::Big, 8),
    ("powerpc64le", Arch::Unknown, 8, Endian::Little, 8),
    ("wasm32", Arch::Wasm32, 4, Endian::Little, 8),
    ("wasm64", Arch::Wasm64, 8, Endian::Little, 8),
];

impl Target {
    pub fn x86_64_linux() -> Target {
        Target {
            triple: "x86_64-unknown-linux-gnu".into(),
            os: Os::Linux,
            arch: Arch::X86_64,
            pointer_size: 8,
            endian: Endian::Little,
            align_i64: 8,
            align_f64: 8,
        }
    }

    /// The target of a triple as LLVM spells it, whose machine is one of those known here.
    pub fn of_triple(triple: &str, os: Os) -> Option<Target> {
        let machine = triple.split('-').next()?;
        let (_, arch, pointer_size, endian, align) =
            *MACHINES.iter().find(|(name, ..)| *name == machine)?;
        Some(Target {
            triple: triple.to_owned(),
            os,
            arch,
            pointer_size,
            endian,
            align_i64: align,
            align_f64: align,
        })
    }

    /// First component of the triple.
    pub fn machine(&self) -> &str {
        self.triple.split('-').next().unwrap_or_default()
    }

    pub fn c_abi(&self) -> CAbi {
        match (self.os, self.machine()) {
            (Os::Linux, "aarch64") => CAbi::Aapcs64,
            (Os::Linux, "s390x") => CAbi::S390x,
            (Os::Linux, "riscv64") => CAbi::Lp64d,
            (Os::Linux | Os::Macos | Os::Unknown, "x86_64") => CAbi::SystemV,
            (_, _) => CAbi::Scalars,
        }
    }

    /// Whether functions keep a record {caller's record, return address} that a frame pointer points to, by which the
    /// runtime walks the stack.
    pub fn has_frame_records(&self) -> bool {
        matches!(self.machine(), "x86_64" | "aarch64")
    }

    /// Whether a C function's variable arguments, floats too, travel as integers do.
    pub fn variadic_floats_as_integers(&self) -> bool {
        matches!(
            self.machine(),
            "riscv64" | "armv7" | "powerpc64" | "powerpc64le"
        )
    }

    /// How the caller of a C function extends an integer of `bits` bits, and the callee one that it returns.
    pub fn c_extension(&self, bits: u32, signed: bool) -> ParamAttr {
        let register = match self.machine() {
            // Whoever reads it extends it.
            "aarch64" => 0,
            "s390x" | "powerpc64" | "powerpc64le" | "riscv64" => 64,
            _ => 32,
        };
        if bits >= register {
            return ParamAttr::None;
        }
        // On RISC-V, integers of 32 bits are extended by their sign even if they have none.
        if signed || (bits == 32 && self.machine() == "riscv64") {
            ParamAttr::SExt
        } else {
            ParamAttr::ZExt
        }
    }
}
