//! `--profile`: the steps of compile-time code by function, exactly, in every form of running it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sx_tier_api::conformance::{TestHost, random};
use sxc::engines::{EngineKind, create};
use sxc::profile::Weight;

/// A folder of its own for each test, which goes when the test has succeeded.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(format!("sxc-profile-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder can be made");
        Dir(dir)
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file can be written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file has been written")
    }

    fn sxc(&self, args: &[&str]) -> Output {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
        Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(args)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .arg("--library")
            .arg(modules)
            .output()
            .expect("sxc starts")
    }

    fn done(self) {
        std::fs::remove_dir_all(&self.0).expect("the folder goes");
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Recursion, a callee that is inlined, instances, a closure that is called back, a loop that runs as one piece.
const PROGRAM: &str = r#"#import "modules/std/mem.sx";
fib :: (n: i64) -> i64 { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
down :: (n: i64) -> i64 { if n == 0 { return 0; } return 1 + down(n - 1); }
through :: (n: i64) -> i64 { return down(n) * 2; }
sum :: (items: []$T) -> T { total : T = 0; for items (x) { total += x; } return total; }
sums :: () -> i64 {
    a : [3]i64 = .[1, 2, 3];
    b : [2]f64 = .[1.5, 2.5];
    s : []i64 = a[0..3];
    t : []f64 = b[0..2];
    return sum(s) + sum(t).(i64);
}
apply :: (f: Closure(i64) -> i64, n: i64) -> i64 { total := 0; for 0..n (i) { total += f(i); } return total; }
add :: (n: i64) -> i64 { k := 10; return apply((x: i64) -> i64 => x + k, n); }
fill :: (n: i64) -> i64 { a : [100000]u8 = ---; for 0..n (i) { a[i] = 7; } return a[n - 1]; }
FIB :: #run fib(5);
TWICE :: #run through(3);
SUMS :: #run sums();
ADDED :: #run add(4);
FILLED :: #run fill(90000);
main :: () { local : [TWICE]u8 = ---; x := #run fib(2); y := #run fib(1) + FIB; }
"#;

const FOLDED: &str = "\
#run (main.sx:21) 2
#run (main.sx:21);fib 2
#run (main.sx:21);fib;fib 2
ADDED (main.sx:19) 1
ADDED (main.sx:19);add 1
ADDED (main.sx:19);add;CAllocator.alloc_bytes 1
ADDED (main.sx:19);add;apply 6
ADDED (main.sx:19);add;apply;add.lambda 4
FIB (main.sx:16) 1
FIB (main.sx:16);fib 1
FIB (main.sx:16);fib;fib 2
FIB (main.sx:16);fib;fib;fib 4
FIB (main.sx:16);fib;fib;fib;fib 6
FIB (main.sx:16);fib;fib;fib;fib;fib 2
FILLED (main.sx:20) 1
FILLED (main.sx:20);fill 90002
SUMS (main.sx:18) 1
SUMS (main.sx:18);sums 1
SUMS (main.sx:18);sums;sum__f64 3
SUMS (main.sx:18);sums;sum__i64 4
TWICE (main.sx:17) 1
TWICE (main.sx:17);through;down 1
TWICE (main.sx:17);through;down;down 1
TWICE (main.sx:17);through;down;down;down 1
TWICE (main.sx:17);through;down;down;down;down 1
";

#[test]
fn each_step_is_told() {
    let dir = Dir::new("exact");
    dir.file("main.sx", PROGRAM);
    for args in [
        &["check", "--jobs=1"] as &[&str],
        &["check", "--jobs=2"],
        &["check", "--jobs=5", "--comptime=vm"],
        &["check", "--comptime=all"],
        &["run", "--profile-by=steps", "--engine=vm"],
        &["ir", "-o", "ir.txt"],
    ] {
        let output = dir.sxc(&[args, &["--profile=out.folded", "main.sx"]].concat());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?} {}",
            stderr(&output)
        );
        assert_eq!(dir.read("out.folded"), FOLDED, "{args:?}");
    }
    // What is told adds up to what is counted.
    let output = dir.sxc(&["check", "--trace=comptime", "main.sx"]);
    let steps = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let at = words.iter().position(|word| *word == "steps,")?;
        words[at - 1].parse::<u64>().ok()
    };
    let counted: u64 = stderr(&output).lines().filter_map(steps).sum();
    let told = |line: &str| line.rsplit(' ').next()?.parse::<u64>().ok();
    assert_eq!(counted, FOLDED.lines().filter_map(told).sum::<u64>());
    dir.done();
}

