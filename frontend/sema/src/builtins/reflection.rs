//! Reflection on types known while compiling and on run-time records.

use crate::builtins::arguments::TypeArg;
use crate::builtins::reflect::record;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece, Val};
use crate::sema::{Env, Failed, Res, Sema};
use rustc_hash::FxHashSet;
use smallvec::smallvec;
use std::rc::Rc;
use sx_ir::func::SwitchCase;
use sx_ir::{BinaryOp, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self};

impl Sema<'_> {
    /// The value of one variant: generated code asks for thousands, one by one.
    pub fn variant_value_at(&mut self, ty: TypeId, at: u64) -> Option<i64> {
        self.complete(ty).ok()?;
        let def = self.m.types.enum_def(ty)?;
        let (value, backing) = (def.variants.get(at as usize)?.value, def.backing);
        Some(self.tag_number(backing, value))
    }

    pub fn variants_of(
        &mut self,
        ty: TypeId,
        name: &str,
        span: Span,
    ) -> Res<Vec<sx_ir::types::Variant>> {
        self.complete(ty)?;
        match self.m.types.enum_def(ty) {
            Some(def) => {
                let (mut variants, backing) = (def.variants.clone(), def.backing);
                for variant in &mut variants {
                    variant.value = self.tag_number(backing, variant.value);
                }
                Ok(variants)
            }
            None => {
                let shown = self.type_name(ty);
                let twin = name.replace("variant_", "struct_field_");
                Err(self.error(span, format!("{name} expects an enum or tagged union, got '{shown}'; for structs use '{twin}'")))
            }
        }
    }

    /// The name of one field of a struct or variant of an enum, without looking at the others.
    pub fn member_name(
        &mut self,
        ty: TypeId,
        intrinsic: &str,
        at: u64,
    ) -> Res<Option<sx_ir::Symbol>> {
        self.complete(ty)?;
        let at = at as usize;
        Ok(match *self.m.types.kind(ty) {
            TypeKind::Struct(nominal) if intrinsic == "struct_field_name" => {
                self.m.types.struct_fields(nominal).get(at).map(|f| f.name)
            }
            TypeKind::Enum(_) if intrinsic == "variant_name" => {
                let def = self.m.types.enum_def(ty);
                def.and_then(|def| def.variants.get(at)).map(|v| v.name)
            }
            _ => None,
        })
    }

    /// What a variant's value, kept sign-extended, is as a number of the enum's backing type.
    pub fn tag_number(&self, backing: TypeId, value: i64) -> i64 {
        match self.m.types.int_info(backing) {
            Some((bits, false)) => sx_ir::semantics::zext_from(value as u64, bits) as i64,
            Some((_, true)) | None => value,
        }
    }

    /// (name, type, offset) of a struct's, tuple's or union's members; `None` for kinds without any.
    pub fn fields_of(
        &mut self,
        ty: TypeId,
        name: &str,
        span: Span,
        in_type: bool,
    ) -> Res<Option<Vec<(String, TypeId, i64)>>> {
        self.complete(ty)?;
        match self.m.types.kind(ty).clone() {
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => {
                let layout = self.m.types.layout(ty);
                let members = self.m.types.members(ty).unwrap_or_default();
                Ok(Some(
                    members
                        .into_iter()
                        .zip(layout.offsets)
                        .map(|((n, t), o)| {
                            (n.map_or_else(String::new, |n| n.to_string()), t, o as i64)
                        })
                        .collect(),
                ))
            }
            TypeKind::Union(_) => {
                let def = self.m.types.union_def(ty).cloned();
                Ok(def.map(|d| {
                    d.members
                        .iter()
                        .map(|m| (m.name.to_string(), m.ty, 0))
                        .collect()
                }))
            }
            TypeKind::Protocol(_) => {
                let Some(def) = self.m.types.protocol_def(ty).cloned() else {
                    return Ok(None);
                };
                let mut list = vec![
                    ("ctx".to_string(), TypeId::VOID_PTR, 0),
                    ("__type_id".to_string(), TypeId::TYPE, 8),
                ];
                if def.inline {
                    list.extend(
                        def.slots
                            .iter()
                            .enumerate()
                            .map(|(i, (n, t))| (n.to_string(), *t, 16 + 8 * i as i64)),
                    );
                } else {
                    list.push(("__vtable".to_string(), TypeId::VOID_PTR, 16));
                }
                Ok(Some(list))
            }
            TypeKind::Enum(_) if !in_type => {
                let shown = self.type_name(ty);
                let twin = name.replace("struct_field_", "variant_");
                Err(self.error(
                    span,
                    format!(
                        "{name} expects a struct or tuple, got '{shown}'; for enums use '{twin}'"
                    ),
                ))
            }
            TypeKind::Array(..) | TypeKind::Vector(..)
                if !in_type && name == "struct_field_count" =>
            {
                let shown = self.type_name(ty);
                Err(self.error(span, format!("{name} expects a struct or tuple, got '{shown}'; use `.len` and index natively")))
            }
            _ => Ok(None),
        }
    }

    /// As values, `_type` readers take only the kinds their names promise; in a type or inside another intrinsic
    /// they see through more.
    pub fn check_member_kind(&mut self, ty: TypeId, name: &str, span: Span) -> Res<()> {
        let shown = self.type_name(ty);
        let message = match (name, self.m.types.kind(ty)) {
            ("variant_type", TypeKind::Enum(_))
                if self.m.types.enum_def(ty).is_some_and(|d| !d.tagged) =>
            {
                format!(
                    "{name} expects a tagged union, got '{shown}', whose variants have no payload"
                )
            }
            ("struct_field_type", TypeKind::Enum(_)) => {
                format!(
                    "{name} expects a struct or tuple, got '{shown}'; for enums use 'variant_type'"
                )
            }
            ("struct_field_type", TypeKind::Array(..) | TypeKind::Vector(..)) => {
                format!(
                    "{name} expects a struct or tuple, got '{shown}'; use `.len` and index natively"
                )
            }
            _ => return Ok(()),
        };
        Err(self.error(span, message))
    }

    pub fn member_type(
        &mut self,
        ty: TypeId,
        name: &str,
        at: u64,
        span: Span,
        index_span: Span,
    ) -> Res<TypeId> {
        if name == "variant_type" {
            let variants = self.variants_of(ty, name, span)?;
            return match variants.get(at as usize) {
                Some(v) => Ok(v.payload.unwrap_or(TypeId::VOID)),
                None => Err(self.error(
                    index_span,
                    format!(
                        "{name}: index {} out of range ({} variants)",
                        at as i64,
                        variants.len()
                    ),
                )),
            };
        }
        match *self.m.types.kind(ty) {
            TypeKind::Slice(t)
            | TypeKind::Optional(t)
            | TypeKind::Array(t, _)
            | TypeKind::Vector(t, _)
                if at == 0 =>
            {
                return Ok(t);
            }
            TypeKind::Enum(_) => {
                if let Some(v) = self
                    .m
                    .types
                    .enum_def(ty)
                    .and_then(|d| d.variants.get(at as usize))
                {
                    return Ok(v.payload.unwrap_or(TypeId::VOID));
                }
            }
            _ => {}
        }
        let fields = self.fields_of(ty, name, span, true)?.unwrap_or_default();
        match fields.get(at as usize) {
            Some(f) => Ok(f.1),
            None => Err(self.error(
                index_span,
                format!(
                    "{name}: index {} out of range ({} fields)",
                    at as i64,
                    fields.len()
                ),
            )),
        }
    }

    /// Field, payload or element type of a run-time type.
    pub fn runtime_member_type(&mut self, cx: &mut FnCx, record: Addr, index: Piece) -> Res<Val> {
        let index = cx.pin(index);
        let elem = cx.load_scalar(Ty::I64, record.plus(record::ELEM));
        let out = cx.temp(Ty::I64);
        cx.set(out, elem);
        let fields = cx.load_scalar(Ty::I64, record.plus(record::FIELD_COUNT));
        let variants = cx.load_scalar(Ty::I64, record.plus(record::VARIANT_COUNT));
        let all = cx.binary(BinaryOp::Add, fields, variants);
        let has_members = cx.binary(BinaryOp::Ne, all, Piece::Const(Ty::I64, 0));
        let cond = cx.use_piece(has_members);
        cx.open();
        let member = self.member_record(cx, record, index);
        let ty = cx.load_scalar(Ty::I64, member.plus(record::member::TYPE));
        cx.set(out, ty);
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        let read = cx.expr(sx_ir::Expr::Local(out));
        Ok(Val::scalar(
            TypeId::TYPE,
            cx.pin(Piece::Tree(Ty::I64, read)),
        ))
    }

    /// `struct_field_value(s, i)`: a view of the field.
    pub fn field_value(
        &mut self,
        cx: &mut FnCx,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        let subject = self.arg(args, 0, "struct_field_value", 2, span)?;
        let index_expr = self.arg(args, 1, "struct_field_value", 2, span)?;
        let val = self.lower_expr(cx, subject, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == TypeId::ANY {
            let pieces = self.pieces(cx, &val);
            let pieces = cx.pin_pieces(&pieces);
            let index = self.index_arg(cx, index_expr)?;
            return self.runtime_field_view(cx, pieces[0], pieces[1], index);
        }
        let fields = self
            .fields_of(val.ty, "struct_field_value", subject.span, false)?
            .unwrap_or_default();
        let addr = self.spill(cx, &val);
        let index = self.index_arg(cx, index_expr)?;
        if let Some(at) = index.as_const() {
            return match fields.get(at as usize) {
                Some((_, ty, offset)) => {
                    let data = cx.addr_piece(addr.plus(*offset as u64));
                    Ok(Val::regs(
                        TypeId::ANY,
                        smallvec![data, Piece::Const(Ty::I64, u64::from(ty.0))],
                    ))
                }
                None => Err(self.error(
                    index_expr.span,
                    format!(
                        "struct_field_value: index {} out of range ({} fields)",
                        at as i64,
                        fields.len()
                    ),
                )),
            };
        }
        let data = cx.addr_piece(addr);
        let tag = Piece::Const(Ty::I64, u64::from(val.ty.0));
        self.runtime_field_view(cx, data, tag, index)
    }

    pub fn runtime_field_view(
        &mut self,
        cx: &mut FnCx,
        data: Piece,
        tag: Piece,
        index: Piece,
    ) -> Res<Val> {
        let data = cx.pin(data);
        let record = self.record_of(cx, tag);
        let member = self.member_record(cx, record, index);
        let offset = cx.load_scalar(Ty::I64, member.plus(record::member::VALUE));
        let ty = cx.load_scalar(Ty::I64, member.plus(record::member::TYPE));
        let at = cx.binary(BinaryOp::PtrAdd, data, offset);
        let at = cx.pin(at);
        Ok(Val::regs(TypeId::ANY, smallvec![at, ty]))
    }

    pub fn payload_view(
        &mut self,
        cx: &mut FnCx,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        let subject = self.arg(args, 0, "variant_payload", 2, span)?;
        let index_expr = self.arg(args, 1, "variant_payload", 2, span)?;
        let val = self.lower_expr(cx, subject, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        let mut static_variants = None;
        let (data, tag) = if val.ty == TypeId::ANY {
            let pieces = self.pieces(cx, &val);
            let pieces = cx.pin_pieces(&pieces);
            (pieces[0], pieces[1])
        } else {
            let variants = self.variants_of(val.ty, "variant_payload", subject.span)?;
            static_variants = Some(variants);
            let addr = self.spill(cx, &val);
            (
                cx.addr_piece(addr),
                Piece::Const(Ty::I64, u64::from(val.ty.0)),
            )
        };
        let data = cx.pin(data);
        let index = self.index_arg(cx, index_expr)?;
        let record = self.record_of(cx, tag);
        let ty = match (&static_variants, index.as_const()) {
            (Some(variants), Some(at)) => match variants.get(at as usize) {
                Some(variant) => {
                    let ty = variant.payload.unwrap_or(TypeId::VOID);
                    Piece::Const(Ty::I64, u64::from(ty.0))
                }
                None => {
                    let (at, count) = (at as i64, variants.len());
                    return Err(self.error(
                        index_expr.span,
                        format!("variant_payload: index {at} out of range ({count} variants)"),
                    ));
                }
            },
            (None, _) | (Some(_), None) => {
                let member = self.member_record(cx, record, index);
                cx.load_scalar(Ty::I64, member.plus(record::member::TYPE))
            }
        };
        let offset = cx.load_scalar(Ty::I64, record.plus(record::PAYLOAD_OFFSET));
        let at = cx.binary(BinaryOp::PtrAdd, data, offset);
        let at = cx.pin(at);
        Ok(Val::regs(TypeId::ANY, smallvec![at, ty]))
    }

    /// Ordinal of the active variant; an unmatched tag answers itself.
    pub fn variant_index_of(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        let ty_expr = self.arg(args, 0, "variant_index", 2, span)?;
        let val_expr = self.arg(args, 1, "variant_index", 2, span)?;
        match self.type_arg(cx, env, "variant_index", ty_expr, false)? {
            TypeArg::Static(ty) => {
                let variants = self.variants_of(ty, "variant_index", ty_expr.span)?;
                let val = self.lower_expr(cx, val_expr, Some(ty))?;
                let val = if val.ty == TypeId::ANY {
                    self.cast(cx, val, ty, span)?
                } else {
                    self.coerce(cx, val, ty, span)?
                };
                let tag = self.enum_tag(cx, &val);
                let def = self.m.types.enum_def(ty).cloned();
                let signed = def
                    .as_ref()
                    .and_then(|d| self.m.types.int_info(d.backing))
                    .is_some_and(|i| i.1);
                let tag = self.resize_int(cx, tag, signed, Ty::I64);
                let tag = cx.pin(tag);
                let values: Vec<i64> = variants.iter().map(|v| v.value).collect();
                let out = ordinal_of(cx, tag, &values);
                Ok(Val::scalar(TypeId::I64, out))
            }
            TypeArg::Runtime(tag) => {
                let val = self.lower_expr(cx, val_expr, None)?;
                if val.ty != TypeId::ANY {
                    return Err(self.error(
                        val_expr.span,
                        "variant_index with a run-time type: pass the value as an `any`",
                    ));
                }
                // The library's function does it (part 5 §5.4).
                let func = self.library_fn("__sx_variant_index", span)?;
                let instance = self.instantiate_fn(func, Vec::new(), Vec::new(), span)?;
                let val = self.load(cx, &val);
                let ty = Val::scalar(TypeId::TYPE, tag);
                self.call_instance(cx, &instance, &[ty, val], span)
            }
        }
    }
}

/// The number of the first value that is `tag`; where there is none, `tag` itself.
fn ordinal_of(cx: &mut FnCx, tag: Piece, values: &[i64]) -> Piece {
    const FEW: usize = 16;
    if (0i64..).zip(values).all(|(i, value)| i == *value) {
        return tag;
    }
    if tag.as_const().is_some() || values.len() <= FEW {
        let mut out = tag;
        for (i, value) in values.iter().enumerate().rev() {
            let hit = cx.binary(BinaryOp::Eq, tag, Piece::Const(Ty::I64, *value as u64));
            out = cx.select(hit, Piece::Const(Ty::I64, i as u64), out);
        }
        return out;
    }
    let out = cx.temp(Ty::I64);
    cx.set(out, tag);
    let mut seen = FxHashSet::default();
    let mut cases = Vec::with_capacity(values.len());
    for (i, value) in (0u64..).zip(values) {
        if !seen.insert(*value) {
            continue;
        }
        cx.open();
        cx.set(out, Piece::Const(Ty::I64, i));
        cases.push(SwitchCase {
            values: smallvec![*value as u64],
            body: cx.close(),
        });
    }
    let value = cx.use_piece(tag);
    cx.emit(StmtKind::Switch {
        ty: Ty::I64,
        value,
        cases,
        default: sx_ir::func::Block::default(),
    });
    let read = cx.expr(sx_ir::Expr::Local(out));
    cx.pin(Piece::Tree(Ty::I64, read))
}
