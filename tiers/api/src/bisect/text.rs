//! An operation with the values of its operands, in the notation of IR text.

use sx_ir::{Expr, ExprId, Function, Module};

/// `value` knows those of nodes that are no constants.
pub fn expression(
    module: &Module,
    func: &Function,
    id: ExprId,
    value: impl Fn(ExprId) -> Option<u64>,
) -> String {
    let expr = *func.expr(id);
    let operand = |id: ExprId| match *func.expr(id) {
        Expr::Const { bits, .. } => format!("{bits:#x}"),
        Expr::SlotAddr(slot) => format!("{slot:?}"),
        Expr::GlobalAddr(global) => format!("{global:?} '{}'", module.global(global).name),
        Expr::FuncAddr(func) => format!("{func:?} '{}'", module.func(func).name),
        Expr::Local(_)
        | Expr::Load { .. }
        | Expr::Unary { .. }
        | Expr::Binary { .. }
        | Expr::Convert { .. }
        | Expr::Wrap { .. }
        | Expr::Select { .. }
        | Expr::Check { .. } => value(id).map_or("?".to_owned(), |bits| format!("{bits:#x}")),
    };
    let operands: Vec<String> = expr.operands().into_iter().map(operand).collect();
    let operands = operands.join(", ");
    match expr {
        Expr::Const { ty, bits } => format!("{} {bits:#x}", ty.name()),
        Expr::Local(local) => {
            let name = func.locals[local.index()].name.as_ref();
            name.map_or(format!("{local:?}"), |name| format!("{local:?} '{name}'"))
        }
        Expr::Load { ty, .. } => format!("load.{} {operands}", ty.name()),
        Expr::SlotAddr(slot) => format!("{slot:?}"),
        Expr::GlobalAddr(global) => format!("{global:?}"),
        Expr::FuncAddr(func) => format!("{func:?}"),
        Expr::Unary { op, ty, .. } => format!("{}.{} {operands}", op.name(), ty.name()),
        Expr::Binary { op, ty, .. } => format!("{}.{} {operands}", op.name(), ty.name()),
        Expr::Convert { op, from, to, .. } => {
            format!("{}.{}.{} {operands}", op.name(), from.name(), to.name())
        }
        Expr::Wrap {
            ty, bits, signed, ..
        } => {
            let sign = if signed { "s" } else { "u" };
            format!("wrap.{} {sign}{bits} {operands}", ty.name())
        }
        Expr::Select { ty, .. } => format!("select.{} {operands}", ty.name()),
        Expr::Check { rel, ty, .. } => format!("check.{} {} {operands}", ty.name(), rel.name()),
    }
}
