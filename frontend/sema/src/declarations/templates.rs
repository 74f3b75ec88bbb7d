//! Instances of generic structs and protocols.

use crate::comptime::purpose::Purpose;
use crate::declarations::chains::Step;
use crate::declarations::lookup::Name;
use crate::declarations::nominal::constraints_of;
use crate::declarations::nominal::is_type_param;
use crate::declarations::nominal::plural;
use crate::declarations::nominal::were;
use crate::emission::value::CtVal;
use crate::sema::{
    Binding, Entity, Env, Failed, NominalSyntax, Res, Sema, TemplateId, TemplateSyntax,
};
use std::rc::Rc;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::{Diagnostic, Span};

/// An argument of a generic type.
enum TypeOperand {
    Written(&'static ast::Expr),
    /// One of the types that a spread stands for.
    Spread(TypeId, Span),
}

impl Sema<'_> {
    pub fn takes_arguments(&self, template: TemplateId) -> bool {
        match &self.templates[template.index()].syntax {
            TemplateSyntax::Protocol(decl) => !decl.params.is_empty(),
            TemplateSyntax::Struct(_) => true,
        }
    }

    /// A template name used as a type without arguments: a protocol without parameters is a type.
    pub fn template_without_args(&mut self, template: TemplateId, span: Span) -> Res<TypeId> {
        let t = &self.templates[template.index()];
        let name = t.name;
        match t.syntax.clone() {
            TemplateSyntax::Protocol(decl) if decl.params.is_empty() => {
                self.instantiate(template, Vec::new(), span)
            }
            TemplateSyntax::Protocol(_) | TemplateSyntax::Struct(_) => Err(self.error(
                span,
                format!("generic type '{name}' needs its arguments: '{name}(..)'"),
            )),
        }
    }

