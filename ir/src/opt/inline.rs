//! Small functions without calls, and those that just hand on to another one, are copied to where they are called. Positions of the copied code keep the frame that
//! is gone ([`crate::InlinedAt`]), so that stack traces don't change.
//!
//! What the callee finds zero at its entry must be zero at the call too: inside loops, slots are filled and locals that
//! may be read before they are set are cleared.

use super::effects::terminates;
use super::placeholder;
use crate::func::{
    Block, Call, CallConv, Callee, Expr, ExprId, FuncId, Function, LabelId, Linkage, LocId,
    LocalId, SlotId, Stmt, StmtKind,
};
use crate::locs::{InlinedAt, SrcLoc};
use crate::module::Module;
use crate::op::Ty;
use crate::walk::MAX_BLOCK_DEPTH;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Nodes and statements of a function that is inlined although it calls one.
const LARGEST_FORWARDER: u32 = 24;
/// Slots of a callee that are worth their clearing.
const MAX_FRAME: u64 = 128;
/// Nodes that inlining may add to any function; larger ones may double.
const MAX_GROWTH: usize = 4000;

/// Functions that were copied into each other: each copy makes the positions of all of them again.
const DEEPEST_COPY: usize = 24;

/// `funcs` with callees before callers, as far as there are no cycles.
pub(super) fn bottom_up(module: &Module, funcs: &[FuncId]) -> Vec<FuncId> {
    let wanted: FxHashSet<FuncId> = funcs.iter().copied().collect();
    let mut seen = FxHashSet::default();
    let mut out = Vec::new();
    for root in funcs {
        let mut stack = vec![(*root, false)];
        while let Some((id, done)) = stack.pop() {
            if done {
                out.push(id);
                continue;
            }
            if !seen.insert(id) {
                continue;
            }
            stack.push((id, true));
            let mut callees = Vec::new();
            if let Some(body) = module
                .funcs
                .get(id.index())
                .and_then(|func| func.body.as_ref())
            {
                body.for_each_stmt(&mut |stmt| {
                    if let StmtKind::Call(Call {
                        callee: Callee::Direct(target),
                        ..
                    }) = stmt.kind
                    {
                        callees.push(target);
                    }
                });
            }
            let new = callees
                .into_iter()
                .rev()
                .filter(|target| wanted.contains(target) && !seen.contains(target));
            stack.extend(new.map(|target| (target, false)));
        }
    }
    out
}

/// Inlines what can be in one function; whether that was anything.
pub(super) fn inline_calls(module: &mut Module, id: FuncId, limit: u32) -> bool {
    let Some(place) = module.funcs.get_mut(id.index()) else {
        return false;
    };
    let Some(mut body) = place.body.take() else {
        return false;
    };
    let sig = place.sig;
    let func = std::mem::replace(place, placeholder(sig));
    let room = func.exprs.len().max(MAX_GROWTH);
    let mut inliner = Inliner {
        module,
        func,
        limit,
        room,
        callees: FxHashMap::default(),
        changed: false,
    };
    inliner.block(&mut body, 1, false);
    let (mut func, changed) = (inliner.func, inliner.changed);
    func.body = Some(body);
    module.funcs[id.index()] = func;
    changed
}

/// A function that can be inlined, with what its copies need to know.
struct Candidate {
    func: Function,
    body: Block,
    size: usize,
    depth: u32,
    /// Locals that may be read before they are set.
    cleared: Vec<bool>,
    params: usize,
    /// All returns are the last statement of the body.
    straight: bool,
}

