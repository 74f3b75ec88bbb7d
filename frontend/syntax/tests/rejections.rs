//! Texts that must not parse: the first message (a part of it) and the text its span covers. Also the entry points
//! beside `parse_file`.

use sx_syntax::{
    Detail, FileId, parse_expr, parse_file, parse_files_parallel, parse_members, parse_statements,
    parse_variants,
};

fn check(source: &str, text: &str, message: &str, module: bool) {
    let diagnostics = if module {
        parse_file(FileId(0), source).diagnostics
    } else {
        parse_statements(FileId(0), source).diagnostics
    };
    let Some(first) = diagnostics.first() else {
        panic!("parsed: {source}");
    };
    let span = first.span.unwrap();
    let got = &source[span.lo as usize..span.hi as usize];
    assert!(
        first.message.contains(message),
        "{source}\n  got: {}\n want: {message}",
        first.message
    );
    assert_eq!(got, text, "{source}: {}", first.message);
}

#[test]
fn reserved_names() {
    let reserved = |name: &str| {
        format!("'{name}' is a reserved type name and cannot be used as an identifier")
    };
    for source in [
        "u8 := 1;",
        "u8 :: 1;",
        "u8 : i64 = 1;",
        "u8 :: struct { }",
        "u8 :: () { }",
        "f :: (u8: i64) { }",
        "f :: ($u8: Type) { }",
        "f :: (..u8: []i64) { }",
        "f :: () -> (u8: i64, b: i64) { }",
        "u8 :: #import \"a.sx\";",
        "u8 :: ufcs g;",
        "s :: struct { u8 :: 1; }",
        "s :: struct { u8 : i64 : 1; }",
        "s :: struct { u8 :: () {} }",
        "impl P for T { u8 :: () {} }",
        "f :: () { a, u8 := g(); }",
        "f :: () { if u8 := o { } }",
        "f :: () { while u8 := o { } }",
        "f :: () { for xs (u8) { } }",
        "f :: () { for xs (*u8) { } }",
        "f :: () { if x == { case .a: (u8) g(); } }",
        "f :: () { x := g() catch (u8) { }; }",
        "f :: () { onfail (u8) { } }",
        "f :: () { h := (u8) => 1; }",
        "f :: () { h := (u8: i64) { }; }",
    ] {
        check(source, "u8", &reserved("u8"), true);
    }
    for name in [
        "i1", "i64", "u64", "bool", "string", "cstring", "void", "f32", "f64", "usize", "isize",
        "any",
    ] {
        check(&format!("{name} := 1;"), name, &reserved(name), true);
    }
    for name in [
        "i0", "i65", "u100", "i01", "const", "closure", "Vector", "noreturn", "type", "int", "`u8",
        "`if",
    ] {
        let source = format!("{name} := 1;");
        assert!(
            parse_file(FileId(0), &source).diagnostics.is_empty(),
            "{name}"
        );
    }
    for source in [
        "s :: struct { u8: i64; if: bool; string: i64; f32: i64; while :: 1; for :: () {} }",
        "e :: enum { u8; if; struct: i64; f32; union }",
        "p :: protocol { u8 :: (self: *Self); if :: (self: *Self); }",
        "u :: union { u8: i64; `if: i64; }",
        "impl P for T { if :: () {} }",
        "f :: () { q.for = o?.if; x := .struct; if b == { case .bool: g(); case .if: h(); } }",
        "f :: () { s := .{ if a then 1 else 2, 3 }; t := .{ if = 1, struct = 2 }; }",
    ] {
        let diagnostics = parse_file(FileId(0), source).diagnostics;
        assert!(diagnostics.is_empty(), "{source}: {diagnostics:?}");
    }
    check("if := 1;", "if", "'if' is a keyword", true);
    check("f :: () { xx :: 2; }", "xx", "'xx' is a keyword", true);
    check("u :: union { if: i64; }", "if", "'if' is a keyword", true);
    for source in [
        "s :: struct { inline: i64; }",
        "e :: enum { inline; }",
        "s :: struct { inline :: 1; }",
    ] {
        check(
            source,
            "inline",
            "'inline' cannot name a member bare — escape it with a backtick",
            true,
        );
    }
}

