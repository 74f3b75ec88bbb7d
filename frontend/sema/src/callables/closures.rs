//! Lambda literals: their type, body, captures and environment (reference part 2 §4).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::types::FnType;
use sx_ir::{Function, Linkage, LocalId, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, FnBody, ParamKind};
use sx_syntax::visit::{Visitor, walk_expr, walk_stmt};

use crate::callables::functions::{Abi, Passing};
use crate::emission::fncx::{CaptureSlot, FnCx};
use crate::emission::value::{Access, Addr, Piece, Val};
use crate::sema::{Res, Sema};

/// The interface of a lambda before its body is known.
struct LambdaSig {
    params: Vec<TypeId>,
    /// `None`: what the body yields.
    ret: Option<TypeId>,
}

/// A lambda whose body is in the module.
struct Lowered {
    func: sx_ir::FuncId,
    ty: FnType,
    captures: Vec<(CaptureSlot, Symbol)>,
}

impl Sema<'_> {
    /// A lambda literal or trailing block.
    pub fn lower_lambda(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::FnDecl,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let target = want.map(|w| self.strip_optionals(w));
        let (expected, as_function) = match target.map(|t| self.m.types.kind(t).clone()) {
            Some(TypeKind::Closure(f)) => (Some(f), false),
            Some(TypeKind::Function(f)) => (Some(f), true),
            _ => (None, false),
        };
        if as_function && expected.as_ref().is_some_and(|f| f.c_conv) {
            return Err(self.error(
                span,
                "call-convention mismatch: 'lambda' is declared with default sx convention but the target type expects abi(.c)",
            ));
        }
        // The poison type stands for what is still open.
        let known = |ty: TypeId| Some(ty).filter(|t| *t != TypeId::POISON);
        let hints = match &expected {
            // At a bare function type the types are written.
            Some(f) if !as_function => f.params.iter().map(|p| known(*p)).collect(),
            _ => Vec::new(),
        };
        if let (Some(f), false) = (&expected, as_function) {
            self.check_untyped_parameters(decl, f, target)?;
        }
        let result = expected.as_ref().map(|f| f.ret);
        let may_fail = result.is_some_and(|ret| self.is_open_failable(ret));
        let result = result.and_then(known).filter(|_| !may_fail);
        let sig = self.lambda_sig(cx, decl, &hints, result)?;
        if let (true, Some(f), Some(ret)) = (as_function, &expected, sig.ret)
            && f.ret != ret
            && f.ret != TypeId::POISON
        {
            return Err(self.error(
                span,
                "closure return type does not match the function-type slot",
            ));
        }
        let lowered = self.lower_lambda_body(cx, decl, &sig.params, sig.ret, may_fail)?;
        self.at(cx, span);
        self.note_reach(cx, lowered.func);
        if let (true, Some(f)) = (as_function, &expected) {
            if !lowered.captures.is_empty() {
                return Err(self.error(
                    span,
                    "a capturing closure cannot be passed as a bare function pointer; its environment would be lost",
                ));
            }
            let own = self.m.types.intern(TypeKind::Closure(lowered.ty.clone()));
            if f.params != lowered.ty.params {
                let want = self.m.types.intern(TypeKind::Function(f.clone()));
                return Err(self.no_conversion(own, want, span));
            }
            let ty = self.m.types.intern(TypeKind::Function(f.clone()));
            let adapter = self.fn_over_closure(lowered.func, &lowered.ty, ty, f, span)?;
            self.note_reach(cx, adapter);
            return Ok(Val::scalar(ty, Piece::FuncAddr(adapter)));
        }
        let env = if lowered.captures.is_empty() {
            Piece::Const(Ty::Ptr, 0)
        } else {
            self.make_environment(cx, &lowered.captures, span)?
        };
        let ty = self.m.types.intern(TypeKind::Closure(lowered.ty));
        Ok(Val::regs(ty, smallvec![Piece::FuncAddr(lowered.func), env]))
    }

    /// The result `(T, !)` of a closure that is expected, of which `T` is still open.
    fn is_open_failable(&self, ret: TypeId) -> bool {
        match self.m.types.kind(ret) {
            TypeKind::Failable { values, .. } => values.iter().any(|v| v.1 == TypeId::POISON),
            _ => false,
        }
    }

    /// A closure that is expected, of which parameters are open, or at most that it may fail is known of its result.
    pub fn is_open_closure(&self, ty: TypeId) -> bool {
        match self.m.types.kind(ty) {
            TypeKind::Closure(closure) => {
                closure.params.contains(&TypeId::POISON)
                    || closure.ret == TypeId::POISON
                    || self.is_open_failable(closure.ret)
            }
            _ => false,
        }
    }

    pub fn strip_optionals(&self, ty: TypeId) -> TypeId {
        match self.m.types.kind(ty) {
            TypeKind::Optional(payload) => self.strip_optionals(*payload),
            _ => ty,
        }
    }

    /// Parameters without a type have it from the closure that is expected, if that has as many.
    fn check_untyped_parameters(
        &mut self,
        decl: &ast::FnDecl,
        expected: &FnType,
        target: Option<TypeId>,
    ) -> Res<()> {
        let (given, wanted) = (decl.sig.params.len(), expected.params.len());
        let extra = decl.sig.params.iter().skip(wanted);
        let Some(param) = extra.into_iter().find(|param| param.ty.is_none()) else {
            return Ok(());
        };
        let plural = crate::declarations::nominal::plural(given);
        let what = match target.filter(|ty| !self.is_open_closure(*ty)) {
            Some(ty) => format!("'{}' is expected, which has {wanted}", self.type_name(ty)),
            None => format!("a closure with {wanted} is expected"),
        };
        let text = format!("this lambda has {given} parameter{plural}, but {what}");
        Err(self.error(param.span, text))
    }

    fn lambda_sig(
        &mut self,
        cx: &FnCx,
        decl: &'static ast::FnDecl,
        hints: &[Option<TypeId>],
        expected: Option<TypeId>,
    ) -> Res<LambdaSig> {
        let env = cx.env().clone();
        if let Some(abi) = &decl.sig.abi {
            return Err(self.error(
                abi.span,
                "a lambda has the default calling convention; declare a function for another one",
            ));
        }
        let mut params = Vec::new();
        for (i, param) in decl.sig.params.iter().enumerate() {
            if param.kind != ParamKind::Plain {
                return Err(self.error(
                    param.span,
                    format!(
                        "lambda parameter '{}' must be an ordinary one",
                        param.name.name
                    ),
                ));
            }
            if let Some(default) = &param.default {
                let name = param.name.name;
                let diag = sx_syntax::Diagnostic::error(
                    default.span,
                    format!("lambda parameter '{name}' cannot have a default: a closure is called with every argument"),
                )
                .with_help(None, "declare a function, `name :: (..) ..`, whose calls may leave arguments out");
                return Err(self.report(diag));
            }
            let ty = match (&param.ty, hints.get(i).copied().flatten()) {
                (Some(expr), _) => self.param_type(&env, expr)?,
                (None, Some(hint)) => hint,
                (None, None) => {
                    return Err(self.error(
                        param.name.span,
                        format!(
                            "cannot infer type of lambda parameter '{}'; annotate it, or use the lambda where a closure type is expected",
                            param.name.name
                        ),
                    ));
                }
            };
            self.complete(ty)?;
            params.push(ty);
        }
        let declared = match &decl.sig.ret {
            Some(ret) => Some(self.eval_ret(&env, Some(ret))?),
            None => None,
        };
        let fails =
            declared.is_some_and(|t| matches!(self.m.types.kind(t), TypeKind::Failable { .. }));
        if !fails && let Some(span) = raises(decl.body()) {
            const RAISES: &str =
                "lambda body raises; declare its return type explicitly with `-> !` or `-> (T, !)`";
            let message = if self.span_text(span).starts_with("try") {
                format!("`try` is only valid inside a failable function; this {RAISES}")
            } else {
                RAISES.to_owned()
            };
            return Err(self.error(span, message));
        }
        let ret = match (declared, expected) {
            (Some(own), Some(want)) => Some(self.widened_result(own, want)),
            (own, want) => own.or(want),
        };
        if let Some(ret) = ret {
            self.complete(ret)?;
        }
        Ok(LambdaSig { params, ret })
    }

    /// `want` where a function with result `own` can yield it as is, whatever its slots are called, or as the success of a
    /// failable; else `own`.
    pub fn widened_result(&mut self, own: TypeId, want: TypeId) -> TypeId {
        let TypeKind::Failable { values, set } = self.m.types.kind(want).clone() else {
            return if self.same_slots(own, want) {
                want
            } else {
                own
            };
        };
        let agree = match self.m.types.kind(own) {
            TypeKind::Failable {
                values: given,
                set: from,
            } => {
                (set == TypeId::ANY_ERROR || set == *from)
                    && given.iter().map(|v| v.1).eq(values.iter().map(|v| v.1))
            }
            _ => {
                let success = self.success_type(want);
                own == success || self.same_slots(own, success)
            }
        };
        if agree { want } else { own }
    }

    /// Whether two results are the same but for the names of slots.
    pub fn same_result(&self, a: TypeId, b: TypeId) -> bool {
        let failables = (self.m.types.kind(a), self.m.types.kind(b));
        if let (
            TypeKind::Failable { values, set },
            TypeKind::Failable {
                values: w,
                set: into,
            },
        ) = failables
        {
            return set == into && values.iter().map(|v| v.1).eq(w.iter().map(|v| v.1));
        }
        a == b || self.same_slots(a, b)
    }

    /// Whether two multi-returns have equal slots but for the names.
    fn same_slots(&self, a: TypeId, b: TypeId) -> bool {
        match (self.m.types.kind(a), self.m.types.kind(b)) {
            (TypeKind::Tuple(a), TypeKind::Tuple(b)) => {
                a.iter().map(|slot| slot.1).eq(b.iter().map(|slot| slot.1))
            }
            _ => false,
        }
    }

    fn lower_lambda_body(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::FnDecl,
        params: &[TypeId],
        ret: Option<TypeId>,
        may_fail: bool,
    ) -> Res<Lowered> {
        let mut inner = self.lambda_into(cx, decl, params, ret, may_fail)?;
        let found = result_found(&inner);
        self.complete(found)?;
        if let (Some(at), false) = (inner.doubtful_onfail, may_fail) {
            self.may_clean_up_errors(found, at)?;
        }
        if ret.is_none() && self.flatten(found).is_none() {
            // A result in memory takes a hidden parameter, which the first pass did not know of.
            inner = self.lambda_into(cx, decl, params, Some(found), may_fail)?;
        }
        let ty = FnType {
            params: params.to_vec(),
            ret: found,
            c_conv: false,
            variadic: false,
        };
        inner.func.sig = self.abi(&ty, true).sig;
        inner.func_id = None;
        let captures = std::mem::take(&mut inner.captures);
        // What the environment holds, for those who have only the memory: laid out as a tuple.
        if let (Some(env), false) = (inner.env_param, captures.is_empty()) {
            let held = captures.iter().map(|c| (None, c.ty)).collect();
            let held = self.m.types.intern(TypeKind::Tuple(held));
            let pointer = self.m.types.pointer(held);
            inner.func.locals[env.index()].sx_type = Some(pointer);
        }
        let captures = captures
            .into_iter()
            .map(|c| (c.clone(), inner.var(c.inner).name))
            .collect();
        let shape = inner.shape;
        let func = self.finish_cx(inner);
        self.note_lambda(func, shape);
        Ok(Lowered { func, ty, captures })
    }

    /// Lowers the body into a context of its own. Variables of `cx` and of what encloses it can be captured.
    fn lambda_into(
        &mut self,
        cx: &mut FnCx,
        decl: &'static ast::FnDecl,
        params: &[TypeId],
        ret: Option<TypeId>,
        may_fail: bool,
    ) -> Res<FnCx> {
        let ty = FnType {
            params: params.to_vec(),
            ret: ret.unwrap_or(TypeId::VOID),
            c_conv: false,
            variadic: false,
        };
        let abi = self.abi(&ty, true);
        let params_ir = self.m.sig(abi.sig).params.clone();
        let loc = self.loc(decl.span);
        let name = format!("{}.lambda", cx.func.name);
        let shell = Function::new(name, Linkage::Internal, abi.sig, &params_ir, loc);
        let mut inner = self.new_cx(shell, cx.env().clone(), cx.name.clone(), decl.span);
        inner.func_id = cx.func_id;
        inner.module = cx.module;
        inner.comptime = cx.comptime;
        inner.is_lambda = true;
        inner.shape = ret.and_then(|ret| self.error_shape(params, ret));
        inner.owner = cx.owner;
        inner.fn_id = cx.fn_id;
        inner.ret.ty = ret;
        inner.ret.may_fail = may_fail;
        inner.ret.span = decl.sig.ret.as_ref().map_or(decl.span, |r| r.span);
        let mut locals = Locals(0);
        if abi.context {
            inner.context = Some(locals.next());
        }
        if abi.sret {
            inner.ret.sret = Some(locals.next());
        }
        inner.env_param = Some(locals.next());
        for (param, (ty, passing)) in decl.sig.params.iter().zip(params.iter().zip(&abi.params)) {
            let addr = self.receive_param(&mut inner, *ty, passing, &mut locals);
            if let Addr::Slot(slot, _) = addr {
                inner.func.slots[slot.index()].name = Some(param.name.name);
            }
            self.bind_var(&mut inner, param.name, *ty, addr, Access::Mutable);
        }
        self.enclosed(cx, &mut inner, |s, inner| s.lambda_statements(inner, decl))?;
        Ok(inner)
    }

    /// Lowers code of `inner` that sees the variables of `cx`, which nothing else touches meanwhile.
    pub fn enclosed<T>(
        &mut self,
        cx: &mut FnCx,
        inner: &mut FnCx,
        lower: impl FnOnce(&mut Self, &mut FnCx) -> T,
    ) -> T {
        let vars = Rc::new(std::mem::take(&mut cx.vars));
        let mut enclosing = (*cx.enclosing).clone();
        enclosing.push((cx.id, vars.clone()));
        inner.enclosing = Rc::new(enclosing);
        // What is looked at is thrown away with what it holds.
        inner.runs.looking = cx.runs.looking;
        let done = lower(self, inner);
        inner.enclosing = Rc::default();
        cx.vars = Rc::unwrap_or_clone(vars);
        done
    }

    /// Memory of a parameter in the callee.
    fn receive_param(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        passing: &Passing,
        locals: &mut Locals,
    ) -> Addr {
        match passing {
            Passing::Parts(parts) => {
                let slot = self.slot(cx, ty);
                for part in parts {
                    cx.store_scalar(slot.plus(part.offset), Piece::Local(part.ty, locals.next()));
                }
                slot
            }
            Passing::Memory | Passing::CMemory => Addr::Ptr(locals.next(), 0),
        }
    }

    fn lambda_statements(&mut self, cx: &mut FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        if cx.ret.ty != Some(TypeId::VOID) {
            return self.lower_fn_body(cx, decl);
        }
        // The value of a void lambda's body is dropped.
        match decl.body() {
            FnBody::Expr(expr) => {
                self.at(cx, expr.span);
                self.lower_expr_stmt(cx, expr)?;
                self.return_value(cx, None, expr.span)
            }
            FnBody::Block(block) => {
                self.lower_stmts(cx, block, false)?;
                let end = Span::new(
                    block.span.file,
                    block.span.hi.saturating_sub(1),
                    block.span.hi,
                );
                self.at(cx, end);
                self.return_value(cx, None, end)
            }
            FnBody::Intrinsic | FnBody::None => Ok(()),
        }
    }

    /// Copies what a lambda captured into one block of the context's allocator.
    fn make_environment(
        &mut self,
        cx: &mut FnCx,
        captures: &[(CaptureSlot, Symbol)],
        span: Span,
    ) -> Res<Piece> {
        let size = captures
            .iter()
            .map(|(c, _)| c.offset + self.m.types.size_of(c.ty))
            .max()
            .unwrap_or(0);
        // As large as the tuple that describes it: what is stored in the program is read along its type.
        let align = captures
            .iter()
            .map(|(c, _)| self.m.types.align_of(c.ty))
            .max()
            .unwrap_or(1);
        let size = size.next_multiple_of(align);
        let block = self.alloc_in_context(cx, Piece::Const(Ty::I64, size.max(1)), span)?;
        let to = cx.addr_of_piece(block);
        for (capture, name) in captures {
            let ident = ast::Ident {
                name: *name,
                kind: ast::IdentKind::Raw,
                span,
            };
            let val = self.captured_value(cx, ident, capture)?;
            self.store(cx, to.plus(capture.offset), &val);
        }
        Ok(block)
    }

    // ---------------------------------------------------------------------------------------------- allocation

    /// One `context.allocator.alloc_bytes(size)`.
    pub fn alloc_in_context(&mut self, cx: &mut FnCx, size: Piece, span: Span) -> Res<Piece> {
        let Some((offset, ty)) = self.context_allocator() else {
            return Err(self.error(span, "this allocates through `context.allocator`, which the program does not declare; #import \"modules/std/mem.sx\""));
        };
        let context = self.context_piece(cx);
        let addr = cx.addr_of_piece(context).plus(offset);
        let place = Val::place(crate::emission::value::Place {
            addr,
            ty,
            access: Access::Context,
        });
        self.alloc_through(cx, &place, size, span)
    }

    /// Offset and type of the context's field `allocator`.
    pub fn context_allocator(&self) -> Option<(u64, TypeId)> {
        let context = self.context_type?;
        let members = self.m.types.members(context)?;
        let index = members
            .iter()
            .position(|(n, _)| n.is_some_and(|n| n == "allocator"))?;
        Some((self.m.types.offset_of(context, index), members[index].1))
    }

    /// One `alloc_bytes(size)` of an allocator value.
    pub fn alloc_through(
        &mut self,
        cx: &mut FnCx,
        allocator: &Val,
        size: Piece,
        span: Span,
    ) -> Res<Piece> {
        self.complete(allocator.ty)?;
        let slot = self
            .m
            .types
            .protocol_def(allocator.ty)
            .and_then(|d| d.slots.iter().position(|(n, _)| *n == "alloc_bytes"));
        let Some(slot) = slot else {
            let name = self.type_name(allocator.ty);
            return Err(self.error(
                span,
                format!("'{name}' is no allocator: it has no method 'alloc_bytes'"),
            ));
        };
        let size = Val::scalar(TypeId::I64, size);
        let block = self.dispatch(cx, allocator, slot, vec![size]);
        let piece = self.piece(cx, &block);
        Ok(cx.pin(piece))
    }
}

