//! Declarations that are made at module scope: `inline for`, `inline if` and matches over anything known at compile
//! time, `#insert`, and names spelled by `#name`. They wait until a name is looked for that they may declare, or until
//! everything has been loaded, so that uses may stand before and after them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use sx_ir::Symbol;
use sx_syntax::ast::{self, ItemKind};
use sx_syntax::{Diagnostic, FileId, Span};

use crate::builtins::intrinsics::is_intrinsic_name;
use crate::declarations::chains::Step;
use crate::declarations::expansion::{Expand, Form, Part};
use crate::declarations::modules::{PendingImport, builtin_type};
use crate::declarations::types_eval::is_int_name;
use crate::metaprogramming::Meta;
use crate::metaprogramming::form_texts;
use crate::metaprogramming::forms_made::Collecting;
use crate::metaprogramming::places::Site;
use crate::sema::{DeclId, Env, Failed, ModId, Res, Sema};
use crate::views::recording::Made;

/// Where something stands: in its module's text, in what the item there has made, in what that has made, and so on.
pub type Order = SmallVec<[u32; 4]>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    InProgress,
    Done,
    Failed,
}

/// An item that makes declarations. Such items among what it makes are forms of their own: they see its declarations, and
/// each is asked for names by itself.
pub struct Waiting {
    pub item: &'static ast::Item,
    /// Among all forms of the program.
    id: u32,
    pub state: State,
    /// What it sees.
    pub env: Rc<Env>,
    /// How it has come to where it is.
    pub sites: Vec<Site>,
    order: Order,
    /// The form in the module's text that it comes from, as an index: itself if it stands there.
    pub root: usize,
    /// How often code has been put into code on the way from there.
    pub depth: usize,
    /// The cycle there was when it was asked for a name.
    cycle: Option<Diagnostic>,
    /// How often it has been asked for a name in vain.
    asked: u32,
    /// What it has become, if somebody wants to see it.
    pub elements: Vec<Element>,
    /// Of a root: how many elements have been made of it, and whether one of the forms is wrong. That is told once, and
    /// the others are not made then.
    pub made: usize,
    failed: bool,
}

/// What a form has become, in order.
pub enum Element {
    Item(&'static ast::Item, Rc<Env>),
    /// Another form of the module, as an index.
    Form(usize),
}

/// How often a form is asked in vain, at most: those who ask may ask one another, and each what the others need.
const MAX_ASKED: u32 = 64;

/// A form that waits.
pub struct OpenForm {
    pub index: usize,
    pub item: &'static ast::Item,
    /// It is not known to need what is under way.
    pub may_be_asked: bool,
}

/// Why a form makes its declarations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It may declare a name that is looked for: if it needs what looks for it, it doesn't.
    Asked,
    /// It does declare a name that is looked for, or it is its turn.
    Due,
}

/// Items of a module that make declarations.
#[derive(Default)]
pub struct ModuleForms {
    pub all: Vec<Waiting>,
    /// Those that wait.
    open: BTreeMap<Order, usize>,
    under_way: Vec<usize>,
    /// How many of those that are not done stand for an item, which a loop may have made many forms of.
    texts: FxHashMap<*const ast::Item, (&'static ast::Item, u32)>,
    failed: Vec<usize>,
}

/// Items that make declarations, by module.
#[derive(Default)]
pub struct Forms {
    pub of: FxHashMap<ModId, ModuleForms>,
    /// How many are not done.
    open: usize,
    /// How many there have been, and how many of them are done.
    pub count: u32,
    done: usize,
    /// Where what is being entered has been made.
    pub place: Option<Order>,
    /// Where made declarations have been.
    made: FxHashMap<DeclId, Order>,
    /// Made texts, with the places of what has made them.
    texts: FxHashMap<FileId, Span>,
}

impl Forms {
    pub fn get(&self, module: ModId, index: usize) -> Option<&Waiting> {
        self.of.get(&module)?.all.get(index)
    }

    pub fn get_mut(&mut self, module: ModId, index: usize) -> Option<&mut Waiting> {
        self.of.get_mut(&module)?.all.get_mut(index)
    }

    /// The first form that waits behind that place.
    fn next_open(&self, module: ModId, after: Option<&Order>) -> Option<(Order, usize)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut open = self
            .of
            .get(&module)?
            .open
            .range::<Order, _>((from, Bound::Unbounded));
        open.next().map(|(order, index)| (order.clone(), *index))
    }

