//! Target machines, and what they must agree on with the IR's target.

use crate::unit::{Error, Res};
use crate::{cpu, fatal};
use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::targets::{
    ByteOrdering, CodeModel, InitializationConfig, RelocMode, TargetData, TargetTriple,
};
use inkwell::targets::{Target as LlvmTarget, TargetMachine, TargetMachineOptions};
use sx_backend_api::{EmitRequest, OptLevel};
use sx_ir::Target;
use sx_ir::target::Endian;

/// CPU, features and ABI name that code for a triple is built with unless told otherwise.
fn baseline(triple: &str) -> (&'static str, &'static str, Option<&'static str>) {
    if triple.starts_with("x86_64") {
        ("x86-64", "", None)
    } else if triple.starts_with("riscv64") {
        ("generic-rv64", "+m,+a,+f,+d,+c", Some("lp64d"))
    } else if triple.starts_with("i686") {
        // Without SSE2 the machine computes with more bits than the language has.
        ("pentium4", "", None)
    } else if triple.starts_with("armv7") {
        ("generic", "+v7,+vfp3d16", None)
    } else if triple.starts_with("powerpc64le") {
        ("pwr8", "", Some("elfv2"))
    } else if triple.starts_with("s390x") {
        // As the distributions do.
        ("z196", "", None)
    } else {
        ("", "", None)
    }
}

/// Whether the machine that compiles runs code of a triple.
fn is_of_host(triple: &str) -> bool {
    let arch = triple.split('-').next().unwrap_or_default();
    arch == std::env::consts::ARCH || (arch, std::env::consts::ARCH) == ("i686", "x86_64")
}

fn initialize(triple: &str) {
    let config = InitializationConfig {
        info: true,
        base: true,
        machine_code: true,
        asm_printer: true,
        ..no_config()
    };
    let config = InitializationConfig {
        asm_parser: true,
        ..config
    };
    match triple.split('-').next().unwrap_or("") {
        "x86_64" | "i386" | "i486" | "i586" | "i686" => LlvmTarget::initialize_x86(&config),
        "aarch64" | "arm64" => LlvmTarget::initialize_aarch64(&config),
        "wasm32" | "wasm64" => LlvmTarget::initialize_webassembly(&config),
        "riscv32" | "riscv64" => LlvmTarget::initialize_riscv(&config),
        "s390x" => LlvmTarget::initialize_system_z(&config),
        name if name.starts_with("arm") || name.starts_with("thumb") => {
            LlvmTarget::initialize_arm(&config)
        }
        name if name.starts_with("powerpc") || name.starts_with("ppc") => {
            LlvmTarget::initialize_power_pc(&config)
        }
        // LLVM then says itself that it does not know the triple.
        _ => {}
    }
}

fn no_config() -> InitializationConfig {
    InitializationConfig {
        asm_parser: false,
        asm_printer: false,
        base: false,
        disassembler: false,
        info: false,
        machine_code: false,
    }
}

/// The machine that a request's code is made for, and the text of its target features.
pub fn create(request: &EmitRequest<'_>) -> Res<(TargetMachine, String, String)> {
    let triple = &request.module.target.triple;
    initialize(triple);
    let llvm_triple = TargetTriple::create(triple);
    let target = LlvmTarget::from_triple(&llvm_triple).map_err(|error| {
        Error(format!(
            "target '{triple}' is not supported: {}",
            error.to_string_lossy()
        ))
    })?;
    let (base, features, abi) = baseline(triple);
    let (cpu, features) = match request.cpu.as_deref() {
        None => (base.to_string(), features.to_string()),
        Some("native") if !is_of_host(triple) => {
            return Err(Error(format!(
                "CPU 'native' is the one of this machine, which is not of {triple}"
            )));
        }
        Some("native") => (
            TargetMachine::get_host_cpu_name()
                .to_string_lossy()
                .into_owned(),
            TargetMachine::get_host_cpu_features()
                .to_string_lossy()
                .into_owned(),
        ),
        Some(name) => {
            cpu::check_name(request, &target, name)?;
            (name.to_string(), features.to_string())
        }
    };
    let level = match request.opt {
        OptLevel::None => OptimizationLevel::None,
        OptLevel::Less => OptimizationLevel::Less,
        OptLevel::Default => OptimizationLevel::Default,
        OptLevel::Aggressive => OptimizationLevel::Aggressive,
    };
    let mut options = TargetMachineOptions::new()
        .set_cpu(&cpu)
        .set_features(&features)
        .set_level(level)
        .set_reloc_mode(if request.pic {
            RelocMode::PIC
        } else {
            RelocMode::Static
        })
        .set_code_model(CodeModel::Default);
    if let Some(abi) = abi {
        options = options.set_abi(abi);
    }
    let machine = target.create_target_machine_from_options(&llvm_triple, options);
    let machine = machine.ok_or_else(|| Error(format!("LLVM cannot make code for '{triple}'")))?;
    if request.cpu.is_some() {
        cpu::try_out(request, &machine, &cpu)?;
    }
    fatal::begin(request, None);
    Ok((machine, cpu, features))
}

/// Layout is the IR's to say (sizes and offsets are already in the code), so LLVM must mean the same.
pub fn assert_agreement(target: &Target, data: &TargetData, context: &Context) -> Res<()> {
    let endian = match data.get_byte_ordering() {
        ByteOrdering::LittleEndian => Endian::Little,
        ByteOrdering::BigEndian => Endian::Big,
    };
    let facts = [
        (
            "pointer size",
            u64::from(data.get_pointer_byte_size(None)),
            target.pointer_size,
        ),
        ("byte order", endian as u64, target.endian as u64),
        (
            "alignment of i64",
            u64::from(data.get_abi_alignment(&context.i64_type())),
            target.align_i64,
        ),
        (
            "alignment of f64",
            u64::from(data.get_abi_alignment(&context.f64_type())),
            target.align_f64,
        ),
        (
            "alignment of i32",
            u64::from(data.get_abi_alignment(&context.i32_type())),
            4,
        ),
        (
            "alignment of i16",
            u64::from(data.get_abi_alignment(&context.i16_type())),
            2,
        ),
        (
            "alignment of f32",
            u64::from(data.get_abi_alignment(&context.f32_type())),
            4,
        ),
    ];
    for (what, llvm, ours) in facts {
        if llvm != ours {
            let triple = &target.triple;
            return Err(Error(format!(
                "layout of '{triple}' differs: {what} is {llvm} for LLVM, {ours} here"
            )));
        }
    }
    Ok(())
}
