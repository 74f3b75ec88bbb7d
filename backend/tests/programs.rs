//! Whole programs: control flow, calls, data, atomics; run at every optimisation level.

mod common;
use common::*;
use std::process::Command;
use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::*;

#[test]
fn many_results_and_recursion() {
    let mut m = module();
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld\n\0");
    // six(n) -> n, n+1, ... of several types; each through a register or memory as the convention likes.
    let tys = [Ty::I64, Ty::I8, Ty::F64, Ty::Ptr, Ty::I32, Ty::I64];
    let mut f = Fun::new(&mut m, "six", Linkage::Internal, &[Ty::I64], &tys);
    let n = f.p(0);
    let a = f.p(0);
    let narrow = f.e(Expr::Convert {
        op: ConvertOp::Trunc,
        from: Ty::I64,
        to: Ty::I8,
        a,
    });
    let a = f.p(0);
    let float = f.e(Expr::Convert {
        op: ConvertOp::SToF,
        from: Ty::I64,
        to: Ty::F64,
        a,
    });
    let a = f.p(0);
    let pointer = f.e(Expr::Convert {
        op: ConvertOp::IToP,
        from: Ty::I64,
        to: Ty::Ptr,
        a,
    });
    let a = f.p(0);
    let half = f.e(Expr::Convert {
        op: ConvertOp::Trunc,
        from: Ty::I64,
        to: Ty::I32,
        a,
    });
    let (x, y) = (f.p(0), f.i(5));
    let last = f.bin(BinaryOp::Add, Ty::I64, x, y);
    f.ret(&[n, narrow, float, pointer, half, last]);
    let six = f.finish(&mut m);

    // fib(n)
    let mut f = Fun::new(&mut m, "fib", Linkage::Internal, &[Ty::I64], &[Ty::I64]);
    let fib = FuncId::new(m.funcs.len());
    let (a, b) = (f.p(0), f.i(2));
    let small = f.bin(BinaryOp::LtS, Ty::I64, a, b);
    f.if_(
        small,
        |f| {
            let n = f.p(0);
            f.ret(&[n])
        },
        |_| {},
    );
    let (r, s) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::I64));
    for (local, less) in [(r, 1), (s, 2)] {
        let (n, k) = (f.p(0), f.i(less));
        let n = f.bin(BinaryOp::Sub, Ty::I64, n, k);
        f.call(fib, &[n], &[local]);
    }
    let (r, s) = (f.l(r), f.l(s));
    let sum = f.bin(BinaryOp::Add, Ty::I64, r, s);
    f.ret(&[sum]);
    assert_eq!(f.finish(&mut m), fib);

    let mut f = begin_main(&mut m);
    let results: Vec<LocalId> = tys.iter().map(|ty| f.func.add_local(*ty)).collect();
    let n = f.i(300);
    f.call(six, &[n], &results);
    for (local, ty) in results.iter().zip(tys) {
        let a = f.l(*local);
        let wide = match ty {
            Ty::I8 | Ty::I16 | Ty::I32 => f.e(Expr::Convert {
                op: ConvertOp::ZExt,
                from: ty,
                to: Ty::I64,
                a,
            }),
            Ty::F32 | Ty::F64 => f.e(Expr::Convert {
                op: ConvertOp::FToS,
                from: ty,
                to: Ty::I64,
                a,
            }),
            Ty::Ptr => f.e(Expr::Convert {
                op: ConvertOp::PToI,
                from: Ty::Ptr,
                to: Ty::I64,
                a,
            }),
            Ty::I64 => a,
        };
        show(&mut f, printf, format, wide);
    }
    let (n, r) = (f.i(20), f.func.add_local(Ty::I64));
    f.call(fib, &[n], &[r]);
    let r = f.l(r);
    show(&mut f, printf, format, r);
    let status = f.c(Ty::I32, 7);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "300\n44\n300\n300\n300\n305\n6765\n", 7);
}

