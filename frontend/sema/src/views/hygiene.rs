//! Names of code that stands somewhere else than where it was written: what they are called there, so that each means
//! what it meant.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{Symbol, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::visit::Visitor;

use crate::declarations::lookup::Name;
use crate::sema::{Binding, DeclId, Env};
use crate::views::expand::Expander;
use crate::views::literals::{Literal, spelling};
use crate::views::recording::Context;

/// Code of one origin, in the middle of other.
pub struct Frame {
    pub context: Context,
    /// What names mean that the code doesn't declare.
    pub env: Rc<Env>,
    /// What it has declared so far, and how that is written.
    pub scopes: Vec<FxHashMap<Symbol, String>>,
    /// The text of a quote that is put among statements: its names are told apart from others.
    pub quote: Option<Span>,
    /// Among declarations.
    pub declares: bool,
    /// An iteration of a loop, in place of which it stands.
    pub iteration: bool,
}

impl Frame {
    pub fn new(context: Context, env: Rc<Env>) -> Frame {
        Frame {
            context,
            env,
            scopes: vec![FxHashMap::default()],
            quote: None,
            declares: false,
            iteration: false,
        }
    }

    pub fn local(&self, name: Symbol) -> Option<&String> {
        self.scopes.iter().rev().find_map(|scope| scope.get(&name))
    }
}

/// What stands for a name.
pub enum Meaning {
    AsWritten,
    Text(Literal),
    /// Code.
    Quote(u64),
    /// A `#lazy` parameter: the argument's expression, and the parameter's type.
    Argument(u64, TypeId),
}

/// How often words occur in texts.
#[derive(Default)]
pub struct Words {
    /// In the file.
    file: FxHashMap<Symbol, u32>,
    /// In quotes of other files, by where those begin.
    elsewhere: FxHashMap<Symbol, FxHashSet<Span>>,
    known: FxHashSet<Span>,
    /// Made up so far, or kept by code that declares them.
    pub taken: FxHashSet<Symbol>,
}

fn words(text: &str) -> impl Iterator<Item = Symbol> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .map(Symbol::intern)
}

impl Words {
    pub fn of_file(text: &str) -> Words {
        let mut all = Words::default();
        for word in words(text) {
            *all.file.entry(word).or_default() += 1;
        }
        all
    }

    /// Code that takes part.
    pub fn add(&mut self, span: Span, text: &str, in_file: bool) {
        if !in_file && self.known.insert(span) {
            for word in words(text) {
                self.elsewhere.entry(word).or_default().insert(span);
            }
        }
    }

    /// Whether a name that a quote declares is met anywhere else.
    fn clashes(&self, name: Symbol, quote: Span, text: &str, in_file: bool) -> bool {
        let own = match in_file {
            true => words(text).filter(|word| *word == name).count() as u32,
            false => 0,
        };
        self.taken.contains(&name)
            || self.file.get(&name).copied().unwrap_or(0) > own
            || (self.elsewhere.get(&name)).is_some_and(|s| s.iter().any(|span| *span != quote))
    }

    fn fresh(&self, name: Symbol) -> Symbol {
        let mut number = 2;
        loop {
            let made = Symbol::intern(&format!("{name}_{number}"));
            let known = self.taken.contains(&made)
                || self.file.contains_key(&made)
                || self.elsewhere.contains_key(&made);
            if !known {
                return made;
            }
            number += 1;
        }
    }
}