    fn under_way(&self, module: ModId) -> impl Iterator<Item = &Waiting> {
        let forms = self.of.get(&module).into_iter();
        forms.flat_map(|forms| forms.under_way.iter().map(|index| &forms.all[*index]))
    }

    /// A form is begun, or left for later.
    fn set_under_way(&mut self, module: ModId, index: usize, under_way: bool) {
        let Some(forms) = self.of.get_mut(&module) else {
            return;
        };
        let form = &mut forms.all[index];
        if under_way {
            form.state = State::InProgress;
            forms.open.remove(&form.order);
            forms.under_way.push(index);
        } else {
            form.state = State::Waiting;
            forms.open.insert(form.order.clone(), index);
            forms.under_way.retain(|at| *at != index);
        }
    }

    pub fn add(&mut self, module: ModId, form: Waiting) -> usize {
        let forms = self.of.entry(module).or_default();
        let index = forms.all.len();
        forms.open.insert(form.order.clone(), index);
        forms.texts.entry(form.item).or_insert((form.item, 0)).1 += 1;
        forms.all.push(form);
        self.open += 1;
        self.count += 1;
        index
    }

    fn close(&mut self, module: ModId, index: usize, state: State) {
        let Some(forms) = self.of.get_mut(&module) else {
            return;
        };
        let form = &mut forms.all[index];
        form.state = state;
        forms.open.remove(&form.order);
        forms.under_way.retain(|at| *at != index);
        let item: *const ast::Item = form.item;
        if let Some((_, count)) = forms.texts.get_mut(&item) {
            *count -= 1;
            if *count == 0 {
                forms.texts.remove(&item);
            }
        }
        if state == State::Failed {
            let root = form.root;
            forms.failed.push(index);
            forms.all[root].failed = true;
        }
        self.open -= 1;
        self.done += 1;
    }
}

impl Expand for ast::Item {
    fn form(&'static self) -> Form<Self> {
        match &self.kind {
            ItemKind::Inline(node) => Form::Inline(node),
            ItemKind::Insert(expr) => Form::Insert(expr),
            // Checked when everything is declared.
            ItemKind::Assert(_)
            | ItemKind::Decl(_)
            | ItemKind::Import(_)
            | ItemKind::Impl(_)
            | ItemKind::ContextExtend(_)
            | ItemKind::Run(_)
            | ItemKind::Error(_)
            | ItemKind::CUnit(_)
            | ItemKind::Asm(_) => Form::Plain,
        }
    }

    fn parse(file: FileId, text: &str) -> sx_syntax::ParseResult<sx_syntax::ListFragment<Self>> {
        sx_syntax::parse_items(file, text)
    }

    fn quoted(body: &'static ast::CodeBody) -> Option<&'static [Self]> {
        match body {
            ast::CodeBody::Items(items) => Some(items),
            ast::CodeBody::Block(_)
            | ast::CodeBody::Expr(_)
            | ast::CodeBody::Members(_)
            | ast::CodeBody::Variants(_) => None,
        }
    }

    fn parsed(meta: &mut Meta) -> &mut FxHashMap<usize, &'static [Self]> {
        &mut meta.items
    }

    const OF: &'static str = "declarations of a module";

    fn made(elements: Vec<(&'static Self, Rc<Env>)>) -> Made {
        Made::Items(elements)
    }
}

impl Sema<'_> {
    /// An item of a module's text that makes declarations is met.
    pub fn add_form(&mut self, module: ModId, item: &'static ast::Item) {
        let env = self.module(module).env.clone();
        let forms = &mut self.caches.meta.forms;
        let root = forms.of.get(&module).map_or(0, |forms| forms.all.len());
        let order = SmallVec::from_slice(&[item.span.lo]);
        let form = Waiting::new(forms.count, item, env, order, root);
        forms.add(module, form);
    }

    /// A declaration is entered: what has made it, if something has.
    pub fn note_maker(&mut self, decl: DeclId) {
        let forms = &mut self.caches.meta.forms;
        if let Some(place) = &forms.place {
            forms.made.insert(decl, place.clone());
        }
    }

