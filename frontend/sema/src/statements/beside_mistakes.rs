//! Operands, arguments and elements beside one with a mistake: looked at for their own mistakes (reference part 3 §8).

use smallvec::SmallVec;
use sx_syntax::ast::{self, ExprKind, ParamKind, UnOp};

use crate::callables::calls::Arg;
use crate::emission::fncx::FnCx;
use crate::sema::{FnId, Res, Sema};

impl Sema<'_> {
    /// What came of an operand; if it has a mistake, those beside it are looked at.
    pub fn or_beside<T>(
        &mut self,
        cx: &mut FnCx,
        done: Res<T>,
        others: impl IntoIterator<Item = &'static ast::Expr>,
    ) -> Res<T> {
        if done.is_err() {
            for other in others {
                self.look_beside(cx, other);
            }
        }
        done
    }

    /// Tells what is wrong with an expression, whatever it was meant for.
    pub fn look_beside(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) {
        if self.caches.chains.giving_up() || self.exit.is_some() || !self.stands_alone(cx, expr) {
            return;
        }
        // What is wrong has been told.
        let _ = self.discarded(cx, |s, cx| s.lower_expr(cx, expr, None));
    }

    /// Whether an expression is as right or wrong without what is around it. What a name stands for may be right only
    /// there: a generic function where it is called, a type, code.
    fn stands_alone(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => {
                let env = cx.env().clone();
                matches!(self.try_resolve_name(&env, *name), Ok(None))
                    && !self.denotes_type(&env, expr)
            }
            ExprKind::Paren(inner)
            | ExprKind::Deref(inner)
            | ExprKind::Unwrap(inner)
            | ExprKind::Cast { base: inner, .. }
            | ExprKind::OptCast { base: inner, .. }
            | ExprKind::OptField { base: inner, .. }
            | ExprKind::OptTupleIndex { base: inner, .. }
            | ExprKind::TupleIndex { base: inner, .. } => self.has_own_type(cx, inner),
            ExprKind::Field { base, name } => {
                let env = cx.env().clone();
                self.namespace_of(&env, base, *name).is_none()
                    && !self.denotes_type(&env, base)
                    && self.has_own_type(cx, base)
            }
            ExprKind::Slice(slice) => self.has_own_type(cx, &slice.base),
            ExprKind::Index { base, .. } => {
                self.has_own_type(cx, base) && !self.denotes_type(&cx.env().clone(), expr)
            }
            ExprKind::Unary { op, expr } => match op {
                UnOp::Not | UnOp::Neg => self.stands_alone(cx, expr),
                UnOp::BitNot => false,
            },
            ExprKind::Binary { lhs, rhs, .. } => {
                self.has_own_type(cx, lhs) && self.has_own_type(cx, rhs)
            }
            ExprKind::Chain { first, rest } => {
                self.has_own_type(cx, first)
                    && rest.iter().all(|link| self.has_own_type(cx, &link.rhs))
            }
            ExprKind::Call(call) => !matches!(call.callee.kind, ExprKind::EnumLit(_)),
            // These take what they are from their place, are code of their own, or have nothing that could be wrong.
            ExprKind::Error
            | ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Undef
            | ExprKind::Dollar { .. }
            | ExprKind::EnumLit(_)
            | ExprKind::ErrorTag(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Catch(_)
            | ExprKind::Star(_)
            | ExprKind::Xx(_)
            | ExprKind::Try(_)
            | ExprKind::Spread(_)
            | ExprKind::If(_)
            | ExprKind::Match(_)
            | ExprKind::Block(_)
            | ExprKind::Lambda(_)
            | ExprKind::Asm(_)
            | ExprKind::Run(_)
            | ExprKind::Insert(_)
            | ExprKind::CallerLocation
            | ExprKind::ArgText(_)
            | ExprKind::Code(_)
            | ExprKind::Splice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_)
            | ExprKind::ErrorSetType(_)
            | ExprKind::Struct(_)
            | ExprKind::Union(_)
            | ExprKind::Enum(_) => false,
        }
    }

    /// The same of a part of an expression, where names of variables and literals are as good.
    fn has_own_type(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(_)
            | ExprKind::Int { .. }
            | ExprKind::Float { .. }
            | ExprKind::Str(_)
            | ExprKind::Bool(_) => true,
            _ => self.stands_alone(cx, expr),
        }
    }

    /// Arguments that are evaluated where they stand; code is right or wrong where it is put.
    pub fn plain_arguments(
        &self,
        f: FnId,
        slots: &[Option<Arg>],
        rest: &[Arg],
    ) -> SmallVec<[&'static ast::Expr; 6]> {
        let decl = self.fn_info(f).decl;
        let plain = |param: &ast::Param| !param.lazy && param.kind == ParamKind::Plain;
        let params = decl.sig.params.iter().zip(slots);
        let values = params.filter_map(|(param, slot)| slot.as_ref().filter(|_| plain(param)));
        let expr = |arg: &Arg| match arg {
            Arg::Expr(expr) => Some(*expr),
            Arg::Val(..) | Arg::Slice(_) | Arg::Trailing(_) => None,
        };
        let of_values = !decl.mixin;
        (values.chain(rest).filter(|_| of_values))
            .filter_map(expr)
            .collect()
    }
}
