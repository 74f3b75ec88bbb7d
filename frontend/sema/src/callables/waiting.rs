//! Arguments that wait: what has no type of its own takes the one that other arguments tell, wherever it stands among them.
//! Where it stands decides only when it is evaluated.

use sx_ir::Symbol;
use sx_syntax::ast::{self, ExprKind};

use crate::callables::calls::Arg;
use crate::callables::generic_calls::GenericCall;
use crate::callables::generics::{each_type_part, mentions_dollar};
use crate::callables::inference::{bare_name, generic_name};
use crate::sema::Sema;
use crate::statements::tails::ends_of;

/// What an argument tells by itself about the type of its parameter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tells {
    /// It has a type only if its destination tells one.
    Nothing,
    /// `.{..}` and `.[..]`: a type made of their parts, if nothing tells another one.
    Parts,
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
    ) -> bool {
        // An omitted lazy one has its default as argument.
        if call.params[i].lazy && call.uses_unbound(pattern) {
            return true;
        }
        match &call.slots[i] {
            Some(Arg::Expr(expr)) => {
                !promotes && self.may_become_float(call, pattern)
                    || open && self.tells(call, pattern, expr) == Tells::Nothing
            }
            Some(Arg::Val(..)) => call.uses_unbound(pattern),
            // A block behind the call comes last anyway.
            Some(Arg::Slice(_) | Arg::Trailing(_)) | None => false,
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
            Arg::Expr(expr) => self.tells(call, elem, expr) != Tells::Type,
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
            ExprKind::Xx(_) | ExprKind::ErrorTag(_) => only_if(mentions_dollar(pattern)),
            ExprKind::Binary { lhs, rhs, .. } => only_if(
                [lhs, rhs]
                    .into_iter()
                    .any(|side| self.tells(call, pattern, side) != Tells::Nothing),
            ),
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
                let least = ends.map(|end| self.tells(call, pattern, end)).min();
                least.unwrap_or(Tells::Type)
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
}
