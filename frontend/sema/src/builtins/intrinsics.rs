//! Calls that the compiler answers itself (reference part 4 §12, §13).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{BinaryOp, Ty, TypeId, TypeKind, UnaryOp};
use sx_syntax::Span;
use sx_syntax::ast;

use crate::builtins::arguments::TypeArg;
use crate::builtins::reflect::record;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece, Val, ValKind};
use crate::sema::{Binding, Env, Failed, FnId, Res, Sema};

/// Intrinsics that a bare call always means, imported or not.
pub const NAMES: &[&str] = &[
    "size_of",
    "align_of",
    "type_of",
    "type_name",
    "type_info",
    "pointee_type",
    "is_flags",
    "is_unsigned",
    "is_identity",
    "vector_lanes",
    "struct_field_count",
    "struct_field_name",
    "struct_field_type",
    "struct_field_offset",
    "struct_field_value",
    "variant_count",
    "variant_name",
    "variant_type",
    "variant_value",
    "variant_index",
    "variant_payload",
    "error_name",
    "__sx_variant_tag_width",
    "__sx_variant_tag_offset",
    "__sx_element_count",
    "any_element",
    "raw_any_data",
    "raw_make_any",
    "sqrt",
    "sin",
    "cos",
    "floor",
    "type_eq",
    "has_impl",
    "is_struct",
    "is_comptime",
    "atomic_load",
    "atomic_store",
    "atomic_swap",
    "atomic_fetch_add",
    "atomic_fetch_sub",
    "atomic_fetch_and",
    "atomic_fetch_or",
    "atomic_fetch_xor",
    "atomic_fetch_min",
    "atomic_fetch_max",
    "atomic_cmpxchg",
    "atomic_cmpxchg_weak",
    "atomic_fence",
    "__interp_print_frames",
    "__trace_resolve_frame",
];