fn candidate(module: &Module, id: FuncId, limit: u32) -> Option<Candidate> {
    let func = module.funcs.get(id.index())?;
    let sig = module.sigs().get(func.sig.index())?;
    let body = func.body.as_ref()?;
    if func.linkage != Linkage::Internal && !matches!(func.linkage, Linkage::Export(_)) {
        return None;
    }
    if sig.conv != CallConv::Sx || sig.variadic || sig.noreturn || func.exprs.len() > limit as usize
    {
        return None;
    }
    if func.slots.iter().map(|slot| slot.size).sum::<u64>() > MAX_FRAME || frame_leaks(func, body) {
        return None;
    }
    let mut stmts = 0;
    let mut returns = 0;
    let (mut calls, mut loops) = (0, false);
    body.for_each_stmt(&mut |stmt| {
        stmts += 1;
        returns += usize::from(matches!(stmt.kind, StmtKind::Return(_)));
        loops |= matches!(stmt.kind, StmtKind::Loop { .. });
        if let StmtKind::Call(call) = &stmt.kind {
            calls += if call.callee == Callee::Direct(id) {
                2
            } else {
                1
            };
        }
    });
    let size = func.exprs.len() + stmts;
    // The address of a slot given to a call might be kept there.
    let hands_on = calls == 0 || calls == 1 && !loops && func.slots.is_empty();
    let limit = if calls == 0 {
        limit
    } else {
        limit.min(LARGEST_FORWARDER)
    };
    if !hands_on || size > limit as usize {
        return None;
    }
    if copies(module, func, body) >= DEEPEST_COPY {
        return None;
    }
    let ends_in_return = matches!(
        body.stmts.last(),
        Some(Stmt {
            kind: StmtKind::Return(_),
            ..
        })
    );
    let params = sig.params.len();
    let mut assigned = vec![false; func.locals.len()];
    assigned
        .iter_mut()
        .take(params)
        .for_each(|assigned| *assigned = true);
    let mut cleared = vec![false; func.locals.len()];
    read_before_set(module, func, body, &mut assigned, &mut cleared);
    Some(Candidate {
        func: Function {
            body: None,
            ..func.clone()
        },
        body: body.clone(),
        size,
        depth: depth(body),
        cleared,
        params,
        straight: returns == usize::from(ends_in_return),
    })
}

/// How many functions within each other the code of a body was copied from. What is left of a copy may be a part of
/// one expression.
fn copies(module: &Module, func: &Function, body: &Block) -> usize {
    let depth = |loc: LocId| {
        let mut at = module.loc(loc).inlined;
        let mut depth = 0;
        while let Some(inlined) = at {
            depth += 1;
            at = module.loc(inlined.at).inlined;
        }
        depth
    };
    let of_exprs = func.expr_locs.iter().map(|loc| depth(*loc)).max();
    let mut most = of_exprs.unwrap_or(0);
    body.for_each_stmt(&mut |stmt| most = most.max(depth(stmt.loc)));
    most
}

/// Whether the address of a slot may outlive the call. Such a pointer dangles, which has to stay noticeable: as part of
/// the caller's frame its target would live on.
fn frame_leaks(func: &Function, body: &Block) -> bool {
    if func.slots.is_empty() {
        return false;
    }
    // Locals that may hold an address in the frame.
    let mut tainted = vec![false; func.locals.len()];
    let mut leaks = false;
    loop {
        let mut changed = false;
        body.for_each_stmt(&mut |stmt| match &stmt.kind {
            StmtKind::Set { local, value } => {
                if !tainted[local.index()] && of_frame(func, *value, &tainted) {
                    tainted[local.index()] = true;
                    changed = true;
                }
            }
            StmtKind::Return(values) => {
                leaks |= values.iter().any(|value| of_frame(func, *value, &tainted));
            }
            StmtKind::Store { value, .. }
            | StmtKind::AtomicStore { value, .. }
            | StmtKind::AtomicRmw { value, .. }
            | StmtKind::AtomicCmpxchg { desired: value, .. } => {
                leaks |= of_frame(func, *value, &tainted);
            }
            StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::Call(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::Fence(_) => {}
        });
        if leaks || !changed {
            return leaks;
        }
    }
}

/// Whether a value may be made from the address of a slot.
fn of_frame(func: &Function, value: ExprId, tainted: &[bool]) -> bool {
    match &func.exprs[value.index()] {
        Expr::SlotAddr(_) => true,
        Expr::Local(local) => tainted[local.index()],
        // Addresses that are in memory were stored there, which is a leak already.
        Expr::Load { .. } => false,
        other => other
            .operands()
            .iter()
            .any(|operand| of_frame(func, *operand, tainted)),
    }
}

fn depth(block: &Block) -> u32 {
    let inner = block
        .stmts
        .iter()
        .flat_map(|stmt| stmt.kind.blocks())
        .map(depth)
        .max();
    1 + inner.unwrap_or(0)
}

/// Marks in `out` the locals that are read where they may not have been set. `assigned`: certainly set so far.
fn read_before_set(
    module: &Module,
    func: &Function,
    block: &Block,
    assigned: &mut Vec<bool>,
    out: &mut [bool],
) {
    for stmt in &block.stmts {
        for root in stmt.kind.operands() {
            func.for_each_node(root, &mut |_, expr| {
                if let Expr::Local(local) = *expr
                    && !assigned[local.index()]
                {
                    out[local.index()] = true;
                }
            });
        }
        for local in stmt.kind.defs() {
            assigned[local.index()] = true;
        }
        let before = assigned.clone();
        match &stmt.kind {
            StmtKind::Loop { body, .. } | StmtKind::Block { body, .. } => {
                // It may be left anywhere.
                read_before_set(module, func, body, assigned, out);
                *assigned = before;
            }
            StmtKind::If { .. } | StmtKind::Switch { .. } => {
                let mut after: Option<Vec<bool>> = None;
                for inner in stmt.kind.blocks() {
                    let mut state = before.clone();
                    read_before_set(module, func, inner, &mut state, out);
                    if terminates(module, inner) {
                        continue;
                    }
                    after = Some(match after {
                        Some(other) => other.iter().zip(&state).map(|(a, b)| *a && *b).collect(),
                        None => state,
                    });
                }
                *assigned = after.unwrap_or(before);
            }
            _ => {}
        }
    }
}

struct Inliner<'m> {
    module: &'m mut Module,
    /// The caller, without its body.
    func: Function,
    limit: u32,
    /// Nodes that may still be added.
    room: usize,
    callees: FxHashMap<FuncId, Option<Rc<Candidate>>>,
    changed: bool,
}

