//! Function instances: interface, calling convention, and lowering of bodies.

use std::rc::Rc;

use sx_ir::func::ParamAttr;
use sx_ir::types::FnType;
use sx_ir::{CallConv, FuncId, Function, Linkage, Param, SigId, Signature, StmtKind, Ty, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, FnBody, ParamKind};

use crate::emission::fncx::{BodyJob, FnCx, RetInfo};
use crate::emission::value::{FlatParts, Piece, Val};
use crate::sema::{BodyState, Env, Event, ProtocolRef, Res, Sema};

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
    pub fn abi(&mut self, ty: &FnType, env: bool) -> Rc<Abi> {
        if ty.c_conv {
            return Rc::new(self.c_abi(ty));
        }
        let context = self.context_type.is_some();
        let known = &mut self.caches.abis[usize::from(env)][usize::from(context)];
        if let Some(abi) = known.get(ty) {
            return abi.clone();
        }
        let abi = Rc::new(self.sx_abi(ty, env));
        // How others are passed may not be settled yet.
        let mut types = ty.params.iter().chain([&ty.ret]);
        if types.all(|ty| self.m.types.is_complete(*ty, 0)) {
            let known = &mut self.caches.abis[usize::from(env)][usize::from(context)];
            known.insert(ty.clone(), abi.clone());
        }
        abi
    }

    fn sx_abi(&mut self, ty: &FnType, env: bool) -> Abi {
        let plain = |ty| Param {
            ty,
            attr: ParamAttr::None,
        };
        let context = self.context_type.is_some();
        let mut params = Vec::with_capacity(3 + 2 * ty.params.len());
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
        let mut passing = Vec::with_capacity(ty.params.len());
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
            result_attr: Default::default(),
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
        if let Target::Direct(func) = target
            && ty.variadic
            && args.len() > ty.params.len()
        {
            let (func, ty) = self.variadic_import(func, ty, args);
            return self.emit_call(cx, Target::Direct(func), &ty, args);
        }
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

    /// The import of a variadic C function for arguments of these types: their classes are then as well known as those
    /// of the declared parameters.
    fn variadic_import(&mut self, func: FuncId, ty: &FnType, args: &[Val]) -> (FuncId, FnType) {
        let mut ty = ty.clone();
        let extra = args.iter().skip(ty.params.len()).map(|arg| arg.ty);
        let types: Vec<TypeId> = extra.collect();
        ty.params.extend(types);
        let sig = self.c_abi(&ty).sig;
        if let Some(known) = self.caches.variadic_imports.get(&(func, sig)) {
            return (*known, ty);
        }
        let general = self.m.func(func);
        let (name, linkage, loc) = (general.name.clone(), general.linkage.clone(), general.loc);
        let text_result = general.text_result;
        let params = self.m.sig(sig).params.clone();
        let mut shell = Function::new(name, linkage, sig, &params, loc);
        shell.text_result = text_result;
        let id = self.m.add_func(shell);
        self.bodies.insert(id, BodyState::External);
        self.caches.variadic_imports.insert((func, sig), id);
        (id, ty)
    }

    /// Remembers that the function being lowered reaches `func`, for the order of diagnostics.
    pub fn note_reach(&mut self, cx: &FnCx, func: FuncId) {
        self.events
            .entry(cx.func_id)
            .or_default()
            .push(Event::Reach(func));
    }

    /// How many events there are of the function being lowered.
    pub fn events_seen(&self, cx: &FnCx) -> usize {
        self.events.get(&cx.func_id).map_or(0, Vec::len)
    }

    /// The code lowered since is evaluated and dropped.
    pub fn note_evaluated(&mut self, cx: &FnCx, seen: usize) {
        let events = self.events.get_mut(&cx.func_id);
        for event in events
            .into_iter()
            .flat_map(|events| events.iter_mut().skip(seen))
        {
            if let Event::Reach(func) = *event {
                *event = Event::Evaluate(func);
            }
        }
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
            kept: self.cfg.code,
            func,
            module,
            name,
            blocks: vec![Vec::new()],
            outer_locs: Vec::new(),
            scopes: Vec::new(),
            vars: Vec::new(),
            loops: Vec::new(),
            ret: RetInfo {
                ty: Some(TypeId::VOID),
                may_fail: false,
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
            lent: None,
            enclosing: Rc::new(Vec::new()),
            comptime: false,
            counting: false,
            initialises: false,
            implicit: false,
            is_lambda: false,
            doubtful_onfail: None,
            shape: None,
            indirect: crate::statements::error_flow::Source::Unknown,
            errors_joined: Vec::new(),
            errors_read: Default::default(),
            forwards: Vec::new(),
            ending_matches: Vec::new(),
            paths: Default::default(),
            in_cleanup: false,
            runs: Default::default(),
            narrowed_reads: Default::default(),
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
        let mut stmts = cx.blocks.pop().unwrap_or_default();
        if !cx.prologue.is_empty() {
            stmts.splice(0..0, std::mem::take(&mut cx.prologue));
        }
        if self.cfg.code {
            // The module keeps it.
            stmts.shrink_to_fit();
            cx.func.locals.shrink_to_fit();
            cx.func.slots.shrink_to_fit();
            cx.func.exprs.shrink_to_fit();
            cx.func.expr_locs.shrink_to_fit();
        }
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

    /// `-> $R` has been bound by the caller; `-> T` is evaluated in the instance's scope.
    pub fn declared_ret(&mut self, scope: &Rc<Env>, decl: &'static ast::FnDecl) -> Res<TypeId> {
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

    /// `..a: any`: any type will do. Aliases of it are the same.
    fn names_any(&mut self, scope: &Rc<Env>, ty: &'static ast::Expr) -> Res<bool> {
        Ok(match &ty.kind {
            ExprKind::Ident(name) if name.as_str() == "any" => true,
            ExprKind::Ident(_) | ExprKind::Field { .. } | ExprKind::Paren(_) => {
                self.try_protocol_ref(scope, ty)?.is_none()
                    && self.denotes_type(scope, ty)
                    && self.eval_type(scope, ty)? == TypeId::ANY
            }
            _ => false,
        })
    }

    /// What the elements of a pack have to conform to.
    pub fn pack_protocol(
        &mut self,
        scope: &Rc<Env>,
        param: &'static ast::Param,
    ) -> Res<Option<ProtocolRef>> {
        match (&param.ty, param.kind) {
            (Some(ty), ParamKind::Variadic) => {
                if self.names_any(scope, ty)? {
                    return Ok(None);
                }
                self.protocol_ref(scope, ty).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub fn extern_library(
        &mut self,
        module: crate::sema::ModId,
        env: &Rc<Env>,
        link: &'static ast::Link,
    ) -> Res<Option<String>> {
        let Some(lib) = link.lib else {
            return Ok(self.c_library_of(module));
        };
        let lib = self.spelled(env, lib)?;
        match self.try_resolve_name(env, lib)? {
            Some(crate::declarations::lookup::Name::Entity(
                crate::sema::Entity::Library(name),
                _,
            )) => Ok(Some(name.to_string())),
            Some(crate::declarations::lookup::Name::Entity(
                crate::sema::Entity::Namespace(set),
                _,
            )) if self.c_unit_of_set(set).is_some() => Ok(self.c_unit_of_set(set)),
            _ => {
                // Any `#library` constant of the program will do.
                let found = self.decls.iter().find_map(|d| match &d.syntax {
                    crate::sema::DeclSyntax::Library(text) if d.name == lib.name => {
                        Some(text.to_string())
                    }
                    crate::sema::DeclSyntax::Import(set) if d.name == lib.name => {
                        self.c_unit_of_set(*set)
                    }
                    _ => None,
                });
                match found {
                    Some(text) => {
                        let unit = self.caches.c.sources.iter().any(|s| s.name == text);
                        if text != "c" && !unit && !self.m.libraries.contains(&text) {
                            self.m.libraries.push(text.clone());
                        }
                        Ok(Some(text))
                    }
                    None => Err(self.undeclared_library(lib)),
                }
            }
        }
    }

    /// Two declarations that call the same C function the same way.
    pub fn same_c_interface(&mut self, a: &FnType, b: &FnType) -> bool {
        let (x, y) = (self.c_abi(a), self.c_abi(b));
        x.sig == y.sig
    }

    /// Lowers the body once, for the type of what it returns.
    pub fn infer_ret(
        &mut self,
        job: &BodyJob,
        name: &str,
        params: &[TypeId],
        c_conv: bool,
        span: Span,
    ) -> Res<TypeId> {
        let BodyJob { func, env, .. } = job;
        let decl = self.fn_info(*func).decl;
        if let FnBody::Block(block) = decl.body()
            && !crate::statements::stmt::returns_value(block)
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
        let sites = self.sites;
        self.sites = match is_instance(decl) {
            true => self.sites_of_instance(),
            false => crate::sema::Sites::default(),
        };
        let instance = self.instance_for(self.sites.body, job);
        let instance = std::mem::replace(&mut self.caches.meta.instance, instance);
        let result = self.sites_of(&job.env, |s| {
            s.lower_job_into(scratch, None, job, &ty, &abi)
        });
        self.caches.meta.instance = instance;
        self.sites = sites;
        self.inferring.remove(func);
        let cx = result?;
        let ret = cx.ret.ty.unwrap_or(TypeId::VOID);
        if ret == TypeId::NORETURN {
            Ok(TypeId::VOID)
        } else {
            Ok(ret)
        }
    }
}

/// Whether bodies of this function are lowered for each of its callers.
fn is_instance(decl: &ast::FnDecl) -> bool {
    crate::callables::adapters::is_generic(decl)
}

/// `-> $R` that only the body of a function with a pack `..$a` can tell.
pub fn open_result(scope: &Env, decl: &ast::FnDecl) -> bool {
    let Some(ast::RetType {
        kind: ast::RetKind::Type(ty),
        ..
    }) = &decl.sig.ret
    else {
        return false;
    };
    matches!(&ty.kind, ExprKind::Dollar { name, .. } if scope.get(name.name).is_none())
        && decl
            .sig
            .params
            .iter()
            .any(|p| p.kind == ParamKind::ComptimePack)
}
