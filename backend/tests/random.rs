//! Random expression trees, compiled at every level, against an evaluator made of `sx_ir::semantics`.

mod common;
use common::*;
use sx_backend_api::OptLevel;
use sx_ir::*;

/// A small generator of numbers; the seeds make every run the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
    fn pattern(&mut self, ty: Ty) -> u64 {
        let bits = semantics::width(ty, 8);
        let special = [
            0,
            1,
            2,
            7,
            1 << (bits - 1),
            (1 << (bits - 1)) - 1,
            u64::MAX,
            100,
            u64::MAX - 1,
        ];
        let value = if self.below(3) == 0 {
            self.next()
        } else {
            self.pick(&special)
        };
        match ty {
            Ty::F64 => ((value as i64 % 1_000_000) as f64 / 8.0).to_bits(),
            Ty::F32 => u64::from(((value as i64 % 10_000) as f32 / 8.0).to_bits()),
            _ => semantics::zext_from(value, bits),
        }
    }
}

const SCALARS: [Ty; 6] = [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64];

/// Integer operations whose float operands could be NaN are left out: a NaN's bits may differ.
fn tree(f: &mut Fun, r: &mut Random, ty: Ty, depth: u32) -> ExprId {
    let leaf = depth == 0 || r.below(8) == 0;
    if leaf {
        if r.below(3) == 0 {
            let bits = r.pattern(ty);
            return f.c(ty, bits);
        }
        let index = SCALARS.iter().position(|t| *t == ty).unwrap() as u32 * 2 + r.below(2) as u32;
        return f.p(index);
    }
    let depth = depth - 1;
    loop {
        match r.below(6) {
            0..=2 => {
                let op = r.pick(ALL_BINARY);
                let from = r.pick(&SCALARS);
                if !op.accepts(from) || op.result(from) != ty || op == BinaryOp::FRem {
                    continue;
                }
                let a = tree(f, r, from, depth);
                let mut b = tree(f, r, op.second_operand(from), depth);
                if op.can_trap() {
                    let one = f.c(from, 1);
                    b = f.bin(BinaryOp::Or, from, b, one);
                }
                return f.bin(op, from, a, b);
            }
            3 => {
                let op = r.pick(ALL_CONVERT);
                let from = r.pick(&SCALARS);
                if !op.accepts(from, ty) || op == ConvertOp::BitsOf || op == ConvertOp::FromBits {
                    continue;
                }
                let a = tree(f, r, from, depth);
                return f.e(Expr::Convert {
                    op,
                    from,
                    to: ty,
                    a,
                });
            }
            4 => {
                let cond = tree(f, r, Ty::I8, depth);
                let a = tree(f, r, ty, depth);
                let b = tree(f, r, ty, depth);
                return f.e(Expr::Select { ty, cond, a, b });
            }
            _ => {
                if ty.is_float() {
                    let op = r.pick(&[UnaryOp::FNeg, UnaryOp::FFloor, UnaryOp::FSqrt]);
                    let a = tree(f, r, ty, depth);
                    return f.e(Expr::Unary { op, ty, a });
                }
                let bits = 1 + r.below(ty.int_bits().unwrap() as usize) as u8;
                let signed = r.below(2) == 0;
                let a = tree(f, r, ty, depth);
                return f.e(Expr::Wrap {
                    ty,
                    bits,
                    signed,
                    a,
                });
            }
        }
    }
}

fn evaluate(f: &Function, args: &[u64], id: ExprId) -> u64 {
    let go = |id| evaluate(f, args, id);
    match *f.expr(id) {
        Expr::Const { bits, .. } => bits,
        Expr::Local(local) => args[local.index()],
        Expr::Unary { op, ty, a } => semantics::unary(op, ty, go(a)),
        Expr::Binary { op, ty, a, b } => semantics::binary(op, ty, go(a), go(b), 8).unwrap(),
        Expr::Convert { op, from, to, a } => semantics::convert(op, from, to, go(a), 8),
        Expr::Wrap {
            ty,
            bits,
            signed,
            a,
        } => semantics::wrap(ty, bits, signed, go(a)),
        Expr::Select { cond, a, b, .. } => {
            let (cond, a, b) = (go(cond), go(a), go(b));
            if cond != 0 { a } else { b }
        }
        _ => unreachable!(),
    }
}

fn is_nan(ty: Ty, bits: u64) -> bool {
    match ty {
        Ty::F32 => f32::from_bits(bits as u32).is_nan(),
        Ty::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

#[test]
fn trees() {
    let mut m = module();
    let mut r = Random(1);
    let params: Vec<Ty> = SCALARS.iter().flat_map(|ty| [*ty, *ty]).collect();
    let write = import(
        &mut m,
        "write",
        &[Ty::I32, Ty::Ptr, Ty::I64],
        &[Ty::I64],
        false,
    );
    let out = opaque(&mut m, "out", vec![0; 8]);
    let mut want = Vec::new();
    let mut funcs = Vec::new();
    for number in 0..150 {
        let ty = SCALARS[number % SCALARS.len()];
        let mut f = Fun::new(
            &mut m,
            &format!("f{number}"),
            Linkage::Internal,
            &params,
            &[ty],
        );
        let root = tree(&mut f, &mut r, ty, 6);
        f.ret(&[root]);
        funcs.push((f.finish(&mut m), ty, root));
    }
    let mut f = begin_main(&mut m);
    let sink = f.func.add_local(Ty::I64);
    for (func, ty, root) in funcs {
        // Once with arguments that the optimiser sees, once with such that it does not.
        for hidden in [false, true] {
            let args: Vec<u64> = params.iter().map(|ty| r.pattern(*ty)).collect();
            let mut values = Vec::new();
            for (ty, bits) in params.iter().zip(&args) {
                if hidden {
                    let name = format!("in{}", m.globals.len());
                    let table = opaque(&mut m, &name, bits.to_le_bytes().to_vec());
                    let addr = f.global(table);
                    values.push(f.load(*ty, addr));
                } else {
                    values.push(f.c(*ty, *bits));
                }
            }
            let result = f.func.add_local(ty);
            f.call(func, &values, &[result]);
            let (addr, zero) = (f.global(out), f.i(0));
            f.store(Ty::I64, addr, zero);
            let (addr, value) = (f.global(out), f.l(result));
            f.store(ty, addr, value);
            let (fd, data, len) = (f.c(Ty::I32, 1), f.global(out), f.i(8));
            f.call(write, &[fd, data, len], &[sink]);
            want.push((func, ty, evaluate(m.func(func), &args, root)));
        }
    }
    let zero = f.c(Ty::I32, 0);
    f.ret(&[zero]);
    let main = f.finish(&mut m);
    for (opt, checked) in [
        (OptLevel::None, true),
        (OptLevel::Default, true),
        (OptLevel::Aggressive, false),
    ] {
        let output = run(&m, main, opt, checked);
        assert!(
            output.status.success(),
            "{opt:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let got: Vec<u64> = output
            .stdout
            .chunks_exact(8)
            .map(|c| u64::from_le_bytes(c.try_into().unwrap()))
            .collect();
        assert_eq!(got.len(), want.len());
        for ((func, ty, want), got) in want.iter().zip(got) {
            let same = *want == got || is_nan(*ty, *want) && is_nan(*ty, got);
            assert!(
                same,
                "{opt:?} {checked}: {func:?} {} want {want:#x} got {got:#x}",
                ty.name()
            );
        }
    }
}
