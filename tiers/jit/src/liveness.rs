//! Which locals are needed later, at the points where code generation asks: function entry, loop headers and calls.
//! A backward walk over the statement tree; loops repeat until nothing changes.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use sx_ir::{Block, Call, Callee, Expr, ExprId, Function, LabelId, LocalId, Stmt, StmtKind};

/// A set of locals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits(SmallVec<[u64; 2]>);

impl Bits {
    pub fn new(len: usize) -> Bits {
        Bits(SmallVec::from_elem(0, len.div_ceil(64).max(1)))
    }

    pub fn has(&self, local: LocalId) -> bool {
        self.0
            .get(local.index() / 64)
            .is_some_and(|w| w >> (local.index() % 64) & 1 != 0)
    }

    pub fn add(&mut self, local: LocalId) {
        if let Some(w) = self.0.get_mut(local.index() / 64) {
            *w |= 1 << (local.index() % 64);
        }
    }

    pub fn remove(&mut self, local: LocalId) {
        if let Some(w) = self.0.get_mut(local.index() / 64) {
            *w &= !(1 << (local.index() % 64));
        }
    }

    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds all of `other`; whether anything was new.
    pub fn union(&mut self, other: &Bits) -> bool {
        let mut grown = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            grown |= *b & !*a != 0;
            *a |= b;
        }
        grown
    }

    pub fn iter(&self) -> impl Iterator<Item = LocalId> + '_ {
        self.0.iter().enumerate().flat_map(|(i, w)| {
            let mut rest = *w;
            std::iter::from_fn(move || {
                let at = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    LocalId::new(i * 64 + at as usize)
                })
            })
        })
    }
}

/// Identity of a statement while its function stands still.
fn stmt_key(stmt: &Stmt) -> usize {
    std::ptr::from_ref(stmt) as usize
}

/// Sets in here are of positions in `tracked`, so that functions with very many locals stay cheap.
pub struct Liveness {
    /// The locals that are followed; about others nothing is known.
    pub tracked: Vec<LocalId>,
    position: Vec<Option<LocalId>>,
    entry: Bits,
    /// Per call: locals needed after it, its results not counted.
    calls: FxHashMap<usize, Bits>,
    /// Per loop label: locals needed at its header.
    headers: FxHashMap<LabelId, Bits>,
    /// Per local: locals that are needed at a point where it is written.
    conflicts: Vec<Bits>,
}

impl Liveness {
    fn locals<'a>(&'a self, bits: &'a Bits) -> impl Iterator<Item = LocalId> + 'a {
        bits.iter().map(|at| self.tracked[at.index()])
    }

    /// Locals whose initial value is used.
    pub fn at_entry(&self) -> Vec<LocalId> {
        self.locals(&self.entry).collect()
    }

    pub fn after_call(&self, stmt: &Stmt) -> Vec<LocalId> {
        self.calls
            .get(&stmt_key(stmt))
            .map(|bits| self.locals(bits).collect())
            .unwrap_or_default()
    }

    pub fn at_header(&self, label: LabelId) -> Vec<LocalId> {
        self.headers
            .get(&label)
            .map(|bits| self.locals(bits).collect())
            .unwrap_or_default()
    }

    /// Whether two tracked locals can't share a register.
    pub fn conflict(&self, a: LocalId, b: LocalId) -> bool {
        match (self.position[a.index()], self.position[b.index()]) {
            (Some(a), Some(b)) => {
                self.conflicts[a.index()].has(b) || self.conflicts[b.index()].has(a)
            }
            _ => true,
        }
    }
}

/// Calls `f` on each child of `expr`.
pub fn for_each_child(expr: &Expr, mut f: impl FnMut(ExprId)) {
    match *expr {
        Expr::Const { .. }
        | Expr::Local(_)
        | Expr::SlotAddr(_)
        | Expr::GlobalAddr(_)
        | Expr::FuncAddr(_) => {}
        Expr::Load { addr: a, .. }
        | Expr::Unary { a, .. }
        | Expr::Convert { a, .. }
        | Expr::Wrap { a, .. } => f(a),
        Expr::Binary { a, b, .. } | Expr::Check { a, b, .. } => {
            f(a);
            f(b);
        }
        Expr::Select { cond, a, b, .. } => {
            f(cond);
            f(a);
            f(b);
        }
    }
}

/// Calls `f` on every node of the tree at `root`.
pub fn for_each_node(func: &Function, root: ExprId, mut f: impl FnMut(ExprId, &Expr)) {
    let mut todo: SmallVec<[ExprId; 16]> = SmallVec::new();
    todo.push(root);
    while let Some(id) = todo.pop() {
        let expr = func.expr(id);
        f(id, expr);
        for_each_child(expr, |child| todo.push(child));
    }
}

/// The expression trees a statement evaluates itself, in order.
pub fn stmt_exprs(kind: &StmtKind) -> SmallVec<[ExprId; 4]> {
    let mut out = SmallVec::new();
    match kind {
        StmtKind::Set { value, .. } | StmtKind::Eval(value) | StmtKind::Switch { value, .. } => {
            out.push(*value)
        }
        StmtKind::If { cond, .. } => out.push(*cond),
        StmtKind::Store { addr, value, .. }
        | StmtKind::AtomicStore { addr, value, .. }
        | StmtKind::AtomicRmw { addr, value, .. } => out.extend([*addr, *value]),
        StmtKind::Copy { dst, src, len } => out.extend([*dst, *src, *len]),
        StmtKind::Fill { dst, byte, len } => out.extend([*dst, *byte, *len]),
        StmtKind::AtomicLoad { addr, .. } => out.push(*addr),
        StmtKind::AtomicCmpxchg {
            addr,
            expected,
            desired,
            ..
        } => out.extend([*addr, *expected, *desired]),
        StmtKind::Return(values) => out.extend(values.iter().copied()),
        StmtKind::Call(Call { callee, args, .. }) => {
            if let Callee::Indirect { target, .. } = callee {
                out.push(*target);
            }
            out.extend(args.iter().copied());
        }
        StmtKind::Block { .. }
        | StmtKind::Loop { .. }
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Trap(_)
        | StmtKind::Fence(_) => {}
    }
    out
}

