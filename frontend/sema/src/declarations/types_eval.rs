//! Type expressions: from syntax to interned types.

use std::rc::Rc;

use sx_ir::types::FnType;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::comptime::purpose::Purpose;
use crate::declarations::decls::is_compiler_name;
use crate::declarations::lookup::Name;
use crate::emission::value::CtVal;
use crate::sema::{Binding, Entity, Env, Failed, NominalSyntax, Res, Sema};

/// Whether a name means a type, or what a type position says more about.
fn names_type(found: &Name) -> bool {
    match found {
        Name::BuiltinType(_) => true,
        Name::Binding(Binding::Ct(val)) | Name::Entity(Entity::Ct(val), _) => {
            val.ty == TypeId::TYPE
        }
        Name::Binding(binding) => matches!(
            binding,
            Binding::Type(_) | Binding::Decl(_) | Binding::Poison
        ),
        Name::Entity(entity, _) => matches!(entity, Entity::Type(_) | Entity::Template(_)),
    }
}

impl Sema<'_> {
    pub fn eval_type(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<TypeId> {
        self.eval_named_type(env, expr, None)
    }

    /// `name`: what an alias declaration calls the type, for inline types.
    pub fn eval_named_type(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        name: Option<Symbol>,
    ) -> Res<TypeId> {
        let ty = stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || {
            self.eval_type_now(env, expr, name)
        });
        self.settle();
        let ty = ty?;
        self.check_size(ty, expr.span)?;
        Ok(ty)
    }

    /// Types that grow without end by doubling are cut: they get too large long before they are nested too deep.
    pub fn check_size(&mut self, ty: TypeId, span: Span) -> Res<()> {
        const LONGEST_NAME: u64 = 1 << 18;
        if self.m.types.name_length(ty) <= LONGEST_NAME {
            return Ok(());
        }
        let diag = Diagnostic::error(
            span,
            format!(
                "this type is too large: its name has over {LONGEST_NAME} characters; it may grow without end"
            ),
        );
        let diag = self.with_instances(diag);
        Err(self.report(diag))
    }

    /// Rejects a type that is larger than all memory. One with parts that aren't laid out yet is left to whoever holds it.
    pub fn check_extent(&mut self, ty: TypeId, span: Span) -> Res<()> {
        // No machine addresses more; sizes beyond would not even be computed right.
        const LIMIT: u64 = 1 << 47;
        if !self.m.types.is_complete(ty, 0) || self.m.types.size_of(ty) <= LIMIT {
            return Ok(());
        }
        let shown = self.type_name(ty);
        Err(self.error(
            span,
            format!("type '{shown}' is too large: no address space holds it"),
        ))
    }

    fn eval_type_now(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        name: Option<Symbol>,
    ) -> Res<TypeId> {
        match &expr.kind {
            ExprKind::Ident(ident) => self.type_by_name(env, *ident),
            ExprKind::Paren(inner) => self.eval_named_type(env, inner, name),
            ExprKind::Splice(_) | ExprKind::Insert(_) => match self.put_here(env, expr) {
                Some(put) if self.denotes_type(&put.env, put.expr) => self.sites_of(&put.env, |s| {
                    s.eval_named_type(&put.env, put.expr, name)
                }),
                Some(_) | None => self.type_from_value(env, expr),
            },
            ExprKind::Star(inner) => {
                let inner = self.eval_type(env, inner)?;
                Ok(self.m.types.pointer(inner))
            }
            ExprKind::Optional(inner) => {
                let inner = self.eval_type(env, inner)?;
                Ok(self.m.types.optional(inner))
            }
            ExprKind::ManyPointer(inner) => {
                let inner = self.eval_type(env, inner)?;
                Ok(self.m.types.many_pointer(inner))
            }
            ExprKind::SliceType(inner) => {
                let inner = self.eval_type(env, inner)?;
                Ok(self.m.types.slice(inner))
            }
            ExprKind::SentinelSlice(inner) => {
                let inner = self.eval_type(env, inner)?;
                if inner == TypeId::U8 {
                    Ok(TypeId::STRING_Z)
                } else {
                    Err(self.error(expr.span, "only `[:0]u8` has a sentinel"))
                }
            }
            ExprKind::ArrayType { len, elem } => {
                let count = self.count(env, len, "array dimension", 0)?;
                let elem = self.eval_type(env, elem)?;
                let ty = self.m.types.array(elem, count);
                self.check_extent(ty, expr.span)?;
                Ok(ty)
            }
            ExprKind::FnType(f) => {
                let mut params = Vec::new();
                for param in &f.params {
                    self.type_list_elem(env, &param.ty, &mut params)?;
                }
                let ret = self.eval_ret(env, Some(&f.ret))?;
                let c_conv = self.is_c_abi(f.abi.as_ref())?;
                Ok(self.m.types.intern(TypeKind::Function(FnType {
                    params,
                    ret,
                    c_conv,
                    variadic: false,
                })))
            }
            ExprKind::ClosureType(c) => {
                let mut params = Vec::new();
                for param in &c.params {
                    self.type_list_elem(env, param, &mut params)?;
                }
                let ret = self.eval_ret(env, c.ret.as_ref())?;
                Ok(self.m.types.intern(TypeKind::Closure(FnType {
                    params,
                    ret,
                    c_conv: false,
                    variadic: false,
                })))
            }
            ExprKind::TupleType(elems) => {
                let mut list = Vec::new();
                for elem in elems {
                    if let ExprKind::Spread(_) = &elem.ty.kind {
                        let mut types = Vec::new();
                        self.type_list_elem(env, &elem.ty, &mut types)?;
                        list.extend(types.into_iter().map(|t| (None, t)));
                        continue;
                    }
                    if !self.denotes_type(env, &elem.ty)
                        && matches!(
                            elem.ty.kind,
                            ExprKind::Int { .. }
                                | ExprKind::Float { .. }
                                | ExprKind::Str(_)
                                | ExprKind::Bool(_)
                        )
                    {
                        return Err(self.error(elem.ty.span, "tuple type element is not a type"));
                    }
                    let ty = self.eval_type(env, &elem.ty)?;
                    let name = match elem.name {
                        Some(name) => {
                            let spelled = self.spelled(env, name)?;
                            let known = |(n, _): &(Option<Symbol>, TypeId)| *n == Some(spelled.name);
                            if spelled.name != name.name && list.iter().any(known) {
                                return Err(self.error(
                                    name.span,
                                    format!("duplicate tuple element '{}'", spelled.name),
                                ));
                            }
                            Some(spelled.name)
                        }
                        None => None,
                    };
                    list.push((name, ty));
                }
                let ty = self.m.types.intern(TypeKind::Tuple(list));
                self.check_extent(ty, expr.span)?;
                Ok(ty)
            }
            ExprKind::ErrorSetType(set) => self.error_set_type(env, set.as_deref(), expr.span),
            ExprKind::Unary {
                op: ast::UnOp::Not,
                expr: set,
            } if self.denotes_type(env, set) => self.error_set_type(env, Some(set), expr.span),
            ExprKind::Struct(decl) => {
                self.inline_type(env, NominalSyntax::Struct(decl), name, expr.span)
            }
            ExprKind::Union(decl) => {
                self.inline_type(env, NominalSyntax::Union(decl), name, expr.span)
            }
            ExprKind::Enum(decl) => {
                self.inline_type(env, NominalSyntax::Enum(decl), name, expr.span)
            }
            ExprKind::Dollar { name, .. } => match env.get(name.name) {
                Some(Binding::Type(ty)) => Ok(ty),
                Some(Binding::Ct(val)) if val.ty == TypeId::TYPE => Ok(self.ct_type(&val)),
                // The declaration has been told already.
                _ if self.diags.iter().any(|d| d.span == Some(expr.span)) => {
                    Err(crate::sema::Failed)
                }
                _ if let Some((at, message)) = self.unbound_return(expr.span) => Err(self.error(at, message)),
                _ => Err(self.error(
                    expr.span,
                    format!(
                        "'$' introduces a generic parameter only in its declaration; write '{}' here",
                        name.name
                    ),
                )),
            },
            ExprKind::Index { base, index } => {
                if let Some(pack) = self.type_pack_of(env, base) {
                    let at = self.count(env, index, "pack index", 0)?;
                    return match pack.get(at as usize) {
                        Some(ty) => Ok(*ty),
                        None => {
                            let text = self.span_text(base.span);
                            Err(self.error(
                                expr.span,
                                format!(
                                    "pack index {at} out of bounds: '{}' has {} elements",
                                    text.trim_start_matches('$'),
                                    pack.len()
                                ),
                            ))
                        }
                    };
                }
                self.type_from_value(env, expr)
            }
            ExprKind::Call(call) => {
                if let Some(ty) = self.apply_type(env, call, expr.span, name)? {
                    return Ok(ty);
                }
                if let ExprKind::Ident(head) = &call.callee.kind
                    && !is_compiler_name(head)
                    && self.try_resolve_name(env, *head)?.is_none()
                {
                    let diag = self.unknown_type(env, *head);
                    return Err(self.report(diag));
                }
                self.type_from_value(env, expr)
            }
            ExprKind::Field { base, name: field } => {
                if let Some(set) = self.namespace_of(env, base, *field) {
                    let ns = self.span_text(base.span);
                    let (entity, _) = self.resolve_in_namespace_of(env, set, &ns, *field)?;
                    return self.entity_as_type(entity, *field, expr.span);
                }
                if self.denotes_type(env, base) {
                    let field = &self.spelled(env, *field)?;
                    let owner = self.eval_type(env, base)?;
                    self.complete_for_member(owner, field.name)?;
                    if let Some(decl) = self
                        .nominals
                        .get(&owner)
                        .and_then(|n| n.members.get(&field.name))
                        .copied()
                    {
                        let entity = self.resolve_decl(decl)?;
                        return self.entity_as_type(entity, *field, expr.span);
                    }
                }
                let text = self.span_text(expr.span);
                if let ExprKind::Ident(name) = &base.kind {
                    // A name that is ambiguous or not visible has been told.
                    let message = match self.try_resolve_name(env, *name)? {
                        Some(
                            Name::Binding(Binding::Ct(_))
                            | Name::Entity(Entity::Ct(_) | Entity::ConstGlobal { .. }, _),
                        ) => return self.type_from_value(env, expr),
                        Some(_) => {
                            format!("expected a type, found a value '{text}' in type position")
                        }
                        None => format!("unknown type '{text}'"),
                    };
                    if self.has_told(expr.span) {
                        return Err(Failed);
                    }
                    return Err(self.error(expr.span, message));
                }
                self.type_from_value(env, expr)
            }
            _ => self.type_from_value(env, expr),
        }
    }

    /// A `$T` in a result type that no parameter introduces.
    fn unbound_return(&self, dollar: Span) -> Option<(Span, String)> {
        let ret = self.fns.iter().find_map(|f| {
            let ret = f.decl.sig.ret.as_ref()?;
            (ret.span.file == dollar.file && ret.span.lo <= dollar.lo && dollar.hi <= ret.span.hi)
                .then_some(ret.span)
        })?;
        let text = self.span_text(ret);
        let text = text.trim_start_matches("->").trim();
        Some((
            ret,
            format!("generic return type '{text}' cannot be bound — no parameter introduces it"),
        ))
    }

    /// A name in a signature that another parameter, `T: Type`, of the same function has; `Some(true)` where it stands
    /// there for the first time.
    fn value_parameter(&self, ident: ast::Ident) -> Option<bool> {
        let inside = |span: Span| {
            span.file == ident.span.file && span.lo <= ident.span.lo && ident.span.hi <= span.hi
        };
        self.fns.iter().find_map(|f| {
            let sig = &f.decl.sig;
            let types = sig.params.iter().filter_map(|p| p.ty.as_ref());
            let mut at = types.clone().position(|ty| inside(ty.span));
            if at.is_none() && sig.ret.as_ref().is_some_and(|ret| inside(ret.span)) {
                at = Some(types.clone().count());
            }
            let mentions =
                |ty: &&ast::Expr| crate::callables::generics::mentions_name(ty, ident.name);
            let first = !types.take(at?).any(|ty| mentions(&ty));
            let named = sig.params.iter().any(|p| {
                p.kind == ast::ParamKind::Plain
                    && p.name.name == ident.name
                    && p.ty.as_ref().is_some_and(
                        |t| matches!(&t.kind, ExprKind::Ident(n) if n.as_str() == "Type"),
                    )
            });
            named.then_some(first)
        })
    }

    /// An expression that computes a `Type`.
    fn type_from_value(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<TypeId> {
        let val = self.comptime_value(env, expr, Some(TypeId::TYPE), &Purpose::Type)?;
        if val.ty != TypeId::TYPE {
            let text = self.span_text(expr.span);
            return Err(self.error(
                expr.span,
                format!("expected a type, found a value '{text}' in type position"),
            ));
        }
        Ok(self.ct_type(&val))
    }

    pub fn ct_type(&self, val: &CtVal) -> TypeId {
        TypeId(self.ct_u64(val) as u32)
    }

    pub fn type_by_name(&mut self, env: &Rc<Env>, ident: ast::Ident) -> Res<TypeId> {
        let written = ident;
        let ident = self.spelled(env, ident)?;
        if !ident.is_raw()
            && let Some(ty) = crate::declarations::modules::builtin_type(ident.name)
        {
            return Ok(ty);
        }
        let found = match self.type_lookup(env, written)? {
            Some(found) if !names_type(&found) => {
                Some(self.type_behind(env, ident)?.unwrap_or(found))
            }
            found => found,
        };
        match found {
            Some(Name::BuiltinType(ty)) => Ok(ty),
            Some(Name::Entity(entity, _)) => self.entity_as_type(entity, ident, ident.span),
            Some(Name::Binding(Binding::Ct(val))) if val.ty == TypeId::TYPE => {
                Ok(self.ct_type(&val))
            }
            Some(Name::Binding(Binding::Ct(_))) if env.is_local_constant(ident.name) => Err(self
                .error(
                    ident.span,
                    format!(
                        "expected a type, found a value '{}' in type position",
                        ident.name
                    ),
                )),
            Some(Name::Binding(Binding::Ct(_))) => Err(self.error(
                ident.span,
                format!("'{}' is a value parameter, not a type", ident.name),
            )),
            Some(Name::Binding(Binding::Poison)) => Err(crate::sema::Failed),
            Some(Name::Binding(
                Binding::Var { .. }
                | Binding::Pack { .. }
                | Binding::TypePack(_)
                | Binding::Lazy { .. },
            )) => Err(self.error(
                ident.span,
                format!(
                    "expected a type, found a value '{}' in type position",
                    ident.name
                ),
            )),
            Some(Name::Binding(Binding::Type(ty))) => Ok(ty),
            Some(Name::Binding(Binding::Decl(_))) => Err(crate::sema::Failed),
            None => {
                if is_int_name(ident.as_str()) && !ident.is_raw() {
                    return Ok(self.int_by_name(ident.as_str()));
                }
                match self.value_parameter(ident) {
                    Some(true) => return Err(self.error(ident.span, format!("'{0}' is a value parameter, not a type; write '${0}: Type' to use it in types", ident.name))),
                    // The same mistake.
                    Some(false) => return Err(crate::sema::Failed),
                    None => {}
                }
                let diag = self.unknown_type(env, ident);
                Err(self.report(diag))
            }
        }
    }

    /// Odd widths (`i3`) are reserved names; the usual ones have fixed ids.
    fn type_lookup(&mut self, env: &Rc<Env>, ident: ast::Ident) -> Res<Option<Name>> {
        if !ident.is_raw() && ident.name.is_special() && is_int_name(ident.as_str()) {
            let ty = self.int_by_name(ident.as_str());
            return Ok(Some(Name::BuiltinType(ty)));
        }
        self.try_resolve_name_in(env, ident, true)
    }

    pub fn int_by_name(&mut self, name: &str) -> TypeId {
        let signed = name.starts_with('i');
        let bits = name[1..].parse::<u8>().unwrap_or(64);
        self.m.types.int(bits, signed)
    }

    pub fn entity_as_type(&mut self, entity: Entity, name: ast::Ident, span: Span) -> Res<TypeId> {
        match entity {
            Entity::Type(ty) => Ok(ty),
            Entity::Template(template) => self.template_without_args(template, span),
            Entity::Ct(val) if val.ty == TypeId::TYPE => Ok(self.ct_type(&val)),
            Entity::Fn(f) if self.returns_type(f) && self.fn_info(f).decl.sig.params.is_empty() => {
                self.error(span, format!("call '{}()' to get its type", name.name));
                Err(crate::sema::Failed)
            }
            Entity::Fn(_)
            | Entity::Ct(_)
            | Entity::ConstGlobal { .. }
            | Entity::RtConst
            | Entity::Global { .. }
            | Entity::Namespace(_)
            | Entity::Library(_)
            | Entity::UfcsAlias(_) => {
                // It was tried as a value before.
                if self.has_told(span) {
                    return Err(Failed);
                }
                let text = self.span_text(span);
                Err(self.error(
                    span,
                    format!("expected a type, found a value '{text}' in type position"),
                ))
            }
        }
    }

    pub fn type_pack_of(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Option<Rc<Vec<TypeId>>> {
        let found = match &expr.kind {
            ExprKind::Dollar { name, .. } => env.get(name.name)?,
            _ => self.named_binding(env, expr)?,
        };
        match found {
            Binding::TypePack(types) => Some(types),
            Binding::Pack { pack, .. } => {
                Some(Rc::new(pack.elems.iter().map(|(_, t)| *t).collect()))
            }
            _ => None,
        }
    }

    /// An element of a type list: a type, or `..Ts` / `..a.T` / `..F(Ts)` spread out.
    pub fn type_list_elem(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        out: &mut Vec<TypeId>,
    ) -> Res<()> {
        let ExprKind::Spread(inner) = &expr.kind else {
            let ty = self.eval_type(env, expr)?;
            out.push(ty);
            return Ok(());
        };
        if let Some(pack) = self.type_pack_of(env, inner) {
            out.extend(pack.iter());
            return Ok(());
        }
        if let ExprKind::Field { base, name } = &inner.kind
            && let name = self.name_at(env, *name)
            && let Some(types) = self.pack_protocol_args(env, base, name.name)
        {
            out.extend(types);
            return Ok(());
        }
        if let ExprKind::Call(call) = &inner.kind
            && let [arg] = call.args.as_slice()
            && let ExprKind::Ident(pack_name) = &arg.value.kind
            && let Some(pack) = self.type_pack_of(env, &arg.value)
        {
            for ty in pack.iter() {
                let scope = env.child();
                scope.bind(pack_name.name, Binding::Type(*ty));
                let made = self.eval_type(&scope, inner)?;
                out.push(made);
            }
            return Ok(());
        }
        if let ExprKind::Ident(name) = &inner.kind
            && self.try_resolve_name(env, *name)?.is_none()
        {
            self.eval_type(env, inner)?;
        }
        Err(self.error(
            expr.span,
            "cannot expand this into a list of types: it is no type pack",
        ))
    }

    pub fn is_c_abi(&mut self, abi: Option<&ast::Abi>) -> Res<bool> {
        match abi {
            None => Ok(false),
            Some(abi) => match abi.kind {
                // A naked function is called as a C function is.
                ast::AbiKind::C | ast::AbiKind::Naked => Ok(true),
                ast::AbiKind::Compiler => Err(self.error(
                    abi.span,
                    "a function of the compiler library has no address: it can be called at compile time, nothing else",
                )),
            },
        }
    }

    /// `!`, `!Set`: the pure failable over that set.
    pub fn error_set_type(
        &mut self,
        env: &Rc<Env>,
        set: Option<&'static ast::Expr>,
        span: Span,
    ) -> Res<TypeId> {
        match set {
            None => Ok(TypeId::ANY_ERROR),
            Some(path) => {
                if let ExprKind::Ident(name) = &path.kind
                    && self.try_resolve_name(env, *name)?.is_none()
                {
                    return Err(self.error(path.span, format!("unknown error set '{}'", name.name)));
                }
                let ty = self.eval_type(env, path)?;
                if !matches!(self.m.types.kind(ty), TypeKind::ErrorSet(_)) {
                    let name = self.type_name(ty);
                    return Err(self.error(
                        span,
                        format!("expected an error set after '!', found type '{name}'"),
                    ));
                }
                Ok(ty)
            }
        }
    }

    /// A declared result: void, one type, a tuple of slots, or a failable.
    pub fn eval_ret(&mut self, env: &Rc<Env>, ret: Option<&'static ast::RetType>) -> Res<TypeId> {
        let Some(ret) = ret else {
            return Ok(TypeId::VOID);
        };
        match &ret.kind {
            ast::RetKind::Void => Ok(TypeId::VOID),
            ast::RetKind::Type(written) => {
                let ty = self.eval_type(env, written)?;
                // `-> Set` is `-> !Set`.
                if matches!(
                    self.m.types.kind(ty),
                    TypeKind::ErrorSet(_) | TypeKind::AnyError
                ) {
                    return Ok(self.m.types.intern(TypeKind::Failable {
                        values: Vec::new(),
                        set: ty,
                    }));
                }
                Ok(ty)
            }
            ast::RetKind::Slots { slots, error } => {
                let mut values = Vec::new();
                for slot in slots {
                    let ty = self.eval_type(env, &slot.ty)?;
                    let name = slot.name.map(|name| self.name_at(env, name).name);
                    values.push((name, ty));
                }
                match error {
                    Some(error) => {
                        let pure = self.eval_type(env, error)?;
                        let set = match self.m.types.kind(pure) {
                            TypeKind::ErrorSet(_) => pure,
                            _ => TypeId::ANY_ERROR,
                        };
                        Ok(self.m.types.intern(TypeKind::Failable { values, set }))
                    }
                    None if values.len() == 1 => Ok(values[0].1),
                    None => Ok(self.m.types.intern(TypeKind::Tuple(values))),
                }
            }
        }
    }

    /// A count in a type: array dimension, lane count, pack index.
    pub fn count(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        what: &str,
        min: u64,
    ) -> Res<u64> {
        if let ExprKind::Ident(name) = &expr.kind
            && self.is_runtime_variable(env, *name)
        {
            let adjective = if min > 0 { "positive " } else { "" };
            return Err(self.error(
                expr.span,
                format!("{what} must be a {adjective}compile-time integer constant"),
            ));
        }
        let val = self.comptime_value(env, expr, None, &Purpose::Count)?;
        self.count_of(&val, expr.span, what, min)
    }

    pub fn is_runtime_variable(&mut self, env: &Rc<Env>, name: ast::Ident) -> bool {
        if let Some(Binding::Var { cx, var }) = env.get(name.name)
            && self.caches.local_constants.contains_key(&(cx, var))
        {
            return false;
        }
        matches!(
            self.try_resolve_name(env, name),
            Ok(Some(
                Name::Binding(Binding::Var { .. }) | Name::Entity(Entity::Global { .. }, _)
            ))
        )
    }

    /// Whether an expression names a variable that only has a value when the program runs.
    pub fn needs_running(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        struct Names(Vec<ast::Ident>);
        impl sx_syntax::visit::Visitor for Names {
            fn expr(&mut self, expr: &ast::Expr) {
                if let ExprKind::Ident(name) = &expr.kind {
                    self.0.push(*name);
                }
                // What is written there is evaluated at compile time or not at all.
                if !matches!(expr.kind, ExprKind::Code(_) | ExprKind::Splice(_)) {
                    sx_syntax::visit::walk_expr(self, expr);
                }
            }
        }
        let mut names = Names(Vec::new());
        sx_syntax::visit::Visitor::expr(&mut names, expr);
        names
            .0
            .into_iter()
            .any(|name| self.is_runtime_variable(env, name))
    }

    pub fn count_of(&mut self, val: &CtVal, span: Span, what: &str, min: u64) -> Res<u64> {
        let capital = if what.starts_with("Vector") {
            "Vector lane count"
        } else {
            what
        };
        let number: i128 = match self.m.types.kind(val.ty).clone() {
            TypeKind::F32 | TypeKind::F64 => {
                let value = self.ct_f64(val);
                if value.fract() != 0.0 || !value.is_finite() {
                    let text = self.span_text(span);
                    let text = if text.parse::<f64>().is_ok() {
                        text
                    } else {
                        format!("{value}")
                    };
                    return Err(self.error(
                        span,
                        format!("{what} must be an integer, but '{text}' is a non-integral float"),
                    ));
                }
                value as i128
            }
            TypeKind::Enum(_) => i128::from(self.ct_i64(val)),
            _ => match self.m.types.int_info(val.ty) {
                // `u64.max` reads as -1 (part 1 §10).
                Some(_) => i128::from(self.ct_i64(val)),
                None => {
                    return Err(self.error(
                        span,
                        format!("{capital} must be a compile-time integer constant"),
                    ));
                }
            },
        };
        if number < 0 && min == 0 {
            return Err(self.error(span, format!("{what} must be non-negative, got {number}")));
        }
        if number < i128::from(min) {
            return Err(self.error(
                span,
                format!("{capital} must be a positive compile-time integer constant"),
            ));
        }
        if number > i128::from(u32::MAX) {
            return Err(self.error(span, format!("{what} {number} does not fit in u32")));
        }
        Ok(number as u64)
    }
}

/// `i1`..`i64`, `u1`..`u64`.
pub fn is_int_name(name: &str) -> bool {
    let Some(digits) = name.strip_prefix(['i', 'u']) else {
        return false;
    };
    !digits.is_empty()
        && digits.len() <= 2
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits
            .parse::<u8>()
            .is_ok_and(|bits| (1..=64).contains(&bits))
}
