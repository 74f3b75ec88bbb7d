//! Calls: direct, indirect, recursive, with many parameters and results, and to the host.

use sx_ir::{BinaryOp, Expr, Ty};

use super::Case;
use super::build::Build;
use super::expect::{TestHost, finished, run, same, steps, stopped, table};
use crate::{ComptimeEngine, Frame, GUARD, Limits, Status, Trap};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("calls/factorial", factorial));
    out.push(Case::new("calls/fibonacci", fibonacci));
    out.push(Case::new("calls/mutual-recursion", mutual_recursion));
    out.push(Case::new("calls/many-parameters", many_parameters));
    out.push(Case::new("calls/many-results", many_results));
    out.push(Case::new("calls/narrow-types", narrow_types));
    out.push(Case::new("calls/indirect", indirect));
    out.push(Case::new(
        "calls/function-pointers-in-memory",
        function_pointers_in_memory,
    ));
    out.push(Case::new("calls/loop-calling-loop", loop_calling_loop));
    out.push(Case::new("calls/locals-survive", locals_survive));
    out.push(Case::new("calls/root-arguments", root_arguments));
    out.push(Case::new("calls/host", host));
    out.push(Case::new("calls/host-variadic", host_variadic));
    out.push(Case::new("calls/host-indirect", host_indirect));
    out.push(Case::new("calls/host-order", host_order));
    out.push(Case::new("calls/host-as-root", host_as_root));
    out.push(Case::new("calls/host-memory", host_memory));
    out.push(Case::new("calls/host-frames", host_frames));
    out.push(Case::new("calls/host-faults", host_faults));
}

fn factorial(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let fact = b.declare("fact", &[Ty::I64], &[Ty::I64]);
    b.define(fact, |f| {
        let (n, one) = (f.param(0), f.i64(1));
        let small = f.bin(BinaryOp::LeS, Ty::I64, n, one);
        f.when(small, |f| {
            let one = f.i64(1);
            f.ret(&[one]);
        });
        let rest = f.local(Ty::I64);
        let (n, one) = (f.param(0), f.i64(1));
        let less = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        f.call(fact, &[less], &[rest]);
        let (n, rest) = (f.param(0), f.get(rest));
        let product = f.bin(BinaryOp::Mul, Ty::I64, n, rest);
        f.ret(&[product]);
    });
    let outcome = run(e, &b.module, fact, &[20]);
    finished(&outcome, &[2_432_902_008_176_640_000])?;
    steps(&outcome, 20)
}

fn fibonacci(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let fib = b.declare("fib", &[Ty::I64], &[Ty::I64]);
    b.define(fib, |f| {
        let (n, two) = (f.param(0), f.i64(2));
        let small = f.bin(BinaryOp::LtS, Ty::I64, n, two);
        f.when(small, |f| {
            let n = f.param(0);
            f.ret(&[n]);
        });
        let (x, y) = (f.local(Ty::I64), f.local(Ty::I64));
        for (k, local) in [(1, x), (2, y)] {
            let (n, k) = (f.param(0), f.i64(k));
            let less = f.bin(BinaryOp::Sub, Ty::I64, n, k);
            f.call(fib, &[less], &[local]);
        }
        let (x, y) = (f.get(x), f.get(y));
        let sum = f.add(x, y);
        f.ret(&[sum]);
    });
    let outcome = run(e, &b.module, fib, &[18]);
    finished(&outcome, &[2584])?;
    steps(&outcome, 8361)
}

fn mutual_recursion(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let even = b.declare("even", &[Ty::I64], &[Ty::I8]);
    let odd = b.declare("odd", &[Ty::I64], &[Ty::I8]);
    for (me, other, base) in [(even, odd, 1), (odd, even, 0)] {
        b.define(me, |f| {
            let (n, zero) = (f.param(0), f.i64(0));
            let done = f.bin(BinaryOp::Eq, Ty::I64, n, zero);
            f.when(done, |f| {
                let base = f.c(Ty::I8, base);
                f.ret(&[base]);
            });
            let result = f.local(Ty::I8);
            let (n, one) = (f.param(0), f.i64(-1));
            let less = f.add(n, one);
            f.call(other, &[less], &[result]);
            f.ret_local(result);
        });
    }
    let outcome = run(e, &b.module, even, &[1001]);
    finished(&outcome, &[0])?;
    steps(&outcome, 1002)?;
    table(e, &b.module, odd, &[(vec![7], vec![1]), (vec![8], vec![0])])
}

