//! Declarations that are made at module scope: `inline for`, `inline if` and matches over anything known at compile
//! time, `#insert`, and names spelled by `#name`. They wait until a name is looked for that they may declare, or until
//! everything has been loaded, so that uses may stand before and after them.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::Symbol;
use sx_syntax::ast::{self, Inline, InlineElse, ItemKind};
use sx_syntax::{Diagnostic, FileId, Span};

use crate::builtins::intrinsics::is_intrinsic_name;
use crate::declarations::chains::Step;
use crate::declarations::expansion::{Expand, Expanded, Form};
use crate::declarations::modules::{PendingImport, builtin_type};
use crate::declarations::types_eval::is_int_name;
use crate::metaprogramming::Meta;
use crate::sema::{DeclId, Env, Failed, ModId, Sema};
use crate::views::recording::Made;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    InProgress,
    Done,
    Failed,
}

/// An item that makes declarations.
struct Waiting {
    item: &'static ast::Item,
    state: State,
    /// Where the module's text has it, or the item that made it.
    place: Span,
    /// What it turned out to need that was under way when it was asked for a name.
    needs: Option<Step>,
    /// The cycle that this was.
    cycle: Option<Diagnostic>,
    /// How often it has been asked for a name in vain.
    asked: u32,
}

/// How often a form is asked in vain, at most: those who ask may ask one another, and each what the others need.
const MAX_ASKED: u32 = 64;

/// Why a form makes its declarations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It may declare a name that is looked for: if it needs what looks for it, it doesn't.
    Asked,
    /// It does declare a name that is looked for, or it is its turn.
    Due,
}

/// Items that make declarations, by module.
#[derive(Default)]
pub struct Forms {
    of: FxHashMap<ModId, Vec<Waiting>>,
    /// How many are not done.
    open: usize,
    /// The place of the one that is making declarations.
    pub place: Option<Span>,
    /// Made declarations, with the places of what has made them.
    made: FxHashMap<DeclId, Span>,
    /// Made texts, likewise.
    texts: FxHashMap<FileId, Span>,
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
    /// An item that makes declarations is met.
    pub fn add_form(&mut self, module: ModId, item: &'static ast::Item) {
        let forms = &mut self.caches.meta.forms;
        let waiting = Waiting {
            item,
            state: State::Waiting,
            place: forms.place.unwrap_or(item.span),
            needs: None,
            cycle: None,
            asked: 0,
        };
        forms.of.entry(module).or_default().push(waiting);
        forms.open += 1;
    }

    /// A declaration is entered: what has made it, if something has.
    pub fn note_maker(&mut self, decl: DeclId) {
        let forms = &mut self.caches.meta.forms;
        if let Some(place) = forms.place {
            forms.made.insert(decl, place);
        }
    }

    /// Where the item is that has made a text.
    pub fn maker_of_text(&self, file: FileId) -> Option<Span> {
        self.caches.meta.forms.texts.get(&file).copied()
    }

    /// Where a declaration stands in its module's text, or what has made it.
    pub fn place_of_decl(&self, decl: DeclId) -> Span {
        let made = self.caches.meta.forms.made.get(&decl).copied();
        made.unwrap_or(self.decl(decl).name_span)
    }

    /// What has been made takes the place of what has made it: order is part of the language.
    fn put_in_place(&mut self, module: ModId) {
        let mut decls = std::mem::take(&mut self.modules[module.index()].decls);
        let made = &self.caches.meta.forms.made;
        decls.sort_by_key(|id| match made.get(id) {
            Some(place) => place.lo,
            None => self.decl(*id).name_span.lo,
        });
        let module = &mut self.modules[module.index()];
        module.decls = decls;
        module.runs.sort_by_key(|run| run.place.lo);
    }

    /// Whether the items being entered are what a form has made.
    pub fn making_declarations(&self) -> bool {
        let mut forms = self.caches.meta.forms.of.values().flatten();
        forms.any(|form| form.state == State::InProgress)
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
        let count = self.caches.meta.forms.of.get(&module).map_or(0, Vec::len);
        // Those are looked for everywhere, too: only what says their names is asked.
        let known = is_intrinsic_name(name.as_str());
        for i in 0..count {
            let form = &self.caches.meta.forms.of[&module][i];
            let item = form.item;
            if self.may_be_asked(form)
                && (!known || Self::declares_by_text(item, name))
                && self.may_declare(item, name)
            {
                let why = match Self::declares_by_text(item, name) {
                    true => Why::Due,
                    false => Why::Asked,
                };
                self.make_declarations(module, i, why);
                if let Some(found) = self.module(module).names.get(&name) {
                    return Some(*found);
                }
            }
        }
        None
    }

    /// Makes the impls that stand in forms: who asks for one must not get another answer than later code.
    pub fn make_impls(&mut self) {
        if self.caches.meta.forms.open == 0 || self.caches.chains.giving_up() {
            return;
        }
        for index in 0..self.modules.len() {
            let module = ModId(index as u32);
            let count = self.caches.meta.forms.of.get(&module).map_or(0, Vec::len);
            for i in 0..count {
                let form = &self.caches.meta.forms.of[&module][i];
                if self.may_be_asked(form) && Self::has_impl_item(form.item) {
                    self.make_declarations(module, i, Why::Asked);
                }
            }
        }
    }