#[test]
fn statements() {
    for (source, text, message) in [
        ("if c return;", "return", "expected '{'"),
        ("if c x = 1;", "x", "expected '{'"),
        ("if (x) { y(); }", "", "expected '{'"),
        ("for v: (x) { }", ":", "the ':' was removed"),
        ("for f() { }", ")", "expected capture name"),
        ("for f(2) { }", "2", "expected capture name"),
        ("for xs () { }", ")", "expected capture name"),
        (
            "for 0..= (i) { }",
            "..=",
            "an end marker needs an end expression",
        ),
        (
            "x := s[1..=];",
            "..=",
            "an end marker needs an end expression",
        ),
        (
            "a, b += 1, 2;",
            "+=",
            "multi-target assignment requires '=' or ':='",
        ),
        (
            "a, b :: f();",
            "::",
            "multi-target assignment requires '=' or ':='",
        ),
        (
            "x := if c then return else 3;",
            "return",
            "`return` is a statement",
        ),
        ("x := raise e;", "raise", "`raise` is a statement"),
        ("if c then raise e;", "raise", "`raise` is a statement"),
        ("x := f() or return;", "return", "`return` is a statement"),
        (
            "defer { return; }",
            "return",
            "`return` is not allowed inside `defer`",
        ),
        ("defer { raise e; }", "raise", "not allowed inside `defer`"),
        ("defer { try f(); }", "try", "not allowed inside `defer`"),
        (
            "defer { for xs (x) { break; } }",
            "break",
            "not allowed inside `defer`",
        ),
        (
            "defer { if x then continue; }",
            "continue",
            "not allowed inside `defer`",
        ),
        (
            "onfail { return; }",
            "return",
            "not allowed inside `onfail`",
        ),
        (
            "onfail (e) { raise e; }",
            "raise",
            "not allowed inside `onfail`",
        ),
        ("defer return;", "return", "not allowed inside `defer`"),
        ("defer x = 1;", "=", "expected ';'"),
        ("x := f() catch e { };", "e", "needs parentheses"),
        ("x := f() catch 7;", "7", "requires a braced body"),
        ("if x == { case A, B: f(); }", ",", "expected ':'"),
        ("if x == { case 1..3: f(); }", "..", "expected ':'"),
        (
            "if x == { else: f(); case 1: g(); }",
            "case",
            "unexpected token 'case'",
        ),
        (
            "f(b = 1, 2);",
            "2",
            "positional argument after a named argument — ",
        ),
        (
            "f(1) { }.m();",
            ".",
            "a trailing block ends the call chain — ",
        ),
        (
            "private x := 1;",
            "private",
            "`private` is only allowed on module-scope declarations",
        ),
        (
            "#import \"a.sx\";",
            "#import",
            "only allowed at module scope",
        ),
        (
            "#context_extend a : i64 = 1;",
            "#context_extend",
            "only allowed at top level",
        ),
        ("x := 1", "", "expected ';'"),
        (
            "x : (A, B) = y;",
            "(A, B)",
            "a bare-paren `(A, B)` is a multi-return signature, valid only as a return type",
        ),
        ("x := t.1.0;", "1.0", "member index"),
        (
            "x := 18446744073709551616;",
            "18446744073709551616",
            "too large",
        ),
        ("x := 'ab';", "'ab'", "invalid character literal"),
        ("x := '\\q';", "'\\q'", "invalid character literal"),
        ("x := \"abc;", "\"", "unterminated string literal"),
        ("x := 0x;", "0x", "no digits"),
        ("x := 1e5;", "1e5", "a float literal has no exponent"),
        ("x := f(;", ";", "unexpected token ';'"),
        (";", ";", "unexpected token ';'"),
        ("push ctx { };", ";", "unexpected token ';'"),
        (
            "asm { x };",
            "x",
            "asm template must be a compile-time-known string",
        ),
        ("return 1", "", "expected ';'"),
        (
            "x := inline if a { 1 } else { 2 };",
            "inline",
            "statements and have no value",
        ),
        ("while c => f();", "=>", "expected '{'"),
    ] {
        check(source, text, message, false);
    }
}

