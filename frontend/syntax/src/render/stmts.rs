//! Statements and control flow.

use super::text::string_literal;
use super::*;

impl<'t> Renderer<'_, 't> {
    pub fn block(&mut self, block: &'t Block) {
        self.scope(Scope::Other, |r| r.block_in_scope(block));
    }

    fn block_in_scope(&mut self, block: &'t Block) {
        if block.stmts.is_empty() && block.tail.is_none() {
            return self.s("{}");
        }
        self.s("{");
        self.indented(|r| r.statements(block, ""));
        self.line();
        self.s("}");
    }

    /// Each on a line of its own; `end` stands behind the value at the end.
    pub fn statements(&mut self, block: &'t Block, end: &str) {
        for stmt in &block.stmts {
            self.on_line(|r| r.stmt(stmt));
        }
        if let Some(tail) = &block.tail {
            self.on_line(|r| {
                r.expr(tail);
                r.s(end);
            });
        }
    }

    pub fn stmt(&mut self, stmt: &'t Stmt) {
        super::with_stack(|| self.stmt_here(stmt));
    }

    fn stmt_here(&mut self, stmt: &'t Stmt) {
        if self.resolve.stmt(self, stmt) {
            return;
        }
        match &stmt.kind {
            StmtKind::Decl(decl) => self.decl(decl),
            StmtKind::Destructure { names, value } => {
                // The value doesn't see the names.
                let value = self.aside(|r| r.expr(value));
                self.commas(names, |r, name| r.name(*name, NameUse::Declares));
                self.s(" := ");
                self.s(&value);
                self.s(";");
            }
            StmtKind::Discard(value) => {
                self.s("_ := ");
                self.expr(value);
                self.s(";");
            }
            StmtKind::Assign {
                target, op, value, ..
            } => {
                self.expr(target);
                match op {
                    AssignOp::Set => self.s(" = "),
                    AssignOp::Op(op) => {
                        self.s(" ");
                        self.s(op.as_str());
                        self.s("= ");
                    }
                }
                self.expr(value);
                self.s(";");
            }
            StmtKind::MultiAssign { targets, values } => {
                self.commas(targets, |r, target| r.expr(target));
                self.s(" = ");
                self.commas(values, |r, value| r.expr(value));
                self.s(";");
            }
            StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue => {
                self.jump(&stmt.kind);
                self.s(";");
            }
            StmtKind::Raise(value) => self.directive("raise ", value),
            StmtKind::Defer(body) => {
                self.s("defer ");
                self.cleanup(body);
            }
            StmtKind::OnFail { tag, body } => self.scope(Scope::Other, |r| {
                r.s("onfail ");
                if let Some(tag) = tag {
                    r.s("(");
                    r.name(*tag, NameUse::Declares);
                    r.s(") ");
                }
                r.cleanup(body);
            }),
            StmtKind::Push { value, body } => {
                self.s("push ");
                self.before_block(|r| r.expr(value));
                self.s(" ");
                self.block(body);
            }
            StmtKind::While { cond, body } => self.scope(Scope::Other, |r| {
                r.s("while ");
                r.before_block(|r| r.cond(cond));
                r.s(" ");
                r.block(body);
            }),
            StmtKind::For(node) => self.scope(Scope::Other, |r| {
                r.s(if node.inline { "inline for " } else { "for " });
                r.for_head(&node.iters, &node.captures);
                match &node.body {
                    ForBody::Block(block) => r.block(block),
                    ForBody::Stmt(stmt) => {
                        r.s("=> ");
                        let mark = r.mark();
                        r.stmt(stmt);
                        if r.mark() == mark {
                            r.s("{}");
                        }
                    }
                }
            }),
            StmtKind::Insert(expr) => self.directive("#insert ", expr),
            StmtKind::Error(error) => self.error(error),
            StmtKind::Assert(assert) => self.assert(assert),
            StmtKind::Expr { expr, semi } => {
                self.expr(expr);
                self.s(if *semi { ";" } else { "" });
            }
        }
    }

    fn cleanup(&mut self, body: &'t Expr) {
        self.expr(body);
        if !matches!(body.kind, ExprKind::Block(_)) {
            self.s(";");
        }
    }

    /// `break`, `continue`, `return`, without the `;`.
    fn jump(&mut self, kind: &'t StmtKind) {
        match kind {
            StmtKind::Break => self.s("break"),
            StmtKind::Continue => self.s("continue"),
            StmtKind::Return(values) => {
                self.s("return");
                for (i, value) in values.iter().enumerate() {
                    self.s(if i > 0 { ", " } else { " " });
                    if let Some(name) = value.name {
                        self.name(name, NameUse::Member);
                        self.s(" = ");
                    }
                    self.expr(&value.value);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn for_head(&mut self, iters: &'t [ForIter], captures: &'t [Capture]) {
        self.commas(iters, |r, iter| match &iter.kind {
            ForIterKind::Each(expr) => r.expr(expr),
            ForIterKind::Range { lo, op, hi } => {
                r.expr(lo);
                r.range(*op, hi.as_ref());
            }
        });
        if !captures.is_empty() {
            self.s(" (");
            self.commas(captures, |r, capture| {
                r.s(if capture.by_ref { "*" } else { "" });
                r.name(capture.name, NameUse::Declares);
            });
            self.s(")");
        }
        self.s(" ");
    }

    /// A range's dots and end.
    pub(crate) fn range(&mut self, op: RangeOp, hi: Option<&'t Expr>) {
        self.s(if op.lo_exclusive { "<.." } else { ".." });
        self.s(if op.hi_inclusive { "=" } else { "" });
        if let Some(hi) = hi {
            let mark = self.mark();
            self.expr(hi);
            let text = self.written_since(mark).to_string();
            if text.starts_with(['.', '=', '<']) {
                self.undo(mark);
                self.s(" ");
                self.s(&text);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ control flow

    /// What a `{` follows: a name in parentheses at its end would be the parameter of a lambda, which one in two
    /// pairs of them isn't.
    fn before_block(&mut self, f: impl FnOnce(&mut Self)) {
        let mark = self.mark();
        f(self);
        let text = self.written_since(mark);
        let Some(open) = text.strip_suffix(')').and_then(|text| text.rfind('(')) else {
            return;
        };
        let in_name = |c: char| c == '_' || c == '`' || c.is_alphanumeric();
        let inner = &text[open + 1..text.len() - 1];
        let name_alone = inner.chars().all(in_name) && crate::token::Tok::keyword(inner).is_none();
        // Behind these it is the argument of a call or a cast, or what is spliced in.
        let before = text[..open].chars().next_back();
        let argument = before.is_some_and(|c| in_name(c) || matches!(c, ')' | ']' | '.' | '#'));
        if name_alone && !argument {
            let group = text[open..].to_string();
            self.undo(mark + open);
            self.s(&format!("({group})"));
        }
    }

    fn cond(&mut self, cond: &'t Cond) {
        match cond {
            Cond::Expr(expr) => self.expr(expr),
            Cond::Bind { name, value } => {
                let value = self.aside(|r| r.expr(value));
                self.name(*name, NameUse::Declares);
                self.s(" := ");
                self.s(&value);
            }
        }
    }

    pub(crate) fn if_expr(&mut self, node: &'t IfExpr) {
        self.scope(Scope::Other, |r| {
            r.s(if node.inline { "inline if " } else { "if " });
            r.if_rest(node);
        });
    }

    fn if_rest(&mut self, node: &'t IfExpr) {
        match node.form {
            IfForm::Block => {
                self.before_block(|r| r.cond(&node.cond));
                self.s(" ");
            }
            IfForm::Then => {
                self.cond(&node.cond);
                self.s(" then ");
            }
        }
        self.branch(&node.then);
        let Some(branch) = &node.else_ else { return };
        self.s(" else ");
        match branch {
            // The `inline` of the first counts for those that follow.
            Branch::Expr(next) if node.inline => match &next.kind {
                ExprKind::If(next) => super::with_stack(|| {
                    self.scope(Scope::Other, |r| {
                        r.s("if ");
                        r.if_rest(next);
                    });
                }),
                ExprKind::Match(next) => self.match_rest(next),
                _ => self.expr(next),
            },
            branch => self.branch(branch),
        }
    }

    fn branch(&mut self, branch: &'t Branch) {
        match branch {
            Branch::Block(block) => self.block(block),
            Branch::Expr(expr) => self.expr(expr),
            Branch::Jump(stmt) => self.jump(&stmt.kind),
        }
    }

    pub(crate) fn match_expr(&mut self, node: &'t MatchExpr) {
        self.s(if node.inline { "inline " } else { "" });
        self.match_rest(node);
    }

    fn match_rest(&mut self, node: &'t MatchExpr) {
        self.s("if ");
        self.expr(&node.subject);
        self.s(" == ");
        self.arms(node);
    }

    pub(crate) fn arms(&mut self, node: &'t MatchExpr) {
        self.s("{");
        self.indented(|r| {
            for (i, arm) in node.arms.iter().enumerate() {
                let last = i + 1 == node.arms.len() && node.else_.is_none();
                r.scope(Scope::Other, |r| {
                    r.line();
                    r.s("case ");
                    r.pattern(&arm.pattern);
                    r.s(":");
                    if let Some(capture) = arm.capture {
                        r.s(" (");
                        r.name(capture, NameUse::Declares);
                        r.s(")");
                    }
                    r.arm_body(&arm.body, last);
                });
            }
            if let Some(body) = &node.else_ {
                r.line();
                r.s("else:");
                r.scope(Scope::Other, |r| r.arm_body(body, true));
            }
        });
        self.line();
        self.s("}");
    }

    fn arm_body(&mut self, body: &'t ArmBody, last: bool) {
        match body {
            ArmBody::Break(_) => self.s(" break;"),
            ArmBody::Arrow(branch) => {
                self.s(" => ");
                self.branch(branch);
                self.s(";");
            }
            // At the end of the last arm there may be a value that a `;` would make a statement.
            ArmBody::Stmts(block) => {
                let end = if last { "" } else { ";" };
                self.indented(|r| r.statements(block, end));
            }
        }
    }

    pub(crate) fn pattern(&mut self, pattern: &'t Pattern) {
        match &pattern.kind {
            PatternKind::Variant(name) => {
                self.s(".");
                self.name(*name, NameUse::Member);
            }
            PatternKind::Expr(expr) => self.expr(expr),
        }
    }

    pub(crate) fn catch(&mut self, catch: &'t CatchExpr) {
        self.s(" catch ");
        self.scope(Scope::Other, |r| {
            if let Some(tag) = catch.tag {
                r.s("(");
                r.name(tag, NameUse::Declares);
                r.s(") ");
            }
            match &catch.handler {
                CatchHandler::Block(block) => r.block(block),
                CatchHandler::Expr(expr) => r.expr(expr),
                CatchHandler::Match(node) => {
                    r.s("== ");
                    r.arms(node);
                }
            }
        });
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.s(&string_literal(text));
    }
}
