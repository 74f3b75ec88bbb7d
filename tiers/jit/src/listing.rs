//! Machine code as text: for `sxc ir --emit=jit`, and for the snapshots of `tests/listing`.

use crate::compile::{Compiler, Options};
use crate::stubs::Callbacks;
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, OpKind};
use std::fmt::Write as _;
use sx_ir::{FuncId, Module};
use sx_machine::Machine;
use sx_machine::ctx::VmCtx;
use sx_tier_api::Limits;

/// Nothing that is listed is run.
extern "sysv64" fn no_host(_: *mut VmCtx, _: *mut u64, _: u64, _: u64) -> u64 {
    3
}

/// The code of functions that have a body, in Intel's syntax: `NAME:`, then `OFFSET  INSTRUCTION` a line.
///
/// Addresses differ from run to run: places in the function are shown as offsets, what is outside of it is `shared` (stubs
/// and helpers; `regs` says what registers are for).
pub fn listing(module: &Module, functions: &[FuncId], options: Options) -> Result<String, String> {
    let callbacks = Callbacks {
        call_host: no_host,
        compile: None,
    };
    let mut out = String::new();
    let mut place: Option<(Machine, Compiler)> = None;
    for &id in functions {
        let func = module.func(id);
        if func.body.is_none() {
            continue;
        }
        let reached = place.take().filter(|(m, _)| m.space.funcs.contains(&id));
        let (machine, compiler) = match reached {
            Some(reached) => place.insert(reached),
            None => {
                let machine = Machine::new(module, id, &Limits::default());
                let compiler = Compiler::new(module, &machine.space, &callbacks, options)?;
                place.insert((machine, compiler))
            }
        };
        let code = compiler
            .compile(module, &machine.space, id)
            .map_err(|problem| format!("{}: {problem}", func.name))?;
        let _ = writeln!(out, "{}:", func.name);
        instructions(&mut out, compiler.bytes(code), code.start as u64);
    }
    Ok(out)
}

fn instructions(out: &mut String, bytes: &[u8], start: u64) {
    let place = |addr: u64| match addr.checked_sub(start) {
        Some(offset) if offset < bytes.len() as u64 => format!("{offset:x}"),
        Some(_) | None => "shared".into(),
    };
    let mut formatter = IntelFormatter::new();
    for inst in Decoder::with_ip(64, bytes, start, DecoderOptions::NONE) {
        let mut line = String::new();
        formatter.format(&inst, &mut line);
        if inst.op0_kind() == OpKind::NearBranch64 {
            let name = line.split(' ').next().unwrap_or_default().to_string();
            line = format!("{name} {}", place(inst.near_branch_target()));
        } else if inst.is_ip_rel_memory_operand() {
            line = line.replace(&shown(&inst), &place(inst.ip_rel_memory_address()));
        }
        let _ = writeln!(out, "  {:3x}  {line}", inst.ip() - start);
    }
}

/// An address as the formatter writes it.
fn shown(inst: &Instruction) -> String {
    format!("{:X}h", inst.ip_rel_memory_address())
}