impl Expander<'_, '_> {
    /// A name is declared: how it is written here.
    pub fn declared(&self, name: ast::Ident) -> Option<String> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let at_top = state
            .frames
            .last()
            .is_some_and(|f| f.declares && f.scopes.len() == 1);
        if at_top {
            let frame = state.frames.last()?;
            let private = match frame.env.get(name.name) {
                Some(Binding::Decl(id)) => Some(id),
                _ => None,
            };
            state.private_clash(private, name.name)?;
            return private.and_then(|id| state.private.get(&id).cloned());
        }
        let frame = state.frames.last_mut()?;
        let written = match frame.quote {
            None => spelled_as(name),
            Some(quote) => {
                let text = self.span_text(quote);
                let clash = state
                    .words
                    .clashes(name.name, quote, &text, quote.file == self.file);
                let symbol = match clash {
                    true => state.words.fresh(name.name),
                    false => name.name,
                };
                state.words.taken.insert(symbol);
                match clash {
                    true => symbol.to_string(),
                    false => spelled_as(name),
                }
            }
        };
        if let Some(scope) = frame.scopes.last_mut() {
            scope.insert(name.name, written.clone());
        }
        Some(written)
    }

    /// A local name that `#name` spells: the place where the code is put sees it, too.
    pub fn declared_as_made(&self, name: Symbol) {
        let mut state = self.state.borrow_mut();
        state.made = true;
        for frame in state.frames.iter_mut().rev().take(2) {
            if let Some(scope) = frame.scopes.last_mut() {
                scope.insert(name, spelling(name));
            }
        }
    }

    pub fn meaning(&self, name: ast::Ident) -> Meaning {
        let env = {
            let state = self.state.borrow();
            let Some(frame) = state.frames.last() else {
                return Meaning::AsWritten;
            };
            if let Some(text) = frame.local(name.name) {
                return named(name, text);
            }
            frame.env.clone()
        };
        let mut at = Some(&env);
        while let Some(level) = at {
            let found = level.names.borrow().get(&name.name).cloned();
            if let Some(binding) = found {
                return self.bound(level, name, binding);
            }
            if level.introduces(name.name) {
                return Meaning::AsWritten;
            }
            at = level.parent.as_ref();
        }
        Meaning::AsWritten
    }

    fn bound(&self, level: &Rc<Env>, name: ast::Ident, binding: Binding) -> Meaning {
        // A mixin's parameter, which is written nowhere: the caller's local of its name is another one.
        if let Binding::Lazy { quote, ty } = binding {
            return Meaning::Argument(quote, ty);
        }
        if let Some(text) = self.in_frame(level, name.name) {
            return named(name, &text);
        }
        let written = match &binding {
            Binding::Ct(val) if self.sema.borrow().is_code(val.ty) => {
                let id = self.sema.borrow().ct_u64(val);
                return Meaning::Quote(id);
            }
            Binding::Ct(val) => self.sema.borrow_mut().literal(&self.root, val),
            Binding::Type(ty) => self.sema.borrow_mut().type_text(&self.root, *ty),
            Binding::Decl(id) => {
                let local = self.sema.borrow().decl(*id).local;
                let own = self.context_of(level) == 0;
                match local {
                    // A declaration of the function around.
                    true if own => return Meaning::AsWritten,
                    true => None,
                    false => {
                        let mut state = self.state.borrow_mut();
                        let made = state.private_clash(Some(*id), name.name);
                        return match (made, state.private.get(id)) {
                            (Some(()), Some(text)) => named(name, text),
                            _ => Meaning::AsWritten,
                        };
                    }
                }
            }
            Binding::Var { .. } | Binding::Pack { .. } if self.context_of(level) == 0 => {
                return Meaning::AsWritten;
            }
            Binding::Var { cx, var } => self.element_of_pack(level, *cx, *var),
            Binding::Pack { .. }
            | Binding::TypePack(_)
            | Binding::Lazy { .. }
            | Binding::Poison => None,
        };
        match written {
            Some(text) => Meaning::Text(text),
            None => {
                self.fail(format!("'{}' stands for what has no text here", name.name));
                Meaning::AsWritten
            }
        }
    }

    /// Whether a name is one that the code shown declares.
    pub fn is_declared(&self, env: &Rc<Env>, name: Symbol) -> bool {
        let local = {
            let state = self.state.borrow();
            (state.frames.last()).is_some_and(|frame| frame.local(name).is_some())
        };
        let mut at = Some(env);
        while let Some(level) = at {
            if level.names.borrow().contains_key(&name) {
                return local || self.in_frame(level, name).is_some();
            }
            if level.introduces(name) {
                return local;
            }
            at = level.parent.as_ref();
        }
        local
    }

    /// How code around writes a name of its own.
    fn in_frame(&self, level: &Rc<Env>, name: Symbol) -> Option<String> {
        let context = self.context_of(level);
        let state = self.state.borrow();
        let frame = state.frames.iter().rev().find(|f| f.context == context)?;
        frame.local(name).cloned()
    }

    /// Whether the names that a quote doesn't declare mean where it is put what they mean where it stands.
    pub fn names_hold(&self, quoted: &Rc<Env>, put_in: &Rc<Env>, names: &[ast::Ident]) -> bool {
        for name in names {
            if name.as_str() == "operands_of" {
                self.fail("it asks for the operands of an argument".to_string());
                return false;
            }
            let there = quoted.get(name.name);
            match &there {
                // Nothing else is looked at where these stand.
                Some(Binding::Ct(_) | Binding::Type(_) | Binding::Lazy { .. }) => continue,
                Some(Binding::TypePack(_) | Binding::Pack { .. } | Binding::Poison) => {
                    self.fail(format!("'{}' stands for what has no text here", name.name));
                    return false;
                }
                Some(Binding::Var { .. } | Binding::Decl(_)) | None => {}
            }
            let here = seen_at(put_in, name.name).map(|(_, binding)| binding);
            let same = match (&there, &here) {
                (Some(Binding::Var { cx: a, var: b }), Some(Binding::Var { cx: c, var: d })) => {
                    (a, b) == (c, d) || self.written_apart(put_in, name.name)
                }
                (Some(Binding::Decl(a)), Some(Binding::Decl(b))) => {
                    a == b || self.written_apart(put_in, name.name)
                }
                (Some(_), None) => {
                    // Of the frame around, under a name of its own.
                    true
                }
                (None, None) => true,
                (_, Some(Binding::Poison)) => true,
                _ => self.written_apart(put_in, name.name),
            };
            if !same {
                self.fail(format!(
                    "'{}' is another thing where the code is put",
                    name.name
                ));
                return false;
            }
            if there.is_none()
                && quoted.module != self.root.module
                && !self.seen_here(quoted, *name)
            {
                self.fail(format!(
                    "'{}' of another module is not seen here under that name",
                    name.name
                ));
                return false;
            }
        }
        true
    }

    /// Whether what a name is at a place is written otherwise there.
    fn written_apart(&self, put_in: &Rc<Env>, name: Symbol) -> bool {
        let Some((level, _)) = seen_at(put_in, name) else {
            return false;
        };
        let context = self.context_of(&level);
        let state = self.state.borrow();
        let frame = state.frames.iter().rev().find(|f| f.context == context);
        // What has not been declared yet will be told apart.
        context != 0
            && frame
                .is_some_and(|frame| (frame.local(name)).is_none_or(|text| text != name.as_str()))
    }

    /// Whether a name of another module is the same thing in the file's.
    fn seen_here(&self, quoted: &Rc<Env>, name: ast::Ident) -> bool {
        let mut sema = self.sema.borrow_mut();
        let module = sema.module(quoted.module).env.clone();
        let root = self.root.clone();
        sema.quietly(|s| {
            let there = s.try_resolve_name(&module, name);
            let here = s.try_resolve_name(&root, name);
            match (there, here) {
                (Ok(Some(Name::Entity(_, a))), Ok(Some(Name::Entity(_, b)))) => a == b,
                (Ok(Some(Name::BuiltinType(a))), Ok(Some(Name::BuiltinType(b)))) => a == b,
                (Ok(None), Ok(None)) => true,
                _ => false,
            }
        })
    }
}

