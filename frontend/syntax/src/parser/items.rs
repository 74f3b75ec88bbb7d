//! Module scope.

use super::decls::DeclPlace;
use super::members::Body;
use super::names::NameUse;
use super::*;

impl Parser<'_> {
    pub(crate) fn file_items(&mut self) -> Vec<Item> {
        self.top_elements(&|p| p.item())
    }

    /// Elements up to the end of the text.
    pub(crate) fn top_elements<T>(&mut self, element: &dyn Fn(&mut Self) -> PResult<T>) -> Vec<T> {
        let mut out = Vec::new();
        while self.peek() != Tok::Eof {
            match self.elements(false, element) {
                Ok(more) if out.is_empty() => out = more,
                Ok(more) => out.extend(more),
                Err(Failed) => {}
            }
            if self.at(Tok::RBrace) {
                self.unexpected();
                self.bump();
            }
        }
        out
    }

    pub(crate) fn item(&mut self) -> PResult<Item> {
        let attrs = self.attrs()?;
        let lo = self.here();
        let mut private = None;
        if self.at(Tok::Private)
            && !matches!(self.peek_at(1), Tok::ColonColon | Tok::ColonEq | Tok::Colon)
        {
            let token = self.bump();
            private = Some(self.span_of(token));
        }
        let kind = self.item_kind(attrs)?;
        if let Some(span) = private {
            match &kind {
                ItemKind::Decl(_) => {}
                ItemKind::Import(_) => {
                    self.error_at(
                        span,
                        "only a named import can be `private`: `private ns :: #import ..;`",
                    );
                }
                ItemKind::Impl(_)
                | ItemKind::ContextExtend(_)
                | ItemKind::Run(_)
                | ItemKind::Error(_)
                | ItemKind::Inline(_)
                | ItemKind::CUnit(_)
                | ItemKind::Asm(_)
                | ItemKind::Insert(_)
                | ItemKind::Assert(_) => {
                    self.error_at(
                        span,
                        "`private` is only allowed on module-scope declarations",
                    );
                }
            }
        }
        Ok(Item {
            span: self.span_from(lo),
            private,
            kind,
        })
    }

    fn item_kind(&mut self, attrs: Attrs) -> PResult<ItemKind> {
        if self.at_decl() {
            return Ok(ItemKind::Decl(self.decl(
                attrs,
                NameUse::Binding,
                DeclPlace::Module,
            )?));
        }
        match self.peek() {
            Tok::Directive => self.item_directive(attrs),
            Tok::Inline if matches!(self.peek_at(1), Tok::If | Tok::For) => {
                Ok(ItemKind::Inline(self.inline(&|p| p.item())?))
            }
            Tok::Hash if self.peek_at(1) == Tok::LParen => {
                let splice = self.primary()?;
                self.end_of_value(&splice)?;
                Ok(ItemKind::Insert(splice))
            }
            Tok::Asm => {
                let asm = self.asm()?;
                self.expect(Tok::Semi)?;
                Ok(ItemKind::Asm(Arc::new(asm)))
            }
            Tok::Ident if self.at_word(self.pos, "impl") => {
                Ok(ItemKind::Impl(Arc::new(self.impl_decl()?)))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn item_directive(&mut self, attrs: Attrs) -> PResult<ItemKind> {
        match self.tok_text() {
            "#import" if self.at_word(self.pos + 1, "c") => {
                Ok(ItemKind::CUnit(Arc::new(self.c_unit()?)))
            }
            "#import" => {
                let import = self.import()?;
                self.expect(Tok::Semi)?;
                Ok(ItemKind::Import(import))
            }
            "#run" => {
                self.bump();
                let value = self.expr()?;
                self.end_of_value(&value)?;
                Ok(ItemKind::Run(value))
            }
            "#insert" => {
                self.bump();
                let value = self.expr()?;
                self.end_of_value(&value)?;
                Ok(ItemKind::Insert(value))
            }
            "#error" => Ok(ItemKind::Error(self.error_directive()?)),
            "#assert" => Ok(ItemKind::Assert(Box::new(self.assert()?))),
            "#context_extend" => Ok(ItemKind::ContextExtend(Arc::new(self.context_extend()?))),
            "#saved" => Ok(ItemKind::Decl(self.saved(attrs)?)),
            _ => Err(self.unexpected()),
        }
    }

    /// `#saved x : T = e;`
    pub(crate) fn saved(&mut self, attrs: Attrs) -> PResult<Decl> {
        let span = self.span_of(self.tok());
        self.bump();
        let mut decl = self.decl(attrs, NameUse::Binding, DeclPlace::Module)?;
        match &mut decl.kind {
            DeclKind::Var(var) => {
                if let Some(var) = Arc::get_mut(var) {
                    var.saved = true;
                }
            }
            DeclKind::Const(_)
            | DeclKind::Fn(_)
            | DeclKind::Struct(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_)
            | DeclKind::Protocol(_)
            | DeclKind::UfcsAlias(_)
            | DeclKind::Import(_)
            | DeclKind::Library(_)
            | DeclKind::CUnit(_) => {
                self.error_at(span, "`#saved` is only allowed on variables");
            }
        }
        Ok(decl)
    }

    /// `#error("..");`
    pub(crate) fn error_directive(&mut self) -> PResult<ErrorDirective> {
        let lo = self.bump().lo;
        self.expect(Tok::LParen)?;
        let message = self.string()?;
        self.expect(Tok::RParen)?;
        let span = self.span_from(lo);
        self.expect(Tok::Semi)?;
        Ok(ErrorDirective { span, message })
    }

    fn context_extend(&mut self) -> PResult<ContextExtend> {
        let lo = self.bump().lo;
        let name = self.binding_name()?;
        self.expect(Tok::Colon)?;
        let ty = self.type_expr()?;
        let default = if self.eat(Tok::Eq) {
            Some(self.initializer()?)
        } else {
            None
        };
        let span = self.span_from(lo);
        self.expect(Tok::Semi)?;
        Ok(ContextExtend {
            span,
            name,
            ty,
            default,
        })
    }

    /// `impl P(A) for T { .. }`
    fn impl_decl(&mut self) -> PResult<ImplDecl> {
        let lo = self.bump().lo;
        let protocol = self.path()?;
        let mut args = Vec::new();
        if self.eat(Tok::LParen) {
            args = self.list(Tok::RParen, |p| p.type_expr())?;
        }
        self.expect(Tok::For)?;
        let target = self.type_expr()?;
        let members = self.member_body(Body::Impl)?;
        Ok(ImplDecl {
            span: self.span_from(lo),
            protocol,
            args,
            target,
            members,
        })
    }
}
