//! The compiler: turns functions into code one at a time, in one arena for one machine.

#![allow(unsafe_code)]

use crate::emit::{Emitter, Env};
use crate::plan::{Plan, plan};
use crate::pool::{self, Prepared};
use crate::stubs::{self, Callbacks};
use rustc_hash::FxHashMap;
use sx_ir::target::Endian;
use sx_ir::{FuncId, LabelId, Linkage, Module, TrapKind};
use sx_machine::bulk::Bulk;
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::AddressSpace;
use sx_tier_api::GUARD;

/// Nesting up to here is handled on any stack.
const SHALLOW: usize = 200;
/// As many nodes can't be nested deeply enough to matter.
const SMALL: usize = 1000;
/// Frames beyond are refused: their offsets would not fit instructions.
const MAX_FRAME_WORDS: usize = 1 << 24;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Keep locals in registers.
    pub pin: bool,
    /// Run simple loops many iterations at once.
    pub bulk: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            pin: true,
            bulk: true,
        }
    }
}

/// Compiled code of a function.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// For other compiled code.
    pub inner: usize,
    /// As in `VmCtx::entries`.
    pub outer: CodeEntry,
    pub start: usize,
    pub len: usize,
}

/// [`Code`] as the compiler keeps it.
#[derive(Clone, Copy)]
pub struct Placed {
    pub inner: usize,
    outer: usize,
    start: usize,
    len: usize,
}

impl Placed {
    fn code(self) -> Code {
        Code {
            inner: self.inner,
            outer: self.outer as CodeEntry,
            start: self.start,
            len: self.len,
        }
    }
}

pub struct Compiler {
    /// `None` only while being dropped.
    code: Option<Prepared>,
    options: Options,
    codes: FxHashMap<FuncId, Placed>,
    /// Per function with loops: their entries.
    osr: FxHashMap<FuncId, Vec<(LabelId, usize)>>,
    /// What machine code has addresses of.
    #[allow(clippy::vec_box)] // Their addresses are in the code.
    bulks: Vec<Box<Bulk>>,
    bmi2: bool,
    sse41: bool,
}

impl Compiler {
    /// A compiler for the functions of `module` that `space` knows. The code is valid for machines with that address
    /// space (its root and limits), one at a time.
    pub fn new(
        module: &Module,
        space: &AddressSpace,
        callbacks: &Callbacks,
        options: Options,
    ) -> Result<Compiler, String> {
        let mut compiler = Compiler {
            code: Some(pool::take(callbacks, module.funcs.len())?),
            options,
            codes: FxHashMap::default(),
            osr: FxHashMap::default(),
            bulks: Vec::new(),
            bmi2: std::arch::is_x86_feature_detected!("bmi2"),
            sse41: std::arch::is_x86_feature_detected!("sse4.1"),
        };
        compiler.fill_tables(module, space)?;
        Ok(compiler)
    }

    fn prepared(&self) -> Result<&Prepared, String> {
        self.code
            .as_ref()
            .ok_or_else(|| "internal: no code arena".into())
    }

    /// Until a function has code, its slot leads to shared code that sees to it; callers pass the function's number.
    fn fill_tables(&mut self, module: &Module, space: &AddressSpace) -> Result<(), String> {
        let stubs = self.prepared()?.stubs;
        for func in &space.funcs {
            let function = module.func(*func);
            let outside = matches!(
                function.linkage,
                Linkage::Extern { .. } | Linkage::Host(_) | Linkage::Asm(_)
            );
            let first = if function.body.is_none() && outside {
                stubs.call_host
            } else {
                stubs.call_uncompiled
            };
            // SAFETY: both tables have room for all functions of the module.
            unsafe {
                stubs::inner_slot(&stubs, *func).write(first as CodeEntry);
                stubs::sig_slot(&stubs, *func).write(function.sig.0);
            }
        }
        Ok(())
    }

    pub fn code(&self, func: FuncId) -> Option<Code> {
        self.codes.get(&func).map(|placed| placed.code())
    }

    /// The machine code itself.
    pub fn bytes(&self, code: Code) -> &[u8] {
        // SAFETY: `code` came from this compiler, whose arena neither moves nor changes what it has handed out.
        unsafe { std::slice::from_raw_parts(code.start as *const u8, code.len) }
    }

