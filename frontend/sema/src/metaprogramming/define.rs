//! `define_function`: functions that compile-time code makes of `Code` (reference part 6 §6.4). While an evaluation runs,
//! what it defines is stood in for by functions that only tell that they have been called: the evaluation is given up
//! then, what it has defined is made, and it starts anew. What nobody calls is made when the evaluation is done, so that
//! bodies may use what the evaluation is for.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::target::Target as Machine;
use sx_ir::types::FnType;
use sx_ir::{
    ConstImage, FuncId, Function, Global, GlobalId, Linkage, Module, Reloc, RelocTarget, StmtKind,
    Symbol, Ty, TypeId, TypeKind,
};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};
use sx_tier_api::{HostFault, SandboxMemory};

use crate::api::Evaluation;
use crate::builtins::arguments::TypeArg;
use crate::comptime::host::text_at;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::{BodyJob, FnCx, ParamBinding};
use crate::emission::value::{CtVal, Piece, Val};
use crate::metaprogramming::insertion::made_name;
use crate::metaprogramming::quotes::splice_key;
use crate::sema::{Binding, BodyState, Env, FnId, FnInfo, ModId, PendingBody, Res, Sema};

pub const DEFINE: &str = "define_function";
/// The call by which a function that is not made yet tells that it runs.
pub const CALLED: &str = "#defined";

/// Why an evaluation ends that is to run again, with more functions.
pub const RUN_AGAIN: &str = "functions are needed that are being defined";

/// Functions that stand in for others of a type, at first.
const STAND_INS: usize = 8;

/// How often an evaluation starts anew because it calls what it defines: more is definition without end.
pub const MAX_RUNS: usize = 2000;

/// What one evaluation can define.
const MAX_DEFINITIONS: usize = 1 << 20;

/// A call of `define_function`.
#[derive(Clone, Copy)]
struct Place {
    ty: TypeId,
    span: Span,
    module: ModId,
}

/// What an evaluation has defined.
#[derive(Clone)]
pub struct Definition {
    place: u64,
    ty: TypeId,
    name: String,
    params: Vec<String>,
    code: u64,
    /// What it is until it is made, or since it has been.
    func: FuncId,
}

/// What an evaluation is told of the functions it defines.
#[derive(Clone, Default)]
pub struct Definer {
    /// Functions made for earlier runs, in the order of their definition.
    known: Vec<FuncId>,
    stand_ins: Rc<FxHashMap<TypeId, StandIns>>,
    /// How many of them are in use.
    taken: FxHashMap<TypeId, usize>,
    pub made: Vec<Definition>,
    /// Functions are needed that are not made yet.
    pub again: bool,
}

/// Functions that stand in, by type, and where a global lists them for the engines.
#[derive(Default)]
pub struct Definitions {
    places: Vec<Place>,
    tables: FxHashMap<TypeId, Table>,
    stand_ins: Rc<FxHashMap<TypeId, StandIns>>,
    /// Names given to functions, and how often.
    names: FxHashMap<String, u32>,
    functions: FxHashSet<FnId>,
}

struct Table {
    global: GlobalId,
    made: Vec<FuncId>,
}

/// What stands in for functions of a type.
#[derive(Clone)]
struct StandIns {
    arity: usize,
    funcs: Vec<FuncId>,
}

fn fail<T>(text: String) -> Result<T, HostFault> {
    Err(HostFault::Refused(text))
}

impl Definer {
    /// An engine runs the evaluation from its beginning.
    pub fn begin(&mut self) {
        self.made.clear();
        self.taken.clear();
        self.again = false;
    }

    /// A function that stands in for another has been called.
    pub fn called(&mut self) -> Result<Vec<u64>, HostFault> {
        self.again = true;
        fail(RUN_AGAIN.into())
    }

