//! Loops that do nothing but fill memory, copy it or step a linear recurrence `x = x * a + c`: as many iterations at
//! once as certainly neither trap nor run out of steps. The loop itself then does the rest, so nobody can tell.
//!
//! [`find`] recognises them in the IR; [`Bulk::run`] works on locals in their frame words, which the VM and the JIT
//! share. Both call it where the loop is entered, before its first step is counted.

#![allow(unsafe_code)]

use sx_ir::{
    BinaryOp, Block, CheckRel, Expr, ExprId, Function, GlobalId, LabelId, LocalId, Module,
    StmtKind, Ty,
};

use crate::ctx::VmCtx;

/// Loops of fewer iterations are left alone.
pub const FEWEST: u64 = 8;
/// Steps of a recurrence taken together.
const AT_ONCE: u64 = 8;
/// Counters, offsets and factors are smaller, so that sums and products of them don't wrap.
const FAR: i64 = 1 << 40;
const LARGEST_SCALE: i64 = 1 << 16;

/// A value that stays the same while the loop runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    Const(u64),
    Local(LocalId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Base {
    Operand(Operand),
    Global(GlobalId),
    /// That far below the end of the function's frame memory.
    Frame(i64),
}

/// `counter * scale + offset`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Affine {
    scale: i64,
    offset: i64,
}

/// An address, `base + at`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    base: Base,
    at: Affine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Fill {
        size: u64,
        to: Place,
        value: Operand,
    },
    /// `last`: gets what was copied in each iteration.
    Copy {
        size: u64,
        to: Place,
        from: Place,
        last: Option<LocalId>,
    },
    Recurrence {
        value: LocalId,
        factor: u64,
        sum: u64,
    },
}

/// A loop that can be run many iterations at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bulk {
    counter: LocalId,
    /// What the counter grows by.
    step: Operand,
    /// The loop goes on while the counter is less.
    limit: Operand,
    /// Checks: these are below those.
    checks: Vec<(Affine, Operand)>,
    /// Locals that are the counter and something in each iteration.
    derived: Vec<(LocalId, Affine)>,
    work: Work,
}

struct Finder<'a> {
    module: &'a Module,
    func: &'a Function,
    counter: LocalId,
    defs: Vec<LocalId>,
    checks: Vec<(Affine, Operand)>,
    derived: Vec<(LocalId, Affine)>,
}

/// What the loop comes to, if it is one of these. Only for targets with 64-bit little-endian memory.
pub fn find(module: &Module, func: &Function, label: LabelId, body: &Block) -> Option<Bulk> {
    let [first, rest @ .., last] = body.stmts.as_slice() else {
        return None;
    };
    let wide = module.target.pointer_size == 8;
    if !wide || module.target.endian == sx_ir::target::Endian::Big || rest.is_empty() {
        return None;
    }
    let (counter, limit) = guard(func, label, &first.kind)?;
    let StmtKind::Set { local, value } = last.kind else {
        return None;
    };
    let Expr::Binary {
        op: BinaryOp::Add,
        ty: Ty::I64,
        a,
        b: step,
    } = *func.expr(value)
    else {
        return None;
    };
    if local != counter || *func.expr(a) != Expr::Local(counter) {
        return None;
    }
    let mut defs = Vec::new();
    for stmt in &body.stmts[1..] {
        if !matches!(
            stmt.kind,
            StmtKind::Set { .. } | StmtKind::Store { .. } | StmtKind::Eval(_)
        ) {
            return None;
        }
        for def in stmt.kind.defs() {
            if defs.contains(&def) {
                return None;
            }
            defs.push(def);
        }
    }
    let mut finder = Finder {
        module,
        func,
        counter,
        defs,
        checks: Vec::new(),
        derived: Vec::new(),
    };
    let (limit, step) = (finder.operand(limit)?, finder.operand(step)?);
    let mut loaded: Option<(LocalId, Ty, Place)> = None;
    let mut work = None;
    for stmt in rest {
        match stmt.kind {
            StmtKind::Eval(value) => {
                finder.affine(value)?;
            }
            StmtKind::Set { local, value } => match *func.expr(value) {
                Expr::Load { ty, addr } if !ty.is_float() && loaded.is_none() && work.is_none() => {
                    loaded = Some((local, ty, finder.place(addr)?));
                }
                _ => match finder.recurrence(local, value) {
                    Some(found) if work.is_none() && loaded.is_none() => work = Some(found),
                    Some(_) => return None,
                    None => {
                        let value = finder.affine(value)?;
                        finder.derived.push((local, value));
                    }
                },
            },
            StmtKind::Store { ty, addr, value } if work.is_none() => {
                let to = finder.place(addr)?;
                work = Some(finder.store(ty, to, value, loaded.take())?);
            }
            _ => return None,
        }
    }
    if loaded.is_some() {
        return None;
    }
    Some(Bulk {
        counter,
        step,
        limit,
        work: work?,
        checks: finder.checks,
        derived: finder.derived,
    })
}

