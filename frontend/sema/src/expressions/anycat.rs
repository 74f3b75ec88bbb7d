//! `xx a` on an `any` inside a category arm: in `case int:` and `case float:` the value converts from the width it
//! actually has (reference part 3 §4.1).

use sx_ir::func::SwitchCase;
use sx_ir::{BinaryOp, ConvertOp, Expr, StmtKind, Ty, TypeId};
use sx_syntax::ast::{self, ExprKind};

use crate::builtins::reflect::record;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Binding, Sema, VarId};

/// What a category arm knows of its subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnyCategory {
    Int,
    Float,
}

impl Sema<'_> {
    /// The variable a match subject names, if it is an `any` of this function.
    pub fn any_subject(&self, cx: &FnCx, subject: &ast::Expr) -> Option<VarId> {
        let ExprKind::Ident(name) = &subject.kind else {
            return None;
        };
        match cx.env().get(name.name) {
            Some(Binding::Var { cx: id, var }) if id == cx.id && cx.var(var).ty == TypeId::ANY => {
                Some(var)
            }
            _ => None,
        }
    }

    /// The category known of an operand of `xx`, if it is such a variable.
    pub fn any_category(&self, cx: &FnCx, operand: &ast::Expr) -> Option<AnyCategory> {
        self.any_subject(cx, operand)
            .and_then(|var| cx.var(var).category)
    }

    /// The number in an `any` of unknown width, as an i64 or f64.
    pub fn any_number(&mut self, cx: &mut FnCx, val: &Val, category: AnyCategory) -> Val {
        let pieces = self.pieces(cx, val);
        let pieces = cx.pin_pieces(&pieces);
        let record = self.record_of(cx, pieces[1]);
        let data = cx.addr_of_piece(pieces[0]);
        let size = cx.load_scalar(Ty::I64, record.plus(record::SIZE_OF));
        match category {
            AnyCategory::Float => {
                let out = cx.temp(Ty::F64);
                cx.open();
                let wide = cx.load_scalar(Ty::F64, data);
                cx.set(out, wide);
                let then = cx.close();
                cx.open();
                let narrow = cx.load_scalar(Ty::F32, data);
                let wide = cx.convert(ConvertOp::FCvt, Ty::F64, narrow);
                cx.set(out, wide);
                let els = cx.close();
                let is_f64 = cx.binary(BinaryOp::Eq, size, Piece::Const(Ty::I64, 8));
                let cond = cx.use_piece(is_f64);
                cx.emit(StmtKind::If { cond, then, els });
                let read = cx.expr(Expr::Local(out));
                Val::scalar(TypeId::F64, cx.pin(Piece::Tree(Ty::F64, read)))
            }
            AnyCategory::Int => {
                let unsigned = cx.load_scalar(Ty::I64, record.plus(record::IS_UNSIGNED));
                let unsigned = cx.binary(BinaryOp::Ne, unsigned, Piece::Const(Ty::I64, 0));
                let unsigned = cx.pin(unsigned);
                let out = cx.temp(Ty::I64);
                let mut cases = Vec::new();
                for (bytes, ty) in [(1, Ty::I8), (2, Ty::I16), (4, Ty::I32)] {
                    cx.open();
                    let narrow = cx.load_scalar(ty, data);
                    let zero = cx.convert(ConvertOp::ZExt, Ty::I64, narrow);
                    let sign = cx.convert(ConvertOp::SExt, Ty::I64, narrow);
                    let wide = cx.select(unsigned, zero, sign);
                    cx.set(out, wide);
                    cases.push(SwitchCase {
                        values: smallvec::smallvec![bytes],
                        body: cx.close(),
                    });
                }
                cx.open();
                let wide = cx.load_scalar(Ty::I64, data);
                cx.set(out, wide);
                let default = cx.close();
                let value = cx.use_piece(size);
                cx.emit(StmtKind::Switch {
                    ty: Ty::I64,
                    value,
                    cases,
                    default,
                });
                let read = cx.expr(Expr::Local(out));
                Val::scalar(TypeId::I64, cx.pin(Piece::Tree(Ty::I64, read)))
            }
        }
    }
}
