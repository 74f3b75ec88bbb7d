//! Expressions.

use std::borrow::Borrow;
use std::fmt::Write;

use super::Dump;
use crate::ast::*;

impl Dump<'_> {
    pub(super) fn opt(&mut self, before: &str, expr: &Option<impl Borrow<Expr>>) {
        if let Some(expr) = expr {
            self.s(before);
            self.expr(expr.borrow());
        }
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.s(" ");
            self.expr(expr);
        }
    }

    pub(super) fn wrap(&mut self, head: &str, expr: &Expr) {
        self.s("(");
        self.s(head);
        self.s(" ");
        self.expr(expr);
        self.s(")");
    }

    pub(super) fn args(&mut self, args: &[Arg]) {
        for arg in args {
            self.s(" ");
            if let Some(name) = arg.name {
                self.ident(name);
                self.s("=");
            }
            self.expr(&arg.value);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Error => self.s("<error>"),
            ExprKind::Int { value, is_char } => {
                let _ = write!(self.out, "{}{value}", if *is_char { "c" } else { "" });
            }
            ExprKind::Float { text, .. } => self.s(text.as_str()),
            ExprKind::Str(text) => {
                let _ = write!(self.out, "{text:?}");
            }
            ExprKind::Bool(value) => self.s(if *value { "true" } else { "false" }),
            ExprKind::Null => self.s("null"),
            ExprKind::Undef => self.s("---"),
            ExprKind::Ident(name) => self.ident(*name),
            ExprKind::Dollar { name, constraints } => {
                self.s("$");
                self.ident(*name);
                for constraint in constraints {
                    self.s("/");
                    self.expr(constraint);
                }
            }
            ExprKind::EnumLit(name) => {
                self.s(".");
                self.ident(*name);
            }
            ExprKind::ErrorTag(name) => {
                self.s("error.");
                self.ident(*name);
            }
            ExprKind::Field { base, name } => {
                self.s("(. ");
                self.expr(base);
                self.s(" ");
                self.ident(*name);
                self.s(")");
            }
            ExprKind::OptField { base, name } => {
                self.s("(?. ");
                self.expr(base);
                self.s(" ");
                self.ident(*name);
                self.s(")");
            }
            ExprKind::TupleIndex { base, index, .. } => {
                self.s("(. ");
                self.expr(base);
                let _ = write!(self.out, " {index})");
            }
            ExprKind::OptTupleIndex { base, index, .. } => {
                self.s("(?. ");
                self.expr(base);
                let _ = write!(self.out, " {index})");
            }
            ExprKind::Deref(base) => self.wrap("deref", base),
            ExprKind::Index { base, index } => {
                self.s("(index ");
                self.expr(base);
                self.s(" ");
                self.expr(index);
                self.s(")");
            }
            ExprKind::Slice(slice) => {
                self.s("(slice ");
                self.expr(&slice.base);
                self.s(" ");
                if let Some(lo) = &slice.lo {
                    self.expr(lo);
                }
                self.range_op(slice.op);
                if let Some(hi) = &slice.hi {
                    self.expr(hi);
                }
                self.s(")");
            }
            ExprKind::Call(call) => {
                self.s(if call.piped { "(pipe " } else { "(call " });
                self.expr(&call.callee);
                self.args(&call.args);
                if let Some(block) = &call.trailing {
                    self.s(" (");
                    self.function(block);
                    self.s(")");
                }
                self.s(")");
            }
            ExprKind::Cast { base, ty, alloc } => {
                self.s("(cast ");
                self.expr(base);
                self.s(" ");
                self.expr(ty);
                if let Some(alloc) = alloc {
                    self.s(" ");
                    self.expr(alloc);
                }
                self.s(")");
            }
            ExprKind::OptCast { base, ty } => {
                self.s("(?cast ");
                self.expr(base);
                self.s(" ");
                self.expr(ty);
                self.s(")");
            }
            ExprKind::Unwrap(base) => self.wrap("unwrap", base),
            ExprKind::Aggregate(agg) => {
                self.s(match agg.brackets {
                    Brackets::Brace => "(lit{}",
                    Brackets::Square => "(lit[]",
                });
                self.opt(" :", &agg.ty);
                self.args(&agg.elems);
                if let Some(init) = &agg.init {
                    self.s(" init ");
                    self.block(init);
                }
                self.s(")");
            }
            ExprKind::Catch(c) => {
                self.s("(catch ");
                self.expr(&c.operand);
                if let Some(tag) = c.tag {
                    self.s(" (");
                    self.ident(tag);
                    self.s(")");
                }
                self.s(" ");
                match &c.handler {
                    CatchHandler::Block(block) => self.block(block),
                    CatchHandler::Expr(expr) => self.expr(expr),
                    CatchHandler::Match(m) => self.match_expr(m),
                }
                self.s(")");
            }
            ExprKind::Unary { op, expr } => self.wrap(op.as_str(), expr),
            ExprKind::Star(inner) => self.wrap("star", inner),
            ExprKind::Xx(inner) => self.wrap("xx", inner),
            ExprKind::Try(inner) => self.wrap("try", inner),
            ExprKind::Binary { op, lhs, rhs, .. } => {
                self.s("(");
                self.s(op.as_str());
                self.s(" ");
                self.expr(lhs);
                self.s(" ");
                self.expr(rhs);
                self.s(")");
            }
            ExprKind::Chain { first, rest } => {
                self.s("(chain ");
                self.expr(first);
                for link in rest {
                    self.s(" ");
                    self.s(link.op.as_str());
                    self.s(" ");
                    self.expr(&link.rhs);
                }
                self.s(")");
            }
            ExprKind::Paren(inner) => self.wrap("paren", inner),
            ExprKind::Spread(inner) => self.wrap("spread", inner),
            ExprKind::If(e) => {
                self.s(if e.inline { "(inline-if " } else { "(if " });
                self.cond(&e.cond);
                self.s(" ");
                self.branch(&e.then);
                if let Some(branch) = &e.else_ {
                    self.s(" else ");
                    self.branch(branch);
                }
                self.s(")");
            }
            ExprKind::Match(m) => self.match_expr(m),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Lambda(f) => {
                self.s("(");
                self.function(f);
                self.s(")");
            }
            ExprKind::Asm(asm) => self.asm(asm),
            ExprKind::Run(inner) => self.wrap("run", inner),
            ExprKind::Insert(inner) => self.wrap("insert", inner),
            ExprKind::CallerLocation => self.s("#caller_location"),
            ExprKind::ArgText(name) => {
                self.s("(arg_text ");
                self.ident(*name);
                self.s(")");
            }
            ExprKind::Code(code) => {
                self.s("(code ");
                match &code.body {
                    CodeBody::Block(block) => self.block(block),
                    CodeBody::Expr(expr) => self.expr(expr),
                    CodeBody::Items(items) => self.list(items, &|d, item| d.item(item)),
                    CodeBody::Members(members) => self.list(members, &|d, m| d.member(m)),
                    CodeBody::Variants(variants) => self.list(variants, &|d, v| d.enum_member(v)),
                }
                self.s(")");
            }
            ExprKind::Splice(inner) => self.wrap("splice", inner),
            ExprKind::Optional(inner) => self.wrap("?", inner),
            ExprKind::ManyPointer(inner) => self.wrap("[*]", inner),
            ExprKind::SliceType(inner) => self.wrap("[]", inner),
            ExprKind::SentinelSlice(inner) => self.wrap("[:0]", inner),
            ExprKind::ArrayType { len, elem } => {
                self.s("(array ");
                self.expr(len);
                self.s(" ");
                self.expr(elem);
                self.s(")");
            }
            ExprKind::FnType(f) => {
                self.s("(fn-type [");
                for (i, p) in f.params.iter().enumerate() {
                    self.s(if i > 0 { ", " } else { "" });
                    if let Some(name) = p.name {
                        self.ident(name);
                        self.s(": ");
                    }
                    self.expr(&p.ty);
                }
                self.s("] -> ");
                self.ret(&f.ret);
                self.abi(f.abi);
                self.s(")");
            }
            ExprKind::ClosureType(c) => {
                self.s("(Closure");
                self.exprs(&c.params);
                if let Some(ret) = &c.ret {
                    self.s(" -> ");
                    self.ret(ret);
                }
                self.s(")");
            }
            ExprKind::TupleType(elems) => {
                self.s("(Tuple");
                for elem in elems {
                    self.s(" ");
                    if let Some(name) = elem.name {
                        self.ident(name);
                        self.s(":");
                    }
                    self.expr(&elem.ty);
                }
                self.s(")");
            }
            ExprKind::ErrorSetType(path) => match path {
                Some(path) => self.wrap("!set", path),
                None => self.s("!"),
            },
            ExprKind::Struct(s) => {
                self.s("(");
                self.structure(s);
                self.s(")");
            }
            ExprKind::Union(u) => {
                self.s("(");
                self.union(u);
                self.s(")");
            }
            ExprKind::Enum(e) => {
                self.s("(");
                self.enumeration(e);
                self.s(")");
            }
        }
    }

    pub(super) fn asm(&mut self, asm: &AsmExpr) {
        self.s(if asm.volatile {
            "(asm volatile"
        } else {
            "(asm"
        });
        if let Some(template) = &asm.template {
            let _ = write!(self.out, " {:?}", template.text);
        }
        for operand in &asm.operands {
            self.s(" (");
            if let Some(name) = operand.name {
                self.ident(name);
                self.s(" ");
            }
            let _ = write!(self.out, "{:?} ", operand.constraint.text);
            match &operand.role {
                AsmRole::Value(ty) => {
                    self.s("-> ");
                    self.expr(ty);
                }
                AsmRole::Place(place) => {
                    self.s("-> *");
                    self.expr(place);
                }
                AsmRole::Input(value) => {
                    self.s("= ");
                    self.expr(value);
                }
            }
            self.s(")");
        }
        for clobber in &asm.clobbers {
            self.s(" .");
            self.ident(*clobber);
        }
        self.s(")");
    }
}
