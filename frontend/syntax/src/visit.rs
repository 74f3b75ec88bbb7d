//! Walking the tree. Override what is of interest and call the `walk_` function to go on below it.

use std::borrow::Borrow;

use crate::ast::*;

pub trait Visitor {
    fn expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        walk_stmt(self, stmt);
    }

    fn block(&mut self, block: &Block) {
        walk_block(self, block);
    }

    fn decl(&mut self, decl: &Decl) {
        walk_decl(self, decl);
    }

    /// Functions, lambdas and trailing blocks.
    fn function(&mut self, function: &FnDecl) {
        walk_fn(self, function);
    }

    fn item(&mut self, item: &Item) {
        walk_item(self, item);
    }

    fn member(&mut self, member: &Member) {
        walk_member(self, member);
    }

    fn variant(&mut self, member: &EnumMember) {
        walk_variant(self, member);
    }
}

pub fn walk_file<V: Visitor + ?Sized>(v: &mut V, file: &File) {
    for item in &file.items {
        v.item(item);
    }
    for part in file.computed_names.iter().flatten() {
        v.expr(part);
    }
}

pub fn walk_item<V: Visitor + ?Sized>(v: &mut V, item: &Item) {
    match &item.kind {
        ItemKind::Decl(decl) => v.decl(decl),
        ItemKind::Import(_) | ItemKind::Error(_) | ItemKind::CUnit(_) => {}
        ItemKind::Impl(decl) => {
            v.expr(&decl.protocol);
            exprs(v, &decl.args);
            v.expr(&decl.target);
            decl.members.iter().for_each(|member| v.member(member));
        }
        ItemKind::ContextExtend(extend) => {
            v.expr(&extend.ty);
            opt(v, &extend.default);
        }
        ItemKind::Run(expr) | ItemKind::Insert(expr) => v.expr(expr),
        ItemKind::Inline(inline) => walk_inline(v, inline, &|v, item| v.item(item)),
        ItemKind::Asm(asm) => walk_asm(v, asm),
        ItemKind::Assert(assert) => walk_assert(v, assert),
    }
}

/// Walks compile-time control flow around declarations; `each` visits a declaration.
pub fn walk_inline<V: Visitor + ?Sized, T>(
    v: &mut V,
    inline: &Inline<T>,
    each: &dyn Fn(&mut V, &T),
) {
    match inline {
        Inline::If(branch) => walk_inline_if(v, branch, each),
        Inline::Match(m) => {
            v.expr(&m.subject);
            for arm in &m.arms {
                walk_pattern(v, &arm.pattern);
                arm.items.iter().for_each(|item| each(v, item));
            }
            m.else_.iter().flatten().for_each(|item| each(v, item));
        }
        Inline::For(f) => {
            walk_iters(v, &f.iters);
            f.items.iter().for_each(|item| each(v, item));
        }
    }
}

fn walk_inline_if<V: Visitor + ?Sized, T>(
    v: &mut V,
    branch: &InlineIf<T>,
    each: &dyn Fn(&mut V, &T),
) {
    v.expr(&branch.cond);
    branch.then.iter().for_each(|item| each(v, item));
    match &branch.else_ {
        Some(InlineElse::If(next)) => walk_inline_if(v, next, each),
        Some(InlineElse::Items(items)) => items.iter().for_each(|item| each(v, item)),
        None => {}
    }
}

fn walk_attrs<V: Visitor + ?Sized>(v: &mut V, attrs: &Attrs) {
    for note in attrs.notes() {
        args(v, &note.args);
    }
}

pub fn walk_decl<V: Visitor + ?Sized>(v: &mut V, decl: &Decl) {
    walk_attrs(v, &decl.attrs);
    match &decl.kind {
        DeclKind::Const(c) => {
            opt(v, &c.ty);
            v.expr(&c.value);
        }
        DeclKind::Var(var) => {
            opt(v, &var.ty);
            opt(v, &var.init);
        }
        DeclKind::Fn(f) => v.function(f),
        DeclKind::Struct(s) => walk_struct(v, s),
        DeclKind::Enum(e) => walk_enum(v, e),
        DeclKind::Union(u) => u.members.iter().for_each(|member| v.member(member)),
        DeclKind::Protocol(p) => {
            walk_params(v, &p.params);
            p.methods.iter().for_each(|method| v.decl(method));
            p.members.iter().for_each(|member| v.member(member));
        }
        DeclKind::UfcsAlias(path) => v.expr(path),
        DeclKind::ErrorSet(_) | DeclKind::Import(_) | DeclKind::Library(_) | DeclKind::CUnit(_) => {
        }
    }
}

