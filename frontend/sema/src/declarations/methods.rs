//! The methods that impls give types: written, adopted and default ones (reference part 2 §5.1).

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, BodyKind, DeclKind, MemberKind};
use sx_syntax::{Diagnostic, Span};

use crate::declarations::impls::{ImplMatch, Methods};
use crate::sema::{
    Binding, DeclSyntax, Entity, EntityState, Failed, FnId, FnInfo, ImplId, ProtocolRef, Res, Sema,
    TemplateId,
};

impl Sema<'_> {
    /// The protocol's type for an impl's arguments.
    pub fn protocol_type(&mut self, m: &ImplMatch, span: Span) -> Res<TypeId> {
        let Some(head) = self.impls[m.id.index()].resolved.clone() else {
            return Err(Failed);
        };
        self.instantiate(head.protocol, m.args.clone(), span)
    }

    /// Every method an impl gives a type: its own, adopted ones, and defaults.
    pub fn impl_methods(&mut self, m: &ImplMatch, ty: TypeId) -> Res<Methods> {
        if let Some(found) = self.caches.conformance.methods.get(&(m.id, ty)) {
            return Ok(found.clone());
        }
        let info = &self.impls[m.id.index()];
        let (decl, module, protocol) = (
            info.decl,
            info.module,
            info.resolved.as_ref().map(|h| h.protocol),
        );
        let owner = self.type_name(ty);
        let mut methods = FxHashMap::default();
        let outer = self.caches.meta.sites.clone();
        self.caches.conformance.expanding.insert((m.id, ty));
        let expanded = self.expand_body(&m.env, &decl.members);
        self.caches.conformance.expanding.remove(&(m.id, ty));
        let expanded = expanded?;
        self.check_distinct(&expanded)?;
        for (member, env) in expanded {
            self.look_from(&env);
            match &member.kind {
                MemberKind::Decl(
                    decl @ ast::Decl {
                        kind: DeclKind::Fn(f),
                        name,
                        ..
                    },
                ) => {
                    let Ok(name) = self.spelled(&env, *name) else {
                        continue;
                    };
                    let info = FnInfo {
                        decl: f,
                        env,
                        module,
                        name: format!("{owner}.{}", name.name),
                        owner: Some(ty),
                        impl_of: None,
                        intrinsic: f.body.kind() == BodyKind::Intrinsic,
                    };
                    let id = self.add_fn(info);
                    self.keep_fn_attrs(id, decl);
                    if let Some(property) = f.property {
                        self.check_property(f, property, name.name);
                        let key = (m.id, ty, name.name, property);
                        self.caches.conformance.properties.insert(key, id);
                    } else {
                        methods.insert(name.name, id);
                    }
                }
                MemberKind::Decl(_)
                | MemberKind::Field(_)
                | MemberKind::Using(_)
                | MemberKind::Anon(_) => {
                    self.error(member.span, "an impl holds methods only");
                }
                // Expanded.
                MemberKind::Inline(_) | MemberKind::Insert(_) | MemberKind::Assert(_) => {}
            }
        }
        self.caches.meta.sites = outer;
        let proto_ty = self.protocol_type(m, decl.span)?;
        let syntax = self.protocol_syntax(proto_ty)?;
        let proto_env = self.nominals.get(&proto_ty).map(|n| n.env.clone());
        for method in &syntax.methods {
            let DeclKind::Fn(f) = &method.kind else {
                continue;
            };
            let name = method.name.name;
            if methods.contains_key(&name) {
                continue;
            }
            // A getter is a method that is called without parentheses, too.
            let getter = (m.id, ty, name, ast::Property::Get);
            if let Some(getter) = self.caches.conformance.properties.get(&getter) {
                methods.insert(name, *getter);
                continue;
            }
            if decl.members.is_empty()
                && let Some(adopted) = self.adopted_method(m.id, ty, name)?
            {
                methods.insert(name, adopted);
                continue;
            }
            let (false, Some(proto_env)) = (f.body.kind() == BodyKind::None, &proto_env) else {
                continue;
            };
            let env = proto_env.child();
            env.bind(Symbol::intern("Self"), Binding::Type(ty));
            let env = self.protocol_method_env(&env, f);
            let info = FnInfo {
                decl: f,
                env,
                module: self.templates[protocol.map_or(0, |p| p.index())].module,
                name: format!("{owner}.{name}"),
                owner: Some(ty),
                impl_of: Some(m.id),
                intrinsic: f.body.kind() == BodyKind::Intrinsic,
            };
            let id = self.add_fn(info);
            self.keep_fn_attrs(id, method);
            methods.insert(name, id);
        }
        let methods = Rc::new(methods);
        self.caches
            .conformance
            .methods
            .insert((m.id, ty), methods.clone());
        Ok(methods)
    }

    /// What an empty impl takes over: a method or getter of the struct body, or one written in another impl.
    fn adopted_method(&mut self, from: ImplId, ty: TypeId, name: Symbol) -> Res<Option<FnId>> {
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name))
            .copied()
            && let Entity::Fn(f) = self.resolve_decl(decl)?
        {
            return Ok(Some(f));
        }
        let own = self.nominals.get(&ty).map(|n| &n.properties);
        if let Some(getter) = own.and_then(|own| own.get(&(name, ast::Property::Get))) {
            return Ok(Some(*getter));
        }
        self.enter_impls();
        for index in 0..self.impls.len() {
            let id = ImplId(index as u32);
            if id == from || !self.writes_method(id, name) {
                continue;
            }
            if let Some(m) = self.match_impl(id, ty)? {
                let method = self.impl_methods(&m, ty)?.get(&name).copied();
                let getter = (id, ty, name, ast::Property::Get);
                let properties = &self.caches.conformance.properties;
                return Ok(method.or_else(|| properties.get(&getter).copied()));
            }
        }
        Ok(None)
    }

    /// Whether an impl whose head was rejected would have given a type a method of that name.
    pub fn meant_by_failed_impl(&mut self, ty: TypeId, name: Symbol) -> bool {
        let failed: Vec<ImplId> = (0..self.impls.len())
            .filter(|index| self.impls[*index].failed)
            .map(|index| ImplId(index as u32))
            .collect();
        failed.into_iter().any(|id| {
            self.writes_method(id, name)
                || match self.protocol_of_failed_impl(id) {
                    Some(protocol) => self.protocol_decl(protocol).is_some_and(|decl| {
                        !decl.members.is_empty()
                            || decl.methods.iter().any(|method| method.name.name == name)
                    }),
                    // It may have any methods.
                    None => self.is_target_of_failed_impl(id, ty),
                }
        })
    }

    /// Of an impl whose head was rejected.
    pub fn protocol_of_failed_impl(&mut self, id: ImplId) -> Option<TemplateId> {
        let info = &self.impls[id.index()];
        let (decl, env) = (info.decl, info.env.clone());
        let protocol = self.quietly(|s| s.try_protocol_ref(&env, &decl.protocol));
        Some(protocol.ok()??.template)
    }

    pub fn is_target_of_failed_impl(&mut self, id: ImplId, ty: TypeId) -> bool {
        let info = &self.impls[id.index()];
        let (decl, env) = (info.decl, info.env.clone());
        let target = &decl.target;
        if crate::callables::generics::mentions_dollar(target) {
            let head = match &target.kind {
                ast::ExprKind::Call(call) => &call.callee,
                _ => return true,
            };
            let template = self.quietly(|s| s.resolve_path(&env, head));
            let of = self.instance_of(ty).map(|(template, _)| template);
            return matches!(template, Ok(Some(Entity::Template(t))) if Some(t) == of);
        }
        self.quietly(|s| s.eval_type(&env, target))
            .is_ok_and(|of| of == ty)
    }

    /// Whether a failed `name :: ufcs ..` would have made a method of a function.
    pub fn meant_by_failed_alias(&self, name: Symbol) -> bool {
        self.decls.iter().any(|decl| {
            decl.name == name
                && matches!(decl.syntax, DeclSyntax::UfcsAlias(_))
                && matches!(decl.state, EntityState::Failed)
        })
    }

    /// Whether an impl has, or its forms may make, a method or a property of that name.
    pub fn writes_method(&self, id: ImplId, name: Symbol) -> bool {
        self.impls[id.index()]
            .decl
            .members
            .iter()
            .any(|m| match &m.kind {
                MemberKind::Decl(d) => {
                    d.name.name == name || matches!(d.name.kind, ast::IdentKind::Computed(_))
                }
                // It may.
                MemberKind::Inline(_) | MemberKind::Insert(_) => true,
                MemberKind::Field(_)
                | MemberKind::Using(_)
                | MemberKind::Anon(_)
                | MemberKind::Assert(_) => false,
            })
    }

    /// A protocol method without a body that the impl leaves out.
    pub fn missing_method(&mut self, m: &ImplMatch, ty: TypeId) -> Option<Symbol> {
        let methods = self.impl_methods(m, ty).ok()?;
        let at = self.impls[m.id.index()].decl.span;
        let protocol = self.protocol_type(m, at).ok()?;
        let syntax = self.protocol_syntax(protocol).ok()?;
        syntax
            .methods
            .iter()
            .map(|d| d.name.name)
            .find(|n| !methods.contains_key(n))
    }

    /// The method `name` in the domain of one impl, for default bodies.
    pub fn impl_method(&mut self, id: ImplId, ty: TypeId, name: Symbol) -> Res<Option<FnId>> {
        match self.match_impl(id, ty)? {
            Some(m) => Ok(self.impl_methods(&m, ty)?.get(&name).copied()),
            None => Ok(None),
        }
    }

    /// What a type has for a method of a protocol it conforms to.
    pub fn protocol_method(
        &mut self,
        protocol: &ProtocolRef,
        ty: TypeId,
        name: Symbol,
    ) -> Res<Option<FnId>> {
        match self.find_impl(protocol, ty)? {
            Some(m) => Ok(self.impl_methods(&m, ty)?.get(&name).copied()),
            None => Ok(None),
        }
    }

    /// The method of that name which impls give a type. Two protocols giving it is an error at `span`.
    pub fn find_method_at(
        &mut self,
        ty: TypeId,
        name: Symbol,
        span: Option<Span>,
    ) -> Res<Option<FnId>> {
        loop {
            let found = self.known_method_at(ty, name, span)?;
            if found.is_some() || !self.make_inserted_impls() {
                return Ok(found);
            }
        }
    }

    fn known_method_at(
        &mut self,
        ty: TypeId,
        name: Symbol,
        span: Option<Span>,
    ) -> Res<Option<FnId>> {
        self.enter_impls();
        if let Some(found) = self.caches.conformance.by_name.get(&(ty, name)) {
            return Ok(*found);
        }
        let mut found: Option<(FnId, ImplId)> = None;
        for index in 0..self.impls.len() {
            let id = ImplId(index as u32);
            let Some(head) = &self.impls[index].resolved else {
                continue;
            };
            let declared = self.protocol_decl(head.protocol).is_some_and(|p| {
                // Those of instances are not known here.
                !p.members.is_empty() || p.methods.iter().any(|d| d.name.name == name)
            });
            if !declared && !self.writes_method(id, name) {
                continue;
            }
            let Some(m) = self.match_impl(id, ty)? else {
                continue;
            };
            let Some(method) = self.impl_methods(&m, ty)?.get(&name).copied() else {
                continue;
            };
            match found {
                Some((first, other)) if first != method => {
                    return Err(self.ambiguous_method(ty, name, other, id, span));
                }
                _ => found = Some((method, id)),
            }
        }
        let found = found.map(|(f, _)| f);
        self.caches.conformance.by_name.insert((ty, name), found);
        Ok(found)
    }

    fn ambiguous_method(
        &mut self,
        ty: TypeId,
        name: Symbol,
        a: ImplId,
        b: ImplId,
        span: Option<Span>,
    ) -> Failed {
        let shown = self.type_name(ty);
        let protocol = |s: &Self, id: ImplId| {
            let info = &s.impls[id.index()];
            let name = info.resolved.as_ref().map_or_else(String::new, |h| {
                s.templates[h.protocol.index()].name.to_string()
            });
            let args: Vec<String> = (info.decl.args.iter())
                .map(|arg| s.span_text(arg.span))
                .collect();
            match args.is_empty() {
                true => name,
                false => format!("{name}({})", args.join(", ")),
            }
        };
        let (p, q) = (protocol(self, a), protocol(self, b));
        let (sa, sb) = (
            self.impls[a.index()].decl.span,
            self.impls[b.index()].decl.span,
        );
        let diag = Diagnostic::error(
            span.unwrap_or(sb),
            format!(
                "'{name}' is ambiguous on '{shown}': protocols '{p}' and '{q}' both provide it"
            ),
        )
        .with_note(Some(sa), "one impl")
        .with_note(Some(sb), "another impl");
        self.report(diag)
    }
}
