//! Every scalar operation on edge operands, at every optimisation level, against `sx_ir::semantics`.

mod common;
use common::*;
use sx_backend_api::OptLevel;
use sx_ir::*;

/// One computation over the operand tables: what it is called, and what it should give for each pair.
struct Case {
    name: String,
    result: Ty,
    want: Vec<u64>,
}

fn operands(ty: Ty) -> Vec<u64> {
    let ints = |bits: u32| -> Vec<u64> {
        let all = semantics::zext_from(u64::MAX, bits);
        let min = 1u64 << (bits - 1);
        let mut out = vec![
            0,
            1,
            2,
            3,
            7,
            10,
            u64::from(bits) - 1,
            u64::from(bits),
            u64::from(bits) + 1,
            min - 1,
            min,
        ];
        out.extend([min + 1, all, all - 1, all - 6, 0x55]);
        out
    };
    match ty {
        Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => ints(ty.int_bits().unwrap()),
        Ty::Ptr => vec![
            0,
            1,
            16,
            0x7fff_ffff_ffff_ffff,
            0x8000_0000_0000_0000,
            u64::MAX,
        ],
        Ty::F64 => [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2.5,
            -2.5,
            3.7,
            1e10,
            -1e10,
            1e19,
            9.3e18,
            -9.3e18,
            1.7e308,
            5e-324,
            127.9,
            f64::INFINITY,
            f64::NEG_INFINITY,
            9223372036854775807.0,
            18446744073709551615.0,
            4e38,
        ]
        .iter()
        .map(|x: &f64| x.to_bits())
        .chain([semantics::CANONICAL_NAN_F64])
        .collect(),
        Ty::F32 => [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2.5,
            -2.5,
            3.7,
            1e10,
            -1e10,
            1e19,
            9.3e18,
            -9.3e18,
            3.4e38,
            1e-45,
            127.9,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ]
        .iter()
        .map(|x: &f32| u64::from(x.to_bits()))
        .chain([semantics::CANONICAL_NAN_F32])
        .collect(),
    }
}

struct Suite {
    module: Module,
    cases: Vec<Case>,
    funcs: Vec<(FuncId, GlobalId, i64)>,
}

impl Suite {
    fn table(&mut self, name: &str, values: &[u64]) -> GlobalId {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        opaque(&mut self.module, name, bytes)
    }

    /// Adds a function that computes `make` for each pair, and the results wanted.
    fn add(
        &mut self,
        name: String,
        types: (Ty, Ty),
        result: Ty,
        pairs: &[(u64, u64)],
        want: Vec<u64>,
        make: impl FnOnce(&mut Fun, ExprId, ExprId) -> ExprId,
    ) {
        let number = self.cases.len();
        let a = self.table(
            &format!("a{number}"),
            &pairs.iter().map(|p| p.0).collect::<Vec<_>>(),
        );
        let b = self.table(
            &format!("b{number}"),
            &pairs.iter().map(|p| p.1).collect::<Vec<_>>(),
        );
        let out = self.table(&format!("out{number}"), &vec![0; pairs.len()]);
        let mut f = Fun::new(&mut self.module, &name, Linkage::Internal, &[], &[]);
        f.count(pairs.len() as i64, |f, index| {
            let fetch = |f: &mut Fun, table, ty| {
                let (base, at) = (f.global(table), f.l(index));
                let addr = f.at(base, at, 8);
                f.load(ty, addr)
            };
            let x = fetch(f, a, types.0);
            let y = fetch(f, b, types.1);
            let value = make(f, x, y);
            let (base, at) = (f.global(out), f.l(index));
            let addr = f.at(base, at, 8);
            // Floats are compared by bits, as programs read them.
            let (value, ty) = match result {
                Ty::F32 => (
                    f.e(Expr::Convert {
                        op: ConvertOp::BitsOf,
                        from: Ty::F32,
                        to: Ty::I32,
                        a: value,
                    }),
                    Ty::I32,
                ),
                Ty::F64 => (
                    f.e(Expr::Convert {
                        op: ConvertOp::BitsOf,
                        from: Ty::F64,
                        to: Ty::I64,
                        a: value,
                    }),
                    Ty::I64,
                ),
                other => (value, other),
            };
            f.store(ty, addr, value);
        });
        let id = f.finish(&mut self.module);
        self.funcs.push((id, out, pairs.len() as i64 * 8));
        self.cases.push(Case { name, result, want });
    }
}

