//! Commands on small programs: outputs, statuses, files made, nothing left behind.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const HELLO: &str =
    "#import \"modules/std.sx\";\n\nmain :: () -> i32 {\n    print(\"hello\\n\");\n    3\n}\n";

/// A folder with a program, and one for temporary files.
struct Place(PathBuf);

impl Place {
    fn new(text: &str) -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sxc-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(path.join("tmp")).expect("a folder can be made");
        std::fs::write(path.join("prog.sx"), text).expect("a file can be written");
        Place(path)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sxc"));
        command
            .args(args)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .env("TMPDIR", self.0.join("tmp"));
        command
    }

    fn sxc(&self, args: &[&str]) -> Output {
        self.command(args)
            .stdin(Stdio::null())
            .output()
            .expect("sxc starts")
    }

    fn left(&self) -> usize {
        std::fs::read_dir(self.0.join("tmp")).map_or(0, Iterator::count)
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

#[track_caller]
fn expect(output: &Output, status: i32, stdout: &str) {
    assert_eq!(
        (output.status.code(), text(&output.stdout).as_str()),
        (Some(status), stdout),
        "stderr: {}",
        text(&output.stderr)
    );
}

#[test]
fn run_in_every_engine_and_natively() {
    let place = Place::new(HELLO);
    for engine in ["native", "vm", "jit", "interp"] {
        expect(
            &place.sxc(&["run", "prog.sx", &format!("--engine={engine}")]),
            3,
            "hello\n",
        );
    }
    for level in ["-O1", "-O2", "-O3"] {
        expect(&place.sxc(&["run", "prog.sx", level]), 3, "hello\n");
    }
    assert_eq!(place.left(), 0);
}

#[test]
fn all_engines_agree_and_print_once() {
    let program = "#import \"modules/std.sx\";\nf :: (n: i64) -> i64 { print(\"f \"); n * 2 }\nA :: #run f(4);\n\
                   #run print(\"x\\n\");\nmain :: () { print(\"{}\\n\", A); }\n";
    let place = Place::new(program);
    let output = place.sxc(&["run", "prog.sx", "--comptime=all", "--engine=vm"]);
    expect(&output, 0, "f x\n--- build done ---\n8\n");
}

#[test]
fn build_makes_a_program() {
    let place = Place::new(HELLO);
    let output = place.sxc(&["build", "prog.sx"]);
    expect(&output, 0, "");
    assert_eq!(text(&output.stderr), "compiled: prog\n");
    let program = Command::new(place.0.join("prog"))
        .output()
        .expect("the program starts");
    expect(&program, 3, "hello\n");
    let output = place.sxc(&["build", "prog.sx", "-o", "a/b/c", "--emit-obj"]);
    assert_eq!(text(&output.stderr), "compiled: a/b/c\n");
    assert!(place.0.join("a/b/c").is_file() && place.0.join("a/b/c.o").is_file());
    assert_eq!(place.left(), 0);
}

#[test]
fn builds_are_reproducible() {
    let place = Place::new(HELLO);
    for (engine, name) in [("vm", "one"), ("interp", "two")] {
        place.sxc(&[
            "build",
            "prog.sx",
            "-o",
            name,
            &format!("--comptime={engine}"),
        ]);
    }
    let read = |name: &str| std::fs::read(place.0.join(name)).unwrap_or_default();
    assert!(!read("one").is_empty() && read("one") == read("two"));
}

#[test]
fn objects_do_not_depend_on_the_folder() {
    let make = || {
        let place = Place::new(HELLO);
        let output = place.sxc(&["ir", "prog.sx", "--emit=obj", "-o", "x.o"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        std::fs::read(place.0.join("x.o")).unwrap_or_default()
    };
    let one = make();
    assert!(!one.is_empty() && one == make());
}

#[test]
fn asm_and_ir() {
    let place = Place::new(HELLO);
    let output = place.sxc(&["asm", "prog.sx"]);
    assert_eq!(text(&output.stderr), "emitted: prog.s\n");
    assert!(std::fs::read_to_string(place.0.join("prog.s")).is_ok_and(|s| s.contains("main")));
    let ir = |args: &[&str]| {
        let output = place.sxc(&[&["ir", "prog.sx"], args].concat());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    };
    assert!(ir(&["--fn=main"]).contains("main"));
    assert!(ir(&["--stage=typed"]).len() > 100);
    assert!(ir(&["--emit=bytecode", "--fn=main"]).contains("main"));
    let code = ir(&["--emit=jit", "--fn=main"]);
    assert!(
        code.starts_with("main:\n    0  ") && code.contains("  ret\n"),
        "{code}"
    );
    assert!(ir(&["--emit=llvm"]).contains("define"));
    assert!(ir(&["--emit=asm"]).contains("main"));
    let llvm = ir(&["--emit=llvm", "--fn=main"]);
    assert_eq!(llvm.matches("define ").count(), 1, "{llvm}");
    let asm = ir(&["--emit=asm", "--fn=main"]);
    assert!(asm.starts_with("# func @") && asm.contains("ret"), "{asm}");
    assert_eq!(asm.matches("# func @").count(), 1, "{asm}");
    let output = place.sxc(&["ir", "prog.sx", "--emit=obj", "-o", "x.o"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(std::fs::read(place.0.join("x.o")).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF")));
    let output = place.sxc(&["ir", "prog.sx", "--fn=nope"]);
    assert_eq!(
        text(&output.stderr),
        "error: no function 'nope' in the program\n"
    );
}

/// What `sxc expand prog.sx NAME` prints.
#[test]
fn declarations_after_metaprogramming() {
    let place = Place::new(
        "square :: (n: i64) -> i64 { return n * n; }
         NINE :: #run square(3);
         Vec :: struct ($N: i64) {
             inline for 0..N (i) { #name(\"x\", i): i64 = 0; }
             sum :: (self: *Vec(N)) -> i64 {
                 total := 0;
                 inline for 0..N (i) { total += self.#name(\"x\", i); }
                 return total;
             }
         }
         Named :: protocol { name :: (self: *Self) -> string; }
         P :: struct { #insert #code { a: i64 = 1; get :: (self: *P) -> i64 { return self.a; } }; }
         impl Named for P { name :: (self: *P) -> string { inline if NINE == 9 { return \"P\"; } return \"\"; } }
         inline for 0..2 (i) { #name(\"times\", i) :: (v: i64) -> i64 => v * i; }
         main :: () -> i64 {
             v : Vec(2) = .{};
             p := P.{};
             return v.sum() + times1(p.get()) + p.name().len + #run square(2);
         }\n",
    );
    let shown = |name: &str| place.sxc(&["expand", "prog.sx", name]);
    for (name, want) in [
        ("NINE", "NINE :: 9;\n"),
        ("times1", "times1 :: (v: i64) -> i64 => v * 1;\n"),
        ("P.a", "a: i64 = 1;\n"),
        (
            "P.get",
            "get :: (self: *P) -> i64 {\n    return self.a;\n}\n",
        ),
        (
            "P.name",
            "name :: (self: *P) -> string {\n    {\n        return \"P\";\n    }\n    return \"\";\n}\n",
        ),
        (
            "Vec(2).sum",
            "sum :: (self: *Vec(2)) -> i64 {\n    total := 0;\n    {\n        total += self.x0;\n    }\n    {\n        \
             total += self.x1;\n    }\n    return total;\n}\n",
        ),
    ] {
        let output = shown(name);
        assert_eq!(
            text(&output.stdout),
            want,
            "{name}: {}",
            text(&output.stderr)
        );
    }
    let instance = text(&shown("Vec(2)").stdout);
    assert!(
        instance.starts_with("Vec(2) :: struct {\n    x0: i64 = 0;\n"),
        "{instance}"
    );
    let main = text(&shown("main").stdout);
    assert!(main.contains("p.name().len + 4;"), "{main}");
    for (name, want) in [
        (
            "NIN",
            "no declaration 'NIN' in 'prog.sx'; did you mean 'NINE'?",
        ),
        ("nothing", "no declaration 'nothing' in 'prog.sx'"),
        ("P.got", "no member 'got' in 'P'; did you mean 'get'?"),
        ("Q.x", "no type 'Q' in 'prog.sx'"),
        ("Vec(2", "no declaration 'Vec(2' in 'prog.sx'"),
    ] {
        let output = shown(name);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert_eq!(text(&output.stdout), "", "{name}");
        assert_eq!(text(&output.stderr), format!("error: {want}\n"), "{name}");
    }
}

/// What `sxc expand prog.sx NAME` prints of generic functions: the declaration, and the instances there are.
#[test]
fn instances_after_metaprogramming() {
    let place = Place::new(
        "add :: (a: $T, b: T) -> T => a + b;
         unrolled :: ($n: i64) -> i64 { r := 0; inline for 0..n (i) { r += i; } return r; }
         first :: (..$a) -> i64 { inline for a (v) { return v.(i64); } return a.len; }
         lists :: (..$a) -> i64 { t : []Type = $a; return t.len; }
         Box :: struct ($T: Type) { v: T; plus :: (self: *Box, x: $U) -> U => x + self.v; }
         main :: () -> i64 {
             b := Box(i64).{ v = 1 };
             return add(1, 2) + add(1.0, 2.0).(i64) + unrolled(2) + first(3, true) + lists(1) + b.plus(1);
         }\n",
    );
    let shown = |name: &str| {
        let output = place.sxc(&["expand", "prog.sx", name]);
        let text = text(&output.stdout).to_string();
        let instances = text.find("// ").map_or("", |at| &text[at..]);
        instances.to_string()
    };
    for (name, want) in [
        (
            "add",
            "// T = i64\nadd__i64 :: (a: i64, b: i64) -> i64 => a + b;\n\n\
             // T = f64\nadd__f64 :: (a: f64, b: f64) -> f64 => a + b;\n",
        ),
        (
            "add(f64)",
            "// T = f64\nadd__f64 :: (a: f64, b: f64) -> f64 => a + b;\n",
        ),
        (
            "unrolled",
            "// n = 2\nunrolled__2 :: () -> i64 {\n    r := 0;\n    {\n        r += 0;\n    }\n    {\n        r += 1;\n    }\n    return r;\n}\n",
        ),
        (
            "first",
            "// a of types (i64, bool)\nfirst__i64__bool :: (a: Tuple(i64, bool)) -> i64 {\n    {\n        return a[0].(i64);\n    }\n    return 2;\n}\n",
        ),
        (
            "lists",
            "// a of types (i64): no text can be given of it, as '$a' is a list of types\n",
        ),
        (
            "Box(i64).plus",
            "// U = i64\nplus__i64 :: (self: *Box(i64), x: i64) -> i64 => x + self.v;\n",
        ),
    ] {
        assert_eq!(shown(name), want, "{name}");
    }
    let output = place.sxc(&["expand", "prog.sx", "add(u8)"]);
    let message = "error: the program makes no instance 'add(u8)'\n";
    assert_eq!(text(&output.stderr), message);
}

#[test]
fn no_main() {
    let place = Place::new("x :: 1;\n");
    for verb in ["run", "build"] {
        let output = place.sxc(&[verb, "prog.sx"]);
        expect(&output, 1, "");
        assert!(
            text(&output.stderr).starts_with("error: no 'main' function found"),
            "{}",
            text(&output.stderr)
        );
    }
    expect(&place.sxc(&["check", "prog.sx"]), 0, "");
}

#[test]
fn death_by_signal() {
    let place = Place::new("main :: () { x := 0; y := 1 / x; }\n");
    let output = place.sxc(&["run", "prog.sx"]);
    assert_eq!(output.status.code(), Some(134), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("integer division by zero"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(place.left(), 0);
}

#[test]
fn error_formats() {
    let place = Place::new("main :: () {\n    nope();\n}\n");
    let short = place.sxc(&["check", "prog.sx", "--error-format=short"]);
    assert!(
        text(&short.stderr).starts_with("prog.sx:2:5: error: unresolved 'nope'"),
        "{}",
        text(&short.stderr)
    );
    let json = place.sxc(&["check", "prog.sx", "--error-format=json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stderr).unwrap_or_default();
    assert_eq!(value["span"]["line"], 2);
    let human = text(&place.sxc(&["check", "prog.sx"]).stderr);
    assert!(
        human.contains("  --> prog.sx:2:5\n   |\n 2 |     nope();\n   |     ^"),
        "{human}"
    );
}

/// Files under the folder that the compiler made and that are still there while the program runs.
#[test]
fn nothing_is_left_when_it_is_killed() {
    let place = Place::new("main :: () { while true { } }\n");
    let mut child = place
        .command(&["run", "prog.sx"])
        .stdin(Stdio::null())
        .spawn()
        .expect("sxc starts");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let id = child.id();
    let children =
        std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let tasks: Vec<String> = std::fs::read_dir(format!("/proc/{id}/task"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .collect();
    let _ = child.kill();
    let _ = child.wait();
    for pid in tasks
        .iter()
        .chain([&children])
        .flat_map(|list| list.split_whitespace())
    {
        let _ = Command::new("kill").args(["-9", pid]).status();
    }
    assert_eq!(place.left(), 0);
    assert!(Path::new(&place.0).exists());
}

/// A native program that stops says what an engine says, inlined functions among it.
#[test]
fn natively_stacks_are_those_of_the_engines() {
    let source = |body: &str, depth: u32| {
        format!(
            "#import \"modules/std.sx\";\n\
             S :: struct {{ x, y: i64; m :: (self: *S) -> i64 {{ return self.x; }} }}\n\
             K : [3]i64 : .[1, 2, 3];\n\
             set :: (s: []i64) {{ s[1] = 5; }}\n\
             {body}\n\
             b :: (p: *S, n: i64) -> i64 {{ k := a(p, n); return k + 1; }}\n\
             c :: (p: *S, n: i64) -> i64 {{ if n == 0 {{ return b(p, n) + 1; }} k := c(p, n - 1); return k * 2; }}\n\
             main :: () {{ s : *S = null; print(\"{{}}\\n\", c(s, {depth})); }}\n"
        )
    };
    let bodies = [
        "a :: (p: *S, n: i64) -> i64 { k := p.m(); return k * 2; }",
        "a :: (p: *S, n: i64) -> i64 { k := 100 / n; return k * 2; }",
        "a :: (p: *S, n: i64) -> i64 { s : []i64 = K; set(s); return K[n] * 2; }",
        "a :: (p: *S, n: i64) -> i64 { o : ?i64 = null; if n > 9 { o = 7; } return o! * 2; }",
    ];
    // Of a recursion LLVM may keep fewer calls.
    for (depth, level) in [(45, "-O0"), (0, "-O0"), (0, "-O1"), (0, "-O2")] {
        for body in bodies {
            // A store to a constant is no store to LLVM's passes.
            if body.contains("set(s)") && level != "-O0" {
                continue;
            }
            let place = Place::new(&source(body, depth));
            let engine = place.sxc(&["run", "prog.sx", "--engine=vm"]);
            let wanted = text(&engine.stderr);
            assert!(wanted.contains("  main at prog.sx:8:"), "{wanted}");
            let native = place.sxc(&["run", "prog.sx", level]);
            assert_eq!(text(&native.stderr), wanted, "{body} {level}");
        }
    }
}
