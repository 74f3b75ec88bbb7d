//! Code where it has been put: `#insert`, splices, calls of mixins.

use std::rc::Rc;

use sx_ir::{TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, CodeBody, ExprKind, FnBody, StmtKind};
use sx_syntax::render::{Level, Renderer, needs_backtick};

use crate::metaprogramming::insertion::Inserted;
use crate::metaprogramming::quotes::{Body, Quote, as_expression, splice_key};
use crate::sema::{Binding, Env};
use crate::views::expand::{Expander, next_line};
use crate::views::hygiene::{Frame, free_names};
use crate::views::recording::MixinCall;

type Out<'r> = Renderer<'r, 'static>;

impl Expander<'_, '_> {
    // ------------------------------------------------------------------------------------------------ records

    /// What an `#insert` here has been given, each thing once.
    fn given(&self, expr: &'static ast::Expr) -> Vec<Inserted> {
        let (context, here, generic) = self.here();
        if generic || self.state.borrow().plain {
            return Vec::new();
        }
        let sema = self.sema.borrow();
        let Some(recording) = &sema.caches.meta.recording else {
            return Vec::new();
        };
        let address = std::ptr::from_ref(expr) as usize;
        let mut out: Vec<Inserted> = Vec::new();
        for (env, given) in recording
            .inserted
            .get(&(address, context))
            .into_iter()
            .flatten()
        {
            let inside = context != 0 || is_within(env, &here);
            if inside && !out.contains(given) {
                out.push(given.clone());
            }
        }
        out
    }

    /// The frame of a quote that is put at `site`.
    fn quote_frame(&self, quote: &Quote, site: Span) -> Frame {
        let (context, put_in, _) = self.here();
        let _ = context;
        let root = Env::expansion(&quote.env, &put_in, site);
        let known = self.context_of(&root);
        let mut frame = Frame::new(known, root);
        frame.quote = Some(quote.body.span());
        frame
    }

    /// Where a quote is put, as the program saw it when it was lowered there.
    fn put_in(&self, frame: &Frame) -> Option<Rc<Env>> {
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref()?;
        let root = recording.root(frame.context)?;
        Some(root.expansion.as_ref()?.put_in.clone())
    }

    /// Runs `f` in the frame of a quote, if its names can be told apart from those around.
    fn in_quote(&self, id: u64, site: Span, f: impl FnOnce(&Quote)) {
        let Some(quote) = self.sema.borrow().quote(id) else {
            return;
        };
        let span = quote.body.span();
        let text = self.span_text(span);
        let in_file = span.file == self.file;
        self.state.borrow_mut().words.add(span, &text, in_file);
        let names = free_names(|v| match quote.body {
            Body::Block(block) => v.block(block),
            Body::Expr(expr) => v.expr(expr),
            Body::Code(code) => match &code.body {
                CodeBody::Block(block) => v.block(block),
                CodeBody::Expr(expr) => v.expr(expr),
                CodeBody::Items(_) | CodeBody::Members(_) | CodeBody::Variants(_) => {}
            },
        });
        let frame = self.quote_frame(&quote, site);
        let put_in = self.put_in(&frame);
        if let Some(put_in) = put_in
            && !self.names_hold(&quote.env, &put_in, &names)
        {
            return;
        }
        self.within(frame, || f(&quote));
    }

    // --------------------------------------------------------------------------------------------- statements

    pub fn put_insert_statement(&self, r: &mut Out<'_>, expr: &'static ast::Expr) -> bool {
        if let ExprKind::Splice(inner) = &expr.kind
            && let Some(ids) = self.spliced_code(inner, expr.span)
        {
            self.put_statements(r, &ids, expr.span);
            return true;
        }
        let readings = self.given(expr);
        if readings.is_empty() {
            return self.left();
        }
        let written = self.agreed(r, &readings, |r, given| match given {
            Inserted::Quotes(ids) => self.put_statements(r, ids, expr.span),
            Inserted::Text(text) => self.put_text(r, expr.span, text),
        });
        match written {
            Ok(()) => true,
            Err(reason) => {
                self.left();
                self.stays(r, &reason)
            }
        }
    }

