//! The boundary between the compiler and the backend library, which is loaded only when code is emitted (linking LLVM
//! would cost every start of the compiler over ten milliseconds).
//!
//! * [`EmitRequest`], [`EmitReply`]: what crosses the boundary. Both sides are built from the same sources by the same
//!   compiler, which [`abi_key`] makes sure of, so Rust references may cross.
//! * [`load`]: finds and opens the library.
//! * [`link`]: turns objects into programs.
//! * [`runtime`]: the native runtime that goes into every program.

pub mod link;
pub mod load;
pub mod request;
pub mod runtime;

pub use link::{LinkRequest, link};
pub use load::{Backend, load};
pub use request::{
    EMIT_SYMBOL, EmitFn, EmitKind, EmitReply, EmitRequest, Fatal, KEY_SYMBOL, KeyFn, OptLevel,
    abi_key,
};
