//! How fast IR becomes bytecode, machine code of the JIT, and LLVM's code at `-O0`.

use std::path::Path;
use std::process::Command;

use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::{FuncId, Module};
use sx_machine::Machine;
use sx_sema::{Compilation, Goal};
use sx_tier_api::Limits;

use crate::measure::{self, median};
use crate::page::{Table, time};
use crate::{compile, root};

/// A program with a good part of the language and of the library.
pub const PROGRAM: &str = "corpus/showcase/json.sx";

/// Functions with a body that `main` reaches.
pub fn reached(compilation: &Compilation) -> Vec<FuncId> {
    let module = &compilation.module;
    let all = module.reachable(&compilation.roots).funcs;
    all.into_iter()
        .filter(|id| module.func(*id).body.is_some())
        .collect()
}

/// Bytes of bytecode made.
pub fn to_bytecode(module: &Module, funcs: &[FuncId]) -> usize {
    let code = funcs
        .iter()
        .filter_map(|id| sx_bytecode::translate::translate(module, *id).ok());
    code.map(|code| std::mem::size_of_val(&*code.insts)).sum()
}

extern "sysv64" fn no_host(_: *mut sx_machine::ctx::VmCtx, _: *mut u64, _: u64, _: u64) -> u64 {
    0
}

/// Bytes of machine code made.
pub fn to_machine_code(module: &Module, machine: &Machine, funcs: &[FuncId]) -> usize {
    let callbacks = sx_jit::Callbacks {
        call_host: no_host,
        compile: None,
    };
    let Ok(mut compiler) = sx_jit::Compiler::new(
        module,
        &machine.space,
        &callbacks,
        sx_jit::Options::default(),
    ) else {
        return 0;
    };
    funcs
        .iter()
        .filter_map(|id| compiler.compile(module, &machine.space, *id).ok())
        .map(|code| code.len)
        .sum()
}

/// Emits an object with LLVM at `-O0`; bytes of its code.
fn to_object(compilation: &Compilation, object: &Path) -> Option<()> {
    let backend = sx_backend_api::load(&sx_backend_api::load::default_candidates()).ok()?;
    let mut request = EmitRequest::new(
        &compilation.module,
        compilation.roots.clone(),
        EmitKind::Object(object.to_path_buf()),
    );
    request.opt = OptLevel::None;
    request.debug_info = false;
    backend.emit(&request).ok().map(|_| ())
}

/// Bytes of code sections, by `size`.
fn code_size(object: &Path) -> Option<usize> {
    let output = Command::new("size").arg("-A").arg(object).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let sizes = text.lines().filter(|line| line.starts_with(".text"));
    Some(
        sizes
            .filter_map(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok())
            .sum(),
    )
}

#[derive(Default)]
pub struct Way {
    name: &'static str,
    seconds: Option<f64>,
    bytes: usize,
}

impl Way {
    fn rate(&self) -> Option<f64> {
        Some(self.bytes as f64 / self.seconds?)
    }

    pub fn rate_over(&self, other: &Way) -> Option<f64> {
        Some(self.rate()? / other.rate()?)
    }

    pub fn speed_over(&self, other: &Way) -> Option<f64> {
        Some(other.seconds? / self.seconds?)
    }
}

#[derive(Default)]
pub struct Translation {
    pub functions: usize,
    /// Bytecode, machine code, LLVM.
    pub ways: [Way; 3],
}

impl Translation {
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["to", "time", "per function", "code", "rate"]);
        for way in &self.ways {
            let per = way.seconds.map(|s| time(s / self.functions.max(1) as f64));
            table.row([
                way.name.to_owned(),
                way.seconds.map_or("–".to_owned(), time),
                per.unwrap_or_default(),
                format!("{:.1} kB", way.bytes as f64 / 1e3),
                way.rate()
                    .map_or("–".to_owned(), |r| format!("{:.1} MB/s", r / 1e6)),
            ]);
        }
        table
    }
}

/// Measures the three in turns.
pub fn measure(rounds: usize) -> Translation {
    let Some(compilation) = compile(&root().join(PROGRAM), Goal::Run) else {
        return Translation::default();
    };
    let Some(main) = compilation.main else {
        return Translation::default();
    };
    let (module, funcs) = (&compilation.module, reached(&compilation));
    let machine = Machine::new(module, main, &Limits::default());
    let object = std::env::temp_dir().join(format!("sx-report-{}.o", std::process::id()));
    let mut times: [Vec<f64>; 3] = Default::default();
    let mut bytes = [0; 3];
    for _ in 0..rounds {
        for _ in 0..20 {
            let (time, len) = measure::time(|| to_bytecode(module, &funcs));
            times[0].push(time);
            bytes[0] = len;
            let (time, len) = measure::time(|| to_machine_code(module, &machine, &funcs));
            times[1].push(time);
            bytes[1] = len;
        }
        let (time, done) = measure::time(|| to_object(&compilation, &object));
        if done.is_some() {
            times[2].push(time);
        }
    }
    bytes[2] = code_size(&object).unwrap_or(0);
    let _ = std::fs::remove_file(&object);
    let way = |index: usize, name| Way {
        name,
        seconds: median(&times[index]),
        bytes: bytes[index],
    };
    Translation {
        functions: funcs.len(),
        ways: [
            way(0, "bytecode"),
            way(1, "machine code (JIT)"),
            way(2, "LLVM -O0, object file"),
        ],
    }
}
