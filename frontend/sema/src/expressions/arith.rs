//! Operators: arithmetic, comparison, equality, conditions (reference part 1 §1.3, §6).

use sx_ir::{BinaryOp, CheckRel, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, BinOp, ExprKind, UnOp};
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Failed, Res, Sema};
use crate::statements::errors::strip_parens;

impl Sema<'_> {
    pub fn lower_binary(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        // `(null)` compares as `null` does.
        let bare = |e: &'static ast::Expr| match &strip_parens(e).kind {
            ExprKind::Null => strip_parens(e),
            _ => e,
        };
        let (lhs, rhs) = (bare(lhs), bare(rhs));
        match op {
            BinOp::And | BinOp::Or => {
                if op == BinOp::Or && self.is_failable_operand(cx, lhs) {
                    return self.lower_or(cx, lhs, rhs, want, span);
                }
                self.lower_logical(cx, op, lhs, rhs, span)
            }
            BinOp::Coalesce => self.lower_coalesce(cx, lhs, rhs, want, span),
            BinOp::Eq | BinOp::Ne if self.is_null(cx, rhs) => {
                let val = self.beside_null(cx, lhs)?;
                if !matches!(self.m.types.kind(val.ty), TypeKind::Optional(_)) {
                    let null = self.null_like(cx, val.ty, rhs.span)?;
                    let val = self.own(cx, &val);
                    return self.compare(cx, op, val, null, span);
                }
                // Presence alone: the payload need not be comparable.
                let present = self.is_present(cx, &val);
                let present = cx.pin(present);
                let piece = if op == BinOp::Ne {
                    present
                } else {
                    self.not(cx, present)
                };
                Ok(Val::scalar(TypeId::BOOL, piece))
            }
            BinOp::Eq | BinOp::Ne if self.is_null(cx, lhs) => {
                self.compare_null(cx, op, rhs, lhs.span)
            }
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                let (a, b) = self.lower_operands(cx, lhs, rhs, op, None)?;
                if a.never_ends() || b.never_ends() {
                    return Ok(Val::noreturn());
                }
                if let ExprKind::ErrorTag(_) = strip_parens(lhs).kind
                    && self.is_error_value(b.ty)
                    && matches!(op, BinOp::Eq | BinOp::Ne)
                {
                    let (tag, value) = (self.span_text(lhs.span), self.span_text(rhs.span));
                    let text = format!(
                        "'{tag}' is a tag of no set here: the error value stands on the left of '{op}'",
                        op = op.as_str()
                    );
                    let diag = Diagnostic::error(span, text)
                        .with_help(None, format!("write `{value} {} {tag}`", op.as_str()));
                    return Err(self.report(diag));
                }
                self.compare(cx, op, a, b, span)
            }
            BinOp::In => self.lower_in(cx, lhs, rhs, span),
            BinOp::Add
            | BinOp::Sub
            | BinOp::Mul
            | BinOp::Div
            | BinOp::Rem
            | BinOp::Shl
            | BinOp::Shr
            | BinOp::BitAnd
            | BinOp::BitXor
            | BinOp::BitOr => {
                let (mut a, b) = self.lower_operands(cx, lhs, rhs, op, want)?;
                if a.never_ends() || b.never_ends() {
                    return Ok(Val::noreturn());
                }
                // A literal takes the target; a constant has a type, whatever it was made of.
                let env = cx.env().clone();
                a.literal &= is_literal_operand(self.seen_through(&env, lhs).1);
                self.arith(cx, op, a, b, want, span, rhs.span)
            }
        }
    }

    /// `o == null`: absence, whatever the payload is.
    pub fn compare_null(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        other: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        let val = self.beside_null(cx, other)?;
        let present = match self.m.types.kind(val.ty).clone() {
            TypeKind::Optional(_) => {
                let val = self.stable(cx, &val);
                self.is_present(cx, &val)
            }
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => {
                let piece = self.piece(cx, &val);
                self.ptr_nonnull(cx, piece)
            }
            _ => {
                self.null_like(cx, val.ty, span)?;
                return Err(Failed);
            }
        };
        let piece = if op == BinOp::Ne {
            present
        } else {
            self.not(cx, present)
        };
        Ok(Val::scalar(TypeId::BOOL, piece))
    }

    /// Whether `null` is written there, or put.
    fn is_null(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        matches!(self.operand_form(cx, expr).kind, ExprKind::Null)
    }

    /// What is compared with `null`: a narrowed optional is asked itself, as a loop or a pointer may have emptied it since,
    /// unless its payload is an optional, which is what is read there.
    fn beside_null(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Val> {
        let expr = strip_parens(expr);
        if let Some(var) = self.own_named(cx, expr)
            && let TypeKind::Optional(payload) = *self.m.types.kind(cx.var(var).ty)
            && matches!(self.m.types.kind(payload), TypeKind::Optional(_))
        {
            return self.lower_operand(cx, expr, None);
        }
        let val = self.lower_operand_raw(cx, expr, None)?;
        Ok(self.captured_element(cx, val))
    }

    /// Both operands, evaluated left to right; a typeless right one (enum literal, `.{}`, null) takes the left's type.
    pub fn lower_operands(
        &mut self,
        cx: &mut FnCx,
        lhs: &'static ast::Expr,
        rhs: &'static ast::Expr,
        op: BinOp,
        want: Option<TypeId>,
    ) -> Res<(Val, Val)> {
        let env = cx.env().clone();
        let (_, left_form) = self.seen_through(&env, lhs);
        let (right_env, right_form) = self.seen_through(&env, rhs);
        if op.is_comparison() && matches!(left_form.kind, ExprKind::Null) {
            let b = self.lower_expr(cx, rhs, None)?;
            let b = self.load(cx, &b);
            let b = self.stable(cx, &b);
            let null = self.null_like(cx, b.ty, lhs.span)?;
            return Ok((null, b));
        }
        let left_want = want.filter(|w| {
            self.is_number(*w)
                || self.m.types.enum_def(*w).is_some()
                || matches!(self.m.types.kind(*w), TypeKind::Vector(..))
        });
        // How far is shifted has nothing of the result's type: it is computed as it stands.
        let is_amount = matches!(op, BinOp::Shl | BinOp::Shr);
        let operand_want = left_want.filter(|_| !is_amount);
        // Inside arithmetic an integer literal stays an integer, whatever the target.
        let left_want = left_want.filter(|w| !self.is_float(*w) || !is_int_literal(left_form));
        // And a float literal is no integer.
        let left_want = left_want.filter(|w| !self.is_integer(*w) || !leads_with_float(left_form));
        let left_want = left_want.filter(|_| {
            is_literal_operand(left_form) || carries_target(left_form) || is_operation(left_form)
        });
        // A bare `.{..}` opposite a tuple takes its type.
        let left_want = match &lhs.kind {
            ExprKind::Aggregate(agg)
                if agg.ty.is_none() && !matches!(rhs.kind, ExprKind::Aggregate(_)) =>
            {
                let right = self.type_of_expr(cx, rhs)?;
                Some(right).filter(|t| matches!(self.m.types.kind(*t), TypeKind::Tuple(_)))
            }
            _ => left_want,
        };
        let left_want = self.broadcast_want(cx, lhs, left_form, left_want)?;
        // Unlike a literal standing alone, an operand is not range-checked.
        let unchecked = left_want.filter(|w| self.is_integer(*w) && is_int_literal(left_form));
        let mut untargeted = None;
        let a = match unchecked {
            Some(want) => {
                let literal = self.lower_operand(cx, lhs, None)?;
                match literal.const_bits() {
                    Some(bits) => {
                        untargeted = Some(literal);
                        self.int_val(want, bits)
                    }
                    None => self.coerce(cx, literal, want, lhs.span)?,
                }
            }
            None => {
                let a = self.lower_operand(cx, lhs, left_want);
                self.or_beside(cx, a, [rhs])?
            }
        };
        let a = self.own(cx, &a);
        let a = if self.has_effects(rhs) {
            self.stable(cx, &a)
        } else {
            a
        };
        let right_want = match &right_form.kind {
            ExprKind::EnumLit(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Null
            | ExprKind::ErrorTag(_) => Some(a.ty),
            // The operation's target, or none: numbers and vectors meet as they are (part 1 §7).
            ExprKind::Xx(_) if self.is_number(a.ty) || self.is_vector(a.ty) => operand_want,
            ExprKind::Xx(_) => Some(a.ty),
            ExprKind::Call(call) if matches!(call.callee.kind, ExprKind::EnumLit(_)) => Some(a.ty),
            ExprKind::Unary {
                op: UnOp::BitNot, ..
            } => Some(a.ty),
            // `f == (.p | .q)`
            _ if self.m.types.enum_def(a.ty).is_some() && carries_target(right_form) => Some(a.ty),
            // What consists of integer literals alone is as good as a literal and adopts the type it stands beside.
            _ if carries_target(right_form)
                || is_operation(right_form) && !is_int_literal(right_form) =>
            {
                operand_want
            }
            _ => None,
        };
        let right_want = match right_want.map(|w| (w, self.m.types.kind(w).clone())) {
            // `.a == x` with an optional resolves in its payload.
            Some((_, TypeKind::Optional(p))) if !matches!(right_form.kind, ExprKind::Null) => {
                Some(p)
            }
            Some((w, _)) => Some(w),
            None => None,
        };
        if matches!(right_form.kind, ExprKind::Null) {
            let null = self.null_like(cx, a.ty, rhs.span)?;
            return Ok((a, null));
        }
        // Tagged enums compare by their tags, so the variant's name is enough.
        if let (ExprKind::EnumLit(name), Some(target)) = (&right_form.kind, right_want)
            && let Ok(name) = self.spelled(&right_env, *name)
            && op.is_comparison()
            && self.m.types.enum_def(target).is_some_and(|d| {
                d.variants
                    .iter()
                    .any(|v| v.name == name.name && v.payload.is_some())
            })
        {
            let index = self.variant_index(target, name, rhs.span)?;
            let ct = self.variant_constant(target, index)?;
            let b = self.val_of_ct(cx, &ct);
            return Ok((a, b));
        }
        let right_want = self.broadcast_want(cx, rhs, right_form, right_want)?;
        let mut b = self.lower_operand(cx, rhs, right_want)?;
        if right_want.is_none()
            && matches!(right_form.kind, ExprKind::Xx(_))
            && let Some(target) = self.met_as(op, a.ty, b.ty)
        {
            b = self.cast(cx, b, target, rhs.span)?;
        }
        let b = self.own(cx, &b);
        // Beside a float there is no operation at the target: the literal becomes a float as it is written.
        let a = match untargeted {
            Some(literal) if self.is_float(b.ty) => literal,
            Some(_) | None => a,
        };
        // The operand beside it is no target for a literal above `i64.max`; the whole expression's is.
        let word = want.is_some_and(|w| matches!(self.m.types.int_info(w), Some((64, false))));
        if !word || op.is_comparison() {
            self.literal_above_i64(&a, lhs.span)?;
            self.literal_above_i64(&b, rhs.span)?;
        }
        Ok((a, b))
    }

    /// What an operand of `xx` without a target becomes beside a number or a vector, if it is neither: `1 + xx e` takes
    /// an enum as a number, `v * xx e` as a number for each lane, `v * xx array` the array as a vector, `n << xx f` a float
    /// as an integer.
    fn met_as(&self, op: BinOp, left: TypeId, right: TypeId) -> Option<TypeId> {
        if matches!(op, BinOp::Shl | BinOp::Shr) && self.is_float(right) {
            return Some(left);
        }
        if self.is_number(right) || self.is_vector(right) {
            return None;
        }
        match *self.m.types.kind(left) {
            TypeKind::Vector(elem, _)
                if right == TypeId::BOOL
                    || matches!(self.m.types.kind(right), TypeKind::Enum(_)) =>
            {
                Some(elem)
            }
            TypeKind::Vector(..) => Some(left),
            _ => Some(left).filter(|left| self.is_number(*left)),
        }
    }

    /// The target of an operand that asks for one, where `want` is the operation's: one number stands beside a vector for
    /// all of its lanes (part 1 §4.7), so a vector is no target for it; the type of a lane is.
    pub fn broadcast_want(
        &mut self,
        cx: &mut FnCx,
        operand: &'static ast::Expr,
        form: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Option<TypeId>> {
        let Some(TypeKind::Vector(elem, _)) = want.map(|w| self.m.types.kind(w)) else {
            return Ok(want);
        };
        let elem = *elem;
        if !carries_target(form) {
            return Ok(want);
        }
        let own = self.type_of_expr(cx, operand)?;
        Ok(if self.is_number(own) {
            Some(elem)
        } else {
            want
        })
    }

    fn is_vector(&self, ty: TypeId) -> bool {
        matches!(self.m.types.kind(ty), TypeKind::Vector(..))
    }

    /// Rejects a literal that only an unsigned word holds where nothing asks for one.
    pub fn literal_above_i64(&mut self, val: &Val, span: Span) -> Res<()> {
        if !val.literal || val.ty != TypeId::U64 {
            return Ok(());
        }
        let bits = val.const_bits().unwrap_or(0);
        Err(self.literal_too_large(bits, span))
    }

    pub fn literal_too_large(&mut self, bits: u64, span: Span) -> Failed {
        let diag = sx_syntax::Diagnostic::error(
            span,
            format!(
                "integer literal {bits} does not fit in i64 (range {}..{})",
                i64::MIN,
                i64::MAX
            ),
        );
        self.report(diag.with_help(None, format!("write `{bits}.(u64)`")))
    }

    /// `null` beside a value of type `ty`.
    pub fn null_like(&mut self, cx: &mut FnCx, ty: TypeId, span: Span) -> Res<Val> {
        match self.m.types.kind(ty) {
            TypeKind::Optional(_)
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => Ok(self.zero_val(cx, ty)),
            TypeKind::Poison => Err(Failed),
            _ => {
                let name = self.type_name(ty);
                Err(self.error(
                    span,
                    format!("cannot compare a value of type '{name}' with null"),
                ))
            }
        }
    }

    /// Could evaluating this write memory that an earlier operand was read from?
    pub fn has_effects(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Ident(_)
            | ExprKind::EnumLit(_) => false,
            ExprKind::Paren(e)
            | ExprKind::Unary { expr: e, .. }
            | ExprKind::Field { base: e, .. } => self.has_effects(e),
            ExprKind::Binary { lhs, rhs, .. } => self.has_effects(lhs) || self.has_effects(rhs),
            _ => true,
        }
    }

    pub fn operand_error(&mut self, op: &str, a: TypeId, b: TypeId, span: Span) -> Failed {
        if a == TypeId::POISON || b == TypeId::POISON {
            return Failed;
        }
        let (x, y) = (self.type_name(a), self.type_name(b));
        for (ty, name) in [(a, &x), (b, &y)] {
            if matches!(self.m.types.kind(ty), TypeKind::Failable { values, .. } if !values.is_empty())
            {
                return self.unhandled(span);
            }
            if matches!(self.m.types.kind(ty), TypeKind::Optional(_)) {
                let diag = Diagnostic::error(span, format!("cannot use a value of type '{name}' as an operand: an optional does not implicitly unwrap"))
                    .with_help(None, "unwrap it with `!`, give a default with `??`, or bind it with `if v := ...`");
                return self.report(diag);
            }
        }
        if a == TypeId::ANY && b == TypeId::ANY {
            let text =
                format!("'{op}' takes no 'any': unbox the operands first, `a.(T) {op} b.(T)`");
            return self.error(span, text);
        }
        if a == TypeId::ANY || b == TypeId::ANY {
            let other = if a == TypeId::ANY { y } else { x };
            return self.error(
                span,
                format!("an 'any' does not implicitly unbox to '{other}'"),
            );
        }
        let text = format!("cannot apply '{op}' to operands of type '{x}' and '{y}'");
        let diag = Diagnostic::error(span, text);
        let strings = [a, b].map(|ty| ty == TypeId::STRING);
        let help = match (op, strings) {
            ("+", [true, _] | [_, true]) => {
                "`concat(a, b)` joins strings, `format(\"{}{}\", a, b)` values of any types"
            }
            ("<" | "<=" | ">" | ">=", [true, true]) => {
                "strings are compared with `==` and `!=` only"
            }
            _ => return self.report(diag),
        };
        self.report(diag.with_help(None, help))
    }

    /// Result type of `+ - * / % & | ^` on numbers (part 1 §1.3).
    pub fn arith_type(&self, a: &Val, b: &Val, want: Option<TypeId>) -> TypeId {
        let (fa, fb) = (self.is_float(a.ty), self.is_float(b.ty));
        match (fa, fb) {
            (false, true) => {
                if b.literal && a.literal {
                    want.filter(|w| self.is_float(*w)).unwrap_or(b.ty)
                } else {
                    b.ty
                }
            }
            (true, false) | (true, true) | (false, false) => {
                if a.literal {
                    want.filter(|w| self.is_float(*w) == fa && self.is_number(*w))
                        .unwrap_or(a.ty)
                } else {
                    a.ty
                }
            }
        }
    }

    pub fn arith(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        want: Option<TypeId>,
        span: Span,
        rhs_span: Span,
    ) -> Res<Val> {
        if a.is_poison() || b.is_poison() {
            return Err(Failed);
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Vector(..))
            || matches!(self.m.types.kind(b.ty), TypeKind::Vector(..))
        {
            return self.vector_arith(cx, op, a, b, span);
        }
        if matches!(self.m.types.kind(a.ty), TypeKind::Tuple(_)) {
            return self.tuple_arith(cx, op, a, b, span);
        }
        let bitwise = matches!(op, BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor);
        if bitwise {
            let flags = self.m.types.enum_def(a.ty).is_some_and(|d| d.flags) && a.ty == b.ty;
            if flags || a.ty == TypeId::BOOL && b.ty == TypeId::BOOL {
                let ty = a.ty;
                let (x, y) = (self.piece(cx, &a), self.piece(cx, &b));
                return Ok(Val::scalar(ty, cx.binary(bit_op(op), x, y)));
            }
        }
        if !self.is_number(a.ty) || !self.is_number(b.ty) {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        if matches!(op, BinOp::Shl | BinOp::Shr) {
            return self.shift(cx, op, a, b, want, span, rhs_span);
        }
        let ty = self.arith_type(&a, &b, want);
        let float = self.is_float(ty);
        if float && bitwise {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        let literal = a.literal && b.literal;
        let x = self.piece(cx, &a);
        let x = self.number_piece(cx, x, a.ty, ty);
        let y = self.piece(cx, &b);
        let y = self.number_piece(cx, y, b.ty, ty);
        let piece = if float {
            let ir = match op {
                BinOp::Add => BinaryOp::FAdd,
                BinOp::Sub => BinaryOp::FSub,
                BinOp::Mul => BinaryOp::FMul,
                BinOp::Div => BinaryOp::FDiv,
                _ => BinaryOp::FRem,
            };
            cx.binary(ir, x, y)
        } else {
            let signed = self.m.types.int_info(ty).is_some_and(|i| i.1);
            let ir = match op {
                BinOp::Add => BinaryOp::Add,
                BinOp::Sub => BinaryOp::Sub,
                BinOp::Mul => BinaryOp::Mul,
                BinOp::Div if signed => BinaryOp::DivS,
                BinOp::Div => BinaryOp::DivU,
                BinOp::Rem if signed => BinaryOp::RemS,
                BinOp::Rem => BinaryOp::RemU,
                _ => bit_op(op),
            };
            let out = cx.binary(ir, x, y);
            self.normalise(cx, out, ty)
        };
        let _ = literal;
        Ok(Val::scalar(ty, piece))
    }

    pub fn shift(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        want: Option<TypeId>,
        span: Span,
        rhs_span: Span,
    ) -> Res<Val> {
        if !self.is_integer(a.ty) || !self.is_integer(b.ty) {
            return Err(self.operand_error(op.as_str(), a.ty, b.ty, span));
        }
        let ty = if a.literal {
            want.filter(|w| self.is_integer(*w)).unwrap_or(a.ty)
        } else {
            a.ty
        };
        let (bits, signed) = self.m.types.int_info(ty).unwrap_or((64, true));
        let x = self.piece(cx, &a);
        let x = self.number_piece(cx, x, a.ty, ty);
        let amount = self.piece(cx, &b);
        let amount = self.number_piece(cx, amount, b.ty, TypeId::I64);
        let _ = rhs_span;
        // In a constant expression the amount is at most 63 (part 4 §6).
        if cx.comptime
            && let (Some(value), Some(by)) = (x.as_const(), amount.as_const())
            && (i64::from(bits)..=i64::MAX).contains(&(by as i64))
        {
            let by = by.min(63);
            let wide = if signed {
                sx_ir::semantics::sext_from(value, bits) as u64
            } else {
                value
            };
            let out = match op {
                BinOp::Shl => wide << by,
                _ if signed => ((wide as i64) >> by) as u64,
                _ => wide >> by,
            };
            let out = sx_ir::semantics::zext_from(out, bits);
            return Ok(Val::int(ty, self.scalar(ty), out));
        }
        let amount = cx.check(
            TrapKind::Shift,
            CheckRel::Below,
            amount,
            Piece::Const(Ty::I64, u64::from(bits)),
        );
        let scalar = self.scalar(ty);
        let amount = self.resize_int(cx, amount, false, scalar);
        let ir = match op {
            BinOp::Shl => BinaryOp::Shl,
            _ if signed => BinaryOp::ShrS,
            _ => BinaryOp::ShrU,
        };
        let out = cx.binary(ir, x, amount);
        let out = self.normalise(cx, out, ty);
        Ok(Val::scalar(ty, out))
    }
}

pub fn bit_op(op: BinOp) -> BinaryOp {
    match op {
        BinOp::BitOr => BinaryOp::Or,
        BinOp::BitXor => BinaryOp::Xor,
        _ => BinaryOp::And,
    }
}

pub fn is_int_literal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Int { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => is_int_literal(e),
        ExprKind::Binary { lhs, rhs, .. } => is_int_literal(lhs) && is_int_literal(rhs),
        _ => false,
    }
}

/// Literals and arithmetic on literals adopt the target of the expression they stand in.
pub fn is_literal_operand(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Int { .. } | ExprKind::Float { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => is_literal_operand(e),
        ExprKind::Binary { lhs, .. } => is_literal_operand(lhs),
        _ => false,
    }
}

/// Whether an operand is an operation itself, whose operands the target of the whole is for as well: literals that stand left
/// in it take it, wherever they stand.
fn is_operation(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(e) => is_operation(e),
        ExprKind::Unary { op, expr } => *op != UnOp::Not && is_operation(expr),
        ExprKind::Binary { op, .. } => is_arithmetic(*op),
        _ => false,
    }
}

/// Whether the literal that an operand begins with is a float.
fn leads_with_float(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Float { .. } => true,
        ExprKind::Paren(e) | ExprKind::Unary { expr: e, .. } => leads_with_float(e),
        ExprKind::Binary { lhs, .. } => leads_with_float(lhs),
        _ => false,
    }
}

