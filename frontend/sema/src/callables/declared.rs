//! Calls of declared functions: mapping arguments to parameters.

use crate::builtins::intrinsics::is_intrinsic_name;
use crate::callables::calls::Arg;
use crate::callables::functions::Target;
use crate::callables::written_order::WrittenOrder;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::Val;
use crate::sema::{Binding, Failed, FnId, FnInstance, Res, Sema};
use sx_ir::TypeId;
use sx_ir::types::FnType;
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::{DiagKind, Diagnostic, Span};

impl Sema<'_> {
    /// Calls a declared function: maps arguments, binds generics, fills defaults.
    pub fn call_fn(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        lead: Vec<Arg>,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let outer = self.sites.call.replace(call_site(call, span));
        let before = self.diags.len();
        let on_value = !lead.is_empty();
        let result = self.call_fn_now(cx, f, lead, call, want, span);
        if result.is_err() && on_value {
            self.say_without_self(f, before);
        }
        let outcome = match &result {
            Ok(_) => Ok(()),
            Err(Failed) => Err(before),
        };
        self.note_call(f, call, on_value, span, outcome);
        self.sites.call = outer;
        result
    }

    /// What a method lacks that is called on a value and has no `self`, as its errors say.
    fn say_without_self(&mut self, f: FnId, before: usize) {
        let info = self.fn_info(f);
        let first = info.decl.sig.params.first();
        if info.owner.is_none() || first.is_none_or(|first| first.name.as_str() == "self") {
            return;
        }
        let (name, at) = (info.name.clone(), info.decl.name.map(|name| name.span));
        if let Some(diag) = self.diags.get_mut(before) {
            let message =
                format!("'{name}' has no `self`: the value it is called on is its first argument");
            diag.children
                .push(Diagnostic::new(DiagKind::Note, message, at));
        }
    }

    pub fn call_fn_now(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        lead: Vec<Arg>,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, name) = (info.decl, info.name.clone());
        if let Some(result) = self.library_call(cx, f, call, span) {
            return result;
        }
        if self.fn_info(f).intrinsic {
            if crate::builtins::metatypes::is_host_function(&name) {
                return self.host_call(cx, f, None, call, span);
            }
            // By an alias.
            if lead.is_empty() && is_intrinsic_name(&name) {
                let env = cx.env().clone();
                return self.intrinsic(cx, &env, &name, &call.args, want, span);
            }
            return Err(self.no_intrinsic(f, span));
        }
        let params: &'static [ast::Param] = &decl.sig.params;
        let has_receiver = !lead.is_empty();
        if has_receiver && params.is_empty() {
            let diag = Diagnostic::error(
                span,
                format!("'{name}' takes no receiver, so it can't be called on a value"),
            )
            .with_help(None, "call it through its type instead");
            return Err(self.report(diag));
        }
        let variadic_at = params.iter().position(|p| self.is_slice_variadic(p));
        let mut slots: Vec<Option<Arg>> = params.iter().map(|_| None).collect();
        let mut rest: Vec<Arg> = Vec::new();
        let mut positional: Vec<Arg> = lead;
        let skip = positional.len();
        if variadic_at.is_none() {
            for arg in &call.args {
                if let ExprKind::Spread(inner) = &arg.value.kind
                    && self.is_slice_spread(cx, inner, false)
                {
                    return Err(self.error(inner.span, format!("cannot spread this value into '{name}' — a slice has no length known at compile time and spreads only into a slice variadic")));
                }
            }
        }
        let variadic_from = variadic_at.map(|at| at.saturating_sub(skip));
        let mut order = WrittenOrder::default();
        positional.extend(self.expand_args(cx, &name, &call.args, variadic_from, &mut order)?);
        let named: Vec<&'static ast::Arg> = call.args.iter().filter(|a| a.name.is_some()).collect();
        if !named.is_empty()
            && call
                .args
                .iter()
                .any(|a| matches!(a.value.kind, ExprKind::Spread(_)))
        {
            return Err(self.error(span, "a spread argument cannot be combined with named arguments — pass everything by position"));
        }
        let trailing_at = match call.trailing.as_deref() {
            Some(trailing) => {
                let Some(last) = params.len().checked_sub(1) else {
                    return Err(self.error(
                        trailing.span,
                        format!("'{name}' cannot take a trailing block — it has no parameters"),
                    ));
                };
                self.check_trailing(&name, &params[last], trailing.span)?;
                Some(last)
            }
            None => None,
        };
        let given = positional.len() - usize::from(has_receiver)
            + named.len()
            + usize::from(trailing_at.is_some());
        // Positional arguments fill parameters in order; `$T: Type` consumes one only if it denotes a type.
        let mut at = 0;
        let mut positional = positional.into_iter().peekable();
        while at < params.len() {
            let param = &params[at];
            if param.kind == ParamKind::Variadic || param.kind == ParamKind::ComptimePack {
                let is_last = at + 1 == params.len();
                if is_last || variadic_at == Some(at) {
                    rest.extend(positional.by_ref());
                }
                at += 1;
                continue;
            }
            let Some(next) = positional.peek() else { break };
            if param.kind == ParamKind::Comptime
                && crate::declarations::nominal::is_type_param(param)
            {
                let denotes = match next {
                    Arg::Expr(expr) => {
                        let env = cx.env().clone();
                        self.denotes_type(&env, expr) || self.is_type_value(cx, expr)
                    }
                    Arg::Val(val, _) => val.ty == TypeId::TYPE,
                    Arg::Slice(_) | Arg::Trailing(_) => false,
                };
                if !denotes && self.inferable(params, at) {
                    at += 1;
                    continue;
                }
            }
            if trailing_at == Some(at) && positional.len() > 0 {
                break;
            }
            slots[at] = positional.next();
            at += 1;
        }
        let surplus = positional.count();
        let required = params
            .iter()
            .enumerate()
            .skip(usize::from(has_receiver))
            .filter(|(i, p)| {
                p.default.is_none()
                    && p.kind != ParamKind::Variadic
                    && p.kind != ParamKind::ComptimePack
                    && !(p.kind == ParamKind::Comptime
                        && crate::declarations::nominal::is_type_param(p)
                        && self.inferable(params, *i))
            })
            .count();
        let max = params.len().saturating_sub(usize::from(has_receiver));
        if surplus > 0 {
            return Err(self.arity_error(&name, required, max, given, span));
        }
        for arg in named {
            let Some(ident) = arg.name else { continue };
            let here = cx.env().clone();
            let ident = self.spelled(&here, ident)?;
            let Some(at) = params.iter().position(|p| p.name.name == ident.name) else {
                let names: Vec<String> = params.iter().map(|p| p.name.name.to_string()).collect();
                let near = crate::declarations::lookup::nearest(
                    ident.as_str(),
                    names.iter().map(String::as_str),
                );
                let hint = near.map_or_else(String::new, |n| format!(" — did you mean '{n}'?"));
                return Err(self.error(
                    ident.span,
                    format!("'{name}' has no parameter named '{}'{hint}", ident.name),
                ));
            };
            match params[at].kind {
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    return Err(self.error(ident.span, format!("variadic parameter '{}' cannot be bound by name — pass its values by position", ident.name)));
                }
                ParamKind::Comptime => {
                    return Err(self.error(ident.span, format!("parameter '${}' cannot be bound by name — pass its argument by position", ident.name)));
                }
                ParamKind::Plain => {}
            }
            if slots[at].is_some() {
                return Err(self.error(
                    ident.span,
                    format!("parameter '{}' is bound more than once", ident.name),
                ));
            }
            if trailing_at == Some(at) {
                return Err(self.error(ident.span, format!("parameter '{}' is bound both by a named argument and by the trailing block", ident.name)));
            }
            slots[at] = Some(Arg::Expr(&arg.value));
        }
        if let (Some(at), Some(trailing)) = (trailing_at, call.trailing.as_deref()) {
            if slots[at].is_some() {
                return Err(self.arity_error(&name, required, max, given, span));
            }
            slots[at] = Some(Arg::Trailing(trailing));
        }
        let missing: Vec<usize> = (0..params.len())
            .filter(|i| {
                slots[*i].is_none()
                    && params[*i].default.is_none()
                    && matches!(params[*i].kind, ParamKind::Plain | ParamKind::Comptime)
                    && !(params[*i].kind == ParamKind::Comptime
                        && crate::declarations::nominal::is_type_param(&params[*i])
                        && self.inferable(params, *i))
            })
            .collect();
        if !missing.is_empty() {
            if call.args.iter().any(|a| a.name.is_some()) {
                let list: Vec<String> = missing
                    .iter()
                    .map(|i| format!("'{}'", params[*i].name.name))
                    .collect();
                let word = if list.len() == 1 {
                    "parameter"
                } else {
                    "parameters"
                };
                return Err(self.error(
                    span,
                    format!(
                        "call to '{name}' is missing required {word} {}",
                        list.join(", ")
                    ),
                ));
            }
            return Err(self.arity_error(&name, required, max, given, span));
        }
        self.bind_and_call(cx, f, slots, rest, has_receiver, order, span)
    }

    pub fn arity_error(
        &mut self,
        name: &str,
        required: usize,
        max: usize,
        given: usize,
        span: Span,
    ) -> Failed {
        let n = if given < required { required } else { max };
        self.error(
            span,
            format!(
                "'{name}' expects {n} argument{}, but {given} {} given",
                plural(n),
                were(given)
            ),
        )
    }

    pub fn is_type_value(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => match cx.env().get(name.name) {
                Some(Binding::Var { cx: id, var }) => id == cx.id && cx.var(var).ty == TypeId::TYPE,
                Some(Binding::Ct(val)) => val.ty == TypeId::TYPE,
                _ => false,
            },
            ExprKind::Call(_) | ExprKind::Index { .. } | ExprKind::Field { .. } => {
                matches!(self.type_of_expr(cx, expr), Ok(TypeId::TYPE))
            }
            _ => false,
        }
    }

    /// Whether `$T: Type` at `at` is mentioned by another parameter, so that it can be inferred.
    pub fn inferable(&self, params: &'static [ast::Param], at: usize) -> bool {
        let name = params[at].name.name;
        params.iter().enumerate().any(|(i, p)| {
            i != at
                && p.ty
                    .as_ref()
                    .is_some_and(|t| crate::callables::generics::mentions_name(t, name))
        })
    }

    pub fn check_trailing(&mut self, name: &str, last: &'static ast::Param, span: Span) -> Res<()> {
        let shown = last.name.name;
        if last.kind == ParamKind::Comptime {
            return Err(self.error(span, format!("'{name}' cannot take a trailing block — its last parameter '${shown}' is known at compile time; pass the closure by position")));
        }
        if last.kind != ParamKind::Plain {
            return Err(self.error(span, format!("'{name}' cannot take a trailing block — its last parameter '..{shown}' is variadic; pass the closure by position")));
        }
        if self.has_told(last.span) {
            return Err(Failed);
        }
        if last.lazy {
            return Ok(());
        }
        let is_closure = |ty: &ast::Expr| match &ty.kind {
            ExprKind::ClosureType(c) => Some(c.params.is_empty()),
            ExprKind::Optional(inner) => match &inner.kind {
                ExprKind::ClosureType(c) => Some(c.params.is_empty()),
                _ => None,
            },
            ExprKind::Ident(name) => {
                (name.is_raw() || self.reserved_type(*name).is_none()).then_some(true)
            }
            _ => None,
        };
        match last.ty.as_ref().and_then(is_closure) {
            Some(true) => Ok(()),
            Some(false) => Err(self.error(span, format!("'{name}' expects a parameterized closure for '{shown}' — write the lambda with its parameters"))),
            None => Err(self.error(span, format!("'{name}' cannot take a trailing block — its last parameter '{shown}' is not a `Closure`"))),
        }
    }

    /// An instance's call with its final argument values.
    pub fn call_instance(
        &mut self,
        cx: &mut FnCx,
        instance: &FnInstance,
        vals: &[Val],
        span: Span,
    ) -> Res<Val> {
        self.at(cx, span);
        Ok(self.emit_call(cx, Target::Direct(instance.func), &instance.ty, vals))
    }

    /// The function type of an instance as callers see it.
    pub fn fn_type_of(&self, instance: &FnInstance) -> FnType {
        instance.ty.clone()
    }
}

pub fn call_site(call: &'static ast::CallExpr, _span: Span) -> Span {
    match &call.callee.kind {
        ExprKind::Field { name, .. } => name.span,
        _ => call.callee.span,
    }
}
