//! What metaprogramming has put where, kept for whoever shows the program after it. Functions are lowered more than once
//! (to learn a type, for each instance), so each place may have several records.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::TypeId;
use sx_syntax::Span;
use sx_syntax::ast;

use crate::declarations::expansion::Expand;
use crate::emission::value::Val;
use crate::metaprogramming::insertion::Inserted;
use crate::sema::{Env, FnId, Sema};

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

#[derive(Default)]
pub struct Recording {
    contexts: FxHashMap<(Context, Span, usize), Context>,
    /// Environments of expansions, by context, and what they are part of: as long as they are here their addresses are
    /// nobody else's.
    roots: Vec<Rc<Env>>,
    pub inserted: FxHashMap<(usize, Context), Vec<(Rc<Env>, Inserted)>>,
    pub forms: FxHashMap<usize, Vec<(Rc<Env>, Made)>>,
    pub mixins: FxHashMap<(Span, Context), MixinCall>,
}

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of) as usize
}

impl Recording {
    pub fn context_of(&mut self, env: &Rc<Env>) -> Context {
        let mut at = env;
        loop {
            let Some(parent) = &at.parent else { return 0 };
            if let Some(expansion) = &at.expansion {
                let outer = self.context_of(&expansion.put_in);
                let key = (outer, expansion.site, Rc::as_ptr(parent) as usize);
                if let Some(known) = self.contexts.get(&key) {
                    return *known;
                }
                self.roots.push(at.clone());
                let id = self.roots.len() as Context;
                self.contexts.insert(key, id);
                return id;
            }
            at = parent;
        }
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
