//! Scopes, and looking names up in them. Each local variable opens a scope of its own, so their chain is as long as a function
//! has locals: of every 64 scopes in a row the last knows which names are in them, and of every 64 * 64.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::Symbol;
use sx_syntax::{Span, ast};

use crate::metaprogramming::places::{Iteration, Site};
use crate::metaprogramming::put_trees::Given;
use crate::scope_names::Names;
use crate::sema::{Binding, ModId};

const BLOCK: u32 = 64;

thread_local! {
    /// Counts names that came into scopes whose names had been gathered.
    static LATE: Cell<u64> = const { Cell::new(0) };
}

pub type Summaries = [Option<Box<Summary>>; 2];

/// What is in a scope and those around it, down to the one `beyond`.
pub struct Summary {
    late: u64,
    names: FxHashSet<Symbol>,
    fence: bool,
    beyond: Rc<Env>,
}

/// A scope: names and the scope around it. Module-level scopes have no parent; lookups go on in the module.
pub struct Env {
    pub parent: Option<Rc<Env>>,
    pub module: ModId,
    pub names: RefCell<Names>,
    /// Inside an instance of a type function: its name, which the types made there get.
    pub makes: Cell<Option<Symbol>>,
    /// The scope of a nested `::` function: constants of the functions around it aren't seen from here.
    pub fence: Cell<bool>,
    /// Outermost scope of code that has been put somewhere else than where it was written.
    pub expansion: Option<Box<Expansion>>,
    /// Scopes around this one.
    pub depth: u32,
    /// Whether a scope inside has gathered the names of this one.
    pub gathered: Cell<bool>,
    /// How many `#insert`s with a value have put code into each other around this.
    pub inserts: Cell<u32>,
    /// What few scopes have: there is one for each variable.
    seldom: OnceCell<Box<Seldom>>,
}

#[derive(Default)]
struct Seldom {
    /// Names that mean nothing from here on, whatever they are further out: type parameters that a nested function
    /// introduces, and that its instances bind.
    introduced: RefCell<Vec<Symbol>>,
    /// The local constants among the names.
    constants: RefCell<Vec<Symbol>>,
    iteration: OnceCell<Rc<Iteration>>,
    copy: Cell<Option<(Span, u32)>>,
    summaries: RefCell<Summaries>,
    /// What `#insert`s in this scope were given, by their operands.
    given: RefCell<GivenHere>,
}

type GivenHere = FxHashMap<*const ast::Expr, Given>;

/// Where code has been put.
pub struct Expansion {
    pub put_in: Rc<Env>,
    pub site: Span,
}

impl Env {
    pub fn root(module: ModId) -> Rc<Env> {
        Rc::new(Env {
            parent: None,
            module,
            names: RefCell::default(),
            makes: Cell::new(None),
            fence: Cell::new(false),
            expansion: None,
            depth: 0,
            gathered: Cell::new(false),
            inserts: Cell::new(0),
            seldom: OnceCell::new(),
        })
    }

    pub fn child(self: &Rc<Env>) -> Rc<Env> {
        Rc::new(Env {
            parent: Some(self.clone()),
            module: self.module,
            names: RefCell::default(),
            makes: self.makes.clone(),
            fence: Cell::new(false),
            expansion: None,
            depth: self.depth + 1,
            gathered: Cell::new(false),
            inserts: self.inserts.clone(),
            seldom: OnceCell::new(),
        })
    }

    /// Scope of code whose names mean what they do in `quoted`, put at `site`, where `put_in` is what is seen.
    pub fn expansion(quoted: &Rc<Env>, put_in: &Rc<Env>, site: Span) -> Rc<Env> {
        Rc::new(Env {
            parent: Some(quoted.clone()),
            module: quoted.module,
            names: RefCell::default(),
            makes: quoted.makes.clone(),
            fence: Cell::new(false),
            expansion: Some(Box::new(Expansion {
                put_in: put_in.clone(),
                site,
            })),
            depth: quoted.depth + 1,
            gathered: Cell::new(false),
            inserts: put_in.inserts.clone(),
            seldom: OnceCell::new(),
        })
    }

    /// Of the steps by which code has come to where it is, the innermost that are kept.
    pub const MOST_SITES: usize = 32;

    /// How the code that sees this has come to where it is, outermost first; of many steps the innermost.
    pub fn sites(&self) -> Vec<Site> {
        let mut out = Vec::new();
        let mut env = Some(self);
        while let Some(e) = env
            && out.len() < Self::MOST_SITES
        {
            if let Some(iteration) = e.iteration() {
                out.push(Site::Iteration(iteration.clone()));
            }
            if let Some(expansion) = &e.expansion {
                out.push(Site::Put(expansion.site));
                env = Some(&expansion.put_in);
                continue;
            }
            env = e.parent.as_deref();
        }
        out.reverse();
        out
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Env({:?})",
            self.names.borrow().keys().collect::<Vec<_>>()
        )
    }
}

