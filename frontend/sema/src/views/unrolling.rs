//! `inline for`, `inline if` and `inline` matches among statements: the iterations, a block for each, and what was taken.

use std::rc::Rc;

use sx_syntax::ast::{self, ArmBody, Branch, ExprKind, ForBody};
use sx_syntax::render::{Level, Renderer, Resolve, Scope};

use crate::sema::{Binding, Env};
use crate::views::expand::{Expander, next_line};
use crate::views::hygiene::Frame;
use crate::views::recording::Choice;

type Out<'r> = Renderer<'r, 'static>;

impl Expander<'_, '_> {
    // -------------------------------------------------------------------------------------------------- loops

    /// The scopes of a loop's iterations, if there is one record of them or all say the same.
    fn iterations(&self, node: &'static ast::ForStmt) -> Option<Result<Vec<Rc<Env>>, String>> {
        let (context, _, generic) = self.here();
        if generic || self.state.borrow().plain {
            return None;
        }
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref()?;
        let address = std::ptr::from_ref(node) as usize;
        let (last, others) = recording.loops.get(&(address, context))?.split_last()?;
        let same = |other: &Vec<Rc<Env>>| {
            other.len() == last.len() && other.iter().zip(last).all(|(a, b)| same_names(a, b))
        };
        Some(match others.iter().all(same) {
            true => Ok(last.clone()),
            false => Err("it is another thing each time".to_string()),
        })
    }

    pub fn put_loop(&self, r: &mut Out<'_>, node: &'static ast::ForStmt) -> bool {
        let written = match self.iterations(node) {
            None => return false,
            Some(Err(reason)) => Err(reason),
            Some(Ok(iterations)) => self.attempt(r, |r| {
                let mut started = false;
                for env in &iterations {
                    next_line(r, &mut started, |r| {
                        let mark = r.mark();
                        self.iteration(r, node, env);
                        if r.written_since(mark) == "{}" {
                            r.undo(mark);
                        }
                    });
                }
            }),
        };
        match written {
            Ok(()) => true,
            Err(reason) => self.stays(r, &reason),
        }
    }

    fn iteration(&self, r: &mut Out<'_>, node: &'static ast::ForStmt, env: &Rc<Env>) {
        let mut frame = Frame::new(self.context_of(env), env.clone());
        frame.iteration = true;
        frame.quote = self.state.borrow().frames.last().and_then(|f| f.quote);
        self.within(frame, || match &node.body {
            ForBody::Block(block) => self.braces(r, |r, started| {
                self.block_lines(r, block, 0, started);
            }),
            ForBody::Stmt(stmt) => self.braces(r, |r, started| {
                next_line(r, started, |r| r.stmt(stmt));
            }),
        });
    }

