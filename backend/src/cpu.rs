//! The CPU that code is made for, as the user names it: whether LLVM knows it, and can make code for it.

use crate::fatal;
use crate::unit::{Error, Res};
use inkwell::context::Context;
use inkwell::targets::{
    FileType, Target as LlvmTarget, TargetMachine, TargetMachineOptions, TargetTriple,
};
use rustc_hash::FxHashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use sx_backend_api::EmitRequest;
use sx_ir::spelling::nearest;

/// What has been found out, as LLVM lists its CPUs once in a process.
#[derive(Default)]
struct Known {
    /// By LLVM's name of the architecture.
    names: FxHashMap<String, Vec<String>>,
    /// Triples and CPUs that code can be made for.
    tried: Vec<(String, String)>,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

fn known() -> MutexGuard<'static, Option<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error if LLVM does not know `cpu`, which the request names.
pub fn check_name(request: &EmitRequest<'_>, target: &LlvmTarget, cpu: &str) -> Res<()> {
    let triple = &request.module.target.triple;
    let mut known = known();
    let names = &mut known.get_or_insert_default().names;
    let arch = target.get_name().to_string_lossy().into_owned();
    let names = names.entry(arch).or_insert_with(|| listed(target, triple));
    // Without a list LLVM has to decide by itself.
    if names.is_empty() || names.iter().any(|name| name == cpu) {
        return Ok(());
    }
    let with_native = names.iter().map(String::as_str).chain(["native"]);
    Err(Error(match nearest(cpu, with_native) {
        Some(near) => format!("unknown CPU '{cpu}' for {triple}; did you mean '{near}'?"),
        None => format!(
            "unknown CPU '{cpu}' for {triple}; known are native, {}",
            names.join(", ")
        ),
    }))
}

/// An error, or LLVM's end, if no code can be made for `cpu`: one of another word size, or without what floats need.
pub fn try_out(request: &EmitRequest<'_>, machine: &TargetMachine, cpu: &str) -> Res<()> {
    let triple = &request.module.target.triple;
    let key = (triple.clone(), cpu.to_string());
    if known().get_or_insert_default().tried.contains(&key) {
        return Ok(());
    }
    fatal::begin(request, Some(cpu));
    let text = sum_of_floats(machine)?;
    if triple.starts_with("i686") && !text.contains("addsd") {
        let reason = "it has no SSE2, which floats need";
        return Err(Error(fatal::refusal(cpu, triple, reason)));
    }
    known().get_or_insert_default().tried.push(key);
    Ok(())
}

/// The assembly of a function that adds two numbers.
fn sum_of_floats(machine: &TargetMachine) -> Res<String> {
    let context = Context::create();
    let module = context.create_module("try");
    module.set_triple(&machine.get_triple());
    module.set_data_layout(&machine.get_target_data().get_data_layout());
    let float = context.f64_type();
    let ty = float.fn_type(&[float.into(), float.into()], false);
    let function = module.add_function("add", ty, None);
    let builder = context.create_builder();
    builder.position_at_end(context.append_basic_block(function, ""));
    let params: Vec<_> = function.get_param_iter().collect();
    if let [a, b] = params[..] {
        let sum = builder.build_float_add(a.into_float_value(), b.into_float_value(), "")?;
        builder.build_return(Some(&sum))?;
    }
    let text = machine
        .write_to_memory_buffer(&module, FileType::Assembly)
        .map_err(|error| Error(error.to_string_lossy().into_owned()))?;
    Ok(String::from_utf8_lossy(text.as_slice()).into_owned())
}

/// The CPUs that LLVM lists, which it does on stderr, and only there. Empty if that fails.
fn listed(target: &LlvmTarget, triple: &str) -> Vec<String> {
    let mut text = String::new();
    let heard = hear_stderr(|| {
        let options = TargetMachineOptions::new().set_cpu("help");
        target.create_target_machine_from_options(&TargetTriple::create(triple), options);
    });
    if let Ok(mut file) = heard {
        let _ = std::io::Read::read_to_string(&mut file, &mut text);
    }
    let names = text
        .lines()
        .filter_map(|line| line.strip_suffix(" processor."))
        .filter_map(|line| line.split_once(" - Select the "))
        .map(|(_, name)| name.to_string());
    names.collect()
}

/// What is written to stderr while `work` runs.
#[cfg(target_os = "linux")]
fn hear_stderr(work: impl FnOnce()) -> std::io::Result<std::fs::File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::Seek as _;
    let heard = memfd_create("stderr", MemfdFlags::CLOEXEC)?;
    let own = rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), 3)?;
    rustix::stdio::dup2_stderr(&heard)?;
    work();
    rustix::stdio::dup2_stderr(&own)?;
    let mut file = std::fs::File::from(heard);
    file.rewind()?;
    Ok(file)
}

#[cfg(not(target_os = "linux"))]
fn hear_stderr(_: impl FnOnce()) -> std::io::Result<std::io::Empty> {
    Ok(std::io::empty())
}
