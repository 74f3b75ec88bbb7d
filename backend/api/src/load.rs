//! Finding and opening the backend library.
#![allow(unsafe_code)]

use crate::request::{EMIT_SYMBOL, EmitFn, EmitReply, EmitRequest, KEY_SYMBOL, KeyFn, abi_key};
use std::path::{Path, PathBuf};

/// The opened library. It stays loaded until the process ends: LLVM does not like to be unloaded.
pub struct Backend {
    emit: EmitFn,
    path: PathBuf,
}

impl Backend {
    /// Emits code as ordered: the text for [`crate::EmitKind::LlvmIr`], else an empty string.
    pub fn emit(&self, request: &EmitRequest<'_>) -> Result<String, String> {
        // The library's allocator is another one, so it must not be the one to fill the module's lazy parts.
        request.module.types.settle_layouts();
        let mut reply = EmitReply::default();
        // SAFETY: `emit` is the library's function of this type (the ABI key was compared), and both pointers are to
        // live values.
        unsafe { (self.emit)(request, &mut reply) };
        reply
            .result
            .unwrap_or_else(|| Err("the backend gave no answer".to_string()))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// File name of the library on this host.
pub fn library_name() -> String {
    format!(
        "{}sx_backend{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// Places to look for the library, best first: `SX_BACKEND`, beside the executable, its `deps`, the folder above, and
/// `../lib`.
pub fn default_candidates() -> Vec<PathBuf> {
    let name = library_name();
    let mut candidates: Vec<PathBuf> = std::env::var_os("SX_BACKEND")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    let Ok(exe) = std::env::current_exe() else {
        return candidates;
    };
    let exe = exe.canonicalize().unwrap_or(exe);
    if let Some(folder) = exe.parent() {
        candidates.push(folder.join(&name));
        candidates.push(folder.join("deps").join(&name));
        if let Some(parent) = folder.parent() {
            candidates.push(parent.join(&name));
            candidates.push(parent.join("deps").join(&name));
            candidates.push(parent.join("lib").join(&name));
        }
    }
    candidates
}

/// Opens the first candidate that exists and fits this compiler.
pub fn load(candidates: &[PathBuf]) -> Result<Backend, String> {
    let mut problems = Vec::new();
    for path in candidates.iter().filter(|path| path.is_file()) {
        match open(path) {
            Ok(emit) => {
                return Ok(Backend {
                    emit,
                    path: path.clone(),
                });
            }
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    if problems.is_empty() {
        let places: Vec<String> = candidates
            .iter()
            .map(|path| format!("\n  {}", path.display()))
            .collect();
        return Err(format!(
            "the native backend was not found; looked for{}",
            places.concat()
        ));
    }
    Err(format!(
        "the native backend could not be loaded: {}",
        problems.join("; ")
    ))
}

fn open(path: &Path) -> Result<EmitFn, String> {
    // SAFETY: the library's initialisers are LLVM's and ours.
    let library = unsafe { libloading::Library::new(path) }.map_err(|error| error.to_string())?;
    // SAFETY: the symbol has this type in every version of the library.
    let key = unsafe { library.get::<KeyFn>(KEY_SYMBOL.as_bytes()) }
        .map_err(|error| error.to_string())?();
    if key != abi_key() {
        return Err("it was built for another version of the compiler".to_string());
    }
    // SAFETY: with an equal key the symbol has this type.
    let emit = *unsafe { library.get::<EmitFn>(EMIT_SYMBOL.as_bytes()) }
        .map_err(|error| error.to_string())?;
    std::mem::forget(library);
    Ok(emit)
}
