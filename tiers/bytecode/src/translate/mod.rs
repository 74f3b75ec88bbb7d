//! IR to bytecode, one function at a time, in one pass over its tree.
//!
//! * Locals are registers. Expressions write their result straight to where it is wanted (`set %l = a + b` is one
//!   instruction); what is needed in between goes to temporaries after the locals, handed out as a stack.
//! * A local is only written by the last instruction of its statement, so a trap leaves it as it was.
//! * Arguments are evaluated into the temporaries where the callee's frame will start.
//! * Constants become immediates where an instruction takes one.

mod address;
mod branch;
mod convert;
mod expr;
mod hoist;
mod liveness;
mod pairs;
mod stmt;

use sx_ir::{ExprId, FrameLayout, FuncId, Function, LocId, Module};

use crate::code::FuncCode;
use crate::isa::{Inst, Op};
use liveness::FirstWrites;
pub(crate) use stmt::RMW_OPS;

/// A register: index of a word of the frame.
pub(crate) type Reg = u32;

/// A branch target inside the function being translated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target(u32);

const UNBOUND: u32 = u32::MAX;

/// Where a target is, and the branches waiting to learn it: a list through their `c` fields.
#[derive(Clone, Copy)]
struct TargetState {
    at: u32,
    waiting: u32,
}

/// What `break` and `continue` of an IR label do.
#[derive(Clone, Copy)]
pub(crate) struct LabelTargets {
    pub exit: Target,
    /// `None` for plain blocks.
    pub next: Option<LoopInfo>,
}

/// A loop being translated.
#[derive(Clone, Copy)]
pub(crate) struct LoopInfo {
    /// First instruction of an iteration, after the step is counted.
    pub start: Target,
    pub guard: Option<Guard>,
    pub loc: LocId,
}

/// A loop's first statement, if all it does is leave the loop or not: the jump back can then test its condition at
/// once.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    pub cond: ExprId,
    /// Value of the condition that stays in the loop.
    pub stay_if: bool,
    /// Where an iteration goes on when it stays, and where when it leaves.
    pub after: Target,
    pub exit: Target,
}

pub(crate) struct Builder<'m> {
    module: &'m Module,
    func: &'m Function,
    layout: FrameLayout,
    /// Addresses are 64 bits wide: offsets can be folded without wrapping at 32.
    wide: bool,
    big_endian: bool,
    insts: Vec<Inst>,
    locs: Vec<LocId>,
    targets: Vec<TargetState>,
    labels: Vec<Option<LabelTargets>>,
    /// Next free temporary and the most there were.
    top: Reg,
    max: Reg,
    /// Position of the statement being translated.
    loc: LocId,
    /// The next instruction can't be reached.
    dead: bool,
    writes: FirstWrites,
    /// While an outermost loop is translated.
    preheader: Option<hoist::Preheader>,
    bulks: Vec<sx_machine::bulk::Bulk>,
    loops: u32,
}

/// Translates `func`, which has a body. The error says what can't be represented.
pub fn translate(module: &Module, id: FuncId) -> Result<FuncCode, String> {
    let func = module.func(id);
    if func.body.is_none() {
        return Err(format!("function '{}' has no body", func.name));
    }
    // The translator recurses along the tree. Large functions get a stack of their own, big enough for a tree that is
    // one long path.
    let nodes = func.exprs.len() + func.labels as usize;
    if nodes < 4000 {
        return Ok(Builder::new(module, func).function());
    }
    let size = (nodes * 1024).clamp(16 << 20, 8 << 30);
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(size);
        match worker.spawn_scoped(scope, || Builder::new(module, func).function()) {
            Ok(handle) => handle
                .join()
                .map_err(|_| format!("translation of {} failed", func.name)),
            Err(error) => Err(format!(
                "function {} is too large to translate: {error}",
                func.name
            )),
        }
    })
}

/// Temporaries come after the locals and, where there may be loops, what is kept for them.
fn first_temp(func: &Function) -> Reg {
    let kept = if func.labels > 0 { hoist::HOISTED } else { 0 };
    func.locals.len() as Reg + kept
}