#[test]
fn declarations() {
    for (source, text, message) in [
        (
            "f :: () abi(.fast) { }",
            "fast",
            "unknown ABI (expected '.c' or '.naked')",
        ),
        (
            "f :: () extern export;",
            "export",
            "conflicting linkage: 'extern' and 'export' cannot be combined — ",
        ),
        (
            "f :: () export lib extern { }",
            "extern",
            "conflicting linkage",
        ),
        (
            "p :: protocol { m :: (x: i64); }",
            "m",
            "protocol method must declare its receiver as the first parameter: `self: *Self`",
        ),
        (
            "p :: protocol { m :: (); }",
            "m",
            "protocol method must declare its receiver",
        ),
        (
            "private #import \"a.sx\";",
            "private",
            "only a named import can be `private`",
        ),
        (
            "private impl P for T { }",
            "private",
            "`private` is only allowed on module-scope declarations",
        ),
        (
            "private #run f();",
            "private",
            "`private` is only allowed on module-scope declarations",
        ),
        (
            "s :: struct { private x: i64; }",
            "private",
            "`private` is only allowed on module-scope declarations",
        ),
        (
            "f :: () -> (!, i64) { }",
            "!",
            "the error slot must be the last",
        ),
        ("f :: () -> i64;;", ";", "unexpected token ';'"),
        ("s :: struct { };", ";", "unexpected token ';'"),
        ("f :: () { };", ";", "unexpected token ';'"),
        ("f :: () -> i64 { 1", "", "expected '}'"),
        ("a := 1\nb := 2;", "b", "expected ';'"),
        ("#import \"a.sx\"", "", "expected ';'"),
        ("f :: () extern libc \"x\" { }", "{", "expected ';'"),
        ("f :: (x: i64) -> i64 intrinsic", "", "expected ';'"),
        ("x y;", "x", "unexpected token 'x'"),
        ("E :: error { }", "E :: error { }", "a set needs a tag"),
        ("}", "}", "unexpected token '}'"),
        ("x := \u{e9};", "\u{e9}", "unexpected character"),
    ] {
        check(source, text, message, true);
    }
}

#[test]
fn only_first_counts_but_all_are_collected() {
    let result = parse_file(
        FileId(0),
        "a := ;\nb := 1;\nc := ;\nf :: () { x := ; y := 2; z := ; }\n",
    );
    assert_eq!(result.diagnostics.len(), 4);
    assert_eq!(result.ast.items.len(), 2);
    let lines: Vec<u32> = result
        .diagnostics
        .iter()
        .map(|d| d.span.unwrap().lo)
        .collect();
    assert!(lines.is_sorted());
}

#[test]
fn fragments() {
    let result = parse_statements(FileId(3), "x := 1; f(x); x + 1");
    assert!(result.diagnostics.is_empty());
    assert_eq!(result.ast.block.stmts.len(), 2);
    assert!(result.ast.block.tail.is_some());
    let empty = parse_statements(FileId(3), "");
    assert!(empty.diagnostics.is_empty() && empty.ast.block.stmts.is_empty());
}

#[test]
fn other_entry_points() {
    let members = parse_members(FileId(4), "a, b: i64 = 1; m :: () {} c: u8");
    assert!(members.diagnostics.is_empty());
    assert_eq!(members.ast.elements.len(), 3);
    let variants = parse_variants(FileId(5), "a; b: i64; c :: 3");
    assert!(variants.diagnostics.is_empty());
    assert_eq!(variants.ast.elements.len(), 3);
    assert!(
        !parse_members(FileId(4), "a: i64; } b: i64;")
            .diagnostics
            .is_empty()
    );
    assert!(!parse_expr(FileId(6), "a b").diagnostics.is_empty());
    let files: Vec<_> = (0..64)
        .map(|n| (FileId(n), format!("x{n} :: {n};").into(), Detail::Whole))
        .collect();
    let results = parse_files_parallel(&files);
    for (n, result) in results.iter().enumerate() {
        assert!(result.diagnostics.is_empty());
        assert_eq!(result.ast.id, FileId(n as u32));
    }
}
