//! Blocks, loops, branches, switches; locals through all of them.

use sx_ir::{BinaryOp, Ty, semantics};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{finished, run, same, steps, table};
use crate::ComptimeEngine;

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new(
        "control/locals-start-at-zero",
        locals_start_at_zero,
    ));
    out.push(Case::new("control/if", if_else));
    out.push(Case::new("control/if-any-nonzero", if_any_nonzero));
    out.push(Case::new("control/count-loop", count_loop));
    out.push(Case::new("control/long-loop", long_loop));
    out.push(Case::new("control/continue", continues));
    out.push(Case::new("control/labels", labels));
    out.push(Case::new("control/block-break", block_break));
    out.push(Case::new(
        "control/return-inside-loops",
        return_inside_loops,
    ));
    out.push(Case::new("control/code-after-jump", code_after_jump));
    out.push(Case::new("control/empty-bodies", empty_bodies));
    out.push(Case::new("control/deep-nesting", deep_nesting));
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        out.push(Case::new(
            format!("control/switch/{}", ty.name()),
            move |e| switch(e, ty),
        ));
    }
    out.push(Case::new("control/switch-sparse", switch_sparse));
    out.push(Case::new("control/switch-in-loop", switch_in_loop));
    out.push(Case::new("control/many-locals", many_locals));
    out.push(Case::new("control/parallel-values", parallel_values));
    out.push(Case::new("control/fence", fence));
}

fn locals_start_at_zero(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let inner = b.func("inner", &[Ty::I8], &[Ty::I64, Ty::F64], |f| {
        let (x, y) = (f.local(Ty::I64), f.local(Ty::F64));
        let cond = f.param(0);
        f.when(cond, |f| {
            let v = f.i64(-1);
            f.set(x, v);
            let v = f.c(Ty::F64, u64::MAX);
            f.set(y, v);
        });
        let (x, y) = (f.get(x), f.get(y));
        f.ret(&[x, y]);
    });
    let root = b.func("root", &[], &[Ty::I64, Ty::F64, Ty::I64, Ty::F64], |f| {
        let locals = [
            f.local(Ty::I64),
            f.local(Ty::F64),
            f.local(Ty::I64),
            f.local(Ty::F64),
        ];
        let one = f.c(Ty::I8, 1);
        f.call(inner, &[one], &locals[..2]);
        let zero = f.c(Ty::I8, 0);
        f.call(inner, &[zero], &locals[2..]);
        let values = locals.map(|l| f.get(l));
        f.ret(&values);
    });
    finished(&run(e, &b.module, root, &[]), &[u64::MAX, u64::MAX, 0, 0])
}

fn if_else(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("max", &[Ty::I64, Ty::I64], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        let (x, y) = (f.param(0), f.param(1));
        let less = f.bin(BinaryOp::LtS, Ty::I64, x, y);
        f.if_(
            less,
            |f| {
                let y = f.param(1);
                f.set(result, y);
            },
            |f| {
                let x = f.param(0);
                f.set(result, x);
            },
        );
        f.ret_local(result);
    });
    let minus = -4i64 as u64;
    table(
        e,
        &b.module,
        root,
        &[
            (vec![1, 2], vec![2]),
            (vec![2, 1], vec![2]),
            (vec![minus, 3], vec![3]),
            (vec![3, minus], vec![3]),
        ],
    )
}

fn if_any_nonzero(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I8], &[Ty::I64], |f| {
        let cond = f.param(0);
        f.when(cond, |f| {
            let one = f.i64(1);
            f.ret(&[one]);
        });
        let zero = f.i64(0);
        f.ret(&[zero]);
    });
    let rows: Vec<_> = [0u64, 1, 2, 0x80, 0xff]
        .iter()
        .map(|c| (vec![*c], vec![u64::from(*c != 0)]))
        .collect();
    table(e, &b.module, root, &rows)
}

