//! Failable flow of the root file's functions, whether anything reaches them or not (reference part 3 §5.5, §6.2): value
//! slots read before their error is proven absent, and cleanups with an error that goes nowhere. It reads the syntax tree
//! alone, so it knows the callees that names lead to; what needs types is found when a body is lowered. It never says
//! more than the lowering does, and in the same words: what both find is reported once.

use rustc_hash::FxHashMap;
use sx_ir::Symbol;
use sx_syntax::ast::{self, ArmBody, BinOp, Branch, CatchHandler, Cond, ExprKind, StmtKind, UnOp};
use sx_syntax::visit::{self, Visitor};
use sx_syntax::{Diagnostic, Span};

use crate::declarations::lookup::Found;
use crate::declarations::unreached::leaves;
use crate::sema::{DeclSyntax, ModId, Sema};

/// What a function's signature says.
#[derive(Clone, Copy, Default)]
struct Callee {
    /// The number of value slots in front of the error, if it can fail.
    fails: Option<usize>,
    never_returns: bool,
}

/// What a name in a body stands for.
#[derive(Clone, Copy)]
enum Local {
    Plain,
    Function(Callee),
    /// A value slot, and the number of the destructuring it is from.
    Value(usize),
    Error(usize),
}

struct Flow<'s, 'a> {
    sema: &'s mut Sema<'a>,
    scopes: Vec<FxHashMap<Symbol, Local>>,
    /// Names of the errors, by destructuring.
    errors: Vec<Symbol>,
    /// Destructurings whose error is proven absent here.
    proven: Vec<usize>,
    in_cleanup: bool,
    found: Vec<Diagnostic>,
    /// Code made at compile time may declare anything.
    opaque: bool,
}

impl Sema<'_> {
    pub fn check_flow(&mut self) {
        let root = ModId(0);
        for id in self.module(root).decls.clone() {
            let syntax = self.decl(id).syntax.clone();
            if matches!(syntax, DeclSyntax::Fn(function) if function.plain_flow) {
                continue;
            }
            let mut flow = Flow {
                sema: self,
                scopes: vec![FxHashMap::default()],
                errors: Vec::new(),
                proven: Vec::new(),
                in_cleanup: false,
                found: Vec::new(),
                opaque: false,
            };
            match syntax {
                DeclSyntax::Fn(function) => flow.function(function),
                DeclSyntax::Struct(decl) => decl.members.iter().for_each(|m| flow.member(m)),
                _ => continue,
            }
            if flow.opaque {
                continue;
            }
            for diag in std::mem::take(&mut flow.found) {
                self.report(diag);
            }
        }
    }
}

