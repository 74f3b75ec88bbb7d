//! Bodies behind a header with a mistake: looked at for their own mistakes (reference part 3 §8).

use sx_ir::TypeId;
use sx_syntax::ast::{self, BinOp, Cond, ExprKind, ForBody, UnOp};

use crate::emission::fncx::{FnCx, LoopFrame};
use crate::sema::Sema;

impl Sema<'_> {
    /// The branches of an `if` whose condition failed.
    pub fn check_branches(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::IfExpr,
        want: Option<TypeId>,
        as_value: bool,
    ) {
        let bound = match &node.cond {
            Cond::Expr(cond) if proves(cond) => return,
            Cond::Expr(_) => None,
            Cond::Bind { name, .. } => Some(*name),
        };
        self.discarded(cx, |s, cx| {
            let poison = |s: &mut Sema, cx: &mut FnCx| {
                if let Some(name) = bound {
                    s.poison_name(cx, name);
                }
            };
            // What is wrong has been told.
            let _ = s.lower_branch(cx, &node.then, want, as_value, poison);
            if let Some(branch) = &node.else_ {
                let _ = s.lower_branch(cx, branch, want, as_value, |_, _| {});
            }
        });
    }

    /// An `if` with a mistake was meant to leave, as far as what follows goes.
    pub fn narrow_behind_mistake(
        &mut self,
        cx: &mut FnCx,
        node: &'static ast::IfExpr,
        cond: &'static ast::Expr,
    ) {
        if node.else_.is_none() {
            self.narrow_from(cx, cond, false);
        }
    }

    /// The body of a `while` whose condition failed.
    pub fn check_while_body(
        &mut self,
        cx: &mut FnCx,
        cond: &'static Cond,
        body: &'static ast::Block,
    ) {
        let bound = match cond {
            Cond::Expr(cond) if proves(cond) => return,
            Cond::Expr(_) => None,
            Cond::Bind { name, .. } => Some(*name),
        };
        self.in_failed_loop(cx, bound.as_slice(), |s, cx| {
            let _ = s.lower_stmts_in(cx, body, false, None);
        });
    }

    /// The body of a `for` that has nothing to walk.
    pub fn check_for_body(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) {
        let names: Vec<ast::Ident> = node.captures.iter().map(|c| c.name).collect();
        self.in_failed_loop(cx, &names, |s, cx| {
            let _ = match &node.body {
                ForBody::Block(block) => s.lower_stmts_in(cx, block, false, None).map(|_| ()),
                ForBody::Stmt(stmt) => s.lower_stmt(cx, stmt),
            };
        });
    }

    fn in_failed_loop(
        &mut self,
        cx: &mut FnCx,
        names: &[ast::Ident],
        body: impl FnOnce(&mut Self, &mut FnCx),
    ) {
        self.discarded(cx, |s, cx| {
            let label = cx.label();
            cx.loops.push(LoopFrame {
                break_label: label,
                continue_label: label,
                continue_is_loop: true,
                scopes: cx.scopes.len(),
            });
            cx.push_scope();
            for name in names {
                s.poison_name(cx, *name);
            }
            body(s, cx);
            s.pop_scope_quiet(cx);
            cx.loops.pop();
        });
    }
}

/// Whether a condition may prove something that its branches rely on: without it they'd look wrong.
pub fn proves(cond: &ast::Expr) -> bool {
    match &cond.kind {
        ExprKind::Paren(inner) => proves(inner),
        ExprKind::Ident(_) => true,
        ExprKind::Unary { op, expr } => *op == UnOp::Not && proves(expr),
        ExprKind::Binary { op, lhs, rhs, .. } => match op {
            BinOp::And | BinOp::Or => proves(lhs) || proves(rhs),
            BinOp::Eq | BinOp::Ne => [lhs, rhs].iter().any(|e| matches!(e.kind, ExprKind::Null)),
            _ => false,
        },
        _ => false,
    }
}