/// Twelve integers and floats in turn; each weighs differently.
fn many_parameters(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let types: Vec<Ty> = (0..24)
        .map(|i| if i % 2 == 0 { Ty::I64 } else { Ty::F64 })
        .collect();
    let callee = b.func("callee", &types, &[Ty::I64, Ty::F64], |f| {
        let mut sum = f.i64(0);
        let mut total = f.c(Ty::F64, 0);
        for i in 0..24 {
            let v = f.param(i);
            if i % 2 == 0 {
                let weight = f.i64(i as i64 + 1);
                let v = f.bin(BinaryOp::Mul, Ty::I64, v, weight);
                sum = f.add(sum, v);
            } else {
                let weight = f.c(Ty::F64, (i as f64).to_bits());
                let v = f.bin(BinaryOp::FMul, Ty::F64, v, weight);
                total = f.bin(BinaryOp::FAdd, Ty::F64, total, v);
            }
        }
        f.ret(&[sum, total]);
    });
    let root = b.func("root", &[Ty::I64], &[Ty::I64, Ty::F64], |f| {
        let (x, y) = (f.local(Ty::I64), f.local(Ty::F64));
        let args: Vec<_> = (0..24)
            .map(|i| {
                if i % 2 == 0 {
                    let (n, k) = (f.param(0), f.i64(i));
                    f.add(n, k)
                } else {
                    f.c(Ty::F64, (i as f64 * 0.25).to_bits())
                }
            })
            .collect();
        f.call(callee, &args, &[x, y]);
        let (x, y) = (f.get(x), f.get(y));
        f.ret(&[x, y]);
    });
    let sum: i64 = (0..24).step_by(2).map(|i| (100 + i) * (i + 1)).sum();
    let total = (0..24)
        .skip(1)
        .step_by(2)
        .fold(0.0, |t, i| t + f64::from(i) * 0.25 * f64::from(i));
    finished(
        &run(e, &b.module, root, &[100]),
        &[sum as u64, f64::to_bits(total)],
    )
}

fn many_results(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let types = [
        Ty::I64,
        Ty::F64,
        Ty::I8,
        Ty::Ptr,
        Ty::F32,
        Ty::I32,
        Ty::I64,
        Ty::I64,
        Ty::I64,
        Ty::I16,
    ];
    let callee = b.func("callee", &[Ty::I64], &types, |f| {
        let mut values = Vec::new();
        for (i, ty) in types.into_iter().enumerate() {
            values.push(if i == 6 {
                f.param(0)
            } else {
                f.c(ty, 10 + i as u64)
            });
        }
        f.ret(&values);
    });
    let root = b.func("root", &[], &types, |f| {
        let locals: Vec<_> = types.iter().rev().map(|ty| f.local(*ty)).collect();
        let locals: Vec<_> = locals.into_iter().rev().collect();
        let arg = f.i64(-5);
        f.call(callee, &[arg], &locals);
        let values: Vec<_> = locals.iter().map(|l| f.get(*l)).collect();
        f.ret(&values);
    });
    let wanted: Vec<u64> = (0..10)
        .map(|i| if i == 6 { -5i64 as u64 } else { 10 + i })
        .collect();
    finished(&run(e, &b.module, root, &[]), &wanted)
}

/// Narrow values stay zero-extended across calls.
fn narrow_types(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let inc = b.expr_func(&[Ty::I8, Ty::I16, Ty::I32], Ty::I8, |f| {
        let (a, one) = (f.param(0), f.c(Ty::I8, 1));
        f.bin(BinaryOp::Add, Ty::I8, a, one)
    });
    let root = b.func("root", &[Ty::I8], &[Ty::I8, Ty::I8, Ty::I64], |f| {
        let result = f.local(Ty::I8);
        let (a, x, y) = (f.param(0), f.c(Ty::I16, 0xffff), f.c(Ty::I32, 0xffff_ffff));
        f.call(inc, &[a, x, y], &[result]);
        let (a, r) = (f.param(0), f.get(result));
        let less = f.bin(BinaryOp::LtU, Ty::I8, r, a);
        let r = f.get(result);
        let wide = f.conv(sx_ir::ConvertOp::ZExt, Ty::I8, Ty::I64, r);
        let r = f.get(result);
        f.ret(&[r, less, wide]);
    });
    table(
        e,
        &b.module,
        root,
        &[(vec![255], vec![0, 1, 0]), (vec![127], vec![128, 0, 128])],
    )
}

