//! No text, however malformed or large, makes the parser panic, overflow its stack or take long.

use std::time::{Duration, Instant};

use sx_syntax::{FileId, ParseResult, parse_expr, parse_file, parse_statements};

const FILE: FileId = FileId(7);

fn parse(text: &str) -> ParseResult {
    let start = Instant::now();
    let result = parse_file(FILE, text);
    let spent = start.elapsed();
    assert!(
        spent < Duration::from_secs(10),
        "{spent:?} for {} bytes",
        text.len()
    );
    for diagnostic in &result.diagnostics {
        let span = diagnostic.span.unwrap();
        assert!(span.file == FILE && span.lo <= span.hi && span.hi as usize <= text.len());
        assert!(text.is_char_boundary(span.lo as usize) && text.is_char_boundary(span.hi as usize));
    }
    result
}

fn first(text: &str) -> String {
    parse(text)
        .diagnostics
        .first()
        .map(|d| d.message.clone())
        .unwrap_or_default()
}

#[test]
fn deep_nesting() {
    let n = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        (".{", "}"),
        ("{", "}"),
        ("- ", ""),
        ("!", ""),
        ("*", ""),
        ("? ", ""),
        ("[]", ""),
        ("xx ", ""),
        ("try ", ""),
        ("#run ", ""),
        ("a ?? ", ""),
        ("() => ", ""),
        ("(a) {", "}"),
        ("() -> () -> ", ""),
        ("if a then b else ", ""),
        ("if a { } else ", ""),
        ("if a { if b == { case 1: ", "} }"),
        ("struct { a: ", "; }"),
        ("Closure() -> ", ""),
        ("Tuple(", ")"),
        ("f() { ", "}"),
        ("f() catch (e) ", ""),
        ("#code { ", "}"),
        ("x[", "]"),
        ("a.(", ")"),
    ] {
        let text = format!("f :: () {{ x := {}a{}; }}", open.repeat(n), close.repeat(n));
        assert_eq!(first(&text), "nesting too deep", "{open}");
        // Without closers.
        assert!(
            !parse(&format!("f :: () {{ x := {}", open.repeat(n)))
                .diagnostics
                .is_empty()
        );
    }
    for (open, close) in [
        ("f :: () {", "}"),
        ("s :: struct {", "}"),
        ("inline if A {", "}"),
    ] {
        let text = open.repeat(n) + &close.repeat(n);
        assert_eq!(first(&text), "nesting too deep", "{open}");
    }
}

#[test]
fn long_chains() {
    let n = 100_000;
    for link in [
        " + a",
        ".b",
        "()",
        "[0]",
        " < a",
        " |> f",
        ".*",
        "!",
        ".(T)",
        " and a",
        " catch (e) {}",
    ] {
        let text = format!("f :: () {{ x := a{}; }}", link.repeat(n));
        assert_eq!(first(&text), "nesting too deep", "{link}");
        let text = format!("f :: () {{ x := a{}; }}", link.repeat(400));
        if link != " catch (e) {}" {
            assert_eq!(first(&text), "", "{link}");
        }
    }
    // Siblings don't add up.
    let text = format!("f :: () {{ x := .[{}]; }}", "a.b.c + d, ".repeat(n));
    assert_eq!(first(&text), "");
    let text = format!(
        "f :: () {{ {} }}",
        "a.b.c(1 + 2); if x { y(); } else if z { }\n".repeat(n)
    );
    assert_eq!(first(&text), "");
    let text = format!("f :: () {{ if a {{}} {} }}", "else if b {} ".repeat(300));
    assert_eq!(first(&text), "");
}

#[test]
fn large_texts() {
    let mb = 1 << 20;
    assert_eq!(first(&format!("x := {};", "1 + ".repeat(100) + "1")), "");
    assert_eq!(first(&format!("s :: \"{}\";", "x".repeat(10 * mb))), "");
    assert_eq!(first(&format!("// {}", "x".repeat(10 * mb))), "");
    assert_eq!(first(&format!("{} :: 1;", "x".repeat(10 * mb))), "");
    first(&format!("x := {};", "9".repeat(10 * mb)));
    first(&format!(
        "x := {}.{};",
        "9".repeat(5 * mb),
        "3".repeat(5 * mb)
    ));
    for piece in [
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ".{",
        ";",
        ",",
        "\"",
        "'",
        "`",
        "#",
        "#string A\n",
        "\0",
        "é",
        "=",
        "for ",
        "if ",
        "case ",
        "else ",
        "a :: ",
        "a : ",
        "a := ",
        "f :: () -> enum ",
        "f :: (",
        "$",
        "@a ",
        "/// x\n",
        "impl ",
        "struct {",
        "a,",
        "..",
        "\\",
        "1.",
        "asm {",
        "inline ",
        "#name(",
        "(]",
        "{)",
        "[}",
        "defer ",
        "for a (",
        "if a == {",
        "x catch ",
        "=> ",
        "-> ",
        "() -> ",
        "() -> (",
        "a |> ",
        "error {",
        "protocol ",
        "p :: protocol {",
        "#import ",
        "e :: enum {",
        "private ",
        "f(){",
        "(a){",
        "?",
        "!",
        "*",
        "x.",
    ] {
        let text = piece.repeat(mb / piece.len());
        parse(&text);
        parse(&format!("f :: () {{ {text}"));
        parse_statements(FILE, &text);
        parse_expr(FILE, &text);
    }
}

/// xorshift
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn mutations() {
    let mut seeds = Vec::new();
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ext| ext == "sx") {
            seeds.push(std::fs::read(path).unwrap());
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(8) {
            let at = random.below(bytes.len());
            let end = (at + random.below(30)).min(bytes.len());
            match random.below(5) {
                0 => bytes[at] = random.below(256) as u8,
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    let to = random.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
                3 => bytes.insert(at, b"(){}[];:=.,<>!?*#$@\"'`|&-+"[random.below(26)]),
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        parse(&text);
        parse_statements(FILE, &text);
    }
}

#[test]
fn random_tokens() {
    let words = [
        "if", "else", "then", "while", "for", "break", "continue", "case", "return", "defer",
        "push", "in", "xx", "and", "or", "raise", "try", "catch", "onfail", "error", "inline",
        "struct", "enum", "union", "asm", "a", "b", "T", "1", "2.5", "'c'", "\"s\"", "(", ")", "{",
        "}", "[", "]", ".{", ".[", ".(", ".", ",", ";", ":", "::", ":=", "=", "==", "+", "-", "*",
        "?", "!", "??", "|>", "..", "..=", "->", "=>", "$", "#run", "#insert", "#name", "---",
        "Closure", "Tuple", "protocol", "impl", "ufcs", "\n", "\n", "extern", "abi",
    ];
    let mut random = Random(42);
    for _ in 0..20_000 {
        let mut text = String::from("f :: () { ");
        for _ in 0..random.below(60) {
            text.push_str(words[random.below(words.len())]);
            text.push(' ');
        }
        parse(&text);
        parse_expr(FILE, &text[10..]);
        parse_statements(FILE, &text[10..]);
    }
}
