//! Host functions that call the program back.

use sx_ir::trap::LimitKind;
use sx_ir::{BinaryOp, FuncId, LocId, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{TestHost, finished, limited, run, steps, stopped, trapped};
use crate::{ComptimeEngine, Limits, Status};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("reentry/result", result));
    out.push(Case::new("reentry/recursion", recursion));
    out.push(Case::new("reentry/state-is-kept", state_is_kept));
    out.push(Case::new("reentry/hot", hot));
    out.push(Case::new("reentry/outside-function", outside_function));
    out.push(Case::new("reentry/trap", trap));
    out.push(Case::new("reentry/exit", exit));
    out.push(Case::new("reentry/depth", depth));
    out.push(Case::new("reentry/steps", step_limit));
}

/// `back(function, a)` calls the function with a.
fn back(b: &mut Build) -> FuncId {
    b.compiler("back", &[Ty::Ptr, Ty::I64], &[Ty::I64])
}

fn call_back(
    f: &mut Fun,
    back: FuncId,
    target: FuncId,
    arg: sx_ir::ExprId,
) -> (sx_ir::LocalId, LocId) {
    let value = f.func_addr(target);
    let got = f.local(Ty::I64);
    let loc = f.call(back, &[value, arg], &[got]);
    (got, loc)
}

/// The function doubles its argument, the root adds one to that.
fn result(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let twice = b.func("twice", &[Ty::I64], &[Ty::I64], |f| {
        let n = f.param(0);
        let two = f.i64(2);
        let value = f.bin(BinaryOp::Mul, Ty::I64, n, two);
        f.ret(&[value]);
    });
    let root = b.func("root", &[Ty::I64], &[Ty::I64], |f| {
        let n = f.param(0);
        let (got, _) = call_back(f, back, twice, n);
        let (got, one) = (f.get(got), f.i64(1));
        let value = f.add(got, one);
        f.ret(&[value]);
    });
    let outcome = run(e, &b.module, root, &[20]);
    finished(&outcome, &[41])?;
    steps(&outcome, 2)
}

/// fib(n), each call through the host.
fn fib(b: &mut Build, back: FuncId) -> (FuncId, LocId) {
    let fib = b.declare("fib", &[Ty::I64], &[Ty::I64]);
    let at = b.define(fib, |f| {
        let (n, two) = (f.param(0), f.i64(2));
        let small = f.bin(BinaryOp::LtS, Ty::I64, n, two);
        f.when(small, |f| {
            let n = f.param(0);
            f.ret(&[n]);
        });
        let (n, one) = (f.param(0), f.i64(1));
        let less = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        let (a, at) = call_back(f, back, fib, less);
        let (n, two) = (f.param(0), f.i64(2));
        let less = f.bin(BinaryOp::Sub, Ty::I64, n, two);
        let (c, _) = call_back(f, back, fib, less);
        let (a, c) = (f.get(a), f.get(c));
        let sum = f.add(a, c);
        f.ret(&[sum]);
        at
    });
    (fib, at)
}

fn recursion(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let (root, _) = fib(&mut b, back);
    let outcome = run(e, &b.module, root, &[12]);
    finished(&outcome, &[144])?;
    steps(&outcome, 465)
}

/// Locals and frame memory of the caller are untouched by what runs in between.
fn state_is_kept(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let other = b.func("other", &[Ty::I64], &[Ty::I64], |f| {
        let slot = f.slot(64, 8);
        let (at, byte, len) = (f.slot_addr(slot), f.c(Ty::I8, 0xff), f.i64(64));
        f.fill(at, byte, len);
        for _ in 0..20 {
            let local = f.local(Ty::I64);
            let value = f.i64(-1);
            f.set(local, value);
        }
        let at = f.slot_addr(slot);
        let value = f.load(Ty::I64, at);
        f.ret(&[value]);
    });
    let root = b.func("root", &[Ty::I64], &[Ty::I64], |f| {
        let slot = f.slot(8, 8);
        let (at, value) = (f.slot_addr(slot), f.i64(1000));
        f.store(Ty::I64, at, value);
        let kept = f.local(Ty::I64);
        let value = f.i64(200);
        f.set(kept, value);
        let n = f.param(0);
        let (got, _) = call_back(f, back, other, n);
        let at = f.slot_addr(slot);
        let stored = f.load(Ty::I64, at);
        let kept = f.get(kept);
        let sum = f.add(stored, kept);
        let got = f.get(got);
        let sum = f.add(sum, got);
        let n = f.param(0);
        let sum = f.add(sum, n);
        f.ret(&[sum]);
    });
    finished(&run(e, &b.module, root, &[30]), &[1229])
}

