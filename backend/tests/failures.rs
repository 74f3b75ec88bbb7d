//! What native programs say when they stop: traps, crashes, error return traces.

mod common;
use common::*;
use std::process::Output;
use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::trap::TRAP_KINDS;
use sx_ir::*;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn aborted(output: &Output) -> bool {
    use std::os::unix::process::ExitStatusExt;
    output.status.signal() == Some(6)
}

/// `main` calls `outer` with the number of its arguments (so that nothing folds), which calls `inner`.
fn nested(body: impl FnOnce(&mut Module, &mut Fun)) -> (Module, FuncId) {
    let mut m = module();
    let mut f = Fun::new(&mut m, "inner", Linkage::Internal, &[Ty::I64], &[Ty::I64]);
    f.loc = place(&mut m, 3, 14);
    f.func.loc = place(&mut m, 2, 1);
    body(&mut m, &mut f);
    let inner = f.finish(&mut m);
    let mut f = Fun::new(&mut m, "S.outer", Linkage::Internal, &[Ty::I64], &[Ty::I64]);
    f.loc = place(&mut m, 8, 5);
    f.func.loc = place(&mut m, 7, 1);
    let r = f.func.add_local(Ty::I64);
    let n = f.p(0);
    f.call(inner, &[n], &[r]);
    let (r, one) = (f.l(r), f.i(1));
    let sum = f.bin(BinaryOp::Add, Ty::I64, r, one);
    f.ret(&[sum]);
    let outer = f.finish(&mut m);
    let mut f = Fun::new(
        &mut m,
        "main",
        Linkage::Export("main".into()),
        &[Ty::I32, Ty::Ptr],
        &[Ty::I32],
    );
    f.loc = place(&mut m, 12, 5);
    f.func.loc = place(&mut m, 11, 1);
    let r = f.func.add_local(Ty::I64);
    let a = f.p(0);
    let n = f.e(Expr::Convert {
        op: ConvertOp::SExt,
        from: Ty::I32,
        to: Ty::I64,
        a,
    });
    f.call(outer, &[n], &[r]);
    let a = f.l(r);
    let status = f.e(Expr::Convert {
        op: ConvertOp::Trunc,
        from: Ty::I64,
        to: Ty::I32,
        a,
    });
    f.ret(&[status]);
    let main = f.finish(&mut m);
    (m, main)
}

const STACK: &str = "  inner at test.sx:3:14\n  S.outer at test.sx:8:5\n  main at test.sx:12:5\n";

#[test]
fn messages_are_the_compilers() {
    let source = sx_backend_api::runtime::SOURCE;
    let start = source.find("sx_trap_messages[] = {").unwrap();
    let table = &source[start..start + source[start..].find("};").unwrap()];
    let texts: Vec<&str> = table.split('"').skip(1).step_by(2).collect();
    let wanted: Vec<&str> = TRAP_KINDS.iter().map(|kind| kind.template()).collect();
    assert_eq!(texts, wanted);
}

#[test]
fn failed_check() {
    let (m, main) = nested(|_, f| {
        let (n, four, length) = (f.p(0), f.i(4), f.i(3));
        let index = f.bin(BinaryOp::Add, Ty::I64, n, four);
        let value = f.check(TrapKind::Index, CheckRel::Below, index, length);
        f.ret(&[value]);
    });
    let output = run(&m, main, OptLevel::None, true);
    assert!(aborted(&output), "{output:?}");
    assert_eq!(
        stderr(&output),
        format!("error: {}\n{STACK}", TrapKind::Index.message(5, 3))
    );
    for opt in LEVELS {
        let output = run(&m, main, opt, true);
        assert!(aborted(&output), "{output:?}");
        assert!(stderr(&output).ends_with(&format!(
            "error: index 5 is out of range for length 3\n{STACK}"
        )));
        let output = run(&m, main, opt, false);
        assert_eq!(output.status.code(), Some(6));
    }
}