pub fn is_intrinsic_name(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Sema<'_> {
    /// `None` if the name is no intrinsic (or a local of that name is meant).
    pub fn intrinsic_call(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Option<Val>> {
        if !is_intrinsic_name(name.as_str()) {
            return Ok(None);
        }
        // A name with a backtick is first what is declared.
        if name.is_raw() && self.try_resolve_name(env, name)?.is_some() {
            return Ok(None);
        }
        if matches!(
            env.get(name.name),
            Some(Binding::Var { .. } | Binding::Decl(_))
        ) {
            return Ok(None);
        }
        self.intrinsic(cx, env, name.as_str(), &call.args, want, span)
            .map(Some)
    }

    pub fn intrinsic_by_fn(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        f: FnId,
        call: &'static ast::CallExpr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Option<Val>> {
        let name = self.fn_info(f).name.clone();
        if crate::builtins::metatypes::is_host_function(&name) {
            return self.host_call(cx, f, None, call, span).map(Some);
        }
        if !is_intrinsic_name(&name) {
            return Err(self.no_intrinsic(f, span));
        }
        self.intrinsic(cx, env, &name, &call.args, want, span)
            .map(Some)
    }

    /// `x.f(..)` for a compiler function `f` declared `ufcs`.
    pub fn intrinsic_with_receiver(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        receiver: Val,
        base: &'static ast::Expr,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Val> {
        let name = self.fn_info(f).name.clone();
        if crate::builtins::metatypes::is_host_function(&name) {
            return self.host_call(cx, f, Some((receiver, base.span)), call, span);
        }
        if !is_intrinsic_name(&name) {
            return Err(self.no_intrinsic(f, span));
        }
        let what = format!("calling the intrinsic '{name}' on a receiver");
        Err(self.not_implemented(span, &what))
    }

    /// A call of an intrinsic that the compiler does not have. What a program declares is told where it declares it, at
    /// module scope called or not.
    pub fn no_intrinsic(&mut self, f: FnId, span: Span) -> Failed {
        let info = self.fn_info(f);
        let module_scope = info.owner.is_none() && info.env.parent.is_none();
        match (self.in_library_module(info.module), info.decl.name) {
            (false, _) if module_scope => Failed,
            (false, Some(name)) => {
                self.error(name.span, format!("unknown intrinsic '{}'", name.name))
            }
            (true, _) | (false, None) => {
                let name = info.name.clone();
                self.error(span, format!("unknown intrinsic '{name}'"))
            }
        }
    }

    pub fn intrinsic(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        name: &str,
        args: &'static [ast::Arg],
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match name {
            "size_of" | "align_of" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                Ok(match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        let layout = self.m.types.layout(ty);
                        self.i64_val(if name == "size_of" {
                            layout.size
                        } else {
                            layout.align
                        } as i64)
                    }
                    TypeArg::Runtime(tag) => {
                        let at = if name == "size_of" {
                            record::SIZE_OF
                        } else {
                            record::ALIGN_OF
                        };
                        self.record_word(cx, tag, at, TypeId::I64)
                    }
                })
            }
            "type_of" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let (val, typed_only) = self.lower_for_type(cx, arg)?;
                if val.is_poison() {
                    return Err(Failed);
                }
                match self.m.types.kind(val.ty) {
                    TypeKind::Any | TypeKind::Protocol(_) if typed_only => {
                        let text = self.span_text(arg.span);
                        Err(self.error(
                            arg.span,
                            format!("the type that '{text}' holds is known at run time only"),
                        ))
                    }
                    TypeKind::Any => {
                        let pieces = self.pieces(cx, &val);
                        Ok(Val::scalar(TypeId::TYPE, pieces[1]))
                    }
                    TypeKind::Protocol(_) => {
                        let tag = self.protocol_word(cx, &val, 1);
                        Ok(Val::scalar(TypeId::TYPE, tag))
                    }
                    _ => Ok(Val::type_value(val.ty)),
                }
            }
            "type_name" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        let text = self.type_name(ty);
                        Ok(self.str_val(text.as_bytes()))
                    }
                    TypeArg::Runtime(tag) => {
                        let record = self.record_of(cx, tag);
                        let val = Val::mem(TypeId::STRING, record.plus(record::NAME));
                        Ok(self.load(cx, &val))
                    }
                }
            }
            "type_info" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let info = self.type_info_type(env, span)?;
                match self.type_arg(cx, env, name, arg, false)? {
                    TypeArg::Static(ty) => match self.type_info_image(info, ty) {
                        Some(ct) => Ok(self.val_of_ct(cx, &ct)),
                        None => Err(self.error(
                            span,
                            "`TypeInfo` doesn't have the shape that modules/std/meta.sx gives it",
                        )),
                    },
                    TypeArg::Runtime(tag) => {
                        let table = self.type_info_table(info);
                        let offset = cx.binary(BinaryOp::Mul, tag, Piece::Const(Ty::I64, 8));
                        let at = cx.binary(BinaryOp::PtrAdd, Piece::GlobalAddr(table, 0), offset);
                        let at = cx.addr_of_piece(at);
                        let record = cx.load_scalar(Ty::Ptr, at);
                        let addr = cx.addr_of_piece(record);
                        Ok(Val::mem(info, addr))
                    }
                }
            }
            "type_eq" => {
                let a = self.arg(args, 0, name, 2, span)?;
                let b = self.arg(args, 1, name, 2, span)?;
                let (a, b) = (
                    self.type_arg(cx, env, name, a, false)?,
                    self.type_arg(cx, env, name, b, false)?,
                );
                let piece = |t: TypeArg| match t {
                    TypeArg::Static(ty) => Piece::Const(Ty::I64, u64::from(ty.0)),
                    TypeArg::Runtime(p) => p,
                };
                Ok(Val::scalar(
                    TypeId::BOOL,
                    cx.binary(BinaryOp::Eq, piece(a), piece(b)),
                ))
            }
            "has_impl" => {
                let protocol = self.arg(args, 0, name, 2, span)?;
                let ty = self.arg(args, 1, name, 2, span)?;
                let protocol = self.protocol_ref(env, protocol)?;
                let ty = self.static_type(cx, env, name, ty)?;
                Ok(Val::bool(self.has_impl(&protocol, ty, env.module)))
            }
            "is_struct" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let ty = self.static_type(cx, env, name, arg)?;
                Ok(Val::bool(matches!(
                    self.m.types.kind(ty),
                    TypeKind::Struct(_)
                        | TypeKind::AnonStruct(_)
                        | TypeKind::Tuple(_)
                        | TypeKind::Protocol(_)
                )))
            }
            "is_identity" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let ty = self.static_type(cx, env, name, arg)?;
                Ok(Val::bool(
                    self.m.types.protocol_def(ty).is_some_and(|d| d.identity),
                ))
            }
            "is_flags" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                Ok(match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        Val::bool(self.m.types.enum_def(ty).is_some_and(|d| d.flags))
                    }
                    TypeArg::Runtime(tag) => {
                        self.record_word(cx, tag, record::IS_FLAGS, TypeId::BOOL)
                    }
                })
            }
            "is_unsigned" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                Ok(match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        Val::bool(matches!(self.m.types.int_info(ty), Some((_, false))))
                    }
                    TypeArg::Runtime(tag) => {
                        self.record_word(cx, tag, record::IS_UNSIGNED, TypeId::BOOL)
                    }
                })
            }
            "is_comptime" => {
                let flag = self.comptime_flag();
                let piece = cx.load_scalar(Ty::I8, Addr::Global(flag, 0));
                Ok(Val::scalar(TypeId::BOOL, piece))
            }
            "pointee_type" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let ty = self.static_type(cx, env, name, arg)?;
                match *self.m.types.kind(ty) {
                    TypeKind::Pointer(t) | TypeKind::ManyPointer(t) => Ok(Val::type_value(t)),
                    _ => {
                        let shown = self.type_name(ty);
                        Err(self.error(
                            arg.span,
                            format!("pointee_type expects a pointer type, got '{shown}'"),
                        ))
                    }
                }
            }
            "vector_lanes" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => match *self.m.types.kind(ty) {
                        TypeKind::Vector(_, n) => Ok(self.i64_val(i64::from(n))),
                        _ => {
                            let shown = self.type_name(ty);
                            Err(self.error(
                                arg.span,
                                format!("vector_lanes expects a vector type, got '{shown}'"),
                            ))
                        }
                    },
                    TypeArg::Runtime(tag) => {
                        Ok(self.record_word(cx, tag, record::VECTOR_LANES, TypeId::I64))
                    }
                }
            }
            "__sx_variant_tag_width" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => Ok(self.i64_val(self.tag_width(ty))),
                    TypeArg::Runtime(tag) => {
                        Ok(self.record_word(cx, tag, record::TAG_WIDTH, TypeId::I64))
                    }
                }
            }
            "__sx_variant_tag_offset" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        let places = self.m.types.enum_def(ty).and_then(|def| def.places);
                        Ok(self.i64_val(places.map_or(0, |p| p.tag_offset as i64)))
                    }
                    TypeArg::Runtime(tag) => {
                        Ok(self.record_word(cx, tag, record::TAG_OFFSET, TypeId::I64))
                    }
                }
            }
            "__sx_element_count" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => Ok(self.i64_val(match *self.m.types.kind(ty) {
                        TypeKind::Array(_, n) => n as i64,
                        TypeKind::Vector(_, n) => i64::from(n),
                        _ => 0,
                    })),
                    TypeArg::Runtime(tag) => {
                        Ok(self.record_word(cx, tag, record::COUNT, TypeId::I64))
                    }
                }
            }
            "struct_field_count" | "variant_count" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                match self.type_arg(cx, env, name, arg, true)? {
                    TypeArg::Static(ty) => {
                        // Where a count is expected, the fields of an enum are its variants.
                        let variants = name == "variant_count"
                            || (cx.counting && self.m.types.enum_def(ty).is_some());
                        let count = if variants {
                            self.variants_of(ty, name, arg.span)?.len()
                        } else {
                            self.fields_of(ty, name, arg.span, false)?
                                .map_or(0, |f| f.len())
                        };
                        Ok(self.i64_val(count as i64))
                    }
                    TypeArg::Runtime(tag) => {
                        let at = if name == "variant_count" {
                            record::VARIANT_COUNT
                        } else {
                            record::FIELD_COUNT
                        };
                        Ok(self.record_word(cx, tag, at, TypeId::I64))
                    }
                }
            }
            "struct_field_name" | "variant_name" => {
                let arg = self.arg(args, 0, name, 2, span)?;
                let index = self.arg(args, 1, name, 2, span)?;
                let ty = self.type_arg(cx, env, name, arg, true)?;
                let index = self.index_arg(cx, index)?;
                if let (TypeArg::Static(ty), Some(at)) = (&ty, index.as_const()) {
                    if let Some(found) = self.member_name(*ty, name, at)? {
                        return Ok(self.str_val(found.as_str().as_bytes()));
                    }
                    let names: Vec<String> = if name == "variant_name" {
                        self.variants_of(*ty, name, arg.span)?
                            .iter()
                            .map(|v| v.name.to_string())
                            .collect()
                    } else {
                        let fields = self
                            .fields_of(*ty, name, arg.span, false)?
                            .unwrap_or_default();
                        fields.into_iter().map(|f| f.0).collect()
                    };
                    let text = names.get(at as usize).cloned().unwrap_or_default();
                    return Ok(self.str_val(text.as_bytes()));
                }
                let tag = self.runtime_tag(&ty);
                let record = self.record_of(cx, tag);
                let member = self.member_record(cx, record, index);
                let val = Val::mem(TypeId::STRING, member.plus(record::member::NAME));
                Ok(self.load(cx, &val))
            }
            "struct_field_type" | "variant_type" => {
                let arg = self.arg(args, 0, name, 2, span)?;
                let index_expr = self.arg(args, 1, name, 2, span)?;
                let ty = self.type_arg(cx, env, name, arg, true)?;
                match &ty {
                    TypeArg::Static(ty) => {
                        let Some(at) = self.constant_index_arg(cx, env, index_expr)? else {
                            return Err(self.error(index_expr.span, format!("{name}: the index must be a non-negative compile-time integer; copy the type into a `Type` variable for a run-time one")));
                        };
                        let makes_type = cx.fn_id.is_some_and(|f| self.returns_type(f));
                        if !cx.comptime && !makes_type && !self.caches.inside_type_argument {
                            self.check_member_kind(*ty, name, arg.span)?;
                        }
                        let found = self.member_type(*ty, name, at, arg.span, index_expr.span)?;
                        Ok(Val::type_value(found))
                    }
                    TypeArg::Runtime(tag) => {
                        let tag = *tag;
                        let index = self.index_arg(cx, index_expr)?;
                        let record = self.record_of(cx, tag);
                        self.runtime_member_type(cx, record, index)
                    }
                }
            }
            "struct_field_offset" | "variant_value" => {
                let arg = self.arg(args, 0, name, 2, span)?;
                let index_expr = self.arg(args, 1, name, 2, span)?;
                let ty = self.type_arg(cx, env, name, arg, true)?;
                let known = match (&ty, name) {
                    (TypeArg::Static(_), "struct_field_offset") => {
                        match self.constant_index_arg(cx, env, index_expr)? {
                            Some(at) => Some(Piece::Const(Ty::I64, at)),
                            None => {
                                return Err(self.error(
                                    index_expr.span,
                                    format!("{name}: the index must be a non-negative compile-time integer"),
                                ));
                            }
                        }
                    }
                    (TypeArg::Static(_) | TypeArg::Runtime(_), _) => None,
                };
                let index = match known {
                    Some(index) => index,
                    None => self.index_arg(cx, index_expr)?,
                };
                if let (TypeArg::Static(ty), Some(at)) = (&ty, index.as_const()) {
                    let ty = *ty;
                    if name == "variant_value"
                        && let Some(value) = self.variant_value_at(ty, at)
                    {
                        return Ok(self.i64_val(value));
                    }
                    let values: Vec<i64> = if name == "variant_value" {
                        self.variants_of(ty, name, arg.span)?
                            .iter()
                            .map(|v| v.value)
                            .collect()
                    } else {
                        self.fields_of(ty, name, arg.span, false)?
                            .unwrap_or_default()
                            .into_iter()
                            .map(|f| f.2)
                            .collect()
                    };
                    return match values.get(at as usize) {
                        Some(value) => Ok(self.i64_val(*value)),
                        None => {
                            let what = if name == "variant_value" {
                                "variants"
                            } else {
                                "fields"
                            };
                            Err(self.error(
                                index_expr.span,
                                format!(
                                    "{name}: index {} out of range ({} {what})",
                                    at as i64,
                                    values.len()
                                ),
                            ))
                        }
                    };
                }
                let tag = self.runtime_tag(&ty);
                let record = self.record_of(cx, tag);
                if name == "struct_field_offset" {
                    // Tagged unions answer their payload's offset.
                    let member = self.member_record(cx, record, index);
                    let offset = cx.load_scalar(Ty::I64, member.plus(record::member::VALUE));
                    let payload = cx.load_scalar(Ty::I64, record.plus(record::PAYLOAD_OFFSET));
                    let width = cx.load_scalar(Ty::I64, record.plus(record::TAG_WIDTH));
                    let tagged = cx.binary(BinaryOp::Ne, width, Piece::Const(Ty::I64, 0));
                    return Ok(Val::scalar(TypeId::I64, cx.select(tagged, payload, offset)));
                }
                let member = self.member_record(cx, record, index);
                let value = cx.load_scalar(Ty::I64, member.plus(record::member::VALUE));
                Ok(Val::scalar(TypeId::I64, value))
            }
            "struct_field_value" => self.field_value(cx, args, span),
            "variant_payload" => self.payload_view(cx, args, span),
            "variant_index" => self.variant_index_of(cx, env, args, span),
            "error_name" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let val = self.lower_expr(cx, arg, None)?;
                let ok = self.is_integer(val.ty)
                    || val.is_poison()
                    || matches!(
                        self.m.types.kind(val.ty),
                        TypeKind::ErrorSet(_) | TypeKind::AnyError | TypeKind::Failable { .. }
                    );
                if !ok {
                    let shown = self.type_name(val.ty);
                    return Err(self.error(
                        arg.span,
                        format!("error_name expects an error value, got '{shown}'"),
                    ));
                }
                let piece = self.piece(cx, &val);
                self.error_name_of(cx, piece)
            }
            "any_element" => {
                let av = self.arg(args, 0, name, 3, span)?;
                let elem = self.arg(args, 1, name, 3, span)?;
                let index = self.arg(args, 2, name, 3, span)?;
                let av = self.lower_to(cx, av, TypeId::ANY)?;
                let data = self.pieces(cx, &av)[0];
                let data = cx.pin(data);
                let elem = self.type_arg(cx, env, name, elem, false)?;
                let index = self.index_arg(cx, index)?;
                let (tag, size) = match elem {
                    TypeArg::Static(ty) => (
                        Piece::Const(Ty::I64, u64::from(ty.0)),
                        Piece::Const(Ty::I64, self.m.types.size_of(ty)),
                    ),
                    TypeArg::Runtime(tag) => {
                        let record = self.record_of(cx, tag);
                        (tag, cx.load_scalar(Ty::I64, record.plus(record::SIZE_OF)))
                    }
                };
                let offset = cx.binary(BinaryOp::Mul, index, size);
                let at = cx.binary(BinaryOp::PtrAdd, data, offset);
                let at = cx.pin(at);
                Ok(Val::regs(TypeId::ANY, smallvec![at, tag]))
            }
            "raw_any_data" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let av = self.lower_to(cx, arg, TypeId::ANY)?;
                let data = self.pieces(cx, &av)[0];
                Ok(Val::scalar(TypeId::VOID_PTR, data))
            }
            "raw_make_any" => {
                let ty = self.arg(args, 0, name, 2, span)?;
                let data = self.arg(args, 1, name, 2, span)?;
                let tag = match self.type_arg(cx, env, name, ty, false)? {
                    TypeArg::Static(ty) => Piece::Const(Ty::I64, u64::from(ty.0)),
                    TypeArg::Runtime(tag) => tag,
                };
                let val = self.lower_expr(cx, data, None)?;
                if !matches!(
                    self.m.types.kind(val.ty),
                    TypeKind::Pointer(_) | TypeKind::ManyPointer(_) | TypeKind::CString
                ) {
                    let shown = self.type_name(val.ty);
                    return Err(self.error(
                        data.span,
                        format!("raw_make_any expects a pointer for its data, got '{shown}'"),
                    ));
                }
                let piece = self.piece(cx, &val);
                let piece = cx.pin(piece);
                Ok(Val::regs(TypeId::ANY, smallvec![piece, tag]))
            }
            "sqrt" | "sin" | "cos" | "floor" => {
                let arg = self.arg(args, 0, name, 1, span)?;
                let val = self.lower_expr(cx, arg, want.filter(|w| self.is_float(*w)))?;
                let val = self.load(cx, &val);
                // An integer literal is a float where one is asked for.
                let val = if self.is_integer(val.ty) && val.literal {
                    self.coerce(cx, val, TypeId::F64, arg.span)?
                } else {
                    val
                };
                if !self.is_float(val.ty) {
                    if val.is_poison() {
                        return Err(Failed);
                    }
                    let shown = self.type_name(val.ty);
                    return Err(
                        self.error(arg.span, format!("{name} expects a float, got '{shown}'"))
                    );
                }
                let op = match name {
                    "sqrt" => UnaryOp::FSqrt,
                    "sin" => UnaryOp::FSin,
                    "cos" => UnaryOp::FCos,
                    _ => UnaryOp::FFloor,
                };
                let piece = self.piece(cx, &val);
                Ok(Val::scalar(val.ty, cx.unary(op, piece)))
            }
            "__interp_print_frames" => {
                let printer = self.frames_printer();
                cx.call_direct(printer, &[], &[]);
                Ok(Val::void())
            }
            "__trace_resolve_frame" => self.resolve_trace_frame(cx, args, span),
            _ if name.starts_with("atomic_") => self.atomic(cx, env, name, args, span),
            _ => Err(self.not_implemented(span, &format!("the intrinsic '{name}'"))),
        }
    }

    // ---------------------------------------------------------------------------------------------- library

    /// A function that the library provides for the compiler, by name.
    pub fn library_fn(&mut self, name: &str, span: Span) -> Res<FnId> {
        let symbol = sx_ir::Symbol::intern(name);
        let found = self.modules.iter().find_map(|m| {
            m.names
                .get(&symbol)
                .copied()
                .filter(|_| m.shown.contains("modules/std/"))
        });
        match found {
            Some(decl) => match self.resolve_decl(decl)? {
                crate::sema::Entity::Fn(f) => Ok(f),
                _ => Err(Failed),
            },
            None => Err(self.error(
                span,
                format!("this needs '{name}' of the standard library; import \"modules/std.sx\""),
            )),
        }
    }
    // ---------------------------------------------------------------------------------------------- traces

    pub fn resolve_trace_frame(
        &mut self,
        cx: &mut FnCx,
        args: &'static [ast::Arg],
        span: Span,
    ) -> Res<Val> {
        let arg = self.arg(args, 0, "__trace_resolve_frame", 1, span)?;
        let val = self.lower_to(cx, arg, TypeId::U64)?;
        let symbol = sx_ir::Symbol::intern("TraceFrame");
        let found = self.library_name("std/trace.sx", symbol);
        let Some(decl) = found else {
            return Err(self.error(
                span,
                "this needs `TraceFrame` in scope; import \"modules/std/trace.sx\"",
            ));
        };
        let crate::sema::Entity::Type(ty) = self.resolve_decl(decl)? else {
            return Err(Failed);
        };
        self.complete(ty)?;
        // A frame is the address of a constant record.
        let piece = self.piece(cx, &val);
        let ptr = cx.convert(sx_ir::ConvertOp::IToP, Ty::Ptr, piece);
        let addr = cx.addr_of_piece(ptr);
        let mem = Val::mem(ty, addr);
        Ok(self.load(cx, &mem))
    }
}

impl Val {
    /// The only scalar of a value in registers.
    pub fn const_piece(&self) -> Option<Piece> {
        match &self.kind {
            ValKind::Regs(pieces) if pieces.len() == 1 => Some(pieces[0]),
            ValKind::Regs(_) | ValKind::Mem(_) | ValKind::Place(_) => None,
        }
    }
}
