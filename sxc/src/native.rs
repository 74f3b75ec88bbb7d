//! Native code. The backend is loaded when code is emitted, never linked in: it would cost every start of sxc.

use std::path::{Path, PathBuf};

use sx_backend_api::{EmitKind, EmitRequest, Fatal, LinkRequest};
use sx_ir::{FuncId, Module, Target};

use crate::cli::{CodegenArgs, CompileArgs, LinkArgs, OptLevel};
use crate::object_cache::{self, Found};
use crate::pipeline::{Stopped, fail, usage};
use crate::render::ErrorFormat;
use crate::scratch::{self, Scratch};
use crate::{held, triples};

/// What to emit and how.
pub struct EmitJob<'a> {
    pub module: &'a Module,
    pub roots: &'a [FuncId],
    pub kind: EmitKind,
    pub opt: OptLevel,
    pub codegen: &'a CodegenArgs,
}

/// Emits an object to `path`; with `--cache` it may be there already.
pub fn emit_object(
    module: &Module,
    roots: &[FuncId],
    path: &Path,
    opt: OptLevel,
    codegen: &CodegenArgs,
    link: &LinkArgs,
) -> Result<Option<Found>, String> {
    let job = EmitJob {
        module,
        roots,
        kind: EmitKind::Object(path.to_path_buf()),
        opt,
        codegen,
    };
    if link.cache {
        return object_cache::object(&job, path).map(Some);
    }
    emit(&job).map(|_| None)
}

/// Refuses a CPU that the target doesn't have, before anything else is done.
pub fn check_cpu(compile: &CompileArgs, codegen: &CodegenArgs) -> Result<(), Stopped> {
    let Some(cpu) = &codegen.cpu else {
        return Ok(());
    };
    let target = triples::parse(compile.target.as_deref()).map_err(|message| usage(&message))?;
    if triples::tools_of(&target).is_err() {
        // There is no code for it; that is told later.
        return Ok(());
    }
    let backend = sx_backend_api::load(&sx_backend_api::load::default_candidates())
        .map_err(|message| fail(compile.error_format, &message))?;
    let nothing = Module::new(target);
    let mut request = EmitRequest::new(&nothing, Vec::new(), EmitKind::LlvmIr);
    request.cpu = Some(cpu.clone());
    request.fatal = gives_up;
    match backend.emit(&request) {
        Ok(_) => Ok(()),
        Err(message) => Err(usage(&message)),
    }
}

/// Says why LLVM can't go on, and ends: it doesn't come back.
fn gives_up(what: Fatal<'_>) {
    held::write_all();
    scratch::remove_all();
    let Stopped(status) = match what {
        Fatal::Cpu(message) => usage(message),
        Fatal::Code(reason) => fail(
            ErrorFormat::default(),
            &format!("no code can be made for this program: {reason}"),
        ),
    };
    std::process::exit(i32::from(status));
}

/// Emits code: the text for LLVM IR, else an empty string. The error is worded for the user.
pub fn emit(job: &EmitJob<'_>) -> Result<String, String> {
    triples::tools_of(&job.module.target)?;
    let backend = sx_backend_api::load(&sx_backend_api::load::default_candidates())?;
    let mut request = EmitRequest::new(job.module, job.roots.to_vec(), job.kind.clone());
    request.opt = match job.opt {
        OptLevel::None => sx_backend_api::OptLevel::None,
        OptLevel::Less => sx_backend_api::OptLevel::Less,
        OptLevel::Default => sx_backend_api::OptLevel::Default,
        OptLevel::Aggressive => sx_backend_api::OptLevel::Aggressive,
    };
    request.checked = !job.codegen.unchecked;
    request.debug_info = job.opt <= OptLevel::Less;
    request.cpu = job.codegen.cpu.clone();
    request.fatal = gives_up;
    backend.emit(&request)
}

/// Links `objects` with the runtime and the libraries that the program and the command line ask for.
pub fn link(
    mut objects: Vec<PathBuf>,
    output: &Path,
    scratch: &Scratch,
    target: &Target,
    libraries: &[String],
    program_flags: &[String],
    args: &LinkArgs,
) -> Result<(), String> {
    let driver = match &args.linker {
        Some(driver) => driver.clone(),
        None => triples::c_compiler(target)?,
    };
    objects.push(runtime(scratch, target, &driver, args)?);
    let flags: Vec<String> = program_flags
        .iter()
        .chain(&args.link_flags)
        .cloned()
        .collect();
    sx_backend_api::link(&LinkRequest {
        linker: Some(driver),
        objects,
        output: output.to_path_buf(),
        libraries: libraries.to_vec(),
        library_paths: args.library_paths.clone(),
        extra: deduplicated(&flags, libraries),
        sysroot: args.sysroot.clone(),
        shared: false,
        pie: true,
    })
}

/// The runtime's object: the compiler carries the host's, others are compiled.
fn runtime(
    scratch: &Scratch,
    target: &Target,
    driver: &str,
    args: &LinkArgs,
) -> Result<PathBuf, String> {
    let object = scratch.join("runtime.o");
    if triples::is_host(target) {
        sx_backend_api::runtime::write_object(&object)?;
    } else {
        let source = scratch.join("sxrt.c");
        sx_backend_api::runtime::write_source(&source)?;
        let sysroot = args.sysroot.as_deref();
        sx_backend_api::runtime::compile(driver, sysroot, &source, &object)?;
    }
    Ok(object)
}

/// Flags without the libraries that are linked anyway; each library flag once.
fn deduplicated(flags: &[String], libraries: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for flag in flags {
        let doubled = match flag.strip_prefix("-l") {
            Some(name) => libraries.iter().any(|l| l == name) || kept.contains(flag),
            None => false,
        };
        if !doubled {
            kept.push(flag.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_flags_appear_once() {
        let flags: Vec<String> = ["-lz", "-s", "-lm", "-s", "-lm"]
            .iter()
            .map(|s| (*s).to_owned())
            .collect();
        assert_eq!(deduplicated(&flags, &["z".to_owned()]), ["-s", "-lm", "-s"]);
    }
}
