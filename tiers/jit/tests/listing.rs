//! Machine code of small functions: `tests/listing/NAME.ir`, with the expected code beside it as `NAME.asm`.
//! `SX_BLESS=1 cargo test -p sx-jit --test listing` writes what the compiler makes now.

use std::path::Path;
use sx_ir::op::{ALL_CHECK_RELS, ALL_RMW, ALL_TYS};
use sx_ir::{ExprId, FuncId, Module, Order, StmtKind, TrapKind};
use sx_jit::Options;
use sx_tier_api::conformance::{Build, Fun};

/// Of all functions, in their order.
fn listing(module: &Module) -> Result<String, String> {
    let all: Vec<FuncId> = (0..module.funcs.len()).map(FuncId::new).collect();
    sx_jit::listing::listing(module, &all, Options::default())
}

#[test]
fn listings() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listing");
    let bless = std::env::var_os("SX_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for ir in files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "ir"))
    {
        let text = std::fs::read_to_string(ir).unwrap();
        let module = sx_ir::parse::parse(&text).unwrap();
        let got = listing(&module).unwrap();
        let expected = ir.with_extension("asm");
        if bless {
            std::fs::write(&expected, &got).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != got {
            wrong.push(format!("{}:\n{got}", ir.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "listings differ (SX_BLESS=1 accepts):\n{}",
        wrong.join("\n")
    );
}

/// One function for each operation and type that it takes, its operands in registers.
fn expressions(b: &mut Build) {
    use sx_ir::{ALL_BINARY, ALL_CONVERT, ALL_UNARY, Expr, Ty};
    let mut add = |name: String, params: &[Ty], result: Ty, make: &dyn Fn(&mut Fun) -> ExprId| {
        b.func(&name, params, &[result], |f| {
            let value = make(f);
            f.ret(&[value]);
        });
    };
    for op in ALL_BINARY {
        for ty in ALL_TYS.into_iter().filter(|ty| op.accepts(*ty)) {
            let name = format!("{}.{}", op.name(), ty.name());
            let second = op.second_operand(ty);
            add(name, &[ty, second], op.result(ty), &|f| {
                let (x, y) = (f.param(0), f.param(1));
                f.bin(*op, ty, x, y)
            });
        }
    }
    for op in ALL_UNARY {
        for ty in [Ty::F32, Ty::F64] {
            add(format!("{}.{}", op.name(), ty.name()), &[ty], ty, &|f| {
                let x = f.param(0);
                f.un(*op, ty, x)
            });
        }
    }
    for op in ALL_CONVERT {
        for (from, to) in ALL_TYS.into_iter().flat_map(|a| ALL_TYS.map(|b| (a, b))) {
            if op.accepts(from, to) {
                let name = format!("{}.{}.{}", op.name(), from.name(), to.name());
                add(name, &[from], to, &|f| {
                    let x = f.param(0);
                    f.conv(*op, from, to, x)
                });
            }
        }
    }
    for ty in ALL_TYS {
        add(format!("load.{}", ty.name()), &[Ty::Ptr], ty, &|f| {
            let at = f.param(0);
            f.load(ty, at)
        });
        add(
            format!("select.{}", ty.name()),
            &[Ty::I8, ty, ty],
            ty,
            &|f| {
                let (cond, a, b) = (f.param(0), f.param(1), f.param(2));
                f.expr(Expr::Select { ty, cond, a, b })
            },
        );
        if ty.is_float() {
            continue;
        }
        for rel in ALL_CHECK_RELS {
            add(
                format!("check.{}.{}", rel.name(), ty.name()),
                &[ty, ty],
                ty,
                &|f| {
                    let (x, y) = (f.param(0), f.param(1));
                    f.check(TrapKind::Index, rel, ty, x, y)
                },
            );
        }
        for (bits, signed) in [(5, false), (5, true)].into_iter().filter(|_| ty.is_int()) {
            let sign = if signed { "s" } else { "u" };
            add(
                format!("wrap_{sign}.{}.{bits}", ty.name()),
                &[ty],
                ty,
                &|f| {
                    let a = f.param(0);
                    f.expr(Expr::Wrap {
                        ty,
                        bits,
                        signed,
                        a,
                    })
                },
            );
        }
    }
}

fn statements(b: &mut Build) {
    use sx_ir::Ty;
    let order = Order::SeqCst;
    let wide = [Ty::Ptr, Ty::I64, Ty::I64];
    let mut add = |name: String, params: &[Ty], make: &dyn Fn(&mut Fun)| {
        b.func(&name, params, &[], |f| make(f));
    };
    for ty in ALL_TYS {
        add(format!("store.{}", ty.name()), &[Ty::Ptr, ty], &|f| {
            let (at, value) = (f.param(0), f.param(1));
            f.store(ty, at, value);
        });
    }
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
        let params = [Ty::Ptr, ty, ty];
        for op in ALL_RMW {
            add(
                format!("atomic_rmw.{}.{}", op.name(), ty.name()),
                &params,
                &|f| {
                    let (dst, at, value) = (f.local(ty), f.param(0), f.param(1));
                    f.rmw(dst, op, ty, at, value);
                },
            );
        }
        add(format!("atomic_cmpxchg.{}", ty.name()), &params, &|f| {
            let (old, ok) = (f.local(ty), f.local(Ty::I8));
            let (at, expected, desired) = (f.param(0), f.param(1), f.param(2));
            f.cmpxchg((old, ok), ty, at, expected, desired);
        });
        add(format!("atomic_load.{}", ty.name()), &params, &|f| {
            let (dst, addr) = (f.local(ty), f.param(0));
            f.stmt(StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order,
            });
        });
        add(format!("atomic_store.{}", ty.name()), &params, &|f| {
            let (addr, value) = (f.param(0), f.param(1));
            f.stmt(StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order,
            });
        });
        add(format!("switch.{}", ty.name()), &params, &|f| {
            let value = f.param(1);
            f.switch(ty, value, &[&[1, 2], &[100]], |_, _| {});
        });
    }
    add("copy".into(), &wide, &|f| {
        let (dst, src, len) = (f.param(0), f.param(0), f.param(1));
        f.copy(dst, src, len);
    });
    add("copy 24".into(), &wide, &|f| {
        let (dst, src, len) = (f.param(0), f.param(0), f.i64(24));
        f.copy(dst, src, len);
    });
    add("fill".into(), &wide, &|f| {
        let (dst, byte, len) = (f.param(0), f.c(Ty::I8, 7), f.param(1));
        f.fill(dst, byte, len);
    });
    add("fill 24".into(), &wide, &|f| {
        let (dst, byte, len) = (f.param(0), f.c(Ty::I8, 7), f.i64(24));
        f.fill(dst, byte, len);
    });
    add("fence".into(), &[], &|f| {
        f.stmt(StmtKind::Fence(order));
    });
    add("trap".into(), &[], &|f| {
        f.trap(TrapKind::Abort);
    });
    add("eval".into(), &wide, &|f| {
        let at = f.param(0);
        let value = f.load(Ty::I64, at);
        f.eval(value);
    });
    add("set if return".into(), &wide, &|f| {
        let (local, cond) = (f.local(Ty::I64), f.param(1));
        f.if_(
            cond,
            |f| {
                let value = f.param(2);
                f.set(local, value);
            },
            |f| {
                f.ret(&[]);
            },
        );
    });
    add("block loop break continue".into(), &wide, &|f| {
        f.block(|f, out| {
            f.loop_(|f, again| {
                let cond = f.param(1);
                f.when(cond, |f| {
                    f.brk(out);
                });
                let cond = f.param(2);
                f.when(cond, |f| {
                    f.cont(again);
                });
                let value = f.param(2);
                f.set(sx_ir::LocalId(1), value);
            });
        });
    });
}

fn calls(b: &mut Build) {
    use sx_ir::Ty;
    let params = [Ty::I64, Ty::F64];
    let callee = b.expr_func(&params, Ty::I64, |f| f.param(0));
    let outside = b.external("add2", &params, &[Ty::I64], false);
    let sig = b.sig(&params, &[Ty::I64]);
    b.func("call", &[Ty::I64, Ty::F64, Ty::Ptr], &[Ty::I64], |f| {
        let result = f.local(Ty::I64);
        for _ in 0..2 {
            let args = [f.param(0), f.param(1)];
            f.call(callee, &args, &[result]);
        }
        let args = [f.get(result), f.param(1)];
        f.call(outside, &args, &[result]);
        let (target, args) = (f.param(2), [f.get(result), f.param(1)]);
        f.call_indirect(target, sig, &args, &[result]);
        f.ret_local(result);
    });
}

/// The machine code of every operation on every type that it takes, and of every kind of statement.
#[test]
fn every_operation() {
    let mut b = Build::native();
    // Reaches all the others.
    let root = b.declare("root", &[], &[]);
    expressions(&mut b);
    statements(&mut b);
    calls(&mut b);
    let all: Vec<FuncId> = (1..b.module.funcs.len()).map(FuncId::new).collect();
    b.define(root, |f| {
        for id in all {
            let value = f.func_addr(id);
            f.eval(value);
        }
    });
    let names: Vec<String> = b.module.funcs.iter().map(|f| f.name.clone()).collect();
    for func in &b.module.funcs {
        let Some(body) = &func.body else { continue };
        body.for_each_stmt(&mut |stmt| {
            let name = stmt.kind.name();
            assert!(
                names.iter().any(|n| n.contains(name)),
                "no function for '{name}'"
            );
        });
    }
    let got = listing(&b.module).unwrap();
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listing/operations.asm");
    if std::env::var_os("SX_BLESS").is_some() {
        std::fs::write(&expected, &got).unwrap();
    }
    let expected = std::fs::read_to_string(&expected).unwrap_or_default();
    for (got, expected) in got.lines().zip(expected.lines()) {
        assert_eq!(got, expected, "SX_BLESS=1 accepts");
    }
    assert_eq!(got.len(), expected.len(), "SX_BLESS=1 accepts");
}
