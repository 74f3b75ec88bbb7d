//! The members of a type, without looking into bodies of functions.

use std::path::Path;
use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, DeclKind, EnumMember, MemberKind};
use sx_syntax::{Span, normalised};

use crate::callables::type_fns::TypeFnState;
use crate::declarations::impls::ImplMatch;
use crate::metaprogramming::places::Site;
use crate::sema::{Binding, Env, Failed, FnId, ImplId, ModId, NominalSyntax, Sema};

/// A type's members, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct TypeMembers {
    pub name: String,
    /// `struct`, `enum` ..
    pub kind: &'static str,
    pub size: u64,
    pub align: u64,
    /// Where the type is declared.
    pub place: String,
    pub members: Vec<TypeMember>,
}

#[derive(Clone, Debug)]
pub struct TypeMember {
    /// `field`, `variant`, `method`, `constant`, `type`.
    pub kind: &'static str,
    pub name: String,
    /// `: i64 = 0`, ` :: (self: *T) -> bool`
    pub rest: String,
    /// The type of a field or variant's payload.
    pub ty: Option<String>,
    pub doc: Option<String>,
    /// Where it is written.
    pub place: String,
    /// The places by which it has come here, outermost first: those of code that is put, the protocol of an impl.
    pub made_by: Vec<String>,
    /// `i = 0`: what the loops that have made it stood at, outermost first.
    pub iterations: Vec<String>,
    /// The protocol whose impl has it.
    pub protocol: Option<String>,
}

impl TypeMember {
    fn of_type(kind: &'static str, name: String, ty: Option<String>, place: &str) -> TypeMember {
        TypeMember {
            kind,
            name,
            rest: ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default(),
            ty,
            doc: None,
            place: place.to_string(),
            made_by: Vec::new(),
            iterations: Vec::new(),
            protocol: None,
        }
    }
}