impl Inliner<'_> {
    fn block(&mut self, block: &mut Block, depth: u32, in_loop: bool) {
        let mut out = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            let in_loop = in_loop || matches!(stmt.kind, StmtKind::Loop { .. });
            for inner in stmt.kind.blocks_mut() {
                self.block(inner, depth + 1, in_loop);
            }
            match stmt.kind {
                StmtKind::Call(call) => self.call(call, stmt.loc, depth, in_loop, &mut out),
                kind => out.push(Stmt {
                    loc: stmt.loc,
                    kind,
                }),
            }
        }
        block.stmts = out;
    }

    fn callee(&mut self, callee: &Callee) -> Option<(FuncId, Rc<Candidate>)> {
        let Callee::Direct(id) = *callee else {
            return None;
        };
        let (module, limit) = (&*self.module, self.limit);
        let found = self
            .callees
            .entry(id)
            .or_insert_with(|| candidate(module, id, limit).map(Rc::new));
        Some((id, found.clone()?))
    }

    fn call(&mut self, call: Call, loc: LocId, depth: u32, in_loop: bool, out: &mut Vec<Stmt>) {
        let found = self.callee(&call.callee).filter(|(_, callee)| {
            callee.size <= self.room
                && depth + callee.depth < MAX_BLOCK_DEPTH
                && callee.params == call.args.len()
        });
        let Some((id, callee)) = found else {
            out.push(Stmt {
                loc,
                kind: StmtKind::Call(call),
            });
            return;
        };
        self.room -= callee.size;
        self.changed = true;
        let first_local = self.func.locals.len() as u32;
        let first_slot = self.func.slots.len() as u32;
        let first_label = self.func.labels;
        self.func.locals.extend(callee.func.locals.iter().cloned());
        self.func.slots.extend(callee.func.slots.iter().cloned());
        let end = LabelId(first_label + callee.func.labels);
        self.func.labels += callee.func.labels + 1;
        for (index, value) in call.args.iter().enumerate() {
            let local = LocalId(first_local + index as u32);
            out.push(Stmt {
                loc,
                kind: StmtKind::Set {
                    local,
                    value: *value,
                },
            });
        }
        let mut copier = Copier {
            inliner: self,
            callee: &callee,
            results: &call.results,
            first_local,
            first_slot,
            first_label,
            end,
            at: InlinedAt { func: id, at: loc },
            locs: FxHashMap::default(),
        };
        if in_loop {
            copier.clear(loc, out);
        }
        let mut body = copier.block(&callee.body);
        if callee.straight {
            out.append(&mut body.stmts);
        } else {
            out.push(Stmt {
                loc,
                kind: StmtKind::Block { label: end, body },
            });
        }
    }
}

/// Makes one copy of a callee.
struct Copier<'i, 'm> {
    inliner: &'i mut Inliner<'m>,
    callee: &'i Candidate,
    /// Where the caller wants the results.
    results: &'i [LocalId],
    first_local: u32,
    first_slot: u32,
    first_label: u32,
    /// Around the copy, for returns.
    end: LabelId,
    at: InlinedAt,
    locs: FxHashMap<LocId, LocId>,
}

impl Copier<'_, '_> {
    fn add(&mut self, expr: Expr, loc: LocId) -> ExprId {
        self.inliner.func.add_expr(expr, loc)
    }

