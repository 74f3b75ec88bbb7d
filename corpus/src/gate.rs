//! The parity gate: a case in every engine, each run a process of its own, and natively. The expected answer *and*
//! agreement are wanted.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::case::{Case, Expectation};
use crate::process::{self, Ended, Folder};

/// Far more than any case needs, far less than CI's patience.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The engines; the first is the reference for the others.
const ENGINES: [&str; 3] = ["interp", "vm", "jit"];

/// Runs a case. `Err` says what is wrong.
pub fn check(case: &Case) -> Result<(), String> {
    let expected = case.expectation();
    match (&expected.stdout, &expected.diagnostics) {
        (Some(_), Some(_)) => {
            Err("has both .out and .err: a program is accepted or rejected".to_owned())
        }
        (None, None) if !case.directives.check_only => {
            Err("has no expectation: write .out or .err beside it, or run './x bless'".to_owned())
        }
        (None, Some(diagnostics)) => rejected(case, diagnostics, &expected),
        (Some(_) | None, None) => accepted(case, &expected),
    }
}

fn io_error(error: io::Error) -> String {
    format!("the gate itself failed: {error}")
}

fn words(list: &[&str]) -> Vec<OsString> {
    list.iter().map(OsString::from).collect()
}

/// `sxc check` in one engine.
fn check_with(case: &Case, engine: &str, format: &str, folder: &Folder) -> Result<Ended, String> {
    let mut args = words(&["check"]);
    args.push(case.file.clone().into());
    args.extend(words(&[
        &format!("--comptime={engine}"),
        &format!("--error-format={format}"),
    ]));
    args.extend(case.directives.flags.iter().cloned());
    let ended = process::run(process::compiler(), args, "", folder, TIMEOUT).map_err(io_error)?;
    if ended.status.is_none() {
        return Err(format!("{engine}: no end after {} s", TIMEOUT.as_secs()));
    }
    Ok(ended)
}

fn rejected(case: &Case, diagnostics: &str, expected: &Expectation) -> Result<(), String> {
    let folder = Folder::new(&case.name).map_err(io_error)?;
    let mut problems = Vec::new();
    for engine in ENGINES {
        let ended = check_with(case, engine, "short", &folder)?;
        if ended.status != Some(1) {
            problems.push(format!(
                "{engine}: status {}, but 1 was expected",
                status_text(ended.status)
            ));
        }
        let got = case.relative(&ended.stderr);
        if got != diagnostics {
            problems.push(format!(
                "{engine}: diagnostics differ\n{}",
                diff(diagnostics, &got)
            ));
            break;
        }
        if let Some(stdout) = &expected.stdout
            && ended.stdout != *stdout
        {
            problems.push(format!(
                "{engine}: stdout differs\n{}",
                diff_bytes(stdout, &ended.stdout)
            ));
        }
    }
    if let (Some(text), true) = (&expected.stderr, problems.is_empty()) {
        for engine in ENGINES {
            let ended = check_with(case, engine, "human", &folder)?;
            if ended.stderr != *text {
                problems.push(format!(
                    "{engine}: stderr differs\n{}",
                    diff(text, &ended.stderr)
                ));
                break;
            }
        }
    }
    finish(problems)
}

fn finish(problems: Vec<String>) -> Result<(), String> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// `sxc parity` in one engine.
fn parity(case: &Case, engine: &str, extra: &[&str], folder: &Folder) -> Result<Ended, String> {
    let mut args = words(&["parity"]);
    args.push(case.file.clone().into());
    args.push("--dir".into());
    args.push(folder.path().into());
    args.extend(words(&["--tag", engine, &format!("--comptime={engine}")]));
    args.extend(words(extra));
    args.extend(case.directives.flags.iter().cloned());
    if !case.directives.check_only && case.directives.native_only.is_none() {
        args.push("--main".into());
    }
    args.push("--".into());
    args.extend(case.directives.args.iter().cloned());
    process::run(
        process::compiler(),
        args,
        &case.directives.stdin,
        folder,
        TIMEOUT,
    )
    .map_err(io_error)
}