pub fn walk_fn<V: Visitor + ?Sized>(v: &mut V, f: &FnDecl) {
    walk_params(v, &f.sig.params);
    if let Some(ret) = &f.sig.ret {
        walk_ret(v, ret);
    }
    match f.body() {
        FnBody::Block(block) => v.block(block),
        FnBody::Expr(expr) => v.expr(expr),
        FnBody::Intrinsic | FnBody::None => {}
    }
}

pub fn walk_params<V: Visitor + ?Sized>(v: &mut V, params: &[Param]) {
    for param in params {
        opt(v, &param.ty);
        exprs(v, &param.constraints);
        opt(v, &param.default);
    }
}

pub fn walk_ret<V: Visitor + ?Sized>(v: &mut V, ret: &RetType) {
    match &ret.kind {
        RetKind::Void => {}
        RetKind::Type(ty) => v.expr(ty),
        RetKind::Slots { slots, error } => {
            for slot in slots {
                v.expr(&slot.ty);
                opt(v, &slot.default);
            }
            if let Some(error) = error {
                v.expr(error);
            }
        }
    }
}

fn walk_struct<V: Visitor + ?Sized>(v: &mut V, s: &StructDecl) {
    walk_params(v, &s.params);
    s.members.iter().for_each(|member| v.member(member));
}

fn walk_enum<V: Visitor + ?Sized>(v: &mut V, e: &EnumDecl) {
    opt(v, &e.backing);
    e.variants.iter().for_each(|member| v.variant(member));
}

pub fn walk_member<V: Visitor + ?Sized>(v: &mut V, member: &Member) {
    match &member.kind {
        MemberKind::Field(field) => {
            walk_attrs(v, &field.attrs);
            v.expr(&field.ty);
            opt(v, &field.default);
        }
        MemberKind::Using(expr) | MemberKind::Insert(expr) => v.expr(expr),
        MemberKind::Decl(decl) => v.decl(decl),
        MemberKind::Anon(s) => walk_struct(v, s),
        MemberKind::Inline(inline) => walk_inline(v, inline, &|v, member| v.member(member)),
        MemberKind::Assert(assert) => walk_assert(v, assert),
    }
}

pub fn walk_variant<V: Visitor + ?Sized>(v: &mut V, member: &EnumMember) {
    match member {
        EnumMember::Variant(variant) => {
            walk_attrs(v, &variant.attrs);
            opt(v, &variant.value);
            opt(v, &variant.payload);
        }
        EnumMember::Inline(inline) => walk_inline(v, inline, &|v, member| v.variant(member)),
        EnumMember::Insert(expr) => v.expr(expr),
        EnumMember::Assert(assert) => walk_assert(v, assert),
    }
}

fn walk_assert<V: Visitor + ?Sized>(v: &mut V, assert: &AssertDirective) {
    v.expr(&assert.cond);
    opt(v, &assert.message);
}

fn walk_asm<V: Visitor + ?Sized>(v: &mut V, asm: &AsmExpr) {
    for operand in &asm.operands {
        match &operand.role {
            AsmRole::Value(expr) | AsmRole::Place(expr) | AsmRole::Input(expr) => v.expr(expr),
        }
    }
}

pub fn walk_block<V: Visitor + ?Sized>(v: &mut V, block: &Block) {
    for stmt in &block.stmts {
        v.stmt(stmt);
    }
    if let Some(tail) = &block.tail {
        v.expr(tail);
    }
}

