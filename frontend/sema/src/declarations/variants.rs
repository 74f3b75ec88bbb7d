//! Filling in enums, unions and error sets.

use std::rc::Rc;

use sx_ir::types::{EnumDef, EnumPlaces, Field, NominalDef, UnionDef, Variant};
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, MemberKind};

use crate::comptime::purpose::Purpose;
use crate::declarations::inline_types::implied_value;
use crate::sema::{Env, Failed, NominalSyntax, Res, Sema};

/// What an enum's values are kept in: an integer, or a layout struct.
pub struct EnumBacking {
    pub tag: TypeId,
    pub places: Option<EnumPlaces>,
    /// Bytes of the payload area that a layout struct has.
    pub room: Option<u64>,
}

impl Sema<'_> {
    pub fn complete_union(
        &mut self,
        ty: TypeId,
        decl: &'static ast::UnionDecl,
        env: &Rc<Env>,
    ) -> Res<()> {
        let expanded = self.entered_members(ty, env, &decl.members)?;
        let mut members: Vec<Field> = Vec::new();
        let mut promoted = Vec::new();
        let mut seen: Vec<Symbol> = Vec::new();
        let owner = self.type_name(ty);
        for (member, env) in &*expanded {
            self.look_from(env);
            match &member.kind {
                MemberKind::Field(field) => {
                    for name in &field.names {
                        let name = &self.spelled(env, *name)?;
                        self.inline_names.push(format!("{owner}.{}", name.name));
                        let field_ty = self.field_type(env, &field.ty);
                        self.inline_names.pop();
                        let field_ty = field_ty?;
                        if seen.contains(&name.name) {
                            self.error(
                                name.span,
                                format!("duplicate member '{}' in union '{owner}'", name.name),
                            );
                            continue;
                        }
                        seen.push(name.name);
                        self.keep_member_attrs(ty, *name, &field.attrs, env);
                        members.push(Field {
                            name: name.name,
                            ty: field_ty,
                        });
                    }
                }
                MemberKind::Anon(anon) => {
                    let field_ty =
                        self.inline_type(env, NominalSyntax::Struct(anon), None, member.span)?;
                    // Its fields are the union's own names.
                    for (inner, env) in self.expand_body(env, &anon.members)? {
                        let MemberKind::Field(field) = &inner.kind else {
                            continue;
                        };
                        for name in &field.names {
                            let name = &self.spelled(&env, *name)?;
                            if seen.contains(&name.name) {
                                self.error(
                                    name.span,
                                    format!("duplicate member '{}' in union '{owner}'", name.name),
                                );
                            }
                            seen.push(name.name);
                        }
                    }
                    let name = Symbol::intern(&format!("__anon_{}", promoted.len()));
                    promoted.push(members.len());
                    members.push(Field { name, ty: field_ty });
                }
                MemberKind::Using(_) => {
                    self.error(member.span, "`#using` is only legal in a struct");
                }
                MemberKind::Decl(_)
                | MemberKind::Inline(_)
                | MemberKind::Insert(_)
                | MemberKind::Assert(_) => {}
            }
        }
        self.look_from(env);
        let parts: Vec<TypeId> = members.iter().map(|f: &Field| f.ty).collect();
        self.define(ty, NominalDef::Union(UnionDef { members, promoted }));
        for part in parts {
            self.complete(part)?;
        }
        Ok(())
    }

    pub fn complete_error_set(
        &mut self,
        ty: TypeId,
        decl: &'static ast::ErrorSetDecl,
        env: &Rc<Env>,
    ) -> Res<()> {
        let mut tags = Vec::new();
        for tag in &decl.tags {
            let tag = self.spelled(env, *tag)?;
            self.error_tag(tag.name);
            tags.push(tag.name);
        }
        self.define(ty, NominalDef::ErrorSet(tags));
        Ok(())
    }

    pub fn complete_enum(
        &mut self,
        ty: TypeId,
        decl: &'static ast::EnumDecl,
        env: &Rc<Env>,
    ) -> Res<()> {
        let EnumBacking {
            tag: backing,
            places,
            room,
        } = self.enum_backing(env, decl)?;
        let owner = self.type_name(ty);
        let mut variants: Vec<Variant> = Vec::new();
        let mut tagged = false;
        let mut broken = false;
        let (bits, signed) = self.m.types.int_info(backing).unwrap_or((64, true));
        let members = self.expand_body(env, &decl.variants)?;
        // What those before it are may be part of a variant's value, where they are numbers.
        let plain = places.is_none()
            && members.iter().all(
                |(member, _)| !matches!(member, ast::EnumMember::Variant(v) if v.payload.is_some()),
            );
        for (member, env) in &members {
            let ast::EnumMember::Variant(variant) = member else {
                continue;
            };
            self.look_from(env);
            let variant_name = self.spelled(env, variant.name)?;
            if variants.iter().any(|v| v.name == variant_name.name) {
                self.error(
                    variant_name.span,
                    format!(
                        "duplicate variant '{}' in enum '{owner}'",
                        variant_name.name
                    ),
                );
                continue;
            }
            self.keep_member_attrs(ty, variant_name, &variant.attrs, env);
            let ordinal = variants.len() as u32;
            let value = match &variant.value {
                Some(expr) => {
                    if plain {
                        let so_far = EnumDef {
                            backing,
                            flags: decl.flags,
                            variants: variants.clone(),
                            tagged: false,
                            places: None,
                        };
                        self.define(ty, NominalDef::Enum(so_far));
                    }
                    let val = self.comptime_value(env, expr, Some(backing), &Purpose::EnumValue)?;
                    self.ct_i64(&val)
                }
                None => implied_value(decl.flags, variants.len()),
            };
            // The tag has to hold what the ordinal gives.
            if variant.value.is_none() {
                let wide = match decl.flags {
                    true => 1i128.checked_shl(ordinal).unwrap_or(i128::MAX),
                    false => i128::from(ordinal),
                };
                let unsigned = (0..1i128 << bits).contains(&wide);
                if !(if decl.flags {
                    unsigned
                } else {
                    self.int_fits(wide, backing)
                }) {
                    let shown = self.type_name(backing);
                    self.error(
                        variant_name.span,
                        format!(
                            "the value {wide} of variant '{}' does not fit in {shown}",
                            variant_name.name
                        ),
                    );
                    broken = true;
                }
            }
            let value = match signed {
                true => sx_ir::semantics::sext_from(value as u64, bits),
                false => sx_ir::semantics::zext_from(value as u64, bits) as i64,
            };
            let mut payload = match &variant.payload {
                Some(expr) => {
                    self.inline_names
                        .push(format!("{owner}.{}", variant_name.name));
                    let payload = self.eval_type(env, expr);
                    self.inline_names.pop();
                    let payload = payload?;
                    (payload != TypeId::VOID).then_some(payload)
                }
                None => None,
            };
            if decl.flags && payload.is_some() {
                self.error(
                    variant_name.span,
                    format!(
                        "variant '{}' of a flags enum cannot have a payload",
                        variant_name.name
                    ),
                );
                broken = true;
                payload = None;
            }
            tagged |= payload.is_some() || variant.payload.is_some() && !decl.flags;
            variants.push(Variant {
                name: variant_name.name,
                value,
                payload,
            });
        }
        self.look_from(env);
        let parts: Vec<TypeId> = variants.iter().filter_map(|v| v.payload).collect();
        tagged |= places.is_some();
        let needs = variants.clone();
        self.define(
            ty,
            NominalDef::Enum(EnumDef {
                backing,
                flags: decl.flags,
                variants,
                tagged,
                places,
            }),
        );
        for part in parts {
            self.complete(part)?;
        }
        if broken {
            return Err(Failed);
        }
        // A struct's layout fixes the payload area.
        let Some((expr, room)) = decl.backing.as_ref().zip(room) else {
            return Ok(());
        };
        for variant in needs {
            let size = variant.payload.map_or(0, |p| self.m.types.size_of(p));
            if size > room {
                return Err(self.error(
                    expr.span,
                    format!(
                        "variant '{}' of '{owner}' needs {size} bytes, but the payload area has {room}",
                        variant.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// What an enum's values are kept in.
    pub fn enum_backing(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::EnumDecl,
    ) -> Res<EnumBacking> {
        let Some(expr) = &decl.backing else {
            return Ok(EnumBacking {
                tag: TypeId::I64,
                places: None,
                room: None,
            });
        };
        let given = self.eval_type(env, expr)?;
        self.complete(given)?;
        if self.m.types.int_info(given).is_some() {
            return Ok(EnumBacking {
                tag: given,
                places: None,
                room: None,
            });
        }
        let Some((tag, places, room)) = self.layout_places(given) else {
            let name = self.type_name(given);
            return Err(self.error(
                expr.span,
                format!("an enum's backing type is an integer, or a struct with an integer field 'tag' and an array field 'payload'; got '{name}'"),
            ));
        };
        Ok(EnumBacking {
            tag,
            places: Some(places),
            room: Some(room),
        })
    }

    /// (tag type, places, bytes of the payload area) of a layout struct.
    pub fn layout_places(&mut self, ty: TypeId) -> Option<(TypeId, EnumPlaces, u64)> {
        let members = self.m.types.members(ty)?;
        let layout = self.m.types.layout(ty);
        let tag = members
            .iter()
            .position(|(n, _)| n.is_some_and(|n| n == "tag"))?;
        let payload = members
            .iter()
            .position(|(n, _)| n.is_some_and(|n| n == "payload"))?;
        let tag_ty = members[tag].1;
        self.m.types.int_info(tag_ty)?;
        matches!(self.m.types.kind(members[payload].1), TypeKind::Array(..)).then_some(())?;
        Some((
            tag_ty,
            EnumPlaces {
                tag_offset: layout.offsets[tag],
                payload_offset: layout.offsets[payload],
                size: layout.size,
                align: layout.align,
            },
            self.m.types.size_of(members[payload].1),
        ))
    }
}
