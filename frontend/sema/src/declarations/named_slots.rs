//! Named return slots: each is assigned on every path that reaches the end of the body or a `return` without a value,
//! or has a default (reference part 2 §1).
//!
//! Paths are read off the syntax tree in the order of evaluation. What needs types or values (which calls come back,
//! which matches leave nothing out, what compile-time control flow took) is noted while the body is lowered.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind, StmtKind};
use sx_syntax::visit::{self, Visitor};

use crate::views::recording::Choice;

/// What is assigned after a piece of code; `None` where its end is never reached.
type State = Option<Vec<Symbol>>;

/// What the lowering of a body knows of its paths. Nodes are known by their address.
#[derive(Default)]
pub struct Paths {
    /// Calls that don't come back.
    leaving: FxHashSet<*const ast::CallExpr>,
    /// Matches without `else:` whose arms name every value.
    complete: FxHashSet<*const ast::MatchExpr>,
    /// What was taken of `if`s and matches decided at compile time; several where an unrolled loop repeats them.
    ifs: FxHashMap<*const ast::IfExpr, SmallVec<[Choice; 1]>>,
    matches: FxHashMap<*const ast::MatchExpr, SmallVec<[Choice; 1]>>,
    /// Unrolled loops with an iteration.
    unrolled: FxHashSet<*const ast::ForStmt>,
}

impl Paths {
    pub fn leaves(&mut self, call: &ast::CallExpr) {
        self.leaving.insert(std::ptr::from_ref(call));
    }

    pub fn names_every_value(&mut self, node: &ast::MatchExpr) {
        self.complete.insert(std::ptr::from_ref(node));
    }

    pub fn took_branch(&mut self, node: &ast::IfExpr, choice: Choice) {
        note(
            self.ifs.entry(std::ptr::from_ref(node)).or_default(),
            choice,
        );
    }

    pub fn took_arm(&mut self, node: &ast::MatchExpr, choice: Choice) {
        note(
            self.matches.entry(std::ptr::from_ref(node)).or_default(),
            choice,
        );
    }

    pub fn unrolls(&mut self, node: &ast::ForStmt) {
        self.unrolled.insert(std::ptr::from_ref(node));
    }
}

fn note(choices: &mut SmallVec<[Choice; 1]>, choice: Choice) {
    if !choices.contains(&choice) {
        choices.push(choice);
    }
}

/// The slots that the end of `body` (if it is one without a value), or a `return` without a value, may find unset.
pub fn unset_at_end(
    body: &ast::Block,
    ends_plainly: bool,
    names: &[Symbol],
    paths: &Paths,
) -> Vec<Symbol> {
    let mut walk = Walk {
        names,
        visible: names.to_vec(),
        paths,
        missing: Vec::new(),
        jumps: Vec::new(),
    };
    if let Some(set) = walk.block(body, Some(Vec::new()))
        && ends_plainly
    {
        walk.note_missing(&set);
    }
    walk.missing
}

struct Walk<'a> {
    names: &'a [Symbol],
    /// Those that no variable of the same name hides.
    visible: Vec<Symbol>,
    paths: &'a Paths,
    /// Slots that may be found unset.
    missing: Vec<Symbol>,
    /// For each loop around: what is assigned where a `break` leaves it.
    jumps: Vec<State>,
}

