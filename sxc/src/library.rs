//! Finding the standard library: `SX_STDLIB_PATH`, else upwards from the executable.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Directories that hold `modules/...`, most wanted first: `--library`, `SX_STDLIB_PATH`, then the first
/// `library` (or `lib/sx`, `share/sx`) found walking up from the executable.
pub fn library_dirs(given: &[PathBuf]) -> Vec<PathBuf> {
    // Modules are known by their canonical paths.
    let canonical = |dir: &Path| dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
    let mut dirs: Vec<PathBuf> = given.iter().map(|dir| canonical(dir)).collect();
    match std::env::var_os("SX_STDLIB_PATH") {
        Some(path) if !path.is_empty() => dirs.push(canonical(Path::new(&path))),
        Some(_) | None => dirs.extend(shipped()),
    }
    dirs
}

/// The library that belongs to the executable.
pub fn shipped() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || from_executable(&std::env::current_exe().ok()?);
    FOUND.get_or_init(find).clone()
}

/// Refuses a `--library` that is none.
pub fn check(given: &[PathBuf]) -> Result<(), String> {
    match given.iter().find(|dir| !dir.join("modules").is_dir()) {
        Some(dir) => Err(format!(
            "'--library={}': there is no folder '{}'",
            dir.display(),
            dir.join("modules").display()
        )),
        None => Ok(()),
    }
}

fn from_executable(exe: &Path) -> Option<PathBuf> {
    let exe = exe.canonicalize().unwrap_or_else(|_| exe.to_path_buf());
    for dir in exe.ancestors().skip(1) {
        for name in ["library", "lib/sx", "share/sx"] {
            let candidate = dir.join(name);
            if candidate.join("modules").is_dir() {
                return Some(candidate);
            }
        }
    }
    // An executable built outside of the source tree still knows where it was built.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
    if source.join("modules").is_dir() {
        source.canonicalize().ok()
    } else {
        None
    }
}