impl Flow<'_, '_> {
    fn bind(&mut self, name: ast::Ident, local: Local) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.name, local);
        }
    }

    fn local(&self, name: Symbol) -> Option<Local> {
        self.scopes.iter().rev().find_map(|s| s.get(&name).copied())
    }

    /// Runs `f` in a scope of its own; what it proves holds to its end.
    fn scoped(&mut self, f: impl FnOnce(&mut Self)) {
        let proven = self.proven.len();
        self.scopes.push(FxHashMap::default());
        f(self);
        self.scopes.pop();
        self.proven.truncate(proven);
    }

    // ---------------------------------------------------------------------------------------------- callees

    fn signature(&mut self, sig: &ast::FnSig) -> Callee {
        let Some(ret) = &sig.ret else {
            return Callee::default();
        };
        match &ret.kind {
            ast::RetKind::Void => Callee::default(),
            ast::RetKind::Slots { slots, error } => Callee {
                fails: error.is_some().then_some(slots.len()),
                never_returns: false,
            },
            ast::RetKind::Type(ty) => match &ty.kind {
                ExprKind::ErrorSetType(_) => Callee {
                    fails: Some(0),
                    never_returns: false,
                },
                ExprKind::Ident(name) => Callee {
                    fails: self.names_error_set(*name).then_some(0),
                    never_returns: name.as_str() == "noreturn",
                },
                _ => Callee::default(),
            },
        }
    }

    fn names_error_set(&mut self, name: ast::Ident) -> bool {
        match self.sema.lookup_module(ModId(0), name.name) {
            Found::Decl(decl) => matches!(self.sema.decl(decl).syntax, DeclSyntax::ErrorSet(_)),
            _ => false,
        }
    }

    fn declared(&mut self, found: Found) -> Callee {
        let Found::Decl(decl) = found else {
            return Callee::default();
        };
        match self.sema.decl(decl).syntax.clone() {
            DeclSyntax::Fn(function) => self.signature(&function.sig),
            _ => Callee::default(),
        }
    }

    /// What is known of a call's callee: a local function, one of the module, or one of a namespace.
    fn callee(&mut self, expr: &ast::Expr) -> Callee {
        let ExprKind::Call(call) = &expr.kind else {
            return Callee::default();
        };
        match &call.callee.kind {
            ExprKind::Ident(name) => match self.local(name.name) {
                Some(Local::Function(callee)) => callee,
                Some(_) => Callee::default(),
                None => {
                    let found = self.sema.lookup_module(ModId(0), name.name);
                    self.declared(found)
                }
            },
            ExprKind::Field { base, name } => {
                let ExprKind::Ident(namespace) = &base.kind else {
                    return Callee::default();
                };
                if self.local(namespace.name).is_some() {
                    return Callee::default();
                }
                let Found::Decl(decl) = self.sema.lookup_module(ModId(0), namespace.name) else {
                    return Callee::default();
                };
                let DeclSyntax::Import(set) = self.sema.decl(decl).syntax else {
                    return Callee::default();
                };
                let found = self.sema.lookup_in_set(set, name.name);
                self.declared(found)
            }
            _ => Callee::default(),
        }
    }

    // ---------------------------------------------------------------------------------------------- proofs

    /// The errors that a condition being `truth` proves absent.
    fn absent(&self, cond: &ast::Expr, truth: bool, out: &mut Vec<usize>) {
        match &cond.kind {
            ExprKind::Paren(inner) => self.absent(inner, truth, out),
            ExprKind::Unary {
                op: UnOp::Not,
                expr,
            } => self.absent(expr, !truth, out),
            ExprKind::Binary {
                op: BinOp::And,
                lhs,
                rhs,
                ..
            } if truth => {
                self.absent(lhs, true, out);
                self.absent(rhs, true, out);
            }
            ExprKind::Binary {
                op: BinOp::Or,
                lhs,
                rhs,
                ..
            } if !truth => {
                self.absent(lhs, false, out);
                self.absent(rhs, false, out);
            }
            ExprKind::Ident(name) if !truth => {
                if let Some(Local::Error(id)) = self.local(name.name) {
                    out.push(id);
                }
            }
            _ => {}
        }
    }

    fn with_proof(&mut self, cond: &ast::Expr, truth: bool, f: impl FnOnce(&mut Self)) {
        self.scoped(|flow| {
            let mut absent = Vec::new();
            flow.absent(cond, truth, &mut absent);
            flow.proven.extend(absent);
            f(flow);
        });
    }

    fn diverges_expr(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.diverges_expr(inner),
            ExprKind::Call(_) => self.callee(expr).never_returns,
            ExprKind::Block(block) => self.diverges(block),
            ExprKind::If(node) => {
                self.diverges_branch(&node.then)
                    && node.else_.as_ref().is_some_and(|b| self.diverges_branch(b))
            }
            ExprKind::Match(node) => {
                node.arms.iter().all(|arm| self.diverges_arm(&arm.body))
                    && node.else_.as_ref().is_some_and(|b| self.diverges_arm(b))
            }
            _ => false,
        }
    }

    fn diverges_branch(&mut self, branch: &Branch) -> bool {
        match branch {
            Branch::Block(block) => self.diverges(block),
            Branch::Expr(expr) => self.diverges_expr(expr),
            Branch::Jump(_) => true,
        }
    }

    fn diverges_arm(&mut self, body: &ArmBody) -> bool {
        match body {
            ArmBody::Break(_) => false,
            ArmBody::Arrow(branch) => self.diverges_branch(branch),
            ArmBody::Stmts(block) => self.diverges(block),
        }
    }

    fn diverges(&mut self, block: &ast::Block) -> bool {
        let stmt = |flow: &mut Self, stmt: &ast::Stmt| match &stmt.kind {
            StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break | StmtKind::Continue => true,
            StmtKind::Expr { expr, .. } => flow.diverges_expr(expr),
            StmtKind::Push { body, .. } => flow.diverges(body),
            // `while true { .. }` may be left by a `break` only; that is for the lowering to find.
            StmtKind::While { .. } => true,
            _ => false,
        };
        block.stmts.iter().any(|s| stmt(self, s))
            || block.tail.as_ref().is_some_and(|t| self.diverges_expr(t))
    }

    // ---------------------------------------------------------------------------------------------- findings

    fn unproven(&mut self, name: ast::Ident) {
        let Some(Local::Value(id)) = self.local(name.name) else {
            return;
        };
        if self.proven.contains(&id) {
            return;
        }
        self.found
            .push(unproven(name.span, name.name, self.errors[id]));
    }

    /// A statement of a cleanup, or the cleanup itself, that is a failable call.
    fn cleanup_call(&mut self, expr: &ast::Expr) {
        if self.in_cleanup && self.callee(expr).fails.is_some() {
            self.found.push(Diagnostic::error(expr.span, CLEANUP));
        }
    }

    fn cleanup(&mut self, body: &ast::Expr, tag: Option<ast::Ident>) {
        let outer = std::mem::replace(&mut self.in_cleanup, true);
        self.scoped(|flow| {
            if let Some(tag) = tag {
                flow.bind(tag, Local::Plain);
            }
            flow.cleanup_call(body);
            flow.expr(body);
        });
        self.in_cleanup = outer;
    }

    fn branch(&mut self, branch: &Branch) {
        match branch {
            Branch::Block(block) => self.block(block),
            Branch::Expr(expr) => self.expr(expr),
            Branch::Jump(stmt) => self.stmt(stmt),
        }
    }

    fn arm(&mut self, body: &ArmBody, capture: Option<ast::Ident>) {
        self.scoped(|flow| {
            if let Some(capture) = capture {
                flow.bind(capture, Local::Plain);
            }
            match body {
                ArmBody::Break(_) => {}
                ArmBody::Arrow(branch) => flow.branch(branch),
                ArmBody::Stmts(block) => flow.block(block),
            }
        });
    }

    fn if_expr(&mut self, node: &ast::IfExpr) {
        match &node.cond {
            Cond::Bind { name, value } => {
                self.expr(value);
                self.scoped(|flow| {
                    flow.bind(*name, Local::Plain);
                    flow.branch(&node.then);
                });
                if let Some(branch) = &node.else_ {
                    self.scoped(|flow| flow.branch(branch));
                }
            }
            Cond::Expr(cond) => {
                self.expr(cond);
                self.with_proof(cond, true, |flow| flow.branch(&node.then));
                if let Some(branch) = &node.else_ {
                    self.with_proof(cond, false, |flow| flow.branch(branch));
                }
                // What one branch leaves with, the other side proves for the rest of the block.
                let mut absent = Vec::new();
                if self.diverges_branch(&node.then) {
                    self.absent(cond, false, &mut absent);
                }
                if node.else_.as_ref().is_some_and(|b| self.diverges_branch(b)) {
                    self.absent(cond, true, &mut absent);
                }
                self.proven.extend(absent);
            }
        }
    }

    fn match_expr(&mut self, node: &ast::MatchExpr) {
        self.expr(&node.subject);
        for arm in &node.arms {
            self.arm(&arm.body, arm.capture);
        }
        if let Some(body) = &node.else_ {
            self.arm(body, None);
        }
    }

    fn destructure(&mut self, names: &[ast::Ident], value: &ast::Expr) {
        self.expr(value);
        let failing = self.callee(value).fails;
        match failing {
            Some(values) if values > 0 && names.len() == values + 1 => {
                let id = self.errors.len();
                self.errors.push(names[values].name);
                for name in &names[..values] {
                    self.bind(*name, Local::Value(id));
                }
                self.bind(names[values], Local::Error(id));
            }
            _ => names.iter().for_each(|name| self.bind(*name, Local::Plain)),
        }
    }
}

