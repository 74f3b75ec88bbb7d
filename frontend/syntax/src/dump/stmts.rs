//! Statements and control flow.

use super::Dump;
use crate::ast::*;

impl Dump<'_> {
    pub(super) fn statements(&mut self, block: &Block) {
        self.indented(|d| {
            for stmt in &block.stmts {
                d.line();
                d.stmt(stmt);
            }
            if let Some(tail) = &block.tail {
                d.line();
                d.s("=> ");
                d.expr(tail);
            }
        });
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.s("{");
        self.statements(block);
        self.s("}");
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Decl(decl) => self.decl(decl),
            StmtKind::Destructure { names, value } => {
                self.s("(destructure");
                for name in names {
                    self.s(" ");
                    self.ident(*name);
                }
                self.s(" = ");
                self.expr(value);
                self.s(")");
            }
            StmtKind::Discard(expr) => self.wrap("discard", expr),
            StmtKind::Assign {
                target, op, value, ..
            } => {
                self.s("(");
                self.s(match op {
                    AssignOp::Set => "",
                    AssignOp::Op(op) => op.as_str(),
                });
                self.s("= ");
                self.expr(target);
                self.s(" ");
                self.expr(value);
                self.s(")");
            }
            StmtKind::MultiAssign { targets, values } => {
                self.s("(assign");
                self.exprs(targets);
                self.s(" =");
                self.exprs(values);
                self.s(")");
            }
            StmtKind::Return(values) => {
                self.s("(return");
                for value in values {
                    self.s(" ");
                    if let Some(name) = value.name {
                        self.ident(name);
                        self.s("=");
                    }
                    self.expr(&value.value);
                }
                self.s(")");
            }
            StmtKind::Raise(expr) => self.wrap("raise", expr),
            StmtKind::Break => self.s("break"),
            StmtKind::Continue => self.s("continue"),
            StmtKind::Defer(expr) => self.wrap("defer", expr),
            StmtKind::OnFail { tag, body } => {
                self.s("(onfail ");
                if let Some(tag) = tag {
                    self.ident(*tag);
                    self.s(" ");
                }
                self.expr(body);
                self.s(")");
            }
            StmtKind::Push { value, body } => {
                self.s("(push ");
                self.expr(value);
                self.statements(body);
                self.s(")");
            }
            StmtKind::While { cond, body } => {
                self.s("(while ");
                self.cond(cond);
                self.statements(body);
                self.s(")");
            }
            StmtKind::For(f) => {
                self.s(if f.inline { "(inline-for" } else { "(for" });
                self.for_head(&f.iters, &f.captures);
                match &f.body {
                    ForBody::Block(block) => self.statements(block),
                    ForBody::Stmt(stmt) => {
                        self.s(" => ");
                        self.stmt(stmt);
                    }
                }
                self.s(")");
            }
            StmtKind::Insert(expr) => self.wrap("insert", expr),
            StmtKind::Error(error) => self.error(error),
            StmtKind::Assert(assert) => self.assert(assert),
            StmtKind::Expr { expr, semi } => {
                self.expr(expr);
                self.s(if *semi { ";" } else { "" });
            }
        }
    }

    pub(super) fn for_head(&mut self, iters: &[ForIter], captures: &[Capture]) {
        for iter in iters {
            self.s(" ");
            match &iter.kind {
                ForIterKind::Each(expr) => self.expr(expr),
                ForIterKind::Range { lo, op, hi } => {
                    self.s("(range ");
                    self.expr(lo);
                    self.range_op(*op);
                    match hi {
                        Some(hi) => self.expr(hi),
                        None => self.s("open"),
                    }
                    self.s(")");
                }
            }
        }
        if !captures.is_empty() {
            self.s(" (");
            for (i, capture) in captures.iter().enumerate() {
                self.s(if i > 0 { " " } else { "" });
                self.s(if capture.by_ref { "*" } else { "" });
                self.ident(capture.name);
            }
            self.s(")");
        }
    }

    pub(super) fn range_op(&mut self, op: RangeOp) {
        self.s(if op.lo_exclusive { " <.." } else { " .." });
        self.s(if op.hi_inclusive { "= " } else { " " });
    }

    pub(super) fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Expr(expr) => self.expr(expr),
            Cond::Bind { name, value } => {
                self.s("(bind ");
                self.ident(*name);
                self.s(" ");
                self.expr(value);
                self.s(")");
            }
        }
    }

    pub(super) fn branch(&mut self, branch: &Branch) {
        match branch {
            Branch::Block(block) => self.block(block),
            Branch::Expr(expr) => self.expr(expr),
            Branch::Jump(stmt) => self.stmt(stmt),
        }
    }

    pub(super) fn match_expr(&mut self, m: &MatchExpr) {
        self.s(if m.inline {
            "(inline-match "
        } else {
            "(match "
        });
        self.expr(&m.subject);
        self.indented(|d| {
            for arm in &m.arms {
                d.line();
                d.s("case ");
                d.pattern(&arm.pattern);
                d.s(":");
                if let Some(capture) = arm.capture {
                    d.s(" (");
                    d.ident(capture);
                    d.s(")");
                }
                d.arm_body(&arm.body);
            }
            if let Some(body) = &m.else_ {
                d.line();
                d.s("else:");
                d.arm_body(body);
            }
        });
        self.s(")");
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Variant(name) => {
                self.s(".");
                self.ident(*name);
            }
            PatternKind::Expr(expr) => self.expr(expr),
        }
    }

    pub(super) fn arm_body(&mut self, body: &ArmBody) {
        match body {
            ArmBody::Break(_) => self.s(" break"),
            ArmBody::Arrow(branch) => {
                self.s(" => ");
                self.branch(branch);
            }
            ArmBody::Stmts(block) => self.statements(block),
        }
    }
}