#[test]
fn switches_loops_and_labels() {
    let mut m = module();
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld\n\0");
    let mut f = Fun::new(&mut m, "pick", Linkage::Internal, &[Ty::I8], &[Ty::I64]);
    let value = f.p(0);
    let arm = |f: &mut Fun, n: i64| {
        f.nest(|f| {
            let n = f.i(n);
            f.ret(&[n])
        })
    };
    let first = arm(&mut f, 100);
    let second = arm(&mut f, 200);
    let other = arm(&mut f, 300);
    f.s(StmtKind::Switch {
        ty: Ty::I8,
        value,
        cases: vec![
            SwitchCase {
                values: [1u64, 2, 0xff].into_iter().collect(),
                body: first,
            },
            SwitchCase {
                values: [3u64, 2].into_iter().collect(),
                body: second,
            },
        ],
        default: other,
    });
    let pick = f.finish(&mut m);

    // Sum of the odd numbers below 10, leaving an outer block from inside the loop.
    let mut f = Fun::new(&mut m, "odd", Linkage::Internal, &[], &[Ty::I64]);
    let (i, sum) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::I64));
    let outer = f.func.add_label();
    let body = f.nest(|f| {
        f.loop_(|f, label| {
            let (a, one) = (f.l(i), f.i(1));
            let next = f.bin(BinaryOp::Add, Ty::I64, a, one);
            f.set(i, next);
            let (a, ten) = (f.l(i), f.i(10));
            let over = f.bin(BinaryOp::GtS, Ty::I64, a, ten);
            f.if_(over, |f| f.s(StmtKind::Break(outer)), |_| {});
            let (a, one) = (f.l(i), f.i(1));
            let odd = f.bin(BinaryOp::And, Ty::I64, a, one);
            let zero = f.i(0);
            let even = f.bin(BinaryOp::Eq, Ty::I64, odd, zero);
            f.if_(even, |f| f.s(StmtKind::Continue(label)), |_| {});
            let (a, b) = (f.l(sum), f.l(i));
            let next = f.bin(BinaryOp::Add, Ty::I64, a, b);
            f.set(sum, next);
        });
        // Not reached: the loop is left only past it.
        let n = f.i(-1);
        f.set(sum, n);
    });
    f.s(StmtKind::Block { label: outer, body });
    let s = f.l(sum);
    f.ret(&[s]);
    let odd = f.finish(&mut m);

    let mut f = begin_main(&mut m);
    let r = f.func.add_local(Ty::I64);
    for value in [1u64, 2, 3, 0xff, 9] {
        let value = f.c(Ty::I8, value);
        f.call(pick, &[value], &[r]);
        let r = f.l(r);
        show(&mut f, printf, format, r);
    }
    f.call(odd, &[], &[r]);
    let r = f.l(r);
    show(&mut f, printf, format, r);
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "100\n100\n200\n100\n300\n25\n", 0);
}

#[test]
fn checks_yield_their_values() {
    let mut m = module();
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld\n\0");
    let numbers = [4u64, 4, 6, 6].iter().flat_map(|n| n.to_le_bytes());
    let numbers = opaque(&mut m, "numbers", numbers.collect());
    let mut f = begin_main(&mut m);
    let rels = [
        (CheckRel::Below, 9),
        (CheckRel::AtMost, 4),
        (CheckRel::Equal, 6),
        (CheckRel::NotEqual, 9),
    ];
    for (at, (rel, limit)) in rels.into_iter().enumerate() {
        let (base, at) = (f.global(numbers), f.i(at as i64));
        let addr = f.at(base, at, 8);
        let (value, limit) = (f.load(Ty::I64, addr), f.i(limit));
        let value = f.check(TrapKind::Index, rel, value, limit);
        show(&mut f, printf, format, value);
    }
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "4\n4\n6\n6\n", 0);
}

/// Locals that nothing has been written to, in a frame where something was before.
#[test]
fn locals_begin_as_zero() {
    let mut m = module();
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld\n\0");
    let params = [Ty::I64];
    let mut f = Fun::new(&mut m, "full", Linkage::Internal, &params, &[Ty::I64]);
    let locals: Vec<LocalId> = (0..40).map(|_| f.func.add_local(Ty::I64)).collect();
    for local in &locals {
        let n = f.p(0);
        f.set(*local, n);
    }
    let mut sum = f.p(0);
    for local in &locals {
        let value = f.l(*local);
        sum = f.bin(BinaryOp::Or, Ty::I64, sum, value);
    }
    f.ret(&[sum]);
    let full = f.finish(&mut m);
    let mut f = Fun::new(&mut m, "empty", Linkage::Internal, &params, &[Ty::I64]);
    let locals: Vec<LocalId> = (0..4).map(|_| f.func.add_local(Ty::I64)).collect();
    let mut sum = f.i(0);
    for local in &locals {
        let value = f.l(*local);
        sum = f.bin(BinaryOp::Or, Ty::I64, sum, value);
    }
    let read = f.func.add_local(Ty::I64);
    f.set(read, sum);
    // Written later: it is no constant.
    for local in &locals {
        let (cond, n) = (f.p(0), f.p(0));
        f.if_(cond, |f| f.set(*local, n), |_| {});
    }
    let read = f.l(read);
    f.ret(&[read]);
    let empty = f.finish(&mut m);
    let mut f = begin_main(&mut m);
    let result = f.func.add_local(Ty::I64);
    for func in [full, empty] {
        let n = f.i(-1);
        f.call(func, &[n], &[result]);
        let value = f.l(result);
        show(&mut f, printf, format, value);
    }
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "-1\n0\n", 0);
}