/// A loop in the function that is called back, long enough to be compiled where that is done, and often enough.
fn hot(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let sum = b.func("sum", &[Ty::I64], &[Ty::I64], |f| {
        let total = f.local(Ty::I64);
        let n = f.param(0);
        f.count(n, |f, i, _| {
            let (t, i) = (f.get(total), f.get(i));
            let value = f.add(t, i);
            f.set(total, value);
        });
        f.ret_local(total);
    });
    let root = b.func("root", &[Ty::I64], &[Ty::I64], |f| {
        let total = f.local(Ty::I64);
        let n = f.param(0);
        f.count(n, |f, i, _| {
            let i = f.get(i);
            let (got, _) = call_back(f, back, sum, i);
            let (t, got) = (f.get(total), f.get(got));
            let value = f.add(t, got);
            f.set(total, value);
        });
        f.ret_local(total);
    });
    let n = 300u64;
    let expected = (0..n).map(|k| k * k.saturating_sub(1) / 2).sum();
    finished(&run(e, &b.module, root, &[n]), &[expected])
}

/// What is called back may itself lie outside.
fn outside_function(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let depth = b.compiler("alloc", &[Ty::I64], &[Ty::Ptr]);
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let n = f.i64(32);
        let (got, _) = call_back(f, back, depth, n);
        let (got, zero) = (f.get(got), f.i64(0));
        let made = f.bin(BinaryOp::Ne, Ty::I64, got, zero);
        let made = f.conv(sx_ir::ConvertOp::ZExt, Ty::I8, Ty::I64, made);
        f.ret(&[made]);
    });
    finished(&run(e, &b.module, root, &[]), &[1])
}

/// The stack shows the calls on both sides of the host.
fn trap(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let bad = b.declare("bad", &[Ty::I64], &[Ty::I64]);
    let at_trap = b.define(bad, |f| f.trap(TrapKind::Unreachable));
    let middle = b.declare("middle", &[Ty::I64], &[Ty::I64]);
    let at_bad = b.define(middle, |f| {
        let n = f.param(0);
        let (got, at) = call_back(f, back, bad, n);
        f.ret_local(got);
        at
    });
    let root = b.declare("root", &[], &[Ty::I64]);
    let at_middle = b.define(root, |f| {
        let n = f.i64(1);
        let (got, at) = call_back(f, back, middle, n);
        f.ret_local(got);
        at
    });
    let frames = [(bad, at_trap), (middle, at_bad), (root, at_middle)];
    trapped(
        &run(e, &b.module, root, &[]),
        TrapKind::Unreachable,
        (0, 0),
        &frames,
    )
}

fn exit(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let exit = b.compiler("exit", &[Ty::I64], &[]);
    let ends = b.declare("ends", &[Ty::I64], &[Ty::I64]);
    let at_exit = b.define(ends, |f| {
        let n = f.param(0);
        let at = f.call(exit, &[n], &[]);
        let n = f.param(0);
        f.ret(&[n]);
        at
    });
    let root = b.declare("root", &[], &[Ty::I64]);
    let at_ends = b.define(root, |f| {
        let n = f.i64(5);
        let (got, at) = call_back(f, back, ends, n);
        f.ret_local(got);
        at
    });
    let frames = [(ends, at_exit), (root, at_ends)];
    stopped(&run(e, &b.module, root, &[]), Status::Exit(5), &frames)
}

/// Depth counts the calls on both sides.
fn depth(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let (root, at) = fib(&mut b, back);
    let limits = Limits {
        depth: 7,
        ..Limits::default()
    };
    let outcome = e.run(&b.module, root, &[50], &limits, &mut TestHost::default());
    limited(&outcome, LimitKind::Depth, &[(root, at); 7])
}

fn step_limit(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let back = back(&mut b);
    let (root, at) = fib(&mut b, back);
    for bound in 1..6 {
        let limits = Limits {
            steps: bound,
            ..Limits::default()
        };
        let outcome = e.run(&b.module, root, &[50], &limits, &mut TestHost::default());
        let frames = vec![(root, at); bound as usize];
        limited(&outcome, LimitKind::Steps, &frames).map_err(|why| format!("at {bound}: {why}"))?;
        steps(&outcome, bound)?;
    }
    Ok(())
}
