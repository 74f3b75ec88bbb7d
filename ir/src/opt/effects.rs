//! What evaluating an expression can do besides yielding a value, and which object an address lies in.

use crate::func::{Block, Callee, Expr, ExprId, Function, LocalId, SlotId, StmtKind};
use crate::module::{GlobalId, Module};
use crate::op::{BinaryClass, BinaryOp, Ty};

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Effects {
    pub traps: bool,
    /// Reads memory, so that it can't move over a store.
    pub reads: bool,
}

/// Effects of the whole tree.
pub fn effects(module: &Module, func: &Function, root: ExprId) -> Effects {
    let mut out = Effects::default();
    func.for_each_node(root, &mut |_, expr| match *expr {
        Expr::Const { .. }
        | Expr::Local(_)
        | Expr::SlotAddr(_)
        | Expr::GlobalAddr(_)
        | Expr::FuncAddr(_)
        | Expr::Unary { .. }
        | Expr::Convert { .. }
        | Expr::Wrap { .. }
        | Expr::Select { .. } => {}
        Expr::Load { ty, addr } => {
            out.reads = true;
            let size = ty.size(module.target.pointer_size);
            let safe = address_of(func, addr)
                .is_some_and(|(base, at)| in_object(module, func, base, at, size));
            out.traps |= !safe;
        }
        Expr::Binary { op, b, .. } => {
            if op.can_trap() && !matches!(func.expr(b), Expr::Const { bits, .. } if *bits != 0) {
                out.traps = true;
            }
        }
        Expr::Check { .. } => out.traps = true,
    });
    out
}

/// What an address is relative to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Base {
    Slot(SlotId),
    Global(GlobalId),
    Local(LocalId),
}

/// The address as a base and a constant byte offset, if it has that form. Folded addresses have one addition at most.
pub fn address_of(func: &Function, addr: ExprId) -> Option<(Base, i64)> {
    let (base, offset) = match *func.expr(addr) {
        Expr::Binary {
            op: crate::op::BinaryOp::PtrAdd,
            a,
            b,
            ..
        } => match *func.expr(b) {
            Expr::Const { bits, .. } => (a, bits as i64),
            _ => return None,
        },
        _ => (addr, 0),
    };
    let base = match *func.expr(base) {
        Expr::SlotAddr(slot) => Base::Slot(slot),
        Expr::GlobalAddr(global) => Base::Global(global),
        Expr::Local(local) => Base::Local(local),
        _ => return None,
    };
    // Far offsets may wrap around; nobody writes them.
    (offset.unsigned_abs() < 1 << 30).then_some((base, offset))
}

/// Whether `size` bytes at `offset` are inside an object that is certain to be there.
pub(super) fn in_object(
    module: &Module,
    func: &Function,
    base: Base,
    offset: i64,
    size: u64,
) -> bool {
    let object = match base {
        Base::Slot(slot) => func.slots[slot.index()].size,
        Base::Global(global) => match module.globals.get(global.index()) {
            Some(global) if global.extern_symbol.is_none() => global.size,
            _ => return false,
        },
        Base::Local(_) => return false,
    };
    u64::try_from(offset)
        .is_ok_and(|offset| offset.checked_add(size).is_some_and(|end| end <= object))
}

/// Whether the end of the block is certainly not reached, judged by its last statement.
pub(super) fn terminates(module: &Module, block: &Block) -> bool {
    block
        .stmts
        .last()
        .is_some_and(|stmt| stmt_terminates(module, &stmt.kind))
}

pub(super) fn stmt_terminates(module: &Module, kind: &StmtKind) -> bool {
    match kind {
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) | StmtKind::Trap(_) => {
            true
        }
        StmtKind::If { then, els, .. } => terminates(module, then) && terminates(module, els),
        StmtKind::Switch { cases, default, .. } => {
            terminates(module, default) && cases.iter().all(|case| terminates(module, &case.body))
        }
        StmtKind::Call(call) => {
            let sig = match call.callee {
                Callee::Direct(target) => module.funcs.get(target.index()).map(|target| target.sig),
                Callee::Indirect { sig, .. } => Some(sig),
            };
            sig.is_some_and(|sig| {
                module
                    .sigs()
                    .get(sig.index())
                    .is_some_and(|sig| sig.noreturn)
            })
        }
        StmtKind::Set { .. }
        | StmtKind::Store { .. }
        | StmtKind::Copy { .. }
        | StmtKind::Fill { .. }
        | StmtKind::Eval(_)
        | StmtKind::Block { .. }
        | StmtKind::Loop { .. }
        | StmtKind::AtomicLoad { .. }
        | StmtKind::AtomicStore { .. }
        | StmtKind::AtomicRmw { .. }
        | StmtKind::AtomicCmpxchg { .. }
        | StmtKind::Fence(_) => false,
    }
}

/// The bits of a constant node.
pub(super) fn constant(func: &Function, id: ExprId) -> Option<u64> {
    match *func.expr(id) {
        Expr::Const { bits, .. } => Some(bits),
        _ => None,
    }
}

/// A new integer constant at the position of `near`.
pub(super) fn add_const(func: &mut Function, ty: Ty, bits: u64, near: ExprId) -> ExprId {
    let loc = func.expr_locs[near.index()];
    func.add_expr(Expr::Const { ty, bits }, loc)
}

/// Whether a value is 0 or 1, given which locals only ever hold these.
pub fn is_flag(func: &Function, id: ExprId, local_is: &dyn Fn(LocalId) -> bool) -> bool {
    match *func.expr(id) {
        Expr::Const { bits, .. } => bits <= 1,
        Expr::Local(local) => local_is(local),
        Expr::Binary { op, a, b, .. } => match op.class() {
            BinaryClass::IntCmp | BinaryClass::FloatCmp => true,
            BinaryClass::Int => {
                matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor)
                    && is_flag(func, a, local_is)
                    && is_flag(func, b, local_is)
            }
            BinaryClass::Shift | BinaryClass::Float | BinaryClass::Address => false,
        },
        Expr::Load { .. }
        | Expr::SlotAddr(_)
        | Expr::GlobalAddr(_)
        | Expr::FuncAddr(_)
        | Expr::Unary { .. }
        | Expr::Convert { .. }
        | Expr::Wrap { .. }
        | Expr::Select { .. }
        | Expr::Check { .. } => false,
    }
}