/// sum of i*i for i below n
fn sum_of_squares(f: &mut Fun) {
    let sum = f.local(Ty::I64);
    let n = f.param(0);
    f.count(n, |f, i, _| {
        let (x, y) = (f.get(i), f.get(i));
        let square = f.bin(BinaryOp::Mul, Ty::I64, x, y);
        let old = f.get(sum);
        let new = f.add(old, square);
        f.set(sum, new);
    });
    f.ret_local(sum);
}

fn count_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64], &[Ty::I64], sum_of_squares);
    for n in [0u64, 1, 2, 10, 100] {
        let outcome = run(e, &b.module, root, &[n]);
        finished(&outcome, &[(0..n).map(|i| i * i).sum()])?;
        steps(&outcome, 1 + n + 1)?;
    }
    Ok(())
}

fn long_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64], &[Ty::I64], sum_of_squares);
    let n = 100_000u64;
    let outcome = run(e, &b.module, root, &[n]);
    finished(&outcome, &[(0..n).map(|i| i * i).sum()])?;
    steps(&outcome, n + 2)
}

fn continues(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("odd_sum", &[Ty::I64], &[Ty::I64], |f| {
        let sum = f.local(Ty::I64);
        let n = f.param(0);
        f.count(n, |f, i, label| {
            let (x, one) = (f.get(i), f.i64(1));
            let low = f.bin(BinaryOp::And, Ty::I64, x, one);
            let zero = f.i64(0);
            let even = f.bin(BinaryOp::Eq, Ty::I64, low, zero);
            f.when(even, |f| {
                f.cont(label);
            });
            let (old, x) = (f.get(sum), f.get(i));
            let new = f.add(old, x);
            f.set(sum, new);
        });
        f.ret_local(sum);
    });
    let outcome = run(e, &b.module, root, &[10]);
    finished(&outcome, &[25])?;
    steps(&outcome, 12)
}

/// Three nested loops left and continued by their labels.
fn labels(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64, Ty::I64], &[Ty::I64], |f| {
        let count = f.local(Ty::I64);
        let n = f.i64(5);
        f.count(n, |f, i, outer| {
            let n = f.i64(5);
            f.count(n, |f, j, middle| {
                let n = f.i64(5);
                f.count(n, |f, k, _| {
                    let (x, y, z) = (f.get(i), f.get(j), f.get(k));
                    let ten = f.i64(10);
                    let xy = f.bin(BinaryOp::Mul, Ty::I64, x, ten);
                    let xy = f.add(xy, y);
                    let ten = f.i64(10);
                    let xyz = f.bin(BinaryOp::Mul, Ty::I64, xy, ten);
                    let xyz = f.add(xyz, z);
                    let at = f.local(Ty::I64);
                    f.set(at, xyz);
                    let (a, stop) = (f.get(at), f.param(0));
                    let hit = f.bin(BinaryOp::Eq, Ty::I64, a, stop);
                    f.when(hit, |f| {
                        f.brk(outer);
                    });
                    let (z, skip) = (f.get(k), f.param(1));
                    let hit = f.bin(BinaryOp::Eq, Ty::I64, z, skip);
                    f.when(hit, |f| {
                        let (y, three) = (f.get(j), f.i64(3));
                        let third = f.bin(BinaryOp::Eq, Ty::I64, y, three);
                        f.if_(
                            third,
                            |f| {
                                f.cont(outer);
                            },
                            |f| {
                                f.cont(middle);
                            },
                        );
                    });
                    let (c, one) = (f.get(count), f.i64(1));
                    let c = f.add(c, one);
                    f.set(count, c);
                });
            });
        });
        f.ret_local(count);
    });
    for (stop, skip) in [
        (999i64, 9i64),
        (0, 9),
        (123, 9),
        (999, 2),
        (231, 2),
        (444, 4),
        (999, 0),
    ] {
        let mut count = 0;
        'outer: for i in 0..5 {
            'middle: for j in 0..5 {
                for k in 0..5 {
                    if i * 100 + j * 10 + k == stop {
                        break 'outer;
                    }
                    if k == skip {
                        if j == 3 {
                            continue 'outer;
                        }
                        continue 'middle;
                    }
                    count += 1;
                }
            }
        }
        finished(
            &run(e, &b.module, root, &[stop as u64, skip as u64]),
            &[count],
        )
        .map_err(|why| format!("({stop}, {skip}) {why}"))?;
    }
    Ok(())
}

