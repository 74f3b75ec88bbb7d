//! The table of declarations of each module, with module-scope `inline if`.

use std::rc::Rc;
use std::sync::Arc;

use sx_ir::target::{Arch, Os};
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, DeclKind, Inline, InlineElse, ItemKind};
use sx_syntax::{Diagnostic, Span};

use crate::sema::{
    ContextField, DeclId, DeclInfo, DeclSyntax, EntityState, Env, ImplId, ImplInfo, ModId, RunStmt,
    Sema,
};

/// An import met while collecting a module's items.
pub struct PendingImport {
    pub span: Span,
    pub path: Arc<str>,
    /// The namespace it is bound to; flat if absent.
    pub namespace: Option<DeclId>,
}

/// Names of the enum that `OS` has, as in `std/target.sx`.
pub fn os_name(os: Os) -> &'static str {
    match os {
        Os::Macos => "macos",
        Os::Linux => "linux",
        Os::Windows => "windows",
        Os::Wasm => "wasm",
        Os::Ios => "ios",
        Os::Android => "android",
        Os::Unknown => "unknown",
    }
}

pub fn arch_name(arch: Arch) -> &'static str {
    match arch {
        Arch::Aarch64 => "aarch64",
        Arch::X86_64 => "x86_64",
        Arch::Wasm32 => "wasm32",
        Arch::Wasm64 => "wasm64",
        Arch::Unknown => "unknown",
    }
}