impl Env {
    pub fn bind(&self, name: Symbol, binding: Binding) {
        let known = self.names.borrow_mut().insert(name, binding);
        if known.is_none() && self.gathered.get() {
            LATE.set(LATE.get() + 1);
        }
    }

    /// Whether a name isn't looked for further out.
    pub fn introduces(&self, name: Symbol) -> bool {
        let seldom = self.seldom.get();
        seldom.is_some_and(|seldom| seldom.introduced.borrow().contains(&name))
    }

    pub fn introduce(&self, names: Vec<Symbol>) {
        if !names.is_empty() {
            *self.seldom().introduced.borrow_mut() = names;
        }
    }

    fn seldom(&self) -> &Seldom {
        self.seldom.get_or_init(Box::default)
    }

    /// Adds the names of this scope, and those that it introduces.
    fn gather(&self, names: &mut FxHashSet<Symbol>) {
        names.extend(self.names.borrow().keys());
        if let Some(seldom) = self.seldom.get() {
            names.extend(seldom.introduced.borrow().iter());
        }
    }

    /// If this is the outermost scope of an iteration of an `inline for`.
    pub fn iteration(&self) -> Option<&Rc<Iteration>> {
        self.seldom.get()?.iteration.get()
    }

    pub fn set_iteration(&self, iteration: Rc<Iteration>) {
        let _ = self.seldom().iteration.set(iteration);
    }

    /// If this is the outermost scope of one of several copies of code (an iteration of an unrolled loop, an instance of
    /// a generic struct): what is written once, and the copy's number.
    pub fn copy(&self) -> Option<(Span, u32)> {
        self.seldom.get()?.copy.get()
    }

    pub fn set_copy(&self, written: Span, number: u32) {
        self.seldom().copy.set(Some((written, number)));
    }

    /// `name`, which is bound here, is a local constant.
    pub fn note_constant(&self, name: Symbol) {
        self.seldom().constants.borrow_mut().push(name);
    }

    /// Whether `name`, which is bound here, is one.
    fn has_constant(&self, name: Symbol) -> bool {
        let seldom = self.seldom.get();
        seldom.is_some_and(|seldom| seldom.constants.borrow().contains(&name))
    }

    /// The innermost scope that has a name, or introduces it, is given to `found`, and whether a fence is before it.
    pub fn find<T>(&self, name: Symbol, found: impl Fn(&Env, bool) -> T) -> Option<T> {
        let mut fenced = false;
        let mut env = self;
        // The innermost scope may still get names.
        loop {
            if env.names.borrow().contains_key(&name) || env.introduces(name) {
                return Some(found(env, fenced));
            }
            fenced |= env.fence.get();
            let around = env.parent.as_ref()?;
            if around.depth != 0 && around.depth.is_multiple_of(BLOCK) {
                break;
            }
            env = around;
        }
        let mut next = env.parent.clone();
        while let Some(env) = next {
            if let Some((fence, beyond)) = env.without(name) {
                fenced |= fence;
                next = Some(beyond);
                continue;
            }
            if env.names.borrow().contains_key(&name) || env.introduces(name) {
                return Some(found(&env, fenced));
            }
            fenced |= env.fence.get();
            next = env.parent.clone();
        }
        None
    }

    /// The scope beyond a block of scopes that ends here and doesn't have the name, and whether a fence is between.
    fn without(&self, name: Symbol) -> Option<(bool, Rc<Env>)> {
        [BLOCK * BLOCK, BLOCK]
            .into_iter()
            .enumerate()
            .filter(|(_, size)| self.depth != 0 && self.depth.is_multiple_of(*size))
            .find_map(|(level, size)| self.summarised(level, size, name))
    }

    fn summarised(&self, level: usize, size: u32, name: Symbol) -> Option<(bool, Rc<Env>)> {
        let late = LATE.get();
        let mut known = self.seldom().summaries.borrow_mut();
        if known[level].as_ref().is_none_or(|s| s.late != late) {
            let mut names = FxHashSet::default();
            self.gather(&mut names);
            let mut fence = self.fence.get();
            self.gathered.set(true);
            let mut env = self.parent.clone()?;
            while env.depth + size > self.depth {
                env.gather(&mut names);
                fence |= env.fence.get();
                env.gathered.set(true);
                let parent = env.parent.clone()?;
                env = parent;
            }
            known[level] = Some(Box::new(Summary {
                late,
                names,
                fence,
                beyond: env,
            }));
        }
        let summary = known[level].as_ref()?;
        let absent = !summary.names.contains(&name);
        absent.then(|| (summary.fence, summary.beyond.clone()))
    }