    /// A block whose lines `f` writes.
    fn braces(&self, r: &mut Out<'_>, f: impl FnOnce(&mut Out<'_>, &mut bool)) {
        self.enter(Scope::Other);
        r.s("{");
        let mut started = false;
        let mark = r.mark();
        r.indented(|r| {
            r.line();
            f(r, &mut started);
        });
        match started {
            true => r.line(),
            false => r.undo(mark),
        }
        r.s("}");
        self.leave(Scope::Other);
    }

    // ----------------------------------------------------------------------------------------------- branches

    fn choice<T>(&self, node: &'static T) -> Option<Choice> {
        let (context, _, generic) = self.here();
        if generic || self.state.borrow().plain {
            return None;
        }
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref()?;
        let address = std::ptr::from_ref(node) as usize;
        match recording.choices.get(&(address, context))?[..] {
            [choice] => Some(choice),
            _ => None,
        }
    }

    /// The branch that was taken, as a statement; nothing if none was. False for conditions that aren't known.
    pub fn put_taken(&self, r: &mut Out<'_>, expr: &'static ast::Expr) -> bool {
        let known = match &expr.kind {
            ExprKind::If(node) => self.choice(&**node).is_some(),
            ExprKind::Match(node) => self.choice(&**node).is_some(),
            _ => false,
        };
        if !known {
            return false;
        }
        match self.attempt(r, |r| self.taken(r, expr)) {
            Ok(()) => true,
            Err(reason) => self.stays(r, &reason),
        }
    }

    fn taken(&self, r: &mut Out<'_>, expr: &'static ast::Expr) {
        match &expr.kind {
            ExprKind::If(node) => self.taken_if(r, node),
            ExprKind::Match(node) => match self.choice(&**node) {
                Some(Choice::Branch(i)) => match node.arms.get(i) {
                    Some(arm) if arm.capture.is_some() => {
                        self.fail("the arm binds what the variant carries".to_string());
                    }
                    Some(arm) => self.arm(r, &arm.body),
                    None => {}
                },
                Some(Choice::Otherwise) => {
                    node.else_.iter().for_each(|body| self.arm(r, body));
                }
                Some(Choice::Nothing) => {}
                None => self.fail("it has not been reached".to_string()),
            },
            _ => {}
        }
    }

    fn taken_if(&self, r: &mut Out<'_>, node: &'static ast::IfExpr) {
        match (self.choice(node), &node.else_) {
            (None, _) => self.fail("what follows is not known at compile time".to_string()),
            (Some(Choice::Branch(_)), _) => self.branch(r, &node.then),
            // What follows is as static as the first.
            (Some(Choice::Otherwise), Some(Branch::Expr(next)))
                if let ExprKind::If(next) = &next.kind =>
            {
                self.taken_if(r, next);
            }
            (Some(Choice::Otherwise), Some(branch)) => self.branch(r, branch),
            (Some(Choice::Otherwise | Choice::Nothing), _) => {}
        }
    }

    /// Whether the branch taken is a block, which stands for itself.
    fn takes_block(&self, node: &'static ast::IfExpr) -> bool {
        let branch = match self.choice(node) {
            Some(Choice::Branch(_)) => Some(&node.then),
            Some(Choice::Otherwise) => node.else_.as_ref(),
            Some(Choice::Nothing) | None => None,
        };
        match branch {
            Some(Branch::Block(_)) => true,
            Some(Branch::Expr(next)) => match &next.kind {
                ExprKind::If(next) => self.takes_block(next),
                _ => false,
            },
            Some(Branch::Jump(_)) | None => false,
        }
    }

    fn branch(&self, r: &mut Out<'_>, branch: &'static Branch) {
        match branch {
            Branch::Block(block) => self.block_of(r, block),
            Branch::Expr(expr) => {
                if !self.put_expression_statement(r, expr) {
                    r.expr(expr);
                    r.s(if self.is_forwarded(expr) { "" } else { ";" });
                }
            }
            Branch::Jump(stmt) => r.stmt(stmt),
        }
    }

    fn arm(&self, r: &mut Out<'_>, body: &'static ArmBody) {
        match body {
            ArmBody::Break(_) => {}
            ArmBody::Arrow(branch) => self.branch(r, branch),
            ArmBody::Stmts(block) => self.block_of(r, block),
        }
    }

    fn block_of(&self, r: &mut Out<'_>, block: &'static ast::Block) {
        self.braces(r, |r, started| self.block_lines(r, block, 0, started));
    }

    /// The same where an expression stands: an `inline if` has no value there, a match has that of the arm taken.
    pub fn put_taken_value(&self, r: &mut Out<'_>, expr: &'static ast::Expr) -> bool {
        let written = match &expr.kind {
            ExprKind::If(node) if self.takes_block(node) => {
                self.attempt(r, |r| self.taken(r, expr))
            }
            ExprKind::If(node) if self.choice(&**node).is_some() => self.attempt(r, |r| {
                self.braces(r, |r, started| {
                    next_line(r, started, |r| self.taken(r, expr));
                });
            }),
            ExprKind::Match(node) => match self.arm_value(node) {
                Some(Ok(value)) => self.attempt(r, |r| self.nested(r, value, Level::POSTFIX)),
                Some(Err(block)) => self.attempt(r, |r| self.block_value(r, block)),
                None => return false,
            },
            _ => return false,
        };
        match written {
            Ok(()) => true,
            Err(reason) => {
                if !self.as_written() {
                    self.fail(reason);
                }
                false
            }
        }
    }

    /// The value or block of the arm taken.
    fn arm_value(
        &self,
        node: &'static ast::MatchExpr,
    ) -> Option<Result<&'static ast::Expr, &'static ast::Block>> {
        let body = match self.choice(node)? {
            Choice::Branch(i) => {
                let arm = node.arms.get(i)?;
                (arm.capture.is_none()).then_some(&arm.body)?
            }
            Choice::Otherwise => node.else_.as_ref()?,
            Choice::Nothing => return None,
        };
        match body {
            ArmBody::Arrow(Branch::Expr(value)) => Some(Ok(value)),
            ArmBody::Arrow(Branch::Block(block)) | ArmBody::Stmts(block) => Some(Err(block)),
            ArmBody::Break(_) | ArmBody::Arrow(Branch::Jump(_)) => None,
        }
    }
}

/// Whether two iterations bind the same to their names.
fn same_names(a: &Rc<Env>, b: &Rc<Env>) -> bool {
    let (a, b) = (a.names.borrow(), b.names.borrow());
    a.len() == b.len()
        && a.iter().all(|(name, one)| match (one, b.get(name)) {
            (Binding::Ct(one), Some(Binding::Ct(other))) => one == other,
            (Binding::Type(one), Some(Binding::Type(other))) => one == other,
            (Binding::Poison, Some(Binding::Poison)) => true,
            // A body is lowered again in another function.
            (Binding::Var { var: one, .. }, Some(Binding::Var { var: other, .. })) => one == other,
            _ => false,
        })
}
