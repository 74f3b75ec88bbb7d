//! The C files of a unit: objects for the linker, and a library to load for running in an engine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::{self, Error};
use crate::{Header, Include, Request, Symbol, read};

/// The `#source`s of one unit.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sources {
    pub files: Vec<PathBuf>,
    /// For each file, its path as it is shown and where the program names it (`file:line:col`).
    pub named: Vec<(String, String)>,
    pub defines: Vec<String>,
    pub flags: Vec<String>,
    pub folder: PathBuf,
    /// The unit's name, for grants.
    pub name: String,
    /// The target's C compiler and its first arguments; empty: the host's.
    pub driver: String,
}

impl Sources {
    /// Functions and variables that `file` defines for the linker.
    pub fn definitions(&self, file: &Path) -> Result<Vec<Symbol>, Error> {
        let symbols = self.read(file)?.declarations.symbols;
        Ok(symbols
            .into_iter()
            .filter(|s| s.defined && !s.local)
            .collect())
    }

    /// The files that an object of `file` is made of: itself, and what it includes.
    pub fn inputs(&self, file: &Path) -> Result<Vec<PathBuf>, Error> {
        Ok(self.read(file)?.inputs().map(PathBuf::from).collect())
    }

    fn read(&self, file: &Path) -> Result<Header, Error> {
        read(&Request {
            includes: vec![Include::File(file.to_path_buf())],
            defines: self.defines.clone(),
            flags: self.flags.clone(),
            folder: self.folder.clone(),
            driver: self.driver.clone(),
        })
    }

    /// Flags of the unit for the linker.
    pub fn link_flags(&self) -> impl Iterator<Item = &String> {
        self.flags.iter().filter(|f| compiler::is_link_flag(f))
    }
}

/// Compiles one file of a unit.
pub fn object(sources: &Sources, file: &Path, optimise: bool, output: &Path) -> Result<(), String> {
    let mut command = compiler::command(
        &sources.driver,
        &sources.defines,
        &sources.flags,
        &sources.folder,
    );
    command
        .arg(if optimise { "-O2" } else { "-O0" })
        // Code that means the same however it is compiled.
        .args(["-ffp-contract=off", "-fPIC", "-c"])
        .arg(file)
        .arg("-o")
        .arg(output);
    let named = sources.files.iter().position(|known| known == file);
    let Some((shown, at)) = named.and_then(|index| sources.named.get(index)) else {
        return run(command, &format!("C source '{}'", file.display()));
    };
    run(command, &format!("C source '{shown}' ({at})"))
}

/// Links objects to a library that a process can load.
pub fn shared_library(objects: &[PathBuf], flags: &[String], output: &Path) -> Result<(), String> {
    let mut command = Command::new(compiler::HOST);
    command
        .args(["-shared", "-Wl,-Bsymbolic"])
        .args(objects)
        .arg("-o")
        .arg(output)
        .args(flags)
        .arg("-lm");
    run(command, "the program's C sources")
}

/// Symbols by which C files reach functions and variables (with their sizes) of a program that runs in an engine: a
/// function is a jump through the slot `sx_export_NAME`, which the engine fills.
pub fn exports(functions: &[&str], variables: &[(&str, u64)], output: &Path) -> Result<(), String> {
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let mut text = String::from(".section .note.GNU-stack,\"\",@progbits\n");
    for (i, name) in functions.iter().filter(|name| plain(name)).enumerate() {
        text.push_str(&format!(
            ".text\n.globl {name}\n.type {name},@function\n{name}: jmp *.Lslot{i}(%rip)\n.size {name},.-{name}\n.data\n.p2align 3\n.globl sx_export_{name}\nsx_export_{name}:\n.Lslot{i}: .quad 0\n"
        ));
    }
    for (name, size) in variables.iter().filter(|(name, _)| plain(name)) {
        text.push_str(&format!(
            ".bss\n.p2align 4\n.globl {name}\n.type {name},@object\n.size {name},{size}\n{name}: .zero {size}\n"
        ));
    }
    let source = output.with_extension("s");
    std::fs::write(&source, text)
        .map_err(|error| format!("cannot write '{}': {error}", source.display()))?;
    let mut command = Command::new(compiler::HOST);
    command.arg("-c").arg(&source).arg("-o").arg(output);
    run(command, "the program's exports")
}

fn run(mut command: Command, what: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| {
        let driver = command.get_program().to_string_lossy();
        compiler::cannot_run(&driver, &error).message
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = compiler::words(&output.stderr);
    Err(format!("{what} can't be compiled:\n{}", said.trim_end()))
}
