//! Calls with known arguments that are evaluated although nobody asks for it: which, why not the others, and that
//! nobody can tell.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Place(PathBuf);

impl Place {
    fn new(name: &str, program: &str) -> Place {
        let dir = std::env::temp_dir().join(format!("sxc-fold-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder can be made");
        std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
        Place(dir)
    }

    fn sxc(&self, args: &[&str]) -> Output {
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
        Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(args)
            .arg("--library")
            .arg(library)
            .arg("prog.sx")
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .output()
            .expect("sxc starts")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const PROGRAM: &str = r#"
#import "modules/std.sx";
sum :: (n: i64) -> i64 { s := 0; for 0..n (i) { s += i; } return s; }
Stats :: struct { a, b, c, d, e: i64; }
stats :: (n: i64) -> Stats { s : Stats; for 0..n (i) { s.a += i; s.e -= i; } return s; }
limit := 5;
capped :: (n: i64) -> i64 { s := sum(n); return if s > limit { limit } else { s }; }
broken :: (n: i64) -> i64 { s := 0; for 0..n (i) { s += 10 / (i - 3); } return s; }
loud :: (n: i64) -> i64 { print("loud\n"); return n; }
name :: (n: i64) -> string { t := ""; for 0..n { t = concat(t, "x"); } return t; }
twist :: (x: f64) -> f64 { s := 0.0; for 0..3 { s += sin(x); } return s; }
endless :: (n: i64) -> i64 { s := n; while s != 1 { if s % 2 == 0 { s = s / 2; } else { s = s + 2 - 1; } } return s; }
slow :: (n: i64) -> i64 { s := 0; for 0..n (i) { s = s * 3 + i; } return s; }
place :: (s: string) -> i64 { p := s.ptr.(i64); n := 0; for 0..3 { n += p; } return n; }
main :: () {
    a :: sum(100);
    b := stats(4);
    c := capped(10);
    d := loud(3);
    e := name(3);
    f := slow(1000000);
    g := place("there");
    h := twist(1.0);
    i := endless(12);
    print("{} {} {} {} {} {} {} {}\n", a, b.e, c, d, e, f, i, g == place("there"));
    if d == 4 { print("{} {}\n", broken(8), h); }
}
"#;

#[test]
fn remarks() {
    let place = Place::new("remarks", PROGRAM);
    let output = place.sxc(&["run", "--engine=vm", "--remarks=fold"]);
    let said = text(&output.stderr);
    for expected in [
        "call of 'sum' folded to 4950 (",
        "call of 'stats' folded to a constant of type Stats (",
        "call of 'capped' not folded: it uses the variable 'limit'",
        "call of 'loud' not folded: it calls 'write', which may have effects",
        "call of 'name' not folded: its result holds a pointer",
        "call of 'slow' not folded: it takes more than 20000 steps",
        "call of 'place' not folded: its result depends on addresses",
        "call of 'twist' not folded: it computes what may differ in the last digit at run time",
        "call of 'broken' not folded: it traps: integer division by zero",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    // A larger budget takes the slow one in; constants alone leave the others out.
    let output = place.sxc(&[
        "run",
        "--engine=vm",
        "--remarks=fold",
        "--fold-budget=3000000",
    ]);
    assert!(text(&output.stderr).contains("call of 'slow' folded to "));
    let output = place.sxc(&["run", "--engine=vm", "--remarks=fold", "--fold=consts"]);
    let said = text(&output.stderr);
    assert!(
        said.contains("'sum' folded to 4950") && !said.contains("'stats'"),
        "{said}"
    );
    let output = place.sxc(&["run", "--engine=vm", "--remarks=fold", "--fold=off"]);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn nobody_can_tell() {
    let place = Place::new("same", PROGRAM);
    let off = place.sxc(&["run", "--engine=vm", "--fold=off"]);
    assert_eq!(off.status.code(), Some(0), "{}", text(&off.stderr));
    for engine in ["vm", "jit", "interp"] {
        let on = place.sxc(&["run", &format!("--engine={engine}")]);
        assert_eq!(on.stdout, off.stdout, "{engine}");
        assert_eq!(on.status.code(), off.status.code(), "{engine}");
    }
    // Neither the engine for compile-time code nor the number of threads shows in the code.
    let ir = place.sxc(&["ir", "--comptime=interp", "--jobs=1"]);
    let other = place.sxc(&["ir", "--comptime=jit", "--jobs=4"]);
    assert!(ir.status.success() && ir.stdout == other.stdout);
}

/// What a function may make of addresses, and what it may not.
const ADDRESSES: &str = r#"
#import "modules/std.sx";
S :: struct { a, b: i64; }
order :: (n: i64) -> bool { a := n; b := n; p := *a; q := *b; return p < q; }
greatest :: (n: i64) -> bool { a := n; b := n; m := *a; both := .[*a, *b]; for both (p) { if p > m { m = p; } } return m == *a; }
blocks :: (n: i64) -> bool { a := context.allocator; p := a.create(i64); q := a.create(i64); r := p < q; a.destroy(p); a.destroy(q); return r; }
again :: (n: i64) -> bool { a := context.allocator; p := a.create(i64); a.destroy(p); q := a.create(S); r := p == xx q; a.destroy(q); return r; }
digits :: (n: i64) -> i64 { a := n; return format("{}", *a).len; }
aligned :: (n: i64) -> i64 { a : [3]i64; p : i64 = xx *a; return p & 15; }
hashed :: (n: i64) -> i64 { m : HashMap(*i64, i64) = .{}; a := n; b := n; m.put(*a, 1); m.put(*b, 2); r := 0; it := m.iterator(); while e := it.next() { r = r * 10 + e.value_ptr.*; } return r; }
code :: (n: i64) -> bool { p : i64 = xx order; q : i64 = xx digits; return p < q; }
bytes :: (n: i64) -> i64 { a := n; p := *a; b : [*]u8 = xx *p; return if b[0] > 7 then 1 else 0; }
kept :: (n: i64) -> i64 { a := n; s := S.{ n, n }; s.b = xx *a; return s.b; }
away :: (n: i64) -> i64 { a : [4]i64; p : i64 = xx *a[n]; q : i64 = xx *a; return p - q; }
within :: (n: i64) -> bool { s := S.{ n, n }; p := *s.a; q := *s.b; return p < q; }
other :: (n: i64) -> bool { a := n; b := n; p := *a; return p == *b or p == null; }
copied :: (n: i64) -> i64 { a := n; p : [2]*i64 = .[*a, null]; q := p; r : any = q[0]; k := 0; for q (e) { if e != null { k += e.*; } } return k + size_of(S); }
called :: (n: i64) -> i64 { f := away; g : Closure(i64) -> i64 = (k: i64) -> i64 => k + n; return f(n) + g(n); }
listed :: (n: i64) -> i64 { l : List(string) = .{}; for 0..n { l.append("abc"); } k := 0; for l.items (s) { if s == "abc" { k += s.len; } } return k; }
main :: () {
    print("{} {} {} {} {} ", order(1), greatest(1), blocks(1), again(1), digits(1));
    print("{} {} {} {} {}\n", aligned(1), hashed(1), code(1), bytes(1), kept(1));
    print("{} {} {} {} {} {}\n", away(2), within(1), other(1), copied(4), called(2), listed(7));
}
"#;

#[test]
fn addresses_are_not_folded() {
    let place = Place::new("addresses", ADDRESSES);
    let output = place.sxc(&["run", "--engine=vm", "--remarks=fold"]);
    let said = text(&output.stderr);
    for name in [
        "order", "greatest", "blocks", "again", "digits", "aligned", "hashed", "code", "bytes",
        "kept",
    ] {
        let kept = format!("call of '{name}' not folded: it");
        let why = said.lines().find(|line| line.contains(&kept));
        assert!(
            why.is_some_and(|line| line.ends_with("depends on addresses")),
            "{name}\n{said}"
        );
    }
    for (name, value) in [
        ("away", 16),
        ("within", 1),
        ("other", 0),
        ("copied", 20),
        ("called", 20),
        ("listed", 21),
    ] {
        let folded = format!("call of '{name}' folded to {value} (");
        assert!(said.contains(&folded), "{name}\n{said}");
    }
    let printed = text(&output.stdout);
    assert!(printed.ends_with("\n16 true false 20 20 21\n"), "{printed}");
}
