//! Files, declarations and functions.

use super::text::{raw_literal, string_literal};
use super::*;

impl<'t> Renderer<'_, 't> {
    pub fn items(&mut self, items: &'t [Item]) {
        for item in items {
            self.item_lines(item);
        }
    }

    /// An item at the start of a line; what has a body is set off by empty lines.
    pub fn item_lines(&mut self, item: &'t Item) {
        let start = self.mark();
        self.item(item);
        self.end_item(start);
    }

    pub fn end_item(&mut self, start: usize) {
        if self.mark() == start {
            return;
        }
        let long = self.written_since(start).contains('\n');
        self.s("\n");
        if long {
            self.s("\n");
        }
    }

    pub fn item(&mut self, item: &'t Item) {
        if self.resolve.item(self, item) {
            return;
        }
        match &item.kind {
            ItemKind::Decl(decl) => self.decl_with(decl, item.private.is_some()),
            ItemKind::Import(import) => {
                self.import(import);
                self.s(";");
            }
            ItemKind::Impl(decl) => {
                self.scope(Scope::Impl(decl), |r| r.implementation(decl));
            }
            ItemKind::ContextExtend(ext) => {
                self.s("#context_extend ");
                self.name(ext.name, NameUse::Member);
                self.s(": ");
                self.expr(&ext.ty);
                self.opt(" = ", &ext.default);
                self.s(";");
            }
            ItemKind::Run(expr) => self.directive("#run ", expr),
            ItemKind::Error(error) => self.error(error),
            ItemKind::Inline(inline) => self.inline(inline, &|r, item| r.item(item)),
            ItemKind::CUnit(unit) => self.c_unit(unit),
            ItemKind::Asm(asm) => {
                self.asm(asm);
                self.s(";");
            }
            ItemKind::Insert(expr) => self.directive("#insert ", expr),
            ItemKind::Assert(assert) => self.assert(assert),
        }
    }

    fn implementation(&mut self, decl: &'t ImplDecl) {
        self.s("impl ");
        self.expr(&decl.protocol);
        if !decl.args.is_empty() {
            self.s("(");
            self.commas(&decl.args, |r, arg| r.expr(arg));
            self.s(")");
        }
        self.s(" for ");
        self.expr(&decl.target);
        self.s(" ");
        self.members(&decl.members);
    }

    pub(crate) fn directive(&mut self, word: &str, expr: &'t Expr) {
        self.s(word);
        self.expr(expr);
        self.s(";");
    }

    pub(crate) fn error(&mut self, error: &'t ErrorDirective) {
        self.s("#error(");
        self.s(&string_literal(&error.message.text));
        self.s(");");
    }

    pub(crate) fn assert(&mut self, assert: &'t AssertDirective) {
        self.s("#assert ");
        self.expr(&assert.cond);
        self.opt(", ", &assert.message);
        self.s(";");
    }

    fn import(&mut self, import: &'t Import) {
        self.s("#import ");
        self.s(&string_literal(&import.path.text));
    }

    fn c_unit(&mut self, unit: &'t CUnit) {
        self.s("#import c ");
        self.braced(&unit.parts, &|r, part| {
            r.s(match part.kind {
                CUnitKind::Include => "#include ",
                CUnitKind::Source => "#source ",
                CUnitKind::Define => "#define ",
                CUnitKind::Flags => "#flags ",
            });
            r.s(&string_literal(&part.text.text));
            r.s(";");
        });
        self.s(";");
    }

    pub fn decl(&mut self, decl: &'t Decl) {
        self.decl_with(decl, false);
    }

    pub fn decl_with(&mut self, decl: &'t Decl, private: bool) {
        self.attrs(&decl.attrs);
        if private {
            self.s("private ");
        }
        self.decl_bare(decl, NameUse::Declares);
    }

    /// Without what stands before it.
    pub(crate) fn decl_bare(&mut self, decl: &'t Decl, usage: NameUse) {
        match &decl.kind {
            DeclKind::Var(var) => {
                if var.saved {
                    self.s("#saved ");
                }
                // The value doesn't see the name.
                let rest = self.aside(|r| r.variable(var));
                self.name(decl.name, usage);
                self.s(&rest);
            }
            DeclKind::Const(constant) => {
                self.name(decl.name, usage);
                match &constant.ty {
                    Some(ty) => {
                        self.s(" : ");
                        self.expr(ty);
                        self.s(" : ");
                    }
                    None => self.s(" :: "),
                }
                if !self.resolve.constant(self, &constant.value) {
                    self.expr(&constant.value);
                }
                self.s(";");
            }
            DeclKind::Fn(f) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.function(f);
            }
            DeclKind::Struct(s) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.structure(s);
            }
            DeclKind::Enum(e) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.enumeration(e);
            }
            DeclKind::Union(u) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.union(u);
            }
            DeclKind::ErrorSet(set) => {
                self.name(decl.name, usage);
                self.s(" :: error { ");
                self.commas(&set.tags, |r, tag| r.name(*tag, NameUse::Member));
                self.s(" }");
            }
            DeclKind::Protocol(p) => {
                self.name(decl.name, usage);
                self.s(" :: protocol");
                if !p.params.is_empty() {
                    self.params(&p.params);
                }
                self.s(if p.inline { " #inline" } else { "" });
                self.s(if p.identity { " #identity" } else { "" });
                self.s(" ");
                match p.members.is_empty() {
                    true => self.braced(&p.methods, &|r, method| {
                        r.attrs(&method.attrs);
                        r.decl_bare(method, NameUse::Member);
                    }),
                    false => self.members(&p.members),
                }
            }
            DeclKind::UfcsAlias(path) => {
                self.name(decl.name, usage);
                self.s(" :: ufcs ");
                self.expr(path);
                self.s(";");
            }
            DeclKind::Import(import) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.import(import);
                self.s(";");
            }
            DeclKind::Library(lib) => {
                self.name(decl.name, usage);
                self.s(" :: #library ");
                self.s(&string_literal(&lib.text));
                self.s(";");
            }
            DeclKind::CUnit(unit) => {
                self.name(decl.name, usage);
                self.s(" :: ");
                self.c_unit(unit);
            }
        }
    }

    fn variable(&mut self, var: &'t VarDecl) {
        match (&var.ty, &var.init) {
            (None, Some(init)) => {
                self.s(" := ");
                self.expr(init);
            }
            (ty, init) => {
                self.opt(": ", ty);
                self.opt(" = ", init);
            }
        }
        self.link(&var.link);
        self.s(";");
    }

    fn link(&mut self, link: &Option<Box<Link>>) {
        let Some(link) = link else { return };
        self.s(" ");
        self.s(link.kind.keyword());
        if let Some(lib) = link.lib {
            self.s(" ");
            self.name(lib, NameUse::Uses);
        }
        if let Some(symbol) = &link.symbol {
            self.s(" ");
            self.s(&string_literal(&symbol.text));
        }
    }

    /// A function from its parameters on. Those that have names end like declarations.
    pub(crate) fn function(&mut self, f: &'t FnDecl) {
        self.scope(Scope::Function(f), |r| r.function_in_scope(f));
    }

    fn function_in_scope(&mut self, f: &'t FnDecl) {
        match f.origin {
            FnOrigin::BareBlock | FnOrigin::TrailingBlock => {}
            FnOrigin::Decl | FnOrigin::Lambda => {
                self.s(if f.ufcs { "ufcs " } else { "" });
                self.signature(&f.sig);
                self.s(if f.mixin { " mixin" } else { "" });
                match f.property {
                    Some(Property::Get) => self.s(" #get"),
                    Some(Property::Set) => self.s(" #set"),
                    None => {}
                }
                self.link(&f.link);
                match f.body() {
                    FnBody::Block(_) | FnBody::Expr(_) => self.s(" "),
                    FnBody::Intrinsic | FnBody::None => {}
                }
            }
        }
        let ends = match f.origin {
            FnOrigin::Decl | FnOrigin::BareBlock => ";",
            FnOrigin::Lambda | FnOrigin::TrailingBlock => "",
        };
        match f.body() {
            FnBody::Block(block) => self.block(block),
            FnBody::Expr(expr) => {
                self.s("=> ");
                self.expr(expr);
                self.s(ends);
            }
            FnBody::Intrinsic => self.s(" intrinsic;"),
            FnBody::None => self.s(";"),
        }
    }

    pub(crate) fn signature(&mut self, sig: &'t FnSig) {
        self.params(&sig.params);
        if let Some(ret) = &sig.ret {
            self.s(" -> ");
            self.ret(ret);
        }
        self.abi(sig.abi);
    }

    pub fn abi(&mut self, abi: Option<Abi>) {
        match abi.map(|abi| abi.kind) {
            Some(AbiKind::C) => self.s(" abi(.c)"),
            Some(AbiKind::Naked) => self.s(" abi(.naked)"),
            Some(AbiKind::Compiler) => self.s(" abi(.compiler)"),
            None => {}
        }
    }

    pub(crate) fn params(&mut self, params: &'t [Param]) {
        self.s("(");
        self.commas(params, |r, p| {
            r.s(match p.kind {
                ParamKind::Plain => "",
                ParamKind::Comptime => "$",
                ParamKind::Variadic => "..",
                ParamKind::ComptimePack => "..$",
            });
            r.name(p.name, NameUse::Declares);
            r.opt(if p.lazy { ": #lazy " } else { ": " }, &p.ty);
            for constraint in &p.constraints {
                r.s("/");
                r.expr(constraint);
            }
            r.opt(" = ", &p.default);
        });
        self.s(")");
    }

    pub fn ret(&mut self, ret: &'t RetType) {
        match &ret.kind {
            RetKind::Void => self.s("()"),
            RetKind::Type(ty) => self.expr(ty),
            RetKind::Slots { slots, error } => {
                self.s("(");
                self.commas(slots, |r, slot| {
                    if let Some(name) = slot.name {
                        r.name(name, NameUse::Declares);
                        r.s(": ");
                    }
                    r.expr(&slot.ty);
                    r.opt(" = ", &slot.default);
                });
                if let Some(error) = error {
                    self.s(", ");
                    self.expr(error);
                } else if slots.len() == 1 {
                    self.s(",");
                }
                self.s(")");
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- assembly

    pub(crate) fn asm(&mut self, asm: &'t AsmExpr) {
        self.s(if asm.volatile {
            "asm volatile {"
        } else {
            "asm {"
        });
        self.indented(|r| {
            let template = asm.template.as_ref().map_or("", |t| &t.text);
            r.line();
            r.s(&raw_literal(template));
            for operand in &asm.operands {
                r.s(",");
                r.line();
                if let Some(name) = operand.name {
                    r.s("[");
                    r.name(name, NameUse::Member);
                    r.s("] ");
                }
                r.s(&raw_literal(&operand.constraint.text));
                match &operand.role {
                    AsmRole::Value(ty) => {
                        r.s(" -> ");
                        r.expr(ty);
                    }
                    AsmRole::Place(place) => {
                        r.s(" -> *");
                        r.expr(place);
                    }
                    AsmRole::Input(value) => {
                        r.s(" = ");
                        r.expr(value);
                    }
                }
            }
            if !asm.clobbers.is_empty() {
                r.s(",");
                r.line();
                r.s("clobbers(");
                r.commas(&asm.clobbers, |r, name| {
                    r.s(".");
                    r.name(*name, NameUse::Member);
                });
                r.s(")");
            }
        });
        self.line();
        self.s("}");
    }
}
