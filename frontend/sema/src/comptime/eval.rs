//! Evaluation at compile time: an expression becomes a thunk; what does not fold while it is lowered is run by an
//! engine, and the result comes back as bytes.

use std::io::Write as _;
use std::rc::Rc;

use sx_ir::func::StmtKind;
use sx_ir::{
    ConstImage, Expr, FuncId, Function, Global, Linkage, LocId, Signature, Symbol, Ty, TypeId,
    TypeKind,
};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{Diagnostic, Span};
use sx_tier_api::Status;

use crate::api::{EvalRequest, Unexplained};
use crate::comptime::failure;
use crate::comptime::host::CompilerHost;
use crate::comptime::purpose::Purpose;
use crate::comptime::reach::stand_in;
use crate::comptime::results::slice_image;
use crate::comptime::type_names::TypeNames;
use crate::declarations::chains::Step;
use crate::emission::fncx::{FnCx, RetInfo};
use crate::emission::value::{Addr, CtVal, Val, ValKind};
use crate::metaprogramming::define::{MAX_RUNS, replace_functions};
use crate::sema::{Env, Failed, Res, Sema};
use crate::statements::errors::strip_parens;

/// An evaluation that is ready to run.
pub struct Root {
    /// Without parameters or results.
    pub func: FuncId,
    /// Where it leaves its result, and of which type that is.
    pub result: sx_ir::GlobalId,
    pub ty: TypeId,
    /// The result is a failable's: its value slots.
    pub failable: Option<Vec<(Option<Symbol>, TypeId)>>,
    pub want: Option<TypeId>,
    pub span: Span,
    pub purpose: Purpose,
    pub number: u32,
}

/// What is known of the run of an evaluation besides its outcome.
#[derive(Clone, Copy)]
pub struct Run {
    pub seconds: f64,
    /// The globals there were: the objects of the result count from here.
    pub globals: usize,
}