pub fn walk_stmt<V: Visitor + ?Sized>(v: &mut V, stmt: &Stmt) {
    match &stmt.kind {
        StmtKind::Decl(decl) => v.decl(decl),
        StmtKind::Destructure { value, .. } => v.expr(value),
        StmtKind::Discard(expr)
        | StmtKind::Raise(expr)
        | StmtKind::Defer(expr)
        | StmtKind::Insert(expr)
        | StmtKind::Expr { expr, .. } => v.expr(expr),
        StmtKind::Assign { target, value, .. } => {
            v.expr(target);
            v.expr(value);
        }
        StmtKind::MultiAssign { targets, values } => {
            exprs(v, targets);
            exprs(v, values);
        }
        StmtKind::Return(values) => values.iter().for_each(|value| v.expr(&value.value)),
        StmtKind::Break | StmtKind::Continue | StmtKind::Error(_) => {}
        StmtKind::OnFail { body, .. } => v.expr(body),
        StmtKind::Push { value, body } => {
            v.expr(value);
            v.block(body);
        }
        StmtKind::While { cond, body } => {
            walk_cond(v, cond);
            v.block(body);
        }
        StmtKind::For(f) => {
            walk_iters(v, &f.iters);
            match &f.body {
                ForBody::Block(block) => v.block(block),
                ForBody::Stmt(stmt) => v.stmt(stmt),
            }
        }
        StmtKind::Assert(assert) => walk_assert(v, assert),
    }
}

fn walk_iters<V: Visitor + ?Sized>(v: &mut V, iters: &[ForIter]) {
    for iter in iters {
        match &iter.kind {
            ForIterKind::Each(expr) => v.expr(expr),
            ForIterKind::Range { lo, hi, .. } => {
                v.expr(lo);
                opt(v, hi);
            }
        }
    }
}

fn walk_cond<V: Visitor + ?Sized>(v: &mut V, cond: &Cond) {
    match cond {
        Cond::Expr(expr) => v.expr(expr),
        Cond::Bind { value, .. } => v.expr(value),
    }
}

fn walk_branch<V: Visitor + ?Sized>(v: &mut V, branch: &Branch) {
    match branch {
        Branch::Block(block) => v.block(block),
        Branch::Expr(expr) => v.expr(expr),
        Branch::Jump(stmt) => v.stmt(stmt),
    }
}

fn walk_pattern<V: Visitor + ?Sized>(v: &mut V, pattern: &Pattern) {
    match &pattern.kind {
        PatternKind::Variant(_) => {}
        PatternKind::Expr(expr) => v.expr(expr),
    }
}

fn walk_match<V: Visitor + ?Sized>(v: &mut V, m: &MatchExpr) {
    v.expr(&m.subject);
    for arm in &m.arms {
        walk_pattern(v, &arm.pattern);
        walk_arm(v, &arm.body);
    }
    if let Some(body) = &m.else_ {
        walk_arm(v, body);
    }
}

fn walk_arm<V: Visitor + ?Sized>(v: &mut V, body: &ArmBody) {
    match body {
        ArmBody::Break(_) => {}
        ArmBody::Arrow(branch) => walk_branch(v, branch),
        ArmBody::Stmts(block) => v.block(block),
    }
}

fn opt<V: Visitor + ?Sized>(v: &mut V, expr: &Option<impl Borrow<Expr>>) {
    if let Some(expr) = expr {
        v.expr(expr.borrow());
    }
}

fn exprs<V: Visitor + ?Sized>(v: &mut V, exprs: &[Expr]) {
    exprs.iter().for_each(|expr| v.expr(expr));
}

fn args<V: Visitor + ?Sized>(v: &mut V, args: &[Arg]) {
    args.iter().for_each(|arg| v.expr(&arg.value));
}