impl Visitor for Flow<'_, '_> {
    fn expr(&mut self, expr: &ast::Expr) {
        match &expr.kind {
            ExprKind::Ident(name) => self.unproven(*name),
            ExprKind::Insert(_) | ExprKind::Code(_) | ExprKind::Splice(_) => self.opaque = true,
            ExprKind::If(node) => self.if_expr(node),
            ExprKind::Match(node) => self.match_expr(node),
            ExprKind::Binary {
                op: op @ (BinOp::And | BinOp::Or),
                lhs,
                rhs,
                ..
            } => {
                self.expr(lhs);
                self.with_proof(lhs, *op == BinOp::And, |flow| flow.expr(rhs));
            }
            ExprKind::Catch(catch) => {
                self.expr(&catch.operand);
                self.scoped(|flow| {
                    if let Some(tag) = catch.tag {
                        flow.bind(tag, Local::Plain);
                    }
                    match &catch.handler {
                        CatchHandler::Block(block) => flow.block(block),
                        CatchHandler::Expr(expr) => flow.expr(expr),
                        CatchHandler::Match(node) => flow.match_expr(node),
                    }
                });
            }
            // `.{ v = e }` names a field, and `.{v}` may.
            ExprKind::Aggregate(_) => visit::walk_expr(self, expr),
            _ => visit::walk_expr(self, expr),
        }
    }

