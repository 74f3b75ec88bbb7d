//! Rules of constants: what is one, and which values their forms may have.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, ExprKind};

use crate::sema::{Entity, Env, Res, Sema};
use crate::statements::errors::strip_parens;

#[derive(Clone, Copy, PartialEq, Eq)]
enum LiteralKind {
    Number,
    Text,
    Bool,
}

/// What a typed constant's initialiser is, as far as its form and the constants in it tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Initialiser {
    Int,
    IntExpression,
    Float,
    FloatExpression,
    Bool,
    BoolExpression,
    Str,
    NumberConstant,
    FloatConstant,
    BoolConstant,
    StrConstant,
    Enum,
}

impl Initialiser {
    fn described(self) -> &'static str {
        match self {
            Initialiser::Int => "an integer literal",
            Initialiser::IntExpression => "an integer expression",
            Initialiser::Float => "a float literal",
            Initialiser::FloatExpression => "a float expression",
            Initialiser::Bool => "a boolean literal",
            Initialiser::BoolExpression => "a boolean expression",
            Initialiser::Str => "a string literal",
            Initialiser::NumberConstant | Initialiser::FloatConstant => "a number constant",
            Initialiser::BoolConstant => "a boolean constant",
            Initialiser::StrConstant => "a string constant",
            Initialiser::Enum => "an enum value",
        }
    }

    fn is_number(self) -> bool {
        matches!(
            self,
            Initialiser::Int
                | Initialiser::IntExpression
                | Initialiser::Float
                | Initialiser::FloatExpression
                | Initialiser::NumberConstant
                | Initialiser::FloatConstant
        )
    }

    fn is_float(self) -> bool {
        matches!(
            self,
            Initialiser::Float | Initialiser::FloatExpression | Initialiser::FloatConstant
        )
    }

    fn is_bool(self) -> bool {
        matches!(
            self,
            Initialiser::Bool | Initialiser::BoolExpression | Initialiser::BoolConstant
        )
    }
}

