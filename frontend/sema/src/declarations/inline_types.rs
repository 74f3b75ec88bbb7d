//! Types written where they are used: `p: enum { a; b; }`. The same shape is the same type, wherever written.

use std::rc::Rc;

use sx_ir::types::NAMELESS;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, EnumMember, MemberKind};

use crate::comptime::purpose::Purpose;
use crate::sema::{Env, NominalSyntax, Res, Sema};

/// What makes inline unions and enums the same type. Structs have theirs in the table of types.
#[derive(PartialEq, Eq, Hash, Clone)]
pub enum InlineShape {
    /// An anonymous struct among the members has no name.
    Union(Vec<(Option<Symbol>, TypeId)>),
    Enum {
        flags: bool,
        backing: TypeId,
        /// There are payloads, be they all `void`.
        tagged: bool,
        variants: Vec<(Symbol, i64, Option<TypeId>)>,
    },
    /// The body has more than fields in it: the same text where all names mean the same.
    Written(*const Env, String),
}

impl Sema<'_> {
    /// The type that an inline `struct`, `union` or `enum` is; `name`: what an alias declaration calls it.
    pub fn inline_type(
        &mut self,
        env: &Rc<Env>,
        syntax: NominalSyntax,
        name: Option<Symbol>,
        span: Span,
    ) -> Res<TypeId> {
        // What a type function makes is its own, and named after it.
        let made = env.makes.get().filter(|_| self.inline_names.is_empty());
        if let NominalSyntax::Struct(decl) = &syntax
            && name.is_none()
            && made.is_none()
            && decl.members.iter().all(|m| {
                matches!(&m.kind, MemberKind::Field(f)
                    if f.default.is_none() && f.attrs.notes().is_empty())
            })
        {
            let mut fields = Vec::new();
            for member in &decl.members {
                if let MemberKind::Field(field) = &member.kind {
                    let mut names = Vec::with_capacity(field.names.len());
                    for name in &field.names {
                        names.push(self.spelled(env, *name)?);
                    }
                    let ty = match names.first() {
                        Some(first) => {
                            self.named_inside(first.name, |s| s.eval_type(env, &field.ty))
                        }
                        None => self.eval_type(env, &field.ty),
                    };
                    let ty = ty?;
                    for name in names {
                        if fields.iter().any(|(n, _)| *n == name.name) {
                            self.error(name.span, format!("duplicate field '{}'", name.name));
                            continue;
                        }
                        fields.push((name.name, ty));
                    }
                }
            }
            let ty = self.m.types.intern(TypeKind::AnonStruct(fields));
            if let Some(name) = self.inline_names.last() {
                self.m.types.name_inline(ty, name);
            }
            return Ok(ty);
        }
        let shown = match (name.or(made), self.inline_names.last()) {
            (Some(name), _) => name.to_string(),
            (None, Some(outer)) => outer.clone(),
            (None, None) => NAMELESS.to_string(),
        };
        if name.is_some() {
            return Ok(self.declare_nominal(shown, syntax, env.clone(), env.module, span));
        }
        let shape = match made {
            None => self.inline_shape(env, &syntax)?,
            Some(_) => None,
        };
        let shape = shape.unwrap_or_else(|| {
            // Written in one place of a generic body, the type still differs by what the names in it mean.
            let around = Rc::as_ptr(innermost_with_names(env));
            InlineShape::Written(around, self.span_text(span))
        });
        if let Some(ty) = self.caches.inline_types.get(&shape).copied() {
            if let Some(name) = self.inline_names.last() {
                self.m.types.name_inline(ty, name);
            }
            return Ok(ty);
        }
        let ty = self.declare_nominal(shown, syntax, env.clone(), env.module, span);
        self.caches.inline_types.insert(shape, ty);
        Ok(ty)
    }

    /// `None`: something in the body has no part in a shape.
    fn inline_shape(&mut self, env: &Rc<Env>, syntax: &NominalSyntax) -> Res<Option<InlineShape>> {
        match syntax {
            NominalSyntax::Union(decl) => self.inline_union_shape(env, decl),
            NominalSyntax::Enum(decl) => self.inline_enum_shape(env, decl),
            NominalSyntax::Struct(_)
            | NominalSyntax::ErrorSet(_)
            | NominalSyntax::Protocol(..)
            | NominalSyntax::Minted => Ok(None),
        }
    }

    fn inline_union_shape(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::UnionDecl,
    ) -> Res<Option<InlineShape>> {
        let plain = decl.members.iter().all(|member| match &member.kind {
            MemberKind::Field(field) => field.default.is_none() && field.attrs.notes().is_empty(),
            MemberKind::Anon(_) => true,
            MemberKind::Using(_)
            | MemberKind::Decl(_)
            | MemberKind::Inline(_)
            | MemberKind::Insert(_)
            | MemberKind::Assert(_) => false,
        });
        if !plain {
            return Ok(None);
        }
        let mut members = Vec::new();
        for member in &decl.members {
            match &member.kind {
                MemberKind::Field(field) => {
                    for name in &field.names {
                        let name = self.spelled(env, *name)?.name;
                        let ty = self.named_inside(name, |s| s.field_type(env, &field.ty))?;
                        members.push((Some(name), ty));
                    }
                }
                MemberKind::Anon(anon) => {
                    let inner = NominalSyntax::Struct(anon);
                    members.push((None, self.inline_type(env, inner, None, member.span)?));
                }
                MemberKind::Using(_)
                | MemberKind::Decl(_)
                | MemberKind::Inline(_)
                | MemberKind::Insert(_)
                | MemberKind::Assert(_) => {}
            }
        }
        Ok(Some(InlineShape::Union(members)))
    }

    fn inline_enum_shape(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::EnumDecl,
    ) -> Res<Option<InlineShape>> {
        let mut plain = Vec::with_capacity(decl.variants.len());
        for member in &decl.variants {
            match member {
                EnumMember::Variant(variant) if variant.attrs.notes().is_empty() => {
                    plain.push(variant);
                }
                EnumMember::Variant(_)
                | EnumMember::Inline(_)
                | EnumMember::Insert(_)
                | EnumMember::Assert(_) => return Ok(None),
            }
        }
        let backing = match &decl.backing {
            Some(expr) => self.eval_type(env, expr)?,
            None => TypeId::I64,
        };
        let mut variants = Vec::with_capacity(plain.len());
        let mut tagged = false;
        for variant in plain {
            let name = self.spelled(env, variant.name)?.name;
            let value = match &variant.value {
                Some(expr) => {
                    let tag = self.enum_backing(env, decl)?.tag;
                    let value = self.comptime_value(env, expr, Some(tag), &Purpose::EnumValue)?;
                    self.ct_i64(&value)
                }
                None => implied_value(decl.flags, variants.len()),
            };
            let payload = match &variant.payload {
                Some(expr) => Some(self.named_inside(name, |s| s.eval_type(env, expr))?),
                None => None,
            };
            tagged |= payload.is_some();
            variants.push((name, value, payload.filter(|ty| *ty != TypeId::VOID)));
        }
        Ok(Some(InlineShape::Enum {
            flags: decl.flags,
            backing,
            tagged,
            variants,
        }))
    }

    /// Evaluates the type of a member; types written in it are named after it if what has it is named.
    fn named_inside<T>(&mut self, member: Symbol, work: impl FnOnce(&mut Self) -> T) -> T {
        let Some(outer) = self.inline_names.last() else {
            return work(self);
        };
        self.inline_names.push(format!("{outer}.{member}"));
        let done = work(self);
        self.inline_names.pop();
        done
    }
}

/// The number of a variant without a value.
pub fn implied_value(flags: bool, ordinal: usize) -> i64 {
    match flags {
        true => 1i64.checked_shl(ordinal as u32).unwrap_or(0),
        false => ordinal as i64,
    }
}

/// A scope without names means what the one around it does.
fn innermost_with_names(env: &Rc<Env>) -> &Rc<Env> {
    let mut env = env;
    while let Some(parent) = &env.parent
        && env.names.borrow().is_empty()
        && env.expansion.is_none()
        && env.iteration().is_none()
        && env.copy().is_none()
        && env.makes.get() == parent.makes.get()
    {
        env = parent;
    }
    env
}
