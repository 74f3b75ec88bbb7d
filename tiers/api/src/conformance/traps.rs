//! Every way to trap: kind, operands, and the frames with their positions.

use sx_ir::image::ConstImage;
use sx_ir::trap::TRAP_KINDS;
use sx_ir::{BinaryOp, CheckRel, Expr, FuncId, LocId, Order, RmwOp, StmtKind, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun, big_endian_32};
use super::expect::{finished, run, stopped, trapped};
use crate::{ComptimeEngine, Status};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("traps/statement", statement));
    out.push(Case::new("traps/divide-by-zero", divide));
    out.push(Case::new("traps/load", load));
    out.push(Case::new("traps/store", store));
    out.push(Case::new("traps/const-write", const_write));
    out.push(Case::new("traps/copy-and-fill", copy_and_fill));
    out.push(Case::new("traps/end-of-memory", end_of_memory));
    out.push(Case::new("traps/32-bit", narrow_addresses));
    out.push(Case::new("traps/atomics", atomics));
    out.push(Case::new("traps/indirect-call", indirect_call));
    out.push(Case::new("traps/order", order));
    out.push(Case::new(
        "traps/position-without-node",
        position_without_node,
    ));
    out.push(Case::new("traps/frames", frames));
    out.push(Case::new("traps/frames-after-return", frames_after_return));
    out.push(Case::new("traps/in-loop", in_loop));
    out.push(Case::new("traps/in-condition", in_condition));
    out.push(Case::new(
        "traps/in-return-and-arguments",
        in_return_and_arguments,
    ));
    out.push(Case::new("traps/bad-free", bad_free));
}

const NOWHERE: LocId = LocId(0);

/// A root `f(params)` whose body yields the position where it should trap.
fn root(b: &mut Build, params: &[Ty], body: impl FnOnce(&mut Fun) -> LocId) -> (FuncId, LocId) {
    let id = b.declare("f", params, &[]);
    let loc = b.define(id, body);
    (id, loc)
}

fn statement(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for kind in TRAP_KINDS {
        let at = root(&mut b, &[], |f| f.trap(kind));
        trapped(&run(e, &b.module, at.0, &[]), kind, (0, 0), &[at])?;
    }
    Ok(())
}

fn divide(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for op in [
        BinaryOp::DivS,
        BinaryOp::DivU,
        BinaryOp::RemS,
        BinaryOp::RemU,
    ] {
        for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64] {
            for constant in [false, true] {
                let at = root(&mut b, &[ty, ty], |f| {
                    let (x, y) = (f.param(0), if constant { f.c(ty, 0) } else { f.param(1) });
                    let quotient = f.bin(op, ty, x, y);
                    let loc = f.loc_of(quotient);
                    // Inside a larger expression.
                    let one = f.c(ty, 1);
                    let sum = f.bin(BinaryOp::Add, ty, one, quotient);
                    f.eval(sum);
                    loc
                });
                trapped(
                    &run(e, &b.module, at.0, &[5, 0]),
                    TrapKind::DivideByZero,
                    (0, 0),
                    &[at],
                )?;
                if !constant {
                    finished(&run(e, &b.module, at.0, &[5, 3]), &[])?;
                }
            }
        }
    }
    Ok(())
}

const NULLS: [u64; 5] = [0, 1, 8, 0xffff, 0xfff9];
const WILD: [u64; 6] = [
    u64::MAX,
    u64::MAX - 3,
    u64::MAX - 7,
    1 << 46,
    1 << 63,
    0x7fff_ffff_ffff_ffff,
];

fn load(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        let at = root(&mut b, &[Ty::Ptr], |f| {
            let p = f.param(0);
            let value = f.load(ty, p);
            f.eval(value);
            f.loc_of(value)
        });
        for addr in NULLS {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::NullAccess,
                (addr, 0),
                &[at],
            )?;
        }
        for addr in WILD {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::BadAccess,
                (addr, ty.size(8)),
                &[at],
            )?;
        }
    }
    // A constant address.
    let at = root(&mut b, &[], |f| {
        let p = f.ptr(0);
        let p = f.at(p, 16);
        let value = f.load(Ty::I64, p);
        f.eval(value);
        f.loc_of(value)
    });
    trapped(
        &run(e, &b.module, at.0, &[]),
        TrapKind::NullAccess,
        (16, 0),
        &[at],
    )
}

