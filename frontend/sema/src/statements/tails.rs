//! What ends a body: its value, or one more statement (reference part 2 §1, part 3 §3).

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ArmBody, Branch, ExprKind, StmtKind};

use crate::emission::fncx::FnCx;
use crate::sema::Sema;
use crate::statements::errors::strip_parens;

impl Sema<'_> {
    /// Whether the `if`, match or block that ends a body is a statement: nobody takes its value, so its arms need
    /// not agree on one.
    pub fn tail_is_statement(&mut self, cx: &mut FnCx, body: &'static ast::Block) -> bool {
        let Some(tail) = &body.tail else { return false };
        let branches = match &tail.kind {
            ExprKind::If(node) => !node.inline,
            ExprKind::Match(node) => !node.inline,
            ExprKind::Block(_) => true,
            _ => false,
        };
        let Some(ret) = cx.ret.ty else {
            return branches && (!yields(tail) || !self.has_type(cx, tail));
        };
        if ret == TypeId::VOID || ret == TypeId::NORETURN {
            return matches!(
                tail.kind,
                ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_)
            );
        }
        if !cx.ret.named.is_empty() {
            return branches && (!yields(tail) || !ends_in_value(tail));
        }
        if let TypeKind::Failable { values, .. } = self.m.types.kind(ret)
            && values.is_empty()
        {
            // Error values and failable calls at the ends of arms are what the function returns; of an `inline if` the
            // kept arm's statements.
            let inline = matches!(&tail.kind, ExprKind::If(node) if node.inline);
            if branches || inline {
                let values = ends_of(tail);
                if branches
                    && yields(tail)
                    && values
                        .iter()
                        .any(|value| self.is_error_expression(cx, value))
                {
                    return false;
                }
                cx.forwards
                    .extend(values.into_iter().map(std::ptr::from_ref));
            }
            return branches;
        }
        false
    }

    fn is_error_expression(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        if matches!(strip_parens(expr).kind, ExprKind::ErrorTag(_)) {
            return true;
        }
        let ty = self.quiet_type(cx, expr);
        ty.is_some_and(|ty| self.is_error_value(ty))
    }

    /// Whether an expression makes sense as a value; says nothing.
    fn has_type(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> bool {
        self.quiet_type(cx, expr).is_some()
    }

    fn quiet_type(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Option<TypeId> {
        self.quietly(|s| s.type_of_expr(cx, expr).ok())
    }
}

/// Whether each path through an `if`, match or block ends in an expression or leaves.
fn yields(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::If(node) => match &node.else_ {
            Some(els) => branch_yields(&node.then) && branch_yields(els),
            None => false,
        },
        ExprKind::Match(node) => {
            let mut arms = node.arms.iter().map(|arm| &arm.body).chain(&node.else_);
            arms.all(|arm| match arm {
                ArmBody::Break(_) => false,
                ArmBody::Arrow(branch) => branch_yields(branch),
                ArmBody::Stmts(block) => block_yields(block, true),
            })
        }
        ExprKind::Block(block) => block_yields(block, false),
        _ => true,
    }
}

fn branch_yields(branch: &Branch) -> bool {
    match branch {
        Branch::Block(block) => block_yields(block, false),
        Branch::Expr(expr) => yields(expr),
        Branch::Jump(_) => true,
    }
}

/// `arm`: of a match, whose last statement is its value even with a `;`.
fn block_yields(block: &ast::Block, arm: bool) -> bool {
    if let Some(tail) = &block.tail {
        return yields(tail);
    }
    match block.stmts.last().map(|stmt| &stmt.kind) {
        Some(StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break | StmtKind::Continue) => {
            true
        }
        Some(StmtKind::Expr { expr, .. }) => arm && yields(expr),
        Some(_) | None => false,
    }
}

