//! Types where only a type can stand.

use super::members::Body;
use super::*;

impl Parser<'_> {
    pub(crate) fn type_expr(&mut self) -> PResult<Expr> {
        self.nested(|p| p.type_inner())
    }

    fn type_inner(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let kind = match self.peek() {
            Tok::Star => {
                self.bump();
                ExprKind::Star(Box::new(self.type_expr()?))
            }
            Tok::Question => {
                self.bump();
                ExprKind::Optional(Box::new(self.type_expr()?))
            }
            // `??T` lexes as one token; the nested optional is written `?(?T)`.
            Tok::LBracket => self.bracket_type()?,
            Tok::Dollar => return self.dollar_type(),
            Tok::LParen => return self.paren_type(),
            Tok::Bang => self.error_set_type()?,
            Tok::Struct => {
                self.bump();
                ExprKind::Struct(Arc::new(self.struct_body(lo, None)?))
            }
            Tok::Union => {
                self.bump();
                ExprKind::Union(Arc::new(self.union_body(lo, None)?))
            }
            Tok::Enum => {
                self.bump();
                ExprKind::Enum(Arc::new(self.enum_body(lo, None)?))
            }
            Tok::Ident if self.peek_at(1) == Tok::LParen && self.tok_text() == "Tuple" => {
                self.tuple_type()?
            }
            Tok::Ident if self.peek_at(1) == Tok::LParen && self.tok_text() == "Closure" => {
                self.closure_type()?
            }
            Tok::Directive if self.at_directive("#run") || self.at_directive("#insert") => {
                return self.primary();
            }
            Tok::Ident | Tok::RawIdent | Tok::F32 | Tok::F64 | Tok::Type | Tok::SelfType => {
                return self.path_type();
            }
            Tok::Directive if self.name_like(self.pos) => return self.path_type(),
            Tok::Hash if self.splice_at(self.pos) => return self.path_type(),
            _ => return Err(self.fail("expected a type")),
        };
        Ok(self.mk(lo, kind))
    }

    fn bracket_type(&mut self) -> PResult<ExprKind> {
        self.bump();
        match self.peek() {
            Tok::RBracket => {
                self.bump();
                Ok(ExprKind::SliceType(Box::new(self.type_expr()?)))
            }
            Tok::Star if self.peek_at(1) == Tok::RBracket => {
                self.bump();
                self.bump();
                Ok(ExprKind::ManyPointer(Box::new(self.type_expr()?)))
            }
            Tok::Colon => {
                self.bump();
                if !(self.at(Tok::Int) && self.tok_text() == "0") {
                    return Err(
                        self.fail("expected '0': the only terminator is zero, as in '[:0]u8'")
                    );
                }
                self.bump();
                self.expect(Tok::RBracket)?;
                Ok(ExprKind::SentinelSlice(Box::new(self.type_expr()?)))
            }
            _ => {
                let len = Box::new(self.bracketed_expr()?);
                self.expect(Tok::RBracket)?;
                let elem = Box::new(self.type_expr()?);
                Ok(ExprKind::ArrayType { len, elem })
            }
        }
    }

    /// `$T`, `$T/P/Q`, `$a[0]`
    fn dollar_type(&mut self) -> PResult<Expr> {
        let lo = self.bump().lo;
        let name = self.binding_name()?;
        let mut constraints = ThinVec::new();
        while self.eat(Tok::Slash) {
            constraints.push(self.path_type()?);
        }
        let head = self.mk(lo, ExprKind::Dollar { name, constraints });
        self.path_tail(lo, head)
    }

    fn paren_type(&mut self) -> PResult<Expr> {
        let open = self.pos;
        let lo = self.here();
        let arrow = self
            .close_of(open)
            .is_some_and(|close| self.kind_at(close + 1) == Tok::Arrow);
        if arrow {
            let kind = self.fn_type()?;
            return Ok(self.mk(lo, kind));
        }
        self.bump();
        let inner = self.braces(false, |p| p.type_expr())?;
        if matches!(self.peek(), Tok::Comma | Tok::Colon) {
            let span = match self.close_of(open) {
                Some(close) => Span::new(self.file, lo, self.toks[close].hi),
                None => self.span_from(lo),
            };
            let help = "write `Tuple(A, B)` for a tuple type";
            self.report(
                Diagnostic::error(
                    span,
                    "a bare-paren `(A, B)` is a multi-return signature, valid only as a return type",
                )
                .with_help(None, help),
            );
            return Err(Failed);
        }
        self.expect(Tok::RParen)?;
        Ok(self.mk(lo, ExprKind::Paren(Box::new(inner))))
    }

    /// `(A, b: B) -> R abi(.c)`
    pub(crate) fn fn_type(&mut self) -> PResult<ExprKind> {
        self.expect(Tok::LParen)?;
        let params = self.braces(false, |p| {
            p.list(Tok::RParen, |p| {
                let name = p.optional_label()?;
                let ty = p.spread_or(|p| p.type_expr())?;
                Ok(FnTypeParam { name, ty })
            })
        })?;
        self.expect(Tok::Arrow)?;
        let ret = self.ret_type()?;
        let abi = self.abi()?;
        Ok(ExprKind::FnType(Box::new(FnType { params, ret, abi })))
    }

    /// `name:` before a type.
    fn optional_label(&mut self) -> PResult<Option<Ident>> {
        if self.name_like(self.pos) && self.kind_at(self.after_name(self.pos)) == Tok::Colon {
            let name = self.any_name()?;
            self.bump();
            return Ok(Some(name));
        }
        Ok(None)
    }

    fn closure_type(&mut self) -> PResult<ExprKind> {
        self.bump();
        self.bump();
        let params = self.braces(false, |p| {
            p.list(Tok::RParen, |p| {
                p.optional_label()?;
                p.spread_or(|p| p.type_expr())
            })
        })?;
        let ret = if self.eat(Tok::Arrow) {
            Some(self.ret_type()?)
        } else {
            None
        };
        Ok(ExprKind::ClosureType(Box::new(ClosureType { params, ret })))
    }

    fn tuple_type(&mut self) -> PResult<ExprKind> {
        self.bump();
        self.bump();
        let elems = self.braces(false, |p| {
            p.list(Tok::RParen, |p| {
                let name = p.optional_label()?;
                // Whether it denotes a type is found out later: `Tuple(i64, 1)` has its own message.
                let ty = p.spread_or(|p| p.expr())?;
                Ok(TupleElem { name, ty })
            })
        })?;
        let names: Vec<Ident> = elems.iter().filter_map(|elem| elem.name).collect();
        self.distinct("tuple element", &names);
        Ok(ExprKind::TupleType(elems))
    }

    /// `!`, `!Set`
    fn error_set_type(&mut self) -> PResult<ExprKind> {
        self.bump();
        let mixin = self.at_word(self.pos, "mixin") && self.peek_at(1) == Tok::LBrace;
        if (self.identifier_at(self.pos) || self.splice_at(self.pos)) && !mixin {
            return Ok(ExprKind::ErrorSetType(Some(Box::new(self.path_type()?))));
        }
        Ok(ExprKind::ErrorSetType(None))
    }

    /// `a.b.C(args)`
    pub(crate) fn path_type(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let head = self.path_head()?;
        self.path_tail(lo, head)
    }

    /// A name, or code that is one.
    fn path_head(&mut self) -> PResult<Expr> {
        if self.splice_at(self.pos) {
            return self.primary();
        }
        let lo = self.here();
        let name = self.any_name()?;
        Ok(self.mk(lo, ExprKind::Ident(name)))
    }

    fn path_tail(&mut self, lo: u32, mut expr: Expr) -> PResult<Expr> {
        loop {
            let kind = match self.peek() {
                Tok::Dot if self.name_like(self.pos + 1) => {
                    self.bump();
                    ExprKind::Field {
                        base: Box::new(expr),
                        name: self.any_name()?,
                    }
                }
                Tok::LParen => {
                    self.bump();
                    let args = self.args(Tok::RParen)?;
                    ExprKind::Call(Box::new(CallExpr {
                        callee: expr,
                        args,
                        trailing: None,
                        piped: false,
                    }))
                }
                Tok::LBracket => {
                    self.bump();
                    let index = Box::new(self.bracketed_expr()?);
                    self.expect(Tok::RBracket)?;
                    ExprKind::Index {
                        base: Box::new(expr),
                        index,
                    }
                }
                _ => return Ok(expr),
            };
            self.grow()?;
            expr = self.mk(lo, kind);
        }
    }

    /// Names separated by dots, without arguments.
    pub(crate) fn path(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let mut expr = self.path_head()?;
        while self.eat(Tok::Dot) {
            self.grow()?;
            let name = self.any_name()?;
            expr = self.mk(
                lo,
                ExprKind::Field {
                    base: Box::new(expr),
                    name,
                },
            );
        }
        Ok(expr)
    }

    // ------------------------------------------------------------------------------------------ type bodies

    /// After `struct`.
    pub(crate) fn struct_body(&mut self, lo: u32, name: Option<Ident>) -> PResult<StructDecl> {
        let mut params = Vec::new();
        if self.at(Tok::LParen) {
            params = self.params()?;
        }
        let members = self.braces(false, |p| p.member_body(Body::Struct))?;
        Ok(StructDecl {
            span: self.span_from(lo),
            name,
            params,
            members,
        })
    }

    /// After `union`.
    pub(crate) fn union_body(&mut self, lo: u32, name: Option<Ident>) -> PResult<UnionDecl> {
        let members = self.braces(false, |p| p.member_body(Body::Union))?;
        Ok(UnionDecl {
            span: self.span_from(lo),
            name,
            members,
        })
    }

    /// After `enum`.
    pub(crate) fn enum_body(&mut self, lo: u32, name: Option<Ident>) -> PResult<EnumDecl> {
        let flags = self.at_word(self.pos, "flags");
        if flags {
            self.bump();
        }
        let backing = if self.at(Tok::LBrace) {
            None
        } else {
            Some(self.type_expr()?)
        };
        let variants = self.braces(false, |p| p.enum_variants())?;
        Ok(EnumDecl {
            span: self.span_from(lo),
            name,
            flags,
            backing,
            variants,
        })
    }
}
