//! Every case that runs, once more as `sxc expand` prints it: the text is a program that does the same.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::copy::copied;
use sx_corpus::process::{self, Ended, Folder};
use sx_corpus::{case, known};

/// Cases whose expansion does something else, and why.
const OTHERWISE: &[(&str, &str)] = &include!("expand/otherwise.in");

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let (Ok(cases), Ok(gaps)) = (case::all(), known::gaps()) else {
        eprintln!("cannot read the corpus");
        std::process::exit(1);
    };
    let mut trials = Vec::new();
    for case in cases {
        let expected = case.expectation();
        let runs = expected.stdout.is_some()
            && expected.diagnostics.is_none()
            && !case.directives.check_only
            && case.directives.native_only.is_none()
            && !gaps.contains_key(&case.name);
        if !runs {
            continue;
        }
        trials.push(Trial::test(case.name.clone(), move || {
            let otherwise = OTHERWISE.iter().find(|(name, _)| *name == case.name);
            match (same(&case, &expected), otherwise) {
                (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
                (Ok(()), Some((_, reason))) => Err(Failed::from(format!(
                    "does the same now; take it off the list (the reason there: {reason})"
                ))),
                (Err(problem), None) => Err(Failed::from(problem)),
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn same(case: &case::Case, expected: &case::Expectation) -> Result<(), String> {
    let copy = &copied(case).map_err(|e| e.to_string())?;
    let name = case.file.file_stem().unwrap_or_default().to_string_lossy();
    let beside = case.file.with_file_name(format!("{name}.expanded.sx"));
    let mut args = vec!["expand".into(), case.file.clone().into_os_string()];
    args.extend(["-o".into(), beside.clone().into_os_string()]);
    args.extend(case.directives.flags.iter().cloned());
    let ended = run(copy, &args, "")?;
    if ended.status != Some(0) {
        return Err(format!("sxc expand: {:?}\n{}", ended.status, ended.stderr));
    }
    // Programs tell their own file's name.
    let kept = case.file.with_extension("kept");
    let renamed = |from: &PathBuf, to: &PathBuf| {
        std::fs::rename(copy.path().join(from), copy.path().join(to)).map_err(|e| e.to_string())
    };
    renamed(&case.file, &kept)?;
    renamed(&beside, &case.file)?;
    let mut args = vec!["run".into(), "--engine=vm".into()];
    args.push(case.file.clone().into_os_string());
    args.extend(case.directives.flags.iter().cloned());
    if !case.directives.args.is_empty() {
        args.push("--".into());
        args.extend(case.directives.args.iter().cloned());
    }
    let ended = run(copy, &args, &case.directives.stdin);
    renamed(&case.file, &beside)?;
    renamed(&kept, &case.file)?;
    let ended = ended?;
    let stdout = expected.stdout.as_deref().unwrap_or_default();
    if (ended.status, ended.stdout.as_slice()) != (Some(expected.status), stdout) {
        return Err(format!(
            "status {:?}, stdout:\n{}\nstderr:\n{}",
            ended.status,
            String::from_utf8_lossy(&ended.stdout),
            ended.stderr
        ));
    }
    Ok(())
}

fn run(copy: &Folder, args: &[std::ffi::OsString], stdin: &str) -> Result<Ended, String> {
    let files = Folder::new("expanded").map_err(|e| e.to_string())?;
    let compiler: Command = process::compiler();
    process::run_in(
        compiler,
        args.iter().cloned(),
        stdin,
        &files,
        Duration::from_secs(60),
        copy.path(),
    )
    .map_err(|e| e.to_string())
}
