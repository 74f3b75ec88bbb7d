//! Declarations made by `inline if`, `inline for`, `inline` matches and `#insert` in the bodies of types, and names spelled
//! by `#name(parts..)` (reference part 6 §6.5). The forms open no scope of their own: what they hold belongs to the body
//! they stand in, once for each iteration, in an environment that has the iteration's captures.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{RelocTarget, Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, ForIterKind, Inline, InlineElse, MemberKind, PatternKind};
use sx_syntax::{Diagnostic, FileId, Span};

use crate::comptime::purpose::Purpose;
use crate::comptime::results::slice_image;
use crate::emission::value::CtVal;
use crate::metaprogramming::Meta;
use crate::metaprogramming::insertion::{Inserted, is_made_name, made_name};
use crate::metaprogramming::places::{Captured, Iteration, Site, head};
use crate::metaprogramming::quotes::{Body, splice_key};
use crate::sema::{Binding, Env, Failed, Res, Sema};
use crate::statements::statics::is_truth;
use crate::views::recording::Made;

/// Iterations of one loop, and elements altogether: far more than any type has.
pub const MAX_ITERATIONS: usize = 1 << 16;
/// What counts are elements, and forms a little: those that only make forms must end, too.
pub const AN_ELEMENT: usize = 4;
pub const A_FORM: usize = 1;