fn pairs_of(a: Ty, b: Ty) -> Vec<(u64, u64)> {
    operands(a)
        .iter()
        .flat_map(|x| operands(b).into_iter().map(move |y| (*x, y)))
        .collect()
}

fn suite() -> Suite {
    let mut suite = Suite {
        module: module(),
        cases: Vec::new(),
        funcs: Vec::new(),
    };
    for op in ALL_BINARY.iter().copied() {
        for ty in ALL_TYS.into_iter().filter(|ty| op.accepts(*ty)) {
            let second = op.second_operand(ty);
            let mut pairs = pairs_of(ty, second);
            pairs.retain(|(a, b)| semantics::binary(op, ty, *a, *b, 8).is_ok());
            let want = pairs
                .iter()
                .map(|(a, b)| semantics::binary(op, ty, *a, *b, 8).unwrap())
                .collect();
            let name = format!("{} {}", op.name(), ty.name());
            suite.add(
                name,
                (ty, second),
                op.result(ty),
                &pairs,
                want,
                |f, a, b| f.bin(op, ty, a, b),
            );
            // With a constant on the right, which is lowered in its own way.
            if op.can_trap() {
                for divisor in [
                    1u64,
                    3,
                    7,
                    semantics::zext_from(u64::MAX, ty.int_bits().unwrap()),
                ] {
                    let pairs: Vec<_> = operands(ty).into_iter().map(|a| (a, 0)).collect();
                    let want = pairs
                        .iter()
                        .map(|p| semantics::binary(op, ty, p.0, divisor, 8).unwrap())
                        .collect();
                    let name = format!("{} {} by {divisor}", op.name(), ty.name());
                    suite.add(name, (ty, ty), ty, &pairs, want, |f, a, _| {
                        let b = f.c(ty, divisor);
                        f.bin(op, ty, a, b)
                    });
                }
            }
        }
    }
    for op in ALL_UNARY.iter().copied() {
        for ty in [Ty::F32, Ty::F64] {
            let mut pairs: Vec<_> = operands(ty).into_iter().map(|a| (a, 0)).collect();
            // The sign of a machine's own NaN is not kept (see the crate's documentation).
            if op == UnaryOp::FNeg {
                pairs.retain(|p| p.0 & 0x7fff_ffff_ffff_ffff != semantics::CANONICAL_NAN_F64);
                pairs.retain(|p| p.0 != semantics::CANONICAL_NAN_F32);
            }
            let want = pairs
                .iter()
                .map(|p| semantics::unary(op, ty, p.0))
                .collect();
            let name = format!("{} {}", op.name(), ty.name());
            suite.add(name, (ty, ty), ty, &pairs, want, |f, a, _| {
                f.e(Expr::Unary { op, ty, a })
            });
        }
    }
    for op in ALL_CONVERT.iter().copied() {
        for from in ALL_TYS {
            for to in ALL_TYS.into_iter().filter(|to| op.accepts(from, *to)) {
                let mut values = operands(from);
                if op == ConvertOp::BitsOf || op == ConvertOp::FromBits {
                    values.push(if from.size(8) == 4 {
                        0x7fc0_1234
                    } else {
                        0x7ff8_0000_0000_1234
                    });
                    values.push(if from.size(8) == 4 {
                        0xffc0_1234
                    } else {
                        0xfff8_0000_0000_1234
                    });
                }
                let pairs: Vec<_> = values.into_iter().map(|a| (a, 0)).collect();
                let want = pairs
                    .iter()
                    .map(|p| semantics::convert(op, from, to, p.0, 8))
                    .collect();
                let name = format!("{} {} {}", op.name(), from.name(), to.name());
                suite.add(name, (from, from), to, &pairs, want, |f, a, _| {
                    f.e(Expr::Convert { op, from, to, a })
                });
            }
        }
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        for bits in [1u8, 3, 7, 8, 13, 31, 33, 63, 64] {
            for signed in [false, true] {
                if u32::from(bits) > ty.int_bits().unwrap() {
                    continue;
                }
                let pairs: Vec<_> = operands(ty).into_iter().map(|a| (a, 0)).collect();
                let want = pairs
                    .iter()
                    .map(|p| semantics::wrap(ty, bits, signed, p.0))
                    .collect();
                let name = format!("wrap {} {bits} {signed}", ty.name());
                suite.add(name, (ty, ty), ty, &pairs, want, |f, a, _| {
                    f.e(Expr::Wrap {
                        ty,
                        bits,
                        signed,
                        a,
                    })
                });
            }
        }
    }
    for ty in ALL_TYS {
        let pairs: Vec<_> = operands(Ty::I8)
            .into_iter()
            .map(|a| (a, operands(ty)[1]))
            .collect();
        let (yes, no) = (operands(ty)[2], operands(ty)[1]);
        let want = pairs
            .iter()
            .map(|p| if p.0 != 0 { yes } else { no })
            .collect();
        suite.add(
            format!("select {}", ty.name()),
            (Ty::I8, ty),
            ty,
            &pairs,
            want,
            |f, cond, b| {
                let a = f.c(ty, yes);
                f.e(Expr::Select { ty, cond, a, b })
            },
        );
    }
    suite
}

