//! A file after metaprogramming: what forms have made stands in their place, code where it has been put, loops unrolled,
//! branches that were taken, values that are known, `#name`s as they are spelled. What is made anew for each instance of generic code, and what has no text, stays as it is written:
//! the program is the same either way.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind, IdentKind, ItemKind, ParamKind};
use sx_syntax::render::{Level, NameUse, Renderer, Resolve, Scope, string_literal};
use sx_syntax::visit::Visitor;
use sx_syntax::{FileId, Span};

use crate::callables::generics::mentions_dollar;
use crate::metaprogramming::quotes::splice_key;
use crate::sema::{Binding, DeclId, Env, ModId, Sema};
use crate::views::hygiene::{Frame, Meaning, Words};
use crate::views::literals::{Literal, spelling, spelling_used};
use crate::views::recording::{Context, Made};

/// Of more ways to see a place than this, none is looked at.
const MAX_READINGS: usize = 4;

pub struct State {
    pub frames: Vec<Frame>,
    /// Why what is being written can't be.
    pub failed: Option<String>,
    /// Why the declaration asked for can't be shown.
    pub refused: Option<String>,
    /// Inside of what is checked anew for each instance.
    pub generic: u32,
    /// Inside of code that may be put somewhere, where a name made by `#name` is another than a plain one.
    pub quoted: u32,
    /// Inside of mixins: what `#name` declares there is for those who call them.
    pub mixins: u32,
    /// Nothing is put anywhere within functions.
    pub plain: bool,
    /// Whether names made by `#name` have become plain ones, and whether code was left to be put.
    pub made: bool,
    pub left: bool,
    pub words: Words,
    /// Declarations that code keeps to itself, as they are written.
    pub private: FxHashMap<DeclId, String>,
    pub module_names: FxHashSet<Symbol>,
    /// Parentheses that are more than what they group.
    pub kept_parens: FxHashSet<*const ast::Expr>,
}

pub struct Expander<'s, 'a> {
    pub sema: RefCell<&'s mut Sema<'a>>,
    pub state: RefCell<State>,
    pub file: FileId,
    /// The file's module.
    pub root: Rc<Env>,
}

impl Sema<'_> {
    /// The text of the root file after metaprogramming, or of one of its declarations.
    pub fn expanded(&mut self, only: Option<&str>) -> Result<String, String> {
        let module = ModId(0);
        let tree = self.trees[0];
        let root = self.module(module).env.clone();
        let shown = self.module(module).shown.clone();
        let module_names = self.module(module).names.keys().copied().collect();
        let text = self.sources.get(tree.id).map(|f| f.text.clone());
        let expander = Expander {
            sema: RefCell::new(self),
            state: RefCell::new(State {
                frames: vec![Frame::new(0, root.clone())],
                failed: None,
                refused: None,
                generic: 0,
                quoted: 0,
                mixins: 0,
                plain: false,
                made: false,
                left: false,
                words: Words::of_file(text.as_deref().unwrap_or("")),
                private: FxHashMap::default(),
                module_names,
                kept_parens: FxHashSet::default(),
            }),
            file: tree.id,
            root,
        };
        let mut r = Renderer::new(&expander);
        match only {
            None => {
                for item in &tree.items {
                    expander.whole(&mut r, |r| expander.item_with_made(r, item, None));
                }
            }
            Some(name) => expander.named(&mut r, &tree.items, name, &shown)?,
        }
        Ok(r.finish())
    }
}

impl<'s, 'a> Expander<'s, 'a> {
    pub fn fail(&self, reason: String) {
        self.state.borrow_mut().failed.get_or_insert(reason);
    }

    pub fn context_of(&self, env: &Rc<Env>) -> Context {
        let mut sema = self.sema.borrow_mut();
        (sema.caches.meta.recording.as_mut()).map_or(0, |recording| recording.context_of(env))
    }

