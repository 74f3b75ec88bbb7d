//! `mixin` functions: their bodies are part of the function that calls them.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, FnBody, ParamKind};

use crate::callables::calls::Arg;
use crate::comptime::purpose::Purpose;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, CaptureKind, Val};
use crate::sema::{Binding, Env, Failed, FnId, PackInfo, Res, Sema};

impl Sema<'_> {
    /// Parameters of a mixin that are no variables: `Code`, and `#lazy` ones. True if this is one; it is bound in
    /// `scope` then.
    pub fn bind_code_parameter(
        &mut self,
        cx: &mut FnCx,
        param: &'static ast::Param,
        arg: &mut Option<Arg>,
        scope: &Rc<Env>,
    ) -> Res<bool> {
        let Some(ty) = &param.ty else {
            return Ok(false);
        };
        let caller = cx.env().clone();
        if param.lazy {
            let (expr, env) = match (arg.take(), &param.default) {
                (Some(arg), _) => (self.lazy_argument(cx, param, arg)?, caller.clone()),
                (None, Some(default)) => (&**default, scope.clone()),
                (None, None) => return Ok(false),
            };
            let ty = self.lazy_type(cx, &env, scope, ty, expr)?;
            let quote = self.quoted_expression(expr, &env);
            scope.bind(param.name.name, Binding::Lazy { quote, ty });
            return Ok(true);
        }
        let is_code = matches!(&ty.kind, ast::ExprKind::Ident(name) if name.as_str() == "Code")
            && {
                let ty = self.eval_type(scope, ty)?;
                self.is_code(ty)
            };
        if !is_code {
            return Ok(false);
        }
        let code = Some(self.code_type());
        let val = match (arg.take(), &param.default) {
            (Some(Arg::Expr(expr)), _) => {
                self.comptime_value(&caller, expr, code, &Purpose::ValueArgument)?
            }
            (Some(Arg::Trailing(decl)), _) => match decl.body() {
                FnBody::Block(block) => self.quoted_block(block, &caller),
                FnBody::Expr(_) | FnBody::Intrinsic | FnBody::None => return Err(Failed),
            },
            (Some(Arg::Val(val, span)), _) => match self.const_of_val(&val) {
                Some(val) => val,
                None => {
                    return Err(self.error(
                        span,
                        format!(
                            "the code for '{}' must be known at compile time",
                            param.name.name
                        ),
                    ));
                }
            },
            (Some(Arg::Slice(expr)), _) => {
                return Err(self.error(expr.span, "a `Code` parameter takes one value"));
            }
            (None, Some(default)) => {
                self.comptime_value(scope, default, code, &Purpose::ValueArgument)?
            }
            (None, None) => return Ok(false),
        };
        scope.bind(param.name.name, Binding::Ct(val));
        Ok(true)
    }

    /// The body in the caller's frame; `scope` has the static parameters, `vals` the arguments' values.
    pub fn expand_mixin(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        scope: &Rc<Env>,
        vals: Vec<Vec<Val>>,
        span: Span,
    ) -> Res<Val> {
        let decl = self.fn_info(f).decl;
        let params: &'static [ast::Param] = &decl.sig.params;
        let mut values: Vec<(usize, TypeId, Val)> = Vec::new();
        for ((i, param), mut vals) in params.iter().enumerate().zip(vals) {
            let variable = match param.kind {
                ParamKind::Plain => !matches!(
                    scope.names.borrow().get(&param.name.name),
                    Some(Binding::Ct(_) | Binding::Lazy { .. })
                ),
                ParamKind::Variadic => self.is_slice_variadic(param),
                ParamKind::Comptime | ParamKind::ComptimePack => false,
            };
            if !variable {
                for val in vals {
                    let val = self.own(cx, &val);
                    values.push((i, val.ty, self.stable(cx, &val)));
                }
                continue;
            }
            let Some(ty) = &param.ty else {
                return Err(Failed);
            };
            let ty = self.eval_type(scope, ty)?;
            let val = match (vals.pop(), &param.default) {
                (Some(val), _) if val.ty == ty => val,
                (Some(val), _) => self.coerce(cx, val, ty, span)?,
                (None, Some(default)) => self.lower_default(cx, scope, default, ty, span)?,
                (None, None) => return Err(Failed),
            };
            let val = self.own(cx, &val);
            values.push((i, ty, self.stable(cx, &val)));
        }
        let ret = match &decl.sig.ret {
            Some(_) => Some(self.declared_ret(scope, decl)?),
            None => None,
        };
        self.record_mixin(cx.env(), span, f, scope, &values, ret);
        self.level_down(span, |s| {
            s.expanding(cx, scope, span, |s, cx| {
                s.mixin_body(cx, f, scope, values, ret, span)
            })
        })
    }

    /// In the expansion's scope: parameters, then the body.
    fn mixin_body(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        scope: &Rc<Env>,
        values: Vec<(usize, TypeId, Val)>,
        ret: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, name) = (info.decl, info.name.clone());
        let params: &'static [ast::Param] = &decl.sig.params;
        let s = self;
        {
            let mut packs: Vec<(Symbol, Vec<_>)> = Vec::new();
            for (i, ty, val) in values {
                let param = &params[i];
                let pack = param.kind == ParamKind::ComptimePack
                    || param.kind == ParamKind::Variadic && !s.is_slice_variadic(param);
                if !pack {
                    s.declare_var(cx, param.name, ty, Some(&val), Access::Mutable);
                    continue;
                }
                let addr = s.slot(cx, ty);
                s.store(cx, addr, &val);
                let access = Access::Capture(param.name.name, CaptureKind::InlineElement);
                let var = cx.add_var(param.name.name, ty, addr, access, param.name.span);
                s.caches.var_types.insert(cx.id, var, ty);
                match packs.iter_mut().find(|(name, _)| *name == param.name.name) {
                    Some((_, elems)) => elems.push((var, ty)),
                    None => packs.push((param.name.name, vec![(var, ty)])),
                }
            }
            for param in params {
                let pack = param.kind == ParamKind::ComptimePack
                    || param.kind == ParamKind::Variadic && !s.is_slice_variadic(param);
                if !pack {
                    continue;
                }
                let protocol = s.pack_protocol(scope, param)?;
                let at = packs.iter().position(|(name, _)| *name == param.name.name);
                let elems = at.map_or_else(Vec::new, |at| packs.swap_remove(at).1);
                for (var, _) in &elems {
                    cx.var_mut(*var).seen_as = protocol.clone();
                }
                let pack = PackInfo {
                    name: param.name.name,
                    elems,
                    protocol,
                };
                let binding = Binding::Pack {
                    cx: cx.id,
                    pack: Rc::new(pack),
                };
                cx.env().bind(param.name.name, binding);
            }
            // The body's own names may be those of parameters.
            s.new_scope_level(cx);
            let want = ret.filter(|ty| *ty != TypeId::VOID);
            let val = match decl.body() {
                FnBody::Expr(expr) => s.lower_expr(cx, expr, want)?,
                FnBody::Block(block) => {
                    s.lower_stmt_list(cx, &block.stmts)?;
                    match &block.tail {
                        _ if cx.dead => return Ok(Val::noreturn()),
                        Some(tail) if crate::statements::stmt::is_statement_if(tail) => {
                            s.lower_expr_stmt(cx, tail)?;
                            Val::void()
                        }
                        Some(tail) if ret == Some(TypeId::VOID) => {
                            s.lower_expr_stmt(cx, tail)?;
                            Val::void()
                        }
                        Some(tail) => s.lower_tail(cx, tail, want)?,
                        None => Val::void(),
                    }
                }
                FnBody::Intrinsic | FnBody::None => {
                    return Err(s.error(span, format!("mixin '{name}' has no body")));
                }
            };
            if cx.dead || val.ty == TypeId::NORETURN {
                return Ok(Val::noreturn());
            }
            let val = match want {
                Some(want) if val.ty == TypeId::VOID => {
                    let shown = s.type_name(want);
                    return Err(s.error(
                        decl.span,
                        format!(
                            "mixin '{name}' yields '{shown}' but its body ends without a value"
                        ),
                    ));
                }
                Some(want) => s.coerce(cx, val, want, span)?,
                None => val,
            };
            let val = s.own(cx, &val);
            Ok(s.stable(cx, &val))
        }
    }
}
