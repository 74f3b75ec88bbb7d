//! The compiler: turns functions into code one at a time, in one arena for one machine.

#![allow(unsafe_code)]

use crate::arena::CodeArena;
use crate::emit::{Emitter, Env};
use crate::plan::{Plan, plan};
use crate::stubs::{self, Callbacks, Stubs};
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use rustc_hash::FxHashMap;
use sx_ir::target::Endian;
use sx_ir::{FuncId, LabelId, Linkage, Module, TrapKind};
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::{AddressSpace, GUARD};

const CODE_BYTES: usize = 256 << 20;
/// Nesting up to here is handled on any stack.
const SHALLOW: usize = 1000;
/// Frames beyond are refused: their offsets would not fit instructions.
const MAX_FRAME_WORDS: usize = 1 << 24;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Keep locals in registers.
    pub pin: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { pin: true }
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

pub struct Compiler {
    arena: CodeArena,
    stubs: Stubs,
    options: Options,
    compiled: FxHashMap<FuncId, usize>,
    codes: FxHashMap<FuncId, Code>,
    osr: FxHashMap<(FuncId, LabelId), CodeEntry>,
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
        let sigs: Vec<u32> = module.funcs.iter().map(|f| f.sig.0).collect();
        let mut arena = CodeArena::new(stubs::data_len(sigs.len()), CODE_BYTES)
            .map_err(|e| format!("no memory for machine code: {e}"))?;
        let stubs = stubs::build(&mut arena, &sigs, callbacks)?;
        let mut compiler = Compiler {
            arena,
            stubs,
            options,
            compiled: FxHashMap::default(),
            codes: FxHashMap::default(),
            osr: FxHashMap::default(),
            bmi2: std::arch::is_x86_feature_detected!("bmi2"),
            sse41: std::arch::is_x86_feature_detected!("sse4.1"),
        };
        compiler.first_call_stubs(module, space)?;
        Ok(compiler)
    }

    /// Until a function has code, its slot leads to a stub that knows its number.
    fn first_call_stubs(&mut self, module: &Module, space: &AddressSpace) -> Result<(), String> {
        let base = self.arena.next();
        let mut ops: VecAssembler<X64Relocation> = VecAssembler::new(base);
        let mut starts = Vec::with_capacity(space.funcs.len());
        for func in &space.funcs {
            starts.push((*func, ops.offset().0));
            dynasm!(ops; mov edx, func.0 as i32);
            let function = module.func(*func);
            let outside = matches!(function.linkage, Linkage::Extern { .. } | Linkage::Host(_));
            if function.body.is_none() && outside {
                let sig = module.sig(function.sig);
                if !sig.variadic {
                    dynasm!(ops; mov ecx, sig.params.len() as i32);
                }
                let target = self.stubs.call_host;
                dynasm!(ops; jmp extern target);
            } else {
                let target = self.stubs.call_uncompiled;
                dynasm!(ops; jmp extern target);
            }
        }
        let code = ops
            .finalize()
            .map_err(|e| format!("assembling stubs: {e}"))?;
        let at = self.arena.add(&code).ok_or("the code arena is full")? as usize;
        for (func, offset) in starts {
            self.set_inner(func, at + offset);
        }
        Ok(())
    }

    fn set_inner(&mut self, func: FuncId, at: usize) {
        // SAFETY: the slot of a function of the module, in the data part of our arena.
        unsafe { stubs::inner_slot(&self.stubs, func).write(at as CodeEntry) };
    }

    pub fn code(&self, func: FuncId) -> Option<Code> {
        self.codes.get(&func).copied()
    }

    /// The machine code itself.
    pub fn bytes(&self, code: Code) -> &[u8] {
        // SAFETY: `code` came from this compiler, whose arena neither moves nor changes what it has handed out.
        unsafe { std::slice::from_raw_parts(code.start as *const u8, code.len) }
    }

    /// Where compiled callers go for this function: its code or the stub for the first call.
    pub fn inner_entry(&self, func: FuncId) -> CodeEntry {
        // SAFETY: as in `set_inner`.
        unsafe { stubs::inner_slot(&self.stubs, func).read() }
    }

    /// Machine code of `func`, compiled now if it has none.
    pub fn compile(
        &mut self,
        module: &Module,
        space: &AddressSpace,
        func: FuncId,
    ) -> Result<Code, String> {
        if let Some(code) = self.codes.get(&func) {
            return Ok(*code);
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
        let plan = if function.exprs.len() + body.stmts.len() > SHALLOW {
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
        let store_start = i32::try_from(space.store_start)
            .ok()
            .filter(|s| *s < 1 << 30);
        let env = Env {
            module,
            space,
            stubs: &self.stubs,
            compiled: &self.compiled,
            load_start: GUARD as i32,
            store_start: store_start.ok_or("not implemented: more than 1 GB of constants")?,
            pointer_size: module.target.pointer_size,
            big_endian: module.target.endian == Endian::Big,
            bmi2: self.bmi2,
            sse41: self.sse41,
        };
        let base = self.arena.next();
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
        let start = self.arena.add(&out.code).ok_or("the code arena is full")? as usize;
        let code = Code {
            inner: start + out.inner,
            outer: (start + out.outer) as CodeEntry,
            start,
            len,
        };
        for (label, offset) in out.osr {
            self.osr
                .insert((func, label), (start + offset) as CodeEntry);
        }
        self.set_inner(func, code.inner);
        self.compiled.insert(func, code.inner);
        self.codes.insert(func, code);
        Ok(code)
    }

    /// Entry at the header of a loop of a compiled function, before the iteration's step is counted. All locals are
    /// in the frame; the function's record and slots are on their stacks, as a call that is under way has them.
    pub fn osr_entry(&self, func: FuncId, label: LabelId) -> Option<CodeEntry> {
        self.osr.get(&(func, label)).copied()
    }
}

struct Emitted {
    code: Vec<u8>,
    inner: usize,
    outer: usize,
    osr: Vec<(LabelId, usize)>,
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
    })
}

/// For code nested more deeply than the stack at hand may bear.
fn on_deep_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    sx_machine::stack::on_big_stack(f)
}
