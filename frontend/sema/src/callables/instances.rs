//! Instances of functions: one for each list of static arguments; what they are named, take and return.

use std::rc::Rc;

use sx_ir::types::FnType;
use sx_ir::{FuncId, Function, Linkage, Symbol, TypeId};
use sx_syntax::Span;
use sx_syntax::ast::{self, BodyKind, ParamKind};

use crate::callables::functions::open_result;
use crate::callables::union_arguments::payload_name;
use crate::declarations::chains::Step;
use crate::emission::fncx::{BodyJob, ParamBinding};
use crate::emission::value::CtVal;
use crate::sema::{
    Binding, BodyState, DeclId, DeclSyntax, Entity, Env, Failed, FnId, FnInstance, InstanceKey,
    PendingBody, Res, Sema,
};
use crate::views::instances::FnMade;

/// Bodies of instances nested less deep than this are lowered in the order they are asked for.
const BREADTH_FIRST: u32 = 8;

/// Static arguments: names with values, and packs with the types of their elements.
type Statics<'s> = (&'s [(Symbol, CtVal)], &'s [(Symbol, Vec<TypeId>)]);

impl Sema<'_> {
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
            self.stats.instances_reused += 1;
            return found.clone().ok_or(Failed);
        }
        if self.fn_info(func).decl.mixin {
            let name = self.fn_info(func).name.clone();
            return Err(self.error(
                span,
                format!(
                    "'{name}' is a mixin: it can only be called, as it becomes part of its caller"
                ),
            ));
        }
        // Others are as many as are written.
        let generic = self.is_made_from_generic(func, &statics, &packs);
        if generic {
            self.check_depth(func, span)?;
        }
        if !self.making.insert(key.clone()) {
            return Err(self.cycle(Step::Signature(func), &[]));
        }
        self.caches.chains.enter(Step::Signature(func));
        self.instantiation_depth += u32::from(generic);
        let result = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
            self.make_instance(func, &key, &statics, &packs, span)
        });
        self.instantiation_depth -= u32::from(generic);
        self.caches.chains.leave();
        self.making.remove(&key);
        if result.is_err() {
            match self.caches.chains.giving_up() {
                true => self.instances.remove(&key),
                false => self.instances.insert(key, None),
            };
        }
        result
    }

    /// Whether a function for these arguments is an instance of a generic body.
    fn is_made_from_generic(
        &self,
        func: FnId,
        statics: &[(Symbol, CtVal)],
        packs: &[(Symbol, Vec<TypeId>)],
    ) -> bool {
        let owner = self.fn_info(func).owner;
        !statics.is_empty()
            || !packs.is_empty()
            || owner.is_some_and(|ty| self.instance_of(ty).is_some())
    }

    /// Families of instances that grow without end are cut.
    pub fn check_depth(&mut self, func: FnId, span: Span) -> Res<()> {
        let limit = self.cfg.instantiation_depth;
        if self.caches.runaways.contains(&func) {
            // Where the family branches, the others that are as deep have been told by the first.
            return Err(Failed);
        }
        if self.instantiation_depth <= limit {
            return Ok(());
        }
        self.caches.runaways.insert(func);
        let name = self.fn_info(func).name.clone();
        let diag = sx_syntax::Diagnostic::error(
            span,
            format!("instantiation of '{name}' goes deeper than {limit} levels; it may never end"),
        );
        let diag = self.with_instances(diag);
        Err(self.report(diag))
    }

    fn make_instance(
        &mut self,
        func: FnId,
        key: &InstanceKey,
        statics: &[(Symbol, CtVal)],
        packs: &[(Symbol, Vec<TypeId>)],
        span: Span,
    ) -> Res<FnInstance> {
        let (scope, name) = self.instance_scope(func, (statics, packs), span)?;
        let generic = !statics.is_empty() || !packs.is_empty();
        if generic && self.caches.meta.recording.is_some() {
            // What each instance becomes is told apart.
            let at = self.fn_info(func).decl.span;
            scope.set_copy(at, self.instances.len() as u32);
        }
        let given = (statics, packs);
        let (params, bindings) = match generic {
            true => self.for_signature(func, &scope, span, |s| {
                s.instance_params(func, &scope, given)
            })?,
            false => self.instance_params(func, &scope, given)?,
        };
        let decl = self.fn_info(func).decl;
        let linkage_c = decl.link.is_some();
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
            Some(_) if generic => {
                Some(self.for_signature(func, &scope, span, |s| s.declared_ret(&scope, decl))?)
            }
            Some(_) => Some(self.declared_ret(&scope, decl)?),
            None if external || decl.body.kind() == BodyKind::None => Some(TypeId::VOID),
            None => None,
        };
        let job_env = scope.clone();
        let job = BodyJob {
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
        let job = BodyJob {
            ret: Some(ret),
            ..job
        };
        let ty = FnType {
            params,
            ret,
            c_conv,
            variadic,
        };
        if generic {
            self.record_instance(|| FnMade {
                func,
                scope,
                name: name.clone(),
                statics: statics.to_vec(),
                packs: packs.to_vec(),
                params: ty.params.clone(),
                ret,
            });
        }
        if ty.c_conv
            && let Some(unsupported) = self.c_unsupported(&ty)
        {
            let what = match self.m.types.scalar(unsupported) {
                Some(_) => "float before '...'",
                None => "struct by value",
            };
            let what = format!("{what} over the C ABI of {}", self.cfg.target.triple);
            return Err(self.not_implemented(decl.name.map_or(decl.span, |n| n.span), &what));
        }
        let abi = self.abi(&ty, false);
        let linkage = self.linkage_of(func)?;
        if external
            && let Linkage::Extern { symbol, library } = &linkage
            && let Some(known) = self.known_extern(func, symbol, library.is_none(), &ty)?
        {
            self.instances.insert(key.clone(), Some(known.clone()));
            return Ok(known);
        }
        let symbol = match &linkage {
            Linkage::Extern { symbol, .. } => Some(symbol.clone()),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) | Linkage::Asm(_) => None,
        };
        let params_ir = self.m.sig(abi.sig).params.clone();
        let mut shell = Function::new(name, linkage, abi.sig, &params_ir, loc);
        shell.naked = matches!(&decl.sig.abi, Some(abi) if abi.kind == ast::AbiKind::Naked);
        shell.text_result = external && self.is_c_text(ret);
        let id = self.m.add_func(shell);
        let instance = FnInstance { func: id, ty };
        self.instances.insert(key.clone(), Some(instance.clone()));
        if external {
            self.bodies.insert(id, BodyState::External);
            if let Some(symbol) = symbol {
                self.externs.insert(symbol, instance.clone());
            }
        } else {
            let made = self.is_made_from_generic(func, statics, packs);
            self.enqueue_instance(
                id,
                func,
                job,
                made,
                !statics.is_empty() || !packs.is_empty(),
            );
        }
        Ok(instance)
    }

    /// The scope of an instance's interface and body, and its name.
    fn instance_scope(
        &mut self,
        func: FnId,
        (statics, packs): Statics<'_>,
        span: Span,
    ) -> Res<(Rc<Env>, String)> {
        let info = self.fn_info(func);
        let (decl, env, mut name) = (info.decl, info.env.clone(), info.name.clone());
        let types = statics.iter().filter(|(_, val)| val.ty == TypeId::TYPE);
        let types = types.map(|(_, val)| self.ct_type(val));
        let types: Vec<TypeId> = types
            .chain(packs.iter().flat_map(|(_, types)| types.iter().copied()))
            .collect();
        for ty in types {
            self.check_size(ty, span)?;
        }
        let scope = env.child();
        for (param, val) in statics {
            let again = decl
                .sig
                .params
                .iter()
                .any(|p| p.name.name == *param && p.kind == ParamKind::Plain);
            if !again {
                name.push_str("__");
                // It is shown in traces, a frame a line.
                name.extend(self.ct_name(val).chars().flat_map(|c| {
                    let shown: Vec<char> = match c.is_control() {
                        true => c.escape_default().collect(),
                        false => vec![c],
                    };
                    shown
                }));
            }
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
        if self.returns_type(func) && !(statics.is_empty() && packs.is_empty()) {
            scope.makes.set(Some(Symbol::intern(&name)));
        }
        Ok((scope, name))
    }

    /// Types of the parameters that callers pass, and what the body sees of them.
    fn instance_params(
        &mut self,
        func: FnId,
        scope: &Rc<Env>,
        (statics, packs): Statics<'_>,
    ) -> Res<(Vec<TypeId>, Vec<ParamBinding>)> {
        let decl = self.fn_info(func).decl;
        let mut params = Vec::new();
        let mut bindings = Vec::new();
        for param in &decl.sig.params {
            match param.kind {
                ParamKind::Comptime => {
                    let payload = payload_name(param.name.name);
                    if let Some((name, types)) = packs.iter().find(|(n, _)| *n == payload) {
                        params.extend(types.iter().copied());
                        bindings.push(ParamBinding::Pack {
                            name: *name,
                            types: types.clone(),
                            protocol: None,
                        });
                    }
                }
                // A type function's `x: $T` is the type, which the scope knows.
                ParamKind::Plain if statics.iter().any(|(n, _)| *n == param.name.name) => {}
                ParamKind::Plain => {
                    let Some(expr) = &param.ty else {
                        return Err(self.error(
                            param.span,
                            format!("parameter '{}' needs a type", param.name.name),
                        ));
                    };
                    let ty = self.param_type(scope, expr)?;
                    self.complete(ty)?;
                    let ty = match param.lazy {
                        true => self.lazy_closure(ty),
                        false => ty,
                    };
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
                    let ty = self.eval_type(scope, expr)?;
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
                // The types themselves, which the scope knows.
                ParamKind::ComptimePack if self.returns_type(func) => {}
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    let types = packs
                        .iter()
                        .find(|(n, _)| *n == param.name.name)
                        .map(|(_, t)| t.clone())
                        .unwrap_or_default();
                    params.extend(types.iter().copied());
                    let protocol = self.pack_protocol(scope, param)?;
                    bindings.push(ParamBinding::Pack {
                        name: param.name.name,
                        types,
                        protocol,
                    });
                }
            }
        }
        Ok((params, bindings))
    }

    /// What a declaration says of its symbol.
    fn linkage_of(&mut self, func: FnId) -> Res<Linkage> {
        let info = self.fn_info(func);
        let (decl, env, module) = (info.decl, info.env.clone(), info.module);
        Ok(match &decl.link {
            None => Linkage::Internal,
            Some(link) => {
                let symbol = match &link.symbol {
                    Some(symbol) => symbol.text.to_string(),
                    None => match decl.name {
                        Some(name) => self.spelled(&env, name)?.name.to_string(),
                        None => String::new(),
                    },
                };
                match link.kind {
                    ast::LinkKind::Export => Linkage::Export(symbol),
                    ast::LinkKind::Extern => {
                        let library = self.extern_library(module, &env, link)?;
                        Linkage::Extern { symbol, library }
                    }
                }
            }
        })
    }

    /// The function that the program itself exports as `symbol`.
    fn exported(&mut self, symbol: &str, span: Span) -> Res<Option<FnInstance>> {
        let Some(decl) = self.export_named(symbol) else {
            return Ok(None);
        };
        match self.resolve_decl(decl)? {
            Entity::Fn(func) => self
                .instantiate_fn(func, Vec::new(), Vec::new(), span)
                .map(Some),
            _ => Ok(None),
        }
    }

    /// What the program itself exports as `symbol`.
    pub fn export_named(&mut self, symbol: &str) -> Option<DeclId> {
        let (looked_at, known) = &mut self.caches.exports;
        let mut found = std::mem::take(known);
        let new = std::mem::replace(looked_at, self.decls.len())..self.decls.len();
        for index in new {
            let id = DeclId(index as u32);
            if let Some(symbol) = self.export_of(id) {
                found.entry(symbol).or_insert(id);
            }
        }
        let decl = found.get(symbol).copied();
        self.caches.exports.1 = found;
        decl
    }

    /// The symbol as which a declaration of a module is exported. Generic ones have been rejected.
    pub fn export_of(&self, decl: DeclId) -> Option<String> {
        let info = self.decl(decl);
        let link = match info.syntax {
            DeclSyntax::Fn(f) => {
                let generic = f.sig.params.iter().any(|p| {
                    p.ty.as_ref()
                        .is_some_and(crate::callables::generics::mentions_dollar)
                        || p.kind != ParamKind::Plain
                });
                f.link.as_ref().filter(|_| !generic)?
            }
            DeclSyntax::Var(var) => var.link.as_ref()?,
            _ => return None,
        };
        let symbol = match &link.symbol {
            Some(symbol) => symbol.text.to_string(),
            None => info.name.to_string(),
        };
        (link.kind == ast::LinkKind::Export && !info.local).then_some(symbol)
    }

    /// The function of an extern symbol that has been declared before: all declarations of one symbol are one function.
    /// One that names no library may be the program's own, as for a linker.
    fn known_extern(
        &mut self,
        func: FnId,
        symbol: &str,
        own: bool,
        ty: &FnType,
    ) -> Res<Option<FnInstance>> {
        let info = self.fn_info(func);
        let (decl, module) = (info.decl, info.module);
        // What a C header says of a symbol stands beside what the program says of it.
        let by_header = self.c_unit_of(module).is_some();
        let first = match self.externs.get(symbol).cloned() {
            None if own => self.exported(symbol, decl.span)?,
            first => first,
        };
        let Some(first) = first else {
            if by_header {
                self.caches.c.from_headers.insert(symbol.to_owned());
            }
            return Ok(None);
        };
        if first.ty != *ty && !self.same_c_interface(&first.ty, ty) {
            if by_header || self.caches.c.from_headers.contains(symbol) {
                return Ok(None);
            }
            let shown = decl.name.map_or(decl.span, |n| n.span);
            return Err(self.error(
                shown,
                format!("extern symbol '{symbol}' is already bound with a different signature; make the declarations agree"),
            ));
        }
        if self.is_c_text(ty.ret) {
            self.m.funcs[first.func.index()].text_result = true;
        }
        Ok(Some(FnInstance {
            func: first.func,
            ty: ty.clone(),
        }))
    }

    /// The body is lowered later. `made`: from a generic body; `statics`: for static arguments.
    fn enqueue_instance(
        &mut self,
        id: FuncId,
        func: FnId,
        job: BodyJob,
        made: bool,
        statics: bool,
    ) {
        self.bodies.insert(id, BodyState::Queued);
        // An instance made from a generic body is one level deeper; a plain function starts anew.
        let depth = if made { self.instantiation_depth } else { 0 };
        if depth > 0 {
            self.body_depth.insert(id, depth);
        }
        if made && self.sites.outermost().is_some() {
            let sites = self.sites_of_instance();
            self.caches.body_sites.insert(id, sites);
        }
        if let Some(body) = self.current_func.last().copied().flatten() {
            self.caches.chains.made_in(id, body);
        }
        self.pending.insert(id, PendingBody { job });
        if !self.is_left_to_crew(func, statics) {
            // A family that grows without end and branches has to get deep before it gets wide.
            match depth < BREADTH_FIRST {
                true => self.queue.push_back(id),
                false => self.queue.push_front(id),
            }
        }
    }
}
