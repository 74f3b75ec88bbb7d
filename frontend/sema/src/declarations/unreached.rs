//! What nothing reaches (reference part 3 §6.2). Type names in bodies of the root file are checked all the same: only plain
//! names in annotations and casts are looked at, and the rest of a body when it is reached. Constants that nothing uses
//! may mention what there is not.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use sx_ir::Symbol;
use sx_syntax::ast::{self, DeclKind, ExprKind};
use sx_syntax::visit::{self, Visitor};

use crate::declarations::decls::is_compiler_name;
use crate::declarations::lookup::Found;
use crate::sema::{DeclId, DeclSyntax, Env, Failed, ModId, Sema};
use crate::statements::errors::strip_parens;
use crate::views::hygiene::{free_names, members_of_names};

/// The type names a declaration mentions, and every name it introduces anywhere.
#[derive(Default)]
struct Mentioned {
    known: FxHashSet<Symbol>,
    used: Vec<ast::Ident>,
    /// Code made at compile time may declare anything.
    opaque: bool,
}

impl Mentioned {
    fn type_names(&mut self, ty: &ast::Expr) {
        match &ty.kind {
            ExprKind::Ident(name) => self.used.push(*name),
            ExprKind::Star(inner)
            | ExprKind::Paren(inner)
            | ExprKind::Optional(inner)
            | ExprKind::ManyPointer(inner)
            | ExprKind::SliceType(inner) => self.type_names(inner),
            ExprKind::ArrayType { elem, .. } | ExprKind::SentinelSlice(elem) => {
                self.type_names(elem)
            }
            ExprKind::Spread(inner) => self.type_names(inner),
            // The arguments of a generic type; a constant may be one.
            ExprKind::Call(call) => {
                if let ExprKind::Ident(head) = &call.callee.kind
                    && head.as_str() != "Vector"
                    && !is_compiler_name(head)
                {
                    self.used.push(*head);
                }
                call.args.iter().for_each(|a| self.type_names(&a.value));
            }
            ExprKind::ClosureType(closure) => {
                closure.params.iter().for_each(|ty| self.type_names(ty));
                closure.ret.iter().for_each(|ret| self.result(ret));
            }
            ExprKind::FnType(function) => {
                function.params.iter().for_each(|p| self.type_names(&p.ty));
                self.result(&function.ret);
            }
            ExprKind::TupleType(elems) => elems.iter().for_each(|e| self.type_names(&e.ty)),
            _ => {}
        }
    }

    fn result(&mut self, ret: &ast::RetType) {
        match &ret.kind {
            ast::RetKind::Void => {}
            ast::RetKind::Type(ty) => self.type_names(ty),
            ast::RetKind::Slots { slots, .. } => {
                slots.iter().for_each(|slot| self.type_names(&slot.ty));
            }
        }
    }

    fn params(&mut self, params: &[ast::Param]) {
        self.known.extend(params.iter().map(|p| p.name.name));
        let computed = |p: &ast::Param| matches!(p.name.kind, ast::IdentKind::Computed(_));
        self.opaque |= params.iter().any(computed);
    }
}

/// Whether the statements after this one never run, which are not looked at.
pub fn leaves(stmt: &ast::Stmt) -> bool {
    matches!(
        stmt.kind,
        ast::StmtKind::Return(_)
            | ast::StmtKind::Raise(_)
            | ast::StmtKind::Break
            | ast::StmtKind::Continue
    )
}

