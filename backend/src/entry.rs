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
    let result = catch_unwind(AssertUnwindSafe(|| crate::emit(request)));
    let result = result.unwrap_or_else(|panic| Err(panic_text(panic.as_ref())));
    match result {
        Ok(text) => (reply.put)(reply, true, &text),
        Err(text) => (reply.put)(reply, false, &text),
    }
}

/// A panic in words; it is a defect of the backend, whatever it was given.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown panic");
    format!("internal error in the native backend: {text}")
}