/// Counter and limit of `if counter >= limit { break }`.
fn guard(func: &Function, label: LabelId, kind: &StmtKind) -> Option<(LocalId, ExprId)> {
    let StmtKind::If { cond, then, els } = kind else {
        return None;
    };
    let leaves = |block: &Block| matches!(block.stmts.as_slice(), [only] if only.kind == StmtKind::Break(label));
    let Expr::Binary {
        op,
        ty: Ty::I64,
        a,
        b,
    } = *func.expr(*cond)
    else {
        return None;
    };
    // Negative numbers are refused when the loop is run, so the sign does not matter.
    let (out, stay) = match op {
        BinaryOp::GeS | BinaryOp::GeU => (then, els),
        BinaryOp::LtS | BinaryOp::LtU => (els, then),
        _ => return None,
    };
    match *func.expr(a) {
        Expr::Local(counter) if leaves(out) && stay.stmts.is_empty() => Some((counter, b)),
        _ => None,
    }
}

impl Finder<'_> {
    fn constant(&self, id: ExprId) -> Option<u64> {
        match *self.func.expr(id) {
            Expr::Const { bits, .. } => Some(bits),
            _ => None,
        }
    }

    fn operand(&self, id: ExprId) -> Option<Operand> {
        match *self.func.expr(id) {
            Expr::Const { bits, .. } => Some(Operand::Const(bits)),
            Expr::Local(local) if !self.defs.contains(&local) => Some(Operand::Local(local)),
            _ => None,
        }
    }

    /// A number that depends on the counter, noting the checks around it.
    fn affine(&mut self, id: ExprId) -> Option<Affine> {
        match *self.func.expr(id) {
            Expr::Local(local) if local == self.counter => Some(Affine {
                scale: 1,
                offset: 0,
            }),
            Expr::Local(local) => {
                let found = self.derived.iter().find(|(known, _)| *known == local);
                found.map(|(_, value)| *value)
            }
            Expr::Check {
                rel: CheckRel::Below,
                ty: Ty::I64,
                a,
                b,
                ..
            } => {
                let value = self.affine(a)?;
                self.checks.push((value, self.operand(b)?));
                Some(value)
            }
            Expr::Binary {
                op,
                ty: Ty::I64,
                a,
                b,
            } => {
                let by = self.constant(b)? as i64;
                let x = self.affine(a)?;
                let result = match op {
                    BinaryOp::Add => Affine {
                        offset: x.offset.checked_add(by)?,
                        ..x
                    },
                    BinaryOp::Mul => Affine {
                        scale: x.scale.checked_mul(by)?,
                        offset: x.offset.checked_mul(by)?,
                    },
                    BinaryOp::Shl if (0..16).contains(&by) => Affine {
                        scale: x.scale.checked_mul(1 << by)?,
                        offset: x.offset.checked_mul(1 << by)?,
                    },
                    _ => return None,
                };
                let small = (1..LARGEST_SCALE).contains(&result.scale);
                (small && result.offset.unsigned_abs() < FAR as u64).then_some(result)
            }
            _ => None,
        }
    }

    fn place(&mut self, addr: ExprId) -> Option<Place> {
        match *self.func.expr(addr) {
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                a,
                b,
                ..
            } => {
                if let Some(offset) = self.constant(b) {
                    let mut place = self.place(a)?;
                    place.at.offset = place.at.offset.checked_add(offset as i64)?;
                    return (place.at.offset.unsigned_abs() < FAR as u64).then_some(place);
                }
                let base = self.place(a)?;
                let at = self.affine(b)?;
                (base.at.scale == 0).then_some(Place {
                    base: base.base,
                    at: Affine {
                        scale: at.scale,
                        offset: base.at.offset.checked_add(at.offset)?,
                    },
                })
            }
            Expr::GlobalAddr(id) => {
                let inside = self.module.global(id).extern_symbol.is_none();
                inside.then_some(Place::of(Base::Global(id)))
            }
            Expr::SlotAddr(slot) => {
                let layout = self.func.frame_layout();
                let offset = *layout.offsets.get(slot.index())?;
                Some(Place::of(Base::Frame(
                    layout.size.checked_sub(offset)?.try_into().ok()?,
                )))
            }
            Expr::Local(_) | Expr::Const { .. } => {
                Some(Place::of(Base::Operand(self.operand(addr)?)))
            }
            _ => None,
        }
    }

    fn store(
        &mut self,
        ty: Ty,
        to: Place,
        value: ExprId,
        loaded: Option<(LocalId, Ty, Place)>,
    ) -> Option<Work> {
        let size = ty.size(8);
        if to.at.scale == 0 {
            return None;
        }
        let copy = |from: Place, last| {
            (from.at.scale != 0).then_some(Work::Copy {
                size,
                to,
                from,
                last,
            })
        };
        if let Some((local, of, from)) = loaded {
            let same = of == ty && *self.func.expr(value) == Expr::Local(local);
            return if same { copy(from, Some(local)) } else { None };
        }
        match *self.func.expr(value) {
            Expr::Load { ty: of, addr } if of == ty => copy(self.place(addr)?, None),
            Expr::Const { bits, .. } => Some(Work::Fill {
                size,
                to,
                value: Operand::Const(bits),
            }),
            Expr::Local(_) if !ty.is_float() => Some(Work::Fill {
                size,
                to,
                value: self.operand(value)?,
            }),
            _ => None,
        }
    }

    /// `x = x * a + c`.
    fn recurrence(&self, local: LocalId, value: ExprId) -> Option<Work> {
        let split = |id: ExprId, wanted: BinaryOp| match *self.func.expr(id) {
            Expr::Binary {
                op,
                ty: Ty::I64,
                a,
                b,
            } if op == wanted => self.constant(b).map(|by| (a, by)),
            _ => None,
        };
        let (product, sum) = split(value, BinaryOp::Add).unwrap_or((value, 0));
        let (x, factor) = split(product, BinaryOp::Mul).unwrap_or((product, 1));
        let own = *self.func.expr(x) == Expr::Local(local) && local != self.counter;
        (own && self.func.locals[local.index()].ty == Ty::I64).then_some(Work::Recurrence {
            value: local,
            factor,
            sum,
        })
    }
}

