//! The command line as a user meets it: messages and exit statuses that need no program.

use std::process::{Command, Output};

fn sxc(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(args)
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_and_version() {
    let help = sxc(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for word in ["Usage: sxc <COMMAND>", "run", "build", "check", "ir", "asm"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(
        !text.contains("parity"),
        "the gate's command is not for users"
    );
    let version = sxc(&["--version"]);
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("sxc "));
}

#[test]
fn wrong_usage_is_2() {
    for args in [
        &["run"][..],
        &["frobnicate"],
        &["check", "--no-such-option", "x.sx"],
        &["check", "--comptime=slow", "x.sx"],
        &["build", "-O7", "x.sx"],
        &["expand"],
        &["members", "x.sx"],
        &["debug"],
        &["debug", "x.sx", "--", "argument"],
    ] {
        let output = sxc(args);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).starts_with("error: "),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn what_is_not_there_says_so() {
    let output = sxc(&["check", "--target=pdp11", "Cargo.toml"]);
    assert!(
        stderr(&output).contains("unknown target 'pdp11'"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn unreadable_file_is_1() {
    for verb in ["run", "build", "check", "ir", "asm"] {
        let output = sxc(&[verb, "no/such/file.sx"]);
        assert_eq!(output.status.code(), Some(1), "{verb}");
        assert_eq!(
            stderr(&output),
            "error: cannot read 'no/such/file.sx': No such file or directory\n",
            "{verb}"
        );
    }
    let output = sxc(&["check", "src"]);
    assert_eq!(
        stderr(&output),
        "error: cannot read 'src': Is a directory\n"
    );
}
