//! Snapshots of what passes do: `passes/*.ir`, whose first line names the passes that run (`; sroa dce`), and beside
//! each what comes out. Review changes with `INSTA_UPDATE=always cargo test -p sx-ir --test passes` and `git diff`.

use std::path::Path;
use sx_ir::FuncId;
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::parse::parse;
use sx_ir::print::PrintOptions;
use sx_ir::print::print_func_with;
use sx_ir::verify::verify;

fn options(names: &str) -> PassOptions {
    let mut options = PassOptions::NONE;
    for name in names.split_whitespace() {
        match name {
            "fold" => options.fold = true,
            "sroa" => options.sroa = true,
            "forward" => options.forward = true,
            "dce" => options.dce = true,
            "ranges" => options.ranges = true,
            "conditions" => options.conditions = true,
            "merge" => options.merge = true,
            "inline" => options.inline = true,
            "compact" => options.compact = true,
            "all" => options = PassOptions::ALL,
            other => panic!("no pass {other}"),
        }
    }
    options
}

#[test]
fn snapshots() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let mut inputs: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "ir"))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&dir);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in inputs {
            let name = path.file_stem().unwrap().to_str().unwrap().to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            let header = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix(';'))
                .expect("the names of passes");
            let mut module = parse(&text).unwrap_or_else(|error| panic!("{name}.ir:{error}"));
            verify(&module).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
            let all: Vec<FuncId> = (0..module.funcs.len()).map(FuncId::new).collect();
            optimise(&mut module, &all, options(header));
            verify(&module).unwrap_or_else(|errors| panic!("{name}, afterwards: {errors:?}"));
            let show = PrintOptions {
                locs: true,
                sx_types: false,
            };
            let out: Vec<String> = all
                .iter()
                .filter(|id| module.func(**id).body.is_some())
                .map(|id| print_func_with(&module, *id, show))
                .collect();
            insta::assert_snapshot!(name, out.join("\n"));
        }
    });
}