    /// Where the item is that has made a text.
    pub fn maker_of_text(&self, file: FileId) -> Option<Span> {
        self.caches.meta.forms.texts.get(&file).copied()
    }

    /// Where a declaration stands in its module's text, or in what has been made there.
    pub fn order_of_decl(&self, decl: DeclId) -> Order {
        match self.caches.meta.forms.made.get(&decl) {
            Some(order) => order.clone(),
            None => SmallVec::from_slice(&[self.decl(decl).name_span.lo]),
        }
    }

    /// The same for something else that is being entered.
    pub fn order_here(&self, span: Span) -> Order {
        match &self.caches.meta.forms.place {
            Some(order) => order.clone(),
            None => SmallVec::from_slice(&[span.lo]),
        }
    }

    /// What has been made takes the place of what has made it: order is part of the language.
    fn put_in_place(&mut self, module: ModId) {
        let mut decls = std::mem::take(&mut self.modules[module.index()].decls);
        decls.sort_by_cached_key(|id| self.order_of_decl(*id));
        let module = &mut self.modules[module.index()];
        module.decls = decls;
        module.runs.sort_by(|a, b| a.order.cmp(&b.order));
    }

    /// Whether the items being entered are what a form has made.
    pub fn making_declarations(&self) -> bool {
        self.caches.meta.forms.place.is_some()
    }

    /// Whether declarations wait to be made.
    pub fn declarations_to_make(&self) -> bool {
        self.caches.meta.forms.open > 0
    }

    /// Makes declarations of a module, or of one it imports, until there is one of this name.
    pub fn make_name(&mut self, module: ModId, name: Symbol) -> bool {
        const KNOWN: [&str; 5] = ["Code", "context", "OS", "ARCH", "POINTER_SIZE"];
        if self.caches.meta.forms.open == 0 || KNOWN.contains(&name.as_str()) {
            return false;
        }
        // The language's own types are asked for everywhere.
        if builtin_type(name).is_some() || is_int_name(name.as_str()) {
            return false;
        }
        if self.module_name(module, name).is_some() {
            return true;
        }
        for set in self.module(module).flat_imports.clone() {
            for member in self.import_sets[set.0 as usize].modules.clone() {
                if self.module_name(member, name).is_some() {
                    return true;
                }
            }
        }
        false
    }

    /// What a module declares by this name.
    pub fn module_name(&mut self, module: ModId, name: Symbol) -> Option<DeclId> {
        let found = self.module(module).names.get(&name).copied();
        if found.is_some() || self.caches.meta.forms.open == 0 || self.caches.chains.giving_up() {
            return found;
        }
        // Those are looked for everywhere, too: only what says their names is asked.
        let known = is_intrinsic_name(name.as_str());
        let asks = |s: &Self, item| match known {
            true => form_texts::declares(item, name),
            false => s.may_declare(item, name),
        };
        self.ask_forms(module, &asks, &|s: &Self, item| {
            let found = s.module(module).names.get(&name).copied();
            let why = match form_texts::declares(item, name) {
                true => Why::Due,
                false => Why::Asked,
            };
            (found, why)
        })
    }

    /// Makes the impls that stand in forms: who asks for one must not get another answer than later code.
    pub fn make_impls(&mut self) {
        if self.caches.meta.forms.open == 0 || self.caches.chains.giving_up() {
            return;
        }
        for index in 0..self.modules.len() {
            let _: Option<()> = self.ask_forms(
                ModId(index as u32),
                &|_: &Self, item| form_texts::has_impl(item),
                &|_: &Self, _| (None, Why::Asked),
            );
        }
    }