impl Place {
    fn of(base: Base) -> Place {
        Place {
            base,
            at: Affine {
                scale: 0,
                offset: 0,
            },
        }
    }

    fn base_local(self) -> Option<LocalId> {
        match self.base {
            Base::Operand(operand) => operand.local(),
            Base::Global(_) | Base::Frame(_) => None,
        }
    }
}

impl Operand {
    fn local(self) -> Option<LocalId> {
        match self {
            Operand::Local(local) => Some(local),
            Operand::Const(_) => None,
        }
    }
}

impl Affine {
    /// For counters that are known to be small.
    fn of(self, counter: i64) -> i64 {
        counter * self.scale + self.offset
    }
}

/// Memory that a run of iterations touches: address of the first access, and the distance to the next.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    stride: u64,
}

impl Bulk {
    /// The same with the addresses of globals put in; `None` if one has none.
    pub fn resolved(mut self, global: impl Fn(GlobalId) -> Option<u64>) -> Option<Bulk> {
        let resolve = |place: &mut Place| {
            if let Base::Global(id) = place.base {
                place.base = Base::Operand(Operand::Const(global(id)?));
            }
            Some(())
        };
        match &mut self.work {
            Work::Fill { to, .. } => resolve(to)?,
            Work::Copy { to, from, .. } => {
                resolve(to)?;
                resolve(from)?;
            }
            Work::Recurrence { .. } => {}
        }
        Some(self)
    }

