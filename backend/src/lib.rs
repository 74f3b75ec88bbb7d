//! The native backend: typed IR to LLVM IR to object code, assembly or text.
//!
//! * [`entry`]: the two functions the library exports.
//! * [`emit`]: one emission from request to file; [`machine`]: target machines and what they must agree on; [`cpu`]: the
//!   CPU that is asked for; [`fatal`]: LLVM's end; [`constants`]: writes to constants.
//! * [`unit`]: the LLVM module being made and what all parts of it share; [`decl`]: signatures and declarations;
//!   [`data`]: static data.
//! * [`body`]: statements; [`expr`]: expression trees; [`arith`]: scalar operations; [`call`]: calls and returns;
//!   [`atomic`]: atomic statements; [`trap`]: checks, and what the runtime is told of them.
//! * [`debug`]: DWARF. [`raw`]: LLVM functions that inkwell has no name for.
//!
//! Meaning: `sx_ir::semantics`, with these native freedoms. Arithmetic NaNs carry whatever bits the machine makes;
//! where a program reads a float's bits (`bits_of`), the machine's default NaN becomes the canonical one. Code built
//! without checks divides by zero as if by one. `sin`, `cos` and `fmod` are those of the target's C library.

pub mod emit;
pub mod entry;

mod arith;
mod atomic;
mod body;
mod call;
mod constants;
mod cpu;
mod data;
mod debug;
mod debug_types;
mod decl;
mod expr;
mod fatal;
mod machine;
mod nulls;
mod raw;
mod trap;
mod unit;

pub use emit::emit;
