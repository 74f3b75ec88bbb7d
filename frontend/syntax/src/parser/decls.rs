//! `NAME :: ..`, `NAME := ..`, `NAME : T ..` at every level.

use super::members::Body;
use super::names::NameUse;
use super::*;

/// Where a declaration stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeclPlace {
    Module,
    Block,
    /// Struct, union or impl body.
    Body,
}

/// Values that end with `}` and let a declaration drop its `;`.
pub(crate) fn is_block_like(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::If(branch) => branch.form == IfForm::Block,
        ExprKind::Match(_) | ExprKind::Block(_) => true,
        ExprKind::Run(inner) => is_block_like(inner),
        _ => false,
    }
}

impl Parser<'_> {
    /// Whether a declaration of a name begins here. Keywords count where no statement could continue that way, so
    /// that `if :: 1` gets the message about names.
    pub(crate) fn at_decl(&self) -> bool {
        if !self.name_like(self.pos) {
            return false;
        }
        match self.kind_at(self.after_name(self.pos)) {
            Tok::ColonColon | Tok::ColonEq => true,
            Tok::Colon => matches!(
                self.peek(),
                Tok::Ident
                    | Tok::RawIdent
                    | Tok::F32
                    | Tok::F64
                    | Tok::Type
                    | Tok::SelfType
                    | Tok::Directive
            ),
            _ => false,
        }
    }

    pub(crate) fn decl(
        &mut self,
        mut attrs: Attrs,
        usage: NameUse,
        place: DeclPlace,
    ) -> PResult<Decl> {
        let name = self.decl_name(usage)?;
        let kind = match self.peek() {
            Tok::ColonColon => {
                self.bump();
                self.const_rest(name, &mut attrs, place)?
            }
            Tok::ColonEq => {
                self.bump();
                let value = self.initializer()?;
                self.end_decl(&mut attrs, &value)?;
                var(None, Some(value))
            }
            _ => {
                self.expect(Tok::Colon)?;
                self.typed_rest(&mut attrs)?
            }
        };
        // The one name that a backtick does not free.
        if name.as_str() == "string"
            && name.kind == IdentKind::Raw
            && matches!(
                kind,
                DeclKind::Struct(_)
                    | DeclKind::Enum(_)
                    | DeclKind::Union(_)
                    | DeclKind::ErrorSet(_)
                    | DeclKind::Protocol(_)
            )
        {
            self.error_at(
                name.span,
                "'string' is a reserved type name and cannot name a type, even with a backtick",
            );
        }
        Ok(Decl {
            span: self.span_from(name.span.lo),
            name,
            attrs,
            kind,
        })
    }

    /// After `NAME :`
    fn typed_rest(&mut self, attrs: &mut Attrs) -> PResult<DeclKind> {
        let ty = self.type_expr()?;
        if self.eat(Tok::Colon) {
            let value = self.initializer()?;
            self.end_decl(attrs, &value)?;
            return Ok(DeclKind::Const(Arc::new(ConstDecl {
                ty: Some(ty),
                value,
            })));
        }
        if self.eat(Tok::Eq) {
            let value = self.initializer()?;
            self.end_decl(attrs, &value)?;
            return Ok(var(Some(ty), Some(value)));
        }
        let link = self.link()?;
        self.trailing_notes(attrs)?;
        self.expect(Tok::Semi)?;
        Ok(DeclKind::Var(Arc::new(VarDecl {
            ty: Some(ty),
            init: None,
            saved: false,
            link,
        })))
    }

    fn end_decl(&mut self, attrs: &mut Attrs, value: &Expr) -> PResult<()> {
        self.trailing_notes(attrs)?;
        self.end_of_value(value)
    }

    /// The `;` after a value; it may be missing after a block.
    pub(crate) fn end_of_value(&mut self, value: &Expr) -> PResult<()> {
        if !self.eat(Tok::Semi) && !is_block_like(value) {
            self.expect(Tok::Semi)?;
        }
        Ok(())
    }

    /// After `NAME ::`
    fn const_rest(
        &mut self,
        name: Ident,
        attrs: &mut Attrs,
        place: DeclPlace,
    ) -> PResult<DeclKind> {
        let lo = name.span.lo;
        match self.peek() {
            Tok::LParen if self.is_fn_decl(self.pos, false) => {
                return Ok(DeclKind::Fn(Arc::new(self.fn_decl(name, false, false)?)));
            }
            Tok::LBrace => return Ok(DeclKind::Fn(Arc::new(self.bare_block_fn(name)?))),
            Tok::Struct => {
                self.bump();
                let decl = Arc::new(self.struct_body(lo, Some(name))?);
                self.end_of_type(place);
                return Ok(DeclKind::Struct(decl));
            }
            Tok::Enum => {
                self.bump();
                let decl = Arc::new(self.enum_body(lo, Some(name))?);
                self.end_of_type(place);
                return Ok(DeclKind::Enum(decl));
            }
            Tok::Union => {
                self.bump();
                let decl = Arc::new(self.union_body(lo, Some(name))?);
                self.end_of_type(place);
                return Ok(DeclKind::Union(decl));
            }
            Tok::Error if self.peek_at(1) == Tok::LBrace => {
                self.bump();
                self.bump();
                let tags = self.list(Tok::RBrace, |p| p.any_name())?;
                let span = self.span_from(lo);
                if tags.is_empty() {
                    self.error_at(span, "an error set cannot be empty — a set needs a tag");
                }
                self.distinct("tag", &tags);
                self.eat(Tok::Semi);
                return Ok(DeclKind::ErrorSet(Arc::new(ErrorSetDecl {
                    span,
                    name: Some(name),
                    tags,
                })));
            }
            Tok::Ident if self.is_protocol(self.pos) => {
                return Ok(DeclKind::Protocol(Arc::new(self.protocol(name)?)));
            }
            Tok::Ident if self.at_word(self.pos, "ufcs") => match self.peek_at(1) {
                Tok::LParen if self.is_fn_decl(self.pos + 1, false) => {
                    self.bump();
                    return Ok(DeclKind::Fn(Arc::new(self.fn_decl(name, true, false)?)));
                }
                _ if self.identifier_at(self.pos + 1) => {
                    self.bump();
                    let path = self.path()?;
                    self.expect(Tok::Semi)?;
                    return Ok(DeclKind::UfcsAlias(Box::new(path)));
                }
                _ => {}
            },
            Tok::Directive if self.at_directive("#import") => {
                if self.at_word(self.pos + 1, "c") {
                    return Ok(DeclKind::CUnit(Arc::new(self.c_unit()?)));
                }
                let import = self.import()?;
                self.expect(Tok::Semi)?;
                return Ok(DeclKind::Import(Box::new(import)));
            }
            Tok::Directive if self.eat_directive("#library") => {
                let lib = self.string()?;
                self.expect(Tok::Semi)?;
                return Ok(DeclKind::Library(Box::new(lib)));
            }
            _ => {}
        }
        let value = self.initializer()?;
        self.end_decl(attrs, &value)?;
        Ok(DeclKind::Const(Arc::new(ConstDecl { ty: None, value })))
    }

    /// A type declared in a body is a member, whose separator may follow.
    fn end_of_type(&mut self, place: DeclPlace) {
        if place == DeclPlace::Body {
            self.eat(Tok::Semi);
        }
    }

    /// After `NAME ::`, at `protocol`.
    fn protocol(&mut self, name: Ident) -> PResult<ProtocolDecl> {
        self.bump();
        let mut decl = ProtocolDecl {
            span: name.span,
            name: Some(name),
            params: Vec::new(),
            inline: false,
            identity: false,
            methods: Vec::new(),
            members: Vec::new(),
        };
        if self.at(Tok::LParen) {
            decl.params = self.params()?;
        }
        loop {
            if self.eat_directive("#inline") {
                decl.inline = true;
            } else if self.eat_directive("#identity") {
                decl.identity = true;
            } else {
                break;
            }
        }
        self.expect(Tok::LBrace)?;
        let members = self.elements(false, &|p| p.body_member(Body::Protocol))?;
        self.expect(Tok::RBrace)?;
        let plain = |member: &Member| matches!(&member.kind, MemberKind::Decl(method) if !matches!(method.name.kind, IdentKind::Computed(_)));
        if members.iter().all(plain) {
            let methods = members.into_iter().filter_map(|member| match member.kind {
                MemberKind::Decl(method) => Some(method),
                _ => None,
            });
            decl.methods = methods.collect();
        } else {
            decl.members = members;
        }
        let methods: Vec<&Decl> = decl.methods.iter().collect();
        self.distinct_members(&methods);
        decl.span = self.span_from(name.span.lo);
        Ok(decl)
    }

    pub(crate) fn protocol_method(&mut self, attrs: Attrs) -> PResult<Decl> {
        let name = self.decl_name(NameUse::Field)?;
        self.expect(Tok::ColonColon)?;
        if !self.at(Tok::LParen) {
            return Err(self.fail("expected '('"));
        }
        let decl = self.fn_decl(name, false, true)?;
        let receiver = decl
            .sig
            .params
            .first()
            .is_some_and(|param| param.name.name == "self");
        if !receiver {
            self.error_at(
                name.span,
                "protocol method must declare its receiver as the first parameter: `self: *Self` or `self: Self`",
            );
        }
        Ok(Decl {
            span: decl.span,
            name,
            attrs,
            kind: DeclKind::Fn(Arc::new(decl)),
        })
    }

    /// At `#import`; leaves the `;`.
    pub(crate) fn import(&mut self) -> PResult<Import> {
        let lo = self.bump().lo;
        let path = self.string()?;
        Ok(Import {
            span: self.span_from(lo),
            path,
        })
    }

    /// `#import c { .. };`
    pub(crate) fn c_unit(&mut self) -> PResult<CUnit> {
        let lo = self.bump().lo;
        self.bump();
        self.expect(Tok::LBrace)?;
        let parts = self.elements(false, &|p| p.c_unit_part())?;
        self.expect(Tok::RBrace)?;
        let span = self.span_from(lo);
        self.expect(Tok::Semi)?;
        Ok(CUnit { span, parts })
    }

    fn c_unit_part(&mut self) -> PResult<CUnitPart> {
        let lo = self.here();
        let kind = match (self.peek(), self.tok_text()) {
            (Tok::Directive, "#include") => CUnitKind::Include,
            (Tok::Directive, "#source") => CUnitKind::Source,
            (Tok::Directive, "#define") => CUnitKind::Define,
            (Tok::Directive, "#flags") => CUnitKind::Flags,
            _ => return Err(self.unexpected()),
        };
        self.bump();
        let text = self.string()?;
        let span = self.span_from(lo);
        self.expect(Tok::Semi)?;
        Ok(CUnitPart { span, kind, text })
    }
}

fn var(ty: Option<Expr>, init: Option<Expr>) -> DeclKind {
    DeclKind::Var(Arc::new(VarDecl {
        ty,
        init,
        saved: false,
        link: None,
    }))
}