    /// Whether a name is a constant of a function around the nested one that this scope belongs to.
    pub fn is_fenced_off(&self, name: Symbol) -> bool {
        self.find(name, |env, fenced| fenced && env.has_constant(name))
            .unwrap_or(false)
    }

    /// Whether this scope is inside `scope` and what it calls `name` is not.
    pub fn is_outside(&self, name: Symbol, scope: &Rc<Env>) -> bool {
        let mut env = self;
        loop {
            if std::ptr::eq(env, Rc::as_ptr(scope)) {
                return true;
            }
            if env.names.borrow().contains_key(&name) {
                return false;
            }
            match &env.parent {
                Some(parent) => env = parent,
                None => return false,
            }
        }
    }

    pub fn is_local_constant(&self, name: Symbol) -> bool {
        self.find(name, |env, _| env.has_constant(name))
            .unwrap_or(false)
    }

    /// What an `#insert` in this scope was given before. Where it has been looked at, a scope may have been opened for what
    /// it belongs to. The same text in a text that it has put is another.
    pub fn given(&self, operand: &'static ast::Expr) -> Option<Given> {
        const OPENED: usize = 4;
        let around = std::iter::successors(Some(self), |env| env.parent.as_deref());
        let around = around.take_while(|env| env.inserts == self.inserts);
        around.take(OPENED).find_map(|env| {
            let given = env.seldom.get()?.given.borrow();
            given.get(&std::ptr::from_ref(operand)).cloned()
        })
    }

    pub fn note_given(&self, operand: &'static ast::Expr, given: Given) {
        let mut all = self.seldom().given.borrow_mut();
        all.insert(std::ptr::from_ref(operand), given);
    }

    pub fn get(&self, name: Symbol) -> Option<Binding> {
        self.find(name, |env, _| env.names.borrow().get(&name).cloned())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sema::ModId;
    use sx_ir::TypeId;

    #[test]
    fn names_are_found_at_every_depth() {
        let symbol = |i: usize| Symbol::intern(&format!("name{i}"));
        let mut chain = vec![Env::root(ModId(0))];
        for i in 0..9000 {
            let next = chain[i].child();
            next.bind(symbol(i), Binding::Type(TypeId(i as u32)));
            chain.push(next);
        }
        let ty = |env: &Env, i: usize| match env.get(symbol(i)) {
            Some(Binding::Type(ty)) => Some(ty.0 as usize),
            _ => None,
        };
        for at in [0, 1, 63, 64, 65, 128, 4095, 4096, 4097, 8191, 8192, 9000] {
            for i in (0..9000).step_by(37).chain([0, 63, 64, 4095, 4096, 8999]) {
                assert_eq!(ty(&chain[at], i), (i < at).then_some(i), "{i} from {at}");
            }
        }
        // What comes in later is seen, and hides what is further out.
        chain[100].bind(symbol(20000), Binding::Type(TypeId(1)));
        assert_eq!(ty(&chain[9000], 20000), Some(1));
        chain[5000].bind(symbol(20000), Binding::Type(TypeId(2)));
        assert_eq!(ty(&chain[9000], 20000), Some(2));
        assert_eq!(ty(&chain[4999], 20000), Some(1));
    }

    #[test]
    fn what_is_introduced_hides_from_afar() {
        let (name, other) = (Symbol::intern("T"), Symbol::intern("U"));
        let mut env = Env::root(ModId(0)).child();
        for n in [name, other] {
            env.bind(n, Binding::Type(TypeId(0)));
        }
        for i in 0..5000 {
            env = env.child();
            if i == 3000 {
                env.introduce(vec![name]);
            }
            assert_eq!(env.get(name).is_some(), i < 3000, "{i}");
            assert!(env.get(other).is_some());
        }
        env.bind(name, Binding::Type(TypeId(1)));
        assert!(matches!(env.get(name), Some(Binding::Type(TypeId(1)))));
    }

    #[test]
    fn fences_are_seen_from_afar() {
        let constant = Symbol::intern("constant");
        let mut env = Env::root(ModId(0)).child();
        env.bind(constant, Binding::Type(TypeId(0)));
        env.note_constant(constant);
        for i in 0..5000 {
            env = env.child();
            env.fence.set(i == 3000);
            assert_eq!(env.is_fenced_off(constant), i >= 3000, "{i}");
            assert!(env.is_local_constant(constant));
        }
    }
}
