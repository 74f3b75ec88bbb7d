//! Opportunistic folding (reference 6.1): run-time calls whose arguments are known are evaluated while compiling, and
//! replaced by their results if nobody can tell the difference.
//!
//! What can't be told is found out by running: the evaluation is sealed ([`sx_ir::Seal`]), so that touching a variable
//! of the program ends it; it may call nothing outside but memory and text functions; traps and the budget end it. It
//! always runs in the VM, whatever the engine for compile-time code, within budgets that are counted in steps: the
//! outcome is the same everywhere. What would do runs once more in the interpreter, which follows what is computed from
//! addresses, so that nothing depends on where things lie.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use sx_bytecode::VmEngine;
use sx_interp::Interp;
use sx_ir::func::{Call, Callee, StmtKind};
use sx_ir::opt::arguments::{Known, Parameters, known};
use sx_ir::trap::LimitKind;
use sx_ir::{
    BinaryOp, Block, CallConv, ConstImage, Expr, FuncId, Function, Global, GlobalId, Linkage,
    LocId, Module, RelocTarget, Seal, Signature, Stmt, Ty, TypeId, UnaryOp,
};
use sx_machine::{HostOptions, StdHost};
use sx_sema::FoldRequest;
use sx_tier_api::{ComptimeEngine, Frame, Host, HostFault, Limits, SandboxMemory, Status};

use crate::cli::Fold;

/// Steps of one evaluation, unless the user says.
const BUDGET: u64 = 20_000;
/// All evaluations of a program may take as many budgets as this.
const BUDGETS: u64 = 10;
/// Evaluations of a program at most.
const EVALUATIONS: u32 = 2_000;
/// After as many vain evaluations a function's other calls are not tried.
const PATIENCE: u32 = 3;
/// Results may give more arguments; so many times they are followed.
const ROUNDS: u32 = 8;
/// Functions that one evaluation may reach, and all of them together: setting one up takes time for each.
const REACH: usize = 1_000;
const REACHES: usize = 200_000;
/// Largest frame that is worth clearing again and again.
const MAX_FRAME: u64 = 64 << 10;
/// Results in memory that are worth their room in the program.
const MAX_RESULT: u64 = 4 << 10;

/// What is folded, and what has been.
pub struct Folding {
    what: Fold,
    budget: u64,
    remarking: bool,
    remarks: Vec<(u32, u32, u32, String)>,
}

impl Default for Folding {
    fn default() -> Folding {
        Folding::new(Fold::Off, None, false)
    }
}

impl Folding {
    pub fn new(what: Fold, budget: Option<u64>, remarking: bool) -> Folding {
        Folding {
            what,
            budget: budget.unwrap_or(BUDGET),
            remarking,
            remarks: Vec::new(),
        }
    }

