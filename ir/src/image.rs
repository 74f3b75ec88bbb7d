//! Static data: bytes plus the places in them that hold addresses.

use crate::func::FuncId;
use crate::module::GlobalId;

/// What a pointer-sized word in an image refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RelocTarget {
    Global(GlobalId),
    Func(FuncId),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reloc {
    /// Byte offset of the word in the image.
    pub offset: u64,
    pub target: RelocTarget,
    /// Added to the target's address (0 for functions).
    pub addend: i64,
}

/// Bytes in target layout; words named by `relocs` (sorted by offset) are zero in `bytes`.
/// `bytes` may be shorter than the object: the rest is zero.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ConstImage {
    pub bytes: Vec<u8>,
    pub relocs: Vec<Reloc>,
}

impl ConstImage {
    pub fn zeroed(size: u64) -> ConstImage {
        ConstImage {
            bytes: vec![0; size as usize],
            relocs: Vec::new(),
        }
    }

    pub fn from_bytes(bytes: Vec<u8>) -> ConstImage {
        ConstImage {
            bytes,
            relocs: Vec::new(),
        }
    }

    pub fn is_zero(&self) -> bool {
        self.relocs.is_empty() && self.bytes.iter().all(|b| *b == 0)
    }
}