    fn put_text(&self, r: &mut Out<'_>, at: Span, text: &str) {
        let parsed = self.parsed(at, text);
        let Some(fragment) = parsed else { return };
        self.block_lines(r, &fragment.block, 0, &mut false);
    }

    fn parsed(&self, at: Span, text: &str) -> Option<&'static ast::Fragment> {
        let mut sema = self.sema.borrow_mut();
        let parsed = sema.quietly(|s| s.parsed_text(at, text.to_string()));
        drop(sema);
        if parsed.is_err() {
            self.fail("the text does not parse".to_string());
        }
        parsed.ok()
    }

    /// A splice that holds code, or a list of it.
    fn spliced_code(&self, inner: &ast::Expr, span: Span) -> Option<Vec<u64>> {
        let Some(Binding::Ct(val)) = self.spliced(inner) else {
            return None;
        };
        let mut sema = self.sema.borrow_mut();
        let code = match *sema.m.types.kind(val.ty) {
            TypeKind::Array(elem, _) | TypeKind::Slice(elem) => sema.is_code(elem),
            _ => sema.is_code(val.ty),
        };
        if !code {
            return None;
        }
        match sema.quietly(|s| s.as_inserted(&val, span)) {
            Ok(Inserted::Quotes(ids)) => Some(ids),
            Ok(Inserted::Text(_)) | Err(_) => None,
        }
    }

    /// Statements of quotes, in the order in which `insert_statements` takes them apart.
    fn put_statements(&self, r: &mut Out<'_>, ids: &[u64], site: Span) {
        let mut started = false;
        let mut left: Vec<(u64, bool)> = ids.iter().rev().map(|id| (*id, false)).collect();
        while let Some((id, begun)) = left.pop() {
            if self.state.borrow().failed.is_some() {
                return;
            }
            let quote = self.sema.borrow().quote(id);
            if !begun
                && let Some(quote) = quote
                && let Some(first) = self.leading(&quote)
            {
                left.push((id, true));
                left.extend(first.into_iter().rev().map(|id| (id, false)));
                continue;
            }
            self.in_quote(id, site, |quote| match quote.body {
                Body::Block(block) => self.block_lines(r, block, 0, &mut started),
                Body::Expr(expr) => self.expression_line(r, expr, &mut started),
                Body::Code(code) => match &code.body {
                    CodeBody::Block(block) => {
                        self.block_lines(r, block, usize::from(begun), &mut started);
                    }
                    CodeBody::Expr(expr) => self.expression_line(r, expr, &mut started),
                    CodeBody::Items(_) | CodeBody::Members(_) | CodeBody::Variants(_) => {
                        self.fail("it holds declarations".to_string());
                    }
                },
            });
        }
    }

    /// The code spliced in at the beginning of a quote's statements.
    fn leading(&self, quote: &Quote) -> Option<Vec<u64>> {
        let Body::Code(code) = quote.body else {
            return None;
        };
        let CodeBody::Block(block) = &code.body else {
            return None;
        };
        let StmtKind::Expr { expr, .. } = &block.stmts.first()?.kind else {
            return None;
        };
        let ExprKind::Splice(inner) = &expr.kind else {
            return None;
        };
        let Some(Binding::Ct(val)) = quote.env.get(splice_key(inner)) else {
            return None;
        };
        let mut sema = self.sema.borrow_mut();
        if !sema.holds_code(val.ty) {
            return None;
        }
        match sema.quietly(|s| s.as_inserted(&val, expr.span)) {
            Ok(Inserted::Quotes(ids)) => Some(ids),
            Ok(Inserted::Text(_)) | Err(_) => None,
        }
    }

    /// The statements of a block from number `from`, without its braces.
    pub fn block_lines(
        &self,
        r: &mut Out<'_>,
        block: &'static ast::Block,
        from: usize,
        started: &mut bool,
    ) {
        for stmt in block.stmts.iter().skip(from) {
            next_line(r, started, |r| r.stmt(stmt));
        }
        if let Some(tail) = &block.tail {
            self.expression_line(r, tail, started);
        }
    }

    fn expression_line(&self, r: &mut Out<'_>, expr: &'static ast::Expr, started: &mut bool) {
        next_line(r, started, |r| {
            if !self.put_expression_statement(r, expr) {
                r.expr(expr);
                // Without an `else` it has no value that the `;` would take away.
                let statement = matches!(&expr.kind, ExprKind::If(node)
                    if node.else_.is_none() && matches!(node.then, ast::Branch::Block(_)));
                r.s(if statement || self.is_forwarded(expr) {
                    ""
                } else {
                    ";"
                });
            }
        });
    }

    /// Whether a function passes on the error that the expression at its end may be: a `;` would drop it.
    pub fn is_forwarded(&self, expr: &'static ast::Expr) -> bool {
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref();
        recording.is_some_and(|recording| recording.is_forwarded(expr))
    }

    /// An expression as a statement, if it is code or a call of a mixin.
    pub fn put_expression_statement(&self, r: &mut Out<'_>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Splice(inner) => match self.spliced_code(inner, expr.span) {
                Some(ids) => {
                    self.put_statements(r, &ids, expr.span);
                    true
                }
                None => false,
            },
            ExprKind::Call(call) => {
                let Some(mixin) = self.mixin_call(expr) else {
                    return false;
                };
                let put = self.attempt(r, |r| self.put_mixin(r, expr, call, &mixin, false));
                put.is_ok() || self.left()
            }
            ExprKind::If(node) if node.inline => self.put_taken(r, expr),
            ExprKind::Match(node) if node.inline => self.put_taken(r, expr),
            // For its effects: its value isn't a statement.
            ExprKind::Run(inner) => {
                r.s("#run ");
                self.nested(r, inner, Level::UNARY);
                r.s(";");
                true
            }
            _ => false,
        }
    }

    // --------------------------------------------------------------------------------------------- expressions

    pub fn put_expression(&self, r: &mut Out<'_>, id: u64, site: Span, level: Level) {
        if self.sema.borrow().quote(id).is_none() {
            return self.fail("empty code has no value".to_string());
        }
        self.in_quote(id, site, |quote| {
            if let Some(expr) = as_expression(quote.body) {
                return self.nested(r, expr, level);
            }
            match quote.body {
                Body::Block(block) => self.block_value(r, block),
                Body::Expr(expr) => self.nested(r, expr, level),
                Body::Code(code) => match &code.body {
                    CodeBody::Block(block) => self.block_value(r, block),
                    CodeBody::Expr(expr) => self.nested(r, expr, level),
                    CodeBody::Items(_) | CodeBody::Members(_) | CodeBody::Variants(_) => {
                        self.fail("it holds declarations".to_string());
                    }
                },
            }
        });
    }

    pub fn block_value(&self, r: &mut Out<'_>, block: &'static ast::Block) {
        r.s("(");
        r.block(block);
        r.s(")");
    }

    /// An expression in the middle of others that were not written around it.
    pub fn nested(&self, r: &mut Out<'_>, expr: &'static ast::Expr, level: Level) {
        if expr.is_atomic() {
            return r.operand(expr, level);
        }
        let mark = r.mark();
        r.expr(expr);
        let text = r.written_since(mark);
        let wrapped = text.starts_with('(') && text.ends_with(')') && closes_at_end(text);
        // A `{` may be taken for what the statement around waits for.
        if !wrapped && (level > Level::ANY || text.contains('{')) {
            let text = text.to_string();
            r.undo(mark);
            r.s("(");
            r.s(&text);
            r.s(")");
        }
    }

    pub fn put_splice(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        inner: &ast::Expr,
        level: Level,
    ) -> bool {
        let literal = match self.spliced(inner) {
            Some(Binding::Type(ty)) => self.sema.borrow_mut().type_text(&self.root, ty),
            Some(Binding::Ct(val)) if self.sema.borrow().is_code(val.ty) => {
                let id = self.sema.borrow().ct_u64(&val);
                self.put_expression(r, id, expr.span, level);
                return true;
            }
            Some(Binding::Ct(val)) => self.sema.borrow_mut().literal(&self.root, &val),
            // In a quote that stays one.
            _ => {
                if !self.as_written() && matches!(inner.kind, ExprKind::Splice(_)) {
                    self.fail("a quote in it gets what is spliced in".to_string());
                }
                return false;
            }
        };
        match literal {
            Some(literal) => self.literal(r, &literal, level),
            None => self.fail("a value spliced in has no text".to_string()),
        }
        true
    }

    /// Code put in parentheses has them if it needs them there, or if they may read a narrowed optional: those around a
    /// name alone, other than between operators.
    pub fn put_in_parens(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        inner: &'static ast::Expr,
        level: Level,
    ) -> bool {
        let address = std::ptr::from_ref(expr);
        let kept = self.state.borrow().kept_parens.contains(&address);
        if kept {
            return false;
        }
        let mark = r.mark();
        let put = match &inner.kind {
            ExprKind::Paren(further) => self.put_in_parens(r, inner, further, level),
            ExprKind::Splice(code) => self.put_splice(r, inner, code, level),
            ExprKind::Insert(code) => self.put_insert_value(r, inner, code, level),
            _ => false,
        };
        if put && (level == Level::ANY || level >= Level::UNARY) && is_name(r.written_since(mark)) {
            let name = r.written_since(mark).to_string();
            r.undo(mark);
            r.s(&format!("({name})"));
        }
        put
    }

    pub fn put_insert_value(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        inner: &'static ast::Expr,
        level: Level,
    ) -> bool {
        let readings = self.given(inner);
        if readings.is_empty() {
            return self.left();
        }
        let written = self.agreed(r, &readings, |r, given| match given {
            Inserted::Quotes(ids) => match ids[..] {
                [id] => self.put_expression(r, id, expr.span, level),
                _ => self.fail("a list of code has no value".to_string()),
            },
            Inserted::Text(text) => {
                let Some(fragment) = self.parsed(inner.span, text) else {
                    return;
                };
                match &fragment.block.tail {
                    Some(tail) if fragment.block.stmts.is_empty() => self.nested(r, tail, level),
                    Some(_) | None => self.block_value(r, &fragment.block),
                }
            }
        });
        match written {
            Ok(()) => true,
            Err(reason) => {
                if !self.as_written() {
                    self.fail(reason);
                }
                self.left()
            }
        }
    }

    // -------------------------------------------------------------------------------------------------- mixins

    fn mixin_call(&self, expr: &ast::Expr) -> Option<MixinCall> {
        let (context, _, generic) = self.here();
        if generic || self.state.borrow().plain {
            return None;
        }
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref()?;
        recording.mixins.get(&(expr.span, context)).cloned()
    }

    pub fn put_mixin_value(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        call: &'static ast::CallExpr,
        _level: Level,
    ) -> bool {
        let Some(mixin) = self.mixin_call(expr) else {
            return false;
        };
        let done = self.attempt(r, |r| {
            r.s("({");
            r.indented(|r| {
                r.line();
                self.put_mixin(r, expr, call, &mixin, true);
            });
            r.line();
            r.s("})");
        });
        done.is_ok() || self.left()
    }

    /// Code is left to be put; false for the caller to write it.
    pub fn left(&self) -> bool {
        self.state.borrow_mut().left = true;
        false
    }

    fn put_mixin(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        call: &'static ast::CallExpr,
        mixin: &MixinCall,
        value: bool,
    ) {
        let decl = self.sema.borrow().fn_info(mixin.f).decl;
        let arguments = match self.arguments(call, decl, mixin) {
            Ok(arguments) => arguments,
            Err(reason) => return self.fail(reason.to_string()),
        };
        if value && acts_on_scope(decl) {
            return self.fail("`defer` in it is for the block around the call".to_string());
        }
        let mut started = false;
        // Arguments don't see the mixin's names, so they are written first.
        let mut texts: Vec<Option<String>> = arguments
            .iter()
            .map(|arg| arg.map(|arg| r.aside(|r| r.expr(arg))))
            .collect();
        // They are evaluated as written, whichever parameters they name; defaults come last.
        let mut order: Vec<usize> = (0..arguments.len()).collect();
        order.sort_by_key(|at| arguments[*at].map_or((true, 0), |arg| (false, arg.span.lo)));
        let quote = Quote {
            body: match decl.body() {
                FnBody::Block(block) => Body::Block(block),
                FnBody::Expr(body) => Body::Expr(body),
                FnBody::Intrinsic | FnBody::None => {
                    return self.fail("the mixin has no body".to_string());
                }
            },
            env: mixin.scope.clone(),
        };
        let mut names = free_names(|v| match quote.body {
            Body::Block(block) => v.block(block),
            Body::Expr(expr) => v.expr(expr),
            Body::Code(_) => {}
        });
        names.retain(|name| !decl.sig.params.iter().any(|p| p.name.name == name.name));
        let mut frame = self.quote_frame(&quote, expr.span);
        frame.quote = Some(decl.span);
        let text = self.span_text(decl.span);
        let in_file = decl.span.file == self.file;
        self.state.borrow_mut().words.add(decl.span, &text, in_file);
        if let Some(put_in) = self.put_in(&frame)
            && !self.names_hold(&quote.env, &put_in, &names)
        {
            return;
        }
        self.within(frame, || {
            for at in order {
                let (i, ty) = mixin.variables[at];
                let param = &decl.sig.params[i];
                let text = match (texts[at].take(), &param.default) {
                    (Some(text), _) => text,
                    (None, Some(default)) => r.aside(|r| r.expr(default)),
                    (None, None) => return self.fail("an argument is missing".to_string()),
                };
                next_line(r, &mut started, |r| {
                    self.variable(r, param.name, ty, &text);
                });
            }
            self.put_mixin_body(r, decl, mixin.ret, value, &mut started);
        });
    }

    fn put_mixin_body(
        &self,
        r: &mut Out<'_>,
        decl: &'static ast::FnDecl,
        ret: Option<TypeId>,
        value: bool,
        started: &mut bool,
    ) {
        let want = ret.filter(|ty| *ty != TypeId::VOID);
        let tail = match decl.body() {
            FnBody::Expr(expr) => Some(&**expr),
            FnBody::Block(block) => {
                for stmt in &block.stmts {
                    next_line(r, started, |r| r.stmt(stmt));
                }
                block.tail.as_deref()
            }
            FnBody::Intrinsic | FnBody::None => None,
        };
        let Some(tail) = tail else {
            if value {
                self.fail("the mixin has no value".to_string());
            }
            return;
        };
        match (want, value) {
            (None, false) => self.expression_line(r, tail, started),
            (Some(_), false) => next_line(r, started, |r| {
                r.s("_ := ");
                r.expr(tail);
                r.s(";");
            }),
            (None, true) => next_line(r, started, |r| r.expr(tail)),
            (Some(ty), true) => {
                let name = ast::Ident {
                    name: sx_ir::Symbol::intern("value"),
                    kind: ast::IdentKind::Plain,
                    span: decl.span,
                };
                let text = r.aside(|r| r.expr(tail));
                let mut written = String::new();
                next_line(r, started, |r| written = self.variable(r, name, ty, &text));
                next_line(r, started, |r| r.s(&written));
            }
        }
    }

    /// `name : T = value;`, and the name as it is written.
    pub fn variable(&self, r: &mut Out<'_>, name: ast::Ident, ty: TypeId, value: &str) -> String {
        let Some(ty) = self.sema.borrow_mut().type_text(&self.root, ty) else {
            self.fail("the type of an argument has no text".to_string());
            return String::new();
        };
        let written = self.declared(name).unwrap_or_else(|| name.name.to_string());
        r.s(&written);
        r.s(": ");
        r.s(&ty.text);
        r.s(" = ");
        r.s(value);
        r.s(";");
        written
    }

    /// Whether a callee is a name, also one in parentheses or put by code.
    fn is_name(&self, callee: &'static ast::Expr) -> bool {
        let (_, mut env, _) = self.here();
        let mut callee = callee;
        loop {
            callee = match &callee.kind {
                ExprKind::Ident(_) => return true,
                ExprKind::Paren(inner) => inner,
                ExprKind::Splice(_) => {
                    let put = self.sema.borrow_mut().put_here(&env, callee);
                    let Some(put) = put else { return false };
                    env = put.env;
                    put.expr
                }
                ExprKind::Insert(operand) => match self.given(operand).as_slice() {
                    [Inserted::Quotes(ids)] if let [id] = ids[..] => {
                        let Some(quote) = self.sema.borrow().quote(id) else {
                            return false;
                        };
                        let Some(expr) = as_expression(quote.body) else {
                            return false;
                        };
                        env = quote.env;
                        expr
                    }
                    [Inserted::Text(text)] => {
                        let tail = self.parsed(operand.span, text);
                        match tail.and_then(|parsed| parsed.block.tail.as_deref()) {
                            Some(tail) => tail,
                            None => return false,
                        }
                    }
                    _ => return false,
                },
                _ => return false,
            };
        }
    }

    /// The argument of each variable of a mixin; none for its default.
    fn arguments(
        &self,
        call: &'static ast::CallExpr,
        decl: &'static ast::FnDecl,
        mixin: &MixinCall,
    ) -> Result<Vec<Option<&'static ast::Expr>>, &'static str> {
        let plain = (decl.sig.params.iter()).all(|p| p.kind == ast::ParamKind::Plain);
        if !plain {
            return Err("the mixin takes parameters of compile time");
        }
        if !self.is_name(&call.callee) {
            return Err("the mixin is called as a method");
        }
        let mut out = Vec::new();
        for (i, ty) in &mixin.variables {
            let param = &decl.sig.params[*i];
            let by_name =
                |arg: &&'static ast::Arg| arg.name.is_some_and(|name| name.name == param.name.name);
            let given = match call.args.get(*i) {
                Some(arg) if arg.name.is_none() => Some(arg),
                _ => call.args.iter().find(by_name),
            };
            if let Some(arg) = given
                && matches!(arg.value.kind, ExprKind::Spread(_))
            {
                return Err("an argument is spread");
            }
            let from_caller = param.default.as_ref().is_some_and(|default| {
                matches!(
                    default.kind,
                    ExprKind::CallerLocation | ExprKind::ArgText(_)
                )
            });
            if given.is_none() && from_caller {
                return Err("a default is about the call");
            }
            let pointer = {
                let sema = self.sema.borrow();
                matches!(sema.m.types.kind(*ty), TypeKind::Pointer(_))
            };
            // Of a variable given for a pointer the address is taken.
            if pointer && given.is_some_and(|arg| !matches!(arg.value.kind, ExprKind::Star(_))) {
                return Err("the address of an argument is taken");
            }
            out.push(given.map(|arg| &arg.value));
        }
        Ok(out)
    }
}

