//! Shapes of code that engines translate in a way of their own: dense switches, intervals, linear recurrences, loops that
//! begin with a branch.

use sx_ir::{BinaryOp, Ty, semantics};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{TestHost, finished, run, same, steps};
use crate::{ComptimeEngine, Limits, Status};

pub fn cases(out: &mut Vec<Case>) {
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        out.push(Case::new(
            format!("shapes/dense-switch/{}", ty.name()),
            move |e| dense_switch(e, ty),
        ));
    }
    out.push(Case::new("shapes/interval", interval));
    out.push(Case::new("shapes/recurrence", recurrence));
    out.push(Case::new("shapes/branch-first", branch_first));
}

/// All values of a range, for tables of several lengths, and those beside it.
fn dense_switch(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let bits = ty.int_bits().unwrap_or(64);
    let cut = |value: u64| semantics::zext_from(value, bits);
    for first in [0, 1, 50, cut(u64::MAX - 2), 1 << (bits - 2)] {
        for len in [3u64, 4, 5, 8, 17, 40] {
            let mut b = Build::native();
            let values: Vec<u64> = (0..len).map(|i| cut(first.wrapping_add(i))).collect();
            let cases: Vec<&[u64]> = values.chunks(1).collect();
            let root = b.func("f", &[ty], &[Ty::I64], |f| {
                let (result, x) = (f.local(Ty::I64), f.param(0));
                f.switch(ty, x, &cases, |f, case| {
                    let n = f.i64(case.map_or(1000, |c| c as i64));
                    f.set(result, n);
                });
                f.ret_local(result);
            });
            let beside = [first.wrapping_sub(1), first.wrapping_add(len)];
            let beside = beside.map(|value| (cut(value), 1000));
            let all = values.iter().copied().zip(0..).chain(beside);
            for (value, case) in all {
                finished(&run(e, &b.module, root, &[value]), &[case])
                    .map_err(|why| format!("{len} from {first:x}: ({value:x}) {why}"))?;
            }
        }
    }
    Ok(())
}

/// `from <= x <= to` as one comparison, as a condition and as a value.
fn interval(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let compares = [
        (BinaryOp::LeU, 0),
        (BinaryOp::LtU, 1),
        (BinaryOp::GtU, 0),
        (BinaryOp::GeU, 1),
    ];
    for (from, width) in [(0u64, 0u64), (48, 9), (97, 25), (5, 65_535), (7, 65_536)] {
        for (op, more) in compares {
            let mut b = Build::native();
            let test = |f: &mut Fun| {
                let (x, less) = (f.param(0), f.i64(-(from as i64)));
                let x = f.add(x, less);
                let bound = f.i64((width + more) as i64);
                f.bin(op, Ty::I64, x, bound)
            };
            let value = b.expr_func(&[Ty::I64], Ty::I8, test);
            let branch = b.func("branch", &[Ty::I64], &[Ty::I8], |f| {
                let holds = test(f);
                f.when(holds, |f| {
                    let one = f.c(Ty::I8, 1);
                    f.ret(&[one]);
                });
                let zero = f.c(Ty::I8, 0);
                f.ret(&[zero]);
            });
            let to = from + width;
            for x in [
                from,
                from + 1,
                to,
                to + 1,
                to.wrapping_sub(1),
                1 << 63,
                u64::MAX,
            ]
            .into_iter()
            .chain(from.checked_sub(1))
            {
                let inside = x.wrapping_sub(from) <= width;
                let want = inside == matches!(op, BinaryOp::LeU | BinaryOp::LtU);
                for root in [value, branch] {
                    finished(&run(e, &b.module, root, &[x]), &[u64::from(want)])
                        .map_err(|why| format!("{} from {from} to {to} ({x}) {why}", op.name()))?;
                }
            }
        }
    }
    Ok(())
}

