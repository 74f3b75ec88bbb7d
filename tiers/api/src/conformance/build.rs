//! A small builder for test programs. Every statement and expression gets a position of its own, so that a test can
//! say exactly where something happens.

use sx_ir::image::{ConstImage, Reloc, RelocTarget};
use sx_ir::target::Endian;
use sx_ir::{
    BinaryOp, Block, Call, CallConv, Callee, CheckRel, ConvertOp, Expr, ExprId, FuncId, Function,
    Global, GlobalId, LabelId, Linkage, LocId, LocalId, Module, Order, Param, ParamAttr, RmwOp,
    SigId, Signature, SlotId, SrcLoc, Stmt, StmtKind, SwitchCase, Target, TrapKind, Ty, UnaryOp,
};

pub fn big_endian() -> Target {
    Target {
        triple: "s390x-unknown-linux-gnu".into(),
        endian: Endian::Big,
        ..Target::x86_64_linux()
    }
}

pub fn little_endian_32() -> Target {
    Target {
        triple: "i686-unknown-linux-gnu".into(),
        pointer_size: 4,
        align_i64: 4,
        ..Target::x86_64_linux()
    }
}

pub fn big_endian_32() -> Target {
    Target {
        triple: "powerpc-unknown-linux-gnu".into(),
        endian: Endian::Big,
        pointer_size: 4,
        ..Target::x86_64_linux()
    }
}

/// A module being made.
pub struct Build {
    pub module: Module,
    line: u32,
}

impl Build {
    pub fn new(target: Target) -> Build {
        let mut module = Module::new(target);
        module.files.push("test.sx".into());
        Build { module, line: 0 }
    }

    pub fn native() -> Build {
        Build::new(Target::x86_64_linux())
    }

    fn next_loc(&mut self) -> LocId {
        self.line += 1;
        let line = self.line;
        self.module.add_loc(SrcLoc {
            file: 0,
            line,
            col: 1,
            inlined: None,
        })
    }

    pub fn sig(&mut self, params: &[Ty], results: &[Ty]) -> SigId {
        let params = params
            .iter()
            .map(|ty| Param {
                ty: *ty,
                attr: ParamAttr::None,
            })
            .collect();
        self.module.add_sig(Signature {
            conv: CallConv::Sx,
            params,
            results: results.to_vec(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        })
    }

    fn declare_as(&mut self, name: &str, linkage: Linkage, sig: SigId) -> FuncId {
        let loc = self.next_loc();
        let params = self.module.sig(sig).params.clone();
        self.module
            .add_func(Function::new(name.into(), linkage, sig, &params, loc))
    }

    /// A function to be defined later.
    pub fn declare(&mut self, name: &str, params: &[Ty], results: &[Ty]) -> FuncId {
        let sig = self.sig(params, results);
        self.declare_as(name, Linkage::Internal, sig)
    }

    /// A function of the host.
    pub fn external(
        &mut self,
        symbol: &str,
        params: &[Ty],
        results: &[Ty],
        variadic: bool,
    ) -> FuncId {
        let params = params
            .iter()
            .map(|ty| Param {
                ty: *ty,
                attr: ParamAttr::None,
            })
            .collect();
        let sig = Signature {
            conv: CallConv::C,
            params,
            results: results.to_vec(),
            result_attr: Default::default(),
            variadic,
            noreturn: false,
        };
        let sig = self.module.add_sig(sig);
        self.declare_as(
            symbol,
            Linkage::Extern {
                symbol: symbol.into(),
                library: None,
            },
            sig,
        )
    }

    pub fn compiler(&mut self, name: &str, params: &[Ty], results: &[Ty]) -> FuncId {
        let sig = self.sig(params, results);
        self.declare_as(name, Linkage::Host(name.into()), sig)
    }

    /// Gives a declared function its body; what `body` returns is handed through.
    pub fn define<R>(&mut self, id: FuncId, body: impl FnOnce(&mut Fun) -> R) -> R {
        let func = self.module.func(id).clone();
        let mut fun = Fun {
            build: self,
            func,
            blocks: vec![Block::default()],
            expr_locs: true,
        };
        let result = body(&mut fun);
        let (mut func, block) = (fun.func, fun.blocks.pop());
        func.body = block;
        self.module.funcs[id.index()] = func;
        result
    }

    pub fn func(
        &mut self,
        name: &str,
        params: &[Ty],
        results: &[Ty],
        body: impl FnOnce(&mut Fun),
    ) -> FuncId {
        let id = self.declare(name, params, results);
        self.define(id, body);
        id
    }

    /// A function that returns one expression of its parameters.
    pub fn expr_func(
        &mut self,
        params: &[Ty],
        result: Ty,
        expr: impl FnOnce(&mut Fun) -> ExprId,
    ) -> FuncId {
        self.func("f", params, &[result], |f| {
            let value = expr(f);
            f.ret(&[value]);
        })
    }

    pub fn global(&mut self, size: u64, align: u64, mutable: bool, init: ConstImage) -> GlobalId {
        let name = format!("g{}", self.module.globals.len());
        self.module.add_global(Global {
            name,
            size,
            align,
            init,
            mutable,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        })
    }

    /// An image of words of pointer size, each a relocation.
    pub fn table(&self, targets: &[(RelocTarget, i64)]) -> ConstImage {
        let word = self.module.target.pointer_size;
        let mut image = ConstImage::zeroed(word * targets.len() as u64);
        for (i, (target, addend)) in targets.iter().enumerate() {
            image.relocs.push(Reloc {
                offset: i as u64 * word,
                target: *target,
                addend: *addend,
            });
        }
        image
    }
}

/// A function being made.
pub struct Fun<'b> {
    pub build: &'b mut Build,
    pub func: Function,
    blocks: Vec<Block>,
    /// Whether expressions get positions of their own (else theirs is unknown).
    pub expr_locs: bool,
}

