//! Signatures, function declarations, lambdas.

use super::*;

impl Parser<'_> {
    /// `(a: T, $U: Type/P, ..xs: []V)`, with `(` at the current token.
    pub(crate) fn params(&mut self) -> PResult<Vec<Param>> {
        self.expect(Tok::LParen)?;
        let params = self.braces(false, |p| p.list(Tok::RParen, |p| p.nested(|p| p.param())))?;
        let names: Vec<Ident> = params.iter().map(|param| param.name).collect();
        self.distinct("parameter", &names);
        let variadic = |p: &&Param| matches!(p.kind, ParamKind::Variadic | ParamKind::ComptimePack);
        let before_last = params.split_last().map_or(&[][..], |(_, rest)| rest);
        if let Some(param) = before_last.iter().find(variadic) {
            let message = format!(
                "variadic parameter '..{}' must be the last one",
                param.name.name
            );
            return Err(self.error_at(param.span, message));
        }
        Ok(params)
    }

    fn param(&mut self) -> PResult<Param> {
        let lo = self.here();
        if self.at(Tok::Private) && self.name_like(self.pos + 1) {
            return Err(self.fail("`private` is only allowed on module-scope declarations"));
        }
        let dots = self.eat(Tok::Range);
        let dollar = self.eat(Tok::Dollar);
        let kind = match (dots, dollar) {
            (false, false) => ParamKind::Plain,
            (false, true) => ParamKind::Comptime,
            (true, false) => ParamKind::Variadic,
            (true, true) => ParamKind::ComptimePack,
        };
        let name = self.binding_name()?;
        let mut param = Param {
            span: name.span,
            kind,
            name,
            ty: None,
            constraints: ThinVec::new(),
            default: None,
            lazy: false,
        };
        if self.eat(Tok::Colon) {
            param.lazy = self.eat_directive("#lazy");
            let evaluated = match kind {
                ParamKind::Plain => None,
                ParamKind::Comptime => Some("is evaluated at compile time"),
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    Some("takes any number of arguments, which are evaluated before the call")
                }
            };
            if let (true, Some(evaluated)) = (param.lazy, evaluated) {
                let message = format!("'{}' can't be `#lazy`: it {evaluated}", name.name);
                self.error_at(name.span, message);
            }
            param.ty = Some(self.type_expr()?);
            while dollar && self.eat(Tok::Slash) {
                param.constraints.push(self.path_type()?);
            }
        } else if dollar && !dots && self.at(Tok::Slash) {
            while self.eat(Tok::Slash) {
                param.constraints.push(self.path_type()?);
            }
        } else if dollar && !dots {
            self.expect(Tok::Colon)?;
        }
        if self.eat(Tok::Eq) {
            param.default = Some(Box::new(self.initializer()?));
        }
        param.span = self.span_from(lo);
        Ok(param)
    }

    pub(crate) fn signature(&mut self) -> PResult<FnSig> {
        let lo = self.here();
        let params = self.params()?;
        let ret = if self.eat(Tok::Arrow) {
            Some(self.ret_type()?)
        } else if self.lacks_arrow(self.pos) {
            return Err(self.fail("expected '->' before the result type"));
        } else {
            None
        };
        let abi = self.abi()?;
        Ok(FnSig {
            span: self.span_from(lo),
            params,
            ret,
            abi,
        })
    }

    pub(crate) fn ret_type(&mut self) -> PResult<RetType> {
        self.nested(|p| p.ret_inner())
    }

    fn ret_inner(&mut self) -> PResult<RetType> {
        let lo = self.here();
        let open = self.pos;
        let group = self.at(Tok::LParen)
            && !self
                .close_of(open)
                .is_some_and(|close| self.kind_at(close + 1) == Tok::Arrow);
        if !group {
            let ty = self.type_expr()?;
            return Ok(RetType {
                span: ty.span,
                kind: RetKind::Type(Box::new(ty)),
            });
        }
        self.bump();
        self.braces(false, |p| p.ret_slots(lo))
    }

    /// After the `(` of a result list.
    fn ret_slots(&mut self, lo: u32) -> PResult<RetType> {
        let mut slots = Vec::new();
        let mut error: Option<Box<Expr>> = None;
        let mut trailing_comma = false;
        while !self.at(Tok::RParen) {
            if let Some(set) = &error {
                let span = set.span;
                return Err(
                    self.error_at(span, "the error slot must be the last of the result list")
                );
            }
            if self.at(Tok::Bang) {
                error = Some(Box::new(self.type_expr()?));
            } else {
                slots.push(self.nested(|p| p.ret_slot())?);
            }
            trailing_comma = self.eat(Tok::Comma);
            if !trailing_comma {
                break;
            }
        }
        self.expect(Tok::RParen)?;
        let span = self.span_from(lo);
        if slots.is_empty() {
            let kind = match error {
                Some(set) => RetKind::Type(set),
                None => RetKind::Void,
            };
            return Ok(RetType { span, kind });
        }
        let plain = slots.len() == 1 && error.is_none() && !trailing_comma;
        if plain && slots[0].name.is_none() && slots[0].default.is_none() {
            let mut only = slots;
            let inner = only.remove(0).ty;
            let ty = self.mk_at(span, ExprKind::Paren(Box::new(inner)));
            return Ok(RetType {
                span,
                kind: RetKind::Type(Box::new(ty)),
            });
        }
        let names: Vec<Ident> = slots.iter().filter_map(|slot| slot.name).collect();
        self.distinct("result", &names);
        Ok(RetType {
            span,
            kind: RetKind::Slots { slots, error },
        })
    }

    fn ret_slot(&mut self) -> PResult<RetSlot> {
        let lo = self.here();
        let mut name = None;
        if self.name_like(self.pos) && self.kind_at(self.after_name(self.pos)) == Tok::Colon {
            name = Some(self.binding_name()?);
            self.bump();
        }
        let ty = self.type_expr()?;
        let default = if self.eat(Tok::Eq) {
            Some(self.initializer()?)
        } else {
            None
        };
        Ok(RetSlot {
            span: self.span_from(lo),
            name,
            ty,
            default,
        })
    }

    /// `abi(.c)`
    pub(crate) fn abi(&mut self) -> PResult<Option<Abi>> {
        if !self.at(Tok::Abi) {
            return Ok(None);
        }
        let lo = self.bump().lo;
        self.expect(Tok::LParen)?;
        self.expect(Tok::Dot)?;
        let name = self.any_name()?;
        let kind = match name.as_str() {
            "c" => AbiKind::C,
            "naked" => AbiKind::Naked,
            "compiler" | "zig" => AbiKind::Compiler,
            _ => return Err(self.error_at(name.span, "unknown ABI (expected '.c' or '.naked')")),
        };
        self.expect(Tok::RParen)?;
        Ok(Some(Abi {
            span: self.span_from(lo),
            kind,
        }))
    }

    /// `extern [LIB] ["sym"]`, `export ..`
    pub(crate) fn link(&mut self) -> PResult<Option<Box<Link>>> {
        let kind = match self.peek() {
            Tok::Extern => LinkKind::Extern,
            Tok::Export => LinkKind::Export,
            _ => return Ok(None),
        };
        let lo = self.bump().lo;
        self.check_single_linkage()?;
        let mut lib = None;
        if self.identifier_at(self.pos) {
            lib = Some(self.any_name()?);
        }
        self.check_single_linkage()?;
        let symbol = if self.at(Tok::Str) {
            Some(self.string()?)
        } else {
            None
        };
        let span = self.span_from(lo);
        self.check_single_linkage()?;
        Ok(Some(Box::new(Link {
            span,
            kind,
            lib,
            symbol,
        })))
    }

    fn check_single_linkage(&mut self) -> PResult<()> {
        if matches!(self.peek(), Tok::Extern | Tok::Export) {
            return Err(self.fail(
                "conflicting linkage: 'extern' and 'export' cannot be combined — a function is either imported or defined here",
            ));
        }
        Ok(())
    }

    /// The rest of `name :: (..) ..`, with `(` at the current token.
    pub(crate) fn fn_decl(&mut self, name: Ident, ufcs: bool, protocol: bool) -> PResult<FnDecl> {
        let before = self.errors_followed;
        let sig = self.signature()?;
        let mixin = self.at_word(self.pos, "mixin");
        if mixin {
            self.bump();
        }
        let mut property = None;
        if protocol && (self.at_directive("#get") || self.at_directive("#set")) {
            let span = self.span_of(self.tok());
            self.error_at(
                span,
                "a protocol has methods, no properties: the getter of a type that implements it is called, `x.name()`",
            );
        }
        if self.eat_directive("#get") {
            property = Some(Property::Get);
        } else if self.eat_directive("#set") {
            property = Some(Property::Set);
        }
        let link = self.link()?;
        let imported = link
            .as_ref()
            .is_some_and(|link| link.kind == LinkKind::Extern);
        let body = match self.peek() {
            _ if imported => {
                self.expect(Tok::Semi)?;
                FnBody::None.into()
            }
            Tok::LBrace => self.fn_block()?,
            Tok::FatArrow => {
                self.bump();
                let value = self.fresh_body(|p| p.expr())?;
                self.end_of_value(&value)?;
                FnBody::Expr(Box::new(value)).into()
            }
            Tok::Intrinsic => {
                self.bump();
                self.expect(Tok::Semi)?;
                FnBody::Intrinsic.into()
            }
            Tok::Semi if protocol => {
                self.bump();
                FnBody::None.into()
            }
            _ => return Err(self.fail("expected '{'")),
        };
        if link.is_some() || sig.abi.is_some() {
            let why = "C evaluates arguments before a call; write an sx function around it";
            self.reject_lazy(&sig, why);
        }
        Ok(FnDecl {
            span: self.span_from(name.span.lo),
            name: Some(name),
            sig,
            ufcs,
            mixin,
            plain_flow: self.errors_followed == before && !matches!(body, Body::Late(_)),
            property,
            link,
            body,
            origin: FnOrigin::Decl,
        })
    }

    /// Where nothing can evaluate an argument after the call has begun.
    fn reject_lazy(&mut self, sig: &FnSig, why: &str) {
        for param in sig.params.iter().filter(|param| param.lazy) {
            let message = format!("'{}' can't be `#lazy`: {why}", param.name.name);
            self.error_at(param.name.span, message);
        }
    }

    fn fn_block(&mut self) -> PResult<Body> {
        if let Some(late) = self.late_body() {
            return Ok(late);
        }
        let block = self.fresh_body(|p| p.nested(|p| p.block()))?;
        Ok(FnBody::Block(block).into())
    }

    /// `name :: { .. }`
    pub(crate) fn bare_block_fn(&mut self, name: Ident) -> PResult<FnDecl> {
        let lo = self.here();
        let body = self.fresh_body(|p| p.nested(|p| p.block()))?;
        Ok(FnDecl {
            span: self.span_from(name.span.lo),
            name: Some(name),
            sig: FnSig {
                span: Span::new(self.file, lo, lo),
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
            origin: FnOrigin::BareBlock,
        })
    }

    pub(crate) fn lambda(&mut self) -> PResult<Expr> {
        let lo = self.here();
        let sig = self.signature()?;
        self.reject_lazy(
            &sig,
            "calls of a closure don't know; declare the parameter as `Closure() -> T`",
        );
        let body = if self.eat(Tok::FatArrow) {
            let no_brace = self.no_brace;
            let value = self.fresh_body(|p| p.braces(no_brace, |p| p.expr()))?;
            FnBody::Expr(Box::new(value))
        } else if self.at(Tok::LBrace) {
            let block = self.fresh_body(|p| p.nested(|p| p.block()))?;
            self.block_end = self.pos;
            FnBody::Block(block)
        } else {
            return Err(self.fail("expected '{'"));
        };
        let decl = FnDecl {
            span: self.span_from(lo),
            name: None,
            sig,
            ufcs: false,
            mixin: false,
            plain_flow: false,
            property: None,
            link: None,
            body: body.into(),
            origin: FnOrigin::Lambda,
        };
        Ok(self.mk(lo, ExprKind::Lambda(Arc::new(decl))))
    }
}