    /// What was decided, one line a call in the order of the source.
    pub fn remarks(&self) -> String {
        let mut text = String::new();
        for (_, _, _, line) in &self.remarks {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    pub fn run(&mut self, request: FoldRequest<'_>) {
        if self.what == Fold::Off {
            return;
        }
        let flag = request.comptime_flag;
        // At run time the flag never is set.
        if let Some(flag) = flag {
            request.module.globals[flag.index()].mutable = false;
        }
        let reach = request.module.reachable(request.roots);
        let parameters = Parameters::of(request.module, request.roots, &reach);
        let mut pass = Pass {
            parameters,
            memory_results: request.memory_results,
            constant_calls: (self.what == Fold::Consts).then_some(request.constant_calls),
            engine: VmEngine::new(),
            budget: self.budget,
            left: self.budget.saturating_mul(BUDGETS),
            evaluations: EVALUATIONS,
            reaches: REACHES,
            known: FxHashMap::default(),
            vain: FxHashMap::default(),
            inexact: inexact_functions(request.module),
            remarks: self.remarking.then(FxHashMap::default),
        };
        let mut todo = request.funcs.to_vec();
        for _ in 0..ROUNDS {
            let mut changed = Vec::new();
            for func in todo {
                if pass.function(request.module, func) {
                    let options = sx_ir::opt::PassOptions::ALL;
                    sx_ir::opt::optimise_func(request.module, func, options);
                    changed.push(func);
                }
            }
            todo = changed;
            if todo.is_empty() {
                break;
            }
        }
        if let Some(flag) = flag {
            request.module.globals[flag.index()].mutable = true;
        }
        if let Some(remarks) = pass.remarks {
            let mut users = FxHashMap::default();
            for (loc, text) in remarks {
                let at = request.module.loc(loc);
                let is_users = users
                    .entry(at.file)
                    .or_insert_with(|| (request.is_users)(at.file));
                if *is_users && at.line != 0 {
                    let file = request.module.files.get(at.file as usize);
                    let file = file.map_or("?", String::as_str);
                    let line = format!("{file}:{}:{}: remark: {text}", at.line, at.col);
                    self.remarks.push((at.file, at.line, at.col, line));
                }
            }
            self.remarks.sort();
        }
    }
}

/// An argument of a call, as the evaluation gets it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Arg {
    Known(Known),
    /// The function makes nothing of it.
    Unread(Ty),
    /// Where the result goes.
    Result,
}

#[derive(Clone, Debug)]
enum Verdict {
    Values {
        bits: Vec<u64>,
        steps: u64,
    },
    /// Index of the argument that says where it goes; the data and its size.
    Memory {
        data: Option<(usize, GlobalId, u64)>,
        steps: u64,
    },
    No(String),
}

struct Pass<'a> {
    parameters: Parameters,
    memory_results: &'a FxHashMap<FuncId, (usize, TypeId)>,
    /// With `--fold=consts`, the only calls to look at.
    constant_calls: Option<&'a FxHashSet<LocId>>,
    engine: VmEngine,
    budget: u64,
    left: u64,
    evaluations: u32,
    reaches: usize,
    known: FxHashMap<(FuncId, Vec<Arg>), Verdict>,
    /// Evaluations of a function that came to nothing.
    vain: FxHashMap<FuncId, u32>,
    /// Functions whose last digits may differ natively.
    inexact: FxHashSet<FuncId>,
    remarks: Option<FxHashMap<LocId, String>>,
}

