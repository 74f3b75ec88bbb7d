//! What the rest of the compiler needs to know of the machine compiled for.

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

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arch {
    Aarch64,
    X86_64,
    Wasm32,
    Wasm64,
    Unknown,
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
}