impl Fun<'_> {
    // ---- expressions ----

    pub fn expr(&mut self, expr: Expr) -> ExprId {
        let loc = if self.expr_locs {
            self.build.next_loc()
        } else {
            LocId(0)
        };
        self.func.add_expr(expr, loc)
    }

    pub fn loc_of(&self, id: ExprId) -> LocId {
        self.func.expr_locs[id.index()]
    }

    pub fn c(&mut self, ty: Ty, bits: u64) -> ExprId {
        self.expr(Expr::Const { ty, bits })
    }

    pub fn i64(&mut self, value: i64) -> ExprId {
        self.c(Ty::I64, value as u64)
    }

    pub fn ptr(&mut self, addr: u64) -> ExprId {
        self.c(Ty::Ptr, addr)
    }

    pub fn get(&mut self, local: LocalId) -> ExprId {
        self.expr(Expr::Local(local))
    }

    /// Parameter number `index`.
    pub fn param(&mut self, index: usize) -> ExprId {
        self.get(LocalId::new(index))
    }

    pub fn bin(&mut self, op: BinaryOp, ty: Ty, a: ExprId, b: ExprId) -> ExprId {
        self.expr(Expr::Binary { op, ty, a, b })
    }

    pub fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.bin(BinaryOp::Add, Ty::I64, a, b)
    }

    pub fn un(&mut self, op: UnaryOp, ty: Ty, a: ExprId) -> ExprId {
        self.expr(Expr::Unary { op, ty, a })
    }

    pub fn conv(&mut self, op: ConvertOp, from: Ty, to: Ty, a: ExprId) -> ExprId {
        self.expr(Expr::Convert { op, from, to, a })
    }

    pub fn load(&mut self, ty: Ty, addr: ExprId) -> ExprId {
        self.expr(Expr::Load { ty, addr })
    }

    pub fn slot_addr(&mut self, slot: SlotId) -> ExprId {
        self.expr(Expr::SlotAddr(slot))
    }

    pub fn global(&mut self, global: GlobalId) -> ExprId {
        self.expr(Expr::GlobalAddr(global))
    }

    pub fn func_addr(&mut self, func: FuncId) -> ExprId {
        self.expr(Expr::FuncAddr(func))
    }

    /// Address plus a constant.
    pub fn at(&mut self, addr: ExprId, offset: i64) -> ExprId {
        let offset = self.i64(offset);
        self.bin(BinaryOp::PtrAdd, Ty::Ptr, addr, offset)
    }

    pub fn check(&mut self, kind: TrapKind, rel: CheckRel, ty: Ty, a: ExprId, b: ExprId) -> ExprId {
        self.expr(Expr::Check {
            kind,
            rel,
            ty,
            a,
            b,
        })
    }

    // ---- variables ----

    pub fn local(&mut self, ty: Ty) -> LocalId {
        self.func.add_local(ty)
    }

    pub fn slot(&mut self, size: u64, align: u64) -> SlotId {
        self.func.add_slot(size, align)
    }

    pub fn label(&mut self) -> LabelId {
        self.func.add_label()
    }

    // ---- statements; each yields its position ----

    pub fn stmt(&mut self, kind: StmtKind) -> LocId {
        let loc = self.build.next_loc();
        if let Some(block) = self.blocks.last_mut() {
            block.stmts.push(Stmt { loc, kind });
        }
        loc
    }

    fn nested(&mut self, body: impl FnOnce(&mut Self)) -> Block {
        self.blocks.push(Block::default());
        body(self);
        self.blocks.pop().unwrap_or_default()
    }

    pub fn set(&mut self, local: LocalId, value: ExprId) -> LocId {
        self.stmt(StmtKind::Set { local, value })
    }

    pub fn eval(&mut self, value: ExprId) -> LocId {
        self.stmt(StmtKind::Eval(value))
    }

    pub fn store(&mut self, ty: Ty, addr: ExprId, value: ExprId) -> LocId {
        self.stmt(StmtKind::Store { ty, addr, value })
    }

    pub fn copy(&mut self, dst: ExprId, src: ExprId, len: ExprId) -> LocId {
        self.stmt(StmtKind::Copy { dst, src, len })
    }

    pub fn fill(&mut self, dst: ExprId, byte: ExprId, len: ExprId) -> LocId {
        self.stmt(StmtKind::Fill { dst, byte, len })
    }

    pub fn call(&mut self, func: FuncId, args: &[ExprId], results: &[LocalId]) -> LocId {
        self.stmt(StmtKind::Call(Call {
            callee: Callee::Direct(func),
            args: args.iter().copied().collect(),
            results: results.iter().copied().collect(),
        }))
    }

    pub fn call_indirect(
        &mut self,
        target: ExprId,
        sig: SigId,
        args: &[ExprId],
        results: &[LocalId],
    ) -> LocId {
        self.stmt(StmtKind::Call(Call {
            callee: Callee::Indirect { target, sig },
            args: args.iter().copied().collect(),
            results: results.iter().copied().collect(),
        }))
    }

    pub fn if_(
        &mut self,
        cond: ExprId,
        then: impl FnOnce(&mut Self),
        els: impl FnOnce(&mut Self),
    ) -> LocId {
        let then = self.nested(then);
        let els = self.nested(els);
        self.stmt(StmtKind::If { cond, then, els })
    }

    pub fn when(&mut self, cond: ExprId, then: impl FnOnce(&mut Self)) -> LocId {
        self.if_(cond, then, |_| {})
    }

    pub fn block(&mut self, body: impl FnOnce(&mut Self, LabelId)) -> LocId {
        let label = self.label();
        let body = self.nested(|f| body(f, label));
        self.stmt(StmtKind::Block { label, body })
    }

    pub fn loop_(&mut self, body: impl FnOnce(&mut Self, LabelId)) -> LocId {
        let label = self.label();
        let body = self.nested(|f| body(f, label));
        self.stmt(StmtKind::Loop { label, body })
    }

    /// `for i in 0..n`; `i` is counted up before the body, which sees it one too high minus one: the local given.
    /// The loop takes n + 1 steps.
    pub fn count(&mut self, n: ExprId, body: impl FnOnce(&mut Self, LocalId, LabelId)) -> LocId {
        let (next, i, end) = (
            self.local(Ty::I64),
            self.local(Ty::I64),
            self.local(Ty::I64),
        );
        self.set(end, n);
        let zero = self.i64(0);
        self.set(next, zero);
        self.loop_(|f, label| {
            let (a, b) = (f.get(next), f.get(end));
            let done = f.bin(BinaryOp::GeS, Ty::I64, a, b);
            f.when(done, |f| {
                f.brk(label);
            });
            let value = f.get(next);
            f.set(i, value);
            let (value, one) = (f.get(next), f.i64(1));
            let value = f.add(value, one);
            f.set(next, value);
            body(f, i, label);
        })
    }

    pub fn switch(
        &mut self,
        ty: Ty,
        value: ExprId,
        cases: &[&[u64]],
        mut body: impl FnMut(&mut Self, Option<usize>),
    ) -> LocId {
        let mut made = Vec::new();
        for (i, values) in cases.iter().enumerate() {
            let block = self.nested(|f| body(f, Some(i)));
            made.push(SwitchCase {
                values: values.iter().copied().collect(),
                body: block,
            });
        }
        let default = self.nested(|f| body(f, None));
        self.stmt(StmtKind::Switch {
            ty,
            value,
            cases: made,
            default,
        })
    }

    pub fn brk(&mut self, label: LabelId) -> LocId {
        self.stmt(StmtKind::Break(label))
    }

    pub fn cont(&mut self, label: LabelId) -> LocId {
        self.stmt(StmtKind::Continue(label))
    }

    pub fn ret(&mut self, values: &[ExprId]) -> LocId {
        self.stmt(StmtKind::Return(values.iter().copied().collect()))
    }

    pub fn ret_local(&mut self, local: LocalId) -> LocId {
        let value = self.get(local);
        self.ret(&[value])
    }

    pub fn trap(&mut self, kind: TrapKind) -> LocId {
        self.stmt(StmtKind::Trap(kind))
    }

    pub fn rmw(&mut self, dst: LocalId, op: RmwOp, ty: Ty, addr: ExprId, value: ExprId) -> LocId {
        self.stmt(StmtKind::AtomicRmw {
            dst,
            op,
            ty,
            addr,
            value,
            order: Order::SeqCst,
        })
    }

    /// (seen, stored)
    pub fn cmpxchg(
        &mut self,
        (old, ok): (LocalId, LocalId),
        ty: Ty,
        addr: ExprId,
        expected: ExprId,
        desired: ExprId,
    ) -> LocId {
        self.stmt(StmtKind::AtomicCmpxchg {
            old,
            ok,
            ty,
            addr,
            expected,
            desired,
            weak: false,
            success: Order::SeqCst,
            failure: Order::Relaxed,
        })
    }
}