fn store(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        let at = root(&mut b, &[Ty::Ptr], |f| {
            let (p, value) = (f.param(0), f.c(ty, 1));
            f.store(ty, p, value)
        });
        for addr in NULLS {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::NullAccess,
                (addr, 0),
                &[at],
            )?;
        }
        for addr in WILD {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::BadAccess,
                (addr, ty.size(8)),
                &[at],
            )?;
        }
    }
    Ok(())
}

fn const_write(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let constant = b.global(16, 8, false, ConstImage::from_bytes(vec![1; 16]));
    let variable = b.global(16, 8, true, ConstImage::default());
    let (addr, writable) = (0x10000, 0x11000);
    // Keeps both reachable in each program.
    let touch = |f: &mut Fun| {
        let (x, y) = (f.global(constant), f.global(variable));
        let (x, y) = (f.load(Ty::I8, x), f.load(Ty::I8, y));
        let sum = f.bin(BinaryOp::Add, Ty::I8, x, y);
        f.eval(sum);
    };
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v) = (f.param(0), f.i64(1));
        f.store(Ty::I64, p, v)
    });
    for offset in [0, 3, 8, 9, 4095, 4088] {
        let outcome = run(e, &b.module, at.0, &[addr + offset]);
        trapped(&outcome, TrapKind::ConstWrite, (addr + offset, 0), &[at])?;
    }
    finished(&run(e, &b.module, at.0, &[writable]), &[])?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, q, n) = (f.param(0), f.global(variable), f.i64(4));
        f.copy(p, q, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr + 5]),
        TrapKind::ConstWrite,
        (addr + 5, 0),
        &[at],
    )?;
    finished(&run(e, &b.module, at.0, &[writable + 8]), &[])?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v, n) = (f.param(0), f.c(Ty::I8, 0), f.i64(1));
        f.fill(p, v, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v) = (f.param(0), f.i64(1));
        let old = f.local(Ty::I64);
        f.rmw(old, RmwOp::Add, Ty::I64, p, v)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )?;
    // Nothing would be stored, but it could be.
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v, w) = (f.param(0), f.i64(99), f.i64(1));
        let locals = (f.local(Ty::I64), f.local(Ty::I8));
        f.cmpxchg(locals, Ty::I64, p, v, w)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )
}

fn copy_and_fill(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let data = b.global(64, 8, true, ConstImage::default());
    let good = 0x10000;
    let at = root(&mut b, &[Ty::Ptr, Ty::Ptr, Ty::I64], |f| {
        let g = f.global(data);
        let v = f.load(Ty::I8, g);
        f.eval(v);
        let (d, s, n) = (f.param(0), f.param(1), f.param(2));
        f.copy(d, s, n)
    });
    let wild = 1u64 << 46;
    for (dst, src, len, kind, a, size) in [
        (0, good, 8, TrapKind::NullAccess, 0, 0),
        (good, 4, 8, TrapKind::NullAccess, 4, 0),
        (0, 4, 8, TrapKind::NullAccess, 0, 0),
        (wild, good, 8, TrapKind::BadAccess, wild, 8),
        (good, wild, 8, TrapKind::BadAccess, wild, 8),
        (good, good, u64::MAX, TrapKind::BadAccess, good, u64::MAX),
        (good, good, 1 << 40, TrapKind::BadAccess, good, 1 << 40),
    ] {
        trapped(
            &run(e, &b.module, at.0, &[dst, src, len]),
            kind,
            (a, size),
            &[at],
        )?;
    }
    finished(&run(e, &b.module, at.0, &[0, wild, 0]), &[])?;
    let at = root(&mut b, &[Ty::Ptr, Ty::I64], |f| {
        let g = f.global(data);
        let v = f.load(Ty::I8, g);
        f.eval(v);
        let (d, v, n) = (f.param(0), f.c(Ty::I8, 1), f.param(1));
        f.fill(d, v, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[7, 1]),
        TrapKind::NullAccess,
        (7, 0),
        &[at],
    )?;
    trapped(
        &run(e, &b.module, at.0, &[wild, 1]),
        TrapKind::BadAccess,
        (wild, 1),
        &[at],
    )?;
    trapped(
        &run(e, &b.module, at.0, &[good, u64::MAX]),
        TrapKind::BadAccess,
        (good, u64::MAX),
        &[at],
    )?;
    finished(&run(e, &b.module, at.0, &[7, 0]), &[])
}

/// The last accessible byte is the stack's last while there is no heap.
fn end_of_memory(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        for store in [false, true] {
            let at = root(&mut b, &[Ty::I64], |f| {
                let slot = f.slot(8, 8);
                let (p, n) = (f.slot_addr(slot), f.param(0));
                let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, n);
                if store {
                    let v = f.c(ty, 1);
                    f.store(ty, p, v)
                } else {
                    let v = f.load(ty, p);
                    f.eval(v);
                    f.loc_of(v)
                }
            });
            let (start, size, stack) = (0x11000, ty.size(8), 256 << 20);
            finished(&run(e, &b.module, at.0, &[stack - size]), &[])?;
            for over in 1..=size {
                let offset = stack - size + over;
                let outcome = run(e, &b.module, at.0, &[offset]);
                trapped(&outcome, TrapKind::BadAccess, (start + offset, size), &[at])?;
            }
        }
    }
    Ok(())
}

