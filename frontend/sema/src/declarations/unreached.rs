//! Type names in bodies of the root file, whether anything reaches them or not (reference part 3 §6.2). Only plain
//! names in annotations and casts are looked at: the rest of a body is checked when it is reached.

use rustc_hash::FxHashSet;
use sx_ir::Symbol;
use sx_syntax::ast::{self, DeclKind, ExprKind};
use sx_syntax::visit::{self, Visitor};

use crate::declarations::lookup::Found;
use crate::sema::{DeclSyntax, Env, Failed, ModId, Sema};

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
            ExprKind::ArrayType { elem, .. } => self.type_names(elem),
            _ => {}
        }
    }

    fn params(&mut self, params: &[ast::Param]) {
        self.known.extend(params.iter().map(|p| p.name.name));
    }
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
            _ => {}
        }
        visit::walk_expr(self, expr);
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
            _ => {}
        }
        visit::walk_decl(self, decl);
    }

    fn function(&mut self, function: &ast::FnDecl) {
        self.params(&function.sig.params);
        if function.mixin {
            self.opaque = true;
        }
        visit::walk_fn(self, function);
    }
}

impl Sema<'_> {
    /// Libraries that `extern` declarations of the root file name, called or not.
    pub fn check_extern_libraries(&mut self) {
        for id in self.module(ModId(0)).decls.clone() {
            let DeclSyntax::Fn(function) = &self.decl(id).syntax else {
                continue;
            };
            let Some(lib) = function.link.as_ref().and_then(|link| link.lib) else {
                continue;
            };
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
        for id in self.module(root).decls.clone() {
            let mut mentioned = Mentioned::default();
            match &self.decl(id).syntax {
                DeclSyntax::Fn(function) => mentioned.function(function),
                DeclSyntax::Struct(decl) => {
                    mentioned.params(&decl.params);
                    decl.members.iter().for_each(|m| mentioned.member(m));
                }
                _ => continue,
            }
            if mentioned.opaque {
                continue;
            }
            for name in mentioned.used {
                let special = name.is_raw() || matches!(name.as_str(), "Self" | "_");
                if special
                    || mentioned.known.contains(&name.name)
                    || self.reserved_type(name).is_some()
                {
                    continue;
                }
                if matches!(
                    self.lookup_module(root, name.name),
                    Found::Nothing | Found::Invisible(_)
                ) {
                    let _ = self.type_by_name(&env, name);
                }
            }
        }
    }
}
