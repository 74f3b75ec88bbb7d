//! Every scalar operation on every type it takes, with edge operands: as parameters, as constants on either side, as
//! a condition, and in deep trees.

use sx_ir::{
    ALL_BINARY, ALL_CONVERT, ALL_UNARY, BinaryClass, BinaryOp, CheckRel, ConvertOp, Expr, ExprId,
    Target, TrapKind, Ty,
    op::{ALL_CHECK_RELS, ALL_TYS},
    semantics,
};

use super::Case;
use super::build::{Build, Fun, big_endian, big_endian_32, little_endian_32};
use super::expect::{finished, run, same, trapped};
use crate::{ComptimeEngine, Status};

/// Interesting patterns of a type.
fn edges(ty: Ty, pointer_size: u64) -> Vec<u64> {
    match ty {
        Ty::F32 => [
            0.0f32,
            -0.0,
            1.0,
            -1.5,
            0.5,
            3.25e9,
            f32::MAX,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            f32::INFINITY,
            f32::NEG_INFINITY,
            16_777_217.0,
            -2.0,
        ]
        .iter()
        .map(|x| u64::from(x.to_bits()))
        .chain([0x7fc0_0000, 0xffc0_0001, 0x7f80_0001])
        .collect(),
        Ty::F64 => [
            0.0f64,
            -0.0,
            1.0,
            -1.5,
            0.5,
            1e-3,
            -7.9,
            9.3e18,
            -9.3e18,
            1.85e19,
            1.8e19,
            9_007_199_254_740_993.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            f64::INFINITY,
            f64::NEG_INFINITY,
            -2.0,
        ]
        .iter()
        .map(|x| x.to_bits())
        .chain([
            0x7ff8_0000_0000_0000,
            0xfff8_0000_0000_0001,
            0x7ff0_0000_0000_0001,
        ])
        .collect(),
        Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 | Ty::Ptr => {
            let bits = semantics::width(ty, pointer_size);
            let max = semantics::zext_from(u64::MAX, bits);
            let min = 1u64 << (bits - 1);
            let mut all = vec![
                0,
                1,
                2,
                3,
                7,
                max,
                max - 1,
                min,
                min - 1,
                min + 1,
                u64::from(bits),
                0x55,
                max / 3,
            ];
            if bits == 64 {
                all.extend([
                    1 << 31,
                    1 << 32,
                    0xffff_ffff,
                    0x7fff_ffff,
                    0xffff_ffff_8000_0000,
                    0x1234_5678_9abc_def0,
                    // As floats: halfway between two, and just beside that; with the lowest bit alone on one side.
                    (1 << 53) + 1,
                    (1 << 54) + 3,
                    (1 << 63) + (1 << 10),
                    (1 << 63) + (1 << 10) + 1,
                    (1 << 63) + 3 * (1 << 10) - 1,
                    (1 << 63) + (1 << 39),
                    (1 << 63) + (1 << 39) + 1,
                    (1 << 62) + (1 << 38) + 1,
                    (1u64 << 62).wrapping_neg() - (1 << 38) - 1,
                ]);
            }
            all.sort_unstable();
            all.dedup();
            all
        }
    }
}