/// Whether an environment is another or inside of it.
fn is_within(env: &Rc<Env>, outer: &Rc<Env>) -> bool {
    let mut at = Some(env);
    while let Some(level) = at {
        if Rc::ptr_eq(level, outer) {
            return true;
        }
        at = level.parent.as_ref();
    }
    false
}

/// Whether the parenthesis that a text begins with is closed by that at its end.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0i32;
    for (i, c) in text.char_indices() {
        match c {
            '"' | '\'' => return false,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1 == text.len();
        }
    }
    false
}

/// Whether a text is a name, which no keyword is.
fn is_name(text: &str) -> bool {
    let plain = text.strip_prefix('`').unwrap_or(text);
    let letter = |c: char| c == '_' || c.is_alphabetic();
    plain.starts_with(letter)
        && plain.chars().all(|c| letter(c) || c.is_alphanumeric())
        && !needs_backtick(text)
}

/// Whether a mixin's body has something for the end of the scope it is put in.
fn acts_on_scope(decl: &ast::FnDecl) -> bool {
    match decl.body() {
        FnBody::Block(block) => (block.stmts.iter())
            .any(|stmt| matches!(stmt.kind, StmtKind::Defer(_) | StmtKind::OnFail { .. })),
        FnBody::Expr(_) | FnBody::Intrinsic | FnBody::None => false,
    }
}
