//! Constant folding and algebraic identities. What can trap stays, unless it certainly does not.

use super::effects::{constant, effects};
use crate::func::{Block, Expr, ExprId, Function, StmtKind};
use crate::module::Module;
use crate::op::{BinaryClass, BinaryOp, ConvertOp, Ty};
use crate::semantics::{self, width, zext_from};

pub(super) fn run(module: &Module, func: &mut Function) {
    if let Some(mut body) = func.body.take() {
        block(module, func, &mut body);
        func.body = Some(body);
    }
}

fn block(module: &Module, func: &mut Function, block_: &mut Block) {
    let mut out = Vec::with_capacity(block_.stmts.len());
    for mut stmt in std::mem::take(&mut block_.stmts) {
        stmt.kind.map_operands(|root| fold_expr(module, func, root));
        if let Some(mut taken) = taken_branch(func, &mut stmt.kind) {
            block(module, func, &mut taken);
            out.append(&mut taken.stmts);
            continue;
        }
        for inner in stmt.kind.blocks_mut() {
            block(module, func, inner);
        }
        out.push(stmt);
    }
    block_.stmts = out;
}

/// The only block that can run, taken out of an `if` or `switch` over a constant.
pub(super) fn taken_branch(func: &Function, kind: &mut StmtKind) -> Option<Block> {
    match kind {
        StmtKind::If { cond, then, els } => {
            let taken = if constant(func, *cond)? != 0 {
                then
            } else {
                els
            };
            Some(std::mem::take(taken))
        }
        StmtKind::Switch {
            value,
            cases,
            default,
            ..
        } => {
            let value = constant(func, *value)?;
            let taken = match cases.iter_mut().find(|case| case.values.contains(&value)) {
                Some(case) => &mut case.body,
                None => default,
            };
            Some(std::mem::take(taken))
        }
        _ => None,
    }
}

/// Folds a tree; the result may be another node of it.
pub(super) fn fold_expr(module: &Module, func: &mut Function, id: ExprId) -> ExprId {
    let expr = *func.expr(id);
    let expr = expr.map_operands(|operand| fold_expr(module, func, operand));
    func.exprs[id.index()] = expr;
    simplify(module, func, id)
}

/// What a node turns out to be.
enum Step {
    Same,
    /// Another expression, which may simplify further.
    Now(Expr),
    /// One of its operands.
    Use(ExprId),
}

/// Simplifies one node whose operands are folded.
pub(super) fn simplify(module: &Module, func: &mut Function, id: ExprId) -> ExprId {
    loop {
        let step = match *func.expr(id) {
            Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_) => Step::Same,
            Expr::Unary { op, ty, a } => match constant(func, a) {
                Some(a) => Step::Now(Expr::Const {
                    ty,
                    bits: semantics::unary(op, ty, a),
                }),
                None => Step::Same,
            },
            Expr::Binary { op, ty, a, b } => binary(module, func, op, ty, a, b),
            Expr::Convert { op, from, to, a } => convert(module, func, op, from, to, a),
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => wrap(func, ty, bits, signed, a),
            Expr::Select { cond, a, b, .. } => match constant(func, cond) {
                Some(0) if !effects(module, func, a).traps => Step::Use(b),
                Some(0) | None => Step::Same,
                Some(_) if !effects(module, func, b).traps => Step::Use(a),
                Some(_) => Step::Same,
            },
            Expr::Check { rel, a, b, .. } => match (constant(func, a), constant(func, b)) {
                (Some(x), Some(y)) if rel.holds(x, y) => Step::Use(a),
                (None, Some(y)) if rel == crate::op::CheckRel::Below && most(func, a) < y => {
                    Step::Use(a)
                }
                _ => Step::Same,
            },
        };
        match step {
            Step::Same => return id,
            Step::Now(expr) => func.exprs[id.index()] = expr,
            Step::Use(operand) => return operand,
        }
    }
}

