//! What a name means where it stands (reference part 3 §6.2).

use std::rc::Rc;

pub use sx_ir::spelling::nearest;
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::declarations::modules::builtin_type;
use crate::declarations::unresolved::follows_failed_insertion;
use crate::emission::value::CtVal;
use crate::metaprogramming::quotes::splice_key;
use crate::sema::{
    Binding, DeclId, DeclSyntax, Entity, Env, Failed, ImportSetId, ModId, Res, Sema,
};

/// Outcome of looking a name up in a module and its imports.
pub enum Found {
    Decl(DeclId),
    Nothing,
    /// Declared, but `private` to this module or not directly imported.
    Invisible(DeclId),
    Ambiguous(DeclId, DeclId),
}

/// A resolved name.
#[derive(Clone, Debug)]
pub enum Name {
    Binding(Binding),
    Entity(Entity, DeclId),
    BuiltinType(TypeId),
}

impl Sema<'_> {
    pub fn resolve_name(&mut self, env: &Rc<Env>, name: ast::Ident) -> Res<Name> {
        match self.try_resolve_name(env, name)? {
            Some(found) => Ok(found),
            None => {
                let name = self.spelled(env, name)?;
                let diag = self.unresolved(env, name);
                Err(self.report(diag))
            }
        }
    }

    /// `None` if nothing of that name is visible. Errors (ambiguity, failed declarations) have been reported.
    pub fn try_resolve_name(&mut self, env: &Rc<Env>, name: ast::Ident) -> Res<Option<Name>> {
        self.try_resolve_name_in(env, name, false)
    }

    /// The same, in a type position or elsewhere.
    pub fn try_resolve_name_in(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        type_position: bool,
    ) -> Res<Option<Name>> {
        let made = matches!(name.kind, ast::IdentKind::Computed(_));
        let mut name = self.spelled(env, name)?;
        if made {
            if let Some(found) = self.resolve_made_name(env, name)? {
                return Ok(Some(found));
            }
            // What is spelled may be a type's reserved name.
            name.kind = ast::IdentKind::Plain;
        }
        if let Some(ty) = self.reserved_type(name) {
            // A value declared with the escaped name wins in value position; a type never does.
            match env.get(name.name) {
                Some(Binding::Type(_)) => return Ok(Some(Name::BuiltinType(ty))),
                Some(binding) => return self.binding_name(binding).map(Some),
                None => {}
            }
            if let Found::Decl(decl) = self.lookup_module(env.module, name.name)
                && match self.decl(decl).syntax {
                    DeclSyntax::Const(_) | DeclSyntax::Var(_) | DeclSyntax::Fn(_) => true,
                    DeclSyntax::C(c) => c.is_symbol(),
                    _ => false,
                }
            {
                let entity = self.resolve_used(decl, name.span)?;
                if !matches!(entity, Entity::Type(_) | Entity::Template(_)) {
                    return Ok(Some(Name::Entity(entity, decl)));
                }
            }
            return Ok(Some(Name::BuiltinType(ty)));
        }
        if let Some(binding) = env.get(name.name) {
            if matches!(binding, Binding::Ct(_) | Binding::Decl(_)) && env.is_fenced_off(name.name)
            {
                return Err(self.no_enclosing_local(name));
            }
            return self.binding_name(binding).map(Some);
        }
        match self.lookup_module(env.module, name.name) {
            Found::Decl(decl) => {
                let entity = self.resolve_used(decl, name.span)?;
                Ok(Some(Name::Entity(entity, decl)))
            }
            Found::Ambiguous(a, b) => {
                if type_position && let Some(ty) = self.type_behind(env, name)? {
                    return Ok(Some(ty));
                }
                Err(self.ambiguous(name, a, b))
            }
            Found::Nothing
                if self.made_by_failed(env.module, name.name) || follows_failed_insertion(env) =>
            {
                Err(Failed)
            }
            // Made meanwhile, and private to the code that this is part of.
            Found::Nothing if let Some(binding) = env.get(name.name) => {
                self.binding_name(binding).map(Some)
            }
            Found::Nothing if let Some(offered) = self.offered_name(env, name.name) => {
                self.binding_name(offered).map(Some)
            }
            Found::Nothing if name.as_str() == "Code" => {
                let ty = self.code_type();
                Ok(Some(Name::BuiltinType(ty)))
            }
            Found::Nothing | Found::Invisible(_) => Ok(None),
        }
    }

    /// The type a bare reserved name stands for, odd integer widths included.
    pub fn reserved_type(&mut self, name: ast::Ident) -> Option<TypeId> {
        if name.is_raw() || !name.name.is_special() {
            return None;
        }
        if let Some(ty) = builtin_type(name.name) {
            return Some(ty);
        }
        crate::declarations::types_eval::is_int_name(name.as_str())
            .then(|| self.int_by_name(name.as_str()))
    }

    pub fn binding_name(&mut self, binding: Binding) -> Res<Name> {
        match binding {
            Binding::Decl(decl) => {
                let entity = self.resolve_decl(decl)?;
                Ok(Name::Entity(entity, decl))
            }
            Binding::Poison => Err(Failed),
            Binding::Type(ty) => Ok(Name::BuiltinType(ty)),
            other => Ok(Name::Binding(other)),
        }
    }

    pub fn ambiguous(&mut self, name: ast::Ident, a: DeclId, b: DeclId) -> Failed {
        let is_type = |s: &Sema<'_>, d: DeclId| {
            matches!(
                s.decl(d).syntax,
                DeclSyntax::Struct(_)
                    | DeclSyntax::Enum(_)
                    | DeclSyntax::Union(_)
                    | DeclSyntax::ErrorSet(_)
                    | DeclSyntax::Protocol(_)
            )
        };
        let is_fn = |s: &Self, d: DeclId| matches!(s.decl(d).syntax, DeclSyntax::Fn(_));
        let message = if is_type(self, a) && is_type(self, b) {
            format!(
                "type '{}' is ambiguous: it is declared in multiple flat-imported modules; qualify it",
                name.name
            )
        } else if matches!(self.decl(a).syntax, DeclSyntax::Import(_))
            && matches!(self.decl(b).syntax, DeclSyntax::Import(_))
        {
            format!(
                "namespace '{}' is ambiguous: its aliases point at different targets; declare it locally",
                name.name
            )
        } else if is_fn(self, a) {
            format!(
                "'{}' is ambiguous; declared by multiple imported modules — qualify the call",
                name.name
            )
        } else {
            format!(
                "'{}' is ambiguous: it is declared in multiple flat-imported modules — qualify it",
                name.name
            )
        };
        let (sa, sb) = (self.decl(a).name_span, self.decl(b).name_span);
        let diag = Diagnostic::error(name.span, message)
            .with_note(Some(sa), "one declaration")
            .with_note(Some(sb), "another declaration");
        self.report(diag)
    }

    /// A name as a value, type or callee. A namespace of the same name from elsewhere does not get in the way.
    pub fn lookup_module(&mut self, module: ModId, name: Symbol) -> Found {
        self.lookup_module_for(module, name, false)
    }

    pub fn lookup_module_for(&mut self, module: ModId, name: Symbol, before_dot: bool) -> Found {
        match self.lookup_declared(module, name, before_dot) {
            // What is still to be made is made when nothing else answers.
            Found::Nothing if self.make_name(module, name) => {
                self.lookup_declared(module, name, before_dot)
            }
            found => found,
        }
    }

    /// The same without making declarations.
    pub fn lookup_declared(&mut self, module: ModId, name: Symbol, before_dot: bool) -> Found {
        if let Some(decl) = self.module(module).names.get(&name) {
            return Found::Decl(*decl);
        }
        let mut found: Option<DeclId> = None;
        let mut hidden: Option<DeclId> = None;
        let mut weak: Option<DeclId> = None;
        let sets = self.module(module).flat_imports.clone();
        for set in sets {
            let mut from_set: Option<DeclId> = None;
            for member in self.import_sets[set.0 as usize].modules.clone() {
                if let Some(decl) = self.module(member).names.get(&name).copied() {
                    if self.decl(decl).private {
                        hidden = Some(decl);
                    } else if self.is_weak(decl) {
                        weak = weak.or(Some(decl));
                    } else {
                        from_set = Some(decl);
                        break;
                    }
                }
            }
            let Some(decl) = from_set else { continue };
            match found {
                None => found = Some(decl),
                Some(first) if first == decl || self.same_target(first, decl) => {}
                Some(first) if self.is_import(first) != self.is_import(decl) => {
                    if self.is_import(decl) == before_dot {
                        found = Some(decl);
                    }
                }
                Some(first) => return Found::Ambiguous(first, decl),
            }
        }
        // Nor does a namespace hide a function of the system's headers.
        if let (Some(decl), Some(c)) = (found, weak)
            && !before_dot
            && self.is_import(decl)
            && self.is_c_symbol(c)
        {
            found = weak;
        }
        match (found.or(weak), hidden) {
            (Some(decl), _) => Found::Decl(decl),
            (None, Some(decl)) => Found::Invisible(decl),
            (None, None) => Found::Nothing,
        }
    }

    /// What the files that a module imports flatly declare publicly by this name, in the order of the imports.
    pub fn imported(&self, module: ModId, name: Symbol) -> Vec<DeclId> {
        let sets = self.module(module).flat_imports.iter();
        let members = sets.flat_map(|set| &self.import_sets[set.0 as usize].modules);
        members
            .filter_map(|member| self.module(*member).names.get(&name).copied())
            .filter(|decl| !self.decl(*decl).private)
            .collect()
    }

    fn is_import(&self, decl: DeclId) -> bool {
        matches!(self.decl(decl).syntax, DeclSyntax::Import(_))
    }

    /// Aliases ending at one function, type or namespace, and equal externs, are one thing.
    pub fn same_target(&mut self, a: DeclId, b: DeclId) -> bool {
        let (Ok(x), Ok(y)) = (self.resolve_decl(a), self.resolve_decl(b)) else {
            return true;
        };
        match (&x, &y) {
            (Entity::Fn(f), Entity::Fn(g)) => {
                if f == g {
                    return true;
                }
                let (f, g) = (self.fn_info(*f), self.fn_info(*g));
                match (&f.decl.link, &g.decl.link) {
                    (Some(l), Some(r))
                        if l.kind == ast::LinkKind::Extern && r.kind == ast::LinkKind::Extern =>
                    {
                        let symbol = |link: &ast::Link, name: &str| {
                            link.symbol
                                .as_ref()
                                .map_or_else(|| name.to_string(), |s| s.text.to_string())
                        };
                        symbol(l, &f.name) == symbol(r, &g.name)
                    }
                    _ => false,
                }
            }
            (Entity::Type(t), Entity::Type(u)) => t == u,
            (Entity::Template(t), Entity::Template(u)) => t == u,
            (Entity::Namespace(t), Entity::Namespace(u)) => t == u,
            (Entity::Global { global: t, .. }, Entity::Global { global: u, .. }) => t == u,
            (Entity::Library(t), Entity::Library(u)) => t == u,
            (Entity::UfcsAlias(t), Entity::UfcsAlias(u)) => t == u,
            _ => false,
        }
    }

    /// A public declaration written in the namespace's modules, or a namespace they own or carry one level.
    pub fn lookup_in_set(&mut self, set: ImportSetId, name: Symbol) -> Found {
        let mut hidden = None;
        for member in self.import_sets[set.0 as usize].modules.clone() {
            if let Some(decl) = self.module_name(member, name) {
                if !self.decl(decl).private {
                    return Found::Decl(decl);
                }
                hidden = Some(decl);
            }
        }
        let mut found: Option<DeclId> = None;
        for member in self.import_sets[set.0 as usize].modules.clone() {
            for decl in self.imported(member, name) {
                if !self.is_import(decl) {
                    continue;
                }
                match found {
                    Some(first) if first != decl && !self.same_target(first, decl) => {
                        return Found::Ambiguous(first, decl);
                    }
                    Some(_) => {}
                    None => found = Some(decl),
                }
            }
        }
        match (found, hidden) {
            (Some(decl), _) => Found::Decl(decl),
            (None, Some(decl)) => Found::Invisible(decl),
            (None, None) => Found::Nothing,
        }
    }

    pub fn resolve_in_namespace(
        &mut self,
        set: ImportSetId,
        ns: &str,
        name: ast::Ident,
    ) -> Res<(Entity, DeclId)> {
        match self.lookup_in_set(set, name.name) {
            Found::Decl(decl) => Ok((self.resolve_used(decl, name.span)?, decl)),
            Found::Ambiguous(a, b) => Err(self.ambiguous(name, a, b)),
            Found::Nothing | Found::Invisible(_) => {
                let modules = self.import_sets[set.0 as usize].modules.to_vec();
                self.leave_to_form(&modules, name);
                if let Some(diag) = self.made_by_itself(&modules, name) {
                    return Err(self.report(diag));
                }
                let mut diag = Diagnostic::error(
                    name.span,
                    format!("namespace '{ns}' has no member '{}'", name.name),
                );
                let members = self.import_sets[set.0 as usize]
                    .modules
                    .iter()
                    .flat_map(|m| self.module(*m).names.iter())
                    .filter(|(_, decl)| !self.decl(**decl).private)
                    .map(|(name, _)| name.as_str());
                if let Some(near) = nearest(name.as_str(), members) {
                    diag = diag.with_help(None, format!("did you mean '{near}'?"));
                }
                let diag = self.with_form_under_way(diag, &modules, name);
                Err(self.report(diag))
            }
        }
    }

    pub fn current_name(&self) -> Option<String> {
        self.name_stack.last().cloned()
    }

    // ---------------------------------------------------------------------------------- what an expression denotes

    /// Whether an expression, where types and values are both possible, denotes a type. Looks names up, evaluates
    /// nothing.
    pub fn denotes_type(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => {
                // A value of the name makes it a value, unless it is a reserved type name written bare.
                match self.try_resolve_name(env, *name) {
                    Ok(Some(Name::BuiltinType(_))) => true,
                    Ok(Some(Name::Entity(Entity::Type(_) | Entity::Template(_), _))) => true,
                    Ok(Some(Name::Binding(Binding::Ct(CtVal { ty, .. })))) => ty == TypeId::TYPE,
                    _ => false,
                }
            }
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => matches!(
                        self.resolve_decl(decl),
                        Ok(Entity::Type(_) | Entity::Template(_))
                    ),
                    _ => false,
                },
                None => match self.denoted_type(env, base) {
                    Some(owner) => {
                        let name = self.name_at(env, *name);
                        let member = self.entity_of_member(owner, name.name);
                        matches!(member, Some(Entity::Type(_) | Entity::Template(_)))
                    }
                    None => false,
                },
            },
            ExprKind::Call(call) => self.callee_makes_type(env, &call.callee),
            // `*T` and `!Set` read as operators where a value may stand.
            ExprKind::Star(inner)
            | ExprKind::Unary {
                op: ast::UnOp::Not,
                expr: inner,
            } => self.denotes_type(env, inner),
            ExprKind::Paren(inner) => self.denotes_type(env, inner),
            ExprKind::Dollar { .. } => true,
            ExprKind::Splice(inner)
                if matches!(env.get(splice_key(inner)), Some(Binding::Type(_))) =>
            {
                true
            }
            ExprKind::Splice(_) | ExprKind::Insert(_) => match self.put_here(env, expr) {
                Some(put) => self.denotes_type(&put.env, put.expr),
                None => false,
            },
            ExprKind::Index { base, .. } => {
                matches!(base.kind, ExprKind::Dollar { .. }) || self.is_type_pack(env, base)
            }
            ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_)
            | ExprKind::ErrorSetType(_)
            | ExprKind::Struct(_)
            | ExprKind::Union(_)
            | ExprKind::Enum(_) => true,
            _ => false,
        }
    }

    pub fn is_type_pack(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        matches!(self.named_binding(env, expr), Some(Binding::TypePack(_)))
    }

    /// The type that an expression is written for. Looks at each part of a path `A.B.C` once, however long it is.
    fn denoted_type(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Option<TypeId> {
        if let ExprKind::Field { base, name } = &expr.kind
            && self.namespace_of(env, base, *name).is_none()
        {
            let owner = self.denoted_type(env, base)?;
            let name = self.name_at(env, *name);
            return match self.entity_of_member(owner, name.name) {
                Some(Entity::Type(ty)) => Some(ty),
                _ => None,
            };
        }
        match self.denotes_type(env, expr) {
            true => self.eval_type(env, expr).ok(),
            false => None,
        }
    }

    /// What a type declares under a name.
    fn entity_of_member(&mut self, owner: TypeId, name: Symbol) -> Option<Entity> {
        let _ = self.complete_for_member(owner, name);
        let members = &self.nominals.get(&owner)?.members;
        let decl = *members.get(&name)?;
        self.resolve_decl(decl).ok()
    }

    fn callee_makes_type(&mut self, env: &Rc<Env>, callee: &'static ast::Expr) -> bool {
        match &callee.kind {
            ExprKind::Ident(name) if name.as_str() == "Vector" && env.get(name.name).is_none() => {
                !matches!(self.lookup_module(env.module, name.name), Found::Decl(_))
            }
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(Name::Entity(Entity::Template(_), _))) => true,
                Ok(Some(Name::BuiltinType(ty))) => self.instance_of(ty).is_some(),
                Ok(Some(Name::Entity(Entity::Fn(f), _))) => self.returns_type(f),
                _ => false,
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => match self.resolve_decl(decl) {
                        Ok(Entity::Template(_)) => true,
                        Ok(Entity::Fn(f)) => self.returns_type(f),
                        _ => false,
                    },
                    _ => false,
                },
                None => false,
            },
            ExprKind::Paren(inner) => self.callee_makes_type(env, inner),
            ExprKind::Splice(_) | ExprKind::Insert(_) => match self.put_here(env, callee) {
                Some(put) => self.callee_makes_type(&put.env, put.expr),
                None => false,
            },
            _ => false,
        }
    }

    /// A type function or builder: declared `-> Type`, with a body, without run-time parameters other than types.
    pub fn returns_type(&self, f: crate::sema::FnId) -> bool {
        let info = self.fn_info(f);
        let ret_is_type = match &info.decl.sig.ret {
            Some(ast::RetType {
                kind: ast::RetKind::Type(e),
                ..
            }) => {
                matches!(&e.kind, ExprKind::Ident(n) if n.as_str() == "Type" && !n.is_raw())
            }
            _ => false,
        };
        let made_of_types = info.decl.sig.params.iter().all(|p| {
            p.kind == ast::ParamKind::Comptime
                || p.kind == ast::ParamKind::ComptimePack
                || matches!(
                    p.ty.as_ref().map(|t| &t.kind),
                    Some(ExprKind::Dollar { .. })
                )
        });
        ret_is_type
            && made_of_types
            && !matches!(
                info.decl.body.kind(),
                ast::BodyKind::Intrinsic | ast::BodyKind::None
            )
    }

    /// The import set an expression names as a namespace, where `member` stands behind its dot.
    pub fn namespace_of(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        member: ast::Ident,
    ) -> Option<ImportSetId> {
        match &expr.kind {
            ExprKind::Ident(name) => self.namespace_named(env, *name, member),
            ExprKind::Field { base, name } => {
                let set = self.namespace_of(env, base, *name)?;
                match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => match self.resolve_decl(decl) {
                        Ok(Entity::Namespace(inner)) => Some(inner),
                        _ => None,
                    },
                    _ => None,
                }
            }
            ExprKind::Paren(inner) => self.namespace_of(env, inner, member),
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                let put = self.put_here(env, expr)?;
                self.namespace_of(&put.env, put.expr, member)
            }
            _ => None,
        }
    }

    pub fn namespace_named(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        member: ast::Ident,
    ) -> Option<ImportSetId> {
        let name = self.name_at(env, name);
        if env.get(name.name).is_some() {
            return None;
        }
        let set = match self.lookup_module_for(env.module, name.name, true) {
            Found::Decl(decl) => match &self.decl(decl).syntax {
                DeclSyntax::Import(set) => *set,
                DeclSyntax::Const(_) => match self.resolve_decl(decl) {
                    Ok(Entity::Namespace(set)) => return Some(set),
                    _ => return None,
                },
                _ => return None,
            },
            Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => return None,
        };
        // A namespace hides nothing (part 3 §6.2): what another import declares by its name is meant by what only that
        // has. A function has no members.
        let hidden = match self.lookup_declared(env.module, name.name, false) {
            Found::Decl(decl) => !matches!(
                self.decl(decl).syntax,
                DeclSyntax::Import(_) | DeclSyntax::Fn(_)
            ),
            Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => false,
        };
        match hidden && matches!(self.lookup_in_set_of(env, set, member), Found::Nothing) {
            true => None,
            false => Some(set),
        }
    }

    pub fn lookup_in_set_of(&mut self, env: &Rc<Env>, set: ImportSetId, name: ast::Ident) -> Found {
        let name = self.name_at(env, name);
        self.lookup_in_set(set, name.name)
    }

    /// A member of a namespace, whose name is spelled as `env` sees it.
    pub fn resolve_in_namespace_of(
        &mut self,
        env: &Rc<Env>,
        set: ImportSetId,
        shown: &str,
        name: ast::Ident,
    ) -> Res<(Entity, DeclId)> {
        let name = self.spelled(env, name)?;
        self.resolve_in_namespace(set, shown, name)
    }

    pub fn span_text(&self, span: Span) -> String {
        self.sources.text(span).to_string()
    }
}
