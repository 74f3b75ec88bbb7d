//! Lowering of function bodies: parameters, results, cleanups.

use crate::callables::functions::Abi;
use crate::callables::functions::Passing;
use crate::callables::generics::named_functions;
use crate::declarations::chains::Step;
use crate::declarations::named_slots;
use crate::emission::fncx::{BodyJob, Cleanup, FnCx, ParamBinding};
use crate::emission::value::{Access, Addr, FlatParts, Piece, Pieces, Val};
use crate::sema::{Binding, BodyState, Env, Failed, PackInfo, PendingBody, Res, Sema};
use std::rc::Rc;
use sx_ir::types::FnType;
use sx_ir::{CallConv, FuncId, Function, LocalId, StmtKind, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, FnBody};
use sx_syntax::{Diagnostic, Span};

impl Sema<'_> {
    pub fn lower_body(&mut self, func: FuncId) {
        let Some(pending) = self.pending.remove(&func) else {
            return;
        };
        self.bodies.insert(func, BodyState::Lowering);
        let depth = self.body_depth.get(&func).copied().unwrap_or(0);
        let outer = std::mem::replace(&mut self.instantiation_depth, depth);
        let sites = self.sites;
        self.sites = self
            .caches
            .body_sites
            .get(&func)
            .copied()
            .unwrap_or_default();
        // Whose code it is in, not what asked for it.
        let own = pending.job.env.sites();
        let places = std::mem::replace(&mut self.caches.meta.sites, own);
        let levels = std::mem::take(&mut self.caches.meta.depth);
        self.caches.chains.enter(Step::Body(func));
        let instance = self.instance_for(self.sites.body, &pending.job);
        let instance = std::mem::replace(&mut self.caches.meta.instance, instance);
        let done = stacker::maybe_grow(512 * 1024, 16 * 1024 * 1024, || {
            self.apart(|s| s.lower_pending(func, &pending.job))
        });
        self.caches.meta.instance = instance;
        self.caches.chains.leave();
        self.caches.meta.sites = places;
        self.caches.meta.depth = levels;
        self.instantiation_depth = outer;
        self.sites = sites;
        if self.caches.chains.giving_up() {
            // As if it had never been begun.
            self.forget_body(func);
            self.bodies.insert(func, BodyState::Queued);
            self.pending.insert(func, pending);
            if !self.queue.contains(&func) {
                self.queue.push_back(func);
            }
        } else if done.is_err() {
            self.bodies.insert(func, BodyState::Failed);
        }
    }

    fn forget_body(&mut self, func: FuncId) {
        let params = self.m.params_of(func).len();
        let place = &mut self.m.funcs[func.index()];
        let mut stmts = place.body.take().map(|body| body.stmts).unwrap_or_default();
        stmts.clear();
        place.labels = 0;
        place.locals.truncate(params);
        let mut locals = place.locals.clone();
        std::mem::swap(&mut locals, &mut place.locals);
        locals.clear();
        let mut slots = std::mem::take(&mut place.slots);
        slots.clear();
        self.caches.spare_parts = (stmts, locals, slots);
        let mut lists = (
            std::mem::take(&mut place.exprs),
            std::mem::take(&mut place.expr_locs),
        );
        lists.0.clear();
        lists.1.clear();
        self.caches.spare_lists = lists;
    }

    pub fn drain_queue(&mut self) {
        while let Some(func) = self.queue.pop_front() {
            if self.replica_gave_up() || self.exit.is_some() {
                return;
            }
            self.check_body(func);
        }
    }

    /// Lowers a body for what there is to say of it. If that is all that is wanted, it is forgotten, which keeps memory
    /// small: should an evaluation reach it, it is lowered again.
    pub fn check_body(&mut self, func: FuncId) -> BodyState {
        let job = match self.pending.get(&func) {
            Some(pending) if !self.cfg.code => Some(pending.job.clone()),
            Some(_) | None => None,
        };
        let told = (self.diags.len(), self.stats.evaluations.len());
        self.lower_body(func);
        let state = self.bodies.get(&func).copied();
        let state = state.unwrap_or(BodyState::Failed);
        // What ran at compile time may have been seen.
        let silent = told == (self.diags.len(), self.stats.evaluations.len());
        if let Some(job) = job
            && state == BodyState::Done
            && silent
            && !self.calls_unnoticed(func)
        {
            self.verify_now(func);
            self.forget_body(func);
            self.bodies.insert(func, BodyState::Queued);
            self.pending.insert(func, PendingBody { job });
        }
        state
    }

    /// Calls, and functions in data, that only the body tells of.
    fn calls_unnoticed(&self, func: FuncId) -> bool {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut calls = !self.functions_in_data(func, &mut seen).is_empty();
        if !self.events.contains_key(&Some(func))
            && let Some(body) = &self.m.func(func).body
        {
            body.for_each_stmt(&mut |stmt| calls |= matches!(stmt.kind, StmtKind::Call(_)));
        }
        calls
    }

    /// Tests of the compiler want to know of all it makes; who checks a program, of the program.
    fn verify_now(&mut self, func: FuncId) {
        if !cfg!(debug_assertions) {
            return;
        }
        if let Err(errors) = sx_ir::verify::verify_func(&self.m, func) {
            for error in errors.into_iter().take(3) {
                self.report(Diagnostic::error_without_span(format!(
                    "internal error: the compiler made invalid IR: {error}"
                )));
            }
        }
    }

    pub fn lower_pending(&mut self, func: FuncId, job: &BodyJob) -> Res<()> {
        let BodyJob {
            func: fn_id,
            params,
            ret,
            ..
        } = job;
        let mut types = Vec::new();
        for param in params {
            match param {
                ParamBinding::Value { ty, .. } => types.push(*ty),
                ParamBinding::Pack { types: elems, .. } => types.extend(elems.iter().copied()),
            }
        }
        let decl = self.fn_info(*fn_id).decl;
        if self.fn_info(*fn_id).intrinsic && !self.in_library_module(self.fn_info(*fn_id).module) {
            return Err(self.no_intrinsic(*fn_id, decl.span));
        }
        let c_conv = decl.sig.abi.is_some() || decl.link.is_some();
        let ty = FnType {
            params: types,
            ret: ret.unwrap_or(TypeId::VOID),
            c_conv,
            variadic: false,
        };
        let abi = self.abi(&ty, false);
        let mut shell = self.m.func(func).clone();
        if !self.cfg.code {
            // It will be forgotten, most likely, so it needn't be small.
            (shell.exprs, shell.expr_locs) = std::mem::take(&mut self.caches.spare_lists);
            let (_, locals, slots) = &mut self.caches.spare_parts;
            let mut locals = std::mem::take(locals);
            locals.append(&mut shell.locals);
            shell.locals = locals;
            if shell.slots.is_empty() {
                shell.slots = std::mem::take(slots);
            }
        }
        let errors = self.diags.iter().filter(|d| d.is_error()).count();
        let cx = self.lower_job_into(shell, Some(func), job, &ty, &abi)?;
        self.finish_cx(cx);
        if self.diags.iter().filter(|d| d.is_error()).count() > errors {
            return Err(Failed);
        }
        Ok(())
    }

    pub fn lower_job_into(
        &mut self,
        shell: Function,
        id: Option<FuncId>,
        job: &BodyJob,
        ty: &FnType,
        abi: &Abi,
    ) -> Res<FnCx> {
        let BodyJob {
            func: fn_id,
            env,
            params,
            ret,
        } = job;
        let info = self.fn_info(*fn_id);
        let (decl, owner) = (info.decl, info.owner);
        let name = shell.name.clone();
        let mut cx = self.new_cx(shell, env.clone(), name.clone(), decl.span);
        if let Some(list) = cx.blocks.first_mut() {
            *list = std::mem::take(&mut self.caches.spare_parts.0);
        }
        cx.func_id = id;
        cx.owner = owner;
        cx.fn_id = Some(*fn_id);
        cx.ret.ty = *ret;
        if let (Some(id), Some(TypeKind::Failable { set, .. })) =
            (id, ret.map(|t| self.m.types.kind(t)))
            && *set == TypeId::ANY_ERROR
        {
            self.note_inferring(id, *fn_id);
        }
        cx.ret.span = decl.sig.ret.as_ref().map_or(decl.span, |r| r.span);
        if cx.func.naked {
            self.current_func.push(id);
            self.name_stack.push(name);
            let result = self.lower_naked_body(&mut cx, decl);
            self.name_stack.pop();
            self.current_func.pop();
            return result.map(|()| cx);
        }
        let mut next = 0u32;
        let mut take = |cx: &FnCx| {
            let local = LocalId(next);
            next += 1;
            (local, cx.func.locals[local.index()].ty)
        };
        if abi.context {
            cx.context = Some(take(&cx).0);
        }
        if abi.sret && ret.is_some() {
            cx.ret.sret = Some(take(&cx).0);
        }
        let mut at = 0;
        let mut passings = abi.params.iter();
        for param in params {
            match param {
                ParamBinding::Value { name, ty, span } => {
                    let addr = self.receive(&mut cx, *ty, passings.next(), &mut take);
                    if let Addr::Ptr(local, 0) = addr {
                        // The variable is where this points.
                        let pointer = self.m.types.pointer(*ty);
                        let local = &mut cx.func.locals[local.index()];
                        (local.name, local.sx_type) = (Some(*name), Some(pointer));
                    }
                    let ident = ast::Ident {
                        name: *name,
                        kind: ast::IdentKind::Raw,
                        span: *span,
                    };
                    if let Addr::Slot(slot, _) = addr {
                        cx.func.slots[slot.index()].name = Some(*name);
                    }
                    let var = self.bind_var(&mut cx, ident, *ty, addr, Access::Mutable);
                    let mut lazy = decl.sig.params.iter().filter(|p| p.lazy);
                    if lazy.any(|p| p.name.name == *name) {
                        self.caches.meta.lazy.insert((cx.id, var));
                    }
                    at += 1;
                }
                ParamBinding::Pack {
                    name,
                    types,
                    protocol,
                } => {
                    let mut elems = Vec::new();
                    let functions = match cx.env().get(named_functions(*name)) {
                        Some(Binding::Ct(mask)) => self.ct_u64(&mask),
                        _ => 0,
                    };
                    for (i, ty) in types.iter().enumerate() {
                        let addr = self.receive(&mut cx, *ty, passings.next(), &mut take);
                        let access = Access::Capture(
                            *name,
                            crate::emission::value::CaptureKind::InlineElement,
                        );
                        let var = cx.add_var(*name, *ty, addr, access, decl.span);
                        self.caches.var_types.insert(cx.id, var, *ty);
                        let info = cx.var_mut(var);
                        info.seen_as = protocol.clone();
                        info.names_function = i < 64 && functions >> i & 1 != 0;
                        elems.push((var, *ty));
                        at += 1;
                    }
                    let pack = PackInfo {
                        name: *name,
                        elems,
                        protocol: protocol.clone(),
                    };
                    let binding = Binding::Pack {
                        cx: cx.id,
                        pack: Rc::new(pack),
                    };
                    cx.env().bind(*name, binding);
                }
            }
        }
        debug_assert_eq!(at, ty.params.len());
        self.note_made_parameters(&cx, decl);
        self.note_defined_parameters(&cx, *fn_id, params);
        if decl.sig.abi.is_some() || decl.link.is_some() {
            // C functions start with the default context.
            cx.context = None;
        }
        self.current_func.push(id);
        self.name_stack.push(name);
        let result = self.lower_fn_body(&mut cx, decl);
        self.name_stack.pop();
        self.current_func.pop();
        result?;
        self.check_frame(&cx, decl)?;
        Ok(cx)
    }

    /// Each variable is of a size that there may be; all together are another matter.
    fn check_frame(&mut self, cx: &FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        const LIMIT: u64 = 1 << 47;
        let sizes = cx.func.slots.iter().map(|slot| slot.size);
        let frame = sizes.fold(0, u64::saturating_add);
        if frame <= LIMIT {
            return Ok(());
        }
        let span = decl.name.map_or(decl.span, |name| name.span);
        let text = format!(
            "the variables of '{}' take {frame} bytes: no stack holds them",
            cx.name
        );
        Err(self.error(span, text))
    }

    /// Memory of a parameter in the callee.
    pub fn receive(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        passing: Option<&Passing>,
        take: &mut impl FnMut(&FnCx) -> (LocalId, Ty),
    ) -> Addr {
        match passing {
            Some(Passing::Parts(parts)) => {
                let slot = self.parts_slot(cx, ty, parts);
                for part in parts {
                    let (local, scalar) = take(cx);
                    let piece = Piece::Local(scalar, local);
                    let text = if parts.len() == 1 {
                        self.string_of_c_pointer(cx, ty, piece)
                    } else {
                        None
                    };
                    match text {
                        Some(text) => self.store(cx, slot, &text),
                        None => cx.store_scalar(slot.plus(part.offset), piece),
                    }
                }
                slot
            }
            Some(Passing::Memory | Passing::CMemory) | None => Addr::Ptr(take(cx).0, 0),
        }
    }

    pub fn lower_fn_body(&mut self, cx: &mut FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        self.declare_named_results(cx, decl)?;
        match decl.body() {
            FnBody::Expr(expr) => {
                self.at(cx, expr.span);
                let want = cx
                    .ret
                    .ty
                    .map(|t| self.success_type(t))
                    .filter(|t| *t != TypeId::VOID);
                let val = self.lower_return_operand(cx, expr, want)?;
                self.return_value(cx, Some(val), expr.span)
            }
            FnBody::Block(block) => {
                let statement = self.tail_is_statement(cx, block);
                if !statement
                    && cx.ret.named.is_empty()
                    && let Some(tail) = &block.tail
                {
                    crate::statements::tails::ending_matches(tail, &mut cx.ending_matches);
                }
                let tail = self.lower_stmts(cx, block, !statement)?;
                let tail = tail.filter(|val| cx.ret.named.is_empty() || val.ty != TypeId::VOID);
                let ends_plainly = tail.is_none() && !cx.dead;
                self.check_named_results(cx, decl, block, ends_plainly)?;
                if cx.dead {
                    return self.ends_plainly(cx, block);
                }
                let end = Span::new(
                    block.span.file,
                    block.span.hi.saturating_sub(1),
                    block.span.hi,
                );
                match tail {
                    Some(val) => self.return_value(
                        cx,
                        Some(val),
                        block.tail.as_ref().map_or(end, |t| t.span),
                    ),
                    None => self.fall_off_end(cx, block, end),
                }
            }
            FnBody::Intrinsic | FnBody::None => Ok(()),
        }
    }

    /// A body with a result doesn't end in an `if`, match or loop that returns on every path.
    pub fn ends_plainly(&mut self, cx: &FnCx, block: &'static ast::Block) -> Res<()> {
        let ret = cx.ret.ty.unwrap_or(TypeId::VOID);
        if !cx.ret.named.is_empty()
            || self.success_type(ret) == TypeId::VOID
            || ret == TypeId::NORETURN
        {
            return Ok(());
        }
        let last = match (&block.tail, block.stmts.last().map(|s| &s.kind)) {
            (Some(tail), _) => Some(&**tail),
            (None, Some(ast::StmtKind::Expr { expr, .. })) => Some(expr),
            (None, _) => None,
        };
        let in_loop = block.tail.is_none()
            && matches!(
                block.stmts.last().map(|s| &s.kind),
                Some(ast::StmtKind::While { .. } | ast::StmtKind::For(_))
            );
        let branches = in_loop
            || last.is_some_and(|e| match &e.kind {
                ExprKind::If(node) => !node.inline && node.form == ast::IfForm::Block,
                ExprKind::Match(node) => !node.inline,
                _ => false,
            });
        let returned_before = block
            .stmts
            .iter()
            .any(|s| matches!(s.kind, ast::StmtKind::Return(_) | ast::StmtKind::Raise(_)));
        if !branches || returned_before {
            return Ok(());
        }
        Err(self.leaves_without_value(cx, ret))
    }

    /// The end of a body that has a result is reached without one.
    pub fn produces_no_value(&mut self, cx: &FnCx, ret: TypeId) -> Failed {
        let diag = self.no_value(cx, ret);
        self.report(diag)
    }

    /// The same where the last statement leaves on every path that it knows of.
    pub fn leaves_without_value(&mut self, cx: &FnCx, ret: TypeId) -> Failed {
        let help = "the last statement may be a value, `case ..: v;` or `if c { v } else { w }`, or something has to follow it";
        let diag = self.no_value(cx, ret).with_help(None, help);
        self.report(diag)
    }

    fn no_value(&mut self, cx: &FnCx, ret: TypeId) -> Diagnostic {
        let name = self.type_name(ret);
        let message = format!(
            "function returns '{name}' but its body produces no value — end it with a value or a `return`"
        );
        Diagnostic::error(cx.ret.span, message)
    }

    /// Every named slot has a value where a `return` without one, or the body's end (if that is without one), is reached.
    pub fn check_named_results(
        &mut self,
        cx: &FnCx,
        decl: &'static ast::FnDecl,
        block: &'static ast::Block,
        ends_plainly: bool,
    ) -> Res<()> {
        let Some(ast::RetType {
            kind: ast::RetKind::Slots { slots, .. },
            ..
        }) = &decl.sig.ret
        else {
            return Ok(());
        };
        let names: Vec<ast::Ident> = slots
            .iter()
            .filter(|s| s.default.is_none())
            .filter_map(|s| s.name)
            .filter(|n| !n.is_discard())
            .collect();
        let symbols: Vec<Symbol> = names.iter().map(|n| n.name).collect();
        let unset = named_slots::unset_at_end(block, ends_plainly, &symbols, &cx.paths);
        match names.iter().find(|n| unset.contains(&n.name)) {
            Some(name) => Err(self.error(
                name.span,
                format!("named return '{}' may be unset (not assigned on every path) and has no default — assign it or give it one", name.name),
            )),
            None => Ok(()),
        }
    }

    /// The end of a body without a value.
    pub fn fall_off_end(
        &mut self,
        cx: &mut FnCx,
        block: &'static ast::Block,
        end: Span,
    ) -> Res<()> {
        self.at(cx, end);
        let ret = cx.ret.ty.unwrap_or(TypeId::VOID);
        if ret == TypeId::VOID || !cx.ret.named.is_empty() || self.success_type(ret) == TypeId::VOID
        {
            return self.return_value(cx, None, end);
        }
        let name = self.type_name(ret);
        if let Some(ast::Stmt {
            kind: ast::StmtKind::Expr { expr, semi: true },
            ..
        }) = block.stmts.last()
            && !matches!(
                expr.kind,
                ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Block(_)
            )
        {
            return Err(self.error(
                Span::new(expr.span.file, expr.span.hi, expr.span.hi + 1),
                format!("function returns '{name}' but the last expression's value is discarded by this `;` — drop the `;` or use `return`"),
            ));
        }
        Err(self.produces_no_value(cx, ret))
    }

    /// What a result type yields on success.
    pub fn success_type(&mut self, ret: TypeId) -> TypeId {
        match self.m.types.kind(ret).clone() {
            TypeKind::Failable { values, .. } => match values.as_slice() {
                [] => TypeId::VOID,
                [(_, one)] => *one,
                _ => self.m.types.intern(TypeKind::Tuple(values)),
            },
            _ => ret,
        }
    }

    /// Runs pending cleanups of all scopes and leaves the function with `val` (of the result type already).
    pub fn leave_with(
        &mut self,
        cx: &mut FnCx,
        val: Option<Val>,
        failing: Option<Piece>,
    ) -> Res<()> {
        let held = match val {
            Some(val) => {
                let owned = self.own(cx, &val);
                Some(self.stable(cx, &owned))
            }
            None => None,
        };
        self.run_cleanups(cx, 0, failing)?;
        let mut results: Pieces = Pieces::new();
        if let Some(val) = held {
            match cx.ret.sret {
                Some(sret) => self.store(cx, Addr::Ptr(sret, 0), &val),
                None => {
                    let flat = self.flatten(val.ty);
                    match self.c_result_parts(cx, val.ty) {
                        Some(parts) if flat.as_ref() != Some(&parts) => {
                            results = self.cut_into_parts(cx, &val, &parts).into();
                        }
                        _ if flat.is_some() => results = self.pieces(cx, &val),
                        _ => {}
                    }
                }
            }
        }
        let list = results.iter().map(|p| cx.use_piece(*p)).collect();
        cx.emit(StmtKind::Return(list));
        Ok(())
    }

    /// Parts in which a C function returns an aggregate by registers.
    pub fn c_result_parts(&mut self, cx: &FnCx, ty: TypeId) -> Option<FlatParts> {
        let sig = self.m.sig(cx.func.sig).clone();
        if sig.conv != CallConv::C {
            return None;
        }
        match self
            .c_abi(&FnType {
                params: vec![],
                ret: ty,
                c_conv: true,
                variadic: false,
            })
            .result
        {
            Passing::Parts(parts) => Some(parts),
            Passing::Memory | Passing::CMemory => None,
        }
    }

    /// Emits the cleanups of the scopes above `down_to`, innermost first. `failing`: the error tag being propagated.
    pub fn run_cleanups(
        &mut self,
        cx: &mut FnCx,
        down_to: usize,
        failing: Option<Piece>,
    ) -> Res<()> {
        if cx.dead {
            return Ok(());
        }
        let mut level = cx.scopes.len();
        let mut all = Ok(());
        while level > down_to {
            level -= 1;
            // While one runs, only the older ones remain to be run.
            let mut run = Vec::new();
            while let Some((cleanup, env)) = cx.scopes[level].cleanups.pop() {
                let inner = cx.scopes.split_off(level + 1);
                let done = self.run_cleanup(cx, &cleanup, &env, failing);
                cx.scopes.extend(inner);
                all = all.and(done);
                run.push((cleanup, env));
            }
            cx.scopes[level].cleanups.extend(run.into_iter().rev());
        }
        all
    }

    /// A `defer` or `onfail`: checked where it is written, for nothing may lead to where it runs; lowered there.
    pub fn enter_cleanup(&mut self, cx: &mut FnCx, cleanup: Cleanup) -> Res<()> {
        let env = cx.env().clone();
        // Those within one are checked with it.
        if !cx.in_cleanup {
            let (loc, span) = (cx.loc, cx.span);
            self.discarded(cx, |s, cx| {
                let failing = Piece::Local(Ty::I32, cx.temp(Ty::I32));
                s.run_cleanup(cx, &cleanup, &env, Some(failing))
            })?;
            (cx.loc, cx.span) = (loc, span);
        }
        if let Some(scope) = cx.scopes.last_mut() {
            scope.cleanups.push((cleanup, env));
        }
        Ok(())
    }

    pub fn run_cleanup(
        &mut self,
        cx: &mut FnCx,
        cleanup: &Cleanup,
        env: &Rc<Env>,
        failing: Option<Piece>,
    ) -> Res<()> {
        let (body, tag) = match cleanup {
            Cleanup::Defer(body) => (*body, None),
            Cleanup::OnFail { tag, body } => match failing {
                None => return Ok(()),
                Some(piece) => (*body, tag.map(|t| (t, piece))),
            },
        };
        let was = std::mem::replace(&mut cx.in_cleanup, true);
        if !was {
            cx.runs.enter_cleanup(env);
        }
        cx.push_scope_env(env.child());
        if let Some((ident, piece)) = tag {
            let set = match cx.ret.ty.map(|t| self.m.types.kind(t).clone()) {
                Some(TypeKind::Failable { set, .. }) => set,
                _ => TypeId::ANY_ERROR,
            };
            let val = Val::scalar(set, piece);
            let access = Access::Capture(ident.name, crate::emission::value::CaptureKind::ErrorTag);
            let var = self.declare_var(cx, ident, set, Some(&val), access);
            self.note_failing(cx, var);
        }
        let done = match was {
            true => self.lower_expr_stmt(cx, body),
            false => self.through_cleanup(env, |s| s.lower_expr_stmt(cx, body)),
        };
        cx.scopes.pop();
        cx.in_cleanup = was;
        if !was {
            cx.runs.leave_cleanup();
        }
        // A cleanup that diverges (a noreturn call) ends the path; the rest is dropped.
        done
    }

    pub fn declare_named_results(&mut self, cx: &mut FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        let Some(ast::RetType {
            kind: ast::RetKind::Slots { slots, .. },
            ..
        }) = &decl.sig.ret
        else {
            return Ok(());
        };
        for slot in slots {
            let Some(name) = slot.name else { continue };
            if decl.sig.params.iter().any(|p| p.name.name == name.name) {
                return Err(self.error(
                    name.span,
                    format!(
                        "named return '{}' collides with a parameter of the same name — rename one",
                        name.name
                    ),
                ));
            }
            let env = cx.env().clone();
            let ty = self.eval_type(&env, &slot.ty)?;
            let var = match &slot.default {
                Some(default) => {
                    let val = self.lower_expr(cx, default, Some(ty))?;
                    let val = self.coerce(cx, val, ty, default.span)?;
                    self.declare_var(cx, name, ty, Some(&val), Access::Mutable)
                }
                None => {
                    let zero = self.zero_val(cx, ty);
                    self.declare_var(cx, name, ty, Some(&zero), Access::Mutable)
                }
            };
            cx.ret.named.push((name.name, var));
        }
        Ok(())
    }
}