fn narrow_addresses(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::new(big_endian_32());
    let at = root(&mut b, &[Ty::Ptr, Ty::I64], |f| {
        let (p, n) = (f.param(0), f.param(1));
        let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, n);
        let v = f.load(Ty::I32, p);
        f.eval(v);
        f.loc_of(v)
    });
    for (p, n, kind, a, size) in [
        (0xffff_ffff, 0, TrapKind::BadAccess, 0xffff_ffff, 4),
        (0xffff_ffff, 1, TrapKind::NullAccess, 0, 0),
        (0xf000_0000, 0, TrapKind::BadAccess, 0xf000_0000, 4),
        (0, u64::MAX, TrapKind::BadAccess, 0xffff_ffff, 4),
    ] {
        trapped(&run(e, &b.module, at.0, &[p, n]), kind, (a, size), &[at])?;
    }
    Ok(())
}

fn atomics(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let wild = 1u64 << 46;
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::Ptr] {
        let mut programs = Vec::new();
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (dst, addr) = (f.local(ty), f.param(0));
            f.stmt(StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order: Order::SeqCst,
            })
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (addr, value) = (f.param(0), f.c(ty, 1));
            f.stmt(StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order: Order::SeqCst,
            })
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (dst, addr, value) = (f.local(ty), f.param(0), f.c(ty, 1));
            f.rmw(dst, RmwOp::Xchg, ty, addr, value)
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (locals, addr) = ((f.local(ty), f.local(Ty::I8)), f.param(0));
            let (x, y) = (f.c(ty, 1), f.c(ty, 2));
            f.cmpxchg(locals, ty, addr, x, y)
        }));
        for at in programs {
            trapped(
                &run(e, &b.module, at.0, &[8]),
                TrapKind::NullAccess,
                (8, 0),
                &[at],
            )?;
            trapped(
                &run(e, &b.module, at.0, &[wild]),
                TrapKind::BadAccess,
                (wild, ty.size(8)),
                &[at],
            )?;
        }
    }
    Ok(())
}

fn indirect_call(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let callee = b.func("callee", &[Ty::I64], &[], |_| {});
    let sig = b.sig(&[Ty::I64], &[]);
    let other = b.sig(&[Ty::F64], &[]);
    let base = 1u64 << 46;
    // Values of functions are handed out in order of first mention: the root's is the first.
    let make = |b: &mut Build, sig| {
        root(b, &[Ty::Ptr], |f| {
            let keep = f.func_addr(callee);
            f.eval(keep);
            let (target, x) = (
                f.param(0),
                f.c(if sig == other { Ty::F64 } else { Ty::I64 }, 0),
            );
            f.call_indirect(target, sig, &[x], &[])
        })
    };
    let at = make(&mut b, sig);
    finished(&run(e, &b.module, at.0, &[base + 16]), &[])?;
    for bad in [
        0,
        1,
        base + 1,
        base + 8,
        base + 17,
        base + 32,
        base - 16,
        u64::MAX,
        0x10000,
    ] {
        trapped(
            &run(e, &b.module, at.0, &[bad]),
            TrapKind::BadCall,
            (bad, 0),
            &[at],
        )?;
    }
    // The root itself has another signature.
    trapped(
        &run(e, &b.module, at.0, &[base]),
        TrapKind::BadCallSignature,
        (base, 0),
        &[at],
    )?;
    let at = make(&mut b, other);
    trapped(
        &run(e, &b.module, at.0, &[base + 16]),
        TrapKind::BadCallSignature,
        (base + 16, 0),
        &[at],
    )
}

