//! How often locals are read and set.

use crate::func::{Block, Expr, Function};
use crate::module::Module;

#[derive(Clone, Copy, Default)]
pub(super) struct Uses {
    pub reads: u32,
    pub sets: u32,
}

/// Of each local. Parameters, which the caller sets, and named variables, which stay, start with `kept` sets: more than
/// a pass looks for.
pub(super) fn count_uses(module: &Module, func: &Function, body: &Block, kept: u32) -> Vec<Uses> {
    let params = module
        .sigs()
        .get(func.sig.index())
        .map_or(0, |sig| sig.params.len());
    let mut uses = vec![Uses::default(); func.locals.len()];
    for (index, uses) in uses.iter_mut().enumerate() {
        if index < params || func.locals[index].name.is_some() {
            uses.sets = kept;
        }
    }
    body.for_each_stmt(&mut |stmt| {
        for root in stmt.kind.operands() {
            func.for_each_node(root, &mut |_, expr| {
                if let Expr::Local(local) = *expr {
                    uses[local.index()].reads += 1;
                }
            });
        }
        for local in stmt.kind.defs() {
            uses[local.index()].sets += 1;
        }
    });
    uses
}
