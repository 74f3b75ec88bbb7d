//! `#lazy` parameters of mixins where they are read: the argument, as a value of the parameter's type.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use sx_ir::{TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, BinOp, ExprKind, UnOp};
use sx_syntax::render::{Level, Renderer};

use crate::expressions::arith::is_literal_operand;
use crate::metaprogramming::quotes::Body;
use crate::sema::{Binding, Env};
use crate::views::expand::Expander;

impl Expander<'_, '_> {
    /// An argument alone, if its type doesn't depend on where it stands; else a variable of the parameter's type, which
    /// it is the value of.
    pub fn put_argument(
        &self,
        r: &mut Renderer<'_, 'static>,
        name: ast::Ident,
        (quote, ty): (u64, TypeId),
        site: Span,
        level: Level,
    ) {
        if self.is_of_type(quote, ty, level) {
            return self.put_expression(r, quote, site, level);
        }
        let text = r.aside(|r| self.put_expression(r, quote, site, Level::ANY));
        self.in_scope(|| {
            r.s("({ ");
            let written = self.variable(r, name, ty, &text);
            r.s(" ");
            r.s(&written);
            r.s(" })");
        });
    }

    fn in_scope(&self, f: impl FnOnce()) {
        if let Some(frame) = self.state.borrow_mut().frames.last_mut() {
            frame.scopes.push(FxHashMap::default());
        }
        f();
        if let Some(frame) = self.state.borrow_mut().frames.last_mut() {
            frame.scopes.pop();
        }
    }

    fn is_of_type(&self, quote: u64, ty: TypeId, level: Level) -> bool {
        let Some(quote) = self.sema.borrow().quote(quote) else {
            return true;
        };
        let Body::Expr(expr) = quote.body else {
            return false;
        };
        // A literal takes the type of what it stands beside; a parameter has its own.
        let typed = level == Level::ANY || !is_literal_operand(expr);
        typed && self.has_type(&quote.env, expr, ty)
    }

    /// Whether an expression is of a type without any target. Only what is seen to be counts.
    fn has_type(&self, env: &Rc<Env>, expr: &'static ast::Expr, ty: TypeId) -> bool {
        match &expr.kind {
            ExprKind::Int { .. } => ty == TypeId::I64,
            ExprKind::Float { .. } => ty == TypeId::F64,
            ExprKind::Str(_) => ty == TypeId::STRING,
            ExprKind::Bool(_) => ty == TypeId::BOOL,
            ExprKind::Paren(inner) => self.has_type(env, inner, ty),
            ExprKind::Unary { op: UnOp::Not, .. } => ty == TypeId::BOOL,
            ExprKind::Unary { op: _, expr } => self.has_type(env, expr, ty),
            ExprKind::Binary { op, lhs, rhs, .. } => match op {
                BinOp::And | BinOp::In => ty == TypeId::BOOL,
                BinOp::Add
                | BinOp::Sub
                | BinOp::Mul
                | BinOp::Div
                | BinOp::Rem
                | BinOp::BitAnd
                | BinOp::BitXor
                | BinOp::BitOr
                | BinOp::Shl
                | BinOp::Shr => self.has_type(env, lhs, ty) && self.has_type(env, rhs, ty),
                BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                    let simple = |side| {
                        [TypeId::I64, TypeId::F64, TypeId::STRING, TypeId::BOOL]
                            .iter()
                            .any(|ty| self.has_type(env, side, *ty))
                    };
                    ty == TypeId::BOOL && (simple(lhs) || simple(rhs))
                }
                // An error may be what is on the left.
                BinOp::Or | BinOp::Coalesce => false,
            },
            ExprKind::Ident(name) => match env.get(name.name) {
                Some(Binding::Var { cx, var }) => {
                    self.sema.borrow().caches.var_types.get(cx, var) == Some(ty)
                }
                _ => false,
            },
            ExprKind::Call(call) => {
                let mut sema = self.sema.borrow_mut();
                let callee = sema.quietly(|s| s.type_of_function_name(env, &call.callee));
                match callee.ok().flatten().map(|f| sema.m.types.kind(f)) {
                    Some(TypeKind::Function(f)) => f.ret == ty,
                    _ => false,
                }
            }
            _ => false,
        }
    }
}
