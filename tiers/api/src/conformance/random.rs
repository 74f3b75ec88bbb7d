//! Random programs, the same for the same seed, for comparing engines with each other: everything the suite covers, in
//! combinations nobody would write. Most finish or trap soon; all end by a step limit.

use sx_ir::image::{ConstImage, RelocTarget};
use sx_ir::op::{ALL_CHECK_RELS, ALL_RMW, ALL_TYS};
use sx_ir::trap::TRAP_KINDS;
use sx_ir::{
    ALL_BINARY, ALL_CONVERT, ALL_UNARY, BinaryOp, Expr, ExprId, FuncId, GlobalId, LabelId, LocalId,
    Module, Order, SigId, SlotId, StmtKind, Target, TrapKind, Ty, UnaryOp, semantics,
};

use super::build::{Build, Fun, big_endian, big_endian_32, little_endian_32};
use super::expect::TestHost;
use crate::{ComptimeEngine, Limits, Snapshot};

pub struct Program {
    pub module: Module,
    pub root: FuncId,
    pub args: Vec<u64>,
    pub limits: Limits,
}

/// What a run did, as far as engines must agree.
pub fn observe(engine: &mut dyn ComptimeEngine, program: &Program) -> String {
    observe_from(engine, program, None).0
}

/// The same from a state, and the state it leaves.
pub fn observe_from(
    engine: &mut dyn ComptimeEngine,
    program: &Program,
    from: Option<&Snapshot>,
) -> (String, Option<Snapshot>) {
    let mut host = TestHost::default();
    let (module, root) = (&program.module, program.root);
    let (args, limits) = (&program.args, &program.limits);
    let outcome = engine.start(from, module, root, args, limits, &mut host);
    let text = format!(
        "{:x?}\nframes {:?}\nsteps {} peak {} digest {:x}\nlog {:x?}",
        outcome.status,
        &outcome.frames[..outcome.frames.len().min(50)],
        outcome.steps,
        outcome.peak_memory,
        outcome.memory.digest(),
        host.log
    );
    (text, outcome.memory.snapshot())
}

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What all functions of a program may use.
struct World {
    rng: Rng,
    pointer_size: u64,
    funcs: Vec<(FuncId, Vec<Ty>, Vec<Ty>, SigId)>,
    globals: Vec<(GlobalId, u64)>,
    table: GlobalId,
    add2: FuncId,
    alloc: FuncId,
    free: FuncId,
    log: FuncId,
}

/// What the function being made may use.
struct Scope {
    slots: Vec<(SlotId, u64)>,
    /// Label, and whether it is a loop.
    labels: Vec<(LabelId, bool)>,
    results: Vec<Ty>,
    budget: usize,
}

pub fn program(seed: u64) -> Program {
    let mut rng = Rng(seed);
    let target = match rng.below(8) {
        0 => big_endian(),
        1 => little_endian_32(),
        2 => big_endian_32(),
        _ => Target::x86_64_linux(),
    };
    let pointer_size = target.pointer_size;
    let mut b = Build::new(target);
    let mut globals = Vec::new();
    for mutable in [true, true, false] {
        let size = 8 + rng.below(56) as u64;
        let bytes = (0..size).map(|_| rng.next() as u8).collect();
        globals.push((
            b.global(
                size,
                rng.pick(&[1, 4, 8, 16]),
                mutable,
                ConstImage::from_bytes(bytes),
            ),
            size,
        ));
    }
    let mut funcs = Vec::new();
    for i in 0..2 + rng.below(4) {
        let params: Vec<Ty> = (0..rng.below(5)).map(|_| rng.pick(&ALL_TYS)).collect();
        let results: Vec<Ty> = (0..rng.below(4)).map(|_| rng.pick(&ALL_TYS)).collect();
        let id = b.declare(&format!("f{i}"), &params, &results);
        let sig = b.sig(&params, &results);
        funcs.push((id, params, results, sig));
    }
    let targets: Vec<_> = funcs.iter().map(|f| (RelocTarget::Func(f.0), 0)).collect();
    let image = b.table(&targets);
    let table = b.global(pointer_size * funcs.len() as u64, 8, false, image);
    let mut world = World {
        rng,
        pointer_size,
        funcs,
        globals,
        table,
        add2: b.external("add2", &[Ty::I32, Ty::I32], &[Ty::I32], false),
        alloc: b.external("alloc", &[Ty::I64], &[Ty::Ptr], false),
        free: b.external("free", &[Ty::Ptr], &[], false),
        log: b.compiler("log", &[Ty::I64], &[]),
    };
    for i in 0..world.funcs.len() {
        let (id, _, results, _) = world.funcs[i].clone();
        b.define(id, |f| function(&mut world, f, results));
    }
    let (root, params, _, _) = world.funcs[0].clone();
    let args = params.iter().map(|ty| world.constant(*ty)).collect();
    let steps = if world.rng.one_in(3) {
        world.rng.below(60) as u64
    } else {
        3000
    };
    let depth = if world.rng.one_in(4) {
        world.rng.below(10) as u32
    } else {
        200
    };
    let memory = if world.rng.one_in(4) { 500 } else { 1 << 20 };
    Program {
        module: b.module,
        root,
        args,
        limits: Limits {
            steps,
            memory,
            depth,
        },
    }
}

