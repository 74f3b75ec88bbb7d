//! What crosses the boundary.

use std::path::PathBuf;
use sx_ir::{FuncId, Module, Symbol};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OptLevel {
    None,
    Less,
    #[default]
    Default,
    Aggressive,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EmitKind {
    /// An object file at this path.
    Object(PathBuf),
    /// Assembly text at this path.
    Asm(PathBuf),
    /// LLVM IR (after optimisation) as the reply's text.
    LlvmIr,
}

/// An order to emit what `roots` reach.
pub struct EmitRequest<'a> {
    pub module: &'a Module,
    /// `main` and exported functions. Exported globals are always emitted.
    pub roots: Vec<FuncId>,
    pub opt: OptLevel,
    pub emit: EmitKind,
    /// Emit the checks and name the place where one fails.
    pub checked: bool,
    /// DWARF for debuggers: variables and types. Checked code has line tables in any case.
    pub debug_info: bool,
    /// Position-independent, for PIE programs and shared libraries.
    pub pic: bool,
    /// CPU name as LLVM knows it, `native` for this machine; `None`: the target's baseline.
    pub cpu: Option<String>,
    /// The backend library has an interner of its own; names are resolved by the compiler's.
    pub resolve: fn(Symbol) -> &'static str,
    /// Told that LLVM gives up, in a way that it can't come back from: to end the process.
    pub fatal: fn(Fatal<'_>),
}

/// What LLVM gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fatal<'t> {
    /// Any code for the CPU that was asked for: a sentence that names it.
    Cpu(&'t str),
    /// The code of this program: the reason.
    Code(&'t str),
}

impl<'a> EmitRequest<'a> {
    /// A checked, optimised, position-independent emission; change fields as needed.
    pub fn new(module: &'a Module, roots: Vec<FuncId>, emit: EmitKind) -> EmitRequest<'a> {
        EmitRequest {
            module,
            roots,
            opt: OptLevel::Default,
            emit,
            checked: true,
            debug_info: false,
            pic: true,
            cpu: None,
            resolve: Symbol::as_str,
            // LLVM then prints its reason and aborts.
            fatal: |_| {},
        }
    }
}

/// Written by the backend: the emitted text (empty for files), or what went wrong. Owned by the compiler: the callback
/// allocates on its side, so that the two sides need not share an allocator for it.
pub struct EmitReply {
    pub result: Option<Result<String, String>>,
    pub put: fn(&mut EmitReply, bool, &str),
}

impl Default for EmitReply {
    fn default() -> EmitReply {
        EmitReply {
            result: None,
            put: put_reply,
        }
    }
}

fn put_reply(reply: &mut EmitReply, ok: bool, text: &str) {
    reply.result = Some(if ok {
        Ok(text.to_string())
    } else {
        Err(text.to_string())
    });
}

/// Name and type of the one function of the library that works.
pub const EMIT_SYMBOL: &str = "sx_backend_emit";
pub type EmitFn = unsafe extern "C" fn(*const EmitRequest<'_>, *mut EmitReply);

/// Name and type of the function that tells the library's [`abi_key`].
pub const KEY_SYMBOL: &str = "sx_backend_abi_key";
pub type KeyFn = extern "C" fn() -> u64;

/// Stands for the sources, the compiler and the layouts this crate was built with.
pub fn abi_key() -> u64 {
    let sources = u64::from_str_radix(env!("SX_BACKEND_ABI"), 16).unwrap_or(0);
    // Features of dependencies may differ between two builds of the same sources; the sizes tell.
    let sizes = [
        size_of::<Module>(),
        size_of::<sx_ir::Function>(),
        size_of::<sx_ir::Stmt>(),
        size_of::<sx_ir::Call>(),
        size_of::<sx_ir::SwitchCase>(),
        size_of::<EmitRequest<'_>>(),
    ];
    sizes
        .iter()
        .fold(sources, |key, size| key.rotate_left(9) ^ (*size as u64))
}