fn targets() -> [(&'static str, Target); 4] {
    [
        ("le64", Target::x86_64_linux()),
        ("be64", big_endian()),
        ("le32", little_endian_32()),
        ("be32", big_endian_32()),
    ]
}

pub fn cases(out: &mut Vec<Case>) {
    for &op in ALL_BINARY {
        for ty in ALL_TYS.into_iter().filter(|ty| op.accepts(*ty)) {
            let name = format!("binary/{}/{}", op.name(), ty.name());
            out.push(Case::new(name.clone(), move |e| {
                binary(e, op, ty, Target::x86_64_linux())
            }));
            if ty == Ty::Ptr {
                for (label, target) in targets().into_iter().skip(1) {
                    out.push(Case::new(format!("{name}/{label}"), move |e| {
                        binary(e, op, ty, target.clone())
                    }));
                }
            }
        }
    }
    for &op in ALL_UNARY {
        for ty in [Ty::F32, Ty::F64] {
            out.push(Case::new(
                format!("unary/{}/{}", op.name(), ty.name()),
                move |e| {
                    let mut b = Build::native();
                    let root = b.expr_func(&[ty], ty, |f| {
                        let a = f.param(0);
                        f.un(op, ty, a)
                    });
                    for a in edges(ty, 8) {
                        finished(
                            &run(e, &b.module, root, &[a]),
                            &[semantics::unary(op, ty, a)],
                        )
                        .map_err(|why| format!("({a:x}) {why}"))?;
                    }
                    Ok(())
                },
            ));
        }
    }
    for &op in ALL_CONVERT {
        for from in ALL_TYS {
            for to in ALL_TYS {
                if op.accepts(from, to) {
                    let name = format!("convert/{}/{}-{}", op.name(), from.name(), to.name());
                    let targets = if from == Ty::Ptr || to == Ty::Ptr {
                        &targets()[..]
                    } else {
                        &targets()[..1]
                    };
                    for (label, target) in targets {
                        let target = target.clone();
                        out.push(Case::new(format!("{name}/{label}"), move |e| {
                            convert(e, op, from, to, target.clone())
                        }));
                    }
                }
            }
        }
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        out.push(Case::new(format!("wrap/{}", ty.name()), move |e| {
            wrap(e, ty)
        }));
    }
    for ty in ALL_TYS {
        out.push(Case::new(format!("select/{}", ty.name()), move |e| {
            select(e, ty)
        }));
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::Ptr] {
        for rel in ALL_CHECK_RELS {
            out.push(Case::new(
                format!("check/{}/{}", rel.name(), ty.name()),
                move |e| check(e, rel, ty),
            ));
        }
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        out.push(Case::new(format!("rotation/{}", ty.name()), move |e| {
            rotation(e, ty)
        }));
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        out.push(Case::new(format!("divisible/{}", ty.name()), move |e| {
            divisible(e, ty)
        }));
    }
    out.push(Case::new("tree/left-deep", |e| deep_tree(e, left_deep)));
    out.push(Case::new("tree/right-deep", |e| deep_tree(e, right_deep)));
    out.push(Case::new("tree/balanced", balanced_tree));
    out.push(Case::new("tree/floats", float_tree));
    out.push(Case::new("tree/mixed-conversions", mixed_tree));
}

/// What a run of a binary operation must end in.
fn binary_result(
    e: &mut dyn ComptimeEngine,
    b: &Build,
    root: sx_ir::FuncId,
    args: &[u64],
    wanted: Result<u64, TrapKind>,
) -> Result<(), String> {
    let outcome = run(e, &b.module, root, args);
    match wanted {
        Ok(value) => finished(&outcome, &[value]),
        Err(kind) => same(
            "status",
            &outcome.status,
            &Status::Trapped(crate::Trap::new(kind, 0, 0)),
        ),
    }
}

fn binary(e: &mut dyn ComptimeEngine, op: BinaryOp, ty: Ty, target: Target) -> Result<(), String> {
    let pointer_size = target.pointer_size;
    let second = op.second_operand(ty);
    let mut b = Build::new(target);
    let both = b.expr_func(&[ty, second], op.result(ty), |f| {
        let (x, y) = (f.param(0), f.param(1));
        f.bin(op, ty, x, y)
    });
    let (left, right) = (edges(ty, pointer_size), edges(second, pointer_size));
    for &x in &left {
        for &y in &right {
            let wanted = semantics::binary(op, ty, x, y, pointer_size);
            binary_result(e, &b, both, &[x, y], wanted)
                .map_err(|why| format!("({x:x}, {y:x}) {why}"))?;
        }
    }
    for &y in &right {
        let root = b.expr_func(&[ty], op.result(ty), |f| {
            let x = f.param(0);
            let y = f.c(second, y);
            f.bin(op, ty, x, y)
        });
        for &x in &left {
            let wanted = semantics::binary(op, ty, x, y, pointer_size);
            binary_result(e, &b, root, &[x], wanted)
                .map_err(|why| format!("({x:x}, const {y:x}) {why}"))?;
        }
    }
    for &x in &left {
        let root = b.expr_func(&[second], op.result(ty), |f| {
            let x = f.c(ty, x);
            let y = f.param(0);
            f.bin(op, ty, x, y)
        });
        for &y in &right {
            let wanted = semantics::binary(op, ty, x, y, pointer_size);
            binary_result(e, &b, root, &[y], wanted)
                .map_err(|why| format!("(const {x:x}, {y:x}) {why}"))?;
        }
    }
    if matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp) {
        let root = b.func("cond", &[ty, ty], &[Ty::I64, Ty::I64], |f| {
            let (yes, no) = (f.i64(10), f.i64(20));
            let (x, y) = (f.param(0), f.param(1));
            let cond = f.bin(op, ty, x, y);
            let chosen = f.expr(Expr::Select {
                ty: Ty::I64,
                cond,
                a: yes,
                b: no,
            });
            let local = f.local(Ty::I64);
            f.set(local, chosen);
            let (x, y) = (f.param(0), f.param(1));
            let cond = f.bin(op, ty, x, y);
            f.if_(
                cond,
                |f| {
                    let (a, one) = (f.get(local), f.i64(1));
                    f.ret(&[a, one]);
                },
                |f| {
                    let (a, two) = (f.get(local), f.i64(2));
                    f.ret(&[a, two]);
                },
            );
        });
        for &x in &left {
            for &y in &right {
                let holds = semantics::binary(op, ty, x, y, pointer_size) == Ok(1);
                let wanted = if holds { [10, 1] } else { [20, 2] };
                finished(&run(e, &b.module, root, &[x, y]), &wanted)
                    .map_err(|why| format!("as condition ({x:x}, {y:x}) {why}"))?;
            }
        }
    }
    Ok(())
}

