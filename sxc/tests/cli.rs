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

/// Options that would do nothing, or contradict each other.
#[test]
fn options_mean_something() {
    for (args, message) in [
        (
            &["--library=/nonexistent"][..],
            "'--library=/nonexistent': there is no folder '/nonexistent/modules'",
        ),
        (
            &["--library", "Cargo.toml"],
            "'--library=Cargo.toml': there is no folder 'Cargo.toml/modules'",
        ),
        (
            &["--allow=read:"],
            "'--allow=read:' grants nothing; write --allow=read:PATH",
        ),
        (
            &["--allow=extern:"],
            "'--allow=extern:' grants nothing; write --allow=extern:LIB",
        ),
    ] {
        let output = sxc(&[&["check", "Cargo.toml"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = stderr(&output);
        assert_eq!(
            said.lines().next(),
            Some(format!("error: {message}").as_str())
        );
    }
}

/// LLVM would go on without the CPU, or abort.
#[test]
fn cpus_that_there_are_not() {
    let (x86, arm) = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu");
    for (verb, more) in [
        ("build", &[][..]),
        ("run", &[]),
        ("asm", &[]),
        ("ir", &["--emit=asm"]),
        ("ir", &["--emit=llvm"]),
    ] {
        for (target, cpu, message) in [
            (
                x86,
                "nonsense",
                format!("unknown CPU 'nonsense' for {x86}; known are native, "),
            ),
            (
                x86,
                "hasswell",
                format!("unknown CPU 'hasswell' for {x86}; did you mean 'haswell'?"),
            ),
            (
                x86,
                "",
                format!("unknown CPU '' for {x86}; known are native, "),
            ),
            (
                x86,
                "i386",
                format!("no code can be made for CPU 'i386' of {x86}: "),
            ),
            (
                arm,
                "cortex-a27",
                format!("unknown CPU 'cortex-a27' for {arm}; did you mean 'cortex-a"),
            ),
            (
                arm,
                "native",
                format!("CPU 'native' is the one of this machine, which is not of {arm}"),
            ),
        ] {
            let cpu = format!("--cpu={cpu}");
            let output = sxc(&[&[verb, "Cargo.toml", "--target", target, &cpu], more].concat());
            assert_eq!(output.status.code(), Some(2), "{verb} {cpu}");
            let said = stderr(&output);
            assert!(
                said.starts_with(&format!("error: {message}")),
                "{verb} {cpu}: {said}"
            );
        }
    }
    let output = sxc(&["build", "Cargo.toml", "--cpu=nonsense"]);
    assert!(stderr(&output).starts_with("error: unknown CPU 'nonsense' for "));
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
