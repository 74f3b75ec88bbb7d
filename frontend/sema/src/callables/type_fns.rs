//! Type functions: `F(args)` computed once per arguments.

use crate::callables::declared::call_site;
use crate::callables::generics::Bindings;
use crate::comptime::purpose::Purpose;
use crate::declarations::chains::Step;
use crate::declarations::nominal::{constraints_of, is_type_param, plural, were};
use crate::sema::{Binding, Env, Failed, FnId, NominalSyntax, Res, Sema};
use std::rc::Rc;
use sx_ir::{Symbol, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};

impl Sema<'_> {
    /// An element of a type function's pack: a type, or a value that stands for its own.
    fn pack_type(&mut self, env: &Rc<Env>, arg: &'static ast::Expr) -> Res<TypeId> {
        let value = match &arg.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Bool(_)
            | ExprKind::Str(_)
            | ExprKind::Binary { .. } => true,
            ExprKind::Ident(name) => {
                !self.denotes_type(env, arg)
                    && !matches!(self.try_resolve_name(env, *name), Ok(None))
            }
            _ => false,
        };
        if !value {
            return self.eval_type(env, arg);
        }
        let mut cx = self.thunk_cx(env, "argument", arg.span);
        self.type_of_expr(&mut cx, arg)
    }

    /// `F(args)` where `F` returns a `Type`: evaluated once per distinct arguments.
    pub fn call_type_fn(
        &mut self,
        env: &Rc<Env>,
        f: FnId,
        call: &'static ast::CallExpr,
        span: Span,
        alias: Option<Symbol>,
    ) -> Res<TypeId> {
        let info = self.fn_info(f);
        let (decl, fenv, fname) = (info.decl, info.env.clone(), info.name.clone());
        let params: &'static [ast::Param] = &decl.sig.params;
        let scope = fenv.child();
        let mut bindings: Bindings = Vec::new();
        let mut packs: Vec<(Symbol, Vec<TypeId>)> = Vec::new();
        let mut args = call.args.iter();
        for param in params {
            if param.kind == ParamKind::ComptimePack {
                let mut types = Vec::new();
                for arg in args.by_ref() {
                    types.push(self.pack_type(env, &arg.value)?);
                }
                scope.bind(param.name.name, Binding::TypePack(Rc::new(types.clone())));
                packs.push((param.name.name, types));
                continue;
            }
            let Some(arg) = args.next() else {
                if let Some(default) = &param.default {
                    let val = self.comptime_value(&scope, default, None, &Purpose::Operand)?;
                    scope.bind(param.name.name, Binding::Ct(val.clone()));
                    bindings.push((param.name.name, val));
                    continue;
                }
                return Err(self.error(
                    span,
                    format!(
                        "'{fname}' expects {} argument{}, but {} {} given",
                        params.len(),
                        plural(params.len()),
                        call.args.len(),
                        were(call.args.len())
                    ),
                ));
            };
            if let Some(ExprKind::Dollar { name, .. }) = param.ty.as_ref().map(|t| &t.kind) {
                let ty = self.eval_type(env, &arg.value)?;
                let ct = self.ct_of_type(ty);
                scope.bind(name.name, Binding::Type(ty));
                scope.bind(param.name.name, Binding::Type(ty));
                bindings.push((name.name, ct.clone()));
                bindings.push((param.name.name, ct));
                continue;
            }
            if is_type_param(param) {
                let ty = self.eval_type(env, &arg.value)?;
                for constraint in constraints_of(param) {
                    self.check_constraint(&scope, constraint, ty, arg.value.span)?;
                }
                let ct = self.ct_of_type(ty);
                scope.bind(param.name.name, Binding::Type(ty));
                bindings.push((param.name.name, ct));
                continue;
            }
            let Some(param_ty) = &param.ty else {
                return Err(Failed);
            };
            let want = self.eval_type(&scope, param_ty)?;
            let mut val = self.value_arg(env, &arg.value, want, param.name)?;
            val.literal = false;
            scope.bind(param.name.name, Binding::Ct(val.clone()));
            bindings.push((param.name.name, val));
        }
        if args.next().is_some() {
            return Err(self.error(
                span,
                format!(
                    "'{fname}' expects {} argument{}, but {} {} given",
                    params.len(),
                    plural(params.len()),
                    call.args.len(),
                    were(call.args.len())
                ),
            ));
        }
        let key = (
            f,
            bindings.iter().map(|(_, v)| v.clone()).collect::<Vec<_>>(),
            packs
                .iter()
                .flat_map(|(_, t)| t.clone())
                .collect::<Vec<_>>(),
        );
        match self.caches.type_fns.get(&key) {
            Some(TypeFnState::Done(ty)) => {
                self.stats.types_reused += 1;
                return Ok(*ty);
            }
            Some(TypeFnState::Failed) => return Err(Failed),
            Some(TypeFnState::Running) => {
                let name = self.type_call_name(&fname, params, &bindings, alias);
                return Err(self.cycle(Step::TypeCall(name, decl.span), &[]));
            }
            None => {}
        }
        let name = self.type_call_name(&fname, params, &bindings, alias);
        self.check_depth(f, span)?;
        self.instantiation_depth += 1;
        self.caches.chains.enter(Step::TypeCall(name, decl.span));
        // Its `#error`s are at the call, as those of generic functions.
        let site = self.sites.call.replace(call_site(call, span));
        let result = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
            if let Some((syntax, at)) = single_expression(decl).and_then(nominal_literal) {
                // It is known before its members are, which may refer to it.
                let ty = self.inline_type(&scope, syntax, Some(name), at)?;
                let state = TypeFnState::Done(ty);
                self.caches.type_fns.insert(key.clone(), state);
                self.settle();
                return Ok(ty);
            }
            self.caches
                .type_fns
                .insert(key.clone(), TypeFnState::Running);
            self.run_type_fn(f, decl, &scope, bindings, packs, name, span)
        });
        self.caches.chains.leave();
        self.instantiation_depth -= 1;
        self.sites.call = site;
        match result {
            Err(_) if self.caches.chains.giving_up() => self.caches.type_fns.remove(&key),
            Err(_) => self.caches.type_fns.insert(key, TypeFnState::Failed),
            Ok(ty) => self.caches.type_fns.insert(key, TypeFnState::Done(ty)),
        };
        result
    }

    /// What the type that a call makes is called.
    fn type_call_name(
        &self,
        function: &str,
        params: &[ast::Param],
        bindings: &Bindings,
        alias: Option<Symbol>,
    ) -> Symbol {
        if let (true, Some(alias)) = (params.is_empty(), alias) {
            return alias;
        }
        let mut shown = function.to_owned();
        for (name, val) in bindings {
            // `x: $T` is one argument.
            if params
                .iter()
                .any(|p| p.name.name == *name && takes_type(p).is_some())
            {
                continue;
            }
            shown.push_str("__");
            shown.push_str(&self.ct_name(val));
        }
        Symbol::intern(&shown)
    }

    pub fn run_type_fn(
        &mut self,
        f: FnId,
        decl: &'static ast::FnDecl,
        scope: &Rc<Env>,
        bindings: Bindings,
        packs: Vec<(Symbol, Vec<TypeId>)>,
        name: Symbol,
        span: Span,
    ) -> Res<TypeId> {
        // A body that is one type expression needs no evaluation.
        if let Some(expr) = single_expression(decl)
            && self.denotes_type(scope, expr)
        {
            return self.eval_named_type(scope, expr, Some(name));
        }
        let statics = bindings
            .into_iter()
            .filter(|(n, _)| {
                decl.sig.params.iter().any(|p| {
                    p.name.name == *n && p.kind == ParamKind::Comptime
                        || takes_type(p).is_some_and(|t| t.name == *n || p.name.name == *n)
                })
            })
            .collect();
        // What a type function declares is its instance's own and named after it.
        let own = (!decl.sig.params.is_empty()).then_some(name);
        let scope = own.map_or_else(String::new, |n| n.to_string());
        let outer = std::mem::replace(&mut self.caches.mint_scope, scope);
        // Its instance is the same level.
        self.instantiation_depth -= 1;
        let instance = self.instantiate_fn(f, statics, packs, span);
        self.instantiation_depth += 1;
        let built =
            instance.and_then(|instance| self.comptime_call(&instance, span, &Purpose::Type));
        let result = built.and_then(|val| {
            let ty = self.ct_type(&val);
            self.finish_built(ty, own, span)?;
            Ok(ty)
        });
        self.caches.mint_scope = outer;
        result
    }
}