/// Whether a path through an `if`, match or block ends in an expression rather than leaving.
fn ends_in_value(expr: &ast::Expr) -> bool {
    let in_block = |block: &ast::Block, arm: bool| match (&block.tail, block.stmts.last()) {
        (Some(tail), _) => ends_in_value(tail),
        (None, Some(stmt)) => arm && matches!(stmt.kind, StmtKind::Expr { .. }),
        (None, None) => false,
    };
    let in_branch = |branch: &Branch| match branch {
        Branch::Block(block) => in_block(block, false),
        Branch::Expr(expr) => ends_in_value(expr),
        Branch::Jump(_) => false,
    };
    match &expr.kind {
        ExprKind::If(node) => in_branch(&node.then) || node.else_.as_ref().is_some_and(in_branch),
        ExprKind::Match(node) => {
            let mut arms = node.arms.iter().map(|arm| &arm.body).chain(&node.else_);
            arms.any(|arm| match arm {
                ArmBody::Break(_) => false,
                ArmBody::Arrow(branch) => in_branch(branch),
                ArmBody::Stmts(block) => in_block(block, true),
            })
        }
        ExprKind::Block(block) => in_block(block, false),
        _ => true,
    }
}

/// Run-time matches without `else:` whose value would be an expression's.
pub fn ending_matches(expr: &'static ast::Expr, out: &mut Vec<*const ast::MatchExpr>) {
    fn branch(branch: &'static Branch, out: &mut Vec<*const ast::MatchExpr>) {
        match branch {
            Branch::Block(block) => block.tail.iter().for_each(|e| ending_matches(e, out)),
            Branch::Expr(expr) => ending_matches(expr, out),
            Branch::Jump(_) => {}
        }
    }
    match &expr.kind {
        ExprKind::If(node) => {
            branch(&node.then, out);
            node.else_.iter().for_each(|els| branch(els, out));
        }
        ExprKind::Match(node) => {
            for arm in node.arms.iter().map(|arm| &arm.body).chain(&node.else_) {
                match arm {
                    ArmBody::Break(_) => {}
                    ArmBody::Arrow(body) => branch(body, out),
                    ArmBody::Stmts(block) => {
                        block.tail.iter().for_each(|e| ending_matches(e, out));
                    }
                }
            }
            if node.else_.is_none() && !node.inline {
                out.push(&**node);
            }
        }
        ExprKind::Block(block) => block.tail.iter().for_each(|e| ending_matches(e, out)),
        _ => {}
    }
}

/// The expressions that end the paths through an expression.
pub fn ends_of(expr: &'static ast::Expr) -> Vec<&'static ast::Expr> {
    let mut out = Vec::new();
    ends(expr, &mut out);
    out
}

fn ends(expr: &'static ast::Expr, out: &mut Vec<&'static ast::Expr>) {
    match &expr.kind {
        ExprKind::If(node) => {
            branch_ends(&node.then, out);
            node.else_
                .iter()
                .for_each(|branch| branch_ends(branch, out));
        }
        ExprKind::Match(node) => {
            for arm in node.arms.iter().map(|arm| &arm.body).chain(&node.else_) {
                match arm {
                    ArmBody::Break(_) => {}
                    ArmBody::Arrow(body) => branch_ends(body, out),
                    ArmBody::Stmts(block) => match (&block.tail, block.stmts.last()) {
                        (None, Some(stmt)) => {
                            if let StmtKind::Expr { expr, .. } = &stmt.kind {
                                ends(expr, out);
                            }
                        }
                        (Some(_), _) | (None, None) => block_ends(block, out),
                    },
                }
            }
        }
        ExprKind::Block(block) => block_ends(block, out),
        _ => out.push(expr),
    }
}

fn branch_ends(branch: &'static Branch, out: &mut Vec<&'static ast::Expr>) {
    match branch {
        Branch::Block(block) => block_ends(block, out),
        Branch::Expr(expr) => ends(expr, out),
        Branch::Jump(_) => {}
    }
}

fn block_ends(block: &'static ast::Block, out: &mut Vec<&'static ast::Expr>) {
    if let Some(tail) = &block.tail {
        ends(tail, out);
    }
}