fn function(w: &mut World, f: &mut Fun, results: Vec<Ty>) {
    f.expr_locs = !w.rng.one_in(8);
    for _ in 0..3 + w.rng.below(8) {
        let ty = w.rng.pick(&ALL_TYS);
        f.local(ty);
    }
    let mut slots = Vec::new();
    for _ in 0..w.rng.below(3) {
        let size = 1 + w.rng.below(40) as u64;
        slots.push((f.slot(size, w.rng.pick(&[1, 2, 8, 16])), size));
    }
    let budget = 10 + w.rng.below(40);
    let mut scope = Scope {
        slots,
        labels: Vec::new(),
        results,
        budget,
    };
    w.statements(f, &mut scope, 0);
    let results = scope.results.clone();
    let values: Vec<_> = results.iter().map(|ty| w.expr(f, &scope, *ty, 3)).collect();
    f.ret(&values);
}

impl World {
    fn constant(&mut self, ty: Ty) -> u64 {
        let bits = semantics::width(ty, self.pointer_size);
        let value = match (ty, self.rng.below(6)) {
            (Ty::F64, 0..3) => (self.rng.below(2000) as f64 / 8.0 - 100.0).to_bits(),
            (Ty::F32, 0..3) => u64::from((self.rng.below(2000) as f32 / 8.0 - 100.0).to_bits()),
            (_, 0) => 0,
            (_, 1) => 1u64 << self.rng.below(64),
            (_, 2) => u64::MAX,
            (_, 3) => self.rng.next(),
            (_, _) => self.rng.below(20) as u64,
        };
        semantics::zext_from(value, bits)
    }

    fn local_of(&mut self, f: &Fun, ty: Ty) -> Option<LocalId> {
        let all: Vec<LocalId> = (0..f.func.locals.len())
            .filter(|i| f.func.locals[*i].ty == ty)
            .map(LocalId::new)
            .collect();
        if all.is_empty() {
            None
        } else {
            Some(self.rng.pick(&all))
        }
    }

