//! `sxc ir`.

use std::path::PathBuf;

use sx_backend_api::EmitKind;
use sx_ir::FuncId;
use sx_sema::Goal;

use crate::cli::{Emit, IrArgs, OptLevel, Stage};
use crate::commands::listing;
use crate::native::{self, EmitJob};
use crate::pipeline::{self, Compiled, Plan, Stopped, fail, plain};
use crate::product::Product;
use crate::scratch::Scratch;
use crate::timing;

pub fn run(args: &IrArgs) -> Result<u8, Stopped> {
    let format = args.compile.error_format;
    let product = Product::apart();
    let plan = Plan {
        goal: Goal::Check,
        optimise: args.stage != Stage::Typed,
        last: true,
        code: true,
        traces: true,
        records: false,
        fold: crate::cli::Fold::Calls,
    };
    match args.emit {
        Emit::Ir | Emit::Bytecode | Emit::Jit => {}
        Emit::Asm | Emit::Llvm | Emit::Obj => native::check_cpu(&args.compile, &args.codegen)?,
    }
    let compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    if let Some(output) = &args.output {
        super::prepare_output(&compiled, output, format)?;
    }
    let text = match args.emit {
        Emit::Ir => ir_text(&compiled, args)?.into_bytes(),
        Emit::Bytecode => bytecode_text(&compiled, args)?.into_bytes(),
        Emit::Jit => jit_text(&compiled, args)?.into_bytes(),
        Emit::Asm => {
            let text = emitted(&compiled, args, EmitKind::Asm)?;
            listing::assembly(&compiled, &chosen(&compiled, args)?, &text)
        }
        Emit::Llvm => {
            let text = emitted(&compiled, args, |_| EmitKind::LlvmIr)?;
            match args.function {
                Some(_) => listing::llvm(&compiled, &chosen(&compiled, args)?, &text),
                None => text,
            }
        }
        Emit::Obj => emitted(&compiled, args, EmitKind::Object)?,
    };
    if args.compile.time {
        timing::print(&compiled);
    }
    product.write(&text, args.output.as_deref(), format)
}

/// Functions to show: those of the given name and its instances, else what the stage takes in.
fn chosen(compiled: &Compiled, args: &IrArgs) -> Result<Vec<FuncId>, Stopped> {
    let module = &compiled.compilation.module;
    let all = (0..module.funcs.len()).map(FuncId::new);
    match &args.function {
        Some(name) => {
            let instance = format!("{name}__");
            let matching = |id: &FuncId| {
                let func = module.func(*id);
                func.body.is_some() && (func.name == *name || func.name.starts_with(&instance))
            };
            let found: Vec<FuncId> = all.filter(matching).collect();
            if found.is_empty() {
                return Err(fail(
                    args.compile.error_format,
                    &format!("no function '{name}' in the program"),
                ));
            }
            Ok(found)
        }
        None if args.stage == Stage::Comptime => Ok(all.collect()),
        None => Ok(module.reachable(&compiled.compilation.roots).funcs),
    }
}

fn ir_text(compiled: &Compiled, args: &IrArgs) -> Result<String, Stopped> {
    if args.function.is_none() && args.stage == Stage::Comptime {
        return Ok(module_text(compiled));
    }
    let functions = chosen(compiled, args)?;
    let texts: Vec<String> = functions
        .into_iter()
        .map(|id| sx_ir::print::print_func(&compiled.compilation.module, id))
        .collect();
    Ok(texts.join("\n"))
}

/// The whole module, in the form that parses back.
pub fn module_text(compiled: &Compiled) -> String {
    sx_ir::print::print(&compiled.compilation.module)
}

fn bytecode_text(compiled: &Compiled, args: &IrArgs) -> Result<String, Stopped> {
    let module = &compiled.compilation.module;
    let mut out = String::new();
    for id in chosen(compiled, args)? {
        let func = module.func(id);
        if func.body.is_none() {
            continue;
        }
        match sx_bytecode::translate::translate(module, id) {
            Ok(code) => out.push_str(&code.listing(id, func)),
            Err(problem) => {
                return Err(fail(
                    args.compile.error_format,
                    &format!("{}: {problem}", func.name),
                ));
            }
        }
        out.push('\n');
    }
    Ok(out)
}

fn jit_text(compiled: &Compiled, args: &IrArgs) -> Result<String, Stopped> {
    let functions = chosen(compiled, args)?;
    sx_jit::listing::listing(
        &compiled.compilation.module,
        &functions,
        sx_jit::Options::default(),
    )
    .map_err(|problem| fail(args.compile.error_format, &problem))
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
    let roots = match (&args.function, args.emit) {
        (None, _) | (Some(_), Emit::Ir | Emit::Bytecode | Emit::Jit) => {
            compiled.compilation.roots.clone()
        }
        (Some(_), Emit::Asm | Emit::Llvm | Emit::Obj) => chosen(compiled, args)?,
    };
    let job = EmitJob {
        module: &compiled.compilation.module,
        roots: &roots,
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