    pub fn define(
        &mut self,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        target: &Machine,
    ) -> Result<Vec<u64>, HostFault> {
        let [place, ty, name, name_len, params, count, code, ..] = *args else {
            return fail("define_function: arguments are missing".into());
        };
        let ty = TypeId(ty as u32);
        let name = text_at(memory, name, name_len)?;
        let Some(StandIns { arity, funcs }) = self.stand_ins.get(&ty) else {
            return fail("define_function: the type is not known here".into());
        };
        let arity = *arity;
        if self.made.len() >= MAX_DEFINITIONS {
            return fail(format!(
                "define_function: more than {MAX_DEFINITIONS} functions in one evaluation"
            ));
        }
        if count != arity as u64 {
            return fail(format!(
                "define_function: {count} parameter name{} for a function of {arity} parameter{}",
                plural(count as usize),
                plural(arity)
            ));
        }
        let mut names: Vec<String> = Vec::with_capacity(arity);
        for i in 0..count {
            let at = params + 16 * i;
            let text = word(memory, at, target.pointer_size, target)?;
            let len = word(memory, at + 8, 8, target)?;
            let name = text_at(memory, text, len)?;
            if !is_identifier(&name) {
                return fail(format!(
                    "define_function: '{name}' is no name for a parameter"
                ));
            }
            if names.contains(&name) {
                return fail(format!("define_function: duplicate parameter '{name}'"));
            }
            names.push(name);
        }
        if !is_identifier(&name) {
            return fail(format!(
                "define_function: '{name}' is no name for a function"
            ));
        }
        let func = match self.known.get(self.made.len()) {
            Some(func) => *func,
            None => {
                let taken = self.taken.entry(ty).or_insert(0);
                match funcs.get(*taken) {
                    Some(func) => {
                        *taken += 1;
                        *func
                    }
                    None => {
                        self.again = true;
                        return fail(RUN_AGAIN.into());
                    }
                }
            }
        };
        self.made.push(Definition {
            place,
            ty,
            name,
            params: names,
            code,
            func,
        });
        match memory.function_value(func) {
            Some(value) => Ok(vec![value]),
            None => fail("define_function: the function is not in reach".into()),
        }
    }
}

