//! What was left open is named with the error that shows it.

use sx_syntax::{FileId, parse_file};

/// The line and column of the first error's note, and what it says.
fn noted(source: &str) -> Option<(usize, usize, String)> {
    let diagnostics = parse_file(FileId(0), source).diagnostics;
    let note = diagnostics.first()?.children.first()?.clone();
    let before = &source[..note.span?.lo as usize];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    Some((line, before.len() - start + 1, note.message))
}

#[track_caller]
fn leads_to(source: &str, line: usize, col: usize) {
    let noted = noted(source);
    assert!(
        matches!(&noted, Some((l, c, _)) if (*l, *c) == (line, col)),
        "{source}\n{noted:?}"
    );
}

#[test]
fn braces() {
    leads_to(
        "f :: () {\n    if a {\n        b();\n    c();\n}\ng :: () { }\n",
        2,
        10,
    );
    leads_to(
        "f :: () {\n    for xs (x) { if x { return; }\n    c();\n}\n",
        2,
        16,
    );
    leads_to("f :: () {\n    c();\n\ng :: () {\n    d();\n}\n", 1, 9);
    leads_to(
        "S :: struct {\n    a: i64;\n\nimpl P for S { }\nmain :: () { }\n",
        1,
        13,
    );
    leads_to("main :: () {\n    a := 3;\n", 1, 12);
    leads_to(
        "f :: () {\n    if x == {\n    case 1: a();\n    case 2: {\n        b();\n    }\n    c();\n}\n",
        2,
        13,
    );
    leads_to(
        "f :: () {\n    g(a,\n      b, () {\n        c();\n    );\n    d();\n}\n",
        3,
        13,
    );
}

#[test]
fn texts() {
    leads_to(
        "main :: () {\n    print(\"a\\n);\n    print(\"b\");\n}\n",
        2,
        11,
    );
    leads_to(
        "main :: () {\n    print(\"a, \"b\");\n    print(\"c\");\n}\n",
        2,
        17,
    );
    leads_to("#import \"a.sx;\n#import \"b.sx\";\n", 1, 9);
}

#[test]
fn only_where_something_is_open() {
    for source in [
        "main :: () { a := ; }",
        "t := \"one\ntwo\";\nmain :: () {\n    a := ;\n}\n",
        "main :: () {\nif a {\nb c;\n}\n}\n",
        "main :: () { f(1, 2; }\n",
    ] {
        assert_eq!(noted(source), None, "{source}");
    }
}

#[test]
fn a_semicolon_belongs_to_the_line_before() {
    let source = "main :: () {\n    a := 3\n    b := 4;\n}\n";
    let diagnostics = parse_file(FileId(0), source).diagnostics;
    let help = &diagnostics[0].children[0];
    assert_eq!(help.replacement.as_deref(), Some("    a := 3;"));
    // Here it is no `;` that lacks.
    let source = "f :: () -> string\n    return 3;\n}\n";
    let diagnostics = parse_file(FileId(0), source).diagnostics;
    assert!(diagnostics[0].children.is_empty(), "{diagnostics:?}");
}
