//! Building small modules by hand.

use sx_ir::*;

/// A function under construction: expressions are made with its methods, statements go to the open block.
pub struct Fun {
    pub func: Function,
    pub loc: LocId,
    open: Vec<Vec<Stmt>>,
}

impl Fun {
    pub fn new(m: &mut Module, name: &str, linkage: Linkage, params: &[Ty], results: &[Ty]) -> Fun {
        let conv = if matches!(linkage, Linkage::Internal) {
            CallConv::Sx
        } else {
            CallConv::C
        };
        let params: Vec<Param> = params
            .iter()
            .map(|ty| Param {
                ty: *ty,
                attr: ParamAttr::None,
            })
            .collect();
        let sig = m.add_sig(Signature {
            conv,
            params: params.clone(),
            results: results.to_vec(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let func = Function::new(name.into(), linkage, sig, &params, LocId(0));
        Fun::of(func)
    }

    pub fn of(func: Function) -> Fun {
        Fun {
            func,
            loc: LocId(0),
            open: vec![Vec::new()],
        }
    }

    pub fn finish(mut self, m: &mut Module) -> FuncId {
        self.func.body = Some(Block {
            stmts: self.open.pop().unwrap(),
        });
        assert!(self.open.is_empty());
        m.add_func(self.func)
    }

    pub fn finish_into(mut self, m: &mut Module, id: FuncId) {
        self.func.body = Some(Block {
            stmts: self.open.pop().unwrap(),
        });
        m.funcs[id.index()] = self.func;
    }

    pub fn e(&mut self, expr: Expr) -> ExprId {
        let loc = self.loc;
        self.func.add_expr(expr, loc)
    }
    pub fn c(&mut self, ty: Ty, bits: u64) -> ExprId {
        self.e(Expr::Const { ty, bits })
    }
    pub fn i(&mut self, bits: i64) -> ExprId {
        self.c(Ty::I64, bits as u64)
    }
    pub fn l(&mut self, local: LocalId) -> ExprId {
        self.e(Expr::Local(local))
    }
    pub fn p(&mut self, index: u32) -> ExprId {
        self.e(Expr::Local(LocalId(index)))
    }
    pub fn load(&mut self, ty: Ty, addr: ExprId) -> ExprId {
        self.e(Expr::Load { ty, addr })
    }
    pub fn global(&mut self, id: GlobalId) -> ExprId {
        self.e(Expr::GlobalAddr(id))
    }
    pub fn bin(&mut self, op: BinaryOp, ty: Ty, a: ExprId, b: ExprId) -> ExprId {
        self.e(Expr::Binary { op, ty, a, b })
    }
    /// `base + index * scale`
    pub fn at(&mut self, base: ExprId, index: ExprId, scale: i64) -> ExprId {
        let scale = self.i(scale);
        let offset = self.bin(BinaryOp::Mul, Ty::I64, index, scale);
        self.bin(BinaryOp::PtrAdd, Ty::Ptr, base, offset)
    }
    pub fn check(&mut self, kind: TrapKind, rel: CheckRel, a: ExprId, b: ExprId) -> ExprId {
        let ty = self.func.expr_ty(a);
        self.e(Expr::Check {
            kind,
            rel,
            ty,
            a,
            b,
        })
    }
    pub fn s(&mut self, kind: StmtKind) {
        let loc = self.loc;
        self.open.last_mut().unwrap().push(Stmt { loc, kind });
    }
    pub fn set(&mut self, local: LocalId, value: ExprId) {
        self.s(StmtKind::Set { local, value });
    }
    pub fn store(&mut self, ty: Ty, addr: ExprId, value: ExprId) {
        self.s(StmtKind::Store { ty, addr, value });
    }
    pub fn call(&mut self, func: FuncId, args: &[ExprId], results: &[LocalId]) {
        let call = Call {
            callee: Callee::Direct(func),
            args: args.iter().copied().collect(),
            results: results.iter().copied().collect(),
        };
        self.s(StmtKind::Call(call));
    }
    pub fn ret(&mut self, values: &[ExprId]) {
        self.s(StmtKind::Return(values.iter().copied().collect()));
    }
    pub fn nest(&mut self, body: impl FnOnce(&mut Fun)) -> Block {
        self.open.push(Vec::new());
        body(self);
        Block {
            stmts: self.open.pop().unwrap(),
        }
    }
    pub fn if_(&mut self, cond: ExprId, then: impl FnOnce(&mut Fun), els: impl FnOnce(&mut Fun)) {
        let then = self.nest(then);
        let els = self.nest(els);
        self.s(StmtKind::If { cond, then, els });
    }
    pub fn loop_(&mut self, body: impl FnOnce(&mut Fun, LabelId)) {
        let label = self.func.add_label();
        let body = self.nest(|f| body(f, label));
        self.s(StmtKind::Loop { label, body });
    }
    /// `for index in 0..count`
    pub fn count(&mut self, count: i64, body: impl FnOnce(&mut Fun, LocalId)) {
        let index = self.func.add_local(Ty::I64);
        let zero = self.i(0);
        self.set(index, zero);
        self.loop_(|f, label| {
            let (at, end) = (f.l(index), f.i(count));
            let over = f.bin(BinaryOp::GeS, Ty::I64, at, end);
            f.if_(over, |f| f.s(StmtKind::Break(label)), |_| {});
            body(f, index);
            let (at, one) = (f.l(index), f.i(1));
            let next = f.bin(BinaryOp::Add, Ty::I64, at, one);
            f.set(index, next);
        });
    }
}

pub fn module() -> Module {
    let mut m = Module::new(Target::x86_64_linux());
    m.files.push("test.sx".into());
    m
}

pub fn import(
    m: &mut Module,
    symbol: &str,
    params: &[Ty],
    results: &[Ty],
    variadic: bool,
) -> FuncId {
    let params: Vec<Param> = params
        .iter()
        .map(|ty| Param {
            ty: *ty,
            attr: ParamAttr::None,
        })
        .collect();
    let sig = Signature {
        conv: CallConv::C,
        params: params.clone(),
        results: results.to_vec(),
        result_attr: Default::default(),
        variadic,
        noreturn: false,
    };
    let sig = m.add_sig(sig);
    let linkage = Linkage::Extern {
        symbol: symbol.into(),
        library: None,
    };
    m.add_func(Function::new(
        symbol.into(),
        linkage,
        sig,
        &params,
        LocId(0),
    ))
}

/// A global that no other code can see through: exported, mutable.
pub fn opaque(m: &mut Module, name: &str, bytes: Vec<u8>) -> GlobalId {
    let global = Global {
        name: name.into(),
        size: bytes.len() as u64,
        align: 8,
        init: ConstImage::from_bytes(bytes),
        mutable: true,
        extern_symbol: None,
        export_symbol: Some(format!("test_{name}")),
        sx_type: None,
        mergeable: false,
    };
    m.add_global(global)
}