/// `main` runs every function and writes every result table to standard output.
fn finish(suite: &mut Suite) -> FuncId {
    let write = import(
        &mut suite.module,
        "write",
        &[Ty::I32, Ty::Ptr, Ty::I64],
        &[Ty::I64],
        false,
    );
    let mut f = begin_main(&mut suite.module);
    let sink = f.func.add_local(Ty::I64);
    for (func, out, len) in &suite.funcs {
        f.call(*func, &[], &[]);
        let (fd, data, len) = (f.c(Ty::I32, 1), f.global(*out), f.i(*len));
        f.call(write, &[fd, data, len], &[sink]);
    }
    let zero = f.c(Ty::I32, 0);
    f.ret(&[zero]);
    f.finish(&mut suite.module)
}

/// The C library's sine may differ from the portable one in the last place.
fn equal(case: &Case, want: u64, got: u64) -> bool {
    let transcendental = case.name.starts_with("fsin") || case.name.starts_with("fcos");
    want == got || (transcendental && want.abs_diff(got) <= 1)
}

fn compare(opt: OptLevel, checked: bool) {
    let mut suite = suite();
    let main = finish(&mut suite);
    let output = run(&suite.module, main, opt, checked);
    assert!(
        output.status.success(),
        "{opt:?} {checked}: {:?} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let mut words = output
        .stdout
        .chunks_exact(8)
        .map(|c| u64::from_le_bytes(c.try_into().unwrap()));
    let mut wrong = Vec::new();
    let mut checks = 0;
    for case in &suite.cases {
        for (index, want) in case.want.iter().enumerate() {
            let got = words.next().expect("output ends early");
            checks += 1;
            if !equal(case, *want, got) {
                wrong.push(format!(
                    "{} #{index} -> {}: want {want:#x}, got {got:#x}",
                    case.name,
                    case.result.name()
                ));
            }
        }
    }
    assert!(words.next().is_none());
    assert!(
        wrong.is_empty(),
        "{opt:?}, checked {checked}: {} of {checks} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

#[test]
fn unoptimised() {
    compare(OptLevel::None, true);
}

#[test]
fn optimised() {
    compare(OptLevel::Default, true);
}

#[test]
fn unchecked() {
    compare(OptLevel::Default, false);
}

#[test]
fn most_optimised() {
    compare(OptLevel::Aggressive, true);
}
