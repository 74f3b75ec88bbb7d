//! What a form of module scope has made is entered: declarations at once, so that all forms see them, and forms among
//! them wait in their turn.

use std::rc::Rc;

use sx_ir::Symbol;
use sx_syntax::Span;
use sx_syntax::ast::{self, ItemKind};

use crate::declarations::expansion::{
    A_FORM, AN_ELEMENT, Expand, Expanded, Form, MAX_ITERATIONS, Part,
};
use crate::declarations::modules::PendingImport;
use crate::metaprogramming::module_forms::{Element, Order, State, Waiting};
use crate::metaprogramming::places::Site;
use crate::metaprogramming::quotes::splice_key;
use crate::sema::{Binding, Env, ModId, Res, Sema};

/// A form of a module, by its index, whose declarations are being entered.
pub struct Collecting {
    pub module: ModId,
    pub form: usize,
    pub root: usize,
    /// Where the module's text has what it comes from.
    pub span: Span,
    /// The form's.
    pub order: Order,
    /// How many elements there have been.
    pub elements: u32,
    pub sites: Vec<Site>,
    pub depth: usize,
    pub imports: Vec<PendingImport>,
}

impl Sema<'_> {
    /// Enters a declaration whose name has been found out.
    pub fn enter_named(
        &mut self,
        entering: &mut Collecting,
        item: &'static ast::Item,
        env: &Rc<Env>,
        name: ast::Ident,
    ) {
        let module = entering.module;
        let order = entering.order.clone();
        let outer = self.caches.meta.forms.place.replace(order);
        self.caches.meta.sites = env.sites();
        if let ItemKind::Decl(decl) = &item.kind {
            self.enter_decl(module, decl, item, env, name, &mut entering.imports);
        }
        self.caches.meta.forms.place = outer;
        self.note_element(entering, || Element::Item(item, env.clone()));
    }

    /// Enters what a form has made: declarations, and forms that wait in their turn.
    pub fn enter_part(&mut self, entering: &mut Collecting, part: Part<ast::Item>) -> Res<()> {
        let steps = entering.sites.len();
        entering.sites.extend(part.step);
        let env = &part.env;
        for item in part.elements {
            let mut order = entering.order.clone();
            order.push(entering.elements);
            entering.elements += 1;
            match item.form() {
                // Part of the code that it stands in.
                Form::Insert(expr) if is_known_splice(env, expr) => {
                    let parts = self.parts_of(env, item)?;
                    stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
                        let mut parts = parts.into_iter();
                        parts.try_for_each(|part| self.enter_part(entering, part))
                    })?;
                }
                Form::Insert(_) => {
                    self.count_element(entering, A_FORM)?;
                    self.add_made_form(entering, item, env, order, 1);
                }
                Form::Inline(_) => {
                    self.count_element(entering, A_FORM)?;
                    self.add_made_form(entering, item, env, order, 0);
                }
                Form::Plain | Form::Assert(_)
                    if let ItemKind::Decl(decl) = &item.kind
                        && self.is_to_be_spelled(env, decl.name) =>
                {
                    self.count_element(entering, AN_ELEMENT)?;
                    self.add_made_form(entering, item, env, order, 0);
                }
                Form::Plain | Form::Assert(_) => {
                    self.count_element(entering, AN_ELEMENT)?;
                    let outer = self.caches.meta.forms.place.replace(order);
                    self.caches.meta.sites = env.sites();
                    self.collect_item(entering.module, item, env, &mut entering.imports);
                    self.caches.meta.forms.place = outer;
                    self.note_element(entering, || Element::Item(item, env.clone()));
                }
            }
        }
        entering.sites.truncate(steps);
        Ok(())
    }

    fn count_element(&mut self, entering: &Collecting, weight: usize) -> Res<()> {
        let Some(root) = (self.caches.meta.forms).get_mut(entering.module, entering.root) else {
            return Ok(());
        };
        root.made += weight;
        if root.made <= MAX_ITERATIONS * AN_ELEMENT {
            return Ok(());
        }
        let form = self.caches.meta.forms.get(entering.module, entering.form);
        let item = form.map(|form| form.item);
        let span = item.map_or(entering.span, |item| {
            item.form().span().unwrap_or(item.span)
        });
        Err(self.too_many_elements(span))
    }

    fn add_made_form(
        &mut self,
        entering: &Collecting,
        item: &'static ast::Item,
        env: &Rc<Env>,
        order: Order,
        level: usize,
    ) {
        let forms = &mut self.caches.meta.forms;
        let mut form = Waiting::new(forms.count, item, env.clone(), order, entering.root);
        // Those that are shown.
        let first = entering.sites.len().saturating_sub(Env::MOST_SITES);
        form.sites = entering.sites[first..].to_vec();
        form.depth = entering.depth + level;
        let index = forms.add(entering.module, form);
        self.note_element(entering, || Element::Form(index));
    }

    fn note_element(&mut self, entering: &Collecting, element: impl FnOnce() -> Element) {
        if self.caches.meta.recording.is_some()
            && let Some(form) = (self.caches.meta.forms).get_mut(entering.module, entering.form)
        {
            form.elements.push(element());
        }
    }

    /// For whoever wants to see what has become of the forms of a module.
    pub fn record_module(&mut self, module: ModId) {
        if self.caches.meta.recording.is_none() {
            return;
        }
        let forms = self.caches.meta.forms.of.get(&module);
        let count = forms.map_or(0, |forms| forms.all.len());
        for index in 0..count {
            let form = self.caches.meta.forms.get(module, index);
            if form.is_some_and(|form| form.root == index) {
                self.record_made(module, index, &mut Vec::new());
            }
        }
    }

    /// False if not everything has been made.
    fn record_made(&mut self, module: ModId, index: usize, out: &mut Expanded<ast::Item>) -> bool {
        let Some(form) = self.caches.meta.forms.get_mut(module, index) else {
            return false;
        };
        let mut whole = form.state == State::Done;
        let (item, env) = (form.item, form.env.clone());
        let first = out.len();
        for element in std::mem::take(&mut form.elements) {
            match element {
                Element::Item(item, env) => out.push((item, env)),
                Element::Form(made) => whole &= self.record_made(module, made, out),
            }
        }
        if whole && !matches!(item.form(), Form::Plain) {
            self.record_form(&env, item, &out[first..]);
        }
        whole
    }

    /// Whether a declaration's name takes an evaluation: it waits for it.
    pub fn is_to_be_spelled(&self, env: &Rc<Env>, name: ast::Ident) -> bool {
        let ast::IdentKind::Computed(index) = name.kind else {
            return false;
        };
        let names = self.caches.computed_names.get(&name.span.file);
        let parts = names.and_then(|names| names.get(index.index()));
        parts.into_iter().flatten().any(|part| {
            let known = match &part.kind {
                ast::ExprKind::Str(_) | ast::ExprKind::Int { .. } => true,
                // What a loop captures.
                ast::ExprKind::Ident(name) if matches!(name.kind, ast::IdentKind::Plain) => {
                    is_bound(env, name.name)
                }
                _ => false,
            };
            let known = known || is_bound(env, splice_key(part));
            !known
        })
    }
}

/// Whether what is put here is known already.
pub fn is_known_splice(env: &Rc<Env>, inserted: &ast::Expr) -> bool {
    match &inserted.kind {
        ast::ExprKind::Splice(inner) => is_bound(env, splice_key(inner)),
        _ => false,
    }
}

/// Whether a name stands for a value already.
fn is_bound(env: &Env, name: Symbol) -> bool {
    matches!(env.get(name), Some(Binding::Ct(_)))
}