impl Pass<'_> {
    /// Folds the calls of a function; whether there were any.
    fn function(&mut self, module: &mut Module, id: FuncId) -> bool {
        let func = module.func(id);
        if func.body.is_none() || func.naked {
            return false;
        }
        let mut calls = Vec::new();
        if let Some(body) = &func.body {
            body.for_each_stmt(&mut |stmt| {
                if let StmtKind::Call(call) = &stmt.kind
                    && let Callee::Direct(target) = call.callee
                    && self.constant_calls.is_none_or(|c| c.contains(&stmt.loc))
                {
                    calls.push((stmt.loc, target, call.args.clone()));
                }
            });
        }
        let mut done: Vec<Option<Verdict>> = Vec::new();
        let mut any = false;
        for (loc, target, args) in calls {
            let verdict = match self.candidate(module, id, target, &args) {
                Some(Ok(args)) => self.verdict(module, target, args),
                Some(Err(why)) => Verdict::No(why),
                None => {
                    done.push(None);
                    continue;
                }
            };
            self.remark(module, loc, target, &verdict);
            let folded = !matches!(verdict, Verdict::No(_));
            any |= folded;
            done.push(folded.then_some(verdict));
        }
        if any {
            let only = self.constant_calls;
            let func = &mut module.funcs[id.index()];
            if let Some(mut body) = func.body.take() {
                let mut verdicts = done.into_iter();
                replace(func, &mut body, only, &mut verdicts);
                func.body = Some(body);
            }
        }
        any
    }

    /// The arguments of a call that may be folded. `None`: of no interest.
    fn candidate(
        &self,
        module: &Module,
        caller: FuncId,
        target: FuncId,
        args: &[sx_ir::ExprId],
    ) -> Option<Result<Vec<Arg>, String>> {
        let callee = module.func(target);
        let sig = module.sig(callee.sig);
        let inside = matches!(callee.linkage, Linkage::Internal | Linkage::Export(_));
        if !inside || callee.body.is_none() || callee.naked || callee.name.is_empty() {
            return None;
        }
        if sig.conv != CallConv::Sx || sig.variadic || sig.noreturn {
            return None;
        }
        let memory = self.memory_results.get(&target);
        // Without a result there is nothing to know.
        if sig.results.is_empty() && memory.is_none() {
            return None;
        }
        let func = module.func(caller);
        let params = module.params_of(caller).len();
        let mut out = Vec::with_capacity(args.len());
        let mut unknown = None;
        for (index, arg) in args.iter().enumerate() {
            let value = known(module, func, *arg).or_else(|| match *func.expr(*arg) {
                Expr::Local(local) if local.index() < params => {
                    self.parameters.value(caller, local.index())
                }
                _ => None,
            });
            out.push(if memory.is_some_and(|(at, _)| *at == index) {
                Arg::Result
            } else if let Some(value) = value {
                Arg::Known(value)
            } else if !self.parameters.is_read(target, index) {
                Arg::Unread(func.expr_ty(*arg))
            } else {
                unknown = unknown.or(Some(index));
                continue;
            });
        }
        if let Some(index) = unknown {
            let hidden = memory.map_or(usize::from(index > 0), |(at, _)| at + 1);
            let name = callee.locals.get(index).and_then(|local| local.name);
            return Some(Err(match name {
                Some(name) => format!("the argument for '{name}' is not known while compiling"),
                None if index < hidden => {
                    "it uses the context, which is not known while compiling".to_owned()
                }
                None => "its arguments are not known while compiling".to_owned(),
            }));
        }
        if sig.results.contains(&Ty::Ptr) {
            return Some(Err("its result holds a pointer".to_owned()));
        }
        if let Some((_, ty)) = memory {
            if module.types.holds_addresses(*ty) {
                return Some(Err("its result holds a pointer".to_owned()));
            }
            if module.types.size_of(*ty) > MAX_RESULT {
                return Some(Err("its result is too large".to_owned()));
            }
        }
        Some(Ok(out))
    }

    fn verdict(&mut self, module: &mut Module, target: FuncId, args: Vec<Arg>) -> Verdict {
        let key = (target, args);
        if let Some(verdict) = self.known.get(&key) {
            return verdict.clone();
        }
        let tried = self.vain.get(&target).copied().unwrap_or(0);
        let verdict = if tried >= PATIENCE {
            Verdict::No("other calls of it could not be folded".to_owned())
        } else if self.evaluations == 0 || self.left == 0 || self.reaches == 0 {
            Verdict::No("the program's budget is used up".to_owned())
        } else if !self.reaches_little(module, target) {
            Verdict::No(format!("it reaches more than {REACH} functions"))
        } else {
            self.evaluations -= 1;
            self.evaluate(module, target, &key.1)
        };
        if matches!(verdict, Verdict::No(_)) {
            *self.vain.entry(target).or_insert(0) += 1;
        }
        self.known.insert(key, verdict.clone());
        verdict
    }

    /// Whether a function reaches so few others that an evaluation is soon set up.
    fn reaches_little(&mut self, module: &Module, target: FuncId) -> bool {
        let mut funcs = FxHashSet::from_iter([target]);
        let mut globals = FxHashSet::default();
        let mut todo = vec![RelocTarget::Func(target)];
        while let Some(item) = todo.pop() {
            let mut next = Vec::new();
            match item {
                RelocTarget::Func(id) => {
                    let func = module.func(id);
                    next.extend(func.exprs.iter().filter_map(|expr| match *expr {
                        Expr::FuncAddr(id) => Some(RelocTarget::Func(id)),
                        Expr::GlobalAddr(id) => Some(RelocTarget::Global(id)),
                        Expr::Const { .. }
                        | Expr::Local(_)
                        | Expr::Load { .. }
                        | Expr::SlotAddr(_)
                        | Expr::Unary { .. }
                        | Expr::Binary { .. }
                        | Expr::Convert { .. }
                        | Expr::Wrap { .. }
                        | Expr::Select { .. }
                        | Expr::Check { .. } => None,
                    }));
                    if let Some(body) = &func.body {
                        body.for_each_stmt(&mut |stmt| {
                            if let StmtKind::Call(call) = &stmt.kind
                                && let Callee::Direct(id) = call.callee
                            {
                                next.push(RelocTarget::Func(id));
                            }
                        });
                    }
                }
                RelocTarget::Global(id) => {
                    next.extend(module.global(id).init.relocs.iter().map(|r| r.target));
                }
            }
            for item in next {
                let new = match item {
                    RelocTarget::Func(id) => funcs.insert(id),
                    RelocTarget::Global(id) => globals.insert(id),
                };
                if new {
                    todo.push(item);
                }
            }
            let size = funcs.len() + globals.len() / 4;
            if size > REACH || size > self.reaches {
                self.reaches = self.reaches.saturating_sub(size);
                return false;
            }
        }
        self.reaches -= funcs.len() + globals.len() / 4;
        true
    }

    fn evaluate(&mut self, module: &mut Module, target: FuncId, args: &[Arg]) -> Verdict {
        let (funcs, globals) = (module.funcs.len(), module.globals.len());
        let memory = self.memory_results.get(&target).map(|(_, ty)| *ty);
        let place = memory.map(|ty| {
            let place = result_place(module, ty);
            module.add_global(place)
        });
        let root = add_thunk(module, target, args, place);
        let verdict = self.run_sealed(module, root, place.zip(memory));
        module.seal = None;
        module.funcs.truncate(funcs);
        module.globals.truncate(globals);
        match verdict {
            Ok((bits, None, steps)) => Verdict::Values { bits, steps },
            Ok((_, Some(image), steps)) => {
                let ty = memory.unwrap_or(TypeId::VOID);
                let at = args.iter().position(|arg| *arg == Arg::Result).unwrap_or(0);
                // Zeros are data, too: nothing says that the result's place is zero. (Their image has no bytes.)
                let data = (module.types.size_of(ty) > 0).then(|| {
                    let mut global = result_place(module, ty);
                    global.name = "folded".to_owned();
                    global.mutable = false;
                    global.mergeable = true;
                    global.init = image;
                    let size = global.size;
                    (at, module.add_global(global), size)
                });
                Verdict::Memory { data, steps }
            }
            Err(why) => Verdict::No(why),
        }
    }

    /// Runs a call that sees constants only, first where it is done soonest.
    fn run_sealed(
        &mut self,
        module: &mut Module,
        root: FuncId,
        memory: Option<(GlobalId, TypeId)>,
    ) -> Result<Outcome, String> {
        let accessible_from = memory.map_or(GlobalId::new(module.globals.len()), |(id, _)| id);
        module.seal = Some(Seal { accessible_from });
        self.run(module, root, memory, false)?;
        self.run(module, root, memory, true)
    }

    /// `following`: addresses are followed.
    fn run(
        &mut self,
        module: &Module,
        root: FuncId,
        memory: Option<(GlobalId, TypeId)>,
        following: bool,
    ) -> Result<Outcome, String> {
        let limits = Limits {
            steps: self.budget.min(self.left),
            memory: 256 << 10,
            depth: 1_000,
        };
        let reach = module.reachable(&[root]);
        if reach.funcs.iter().any(|f| self.inexact.contains(f)) {
            return Err("it computes what may differ in the last digit at run time".to_owned());
        }
        let frame = |f: &FuncId| {
            let slots = &module.func(*f).slots;
            slots.iter().map(|s| s.size).fold(0, u64::saturating_add)
        };
        if reach.funcs.iter().any(|f| frame(f) > MAX_FRAME) {
            return Err("its local variables are too large".to_owned());
        }
        let mut host = PureHost(StdHost::new(HostOptions::default(), None));
        let (outcome, depends) = if following {
            Interp::run_anywhere(module, root, &limits, &mut host)
        } else {
            (
                self.engine.run(module, root, &[], &limits, &mut host),
                false,
            )
        };
        self.left = self.left.saturating_sub(outcome.steps);
        match outcome.status {
            Status::Finished(_) if depends => Err("its result depends on addresses".to_owned()),
            Status::Finished(bits) => {
                let image = match memory {
                    None => None,
                    Some((id, ty)) => Some(result_image(module, &*outcome.memory, id, ty)?),
                };
                Ok((bits, image, outcome.steps))
            }
            Status::Trapped(trap) => {
                let closed = reach.globals.iter().find(|id| {
                    let global = module.global(**id);
                    let seal = module.seal.as_ref();
                    let at = outcome.memory.address_of(**id);
                    seal.is_some_and(|seal| seal.closes(**id, global))
                        && at.is_some_and(|at| trap.a >= at && trap.a - at < global.size)
                });
                Err(match closed {
                    Some(id) => format!("it uses the variable '{}'", module.global(*id).name),
                    None => format!("it traps: {}", trap.message()),
                })
            }
            Status::Limit(LimitKind::Steps) => Err(if self.left == 0 {
                "the program's budget is used up".to_owned()
            } else {
                format!("it takes more than {} steps", limits.steps)
            }),
            Status::Limit(LimitKind::Memory | LimitKind::Block) => {
                Err("it needs too much memory".to_owned())
            }
            Status::Limit(LimitKind::Depth | LimitKind::Stack) => {
                Err("its calls are nested too deep".to_owned())
            }
            Status::Exit(_) => Err("it ends the program".to_owned()),
            Status::Unsupported(why) | Status::Refused(why) | Status::Bug(why) => Err(why),
        }
    }

    fn remark(&mut self, module: &Module, loc: LocId, target: FuncId, verdict: &Verdict) {
        let Some(remarks) = &mut self.remarks else {
            return;
        };
        let callee = module.func(target);
        let name = &callee.name;
        let text = match verdict {
            Verdict::Values { bits, steps } => {
                let types = &module.sig(callee.sig).results;
                let values: Vec<String> = bits
                    .iter()
                    .zip(types)
                    .map(|(b, ty)| shown(*b, *ty))
                    .collect();
                let values = values.join(", ");
                format!("call of '{name}' folded to {values} ({steps} steps)")
            }
            Verdict::Memory { steps, .. } => {
                let ty = self.memory_results.get(&target).map(|(_, ty)| *ty);
                let ty = ty.map_or_else(String::new, |ty| module.types.name(ty));
                format!("call of '{name}' folded to a constant of type {ty} ({steps} steps)")
            }
            Verdict::No(why) => format!("call of '{name}' not folded: {why}"),
        };
        remarks.insert(loc, text);
    }
}