fn block_break(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        f.block(|f, outer| {
            f.block(|f, inner| {
                for (n, label) in [(1, inner), (2, outer)] {
                    let (x, k) = (f.param(0), f.i64(n));
                    let hit = f.bin(BinaryOp::Eq, Ty::I64, x, k);
                    f.when(hit, |f| {
                        f.brk(label);
                    });
                }
                let v = f.i64(100);
                f.set(result, v);
            });
            let (old, ten) = (f.get(result), f.i64(10));
            let new = f.add(old, ten);
            f.set(result, new);
        });
        let (old, one) = (f.get(result), f.i64(1));
        let new = f.add(old, one);
        f.ret(&[new]);
    });
    table(
        e,
        &b.module,
        root,
        &[
            (vec![0], vec![111]),
            (vec![1], vec![11]),
            (vec![2], vec![1]),
        ],
    )
}

fn return_inside_loops(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let find = b.func("find", &[Ty::I64], &[Ty::I64], |f| {
        f.loop_(|f, _| {
            let n = f.i64(100);
            f.count(n, |f, i, _| {
                let (x, y) = (f.get(i), f.get(i));
                let square = f.bin(BinaryOp::Mul, Ty::I64, x, y);
                let limit = f.param(0);
                let over = f.bin(BinaryOp::GtS, Ty::I64, square, limit);
                f.when(over, |f| {
                    f.ret_local(i);
                });
            });
        });
    });
    let root = b.func("root", &[Ty::I64], &[Ty::I64], |f| {
        let (a, c) = (f.local(Ty::I64), f.local(Ty::I64));
        let x = f.param(0);
        f.call(find, &[x], &[a]);
        let x = f.get(a);
        f.call(find, &[x], &[c]);
        let (a, c) = (f.get(a), f.get(c));
        let sum = f.add(a, c);
        f.ret(&[sum]);
    });
    table(
        e,
        &b.module,
        root,
        &[(vec![99], vec![14]), (vec![0], vec![3])],
    )
}

fn code_after_jump(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[], &[Ty::I64], |f| {
        let x = f.local(Ty::I64);
        f.loop_(|f, label| {
            let five = f.i64(5);
            f.set(x, five);
            f.brk(label);
            let six = f.i64(6);
            f.set(x, six);
            f.cont(label);
        });
        f.ret_local(x);
        let seven = f.i64(7);
        f.ret(&[seven]);
        f.trap(sx_ir::TrapKind::Unreachable);
    });
    finished(&run(e, &b.module, root, &[]), &[5])
}

fn empty_bodies(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let nothing = b.func("nothing", &[], &[], |_| {});
    let root = b.func("root", &[Ty::I64], &[], |f| {
        let cond = f.c(Ty::I8, 1);
        f.if_(cond, |_| {}, |_| {});
        f.block(|_, _| {});
        let x = f.param(0);
        f.switch(Ty::I64, x, &[], |_, _| {});
        let x = f.param(0);
        f.switch(Ty::I64, x, &[&[1], &[2]], |_, _| {});
        f.call(nothing, &[], &[]);
        f.call(nothing, &[], &[]);
    });
    let outcome = run(e, &b.module, root, &[1]);
    finished(&outcome, &[])?;
    steps(&outcome, 3)
}

