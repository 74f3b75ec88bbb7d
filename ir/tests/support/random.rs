//! Random programs that verify. Addresses of slots never become visible, so that passes may move and drop slots.

mod shapes;

use sx_ir::*;

pub struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

const SCALARS: [Ty; 4] = [Ty::I8, Ty::I32, Ty::I64, Ty::F64];
const OBJECT: u64 = 24;

/// Function 0 is the root with parameters i64, i64; 1 and 2 are small leaves; 3 is the host's; 4 calls 1.
pub fn program(seed: u64) -> Module {
    let mut rng = Rng(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    (0..8).for_each(|_| {
        rng.below(2);
    });
    let mut module = Module::new(Target::x86_64_linux());
    module.files.push("a.sx".into());
    for index in 0..2 {
        let bytes = (0..OBJECT as u8)
            .map(|i| if i.is_multiple_of(4) { i } else { 0 })
            .collect();
        module.add_global(Global {
            name: format!("g{index}"),
            size: OBJECT,
            align: 8,
            init: ConstImage::from_bytes(bytes),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
    }
    let param = |ty| Param {
        ty,
        attr: ParamAttr::None,
    };
    let sig = |module: &mut Module, params: &[Ty], results: &[Ty]| {
        module.add_sig(Signature {
            conv: CallConv::Sx,
            params: params.iter().map(|ty| param(*ty)).collect(),
            results: results.to_vec(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        })
    };
    let root = sig(&mut module, &[Ty::I64, Ty::I64], &[Ty::I64, Ty::F64]);
    let leaf = sig(&mut module, &[Ty::I64, Ty::Ptr], &[Ty::I64, Ty::I8]);
    let effect = sig(&mut module, &[Ty::I32, Ty::I64], &[]);
    let host = sig(&mut module, &[Ty::I64], &[Ty::I64]);
    for (name, sig, linkage) in [
        ("root", root, Linkage::Internal),
        ("leaf", leaf, Linkage::Internal),
        ("effect", effect, Linkage::Internal),
        ("host", host, Linkage::Host("host".into())),
        ("middle", leaf, Linkage::Internal),
    ] {
        let params = module.sig(sig).params.clone();
        module.add_func(Function::new(name.into(), linkage, sig, &params, LocId(0)));
    }
    for (index, callees, size) in [
        (1, &[][..], 6),
        (2, &[][..], 5),
        (4, &[1, 3][..], 8),
        (0, &[1, 2, 3, 4, 1, 2][..], 30),
    ] {
        body(&mut module, &mut rng, FuncId(index), callees, size);
    }
    module
}

struct Gen<'a> {
    module: &'a mut Module,
    rng: &'a mut Rng,
    f: Function,
    callees: &'a [u32],
    /// Statements that may still be made.
    budget: u32,
    /// Labels around, loops marked.
    labels: Vec<(LabelId, bool)>,
    /// Pointers to globals may be stored; those to slots not.
    global_ptrs: Vec<LocalId>,
    slot_ptrs: Vec<LocalId>,
    line: u32,
    /// Slots are used as a struct of i64, f64, i8, i32 mostly.
    tidy: bool,
    /// Locals that only what made them uses.
    hidden: Vec<LocalId>,
}

fn body(module: &mut Module, rng: &mut Rng, id: FuncId, callees: &[u32], size: u32) {
    let f = module.func(id).clone();
    let mut g = Gen {
        module,
        rng,
        f,
        callees,
        budget: size,
        labels: Vec::new(),
        global_ptrs: Vec::new(),
        slot_ptrs: Vec::new(),
        line: id.0 * 1000,
        tidy: false,
        hidden: Vec::new(),
    };
    g.tidy = g.rng.one_in(2);
    for ty in SCALARS {
        for _ in 0..3 {
            g.f.add_local(ty);
        }
    }
    for index in 0..g.f.locals.len() {
        if g.f.locals[index].ty == Ty::Ptr {
            g.slot_ptrs.push(LocalId::new(index));
        }
    }
    for _ in 0..(if callees.is_empty() {
        g.rng.below(3)
    } else {
        2 + g.rng.below(3)
    }) {
        g.f.add_slot(OBJECT, 8);
    }
    let mut block = Block::default();
    for _ in 0..2 {
        let local = g.f.add_local(Ty::Ptr);
        g.global_ptrs.push(local);
        let value = g.node(Expr::GlobalAddr(GlobalId(0)));
        g.push(&mut block, StmtKind::Set { local, value });
        if !g.f.slots.is_empty() {
            let local = g.f.add_local(Ty::Ptr);
            g.slot_ptrs.push(local);
            if !g.rng.one_in(10) {
                let value = g.slot_addr();
                g.push(&mut block, StmtKind::Set { local, value });
            }
        }
    }
    while g.budget > 0 {
        g.stmt(&mut block);
    }
    let kind = g.ret();
    g.push(&mut block, kind);
    g.f.body = Some(block);
    let f = g.f;
    module.funcs[id.index()] = f;
}

impl Gen<'_> {
    fn loc(&mut self) -> LocId {
        let line = self.line;
        self.module.add_loc(SrcLoc {
            file: 0,
            line,
            col: 1,
            inlined: None,
        })
    }

    fn node(&mut self, expr: Expr) -> ExprId {
        let loc = self.loc();
        self.f.add_expr(expr, loc)
    }

    fn int(&mut self, ty: Ty, bits: u64) -> ExprId {
        self.node(Expr::Const {
            ty,
            bits: semantics::zext_from(bits, semantics::width(ty, 8)),
        })
    }

    fn push(&mut self, block: &mut Block, kind: StmtKind) {
        let loc = self.loc();
        block.stmts.push(Stmt { loc, kind });
        self.line += 1;
    }

    fn local(&mut self, ty: Ty) -> LocalId {
        let all: Vec<_> = (0..self.f.locals.len()).map(LocalId::new).collect();
        let all: Vec<_> = all
            .into_iter()
            .filter(|local| self.f.locals[local.index()].ty == ty && !self.hidden.contains(local))
            .collect();
        self.rng.pick(&all)
    }

    fn slot_addr(&mut self) -> ExprId {
        let slot = SlotId(self.rng.below(self.f.slots.len() as u64) as u32);
        self.node(Expr::SlotAddr(slot))
    }

    fn plus(&mut self, a: ExprId, offset: u64) -> ExprId {
        let b = self.int(Ty::I64, offset);
        self.node(Expr::Binary {
            op: BinaryOp::PtrAdd,
            ty: Ty::Ptr,
            a,
            b,
        })
    }

    /// An address with room for `size` bytes (if its pointer was ever set).
    fn addr(&mut self, size: u64, depth: u32) -> ExprId {
        if self.rng.one_in(1000) {
            return self.int(Ty::Ptr, 16);
        }
        if self.tidy && !self.f.slots.is_empty() && !self.rng.one_in(12) {
            let slot = self.slot_addr();
            let offset = match size {
                1 => 16,
                4 => 20,
                8 => self.rng.pick(&[0, 8]),
                12 => self.rng.pick(&[0, 4, 12]),
                16 => self.rng.pick(&[0, 8]),
                _ => 0,
            };
            return if offset == 0 {
                slot
            } else {
                self.plus(slot, offset)
            };
        }
        let base = match self.rng.below(9) {
            0 => {
                let global = GlobalId(self.rng.below(2) as u32);
                self.node(Expr::GlobalAddr(global))
            }
            1 => {
                let local = self.rng.pick(&self.global_ptrs.clone());
                self.node(Expr::Local(local))
            }
            2 if !self.slot_ptrs.is_empty() => {
                let local = self.rng.pick(&self.slot_ptrs.clone());
                self.node(Expr::Local(local))
            }
            _ if !self.f.slots.is_empty() => self.slot_addr(),
            _ => self.node(Expr::GlobalAddr(GlobalId(1))),
        };
        match self.rng.below(8) {
            0 | 1 => base,
            2 if depth > 0 && size <= 8 => {
                // An offset that is not known.
                let value = self.expr(Ty::I64, depth - 1);
                let mask = self.int(Ty::I64, 8);
                let b = self.node(Expr::Binary {
                    op: BinaryOp::And,
                    ty: Ty::I64,
                    a: value,
                    b: mask,
                });
                self.node(Expr::Binary {
                    op: BinaryOp::PtrAdd,
                    ty: Ty::Ptr,
                    a: base,
                    b,
                })
            }
            3 => {
                let back = self.plus(base, 8);
                self.plus(back, 0u64.wrapping_sub(8))
            }
            4 if size <= 4 => {
                let offset = self.rng.pick(&[4, 12, 20]);
                self.plus(base, offset)
            }
            4 | 5 if size == 12 => {
                let offset = self.rng.pick(&[4, 12]);
                self.plus(base, offset)
            }
            _ if size <= 8 => {
                let offset = self.rng.pick(&[8, 16]);
                self.plus(base, offset)
            }
            _ => base,
        }
    }

    fn expr(&mut self, ty: Ty, depth: u32) -> ExprId {
        if depth == 0 || self.rng.one_in(4) {
            if self.rng.one_in(2) {
                let local = self.local(ty);
                return self.node(Expr::Local(local));
            }
            let small = self.rng.pick(&[0, 1, 2, 8, u64::MAX, 63, 7]);
            return match ty {
                Ty::F64 => {
                    let value = self.rng.pick(&[0.0f64, 1.5, -2.0, 1e18]);
                    self.int(ty, value.to_bits())
                }
                _ => self.int(ty, small),
            };
        }
        if self.rng.one_in(4) {
            let addr = self.addr(ty.size(8), depth - 1);
            return self.node(Expr::Load { ty, addr });
        }
        if self.rng.one_in(12) {
            let cond = self.expr(Ty::I8, depth - 1);
            let a = self.expr(ty, depth - 1);
            let b = self.expr(ty, depth - 1);
            return self.node(Expr::Select { ty, cond, a, b });
        }
        if ty == Ty::F64 {
            if self.rng.one_in(3) {
                let a = self.expr(Ty::I64, depth - 1);
                return self.node(Expr::Convert {
                    op: ConvertOp::SToF,
                    from: Ty::I64,
                    to: ty,
                    a,
                });
            }
            let op = self
                .rng
                .pick(&[BinaryOp::FAdd, BinaryOp::FMul, BinaryOp::FDiv]);
            let a = self.expr(ty, depth - 1);
            let b = self.expr(ty, depth - 1);
            return self.node(Expr::Binary { op, ty, a, b });
        }
        match self.rng.below(10) {
            0 if ty != Ty::I8 => {
                let from = if ty == Ty::I64 {
                    self.rng.pick(&[Ty::I8, Ty::I32])
                } else {
                    Ty::I8
                };
                let op = self.rng.pick(&[ConvertOp::SExt, ConvertOp::ZExt]);
                let a = self.expr(from, depth - 1);
                self.node(Expr::Convert {
                    op,
                    from,
                    to: ty,
                    a,
                })
            }
            1 if ty != Ty::I64 => {
                let a = self.expr(Ty::I64, depth - 1);
                self.node(Expr::Convert {
                    op: ConvertOp::Trunc,
                    from: Ty::I64,
                    to: ty,
                    a,
                })
            }
            1 => {
                let a = self.expr(Ty::F64, depth - 1);
                let op = self.rng.pick(&[ConvertOp::FToS, ConvertOp::BitsOf]);
                self.node(Expr::Convert {
                    op,
                    from: Ty::F64,
                    to: ty,
                    a,
                })
            }
            2 => {
                let bits = 1 + self.rng.below(u64::from(ty.int_bits().unwrap())) as u8;
                let signed = self.rng.one_in(2);
                let a = self.expr(ty, depth - 1);
                self.node(Expr::Wrap {
                    ty,
                    bits,
                    signed,
                    a,
                })
            }
            3 if self.rng.one_in(12) => {
                let rel = self.rng.pick(&ALL_CHECK_RELS);
                let a = self.expr(ty, depth - 1);
                let b = self.expr(ty, depth - 1);
                self.node(Expr::Check {
                    kind: TrapKind::Index,
                    rel,
                    ty,
                    a,
                    b,
                })
            }
            4 | 5 if ty == Ty::I8 => {
                let of = self.rng.pick(&SCALARS);
                let ops: Vec<_> = ALL_BINARY
                    .iter()
                    .copied()
                    .filter(|op| matches!(op.class(), BinaryClass::IntCmp | BinaryClass::FloatCmp))
                    .filter(|op| op.accepts(of))
                    .collect();
                let op = self.rng.pick(&ops);
                let a = self.expr(of, depth - 1);
                let b = self.expr(of, depth - 1);
                self.node(Expr::Binary { op, ty: of, a, b })
            }
            _ => {
                let ops: Vec<_> = ALL_BINARY
                    .iter()
                    .copied()
                    .filter(|op| matches!(op.class(), BinaryClass::Int | BinaryClass::Shift))
                    .collect();
                let op = self.rng.pick(&ops);
                let a = self.expr(ty, depth - 1);
                let b = if op.can_trap() && !self.rng.one_in(50) {
                    let divisor = self.rng.pick(&[1, 2, 3, 8, u64::MAX]);
                    self.int(ty, divisor)
                } else {
                    self.expr(ty, depth - 1)
                };
                self.node(Expr::Binary { op, ty, a, b })
            }
        }
    }

    fn ret(&mut self) -> StmtKind {
        let results = self.module.sig(self.f.sig).results.clone();
        let value = |ty| match ty {
            // Leaves stay small enough to be inlined.
            Ty::I64 if !self.callees.is_empty() && self.rng.one_in(2) => self.all_locals(),
            _ => self.expr(ty, 2),
        };
        StmtKind::Return(results.into_iter().map(value).collect())
    }

    fn inner(&mut self) -> Block {
        let mut block = Block::default();
        for _ in 0..self.rng.below(4) {
            self.stmt(&mut block);
        }
        block
    }

    fn stmt(&mut self, block: &mut Block) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        if self.rng.one_in(10) {
            return self.branch(block);
        }
        match self.rng.below(26) {
            0..=6 => {
                let ty = self.rng.pick(&SCALARS);
                let value = self.expr(ty, 3);
                let local = self.local(ty);
                self.push(block, StmtKind::Set { local, value });
            }
            7 if self.rng.one_in(2) => self.stored_between(block),
            7..=10 => {
                let ty = self.rng.pick(&SCALARS);
                let addr = self.addr(ty.size(8), 2);
                let value = self.expr(ty, 2);
                self.push(block, StmtKind::Store { ty, addr, value });
            }
            11 | 12 => {
                let len = self.rng.pick(&[8, 16, 16, 24, 12, 0]);
                let dst = self.addr(len, 1);
                let src = self.addr(len, 1);
                let len = self.int(Ty::I64, len);
                self.push(block, StmtKind::Copy { dst, src, len });
            }
            13 => {
                let len = self.rng.pick(&[16, 16, 12, 4]);
                let dst = self.addr(len, 1);
                let byte = if self.rng.one_in(3) {
                    self.expr(Ty::I8, 1)
                } else {
                    let byte = self.rng.pick(&[0, u64::MAX, 0x81]);
                    self.int(Ty::I8, byte)
                };
                let len = self.int(Ty::I64, len);
                self.push(block, StmtKind::Fill { dst, byte, len });
            }
            14 if self.rng.one_in(2) => {
                // Checks of the same locals again and again.
                let rel = self.rng.pick(&ALL_CHECK_RELS);
                let (a, b) = (LocalId(0), self.rng.pick(&[LocalId(0), LocalId(1)]));
                let b = if self.f.locals[b.index()].ty == Ty::I64 {
                    b
                } else {
                    a
                };
                let ty = self.f.locals[a.index()].ty;
                if ty == self.f.locals[b.index()].ty {
                    let (a, b) = (self.node(Expr::Local(a)), self.node(Expr::Local(b)));
                    let value = self.node(Expr::Check {
                        kind: TrapKind::Index,
                        rel,
                        ty,
                        a,
                        b,
                    });
                    self.push(block, StmtKind::Eval(value));
                }
            }
            14 => {
                let value = self.expr(Ty::I64, 3);
                self.push(block, StmtKind::Eval(value));
            }
            15 => {
                let local = self.rng.pick(&self.global_ptrs.clone());
                let value = if self.rng.one_in(2) {
                    self.node(Expr::GlobalAddr(GlobalId(1)))
                } else {
                    let other = self.rng.pick(&self.global_ptrs.clone());
                    self.node(Expr::Local(other))
                };
                self.push(block, StmtKind::Set { local, value });
                if !self.f.slots.is_empty() && self.slot_ptrs.len() > 1 {
                    let local = self.rng.pick(&self.slot_ptrs.clone());
                    let value = self.slot_addr();
                    self.push(block, StmtKind::Set { local, value });
                }
            }
            16 | 17 if !self.callees.is_empty() => self.call(block),
            24 => self.read_once(block),
            25 => self.ordered(block),
            18 | 19 => {
                let cond = self.expr(Ty::I8, 2);
                let then = self.inner();
                let els = if self.rng.one_in(2) {
                    self.inner()
                } else {
                    Block::default()
                };
                self.push(block, StmtKind::If { cond, then, els });
            }
            20 => {
                let label = self.f.add_label();
                self.labels.push((label, false));
                let body = self.inner();
                self.labels.pop();
                self.push(block, StmtKind::Block { label, body });
            }
            21 => {
                let label = self.f.add_label();
                let counter = self.f.add_local(Ty::I64);
                let mut body = Block::default();
                let (old, one) = (self.node(Expr::Local(counter)), self.int(Ty::I64, 1));
                let value = self.node(Expr::Binary {
                    op: BinaryOp::Add,
                    ty: Ty::I64,
                    a: old,
                    b: one,
                });
                self.push(
                    &mut body,
                    StmtKind::Set {
                        local: counter,
                        value,
                    },
                );
                let (now, end) = (self.node(Expr::Local(counter)), self.int(Ty::I64, 3));
                let cond = self.node(Expr::Binary {
                    op: BinaryOp::GtS,
                    ty: Ty::I64,
                    a: now,
                    b: end,
                });
                let mut then = Block::default();
                self.push(&mut then, StmtKind::Break(label));
                self.push(
                    &mut body,
                    StmtKind::If {
                        cond,
                        then,
                        els: Block::default(),
                    },
                );
                self.labels.push((label, true));
                for _ in 0..1 + self.rng.below(4) {
                    self.stmt(&mut body);
                }
                self.labels.pop();
                self.push(block, StmtKind::Loop { label, body });
            }
            22 => {
                let value = self.expr(Ty::I8, 2);
                let cases = [smallvec::smallvec![0, 1], smallvec::smallvec![2]]
                    .into_iter()
                    .map(|values| SwitchCase {
                        values,
                        body: self.inner(),
                    })
                    .collect();
                let default = self.inner();
                self.push(
                    block,
                    StmtKind::Switch {
                        ty: Ty::I8,
                        value,
                        cases,
                        default,
                    },
                );
            }
            _ => {
                if self.rng.one_in(6) {
                    let kind = self.ret();
                    return self.push(block, kind);
                }
                if self.rng.one_in(3) {
                    let addr = self.addr(8, 1);
                    let value = self.expr(Ty::I64, 1);
                    let dst = self.local(Ty::I64);
                    let (op, order) = (RmwOp::Add, Order::SeqCst);
                    return self.push(
                        block,
                        StmtKind::AtomicRmw {
                            dst,
                            op,
                            ty: Ty::I64,
                            addr,
                            value,
                            order,
                        },
                    );
                }
                if let Some(index) = self
                    .labels
                    .len()
                    .checked_sub(1 + self.rng.below(2) as usize)
                {
                    let (label, is_loop) = self.labels[index];
                    let again = is_loop && self.rng.one_in(2);
                    let kind = if again {
                        StmtKind::Continue(label)
                    } else {
                        StmtKind::Break(label)
                    };
                    self.push(block, kind);
                }
            }
        }
    }

    fn call(&mut self, block: &mut Block) {
        let target = FuncId(self.rng.pick(self.callees));
        let sig = self.module.sig(self.module.func(target).sig).clone();
        let args = sig
            .params
            .iter()
            .map(|param| {
                if param.ty == Ty::Ptr {
                    self.addr(OBJECT, 1)
                } else {
                    self.expr(param.ty, 2)
                }
            })
            .collect();
        let results = sig.results.iter().map(|ty| self.local(*ty)).collect();
        self.push(
            block,
            StmtKind::Call(Call {
                callee: Callee::Direct(target),
                args,
                results,
            }),
        );
    }
}