    /// An address where `len` bytes are usually accessible.
    fn address(&mut self, f: &mut Fun, s: &Scope, len: u64, depth: usize) -> ExprId {
        let (base, size) = match self.rng.below(6) {
            0 | 1 if !s.slots.is_empty() => {
                let (slot, size) = self.rng.pick(&s.slots);
                (f.slot_addr(slot), size)
            }
            2 if depth > 0 => return self.expr(f, s, Ty::Ptr, depth - 1),
            _ => {
                let (global, size) = self.rng.pick(&self.globals);
                (f.global(global), size)
            }
        };
        let room = size.saturating_sub(len);
        if room > 0 && depth > 0 && self.rng.one_in(2) {
            // A computed offset within the object.
            let n = self.expr(f, s, Ty::I64, depth - 1);
            let m = f.i64(room as i64 + 1);
            let offset = f.bin(BinaryOp::RemU, Ty::I64, n, m);
            return f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, offset);
        }
        match self.rng.below(4) {
            0 => base,
            1 if self.rng.one_in(6) => f.at(base, size as i64),
            _ => f.at(base, self.rng.below(room as usize + 1) as i64),
        }
    }

    fn expr(&mut self, f: &mut Fun, s: &Scope, ty: Ty, depth: usize) -> ExprId {
        if depth == 0 || self.rng.one_in(5) {
            return match self.local_of(f, ty) {
                Some(local) if !self.rng.one_in(3) => f.get(local),
                _ => {
                    let bits = self.constant(ty);
                    f.c(ty, bits)
                }
            };
        }
        let d = depth - 1;
        match self.rng.below(12) {
            0 => {
                let addr = self.address(f, s, ty.size(self.pointer_size), d);
                f.load(ty, addr)
            }
            1 => {
                let cond = self.expr(f, s, Ty::I8, d);
                let (a, b) = (self.expr(f, s, ty, d), self.expr(f, s, ty, d));
                f.expr(Expr::Select { ty, cond, a, b })
            }
            2 if !ty.is_float() => {
                let (a, b) = (self.expr(f, s, ty, d), self.expr(f, s, ty, d));
                let (kind, rel) = (self.rng.pick(&TRAP_KINDS), self.rng.pick(&ALL_CHECK_RELS));
                // Mostly checks that hold.
                if self.rng.one_in(4) {
                    f.check(kind, rel, ty, a, b)
                } else {
                    let max = f.c(
                        ty,
                        semantics::zext_from(u64::MAX, semantics::width(ty, self.pointer_size)),
                    );
                    f.check(kind, sx_ir::CheckRel::AtMost, ty, a, max)
                }
            }
            3 | 4 => self.conversion(f, s, ty, d),
            5 if ty.is_int() => {
                let a = self.expr(f, s, ty, d);
                let bits = 1 + self.rng.below(ty.int_bits().unwrap_or(8) as usize) as u8;
                let signed = self.rng.one_in(2);
                f.expr(Expr::Wrap {
                    ty,
                    bits,
                    signed,
                    a,
                })
            }
            6 if ty.is_float() => {
                let a = self.expr(f, s, ty, d);
                // The transcendental ones are slow and have cases of their own.
                let op = self.rng.pick(&ALL_UNARY[..3]);
                debug_assert!(matches!(
                    op,
                    UnaryOp::FNeg | UnaryOp::FSqrt | UnaryOp::FFloor
                ));
                f.un(op, ty, a)
            }
            7 if ty == Ty::Ptr => self.address(f, s, 8, d),
            8 if ty == Ty::Ptr => {
                let target = self.rng.below(self.funcs.len());
                f.func_addr(self.funcs[target].0)
            }
            _ => {
                let fits: Vec<(BinaryOp, Ty)> = ALL_BINARY
                    .iter()
                    .flat_map(|op| ALL_TYS.map(|operand| (*op, operand)))
                    .filter(|(op, operand)| op.accepts(*operand) && op.result(*operand) == ty)
                    .collect();
                let (op, operand) = self.rng.pick(&fits);
                let a = self.expr(f, s, operand, d);
                let b = self.expr(f, s, op.second_operand(operand), d);
                if op.can_trap() && !self.rng.one_in(5) {
                    let one = f.c(operand, 1);
                    let b = f.bin(BinaryOp::Or, operand, b, one);
                    return f.bin(op, operand, a, b);
                }
                f.bin(op, operand, a, b)
            }
        }
    }

    fn conversion(&mut self, f: &mut Fun, s: &Scope, to: Ty, d: usize) -> ExprId {
        let fits: Vec<_> = ALL_CONVERT
            .iter()
            .flat_map(|op| ALL_TYS.map(|from| (*op, from)))
            .filter(|(op, from)| op.accepts(*from, to))
            .collect();
        if fits.is_empty() {
            return self.expr(f, s, to, d);
        }
        let (op, from) = self.rng.pick(&fits);
        let a = self.expr(f, s, from, d);
        f.conv(op, from, to, a)
    }

    fn any_local(&mut self, f: &Fun) -> (LocalId, Ty) {
        let local = self.rng.below(f.func.locals.len());
        (LocalId::new(local), f.func.locals[local].ty)
    }

    fn statements(&mut self, f: &mut Fun, s: &mut Scope, nesting: usize) {
        for _ in 0..1 + self.rng.below(5) {
            if s.budget == 0 {
                return;
            }
            s.budget -= 1;
            self.statement(f, s, nesting);
        }
    }

    fn statement(&mut self, f: &mut Fun, s: &mut Scope, nesting: usize) {
        let depth = self.rng.below(5);
        match self.rng.below(24) {
            0..5 => {
                let (local, ty) = self.any_local(f);
                let value = self.expr(f, s, ty, depth);
                f.set(local, value);
            }
            5..8 => {
                let ty = self.rng.pick(&ALL_TYS);
                let addr = self.address(f, s, ty.size(self.pointer_size), 2);
                let value = self.expr(f, s, ty, depth);
                f.store(ty, addr, value);
            }
            8 => {
                let len = self.rng.below(9) as u64;
                let (dst, src) = (self.address(f, s, len, 1), self.address(f, s, len, 1));
                let len = f.i64(len as i64);
                f.copy(dst, src, len);
            }
            9 => {
                let len = self.rng.below(9) as u64;
                let dst = self.address(f, s, len, 1);
                let byte = self.expr(f, s, Ty::I8, 1);
                let len = f.i64(len as i64);
                f.fill(dst, byte, len);
            }
            10 => {
                let value = self.expr(f, s, Ty::I64, depth);
                f.call(self.log, &[value], &[]);
            }
            11 | 12 => self.call(f, s),
            13 => self.host_call(f, s),
            14 | 15 if nesting < 4 => {
                let cond = self.expr(f, s, Ty::I8, depth);
                // Both branches need the generator; statements of one are made before the other's.
                let (w, s) = (std::cell::RefCell::new(self), std::cell::RefCell::new(s));
                f.if_(
                    cond,
                    |f| {
                        w.borrow_mut()
                            .statements(f, &mut s.borrow_mut(), nesting + 1)
                    },
                    |f| {
                        w.borrow_mut()
                            .statements(f, &mut s.borrow_mut(), nesting + 1)
                    },
                );
            }
            16 if nesting < 4 => {
                let n = f.i64(self.rng.below(6) as i64);
                f.count(n, |f, _, label| {
                    s.labels.push((label, true));
                    self.statements(f, s, nesting + 1);
                    s.labels.pop();
                });
            }
            17 if nesting < 4 => {
                f.block(|f, label| {
                    s.labels.push((label, false));
                    self.statements(f, s, nesting + 1);
                    s.labels.pop();
                });
            }
            18 if nesting < 4 => {
                let ty = self.rng.pick(&[Ty::I8, Ty::I16, Ty::I32, Ty::I64]);
                let value = self.expr(f, s, ty, depth);
                let spread = self.rng.pick(&[1u64, 3, 1 << 20]);
                let values: Vec<u64> = (0..self.rng.below(6) as u64)
                    .map(|i| {
                        semantics::zext_from(i * spread, semantics::width(ty, self.pointer_size))
                    })
                    .collect();
                let mut distinct = values.clone();
                distinct.sort_unstable();
                distinct.dedup();
                let cases: Vec<&[u64]> = distinct.chunks(1 + self.rng.below(2)).collect();
                f.switch(ty, value, &cases, |f, _| self.statements(f, s, nesting + 1));
            }
            19 if !s.labels.is_empty() && nesting > 0 => {
                let (label, is_loop) = self.rng.pick(&s.labels);
                if is_loop && self.rng.one_in(2) {
                    f.cont(label);
                } else {
                    f.brk(label);
                }
            }
            20 if nesting > 0 && self.rng.one_in(3) => {
                let results = s.results.clone();
                let values: Vec<_> = results.iter().map(|ty| self.expr(f, s, *ty, 2)).collect();
                f.ret(&values);
            }
            21 => self.atomic(f, s),
            22 if self.rng.one_in(6) => {
                f.trap(self.rng.pick(&[TrapKind::Unreachable, TrapKind::Abort]));
            }
            _ => {
                let ty = self.rng.pick(&ALL_TYS);
                let value = self.expr(f, s, ty, depth);
                f.eval(value);
            }
        }
    }

    /// Locals for results of these types, all different; fresh ones where there are not enough.
    fn result_locals(&mut self, f: &mut Fun, types: &[Ty]) -> Vec<LocalId> {
        let mut out: Vec<LocalId> = Vec::new();
        for ty in types {
            let local = match self.local_of(f, *ty) {
                Some(local) if !out.contains(&local) => local,
                _ => f.local(*ty),
            };
            out.push(local);
        }
        out
    }

    fn call(&mut self, f: &mut Fun, s: &Scope) {
        let index = self.rng.below(self.funcs.len());
        let (id, params, results, sig) = self.funcs[index].clone();
        let target = if self.rng.one_in(3) {
            Some(match self.rng.below(3) {
                0 => f.func_addr(id),
                1 => {
                    let table = f.global(self.table);
                    let at = f.at(table, (index as u64 * self.pointer_size) as i64);
                    f.load(Ty::Ptr, at)
                }
                _ => self.expr(f, s, Ty::Ptr, 2),
            })
        } else {
            None
        };
        let args: Vec<_> = params.iter().map(|ty| self.expr(f, s, *ty, 2)).collect();
        let locals = self.result_locals(f, &results);
        match target {
            Some(target) => f.call_indirect(target, sig, &args, &locals),
            None => f.call(id, &args, &locals),
        };
    }

    fn host_call(&mut self, f: &mut Fun, s: &Scope) {
        match self.rng.below(4) {
            0 => {
                let args = [self.expr(f, s, Ty::I32, 2), self.expr(f, s, Ty::I32, 2)];
                let locals = self.result_locals(f, &[Ty::I32]);
                f.call(self.add2, &args, &locals);
            }
            1 | 2 => {
                let size = f.i64(self.rng.below(200) as i64);
                let locals = self.result_locals(f, &[Ty::Ptr]);
                f.call(self.alloc, &[size], &locals);
                let (at, value) = (f.get(locals[0]), self.expr(f, s, Ty::I8, 1));
                f.store(Ty::I8, at, value);
            }
            _ => {
                if let Some(local) = self.local_of(f, Ty::Ptr)
                    && self.rng.one_in(3)
                {
                    let at = f.get(local);
                    f.call(self.free, &[at], &[]);
                }
            }
        }
    }

    fn atomic(&mut self, f: &mut Fun, s: &Scope) {
        let ty = self.rng.pick(&[Ty::I8, Ty::I16, Ty::I32, Ty::I64]);
        let addr = self.address(f, s, ty.size(self.pointer_size), 1);
        match self.rng.below(4) {
            0 => {
                let dst = self.result_locals(f, &[ty])[0];
                f.stmt(StmtKind::AtomicLoad {
                    dst,
                    ty,
                    addr,
                    order: Order::SeqCst,
                });
            }
            1 => {
                let value = self.expr(f, s, ty, 2);
                f.stmt(StmtKind::AtomicStore {
                    ty,
                    addr,
                    value,
                    order: Order::SeqCst,
                });
            }
            2 => {
                let dst = self.result_locals(f, &[ty])[0];
                let value = self.expr(f, s, ty, 2);
                f.rmw(dst, self.rng.pick(&ALL_RMW), ty, addr, value);
            }
            _ => {
                let locals = self.result_locals(f, &[ty, Ty::I8]);
                let (expected, desired) = (self.expr(f, s, ty, 2), self.expr(f, s, ty, 2));
                f.cmpxchg((locals[0], locals[1]), ty, addr, expected, desired);
            }
        }
    }
}