fn convert(
    e: &mut dyn ComptimeEngine,
    op: ConvertOp,
    from: Ty,
    to: Ty,
    target: Target,
) -> Result<(), String> {
    let pointer_size = target.pointer_size;
    let mut b = Build::new(target);
    let root = b.expr_func(&[from], to, |f| {
        let a = f.param(0);
        f.conv(op, from, to, a)
    });
    for a in edges(from, pointer_size) {
        let wanted = semantics::convert(op, from, to, a, pointer_size);
        finished(&run(e, &b.module, root, &[a]), &[wanted])
            .map_err(|why| format!("({a:x}) {why}"))?;
    }
    Ok(())
}

fn wrap(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let mut b = Build::native();
    for bits in 1..=ty.int_bits().unwrap_or(64) as u8 {
        for signed in [false, true] {
            let root = b.expr_func(&[ty], ty, |f| {
                let a = f.param(0);
                f.expr(Expr::Wrap {
                    ty,
                    bits,
                    signed,
                    a,
                })
            });
            for a in edges(ty, 8) {
                finished(
                    &run(e, &b.module, root, &[a]),
                    &[semantics::wrap(ty, bits, signed, a)],
                )
                .map_err(|why| format!("{bits} bits, signed {signed} ({a:x}) {why}"))?;
            }
        }
    }
    Ok(())
}

fn select(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.expr_func(&[Ty::I8, ty, ty], ty, |f| {
        let (cond, x, y) = (f.param(0), f.param(1), f.param(2));
        f.expr(Expr::Select {
            ty,
            cond,
            a: x,
            b: y,
        })
    });
    let values = edges(ty, 8);
    for cond in [0, 1, 2, 0x80, 0xff] {
        for pair in values.windows(2) {
            let wanted = if cond != 0 { pair[0] } else { pair[1] };
            finished(
                &run(e, &b.module, root, &[cond, pair[0], pair[1]]),
                &[wanted],
            )
            .map_err(|why| format!("({cond}) {why}"))?;
        }
    }
    // Both sides are evaluated.
    let mut at = None;
    let root = b.expr_func(&[Ty::I64], Ty::I64, |f| {
        let (yes, one) = (f.c(Ty::I8, 1), f.i64(1));
        let (n, m) = (f.param(0), f.param(0));
        let bad = f.bin(BinaryOp::DivS, Ty::I64, n, m);
        at = Some(f.loc_of(bad));
        f.expr(Expr::Select {
            ty: Ty::I64,
            cond: yes,
            a: one,
            b: bad,
        })
    });
    let frames = [(root, at.unwrap_or(sx_ir::LocId(0)))];
    trapped(
        &run(e, &b.module, root, &[0]),
        TrapKind::DivideByZero,
        (0, 0),
        &frames,
    )
}