impl Sema<'_> {
    /// `Type(args)` as the root file sees it. What is wrong with other parts of the program doesn't matter; what is wrong
    /// with the type is among the diagnostics.
    pub fn members_view(&mut self, root: &Path, text: &str) -> Result<TypeMembers, String> {
        if !self.load_program(root) || !self.diags.is_empty() && self.error_count() > 0 {
            return Err(String::new());
        }
        self.setup_context();
        self.make_all_declarations();
        self.complete_all();
        let file = self.sources.add("TYPE".to_string(), text.to_string());
        let parsed = sx_syntax::parse_expr(file, text);
        if let Some(diagnostic) = parsed.diagnostics.into_iter().next() {
            self.report(diagnostic);
            return Err(String::new());
        }
        let parsed: &'static sx_syntax::ExprFragment = Box::leak(Box::new(parsed.ast));
        self.caches
            .computed_names
            .insert(file, &parsed.computed_names);
        let env = self.module(ModId(0)).env.clone();
        let ty = self
            .eval_type(&env, &parsed.expr)
            .map_err(|_| String::new())?;
        self.complete(ty).map_err(|_| String::new())?;
        let found = self.members_of(ty, text)?;
        self.diags.clear();
        self.events.clear();
        Ok(found)
    }

    fn members_of(&mut self, ty: TypeId, text: &str) -> Result<TypeMembers, String> {
        let Some(info) = self.nominals.get(&ty) else {
            return self.unnamed_members(ty, text);
        };
        let (syntax, env, span) = (info.syntax.clone(), info.env.clone(), info.span);
        let mut members = Vec::new();
        let kind = match syntax {
            NominalSyntax::Struct(decl) => {
                self.body_members(&env, &decl.members, &mut members);
                if self.context_type == Some(ty) {
                    self.context_members(&mut members);
                }
                "struct"
            }
            NominalSyntax::Union(decl) => {
                self.body_members(&env, &decl.members, &mut members);
                "union"
            }
            NominalSyntax::Enum(decl) => {
                self.variant_members(&env, &decl.variants, &mut members);
                "enum"
            }
            NominalSyntax::ErrorSet(decl) => {
                for tag in &decl.tags {
                    members.push(self.member_named("tag", *tag, String::new(), &env));
                }
                "error"
            }
            NominalSyntax::Protocol(decl, _) => {
                for method in &decl.methods {
                    let member = self.member_declared(method, &env);
                    members.extend(member);
                }
                "protocol"
            }
            NominalSyntax::Minted => {
                self.minted_members(ty, &mut members);
                "type made at compile time"
            }
        };
        self.impl_members(ty, &mut members);
        Ok(TypeMembers {
            name: self.called(ty),
            kind,
            size: self.m.types.size_of(ty),
            align: self.m.types.align_of(ty),
            place: self.shown_place(span),
            members,
        })
    }

    /// Members of a type that has no declaration.
    fn unnamed_members(&mut self, ty: TypeId, text: &str) -> Result<TypeMembers, String> {
        let kind = match self.m.types.kind(ty) {
            TypeKind::Tuple(_) => "tuple",
            TypeKind::AnonStruct(_) => "struct",
            _ => {
                let (name, text) = (self.type_source(ty), normalised(text));
                return Err(match name == text {
                    true => format!("'{name}' has no members"),
                    false => format!("'{text}' is '{name}', which has no members"),
                });
            }
        };
        let place = "not declared".to_string();
        let mut members = Vec::new();
        for (i, (name, ty)) in (self.m.types.members(ty).into_iter().flatten()).enumerate() {
            let name = name.map_or_else(|| i.to_string(), |name| name.to_string());
            members.push(TypeMember::of_type(
                "field",
                name,
                Some(self.type_source(ty)),
                &place,
            ));
        }
        Ok(TypeMembers {
            name: self.type_source(ty),
            kind,
            size: self.m.types.size_of(ty),
            align: self.m.types.align_of(ty),
            place,
            members,
        })
    }

    /// A type as it is written; one that a type function has made, by the function's arguments.
    fn called(&mut self, ty: TypeId) -> String {
        let made = self
            .caches
            .type_fns
            .iter()
            .find_map(|(key, state)| match state {
                TypeFnState::Done(made) if *made == ty && key.2.is_empty() => {
                    Some((key.0, key.1.clone()))
                }
                TypeFnState::Done(_) | TypeFnState::Running | TypeFnState::Failed => None,
            });
        let own = |s: &Self, f: FnId| {
            let name = s.type_name(ty);
            name.strip_prefix(&s.fn_info(f).name)
                .is_some_and(|rest| rest.starts_with("__"))
        };
        let Some((function, args)) = made.filter(|(f, _)| own(self, *f)) else {
            return self.type_source(ty);
        };
        let mut texts = Vec::new();
        for arg in &args {
            let text = match arg.ty == TypeId::TYPE {
                true => {
                    let ty = self.ct_type(arg);
                    Some(self.type_source(ty))
                }
                false => self.shown_constant(arg),
            };
            match text {
                Some(text) => texts.push(text),
                None => return self.type_source(ty),
            }
        }
        format!("{}({})", self.fn_info(function).name, texts.join(", "))
    }

    fn shown_place(&self, span: Span) -> String {
        let at = self.sources.line_col(span);
        format!("{}:{}:{}", self.sources.path(span.file), at.line, at.col)
    }

    fn member_named(
        &mut self,
        kind: &'static str,
        name: ast::Ident,
        rest: String,
        env: &Rc<Env>,
    ) -> TypeMember {
        let spelled = self.quietly(|s| s.spelled(env, name));
        let spelled = spelled.map_or(name.name, |name| name.name);
        let (mut made_by, mut iterations) = (Vec::new(), Vec::new());
        for site in env.sites() {
            match site {
                Site::Put(place) => made_by.push(self.shown_place(place)),
                Site::Iteration(iteration) => iterations.extend(self.told_captures(&iteration)),
            }
        }
        TypeMember {
            kind,
            name: spelled.to_string(),
            rest,
            ty: None,
            doc: None,
            place: self.shown_place(name.span),
            made_by,
            iterations,
            protocol: None,
        }
    }

    /// A type as it is called, or as it is written where it can't be told.
    fn shown_type(&mut self, env: &Rc<Env>, ty: &'static ast::Expr) -> String {
        match self.quietly(|s| s.eval_type(env, ty)) {
            Ok(ty) => self.type_source(ty),
            Err(_) => normalised(&self.span_text(ty.span)),
        }
    }

    fn body_members(
        &mut self,
        env: &Rc<Env>,
        body: &'static [ast::Member],
        out: &mut Vec<TypeMember>,
    ) {
        let Ok(expanded) = self.expand_body(env, body) else {
            return;
        };
        for (member, env) in expanded {
            match &member.kind {
                MemberKind::Field(field) => {
                    let ty = self.shown_type(&env, &field.ty);
                    let default = (field.default.as_ref())
                        .map(|e| format!(" = {}", normalised(&self.span_text(e.span))));
                    let rest = format!(": {ty}{}", default.unwrap_or_default());
                    for name in &field.names {
                        let mut member = self.member_named("field", *name, rest.clone(), &env);
                        member.ty = Some(ty.clone());
                        member.doc = field.attrs.doc().map(|doc| doc.to_string());
                        out.push(member);
                    }
                }
                MemberKind::Using(path) => {
                    let ty = self.shown_type(&env, path);
                    let place = self.shown_place(path.span);
                    let first = out.len();
                    self.used_members(&env, path, out);
                    for member in &mut out[first..] {
                        member.made_by.insert(0, format!("#using {ty} at {place}"));
                    }
                }
                MemberKind::Decl(decl) => {
                    let member = self.member_declared(decl, &env);
                    out.extend(member);
                }
                MemberKind::Anon(decl) => self.body_members(&env, &decl.members, out),
                MemberKind::Inline(_) | MemberKind::Insert(_) | MemberKind::Assert(_) => {}
            }
        }
    }

    /// What `#context_extend` has added to `Context`, in the order in which it lies there.
    fn context_members(&mut self, out: &mut Vec<TypeMember>) {
        for index in 0..self.context_fields.len() {
            let (module, decl) = (
                self.context_fields[index].module,
                self.context_fields[index].decl,
            );
            let env = self.module(module).env.clone();
            let ty = self.shown_type(&env, &decl.ty);
            let default = (decl.default.as_ref())
                .map(|e| format!(" = {}", normalised(&self.span_text(e.span))));
            let rest = format!(": {ty}{}", default.unwrap_or_default());
            let mut member = self.member_named("field", decl.name, rest, &env);
            member.ty = Some(ty);
            out.push(member);
        }
    }

    fn used_members(&mut self, env: &Rc<Env>, path: &'static ast::Expr, out: &mut Vec<TypeMember>) {
        let Ok(ty) = self.quietly(|s| s.eval_type(env, path)) else {
            return;
        };
        if let Some(info) = self.nominals.get(&ty)
            && let NominalSyntax::Struct(decl) = info.syntax
        {
            let env = info.env.clone();
            self.body_members(&env, &decl.members, out);
        }
    }

    fn variant_members(
        &mut self,
        env: &Rc<Env>,
        body: &'static [EnumMember],
        out: &mut Vec<TypeMember>,
    ) {
        let Ok(expanded) = self.expand_body(env, body) else {
            return;
        };
        for (member, env) in expanded {
            let EnumMember::Variant(variant) = member else {
                continue;
            };
            let ty = variant.payload.as_ref().map(|ty| self.shown_type(&env, ty));
            let value = (variant.value.as_ref())
                .map(|e| format!(" :: {}", normalised(&self.span_text(e.span))));
            let payload = ty.as_ref().map(|ty| format!(": {ty}"));
            let rest = value.unwrap_or_default() + &payload.unwrap_or_default();
            let mut member = self.member_named("variant", variant.name, rest, &env);
            member.ty = ty;
            member.doc = variant.attrs.doc().map(|doc| doc.to_string());
            out.push(member);
        }
    }

    fn member_declared(&mut self, decl: &'static ast::Decl, env: &Rc<Env>) -> Option<TypeMember> {
        let (kind, rest) = match &decl.kind {
            DeclKind::Fn(f) => ("method", format!(" :: {}", self.shown_signature(f, env))),
            DeclKind::Const(c) => {
                let value = normalised(&self.span_text(c.value.span));
                let ty = c.ty.as_ref().map(|ty| self.shown_type(env, ty));
                let rest = match ty {
                    Some(ty) => format!(" : {ty} : {value}"),
                    None => format!(" :: {value}"),
                };
                ("constant", rest)
            }
            DeclKind::Struct(_) => ("type", " :: struct".to_string()),
            DeclKind::Enum(_) => ("type", " :: enum".to_string()),
            DeclKind::Union(_) => ("type", " :: union".to_string()),
            DeclKind::ErrorSet(_) => ("type", " :: error".to_string()),
            DeclKind::Protocol(_) => ("type", " :: protocol".to_string()),
            DeclKind::Var(_)
            | DeclKind::UfcsAlias(_)
            | DeclKind::Import(_)
            | DeclKind::Library(_)
            | DeclKind::CUnit(_) => return None,
        };
        let mut member = self.member_named(kind, decl.name, rest, env);
        member.doc = decl.attrs.doc().map(|doc| doc.to_string());
        Some(member)
    }

    /// Parameters and result, their types as they are called.
    fn shown_signature(&mut self, f: &'static ast::FnDecl, env: &Rc<Env>) -> String {
        let mut params = Vec::new();
        for param in &f.sig.params {
            let sigil = match param.kind {
                ast::ParamKind::Plain => "",
                ast::ParamKind::Comptime => "$",
                ast::ParamKind::Variadic => "..",
                ast::ParamKind::ComptimePack => "..$",
            };
            let name = self.quietly(|s| s.spelled(env, param.name));
            let name = name.map_or(param.name.name, |name| name.name);
            let mut text = format!("{sigil}{name}");
            if let Some(ty) = &param.ty {
                let lazy = if param.lazy { "#lazy " } else { "" };
                text += &format!(": {lazy}{}", self.shown_type(env, ty));
            }
            if let Some(default) = &param.default {
                text += &format!(" = {}", normalised(&self.span_text(default.span)));
            }
            params.push(text);
        }
        let ret = match &f.sig.ret {
            None => String::new(),
            Some(ret) => match &ret.kind {
                ast::RetKind::Type(ty) => format!(" -> {}", self.shown_type(env, ty)),
                ast::RetKind::Void | ast::RetKind::Slots { .. } => {
                    format!(" -> {}", normalised(&self.span_text(ret.span)))
                }
            },
        };
        let property = match f.property {
            None => "",
            Some(ast::Property::Get) => " #get",
            Some(ast::Property::Set) => " #set",
        };
        let mixin = if f.mixin { " mixin" } else { "" };
        format!("({}){ret}{mixin}{property}", params.join(", "))
    }

    fn minted_members(&mut self, ty: TypeId, out: &mut Vec<TypeMember>) {
        let place = "made at compile time".to_string();
        let mut push = |kind, name: String, ty: Option<String>| {
            out.push(TypeMember::of_type(kind, name, ty, &place));
        };
        if let Some(def) = self.m.types.enum_def(ty) {
            for variant in &def.variants {
                let payload = variant.payload.map(|ty| self.m.types.name(ty));
                push("variant", variant.name.to_string(), payload);
            }
            return;
        }
        for (name, member) in self.m.types.members(ty).unwrap_or_default() {
            let name = name.map(|name| name.to_string()).unwrap_or_default();
            push("field", name, Some(self.m.types.name(member)));
        }
    }

    /// Methods that a protocol gives what conforms to it.
    fn default_members(&mut self, found: &ImplMatch, ty: TypeId) -> Vec<TypeMember> {
        let at = self.impls[found.id.index()].decl.span;
        let protocol = self.quietly(|s| {
            let protocol = s.protocol_type(found, at)?;
            Ok::<_, Failed>((protocol, s.protocol_syntax(protocol)?))
        });
        let Ok((protocol, syntax)) = protocol else {
            return Vec::new();
        };
        let Some(env) = self.nominals.get(&protocol).map(|info| info.env.child()) else {
            return Vec::new();
        };
        env.bind(Symbol::intern("Self"), Binding::Type(ty));
        let mut members = Vec::new();
        for method in &syntax.methods {
            if let DeclKind::Fn(f) = &method.kind
                && !matches!(f.body.kind(), ast::BodyKind::None)
            {
                let env = self.protocol_method_env(&env, f);
                members.extend(self.member_declared(method, &env));
            }
        }
        members
    }

    /// Methods that impls give the type.
    fn impl_members(&mut self, ty: TypeId, out: &mut Vec<TypeMember>) {
        self.enter_impls();
        for index in 0..self.impls.len() {
            let id = ImplId(index as u32);
            let Ok(Some(found)) = self.quietly(|s| s.match_impl(id, ty)) else {
                continue;
            };
            let decl = self.impls[index].decl;
            let protocol = normalised(&self.span_text(decl.protocol.span));
            let Ok(expanded) = self.expand_body(&found.env, &decl.members) else {
                continue;
            };
            let first = out.len();
            for (member, env) in expanded {
                if let MemberKind::Decl(decl) = &member.kind
                    && let Some(mut member) = self.member_declared(decl, &env)
                {
                    member.protocol = Some(protocol.clone());
                    out.push(member);
                }
            }
            for mut member in self.default_members(&found, ty) {
                if out[first..].iter().all(|known| known.name != member.name) {
                    member.protocol = Some(protocol.clone());
                    out.push(member);
                }
            }
        }
    }
}
