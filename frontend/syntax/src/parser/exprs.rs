//! Operators.

use super::*;

/// Binding strength of `* / %`; `or` is 1 and `??` is 0.
const TIGHTEST: u8 = 9;
const COMPARISON: u8 = 6;

fn binary_op(kind: Tok) -> Option<(BinOp, u8)> {
    Some(match kind {
        Tok::Star => (BinOp::Mul, TIGHTEST),
        Tok::Slash => (BinOp::Div, TIGHTEST),
        Tok::Percent => (BinOp::Rem, TIGHTEST),
        Tok::Plus => (BinOp::Add, 8),
        Tok::Minus => (BinOp::Sub, 8),
        Tok::Shl => (BinOp::Shl, 7),
        Tok::Shr => (BinOp::Shr, 7),
        Tok::EqEq => (BinOp::Eq, COMPARISON),
        Tok::BangEq => (BinOp::Ne, COMPARISON),
        Tok::Lt => (BinOp::Lt, COMPARISON),
        Tok::Le => (BinOp::Le, COMPARISON),
        Tok::Gt => (BinOp::Gt, COMPARISON),
        Tok::Ge => (BinOp::Ge, COMPARISON),
        Tok::In => (BinOp::In, COMPARISON),
        Tok::Amp => (BinOp::BitAnd, 5),
        Tok::Caret => (BinOp::BitXor, 4),
        Tok::Pipe => (BinOp::BitOr, 3),
        Tok::And => (BinOp::And, 2),
        Tok::Or => (BinOp::Or, 1),
        Tok::QuestionQuestion => (BinOp::Coalesce, 0),
        _ => return None,
    })
}

pub(crate) fn assign_op(kind: Tok) -> Option<AssignOp> {
    Some(match kind {
        Tok::Eq => AssignOp::Set,
        Tok::PlusEq => AssignOp::Op(BinOp::Add),
        Tok::MinusEq => AssignOp::Op(BinOp::Sub),
        Tok::StarEq => AssignOp::Op(BinOp::Mul),
        Tok::SlashEq => AssignOp::Op(BinOp::Div),
        Tok::PercentEq => AssignOp::Op(BinOp::Rem),
        Tok::AmpEq => AssignOp::Op(BinOp::BitAnd),
        Tok::PipeEq => AssignOp::Op(BinOp::BitOr),
        Tok::CaretEq => AssignOp::Op(BinOp::BitXor),
        Tok::ShlEq => AssignOp::Op(BinOp::Shl),
        Tok::ShrEq => AssignOp::Op(BinOp::Shr),
        _ => return None,
    })
}

/// Whether a token goes on with an expression and never begins a statement.
fn only_continues(kind: Tok) -> bool {
    match kind {
        // Also prefixes: an address, a negative number.
        Tok::Star | Tok::Minus => false,
        Tok::Catch | Tok::PipeGt | Tok::QuestionDot | Tok::DotStar | Tok::DotParen => true,
        kind => binary_op(kind).is_some(),
    }
}

