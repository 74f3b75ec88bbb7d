//! `Code`: quotes with what their names mean and what is spliced into them. A value of the type is the number of a quote
//! in the table here; 0 is the empty one. Quotes whose splices are known are made while their function is lowered, the
//! others by a call of the compiler when the function runs at compile time.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::types::{EnumDef, NominalDef};
use sx_ir::{FuncId, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, CodeBody, CodeQuote};
use sx_syntax::visit::Visitor;

use crate::comptime::results::slice_image;
use crate::declarations::lookup::Name;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, CtVal, Piece, Val, ValKind};
use crate::metaprogramming::capture::{Captured, Made};
use crate::sema::{Binding, Entity, Env, Failed, Res, Sema};

/// The call that makes a quote at compile time.
pub const MAKE: &str = "#code";

/// The syntax of a quote.
#[derive(Clone, Copy)]
pub enum Body {
    Code(&'static CodeQuote),
    /// A trailing block given for a `Code` parameter.
    Block(&'static ast::Block),
    /// An argument of a `#lazy` parameter.
    Expr(&'static ast::Expr),
}

impl Body {
    fn address(self) -> usize {
        match self {
            Body::Code(code) => std::ptr::from_ref(code) as usize,
            Body::Block(block) => std::ptr::from_ref(block) as usize,
            Body::Expr(expr) => std::ptr::from_ref(expr) as usize,
        }
    }

    pub fn span(self) -> Span {
        match self {
            Body::Code(code) => code.span,
            Body::Block(block) => block.span,
            Body::Expr(expr) => expr.span,
        }
    }
}

/// A quote where it stands, before anything is spliced in.
#[derive(Clone)]
struct Site {
    body: Body,
    env: Rc<Env>,
    /// What is spliced in: what is written as splices, and parts of names that only the function around the quote
    /// knows when it runs.
    spliced: Rc<Vec<&'static ast::Expr>>,
}

#[derive(Clone)]
pub struct Quote {
    pub body: Body,
    /// What its free names mean; splices are bound in it, too.
    pub env: Rc<Env>,
}

#[derive(Default)]
pub struct Quotes {
    ty: Option<TypeId>,
    sites: Vec<Site>,
    site_of: FxHashMap<(usize, usize), u32>,
    all: Vec<Quote>,
    known: FxHashMap<(u32, Vec<CtVal>), u64>,
}

impl Quotes {
    /// Whether no code has been quoted.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// What a splice is bound as in its quote's environment.
pub fn splice_key(inner: &ast::Expr) -> Symbol {
    Symbol::intern(&format!("#splice {}", inner.span.lo))
}

impl Sema<'_> {
    /// The type `Code`.
    pub fn code_type(&mut self) -> TypeId {
        if let Some(ty) = self.caches.meta.quotes.ty {
            return ty;
        }
        let nominal = self.m.types.add_nominal("Code".to_string());
        self.m.types.nominal_mut(nominal).def = NominalDef::Enum(EnumDef {
            backing: TypeId::I64,
            flags: false,
            variants: Vec::new(),
            tagged: false,
            places: None,
        });
        let ty = self.m.types.intern(TypeKind::Enum(nominal));
        self.caches.meta.quotes.ty = Some(ty);
        ty
    }

    pub fn is_code(&self, ty: TypeId) -> bool {
        self.caches.meta.quotes.ty == Some(ty)
    }

    /// Whether values of a type hold `Code`.
    pub fn holds_code(&self, ty: TypeId) -> bool {
        self.caches.meta.quotes.ty.is_some() && self.holds_code_within(ty, 0)
    }

    fn holds_code_within(&self, ty: TypeId, depth: u32) -> bool {
        if self.is_code(ty) {
            return true;
        }
        if depth > 8 {
            return false;
        }
        match self.m.types.kind(ty) {
            TypeKind::Array(of, _) | TypeKind::Slice(of) | TypeKind::Optional(of) => {
                self.holds_code_within(*of, depth + 1)
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => self
                .m
                .types
                .members(ty)
                .unwrap_or_default()
                .iter()
                .any(|(_, member)| self.holds_code_within(*member, depth + 1)),
            _ => false,
        }
    }

    fn quote_site(&mut self, body: Body, env: &Rc<Env>) -> u32 {
        let quotes = &mut self.caches.meta.quotes;
        let key = (body.address(), Rc::as_ptr(env) as usize);
        if let Some(site) = quotes.site_of.get(&key) {
            return *site;
        }
        let site = quotes.sites.len() as u32;
        let mut spliced: Vec<&'static ast::Expr> = Vec::new();
        if let Body::Code(code) = body {
            spliced.extend(code.splices.iter().map(|e| -> &'static ast::Expr { e }));
            if !code.name_parts.is_empty() {
                let own = names_declared(code);
                let parts = code.name_parts.iter().map(|e| -> &'static ast::Expr { e });
                spliced.extend(parts.filter(|part| mentions_variable(env, part, &own)));
            }
        }
        let env = env.clone();
        let spliced = Rc::new(spliced);
        quotes.sites.push(Site { body, env, spliced });
        quotes.site_of.insert(key, site);
        site
    }

    /// The number of a quote with these values spliced in.
    fn known_quote(&mut self, site: u32, splices: Vec<CtVal>) -> u64 {
        let key = (site, splices);
        if let Some(id) = self.caches.meta.quotes.known.get(&key) {
            return *id;
        }
        let id = self.new_quote(site, &key.1);
        self.caches.meta.quotes.known.insert(key, id);
        id
    }

    fn new_quote(&mut self, site: u32, splices: &[CtVal]) -> u64 {
        let Site { body, env, spliced } = self.caches.meta.quotes.sites[site as usize].clone();
        let env = match splices.is_empty() {
            false => {
                let env = env.child();
                for (inner, val) in spliced.iter().zip(splices) {
                    let binding = match val.ty == TypeId::TYPE {
                        true => Binding::Type(self.ct_type(val)),
                        false => Binding::Ct(val.clone()),
                    };
                    env.bind(splice_key(inner), binding);
                }
                env
            }
            true => env,
        };
        let all = &mut self.caches.meta.quotes.all;
        all.push(Quote { body, env });
        all.len() as u64
    }

    /// A quote by its number; none for the empty one.
    pub fn quote(&self, id: u64) -> Option<Quote> {
        let at = (id as usize).checked_sub(1)?;
        self.caches.meta.quotes.all.get(at).cloned()
    }

    pub fn quote_count(&self) -> u64 {
        self.caches.meta.quotes.all.len() as u64
    }

    pub fn code_constant(&mut self, id: u64) -> CtVal {
        let ty = self.code_type();
        let mut val = self.ct_int(TypeId::I64, id);
        val.ty = ty;
        val
    }

    /// A block as a `Code` value, its names as they are in `env`.
    pub fn quoted_block(&mut self, block: &'static ast::Block, env: &Rc<Env>) -> CtVal {
        let site = self.quote_site(Body::Block(block), env);
        let id = self.known_quote(site, Vec::new());
        self.code_constant(id)
    }

    /// An expression whose names are as they are in `env`.
    pub fn quoted_expression(&mut self, expr: &'static ast::Expr, env: &Rc<Env>) -> u64 {
        let site = self.quote_site(Body::Expr(expr), env);
        self.known_quote(site, Vec::new())
    }

    /// `#code { .. }`, `#code(e)`
    pub fn lower_code(&mut self, cx: &mut FnCx, code: &'static CodeQuote) -> Res<Val> {
        let env = cx.env().clone();
        let ty = self.code_type();
        let site = self.quote_site(Body::Code(code), &env);
        let spliced = self.caches.meta.quotes.sites[site as usize].spliced.clone();
        let mut vals = Vec::with_capacity(spliced.len());
        let mut known = Some(Vec::with_capacity(spliced.len()));
        for inner in spliced.iter().copied() {
            let val = self.spliced_value(cx, &env, inner)?;
            let constant = self.constant_of(&val);
            known = known.zip(constant).map(|(mut list, val)| {
                list.push(val);
                list
            });
            vals.push(val);
        }
        if let Some(known) = known {
            let id = self.known_quote(site, known);
            return Ok(Val::int(ty, Ty::I64, id));
        }
        let table = cx.func.add_slot(16 * vals.len() as u64, 8);
        for (i, val) in vals.iter().enumerate() {
            let addr = self.spill(cx, val);
            let addr = cx.addr_piece(addr);
            let at = Addr::Slot(table, 16 * i as u64);
            cx.store_scalar(at, addr);
            cx.store_scalar(at.plus(8), Piece::Const(Ty::I64, u64::from(val.ty.0)));
        }
        let mark = self.host_mark();
        let func = self.host_function(MAKE, &[Ty::I64, Ty::Ptr, Ty::I64, Ty::Ptr], &[Ty::I64]);
        self.note_reach(cx, func);
        if let Some(caller) = cx.func_id {
            let sites = &mut self.caches.host_sites;
            sites.entry((caller, func)).or_insert(code.span);
        }
        let args = [
            Piece::Const(Ty::I64, u64::from(site)),
            Piece::SlotAddr(table, 0),
            Piece::Const(Ty::I64, vals.len() as u64),
            Piece::GlobalAddr(mark, 0),
        ];
        let id = cx.call_direct(func, &args, &[Ty::I64]);
        Ok(Val::regs(ty, id))
    }

    /// The value of a constant that holds `Code`, which only exists at compile time.
    pub fn code_constant_of(
        &mut self,
        cx: &mut FnCx,
        value: &'static ast::Expr,
    ) -> Res<Option<CtVal>> {
        let env = cx.env().clone();
        let computed = !matches!(value.kind, ast::ExprKind::Code(_));
        if self.caches.meta.quotes.ty.is_none()
            || computed && !self.is_comptime_call(cx, &env, value)
        {
            return Ok(None);
        }
        // What is only looked at here is not reached.
        let at = self.current_func.last().copied().flatten();
        let seen = self.events.get(&at).map_or(0, Vec::len);
        let holds = self
            .type_of_expr(cx, value)
            .is_ok_and(|ty| self.holds_code(ty));
        if !holds {
            return Ok(None);
        }
        if let Some(events) = self.events.get_mut(&at) {
            events.truncate(seen);
        }
        let purpose = crate::comptime::purpose::Purpose::Operand;
        self.comptime_value(&env, value, None, &purpose).map(Some)
    }

    fn spliced_value(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        inner: &'static ast::Expr,
    ) -> Res<Val> {
        if self.denotes_type(env, inner) {
            let ty = self.eval_type(env, inner)?;
            return Ok(Val::type_value(ty));
        }
        if let Some(code) = self.code_passed_on(cx, env, inner) {
            return Ok(code);
        }
        let val = self.lower_expr(cx, inner, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        if matches!(
            self.m.types.kind(val.ty),
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Failable { .. }
        ) {
            let shown = self.type_name(val.ty);
            return Err(self.error(
                inner.span,
                format!("a value of type '{shown}' can't be spliced into code"),
            ));
        }
        if let Some(name) = self.unspliceable(val.ty, 0)
            && self.constant_of(&val).is_none()
        {
            return Err(self.error(
                inner.span,
                format!("a value of type '{name}' can't be spliced into code: it is no literal of any text (numbers, texts, types, enums, `Code`, and structs, arrays, slices and optionals of them are)"),
            ));
        }
        let val = self.own(cx, &val);
        Ok(self.stable(cx, &val))
    }

    /// `#(#(c))` of code `c` that doesn't compute code itself: what is spliced in is the code, for the quote within as it
    /// was for the one around it.
    fn code_passed_on(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        inner: &'static ast::Expr,
    ) -> Option<Val> {
        let ast::ExprKind::Splice(outer) = &inner.kind else {
            return None;
        };
        let Some(Binding::Ct(val)) = env.get(splice_key(outer)) else {
            return None;
        };
        if !self.is_code(val.ty) {
            return None;
        }
        let yields_code = self
            .put_here(env, inner)
            .is_some_and(|put| self.computes_code(&put.env, put.expr));
        (!yields_code).then(|| self.val_of_ct(cx, &val))
    }

    /// Whether an expression is a call, or names something, of type `Code`.
    fn computes_code(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Code(_) => true,
            ast::ExprKind::Paren(inner) => self.computes_code(env, inner),
            ast::ExprKind::Splice(_) => match self.put_here(env, expr) {
                Some(put) => self.computes_code(&put.env, put.expr),
                None => false,
            },
            ast::ExprKind::Run(inner) => self.computes_code(env, inner),
            ast::ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(
                    Name::Binding(Binding::Ct(val))
                    | Name::Entity(Entity::Ct(val) | Entity::ConstGlobal { val, .. }, _),
                )) => self.holds_code(val.ty),
                Ok(_) | Err(Failed) => false,
            },
            ast::ExprKind::Call(call) => {
                let ast::ExprKind::Ident(name) = &call.callee.kind else {
                    return false;
                };
                let Ok(Some(Name::Entity(Entity::Fn(f), _))) = self.try_resolve_name(env, *name)
                else {
                    return false;
                };
                let ret = self.fn_info(f).decl.sig.ret.as_ref().map(|ret| &ret.kind);
                matches!(ret, Some(ast::RetKind::Type(ty))
                    if matches!(&ty.kind, ast::ExprKind::Ident(name) if name.as_str() == "Code"))
            }
            _ => false,
        }
    }

    /// The part of a type that keeps its values from becoming literals.
    fn unspliceable(&self, ty: TypeId, depth: u32) -> Option<String> {
        if depth > 16 {
            return None;
        }
        match self.m.types.kind(ty) {
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Closure(_)
            | TypeKind::Protocol(_)
            | TypeKind::Any => Some(self.type_name(ty)),
            TypeKind::Array(of, _) | TypeKind::Slice(of) | TypeKind::Optional(of) => {
                self.unspliceable(*of, depth + 1)
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => self
                .m
                .types
                .members(ty)
                .unwrap_or_default()
                .iter()
                .find_map(|(_, member)| self.unspliceable(*member, depth + 1)),
            _ => None,
        }
    }

    /// What a value is if it is known here.
    fn constant_of(&mut self, val: &Val) -> Option<CtVal> {
        if let ValKind::Mem(Addr::Global(global, offset)) = val.kind
            && !self.m.global(global).mutable
        {
            let size = self.m.types.size_of(val.ty);
            let image = slice_image(&self.m.global(global).init, offset, size);
            return Some(CtVal {
                ty: val.ty,
                image: Rc::new(image),
                literal: false,
            });
        }
        self.const_of_val(val)
    }

    /// Takes over the quotes that an evaluation has made, with functions in the place of those that stood in for them.
    pub fn adopt_quotes(&mut self, made: Vec<Made>, defined: &FxHashMap<FuncId, FuncId>) {
        for quote in made {
            let splices: Vec<CtVal> = quote
                .splices
                .into_iter()
                .map(|(ty, captured)| CtVal {
                    ty,
                    image: Rc::new(self.image_of(captured, defined)),
                    literal: false,
                })
                .collect();
            self.new_quote(quote.site, &splices);
        }
    }

    fn image_of(
        &mut self,
        captured: Captured,
        defined: &FxHashMap<FuncId, FuncId>,
    ) -> sx_ir::ConstImage {
        let mut relocs = Vec::new();
        for (offset, func) in captured.funcs {
            relocs.push(sx_ir::Reloc {
                offset,
                target: sx_ir::RelocTarget::Func(*defined.get(&func).unwrap_or(&func)),
                addend: 0,
            });
        }
        for (offset, object) in captured.objects {
            let text = object.elem == TypeId::U8;
            let global = match text {
                true => self.string_data(&object.data.bytes),
                false => {
                    let size = self.m.types.size_of(object.elem).max(1);
                    let count = object.data.bytes.len() as u64 / size;
                    let array = self.m.types.array(object.elem, count);
                    let image = self.image_of(object.data, defined);
                    self.const_global(&image, array, "code.data")
                }
            };
            relocs.push(sx_ir::Reloc {
                offset,
                target: sx_ir::RelocTarget::Global(global),
                addend: 0,
            });
        }
        relocs.sort_by_key(|reloc| reloc.offset);
        sx_ir::ConstImage {
            bytes: captured.bytes,
            relocs,
        }
    }
}

/// Names that a quote declares somewhere in it.
fn names_declared(code: &CodeQuote) -> FxHashSet<Symbol> {
    struct Names(FxHashSet<Symbol>);
    impl Visitor for Names {
        fn decl(&mut self, decl: &ast::Decl) {
            self.0.insert(decl.name.name);
            sx_syntax::visit::walk_decl(self, decl);
        }
        fn function(&mut self, f: &ast::FnDecl) {
            self.0.extend(f.sig.params.iter().map(|p| p.name.name));
            sx_syntax::visit::walk_fn(self, f);
        }
        fn stmt(&mut self, stmt: &ast::Stmt) {
            if let ast::StmtKind::For(node) = &stmt.kind {
                self.0.extend(node.captures.iter().map(|c| c.name.name));
            }
            sx_syntax::visit::walk_stmt(self, stmt);
        }
        fn item(&mut self, item: &ast::Item) {
            if let ast::ItemKind::Inline(ast::Inline::For(node)) = &item.kind {
                self.0.extend(node.captures.iter().map(|c| c.name.name));
            }
            sx_syntax::visit::walk_item(self, item);
        }
        fn member(&mut self, member: &ast::Member) {
            if let ast::MemberKind::Inline(ast::Inline::For(node)) = &member.kind {
                self.0.extend(node.captures.iter().map(|c| c.name.name));
            }
            sx_syntax::visit::walk_member(self, member);
        }
        fn variant(&mut self, member: &ast::EnumMember) {
            if let ast::EnumMember::Inline(ast::Inline::For(node)) = member {
                self.0.extend(node.captures.iter().map(|c| c.name.name));
            }
            sx_syntax::visit::walk_variant(self, member);
        }
    }
    let mut names = Names(FxHashSet::default());
    match &code.body {
        CodeBody::Block(block) => names.block(block),
        CodeBody::Expr(expr) => names.expr(expr),
        CodeBody::Items(items) => items.iter().for_each(|item| names.item(item)),
        CodeBody::Members(members) => members.iter().for_each(|member| names.member(member)),
        CodeBody::Variants(variants) => variants.iter().for_each(|v| names.variant(v)),
    }
    names.0
}

/// Whether a part of a name needs a variable of the function around the quote.
fn mentions_variable(env: &Rc<Env>, part: &ast::Expr, own: &FxHashSet<Symbol>) -> bool {
    struct Finder<'f> {
        env: &'f Env,
        own: &'f FxHashSet<Symbol>,
        found: bool,
    }
    impl Visitor for Finder<'_> {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ast::ExprKind::Ident(name) = &expr.kind
                && !self.own.contains(&name.name)
            {
                let found = self.env.get(name.name);
                self.found |= matches!(found, Some(Binding::Var { .. } | Binding::Lazy { .. }));
            }
            // A splice is evaluated with the quote's own.
            if !matches!(expr.kind, ast::ExprKind::Splice(_)) {
                sx_syntax::visit::walk_expr(self, expr);
            }
        }
    }
    let mut finder = Finder {
        env,
        own,
        found: false,
    };
    finder.expr(part);
    finder.found
}

/// What stands between the brackets of a quote as an expression, if it can be one.
pub fn as_expression(body: Body) -> Option<&'static ast::Expr> {
    match body {
        Body::Code(code) => match &code.body {
            CodeBody::Expr(expr) => Some(expr),
            CodeBody::Block(block) if block.stmts.is_empty() => block.tail.as_deref(),
            CodeBody::Block(_)
            | CodeBody::Items(_)
            | CodeBody::Members(_)
            | CodeBody::Variants(_) => None,
        },
        Body::Block(block) if block.stmts.is_empty() => block.tail.as_deref(),
        Body::Block(_) => None,
        Body::Expr(expr) => Some(expr),
    }
}
