//! Matching types against patterns with `$` names: heads of impls, interfaces of generic functions.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};

use crate::callables::generics::mentions_dollar;
use crate::emission::value::CtVal;
use crate::sema::{Binding, Entity, Env, Res, Sema};

/// Static parameters and packs bound by a match, sorted by name.
pub type Bound = (Vec<(Symbol, CtVal)>, Vec<(Symbol, Vec<TypeId>)>);

impl Sema<'_> {
    /// Whether `ty` has the form of `pattern`; binds its `$` names in `scope` (its own names only, not its parents').
    pub fn match_pattern(
        &mut self,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<bool> {
        let kind = self.m.types.kind(ty).clone();
        match (&pattern.kind, kind) {
            (ExprKind::Dollar { name, constraints }, _) => {
                if !self.bind_pattern_type(scope, name.name, ty) {
                    return Ok(false);
                }
                for constraint in constraints {
                    let protocol = self.protocol_ref(scope, constraint)?;
                    if !self.has_impl(&protocol, ty, scope.module) {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (ExprKind::Paren(inner), _) => self.match_pattern(scope, inner, ty),
            _ if !mentions_dollar(pattern) => Ok(self.eval_type(scope, pattern)? == ty),
            (ExprKind::Star(inner), TypeKind::Pointer(t))
            | (ExprKind::Optional(inner), TypeKind::Optional(t))
            | (ExprKind::SliceType(inner), TypeKind::Slice(t))
            | (ExprKind::ManyPointer(inner), TypeKind::ManyPointer(t)) => {
                self.match_pattern(scope, inner, t)
            }
            (ExprKind::ArrayType { len, elem }, TypeKind::Array(t, count)) => {
                let counts = match &len.kind {
                    ExprKind::Dollar { name, .. } => {
                        let val = self.ct_int(TypeId::I64, count);
                        bind_pattern_value(scope, name.name, val)
                    }
                    _ => self.count(scope, len, "array dimension", 0)? == count,
                };
                Ok(counts && self.match_pattern(scope, elem, t)?)
            }
            (ExprKind::Call(call), _) => self.match_instance(scope, call, ty),
            (ExprKind::ClosureType(c), TypeKind::Closure(f)) => {
                let params: Vec<&'static ast::Expr> = c.params.iter().collect();
                Ok(self.match_list(scope, &params, &f.params)?
                    && self.match_result(scope, c.ret.as_ref(), f.ret)?)
            }
            (ExprKind::FnType(p), TypeKind::Function(f)) => {
                let params: Vec<&'static ast::Expr> = p.params.iter().map(|p| &p.ty).collect();
                let conv = self.is_c_abi(p.abi.as_ref())? == f.c_conv;
                Ok(conv
                    && self.match_list(scope, &params, &f.params)?
                    && self.match_result(scope, Some(&p.ret), f.ret)?)
            }
            (ExprKind::TupleType(elems), TypeKind::Tuple(members)) => {
                let patterns: Vec<&'static ast::Expr> = elems.iter().map(|e| &e.ty).collect();
                let types: Vec<TypeId> = members.iter().map(|m| m.1).collect();
                self.match_list(scope, &patterns, &types)
            }
            _ => Ok(false),
        }
    }

    /// The names a match bound, in a fixed order.
    pub fn bound_names(&mut self, scope: &Rc<Env>) -> Bound {
        let mut names: Vec<(Symbol, Binding)> = scope
            .names
            .borrow()
            .iter()
            .map(|(n, b)| (*n, b.clone()))
            .collect();
        names.sort_by_key(|(n, _)| n.as_str());
        let (mut statics, mut packs) = (Vec::new(), Vec::new());
        for (name, binding) in names {
            match binding {
                Binding::Type(ty) => statics.push((name, self.ct_of_type(ty))),
                Binding::Ct(val) => statics.push((name, val)),
                Binding::TypePack(types) => packs.push((name, (*types).clone())),
                Binding::Var { .. }
                | Binding::Decl(_)
                | Binding::Pack { .. }
                | Binding::Lazy { .. }
                | Binding::Poison => {}
            }
        }
        (statics, packs)
    }

    fn bind_pattern_type(&mut self, scope: &Rc<Env>, name: Symbol, ty: TypeId) -> bool {
        let known = scope.names.borrow().get(&name).cloned();
        match known {
            Some(Binding::Type(known)) => known == ty,
            Some(_) => false,
            None => {
                scope.bind(name, Binding::Type(ty));
                true
            }
        }
    }

    /// `S($A, 3)` against an instance of `S`.
    fn match_instance(
        &mut self,
        scope: &Rc<Env>,
        call: &'static ast::CallExpr,
        ty: TypeId,
    ) -> Res<bool> {
        let Some((template, args)) = self.instance_of(ty) else {
            return Ok(false);
        };
        let names_it = match self.resolve_path(scope, &call.callee)? {
            Some(Entity::Template(t)) => t == template,
            // Inside an instance the bare name means the instance.
            Some(Entity::Type(t)) => self.instance_of(t).is_some_and(|(t, _)| t == template),
            _ => false,
        };
        if !names_it {
            return Ok(false);
        }
        let mut rest = args.as_slice();
        for arg in &call.args {
            if let ExprKind::Spread(inner) = &arg.value.kind {
                let types: Vec<TypeId> = rest.iter().map(|v| self.ct_type(v)).collect();
                rest = &[];
                if !bind_pattern_pack(scope, inner, types) {
                    return Ok(false);
                }
                continue;
            }
            let Some((first, more)) = rest.split_first() else {
                return Ok(false);
            };
            rest = more;
            let fits = if first.ty == TypeId::TYPE {
                let ty = self.ct_type(first);
                self.match_pattern(scope, &arg.value, ty)?
            } else if let ExprKind::Dollar { name, .. } = &arg.value.kind {
                bind_pattern_value(scope, name.name, first.clone())
            } else {
                self.value_arg(scope, &arg.value, first.ty, name_of(arg))? == *first
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(rest.is_empty())
    }

    fn match_list(
        &mut self,
        scope: &Rc<Env>,
        patterns: &[&'static ast::Expr],
        types: &[TypeId],
    ) -> Res<bool> {
        let mut rest = types;
        for pattern in patterns {
            if let ExprKind::Spread(inner) = &pattern.kind {
                let all = rest.to_vec();
                rest = &[];
                if !bind_pattern_pack(scope, inner, all) {
                    return Ok(false);
                }
                continue;
            }
            let Some((first, more)) = rest.split_first() else {
                return Ok(false);
            };
            rest = more;
            if !self.match_pattern(scope, pattern, *first)? {
                return Ok(false);
            }
        }
        Ok(rest.is_empty())
    }

    fn match_result(
        &mut self,
        scope: &Rc<Env>,
        pattern: Option<&'static ast::RetType>,
        ty: TypeId,
    ) -> Res<bool> {
        match pattern {
            Some(ast::RetType {
                kind: ast::RetKind::Type(pattern),
                ..
            }) if mentions_dollar(pattern) => self.match_pattern(scope, pattern, ty),
            _ => Ok(self.eval_ret(scope, pattern)? == ty),
        }
    }
}

fn bind_pattern_value(scope: &Rc<Env>, name: Symbol, val: CtVal) -> bool {
    let known = scope.names.borrow().get(&name).cloned();
    match known {
        Some(Binding::Ct(known)) => known == val,
        Some(_) => false,
        None => {
            scope.bind(name, Binding::Ct(val));
            true
        }
    }
}

fn bind_pattern_pack(scope: &Rc<Env>, pattern: &ast::Expr, types: Vec<TypeId>) -> bool {
    let ExprKind::Dollar { name, .. } = &pattern.kind else {
        return false;
    };
    let known = scope.names.borrow().get(&name.name).cloned();
    match known {
        Some(Binding::TypePack(known)) => *known == types,
        Some(_) => false,
        None => {
            scope.bind(name.name, Binding::TypePack(Rc::new(types)));
            true
        }
    }
}

pub fn name_of(arg: &ast::Arg) -> ast::Ident {
    arg.name.unwrap_or(ast::Ident {
        name: Symbol::intern("_"),
        kind: ast::IdentKind::Plain,
        span: arg.value.span,
    })
}