    pub fn is_recurrence(&self) -> bool {
        matches!(self.work, Work::Recurrence { .. })
    }

    pub fn counter(&self) -> LocalId {
        self.counter
    }

    pub fn limit(&self) -> Operand {
        self.limit
    }

    /// Locals that have to be in their frame words before, besides those of [`Bulk::writes`] (some more than once).
    pub fn reads(&self) -> Vec<LocalId> {
        let mut out: Vec<LocalId> = [self.step, self.limit]
            .into_iter()
            .chain(self.checks.iter().map(|(_, bound)| *bound))
            .filter_map(Operand::local)
            .chain([self.counter])
            .collect();
        match self.work {
            Work::Fill { to, value, .. } => {
                out.extend([to.base_local(), value.local()].iter().flatten())
            }
            Work::Copy { to, from, .. } => {
                out.extend([to.base_local(), from.base_local()].iter().flatten())
            }
            Work::Recurrence { value, .. } => out.push(value),
        }
        out
    }

    /// Locals whose frame words change if any iteration was run.
    pub fn writes(&self) -> Vec<LocalId> {
        let mut out: Vec<LocalId> = self.derived.iter().map(|(local, _)| *local).collect();
        out.push(self.counter);
        match self.work {
            Work::Fill { .. } => {}
            Work::Copy { last, .. } => out.extend(last),
            Work::Recurrence { value, .. } => out.push(value),
        }
        out
    }

    /// Runs iterations, at most `steps`; yields how many.
    ///
    /// # Safety
    /// `frame` is the frame of a running function that the loop is part of, on the machine of `ctx`; `global` yields
    /// addresses of that machine's globals.
    pub unsafe fn run(
        &self,
        ctx: &VmCtx,
        frame: *mut u64,
        steps: u64,
        global: impl Fn(GlobalId) -> u64,
    ) -> u64 {
        // SAFETY: locals are words of the frame.
        let word = |local: LocalId| unsafe { frame.add(local.index()) };
        let value = |operand: Operand| match operand {
            Operand::Const(bits) => bits,
            // SAFETY: as above.
            Operand::Local(local) => unsafe { *word(local) },
        };
        let small = |bits: u64| i64::try_from(bits).ok().filter(|value| *value < FAR);
        let iterations = || {
            // SAFETY: as above.
            let first = small(unsafe { *word(self.counter) })?;
            let step = small(value(self.step)).filter(|step| *step > 0)?;
            // A far limit is as good as none: what is touched has to be in memory.
            let limit = i64::try_from(value(self.limit)).ok()?.min(FAR);
            let rounds = |end: i64, start: i64| {
                u64::try_from(end.checked_sub(start)?)
                    .ok()
                    .map(|distance| distance.div_ceil(step as u64))
            };
            let mut count = rounds(limit, first)?.min(steps);
            for (checked, bound) in &self.checks {
                let bound = i64::try_from(value(*bound)).ok()?.min(FAR);
                let start = checked.of(first);
                if start < 0 {
                    return None;
                }
                let each = step.checked_mul(checked.scale)? as u64;
                let distance = u64::try_from(bound.checked_sub(start)?).ok()?;
                count = count.min(distance.div_ceil(each));
            }
            (count >= FEWEST).then_some((first, step, count))
        };
        let Some((first, step, count)) = iterations() else {
            return 0;
        };
        let range = |place: Place| {
            let base = match place.base {
                Base::Operand(operand) => value(operand),
                Base::Global(id) => global(id),
                Base::Frame(back) => ctx.sp.wrapping_sub(back as u64),
            };
            Range {
                start: base.wrapping_add_signed(place.at.of(first)),
                stride: (place.at.scale * step) as u64,
            }
        };
        // All of it, or the loop itself finds what is wrong.
        let whole = |range: Range, size: u64| {
            let between = (count - 1).checked_mul(range.stride)?;
            between.checked_add(size)
        };
        match self.work {
            Work::Fill {
                size,
                to,
                value: byte,
            } => {
                let to = range(to);
                if !whole(to, size).is_some_and(|len| ctx.can_store(to.start, len)) {
                    return 0;
                }
                // SAFETY: the whole range was checked.
                unsafe { fill(ctx, to, size, count, value(byte)) };
            }
            Work::Copy {
                size,
                to,
                from,
                last,
            } => {
                let (to, from) = (range(to), range(from));
                let good = whole(to, size).is_some_and(|len| ctx.can_store(to.start, len))
                    && whole(from, size).is_some_and(|len| ctx.can_load(from.start, len));
                if !good {
                    return 0;
                }
                // SAFETY: both ranges were checked; the local is a word of the frame.
                unsafe {
                    let copied = copy(ctx, to, from, size, count);
                    if let Some(local) = last {
                        *word(local) = copied;
                    }
                }
            }
            Work::Recurrence {
                value: local,
                factor,
                sum,
            } => {
                // SAFETY: as above.
                unsafe { *word(local) = recur(*word(local), factor, sum, count) };
            }
        }
        let last = first + (count as i64 - 1) * step;
        // SAFETY: as above.
        unsafe {
            for (local, value) in &self.derived {
                *word(*local) = value.of(last) as u64;
            }
            *word(self.counter) = (last + step) as u64;
        }
        count
    }
}

