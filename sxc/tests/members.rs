//! `sxc members`: what types have, and what is no type. With `SX_BLESS=1` the expectations are written anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/members")
}

fn members(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .arg("members")
        .args(args)
        .current_dir(folder())
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

fn compare(types: &[&str], name: &str, status: i32) {
    let mut shown = String::new();
    for ty in types {
        let output = members(&["prog.sx", ty]);
        assert_eq!(output.status.code(), Some(status), "members '{ty}'");
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        assert!(out.is_empty() || err.is_empty(), "{ty}: {out}{err}");
        let _ = write!(shown, "$ sxc members prog.sx '{ty}'\n{out}{err}\n");
    }
    let file = folder().join(name);
    if std::env::var_os("SX_BLESS").is_some() {
        std::fs::write(&file, &shown).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(shown == expected, "{shown}\ninstead of\n{expected}");
}

/// Bodies, and other types, may be wrong.
#[test]
fn types() {
    let types = [
        "Pair(i64, string)",
        "Pair(u8, []i64)",
        "Alias",
        "Derived",
        "Level",
        "Flags",
        "Shape",
        "Mix",
        "Bad",
        "Source(i64)",
        "Made(3)",
        "Broken",
        "Tuple(a: i64, b: bool)",
    ];
    compare(&types, "types.txt", 0);
}

#[test]
fn what_is_no_type() {
    let types = [
        "Nope",
        "Unrelated",
        "Pair",
        "Pair(i64)",
        "Pair(i64, 3)",
        "Pair(i64, Nope)",
        "Pair(i64",
        "f",
        "K",
        "Level.low",
        "f(3)",
        "i64",
        "[]i64",
        "type_of(5)",
        "+",
        "",
        "Level; main",
        "x := 3",
    ];
    compare(&types, "mistakes.txt", 1);
}

/// The library's types: parameters that are protocols, and a type that other files add to.
#[test]
fn of_the_library() {
    let output = members(&["prog.sx", "List(i64)"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        told.contains("Allocator") && !told.contains("Allocator()"),
        "{told}"
    );
    let output = members(&["prog.sx", "Context"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("    allocator: Allocator = "), "{told}");
}

#[test]
fn files_that_can_not_be_read() {
    let output = members(&["missing.sx", "Pair(i64, i64)"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.starts_with("error: cannot read 'missing.sx'"),
        "{told}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn for_editors() {
    let output = members(&["--json", "prog.sx", "Made(2)"]);
    assert_eq!(output.status.code(), Some(0));
    let shown: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("it is written as JSON");
    assert_eq!(shown["type"], "Made(2)");
    assert_eq!(shown["kind"], "struct");
    assert_eq!(shown["size"], 32);
    let made = &shown["members"][2];
    assert_eq!(made["text"], "g1: i64");
    assert_eq!(made["type"], "i64");
    assert_eq!(made["iterations"][0], "i = 1");
}
