//! Mixed execution without a compiler: "machine code" that runs its function in a dispatch loop of its own. So every
//! way between the VM and machine code is taken, at points that vary, and everything must come out as without it.

use std::cell::Cell;

use sx_ir::{FuncId, LabelId, Module};
use sx_machine::ctx::{CodeEntry, Exit, VmCtx};
use sx_machine::memory::AddressSpace;
use sx_tier_api::{ComptimeEngine, conformance};

use super::{End, HALT, run, start};
use crate::AutoEngine;
use crate::isa::Op;
use crate::tiering::{HotCompiler, Tiering};
use crate::vm::{Return, Vm};

thread_local! {
    /// The loop that the next call of `continue_loop` is about.
    static LABEL: Cell<u32> = const { Cell::new(0) };
}

fn exit(end: End) -> u64 {
    let exit = match end {
        End::Returned => Exit::Returned,
        End::Trap => Exit::Trap,
        End::Limit => Exit::Limit,
        End::Stop | End::Suspended => Exit::Host,
    };
    exit as u64
}

/// Makes the VM forget that `func` is compiled while `f` runs.
unsafe fn uncompiled(vm: *mut Vm<'_>, func: FuncId, f: impl FnOnce() -> End) -> u64 {
    // SAFETY: the caller passes the running VM.
    unsafe {
        let info = (*vm).infos.add(func.index());
        let saved = (*info).entry;
        (*info).entry = std::ptr::null();
        (*info).samples = crate::vm::GIVEN_UP;
        if let Some(code) = &(*vm).codes[func.index()] {
            (*info).code = code.insts.as_ptr();
        }
        let end = f();
        (*info).entry = saved;
        (*info).code = std::ptr::null();
        exit(end)
    }
}

extern "sysv64" fn call_function(ctx: *mut VmCtx, frame: *mut u64, func: u64) -> u64 {
    let func = FuncId(func as u32);
    // SAFETY: called by the VM with its context.
    unsafe {
        let vm: *mut Vm<'_> = (*ctx).owner.cast();
        uncompiled(vm, func, || start(vm, func, frame, 0))
    }
}

extern "sysv64" fn continue_loop(ctx: *mut VmCtx, frame: *mut u64, func: u64) -> u64 {
    let func = FuncId(func as u32);
    // SAFETY: called by the VM with its context, at a loop of the innermost frame.
    unsafe {
        let vm: *mut Vm<'_> = (*ctx).owner.cast();
        let to = (*vm).returns.add((*ctx).depth as usize - 1);
        let saved = *to;
        *to = Return {
            ip: HALT.ip(),
            frame,
        };
        let code = (*vm).codes[func.index()].as_ref().expect("it runs");
        let wanted = LABEL.get();
        let at = code
            .insts
            .iter()
            .position(|i| i.op == Op::LoopStep && i.a == wanted)
            .expect("its header");
        let ip = code.insts.as_ptr().add(at);
        let exit = uncompiled(vm, func, || run(vm, ip, frame));
        *to = saved;
        exit
    }
}

/// Compiles what its random numbers choose.
struct Pretender {
    state: u64,
}

impl HotCompiler for Pretender {
    fn begin(&mut self, _: &Module, _: &AddressSpace) {}

    fn compile(&mut self, _: &Module, _: &AddressSpace, _: FuncId) -> Option<CodeEntry> {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 60 != 0).then_some(call_function as *const () as CodeEntry)
    }

    fn osr_entry(&mut self, _: FuncId, label: LabelId) -> Option<CodeEntry> {
        LABEL.set(label.0);
        self.state = self.state.rotate_left(7) ^ 0x9e37;
        (self.state & 3 != 0).then_some(continue_loop as *const () as CodeEntry)
    }
}

fn auto(interval: u64, samples: u32, seed: u64) -> AutoEngine {
    AutoEngine::with_tiering(
        Box::new(Pretender { state: seed }),
        Tiering {
            first: interval,
            warmup: 0,
            interval,
            samples,
            steps_per_piece: u64::from(samples) * 4,
            seed,
        },
    )
}

#[test]
fn conformance_compiled_at_once() {
    conformance::assert_all(&mut || Box::new(auto(0, 0, 1)));
}

#[test]
fn conformance_tiering_up_anywhere() {
    for seed in 1..3 {
        conformance::assert_all(&mut || Box::new(auto(seed * 3, (seed % 3) as u32, seed)));
    }
}

/// Notes what it is asked for, and can't compile it.
struct Recorder(std::rc::Rc<std::cell::RefCell<Vec<FuncId>>>);

impl HotCompiler for Recorder {
    fn begin(&mut self, _: &Module, _: &AddressSpace) {}

    fn compile(&mut self, _: &Module, _: &AddressSpace, func: FuncId) -> Option<CodeEntry> {
        self.0.borrow_mut().push(func);
        None
    }

    fn osr_entry(&mut self, _: FuncId, _: LabelId) -> Option<CodeEntry> {
        None
    }
}

/// What the default engine compiles of a loop of `times` calls of something that takes 32 steps.
fn compiled_for(times: u64) -> Vec<FuncId> {
    let text = format!(
        "sig0 = sx (i64) -> i64
        sig1 = sx () -> i64
        func @f0 \"step\" internal sig0 {{
          local %0: i64, %1: i64
          labels 1
          loop L0 {{
            if ge_s.i64 %1, i64 30 {{
              break L0
            }}
            %0 = xor.i64 (mul.i64 %0, %0), %1
            %1 = add.i64 %1, i64 1
          }}
          return %0
        }}
        func @f1 \"main\" internal sig1 {{
          local %0: i64, %1: i64
          labels 1
          loop L0 {{
            if ge_s.i64 %0, i64 {times} {{
              break L0
            }}
            %1 = call @f0(%1)
            %0 = add.i64 %0, i64 1
          }}
          return %1
        }}"
    );
    let module = sx_ir::parse::parse(&text).expect("it is IR");
    let asked = std::rc::Rc::default();
    let mut engine = AutoEngine::new(Box::new(Recorder(std::rc::Rc::clone(&asked))));
    let mut host = sx_machine::StdHost::new(Default::default(), None);
    let limits = sx_tier_api::Limits::default();
    let outcome = engine.run(&module, FuncId(1), &[], &limits, &mut host);
    assert!(matches!(outcome.status, sx_tier_api::Status::Finished(_)));
    asked.take()
}

#[test]
fn loops_that_count_decide_early() {
    // The loops end before compiling would pay, though steps enough for a second look are taken.
    assert_eq!(compiled_for(12), []);
    // All is compiled, callees first, when the loop has hardly begun.
    assert_eq!(compiled_for(1000), [FuncId(0), FuncId(1)]);
}