/// Private declarations of code among declarations.
impl super::expand::State {
    /// Finds out how a private declaration is written; none if it can't be told.
    fn private_clash(&mut self, id: Option<DeclId>, name: Symbol) -> Option<()> {
        let Some(id) = id else { return Some(()) };
        if self.private.contains_key(&id) {
            return Some(());
        }
        let clash = self.module_names.contains(&name) || self.words.taken.contains(&name);
        let symbol = match clash {
            true => self.words.fresh(name),
            false => name,
        };
        self.words.taken.insert(symbol);
        self.private.insert(id, spelling(symbol));
        Some(())
    }
}

/// What a name is at a place: code that has been put there declares names in the code around it.
fn seen_at(place: &Rc<Env>, name: Symbol) -> Option<(Rc<Env>, Binding)> {
    let mut at = Some(place);
    while let Some(level) = at {
        if let Some(binding) = level.names.borrow().get(&name) {
            return Some((level.clone(), binding.clone()));
        }
        if level.introduces(name) {
            return None;
        }
        at = match &level.expansion {
            Some(expansion) => Some(&expansion.put_in),
            None => level.parent.as_ref(),
        };
    }
    None
}

fn spelled_as(name: ast::Ident) -> String {
    match name.is_raw() {
        true => format!("`{}", name.name),
        false => name.name.to_string(),
    }
}

