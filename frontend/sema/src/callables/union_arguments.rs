//! `$u: TaggedUnion` parameters whose payload is a run-time expression of the caller (part 4 §8): the variant is the
//! constant, its payload a real parameter that nobody can name.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, ExprKind};

use crate::declarations::lookup::Name;
use crate::emission::fncx::FnCx;
use crate::emission::value::Val;
use crate::sema::{Binding, Entity, Env, Failed, Res, Sema};

/// What the payload of parameter `name` is called; no identifier looks like this.
pub fn payload_name(name: Symbol) -> Symbol {
    Symbol::intern(&format!("{name}.payload"))
}

impl Sema<'_> {
    /// The variant and the payload, evaluated, of an argument that isn't constant.
    pub fn run_time_variant(
        &mut self,
        cx: &mut FnCx,
        arg: &'static ast::Expr,
        want: TypeId,
    ) -> Res<Option<(usize, Val)>> {
        let Some(def) = self.m.types.enum_def(want).cloned() else {
            return Ok(None);
        };
        let env = cx.env().clone();
        if !def.tagged || self.is_constant_text(&env, arg) {
            return Ok(None);
        }
        let Some(name) = self.named_variant(cx, arg, want) else {
            return Ok(None);
        };
        let Some(index) = def.variants.iter().position(|v| v.name == name) else {
            return Ok(None);
        };
        if def.variants[index].payload.is_none() {
            return Ok(None);
        }
        let val = self.lower_expr(cx, arg, Some(want))?;
        let val = self.own(cx, &val);
        let ident = ast::Ident {
            name,
            kind: ast::IdentKind::Raw,
            span: arg.span,
        };
        let Some(payload) = self.variant_payload(cx, &val, ident) else {
            return Ok(None);
        };
        let payload = self.own(cx, &payload);
        Ok(Some((index, self.stable(cx, &payload))))
    }

    /// The constant that stands for a variant whose payload is known only at run time.
    pub fn variant_constant(&self, ty: TypeId, index: usize) -> Res<crate::emission::value::CtVal> {
        let (Some((at, width)), Some(def)) = (self.tag_layout(ty), self.m.types.enum_def(ty))
        else {
            return Err(Failed);
        };
        let tag = def.variants[index].value as u64;
        let mut image = sx_ir::ConstImage::zeroed(self.m.types.size_of(ty));
        let mut bytes = tag.to_le_bytes()[..width as usize].to_vec();
        if self.m.target.endian == sx_ir::target::Endian::Big {
            bytes.reverse();
        }
        image.bytes[at as usize..(at + width) as usize].copy_from_slice(&bytes);
        Ok(crate::emission::value::CtVal {
            ty,
            image: Rc::new(image),
            literal: false,
        })
    }

    /// Offset and width of a tagged enum's tag.
    fn tag_layout(&self, ty: TypeId) -> Option<(u64, u64)> {
        let def = self.m.types.enum_def(ty)?;
        let width = self.m.types.size_of(def.backing);
        Some((def.places.map_or(0, |p| p.tag_offset), width))
    }

    /// Which variant an expression names: `.v(..)`, `E.v(..)`, `.v.{..}`, or a parameter of this kind.
    fn named_variant(
        &mut self,
        cx: &FnCx,
        expr: &'static ast::Expr,
        want: TypeId,
    ) -> Option<Symbol> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.named_variant(cx, inner, want),
            ExprKind::Call(call) => self.named_variant(cx, &call.callee, want),
            ExprKind::Aggregate(literal) => literal
                .ty
                .as_ref()
                .and_then(|ty| self.named_variant(cx, ty, want)),
            ExprKind::EnumLit(name) => {
                let env = cx.env().clone();
                Some(self.spelled(&env, *name).ok()?.name)
            }
            ExprKind::Field { base, name, .. } => {
                let env = cx.env().clone();
                (self.denotes_type(&env, base) && self.eval_type(&env, base).ok()? == want)
                    .then(|| self.spelled(&env, *name).ok())
                    .flatten()
                    .map(|name| name.name)
            }
            ExprKind::Ident(name) => {
                let Some(Binding::Ct(ct)) = cx.env().get(name.name) else {
                    return None;
                };
                (ct.ty == want && cx.env().get(payload_name(name.name)).is_some())
                    .then(|| self.active_variant(&ct))
                    .flatten()
                    .and_then(|i| Some(self.m.types.enum_def(want)?.variants[i].name))
            }
            _ => None,
        }
    }

    fn active_variant(&self, ct: &crate::emission::value::CtVal) -> Option<usize> {
        let (at, width) = self.tag_layout(ct.ty)?;
        let bytes = ct.image.bytes.get(at as usize..(at + width) as usize)?;
        let mut word = [0u8; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        if self.m.target.endian == sx_ir::target::Endian::Big {
            word[..bytes.len()].reverse();
        }
        let tag = u64::from_le_bytes(word);
        let def = self.m.types.enum_def(ct.ty)?;
        let bits = (width * 8) as u32;
        def.variants
            .iter()
            .position(|v| sx_ir::semantics::zext_from(v.value as u64, bits) == tag)
    }

    /// Literals and constants, without calls: evaluating it while compiling can't be noticed.
    fn is_constant_text(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::EnumLit(_)
            | ExprKind::Run(_) => true,
            ExprKind::Ident(name) => match env.get(name.name) {
                Some(Binding::Ct(_)) => env.get(payload_name(name.name)).is_none(),
                Some(Binding::Type(_)) => true,
                Some(_) => false,
                None => match self.try_resolve_name(env, *name) {
                    Ok(Some(Name::Entity(entity, _))) => !matches!(
                        entity,
                        Entity::Global { .. } | Entity::RtConst | Entity::Fn(_)
                    ),
                    Ok(_) => true,
                    Err(Failed) => false,
                },
            },
            ExprKind::Field { base, .. } => {
                self.denotes_type(env, base) || self.is_constant_text(env, base)
            }
            ExprKind::Binary { lhs, rhs, .. } => {
                self.is_constant_text(env, lhs) && self.is_constant_text(env, rhs)
            }
            ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => {
                self.is_constant_text(env, inner)
            }
            ExprKind::Aggregate(literal) => {
                literal.init.is_none()
                    && literal
                        .elems
                        .iter()
                        .all(|e| self.is_constant_text(env, &e.value))
            }
            ExprKind::Call(call) => {
                let variant = matches!(&call.callee.kind, ExprKind::EnumLit(_))
                    || matches!(&call.callee.kind, ExprKind::Field { base, .. } if self.denotes_type(env, base));
                variant
                    && call
                        .args
                        .iter()
                        .all(|a| self.is_constant_text(env, &a.value))
            }
            _ => self.denotes_type(env, expr),
        }
    }

    /// `u.variant` of a parameter whose payload is a run-time value.
    pub fn parameter_payload(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
    ) -> Res<Option<Val>> {
        let ExprKind::Ident(param) = &base.kind else {
            return Ok(None);
        };
        let Some((index, ct, val)) = self.split_parameter(cx, *param)? else {
            return Ok(None);
        };
        let Some(def) = self.m.types.enum_def(ct.ty).cloned() else {
            return Ok(None);
        };
        if def.variants[index].name == name.name {
            return Ok(Some(val));
        }
        let whole = self.make_variant(cx, ct.ty, index, Some(val), name.span)?;
        self.field(cx, &whole, name, name.span).map(Some)
    }

    /// The parameter as a whole value.
    pub fn parameter_union(&mut self, cx: &mut FnCx, name: ast::Ident) -> Res<Option<Val>> {
        // An evaluation sees the variant alone.
        let outside = matches!(
            cx.env().get(payload_name(name.name)),
            Some(Binding::Pack { cx: owner, .. })
                if owner != cx.id && !cx.enclosing.iter().any(|(id, _)| *id == owner)
        );
        if self.caches.tags_only || outside {
            return Ok(None);
        }
        let Some((index, ct, val)) = self.split_parameter(cx, name)? else {
            return Ok(None);
        };
        let val = self.load(cx, &val);
        self.make_variant(cx, ct.ty, index, Some(val), name.span)
            .map(Some)
    }

    fn split_parameter(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
    ) -> Res<Option<(usize, crate::emission::value::CtVal, Val)>> {
        let Some(Binding::Ct(ct)) = cx.env().get(name.name) else {
            return Ok(None);
        };
        let Some(Binding::Pack { cx: owner, pack }) = cx.env().get(payload_name(name.name)) else {
            return Ok(None);
        };
        let (Some(index), Some((var, _))) = (self.active_variant(&ct), pack.elems.first()) else {
            return Ok(None);
        };
        let val = self.variable(cx, name, owner, *var, false)?;
        Ok(Some((index, ct, val)))
    }
}
