//! Each `cases/NAME.sx` is parsed and its tree compared with `cases/NAME.tree`; errors come first, if the case has
//! any. `BLESS=1 cargo test -p sx-syntax` writes the expectations anew: read the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use sx_syntax::dump::dump_file;
use sx_syntax::{Diagnostic, FileId, SourceFile, parse_file};

fn show(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let result = parse_file(FileId(0), &text);
    let source = SourceFile::new("case.sx", text);
    let mut out = String::new();
    for diagnostic in &result.diagnostics {
        out.push_str(&message(&source, diagnostic));
    }
    if !result.diagnostics.is_empty() {
        out.push_str("----\n");
    }
    out.push_str(&dump_file(&result.ast));
    out
}

fn message(source: &SourceFile, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span.unwrap();
    let at = source.line_col(span.lo);
    format!(
        "{}:{} `{}` {}: {}\n",
        at.line,
        at.col,
        source.slice(span.lo, span.hi).lines().next().unwrap_or(""),
        diagnostic.kind.as_str(),
        diagnostic.message
    )
}

#[test]
fn trees() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "sx"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases {
        let tree = case.with_extension("tree");
        let got = show(&case);
        if bless {
            fs::write(&tree, &got).unwrap();
            continue;
        }
        let want = fs::read_to_string(&tree).unwrap_or_default();
        if got != want {
            let line = got
                .lines()
                .zip(want.lines())
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            wrong.push(format!(
                "{}: line {}\n  got:  {}\n  want: {}",
                tree.display(),
                line + 1,
                got.lines().nth(line).unwrap_or(""),
                want.lines().nth(line).unwrap_or("")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n(BLESS=1 rewrites the expectations)",
        wrong.join("\n")
    );
}