/// Parameters in order: they are the first locals.
pub struct Locals(u32);

impl Locals {
    pub fn first() -> Locals {
        Locals(0)
    }

    pub fn next(&mut self) -> LocalId {
        let local = LocalId(self.0);
        self.0 += 1;
        local
    }

    /// The hidden parameters of a function: context, result memory, environment.
    pub fn hidden(&mut self, cx: &mut FnCx, abi: &Abi, env: bool) -> Option<LocalId> {
        if abi.context {
            cx.context = Some(self.next());
        }
        if abi.sret {
            cx.ret.sret = Some(self.next());
        }
        env.then(|| self.next())
    }
}

fn result_found(cx: &FnCx) -> TypeId {
    match cx.ret.ty {
        None | Some(TypeId::NORETURN) => TypeId::VOID,
        Some(ty) => ty,
    }
}

/// Where a lambda's body raises an error that nothing in it consumes.
fn raises(body: &FnBody) -> Option<Span> {
    struct Finder {
        found: Option<Span>,
        consumed: bool,
    }
    impl Finder {
        fn with(&mut self, consumed: bool, expr: &ast::Expr) {
            let was = std::mem::replace(&mut self.consumed, consumed);
            self.expr(expr);
            self.consumed = was;
        }
    }
    impl Visitor for Finder {
        fn stmt(&mut self, stmt: &ast::Stmt) {
            if matches!(stmt.kind, ast::StmtKind::Raise(_)) {
                self.found.get_or_insert(stmt.span);
            }
            walk_stmt(self, stmt);
        }

        fn expr(&mut self, expr: &ast::Expr) {
            match &expr.kind {
                ExprKind::Try(_) if !self.consumed => {
                    self.found.get_or_insert(expr.span);
                }
                ExprKind::Catch(catch) => {
                    self.with(true, &catch.operand);
                    match &catch.handler {
                        ast::CatchHandler::Block(block) => self.block(block),
                        ast::CatchHandler::Expr(expr) => self.expr(expr),
                        ast::CatchHandler::Match(m) => {
                            for arm in &m.arms {
                                match &arm.body {
                                    ast::ArmBody::Stmts(block) => self.block(block),
                                    ast::ArmBody::Arrow(ast::Branch::Expr(expr)) => self.expr(expr),
                                    ast::ArmBody::Arrow(ast::Branch::Block(block)) => {
                                        self.block(block)
                                    }
                                    ast::ArmBody::Arrow(ast::Branch::Jump(stmt)) => self.stmt(stmt),
                                    ast::ArmBody::Break(_) => {}
                                }
                            }
                        }
                    }
                    return;
                }
                ExprKind::Binary {
                    op: ast::BinOp::Or,
                    lhs,
                    rhs,
                    ..
                } => {
                    self.with(true, lhs);
                    self.expr(rhs);
                    return;
                }
                _ => {}
            }
            walk_expr(self, expr);
        }

        fn function(&mut self, _function: &ast::FnDecl) {}
    }
    let mut finder = Finder {
        found: None,
        consumed: false,
    };
    match body {
        FnBody::Block(block) => finder.block(block),
        FnBody::Expr(expr) => finder.expr(expr),
        FnBody::Intrinsic | FnBody::None => {}
    }
    finder.found
}
