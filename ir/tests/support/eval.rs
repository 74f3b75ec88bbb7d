//! A tiny evaluator: enough to see whether two forms of a program do the same. Traps are compared by kind, memory by the
//! contents of globals.

use sx_ir::semantics;
use sx_ir::*;

/// What a run shows to the outside.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// Results of the root function, or why there are none.
    pub end: Result<Vec<u64>, Stop>,
    /// Arguments of host calls in order.
    pub calls: Vec<Vec<u64>>,
    pub globals: Vec<Vec<u8>>,
    /// Positions of the innermost frames at each host call.
    pub frames: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    Trap(TrapKind),
    /// Out of fuel: nothing to compare.
    Fuel,
}

const GLOBALS: u64 = 0x10_0000;
const FRAMES: u64 = 0x20_0000;

pub struct Eval<'m> {
    module: &'m Module,
    memory: Vec<(u64, Vec<u8>)>,
    calls: Vec<Vec<u64>>,
    fuel: u32,
    shift: u64,
    /// 1: computed NaNs are negative.
    nan_sign: u64,
    frame: u64,
}

enum Flow {
    Next,
    Break(LabelId),
    Continue(LabelId),
    Return(Vec<u64>),
}

struct Frame<'f> {
    func: &'f Function,
    locals: Vec<u64>,
    base: u64,
    offsets: Vec<u64>,
}

pub fn run(module: &Module, root: FuncId, args: &[u64], fuel: u32) -> Observed {
    run_at(module, root, args, fuel, 0)
}

/// With everything that many bytes further up: what depends on addresses is another run then.
pub fn run_at(module: &Module, root: FuncId, args: &[u64], fuel: u32, shift: u64) -> Observed {
    run_as(module, root, args, fuel, shift, 0)
}

/// As on another machine: with everything further up, and with another sign for the NaNs that arithmetic yields.
pub fn run_elsewhere(module: &Module, root: FuncId, args: &[u64], fuel: u32) -> Observed {
    run_as(module, root, args, fuel, 0x1230_0000, 1)
}

fn run_as(
    module: &Module,
    root: FuncId,
    args: &[u64],
    fuel: u32,
    shift: u64,
    nan_sign: u64,
) -> Observed {
    let mut memory = Vec::new();
    for (index, global) in module.globals.iter().enumerate() {
        let mut bytes = global.init.bytes.clone();
        bytes.resize(global.size as usize, 0);
        memory.push((shift + GLOBALS + index as u64 * 0x1000, bytes));
    }
    let mut eval = Eval {
        module,
        memory,
        calls: Vec::new(),
        fuel,
        shift,
        nan_sign,
        frame: shift + FRAMES,
    };
    let end = eval.call(root, args.to_vec());
    let globals = eval.memory[..module.globals.len()]
        .iter()
        .map(|(_, bytes)| bytes.clone())
        .collect();
    Observed {
        end,
        calls: eval.calls,
        globals,
        frames: Vec::new(),
    }
}

