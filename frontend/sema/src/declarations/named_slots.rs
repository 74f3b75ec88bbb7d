//! Named return slots: each is assigned on every path that reaches the end of the body, or has a default (reference
//! part 2 §1).

use std::cell::RefCell;

use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind, StmtKind};
use sx_syntax::visit::{self, Visitor};

/// What is assigned after a piece of code; `None` where its end is never reached.
type State = Option<Vec<Symbol>>;

/// What is asked of a body.
struct Slots<'a> {
    names: &'a [Symbol],
    /// Those that no variable of the same name hides.
    visible: Vec<Symbol>,
    /// Calls that don't come back.
    leaving: &'a [*const ast::Expr],
    /// Slots that a `return` without a value may find unset.
    missing: &'a RefCell<Vec<Symbol>>,
}

impl Slots<'_> {
    fn note_missing(&self, set: &[Symbol]) {
        let missing = self.names.iter().filter(|s| !set.contains(s));
        self.missing.borrow_mut().extend(missing);
    }

    /// What is seen after a statement, if that hides any.
    fn hidden_by(&self, stmt: &ast::Stmt) -> Option<Self> {
        let declares = |name: Symbol| match &stmt.kind {
            StmtKind::Decl(decl) => decl.name.name == name,
            StmtKind::Destructure { names, .. } => names.iter().any(|n| n.name == name),
            _ => false,
        };
        if !self.visible.iter().any(|name| declares(*name)) {
            return None;
        }
        let visible = self.visible.iter().copied();
        Some(Slots {
            visible: visible.filter(|name| !declares(*name)).collect(),
            ..*self
        })
    }
}

/// The slots that the end of `body`, or a `return` without a value, may find unset. `leaving`: the calls that don't
/// come back.
pub fn unset_at_end(
    body: &ast::Block,
    names: &[Symbol],
    leaving: &[*const ast::Expr],
) -> Vec<Symbol> {
    let missing = RefCell::default();
    let slots = Slots {
        names,
        visible: names.to_vec(),
        leaving,
        missing: &missing,
    };
    if let Some(set) = block(body, &slots, Some(Vec::new())) {
        slots.note_missing(&set);
    }
    missing.into_inner()
}

fn block(body: &ast::Block, slots: &Slots, mut state: State) -> State {
    let mut slots = slots;
    let mut fewer;
    for stmt in &body.stmts {
        state = statement(stmt, slots, state);
        if let Some(hidden) = slots.hidden_by(stmt) {
            fewer = hidden;
            slots = &fewer;
        }
    }
    match &body.tail {
        Some(tail) => expression(tail, slots, state),
        None => state,
    }
}

fn statement(stmt: &ast::Stmt, slots: &Slots, state: State) -> State {
    let mut set = state?;
    match &stmt.kind {
        StmtKind::Return(values) => {
            if values.is_empty() {
                slots.note_missing(&set);
            }
            None
        }
        StmtKind::Raise(_) | StmtKind::Break | StmtKind::Continue => None,
        StmtKind::Expr { expr, .. } => expression(expr, slots, Some(set)),
        StmtKind::Push { body, .. } => block(body, slots, Some(set)),
        // A loop may run no iteration, unless nothing but a jump ends it.
        StmtKind::While { cond, body } => {
            let endless =
                matches!(cond, ast::Cond::Expr(c) if matches!(c.kind, ExprKind::Bool(true)));
            if endless {
                block(body, slots, Some(set))
            } else {
                Some(set)
            }
        }
        StmtKind::For(node) if !node.inline => Some(set),
        // The text may assign anything.
        StmtKind::Insert(_) => Some([set, slots.visible.clone()].concat()),
        // What is returned has been read by then.
        StmtKind::Defer(_) | StmtKind::OnFail { .. } => Some(set),
        StmtKind::For(_)
        | StmtKind::Decl(_)
        | StmtKind::Destructure { .. }
        | StmtKind::Discard(_)
        | StmtKind::Assign { .. }
        | StmtKind::MultiAssign { .. }
        | StmtKind::Error(_)
        | StmtKind::Assert(_) => {
            let mut found = Found {
                slots: &slots.visible,
                set: &mut set,
            };
            found.stmt(stmt);
            Some(set)
        }
    }
}

fn expression(expr: &ast::Expr, slots: &Slots, state: State) -> State {
    let mut set = state?;
    match &expr.kind {
        ExprKind::If(node) if !node.inline => {
            let then = branch(&node.then, slots, Some(set.clone()));
            let els = match &node.else_ {
                Some(body) => branch(body, slots, Some(set)),
                None => Some(set),
            };
            meet(then, els)
        }
        ExprKind::Match(node) if !node.inline => {
            let mut out: State = None;
            for arm in node.arms.iter().map(|a| &a.body).chain(&node.else_) {
                out = meet(out, arm_body(arm, slots, Some(set.clone())));
            }
            out
        }
        ExprKind::Block(body) => block(body, slots, Some(set)),
        ExprKind::Call(_) if slots.leaving.contains(&std::ptr::from_ref(expr)) => None,
        // Anything else, an unrolled branch too: whatever it assigns or lends counts.
        _ => {
            let mut found = Found {
                slots: &slots.visible,
                set: &mut set,
            };
            found.expr(expr);
            Some(set)
        }
    }
}

fn branch(body: &ast::Branch, slots: &Slots, state: State) -> State {
    match body {
        ast::Branch::Block(body) => block(body, slots, state),
        ast::Branch::Expr(expr) => expression(expr, slots, state),
        ast::Branch::Jump(stmt) => statement(stmt, slots, state),
    }
}

fn arm_body(body: &ast::ArmBody, slots: &Slots, state: State) -> State {
    match body {
        ast::ArmBody::Break(_) => state,
        ast::ArmBody::Arrow(body) => branch(body, slots, state),
        ast::ArmBody::Stmts(body) => block(body, slots, state),
    }
}

fn meet(a: State, b: State) -> State {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.into_iter().filter(|s| b.contains(s)).collect()),
        (one, None) | (None, one) => one,
    }
}

/// Slots assigned, or lent by address, inside, other than where it is certain that the code may not run.
struct Found<'a> {
    slots: &'a [Symbol],
    set: &'a mut Vec<Symbol>,
}

impl Found<'_> {
    fn note(&mut self, place: &ast::Expr) {
        match &place.kind {
            ExprKind::Ident(name) if self.slots.contains(&name.name) => self.set.push(name.name),
            ExprKind::Paren(inner) => self.note(inner),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => self.note(base),
            _ => {}
        }
    }
}

impl Visitor for Found<'_> {
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
        match &expr.kind {
            // The right side may not run, nor may what handles an error.
            ExprKind::Binary {
                op: ast::BinOp::And | ast::BinOp::Or | ast::BinOp::Coalesce,
                lhs,
                ..
            } => return self.expr(lhs),
            ExprKind::Catch(catch) => return self.expr(&catch.operand),
            ExprKind::Star(place) => self.note(place),
            // A method may fill its receiver.
            ExprKind::Call(call) => {
                if let ExprKind::Field { base, .. } = &call.callee.kind {
                    self.note(base);
                }
            }
            _ => {}
        }
        visit::walk_expr(self, expr);
    }

    fn function(&mut self, _function: &ast::FnDecl) {}
}
