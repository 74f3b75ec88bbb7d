//! Matching parameter patterns against argument types.

use crate::callables::generics::Bindings;
use crate::callables::generics::mentions_dollar;
use crate::callables::generics::mentions_name;
use crate::callables::patterns::name_of;
use crate::sema::{Binding, Env, Sema};
use std::rc::Rc;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};

impl Sema<'_> {
    /// Matches a parameter's type pattern against an argument's type. Names already in `env` are concrete.
    pub fn bind_pattern(
        &mut self,
        env: &Rc<Env>,
        pattern: &'static ast::Expr,
        ty: TypeId,
        out: &mut Bindings,
    ) -> bool {
        let open = |out: &Bindings, n: Symbol| !out.iter().any(|(o, _)| *o == n);
        let open_here = self
            .caches
            .open_types
            .iter()
            .any(|n| open(out, *n) && mentions_name(pattern, *n));
        if !mentions_dollar(pattern) && !open_here {
            // A plain `T` may have been introduced by another parameter.
            if let ExprKind::Ident(name) = &pattern.kind
                && let Some((_, bound)) = out.iter().find(|(n, _)| *n == name.name)
            {
                return self.ct_type(bound) == ty;
            }
            if out.iter().any(|(n, _)| mentions_name(pattern, *n)) {
                let scope = self.scope_with(env, out);
                return self.eval_type(&scope, pattern).is_ok_and(|t| t == ty);
            }
            return self.eval_type(env, pattern).is_ok_and(|t| t == ty);
        }
        match &pattern.kind {
            ExprKind::Dollar { name, constraints } => {
                let ct = self.ct_of_type(ty);
                if let Some((_, bound)) = out.iter_mut().find(|(n, _)| *n == name.name) {
                    return *bound == ct;
                }
                let _ = constraints;
                out.push((name.name, ct));
                true
            }
            ExprKind::Ident(name) => {
                // `T` of a `$T: Type` that consumed no argument.
                out.push((name.name, self.ct_of_type(ty)));
                true
            }
            ExprKind::Paren(inner) => self.bind_pattern(env, inner, ty, out),
            ExprKind::Star(inner) => match self.m.types.kind(ty).clone() {
                TypeKind::Pointer(t) => self.bind_pattern(env, inner, t, out),
                _ => false,
            },
            ExprKind::Optional(inner) => match self.m.types.kind(ty).clone() {
                TypeKind::Optional(t) => self.bind_pattern(env, inner, t, out),
                _ => false,
            },
            ExprKind::ManyPointer(inner) => match self.m.types.kind(ty).clone() {
                TypeKind::ManyPointer(t) => self.bind_pattern(env, inner, t, out),
                _ => false,
            },
            ExprKind::SliceType(inner) => match self.m.types.kind(ty).clone() {
                TypeKind::Slice(t) | TypeKind::Array(t, _) => self.bind_pattern(env, inner, t, out),
                _ => false,
            },
            ExprKind::ArrayType { len, elem } => match self.m.types.kind(ty).clone() {
                TypeKind::Array(t, count) => {
                    if let ExprKind::Dollar { name, .. } = &len.kind {
                        let ct = self.ct_int(TypeId::I64, count);
                        if let Some((_, bound)) = out.iter().find(|(n, _)| *n == name.name) {
                            if *bound != ct {
                                return false;
                            }
                        } else {
                            out.push((name.name, ct));
                        }
                    }
                    self.bind_pattern(env, elem, t, out)
                }
                _ => false,
            },
            ExprKind::Call(call) => {
                let Some((template, args)) = self.instance_of(ty) else {
                    return false;
                };
                if !self.names_template(env, &call.callee, template) {
                    return false;
                }
                for (i, (arg, given)) in call.args.iter().zip(&args).enumerate() {
                    // The rest of the arguments: `pattern_packs` tells what they bind.
                    if let ExprKind::Spread(_) = &arg.value.kind {
                        return i + 1 == call.args.len();
                    }
                    match &arg.value.kind {
                        ExprKind::Dollar { name, .. } => {
                            if let Some((_, bound)) = out.iter().find(|(n, _)| *n == name.name) {
                                if bound != given {
                                    return false;
                                }
                            } else {
                                out.push((name.name, given.clone()));
                            }
                        }
                        _ if given.ty == TypeId::TYPE => {
                            let inner = self.ct_type(given);
                            if !self.bind_pattern(env, &arg.value, inner, out) {
                                return false;
                            }
                        }
                        _ => {
                            let scope = self.scope_with(env, out);
                            match self.value_arg(&scope, &arg.value, given.ty, name_of(arg)) {
                                Ok(val) if val == *given => {}
                                _ => return false,
                            }
                        }
                    }
                }
                let spread = call.args.last().is_some_and(|arg| {
                    call.args.len() == args.len() + 1
                        && matches!(arg.value.kind, ExprKind::Spread(_))
                });
                spread || call.args.len() == args.len()
            }
            ExprKind::TupleType(elems) => match self.m.types.kind(ty).clone() {
                TypeKind::Tuple(types) => {
                    types.len() == elems.len()
                        && elems
                            .iter()
                            .zip(&types)
                            .all(|(e, (_, t))| self.bind_pattern(env, &e.ty, *t, out))
                }
                _ => false,
            },
            ExprKind::ClosureType(c) => match self.m.types.kind(ty).clone() {
                TypeKind::Closure(f) | TypeKind::Function(f) => {
                    let spread =
                        c.params.len() == 1 && matches!(c.params[0].kind, ExprKind::Spread(_));
                    let params = spread
                        || c.params.len() == f.params.len()
                            && c.params
                                .iter()
                                .zip(&f.params)
                                .all(|(p, t)| self.bind_pattern(env, p, *t, out));
                    params && self.bind_ret(env, c.ret.as_ref(), f.ret, out)
                }
                _ => false,
            },
            ExprKind::FnType(p) => match self.m.types.kind(ty).clone() {
                TypeKind::Function(f) => {
                    p.params.len() == f.params.len()
                        && p.params
                            .iter()
                            .zip(&f.params)
                            .all(|(p, t)| self.bind_pattern(env, &p.ty, *t, out))
                        && self.bind_ret(env, Some(&p.ret), f.ret, out)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What `..$Ts` among the arguments of templates in a pattern stand for, in a type that has the pattern's form.
    pub fn pattern_packs(
        &self,
        pattern: &'static ast::Expr,
        ty: TypeId,
        out: &mut Vec<(Symbol, Vec<TypeId>)>,
    ) {
        match (&pattern.kind, self.m.types.kind(ty)) {
            (ExprKind::Paren(inner), _) => self.pattern_packs(inner, ty, out),
            (ExprKind::Star(inner), TypeKind::Pointer(t))
            | (ExprKind::Optional(inner), TypeKind::Optional(t))
            | (ExprKind::ManyPointer(inner), TypeKind::ManyPointer(t))
            | (ExprKind::SliceType(inner), TypeKind::Slice(t) | TypeKind::Array(t, _))
            | (ExprKind::ArrayType { elem: inner, .. }, TypeKind::Array(t, _)) => {
                self.pattern_packs(inner, *t, out);
            }
            (ExprKind::Optional(inner), _) => self.pattern_packs(inner, ty, out),
            (ExprKind::TupleType(elems), TypeKind::Tuple(types)) => {
                for (elem, (_, ty)) in elems.iter().zip(types) {
                    self.pattern_packs(&elem.ty, *ty, out);
                }
            }
            (ExprKind::Call(call), _) => {
                let Some((_, args)) = self.instance_of(ty) else {
                    return;
                };
                for (i, arg) in call.args.iter().enumerate() {
                    if let ExprKind::Spread(inner) = &arg.value.kind {
                        if let ExprKind::Dollar { name, .. } = &inner.kind
                            && let Some(rest) = args.get(i..)
                        {
                            let types = rest.iter().map(|val| self.ct_type(val)).collect();
                            out.push((name.name, types));
                        }
                        return;
                    }
                    if let Some(given) = args.get(i)
                        && given.ty == TypeId::TYPE
                    {
                        self.pattern_packs(&arg.value, self.ct_type(given), out);
                    }
                }
            }
            _ => {}
        }
    }

    pub fn bind_ret(
        &mut self,
        env: &Rc<Env>,
        ret: Option<&'static ast::RetType>,
        ty: TypeId,
        out: &mut Bindings,
    ) -> bool {
        match ret.map(|r| &r.kind) {
            None | Some(ast::RetKind::Void) => ty == TypeId::VOID,
            Some(ast::RetKind::Type(e)) => {
                // `-> !Set` is `-> Set`: what a call yields is an error value.
                let ty = match self.m.types.kind(ty) {
                    TypeKind::Failable { values, set } if values.is_empty() => *set,
                    _ => ty,
                };
                self.bind_pattern(env, e, ty, out)
            }
            Some(ast::RetKind::Slots { slots, error }) => {
                let given = match self.m.types.kind(ty).clone() {
                    TypeKind::Failable { values, .. } if error.is_some() => values,
                    TypeKind::Tuple(values) if error.is_none() => values,
                    _ if error.is_some() && slots.len() == 1 => vec![(None, ty)],
                    _ => return false,
                };
                given.len() == slots.len()
                    && slots
                        .iter()
                        .zip(&given)
                        .all(|(s, (_, t))| self.bind_pattern(env, &s.ty, *t, out))
            }
        }
    }

    pub fn names_template(
        &mut self,
        env: &Rc<Env>,
        callee: &'static ast::Expr,
        template: crate::sema::TemplateId,
    ) -> bool {
        matches!(self.resolve_path(env, callee), Ok(Some(crate::sema::Entity::Template(t))) if t == template)
            || matches!(&callee.kind, ExprKind::Ident(name) if matches!(env.get(name.name), Some(Binding::Type(t)) if self.instance_of(t).is_some_and(|i| i.0 == template)))
    }
}