/// `x = x * a + c` beside a counter: results and steps for any count, and the same place at any limit.
fn recurrence(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    const FACTOR: u64 = 6_364_136_223_846_793_005;
    const SUM: u64 = 1_442_695_040_888_963_407;
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64, Ty::I64], &[Ty::I64], |f| {
        let (i, x) = (f.local(Ty::I64), f.local(Ty::I64));
        let start = f.param(1);
        f.set(x, start);
        f.loop_(|f, label| {
            let (at, end) = (f.get(i), f.param(0));
            let done = f.bin(BinaryOp::GeS, Ty::I64, at, end);
            f.when(done, |f| {
                f.brk(label);
            });
            let (old, factor) = (f.get(x), f.i64(FACTOR as i64));
            let product = f.bin(BinaryOp::Mul, Ty::I64, old, factor);
            let sum = f.i64(SUM as i64);
            let new = f.add(product, sum);
            f.set(x, new);
            let (at, one) = (f.get(i), f.i64(1));
            let next = f.add(at, one);
            f.set(i, next);
        });
        f.ret_local(x);
    });
    for count in (0..40u64).chain([100, 1001]) {
        let mut x = 42u64;
        for _ in 0..count {
            x = x.wrapping_mul(FACTOR).wrapping_add(SUM);
        }
        let total = 1 + count + 1;
        let outcome = run(e, &b.module, root, &[count, 42]);
        finished(&outcome, &[x])?;
        steps(&outcome, total).map_err(|why| format!("{count} times: {why}"))?;
        for limit in [total - 1, total / 2, total] {
            let limits = Limits {
                steps: limit,
                ..Limits::default()
            };
            let mut host = TestHost::default();
            let outcome = e.run(&b.module, root, &[count, 42], &limits, &mut host);
            let ends = matches!(outcome.status, Status::Finished(_));
            same("ends within its steps", ends, limit >= total)?;
            steps(&outcome, limit).map_err(|why| format!("{count} times, {limit}: {why}"))?;
        }
    }
    Ok(())
}

/// The first thing that a loop does is to leave, itself or what is around it, and what it computes with is made before
/// it.
fn branch_first(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    const KEY: u64 = 0x1234_5678_9abc_def1;
    for around in [false, true] {
        let mut b = Build::native();
        let cell = b.global(8, 8, true, sx_ir::ConstImage::default());
        let root = b.func("f", &[Ty::I64, Ty::I64], &[Ty::I64, Ty::I64], |f| {
            f.block(|f, outer| {
                f.loop_(|f, label| {
                    let (left, zero) = (f.param(0), f.i64(0));
                    let done = f.bin(BinaryOp::Eq, Ty::I64, left, zero);
                    f.when(done, |f| {
                        f.brk(if around { outer } else { label });
                    });
                    let (x, key) = (f.param(1), f.i64(KEY as i64));
                    let mixed = f.bin(BinaryOp::Xor, Ty::I64, x, key);
                    let seven = f.i64(7);
                    let mixed = f.bin(BinaryOp::Mul, Ty::I64, mixed, seven);
                    f.set(sx_ir::LocalId(1), mixed);
                    let (at, x) = (f.global(cell), f.param(1));
                    f.store(Ty::I64, at, x);
                    let (left, less) = (f.param(0), f.i64(-1));
                    let left = f.add(left, less);
                    f.set(sx_ir::LocalId(0), left);
                });
            });
            let at = f.global(cell);
            let kept = f.load(Ty::I64, at);
            let x = f.param(1);
            f.ret(&[x, kept]);
        });
        for count in [0u64, 1, 2, 30] {
            let mut x = 9u64;
            for _ in 0..count {
                x = (x ^ KEY).wrapping_mul(7);
            }
            let kept = if count == 0 { 0 } else { x };
            let outcome = run(e, &b.module, root, &[count, 9]);
            finished(&outcome, &[x, kept])
                .map_err(|why| format!("{count} times, around {around}: {why}"))?;
            steps(&outcome, 1 + count + 1)?;
        }
    }
    Ok(())
}
