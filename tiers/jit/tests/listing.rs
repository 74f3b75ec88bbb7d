//! Machine code of small functions: `tests/listing/NAME.ir`, with the expected code beside it as `NAME.asm`.
//! `SX_BLESS=1 cargo test -p sx-jit --test listing` writes what the compiler makes now.

use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter, OpKind};
use std::path::Path;
use sx_ir::{FuncId, Module};
use sx_jit::{Callbacks, Compiler, Options};
use sx_machine::Machine;
use sx_machine::ctx::VmCtx;
use sx_tier_api::Limits;

extern "sysv64" fn no_host(_: *mut VmCtx, _: *mut u64, _: u64, _: u64) -> u64 {
    3
}

/// Addresses differ from run to run: places in the function are shown as offsets, others by what they are.
fn listing(module: &Module) -> Result<String, String> {
    let machine = Machine::new(module, FuncId(0), &Limits::default());
    let callbacks = Callbacks {
        call_host: no_host,
        compile: None,
    };
    let mut compiler = Compiler::new(module, &machine.space, &callbacks, Options::default())?;
    let mut out = String::new();
    for func in &machine.space.funcs {
        let Ok(code) = compiler.compile(module, &machine.space, *func) else {
            continue;
        };
        out.push_str(&format!("{}:\n", module.func(*func).name));
        let start = code.start as u64;
        let bytes = compiler.bytes(code);
        let place = |addr: u64| match addr.checked_sub(start) {
            Some(offset) if offset < code.len as u64 => format!("{offset:x}"),
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
                let shown = format!("{:X}h", inst.ip_rel_memory_address());
                line = line.replace(&shown, &place(inst.ip_rel_memory_address()));
            }
            out.push_str(&format!("  {:3x}  {line}\n", inst.ip() - start));
        }
    }
    Ok(out)
}

#[test]
fn listings() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listing");
    let bless = std::env::var_os("SX_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for ir in files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "ir"))
    {
        let text = std::fs::read_to_string(ir).unwrap();
        let module = sx_ir::parse::parse(&text).unwrap();
        let got = listing(&module).unwrap();
        let expected = ir.with_extension("asm");
        if bless {
            std::fs::write(&expected, &got).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != got {
            wrong.push(format!("{}:\n{got}", ir.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "listings differ (SX_BLESS=1 accepts):\n{}",
        wrong.join("\n")
    );
}
