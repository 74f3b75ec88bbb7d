//! Function instances: interface, calling convention, and lowering of bodies.

use std::rc::Rc;

use sx_ir::func::{Callee, ParamAttr};
use sx_ir::types::FnType;
use sx_ir::{
    CallConv, FuncId, Function, Linkage, LocalId, Param, SigId, Signature, StmtKind, Symbol, Ty,
    TypeId, TypeKind,
};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, FnBody, ParamKind};

use crate::fncx::{BodyJob, Cleanup, FnCx, Made, ParamBinding, RetInfo};
use crate::sema::{
    Binding, BodyState, Env, Event, Failed, FnId, FnInstance, InstanceKey, PackInfo, PendingBody,
    ProtocolRef, Res, Sema,
};
use crate::value::{Access, Addr, CtVal, FlatParts, Piece, Pieces, Place, Val, ValKind};

/// How a parameter or result crosses a call.
#[derive(Clone, Debug)]
pub enum Passing {
    /// As these scalars.
    Parts(FlatParts),
    /// As a pointer to memory that the callee may use as its own.
    Memory,
    /// C: as a copy on the stack.
    CMemory,
}

/// A function's interface in terms of scalars.
#[derive(Clone, Debug)]
pub struct Abi {
    pub sig: SigId,
    pub context: bool,
    /// The result comes through a hidden pointer.
    pub sret: bool,
    pub params: Vec<Passing>,
    pub result: Passing,
    pub results: Vec<Ty>,
}

/// What to call.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    Direct(FuncId),
    Pointer(Piece),
    /// Code and environment.
    Closure(Piece, Piece),
}