fn deep_nesting(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    fn nest(f: &mut Fun, depth: usize, sum: sx_ir::LocalId) {
        let (old, one) = (f.get(sum), f.i64(1));
        let new = f.add(old, one);
        f.set(sum, new);
        if depth == 0 {
            return;
        }
        match depth % 3 {
            0 => {
                f.block(|f, label| {
                    nest(f, depth - 1, sum);
                    f.brk(label);
                });
            }
            1 => {
                f.loop_(|f, label| {
                    nest(f, depth - 1, sum);
                    f.brk(label);
                });
            }
            _ => {
                let cond = f.c(Ty::I8, 1);
                f.when(cond, |f| nest(f, depth - 1, sum));
            }
        }
    }
    let mut b = Build::native();
    let root = b.func("f", &[], &[Ty::I64], |f| {
        let sum = f.local(Ty::I64);
        nest(f, 90, sum);
        f.ret_local(sum);
    });
    let outcome = run(e, &b.module, root, &[]);
    finished(&outcome, &[91])?;
    steps(&outcome, 31)
}

fn switch(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let mut b = Build::native();
    let bits = ty.int_bits().unwrap_or(64);
    let max = semantics::zext_from(u64::MAX, bits);
    let min = 1u64 << (bits - 1);
    let root = b.func("f", &[ty], &[Ty::I64], |f| {
        let x = f.param(0);
        f.switch(
            ty,
            x,
            &[&[0], &[1, 2, 3], &[max], &[min, 100], &[]],
            |f, case| {
                let result = f.i64(case.map_or(-1, |c| c as i64));
                f.ret(&[result]);
            },
        );
        f.trap(sx_ir::TrapKind::Unreachable);
    });
    let other = u64::MAX;
    for (value, case) in [
        (0, 0),
        (1, 1),
        (2, 1),
        (3, 1),
        (4, other),
        (max, 2),
        (max - 1, other),
        (min, 3),
        (min + 1, other),
        (100, 3),
        (99, other),
    ] {
        finished(&run(e, &b.module, root, &[value]), &[case])
            .map_err(|why| format!("({value:x}) {why}"))?;
    }
    Ok(())
}

fn switch_sparse(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let values: Vec<u64> = (0..60u64).map(|i| (i * i * 0x1_0000_0001) ^ 0x55).collect();
    let cases: Vec<&[u64]> = values.chunks(1).collect();
    let root = b.func("f", &[Ty::I64], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        let x = f.param(0);
        f.switch(Ty::I64, x, &cases, |f, case| {
            let n = f.i64(case.map_or(1000, |c| c as i64));
            f.set(result, n);
        });
        f.ret_local(result);
    });
    for (i, value) in values.iter().enumerate() {
        finished(&run(e, &b.module, root, &[*value]), &[i as u64])?;
        finished(&run(e, &b.module, root, &[value + 1000]), &[1000])?;
    }
    Ok(())
}

/// A small state machine; cases break and continue the loop around.
fn switch_in_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("collatz", &[Ty::I64], &[Ty::I64, Ty::I64], |f| {
        let (x, count) = (f.local(Ty::I64), f.local(Ty::I64));
        let start = f.param(0);
        f.set(x, start);
        f.loop_(|f, label| {
            let (v, one) = (f.get(x), f.i64(1));
            let done = f.bin(BinaryOp::Eq, Ty::I64, v, one);
            f.when(done, |f| {
                f.brk(label);
            });
            let (c, one) = (f.get(count), f.i64(1));
            let c = f.add(c, one);
            f.set(count, c);
            let (v, one) = (f.get(x), f.i64(1));
            let low = f.bin(BinaryOp::And, Ty::I64, v, one);
            f.switch(Ty::I64, low, &[&[0]], |f, case| match case {
                Some(_) => {
                    let (v, one) = (f.get(x), f.i64(1));
                    let half = f.bin(BinaryOp::ShrU, Ty::I64, v, one);
                    f.set(x, half);
                    f.cont(label);
                }
                None => {
                    let (v, three) = (f.get(x), f.i64(3));
                    let triple = f.bin(BinaryOp::Mul, Ty::I64, v, three);
                    let one = f.i64(1);
                    let next = f.add(triple, one);
                    f.set(x, next);
                }
            });
        });
        let (x, count) = (f.get(x), f.get(count));
        f.ret(&[x, count]);
    });
    let outcome = run(e, &b.module, root, &[27]);
    finished(&outcome, &[1, 111])?;
    steps(&outcome, 1 + 112)
}

