//! `if`, match, `for`.

use super::*;

impl Parser<'_> {
    /// At `if`: a conditional or a match. As a whole statement (`stmt`) its branches may be jumps.
    pub(crate) fn if_expr(&mut self, inline: bool, stmt: bool) -> PResult<Expr> {
        let lo = self.bump().lo;
        let cond = self.cond()?;
        let cond = match cond {
            Cond::Expr(subject) if self.at(Tok::EqEq) && self.peek_at(1) == Tok::LBrace => {
                self.bump();
                let matching = self.match_arms(lo, inline, *subject)?;
                self.block_end = self.pos;
                return Ok(self.mk(lo, ExprKind::Match(Box::new(matching))));
            }
            cond => cond,
        };
        let (form, then) = if self.at(Tok::Then) && !inline && matches!(cond, Cond::Expr(_)) {
            self.bump();
            (IfForm::Then, self.value_branch(stmt)?)
        } else {
            (IfForm::Block, Branch::Block(self.block()?))
        };
        let mut else_ = None;
        if self.at(Tok::Else) && self.peek_at(1) != Tok::Colon {
            self.bump();
            else_ = Some(self.else_branch(form, inline, stmt)?);
        }
        if form == IfForm::Block {
            self.block_end = self.pos;
        }
        let expr = IfExpr {
            span: self.span_from(lo),
            inline,
            cond,
            form,
            then,
            else_,
        };
        Ok(self.mk(lo, ExprKind::If(Box::new(expr))))
    }

    fn else_branch(&mut self, form: IfForm, inline: bool, stmt: bool) -> PResult<Branch> {
        if self.at(Tok::If) {
            self.grow()?;
            let next = self.with_stack(|p| p.if_expr(inline, stmt))?;
            return Ok(Branch::Expr(Box::new(next)));
        }
        match form {
            IfForm::Block => Ok(Branch::Block(self.block()?)),
            IfForm::Then => self.value_branch(stmt),
        }
    }

    fn value_branch(&mut self, stmt: bool) -> PResult<Branch> {
        let lo = self.here();
        if stmt && matches!(self.peek(), Tok::Break | Tok::Continue | Tok::Return) {
            let kind = self.jump()?;
            let jump = Stmt {
                span: self.span_from(lo),
                kind,
            };
            return Ok(Branch::Jump(Box::new(jump)));
        }
        Ok(Branch::Expr(Box::new(self.expr()?)))
    }

    /// Condition of `if` and `while`.
    pub(crate) fn cond(&mut self) -> PResult<Cond> {
        if self.name_like(self.pos) && self.kind_at(self.after_name(self.pos)) == Tok::ColonEq {
            let name = self.binding_name()?;
            self.bump();
            return Ok(Cond::Bind {
                name,
                value: Box::new(self.header_expr()?),
            });
        }
        Ok(Cond::Expr(Box::new(self.header_expr()?)))
    }

    // ------------------------------------------------------------------------------------------------ match

    /// The braced arms of a match whose subject has been read.
    pub(crate) fn match_arms(
        &mut self,
        lo: u32,
        inline: bool,
        subject: Expr,
    ) -> PResult<MatchExpr> {
        self.nested(|p| {
            p.expect(Tok::LBrace)?;
            let mut arms = Vec::new();
            let mut else_ = None;
            p.statements(|p| {
                while !matches!(p.peek(), Tok::RBrace | Tok::Eof) {
                    let start = p.pos;
                    if p.match_arm(&mut arms, &mut else_).is_err() {
                        p.recover_arm(start);
                    }
                }
                Ok(())
            })?;
            p.expect(Tok::RBrace)?;
            arms.shrink_to_fit();
            Ok(MatchExpr {
                span: p.span_from(lo),
                inline,
                subject,
                arms,
                else_,
            })
        })
    }

    fn recover_arm(&mut self, start: usize) {
        loop {
            let before = self.pos;
            self.recover(start);
            if matches!(self.peek(), Tok::Case | Tok::RBrace | Tok::Eof) {
                break;
            }
            if self.pos == before {
                self.bump();
            }
        }
        if self.pos == start {
            self.bump();
        }
    }

    fn match_arm(&mut self, arms: &mut Vec<MatchArm>, else_: &mut Option<ArmBody>) -> PResult<()> {
        let lo = self.here();
        if else_.is_none() && self.at(Tok::Else) {
            self.bump();
            self.expect(Tok::Colon)?;
            *else_ = Some(self.arm_body(true)?);
            return Ok(());
        }
        if else_.is_some() || !self.at(Tok::Case) {
            return Err(self.unexpected());
        }
        self.bump();
        let pattern = self.pattern()?;
        self.expect(Tok::Colon)?;
        let mut capture = None;
        if self.at(Tok::LParen)
            && self.name_like(self.pos + 1)
            && self.kind_at(self.after_name(self.pos + 1)) == Tok::RParen
        {
            self.bump();
            capture = Some(self.binding_name()?);
            self.bump();
        }
        let body = self.arm_body(false)?;
        arms.push(MatchArm {
            span: self.span_from(lo),
            pattern,
            capture,
            body,
        });
        Ok(())
    }

    pub(crate) fn pattern(&mut self) -> PResult<Pattern> {
        let lo = self.here();
        if self.at(Tok::Dot) {
            self.bump();
            let name = self.any_name()?;
            return Ok(Pattern {
                span: self.span_from(lo),
                kind: PatternKind::Variant(name),
            });
        }
        let category = matches!(
            self.peek(),
            Tok::Struct | Tok::Enum | Tok::Union | Tok::Error
        ) && self.peek_at(1) == Tok::Colon;
        let expr = if category {
            let name = self.any_name()?;
            self.mk(lo, ExprKind::Ident(name))
        } else {
            self.bracketed_expr()?
        };
        Ok(Pattern {
            span: self.span_from(lo),
            kind: PatternKind::Expr(expr),
        })
    }

    fn arm_body(&mut self, is_else: bool) -> PResult<ArmBody> {
        let lo = self.here();
        // In `else:` a `break` belongs to the loop around the match.
        if !is_else && self.at(Tok::Break) && self.peek_at(1) == Tok::Semi {
            let next = self.peek_at(2);
            let else_next = next == Tok::Else && self.peek_at(3) == Tok::Colon;
            if matches!(next, Tok::Case | Tok::RBrace) || else_next {
                let token = self.bump();
                self.bump();
                return Ok(ArmBody::Break(self.span_of(token)));
            }
        }
        if self.eat(Tok::FatArrow) {
            let branch = self.value_branch(true)?;
            if super::exprs::assign_op(self.peek()).is_some() {
                return Err(self.fail("expected ';': an arm behind `=>` is an expression, not an assignment; write the statement without the `=>`"));
            }
            let blocky = match &branch {
                Branch::Expr(expr) => super::decls::is_block_like(expr),
                Branch::Block(_) | Branch::Jump(_) => false,
            };
            if !self.eat(Tok::Semi) && !blocky && !self.at(Tok::RBrace) {
                self.expect(Tok::Semi)?;
            }
            return Ok(ArmBody::Arrow(branch));
        }
        let (stmts, tail) = self.nested(|p| p.block_body(true))?;
        Ok(ArmBody::Stmts(Block {
            span: self.span_from(lo),
            stmts,
            tail,
        }))
    }

    // -------------------------------------------------------------------------------------------------- for

    /// At `for`.
    pub(crate) fn for_stmt(&mut self, lo: u32, inline: bool) -> PResult<ForStmt> {
        self.bump();
        let (iters, captures) = self.for_head()?;
        let body = if self.eat(Tok::FatArrow) {
            ForBody::Stmt(Box::new(self.nested(|p| p.braces(false, |p| p.stmt()))?))
        } else {
            ForBody::Block(self.block()?)
        };
        Ok(ForStmt {
            span: self.span_from(lo),
            inline,
            iters,
            captures,
            body,
        })
    }

    /// Iterables and captures; the last parenthesised group before the body holds the captures.
    pub(crate) fn for_head(&mut self) -> PResult<(Vec<ForIter>, Vec<Capture>)> {
        if self.at(Tok::Ident) && self.peek_at(1) == Tok::In {
            return Err(self.fail("a loop names its elements behind what it walks: `for xs (x) { .. }`, `for 0..n (i) { .. }`"));
        }
        let (body, group) = self.for_header();
        let outer = self.limit;
        self.limit = group.unwrap_or(body).min(outer);
        let iters = self.braces(true, |p| p.for_iters());
        let reached = self.pos == self.limit;
        self.limit = outer;
        let iters = iters?;
        if self.at(Tok::Colon) {
            return Err(self.fail("the ':' was removed from `for` — write `for xs (x) { .. }`"));
        }
        if !reached {
            return Err(self.fail("expected '{'"));
        }
        let mut captures = Vec::new();
        if group.is_some() {
            captures.reserve_exact(1);
            self.bump();
            loop {
                let by_ref = self.eat(Tok::Star);
                if !self.name_like(self.pos) {
                    return Err(self.fail(
                        "expected capture name — a call iterable needs a capture or parentheses: `for f() (x) { .. }`, `for (f()) { .. }`",
                    ));
                }
                captures.push(Capture {
                    name: self.binding_name()?,
                    by_ref,
                });
                if !self.eat(Tok::Comma) || self.at(Tok::RParen) {
                    break;
                }
            }
            if !self.eat(Tok::RParen) {
                return Err(self.fail(
                    "expected capture name — a call iterable needs a capture or parentheses: `for f() (x) { .. }`, `for (f()) { .. }`",
                ));
            }
        }
        if !matches!(self.peek(), Tok::LBrace | Tok::FatArrow) {
            return Err(self.fail("expected '{'"));
        }
        captures.shrink_to_fit();
        let names: Vec<Ident> = captures.iter().map(|capture| capture.name).collect();
        self.distinct("capture", &names);
        Ok((iters, captures))
    }

    fn for_iters(&mut self) -> PResult<Vec<ForIter>> {
        // Mostly one.
        let mut iters = Vec::with_capacity(1);
        loop {
            iters.push(self.nested(|p| p.for_iter())?);
            if !self.eat(Tok::Comma) {
                iters.shrink_to_fit();
                return Ok(iters);
            }
        }
    }

    fn for_iter(&mut self) -> PResult<ForIter> {
        let lo = self.here();
        let first = self.expr()?;
        if !self.peek().is_range() {
            return Ok(ForIter {
                span: first.span,
                kind: ForIterKind::Each(first),
            });
        }
        let (op, needs_end) = self.range_op();
        let mut hi = None;
        if !matches!(self.peek(), Tok::Eof | Tok::Comma) {
            hi = Some(self.expr()?);
        } else if needs_end {
            self.error_at(op.span, "an end marker needs an end expression");
        }
        let span = self.span_from(lo);
        Ok(ForIter {
            span,
            kind: ForIterKind::Range { lo: first, op, hi },
        })
    }
}
