//! What the verifier rejects, one breach each.

use sx_ir::parse::parse;
use sx_ir::verify::{verify, verify_func};
use sx_ir::*;

const HEAD: &str = "sig0 = sx (i64, ptr) -> i64\nsig1 = sx ()\nsig2 = sx () noreturn\n\
    func @f0 \"callee\" host \"callee\" sig0\nfunc @f1 \"stop\" host \"stop\" sig2\n";

fn errors(text: &str) -> String {
    let module = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    match verify(&module) {
        Ok(()) => "fine".into(),
        Err(errors) => errors
            .iter()
            .map(|error| error.to_string())
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// Errors of a function `(i64, ptr) -> i64` with three more locals and this body.
fn of_body(body: &str) -> String {
    errors(&format!(
        "{HEAD}func @f2 \"f\" internal sig0 {{\nlocal %0: i64, %1: ptr, %2: i8, %3: f64, %4: i64\nslot $0: 8 align 8\n\
         labels 3\n{body}\n}}\n"
    ))
}

#[test]
fn bodies() {
    for (body, wanted) in [
        ("return %0", "fine"),
        ("", "the end of the body is reached without a result"),
        ("call @f1()", "fine"),
        ("loop L0 { }", "fine"),
        ("loop L0 { break L0 }", "the end of the body is reached"),
        ("trap index break L0", "L0 does not enclose the jump to it"),
        ("loop L0 { trap index break L0 }", "fine"),
        ("if %2 { return %0 } else { trap index }", "fine"),
        ("if %2 { return %0 }", "the end of the body is reached"),
        (
            "switch.i64 %0 { case 1 { return %0 } default { return %0 } }",
            "fine",
        ),
        (
            "switch.i64 %0 { case 1 { return %0 } case 2, 1 { trap index } default { return %0 } }",
            "case 1 appears twice",
        ),
        (
            "block L0 { continue L0 }",
            "continue of L0, which is no loop",
        ),
        ("block L0 { loop L0 { } }", "L0 is defined twice"),
        ("block L7 { } return %0", "L7 is out of range"),
        ("%0 = %1 return %0", "value `%1` (e0) is ptr, not i64"),
        (
            "%3 = add.i64 %0, %0 return %0",
            "value `add.i64` (e2) is i64, not f64",
        ),
        (
            "%3 = add.f64 %3, %3 return %0",
            "`add.f64` (e2) does not exist for its type",
        ),
        (
            "eval ptr_add.ptr %1, %1 return %0",
            "second operand `%1` (e1) is ptr, not i64",
        ),
        (
            "eval trunc.i32.i64 (load.i32 %1) return %0",
            "`trunc.i32.i64` (e2) does not exist",
        ),
        (
            "eval wrap_s.i8.9 %2 return %0",
            "`wrap_s.i8.9` (e1) does not exist",
        ),
        (
            "eval check.index.below.f64 %3, %3 return %0",
            "does not exist for its type",
        ),
        ("if %0 { } return %0", "condition `%0` (e0) is i64, not i8"),
        (
            "store.i8 %0, %2 return %0",
            "address `%0` (e0) is i64, not ptr",
        ),
        (
            "copy %1, $0, %2 return %0",
            "length `%2` (e2) is i8, not i64",
        ),
        ("return %1", "result `%1` (e0) is ptr, not i64"),
        (
            "%4 = call @f0(%0) return %0",
            "1 arguments for 2 parameters",
        ),
        (
            "%4 = call @f0(%0, %1, %1) return %0",
            "3 arguments for 2 parameters",
        ),
        ("call @f0(%0, %1) return %0", "0 locals for 1 results"),
        (
            "%3 = call @f0(%0, %1) return %0",
            "%3 does not have the type of result 0",
        ),
        (
            "%4 = call sig0 %0(%0, %1) return %0",
            "call target `%0` (e0) is i64, not ptr",
        ),
        ("call @f9() return %0", "call of @f9, which does not exist"),
        ("eval @g3 return %0", "names something that does not exist"),
        (
            "%4 = atomic_load.i64.release %1 return %0",
            "atomic load with order release",
        ),
        (
            "%4, %4 = atomic_cmpxchg.i64.seq_cst.relaxed %1, %0, %0 return %0",
            "two results in %4",
        ),
        ("fence.relaxed return %0", "fence without an order"),
    ] {
        let got = of_body(body);
        assert!(
            got.contains(wanted),
            "{body}\n  wanted {wanted}\n  got    {got}"
        );
    }
}

#[test]
fn modules() {
    let global = |rest: &str| format!("global @g0 \"g\" size 16 align 8 {rest}\n");
    for (text, wanted) in [
        (
            "sig0 = c () -> i8, i8, i8".to_string(),
            "C function with over 2 results",
        ),
        ("sig0 = sx (...)".into(), "variadic, but not C"),
        (global("relocs 8: @g0"), "fine"),
        (global("relocs 9: @g0"), "outside the object"),
        (global("relocs 8: @g0, 0: @g0"), "out of order"),
        (global("relocs 0: @g0, 7: @g0"), "out of order or overlaps"),
        (
            global("bytes \"\\01\" relocs 0: @g0"),
            "bytes of the relocation at 0 are not zero",
        ),
        (
            global("relocs 0: @f3"),
            "relocation to @f3, which does not exist",
        ),
        (
            global("bytes \"01234567890123456\""),
            "image of 17 bytes in an object of 16",
        ),
        (global("extern \"g\" bytes \"1\""), "defined elsewhere"),
        (
            "sig0 = sx ()\nfunc @f0 \"f\" internal sig0".into(),
            "defined here, but has no body",
        ),
        (
            "sig0 = sx ()\nfunc @f0 \"f\" host \"f\" sig0 { }".into(),
            "defined elsewhere, but has a body",
        ),
        (
            "sig0 = sx (i64)\nfunc @f0 \"f\" internal sig0 { local %0: i8 }".into(),
            "parameter %0 is i8",
        ),
        (
            "sig0 = sx (i64)\nfunc @f0 \"f\" internal sig0 { }".into(),
            "fewer locals than parameters",
        ),
    ] {
        let got = errors(&text);
        assert!(
            got.contains(wanted),
            "{text}\n  wanted {wanted}\n  got    {got}"
        );
    }
}

/// What text can't express: shared and cyclic nodes.
#[test]
fn nodes_have_one_user() {
    let mut module = parse("sig0 = sx ()\nfunc @f0 \"f\" internal sig0 { local %0: i64 }").unwrap();
    let func = &mut module.funcs[0];
    let leaf = func.add_expr(Expr::Local(LocalId(0)), LocId(0));
    let sum = func.add_expr(
        Expr::Binary {
            op: BinaryOp::Add,
            ty: Ty::I64,
            a: leaf,
            b: leaf,
        },
        LocId(0),
    );
    func.body = Some(Block {
        stmts: vec![Stmt {
            loc: LocId(0),
            kind: StmtKind::Eval(sum),
        }],
    });
    let got = verify_func(&module, FuncId(0)).unwrap_err();
    assert_eq!(got[0].to_string(), "@f0: `%0` (e0) is used twice");
    module.funcs[0].exprs[1] = Expr::Unary {
        op: UnaryOp::FNeg,
        ty: Ty::F64,
        a: sum,
    };
    let got = verify_func(&module, FuncId(0)).unwrap_err();
    assert_eq!(got[0].to_string(), "@f0: `fneg.f64` (e1) is used twice");
    assert!(verify_func(&module, FuncId(5)).is_err());
}