    pub fn span_text(&self, span: Span) -> String {
        self.sema.borrow().sources.text(span).to_string()
    }

    /// The innermost frame's context and environment, and whether code is generic here.
    pub fn here(&self) -> (Context, Rc<Env>, bool) {
        let state = self.state.borrow();
        let generic = state.generic > 0;
        match state.frames.last() {
            Some(frame) => (frame.context, frame.env.clone(), generic),
            None => (0, self.root.clone(), generic),
        }
    }

    /// Whether this is the program as written, iterations of its loops included.
    pub fn as_written(&self) -> bool {
        let state = self.state.borrow();
        let original = |f: &Frame| f.context == 0 && Rc::ptr_eq(&f.env, &self.root);
        state.frames.iter().all(|f| f.iteration || original(f))
    }

    pub fn within<T>(&self, frame: Frame, f: impl FnOnce() -> T) -> T {
        self.state.borrow_mut().frames.push(frame);
        let done = f();
        self.state.borrow_mut().frames.pop();
        done
    }

    /// Writes what `f` does, or nothing and says why not.
    pub fn attempt(
        &self,
        r: &mut Renderer<'_, 'static>,
        f: impl FnOnce(&mut Renderer<'_, 'static>),
    ) -> Result<(), String> {
        let outer = self.state.borrow_mut().failed.take();
        let mark = r.mark();
        f(r);
        let mut state = self.state.borrow_mut();
        let failed = std::mem::replace(&mut state.failed, outer);
        match failed {
            None => Ok(()),
            Some(reason) => {
                r.undo(mark);
                Err(reason)
            }
        }
    }

    /// Writes what each of several records of a place amounts to, if that is one thing.
    pub fn agreed<T>(
        &self,
        r: &mut Renderer<'_, 'static>,
        readings: &[T],
        write: impl Fn(&mut Renderer<'_, 'static>, &T),
    ) -> Result<(), String> {
        let deep = self.state.borrow().frames.len() > 6;
        let Some((last, others)) = readings.split_last() else {
            return Err("it has not been reached".to_string());
        };
        if readings.len() > MAX_READINGS || deep && !others.is_empty() {
            return Err("it is another thing each time".to_string());
        }
        let mut texts: Vec<String> = Vec::new();
        for reading in others {
            let taken = self.state.borrow().words.taken.clone();
            let mark = r.mark();
            self.attempt(r, |r| write(r, reading))?;
            texts.push(r.written_since(mark).to_string());
            r.undo(mark);
            self.state.borrow_mut().words.taken = taken;
        }
        let mark = r.mark();
        self.attempt(r, |r| write(r, last))?;
        if texts.iter().any(|text| text != r.written_since(mark)) {
            r.undo(mark);
            return Err("it is another thing each time".to_string());
        }
        Ok(())
    }

    /// Writes what `f` does. Code that is left to be put finds names made by `#name` only while those are such names:
    /// then none is put.
    pub fn whole(&self, r: &mut Renderer<'_, 'static>, f: impl Fn(&mut Renderer<'_, 'static>)) {
        let set = |plain| {
            let mut state = self.state.borrow_mut();
            (state.plain, state.made, state.left) = (plain, false, false);
        };
        set(false);
        let mark = r.mark();
        f(r);
        let again = {
            let state = self.state.borrow();
            state.made && state.left
        };
        if again {
            r.undo(mark);
            set(true);
            f(r);
            set(false);
        }
    }

    // ------------------------------------------------------------------------------------------ declarations