/// Largest pattern the node can yield, as far as its own form says.
fn most(func: &Function, id: ExprId) -> u64 {
    match *func.expr(id) {
        Expr::Const { bits, .. } => bits,
        Expr::Binary { op, .. }
            if matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp) =>
        {
            1
        }
        Expr::Binary {
            op: BinaryOp::And,
            b,
            ..
        } => constant(func, b).unwrap_or(u64::MAX),
        Expr::Binary {
            op: BinaryOp::RemU,
            b,
            ..
        } => match constant(func, b) {
            Some(divisor) if divisor > 0 => divisor - 1,
            Some(_) | None => u64::MAX,
        },
        Expr::Wrap {
            bits,
            signed: false,
            ..
        } => zext_from(u64::MAX, u32::from(bits)),
        Expr::Convert {
            op: ConvertOp::ZExt,
            from,
            ..
        } => zext_from(u64::MAX, from.int_bits().unwrap_or(64)),
        _ => u64::MAX,
    }
}

fn is_flag(func: &Function, id: ExprId) -> bool {
    match *func.expr(id) {
        Expr::Binary {
            op: BinaryOp::And | BinaryOp::Or,
            a,
            b,
            ..
        } => is_flag(func, a) && is_flag(func, b),
        Expr::Binary { op, .. } => {
            matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp)
        }
        _ => false,
    }
}

/// `low <= x and x <= high` as one comparison of the distance from the lowest value.
fn in_range(module: &Module, func: &mut Function, a: ExprId, b: ExprId) -> Option<Expr> {
    let bound = |id: ExprId| match *func.expr(id) {
        Expr::Binary { op, ty, a, b } => {
            let bits = ty.int_bits()?;
            let bound = constant(func, b)?;
            let most = zext_from(u64::MAX, bits);
            let (signed, lower, bound) = match op {
                BinaryOp::GeU => (false, true, bound),
                BinaryOp::GtU => (false, true, bound.checked_add(1).filter(|b| *b <= most)?),
                BinaryOp::LeU => (false, false, bound),
                BinaryOp::LtU => (false, false, bound.checked_sub(1)?),
                BinaryOp::GeS => (true, true, bound),
                BinaryOp::LeS => (true, false, bound),
                BinaryOp::GtS if bound != most >> 1 => {
                    (true, true, zext_from(bound.wrapping_add(1), bits))
                }
                BinaryOp::LtS if bound != (most >> 1) + 1 => {
                    (true, false, zext_from(bound.wrapping_sub(1), bits))
                }
                _ => return None,
            };
            Some((a, ty, bits, signed, lower, bound))
        }
        _ => None,
    };
    let (x, ty, bits, signed, lower, first) = bound(a)?;
    let (y, other, _, other_signed, other_lower, second) = bound(b)?;
    if ty != other || signed != other_signed || lower == other_lower || !same(func, x, y) {
        return None;
    }
    let (low, high) = if lower {
        (first, second)
    } else {
        (second, first)
    };
    let order = |bound: u64| {
        if signed {
            semantics::sext_from(bound, bits)
        } else {
            bound as i64 ^ i64::MIN
        }
    };
    let effects = effects(module, func, x);
    if order(low) > order(high) || effects.traps || effects.reads {
        return None;
    }
    let constant = |func: &mut Function, bits| super::effects::add_const(func, ty, bits, a);
    let negated = constant(func, zext_from(low.wrapping_neg(), bits));
    let span = constant(func, zext_from(high.wrapping_sub(low), bits));
    let loc = func.expr_locs[a.index()];
    let distance = Expr::Binary {
        op: BinaryOp::Add,
        ty,
        a: x,
        b: negated,
    };
    let distance = func.add_expr(distance, loc);
    let distance = simplify(module, func, distance);
    Some(Expr::Binary {
        op: BinaryOp::LeU,
        ty,
        a: distance,
        b: span,
    })
}

/// Whether two trees are the same.
fn same(func: &Function, a: ExprId, b: ExprId) -> bool {
    let (x, y) = (*func.expr(a), *func.expr(b));
    let (first, second) = (x.operands(), y.operands());
    let shape = |expr: Expr| expr.map_operands(|_| ExprId(0));
    shape(x) == shape(y)
        && first.len() == second.len()
        && first.iter().zip(&second).all(|(a, b)| same(func, *a, *b))
}

/// The comparison that holds exactly if `op` does not.
fn inverse(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::LtS => BinaryOp::GeS,
        BinaryOp::GeS => BinaryOp::LtS,
        BinaryOp::LtU => BinaryOp::GeU,
        BinaryOp::GeU => BinaryOp::LtU,
        BinaryOp::GtS => BinaryOp::LeS,
        BinaryOp::LeS => BinaryOp::GtS,
        BinaryOp::GtU => BinaryOp::LeU,
        BinaryOp::LeU => BinaryOp::GtU,
        BinaryOp::FEq => BinaryOp::FNe,
        BinaryOp::FNe => BinaryOp::FEq,
        // The inverse of an ordered comparison is unordered; arithmetic has none.
        _ => return None,
    })
}

