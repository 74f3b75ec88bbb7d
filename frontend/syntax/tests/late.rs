//! An outline whose bodies have all been asked for is the tree of the file.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use sx_syntax::ast::{Body, Expr, File, FnDecl, ItemKind};
use sx_syntax::visit::{Visitor, walk_expr, walk_file};
use sx_syntax::{FileId, SourceText, dump, parse_file, parse_outline};

struct Ids {
    seen: HashSet<u32>,
    below: u32,
}

impl Visitor for Ids {
    fn expr(&mut self, expr: &Expr) {
        assert!(self.seen.insert(expr.id.0), "repeated id");
        assert!(expr.id.0 < self.below);
        walk_expr(self, expr);
    }
}

fn is_late(f: &FnDecl) -> bool {
    matches!(f.body, Body::Late(_))
}

/// Compares what comes of the two ways; whether bodies were left for later.
fn same(text: &str) -> bool {
    let (whole, outline) = (
        parse_file(FileId(1), text),
        parse_outline(FileId(1), &SourceText::from(text)),
    );
    let mut ids = Ids {
        seen: HashSet::new(),
        below: outline.ast.expr_count,
    };
    walk_file(&mut ids, &outline.ast);
    let mut diagnostics = outline.diagnostics;
    diagnostics.extend(outline.ast.late.iter().flat_map(|late| late.errors()));
    if diagnostics.is_empty() || outline.ast.late.is_none() {
        assert_eq!(whole.diagnostics, diagnostics);
        assert!(
            dump::dump_file(&whole.ast) == dump::dump_file(&outline.ast),
            "other trees"
        );
    } else {
        assert!(!whole.diagnostics.is_empty(), "{diagnostics:?}");
    }
    late_functions(&outline.ast) > 0
}

fn late_functions(file: &File) -> usize {
    struct Late(usize);
    impl Visitor for Late {
        fn function(&mut self, f: &FnDecl) {
            self.0 += usize::from(is_late(f));
            sx_syntax::visit::walk_fn(self, f);
        }
    }
    let mut late = Late(0);
    walk_file(&mut late, file);
    late.0
}

fn sources(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "sx") {
            out.push(path);
        }
    }
}

#[test]
fn outlines_of_the_library_and_of_the_corpus_make_the_same_trees() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for dir in ["tests/cases", "../../library", "../../corpus"] {
        sources(&root.join(dir), &mut files);
    }
    let mut late = 0;
    for path in &files {
        if let Ok(text) = fs::read_to_string(path) {
            late += usize::from(same(&text));
        }
    }
    assert!(late * 2 > files.len(), "{late} of {}", files.len());
}

#[test]
fn the_library_parses() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library/modules");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for path in &files {
        let parsed = parse_file(FileId(1), &fs::read_to_string(path).unwrap());
        assert!(parsed.diagnostics.is_empty(), "{}", path.display());
    }
}

#[test]
fn braces_in_texts_and_comments_are_none() {
    for body in [
        "s := \"}\";",
        "s := \"\\\"}\";",
        "c := '}'; d := '\\''; e := '{';",
        "// }\n",
        "/// }\n x := 1;",
        "s := #string END\n}\nEND;",
        "g :: (a: i64) -> i64 { { a } }",
        "`if := 1;",
        "x := a / b;",
    ] {
        assert!(same(&format!("f :: () {{ {body} }}\nK :: 1;")), "{body}");
        assert!(same(&format!(
            "S :: struct {{ f :: ufcs (a: (i64) -> i64) -> []u8 {{ {body} }} }}"
        )));
    }
}

#[test]
fn what_is_no_body_is_parsed_at_once() {
    for text in [
        "f :: () -> i64 { #name(a) :: 1; 2 }",
        "f :: (a: S = .{ 1 }) { }",
        "q :: #code { f :: () { 1 } };",
        "f :: () { ",
        "f :: () { \"open }",
        "f :: () { ' }",
        "f :: () { /* */ }",
        "f :: () { } }",
        "f :: () -> struct { a: i64; } { .{ 1 } }",
        "x :: (1 + 2) { }",
        "main :: { f :: 1; }",
    ] {
        assert!(!same(text), "{text}");
    }
}

#[test]
fn mistakes_in_bodies_are_told_when_they_are_asked_for() {
    let text = SourceText::from("f :: () { x := ; }\ng :: () { y = = 2; }");
    let parsed = parse_outline(FileId(1), &text);
    assert!(parsed.diagnostics.is_empty());
    let late = parsed.ast.late.clone().unwrap();
    assert!(late.errors().is_empty());
    let functions: Vec<_> = (parsed.ast.items.iter())
        .filter_map(|item| match &item.kind {
            ItemKind::Decl(decl) => match &decl.kind {
                sx_syntax::ast::DeclKind::Fn(f) => Some(f.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    functions[1].body();
    functions[1].body();
    assert_eq!(late.errors().len(), 1);
    functions[0].body();
    let whole = parse_file(FileId(1), &text).diagnostics;
    assert_eq!(late.errors(), whole);
}