fn accepted(case: &Case, expected: &Expectation) -> Result<(), String> {
    let folder = Folder::new(&case.name).map_err(io_error)?;
    let stdout = expected.stdout.clone().unwrap_or_default();
    let mut problems = Vec::new();
    let mut reference: Option<Ended> = None;
    for engine in ENGINES {
        // The reference run makes a program; all make an object to be compared. The number of threads must not show.
        let extra: &[&str] = match (case.directives.check_only, reference.is_none()) {
            (true, true) => &["--jobs=1"],
            (true, false) => &["--jobs=3"],
            (false, true) => &["--jobs=1", "--emit=0", "--link"],
            (false, false) => &["--jobs=3", "--emit=0"],
        };
        let ended = parity(case, engine, extra, &folder)?;
        match &case.directives.native_only {
            Some(refusal) => {
                if ended.status != Some(0) {
                    problems.push(format!(
                        "{engine}: status {} of the compilation",
                        status_text(ended.status)
                    ));
                }
                refused(case, engine, refusal, &folder, &mut problems)?;
            }
            None => judge(engine, &ended, &stdout, expected.status, &mut problems),
        }
        if !problems.is_empty() {
            if !ended.stderr.is_empty() {
                problems.push(format!("{engine}: stderr:\n{}", cut(&ended.stderr)));
            }
            return finish(problems);
        }
        if let Some(text) = &expected.stderr
            && ended.stderr != *text
        {
            problems.push(format!(
                "{engine}: stderr differs\n{}",
                diff(text, &ended.stderr)
            ));
        }
        match &reference {
            None => reference = Some(ended),
            Some(first) => {
                if ended.stderr != first.stderr {
                    problems.push(format!(
                        "{engine}: stderr is not that of {}\n{}",
                        ENGINES[0],
                        diff(&first.stderr, &ended.stderr)
                    ));
                }
                agreement(engine, folder.path(), &mut problems);
            }
        }
    }
    if !case.directives.check_only {
        auto(case, &folder, &stdout, expected, &mut problems)?;
        native(case, &folder, &stdout, expected, &mut problems)?;
    }
    finish(problems)
}

/// `main` in an engine that can't run it: it stops and says so.
fn refused(
    case: &Case,
    engine: &str,
    refusal: &str,
    folder: &Folder,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    let mut args = words(&["run", &format!("--engine={engine}")]);
    args.extend(case.directives.flags.iter().cloned());
    args.push(case.file.clone().into());
    let ended = process::run(
        process::compiler(),
        args,
        &case.directives.stdin,
        folder,
        TIMEOUT,
    )
    .map_err(io_error)?;
    if matches!(ended.status, None | Some(0)) || !ended.stderr.contains(refusal) {
        problems.push(format!(
            "{engine}: `main` should be refused with '{refusal}'; status {}, stderr:\n{}",
            status_text(ended.status),
            cut(&ended.stderr)
        ));
    }
    Ok(())
}

fn status_text(status: Option<i32>) -> String {
    status.map_or_else(
        || format!("none (timeout after {} s)", TIMEOUT.as_secs()),
        |status| status.to_string(),
    )
}

fn judge(who: &str, ended: &Ended, stdout: &[u8], status: i32, problems: &mut Vec<String>) {
    if ended.status != Some(status) {
        problems.push(format!(
            "{who}: status {}, but {status} was expected",
            status_text(ended.status)
        ));
    }
    if ended.stdout != stdout {
        problems.push(format!(
            "{who}: stdout differs\n{}",
            diff_bytes(stdout, &ended.stdout)
        ));
    }
}

/// What an engine left in the folder has to equal what the reference left.
fn agreement(engine: &str, folder: &Path, problems: &mut Vec<String>) {
    let read = |tag: &str, name: &str| {
        std::fs::read(folder.join(format!("{tag}.{name}"))).unwrap_or_default()
    };
    for (name, what) in [
        ("json", "evaluations"),
        ("ir", "the IR after compile time"),
        ("O0.o", "the object file"),
    ] {
        let (a, b) = (read(ENGINES[0], name), read(engine, name));
        if a == b {
            continue;
        }
        let detail = if name == "O0.o" {
            format!("{} and {} bytes", a.len(), b.len())
        } else {
            diff_bytes(&a, &b)
        };
        problems.push(format!(
            "{engine} and {} disagree on {what}:\n{detail}",
            ENGINES[0]
        ));
    }
}

/// The default engine, and calls with known arguments folded: neither can be noticed. Makes the optimised program, as
/// `sxc build` does.
fn auto(
    case: &Case,
    folder: &Folder,
    stdout: &[u8],
    expected: &Expectation,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    let extra = ["--fold=calls", "--emit=2", "--link"];
    let ended = parity(case, "auto", &extra, folder)?;
    if case.directives.native_only.is_none() {
        judge("auto", &ended, stdout, expected.status, problems);
    }
    agreement_of_reports("auto", folder.path(), problems);
    Ok(())
}

