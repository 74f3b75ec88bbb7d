//! Times of machine code on small programs: `cargo run --release -p sx-jit --example jit_speed [PROGRAM]`. With a program's
//! name, its machine code too; with the path of IR text (`*.ir`), only that.

use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};
use std::time::Instant;
use sx_ir::{FuncId, Module};
use sx_jit::{Callbacks, Compiler, JitEngine, Options};
use sx_machine::Machine;
use sx_machine::ctx::VmCtx;
use sx_tier_api::conformance::TestHost;
use sx_tier_api::{ComptimeEngine, Limits, Status};

macro_rules! program {
    ($name:literal, $n:expr) => {
        ($name, $n, include_str!(concat!("programs/", $name, ".ir")))
    };
}

const PROGRAMS: &[(&str, u64, &str)] = &[
    program!("count", 200_000_000),
    program!("calls", 50_000_000),
    program!("fib", 38),
    program!("sieve", 4_000_000),
    program!("words", 50_000_000),
    program!("floats", 50_000_000),
    program!("collatz", 1_000_000),
    program!("digits", 5_000_000),
    program!("matmul", 300),
    program!("hash", 1000),
];

fn main() {
    let wanted = std::env::args().nth(1);
    if let Some(path) = wanted.as_ref().filter(|w| w.ends_with(".ir")) {
        match std::fs::read_to_string(path).map(|text| sx_ir::parse::parse(&text)) {
            Ok(Ok(module)) => listing(&module),
            Ok(Err(error)) => println!("{path}: {error:?}"),
            Err(error) => println!("{path}: {error}"),
        }
        return;
    }
    for (name, n, text) in PROGRAMS {
        if wanted.as_ref().is_some_and(|w| w != name) {
            continue;
        }
        let module = match sx_ir::parse::parse(text) {
            Ok(module) => module,
            Err(error) => {
                println!("{name}: {error:?}");
                continue;
            }
        };
        if wanted.is_some() {
            listing(&module);
        }
        time(name, *n, &module);
    }
    runs();
    compilation();
}

fn time(name: &str, n: u64, module: &Module) {
    let mut best = f64::INFINITY;
    let (mut steps, mut result) = (0, String::new());
    for _ in 0..3 {
        let start = Instant::now();
        let outcome = JitEngine::new().run(
            module,
            FuncId(0),
            &[n],
            &Limits::default(),
            &mut TestHost::default(),
        );
        best = best.min(start.elapsed().as_secs_f64());
        steps = outcome.steps;
        result = match outcome.status {
            Status::Finished(values) => format!("{values:?}"),
            other => format!("{other:?}"),
        };
    }
    println!(
        "{name:8} {best:.3} s  {:.2} ns/step  {result}",
        best * 1e9 / steps as f64
    );
}

extern "sysv64" fn no_host(_: *mut VmCtx, _: *mut u64, _: u64, _: u64) -> u64 {
    3
}

fn listing(module: &Module) {
    let machine = Machine::new(module, FuncId(0), &Limits::default());
    let callbacks = Callbacks {
        call_host: no_host,
        compile: None,
    };
    let made = Compiler::new(module, &machine.space, &callbacks, Options::default());
    let Ok(mut compiler) = made else { return };
    for func in &machine.space.funcs {
        let Ok(code) = compiler.compile(module, &machine.space, *func) else {
            continue;
        };
        println!("{}: {} bytes", module.func(*func).name, code.len);
        let bytes = compiler.bytes(code);
        let mut decoder = Decoder::with_ip(64, bytes, code.start as u64, DecoderOptions::NONE);
        let mut formatter = IntelFormatter::new();
        while decoder.can_decode() {
            let inst = decoder.decode();
            let mut line = String::new();
            formatter.format(&inst, &mut line);
            println!("  {:4x}  {line}", inst.ip() as usize - code.start);
        }
    }
}

/// What a run of a function that does nothing costs.
fn runs() {
    let text = "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n\
                sig0 = sx (i64) -> i64\nfunc @f0 \"nothing\" internal sig0 {\n  local %0: i64\n  return %0\n}\n";
    let Ok(module) = sx_ir::parse::parse(text) else {
        return;
    };
    let mut engine = JitEngine::new();
    let count = 10_000;
    let start = Instant::now();
    for i in 0..count {
        engine.run(
            &module,
            FuncId(0),
            &[i],
            &Limits::default(),
            &mut TestHost::default(),
        );
    }
    println!(
        "a run: {:.2} us",
        start.elapsed().as_secs_f64() * 1e6 / count as f64
    );
}

/// What compiling costs, per node of the function.
fn compilation() {
    let head = "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n\
                sig0 = sx (i64) -> i64\n";
    for statements in [100, 1_000, 10_000, 100_000] {
        let mut text = format!(
            "{head}func @f0 \"large\" internal sig0 {{\n  local %0: i64\n  local %1: i64\n"
        );
        for i in 0..statements {
            text.push_str(&format!(
                "  %1 = add.i64 (mul.i64 %0, i64 {i}), (xor.i64 %1, %0)\n"
            ));
            if i % 10 == 9 {
                text.push_str("  if lt_s.i64 %1, i64 7 {\n    %0 = %1\n  }\n");
            }
        }
        text.push_str("  return %1\n}\n");
        let Ok(module) = sx_ir::parse::parse(&text) else {
            return;
        };
        let machine = Machine::new(&module, FuncId(0), &Limits::default());
        let callbacks = Callbacks {
            call_host: no_host,
            compile: None,
        };
        let made = Compiler::new(&module, &machine.space, &callbacks, Options::default());
        let Ok(mut compiler) = made else { return };
        let start = Instant::now();
        let code = compiler.compile(&module, &machine.space, FuncId(0));
        let time = start.elapsed().as_secs_f64();
        let nodes = module.func(FuncId(0)).exprs.len();
        let bytes = code.map_or(0, |c| c.len);
        println!(
            "compilation: {nodes} nodes, {bytes} bytes, {:.1} ns/node",
            time * 1e9 / nodes as f64
        );
    }
}
