//! Copies, constants and addresses go to where locals are read, stored and loaded values to later loads of the same
//! place; checks that were made before go. One walk in program order; what is known is dropped where paths meet.

use super::effects::{Base, address_of, constant, in_object, terminates};
use super::fold::{fold_expr, taken_branch};
use crate::func::{Block, Expr, ExprId, FuncId, Function, LocalId, SlotId, Stmt, StmtKind};
use crate::module::{GlobalId, Module};
use crate::op::{BinaryOp, CheckRel, Ty};
use smallvec::SmallVec;

/// Remembered places; more are rarely live in straight-line code.
const MAX_PLACES: usize = 16;
/// Remembered computed values.
const MAX_COMPUTED: usize = 24;
/// Words of the longest one, see [`Forward::computation`].
const LONGEST_COMPUTATION: usize = 20;

pub(super) fn run(module: &Module, func: &mut Function, fold: bool) {
    let Some(mut body) = func.body.take() else {
        return;
    };
    let params = module
        .sigs()
        .get(func.sig.index())
        .map_or(0, |sig| sig.params.len());
    let count = func.locals.len();
    // Locals are zero when the function is entered.
    let known = (0..count)
        .map(|index| (index >= params).then_some(Value::Const(0)))
        .collect();
    let mut broken = vec![false; func.labels as usize];
    body.for_each_stmt(&mut |stmt| {
        if let StmtKind::Break(label) = stmt.kind
            && let Some(flag) = broken.get_mut(label.index())
        {
            *flag = true;
        }
    });
    let mut pass = Forward {
        module,
        func,
        fold,
        known,
        version: vec![0; count],
        versions: 0,
        log: Vec::new(),
        seen: vec![0; count],
        regions: 0,
        places: Vec::new(),
        facts: Vec::new(),
        computed: Vec::new(),
        broken,
    };
    pass.block(&mut body);
    func.body = Some(body);
}

/// A value that can be had again without evaluating anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Value {
    Const(u64),
    /// The local, as long as it has this version.
    Local(LocalId, u32),
    Slot(SlotId, i64),
    Global(GlobalId),
    Func(FuncId),
}

/// A relation that was checked.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fact {
    rel: CheckRel,
    ty: Ty,
    a: Value,
    b: Value,
}

/// What was computed, and the local that holds the result.
#[derive(Clone)]
struct Computed {
    what: SmallVec<[u64; LONGEST_COMPUTATION]>,
    local: LocalId,
    version: u32,
}

/// Memory known to hold a value.
#[derive(Clone, Copy)]
struct Place {
    base: Base,
    /// Version of a base that is a local.
    version: u32,
    offset: i64,
    ty: Ty,
    size: u64,
    value: Value,
    /// Certainly inside its object.
    inside: bool,
}

struct Forward<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    fold: bool,
    known: Vec<Option<Value>>,
    version: Vec<u32>,
    versions: u32,
    /// What was known before each definition, to go back to.
    log: Vec<(LocalId, Option<Value>, u32)>,
    /// Last region that counted the local, see [`Self::defined_since`].
    seen: Vec<u32>,
    regions: u32,
    places: Vec<Place>,
    facts: Vec<Fact>,
    computed: Vec<Computed>,
    /// Labels with a `break`.
    broken: Vec<bool>,
}

