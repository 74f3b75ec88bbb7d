//! Sessions of `sxc debug`: `debug/NAME.cmd` on `debug/NAME.sx` gives `debug/NAME.txt`. With `SX_BLESS=1` these are
//! written anew. The session in `docs/debugger.md` is held to what it shows.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn debug(dir: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .arg("debug")
        .args(args)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sxc starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    // It may have ended before it has read everything.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("an end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Without what depends on the library's text: its lines, steps in it, and addresses.
fn settled(text: &str) -> String {
    let mut out = String::new();
    let mut in_library = false;
    for line in text.lines() {
        if std::mem::take(&mut in_library) && line.contains(" | ") {
            out.push_str("    ...\n");
            continue;
        }
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for i in 0..words.len() {
            if words.get(i + 1).is_some_and(|next| next == "steps") {
                words[i] = "N".to_owned();
            }
            if words[i].starts_with("0x") && words[i].len() > 6 {
                words[i] = "0xADDRESS".to_owned();
            }
            if let (true, Some((file, _))) =
                (words[i].starts_with("library/"), words[i].split_once(':'))
            {
                words[i] = file.to_owned();
                in_library = true;
            }
        }
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    out
}

fn compare(name: &str, args: &[&str]) {
    compare_with(name, name, args);
}

fn compare_with(name: &str, program: &str, args: &[&str]) {
    let file = format!("sxc/tests/debug/{program}.sx");
    let commands = format!("sxc/tests/debug/{name}.cmd");
    let mut all = vec!["--commands", &commands, &file];
    all.extend(args);
    let output = debug(&root(), &all, "");
    let shown = settled(&format!(
        "{}status {}\n{}",
        text(&output.stdout),
        output.status.code().unwrap_or(-1),
        text(&output.stderr)
    ));
    let expectation = root().join(format!("sxc/tests/debug/{name}.txt"));
    if std::env::var_os("SX_BLESS").is_some() {
        std::fs::write(&expectation, &shown).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
    assert!(
        shown == expected,
        "{name}.cmd gives\n{shown}\ninstead of\n{expected}"
    );
}

#[test]
fn stepping() {
    compare("stepping", &[]);
}

#[test]
fn places() {
    compare("places", &[]);
}

#[test]
fn backwards() {
    compare("backwards", &[]);
}

#[test]
fn watching() {
    compare_with("watching", "backwards", &[]);
}

#[test]
fn failing() {
    compare("failing", &["--comptime-depth=10"]);
}

#[test]
fn running() {
    compare("running", &["--main", "--", "one", "two"]);
}

#[test]
fn mistakes() {
    compare("mistakes", &[]);
}

#[test]
fn defining() {
    compare("defining", &[]);
}

/// Without a terminal there is no prompt, and the end of input ends the debugger.
#[test]
fn input() {
    let file = "sxc/tests/debug/stepping.sx";
    let first = "evaluation 1, 'SUM_0' for sxc/tests/debug/stepping.sx:25:8\n\
                 the evaluation 'SUM_0' at sxc/tests/debug/stepping.sx:25\n   \
                 25 | SUM :: #run sum_of(3);\n";
    let next = "sum_of at sxc/tests/debug/stepping.sx:7\n    7 |     total := 0;\n";
    for (args, input, expected) in [
        (&[file][..], "", first.to_owned()),
        (&[file], "quit\n", first.to_owned()),
        (&[file], "q", first.to_owned()),
        (&[file], "\n# a comment\nstep\n", format!("{first}{next}")),
        (
            &[file, "-c", "step"],
            "",
            format!("{first}(sxc) step\n{next}"),
        ),
        (
            &[file, "-c", "step", "-c", "p limit"],
            "p total\n",
            format!(
                "{first}(sxc) step\n{next}(sxc) p limit\nlimit = 3\nerror: no variable 'total' is in scope here\n"
            ),
        ),
    ] {
        let output = debug(&root(), args, input);
        assert_eq!(text(&output.stdout), expected, "{input}");
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (Some(0), String::new())
        );
    }
    let output = debug(&root(), &[file, "--commands", "nosuchfile"], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "error: cannot read 'nosuchfile': No such file or directory\n"
    );
    // Bytes that are no text.
    let mut odd = "p \u{fffd}\u{1F600}\nbreak \u{e4}\n".to_owned();
    odd.push_str(&"[".repeat(100_000));
    odd.push_str("\np ");
    odd.push_str(&"a[".repeat(100_000));
    let output = debug(&root(), &[file], &odd);
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
}

/// The program and the session in the documentation.
#[test]
fn documentation() {
    let page = std::fs::read_to_string(root().join("docs/debugger.md")).expect("the page");
    let block = |start: &str| {
        let (_, rest) = page.split_once(start)?;
        rest.split_once("\n```")
            .map(|(block, _)| format!("{block}\n"))
    };
    let program = block("```sx\n").expect("a program");
    let (command, session) = block("```console\n$ sxc debug primes.sx\n")
        .map(|text| ("debug", text))
        .expect("a session");
    assert_eq!(command, "debug");
    let dir = std::env::temp_dir().join(format!("sxc-debug-page-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    std::fs::write(dir.join("primes.sx"), program).expect("a file can be written");
    let commands: Vec<&str> = session
        .lines()
        .filter_map(|line| line.strip_prefix("(sxc) "))
        .collect();
    std::fs::write(dir.join("commands"), commands.join("\n")).expect("a file can be written");
    let output = debug(&dir, &["--commands", "commands", "primes.sx"], "");
    let shown = text(&output.stdout);
    let _ = std::fs::remove_dir_all(&dir);
    assert!(
        settled(&shown) == settled(&session),
        "the session is\n{shown}\ninstead of\n{session}"
    );
}