fn word(memory: &dyn SandboxMemory, at: u64, len: u64, target: &Machine) -> Result<u64, HostFault> {
    match memory.read(at, len) {
        Some(bytes) => Ok(target.endian.read(bytes)),
        None => fail("a value outside the program's memory was given to the compiler".into()),
    }
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Sema<'_> {
    /// `define_function(F, name, params, body)`
    pub fn lower_define(
        &mut self,
        cx: &mut FnCx,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Val> {
        let [ty, name, params, body] = call.args.as_slice() else {
            let given = call.args.len();
            return Err(self.error(
                span,
                format!(
                    "'{DEFINE}' expects 4 arguments, but {given} {} given",
                    were(given)
                ),
            ));
        };
        let here = cx.env().clone();
        let TypeArg::Static(fn_ty) = self.type_arg(cx, &here, DEFINE, &ty.value, false)? else {
            return Err(self.error(
                ty.value.span,
                format!("{DEFINE} expects a type known at compile time; pass it as a `$F: Type` parameter"),
            ));
        };
        let shape = match self.m.types.kind(fn_ty) {
            TypeKind::Function(shape) if !shape.c_conv && !shape.variadic => shape.clone(),
            _ => {
                let shown = self.type_name(fn_ty);
                return Err(self.error(
                    ty.value.span,
                    format!("{DEFINE} expects a function type of the default calling convention, got '{shown}'"),
                ));
            }
        };
        for part in shape.params.iter().chain([&shape.ret]) {
            self.complete(*part)?;
        }
        let strings = self.m.types.slice(TypeId::STRING);
        let code_ty = self.code_type();
        let module = cx.module;
        let places = &mut self.caches.meta.definitions.places;
        let place = places.len() as u64;
        places.push(Place {
            ty: fn_ty,
            span,
            module,
        });
        let mut args = vec![
            Piece::Const(Ty::I64, place),
            Piece::Const(Ty::I64, u64::from(fn_ty.0)),
        ];
        for (arg, want) in [(name, TypeId::STRING), (params, strings), (body, code_ty)] {
            let val = self.lower_to(cx, &arg.value, want)?;
            let parts = self.pieces(cx, &val);
            args.extend(cx.pin_pieces(&parts));
        }
        let table = self.definition_table(fn_ty, &shape, span);
        let mark = self.host_mark();
        args.push(Piece::GlobalAddr(table, 0));
        args.push(Piece::GlobalAddr(mark, 0));
        let tys: Vec<Ty> = args.iter().map(|arg| arg.ty()).collect();
        let func = self.host_function(DEFINE, &tys, &[Ty::Ptr]);
        self.note_reach(cx, func);
        if let Some(caller) = cx.func_id {
            self.caches.host_sites.entry((caller, func)).or_insert(span);
        }
        let made = cx.call_direct(func, &args, &[Ty::Ptr]);
        Ok(Val::regs(fn_ty, made))
    }

    /// The global that lists what may be defined, which brings it into reach.
    fn definition_table(&mut self, ty: TypeId, shape: &FnType, span: Span) -> GlobalId {
        if let Some(table) = self.caches.meta.definitions.tables.get(&ty) {
            return table.global;
        }
        let global = self.m.add_global(Global {
            name: "__sx_definitions".into(),
            size: 0,
            align: 8,
            init: ConstImage::zeroed(0),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        let made = Vec::new();
        let definitions = &mut self.caches.meta.definitions;
        definitions.tables.insert(ty, Table { global, made });
        let stand_ins = StandIns {
            arity: shape.params.len(),
            funcs: Vec::new(),
        };
        Rc::make_mut(&mut definitions.stand_ins).insert(ty, stand_ins);
        self.add_stand_ins(ty, shape, STAND_INS, span);
        global
    }

    fn add_stand_ins(&mut self, ty: TypeId, shape: &FnType, count: usize, span: Span) {
        for _ in 0..count {
            let abi = self.abi(shape, false);
            let params = self.m.sig(abi.sig).params.clone();
            let loc = self.loc(span);
            let name = "undefined".to_string();
            let shell = Function::new(name.clone(), Linkage::Internal, abi.sig, &params, loc);
            let mut cx = self.new_cx(shell, Env::root(ModId(0)), name, span);
            let mark = self.host_mark();
            let called = self.host_function(CALLED, &[Ty::Ptr], &[]);
            cx.call_direct(called, &[Piece::GlobalAddr(mark, 0)], &[]);
            cx.emit(StmtKind::Trap(sx_ir::TrapKind::Unreachable));
            let func = self.finish_cx(cx);
            let stand_ins = Rc::make_mut(&mut self.caches.meta.definitions.stand_ins);
            if let Some(stand_ins) = stand_ins.get_mut(&ty) {
                stand_ins.funcs.push(func);
            }
        }
        self.list_definitions(ty);
    }

    fn list_definitions(&mut self, ty: TypeId) {
        let definitions = &self.caches.meta.definitions;
        let (Some(table), Some(stand_ins)) =
            (definitions.tables.get(&ty), definitions.stand_ins.get(&ty))
        else {
            return;
        };
        let step = self.cfg.target.pointer_size;
        let listed = stand_ins.funcs.iter().chain(&table.made);
        let relocs: Vec<Reloc> = listed
            .enumerate()
            .map(|(i, func)| Reloc {
                offset: step * i as u64,
                target: RelocTarget::Func(*func),
                addend: 0,
            })
            .collect();
        let global = &mut self.m.globals[table.global.index()];
        global.size = step * relocs.len() as u64;
        global.init = ConstImage::zeroed(global.size);
        global.init.relocs = relocs;
    }

    /// What an evaluation needs for defining functions; `known` have been made for it before.
    pub fn definer(&self, known: &[FuncId]) -> Definer {
        Definer {
            known: known.to_vec(),
            stand_ins: self.caches.meta.definitions.stand_ins.clone(),
            taken: FxHashMap::default(),
            made: Vec::new(),
            again: false,
        }
    }

    /// Whether what `root` reaches defines functions, so that the evaluation may have to begin anew.
    pub fn defines_functions(&self, m: &Module, root: FuncId) -> bool {
        !self.caches.meta.definitions.tables.is_empty()
            && m.reachable(&[root])
                .funcs
                .iter()
                .any(|func| matches!(&m.func(*func).linkage, Linkage::Host(name) if name == DEFINE))
    }

    /// Makes what an evaluation has defined beyond `known`: what stood in for each function, and the function.
    pub fn make_definitions(
        &mut self,
        made: &[Definition],
        known: &mut Vec<FuncId>,
    ) -> FxHashMap<FuncId, FuncId> {
        let mut pairs = FxHashMap::default();
        for definition in &made[known.len().min(made.len())..] {
            let func = self.make_definition(definition);
            pairs.insert(definition.func, func);
            known.push(func);
        }
        pairs
    }

    /// An evaluation was given up for want of functions; those it has defined are made, and there is room for more.
    pub fn make_definitions_for_next_run(
        &mut self,
        definer: &Definer,
        known: &mut Vec<FuncId>,
        span: Span,
    ) -> FxHashMap<FuncId, FuncId> {
        let pairs = self.make_definitions(&definer.made, known);
        let mut types: Vec<TypeId> = definer.made.iter().map(|made| made.ty).collect();
        types.sort();
        types.dedup();
        for ty in types {
            let TypeKind::Function(shape) = self.m.types.kind(ty).clone() else {
                continue;
            };
            let stand_ins = &self.caches.meta.definitions.stand_ins;
            let room = stand_ins.get(&ty).map_or(0, |list| list.funcs.len());
            let used = definer.made.iter().filter(|made| made.ty == ty).count();
            if used >= room {
                self.add_stand_ins(ty, &shape, room.max(STAND_INS), span);
            } else {
                self.list_definitions(ty);
            }
        }
        pairs
    }

    fn make_definition(&mut self, definition: &Definition) -> FuncId {
        let Place { ty, span, module } =
            self.caches.meta.definitions.places[definition.place as usize];
        let shape = match self.m.types.kind(ty) {
            TypeKind::Function(shape) => shape.clone(),
            _ => FnType {
                params: Vec::new(),
                ret: TypeId::VOID,
                c_conv: false,
                variadic: false,
            },
        };
        let name = self.unique_name(&definition.name, module);
        let abi = self.abi(&shape, false);
        let params = self.m.sig(abi.sig).params.clone();
        let loc = self.loc(span);
        let shell = Function::new(name.clone(), Linkage::Internal, abi.sig, &params, loc);
        let func = self.m.add_func(shell);
        let env = Env::root(module);
        let code = self.code_constant(definition.code);
        let (decl, splice) = body_of(&name, span, shape.ret == TypeId::VOID);
        env.bind(splice, Binding::Ct(code));
        let mut image = ConstImage::zeroed(self.m.types.size_of(ty));
        image.relocs.push(Reloc {
            offset: 0,
            target: RelocTarget::Func(func),
            addend: 0,
        });
        let own = CtVal {
            ty,
            image: Rc::new(image),
            literal: false,
        };
        let own_name = Symbol::intern(&definition.name);
        env.bind(made_name(own_name), Binding::Ct(own));
        let id = self.add_fn(FnInfo {
            decl,
            env: env.clone(),
            module,
            name,
            owner: None,
            impl_of: None,
            intrinsic: false,
        });
        let names = definition.params.iter();
        let job = BodyJob {
            func: id,
            env,
            params: names
                .zip(&shape.params)
                .map(|(name, ty)| ParamBinding::Value {
                    name: Symbol::intern(name),
                    ty: *ty,
                    span,
                })
                .collect(),
            ret: Some(shape.ret),
        };
        let definitions = &mut self.caches.meta.definitions;
        definitions.functions.insert(id);
        if let Some(table) = definitions.tables.get_mut(&ty) {
            table.made.push(func);
        }
        self.bodies.insert(func, BodyState::Queued);
        self.body_depth.insert(func, self.instantiation_depth);
        self.pending.insert(func, PendingBody { job });
        self.queue.push_back(func);
        func
    }

    fn unique_name(&mut self, name: &str, module: ModId) -> String {
        let taken = self
            .module(module)
            .names
            .contains_key(&Symbol::intern(name));
        let given = self.caches.meta.definitions.names.entry(name.to_string());
        let count = given.or_insert(u32::from(taken));
        *count += 1;
        match *count {
            1 => name.to_string(),
            n => format!("{name}_{n}"),
        }
    }

    /// Parameters of a function that was defined are what `#name` finds in its body.
    pub fn note_defined_parameters(&mut self, cx: &FnCx, func: FnId, params: &[ParamBinding]) {
        if !self.caches.meta.definitions.functions.contains(&func) {
            return;
        }
        for param in params {
            if let ParamBinding::Value { name, .. } = param {
                self.note_made_name(cx, *name);
            }
        }
    }
}

/// Puts functions in the place of those that stood in for them.
pub fn replace_functions(evaluation: &mut Evaluation, pairs: &FxHashMap<FuncId, FuncId>) {
    let Some(Ok(result)) = &mut evaluation.result else {
        return;
    };
    let objects = result.objects.iter_mut().map(|object| &mut object.init);
    for init in objects.chain([&mut result.image]) {
        for reloc in &mut init.relocs {
            if let RelocTarget::Func(func) = &mut reloc.target
                && let Some(made) = pairs.get(func)
            {
                *func = *made;
            }
        }
    }
}

/// A declaration whose body is one splice, and what that is bound as.
fn body_of(name: &str, span: Span, void: bool) -> (&'static ast::FnDecl, Symbol) {
    let expr = |kind| ast::Expr {
        id: ast::ExprId(0),
        span,
        kind,
    };
    let ident = ast::Ident {
        name: Symbol::intern(name),
        kind: ast::IdentKind::Raw,
        span,
    };
    let inner = Arc::new(expr(ExprKind::Ident(ident)));
    let key = splice_key(&inner);
    let splice = expr(ExprKind::Splice(inner));
    let (stmts, tail) = match void {
        true => {
            let kind = ast::StmtKind::Expr {
                expr: splice,
                semi: true,
            };
            (vec![ast::Stmt { span, kind }], None)
        }
        false => (Vec::new(), Some(Box::new(splice))),
    };
    let decl = ast::FnDecl {
        span,
        name: Some(ident),
        sig: ast::FnSig {
            span,
            params: Vec::new(),
            ret: None,
            abi: None,
        },
        ufcs: false,
        mixin: false,
        plain_flow: false,
        property: None,
        link: None,
        body: ast::FnBody::Block(ast::Block { span, stmts, tail }).into(),
        origin: ast::FnOrigin::Decl,
    };
    (Box::leak(Box::new(decl)), key)
}
