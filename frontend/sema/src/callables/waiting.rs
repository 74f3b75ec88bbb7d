//! Arguments that wait: what has no type of its own takes the one that other arguments tell, wherever it stands among them.
//! Where it stands decides only when it is evaluated.

use std::rc::Rc;

use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind};

use crate::callables::adapters::is_generic;
use crate::callables::calls::Arg;
use crate::callables::generic_calls::GenericCall;
use crate::callables::generics::{each_type_part, mentions_dollar};
use crate::callables::inference::{bare_name, generic_name, yields_literal};
use crate::declarations::lookup::Name;
use crate::expressions::arith::is_arithmetic;
use crate::sema::{Binding, Entity, Env, Sema};
use crate::statements::tails::ends_of;

/// What an argument waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Others that tell something, whatever it is.
    ForAny,
    /// One that introduces the type of a number literal, which is a number's default if that one tells nothing.
    ForType,
}

/// What an argument tells by itself about the type of its parameter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tells {
    /// It has a type only if its destination tells one.
    Nothing,
    /// `.{..}` and `.[..]`: a type made of their parts, if nothing tells another one.
    Parts,
    /// A number literal, or what converts to what is expected: a type of its own, if nothing tells another one.
    Default,
    Type,
}

impl Sema<'_> {
    /// Whether the argument of an ordinary parameter takes what the others tell. The parameter's type may still be open, or a
    /// number that gives way to a float.
    pub fn waits(
        &mut self,
        call: &GenericCall,
        i: usize,
        pattern: &'static ast::Expr,
        (open, promotes): (bool, bool),
    ) -> Option<Wait> {
        let for_any = |waits: bool| waits.then_some(Wait::ForAny);
        // An omitted lazy one has its default as argument.
        if call.params[i].lazy && call.uses_unbound(pattern) {
            return Some(Wait::ForAny);
        }
        match &call.slots[i] {
            Some(Arg::Expr(_)) if !promotes && self.may_become_float(call, pattern) => {
                Some(Wait::ForAny)
            }
            Some(Arg::Expr(expr)) if open => match self.tells(call, pattern, expr) {
                Tells::Nothing => Some(Wait::ForAny),
                Tells::Default => self
                    .is_told_by_another(call, pattern)
                    .then_some(Wait::ForType),
                Tells::Parts | Tells::Type => None,
            },
            Some(Arg::Val(..)) => for_any(call.uses_unbound(pattern)),
            // A block behind the call comes last anyway.
            Some(Arg::Expr(_) | Arg::Slice(_) | Arg::Trailing(_)) | None => None,
        }
    }

    /// Whether a pattern uses only what others introduce, and the argument of one of them can tell it: `T` of `(v: T, xs: []$T)`.
    /// Of `(v: T, w: $T)` it can't; numbers at parameters spelled alike have one type.
    fn is_told_by_another(&mut self, call: &GenericCall, pattern: &'static ast::Expr) -> bool {
        if mentions_dollar(pattern) {
            return false;
        }
        let open = call.unbound_names(pattern);
        let queue = call.turns.queue.iter().copied();
        let mut others = queue.filter_map(|i| Some((i, call.params[i].ty.as_ref()?)));
        others.any(|(i, ty)| {
            bare_name(ty).is_none()
                && open.iter().any(|name| introduces(ty, *name))
                && self.can_tell(call, i, ty)
        })
    }

    /// Whether the argument of a parameter has a type that tells about its pattern, at the latest when others have told what it
    /// needs itself.
    fn can_tell(&mut self, call: &GenericCall, i: usize, pattern: &'static ast::Expr) -> bool {
        match &call.slots[i] {
            Some(Arg::Expr(expr)) => {
                yields_literal(expr) || self.tells(call, pattern, expr) == Tells::Type
            }
            Some(Arg::Val(..) | Arg::Trailing(_)) => true,
            Some(Arg::Slice(_)) => false,
            // Several arguments of a variadic are as several parameters spelled alike.
            None => {
                matches!(call.rest.as_deref(), Some([Arg::Slice(_)]))
                    && self.is_slice_variadic(&call.params[i])
            }
        }
    }

    /// Whether one of several arguments of `..xs: []E` takes what the others tell about the pattern `E`.
    pub fn waits_for_its_like(
        &mut self,
        call: &GenericCall,
        elem: &'static ast::Expr,
        arg: &Arg,
    ) -> bool {
        match arg {
            Arg::Expr(expr) => match self.tells(call, elem, expr) {
                Tells::Nothing | Tells::Parts => true,
                Tells::Default | Tells::Type => false,
            },
            Arg::Trailing(_) => true,
            Arg::Val(..) | Arg::Slice(_) => false,
        }
    }

    /// What an argument tells by itself, where its parameter's type is this pattern.
    fn tells(
        &mut self,
        call: &GenericCall,
        pattern: &'static ast::Expr,
        expr: &'static ast::Expr,
    ) -> Tells {
        let only_if = |tells: bool| match tells {
            true => Tells::Type,
            false => Tells::Nothing,
        };
        match &expr.kind {
            ExprKind::Paren(inner) => self.tells(call, pattern, inner),
            ExprKind::Null | ExprKind::EnumLit(_) => Tells::Nothing,
            ExprKind::Call(call) => only_if(!matches!(call.callee.kind, ExprKind::EnumLit(_))),
            // Without a target they have a type, too, which is one more where another parameter introduces it.
            ExprKind::Xx(_) | ExprKind::ErrorTag(_) => match mentions_dollar(pattern) {
                true => Tells::Default,
                false => Tells::Nothing,
            },
            ExprKind::Int { .. } | ExprKind::Float { .. } => Tells::Default,
            ExprKind::Ident(name) => self.name_tells(&call.caller, *name),
            ExprKind::Unary { op, expr } if *op != ast::UnOp::Not => {
                match self.tells(call, pattern, expr) {
                    Tells::Default => Tells::Default,
                    Tells::Nothing | Tells::Parts | Tells::Type => Tells::Type,
                }
            }
            ExprKind::Binary { op, lhs, rhs, .. } => {
                let sides = [lhs, rhs].map(|side| self.tells(call, pattern, side));
                match sides {
                    [Tells::Nothing, Tells::Nothing] => Tells::Nothing,
                    [Tells::Default, Tells::Default] if is_arithmetic(*op) => Tells::Default,
                    _ => Tells::Type,
                }
            }
            ExprKind::Aggregate(literal) => match (&literal.ty, literal.brackets) {
                (Some(ty), _) => only_if(!matches!(ty.kind, ExprKind::EnumLit(_))),
                // A bare `$T` takes the type that the fields make.
                (None, ast::Brackets::Brace) => match pattern.kind {
                    ExprKind::Dollar { .. } => Tells::Parts,
                    _ => Tells::Nothing,
                },
                (None, ast::Brackets::Square) => match mentions_dollar(pattern) {
                    true => Tells::Parts,
                    false => Tells::Nothing,
                },
            },
            ExprKind::Lambda(lambda) => only_if(
                !call.uses_unbound(pattern)
                    && (lambda.sig.params.iter().all(|p| p.ty.is_some())
                        || self.partial_closure(call, pattern, expr).is_some()),
            ),
            ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_) => {
                let ends = ends_of(expr).into_iter();
                let told: Vec<Tells> = ends.map(|end| self.tells(call, pattern, end)).collect();
                match told.iter().min() {
                    // Beside one with a type of its own they are of that.
                    Some(Tells::Default) if told.contains(&Tells::Type) => Tells::Type,
                    least => least.copied().unwrap_or(Tells::Type),
                }
            }
            _ => Tells::Type,
        }
    }

    /// A bare `$T`/`T` bound to a number by inference may still become a float.
    pub fn may_promote(&self, call: &GenericCall, pattern: &'static ast::Expr) -> bool {
        bare_name(pattern).is_some_and(|name| self.is_promotable(call, name))
    }

    /// Whether a pattern has parts that may still become a float: one of the parameters whose turn comes yet decides.
    fn may_become_float(&self, call: &GenericCall, pattern: &'static ast::Expr) -> bool {
        let deciding: Vec<Symbol> = (call.turns.queue.iter())
            .filter_map(|i| bare_name(call.params[*i].ty.as_ref()?))
            .filter(|name| self.is_promotable(call, *name))
            .collect();
        let mut found = false;
        if !deciding.is_empty() {
            each_type_part(pattern, &mut |e| {
                found |= generic_name(e, call.params).is_some_and(|name| deciding.contains(&name));
            });
        }
        found
    }

    /// A constant may be a number literal, whose type its destination tells; a generic function is only a value where a function
    /// is expected.
    fn name_tells(&mut self, env: &Rc<Env>, name: ast::Ident) -> Tells {
        match self.try_resolve_name(env, name) {
            Ok(Some(Name::Binding(Binding::Ct(val)) | Name::Entity(Entity::Ct(val), _)))
                if val.literal && self.is_number(val.ty) =>
            {
                Tells::Default
            }
            Ok(Some(Name::Entity(Entity::Fn(f), _))) if is_generic(self.fn_info(f).decl) => {
                Tells::Nothing
            }
            _ => Tells::Type,
        }
    }
}

/// Whether a pattern has `$name` in it.
fn introduces(pattern: &ast::Expr, name: Symbol) -> bool {
    let mut found = false;
    each_type_part(pattern, &mut |e| {
        found |= matches!(&e.kind, ExprKind::Dollar { name: n, .. } if n.name == name);
    });
    found
}
