//! The native runtime that every program is linked with: traps, their stack traces, and error return traces.

use std::path::Path;

/// The runtime compiled for the host.
pub const OBJECT: &[u8] = include_bytes!(env!("SX_RUNTIME_OBJECT"));

/// Its source, for other targets.
pub const SOURCE: &str = include_str!(env!("SX_RUNTIME_SOURCE"));

/// Writes the host's runtime object to `path`.
pub fn write_object(path: &Path) -> Result<(), String> {
    std::fs::write(path, OBJECT)
        .map_err(|error| format!("cannot write '{}': {error}", path.display()))
}

/// Writes the runtime's source to `path`, to be compiled with the target's C compiler.
pub fn write_source(path: &Path) -> Result<(), String> {
    std::fs::write(path, SOURCE)
        .map_err(|error| format!("cannot write '{}': {error}", path.display()))
}
