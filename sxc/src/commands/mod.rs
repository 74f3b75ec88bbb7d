//! One module for each command.

mod asm;
mod build;
mod check;
mod debug;
mod expand;
mod ir;
mod listing;
mod members;
mod parity;
mod run;

use std::path::{Path, PathBuf};

use crate::cli::{Command, OptLevel};
use crate::pipeline::{self, Compiled, Stopped, fail, plain};
use crate::render::ErrorFormat;

/// Runs a command and returns the exit status.
pub fn run(command: &Command) -> u8 {
    let result = match command {
        Command::Run(args) => run::run(args),
        Command::Build(args) => build::run(args),
        Command::Check(args) => check::run(args),
        Command::Ir(args) => ir::run(args),
        Command::Asm(args) => asm::run(args),
        Command::Expand(args) => expand::run(args),
        Command::Members(args) => members::run(args),
        Command::Debug(args) => debug::run(args),
        Command::Parity(args) => parity::run(args),
    };
    match result {
        Ok(status) | Err(Stopped(status)) => status,
    }
}

/// Traces are recorded without optimisation, and on request.
fn traces(opt: OptLevel, requested: bool) -> bool {
    requested || opt <= OptLevel::Less
}

/// The file's base name without `.sx`, with `extension`.
fn default_output(file: &Path, extension: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let base = name.strip_suffix(".sx").unwrap_or(&name);
    PathBuf::from(format!("{base}{extension}"))
}

/// Makes the folder that `output` goes to. What the program is made of is not written over.
pub fn prepare_output(
    compiled: &Compiled,
    output: &Path,
    format: ErrorFormat,
) -> Result<(), Stopped> {
    pipeline::spare_sources(compiled, output, "-o")?;
    match output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|error| {
            fail(
                format,
                &format!("cannot create '{}': {}", folder.display(), plain(&error)),
            )
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_names() {
        assert_eq!(default_output(Path::new("a/b.sx"), ""), PathBuf::from("b"));
        assert_eq!(default_output(Path::new("c"), ".s"), PathBuf::from("c.s"));
        assert!(traces(OptLevel::None, false) && !traces(OptLevel::Default, false));
    }
}
