//! What is rendered parses to the tree it was rendered from: over the whole corpus, the library and what the tests hold.

use std::path::{Path, PathBuf};

use sx_syntax::dump::dump_file;
use sx_syntax::render::render_file;
use sx_syntax::{FileId, parse_file};

const FILE: FileId = FileId(0);

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "sx") {
            out.push(path);
        }
    }
}

/// The text rendered, if the tree of it is another than that of `text`.
fn difference(text: &str) -> Option<String> {
    let parsed = parse_file(FILE, text);
    // There are no trees of what doesn't parse.
    if !parsed.diagnostics.is_empty() {
        return None;
    }
    let rendered = render_file(&parsed.ast);
    let again = parse_file(FILE, &rendered);
    if let Some(first) = again.diagnostics.first() {
        let at = first.span.map_or(0, |s| s.lo as usize);
        let around = &rendered[rendered.floor_char_boundary(at.saturating_sub(60))..];
        let around: String = around.chars().take(120).collect();
        return Some(format!("{}\n{around}", first.message));
    }
    let (was, is) = (dump_file(&parsed.ast), dump_file(&again.ast));
    if was == is {
        return None;
    }
    let lines = was.lines().zip(is.lines());
    let first = lines.into_iter().find(|(a, b)| a != b);
    Some(format!("{first:?}"))
}

#[test]
fn everything_comes_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in [
        "corpus",
        "library",
        "frontend/syntax/tests/cases",
        "examples",
        "benches",
    ] {
        sources(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 500, "only {} files", files.len());
    let mut wrong = Vec::new();
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        if let Some(problem) = difference(&text) {
            wrong.push(format!("{}: {problem}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} files:\n{}",
        wrong.len(),
        files.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn corners() {
    for text in [
        "a :: - - -1; b :: -(-x); c :: 1 - -1; d : ? ?i64 = null;",
        "f :: () { x := t.1 .0; y := a[0..=.b]; z := a[<..3]; w := 5 .0; }",
        "f :: () { a |> g(1) |> try h! catch (e) 3; x := a |> (b |> c) + 1; }",
        "f :: () -> (i64,) { return 1; } g :: () -> (!E) { } h :: () -> ((i64)) { return 2; }",
        "f :: () { if a == { case 1: x; case struct: break; case .b: (v) => return; else: y } }",
        "f :: () { if a { b } else if c == { case 1: 2 } \n (d).e(); }",
        "f :: () { inline if a { } else if b == { case 1: } inline if c == { else: } }",
        "s :: \"a\\\"\\n\\0\\q\"; c :: '\\u{301}'; d :: '\\x7f'; h :: #string X\n \" \\\nX;",
        "f :: () { asm { #string X\nmov \"a\"\nX, [a] \"=r\" -> *p, \"r\" = 1 + 2, clobbers(.cc) }; }",
        "q :: #code { #(a); #name(\"x\", #(b)) := 1; }; r :: #code { case: i64; }; s :: #code(#code(#(#(e)) + #(f)));",
        "f :: ($T: Type/P/Q, x: $U/R, y: #lazy i64 = 3, ..$a: []Type) mixin { for a, 0.. (x, *i) => x += 1; }",
        "/// one\n///\n///  two\n@n @m(1, a = \"b\")\nprivate x : i64 = ---; @o #saved y := 2;",
        "f :: () { T.{ 1, a = 2, (b), ..c } { x }; g(1, ..d) { e } h() catch { return; } }",
        "u :: union { struct { a, b: i64 = ---; }; c: [*]?*[:0]u8; } e :: enum flags u8 { a :: 1 @n; b; }",
        "f :: () { x, y := z; x, y = y, x; }",
        "f :: () { push a { } defer { } defer g(); onfail (e) { } while x := o { break; } }",
    ] {
        let said = parse_file(FILE, text).diagnostics;
        assert!(said.is_empty(), "{text}\n{said:?}");
        assert_eq!(difference(text), None, "{text}");
    }
}
