//! Turning declarations into entities, each once, on demand.

use std::rc::Rc;

use sx_ir::{ConstImage, Global, GlobalId, Symbol, TypeId};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};
use sx_tier_api::Frame;

use crate::comptime::purpose::Purpose;
use crate::declarations::chains::{Step, Trial};
use crate::emission::value::CtVal;
use crate::expressions::logic::under_minuses;
use crate::sema::{
    DeclId, DeclSyntax, Entity, EntityState, Env, Failed, FnId, FnInfo, Res, Sema, Template,
    TemplateId, TemplateSyntax,
};
use crate::statements::control::value_span;
use crate::statements::errors::strip_parens;

/// A variable of a module, to be initialised.
#[derive(Clone, Copy)]
pub struct Variable {
    id: DeclId,
    pub global: GlobalId,
    ty: TypeId,
    name: Symbol,
    span: Span,
    init: &'static ast::Expr,
}

impl Sema<'_> {
    pub fn resolve_decl(&mut self, id: DeclId) -> Res<Entity> {
        match &self.decl(id).state {
            EntityState::Done(entity) => return Ok(entity.clone()),
            EntityState::Failed => return Err(Failed),
            EntityState::InProgress => return Err(self.cycle(Step::Decl(id), &[])),
            EntityState::Queued => {
                self.flush_queue();
                return match &self.decl(id).state {
                    EntityState::Done(entity) => Ok(entity.clone()),
                    EntityState::Failed
                    | EntityState::InProgress
                    | EntityState::Queued
                    | EntityState::Unresolved => Err(Failed),
                };
            }
            EntityState::Unresolved => self.take_turns_before(id),
        }
        self.decls[id.index()].state = EntityState::InProgress;
        self.resolving.push(id);
        self.caches.chains.enter(Step::Decl(id));
        let env = self.decl(id).env.clone();
        let result = stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || {
            self.sites_of(&env, |s| s.resolve_decl_now(id))
        });
        self.caches.chains.leave();
        self.resolving.pop();
        if let Ok(Entity::Type(ty)) = &result {
            self.keep_type_attrs(*ty, id);
        }
        // A nominal type or function enters its entity early, so that it can refer to itself.
        self.decls[id.index()].state = match &result {
            Ok(entity) => EntityState::Done(entity.clone()),
            Err(_) if self.caches.chains.giving_up() => EntityState::Unresolved,
            Err(_) if self.caches.queue.has_taken(id) => EntityState::Queued,
            Err(_) => EntityState::Failed,
        };
        self.settle();
        if !self.caches.waiting_globals.is_empty() && self.caches.chains.innermost().is_none() {
            self.fill_waiting_globals();
        }
        result
    }

    pub fn resolve_decl_now(&mut self, id: DeclId) -> Res<Entity> {
        let info = self.decl(id);
        let (name, env, module, span) = (info.name, info.env.clone(), info.module, info.span);
        match info.syntax.clone() {
            DeclSyntax::Fn(decl) => Ok(Entity::Fn(self.declare_fn(id, decl))),
            DeclSyntax::Struct(decl) => {
                if decl.params.is_empty() {
                    let ty = self.declare_nominal(
                        name.as_str().to_string(),
                        crate::sema::NominalSyntax::Struct(decl),
                        env,
                        module,
                        span,
                    );
                    Ok(self.early(id, Entity::Type(ty)))
                } else {
                    Ok(Entity::Template(
                        self.add_template(id, TemplateSyntax::Struct(decl)),
                    ))
                }
            }
            DeclSyntax::Protocol(decl) => {
                // With parameters each instance has its own methods.
                let decl = match decl.params.is_empty() {
                    true => self.expanded_protocol(&env, decl)?,
                    false => decl,
                };
                Ok(Entity::Template(
                    self.add_template(id, TemplateSyntax::Protocol(decl)),
                ))
            }
            DeclSyntax::Enum(decl) => {
                let syntax = crate::sema::NominalSyntax::Enum(decl);
                Ok(Entity::Type(self.declare_nominal(
                    name.to_string(),
                    syntax,
                    env,
                    module,
                    span,
                )))
            }
            DeclSyntax::Union(decl) => {
                let syntax = crate::sema::NominalSyntax::Union(decl);
                Ok(Entity::Type(self.declare_nominal(
                    name.to_string(),
                    syntax,
                    env,
                    module,
                    span,
                )))
            }
            DeclSyntax::ErrorSet(decl) => {
                let syntax = crate::sema::NominalSyntax::ErrorSet(decl);
                Ok(Entity::Type(self.declare_nominal(
                    name.to_string(),
                    syntax,
                    env,
                    module,
                    span,
                )))
            }
            DeclSyntax::UfcsAlias(path) => match self.resolve_path(&env, path)? {
                Some(Entity::Fn(f) | Entity::UfcsAlias(f)) => Ok(Entity::UfcsAlias(f)),
                _ => Err(self.error(path.span, "a ufcs alias names a function")),
            },
            DeclSyntax::Import(set) => Ok(Entity::Namespace(set)),
            DeclSyntax::Library(text) => {
                if !self.m.libraries.iter().any(|l| **l == *text)
                    && &*text != "c"
                    && &*text != "compiler"
                {
                    self.m.libraries.push(text.to_string());
                }
                Ok(Entity::Library(text))
            }
            DeclSyntax::CUnit => Err(Failed),
            DeclSyntax::C(name) => self.resolve_c(id, name),
            DeclSyntax::Builtin => Err(Failed),
            DeclSyntax::Var(decl) => self.resolve_global(id, decl),
            DeclSyntax::Const(decl) => self.resolve_const(id, decl),
        }
    }

    fn early(&mut self, id: DeclId, entity: Entity) -> Entity {
        self.decls[id.index()].state = EntityState::Done(entity.clone());
        entity
    }

    fn add_template(&mut self, id: DeclId, syntax: TemplateSyntax) -> TemplateId {
        let env = self.decl(id).env.clone();
        let syntax = self.spelled_template(&env, syntax);
        let info = self.decl(id);
        let template = Template {
            name: info.name,
            syntax,
            env: info.env.clone(),
            module: info.module,
            decl: Some(id),
            instances: Default::default(),
        };
        self.templates.push(template);
        TemplateId(self.templates.len() as u32 - 1)
    }

    pub fn declare_fn(&mut self, id: DeclId, decl: &'static ast::FnDecl) -> FnId {
        let info = self.decl(id);
        let (env, module) = (info.env.clone(), info.module);
        let owner = info.owner;
        let base = info.name.to_string();
        let name = match owner {
            Some(owner) => format!("{}.{base}", self.type_name(owner)),
            None => base,
        };
        self.add_fn(FnInfo {
            decl,
            env,
            module,
            name,
            owner,
            impl_of: None,
            intrinsic: decl.body.kind() == ast::BodyKind::Intrinsic,
        })
    }

    /// The entity a path (`a`, `a.b.c`) names, if it is one rather than a value computation.
    pub fn resolve_path(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<Option<Entity>> {
        match &expr.kind {
            // What the compiler knows without a declaration is no entity.
            ExprKind::Ident(name)
                if is_compiler_name(name) && self.try_resolve_name(env, *name)?.is_none() =>
            {
                Ok(None)
            }
            ExprKind::Ident(name) => match self.resolve_name(env, *name)? {
                crate::declarations::lookup::Name::Entity(entity, _) => Ok(Some(entity)),
                crate::declarations::lookup::Name::BuiltinType(ty) => Ok(Some(Entity::Type(ty))),
                crate::declarations::lookup::Name::Binding(crate::sema::Binding::Ct(val)) => {
                    Ok(Some(Entity::Ct(val)))
                }
                crate::declarations::lookup::Name::Binding(_) => Ok(None),
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => {
                    let ns = self.span_text(base.span);
                    Ok(Some(self.resolve_in_namespace_of(env, set, &ns, *name)?.0))
                }
                None => Ok(None),
            },
            ExprKind::Paren(inner) => self.resolve_path(env, inner),
            ExprKind::Splice(_) | ExprKind::Insert(_) => match self.put_here(env, expr) {
                Some(put) => self.sites_of(&put.env, |s| s.resolve_path(&put.env, put.expr)),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn resolve_const(&mut self, id: DeclId, decl: &'static ast::ConstDecl) -> Res<Entity> {
        let info = self.decl(id);
        let (name, env) = (info.name, info.env.clone());
        if decl.ty.is_none() {
            // Aliases stand for what they name, whatever it is.
            if let Some((seen_in, named)) = self.named_by(&env, &decl.value) {
                let entity = match Rc::ptr_eq(&seen_in, &env) {
                    true => self.resolve_alias(&env, named)?,
                    false => self.sites_of(&seen_in, |s| s.resolve_alias(&seen_in, named))?,
                };
                if let Some(entity) = entity {
                    return Ok(entity);
                }
            }
            if self.denotes_type(&env, &decl.value) {
                // `Node :: NodeOf(i64);`: laid out when the alias is known, for it may stand in the instance.
                self.open_heads += 1;
                let ty = self.eval_named_type(&env, &decl.value, Some(name));
                self.open_heads -= 1;
                return Ok(Entity::Type(ty?));
            }
            if let ExprKind::Lambda(lambda) = &decl.value.kind {
                return Ok(Entity::Fn(self.declare_fn(id, lambda)));
            }
        }
        let want = match &decl.ty {
            Some(ty) => Some(self.eval_type(&env, ty)?),
            None => None,
        };
        if let Some(want) = want {
            self.check_typed_constant(&env, name, want, &decl.value)?;
        }
        self.check_array_constant(&env, name, want, &decl.value)?;
        let in_body = self.decl(id).owner.is_some();
        if self.constant_is_runtime(&env, &decl.value)
            || in_body && self.is_repeated_call(&env, &decl.value)
        {
            return Ok(Entity::RtConst);
        }
        let val = self.comptime_value(
            &env,
            &decl.value,
            want,
            &crate::comptime::purpose::Purpose::Constant(name),
        )?;
        self.finished_constant(id, val)
    }

    /// What a constant is, given its value.
    pub fn finished_constant(&mut self, id: DeclId, mut val: CtVal) -> Res<Entity> {
        let name = self.decl(id).name;
        if val.ty == TypeId::VOID
            && let DeclSyntax::Const(decl) = self.decl(id).syntax
            && decl.ty.is_none()
            && matches!(strip_parens(&decl.value).kind, ExprKind::Run(_))
        {
            return Err(self.error(
                decl.value.span,
                format!("constant '{name}' needs a value, and this `#run` yields none"),
            ));
        }
        if let DeclSyntax::Const(decl) = self.decl(id).syntax
            && decl.ty.is_none()
            && val.literal
            && val.ty == TypeId::U64
        {
            let bits = self.ct_u64(&val);
            return Err(self.literal_too_large(bits, value_span(&decl.value)));
        }
        if val.ty == TypeId::U64 {
            // No literal that might not fit its default type.
            val.literal = false;
        }
        if let DeclSyntax::Const(decl) = self.decl(id).syntax {
            let env = self.decl(id).env.clone();
            let want = decl.ty.is_some().then_some(val.ty);
            self.record_value(&env, &decl.value, &val, want);
        }
        Ok(self.constant_entity(name, val))
    }

    /// Arrays, structs and other memory constants get storage; scalars and strings fold.
    pub fn constant_entity(&mut self, name: Symbol, val: CtVal) -> Entity {
        if val.ty == TypeId::TYPE {
            let ty = self.ct_type(&val);
            let _ = self.complete(ty);
            return Entity::Type(ty);
        }
        let scalar = self.m.types.scalar(val.ty).is_some()
            || matches!(val.ty, TypeId::STRING | TypeId::STRING_Z | TypeId::VOID);
        if scalar {
            return Entity::Ct(val);
        }
        let layout = self.m.types.layout(val.ty);
        let global = self.m.add_global(Global {
            name: name.to_string(),
            size: layout.size,
            align: layout.align.max(1),
            init: (*val.image).clone(),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(val.ty),
            mergeable: false,
        });
        Entity::ConstGlobal { global, val }
    }

    /// The name or path that a constant's value is, or that code puts there.
    pub fn named_by(
        &mut self,
        env: &Rc<Env>,
        value: &'static ast::Expr,
    ) -> Option<(Rc<Env>, &'static ast::Expr)> {
        let (env, value) = match &value.kind {
            ExprKind::Splice(_) | ExprKind::Insert(_) => self.seen_through(env, value),
            _ => (env.clone(), value),
        };
        let named = matches!(value.kind, ExprKind::Ident(_) | ExprKind::Field { .. });
        named.then_some((env, value))
    }

    fn resolve_alias(&mut self, env: &Rc<Env>, value: &'static ast::Expr) -> Res<Option<Entity>> {
        match self.resolve_path(env, value)? {
            // Another constant with storage shares it; a variable's value is run-time.
            Some(
                entity @ (Entity::Fn(_)
                | Entity::Type(_)
                | Entity::Template(_)
                | Entity::Namespace(_)
                | Entity::Library(_)
                | Entity::UfcsAlias(_)
                | Entity::Ct(_)
                | Entity::ConstGlobal { .. }),
            ) => Ok(Some(entity)),
            Some(Entity::RtConst | Entity::Global { .. }) | None => Ok(None),
        }
    }

    fn resolve_global(&mut self, id: DeclId, decl: &'static ast::VarDecl) -> Res<Entity> {
        let info = self.decl(id);
        let (name, env, span) = (info.name, info.env.clone(), info.name_span);
        let ty = match (&decl.ty, &decl.init) {
            (Some(ty), _) => Some(self.eval_type(&env, ty)?),
            (None, Some(init)) => self.type_written(&env, init)?,
            (None, None) => None,
        };
        let (extern_symbol, export_symbol) = match &decl.link {
            Some(link) => {
                let symbol = link
                    .symbol
                    .as_ref()
                    .map_or_else(|| name.to_string(), |s| s.text.to_string());
                match link.kind {
                    ast::LinkKind::Extern => (Some(symbol), None),
                    ast::LinkKind::Export => (None, Some(symbol)),
                }
            }
            None => (None, None),
        };
        let make = |s: &mut Self, ty: TypeId, init: ConstImage| {
            let layout = s.m.types.layout(ty);
            let global = s.m.add_global(Global {
                name: name.to_string(),
                size: layout.size,
                align: layout.align.max(1),
                init,
                mutable: true,
                extern_symbol: extern_symbol.clone(),
                export_symbol: export_symbol.clone(),
                sx_type: Some(ty),
                mergeable: false,
            });
            if extern_symbol.is_some() {
                s.caches.extern_globals.push(global);
            }
            global
        };
        if let Some(ty) = ty {
            self.complete(ty)?;
            if self.holds_code(ty) {
                return Err(self.error(
                    span,
                    format!("the variable '{name}' can't hold `Code`, which only exists at compile time; make it a constant: `{name} :: ..`"),
                ));
            }
            if let Some(symbol) = extern_symbol.as_ref()
                && decl.link.as_ref().is_some_and(|link| link.lib.is_none())
                && let Some(own) = self.export_named(symbol)
                && let Entity::Global { global, ty: own } = self.resolve_decl(own)?
            {
                // The program's own variable, as for a linker.
                if own != ty {
                    return Err(self.error(
                        span,
                        format!("extern symbol '{symbol}' is already bound with a different type; make the declarations agree"),
                    ));
                }
                return Ok(Entity::Global { global, ty });
            }
            // Known before its initialiser, which may take addresses of other globals that point back.
            let global = match self.caches.begun_globals.remove(&id) {
                Some(global) => global,
                None => {
                    let global = make(self, ty, ConstImage::zeroed(0));
                    if decl.saved {
                        self.caches.saved.push((global, ty));
                    }
                    global
                }
            };
            self.early(id, Entity::Global { global, ty });
            if let Some(init) = &decl.init
                && !matches!(init.kind, ExprKind::Undef)
            {
                let variable = Variable {
                    id,
                    global,
                    ty,
                    name,
                    span,
                    init,
                };
                let done = self.try_initial_value(variable);
                if self.caches.chains.giving_up() {
                    self.caches.begun_globals.insert(id, global);
                }
                done?;
            }
            return Ok(Entity::Global { global, ty });
        }
        let Some(init) = &decl.init else {
            return Err(self.error(
                span,
                format!("global '{name}' needs a type or an initializer"),
            ));
        };
        self.check_global_init(&env, name, init, None)?;
        let val = self.comptime_value(
            &env,
            init,
            None,
            &crate::comptime::purpose::Purpose::Global(name),
        )?;
        let global = make(self, val.ty, (*val.image).clone());
        if decl.saved {
            self.caches.saved.push((global, val.ty));
        }
        Ok(Entity::Global { global, ty: val.ty })
    }

    /// The type that a literal names: `S.{ .. }`. Nothing has to be evaluated to know it.
    fn type_written(&mut self, env: &Rc<Env>, init: &'static ast::Expr) -> Res<Option<TypeId>> {
        let ExprKind::Aggregate(literal) = &strip_parens(init).kind else {
            return Ok(None);
        };
        let Some(prefix) = &literal.ty else {
            return Ok(None);
        };
        match &prefix.kind {
            ExprKind::Ident(_) | ExprKind::Call(_) => self.eval_type(env, prefix).map(Some),
            // It may be a variant.
            ExprKind::Field { base, name } if self.namespace_of(env, base, *name).is_some() => {
                self.eval_type(env, prefix).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Works out a variable's initial value, unless that needs something that is under way: whoever asks may only want
    /// the address.
    fn try_initial_value(&mut self, variable: Variable) -> Res<()> {
        let what = Trial::Global(variable.global);
        if !self.begin_trial(what) {
            self.caches.waiting_globals.push(variable);
            return Ok(());
        }
        let done = self.initial_value(variable);
        if self.end_trial(what) {
            // What was not found may only have been out of reach.
            self.caches.conformance.by_name.clear();
            self.caches.waiting_globals.push(variable);
            return Ok(());
        }
        done
    }

    fn initial_value(&mut self, variable: Variable) -> Res<()> {
        let env = self.decl(variable.id).env.clone();
        let (global, init) = (variable.global, variable.init);
        self.caches.open_globals.push((global, variable.span));
        self.caches
            .chains
            .enter(Step::Global(global, variable.span));
        let val = self.sites_of(&env, |s| {
            s.check_global_init(&env, variable.name, init, Some(variable.ty))?;
            let purpose = Purpose::Global(variable.name);
            s.comptime_value(&env, init, Some(variable.ty), &purpose)
        });
        self.caches.chains.leave();
        self.caches.open_globals.pop();
        self.m.globals[global.index()].init = (*val?.image).clone();
        Ok(())
    }

    /// Works out the initial values that wait, as far as they don't need what is under way. What fails has been told.
    /// Whether there have been any.
    pub fn fill_waiting_globals(&mut self) -> bool {
        let mut filled = false;
        for variable in std::mem::take(&mut self.caches.waiting_globals) {
            if !self.caches.chains.giving_up() {
                let _ = self.try_initial_value(variable);
            }
            if self.caches.chains.giving_up() {
                self.caches.waiting_globals.push(variable);
            }
            let mut waiting = self.caches.waiting_globals.iter();
            filled |= waiting.all(|v| v.global != variable.global);
        }
        filled
    }

    /// An evaluation has read a variable whose initial value waits, as it needs what the evaluation is for: that is told.
    /// `None`: it is no such variable.
    pub fn waiting_global_is_read(&mut self, global: GlobalId, frames: &[Frame]) -> Option<Failed> {
        let waiting = &mut self.caches.waiting_globals;
        let index = waiting.iter().position(|v| v.global == global)?;
        let variable = waiting.swap_remove(index);
        let calls = self.calls_told(frames);
        let done = self.within_steps(&calls, |s| s.initial_value(variable));
        if self.caches.chains.giving_up() {
            self.caches.waiting_globals.push(variable);
        }
        Some(done.err().unwrap_or(Failed))
    }

    /// Globals take constant initialisers; run-time code has no place to run before `main`.
    fn check_global_init(
        &mut self,
        env: &Rc<Env>,
        name: Symbol,
        init: &'static ast::Expr,
        ty: Option<TypeId>,
    ) -> Res<()> {
        // A named global may be erased to a protocol; its value is run-time state.
        let erased = ty.is_some_and(|t| {
            let payload = self.strip_optionals(t);
            matches!(self.m.types.kind(payload), sx_ir::TypeKind::Protocol(_))
        });
        if !erased && let Some(other) = self.names_variable(env, init) {
            let shown = self.span_text(other);
            return Err(self.error(
                other,
                format!("global '{name}' must be initialized by a compile-time constant; '{shown}' is a variable, whose value exists at run time only"),
            ));
        }
        self.check_static(env, init, &|| {
            format!("global '{name}' must be initialized by a compile-time constant")
        })
    }

    /// The global in an initialiser that is named for its value.
    fn names_variable(
        &mut self,
        env: &Rc<Env>,
        init: &'static ast::Expr,
    ) -> Option<sx_syntax::Span> {
        match &init.kind {
            // A conversion keeps it the variable's value.
            ExprKind::Paren(inner) | ExprKind::Cast { base: inner, .. } => {
                self.names_variable(env, inner)
            }
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(crate::declarations::lookup::Name::Entity(Entity::Global { .. }, _))) => {
                    Some(init.span)
                }
                _ => None,
            },
            ExprKind::Aggregate(agg) => agg.elems.iter().find_map(|elem| {
                let ExprKind::Ident(name) = &elem.value.kind else {
                    return matches!(
                        elem.value.kind,
                        ExprKind::Aggregate(_) | ExprKind::Paren(_) | ExprKind::Cast { .. }
                    )
                    .then(|| self.names_variable(env, &elem.value))
                    .flatten();
                };
                match self.try_resolve_name(env, *name) {
                    // Values of these types might be erased to a protocol there.
                    Ok(Some(crate::declarations::lookup::Name::Entity(
                        Entity::Global { ty, .. },
                        _,
                    ))) if self.nominal_id(ty).is_none() => Some(elem.value.span),
                    _ => None,
                }
            }),
            _ => None,
        }
    }

    /// What may stand in static data without an evaluation (part 3 §2, globals); also for defaults of context fields.
    /// Beyond the reference's list: what folds by itself, such as `size_of(T)`, `TABLE[1]` and `"text".len`.
    pub fn check_static(
        &mut self,
        env: &Rc<Env>,
        init: &'static ast::Expr,
        message: &dyn Fn() -> String,
    ) -> Res<()> {
        let constant = match &init.kind {
            ExprKind::Call(call) => {
                matches!(call.callee.kind, ExprKind::EnumLit(_))
                    || self.is_folding_call(env, &call.callee)
                    || self.denotes_type(env, init)
            }
            // Operators, `CONST.field` and `E.variant` need an evaluation.
            ExprKind::Unary { op, expr } => {
                *op == ast::UnOp::Neg
                    && matches!(
                        under_minuses(expr).1.kind,
                        ExprKind::Int { .. } | ExprKind::Float { .. }
                    )
            }
            ExprKind::Binary { .. }
            | ExprKind::Chain { .. }
            | ExprKind::Unwrap(_)
            | ExprKind::Deref(_)
            | ExprKind::OptField { .. }
            | ExprKind::OptTupleIndex { .. }
            | ExprKind::OptCast { .. }
            | ExprKind::Cast { alloc: Some(_), .. }
            | ExprKind::Catch(_)
            | ExprKind::Try(_)
            | ExprKind::If(_)
            | ExprKind::Match(_)
            | ExprKind::Block(_)
            | ExprKind::Asm(_) => false,
            ExprKind::Index { base, index } if !self.denotes_type(env, init) => {
                self.check_static(env, base, message)?;
                return self.check_static(env, index, message);
            }
            ExprKind::Slice(slice) => return self.check_static(env, &slice.base, message),
            ExprKind::TupleIndex { base, .. }
            // A conversion folds, written with its type or without.
            | ExprKind::Cast {
                base, alloc: None, ..
            }
            | ExprKind::Xx(base) => {
                return self.check_static(env, base, message);
            }
            ExprKind::Field { base, name } if self.namespace_of(env, base, *name).is_none() => {
                self.denotes_type(env, init)
                    || match &base.kind {
                        ExprKind::Ident(ident) => {
                            self.reserved_type(*ident).is_some() || name.as_str() == "len"
                        }
                        _ => return self.check_static(env, base, message),
                    }
            }
            ExprKind::Paren(inner) => return self.check_static(env, inner, message),
            ExprKind::Aggregate(agg) => {
                for elem in &agg.elems {
                    self.check_static(env, &elem.value, message)?;
                }
                true
            }
            _ => true,
        };
        if constant {
            Ok(())
        } else {
            let text = self.span_text(init.span);
            let help = match text.len() < 60 && !text.contains('\n') {
                true => format!("write `#run {text}` to have it evaluated while compiling"),
                false => "write `#run` before it to have it evaluated while compiling".to_owned(),
            };
            let diag = Diagnostic::error(init.span, message()).with_help(None, help);
            Err(self.report(diag))
        }
    }
}

/// Names that need no import (part 5 §5.2, §5.4), with a backtick or without.
pub fn is_compiler_name(name: &ast::Ident) -> bool {
    let known = matches!(name.as_str(), "context" | "OS" | "ARCH" | "POINTER_SIZE");
    known || crate::builtins::intrinsics::is_intrinsic_name(name.as_str())
}
