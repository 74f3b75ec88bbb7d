//! What is written once and lowered often: what a `defer` or `onfail` says on each way out of a block, the default of a
//! field for each literal. An `#insert` in it is evaluated once (reference part 4 §3).

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{FuncId, TypeId};
use sx_syntax::ast;

use crate::metaprogramming::insertion::Inserted;
use crate::sema::{Env, Sema};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// By the names around it, of which each has its own.
    Cleanup(*const Env),
    FieldDefault(*const ast::Expr, TypeId),
}

/// An `#insert` there, with how often it was met before on one way through it.
type Place = (Written, *const ast::Expr, u32);

#[derive(Default)]
pub struct Repeated {
    current: Option<Way>,
    given: FxHashMap<Place, Inserted>,
    /// Kept, so that no others get their address.
    names: FxHashMap<*const Env, Rc<Env>>,
}

/// One way through it.
struct Way {
    through: Written,
    /// The function that is being lowered; others may come in between.
    func: Option<FuncId>,
    met: FxHashMap<*const ast::Expr, u32>,
}

impl Repeated {
    pub fn place(&mut self, func: Option<FuncId>, operand: &ast::Expr) -> Option<Place> {
        let way = self.current.as_mut().filter(|way| way.func == func)?;
        let operand = std::ptr::from_ref(operand);
        let met = way.met.entry(operand).or_default();
        *met += 1;
        Some((way.through, operand, *met))
    }

    pub fn given(&self, place: &Place) -> Option<Inserted> {
        self.given.get(place).cloned()
    }

    pub fn note(&mut self, place: Place, given: &Inserted) {
        self.given.insert(place, given.clone());
    }
}

impl Sema<'_> {
    /// Lowers a cleanup with these names around it.
    pub fn through_cleanup<T>(&mut self, env: &Rc<Env>, f: impl FnOnce(&mut Self) -> T) -> T {
        let key = Rc::as_ptr(env);
        self.caches.meta.repeated.names.insert(key, env.clone());
        self.through(Written::Cleanup(key), f)
    }

    /// Lowers something that may be lowered again.
    pub fn through<T>(&mut self, written: Written, f: impl FnOnce(&mut Self) -> T) -> T {
        let way = Way {
            through: written,
            func: self.current_func.last().copied().flatten(),
            met: FxHashMap::default(),
        };
        let outer = self.caches.meta.repeated.current.replace(way);
        let done = f(self);
        self.caches.meta.repeated.current = outer;
        done
    }
}
