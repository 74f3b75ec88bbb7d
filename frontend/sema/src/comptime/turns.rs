//! Whose turn it is among the evaluations that reach `#saved` globals (reference 6.1): what reads a constant that waits
//! for its place in the source waits as well, so that nothing is evaluated too early for the sake of a value that nobody
//! needs yet.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use sx_syntax::ast;
use sx_syntax::visit::Visitor;

use crate::comptime::batch::Turn;
use crate::declarations::lookup::Found;
use crate::sema::{DeclId, DeclSyntax, EntityState, Sema};
use crate::views::hygiene::{free_names, members_of_names};

impl Sema<'_> {
    /// Resolves a constant or a global that is checked whether used or not, unless it has to wait for its turn.
    pub fn resolve_in_turn(&mut self, id: DeclId) {
        let unresolved = matches!(self.decl(id).state, EntityState::Unresolved);
        if !unresolved || self.turn_of_postponed(id).is_some() {
            return;
        }
        if self.saves_anything() {
            // In a cycle, which is told when it is resolved.
            if !self.caches.queue.judged.insert(id) {
                return;
            }
            let turn = self.turn_of_what_is_read(id, &mut FxHashSet::default());
            self.caches.queue.judged.remove(&id);
            if let Some(turn) = turn {
                let turn = turn.max(self.own_turn(id));
                self.postpone(id, turn);
                return;
            }
        }
        match self.decl(id).syntax {
            DeclSyntax::Const(_) => self.resolve_or_queue(id),
            _ => {
                let _ = self.resolve_decl(id);
            }
        }
    }

    /// What something needs before its turn (a count) is evaluated after the constants that wait and stand before it.
    pub fn take_turns_before(&mut self, id: DeclId) {
        let Some(turn) = self.take_turn_of(id) else {
            return;
        };
        while let Some((first, earlier)) = self.first_postponed()
            && *first < turn
        {
            let earlier = *earlier;
            let _ = self.resolve_decl(earlier);
            self.take_turn_of(earlier);
        }
    }

    /// Whether the program has a `#saved` global.
    fn saves_anything(&mut self) -> bool {
        if let Some(known) = self.caches.queue.saves {
            return known;
        }
        let saves = self
            .decls
            .iter()
            .any(|decl| matches!(decl.syntax, DeclSyntax::Var(var) if var.saved));
        self.caches.queue.saves = Some(saves);
        saves
    }

    /// The place of a declaration in the source, imported modules first.
    pub fn own_turn(&self, id: DeclId) -> Turn {
        let modules = self.modules_in_order();
        let module = modules.iter().position(|m| *m == self.decl(id).module);
        Turn {
            module: module.unwrap_or(modules.len()),
            place: self.order_of_decl(id),
        }
    }

    /// The last turn of the constants that wait and that what a constant, a global or a function says leads to. Constants
    /// that it leads to have been judged by then, wherever they stand.
    fn turn_of_what_is_read(&mut self, id: DeclId, seen: &mut FxHashSet<DeclId>) -> Option<Turn> {
        let mut last = None;
        for decl in self.named_by_decl(id).iter() {
            if seen.insert(*decl) {
                last = last.max(self.turn_led_to(*decl, seen));
            }
        }
        last
    }

    fn turn_led_to(&mut self, id: DeclId, seen: &mut FxHashSet<DeclId>) -> Option<Turn> {
        if self.in_library_module(self.decl(id).module) {
            return None;
        }
        if self.is_checked_constant(id) {
            self.resolve_in_turn(id);
            return self.turn_of_postponed(id).cloned();
        }
        self.turn_of_what_is_read(id, seen)
    }

    /// The declarations that a constant, a global or a function names.
    fn named_by_decl(&mut self, id: DeclId) -> Rc<[DeclId]> {
        if let Some(known) = self.caches.queue.named.get(&id) {
            return known.clone();
        }
        let named: Rc<[DeclId]> = self.names_of_decl(id).into();
        self.caches.queue.named.insert(id, named.clone());
        named
    }

    fn names_of_decl(&mut self, id: DeclId) -> Vec<DeclId> {
        let (names, members) = match self.decl(id).syntax {
            DeclSyntax::Const(constant) => names_in(|names| names.expr(&constant.value)),
            DeclSyntax::Var(var) => match &var.init {
                Some(init) => names_in(|names| names.expr(init)),
                None => return Vec::new(),
            },
            DeclSyntax::Fn(function) => names_in(|names| names.function(function)),
            // What asks for a type needs it at once.
            DeclSyntax::Struct(_)
            | DeclSyntax::Enum(_)
            | DeclSyntax::Union(_)
            | DeclSyntax::ErrorSet(_)
            | DeclSyntax::Protocol(_)
            | DeclSyntax::UfcsAlias(_)
            | DeclSyntax::Import(_)
            | DeclSyntax::Library(_)
            | DeclSyntax::CUnit
            | DeclSyntax::C(_)
            | DeclSyntax::Builtin => return Vec::new(),
        };
        let env = self.decl(id).env.clone();
        let mut led_to = Vec::new();
        for name in names {
            if env.get(name.name).is_none()
                && let Found::Decl(decl) = self.lookup_module(env.module, name.name)
            {
                led_to.push(decl);
            }
        }
        for (base, name) in members {
            if let Some(set) = self.namespace_named(&env, base, name)
                && let Found::Decl(decl) = self.lookup_in_set_of(&env, set, name)
            {
                led_to.push(decl);
            }
        }
        led_to
    }
}

/// Names that code uses, and those that stand before a dot, with the member.
fn names_in(walk: impl Fn(&mut dyn Visitor)) -> (Vec<ast::Ident>, Vec<(ast::Ident, ast::Ident)>) {
    (free_names(&walk), members_of_names(&walk))
}