/// The nearest operands that each check refuses.
#[test]
fn checks_fail_at_their_edge() {
    let edges = [
        (CheckRel::Below, 5),
        (CheckRel::AtMost, 4),
        (CheckRel::Equal, 6),
        (CheckRel::NotEqual, 5),
    ];
    for (rel, bound) in edges {
        let (m, main) = nested(|_, f| {
            let (n, four, bound) = (f.p(0), f.i(4), f.i(bound));
            let index = f.bin(BinaryOp::Add, Ty::I64, n, four);
            let value = f.check(TrapKind::Index, rel, index, bound);
            f.ret(&[value]);
        });
        for opt in LEVELS {
            let output = run(&m, main, opt, true);
            assert!(aborted(&output), "{rel:?} {opt:?}: {output:?}");
        }
    }
}

#[test]
fn division_by_zero() {
    let (m, main) = nested(|_, f| {
        let (n, one, n2) = (f.p(0), f.i(1), f.i(10));
        let zero = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        let value = f.bin(BinaryOp::DivS, Ty::I64, n2, zero);
        f.ret(&[value]);
    });
    let output = run(&m, main, OptLevel::None, true);
    assert!(aborted(&output), "{output:?}");
    assert_eq!(
        stderr(&output),
        format!("error: integer division by zero\n{STACK}")
    );
    for opt in LEVELS {
        assert_eq!(run(&m, main, opt, false).status.code(), Some(11));
    }
}

#[test]
fn division_by_a_constant_zero() {
    for op in [
        BinaryOp::DivS,
        BinaryOp::DivU,
        BinaryOp::RemS,
        BinaryOp::RemU,
    ] {
        let (m, main) = nested(|_, f| {
            let (n, zero) = (f.p(0), f.i(0));
            let value = f.bin(op, Ty::I64, n, zero);
            f.ret(&[value]);
        });
        for opt in LEVELS {
            let output = run(&m, main, opt, true);
            assert!(aborted(&output), "{op:?} {opt:?} {output:?}");
            assert!(
                stderr(&output).starts_with("error: integer division by zero\n"),
                "{op:?} {opt:?} {}",
                stderr(&output)
            );
        }
    }
}

#[test]
fn every_trap_statement() {
    for kind in TRAP_KINDS {
        let (m, main) = nested(|_, f| f.s(StmtKind::Trap(kind)));
        for checked in [true, false] {
            let output = run(&m, main, OptLevel::None, checked);
            assert!(aborted(&output), "{output:?}");
            // Lines of callers are known where line tables are written.
            let stack = if checked {
                STACK
            } else {
                "  inner at test.sx:3:14\n  S.outer\n  main\n"
            };
            assert_eq!(
                stderr(&output),
                format!("error: {}\n{stack}", kind.message(0, 0))
            );
        }
    }
}

#[test]
fn inlined_functions_are_named() {
    let mut m = module();
    let mut f = Fun::new(&mut m, "tiny", Linkage::Internal, &[], &[]);
    f.ret(&[]);
    let tiny = f.finish(&mut m);
    let at = place(&mut m, 5, 9);
    let inlined = m.add_loc(SrcLoc {
        file: 0,
        line: 1,
        col: 30,
        inlined: Some(InlinedAt { func: tiny, at }),
    });
    let mut f = begin_main(&mut m);
    f.loc = inlined;
    f.s(StmtKind::Trap(TrapKind::Unreachable));
    let main = f.finish(&mut m);
    let output = run(&m, main, OptLevel::None, true);
    let text = "error: reached code that must not be reached\n  tiny at test.sx:1:30\n  main at test.sx:5:9\n";
    assert_eq!(stderr(&output), text);
}

