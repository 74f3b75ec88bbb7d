//! Cases run once more in another shape, which must do the same.

use std::ffi::OsString;
use std::time::Duration;

use crate::case::{self, Case, Expectation};
use crate::known;
use crate::process::{self, Ended, Folder};

/// Time that a run may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Cases that do something else in the other shape, and why.
pub type Otherwise = &'static [(&'static str, &'static str)];

/// The cases that run in every engine, with what they do.
pub fn running() -> std::io::Result<Vec<(Case, Expectation)>> {
    let gaps = known::gaps()?;
    let with_expectation = case::all()?.into_iter().map(|case| {
        let expected = case.expectation();
        (case, expected)
    });
    Ok(with_expectation
        .filter(|(case, expected)| {
            expected.stdout.is_some()
                && expected.diagnostics.is_none()
                && !case.directives.check_only
                && case.directives.native_only.is_none()
                && !gaps.contains_key(&case.name)
        })
        .collect())
}

/// What came of a case, given those that may differ. An entry that is not needed is a mistake, too.
pub fn judge(name: &str, result: Result<(), String>, otherwise: Otherwise) -> Result<(), String> {
    let listed = otherwise.iter().find(|(listed, _)| *listed == name);
    match (result, listed) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(()), Some((_, reason))) => Err(format!(
            "does the same now; take it off the list (the reason there: {reason})"
        )),
        (Err(problem), None) => Err(problem),
    }
}

/// Runs the compiler where the case has been copied to.
pub fn compile(copy: &Folder, args: &[OsString], stdin: &str) -> Result<Ended, String> {
    let files = Folder::new("again").map_err(|e| e.to_string())?;
    process::run_in(
        process::compiler(),
        args.iter().cloned(),
        stdin,
        &files,
        TIMEOUT,
        copy.path(),
    )
    .map_err(|e| e.to_string())
}

/// Runs what stands in the case's file now in the VM.
pub fn run(copy: &Folder, case: &Case) -> Result<Ended, String> {
    let mut args: Vec<OsString> = vec!["run".into(), "--engine=vm".into()];
    args.push(case.file.clone().into_os_string());
    args.extend(case.directives.flags.iter().cloned());
    if !case.directives.args.is_empty() {
        args.push("--".into());
        args.extend(case.directives.args.iter().cloned());
    }
    compile(copy, &args, &case.directives.stdin)
}

/// Whether a run did what the case should do.
pub fn compare(ended: &Ended, expected: &Expectation) -> Result<(), String> {
    let stdout = expected.stdout.as_deref().unwrap_or_default();
    if (ended.status, ended.stdout.as_slice()) == (Some(expected.status), stdout) {
        return Ok(());
    }
    Err(format!(
        "status {:?}, stdout:\n{}\nstderr:\n{}",
        ended.status,
        String::from_utf8_lossy(&ended.stdout),
        ended.stderr
    ))
}
