//! Operators on `Vector(N, T)`: lane by lane, scalars broadcast (reference part 1 §4.7).

use sx_ir::{BinaryOp, Expr, StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::ast::BinOp;
use sx_syntax::{Diagnostic, Span};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece, Val};
use crate::sema::{Failed, Res, Sema};

/// Up to this many lanes the operation is written out.
const UNROLLED: u32 = 16;

/// An operand: lanes in memory, or one value for all of them.
enum Lanes {
    Memory(Addr),
    Same(Val),
}

impl Sema<'_> {
    pub fn vector_arith(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        span: Span,
    ) -> Res<Val> {
        let (ty, elem, count) = self.vector_shape(op, &a, &b, span)?;
        if self.is_integer(elem) && [&a, &b].iter().any(|v| self.is_float(self.lane_type(v.ty))) {
            return Err(self.float_beside_integers(op, &a, &b, span));
        }
        let allowed = match op {
            BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem => self.is_number(elem),
            BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => {
                self.is_integer(elem) || elem == TypeId::BOOL
            }
            _ => false,
        };
        if !allowed {
            return Err(self.vector_mismatch(op, &a, &b, span));
        }
        let (x, y) = (
            self.lanes(cx, &a, elem, span)?,
            self.lanes(cx, &b, elem, span)?,
        );
        self.lanewise(cx, ty, (elem, count), |s, cx, at| {
            let (p, q) = (s.lane(cx, &x, elem, at), s.lane(cx, &y, elem, at));
            s.arith(cx, op, p, q, None, span, span)
        })
    }

    /// A vector of bools. Lanes are compared as numbers are outside a vector, each in its own type (part 1 §1.3).
    pub fn vector_compare(
        &mut self,
        cx: &mut FnCx,
        op: BinOp,
        a: Val,
        b: Val,
        span: Span,
    ) -> Res<Val> {
        let (_, elem, count) = self.vector_shape(op, &a, &b, span)?;
        let (left, right) = (self.lane_type(a.ty), self.lane_type(b.ty));
        let (x, y) = (
            self.lanes(cx, &a, left, span)?,
            self.lanes(cx, &b, right, span)?,
        );
        let ty = self.m.types.intern(TypeKind::Vector(TypeId::BOOL, count));
        self.lanewise(cx, ty, (elem, count), |s, cx, at| {
            let (p, q) = (s.lane(cx, &x, left, at), s.lane(cx, &y, right, at));
            s.compare(cx, op, p, q, span)
        })
    }

    /// The type of a vector's lanes; a scalar stands for lanes of its own type.
    fn lane_type(&self, ty: TypeId) -> TypeId {
        match *self.m.types.kind(ty) {
            TypeKind::Vector(elem, _) => elem,
            _ => ty,
        }
    }

    /// The result has the vector's integers for lanes, and none of them holds what the float's fraction would make.
    fn float_beside_integers(&mut self, op: BinOp, a: &Val, b: &Val, span: Span) -> Failed {
        let (x, y) = (self.type_name(a.ty), self.type_name(b.ty));
        let vectors = [a, b].map(|v| matches!(self.m.types.kind(v.ty), TypeKind::Vector(..)));
        let help = match vectors {
            [true, true] => "the lanes of both have to be integers, or those of both floats",
            _ if a.literal || b.literal => {
                "write an integer, or make the vector one of floats, lane by lane"
            }
            _ => "convert the number first, or make the vector one of floats, lane by lane",
        };
        let op = op.as_str();
        let text = format!(
            "cannot apply '{op}' to operands of type '{x}' and '{y}': a float is no lane of an integer vector"
        );
        self.report(Diagnostic::error(span, text).with_help(None, help))
    }

    pub fn vector_negate(&mut self, cx: &mut FnCx, val: Val, span: Span) -> Res<Val> {
        let TypeKind::Vector(elem, count) = *self.m.types.kind(val.ty) else {
            return Err(Failed);
        };
        if !self.is_number(elem) {
            let name = self.type_name(val.ty);
            return Err(self.error(
                span,
                format!("cannot apply unary '-' to a value of type '{name}'"),
            ));
        }
        let ty = val.ty;
        let x = self.lanes(cx, &val, elem, span)?;
        self.lanewise(cx, ty, (elem, count), |s, cx, at| {
            let lane = s.lane(cx, &x, elem, at);
            let piece = s.piece(cx, &lane);
            let out = if s.is_float(elem) {
                cx.unary(sx_ir::UnaryOp::FNeg, piece)
            } else {
                let zero = Piece::Const(piece.ty(), 0);
                let out = cx.binary(BinaryOp::Sub, zero, piece);
                s.normalise(cx, out, elem)
            };
            Ok(Val::scalar(elem, out))
        })
    }

    fn vector_mismatch(&mut self, op: BinOp, a: &Val, b: &Val, span: Span) -> Failed {
        if a.is_poison() || b.is_poison() {
            return Failed;
        }
        let (x, y) = (self.type_name(a.ty), self.type_name(b.ty));
        self.error(
            span,
            format!(
                "cannot apply '{}' to operands of type '{x}' and '{y}'",
                op.as_str()
            ),
        )
    }

    /// Vector type, element and lanes of an operation: two equal vectors, or one and a scalar.
    fn vector_shape(
        &mut self,
        op: BinOp,
        a: &Val,
        b: &Val,
        span: Span,
    ) -> Res<(TypeId, TypeId, u32)> {
        let fits = |s: &Self, elem: TypeId, other: TypeId| {
            other == elem || s.is_number(other) && s.is_number(elem)
        };
        match (
            self.m.types.kind(a.ty).clone(),
            self.m.types.kind(b.ty).clone(),
        ) {
            (TypeKind::Vector(e, n), TypeKind::Vector(f, m)) if n == m && fits(self, e, f) => {
                Ok((a.ty, e, n))
            }
            (TypeKind::Vector(_, _), TypeKind::Vector(_, _)) => {
                Err(self.vector_mismatch(op, a, b, span))
            }
            (TypeKind::Vector(e, n), _) if fits(self, e, b.ty) => Ok((a.ty, e, n)),
            (_, TypeKind::Vector(e, n)) if fits(self, e, a.ty) => Ok((b.ty, e, n)),
            _ => Err(self.vector_mismatch(op, a, b, span)),
        }
    }

    /// An operand with lanes of type `elem`.
    fn lanes(&mut self, cx: &mut FnCx, val: &Val, elem: TypeId, span: Span) -> Res<Lanes> {
        let TypeKind::Vector(own, count) = *self.m.types.kind(val.ty) else {
            let val = self.coerce(cx, val.clone(), elem, span)?;
            let loaded = self.load(cx, &val);
            return Ok(Lanes::Same(self.stable(cx, &loaded)));
        };
        let addr = self.spill(cx, val);
        if own == elem {
            return Ok(Lanes::Memory(addr));
        }
        let ty = self.m.types.intern(TypeKind::Vector(elem, count));
        let given = Lanes::Memory(addr);
        let converted = self.lanewise(cx, ty, (own, count), |s, cx, at| {
            let lane = s.lane(cx, &given, own, at);
            s.convert_number(cx, &lane, elem, span)
        })?;
        Ok(Lanes::Memory(self.spill(cx, &converted)))
    }

    /// A lane; `at` counts lanes.
    fn lane(&mut self, cx: &mut FnCx, lanes: &Lanes, elem: TypeId, at: Piece) -> Val {
        match lanes {
            Lanes::Same(val) => val.clone(),
            Lanes::Memory(addr) => {
                let addr = self.lane_addr(cx, *addr, elem, at);
                let scalar = self.scalar(elem);
                Val::scalar(elem, cx.load_scalar(scalar, addr))
            }
        }
    }

    fn lane_addr(&mut self, cx: &mut FnCx, base: Addr, elem: TypeId, at: Piece) -> Addr {
        let size = self.m.types.size_of(elem);
        if let Some(index) = at.as_const() {
            return base.plus(index * size);
        }
        let offset = cx.binary(BinaryOp::Mul, at, Piece::Const(Ty::I64, size));
        let base = cx.addr_piece(base);
        let sum = cx.binary(BinaryOp::PtrAdd, base, offset);
        cx.addr_of_piece(sum)
    }

    /// A vector of type `ty` made by `f` for each lane. Operands are lanes of type `elem` in memory that is not written.
    fn lanewise(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        (_, count): (TypeId, u32),
        mut f: impl FnMut(&mut Self, &mut FnCx, Piece) -> Res<Val>,
    ) -> Res<Val> {
        let TypeKind::Vector(made, _) = *self.m.types.kind(ty) else {
            return Err(Failed);
        };
        let out = self.slot(cx, ty);
        if count <= UNROLLED {
            for i in 0..count {
                let index = Piece::Const(Ty::I64, u64::from(i));
                let val = f(self, cx, index)?;
                let to = self.lane_addr(cx, out, made, index);
                self.store(cx, to, &val);
            }
            return Ok(Val::mem(ty, out));
        }
        let index = cx.temp(Ty::I64);
        cx.set(index, Piece::Const(Ty::I64, 0));
        let (label, dead) = (cx.label(), cx.dead);
        cx.open();
        let read = cx.expr(Expr::Local(index));
        let at = cx.pin(Piece::Tree(Ty::I64, read));
        let more = cx.binary(BinaryOp::LtU, at, Piece::Const(Ty::I64, u64::from(count)));
        let cond = cx.use_piece(more);
        cx.open();
        cx.emit(StmtKind::Break(label));
        let els = cx.close();
        cx.dead = dead;
        cx.emit(StmtKind::If {
            cond,
            then: Default::default(),
            els,
        });
        let made_lane = f(self, cx, at);
        if let Ok(val) = &made_lane {
            let to = self.lane_addr(cx, out, made, at);
            self.store(cx, to, val);
            let next = cx.binary(BinaryOp::Add, at, Piece::Const(Ty::I64, 1));
            cx.set(index, next);
        }
        let body = cx.close();
        cx.dead = dead;
        made_lane?;
        cx.emit(StmtKind::Loop { label, body });
        Ok(Val::mem(ty, out))
    }
}
