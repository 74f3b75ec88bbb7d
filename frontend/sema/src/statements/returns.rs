//! `return`: conversion to the result type, named and failable results; comptime statements.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::metaprogramming::insertion::{Inserted, unknown_names};
use crate::sema::{Binding, Failed, Res, Sema};
use crate::statements::errors::unhandled;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    /// The operand of a `return` or a trailing expression: failable calls may be forwarded whole.
    pub fn lower_return_operand(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let before = self.diags.len();
        let operand = self.return_operand(cx, expr, want);
        if operand.is_err() {
            self.note_return(cx, expr.span, false, before);
        }
        operand
    }

    fn return_operand(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Val> {
        let hint = match cx.ret.ty {
            Some(ty) if matches!(self.m.types.kind(ty), TypeKind::Failable { .. }) => {
                let pure = matches!(self.m.types.kind(ty), TypeKind::Failable { values, .. } if values.is_empty());
                let all = self.all_slots(cx, ty, expr);
                if pure {
                    for value in crate::statements::tails::ends_of(expr) {
                        if matches!(value.kind, ExprKind::ErrorTag(_)) {
                            let tag = self.tag_literal(cx, value)?;
                            self.note_returned(cx, tag);
                        }
                    }
                }
                if let (ExprKind::Aggregate(agg), Some(_)) = (&expr.kind, all) {
                    let tag = match agg.elems.last() {
                        Some(last) => self.tag_literal(cx, &last.value)?,
                        None => None,
                    };
                    self.note_returned(cx, tag);
                }
                match all {
                    Some(all) => Some(all),
                    None if want.is_none() || matches!(expr.kind, ExprKind::ErrorTag(_)) => {
                        Some(ty)
                    }
                    None => want,
                }
            }
            _ => want,
        };
        match &expr.kind {
            // Narrowing holds for what is returned, not for the arms of a value `if`.
            ExprKind::If(_) | ExprKind::Match(_) => self.lower_tail(cx, expr, hint),
            _ => self.lower_expr(cx, expr, hint),
        }
    }

    pub fn lower_return(
        &mut self,
        cx: &mut FnCx,
        values: &'static [ast::ReturnValue],
        span: Span,
    ) -> Res<()> {
        if values.is_empty() {
            return self.return_value(cx, None, span);
        }
        let Some(ret) = cx.ret.ty else {
            // Inferring: the first value decides.
            if values.len() > 1 {
                let mut vals = Vec::new();
                for value in values {
                    let val = self.lower_expr(cx, &value.value, None)?;
                    vals.push(self.settle_literal(&val, value.value.span)?.ty);
                }
                cx.ret.ty = Some(self.m.types.intern(TypeKind::Tuple(
                    vals.into_iter().map(|t| (None, t)).collect(),
                )));
                return self.lower_return(cx, values, span);
            }
            let val = self.lower_expr(cx, &values[0].value, None)?;
            self.no_failing_lambda(cx, &val, values[0].value.span)?;
            let val = self.settle_literal(&val, values[0].value.span)?;
            cx.ret.ty = Some(if val.ty == TypeId::NORETURN {
                TypeId::VOID
            } else {
                val.ty
            });
            return self.return_value(cx, Some(val), span);
        };
        if values.len() == 1 && values[0].name.is_none() {
            let expr = &values[0].value;
            if let TypeKind::Tuple(slots) = self.m.types.kind(ret).clone()
                && matches!(
                    expr.kind,
                    ExprKind::Int { .. }
                        | ExprKind::Str(_)
                        | ExprKind::Float { .. }
                        | ExprKind::Bool(_)
                )
            {
                let n = slots.len();
                return Err(self.one_for_several(n, expr.span));
            }
            let want = Some(self.success_type(ret)).filter(|t| *t != TypeId::VOID);
            let val = self.lower_return_operand(cx, expr, want)?;
            return self.return_value(cx, Some(val), expr.span);
        }
        let slots: Vec<_> = match self.m.types.kind(ret).clone() {
            TypeKind::Tuple(slots) => slots,
            TypeKind::Failable { values, .. } => values,
            _ => {
                return Err(self.error(
                    span,
                    format!(
                        "this function returns a single value, but a list of {} was given",
                        values.len()
                    ),
                ));
            }
        };
        if values.iter().any(|v| v.name.is_some()) {
            return self.return_named(cx, values, &slots, ret, span);
        }
        let full = self.m.types.members(ret).unwrap_or_default();
        let with_error = matches!(self.m.types.kind(ret), TypeKind::Failable { .. })
            && values.len() == full.len();
        let targets = if with_error { full } else { slots };
        if values.len() != targets.len() {
            if targets.len() == 1 {
                return Err(self.error(
                    span,
                    format!(
                        "this function returns a single value, but a list of {} was given",
                        values.len()
                    ),
                ));
            }
            return Err(self.error(
                span,
                format!(
                    "this function returns {} values, but {} are given",
                    targets.len(),
                    values.len()
                ),
            ));
        }
        if with_error && let Some(last) = values.last() {
            let tag = self.tag_literal(cx, &last.value)?;
            self.note_returned(cx, tag);
        }
        let mut vals = Vec::new();
        for (value, (_, ty)) in values.iter().zip(&targets) {
            let val = self.lower_to(cx, &value.value, *ty)?;
            let val = self.own(cx, &val);
            vals.push(self.stable(cx, &val));
        }
        if !with_error && let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
            let set = *set;
            vals.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        }
        let val = self.make_aggregate(cx, ret, &vals);
        self.leave_with(cx, Some(val), None)
    }

    pub fn return_named(
        &mut self,
        cx: &mut FnCx,
        values: &'static [ast::ReturnValue],
        slots: &[(Option<sx_ir::Symbol>, TypeId)],
        ret: TypeId,
        span: Span,
    ) -> Res<()> {
        let mut vals: Vec<Option<Val>> = vec![None; slots.len()];
        for value in values {
            let Some(name) = value.name else {
                return Err(self.error(value.value.span, "a named return names every element"));
            };
            let env = cx.env().clone();
            let name = self.spelled(&env, name)?;
            let Some(at) = slots.iter().position(|(n, _)| *n == Some(name.name)) else {
                return Err(self.error(
                    name.span,
                    format!(
                        "named return element '{}' does not name any return slot",
                        name.name
                    ),
                ));
            };
            if vals[at].is_some() {
                return Err(self.error(
                    name.span,
                    format!(
                        "named return element '{}' is given more than once",
                        name.name
                    ),
                ));
            }
            let val = self.lower_to(cx, &value.value, slots[at].1)?;
            let val = self.own(cx, &val);
            vals[at] = Some(self.stable(cx, &val));
        }
        let mut out = Vec::new();
        for (val, (name, _)) in vals.into_iter().zip(slots) {
            match val {
                Some(val) => out.push(val),
                None => {
                    let shown = name.map_or_else(|| "_".to_string(), |n| n.to_string());
                    return Err(self.error(
                        span,
                        format!(
                            "named return is missing the slot '{shown}'; every slot is given once"
                        ),
                    ));
                }
            }
        }
        if let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
            let set = *set;
            out.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        }
        let val = self.make_aggregate(cx, ret, &out);
        self.leave_with(cx, Some(val), None)
    }

    /// The result of a lambda is to be that of a failable call: a lambda that can fail says so itself.
    fn no_failing_lambda(&mut self, cx: &FnCx, val: &Val, span: Span) -> Res<()> {
        let ty = val.ty;
        match self.m.types.kind(ty) {
            TypeKind::Failable { values, .. }
                if cx.is_lambda && !cx.ret.may_fail && !values.is_empty() =>
            {
                let result = self.type_name(ty);
                let diag = unhandled(span).with_help(
                    None,
                    format!("a lambda that passes the error on declares it: `(..) -> {result} ..`"),
                );
                Err(self.report(diag))
            }
            _ => Ok(()),
        }
    }

    /// Leaves the function with `val` (not converted yet), or with its named slots.
    pub fn return_value(&mut self, cx: &mut FnCx, val: Option<Val>, span: Span) -> Res<()> {
        if cx.dead {
            return Ok(());
        }
        let Some(ret) = cx.ret.ty else {
            cx.ret.ty = Some(match &val {
                Some(val) => {
                    self.no_failing_lambda(cx, val, span)?;
                    self.settle_literal(val, span)?.ty
                }
                None => TypeId::VOID,
            });
            return self.leave_with(cx, val, None);
        };
        let Some(val) = val else {
            if !cx.ret.named.is_empty() {
                let named: Vec<Val> = cx
                    .ret
                    .named
                    .clone()
                    .iter()
                    .map(|(_, var)| Val::place(cx.var_place(*var)))
                    .collect();
                let mut vals = Vec::new();
                for place in named {
                    vals.push(self.load(cx, &place));
                }
                if let TypeKind::Failable { set, .. } = self.m.types.kind(ret) {
                    let set = *set;
                    vals.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
                }
                let whole = self.make_aggregate(cx, ret, &vals);
                return self.leave_with(cx, Some(whole), None);
            }
            if ret == TypeId::VOID {
                return self.leave_with(cx, None, None);
            }
            if self.success_type(ret) == TypeId::VOID
                && matches!(self.m.types.kind(ret), TypeKind::Failable { .. })
            {
                let ok = Val::scalar(ret, Piece::Const(Ty::I32, 0));
                return self.leave_with(cx, Some(ok), None);
            }
            let shown = self.type_name(ret);
            return Err(self.error(
                span,
                format!("function returns '{shown}' but its body produces no value — return one"),
            ));
        };
        if val.ty == TypeId::NORETURN {
            cx.dead = true;
            return Ok(());
        }
        if ret == TypeId::VOID {
            if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
                && !values.is_empty()
            {
                return Err(self.unhandled_in(cx, span));
            }
            return self.leave_with(cx, None, None);
        }
        let before = self.diags.len();
        let val = self.result_of(cx, val, ret, span);
        self.note_return(cx, span, val.is_ok(), before);
        self.leave_with(cx, Some(val?), None)
    }

    /// Converts a returned value to the result type: success of a failable, a forwarded failable, or plain.
    pub fn result_of(&mut self, cx: &mut FnCx, val: Val, ret: TypeId, span: Span) -> Res<Val> {
        if val.ty == ret {
            if let TypeKind::Failable { set, .. } = *self.m.types.kind(ret) {
                let source = self.source_of_last_call(cx);
                let origin = self.origin_of_set(set, source);
                self.check_escape(cx, &origin, set, span);
            }
            return Ok(val);
        }
        let TypeKind::Failable { values, set } = self.m.types.kind(ret).clone() else {
            if let TypeKind::Failable { values, .. } = self.m.types.kind(val.ty)
                && !values.is_empty()
            {
                return Err(self.unhandled_in(cx, span));
            }
            return match self.try_coerce(cx, &val, ret, span)? {
                Some(val) => Ok(val),
                None => {
                    if matches!(
                        self.m.types.kind(val.ty),
                        TypeKind::Optional(_) | TypeKind::Any
                    ) {
                        return Err(self.no_conversion(val.ty, ret, span));
                    }
                    if let TypeKind::Optional(payload) = *self.m.types.kind(ret) {
                        return Err(self.cannot_wrap(val.ty, payload, ret, span));
                    }
                    if let TypeKind::Tuple(slots) = self.m.types.kind(ret)
                        && slots.len() > 1
                        && self.m.types.members(val.ty).is_none()
                    {
                        let n = slots.len();
                        return Err(self.one_for_several(n, span));
                    }
                    let (a, b) = (self.type_name(val.ty), self.type_name(ret));
                    Err(self.error(
                        span,
                        format!("cannot return a value of type '{a}' where '{b}' is expected"),
                    ))
                }
            };
        };
        if let TypeKind::Failable {
            values: given,
            set: given_set,
        } = self.m.types.kind(val.ty).clone()
        {
            return self.forward_failable(cx, val, &given, given_set, &values, set, ret, span);
        }
        if values.is_empty() {
            if matches!(
                self.m.types.kind(val.ty),
                TypeKind::ErrorSet(_) | TypeKind::AnyError
            ) {
                let origin = self.origin_of_value(cx, &val);
                self.check_escape(cx, &origin, set, span);
                return Ok(self.retype(cx, &val, ret));
            }
            if val.ty == TypeId::VOID {
                return Ok(Val::scalar(ret, Piece::Const(Ty::I32, 0)));
            }
            // A trailing value of a pure failable is dropped.
            return Ok(Val::scalar(ret, Piece::Const(Ty::I32, 0)));
        }
        let success = self.success_type(ret);
        let members = self.m.types.members(ret).unwrap_or_default();
        if let TypeKind::Tuple(given) = self.m.types.kind(val.ty)
            && given.len() == members.len()
            && values.len() != given.len()
            && given.last().is_some_and(|(_, last)| {
                matches!(
                    self.m.types.kind(*last),
                    TypeKind::ErrorSet(_) | TypeKind::AnyError
                )
            })
        {
            // `.{v.., error.X}` fills all slots; any other tuple is the one value.
            let all = self.m.types.intern(TypeKind::Tuple(members));
            let whole = self.coerce(cx, val, all, span)?;
            return Ok(self.reinterpret(cx, &whole, ret));
        }
        let val = match self.try_coerce(cx, &val, success, span)? {
            Some(val) => val,
            None if values.len() > 1 && self.m.types.members(val.ty).is_none() => {
                return Err(self.one_for_several(values.len(), span));
            }
            None => {
                let (a, b) = (self.type_name(val.ty), self.type_name(success));
                return Err(self.error(
                    span,
                    format!("cannot return a value of type '{a}' where '{b}' is expected"),
                ));
            }
        };
        let mut parts = Vec::new();
        if values.len() == 1 {
            parts.push(val);
        } else {
            let val = self.load(cx, &val);
            let val = self.stable(cx, &val);
            for i in 0..values.len() {
                parts.push(self.member(cx, &val, i));
            }
        }
        parts.push(Val::scalar(set, Piece::Const(Ty::I32, 0)));
        Ok(self.make_aggregate(cx, ret, &parts))
    }

    /// One value where the function returns several.
    fn one_for_several(&mut self, n: usize, span: Span) -> Failed {
        self.error(span, format!("this function returns {n} values — return them as `return a, b`, or as one tuple of {n}"))
    }

    pub fn error_directive(
        &mut self,
        cx: &mut FnCx,
        directive: &'static ast::ErrorDirective,
    ) -> Failed {
        // In a generic body the mistake is at the outermost call.
        match self.sites.body {
            Some(site) if cx.fn_id.is_some() => {
                let diag = Diagnostic::error(site, directive.message.text.to_string())
                    .with_note(Some(directive.span), "raised by this `#error`");
                self.report(diag)
            }
            _ => self.error(directive.span, directive.message.text.to_string()),
        }
    }

    pub fn lower_assert(
        &mut self,
        cx: &mut FnCx,
        assert: &'static ast::AssertDirective,
    ) -> Res<()> {
        let env = cx.env().clone();
        self.check_assert(&env, assert)
    }

    /// `#insert e;`: the statements stand here.
    pub fn lower_insert(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<()> {
        let done = self.insert_in_place(cx, expr);
        if done.is_err() {
            // What it would have declared is not known.
            cx.env().bind(unknown_names(), Binding::Poison);
        }
        done
    }

    fn insert_in_place(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<()> {
        let env = cx.env().clone();
        let given = self.inserted(&env, expr)?;
        self.level_down(expr.span, |s| match given {
            Inserted::Quotes(ids) => s.insert_statements(cx, &ids, expr.span),
            Inserted::Text(text) => {
                let fragment = s.parsed_text(expr.span, text)?;
                s.sites_within(expr.span, |s| s.block_in_place(cx, &fragment.block, 0))
            }
        })
    }

    /// The tag of `error.X`.
    fn tag_literal(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> Res<Option<Symbol>> {
        match &expr.kind {
            ExprKind::ErrorTag(name) => Ok(Some(self.spelled(cx.env(), *name)?.name)),
            _ => Ok(None),
        }
    }

    /// The statements of a text, parsed once.
    pub fn parsed_text(&mut self, at: Span, text: String) -> Res<&'static ast::Fragment> {
        if let Some(fragment) = self.fragments.get(&text) {
            return Ok(fragment);
        }
        let file = self.inserted_file(at, &text);
        let parsed = sx_syntax::parse_statements(file, &text);
        if let Some(first) = parsed.diagnostics.into_iter().find(Diagnostic::is_error) {
            return Err(self.failed_insertion(at, first));
        }
        let fragment: &'static ast::Fragment = Box::leak(Box::new(parsed.ast));
        self.caches
            .computed_names
            .insert(file, &fragment.computed_names);
        self.fragments.insert(text, fragment);
        Ok(fragment)
    }
}
