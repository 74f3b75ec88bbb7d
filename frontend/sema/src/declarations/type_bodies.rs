//! The bodies of types whose forms are being run. What a body declares is entered as soon as it is known, so that its
//! forms may use it, those in other forms, too: `inline if .. { N :: 3; inline for 0..S.N (i) { .. } }`. A form that has
//! not run yet runs when something is looked for that it may declare. What is known of a body stays when its layout is
//! given up and begun anew.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, MemberKind};

use crate::declarations::expansion::{
    A_FORM, AN_ELEMENT, Expand, Expanded, Form, MAX_ITERATIONS, MemberNames, Part,
};
use crate::metaprogramming::forms_made::is_known_splice;
use crate::metaprogramming::module_forms::Order;
use crate::metaprogramming::places::Site;
use crate::sema::{Env, Failed, Res, Sema};

/// A body whose forms have not all run.
#[derive(Default)]
pub struct OpenBody {
    elements: Vec<(Order, &'static ast::Member, Rc<Env>)>,
    forms: BTreeMap<Order, BodyForm>,
    /// Those that have run.
    done: Vec<(Order, &'static ast::Member, Rc<Env>)>,
    names: MemberNames,
    /// One of the forms is wrong, which has been told.
    failed: bool,
    /// How many elements there have been.
    made: usize,
}

/// A form, or a declaration whose name takes an evaluation.
#[derive(Clone)]
struct BodyForm {
    item: &'static ast::Member,
    /// Among all forms of the program.
    id: u32,
    env: Rc<Env>,
    sites: Vec<Site>,
    /// How often code has been put into code on the way to it.
    depth: usize,
    /// Whether it is in code that another form of the body has put there.
    inserted: bool,
    under_way: bool,
}

/// Where in a body something is that is being entered.
struct Entering {
    ty: TypeId,
    order: Order,
    elements: u32,
    sites: Vec<Site>,
    depth: usize,
    inserted: bool,
    /// The form that has made it.
    span: Span,
}

impl Sema<'_> {
    /// What a body has in it, its declarations entered.
    pub fn entered_members(
        &mut self,
        ty: TypeId,
        env: &Rc<Env>,
        members: &'static [ast::Member],
    ) -> Res<Rc<Expanded<ast::Member>>> {
        let Some(info) = self.nominals.get_mut(&ty) else {
            return Err(Failed);
        };
        if let Some(known) = &info.expanded {
            return Ok(known.clone());
        }
        if info.open_body.is_none() {
            info.open_body = Some(Box::default());
            let mut entering = Entering {
                ty,
                order: Order::new(),
                elements: 0,
                sites: self.caches.meta.sites.clone(),
                depth: self.caches.meta.depth,
                inserted: false,
                span: info.span,
            };
            let body = Part {
                elements: members,
                env: env.clone(),
                step: None,
            };
            self.enter_body_part(&mut entering, body)?;
        }
        while let Some(first) = self.next_form_of(ty, None) {
            self.run_form_of(ty, &first, false)?;
        }
        if self.open_body_of(ty).is_some_and(|body| body.failed) {
            return Err(Failed);
        }
        let Some(info) = self.nominals.get_mut(&ty) else {
            return Err(Failed);
        };
        let mut body = info.open_body.take().unwrap_or_default();
        body.elements.sort_by(|a, b| a.0.cmp(&b.0));
        let elements = body.elements.iter();
        let expanded: Expanded<ast::Member> = elements
            .map(|(_, member, env)| (*member, env.clone()))
            .collect();
        for (order, item, env) in &body.done {
            let first = body.elements.partition_point(|(at, ..)| at < order);
            let of_form = |at: &Order| at.starts_with(order);
            let count = body.elements[first..].partition_point(|(at, ..)| of_form(at));
            self.record_form(env, *item, &expanded[first..first + count]);
        }
        let expanded = Rc::new(expanded);
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.expanded = Some(expanded.clone());
        }
        Ok(expanded)
    }