fn indirect(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let double = b.expr_func(&[Ty::I64], Ty::I64, |f| {
        let (x, y) = (f.param(0), f.param(0));
        f.add(x, y)
    });
    let negate = b.expr_func(&[Ty::I64], Ty::I64, |f| {
        let (x, y) = (f.i64(0), f.param(0));
        f.bin(BinaryOp::Sub, Ty::I64, x, y)
    });
    let sig = b.sig(&[Ty::I64], &[Ty::I64]);
    let apply = b.func("apply", &[Ty::Ptr, Ty::I64], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        let (target, x) = (f.param(0), f.param(1));
        f.call_indirect(target, sig, &[x], &[result]);
        f.ret_local(result);
    });
    let root = b.func("root", &[Ty::I8, Ty::I64], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        let (cond, x, y) = (f.param(0), f.func_addr(double), f.func_addr(negate));
        let target = f.expr(Expr::Select {
            ty: Ty::Ptr,
            cond,
            a: x,
            b: y,
        });
        let x = f.param(1);
        f.call(apply, &[target, x], &[result]);
        f.ret_local(result);
    });
    table(
        e,
        &b.module,
        root,
        &[(vec![1, 21], vec![42]), (vec![0, 21], vec![-21i64 as u64])],
    )
}

/// A table of functions in a global, called in a loop.
fn function_pointers_in_memory(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let funcs: Vec<_> = (1..=4)
        .map(|k| {
            b.expr_func(&[Ty::I64], Ty::I64, |f| {
                let (x, k) = (f.param(0), f.i64(k));
                let v = f.bin(BinaryOp::Mul, Ty::I64, x, k);
                let one = f.i64(1);
                f.add(v, one)
            })
        })
        .collect();
    let targets: Vec<_> = funcs
        .iter()
        .map(|f| (sx_ir::image::RelocTarget::Func(*f), 0))
        .collect();
    let image = b.table(&targets);
    let vtable = b.global(32, 8, false, image);
    let sig = b.sig(&[Ty::I64], &[Ty::I64]);
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let value = f.local(Ty::I64);
        let n = f.i64(8);
        f.count(n, |f, i, _| {
            let (k, three) = (f.get(i), f.i64(3));
            let k = f.bin(BinaryOp::And, Ty::I64, k, three);
            let three = f.i64(3);
            let offset = f.bin(BinaryOp::Shl, Ty::I64, k, three);
            let at = f.global(vtable);
            let at = f.bin(BinaryOp::PtrAdd, Ty::Ptr, at, offset);
            let target = f.load(Ty::Ptr, at);
            let x = f.get(value);
            f.call_indirect(target, sig, &[x], &[value]);
        });
        f.ret_local(value);
    });
    let wanted = (0..8u64).fold(0, |x, i| x * (i % 4 + 1) + 1);
    finished(&run(e, &b.module, root, &[]), &[wanted])
}

fn loop_calling_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let inner = b.func("inner", &[Ty::I64], &[Ty::I64], |f| {
        let sum = f.local(Ty::I64);
        let n = f.param(0);
        f.count(n, |f, i, _| {
            let (s, i) = (f.get(sum), f.get(i));
            let s = f.add(s, i);
            f.set(sum, s);
        });
        f.ret_local(sum);
    });
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let (total, part) = (f.local(Ty::I64), f.local(Ty::I64));
        let n = f.i64(200);
        f.count(n, |f, i, _| {
            let n = f.get(i);
            f.call(inner, &[n], &[part]);
            let (t, p) = (f.get(total), f.get(part));
            let t = f.add(t, p);
            f.set(total, t);
        });
        f.ret_local(total);
    });
    let outcome = run(e, &b.module, root, &[]);
    finished(
        &outcome,
        &[(0..200u64).map(|n| n * n.saturating_sub(1) / 2).sum()],
    )?;
    steps(&outcome, 1 + 201 + (0..200u64).map(|n| n + 2).sum::<u64>())
}

