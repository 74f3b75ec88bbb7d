//! Bytecode of small functions: `tests/listing/NAME.ir` against `NAME.lst`. `SX_BLESS=1` writes the listings anew.

use std::fs;
use std::path::Path;

use sx_bytecode::translate;
use sx_ir::FuncId;

const HEAD: &str = "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n";

fn listing(text: &str) -> String {
    let text = if text.starts_with("target") {
        text.to_string()
    } else {
        format!("{HEAD}{text}")
    };
    let module = match sx_ir::parse::parse(&text) {
        Ok(module) => module,
        Err(error) => return format!("{error:?}\n"),
    };
    if let Err(errors) = sx_ir::verify::verify(&module) {
        return format!("{errors:?}\n");
    }
    let mut out = String::new();
    for id in (0..module.funcs.len())
        .map(FuncId::new)
        .filter(|id| module.func(*id).body.is_some())
    {
        match translate::translate(&module, id) {
            Ok(code) => out.push_str(&code.listing(id, module.func(id))),
            Err(why) => out.push_str(&format!("{id:?}: {why}\n")),
        }
    }
    out
}

#[test]
fn listings() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listing");
    let mut inputs: Vec<_> = fs::read_dir(&dir)
        .expect("the folder of listings")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "ir"))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    let mut wrong = Vec::new();
    for input in inputs {
        let actual = listing(&fs::read_to_string(&input).expect("input"));
        let path = input.with_extension("lst");
        if std::env::var_os("SX_BLESS").is_some() {
            fs::write(&path, &actual).expect("writing the listing");
        }
        if fs::read_to_string(&path).unwrap_or_default() != actual {
            wrong.push(format!("{}:\n{actual}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "run again with SX_BLESS=1 if these are right:\n{}",
        wrong.join("\n")
    );
}
