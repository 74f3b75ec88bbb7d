//! Output that goes nowhere: a full device, a reader that has gone. What the command does doesn't change, and its status
//! only where what was asked for is lost.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

fn program(name: &str, text: &str) -> std::path::PathBuf {
    let file = std::env::temp_dir().join(format!("sxc-streams-{}-{name}.sx", std::process::id()));
    std::fs::write(&file, text).unwrap();
    file
}

fn full() -> Stdio {
    OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}

/// A pipe that nobody reads.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn status(args: &[&str], text: &str, name: &str, errors: Stdio) -> Option<i32> {
    let file = program(name, text);
    let status = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(args)
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(unread())
        .stderr(errors)
        .status()
        .unwrap();
    let _ = std::fs::remove_file(file);
    status.code()
}

const WRONG: &str = "main :: () { x : i64 = \"a\"; }\n";
const TRAP: &str = "main :: () { n := 0; x := 1 / n; }\n";
const TALKS: &str = "#import \"modules/std.sx\";
#import \"modules/compiler.sx\";
#run { for 0..3000 (i) { print(\"ct {}\\n\", i); } comptime_print(\"log\\n\"); };
main :: () -> i64 { return 3; }\n";

#[test]
fn diagnostics() {
    assert_eq!(status(&["check"], WRONG, "wrong", full()), Some(1));
    assert_eq!(status(&["check"], WRONG, "unread", unread()), Some(1));
    assert_eq!(
        status(&["run", "--engine=vm"], TRAP, "trap", full()),
        Some(134)
    );
}

#[test]
fn help() {
    let status = |args: &[&str], out: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sxc"));
        let errors = Stdio::null();
        let command = command.args(args).stdin(Stdio::null()).stderr(errors);
        command.stdout(out).status().unwrap().code()
    };
    for args in [
        &["help"][..],
        &["--version"],
        &["help", "run"],
        &["run", "--help"],
    ] {
        assert_eq!(status(args, full()), Some(1), "{args:?}");
        assert_eq!(status(args, unread()), Some(0), "{args:?}");
    }
    assert_eq!(status(&["nonsense"], full()), Some(2));
}

#[test]
fn output_of_evaluations() {
    for (name, errors) in [("talks", full()), ("talks-on", unread())] {
        let args = [
            "run",
            "--engine=vm",
            "--time",
            "--remarks=fold",
            "--trace=comptime",
        ];
        assert_eq!(status(&args, TALKS, name, errors), Some(3));
    }
}

/// The signal ends a native program; what an engine runs ends with the same status.
#[test]
fn output_of_main() {
    let prints = "#import \"modules/std.sx\";\nmain :: () { while true { print(\"more\\n\"); } }\n";
    for engine in ["native", "vm", "jit", "interp"] {
        let engine = format!("--engine={engine}");
        assert_eq!(
            status(&["run", &engine], prints, "prints", Stdio::null()),
            Some(128 + 13),
            "{engine}"
        );
    }
}

/// What is printed for others to read has nothing of compile-time code's output in it, which goes to stderr.
#[test]
fn products_are_apart() {
    let text = "#import \"modules/std.sx\";
puts :: (text: cstring) -> i32 extern;
S :: struct { x: i64; }
#run { print(\"from comptime\\n\"); puts(\"from C\"); };
main :: () { print(\"main\\n\"); }\n";
    let file = program("apart", text);
    for (args, product) in [
        (&["expand"][..], "#import"),
        (&["ir"], "func @"),
        (&["ir", "--emit=llvm"], "; ModuleID"),
        (&["ir", "--emit=bytecode"], ""),
    ] {
        let grants: &[&[&str]] = &[&[], &["--allow=extern:c"]];
        for grant in grants {
            let output = Command::new(env!("CARGO_BIN_EXE_sxc"))
                .args(args)
                .args(*grant)
                .arg(&file)
                .output()
                .unwrap();
            let (out, err) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            assert_eq!(output.status.code(), Some(0), "{args:?} {err}");
            assert!(out.starts_with(product), "{args:?} {out}");
            assert!(
                !out.is_empty() && !out.contains("from comptime\n"),
                "{args:?} {out}"
            );
            assert!(
                err.contains("from comptime\n") && err.contains("from C\n"),
                "{err}"
            );
        }
    }
    let _ = std::fs::remove_file(file);
}
