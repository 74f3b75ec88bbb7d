//! Compiler functions of compile-time code: which there are, their calls, and calls that only evaluations can make.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use sx_ir::func::{Callee, Param, ParamAttr, StmtKind};
use sx_ir::{
    CallConv, ConstImage, FuncId, Function, Global, GlobalId, Linkage, Signature, Ty, TypeId,
};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::callables::calls::Arg;
use crate::callables::written_order::WrittenOrder;
use crate::declarations::lookup::{Found, Name};
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Pieces, Val};
use crate::sema::{
    Binding, BodyState, DeclSyntax, Entity, Env, Event, Failed, FnId, ModId, Res, Sema,
};

/// Compiler functions that only evaluations can call (reference part 4 §14, §15), by declared name.
const HOST_FUNCTIONS: &[&str] = &[
    "raw_declare_type",
    "raw_register_type",
    "raw_pointer_to",
    "raw_intern",
    "raw_text_of",
    "raw_find_type",
    "raw_type_kind",
    "raw_type_name",
    "raw_field_count",
    "raw_field_name",
    "raw_field_type",
    "raw_variant_value",
];

pub fn is_host_function(name: &str) -> bool {
    HOST_FUNCTIONS.contains(&name)
        || name == crate::metaprogramming::quotes::MAKE
        || crate::comptime::build::OPTIONS.contains(&name)
        || crate::comptime::build::PRIMITIVES.contains(&name)
        || crate::comptime::library::NAMES.contains(&name)
        || crate::comptime::declared::QUESTIONS.contains(&name)
        || name == crate::metaprogramming::define::DEFINE
}

/// Spellings of the compiler library, and the functions they are.
const LIBRARY_NAMES: &[(&str, &str)] = &[
    ("intern", "raw_intern"),
    ("text_of", "raw_text_of"),
    ("find_type", "raw_find_type"),
    ("type_kind", "raw_type_kind"),
    ("type_field_count", "raw_field_count"),
    ("type_nominal_name", "raw_type_name"),
    ("type_field_name", "raw_field_name"),
    ("type_field_type", "raw_field_type"),
    ("type_field_value", "raw_variant_value"),
    ("declare_type", "raw_declare_type"),
    ("register_type", "raw_register_type"),
    ("pointer_to", "raw_pointer_to"),
];

/// The compiler function that an `abi(.compiler)` declaration binds, by its name there; `Err` holds an unknown name.
pub fn library_function(decl: &ast::FnDecl, name: &str) -> Option<Result<&'static str, String>> {
    if !matches!(&decl.sig.abi, Some(abi) if matches!(abi.kind, ast::AbiKind::Compiler)) {
        return None;
    }
    let symbol = decl.link.as_ref().and_then(|link| link.symbol.as_ref());
    let name = symbol.map_or(name, |s| &*s.text);
    let plain = LIBRARY_NAMES
        .iter()
        .find(|(plain, _)| *plain == name)
        .map(|(_, raw)| *raw);
    let known = HOST_FUNCTIONS
        .iter()
        .chain(crate::comptime::library::NAMES)
        .chain(crate::comptime::declared::QUESTIONS)
        .chain(&[crate::metaprogramming::define::DEFINE])
        .find(|known| **known == name)
        .copied();
    Some(plain.or(known).ok_or_else(|| name.to_string()))
}

