//! Expressions: names, literals, member access, indexing, casts. `want` is what the context would like; the caller
//! converts.

use sx_ir::{Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Place, Val, ValKind};
use crate::sema::{Binding, Failed, Res, Sema};
use crate::statements::control::value_span;

impl Sema<'_> {
    pub fn lower_expr(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || {
            self.at(cx, expr.span);
            let val = self.lower_expr_now(cx, expr, want)?;
            match want {
                Some(want) => Ok(self.truncate_runtime_float(cx, expr, val, want)),
                None => Ok(val),
            }
        })
    }

    /// Only a compile-time float has to be integral (part 1, 5.1): a run-time one that folded is truncated.
    fn truncate_runtime_float(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        val: Val,
        want: TypeId,
    ) -> Val {
        if self.is_integer(want)
            && self.is_float(val.ty)
            && val.const_bits().is_some()
            && self.is_runtime_float(cx, expr)
        {
            let piece = self.piece(cx, &val);
            let piece = self.number_piece(cx, piece, val.ty, want);
            return Val::scalar(want, piece);
        }
        val
    }

    /// As [`Sema::lower_expr`], converted to exactly `want`.
    /// What a variable, constant or field is initialized with: a value, or `---`.
    pub fn lower_initial(
        &mut self,
        cx: &mut FnCx,
        init: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        match (&init.kind, want) {
            (ExprKind::Undef, Some(want)) => Ok(Val::mem(want, self.slot(cx, want))),
            _ => self.lower_expr(cx, init, want),
        }
    }

    pub fn lower_to(&mut self, cx: &mut FnCx, expr: &'static ast::Expr, want: TypeId) -> Res<Val> {
        let val = self.lower_expr(cx, expr, Some(want))?;
        let (loc, span) = (cx.loc, cx.span);
        self.at(cx, expr.span);
        let out = self.coerce(cx, val, want, value_span(expr));
        (cx.loc, cx.span) = (loc, span);
        out
    }

    /// A float that is no expression over literals, named constants and limits, even if it folds.
    fn is_runtime_float(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(_) | ExprKind::Cast { .. } => true,
            ExprKind::Field { base, name } => {
                let env = cx.env().clone();
                !self.denotes_type(&env, base) && self.namespace_of(&env, base, *name).is_none()
            }
            ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => self.is_runtime_float(cx, e),
            ExprKind::Binary { lhs, rhs, .. } => {
                self.is_runtime_float(cx, lhs) || self.is_runtime_float(cx, rhs)
            }
            _ => false,
        }
    }

    /// An operand: a value of its own type.
    pub fn lower_operand(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let val = self.lower_expr(cx, expr, want)?;
        Ok(self.captured_element(cx, val))
    }

    /// A by-reference capture stands for its element where it is an operand or a match subject.
    pub fn captured_element(&mut self, cx: &mut FnCx, val: Val) -> Val {
        match &val.kind {
            ValKind::Place(Place {
                access: Access::RefCapture(_),
                ..
            }) => {
                let TypeKind::Pointer(to) = *self.m.types.kind(val.ty) else {
                    return val;
                };
                let pointer = self.load(cx, &val);
                Val::place(self.deref_place(cx, &pointer, to))
            }
            _ => val,
        }
    }

    /// Where narrowing does not apply: an optional variable stays optional.
    pub fn lower_operand_raw(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let env = cx.env().clone();
        match &expr.kind {
            ExprKind::Ident(name) => {
                if let Some(Binding::Var { cx: id, var }) = self.named_binding(&env, expr) {
                    self.at(cx, expr.span);
                    let name = self.name_at(&env, *name);
                    return self.variable(cx, name, id, var, false);
                }
            }
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                if let Some(put) = self.put_here(&env, expr) {
                    return self
                        .where_put(cx, &put, |s, cx, expr| s.lower_operand_raw(cx, expr, want));
                }
            }
            _ => {}
        }
        self.lower_expr(cx, expr, want)
    }

    pub fn lower_expr_now(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Error => Err(Failed),
            ExprKind::Int { value, .. } => self.int_literal(cx, *value, want, span),
            ExprKind::Float { value, .. } => {
                let literal = Val {
                    literal: true,
                    ..Val::scalar(TypeId::F64, Piece::Const(Ty::F64, value.to_bits()))
                };
                match want.map(|w| self.literal_target(w)) {
                    Some(want) if self.is_number(want) => self.coerce(cx, literal, want, span),
                    _ => Ok(literal),
                }
            }
            ExprKind::Str(text) => Ok(self.str_val(text.as_bytes())),
            ExprKind::Bool(value) => Ok(Val::bool(*value)),
            ExprKind::Null => match want {
                Some(want) if self.accepts_null(want) => Ok(self.null_of(cx, want)),
                Some(want) if want != TypeId::POISON => {
                    let name = self.type_name(want);
                    Err(self.error(span, format!("null is no value of type '{name}'; only pointers and optionals can be null")))
                }
                Some(_) => Err(Failed),
                None => Err(self.error(
                    span,
                    "null has no type here; give the destination a pointer or optional type",
                )),
            },
            ExprKind::Undef => Err(match want {
                Some(_) => self.error(
                    span,
                    "`---` is no value: it only stands where a variable, constant or field is initialized",
                ),
                None => self.error(span, "`---` needs a type: `x : T = ---;`"),
            }),
            ExprKind::Ident(name) => self.lower_ident(cx, *name, want, span),
            ExprKind::Dollar { .. } => {
                let env = cx.env().clone();
                if let ExprKind::Dollar { name, .. } = &expr.kind {
                    match env.get(name.name) {
                        Some(Binding::Pack { .. } | Binding::TypePack(_)) => {
                            return self.type_pack_value(cx, expr);
                        }
                        Some(Binding::Type(_) | Binding::Ct(_)) => {
                            return Err(self.error(
                                span,
                                format!("'$' introduces a generic parameter only in its declaration; write '{}' here", name.name),
                            ));
                        }
                        _ => {}
                    }
                }
                let ty = self.eval_type(&env, expr)?;
                Ok(Val::type_value(ty))
            }
            ExprKind::EnumLit(name) => {
                let env = cx.env().clone();
                let name = self.spelled(&env, *name)?;
                self.enum_literal(cx, name, want, span)
            }
            ExprKind::ErrorTag(name) => {
                let name = self.spelled(&cx.env().clone(), *name)?;
                self.error_tag_literal(name, want, span)
            }
            ExprKind::Field { base, name } => self.lower_field(cx, expr, base, *name, want),
            ExprKind::TupleIndex {
                base,
                index,
                index_span,
            } => {
                let base = self.lower_part_of(cx, base)?;
                self.tuple_index(cx, &base, *index, *index_span)
            }
            ExprKind::OptField { base, name } => self.lower_opt_field(cx, base, *name, span),
            ExprKind::OptTupleIndex {
                base,
                index,
                index_span,
            } => {
                let (index, index_span) = (*index, *index_span);
                let base = self.lower_operand_raw(cx, base, None)?;
                self.map_optional(cx, &base, span, |s, cx, inner| {
                    s.tuple_index(cx, &inner, index, index_span)
                })
            }
            ExprKind::Deref(base) => {
                let val = self.lower_expr(cx, base, None)?;
                match self.m.types.kind(val.ty).clone() {
                    TypeKind::Pointer(to) if to != TypeId::VOID => {
                        Ok(Val::place(self.deref_place(cx, &val, to)))
                    }
                    TypeKind::Poison => Err(Failed),
                    _ => {
                        let name = self.type_name(val.ty);
                        Err(self.error(
                            span,
                            format!("cannot dereference with `.*`: '{name}' is not a pointer"),
                        ))
                    }
                }
            }
            ExprKind::Index { base, index } => {
                let element = self.lower_index(cx, expr, base, index);
                self.or_beside(cx, element, [&**index])
            }
            ExprKind::Slice(slice) => self.lower_slice(cx, slice, span),
            ExprKind::Call(call) => {
                let val = self.lower_call(cx, call, want, span)?;
                if val.ty == TypeId::NORETURN {
                    cx.paths.leaves(call);
                }
                Ok(val)
            }
            ExprKind::Cast { base, ty, alloc } => {
                self.lower_cast(cx, base, ty, alloc.as_deref(), span)
            }
            ExprKind::OptCast { base, ty } => self.lower_opt_cast(cx, base, ty, span),
            ExprKind::Unwrap(base) => {
                let val = self.lower_operand_raw(cx, base, None)?;
                if val.is_poison() {
                    return Err(Failed);
                }
                if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
                    let name = self.type_name(val.ty);
                    return Err(self.error(
                        span,
                        format!("cannot unwrap a value of type '{name}': it is not an optional"),
                    ));
                }
                Ok(self.unwrap(cx, &val))
            }
            ExprKind::Aggregate(agg) => self.lower_aggregate(cx, agg, want, span),
            ExprKind::Catch(catch) => self.lower_catch(cx, catch, want, span),
            ExprKind::Unary {
                op: ast::UnOp::Not,
                expr: inner,
            } if self.denotes_type(&cx.env().clone(), inner) => {
                let env = cx.env().clone();
                let ty = self.eval_type(&env, expr)?;
                Ok(Val::type_value(ty))
            }
            ExprKind::Unary { op, expr: inner } => {
                let want = want.map(|w| self.literal_target(w));
                self.lower_unary(cx, *op, inner, want, span)
            }
            ExprKind::Star(inner) => self.lower_star(cx, expr, inner),
            ExprKind::Xx(inner) => self.lower_xx(cx, inner, want, span),
            ExprKind::Try(inner) => self.lower_try(cx, inner, want, span),
            ExprKind::Binary { op, lhs, rhs, .. } => {
                let want = want.map(|w| self.literal_target(w));
                if matches!(op, ast::BinOp::Eq | ast::BinOp::Ne) && self.both_types(cx, lhs, rhs) {
                    let env = cx.env().clone();
                    let (a, b) = (self.eval_type(&env, lhs)?, self.eval_type(&env, rhs)?);
                    return Ok(Val::bool((a == b) == (*op == ast::BinOp::Eq)));
                }
                self.lower_binary(cx, *op, lhs, rhs, want, span)
            }
            ExprKind::Chain { first, rest } => self.lower_chain(cx, first, rest, span),
            ExprKind::Paren(inner) => self.lower_expr(cx, inner, want),
            ExprKind::Spread(_) => Err(self.error(
                span,
                "a spread `..e` is only legal in arguments and literals",
            )),
            ExprKind::If(node) => self.lower_if(cx, node, want, true),
            ExprKind::Match(node) => self.lower_match(cx, node, want, true),
            ExprKind::Block(block) => self.lower_value_block(cx, block, want),
            ExprKind::Lambda(decl) => self.lower_lambda(cx, decl, want, span),
            ExprKind::Asm(asm) => self.lower_asm(cx, asm),
            ExprKind::Run(inner) => {
                let target = want.filter(|w| *w != TypeId::ANY);
                match self.run_once(cx, inner, target)? {
                    Some(val) => Ok(self.val_of_ct(cx, &val)),
                    None => self.lower_expr(cx, inner, want),
                }
            }
            ExprKind::Insert(inner) => self.lower_insert_value(cx, inner, want, span),
            ExprKind::CallerLocation => self.caller_location(cx, span),
            ExprKind::ArgText(param) => self.argument_text(*param, span),
            ExprKind::Code(code) => self.lower_code(cx, code),
            ExprKind::Splice(inner) => self.lower_splice(cx, inner, want, span),
            ExprKind::ArrayType { len, elem } if self.counts_at_evaluation(cx, len) => {
                self.computed_array_type(cx, len, elem)
            }
            ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_)
            | ExprKind::ErrorSetType(_)
            | ExprKind::Struct(_)
            | ExprKind::Union(_)
            | ExprKind::Enum(_) => {
                let env = cx.env().clone();
                let ty = self.eval_type(&env, expr)?;
                Ok(Val::type_value(ty))
            }
        }
    }

    pub fn both_types(
        &mut self,
        cx: &FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
    ) -> bool {
        let env = cx.env().clone();
        let shape = |e: &ast::Expr| {
            !matches!(
                e.kind,
                ExprKind::Call(_) | ExprKind::Int { .. } | ExprKind::Null
            )
        };
        shape(lhs) && shape(rhs) && self.denotes_type(&env, lhs) && self.denotes_type(&env, rhs)
    }

    /// What a literal adopts under `want`: the payload of an optional.
    pub fn literal_target(&self, want: TypeId) -> TypeId {
        match self.m.types.kind(want) {
            TypeKind::Optional(payload) => self.literal_target(*payload),
            TypeKind::Failable { values, .. } if values.len() == 1 => values[0].1,
            _ => want,
        }
    }

    pub fn accepts_null(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::Optional(_)
                | TypeKind::Pointer(_)
                | TypeKind::ManyPointer(_)
                | TypeKind::CString
                | TypeKind::Function(_)
        )
    }

    pub fn int_literal(
        &mut self,
        cx: &mut FnCx,
        value: u64,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let ty = if value > i64::MAX as u64 {
            TypeId::U64
        } else {
            TypeId::I64
        };
        let literal = Val {
            literal: true,
            ..Val::int(ty, Ty::I64, value)
        };
        match want.map(|w| self.literal_target(w)) {
            Some(want) if self.is_number(want) => self.coerce(cx, literal, want, span),
            _ => Ok(literal),
        }
    }

    // ---------------------------------------------------------------------------------------------- chains

    pub fn lower_chain(
        &mut self,
        cx: &mut FnCx,
        first: &'static ast::Expr,
        rest: &'static [ast::ChainLink],
        span: Span,
    ) -> Res<Val> {
        // Every operand is evaluated exactly once, also after a false link.
        let a = self.lower_operand(cx, first, None);
        let a = self.or_beside(cx, a, rest.iter().map(|link| &link.rhs))?;
        let a = self.own(cx, &a);
        let mut left = self.stable(cx, &a);
        let mut all = Piece::Const(Ty::I8, 1);
        for (i, link) in rest.iter().enumerate() {
            let env = cx.env().clone();
            let want = matches!(
                self.seen_through(&env, &link.rhs).1.kind,
                ExprKind::EnumLit(_) | ExprKind::Aggregate(_) | ExprKind::Null
            )
            .then_some(left.ty);
            let right = self.lower_operand(cx, &link.rhs, want);
            let right = self.or_beside(cx, right, rest[i + 1..].iter().map(|link| &link.rhs))?;
            let right = self.own(cx, &right);
            let right = self.stable(cx, &right);
            let one = self.compare(cx, link.op, left, right.clone(), span)?;
            let one = self.piece(cx, &one);
            let one = cx.pin(one);
            all = self.both(cx, all, one);
            left = right;
        }
        Ok(Val::scalar(TypeId::BOOL, all))
    }
}