/// The operation that gives the same with its operands exchanged.
fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Add
        | BinaryOp::Mul
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Xor
        | BinaryOp::Eq
        | BinaryOp::Ne => op,
        BinaryOp::LtS => BinaryOp::GtS,
        BinaryOp::GtS => BinaryOp::LtS,
        BinaryOp::LtU => BinaryOp::GtU,
        BinaryOp::GtU => BinaryOp::LtU,
        BinaryOp::LeS => BinaryOp::GeS,
        BinaryOp::GeS => BinaryOp::LeS,
        BinaryOp::LeU => BinaryOp::GeU,
        BinaryOp::GeU => BinaryOp::LeU,
        _ => return None,
    })
}

fn binary(
    module: &Module,
    func: &mut Function,
    op: BinaryOp,
    ty: Ty,
    a: ExprId,
    b: ExprId,
) -> Step {
    let pointer_size = module.target.pointer_size;
    if op == BinaryOp::And
        && let Some(test) = in_range(module, func, a, b)
    {
        return Step::Now(test);
    }
    let ca = constant(func, a);
    let Some(y) = constant(func, b) else {
        // Constants go to the right; they have no effects, so the order of evaluation does not show.
        return match (ca, mirrored(op)) {
            (Some(_), Some(op)) => Step::Now(Expr::Binary { op, ty, a: b, b: a }),
            _ => Step::Same,
        };
    };
    if let Some(x) = ca {
        return match semantics::binary(op, ty, x, y, pointer_size) {
            Ok(bits) => Step::Now(Expr::Const {
                ty: op.result(ty),
                bits,
            }),
            Err(_) => Step::Same,
        };
    }
    if ty.is_float() {
        return Step::Same;
    }
    let bits = width(ty, pointer_size);
    let ones = zext_from(u64::MAX, bits);
    let zero_if_pure = |func: &Function| {
        if effects(module, func, a).traps {
            Step::Same
        } else {
            Step::Now(Expr::Const { ty, bits: 0 })
        }
    };
    match op {
        BinaryOp::Add | BinaryOp::Or | BinaryOp::Xor | BinaryOp::PtrAdd if y == 0 => Step::Use(a),
        BinaryOp::Shl | BinaryOp::ShrS | BinaryOp::ShrU if y.is_multiple_of(u64::from(bits)) => {
            Step::Use(a)
        }
        BinaryOp::Sub => {
            let negated = zext_from(y.wrapping_neg(), bits);
            func.exprs[b.index()] = Expr::Const { ty, bits: negated };
            Step::Now(Expr::Binary {
                op: BinaryOp::Add,
                ty,
                a,
                b,
            })
        }
        BinaryOp::Add | BinaryOp::PtrAdd => match *func.expr(a) {
            Expr::Binary {
                op: inner,
                ty: _,
                a: x,
                b: c,
            } if inner == op => match constant(func, c) {
                Some(first) => {
                    let by = op.second_operand(ty);
                    let sum = zext_from(first.wrapping_add(y), width(by, pointer_size));
                    func.exprs[b.index()] = Expr::Const { ty: by, bits: sum };
                    Step::Now(Expr::Binary { op, ty, a: x, b })
                }
                None => Step::Same,
            },
            _ => Step::Same,
        },
        BinaryOp::Mul | BinaryOp::DivS | BinaryOp::DivU if y == 1 => Step::Use(a),
        BinaryOp::Mul | BinaryOp::And if y == 0 => zero_if_pure(func),
        BinaryOp::RemS | BinaryOp::RemU if y == 1 => zero_if_pure(func),
        BinaryOp::And if y == ones || y >= most(func, a) && (y & y.wrapping_add(1)) == 0 => {
            Step::Use(a)
        }
        BinaryOp::DivU if y.is_power_of_two() => {
            func.exprs[b.index()] = Expr::Const {
                ty,
                bits: u64::from(y.trailing_zeros()),
            };
            Step::Now(Expr::Binary {
                op: BinaryOp::ShrU,
                ty,
                a,
                b,
            })
        }
        BinaryOp::RemU if y.is_power_of_two() => {
            func.exprs[b.index()] = Expr::Const { ty, bits: y - 1 };
            Step::Now(Expr::Binary {
                op: BinaryOp::And,
                ty,
                a,
                b,
            })
        }
        BinaryOp::Ne if y == 0 && is_flag(func, a) => Step::Use(a),
        BinaryOp::Eq if y == 1 && is_flag(func, a) => Step::Use(a),
        BinaryOp::Eq | BinaryOp::Xor if y == u64::from(op == BinaryOp::Xor) && is_flag(func, a) => {
            match *func.expr(a) {
                Expr::Binary { op, ty, a, b } => match inverse(op) {
                    Some(op) => Step::Now(Expr::Binary { op, ty, a, b }),
                    None => Step::Same,
                },
                _ => Step::Same,
            }
        }
        BinaryOp::Eq | BinaryOp::Ne => match *func.expr(a) {
            Expr::Convert {
                op: ConvertOp::ZExt,
                from,
                a: inner,
                ..
            } if zext_from(y, from.int_bits().unwrap_or(64)) == y => {
                func.exprs[b.index()] = Expr::Const { ty: from, bits: y };
                Step::Now(Expr::Binary {
                    op,
                    ty: from,
                    a: inner,
                    b,
                })
            }
            _ => Step::Same,
        },
        _ => Step::Same,
    }
}

