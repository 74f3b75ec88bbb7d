//! Where a trap is: order of evaluation, positions, frames.

use sx_ir::{BinaryOp, CheckRel, Expr, LocId, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{finished, run, trapped};
use super::traps::{NOWHERE, root};
use crate::ComptimeEngine;

pub fn cases(out: &mut Vec<Case>) {
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