/// Of two failures the left one wins; operands before the operation.
fn order(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let nothing = b.func("nothing", &[Ty::I64, Ty::I64], &[], |_| {});
    let sig = b.sig(&[Ty::I64, Ty::I64], &[]);
    /// A check that fails with (k, 0).
    fn fail(f: &mut Fun, k: i64) -> sx_ir::ExprId {
        let (x, y) = (f.i64(k), f.i64(0));
        f.check(TrapKind::Index, CheckRel::Below, Ty::I64, x, y)
    }
    fn fail_ptr(f: &mut Fun, k: u64) -> sx_ir::ExprId {
        let (x, y) = (f.ptr(k), f.ptr(0));
        f.check(TrapKind::Index, CheckRel::Below, Ty::Ptr, x, y)
    }
    type Body = Box<dyn FnOnce(&mut Fun) -> LocId>;
    let bodies: Vec<(&str, Body)> = vec![
        (
            "binary",
            Box::new(|f| {
                let (x, y) = (fail(f, 1), fail(f, 2));
                let loc = f.loc_of(x);
                let sum = f.add(x, y);
                f.eval(sum);
                loc
            }),
        ),
        (
            "division",
            Box::new(|f| {
                let (x, y) = (fail(f, 1), f.i64(0));
                let loc = f.loc_of(x);
                let v = f.bin(BinaryOp::DivS, Ty::I64, x, y);
                f.eval(v);
                loc
            }),
        ),
        (
            "right operand",
            Box::new(|f| {
                let (x, y) = (f.i64(3), fail(f, 1));
                let loc = f.loc_of(y);
                let v = f.add(x, y);
                f.eval(v);
                loc
            }),
        ),
        (
            "nested checks",
            Box::new(|f| {
                let (x, y) = (fail(f, 1), fail(f, 2));
                let loc = f.loc_of(x);
                let v = f.check(TrapKind::Slice, CheckRel::Equal, Ty::I64, x, y);
                f.eval(v);
                loc
            }),
        ),
        (
            "select",
            Box::new(|f| {
                let one = f.c(Ty::I8, 1);
                let (x, y) = (f.i64(0), fail(f, 1));
                let loc = f.loc_of(y);
                let v = f.expr(Expr::Select {
                    ty: Ty::I64,
                    cond: one,
                    a: x,
                    b: y,
                });
                f.eval(v);
                loc
            }),
        ),
        (
            "store",
            Box::new(|f| {
                let (p, v) = (fail_ptr(f, 1), fail(f, 2));
                let loc = f.loc_of(p);
                f.store(Ty::I64, p, v);
                loc
            }),
        ),
        (
            "store value before access",
            Box::new(|f| {
                let (p, v) = (f.ptr(0), fail(f, 1));
                let loc = f.loc_of(v);
                f.store(Ty::I64, p, v);
                loc
            }),
        ),
        (
            "copy",
            Box::new(|f| {
                let (d, s, n) = (f.ptr(0), fail_ptr(f, 1), fail(f, 2));
                let loc = f.loc_of(s);
                f.copy(d, s, n);
                loc
            }),
        ),
        (
            "arguments",
            Box::new(move |f| {
                let (x, y) = (fail(f, 1), fail(f, 2));
                let loc = f.loc_of(x);
                f.call(nothing, &[x, y], &[]);
                loc
            }),
        ),
        (
            "target before arguments",
            Box::new(move |f| {
                let (t, x, y) = (fail_ptr(f, 1), fail(f, 2), fail(f, 3));
                let loc = f.loc_of(t);
                f.call_indirect(t, sig, &[x, y], &[]);
                loc
            }),
        ),
        (
            "arguments before the target's check",
            Box::new(move |f| {
                let (t, x, y) = (f.ptr(0), f.i64(0), fail(f, 1));
                let loc = f.loc_of(y);
                f.call_indirect(t, sig, &[x, y], &[]);
                loc
            }),
        ),
    ];
    for (what, body) in bodies {
        let at = root(&mut b, &[], body);
        trapped(
            &run(e, &b.module, at.0, &[]),
            TrapKind::Index,
            (1, 0),
            &[at],
        )
        .map_err(|why| format!("{what}: {why}"))?;
    }
    Ok(())
}

