//! Time grows with the size of the module, not faster.

mod common;
use common::*;
use std::time::{Duration, Instant};
use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::*;

fn large(functions: usize) -> (Module, FuncId) {
    let mut m = module();
    let mut all = Vec::new();
    for number in 0..functions {
        let mut f = Fun::new(
            &mut m,
            &format!("f{number}"),
            Linkage::Internal,
            &[Ty::I64, Ty::I64],
            &[Ty::I64],
        );
        let sum = f.func.add_local(Ty::I64);
        let slot = f.func.add_slot(64, 8);
        for line in 0..20 {
            f.loc = place(&mut m, (number * 20 + line) as u32 + 1, 5);
            let (a, b) = (f.p(0), f.l(sum));
            let value = f.bin(BinaryOp::Add, Ty::I64, a, b);
            let (index, length) = (f.p(1), f.i(8));
            let index = f.check(TrapKind::Index, CheckRel::Below, index, length);
            let base = f.e(Expr::SlotAddr(slot));
            let addr = f.at(base, index, 8);
            f.store(Ty::I64, addr, value);
            f.set(sum, value);
            let (s, k) = (f.l(sum), f.i(line as i64));
            let cond = f.bin(BinaryOp::LtS, Ty::I64, s, k);
            f.if_(
                cond,
                |f| {
                    let s = f.l(sum);
                    f.ret(&[s])
                },
                |_| {},
            );
        }
        if let Some(last) = all.last().copied() {
            let (a, b) = (f.p(0), f.p(1));
            f.call(last, &[a, b], &[sum]);
        }
        let s = f.l(sum);
        f.ret(&[s]);
        all.push(f.finish(&mut m));
    }
    let mut f = begin_main(&mut m);
    let r = f.func.add_local(Ty::I64);
    let (a, b) = (f.i(1), f.i(2));
    f.call(*all.last().unwrap(), &[a, b], &[r]);
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    (m, main)
}

fn time(functions: usize, opt: OptLevel, checked: bool, debug_info: bool) -> Duration {
    let (m, main) = large(functions);
    let folder = tempfile::tempdir().unwrap();
    let mut request = EmitRequest::new(
        &m,
        vec![main],
        EmitKind::Object(folder.path().join("out.o")),
    );
    request.opt = opt;
    request.checked = checked;
    request.debug_info = debug_info;
    let start = Instant::now();
    sx_backend::emit(&request).unwrap();
    start.elapsed()
}

#[test]
fn linear() {
    time(10, OptLevel::None, true, false);
    let small = time(100, OptLevel::None, true, false);
    let large = time(800, OptLevel::None, true, false);
    assert!(
        large < small * 32,
        "{small:?} for 100 functions, {large:?} for 800"
    );
}

/// `cargo test --test scale -- --ignored --nocapture`
#[test]
#[ignore = "prints times"]
fn times() {
    for (opt, checked, debug_info) in [
        (OptLevel::None, true, false),
        (OptLevel::None, false, false),
        (OptLevel::None, true, true),
        (OptLevel::Less, true, false),
        (OptLevel::Default, true, false),
        (OptLevel::Default, false, false),
    ] {
        let took = [500, 2000].map(|functions| time(functions, opt, checked, debug_info));
        eprintln!("{opt:?} checked {checked} debug {debug_info}: {took:?}");
    }
    let tiny = time(1, OptLevel::None, true, false);
    eprintln!("one function: {tiny:?}");
}
