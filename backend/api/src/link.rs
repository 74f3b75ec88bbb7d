//! Turning objects into a program with the system's C compiler driver.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// A program (or shared library) to link.
#[derive(Clone, Debug, Default)]
pub struct LinkRequest {
    /// Linker driver; `None`: `cc`. Words after the first are its first arguments.
    pub linker: Option<String>,
    pub objects: Vec<PathBuf>,
    pub output: PathBuf,
    /// `-l` names, in order.
    pub libraries: Vec<String>,
    /// `-L` folders.
    pub library_paths: Vec<PathBuf>,
    /// Passed on as they are, after everything else.
    pub extra: Vec<String>,
    pub sysroot: Option<PathBuf>,
    pub shared: bool,
    /// Position-independent program (the objects were emitted so).
    pub pie: bool,
}

/// The command line of a link, program first.
pub fn command_line(request: &LinkRequest) -> Vec<OsString> {
    let driver = request.linker.as_deref().unwrap_or("cc");
    let mut line: Vec<OsString> = driver.split_whitespace().map(OsString::from).collect();
    if line.is_empty() {
        line.push("cc".into());
    }
    if let Some(root) = &request.sysroot {
        line.push(format!("--sysroot={}", root.display()).into());
    }
    if request.shared {
        line.push("-shared".into());
    } else {
        line.push(if request.pie { "-pie" } else { "-no-pie" }.into());
    }
    line.extend(request.objects.iter().map(OsString::from));
    line.push("-o".into());
    line.push(request.output.clone().into());
    for folder in &request.library_paths {
        line.push("-L".into());
        line.push(folder.clone().into());
    }
    // Libraries named by the program come first: they may need the two below.
    for library in &request.libraries {
        line.push(format!("-l{library}").into());
    }
    line.extend(request.extra.iter().map(OsString::from));
    line.push("-lm".into());
    line.push("-lpthread".into());
    line
}

/// Links; the error carries the linker's own words. Folders of the output path are made.
pub fn link(request: &LinkRequest) -> Result<(), String> {
    if let Some(folder) = request.output.parent()
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make '{}': {error}", folder.display()))?;
    }
    let line = command_line(request);
    let program = &line[0];
    let shown = program.to_string_lossy().into_owned();
    let output = Command::new(program)
        .args(&line[1..])
        .output()
        .map_err(|error| format!("cannot run the linker '{shown}': {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the linker '{shown}' failed ({}):\n{}",
        output.status,
        said.trim_end()
    ))
}
