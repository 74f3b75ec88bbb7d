//! The functions that the compiler finds in the loaded library.
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use sx_backend_api::{EmitReply, EmitRequest};

/// Tells what this library was built from.
#[unsafe(no_mangle)]
pub extern "C" fn sx_backend_abi_key() -> u64 {
    sx_backend_api::abi_key()
}

/// Does what `request` orders and puts the answer into `reply`.
///
/// # Safety
/// Both pointers must be valid, and made by code with the same ABI key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sx_backend_emit(request: *const EmitRequest<'_>, reply: *mut EmitReply) {
    // SAFETY: the caller's promise.
    let (request, reply) = unsafe { (&*request, &mut *reply) };
    let result = catch_unwind(AssertUnwindSafe(|| crate::emit(request))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown panic");
        Err(format!("internal error in the native backend: {text}"))
    });
    match result {
        Ok(text) => (reply.put)(reply, true, &text),
        Err(text) => (reply.put)(reply, false, &text),
    }
}