#[test]
fn data_addresses_and_memory() {
    let mut m = module();
    let printf = printf(&mut m);
    let number = constant(&mut m, "number", b"%lld\n\0");
    let text = constant(&mut m, "text", b"%s\n\0");
    let words = constant(&mut m, "words", b"hello\0world\0");
    let mut f = Fun::new(
        &mut m,
        "add",
        Linkage::Internal,
        &[Ty::I64, Ty::I64],
        &[Ty::I64],
    );
    let (a, b) = (f.p(0), f.p(1));
    let sum = f.bin(BinaryOp::Add, Ty::I64, a, b);
    f.ret(&[sum]);
    let add = f.finish(&mut m);
    let add_sig = m.func(add).sig;
    // A table: bytes, an address inside another object, a function, and a long tail of zeros.
    let mut init = ConstImage::from_bytes(vec![
        42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
    ]);
    init.relocs.push(Reloc {
        offset: 8,
        target: RelocTarget::Global(words),
        addend: 6,
    });
    init.relocs.push(Reloc {
        offset: 16,
        target: RelocTarget::Func(add),
        addend: 0,
    });
    let table = m.add_global(Global {
        name: "table".into(),
        size: 5000,
        align: 8,
        init,
        mutable: true,
        extern_symbol: None,
        export_symbol: None,
        sx_type: None,
        mergeable: false,
    });
    let mut f = begin_main(&mut m);
    let field = |f: &mut Fun, offset: i64, ty| {
        let (base, offset) = (f.global(table), f.i(offset));
        let addr = f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, offset);
        f.load(ty, addr)
    };
    for (offset, ty) in [(0, Ty::I64), (24, Ty::I64), (4992, Ty::I64)] {
        let value = field(&mut f, offset, ty);
        show(&mut f, printf, number, value);
    }
    let name = field(&mut f, 8, Ty::Ptr);
    show(&mut f, printf, text, name);
    let (target, r) = (field(&mut f, 16, Ty::Ptr), f.func.add_local(Ty::I64));
    let (a, b) = (f.i(30), f.i(12));
    f.s(StmtKind::Call(Call {
        callee: Callee::Indirect {
            target,
            sig: add_sig,
        },
        args: [a, b].into_iter().collect(),
        results: [r].into_iter().collect(),
    }));
    let r = f.l(r);
    show(&mut f, printf, number, r);
    // Overlapping copy in a slot, unaligned.
    let slot = f.func.add_slot(64, 1);
    let (dst, byte, len) = (f.e(Expr::SlotAddr(slot)), f.c(Ty::I8, 0), f.i(64));
    f.s(StmtKind::Fill { dst, byte, len });
    let (dst, src, len) = (f.e(Expr::SlotAddr(slot)), f.global(words), f.i(11));
    f.s(StmtKind::Copy { dst, src, len });
    let (base, one) = (f.e(Expr::SlotAddr(slot)), f.i(1));
    let dst = f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, one);
    let (src, len) = (f.e(Expr::SlotAddr(slot)), f.i(5));
    f.s(StmtKind::Copy { dst, src, len });
    let s = f.e(Expr::SlotAddr(slot));
    show(&mut f, printf, text, s);
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "42\n9\n0\nworld\n42\nhhelloworld\n", 0);
}

