//! `--time` and `--trace=comptime`: what they name is there in every command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn sxc(args: &[&str], dir: &Path, threads_from: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sxc"));
    if let Some(bytes) = threads_from {
        command.env("SXC_THREADS_FROM", bytes);
    }
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
    command
        .args(args)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .arg("--library")
        .arg(modules)
        .output()
        .expect("sxc starts")
}

fn folder(name: &str, text: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("sxc-timing-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    std::fs::write(dir.join("main.sx"), text).expect("a file can be written");
    dir
}

/// The lines with their numbers of milliseconds left out.
fn said(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = |line: &str| match line.trim_start().split_once(" ms  ") {
        Some((ms, rest)) => {
            assert!(ms.parse::<f64>().is_ok_and(|ms| ms >= 0.0), "{line}");
            rest.to_owned()
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect()
}

fn has(lines: &[String], start: &str) {
    let found = lines.iter().any(|line| line.starts_with(start));
    assert!(found, "{start}: {lines:#?}");
}

const PROGRAM: &str = "\
fib :: (n: i64) -> i64 { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
id :: (x: $T) -> T { return x; }
A :: #run fib(10);
B :: #run id(id(3));
main :: () -> i32 { x := #run fib(5); return (id(x) - id(5)).(i32); }
";

#[test]
fn every_command_tells_all() {
    let dir = folder("all", PROGRAM);
    let common = [
        "files 1, lines 5, functions ",
        "compile: load",
        "compile: declarations",
        "compile: comptime",
        "compile: bodies",
        "compile: verification",
        "compile",
        "total",
        "found in caches: 6 function instances, 0 types of type functions",
        "compile-time evaluations: 3, ",
        "A_0 (main.sx:3:6): vm+jit, 178 steps, 0 bytes",
        "B_1 (main.sx:4:6): vm, ",
        "__ct_2 (main.sx:5:31): vm, 16 steps, 0 bytes",
    ];
    for (args, more) in [
        (&["check"] as &[&str], &[] as &[&str]),
        (&["run"], &["emit", "link", "compile: passes"]),
        (&["run", "--engine=vm"], &["compile: passes"]),
        (&["build", "-o", "main"], &["emit", "link"]),
        (&["asm", "-o", "main.s"], &["emit"]),
        (
            &["ir", "-o", "main.ir"],
            &["compile: passes, calls that fold"],
        ),
        (&["expand", "-o", "main.txt"], &[]),
    ] {
        let output = sxc(&[args, &["--time", "main.sx"]].concat(), &dir, None);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let lines = said(&output);
        let whole = args[0] != "expand";
        for start in common.iter().filter(|_| whole).chain(more) {
            has(&lines, start);
        }
        has(&lines, "A_0 (main.sx:3:6): vm+jit, 178 steps");
        if cfg!(target_os = "linux") {
            has(&lines, "memory: ");
        }
    }
    let output = sxc(
        &["check", "--time", "--comptime=all", "main.sx"],
        &dir,
        None,
    );
    has(
        &said(&output),
        "A_0 (main.sx:3:6): vm+jit+interp, 178 steps",
    );
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}

/// Evaluations that only other threads have made are there, once.
#[test]
fn other_threads_are_told_of() {
    let mut text = PROGRAM.to_owned();
    for n in 0..40 {
        text.push_str(&format!(
            "part{n} :: () -> i64 {{ return #run fib({}); }}\n",
            n % 9
        ));
    }
    text.push_str("all :: () -> i64 {\n    s := 0;\n");
    for n in 0..40 {
        text.push_str(&format!("    s += part{n}();\n"));
    }
    text.push_str("    return s;\n}\n");
    let text = text.replace("main :: () -> i32 {", "main :: () -> i32 { all();");
    let dir = folder("threads", &text);
    let one = sxc(&["check", "--time", "-j1", "main.sx"], &dir, Some("0"));
    let two = sxc(&["check", "--time", "-j2", "main.sx"], &dir, Some("0"));
    let (one, two) = (said(&one), said(&two));
    has(&two, "compile: bodies, waiting for other threads");
    let count = |lines: &[String]| {
        let start = "compile-time evaluations: ";
        let line = lines.iter().find_map(|line| line.strip_prefix(start));
        let (count, rest) = line
            .and_then(|line| line.split_once(", "))
            .expect("a count");
        let steps = rest.split(' ').next().unwrap_or_default();
        (count.to_owned(), steps.to_owned())
    };
    assert_eq!(count(&one).0, "43");
    assert_eq!(count(&one), count(&two));
    has(&one, "23 others");
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}

#[test]
fn what_fails_is_told_too() {
    let dir = folder("fails", &PROGRAM.replace("fib(10)", "1 / (fib(5) - 5)"));
    for args in [&["check"] as &[&str], &["run"], &["build", "-o", "main"]] {
        let output = sxc(&[args, &["--time", "main.sx"]].concat(), &dir, None);
        assert_eq!(output.status.code(), Some(1));
        let lines = said(&output);
        has(&lines, "error: ");
        has(&lines, "compile: declarations");
        has(&lines, "A_0 (main.sx:3:6): vm, 16 steps, 0 bytes");
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}

#[test]
fn the_build_driver_is_told() {
    let text = "#import \"modules/std.sx\";
#import \"modules/build.sx\";
drive :: (opt: BuildOptions) -> bool { return default_pipeline(opt); }
#run on_build(drive);
main :: () {}
";
    let dir = folder("driver", text);
    let args = [
        "build",
        "-o",
        "main",
        "--time",
        "--trace=comptime",
        "main.sx",
    ];
    let output = sxc(&args, &dir, None);
    let lines = said(&output);
    for start in [
        "comptime: __run_0, asked for at main.sx:4:6, vm, 1 steps, ",
        "comptime: __build, asked for at ",
        "emit",
        "link",
        "build driver, in all",
        "__build (",
    ] {
        has(&lines, start);
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}

#[test]
fn a_trace_names_the_engine() {
    let dir = folder("engine", PROGRAM);
    for (flag, engine) in [
        ("--comptime=auto", "vm+jit"),
        ("--comptime=jit", "jit"),
        ("--comptime=all", "vm+jit+interp"),
        ("--sanitize", "sanitizer"),
    ] {
        for command in ["check", "run", "build"] {
            let args = [command, "--trace=comptime", flag, "main.sx"];
            let lines = said(&sxc(&args, &dir, None));
            let start =
                format!("comptime: A_0, asked for at main.sx:3:6, {engine}, 178 steps, 0 bytes, ");
            has(&lines, &start);
            let line = lines.iter().find(|line| line.starts_with("comptime: A_0"));
            assert!(line.is_some_and(|line| line.ends_with(" ms -> constant")));
            has(&lines, "  depends on functions: fib");
        }
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}