    fn block(&mut self, block: &ast::Block) {
        self.scoped(|flow| {
            for stmt in &block.stmts {
                flow.stmt(stmt);
                if leaves(stmt) {
                    return;
                }
            }
            if let Some(tail) = &block.tail {
                flow.cleanup_call(tail);
                flow.expr(tail);
            }
        });
    }

    fn stmt(&mut self, stmt: &ast::Stmt) {
        match &stmt.kind {
            StmtKind::Destructure { names, value } => self.destructure(names, value),
            // `_ := v` reads nothing.
            StmtKind::Discard(value) if matches!(value.kind, ExprKind::Ident(_)) => {}
            StmtKind::Defer(body) => self.cleanup(body, None),
            StmtKind::OnFail { tag, body } => self.cleanup(body, *tag),
            StmtKind::Expr { expr, .. } => {
                self.cleanup_call(expr);
                self.expr(expr);
            }
            StmtKind::While { cond, body } => match cond {
                Cond::Expr(cond) => {
                    self.expr(cond);
                    self.block(body);
                }
                Cond::Bind { name, value } => {
                    self.expr(value);
                    self.scoped(|flow| {
                        flow.bind(*name, Local::Plain);
                        flow.block(body);
                    });
                }
            },
            StmtKind::For(node) => self.scoped(|flow| {
                for iter in &node.iters {
                    match &iter.kind {
                        ast::ForIterKind::Each(expr) => flow.expr(expr),
                        ast::ForIterKind::Range { lo, hi, .. } => {
                            flow.expr(lo);
                            hi.iter().for_each(|hi| flow.expr(hi));
                        }
                    }
                }
                for capture in &node.captures {
                    flow.bind(capture.name, Local::Plain);
                }
                match &node.body {
                    ast::ForBody::Block(block) => flow.block(block),
                    ast::ForBody::Stmt(stmt) => flow.stmt(stmt),
                }
            }),
            StmtKind::Insert(_) => self.opaque = true,
            StmtKind::Decl(_)
            | StmtKind::Assign { .. }
            | StmtKind::MultiAssign { .. }
            | StmtKind::Discard(_)
            | StmtKind::Return(_)
            | StmtKind::Raise(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Push { .. }
            | StmtKind::Error(_)
            | StmtKind::Assert(_) => visit::walk_stmt(self, stmt),
        }
    }

    fn decl(&mut self, decl: &ast::Decl) {
        let local = match &decl.kind {
            ast::DeclKind::Fn(function) => {
                let callee = self.signature(&function.sig);
                // It sees itself.
                self.bind(decl.name, Local::Function(callee));
                Local::Function(callee)
            }
            ast::DeclKind::Var(var) => match var.init.as_ref().map(|init| &init.kind) {
                Some(ExprKind::Lambda(function)) => {
                    let callee = self.signature(&function.sig);
                    Local::Function(callee)
                }
                _ => Local::Plain,
            },
            _ => Local::Plain,
        };
        visit::walk_decl(self, decl);
        self.bind(decl.name, local);
    }

    /// Each function and lambda by itself: slots of the functions around it are another matter.
    fn function(&mut self, function: &ast::FnDecl) {
        if function.mixin {
            self.opaque = true;
        }
        let cleanup = std::mem::replace(&mut self.in_cleanup, false);
        self.scoped(|flow| {
            let hidden: Vec<Symbol> = flow
                .scopes
                .iter()
                .flat_map(|scope| scope.iter())
                .filter(|(_, local)| matches!(local, Local::Value(_) | Local::Error(_)))
                .map(|(name, _)| *name)
                .collect();
            if let Some(scope) = flow.scopes.last_mut() {
                scope.extend(hidden.into_iter().map(|name| (name, Local::Plain)));
            }
            for param in &function.sig.params {
                flow.bind(param.name, Local::Plain);
            }
            visit::walk_fn(flow, function);
        });
        self.in_cleanup = cleanup;
    }
}

pub const CLEANUP: &str =
    "a cleanup has nowhere to send this call's error — absorb it with `catch` or `or`";

/// `v` of `v, e := f()` where `e` is not proven absent.
pub fn unproven(span: Span, value: Symbol, error: Symbol) -> Diagnostic {
    Diagnostic::error(
        span,
        format!("'{value}' is usable only where '{error}' is proven absent"),
    )
    .with_help(
        None,
        format!(
            "guard it with `if !{error} {{ .. }}` or leave first with `if {error} {{ return; }}`"
        ),
    )
}