impl Walk<'_> {
    fn note_missing(&mut self, set: &[Symbol]) {
        let missing = self.names.iter().filter(|s| !set.contains(s));
        self.missing.extend(missing);
    }

    fn block(&mut self, body: &ast::Block, mut state: State) -> State {
        let visible = self.visible.clone();
        for stmt in &body.stmts {
            state = self.statement(stmt, state);
            match &stmt.kind {
                StmtKind::Decl(decl) => self.visible.retain(|s| *s != decl.name.name),
                StmtKind::Destructure { names, .. } => {
                    self.visible.retain(|s| names.iter().all(|n| n.name != *s));
                }
                _ => {}
            }
        }
        if let Some(tail) = &body.tail {
            state = self.expression(tail, state);
        }
        self.visible = visible;
        state
    }

    fn statement(&mut self, stmt: &ast::Stmt, state: State) -> State {
        let set = state?;
        match &stmt.kind {
            StmtKind::Return(values) => {
                let end = self.all(values.iter().map(|v| &v.value), Some(set))?;
                if values.is_empty() {
                    self.note_missing(&end);
                }
                None
            }
            StmtKind::Raise(value) => {
                self.expression(value, Some(set));
                None
            }
            StmtKind::Break => {
                if let Some(out) = self.jumps.pop() {
                    self.jumps.push(meet(out, Some(set)));
                }
                None
            }
            StmtKind::Continue => None,
            StmtKind::Expr { expr, .. } | StmtKind::Discard(expr) => {
                self.expression(expr, Some(set))
            }
            StmtKind::Decl(decl) => match &decl.kind {
                ast::DeclKind::Var(var) => self.all(&var.init, Some(set)),
                // Neither runs here.
                _ => Some(set),
            },
            StmtKind::Destructure { value, .. } => self.expression(value, Some(set)),
            StmtKind::Assign { target, value, .. } => {
                let set = self.expression(target, Some(set));
                let set = self.expression(value, set);
                self.fill(target, set)
            }
            StmtKind::MultiAssign { targets, values } => {
                let set = self.all(targets.iter().chain(values), Some(set));
                targets.iter().fold(set, |set, t| self.fill(t, set))
            }
            StmtKind::Push { value, body } => {
                let set = self.expression(value, Some(set));
                self.block(body, set)
            }
            StmtKind::While { cond, body } => self.while_loop(cond, body, set),
            StmtKind::For(node) => self.for_loop(node, set),
            // The text may assign anything.
            StmtKind::Insert(_) => Some([set, self.visible.clone()].concat()),
            // What is returned has been read by then.
            StmtKind::Defer(_) | StmtKind::OnFail { .. } => Some(set),
            StmtKind::Error(_) | StmtKind::Assert(_) => Some(set),
        }
    }

    /// A loop may run no iteration, unless nothing but a jump ends it.
    fn while_loop(&mut self, cond: &ast::Cond, body: &ast::Block, set: Vec<Symbol>) -> State {
        let tested = self.condition(cond, Some(set));
        self.jumps.push(None);
        self.block(body, tested.clone());
        let left = self.jumps.pop().flatten();
        match cond {
            ast::Cond::Expr(cond) if is_true(cond) => left,
            ast::Cond::Expr(_) | ast::Cond::Bind { .. } => meet(tested, left),
        }
    }

    fn for_loop(&mut self, node: &ast::ForStmt, set: Vec<Symbol>) -> State {
        let mut state = Some(set);
        for (i, iter) in node.iters.iter().enumerate() {
            match &iter.kind {
                ast::ForIterKind::Each(list) => {
                    state = self.expression(list, state);
                    if node.captures.get(i).is_some_and(|c| c.by_ref) {
                        state = self.fill(list, state);
                    }
                }
                ast::ForIterKind::Range { lo, hi, .. } => {
                    state = self.expression(lo, state);
                    state = self.all(hi, state);
                }
            }
        }
        let entered = self.paths.unrolled.contains(&std::ptr::from_ref(node));
        // An unrolled loop is no target of a `break`.
        if !node.inline {
            self.jumps.push(None);
        }
        let end = match &node.body {
            ast::ForBody::Block(body) => self.block(body, state.clone()),
            ast::ForBody::Stmt(stmt) => self.statement(stmt, state.clone()),
        };
        if node.inline {
            return if entered { end } else { state };
        }
        self.jumps.pop();
        state
    }

    fn condition(&mut self, cond: &ast::Cond, state: State) -> State {
        match cond {
            ast::Cond::Expr(value) | ast::Cond::Bind { value, .. } => self.expression(value, state),
        }
    }

    fn branch(&mut self, body: &ast::Branch, state: State) -> State {
        match body {
            ast::Branch::Block(body) => self.block(body, state),
            ast::Branch::Expr(expr) => self.expression(expr, state),
            ast::Branch::Jump(stmt) => self.statement(stmt, state),
        }
    }

    fn arm(&mut self, body: &ast::ArmBody, state: State) -> State {
        match body {
            ast::ArmBody::Break(_) => state,
            ast::ArmBody::Arrow(body) => self.branch(body, state),
            ast::ArmBody::Stmts(body) => self.block(body, state),
        }
    }

    fn if_branches(&mut self, node: &ast::IfExpr, state: State) -> State {
        let Some(choices) = self.paths.ifs.get(&std::ptr::from_ref(node)) else {
            let state = self.condition(&node.cond, state);
            let then = self.branch(&node.then, state.clone());
            let els = match &node.else_ {
                Some(body) => self.branch(body, state),
                None => state,
            };
            return meet(then, els);
        };
        let bodies = choices
            .clone()
            .into_iter()
            .filter_map(|choice| match choice {
                Choice::Branch(_) => Some(&node.then),
                Choice::Otherwise => node.else_.as_ref(),
                Choice::Nothing => None,
            });
        bodies.fold(state, |state, body| self.branch(body, state))
    }

    fn match_arms(&mut self, node: &ast::MatchExpr, state: State) -> State {
        if let Some(choices) = self.paths.matches.get(&std::ptr::from_ref(node)) {
            let bodies = choices
                .clone()
                .into_iter()
                .filter_map(|choice| match choice {
                    Choice::Branch(at) => node.arms.get(at).map(|arm| &arm.body),
                    Choice::Otherwise => node.else_.as_ref(),
                    Choice::Nothing => None,
                });
            return bodies.fold(state, |state, body| self.arm(body, state));
        }
        let mut out = match &node.else_ {
            Some(body) => self.arm(body, state.clone()),
            None if self.paths.complete.contains(&std::ptr::from_ref(node)) => None,
            // Without a match nothing happens.
            None => state.clone(),
        };
        for arm in &node.arms {
            let end = self.arm(&arm.body, state.clone());
            out = meet(out, end);
        }
        out
    }

    /// One after the other.
    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e ast::Expr>, state: State) -> State {
        exprs
            .into_iter()
            .fold(state, |state, expr| self.expression(expr, state))
    }

    /// What may not run assigns nothing.
    fn perhaps(&mut self, expr: &ast::Expr, state: State) -> State {
        let end = self.expression(expr, state.clone());
        meet(state, end)
    }

    fn expression(&mut self, expr: &ast::Expr, state: State) -> State {
        state.as_ref()?;
        match &expr.kind {
            ExprKind::If(node) => self.if_branches(node, state),
            ExprKind::Match(node) => {
                let state = self.expression(&node.subject, state);
                self.match_arms(node, state)
            }
            ExprKind::Block(body) => self.block(body, state),
            ExprKind::Binary { op, lhs, rhs, .. } => {
                let state = self.expression(lhs, state);
                match op {
                    ast::BinOp::And | ast::BinOp::Or | ast::BinOp::Coalesce => {
                        self.perhaps(rhs, state)
                    }
                    ast::BinOp::Mul
                    | ast::BinOp::Div
                    | ast::BinOp::Rem
                    | ast::BinOp::Add
                    | ast::BinOp::Sub
                    | ast::BinOp::Shl
                    | ast::BinOp::Shr
                    | ast::BinOp::Eq
                    | ast::BinOp::Ne
                    | ast::BinOp::Lt
                    | ast::BinOp::Le
                    | ast::BinOp::Gt
                    | ast::BinOp::Ge
                    | ast::BinOp::In
                    | ast::BinOp::BitAnd
                    | ast::BinOp::BitXor
                    | ast::BinOp::BitOr => self.expression(rhs, state),
                }
            }
            // The first comparison that fails ends it.
            ExprKind::Chain { first, rest } => {
                let state = self.expression(first, state);
                let mut rest = rest.iter().map(|link| &link.rhs);
                let state = self.all(rest.next(), state);
                rest.fold(state, |state, rhs| self.perhaps(rhs, state))
            }
            ExprKind::Catch(catch) => {
                let state = self.expression(&catch.operand, state);
                let handled = match &catch.handler {
                    ast::CatchHandler::Block(body) => self.block(body, state.clone()),
                    ast::CatchHandler::Expr(body) => self.expression(body, state.clone()),
                    ast::CatchHandler::Match(node) => self.match_arms(node, state.clone()),
                };
                meet(state, handled)
            }
            ExprKind::Call(call) => {
                let state = self.expression(&call.callee, state);
                let state = self.all(call.args.iter().map(|a| &a.value), state);
                if self.paths.leaving.contains(&std::ptr::from_ref(&**call)) {
                    return None;
                }
                // A method may fill its receiver.
                match &call.callee.kind {
                    ExprKind::Field { base, .. } => self.fill(base, state),
                    _ => state,
                }
            }
            // Lent by address: whoever has it may fill it.
            ExprKind::Star(place) => {
                let state = self.expression(place, state);
                self.fill(place, state)
            }
            ExprKind::Slice(slice) => {
                let bounds = [Some(&slice.base), slice.lo.as_ref(), slice.hi.as_ref()];
                let state = self.all(bounds.into_iter().flatten(), state);
                self.fill(&slice.base, state)
            }
            ExprKind::Asm(asm) => asm.operands.iter().fold(state, |state, o| match &o.role {
                ast::AsmRole::Input(value) => self.expression(value, state),
                ast::AsmRole::Place(place) => {
                    let state = self.expression(place, state);
                    self.fill(place, state)
                }
                ast::AsmRole::Value(_) => state,
            }),
            ExprKind::Aggregate(aggregate) => {
                let state = self.all(aggregate.elems.iter().map(|e| &e.value), state);
                match &aggregate.init {
                    Some(body) => self.block(body, state),
                    None => state,
                }
            }
            // The text may assign anything.
            ExprKind::Insert(_) => Some([state?, self.visible.clone()].concat()),
            // Inserted by whoever gets it.
            ExprKind::Code(_) => {
                let mut set = state?;
                let mut quoted = Quoted {
                    slots: &self.visible,
                    set: &mut set,
                };
                quoted.expr(expr);
                Some(set)
            }
            ExprKind::Field { base, .. }
            | ExprKind::TupleIndex { base, .. }
            | ExprKind::OptField { base, .. }
            | ExprKind::OptTupleIndex { base, .. }
            | ExprKind::OptCast { base, .. } => self.expression(base, state),
            ExprKind::Cast { base, alloc, .. } => {
                let state = self.expression(base, state);
                self.all(alloc.iter().map(|e| &**e), state)
            }
            ExprKind::Index { base, index } => {
                let state = self.expression(base, state);
                self.expression(index, state)
            }
            ExprKind::Deref(inner)
            | ExprKind::Unwrap(inner)
            | ExprKind::Unary { expr: inner, .. }
            | ExprKind::Xx(inner)
            | ExprKind::Try(inner)
            | ExprKind::Paren(inner)
            | ExprKind::Spread(inner) => self.expression(inner, state),
            // No part of them runs here.
            ExprKind::Error
            | ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undef
            | ExprKind::Ident(_)
            | ExprKind::EnumLit(_)
            | ExprKind::ErrorTag(_)
            | ExprKind::CallerLocation
            | ExprKind::ArgText(_)
            | ExprKind::Dollar { .. }
            | ExprKind::Lambda(_)
            | ExprKind::Run(_)
            | ExprKind::Splice(_)
            | ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_)
            | ExprKind::ErrorSetType(_)
            | ExprKind::Struct(_)
            | ExprKind::Union(_)
            | ExprKind::Enum(_) => state,
        }
    }

    /// The slot that a place is part of has a value now.
    fn fill(&self, place: &ast::Expr, state: State) -> State {
        let mut set = state?;
        set.extend(root(place).filter(|name| self.visible.contains(name)));
        Some(set)
    }
}