fn convert(module: &Module, func: &Function, op: ConvertOp, from: Ty, to: Ty, a: ExprId) -> Step {
    let pointer_size = module.target.pointer_size;
    match *func.expr(a) {
        Expr::Const { bits, .. } => Step::Now(Expr::Const {
            ty: to,
            bits: semantics::convert(op, from, to, bits, pointer_size),
        }),
        Expr::Convert {
            op: inner,
            from: source,
            to: _,
            a: x,
        } => match (op, inner) {
            (ConvertOp::Trunc, ConvertOp::ZExt | ConvertOp::SExt) if source == to => Step::Use(x),
            (ConvertOp::Trunc, ConvertOp::ZExt | ConvertOp::SExt)
                if source.int_bits() > to.int_bits() =>
            {
                Step::Now(Expr::Convert {
                    op: ConvertOp::Trunc,
                    from: source,
                    to,
                    a: x,
                })
            }
            (ConvertOp::Trunc, ConvertOp::ZExt | ConvertOp::SExt) => Step::Now(Expr::Convert {
                op: inner,
                from: source,
                to,
                a: x,
            }),
            (ConvertOp::Trunc, ConvertOp::Trunc)
            | (ConvertOp::ZExt, ConvertOp::ZExt)
            | (ConvertOp::SExt, ConvertOp::SExt) => Step::Now(Expr::Convert {
                op,
                from: source,
                to,
                a: x,
            }),
            // A zero-extended value has a clear sign.
            (ConvertOp::SExt, ConvertOp::ZExt) => Step::Now(Expr::Convert {
                op: ConvertOp::ZExt,
                from: source,
                to,
                a: x,
            }),
            (ConvertOp::IToP, ConvertOp::PToI) | (ConvertOp::FromBits, ConvertOp::BitsOf) => {
                Step::Use(x)
            }
            (ConvertOp::BitsOf, ConvertOp::FromBits) => Step::Use(x),
            (ConvertOp::PToI, ConvertOp::IToP) if pointer_size == 8 => Step::Use(x),
            _ => Step::Same,
        },
        _ => Step::Same,
    }
}

fn wrap(func: &Function, ty: Ty, bits: u8, signed: bool, a: ExprId) -> Step {
    if let Some(value) = constant(func, a) {
        return Step::Now(Expr::Const {
            ty,
            bits: semantics::wrap(ty, bits, signed, value),
        });
    }
    if Some(u32::from(bits)) == ty.int_bits() {
        return Step::Use(a);
    }
    let limit = zext_from(u64::MAX, u32::from(bits).saturating_sub(u32::from(signed)));
    if most(func, a) <= limit {
        return Step::Use(a);
    }
    match *func.expr(a) {
        Expr::Wrap {
            bits: inner,
            signed: inner_signed,
            a: x,
            ..
        } if inner >= bits => {
            if inner == bits && inner_signed == signed {
                Step::Use(a)
            } else {
                Step::Now(Expr::Wrap {
                    ty,
                    bits,
                    signed,
                    a: x,
                })
            }
        }
        _ => Step::Same,
    }
}
