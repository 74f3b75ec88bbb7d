//! What is known of parameters from all the calls of a program: values that never vary, and values that nobody reads.

use crate::func::{Callee, Expr, ExprId, FuncId, Function, Linkage, LocalId, StmtKind};
use crate::image::RelocTarget;
use crate::module::{GlobalId, Module, Reachable};
use crate::op::Ty;
use rustc_hash::{FxHashMap, FxHashSet};

/// A value that is the same at each run of the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Known {
    Bits(Ty, u64),
    /// The address of constant data.
    Data(GlobalId, i64),
    Func(FuncId),
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fact {
    /// No call seen yet.
    Nothing,
    Always(Known),
    Varies,
}

#[derive(Clone, Debug)]
struct Param {
    value: Fact,
    read: bool,
}

/// Parameters of the functions that a program reaches.
#[derive(Default, Debug)]
pub struct Parameters {
    by_func: FxHashMap<FuncId, Vec<Param>>,
}

impl Parameters {
    /// Looks at all calls in `reach`, which must be all that `roots` reach.
    pub fn of(module: &Module, roots: &[FuncId], reach: &Reachable) -> Parameters {
        let mut out = Parameters::default();
        let open = called_by_address(module, reach);
        let mut assigned: FxHashMap<FuncId, FxHashSet<LocalId>> = FxHashMap::default();
        for id in &reach.funcs {
            let func = module.func(*id);
            let hidden = func.body.is_none() || func.naked;
            let from_outside = hidden
                || roots.contains(id)
                || open.contains(id)
                || func.linkage != Linkage::Internal;
            let params = module.params_of(*id).len();
            let param = Param {
                value: if from_outside {
                    Fact::Varies
                } else {
                    Fact::Nothing
                },
                read: hidden,
            };
            out.by_func.insert(*id, vec![param; params]);
            assigned.insert(*id, assigned_params(func, params));
        }
        // Where a parameter is handed on unchanged: from (function, index) to (function, index).
        type Place = (FuncId, usize);
        let mut handed: FxHashSet<(Place, Place)> = FxHashSet::default();
        for id in &reach.funcs {
            let func = module.func(*id);
            let Some(body) = &func.body else { continue };
            let params = module.params_of(*id).len();
            let own = &assigned[id];
            let mut reads = vec![0u32; params];
            for expr in &func.exprs {
                if let Expr::Local(local) = expr
                    && let Some(count) = reads.get_mut(local.index())
                {
                    *count += 1;
                }
            }
            body.for_each_stmt(&mut |stmt| {
                let StmtKind::Call(call) = &stmt.kind else {
                    return;
                };
                let Callee::Direct(target) = call.callee else {
                    return;
                };
                for (index, arg) in call.args.iter().enumerate() {
                    let place = (target, index);
                    match *func.expr(*arg) {
                        Expr::Local(local) if local.index() < params && !own.contains(&local) => {
                            reads[local.index()] -= 1;
                            handed.insert(((*id, local.index()), place));
                        }
                        _ => {
                            let value =
                                known(module, func, *arg).map_or(Fact::Varies, Fact::Always);
                            out.meet(place, value);
                        }
                    }
                }
            });
            for (index, count) in reads.into_iter().enumerate() {
                if count > 0
                    && let Some(param) = out.param((*id, index))
                {
                    param.read = true;
                }
            }
        }
        let mut onward: FxHashMap<Place, Vec<Place>> = FxHashMap::default();
        let mut back: FxHashMap<Place, Vec<Place>> = FxHashMap::default();
        for (from, to) in &handed {
            onward.entry(*from).or_default().push(*to);
            back.entry(*to).or_default().push(*from);
        }
        let mut work: Vec<Place> = onward.keys().copied().collect();
        while let Some(from) = work.pop() {
            let Some(value) = out.param(from).map(|p| p.value) else {
                continue;
            };
            for to in onward.get(&from).into_iter().flatten() {
                if out.meet(*to, value) {
                    work.push(*to);
                }
            }
        }
        let mut work: Vec<Place> = back.keys().copied().collect();
        while let Some(to) = work.pop() {
            // What is not in the table is read, as far as anybody knows.
            if !out.param(to).is_none_or(|p| p.read) {
                continue;
            }
            for from in back.get(&to).into_iter().flatten() {
                if let Some(param) = out.param(*from)
                    && !param.read
                {
                    param.read = true;
                    work.push(*from);
                }
            }
        }
        out
    }