/// A caller's variables, of all types, are untouched by a callee that uses many.
fn locals_survive(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let busy = b.func("busy", &[Ty::I64], &[Ty::I64], |f| {
        let locals: Vec<_> = (0..20).map(|_| f.local(Ty::I64)).collect();
        let floats: Vec<_> = (0..20).map(|_| f.local(Ty::F64)).collect();
        for (i, (x, y)) in locals.iter().zip(&floats).enumerate() {
            let v = f.i64(-(i as i64));
            f.set(*x, v);
            let v = f.c(Ty::F64, u64::MAX);
            f.set(*y, v);
        }
        let mut sum = f.param(0);
        for local in locals {
            let v = f.get(local);
            sum = f.add(sum, v);
        }
        f.ret(&[sum]);
    });
    let types = [
        Ty::I64,
        Ty::F64,
        Ty::I8,
        Ty::F32,
        Ty::I64,
        Ty::F64,
        Ty::I64,
        Ty::I16,
        Ty::I32,
        Ty::Ptr,
    ];
    let mut results = types.to_vec();
    results.push(Ty::I64);
    let root = b.func("root", &types, &results, |f| {
        let sum = f.local(Ty::I64);
        let n = f.i64(10);
        f.count(n, |f, i, _| {
            let got = f.local(Ty::I64);
            let x = f.get(i);
            f.call(busy, &[x], &[got]);
            let (s, g) = (f.get(sum), f.get(got));
            let s = f.add(s, g);
            f.set(sum, s);
        });
        let mut values: Vec<_> = (0..types.len()).map(|i| f.param(i)).collect();
        values.push(f.get(sum));
        f.ret(&values);
    });
    let args: Vec<u64> = (0..10).map(|i| 100 + i).collect();
    let mut wanted = args.clone();
    wanted.push((45i64 - 10 * 190) as u64);
    finished(&run(e, &b.module, root, &args), &wanted)
}

fn root_arguments(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let types = [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::Ptr];
    let root = b.func("root", &types, &types, |f| {
        let values: Vec<_> = (0..types.len()).map(|i| f.param(i)).collect();
        f.ret(&values);
    });
    let args = [
        0xff,
        0xfffe,
        0xffff_fffd,
        u64::MAX,
        0x3f80_0000,
        0x7ff8_0000_0000_0001,
        GUARD,
    ];
    finished(&run(e, &b.module, root, &args), &args)
}

fn host(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let add2 = b.external("add2", &[Ty::I64, Ty::I64], &[Ty::I64], false);
    let narrow = b.external("add2", &[Ty::I8, Ty::I8], &[Ty::I8], false);
    let pair = b.compiler("pair", &[], &[Ty::I64, Ty::I64]);
    let root = b.func(
        "root",
        &[Ty::I64],
        &[Ty::I64, Ty::I8, Ty::I64, Ty::I64],
        |f| {
            let (a, n, x, y) = (
                f.local(Ty::I64),
                f.local(Ty::I8),
                f.local(Ty::I64),
                f.local(Ty::I64),
            );
            let (p, q) = (f.param(0), f.i64(-1));
            f.call(add2, &[p, q], &[a]);
            let (p, q) = (f.c(Ty::I8, 200), f.c(Ty::I8, 100));
            f.call(narrow, &[p, q], &[n]);
            f.call(pair, &[], &[y, x]);
            let values = [f.get(a), f.get(n), f.get(x), f.get(y)];
            f.ret(&values);
        },
    );
    let outcome = run(e, &b.module, root, &[10]);
    finished(&outcome, &[9, 44, 2, 1])?;
    steps(&outcome, 1)
}

fn host_variadic(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let sum = b.external("sum", &[Ty::I64], &[Ty::I64], true);
    let root = b.func("root", &[], &[Ty::I64, Ty::I64], |f| {
        let (x, y) = (f.local(Ty::I64), f.local(Ty::I64));
        let n = f.i64(0);
        f.call(sum, &[n], &[x]);
        let args = [
            f.i64(3),
            f.i64(7),
            f.c(Ty::F64, 1.0f64.to_bits()),
            f.c(Ty::I32, 9),
        ];
        f.call(sum, &args, &[y]);
        let values = [f.get(x), f.get(y)];
        f.ret(&values);
    });
    let wanted = (7u64.wrapping_mul(31).wrapping_add(1.0f64.to_bits()))
        .wrapping_mul(31)
        .wrapping_add(9);
    finished(&run(e, &b.module, root, &[]), &[0, wanted])
}

fn host_indirect(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let add2 = b.external("add2", &[Ty::I64, Ty::I64], &[Ty::I64], false);
    let sig = b.module.func(add2).sig;
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        let (target, x, y) = (f.func_addr(add2), f.i64(4), f.i64(5));
        f.call_indirect(target, sig, &[x, y], &[result]);
        f.ret_local(result);
    });
    finished(&run(e, &b.module, root, &[]), &[9])
}

fn host_order(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let log = b.compiler("log", &[Ty::I64], &[]);
    let root = b.func("root", &[], &[], |f| {
        let n = f.i64(5);
        f.count(n, |f, i, _| {
            let (x, y) = (f.get(i), f.get(i));
            let v = f.bin(BinaryOp::Mul, Ty::I64, x, y);
            f.call(log, &[v], &[]);
        });
    });
    let mut host = TestHost::default();
    finished(
        &e.run(&b.module, root, &[], &Limits::default(), &mut host),
        &[],
    )?;
    same("log", host.log, vec![0, 1, 4, 9, 16])
}