impl Sema<'_> {
    pub fn collect_items(
        &mut self,
        id: ModId,
        items: &'static [ast::Item],
        imports: &mut Vec<PendingImport>,
    ) {
        let env = self.module(id).env.clone();
        self.decls.reserve(items.len());
        let module = &mut self.modules[id.index()];
        module.decls.reserve(items.len());
        module.names.reserve(items.len());
        for item in items {
            self.collect_item(id, item, &env, imports);
        }
    }

    /// `env`: what the item sees.
    pub fn collect_item(
        &mut self,
        id: ModId,
        item: &'static ast::Item,
        env: &Rc<Env>,
        imports: &mut Vec<PendingImport>,
    ) {
        {
            match &item.kind {
                ItemKind::Decl(decl) => self.collect_decl(id, decl, item, env, imports),
                ItemKind::Import(import) => imports.push(PendingImport {
                    span: import.span,
                    path: import.path.text.clone(),
                    namespace: None,
                }),
                ItemKind::Impl(decl) => {
                    let env = env.clone();
                    let impl_id = ImplId(self.impls.len() as u32);
                    self.impls.push(ImplInfo {
                        decl,
                        module: id,
                        env,
                        entered: false,
                        resolved: None,
                        failed: false,
                    });
                    self.modules[id.index()].impls.push(impl_id);
                }
                ItemKind::ContextExtend(decl)
                    if self.caches.inside_inline || self.making_declarations() =>
                {
                    self.error(
                        decl.name.span,
                        "`#context_extend` stands at module scope only, outside `inline` and `#insert`",
                    );
                }
                ItemKind::ContextExtend(decl) => self.context_fields.push(ContextField {
                    name: decl.name.name,
                    module: id,
                    decl,
                }),
                ItemKind::Run(expr) => {
                    let order = self.order_here(expr.span);
                    let env = env.clone();
                    let runs = &mut self.modules[id.index()].runs;
                    runs.push(RunStmt { expr, order, env });
                }
                ItemKind::Error(directive) => {
                    self.error(directive.span, directive.message.text.to_string());
                }
                ItemKind::Inline(inline) => {
                    let outer = std::mem::replace(&mut self.caches.inside_inline, true);
                    self.collect_inline(id, item, inline, imports);
                    self.caches.inside_inline = outer;
                }
                ItemKind::CUnit(unit) => self.note_c_unit(id, unit, None),
                ItemKind::Asm(asm) => match &asm.template {
                    Some(text) => self.m.asm.push(text.text.to_string()),
                    None => {
                        self.error(
                            asm.template_span,
                            "asm template must be a compile-time-known string",
                        );
                    }
                },
                ItemKind::Insert(_) => self.add_form(id, item),
                ItemKind::Assert(assert) => self.module_asserts.push((env.clone(), assert)),
            }
        }
    }

    fn collect_inline(
        &mut self,
        id: ModId,
        item: &'static ast::Item,
        inline: &'static Inline<ast::Item>,
        imports: &mut Vec<PendingImport>,
    ) {
        match inline {
            Inline::If(node) => {
                let mut node = node;
                loop {
                    match self.static_target_condition(&node.cond) {
                        // What else is known at compile time.
                        None => return self.add_form(id, item),
                        Some(true) => return self.collect_items(id, &node.then, imports),
                        Some(false) => match &node.else_ {
                            None => return,
                            Some(InlineElse::If(next)) => node = next,
                            Some(InlineElse::Items(items)) => {
                                return self.collect_items(id, items, imports);
                            }
                        },
                    }
                }
            }
            Inline::Match(node) if !is_target_constant(&node.subject) => self.add_form(id, item),
            Inline::Match(node) => {
                for arm in &node.arms {
                    if let ast::PatternKind::Variant(name) = &arm.pattern.kind
                        && self.target_constant_is(&node.subject, name.as_str()) == Some(true)
                    {
                        return self.collect_items(id, &arm.items, imports);
                    }
                    if let ast::PatternKind::Expr(pattern) = &arm.pattern.kind
                        && let (Some(a), Some(b)) =
                            (self.target_int(&node.subject), self.target_int(pattern))
                        && a == b
                    {
                        return self.collect_items(id, &arm.items, imports);
                    }
                }
                if let Some(items) = &node.else_ {
                    self.collect_items(id, items, imports);
                }
            }
            Inline::For(_) => self.add_form(id, item),
        }
    }

    /// A condition over `OS`, `ARCH` and `POINTER_SIZE`, as allowed at module scope.
    fn static_target_condition(&self, cond: &ast::Expr) -> Option<bool> {
        match &cond.kind {
            ast::ExprKind::Paren(inner) => self.static_target_condition(inner),
            ast::ExprKind::Unary {
                op: ast::UnOp::Not,
                expr,
            } => self.static_target_condition(expr).map(|b| !b),
            ast::ExprKind::Binary { op, lhs, rhs, .. } => match op {
                ast::BinOp::And => {
                    let (a, b) = (
                        self.static_target_condition(lhs)?,
                        self.static_target_condition(rhs)?,
                    );
                    Some(a && b)
                }
                ast::BinOp::Or => {
                    let (a, b) = (
                        self.static_target_condition(lhs)?,
                        self.static_target_condition(rhs)?,
                    );
                    Some(a || b)
                }
                ast::BinOp::Eq | ast::BinOp::Ne => {
                    let equal = match (self.target_int(lhs), self.target_int(rhs)) {
                        (Some(a), Some(b)) => a == b,
                        _ => match &rhs.kind {
                            ast::ExprKind::EnumLit(name) => {
                                self.target_constant_is(lhs, name.as_str())?
                            }
                            ast::ExprKind::Field { name, .. } => {
                                self.target_constant_is(lhs, name.as_str())?
                            }
                            _ => return None,
                        },
                    };
                    Some(equal == (*op == ast::BinOp::Eq))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn target_int(&self, expr: &ast::Expr) -> Option<u64> {
        match &expr.kind {
            ast::ExprKind::Int { value, .. } => Some(*value),
            ast::ExprKind::Ident(name) if name.as_str() == "POINTER_SIZE" => {
                Some(self.cfg.target.pointer_size)
            }
            _ => None,
        }
    }

    fn target_constant_is(&self, expr: &ast::Expr, variant: &str) -> Option<bool> {
        match &expr.kind {
            ast::ExprKind::Ident(name) => match name.as_str() {
                "OS" => Some(os_name(self.cfg.target.os) == variant),
                "ARCH" => Some(arch_name(self.cfg.target.arch) == variant),
                _ => None,
            },
            _ => None,
        }
    }

    fn collect_decl(
        &mut self,
        id: ModId,
        decl: &'static ast::Decl,
        item: &'static ast::Item,
        env: &Rc<Env>,
        imports: &mut Vec<PendingImport>,
    ) {
        if matches!(decl.name.kind, ast::IdentKind::Computed(_)) && !self.making_declarations() {
            return self.add_form(id, item);
        }
        if let Ok(name) = self.spelled(env, decl.name) {
            self.enter_decl(id, decl, item, env, name, imports);
        }
    }

    /// Enters a declaration under a name, as it is spelled.
    pub fn enter_decl(
        &mut self,
        id: ModId,
        decl: &'static ast::Decl,
        item: &'static ast::Item,
        env: &Rc<Env>,
        name: ast::Ident,
        imports: &mut Vec<PendingImport>,
    ) {
        let private = self.private_scope(env, decl.name);
        let env = env.clone();
        let syntax = decl_syntax(&decl.kind);
        let info = DeclInfo {
            name: name.name,
            module: id,
            private: item.private.is_some(),
            span: decl.span,
            name_span: name.span,
            syntax,
            env,
            state: EntityState::Unresolved,
            owner: None,
            local: false,
        };
        let decl_id = self.add_decl(info);
        self.note_maker(decl_id);
        self.keep_attrs(decl_id, decl);
        if let DeclKind::CUnit(unit) = &decl.kind {
            self.note_c_unit(id, unit, Some(decl_id));
        }
        if let DeclKind::Import(import) = &decl.kind {
            imports.push(PendingImport {
                span: import.span,
                path: import.path.text.clone(),
                namespace: Some(decl_id),
            });
        }
        if name.is_discard() {
            return;
        }
        if let Some(scope) = private {
            scope.bind(name.name, crate::sema::Binding::Decl(decl_id));
            self.caches.meta.private_names.insert(name.name, name.span);
            self.modules[id.index()].decls.push(decl_id);
            return;
        }
        let module = &mut self.modules[id.index()];
        if let Some(first) = module.names.get(&name.name) {
            let first = *first;
            // A getter and a setter may share a name only in a struct body, so this is a duplicate.
            let first_span = self.decl(first).name_span;
            let diag = Diagnostic::error(
                name.span,
                format!("duplicate top-level declaration '{}'", name.name),
            )
            .with_note(Some(first_span), "first declared here");
            self.report(diag);
            return;
        }
        module.names.insert(name.name, decl_id);
        module.decls.push(decl_id);
    }
}

fn is_target_constant(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, ast::ExprKind::Ident(name) if matches!(name.as_str(), "OS" | "ARCH" | "POINTER_SIZE"))
}

/// The part of a declaration that resolution needs.
pub fn decl_syntax(kind: &'static DeclKind) -> DeclSyntax {
    match kind {
        DeclKind::Const(d) => DeclSyntax::Const(d),
        DeclKind::Var(d) => DeclSyntax::Var(d),
        DeclKind::Fn(d) => DeclSyntax::Fn(d),
        DeclKind::Struct(d) => DeclSyntax::Struct(d),
        DeclKind::Enum(d) => DeclSyntax::Enum(d),
        DeclKind::Union(d) => DeclSyntax::Union(d),
        DeclKind::ErrorSet(d) => DeclSyntax::ErrorSet(d),
        DeclKind::Protocol(d) => DeclSyntax::Protocol(d),
        DeclKind::UfcsAlias(e) => DeclSyntax::UfcsAlias(e),
        // Filled in when the import is loaded; an import that can't be has been reported.
        DeclKind::Import(_) => DeclSyntax::Builtin,
        DeclKind::Library(text) => DeclSyntax::Library(text.text.clone()),
        DeclKind::CUnit(_) => DeclSyntax::CUnit,
    }
}

/// Names resolved without any declaration.
pub fn builtin_type(name: Symbol) -> Option<TypeId> {
    if !name.is_special() {
        return None;
    }
    Some(match name.as_str() {
        "void" => TypeId::VOID,
        "noreturn" => TypeId::NORETURN,
        "bool" => TypeId::BOOL,
        "i8" => TypeId::I8,
        "i16" => TypeId::I16,
        "i32" => TypeId::I32,
        "i64" => TypeId::I64,
        "u8" => TypeId::U8,
        "u16" => TypeId::U16,
        "u32" => TypeId::U32,
        "u64" => TypeId::U64,
        "usize" => TypeId::USIZE,
        "isize" => TypeId::ISIZE,
        "f32" => TypeId::F32,
        "f64" => TypeId::F64,
        "string" => TypeId::STRING,
        "cstring" => TypeId::CSTRING,
        "any" => TypeId::ANY,
        "Type" => TypeId::TYPE,
        _ => return None,
    })
}