    /// Machine code of `func`, compiled now if it has none.
    pub fn compile(
        &mut self,
        module: &Module,
        space: &AddressSpace,
        func: FuncId,
    ) -> Result<Code, String> {
        if let Some(code) = self.code(func) {
            return Ok(code);
        }
        let function = module.func(func);
        let Some(body) = &function.body else {
            return Err(format!("function '{}' has no body", function.name));
        };
        let sig = module.sig(function.sig);
        let make = || {
            plan(
                function,
                body,
                sig.params.len(),
                sig.results.len(),
                self.options.pin,
            )
        };
        let plan = if function.exprs.len() + function.labels as usize > SMALL {
            on_deep_stack(make)
        } else {
            make()
        };
        if plan.frame_words > MAX_FRAME_WORDS {
            return Err(format!(
                "not implemented: a function of {} locals",
                function.locals.len()
            ));
        }
        let prepared = self.prepared()?;
        let store_start = i32::try_from(space.store_start)
            .ok()
            .filter(|s| *s < 1 << 30);
        let env = Env {
            module,
            space,
            stubs: &prepared.stubs,
            compiled: &self.codes,
            load_start: GUARD as i32,
            store_start: store_start.ok_or("not implemented: more than 768 MB of constants")?,
            pointer_size: module.target.pointer_size,
            big_endian: module.target.endian == Endian::Big,
            bmi2: self.bmi2,
            sse41: self.sse41,
            bulk: self.options.bulk,
        };
        let base = prepared.arena.next();
        let emit = || emit_function(&env, func, &plan, sig.params.len(), base);
        let out = if plan.depth > SHALLOW {
            on_deep_stack(emit)
        } else {
            emit()
        }?;
        self.publish(func, out)
    }

    fn publish(&mut self, func: FuncId, out: Emitted) -> Result<Code, String> {
        let len = out.code.len();
        let prepared = self.code.as_mut().ok_or("internal: no code arena")?;
        let start = prepared
            .arena
            .add(&out.code)
            .ok_or("the code arena is full")? as usize;
        let placed = Placed {
            inner: start + out.inner,
            outer: start + out.outer,
            start,
            len,
        };
        self.bulks.extend(out.bulks);
        if !out.osr.is_empty() {
            self.osr.insert(func, out.osr);
        }
        // SAFETY: the table has room for all functions of the module.
        unsafe { stubs::inner_slot(&prepared.stubs, func).write(placed.inner as CodeEntry) };
        self.codes.insert(func, placed);
        Ok(placed.code())
    }

    /// Entry at the header of a loop of a compiled function, before the iteration's step is counted. All locals are
    /// in the frame; the function's record and slots are on their stacks, as a call that is under way has them.
    pub fn osr_entry(&self, func: FuncId, label: LabelId) -> Option<CodeEntry> {
        let entries = self.osr.get(&func)?;
        let (_, offset) = entries.iter().find(|(of, _)| *of == label)?;
        Some((self.codes.get(&func)?.start + offset) as CodeEntry)
    }
}

impl Drop for Compiler {
    fn drop(&mut self) {
        if let Some(code) = self.code.take() {
            pool::give_back(code);
        }
    }
}

struct Emitted {
    code: Vec<u8>,
    inner: usize,
    outer: usize,
    osr: Vec<(LabelId, usize)>,
    #[allow(clippy::vec_box)] // Their addresses are in the code.
    bulks: Vec<Box<Bulk>>,
}

fn emit_function(
    env: &Env,
    func: FuncId,
    plan: &Plan,
    params: usize,
    base: usize,
) -> Result<Emitted, String> {
    let function = env.module.func(func);
    let mut emitter = Emitter::new(env, func, plan, base);
    emitter.enter(params);
    if let Some(body) = &function.body
        && emitter.block(body)
    {
        if env.module.sig(function.sig).results.is_empty() {
            emitter.leave();
        } else {
            emitter.trap(
                TrapKind::Unreachable,
                function.loc,
                crate::emit::Val::Imm(0),
                crate::emit::Val::Imm(0),
            );
        }
    }
    emitter.emit_cold();
    let outer = emitter.outer_entry().0;
    let osr = emitter
        .osr_entries()
        .into_iter()
        .map(|(label, at)| (label, at.0))
        .collect();
    if let Some(error) = emitter.error {
        return Err(format!("{}: {error}", function.name));
    }
    let code = emitter
        .ops
        .finalize()
        .map_err(|e| format!("assembling {}: {e}", function.name))?;
    Ok(Emitted {
        code,
        inner: 0,
        outer,
        osr,
        bulks: emitter.bulks,
    })
}

/// For code nested more deeply than the stack at hand may bear.
fn on_deep_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    sx_machine::stack::on_big_stack(f)
}