impl Visitor for Mentioned {
    fn expr(&mut self, expr: &ast::Expr) {
        match &expr.kind {
            ExprKind::Insert(_) | ExprKind::Code(_) | ExprKind::Splice(_) => self.opaque = true,
            ExprKind::If(node) if node.inline => self.opaque = true,
            ExprKind::Match(node) if node.inline => self.opaque = true,
            ExprKind::Dollar { name, .. } => {
                self.known.insert(name.name);
            }
            ExprKind::Cast { ty, .. } | ExprKind::OptCast { ty, .. } => self.type_names(ty),
            ExprKind::Aggregate(literal) => literal.ty.iter().for_each(|ty| self.type_names(ty)),
            ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_) => self.type_names(expr),
            _ => {}
        }
        visit::walk_expr(self, expr);
    }

    fn block(&mut self, block: &ast::Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
            if leaves(stmt) {
                return;
            }
        }
        if let Some(tail) = &block.tail {
            self.expr(tail);
        }
    }

    fn member(&mut self, member: &ast::Member) {
        match &member.kind {
            ast::MemberKind::Insert(_) | ast::MemberKind::Inline(_) => self.opaque = true,
            ast::MemberKind::Field(field) => self.type_names(&field.ty),
            ast::MemberKind::Decl(_)
            | ast::MemberKind::Using(_)
            | ast::MemberKind::Anon(_)
            | ast::MemberKind::Assert(_) => {}
        }
        visit::walk_member(self, member);
    }

    fn variant(&mut self, member: &ast::EnumMember) {
        match member {
            ast::EnumMember::Insert(_) | ast::EnumMember::Inline(_) => self.opaque = true,
            ast::EnumMember::Variant(variant) => {
                variant.payload.iter().for_each(|ty| self.type_names(ty));
            }
            ast::EnumMember::Assert(_) => {}
        }
        visit::walk_variant(self, member);
    }

    fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            ast::StmtKind::Insert(_) => self.opaque = true,
            ast::StmtKind::For(node) if node.inline => self.opaque = true,
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn decl(&mut self, decl: &ast::Decl) {
        self.known.insert(decl.name.name);
        match &decl.kind {
            DeclKind::Var(var) => {
                if let Some(ty) = &var.ty {
                    self.type_names(ty);
                }
            }
            DeclKind::Const(constant) => {
                if let Some(ty) = &constant.ty {
                    self.type_names(ty);
                }
            }
            DeclKind::Struct(decl) => self.params(&decl.params),
            DeclKind::Protocol(decl) => self.params(&decl.params),
            DeclKind::Fn(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_)
            | DeclKind::UfcsAlias(_)
            | DeclKind::Import(_)
            | DeclKind::Library(_)
            | DeclKind::CUnit(_) => {}
        }
        visit::walk_decl(self, decl);
    }

    fn function(&mut self, function: &ast::FnDecl) {
        let sig = &function.sig;
        self.params(&sig.params);
        for param in &sig.params {
            // What stands behind `..xs:` is a protocol, unless it is a slice.
            let names_type = |ty: &&ast::Expr| {
                param.kind == ast::ParamKind::Plain || matches!(ty.kind, ExprKind::SliceType(_))
            };
            if let Some(ty) = param.ty.as_ref().filter(names_type) {
                self.type_names(ty);
            }
        }
        sig.ret.iter().for_each(|ret| self.result(ret));
        if function.mixin {
            self.opaque = true;
        }
        visit::walk_fn(self, function);
    }
}

/// Whether an expression quotes code: its names are those of where it will be put.
#[derive(Default)]
struct Quotes(bool);

impl Visitor for Quotes {
    fn expr(&mut self, expr: &ast::Expr) {
        self.0 |= matches!(expr.kind, ExprKind::Code(_));
        visit::walk_expr(self, expr);
    }
}

