//! Code put by a splice or by `#insert` where an expression stands, as the expression that it is. Some forms depend on
//! what is written there (what is called, assigned, tested for null, joined by `or`), and what is put is as good as
//! written: they look through to it here, with what its names mean.

use std::rc::Rc;

use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};

use crate::emission::fncx::FnCx;
use crate::metaprogramming::insertion::{Inserted, MAX_DEPTH};
use crate::metaprogramming::quotes::{as_expression, splice_key};
use crate::sema::{Binding, Env, Res, Sema};

/// An expression that code is, where it is put.
#[derive(Clone)]
pub struct Put {
    /// What its names mean there.
    pub env: Rc<Env>,
    pub expr: &'static ast::Expr,
    /// Where it is put.
    site: Span,
    by: By,
}

#[derive(Clone, Copy)]
enum By {
    Splice,
    /// `#insert` of a quote: its operand.
    Quote(&'static ast::Expr),
    /// `#insert` of a text, which sees what is around it.
    Text(&'static ast::Expr),
}

/// What an `#insert` was given in a scope, and the expression that this is, if it is one.
#[derive(Clone)]
pub struct Given {
    pub inserted: Inserted,
    pub put: Option<Put>,
}

impl Sema<'_> {
    /// The expression that is put where `expr` stands; `None` if it puts nothing, or statements, or a value.
    pub fn put_here(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Option<Put> {
        match &expr.kind {
            ExprKind::Splice(inner) => match env.get(splice_key(inner)) {
                Some(Binding::Ct(val)) if self.is_code(val.ty) => {
                    let id = self.ct_u64(&val);
                    self.put_quote(env, id, expr.span, By::Splice)
                }
                _ => None,
            },
            ExprKind::Insert(operand) => self.given_here(env, operand, expr.span).ok()?.put,
            _ => None,
        }
    }

    /// What the `#insert` at `site` is given. However often the lowering comes by, it is evaluated once.
    pub fn given_here(
        &mut self,
        env: &Rc<Env>,
        operand: &'static ast::Expr,
        site: Span,
    ) -> Res<Given> {
        if let Some(given) = env.given(operand) {
            return Ok(given);
        }
        // Looking through code may never end, as putting it.
        let level = env.inserts.get() + 1;
        if level as usize > MAX_DEPTH {
            return Err(self.endless(site));
        }
        let inserted = match env.expansion {
            // What looks at it may not have come in there yet.
            Some(_) => self.sites_of(env, |s| s.inserted(env, operand))?,
            None => self.inserted(env, operand)?,
        };
        let put = match &inserted {
            Inserted::Quotes(ids) => match ids[..] {
                [id] => self.put_quote(env, id, site, By::Quote(operand)),
                _ => None,
            },
            Inserted::Text(text) => {
                let fragment = self.parsed_text(operand.span, text.clone())?;
                let tail = fragment.block.tail.as_deref();
                let alone = tail.filter(|_| fragment.block.stmts.is_empty());
                alone.map(|tail| Put {
                    env: env.child(),
                    expr: tail,
                    site,
                    by: By::Text(operand),
                })
            }
        };
        if let Some(put) = &put {
            put.env.inserts.set(level);
        }
        let given = Given { inserted, put };
        // What is undone has to be evaluated again, with what it prints.
        if !self.caches.chains.is_trying() {
            env.note_given(operand, given.clone());
        }
        Ok(given)
    }

    fn put_quote(&mut self, env: &Rc<Env>, id: u64, site: Span, by: By) -> Option<Put> {
        let quote = self.quote(id)?;
        let expr = as_expression(quote.body)?;
        Some(Put {
            env: Env::expansion(&quote.env, env, site),
            expr,
            site,
            by,
        })
    }

    /// An expression without parentheses, or what is put there, with what its names mean.
    pub fn seen_through(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> (Rc<Env>, &'static ast::Expr) {
        let (mut env, mut expr) = (env.clone(), expr);
        loop {
            if let ExprKind::Paren(inner) = &expr.kind {
                expr = inner;
            } else if let Some(put) = self.put_here(&env, expr) {
                (env, expr) = (put.env, put.expr);
            } else {
                return (env, expr);
            }
        }
    }

    /// The same of an operand that stands in the scope at hand, for one that is not lowered for itself.
    pub fn operand_form(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> &'static ast::Expr {
        let (mut env, mut expr) = (cx.env().clone(), expr);
        loop {
            if let ExprKind::Paren(inner) = &expr.kind {
                expr = inner;
            } else if let Some(put) = self.put_here(&env, expr) {
                note_put(cx, &put);
                (env, expr) = (put.env, put.expr);
            } else {
                return expr;
            }
        }
    }

    /// The same of an expression that has just been lowered, maybe in a scope inside of `env`: nothing is evaluated again.
    pub fn seen_as_lowered(
        &mut self,
        cx: &FnCx,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
    ) -> (Rc<Env>, &'static ast::Expr) {
        let mut expr = expr;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        let put = match &expr.kind {
            ExprKind::Insert(operand) => match cx.runs.put_by(operand) {
                // The same text may stand in the code that it has put.
                Some(put) if put.env.inserts.get() != env.inserts.get() + 1 => {
                    self.put_here(env, expr)
                }
                known => known,
            },
            _ => self.put_here(env, expr),
        };
        match put {
            // What is put has been seen in a scope of its own.
            Some(put) => self.seen_through(&put.env, put.expr),
            None => (env.clone(), expr),
        }
    }

    /// Runs `f`, which lowers what is put, where it is put.
    pub fn where_put<T>(
        &mut self,
        cx: &mut FnCx,
        put: &Put,
        f: impl FnOnce(&mut Self, &mut FnCx, &'static ast::Expr) -> Res<T>,
    ) -> Res<T> {
        note_put(cx, put);
        let lower =
            |s: &mut Self| s.expanding_in(cx, &put.env, put.site, |s, cx| f(s, cx, put.expr));
        match put.by {
            By::Splice => lower(self),
            By::Quote(_) | By::Text(_) => self.level_down(put.site, lower),
        }
    }
}

fn note_put(cx: &mut FnCx, put: &Put) {
    match put.by {
        By::Splice => {}
        By::Quote(operand) | By::Text(operand) => cx.runs.note_put(operand, put),
    }
}
