//! Doc comments and notes of what is declared.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, Attrs};

use crate::sema::{DeclId, DeclSyntax, Env, FnId, Sema};

/// What stands before declarations, fields and variants.
#[derive(Default)]
pub struct NotesTable {
    decls: FxHashMap<DeclId, &'static Attrs>,
    /// Methods of impls, `#get` and `#set` methods.
    functions: FxHashMap<FnId, &'static Attrs>,
    /// Fields of structs and unions, variants of enums, by the type they belong to.
    members: FxHashMap<(TypeId, Symbol), (&'static Attrs, Rc<Env>)>,
    types: FxHashMap<TypeId, &'static Attrs>,
    spans: FxHashMap<(TypeId, Symbol), sx_syntax::Span>,
}

fn has_any(attrs: &Attrs) -> bool {
    attrs.doc().is_some() || !attrs.notes().is_empty()
}

impl Sema<'_> {
    /// Keeps what stands before a declaration.
    pub fn keep_attrs(&mut self, id: DeclId, decl: &'static ast::Decl) {
        if !has_any(&decl.attrs) {
            return;
        }
        self.caches.meta.notes.decls.insert(id, &decl.attrs);
    }

    /// The same for a function that is no declaration of its own.
    pub fn keep_fn_attrs(&mut self, func: FnId, decl: &'static ast::Decl) {
        if has_any(&decl.attrs) {
            self.caches.meta.notes.functions.insert(func, &decl.attrs);
        }
    }

    pub fn attrs_of_fn(&self, func: FnId) -> Option<&'static Attrs> {
        self.caches.meta.notes.functions.get(&func).copied()
    }

    /// `env`: what the notes' arguments see.
    pub fn keep_member_attrs(
        &mut self,
        owner: TypeId,
        name: ast::Ident,
        attrs: &'static Attrs,
        env: &Rc<Env>,
    ) {
        let notes = &mut self.caches.meta.notes;
        let key = (owner, name.name);
        notes.spans.insert(key, name.span);
        if has_any(attrs) {
            notes.members.insert(key, (attrs, env.clone()));
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

    /// Of a type's declaration; an instance has its template's.
    pub fn attrs_of_type(&self, ty: TypeId) -> Option<&'static Attrs> {
        if let Some((template, _)) = self.nominals.get(&ty).and_then(|n| n.instance.as_ref())
            && let Some(decl) = self.templates[template.index()].decl
        {
            return self.attrs_of_decl(decl);
        }
        self.caches.meta.notes.types.get(&ty).copied()
    }

    /// Where a field or variant stands, as far as its notes tell.
    pub fn span_of_member(&self, owner: TypeId, name: Symbol) -> Option<sx_syntax::Span> {
        self.caches.meta.notes.spans.get(&(owner, name)).copied()
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
