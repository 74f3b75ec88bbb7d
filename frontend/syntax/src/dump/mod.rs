//! The tree as text, for tests and for looking at what the parser made of a program. Not a stable format.

mod exprs;
mod stmts;

use std::fmt::Write;

use std::sync::Arc;

use crate::ast::*;

pub fn dump_file(file: &File) -> String {
    let mut d = Dump::new(&file.computed_names);
    for item in &file.items {
        d.item(item);
        d.out.push('\n');
    }
    d.out
}

/// Statements one to a line, the tail behind `=>`.
pub fn dump_fragment(fragment: &Fragment) -> String {
    let mut d = Dump::new(&fragment.computed_names);
    d.statements(&fragment.block);
    d.out.trim_start_matches('\n').to_string() + "\n"
}

pub fn dump_expr(expr: &Expr, computed_names: &[Vec<Arc<Expr>>]) -> String {
    let mut d = Dump::new(computed_names);
    d.expr(expr);
    d.out
}

struct Dump<'a> {
    out: String,
    indent: usize,
    computed: &'a [Vec<Arc<Expr>>],
}

impl<'a> Dump<'a> {
    fn new(computed: &'a [Vec<Arc<Expr>>]) -> Dump<'a> {
        Dump {
            out: String::new(),
            indent: 0,
            computed,
        }
    }

    fn s(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    fn indented(&mut self, f: impl FnOnce(&mut Self)) {
        self.indent += 1;
        f(self);
        self.indent -= 1;
    }

    fn ident(&mut self, ident: Ident) {
        match ident.kind {
            IdentKind::Plain => self.s(ident.as_str()),
            IdentKind::Raw => {
                self.s("`");
                self.s(ident.as_str());
            }
            IdentKind::Computed(index) => {
                self.s("(#name");
                if let Some(parts) = self.computed.get(index.index()) {
                    for part in parts {
                        self.s(" ");
                        self.expr(part);
                    }
                }
                self.s(")");
            }
        }
    }

    fn attrs(&mut self, attrs: &Attrs) {
        if let Some(doc) = attrs.doc() {
            let _ = write!(self.out, " /// {doc:?}");
        }
        for note in attrs.notes() {
            self.s(" @");
            self.ident(note.name);
            self.args(&note.args);
        }
    }

    // ------------------------------------------------------------------------------------------------- items

    fn item(&mut self, item: &Item) {
        if item.private.is_some() {
            self.s("private ");
        }
        match &item.kind {
            ItemKind::Decl(decl) => self.decl(decl),
            ItemKind::Import(import) => {
                let _ = write!(self.out, "(import {:?})", import.path.text);
            }
            ItemKind::Impl(decl) => {
                self.s("(impl ");
                self.expr(&decl.protocol);
                for arg in &decl.args {
                    self.s(" ");
                    self.expr(arg);
                }
                self.s(" for ");
                self.expr(&decl.target);
                self.members(&decl.members);
                self.s(")");
            }
            ItemKind::ContextExtend(ext) => {
                self.s("(context_extend ");
                self.ident(ext.name);
                self.s(" ");
                self.expr(&ext.ty);
                self.opt(" = ", &ext.default);
                self.s(")");
            }
            ItemKind::Run(expr) => self.wrap("run", expr),
            ItemKind::Error(error) => self.error(error),
            ItemKind::Inline(inline) => self.inline(inline, &|d, item| d.item(item)),
            ItemKind::CUnit(unit) => self.c_unit(unit),
            ItemKind::Asm(asm) => self.asm(asm),
            ItemKind::Insert(expr) => self.wrap("insert", expr),
            ItemKind::Assert(assert) => self.assert(assert),
        }
    }

    fn error(&mut self, error: &ErrorDirective) {
        let _ = write!(self.out, "(error {:?})", error.message.text);
    }

    fn assert(&mut self, assert: &AssertDirective) {
        self.s("(assert ");
        self.expr(&assert.cond);
        self.opt(" ", &assert.message);
        self.s(")");
    }

    fn list<T>(&mut self, items: &[T], each: &dyn Fn(&mut Self, &T)) {
        self.indented(|d| {
            for item in items {
                d.line();
                each(d, item);
            }
        });
    }

    fn inline<T>(&mut self, inline: &Inline<T>, each: &dyn Fn(&mut Self, &T)) {
        match inline {
            Inline::If(branch) => self.inline_if(branch, each),
            Inline::Match(m) => {
                self.s("(inline-match ");
                self.expr(&m.subject);
                self.indented(|d| {
                    for arm in &m.arms {
                        d.line();
                        d.s("case ");
                        d.pattern(&arm.pattern);
                        d.s(":");
                        d.list(&arm.items, each);
                    }
                    if let Some(items) = &m.else_ {
                        d.line();
                        d.s("else:");
                        d.list(items, each);
                    }
                });
                self.s(")");
            }
            Inline::For(f) => {
                self.s("(inline-for");
                self.for_head(&f.iters, &f.captures);
                self.list(&f.items, each);
                self.s(")");
            }
        }
    }

    fn inline_if<T>(&mut self, branch: &InlineIf<T>, each: &dyn Fn(&mut Self, &T)) {
        self.s("(inline-if ");
        self.expr(&branch.cond);
        self.list(&branch.then, each);
        match &branch.else_ {
            Some(InlineElse::If(next)) => {
                self.line();
                self.s("else ");
                self.inline_if(next, each);
            }
            Some(InlineElse::Items(items)) => {
                self.line();
                self.s("else");
                self.list(items, each);
            }
            None => {}
        }
        self.s(")");
    }

    fn decl(&mut self, decl: &Decl) {
        match &decl.kind {
            DeclKind::Const(c) => {
                self.s("(const ");
                self.ident(decl.name);
                self.opt(" : ", &c.ty);
                self.s(" = ");
                self.expr(&c.value);
            }
            DeclKind::Var(v) => {
                self.s(if v.saved { "(saved-var " } else { "(var " });
                self.ident(decl.name);
                self.opt(" : ", &v.ty);
                self.opt(" = ", &v.init);
                self.link(&v.link);
            }
            DeclKind::Fn(f) => {
                self.s("(");
                self.function(f);
            }
            DeclKind::Struct(s) => {
                self.s("(");
                self.structure(s);
            }
            DeclKind::Enum(e) => {
                self.s("(");
                self.enumeration(e);
            }
            DeclKind::Union(u) => {
                self.s("(");
                self.union(u);
            }
            DeclKind::ErrorSet(set) => {
                self.s("(error-set ");
                self.ident(decl.name);
                for tag in &set.tags {
                    self.s(" ");
                    self.ident(*tag);
                }
            }
            DeclKind::Protocol(p) => {
                self.s("(protocol ");
                self.ident(decl.name);
                self.params(&p.params);
                self.s(if p.inline { " #inline" } else { "" });
                self.s(if p.identity { " #identity" } else { "" });
                self.list(&p.methods, &|d, m| d.decl(m));
                self.list(&p.members, &|d, m| d.member(m));
            }
            DeclKind::UfcsAlias(path) => {
                self.s("(ufcs-alias ");
                self.ident(decl.name);
                self.s(" ");
                self.expr(path);
            }
            DeclKind::Import(import) => {
                self.s("(import ");
                self.ident(decl.name);
                let _ = write!(self.out, " {:?}", import.path.text);
            }
            DeclKind::Library(lib) => {
                self.s("(library ");
                self.ident(decl.name);
                let _ = write!(self.out, " {:?}", lib.text);
            }
            DeclKind::CUnit(unit) => {
                self.s("(");
                self.ident(decl.name);
                self.s(" ");
                self.c_unit(unit);
            }
        }
        self.attrs(&decl.attrs);
        self.s(")");
    }

    fn c_unit(&mut self, unit: &CUnit) {
        self.s("(c-unit");
        for part in &unit.parts {
            let _ = write!(self.out, " ({:?} {:?})", part.kind, part.text.text);
        }
        self.s(")");
    }

    fn link(&mut self, link: &Option<Box<Link>>) {
        let Some(link) = link else { return };
        self.s(" ");
        self.s(link.kind.keyword());
        if let Some(lib) = link.lib {
            self.s(" ");
            self.ident(lib);
        }
        if let Some(symbol) = &link.symbol {
            let _ = write!(self.out, " {:?}", symbol.text);
        }
    }

    fn function(&mut self, f: &FnDecl) {
        self.s(match f.origin {
            FnOrigin::Decl => "fn",
            FnOrigin::Lambda => "lambda",
            FnOrigin::TrailingBlock => "trailing",
            FnOrigin::BareBlock => "bare-fn",
        });
        self.s(if f.ufcs { " ufcs" } else { "" });
        self.s(if f.mixin { " mixin" } else { "" });
        if let Some(name) = f.name {
            self.s(" ");
            self.ident(name);
        }
        self.params(&f.sig.params);
        if let Some(ret) = &f.sig.ret {
            self.s(" -> ");
            self.ret(ret);
        }
        self.abi(f.sig.abi);
        match f.property {
            Some(Property::Get) => self.s(" #get"),
            Some(Property::Set) => self.s(" #set"),
            None => {}
        }
        self.link(&f.link);
        match f.body() {
            FnBody::Block(block) => self.statements(block),
            FnBody::Expr(expr) => {
                self.s(" => ");
                self.expr(expr);
            }
            FnBody::Intrinsic => self.s(" intrinsic"),
            FnBody::None => {}
        }
    }

    fn abi(&mut self, abi: Option<Abi>) {
        match abi.map(|abi| abi.kind) {
            Some(AbiKind::C) => self.s(" abi(.c)"),
            Some(AbiKind::Naked) => self.s(" abi(.naked)"),
            Some(AbiKind::Compiler) => self.s(" abi(.compiler)"),
            None => {}
        }
    }

    fn params(&mut self, params: &[Param]) {
        self.s(" [");
        for (i, p) in params.iter().enumerate() {
            self.s(if i > 0 { ", " } else { "" });
            self.s(match p.kind {
                ParamKind::Plain => "",
                ParamKind::Comptime => "$",
                ParamKind::Variadic => "..",
                ParamKind::ComptimePack => "..$",
            });
            self.ident(p.name);
            self.opt(if p.lazy { ": #lazy " } else { ": " }, &p.ty);
            for constraint in &p.constraints {
                self.s("/");
                self.expr(constraint);
            }
            self.opt(" = ", &p.default);
        }
        self.s("]");
    }

    fn ret(&mut self, ret: &RetType) {
        match &ret.kind {
            RetKind::Void => self.s("()"),
            RetKind::Type(ty) => self.expr(ty),
            RetKind::Slots { slots, error } => {
                self.s("(slots");
                for slot in slots {
                    self.s(" ");
                    if let Some(name) = slot.name {
                        self.ident(name);
                        self.s(":");
                    }
                    self.expr(&slot.ty);
                    self.opt("=", &slot.default);
                }
                if let Some(error) = error {
                    self.s(" ");
                    self.expr(error);
                }
                self.s(")");
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- types

    fn name_of(&mut self, kind: &str, name: Option<Ident>) {
        self.s(kind);
        if let Some(name) = name {
            self.s(" ");
            self.ident(name);
        }
    }

    fn structure(&mut self, s: &StructDecl) {
        self.name_of("struct", s.name);
        if !s.params.is_empty() {
            self.params(&s.params);
        }
        self.members(&s.members);
    }

    fn union(&mut self, u: &UnionDecl) {
        self.name_of("union", u.name);
        self.members(&u.members);
    }

    fn enumeration(&mut self, e: &EnumDecl) {
        self.name_of("enum", e.name);
        self.s(if e.flags { " flags" } else { "" });
        self.opt(" ", &e.backing);
        self.list(&e.variants, &|d, v| d.enum_member(v));
    }

    fn enum_member(&mut self, member: &EnumMember) {
        match member {
            EnumMember::Variant(v) => {
                self.ident(v.name);
                self.opt(" :: ", &v.value);
                self.opt(" : ", &v.payload);
                self.attrs(&v.attrs);
            }
            EnumMember::Inline(inline) => self.inline(inline, &|d, v| d.enum_member(v)),
            EnumMember::Insert(expr) => self.wrap("insert", expr),
            EnumMember::Assert(assert) => self.assert(assert),
        }
    }

    fn members(&mut self, members: &[Member]) {
        self.list(members, &|d, m| d.member(m));
    }

    fn member(&mut self, member: &Member) {
        match &member.kind {
            MemberKind::Field(f) => {
                self.s("(field");
                for name in &f.names {
                    self.s(" ");
                    self.ident(*name);
                }
                self.s(" : ");
                self.expr(&f.ty);
                self.opt(" = ", &f.default);
                self.attrs(&f.attrs);
                self.s(")");
            }
            MemberKind::Using(path) => self.wrap("using", path),
            MemberKind::Decl(decl) => self.decl(decl),
            MemberKind::Anon(s) => {
                self.s("(");
                self.structure(s);
                self.s(")");
            }
            MemberKind::Inline(inline) => self.inline(inline, &|d, m| d.member(m)),
            MemberKind::Insert(expr) => self.wrap("insert", expr),
            MemberKind::Assert(assert) => self.assert(assert),
        }
    }
}
