//! Calls of values; evaluation of arguments and receivers.

use crate::callables::functions::Target;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Failed, Res, Sema};
use crate::statements::error_flow::Source;
use sx_ir::{TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self};

impl Sema<'_> {
    pub fn call_value_expr(
        &mut self,
        cx: &mut FnCx,
        callee: &'static ast::Expr,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_expr(cx, callee, None)?;
        self.call_value(cx, &val, call, want, span)
    }

    /// Calls a function pointer or closure value: exact arity, no names, no defaults.
    pub fn call_value(
        &mut self,
        cx: &mut FnCx,
        callee: &Val,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let _ = want;
        let callee = self.load(cx, callee);
        let callee = self.stable(cx, &callee);
        let (ty, closure) = match self.m.types.kind(callee.ty).clone() {
            TypeKind::Function(f) => (f, false),
            TypeKind::Closure(f) => (f, true),
            TypeKind::Poison => return Err(Failed),
            TypeKind::Optional(p) if self.is_callable(p) => {
                let shown = self.type_name(callee.ty);
                return Err(self.error(span, format!("cannot call a value of type '{shown}': an optional does not implicitly unwrap")));
            }
            _ => {
                let shown = self.type_name(callee.ty);
                return Err(self.error(
                    call.callee.span,
                    format!("a value of type '{shown}' is not callable"),
                ));
            }
        };
        let name = self.span_text(call.callee.span);
        if let Some(named) = call.args.iter().find_map(|a| a.name) {
            return Err(self.error(
                named.span,
                format!("cannot use named arguments here — '{name}' has no known parameter names"),
            ));
        }
        if let Some(trailing) = call.trailing.as_deref() {
            return Err(self.error(
                trailing.span,
                format!("cannot use a trailing block here — '{name}' has no known declaration"),
            ));
        }
        let args = self.expand_args(cx, &name, &call.args, None)?;
        self.check_arity(&name, ty.params.len(), args.len(), ty.params.len(), span)?;
        let mut vals = Vec::new();
        for (arg, param) in args.into_iter().zip(&ty.params) {
            let val = self.lower_arg(cx, arg, *param)?;
            vals.push(val);
        }
        self.at(cx, span);
        let pieces = self.pieces(cx, &callee);
        let target = if closure {
            Target::Closure(pieces[0], pieces[1])
        } else {
            Target::Pointer(pieces[0])
        };
        // A function may have been made to look like one of another type; the call is checked where it happens then.
        let sig = self.abi(&ty, closure).sig;
        if let (Target::Pointer(Piece::FuncAddr(f)), false) = (target, closure)
            && self.m.func(f).sig == sig
        {
            return Ok(self.emit_call(cx, Target::Direct(f), &ty, &vals));
        }
        let shape = self.error_shape(&ty.params, ty.ret);
        let out = self.emit_call(cx, target, &ty, &vals);
        cx.indirect = shape.map_or(Source::Unknown, Source::Shape);
        Ok(out)
    }

    pub fn check_arity(
        &mut self,
        name: &str,
        expected: usize,
        given: usize,
        max: usize,
        span: Span,
    ) -> Res<()> {
        if given >= expected && given <= max {
            return Ok(());
        }
        let n = if given < expected { expected } else { max };
        Err(self.error(
            span,
            format!(
                "'{name}' expects {n} argument{}, but {given} {} given",
                plural(n),
                were(given)
            ),
        ))
    }
}