/// Whether something in an operand takes the target of the operation it stands in: `xx e` and enum literals, through
/// parentheses, unary and arithmetic operators and the arms of an `if` or a match.
pub fn carries_target(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Xx(_) | ExprKind::EnumLit(_) => true,
        ExprKind::Paren(e) => carries_target(e),
        ExprKind::Unary { op, expr } => *op != UnOp::Not && carries_target(expr),
        ExprKind::Binary { op, lhs, rhs, .. } => {
            is_arithmetic(*op) && (carries_target(lhs) || carries_target(rhs))
        }
        ExprKind::If(node) => [Some(&node.then), node.else_.as_ref()]
            .into_iter()
            .flatten()
            .any(branch_carries),
        ExprKind::Match(node) => {
            let mut arms = node.arms.iter().map(|arm| &arm.body).chain(&node.else_);
            arms.any(|arm| match arm {
                ast::ArmBody::Break(_) => false,
                ast::ArmBody::Arrow(branch) => branch_carries(branch),
                ast::ArmBody::Stmts(block) => {
                    block.tail.as_ref().is_some_and(|t| carries_target(t))
                }
            })
        }
        _ => false,
    }
}

/// Whether the target of an operation is for the arms of an operand: for literals if no arm has a type of its own, and
/// for what has none without a target.
pub fn arms_take_target(expr: &ast::Expr) -> bool {
    carries_target(expr) || arms_are_literals(expr)
}

