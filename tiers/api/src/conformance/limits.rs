//! Limits are exact: the same program stops at the same place for every bound.

use sx_ir::trap::LimitKind;
use sx_ir::{BinaryOp, FuncId, LocId, Ty};

use super::Case;
use super::build::Build;
use super::expect::{TestHost, finished, limited, run, same, steps};
use crate::{ComptimeEngine, Limits, Outcome};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("limits/steps", steps_exact));
    out.push(Case::new("limits/steps-long-loop", steps_long_loop));
    out.push(Case::new("limits/steps-recursion", steps_recursion));
    out.push(Case::new("limits/depth", depth));
    out.push(Case::new("limits/deep-recursion", deep_recursion));
    out.push(Case::new("limits/memory", memory));
    out.push(Case::new("limits/stack", stack));
}

fn limited_run(
    e: &mut dyn ComptimeEngine,
    b: &Build,
    root: FuncId,
    args: &[u64],
    limits: Limits,
) -> Outcome {
    e.run(&b.module, root, args, &limits, &mut TestHost::default())
}

fn with_steps(count: u64) -> Limits {
    Limits {
        steps: count,
        ..Limits::default()
    }
}

/// A loop that calls; each bound from 0 to enough.
fn steps_exact(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let leaf = b.func("leaf", &[], &[], |_| {});
    let root = b.declare("root", &[], &[]);
    let (at_loop, at_call) = b.define(root, |f| {
        let mut at_call = LocId(0);
        let n = f.i64(3);
        let at_loop = f.count(n, |f, _, _| at_call = f.call(leaf, &[], &[]));
        (at_loop, at_call)
    });
    // In order: root, then loop and call in turn, then the loop's last look.
    let total = 1 + 3 * 2 + 1;
    for bound in 0..=total + 2 {
        let outcome = limited_run(e, &b, root, &[], with_steps(bound));
        if bound >= total {
            finished(&outcome, &[])?;
            steps(&outcome, total)?;
            continue;
        }
        let frames = match bound {
            0 => vec![],
            odd if odd % 2 == 1 => vec![(root, at_loop)],
            _ => vec![(root, at_call)],
        };
        limited(&outcome, LimitKind::Steps, &frames).map_err(|why| format!("at {bound}: {why}"))?;
        steps(&outcome, bound)?;
    }
    Ok(())
}

/// Bounds that fall after an engine may have compiled the loop.
fn steps_long_loop(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let cell = b.global(8, 8, true, sx_ir::ConstImage::default());
    let root = b.declare("root", &[], &[Ty::I64]);
    let (outer, inner) = b.define(root, |f| {
        let mut inner = LocId(0);
        let n = f.i64(300);
        let outer = f.count(n, |f, _, _| {
            let n = f.i64(50);
            inner = f.count(n, |f, _, _| {
                let at = f.global(cell);
                let (old, one) = (f.load(Ty::I64, at), f.i64(1));
                let new = f.add(old, one);
                let at = f.global(cell);
                f.store(Ty::I64, at, new);
            });
        });
        let at = f.global(cell);
        let value = f.load(Ty::I64, at);
        f.ret(&[value]);
        (outer, inner)
    });
    // An outer iteration takes 1 step and 51 inner ones.
    let total = 1 + 300 * 52 + 1;
    for bound in [
        1,
        2,
        3,
        52,
        53,
        54,
        1000,
        5201,
        5202,
        9999,
        15_000,
        total - 2,
        total - 1,
        total,
    ] {
        let outcome = limited_run(e, &b, root, &[], with_steps(bound));
        if bound >= total {
            finished(&outcome, &[15_000])?;
            continue;
        }
        let at = if (bound - 1) % 52 == 0 { outer } else { inner };
        limited(&outcome, LimitKind::Steps, &[(root, at)])
            .map_err(|why| format!("at {bound}: {why}"))?;
        steps(&outcome, bound)?;
        // Everything before the limit was done, nothing after.
        let (rounds, rest) = ((bound - 1) / 52, (bound - 1) % 52);
        let done = rounds * 50 + rest.saturating_sub(1).min(50);
        let at = outcome.memory.address_of(cell).ok_or("no address")?;
        let bytes = outcome.memory.read(at, 8).ok_or("can't read")?;
        let value = bytes.iter().rev().fold(0u64, |a, b| a << 8 | u64::from(*b));
        same("work done", value, done)?;
    }
    Ok(())
}

/// f(n) calls f(n - 1) down to 0, then returns n.
fn recursion(b: &mut Build, slot: u64) -> (FuncId, LocId) {
    let f = b.declare("down", &[Ty::I64], &[Ty::I64]);
    let loc = b.define(f, |f_| {
        if slot > 0 {
            let slot = f_.slot(slot, 16);
            let at = f_.slot_addr(slot);
            let v = f_.param(0);
            f_.store(Ty::I64, at, v);
        }
        let (n, zero) = (f_.param(0), f_.i64(0));
        let done = f_.bin(BinaryOp::Eq, Ty::I64, n, zero);
        f_.when(done, |f_| {
            let zero = f_.i64(0);
            f_.ret(&[zero]);
        });
        let r = f_.local(Ty::I64);
        let (n, one) = (f_.param(0), f_.i64(-1));
        let less = f_.add(n, one);
        let loc = f_.call(f, &[less], &[r]);
        let (r, one) = (f_.get(r), f_.i64(1));
        let sum = f_.add(r, one);
        f_.ret(&[sum]);
        loc
    });
    (f, loc)
}