    /// What an element has become; in generic code nothing that is the same for all instances.
    fn made_of<T>(&self, element: &T) -> Vec<Made> {
        let (_, here, generic) = self.here();
        if generic {
            return Vec::new();
        }
        let sema = self.sema.borrow();
        let Some(recording) = &sema.caches.meta.recording else {
            return Vec::new();
        };
        let address = std::ptr::from_ref(element) as usize;
        let Some(list) = recording.forms.get(&address) else {
            return Vec::new();
        };
        let inside = |env: &Rc<Env>| {
            let mut at = Some(env);
            while let Some(level) = at {
                if Rc::ptr_eq(level, &here) {
                    return true;
                }
                at = level.parent.as_ref();
            }
            false
        };
        (list.iter().filter(|(env, _)| inside(env)))
            .map(|(_, made)| made.clone())
            .collect()
    }

    pub fn frame_of(&self, env: &Rc<Env>) -> Frame {
        let mut frame = Frame::new(self.context_of(env), env.clone());
        frame.declares = true;
        frame
    }

    /// A form's elements on lines of their own, in its place.
    fn write_made(&self, r: &mut Renderer<'_, 'static>, made: &Made) {
        let mut started = false;
        match made {
            Made::Items(items) => {
                for (item, env) in items {
                    self.seen_from_here(env, |v| v.item(item));
                    self.within(self.frame_of(env), || r.item_lines(item));
                }
            }
            Made::Members(members) => {
                for (member, env) in members {
                    self.seen_from_here(env, |v| v.member(member));
                    let frame = self.frame_of(env);
                    self.within(frame, || next_line(r, &mut started, |r| r.member(member)));
                }
            }
            Made::Variants(variants) => {
                for (variant, env) in variants {
                    self.seen_from_here(env, |v| v.variant(variant));
                    let frame = self.frame_of(env);
                    self.within(frame, || next_line(r, &mut started, |r| r.variant(variant)));
                }
            }
        }
    }

    /// Declarations of code from another module have to mean the same in this one.
    fn seen_from_here(&self, env: &Rc<Env>, walk: impl FnOnce(&mut dyn Visitor)) {
        if env.module != self.root.module {
            let names = super::hygiene::free_names(walk);
            self.names_hold(env, &self.root, &names);
        }
    }

    /// Whether an element has been written as what it has become.
    fn element<T>(&self, r: &mut Renderer<'_, 'static>, element: &T) -> bool {
        let readings = self.made_of(element);
        if readings.is_empty() {
            return false;
        }
        match self.agreed(r, &readings, |r, made| self.write_made(r, made)) {
            Ok(()) => true,
            Err(reason) => self.stays(r, &reason),
        }
    }

    /// Something stays as it is written; false for the caller to write it.
    pub fn stays(&self, r: &mut Renderer<'_, 'static>, reason: &str) -> bool {
        if !self.as_written() {
            self.fail(reason.to_string());
            return false;
        }
        r.s("// not expanded: ");
        r.s(reason);
        r.line();
        false
    }

    /// An item and what it makes; with `only`, declarations of that name.
    fn item_with_made(
        &self,
        r: &mut Renderer<'_, 'static>,
        item: &'static ast::Item,
        only: Option<Symbol>,
    ) {
        let readings: Vec<Made> = match &item.kind {
            ItemKind::Inline(_) | ItemKind::Insert(_) | ItemKind::Decl(_) => self.made_of(item),
            _ => Vec::new(),
        };
        let Some(made) = readings.last().cloned() else {
            if only.is_none() {
                r.item_lines(item);
            }
            return;
        };
        let made = match (made, only) {
            (Made::Items(items), Some(name)) => Made::Items(
                (items.into_iter())
                    .filter(|(item, env)| self.is_named(item, env, name))
                    .collect(),
            ),
            (made, _) => made,
        };
        let start = r.mark();
        if let Err(reason) = self.attempt(r, |r| self.write_made(r, &made)) {
            if only.is_none() {
                r.s("// not expanded: ");
                r.s(&reason);
                r.s("\n");
                r.item(item);
                r.end_item(start);
            } else {
                self.state.borrow_mut().refused.get_or_insert(reason);
            }
        }
    }

