//! Ways to trap: kind, operands, and the frames with their positions. Memory is in [`super::faults`].

use sx_ir::trap::TRAP_KINDS;
use sx_ir::{BinaryOp, FuncId, LocId, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun};
use super::expect::{finished, run, trapped};
use crate::{ComptimeEngine, GUARD};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("traps/statement", statement));
    out.push(Case::new("traps/divide-by-zero", divide));
    out.push(Case::new("traps/indirect-call", indirect_call));
}

pub(super) const NOWHERE: LocId = LocId(0);

/// A root `f(params)` whose body yields the position where it should trap.
pub(super) fn root(
    b: &mut Build,
    params: &[Ty],
    body: impl FnOnce(&mut Fun) -> LocId,
) -> (FuncId, LocId) {
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
        GUARD,
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
