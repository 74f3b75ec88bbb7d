//! What generic signatures are made of: the names that types introduce and use, packs, defaults (reference part 2 §2, §3).

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ParamKind};

use crate::declarations::chains::Step;
use crate::declarations::lookup::{Found, Name};
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Piece, Val};
use crate::sema::{Entity, Env, Res, Sema};

/// Whether a type expression introduces a `$` name.
pub fn mentions_dollar(expr: &ast::Expr) -> bool {
    let mut found = false;
    each_type_part(expr, &mut |e| {
        found |= matches!(e.kind, ExprKind::Dollar { .. })
    });
    found
}

/// Whether a type expression mentions `name`, with or without `$`.
pub fn mentions_name(expr: &ast::Expr, name: Symbol) -> bool {
    let mut found = false;
    each_type_part(expr, &mut |e| match &e.kind {
        ExprKind::Dollar { name: n, .. } => found |= n.name == name,
        ExprKind::Ident(n) => found |= n.name == name,
        _ => {}
    });
    found
}

/// More structure binds more specifically: `*Box($T)` over `*$T` over `$T`.
pub fn specificity(expr: &ast::Expr) -> u32 {
    let mut parts = 0;
    each_type_part(expr, &mut |_| parts += 1);
    10 + parts
}

pub fn each_type_part(expr: &ast::Expr, f: &mut impl FnMut(&ast::Expr)) {
    f(expr);
    match &expr.kind {
        ExprKind::Star(e)
        | ExprKind::Paren(e)
        | ExprKind::Optional(e)
        | ExprKind::ManyPointer(e)
        | ExprKind::SliceType(e)
        | ExprKind::Spread(e) => each_type_part(e, f),
        ExprKind::ArrayType { len, elem } => {
            each_type_part(len, f);
            each_type_part(elem, f);
        }
        ExprKind::Call(call) => {
            for arg in &call.args {
                each_type_part(&arg.value, f);
            }
        }
        ExprKind::Field { base, .. } => each_type_part(base, f),
        ExprKind::Index { base, .. } => each_type_part(base, f),
        ExprKind::TupleType(elems) => elems.iter().for_each(|e| each_type_part(&e.ty, f)),
        ExprKind::FnType(t) => {
            t.params.iter().for_each(|p| each_type_part(&p.ty, f));
            each_ret_part(&t.ret, f);
        }
        ExprKind::ClosureType(t) => {
            t.params.iter().for_each(|p| each_type_part(p, f));
            if let Some(ret) = &t.ret {
                each_ret_part(ret, f);
            }
        }
        _ => {}
    }
}

pub fn each_ret_part(ret: &ast::RetType, f: &mut impl FnMut(&ast::Expr)) {
    match &ret.kind {
        ast::RetKind::Void => {}
        ast::RetKind::Type(e) => each_type_part(e, f),
        ast::RetKind::Slots { slots, error } => {
            slots.iter().for_each(|s| each_type_part(&s.ty, f));
            if let Some(error) = error {
                each_type_part(error, f);
            }
        }
    }
}

/// Static parameters found so far. A numeric type bound by an argument may still give way to a float.
pub type Bindings = Vec<(Symbol, CtVal)>;

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- calls

    pub fn scope_with(&self, env: &Rc<Env>, bindings: &Bindings) -> Rc<Env> {
        let scope = env.child();
        self.bind_names(&scope, bindings);
        scope
    }

    /// A function name as argument for a `Type` parameter stands for its function type.
    pub fn type_of_function_name(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Res<Option<TypeId>> {
        let entity = match &expr.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(Name::Entity(entity, _))) => entity,
                _ => return Ok(None),
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => self.resolve_decl(decl)?,
                    Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => {
                        return Ok(None);
                    }
                },
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Entity::Fn(f) = entity else {
            return Ok(None);
        };
        if self.fn_info(f).intrinsic || crate::callables::adapters::is_generic(self.fn_info(f).decl)
        {
            return Ok(None);
        }
        let instance = self.instantiate_fn(f, Vec::new(), Vec::new(), expr.span)?;
        let ty = self.fn_type_of(&instance);
        Ok(Some(self.m.types.intern(TypeKind::Function(ty))))
    }

    pub fn is_pack(&self, param: &ast::Param) -> bool {
        matches!(param.kind, ParamKind::Variadic | ParamKind::ComptimePack)
            && !self.is_slice_variadic(param)
    }

    /// A parameter default, evaluated at the call; its names resolve where it is written.
    pub fn lower_default(
        &mut self,
        cx: &mut FnCx,
        scope: &Rc<Env>,
        default: &'static ast::Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<Val> {
        let key: *const ast::Expr = default;
        if self.caches.defaults.iter().any(|(known, _)| *known == key) {
            return Err(self.cycle(Step::ParamDefault(default.span), &[]));
        }
        self.caches.defaults.push((key, scope.clone()));
        self.caches.chains.enter(Step::ParamDefault(default.span));
        // A default inside a default still means the outermost call.
        let outer = cx.caller_loc.clone();
        if outer.is_none() {
            cx.caller_loc = Some((span, cx.name.clone()));
        }
        let val = self.lower_foreign(cx, scope, default, ty);
        self.caches.chains.leave();
        self.caches.defaults.pop();
        cx.caller_loc = outer;
        let val = self.own(cx, &val?);
        Ok(self.stable(cx, &val))
    }
}

/// Part of an instance's identity: which elements of a pack were given as bare function names.
pub fn named_functions(pack: Symbol) -> Symbol {
    Symbol::intern(&format!("{pack}#functions"))
}

/// A function's name used as a value, or a pack element that was given as one.
pub fn names_function(types: &sx_ir::TypeTable, val: &Val) -> bool {
    matches!(types.kind(val.ty), TypeKind::Function(_))
        && (val.literal || matches!(val.const_piece(), Some(Piece::FuncAddr(_))))
}