impl Eval<'_> {
    fn at(&mut self, addr: u64, size: u64) -> Result<&mut [u8], Stop> {
        for (start, bytes) in &mut self.memory {
            if addr >= *start && addr + size <= *start + bytes.len() as u64 {
                let from = (addr - *start) as usize;
                return Ok(&mut bytes[from..from + size as usize]);
            }
        }
        Err(Stop::Trap(TrapKind::BadAccess))
    }

    fn load(&mut self, ty: Ty, addr: u64) -> Result<u64, Stop> {
        let size = ty.size(self.module.target.pointer_size);
        let bytes = self.at(addr, size)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn store(&mut self, ty: Ty, addr: u64, value: u64) -> Result<(), Stop> {
        let size = ty.size(self.module.target.pointer_size) as usize;
        self.at(addr, size as u64)?
            .copy_from_slice(&value.to_le_bytes()[..size]);
        Ok(())
    }

    fn burn(&mut self) -> Result<(), Stop> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Stop::Fuel)?;
        Ok(())
    }

    fn call(&mut self, id: FuncId, args: Vec<u64>) -> Result<Vec<u64>, Stop> {
        self.burn()?;
        let module = self.module;
        let func = module.func(id);
        let Some(body) = &func.body else {
            let sum = args
                .iter()
                .fold(7u64, |sum, arg| sum.wrapping_mul(31).wrapping_add(*arg));
            self.calls.push(args);
            return Ok(module
                .sig(func.sig)
                .results
                .iter()
                .map(|_| sum & 0x7f)
                .collect());
        };
        let layout = func.frame_layout();
        let base = self.frame;
        self.frame += 0x1_0000;
        for (slot, offset) in func.slots.iter().zip(&layout.offsets) {
            // Every slot is an object of its own, so that leaving one is noticed.
            self.memory
                .push((base + offset * 16, vec![0; slot.size as usize]));
        }
        let mut locals = args;
        locals.resize(func.locals.len(), 0);
        let offsets = layout.offsets.iter().map(|offset| offset * 16).collect();
        let mut frame = Frame {
            func,
            locals,
            base,
            offsets,
        };
        let flow = self.block(&mut frame, body);
        self.frame -= 0x1_0000;
        self.memory.truncate(self.memory.len() - func.slots.len());
        match flow? {
            Flow::Return(values) => Ok(values),
            Flow::Next | Flow::Break(_) | Flow::Continue(_) => Ok(Vec::new()),
        }
    }

    fn block(&mut self, f: &mut Frame<'_>, block: &Block) -> Result<Flow, Stop> {
        for stmt in &block.stmts {
            match self.stmt(f, &stmt.kind)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, f: &mut Frame<'_>, kind: &StmtKind) -> Result<Flow, Stop> {
        let values: Vec<u64> = kind
            .operands()
            .into_iter()
            .map(|root| self.expr(f, root))
            .collect::<Result<_, _>>()?;
        match kind {
            StmtKind::Set { local, .. } => f.locals[local.index()] = values[0],
            StmtKind::Store { ty, .. } | StmtKind::AtomicStore { ty, .. } => {
                self.store(*ty, values[0], values[1])?
            }
            StmtKind::Copy { .. } => {
                if values[2] > 0 {
                    let bytes = self.at(values[1], values[2])?.to_vec();
                    self.at(values[0], values[2])?.copy_from_slice(&bytes);
                }
            }
            StmtKind::Fill { .. } => {
                if values[2] > 0 {
                    self.at(values[0], values[2])?.fill(values[1] as u8);
                }
            }
            StmtKind::Eval(_) => {}
            StmtKind::Call(call) => {
                let (target, args) = match call.callee {
                    Callee::Direct(id) => (id, values),
                    Callee::Indirect { .. } => (FuncId(values[0] as u32), values[1..].to_vec()),
                };
                let results = self.call(target, args)?;
                for (local, value) in call.results.iter().zip(results) {
                    f.locals[local.index()] = value;
                }
            }
            StmtKind::If { then, els, .. } => {
                return self.block(f, if values[0] != 0 { then } else { els });
            }
            StmtKind::Block { label, body } => {
                return Ok(match self.block(f, body)? {
                    Flow::Break(to) if to == *label => Flow::Next,
                    flow => flow,
                });
            }
            StmtKind::Loop { label, body } => loop {
                self.burn()?;
                match self.block(f, body)? {
                    Flow::Break(to) if to == *label => return Ok(Flow::Next),
                    Flow::Continue(to) if to == *label => {}
                    Flow::Next => {}
                    flow => return Ok(flow),
                }
            },
            StmtKind::Switch { cases, default, .. } => {
                let case = cases.iter().find(|case| case.values.contains(&values[0]));
                return self.block(f, case.map_or(default, |case| &case.body));
            }
            StmtKind::Break(label) => return Ok(Flow::Break(*label)),
            StmtKind::Continue(label) => return Ok(Flow::Continue(*label)),
            StmtKind::Return(_) => return Ok(Flow::Return(values)),
            StmtKind::Trap(kind) => return Err(Stop::Trap(*kind)),
            StmtKind::AtomicLoad { dst, ty, .. } => {
                f.locals[dst.index()] = self.load(*ty, values[0])?
            }
            StmtKind::AtomicRmw { dst, op, ty, .. } => {
                let old = self.load(*ty, values[0])?;
                self.store(*ty, values[0], semantics::rmw(*op, *ty, old, values[1], 8))?;
                f.locals[dst.index()] = old;
            }
            StmtKind::AtomicCmpxchg { old, ok, ty, .. } => {
                let seen = self.load(*ty, values[0])?;
                if seen == values[1] {
                    self.store(*ty, values[0], values[2])?;
                }
                f.locals[old.index()] = seen;
                f.locals[ok.index()] = u64::from(seen == values[1]);
            }
            StmtKind::Fence(_) => {}
        }
        Ok(Flow::Next)
    }

    /// What arithmetic has yielded, with the sign that computed NaNs have.
    fn computed(&self, ty: Ty, value: u64) -> u64 {
        match ty {
            Ty::F64 if f64::from_bits(value).is_nan() => value ^ self.nan_sign << 63,
            Ty::F32 if f32::from_bits(value as u32).is_nan() => value ^ self.nan_sign << 31,
            Ty::F32 | Ty::F64 | Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 | Ty::Ptr => value,
        }
    }

    fn expr(&mut self, f: &Frame<'_>, id: ExprId) -> Result<u64, Stop> {
        Ok(match *f.func.expr(id) {
            Expr::Const { bits, .. } => bits,
            Expr::Local(local) => f.locals[local.index()],
            Expr::Load { ty, addr } => {
                let addr = self.expr(f, addr)?;
                self.load(ty, addr)?
            }
            Expr::SlotAddr(slot) => f.base + f.offsets[slot.index()],
            Expr::GlobalAddr(global) => self.shift + GLOBALS + u64::from(global.0) * 0x1000,
            Expr::FuncAddr(func) => u64::from(func.0),
            Expr::Unary { op, ty, a } => {
                let value = semantics::unary(op, ty, self.expr(f, a)?);
                self.computed(ty, value)
            }
            Expr::Binary { op, ty, a, b } => {
                let a = self.expr(f, a)?;
                let b = self.expr(f, b)?;
                let value = semantics::binary(op, ty, a, b, 8).map_err(Stop::Trap)?;
                self.computed(op.result(ty), value)
            }
            Expr::Convert { op, from, to, a } => {
                let value = semantics::convert(op, from, to, self.expr(f, a)?, 8);
                self.computed(to, value)
            }
            Expr::Wrap {
                ty,
                bits,
                signed,
                a,
            } => semantics::wrap(ty, bits, signed, self.expr(f, a)?),
            Expr::Select { cond, a, b, .. } => {
                let cond = self.expr(f, cond)?;
                let a = self.expr(f, a)?;
                let b = self.expr(f, b)?;
                if cond != 0 { a } else { b }
            }
            Expr::Check {
                kind, rel, a, b, ..
            } => {
                let a = self.expr(f, a)?;
                let b = self.expr(f, b)?;
                if !rel.holds(a, b) {
                    return Err(Stop::Trap(kind));
                }
                a
            }
        })
    }
}
