//! `impl` blocks: their heads, which of them a type has, and the methods they give it (reference part 2 §5.1).

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::callables::generics::mentions_dollar;
use crate::declarations::lookup::{Name, nearest};
use crate::declarations::nominal::is_type_param;
use crate::emission::value::CtVal;
use crate::metaprogramming::quotes::splice_key;
use crate::sema::{
    Binding, Entity, Env, Failed, FnId, ImplHead, ImplId, ImplTarget, ModId, NominalSyntax,
    ProtocolRef, Res, Sema, TemplateId, TemplateSyntax,
};

/// An impl applied to a type it covers.
pub struct ImplMatch {
    pub id: ImplId,
    /// Of the protocol.
    pub args: Vec<CtVal>,
    /// Where the impl's own code resolves: names of the head and `Self` bound.
    pub env: Rc<Env>,
}

pub type Methods = Rc<FxHashMap<Symbol, FnId>>;

/// What is known of impls; grows as modules are loaded.
#[derive(Default)]
pub struct ImplCache {
    /// How many impls have been looked at, and how many while only the library's counted.
    entered: [usize; 2],
    /// While the default context is not there yet, impls of the program wait: their heads may need compile-time
    /// evaluations, which need the context.
    pub library_only: bool,
    by_protocol: FxHashMap<TemplateId, Vec<ImplId>>,
    matches: FxHashMap<(ImplId, TypeId), Option<Rc<ImplMatch>>>,
    pub methods: FxHashMap<(ImplId, TypeId), Methods>,
    /// Impls whose bodies' forms are being run.
    pub expanding: FxHashSet<(ImplId, TypeId)>,
    /// The `#get` and `#set` methods among them.
    pub properties: FxHashMap<(ImplId, TypeId, Symbol, ast::Property), FnId>,
    pub by_name: FxHashMap<(TypeId, Symbol), Option<FnId>>,
    /// Modules reached by imports from a module.
    reach: FxHashMap<ModId, Rc<FxHashSet<ModId>>>,
    /// Impls whose signatures agree with their protocol's for a type.
    pub checked: FxHashSet<(ImplId, TypeId)>,
    /// Impls that were found not to agree, and reported.
    pub broken: FxHashSet<(ImplId, TypeId)>,
}

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- protocols

    /// The protocol an expression names, with its arguments if any are applied.
    pub fn protocol_ref(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<ProtocolRef> {
        match self.try_protocol_ref(env, expr)? {
            Some(protocol) => Ok(protocol),
            None => {
                let text = self.span_text(expr.span);
                let env = env.clone();
                if self.denotes_type(&env, expr) {
                    return Err(self.error(expr.span, format!("'{text}' is not a protocol")));
                }
                let message = format!("unknown protocol '{text}'");
                Err(self.unknown_protocol(expr.span, &text, message))
            }
        }
    }

    /// `None` if the name is unknown or names something else.
    pub fn try_protocol_ref(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Res<Option<ProtocolRef>> {
        let entity = match &expr.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name)? {
                Some(Name::Entity(entity, _)) => entity,
                Some(Name::BuiltinType(ty) | Name::Binding(Binding::Type(ty))) => Entity::Type(ty),
                Some(Name::Binding(Binding::Ct(val))) if val.ty == TypeId::TYPE => {
                    Entity::Type(self.ct_type(&val))
                }
                Some(Name::Binding(_)) | None => return Ok(None),
            },
            ExprKind::Field { .. } => match self.resolve_path(env, expr)? {
                Some(entity) => entity,
                None => return Ok(None),
            },
            ExprKind::Paren(inner) => return self.try_protocol_ref(env, inner),
            ExprKind::Splice(inner) if let Some(Binding::Type(ty)) = env.get(splice_key(inner)) => {
                Entity::Type(ty)
            }
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                return match self.put_here(env, expr) {
                    Some(put) => {
                        self.sites_of(&put.env, |s| s.try_protocol_ref(&put.env, put.expr))
                    }
                    None => Ok(None),
                };
            }
            ExprKind::Call(_) => Entity::Type(self.eval_type(env, expr)?),
            _ => return Ok(None),
        };
        match entity {
            Entity::Template(template) => Ok(self.protocol_decl(template).map(|_| ProtocolRef {
                template,
                args: None,
            })),
            Entity::Type(ty) if matches!(self.m.types.kind(ty), TypeKind::Protocol(_)) => {
                Ok(self.instance_of(ty).map(|(template, args)| ProtocolRef {
                    template,
                    args: Some(args),
                }))
            }
            _ => Ok(None),
        }
    }

    pub fn protocol_decl(&self, template: TemplateId) -> Option<&'static ast::ProtocolDecl> {
        match &self.templates[template.index()].syntax {
            TemplateSyntax::Protocol(decl) => Some(decl),
            TemplateSyntax::Struct(_) => None,
        }
    }

    /// The methods of a protocol, as its instance has them.
    pub fn protocol_syntax(&mut self, ty: TypeId) -> Res<&'static ast::ProtocolDecl> {
        if let Some(decl) = self.known_protocol_syntax(ty)
            && decl.members.is_empty()
        {
            return Ok(decl);
        }
        self.complete(ty)?;
        self.known_protocol_syntax(ty).ok_or(Failed)
    }

    fn known_protocol_syntax(&self, ty: TypeId) -> Option<&'static ast::ProtocolDecl> {
        match &self.nominals.get(&ty)?.syntax {
            NominalSyntax::Protocol(decl, _) => Some(decl),
            NominalSyntax::Struct(_)
            | NominalSyntax::Enum(_)
            | NominalSyntax::Union(_)
            | NominalSyntax::ErrorSet(_)
            | NominalSyntax::Minted => None,
        }
    }

    /// The name of a protocol that is not there, with the nearest one that is.
    fn unknown_protocol(&mut self, span: Span, text: &str, message: String) -> Failed {
        let names: Vec<Symbol> = (0..self.templates.len())
            .filter(|t| self.protocol_decl(TemplateId(*t as u32)).is_some())
            .map(|t| self.templates[t].name)
            .collect();
        let diag = Diagnostic::error(span, message);
        let near = nearest(text, names.iter().map(|n| n.as_str()));
        let diag = match near {
            Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
            None => diag,
        };
        self.report(diag)
    }

    /// Name for messages: `P`, or `P(i64)`'s as its type prints.
    pub fn protocol_name(&mut self, protocol: &ProtocolRef) -> String {
        let template = &self.templates[protocol.template.index()];
        match protocol
            .args
            .as_ref()
            .and_then(|args| template.instances.get(args))
        {
            Some(Some(ty)) => self.type_name(*ty),
            _ => template.name.to_string(),
        }
    }

    // ---------------------------------------------------------------------------------------------- heads

    /// Resolves the heads of impls not seen yet.
    pub fn enter_impls(&mut self) {
        if !self.caches.conformance.library_only {
            self.make_impls();
        }
        let library = self.caches.conformance.library_only;
        loop {
            let entered = &mut self.caches.conformance.entered[usize::from(library)];
            let index = *entered;
            if index >= self.impls.len() {
                break;
            }
            *entered += 1;
            let id = ImplId(index as u32);
            let module = self.impls[index].module;
            if library && !self.in_library_module(module)
                || std::mem::replace(&mut self.impls[index].entered, true)
            {
                continue;
            }
            // What types it names are laid out when it is known, for that may ask for it.
            self.open_heads += 1;
            match self.resolve_head(id) {
                Ok(head) => {
                    let protocol = head.protocol;
                    self.impls[id.index()].resolved = Some(head);
                    // What was asked while the head was being resolved did not know of it.
                    self.caches.conformance.by_name.clear();
                    self.check_duplicate(id, protocol);
                    self.caches
                        .conformance
                        .by_protocol
                        .entry(protocol)
                        .or_default()
                        .push(id);
                }
                Err(Failed) if self.caches.chains.giving_up() => {
                    self.impls[id.index()].entered = false;
                    self.caches.conformance.entered = [0; 2];
                    self.open_heads -= 1;
                    return;
                }
                Err(Failed) => self.impls[id.index()].failed = true,
            }
            self.open_heads -= 1;
        }
        self.settle();
    }

    fn resolve_head(&mut self, id: ImplId) -> Res<ImplHead> {
        let info = &self.impls[id.index()];
        let (decl, env) = (info.decl, info.env.clone());
        let Some(protocol) = self.try_protocol_ref(&env, &decl.protocol)? else {
            let text = self.span_text(decl.protocol.span);
            let message = format!(
                "unknown protocol '{text}' in impl — declare it, or #import the module that does"
            );
            return Err(self.unknown_protocol(decl.protocol.span, &text, message));
        };
        let template = protocol.template;
        let Some(syntax) = self.protocol_decl(template) else {
            return Err(Failed);
        };
        let given = if decl.args.is_empty() {
            protocol.args.as_ref().map_or(0, Vec::len)
        } else {
            decl.args.len()
        };
        if given != syntax.params.len() {
            let (name, n) = (self.templates[template.index()].name, syntax.params.len());
            return Err(self.error(
                decl.protocol.span,
                format!(
                    "'{name}' expects {n} argument{}, but {given} {} given",
                    crate::declarations::nominal::plural(n),
                    crate::declarations::nominal::were(given)
                ),
            ));
        }
        let target = if mentions_dollar(&decl.target) {
            match &decl.target.kind {
                ExprKind::Call(call) => match self.resolve_path(&env, &call.callee)? {
                    Some(Entity::Template(t)) => ImplTarget::Template(t),
                    _ => ImplTarget::Pattern,
                },
                _ => ImplTarget::Pattern,
            }
        } else {
            let (_, seen) = self.seen_through(&env, &decl.target);
            let named = match &seen.kind {
                ExprKind::Ident(_) | ExprKind::Field { .. } => true,
                // A type's value is as good as a name.
                ExprKind::Splice(_) | ExprKind::Insert(_) => true,
                _ => matches!(decl.target.kind, ExprKind::Paren(_)),
            };
            if !named && syntax.params.is_empty() {
                let help = match &decl.target.kind {
                    ExprKind::Call(_) => {
                        "cover every instance with `for S($T)`, or name this instance with an alias"
                    }
                    _ => "name the type with an alias: `N :: ...;`",
                };
                let text = self.span_text(decl.target.span);
                let diag = Diagnostic::error(
                    decl.target.span,
                    format!("an impl's target is a named type or a template head, not '{text}'"),
                )
                .with_help(None, help);
                return Err(self.report(diag));
            }
            ImplTarget::Type(self.eval_type(&env, &decl.target)?)
        };
        if target_is_pattern(&target) && syntax.params.is_empty() {
            let text = self.span_text(decl.target.span);
            return Err(self.error(
                decl.target.span,
                format!("an impl's target is a named type or a template head, not '{text}'"),
            ));
        }
        Ok(ImplHead {
            protocol: template,
            target,
        })
    }

    /// Two impls of one file for the same thing.
    fn check_duplicate(&mut self, id: ImplId, protocol: TemplateId) {
        let Some(ImplHead {
            target: ImplTarget::Type(ty),
            ..
        }) = self.impls[id.index()].resolved.clone()
        else {
            return;
        };
        let Ok(Some(new)) = self.match_impl(id, ty) else {
            return;
        };
        for other in self
            .caches
            .conformance
            .by_protocol
            .get(&protocol)
            .cloned()
            .unwrap_or_default()
        {
            let same_target = matches!(&self.impls[other.index()].resolved, Some(ImplHead { target: ImplTarget::Type(t), .. }) if *t == ty);
            if !same_target {
                continue;
            }
            let Ok(Some(old)) = self.match_impl(other, ty) else {
                continue;
            };
            let (a, b) = (&self.impls[other.index()], &self.impls[id.index()]);
            // Conversions of different files may coexist as long as no file sees two.
            let may_coexist = a.module != b.module && !new.args.is_empty();
            if old.args != new.args || may_coexist {
                continue;
            }
            let (first, second) = (a.decl.span, b.decl.span);
            let file = self.module(b.module).shown.clone();
            let (name, source) = (self.templates[protocol.index()].name, self.type_name(ty));
            let diag = Diagnostic::error(
                second,
                format!("duplicate impl '{name}' for source '{source}' in {file}"),
            )
            .with_note(Some(first), "the first one is here");
            self.report(diag);
            self.impls[id.index()].resolved = None;
            return;
        }
    }

    // ---------------------------------------------------------------------------------------------- matching

    /// The impl applied to a type, if it covers it.
    pub fn match_impl(&mut self, id: ImplId, ty: TypeId) -> Res<Option<Rc<ImplMatch>>> {
        if let Some(found) = self.caches.conformance.matches.get(&(id, ty)) {
            return Ok(found.clone());
        }
        let Some(head) = &self.impls[id.index()].resolved else {
            return Ok(None);
        };
        // Nearly all impls are for other types.
        let other = match &head.target {
            ImplTarget::Type(t) => *t != ty,
            ImplTarget::Template(t) => {
                let instance = self.nominals.get(&ty).and_then(|n| n.instance.as_ref());
                instance.is_none_or(|(template, _)| template != t)
            }
            ImplTarget::Pattern => false,
        };
        if other {
            return Ok(None);
        }
        let head = head.clone();
        let info = &self.impls[id.index()];
        let (decl, outer) = (info.decl, info.env.clone());
        let env = outer.child();
        let covers = match &head.target {
            ImplTarget::Type(_) => true,
            ImplTarget::Template(_) | ImplTarget::Pattern => {
                self.match_pattern(&env, &decl.target, ty)?
            }
        };
        let found = if covers {
            env.bind(Symbol::intern("Self"), Binding::Type(ty));
            if let (ImplTarget::Template(t), ExprKind::Call(call)) =
                (&head.target, &decl.target.kind)
            {
                // The bare name means the instance.
                env.bind(self.templates[t.index()].name, Binding::Type(ty));
                if let ExprKind::Ident(written) = &call.callee.kind {
                    env.bind(written.name, Binding::Type(ty));
                }
            }
            let args = self.head_args(decl, &env, head.protocol)?;
            Some(Rc::new(ImplMatch { id, args, env }))
        } else {
            None
        };
        self.caches
            .conformance
            .matches
            .insert((id, ty), found.clone());
        Ok(found)
    }

    fn head_args(
        &mut self,
        decl: &'static ast::ImplDecl,
        env: &Rc<Env>,
        protocol: TemplateId,
    ) -> Res<Vec<CtVal>> {
        if decl.args.is_empty() {
            let given = self
                .try_protocol_ref(env, &decl.protocol)?
                .and_then(|p| p.args);
            return Ok(given.unwrap_or_default());
        }
        let Some(syntax) = self.protocol_decl(protocol) else {
            return Err(Failed);
        };
        let mut args = Vec::new();
        for (param, arg) in syntax.params.iter().zip(&decl.args) {
            if is_type_param(param) {
                let ty = self.eval_type(env, arg)?;
                args.push(self.ct_of_type(ty));
            } else {
                let Some(want) = &param.ty else {
                    return Err(Failed);
                };
                let want = self.eval_type(env, want)?;
                args.push(self.value_arg(env, arg, want, param.name)?);
            }
        }
        Ok(args)
    }

    /// Impls of a protocol that cover a type, the most specific heads first.
    pub fn impls_of(
        &mut self,
        template: TemplateId,
        args: Option<&[CtVal]>,
        ty: TypeId,
    ) -> Res<Vec<Rc<ImplMatch>>> {
        loop {
            let found = self.known_impls_of(template, args, ty)?;
            if !found.is_empty() || !self.make_inserted_impls() {
                return Ok(found);
            }
        }
    }

    fn known_impls_of(
        &mut self,
        template: TemplateId,
        args: Option<&[CtVal]>,
        ty: TypeId,
    ) -> Res<Vec<Rc<ImplMatch>>> {
        self.enter_impls();
        let mut list = self
            .caches
            .conformance
            .by_protocol
            .get(&template)
            .cloned()
            .unwrap_or_default();
        list.sort_by_key(
            |id| match self.impls[id.index()].resolved.as_ref().map(|h| &h.target) {
                Some(ImplTarget::Type(_)) => 0,
                Some(ImplTarget::Template(..)) => 1,
                Some(ImplTarget::Pattern) | None => 2,
            },
        );
        let mut found = Vec::new();
        for id in list {
            if let Some(m) = self.match_impl(id, ty)?
                && args.is_none_or(|args| args == m.args.as_slice())
            {
                found.push(m);
            }
        }
        Ok(found)
    }

    pub fn find_impl(&mut self, protocol: &ProtocolRef, ty: TypeId) -> Res<Option<Rc<ImplMatch>>> {
        Ok(self
            .impls_of(protocol.template, protocol.args.as_deref(), ty)?
            .into_iter()
            .next())
    }

    /// Whether a type conforms, as far as a predicate asks: an impl exists and provides every method. Conversions
    /// count if their module is imported by `from`.
    pub fn has_impl(&mut self, protocol: &ProtocolRef, ty: TypeId, from: ModId) -> bool {
        let Ok(found) = self.impls_of(protocol.template, protocol.args.as_deref(), ty) else {
            return false;
        };
        let conversion = self.templates[protocol.template.index()].name == "Into";
        found.iter().any(|m| {
            let module = self.impls[m.id.index()].module;
            (!conversion || self.reaches(from, module)) && self.missing_method(m, ty).is_none()
        })
    }

    /// The type a conforming type gives for the parameter `name` of a protocol (`..a.T`).
    pub fn protocol_arg_of(&mut self, ty: TypeId, name: Symbol) -> Option<TypeId> {
        self.enter_impls();
        for index in 0..self.impls.len() {
            let Some(head) = self.impls[index].resolved.clone() else {
                continue;
            };
            let at = self
                .protocol_decl(head.protocol)?
                .params
                .iter()
                .position(|p| p.name.name == name);
            let Some(at) = at else { continue };
            if let Ok(Some(m)) = self.match_impl(ImplId(index as u32), ty)
                && let Some(arg) = m.args.get(at)
                && arg.ty == TypeId::TYPE
            {
                return Some(self.ct_type(arg));
            }
        }
        None
    }

    /// Whether `to` is imported by `from`, directly or through other modules.
    pub fn reaches(&mut self, from: ModId, to: ModId) -> bool {
        if let Some(known) = self.caches.conformance.reach.get(&from) {
            return known.contains(&to);
        }
        let mut seen = FxHashSet::default();
        let mut stack = vec![from];
        while let Some(module) = stack.pop() {
            if !seen.insert(module) {
                continue;
            }
            for set in &self.module(module).all_imports {
                stack.extend(self.import_sets[set.0 as usize].modules.iter().copied());
            }
        }
        let reached = seen.contains(&to);
        self.caches.conformance.reach.insert(from, Rc::new(seen));
        reached
    }
}

fn target_is_pattern(target: &ImplTarget) -> bool {
    matches!(target, ImplTarget::Pattern)
}