impl<'m> Builder<'m> {
    fn new(module: &'m Module, func: &'m Function) -> Builder<'m> {
        let temps = first_temp(func);
        let nodes = func.exprs.len();
        Builder {
            module,
            func,
            layout: func.frame_layout(),
            wide: module.target.pointer_size == 8,
            big_endian: module.target.endian == sx_ir::target::Endian::Big,
            insts: Vec::with_capacity(nodes + nodes / 4 + 4),
            locs: Vec::with_capacity(nodes + nodes / 4 + 4),
            targets: Vec::new(),
            labels: vec![None; func.labels as usize],
            top: temps,
            max: temps,
            loc: func.loc,
            dead: false,
            writes: FirstWrites::new(func, module.sig(func.sig).params.len()),
            preheader: None,
            bulks: Vec::new(),
            loops: 0,
        }
    }

    fn function(mut self) -> FuncCode {
        if let Some(body) = &self.func.body {
            self.block(body);
        }
        self.loc = self.func.loc;
        self.end_of_body();
        pairs::fuse(&mut self.insts);
        let results = self.module.sig(self.func.sig).results.len() as u32;
        FuncCode {
            insts: self.insts.into_boxed_slice(),
            locs: self.locs.into_boxed_slice(),
            words: self.max.max(results),
            zero: self.writes.zeroed(),
            stack: self.layout.size,
            bulks: self.bulks,
            loops: self.loops,
        }
    }

    // ---- emitting ----

    fn pc(&self) -> u32 {
        self.insts.len() as u32
    }

    fn emit_at(&mut self, loc: LocId, op: Op, x: u16, a: u32, b: u32, c: u32) {
        self.insts.push(Inst::new(op, x, a, b, c));
        self.locs.push(loc);
    }

    /// Emits at the statement's position.
    fn emit(&mut self, op: Op, a: u32, b: u32, c: u32) {
        self.emit_at(self.loc, op, 0, a, b, c);
    }

    /// Position of an expression's traps.
    fn expr_loc(&self, e: ExprId) -> LocId {
        match self.func.expr_locs.get(e.index()) {
            Some(loc) if *loc != LocId(0) => *loc,
            _ => self.loc,
        }
    }

    // ---- temporaries ----

    fn temp(&mut self) -> Reg {
        let reg = self.top;
        self.top += 1;
        self.max = self.max.max(self.top);
        reg
    }

    /// The place for a result: where it is wanted, or a temporary after dropping those above `mark`.
    fn result(&mut self, mark: Reg, want: Option<Reg>) -> Reg {
        self.top = mark;
        want.unwrap_or_else(|| self.temp())
    }

    // ---- targets ----

    fn target(&mut self) -> Target {
        self.targets.push(TargetState {
            at: UNBOUND,
            waiting: UNBOUND,
        });
        Target(self.targets.len() as u32 - 1)
    }

    /// Makes `target` the next instruction.
    fn bind(&mut self, target: Target) {
        let at = self.pc();
        let state = &mut self.targets[target.0 as usize];
        state.at = at;
        let mut waiting = std::mem::replace(&mut state.waiting, UNBOUND);
        if waiting != UNBOUND {
            self.dead = false;
        }
        while waiting != UNBOUND {
            let inst = &mut self.insts[waiting as usize];
            let next = inst.c;
            inst.c = at.wrapping_sub(waiting + 1);
            waiting = next;
        }
    }

    /// Emits a branch: an instruction whose `c` is a target.
    fn emit_branch(&mut self, loc: LocId, op: Op, x: u16, a: u32, b: u32, target: Target) {
        let pc = self.pc();
        let state = &mut self.targets[target.0 as usize];
        let c = if state.at == UNBOUND {
            std::mem::replace(&mut state.waiting, pc)
        } else {
            state.at.wrapping_sub(pc + 1)
        };
        self.emit_at(loc, op, x, a, b, c);
    }

    fn jump(&mut self, target: Target) {
        self.emit_branch(self.loc, Op::Jump, 0, 0, 0, target);
        self.dead = true;
    }
}