type Outcome = (Vec<u64>, Option<ConstImage>, u64);

fn shown(bits: u64, ty: Ty) -> String {
    match ty {
        Ty::F32 => f32::from_bits(bits as u32).to_string(),
        Ty::F64 => f64::from_bits(bits).to_string(),
        Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => {
            let width = ty.int_bits().unwrap_or(64);
            sx_ir::semantics::sext_from(bits, width).to_string()
        }
        Ty::Ptr => format!("{bits:#x}"),
    }
}

fn result_place(module: &Module, ty: TypeId) -> Global {
    let layout = module.types.layout(ty);
    Global {
        name: "fold.result".to_owned(),
        size: layout.size,
        align: layout.align.max(1),
        init: ConstImage::default(),
        mutable: true,
        extern_symbol: None,
        export_symbol: None,
        sx_type: Some(ty),
        mergeable: false,
    }
}

fn result_image(
    module: &Module,
    memory: &dyn sx_tier_api::MemoryView,
    id: GlobalId,
    ty: TypeId,
) -> Result<ConstImage, String> {
    if module.types.size_of(ty) == 0 {
        return Ok(ConstImage::default());
    }
    let at = memory.address_of(id).unwrap_or(0);
    let why = || "its result can't be stored".to_owned();
    let extracted = sx_machine::extract(module, memory, at, ty).map_err(|_| why())?;
    if extracted.objects.is_empty() && extracted.image.relocs.is_empty() {
        Ok(extracted.image)
    } else {
        Err(why())
    }
}