fn agreement_of_reports(engine: &str, folder: &Path, problems: &mut Vec<String>) {
    let read = |tag: &str| std::fs::read(folder.join(format!("{tag}.json"))).unwrap_or_default();
    let (a, b) = (read(ENGINES[0]), read(engine));
    if a != b {
        problems.push(format!(
            "{engine} and {} disagree on evaluations:\n{}",
            ENGINES[0],
            diff_bytes(&a, &b)
        ));
    }
}

/// The programs that the reference run and that of the default engine linked.
fn native(
    case: &Case,
    folder: &Folder,
    stdout: &[u8],
    expected: &Expectation,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    let report =
        std::fs::read(folder.path().join(format!("{}.json", ENGINES[0]))).map_err(io_error)?;
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap_or_default();
    if !report["exited"].is_null() {
        return Ok(());
    }
    let before = report["stdout_before_main"].as_u64().unwrap_or(0) as usize;
    let own = stdout.get(before..).unwrap_or_default();
    for level in ["O0", "O2"] {
        let command = Command::new(folder.path().join(level));
        let args = case.directives.args.iter().cloned();
        let ended = process::run(command, args, &case.directives.stdin, folder, TIMEOUT)
            .map_err(io_error)?;
        judge(
            &format!("native -{level}"),
            &ended,
            own,
            expected.status,
            problems,
        );
    }
    Ok(())
}

/// Rewrites a case's expectation from what the reference engine does. Returns whether something changed.
pub fn bless(case: &Case) -> Result<bool, String> {
    let folder = Folder::new(&case.name).map_err(io_error)?;
    let before = case.expectation();
    let checked = check_with(case, ENGINES[0], "short", &folder)?;
    if checked.stderr.contains("internal compiler error") {
        return Err(checked.stderr);
    }
    let write = |extension: &str, bytes: Option<&[u8]>| match bytes {
        Some(bytes) => std::fs::write(case.beside(extension), bytes).map_err(io_error),
        None => {
            let _ = std::fs::remove_file(case.beside(extension));
            Ok(())
        }
    };
    if checked.status == Some(1) {
        write("err", Some(case.relative(&checked.stderr).as_bytes()))?;
        write("out", None)?;
        write("exit", None)?;
        if before.stderr.is_some() {
            let human = check_with(case, ENGINES[0], "human", &folder)?;
            write("stderr", Some(human.stderr.as_bytes()))?;
        }
    } else if !case.directives.check_only {
        let ended = match case.directives.native_only {
            None => parity(case, ENGINES[0], &[], &folder)?,
            Some(_) => natively(case, &folder)?,
        };
        let status = ended.status.ok_or("no end in time")?;
        write("out", Some(&ended.stdout))?;
        write("err", None)?;
        let text = format!("{status}\n");
        write("exit", (status != 0).then_some(text.as_bytes()))?;
        if before.stderr.is_some() {
            write("stderr", Some(ended.stderr.as_bytes()))?;
        }
    }
    Ok(case.expectation() != before)
}

/// What a case does that only runs natively: its compile-time code's output comes first.
fn natively(case: &Case, folder: &Folder) -> Result<Ended, String> {
    let compiled = parity(
        case,
        ENGINES[0],
        &["--jobs=1", "--emit=0", "--link"],
        folder,
    )?;
    // What it compiles to is all there is to expect of it, and it has been checked.
    if compiled.status != Some(0) {
        return Err(format!(
            "it can't be compiled natively:\n{}",
            cut(&compiled.stderr)
        ));
    }
    let command = Command::new(folder.path().join("O0"));
    let args = case.directives.args.iter().cloned();
    let mut ended =
        process::run(command, args, &case.directives.stdin, folder, TIMEOUT).map_err(io_error)?;
    ended.stdout = [compiled.stdout, ended.stdout].concat();
    Ok(ended)
}

/// First lines that differ.
fn diff(expected: &str, got: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let mut out = format!("  from line {}:\n", same + 1);
    for line in a.iter().skip(same).take(12) {
        out.push_str(&format!("  - {line}\n"));
    }
    for line in b.iter().skip(same).take(12) {
        out.push_str(&format!("  + {line}\n"));
    }
    out
}

fn diff_bytes(expected: &[u8], got: &[u8]) -> String {
    diff(
        &String::from_utf8_lossy(expected),
        &String::from_utf8_lossy(got),
    )
}

fn cut(text: &str) -> String {
    text.lines().take(30).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_start_where_they_start() {
        assert_eq!(diff("a\nb\n", "a\nc\n"), "  from line 2:\n  - b\n  + c\n");
    }
}
