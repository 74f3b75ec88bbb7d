//! The state of a stopped run, in words: which variables are in scope in the innermost calls and what they hold, and
//! which object a memory fault concerns.

use sx_ir::{BinaryOp, Expr, ExprId, LocalId, StmtKind, TrapKind};
use sx_tier_api::{Explanation, FaultObject, FrameValues, Status};

use crate::call::{Frame, Run};
use crate::sanitize::Sanitizer;
use crate::variables::State;

/// Calls whose variables are told.
const MAX_FRAMES: usize = 16;

/// `errors`: names of error values.
pub fn explain(run: &Run<'_, Sanitizer>, status: &Status, errors: &[String]) -> Explanation {
    let state = state_of(run);
    let stopped = run.machine.innermost(MAX_FRAMES as u64);
    let mut frames = Vec::new();
    let mut calls = run
        .unwound
        .chunk_by(|a, b| a.0.base == b.0.base && a.0.id == b.0.id);
    for frame in stopped {
        // A call that was refused at its entry has no statement.
        let values = match calls.clone().next() {
            Some(path) if path[0].0.id == frame.func => {
                calls.next();
                let open = path.iter().map(|(_, stmt)| *stmt);
                let variables = state.variables(path[0].0, open);
                variables
                    .into_iter()
                    .map(|variable| {
                        let (addr, ty) = (variable.addr, variable.ty);
                        let text = state.show(path[0].0, addr, ty, errors);
                        (variable.name, text)
                    })
                    .collect()
            }
            Some(_) | None => Vec::new(),
        };
        frames.push(FrameValues {
            func: frame.func,
            loc: frame.loc,
            values,
        });
    }
    Explanation {
        frames,
        object: object(run, status),
    }
}

fn state_of<'r, 'a>(run: &'r Run<'a, Sanitizer>) -> State<'r, 'a> {
    let mut frames: Vec<Frame<'a>> = run.unwound.iter().map(|(frame, _)| *frame).collect();
    frames.dedup_by_key(|frame| frame.base);
    State {
        module: run.module,
        machine: &run.machine,
        locals: &run.locals,
        slot_offsets: &run.slot_offsets,
        frames,
        freed: Some(&run.shadow),
    }
}

/// The object that the end of the run is about.
fn object(run: &Run<'_, Sanitizer>, status: &Status) -> Option<FaultObject> {
    let Status::Trapped(trap) = status else {
        return None;
    };
    // The checked interpreter's message names it.
    if trap.detail.is_some() && trap.kind != TrapKind::BadFree {
        return None;
    }
    let plain = |text: &str| FaultObject {
        text: text.into(),
        allocated: Vec::new(),
        freed: Vec::new(),
    };
    match trap.kind {
        TrapKind::NullAccess => run
            .shadow
            .fault(&run.machine, run.module, trap.a)
            .or_else(|| {
                (trap.a != 0).then(|| {
                    plain(&format!(
                        "the address is 0x{:x}, {} bytes behind null",
                        trap.a, trap.a
                    ))
                })
            }),
        TrapKind::BadAccess | TrapKind::ConstWrite | TrapKind::BadFree => run
            .shadow
            .fault(&run.machine, run.module, trap.a)
            .or_else(|| Some(plain("the address belongs to no object"))),
        TrapKind::Index | TrapKind::Slice => elements(run),
        TrapKind::DivideByZero
        | TrapKind::Shift
        | TrapKind::Unwrap
        | TrapKind::Variant
        | TrapKind::BadCall
        | TrapKind::BadCallSignature
        | TrapKind::Unreachable
        | TrapKind::Denied
        | TrapKind::Abort => None,
    }
}

/// What the index that failed its check would have been added to.
fn elements(run: &Run<'_, Sanitizer>) -> Option<FaultObject> {
    let (frame, stmt) = *run.unwound.first()?;
    let func = frame.func;
    let checked = match &stmt.kind {
        StmtKind::Set { local, .. } => Some(*local),
        _ => None,
    };
    let failed = |id: ExprId| match *func.expr(id) {
        Expr::Local(local) => Some(local) == checked,
        _ => false,
    };
    let mut base = None;
    for expr in &func.exprs {
        if let Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } = *expr
        {
            let mut found = false;
            func.for_each_node(b, &mut |id, _| found |= failed(id));
            if found {
                base = Some(a);
                break;
            }
        }
    }
    let (start, local) = start_of(run, frame, base?)?;
    let by_mark = local.and_then(|local| {
        run.shadow
            .object_of_local(run.module, frame.base + local.index())
    });
    by_mark
        .or_else(|| run.shadow.object_at(&run.machine, run.module, start))
        .or_else(|| {
            let (name, _) = state_of(run).named(frame, start)?;
            Some(FaultObject {
                text: format!("the elements are in '{name}'"),
                allocated: Vec::new(),
                freed: Vec::new(),
            })
        })
}

/// The value of an address that needs no more than locals, and the local it is, if it is one.
fn start_of(
    run: &Run<'_, Sanitizer>,
    frame: Frame<'_>,
    id: ExprId,
) -> Option<(u64, Option<LocalId>)> {
    match *frame.func.expr(id) {
        Expr::Local(local) => Some((*run.locals.get(frame.base + local.index())?, Some(local))),
        Expr::SlotAddr(slot) => Some((state_of(run).slot_address(frame, slot.index()), None)),
        Expr::GlobalAddr(global) => Some((run.machine.space.global_address(global)?, None)),
        Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } => match *frame.func.expr(b) {
            Expr::Const { bits, .. } => {
                let (start, local) = start_of(run, frame, a)?;
                Some((start.wrapping_add(bits), local))
            }
            _ => None,
        },
        _ => None,
    }
}
