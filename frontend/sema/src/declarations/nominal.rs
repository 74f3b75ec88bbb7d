//! Nominal types: declaring, filling in, instances of templates.

use std::rc::Rc;

use sx_ir::types::{Field, NominalDef, ProtocolDef};
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, MemberKind};
use sx_syntax::symbol::NameSet;

use crate::declarations::chains::{Step, Trial};
use crate::declarations::expansion::Expanded;
use crate::declarations::modules::decl_syntax;
use crate::sema::{
    DeclInfo, EntityState, Env, Failed, FieldDefault, FnInfo, ModId, NominalInfo, NominalState,
    NominalSyntax, Res, Sema, TemplateId,
};

impl Sema<'_> {
    pub fn declare_nominal(
        &mut self,
        name: String,
        syntax: NominalSyntax,
        env: Rc<Env>,
        module: ModId,
        span: Span,
    ) -> TypeId {
        let nominal = self.m.types.add_nominal(name);
        let kind = match &syntax {
            NominalSyntax::Struct(_) | NominalSyntax::Minted => TypeKind::Struct(nominal),
            NominalSyntax::Enum(_) => TypeKind::Enum(nominal),
            NominalSyntax::Union(_) => TypeKind::Union(nominal),
            NominalSyntax::ErrorSet(_) => TypeKind::ErrorSet(nominal),
            NominalSyntax::Protocol(..) => TypeKind::Protocol(nominal),
        };
        let ty = self.m.types.intern(kind);
        let env = env.child();
        self.nominals.insert(
            ty,
            Box::new(NominalInfo {
                module,
                span,
                syntax,
                env,
                instance: None,
                state: NominalState::Open,
                depth: self.instantiation_depth,
                made_by: self.open_nominals.last().copied(),
                members: Default::default(),
                properties: Default::default(),
                defaults: Vec::new(),
                open_body: None,
                expanded: None,
            }),
        );
        self.incomplete.push(ty);
        ty
    }

    /// Completes every nominal type met so far. One that needs what is under way itself waits for it: that may only point
    /// to the type.
    pub fn complete_all(&mut self) {
        let outer = std::mem::replace(&mut self.settling, true);
        let mut waiting = Vec::new();
        while let Some(ty) = self.incomplete.pop() {
            let open = self
                .nominals
                .get(&ty)
                .is_some_and(|n| n.state == NominalState::InProgress);
            if open {
                continue;
            }
            let what = Trial::Layout(ty);
            if !self.begin_trial(what) {
                waiting.push(ty);
                continue;
            }
            let _ = self.complete(ty);
            if self.end_trial(what) {
                self.caches.conformance.by_name.clear();
                waiting.push(ty);
            } else if self.caches.chains.giving_up() {
                waiting.push(ty);
                break;
            }
        }
        self.incomplete.extend(waiting.into_iter().rev());
        self.settling = outer;
    }

    /// Completes what has been met, unless a type is being completed, or an impl's head found out, right now (it will be done
    /// then).
    pub fn settle(&mut self) {
        if self.open_nominals.len() == self.open_base
            && self.open_heads == 0
            && !self.incomplete.is_empty()
        {
            self.complete_all();
        }
    }

    /// Lowers code that may run while types are being completed: what it meets is completed for it, what those types
    /// have met is left to them until somebody asks for it.
    pub fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let base = std::mem::replace(&mut self.open_base, self.open_nominals.len());
        let settling = std::mem::take(&mut self.settling);
        let heads = std::mem::take(&mut self.open_heads);
        if self.open_nominals.is_empty() && heads == 0 {
            let done = work(self);
            (self.open_base, self.settling) = (base, settling);
            return done;
        }
        let mut incomplete = std::mem::take(&mut self.incomplete);
        let names = std::mem::take(&mut self.inline_names);
        let done = work(self);
        self.inline_names = names;
        incomplete.append(&mut self.incomplete);
        self.incomplete = incomplete;
        (self.open_base, self.settling) = (base, settling);
        self.open_heads = heads;
        done
    }

    /// Makes sure that a value of type `ty` can be used by code that lays out other types.
    pub fn complete_value(&mut self, ty: TypeId) {
        let waits = !self.open_nominals.is_empty() || !self.incomplete.is_empty();
        if waits && !self.m.types.is_complete(ty, 0) {
            let _ = self.complete(ty);
        }
    }

    /// Makes sure the layout of `ty` is known.
    pub fn complete(&mut self, ty: TypeId) -> Res<()> {
        match self.m.types.kind(ty) {
            TypeKind::Array(t, _) | TypeKind::Vector(t, _) | TypeKind::Optional(t) => {
                self.complete(*t)
            }
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                for (_, t) in self.m.types.members(ty).unwrap_or_default() {
                    self.complete(t)?;
                }
                Ok(())
            }
            TypeKind::Struct(_)
            | TypeKind::Enum(_)
            | TypeKind::Union(_)
            | TypeKind::ErrorSet(_)
            | TypeKind::Protocol(_) => self.complete_nominal(ty),
            _ => Ok(()),
        }
    }

    /// Makes sure that what a type has under a name is known. What its body declares may be used before the fields are
    /// laid out, `x: [S.K]i64`, and a variant by those after it; what it doesn't have needs no layout to be told.
    pub fn complete_for_member(&mut self, ty: TypeId, name: Symbol) -> Res<()> {
        let open = self.nominals.get(&ty);
        let open = open.filter(|n| matches!(n.state, NominalState::InProgress));
        if open.is_some_and(|n| n.open_body.is_some()) {
            return match self.known_of_open_body(ty, name)? {
                true => Ok(()),
                false => self.complete(ty),
            };
        }
        let known = open.is_some_and(|n| {
            let body = n.expanded.as_ref();
            n.members.contains_key(&name) || body.is_some_and(|body| !may_have_field(body, name))
        });
        match known || self.has_variant_so_far(ty, name) {
            true => Ok(()),
            false => self.complete(ty),
        }
    }

    /// Whether the value of a variant is being worked out, and `name` is one before it.
    fn has_variant_so_far(&self, ty: TypeId, name: Symbol) -> bool {
        // Code that is called may do anything with the type.
        let itself = self.caches.chains.innermost() == Some(Step::Layout(ty));
        let def = self.m.types.enum_def(ty).filter(|_| itself);
        def.is_some_and(|def| def.variants.iter().any(|variant| variant.name == name))
    }

    pub fn complete_nominal(&mut self, ty: TypeId) -> Res<()> {
        let Some(info) = self.nominals.get(&ty) else {
            return Ok(());
        };
        match info.state {
            NominalState::Complete => {
                if self.open_nominals.is_empty() || self.settling || self.m.types.is_complete(ty, 0)
                {
                    return Ok(());
                }
                // It holds a type that is being completed and needs it.
                let held = self.open_nominals.iter().rev().copied();
                let held = held.clone().find(|open| self.holds_open(ty, *open));
                let start = held.unwrap_or(ty);
                return Err(self.cycle(Step::Layout(start), &[Step::Layout(ty)]));
            }
            NominalState::Failed => return Err(Failed),
            NominalState::InProgress => {
                if self.open_nominals[..self.open_base].contains(&ty) {
                    // Done once the evaluation is.
                    if self.settling {
                        return Ok(());
                    }
                    return Err(self.cycle(Step::Layout(ty), &[]));
                }
                return Err(self.endless_type(ty));
            }
            NominalState::Open => {}
        }
        let (syntax, env) = (info.syntax.clone(), info.env.clone());
        if matches!(syntax, NominalSyntax::Minted) && self.is_defined_later(ty) {
            return self.complete_nominal(ty);
        }
        self.set_state(ty, NominalState::InProgress);
        self.open_nominals.push(ty);
        self.caches.chains.enter(Step::Layout(ty));
        let settling = std::mem::take(&mut self.settling);
        let depth = self.instantiation_depth;
        self.instantiation_depth = depth.max(self.nominals.get(&ty).map_or(0, |n| n.depth));
        let instance = self.type_instance(ty);
        let instance = std::mem::replace(&mut self.caches.meta.instance, instance);
        let result = stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || {
            self.sites_of(&env, |s| match syntax {
                NominalSyntax::Struct(decl) => s.complete_struct(ty, decl, &env),
                NominalSyntax::Enum(decl) => s.complete_enum(ty, decl, &env),
                NominalSyntax::Union(decl) => s.complete_union(ty, decl, &env),
                NominalSyntax::ErrorSet(decl) => s.complete_error_set(ty, decl, &env),
                NominalSyntax::Protocol(decl, template) => {
                    s.complete_protocol(ty, decl, template, &env)
                }
                NominalSyntax::Minted => s.complete_minted(ty),
            })
        });
        self.caches.meta.instance = instance;
        if result.is_err() && self.caches.chains.giving_up() {
            self.define(ty, NominalDef::Open);
            self.m.types.forget_layout(ty);
        }
        self.set_state(
            ty,
            match result {
                Ok(()) => NominalState::Complete,
                Err(_) if self.caches.chains.giving_up() => NominalState::Open,
                Err(_) => NominalState::Failed,
            },
        );
        self.open_nominals.pop();
        self.caches.chains.leave();
        self.settling = settling;
        self.instantiation_depth = depth;
        let result = result.and_then(|()| {
            // Its parts have theirs, however deep it is.
            self.m.types.layout(ty);
            let Some(span) = self.nominals.get(&ty).map(|n| n.span) else {
                return Ok(());
            };
            let fits = self.check_extent(ty, span);
            if fits.is_err() {
                self.set_state(ty, NominalState::Failed);
            }
            fits
        });
        self.settle();
        result
    }

    /// Whether a value of type `ty` has one of type `open`, whose layout isn't known yet, in it.
    fn holds_open(&self, ty: TypeId, open: TypeId) -> bool {
        let mut todo = vec![ty];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(part) = todo.pop() {
            if part == open {
                return true;
            }
            if self.m.types.is_complete(part, 0) || !seen.insert(part) {
                continue;
            }
            match self.m.types.kind(part) {
                TypeKind::Array(t, _) | TypeKind::Vector(t, _) | TypeKind::Optional(t) => {
                    todo.push(*t);
                }
                _ => {
                    let members = self.m.types.members(part).unwrap_or_default();
                    todo.extend(members.into_iter().map(|(_, t)| t));
                    if let Some(def) = self.m.types.enum_def(part) {
                        todo.extend(def.variants.iter().filter_map(|v| v.payload));
                    }
                }
            }
        }
        false
    }

    pub fn set_state(&mut self, ty: TypeId, state: NominalState) {
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.state = state;
        }
    }

    pub fn nominal_id(&self, ty: TypeId) -> Option<sx_ir::types::NominalId> {
        match self.m.types.kind(ty) {
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::ErrorSet(n)
            | TypeKind::Protocol(n) => Some(*n),
            _ => None,
        }
    }

    pub fn define(&mut self, ty: TypeId, def: NominalDef) {
        if let Some(n) = self.nominal_id(ty) {
            self.m.types.nominal_mut(n).def = def;
        }
    }

    /// Enters a body's method, constant or nested type; it resolves on use.
    pub fn declare_member(
        &mut self,
        ty: TypeId,
        decl: &'static ast::Decl,
        env: &Rc<Env>,
        name: ast::Ident,
    ) {
        let Some(module) = self.nominals.get(&ty).map(|info| info.module) else {
            return;
        };
        if let ast::DeclKind::Fn(f) = &decl.kind
            && let Some(property) = f.property
        {
            self.check_property(f, property, name.name);
            let owner = self.type_name(ty);
            let func = self.add_fn(FnInfo {
                decl: f,
                env: env.clone(),
                module,
                name: format!("{owner}.{}", name.name),
                owner: Some(ty),
                impl_of: None,
                intrinsic: f.body.kind() == ast::BodyKind::Intrinsic,
            });
            self.keep_fn_attrs(func, decl);
            if let Some(info) = self.nominals.get_mut(&ty) {
                info.properties.insert((name.name, property), func);
            }
            return;
        }
        let id = self.add_decl(DeclInfo {
            name: name.name,
            module,
            private: false,
            span: decl.span,
            name_span: name.span,
            syntax: decl_syntax(&decl.kind),
            env: env.clone(),
            state: EntityState::Unresolved,
            owner: Some(ty),
            local: false,
        });
        self.keep_attrs(id, decl);
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.members.insert(name.name, id);
        }
    }

    pub fn complete_struct(
        &mut self,
        ty: TypeId,
        decl: &'static ast::StructDecl,
        env: &Rc<Env>,
    ) -> Res<()> {
        let expanded = self.entered_members(ty, env, &decl.members)?;
        let mut fields: Vec<Field> = Vec::new();
        let mut taken = NameSet::default();
        let mut defaults = Vec::new();
        let owner = self.type_name(ty);
        for (member, env) in &*expanded {
            self.look_from(env);
            match &member.kind {
                MemberKind::Field(field) => {
                    for name in &field.names {
                        let name = &self.spelled(env, *name)?;
                        let field_ty = match &field.ty.kind {
                            ExprKind::Ident(_) => self.field_type(env, &field.ty)?,
                            // It may declare types, which are named after the field.
                            _ => {
                                self.inline_names.push(format!("{owner}.{}", name.name));
                                let field_ty = self.field_type(env, &field.ty);
                                self.inline_names.pop();
                                field_ty?
                            }
                        };
                        if !taken.insert(name.name) {
                            self.error(
                                name.span,
                                format!("duplicate field '{}' in struct '{owner}'", name.name),
                            );
                            continue;
                        }
                        self.keep_member_attrs(ty, *name, &field.attrs, env);
                        fields.push(Field {
                            name: name.name,
                            ty: field_ty,
                        });
                        defaults.push(match &field.default {
                            None => FieldDefault::None,
                            Some(e) if matches!(e.kind, ExprKind::Undef) => FieldDefault::Undef,
                            Some(expr) => FieldDefault::Expr {
                                expr,
                                env: env.clone(),
                            },
                        });
                    }
                }
                MemberKind::Using(path) => {
                    let used = self.eval_type(env, path)?;
                    self.complete(used)?;
                    match self.m.types.kind(used).clone() {
                        TypeKind::Struct(n) => {
                            if matches!(self.m.types.nominal(n).def, NominalDef::Open) {
                                return Err(self.cycle(Step::Layout(used), &[]));
                            }
                            for field in self.m.types.struct_fields(n).to_vec() {
                                if !taken.insert(field.name) {
                                    self.error(
                                        path.span,
                                        format!(
                                            "duplicate field '{}' in struct '{owner}'",
                                            field.name
                                        ),
                                    );
                                    continue;
                                }
                                fields.push(field);
                                defaults.push(FieldDefault::None);
                            }
                        }
                        _ => {
                            let name = self.type_name(used);
                            return Err(self.error(
                                path.span,
                                format!("`#using` needs a struct, got '{name}'"),
                            ));
                        }
                    }
                }
                MemberKind::Anon(_) => {
                    self.error(
                        member.span,
                        "an anonymous `struct` member is only legal in a union",
                    );
                }
                MemberKind::Decl(_)
                | MemberKind::Inline(_)
                | MemberKind::Insert(_)
                | MemberKind::Assert(_) => {}
            }
        }
        self.look_from(env);
        let parts: Vec<TypeId> = fields.iter().map(|f| f.ty).collect();
        self.define(ty, NominalDef::Struct(fields));
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.defaults = defaults;
        }
        for part in parts {
            self.complete(part)?;
        }
        Ok(())
    }

    pub fn field_type(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<TypeId> {
        if let ExprKind::Dollar { name, .. } = &expr.kind
            && env.get(name.name).is_none()
        {
            return Err(self.error(
                expr.span,
                format!("'${}' cannot introduce a type parameter in a struct field; declare it in the struct header", name.name),
            ));
        }
        self.eval_type(env, expr)
    }

    pub fn complete_protocol(
        &mut self,
        ty: TypeId,
        decl: &'static ast::ProtocolDecl,
        template: TemplateId,
        env: &Rc<Env>,
    ) -> Res<()> {
        // The type exists while its method signatures, which may mention it, are resolved.
        let open = ProtocolDef {
            inline: decl.inline,
            identity: decl.identity,
            slots: Vec::new(),
        };
        self.define(ty, NominalDef::Protocol(open));
        let decl = self.expanded_protocol(env, decl)?;
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.syntax = NominalSyntax::Protocol(decl, template);
        }
        let mut slots = Vec::new();
        for method in &decl.methods {
            let ast::DeclKind::Fn(f) = &method.kind else {
                continue;
            };
            if !crate::callables::protocols::is_dispatchable(f) {
                continue;
            }
            let env = &self.protocol_method_env(env, f);
            let mut params = vec![TypeId::VOID_PTR];
            for param in f.sig.params.iter().skip(1) {
                match &param.ty {
                    Some(t) => {
                        let ty = self.eval_type(env, t)?;
                        params.push(match param.lazy {
                            true => self.lazy_closure(ty),
                            false => ty,
                        });
                    }
                    None => {
                        return Err(
                            self.error(param.span, "a protocol method's parameter needs a type")
                        );
                    }
                }
            }
            let ret = self.eval_ret(env, f.sig.ret.as_ref())?;
            let slot = TypeKind::Function(sx_ir::types::FnType {
                params,
                ret,
                c_conv: false,
                variadic: false,
            });
            let slot = self.m.types.intern(slot);
            slots.push((method.name.name, slot));
        }
        self.define(
            ty,
            NominalDef::Protocol(ProtocolDef {
                inline: decl.inline,
                identity: decl.identity,
                slots,
            }),
        );
        Ok(())
    }
}

/// Whether a body may have a field of this name: those of other structs may come in, too.
fn may_have_field(body: &Expanded<ast::Member>, name: Symbol) -> bool {
    body.iter().any(|(member, _)| match &member.kind {
        MemberKind::Field(field) => field
            .names
            .iter()
            .any(|field| field.name == name || matches!(field.kind, ast::IdentKind::Computed(_))),
        MemberKind::Using(_) | MemberKind::Anon(_) => true,
        MemberKind::Decl(_)
        | MemberKind::Inline(_)
        | MemberKind::Insert(_)
        | MemberKind::Assert(_) => false,
    })
}

pub fn is_type_param(param: &ast::Param) -> bool {
    match &param.ty {
        None => true,
        Some(ty) => {
            matches!(&ty.kind, ExprKind::Ident(n) if n.as_str() == "Type" && !n.is_raw())
        }
    }
}

pub fn constraints_of(param: &'static ast::Param) -> &'static [ast::Expr] {
    &param.constraints
}

pub fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

pub fn were(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}
