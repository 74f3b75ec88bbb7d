//! Types that evaluations made become types of the program.

use std::rc::Rc;

use sx_ir::types::NominalDef;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::sema::{
    Binding, DeclSyntax, EntityState, Env, Failed, FieldDefault, ModId, NominalInfo, NominalState,
    NominalSyntax, Res, Sema,
};

impl Sema<'_> {
    /// Makes the names that a builder's body declares by literals usable as types in it.
    pub fn bind_forward_names(&mut self, scope: &Rc<Env>, decl: &'static ast::FnDecl, span: Span) {
        let mut names = Vec::new();
        if let ast::FnBody::Block(block) = decl.body() {
            declared_names(block, &mut names);
        }
        for name in names {
            let key = (self.caches.mint_scope.clone(), name.clone());
            let ty = match self.caches.minted.names.get(&key) {
                Some(ty) => *ty,
                None => {
                    let ty = crate::comptime::host::declare_open(&mut self.m.types, &name);
                    self.caches.minted.names.insert(key, ty);
                    self.adopt_minted(span);
                    ty
                }
            };
            scope.bind(Symbol::intern(&name), Binding::Type(ty));
        }
    }

    /// Enters what evaluations minted.
    pub fn adopt_minted(&mut self, span: Span) {
        let minted: Vec<TypeId> = self.caches.minted.names.values().copied().collect();
        for ty in minted {
            let (TypeKind::Struct(n) | TypeKind::Enum(n)) = *self.m.types.kind(ty) else {
                continue;
            };
            let fields = match &self.m.types.nominal(n).def {
                NominalDef::Struct(fields) => fields.len(),
                NominalDef::Open
                | NominalDef::Enum(_)
                | NominalDef::Union(_)
                | NominalDef::ErrorSet(_)
                | NominalDef::Protocol(_) => 0,
            };
            let info = self.nominals.entry(ty).or_insert_with(|| {
                Box::new(NominalInfo {
                    module: ModId(0),
                    span,
                    syntax: NominalSyntax::Minted,
                    env: Env::root(ModId(0)),
                    instance: None,
                    state: NominalState::Open,
                    depth: self.instantiation_depth,
                    made_by: None,
                    members: Default::default(),
                    properties: Default::default(),
                    defaults: Vec::new(),
                    open_body: None,
                    expanded: None,
                })
            });
            if info.defaults.len() != fields {
                info.defaults = (0..fields).map(|_| FieldDefault::None).collect();
            }
        }
    }

    /// A minted type is complete once it is defined and its members are.
    pub fn complete_minted(&mut self, ty: TypeId) -> Res<()> {
        let (TypeKind::Struct(n) | TypeKind::Enum(n)) = *self.m.types.kind(ty) else {
            return Ok(());
        };
        if crate::comptime::host::is_open(&self.m.types, n) {
            let name = self.type_name(ty);
            let Some(span) = self.nominals.get(&ty).map(|n| n.span) else {
                return Err(Failed);
            };
            return Err(self.error(span, format!("type '{name}' is declared but never defined")));
        }
        let members: Vec<TypeId> = match &self.m.types.nominal(n).def {
            NominalDef::Struct(fields) => fields.iter().map(|f| f.ty).collect(),
            NominalDef::Enum(def) => def.variants.iter().filter_map(|v| v.payload).collect(),
            NominalDef::Open
            | NominalDef::Union(_)
            | NominalDef::ErrorSet(_)
            | NominalDef::Protocol(_) => Vec::new(),
        };
        for member in members {
            self.complete(member)?;
        }
        Ok(())
    }

    /// Whether a handle that nothing defines yet is a type once the builders have run that stand further down.
    pub fn is_defined_later(&mut self, ty: TypeId) -> bool {
        let (TypeKind::Struct(n) | TypeKind::Enum(n)) = *self.m.types.kind(ty) else {
            return false;
        };
        let open = |s: &Self| crate::comptime::host::is_open(&s.m.types, n);
        if !open(self) {
            return false;
        }
        for module in self.modules_in_order() {
            for decl in self.module(module).decls.clone() {
                let info = self.decl(decl);
                let DeclSyntax::Const(constant) = info.syntax else {
                    continue;
                };
                let waits = matches!(info.state, EntityState::Unresolved)
                    && matches!(constant.value.kind, ExprKind::Call(_));
                let env = info.env.clone();
                if waits && self.denotes_type(&env, &constant.value) {
                    // What is wrong with it is told there.
                    let _ = self.resolve_decl(decl);
                    if !open(self) || self.caches.chains.giving_up() {
                        return !open(self);
                    }
                }
            }
        }
        false
    }

    /// The type a builder returned: defined, finite, and named after its instance if it belongs to one.
    pub fn finish_built(&mut self, ty: TypeId, name: Option<Symbol>, span: Span) -> Res<()> {
        if let Some(info) = self.nominals.get_mut(&ty)
            && matches!(info.syntax, NominalSyntax::Minted)
            && info.state == NominalState::Open
        {
            info.span = span;
        }
        if let Some(name) = name
            && let TypeKind::Struct(n) | TypeKind::Enum(n) = *self.m.types.kind(ty)
        {
            let scope = self.caches.mint_scope.clone();
            let own = self
                .caches
                .minted
                .names
                .iter()
                .any(|((s, _), t)| *t == ty && *s == scope && !s.is_empty());
            let declared = self.nominals.get(&ty).and_then(|info| info.env.makes.get());
            if own {
                self.m.types.nominal_mut(n).name = name.to_string();
            } else if let Some(maker) = declared {
                self.m.types.nominal_mut(n).name = maker.to_string();
            }
        }
        self.complete(ty)
    }
}

/// Literal names given to `declare` and its kin in a body's own statements.
fn declared_names(block: &'static ast::Block, out: &mut Vec<String>) {
    for stmt in &block.stmts {
        declared_in_stmt(stmt, out);
    }
    if let Some(tail) = &block.tail {
        declared_in(tail, out);
    }
}

fn declared_in_stmt(stmt: &'static ast::Stmt, out: &mut Vec<String>) {
    match &stmt.kind {
        ast::StmtKind::Expr { expr, .. } => declared_in(expr, out),
        ast::StmtKind::Return(values) => {
            for value in values {
                declared_in(&value.value, out);
            }
        }
        ast::StmtKind::Decl(decl) => declared_in_decl(decl, out),
        _ => {}
    }
}

fn declared_in_decl(decl: &'static ast::Decl, out: &mut Vec<String>) {
    match &decl.kind {
        ast::DeclKind::Var(var) => {
            if let Some(init) = &var.init {
                declared_in(init, out);
            }
        }
        ast::DeclKind::Const(c) => declared_in(&c.value, out),
        _ => {}
    }
}

fn declared_in(expr: &'static ast::Expr, out: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Call(call) => {
            let name = match &call.callee.kind {
                ExprKind::Ident(name) | ExprKind::Field { name, .. } => Some(name.as_str()),
                _ => None,
            };
            if matches!(name, Some("declare" | "raw_declare_type"))
                && let [arg] = call.args.as_slice()
                && let ExprKind::Str(text) = &arg.value.kind
            {
                out.push(text.to_string());
            }
            for arg in &call.args {
                declared_in(&arg.value, out);
            }
        }
        ExprKind::Paren(inner) => declared_in(inner, out),
        _ => {}
    }
}