pub fn walk_expr<V: Visitor + ?Sized>(v: &mut V, expr: &Expr) {
    match &expr.kind {
        ExprKind::Error
        | ExprKind::Int { .. }
        | ExprKind::Float { .. }
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Undef
        | ExprKind::Ident(_)
        | ExprKind::EnumLit(_)
        | ExprKind::ErrorTag(_)
        | ExprKind::CallerLocation
        | ExprKind::ArgText(_) => {}
        ExprKind::Dollar { constraints, .. } => exprs(v, constraints),
        ExprKind::Field { base, .. }
        | ExprKind::TupleIndex { base, .. }
        | ExprKind::OptField { base, .. }
        | ExprKind::OptTupleIndex { base, .. } => v.expr(base),
        ExprKind::Deref(inner)
        | ExprKind::Unwrap(inner)
        | ExprKind::Unary { expr: inner, .. }
        | ExprKind::Star(inner)
        | ExprKind::Xx(inner)
        | ExprKind::Try(inner)
        | ExprKind::Paren(inner)
        | ExprKind::Spread(inner)
        | ExprKind::Run(inner)
        | ExprKind::Insert(inner)
        | ExprKind::Optional(inner)
        | ExprKind::ManyPointer(inner)
        | ExprKind::SliceType(inner)
        | ExprKind::SentinelSlice(inner) => v.expr(inner),
        ExprKind::Index { base, index } => {
            v.expr(base);
            v.expr(index);
        }
        ExprKind::Slice(slice) => {
            v.expr(&slice.base);
            opt(v, &slice.lo);
            opt(v, &slice.hi);
        }
        ExprKind::Call(call) => {
            v.expr(&call.callee);
            args(v, &call.args);
            if let Some(block) = &call.trailing {
                v.function(block);
            }
        }
        ExprKind::Cast { base, ty, alloc } => {
            v.expr(base);
            v.expr(ty);
            opt(v, alloc);
        }
        ExprKind::OptCast { base, ty } => {
            v.expr(base);
            v.expr(ty);
        }
        ExprKind::Aggregate(aggregate) => {
            opt(v, &aggregate.ty);
            args(v, &aggregate.elems);
            if let Some(init) = &aggregate.init {
                v.block(init);
            }
        }
        ExprKind::Catch(catch) => {
            v.expr(&catch.operand);
            match &catch.handler {
                CatchHandler::Block(block) => v.block(block),
                CatchHandler::Expr(expr) => v.expr(expr),
                CatchHandler::Match(m) => walk_match(v, m),
            }
        }
        ExprKind::Binary { lhs, rhs, .. } => {
            v.expr(lhs);
            v.expr(rhs);
        }
        ExprKind::Chain { first, rest } => {
            v.expr(first);
            rest.iter().for_each(|link| v.expr(&link.rhs));
        }
        ExprKind::If(branch) => {
            walk_cond(v, &branch.cond);
            walk_branch(v, &branch.then);
            if let Some(else_) = &branch.else_ {
                walk_branch(v, else_);
            }
        }
        ExprKind::Match(m) => walk_match(v, m),
        ExprKind::Block(block) => v.block(block),
        ExprKind::Lambda(f) => v.function(f),
        ExprKind::Asm(asm) => walk_asm(v, asm),
        ExprKind::Splice(inner) => v.expr(inner),
        ExprKind::Code(code) => match &code.body {
            CodeBody::Block(block) => v.block(block),
            CodeBody::Expr(expr) => v.expr(expr),
            CodeBody::Items(items) => items.iter().for_each(|item| v.item(item)),
            CodeBody::Members(members) => members.iter().for_each(|member| v.member(member)),
            CodeBody::Variants(variants) => variants.iter().for_each(|v2| v.variant(v2)),
        },
        ExprKind::ArrayType { len, elem } => {
            v.expr(len);
            v.expr(elem);
        }
        ExprKind::FnType(f) => {
            f.params.iter().for_each(|param| v.expr(&param.ty));
            walk_ret(v, &f.ret);
        }
        ExprKind::ClosureType(c) => {
            exprs(v, &c.params);
            if let Some(ret) = &c.ret {
                walk_ret(v, ret);
            }
        }
        ExprKind::TupleType(elems) => elems.iter().for_each(|elem| v.expr(&elem.ty)),
        ExprKind::ErrorSetType(path) => opt(v, path),
        ExprKind::Struct(s) => walk_struct(v, s),
        ExprKind::Union(u) => u.members.iter().for_each(|member| v.member(member)),
        ExprKind::Enum(e) => walk_enum(v, e),
    }
}
