//! The program as an executable of its own.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sx_backend_api::{EmitKind, EmitRequest, LinkRequest, OptLevel};
use sx_corpus::process::{self, Ended, Folder};
use sx_sema::Compilation;

/// Generated programs end at once; a stuck one is killed.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How much LLVM does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    None,
    Default,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "native -O0",
            Level::Default => "native -O2",
        }
    }
}

pub fn run(compilation: &Compilation, level: Level) -> Result<Ended, String> {
    let folder = Folder::new("fuzz").map_err(|error| error.to_string())?;
    let program = build(compilation, level, folder.path())?;
    process::run(Command::new(program), [], "", &folder, TIMEOUT)
        .map_err(|error| format!("cannot run the program: {error}"))
}

fn build(
    compilation: &Compilation,
    level: Level,
    folder: &Path,
) -> Result<std::path::PathBuf, String> {
    let backend = sx_backend_api::load(&sx_backend_api::load::default_candidates())?;
    let object = folder.join("program.o");
    let mut request = EmitRequest::new(
        &compilation.module,
        compilation.roots.clone(),
        EmitKind::Object(object.clone()),
    );
    request.opt = match level {
        Level::None => OptLevel::None,
        Level::Default => OptLevel::Default,
    };
    request.checked = true;
    request.debug_info = false;
    backend.emit(&request)?;
    let runtime = folder.join("runtime.o");
    sx_backend_api::runtime::write_object(&runtime)?;
    let output = folder.join("program");
    sx_backend_api::link(&LinkRequest {
        linker: None,
        objects: vec![object, runtime],
        output: output.clone(),
        libraries: compilation.module.libraries.clone(),
        library_paths: Vec::new(),
        extra: Vec::new(),
        sysroot: None,
        shared: false,
        pie: true,
    })?;
    Ok(output)
}