fn host_as_root(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let add2 = b.external("add2", &[Ty::I64, Ty::I64], &[Ty::I64], false);
    let no = b.external("no", &[], &[], false);
    finished(&run(e, &b.module, add2, &[3, 4]), &[7])?;
    stopped(
        &run(e, &b.module, no, &[]),
        Status::Unsupported("symbol not found: 'no'".into()),
        &[],
    )
}

/// The host writes the program's memory while the program waits.
fn host_memory(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let poke = b.external("poke", &[Ty::Ptr, Ty::I8], &[], false);
    let root = b.func("root", &[], &[Ty::I8, Ty::I8, Ty::I64], |f| {
        let p = f.local(Ty::Ptr);
        let slot = f.slot(1, 1);
        let n = f.i64(16);
        f.call(alloc, &[n], &[p]);
        let (at, v) = (f.get(p), f.c(Ty::I8, 7));
        f.call(poke, &[at, v], &[]);
        let (at, v) = (f.slot_addr(slot), f.c(Ty::I8, 8));
        f.call(poke, &[at, v], &[]);
        // Memory that exists only since the call can be used.
        let big = f.local(Ty::Ptr);
        let n = f.i64(1 << 20);
        f.call(alloc, &[n], &[big]);
        let at = f.get(big);
        let at = f.at(at, (1 << 20) - 8);
        let v = f.i64(77);
        f.store(Ty::I64, at, v);
        let at = f.get(big);
        let at = f.at(at, (1 << 20) - 8);
        let last = f.load(Ty::I64, at);
        let (x, y) = (f.get(p), f.slot_addr(slot));
        let (x, y) = (f.load(Ty::I8, x), f.load(Ty::I8, y));
        f.ret(&[x, y, last]);
    });
    finished(&run(e, &b.module, root, &[]), &[7, 8, 77])
}

fn host_frames(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let depth = b.compiler("depth", &[], &[Ty::I64]);
    let inner = b.declare("inner", &[], &[Ty::I64]);
    let at_host = b.define(inner, |f| {
        let n = f.local(Ty::I64);
        let loc = f.call(depth, &[], &[n]);
        f.ret_local(n);
        loc
    });
    let root = b.declare("root", &[], &[Ty::I64]);
    let at_inner = b.define(root, |f| {
        let n = f.local(Ty::I64);
        f.call(inner, &[], &[n]);
        let loc = f.call(inner, &[], &[n]);
        f.ret_local(n);
        loc
    });
    let mut host = TestHost::default();
    finished(
        &e.run(&b.module, root, &[], &Limits::default(), &mut host),
        &[2],
    )?;
    same(
        "frames",
        host.frames,
        vec![
            Frame {
                func: inner,
                loc: at_host,
            },
            Frame {
                func: root,
                loc: at_inner,
            },
        ],
    )
}

fn host_faults(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let exit = b.external("exit", &[Ty::I32], &[], false);
    let trap = b.external("host_trap", &[], &[], false);
    let no = b.compiler("no", &[], &[]);
    let inner = b.declare("inner", &[Ty::I64], &[]);
    let locs = b.define(inner, |f| {
        let mut locs = Vec::new();
        for (k, target) in [(0, exit), (1, trap), (2, no)] {
            let (x, k) = (f.param(0), f.i64(k));
            let hit = f.bin(BinaryOp::Eq, Ty::I64, x, k);
            f.when(hit, |f| {
                let args = if target == exit {
                    vec![f.c(Ty::I32, 3)]
                } else {
                    vec![]
                };
                locs.push(f.call(target, &args, &[]));
            });
        }
        locs
    });
    let root = b.declare("root", &[Ty::I64], &[]);
    let at = b.define(root, |f| {
        let x = f.param(0);
        f.call(inner, &[x], &[])
    });
    let denied = Trap {
        kind: sx_ir::TrapKind::Denied,
        a: 7,
        b: 8,
        detail: Some("denied by test".into()),
    };
    let wanted = [
        Status::Exit(3),
        Status::Trapped(denied),
        Status::Unsupported("symbol not found: 'no'".into()),
    ];
    for (k, status) in wanted.into_iter().enumerate() {
        stopped(
            &run(e, &b.module, root, &[k as u64]),
            status,
            &[(inner, locs[k]), (root, at)],
        )?;
    }
    finished(&run(e, &b.module, root, &[9]), &[])
}