    fn may_be_asked(&self, form: &Waiting) -> bool {
        let needs = |step: Step| self.caches.chains.is_under_way(step);
        form.state == State::Waiting && form.asked < MAX_ASKED && !form.needs.is_some_and(needs)
    }

    /// Everything that has not been asked for yet.
    pub fn make_all_declarations(&mut self) {
        while self.caches.meta.forms.open > 0 {
            let modules = self.modules.len();
            for index in 0..modules {
                let module = ModId(index as u32);
                let mut i = 0;
                while let Some(form) = self
                    .caches
                    .meta
                    .forms
                    .of
                    .get(&module)
                    .and_then(|forms| forms.get(i))
                {
                    if form.state == State::Waiting {
                        self.make_declarations(module, i, Why::Due);
                    }
                    i += 1;
                }
            }
        }
        let modules: Vec<ModId> = self.caches.meta.forms.of.keys().copied().collect();
        for module in modules {
            self.put_in_place(module);
        }
    }

    fn make_declarations(&mut self, module: ModId, index: usize, why: Why) {
        let Some(form) = self
            .caches
            .meta
            .forms
            .of
            .get_mut(&module)
            .and_then(|forms| forms.get_mut(index))
        else {
            return;
        };
        let (item, place) = (form.item, form.place);
        form.state = State::InProgress;
        let cycle = form.cycle.take();
        let outer = self.caches.meta.forms.place.replace(place);
        let first_text = self.sources.len();
        // What asked for a name is not where these declarations are.
        let sites = std::mem::take(&mut self.caches.meta.sites);
        let call_sites = std::mem::take(&mut self.sites);
        let env = self.module(module).env.clone();
        let mut expanded: Expanded<ast::Item> = Vec::new();
        // What is wrong has been told; what was made before stands.
        let done;
        let given_up = match why {
            Why::Asked => {
                self.caches.chains.enter_asked(item.span);
                done = self.expand_into(&env, std::slice::from_ref(item), &mut expanded);
                self.caches.chains.leave_asked()
            }
            Why::Due => {
                self.caches.chains.enter(Step::Forms(item.span));
                done = self.expand_into(&env, std::slice::from_ref(item), &mut expanded);
                self.caches.chains.leave();
                None
            }
        };
        if given_up.is_some() || self.caches.chains.giving_up() {
            self.caches.meta.forms.place = outer;
            self.caches.meta.sites = sites;
            self.sites = call_sites;
            let forms = self.caches.meta.forms.of.get_mut(&module);
            if let Some(form) = forms.and_then(|forms| forms.get_mut(index)) {
                form.state = State::Waiting;
                form.asked += 1;
                if let Some((needs, cycle)) = given_up {
                    form.needs = Some(needs);
                    form.cycle = Some(cycle);
                }
            }
            return;
        }
        // What it needs has failed, and without it nothing has been told.
        if let (Err(_), Some(cycle)) = (&done, cycle)
            && !self.diags.iter().any(Diagnostic::is_error)
        {
            self.report(cycle);
        }
        for text in first_text..self.sources.len() {
            let text = FileId(text as u32);
            let forms = &mut self.caches.meta.forms;
            forms.texts.entry(text).or_insert(place);
        }
        let mut imports = Vec::new();
        let errors = self.error_count();
        for (item, env) in expanded {
            let places = std::mem::replace(&mut self.caches.meta.sites, env.sites());
            self.collect_item(module, item, &env, &mut imports);
            self.caches.meta.sites = places;
        }
        // Of declarations whose names are not known.
        let failed = self.error_count() > errors;
        self.caches.meta.forms.place = outer;
        self.caches.meta.sites = sites;
        self.sites = call_sites;
        if let Some(forms) = self.caches.meta.forms.of.get_mut(&module) {
            forms[index].state = match done {
                Ok(()) if !failed => State::Done,
                Ok(()) | Err(_) => State::Failed,
            };
        }
        self.caches.meta.forms.open -= 1;
        if !imports.is_empty() {
            let first = self.modules.len();
            let imports: Vec<(ModId, PendingImport)> =
                imports.into_iter().map(|import| (module, import)).collect();
            self.follow_imports(imports);
            self.collect_modules_from(first);
        }
    }

    /// Whether the declarations that an item makes may have this name.
    fn may_declare(&self, item: &'static ast::Item, name: Symbol) -> bool {
        Self::has_declaration(item, true, &|decl| self.may_be_spelled(decl, name))
    }

    /// Whether its text has the name, or a part of it.
    fn seems_to_declare(&self, item: &'static ast::Item, name: Symbol) -> bool {
        Self::has_declaration(item, false, &|decl| {
            self.may_be_spelled(decl, name) && self.has_fixed_part(decl)
        })
    }

    /// Whether its text has the name.
    fn declares_by_text(item: &'static ast::Item, name: Symbol) -> bool {
        Self::has_declaration(item, false, &|decl| {
            !matches!(decl.kind, ast::IdentKind::Computed(_)) && decl.name == name
        })
    }