/// Aggregates over the C convention, checked against the C compiler.
#[test]
fn c_convention() {
    let mut m = module();
    let param = |ty, attr| Param { ty, attr };
    let memory = ParamAttr::ByVal {
        size: 24,
        align: 8,
        pointers: 0,
    };
    let result = ParamAttr::SRet {
        size: 24,
        align: 8,
        pointers: 0,
    };
    let c = |m: &mut Module, name: &str, linkage: Linkage, params: Vec<Param>, results: Vec<Ty>| {
        let sig = m.add_sig(Signature {
            conv: CallConv::C,
            params: params.clone(),
            results,
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        Function::new(name.into(), linkage, sig, &params, LocId(0))
    };
    // struct Big { long a, b, c; } big_double(struct Big); struct Pair { long a; double b; } pair(long, double);
    // int narrow(signed char, unsigned short);
    let extern_ = |symbol: &str| Linkage::Extern {
        symbol: symbol.into(),
        library: None,
    };
    let big = c(
        &mut m,
        "big_double",
        extern_("big_double"),
        vec![param(Ty::Ptr, result), param(Ty::Ptr, memory)],
        vec![],
    );
    let big = m.add_func(big);
    let pair_params = vec![
        param(Ty::I64, ParamAttr::None),
        param(Ty::F64, ParamAttr::None),
    ];
    let pair = c(
        &mut m,
        "pair",
        extern_("pair"),
        pair_params,
        vec![Ty::I64, Ty::F64],
    );
    let pair = m.add_func(pair);
    let narrow_params = vec![
        param(Ty::I8, ParamAttr::SExt),
        param(Ty::I16, ParamAttr::ZExt),
    ];
    let narrow = c(
        &mut m,
        "narrow",
        extern_("narrow"),
        narrow_params,
        vec![Ty::I32],
    );
    let narrow = m.add_func(narrow);
    // Called from C: sums a big one.
    let f = c(
        &mut m,
        "sum",
        Linkage::Export("sx_sum".into()),
        vec![param(Ty::Ptr, memory)],
        vec![Ty::I64],
    );
    let mut f = Fun::of(f);
    let (p, q, eight, sixteen) = (f.p(0), f.p(0), f.i(8), f.i(16));
    let q = f.bin(BinaryOp::PtrAdd, Ty::Ptr, q, eight);
    let r = f.p(0);
    let r = f.bin(BinaryOp::PtrAdd, Ty::Ptr, r, sixteen);
    let (x, y, z) = (f.load(Ty::I64, p), f.load(Ty::I64, q), f.load(Ty::I64, r));
    let sum = f.bin(BinaryOp::Add, Ty::I64, x, y);
    let sum = f.bin(BinaryOp::Add, Ty::I64, sum, z);
    f.ret(&[sum]);
    let sum = f.finish(&mut m);

    let mut f = begin_main(&mut m);
    let (input, output) = (f.func.add_slot(24, 8), f.func.add_slot(24, 8));
    for (index, value) in [1i64, 2, 3].into_iter().enumerate() {
        let (base, offset, value) = (
            f.e(Expr::SlotAddr(input)),
            f.i(index as i64 * 8),
            f.i(value),
        );
        let addr = f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, offset);
        f.store(Ty::I64, addr, value);
    }
    let (dst, src) = (f.e(Expr::SlotAddr(output)), f.e(Expr::SlotAddr(input)));
    f.call(big, &[dst, src], &[]);
    let total = f.func.add_local(Ty::I64);
    let addr = f.e(Expr::SlotAddr(output));
    f.call(sum, &[addr], &[total]);
    let (a, b) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::F64));
    let (x, y) = (f.i(5), f.c(Ty::F64, 2.5f64.to_bits()));
    f.call(pair, &[x, y], &[a, b]);
    let n = f.func.add_local(Ty::I32);
    let (x, y) = (f.c(Ty::I8, 0xff), f.c(Ty::I16, 0xffff));
    f.call(narrow, &[x, y], &[n]);
    let printf = printf(&mut m);
    let format = constant(&mut m, "format", b"%lld %lld %g %d\n\0");
    let sink = f.func.add_local(Ty::I32);
    let args = [f.global(format), f.l(total), f.l(a), f.l(b), f.l(n)];
    f.call(printf, &args, &[sink]);
    let status = f.c(Ty::I32, 0);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("other.c");
    std::fs::write(
        &source,
        "struct Big { long a, b, c; }; struct Pair { long a; double b; };
         long sx_sum(struct Big);
         struct Big big_double(struct Big x) { x.a *= 2; x.b *= 2; x.c = x.c * 2 + (sx_sum(x) - sx_sum(x)); return x; }
         struct Pair pair(long a, double b) { struct Pair p = { a + 1, b * 2 }; return p; }
         int narrow(signed char a, unsigned short b) { return a + b; }\n",
    )
    .unwrap();
    for opt in [OptLevel::None, OptLevel::Default] {
        let mut request = EmitRequest::new(&m, vec![main, sum], EmitKind::LlvmIr);
        request.opt = opt;
        let built = build(&mut request, &[source.to_str().unwrap()]);
        let output = Command::new(&built.program).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "12 6 5 65534\n",
            "{opt:?}"
        );
    }
}

