//! The state of compiling one function: the assembler, which registers are free, the values that wait, and the code
//! for cold paths. Basic moves; everything else builds on them.

use crate::cold::Cold;
use crate::compile::Placed;
use crate::plan::{Home, Plan};
use crate::regs::{GPR_ORDER, Gpr, RAX, RegSet, Xmm, bit};
use crate::stubs::Stubs;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use rustc_hash::FxHashMap;
use sx_ir::{Expr, ExprId, FuncId, Function, LabelId, LocId, LocalId, Module, Ty};
use sx_machine::bulk::Bulk;
use sx_machine::memory::AddressSpace;

/// What code is compiled against: one module in one machine's address space.
pub struct Env<'a> {
    pub module: &'a Module,
    pub space: &'a AddressSpace,
    pub stubs: &'a Stubs,
    /// Functions that have code, and where.
    pub compiled: &'a FxHashMap<FuncId, Placed>,
    pub load_start: i32,
    pub store_start: i32,
    pub pointer_size: u64,
    pub big_endian: bool,
    pub bmi2: bool,
    pub sse41: bool,
    pub bulk: bool,
}

/// Where a value is. `Local` is read only when an operation takes it: locals don't change inside an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Val {
    Imm(u64),
    Local(LocalId),
    /// A register that is the holder's to change.
    Gpr(Gpr),
    Xmm(Xmm),
    /// A frame word.
    Spill(u32),
}

/// An integer operand as instructions take it: register, frame word (byte offset) or immediate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rm {
    R(Gpr),
    M(i32),
    I(i32),
}

/// What the consumer of a value would like. The registers are those of the local that is being set.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Want {
    pub gpr: Option<Gpr>,
    pub xmm: Option<Xmm>,
    /// The bits of a NaN don't matter.
    pub raw: bool,
}

impl Want {
    pub const ANY: Want = Want {
        gpr: None,
        xmm: None,
        raw: false,
    };
    pub const RAW: Want = Want {
        gpr: None,
        xmm: None,
        raw: true,
    };

    pub fn with_raw(self, raw: bool) -> Want {
        Want { raw, ..self }
    }
}

#[derive(Clone, Copy)]
pub struct Target {
    pub brk: DynamicLabel,
    pub cont: Option<DynamicLabel>,
    /// Something jumps to `brk`.
    pub used: bool,
}

pub struct Emitter<'a> {
    pub ops: VecAssembler<X64Relocation>,
    pub env: &'a Env<'a>,
    pub func: &'a Function,
    pub id: FuncId,
    pub plan: &'a Plan,
    /// Values that wait for a later operand; these may be moved to the frame. With it whether it is a float.
    pub stack: Vec<(Val, bool)>,
    pub free_gprs: RegSet,
    pub free_xmms: RegSet,
    free_spills: Vec<u32>,
    next_spill: u32,
    pub cold: Vec<Cold>,
    pub consts: Vec<(DynamicLabel, u64)>,
    /// Where to look for the next call in what liveness knows.
    pub next_call: usize,
    /// Position of the current statement.
    pub loc: LocId,
    /// Per label, once it has been met.
    targets: Vec<Option<Target>>,
    /// Start of the function itself, for recursion.
    pub start: DynamicLabel,
    pub osr: Vec<(LabelId, DynamicLabel, LocId)>,
    /// Loops around what is being emitted, innermost last.
    pub open_loops: Vec<LocId>,
    pub facts: crate::facts::Facts,
    /// Descriptions of loops that the code refers to.
    #[allow(clippy::vec_box)] // Their addresses are in the code.
    pub bulks: Vec<Box<Bulk>>,
    pub error: Option<String>,
}

/// Emits `before [frame word at this byte offset] after`, in the short form where it can be.
macro_rules! framed {
    ($self:ident, $disp:expr, [$($before:tt)*] $($after:tt)*) => {{
        let disp: i32 = $disp;
        match i8::try_from(disp) {
            Ok(short) => dynasm!($self.ops; $($before)* [BYTE rbx + short] $($after)*),
            Err(_) => dynasm!($self.ops; $($before)* [rbx + disp] $($after)*),
        }
    }};
}
pub(crate) use framed;

