//! `#lazy` parameters. A mixin's is the argument's expression, lowered at each use; a function's is a closure that the
//! caller makes of it, whose environment holds the addresses of the caller's variables.

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::types::FnType;
use sx_ir::{Function, Linkage, StmtKind, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast;

use crate::callables::calls::Arg;
use crate::callables::closures::Locals;
use crate::callables::functions::Target;
use crate::declarations::lookup::Found;
use crate::emission::fncx::{CaptureSlot, FnCx, Lent, Variable};
use crate::emission::value::{Access, Addr, Piece, Val, ValKind};
use crate::sema::{Binding, DeclSyntax, Entity, Env, Failed, FnId, Res, Sema, VarId};

impl Sema<'_> {
    /// The expression that an argument of a lazy parameter is evaluated by. A part of a spread value has been evaluated
    /// with the value; it is kept in a variable.
    pub fn lazy_argument(
        &mut self,
        cx: &mut FnCx,
        param: &ast::Param,
        arg: Arg,
    ) -> Res<&'static ast::Expr> {
        let (span, kind) = match arg {
            Arg::Expr(expr) => return Ok(expr),
            Arg::Slice(expr) => {
                return Err(self.error(
                    expr.span,
                    format!(
                        "the `#lazy` parameter '{}' takes one value",
                        param.name.name
                    ),
                ));
            }
            Arg::Trailing(decl) => match decl.body() {
                ast::FnBody::Block(block) => {
                    (decl.span, ast::ExprKind::Block(Box::new(block.clone())))
                }
                ast::FnBody::Expr(expr) => return Ok(expr),
                ast::FnBody::Intrinsic | ast::FnBody::None => return Err(Failed),
            },
            Arg::Val(val, span) => {
                let name = ast::Ident {
                    name: Symbol::intern(&format!("#value {}", cx.vars.len())),
                    kind: ast::IdentKind::Raw,
                    span,
                };
                let val = self.own(cx, &val);
                self.declare_var(cx, name, val.ty, Some(&val), Access::Mutable);
                (span, ast::ExprKind::Ident(name))
            }
        };
        Ok(Box::leak(Box::new(ast::Expr {
            id: ast::ExprId(0),
            span,
            kind,
        })))
    }

    /// The ufcs function that a dot call means if its receiver is a lazy parameter, which is not evaluated before.
    pub fn lazy_receiver(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
    ) -> Res<Option<FnId>> {
        let env = cx.env().clone();
        // Most names after a dot are no functions: what is still to be made is not made for them.
        let declared = match env.get(name.name) {
            Some(Binding::Decl(decl)) => Some(decl),
            Some(_) => None,
            None => match self.lookup_declared(env.module, name.name, false) {
                Found::Decl(decl) => Some(decl),
                Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => None,
            },
        };
        let lazy = declared.is_some_and(|decl| match self.decl(decl).syntax {
            DeclSyntax::Fn(f) => f.ufcs && f.sig.params.first().is_some_and(|param| param.lazy),
            DeclSyntax::UfcsAlias(_) => match self.resolve_decl(decl) {
                Ok(Entity::Fn(f) | Entity::UfcsAlias(f)) => {
                    let params = &self.fn_info(f).decl.sig.params;
                    params.first().is_some_and(|param| param.lazy)
                }
                _ => false,
            },
            _ => false,
        });
        if !lazy {
            return Ok(None);
        }
        let ty = self.type_of_expr(cx, base)?;
        let target = match self.m.types.kind(ty) {
            TypeKind::Pointer(target) => *target,
            _ => ty,
        };
        self.complete(target)?;
        let members = self.m.types.members(target).unwrap_or_default();
        if members.iter().any(|(known, _)| *known == Some(name.name))
            || self.dot_method(cx, target, name)?.is_some()
        {
            return Ok(None);
        }
        self.find_ufcs(&env, name, ty)
    }

    /// The type of a lazy parameter's value: as declared, or that of the argument.
    pub fn lazy_type(
        &mut self,
        cx: &mut FnCx,
        from: &Rc<Env>,
        scope: &Rc<Env>,
        pattern: &'static ast::Expr,
        arg: &'static ast::Expr,
    ) -> Res<TypeId> {
        if crate::callables::generics::mentions_dollar(pattern) {
            cx.push_scope_env(from.clone());
            let given = self.type_of_expr(cx, arg);
            cx.scopes.pop();
            let given = given?;
            let mut bound = Vec::new();
            if !self.bind_pattern(scope, pattern, given, &mut bound) {
                let shown = self.type_name(given);
                return Err(self.error(
                    arg.span,
                    format!("this argument of type '{shown}' does not fit the parameter's type"),
                ));
            }
            for (name, val) in bound {
                if val.ty == TypeId::TYPE {
                    let ty = self.ct_type(&val);
                    scope.bind(name, crate::sema::Binding::Type(ty));
                }
            }
        }
        self.eval_type(scope, pattern)
    }

    /// The type by which a lazy parameter crosses a call.
    pub fn lazy_closure(&mut self, ty: TypeId) -> TypeId {
        self.m.types.intern(TypeKind::Closure(FnType {
            params: Vec::new(),
            ret: ty,
            c_conv: false,
            variadic: false,
        }))
    }

    /// The argument of a function's lazy parameter.
    pub fn lower_lazy(
        &mut self,
        cx: &mut FnCx,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        ty: TypeId,
    ) -> Res<Val> {
        let fn_ty = FnType {
            params: Vec::new(),
            ret: ty,
            c_conv: false,
            variadic: false,
        };
        let abi = self.abi(&fn_ty, true);
        let params_ir = self.m.sig(abi.sig).params.clone();
        let loc = self.loc(expr.span);
        let name = format!("{}.lazy", cx.func.name);
        let shell = Function::new(name, Linkage::Internal, abi.sig, &params_ir, loc);
        let mut inner = self.new_cx(shell, env.clone(), cx.name.clone(), expr.span);
        self.caches.meta.by_address.insert(inner.id);
        inner.func_id = cx.func_id;
        inner.module = cx.module;
        inner.comptime = cx.comptime;
        inner.is_lambda = true;
        inner.owner = cx.owner;
        inner.fn_id = cx.fn_id;
        inner.ret.ty = Some(ty);
        inner.ret.span = expr.span;
        let mut locals = Locals::first();
        if abi.context {
            inner.context = Some(locals.next());
        }
        if abi.sret {
            inner.ret.sret = Some(locals.next());
        }
        inner.env_param = Some(locals.next());
        // A literal, a boxed value or a view is storage of the caller's frame, as if it were evaluated there.
        inner.lent = self.m.types.holds_addresses(ty).then(Lent::default);
        self.at(&mut inner, expr.span);
        self.enclosed(cx, &mut inner, |s, inner| {
            if ty == TypeId::VOID {
                s.lower_expr_stmt(inner, expr)?;
                return s.return_value(inner, None, expr.span);
            }
            // A place is lent to a pointer, as other arguments are.
            if let TypeKind::Pointer(_) = s.m.types.kind(ty) {
                let val = s.lower_arg(inner, Arg::Expr(expr), ty)?;
                return s.leave_with(inner, Some(val), None);
            }
            let val = s.lower_expr(inner, expr, Some(ty))?;
            let val = s.coerce(inner, val, ty, expr.span)?;
            if val.ty == TypeId::NORETURN {
                inner.emit(StmtKind::Trap(sx_ir::TrapKind::Unreachable));
                return Ok(());
            }
            s.leave_with(inner, Some(val), None)
        })?;
        inner.func_id = None;
        let lent = inner.lent;
        let captures = std::mem::take(&mut inner.captures);
        let names: Vec<_> = captures.iter().map(|c| inner.var(c.inner).name).collect();
        let here = cx.id;
        for capture in captures.iter().filter(|c| c.outer_cx == here) {
            if inner.var(capture.inner).narrowed {
                cx.note_narrowed_read(capture.outer, expr.span);
            }
        }
        let func = self.finish_cx(inner);
        self.at(cx, expr.span);
        self.note_reach(cx, func);
        let closure = self.lazy_closure(ty);
        let used = lent.filter(|lent| lent.size > 0);
        if captures.is_empty() && used.is_none() {
            let pieces = smallvec![Piece::FuncAddr(func), Piece::Const(Ty::Ptr, 0)];
            return Ok(Val::regs(closure, pieces));
        }
        let words = captures.len() as u64 + u64::from(lent.is_some());
        let environment = cx.storage(8 * words, 8);
        if let Some(lent) = used {
            let block = cx.storage(lent.size, lent.align);
            let block = cx.addr_piece(block);
            cx.store_scalar(environment, block);
        }
        for (capture, name) in captures.iter().zip(names) {
            let ident = ast::Ident {
                name,
                kind: ast::IdentKind::Raw,
                span: expr.span,
            };
            let var = match capture.outer_cx == cx.id {
                true => capture.outer,
                false => self.capture(cx, ident, capture.outer_cx, capture.outer)?,
            };
            let addr = cx.var(var).addr;
            let addr = cx.addr_piece(addr);
            cx.store_scalar(environment.plus(capture.offset), addr);
        }
        let environment = cx.addr_piece(environment);
        let environment = cx.pin(environment);
        let pieces = smallvec![Piece::FuncAddr(func), environment];
        Ok(Val::regs(closure, pieces))
    }

    /// What a closure's environment gets: of a lazy parameter what computes it, else the value.
    pub fn captured_value(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        capture: &CaptureSlot,
    ) -> Res<Val> {
        let (owner, outer) = (capture.outer_cx, capture.outer);
        if !self.caches.meta.lazy.contains(&(owner, outer)) {
            return self.variable(cx, name, owner, outer, false);
        }
        let var = match owner == cx.id {
            true => outer,
            false => self.capture(cx, name, owner, outer)?,
        };
        Ok(Val::place(cx.var_place(var)))
    }

    /// Whether captures of a body are addresses of the variables.
    pub fn captures_by_address(&self, cx: &FnCx) -> bool {
        self.caches.meta.by_address.contains(&cx.id)
    }

    /// A variable of an enclosing function where environments hold addresses.
    pub fn capture_address(
        &mut self,
        cx: &mut FnCx,
        owner: u32,
        var: VarId,
        info: &Variable,
    ) -> Res<VarId> {
        let Some(env) = cx.env_param else {
            return Err(Failed);
        };
        // What is lent stands before them.
        let offset = 8 * (cx.captures.len() as u64 + u64::from(cx.lent.is_some()));
        let addr = cx.at_entry(|cx| {
            let pointer = cx.load_scalar(Ty::Ptr, Addr::Ptr(env, offset));
            cx.addr_of_piece(pointer)
        });
        let access = info.access.clone();
        let inner = self.add_capture(cx, (owner, var), info, (addr, access), offset);
        cx.var_mut(inner).narrowed = info.narrowed;
        Ok(inner)
    }

    /// A variable read: a lazy parameter's is a call of what computes it.
    pub fn read_lazy(&mut self, cx: &mut FnCx, var: VarId, val: Val) -> Val {
        if !self.caches.meta.lazy.contains(&(cx.id, var)) {
            return val;
        }
        let TypeKind::Closure(ty) = self.m.types.kind(val.ty).clone() else {
            return val;
        };
        let loaded = self.load(cx, &val);
        let ValKind::Regs(pieces) = &loaded.kind else {
            return val;
        };
        let (code, env) = (cx.pin(pieces[0]), cx.pin(pieces[1]));
        self.emit_call(cx, Target::Closure(code, env), &ty, &[])
    }
}