#[test]
fn null_dereference() {
    let (m, main) = nested(|_, f| {
        let (n, one) = (f.p(0), f.i(1));
        let a = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        let addr = f.e(Expr::Convert {
            op: ConvertOp::IToP,
            from: Ty::I64,
            to: Ty::Ptr,
            a,
        });
        let value = f.load(Ty::I64, addr);
        f.ret(&[value]);
    });
    for opt in LEVELS {
        for checked in [true, false] {
            let output = run(&m, main, opt, checked);
            assert!(aborted(&output), "{output:?}");
            assert!(
                stderr(&output).starts_with("error: null pointer dereference\n  "),
                "{}",
                stderr(&output)
            );
            assert!(stderr(&output).contains("  main"), "{}", stderr(&output));
        }
    }
    let output = run(&m, main, OptLevel::None, true);
    assert_eq!(
        stderr(&output),
        format!("error: null pointer dereference\n{STACK}")
    );
    let output = run(&m, main, OptLevel::Default, true);
    assert!(
        stderr(&output).starts_with("error: null pointer dereference\n  inner at test.sx:3:14\n"),
        "{}",
        stderr(&output)
    );
}

/// A read whose value nobody wants.
#[test]
fn null_read_for_nothing() {
    let (m, main) = nested(|_, f| {
        let (n, one) = (f.p(0), f.i(1));
        let a = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        let addr = f.e(Expr::Convert {
            op: ConvertOp::IToP,
            from: Ty::I64,
            to: Ty::Ptr,
            a,
        });
        let value = f.load(Ty::I64, addr);
        f.s(StmtKind::Eval(value));
        let n = f.p(0);
        f.ret(&[n]);
    });
    for opt in LEVELS {
        for checked in [true, false] {
            let output = run(&m, main, opt, checked);
            assert!(aborted(&output), "{opt:?} {checked} {output:?}");
            assert!(
                stderr(&output).starts_with("error: null pointer dereference\n  "),
                "{}",
                stderr(&output)
            );
        }
    }
}