/// How an element of a body takes part in expansion.
pub enum Form<T: 'static> {
    Plain,
    Inline(&'static Inline<T>),
    Insert(&'static ast::Expr),
    Assert(&'static ast::AssertDirective),
}

impl<T> Form<T> {
    /// Where something stands that may make any number of elements.
    pub fn span(&self) -> Option<Span> {
        match self {
            Form::Inline(Inline::For(node)) => Some(node.span),
            Form::Insert(expr) => Some(expr.span),
            Form::Inline(Inline::If(_) | Inline::Match(_)) | Form::Plain | Form::Assert(_) => None,
        }
    }
}

/// Whether code is spliced in, which is known where the quote is put.
fn is_splice(inserted: &ast::Expr) -> bool {
    matches!(inserted.kind, ast::ExprKind::Splice(_))
}

/// Elements that a form has made, which may be forms themselves.
pub struct Part<T: 'static> {
    pub elements: &'static [T],
    /// What they see.
    pub env: Rc<Env>,
    /// The step from the form to them, for diagnostics.
    pub step: Option<Site>,
}

/// Elements of a body that may hold the forms.
pub trait Expand: Sized + 'static {
    fn form(&'static self) -> Form<Self>;
    /// Text of `#insert` as elements.
    fn parse(file: FileId, text: &str) -> sx_syntax::ParseResult<sx_syntax::ListFragment<Self>>;
    /// What a quote holds, if it can't be anything but such elements.
    fn quoted(body: &'static ast::CodeBody) -> Option<&'static [Self]>;
    /// Texts of quotes parsed as such elements, by address of the quote.
    fn parsed(meta: &mut Meta) -> &mut FxHashMap<usize, &'static [Self]>;
    /// Of what the elements are, for messages.
    const OF: &'static str;
    /// For whoever wants to see what has become of a form.
    fn made(elements: Vec<(&'static Self, Rc<Env>)>) -> Made;
}

impl Expand for ast::Member {
    fn form(&'static self) -> Form<Self> {
        match &self.kind {
            MemberKind::Inline(node) => Form::Inline(node),
            MemberKind::Insert(expr) => Form::Insert(expr),
            MemberKind::Assert(assert) => Form::Assert(assert),
            MemberKind::Field(_)
            | MemberKind::Using(_)
            | MemberKind::Decl(_)
            | MemberKind::Anon(_) => Form::Plain,
        }
    }

    fn parse(file: FileId, text: &str) -> sx_syntax::ParseResult<sx_syntax::ListFragment<Self>> {
        let parsed = sx_syntax::parse_members(file, text);
        if !parsed.diagnostics.iter().any(Diagnostic::is_error) {
            return parsed;
        }
        // Methods without bodies are a protocol's.
        let methods = sx_syntax::parse_protocol_members(file, text);
        match methods.diagnostics.iter().any(Diagnostic::is_error) {
            true => parsed,
            false => methods,
        }
    }

    fn quoted(body: &'static ast::CodeBody) -> Option<&'static [Self]> {
        match body {
            ast::CodeBody::Members(members) => Some(members),
            ast::CodeBody::Block(_)
            | ast::CodeBody::Expr(_)
            | ast::CodeBody::Items(_)
            | ast::CodeBody::Variants(_) => None,
        }
    }

    fn parsed(meta: &mut Meta) -> &mut FxHashMap<usize, &'static [Self]> {
        &mut meta.members
    }

    const OF: &'static str = "members of a type";

    fn made(elements: Vec<(&'static Self, Rc<Env>)>) -> Made {
        Made::Members(elements)
    }
}

impl Expand for ast::EnumMember {
    fn form(&'static self) -> Form<Self> {
        match self {
            ast::EnumMember::Inline(node) => Form::Inline(node),
            ast::EnumMember::Insert(expr) => Form::Insert(expr),
            ast::EnumMember::Assert(assert) => Form::Assert(assert),
            ast::EnumMember::Variant(_) => Form::Plain,
        }
    }

    fn parse(file: FileId, text: &str) -> sx_syntax::ParseResult<sx_syntax::ListFragment<Self>> {
        sx_syntax::parse_variants(file, text)
    }

    fn quoted(body: &'static ast::CodeBody) -> Option<&'static [Self]> {
        match body {
            ast::CodeBody::Variants(variants) => Some(variants),
            ast::CodeBody::Block(_)
            | ast::CodeBody::Expr(_)
            | ast::CodeBody::Items(_)
            | ast::CodeBody::Members(_) => None,
        }
    }

    fn parsed(meta: &mut Meta) -> &mut FxHashMap<usize, &'static [Self]> {
        &mut meta.variants
    }

    const OF: &'static str = "variants of an enum";

    fn made(elements: Vec<(&'static Self, Rc<Env>)>) -> Made {
        Made::Variants(elements)
    }
}

/// Plain elements, each with what it sees.
pub type Expanded<T> = Vec<(&'static T, Rc<Env>)>;

impl Sema<'_> {
    /// The elements that a body has once its forms have run.
    pub fn expand_body<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        items: &'static [T],
    ) -> Res<Expanded<T>> {
        let mut out = Vec::with_capacity(items.len());
        let inserting = std::mem::take(&mut self.caches.meta.inserting);
        let done = self.expand_into(env, items, &mut out);
        self.caches.meta.inserting = inserting;
        done.map(|()| out)
    }

    pub fn expand_into<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        items: &'static [T],
        out: &mut Expanded<T>,
    ) -> Res<()> {
        for item in items {
            let first = out.len();
            let form = item.form();
            // What a quote begins with is part of what the quote becomes, and long lists are made like that.
            let mut part_of_quote = false;
            match form {
                Form::Plain => {
                    out.push((item, env.clone()));
                    continue;
                }
                Form::Assert(assert) => self.check_assert(env, assert)?,
                Form::Inline(_) => {
                    let parts = self.parts_of(env, item)?;
                    self.expand_parts(parts, out)?;
                }
                Form::Insert(expr) => {
                    let parts = self.parts_of(env, item)?;
                    let expand = |s: &mut Self, out: &mut Expanded<T>| {
                        s.caches.meta.inserting += 1;
                        let done = s.expand_parts(parts, out);
                        s.caches.meta.inserting -= 1;
                        done
                    };
                    match is_splice(expr) {
                        true => {
                            stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || expand(self, out))?;
                            part_of_quote = self.caches.meta.inserting > 0;
                        }
                        false => self.level_down(expr.span, |s| expand(s, out))?,
                    }
                }
            }
            if let Some(span) = form.span()
                && out.len() > MAX_ITERATIONS
            {
                return Err(self.too_many_elements(span));
            }
            if !part_of_quote {
                self.record_form(env, item, &out[first..]);
            }
        }
        Ok(())
    }

    fn expand_parts<T: Expand>(&mut self, parts: Vec<Part<T>>, out: &mut Expanded<T>) -> Res<()> {
        for part in parts {
            let (env, elements) = (part.env, part.elements);
            match part.step {
                Some(step) => self.step_within(step, |s| s.expand_into(&env, elements, out))?,
                None => self.expand_into(&env, elements, out)?,
            }
            if out.len() > MAX_ITERATIONS {
                break;
            }
        }
        Ok(())
    }

    pub fn too_many_elements(&mut self, form: Span) -> Failed {
        self.error(
            form,
            format!("more than {MAX_ITERATIONS} declarations in one body"),
        )
    }

    /// What a form becomes, as it is written: there may be forms in it.
    pub fn parts_of<T: Expand>(&mut self, env: &Rc<Env>, item: &'static T) -> Res<Vec<Part<T>>> {
        let whole = |elements| {
            let env = env.clone();
            let step = None;
            Part {
                elements,
                env,
                step,
            }
        };
        match item.form() {
            Form::Plain | Form::Assert(_) => Ok(vec![whole(std::slice::from_ref(item))]),
            Form::Insert(expr) => {
                let made = self.inserted_elements::<T>(env, expr)?;
                let part = |(elements, env)| Part {
                    elements,
                    env,
                    step: Some(Site::Put(expr.span)),
                };
                Ok(made.into_iter().map(part).collect())
            }
            Form::Inline(Inline::If(node)) => {
                let mut node = node;
                loop {
                    if self.form_condition(env, &node.cond)? {
                        return Ok(vec![whole(&node.then)]);
                    }
                    match &node.else_ {
                        None => return Ok(Vec::new()),
                        Some(InlineElse::If(next)) => node = next,
                        Some(InlineElse::Items(items)) => return Ok(vec![whole(items)]),
                    }
                }
            }
            Form::Inline(Inline::Match(node)) => {
                let chosen = self.chosen_items(env, node)?;
                Ok(chosen.into_iter().map(whole).collect())
            }
            Form::Inline(Inline::For(node)) => {
                let head = head(node.span, &node.iters, &node.captures);
                let mut parts = Vec::new();
                for (step, bindings) in self.iterations(env, node)?.into_iter().enumerate() {
                    let inner = env.child();
                    inner.set_copy(node.span, step as u32);
                    let mut captures = Vec::new();
                    for (name, binding) in bindings {
                        if !is_made_name(name) {
                            captures.push((name, Captured::Known(binding.clone())));
                        }
                        inner.bind(name, binding);
                    }
                    let iteration = Iteration::scope(head, captures);
                    inner.set_iteration(iteration.clone());
                    parts.push(Part {
                        elements: &node.items,
                        env: inner,
                        step: Some(Site::Iteration(iteration)),
                    });
                }
                Ok(parts)
            }
        }
    }

    /// A condition known at compile time. Operands that don't matter are not looked at.
    fn form_condition(&mut self, env: &Rc<Env>, cond: &'static ast::Expr) -> Res<bool> {
        match &cond.kind {
            ast::ExprKind::Paren(inner) => self.form_condition(env, inner),
            ast::ExprKind::Unary {
                op: ast::UnOp::Not,
                expr,
            } if is_truth(expr) => Ok(!self.form_condition(env, expr)?),
            ast::ExprKind::Binary {
                op: op @ (ast::BinOp::And | ast::BinOp::Or),
                lhs,
                rhs,
                ..
            } => {
                let first = self.form_condition(env, lhs)?;
                if first == (*op == ast::BinOp::Or) {
                    return Ok(first);
                }
                self.form_condition(env, rhs)
            }
            _ => {
                let val =
                    self.comptime_value(env, cond, Some(TypeId::BOOL), &Purpose::Condition)?;
                Ok(self.ct_u64(&val) != 0)
            }
        }
    }

    fn chosen_items<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        node: &'static ast::InlineMatch<T>,
    ) -> Res<Option<&'static [T]>> {
        let subject_type = match self.denotes_type(env, &node.subject) {
            true => Some(self.eval_type(env, &node.subject)?),
            false => None,
        };
        let subject = match subject_type {
            Some(ty) => self.ct_of_type(ty),
            None => self.comptime_value(env, &node.subject, None, &Purpose::Condition)?,
        };
        for arm in &node.arms {
            let hit = match &arm.pattern.kind {
                PatternKind::Variant(name) => {
                    let name = &self.spelled(env, *name)?;
                    let known = self.m.types.enum_def(subject.ty).and_then(|def| {
                        def.variants
                            .iter()
                            .find(|v| v.name == name.name)
                            .map(|v| v.value)
                    });
                    let Some(value) = known else {
                        return Err(self.no_variant(subject.ty, *name));
                    };
                    self.ct_i64(&subject) == value
                }
                PatternKind::Expr(pattern) if subject.ty == TypeId::TYPE => {
                    let ty = self.ct_type(&subject);
                    match self.static_category(env, pattern) {
                        Some(category) => self.type_in_category(ty, &category),
                        None => self.eval_type(env, pattern)? == ty,
                    }
                }
                PatternKind::Expr(pattern) => {
                    let label = self.case_label(env, pattern, subject.ty)?;
                    label.image == subject.image
                }
            };
            if hit {
                return Ok(Some(&arm.items));
            }
        }
        Ok(node.else_.as_deref())
    }

    /// What each iteration's captures stand for.
    fn iterations<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        node: &'static ast::InlineFor<T>,
    ) -> Res<Vec<Vec<(sx_ir::Symbol, Binding)>>> {
        let mut columns: Vec<Vec<Binding>> = Vec::new();
        // Ranges without an end, by column, with their starts.
        let mut open: Vec<(usize, i64)> = Vec::new();
        for iter in &node.iters {
            let column = match &iter.kind {
                ForIterKind::Range { lo, op, hi } => {
                    let lo = self.comptime_value(env, lo, Some(TypeId::I64), &Purpose::Count)?;
                    let start = self.ct_i64(&lo) + i64::from(op.lo_exclusive);
                    match hi {
                        Some(hi) => {
                            let hi =
                                self.comptime_value(env, hi, Some(TypeId::I64), &Purpose::Count)?;
                            let end = self.ct_i64(&hi) + i64::from(op.hi_inclusive);
                            if end.saturating_sub(start) > MAX_ITERATIONS as i64 {
                                return Err(self.error(
                                    iter.span,
                                    format!(
                                        "inline for: {} iterations are too many to unroll",
                                        end.saturating_sub(start)
                                    ),
                                ));
                            }
                            (start..end).map(|i| self.counter(i)).collect()
                        }
                        None => {
                            open.push((columns.len(), start));
                            Vec::new()
                        }
                    }
                }
                ForIterKind::Each(expr) => match self.type_pack_of(env, expr) {
                    Some(types) => types.iter().map(|ty| Binding::Type(*ty)).collect(),
                    None => self.elements_of(env, expr)?,
                },
            };
            columns.push(column);
        }
        let closed = |at: usize| !open.iter().any(|(i, _)| *i == at);
        let count = columns
            .iter()
            .enumerate()
            .filter(|(i, _)| closed(*i))
            .map(|(_, column)| column.len())
            .min();
        let Some(count) = count else {
            return Err(self.error(node.span, "inline for: one of the ranges must have an end"));
        };
        for (i, column) in columns.iter().enumerate() {
            if closed(i) && column.len() != count {
                return Err(self.error(
                    node.iters[i].span,
                    format!(
                        "inline for: {} elements here, but {count} in another of its lists",
                        column.len()
                    ),
                ));
            }
        }
        for (at, start) in open {
            columns[at] = (0..count as i64).map(|i| self.counter(start + i)).collect();
        }
        let mut rows = Vec::with_capacity(count);
        for row in 0..count {
            let mut bindings = Vec::new();
            for (capture, column) in node.captures.iter().zip(&columns) {
                if capture.by_ref {
                    return Err(self.error(
                        capture.name.span,
                        "an `inline for` over declarations captures values, not places",
                    ));
                }
                if !capture.name.is_discard() {
                    let name = self.spelled(env, capture.name)?.name;
                    bindings.push((name, column[row].clone()));
                    if matches!(capture.name.kind, ast::IdentKind::Computed(_)) {
                        bindings.push((made_name(name), column[row].clone()));
                    }
                }
            }
            rows.push(bindings);
        }
        Ok(rows)
    }

    fn counter(&mut self, value: i64) -> Binding {
        Binding::Ct(self.ct_int(TypeId::I64, value as u64))
    }

    /// Elements of an array, slice or string known at compile time.
    pub fn elements_of(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<Vec<Binding>> {
        let list = self.comptime_value(env, expr, None, &Purpose::Operand)?;
        let kind = self.m.types.kind(list.ty).clone();
        let (elem, image, offset, count) = match kind {
            TypeKind::Array(elem, count) => (elem, list.image.clone(), 0, count),
            TypeKind::Slice(elem) => {
                let (image, offset, count) = self.pointed_to(&list);
                (elem, image, offset, count)
            }
            TypeKind::String => {
                let (image, offset, count) = self.pointed_to(&list);
                (TypeId::U8, image, offset, count)
            }
            _ => {
                let shown = self.type_name(list.ty);
                return Err(self.error(
                    expr.span,
                    format!("cannot iterate a value of type '{shown}' here; an `inline for` takes ranges, packs, and arrays, slices and strings known at compile time"),
                ));
            }
        };
        if count > MAX_ITERATIONS as u64 {
            return Err(self.error(
                expr.span,
                format!("inline for: {count} iterations are too many to unroll"),
            ));
        }
        let size = self.m.types.size_of(elem);
        Ok((0..count)
            .map(|i| {
                let part = CtVal {
                    ty: elem,
                    image: Rc::new(slice_image(&image, offset + i * size, size)),
                    literal: false,
                };
                match elem == TypeId::TYPE {
                    true => Binding::Type(self.ct_type(&part)),
                    false => Binding::Ct(part),
                }
            })
            .collect())
    }

    /// The data a slice constant points to, where in it, and how many elements.
    pub fn pointed_to(&self, list: &CtVal) -> (Rc<sx_ir::ConstImage>, u64, u64) {
        let empty = || (Rc::new(sx_ir::ConstImage::zeroed(0)), 0, 0);
        let Some(reloc) = list.image.relocs.first() else {
            return empty();
        };
        let RelocTarget::Global(global) = reloc.target else {
            return empty();
        };
        let word = slice_image(&list.image, 8, 8);
        let count = self.ct_u64(&CtVal {
            ty: TypeId::I64,
            image: Rc::new(word),
            literal: false,
        });
        let image = Rc::new(self.m.global(global).init.clone());
        (image, reloc.addend as u64, count)
    }

    /// What an `#insert` in a body puts there, and what it sees.
    pub fn inserted_elements<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Res<Vec<(&'static [T], Rc<Env>)>> {
        let text = match self.inserted(env, expr)? {
            Inserted::Quotes(ids) => {
                let mut out = Vec::with_capacity(ids.len());
                for id in ids {
                    let Some(quote) = self.quote(id) else {
                        continue;
                    };
                    let elements = self.quoted_elements::<T>(quote.body, expr.span)?;
                    out.push((elements, Env::expansion(&quote.env, env, expr.span)));
                }
                return Ok(out);
            }
            Inserted::Text(text) => text,
        };
        let file = self.inserted_file(expr.span, &text);
        let parsed = T::parse(file, &text);
        if let Some(first) = parsed.diagnostics.into_iter().find(Diagnostic::is_error) {
            return Err(self.failed_insertion(expr.span, first));
        }
        let fragment: &'static sx_syntax::ListFragment<T> = Box::leak(Box::new(parsed.ast));
        self.caches
            .computed_names
            .insert(file, &fragment.computed_names);
        Ok(vec![(&fragment.elements, env.clone())])
    }

    /// A quote as elements of a body: its text is parsed as such.
    fn quoted_elements<T: Expand>(&mut self, body: Body, site: Span) -> Res<&'static [T]> {
        let (inner, address) = match body {
            Body::Code(code) => match T::quoted(&code.body) {
                Some(elements) => return Ok(elements),
                None => (code.inner, std::ptr::from_ref(code) as usize),
            },
            Body::Expr(expr) => (expr.span, std::ptr::from_ref(expr) as usize),
            Body::Block(block) => {
                let span = block.span;
                let inner = Span::new(span.file, span.lo + 1, span.hi.saturating_sub(1));
                (inner, std::ptr::from_ref(block) as usize)
            }
        };
        if let Some(elements) = T::parsed(&mut self.caches.meta).get(&address) {
            return Ok(elements);
        }
        let path = self.sources.path(inner.file).to_string();
        let whole = self.sources.get(inner.file).map(|f| f.text.clone());
        let whole = whole.unwrap_or_default();
        let text = sx_syntax::within(&whole, inner.lo, inner.hi);
        // The same text again, for a file number under which its names are counted anew.
        let file = self.sources.add(path, whole);
        let parsed = T::parse(file, &text);
        if let Some(first) = parsed.diagnostics.into_iter().find(Diagnostic::is_error) {
            let diag = Diagnostic::error(
                site,
                format!("this code does not parse as {}: {}", T::OF, first.message),
            )
            .with_note(first.span, "in this code");
            return Err(self.report(diag));
        }
        let fragment: &'static sx_syntax::ListFragment<T> = Box::leak(Box::new(parsed.ast));
        self.caches
            .computed_names
            .insert(file, &fragment.computed_names);
        T::parsed(&mut self.caches.meta).insert(address, &fragment.elements);
        Ok(&fragment.elements)
    }

    /// `#assert`: an error unless the condition holds.
    pub fn check_assert(
        &mut self,
        env: &Rc<Env>,
        assert: &'static ast::AssertDirective,
    ) -> Res<()> {
        let val =
            self.comptime_value(env, &assert.cond, Some(TypeId::BOOL), &Purpose::Condition)?;
        if self.ct_u64(&val) != 0 {
            return Ok(());
        }
        let values = self.operand_values(env, &assert.cond);
        let text = sx_syntax::normalised(&self.span_text(assert.cond.span));
        let diag = match &assert.message {
            Some(expr) => {
                let val =
                    self.comptime_value(env, expr, Some(TypeId::STRING), &Purpose::Operand)?;
                let message = self.ct_text(&val).unwrap_or_default();
                let message = String::from_utf8_lossy(&message).into_owned();
                let diag = Diagnostic::error(assert.span, message);
                match values.is_empty() {
                    true => diag,
                    false => diag.with_note(Some(assert.cond.span), format!("where {values}")),
                }
            }
            None if values.is_empty() => {
                Diagnostic::error(assert.span, format!("assertion failed: {text}"))
            }
            None => {
                let message = format!("assertion failed: {text} (where {values})");
                Diagnostic::error(assert.span, message)
            }
        };
        let diag = match self.sites.body {
            Some(call) => diag.with_note(Some(call), "in the instance this call makes"),
            None => diag,
        };
        Err(self.report(diag))
    }

    /// An identifier as it is spelled: `#name(parts..)` by its parts.
    #[inline]
    pub fn spelled(&mut self, env: &Rc<Env>, name: ast::Ident) -> Res<ast::Ident> {
        match name.kind {
            ast::IdentKind::Computed(index) => self.spelled_by_parts(env, name, index),
            ast::IdentKind::Plain | ast::IdentKind::Raw => Ok(name),
        }
    }

    fn spelled_by_parts(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        index: ast::ComputedName,
    ) -> Res<ast::Ident> {
        let parts: Option<&'static Vec<std::sync::Arc<ast::Expr>>> = self
            .caches
            .computed_names
            .get(&name.span.file)
            .and_then(|names| names.get(index.index()));
        let Some(parts) = parts else {
            return Err(self.not_implemented(name.span, "`#name` here"));
        };
        let mut text = String::new();
        for part in parts {
            let val = match env.get(splice_key(part)) {
                Some(Binding::Ct(val)) => val,
                _ => self.comptime_value(env, part, None, &Purpose::Operand)?,
            };
            if val.ty == TypeId::STRING || val.ty == TypeId::STRING_Z {
                text.push_str(&String::from_utf8_lossy(
                    &self.ct_text(&val).unwrap_or_default(),
                ));
            } else if self.is_integer(val.ty) {
                let signed = self.m.types.int_info(val.ty).is_some_and(|i| i.1);
                text.push_str(&match signed {
                    true => self.ct_i64(&val).to_string(),
                    false => self.ct_u64(&val).to_string(),
                });
            } else {
                let shown = self.type_name(val.ty);
                return Err(self.error(
                    part.span,
                    format!("a part of `#name` is a string or an integer, not '{shown}'"),
                ));
            }
        }
        self.spelling(&text, name.span)?;
        Ok(ast::Ident {
            name: sx_ir::Symbol::intern(&text),
            kind: ast::IdentKind::Raw,
            span: name.span,
        })
    }

    /// The same where a mistake in the parts has been told, or will be.
    pub fn name_at(&mut self, env: &Rc<Env>, name: ast::Ident) -> ast::Ident {
        self.spelled(env, name).unwrap_or(name)
    }

    fn spelling(&mut self, text: &str, span: Span) -> Res<()> {
        let mut chars = text.chars();
        let good = chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if good {
            return Ok(());
        }
        let message = match text.is_empty() {
            true => "`#name` spells nothing".to_string(),
            false => format!("`#name` spells '{text}', which is not an identifier"),
        };
        Err::<(), Failed>(self.error(span, message))
    }
}