impl Forward<'_, '_> {
    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::with_capacity(block.stmts.len());
        let mut todo = Vec::new();
        for stmt in std::mem::take(&mut block.stmts) {
            todo.push(stmt);
            // Only a branch on a constant puts more on the stack.
            while let Some(stmt) = todo.pop() {
                self.stmt(stmt, &mut todo, &mut out);
            }
        }
        block.stmts = out;
    }

    fn stmt(&mut self, mut stmt: Stmt, todo: &mut Vec<Stmt>, out: &mut Vec<Stmt>) {
        let mut roots = stmt.kind.operands();
        for root in &mut roots {
            self.replace(*root);
            if self.fold {
                *root = fold_expr(self.module, self.func, *root);
            }
        }
        let mut changed = roots.into_iter();
        stmt.kind.map_operands(|old| changed.next().unwrap_or(old));
        if self.fold
            && let Some(taken) = taken_branch(self.func, &mut stmt.kind)
        {
            todo.extend(taken.stmts.into_iter().rev());
            return;
        }
        match &mut stmt.kind {
            StmtKind::Set { local, value } => {
                let (local, value) = (*local, *value);
                if *self.func.expr(value) == Expr::Local(local) {
                    return;
                }
                let place = self.loaded_place(value);
                // A counter's step stays what it is: other passes look for it.
                let what = match *self.func.expr(value) {
                    Expr::Binary {
                        op: BinaryOp::Add,
                        a,
                        ..
                    } if *self.func.expr(a) == Expr::Local(local) => None,
                    _ => self.computation(value),
                };
                if let Some(what) = &what {
                    self.reuse(value, what);
                }
                let known = self.value_of(value);
                // It holds that already. Zero at entry does not count: native code does not clear what is set first.
                if known.is_some()
                    && known == self.known[local.index()]
                    && self.version[local.index()] != 0
                {
                    return;
                }
                // A check yields its first operand.
                let known = known.or_else(|| self.value_of(unchecked(self.func, value)));
                self.define(local, known);
                if let Some(what) = what
                    && known.is_none()
                {
                    if self.computed.len() >= MAX_COMPUTED {
                        self.computed.remove(0);
                    }
                    self.computed.push(Computed {
                        what,
                        local,
                        version: self.version[local.index()],
                    });
                }
                if let Some(mut place) = place {
                    place.value = known.unwrap_or(Value::Local(local, self.version[local.index()]));
                    self.remember(place);
                }
            }
            StmtKind::Store { ty, addr, value } => {
                let (ty, addr, value) = (*ty, *addr, *value);
                match self.place(ty, addr) {
                    Some(mut place) => {
                        self.places.retain(|other| disjoint(other, &place));
                        if let Some(value) = self.value_of(value) {
                            place.value = value;
                            self.remember(place);
                        }
                    }
                    None => self.places.clear(),
                }
            }
            StmtKind::Eval(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_) => {}
            StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Call(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {
                self.places.clear();
                for local in stmt.kind.defs() {
                    self.define(local, None);
                }
            }
            StmtKind::If { then, els, .. } => self.branches(&mut [then, els]),
            StmtKind::Switch { cases, default, .. } => {
                let mut blocks: Vec<&mut Block> =
                    cases.iter_mut().map(|case| &mut case.body).collect();
                blocks.push(default);
                self.branches(&mut blocks);
            }
            StmtKind::Block { label, body } => {
                let joins = self.broken.get(label.index()).copied().unwrap_or(true);
                let mark = self.log.len();
                let facts = self.facts.clone();
                let computed = self.computed.clone();
                self.block(body);
                if joins {
                    self.forget_body(mark, body);
                    self.facts = facts;
                    self.computed = computed;
                }
            }
            StmtKind::Loop { body, .. } => {
                let mut defined = Vec::new();
                body.for_each_stmt(&mut |stmt| defined.extend(stmt.kind.defs()));
                for local in defined {
                    self.define(local, None);
                }
                self.places.clear();
                let mark = self.log.len();
                let facts = self.facts.clone();
                let computed = self.computed.clone();
                self.block(body);
                self.roll_back(mark);
                self.places.clear();
                self.facts = facts;
                self.computed = computed;
            }
        }
        out.push(stmt);
    }

    /// Alternatives that start with what is known now and meet at their ends.
    fn branches(&mut self, blocks: &mut [&mut Block]) {
        let going_on: Vec<bool> = blocks
            .iter()
            .map(|block| !terminates(self.module, block))
            .collect();
        let only_one = going_on.iter().filter(|on| **on).count() == 1;
        let mark = self.log.len();
        let places = self.places.clone();
        let facts = self.facts.clone();
        let computed = self.computed.clone();
        let mut defined = Vec::new();
        let mut last = None;
        for (block, going_on) in blocks.iter_mut().zip(going_on) {
            if only_one && going_on {
                last = Some(block);
                continue;
            }
            self.block(block);
            if going_on {
                self.defined_since(mark, &mut defined);
            }
            self.roll_back(mark);
            self.places.clone_from(&places);
            self.facts.clone_from(&facts);
            self.computed.clone_from(&computed);
        }
        match last {
            // What the one block that goes on knows at its end holds afterwards.
            Some(block) => self.block(block),
            None => {
                for local in defined {
                    self.define(local, None);
                }
                self.places.clear();
            }
        }
    }

    /// Locals defined after `mark`, about once each.
    fn defined_since(&mut self, mark: usize, out: &mut Vec<LocalId>) {
        self.regions += 1;
        for (local, ..) in &self.log[mark..] {
            if std::mem::replace(&mut self.seen[local.index()], self.regions) != self.regions {
                out.push(*local);
            }
        }
    }

    fn roll_back(&mut self, mark: usize) {
        while self.log.len() > mark {
            if let Some((local, known, version)) = self.log.pop() {
                self.known[local.index()] = known;
                self.version[local.index()] = version;
            }
        }
    }

    /// After a region that can be left in several places: what branches that leave it define has been rolled back, so
    /// all that is set anywhere in it counts.
    fn forget_body(&mut self, mark: usize, body: &Block) {
        let mut defined = Vec::new();
        body.for_each_stmt(&mut |stmt| defined.extend(stmt.kind.defs()));
        self.defined_since(mark, &mut defined);
        self.roll_back(mark);
        for local in defined {
            self.define(local, None);
        }
        self.places.clear();
    }

    fn define(&mut self, local: LocalId, value: Option<Value>) {
        let index = local.index();
        self.log
            .push((local, self.known[index], self.version[index]));
        self.versions += 1;
        self.version[index] = self.versions;
        self.known[index] = value;
    }

    fn current(&self, value: Value) -> bool {
        match value {
            Value::Local(local, version) => self.version[local.index()] == version,
            Value::Const(_) | Value::Slot(..) | Value::Global(_) | Value::Func(_) => true,
        }
    }

    /// The value of a folded expression, if it is one that can be had again.
    fn value_of(&self, id: ExprId) -> Option<Value> {
        match *self.func.expr(id) {
            Expr::Const { bits, .. } => Some(Value::Const(bits)),
            Expr::Local(local) => Some(Value::Local(local, self.version[local.index()])),
            Expr::GlobalAddr(global) => Some(Value::Global(global)),
            Expr::FuncAddr(func) => Some(Value::Func(func)),
            Expr::SlotAddr(_)
            | Expr::Binary {
                op: BinaryOp::PtrAdd,
                ..
            } => match address_of(self.func, id)? {
                (Base::Slot(slot), offset) => Some(Value::Slot(slot, offset)),
                (Base::Global(_) | Base::Local(_), _) => None,
            },
            _ => None,
        }
    }

    /// Puts known values in the place of locals and loads in the tree.
    fn replace(&mut self, id: ExprId) {
        let expr = *self.func.expr(id);
        match expr {
            Expr::Local(local) => {
                if let Some(value) = self.known[local.index()].filter(|value| self.current(*value))
                {
                    let ty = self.func.locals[local.index()].ty;
                    self.put(id, ty, value);
                }
            }
            Expr::Load { ty, addr } => {
                self.replace(addr);
                let Some(wanted) = self.place(ty, addr) else {
                    return;
                };
                let found = self.places.iter().rev().find(|place| {
                    place.base == wanted.base
                        && place.version == wanted.version
                        && place.offset == wanted.offset
                        && place.ty == ty
                        && self.current(place.value)
                });
                if let Some(value) = found.map(|place| place.value) {
                    self.put(id, ty, value);
                }
            }
            Expr::Const { .. } | Expr::SlotAddr(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_) => {}
            Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => {
                for operand in expr.operands() {
                    self.replace(operand);
                }
                if let Expr::Check { rel, ty, a, b, .. } = expr {
                    self.check(id, rel, ty, a, b);
                }
                // So that addresses of slots with constant offsets are recognised in the load around this.
                if self.fold
                    && let Expr::Binary {
                        op: BinaryOp::PtrAdd,
                        ..
                    } = expr
                {
                    self.merge_offsets(id);
                }
            }
        }
    }

    /// What an expression computes from constants and locals as they are now: equal ones have equal results. `None` for
    /// what reads memory, is large, or is a value already.
    fn computation(&self, root: ExprId) -> Option<SmallVec<[u64; LONGEST_COMPUTATION]>> {
        if matches!(
            self.func.expr(root),
            Expr::Const { .. }
                | Expr::Local(_)
                | Expr::Load { .. }
                | Expr::SlotAddr(_)
                | Expr::GlobalAddr(_)
                | Expr::FuncAddr(_)
        ) {
            return None;
        }
        let mut out = SmallVec::new();
        self.describe(root, &mut out).then_some(out)
    }

    fn describe(&self, id: ExprId, out: &mut SmallVec<[u64; LONGEST_COMPUTATION]>) -> bool {
        // A word that tells what follows, then one with the details; no two expressions read the same.
        let (kind, detail): (u64, u64) = match *self.func.expr(id) {
            Expr::Const { ty, bits } => (ty as u64, bits),
            Expr::Local(local) => {
                let version = u64::from(self.version[local.index()]);
                (0x100, u64::from(local.0) << 32 | version)
            }
            Expr::Load { .. } => return false,
            Expr::SlotAddr(slot) => (0x200, u64::from(slot.0)),
            Expr::GlobalAddr(global) => (0x300, u64::from(global.0)),
            Expr::FuncAddr(func) => (0x400, u64::from(func.0)),
            Expr::Unary { op, ty, .. } => (0x500, (op as u64) << 8 | ty as u64),
            Expr::Binary { op, ty, .. } => (0x600, (op as u64) << 8 | ty as u64),
            Expr::Convert { op, from, to, .. } => {
                (0x700, (op as u64) << 16 | (from as u64) << 8 | to as u64)
            }
            Expr::Wrap {
                ty, bits, signed, ..
            } => (
                0x800,
                u64::from(bits) << 16 | (ty as u64) << 8 | u64::from(signed),
            ),
            Expr::Select { ty, .. } => (0x900, ty as u64),
            Expr::Check { kind, rel, ty, .. } => {
                (0xa00, (kind as u64) << 16 | (rel as u64) << 8 | ty as u64)
            }
        };
        if out.len() + 2 > LONGEST_COMPUTATION {
            return false;
        }
        out.extend([kind, detail]);
        let operands = self.func.expr(id).operands();
        operands.iter().all(|operand| self.describe(*operand, out))
    }

    /// Takes the result from a local that holds it still.
    fn reuse(&mut self, root: ExprId, what: &[u64]) {
        let found = self.computed.iter().rev().find(|computed| {
            computed.what.as_slice() == what
                && self.version[computed.local.index()] == computed.version
        });
        if let Some(local) = found.map(|computed| computed.local) {
            self.func.exprs[root.index()] = Expr::Local(local);
        }
    }

    /// A relation that was checked before holds still. The function checks it once.
    fn check(&mut self, id: ExprId, rel: CheckRel, ty: Ty, a: ExprId, b: ExprId) {
        let (Some(x), Some(y)) = (self.value_of(a), self.value_of(b)) else {
            return;
        };
        let fact = Fact {
            rel,
            ty,
            a: x,
            b: y,
        };
        if self.facts.contains(&fact) {
            self.func.exprs[id.index()] = *self.func.expr(a);
            return;
        }
        if self.facts.len() >= MAX_PLACES {
            self.facts.remove(0);
        }
        self.facts.push(fact);
    }

    /// `(a + 8) + 16` to `a + 24`.
    fn merge_offsets(&mut self, id: ExprId) {
        let func = &mut *self.func;
        if let Expr::Binary {
            op: BinaryOp::PtrAdd,
            ty,
            a,
            b,
        } = *func.expr(id)
            && let Some(second) = constant(func, b)
            && let Expr::Binary {
                op: BinaryOp::PtrAdd,
                a: base,
                b: inner,
                ..
            } = *func.expr(a)
            && let Some(first) = constant(func, inner)
        {
            func.exprs[b.index()] = Expr::Const {
                ty: Ty::I64,
                bits: first.wrapping_add(second),
            };
            func.exprs[id.index()] = Expr::Binary {
                op: BinaryOp::PtrAdd,
                ty,
                a: base,
                b,
            };
        }
    }

    fn put(&mut self, id: ExprId, ty: Ty, value: Value) {
        let expr = match value {
            Value::Const(bits) => Expr::Const { ty, bits },
            Value::Local(local, _) => Expr::Local(local),
            Value::Global(global) => Expr::GlobalAddr(global),
            Value::Func(func) => Expr::FuncAddr(func),
            Value::Slot(slot, 0) => Expr::SlotAddr(slot),
            Value::Slot(slot, offset) => {
                let loc = self.func.expr_locs[id.index()];
                let a = self.func.add_expr(Expr::SlotAddr(slot), loc);
                let b = self.func.add_expr(
                    Expr::Const {
                        ty: Ty::I64,
                        bits: offset as u64,
                    },
                    loc,
                );
                Expr::Binary {
                    op: BinaryOp::PtrAdd,
                    ty: Ty::Ptr,
                    a,
                    b,
                }
            }
        };
        self.func.exprs[id.index()] = expr;
    }

    /// The place at `addr`, without a value.
    fn place(&self, ty: Ty, addr: ExprId) -> Option<Place> {
        let (base, offset) = address_of(self.func, addr)?;
        let version = match base {
            Base::Local(local) => self.version[local.index()],
            Base::Slot(_) | Base::Global(_) => 0,
        };
        let size = ty.size(self.module.target.pointer_size);
        let inside = in_object(self.module, self.func, base, offset, size);
        Some(Place {
            base,
            version,
            offset,
            ty,
            size,
            value: Value::Const(0),
            inside,
        })
    }

    fn loaded_place(&self, id: ExprId) -> Option<Place> {
        match *self.func.expr(id) {
            Expr::Load { ty, addr } => self.place(ty, addr),
            _ => None,
        }
    }

    fn remember(&mut self, place: Place) {
        if self.places.len() >= MAX_PLACES {
            self.places.remove(0);
        }
        self.places.push(place);
    }
}

/// The value that checks around it yield.
fn unchecked(func: &Function, mut id: ExprId) -> ExprId {
    while let Expr::Check { a, .. } = *func.expr(id) {
        id = a;
    }
    id
}

/// Whether writing one place leaves the other alone.
fn disjoint(a: &Place, b: &Place) -> bool {
    if a.base == b.base && a.version == b.version {
        return a.offset + a.size as i64 <= b.offset || b.offset + b.size as i64 <= a.offset;
    }
    let object = |place: &Place| place.inside && !matches!(place.base, Base::Local(_));
    a.base != b.base && object(a) && object(b)
}