#[test]
fn null_call() {
    let (m, main) = nested(|m, f| {
        let sig = m.add_sig(Signature {
            conv: CallConv::Sx,
            params: vec![],
            results: vec![Ty::I64],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let (n, one) = (f.p(0), f.i(1));
        let a = f.bin(BinaryOp::Sub, Ty::I64, n, one);
        let target = f.e(Expr::Convert {
            op: ConvertOp::IToP,
            from: Ty::I64,
            to: Ty::Ptr,
            a,
        });
        let r = f.func.add_local(Ty::I64);
        f.s(StmtKind::Call(Call {
            callee: Callee::Indirect { target, sig },
            args: Default::default(),
            results: [r].into_iter().collect(),
        }));
        let r = f.l(r);
        f.ret(&[r]);
    });
    let output = run(&m, main, OptLevel::None, true);
    assert_eq!(
        stderr(&output),
        format!("error: {}\n{STACK}", TrapKind::BadCall.message(0, 0))
    );
    let output = run(&m, main, OptLevel::None, false);
    assert_eq!(
        stderr(&output),
        format!(
            "error: {}\n  inner\n  S.outer\n  main\n",
            TrapKind::BadCall.message(0, 0)
        )
    );
}

#[test]
fn stack_overflow() {
    let (m, main) = nested(|m, f| {
        let id = FuncId::new(m.funcs.len());
        let slot = f.func.add_slot(20_000, 8);
        let (addr, n) = (f.e(Expr::SlotAddr(slot)), f.p(0));
        f.store(Ty::I64, addr, n);
        let r = f.func.add_local(Ty::I64);
        let (n, one) = (f.p(0), f.i(1));
        let next = f.bin(BinaryOp::Add, Ty::I64, n, one);
        f.call(id, &[next], &[r]);
        let (addr, r) = (f.e(Expr::SlotAddr(slot)), f.l(r));
        let old = f.load(Ty::I64, addr);
        let sum = f.bin(BinaryOp::Add, Ty::I64, old, r);
        f.ret(&[sum]);
    });
    let output = run(&m, main, OptLevel::None, true);
    assert!(aborted(&output), "{output:?}");
    assert!(
        stderr(&output).starts_with("error: stack overflow\n  "),
        "{}",
        stderr(&output)
    );
    assert!(
        stderr(&output).ends_with("  main at test.sx:12:5\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn constants_cannot_be_written() {
    let (m, main) = nested(|m, f| {
        let data = constant(m, "data", b"constant");
        let (base, n) = (f.global(data), f.p(0));
        let addr = f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, n);
        let value = f.c(Ty::I8, 1);
        f.store(Ty::I8, addr, value);
        let zero = f.i(0);
        f.ret(&[zero]);
    });
    let output = run(&m, main, OptLevel::None, true);
    assert!(aborted(&output), "{output:?}");
    assert!(
        stderr(&output).starts_with("error: write to constant storage\n"),
        "{}",
        stderr(&output)
    );
}

/// The ring of frames, through a C program that uses it as the compiler's code does.
#[test]
fn return_traces() {
    let mut m = module();
    let mut f = Fun::new(&mut m, "never", Linkage::Export("never".into()), &[], &[]);
    f.ret(&[]);
    let root = f.finish(&mut m);
    let source = r#"
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        typedef struct { const char *data; int64_t len; } S;
        typedef struct { S file; int32_t line, col; S func; S text; } F;
        #define T(s) { s, sizeof s - 1 }
        void sx_trace_push(uint64_t); void sx_trace_clear(void); uint32_t sx_trace_len(void);
        uint32_t sx_trace_truncated(void); uint64_t sx_trace_frame_at(uint32_t);
        void sx_trace_report_unhandled(uint32_t, const char *, size_t);
        int main(int argc, char **argv) {
            static F a = { T("dir/net.sx"), 3, 17, T("ping"), T("    if n == 0 { raise error.Down; }") };
            static F b = { T("net.sx"), 20, 3, T("main"), { 0, 0 } };
            int n = argc > 1 ? atoi(argv[1]) : 0;
            for (int i = 0; i < 5; i++) sx_trace_push(1);
            sx_trace_clear();
            for (int i = 0; i < n; i++) sx_trace_push((uint64_t)&a);
            sx_trace_push((uint64_t)&a); sx_trace_push((uint64_t)&b);
            printf("%u %u %d\n", sx_trace_len(), sx_trace_truncated(), sx_trace_frame_at(sx_trace_len() - 1) == (uint64_t)&b);
            sx_trace_report_unhandled(7, "Down", 4);
            sx_trace_clear();
            sx_trace_report_unhandled(7, 0, 0);
            return 1;
        }
    "#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("use.c");
    std::fs::write(&path, source).unwrap();
    let mut request = EmitRequest::new(&m, vec![root], EmitKind::LlvmIr);
    let built = build(&mut request, &[path.to_str().unwrap()]);
    let output = std::process::Command::new(&built.program).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2 0 1\n");
    let text = "error: unhandled error reached main: error.Down\n\
                error return trace (most recent call last):\n\
                \x20 ping at net.sx:3:17\n\
                \x20       if n == 0 { raise error.Down; }\n\
                \x20                   ^\n\
                \x20 main at net.sx:20:3\n\
                error: unhandled error reached main: error.7\n";
    assert_eq!(stderr(&output), text);
    let output = std::process::Command::new(&built.program)
        .arg("31")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "32 1 1\n");
    assert!(
        stderr(&output).contains("last):\n  ... older frames omitted (buffer full)\n  ping"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn data_out_of_reach() {
    let mut m = module();
    let table = m.add_global(Global {
        name: "table".into(),
        size: 3 << 30,
        align: 1,
        init: ConstImage::zeroed(0),
        mutable: true,
        extern_symbol: None,
        export_symbol: None,
        sx_type: None,
        mergeable: false,
    });
    let mut f = Fun::new(
        &mut m,
        "main",
        Linkage::Export("main".into()),
        &[],
        &[Ty::I64],
    );
    let at = f.e(Expr::GlobalAddr(table));
    let value = f.e(Expr::Load {
        ty: Ty::I64,
        addr: at,
    });
    f.ret(&[value]);
    let main = f.finish(&mut m);
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("code.o");
    let request = EmitRequest::new(&m, vec![main], EmitKind::Object(object.clone()));
    let told = sx_backend::emit(&request).unwrap_err();
    assert!(
        told.contains("static data takes 3221225472 bytes")
            && told.contains("the largest, 'table', has 3221225472"),
        "{told}"
    );
    assert!(!object.exists());
}