    /// The first form that waits behind that place.
    fn next_form_of(&self, ty: TypeId, after: Option<&Order>) -> Option<Order> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let body = self.nominals.get(&ty)?.open_body.as_ref()?;
        let mut forms = body.forms.range::<Order, _>((from, Bound::Unbounded));
        let next = forms.find(|(_, form)| !form.under_way);
        next.map(|(order, _)| order.clone())
    }

    fn open_body_of(&mut self, ty: TypeId) -> Option<&mut OpenBody> {
        self.nominals.get_mut(&ty)?.open_body.as_deref_mut()
    }

    /// Runs a form. `asked`: something is looked for that it may declare; if it needs what looks for it, it waits.
    fn run_form_of(&mut self, ty: TypeId, at: &Order, asked: bool) -> Res<()> {
        let body = self.open_body_of(ty);
        let Some(form) = body.and_then(|body| body.forms.get_mut(at)) else {
            return Ok(());
        };
        form.under_way = true;
        let form = form.clone();
        let item = form.item;
        let sites = std::mem::replace(&mut self.caches.meta.sites, form.sites.clone());
        let depth = std::mem::replace(&mut self.caches.meta.depth, form.depth);
        let mut giving_up = false;
        let made = match asked {
            true => {
                let instance = self.type_instance(ty);
                let instance = std::mem::replace(&mut self.caches.meta.instance, instance);
                self.caches.chains.enter_asked(form.id, item.span);
                let made = self.made_in_body(&form);
                giving_up = self.caches.chains.leave_asked(form.id).is_some();
                self.caches.meta.instance = instance;
                made
            }
            false => self.made_in_body(&form),
        };
        self.caches.meta.depth = depth;
        giving_up |= self.caches.chains.giving_up();
        let done = match made {
            Ok(made) if !giving_up => {
                let mut entering = Entering {
                    ty,
                    order: at.clone(),
                    elements: 0,
                    sites: form.sites.clone(),
                    depth: form.depth,
                    inserted: form.inserted || matches!(item.form(), Form::Insert(_)),
                    span: item.form().span().unwrap_or(item.span),
                };
                if let Some(body) = self.open_body_of(ty) {
                    body.forms.remove(at);
                    if !matches!(item.form(), Form::Plain) {
                        body.done.push((at.clone(), item, form.env.clone()));
                    }
                }
                match made {
                    Made::Named(name) => {
                        self.enter_member(ty, item, &form.env, name);
                        let body = self.open_body_of(ty);
                        body.into_iter().for_each(|body| {
                            body.elements.push((at.clone(), item, form.env.clone()));
                        });
                        Ok(())
                    }
                    Made::Parts(parts) => parts
                        .into_iter()
                        .try_for_each(|part| self.enter_body_part(&mut entering, part)),
                }
            }
            Ok(_) | Err(Failed) => {
                let body = self.open_body_of(ty);
                if let Some(form) = body.and_then(|body| body.forms.get_mut(at)) {
                    form.under_way = false;
                }
                Err(Failed)
            }
        };
        if done.is_err()
            && !giving_up
            && let Some(body) = self.open_body_of(ty)
        {
            body.failed = true;
        }
        self.caches.meta.sites = sites;
        done
    }

    /// What a form makes: evaluates what that depends on.
    fn made_in_body(&mut self, form: &BodyForm) -> Res<Made> {
        let (item, env) = (form.item, &form.env);
        match item.form() {
            Form::Plain => match &item.kind {
                MemberKind::Decl(decl) => self.spelled(env, decl.name).map(Made::Named),
                _ => Ok(Made::Parts(Vec::new())),
            },
            Form::Assert(assert) => {
                self.check_assert(env, assert)?;
                Ok(Made::Parts(Vec::new()))
            }
            Form::Insert(expr) => {
                self.check_level(expr.span)?;
                self.parts_of(env, item).map(Made::Parts)
            }
            Form::Inline(_) => self.parts_of(env, item).map(Made::Parts),
        }
    }

    /// Enters what a body, or a form in it, has: declarations, and forms that wait in their turn.
    fn enter_body_part(&mut self, entering: &mut Entering, part: Part<ast::Member>) -> Res<()> {
        let steps = entering.sites.len();
        entering.sites.extend(part.step);
        let (ty, env) = (entering.ty, &part.env);
        for item in part.elements {
            let mut order = entering.order.clone();
            order.push(entering.elements);
            entering.elements += 1;
            let level = match item.form() {
                // Part of the code that it stands in.
                Form::Insert(expr) if entering.inserted && is_known_splice(env, expr) => {
                    let parts = self.parts_of(env, item)?;
                    stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
                        let mut parts = parts.into_iter();
                        parts.try_for_each(|part| self.enter_body_part(entering, part))
                    })?;
                    continue;
                }
                Form::Insert(_) => Some(1),
                Form::Inline(_) | Form::Assert(_) => Some(0),
                Form::Plain => match &item.kind {
                    MemberKind::Decl(decl) if self.is_to_be_spelled(env, decl.name) => Some(0),
                    MemberKind::Decl(decl) => {
                        let name = self.spelled(env, decl.name)?;
                        self.enter_member(ty, item, env, name);
                        None
                    }
                    _ => None,
                },
            };
            let form = level.map(|level| {
                self.caches.meta.forms.count += 1;
                // Those that are shown.
                let first = entering.sites.len().saturating_sub(Env::MOST_SITES);
                BodyForm {
                    item,
                    id: self.caches.meta.forms.count - 1,
                    env: env.clone(),
                    sites: entering.sites[first..].to_vec(),
                    depth: entering.depth + level,
                    inserted: entering.inserted,
                    under_way: false,
                }
            });
            let Some(body) = self.open_body_of(ty) else {
                continue;
            };
            body.made += if form.is_some() { A_FORM } else { AN_ELEMENT };
            let too_many = body.made > MAX_ITERATIONS * AN_ELEMENT;
            match form {
                Some(form) => {
                    body.forms.insert(order, form);
                }
                None => body.elements.push((order, item, env.clone())),
            }
            if too_many {
                return Err(self.too_many_elements(entering.span));
            }
        }
        entering.sites.truncate(steps);
        Ok(())
    }

    /// Enters a method, constant or nested type; it resolves on use. What makes declarations may make one twice; written
    /// ones differ.
    fn enter_member(
        &mut self,
        ty: TypeId,
        member: &'static ast::Member,
        env: &Rc<Env>,
        name: ast::Ident,
    ) {
        let MemberKind::Decl(decl) = &member.kind else {
            return;
        };
        let outer = self.caches.meta.sites.clone();
        self.look_from(env);
        let body = self.open_body_of(ty);
        let names = body.map(|body| std::mem::take(&mut body.names));
        if let Some(mut names) = names {
            self.check_distinct_name(&mut names, decl, name);
            if let Some(body) = self.open_body_of(ty) {
                body.names = names;
            }
        }
        self.declare_member(ty, decl, env, name);
        self.caches.meta.sites = outer;
    }

    /// Whether what a type declares by that name, or that it declares nothing, is known before its forms have run: runs
    /// those that may declare it.
    pub fn known_of_open_body(&mut self, ty: TypeId, name: Symbol) -> Res<bool> {
        let mut after: Option<Order> = None;
        loop {
            let Some(info) = self.nominals.get(&ty) else {
                return Ok(false);
            };
            if info.members.contains_key(&name) {
                return Ok(true);
            }
            let Some(body) = &info.open_body else {
                return Ok(false);
            };
            if body.failed || self.caches.chains.giving_up() {
                return Err(Failed);
            }
            let Some(at) = self.next_form_of(ty, after.as_ref()) else {
                break;
            };
            let asks = body.forms.get(&at).is_some_and(|form| {
                self.caches.chains.may_ask(form.id) && self.may_have_member(form.item, name)
            });
            if asks {
                let _ = self.run_form_of(ty, &at, true);
            }
            after = Some(at);
        }
        // Fields are told by the layout.
        let body = self.nominals.get(&ty).and_then(|n| n.open_body.as_ref());
        Ok(body.is_some_and(|body| {
            let forms = body.forms.values().map(|form| form.item);
            let elements = body.elements.iter().map(|(_, member, _)| *member);
            let mut members = forms.chain(elements);
            !members.any(|member| self.may_have_member(member, name))
        }))
    }

    /// Whether a member, or what it makes, may have this name, as far as its text tells.
    fn may_have_member(&self, member: &'static ast::Member, name: Symbol) -> bool {
        let any = |members: &'static [ast::Member]| {
            members
                .iter()
                .any(|member| self.may_have_member(member, name))
        };
        match &member.kind {
            MemberKind::Decl(decl) => self.may_be_spelled(decl.name, name),
            MemberKind::Field(field) => {
                let mut names = field.names.iter();
                names.any(|field| self.may_be_spelled(*field, name))
            }
            MemberKind::Using(_) | MemberKind::Anon(_) | MemberKind::Insert(_) => true,
            MemberKind::Assert(_) => false,
            MemberKind::Inline(inline) => inline.any_list(&any),
        }
    }
}

/// What a form has made.
enum Made {
    /// The name of the declaration that it is.
    Named(ast::Ident),
    Parts(Vec<Part<ast::Member>>),
}
