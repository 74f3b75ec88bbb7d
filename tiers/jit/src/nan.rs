//! Which float locals may hold NaNs whose bits are not canonical.
//!
//! Arithmetic yields the canonical NaN, but making it so costs two instructions. They are saved where the bits can't be
//! seen (operands of arithmetic and comparisons), and put off where a local is computed more often than it is seen.

use crate::bits::Bits;
use smallvec::SmallVec;
use sx_ir::{
    BinaryClass, Block, ConvertOp, Expr, ExprId, Function, LocalId, Stmt, StmtKind, Ty, UnaryOp,
};

pub struct NanPlan {
    /// Locals that take values as arithmetic leaves them.
    pub raw: Bits,
    /// Of these, the ones to be made canonical where they are read and the bits matter.
    pub lazy: Bits,
}

struct Weighed<'a> {
    stmt: &'a Stmt,
    weight: u64,
}

pub fn nan_plan(func: &Function, body: &Block, params: usize) -> NanPlan {
    let count = func.locals.len();
    let none = NanPlan {
        raw: Bits::new(count),
        lazy: Bits::new(count),
    };
    if !func.locals.iter().any(|l| l.ty.is_float()) {
        return none;
    }
    let mut stmts = Vec::new();
    collect(body, 1, &mut stmts);
    let mut lazy = lazy_locals(func, &stmts, params);
    let mut raw = lazy.clone();
    for local in (0..count)
        .map(LocalId::new)
        .filter(|l| func.locals[l.index()].ty.is_float())
    {
        raw.add(local);
    }
    // Take away locals that are seen until nothing changes: `x = y` shows y if x is seen.
    loop {
        let mut next = raw.clone();
        for Weighed { stmt, .. } in &stmts {
            for_each_sensitive_read(func, stmt, &raw, |local| {
                if !lazy.has(local) {
                    next.remove(local);
                }
            });
        }
        if next == raw {
            break;
        }
        raw = next;
    }
    // A lazy local that is never seen needs nothing at its reads.
    let mut seen = Bits::new(count);
    for Weighed { stmt, .. } in &stmts {
        for_each_sensitive_read(func, stmt, &raw, |local| seen.add(local));
    }
    for local in (0..count).map(LocalId::new) {
        if !seen.has(local) {
            lazy.remove(local);
        }
    }
    NanPlan { raw, lazy }
}

