//! What an expression can begin with.

use super::lookahead::ParenHead;
use super::*;

impl Parser<'_> {
    pub(crate) fn primary(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let kind = match self.peek() {
            Tok::Int => self.int()?,
            Tok::Char => {
                let text = self.tok_text();
                let value = lexer::char_value(&text[1..text.len() - 1]).unwrap_or(0);
                self.bump();
                ExprKind::Int {
                    value,
                    is_char: true,
                }
            }
            Tok::Float => {
                let text = self.tok_text();
                self.bump();
                ExprKind::Float {
                    value: lexer::float_value(text),
                    text: Symbol::intern(text),
                }
            }
            Tok::Str | Tok::Heredoc => ExprKind::Str(self.string()?.text),
            Tok::True => self.word(ExprKind::Bool(true)),
            Tok::False => self.word(ExprKind::Bool(false)),
            Tok::Null => self.word(ExprKind::Null),
            Tok::Undef => self.word(ExprKind::Undef),
            Tok::Ident => match (self.tok_text(), self.peek_at(1)) {
                ("Tuple" | "Closure", Tok::LParen) => return self.type_expr(),
                _ => ExprKind::Ident(self.any_name()?),
            },
            Tok::RawIdent | Tok::F32 | Tok::F64 | Tok::Type | Tok::SelfType => {
                ExprKind::Ident(self.any_name()?)
            }
            Tok::Dollar => {
                self.bump();
                ExprKind::Dollar {
                    name: self.any_name()?,
                    constraints: ThinVec::new(),
                }
            }
            Tok::Dot => {
                self.bump();
                ExprKind::EnumLit(self.any_name()?)
            }
            Tok::DotBrace | Tok::DotBracket => self.aggregate(None)?,
            Tok::LParen => return self.paren(),
            Tok::LBrace if !self.no_brace => {
                let block = self.nested(|p| p.block())?;
                self.block_end = self.pos;
                ExprKind::Block(Box::new(block))
            }
            Tok::If => return self.nested(|p| p.if_expr(false, false)),
            Tok::Question | Tok::LBracket | Tok::Struct | Tok::Union | Tok::Enum => {
                return self.type_expr();
            }
            Tok::Error if self.peek_at(1) == Tok::Dot => {
                self.bump();
                self.bump();
                ExprKind::ErrorTag(self.any_name()?)
            }
            Tok::Asm => ExprKind::Asm(Arc::new(self.asm()?)),
            Tok::Directive => self.directive()?,
            Tok::Hash if self.peek_at(1) == Tok::LParen => {
                self.bump();
                self.bump();
                // A splice in a splice belongs to the quote further out.
                let (list, parts) = (self.splices.pop(), self.name_parts.pop());
                let inner = self.bracketed_expr();
                self.splices.extend(list);
                self.name_parts.extend(parts);
                let inner = Arc::new(inner?);
                self.expect(Tok::RParen)?;
                match self.splices.last_mut() {
                    Some(list) => list.push(inner.clone()),
                    None => {
                        let span = self.span_from(lo);
                        self.error_at(span, "a splice `#(..)` is only legal inside `#code`");
                    }
                }
                ExprKind::Splice(inner)
            }
            Tok::Raise => {
                return Err(self.fail(
                    "`raise` is a statement, not an expression — use a block: `{ raise ..; }`",
                ));
            }
            Tok::Return | Tok::Break | Tok::Continue => {
                let word = self.tok_text();
                return Err(self.fail(format!(
                    "`{word}` is a statement, not an expression — use a block: `{{ {word}; }}`"
                )));
            }
            Tok::Inline if matches!(self.peek_at(1), Tok::If | Tok::For) => {
                return Err(self.fail("`inline` forms are statements and have no value"));
            }
            _ => return Err(self.unexpected()),
        };
        Ok(self.mk(lo, kind))
    }

    fn word(&mut self, kind: ExprKind) -> ExprKind {
        self.bump();
        kind
    }

    fn int(&mut self) -> PResult<ExprKind> {
        let text = self.tok_text();
        let Some(value) = lexer::int_value(text) else {
            let shown: String = text.chars().take(40).collect();
            return Err(self.fail(format!(
                "integer literal '{shown}' is too large: it does not fit in 64 bits"
            )));
        };
        self.bump();
        Ok(ExprKind::Int {
            value,
            is_char: false,
        })
    }

    /// A string literal or heredoc, escapes replaced.
    pub(crate) fn string(&mut self) -> PResult<StrLit> {
        self.string_as(true)
    }

    fn string_as(&mut self, escapes: bool) -> PResult<StrLit> {
        let text = self.tok_text();
        let value: Arc<str> = match self.peek() {
            Tok::Str if escapes => lexer::string_value(&text[1..text.len() - 1]).into(),
            Tok::Str => text[1..text.len() - 1].into(),
            Tok::Heredoc => {
                let body = &text["#string".len()..];
                match lexer::heredoc(body) {
                    Some(doc) => body[doc.content].into(),
                    None => "".into(),
                }
            }
            _ => return Err(self.fail("expected a string literal")),
        };
        let token = self.bump();
        Ok(StrLit {
            span: self.span_of(token),
            text: value,
        })
    }

    /// `(`: a group, a lambda or a function type.
    fn paren(&mut self) -> PResult<Expr> {
        match self.paren_head(self.pos) {
            ParenHead::Lambda => return self.lambda(),
            ParenHead::FnType => return self.type_expr(),
            ParenHead::Group => {}
        }
        let lo = self.bump().lo;
        let inner = self.bracketed_expr()?;
        self.expect(Tok::RParen)?;
        Ok(self.mk(lo, ExprKind::Paren(Box::new(inner))))
    }

    fn directive(&mut self) -> PResult<ExprKind> {
        Ok(match self.tok_text() {
            "#name" => ExprKind::Ident(self.any_name()?),
            "#run" => {
                self.bump();
                ExprKind::Run(Box::new(self.expr()?))
            }
            "#insert" => {
                self.bump();
                ExprKind::Insert(Box::new(self.expr()?))
            }
            "#caller_location" => self.word(ExprKind::CallerLocation),
            "#arg_text" => {
                self.bump();
                self.expect(Tok::LParen)?;
                let name = self.any_name()?;
                self.expect(Tok::RParen)?;
                ExprKind::ArgText(name)
            }
            "#code" => ExprKind::Code(Arc::new(self.quote()?)),
            _ => return Err(self.unexpected()),
        })
    }

    // -------------------------------------------------------------------------------------------- assembly

    pub(crate) fn asm(&mut self) -> PResult<AsmExpr> {
        let lo = self.expect(Tok::Asm)?.lo;
        let volatile = self.at_word(self.pos, "volatile");
        if volatile {
            self.bump();
        }
        self.expect(Tok::LBrace)?;
        self.braces(false, |p| {
            let template_lo = p.here();
            let mut template = None;
            if matches!(p.peek(), Tok::Str | Tok::Heredoc) {
                template = Some(p.string_as(false)?);
            } else {
                p.expr()?;
            }
            let template_span = p.span_from(template_lo);
            if template.is_none() {
                p.error_at(
                    template_span,
                    "asm template must be a compile-time-known string",
                );
            }
            let mut asm = AsmExpr {
                span: template_span,
                volatile,
                template,
                template_span,
                operands: Vec::new(),
                clobbers: Vec::new(),
            };
            // At module scope the template is followed by `;` or nothing.
            p.eat(Tok::Semi);
            while p.eat(Tok::Comma) && !p.at(Tok::RBrace) {
                p.asm_item(&mut asm)?;
            }
            p.expect(Tok::RBrace)?;
            asm.span = p.span_from(lo);
            Ok(asm)
        })
    }

    fn asm_item(&mut self, asm: &mut AsmExpr) -> PResult<()> {
        if self.at_word(self.pos, "clobbers") {
            self.bump();
            self.expect(Tok::LParen)?;
            let names = self.list(Tok::RParen, |p| {
                p.expect(Tok::Dot)?;
                p.any_name()
            })?;
            asm.clobbers.extend(names);
            return Ok(());
        }
        let lo = self.here();
        let mut name = None;
        if self.eat(Tok::LBracket) {
            name = Some(self.any_name()?);
            self.expect(Tok::RBracket)?;
        }
        let constraint = self.string_as(false)?;
        let role = if self.eat(Tok::Arrow) {
            if self.eat(Tok::Star) {
                AsmRole::Place(self.expr()?)
            } else {
                AsmRole::Value(self.type_expr()?)
            }
        } else {
            self.expect(Tok::Eq)?;
            AsmRole::Input(self.expr()?)
        };
        let span = self.span_from(lo);
        asm.operands.push(AsmOperand {
            span,
            name,
            constraint,
            role,
        });
        Ok(())
    }
}
