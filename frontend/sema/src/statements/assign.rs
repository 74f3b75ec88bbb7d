//! Assignment: targets, properties, compound and multiple forms.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, CaptureKind, Place, Val, ValKind};
use crate::expressions::arith::carries_target;
use crate::sema::{Binding, Failed, Res, Sema};
use crate::statements::control::value_span;
use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, AssignOp, ExprKind};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn lower_assign(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
        op: AssignOp,
        value: &'static ast::Expr,
        span: Span,
    ) -> Res<()> {
        if let ExprKind::Ident(name) = &target.kind
            && name.is_discard()
        {
            if matches!(op, AssignOp::Op(_)) {
                return Err(self.error(target.span, "the discard `_` has no value to read"));
            }
            self.lower_expr(cx, value, None)?;
            return Ok(());
        }
        // The target's type is needed before its subexpressions are evaluated: value first, then target.
        let found = self.target_type(cx, target);
        let (ty, setter) = self.or_beside(cx, found, [value])?;
        if let Some(setter) = setter {
            return self.assign_property(cx, target, setter, op, value, span);
        }
        match op {
            AssignOp::Set => {
                let (_, form) = self.seen_through(cx.env(), target);
                let verb = self.target_verb(form);
                cx.storing = Some((value.span, verb));
                let val = self.lower_expr(cx, value, Some(ty))?;
                self.no_view_of_assigned(&val, ty, value_span(value))?;
                let origin = (ty == TypeId::ANY_ERROR).then(|| self.origin_of_value(cx, &val));
                let val = match verb {
                    Verb::Initialize(_) | Verb::Reassign(_) => {
                        self.assignable(cx, val, ty, value_span(value), verb)?
                    }
                    Verb::Assign(_) => {
                        if val.ty != ty
                            && !val.is_poison()
                            && val.ty != TypeId::NORETURN
                            && self.try_coerce(cx, &val, ty, value_span(value))?.is_none()
                        {
                            self.assignable(cx, val, ty, value_span(value), verb)?
                        } else {
                            self.coerce(cx, val, ty, value_span(value))?
                        }
                    }
                };
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let place = self.lower_place(cx, target)?;
                self.at(cx, span);
                self.store(cx, place.addr, &val);
                if let Some(origin) = origin {
                    self.note_error_stored(cx, place.addr, &origin);
                }
                self.assigned(cx, target);
                Ok(())
            }
            AssignOp::Op(op) => {
                let val = self.compound_operand(cx, value, ty)?;
                if val.never_ends() {
                    cx.dead = true;
                    return Ok(());
                }
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let place = self.lower_place(cx, target)?;
                let old = self.load(cx, &Val::place(place.clone()));
                let out = self.compound(cx, op, old, val, ty, span, value)?;
                self.at(cx, span);
                self.store(cx, place.addr, &out);
                self.assigned(cx, target);
                Ok(())
            }
        }
    }

    /// The right side of a compound assignment to what is a `ty`.
    fn compound_operand(
        &mut self,
        cx: &mut FnCx,
        value: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Val> {
        let hint = compound_hint(value, ty);
        let hint = self.broadcast_want(cx, value, value, hint)?;
        let val = self.lower_operand(cx, value, hint)?;
        let given_literal = val.literal && self.is_integer(val.ty) && self.is_integer(ty);
        if given_literal {
            // Must fit, also right of `+=`.
            self.coerce(cx, val.clone(), ty, value.span)?;
        }
        Ok(val)
    }

    /// What a compound assignment stores in what is a `ty` (part 3 §2): the operation's result as that type, floats cut.
    fn compound(
        &mut self,
        cx: &mut FnCx,
        op: ast::BinOp,
        old: Val,
        val: Val,
        ty: TypeId,
        span: Span,
        value: &'static ast::Expr,
    ) -> Res<Val> {
        let out = self.arith(cx, op, old, val, None, span, value.span)?;
        if self.is_number(out.ty) && self.is_number(ty) {
            let piece = self.piece(cx, &out);
            let piece = self.number_piece(cx, piece, out.ty, ty);
            return Ok(Val::scalar(ty, piece));
        }
        self.coerce(cx, out, ty, value.span)
    }

    /// A concrete value becomes a view where it is bound or passed; an assignment needs its address (part 2 §5.4).
    fn no_view_of_assigned(&mut self, val: &Val, ty: TypeId, span: Span) -> Res<()> {
        let TypeKind::Pointer(to) = *self.m.types.kind(self.literal_target(ty)) else {
            return Ok(());
        };
        let viewed = matches!(self.m.types.kind(to), TypeKind::Protocol(_));
        if !viewed || val.is_poison() {
            return Ok(());
        }
        match self.m.types.kind(val.ty) {
            TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Union(_) => {
                let (given, want) = (self.type_name(val.ty), self.type_name(ty));
                let text = self.span_text(span);
                let diag = Diagnostic::error(
                    span,
                    format!("cannot assign a value of type '{given}' to a place of type '{want}'"),
                )
                .with_help(None, format!("assign its address: `*{text}`"));
                Err(self.report(diag))
            }
            _ => Ok(()),
        }
    }

    /// Assigning an optional ends its narrowing.
    pub fn assigned(&mut self, cx: &mut FnCx, target: &'static ast::Expr) {
        if let Some(var) = self.own_named(cx, target)
            && cx.var(var).narrowed
        {
            cx.end_narrowing(var);
        }
    }

    pub fn target_verb(&self, target: &ast::Expr) -> Verb {
        match &target.kind {
            ExprKind::Ident(name) => Verb::Reassign(name.as_str()),
            ExprKind::Field { name, .. } => Verb::Assign(name.as_str()),
            ExprKind::Index { .. } => Verb::Assign("element"),
            _ => Verb::Assign("target"),
        }
    }

    /// Type of an assignment target, found without emitting its code; or the setter that takes its place.
    pub fn target_type(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
    ) -> Res<(TypeId, Option<crate::sema::FnId>)> {
        self.discarded(cx, |s, cx| match s.find_setter(cx, target)? {
            Some(setter) => Ok((TypeId::VOID, Some(setter))),
            None => s.lower_place(cx, target).map(|p| (p.ty, None)),
        })
    }

    /// `x.n = e` where `n` is a `#set` property.
    pub fn find_setter(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
    ) -> Res<Option<crate::sema::FnId>> {
        let env = cx.env().clone();
        let (base, name) = match &target.kind {
            ExprKind::Field { base, name } => (base, name),
            ExprKind::Paren(inner) => return self.find_setter(cx, inner),
            _ => {
                return match self.put_here(&env, target) {
                    Some(put) => self.where_put(cx, &put, |s, cx, put| s.find_setter(cx, put)),
                    None => Ok(None),
                };
            }
        };
        if self.namespace_of(&env, base, *name).is_some() || self.denotes_type(&env, base) {
            return Ok(None);
        }
        let name = &self.spelled(&env, *name)?;
        let val = self.lower_expr(cx, base, None)?;
        let ty = match self.m.types.kind(val.ty) {
            TypeKind::Pointer(t) => *t,
            _ => val.ty,
        };
        if self
            .m
            .types
            .members(ty)
            .is_some_and(|m| m.iter().any(|(n, _)| *n == Some(name.name)))
        {
            return Ok(None);
        }
        match self.setter(ty, name.name)? {
            Some(setter) => Ok(Some(setter)),
            None if self.getter(ty, name.name)?.is_some() => Err(self.error(
                name.span,
                format!("property '{}' is read-only (no '#set')", name.name),
            )),
            None => Ok(None),
        }
    }

    pub fn assign_property(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
        setter: crate::sema::FnId,
        op: AssignOp,
        value: &'static ast::Expr,
        span: Span,
    ) -> Res<()> {
        let instance = self.instantiate_fn(setter, Vec::new(), Vec::new(), span)?;
        let [receiver, param] = instance.ty.params[..] else {
            // Its shape has been told.
            self.look_beside(cx, value);
            return Err(Failed);
        };
        match op {
            AssignOp::Set => {
                let val = self.lower_to(cx, value, param)?;
                let val = self.own(cx, &val);
                let val = self.stable(cx, &val);
                let (recv, ..) = self.set_receiver(cx, target, receiver)?;
                self.emit_call(
                    cx,
                    crate::callables::functions::Target::Direct(instance.func),
                    &instance.ty,
                    &[recv, val],
                );
            }
            AssignOp::Op(op) => {
                let (recv, shown, name) = self.set_receiver(cx, target, receiver)?;
                let recv = self.stable(cx, &recv);
                let Some(old) = self.try_field(cx, &recv, name, target.span)? else {
                    return Err(self.no_field(shown, name));
                };
                let old = self.own(cx, &old);
                let old = self.stable(cx, &old);
                let val = self.compound_operand(cx, value, old.ty)?;
                if val.never_ends() {
                    cx.dead = true;
                    return Ok(());
                }
                let val = self.load(cx, &val);
                let piece = self.compound(cx, op, old, val, param, span, value)?;
                self.emit_call(
                    cx,
                    crate::callables::functions::Target::Direct(instance.func),
                    &instance.ty,
                    &[recv, piece],
                );
            }
        }
        Ok(())
    }

    /// What a `#set` property is set of, its type, and the property's name. A setter that takes a pointer stores there, as
    /// an assignment to a field would; of a field of the context that is a pointer crossed.
    fn set_receiver(
        &mut self,
        cx: &mut FnCx,
        target: &'static ast::Expr,
        param: TypeId,
    ) -> Res<(Val, TypeId, ast::Ident)> {
        let env = cx.env().clone();
        let (base, name) = match &target.kind {
            ExprKind::Field { base, name } => (base, self.spelled(&env, *name)?),
            ExprKind::Paren(inner) => return self.set_receiver(cx, inner, param),
            _ => {
                return match self.put_here(&env, target) {
                    Some(put) => {
                        self.where_put(cx, &put, |s, cx, put| s.set_receiver(cx, put, param))
                    }
                    None => Err(Failed),
                };
            }
        };
        let recv = self.lower_expr(cx, base, None)?;
        let shown = recv.ty;
        if let (ValKind::Place(place), TypeKind::Pointer(to)) =
            (&recv.kind, self.m.types.kind(param))
            && *to == recv.ty
            && let Access::Capture(..) | Access::Constant(_) | Access::LocalConstant(_) =
                place.access
        {
            self.check_writable(place, target)?;
        }
        let recv = self.adapt_receiver(cx, &recv, param, base.span)?;
        Ok((recv, shown, name))
    }

    /// As the base of a target a narrowed optional stays optional, unless its payload is a pointer. In parentheses it is
    /// read.
    fn narrowed_target(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        field: ast::Ident,
    ) -> Res<()> {
        if matches!(base.kind, ExprKind::Paren(_)) {
            return Ok(());
        }
        let own = self.own_named(cx, base);
        let Some(var) = own.filter(|var| cx.var(*var).narrowed) else {
            return Ok(());
        };
        let ty = cx.var(var).ty;
        let TypeKind::Optional(payload) = *self.m.types.kind(ty) else {
            return Ok(());
        };
        if matches!(self.m.types.kind(payload), TypeKind::Pointer(_)) {
            return Ok(());
        }
        let shown = self.type_name(ty);
        let diag = sx_syntax::Diagnostic::error(
            base.span,
            format!(
                "cannot use a value of type '{shown}' as an operand: an optional does not implicitly unwrap"
            ),
        );
        let name = self.span_text(base.span);
        let help = format!("an assignment goes through `{name}!.{}`", field.name);
        Err(self.report(diag.with_help(None, help)))
    }

    /// Evaluates an assignment target to a writable place.
    pub fn lower_place(&mut self, cx: &mut FnCx, target: &'static ast::Expr) -> Res<Place> {
        let val = match &target.kind {
            ExprKind::Ident(name) => {
                let env = cx.env().clone();
                match self.try_resolve_name(&env, *name) {
                    Ok(None)
                        if !matches!(name.as_str(), "context" | "OS" | "ARCH" | "POINTER_SIZE") =>
                    {
                        let name = self.spelled(&env, *name)?;
                        return Err(self.error(
                            name.span,
                            format!(
                                "unresolved '{}' in assignment; use `{} := ...` to declare",
                                name.name, name.name
                            ),
                        ));
                    }
                    Err(Failed) => return Err(Failed),
                    _ => {}
                }
                if let Some(Binding::Ct(_)) = env.get(name.name) {
                    if let Some(marker) = env.get(unrolled_marker(name.name)) {
                        let what = match marker {
                            Binding::Poison => "the cursor",
                            _ => "an element",
                        };
                        return Err(self.error(
                            name.span,
                            format!(
                                "cannot assign to immutable capture '{}', {what} of an `inline for`; copy it into a `:=` local",
                                name.name
                            ),
                        ));
                    }
                    return Err(self.error(
                        name.span,
                        format!(
                            "cannot assign to constant '{}', a '::' declaration is immutable",
                            name.name
                        ),
                    ));
                }
                let val = self.lower_operand_raw(cx, target, None)?;
                if !matches!(val.kind, ValKind::Place(_)) {
                    return Err(self.error(name.span, through_constant(name.as_str())));
                }
                val
            }
            ExprKind::Field { base, name } => {
                let env = cx.env().clone();
                if self.namespace_of(&env, base, *name).is_none() && !self.denotes_type(&env, base)
                {
                    self.narrowed_target(cx, base, *name)?;
                    let inner = self.type_of_expr(cx, base)?;
                    let through = match self.m.types.kind(inner) {
                        TypeKind::Pointer(t) => *t,
                        _ => inner,
                    };
                    if let Some(def) = self.m.types.enum_def(through)
                        && def.variants.iter().any(|v| v.name == name.name)
                    {
                        return Err(self.error(
                            target.span,
                            format!("cannot assign to tagged-union variant '{}' directly — assign a whole new value: `.{}(..)`", name.name, name.name),
                        ));
                    }
                }
                let val = self.lower_expr(cx, target, None)?;
                if self.namespace_of(&env, base, *name).is_some()
                    && !matches!(val.kind, ValKind::Place(_))
                {
                    let text = self.span_text(target.span);
                    let what = if matches!(self.m.types.kind(val.ty), TypeKind::Function(_)) {
                        "a function"
                    } else {
                        "a constant"
                    };
                    return Err(self.error(
                        target.span,
                        format!("cannot assign to '{text}': it is {what}, not a mutable global"),
                    ));
                }
                val
            }
            ExprKind::Deref(_)
            | ExprKind::Index { .. }
            | ExprKind::TupleIndex { .. }
            | ExprKind::Unwrap(_) => self.lower_expr(cx, target, None)?,
            ExprKind::Paren(inner) => return self.lower_place(cx, inner),
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                match self.put_here(&cx.env().clone(), target) {
                    Some(put) => {
                        return self.where_put(cx, &put, |s, cx, expr| s.lower_place(cx, expr));
                    }
                    None => self.lower_expr(cx, target, None)?,
                }
            }
            _ => {
                let message = "this expression is not assignable: it names no storage";
                let mut diag = Diagnostic::error(target.span, message);
                if let ExprKind::Star(pointer) = &target.kind {
                    let pointer = self.span_text(pointer.span);
                    let help =
                        format!("what a pointer points to is assigned with `{pointer}.* = ..`");
                    diag = diag.with_help(None, help);
                }
                self.report(diag);
                return Err(Failed);
            }
        };
        let ValKind::Place(place) = val.kind else {
            if val.is_poison() {
                return Err(Failed);
            }
            self.check_root(cx, target)?;
            return Err(self.error(
                target.span,
                "this expression is not assignable: it names no storage",
            ));
        };
        self.check_writable(&place, target)?;
        if matches!(place.access, Access::Mutable) {
            self.check_root(cx, target)?;
        }
        Ok(place)
    }

    /// Rejects a chain of members and elements that begins at a constant. What a slice in it leads to is as constant; a
    /// pointer ends that: it may lead to a variable.
    fn check_root(&mut self, cx: &mut FnCx, target: &'static ast::Expr) -> Res<()> {
        let env = cx.env().clone();
        let mut bases = Vec::new();
        let mut root = target;
        loop {
            root = match &root.kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::Index { base, .. } | ExprKind::TupleIndex { base, .. } => base,
                ExprKind::Field { base, name }
                    if self.namespace_of(&env, base, *name).is_none()
                        && !self.denotes_type(&env, base) =>
                {
                    base
                }
                _ => break,
            };
            bases.push(root);
        }
        let (seen_in, seen) = self.seen_through(&env, root);
        let may_be_constant = match &seen.kind {
            ExprKind::Ident(_) => !matches!(
                self.named_binding(&seen_in, seen),
                Some(Binding::Var { .. })
            ),
            ExprKind::Field { .. } => true,
            _ => false,
        };
        if !may_be_constant {
            return Ok(());
        }
        let first = self.discarded(cx, |s, cx| s.lower_expr(cx, root, None))?;
        let constant = match &first.kind {
            ValKind::Place(place) => {
                matches!(place.access, Access::Constant(_) | Access::LocalConstant(_))
            }
            // Texts and scalars have no storage.
            _ => !first.is_poison(),
        };
        if !constant {
            return Ok(());
        }
        for base in bases {
            let ty = self.type_of_expr(cx, base)?;
            if let TypeKind::Pointer(_) | TypeKind::ManyPointer(_) = self.m.types.kind(ty) {
                return Ok(());
            }
        }
        let name = self.span_text(root.span);
        Err(self.error(target.span, through_constant(&name)))
    }

    pub fn check_writable(&mut self, place: &Place, target: &'static ast::Expr) -> Res<()> {
        if let (Access::Capture(name, CaptureKind::InlineElement), ExprKind::Index { .. }) =
            (&place.access, &target.kind)
        {
            return Err(self.error(target.span, format!("pack '{name}' has no runtime value — its elements are read-only; copy one into a `:=` local")));
        }
        let message = match &place.access {
            Access::Mutable => return Ok(()),
            Access::Constant(name) => through_constant(name.as_str()),
            Access::LocalConstant(name) => {
                format!("cannot assign to constant '{name}', a '::' declaration is immutable")
            }
            // An unrolled element is known by its pack's name, too: the loop's own is the one to show.
            Access::Capture(_, CaptureKind::InlineElement)
                if matches!(target.kind, ExprKind::Ident(_)) =>
            {
                let shown = self.span_text(target.span);
                format!(
                    "cannot assign to immutable capture '{shown}', an unrolled element; copy it into a `:=` local"
                )
            }
            Access::Capture(name, kind) => match kind {
                CaptureKind::Element => {
                    format!(
                        "cannot assign to immutable capture '{name}', a copy of the element; use `(*{name})` or a `:=` local"
                    )
                }
                CaptureKind::Cursor => format!(
                    "cannot assign to immutable capture '{name}', the loop's cursor; copy it into a `:=` local"
                ),
                CaptureKind::Payload => format!(
                    "cannot assign to immutable capture '{name}', a copy of the payload; copy it into a `:=` local"
                ),
                CaptureKind::ErrorTag => format!(
                    "cannot assign to immutable capture '{name}', the error tag; copy it into a `:=` local"
                ),
                CaptureKind::InlineElement => {
                    format!(
                        "cannot assign to immutable capture '{name}', an unrolled element; copy it into a `:=` local"
                    )
                }
            },
            Access::RefCapture(name) => format!(
                "'{name}' is a by-ref capture; write `{name}.* = ...` to change the element"
            ),
            Access::Context => {
                let field = self.span_text(target.span);
                let field = field.strip_prefix("context.").unwrap_or(&field);
                format!(
                    "the context is immutable; use `push .{{ {} = ... }} {{ .. }}`",
                    field.split(['.', '[', ' ']).next().unwrap_or(field)
                )
            }
            Access::Temporary => {
                "this expression is not assignable: it is a temporary value".to_string()
            }
        };
        // One `*` is missing, however often the capture is assigned to.
        if let (Access::Capture(..), Addr::Slot(slot, _)) = (&place.access, place.addr) {
            let func = self.current_func.last().copied().flatten();
            let told = &mut self.caches.mistakes.captures;
            if func.is_some_and(|func| !told.insert((func, slot))) {
                return Err(Failed);
            }
        }
        Err(self.error(target.span, message))
    }

    pub fn lower_multi_assign(
        &mut self,
        cx: &mut FnCx,
        targets: &'static [ast::Expr],
        values: &'static [ast::Expr],
        span: Span,
    ) -> Res<()> {
        if targets.len() != values.len() {
            return Err(self.error(
                span,
                format!("multi-target assignment: target count does not match value count ({} targets, {} values)", targets.len(), values.len()),
            ));
        }
        let is_discard = |t: &ast::Expr| matches!(&t.kind, ExprKind::Ident(n) if n.is_discard());
        let mut found = Vec::new();
        for target in targets {
            found.push(match is_discard(target) {
                true => Ok(None),
                false => self.target_type(cx, target).map(Some),
            });
        }
        let types: Res<Vec<_>> = found.into_iter().collect();
        let types = self.or_beside(cx, types, values)?;
        let mut vals = Vec::new();
        for (i, ((value, ty), target)) in values.iter().zip(&types).zip(targets).enumerate() {
            let mut origin = None;
            let val = match ty {
                None => self.lower_expr(cx, value, None)?,
                Some((_, Some(setter))) => {
                    let instance = self.instantiate_fn(*setter, Vec::new(), Vec::new(), span)?;
                    let [_, param] = instance.ty.params[..] else {
                        return Err(Failed);
                    };
                    self.lower_to(cx, value, param)?
                }
                Some((ty, None)) => {
                    let (_, form) = self.seen_through(cx.env(), target);
                    let verb = self.target_verb(form);
                    cx.storing = Some((value.span, verb));
                    let val = self.lower_expr(cx, value, Some(*ty));
                    let val = self.or_beside(cx, val, &values[i + 1..])?;
                    origin = (*ty == TypeId::ANY_ERROR).then(|| self.origin_of_value(cx, &val));
                    self.assignable(cx, val, *ty, value_span(value), verb)?
                }
            };
            let val = self.own(cx, &val);
            vals.push((self.stable(cx, &val), origin));
        }
        for ((target, ty), (val, origin)) in targets.iter().zip(&types).zip(vals) {
            match ty {
                None => {}
                Some((_, Some(setter))) => {
                    let instance = self.instantiate_fn(*setter, Vec::new(), Vec::new(), span)?;
                    let (recv, ..) = self.set_receiver(cx, target, instance.ty.params[0])?;
                    self.emit_call(
                        cx,
                        crate::callables::functions::Target::Direct(instance.func),
                        &instance.ty,
                        &[recv, val],
                    );
                }
                Some((_, None)) => {
                    let place = self.lower_place(cx, target)?;
                    self.store(cx, place.addr, &val);
                    if let Some(origin) = origin {
                        self.note_error_stored(cx, place.addr, &origin);
                    }
                    self.assigned(cx, target);
                }
            }
        }
        Ok(())
    }
}

/// Bound beside what an `inline for` binds as a constant, to tell what it is: poison beside a cursor, the value itself
/// beside an element.
pub fn unrolled_marker(name: Symbol) -> Symbol {
    Symbol::intern(&format!("inline for {name}"))
}

/// What is done to the named target of a store, in messages: `cannot VERB 'T' with ..`.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    Initialize(&'static str),
    /// A variable.
    Reassign(&'static str),
    Assign(&'static str),
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Verb::Initialize(name) => write!(f, "initialize '{name}' of type"),
            Verb::Reassign(name) => write!(f, "reassign '{name}' of type"),
            Verb::Assign(name) => write!(f, "assign '{name}' of type"),
        }
    }
}

/// The target that the right side of a compound assignment to a `ty` gets: only what can't be typed by itself has one.
fn compound_hint(value: &ast::Expr, ty: TypeId) -> Option<TypeId> {
    let typed_by_it = matches!(
        value.kind,
        ExprKind::Aggregate(_)
            | ExprKind::Unary {
                op: ast::UnOp::BitNot,
                ..
            }
    );
    (typed_by_it || carries_target(value)).then_some(ty)
}

fn through_constant(name: &str) -> String {
    format!("cannot assign through constant '{name}'; use a global or a local copy")
}
