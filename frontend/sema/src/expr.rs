//! Expressions: names, literals, member access, indexing, casts. `want` is what the context would like; the caller
//! converts.

use smallvec::smallvec;
use sx_ir::{BinaryOp, CheckRel, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::eval::Purpose;
use crate::fncx::{CaptureSlot, FnCx};
use crate::lookup::Name;
use crate::sema::{Binding, DeclId, DeclSyntax, Entity, Failed, Res, Sema, VarId};
use crate::value::{Access, Addr, Piece, Place, Val, ValKind};

impl Sema<'_> {
    pub fn lower_expr(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || {
            self.at(cx, expr.span);
            self.lower_expr_now(cx, expr, want)
        })
    }

    /// As [`Sema::lower_expr`], converted to exactly `want`.
    pub fn lower_to(&mut self, cx: &mut FnCx, expr: &'static ast::Expr, want: TypeId) -> Res<Val> {
        let val = self.lower_expr(cx, expr, Some(want))?;
        let (loc, span) = (cx.loc, cx.span);
        self.at(cx, expr.span);
        let out = self.coerce(cx, val, want, expr.span);
        (cx.loc, cx.span) = (loc, span);
        out
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
        if let ExprKind::Ident(name) = &expr.kind
            && let Some(Binding::Var { cx: id, var }) = cx.env().get(name.name)
        {
            self.at(cx, expr.span);
            return self.variable(cx, *name, id, var, false);
        }
        self.lower_expr(cx, expr, want)
    }

    fn lower_expr_now(
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
            ExprKind::Undef => match want {
                Some(want) => {
                    let addr = self.slot(cx, want);
                    Ok(Val::mem(want, addr))
                }
                None => Err(self.error(span, "`---` needs a type: `x : T = ---;`")),
            },
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
            ExprKind::EnumLit(name) => self.enum_literal(cx, *name, want, span),
            ExprKind::ErrorTag(name) => self.error_tag_literal(*name, want, span),
            ExprKind::Field { base, name } => self.lower_field(cx, expr, base, *name, want),
            ExprKind::TupleIndex {
                base,
                index,
                index_span,
            } => {
                let base = self.lower_expr(cx, base, None)?;
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
            ExprKind::Index { base, index } => self.lower_index(cx, expr, base, index),
            ExprKind::Slice { base, lo, op, hi } => {
                self.lower_slice(cx, base, lo.as_deref(), *op, hi.as_deref(), span)
            }
            ExprKind::Call(call) => self.lower_call(cx, call, want, span),
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
            ExprKind::Asm(asm) => match crate::asm_rules::mistake(asm) {
                Some((at, message)) => Err(self.error(at, message)),
                None => Err(self.not_implemented(asm.span, "inline assembly")),
            },
            ExprKind::Run(inner) => {
                let env = cx.env().clone();
                let val = self.comptime_value(
                    &env,
                    inner,
                    want.filter(|w| *w != TypeId::ANY),
                    &Purpose::Operand,
                )?;
                Ok(self.val_of_ct(cx, &val))
            }
            ExprKind::Insert(inner) => {
                Err(self.not_implemented(inner.span, "`#insert` as an expression"))
            }
            ExprKind::CallerLocation => self.caller_location(cx, span),
            ExprKind::ArgText(_) => Err(self.not_implemented(span, "`#arg_text`")),
            ExprKind::Code(_) => Err(self.not_implemented(span, "`#code`")),
            ExprKind::Splice(_) => Err(self.not_implemented(span, "a splice `#(..)`")),
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

    fn both_types(&mut self, cx: &FnCx, lhs: &'static ast::Expr, rhs: &'static ast::Expr) -> bool {
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

    fn int_literal(
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

    // ---------------------------------------------------------------------------------------------- names

    fn lower_ident(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        if name.is_discard() {
            return Err(self.error(span, "the discard `_` has no value to read"));
        }
        let env = cx.env().clone();
        if !name.is_raw()
            && crate::types_eval::is_int_name(name.as_str())
            && env.get(name.name).is_none()
        {
            // A visible value of the reserved name wins in value position.
            if !matches!(
                self.lookup_module(env.module, name.name),
                crate::lookup::Found::Decl(_)
            ) {
                let ty = self.int_by_name(name.as_str());
                return Ok(Val::type_value(ty));
            }
        }
        match self.try_resolve_name(&env, name)? {
            Some(Name::Binding(binding)) => self.lower_binding(cx, name, binding, want, span),
            Some(Name::Entity(entity, decl)) => {
                self.lower_entity(cx, entity, decl, name, want, span)
            }
            Some(Name::BuiltinType(ty)) => Ok(Val::type_value(ty)),
            None => match name.as_str() {
                "context" => self.lower_context(cx, span),
                "OS" | "ARCH" | "POINTER_SIZE" => self.target_constant(cx, name, span),
                "Self" => match cx.owner {
                    Some(owner) => Ok(Val::type_value(owner)),
                    None => Err(self.error(span, "`Self` is usable only in protocol declarations")),
                },
                _ => {
                    let diag = self.unresolved(env.module, name);
                    Err(self.report(diag))
                }
            },
        }
    }

    fn lower_binding(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        binding: Binding,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match binding {
            Binding::Var { cx: id, var } | Binding::LocalConst { cx: id, var } => {
                self.variable(cx, name, id, var, true)
            }
            Binding::Ct(val) => {
                let given = self.val_of_ct(cx, &val);
                let _ = want;
                Ok(given)
            }
            Binding::Type(ty) => Ok(Val::type_value(ty)),
            Binding::Decl(decl) => {
                let entity = self.resolve_decl(decl)?;
                self.lower_entity(cx, entity, decl, name, want, span)
            }
            Binding::Pack { .. } | Binding::TypePack(_) => self.bare_pack(cx, name, want, span),
            Binding::Poison => Err(Failed),
        }
    }

    pub fn variable(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        owner: u32,
        var: VarId,
        narrow: bool,
    ) -> Res<Val> {
        let var = if owner == cx.id {
            var
        } else {
            self.capture(cx, name, owner, var)?
        };
        let info = cx.var(var).clone();
        if let Some(error) = info.guarded_by {
            let error_name = cx.var(error).name;
            let diag = Diagnostic::error(
                name.span,
                format!("'{}' is usable only where '{error_name}' is proven absent", info.name),
            )
            .with_help(None, format!("guard it with `if !{error_name} {{ .. }}` or leave first with `if {error_name} {{ return; }}`"));
            return Err(self.report(diag));
        }
        let place = cx.var_place(var);
        let val = Val::place(place);
        if narrow && info.narrowed {
            Ok(self.payload_of(cx, &val))
        } else {
            Ok(val)
        }
    }

    /// A variable of an enclosing function: copied into the lambda's environment, or an error in a nested function.
    fn capture(&mut self, cx: &mut FnCx, name: ast::Ident, owner: u32, var: VarId) -> Res<VarId> {
        if let Some(slot) = cx
            .captures
            .iter()
            .find(|c| c.outer_cx == owner && c.outer == var)
        {
            return Ok(slot.inner);
        }
        let Some(info) = cx
            .enclosing
            .iter()
            .find(|(id, _)| *id == owner)
            .and_then(|(_, vars)| vars.get(var.0 as usize))
            .cloned()
        else {
            let what = if cx.comptime {
                format!(
                    "'{}' is a run-time variable; it has no value at compile time",
                    name.name
                )
            } else {
                format!(
                    "a nested function cannot reference the enclosing local '{}' — use a closure ('k := () => ...') to capture it",
                    name.name
                )
            };
            return Err(self.error(name.span, what));
        };
        let layout = self.m.types.layout(info.ty);
        let end = cx
            .captures
            .last()
            .map_or(0, |c| c.offset + self.m.types.size_of(c.ty));
        let offset = end.next_multiple_of(layout.align.max(1));
        // Each call starts from the captured values: they are copied out of the environment at entry.
        let addr = self.slot(cx, info.ty);
        let Some(env) = cx.env_param else {
            return Err(Failed);
        };
        let saved = std::mem::take(&mut cx.blocks);
        let dead = std::mem::replace(&mut cx.dead, false);
        cx.blocks.push(Vec::new());
        cx.copy(addr, Addr::Ptr(env, offset), layout.size);
        let copy = cx.blocks.pop().unwrap_or_default();
        cx.prologue.extend(copy);
        cx.blocks = saved;
        cx.dead = dead;
        let access = match info.access {
            Access::Capture(..) | Access::RefCapture(_) | Access::LocalConstant(_) => {
                info.access.clone()
            }
            Access::Mutable | Access::Constant(_) | Access::Context | Access::Temporary => {
                Access::Mutable
            }
        };
        let inner = cx.add_var(info.name, info.ty, addr, access, info.span);
        cx.captures.push(CaptureSlot {
            outer_cx: owner,
            outer: var,
            ty: info.ty,
            offset,
            inner,
        });
        Ok(inner)
    }

    pub fn lower_entity(
        &mut self,
        cx: &mut FnCx,
        entity: Entity,
        decl: DeclId,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match entity {
            Entity::Ct(val) => Ok(self.val_of_ct(cx, &val)),
            Entity::ConstGlobal { global, val } => {
                let info = self.decl(decl);
                let place = self.const_place(info.name, global, val.ty, info.local);
                Ok(Val::place(place))
            }
            Entity::RtConst => {
                let info = self.decl(decl);
                let (env, syntax) = (info.env.clone(), info.syntax.clone());
                let DeclSyntax::Const(constant) = syntax else {
                    return Err(Failed);
                };
                let ty = match &constant.ty {
                    Some(ty) => Some(self.eval_type(&env, ty)?),
                    None => None,
                };
                // Evaluated here, in the scope it was written in.
                cx.push_scope_env(env.child());
                let val = self.lower_expr(cx, &constant.value, ty);
                cx.scopes.pop();
                let val = val?;
                match ty {
                    Some(ty) => self.coerce(cx, val, ty, span),
                    None => Ok(val),
                }
            }
            Entity::Global { global, ty } => Ok(Val::place(Place {
                addr: Addr::Global(global, 0),
                ty,
                access: Access::Mutable,
            })),
            Entity::Type(ty) => Ok(Val::type_value(ty)),
            Entity::Template(template) => {
                let ty = self.template_without_args(template, span)?;
                Ok(Val::type_value(ty))
            }
            Entity::Fn(f) => self.function_value(cx, f, want, span),
            Entity::UfcsAlias(f) => self.function_value(cx, f, want, span),
            Entity::Namespace(_) => Err(self.error(
                span,
                format!(
                    "'{}' is a namespace, not a value; name one of its members",
                    name.name
                ),
            )),
            Entity::Library(_) => {
                Err(self.error(span, format!("'{}' is a library, not a value", name.name)))
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- members

    fn lower_field(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        base: &'static ast::Expr,
        name: ast::Ident,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let env = cx.env().clone();
        if let Some(set) = self.namespace_of(&env, base) {
            let ns = self.span_text(base.span);
            let (entity, decl) = self.resolve_in_namespace(set, &ns, name)?;
            return self.lower_entity(cx, entity, decl, name, want, expr.span);
        }
        if let Some(val) = self.pack_member(cx, base, name)? {
            return Ok(val);
        }
        self.check_element_member(cx, base, name)?;
        // `u8.max` is the limit even where a value is called `u8`.
        if let ExprKind::Ident(ident) = &base.kind
            && let Some(ty) = self.reserved_type(*ident)
            && let Some(val) = self.numeric_limit(ty, name)
        {
            return Ok(val);
        }
        if self.denotes_type(&env, base) {
            let ty = self.eval_type(&env, base)?;
            return self.type_member(cx, ty, name, want, expr.span);
        }
        let val = self.lower_expr(cx, base, None)?;
        if val.ty == TypeId::TYPE
            && let Some(ty) = val.as_type()
            && !matches!(val.kind, ValKind::Place(_))
        {
            return self.type_member(cx, ty, name, want, expr.span);
        }
        self.field(cx, &val, name, expr.span)
    }

    /// `T.name`: limits, variants, constants, nested types.
    pub fn type_member(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        // A constant of the body may be used before the fields are laid out: `x: [S.K]i64`.
        let own_member = self.nominals.get(&ty).is_some_and(|n| {
            matches!(n.state, crate::sema::NominalState::InProgress)
                && n.members.contains_key(&name.name)
        });
        if !own_member {
            self.complete(ty)?;
        }
        if let Some(val) = self.numeric_limit(ty, name) {
            return Ok(val);
        }
        if let Some(def) = self.m.types.enum_def(ty).cloned()
            && let Some(index) = def.variants.iter().position(|v| v.name == name.name)
        {
            return self.make_variant(cx, ty, index, None, span);
        }
        if let TypeKind::ErrorSet(_) = self.m.types.kind(ty) {
            return self.error_tag_literal(name, Some(ty), span);
        }
        if let Some(decl) = self
            .nominals
            .get(&ty)
            .and_then(|n| n.members.get(&name.name))
            .copied()
        {
            let entity = self.resolve_decl(decl)?;
            if let Entity::Fn(_) = entity {
                return Err(self.error(
                    name.span,
                    format!("field '{}' not found on type 'Type'", name.name),
                ));
            }
            return self.lower_entity(cx, entity, decl, name, want, span);
        }
        let limits = [
            "min",
            "max",
            "epsilon",
            "min_positive",
            "true_min",
            "inf",
            "nan",
        ];
        let shown = self.type_name(ty);
        if matches!(
            name.as_str(),
            "epsilon" | "min_positive" | "true_min" | "inf" | "nan"
        ) && self.is_integer(ty)
        {
            return Err(self.error(
                name.span,
                format!(
                    "type '{shown}' has no '.{}' — '.{}' applies only to float types",
                    name.name, name.name
                ),
            ));
        }
        let builtin = !matches!(
            self.m.types.kind(ty),
            TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Union(_) | TypeKind::Protocol(_)
        );
        if limits.contains(&name.as_str()) && builtin {
            return Err(self.error(
                name.span,
                format!("type '{shown}' has no '.{}' — numeric limits apply only to integer and float types", name.name),
            ));
        }
        if self.m.types.enum_def(ty).is_some() {
            let _ = cx;
        }
        Err(self.error(
            name.span,
            format!("field '{}' not found on type 'Type'", name.name),
        ))
    }

    fn numeric_limit(&mut self, ty: TypeId, name: ast::Ident) -> Option<Val> {
        if let Some((bits, signed)) = self.m.types.int_info(ty) {
            let value: u64 = match (name.as_str(), signed) {
                ("min", true) => (-1i64 << (bits - 1)) as u64,
                ("max", true) => ((1u64 << (bits - 1)) - 1) as u64,
                ("min", false) => 0,
                ("max", false) => {
                    if bits == 64 {
                        u64::MAX
                    } else {
                        (1u64 << bits) - 1
                    }
                }
                _ => return None,
            };
            return Some(self.int_val(ty, value));
        }
        let bits = match (ty, name.as_str()) {
            (TypeId::F64, "min") => f64::MIN.to_bits(),
            (TypeId::F64, "max") => f64::MAX.to_bits(),
            (TypeId::F64, "epsilon") => f64::EPSILON.to_bits(),
            (TypeId::F64, "min_positive") => f64::MIN_POSITIVE.to_bits(),
            (TypeId::F64, "true_min") => 1,
            (TypeId::F64, "inf") => f64::INFINITY.to_bits(),
            (TypeId::F64, "nan") => sx_ir::semantics::CANONICAL_NAN_F64,
            (TypeId::F32, "min") => u64::from(f32::MIN.to_bits()),
            (TypeId::F32, "max") => u64::from(f32::MAX.to_bits()),
            (TypeId::F32, "epsilon") => u64::from(f32::EPSILON.to_bits()),
            (TypeId::F32, "min_positive") => u64::from(f32::MIN_POSITIVE.to_bits()),
            (TypeId::F32, "true_min") => 1,
            (TypeId::F32, "inf") => u64::from(f32::INFINITY.to_bits()),
            (TypeId::F32, "nan") => sx_ir::semantics::CANONICAL_NAN_F32,
            _ => return None,
        };
        Some(Val::scalar(ty, Piece::Const(self.scalar(ty), bits)))
    }

    /// `val.name` on a value.
    pub fn field(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident, span: Span) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        match self.try_field(cx, val, name, span)? {
            Some(val) => Ok(val),
            None => Err(self.no_field(val.ty, name)),
        }
    }

    fn no_field(&mut self, ty: TypeId, name: ast::Ident) -> Failed {
        let shown = self.type_name(ty);
        let target = match self.m.types.kind(ty) {
            TypeKind::Pointer(t) => *t,
            _ => ty,
        };
        if let TypeKind::Optional(_) = self.m.types.kind(ty) {
            let diag = Diagnostic::error(
                name.span,
                format!("cannot use a value of type '{shown}' as an operand: an optional does not implicitly unwrap"),
            )
            .with_help(None, format!("use `?.{}`, or unwrap it with `!`", name.name));
            return self.report(diag);
        }
        let mut names: Vec<String> = self
            .m
            .types
            .members(target)
            .unwrap_or_default()
            .iter()
            .filter_map(|(n, _)| n.map(|n| n.to_string()))
            .collect();
        if let Some(info) = self.nominals.get(&target) {
            names.extend(
                info.members
                    .keys()
                    .chain(info.getters.keys())
                    .map(|s| s.to_string()),
            );
        }
        let diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type '{shown}'", name.name),
        );
        let diag = match crate::lookup::nearest(name.as_str(), names.iter().map(String::as_str)) {
            Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
            None => diag,
        };
        self.report(diag)
    }

    /// Field, promoted union member, payload, lane, `len`/`ptr`, getter; through one pointer.
    pub fn try_field(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        name: ast::Ident,
        span: Span,
    ) -> Res<Option<Val>> {
        self.complete(val.ty)?;
        let kind = self.m.types.kind(val.ty).clone();
        match kind {
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let members = self.m.types.members(val.ty).unwrap_or_default();
                if let Some(index) = members.iter().position(|(n, _)| *n == Some(name.name)) {
                    return Ok(Some(self.member(cx, val, index)));
                }
                if let Some(getter) = self
                    .nominals
                    .get(&val.ty)
                    .and_then(|n| n.getters.get(&name.name))
                    .copied()
                {
                    return self.call_getter(cx, getter, val, span).map(Some);
                }
                Ok(None)
            }
            TypeKind::Union(_) => Ok(self.union_member(cx, val, name)),
            TypeKind::Enum(_) => {
                if let Some(val) = self.variant_payload(cx, val, name) {
                    return Ok(Some(val));
                }
                if let Some(getter) = self
                    .nominals
                    .get(&val.ty)
                    .and_then(|n| n.getters.get(&name.name))
                    .copied()
                {
                    return self.call_getter(cx, getter, val, span).map(Some);
                }
                Ok(None)
            }
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_) => {
                let (index, ty) = match name.as_str() {
                    "ptr" => {
                        let elem = if let TypeKind::Slice(t) = kind {
                            t
                        } else {
                            TypeId::U8
                        };
                        (0, self.m.types.many_pointer(elem))
                    }
                    "len" => (1, TypeId::I64),
                    _ => return Ok(None),
                };
                Ok(Some(self.word(cx, val, index, ty)))
            }
            TypeKind::Closure(_) => match name.as_str() {
                "fn_ptr" => Ok(Some(self.word(cx, val, 0, TypeId::VOID_PTR))),
                "env" => Ok(Some(self.word(cx, val, 1, TypeId::VOID_PTR))),
                _ => Ok(None),
            },
            TypeKind::Array(_, count) if name.as_str() == "len" => {
                Ok(Some(Val::int(TypeId::I64, Ty::I64, count)))
            }
            TypeKind::Vector(_, count) if name.as_str() == "len" => {
                Ok(Some(Val::int(TypeId::I64, Ty::I64, u64::from(count))))
            }
            TypeKind::Vector(elem, count) => {
                let lane = match name.as_str() {
                    "x" | "r" => 0,
                    "y" | "g" => 1,
                    "z" | "b" => 2,
                    "w" | "a" => 3,
                    _ => return Ok(None),
                };
                if lane >= count {
                    return Ok(None);
                }
                let offset = u64::from(lane) * self.m.types.size_of(elem);
                Ok(Some(self.part_at(cx, val, offset, elem)))
            }
            TypeKind::Pointer(to) => {
                if to == TypeId::VOID {
                    return Ok(None);
                }
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Pointer(_) | TypeKind::Optional(_)
                ) {
                    return Ok(None);
                }
                let place = self.deref_place(cx, val, to);
                let place = Val::place(place);
                self.try_field(cx, &place, name, span)
            }
            _ => Ok(None),
        }
    }

    /// Word `index` of a two-word value.
    fn word(&mut self, cx: &mut FnCx, val: &Val, index: usize, ty: TypeId) -> Val {
        match &val.kind {
            ValKind::Regs(pieces) => Val::scalar(
                ty,
                pieces
                    .get(index)
                    .copied()
                    .unwrap_or(Piece::Const(Ty::I64, 0)),
            ),
            ValKind::Mem(_) | ValKind::Place(_) => self.part_at(cx, val, 8 * index as u64, ty),
        }
    }

    /// The part of a value at `offset`.
    pub fn part_at(&mut self, cx: &mut FnCx, val: &Val, offset: u64, ty: TypeId) -> Val {
        match &val.kind {
            ValKind::Place(place) => Val::place(Place {
                addr: place.addr.plus(offset),
                ty,
                access: place.access.clone(),
            }),
            ValKind::Mem(addr) => Val::mem(ty, addr.plus(offset)),
            ValKind::Regs(_) => {
                let addr = self.spill(cx, val);
                Val::mem(ty, addr.plus(offset))
            }
        }
    }

    fn union_member(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident) -> Option<Val> {
        let def = self.m.types.union_def(val.ty)?.clone();
        if let Some(member) = def.members.iter().find(|m| m.name == name.name) {
            return Some(self.part_at(cx, val, 0, member.ty));
        }
        for index in def.promoted {
            let arm = def.members[index].ty;
            let members = self.m.types.members(arm).unwrap_or_default();
            if let Some(at) = members.iter().position(|(n, _)| *n == Some(name.name)) {
                let offset = self.m.types.offset_of(arm, at);
                return Some(self.part_at(cx, val, offset, members[at].1));
            }
        }
        None
    }

    /// `j.busy`: the payload, after checking that the variant is active.
    fn variant_payload(&mut self, cx: &mut FnCx, val: &Val, name: ast::Ident) -> Option<Val> {
        let def = self.m.types.enum_def(val.ty)?.clone();
        let variant = def.variants.iter().find(|v| v.name == name.name)?;
        let payload = variant.payload?;
        let addr = self.spill(cx, val);
        let scalar = self.scalar(def.backing);
        let (tag_at, payload_at) = match def.places {
            Some(places) => (places.tag_offset, places.payload_offset),
            None => (0, self.m.types.size_of(def.backing)),
        };
        let tag = cx.load_scalar(scalar, addr.plus(tag_at));
        let wanted =
            sx_ir::semantics::zext_from(variant.value as u64, scalar.int_bits().unwrap_or(64));
        cx.check(
            TrapKind::Variant,
            CheckRel::Equal,
            tag,
            Piece::Const(scalar, wanted),
        );
        Some(match &val.kind {
            ValKind::Place(place) => Val::place(Place {
                addr: addr.plus(payload_at),
                ty: payload,
                access: place.access.clone(),
            }),
            ValKind::Mem(_) | ValKind::Regs(_) => Val::mem(payload, addr.plus(payload_at)),
        })
    }

    pub fn tuple_index(&mut self, cx: &mut FnCx, val: &Val, index: u64, span: Span) -> Res<Val> {
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                let members = self.m.types.members(val.ty).unwrap_or_default();
                if (index as usize) < members.len() {
                    return Ok(self.member(cx, val, index as usize));
                }
            }
            TypeKind::Pointer(to) if to != TypeId::VOID => {
                let place = self.deref_place(cx, val, to);
                return self.tuple_index(cx, &Val::place(place), index, span);
            }
            TypeKind::Poison => return Err(Failed),
            _ => {}
        }
        let name = self.type_name(val.ty);
        Err(self.error(span, format!("field '{index}' not found on type '{name}'")))
    }

    fn lower_opt_field(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_operand_raw(cx, base, None)?;
        self.map_optional(cx, &val, span, |s, cx, inner| {
            s.field(cx, &inner, name, span)
        })
    }

    /// `o?...`: applies `f` to the payload if there is one; the result is optional, without double wrapping.
    pub fn map_optional(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        span: Span,
        f: impl FnOnce(&mut Self, &mut FnCx, Val) -> Res<Val>,
    ) -> Res<Val> {
        if val.is_poison() {
            return Err(Failed);
        }
        if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
            let name = self.type_name(val.ty);
            return Err(self.error(
                span,
                format!("'?.' needs an optional on its left, but this has type '{name}'"),
            ));
        }
        let val = match val.kind {
            ValKind::Place(_) => val.clone(),
            _ => self.stable(cx, val),
        };
        let present = self.is_present(cx, &val);
        cx.open();
        let payload = self.payload_of(cx, &val);
        let inner = f(self, cx, payload);
        let inner = match inner {
            Ok(inner) => self.own(cx, &inner),
            Err(Failed) => {
                cx.close();
                return Err(Failed);
            }
        };
        let inner = self.default_literal(&inner);
        let result = match self.m.types.kind(inner.ty) {
            TypeKind::Optional(_) => inner.ty,
            _ => self.m.types.optional(inner.ty),
        };
        let wrapped = if result == inner.ty {
            inner
        } else {
            self.wrap_optional(cx, &inner, result)?
        };
        let out = self.slot(cx, result);
        self.store(cx, out, &wrapped);
        let then = cx.close();
        cx.open();
        let size = self.m.types.size_of(result);
        cx.zero(out, size);
        let els = cx.close();
        let cond = cx.use_piece(present);
        cx.emit(sx_ir::StmtKind::If { cond, then, els });
        Ok(Val::mem(result, out))
    }

    // ---------------------------------------------------------------------------------------------- indexing

    fn lower_index(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        base: &'static ast::Expr,
        index: &'static ast::Expr,
    ) -> Res<Val> {
        let span = expr.span;
        if let Some(val) = self.pack_index(cx, base, index, span)? {
            return Ok(val);
        }
        let env = cx.env().clone();
        let named = matches!(base.kind, ExprKind::Dollar { .. });
        if named && self.type_pack_of(&env, base).is_some() || self.is_type_pack(&env, base) {
            let ty = self.eval_type(&env, expr)?;
            return Ok(Val::type_value(ty));
        }
        let val = self.lower_expr(cx, base, None)?;
        self.index_value(cx, &val, index, span)
    }

    pub fn index_value(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        index: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Poison => Err(Failed),
            TypeKind::Array(elem, count) => {
                if let ValKind::Place(place) = &val.kind
                    && let Access::Constant(name) = &place.access
                    && let ExprKind::Int { value, .. } = &index.kind
                    && *value >= count
                {
                    return Err(self.error(index.span, format!("index {value} is out of bounds for constant '{name}' ({count} elements)")));
                }
                let at = self.index_piece(cx, index)?;
                let at = cx.check(
                    TrapKind::Index,
                    CheckRel::Below,
                    at,
                    Piece::Const(Ty::I64, count),
                );
                self.element(cx, val, at, elem)
            }
            TypeKind::Vector(elem, count) => {
                let at = self.index_piece(cx, index)?;
                let at = cx.check(
                    TrapKind::Index,
                    CheckRel::Below,
                    at,
                    Piece::Const(Ty::I64, u64::from(count)),
                );
                self.element(cx, val, at, elem)
            }
            TypeKind::Slice(elem) => self.slice_element(cx, val, index, elem),
            TypeKind::String | TypeKind::StringZ => self.slice_element(cx, val, index, TypeId::U8),
            TypeKind::ManyPointer(elem) => {
                let loaded = self.load(cx, val);
                let base = self.piece(cx, &loaded);
                let base = cx.pin(base);
                let at = self.index_piece(cx, index)?;
                let size = self.m.types.size_of(elem);
                let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
                let ptr = cx.binary(BinaryOp::PtrAdd, base, offset);
                let addr = cx.addr_of_piece(ptr);
                Ok(Val::place(Place {
                    addr,
                    ty: elem,
                    access: Access::Mutable,
                }))
            }
            TypeKind::Pointer(to)
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Array(..)
                        | TypeKind::Slice(_)
                        | TypeKind::Vector(..)
                        | TypeKind::String
                ) =>
            {
                let place = self.deref_place(cx, val, to);
                self.index_value(cx, &Val::place(place), index, span)
            }
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                let env = cx.env().clone();
                let at =
                    self.comptime_value(&env, index, None, &Purpose::Count("tuple index".into()))?;
                let at = self.count_of(&at, index.span, "tuple index", 0)?;
                self.tuple_index(cx, val, at, index.span)
            }
            TypeKind::Pointer(_) => {
                let name = self.type_name(val.ty);
                let diag =
                    Diagnostic::error(span, format!("cannot index a value of type '{name}'"))
                        .with_help(None, "a pointer to many elements has type `[*]T`");
                Err(self.report(diag))
            }
            _ => {
                let name = self.type_name(val.ty);
                Err(self.error(span, format!("cannot index a value of type '{name}'")))
            }
        }
    }

    /// An index as i64.
    pub fn index_piece(&mut self, cx: &mut FnCx, index: &'static ast::Expr) -> Res<Piece> {
        let val = self.lower_expr(cx, index, None)?;
        let val = self.load(cx, &val);
        if val.is_poison() {
            return Err(Failed);
        }
        if self.is_integer(val.ty) {
            let piece = self.piece(cx, &val);
            let piece = self.number_piece(cx, piece, val.ty, TypeId::I64);
            return Ok(cx.pin(piece));
        }
        let val = self.coerce(cx, val, TypeId::I64, index.span)?;
        let piece = self.piece(cx, &val);
        Ok(cx.pin(piece))
    }

    /// Element at a checked index of an array-like value in memory.
    fn element(&mut self, cx: &mut FnCx, val: &Val, at: Piece, elem: TypeId) -> Res<Val> {
        let size = self.m.types.size_of(elem);
        if let Some(index) = at.as_const() {
            return Ok(self.part_at(cx, val, index * size, elem));
        }
        let at = cx.pin(at);
        let (base, access) = match &val.kind {
            ValKind::Place(place) => (place.addr, place.access.clone()),
            ValKind::Mem(_) | ValKind::Regs(_) => (self.spill(cx, val), Access::Temporary),
        };
        let base = cx.addr_piece(base);
        let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
        let ptr = cx.binary(BinaryOp::PtrAdd, base, offset);
        let addr = cx.addr_of_piece(ptr);
        Ok(Val::place(Place {
            addr,
            ty: elem,
            access,
        }))
    }

    fn slice_element(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        index: &'static ast::Expr,
        elem: TypeId,
    ) -> Res<Val> {
        let pieces = self.pieces(cx, val);
        let pieces = cx.pin_pieces(&pieces);
        let at = self.index_piece(cx, index)?;
        let at = cx.check(TrapKind::Index, CheckRel::Below, at, pieces[1]);
        let size = self.m.types.size_of(elem);
        let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
        let ptr = cx.binary(BinaryOp::PtrAdd, pieces[0], offset);
        let addr = cx.addr_of_piece(ptr);
        Ok(Val::place(Place {
            addr,
            ty: elem,
            access: Access::Mutable,
        }))
    }

    fn lower_slice(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        lo: Option<&'static ast::Expr>,
        op: ast::RangeOp,
        hi: Option<&'static ast::Expr>,
        span: Span,
    ) -> Res<Val> {
        let val = self.lower_expr(cx, base, None)?;
        let kind = self.m.types.kind(val.ty).clone();
        // Base pointer, length if known, element type, result type.
        let (ptr, len, elem, result) = match kind {
            TypeKind::Poison => return Err(Failed),
            TypeKind::String | TypeKind::StringZ => {
                let p = self.pieces(cx, &val);
                (p[0], Some(p[1]), TypeId::U8, TypeId::STRING)
            }
            TypeKind::Slice(elem) => {
                let p = self.pieces(cx, &val);
                (p[0], Some(p[1]), elem, val.ty)
            }
            TypeKind::Array(elem, count) => {
                let ValKind::Place(place) = &val.kind else {
                    return Err(self.error(
                        span,
                        "cannot slice a temporary array — bind it to a variable first",
                    ));
                };
                let ptr = cx.addr_piece(place.addr);
                let result = self.m.types.slice(elem);
                (ptr, Some(Piece::Const(Ty::I64, count)), elem, result)
            }
            TypeKind::ManyPointer(elem) => {
                if hi.is_none() {
                    let name = self.type_name(val.ty);
                    return Err(self.error(
                        span,
                        format!("slicing a '{name}' requires an explicit upper bound: ptr[0..len]"),
                    ));
                }
                let ptr = self.piece(cx, &val);
                let result = self.m.types.slice(elem);
                (ptr, None, elem, result)
            }
            TypeKind::Pointer(to)
                if matches!(
                    self.m.types.kind(to),
                    TypeKind::Array(..) | TypeKind::Slice(_)
                ) =>
            {
                let name = self.type_name(val.ty);
                return Err(self.error(
                    span,
                    format!("cannot slice a value of type '{name}'; write `p.*[..]`"),
                ));
            }
            _ => {
                let name = self.type_name(val.ty);
                return Err(self.error(span, format!("cannot slice a value of type '{name}'")));
            }
        };
        let (ptr, len) = (cx.pin(ptr), len.map(|l| cx.pin(l)));
        let one = Piece::Const(Ty::I64, 1);
        let mut from = match lo {
            Some(lo) => self.index_piece(cx, lo)?,
            None => Piece::Const(Ty::I64, 0),
        };
        if op.lo_exclusive {
            from = cx.binary(BinaryOp::Add, from, one);
            from = cx.pin(from);
        }
        let mut to = match (hi, len) {
            (Some(hi), _) => self.index_piece(cx, hi)?,
            (None, Some(len)) => len,
            (None, None) => return Err(Failed),
        };
        if hi.is_some() && op.hi_inclusive {
            to = cx.binary(BinaryOp::Add, to, one);
            to = cx.pin(to);
        }
        self.at(cx, span);
        if let Some(len) = len
            && hi.is_some()
        {
            to = cx.check(TrapKind::Slice, CheckRel::AtMost, to, len);
        }
        from = cx.check(TrapKind::Slice, CheckRel::AtMost, from, to);
        let (from, to) = (cx.pin(from), cx.pin(to));
        let size = self.m.types.size_of(elem);
        let offset = cx.binary(BinaryOp::Mul, from, Piece::Const(Ty::I64, size));
        let start = cx.binary(BinaryOp::PtrAdd, ptr, offset);
        let start = cx.pin(start);
        let count = cx.binary(BinaryOp::Sub, to, from);
        let count = cx.pin(count);
        Ok(Val::regs(result, smallvec![start, count]))
    }

    // ---------------------------------------------------------------------------------------------- address, casts

    fn lower_star(
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
        if let ExprKind::Ident(name) = &inner.kind
            && let Ok(Some(Name::Entity(Entity::Fn(f), _))) = self.try_resolve_name(&env, *name)
        {
            return self.function_value(cx, f, None, expr.span);
        }
        let val = self.lower_operand_raw(cx, inner, None)?;
        self.address_of(cx, &val, inner.span)
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

    fn lower_xx(
        &mut self,
        cx: &mut FnCx,
        inner: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let hint = want.filter(|_| {
            matches!(
                inner.kind,
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
            // `xx v` at `?T` converts to the payload unless it is already optional.
            TypeKind::Optional(p)
                if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_))
                    && self.cast_to_payload(val.ty, *p) =>
            {
                *p
            }
            _ => want,
        };
        let out = self.cast(cx, val, target, span)?;
        self.coerce(cx, out, want, span)
    }

    fn cast_to_payload(&self, from: TypeId, payload: TypeId) -> bool {
        self.is_number(from)
            || matches!(self.m.types.kind(payload), TypeKind::Enum(_))
            || from == TypeId::ANY
    }

    fn lower_cast(
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
        let hint = Some(want).filter(|_| {
            matches!(
                base.kind,
                ExprKind::EnumLit(_)
                    | ExprKind::Aggregate(_)
                    | ExprKind::Null
                    | ExprKind::Lambda(_)
            )
        });
        let val = self.lower_expr(cx, base, hint)?;
        if val.is_poison() {
            return Err(Failed);
        }
        self.at(cx, span);
        if let Some(alloc) = alloc {
            return self.erase_with(cx, &val, want, alloc, span);
        }
        match self.m.types.kind(val.ty).clone() {
            TypeKind::Any | TypeKind::Protocol(_) => self.assert_type(cx, &val, want, span),
            TypeKind::Optional(_)
                if want != val.ty && !matches!(self.m.types.kind(want), TypeKind::Optional(_)) =>
            {
                let name = self.type_name(val.ty);
                Err(self.error(span, format!("`.(T)` does not apply to an optional of type '{name}'; use `?.(T)`, or unwrap it first")))
            }
            _ => match self.m.types.kind(want) {
                TypeKind::Protocol(_) => {
                    self.erase(cx, &val, want, span, crate::protocols::Erasure::Explicit)
                }
                _ => self.cast(cx, val, want, span),
            },
        }
    }

    fn lower_opt_cast(
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

    // ---------------------------------------------------------------------------------------------- chains

    fn lower_chain(
        &mut self,
        cx: &mut FnCx,
        first: &'static ast::Expr,
        rest: &'static [ast::ChainLink],
        span: Span,
    ) -> Res<Val> {
        // Every operand is evaluated exactly once, also after a false link.
        let a = self.lower_operand(cx, first, None)?;
        let a = self.own(cx, &a);
        let mut left = self.stable(cx, &a);
        let mut all = Piece::Const(Ty::I8, 1);
        for link in rest {
            let want = matches!(
                link.rhs.kind,
                ExprKind::EnumLit(_) | ExprKind::Aggregate(_) | ExprKind::Null
            )
            .then_some(left.ty);
            let right = self.lower_operand(cx, &link.rhs, want)?;
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