    /// `F(args)` in type position. `None` if the callee makes no type.
    pub fn apply_type(
        &mut self,
        env: &Rc<Env>,
        call: &'static ast::CallExpr,
        span: Span,
        name: Option<Symbol>,
    ) -> Res<Option<TypeId>> {
        let entity = match &call.callee.kind {
            ExprKind::Ident(ident) => match self.try_resolve_name(env, *ident)? {
                Some(Name::Entity(entity, _)) => entity,
                // Inside an instance the bare name means the instance, applied it means the template.
                Some(Name::BuiltinType(ty)) => match self.instance_of(ty) {
                    Some((template, _)) => Entity::Template(template),
                    None => {
                        let shown = self.type_name(ty);
                        return Err(self.error(span, format!("type '{shown}' takes no arguments")));
                    }
                },
                None if ident.as_str() == "Vector" => {
                    return self.vector_type(env, call, span).map(Some);
                }
                Some(Name::Binding(_)) | None => return Ok(None),
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => {
                    let ns = self.span_text(base.span);
                    self.resolve_in_namespace_of(env, set, &ns, *name)?.0
                }
                None => return Ok(None),
            },
            ExprKind::Paren(_) | ExprKind::Splice(_) | ExprKind::Insert(_) => {
                match self.resolve_path(env, &call.callee)? {
                    Some(entity) => entity,
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        match entity {
            Entity::Template(template) => {
                let args = self.template_args(env, template, &call.args, span)?;
                self.instantiate(template, args, span).map(Some)
            }
            Entity::Fn(f) if self.returns_type(f) => {
                self.call_type_fn(env, f, call, span, name).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub fn vector_type(
        &mut self,
        env: &Rc<Env>,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<TypeId> {
        let [lanes, elem] = call.args.as_slice() else {
            return Err(self.error(
                span,
                "'Vector' expects 2 arguments: lane count and element type",
            ));
        };
        let lanes = self.count(env, &lanes.value, "Vector lane count", 1)?;
        let elem = self.eval_type(env, &elem.value)?;
        Ok(self.m.types.intern(TypeKind::Vector(elem, lanes as u32)))
    }

    /// Evaluates the arguments of a generic struct or protocol against its header.
    pub fn template_args(
        &mut self,
        env: &Rc<Env>,
        template: TemplateId,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Vec<CtVal>> {
        let t = &self.templates[template.index()];
        let (params, tname, tenv): (&'static [ast::Param], Symbol, Rc<Env>) = match &t.syntax {
            TemplateSyntax::Struct(decl) => (&decl.params, t.name, t.env.clone()),
            TemplateSyntax::Protocol(decl) => (&decl.params, t.name, t.env.clone()),
        };
        // Names of earlier parameters are visible in later parameters' types.
        let scope = tenv.child();
        let mut out = Vec::new();
        let mut at = 0;
        let args = self.spread_type_args(env, args)?;
        for param in params {
            if param.kind == ParamKind::ComptimePack {
                while let Some(arg) = args.get(at) {
                    let ty = match arg {
                        TypeOperand::Written(expr) => self.eval_type(env, expr)?,
                        TypeOperand::Spread(ty, _) => *ty,
                    };
                    out.push(self.ct_of_type(ty));
                    at += 1;
                }
                continue;
            }
            let arg = match args.get(at) {
                Some(arg) => arg,
                None => match &param.default {
                    Some(default) => {
                        let val = self.template_arg(&scope, &scope, param, default)?;
                        scope.bind(param.name.name, Binding::Ct(val.clone()));
                        out.push(val);
                        continue;
                    }
                    None => {
                        return Err(self.error(
                            span,
                            format!(
                                "'{tname}' expects {} argument{}, but {} {} given",
                                params.len(),
                                plural(params.len()),
                                args.len(),
                                were(args.len())
                            ),
                        ));
                    }
                },
            };
            at += 1;
            let val = match arg {
                TypeOperand::Written(expr) => self.template_arg(env, &scope, param, expr)?,
                TypeOperand::Spread(ty, at) => {
                    for constraint in constraints_of(param) {
                        self.check_constraint(&scope, constraint, *ty, *at)?;
                    }
                    self.ct_of_type(*ty)
                }
            };
            scope.bind(param.name.name, Binding::Ct(val.clone()));
            out.push(val);
        }
        if at < args.len() {
            return Err(self.error(
                span,
                format!(
                    "'{tname}' expects {} argument{}, but {} {} given",
                    params.len(),
                    plural(params.len()),
                    args.len(),
                    were(args.len())
                ),
            ));
        }
        Ok(out)
    }

    /// Arguments of a type with `..Ts`, `..a.T` and `..F(Ts)` replaced by what they stand for.
    fn spread_type_args(
        &mut self,
        env: &Rc<Env>,
        args: &'static [ast::Arg],
    ) -> Res<Vec<TypeOperand>> {
        let mut out = Vec::new();
        for arg in args {
            if let ExprKind::Spread(_) = arg.value.kind {
                let mut types = Vec::new();
                self.type_list_elem(env, &arg.value, &mut types)?;
                let span = arg.value.span;
                out.extend(types.into_iter().map(|ty| TypeOperand::Spread(ty, span)));
            } else {
                out.push(TypeOperand::Written(&arg.value));
            }
        }
        Ok(out)
    }

    pub fn template_arg(
        &mut self,
        env: &Rc<Env>,
        scope: &Rc<Env>,
        param: &'static ast::Param,
        arg: &'static ast::Expr,
    ) -> Res<CtVal> {
        // A pattern's `$N` in a signature stands for what it was bound to.
        if let ExprKind::Dollar { name, .. } = &arg.kind
            && let Some(Binding::Ct(val)) = env.get(name.name)
        {
            return Ok(val);
        }
        if is_type_param(param) {
            let ty = self.eval_type(env, arg)?;
            for constraint in constraints_of(param) {
                self.check_constraint(scope, constraint, ty, arg.span)?;
            }
            return Ok(self.ct_of_type(ty));
        }
        let Some(param_ty) = &param.ty else {
            return Err(Failed);
        };
        // `$T: P` in a struct header is a type with an impl.
        if let Some(protocol) = self.try_protocol_ref(scope, param_ty)? {
            let ty = self.eval_type(env, arg)?;
            self.conform(&protocol, ty, arg.span)?;
            return Ok(self.ct_of_type(ty));
        }
        let want = self.eval_type(scope, param_ty)?;
        self.value_arg(env, arg, want, param.name)
    }

    /// A value argument: constant, and within the declared type's range.
    pub fn value_arg(
        &mut self,
        env: &Rc<Env>,
        arg: &'static ast::Expr,
        want: TypeId,
        name: ast::Ident,
    ) -> Res<CtVal> {
        if let ExprKind::Ident(ident) = &arg.kind
            && let Some(Binding::Var { cx, var }) = env.get(ident.name)
            && !self.caches.local_constants.contains_key(&(cx, var))
        {
            let shown = self.type_name(want);
            let message = if shown == "Ordering" {
                format!(
                    "atomic ordering must be a constant ordering literal — '{}' is a run-time variable",
                    ident.name
                )
            } else {
                format!(
                    "argument for '${}' ({shown}) must be known at compile time — '{}' is a run-time variable",
                    name.name, ident.name
                )
            };
            return Err(self.error(arg.span, message));
        }
        if let ExprKind::Ident(ident) = &arg.kind
            && self.is_runtime_variable(env, *ident)
        {
            let kind = if self.m.types.int_info(want).is_some() {
                "integer "
            } else {
                ""
            };
            return Err(self.error(
                arg.span,
                format!("'{}' must be a compile-time {kind}constant", name.name),
            ));
        }
        if self.m.types.int_info(want).is_some() {
            let natural = self.comptime_value(env, arg, None, &Purpose::ValueArgument)?;
            if self.m.types.int_info(natural.ty).is_some() {
                let signed = self.ct_i64(&natural);
                let value = match self.m.types.int_info(natural.ty) {
                    Some((_, false)) => i128::from(self.ct_u64(&natural)),
                    Some((_, true)) | None => i128::from(signed),
                };
                if !self.int_fits(value, want) {
                    let shown = self.type_name(want);
                    return Err(self.error(
                        arg.span,
                        format!(
                            "value {value} does not fit in {shown} parameter {}",
                            name.name
                        ),
                    ));
                }
                return Ok(self.ct_int(want, value as u64));
            }
        }
        let mut value = self.comptime_value(env, arg, Some(want), &Purpose::ValueArgument)?;
        // Instances are told apart by their arguments: `S(true)` is `S(K)` with `K :: true`.
        value.literal = false;
        Ok(value)
    }

    pub fn int_fits(&self, value: i128, ty: TypeId) -> bool {
        self.int_range(ty)
            .is_none_or(|(min, max)| value >= min && value <= max)
    }

    /// The least and the greatest value of an integer type.
    pub fn int_range(&self, ty: TypeId) -> Option<(i128, i128)> {
        let (bits, signed) = self.m.types.int_info(ty)?;
        Some(match signed {
            true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            false => (0, (1i128 << bits) - 1),
        })
    }

    /// The instance of a generic struct or protocol.
    pub fn instantiate(
        &mut self,
        template: TemplateId,
        args: Vec<CtVal>,
        span: Span,
    ) -> Res<TypeId> {
        if let Some(found) = self.templates[template.index()].instances.get(&args) {
            return found.ok_or(Failed);
        }
        if self.caches.runaway_templates.contains(&template) {
            return Err(Failed);
        }
        if self.instantiation_depth > self.cfg.instantiation_depth {
            self.caches.runaway_templates.insert(template);
            let name = self.templates[template.index()].name;
            let diag = Diagnostic::error(
                span,
                format!(
                    "instantiation of '{name}' goes deeper than {} levels; it may never end",
                    self.cfg.instantiation_depth
                ),
            );
            let diag = self.with_instances(diag);
            return Err(self.report(diag));
        }
        for arg in &args {
            if arg.ty == TypeId::TYPE {
                self.check_size(self.ct_type(arg), span)?;
            }
        }
        let t = &self.templates[template.index()];
        let (tname, tenv, module, decl) = (t.name, t.env.clone(), t.module, t.decl);
        let (params, syntax): (&'static [ast::Param], NominalSyntax) = match &t.syntax {
            TemplateSyntax::Struct(decl) => (&decl.params, NominalSyntax::Struct(decl)),
            TemplateSyntax::Protocol(decl) => {
                (&decl.params, NominalSyntax::Protocol(decl, template))
            }
        };
        let mut name = tname.to_string();
        for arg in &args {
            name.push_str("__");
            name.push_str(&self.ct_name(arg));
        }
        let scope = tenv.child();
        let number = self.templates[template.index()].instances.len();
        let written = decl.map_or(span, |d| self.decl(d).span);
        scope.set_copy(written, number as u32);
        let mut rest = args.as_slice();
        for param in params {
            if param.kind == ParamKind::ComptimePack {
                let types = rest.iter().map(|v| self.ct_type(v)).collect();
                scope.bind(param.name.name, Binding::TypePack(Rc::new(types)));
                rest = &[];
            } else if let Some((first, more)) = rest.split_first() {
                let binding = if first.ty == TypeId::TYPE {
                    Binding::Type(self.ct_type(first))
                } else {
                    Binding::Ct(first.clone())
                };
                scope.bind(param.name.name, binding);
                rest = more;
            }
        }
        let decl_span = decl.map_or(span, |d| self.decl(d).span);
        let ty = self.declare_nominal(name, syntax, scope.clone(), module, decl_span);
        // Inside, the bare template name means this instance.
        scope.bind(tname, Binding::Type(ty));
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.instance = Some((template, args.clone()));
        }
        self.note_type_site(ty, span);
        self.templates[template.index()]
            .instances
            .insert(args, Some(ty));
        if self.open_nominals.len() > self.open_base || self.open_heads > 0 {
            // Completed after, or as a part of, what refers to it: it may refer back.
            if let Some(info) = self.nominals.get_mut(&ty) {
                info.depth = self.instantiation_depth + 1;
            }
            return Ok(ty);
        }
        self.instantiation_depth += 1;
        self.caches.chains.enter(Step::Type(ty));
        let done = self.complete(ty);
        self.caches.chains.leave();
        self.instantiation_depth -= 1;
        done?;
        Ok(ty)
    }

    /// The template and arguments a type is an instance of.
    pub fn instance_of(&self, ty: TypeId) -> Option<(TemplateId, Vec<CtVal>)> {
        self.nominals.get(&ty).and_then(|n| n.instance.clone())
    }
}
