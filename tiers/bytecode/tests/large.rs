//! Functions beyond what 16-bit fields hold, and trees that are long paths.

use sx_bytecode::{VmEngine, translate};
use sx_ir::{
    BinaryOp, Block, Call, CallConv, Callee, Expr, ExprId, FuncId, Function, Linkage, LocId,
    LocalId, Module, Param, ParamAttr, Signature, Stmt, StmtKind, Target, Ty,
};
use sx_tier_api::conformance::TestHost;
use sx_tier_api::{ComptimeEngine, Limits, Status};

const LOC: LocId = LocId(0);

fn new_function(module: &mut Module, params: usize, results: usize) -> Function {
    let params = vec![
        Param {
            ty: Ty::I64,
            attr: ParamAttr::None
        };
        params
    ];
    let sig = Signature {
        conv: CallConv::Sx,
        params: params.clone(),
        results: vec![Ty::I64; results],
        result_attr: Default::default(),
        variadic: false,
        noreturn: false,
    };
    let sig = module.add_sig(sig);
    Function::new("f".into(), Linkage::Internal, sig, &params, LOC)
}

fn local(f: &mut Function, id: usize) -> ExprId {
    f.add_expr(Expr::Local(LocalId::new(id)), LOC)
}

fn constant(f: &mut Function, bits: u64) -> ExprId {
    f.add_expr(Expr::Const { ty: Ty::I64, bits }, LOC)
}

fn binary(f: &mut Function, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
    f.add_expr(
        Expr::Binary {
            op,
            ty: Ty::I64,
            a,
            b,
        },
        LOC,
    )
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { loc: LOC, kind }
}

fn run(module: &Module, args: &[u64]) -> Status {
    let id = FuncId(0);
    VmEngine::new()
        .run(
            module,
            id,
            args,
            &Limits::default(),
            &mut TestHost::default(),
        )
        .status
}

/// Calls, selects and loops with registers above 65 535.
#[test]
fn many_locals() {
    const COUNT: usize = 70_000;
    let mut module = Module::new(Target::x86_64_linux());
    let mut f = new_function(&mut module, 1, 1);
    let mut stmts = Vec::new();
    for i in 1..COUNT {
        f.add_local(Ty::I64);
        let (before, one) = (local(&mut f, i - 1), constant(&mut f, 1));
        let value = binary(&mut f, BinaryOp::Add, before, one);
        stmts.push(stmt(StmtKind::Set {
            local: LocalId::new(i),
            value,
        }));
    }
    let last = COUNT - 1;
    // last = last != 0 ? last * 2 : 0, with a condition that is no constant.
    f.add_local(Ty::I8);
    let cond_local = COUNT;
    let (a, zero) = (local(&mut f, last), constant(&mut f, 0));
    let value = f.add_expr(
        Expr::Binary {
            op: BinaryOp::Ne,
            ty: Ty::I64,
            a,
            b: zero,
        },
        LOC,
    );
    stmts.push(stmt(StmtKind::Set {
        local: LocalId::new(cond_local),
        value,
    }));
    let cond = local(&mut f, cond_local);
    let (a, two, zero) = (
        local(&mut f, last),
        constant(&mut f, 2),
        constant(&mut f, 0),
    );
    let double = binary(&mut f, BinaryOp::Mul, a, two);
    let value = f.add_expr(
        Expr::Select {
            ty: Ty::I64,
            cond,
            a: double,
            b: zero,
        },
        LOC,
    );
    stmts.push(stmt(StmtKind::Set {
        local: LocalId::new(last),
        value,
    }));
    // last, last - 1 = g(last)
    let arg = local(&mut f, last);
    stmts.push(stmt(StmtKind::Call(Call {
        callee: Callee::Direct(FuncId(1)),
        args: [arg].into_iter().collect(),
        results: [LocalId::new(last), LocalId::new(last - 1)]
            .into_iter()
            .collect(),
    })));
    let (a, b) = (local(&mut f, last), local(&mut f, last - 1));
    let sum = binary(&mut f, BinaryOp::Sub, a, b);
    stmts.push(stmt(StmtKind::Return([sum].into_iter().collect())));
    f.body = Some(Block { stmts });
    module.add_func(f);

    let mut g = new_function(&mut module, 1, 2);
    let (a, three) = (local(&mut g, 0), constant(&mut g, 3));
    let (product, same) = (binary(&mut g, BinaryOp::Mul, a, three), local(&mut g, 0));
    g.body = Some(Block {
        stmts: vec![stmt(StmtKind::Return(
            [product, same].into_iter().collect(),
        ))],
    });
    module.add_func(g);

    let n = 2 * (COUNT as u64 - 1 + 5);
    assert_eq!(run(&module, &[5]), Status::Finished(vec![3 * n - n]));
}

/// Deeper than the verifier allows, so deeper than anything that gets here.
#[test]
fn deep_trees() {
    const DEPTH: usize = 200_000;
    let mut module = Module::new(Target::x86_64_linux());
    let mut f = new_function(&mut module, 1, 1);
    let mut sum = local(&mut f, 0);
    for i in 0..DEPTH {
        let one = local(&mut f, 0);
        sum = if i % 2 == 0 {
            binary(&mut f, BinaryOp::Add, sum, one)
        } else {
            binary(&mut f, BinaryOp::Add, one, sum)
        };
    }
    f.body = Some(Block {
        stmts: vec![stmt(StmtKind::Return([sum].into_iter().collect()))],
    });
    module.add_func(f);
    assert_eq!(
        run(&module, &[3]),
        Status::Finished(vec![3 * (DEPTH as u64 + 1)])
    );
}

/// `if .. else if ..` with thousands of branches, one inside the other.
#[test]
fn deep_blocks() {
    const DEPTH: usize = 20_000;
    let mut module = Module::new(Target::x86_64_linux());
    let mut f = new_function(&mut module, 1, 1);
    let none = constant(&mut f, 0);
    let mut block = Block {
        stmts: vec![stmt(StmtKind::Return([none].into_iter().collect()))],
    };
    for i in (0..DEPTH as u64).rev() {
        let (a, b) = (local(&mut f, 0), constant(&mut f, i));
        let cond = binary(&mut f, BinaryOp::Eq, a, b);
        let value = constant(&mut f, i * 7);
        let then = Block {
            stmts: vec![stmt(StmtKind::Return([value].into_iter().collect()))],
        };
        block = Block {
            stmts: vec![stmt(StmtKind::If {
                cond,
                then,
                els: block,
            })],
        };
    }
    f.body = Some(block);
    module.add_func(f);
    assert_eq!(run(&module, &[19_999]), Status::Finished(vec![19_999 * 7]));
    let code = translate::translate(&module, FuncId(0)).map(|c| c.insts.len());
    assert!(code.is_ok_and(|words| words < 4 * DEPTH));
    // Dropping a block this deep recurses as well.
    std::mem::forget(module);
}