    /// Whether one of the declarations that an item may make is named as wanted.
    fn has_declaration(
        item: &'static ast::Item,
        inserted: bool,
        wanted: &dyn Fn(ast::Ident) -> bool,
    ) -> bool {
        Self::has_item(item, &|item| match &item.kind {
            ItemKind::Decl(decl) => wanted(decl.name),
            ItemKind::Insert(_) => inserted,
            ItemKind::Inline(_)
            | ItemKind::Import(_)
            | ItemKind::Impl(_)
            | ItemKind::ContextExtend(_)
            | ItemKind::Run(_)
            | ItemKind::Error(_)
            | ItemKind::CUnit(_)
            | ItemKind::Asm(_)
            | ItemKind::Assert(_) => false,
        })
    }

    fn has_impl_item(item: &'static ast::Item) -> bool {
        Self::has_item(item, &|item| matches!(item.kind, ItemKind::Impl(_)))
    }

    /// Whether an item is one that is wanted, or holds one.
    fn has_item(item: &'static ast::Item, wanted: &dyn Fn(&'static ast::Item) -> bool) -> bool {
        let any = |items: &'static [ast::Item]| items.iter().any(|i| Self::has_item(i, wanted));
        match &item.kind {
            ItemKind::Inline(Inline::For(node)) => any(&node.items),
            ItemKind::Inline(Inline::Match(node)) => {
                node.arms.iter().any(|arm| any(&arm.items))
                    || node.else_.as_deref().is_some_and(any)
            }
            ItemKind::Inline(Inline::If(node)) => {
                let mut node = node;
                loop {
                    if any(&node.then) {
                        return true;
                    }
                    match &node.else_ {
                        None => return false,
                        Some(InlineElse::If(next)) => node = next,
                        Some(InlineElse::Items(items)) => return any(items),
                    }
                }
            }
            ItemKind::Decl(_)
            | ItemKind::Insert(_)
            | ItemKind::Import(_)
            | ItemKind::Impl(_)
            | ItemKind::ContextExtend(_)
            | ItemKind::Run(_)
            | ItemKind::Error(_)
            | ItemKind::CUnit(_)
            | ItemKind::Asm(_)
            | ItemKind::Assert(_) => wanted(item),
        }
    }

    /// Whether `written` may turn out to be `name`, as far as its text tells.
    fn may_be_spelled(&self, written: ast::Ident, name: Symbol) -> bool {
        let ast::IdentKind::Computed(index) = written.kind else {
            return written.name == name;
        };
        let names = self.caches.computed_names.get(&written.span.file);
        let Some(parts) = names.and_then(|names| names.get(index as usize)) else {
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
        let parts = names.and_then(|names| names.get(index as usize));
        parts
            .into_iter()
            .flatten()
            .any(|part| matches!(&part.kind, ast::ExprKind::Str(text) if !text.is_empty()))
    }

    /// A name is missing that a form under way may declare. If what misses it is only asked whether it declares something
    /// else, it is left for later: then the name may be there.
    pub fn leave_to_form(&mut self, module: ModId, name: ast::Ident) {
        let forms = self.caches.meta.forms.of.get(&module);
        let own = forms.into_iter().flatten().find(|form| {
            form.state == State::InProgress
                && self.may_declare(form.item, name.name)
                && (self.caches.chains).would_leave(Step::Forms(form.item.span))
        });
        if let Some(step) = own.map(|form| Step::Forms(form.item.span)) {
            let _: Failed = self.cycle(step, &[]);
        }
    }

    /// The error for a name that is looked for while the declarations that may have it are being made.
    pub fn made_by_itself(&self, module: ModId, name: ast::Ident) -> Option<Diagnostic> {
        let forms = self.caches.meta.forms.of.get(&module)?;
        let own = forms
            .iter()
            .find(|f| f.state == State::InProgress && self.seems_to_declare(f.item, name.name))?;
        let diag = Diagnostic::error(
            name.span,
            format!(
                "cycle: '{}' is needed to make the declarations that may declare it",
                name.name
            ),
        );
        Some(self.with_way_back(diag, Step::Forms(own.item.span)))
    }

    /// For a name that nothing answers to: what can't declare it, as it is being made with it.
    pub fn with_form_under_way(
        &self,
        diag: Diagnostic,
        module: ModId,
        name: ast::Ident,
    ) -> Diagnostic {
        let forms = self.caches.meta.forms.of.get(&module);
        let own = forms
            .into_iter()
            .flatten()
            .find(|form| form.state == State::InProgress && self.may_declare(form.item, name.name));
        match own {
            Some(form) => diag.with_note(
                Some(form.item.span),
                "it can't be declared here, where making the declarations needs it",
            ),
            None => diag,
        }
    }

    /// Whether a name is missing because what may declare it has failed.
    pub fn made_by_failed(&self, module: ModId, name: Symbol) -> bool {
        let forms = self.caches.meta.forms.of.get(&module);
        forms.is_some_and(|forms| {
            forms
                .iter()
                .any(|f| f.state == State::Failed && self.may_declare(f.item, name))
        })
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
