//! `#insert` and splices: code lowered where it is put, its names as they are where it was quoted. Names that it
//! declares are its own; those made by `#name` belong to where it is put, too, and are looked for there first.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, CodeBody};
use sx_syntax::{Diagnostic, Span};

use crate::comptime::purpose::Purpose;
use crate::comptime::results::slice_image;
use crate::declarations::lookup::Name;
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Val};
use crate::metaprogramming::places::Site;
use crate::metaprogramming::quotes::{Body, Quote, splice_key};
use crate::sema::{Binding, Env, Failed, Res, Sema, TemplateSyntax};

/// Code in code in code: more than this is generation without end.
pub const MAX_DEPTH: usize = 200;
/// Pieces of code that one insertion may put.
const MAX_PIECES: u32 = 1 << 18;
/// How deep blocks may be in each other where code is put: what a piece nests itself comes on top.
const MAX_BLOCKS: usize = 450;

/// What an `#insert` is given.
#[derive(Clone, PartialEq, Eq)]
pub enum Inserted {
    Quotes(Vec<u64>),
    Text(String),
}

/// How a name made by `#name` is entered beside its spelling.
pub fn made_name(name: Symbol) -> Symbol {
    Symbol::intern(&format!("#name {name}"))
}

fn is_computed(name: ast::Ident) -> bool {
    matches!(name.kind, ast::IdentKind::Computed(_))
}

pub fn is_made_name(name: Symbol) -> bool {
    name.as_str().starts_with("#name ")
}