    fn clear(&mut self, loc: LocId, out: &mut Vec<Stmt>) {
        for (index, local) in self.callee.func.locals.iter().enumerate() {
            if self.callee.cleared[index] {
                let value = self.add(
                    Expr::Const {
                        ty: local.ty,
                        bits: 0,
                    },
                    loc,
                );
                let local = LocalId(self.first_local + index as u32);
                out.push(Stmt {
                    loc,
                    kind: StmtKind::Set { local, value },
                });
            }
        }
        for (index, slot) in self.callee.func.slots.iter().enumerate() {
            let dst = self.add(Expr::SlotAddr(SlotId(self.first_slot + index as u32)), loc);
            let byte = self.add(
                Expr::Const {
                    ty: Ty::I8,
                    bits: 0,
                },
                loc,
            );
            let len = self.add(
                Expr::Const {
                    ty: Ty::I64,
                    bits: slot.size,
                },
                loc,
            );
            out.push(Stmt {
                loc,
                kind: StmtKind::Fill { dst, byte, len },
            });
        }
    }

    /// The position in the callee as one in the caller. Code that was inlined into the callee keeps its chain.
    fn loc(&mut self, old: LocId) -> LocId {
        if let Some(new) = self.locs.get(&old) {
            return *new;
        }
        let source = self.inliner.module.loc(old);
        let inlined = match source.inlined {
            Some(inner) => InlinedAt {
                func: inner.func,
                at: self.loc(inner.at),
            },
            None => self.at,
        };
        let new = self.inliner.module.add_loc(SrcLoc {
            inlined: Some(inlined),
            ..source
        });
        self.locs.insert(old, new);
        new
    }

    fn local(&self, old: LocalId) -> LocalId {
        LocalId(self.first_local + old.0)
    }

    fn label(&self, old: LabelId) -> LabelId {
        LabelId(self.first_label + old.0)
    }

    fn tree(&mut self, root: ExprId) -> ExprId {
        let callee = self.callee;
        let expr = match callee.func.exprs[root.index()] {
            Expr::Local(local) => Expr::Local(self.local(local)),
            Expr::SlotAddr(slot) => Expr::SlotAddr(SlotId(self.first_slot + slot.0)),
            other => other.map_operands(|operand| self.tree(operand)),
        };
        let loc = self.loc(callee.func.expr_locs[root.index()]);
        self.add(expr, loc)
    }

    fn block(&mut self, block: &Block) -> Block {
        let mut out = Vec::with_capacity(block.stmts.len());
        for stmt in &block.stmts {
            self.stmt(stmt, &mut out);
        }
        Block { stmts: out }
    }

    fn stmt(&mut self, stmt: &Stmt, out: &mut Vec<Stmt>) {
        let loc = self.loc(stmt.loc);
        let mut kind = match &stmt.kind {
            StmtKind::Return(values) => {
                for (local, value) in self.results.iter().zip(values) {
                    let value = self.tree(*value);
                    out.push(Stmt {
                        loc,
                        kind: StmtKind::Set {
                            local: *local,
                            value,
                        },
                    });
                }
                if !self.callee.straight {
                    out.push(Stmt {
                        loc,
                        kind: StmtKind::Break(self.end),
                    });
                }
                return;
            }
            // The blocks are copied one by one, so that the rest can be cloned.
            StmtKind::If { cond, then, els } => {
                let cond = self.tree(*cond);
                let (then, els) = (self.block(then), self.block(els));
                out.push(Stmt {
                    loc,
                    kind: StmtKind::If { cond, then, els },
                });
                return;
            }
            StmtKind::Block { label, body } => StmtKind::Block {
                label: self.label(*label),
                body: self.block(body),
            },
            StmtKind::Loop { label, body } => StmtKind::Loop {
                label: self.label(*label),
                body: self.block(body),
            },
            StmtKind::Switch {
                ty,
                value,
                cases,
                default,
            } => {
                let value = self.tree(*value);
                let cases = cases.iter().map(|case| crate::func::SwitchCase {
                    values: case.values.clone(),
                    body: self.block(&case.body),
                });
                let cases = cases.collect();
                let default = self.block(default);
                out.push(Stmt {
                    loc,
                    kind: StmtKind::Switch {
                        ty: *ty,
                        value,
                        cases,
                        default,
                    },
                });
                return;
            }
            StmtKind::Break(label) => StmtKind::Break(self.label(*label)),
            StmtKind::Continue(label) => StmtKind::Continue(self.label(*label)),
            other => other.clone(),
        };
        kind.map_operands(|root| self.tree(root));
        kind.map_defs(|local| self.local(local));
        out.push(Stmt { loc, kind });
    }
}