impl Sema<'_> {
    /// Constants whose initialiser part 4 §6 evaluates again at each use: it needs run-time state.
    pub fn constant_is_runtime(&mut self, env: &Rc<Env>, value: &'static ast::Expr) -> bool {
        match &value.kind {
            ExprKind::Aggregate(agg) => agg
                .elems
                .iter()
                .any(|e| self.mentions_runtime(env, &e.value)),
            ExprKind::Binary { .. }
            | ExprKind::Chain { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Field { .. }
            | ExprKind::Ident(_) => self.mentions_runtime(env, value),
            ExprKind::Paren(inner) => self.constant_is_runtime(env, inner),
            // Applied to a call, these are that call; applied to a variable, they read it.
            ExprKind::Cast { base, .. }
            | ExprKind::Unwrap(base)
            | ExprKind::Deref(base)
            | ExprKind::TupleIndex { base, .. } => self.constant_is_runtime(env, base),
            ExprKind::Index { base, index } => {
                self.constant_is_runtime(env, base) || self.constant_is_runtime(env, index)
            }
            _ => false,
        }
    }

    /// A bare call in a struct's body is run-time code at each use, unless it makes a type or folds.
    pub fn is_repeated_call(&mut self, env: &Rc<Env>, value: &'static ast::Expr) -> bool {
        let ExprKind::Call(call) = &value.kind else {
            return false;
        };
        !self.builds_type(env, value)
            && !self.denotes_type(env, value)
            && !self.is_folding_call(env, &call.callee)
    }

    pub fn mentions_runtime(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(name) => {
                name.as_str() == "context" && env.get(name.name).is_none()
                    || matches!(
                        self.try_resolve_name(env, *name),
                        Ok(Some(crate::declarations::lookup::Name::Entity(
                            Entity::Global { .. } | Entity::RtConst,
                            _
                        )))
                    )
            }
            ExprKind::Call(call) => {
                !self.denotes_type(env, expr) && !self.is_folding_call(env, &call.callee)
            }
            ExprKind::Binary { lhs, rhs, .. } => {
                self.mentions_runtime(env, lhs) || self.mentions_runtime(env, rhs)
            }
            ExprKind::Unary { expr, .. }
            | ExprKind::Paren(expr)
            | ExprKind::Xx(expr)
            | ExprKind::Unwrap(expr)
            | ExprKind::Deref(expr) => self.mentions_runtime(env, expr),
            ExprKind::Chain { first, rest } => {
                self.mentions_runtime(env, first)
                    || rest
                        .iter()
                        .any(|link| self.mentions_runtime(env, &link.rhs))
            }
            ExprKind::Cast { base, .. } | ExprKind::TupleIndex { base, .. } => {
                self.mentions_runtime(env, base)
            }
            ExprKind::Index { base, index } => {
                self.mentions_runtime(env, base) || self.mentions_runtime(env, index)
            }
            ExprKind::Aggregate(agg) => agg
                .elems
                .iter()
                .any(|e| self.mentions_runtime(env, &e.value)),
            ExprKind::Field { base, .. } => self.mentions_runtime(env, base),
            _ => false,
        }
    }

    /// Calls of intrinsics fold; so do enum payload constructors.
    pub fn is_folding_call(&mut self, env: &Rc<Env>, callee: &'static ast::Expr) -> bool {
        match &callee.kind {
            ExprKind::EnumLit(_) => true,
            ExprKind::Ident(name) => {
                crate::builtins::intrinsics::is_intrinsic_name(name.as_str())
                    && env.get(name.name).is_none()
            }
            ExprKind::Field { base, .. } => self.denotes_type(env, base),
            _ => false,
        }
    }

    /// Array constants are one immutable global: their elements are constants, of one type, as many as declared.
    pub fn check_array_constant(
        &mut self,
        env: &Rc<Env>,
        name: Symbol,
        want: Option<TypeId>,
        value: &'static ast::Expr,
    ) -> Res<()> {
        let ExprKind::Aggregate(agg) = &strip_parens(value).kind else {
            return Ok(());
        };
        if agg.ty.is_some() || agg.elems.iter().any(|e| e.name.is_some()) {
            return Ok(());
        }
        let count = match want.map(|want| self.m.types.kind(want).clone()) {
            Some(sx_ir::TypeKind::Array(_, count)) => Some(count),
            Some(sx_ir::TypeKind::Slice(_)) if agg.brackets == ast::Brackets::Square => {
                let declared = want.map_or(String::new(), |want| self.type_name(want));
                return Err(self.error(
                    value.span,
                    format!("constant '{name}' has an array initializer but its annotation '{declared}' is not an array type"),
                ));
            }
            None if agg.brackets == ast::Brackets::Square => None,
            Some(_) | None => return Ok(()),
        };
        if want.is_none()
            && let Some(first) = agg.elems.first()
            && matches!(&strip_parens(&first.value).kind, ExprKind::Aggregate(inner) if inner.ty.is_none())
        {
            return Err(self.error(
                first.value.span,
                format!("cannot infer the element type of constant '{name}'; annotate it: '{name} : [{}]T : ..'", agg.elems.len()),
            ));
        }
        for (i, elem) in agg.elems.iter().enumerate() {
            if self.reads_variable(env, &elem.value) {
                return Err(if want.is_none() && i == 0 {
                    self.error(
                        elem.value.span,
                        format!(
                            "cannot infer the element type of constant '{name}' from this element"
                        ),
                    )
                } else {
                    self.error(
                        elem.value.span,
                        format!("constant '{name}' must be initialized by compile-time constant elements"),
                    )
                });
            }
        }
        let given = agg.elems.len() as u64;
        if let Some(count) = count
            && given != count
            && !agg
                .elems
                .iter()
                .any(|e| matches!(e.value.kind, ExprKind::Spread(_)))
        {
            return Err(self.error(
                value.span,
                format!(
                    "constant '{name}' declares [{count}] elements but its initializer has {given}"
                ),
            ));
        }
        let first = agg.elems.first().and_then(|e| literal_kind(&e.value));
        if want.is_none()
            && let Some(first) = first
            && let Some(other) = agg
                .elems
                .iter()
                .find(|e| literal_kind(&e.value).is_some_and(|kind| kind != first))
        {
            return Err(self.error(
                other.value.span,
                format!("constant '{name}' mixes incompatible element types"),
            ));
        }
        Ok(())
    }

    pub fn reads_variable(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Ident(_) => self.mentions_runtime(env, expr),
            ExprKind::Binary { lhs, rhs, .. } => {
                self.reads_variable(env, lhs) || self.reads_variable(env, rhs)
            }
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) | ExprKind::Xx(expr) => {
                self.reads_variable(env, expr)
            }
            ExprKind::Field { base, .. } => self.reads_variable(env, base),
            _ => false,
        }
    }

    /// The class of a constant by its name, also in a namespace or type.
    fn constant_initialiser(
        &mut self,
        env: &Rc<Env>,
        value: &'static ast::Expr,
    ) -> Option<Initialiser> {
        let val = match &value.kind {
            ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(
                    crate::declarations::lookup::Name::Entity(Entity::Ct(val), _)
                    | crate::declarations::lookup::Name::Binding(crate::sema::Binding::Ct(val)),
                )) => val,
                _ => return None,
            },
            _ => match self.resolve_path(env, value) {
                Ok(Some(Entity::Ct(val))) => val,
                _ => return None,
            },
        };
        match val.ty {
            TypeId::STRING => Some(Initialiser::StrConstant),
            TypeId::BOOL => Some(Initialiser::BoolConstant),
            ty if self.is_float(ty) => Some(Initialiser::FloatConstant),
            ty if self.is_number(ty) => Some(Initialiser::NumberConstant),
            _ => None,
        }
    }

    /// Whether `base` names an enum without payloads, of which `base.name` is a value.
    fn names_variant(&mut self, env: &Rc<Env>, base: &'static ast::Expr, name: Symbol) -> bool {
        let Ok(Some(Entity::Type(ty))) = self.resolve_path(env, base) else {
            return false;
        };
        let def = self.m.types.enum_def(ty);
        def.is_some_and(|def| !def.tagged && def.variants.iter().any(|v| v.name == name))
    }

    fn initialiser(&mut self, env: &Rc<Env>, value: &'static ast::Expr) -> Option<Initialiser> {
        use ast::{BinOp, UnOp};
        Some(match &value.kind {
            ExprKind::Int { .. } => Initialiser::Int,
            ExprKind::Float { .. } => Initialiser::Float,
            ExprKind::Bool(_) => Initialiser::Bool,
            ExprKind::Str(_) => Initialiser::Str,
            ExprKind::Ident(_) => return self.constant_initialiser(env, value),
            ExprKind::Field { base, name } => match self.names_variant(env, base, name.name) {
                true => Initialiser::Enum,
                false => return self.constant_initialiser(env, value),
            },
            ExprKind::Paren(inner) => return self.initialiser(env, inner),
            ExprKind::Chain { .. } => Initialiser::BoolExpression,
            ExprKind::Unary { op, expr } => match (op, self.initialiser(env, expr)?) {
                (UnOp::Not, _) => Initialiser::BoolExpression,
                (UnOp::Neg | UnOp::BitNot, given @ (Initialiser::Int | Initialiser::Float)) => {
                    given
                }
                (UnOp::Neg | UnOp::BitNot, given) if given.is_float() => {
                    Initialiser::FloatExpression
                }
                (UnOp::Neg | UnOp::BitNot, given) if given.is_number() => {
                    Initialiser::IntExpression
                }
                (UnOp::Neg | UnOp::BitNot, _) => return None,
            },
            ExprKind::Binary { op, lhs, rhs, .. } => match op {
                BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                    Initialiser::BoolExpression
                }
                BinOp::And | BinOp::In => Initialiser::BoolExpression,
                BinOp::Add
                | BinOp::Sub
                | BinOp::Mul
                | BinOp::Div
                | BinOp::Rem
                | BinOp::Shl
                | BinOp::Shr
                | BinOp::BitAnd
                | BinOp::BitOr
                | BinOp::BitXor => {
                    match (self.initialiser(env, lhs)?, self.initialiser(env, rhs)?) {
                        (a, b) if a.is_bool() && b.is_bool() => Initialiser::BoolExpression,
                        (a, b) if !a.is_number() || !b.is_number() => return None,
                        (a, b) if a.is_float() || b.is_float() => Initialiser::FloatExpression,
                        _ => Initialiser::IntExpression,
                    }
                }
                // Of a failable it is the value.
                BinOp::Or if self.initialiser(env, lhs)?.is_bool() => Initialiser::BoolExpression,
                BinOp::Or | BinOp::Coalesce => return None,
            },
            _ => return None,
        })
    }

    pub fn check_typed_constant(
        &mut self,
        env: &Rc<Env>,
        name: Symbol,
        want: TypeId,
        value: &'static ast::Expr,
    ) -> Res<()> {
        use sx_ir::TypeKind;
        let kind = self.m.types.kind(want).clone();
        let number = self.is_number(want);
        let text = matches!(kind, TypeKind::String | TypeKind::StringZ);
        let boolean = matches!(kind, TypeKind::Bool);
        let pointer = matches!(kind, TypeKind::Pointer(_) | TypeKind::CString)
            || matches!(kind, TypeKind::ManyPointer(to) if to != TypeId::U8);
        let Some(given) = self.initialiser(env, value) else {
            return Ok(());
        };
        let wrong = match given {
            _ if given.is_number() => text || boolean || pointer,
            _ if given.is_bool() => text || number || pointer,
            Initialiser::Str | Initialiser::StrConstant => {
                number || boolean || pointer && kind != TypeKind::CString
            }
            Initialiser::Enum => text || number || boolean || pointer,
            _ => false,
        };
        let what = given.described();
        if !wrong {
            return Ok(());
        }
        let declared = self.type_name(want);
        Err(self.error(
            value.span,
            format!("type mismatch: constant '{name}' is declared '{declared}' but its initializer is {what}"),
        ))
    }
}

fn literal_kind(expr: &ast::Expr) -> Option<LiteralKind> {
    match &expr.kind {
        ExprKind::Int { .. } | ExprKind::Float { .. } => Some(LiteralKind::Number),
        ExprKind::Str(_) => Some(LiteralKind::Text),
        ExprKind::Bool(_) => Some(LiteralKind::Bool),
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => literal_kind(expr),
        _ => None,
    }
}