    fn param(&mut self, (func, index): (FuncId, usize)) -> Option<&mut Param> {
        self.by_func.get_mut(&func)?.get_mut(index)
    }

    /// Joins another value in; whether that changed anything.
    fn meet(&mut self, place: (FuncId, usize), value: Fact) -> bool {
        let Some(param) = self.param(place) else {
            return false;
        };
        let joined = match (param.value, value) {
            (Fact::Nothing, other) | (other, Fact::Nothing) => other,
            (Fact::Always(a), Fact::Always(b)) if a == b => Fact::Always(a),
            (Fact::Always(_) | Fact::Varies, Fact::Always(_) | Fact::Varies) => Fact::Varies,
        };
        std::mem::replace(&mut param.value, joined) != joined
    }

    /// The value that a parameter has in every call.
    pub fn value(&self, func: FuncId, index: usize) -> Option<Known> {
        match self.by_func.get(&func)?.get(index)?.value {
            Fact::Always(known) => Some(known),
            Fact::Nothing | Fact::Varies => None,
        }
    }

    /// Whether a parameter's value makes a difference.
    pub fn is_read(&self, func: FuncId, index: usize) -> bool {
        let params = self.by_func.get(&func);
        params
            .and_then(|p| p.get(index))
            .is_none_or(|param| param.read)
    }
}

/// The value of an expression that needs no evaluation.
pub fn known(module: &Module, func: &Function, expr: ExprId) -> Option<Known> {
    let data = |id: GlobalId, offset| {
        let global = module.global(id);
        (!global.mutable && global.extern_symbol.is_none()).then_some(Known::Data(id, offset))
    };
    match *func.expr(expr) {
        Expr::Const { ty, bits } => Some(Known::Bits(ty, bits)),
        Expr::FuncAddr(id) => Some(Known::Func(id)),
        Expr::GlobalAddr(id) => data(id, 0),
        Expr::Binary {
            op: crate::op::BinaryOp::PtrAdd,
            a,
            b,
            ..
        } => match (*func.expr(a), *func.expr(b)) {
            (Expr::GlobalAddr(id), Expr::Const { bits, .. }) => data(id, bits as i64),
            _ => None,
        },
        Expr::Binary { .. }
        | Expr::Local(_)
        | Expr::Load { .. }
        | Expr::SlotAddr(_)
        | Expr::Unary { .. }
        | Expr::Convert { .. }
        | Expr::Wrap { .. }
        | Expr::Select { .. }
        | Expr::Check { .. } => None,
    }
}

/// Functions that may be called through their address.
fn called_by_address(module: &Module, reach: &Reachable) -> FxHashSet<FuncId> {
    let mut out = FxHashSet::default();
    for id in &reach.funcs {
        for expr in &module.func(*id).exprs {
            if let Expr::FuncAddr(func) = expr {
                out.insert(*func);
            }
        }
    }
    for id in &reach.globals {
        for reloc in &module.global(*id).init.relocs {
            if let RelocTarget::Func(func) = reloc.target {
                out.insert(func);
            }
        }
    }
    out
}

/// Parameters that the function gives other values.
fn assigned_params(func: &Function, params: usize) -> FxHashSet<LocalId> {
    let mut out = FxHashSet::default();
    if let Some(body) = &func.body {
        body.for_each_stmt(&mut |stmt| {
            out.extend(stmt.kind.defs().into_iter().filter(|l| l.index() < params));
        });
    }
    out
}