impl Sema<'_> {
    /// Whether this is a constant that is only looked at when something uses it: it has no type, it is no `#run`, and a
    /// name in it, or in a constant that it is made of, is nowhere.
    pub fn may_stay_unresolved(&mut self, id: DeclId) -> bool {
        let mut seen = FxHashSet::default();
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let decl = self.decl(id);
            let DeclSyntax::Const(constant) = decl.syntax else {
                continue;
            };
            let value = strip_parens(&constant.value);
            let told = constant.ty.is_some() || matches!(value.kind, ExprKind::Run(_));
            if told || !seen.insert(id) {
                continue;
            }
            let mut quotes = Quotes::default();
            quotes.expr(value);
            if quotes.0 {
                continue;
            }
            let env = decl.env.clone();
            for name in free_names(|names| names.expr(value)) {
                let known = is_compiler_name(&name) || name.as_str() == "Code";
                if known || env.get(name.name).is_some() || self.reserved_type(name).is_some() {
                    continue;
                }
                match self.lookup_module_for(env.module, name.name, true) {
                    Found::Decl(id) => left.push(id),
                    Found::Ambiguous(..) => {}
                    // What was to make it may have failed, and that has been told.
                    Found::Nothing | Found::Invisible(_) => {
                        return !self.made_by_failed(env.module, name.name);
                    }
                }
            }
            for (base, name) in members_of_names(|forms| forms.expr(value)) {
                let namespace = self.namespace_named(&env, base, name);
                match namespace.map(|set| self.lookup_in_set_of(&env, set, name)) {
                    Some(Found::Decl(id)) => left.push(id),
                    Some(Found::Nothing | Found::Invisible(_)) => return true,
                    Some(Found::Ambiguous(..)) | None => {}
                }
            }
        }
        false
    }

    /// Libraries that `extern` declarations of the root file name, called or not.
    pub fn check_extern_libraries(&mut self) {
        for id in self.module(ModId(0)).decls.clone() {
            let DeclSyntax::Fn(function) = &self.decl(id).syntax else {
                continue;
            };
            let Some(lib) = function.link.as_ref().and_then(|link| link.lib) else {
                continue;
            };
            let env = self.decl(id).env.clone();
            let lib = self.name_at(&env, lib);
            let known = self.decls.iter().any(|d| {
                d.name == lib.name
                    && matches!(
                        d.syntax,
                        DeclSyntax::Library(_) | DeclSyntax::Import(_) | DeclSyntax::Const(_)
                    )
            });
            if !known {
                self.undeclared_library(lib);
            }
        }
    }

    pub fn undeclared_library(&mut self, lib: ast::Ident) -> Failed {
        self.error(
            lib.span,
            format!(
                "extern library '{}' is not declared; write `{} :: #library \"..\";`",
                lib.name, lib.name
            ),
        )
    }

    pub fn check_unreached_type_names(&mut self) {
        let root = ModId(0);
        let env = Env::root(root);
        // One for all, because a large program has tens of thousands.
        let mut mentioned = Mentioned::default();
        for id in self.module(root).decls.clone() {
            // What has been made sees more than the module.
            if self.decl(id).env.parent.is_some() {
                continue;
            }
            match &self.decl(id).syntax {
                DeclSyntax::Fn(function) => mentioned.function(function),
                DeclSyntax::Struct(decl) => {
                    mentioned.params(&decl.params);
                    decl.members.iter().for_each(|m| mentioned.member(m));
                }
                DeclSyntax::Protocol(decl) => {
                    mentioned.params(&decl.params);
                    decl.methods.iter().for_each(|m| mentioned.decl(m));
                    decl.members.iter().for_each(|m| mentioned.member(m));
                }
                _ => continue,
            }
            self.check_mentioned(&env, &mut mentioned);
        }
        for i in 0..self.impls.len() {
            let info = &self.impls[i];
            if info.module != root || info.env.parent.is_some() {
                continue;
            }
            mentioned.expr(&info.decl.target);
            info.decl.args.iter().for_each(|arg| mentioned.expr(arg));
            (info.decl.members.iter()).for_each(|member| mentioned.member(member));
            self.check_mentioned(&env, &mut mentioned);
        }
    }

    /// What `#name(..)` spells, if the module alone tells it: its parts may use parameters and locals, whose values are
    /// known where the code is reached.
    fn spelled_outside(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        local: &FxHashSet<Symbol>,
    ) -> Option<ast::Ident> {
        let ast::IdentKind::Computed(index) = name.kind else {
            return Some(name);
        };
        let names = self.caches.computed_names.get(&name.span.file);
        let parts: &'static Vec<std::sync::Arc<ast::Expr>> = names?.get(index.index())?;
        for part in parts {
            for used in free_names(|names| names.expr(part)) {
                let declared = matches!(self.lookup_module(env.module, used.name), Found::Decl(_));
                if local.contains(&used.name) || !declared {
                    return None;
                }
            }
        }
        self.spelled(env, name).ok()
    }

    /// Leaves `mentioned` empty.
    fn check_mentioned(&mut self, env: &Rc<Env>, mentioned: &mut Mentioned) {
        let opaque = std::mem::take(&mut mentioned.opaque);
        for name in mentioned.used.drain(..).filter(|_| !opaque) {
            // Of names that are made, one that is declared may be any of them.
            let written = name;
            if mentioned.known.contains(&written.name) {
                continue;
            }
            let name = match written.kind {
                ast::IdentKind::Computed(_) => {
                    match self.spelled_outside(env, name, &mentioned.known) {
                        Some(name) => name,
                        None => continue,
                    }
                }
                ast::IdentKind::Plain | ast::IdentKind::Raw => name,
            };
            let special = matches!(written.kind, ast::IdentKind::Raw)
                || matches!(name.as_str(), "Self" | "_" | "OS" | "ARCH" | "POINTER_SIZE");
            if special || mentioned.known.contains(&name.name) || self.reserved_type(name).is_some()
            {
                continue;
            }
            if matches!(
                self.lookup_module(env.module, name.name),
                Found::Nothing | Found::Invisible(_)
            ) {
                let _ = self.type_by_name(env, written);
            }
        }
        // Clearing takes as long as the table is large.
        match mentioned.known.len() {
            0..=64 => mentioned.known.clear(),
            _ => mentioned.known = FxHashSet::default(),
        }
    }
}