fn check(e: &mut dyn ComptimeEngine, rel: CheckRel, ty: Ty) -> Result<(), String> {
    let mut b = Build::native();
    let mut at = sx_ir::LocId(0);
    let root = b.expr_func(&[ty, ty], ty, |f| {
        let (x, y) = (f.param(0), f.param(1));
        let check = f.check(TrapKind::Index, rel, ty, x, y);
        at = f.loc_of(check);
        check
    });
    let values = edges(ty, 8);
    for &x in &values {
        for &y in &values {
            let outcome = run(e, &b.module, root, &[x, y]);
            if rel.holds(x, y) {
                finished(&outcome, &[x])
            } else {
                trapped(&outcome, TrapKind::Index, (x, y), &[(root, at)])
            }
            .map_err(|why| format!("({x:x}, {y:x}) {why}"))?;
        }
        // Against constants.
        let mut at = sx_ir::LocId(0);
        let root = b.expr_func(&[ty], ty, |f| {
            let (a, y) = (f.param(0), f.c(ty, x));
            let check = f.check(TrapKind::Slice, rel, ty, a, y);
            at = f.loc_of(check);
            check
        });
        for &a in &values {
            let outcome = run(e, &b.module, root, &[a]);
            if rel.holds(a, x) {
                finished(&outcome, &[a])
            } else {
                trapped(&outcome, TrapKind::Slice, (a, x), &[(root, at)])
            }
            .map_err(|why| format!("({a:x}, const {x:x}) {why}"))?;
        }
    }
    Ok(())
}