impl Sema<'_> {
    pub fn inserted(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<Inserted> {
        let given = self.given_for_insertion(env, expr)?;
        self.record_inserted(env, expr, &given);
        Ok(given)
    }

    fn given_for_insertion(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<Inserted> {
        if let ast::ExprKind::Splice(inner) = &expr.kind
            && let Some(Binding::Ct(val)) = env.get(splice_key(inner))
        {
            return self.as_inserted(&val, expr.span);
        }
        let func = self.current_func.last().copied().flatten();
        let place = self.caches.meta.repeated.place(func, expr);
        if let Some(known) = place.and_then(|place| self.caches.meta.repeated.given(&place)) {
            return Ok(known);
        }
        let val = self.comptime_value(env, expr, None, &Purpose::Insert)?;
        let given = self.as_inserted(&val, expr.span)?;
        // What is undone has to be evaluated again, with what it prints.
        if let Some(place) = place
            && !self.caches.chains.is_trying()
        {
            self.caches.meta.repeated.note(place, &given);
        }
        Ok(given)
    }

    pub fn as_inserted(&mut self, val: &CtVal, span: Span) -> Res<Inserted> {
        if self.is_code(val.ty) {
            return Ok(Inserted::Quotes(vec![self.ct_u64(val)]));
        }
        let list = match *self.m.types.kind(val.ty) {
            TypeKind::Array(elem, count) if self.is_code(elem) => {
                Some((val.image.clone(), 0, count))
            }
            TypeKind::Slice(elem) if self.is_code(elem) => Some(self.pointed_to(val)),
            _ => None,
        };
        if let Some((image, offset, count)) = list {
            let ids = (0..count)
                .map(|i| {
                    let mut word = [0; 8];
                    let bytes = slice_image(&image, offset + 8 * i, 8).bytes;
                    word.copy_from_slice(&bytes[..8]);
                    if self.cfg.target.endian == sx_ir::target::Endian::Big {
                        word.reverse();
                    }
                    u64::from_le_bytes(word)
                })
                .collect();
            return Ok(Inserted::Quotes(ids));
        }
        let text = matches!(
            self.m.types.kind(val.ty),
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(TypeId::U8)
        );
        if !text {
            let shown = self.type_name(val.ty);
            return Err(self.error(
                span,
                format!("`#insert` takes a string or `Code`, not a value of type '{shown}'"),
            ));
        }
        match self.ct_text(val) {
            Some(text) => Ok(Inserted::Text(String::from_utf8_lossy(&text).into_owned())),
            None => Err(self.error(
                span,
                "the operand of `#insert` must be a string known at compile time",
            )),
        }
    }

    /// Statements that stand where the code at `site` is put. Code that begins with other code (`all = #code { #(all);
    /// .. }` in a loop) is taken apart here, so that long lists don't nest.
    pub fn insert_statements(&mut self, cx: &mut FnCx, ids: &[u64], site: Span) -> Res<()> {
        let mut left: Vec<(u64, bool)> = ids.iter().rev().map(|id| (*id, false)).collect();
        while let Some((id, begun)) = left.pop() {
            let Some(quote) = self.quote(id) else {
                continue;
            };
            if !begun && let Some(first) = self.leading_code(&quote) {
                left.push((id, true));
                left.extend(first.into_iter().rev().map(|id| (id, false)));
                continue;
            }
            let span = quote.body.span();
            self.expanding(cx, &quote.env, site, |s, cx| match quote.body {
                Body::Block(block) => s.block_in_place(cx, block, 0),
                Body::Expr(expr) => s.lower_expr_stmt(cx, expr),
                Body::Code(code) => match &code.body {
                    CodeBody::Block(block) => s.block_in_place(cx, block, usize::from(begun)),
                    CodeBody::Expr(expr) => s.lower_expr_stmt(cx, expr),
                    CodeBody::Items(_) | CodeBody::Members(_) | CodeBody::Variants(_) => {
                        let diag = Diagnostic::error(
                            site,
                            "this code can't be inserted among statements: it holds declarations of a module or type",
                        )
                        .with_note(Some(span), "the code");
                        Err(s.report(diag))
                    }
                },
            })?;
            if cx.dead {
                break;
            }
        }
        Ok(())
    }

    /// The code spliced in at the beginning of a quote's statements.
    fn leading_code(&mut self, quote: &Quote) -> Option<Vec<u64>> {
        let Body::Code(code) = quote.body else {
            return None;
        };
        let CodeBody::Block(block) = &code.body else {
            return None;
        };
        let ast::StmtKind::Expr { expr, .. } = &block.stmts.first()?.kind else {
            return None;
        };
        let ast::ExprKind::Splice(inner) = &expr.kind else {
            return None;
        };
        match quote.env.get(splice_key(inner)) {
            Some(Binding::Ct(val)) if self.holds_code(val.ty) => {
                match self.as_inserted(&val, expr.span) {
                    Ok(Inserted::Quotes(ids)) => Some(ids),
                    Ok(Inserted::Text(_)) | Err(_) => None,
                }
            }
            _ => None,
        }
    }

    /// The statements of a block from number `from`, in the scope at hand.
    pub fn block_in_place(
        &mut self,
        cx: &mut FnCx,
        block: &'static ast::Block,
        from: usize,
    ) -> Res<()> {
        self.lower_stmt_list(cx, &block.stmts[from..])?;
        match &block.tail {
            Some(tail) if !cx.dead => self.lower_expr_stmt(cx, tail),
            Some(_) | None => Ok(()),
        }
    }

    /// Code as a value.
    pub fn insert_value(
        &mut self,
        cx: &mut FnCx,
        id: u64,
        want: Option<TypeId>,
        site: Span,
    ) -> Res<Val> {
        let Some(quote) = self.quote(id) else {
            return Err(self.error(site, "empty code has no value"));
        };
        self.expanding(cx, &quote.env, site, |s, cx| match quote.body {
            Body::Block(block) => s.lower_value_block(cx, block, want),
            Body::Expr(expr) => s.lower_expr(cx, expr, want),
            Body::Code(code) => match &code.body {
                CodeBody::Block(block) => s.lower_value_block(cx, block, want),
                CodeBody::Expr(expr) => s.lower_expr(cx, expr, want),
                CodeBody::Items(_) | CodeBody::Members(_) | CodeBody::Variants(_) => {
                    let diag = Diagnostic::error(
                        site,
                        "this code has no value: it holds declarations of a module or type",
                    )
                    .with_note(Some(code.span), "the code");
                    Err(s.report(diag))
                }
            },
        })
    }

    /// `#(e)`
    pub fn lower_splice(
        &mut self,
        cx: &mut FnCx,
        inner: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match cx.env().get(splice_key(inner)) {
            Some(Binding::Type(ty)) => Ok(Val::type_value(ty)),
            Some(Binding::Ct(val)) if self.is_code(val.ty) => {
                let id = self.ct_u64(&val);
                self.insert_value(cx, id, want, span)
            }
            Some(Binding::Ct(val)) => Ok(self.val_of_ct(cx, &val)),
            _ => Err(self.error(span, "a splice `#(..)` is only legal inside `#code`")),
        }
    }

    /// A splice as a statement.
    pub fn splice_statement(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        inner: &'static ast::Expr,
    ) -> Res<()> {
        if let Some(Binding::Ct(val)) = cx.env().get(splice_key(inner)) {
            let code = match *self.m.types.kind(val.ty) {
                TypeKind::Array(elem, _) | TypeKind::Slice(elem) => self.is_code(elem),
                _ => self.is_code(val.ty),
            };
            if code && let Inserted::Quotes(ids) = self.as_inserted(&val, expr.span)? {
                return self.insert_statements(cx, &ids, expr.span);
            }
        }
        let val = self.lower_operand_discard(cx, expr)?;
        self.must_not_be_failable(cx, &val, expr)
    }

    /// `#insert e` with a value.
    pub fn lower_insert_value(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let env = cx.env().clone();
        let given = self.given_here(&env, expr, span)?;
        if let Some(put) = &given.put {
            return self.where_put(cx, put, |s, cx, expr| s.lower_expr(cx, expr, want));
        }
        self.level_down(span, |s| match given.inserted {
            Inserted::Quotes(ids) => match ids[..] {
                [id] => s.insert_value(cx, id, want, span),
                _ => Err(s.error(span, "a list of code has no value")),
            },
            Inserted::Text(text) => {
                let fragment = s.parsed_text(expr.span, text)?;
                s.sites_within(span, |s| s.lower_value_block(cx, &fragment.block, want))
            }
        })
    }

    /// Runs `f`, which lowers code that an evaluation has made: that may go on for ever, unlike code in code.
    pub fn level_down<T>(&mut self, site: Span, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.check_level(site)?;
        self.caches.meta.depth += 1;
        let done = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || f(self));
        self.caches.meta.depth -= 1;
        done
    }

    /// Whether code that an evaluation makes may still be put into the code at hand.
    pub fn check_level(&mut self, site: Span) -> Res<()> {
        match self.caches.meta.depth >= MAX_DEPTH {
            true => Err(self.endless(site)),
            false => Ok(()),
        }
    }

    pub fn endless(&mut self, site: Span) -> Failed {
        // The places are all alike.
        let sites = std::mem::take(&mut self.caches.meta.sites);
        let failed = self.error(
            site,
            format!("code is put into code more than {MAX_DEPTH} times over; it may never end"),
        );
        self.caches.meta.sites = sites;
        failed
    }

    /// Runs `f` with names as they are in `quoted`, for code put at `site`.
    pub fn expanding<T>(
        &mut self,
        cx: &mut FnCx,
        quoted: &Rc<Env>,
        site: Span,
        f: impl FnOnce(&mut Self, &mut FnCx) -> Res<T>,
    ) -> Res<T> {
        let root = Env::expansion(quoted, cx.env(), site);
        self.expanding_in(cx, &root, site, f)
    }

    /// The same, where the scope of the code is known.
    pub fn expanding_in<T>(
        &mut self,
        cx: &mut FnCx,
        root: &Rc<Env>,
        site: Span,
        f: impl FnOnce(&mut Self, &mut FnCx) -> Res<T>,
    ) -> Res<T> {
        if self.caches.meta.expanding == 0 {
            self.caches.meta.pieces = 0;
        }
        self.caches.meta.pieces += 1;
        self.check_expansion(cx, site)?;
        let outer = cx.env().clone();
        self.record_expansion(root);
        self.swap_env(cx, root.clone());
        self.caches.meta.expanding += 1;
        let done = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
            self.sites_within(site, |s| f(s, cx))
        });
        self.caches.meta.expanding -= 1;
        let made = names_made(cx.env(), root);
        let after = match made.is_empty() {
            true => outer,
            false => {
                let after = outer.child();
                for (name, binding) in made {
                    after.bind(name, binding.clone());
                    after.bind(made_name(name), binding);
                }
                after
            }
        };
        self.swap_env(cx, after);
        done
    }

    /// Code that shares its parts can be far larger once it is put than it is as a value.
    fn check_expansion(&mut self, cx: &FnCx, site: Span) -> Res<()> {
        let pieces = self.caches.meta.pieces;
        if pieces <= MAX_PIECES && cx.blocks.len() <= MAX_BLOCKS {
            return Ok(());
        }
        // Told once, where the outermost code is put.
        self.caches.meta.pieces = pieces.max(MAX_PIECES + 1);
        if std::mem::replace(&mut self.caches.meta.told_too_large, true) {
            return Err(Failed);
        }
        let sites = std::mem::take(&mut self.caches.meta.sites);
        let outermost = sites.iter().find_map(|at| match at {
            Site::Put(span) => Some(*span),
            Site::Iteration(_) => None,
        });
        let outermost = outermost.unwrap_or(site);
        let message = match pieces > MAX_PIECES {
            true => format!("this puts over {MAX_PIECES} pieces of code; it may never end"),
            false => format!(
                "nesting too deep: this puts blocks more than {MAX_BLOCKS} deep into each other"
            ),
        };
        let failed = self.error(outermost, message);
        self.caches.meta.sites = sites;
        Err(failed)
    }

    fn swap_env(&mut self, cx: &mut FnCx, env: Rc<Env>) {
        if let Some(scope) = cx.scopes.last_mut() {
            scope.env = env;
        }
    }

    /// A function whose parameters have the names that `#name(..)` spells for them.
    pub fn spelled_parameters(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::FnDecl,
    ) -> &'static ast::FnDecl {
        let slots: &[ast::RetSlot] = match decl.sig.ret.as_ref().map(|ret| &ret.kind) {
            Some(ast::RetKind::Slots { slots, .. }) => slots,
            Some(ast::RetKind::Void | ast::RetKind::Type(_)) | None => &[],
        };
        let of_slot = |slot: &ast::RetSlot| slot.name.is_some_and(is_computed);
        let slots = slots.iter().any(of_slot);
        let params = self.spelled_names(env, &decl.sig.params);
        if params.is_none() && !slots {
            return decl;
        }
        let mut own = decl.clone();
        if let Some(params) = params {
            own.sig.params = params;
        }
        if let Some(ast::RetKind::Slots { slots, .. }) =
            own.sig.ret.as_mut().map(|ret| &mut ret.kind)
        {
            for name in slots.iter_mut().filter_map(|slot| slot.name.as_mut()) {
                *name = self.name_at(env, *name);
            }
        }
        Box::leak(Box::new(own))
    }

    /// Parameters by their spelled names; `None` if all are written.
    fn spelled_names(&mut self, env: &Rc<Env>, params: &[ast::Param]) -> Option<Vec<ast::Param>> {
        if !params.iter().any(|param| is_computed(param.name)) {
            return None;
        }
        let mut own = params.to_vec();
        for i in 0..own.len() {
            let name = own[i].name;
            if !is_computed(name) {
                continue;
            }
            // What is wrong has been told; nothing is of the name then.
            let Ok(spelled) = self.spelled(env, name) else {
                continue;
            };
            let mut earlier = own[..i].iter().map(|param| param.name.name);
            if earlier.any(|known| known == spelled.name) {
                self.error(name.span, format!("duplicate parameter '{}'", spelled.name));
            }
            // Still known as one that is looked for where code is put.
            own[i].name.name = spelled.name;
        }
        Some(own)
    }

    /// A generic type whose parameters have the names that are spelled for them.
    pub fn spelled_template(&mut self, env: &Rc<Env>, syntax: TemplateSyntax) -> TemplateSyntax {
        match syntax {
            TemplateSyntax::Struct(decl) => match self.spelled_names(env, &decl.params) {
                Some(params) => {
                    let own = ast::StructDecl {
                        params,
                        ..decl.clone()
                    };
                    TemplateSyntax::Struct(Box::leak(Box::new(own)))
                }
                None => syntax,
            },
            TemplateSyntax::Protocol(decl) => match self.spelled_names(env, &decl.params) {
                Some(params) => {
                    let own = ast::ProtocolDecl {
                        params,
                        ..decl.clone()
                    };
                    TemplateSyntax::Protocol(Box::leak(Box::new(own)))
                }
                None => syntax,
            },
        }
    }

    /// The same for names bound already, as parameters.
    pub fn note_made_parameters(&mut self, cx: &FnCx, decl: &ast::FnDecl) {
        for param in &decl.sig.params {
            if matches!(param.name.kind, ast::IdentKind::Computed(_)) {
                self.note_made_name(cx, param.name.name);
            }
        }
    }

    /// A local name has been declared as `#name(..)`.
    pub fn note_made_name(&mut self, cx: &FnCx, name: Symbol) {
        if let Some(binding) = cx.env().get(name) {
            cx.env().bind(made_name(name), binding);
        }
    }

    /// What a name spelled by `#name(..)` means inside expanded code: what is made so there, else what it is where
    /// the code is put.
    pub fn resolve_made_name(&mut self, env: &Rc<Env>, name: ast::Ident) -> Res<Option<Name>> {
        let key = made_name(name.name);
        let mut at = Some(env);
        while let Some(e) = at {
            if let Some(binding) = e.names.borrow().get(&key).cloned() {
                return self.binding_name(binding).map(Some);
            }
            if let Some(expansion) = &e.expansion {
                return self.name_where_put(&expansion.put_in, name);
            }
            at = e.parent.as_ref();
        }
        Ok(None)
    }

    /// What a name spelled by `#name(..)` means where code is put, which may be within code that has been put somewhere
    /// itself: what the code around it declares comes first, then what is made further out.
    fn name_where_put(&mut self, site: &Rc<Env>, name: ast::Ident) -> Res<Option<Name>> {
        let key = made_name(name.name);
        let mut at = site;
        let beyond = loop {
            if let Some(binding) = at.names.borrow().get(&key).cloned() {
                return self.binding_name(binding).map(Some);
            }
            if at.names.borrow().contains_key(&name.name) {
                return self.try_resolve_name(site, name);
            }
            if let Some(expansion) = &at.expansion {
                break &expansion.put_in;
            }
            match &at.parent {
                Some(around) => at = around,
                None => return self.try_resolve_name(site, name),
            }
        };
        if let Some(made) = self.offered_name(beyond, name.name) {
            return self.binding_name(made).map(Some);
        }
        // What is further out is nearer than what the code sees where it is written.
        match self.name_where_put(beyond, name)? {
            Some(found) => Ok(Some(found)),
            None => self.try_resolve_name(site, name),
        }
    }

    /// What a name that is no declaration's is bound to, also one spelled by `#name` or spliced in.
    pub fn named_binding(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Option<Binding> {
        match &expr.kind {
            ast::ExprKind::Ident(name) if matches!(name.kind, ast::IdentKind::Computed(_)) => {
                match self.try_resolve_name(env, *name) {
                    Ok(Some(Name::Binding(binding))) => Some(binding),
                    Ok(_) | Err(Failed) => None,
                }
            }
            ast::ExprKind::Ident(name) => env.get(name.name),
            ast::ExprKind::Paren(inner) => self.named_binding(env, inner),
            ast::ExprKind::Splice(_) | ast::ExprKind::Insert(_) => {
                let put = self.put_here(env, expr)?;
                self.named_binding(&put.env, put.expr)
            }
            _ => None,
        }
    }

    /// What a name that nothing else answers to means in code: what has been made by `#name` where the code is put.
    pub fn offered_name(&self, env: &Rc<Env>, name: Symbol) -> Option<Binding> {
        if self.caches.meta.quotes.is_empty() {
            return None;
        }
        let key = made_name(name);
        let mut at = Some(env);
        while let Some(e) = at {
            if let Some(binding) = e.names.borrow().get(&key) {
                return Some(binding.clone());
            }
            at = match &e.expansion {
                Some(expansion) => Some(&expansion.put_in),
                None => e.parent.as_ref(),
            };
        }
        None
    }

    /// A source of its own for a text inserted at `at`, named after the place in the file that is behind it.
    pub fn inserted_file(&mut self, at: Span, text: &str) -> sx_syntax::FileId {
        let path = self.sources.path(at.file).to_string();
        let name = match path.contains(": #insert") {
            true => path,
            false => format!("{path}:{}: #insert", self.sources.line_col(at).line),
        };
        self.sources.add(name, text)
    }

    pub fn failed_insertion(&mut self, text: Span, first: Diagnostic) -> Failed {
        let diag = Diagnostic::error(
            text,
            format!("the inserted text does not parse: {}", first.message),
        )
        .with_note(first.span, "in the inserted text");
        self.report(diag)
    }
}

/// Names declared by `#name` between an environment and the one that an expansion began with.
fn names_made(from: &Rc<Env>, root: &Rc<Env>) -> Vec<(Symbol, Binding)> {
    let mut out: Vec<(Symbol, Binding)> = Vec::new();
    let mut at = Some(from);
    while let Some(env) = at {
        let names = env.names.borrow();
        let mut made: Vec<(Symbol, Binding)> = names
            .iter()
            .filter_map(|(key, binding)| {
                let name = key.as_str().strip_prefix("#name ")?;
                Some((Symbol::intern(name), binding.clone()))
            })
            .collect();
        made.sort_by_key(|(name, _)| name.as_str());
        for (name, binding) in made {
            if !out.iter().any(|(known, _)| *known == name) {
                out.push((name, binding));
            }
        }
        if Rc::ptr_eq(env, root) {
            break;
        }
        at = env.parent.as_ref();
    }
    out
}

/// Bound behind an `#insert` that failed: names that are not found may be what it would have declared.
pub fn unknown_names() -> Symbol {
    Symbol::intern("#insert")
}
