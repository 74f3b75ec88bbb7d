//! Statements and blocks.

use super::decls::{DeclPlace, is_block_like};
use super::exprs::assign_op;
use super::names::NameUse;
use super::*;

/// A trailing-block call, also under prefix operators.
fn ends_with_trailing_block(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => call.trailing.is_some(),
        ExprKind::Try(inner) | ExprKind::Xx(inner) => ends_with_trailing_block(inner),
        _ => false,
    }
}

impl Parser<'_> {
    /// Braced statements.
    pub(crate) fn block(&mut self) -> PResult<Block> {
        self.nested(|p| {
            let lo = p.expect(Tok::LBrace)?.lo;
            let (stmts, tail) = p.statements(|p| p.block_body(false))?;
            p.expect(Tok::RBrace)?;
            Ok(Block {
                span: p.span_from(lo),
                stmts,
                tail,
            })
        })
    }

    /// The whole text as statements.
    pub(crate) fn fragment(&mut self) -> Block {
        let mut stmts = Vec::new();
        let mut tail = None;
        while self.peek() != Tok::Eof {
            if let Ok((more, last)) = self.block_body(false) {
                stmts.extend(more);
                tail = last;
            }
            if self.at(Tok::RBrace) {
                self.unexpected();
                self.bump();
            }
        }
        Block {
            span: self.span_from(0),
            stmts,
            tail,
        }
    }

    /// Statements up to `}`, or in an arm up to the next arm.
    pub(crate) fn block_body(&mut self, arm: bool) -> PResult<(Vec<Stmt>, Option<Box<Expr>>)> {
        let mut stmts = self.elements(arm, &|p| p.stmt())?;
        let has_tail = match stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr { semi, .. }) => arm || !semi,
            _ => false,
        };
        if !has_tail {
            return Ok((stmts, None));
        }
        match stmts.pop().map(|stmt| stmt.kind) {
            Some(StmtKind::Expr { expr, .. }) => {
                if stmts.is_empty() {
                    stmts = Vec::new();
                }
                Ok((stmts, Some(Box::new(expr))))
            }
            _ => Ok((stmts, None)),
        }
    }

    pub(crate) fn stmt(&mut self) -> PResult<Stmt> {
        let lo = self.here();
        let kind = self.stmt_kind()?;
        Ok(Stmt {
            span: self.span_from(lo),
            kind,
        })
    }

    fn stmt_kind(&mut self) -> PResult<StmtKind> {
        let attrs = self.attrs()?;
        if self.at_decl() {
            return self.local_decl(attrs);
        }
        let token = self.tok();
        match self.peek() {
            Tok::Return => {
                let kind = self.return_stmt()?;
                self.expect(Tok::Semi)?;
                Ok(kind)
            }
            Tok::Raise => {
                self.check_cleanup("raise", self.span_of(token));
                self.bump();
                let value = self.bracketed_expr()?;
                self.expect(Tok::Semi)?;
                Ok(StmtKind::Raise(value))
            }
            Tok::Break | Tok::Continue => {
                let kind = self.jump()?;
                self.expect(Tok::Semi)?;
                Ok(kind)
            }
            Tok::Defer => {
                self.bump();
                let body = self.in_cleanup("defer", |p| p.cleanup_body())?;
                self.errors_followed += 1;
                Ok(StmtKind::Defer(body))
            }
            Tok::Onfail => self.onfail(),
            Tok::Push => {
                self.bump();
                let value = self.header_expr()?;
                let body = self.block()?;
                Ok(StmtKind::Push { value, body })
            }
            Tok::While => {
                self.bump();
                let cond = self.cond()?;
                let body = self.block()?;
                self.eat(Tok::Semi);
                Ok(StmtKind::While { cond, body })
            }
            Tok::For => self.loop_stmt(token.lo, false),
            Tok::Inline if self.peek_at(1) == Tok::For => {
                self.bump();
                self.loop_stmt(token.lo, true)
            }
            Tok::Inline if self.peek_at(1) == Tok::If => {
                self.bump();
                let expr = self.if_expr(true, true)?;
                self.end_expr_stmt(expr)
            }
            Tok::If => {
                let expr = self.if_expr(false, true)?;
                self.end_expr_stmt(expr)
            }
            Tok::LBrace => {
                let block = self.block()?;
                let expr = self.mk(token.lo, ExprKind::Block(Box::new(block)));
                self.end_expr_stmt(expr)
            }
            Tok::Private if self.name_like(self.pos + 1) => {
                Err(self.fail("`private` is only allowed on module-scope declarations"))
            }
            Tok::Directive => self.directive_stmt(attrs),
            // `impl P for T`: an ordinary name elsewhere.
            Tok::Ident if self.tok_text() == "impl" && self.peek_at(1) == Tok::Ident => {
                Err(self.fail("an impl is only allowed at module scope"))
            }
            _ => self.expr_stmt(),
        }
    }

    /// A `for`; behind its block a `;` may stand.
    fn loop_stmt(&mut self, lo: u32, inline: bool) -> PResult<StmtKind> {
        let node = self.for_stmt(lo, inline)?;
        if matches!(node.body, ForBody::Block(_)) {
            self.eat(Tok::Semi);
        }
        Ok(StmtKind::For(Box::new(node)))
    }

    fn local_decl(&mut self, attrs: Attrs) -> PResult<StmtKind> {
        let discard =
            self.peek() == Tok::Ident && self.tok_text() == "_" && self.peek_at(1) == Tok::ColonEq;
        if discard {
            self.bump();
            self.bump();
            let value = self.expr()?;
            self.end_of_value(&value)?;
            return Ok(StmtKind::Discard(value));
        }
        let decl = self.decl(attrs, NameUse::Binding, DeclPlace::Block)?;
        self.check_local(&decl);
        Ok(StmtKind::Decl(decl))
    }

    /// Blocks hold variables, constants, plain functions and types.
    fn check_local(&mut self, decl: &Decl) {
        let what = match &decl.kind {
            DeclKind::Import(_) | DeclKind::CUnit(_) => "`#import`",
            DeclKind::Library(_) => "`#library`",
            DeclKind::Protocol(_) => "a protocol declaration",
            DeclKind::UfcsAlias(_) => "a `ufcs` declaration",
            DeclKind::Fn(f) if f.ufcs => "a `ufcs` declaration",
            DeclKind::Fn(f) if f.link.is_some() => "an `extern` or `export` declaration",
            DeclKind::Var(var) if var.link.is_some() => "an `extern` or `export` declaration",
            DeclKind::Const(_)
            | DeclKind::Var(_)
            | DeclKind::Fn(_)
            | DeclKind::Struct(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_) => return,
        };
        self.error_at(
            decl.name.span,
            format!("{what} is only allowed at module scope"),
        );
    }

    fn directive_stmt(&mut self, attrs: Attrs) -> PResult<StmtKind> {
        match self.tok_text() {
            "#insert" => {
                let lo = self.bump().lo;
                let value = self.expr()?;
                // Without `;` at the end of a block it is the block's value.
                if self.at(Tok::RBrace) && !is_block_like(&value) {
                    let expr = self.mk(lo, ExprKind::Insert(Box::new(value)));
                    return self.end_expr_stmt(expr);
                }
                self.end_of_value(&value)?;
                Ok(StmtKind::Insert(value))
            }
            "#error" => Ok(StmtKind::Error(self.error_directive()?)),
            "#assert" => Ok(StmtKind::Assert(Box::new(self.assert()?))),
            "#saved" => Ok(StmtKind::Decl(self.saved(attrs)?)),
            "#import" => Err(self.fail("`#import` is only allowed at module scope")),
            "#context_extend" => Err(self.fail("`#context_extend` is only allowed at top level")),
            _ => self.expr_stmt(),
        }
    }

    /// An expression, or an assignment that begins with one.
    fn expr_stmt(&mut self) -> PResult<StmtKind> {
        let expr = self.expr()?;
        if let Some(op) = assign_op(self.peek()) {
            self.bump();
            let value = self.ended_value()?;
            self.expect(Tok::Semi)?;
            let discard = matches!(&expr.kind, ExprKind::Ident(name) if name.is_discard());
            // `_ := v` alone may drop a value slot unproven; `_ = v` reads it like any assignment.
            let name = matches!(value.kind, ExprKind::Ident(_));
            if discard && op == AssignOp::Set && !name {
                return Ok(StmtKind::Discard(value));
            }
            return Ok(StmtKind::Assign {
                target: expr,
                op,
                value,
            });
        }
        if self.at(Tok::Comma) {
            return self.multi_assign(expr);
        }
        self.end_expr_stmt(expr)
    }

    fn multi_assign(&mut self, first: Expr) -> PResult<StmtKind> {
        let mut targets = vec![first];
        while self.eat(Tok::Comma) {
            targets.push(self.expr()?);
        }
        match self.peek() {
            Tok::ColonEq => {
                let mut names = Vec::new();
                for target in &targets {
                    names.push(self.expr_as_name(target)?);
                }
                self.bump();
                let value = self.expr()?;
                self.end_of_value(&value)?;
                self.errors_followed += 1;
                Ok(StmtKind::Destructure { names, value })
            }
            Tok::Eq => {
                self.bump();
                let mut values = vec![self.ended_value()?];
                while self.eat(Tok::Comma) {
                    values.push(self.ended_value()?);
                }
                self.expect(Tok::Semi)?;
                Ok(StmtKind::MultiAssign { targets, values })
            }
            // `a : [3]i64 = {1, 2, 3};`
            Tok::RBrace => {
                let span = targets[0].span.to(self.span_of(self.tok()));
                Err(self.error_at(span, "a block holds statements; a list of elements is written `.[1, 2, 3]` (arrays, slices) or `.{1, 2, 3}` (structs, tuples)"))
            }
            _ => Err(self.fail("multi-target assignment requires '=' or ':='")),
        }
    }

    /// After an expression statement: `;`, which blocks don't need, or the end of the block.
    fn end_expr_stmt(&mut self, expr: Expr) -> PResult<StmtKind> {
        let semi = self.eat(Tok::Semi);
        let ends = matches!(self.peek(), Tok::RBrace | Tok::Eof);
        if !semi && !ends && !is_block_like(&expr) && !ends_with_trailing_block(&expr) {
            self.expect(Tok::Semi)?;
        }
        Ok(StmtKind::Expr { expr, semi })
    }

    fn return_stmt(&mut self) -> PResult<StmtKind> {
        let token = self.bump();
        self.check_cleanup("return", self.span_of(token));
        // Mostly one.
        let mut values = match self.at(Tok::Semi) {
            true => Vec::new(),
            false => Vec::with_capacity(1),
        };
        while !matches!(self.peek(), Tok::Semi | Tok::RBrace | Tok::Eof) {
            let mut name = None;
            if self.name_like(self.pos) && self.kind_at(self.after_name(self.pos)) == Tok::Eq {
                name = Some(self.any_name()?);
                self.bump();
            }
            let value = self.ended_value()?;
            values.push(ReturnValue { name, value });
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        values.shrink_to_fit();
        Ok(StmtKind::Return(values))
    }

    /// `break`, `continue` or `return [expr]`, without a `;`.
    pub(crate) fn jump(&mut self) -> PResult<StmtKind> {
        let token = self.bump();
        let text = &self.text[token.lo as usize..token.hi as usize];
        self.check_cleanup(text, self.span_of(token));
        match token.kind {
            Tok::Break => Ok(StmtKind::Break),
            Tok::Continue => Ok(StmtKind::Continue),
            _ => {
                let mut values = Vec::new();
                if !matches!(self.peek(), Tok::Semi | Tok::Else | Tok::RBrace | Tok::Eof) {
                    values.push(ReturnValue {
                        name: None,
                        value: self.expr()?,
                    });
                }
                Ok(StmtKind::Return(values))
            }
        }
    }

    fn onfail(&mut self) -> PResult<StmtKind> {
        self.bump();
        let mut tag = None;
        let after = self.after_name(self.pos + 1);
        let binds = self.at(Tok::LParen)
            && self.name_like(self.pos + 1)
            && self.kind_at(after) == Tok::RParen
            && self.kind_at(after + 1) == Tok::LBrace;
        if binds {
            self.bump();
            tag = Some(self.binding_name()?);
            self.bump();
        }
        let body = self.in_cleanup("onfail", |p| p.cleanup_body())?;
        self.errors_followed += 1;
        Ok(StmtKind::OnFail { tag, body })
    }

    /// A block, or an expression and `;`.
    fn cleanup_body(&mut self) -> PResult<Expr> {
        let lo = self.here();
        if self.at(Tok::LBrace) {
            let block = self.block()?;
            return Ok(self.mk(lo, ExprKind::Block(Box::new(block))));
        }
        if matches!(
            self.peek(),
            Tok::Return | Tok::Raise | Tok::Break | Tok::Continue
        ) {
            let span = self.span_of(self.tok());
            let word = self.tok_text();
            self.check_cleanup(word, span);
            return Err(Failed);
        }
        let value = if self.at(Tok::If) {
            self.if_expr(false, true)?
        } else {
            self.expr()?
        };
        if assign_op(self.peek()).is_some() {
            return Err(self.fail("expected ';': an unbraced cleanup is an expression, not an assignment; write it in braces: `{ x = 1; }`"));
        }
        if !self.eat(Tok::Semi) && !is_block_like(&value) && !ends_with_trailing_block(&value) {
            self.expect(Tok::Semi)?;
        }
        Ok(value)
    }
}