/// A remainder by a constant against 0, which engines need not compute: as a value and as a condition.
fn divisible(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let bits = ty.int_bits().unwrap_or(64);
    let powers = (0..bits).map(|shift| 1 << shift);
    let others = [3, 6, 12, 100, semantics::zext_from(u64::MAX, bits)];
    for divisor in powers.chain(others) {
        let mut values = edges(ty, 8);
        for near in [divisor / 2, divisor, divisor.wrapping_mul(3)] {
            for value in [
                near.wrapping_sub(1),
                near,
                near.wrapping_add(1),
                near.wrapping_neg(),
            ] {
                values.push(semantics::zext_from(value, bits));
            }
        }
        for op in [BinaryOp::RemS, BinaryOp::RemU] {
            for compare in [BinaryOp::Eq, BinaryOp::Ne] {
                let mut b = Build::native();
                let test = |f: &mut Fun| {
                    let (x, d, zero) = (f.param(0), f.c(ty, divisor), f.c(ty, 0));
                    let rest = f.bin(op, ty, x, d);
                    f.bin(compare, ty, rest, zero)
                };
                let value = b.expr_func(&[ty], Ty::I8, test);
                let branch = b.func("branch", &[ty], &[Ty::I8], |f| {
                    let holds = test(f);
                    f.when(holds, |f| {
                        let one = f.c(Ty::I8, 1);
                        f.ret(&[one]);
                    });
                    let zero = f.c(Ty::I8, 0);
                    f.ret(&[zero]);
                });
                for &x in &values {
                    let rest = semantics::binary(op, ty, x, divisor, 8)
                        .map_err(|trap| format!("{x:x} by {divisor:x} traps: {trap:?}"))?;
                    let want = u64::from((rest == 0) == (compare == BinaryOp::Eq));
                    for root in [value, branch] {
                        finished(&run(e, &b.module, root, &[x]), &[want]).map_err(|why| {
                            let (op, compare) = (op.name(), compare.name());
                            format!("{op} {divisor:x} {compare} 0 ({x:x}) {why}")
                        })?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Two shifts that engines may take for a rotation, and what is nearly one.
fn rotation(e: &mut dyn ComptimeEngine, ty: Ty) -> Result<(), String> {
    let bits = ty.int_bits().map_or(64, u64::from);
    let mut b = Build::native();
    let amounts = [
        (1, bits - 1),
        (bits - 1, 1),
        (3, bits - 3),
        (3, 3),
        (0, 0),
        (5, bits - 4),
    ];
    for (left, right) in amounts {
        for down in [BinaryOp::ShrU, BinaryOp::ShrS] {
            for swapped in [false, true] {
                for locals in [[0, 0], [0, 1]] {
                    let root = b.expr_func(&[ty, ty], ty, |f| {
                        let (x, y) = (f.param(locals[0]), f.param(locals[1]));
                        let (n, m) = (f.c(ty, left), f.c(ty, right));
                        if swapped {
                            let low = f.bin(down, ty, y, m);
                            let high = f.bin(BinaryOp::Shl, ty, x, n);
                            f.bin(BinaryOp::Or, ty, low, high)
                        } else {
                            let high = f.bin(BinaryOp::Shl, ty, x, n);
                            let low = f.bin(down, ty, y, m);
                            f.bin(BinaryOp::Or, ty, high, low)
                        }
                    });
                    for x in edges(ty, 8) {
                        run_reference(e, &b, root, &[x, semantics::zext_from(!x, bits as u32)])
                            .map_err(|why| {
                                format!("{left} {right} {} ({x:x}) {why}", down.name())
                            })?;
                    }
                }
            }
        }
    }
    Ok(())
}

const TREE_OPS: [BinaryOp; 5] = [
    BinaryOp::Add,
    BinaryOp::Xor,
    BinaryOp::Mul,
    BinaryOp::Sub,
    BinaryOp::ShrU,
];

fn leaf(f: &mut Fun, i: usize) -> ExprId {
    if i.is_multiple_of(3) {
        f.i64(i as i64 * 0x1234_5677 + 1)
    } else {
        f.param(i % 4)
    }
}

fn leaf_value(args: &[u64], i: usize) -> u64 {
    if i.is_multiple_of(3) {
        (i as i64 * 0x1234_5677 + 1) as u64
    } else {
        args[i % 4]
    }
}

fn left_deep(f: &mut Fun, depth: usize) -> ExprId {
    let mut value = leaf(f, 0);
    for i in 1..depth {
        let other = leaf(f, i);
        value = f.bin(TREE_OPS[i % 5], Ty::I64, value, other);
    }
    value
}

/// The same operations with the operands exchanged.
fn right_deep(f: &mut Fun, depth: usize) -> ExprId {
    let mut value = leaf(f, 0);
    for i in 1..depth {
        let other = leaf(f, i);
        value = f.bin(TREE_OPS[i % 5], Ty::I64, other, value);
    }
    value
}

fn deep_tree(
    e: &mut dyn ComptimeEngine,
    make: fn(&mut Fun, usize) -> ExprId,
) -> Result<(), String> {
    let mut b = Build::native();
    let args = [5, 0x8000_0000_0000_0001, 77, u64::MAX];
    for depth in [2, 5, 9, 17, 40, 300] {
        let root = b.expr_func(&[Ty::I64; 4], Ty::I64, |f| make(f, depth));
        let mut evaluated = vec![None; b.module.func(root).exprs.len()];
        let wanted = reference(&b, root, &args, &mut evaluated);
        finished(&run(e, &b.module, root, &args), &[wanted])
            .map_err(|why| format!("depth {depth}: {why}"))?;
        if depth == 2 {
            let first = leaf_value(&args, 0);
            let second = leaf_value(&args, 1);
            let direct = [first ^ second, second ^ first];
            same("reference", direct.contains(&wanted), true)?;
        }
    }
    Ok(())
}

/// Value of the last expression of a function of pure operations.
fn reference(b: &Build, root: sx_ir::FuncId, args: &[u64], memo: &mut [Option<u64>]) -> u64 {
    let func = b.module.func(root);
    for i in 0..func.exprs.len() {
        let get = |id: ExprId| memo[id.index()].unwrap_or(0);
        let value = match func.exprs[i] {
            Expr::Const { bits, .. } => bits,
            Expr::Local(local) => args[local.index()],
            Expr::Unary { op, ty, a } => semantics::unary(op, ty, get(a)),
            Expr::Binary { op, ty, a, b } => {
                semantics::binary(op, ty, get(a), get(b), 8).unwrap_or(0)
            }
            Expr::Convert { op, from, to, a } => semantics::convert(op, from, to, get(a), 8),
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => semantics::wrap(ty, bits, signed, get(a)),
            Expr::Select { cond, a, b, .. } => get(if get(cond) != 0 { a } else { b }),
            Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Check { .. } => 0,
        };
        memo[i] = Some(value);
    }
    memo.last().copied().flatten().unwrap_or(0)
}

fn run_reference(
    e: &mut dyn ComptimeEngine,
    b: &Build,
    root: sx_ir::FuncId,
    args: &[u64],
) -> Result<(), String> {
    let mut memo = vec![None; b.module.func(root).exprs.len()];
    let wanted = reference(b, root, args, &mut memo);
    finished(&run(e, &b.module, root, args), &[wanted])
}

fn balanced(f: &mut Fun, level: usize, counter: &mut usize) -> ExprId {
    if level == 0 {
        *counter += 1;
        return leaf(f, *counter);
    }
    let a = balanced(f, level - 1, counter);
    let b = balanced(f, level - 1, counter);
    f.bin(TREE_OPS[(level + *counter) % 5], Ty::I64, a, b)
}

fn balanced_tree(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for level in 1..=8 {
        let root = b.expr_func(&[Ty::I64; 4], Ty::I64, |f| balanced(f, level, &mut 0));
        run_reference(e, &b, root, &[3, 1 << 40, 12345, 0xffff_ffff])
            .map_err(|why| format!("level {level}: {why}"))?;
    }
    Ok(())
}

fn float_balanced(f: &mut Fun, level: usize, counter: &mut usize) -> ExprId {
    if level == 0 {
        *counter += 1;
        return if counter.is_multiple_of(3) {
            f.c(Ty::F64, (*counter as f64 * 0.7).to_bits())
        } else {
            f.param(*counter % 4)
        };
    }
    let a = float_balanced(f, level - 1, counter);
    let b = float_balanced(f, level - 1, counter);
    let ops = [
        BinaryOp::FAdd,
        BinaryOp::FMul,
        BinaryOp::FSub,
        BinaryOp::FDiv,
    ];
    f.bin(ops[(level + *counter) % 4], Ty::F64, a, b)
}

/// Many products that wait for what comes after them: more than there are registers.
fn float_right_deep(f: &mut Fun, depth: usize) -> ExprId {
    let (x, factor) = (f.param(depth % 4), depth as f64 * 0.5 - 3.0);
    let factor = f.c(Ty::F64, factor.to_bits());
    let product = f.bin(BinaryOp::FMul, Ty::F64, x, factor);
    if depth == 0 {
        return product;
    }
    let rest = float_right_deep(f, depth - 1);
    let op = [BinaryOp::FAdd, BinaryOp::FSub][depth % 2];
    f.bin(op, Ty::F64, product, rest)
}

fn float_tree(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for depth in 0..40 {
        let root = b.expr_func(&[Ty::F64; 4], Ty::F64, |f| float_right_deep(f, depth));
        let args = [1.25f64, -3.5, 1e10, 0.001].map(f64::to_bits);
        run_reference(e, &b, root, &args).map_err(|why| format!("depth {depth}: {why}"))?;
    }
    for level in 1..=7 {
        let root = b.expr_func(&[Ty::F64; 4], Ty::F64, |f| float_balanced(f, level, &mut 0));
        let args = [1.25f64, -3.5, 1e10, 0.001].map(f64::to_bits);
        run_reference(e, &b, root, &args).map_err(|why| format!("level {level}: {why}"))?;
    }
    Ok(())
}

/// Integers and floats of all widths in one tree.
fn mixed_tree(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.expr_func(&[Ty::I64, Ty::F64, Ty::I8, Ty::F32], Ty::I64, |f| {
        let x = f.param(0);
        let xf = f.conv(ConvertOp::SToF, Ty::I64, Ty::F64, x);
        let y = f.param(1);
        let sum = f.bin(BinaryOp::FAdd, Ty::F64, xf, y);
        let narrow = f.conv(ConvertOp::FCvt, Ty::F64, Ty::F32, sum);
        let z = f.param(3);
        let product = f.bin(BinaryOp::FMul, Ty::F32, narrow, z);
        let whole = f.conv(ConvertOp::FToS, Ty::F32, Ty::I64, product);
        let c = f.param(2);
        let wide = f.conv(ConvertOp::SExt, Ty::I8, Ty::I64, c);
        let diff = f.bin(BinaryOp::Sub, Ty::I64, whole, wide);
        let low = f.conv(ConvertOp::Trunc, Ty::I64, Ty::I16, diff);
        let y = f.param(1);
        let bits = f.conv(ConvertOp::BitsOf, Ty::F64, Ty::I64, y);
        let low = f.conv(ConvertOp::ZExt, Ty::I16, Ty::I64, low);
        let mixed = f.bin(BinaryOp::Xor, Ty::I64, bits, low);
        let (p, q) = (f.param(1), f.param(1));
        let same = f.bin(BinaryOp::FEq, Ty::F64, p, q);
        let zero = f.i64(0);
        f.expr(Expr::Select {
            ty: Ty::I64,
            cond: same,
            a: mixed,
            b: zero,
        })
    });
    for x in edges(Ty::I64, 8) {
        for y in edges(Ty::F64, 8) {
            run_reference(e, &b, root, &[x, y, 0x85, u64::from(1.5f32.to_bits())])
                .map_err(|why| format!("({x:x}, {y:x}) {why}"))?;
        }
    }
    Ok(())
}
