//! What an engine may have found out about a local ends when the local changes, however that happens: a check that held
//! before is made again.

use sx_ir::{BinaryOp, CheckRel, ExprId, LocalId, Order, StmtKind, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{finished, run, trapped};
use crate::ComptimeEngine;

/// Ways in which a local gets another value.
#[derive(Clone, Copy, Debug)]
enum How {
    Set,
    Call,
    AtomicLoad,
    Rmw,
    Exchange,
    /// In one branch, which is taken.
    Branch,
    /// In a case of a switch, which is taken.
    Switch,
    /// In a block that is left early.
    Block,
    /// In a loop, at the end of the first iteration.
    Loop,
}

const WAYS: [How; 9] = [
    How::Set,
    How::Call,
    How::AtomicLoad,
    How::Rmw,
    How::Exchange,
    How::Branch,
    How::Switch,
    How::Block,
    How::Loop,
];

const LIMIT: u64 = 8;

pub fn cases(out: &mut Vec<Case>) {
    for how in WAYS {
        out.push(Case::new(format!("knowledge/bound/{how:?}"), move |e| {
            bound(e, how)
        }));
        out.push(Case::new(format!("knowledge/address/{how:?}"), move |e| {
            address(e, how)
        }));
    }
    out.push(Case::new("knowledge/only-in-branch", only_in_branch));
    out.push(Case::new("knowledge/only-in-loop", only_in_loop));
    out.push(Case::new("knowledge/far-offset", far_offset));
}

/// Changes `local` to the value of the second parameter; everything it needs is in the builder's module.
fn change(f: &mut Fun, how: How, ty: Ty, local: LocalId, same: sx_ir::FuncId) {
    let new = |f: &mut Fun| f.param(1);
    let plain = |f: &mut Fun| {
        let value = f.param(1);
        f.set(local, value);
    };
    // The new value in memory, for the atomic ones.
    let cell = |f: &mut Fun| -> (ExprId, ExprId) {
        let slot = f.slot(8, 8);
        let (at, value) = (f.slot_addr(slot), f.param(1));
        f.store(ty, at, value);
        (f.slot_addr(slot), f.param(1))
    };
    match how {
        How::Set => plain(f),
        How::Call => {
            let value = new(f);
            f.call(same, &[value], &[local]);
        }
        How::AtomicLoad => {
            let (addr, _) = cell(f);
            f.stmt(StmtKind::AtomicLoad {
                dst: local,
                ty,
                addr,
                order: Order::SeqCst,
            });
        }
        How::Rmw => {
            let (addr, value) = cell(f);
            f.rmw(local, sx_ir::RmwOp::Xchg, ty, addr, value);
        }
        How::Exchange => {
            let (addr, value) = cell(f);
            let (ok, desired) = (f.local(Ty::I8), f.param(0));
            f.cmpxchg((local, ok), ty, addr, value, desired);
        }
        How::Branch => {
            let yes = f.param(2);
            f.if_(yes, plain, |_| {});
        }
        How::Switch => {
            let value = f.param(2);
            f.switch(Ty::I8, value, &[&[1], &[2]], |f, case| {
                if case == Some(0) {
                    plain(f);
                }
            });
        }
        How::Block => {
            f.block(|f, label| {
                let yes = f.param(2);
                f.when(yes, |f| {
                    plain(f);
                    f.brk(label);
                });
            });
        }
        How::Loop => {
            let n = f.i64(1);
            f.count(n, |f, _, _| plain(f));
        }
    }
}

fn bound(e: &mut dyn ComptimeEngine, how: How) -> Result<(), String> {
    let mut b = Build::native();
    let same = b.expr_func(&[Ty::I64], Ty::I64, |f| f.param(0));
    let mut at = sx_ir::LocId(0);
    let root = b.func("root", &[Ty::I64, Ty::I64, Ty::I8], &[Ty::I64], |f| {
        let local = f.local(Ty::I64);
        let first = f.param(0);
        f.set(local, first);
        let check = |f: &mut Fun| {
            let (value, limit) = (f.get(local), f.i64(LIMIT as i64));
            let check = f.check(TrapKind::Index, CheckRel::Below, Ty::I64, value, limit);
            f.eval(check);
            f.loc_of(check)
        };
        check(f);
        change(f, how, Ty::I64, local, same);
        at = check(f);
        f.ret_local(local);
    });
    finished(&run(e, &b.module, root, &[3, 5, 1]), &[5])?;
    for bad in [LIMIT, 100, u64::MAX] {
        let outcome = run(e, &b.module, root, &[3, bad, 1]);
        trapped(&outcome, TrapKind::Index, (bad, LIMIT), &[(root, at)])?;
    }
    Ok(())
}

fn address(e: &mut dyn ComptimeEngine, how: How) -> Result<(), String> {
    let mut b = Build::native();
    let same = b.expr_func(&[Ty::Ptr], Ty::Ptr, |f| f.param(0));
    let cell = b.global(8, 8, true, sx_ir::ConstImage::default());
    let root = b.declare("root", &[Ty::I64, Ty::Ptr, Ty::I8], &[Ty::I64]);
    let at = b.define(root, |f| {
        let local = f.local(Ty::Ptr);
        let good = f.global(cell);
        f.set(local, good);
        let access = |f: &mut Fun| {
            let (addr, value) = (f.get(local), f.param(0));
            f.store(Ty::I64, addr, value)
        };
        access(f);
        change(f, how, Ty::Ptr, local, same);
        let at = access(f);
        let one = f.i64(1);
        f.ret(&[one]);
        at
    });
    for bad in [0, 64] {
        let outcome = run(e, &b.module, root, &[9, bad, 1]);
        trapped(&outcome, TrapKind::NullAccess, (bad, 0), &[(root, at)])?;
    }
    Ok(())
}

/// What one branch has checked says nothing after both.
fn only_in_branch(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let mut at = sx_ir::LocId(0);
    let root = b.func("root", &[Ty::I64, Ty::I8], &[Ty::I64], |f| {
        let check = |f: &mut Fun| {
            let (value, limit) = (f.param(0), f.i64(LIMIT as i64));
            let check = f.check(TrapKind::Index, CheckRel::Below, Ty::I64, value, limit);
            f.eval(check);
            f.loc_of(check)
        };
        let yes = f.param(1);
        f.if_(
            yes,
            |f| {
                check(f);
            },
            |_| {},
        );
        at = check(f);
        let value = f.param(0);
        f.ret(&[value]);
    });
    finished(&run(e, &b.module, root, &[7, 1]), &[7])?;
    let outcome = run(e, &b.module, root, &[8, 0]);
    trapped(&outcome, TrapKind::Index, (8, LIMIT), &[(root, at)])
}

/// A counter that a loop has taken past the limit is past it; what the test of the loop says holds inside.
fn only_in_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let mut inside = sx_ir::LocId(0);
    let root = b.func("root", &[Ty::I64], &[Ty::I64], |f| {
        let i = f.local(Ty::I64);
        let zero = f.i64(0);
        f.set(i, zero);
        f.loop_(|f, label| {
            let (x, limit) = (f.get(i), f.i64(LIMIT as i64));
            let over = f.bin(BinaryOp::GeS, Ty::I64, x, limit);
            f.when(over, |f| {
                f.brk(label);
            });
            // One more than the test allows is checked before and after the step.
            let (x, limit) = (f.get(i), f.param(0));
            let check = f.check(TrapKind::Index, CheckRel::Below, Ty::I64, x, limit);
            f.eval(check);
            let (x, one) = (f.get(i), f.i64(1));
            let next = f.add(x, one);
            f.set(i, next);
            let (x, limit) = (f.get(i), f.i64(LIMIT as i64));
            let check = f.check(TrapKind::Slice, CheckRel::Below, Ty::I64, x, limit);
            f.eval(check);
            inside = f.loc_of(check);
        });
        f.ret_local(i);
    });
    let outcome = run(e, &b.module, root, &[100]);
    trapped(&outcome, TrapKind::Slice, (LIMIT, LIMIT), &[(root, inside)])
}

/// Offsets at the ends of what numbers can say.
fn far_offset(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    for offset in [i64::MIN, i64::MIN + 1, i64::MAX, -(1 << 30), 1 << 30] {
        let mut b = Build::native();
        let cell = b.global(8, 8, true, sx_ir::ConstImage::default());
        let root = b.declare("root", &[], &[]);
        let at = b.define(root, |f| {
            let local = f.local(Ty::Ptr);
            let base = f.global(cell);
            let far = f.at(base, offset);
            f.set(local, far);
            let (addr, one) = (f.get(local), f.i64(1));
            f.store(Ty::I64, addr, one)
        });
        let outcome = run(e, &b.module, root, &[]);
        let base = outcome.memory.address_of(cell).ok_or("no address")?;
        let addr = base.wrapping_add_signed(offset);
        // Behind the heap, or wrapped around to there.
        trapped(&outcome, TrapKind::BadAccess, (addr, 8), &[(root, at)])
            .map_err(|why| format!("{offset:#x}: {why}"))?;
    }
    Ok(())
}