/// `x: $T` of a type function takes the type itself: the name it introduces.
pub fn takes_type(param: &ast::Param) -> Option<ast::Ident> {
    match param.ty.as_ref().map(|t| &t.kind) {
        Some(ExprKind::Dollar { name, .. }) if param.kind == ParamKind::Plain => Some(*name),
        _ => None,
    }
}

/// How far the making of a type by a type function is.
#[derive(Clone, Copy, Debug)]
pub enum TypeFnState {
    Running,
    Done(TypeId),
    Failed,
}

/// The expression that is all there is of a body.
fn single_expression(decl: &'static ast::FnDecl) -> Option<&'static ast::Expr> {
    match decl.body() {
        ast::FnBody::Expr(expr) => Some(expr),
        ast::FnBody::Block(block) => match (block.stmts.as_slice(), &block.tail) {
            ([], Some(tail)) => Some(tail),
            (
                [
                    ast::Stmt {
                        kind: ast::StmtKind::Return(values),
                        ..
                    },
                ],
                None,
            ) if values.len() == 1 => Some(&values[0].value),
            _ => None,
        },
        ast::FnBody::Intrinsic | ast::FnBody::None => None,
    }
}

/// A struct, enum or union written as an expression.
fn nominal_literal(expr: &'static ast::Expr) -> Option<(NominalSyntax, Span)> {
    let syntax = match &expr.kind {
        ExprKind::Struct(decl) => NominalSyntax::Struct(decl),
        ExprKind::Enum(decl) => NominalSyntax::Enum(decl),
        ExprKind::Union(decl) => NominalSyntax::Union(decl),
        ExprKind::Paren(inner) => return nominal_literal(inner),
        _ => return None,
    };
    Some((syntax, expr.span))
}