/// The locals a statement itself writes.
pub fn stmt_defs(kind: &StmtKind) -> SmallVec<[LocalId; 2]> {
    match kind {
        StmtKind::Set { local, .. } => SmallVec::from_elem(*local, 1),
        StmtKind::Call(call) => call.results.clone(),
        StmtKind::AtomicLoad { dst, .. } | StmtKind::AtomicRmw { dst, .. } => {
            SmallVec::from_elem(*dst, 1)
        }
        StmtKind::AtomicCmpxchg { old, ok, .. } => SmallVec::from_slice(&[*old, *ok]),
        StmtKind::Store { .. }
        | StmtKind::Copy { .. }
        | StmtKind::Fill { .. }
        | StmtKind::Eval(_)
        | StmtKind::If { .. }
        | StmtKind::Block { .. }
        | StmtKind::Loop { .. }
        | StmtKind::Switch { .. }
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Return(_)
        | StmtKind::Trap(_)
        | StmtKind::AtomicStore { .. }
        | StmtKind::Fence(_) => SmallVec::new(),
    }
}

struct Walk<'f> {
    func: &'f Function,
    len: usize,
    breaks: FxHashMap<LabelId, Bits>,
    out: Liveness,
}

pub fn liveness(func: &Function, body: &Block, params: usize, tracked: Vec<LocalId>) -> Liveness {
    let len = tracked.len();
    let mut position = vec![None; func.locals.len()];
    for (at, local) in tracked.iter().enumerate() {
        position[local.index()] = Some(LocalId::new(at));
    }
    let out = Liveness {
        tracked,
        position,
        entry: Bits::new(len),
        calls: FxHashMap::default(),
        headers: FxHashMap::default(),
        conflicts: vec![Bits::new(len); len],
    };
    let mut walk = Walk {
        func,
        len,
        breaks: FxHashMap::default(),
        out,
    };
    let mut live = Bits::new(len);
    walk.block(body, &mut live);
    walk.out.entry = live;
    // Parameters arrive together, and what must start as zero is there at the same time.
    let mut entry = walk.out.entry.clone();
    for param in 0..params.min(func.locals.len()) {
        if let Some(at) = walk.out.position[param] {
            entry.add(at);
        }
    }
    let together: Vec<LocalId> = entry.iter().collect();
    for at in together {
        walk.out.conflicts[at.index()].union(&entry);
    }
    walk.out
}

impl Walk<'_> {
    /// `live`: needed after the block on entry of this function, before the block on return.
    fn block(&mut self, block: &Block, live: &mut Bits) {
        for stmt in block.stmts.iter().rev() {
            self.stmt(stmt, live);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, live: &mut Bits) {
        let defs: SmallVec<[LocalId; 2]> = stmt_defs(&stmt.kind)
            .into_iter()
            .filter_map(|local| self.out.position[local.index()])
            .collect();
        for def in &defs {
            let conflicts = &mut self.out.conflicts[def.index()];
            conflicts.union(live);
            for other in &defs {
                conflicts.add(*other);
            }
        }
        for def in &defs {
            live.remove(*def);
        }
        match &stmt.kind {
            StmtKind::If { then, els, .. } => {
                let mut other = live.clone();
                self.block(then, live);
                self.block(els, &mut other);
                live.union(&other);
            }
            StmtKind::Block { label, body } => {
                self.breaks.insert(*label, live.clone());
                self.block(body, live);
            }
            StmtKind::Loop { label, body } => {
                self.breaks.insert(*label, live.clone());
                loop {
                    let header = self
                        .out
                        .headers
                        .entry(*label)
                        .or_insert_with(|| Bits::new(self.len));
                    live.clone_from(header);
                    self.block(body, live);
                    if !self
                        .out
                        .headers
                        .get_mut(label)
                        .is_some_and(|header| header.union(live))
                    {
                        break;
                    }
                }
            }
            StmtKind::Switch { cases, default, .. } => {
                let after = live.clone();
                self.block(default, live);
                for case in cases {
                    let mut other = after.clone();
                    self.block(&case.body, &mut other);
                    live.union(&other);
                }
            }
            StmtKind::Break(label) => match self.breaks.get(label) {
                Some(target) => live.clone_from(target),
                None => live.clear(),
            },
            StmtKind::Continue(label) => match self.out.headers.get(label) {
                Some(target) => live.clone_from(target),
                None => live.clear(),
            },
            StmtKind::Return(_) | StmtKind::Trap(_) => live.clear(),
            StmtKind::Call(_) => {
                self.out.calls.insert(stmt_key(stmt), live.clone());
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {}
        }
        let position = &self.out.position;
        for root in stmt_exprs(&stmt.kind) {
            for_each_node(self.func, root, |_, expr| {
                if let Expr::Local(local) = expr
                    && let Some(at) = position[local.index()]
                {
                    live.add(at);
                }
            });
        }
    }
}
