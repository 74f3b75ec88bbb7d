//! Expressions and types.

use super::operators::of_operator;
use super::*;

impl<'t> Renderer<'_, 't> {
    pub fn expr(&mut self, expr: &'t Expr) {
        self.operand(expr, Level::ANY);
    }

    /// An expression where only those of a level can stand.
    pub fn operand(&mut self, expr: &'t Expr, level: Level) {
        super::with_stack(|| {
            if self.resolve.expr(self, expr, level) {
                return;
            }
            self.as_written(expr, level);
        });
    }

    /// An expression for which nothing else stands.
    pub fn as_written(&mut self, expr: &'t Expr, level: Level) {
        let parens = expr.level() < level;
        if parens {
            self.s("(");
        }
        if expr.is_pipe() {
            self.pipe(expr);
        } else {
            self.kind(expr);
        }
        if parens {
            self.s(")");
        }
    }

    fn kind(&mut self, expr: &'t Expr) {
        match &expr.kind {
            // There is no text for it; an error has been told.
            ExprKind::Error => self.s("---"),
            ExprKind::Int { value, is_char } => {
                let written = is_char.then(|| char_literal(*value)).flatten();
                self.s(&written.unwrap_or_else(|| value.to_string()));
            }
            ExprKind::Float { text, .. } => self.s(text.as_str()),
            ExprKind::Str(text) => self.string(text),
            ExprKind::Bool(true) => self.s("true"),
            ExprKind::Bool(false) => self.s("false"),
            ExprKind::Null => self.s("null"),
            ExprKind::Undef => self.s("---"),
            ExprKind::Ident(name) => self.name(*name, NameUse::Uses),
            ExprKind::Dollar { name, constraints } => {
                self.s("$");
                self.name(*name, NameUse::Declares);
                for constraint in constraints {
                    self.s("/");
                    self.expr(constraint);
                }
            }
            ExprKind::EnumLit(name) => {
                self.s(".");
                self.name(*name, NameUse::Member);
            }
            ExprKind::ErrorTag(name) => {
                self.s("error.");
                self.name(*name, NameUse::Member);
            }
            ExprKind::Field { base, name } => {
                self.base(base);
                self.s(".");
                self.name(*name, NameUse::Member);
            }
            ExprKind::TupleIndex { base, index, .. } => {
                self.base(base);
                self.s(if ends_in_digits(base) { " ." } else { "." });
                self.s(&index.to_string());
            }
            ExprKind::OptField { base, name } => {
                self.base(base);
                self.s("?.");
                self.name(*name, NameUse::Member);
            }
            ExprKind::OptTupleIndex { base, index, .. } => {
                self.base(base);
                self.s("?.");
                self.s(&index.to_string());
            }
            ExprKind::Deref(base) => {
                self.base(base);
                self.s(".*");
            }
            ExprKind::Index { base, index } => {
                self.base(base);
                self.s("[");
                self.expr(index);
                self.s("]");
            }
            ExprKind::Slice(slice) => {
                self.base(&slice.base);
                self.s("[");
                if let Some(lo) = &slice.lo {
                    self.expr(lo);
                }
                self.range(slice.op, slice.hi.as_ref());
                self.s("]");
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Cast { base, ty, alloc } => {
                self.base(base);
                self.s(".(");
                self.expr(ty);
                if let Some(alloc) = alloc {
                    self.s(", ");
                    self.expr(alloc);
                }
                self.s(")");
            }
            ExprKind::OptCast { base, ty } => {
                self.base(base);
                self.s("?.(");
                self.expr(ty);
                self.s(")");
            }
            ExprKind::Unwrap(base) => {
                self.base(base);
                self.s("!");
            }
            ExprKind::Aggregate(node) => self.aggregate(node),
            ExprKind::Catch(node) => {
                self.base(&node.operand);
                self.catch(node);
            }
            ExprKind::Unary { op, expr } => self.prefix(op.as_str(), expr),
            ExprKind::Star(inner) => self.prefix("*", inner),
            ExprKind::Xx(inner) => self.prefix("xx ", inner),
            ExprKind::Try(inner) => self.prefix("try ", inner),
            ExprKind::Binary { op, lhs, rhs, .. } => {
                let level = of_operator(*op);
                let (left, right) = match op {
                    BinOp::Coalesce => (level.next(), level),
                    _ => (level, level.next()),
                };
                self.operand(lhs, left);
                self.s(" ");
                self.s(op.as_str());
                self.s(" ");
                self.operand(rhs, right);
            }
            ExprKind::Chain { first, rest } => {
                let level = of_operator(BinOp::Lt).next();
                self.operand(first, level);
                for link in rest {
                    self.s(" ");
                    self.s(link.op.as_str());
                    self.s(" ");
                    self.operand(&link.rhs, level);
                }
            }
            ExprKind::Paren(inner) => {
                self.s("(");
                self.expr(inner);
                self.s(")");
            }
            ExprKind::Spread(inner) => {
                self.s("..");
                let mark = self.mark();
                self.expr(inner);
                if self.written_since(mark).starts_with(['.', '=', '<']) {
                    let text = self.written_since(mark).to_string();
                    self.undo(mark);
                    self.s(" ");
                    self.s(&text);
                }
            }
            ExprKind::If(node) => self.if_expr(node),
            ExprKind::Match(node) => self.match_expr(node),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Lambda(f) => self.function(f),
            ExprKind::Asm(asm) => self.asm(asm),
            ExprKind::Run(inner) => self.prefix("#run ", inner),
            ExprKind::Insert(inner) => self.prefix("#insert ", inner),
            ExprKind::CallerLocation => self.s("#caller_location"),
            ExprKind::ArgText(name) => {
                self.s("#arg_text(");
                self.name(*name, NameUse::Uses);
                self.s(")");
            }
            ExprKind::Code(quote) => self.quote(quote),
            ExprKind::Splice(inner) => {
                self.s("#(");
                self.expr(inner);
                self.s(")");
            }
            ExprKind::Optional(_)
            | ExprKind::ManyPointer(_)
            | ExprKind::SliceType(_)
            | ExprKind::SentinelSlice(_)
            | ExprKind::ArrayType { .. }
            | ExprKind::FnType(_)
            | ExprKind::ClosureType(_)
            | ExprKind::TupleType(_)
            | ExprKind::ErrorSetType(_)
            | ExprKind::Struct(_)
            | ExprKind::Union(_)
            | ExprKind::Enum(_) => self.type_kind(expr),
        }
    }

    fn type_kind(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Optional(inner) => self.prefix("?", inner),
            ExprKind::ManyPointer(inner) => self.prefix("[*]", inner),
            ExprKind::SliceType(inner) => self.prefix("[]", inner),
            ExprKind::SentinelSlice(inner) => self.prefix("[:0]", inner),
            ExprKind::ArrayType { len, elem } => {
                self.s("[");
                self.expr(len);
                self.s("]");
                self.expr(elem);
            }
            ExprKind::FnType(ty) => {
                self.s("(");
                self.commas(&ty.params, |r, param| {
                    if let Some(name) = param.name {
                        r.name(name, NameUse::Member);
                        r.s(": ");
                    }
                    r.expr(&param.ty);
                });
                self.s(") -> ");
                self.ret(&ty.ret);
                self.abi(ty.abi);
            }
            ExprKind::ClosureType(ty) => {
                self.s("Closure(");
                self.commas(&ty.params, |r, param| r.expr(param));
                self.s(")");
                if let Some(ret) = &ty.ret {
                    self.s(" -> ");
                    self.ret(ret);
                }
            }
            ExprKind::TupleType(elems) => {
                self.s("Tuple(");
                self.commas(elems, |r, elem| {
                    if let Some(name) = elem.name {
                        r.name(name, NameUse::Member);
                        r.s(": ");
                    }
                    r.expr(&elem.ty);
                });
                self.s(")");
            }
            ExprKind::ErrorSetType(set) => {
                self.s("!");
                if let Some(set) = set {
                    self.expr(set);
                }
            }
            ExprKind::Struct(s) => self.structure(s),
            ExprKind::Union(u) => self.union(u),
            ExprKind::Enum(e) => self.enumeration(e),
            _ => {}
        }
    }

    /// What a postfix form stands behind.
    fn base(&mut self, base: &'t Expr) {
        self.operand(base, Level::POSTFIX);
    }

    fn prefix(&mut self, op: &str, inner: &'t Expr) {
        self.s(op);
        let mark = self.mark();
        // Directives and types take whole expressions.
        let level = match op {
            "-" | "!" | "~" | "*" | "xx " | "try " => Level::UNARY,
            _ => Level::ANY,
        };
        self.operand(inner, level);
        // `- -x`, `? ?T`: together they would be other tokens.
        let clash = matches!(op, "-" | "?") && self.written_since(mark).starts_with(op);
        if clash {
            let text = self.written_since(mark).to_string();
            self.undo(mark);
            self.s(" ");
            self.s(&text);
        }
    }

    fn call(&mut self, call: &'t CallExpr) {
        self.base(&call.callee);
        self.s("(");
        self.args(&call.args);
        self.s(")");
        if let Some(block) = &call.trailing {
            self.s(" ");
            self.function(block);
        }
    }

    pub(crate) fn args(&mut self, args: &'t [Arg]) {
        self.commas(args, |r, arg| {
            if let Some(name) = arg.name {
                r.name(name, NameUse::Member);
                r.s(" = ");
            }
            r.expr(&arg.value);
        });
    }

    fn aggregate(&mut self, node: &'t Aggregate) {
        if let Some(ty) = &node.ty {
            self.base(ty);
        }
        let (open, close) = match node.brackets {
            Brackets::Brace if node.elems.is_empty() => (".{", "}"),
            Brackets::Brace => (".{ ", " }"),
            Brackets::Square => (".[", "]"),
        };
        self.s(open);
        self.args(&node.elems);
        self.s(close);
        if let Some(init) = &node.init {
            self.s(" ");
            self.block(init);
        }
    }

    /// `value |> call`, with what is around the call.
    fn pipe(&mut self, expr: &'t Expr) {
        if let Some(call) = piped_call(expr) {
            self.expr(&call.args[0].value);
            self.s(" |> ");
            self.piped(expr);
        }
    }

    fn piped(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Try(inner) => {
                self.s("try ");
                self.piped(inner);
            }
            ExprKind::Xx(inner) => {
                self.s("xx ");
                self.piped(inner);
            }
            ExprKind::Unwrap(inner) => {
                self.piped(inner);
                self.s("!");
            }
            ExprKind::Catch(node) => {
                self.piped(&node.operand);
                self.catch(node);
            }
            ExprKind::Call(call) => {
                let bare = call.args.len() == 1 && call.trailing.is_none();
                if bare && call.callee.level() < Level::POSTFIX {
                    return self.operand(&call.callee, Level(1));
                }
                self.base(&call.callee);
                self.s("(");
                self.args(&call.args[1..]);
                self.s(")");
                if let Some(block) = &call.trailing {
                    self.s(" ");
                    self.function(block);
                }
            }
            _ => {}
        }
    }

    fn quote(&mut self, quote: &'t CodeQuote) {
        self.scope(Scope::Quote, |r| r.quoted(quote));
    }

    fn quoted(&mut self, quote: &'t CodeQuote) {
        self.s("#code");
        match &quote.body {
            CodeBody::Block(block) => {
                self.s(" ");
                self.block(block);
            }
            CodeBody::Expr(expr) => {
                self.s("(");
                self.expr(expr);
                self.s(")");
            }
            CodeBody::Items(items) => {
                self.s(" ");
                self.braced(items, &|r, item| r.item(item));
            }
            CodeBody::Members(members) => {
                self.s(" ");
                self.members(members);
            }
            CodeBody::Variants(variants) => {
                self.s(" ");
                self.braced(variants, &|r, variant| r.variant(variant));
            }
        }
    }
}

fn piped_call(expr: &Expr) -> Option<&CallExpr> {
    match &expr.kind {
        ExprKind::Call(call) => Some(call),
        ExprKind::Try(inner) | ExprKind::Xx(inner) | ExprKind::Unwrap(inner) => piped_call(inner),
        ExprKind::Catch(catch) => piped_call(&catch.operand),
        _ => None,
    }
}

/// Whether `.0` behind it would be read as part of a number.
fn ends_in_digits(base: &Expr) -> bool {
    matches!(
        base.kind,
        ExprKind::Int { .. } | ExprKind::TupleIndex { .. } | ExprKind::OptTupleIndex { .. }
    )
}
