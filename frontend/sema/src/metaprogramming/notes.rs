//! Doc comments and notes of what is declared.
#![allow(dead_code, reason = "read by the compiler library")]

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, Attrs};

use crate::sema::{DeclId, DeclSyntax, Env, Sema};

/// What stands before declarations, fields and variants.
#[derive(Default)]
pub struct NotesTable {
    decls: FxHashMap<DeclId, &'static Attrs>,
    /// Fields of structs and unions, variants of enums, by the type they belong to.
    members: FxHashMap<(TypeId, Symbol), (&'static Attrs, Rc<Env>)>,
    functions: FxHashMap<*const ast::FnDecl, &'static Attrs>,
    types: FxHashMap<TypeId, &'static Attrs>,
}

fn has_any(attrs: &Attrs) -> bool {
    attrs.doc.is_some() || !attrs.notes.is_empty()
}

impl Sema<'_> {
    /// Keeps what stands before a declaration.
    pub fn keep_attrs(&mut self, id: DeclId, decl: &'static ast::Decl) {
        if !has_any(&decl.attrs) {
            return;
        }
        let table = &mut self.caches.meta.notes;
        table.decls.insert(id, &decl.attrs);
        self.keep_function_attrs(decl);
    }

    /// The same for a method that has no declaration of its own (`#get`, `#set`, impl methods).
    pub fn keep_function_attrs(&mut self, decl: &'static ast::Decl) {
        if let ast::DeclKind::Fn(f) = &decl.kind
            && has_any(&decl.attrs)
        {
            let f: *const ast::FnDecl = &**f;
            self.caches.meta.notes.functions.insert(f, &decl.attrs);
        }
    }

    /// `env`: what the notes' arguments see.
    pub fn keep_member_attrs(
        &mut self,
        owner: TypeId,
        name: Symbol,
        attrs: &'static Attrs,
        env: &Rc<Env>,
    ) {
        if has_any(attrs) {
            let members = &mut self.caches.meta.notes.members;
            members.insert((owner, name), (attrs, env.clone()));
        }
    }

    /// `decl` has turned out to be `ty`.
    pub fn keep_type_attrs(&mut self, ty: TypeId, decl: DeclId) {
        let declares = matches!(
            self.decl(decl).syntax,
            DeclSyntax::Struct(_)
                | DeclSyntax::Enum(_)
                | DeclSyntax::Union(_)
                | DeclSyntax::ErrorSet(_)
        );
        if declares && let Some(attrs) = self.caches.meta.notes.decls.get(&decl) {
            self.caches.meta.notes.types.insert(ty, attrs);
        }
    }

    /// Doc comment and notes before a declaration.
    pub fn attrs_of_decl(&self, decl: DeclId) -> Option<&'static Attrs> {
        self.caches.meta.notes.decls.get(&decl).copied()
    }

    pub fn attrs_of_function(&self, decl: &ast::FnDecl) -> Option<&'static Attrs> {
        let decl: *const ast::FnDecl = decl;
        self.caches.meta.notes.functions.get(&decl).copied()
    }

    /// Of a type's declaration; an instance has its template's.
    pub fn attrs_of_type(&self, ty: TypeId) -> Option<&'static Attrs> {
        if let Some((template, _)) = self.nominals.get(&ty).and_then(|n| n.instance.as_ref())
            && let Some(decl) = self.templates[template.index()].decl
        {
            return self.attrs_of_decl(decl);
        }
        self.caches.meta.notes.types.get(&ty).copied()
    }

    /// Of a field or variant of a completed type, and what the notes' arguments see.
    pub fn attrs_of_member(
        &self,
        owner: TypeId,
        name: Symbol,
    ) -> Option<(&'static Attrs, Rc<Env>)> {
        self.caches.meta.notes.members.get(&(owner, name)).cloned()
    }
}
