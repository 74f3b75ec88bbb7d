//! One emission: declare, lower, optimise, write.

use crate::machine;
use crate::unit::{Error, Res, Unit};
use inkwell::context::Context;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::FileType;
use inkwell::values::{BasicValueEnum, UnnamedAddress};
use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::{GlobalId, Module, RelocTarget};

/// Expression trees and nested statements are lowered by recursion; generated programs nest deeply.
const STACK: usize = 512 << 20;

/// Emits code as ordered: the text for [`EmitKind::LlvmIr`], else an empty string.
pub fn emit(request: &EmitRequest<'_>) -> Result<String, String> {
    let mut problem = String::new();
    // Address space may be limited: rather a smaller stack than none.
    for size in [STACK, STACK / 8, STACK / 64] {
        match emit_on_stack(request, size) {
            Ok(result) => return result,
            Err(error) => problem = error,
        }
    }
    Err(format!("cannot start the emitting thread: {problem}"))
}

/// Outer error: there was no thread.
fn emit_on_stack(request: &EmitRequest<'_>, size: usize) -> Result<Result<String, String>, String> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("emit".into())
            .stack_size(size);
        let worker = worker.spawn_scoped(scope, || emit_here(request).map_err(|error| error.0));
        let worker = worker.map_err(|error| error.to_string())?;
        Ok(worker
            .join()
            .unwrap_or_else(|panic| Err(crate::entry::panic_text(panic.as_ref()))))
    })
}

/// Code addresses static data by its distance, which has 32 bits: the linker would speak of relocations.
fn within_reach(module: &Module, globals: &[GlobalId]) -> Res<()> {
    // What the linker puts between code and data, and the code itself.
    const REST: u64 = 16 << 20;
    let reach = match module.target.machine() {
        "aarch64" | "s390x" | "wasm32" | "wasm64" => 1u64 << 32,
        _ => 1 << 31,
    };
    let own = || {
        let globals = globals.iter().map(|id| module.global(*id));
        globals.filter(|global| global.extern_symbol.is_none() || global.export_symbol.is_some())
    };
    let total = own().fold(0u64, |sum, global| sum.saturating_add(global.size));
    if total <= reach - REST {
        return Ok(());
    }
    let largest = own().max_by_key(|global| global.size);
    let largest = largest.map_or(String::new(), |global| {
        format!("; the largest, '{}', has {}", global.name, global.size)
    });
    Err(Error(format!(
        "the program's static data takes {total} bytes, and its code reaches {} GiB of it{largest}: allocate large memory at run time",
        reach >> 30
    )))
}

fn emit_here(request: &EmitRequest<'_>) -> Res<String> {
    let (target, cpu, features) = machine::create(request)?;
    let context = Context::create();
    let data = target.get_target_data();
    machine::assert_agreement(&request.module.target, &data, &context)?;
    let triple = target.get_triple();
    let triple = triple.as_str().to_string_lossy();
    let mut unit = Unit::new(request, &context, &data, &triple);
    unit.attributes.set_machine(&cpu, &features);
    flags(&unit);

    let reached = unit.ir.reachable_from(&roots(request));
    within_reach(unit.ir, &reached.globals)?;
    unit.declare_all(&reached.funcs, &reached.globals)?;
    for id in &reached.globals {
        unit.define_global(*id)?;
    }
    for id in &reached.funcs {
        unit.define_function_body(*id)?;
    }
    for text in &unit.ir.asm {
        crate::raw::append_asm(&unit.module, text);
    }
    unit.finish_debug();
    if let Err(problem) = unit.module.verify() {
        let problem = problem.to_string_lossy();
        let problem: String = problem.chars().take(2000).collect();
        return Err(Error(format!("LLVM rejects the emitted module: {problem}")));
    }
    let symbols = unit.symbols(&reached.funcs);
    let passes = match request.opt {
        // Debuggers want variables in memory.
        OptLevel::None if request.debug_info => "",
        OptLevel::None => "function(mem2reg)",
        OptLevel::Less => "default<O1>",
        OptLevel::Default => "default<O2>",
        OptLevel::Aggressive => "default<O3>",
    };
    let run = |passes: &str| {
        unit.module
            .run_passes(passes, &target, PassBuilderOptions::create())
            .map_err(|error| Error(format!("LLVM's passes failed: {}", error.to_string_lossy())))
    };
    if request.checked && request.opt != OptLevel::None {
        // Addresses in variables become visible.
        run("function(sroa)")?;
        crate::constants::keep_writes(&unit.module);
        crate::nulls::keep_reads(&unit.module)?;
        let opened = crate::constants::open_objects(&unit);
        run(passes)?;
        opened.iter().for_each(|object| object.set_constant(true));
    } else if !passes.is_empty() {
        run(passes)?;
    }
    if unit.ir.target.machine() == "aarch64" {
        keep_addresses(&unit);
    }
    unit.build_tables(&symbols);
    let write = |kind: FileType, path: &std::path::Path| {
        target
            .write_to_file(&unit.module, kind, path)
            .map_err(|error| {
                Error(format!(
                    "cannot write '{}': {}",
                    path.display(),
                    error.to_string_lossy()
                ))
            })
    };
    match &request.emit {
        EmitKind::Object(path) => write(FileType::Object, path)?,
        EmitKind::Asm(path) => write(FileType::Assembly, path)?,
        EmitKind::LlvmIr => {
            return Ok(unit.module.print_to_string().to_string_lossy().into_owned());
        }
    }
    Ok(String::new())
}

/// What must be emitted: the request's functions, and exported data.
fn roots(request: &EmitRequest<'_>) -> Vec<RelocTarget> {
    let exported = request
        .module
        .globals
        .iter()
        .enumerate()
        .filter(|(_, global)| global.export_symbol.is_some());
    let funcs = request.roots.iter().map(|id| RelocTarget::Func(*id));
    funcs
        .chain(exported.map(|(index, _)| RelocTarget::Global(GlobalId::new(index))))
        .collect()
}

/// For the distance to a function, or to a constant that is nothing but an address, LLVM takes relocations by way of
/// the PLT and the GOT that linkers of 2022 don't know, unless the thing has to have an address of its own.
fn keep_addresses(unit: &Unit<'_, '_>) {
    let mut next = unit.module.get_first_function();
    while let Some(function) = next {
        next = function.get_next_function();
        let value = function.as_global_value();
        value.set_unnamed_address(UnnamedAddress::None);
    }
    let mut next = unit.module.get_first_global();
    while let Some(global) = next {
        next = global.get_next_global();
        if let Some(BasicValueEnum::PointerValue(_)) = global.get_initializer() {
            global.set_unnamed_address(UnnamedAddress::None);
        }
    }
}

fn flags(unit: &Unit<'_, '_>) {
    let flag =
        |name: &str, value: u64| crate::raw::module_flag(unit.context, &unit.module, name, value);
    if unit.request.pic {
        flag("PIC Level", 2);
        flag("PIE Level", 2);
    }
    flag("frame-pointer", 2);
    if unit.ir.target.triple.starts_with("riscv64") {
        crate::raw::module_flag_text(unit.context, &unit.module, "target-abi", "lp64d");
    }
}
