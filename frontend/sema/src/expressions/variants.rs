//! Enum values and spreads.

use crate::declarations::lookup::nearest;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Failed, Res, Sema};
use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn enum_literal(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let Some(want) = want else {
            return Err(self.error(
                span,
                format!(
                    "enum literal '.{}' has no destination type to resolve against",
                    name.name
                ),
            ));
        };
        let target = self.literal_target(want);
        if target == TypeId::POISON {
            return Err(Failed);
        }
        self.complete(target)?;
        let index = self.variant_index(target, name, span)?;
        self.make_variant(cx, target, index, None, span)
    }

    /// Says that `ty` has no variant of this name, unless a mistake in the type itself has been told.
    pub fn no_variant(&mut self, ty: TypeId, name: ast::Ident) -> Failed {
        if self.complete(ty).is_err() {
            return Failed;
        }
        let shown = self.type_name(ty);
        let diag = Diagnostic::error(
            name.span,
            format!("no variant '{}' on type '{shown}'", name.name),
        );
        let variants = self.m.types.enum_def(ty).map_or(&[][..], |d| &d.variants);
        let names = variants.iter().map(|v| v.name.as_str());
        let diag = match nearest(name.as_str(), names) {
            Some(near) => diag.with_help(None, format!("did you mean '.{near}'?")),
            None => diag,
        };
        self.report(diag)
    }

    pub fn variant_index(&mut self, ty: TypeId, name: ast::Ident, span: Span) -> Res<usize> {
        self.complete(ty)?;
        let shown = self.type_name(ty);
        let Some(def) = self.m.types.enum_def(ty) else {
            // It was tried without a destination before.
            if self.has_told(span) {
                return Err(Failed);
            }
            return Err(self.error(
                span,
                format!(
                    "enum literal '.{}' cannot type itself from non-enum destination '{shown}'",
                    name.name
                ),
            ));
        };
        match def.variants.iter().position(|v| v.name == name.name) {
            Some(index) => Ok(index),
            None => {
                let list: Vec<String> = def.variants.iter().map(|v| v.name.to_string()).collect();
                let diag = Diagnostic::error(
                    name.span,
                    format!(
                        "'{}' is not a variant of '{shown}' (variants are: {})",
                        name.name,
                        listed(&list)
                    ),
                );
                let diag = match nearest(name.as_str(), list.iter().map(String::as_str)) {
                    Some(near) => diag.with_help(None, format!("did you mean '.{near}'?")),
                    None => diag,
                };
                Err(self.report(diag))
            }
        }
    }

    /// Variant `index` of an enum, with its payload (already of the payload's type).
    pub fn make_variant(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        index: usize,
        payload: Option<Val>,
        span: Span,
    ) -> Res<Val> {
        let Some(def) = self.m.types.enum_def(ty).cloned() else {
            return Err(Failed);
        };
        let variant = &def.variants[index];
        let scalar = self.scalar(def.backing);
        let bits =
            sx_ir::semantics::zext_from(variant.value as u64, scalar.int_bits().unwrap_or(64));
        if !def.tagged {
            return Ok(Val::scalar(ty, Piece::Const(scalar, bits)));
        }
        if variant.payload.is_some() && payload.is_none() {
            let owner = self.type_name(ty);
            return Err(self.error(
                span,
                format!(
                    "variant '{}' of '{owner}' needs its payload: `.{}(..)`",
                    variant.name, variant.name
                ),
            ));
        }
        let (tag_at, payload_at) = match def.places {
            Some(places) => (places.tag_offset, places.payload_offset),
            None => (0, self.m.types.size_of(def.backing)),
        };
        let slot = self.slot(cx, ty);
        let size = self.m.types.size_of(ty);
        // Padding and the inactive part of the payload area are zero, so that equal values have equal bytes.
        cx.zero(slot, size);
        cx.store_scalar(slot.plus(tag_at), Piece::Const(scalar, bits));
        if let Some(payload) = payload {
            self.store(cx, slot.plus(payload_at), &payload);
        }
        Ok(Val::mem(ty, slot))
    }

    /// `.busy(5)`, `Job.busy(5)`
    pub fn variant_call(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        let index = self.variant_index(ty, name, span)?;
        let payload_ty = self
            .m
            .types
            .enum_def(ty)
            .and_then(|d| d.variants[index].payload);
        let Some(payload_ty) = payload_ty else {
            if args.is_empty() {
                return self.make_variant(cx, ty, index, None, span);
            }
            let owner = self.type_name(ty);
            return Err(self.error(
                span,
                format!("variant '{}' of '{owner}' has no payload", name.name),
            ));
        };
        let payload = match args {
            [arg] if arg.name.is_none() && !matches!(arg.value.kind, ExprKind::Spread(_)) => {
                self.lower_to(cx, &arg.value, payload_ty)?
            }
            _ => {
                // Several arguments fill the payload's fields.
                let members = self.m.types.members(payload_ty).unwrap_or_default();
                if members.len() != args.len() {
                    let n = members.len().max(1);
                    return Err(self.error(
                        span,
                        format!(
                            "'{}' expects {n} argument{}, but {} {} given",
                            name.name,
                            crate::declarations::nominal::plural(n),
                            args.len(),
                            crate::declarations::nominal::were(args.len())
                        ),
                    ));
                }
                let mut vals = Vec::new();
                for (arg, (_, ty)) in args.iter().zip(&members) {
                    let val = self.lower_to(cx, &arg.value, *ty)?;
                    let val = self.own(cx, &val);
                    vals.push(self.stable(cx, &val));
                }
                self.make_aggregate(cx, payload_ty, &vals)
            }
        };
        let payload = self.own(cx, &payload);
        let payload = self.stable(cx, &payload);
        self.make_variant(cx, ty, index, Some(payload), span)
    }

    pub fn variant_aggregate(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        agg: &'static ast::Aggregate,
        span: Span,
    ) -> Res<Val> {
        let index = self.variant_index(ty, name, name.span)?;
        let Some(payload_ty) = self
            .m
            .types
            .enum_def(ty)
            .and_then(|d| d.variants[index].payload)
        else {
            let owner = self.type_name(ty);
            return Err(self.error(
                span,
                format!("variant '{}' of '{owner}' has no payload", name.name),
            ));
        };
        let scalar_payload = self.m.types.members(payload_ty).is_none()
            && !matches!(
                self.m.types.kind(payload_ty),
                TypeKind::Array(..) | TypeKind::Vector(..) | TypeKind::Union(_)
            );
        let payload = match (scalar_payload, agg.elems.as_slice()) {
            (true, [one]) => self.lower_to(cx, &one.value, payload_ty)?,
            _ => self.literal_of(cx, agg, payload_ty, span)?,
        };
        let payload = self.own(cx, &payload);
        self.make_variant(cx, ty, index, Some(payload), span)
    }
}

/// Names in a message: so many of them as somebody may read.
fn listed(names: &[String]) -> String {
    const MOST: usize = 40;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST => {
            format!("{}, .. {} in all", first.join(", "), names.len())
        }
        Some(_) | None => names.join(", "),
    }
}