/// The names in the graph, as `<title>` has them.
fn titles(svg: &str) -> Vec<&str> {
    let parts = svg.split("<title>").skip(1);
    parts
        .filter_map(|part| part.split("</title>").next())
        .collect()
}

/// Whether it can be parsed as XML.
fn is_well_formed(svg: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(svg);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(quick_xml::events::Event::Text(text)) if text.xml10_content().is_err() => {
                return false;
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[test]
fn a_graph_has_the_names() {
    let dir = Dir::new("graph");
    dir.file("main.sx", PROGRAM);
    assert_eq!(
        dir.sxc(&["check", "--profile=a.svg", "main.sx"])
            .status
            .code(),
        Some(0)
    );
    let svg = dir.read("a.svg");
    assert!(is_well_formed(&svg));
    let titles = titles(&svg);
    for name in [
        "all (90,052 steps, 100%)",
        "FILLED (main.sx:20) (90,003 steps, 99.95%)",
        "fill (90,002 steps, 99.94%)",
    ] {
        assert!(titles.contains(&name), "{name}: {titles:?}");
    }
    assert!(svg.contains("Compile time of main.sx"));
    let line = "90052 steps of 7 evaluations in the bytecode VM";
    assert!(svg.contains(line));
    dir.sxc(&["check", "--profile=b.svg", "-j2", "main.sx"]);
    assert_eq!(svg, dir.read("b.svg"), "the same every time");
    let output = dir.sxc(&["check", "--profile=c.svg", "--profile-by=time", "main.sx"]);
    assert_eq!(output.status.code(), Some(0));
    let timed = dir.read("c.svg");
    assert!(is_well_formed(&timed) && timed.contains(" µs, 100%)"));
    dir.file("empty.sx", "main :: () {}\n");
    dir.sxc(&["check", "--profile=d.svg", "empty.sx"]);
    let empty = dir.read("d.svg");
    assert!(is_well_formed(&empty), "{empty}");
    assert!(empty.contains("No code was evaluated while compiling."));
    dir.sxc(&["check", "--profile=d.txt", "empty.sx"]);
    assert_eq!(dir.read("d.txt"), "");
    dir.done();
}

#[test]
fn names_and_stacks_of_any_kind() {
    let dir = Dir::new("odd");
    let text = r#"named :: ($s: string, n: i64) -> i64 { t := 0; for 0..n (i) { t += s.len; } return t; }
Box :: struct ($T: Type) { v: T; grown :: (self: *Box(T), k: i64) -> T { s := self.v; for 0..k (i) { s += 1; } return s; } }
boxed :: () -> i64 { b : Box(i64) = .{ v = 3 }; return b.grown(4); }
deep :: (n: i64) -> i64 { if n == 0 { return 0; } return deep(n - 1) + 1; }
long :: (n: i64) -> i64 { s := 0; for 0..n (i) { s += pieces(i); } return s; }
pieces :: (n: i64) -> i64 { s := n; for 0..3 (i) { s = (s * 31 + i) % 1000003; } return s; }
ODD :: #run named("a;b <\"c\"> & 12", 2);
BOXED :: #run boxed();
DEEP :: #run deep(90000);
LONG :: #run long(300000);
main :: () {}
"#;
    dir.file("odd.sx", text);
    let output = dir.sxc(&["check", "--profile=odd.folded", "odd.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let folded = dir.read("odd.folded");
    let of = |start: &str| {
        let lines = folded.lines().filter(|line| line.starts_with(start));
        lines
            .filter_map(|line| line.rsplit_once(' '))
            .collect::<Vec<_>>()
    };
    let sum = |lines: &[(&str, &str)]| {
        lines
            .iter()
            .filter_map(|l| l.1.parse::<u64>().ok())
            .sum::<u64>()
    };
    assert_eq!(
        of("ODD"),
        [
            ("ODD (odd.sx:7)", "1"),
            ("ODD (odd.sx:7);named__a:b <\"c\"> &_12", "3")
        ]
    );
    assert_eq!(
        of("BOXED").last().map(|l| l.0),
        Some("BOXED (odd.sx:8);boxed;Box__i64.grown")
    );
    // A long stack keeps both ends, whatever its depth, so there are few different ones.
    let deep = of("DEEP");
    assert_eq!(sum(&deep), 90_002);
    assert!(deep.len() < 200, "{}", deep.len());
    let longest = deep.iter().map(|(stack, _)| stack.split(';').count()).max();
    assert_eq!(longest, Some(129));
    assert!(
        deep.iter()
            .any(|(stack, _)| stack.contains(";deep;...;deep;"))
    );
    // A long evaluation is sampled: all of it is told, the shares nearly.
    let long = of("LONG");
    assert_eq!(sum(&long), 1_500_002);
    let part: Vec<_> = of("LONG (odd.sx:10);long;pieces");
    let share = sum(&part) as f64 / 1_200_000.0;
    assert!((0.98..1.02).contains(&share), "{share}");
    let output = dir.sxc(&["check", "--profile=odd.svg", "odd.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = dir.read("odd.svg");
    assert!(is_well_formed(&svg));
    assert!(
        titles(&svg)
            .iter()
            .any(|title| title.starts_with("LONG (odd.sx:10) (1,500,002 steps"))
    );
    assert!(svg.len() < 200_000, "{}", svg.len());
    dir.done();
}

/// The samples of random programs, whatever ends them, add up to their steps; and watching changes nothing (that is in
/// `engines_agree`).
#[test]
fn all_steps_of_random_programs_are_told() {
    let mut engine = create(EngineKind::Profiler(Weight::Steps));
    for seed in 0..3_000 {
        let program = random::program(seed);
        let mut host = TestHost::default();
        let outcome = engine.run(
            &program.module,
            program.root,
            &program.args,
            &program.limits,
            &mut host,
        );
        let samples = engine.samples().expect("a run leaves samples");
        assert_eq!(samples.total(), outcome.steps, "seed {seed}");
    }
}

#[test]
fn what_fails_is_told_too() {
    let dir = Dir::new("fails");
    let text = r#"spin :: () -> i64 { n := 0; while true { n += 1; } return n; }
SPIN :: #run spin();
WRONG :: #run 1 / (spun(3) - 3);
spun :: (n: i64) -> i64 { s := 0; for 0..n (i) { s += 1; } return s; }
main :: () { x : i32 = "text"; }
"#;
    dir.file("main.sx", text);
    let output = dir.sxc(&[
        "check",
        "--comptime-steps=1000",
        "--profile=out.folded",
        "main.sx",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("the step limit was reached"),
        "{}",
        stderr(&output)
    );
    let wanted = "SPIN (main.sx:2) 1\nSPIN (main.sx:2);spin 999\nWRONG (main.sx:3) 1\nWRONG (main.sx:3);spun 4\n";
    assert_eq!(dir.read("out.folded"), wanted);
    dir.done();
}

#[test]
fn the_build_driver_is_told() {
    let dir = Dir::new("driver");
    let text = r#"#import "modules/std.sx";
#import "modules/build.sx";
count :: (n: i64) -> i64 { s := 0; for 0..n (i) { s += 1; } return s; }
drive :: (opt: BuildOptions) -> bool { return count(50) == 50; }
#run on_build(drive);
main :: () {}
"#;
    dir.file("main.sx", text);
    let output = dir.sxc(&["build", "--profile=out.folded", "-o", "main", "main.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let folded = dir.read("out.folded");
    assert!(
        folded
            .lines()
            .any(|line| line.starts_with("build driver (") && line.ends_with(";count 51")),
        "{folded}"
    );
    dir.done();
}

#[test]
fn wrong_usage() {
    let dir = Dir::new("usage");
    dir.file("main.sx", "main :: () {}\n");
    for (args, wanted) in [
        (
            &["--profile=out.png"] as &[&str],
            "invalid value 'out.png' for '--profile <FILE>': expected a name that ends in .svg (a flame graph), or in .folded or .txt",
        ),
        (
            &["--profile=out.svg", "--comptime=jit"],
            "'--profile' watches the bytecode VM: it goes with '--comptime=auto', 'vm' and 'all'",
        ),
        (
            &["--profile=out.svg", "--comptime=interp"],
            "'--profile' watches the bytecode VM",
        ),
        (
            &["--profile=out.svg", "--sanitize"],
            "'--profile <FILE>' cannot be used with '--sanitize'",
        ),
        (&["--profile-by=time"], "--profile <FILE>"),
    ] {
        let output = dir.sxc(&[&["check", "main.sx"], args].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(
            text.starts_with("error: ") && text.contains(wanted),
            "{args:?}: {text}"
        );
    }
    let output = dir.sxc(&["check", "--profile=no/such/out.svg", "main.sx"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: cannot write 'no/such/out.svg': No such file or directory\n"
    );
    dir.done();
}
