//! Decisions made before code is generated: where each local lives, and how large the frame is.

use crate::bits::Bits;
use crate::liveness::{Liveness, liveness};
use crate::nan::{NanPlan, nan_plan};
use crate::regs::{Gpr, PIN_GPRS, PIN_XMMS, RegSet, SCRATCH_GPRS, SCRATCH_XMMS, Xmm, bit};
use crate::scan::{Scan, scan};
use smallvec::SmallVec;
use sx_ir::{Block, FrameLayout, Function, LocalId};

/// Where a local is while its function runs. Frame words stay reserved for pinned locals: calls save them there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    Frame,
    Gpr(Gpr),
    Xmm(Xmm),
}

pub struct Plan {
    pub homes: Vec<Home>,
    pub live: Liveness,
    /// Locals that are used and that `live` does not track.
    pub untracked: Vec<LocalId>,
    pub slots: FrameLayout,
    /// Holds the context's `sp` (end of this function's slots), if it is worth a register.
    pub slot_pin: Option<Gpr>,
    /// Registers that temporaries may use.
    pub pool_gprs: RegSet,
    pub pool_xmms: RegSet,
    /// First frame word for spilled temporaries.
    pub spill_start: usize,
    /// Words of the frame; a callee's frame starts here.
    pub frame_words: usize,
    /// Words beyond that calls use for arguments and results.
    pub call_words: usize,
    /// Nesting of statements and expressions, for choosing a stack large enough for the recursion over them.
    pub depth: usize,
    pub nan: NanPlan,
    /// Parameters that are never written.
    pub constant_params: Bits,
}

/// Locals considered for pinning: the most used ones.
const MAX_TRACKED: usize = 1024;

/// `pin`: locals may live in registers.
pub fn plan(func: &Function, body: &Block, params: usize, results: usize, pin: bool) -> Plan {
    let count = func.locals.len();
    // Results are handed over in the first words of the frame while others may still wait among the temporaries.
    let spill_start = count.max(results);
    let mut uses = scan(func, body);
    let mut order: Vec<LocalId> = Vec::with_capacity(count);
    order.extend(
        (0..count)
            .map(LocalId::new)
            .filter(|l| uses.weights[l.index()] > 0),
    );
    order.sort_by_key(|l| std::cmp::Reverse(uses.weights[l.index()]));
    let untracked = if order.len() > MAX_TRACKED {
        order.split_off(MAX_TRACKED)
    } else {
        Vec::new()
    };
    let calls = std::mem::take(&mut uses.calls);
    let labels = func.labels as usize;
    let live = liveness(&uses.events, calls, count, labels, params, order);
    let mut homes = vec![Home::Frame; count];
    let mut slot_pin = None;
    if pin {
        slot_pin = assign(func, &uses, &live, &mut homes);
    }
    let (mut pool_gprs, mut pool_xmms) = (SCRATCH_GPRS, SCRATCH_XMMS);
    PIN_GPRS.iter().for_each(|r| pool_gprs |= bit(*r));
    PIN_XMMS.iter().for_each(|r| pool_xmms |= bit(*r));
    for home in &homes {
        match home {
            Home::Frame => {}
            Home::Gpr(r) => pool_gprs &= !bit(*r),
            Home::Xmm(r) => pool_xmms &= !bit(*r),
        }
    }
    if let Some(r) = slot_pin {
        pool_gprs &= !bit(r);
    }
    let mut constant_params = Bits::new(count);
    for param in (0..params.min(count)).map(LocalId::new) {
        if !uses.written.has(param) {
            constant_params.add(param);
        }
    }
    Plan {
        homes,
        live,
        untracked,
        slots: func.frame_layout(),
        slot_pin,
        pool_gprs,
        pool_xmms,
        spill_start,
        frame_words: spill_start + uses.height + 2,
        call_words: uses.call_words,
        depth: uses.depth,
        nan: nan_plan(func, body, params),
        constant_params,
    }
}

/// Gives registers to the most used locals; locals that are never needed at the same time may share one.
fn assign(func: &Function, uses: &Scan, live: &Liveness, homes: &mut [Home]) -> Option<Gpr> {
    let order = &live.tracked;
    let ints = order
        .iter()
        .filter(|l| !func.locals[l.index()].ty.is_float());
    // A slot address costs one load without a register, a local as much per use.
    let busier = ints
        .filter(|l| uses.weights[l.index()] > uses.slot_weight)
        .count();
    let mut gprs: &[Gpr] = &PIN_GPRS;
    let mut slot_pin = None;
    if uses.slot_weight > 1 && busier < PIN_GPRS.len() {
        slot_pin = gprs.last().copied();
        gprs = &gprs[..gprs.len() - 1];
    }
    let mut pinned: SmallVec<[LocalId; 32]> = SmallVec::new();
    for local in order {
        let mut taken: RegSet = 0;
        let float = func.locals[local.index()].ty.is_float();
        for other in &pinned {
            if live.conflict(*local, *other) {
                match homes[other.index()] {
                    Home::Gpr(r) if !float => taken |= bit(r),
                    Home::Xmm(r) if float => taken |= bit(r),
                    Home::Gpr(_) | Home::Xmm(_) | Home::Frame => {}
                }
            }
        }
        let regs: &[u8] = if float { &PIN_XMMS } else { gprs };
        if let Some(r) = regs.iter().find(|r| taken & bit(**r) == 0) {
            homes[local.index()] = if float { Home::Xmm(*r) } else { Home::Gpr(*r) };
            pinned.push(*local);
        }
    }
    slot_pin
}