fn arms_are_literals(expr: &ast::Expr) -> bool {
    let branch = |branch: &ast::Branch| match branch {
        ast::Branch::Expr(expr) => arms_are_literals(expr),
        ast::Branch::Block(block) => block.tail.as_ref().is_none_or(|t| arms_are_literals(t)),
        ast::Branch::Jump(_) => true,
    };
    match &expr.kind {
        ExprKind::Paren(e) => arms_are_literals(e),
        ExprKind::Block(block) => block.tail.as_ref().is_none_or(|t| arms_are_literals(t)),
        ExprKind::If(node) => branch(&node.then) && node.else_.as_ref().is_none_or(branch),
        ExprKind::Match(node) => {
            let mut arms = node.arms.iter().map(|arm| &arm.body).chain(&node.else_);
            arms.all(|arm| match arm {
                ast::ArmBody::Break(_) => true,
                ast::ArmBody::Arrow(body) => branch(body),
                ast::ArmBody::Stmts(block) => {
                    block.tail.as_ref().is_none_or(|t| arms_are_literals(t))
                }
            })
        }
        _ => is_literal_operand(expr),
    }
}

fn branch_carries(branch: &ast::Branch) -> bool {
    match branch {
        ast::Branch::Expr(expr) => carries_target(expr),
        ast::Branch::Block(block) => block.tail.as_ref().is_some_and(|t| carries_target(t)),
        ast::Branch::Jump(_) => false,
    }
}

pub fn is_arithmetic(op: BinOp) -> bool {
    matches!(
        op,
        BinOp::Add
            | BinOp::Sub
            | BinOp::Mul
            | BinOp::Div
            | BinOp::Rem
            | BinOp::Shl
            | BinOp::Shr
            | BinOp::BitAnd
            | BinOp::BitXor
            | BinOp::BitOr
    )
}
