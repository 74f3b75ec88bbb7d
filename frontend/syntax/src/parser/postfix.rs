//! Calls, members, indices, casts, aggregates, `catch`.

use super::*;

impl Parser<'_> {
    pub(crate) fn postfix(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let mut expr = self.primary()?;
        while !self.ended() {
            let kind = match self.peek() {
                Tok::LParen => {
                    expr = self.call(lo, expr)?;
                    continue;
                }
                Tok::LBracket => self.index(expr)?,
                Tok::Dot => self.member(expr)?,
                Tok::QuestionDot => self.opt_member(expr)?,
                Tok::DotStar => {
                    self.bump();
                    ExprKind::Deref(Box::new(expr))
                }
                Tok::Bang => {
                    self.bump();
                    ExprKind::Unwrap(Box::new(expr))
                }
                Tok::DotParen => self.cast(expr)?,
                Tok::DotBrace | Tok::DotBracket => self.aggregate(Some(expr))?,
                Tok::Catch => self.catch(expr)?,
                _ => break,
            };
            self.grow()?;
            expr = self.mk(lo, kind);
        }
        Ok(expr)
    }

    fn call(&mut self, lo: u32, callee: Expr) -> PResult<Expr> {
        self.grow()?;
        self.bump();
        let args = self.args(Tok::RParen)?;
        self.check_arg_order(&args);
        let mut trailing = None;
        if self.at(Tok::LBrace) && !self.no_brace && !self.newline_before() {
            trailing = Some(self.trailing_block()?);
            self.block_end = self.pos;
            self.check_chain_end();
        }
        let call = CallExpr {
            callee,
            args,
            trailing,
            piped: false,
        };
        Ok(self.mk(lo, ExprKind::Call(Box::new(call))))
    }

    /// The `{ .. }` after a call: a lambda without parameters.
    fn trailing_block(&mut self) -> PResult<Arc<FnDecl>> {
        let lo = self.here();
        let body = self.fresh_body(|p| p.block())?;
        let open = Span::new(self.file, lo, lo);
        Ok(Arc::new(FnDecl {
            span: self.span_from(lo),
            name: None,
            sig: FnSig {
                span: open,
                params: Vec::new(),
                ret: None,
                abi: None,
            },
            ufcs: false,
            mixin: false,
            plain_flow: false,
            property: None,
            link: None,
            body: FnBody::Block(body).into(),
            origin: FnOrigin::TrailingBlock,
        }))
    }

    fn check_chain_end(&mut self) {
        let postfix = matches!(
            self.peek(),
            Tok::LParen
                | Tok::LBracket
                | Tok::Dot
                | Tok::QuestionDot
                | Tok::DotStar
                | Tok::DotParen
                | Tok::DotBrace
                | Tok::DotBracket
                | Tok::Bang
        );
        if postfix && !self.newline_before() {
            self.fail("a trailing block ends the call chain — bind the result to a name first");
        }
    }

    fn check_arg_order(&mut self, args: &[Arg]) {
        let named = args.iter().position(|arg| arg.name.is_some());
        let late = named.and_then(|first| args[first..].iter().find(|arg| arg.name.is_none()));
        if let Some(arg) = late {
            self.error_at(
                arg.value.span,
                "positional argument after a named argument — positional arguments come first",
            );
        }
    }

    /// Arguments or elements up to `close`: `e`, `..e`, `name = e`.
    pub(crate) fn args(&mut self, close: Tok) -> PResult<Vec<Arg>> {
        self.brackets(|p| p.list(close, |p| p.arg()))
    }

    fn arg(&mut self) -> PResult<Arg> {
        let mut name = None;
        if self.name_like(self.pos) && self.kind_at(self.after_name(self.pos)) == Tok::Eq {
            name = Some(self.any_name()?);
            self.bump();
        }
        let value = self.spread_or(|p| p.initializer())?;
        Ok(Arg { name, value })
    }

    /// `..e`, or what `f` reads.
    pub(crate) fn spread_or(
        &mut self,
        f: impl FnOnce(&mut Self) -> PResult<Expr>,
    ) -> PResult<Expr> {
        if !self.at(Tok::Range) {
            return f(self);
        }
        let lo = self.bump().lo;
        let inner = self.expr()?;
        Ok(self.mk(lo, ExprKind::Spread(Box::new(inner))))
    }

    fn index(&mut self, base: Expr) -> PResult<ExprKind> {
        self.bump();
        self.brackets(|p| {
            let lo = if p.peek().is_range() {
                None
            } else {
                Some(p.expr()?)
            };
            if !p.peek().is_range() {
                p.expect(Tok::RBracket)?;
                let base = Box::new(base);
                return match lo.map(Box::new) {
                    Some(index) => Ok(ExprKind::Index { base, index }),
                    None => Err(p.unexpected()),
                };
            }
            let (op, needs_end) = p.range_op();
            let hi = if p.at(Tok::RBracket) {
                None
            } else {
                Some(p.expr()?)
            };
            if hi.is_none() && needs_end {
                p.error_at(op.span, "an end marker needs an end expression");
            }
            p.expect(Tok::RBracket)?;
            Ok(ExprKind::Slice(Box::new(SliceExpr { base, lo, op, hi })))
        })
    }

    /// Reads a range token; also says whether it marks its end.
    pub(crate) fn range_op(&mut self) -> (RangeOp, bool) {
        let token = self.bump();
        let (lo_exclusive, hi_inclusive, marked) = match token.kind {
            Tok::RangeEq | Tok::EqRangeEq => (false, true, true),
            Tok::RangeLt | Tok::EqRangeLt => (false, false, true),
            Tok::LtRange => (true, false, false),
            Tok::LtRangeEq => (true, true, true),
            Tok::LtRangeLt => (true, false, true),
            _ => (false, false, false),
        };
        let span = self.span_of(token);
        (
            RangeOp {
                span,
                lo_exclusive,
                hi_inclusive,
            },
            marked,
        )
    }

    fn member(&mut self, base: Expr) -> PResult<ExprKind> {
        self.bump();
        let base = Box::new(base);
        if self.at(Tok::Int) {
            let (index, index_span) = self.tuple_index()?;
            return Ok(ExprKind::TupleIndex {
                base,
                index,
                index_span,
            });
        }
        if self.at(Tok::Float) {
            return Err(self.fail(
                "expected a member index, found a float; write '(t.1).0' for nested indices",
            ));
        }
        let name = self.any_name()?;
        Ok(ExprKind::Field { base, name })
    }

    fn opt_member(&mut self, base: Expr) -> PResult<ExprKind> {
        self.bump();
        let base = Box::new(base);
        match self.peek() {
            Tok::LParen => {
                self.bump();
                let ty = Box::new(self.bracketed_expr()?);
                self.expect(Tok::RParen)?;
                Ok(ExprKind::OptCast { base, ty })
            }
            Tok::Int => {
                let (index, index_span) = self.tuple_index()?;
                Ok(ExprKind::OptTupleIndex {
                    base,
                    index,
                    index_span,
                })
            }
            _ => {
                let name = self.any_name()?;
                Ok(ExprKind::OptField { base, name })
            }
        }
    }

    fn tuple_index(&mut self) -> PResult<(u64, Span)> {
        let token = self.bump();
        let span = self.span_of(token);
        let text = &self.text[token.lo as usize..token.hi as usize];
        match lexer::int_value(text) {
            Some(value) => Ok((value, span)),
            None => Err(self.error_at(span, "member index is too large")),
        }
    }

    fn cast(&mut self, base: Expr) -> PResult<ExprKind> {
        self.bump();
        self.braces(false, |p| {
            let base = Box::new(base);
            let ty = Box::new(p.expr()?);
            let mut alloc = None;
            if p.eat(Tok::Comma) && !p.at(Tok::RParen) {
                alloc = Some(Box::new(p.expr()?));
                p.eat(Tok::Comma);
            }
            p.expect(Tok::RParen)?;
            Ok(ExprKind::Cast { base, ty, alloc })
        })
    }

    /// `.{ .. }` or `.[ .. ]`, behind `ty` if there is one.
    pub(crate) fn aggregate(&mut self, ty: Option<Expr>) -> PResult<ExprKind> {
        let open = self.bump();
        let (brackets, close) = match open.kind {
            Tok::DotBracket => (Brackets::Square, Tok::RBracket),
            _ => (Brackets::Brace, Tok::RBrace),
        };
        let elems = self.args(close)?;
        let starts_init = self.at(Tok::LBrace) && !self.no_brace;
        let mut init = None;
        if ty.is_some() && brackets == Brackets::Brace && starts_init {
            init = Some(self.braces(false, |p| p.block())?);
        }
        Ok(ExprKind::Aggregate(Box::new(Aggregate {
            ty,
            brackets,
            elems,
            init,
        })))
    }

    fn catch(&mut self, operand: Expr) -> PResult<ExprKind> {
        let token = self.bump();
        let catch_span = self.span_of(token);
        let mut tag = None;
        if self.at(Tok::LParen) {
            self.bump();
            tag = Some(self.binding_name()?);
            self.expect(Tok::RParen)?;
        }
        let handler = match self.peek() {
            Tok::LBrace => CatchHandler::Block(self.braces(false, |p| p.block())?),
            Tok::EqEq if self.peek_at(1) == Tok::LBrace && tag.is_some() => {
                self.catch_match(tag)?
            }
            Tok::Ident if tag.is_none() => {
                return Err(self.fail("the `catch` binding needs parentheses: `catch (e) ..`"));
            }
            _ if tag.is_none() => {
                return Err(
                    self.fail("`catch` without a binding requires a braced body: `catch { .. }`")
                );
            }
            _ => CatchHandler::Expr(self.expr()?),
        };
        Ok(ExprKind::Catch(Box::new(CatchExpr {
            operand,
            catch_span,
            tag,
            handler,
        })))
    }

    fn catch_match(&mut self, tag: Option<Ident>) -> PResult<CatchHandler> {
        let lo = self.here();
        let subject = match tag {
            Some(name) => self.mk_at(name.span, ExprKind::Ident(name)),
            None => self.mk(lo, ExprKind::Error),
        };
        self.bump();
        Ok(CatchHandler::Match(self.match_arms(lo, false, subject)?))
    }
}
