//! What metaprogramming has put where, kept for whoever shows the program after it. Functions are lowered more than once
//! (to learn a type, for each instance), so each place may have several records.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::TypeId;
use sx_syntax::Span;
use sx_syntax::ast;

use crate::declarations::expansion::Expand;
use crate::emission::value::{CtVal, Val};
use crate::metaprogramming::insertion::Inserted;
use crate::sema::{Env, FnId, Sema};
use crate::views::instances::FnMade;

/// An expansion, the same for each time that it is lowered; 0 is the program as written.
pub type Context = u32;

/// The elements that a form has become.
#[derive(Clone)]
pub enum Made {
    Items(Vec<(&'static ast::Item, Rc<Env>)>),
    Members(Vec<(&'static ast::Member, Rc<Env>)>),
    Variants(Vec<(&'static ast::EnumMember, Rc<Env>)>),
}

/// A call of a mixin.
#[derive(Clone)]
pub struct MixinCall {
    pub f: FnId,
    pub scope: Rc<Env>,
    /// Parameters that are variables, and their types.
    pub variables: Vec<(usize, TypeId)>,
    pub ret: Option<TypeId>,
}

/// What has been taken of an `inline if` or match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The branch behind the condition, the arm of that number.
    Branch(usize),
    Otherwise,
    Nothing,
}

/// A value known at compile time that stands for an expression, and the type it was wanted as.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    pub value: CtVal,
    pub want: Option<TypeId>,
}

#[derive(Default)]
pub struct Recording {
    contexts: FxHashMap<(Context, Span, usize), Context>,
    /// Environments of expansions, by context, and what they are part of: as long as they are here their addresses are
    /// nobody else's.
    roots: Vec<Rc<Env>>,
    /// Contexts by the addresses of environments, and these.
    known: FxHashMap<usize, (Context, Rc<Env>)>,
    pub inserted: FxHashMap<(usize, Context), Vec<(Rc<Env>, Inserted)>>,
    pub forms: FxHashMap<usize, Vec<(Rc<Env>, Made)>>,
    pub mixins: FxHashMap<(Span, Context), MixinCall>,
    pub choices: FxHashMap<(usize, Context), Vec<Choice>>,
    /// The scopes of the iterations of `inline for` statements, for each time that one was lowered.
    pub loops: FxHashMap<(usize, Context), Vec<Vec<Rc<Env>>>>,
    /// What `#run`s and constants have come to.
    pub values: FxHashMap<(usize, Context), Vec<Known>>,
    /// Evaluations that have written something, or that others depend on: they are more than their values.
    pub effects: FxHashSet<Span>,
    /// Functions made of generic ones, in the order in which they were.
    pub instances: Vec<FnMade>,
    /// Arguments whose text is asked for.
    pub texts: FxHashSet<Span>,
    /// Expressions at the ends of bodies whose errors the functions pass on.
    pub forwarded: FxHashSet<usize>,
}

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of) as usize
}

impl Recording {
    pub fn context_of(&mut self, env: &Rc<Env>) -> Context {
        let mut at = env;
        while let Some(parent) = &at.parent {
            if at.copy().is_none() && at.expansion.is_none() {
                at = parent;
                continue;
            }
            let address = Rc::as_ptr(at) as usize;
            if let Some((known, _)) = self.known.get(&address) {
                return *known;
            }
            let around = at.expansion.as_ref().map_or(parent, |e| &e.put_in);
            let outer = stacker::maybe_grow(64 * 1024, 4 * 1024 * 1024, || self.context_of(around));
            let key = match (&at.expansion, at.copy()) {
                (Some(expansion), _) => (outer, expansion.site, Rc::as_ptr(parent) as usize),
                (None, Some((site, step))) => (outer, site, step as usize),
                (None, None) => return outer,
            };
            let context = self.context(key, at);
            self.known.insert(address, (context, at.clone()));
            return context;
        }
        0
    }

    fn context(&mut self, key: (Context, Span, usize), root: &Rc<Env>) -> Context {
        if let Some(known) = self.contexts.get(&key) {
            return *known;
        }
        self.roots.push(root.clone());
        let id = self.roots.len() as Context;
        self.contexts.insert(key, id);
        id
    }

    pub fn is_forwarded(&self, expr: &'static ast::Expr) -> bool {
        self.forwarded.contains(&address(expr))
    }

    /// The environment that an expansion began with.
    pub fn root(&self, context: Context) -> Option<Rc<Env>> {
        self.roots.get((context as usize).checked_sub(1)?).cloned()
    }
}

impl Sema<'_> {
    pub fn record_inserted(&mut self, env: &Rc<Env>, expr: &'static ast::Expr, given: &Inserted) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let key = (address(expr), recording.context_of(env));
            let list = recording.inserted.entry(key).or_default();
            list.push((env.clone(), given.clone()));
        }
    }

    pub fn record_choice<T>(&mut self, env: &Rc<Env>, node: &'static T, choice: Choice) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let key = (address(node), recording.context_of(env));
            let list = recording.choices.entry(key).or_default();
            if !list.contains(&choice) {
                list.push(choice);
            }
        }
    }

    /// The scopes of a loop's iterations.
    pub fn record_loop(
        &mut self,
        env: &Rc<Env>,
        node: &'static ast::ForStmt,
        iterations: Vec<Rc<Env>>,
    ) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let key = (address(node), recording.context_of(env));
            recording.loops.entry(key).or_default().push(iterations);
        }
    }

    pub fn record_value(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        value: &CtVal,
        want: Option<TypeId>,
    ) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let key = (address(expr), recording.context_of(env));
            let known = Known {
                value: value.clone(),
                want,
            };
            let list = recording.values.entry(key).or_default();
            if !list.contains(&known) {
                list.push(known);
            }
        }
    }

    pub fn record_effects(&mut self, evaluated: Span) {
        if let Some(recording) = &mut self.caches.meta.recording {
            recording.effects.insert(evaluated);
        }
    }

    pub fn record_text(&mut self, argument: Span) {
        if let Some(recording) = &mut self.caches.meta.recording {
            recording.texts.insert(argument);
        }
    }

    pub fn record_forwarded(&mut self, expr: &'static ast::Expr) {
        if let Some(recording) = &mut self.caches.meta.recording {
            recording.forwarded.insert(address(expr));
        }
    }

    pub fn record_expansion(&mut self, root: &Rc<Env>) {
        if let Some(recording) = &mut self.caches.meta.recording {
            recording.context_of(root);
        }
    }

    pub fn record_mixin(
        &mut self,
        env: &Rc<Env>,
        span: Span,
        f: FnId,
        scope: &Rc<Env>,
        values: &[(usize, TypeId, Val)],
        ret: Option<TypeId>,
    ) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let key = (span, recording.context_of(env));
            let call = MixinCall {
                f,
                scope: scope.clone(),
                variables: values.iter().map(|(i, ty, _)| (*i, *ty)).collect(),
                ret,
            };
            recording.mixins.insert(key, call);
        }
    }

    pub fn record_form<T: Expand>(
        &mut self,
        env: &Rc<Env>,
        form: &'static T,
        made: &[(&'static T, Rc<Env>)],
    ) {
        if let Some(recording) = &mut self.caches.meta.recording {
            let list = recording.forms.entry(address(form)).or_default();
            list.push((env.clone(), T::made(made.to_vec())));
        }
    }
}
