//! The native runtime that every program is linked with: traps, their stack traces, and error return traces.

use std::path::Path;
use std::process::Command;

/// The runtime compiled for the host.
pub const OBJECT: &[u8] = include_bytes!(env!("SX_RUNTIME_OBJECT"));

/// Its source, to be compiled for other targets.
pub const SOURCE: &str = include_str!(env!("SX_RUNTIME_SOURCE"));

/// What the source includes, by names relative to it.
const HEADERS: [(&str, &str); 1] = [("sxlines.h", include_str!("../../runtime/sxlines.h"))];

/// How it is compiled everywhere.
const FLAGS: [&str; 6] = [
    "-std=gnu11",
    "-O1",
    "-fPIC",
    "-fno-omit-frame-pointer",
    "-fno-stack-protector",
    "-c",
];

/// Writes the host's runtime object to `path`.
pub fn write_object(path: &Path) -> Result<(), String> {
    std::fs::write(path, OBJECT)
        .map_err(|error| format!("cannot write '{}': {error}", path.display()))
}

/// Writes the runtime's source to `path`, and its headers beside it, to be compiled with the target's C compiler.
pub fn write_source(path: &Path) -> Result<(), String> {
    let headers = HEADERS
        .iter()
        .map(|(name, text)| (path.with_file_name(name), *text));
    for (path, text) in headers.chain([(path.to_path_buf(), SOURCE)]) {
        std::fs::write(&path, text)
            .map_err(|error| format!("cannot write '{}': {error}", path.display()))?;
    }
    Ok(())
}

/// Compiles the runtime's source with the C compiler `driver` (its words) of another target.
pub fn compile(
    driver: &str,
    sysroot: Option<&Path>,
    source: &Path,
    object: &Path,
) -> Result<(), String> {
    let mut words = driver.split_whitespace();
    let program = words.next().unwrap_or("cc");
    let mut command = Command::new(program);
    command.args(words).args(FLAGS);
    if let Some(root) = sysroot {
        command.arg(format!("--sysroot={}", root.display()));
    }
    let output = command
        .arg(source)
        .arg("-o")
        .arg(object)
        .output()
        .map_err(|error| format!("cannot run the C compiler '{driver}': {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "the C compiler '{driver}' cannot compile the runtime ({}):\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    ))
}
