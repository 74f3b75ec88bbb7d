//! Random programs as native code, against the evaluator that the tests of the passes use: results, globals and the calls
//! that a program makes. What depends on addresses, or ends in a trap, is left out: native code has other addresses, and
//! finds bad ones in its own way.

mod common;
#[path = "../../ir/tests/support/mod.rs"]
mod support;

use common::*;
use support::eval::{Observed, run_at};
use support::random::program;
use sx_backend_api::OptLevel;
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::*;

const FUEL: u32 = 3000;
/// Calls of the host that are kept.
const MAX_CALLS: u64 = 4096;
/// The function that stands for the host in random programs.
const HOST: FuncId = FuncId(3);

/// What a run is expected to write: results, count and arguments of calls, globals.
fn expected(observed: &Observed) -> Option<Vec<u8>> {
    let results = observed.end.as_ref().ok()?;
    let mut words = results.clone();
    words.push(observed.calls.len() as u64);
    words.extend(observed.calls.iter().map(|args| args[0]));
    let mut out: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    observed.globals.iter().for_each(|bytes| out.extend(bytes));
    (observed.calls.len() < MAX_CALLS as usize).then_some(out)
}

/// What NaN arithmetic yields is the machine's choice: its own, or that of an operand.
fn with_one_nan(bytes: &[u8]) -> Vec<u8> {
    let word = |chunk: &[u8]| match chunk.try_into().map(f64::from_le_bytes) {
        Ok(value) if value.is_nan() => semantics::CANONICAL_NAN_F64.to_le_bytes().to_vec(),
        Ok(_) | Err(_) => chunk.to_vec(),
    };
    bytes.chunks(8).flat_map(word).collect()
}

/// Clears slots at entry, as evaluations do; native code leaves that to who reads them.
fn clear_slots(module: &mut Module) {
    for func in &mut module.funcs {
        let Some(mut body) = func.body.take() else {
            continue;
        };
        for index in (0..func.slots.len()).rev() {
            let loc = LocId(0);
            let dst = func.add_expr(Expr::SlotAddr(SlotId::new(index)), loc);
            let size = func.slots[index].size;
            let mut constant = |ty, bits| func.add_expr(Expr::Const { ty, bits }, loc);
            let (byte, len) = (constant(Ty::I8, 0), constant(Ty::I64, size));
            let kind = StmtKind::Fill { dst, byte, len };
            body.stmts.insert(0, Stmt { loc, kind });
        }
        func.body = Some(body);
    }
}

/// Gives the host's function a body that keeps its arguments, and adds a `main` that runs the program and writes what
/// it did.
fn complete(m: &mut Module, args: [u64; 2]) -> FuncId {
    let globals: Vec<(GlobalId, u64)> = m
        .globals
        .iter()
        .enumerate()
        .map(|(index, global)| (GlobalId::new(index), global.size))
        .collect();
    let log = opaque(m, "log", vec![0; 8 * MAX_CALLS as usize]);
    let count = opaque(m, "count", vec![0; 8]);
    let out = opaque(m, "out", vec![0; 16]);
    let io = [Ty::I32, Ty::Ptr, Ty::I64];
    let write = import(m, "write", &io, &[Ty::I64], false);

    let mut host = m.func(HOST).clone();
    host.linkage = Linkage::Internal;
    let mut f = Fun::of(host);
    let at = f.global(count);
    let number = f.func.add_local(Ty::I64);
    let value = f.load(Ty::I64, at);
    f.set(number, value);
    let (base, index) = (f.global(log), f.l(number));
    let (addr, arg) = (f.at(base, index, 8), f.p(0));
    f.store(Ty::I64, addr, arg);
    let (at, n, one) = (f.global(count), f.l(number), f.i(1));
    let next = f.bin(BinaryOp::Add, Ty::I64, n, one);
    f.store(Ty::I64, at, next);
    let (arg, seed, mask) = (f.p(0), f.i(7 * 31), f.i(0x7f));
    let sum = f.bin(BinaryOp::Add, Ty::I64, seed, arg);
    let result = f.bin(BinaryOp::And, Ty::I64, sum, mask);
    f.ret(&[result]);
    f.finish_into(m, HOST);

    let linkage = Linkage::Export("main".into());
    let mut f = Fun::new(m, "main", linkage, &[], &[Ty::I32]);
    let (int, float) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::F64));
    let values = args.map(|arg| f.i(arg as i64));
    f.call(FuncId(0), &values, &[int, float]);
    let (addr, value) = (f.global(out), f.l(int));
    f.store(Ty::I64, addr, value);
    let (base, index, value) = (f.global(out), f.i(1), f.l(float));
    let addr = f.at(base, index, 8);
    f.store(Ty::F64, addr, value);
    let sink = f.func.add_local(Ty::I64);
    let tell = |f: &mut Fun, global: GlobalId, len: ExprId| {
        let (fd, data) = (f.c(Ty::I32, 1), f.global(global));
        f.call(write, &[fd, data, len], &[sink]);
    };
    let len = f.i(16);
    tell(&mut f, out, len);
    let len = f.i(8);
    tell(&mut f, count, len);
    let (at, eight) = (f.global(count), f.i(8));
    let calls = f.load(Ty::I64, at);
    let len = f.bin(BinaryOp::Mul, Ty::I64, calls, eight);
    tell(&mut f, log, len);
    for (global, size) in globals {
        let len = f.i(size as i64);
        tell(&mut f, global, len);
    }
    let zero = f.c(Ty::I32, 0);
    f.ret(&[zero]);
    f.finish(m)
}

/// The variable `SX_PROGRAMS` asks for another number of programs.
#[test]
fn random_programs_do_the_same_natively() {
    let args = [3, u64::MAX];
    let wanted = std::env::var("SX_PROGRAMS").ok();
    let wanted = wanted.and_then(|text| text.parse().ok()).unwrap_or(30);
    let mut compared = 0;
    for seed in 0..20 * wanted {
        let module = program(seed);
        let run = |shift| run_at(&module, FuncId(0), &args, FUEL, shift);
        let observed = run(0);
        // Another place of everything tells whether addresses matter.
        let (Some(want), true) = (expected(&observed), observed == run(0x1230_0000)) else {
            continue;
        };
        compared += 1;
        for (opt, passes) in [
            (OptLevel::None, false),
            (OptLevel::Default, compared % 2 == 0),
        ] {
            let mut native = module.clone();
            clear_slots(&mut native);
            let main = complete(&mut native, args);
            if passes {
                let all: Vec<FuncId> = (0..native.funcs.len()).map(FuncId::new).collect();
                optimise(&mut native, &all, PassOptions::default());
            }
            let output = run_native(&native, main, opt);
            assert!(
                output.status.success() && with_one_nan(&output.stdout) == with_one_nan(&want),
                "seed {seed}, {opt:?}, passes {passes}: {}\n{:02x?}\nwant\n{want:02x?}",
                String::from_utf8_lossy(&output.stderr),
                output.stdout
            );
        }
        if compared == wanted {
            break;
        }
    }
    assert_eq!(compared, wanted);
}

fn run_native(module: &Module, main: FuncId, opt: OptLevel) -> std::process::Output {
    common::run(module, main, opt, true)
}
