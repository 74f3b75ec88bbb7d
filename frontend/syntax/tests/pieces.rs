//! A file that is parsed in pieces has the tree, and the errors, of one that isn't.

use std::collections::HashSet;
use std::fs;

use sx_syntax::ast::{Expr, File};
use sx_syntax::visit::{Visitor, walk_expr, walk_file};
use sx_syntax::{Detail, FileId, ParseResult, dump, parse_file, parse_files_parallel};

fn in_pieces(text: &str) -> ParseResult {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build();
    let files = [(FileId(1), text.into(), Detail::Whole)];
    let mut parsed = pool.unwrap().install(|| parse_files_parallel(&files));
    parsed.pop().unwrap()
}

struct Ids(HashSet<u32>);

impl Visitor for Ids {
    fn expr(&mut self, expr: &Expr) {
        assert!(self.0.insert(expr.id.0), "repeated id");
        walk_expr(self, expr);
    }
}

fn largest_id(ast: &File) -> u32 {
    let mut ids = Ids(HashSet::new());
    walk_file(&mut ids, ast);
    let largest = ids.0.iter().copied().max().unwrap_or(0);
    assert!(largest <= ast.expr_count);
    largest
}

/// Whether the file was parsed in pieces; compares what came of it.
fn same(text: &str) -> bool {
    let (whole, pieces) = (parse_file(FileId(1), text), in_pieces(text));
    assert_eq!(whole.diagnostics, pieces.diagnostics);
    assert!(
        dump::dump_file(&whole.ast) == dump::dump_file(&pieces.ast),
        "other trees"
    );
    // Each piece has numbers of its own.
    largest_id(&whole.ast) != largest_id(&pieces.ast)
}

fn repeated(text: &str) -> String {
    let mut out = String::new();
    while out.len() < 400_000 {
        out.push_str(text);
        out.push_str("\n\n");
    }
    out
}

const UNIT: &str = "/// What it says.
f :: (a: i64, b: string = \"two\nlines :: 1\") -> i64 {
    x := a + 1;

    if x > 2 { return b.len; }

    x
}

// A comment
// in two lines.
S :: struct {
    a, b: i64;

    inner :: struct { c: u8; }
}

K :: 12;

v : [3]i64 = .[1, 2, K];";

#[test]
fn pieces_make_the_same_tree() {
    let unit = repeated(UNIT);
    assert!(parse_file(FileId(1), &unit).diagnostics.is_empty());
    assert!(same(&unit));
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut pieces = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "sx") {
            continue;
        }
        let text = repeated(&fs::read_to_string(&path).unwrap());
        pieces += usize::from(same(&text));
    }
    assert!(pieces > 2, "{pieces}");
}

#[test]
fn what_only_looks_like_a_piece_is_none() {
    let unit = repeated(UNIT);
    for (before, after) in [
        ("text :: #string END_OF_IT\n", "\nEND_OF_IT;\n"),
        ("outer :: struct {\n\n", "}\n"),
        ("outer :: () {\n\n", "}\n"),
        ("open :: (\n\n", ""),
        ("s :: \"\n\n", "\";\n"),
    ] {
        assert!(!same(&format!("{before}{unit}{after}")), "{before}");
    }
    // Comments that belong to what follows them.
    assert!(!same(
        &repeated("a :: 1;\n\n/// Of b.\n\nb :: 2;")[..300_000]
    ));
}

#[test]
fn errors_are_those_of_the_whole_file() {
    let unit = repeated(UNIT);
    for mistake in [
        "f :: ( { }",
        "x := ;",
        "}",
        "g :: 1",
        "/* no */",
        "`",
        "s :: \"open",
    ] {
        for at in [0, unit.len() / 3, unit.len() / 2, unit.len()] {
            let at = unit[..at].rfind("\n\n/// What").map_or(0, |at| at + 2);
            let text = format!("{}{mistake}\n\n{}", &unit[..at], &unit[at..]);
            assert!(!same(&text), "{mistake} at {at}");
            assert!(!parse_file(FileId(1), &text).diagnostics.is_empty());
        }
    }
}
