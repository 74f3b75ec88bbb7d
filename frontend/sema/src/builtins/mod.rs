//! The compiler's own functions: intrinsics, reflection and its run-time records, atomics, metatypes, assembly.

pub(crate) mod absent;
pub(crate) mod arguments;
pub(crate) mod asm_rules;
pub(crate) mod assembly;
pub(crate) mod atomics;
pub(crate) mod intrinsics;
pub(crate) mod library_signatures;
pub(crate) mod metatypes;
pub(crate) mod minting;
pub(crate) mod reflect;
pub(crate) mod reflection;
pub(crate) mod type_infos;