impl Parser<'_> {
    pub(crate) fn expr(&mut self) -> PResult<Expr> {
        self.nested(|p| {
            let lo = p.here();
            let first = p.binary(0)?;
            p.pipes(lo, first)
        })
    }

    /// Inside brackets `{` is free again.
    pub(crate) fn bracketed_expr(&mut self) -> PResult<Expr> {
        self.brackets(|p| p.expr())
    }

    /// An expression in the header of a statement: the first `{` is the statement's.
    pub(crate) fn header_expr(&mut self) -> PResult<Expr> {
        self.braces(true, |p| p.expr())
    }

    /// A value behind which a `;` has to stand: no line break ends it.
    pub(crate) fn ended_value(&mut self) -> PResult<Expr> {
        self.brackets(|p| p.initializer())
    }

    /// A value, or `---` where an initialiser stands.
    pub(crate) fn initializer(&mut self) -> PResult<Expr> {
        if self.at(Tok::Undef) {
            let lo = self.bump().lo;
            return Ok(self.mk(lo, ExprKind::Undef));
        }
        self.expr()
    }

    /// A line break after the `}` of a block, behind which no `;` need stand, ends the expression if what follows can
    /// begin a statement.
    pub(crate) fn ended(&self) -> bool {
        self.block_end == self.pos
            && self.newline_before()
            && !self.in_brackets
            && !only_continues(self.peek())
    }

    fn pipes(&mut self, lo: u32, mut lhs: Expr) -> PResult<Expr> {
        while self.at(Tok::PipeGt) && !self.ended() {
            self.grow()?;
            self.bump();
            let rhs = self.nested(|p| p.binary(0))?;
            let span = self.span_from(lo);
            lhs = self.pipe_into(span, lhs, rhs);
        }
        Ok(lhs)
    }

    /// `a |> f(b)` is `f(a, b)`; what wraps the call (`try`, `catch`, `!`) stays around it.
    fn pipe_into(&mut self, span: Span, value: Expr, rhs: Expr) -> Expr {
        let Expr {
            id,
            span: rhs_span,
            kind,
        } = rhs;
        let kind = match kind {
            ExprKind::Try(inner) => ExprKind::Try(Box::new(self.pipe_into(span, value, *inner))),
            ExprKind::Xx(inner) => ExprKind::Xx(Box::new(self.pipe_into(span, value, *inner))),
            ExprKind::Unwrap(inner) => {
                ExprKind::Unwrap(Box::new(self.pipe_into(span, value, *inner)))
            }
            ExprKind::Catch(catch) => {
                let CatchExpr {
                    operand,
                    catch_span,
                    tag,
                    handler,
                } = *catch;
                let operand = self.pipe_into(span, value, operand);
                ExprKind::Catch(Box::new(CatchExpr {
                    operand,
                    catch_span,
                    tag,
                    handler,
                }))
            }
            ExprKind::Call(mut call) => {
                call.args.insert(0, Arg { name: None, value });
                call.piped = true;
                ExprKind::Call(call)
            }
            kind => {
                let callee = Expr {
                    id,
                    span: rhs_span,
                    kind,
                };
                let args = vec![Arg { name: None, value }];
                let call = CallExpr {
                    callee,
                    args,
                    trailing: None,
                    piped: true,
                };
                return self.mk_at(span, ExprKind::Call(Box::new(call)));
            }
        };
        Expr { id, span, kind }
    }

    pub(crate) fn binary(&mut self, min: u8) -> PResult<Expr> {
        let lo = self.here();
        let mut lhs = self.unary()?;
        loop {
            let Some((op, level)) = binary_op(self.peek()) else {
                return Ok(lhs);
            };
            if level < min || self.ended() {
                return Ok(lhs);
            }
            // `if x == {` starts a match.
            if op == BinOp::Eq && self.peek_at(1) == Tok::LBrace {
                return Ok(lhs);
            }
            self.grow()?;
            let op_token = self.bump();
            let op_span = self.span_of(op_token);
            let next = if op == BinOp::Coalesce { 0 } else { level + 1 };
            let rhs = self.nested(|p| p.binary(next))?;
            let span = self.span_from(lo);
            if op.is_comparison() {
                lhs = self.compare(span, lhs, op, op_span, rhs);
                continue;
            }
            lhs = self.mk_at(
                span,
                ExprKind::Binary {
                    op,
                    op_span,
                    lhs: Box::new(lhs),
                    rhs: Box::new(rhs),
                },
            );
        }
    }

    /// Adds a comparison, making a chain of two in a row. `in` never is part of a chain.
    fn compare(&mut self, span: Span, lhs: Expr, op: BinOp, op_span: Span, rhs: Expr) -> Expr {
        let Expr {
            id,
            span: lhs_span,
            kind,
        } = lhs;
        let kind = match kind {
            ExprKind::Binary {
                op: first_op,
                op_span: first_span,
                lhs,
                rhs: middle,
            } if first_op.is_comparison() => ExprKind::Chain {
                first: lhs,
                rest: thin_vec![
                    ChainLink {
                        op: first_op,
                        op_span: first_span,
                        rhs: *middle,
                    },
                    ChainLink { op, op_span, rhs },
                ],
            },
            ExprKind::Chain { first, mut rest } => {
                rest.push(ChainLink { op, op_span, rhs });
                ExprKind::Chain { first, rest }
            }
            kind => {
                let lhs = Box::new(Expr {
                    id,
                    span: lhs_span,
                    kind,
                });
                return self.mk_at(
                    span,
                    ExprKind::Binary {
                        op,
                        op_span,
                        lhs,
                        rhs: Box::new(rhs),
                    },
                );
            }
        };
        Expr { id, span, kind }
    }

    fn unary(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let wrap: fn(Box<Expr>) -> ExprKind = match self.peek() {
            Tok::Minus => |expr| ExprKind::Unary {
                op: UnOp::Neg,
                expr,
            },
            Tok::Bang => |expr| ExprKind::Unary {
                op: UnOp::Not,
                expr,
            },
            Tok::Tilde => |expr| ExprKind::Unary {
                op: UnOp::BitNot,
                expr,
            },
            Tok::Star => ExprKind::Star,
            Tok::Xx => ExprKind::Xx,
            Tok::Try => {
                let span = self.span_of(self.tok());
                self.check_cleanup("try", span);
                ExprKind::Try
            }
            _ => return self.postfix(),
        };
        self.bump();
        let inner = self.nested(|p| p.unary())?;
        Ok(self.mk(lo, wrap(Box::new(inner))))
    }
}