    fn is_named(&self, item: &'static ast::Item, env: &Rc<Env>, name: Symbol) -> bool {
        let ItemKind::Decl(decl) = &item.kind else {
            return false;
        };
        let mut sema = self.sema.borrow_mut();
        let spelled = sema.quietly(|s| s.spelled(env, decl.name));
        spelled.is_ok_and(|spelled| spelled.name == name)
    }

    /// Writes the declarations of a name that an item is or makes.
    pub fn only(&self, r: &mut Renderer<'_, 'static>, item: &'static ast::Item, name: Symbol) {
        if matches!(&item.kind, ItemKind::Decl(_)) && self.made_of(item).is_empty() {
            if self.is_named(item, &self.root.clone(), name) {
                r.item_lines(item);
            }
        } else {
            self.item_with_made(r, item, Some(name));
        }
    }

    // ------------------------------------------------------------------------------------------------- names

    /// A `#name` as it is spelled, if that is known.
    fn spelled(&self, name: ast::Ident) -> Option<Symbol> {
        let (context, env, generic) = self.here();
        let parts = self.parts(name);
        if self.state.borrow().quoted > 0 {
            return None;
        }
        if context == 0 && (generic || parts.iter().any(|part| self.is_local(part))) {
            return None;
        }
        if context != 0
            && (parts.iter()).any(|part| env.get(splice_key(part)).is_none() && self.is_local(part))
        {
            return None;
        }
        let mut sema = self.sema.borrow_mut();
        let spelled = sema.quietly(|s| s.spelled(&env, name)).ok()?;
        Some(spelled.name)
    }

    /// What stands for a `#name` that a loop's capture has.
    fn made_in_iteration(&self, name: ast::Ident) -> Option<Literal> {
        if !self.state.borrow().frames.last()?.iteration {
            return None;
        }
        let plain = ast::Ident {
            name: self.spelled(name)?,
            kind: IdentKind::Plain,
            span: name.span,
        };
        match self.meaning(plain) {
            Meaning::Text(literal) => Some(literal),
            Meaning::AsWritten | Meaning::Quote(_) | Meaning::Argument(..) => None,
        }
    }

    /// Whether an expression mentions names of the function around.
    fn is_local(&self, expr: &ast::Expr) -> bool {
        let used = super::hygiene::free_names(|v| v.expr(expr));
        let state = self.state.borrow();
        let Some(frame) = state.frames.last() else {
            return false;
        };
        // The outermost scope of the file's own frame has the module's names.
        let own = usize::from(frame.declares || Rc::ptr_eq(&frame.env, &self.root));
        let within = frame.scopes.get(own..).unwrap_or(&[]);
        let mut used = used.iter();
        used.any(|name| within.iter().any(|scope| scope.contains_key(&name.name)))
    }

    pub fn literal(&self, r: &mut Renderer<'_, 'static>, literal: &Literal, level: Level) {
        let parens = literal.level < level;
        r.s(if parens { "(" } else { "" });
        r.s(&literal.text);
        r.s(if parens { ")" } else { "" });
    }
}

/// Writes on a line of its own, unless it is the first here; no line if nothing is written.
pub fn next_line(
    r: &mut Renderer<'_, 'static>,
    started: &mut bool,
    f: impl FnOnce(&mut Renderer<'_, 'static>),
) {
    let mark = r.mark();
    if *started {
        r.line();
    }
    let start = r.mark();
    f(r);
    if r.mark() == start {
        r.undo(mark);
    } else {
        *started = true;
    }
}

fn is_generic(scope: Scope<'_>) -> bool {
    let params = |params: &[ast::Param]| {
        (params.iter()).any(|p| {
            matches!(p.kind, ParamKind::Comptime | ParamKind::ComptimePack)
                || p.kind == ParamKind::Variadic
                || p.ty.as_ref().is_some_and(mentions_dollar)
        })
    };
    match scope {
        Scope::Function(f) => f.mixin || params(&f.sig.params),
        Scope::Struct(s) => !s.params.is_empty(),
        Scope::Impl(decl) => mentions_dollar(&decl.target) || decl.args.iter().any(mentions_dollar),
        Scope::Quote | Scope::Other => false,
    }
}