pub fn frame_disp(word: usize) -> i32 {
    (word * 8) as i32
}

impl<'a> Emitter<'a> {
    pub fn new(env: &'a Env<'a>, id: FuncId, plan: &'a Plan, base: usize) -> Emitter<'a> {
        // About what a function of so many expressions needs, so that little is copied while it grows.
        let size = env.module.func(id).exprs.len();
        let mut ops = VecAssembler::new_with_capacity(
            base,
            128 + size * 16,
            0,
            0,
            16 + size / 2,
            0,
            16 + size,
        );
        let start = ops.new_dynamic_label();
        Emitter {
            ops,
            env,
            func: env.module.func(id),
            id,
            plan,
            stack: Vec::with_capacity(8),
            free_gprs: plan.pool_gprs,
            free_xmms: plan.pool_xmms,
            free_spills: Vec::new(),
            next_spill: plan.spill_start as u32,
            cold: Vec::with_capacity(8 + size / 8),
            consts: Vec::new(),
            next_call: 0,
            loc: LocId(0),
            targets: vec![None; env.module.func(id).labels as usize],
            start,
            osr: Vec::new(),
            open_loops: Vec::new(),
            facts: Default::default(),
            bulks: Vec::new(),
            error: None,
        }
    }

    /// Where a label that has been met leads.
    pub fn target(&self, label: LabelId) -> Option<Target> {
        self.targets.get(label.index()).copied().flatten()
    }

    pub fn set_target(&mut self, label: LabelId, target: Target) {
        if let Some(slot) = self.targets.get_mut(label.index()) {
            *slot = Some(target);
        }
    }

    /// The place that `break` of this label jumps to.
    pub fn break_target(&mut self, label: LabelId) -> Option<DynamicLabel> {
        let target = self.targets.get_mut(label.index())?.as_mut()?;
        target.used = true;
        Some(target.brk)
    }

    pub fn fail(&mut self, what: &str) {
        self.error.get_or_insert_with(|| what.into());
    }

    pub fn label(&mut self) -> DynamicLabel {
        self.ops.new_dynamic_label()
    }

    pub fn bind(&mut self, label: DynamicLabel) {
        dynasm!(self.ops; =>label);
    }

    pub fn jump(&mut self, label: DynamicLabel) {
        dynasm!(self.ops; jmp =>label);
    }

    /// Position of a trap in `expr`.
    pub fn loc_of(&self, expr: ExprId) -> LocId {
        match self.func.expr_locs.get(expr.index()) {
            Some(loc) if loc.0 != 0 => *loc,
            Some(_) | None => self.loc,
        }
    }

    pub fn home(&self, local: LocalId) -> Home {
        self.plan.homes[local.index()]
    }

    // ---- values that wait ----

    pub fn push(&mut self, val: Val, float: bool) {
        self.stack.push((val, float));
    }

    pub fn pop(&mut self) -> Val {
        match self.stack.pop() {
            Some((val, _)) => val,
            None => {
                self.fail("internal: no value waits");
                Val::Imm(0)
            }
        }
    }

    /// A fresh frame word for a temporary.
    fn spill_word(&mut self) -> u32 {
        if let Some(word) = self.free_spills.pop() {
            return word;
        }
        self.next_spill += 1;
        if self.next_spill as usize > self.plan.frame_words {
            self.fail("internal: more temporaries than planned");
        }
        self.next_spill - 1
    }

    /// A register from `allowed` for a temporary; one of the waiting values goes to the frame if need be.
    pub fn alloc_from(&mut self, allowed: RegSet) -> Gpr {
        let free = self.free_gprs & allowed;
        if let Some(r) = GPR_ORDER.into_iter().find(|r| free & bit(*r) != 0) {
            self.free_gprs &= !bit(r);
            return r;
        }
        let found = self.stack.iter().position(|(val, _)| match val {
            Val::Gpr(r) => self.plan.pool_gprs & allowed & bit(*r) != 0,
            Val::Imm(_) | Val::Local(_) | Val::Xmm(_) | Val::Spill(_) => false,
        });
        match found.map(|i| (i, self.stack[i].0)) {
            Some((i, Val::Gpr(r))) => {
                let word = self.spill_word();
                framed!(self, frame_disp(word as usize), [mov], Rq(r));
                self.stack[i].0 = Val::Spill(word);
                r
            }
            Some(_) | None => {
                self.fail("internal: out of registers");
                RAX
            }
        }
    }

    pub fn alloc(&mut self) -> Gpr {
        self.alloc_from(RegSet::MAX)
    }

    pub fn alloc_xmm(&mut self) -> Xmm {
        if self.free_xmms != 0 {
            let r = self.free_xmms.trailing_zeros() as Xmm;
            self.free_xmms &= !bit(r);
            return r;
        }
        let found = self.stack.iter().position(|(val, _)| match val {
            Val::Xmm(r) => self.plan.pool_xmms & bit(*r) != 0,
            Val::Imm(_) | Val::Local(_) | Val::Gpr(_) | Val::Spill(_) => false,
        });
        match found.map(|i| (i, self.stack[i].0)) {
            Some((i, Val::Xmm(r))) => {
                let word = self.spill_word();
                framed!(self, frame_disp(word as usize), [movq], Rx(r));
                self.stack[i].0 = Val::Spill(word);
                r
            }
            Some(_) | None => {
                self.fail("internal: out of float registers");
                0
            }
        }
    }

    /// Takes exactly `reg`, moving a waiting value out of it.
    pub fn claim(&mut self, reg: Gpr) {
        if self.free_gprs & bit(reg) != 0 {
            self.free_gprs &= !bit(reg);
            return;
        }
        match self.stack.iter().position(|(val, _)| *val == Val::Gpr(reg)) {
            Some(i) if self.free_gprs != 0 => {
                let other = self.alloc();
                dynasm!(self.ops; mov Rq(other), Rq(reg));
                self.stack[i].0 = Val::Gpr(other);
            }
            Some(i) => {
                let word = self.spill_word();
                framed!(self, frame_disp(word as usize), [mov], Rq(reg));
                self.stack[i].0 = Val::Spill(word);
            }
            None => self.fail("internal: a register is in use"),
        }
    }

    pub fn free(&mut self, reg: Gpr) {
        self.free_gprs |= bit(reg) & self.plan.pool_gprs;
    }

    pub fn free_xmm(&mut self, reg: Xmm) {
        self.free_xmms |= bit(reg) & self.plan.pool_xmms;
    }

    pub fn release(&mut self, val: Val) {
        match val {
            Val::Gpr(r) => self.free(r),
            Val::Xmm(r) => self.free_xmm(r),
            Val::Spill(word) => self.free_spills.push(word),
            Val::Imm(_) | Val::Local(_) => {}
        }
    }

    // ---- moves ----

    pub fn mov(&mut self, dst: Gpr, src: Gpr) {
        if dst != src {
            dynasm!(self.ops; mov Rq(dst), Rq(src));
        }
    }

    pub fn mov_imm(&mut self, dst: Gpr, value: u64) {
        if let Ok(small) = u32::try_from(value) {
            dynasm!(self.ops; mov Rd(dst), small as i32);
        } else if let Ok(small) = i32::try_from(value as i64) {
            dynasm!(self.ops; mov Rq(dst), small);
        } else {
            dynasm!(self.ops; mov Rq(dst), QWORD value as i64);
        }
    }

    /// Brings an integer value into `dst`.
    pub fn move_to(&mut self, dst: Gpr, val: Val) {
        match val {
            Val::Imm(value) => self.mov_imm(dst, value),
            Val::Gpr(r) => self.mov(dst, r),
            Val::Spill(word) => framed!(self, frame_disp(word as usize), [mov Rq(dst),]),
            Val::Local(local) => match self.home(local) {
                Home::Gpr(r) => self.mov(dst, r),
                Home::Frame => framed!(self, frame_disp(local.index()), [mov Rq(dst),]),
                Home::Xmm(x) => dynasm!(self.ops; movq Rq(dst), Rx(x)),
            },
            Val::Xmm(x) => dynasm!(self.ops; movq Rq(dst), Rx(x)),
        }
    }

    /// The value in a register that may be changed; `hint` is used if a move is needed anyway.
    pub fn own(&mut self, val: Val, hint: Option<Gpr>) -> Gpr {
        if let Val::Gpr(r) = val {
            return r;
        }
        // Released last: making room may spill another value, and must not take this one's word.
        let dst = hint.unwrap_or_else(|| self.alloc());
        self.move_to(dst, val);
        self.release(val);
        dst
    }

    /// A register holding the value, for reading. `val` then says what is to be released.
    pub fn reg(&mut self, val: &mut Val) -> Gpr {
        if let Val::Local(local) = *val
            && let Home::Gpr(r) = self.home(local)
        {
            return r;
        }
        let r = self.own(*val, None);
        *val = Val::Gpr(r);
        r
    }

    /// The value as an operand. Immediates are taken as sign-extended 32 bits, or as bits if the operation is 32 wide.
    pub fn rm(&mut self, val: &mut Val, wide: bool) -> Rm {
        match *val {
            Val::Imm(value) => {
                let small = if wide {
                    i32::try_from(value as i64).ok()
                } else {
                    Some(value as u32 as i32)
                };
                if let Some(small) = small {
                    return Rm::I(small);
                }
                Rm::R(self.reg(val))
            }
            Val::Local(local) => match self.home(local) {
                Home::Gpr(r) => Rm::R(r),
                Home::Frame => Rm::M(frame_disp(local.index())),
                Home::Xmm(_) => Rm::R(self.reg(val)),
            },
            Val::Gpr(r) => Rm::R(r),
            Val::Spill(word) => Rm::M(frame_disp(word as usize)),
            Val::Xmm(_) => Rm::R(self.reg(val)),
        }
    }

    /// Stores an integer value as a whole word of a frame, `disp` bytes from ours.
    pub fn store_word(&mut self, disp: i32, val: Val) {
        match val {
            Val::Imm(value) if i32::try_from(value as i64).is_ok() => {
                framed!(self, disp, [mov QWORD], value as i32);
            }
            Val::Imm(_) | Val::Local(_) | Val::Gpr(_) | Val::Spill(_) | Val::Xmm(_) => {
                let mut val = val;
                let r = self.reg(&mut val);
                framed!(self, disp, [mov], Rq(r));
                self.release(val);
            }
        }
    }

    // ---- questions about expressions ----

    /// Whether the tree at `root` reads a local that lives in this register.
    pub fn mentions(&self, root: ExprId, home: Home) -> bool {
        let mut found = false;
        self.func.for_each_node(root, &mut |_, expr| {
            if let Expr::Local(local) = expr {
                found |= self.home(*local) == home;
            }
        });
        found
    }

    pub fn is_leaf(&self, expr: ExprId) -> bool {
        match self.func.expr(expr) {
            Expr::Const { .. } | Expr::Local(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_) => true,
            Expr::SlotAddr(_)
            | Expr::Load { .. }
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => false,
        }
    }

    pub fn constant(&self, expr: ExprId) -> Option<u64> {
        match *self.func.expr(expr) {
            Expr::Const { bits, .. } => Some(bits),
            Expr::GlobalAddr(global) => self.env.space.global_address(global),
            Expr::FuncAddr(func) => self.env.space.function_value(func),
            Expr::Local(_)
            | Expr::SlotAddr(_)
            | Expr::Load { .. }
            | Expr::Unary { .. }
            | Expr::Binary { .. }
            | Expr::Convert { .. }
            | Expr::Wrap { .. }
            | Expr::Select { .. }
            | Expr::Check { .. } => None,
        }
    }

    /// Width in bits of values of an integer or pointer type.
    pub fn bits(&self, ty: Ty) -> u32 {
        sx_ir::semantics::width(ty, self.env.pointer_size)
    }

    /// The wish that operand `first` may fulfil, given that `later` is evaluated after it.
    pub fn hint_before(&self, want: Want, later: ExprId) -> Want {
        Want {
            gpr: want.gpr.filter(|r| !self.mentions(later, Home::Gpr(*r))),
            xmm: want.xmm.filter(|r| !self.mentions(later, Home::Xmm(*r))),
            raw: want.raw,
        }
    }
}