/// A node without a position of its own traps at its statement.
fn position_without_node(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let at = root(&mut b, &[Ty::I64], |f| {
        f.expr_locs = false;
        let v = f.i64(1);
        f.eval(v);
        let (x, y) = (f.i64(1), f.param(0));
        let v = f.bin(BinaryOp::DivU, Ty::I64, x, y);
        f.eval(v)
    });
    trapped(
        &run(e, &b.module, at.0, &[0]),
        TrapKind::DivideByZero,
        (0, 0),
        &[at],
    )?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        f.expr_locs = false;
        let p = f.param(0);
        let v = f.load(Ty::I8, p);
        let local = f.local(Ty::I8);
        f.set(local, v)
    });
    trapped(
        &run(e, &b.module, at.0, &[0]),
        TrapKind::NullAccess,
        (0, 0),
        &[at],
    )
}

fn frames(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let c = b.declare("c", &[Ty::I64], &[Ty::I64]);
    let mut at_c = NOWHERE;
    b.define(c, |f| {
        let (x, y) = (f.i64(100), f.param(0));
        let v = f.bin(BinaryOp::DivS, Ty::I64, x, y);
        at_c = f.loc_of(v);
        f.ret(&[v]);
    });
    let middle = b.declare("b", &[Ty::I64], &[Ty::I64]);
    let at_middle = b.define(middle, |f| {
        let r = f.local(Ty::I64);
        let five = f.i64(5);
        f.call(c, &[five], &[r]);
        let x = f.param(0);
        let loc = f.call(c, &[x], &[r]);
        f.ret_local(r);
        loc
    });
    let sig = b.sig(&[Ty::I64], &[Ty::I64]);
    let top = b.declare("a", &[Ty::I64], &[Ty::I64]);
    let at_top = b.define(top, |f| {
        let r = f.local(Ty::I64);
        let (t, x) = (f.func_addr(middle), f.param(0));
        let loc = f.call_indirect(t, sig, &[x], &[r]);
        f.ret_local(r);
        loc
    });
    let wanted = [(c, at_c), (middle, at_middle), (top, at_top)];
    trapped(
        &run(e, &b.module, top, &[0]),
        TrapKind::DivideByZero,
        (0, 0),
        &wanted,
    )?;
    finished(&run(e, &b.module, top, &[4]), &[25])
}

fn frames_after_return(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let inner = b.func("inner", &[], &[], |f| {
        let slot = f.slot(64, 8);
        let (p, v) = (f.slot_addr(slot), f.i64(1));
        f.store(Ty::I64, p, v);
    });
    let at = root(&mut b, &[], |f| {
        let n = f.i64(3);
        f.count(n, |f, _, _| {
            f.call(inner, &[], &[]);
        });
        f.trap(TrapKind::Abort)
    });
    let outcome = run(e, &b.module, at.0, &[]);
    trapped(&outcome, TrapKind::Abort, (0, 0), &[at])?;
    super::expect::steps(&outcome, 1 + 4 + 3)
}

/// The seventh of many iterations.
fn in_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for last in [7u64, 5000] {
        let at = root(&mut b, &[Ty::I64], |f| {
            let mut loc = NOWHERE;
            let n = f.i64(1 << 20);
            f.count(n, |f, i, _| {
                let (i, n) = (f.get(i), f.param(0));
                let v = f.check(TrapKind::Index, CheckRel::Below, Ty::I64, i, n);
                loc = f.loc_of(v);
                f.eval(v);
            });
            loc
        });
        let outcome = run(e, &b.module, at.0, &[last]);
        trapped(&outcome, TrapKind::Index, (last, last), &[at])?;
        super::expect::steps(&outcome, 1 + last + 1)?;
    }
    Ok(())
}

