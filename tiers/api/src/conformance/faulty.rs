//! An engine with a planted fault, for tests of what is to find faults.

use sx_ir::{BinaryOp, Expr, FuncId, Module, Ty};

use crate::{ComptimeEngine, Host, Limits, Outcome, Snapshot};

/// Runs everything in `engine`, except that one operation on one type computes another one.
pub struct Faulty<E> {
    pub engine: E,
    pub ty: Ty,
    pub op: BinaryOp,
    pub instead: BinaryOp,
}

impl<E: ComptimeEngine> ComptimeEngine for Faulty<E> {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let mut module = module.clone();
        for expr in module.funcs.iter_mut().flat_map(|func| &mut func.exprs) {
            if let Expr::Binary { op, ty, .. } = expr
                && (*op, *ty) == (self.op, self.ty)
            {
                *op = self.instead;
            }
        }
        self.engine.start(from, &module, root, args, limits, host)
    }
}