fn named(name: ast::Ident, text: &str) -> Meaning {
    // With the backtick or without, as it is written there: a type is meant without one.
    if text.trim_start_matches('`') == name.as_str() {
        return Meaning::AsWritten;
    }
    Meaning::Text(Literal {
        text: text.to_string(),
        level: sx_syntax::render::Level::POSTFIX,
    })
}

/// Names that code uses and doesn't declare: variables, functions, types.
pub fn free_names(walk: impl FnOnce(&mut dyn Visitor)) -> Vec<ast::Ident> {
    let mut names = Names::default();
    walk(&mut names);
    let declared = names.declared;
    let mut used = names.used;
    used.retain(|name| !declared.contains(&name.name));
    used
}

/// `a.b`, wherever it stands: the name and the member.
pub fn members_of_names(walk: impl FnOnce(&mut dyn Visitor)) -> Vec<(ast::Ident, ast::Ident)> {
    #[derive(Default)]
    struct Members(Vec<(ast::Ident, ast::Ident)>);
    impl Visitor for Members {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ExprKind::Field { base, name } = &expr.kind
                && let ExprKind::Ident(base) = base.kind
            {
                self.0.push((base, *name));
            }
            sx_syntax::visit::walk_expr(self, expr);
        }
    }
    let mut members = Members::default();
    walk(&mut members);
    members.0
}

#[derive(Default)]
struct Names {
    used: Vec<ast::Ident>,
    seen: FxHashSet<Symbol>,
    declared: FxHashSet<Symbol>,
}

impl Names {
    fn captures(&mut self, captures: &[ast::Capture]) {
        self.declared.extend(captures.iter().map(|c| c.name.name));
    }

    fn condition(&mut self, cond: &ast::Cond) {
        if let ast::Cond::Bind { name, .. } = cond {
            self.declared.insert(name.name);
        }
    }

    fn arms(&mut self, node: &ast::MatchExpr) {
        let captures = node.arms.iter().filter_map(|arm| arm.capture);
        self.declared.extend(captures.map(|name| name.name));
    }
}

impl Visitor for Names {
    fn expr(&mut self, expr: &ast::Expr) {
        match &expr.kind {
            ExprKind::Ident(name) => {
                let plain = !matches!(name.kind, ast::IdentKind::Computed(_));
                if plain && self.seen.insert(name.name) {
                    self.used.push(*name);
                }
            }
            ExprKind::If(node) => self.condition(&node.cond),
            ExprKind::Match(node) => self.arms(node),
            ExprKind::Catch(node) => {
                self.declared.extend(node.tag.map(|tag| tag.name));
                if let ast::CatchHandler::Match(node) = &node.handler {
                    self.arms(node);
                }
            }
            // What a splice stands for has names of its own.
            ExprKind::Splice(_) => return,
            _ => {}
        }
        sx_syntax::visit::walk_expr(self, expr);
    }

    fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            ast::StmtKind::Destructure { names, .. } => {
                self.declared.extend(names.iter().map(|name| name.name));
            }
            ast::StmtKind::For(node) => self.captures(&node.captures),
            ast::StmtKind::While { cond, .. } => self.condition(cond),
            ast::StmtKind::OnFail { tag, .. } => {
                self.declared.extend(tag.map(|tag| tag.name));
            }
            _ => {}
        }
        sx_syntax::visit::walk_stmt(self, stmt);
    }

    fn decl(&mut self, decl: &ast::Decl) {
        self.declared.insert(decl.name.name);
        sx_syntax::visit::walk_decl(self, decl);
    }

    fn function(&mut self, f: &ast::FnDecl) {
        self.declared
            .extend(f.sig.params.iter().map(|p| p.name.name));
        sx_syntax::visit::walk_fn(self, f);
    }

    fn item(&mut self, item: &ast::Item) {
        if let ast::ItemKind::Inline(ast::Inline::For(node)) = &item.kind {
            self.captures(&node.captures);
        }
        sx_syntax::visit::walk_item(self, item);
    }

    fn member(&mut self, member: &ast::Member) {
        if let ast::MemberKind::Inline(ast::Inline::For(node)) = &member.kind {
            self.captures(&node.captures);
        }
        sx_syntax::visit::walk_member(self, member);
    }

    fn variant(&mut self, member: &ast::EnumMember) {
        if let ast::EnumMember::Inline(ast::Inline::For(node)) = member {
            self.captures(&node.captures);
        }
        sx_syntax::visit::walk_variant(self, member);
    }
}