/// The variable that a place is part of.
fn root(place: &ast::Expr) -> Option<Symbol> {
    match &place.kind {
        ExprKind::Ident(name) => Some(name.name),
        ExprKind::Paren(inner) => root(inner),
        ExprKind::Field { base, .. }
        | ExprKind::TupleIndex { base, .. }
        | ExprKind::Index { base, .. } => root(base),
        _ => None,
    }
}

fn is_true(cond: &ast::Expr) -> bool {
    match &cond.kind {
        ExprKind::Bool(value) => *value,
        ExprKind::Paren(inner) => is_true(inner),
        _ => false,
    }
}

fn meet(a: State, b: State) -> State {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.into_iter().filter(|s| b.contains(s)).collect()),
        (one, None) | (None, one) => one,
    }
}

/// Slots assigned anywhere in quoted code.
struct Quoted<'a> {
    slots: &'a [Symbol],
    set: &'a mut Vec<Symbol>,
}

impl Quoted<'_> {
    fn note(&mut self, place: &ast::Expr) {
        self.set
            .extend(root(place).filter(|name| self.slots.contains(name)));
    }
}

impl Visitor for Quoted<'_> {
    fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            StmtKind::Assign { target, .. } => self.note(target),
            StmtKind::MultiAssign { targets, .. } => targets.iter().for_each(|t| self.note(t)),
            StmtKind::Insert(_) => self.set.extend(self.slots),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &ast::Expr) {
        if let ExprKind::Star(place) = &expr.kind {
            self.note(place);
        }
        visit::walk_expr(self, expr);
    }

    fn function(&mut self, _function: &ast::FnDecl) {}
}