    /// Makes declarations by the forms of a module whose items are asked, in the order of the text, until what is looked
    /// for is there.
    fn ask_forms<T>(
        &mut self,
        module: ModId,
        asks: &dyn Fn(&Self, &'static ast::Item) -> bool,
        found: &dyn Fn(&Self, &'static ast::Item) -> (Option<T>, Why),
    ) -> Option<T> {
        loop {
            let forms = &self.caches.meta.forms;
            let items = forms.of.get(&module)?.texts.values();
            if !items.clone().any(|(item, _)| asks(self, item)) {
                return None;
            }
            let done = forms.done;
            let mut after = None;
            while let Some((order, index)) =
                (self.caches.meta.forms).next_open(module, after.as_ref())
            {
                after = Some(order);
                let Some(form) = self.caches.meta.forms.get(module, index) else {
                    break;
                };
                let item = form.item;
                if !self.may_be_asked(form) || !asks(self, item) {
                    continue;
                }
                let (_, why) = found(self, item);
                self.make_declarations(module, index, why);
                if let (Some(found), _) = found(self, item) {
                    return Some(found);
                }
                if self.caches.chains.giving_up() {
                    return None;
                }
            }
            // What has been made may make more, also before those that have been asked.
            if self.caches.meta.forms.done == done {
                return None;
            }
        }
    }

    /// The items that make what is under way in a module.
    pub fn items_under_way(&self, module: ModId) -> Vec<&'static ast::Item> {
        let forms = self.caches.meta.forms.under_way(module);
        forms.map(|form| form.item).collect()
    }

    /// The first form that waits behind that place.
    pub fn next_form(&self, module: ModId, after: Option<&Order>) -> Option<(Order, OpenForm)> {
        let forms = &self.caches.meta.forms;
        let (order, index) = forms.next_open(module, after)?;
        let form = forms.get(module, index)?;
        let open = OpenForm {
            index,
            item: form.item,
            may_be_asked: self.may_be_asked(form),
        };
        Some((order, open))
    }

    /// Makes the declarations of a form unless it needs what is under way; whether it does.
    pub fn ask_form(&mut self, module: ModId, index: usize) -> bool {
        self.make_declarations(module, index, Why::Asked);
        let form = self.caches.meta.forms.get(module, index);
        form.is_some_and(|form| form.state == State::Waiting)
    }

    /// The items that forms stand for which are not done.
    pub fn items_of_forms(&self) -> impl Iterator<Item = &'static ast::Item> {
        let texts = self.caches.meta.forms.of.values();
        texts.flat_map(|forms| forms.texts.values().map(|(item, _)| *item))
    }

    fn may_be_asked(&self, form: &Waiting) -> bool {
        let waits = form.state == State::Waiting && form.asked < MAX_ASKED;
        waits && self.caches.chains.may_ask(form.id)
    }

    /// Everything that has not been asked for yet.
    pub fn make_all_declarations(&mut self) {
        while self.caches.meta.forms.open > 0 {
            let modules = self.modules.len();
            for index in 0..modules {
                let module = ModId(index as u32);
                let mut after = None;
                while let Some((order, index)) =
                    (self.caches.meta.forms).next_open(module, after.as_ref())
                {
                    after = Some(order);
                    self.make_declarations(module, index, Why::Due);
                }
            }
        }
        let modules: Vec<ModId> = self.caches.meta.forms.of.keys().copied().collect();
        for module in modules {
            self.put_in_place(module);
            self.record_module(module);
        }
    }

