//! Optimisation that helps every tier, done once, before any of them sees the IR.
//!
//! Each pass keeps what a program computes, which trap ends it and in what order effects happen; each can be turned
//! off. Passes take time linear in the size of the function (times the nesting of its loops).
//!
//! One liberty: a small `copy` that turns into loads or stores of scalars reports a bad address with the size of the
//! scalar, not that of the whole copy.
//!
//! Functions that refer to each other should be optimised together, or callees before callers: what is inlined into a
//! function depends on the callee's form at that time.

pub mod arguments;
mod compact;
mod conditions;
mod dce;
mod effects;
mod fold;
mod forward;
mod inline;
mod liveness;
mod merge;
mod ranges;
mod sroa;
mod uses;

use rayon::prelude::*;

use crate::func::{FuncId, Function, Linkage, LocId, SigId};
use crate::module::Module;

pub use effects::{Base, Effects, address_of, effects, is_flag};

/// Times that conditions are looked at.
const MOST_CONDITIONS: usize = 3;

/// Which passes run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PassOptions {
    /// Constant folding and algebraic identities.
    pub fold: bool,
    /// Slots into locals.
    pub sroa: bool,
    /// Copies, constants and stored values to where they are read.
    pub forward: bool,
    /// Dead code.
    pub dce: bool,
    /// Checks that can't fail.
    pub ranges: bool,
    /// Truths of `and` and `or` that locals keep.
    pub conditions: bool,
    /// Values read once to where they are read.
    pub merge: bool,
    /// Small leaf functions into their callers.
    pub inline: bool,
    /// Unused nodes, locals, slots and labels are dropped, the rest renumbered.
    pub compact: bool,
    /// Largest callee that is inlined, in nodes and statements.
    pub inline_size: u32,
}

impl PassOptions {
    pub const NONE: PassOptions = PassOptions {
        fold: false,
        sroa: false,
        forward: false,
        dce: false,
        ranges: false,
        conditions: false,
        merge: false,
        inline: false,
        compact: false,
        inline_size: 40,
    };
    pub const ALL: PassOptions = PassOptions {
        fold: true,
        sroa: true,
        forward: true,
        dce: true,
        ranges: true,
        conditions: true,
        merge: true,
        inline: true,
        compact: true,
        inline_size: 70,
    };
}

impl Default for PassOptions {
    fn default() -> PassOptions {
        PassOptions::ALL
    }
}

/// Optimises `funcs`. Functions without a body are left alone.
pub fn optimise(module: &mut Module, funcs: &[FuncId], options: PassOptions) {
    for id in funcs {
        optimise_func(module, *id, options);
    }
    inline(module, funcs, options);
}

/// [`optimise_func`] for many functions with the threads of rayon's pool, to the same result: the passes see nothing of
/// other functions but their signatures.
pub fn optimise_on_threads(module: &mut Module, funcs: &[FuncId], options: PassOptions) {
    let mut taken: Vec<(FuncId, Function)> = Vec::with_capacity(funcs.len());
    for id in funcs {
        if let Some(place) = module.funcs.get_mut(id.index())
            && place.body.is_some()
        {
            let sig = place.sig;
            taken.push((*id, std::mem::replace(place, placeholder(sig))));
        }
    }
    let shared: &Module = module;
    taken
        .par_iter_mut()
        .for_each(|(_, func)| run_passes(shared, func, options));
    for (id, func) in taken {
        module.funcs[id.index()] = func;
    }
}

/// The last part of [`optimise`], for functions that have been through the other passes.
pub fn inline(module: &mut Module, funcs: &[FuncId], options: PassOptions) {
    if options.inline {
        for id in inline::bottom_up(module, funcs) {
            if inline::inline_calls(module, id, options.inline_size) {
                optimise_func(module, id, options);
            }
        }
    }
}

/// All passes but inlining, on one function.
pub fn optimise_func(module: &mut Module, id: FuncId, options: PassOptions) {
    with_func(module, id, |module, func| run_passes(module, func, options));
}

fn run_passes(module: &Module, func: &mut Function, options: PassOptions) {
    if options.fold {
        fold::run(module, func);
    }
    if options.sroa {
        // Addresses of slots reach their loads and stores first.
        if options.forward {
            forward::run(module, func, options.fold);
        }
        sroa::run(module, func);
    }
    clean(module, func, options);
    if options.conditions {
        // One that goes may let values and checks through, and with them the next.
        for _ in 0..MOST_CONDITIONS {
            if !conditions::run(module, func) {
                break;
            }
            clean(module, func, options);
        }
    }
    if options.merge {
        merge::run(module, func);
    }
    if options.compact {
        let params = module
            .sigs()
            .get(func.sig.index())
            .map_or(0, |sig| sig.params.len());
        compact::run(func, params);
    }
}

/// What other passes leave behind.
fn clean(module: &Module, func: &mut Function, options: PassOptions) {
    if options.forward {
        forward::run(module, func, options.fold);
    }
    if options.ranges {
        ranges::run(module, func);
    }
    if options.dce {
        // What is never read goes first: loops keep what only they themselves read.
        dce::run(module, func);
        liveness::run(module, func);
    }
}

/// Takes the function out of the module while `change` works on it; does nothing if it has no body.
fn with_func(module: &mut Module, id: FuncId, change: impl FnOnce(&Module, &mut Function)) {
    let Some(place) = module.funcs.get_mut(id.index()) else {
        return;
    };
    if place.body.is_none() {
        return;
    }
    // What others see of it meanwhile is its signature.
    let sig = place.sig;
    let mut func = std::mem::replace(place, placeholder(sig));
    change(module, &mut func);
    module.funcs[id.index()] = func;
}

fn placeholder(sig: SigId) -> Function {
    Function::new(String::new(), Linkage::Internal, sig, &[], LocId(0))
}
