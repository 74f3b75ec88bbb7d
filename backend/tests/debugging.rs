//! What a debugger sees.

mod common;
use common::*;
use std::process::Command;
use sx_backend_api::{EmitKind, EmitRequest, OptLevel};
use sx_ir::types::{Field, NominalDef};
use sx_ir::*;

fn gdb(program: &std::path::Path, commands: &[&str]) -> Option<String> {
    let mut command = Command::new("gdb");
    command.args(["-nx", "-batch", "-ex", "set debuginfod enabled off"]);
    for text in commands {
        command.args(["-ex", text]);
    }
    let output = command.arg(program).env("LC_ALL", "C").output().ok()?;
    Some(
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    )
}

/// A function with a scalar, a linked structure and a slice in view.
fn subject() -> (Module, FuncId) {
    let mut m = module();
    let node = m.types.add_nominal("Node".into());
    let ty = m.types.intern(TypeKind::Struct(node));
    let link = m.types.intern(TypeKind::Pointer(ty));
    m.types.nominal_mut(node).def = NominalDef::Struct(vec![
        Field {
            name: "value".into(),
            ty: TypeId::I32,
        },
        Field {
            name: "next".into(),
            ty: link,
        },
        Field {
            name: "text".into(),
            ty: TypeId::STRING,
        },
    ]);
    let words = constant(&mut m, "words", b"hi");
    let mut f = Fun::new(
        &mut m,
        "List.sum",
        Linkage::Internal,
        &[Ty::I64],
        &[Ty::I64],
    );
    f.func.loc = place(&mut m, 2, 1);
    f.func.locals[0].name = Some("count".into());
    f.func.locals[0].sx_type = Some(TypeId::I64);
    let total = f.func.add_local(Ty::I64);
    f.func.locals[total.index()].name = Some("total".into());
    f.func.locals[total.index()].sx_type = Some(TypeId::U64);
    let slot = f.func.add_slot(32, 8);
    f.func.slots[slot.index()].name = Some("node".into());
    f.func.slots[slot.index()].sx_type = Some(ty);
    f.loc = place(&mut m, 3, 5);
    let (addr, value) = (f.e(Expr::SlotAddr(slot)), f.c(Ty::I32, 77));
    f.store(Ty::I32, addr, value);
    for (offset, ty) in [(8, Ty::Ptr), (16, Ty::Ptr), (24, Ty::I64)] {
        let (base, offset_) = (f.e(Expr::SlotAddr(slot)), f.i(offset));
        let addr = f.bin(BinaryOp::PtrAdd, Ty::Ptr, base, offset_);
        let value = match offset {
            8 => f.e(Expr::SlotAddr(slot)),
            16 => f.global(words),
            _ => f.i(2),
        };
        f.store(ty, addr, value);
    }
    f.loc = place(&mut m, 4, 5);
    let (n, k) = (f.p(0), f.i(35));
    let sum = f.bin(BinaryOp::Add, Ty::I64, n, k);
    f.set(total, sum);
    f.loc = place(&mut m, 5, 5);
    let r = f.l(total);
    f.ret(&[r]);
    let sum = f.finish(&mut m);
    let mut f = begin_main(&mut m);
    f.func.loc = place(&mut m, 8, 1);
    f.loc = place(&mut m, 9, 12);
    let r = f.func.add_local(Ty::I64);
    let n = f.i(7);
    f.call(sum, &[n], &[r]);
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

#[test]
fn breakpoints_stack_and_variables() {
    let (m, main) = subject();
    let mut request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    request.opt = OptLevel::None;
    request.debug_info = true;
    let built = build(&mut request, &[]);
    let commands = [
        "break test.sx:5",
        "run",
        "bt",
        "print count",
        "print total",
        "print node.value",
        "print node.next->next->value",
        "print node.text",
        "ptype node",
    ];
    let Some(said) = gdb(&built.program, &commands) else {
        eprintln!("gdb is not installed: nothing tested");
        return;
    };
    for wanted in [
        "#0  List.sum (count=7) at test.sx:5",
        "main () at test.sx:9",
        "$1 = 7",
        "$2 = 42",
        "$3 = 77",
        "$4 = 77",
        "len = 2}",
        "Node *next;",
    ] {
        assert!(said.contains(wanted), "no `{wanted}` in:\n{said}");
    }
}

#[test]
fn optimised_code_has_lines() {
    let (m, main) = subject();
    let mut request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    request.debug_info = true;
    let text = sx_backend::emit(&request).unwrap();
    assert!(text.contains("!DILocation(line: 9, column: 12"), "{text}");
    request.debug_info = false;
    request.checked = false;
    assert!(!sx_backend::emit(&request).unwrap().contains("DILocation"));
}
