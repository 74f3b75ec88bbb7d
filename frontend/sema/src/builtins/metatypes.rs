//! Types as values at compile time: compiler functions that make and read types, and `type_info`.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use sx_ir::func::{Callee, Param, ParamAttr, StmtKind};
use sx_ir::types::NominalDef;
use sx_ir::{
    CallConv, ConstImage, FuncId, Function, Global, GlobalId, Linkage, Reloc, RelocTarget,
    Signature, Symbol, Ty, TypeId, TypeKind,
};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Piece, Pieces, Val};
use crate::sema::{
    Binding, BodyState, DeclSyntax, Entity, Env, Event, Failed, FieldDefault, FnId, ModId,
    NominalInfo, NominalState, NominalSyntax, Res, Sema,
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
        || crate::comptime::build::OPTIONS.contains(&name)
        || crate::comptime::build::PRIMITIVES.contains(&name)
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
    let raw = HOST_FUNCTIONS.iter().find(|raw| **raw == name).copied();
    Some(plain.or(raw).ok_or_else(|| name.to_string()))
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
        let info = self.fn_info(f);
        let (decl, env) = (info.decl, info.env.clone());
        let params: &'static [ast::Param] = match &receiver {
            Some(_) => decl.sig.params.get(1..).unwrap_or_default(),
            None => &decl.sig.params,
        };
        if call.args.len() != params.len() {
            let (want, given) = (params.len(), call.args.len());
            return Err(self.error(
                span,
                format!(
                    "'{name}' expects {want} argument{}, but {given} {} given",
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
            let ty = self.eval_type(&env, ty)?;
            let val = self.lower_to(cx, &arg.value, ty)?;
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

    fn host_mark(&mut self) -> GlobalId {
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
                    Event::Diag(_) => None,
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
            for callee in callees {
                if let std::collections::hash_map::Entry::Vacant(slot) = from.entry(callee) {
                    slot.insert(Some(func));
                    queue.push_back(callee);
                }
            }
        }
    }

    fn host_call_error(&mut self, func: FuncId, from: &FxHashMap<FuncId, Option<FuncId>>) {
        let mut path = vec![func];
        while let Some(Some(caller)) = from.get(&path[path.len() - 1]) {
            path.push(*caller);
        }
        let name = self.m.func(func).name.clone();
        let mut text = String::from("reached from the runtime graph:");
        // The C entry wrapper is no function of the program.
        let mut arrow = "\n    ";
        for step in path.iter().rev() {
            let name = &self.m.func(*step).name;
            if name.is_empty() {
                continue;
            }
            text.push_str(arrow);
            text.push_str(name);
            arrow = "\n    -> ";
        }
        text.push_str("   (compile-time only)");
        let message =
            format!("'{name}' runs only at compile time — call it from `#run` or a comptime '::'");
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
    fn resolve_all_types(&mut self) {
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
            _ if crate::comptime::build::PRIMITIVES.contains(&name) => "modules/compiler.sx",
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

    // ------------------------------------------------------------------------------------------- minting

    /// Makes the names that a builder's body declares by literals usable as types in it.
    pub fn bind_forward_names(&mut self, scope: &Rc<Env>, decl: &'static ast::FnDecl, span: Span) {
        let mut names = Vec::new();
        if let ast::FnBody::Block(block) = &decl.body {
            declared_names(block, &mut names);
        }
        for name in names {
            let key = (self.caches.mint_scope.clone(), name.clone());
            let ty = match self.caches.minted.names.get(&key) {
                Some(ty) => *ty,
                None => {
                    let ty = crate::comptime::host::declare_open(&mut self.m.types, &name);
                    self.caches.minted.names.insert(key, ty);
                    self.adopt_minted(span);
                    ty
                }
            };
            scope.bind(Symbol::intern(&name), Binding::Type(ty));
        }
    }

    /// Enters what evaluations minted.
    pub fn adopt_minted(&mut self, span: Span) {
        let minted: Vec<TypeId> = self.caches.minted.names.values().copied().collect();
        for ty in minted {
            let (TypeKind::Struct(n) | TypeKind::Enum(n)) = *self.m.types.kind(ty) else {
                continue;
            };
            let fields = match &self.m.types.nominal(n).def {
                NominalDef::Struct(fields) => fields.len(),
                NominalDef::Open
                | NominalDef::Enum(_)
                | NominalDef::Union(_)
                | NominalDef::ErrorSet(_)
                | NominalDef::Protocol(_) => 0,
            };
            let info = self.nominals.entry(ty).or_insert_with(|| NominalInfo {
                module: ModId(0),
                span,
                syntax: NominalSyntax::Minted,
                env: Env::root(ModId(0)),
                instance: None,
                state: NominalState::Open,
                members: Default::default(),
                getters: Default::default(),
                setters: Default::default(),
                defaults: Vec::new(),
            });
            if info.defaults.len() != fields {
                info.defaults = (0..fields).map(|_| FieldDefault::None).collect();
            }
        }
    }

    /// A minted type is complete once it is defined and its members are.
    pub fn complete_minted(&mut self, ty: TypeId) -> Res<()> {
        let (TypeKind::Struct(n) | TypeKind::Enum(n)) = *self.m.types.kind(ty) else {
            return Ok(());
        };
        if crate::comptime::host::is_open(&self.m.types, n) {
            let name = self.type_name(ty);
            let Some(span) = self.nominals.get(&ty).map(|n| n.span) else {
                return Err(Failed);
            };
            return Err(self.error(span, format!("type '{name}' is declared but never defined")));
        }
        let members: Vec<TypeId> = match &self.m.types.nominal(n).def {
            NominalDef::Struct(fields) => fields.iter().map(|f| f.ty).collect(),
            NominalDef::Enum(def) => def.variants.iter().filter_map(|v| v.payload).collect(),
            NominalDef::Open
            | NominalDef::Union(_)
            | NominalDef::ErrorSet(_)
            | NominalDef::Protocol(_) => Vec::new(),
        };
        for member in members {
            self.complete(member)?;
        }
        Ok(())
    }

    /// The type a builder returned: defined, finite, and named after its instance if it belongs to one.
    pub fn finish_built(&mut self, ty: TypeId, name: Option<Symbol>, span: Span) -> Res<()> {
        if let Some(info) = self.nominals.get_mut(&ty)
            && matches!(info.syntax, NominalSyntax::Minted)
            && info.state == NominalState::Open
        {
            info.span = span;
        }
        if let Some(name) = name
            && let TypeKind::Struct(n) | TypeKind::Enum(n) = *self.m.types.kind(ty)
        {
            let scope = self.caches.mint_scope.clone();
            let own = self
                .caches
                .minted
                .names
                .iter()
                .any(|((s, _), t)| *t == ty && *s == scope && !s.is_empty());
            if own {
                self.m.types.nominal_mut(n).name = name.to_string();
            }
        }
        self.complete(ty)
    }

    // ------------------------------------------------------------------------------------------- type_info

    /// The `TypeInfo` that describes types, as the program sees it.
    pub fn type_info_type(&mut self, env: &Rc<Env>, span: Span) -> Res<TypeId> {
        let ident = Symbol::intern("TypeInfo");
        let found = match env.get(ident) {
            Some(Binding::Type(ty)) => return Ok(ty),
            _ => self.modules.iter().enumerate().find_map(|(i, m)| {
                let decl = m.names.get(&ident).copied()?;
                m.path
                    .ends_with("std/meta.sx")
                    .then_some((ModId(i as u32), decl))
            }),
        };
        let visible = found.filter(|(meta, _)| self.imports_transitively(env.module, *meta));
        let Some((_, decl)) = visible else {
            return Err(self.error(
                span,
                "type_info needs `TypeInfo` in scope; import \"modules/std/meta.sx\"",
            ));
        };
        match self.resolve_decl(decl)? {
            Entity::Type(ty) => {
                self.complete(ty)?;
                Ok(ty)
            }
            _ => Err(self.error(span, "type_info needs `TypeInfo`, an enum, in scope")),
        }
    }

    /// The constant that describes `ty`.
    pub fn type_info_image(&mut self, info: TypeId, ty: TypeId) -> Option<CtVal> {
        let kind = self.m.types.kind(ty).clone();
        let word = |name: &'static str, value: u64| (name, Part::Word(value));
        let type_of = |t: TypeId| Part::Word(u64::from(t.0));
        let (variant, parts): (&str, Vec<(&'static str, Part)>) = match &kind {
            TypeKind::Enum(_) => {
                let def = self.m.types.enum_def(ty)?.clone();
                let list = def
                    .variants
                    .iter()
                    .map(|v| {
                        vec![
                            ("name", Part::Text(v.name.to_string())),
                            ("payload", type_of(v.payload.unwrap_or(TypeId::VOID))),
                        ]
                    })
                    .collect();
                ("enum", vec![("variants", Part::List(list))])
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let layout = self.m.types.layout(ty);
                let members = self.m.types.members(ty).unwrap_or_default();
                let list = members
                    .iter()
                    .enumerate()
                    .map(|(i, (name, t))| {
                        field(
                            name.map_or(String::new(), |n| n.to_string()),
                            *t,
                            layout.offsets.get(i).copied().unwrap_or(0),
                        )
                    })
                    .collect();
                ("struct", vec![("fields", Part::List(list))])
            }
            TypeKind::Protocol(_) => {
                let def = self.m.types.protocol_def(ty)?.clone();
                let mut list = vec![
                    field("ctx".into(), TypeId::VOID_PTR, 0),
                    field("__type_id".into(), TypeId::TYPE, 8),
                ];
                if def.inline {
                    for (i, (name, slot)) in def.slots.iter().enumerate() {
                        list.push(field(name.to_string(), *slot, 16 + 8 * i as u64));
                    }
                } else {
                    list.push(field("__vtable".into(), TypeId::VOID_PTR, 16));
                }
                ("struct", vec![("fields", Part::List(list))])
            }
            TypeKind::Union(_) => {
                let def = self.m.types.union_def(ty)?.clone();
                let list = def
                    .members
                    .iter()
                    .map(|m| field(m.name.to_string(), m.ty, 0))
                    .collect();
                ("union", vec![("arms", Part::List(list))])
            }
            TypeKind::Tuple(_) | TypeKind::Failable { .. } => {
                let members = self.m.types.members(ty).unwrap_or_default();
                let list = members
                    .iter()
                    .map(|(_, t)| vec![("", type_of(*t))])
                    .collect();
                ("tuple", vec![("elements", Part::List(list))])
            }
            TypeKind::Int { bits, signed } => (
                "int",
                vec![
                    word("bits", u64::from(*bits)),
                    word("signed", u64::from(*signed)),
                ],
            ),
            TypeKind::F32 => ("float", vec![word("bits", 32)]),
            TypeKind::F64 => ("float", vec![word("bits", 64)]),
            TypeKind::Bool => ("bool", vec![]),
            TypeKind::String | TypeKind::StringZ => ("string", vec![]),
            TypeKind::CString => ("cstring", vec![]),
            TypeKind::Void | TypeKind::Poison => ("void", vec![]),
            TypeKind::Array(t, n) => ("array", vec![("elem", type_of(*t)), word("len", *n)]),
            TypeKind::Vector(t, n) => (
                "vector",
                vec![("elem", type_of(*t)), word("lanes", u64::from(*n))],
            ),
            TypeKind::Slice(t) => ("slice", vec![("elem", type_of(*t))]),
            TypeKind::Pointer(t) => ("pointer", vec![("pointee", type_of(*t))]),
            TypeKind::ManyPointer(t) => ("many_pointer", vec![("pointee", type_of(*t))]),
            TypeKind::Optional(t) => ("optional", vec![("inner", type_of(*t))]),
            TypeKind::Function(_) => ("function", vec![]),
            TypeKind::Closure(_) => ("closure", vec![]),
            TypeKind::ErrorSet(_) | TypeKind::AnyError => ("error_set", vec![]),
            TypeKind::Any => ("any", vec![]),
            TypeKind::NoReturn => ("noreturn", vec![]),
            TypeKind::Usize => ("usize", vec![]),
            TypeKind::Isize => ("isize", vec![]),
            TypeKind::Type => ("type_value", vec![]),
        };
        let def = self.m.types.enum_def(info)?.clone();
        let chosen = def.variants.iter().find(|v| v.name == variant)?.clone();
        let mut image = ConstImage::zeroed(self.m.types.size_of(info));
        let width = self.m.types.size_of(def.backing);
        self.put_int(&mut image.bytes, 0, width as usize, chosen.value as u64);
        if let Some(payload) = chosen.payload {
            self.put_parts(&mut image, width, payload, &parts)?;
        }
        image.relocs.sort_by_key(|r| r.offset);
        Some(CtVal {
            ty: info,
            image: Rc::new(image),
            literal: false,
        })
    }

    fn put_parts(
        &mut self,
        image: &mut ConstImage,
        base: u64,
        ty: TypeId,
        parts: &[(&'static str, Part)],
    ) -> Option<()> {
        for (name, part) in parts {
            let (at, member) = if name.is_empty() {
                (base, ty)
            } else {
                let members = self.m.types.members(ty)?;
                let i = members
                    .iter()
                    .position(|(n, _)| n.is_some_and(|n| n == *name))?;
                (base + self.m.types.offset_of(ty, i), members[i].1)
            };
            match part {
                Part::Word(value) => {
                    let size = self.m.types.size_of(member) as usize;
                    self.put_int(&mut image.bytes, at as usize, size, *value);
                }
                Part::Text(text) => {
                    let data = self.string_data(text.as_bytes());
                    image.relocs.push(Reloc {
                        offset: at,
                        target: RelocTarget::Global(data),
                        addend: 0,
                    });
                    self.put_int(&mut image.bytes, at as usize + 8, 8, text.len() as u64);
                }
                Part::List(items) => {
                    self.put_int(&mut image.bytes, at as usize + 8, 8, items.len() as u64);
                    let TypeKind::Slice(elem) = *self.m.types.kind(member) else {
                        return None;
                    };
                    if items.is_empty() {
                        continue;
                    }
                    self.complete(elem).ok()?;
                    let stride = self.m.types.size_of(elem);
                    let mut list = ConstImage::zeroed(stride * items.len() as u64);
                    for (i, item) in items.iter().enumerate() {
                        self.put_parts(&mut list, stride * i as u64, elem, item)?;
                    }
                    list.relocs.sort_by_key(|r| r.offset);
                    let array = self.m.types.array(elem, items.len() as u64);
                    let data = self.const_global(&list, array, "type_info");
                    image.relocs.push(Reloc {
                        offset: at,
                        target: RelocTarget::Global(data),
                        addend: 0,
                    });
                }
            }
        }
        Some(())
    }

    /// Table of `TypeInfo` records of all types, by type id; see [`Sema::fill_type_infos`].
    pub fn type_info_table(&mut self, info: TypeId) -> GlobalId {
        if let Some((table, _)) = self.caches.type_infos {
            return table;
        }
        let table = self.m.add_global(Global {
            name: "__sx_type_infos".into(),
            size: 8,
            align: 8,
            init: ConstImage::zeroed(8),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.caches.type_infos = Some((table, info));
        table
    }

    pub fn fill_type_infos(&mut self) {
        let Some((table, info)) = self.caches.type_infos else {
            return;
        };
        let count = self.m.types.len();
        let mut relocs = Vec::with_capacity(count);
        for id in 0..count {
            let ty = TypeId::new(id);
            let record = match self.caches.type_info_records.get(&ty) {
                Some(record) => *record,
                None => {
                    if !self.m.types.is_complete(ty, 0) {
                        continue;
                    }
                    let Some(val) = self.type_info_image(info, ty) else {
                        continue;
                    };
                    let record = self.const_global(&val.image, info, "type_info");
                    self.caches.type_info_records.insert(ty, record);
                    record
                }
            };
            relocs.push(Reloc {
                offset: 8 * id as u64,
                target: RelocTarget::Global(record),
                addend: 0,
            });
        }
        let global = &mut self.m.globals[table.index()];
        global.size = 8 * count as u64;
        global.init = ConstImage {
            bytes: vec![0; 8 * count],
            relocs,
        };
    }
}

/// A member's value in a `TypeInfo` record.
enum Part {
    Word(u64),
    Text(String),
    List(Vec<Vec<(&'static str, Part)>>),
}

fn field(name: String, ty: TypeId, offset: u64) -> Vec<(&'static str, Part)> {
    vec![
        ("name", Part::Text(name)),
        ("type", Part::Word(u64::from(ty.0))),
        ("offset", Part::Word(offset)),
    ]
}

/// Literal names given to `declare` and its kin in a body's own statements.
fn declared_names(block: &'static ast::Block, out: &mut Vec<String>) {
    for stmt in &block.stmts {
        declared_in_stmt(stmt, out);
    }
    if let Some(tail) = &block.tail {
        declared_in(tail, out);
    }
}

fn declared_in_stmt(stmt: &'static ast::Stmt, out: &mut Vec<String>) {
    match &stmt.kind {
        ast::StmtKind::Expr { expr, .. } => declared_in(expr, out),
        ast::StmtKind::Return(values) => {
            for value in values {
                declared_in(&value.value, out);
            }
        }
        ast::StmtKind::Decl(decl) => declared_in_decl(decl, out),
        _ => {}
    }
}

fn declared_in_decl(decl: &'static ast::Decl, out: &mut Vec<String>) {
    match &decl.kind {
        ast::DeclKind::Var(var) => {
            if let Some(init) = &var.init {
                declared_in(init, out);
            }
        }
        ast::DeclKind::Const(c) => declared_in(&c.value, out),
        _ => {}
    }
}

fn declared_in(expr: &'static ast::Expr, out: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Call(call) => {
            let name = match &call.callee.kind {
                ExprKind::Ident(name) | ExprKind::Field { name, .. } => Some(name.as_str()),
                _ => None,
            };
            if matches!(name, Some("declare" | "raw_declare_type"))
                && let [arg] = call.args.as_slice()
                && let ExprKind::Str(text) = &arg.value.kind
            {
                out.push(text.to_string());
            }
            for arg in &call.args {
                declared_in(&arg.value, out);
            }
        }
        ExprKind::Paren(inner) => declared_in(inner, out),
        _ => {}
    }
}
