//! Values and types as source text.

use std::rc::Rc;

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::render::{Level, needs_backtick, string_literal};

use crate::comptime::results::slice_image;
use crate::emission::value::CtVal;
use crate::sema::{Env, ModId, NominalSyntax, Sema};

/// Lists of more than this are not written out.
const MAX_ELEMENTS: u64 = 1 << 14;

/// A text that stands for a value or type, and how tightly it binds.
pub struct Literal {
    pub text: String,
    pub level: Level,
}

impl Literal {
    /// Of a number, which may have a sign.
    fn number(digits: String) -> Option<Literal> {
        let level = match digits.starts_with('-') {
            true => Level::UNARY,
            false => Level::POSTFIX,
        };
        let text = digits;
        Some(Literal { text, level })
    }

    fn new(text: impl Into<String>) -> Option<Literal> {
        Some(Literal {
            text: text.into(),
            level: Level::POSTFIX,
        })
    }
}

/// Digits before a cast.
fn in_parens(digits: String) -> String {
    match digits.starts_with('-') {
        true => format!("({digits})"),
        false => digits,
    }
}

/// A name as it has to be written.
pub fn spelling(name: sx_ir::Symbol) -> String {
    match needs_backtick(name.as_str()) {
        true => format!("`{name}"),
        false => name.to_string(),
    }
}

/// The same where it is used: the name of a builtin type is one only without a backtick.
pub fn spelling_used(name: sx_ir::Symbol) -> String {
    match sx_syntax::render::names_type(name.as_str()) {
        true => name.to_string(),
        false => spelling(name),
    }
}