    fn make_declarations(&mut self, module: ModId, index: usize, why: Why) {
        let forms = &mut self.caches.meta.forms;
        let Some(form) = forms.get(module, index) else {
            return;
        };
        let root = form.root;
        if form.state != State::Waiting {
            return;
        }
        let Some(root) = forms.get(module, root) else {
            return;
        };
        if root.failed {
            return forms.close(module, index, State::Failed);
        }
        let place = root.item.span;
        forms.set_under_way(module, index, true);
        let Some(form) = forms.get_mut(module, index) else {
            return;
        };
        let cycle = form.cycle.take();
        let (item, id, env) = (form.item, form.id, form.env.clone());
        let mut entering = Collecting {
            module,
            form: index,
            root: form.root,
            span: place,
            order: form.order.clone(),
            elements: 0,
            sites: form.sites.clone(),
            depth: form.depth,
            imports: Vec::new(),
        };
        let first_text = self.sources.len();
        // What asked for a name is not where these declarations are.
        let sites = std::mem::replace(&mut self.caches.meta.sites, form.sites.clone());
        let call_sites = std::mem::take(&mut self.sites);
        let depth = std::mem::replace(&mut self.caches.meta.depth, entering.depth);
        match why {
            Why::Asked => self.caches.chains.enter_asked(id, item.span),
            Why::Due => self.caches.chains.enter(Step::Forms(item.span, id)),
        }
        let made = self.made_by_form(&env, item);
        let given_up = match why {
            Why::Asked => self.caches.chains.leave_asked(id),
            Why::Due => {
                self.caches.chains.leave();
                None
            }
        };
        self.caches.meta.depth = depth;
        if given_up.is_some() || self.caches.chains.giving_up() {
            self.caches.meta.sites = sites;
            self.sites = call_sites;
            self.caches.meta.forms.set_under_way(module, index, false);
            if let Some(form) = self.caches.meta.forms.get_mut(module, index) {
                form.asked += 1;
                form.cycle = given_up;
            }
            return;
        }
        // What it needs has failed, and without it nothing has been told.
        if let (Err(_), Some(cycle)) = (&made, cycle)
            && !self.diags.iter().any(Diagnostic::is_error)
        {
            self.report(cycle);
        }
        for text in first_text..self.sources.len() {
            let text = FileId(text as u32);
            let forms = &mut self.caches.meta.forms;
            forms.texts.entry(text).or_insert(place);
        }
        // Nothing is evaluated here: it is entered as a whole, or not at all.
        let errors = self.error_count();
        let done = made.and_then(|made| match made {
            FormMade::Named(name) => {
                self.enter_named(&mut entering, item, &env, name);
                Ok(())
            }
            FormMade::Parts(parts) => parts
                .into_iter()
                .try_for_each(|part| self.enter_part(&mut entering, part)),
        });
        // Of declarations whose names are not known.
        let failed = done.is_err() || self.error_count() > errors;
        self.caches.meta.sites = sites;
        self.sites = call_sites;
        let state = match failed {
            true => State::Failed,
            false => State::Done,
        };
        self.caches.meta.forms.close(module, index, state);
        let imports = entering.imports;
        if !imports.is_empty() {
            let first = self.modules.len();
            let imports: Vec<(ModId, PendingImport)> =
                imports.into_iter().map(|import| (module, import)).collect();
            self.follow_imports(imports);
            self.collect_modules_from(first);
        }
    }

    /// What a form makes: evaluates what that depends on.
    fn made_by_form(&mut self, env: &Rc<Env>, item: &'static ast::Item) -> Res<FormMade> {
        match &item.kind {
            ItemKind::Decl(decl) => self.spelled(env, decl.name).map(FormMade::Named),
            ItemKind::Insert(expr) => {
                self.check_level(expr.span)?;
                self.parts_of(env, item).map(FormMade::Parts)
            }
            ItemKind::Inline(_)
            | ItemKind::Import(_)
            | ItemKind::Impl(_)
            | ItemKind::ContextExtend(_)
            | ItemKind::Run(_)
            | ItemKind::Error(_)
            | ItemKind::CUnit(_)
            | ItemKind::Asm(_)
            | ItemKind::Assert(_) => self.parts_of(env, item).map(FormMade::Parts),
        }
    }

    /// Whether the declarations that an item makes may have this name.
    fn may_declare(&self, item: &'static ast::Item, name: Symbol) -> bool {
        form_texts::has_declaration(item, true, &|decl| self.may_be_spelled(decl, name))
    }

    /// Whether its text has the name, or a part of it.
    fn seems_to_declare(&self, item: &'static ast::Item, name: Symbol) -> bool {
        form_texts::has_declaration(item, false, &|decl| {
            self.may_be_spelled(decl, name) && self.has_fixed_part(decl)
        })
    }

    /// Whether `written` may turn out to be `name`, as far as its text tells.
    pub fn may_be_spelled(&self, written: ast::Ident, name: Symbol) -> bool {
        let ast::IdentKind::Computed(index) = written.kind else {
            return written.name == name;
        };
        let names = self.caches.computed_names.get(&written.span.file);
        let Some(parts) = names.and_then(|names| names.get(index.index())) else {
            return true;
        };
        let text = |part: Option<&std::sync::Arc<ast::Expr>>| match part.map(|part| &part.kind) {
            Some(ast::ExprKind::Str(text)) => text.clone(),
            _ => "".into(),
        };
        let (start, end) = (text(parts.first()), text(parts.last()));
        name.as_str().starts_with(&*start) && name.as_str().ends_with(&*end)
    }

    /// Whether a name's text is known in part.
    fn has_fixed_part(&self, written: ast::Ident) -> bool {
        let ast::IdentKind::Computed(index) = written.kind else {
            return true;
        };
        let names = self.caches.computed_names.get(&written.span.file);
        let parts = names.and_then(|names| names.get(index.index()));
        parts
            .into_iter()
            .flatten()
            .any(|part| matches!(&part.kind, ast::ExprKind::Str(text) if !text.is_empty()))
    }

