//! Arguments of intrinsics: expressions, and types that are known or held at run time.

use std::rc::Rc;

use sx_ir::{BinaryOp, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::comptime::purpose::Purpose;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::sema::{Binding, Env, Failed, Res, Sema};

/// A `$T: Type` argument: known now, or a value read while running.
pub enum TypeArg {
    Static(TypeId),
    Runtime(Piece),
}

impl Sema<'_> {
    pub fn arg(
        &mut self,
        args: &'static [ast::Arg],
        at: usize,
        name: &str,
        count: usize,
        span: Span,
    ) -> Res<&'static ast::Expr> {
        if args.len() != count {
            return Err(self.error(
                span,
                format!(
                    "'{name}' expects {count} argument{}, but {} {} given",
                    plural(count),
                    args.len(),
                    were(args.len())
                ),
            ));
        }
        match args.get(at) {
            Some(arg) => Ok(&arg.value),
            None => Err(Failed),
        }
    }

    pub fn type_arg(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        name: &str,
        expr: &'static ast::Expr,
        any_ok: bool,
    ) -> Res<TypeArg> {
        if let ExprKind::Dollar { name, .. } = &expr.kind
            && matches!(env.get(name.name), Some(Binding::Type(_)))
        {
            return Err(self.error(
                expr.span,
                format!(
                    "'$' introduces a generic parameter only in its declaration; write '{}' here",
                    name.name
                ),
            ));
        }
        if self.denotes_type(env, expr) {
            let ty = self.eval_type(env, expr)?;
            self.complete(ty)?;
            return Ok(TypeArg::Static(ty));
        }
        let outer = std::mem::replace(&mut self.caches.inside_type_argument, true);
        let val = self.lower_expr(cx, expr, None);
        self.caches.inside_type_argument = outer;
        let val = val?;
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == TypeId::TYPE {
            let val = self.load(cx, &val);
            if let Some(ty) = val.as_type() {
                self.complete(ty)?;
                return Ok(TypeArg::Static(ty));
            }
            let piece = self.piece(cx, &val);
            return Ok(TypeArg::Runtime(cx.pin(piece)));
        }
        if let TypeKind::Function(_) = self.m.types.kind(val.ty)
            && matches!(val.const_piece(), Some(Piece::FuncAddr(_)))
        {
            return Ok(TypeArg::Static(val.ty));
        }
        if val.ty == TypeId::ANY && any_ok {
            let pieces = self.pieces(cx, &val);
            let pieces = cx.pin_pieces(&pieces);
            return Ok(TypeArg::Runtime(self.held_type(cx, pieces[0], pieces[1])?));
        }
        let shown = self.type_name(val.ty);
        Err(self.error(expr.span, format!("{name} expects a type, got '{shown}'")))
    }

    /// The type an `any` reports: of the value held, or the type it holds.
    pub fn held_type(&mut self, cx: &mut FnCx, data: Piece, tag: Piece) -> Res<Piece> {
        let out = cx.temp(Ty::I64);
        cx.set(out, tag);
        let is_type = cx.binary(
            BinaryOp::Eq,
            tag,
            Piece::Const(Ty::I64, u64::from(TypeId::TYPE.0)),
        );
        let cond = cx.use_piece(is_type);
        cx.open();
        let addr = cx.addr_of_piece(data);
        let held = cx.load_scalar(Ty::I64, addr);
        cx.set(out, held);
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        let read = cx.expr(sx_ir::Expr::Local(out));
        Ok(cx.pin(Piece::Tree(Ty::I64, read)))
    }

    pub fn static_type(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        name: &str,
        expr: &'static ast::Expr,
    ) -> Res<TypeId> {
        match self.type_arg(cx, env, name, expr, false)? {
            TypeArg::Static(ty) => Ok(ty),
            TypeArg::Runtime(_) => Err(self.error(
                expr.span,
                format!("{name} expects a type known at compile time"),
            )),
        }
    }

    /// The operand of `type_of`. At compile time it may name run-time variables: then nothing is evaluated, which the
    /// flag tells.
    pub fn lower_for_type(&mut self, cx: &mut FnCx, arg: &'static ast::Expr) -> Res<(Val, bool)> {
        if !cx.comptime {
            return Ok((self.lower_expr(cx, arg, None)?, false));
        }
        let outer = self.caches.typing.replace(false);
        cx.open();
        let val = self.lower_expr(cx, arg, None);
        let code = cx.close();
        let typed_only = self.caches.typing == Some(true);
        self.caches.typing = outer;
        if !typed_only && let Some(block) = cx.blocks.last_mut() {
            block.extend(code.stmts);
        }
        Ok((val?, typed_only))
    }

    pub fn i64_val(&self, value: i64) -> Val {
        Val::int(TypeId::I64, Ty::I64, value as u64)
    }

    /// A word of a run-time type's record.
    pub fn record_word(&mut self, cx: &mut FnCx, tag: Piece, offset: u64, ty: TypeId) -> Val {
        let record = self.record_of(cx, tag);
        let word = cx.load_scalar(Ty::I64, record.plus(offset));
        if ty == TypeId::BOOL {
            let flag = cx.binary(BinaryOp::Ne, word, Piece::Const(Ty::I64, 0));
            return Val::scalar(TypeId::BOOL, flag);
        }
        Val::scalar(ty, word)
    }

    /// Index argument: a constant if it folds.
    pub fn index_arg(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Piece> {
        self.index_piece(cx, expr)
    }

    /// An index that has to be known: of a member's type or offset, which differ from member to member. A required
    /// position (part 6 §6.1), so calls are evaluated. `None` if it is known only when the program runs.
    pub fn constant_index_arg(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> Res<Option<u64>> {
        let piece = self.discarded(cx, |s, cx| s.index_arg(cx, expr))?;
        if let Some(index) = piece.as_const() {
            return Ok(Some(index));
        }
        if self.needs_running(env, expr) {
            return Ok(None);
        }
        let index = self.comptime_value(env, expr, Some(TypeId::I64), &Purpose::Count)?;
        Ok(Some(self.ct_u64(&index)))
    }

    pub fn runtime_tag(&self, ty: &TypeArg) -> Piece {
        match ty {
            TypeArg::Static(ty) => Piece::Const(Ty::I64, u64::from(ty.0)),
            TypeArg::Runtime(tag) => *tag,
        }
    }

    pub fn tag_width(&self, ty: TypeId) -> i64 {
        match self.m.types.enum_def(ty) {
            Some(def) => {
                let (bits, signed) = self.m.types.int_info(def.backing).unwrap_or((64, true));
                let bytes = i64::from(bits.div_ceil(8).next_power_of_two());
                if signed { -bytes } else { bytes }
            }
            None if matches!(
                self.m.types.kind(ty),
                TypeKind::ErrorSet(_) | TypeKind::AnyError
            ) =>
            {
                4
            }
            None => 0,
        }
    }
}