fn is_mixin(scope: Scope<'_>) -> bool {
    matches!(scope, Scope::Function(f) if f.mixin)
}

fn is_quoted(scope: Scope<'_>) -> bool {
    match scope {
        Scope::Quote => true,
        Scope::Function(f) => f.origin == ast::FnOrigin::TrailingBlock,
        Scope::Struct(_) | Scope::Impl(_) | Scope::Other => false,
    }
}

impl Resolve<'static> for Expander<'_, '_> {
    fn name(&self, r: &mut Renderer<'_, 'static>, name: ast::Ident, usage: NameUse) -> bool {
        if matches!(name.kind, IdentKind::Computed(_)) {
            let Some(spelled) = self.spelled(name) else {
                return false;
            };
            if self.state.borrow().mixins > 0 {
                r.s(&format!("#name({})", string_literal(spelled.as_str())));
                return true;
            }
            let local = self
                .state
                .borrow()
                .frames
                .last()
                .is_some_and(|f| !f.declares);
            if usage == NameUse::Declares && local {
                self.declared_as_made(spelled);
            }
            r.s(&match usage {
                NameUse::Uses => spelling_used(spelled),
                NameUse::Declares | NameUse::Member => spelling(spelled),
            });
            return true;
        }
        if name.as_str().starts_with('#') {
            self.fail("a variable of the compiler's takes part".to_string());
            return false;
        }
        match usage {
            NameUse::Member => false,
            NameUse::Declares => match self.declared(name) {
                Some(text) => {
                    r.s(&text);
                    true
                }
                None => false,
            },
            NameUse::Uses => match self.meaning(name) {
                Meaning::AsWritten => false,
                Meaning::Text(literal) => {
                    self.literal(r, &literal, Level::POSTFIX);
                    true
                }
                Meaning::Quote(_) | Meaning::Argument(..) => {
                    self.fail(format!("'{}' stands for code", name.name));
                    false
                }
            },
        }
    }

    fn expr(&self, r: &mut Renderer<'_, 'static>, expr: &'static ast::Expr, level: Level) -> bool {
        if self.put_as_text(r, expr, level) || self.put_of_pack(r, expr, level) {
            return true;
        }
        match &expr.kind {
            ExprKind::Ident(name) if !matches!(name.kind, IdentKind::Computed(_)) => {
                match self.meaning(*name) {
                    Meaning::AsWritten => false,
                    Meaning::Text(literal) => {
                        self.literal(r, &literal, level);
                        true
                    }
                    Meaning::Quote(id) => {
                        self.put_expression(r, id, expr.span, level);
                        true
                    }
                    Meaning::Argument(id, ty) => {
                        self.put_argument(r, *name, (id, ty), expr.span, level);
                        true
                    }
                }
            }
            ExprKind::Ident(name) => match self.made_in_iteration(*name) {
                Some(literal) => {
                    self.literal(r, &literal, level);
                    true
                }
                None => false,
            },
            ExprKind::Aggregate(node) => {
                // A name alone may be that of a field.
                let renamed = node.elems.iter().any(|elem| match &elem.value.kind {
                    ExprKind::Ident(name) if elem.name.is_none() => {
                        !matches!(self.meaning(*name), Meaning::AsWritten)
                    }
                    _ => false,
                });
                if renamed && node.brackets == ast::Brackets::Brace {
                    self.fail("a name alone in `.{ .. }` is another there".to_string());
                }
                let values = node.elems.iter().filter(|elem| elem.name.is_none());
                let mut state = self.state.borrow_mut();
                state
                    .kept_parens
                    .extend(values.map(|elem| std::ptr::from_ref(&elem.value)));
                false
            }
            ExprKind::Field { base, .. } => match self.part_of_constant(expr, base) {
                Some(literal) => {
                    self.literal(r, &literal, level);
                    true
                }
                None => false,
            },
            ExprKind::Star(inner) => {
                self.keeps_place(inner);
                false
            }
            ExprKind::Run(inner) => self.put_value(r, expr, inner, level),
            ExprKind::If(node) if node.inline => self.put_taken_value(r, expr),
            ExprKind::Match(node) if node.inline => self.put_taken_value(r, expr),
            ExprKind::Paren(inner) => self.put_in_parens(r, expr, inner, level),
            ExprKind::Splice(inner) => self.put_splice(r, expr, inner, level),
            ExprKind::Insert(inner) => self.put_insert_value(r, expr, inner, level),
            ExprKind::Call(call) => match self.instance_within_itself(expr, call) {
                Some(literal) => {
                    self.literal(r, &literal, level);
                    true
                }
                None => self.put_mixin_value(r, expr, call, level),
            },
            _ => false,
        }
    }

    fn constant(&self, r: &mut Renderer<'_, 'static>, value: &'static ast::Expr) -> bool {
        self.put_constant(r, value)
    }

    fn stmt(&self, r: &mut Renderer<'_, 'static>, stmt: &'static ast::Stmt) -> bool {
        match &stmt.kind {
            ast::StmtKind::Insert(expr) => self.put_insert_statement(r, expr),
            ast::StmtKind::Expr { expr, .. } => self.put_expression_statement(r, expr),
            ast::StmtKind::For(node) if node.inline => self.put_loop(r, node),
            _ => false,
        }
    }

    fn item(&self, _r: &mut Renderer<'_, 'static>, _item: &'static ast::Item) -> bool {
        false
    }

    fn member(&self, r: &mut Renderer<'_, 'static>, member: &'static ast::Member) -> bool {
        match &member.kind {
            ast::MemberKind::Inline(_) | ast::MemberKind::Insert(_) => self.element(r, member),
            _ => false,
        }
    }

    fn variant(&self, r: &mut Renderer<'_, 'static>, variant: &'static ast::EnumMember) -> bool {
        match variant {
            ast::EnumMember::Inline(_) | ast::EnumMember::Insert(_) => self.element(r, variant),
            ast::EnumMember::Variant(_) | ast::EnumMember::Assert(_) => false,
        }
    }

    fn enter(&self, scope: Scope<'static>) {
        let mut state = self.state.borrow_mut();
        state.generic += u32::from(is_generic(scope));
        state.quoted += u32::from(is_quoted(scope));
        state.mixins += u32::from(is_mixin(scope));
        if let Some(frame) = state.frames.last_mut() {
            frame.scopes.push(FxHashMap::default());
        }
    }

    fn leave(&self, scope: Scope<'static>) {
        let mut state = self.state.borrow_mut();
        state.generic -= u32::from(is_generic(scope));
        state.quoted -= u32::from(is_quoted(scope));
        state.mixins -= u32::from(is_mixin(scope));
        if let Some(frame) = state.frames.last_mut() {
            frame.scopes.pop();
        }
    }

    fn parts(&self, name: ast::Ident) -> &'static [std::sync::Arc<ast::Expr>] {
        let IdentKind::Computed(index) = name.kind else {
            return &[];
        };
        let sema = self.sema.borrow();
        let names = sema.caches.computed_names.get(&name.span.file).copied();
        let parts: Option<&'static Vec<_>> = names.and_then(|names| names.get(index.index()));
        parts.map_or(&[], |parts| parts)
    }
}

impl Expander<'_, '_> {
    /// The binding of a splice in the environment here.
    pub fn spliced(&self, inner: &ast::Expr) -> Option<Binding> {
        let (_, env, _) = self.here();
        env.get(splice_key(inner))
    }
}
