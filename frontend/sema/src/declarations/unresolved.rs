//! What is said of a name that means nothing where it stands, and what it may have been meant to be.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::Diagnostic;
use sx_syntax::ast::{self, ExprKind};

use super::foreign_names::{function_meant, type_meant};
use super::lookup::{Found, nearest};
use crate::metaprogramming::insertion::unknown_names;
use crate::sema::{Binding, DeclId, DeclSyntax, Env, Sema};

/// After so many errors nobody reads what each name may have been meant to be; every name is compared with all others.
const MOST_HELPED: usize = 500;

impl Sema<'_> {
    /// The error for a name that nothing visible answers to, naming what was probably meant.
    pub fn unresolved(&mut self, env: &Env, name: ast::Ident) -> Diagnostic {
        let module = env.module;
        let modules = self.modules_seen(module);
        self.leave_to_form(&modules, name);
        if let Some(diag) = self.made_by_itself(&modules, name) {
            return diag;
        }
        if let Some(span) = self.private_elsewhere(name.name) {
            let diag = Diagnostic::error(
                name.span,
                format!("'{}' is private to the code that declares it", name.name),
            );
            return diag.with_note(
                Some(span),
                format!("`#name(\"{}\")` would have it seen outside", name.name),
            );
        }
        if let Found::Invisible(decl) = self.lookup_module(module, name.name) {
            let what = if self.is_type_decl(decl) { "type " } else { "" };
            let span = self.decl(decl).name_span;
            return Diagnostic::error(
                name.span,
                format!("{what}'{}' is private to its declaring module", name.name),
            )
            .with_note(Some(span), "declared private here");
        }
        let own = self.named_in_own_body(name);
        let elsewhere = self
            .decls
            .iter()
            .position(|d| {
                d.name == name.name
                    && !d.private
                    && !d.local
                    && d.owner.is_none()
                    && !matches!(d.syntax, DeclSyntax::C(_))
            })
            .map(|i| DeclId(i as u32));
        if let Some(decl) = elsewhere
            && own.is_none()
        {
            let what = match self.decl(decl).syntax {
                DeclSyntax::Import(_) => "namespace ",
                _ if self.is_type_decl(decl) => "type ",
                _ => "",
            };
            let span = self.decl(decl).name_span;
            return Diagnostic::error(
                name.span,
                format!(
                    "{what}'{}' is not visible; #import the module that declares it",
                    name.name
                ),
            )
            .with_note(Some(span), "declared here");
        }
        let func = self.current_name();
        let path = self.module(module).shown.clone();
        let place = match func {
            Some(func) => format!(" (in {path} fn {func})"),
            None => format!(" (in {path})"),
        };
        let diag = Diagnostic::error(name.span, format!("unresolved '{}'{place}", name.name));
        let diag = self.with_form_under_way(diag, &modules, name);
        if let Some((text, _)) = own {
            return diag.with_help(None, format!("write `{text}`"));
        }
        if let Some(help) = function_meant(name.as_str()) {
            return diag.with_help(None, help);
        }
        let near = self.nearest_name(env, name.as_str(), false);
        let word = sx_syntax::misspelt_word(name.as_str());
        if let Some(value) = sx_syntax::foreign_value(name.as_str()) {
            return diag.with_help(None, format!("write `{value}`"));
        }
        match (near, word) {
            (Some(near), _) => diag.with_help(None, format!("did you mean '{near}'?")),
            (None, Some(word)) => diag.with_help(None, format!("did you mean `{word}`?")),
            (None, None) => diag,
        }
    }

    /// The same where a type is expected: what was meant is one, too.
    pub fn unknown_type(&mut self, env: &Env, name: ast::Ident) -> Diagnostic {
        let diag = self.unresolved(env, name);
        if !diag.message.starts_with("unresolved") {
            return diag;
        }
        let diag = Diagnostic::error(name.span, format!("unknown type '{}'", name.name));
        let diag = self.with_form_under_way(diag, &self.modules_seen(env.module), name);
        if let Some((text, decl)) = self.named_in_own_body(name)
            && self.may_be_type(decl)
        {
            return diag.with_help(None, format!("write `{text}`"));
        }
        match (
            type_meant(name.as_str()),
            self.nearest_name(env, name.as_str(), true),
        ) {
            (Some(help), _) => diag.with_help(None, help),
            (None, Some(near)) => diag.with_help(None, format!("did you mean '{near}'?")),
            (None, None) if matches!(name.as_str().as_bytes(), [b'A'..=b'Z']) => {
                let help = format!(
                    "a type parameter is introduced where it first stands: `a: ${}`",
                    name.name
                );
                diag.with_help(None, help)
            }
            (None, None) => diag,
        }
    }

    /// Whether a declaration may be a type's.
    fn may_be_type(&self, decl: DeclId) -> bool {
        match &self.decl(decl).syntax {
            DeclSyntax::Fn(f) => matches!(
                f.sig.ret.as_ref().map(|ret| &ret.kind),
                Some(ast::RetKind::Type(ty))
                    if matches!(&ty.kind, ExprKind::Ident(name) if name.as_str() == "Type")
            ),
            DeclSyntax::Const(constant) => !matches!(
                constant.value.kind,
                ExprKind::Int { .. }
                    | ExprKind::Float { .. }
                    | ExprKind::Str(_)
                    | ExprKind::Bool(_)
            ),
            _ => self.is_type_decl(decl),
        }
    }

    fn is_type_decl(&self, decl: DeclId) -> bool {
        matches!(
            self.decl(decl).syntax,
            DeclSyntax::Struct(_)
                | DeclSyntax::Enum(_)
                | DeclSyntax::Union(_)
                | DeclSyntax::ErrorSet(_)
                | DeclSyntax::Protocol(_)
        )
    }

    fn nearest_name(&self, env: &Env, name: &str, types: bool) -> Option<String> {
        if self.diags.len() > MOST_HELPED {
            return None;
        }
        // Locals first: what a body declares is what it most likely means.
        let mut scope = Some(env);
        let mut locals: Vec<Symbol> = Vec::new();
        while let Some(e) = scope {
            let names = e.names.borrow();
            let fits = |binding: &Binding| match binding {
                Binding::Type(_) | Binding::TypePack(_) | Binding::Decl(_) => true,
                Binding::Ct(val) => !types || val.ty == TypeId::TYPE,
                Binding::Var { .. }
                | Binding::Pack { .. }
                | Binding::Lazy { .. }
                | Binding::Poison => !types,
            };
            locals.extend(names.iter().filter(|(_, b)| fits(b)).map(|(name, _)| *name));
            scope = e.parent.as_deref();
        }
        locals.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let spelled = |s: &&str| s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let locals = locals.iter().map(|s| s.as_str()).filter(spelled);
        if let Some(near) = nearest(name, locals) {
            return Some(near);
        }
        let module = env.module;
        let mut names: Vec<&str> = self
            .module(module)
            .names
            .iter()
            .filter(|(_, d)| !types || self.may_be_type(**d))
            .map(|(s, _)| s.as_str())
            .collect();
        for set in &self.module(module).flat_imports {
            for m in &self.import_sets[set.0 as usize].modules {
                names.extend(
                    self.module(*m)
                        .names
                        .iter()
                        .filter(|(_, d)| !self.decl(**d).private && !self.is_weak(**d))
                        .filter(|(_, d)| !types || self.may_be_type(**d))
                        .map(|(s, _)| s.as_str()),
                );
            }
        }
        nearest(name, names)
    }
}
/// Whether what is put here, or where this is put, would have declared names that nobody knows.
pub(super) fn follows_failed_insertion(env: &Rc<Env>) -> bool {
    let mut at = Some(env);
    while let Some(e) = at {
        if e.names.borrow().contains_key(&unknown_names()) {
            return true;
        }
        if let Some(expansion) = &e.expansion
            && follows_failed_insertion(&expansion.put_in)
        {
            return true;
        }
        at = e.parent.as_ref();
    }
    false
}
