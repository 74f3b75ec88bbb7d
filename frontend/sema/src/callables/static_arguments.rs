//! Arguments of `$T: Type` and `$n: i64` (reference part 2 §2).

use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::visit::{Visitor, walk_expr};

use crate::callables::calls::Arg;
use crate::callables::generic_calls::GenericCall;
use crate::callables::inference::introduced_by;
use crate::callables::union_arguments::payload_name;
use crate::comptime::purpose::Purpose;
use crate::declarations::chains::Step;
use crate::declarations::nominal::is_type_param;
use crate::emission::fncx::FnCx;
use crate::sema::{Binding, Failed, Res, Sema};

impl GenericCall {
    /// Whether the type or default of a value parameter mentions a static parameter that is not bound yet.
    pub fn needs_unbound(&self, param: &'static ast::Param, omitted: bool) -> bool {
        let own = param.name.name;
        let mut names = static_params_of(self.params);
        names.retain(|name| *name != own && self.scope.get(*name).is_none());
        if names.is_empty() {
            return false;
        }
        let default = param.default.as_deref().filter(|_| omitted);
        (param.ty.iter().chain(default)).any(|expr| uses_a_name(expr, &names))
    }
}

impl Sema<'_> {
    /// `$T: Type`; without an argument others tell it.
    pub fn bind_type_argument(
        &mut self,
        call: &mut GenericCall,
        param: &'static ast::Param,
        arg: Option<Arg>,
    ) -> Res<()> {
        let Some(arg) = arg else { return Ok(()) };
        let ty = match arg {
            Arg::Expr(expr) => match self.type_of_function_name(&call.caller, expr)? {
                Some(ty) => ty,
                None => self.eval_type(&call.caller, expr)?,
            },
            Arg::Val(val, at) => match val.as_type() {
                Some(ty) => ty,
                None => {
                    return Err(self.error(
                        at,
                        format!(
                            "parameter '{}' of '{}' takes a type known at compile time",
                            param.name.name, call.name
                        ),
                    ));
                }
            },
            Arg::Slice(expr) => {
                return Err(self.error(expr.span, "a type parameter takes one type"));
            }
            Arg::Trailing(t) => {
                return Err(self.error(t.span, "a type parameter takes a type"));
            }
        };
        let ct = self.ct_of_type(ty);
        call.given_types.push(param.name.name);
        call.bind(param.name.name, Binding::Type(ty), ct);
        Ok(())
    }

    /// `$n: i64`
    pub fn bind_value_argument(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        arg: Option<Arg>,
    ) -> Res<()> {
        let param = &call.params[i];
        let name = param.name.name;
        let Some(param_ty) = &param.ty else {
            return Err(Failed);
        };
        let want = self.eval_type(&call.scope, param_ty)?;
        if let Some(Arg::Expr(expr)) = &arg
            && let Some((index, payload)) = self.run_time_variant(cx, expr, want)?
        {
            let ct = self.variant_constant(want, index)?;
            call.bind(name, Binding::Ct(ct.clone()), ct);
            call.packs.push((payload_name(name), vec![payload.ty]));
            call.vals[i].push(payload);
            return Ok(());
        }
        let mut ct = match arg {
            Some(Arg::Expr(expr)) => self.value_arg(&call.caller, expr, want, param.name)?,
            Some(Arg::Val(val, at)) => {
                let val = self.coerce(cx, val, want, at)?;
                let val = self.load(cx, &val);
                match self.const_of_val(&val) {
                    Some(ct) => ct,
                    None => {
                        let text = format!("argument for '${name}' must be known at compile time");
                        return Err(self.error(at, text));
                    }
                }
            }
            Some(Arg::Slice(expr)) => {
                return Err(self.error(expr.span, "a value parameter takes one value"));
            }
            Some(Arg::Trailing(t)) => {
                return Err(self.error(t.span, "a value parameter takes a value"));
            }
            None => match &param.default {
                Some(default) => {
                    let purpose = &Purpose::ValueArgument;
                    self.caches.chains.enter(Step::ParamDefault(default.span));
                    let val = self.comptime_value(&call.scope, default, Some(want), purpose);
                    self.caches.chains.leave();
                    val?
                }
                None => return Err(Failed),
            },
        };
        ct.literal = false;
        call.bind(name, Binding::Ct(ct.clone()), ct);
        Ok(())
    }

    /// Binds `$T: Type` that no argument told to its default.
    pub fn bind_default_types(&mut self, call: &mut GenericCall) -> Res<()> {
        for param in call.params {
            if param.kind == ParamKind::Comptime
                && is_type_param(param)
                && let Some(default) = &param.default
                && call.bindings.iter().all(|(n, _)| *n != param.name.name)
            {
                let ty = self.eval_type(&call.scope, default)?;
                let ct = self.ct_of_type(ty);
                call.bind(param.name.name, Binding::Type(ty), ct);
            }
        }
        Ok(())
    }
}

/// Static parameters of a signature: declared as such, or introduced by the type of another parameter.
fn static_params_of(params: &[ast::Param]) -> Vec<Symbol> {
    let declared = params.iter().filter(|p| p.kind == ParamKind::Comptime);
    let mut names: Vec<Symbol> = declared.map(|p| p.name.name).collect();
    names.extend(introduced_by(params));
    names
}

/// Whether one of these names stands anywhere in an expression.
fn uses_a_name(expr: &ast::Expr, names: &[Symbol]) -> bool {
    struct Names<'n>(&'n [Symbol], bool);
    impl Visitor for Names<'_> {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ExprKind::Ident(name) = &expr.kind {
                self.1 |= self.0.contains(&name.name);
            }
            walk_expr(self, expr);
        }
    }
    let mut found = Names(names, false);
    found.expr(expr);
    found.1
}
