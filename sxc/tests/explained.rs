//! The whole text of compile-time failures: position, object, stack and variables, the same in every engine. With
//! `SX_BLESS=1` the expectations are written anew.

use std::path::Path;
use std::process::Command;

fn shown(engine: &str, flags: &[&str], file: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .arg("check")
        .arg(format!("--comptime={engine}"))
        .args(flags)
        .arg(file)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn compare(flags: &[&str], name: &str) {
    let file = format!("sxc/tests/explained/{name}.sx");
    let expectation = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/explained")
        .join(format!("{name}.txt"));
    if std::env::var_os("SX_BLESS").is_some() {
        std::fs::write(&expectation, shown("vm", flags, &file)).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
    for engine in ["auto", "vm", "jit", "interp", "all"] {
        let text = shown(engine, flags, &file);
        assert!(
            text == expected,
            "with --comptime={engine} {name}.sx says\n{text}\ninstead of\n{expected}"
        );
    }
}

#[test]
fn faults() {
    compare(&[], "faults");
}

#[test]
fn cycles() {
    compare(&[], "cycles");
}

#[test]
fn limits() {
    let flags = ["--comptime-steps=1000", "--comptime-depth=20"];
    compare(&flags, "limit");
}

#[test]
fn values() {
    compare(&[], "values");
}

#[test]
fn generated() {
    compare(&[], "generated");
}