#[test]
fn assembly_exports_and_text() {
    let mut m = module();
    m.asm
        .push(".globl from_asm\nfrom_asm:\n  mov $77, %eax\n  ret".into());
    let from_asm = import(&mut m, "from_asm", &[], &[Ty::I32], false);
    let mut f = begin_main(&mut m);
    let r = f.func.add_local(Ty::I32);
    f.call(from_asm, &[], &[r]);
    let r = f.l(r);
    f.ret(&[r]);
    let main = f.finish(&mut m);
    expect(&m, main, "", 77);

    let mut request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    let text = sx_backend::emit(&request).unwrap();
    assert!(text.contains("define i32 @main()"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.s");
    request.emit = EmitKind::Asm(path.clone());
    sx_backend::emit(&request).unwrap();
    assert!(std::fs::read_to_string(path).unwrap().contains("from_asm"));
    request.emit = EmitKind::Object(folder.path().join("no/such/folder.o"));
    assert!(
        sx_backend::emit(&request)
            .unwrap_err()
            .contains("cannot write")
    );
}

/// Names of the program never meet the C library's.
#[test]
fn own_names() {
    let mut m = module();
    let mut f = Fun::new(&mut m, "malloc", Linkage::Internal, &[Ty::I64], &[Ty::I64]);
    let (a, b) = (f.p(0), f.i(1));
    let sum = f.bin(BinaryOp::Add, Ty::I64, a, b);
    f.ret(&[sum]);
    let own = f.finish(&mut m);
    let real = import(&mut m, "malloc", &[Ty::I64], &[Ty::Ptr], false);
    let again = import(&mut m, "malloc", &[Ty::I64], &[Ty::I64], false);
    let mut f = begin_main(&mut m);
    let (r, p) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::Ptr));
    let n = f.i(41);
    f.call(real, &[n], &[p]);
    let n = f.i(41);
    f.call(again, &[n], &[r]);
    let n = f.i(41);
    f.call(own, &[n], &[r]);
    let (addr, value) = (f.l(p), f.l(r));
    f.store(Ty::I64, addr, value);
    let addr = f.l(p);
    let status = f.load(Ty::I32, addr);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    expect(&m, main, "", 42);
}

/// Without PIC, and for the machine this runs on.
#[test]
fn fixed_address_and_native_cpu() {
    let mut m = module();
    let data = opaque(&mut m, "data", vec![5, 0, 0, 0]);
    let mut f = begin_main(&mut m);
    let addr = f.global(data);
    let status = f.load(Ty::I32, addr);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    for pic in [false, true] {
        let output = run_with(&m, main, |request| {
            request.pic = pic;
            request.cpu = Some("native".into());
        });
        assert_eq!(output.status.code(), Some(5));
    }
}

/// Deep trees come from generated code.
#[test]
fn deep_expressions_and_blocks() {
    let mut m = module();
    let mut f = Fun::new(&mut m, "deep", Linkage::Internal, &[Ty::I64], &[Ty::I64]);
    let mut sum = f.p(0);
    for _ in 0..50_000 {
        let one = f.p(0);
        sum = f.bin(BinaryOp::Add, Ty::I64, sum, one);
    }
    let mut body = Block::default();
    body.stmts.push(Stmt {
        loc: LocId(0),
        kind: StmtKind::Return([sum].into_iter().collect()),
    });
    for _ in 0..2_000 {
        let cond = f.p(0);
        let zero = f.i(0);
        let cond = f.bin(BinaryOp::Ne, Ty::I64, cond, zero);
        let inner = StmtKind::If {
            cond,
            then: body,
            els: Block::default(),
        };
        body = Block {
            stmts: vec![Stmt {
                loc: LocId(0),
                kind: inner,
            }],
        };
    }
    f.s(body.stmts.pop().unwrap().kind);
    let zero = f.i(0);
    f.ret(&[zero]);
    let deep = f.finish(&mut m);
    let mut f = Fun::new(
        &mut m,
        "main",
        Linkage::Export("main".into()),
        &[Ty::I32],
        &[Ty::I32],
    );
    let r = f.func.add_local(Ty::I64);
    let a = f.p(0);
    let n = f.e(Expr::Convert {
        op: ConvertOp::SExt,
        from: Ty::I32,
        to: Ty::I64,
        a,
    });
    f.call(deep, &[n], &[r]);
    let (a, k) = (f.l(r), f.i(50_001));
    let same = f.bin(BinaryOp::Eq, Ty::I64, a, k);
    let status = f.e(Expr::Convert {
        op: ConvertOp::ZExt,
        from: Ty::I8,
        to: Ty::I32,
        a: same,
    });
    f.ret(&[status]);
    let main = f.finish(&mut m);
    for opt in [OptLevel::None, OptLevel::Default] {
        assert_eq!(run(&m, main, opt, true).status.code(), Some(1), "{opt:?}");
    }
}
