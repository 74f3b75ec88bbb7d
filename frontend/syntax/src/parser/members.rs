//! Bodies of structs, unions, enums and impls, and compile-time control flow around declarations.

use super::decls::DeclPlace;
use super::names::NameUse;
use super::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Struct,
    Union,
    Impl,
    Protocol,
}

impl Parser<'_> {
    pub(crate) fn member_body(&mut self, body: Body) -> PResult<Vec<Member>> {
        self.nested(|p| {
            p.expect(Tok::LBrace)?;
            let members = p.elements(false, &|p| p.body_member(body))?;
            p.expect(Tok::RBrace)?;
            let decls: Vec<&Decl> = members
                .iter()
                .filter_map(|m| match &m.kind {
                    MemberKind::Decl(decl) => Some(decl),
                    _ => None,
                })
                .collect();
            p.distinct_members(&decls);
            Ok(members)
        })
    }

    /// Elements up to the `}` that closes them, or up to the next arm.
    pub(crate) fn elements<T>(
        &mut self,
        arm: bool,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> PResult<Vec<T>> {
        let mut out = Vec::new();
        while !(matches!(self.peek(), Tok::RBrace | Tok::Eof) || arm && self.at_arm_end()) {
            let start = self.pos;
            match self.nested(|p| element(p)) {
                Ok(one) => out.push(one),
                Err(Failed) => self.recover(start),
            }
            if self.pos == start {
                self.bump();
            }
        }
        // Elements are large, most lists short, and trees live as long as the process.
        out.shrink_to_fit();
        Ok(out)
    }

    fn at_arm_end(&self) -> bool {
        self.at(Tok::Case) || (self.at(Tok::Else) && self.peek_at(1) == Tok::Colon)
    }

    pub(crate) fn body_member(&mut self, body: Body) -> PResult<Member> {
        let lo = self.here();
        let attrs = self.attrs()?;
        let kind = match self.peek() {
            Tok::Directive if body != Body::Protocol && self.eat_directive("#using") => {
                let path = self.type_expr()?;
                self.end_of_member()?;
                MemberKind::Using(path)
            }
            Tok::Directive if self.eat_directive("#insert") => {
                let value = self.expr()?;
                self.end_of_member()?;
                MemberKind::Insert(value)
            }
            Tok::Hash if self.peek_at(1) == Tok::LParen => {
                let splice = self.primary()?;
                self.end_of_member()?;
                MemberKind::Insert(splice)
            }
            Tok::Directive if self.at_directive("#assert") => {
                MemberKind::Assert(Box::new(self.assert()?))
            }
            Tok::Inline if matches!(self.peek_at(1), Tok::If | Tok::For) => {
                MemberKind::Inline(self.inline(&|p| p.body_member(body))?)
            }
            Tok::Struct if body == Body::Union && self.peek_at(1) == Tok::LBrace => {
                self.bump();
                let decl = self.struct_body(lo, None)?;
                self.end_of_member()?;
                MemberKind::Anon(Arc::new(decl))
            }
            Tok::Private if self.name_like(self.pos + 1) => {
                return Err(self.fail("`private` is only allowed on module-scope declarations"));
            }
            _ if body == Body::Protocol => MemberKind::Decl(self.protocol_method(attrs)?),
            _ if !self.name_like(self.pos) => return Err(self.unexpected()),
            _ => match self.kind_at(self.after_name(self.pos)) {
                Tok::ColonColon => {
                    MemberKind::Decl(self.decl(attrs, NameUse::BodyDecl, DeclPlace::Body)?)
                }
                _ => self.field(attrs, body)?,
            },
        };
        Ok(Member {
            span: self.span_from(lo),
            kind,
        })
    }

    /// `x, y: T = e;` or `N : T : e;`
    fn field(&mut self, mut attrs: Attrs, body: Body) -> PResult<MemberKind> {
        let usage = if body == Body::Union {
            NameUse::UnionMember
        } else {
            NameUse::Field
        };
        let lo = self.here();
        let first_kind = self.peek();
        let mut names = vec![self.decl_name(usage)?];
        while self.eat(Tok::Comma) {
            names.push(self.decl_name(usage)?);
        }
        self.expect(Tok::Colon)?;
        let ty = self.type_expr()?;
        if names.len() == 1 && self.eat(Tok::Colon) {
            let name = names[0];
            self.check_decl_name(name, first_kind, NameUse::BodyDecl);
            let value = self.initializer()?;
            self.trailing_notes(&mut attrs)?;
            self.end_of_member()?;
            let kind = DeclKind::Const(Arc::new(ConstDecl {
                ty: Some(ty),
                value,
            }));
            return Ok(MemberKind::Decl(Decl {
                span: self.span_from(lo),
                name,
                attrs,
                kind,
            }));
        }
        let mut default = None;
        if self.eat(Tok::Eq) {
            default = Some(Box::new(self.initializer()?));
        }
        self.trailing_notes(&mut attrs)?;
        self.end_of_member()?;
        Ok(MemberKind::Field(FieldDecl {
            names,
            ty,
            default,
            attrs,
        }))
    }

    /// The separator after a member, optional before `}`.
    fn end_of_member(&mut self) -> PResult<()> {
        if !matches!(self.peek(), Tok::RBrace | Tok::Eof) {
            self.expect(Tok::Semi)?;
        }
        Ok(())
    }

    pub(crate) fn enum_variants(&mut self) -> PResult<Vec<EnumMember>> {
        self.nested(|p| {
            p.expect(Tok::LBrace)?;
            let variants = p.elements(false, &|p| p.enum_member())?;
            p.expect(Tok::RBrace)?;
            Ok(variants)
        })
    }

    pub(crate) fn enum_member(&mut self) -> PResult<EnumMember> {
        let mut attrs = self.attrs()?;
        match self.peek() {
            Tok::Directive if self.eat_directive("#insert") => {
                let value = self.expr()?;
                self.end_of_member()?;
                return Ok(EnumMember::Insert(value));
            }
            Tok::Hash if self.peek_at(1) == Tok::LParen => {
                let splice = self.primary()?;
                self.end_of_member()?;
                return Ok(EnumMember::Insert(splice));
            }
            Tok::Directive if self.at_directive("#assert") => {
                return Ok(EnumMember::Assert(Box::new(self.assert()?)));
            }
            Tok::Inline if matches!(self.peek_at(1), Tok::If | Tok::For) => {
                return Ok(EnumMember::Inline(self.inline(&|p| p.enum_member())?));
            }
            _ if !self.name_like(self.pos) => return Err(self.unexpected()),
            _ => {}
        }
        let name = self.decl_name(NameUse::Field)?;
        let value = if self.eat(Tok::ColonColon) {
            Some(self.expr()?)
        } else {
            None
        };
        let payload = if self.eat(Tok::Colon) {
            Some(self.type_expr()?)
        } else {
            None
        };
        self.trailing_notes(&mut attrs)?;
        let span = self.span_from(name.span.lo);
        self.end_of_member()?;
        Ok(EnumMember::Variant(Variant {
            span,
            name,
            value,
            payload,
            attrs,
        }))
    }

    /// `#assert cond, "message";`
    pub(crate) fn assert(&mut self) -> PResult<AssertDirective> {
        let lo = self.bump().lo;
        let cond = self.expr()?;
        let message = if self.eat(Tok::Comma) {
            Some(self.expr()?)
        } else {
            None
        };
        let span = self.span_from(lo);
        self.expect(Tok::Semi)?;
        Ok(AssertDirective {
            span,
            cond,
            message,
        })
    }

    // ------------------------------------------------------------------------------- inline around declarations

    /// At `inline`.
    pub(crate) fn inline<T>(
        &mut self,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> PResult<Inline<T>> {
        let lo = self.bump().lo;
        self.nested(|p| {
            if p.at(Tok::For) {
                return Ok(Inline::For(Box::new(p.inline_for(lo, element)?)));
            }
            p.expect(Tok::If)?;
            let cond = p.header_expr()?;
            if p.at(Tok::EqEq) && p.peek_at(1) == Tok::LBrace {
                p.bump();
                return Ok(Inline::Match(Box::new(p.inline_match(lo, cond, element)?)));
            }
            Ok(Inline::If(Box::new(p.inline_if(lo, cond, element)?)))
        })
    }

    fn braced<T>(&mut self, element: &dyn Fn(&mut Self) -> PResult<T>) -> PResult<Vec<T>> {
        self.expect(Tok::LBrace)?;
        let items = self.braces(false, |p| p.elements(false, element))?;
        self.expect(Tok::RBrace)?;
        Ok(items)
    }

    fn inline_if<T>(
        &mut self,
        lo: u32,
        cond: Expr,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> PResult<InlineIf<T>> {
        let then = self.braced(element)?;
        let mut else_ = None;
        if self.at(Tok::Else) && self.peek_at(1) != Tok::Colon {
            self.bump();
            let else_lo = self.here();
            else_ = Some(if self.eat(Tok::If) {
                self.grow()?;
                let cond = self.header_expr()?;
                let next = self.with_stack(|p| p.inline_if(else_lo, cond, element))?;
                InlineElse::If(Box::new(next))
            } else {
                InlineElse::Items(self.braced(element)?)
            });
        }
        Ok(InlineIf {
            span: self.span_from(lo),
            cond,
            then,
            else_,
        })
    }

    fn inline_match<T>(
        &mut self,
        lo: u32,
        subject: Expr,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> PResult<InlineMatch<T>> {
        self.expect(Tok::LBrace)?;
        let mut arms = Vec::new();
        let mut else_ = None;
        self.braces(false, |p| {
            while !matches!(p.peek(), Tok::RBrace | Tok::Eof) {
                let arm_lo = p.here();
                if p.at_arm_end() && else_.is_none() && p.eat(Tok::Else) {
                    p.expect(Tok::Colon)?;
                    else_ = Some(p.elements(true, element)?);
                    continue;
                }
                if else_.is_some() || !p.eat(Tok::Case) {
                    return Err(p.unexpected());
                }
                let pattern = p.pattern()?;
                p.expect(Tok::Colon)?;
                let items = p.elements(true, element)?;
                arms.push(InlineArm {
                    span: p.span_from(arm_lo),
                    pattern,
                    items,
                });
            }
            Ok(())
        })?;
        self.expect(Tok::RBrace)?;
        Ok(InlineMatch {
            span: self.span_from(lo),
            subject,
            arms,
            else_,
        })
    }

    fn inline_for<T>(
        &mut self,
        lo: u32,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> PResult<InlineFor<T>> {
        self.bump();
        let (iters, captures) = self.for_head()?;
        let items = self.braced(element)?;
        Ok(InlineFor {
            span: self.span_from(lo),
            iters,
            captures,
            items,
        })
    }
}
