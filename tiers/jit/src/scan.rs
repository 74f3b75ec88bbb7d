//! One walk over a function's body for what is decided before code is generated: how much each local is used, how many
//! values wait at once, and the text as a list of events that liveness runs over, backwards and often, without the tree.

use sx_ir::{Block, Expr, ExprId, Function, LabelId, LocalId, Stmt, StmtKind};

use crate::bits::Bits;

/// What happens, in the order of the text. A statement's operands are read before what is in it; what it writes follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    Read(LocalId),
    Write(LocalId),
    /// The last so many events are writes of one statement.
    Together(u32),
    /// A call, by its number; the results are written after it.
    Call(u32),
    /// Alternatives, of which one is taken; `Next` stands between them.
    Choose,
    Next,
    Chosen,
    EndBlock(LabelId),
    Loop(LabelId),
    EndLoop(LabelId),
    Break(LabelId),
    Continue(LabelId),
    /// What follows is not reached.
    Leave,
}

/// Identity of a statement while its function stands still.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StmtKey(usize);

impl StmtKey {
    pub fn of(stmt: &Stmt) -> StmtKey {
        StmtKey(std::ptr::from_ref(stmt) as usize)
    }
}

const LOOP_WEIGHT: u64 = 8;
const MAX_WEIGHT: u64 = 1 << 40;

pub struct Scan<'f> {
    func: &'f Function,
    pub events: Vec<Event>,
    /// Calls in the order of the text.
    pub calls: Vec<StmtKey>,
    /// Per local: uses, those in loops counted for more.
    pub weights: Vec<u64>,
    pub written: Bits,
    pub slot_weight: u64,
    /// Values that wait at once, at most.
    pub height: usize,
    pub call_words: usize,
    /// Nesting of statements and expressions.
    pub depth: usize,
}

/// Recursive: who scans a large function has a large stack.
pub fn scan<'f>(func: &'f Function, body: &Block) -> Scan<'f> {
    let mut scan = Scan {
        func,
        events: Vec::with_capacity(func.exprs.len() + 8),
        calls: Vec::new(),
        weights: vec![0; func.locals.len()],
        written: Bits::new(func.locals.len()),
        slot_weight: 0,
        height: 0,
        call_words: 0,
        depth: 0,
    };
    scan.block(body, 1, 1);
    scan
}

impl Scan<'_> {
    /// Counts what the tree at `root` uses; yields how many values wait at once, at most, while it is evaluated left to
    /// right. Leaves wait in no register, so only inner nodes count.
    fn tree(&mut self, root: ExprId, weight: u64, depth: usize) -> usize {
        self.depth = self.depth.max(depth);
        let expr = self.func.expr(root);
        match expr {
            Expr::Local(local) => {
                self.weights[local.index()] += weight;
                self.events.push(Event::Read(*local));
            }
            Expr::SlotAddr(_) => self.slot_weight += weight,
            Expr::Const { .. }
            | Expr::Load { .. }
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => {}
        }
        let (mut most, mut waiting) = (1, 0);
        expr.for_each_operand(|operand| {
            most = most.max(self.tree(operand, weight, depth + 1) + waiting);
            waiting += 1;
        });
        most
    }

    fn block(&mut self, block: &Block, weight: u64, depth: usize) {
        self.depth = self.depth.max(depth);
        for stmt in &block.stmts {
            self.stmt(stmt, weight, depth);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, weight: u64, depth: usize) {
        let mut waiting = 0;
        stmt.kind.for_each_operand(|root| {
            let height = self.tree(root, weight, depth + 1);
            self.height = self.height.max(height + waiting);
            waiting += 1;
        });
        match &stmt.kind {
            StmtKind::If { then, els, .. } => {
                self.events.push(Event::Choose);
                self.block(then, weight, depth + 1);
                self.events.push(Event::Next);
                self.block(els, weight, depth + 1);
                self.events.push(Event::Chosen);
            }
            StmtKind::Switch { cases, default, .. } => {
                self.events.push(Event::Choose);
                for case in cases {
                    self.block(&case.body, weight, depth + 1);
                    self.events.push(Event::Next);
                }
                self.block(default, weight, depth + 1);
                self.events.push(Event::Chosen);
            }
            StmtKind::Block { label, body } => {
                self.block(body, weight, depth + 1);
                self.events.push(Event::EndBlock(*label));
            }
            StmtKind::Loop { label, body } => {
                self.events.push(Event::Loop(*label));
                self.block(body, (weight * LOOP_WEIGHT).min(MAX_WEIGHT), depth + 1);
                self.events.push(Event::EndLoop(*label));
            }
            StmtKind::Break(label) => self.events.push(Event::Break(*label)),
            StmtKind::Continue(label) => self.events.push(Event::Continue(*label)),
            StmtKind::Return(_) | StmtKind::Trap(_) => self.events.push(Event::Leave),
            StmtKind::Call(call) => {
                self.call_words = self.call_words.max(call.args.len()).max(call.results.len());
                self.events.push(Event::Call(self.calls.len() as u32));
                self.calls.push(StmtKey::of(stmt));
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
        let mut writes = 0;
        stmt.kind.for_each_def(|local| {
            self.weights[local.index()] += weight;
            self.written.add(local);
            self.events.push(Event::Write(local));
            writes += 1;
        });
        if writes > 1 {
            self.events.push(Event::Together(writes));
        }
    }
}
