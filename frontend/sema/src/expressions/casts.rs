//! Address-of, `xx`, `.(T)`, comparison chains.

use crate::declarations::lookup::Name;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Val, ValKind};
use crate::sema::{Entity, Failed, Res, Sema};
use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn lower_star(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        inner: &'static ast::Expr,
    ) -> Res<Val> {
        let env = cx.env().clone();
        if self.denotes_type(&env, inner) {
            let ty = self.eval_type(&env, expr)?;
            return Ok(Val::type_value(ty));
        }
        let named = match &inner.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(&env, *name) {
                Ok(Some(Name::Entity(entity, _))) => Some(entity),
                Ok(_) | Err(Failed) => None,
            },
            ExprKind::Field { base, name } if self.namespace_of(&env, base, *name).is_some() => {
                self.resolve_path(&env, inner)?
            }
            _ => None,
        };
        if let Some(Entity::Fn(f)) = named {
            return self.function_value(cx, f, None, expr.span);
        }
        let val = self.lower_operand_raw(cx, inner, None)?;
        self.no_failable(cx, &val, inner.span)?;
        if let (ExprKind::Field { base, name }, ValKind::Mem(_) | ValKind::Regs(_)) =
            (&inner.kind, &val.kind)
            && self.is_property(cx, base, *name)
        {
            let text = self.span_text(inner.span);
            let diag = Diagnostic::error(
                inner.span,
                format!("cannot take the address of '{text}': the property is computed and has no storage"),
            )
            .with_help(None, format!("bind its value first: `v := {text};`"));
            return Err(self.report(diag));
        }
        self.address_of(cx, &val, inner.span)
    }

    /// Whether `base.name` calls a getter.
    fn is_property(&mut self, cx: &mut FnCx, base: &'static ast::Expr, name: ast::Ident) -> bool {
        let env = cx.env().clone();
        if self.namespace_of(&env, base, name).is_some() || self.denotes_type(&env, base) {
            return false;
        }
        let Ok(ty) = self.type_of_expr(cx, base) else {
            return false;
        };
        let ty = match self.m.types.kind(ty) {
            TypeKind::Pointer(to) => *to,
            _ => ty,
        };
        matches!(self.getter(ty, name.name), Ok(Some(_)))
    }

    pub fn address_of(&mut self, cx: &mut FnCx, val: &Val, span: Span) -> Res<Val> {
        match &val.kind {
            ValKind::Place(place) => {
                if let Access::Capture(name, _) = &place.access {
                    return Err(self.error(
                        span,
                        format!("cannot take the address of '{name}': the capture is a copy and has no storage of its own"),
                    ));
                }
                let addr = place.addr;
                Ok(self.pointer_to(cx, addr, val.ty))
            }
            ValKind::Mem(_) | ValKind::Regs(_) => {
                if val.is_poison() {
                    return Err(Failed);
                }
                let text = self.span_text(span);
                if text
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
                {
                    return Err(self.error(
                        span,
                        format!("cannot take the address of constant '{text}': it has no storage"),
                    ));
                }
                // A temporary of the frame.
                let addr = self.spill(cx, val);
                Ok(self.pointer_to(cx, addr, val.ty))
            }
        }
    }

    pub fn lower_xx(
        &mut self,
        cx: &mut FnCx,
        inner: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let (_, form) = self.seen_through(&env, inner);
        let hint = want.filter(|_| {
            matches!(
                form.kind,
                ExprKind::EnumLit(_)
                    | ExprKind::Aggregate(_)
                    | ExprKind::Null
                    | ExprKind::Lambda(_)
            )
        });
        if let Some(val) = self.pack_slice(cx, inner, want)? {
            return Ok(val);
        }
        let mut val = self.lower_expr(cx, inner, hint)?;
        self.no_failable(cx, &val, inner.span)?;
        if let Some(category) = self.any_category(cx, inner)
            && want.is_none_or(|w| w != TypeId::ANY)
        {
            val = self.any_number(cx, &val, category);
        }
        let Some(want) = want else {
            return Ok(Val {
                literal: false,
                ..val
            });
        };
        if want == TypeId::ANY {
            return self.any_view(cx, &val);
        }
        let target = match self.m.types.kind(want) {
            // What the `any` holds is the payload.
            TypeKind::Optional(payload) if val.ty == TypeId::ANY => *payload,
            _ => want,
        };
        let out = self.cast(cx, val, target, span)?;
        self.coerce(cx, out, want, span)
    }

    pub fn lower_cast(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        ty: &'static ast::Expr,
        alloc: Option<&'static ast::Expr>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let want = self.eval_type(&env, ty)?;
        self.complete(want)?;
        let (_, form) = self.seen_through(&env, base);
        let hint = Some(want).filter(|_| {
            matches!(
                form.kind,
                ExprKind::EnumLit(_)
                    | ExprKind::Aggregate(_)
                    | ExprKind::Null
                    | ExprKind::Lambda(_)
            )
        });
        let val = self.lower_expr(cx, base, hint)?;
        self.no_failable(cx, &val, base.span)?;
        if val.is_poison() {
            return Err(Failed);
        }
        self.at(cx, span);
        if let Some(alloc) = alloc {
            return self.erase_with(cx, &val, want, alloc, span);
        }
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Any | TypeKind::Protocol(_) => self.assert_type(cx, &val, want, span),
            TypeKind::Optional(payload) if want != val.ty && !self.maps_payload(payload, want) => {
                let name = self.type_name(val.ty);
                Err(self.error(span, format!("`.(T)` does not apply to an optional of type '{name}'; use `?.(T)`, or unwrap it first")))
            }
            _ => match self.m.types.kind(want) {
                TypeKind::Protocol(_) => self.erase(
                    cx,
                    &val,
                    want,
                    span,
                    crate::callables::protocols::Erasure::Explicit,
                ),
                _ => self.cast(cx, val, want, span),
            },
        }
    }

    /// Whether `.(want)` converts the payload of an optional. What is asserted of one says so: `?.(T)`.
    fn maps_payload(&self, payload: TypeId, want: TypeId) -> bool {
        let erased =
            |ty: TypeId| matches!(self.m.types.kind(ty), TypeKind::Any | TypeKind::Protocol(_));
        match *self.m.types.kind(want) {
            TypeKind::Optional(asked) => !erased(payload) || erased(asked),
            _ => false,
        }
    }

    pub fn lower_opt_cast(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        ty: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let asked = self.eval_type(&env, ty)?;
        let want = match self.m.types.kind(asked) {
            TypeKind::Optional(payload) => *payload,
            _ => asked,
        };
        let val = self.lower_operand_raw(cx, base, None)?;
        if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
            let name = self.type_name(val.ty);
            return Err(self.error(
                span,
                format!("'?.(T)' needs an optional on its left, but this has type '{name}'"),
            ));
        }
        self.map_optional(cx, &val, span, |s, cx, inner| {
            match s.m.types.kind(inner.ty) {
                // An optional target asks without insisting.
                TypeKind::Any | TypeKind::Protocol(_) => s.assert_type(cx, &inner, asked, span),
                _ => {
                    let loaded = s.load(cx, &inner);
                    s.cast(cx, loaded, want, span)
                }
            }
        })
    }
}