/// A function without parameters that makes the call and returns its results.
fn add_thunk(module: &mut Module, target: FuncId, args: &[Arg], place: Option<GlobalId>) -> FuncId {
    let results = module.sig(module.func(target).sig).results.clone();
    let sig = module.add_sig(Signature {
        conv: CallConv::Sx,
        params: Vec::new(),
        results: results.clone(),
        result_attr: Default::default(),
        variadic: false,
        noreturn: false,
    });
    let loc = module.func(target).loc;
    let mut func = Function::new("fold".to_owned(), Linkage::Internal, sig, &[], loc);
    let args = args
        .iter()
        .map(|arg| {
            let expr = match *arg {
                Arg::Known(Known::Bits(ty, bits)) => Expr::Const { ty, bits },
                Arg::Known(Known::Func(id)) => Expr::FuncAddr(id),
                Arg::Known(Known::Data(id, 0)) => Expr::GlobalAddr(id),
                Arg::Known(Known::Data(id, offset)) => {
                    let a = func.add_expr(Expr::GlobalAddr(id), loc);
                    let bits = offset as u64;
                    let b = func.add_expr(Expr::Const { ty: Ty::I64, bits }, loc);
                    let op = BinaryOp::PtrAdd;
                    Expr::Binary {
                        op,
                        ty: Ty::Ptr,
                        a,
                        b,
                    }
                }
                Arg::Unread(ty) => Expr::Const { ty, bits: 0 },
                Arg::Result => match place {
                    Some(id) => Expr::GlobalAddr(id),
                    None => Expr::Const {
                        ty: Ty::Ptr,
                        bits: 0,
                    },
                },
            };
            func.add_expr(expr, loc)
        })
        .collect();
    let locals: SmallVec<[_; 2]> = results.iter().map(|ty| func.add_local(*ty)).collect();
    let call = StmtKind::Call(Call {
        callee: Callee::Direct(target),
        args,
        results: locals.clone(),
    });
    let values = locals
        .iter()
        .map(|l| func.add_expr(Expr::Local(*l), loc))
        .collect();
    let stmts = [call, StmtKind::Return(values)].map(|kind| Stmt { loc, kind });
    func.body = Some(Block {
        stmts: stmts.into(),
    });
    module.add_func(func)
}