fn collect<'a>(block: &'a Block, weight: u64, out: &mut Vec<Weighed<'a>>) {
    for stmt in &block.stmts {
        out.push(Weighed { stmt, weight });
        match &stmt.kind {
            StmtKind::If { then, els, .. } => {
                collect(then, weight, out);
                collect(els, weight, out);
            }
            StmtKind::Block { body, .. } => collect(body, weight, out),
            StmtKind::Loop { body, .. } => collect(body, weight.saturating_mul(8), out),
            StmtKind::Switch { cases, default, .. } => {
                cases
                    .iter()
                    .for_each(|case| collect(&case.body, weight, out));
                collect(default, weight, out);
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::Call(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {}
        }
    }
}

/// Locals with arithmetic results only, so that making them canonical late is the same, and more of it than reads.
fn lazy_locals(func: &Function, stmts: &[Weighed], params: usize) -> Bits {
    let mut lazy = Bits::new(func.locals.len());
    let mut gain = vec![0i64; func.locals.len()];
    let none = Bits::new(func.locals.len());
    for (i, local) in func.locals.iter().enumerate().skip(params) {
        if local.ty.is_float() {
            lazy.add(LocalId::new(i));
        }
    }
    for Weighed { stmt, weight } in stmts {
        let weight = *weight as i64;
        match &stmt.kind {
            StmtKind::Set { local, value } if is_computed(func, *value) => {
                if matches!(func.expr(*value), Expr::Binary { .. } | Expr::Unary { .. }) {
                    gain[local.index()] = gain[local.index()].saturating_add(weight);
                }
            }
            kind => kind.for_each_def(|def| lazy.remove(def)),
        }
        for_each_sensitive_read(func, stmt, &none, |local| {
            gain[local.index()] = gain[local.index()].saturating_sub(weight);
        });
    }
    for (i, gain) in gain.into_iter().enumerate() {
        if gain <= 0 {
            lazy.remove(LocalId::new(i));
        }
    }
    lazy
}

/// Whether a NaN that the expression yields is the canonical one, made so by its topmost operation.
fn is_computed(func: &Function, value: ExprId) -> bool {
    match *func.expr(value) {
        Expr::Binary { op, .. } => op.class() == BinaryClass::Float,
        Expr::Unary { op, .. } => op != UnaryOp::FNeg,
        Expr::Convert { op, .. } => {
            matches!(op, ConvertOp::SToF | ConvertOp::UToF | ConvertOp::FCvt)
        }
        Expr::Const { ty: Ty::F64, bits } => !f64::from_bits(bits).is_nan(),
        Expr::Const { ty: Ty::F32, bits } => !f32::from_bits(bits as u32).is_nan(),
        Expr::Const { .. }
        | Expr::Local(_)
        | Expr::Load { .. }
        | Expr::SlotAddr(_)
        | Expr::GlobalAddr(_)
        | Expr::FuncAddr(_)
        | Expr::Wrap { .. }
        | Expr::Select { .. }
        | Expr::Check { .. } => false,
    }
}

/// Calls `f` for each read of a float local in the statement's own expressions where the bits of a NaN matter; those
/// that go into one of `raw` don't.
fn for_each_sensitive_read(func: &Function, stmt: &Stmt, raw: &Bits, mut f: impl FnMut(LocalId)) {
    let top = match &stmt.kind {
        StmtKind::Set { local, .. } => raw.has(*local),
        StmtKind::Eval(_) => true,
        StmtKind::Store { .. }
        | StmtKind::Copy { .. }
        | StmtKind::Fill { .. }
        | StmtKind::Call(_)
        | StmtKind::If { .. }
        | StmtKind::Block { .. }
        | StmtKind::Loop { .. }
        | StmtKind::Switch { .. }
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Return(_)
        | StmtKind::Trap(_)
        | StmtKind::AtomicLoad { .. }
        | StmtKind::AtomicStore { .. }
        | StmtKind::AtomicRmw { .. }
        | StmtKind::AtomicCmpxchg { .. }
        | StmtKind::Fence(_) => false,
    };
    stmt.kind.for_each_operand(|root| {
        let mut todo: SmallVec<[(ExprId, bool); 8]> = SmallVec::new();
        todo.push((root, top));
        while let Some((id, insensitive)) = todo.pop() {
            let expr = func.expr(id);
            if let Expr::Local(local) = expr
                && !insensitive
                && func.locals[local.index()].ty.is_float()
            {
                f(*local);
            }
            expr.for_each_operand(|operand| todo.push((operand, operand_raw(expr, insensitive))));
        }
    });
}

/// Whether the NaN bits of float operands of `expr` don't matter, given whether those of its own value don't.
fn operand_raw(expr: &Expr, own: bool) -> bool {
    match expr {
        Expr::Binary { .. } => true,
        Expr::Unary { op, .. } => match op {
            UnaryOp::FNeg => own,
            UnaryOp::FSqrt | UnaryOp::FFloor | UnaryOp::FSin | UnaryOp::FCos => true,
        },
        Expr::Convert { op, .. } => match op {
            ConvertOp::FToS | ConvertOp::FToU | ConvertOp::FCvt => true,
            ConvertOp::Trunc
            | ConvertOp::SExt
            | ConvertOp::ZExt
            | ConvertOp::SToF
            | ConvertOp::UToF
            | ConvertOp::BitsOf
            | ConvertOp::FromBits
            | ConvertOp::PToI
            | ConvertOp::IToP => false,
        },
        Expr::Select { .. } => own,
        Expr::Const { .. }
        | Expr::Local(_)
        | Expr::Load { .. }
        | Expr::SlotAddr(_)
        | Expr::GlobalAddr(_)
        | Expr::FuncAddr(_)
        | Expr::Wrap { .. }
        | Expr::Check { .. } => false,
    }
}
