//! How long a run is likely to go on, from the loops it is in: how far the counters of those that count have come since
//! an earlier look, and how far they have to go. It decides when code is compiled and nothing else, so that a guess that
//! turns out wrong costs time only.
//!
//! # Safety
//! As in [`super`].

use sx_ir::FuncId;
use sx_machine::ctx::VmCtx;

use super::HALT;
use crate::isa::{Inst, Op};
use crate::vm::Vm;

/// Calls looked at; with more under way nothing is said.
const CALLS: usize = 32;
/// Loops followed, outermost first.
const LOOPS: usize = 4;
/// Instructions read in search of loops, at most.
const READ: usize = 600;

/// A loop under way.
#[derive(Clone, Copy)]
struct Progress {
    /// The branch that tests its counter, and the frame that holds it.
    branch: *const Inst,
    frame: *mut u64,
    /// How far the counter was from its bound when the loop was first seen, and steps until then.
    gap: u64,
    steps: u64,
}

/// The loops seen at the last look.
#[derive(Default)]
pub(crate) struct Foresight {
    loops: [Option<Progress>; LOOPS],
}

/// What is to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Forecast {
    /// Steps that the loops under way are still going to take.
    pub steps: u64,
    /// That is all that is known to be under way: the outermost loop is one of those that count.
    pub whole: bool,
}

/// Distance of the counter from its bound that a loop's last branch tests; `None` if it tests something else.
unsafe fn gap(inst: &Inst, frame: *mut u64) -> Option<u64> {
    // SAFETY: registers of a branch lie inside the frame.
    let (a, word, imm) = unsafe {
        let word = |r: u32| *frame.add(r as usize);
        (word(inst.a), word, i64::from(inst.b as i32) as u64)
    };
    let wide = |b: u64| Some((a.wrapping_sub(b) as i64).unsigned_abs());
    let narrow = |b: u64| Some(u64::from((a as i32).wrapping_sub(b as i32).unsigned_abs()));
    match inst.op {
        Op::LoopBrNe | Op::LoopBrLtU | Op::LoopBrLeU | Op::LoopBrLtS64 | Op::LoopBrLeS64 => {
            wide(word(inst.b))
        }
        Op::LoopBrNeI
        | Op::LoopBrLtUI
        | Op::LoopBrLeUI
        | Op::LoopBrGtUI
        | Op::LoopBrGeUI
        | Op::LoopBrLtS64I
        | Op::LoopBrLeS64I
        | Op::LoopBrGtS64I
        | Op::LoopBrGeS64I => wide(imm),
        Op::LoopBrLtS32 | Op::LoopBrLeS32 => narrow(word(inst.b)),
        Op::LoopBrLtS32I | Op::LoopBrLeS32I | Op::LoopBrGtS32I | Op::LoopBrGeS32I => narrow(imm),
        // Nothing that counts, or no loop's end.
        _ => None,
    }
}

fn is_loop_end(op: Op) -> bool {
    matches!(
        op,
        Op::LoopBack
            | Op::LoopBrEq
            | Op::LoopBrNe
            | Op::LoopBrLtU
            | Op::LoopBrLeU
            | Op::LoopBrEqI
            | Op::LoopBrNeI
            | Op::LoopBrLtUI
            | Op::LoopBrLeUI
            | Op::LoopBrGtUI
            | Op::LoopBrGeUI
            | Op::LoopBrLtS32
            | Op::LoopBrLtS64
            | Op::LoopBrLeS32
            | Op::LoopBrLeS64
            | Op::LoopBrLtS32I
            | Op::LoopBrLtS64I
            | Op::LoopBrLeS32I
            | Op::LoopBrLeS64I
            | Op::LoopBrGtS32I
            | Op::LoopBrGtS64I
            | Op::LoopBrGeS32I
            | Op::LoopBrGeS64I
    )
}

/// A forecast, with the innermost call at `ip` in `frame`; `steps` are those that the VM has run itself.
///
/// # Safety
/// See the module: `ip` is in the code of the innermost call, or where a dispatch loop ends.
pub(super) unsafe fn forecast(
    vm: &mut Vm<'_>,
    mut ip: *const Inst,
    mut frame: *mut u64,
    steps: u64,
) -> Forecast {
    // SAFETY: see the module. Each call of this dispatch loop has noted where it returns to, up to the loop's end.
    let (mut calls, mut count, mut depth) = ([(ip, frame, FuncId(0)); CALLS], 0, 0);
    unsafe {
        let ctx: *const VmCtx = &raw const (*vm.machine).ctx;
        depth += (*ctx).depth as usize;
        while depth > 0 && ip != HALT.ip() {
            let Some(call) = calls.get_mut(count) else {
                return Forecast::default();
            };
            depth -= 1;
            *call = (ip, frame, (*(*ctx).records.add(depth)).func);
            count += 1;
            let to = *vm.returns.add(depth);
            (ip, frame) = (to.ip, to.frame);
        }
    }
    let before = std::mem::take(&mut vm.foresight.loops);
    let mut out = Forecast::default();
    let (mut found, mut read) = (0, 0);
    for (ip, frame, func) in calls[..count].iter().rev() {
        let Some(code) = &vm.codes[func.index()] else {
            continue;
        };
        // What the outermost loop says covers all that runs in it.
        let outer = found == 0 && depth == 0;
        // SAFETY: the call is one of this function, so `ip` points into its code.
        let at = unsafe { ip.offset_from(code.insts.as_ptr()) } as usize;
        let rest = code.insts.get(at..).unwrap_or_default();
        for (from, inst) in rest.iter().enumerate() {
            read += 1;
            let begins = (at + from) as i64 + 1 + i64::from(inst.c as i32);
            if !is_loop_end(inst.op) || begins > at as i64 {
                continue;
            }
            // Loops end the later, the further out they are.
            out.whole &= !outer;
            // SAFETY: the frame is one of this function.
            let gap = unsafe { gap(inst, *frame) };
            let (Some(slot), Some(gap)) = (vm.foresight.loops.get_mut(found), gap) else {
                continue;
            };
            found += 1;
            let mut first = Progress {
                branch: inst,
                frame: *frame,
                gap,
                steps,
            };
            let same = |p: &&Progress| std::ptr::eq(p.branch, inst) && p.frame == *frame;
            // One that is further from its end than it was has been entered again.
            match before.iter().flatten().find(same) {
                Some(then) if then.gap > gap => {
                    let each = (steps - then.steps) / (then.gap - gap);
                    let left = each.saturating_mul(gap);
                    out.steps = if outer { left } else { out.steps.max(left) };
                    out.whole |= outer;
                    first = *then;
                }
                Some(then) if then.gap == gap => first = *then,
                Some(_) | None => {}
            }
            *slot = Some(first);
        }
        // One further in may have been entered again since, which looks like slow progress.
        if read > READ || out.whole {
            break;
        }
    }
    out
}
