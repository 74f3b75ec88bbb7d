//! What people bring from other languages: one error each, with help that says what to write.

use sx_syntax::{FileId, parse_file};

#[test]
fn each_gets_its_help() {
    for (body, help) in [
        ("a := b && c;", "`and`"),
        ("a := b || c;", "`or`"),
        ("a++;", "there is no `++`"),
        ("a--;", "there is no `--`"),
        ("a := b === c;", "`==`"),
        ("a := b <> c;", "`!=`"),
        ("x := p->a;", "with `.`"),
        ("x := &a;", "`*x`"),
        ("a := b ? 1 : 2;", "`if c then a else b`"),
        ("let a = 3;", "`name := value;`"),
        ("int a = 3;", "`name : T = value;`"),
        ("i64 a = 3;", "`name : T = value;`"),
        ("a : i64*;", "`*T`"),
        ("a := (u8) b;", "`value.(T)`"),
        ("if a = 2 { }", "`==` compares"),
        ("if a { } elif b { }", "`else if`"),
        ("switch a { }", "`if x == { case ..: .. }`"),
        ("retrun 3;", "`return`"),
        ("whiel true { }", "`while`"),
        ("a := not true;", "`!` negates"),
        ("p := new S;", "a literal"),
        ("s := S { a = 3 };", "`S.{ .. }`"),
        ("foreach xs (x) { }", "`for xs (x) { .. }`"),
        ("#rune f();", "`#run`"),
        ("#inserte f();", "`#insert`"),
        ("a.b := 3;", "`=`"),
        ("a ::= 3;", "`:=`"),
        ("a := .5;", "`0.5`"),
        ("a := 1.;", "`1.0`"),
        ("xs := [1, 2, 3];", "`.[a, b]`"),
        ("s := S.{ x: 1 };", "`.{ x = 1 }`"),
        ("a, b := 1, 2;", "`a, b := .{x, y};`"),
        ("if (x) { f(); }", "without parentheses: `if x { .. }`"),
        ("if (x) { f(); } else { g(); }", "without parentheses"),
        ("while (x) { f(); }", "without parentheses"),
        ("if x { case 1: f(); }", "`if x == { case ..: .. }`"),
        ("if x == { case 1, 2: f(); }", "an arm has one pattern"),
        ("if x == { case 1: f(); else { g(); } }", "`else:`"),
        ("xs : List<i64> = .{};", "`Name(T)`"),
        (
            "do { f(); } while x;",
            "`while true { .. if !c { break; } }`",
        ),
        ("loop { f(); }", "`while true { .. }`"),
        ("g :: func(a: i64) { }", "`name :: (a: T) -> R { .. }`"),
        ("x : i64? = null;", "`?T`"),
        ("x : []i64? = null;", "`?T`"),
        ("x := o?;", "`x!`"),
        ("x := o?.a?;", "`x!`"),
        ("x := [3]i64{1, 2, 3};", "`[N]T.[ .. ]`"),
        ("f(.a = 1);", "without a dot"),
        ("s : S = .{ .a = 1 };", "without a dot"),
        ("f(a: 1);", "named with `=`"),
        ("a := 1 if b else 2;", "`if c then a else b`"),
        ("x: i64 := 3;", "`name : T = value;`"),
        ("x :: i64 = 3;", "`NAME : T : value;`"),
        ("a, b : i64;", "a declaration of its own"),
        ("a := 'text';", "double quotes"),
        ("f(1, b: 2);", "named with `=`"),
        ("t := s ++ \"d\";", "`concat(a, b)`"),
        ("++x;", "`x += 1`"),
        ("x := 3 as u8;", "`value.(T)`"),
        ("e := E::a;", "with a dot: `E.a`"),
        ("f := |x| x + 1;", "`(x) => e`"),
        ("f := x => x + 1;", "`(x) => e`"),
        ("f := fn(x: i64) => x + 1;", "`(x: T) => e`"),
        ("x := (1, 2);", "`.{a, b}`"),
        ("(a, b) := f();", "`a, b := f();`"),
        ("if c f();", "in braces"),
        ("while c f();", "in braces"),
        ("for 0..3 i { }", "`for xs (x) { .. }`"),
        ("if e == { case .a => f(); }", "`case .a: ..`"),
        ("if e == { .a: f(); }", "begins with `case`"),
        ("throw error.X;", "`raise error.Name;`"),
        ("static x := 3;", "outside of functions"),
        ("#include \"x.h\"", "`#import"),
        ("goto end;", "no `goto`"),
    ] {
        let source = format!("main :: () {{ {body} }}");
        gets_help(&source, help);
    }
    for (source, help) in [
        ("main :: fn() { }", "`name :: (a: T) -> R { .. }`"),
        (
            "f :: fn() -> i64 { return 1; }",
            "`name :: (a: T) -> R { .. }`",
        ),
        ("f :: () abi(.c) -> i64 { return 1; }", "`() -> R abi(.c)`"),
        ("f :: () -> List<i64> { }", "`Name(T)`"),
        (
            "f :: (x: i64): i64 { return x; }",
            "`name :: (a: T) -> R { .. }`",
        ),
        ("import \"modules/std.sx\";", "`#import \"path.sx\";`"),
    ] {
        gets_help(source, help);
    }
}