    /// The modules whose public declarations a module sees by their names, itself first.
    pub fn modules_seen(&self, module: ModId) -> Vec<ModId> {
        let sets = self.module(module).flat_imports.iter();
        let imported = sets.flat_map(|set| &self.import_sets[set.0 as usize].modules);
        std::iter::once(module).chain(imported.copied()).collect()
    }

    /// A name is missing that a form under way may declare. If what misses it is only asked whether it declares something
    /// else, it is left for later: then the name may be there. `modules`: those that may have it.
    pub fn leave_to_form(&mut self, modules: &[ModId], name: ast::Ident) {
        let leaves = |form: &&Waiting| {
            self.may_declare(form.item, name.name) && self.caches.chains.would_leave(form.step())
        };
        let own = (modules.iter())
            .find_map(|module| self.caches.meta.forms.under_way(*module).find(leaves))
            .map(Waiting::step);
        if let Some(step) = own {
            let _: Failed = self.cycle(step, &[]);
        }
    }

    /// The error for a name that is looked for while the declarations that may have it are being made.
    pub fn made_by_itself(&self, modules: &[ModId], name: ast::Ident) -> Option<Diagnostic> {
        let forms = &self.caches.meta.forms;
        let mut own = modules.iter().flat_map(|module| forms.under_way(*module));
        let own = own.find(|form| self.seems_to_declare(form.item, name.name))?;
        let diag = Diagnostic::error(
            name.span,
            format!(
                "cycle: '{}' is needed to make the declarations that may declare it",
                name.name
            ),
        );
        Some(self.with_way_back(diag, own.step()))
    }

    /// For a name that nothing answers to: what can't declare it, as it is being made with it.
    pub fn with_form_under_way(
        &self,
        diag: Diagnostic,
        modules: &[ModId],
        name: ast::Ident,
    ) -> Diagnostic {
        let forms = &self.caches.meta.forms;
        let mut own = modules.iter().flat_map(|module| forms.under_way(*module));
        match own.find(|form| self.may_declare(form.item, name.name)) {
            Some(form) => diag.with_note(
                Some(form.item.span),
                "it can't be declared here, where making the declarations needs it",
            ),
            None => diag,
        }
    }

    /// Whether a name is missing because what may declare it has failed.
    pub fn made_by_failed(&self, module: ModId, name: Symbol) -> bool {
        let forms = &self.caches.meta.forms.of;
        let failed = |module: ModId| {
            forms.get(&module).is_some_and(|forms| {
                let mut failed = forms.failed.iter().map(|index| &forms.all[*index]);
                failed.any(|form| self.may_declare(form.item, name))
            })
        };
        forms.values().any(|forms| !forms.failed.is_empty())
            && self.modules_seen(module).into_iter().any(failed)
    }

    /// Where a declaration that an item makes is entered: code's own names are private to what it is put in.
    pub fn private_scope(&self, env: &Rc<Env>, name: ast::Ident) -> Option<Rc<Env>> {
        if matches!(name.kind, ast::IdentKind::Computed(_)) {
            return None;
        }
        let mut at = Some(env);
        while let Some(e) = at {
            if e.expansion.is_some() {
                return Some(e.clone());
            }
            at = e.parent.as_ref();
        }
        None
    }

    /// The place of the code that a name is private to, for one that is not found.
    pub fn private_elsewhere(&self, name: Symbol) -> Option<Span> {
        self.caches.meta.private_names.get(&name).copied()
    }
}

/// What a form has made.
enum FormMade {
    /// The name of the declaration that it is.
    Named(ast::Ident),
    Parts(Vec<Part<ast::Item>>),
}

impl Waiting {
    pub fn new(
        id: u32,
        item: &'static ast::Item,
        env: Rc<Env>,
        order: Order,
        root: usize,
    ) -> Waiting {
        Waiting {
            item,
            id,
            state: State::Waiting,
            env,
            sites: Vec::new(),
            order,
            root,
            depth: 0,
            cycle: None,
            asked: 0,
            elements: Vec::new(),
            made: 0,
            failed: false,
        }
    }

    fn step(&self) -> Step {
        Step::Forms(self.item.span, self.id)
    }
}