impl Sema<'_> {
    pub fn abi(&mut self, ty: &FnType, env: bool) -> Abi {
        if ty.c_conv {
            return self.c_abi(ty);
        }
        let plain = |ty| Param {
            ty,
            attr: ParamAttr::None,
        };
        let context = self.context_type.is_some();
        let mut params = Vec::new();
        if context {
            params.push(plain(Ty::Ptr));
        }
        let result = match self.flatten(ty.ret) {
            Some(parts) => Passing::Parts(parts),
            None => Passing::Memory,
        };
        let sret = matches!(result, Passing::Memory);
        if sret {
            params.push(plain(Ty::Ptr));
        }
        if env {
            params.push(plain(Ty::Ptr));
        }
        let mut passing = Vec::new();
        for param in &ty.params {
            match self.flatten(*param) {
                Some(parts) => {
                    params.extend(parts.iter().map(|p| plain(p.ty)));
                    passing.push(Passing::Parts(parts));
                }
                None => {
                    params.push(plain(Ty::Ptr));
                    passing.push(Passing::Memory);
                }
            }
        }
        let results: Vec<Ty> = match &result {
            Passing::Parts(parts) => parts.iter().map(|p| p.ty).collect(),
            Passing::Memory | Passing::CMemory => Vec::new(),
        };
        let sig = self.m.add_sig(Signature {
            conv: CallConv::Sx,
            params,
            results: results.clone(),
            variadic: false,
            noreturn: ty.ret == TypeId::NORETURN,
        });
        Abi {
            sig,
            context,
            sret,
            params: passing,
            result,
            results,
        }
    }

    /// Calls with arguments already of the parameters' types.
    pub fn emit_call(&mut self, cx: &mut FnCx, target: Target, ty: &FnType, args: &[Val]) -> Val {
        let abi = self.abi(ty, matches!(target, Target::Closure(..)));
        let mut list: Vec<Piece> = Vec::new();
        if abi.context {
            list.push(self.context_piece(cx));
        }
        let sret = abi.sret.then(|| self.slot(cx, ty.ret));
        if let Some(addr) = sret {
            list.push(cx.addr_piece(addr));
        }
        if let Target::Closure(_, env) = target {
            list.push(env);
        }
        for (arg, passing) in args.iter().zip(&abi.params) {
            match passing {
                Passing::Parts(parts) => {
                    if self.flatten(arg.ty).as_ref() == Some(parts) {
                        list.extend(self.pieces(cx, arg));
                    } else {
                        // C: an aggregate in registers, piece by piece from memory.
                        list.extend(self.cut_into_parts(cx, arg, parts));
                    }
                }
                Passing::Memory | Passing::CMemory => {
                    let owned = self.own(cx, arg);
                    let addr = self.spill(cx, &owned);
                    list.push(cx.addr_piece(addr));
                }
            }
        }
        // C variadic arguments follow, already promoted.
        for arg in args.iter().skip(abi.params.len()) {
            list.extend(self.pieces(cx, arg));
        }
        let results = match target {
            Target::Direct(func) => {
                self.note_reach(cx, func);
                cx.call_direct(func, &list, &abi.results)
            }
            Target::Pointer(code) | Target::Closure(code, _) => {
                cx.call_indirect(code, abi.sig, &list, &abi.results)
            }
        };
        if ty.ret == TypeId::NORETURN {
            cx.emit(StmtKind::Trap(sx_ir::TrapKind::Unreachable));
            return Val::noreturn();
        }
        match (sret, &abi.result) {
            (Some(addr), _) => Val::mem(ty.ret, addr),
            (None, Passing::Parts(parts)) if self.flatten(ty.ret).as_ref() != Some(parts) => {
                if let [pointer] = results.as_slice()
                    && let Some(text) = self.string_of_c_pointer(cx, ty.ret, *pointer)
                {
                    return text;
                }
                let addr = self.parts_slot(cx, ty.ret, parts);
                for (part, piece) in parts.iter().zip(results) {
                    cx.store_scalar(addr.plus(part.offset), piece);
                }
                Val::mem(ty.ret, addr)
            }
            (None, _) => Val::regs(ty.ret, results),
        }
    }

    /// Remembers that the function being lowered reaches `func`, for the order of diagnostics.
    pub fn note_reach(&mut self, cx: &FnCx, func: FuncId) {
        self.events
            .entry(cx.func_id)
            .or_default()
            .push(Event::Reach(func));
    }

    pub fn context_piece(&mut self, cx: &mut FnCx) -> Piece {
        match cx.context {
            Some(local) => Piece::Local(Ty::Ptr, local),
            None => {
                let global = self.default_context_global();
                Piece::GlobalAddr(global, 0)
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- contexts

    pub fn new_cx(&mut self, func: Function, env: Rc<Env>, name: String, span: Span) -> FnCx {
        self.cx_counter += 1;
        let module = env.module;
        let loc = func.loc;
        let mut cx = FnCx {
            id: self.cx_counter,
            func_id: None,
            func,
            module,
            name,
            blocks: vec![Vec::new()],
            scopes: Vec::new(),
            vars: Vec::new(),
            loops: Vec::new(),
            ret: RetInfo {
                ty: Some(TypeId::VOID),
                sret: None,
                named: Vec::new(),
                span,
            },
            loc,
            span,
            context: None,
            dead: false,
            prologue: Vec::new(),
            captures: Vec::new(),
            env_param: None,
            enclosing: Rc::new(Vec::new()),
            comptime: false,
            is_lambda: false,
            in_cleanup: false,
            handlers: Vec::new(),
            owner: None,
            fn_id: None,
            caller_loc: None,
            storing: None,
        };
        cx.push_scope_env(env.child());
        cx
    }

    /// Puts a finished body into the module.
    pub fn finish_cx(&mut self, mut cx: FnCx) -> FuncId {
        let mut stmts = std::mem::take(&mut cx.prologue);
        stmts.extend(cx.blocks.pop().unwrap_or_default());
        cx.func.body = Some(sx_ir::Block { stmts });
        let id = match cx.func_id {
            Some(id) => {
                self.m.funcs[id.index()] = cx.func;
                id
            }
            None => self.m.add_func(cx.func),
        };
        self.bodies.insert(id, BodyState::Done);
        self.stats.functions += 1;
        id
    }

    // ---------------------------------------------------------------------------------------------- instances

    /// Types of an instance's parameters and result as its callers see them. Packs count one parameter an element.
    pub fn instantiate_fn(
        &mut self,
        func: FnId,
        statics: Vec<(Symbol, CtVal)>,
        packs: Vec<(Symbol, Vec<TypeId>)>,
        span: Span,
    ) -> Res<FnInstance> {
        let mut types = Vec::new();
        for (_, list) in &packs {
            types.push(TypeId(list.len() as u32));
            types.extend(list.iter().copied());
        }
        let key = InstanceKey {
            func,
            args: statics.iter().map(|(_, v)| v.clone()).collect(),
            types,
        };
        if let Some(found) = self.instances.get(&key) {
            return found.clone().ok_or(Failed);
        }
        if self.instantiation_depth > self.cfg.instantiation_depth {
            let name = self.fn_info(func).name.clone();
            let limit = self.cfg.instantiation_depth;
            return Err(self.error(
                span,
                format!(
                    "instantiation of '{name}' goes deeper than {limit} levels; it may never end"
                ),
            ));
        }
        if !self.making.insert(key.clone()) {
            let name = self.fn_info(func).name.clone();
            return Err(self.error(span, format!("cycle: the signature of '{name}' needs a call of '{name}' itself")));
        }
        self.instantiation_depth += 1;
        let result = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
            self.make_instance(func, &key, &statics, &packs, span)
        });
        self.instantiation_depth -= 1;
        self.making.remove(&key);
        if result.is_err() {
            self.instances.insert(key, None);
        }
        result
    }

    fn make_instance(
        &mut self,
        func: FnId,
        key: &InstanceKey,
        statics: &[(Symbol, CtVal)],
        packs: &[(Symbol, Vec<TypeId>)],
        span: Span,
    ) -> Res<FnInstance> {
        let info = self.fn_info(func);
        let (decl, env, module, base) =
            (info.decl, info.env.clone(), info.module, info.name.clone());
        let scope = env.child();
        let mut name = base;
        for (param, val) in statics {
            name.push_str("__");
            name.push_str(&self.ct_name(val));
            let binding = if val.ty == TypeId::TYPE {
                Binding::Type(self.ct_type(val))
            } else {
                Binding::Ct(val.clone())
            };
            scope.bind(*param, binding);
        }
        if self.returns_type(func) {
            self.bind_forward_names(&scope, decl, span);
        }
        for (pack, types) in packs {
            scope.bind(*pack, Binding::TypePack(Rc::new(types.clone())));
            for ty in types {
                name.push_str("__");
                name.push_str(&self.type_name(*ty));
            }
        }
        let mut params = Vec::new();
        let mut bindings = Vec::new();
        for param in &decl.sig.params {
            match param.kind {
                ParamKind::Comptime => {}
                ParamKind::Plain => {
                    let Some(expr) = &param.ty else {
                        return Err(self.error(
                            param.span,
                            format!("parameter '{}' needs a type", param.name.name),
                        ));
                    };
                    let ty = self.param_type(&scope, expr)?;
                    self.complete(ty)?;
                    params.push(ty);
                    bindings.push(ParamBinding::Value {
                        name: param.name.name,
                        ty,
                        span: param.name.span,
                    });
                }
                ParamKind::Variadic if self.is_slice_variadic(param) => {
                    let Some(expr) = &param.ty else {
                        return Err(Failed);
                    };
                    let ty = self.eval_type(&scope, expr)?;
                    let is_extern =
                        matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern);
                    if !is_extern {
                        params.push(ty);
                        bindings.push(ParamBinding::Value {
                            name: param.name.name,
                            ty,
                            span: param.name.span,
                        });
                    }
                }
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    let types = packs
                        .iter()
                        .find(|(n, _)| *n == param.name.name)
                        .map(|(_, t)| t.clone())
                        .unwrap_or_default();
                    params.extend(types.iter().copied());
                    let protocol = self.pack_protocol(&scope, param)?;
                    let comptime = param.kind == ParamKind::ComptimePack;
                    bindings.push(ParamBinding::Pack {
                        name: param.name.name,
                        types,
                        protocol,
                        comptime,
                    });
                }
            }
        }
        let linkage_c = matches!(&decl.link, Some(_));
        let c_conv = self.is_c_abi(decl.sig.abi.as_ref())? || linkage_c;
        let variadic = matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern)
            && decl
                .sig
                .params
                .iter()
                .any(|p| p.kind == ParamKind::Variadic);
        let loc = self.loc(decl.name.map_or(decl.span, |n| n.span));
        let external = matches!(&decl.link, Some(l) if l.kind == ast::LinkKind::Extern);
        let ret = match &decl.sig.ret {
            Some(_) if open_result(&scope, decl) => None,
            Some(_) => Some(self.declared_ret(&scope, decl)?),
            None if external || matches!(decl.body, FnBody::None) => Some(TypeId::VOID),
            None => None,
        };
        let job_env = scope.clone();
        let job = BodyJob::Fn {
            func,
            env: job_env,
            params: bindings,
            ret,
        };
        let ret = match ret {
            Some(ret) => ret,
            None => self.infer_ret(&job, &name, &params, c_conv, span)?,
        };
        self.complete(ret)?;
        let job = match job {
            BodyJob::Fn {
                func, env, params, ..
            } => BodyJob::Fn {
                func,
                env,
                params,
                ret: Some(ret),
            },
            BodyJob::Made(made) => BodyJob::Made(made),
        };
        let ty = FnType {
            params,
            ret,
            c_conv,
            variadic,
        };
        let abi = self.abi(&ty, false);
        let linkage = match &decl.link {
            None => Linkage::Internal,
            Some(link) => {
                let symbol = match &link.symbol {
                    Some(symbol) => symbol.text.to_string(),
                    None => decl.name.map_or_else(String::new, |n| n.name.to_string()),
                };
                match link.kind {
                    ast::LinkKind::Export => Linkage::Export(symbol),
                    ast::LinkKind::Extern => {
                        let library = self.extern_library(module, &env, link)?;
                        Linkage::Extern { symbol, library }
                    }
                }
            }
        };
        if external && let Linkage::Extern { symbol, .. } = &linkage {
            // All declarations of one symbol are one function.
            if let Some(first) = self.externs.get(symbol).cloned() {
                if first.ty != ty && !self.same_c_interface(&first.ty, &ty) {
                    let shown = decl.name.map_or(decl.span, |n| n.span);
                    return Err(self.error(
                        shown,
                        format!("extern symbol '{symbol}' is already bound with a different signature; make the declarations agree"),
                    ));
                }
                let instance = FnInstance {
                    func: first.func,
                    ty,
                };
                self.instances.insert(key.clone(), Some(instance.clone()));
                return Ok(instance);
            }
        }
        let symbol = match &linkage {
            Linkage::Extern { symbol, .. } => Some(symbol.clone()),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) => None,
        };
        let params_ir = self.m.sig(abi.sig).params.clone();
        let id = self
            .m
            .add_func(Function::new(name, linkage, abi.sig, &params_ir, loc));
        let instance = FnInstance { func: id, ty };
        self.instances.insert(key.clone(), Some(instance.clone()));
        if external {
            self.bodies.insert(id, BodyState::External);
            if let Some(symbol) = symbol {
                self.externs.insert(symbol, instance.clone());
            }
        } else {
            self.bodies.insert(id, BodyState::Queued);
            // An instance made from a generic body is one level deeper; a plain function starts anew.
            let depth = if statics.is_empty() && packs.is_empty() { 0 } else { self.instantiation_depth };
            self.body_depth.insert(id, depth);
            if (!statics.is_empty() || !packs.is_empty())
                && let Some(site) = self.instantiation_sites.first()
            {
                self.caches.body_sites.insert(id, *site);
            }
            self.pending.insert(id, PendingBody { func: id, job });
            self.queue.push_back(id);
        }
        Ok(instance)
    }

    /// `-> $R` has been bound by the caller; `-> T` is evaluated in the instance's scope.
    fn declared_ret(&mut self, scope: &Rc<Env>, decl: &'static ast::FnDecl) -> Res<TypeId> {
        self.eval_ret(scope, decl.sig.ret.as_ref())
    }

    /// A parameter's type in an instance: `$T` inside stands for what it was bound to.
    pub fn param_type(&mut self, scope: &Rc<Env>, expr: &'static ast::Expr) -> Res<TypeId> {
        self.eval_type(scope, expr)
    }

    pub fn is_slice_variadic(&self, param: &ast::Param) -> bool {
        param.kind == ParamKind::Variadic
            && matches!(
                param.ty.as_ref().map(|t| &t.kind),
                Some(ExprKind::SliceType(_))
            )
    }

    fn pack_protocol(
        &mut self,
        scope: &Rc<Env>,
        param: &'static ast::Param,
    ) -> Res<Option<ProtocolRef>> {
        match (&param.ty, param.kind) {
            (Some(ty), ParamKind::Variadic) => {
                if matches!(&ty.kind, ExprKind::Ident(n) if n.as_str() == "any") {
                    return Ok(None);
                }
                self.protocol_ref(scope, ty).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn extern_library(
        &mut self,
        _module: crate::sema::ModId,
        env: &Rc<Env>,
        link: &'static ast::Link,
    ) -> Res<Option<String>> {
        let Some(lib) = link.lib else { return Ok(None) };
        match self.try_resolve_name(env, lib)? {
            Some(crate::lookup::Name::Entity(crate::sema::Entity::Library(name), _)) => {
                Ok(Some(name.to_string()))
            }
            _ => {
                // Any `#library` constant of the program will do.
                let found = self.decls.iter().find_map(|d| match &d.syntax {
                    crate::sema::DeclSyntax::Library(text) if d.name == lib.name => {
                        Some(text.to_string())
                    }
                    _ => None,
                });
                match found {
                    Some(text) => {
                        if text != "c" && !self.m.libraries.contains(&text) {
                            self.m.libraries.push(text.clone());
                        }
                        Ok(Some(text))
                    }
                    None => Err(self.error(
                        lib.span,
                        format!(
                            "extern library '{}' is not declared; write `{} :: #library \"..\";`",
                            lib.name, lib.name
                        ),
                    )),
                }
            }
        }
    }

    /// Two declarations that call the same C function the same way.
    fn same_c_interface(&mut self, a: &FnType, b: &FnType) -> bool {
        let (x, y) = (self.c_abi(a), self.c_abi(b));
        x.sig == y.sig
    }

    /// Lowers the body once, for the type of what it returns.
    fn infer_ret(
        &mut self,
        job: &BodyJob,
        name: &str,
        params: &[TypeId],
        c_conv: bool,
        span: Span,
    ) -> Res<TypeId> {
        let BodyJob::Fn { func, env, .. } = job else {
            return Ok(TypeId::VOID);
        };
        let decl = self.fn_info(*func).decl;
        if let FnBody::Block(block) = &decl.body
            && !crate::stmt::returns_value(block)
            && !(open_result(env, decl) && block.tail.is_some())
        {
            return Ok(TypeId::VOID);
        }
        if !self.inferring.insert(*func) {
            return Err(self.error(span, format!("the result type of '{name}' can't be inferred: it depends on itself; declare it")));
        }
        let ty = FnType {
            params: params.to_vec(),
            ret: TypeId::VOID,
            c_conv,
            variadic: false,
        };
        let abi = self.abi(&ty, false);
        let params_ir = self.m.sig(abi.sig).params.clone();
        let loc = self.loc(decl.span);
        let scratch = Function::new(
            name.to_string(),
            Linkage::Internal,
            abi.sig,
            &params_ir,
            loc,
        );
        let result = self.lower_job_into(scratch, None, job, &ty, &abi);
        self.inferring.remove(func);
        let cx = result?;
        let ret = cx.ret.ty.unwrap_or(TypeId::VOID);
        if ret == TypeId::NORETURN {
            Ok(TypeId::VOID)
        } else {
            Ok(ret)
        }
    }

    // ---------------------------------------------------------------------------------------------- bodies

    pub fn lower_body(&mut self, func: FuncId) {
        let Some(pending) = self.pending.remove(&func) else {
            return;
        };
        self.bodies.insert(func, BodyState::Lowering);
        let depth = self.body_depth.get(&func).copied().unwrap_or(0);
        let outer = std::mem::replace(&mut self.instantiation_depth, depth);
        let site = self.caches.body_sites.get(&func).copied();
        let sites = std::mem::replace(&mut self.instantiation_sites, site.into_iter().collect());
        let done = stacker::maybe_grow(512 * 1024, 16 * 1024 * 1024, || {
            self.lower_pending(func, &pending.job)
        });
        self.instantiation_depth = outer;
        self.instantiation_sites = sites;
        if done.is_err() {
            self.bodies.insert(func, BodyState::Failed);
        }
    }

    pub fn drain_queue(&mut self) {
        while let Some(func) = self.queue.pop_front() {
            self.lower_body(func);
        }
    }

    fn lower_pending(&mut self, func: FuncId, job: &BodyJob) -> Res<()> {
        match job {
            BodyJob::Fn {
                func: fn_id,
                params,
                ret,
                ..
            } => {
                let mut types = Vec::new();
                for param in params {
                    match param {
                        ParamBinding::Value { ty, .. } => types.push(*ty),
                        ParamBinding::Pack { types: elems, .. } => {
                            types.extend(elems.iter().copied())
                        }
                    }
                }
                let decl = self.fn_info(*fn_id).decl;
                let c_conv = decl.sig.abi.is_some() || decl.link.is_some();
                let ty = FnType {
                    params: types,
                    ret: ret.unwrap_or(TypeId::VOID),
                    c_conv,
                    variadic: false,
                };
                let abi = self.abi(&ty, false);
                let shell = self.m.func(func).clone();
                let errors = self.diags.iter().filter(|d| d.is_error()).count();
                let cx = self.lower_job_into(shell, Some(func), job, &ty, &abi)?;
                self.finish_cx(cx);
                if self.diags.iter().filter(|d| d.is_error()).count() > errors {
                    return Err(Failed);
                }
                Ok(())
            }
            BodyJob::Made(made) => self.lower_made(func, made),
        }
    }

    fn lower_job_into(
        &mut self,
        shell: Function,
        id: Option<FuncId>,
        job: &BodyJob,
        ty: &FnType,
        abi: &Abi,
    ) -> Res<FnCx> {
        let BodyJob::Fn {
            func: fn_id,
            env,
            params,
            ret,
        } = job
        else {
            return Err(Failed);
        };
        let info = self.fn_info(*fn_id);
        let (decl, owner) = (info.decl, info.owner);
        let name = shell.name.clone();
        let mut cx = self.new_cx(shell, env.clone(), name.clone(), decl.span);
        cx.func_id = id;
        cx.owner = owner;
        cx.fn_id = Some(*fn_id);
        cx.ret.ty = *ret;
        cx.ret.span = decl.sig.ret.as_ref().map_or(decl.span, |r| r.span);
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
                    let ident = ast::Ident {
                        name: *name,
                        kind: ast::IdentKind::Raw,
                        span: *span,
                    };
                    if let Addr::Slot(slot, _) = addr {
                        cx.func.slots[slot.index()].name = Some(*name);
                    }
                    self.bind_var(&mut cx, ident, *ty, addr, Access::Mutable);
                    at += 1;
                }
                ParamBinding::Pack {
                    name,
                    types,
                    protocol,
                    comptime,
                } => {
                    let mut elems = Vec::new();
                    for ty in types {
                        let addr = self.receive(&mut cx, *ty, passings.next(), &mut take);
                        let access =
                            Access::Capture(*name, crate::value::CaptureKind::InlineElement);
                        let var = cx.add_var(*name, *ty, addr, access, decl.span);
                        elems.push((var, *ty));
                        at += 1;
                    }
                    let pack = PackInfo {
                        name: *name,
                        elems,
                        protocol: protocol.clone(),
                        comptime: *comptime,
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
        Ok(cx)
    }

    /// Memory of a parameter in the callee.
    fn receive(
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
                    let text = if parts.len() == 1 { self.string_of_c_pointer(cx, ty, piece) } else { None };
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
        match &decl.body {
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
                let tail = self.lower_stmts(cx, block, true)?;
                if cx.dead {
                    return self.ends_plainly(cx, block);
                }
                if tail.is_none() {
                    self.check_named_results(decl, block)?;
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
    fn ends_plainly(&mut self, cx: &FnCx, block: &'static ast::Block) -> Res<()> {
        let ret = cx.ret.ty.unwrap_or(TypeId::VOID);
        if !cx.ret.named.is_empty() || self.success_type(ret) == TypeId::VOID || ret == TypeId::NORETURN {
            return Ok(());
        }
        let last = match (&block.tail, block.stmts.last().map(|s| &s.kind)) {
            (Some(tail), _) => Some(&**tail),
            (None, Some(ast::StmtKind::Expr { expr, .. })) => Some(expr),
            (None, _) => None,
        };
        let in_loop = block.tail.is_none()
            && matches!(block.stmts.last().map(|s| &s.kind), Some(ast::StmtKind::While { .. } | ast::StmtKind::For(_)));
        let branches = in_loop || last.is_some_and(|e| match &e.kind {
            ExprKind::If(node) => !node.inline && node.form == ast::IfForm::Block,
            ExprKind::Match(node) => !node.inline,
            _ => false,
        });
        let returned_before = block.stmts.iter().any(|s| {
            matches!(s.kind, ast::StmtKind::Return(_) | ast::StmtKind::Raise(_))
        });
        if !branches || returned_before {
            return Ok(());
        }
        let name = self.type_name(ret);
        Err(self.error(
            cx.ret.span,
            format!("function returns '{name}' but its body produces no value — end it with a value or a `return`"),
        ))
    }

    /// The end of the body is reached: every named slot has a value there.
    fn check_named_results(&mut self, decl: &'static ast::FnDecl, block: &'static ast::Block) -> Res<()> {
        let Some(ast::RetType { kind: ast::RetKind::Slots { slots, .. }, .. }) = &decl.sig.ret else {
            return Ok(());
        };
        let names: Vec<ast::Ident> = slots
            .iter()
            .filter(|s| s.default.is_none())
            .filter_map(|s| s.name)
            .filter(|n| !n.is_discard())
            .collect();
        let symbols: Vec<Symbol> = names.iter().map(|n| n.name).collect();
        let unset = crate::named_slots::unset_at_end(block, &symbols);
        match names.iter().find(|n| unset.contains(&n.name)) {
            Some(name) => Err(self.error(
                name.span,
                format!("named return '{}' may be unset (not assigned on every path) and has no default — assign it or give it one", name.name),
            )),
            None => Ok(()),
        }
    }

    /// The end of a body without a value.
    fn fall_off_end(&mut self, cx: &mut FnCx, block: &'static ast::Block, end: Span) -> Res<()> {
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
        Err(self.error(
            cx.ret.span,
            format!("function returns '{name}' but its body produces no value — end it with a value or a `return`"),
        ))
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
    fn c_result_parts(&mut self, cx: &FnCx, ty: TypeId) -> Option<FlatParts> {
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
            let list = cx.scopes[level].cleanups.clone();
            for (i, (cleanup, env)) in list.iter().enumerate().rev() {
                // While one runs, only the older ones remain to be run.
                let newer = cx.scopes[level].cleanups.split_off(i);
                let outer = cx.scopes.split_off(level + 1);
                let done = self.run_cleanup(cx, cleanup, env, failing);
                cx.scopes.extend(outer);
                cx.scopes[level].cleanups.extend(newer);
                all = all.and(done);
            }
        }
        all
    }

    fn run_cleanup(
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
        cx.push_scope_env(env.child());
        if let Some((ident, piece)) = tag {
            let set = match cx.ret.ty.map(|t| self.m.types.kind(t).clone()) {
                Some(TypeKind::Failable { set, .. }) => set,
                _ => TypeId::ANY_ERROR,
            };
            let val = Val::scalar(set, piece);
            let access = Access::Capture(ident.name, crate::value::CaptureKind::ErrorTag);
            self.declare_var(cx, ident, set, Some(&val), access);
        }
        let done = self.lower_expr_stmt(cx, body);
        cx.scopes.pop();
        cx.in_cleanup = was;
        // A cleanup that diverges (a noreturn call) ends the path; the rest is dropped.
        done
    }

    fn declare_named_results(&mut self, cx: &mut FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        let Some(ast::RetType {
            kind: ast::RetKind::Slots { slots, .. },
            ..
        }) = &decl.sig.ret
        else {
            return Ok(());
        };
        if !slots.iter().any(|s| s.name.is_some())
            || slots.len() < 2 && slots.iter().all(|s| s.default.is_none())
        {
            if !slots.iter().any(|s| s.name.is_some()) {
                return Ok(());
            }
        }
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

    /// Functions made by the compiler.
    fn lower_made(&mut self, func: FuncId, made: &Made) -> Res<()> {
        match made {
            Made::Adapter {
                target,
                target_ty,
                shape,
            } => self.lower_adapter(func, *target, target_ty, *shape),
        }
    }

    pub fn place_of_param(&self, cx: &FnCx, name: Symbol) -> Option<Place> {
        match cx.env().get(name) {
            Some(Binding::Var { var, .. }) => Some(cx.var_place(var)),
            _ => None,
        }
    }
}

/// The value in registers or memory, never a place.
pub fn is_rvalue(val: &Val) -> bool {
    !matches!(val.kind, ValKind::Place(_))
}

/// Keeps the callee enum in reach of this module's users.
pub type IrCallee = Callee;

/// `-> $R` that only the body of a function with a pack `..$a` can tell.
fn open_result(scope: &Env, decl: &ast::FnDecl) -> bool {
    let Some(ast::RetType {
        kind: ast::RetKind::Type(ty),
        ..
    }) = &decl.sig.ret
    else {
        return false;
    };
    matches!(&ty.kind, ExprKind::Dollar { name, .. } if scope.get(name.name).is_none())
        && decl.sig.params.iter().any(|p| p.kind == ParamKind::ComptimePack)
}