impl Sema<'_> {
    /// A call of what an `abi(.compiler)` declaration binds.
    pub fn library_call(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Option<Res<Val>> {
        let info = self.fn_info(f);
        match library_function(info.decl, &info.name)? {
            Ok(name) => Some(self.host_call_of(cx, f, name, None, call, span)),
            // Reported where it is declared.
            Err(_) => Some(Err(Failed)),
        }
    }

    /// Whether an expression is a call of a compiler function, which has a value at compile time only.
    pub fn calls_compiler(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> bool {
        let ast::ExprKind::Call(call) = &expr.kind else {
            return false;
        };
        let found = match &call.callee.kind {
            ast::ExprKind::Ident(name) => match self.try_resolve_name(env, *name) {
                Ok(Some(Name::Entity(Entity::Fn(f), _))) => Some(f),
                Ok(_) | Err(Failed) => None,
            },
            ast::ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => match self.lookup_in_set_of(env, set, *name) {
                    Found::Decl(decl) => match self.resolve_decl(decl) {
                        Ok(Entity::Fn(f)) => Some(f),
                        Ok(_) | Err(Failed) => None,
                    },
                    Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => None,
                },
                None => None,
            },
            _ => None,
        };
        let Some(f) = found else { return false };
        let info = self.fn_info(f);
        matches!(library_function(info.decl, &info.name), Some(Ok(_)))
            || info.intrinsic && is_host_function(&info.name)
    }

    /// A call of a compiler function by its declaration.
    pub fn host_call(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        receiver: Option<(Val, Span)>,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Val> {
        let name = self.fn_info(f).name.clone();
        self.host_call_of(cx, f, &name, receiver, call, span)
    }

    fn host_call_of(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        name: &str,
        receiver: Option<(Val, Span)>,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Val> {
        let question = crate::comptime::declared::QUESTIONS
            .iter()
            .find(|q| **q == name);
        if let Some(question) = question {
            return self.ask_about_declaration(cx, f, question, call, span);
        }
        if name == crate::metaprogramming::define::DEFINE {
            return self.lower_define(cx, call, span);
        }
        let info = self.fn_info(f);
        let (decl, env, called) = (info.decl, info.env.clone(), info.name.clone());
        let params: &'static [ast::Param] = match &receiver {
            Some(_) => decl.sig.params.get(1..).unwrap_or_default(),
            None => &decl.sig.params,
        };
        let variadic = params
            .last()
            .is_some_and(|p| p.kind == ast::ParamKind::Variadic);
        let enough = if variadic {
            call.args.len() + 1 >= params.len()
        } else {
            call.args.len() == params.len()
        };
        if !enough {
            let (want, given) = (params.len(), call.args.len());
            return Err(self.error(
                span,
                format!(
                    "'{called}' expects {want} argument{}, but {given} {} given",
                    plural(want),
                    were(given)
                ),
            ));
        }
        let mut pieces = Pieces::new();
        let mut tys = Vec::new();
        if let (Some((receiver, at)), Some(param)) = (receiver, decl.sig.params.first())
            && let Some(ty) = &param.ty
        {
            let ty = self.eval_type(&env, ty)?;
            let val = self.coerce(cx, receiver, ty, at)?;
            let parts = self.pieces(cx, &val);
            for piece in cx.pin_pieces(&parts) {
                tys.push(piece.ty());
                pieces.push(piece);
            }
        }
        for (param, arg) in params.iter().zip(&call.args) {
            let Some(ty) = &param.ty else {
                return Err(Failed);
            };
            if param.kind == ast::ParamKind::Variadic {
                break;
            }
            let ty = self.eval_type(&env, ty)?;
            let val = self.lower_to(cx, &arg.value, ty)?;
            // Bigger values go by address.
            let parts = if self.flatten(ty).is_some() {
                self.pieces(cx, &val)
            } else {
                let addr = self.spill(cx, &val);
                smallvec::smallvec![cx.addr_piece(addr)]
            };
            for piece in cx.pin_pieces(&parts) {
                tys.push(piece.ty());
                pieces.push(piece);
            }
        }
        if variadic && let Some(ast::Param { ty: Some(ty), .. }) = params.last() {
            let ty = self.eval_type(&env, ty)?;
            let rest = call.args[params.len() - 1..]
                .iter()
                .map(|a| Arg::Expr(&a.value))
                .collect();
            let val = self.pack_variadic(cx, rest, ty, &mut WrittenOrder::default(), span)?;
            let parts = self.pieces(cx, &val);
            for piece in cx.pin_pieces(&parts) {
                tys.push(piece.ty());
                pieces.push(piece);
            }
        }
        // Tells one run of an evaluation from another's.
        let mark = self.host_mark();
        tys.push(Ty::Ptr);
        pieces.push(Piece::GlobalAddr(mark, 0));
        let ret = self.eval_ret(&env, decl.sig.ret.as_ref())?;
        if matches!(
            name,
            "raw_declare_type" | "raw_register_type" | "raw_pointer_to"
        ) {
            self.caches.minting = true;
        }
        if name == "raw_find_type" {
            self.resolve_all_types();
        }
        let results: Vec<Ty> = self
            .flatten(ret)
            .map(|parts| parts.iter().map(|p| p.ty).collect())
            .unwrap_or_default();
        let func = self.host_function(name, &tys, &results);
        self.note_reach(cx, func);
        if let Some(caller) = cx.func_id {
            let spelling = &self.fns[f.index()].name;
            if spelling != name && !self.caches.host_sites.contains_key(&(caller, func)) {
                let spelling = spelling.clone();
                self.caches.host_spellings.insert((caller, func), spelling);
            }
            self.caches.host_sites.entry((caller, func)).or_insert(span);
        }
        let results = cx.call_direct(func, &pieces, &results);
        Ok(Val::regs(ret, results))
    }

    /// Whether an array dimension in a type function's body is computed while that runs.
    pub fn counts_at_evaluation(&mut self, cx: &FnCx, len: &'static ast::Expr) -> bool {
        let ExprKind::Ident(name) = &len.kind else {
            return false;
        };
        cx.fn_id.is_some_and(|f| self.returns_type(f))
            && matches!(cx.env().get(name.name), Some(Binding::Var { .. }))
    }

    /// `[k]T` with a computed `k`.
    pub fn computed_array_type(
        &mut self,
        cx: &mut FnCx,
        len: &'static ast::Expr,
        elem: &'static ast::Expr,
    ) -> Res<Val> {
        let count = self.lower_to(cx, len, TypeId::I64)?;
        let elem = self.lower_to(cx, elem, TypeId::TYPE)?;
        let (count, elem) = (self.piece(cx, &count), self.piece(cx, &elem));
        let mark = self.host_mark();
        let func = self.host_function("__array_type", &[Ty::I64, Ty::I64, Ty::Ptr], &[Ty::I64]);
        self.caches.minting = true;
        let results = cx.call_direct(func, &[elem, count, Piece::GlobalAddr(mark, 0)], &[Ty::I64]);
        Ok(Val::regs(TypeId::TYPE, results))
    }

    pub fn host_mark(&mut self) -> GlobalId {
        if let Some(mark) = self.caches.host_mark {
            return mark;
        }
        let mark = self.m.add_global(Global {
            name: "__sx_host_mark".into(),
            size: 1,
            align: 1,
            init: ConstImage::zeroed(1),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.caches.host_mark = Some(mark);
        mark
    }

    /// Prints the calls of an evaluation; does nothing in the program (see [`Sema::forget_frames_printer`]).
    pub fn frames_printer(&mut self) -> FuncId {
        const NAME: &str = "__interp_print_frames";
        if let Some(func) = self.caches.helpers.get(NAME) {
            return *func;
        }
        let sig = self.m.add_sig(Signature {
            conv: CallConv::Sx,
            params: vec![],
            results: vec![],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let func = Function::new(NAME.into(), Linkage::Internal, sig, &[], sx_ir::LocId(0));
        let env = Env::root(ModId(0));
        let mut cx = self.new_cx(
            func,
            env,
            NAME.into(),
            self.decl(crate::sema::DeclId(0)).span,
        );
        let ask = self.host_function("__interp_frames", &[], &[Ty::Ptr, Ty::I64]);
        let text = cx.call_direct(ask, &[], &[Ty::Ptr, Ty::I64]);
        let write = match self.externs.get("write") {
            Some(write) => write.func,
            None => self.libc_write(),
        };
        let fd = self.m.params_of(write)[0].ty;
        let results = self.m.sig(self.m.func(write).sig).results.clone();
        cx.call_direct(write, &[Piece::Const(fd, 1), text[0], text[1]], &results);
        cx.emit(StmtKind::Return(Default::default()));
        let func = self.finish_cx(cx);
        self.caches.helpers.insert(NAME.into(), func);
        func
    }

    fn libc_write(&mut self) -> FuncId {
        let params: Vec<Param> = [Ty::I32, Ty::Ptr, Ty::I64]
            .into_iter()
            .map(|ty| Param {
                ty,
                attr: ParamAttr::None,
            })
            .collect();
        let sig = self.m.add_sig(Signature {
            conv: CallConv::C,
            params: params.clone(),
            results: vec![Ty::I64],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let linkage = Linkage::Extern {
            symbol: "write".into(),
            library: None,
        };
        let func = self.m.add_func(Function::new(
            "write".into(),
            linkage,
            sig,
            &params,
            sx_ir::LocId(0),
        ));
        self.bodies.insert(func, BodyState::External);
        func
    }

    /// The program has no evaluations whose frames could be printed.
    pub fn forget_frames_printer(&mut self) {
        let Some(func) = self.caches.helpers.get("__interp_print_frames").copied() else {
            return;
        };
        let function = &mut self.m.funcs[func.index()];
        let loc = function.loc;
        function.body = Some(sx_ir::Block {
            stmts: vec![sx_ir::Stmt {
                loc,
                kind: StmtKind::Return(Default::default()),
            }],
        });
    }

    pub fn host_function(&mut self, name: &str, params: &[Ty], results: &[Ty]) -> FuncId {
        let key = format!("host:{name}");
        if let Some(func) = self.caches.helpers.get(&key) {
            return *func;
        }
        let params: Vec<Param> = params
            .iter()
            .map(|ty| Param {
                ty: *ty,
                attr: ParamAttr::None,
            })
            .collect();
        let sig = self.m.add_sig(Signature {
            conv: CallConv::Sx,
            params: params.clone(),
            results: results.to_vec(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let linkage = Linkage::Host(name.to_string());
        let func = self.m.add_func(Function::new(
            name.to_string(),
            linkage,
            sig,
            &params,
            sx_ir::LocId(0),
        ));
        self.bodies.insert(func, BodyState::External);
        self.caches.helpers.insert(key, func);
        func
    }

    /// Compiler functions that the program itself would call are errors, with the way to them.
    pub fn check_host_calls(&mut self, roots: &[FuncId]) {
        let mut from: FxHashMap<FuncId, Option<FuncId>> = FxHashMap::default();
        let mut queue: VecDeque<FuncId> = VecDeque::new();
        for root in roots {
            if from.insert(*root, None).is_none() {
                queue.push_back(*root);
            }
        }
        let mut seen_data = rustc_hash::FxHashSet::default();
        while let Some(func) = queue.pop_front() {
            if let Linkage::Host(name) = &self.m.func(func).linkage {
                if !is_host_function(name) {
                    continue;
                }
                self.host_call_error(func, &from);
                continue;
            }
            let mut callees: Vec<FuncId> = Vec::new();
            match (self.events.get(&Some(func)), &self.m.func(func).body) {
                (Some(events), _) => callees.extend(events.iter().filter_map(|e| match e {
                    Event::Reach(callee) => Some(*callee),
                    Event::Diag(_) | Event::Evaluate(_) => None,
                })),
                // The entry wrapper.
                (None, Some(body)) => body.for_each_stmt(&mut |stmt| {
                    if let StmtKind::Call(call) = &stmt.kind
                        && let Callee::Direct(callee) = call.callee
                    {
                        callees.push(callee);
                    }
                }),
                (None, None) => {}
            }
            callees.extend(self.functions_in_data(func, &mut seen_data));
            for callee in callees {
                if let std::collections::hash_map::Entry::Vacant(slot) = from.entry(callee) {
                    slot.insert(Some(func));
                    queue.push_back(callee);
                }
            }
        }
    }

    /// Functions that data named by `func` refers to (tables, vtables), each datum looked at once.
    pub fn functions_in_data(
        &self,
        func: FuncId,
        seen: &mut rustc_hash::FxHashSet<GlobalId>,
    ) -> Vec<FuncId> {
        let mut found = Vec::new();
        let mut todo: Vec<GlobalId> = self
            .m
            .func(func)
            .exprs
            .iter()
            .filter_map(|e| match e {
                sx_ir::Expr::GlobalAddr(global) => Some(*global),
                _ => None,
            })
            .collect();
        while let Some(global) = todo.pop() {
            if !seen.insert(global) {
                continue;
            }
            for reloc in &self.m.global(global).init.relocs {
                match reloc.target {
                    sx_ir::RelocTarget::Func(func) => found.push(func),
                    sx_ir::RelocTarget::Global(global) => todo.push(global),
                }
            }
        }
        found
    }

    fn host_call_error(&mut self, func: FuncId, from: &FxHashMap<FuncId, Option<FuncId>>) {
        let mut path = vec![func];
        while let Some(Some(caller)) = from.get(&path[path.len() - 1]) {
            path.push(*caller);
        }
        let spelling = path
            .get(1)
            .and_then(|caller| self.caches.host_spellings.get(&(*caller, func)));
        let name = spelling.unwrap_or(&self.m.func(func).name).clone();
        let mut text = String::from("reached from the runtime graph:");
        // The C entry wrapper is no function of the program.
        let mut arrow = "\n    ";
        for step in path.iter().rev() {
            let name = if *step == func {
                &name
            } else {
                &self.m.func(*step).name
            };
            if name.is_empty() {
                continue;
            }
            text.push_str(arrow);
            text.push_str(name);
            arrow = "\n    -> ";
        }
        text.push_str("   (compile-time only)");
        let message = match name == crate::metaprogramming::quotes::MAKE {
            true => "`Code` exists only at compile time: a constant holds it (`c :: #code(..)`), or what `#run` and `#insert` evaluate".to_string(),
            false => format!(
                "'{name}' runs only at compile time — call it from `#run` or a comptime '::'"
            ),
        };
        let site = path
            .get(1)
            .and_then(|caller| self.caches.host_sites.get(&(*caller, func)));
        let diag = match site {
            Some(span) => Diagnostic::error(*span, message),
            None => Diagnostic::error_without_span(message),
        };
        self.report(diag.with_note(None, text));
    }

    /// Readers look types up by name: all that are written exist.
    pub fn resolve_all_types(&mut self) {
        for at in 0..self.decls.len() {
            let decl = crate::sema::DeclId(at as u32);
            let info = self.decl(decl);
            let is_type = match &info.syntax {
                DeclSyntax::Struct(s) => s.params.is_empty(),
                DeclSyntax::Enum(_) | DeclSyntax::Union(_) | DeclSyntax::ErrorSet(_) => true,
                DeclSyntax::Const(_)
                | DeclSyntax::Var(_)
                | DeclSyntax::Fn(_)
                | DeclSyntax::Protocol(_)
                | DeclSyntax::UfcsAlias(_)
                | DeclSyntax::Import(_)
                | DeclSyntax::Library(_)
                | DeclSyntax::CUnit
                | DeclSyntax::C(_)
                | DeclSyntax::Builtin => false,
            };
            if is_type && matches!(info.state, crate::sema::EntityState::Unresolved) {
                let _ = self.resolve_decl(decl);
            }
        }
        self.settle();
    }

    /// An `intrinsic` declaration binds by module and name; only the library declares them.
    pub fn check_intrinsic(&mut self, decl: crate::sema::DeclId) {
        let info = self.decl(decl);
        let (name, span, module) = (info.name, info.name_span, info.module);
        if self.in_library_module(module) {
            return;
        }
        let name = name.as_str();
        let owner = match name {
            "sqrt" | "sin" | "cos" | "floor" => "modules/math/scalar.sx",
            "raw_declare_type" | "raw_register_type" | "type_info" => "modules/std/meta.sx",
            _ if name.starts_with("atomic_")
                && crate::builtins::intrinsics::is_intrinsic_name(name) =>
            {
                "modules/std/atomic.sx"
            }
            _ if crate::comptime::build::OPTIONS.contains(&name) => "modules/build.sx",
            _ if crate::comptime::build::PRIMITIVES.contains(&name)
                || crate::comptime::library::NAMES.contains(&name)
                || crate::comptime::declared::QUESTIONS.contains(&name)
                || name == crate::metaprogramming::define::DEFINE =>
            {
                "modules/compiler.sx"
            }
            _ if is_host_function(name) || crate::builtins::intrinsics::is_intrinsic_name(name) => {
                "modules/std/core.sx"
            }
            _ => {
                self.error(span, format!("unknown intrinsic '{name}'"));
                return;
            }
        };
        self.error(
            span,
            format!("intrinsic '{name}' belongs to {owner}; import that instead of declaring it"),
        );
    }
}
