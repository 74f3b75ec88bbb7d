//! Temporary.
use crate::{fncx::FnCx, functions::Abi, sema::*, value::*};
use sx_ir::{Symbol, TypeId, types::FnType};
use sx_syntax::{Span, ast};
impl Sema<'_> {
    pub fn is_failable_operand(&mut self, _cx: &mut FnCx, _e: &'static ast::Expr) -> bool {
        false
    }
    pub fn lower_or(
        &mut self,
        _cx: &mut FnCx,
        _l: &'static ast::Expr,
        _r: &'static ast::Expr,
        _w: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "or"))
    }
    pub fn lower_try(
        &mut self,
        _cx: &mut FnCx,
        _e: &'static ast::Expr,
        _w: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "try"))
    }
    pub fn lower_catch(
        &mut self,
        _cx: &mut FnCx,
        _e: &'static ast::CatchExpr,
        _w: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "catch"))
    }
    pub fn lower_raise(&mut self, _cx: &mut FnCx, _e: &'static ast::Expr, span: Span) -> Res<()> {
        Err(self.not_implemented(span, "raise"))
    }
    pub fn error_tag_literal(
        &mut self,
        _n: ast::Ident,
        _w: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "error tags"))
    }
    pub fn forward_failable(
        &mut self,
        _cx: &mut FnCx,
        _v: Val,
        _g: &[(Option<Symbol>, TypeId)],
        _gs: TypeId,
        _vs: &[(Option<Symbol>, TypeId)],
        _s: TypeId,
        _r: TypeId,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "forward"))
    }
    pub fn absorb_trace(&mut self, _cx: &mut FnCx) {}
    pub fn finish_error_names(&mut self) {}
    pub fn error_name_of(&mut self, _cx: &mut FnCx, _p: Piece) -> Res<Val> {
        Ok(self.str_val(b"?"))
    }
    pub fn c_abi(&mut self, ty: &FnType) -> Abi {
        let mut t = ty.clone();
        t.c_conv = false;
        let c = self.context_type.take();
        let mut a = self.abi(&t, false);
        self.context_type = c;
        let mut s = self.m.sig(a.sig).clone();
        s.conv = sx_ir::CallConv::C;
        s.variadic = ty.variadic;
        a.sig = self.m.add_sig(s);
        a
    }
    pub fn vector_arith(
        &mut self,
        _cx: &mut FnCx,
        _op: ast::BinOp,
        _a: Val,
        _b: Val,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "vectors"))
    }
    pub fn vector_compare(
        &mut self,
        _cx: &mut FnCx,
        _op: ast::BinOp,
        _a: Val,
        _b: Val,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "vectors"))
    }
    pub fn vector_negate(&mut self, _cx: &mut FnCx, _a: Val, span: Span) -> Res<Val> {
        Err(self.not_implemented(span, "vectors"))
    }
    pub fn tuple_arith(
        &mut self,
        _cx: &mut FnCx,
        _op: ast::BinOp,
        _a: Val,
        _b: Val,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "tuples"))
    }
    pub fn tuple_order(
        &mut self,
        _cx: &mut FnCx,
        _op: ast::BinOp,
        _a: Val,
        _b: Val,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "tuples"))
    }
    pub fn lower_in(
        &mut self,
        _cx: &mut FnCx,
        _l: &'static ast::Expr,
        _r: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        Err(self.not_implemented(span, "in"))
    }
}
