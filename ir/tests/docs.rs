//! docs/ir.md says what the op table says. `BLESS=1 cargo test -p sx-ir --test docs` writes the table into it.

use std::fmt::Write;
use sx_ir::*;

fn table() -> String {
    let mut out = String::from("| operation | operands | yields |\n|---|---|---|\n");
    for op in ALL_BINARY {
        let operands = match op.class() {
            BinaryClass::Int | BinaryClass::Shift => "integers",
            BinaryClass::IntCmp => "integers, ptr",
            BinaryClass::Float | BinaryClass::FloatCmp => "floats",
            BinaryClass::Address => "ptr, i64",
        };
        let _ = writeln!(out, "| `{}` | {operands} | {} |", op.name(), op.doc());
    }
    for op in ALL_UNARY {
        let _ = writeln!(out, "| `{}` | float | {} |", op.name(), op.doc());
    }
    for op in ALL_CONVERT {
        let _ = writeln!(out, "| `{}` | from, to | {} |", op.name(), op.doc());
    }
    out
}

#[test]
fn docs_have_the_table_and_every_name() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ir.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text
        .split_once("<!-- ops -->\n")
        .expect("the start of the table");
    let (_, after) = rest
        .split_once("<!-- end of ops -->")
        .expect("the end of the table");
    let wanted = format!(
        "{before}<!-- ops -->\n{}<!-- end of ops -->{after}",
        table()
    );
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    } else {
        assert_eq!(text, wanted, "run with BLESS=1");
    }
    let names = trap::TRAP_KINDS
        .map(TrapKind::name)
        .into_iter()
        .chain(ALL_ORDERS.map(Order::name));
    let names = names
        .chain(ALL_RMW.map(RmwOp::name))
        .chain(ALL_CHECK_RELS.map(CheckRel::name));
    for name in names.chain(ALL_TYS.map(Ty::name)) {
        assert!(wanted.contains(name), "docs/ir.md does not mention {name}");
    }
}

/// The example in the text is IR.
#[test]
fn example_parses() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ir.md");
    let text = std::fs::read_to_string(path).unwrap();
    let example = text.split("```").nth(1).expect("an example");
    let module = parse::parse(example.trim_start()).unwrap();
    verify::verify(&module).unwrap();
    assert_eq!(print::print(&module).trim(), example.trim());
}