/// More live variables than any machine has registers, integers and floats, through a loop.
fn many_locals(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I64], &[Ty::I64, Ty::F64], |f| {
        let ints: Vec<_> = (0..24).map(|_| f.local(Ty::I64)).collect();
        let floats: Vec<_> = (0..24).map(|_| f.local(Ty::F64)).collect();
        for (i, (a, x)) in ints.iter().zip(&floats).enumerate() {
            let v = f.i64(i as i64);
            f.set(*a, v);
            let v = f.c(Ty::F64, (i as f64).to_bits());
            f.set(*x, v);
        }
        let n = f.param(0);
        f.count(n, |f, _, _| {
            for i in 0..24 {
                let (x, y) = (f.get(ints[i]), f.get(ints[(i + 7) % 24]));
                let sum = f.add(x, y);
                f.set(ints[i], sum);
                let (x, y) = (f.get(floats[i]), f.get(floats[(i + 5) % 24]));
                let sum = f.bin(BinaryOp::FAdd, Ty::F64, x, y);
                let half = f.c(Ty::F64, 0.5f64.to_bits());
                let mean = f.bin(BinaryOp::FMul, Ty::F64, sum, half);
                f.set(floats[i], mean);
            }
        });
        let mut sum = f.i64(0);
        let mut total = f.c(Ty::F64, 0);
        for i in 0..24 {
            let v = f.get(ints[i]);
            sum = f.bin(BinaryOp::Xor, Ty::I64, sum, v);
            let v = f.get(floats[i]);
            total = f.bin(BinaryOp::FAdd, Ty::F64, total, v);
        }
        f.ret(&[sum, total]);
    });
    for n in [0, 1, 3, 40] {
        let mut ints: Vec<u64> = (0..24).collect();
        let mut floats: Vec<f64> = (0..24).map(f64::from).collect();
        for _ in 0..n {
            for i in 0..24 {
                ints[i] = ints[i].wrapping_add(ints[(i + 7) % 24]);
                floats[i] = (floats[i] + floats[(i + 5) % 24]) * 0.5;
            }
        }
        let sum = ints.iter().fold(0, |a, b| a ^ b);
        let total = floats.iter().fold(0.0, |a, b| a + b);
        finished(&run(e, &b.module, root, &[n]), &[sum, total.to_bits()])?;
    }
    Ok(())
}

/// Results of `return` are all evaluated before any is delivered, and assignments see old values.
fn parallel_values(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let swap = b.func(
        "swap",
        &[Ty::I64, Ty::I64, Ty::I64],
        &[Ty::I64, Ty::I64, Ty::I64],
        |f| {
            let (x, y, z) = (f.param(2), f.param(0), f.param(1));
            f.ret(&[x, y, z]);
        },
    );
    let root = b.func("root", &[], &[Ty::I64, Ty::I64, Ty::I64], |f| {
        let locals = [f.local(Ty::I64), f.local(Ty::I64), f.local(Ty::I64)];
        for (i, local) in locals.iter().enumerate() {
            let v = f.i64(i as i64 + 1);
            f.set(*local, v);
        }
        let n = f.i64(4);
        f.count(n, |f, _, _| {
            let args = locals.map(|l| f.get(l));
            f.call(swap, &args, &[locals[1], locals[0], locals[2]]);
        });
        let values = locals.map(|l| f.get(l));
        f.ret(&values);
    });
    let (mut a, mut c, mut d) = (1, 2, 3);
    for _ in 0..4 {
        (c, a, d) = (d, a, c);
    }
    let outcome = run(e, &b.module, root, &[]);
    finished(&outcome, &[a, c, d])?;
    same("steps", outcome.steps, 1 + 5 + 4)
}

fn fence(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[], &[Ty::I64], |f| {
        for order in sx_ir::op::ALL_ORDERS {
            f.stmt(sx_ir::StmtKind::Fence(order));
        }
        let v = f.i64(3);
        f.ret(&[v]);
    });
    finished(&run(e, &b.module, root, &[]), &[3])
}