impl Sema<'_> {
    /// Evaluates `expr`, converted to `want` if given.
    pub fn comptime_value(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        purpose: &Purpose,
    ) -> Res<CtVal> {
        if let Some(val) = self.quick_constant(expr, want) {
            self.record_value(env, expr, &val, want);
            return Ok(val);
        }
        // The program has ended the compiler, or nobody wants the value any more.
        if self.exit.is_some() || self.caches.chains.giving_up() {
            return Err(Failed);
        }
        // An evaluation that needs itself through signatures and counts never gets to run. The same text in another
        // instance or iteration is another evaluation.
        const NESTED: u32 = 100;
        const CHAIN: u32 = 5000;
        let key: (*const ast::Expr, *const Env) = (expr, Rc::as_ptr(env));
        let active = self.caches.evaluating.entry(key).or_insert(0);
        if *active > NESTED {
            return Err(self.error(expr.span, "cycle: this compile-time value needs itself"));
        }
        if self.eval_depth > CHAIN {
            return Err(self.error(
                expr.span,
                "nested too deeply: compile-time values need one another more than 5000 deep",
            ));
        }
        *active += 1;
        self.eval_depth += 1;
        let result = stacker::maybe_grow(256 * 1024, 8 * 1024 * 1024, || {
            self.apart(|s| s.comptime_thunk(env, expr, want, purpose))
        });
        self.eval_depth -= 1;
        // Scopes end, and another may come to stand where one stood.
        if let Some(active) = self.caches.evaluating.get_mut(&key) {
            *active -= 1;
            if *active == 0 {
                self.caches.evaluating.remove(&key);
            }
        }
        if let Ok(val) = &result {
            self.record_value(env, expr, val, want);
        }
        result
    }

    /// `#run e` in a body. `None`: the evaluator lacks an operation (assembly, a symbol that exists after linking), so
    /// `e` is run-time code at that spot (part 4 §4).
    pub fn run_here(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        purpose: &Purpose,
    ) -> Res<Option<CtVal>> {
        self.caches.lacks_operation = false;
        let done = self.comptime_value(env, expr, want, purpose);
        let lacks = std::mem::take(&mut self.caches.lacks_operation);
        match done {
            Ok(val) => Ok(Some(val)),
            Err(Failed) if lacks => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    /// Plain literals without a thunk.
    pub fn quick_constant(
        &mut self,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Option<CtVal> {
        match (&expr.kind, want) {
            (ExprKind::Int { value, .. }, None) if *value <= i64::MAX as u64 => {
                let mut val = self.ct_int(TypeId::I64, *value);
                val.literal = true;
                Some(val)
            }
            _ => None,
        }
    }

    pub fn comptime_thunk(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
        purpose: &Purpose,
    ) -> Res<CtVal> {
        let number = self.eval_counter;
        let name = purpose.entry_name(number);
        let mut cx = self.thunk_cx(env, &name, expr.span);
        self.at(&mut cx, expr.span);
        let bare = strip_parens(expr);
        // A constant's call without `#run` can't tell that it runs at compile time (part 4 §6).
        cx.implicit = matches!(purpose, Purpose::Constant(_) | Purpose::Default)
            && !matches!(bare.kind, ExprKind::Run(_));
        cx.initialises = matches!(purpose, Purpose::Global(_) | Purpose::ContextDefault(_))
            && !matches!(bare.kind, ExprKind::Run(_));
        cx.counting = matches!(purpose, Purpose::Count | Purpose::ValueArgument);
        let operand = match (&bare.kind, purpose) {
            // `#run e` in a constant is that evaluation itself.
            (ExprKind::Run(inner), _) => inner,
            _ => expr,
        };
        let lowered = self.lower_initial(&mut cx, operand, want);
        let lowered = match lowered {
            Ok(val) => val,
            Err(Failed) => return Err(Failed),
        };
        let failable = match self.m.types.kind(lowered.ty) {
            // As a condition, an error alone tells whether there is one.
            TypeKind::Failable { values, .. }
                if values.is_empty() && matches!(purpose, Purpose::Condition) =>
            {
                None
            }
            TypeKind::Failable { values, .. } => Some(values.clone()),
            _ => None,
        };
        // Converted as it stands: a global's name at a protocol type borrows the global.
        let converted = match want {
            // A variant's value may be that of another, as `E.read | E.write`.
            Some(want)
                if matches!(purpose, Purpose::EnumValue)
                    && (self.m.types.enum_def(lowered.ty))
                        .is_some_and(|def| def.backing == want && !def.tagged) =>
            {
                let variant = self.load(&mut cx, &lowered);
                Val {
                    ty: want,
                    ..variant
                }
            }
            // What `if` takes holds by the same rule.
            Some(TypeId::BOOL) if matches!(purpose, Purpose::Condition) && failable.is_none() => {
                let holds = self.condition(&mut cx, &lowered, expr.span)?;
                Val::scalar(TypeId::BOOL, holds)
            }
            Some(want)
                if matches!(purpose, Purpose::RunPassed)
                    && self.passes_as_copy(lowered.ty, want) =>
            {
                lowered
            }
            Some(want) if failable.is_none() && lowered.ty != want => {
                self.coerce(&mut cx, lowered, want, expr.span)?
            }
            _ => lowered,
        };
        let mut val = self.load(&mut cx, &converted);
        if val.is_poison() {
            return Err(Failed);
        }
        if val.ty == TypeId::NORETURN {
            val = Val::void();
        }
        let plain = cx.blocks.first().is_none_or(|b| b.is_empty()) && cx.prologue.is_empty();
        if plain
            && failable.is_none()
            && let Some(ct) = self.const_of_val(&val)
        {
            return Ok(ct);
        }
        if plain
            && failable.is_none()
            && let ValKind::Mem(Addr::Global(global, offset)) = val.kind
            && !self.m.global(global).mutable
        {
            let size = self.m.types.size_of(val.ty);
            let image = slice_image(&self.m.global(global).init, offset, size);
            return Ok(CtVal {
                ty: val.ty,
                image: Rc::new(image),
                literal: false,
            });
        }
        // A constant that computes a type is a type construction.
        let purpose = match purpose {
            Purpose::Constant(_) if val.ty == TypeId::TYPE => &Purpose::Type,
            _ => purpose,
        };
        self.finish_thunk(cx, val, failable, want, expr.span, purpose, number)
    }

    pub fn thunk_cx(&mut self, env: &Rc<Env>, name: &str, span: Span) -> FnCx {
        let sig = Signature {
            conv: sx_ir::CallConv::Sx,
            params: vec![],
            results: vec![],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        };
        let sig = self.m.add_sig(sig);
        let loc = self.loc(span);
        let func = Function::new(name.to_string(), Linkage::Internal, sig, &[], loc);
        let mut cx = self.new_cx(func, env.clone(), name.to_string(), span);
        cx.comptime = true;
        cx.ret = RetInfo {
            ty: Some(TypeId::VOID),
            may_fail: false,
            sret: None,
            named: Vec::new(),
            span,
        };
        cx
    }

    /// Runs a thunk whose body has been lowered into `cx` and yields `val`.
    pub fn finish_thunk(
        &mut self,
        mut cx: FnCx,
        val: Val,
        failable: Option<Vec<(Option<Symbol>, TypeId)>>,
        want: Option<TypeId>,
        span: Span,
        purpose: &Purpose,
        mut number: u32,
    ) -> Res<CtVal> {
        // What is evaluated is numbered; what folds, and literals with storage, are not.
        let asked = !cx.implicit && !cx.initialises;
        let counter = match (purpose.is_numbered(), asked || !is_straight(&cx.blocks)) {
            (true, true) => Some(&mut self.eval_counter),
            (true, false) => None,
            (false, _) => Some(&mut self.caches.demanded_evaluations),
        };
        if let Some(counter) = counter {
            number = *counter;
            *counter += 1;
            cx.func.name = purpose.entry_name(number);
        }
        let val = if failable.is_some() {
            self.with_trace(&mut cx, &val)
        } else {
            val
        };
        let layout = self.m.types.layout(val.ty);
        let result = self.m.add_global(Global {
            name: format!("{}.result", cx.name),
            size: layout.size,
            align: layout.align.max(1),
            init: ConstImage::default(),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(val.ty),
            mergeable: false,
        });
        self.store(&mut cx, Addr::Global(result, 0), &val);
        cx.emit(StmtKind::Return(Default::default()));
        if !cx.implicit {
            self.mark_comptime(&mut cx);
        }
        let root = self.finish_cx(cx);
        self.run_root(Root {
            func: root,
            result,
            ty: val.ty,
            failable,
            want,
            span,
            purpose: purpose.clone(),
            number,
        })
    }

    /// What compile-time code asked of the compiler through its library.
    fn take_effects(&mut self, effects: crate::comptime::library::Effects) {
        // Whether anybody reads it is no matter of the program's.
        let _ = std::io::stderr().write_all(effects.log.as_bytes());
        self.inputs.extend(effects.inputs);
        for report in effects.reports {
            let file = (0..self.sources.len())
                .map(|i| sx_syntax::FileId(i as u32))
                .find(|file| self.sources.path(*file) == report.file);
            let span = file.map(|file| {
                let text = self.sources.get(file).map_or("", |f| &f.text);
                let before: usize = text
                    .split_inclusive('\n')
                    .take(report.line.saturating_sub(1) as usize)
                    .map(str::len)
                    .sum();
                let at = (before as u32 + report.col.saturating_sub(1)).min(text.len() as u32);
                Span::new(file, at, (at + 1).min(text.len() as u32))
            });
            let diag = match (span, report.error) {
                (Some(span), true) => Diagnostic::error(span, report.message),
                (Some(span), false) => Diagnostic::warning(span, report.message),
                (None, true) => Diagnostic::error_without_span(report.message),
                (None, false) => Diagnostic::warning_without_span(report.message),
            };
            self.report(diag);
        }
    }

    /// Sets the flag that `is_comptime()` reads; it is zero in the program.
    pub fn mark_comptime(&mut self, cx: &mut FnCx) {
        let flag = self.comptime_flag();
        let at = cx.func.add_expr(Expr::GlobalAddr(flag), cx.func.loc);
        let one = cx.func.add_expr(
            Expr::Const {
                ty: Ty::I8,
                bits: 1,
            },
            cx.func.loc,
        );
        let set = sx_ir::Stmt {
            loc: cx.func.loc,
            kind: StmtKind::Store {
                ty: Ty::I8,
                addr: at,
                value: one,
            },
        };
        cx.prologue.insert(0, set);
    }

    /// Runs a root whose body has been lowered, or queues it.
    pub fn run_root(&mut self, root: Root) -> Res<CtVal> {
        let span = root.span;
        if matches!(root.purpose, Purpose::Default) && self.is_being_lowered(root.func) {
            return Err(Failed);
        }
        self.caches.chains.enter(Step::Evaluation(root.func));
        let mut lowered = self.lower_reachable(root.func, &[]);
        // Their values may have functions in them.
        while lowered.is_ok() && self.fill_waiting_globals() {
            lowered = self.lower_reachable(root.func, &[]);
        }
        self.caches.chains.leave();
        lowered?;
        if self.exit.is_some() || self.caches.chains.giving_up() {
            return Err(Failed);
        }
        self.finish_error_names();
        let told = self.error_count() > 0 || self.holds_errors();
        let mut missing = self.missing_bodies(root.func);
        if self.calls_missing(root.func, &[], &missing) {
            if !told {
                self.check_library_functions();
            }
            if !told && self.error_count() == 0 {
                self.error(
                    span,
                    "internal: a function reached at compile time has no body",
                );
            }
            return Err(Failed);
        }
        if matches!(root.purpose, Purpose::Default)
            && (!missing.is_empty() || self.reads_variables(root.func))
        {
            return Err(Failed);
        }
        let root = match self.enqueue(root, missing.is_empty()) {
            // Whoever asked looks for the result later.
            Ok(()) => return Err(Failed),
            Err(root) => root,
        };
        // Functions that the evaluation has defined in runs before.
        let mut known = Vec::new();
        // Functions that it turned out to call.
        let mut needed = Vec::new();
        let mut names = TypeNames::default();
        let asks_for_names = self.asks_for_names(&self.m, root.func);
        let mut runs = 0;
        let started = std::time::Instant::now();
        loop {
            let saving = self.saving_root(root.func, root.result, root.ty, span);
            let (run, run_result, run_ty) = match &saving {
                Some(saving) => {
                    self.keep_unoptimised(&[saving.root]);
                    self.optimise_new(saving.root);
                    (saving.root, saving.result, saving.ty)
                }
                None => (root.func, root.result, root.ty),
            };
            self.name_files();
            self.tell_surroundings();
            let holder = match root.purpose.is_run_in_body() {
                true => self.holder_of_output(),
                false => None,
            };
            // A run that will not have been must not have written anything.
            let keep_output = match holder {
                Some(holder) => Some(self.place_of_output(holder, &self.modules_in_order())),
                None => {
                    let kept = self.caches.meta.recording.is_some()
                        || asks_for_names
                        || matches!(root.purpose, Purpose::Default)
                        || !missing.is_empty()
                        || self.caches.chains.is_trying()
                        || self.may_ask_for_layouts(run)
                        || self.defines_functions(&self.m, run);
                    kept.then_some((0, 0, 0, 0))
                }
            };
            let globals = self.m.globals.len();
            let mut m = self.take_module();
            m.closed = self.closed_globals();
            let bodiless = stand_in(&mut m, &missing);
            let records = self.type_table.filter(|_| self.caches.minting);
            let scope = self.caches.mint_scope.clone();
            let minted = std::mem::take(&mut self.caches.minted);
            let mut host = CompilerHost::new(
                &m.types,
                minted,
                scope.clone(),
                records,
                std::mem::take(&mut self.caches.build),
            );
            host.files = Some(self.files);
            host.short_field_rows = self.caches.short_field_rows.clone();
            host.method_rows = self.caches.method_rows.keys().copied().collect();
            host.quotes.first = self.quote_count();
            host.definer = self.definer(&known);
            host.names = std::mem::take(&mut names);
            let result = (m.types.size_of(run_ty) > 0).then_some((run_result, run_ty));
            let mut evaluation = self.evaluator.evaluate(EvalRequest {
                saving: saving.is_some(),
                keep_output,
                c_sources: &self.caches.c.sources,
                module: &m,
                root: run,
                asked_by: root.purpose.asked_by(),
                result,
                compiler: &mut host,
            });
            let mut written = std::mem::take(&mut evaluation.output);
            let mut definer = std::mem::take(&mut host.definer);
            names = std::mem::take(&mut host.names);
            if names.wanted.is_some() {
                // As if this run had not been.
                (self.caches.minted, self.caches.build) = host.state_before();
                self.put_back(m, bodiless);
                self.learn_name(&mut names)?;
                missing = self.lower_for_next_run(root.func, &needed)?;
                continue;
            }
            if let Some(body) = host.missing.take() {
                // As if this run had not been.
                (self.caches.minted, self.caches.build) = host.state_before();
                self.put_back(m, bodiless);
                if matches!(root.purpose, Purpose::Default) {
                    return Err(Failed);
                }
                self.lower_missing(root.func, &body)?;
                needed.push(body.func);
                missing = self.lower_for_next_run(root.func, &needed)?;
                continue;
            }
            let layout = host.missing_layout.take();
            if let Some(missing_layout) = layout.or_else(|| self.layout_asked_for(&evaluation)) {
                // As if this run had not been.
                (self.caches.minted, self.caches.build) = host.state_before();
                self.put_back(m, bodiless);
                if matches!(root.purpose, Purpose::Default) {
                    return Err(Failed);
                }
                self.lay_out_missing(root.func, &missing_layout)?;
                missing = self.lower_for_next_run(root.func, &needed)?;
                continue;
            }
            if definer.again {
                // As if this run had not been.
                (self.caches.minted, self.caches.build) = host.state_before();
                let quotes = std::mem::take(&mut host.quotes.made);
                self.put_back(m, bodiless);
                let pairs = self.make_definitions_for_next_run(&definer, &mut known, span);
                self.adopt_quotes(quotes, &pairs);
                runs += 1;
                if runs > MAX_RUNS {
                    return Err(self.error(
                        span,
                        format!("this evaluation defines functions and calls them more than {MAX_RUNS} times over; it may never end"),
                    ));
                }
                missing = self.lower_for_next_run(root.func, &needed)?;
                continue;
            }
            let optional = matches!(root.purpose, Purpose::Default);
            // One that would never end is told about, even if nobody had to know its value.
            let optional = optional && !matches!(evaluation.status, Status::Limit(_));
            let told = !optional && failure::is_told(&evaluation);
            let before = told.then(|| host.state_before());
            let asked = host.asked;
            if asked || self.evaluator.had_effects() {
                // Without the engine's answer to what a replica may not ask.
                self.replica_gives_up();
            }
            let (grown, minted) = (host.grown.take(), std::mem::take(&mut host.minted));
            self.caches.build = std::mem::take(&mut host.build);
            let mut effects = std::mem::take(&mut host.effects);
            let quotes = std::mem::take(&mut host.quotes.made);
            let story = match before {
                Some((minted, build)) => {
                    let result = (result, saving.is_some());
                    self.story_of(&mut m, run, result, &evaluation, &|types| {
                        let (minted, build) = (minted.clone(), build.clone());
                        let mut host =
                            CompilerHost::new(types, minted, scope.clone(), records, build);
                        host.definer = definer.clone();
                        host.names = names.clone();
                        host
                    })
                }
                None => Err(Unexplained::NotPossible),
            };
            self.put_back(m, bodiless);
            self.caches.minted = minted;
            if let Some(grown) = grown {
                self.m.types = grown;
                self.adopt_minted(span);
            }
            if optional
                && !(matches!(evaluation.status, Status::Finished(_))
                    && matches!(evaluation.result, Some(Ok(_)) | None)
                    && written.is_empty()
                    && effects.are_none())
            {
                return Err(Failed);
            }
            if matches!(evaluation.status, Status::Finished(_)) {
                let made = std::mem::take(&mut definer.made);
                let pairs = self.make_definitions(&made, &mut known);
                self.adopt_quotes(quotes, &pairs);
                replace_functions(&mut evaluation, &pairs);
            }
            if !written.is_empty() || !effects.log.is_empty() || saving.is_some() {
                self.record_effects(span);
            }
            if self.caches.chains.is_trying() && (asked || saving.is_some() || !effects.are_none())
            {
                self.keep_tried();
            }
            if let Some(holder) = holder {
                if !effects.log.is_empty() {
                    written.push((2, std::mem::take(&mut effects.log).into_bytes()));
                }
                self.keep_output_of(holder, written);
            } else {
                self.write_output(written);
            }
            self.caches.files_read = effects.inputs.clone();
            let files = self.evaluator.files_read();
            self.caches.files_read.extend_from_slice(files);
            self.take_effects(effects);
            let run = Run {
                seconds: started.elapsed().as_secs_f64(),
                globals,
            };
            return self.commit_root(&root, saving.as_ref(), evaluation, &story, run);
        }
    }

    /// Lowers what an evaluation needs that has to begin anew; what it still can't call.
    fn lower_for_next_run(&mut self, root: FuncId, needed: &[FuncId]) -> Res<Vec<FuncId>> {
        self.caches.chains.enter(Step::Evaluation(root));
        let lowered = self.lower_reachable(root, needed);
        self.caches.chains.leave();
        lowered?;
        let missing = self.missing_bodies(root);
        match self.calls_missing(root, needed, &missing) {
            true => Err(Failed),
            false => Ok(missing),
        }
    }

    /// Takes the module out, for an evaluation that runs on it as it is.
    pub fn take_module(&mut self) -> sx_ir::Module {
        std::mem::replace(&mut self.m, sx_ir::Module::new(self.cfg.target.clone()))
    }

    /// Converts a constant as an assignment would.
    pub fn convert_ct(&mut self, val: &CtVal, want: TypeId, span: Span) -> Res<CtVal> {
        let env = Env::root(crate::sema::ModId(0));
        let mut cx = self.thunk_cx(&env, "convert", span);
        let given = self.val_of_ct(&mut cx, val);
        let converted = self.coerce(&mut cx, given, want, span)?;
        let converted = self.load(&mut cx, &converted);
        match self.const_of_val(&converted) {
            Some(ct) => Ok(ct),
            None => {
                let number = self.eval_counter;
                self.finish_thunk(
                    cx,
                    converted,
                    None,
                    Some(want),
                    span,
                    &Purpose::Operand,
                    number,
                )
            }
        }
    }

    /// Calls an instance without parameters and yields its result.
    pub fn comptime_call(
        &mut self,
        instance: &crate::sema::FnInstance,
        span: Span,
        purpose: &Purpose,
    ) -> Res<CtVal> {
        let env = Env::root(crate::sema::ModId(0));
        let number = self.eval_counter;
        let name = purpose.entry_name(number);
        let mut cx = self.thunk_cx(&env, &name, span);
        let target = crate::callables::functions::Target::Direct(instance.func);
        self.apart(|s| {
            let val = s.emit_call(&mut cx, target, &instance.ty, &[]);
            s.finish_thunk(cx, val, None, None, span, purpose, number)
        })
    }

    /// Runs `e` for its effects.
    pub fn run_statement(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<()> {
        self.comptime_value(env, expr, None, &Purpose::Statement)
            .map(|_| ())
    }

    pub fn loc_span(&self, loc: LocId) -> Option<Span> {
        if let Some((file, offset)) = self.m.loc_offset(loc) {
            return Some(Span::new(sx_syntax::FileId(file), offset, offset + 1));
        }
        let at = self.m.loc(loc);
        if at.line == 0 {
            return None;
        }
        let file = sx_syntax::FileId(at.file);
        let source = self.sources.get(file)?;
        let lo = source.line_start(at.line) + at.col - 1;
        Some(Span::new(file, lo, lo + 1))
    }

    pub fn comptime_flag(&mut self) -> sx_ir::GlobalId {
        if let Some(flag) = self.comptime_flag {
            return flag;
        }
        let flag = self.m.add_global(Global {
            name: "__sx_is_comptime".into(),
            size: 1,
            align: 1,
            init: ConstImage::zeroed(1),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(TypeId::BOOL),
            mergeable: false,
        });
        self.comptime_flag = Some(flag);
        flag
    }
}

/// Whether code calls and decides nothing.
fn is_straight(blocks: &[Vec<sx_ir::Stmt>]) -> bool {
    blocks.iter().flatten().all(|stmt| {
        matches!(
            stmt.kind,
            StmtKind::Set { .. }
                | StmtKind::Store { .. }
                | StmtKind::Copy { .. }
                | StmtKind::Fill { .. }
                | StmtKind::Eval(_)
        )
    })
}
