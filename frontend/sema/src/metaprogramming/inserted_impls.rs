//! Impls in code that `#insert`s of module scope put there: who asks for one must not get another answer than later code.
//! Whether an `#insert` makes an impl is known once it is made, so they are made when one is missing.

use std::cell::RefCell;

use rustc_hash::FxHashSet;
use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind, ItemKind};
use sx_syntax::{FileId, Span};

use crate::metaprogramming::form_texts;
use crate::sema::{ModId, Sema};

/// What is known of impls in texts and quotes.
#[derive(Default)]
pub struct ImplsInCode {
    /// Some may have one.
    found: bool,
    /// How many files have been looked at.
    files: usize,
}

/// What makes the code of a form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Generator {
    Called(Symbol),
    Item(*const ast::Item),
}

fn generator(item: &'static ast::Item) -> Generator {
    if let ItemKind::Insert(expr) = &item.kind
        && let ExprKind::Call(call) = &expr.kind
        && let ExprKind::Ident(name) = &call.callee.kind
    {
        return Generator::Called(name.name);
    }
    Generator::Item(item)
}

/// Whether an item may insert an impl, as far as its text tells.
fn may_insert_impl(item: &'static ast::Item) -> bool {
    form_texts::has_item(item, &|item| match &item.kind {
        ItemKind::Insert(expr) => match &expr.kind {
            ExprKind::Str(text) => has_word(text) > 0,
            _ => true,
        },
        _ => false,
    })
}

/// How often the word `impl` is in a text.
fn has_word(text: &str) -> usize {
    const WORD: &str = "impl";
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.match_indices(WORD).filter(|(at, _)| {
        !text[..*at].ends_with(part) && !text[at + WORD.len()..].starts_with(part)
    });
    words.count()
}

impl Sema<'_> {
    /// An impl is missing: makes those that code may have which is still to be inserted. Whether there are more now.
    pub fn make_inserted_impls(&mut self) -> bool {
        if !self.declarations_to_make()
            || self.caches.conformance.library_only
            || self.caches.chains.giving_up()
            || !self.may_insert_impls()
        {
            return false;
        }
        let known = self.impls.len();
        // What is under way, or needs that, makes others wait that are made by the same code.
        let mut vain = FxHashSet::default();
        for index in 0..self.modules.len() {
            let under_way = self.items_under_way(ModId(index as u32));
            vain.extend(under_way.into_iter().map(generator));
        }
        for index in 0..self.modules.len() {
            let module = ModId(index as u32);
            let mut after = None;
            while let Some((at, form)) = self.next_form(module, after.as_ref()) {
                after = Some(at);
                if !may_insert_impl(form.item) {
                    continue;
                }
                let generator = generator(form.item);
                if vain.contains(&generator) {
                    continue;
                }
                if !form.may_be_asked || self.ask_form(module, form.index) {
                    vain.insert(generator);
                }
                if self.impls.len() > known {
                    return true;
                }
                if self.caches.chains.giving_up() {
                    return false;
                }
            }
        }
        false
    }

    /// Whether a text or quote of the program may have an impl in it: one that nobody has written.
    pub fn may_insert_impls(&mut self) -> bool {
        while !self.caches.meta.impls_in_code.found
            && self.caches.meta.impls_in_code.files < self.sources.len()
        {
            let file = FileId(self.caches.meta.impls_in_code.files as u32);
            let words = self
                .sources
                .get(file)
                .map_or(0, |file| has_word(&file.text));
            let found = words > 0 && words > self.impls_written_in(file);
            let known = &mut self.caches.meta.impls_in_code;
            known.found = found;
            known.files += 1;
        }
        self.caches.meta.impls_in_code.found
    }

    fn impls_written_in(&self, file: FileId) -> usize {
        let written = self.impls.iter().map(|info| info.decl.span);
        let written: FxHashSet<u32> = written
            .filter(|span| span.file == file)
            .map(|span| span.lo)
            .collect();
        let written = RefCell::new(written);
        for item in self.items_of_forms() {
            form_texts::has_item(item, &|item| {
                if let ItemKind::Impl(decl) = &item.kind {
                    let Span { file: own, lo, .. } = decl.span;
                    if own == file {
                        written.borrow_mut().insert(lo);
                    }
                }
                false
            });
        }
        written.into_inner().len()
    }
}
