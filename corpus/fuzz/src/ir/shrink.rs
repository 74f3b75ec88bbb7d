//! Makes a program with a fault small: statements go, or what they hold takes their place, and parts of expressions become
//! zero, as long as what is left is verified and has the fault.

use std::time::{Duration, Instant};

use sx_ir::{Block, Expr, ExprId, Function, Module};

use super::{Ir, judge, native};
use crate::judge::Fault;
use crate::worker::BOTH_LEVELS;

/// Longest time for one program.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is wrong with a program, natively or in engines.
pub fn fault_of(ir: &Ir, natively: bool) -> Option<Fault> {
    match natively {
        false => judge::judge(ir).err(),
        true => native::judge(std::slice::from_ref(ir), &BOTH_LEVELS).err(),
    }
}

/// A small program with the same fault.
pub fn shrink(ir: &Ir, fault: &Fault) -> Ir {
    let natively = fault.signature.contains("native");
    shrunk(ir, &|ir| {
        fault_of(ir, natively).is_some_and(|found| found.signature == fault.signature)
    })
}

fn shrunk(ir: &Ir, is_wrong: &dyn Fn(&Ir) -> bool) -> Ir {
    let deadline = Instant::now() + PATIENCE;
    let mut best = ir.clone();
    if !is_wrong(&best) {
        return best;
    }
    loop {
        let mut smaller = false;
        for index in 0..best.module.funcs.len() {
            for change in [drop_statement, open_statement, zero_expression] {
                // From the end: what stands there is used by nothing behind it.
                let mut at = pieces(&best.module.funcs[index]);
                while at > 0 {
                    at -= 1;
                    if Instant::now() > deadline {
                        return best;
                    }
                    let mut candidate = best.clone();
                    if change(&mut candidate.module, index, at)
                        && sx_ir::verify::verify(&candidate.module).is_ok()
                        && is_wrong(&candidate)
                    {
                        best = candidate;
                        smaller = true;
                    }
                }
            }
        }
        if !smaller {
            return best;
        }
    }
}

/// More than there are statements, or expressions.
fn pieces(func: &Function) -> usize {
    let mut statements = 0;
    if let Some(body) = &func.body {
        body.for_each_stmt(&mut |_| statements += 1);
    }
    statements.max(func.exprs.len())
}

fn drop_statement(module: &mut Module, func: usize, at: usize) -> bool {
    let drop = |block: &mut Block, index: usize| {
        block.stmts.remove(index);
        true
    };
    change_statement(module, func, at, &drop)
}

/// What a statement holds takes its place.
fn open_statement(module: &mut Module, func: usize, at: usize) -> bool {
    let open = |block: &mut Block, index: usize| {
        let inside = block.stmts[index].kind.blocks_mut().into_iter();
        let inside: Vec<_> = inside
            .flat_map(|block| std::mem::take(&mut block.stmts))
            .collect();
        let any = !inside.is_empty();
        block.stmts.splice(index..=index, inside);
        any
    };
    change_statement(module, func, at, &open)
}

fn change_statement(
    module: &mut Module,
    func: usize,
    at: usize,
    change: &dyn Fn(&mut Block, usize) -> bool,
) -> bool {
    let Some(body) = &mut module.funcs[func].body else {
        return false;
    };
    let mut left = at;
    change_in(body, &mut left, change).unwrap_or(false)
}

/// Changes a statement of a block, counted with those inside of others: whether it can be. `None` if there are fewer.
fn change_in(
    block: &mut Block,
    left: &mut usize,
    change: &dyn Fn(&mut Block, usize) -> bool,
) -> Option<bool> {
    for index in 0..block.stmts.len() {
        if *left == 0 {
            return Some(change(block, index));
        }
        *left -= 1;
        let mut inside = block.stmts[index].kind.blocks_mut().into_iter();
        let found = inside.find_map(|block| change_in(block, left, change));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn zero_expression(module: &mut Module, func: usize, at: usize) -> bool {
    let func = &mut module.funcs[func];
    if at >= func.exprs.len() {
        return false;
    }
    let id = ExprId::new(at);
    if let Expr::Const { .. } = func.expr(id) {
        return false;
    }
    let ty = func.expr_ty(id);
    func.exprs[at] = Expr::Const { ty, bits: 0 };
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use sx_ir::StmtKind;

    #[test]
    fn what_does_not_matter_goes() {
        // A program that calls the host.
        let calls = |ir: &Ir| {
            let mut found = false;
            if let Some(body) = &ir.module.func(ir.root).body {
                body.for_each_stmt(&mut |stmt| found |= matches!(stmt.kind, StmtKind::Call(_)));
            }
            found
        };
        let ir = (0..).map(Ir::closed).find(|ir| calls(ir));
        let ir = ir.unwrap_or_else(|| Ir::closed(0));
        let small = shrunk(&ir, &calls);
        let mut left = 0;
        if let Some(body) = &small.module.func(small.root).body {
            body.for_each_stmt(&mut |_| left += 1);
        }
        // The call and the return.
        assert!(calls(&small) && left <= 3, "{}", small.text());
    }
}