fn in_condition(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let bad = |f: &mut Fun| {
        let (x, y) = (f.i64(1), f.param(0));
        f.bin(BinaryOp::RemU, Ty::I64, x, y)
    };
    let at = root(&mut b, &[Ty::I64], |f| {
        let v = bad(f);
        let one = f.i64(1);
        let cond = f.bin(BinaryOp::LtS, Ty::I64, v, one);
        f.when(cond, |_| {});
        f.loc_of(v)
    });
    trapped(
        &run(e, &b.module, at.0, &[0]),
        TrapKind::DivideByZero,
        (0, 0),
        &[at],
    )?;
    let at = root(&mut b, &[Ty::I64], |f| {
        let v = bad(f);
        f.switch(Ty::I64, v, &[&[0]], |_, _| {});
        f.loc_of(v)
    });
    trapped(
        &run(e, &b.module, at.0, &[0]),
        TrapKind::DivideByZero,
        (0, 0),
        &[at],
    )
}

fn in_return_and_arguments(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let callee = b.declare("callee", &[Ty::I64, Ty::I64], &[Ty::I64, Ty::I64]);
    let mut at_return = NOWHERE;
    b.define(callee, |f| {
        let one = f.i64(1);
        let (x, y) = (f.param(0), f.param(1));
        let v = f.bin(BinaryOp::DivS, Ty::I64, x, y);
        at_return = f.loc_of(v);
        f.ret(&[one, v]);
    });
    let mut at_argument = NOWHERE;
    let root = b.declare("root", &[Ty::I64, Ty::I64], &[]);
    let at_call = b.define(root, |f| {
        let locals = [f.local(Ty::I64), f.local(Ty::I64)];
        let (x, y) = (f.i64(10), f.param(0));
        let v = f.bin(BinaryOp::DivU, Ty::I64, x, y);
        at_argument = f.loc_of(v);
        let y = f.param(1);
        f.call(callee, &[v, y], &locals)
    });
    trapped(
        &run(e, &b.module, root, &[0, 1]),
        TrapKind::DivideByZero,
        (0, 0),
        &[(root, at_argument)],
    )?;
    let wanted = [(callee, at_return), (root, at_call)];
    trapped(
        &run(e, &b.module, root, &[1, 0]),
        TrapKind::DivideByZero,
        (0, 0),
        &wanted,
    )?;
    finished(&run(e, &b.module, root, &[1, 1]), &[])
}

fn bad_free(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let free = b.external("free", &[Ty::Ptr], &[], false);
    let poke = b.external("poke", &[Ty::Ptr, Ty::I8], &[], false);
    let at = root(&mut b, &[Ty::I64], |f| {
        let p = f.local(Ty::Ptr);
        let n = f.i64(64);
        f.call(alloc, &[n], &[p]);
        let (x, n) = (f.get(p), f.param(0));
        let x = f.bin(BinaryOp::PtrAdd, Ty::Ptr, x, n);
        f.call(free, &[x], &[])
    });
    finished(&run(e, &b.module, at.0, &[0]), &[])?;
    let heap = 0x11000 + (256 << 20);
    trapped(
        &run(e, &b.module, at.0, &[16]),
        TrapKind::BadFree,
        (heap + 16, 0),
        &[at],
    )?;
    // Twice.
    let at = root(&mut b, &[], |f| {
        let p = f.local(Ty::Ptr);
        let n = f.i64(64);
        f.call(alloc, &[n], &[p]);
        let x = f.get(p);
        f.call(free, &[x], &[]);
        let x = f.get(p);
        f.call(free, &[x], &[])
    });
    trapped(
        &run(e, &b.module, at.0, &[]),
        TrapKind::BadFree,
        (heap, 0),
        &[at],
    )?;
    // The host's accesses are checked like the program's.
    let at = root(&mut b, &[Ty::Ptr], |f| {
        let (p, v) = (f.param(0), f.c(Ty::I8, 1));
        f.call(poke, &[p, v], &[])
    });
    trapped(
        &run(e, &b.module, at.0, &[5]),
        TrapKind::NullAccess,
        (5, 0),
        &[at],
    )?;
    // A function that nobody wrote.
    let missing = b.declare("missing", &[], &[]);
    let at = root(&mut b, &[], |f| f.call(missing, &[], &[]));
    stopped(
        &run(e, &b.module, at.0, &[]),
        Status::Bug("function 'missing' has no body".into()),
        &[at],
    )
}