fn gets_help(source: &str, help: &str) {
    let diagnostics = parse_file(FileId(0), source).diagnostics;
    let [only] = &diagnostics[..] else {
        panic!("{source}: {diagnostics:?}");
    };
    let helps: Vec<&str> = only.children.iter().map(|c| c.message.as_str()).collect();
    assert!(
        helps.iter().any(|h| h.contains(help)),
        "{source}\n  message: {}\n  helps: {helps:?}",
        only.message
    );
}

#[test]
fn said_by_the_message() {
    for (source, message) in [
        (
            "main :: () { for i in 0..3 { } }",
            "a loop names its elements behind what it walks",
        ),
        ("main :: () { /* x */ a := 3; }", "the only form of comment"),
        ("/* a\nb */ main :: () { }", "the only form of comment"),
        (
            "main :: () { a := 10u8; }",
            "unexpected 'u8' after the number",
        ),
        ("main :: () { a := 1.5e3; }", "has no exponent"),
        ("main :: () { a := ''; }", "empty character literal"),
        (
            "f :: (a: i64) bool { return true; }",
            "expected '->' before the result type",
        ),
        (
            "main :: () { f := (c: *u8) []u8 { return c; }; }",
            "expected '->' before the result type",
        ),
    ] {
        let diagnostics = parse_file(FileId(0), source).diagnostics;
        let [only] = &diagnostics[..] else {
            panic!("{source}: {diagnostics:?}");
        };
        assert!(only.message.contains(message), "{source}: {}", only.message);
    }
}

/// What is told of a file is its first error.
#[test]
fn counting_loops() {
    for head in ["for (i := 0; i < 3; i += 1)", "for i := 0; i < 3; i += 1"] {
        let source = format!("main :: () {{ {head} {{ }} }}");
        let diagnostics = parse_file(FileId(0), &source).diagnostics;
        let first = diagnostics.first().expect("an error");
        let mut helps = first.children.iter().map(|c| c.message.as_str());
        assert!(
            helps.any(|h| h.contains("`for 0..n (i) { .. }`")),
            "{first:?}"
        );
    }
}

#[test]
fn at_module_scope() {
    for (source, help) in [
        ("x, y : i64;", "a declaration of its own"),
        ("#import std;", "`#import \"path.sx\";`"),
        ("@import(\"std\");", "`name :: #import \"path.sx\";`"),
        ("impl S { f :: () { } }", "the body of their type"),
        ("f :: <T>(a: T) { }", "`f :: (a: $T, b: T) -> T`"),
        ("V :: struct <T> { x: T; }", "`struct ($T: Type) { .. }`"),
        ("f :: () -> i64! { }", "`-> (T, !)`"),
    ] {
        let diagnostics = parse_file(FileId(0), source).diagnostics;
        let first = diagnostics.first().expect("an error");
        let mut helps = first.children.iter().map(|c| c.message.as_str());
        assert!(helps.any(|h| h.contains(help)), "{source}: {first:?}");
    }
}
