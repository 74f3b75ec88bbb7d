//! A `#run` of a body is evaluated once, however often the lowering comes by: it looks at some expressions for their
//! types before it lowers them, and lowers what a `defer` or `onfail` says on each way out of a block.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::TypeId;
use sx_syntax::ast::{self, ExprKind};

use crate::comptime::purpose::Purpose;
use crate::emission::fncx::FnCx;
use crate::emission::value::CtVal;
use crate::metaprogramming::put_trees::Put;
use crate::sema::{Env, Res, Sema};
use crate::statements::errors::strip_parens;

/// An expression where it stands, with the names around it: the same for each time that it is lowered for itself, but
/// another one in each expansion and each round of an `inline for`.
type Place = (*const ast::Expr, *const Env, Option<TypeId>);

/// The `#run`s of a function under way.
#[derive(Default)]
pub struct Runs {
    /// How deep in what is lowered for its type alone.
    pub looking: u32,
    /// Values of what was looked at. The names are kept, so that no others get their address.
    seen: FxHashMap<Place, (Rc<Env>, CtVal)>,
    /// By the names around a `defer` or `onfail`, of which each has its own.
    cleanups: FxHashMap<*const Env, (Rc<Env>, Cleanup)>,
    current: Option<(*const Env, FxHashMap<*const ast::Expr, u32>)>,
    /// What is run for the initial value of a local variable.
    kept: Option<*const ast::Expr>,
    /// The expressions that the `#insert`s lowered last have put.
    put: FxHashMap<*const ast::Expr, Put>,
}

/// Values of a cleanup's `#run`s, with how often each of them was met before on one way through it.
type Cleanup = FxHashMap<(*const ast::Expr, u32), CtVal>;

impl Runs {
    /// A local variable gets this initial value.
    pub fn keep(&mut self, init: &ast::Expr) {
        if let ExprKind::Run(inner) = &strip_parens(init).kind {
            self.kept = Some(std::ptr::from_ref(&**inner));
        }
    }

    pub fn note_put(&mut self, operand: &ast::Expr, put: &Put) {
        self.put.insert(std::ptr::from_ref(operand), put.clone());
    }

    /// What the `#insert` of an operand put where it was last lowered.
    pub fn put_by(&self, operand: &ast::Expr) -> Option<Put> {
        self.put.get(&std::ptr::from_ref(operand)).cloned()
    }

    pub fn enter_cleanup(&mut self, env: &Rc<Env>) {
        let key = Rc::as_ptr(env);
        self.cleanups
            .entry(key)
            .or_insert_with(|| (env.clone(), Cleanup::default()));
        self.current = Some((key, FxHashMap::default()));
    }

    pub fn leave_cleanup(&mut self) {
        self.current = None;
    }

    /// Which one of the cleanup under way is met.
    fn next_of_cleanup(&mut self, expr: *const ast::Expr) -> Option<u32> {
        let (_, met) = self.current.as_mut()?;
        let count = met.entry(expr).or_default();
        *count += 1;
        Some(*count)
    }

    fn cleanup(&mut self) -> Option<&mut Cleanup> {
        let (key, _) = self.current.as_ref()?;
        self.cleanups.get_mut(key).map(|(_, values)| values)
    }
}

impl Sema<'_> {
    /// `run_here` for an expression of the function `cx`.
    pub fn run_once(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Option<CtVal>> {
        let purpose = match cx.runs.kept == Some(std::ptr::from_ref(expr)) {
            true => Purpose::RunKept,
            false => Purpose::RunHere,
        };
        self.run_once_as(cx, expr, want, &purpose)
    }

    pub fn run_once_as(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        purpose: &Purpose,
    ) -> Res<Option<CtVal>> {
        let env = cx.env().clone();
        let place: Place = (expr, Rc::as_ptr(&env), want);
        if let Some((_, val)) = cx.runs.seen.get(&place) {
            return Ok(Some(val.clone()));
        }
        let met = cx.runs.next_of_cleanup(expr);
        let known = met.and_then(|met| cx.runs.cleanup()?.get(&(place.0, met)).cloned());
        let val = match known {
            Some(val) => Some(val),
            None => self.run_here(&env, expr, want, purpose)?,
        };
        let Some(val) = val else { return Ok(None) };
        if let (Some(met), Some(values)) = (met, cx.runs.cleanup()) {
            values.insert((place.0, met), val.clone());
        }
        if cx.runs.looking > 0 {
            cx.runs.seen.insert(place, (env, val.clone()));
        }
        Ok(Some(val))
    }
}