/// Puts results in the place of calls, in the order in which they were looked at.
fn replace(
    func: &mut Function,
    block: &mut Block,
    only: Option<&FxHashSet<LocId>>,
    verdicts: &mut impl Iterator<Item = Option<Verdict>>,
) {
    let stmts = std::mem::take(&mut block.stmts);
    for mut stmt in stmts {
        let loc = stmt.loc;
        if let StmtKind::Call(call) = &stmt.kind
            && let Callee::Direct(_) = call.callee
            && only.is_none_or(|c| c.contains(&loc))
            && let Some(verdict) = verdicts.next().flatten()
        {
            match verdict {
                Verdict::Values { bits, .. } => {
                    for (local, bits) in call.results.iter().zip(bits) {
                        let ty = func.locals[local.index()].ty;
                        let value = func.add_expr(Expr::Const { ty, bits }, loc);
                        let kind = StmtKind::Set {
                            local: *local,
                            value,
                        };
                        block.stmts.push(Stmt { loc, kind });
                    }
                }
                Verdict::Memory {
                    data: Some((index, id, len)),
                    ..
                } => {
                    let dst = call.args[index];
                    let src = func.add_expr(Expr::GlobalAddr(id), loc);
                    let len = func.add_expr(
                        Expr::Const {
                            ty: Ty::I64,
                            bits: len,
                        },
                        loc,
                    );
                    let kind = StmtKind::Copy { dst, src, len };
                    block.stmts.push(Stmt { loc, kind });
                }
                Verdict::Memory { data: None, .. } => {}
                Verdict::No(_) => block.stmts.push(stmt),
            }
            continue;
        }
        for inner in stmt.kind.blocks_mut() {
            replace(func, inner, only, verdicts);
        }
        block.stmts.push(stmt);
    }
}

/// Functions with operations that the target's library computes at run time.
fn inexact_functions(module: &Module) -> FxHashSet<FuncId> {
    let inexact = |func: &Function| {
        func.exprs.iter().any(|expr| match expr {
            Expr::Unary { op, .. } => match op {
                UnaryOp::FSin | UnaryOp::FCos => true,
                UnaryOp::FNeg | UnaryOp::FSqrt | UnaryOp::FFloor => false,
            },
            Expr::Binary { .. }
            | Expr::Const { .. }
            | Expr::Local(_)
            | Expr::Load { .. }
            | Expr::SlotAddr(_)
            | Expr::GlobalAddr(_)
            | Expr::FuncAddr(_)
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => false,
        })
    };
    let funcs = module.funcs.iter().enumerate();
    funcs
        .filter(|(_, f)| inexact(f))
        .map(|(i, _)| FuncId::new(i))
        .collect()
}

/// Functions outside that change nothing but memory they are given, and give the same everywhere.
const PURE: &[&str] = &[
    "memcmp", "memchr", "calloc", "realloc", "strlen", "strnlen", "strcmp", "strncmp", "strchr",
    "strrchr", "strstr", "toupper", "tolower", "isalpha", "isdigit", "isalnum", "isspace",
    "isupper", "islower", "isxdigit", "abs", "labs", "llabs", "atoi", "atol", "atoll",
];

struct PureHost<'a>(StdHost<'a>);

impl Host for PureHost<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } if PURE.contains(&symbol.as_str()) => {
                self.0.call(module, func, args, memory, frames)
            }
            Linkage::Extern { symbol, .. } => Err(HostFault::Unsupported(format!(
                "it calls '{symbol}', which may have effects"
            ))),
            Linkage::Asm(_) => Err(HostFault::Unsupported("it uses inline assembly".to_owned())),
            Linkage::Host(name) => Err(HostFault::Unsupported(format!("it calls '{name}'"))),
            Linkage::Internal | Linkage::Export(_) => Err(HostFault::Unsupported(format!(
                "it calls '{}'",
                module.func(func).name
            ))),
        }
    }
}
