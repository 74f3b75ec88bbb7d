//! Atomic operations on every width, run at every optimisation level.

mod common;
use common::*;
use sx_ir::*;

/// A local's bits as a number.
fn as_i64(f: &mut Fun, local: LocalId, ty: Ty) -> ExprId {
    let a = f.l(local);
    let op = match ty {
        Ty::I64 => return a,
        Ty::Ptr => ConvertOp::PToI,
        _ => ConvertOp::ZExt,
    };
    f.e(Expr::Convert {
        op,
        from: ty,
        to: Ty::I64,
        a,
    })
}

#[test]
fn atomics() {
    let mut m = module();
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld\n\0");
    let mut want = String::new();
    let mut f = begin_main(&mut m);
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::Ptr] {
        let slot = f.func.add_slot(8, 8);
        let (dst, flag) = (f.func.add_local(ty), f.func.add_local(Ty::I8));
        for (op, old, operand) in [
            (RmwOp::Xchg, 7u64, 9u64),
            (RmwOp::Add, 250, 10),
            (RmwOp::Sub, 3, 5),
            (RmwOp::And, 12, 10),
            (RmwOp::Or, 12, 10),
            (RmwOp::Xor, 12, 10),
            (RmwOp::MinS, 0xff, 1),
            (RmwOp::MinU, 0xff, 1),
            (RmwOp::MaxS, 0xff, 1),
            (RmwOp::MaxU, 0xff, 1),
        ] {
            let (addr, value) = (f.e(Expr::SlotAddr(slot)), f.c(ty, old));
            f.s(StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order: Order::Release,
            });
            let (addr, value) = (f.e(Expr::SlotAddr(slot)), f.c(ty, operand));
            f.s(StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                order: Order::SeqCst,
            });
            let addr = f.e(Expr::SlotAddr(slot));
            f.s(StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order: Order::Acquire,
            });
            let value = as_i64(&mut f, dst, ty);
            show(&mut f, printf, format, value);
            want += &format!("{}\n", semantics::rmw(op, ty, old, operand, 8) as i64);
        }
        // What is expected, and whether it may fail all the same: only one that may not finds it.
        for (expected, weak) in [(6, false), (6, true), (5, false)] {
            let (addr, value) = (f.e(Expr::SlotAddr(slot)), f.c(ty, 5));
            f.s(StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order: Order::Relaxed,
            });
            let addr = f.e(Expr::SlotAddr(slot));
            let (wanted, desired) = (f.c(ty, expected), f.c(ty, 8));
            f.s(StmtKind::AtomicCmpxchg {
                old: dst,
                ok: flag,
                ty,
                addr,
                expected: wanted,
                desired,
                weak,
                success: Order::AcqRel,
                failure: Order::Acquire,
            });
            let ok = as_i64(&mut f, flag, Ty::I8);
            show(&mut f, printf, format, ok);
            let old = as_i64(&mut f, dst, ty);
            show(&mut f, printf, format, old);
            let addr = f.e(Expr::SlotAddr(slot));
            f.s(StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order: Order::SeqCst,
            });
            let new = as_i64(&mut f, dst, ty);
            show(&mut f, printf, format, new);
            want += if expected == 5 {
                "1\n5\n8\n"
            } else {
                "0\n5\n5\n"
            };
        }
        f.s(StmtKind::Fence(Order::SeqCst));
    }
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, &want, 0);
}