impl Sema<'_> {
    /// A type as it would be written, instances by their arguments.
    pub fn type_source(&mut self, ty: TypeId) -> String {
        let env = self.module(ModId(0)).env.clone();
        self.type_source_within(&env, ty, 0)
    }

    fn type_source_within(&mut self, env: &Rc<Env>, ty: TypeId, depth: u32) -> String {
        if depth > 32 {
            return self.type_name(ty);
        }
        let kind = self.m.types.kind(ty).clone();
        let mut of = |before: &str, ty| {
            let inner = self.type_source_within(env, ty, depth + 1);
            match before == "?" && inner.starts_with('?') {
                true => format!("?({inner})"),
                false => format!("{before}{inner}"),
            }
        };
        match kind {
            TypeKind::Pointer(ty) => return of("*", ty),
            TypeKind::ManyPointer(ty) => return of("[*]", ty),
            TypeKind::Slice(ty) => return of("[]", ty),
            TypeKind::Optional(ty) => return of("?", ty),
            TypeKind::Array(ty, count) => return of(&format!("[{count}]"), ty),
            TypeKind::Tuple(elems) => {
                let mut texts = Vec::with_capacity(elems.len());
                for (name, ty) in elems {
                    let ty = self.type_source_within(env, ty, depth + 1);
                    texts.push(match name {
                        Some(name) => format!("{}: {ty}", spelling(name)),
                        None => ty,
                    });
                }
                return format!("Tuple({})", texts.join(", "));
            }
            _ => {}
        }
        let instance = self
            .nominals
            .get(&ty)
            .and_then(|info| info.instance.clone());
        let Some((template, args)) = instance else {
            return self.type_name(ty);
        };
        let mut texts = Vec::new();
        for arg in &args {
            let text = match arg.ty == TypeId::TYPE {
                true => {
                    let ty = self.ct_type(arg);
                    Some(self.type_source_within(env, ty, depth + 1))
                }
                false => self.literal_within(env, arg, depth + 1).map(|l| l.text),
            };
            match text {
                Some(text) => texts.push(text),
                None => return self.type_name(ty),
            }
        }
        let name = self.templates[template.index()].name;
        let protocol = self
            .nominals
            .get(&ty)
            .is_some_and(|info| matches!(info.syntax, NominalSyntax::Protocol(..)));
        if protocol && texts.is_empty() {
            return name.to_string();
        }
        format!("{name}({})", texts.join(", "))
    }

    /// What denotes a type in a module, if anything that can be written does.
    pub fn type_text(&mut self, env: &Rc<Env>, ty: TypeId) -> Option<Literal> {
        let text = self.type_source(ty);
        let file = self.sources.add("type".to_string(), text.clone());
        let parsed = sx_syntax::parse_expr(file, &text);
        if !parsed.diagnostics.is_empty() {
            return None;
        }
        let level = match parsed.ast.expr.kind {
            ExprKind::Ident(_) | ExprKind::Field { .. } | ExprKind::Call(_) => Level::POSTFIX,
            _ => Level::ANY,
        };
        let expr: &'static ast::Expr = &Box::leak(Box::new(parsed.ast)).expr;
        let found = self.quietly(|s| s.eval_type(env, expr)).ok()?;
        (found == ty).then_some(Literal { text, level })
    }

    /// What has this value and type where it stands in a module.
    pub fn literal(&mut self, env: &Rc<Env>, val: &CtVal) -> Option<Literal> {
        self.literal_within(env, val, 0)
    }

    fn literal_within(&mut self, env: &Rc<Env>, val: &CtVal, depth: u32) -> Option<Literal> {
        if depth > 16 {
            return None;
        }
        let kind = self.m.types.kind(val.ty).clone();
        match kind {
            TypeKind::Bool => Literal::new((self.ct_u64(val) != 0).to_string()),
            TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize => {
                let signed = self.m.types.int_info(val.ty).is_some_and(|i| i.1);
                let digits = match signed {
                    true => self.ct_i64(val).to_string(),
                    false => self.ct_u64(val).to_string(),
                };
                // The least there is has no literal.
                if digits == i64::MIN.to_string() {
                    return None;
                }
                let plain = val.literal || val.ty == TypeId::I64;
                match plain {
                    true => Literal::number(digits),
                    false => {
                        let ty = self.type_name(val.ty);
                        Literal::new(format!("{}.({ty})", in_parens(digits)))
                    }
                }
            }
            TypeKind::F32 | TypeKind::F64 => {
                let value = self.ct_f64(val);
                if !value.is_finite() {
                    return None;
                }
                let mut digits = value.to_string();
                if !digits.contains('.') {
                    digits.push_str(".0");
                }
                match val.ty == TypeId::F64 || val.literal {
                    true => Literal::number(digits),
                    false => Literal::new(format!("{}.(f32)", in_parens(digits))),
                }
            }
            TypeKind::String | TypeKind::StringZ => {
                let text = self.ct_text(val)?;
                let text = String::from_utf8(text).ok()?;
                Literal::new(string_literal(&text))
            }
            TypeKind::Type => {
                let ty = self.ct_type(val);
                self.type_text(env, ty)
            }
            TypeKind::Enum(_) => {
                if self.m.types.enum_def(val.ty)?.tagged {
                    return self.variant_literal(env, val, depth);
                }
                let value = self.ct_i64(val);
                let def = self.m.types.enum_def(val.ty)?;
                let variant = def.variants.iter().find(|v| v.value == value)?.name;
                let ty = self.type_text(env, val.ty)?;
                Literal::new(format!("{}.{}", ty.text, spelling(variant)))
            }
            TypeKind::Array(elem, count) => {
                let image = val.image.clone();
                self.list_literal(env, val.ty, (&image, 0, elem, count), depth)
            }
            TypeKind::Slice(elem) => {
                let (image, offset, count) = self.pointed_to(val);
                self.list_literal(env, val.ty, (&image, offset, elem, count), depth)
            }
            TypeKind::Struct(_) => {
                let ty = self.type_text(env, val.ty)?;
                let TypeKind::Struct(nominal) = kind else {
                    return None;
                };
                let fields = self.fields_literal(env, val, nominal, depth)?;
                Literal::new(format!("{}.{{ {fields} }}", ty.text))
            }
            TypeKind::Tuple(elems) => {
                let ty = self.type_text(env, val.ty)?;
                let mut parts = Vec::new();
                for (i, (_, elem)) in elems.iter().enumerate() {
                    let offset = self.m.types.offset_of(val.ty, i);
                    let part = self.part(val, offset, *elem);
                    parts.push(self.literal_within(env, &part, depth + 1)?.text);
                }
                Literal::new(format!("{}.{{ {} }}", ty.text, parts.join(", ")))
            }
            TypeKind::Optional(inner) => self.optional_literal(env, val, inner, depth),
            _ => None,
        }
    }

    /// A part of a value, as a literal may stand for it.
    fn part(&self, val: &CtVal, offset: u64, ty: TypeId) -> CtVal {
        let size = self.m.types.size_of(ty);
        CtVal {
            ty,
            image: Rc::new(slice_image(&val.image, offset, size)),
            literal: self.takes_type(ty),
        }
    }

    /// `x = 1, y = 2`
    fn fields_literal(
        &mut self,
        env: &Rc<Env>,
        val: &CtVal,
        nominal: sx_ir::types::NominalId,
        depth: u32,
    ) -> Option<String> {
        let fields = self.m.types.struct_fields(nominal).to_vec();
        let mut parts = Vec::new();
        for (i, field) in fields.iter().enumerate() {
            let offset = self.m.types.offset_of(val.ty, i);
            let part = self.part(val, offset, field.ty);
            let text = self.literal_within(env, &part, depth + 1)?.text;
            parts.push(format!("{} = {text}", spelling(field.name)));
        }
        Some(parts.join(", "))
    }

    /// `5.(?i64)`, `null.(?i64)`: there is no other way to say of which type.
    fn optional_literal(
        &mut self,
        env: &Rc<Env>,
        val: &CtVal,
        inner: TypeId,
        depth: u32,
    ) -> Option<Literal> {
        let ty = self.type_text(env, val.ty)?;
        let size = self.m.types.size_of(inner);
        let present = match self.m.types.size_of(val.ty) > size {
            true => self.get_int(&val.image.bytes, size as usize, 1) != 0,
            false => !val.image.relocs.is_empty() || val.image.bytes.iter().any(|b| *b != 0),
        };
        if !present {
            return Literal::new(format!("null.({})", ty.text));
        }
        // A cast of an optional maps over it.
        if matches!(self.m.types.kind(inner), TypeKind::Optional(_)) {
            return None;
        }
        let payload = self.part(val, 0, inner);
        let payload = self.literal_within(env, &payload, depth + 1)?;
        let parens = payload.level < Level::POSTFIX;
        Literal::new(match parens {
            true => format!("({}).({})", payload.text, ty.text),
            false => format!("{}.({})", payload.text, ty.text),
        })
    }

    /// The variant that a value of a tagged enum has, and where its payload is.
    pub fn variant_of(&self, val: &CtVal) -> Option<(sx_ir::types::Variant, u64)> {
        let def = self.m.types.enum_def(val.ty)?;
        let size = self.m.types.size_of(def.backing);
        let (tag_at, payload_at) = match def.places {
            Some(places) => (places.tag_offset, places.payload_offset),
            None => (0, size),
        };
        let tag = CtVal {
            ty: def.backing,
            image: Rc::new(slice_image(&val.image, tag_at, size)),
            literal: false,
        };
        let tag = self.ct_i64(&tag);
        let active = def.variants.iter().find(|v| v.value == tag)?.clone();
        Some((active, payload_at))
    }

    /// `Job.busy(5)`, `Job.move.{ dx = 1 }`, `Job.idle`.
    fn variant_literal(&mut self, env: &Rc<Env>, val: &CtVal, depth: u32) -> Option<Literal> {
        let (active, payload_at) = self.variant_of(val)?;
        let ty = self.type_text(env, val.ty)?;
        let name = format!("{}.{}", ty.text, spelling(active.name));
        let Some(payload) = active.payload else {
            return Literal::new(name);
        };
        let payload = self.part(val, payload_at, payload);
        if let TypeKind::Struct(nominal) = *self.m.types.kind(payload.ty) {
            // It may have no name of its own.
            let fields = self.fields_literal(env, &payload, nominal, depth)?;
            return Literal::new(format!("{name}.{{ {fields} }}"));
        }
        let payload = self.literal_within(env, &payload, depth + 1)?;
        Literal::new(format!("{name}({})", payload.text))
    }

    /// Whether numbers of a type need not say it where it is waited for.
    pub fn takes_type(&self, ty: TypeId) -> bool {
        let small = (self.m.types.int_info(ty)).is_some_and(|(bits, signed)| bits < 64 || signed);
        small || self.is_float(ty)
    }

    /// Of an image, from where in it, elements of a type, so many of them.
    fn list_literal(
        &mut self,
        env: &Rc<Env>,
        ty: TypeId,
        (image, offset, elem, count): (&Rc<sx_ir::ConstImage>, u64, TypeId, u64),
        depth: u32,
    ) -> Option<Literal> {
        if count > MAX_ELEMENTS {
            return None;
        }
        let ty = self.type_text(env, ty)?;
        let size = self.m.types.size_of(elem);
        let mut parts = Vec::new();
        for i in 0..count {
            let part = CtVal {
                ty: elem,
                image: Rc::new(slice_image(image, offset + i * size, size)),
                literal: self.takes_type(elem),
            };
            parts.push(self.literal_within(env, &part, depth + 1)?.text);
        }
        Literal::new(format!("{}.[{}]", ty.text, parts.join(", ")))
    }
}