fn steps_recursion(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let at = recursion(&mut b, 0);
    for bound in 0..=12 {
        let outcome = limited_run(e, &b, at.0, &[9], with_steps(bound));
        if bound >= 10 {
            finished(&outcome, &[9])?;
        } else {
            limited(&outcome, LimitKind::Steps, &vec![at; bound as usize])?;
        }
    }
    Ok(())
}

fn depth(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let at = recursion(&mut b, 8);
    for bound in 0..=12u32 {
        let outcome = limited_run(
            e,
            &b,
            at.0,
            &[9],
            Limits {
                depth: bound,
                ..Limits::default()
            },
        );
        if bound >= 10 {
            finished(&outcome, &[9])?;
            steps(&outcome, 10)?;
        } else {
            limited(&outcome, LimitKind::Depth, &vec![at; bound as usize])?;
            // The step of the call that did not fit is counted.
            steps(&outcome, u64::from(bound) + 1)?;
        }
    }
    Ok(())
}

fn deep_recursion(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let at = recursion(&mut b, 16);
    finished(&run(e, &b.module, at.0, &[99_999]), &[99_999])?;
    let outcome = run(e, &b.module, at.0, &[100_000]);
    same(
        "status",
        &outcome.status,
        &crate::Status::Limit(LimitKind::Depth),
    )?;
    same("frames", outcome.frames.len(), 100_000)
}

fn memory(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let free = b.external("free", &[Ty::Ptr], &[], false);
    let root = b.declare("root", &[Ty::I64, Ty::I64], &[]);
    let (first, second) = b.define(root, |f| {
        let (p, q) = (f.local(Ty::Ptr), f.local(Ty::Ptr));
        let n = f.i64(600);
        f.call(alloc, &[n], &[p]);
        let x = f.get(p);
        f.call(free, &[x], &[]);
        let n = f.param(0);
        let first = f.call(alloc, &[n], &[p]);
        let n = f.param(1);
        let second = f.call(alloc, &[n], &[q]);
        (first, second)
    });
    let limits = Limits {
        memory: 1000,
        ..Limits::default()
    };
    for (x, y, wanted) in [
        (400, 600, None),
        (1000, 0, None),
        (400, 601, Some(second)),
        (1001, 0, Some(first)),
        (1000, 1, Some(second)),
    ] {
        let outcome = limited_run(e, &b, root, &[x, y], limits);
        match wanted {
            None => {
                finished(&outcome, &[])?;
                same("peak", outcome.peak_memory, 1000)?;
            }
            Some(loc) => limited(&outcome, LimitKind::Memory, &[(root, loc)])?,
        }
    }
    // One block has a limit of its own.
    let outcome = limited_run(e, &b, root, &[256 << 20, 0], Limits::default());
    finished(&outcome, &[])?;
    let outcome = limited_run(e, &b, root, &[(256 << 20) + 1, 0], Limits::default());
    limited(&outcome, LimitKind::Block, &[(root, first)])?;
    let outcome = limited_run(
        e,
        &b,
        root,
        &[u64::MAX, 0],
        Limits {
            memory: 1000,
            ..Limits::default()
        },
    );
    limited(&outcome, LimitKind::Block, &[(root, first)])
}

/// Frames of 16 MiB: sixteen fit.
fn stack(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    // A slot is followed by at least one byte of its frame.
    let at = recursion(&mut b, (16 << 20) - 16);
    finished(&run(e, &b.module, at.0, &[15]), &[15])?;
    let outcome = run(e, &b.module, at.0, &[16]);
    let mut frames = vec![(at.0, b.module.func(at.0).loc)];
    frames.extend([at; 16]);
    limited(&outcome, LimitKind::Stack, &frames)?;
    // Calls after each other take the same place.
    let mut b = Build::native();
    let large = b.func("large", &[], &[Ty::Ptr], |f| {
        let slot = f.slot(64 << 20, 8);
        let at = f.slot_addr(slot);
        f.ret(&[at]);
    });
    let root = b.func("root", &[], &[Ty::I8], |f| {
        let (first, next, moved) = (f.local(Ty::Ptr), f.local(Ty::Ptr), f.local(Ty::I8));
        f.call(large, &[], &[first]);
        let n = f.i64(5);
        f.count(n, |f, _, _| {
            f.call(large, &[], &[next]);
            let (a, b, old) = (f.get(first), f.get(next), f.get(moved));
            let differs = f.bin(BinaryOp::Ne, Ty::Ptr, a, b);
            let all = f.bin(BinaryOp::Or, Ty::I8, old, differs);
            f.set(moved, all);
        });
        f.ret_local(moved);
    });
    finished(&run(e, &b.module, root, &[]), &[0])?;
    // A frame that can never fit.
    let mut b = Build::native();
    let at = recursion(&mut b, 1 << 40);
    let outcome = run(e, &b.module, at.0, &[0]);
    limited(
        &outcome,
        LimitKind::Stack,
        &[(at.0, b.module.func(at.0).loc)],
    )
}