/// Names of a body's declarations, each with the half of a property it is, and where it stands first.
pub type MemberNames = FxHashMap<(Symbol, Option<ast::Property>), Span>;

impl Sema<'_> {
    /// What makes declarations in a body may make one twice; written ones differ.
    pub fn check_distinct(&mut self, members: &Expanded<ast::Member>) -> Res<()> {
        let mut seen = MemberNames::default();
        let outer = self.caches.meta.sites.clone();
        for (member, env) in members {
            if let ast::MemberKind::Decl(decl) = &member.kind {
                let name = self.spelled(env, decl.name)?;
                self.look_from(env);
                self.check_distinct_name(&mut seen, decl, name);
            }
        }
        self.caches.meta.sites = outer;
        Ok(())
    }

    /// The same for one after the other.
    pub fn check_distinct_name(
        &mut self,
        seen: &mut MemberNames,
        decl: &'static ast::Decl,
        name: ast::Ident,
    ) {
        let (what, property) = decl.as_member();
        let others = match property {
            None => vec![None, Some(ast::Property::Get), Some(ast::Property::Set)],
            half => vec![None, half],
        };
        let first = others
            .into_iter()
            .find_map(|other| seen.get(&(name.name, other)).copied());
        if let Some(first) = first {
            let diag = Diagnostic::error(name.span, format!("duplicate {what} '{}'", name.name))
                .with_note(Some(first), "first declared here");
            self.report(diag);
        } else {
            seen.insert((name.name, property), name.span);
        }
    }
}