fn recur(mut x: u64, factor: u64, sum: u64, mut count: u64) -> u64 {
    let (mut many, mut sums) = (1u64, 0u64);
    for _ in 0..AT_ONCE {
        (many, sums) = (
            many.wrapping_mul(factor),
            sums.wrapping_mul(factor).wrapping_add(sum),
        );
    }
    while count >= AT_ONCE {
        x = x.wrapping_mul(many).wrapping_add(sums);
        count -= AT_ONCE;
    }
    for _ in 0..count {
        x = x.wrapping_mul(factor).wrapping_add(sum);
    }
    x
}

/// # Safety
/// `count` values of `size` bytes, `to.stride` apart, may be written from `to.start` on.
unsafe fn fill(ctx: &VmCtx, to: Range, size: u64, count: u64, value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        let start = ctx.mem_base.add(to.start as usize);
        let bytes = value.to_le_bytes();
        if to.stride == size && bytes[..size as usize].iter().all(|byte| *byte == bytes[0]) {
            return start.write_bytes(bytes[0], (count * size) as usize);
        }
        let at = |i: u64| start.add((i * to.stride) as usize);
        match size {
            1 => (0..count).for_each(|i| *at(i) = value as u8),
            2 => (0..count).for_each(|i| at(i).cast::<u16>().write_unaligned(value as u16)),
            4 => (0..count).for_each(|i| at(i).cast::<u32>().write_unaligned(value as u32)),
            _ => (0..count).for_each(|i| at(i).cast::<u64>().write_unaligned(value)),
        }
    }
}

/// Copies value by value, from the first on; yields the last one.
///
/// # Safety
/// As for [`fill`], and the same for reading `from`.
unsafe fn copy(ctx: &VmCtx, to: Range, from: Range, size: u64, count: u64) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        let dst = ctx.mem_base.add(to.start as usize);
        let src = ctx.mem_base.add(from.start as usize);
        let len = count * size;
        let apart = to.start <= from.start || to.start - from.start >= len;
        let end = dst.add(((count - 1) * to.stride) as usize);
        if to.stride == size && from.stride == size && apart {
            std::ptr::copy(src, dst, len as usize);
            return read(end, size);
        }
        for i in 0..count {
            let value = read(src.add((i * from.stride) as usize), size);
            let at = dst.add((i * to.stride) as usize);
            match size {
                1 => *at = value as u8,
                2 => at.cast::<u16>().write_unaligned(value as u16),
                4 => at.cast::<u32>().write_unaligned(value as u32),
                _ => at.cast::<u64>().write_unaligned(value),
            }
        }
        read(end, size)
    }
}

/// # Safety
/// `size` bytes at `at` may be read.
unsafe fn read(at: *const u8, size: u64) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => u64::from(*at),
            2 => u64::from(at.cast::<u16>().read_unaligned()),
            4 => u64::from(at.cast::<u32>().read_unaligned()),
            _ => at.cast::<u64>().read_unaligned(),
        }
    }
}
