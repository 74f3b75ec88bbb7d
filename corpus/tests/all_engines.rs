//! `--comptime=all`: every case that runs, with its evaluations in three engines at once, which must agree.

use std::ffi::OsString;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::case::{self, Case};
use sx_corpus::process::{self, Folder};

const TIMEOUT: Duration = Duration::from_secs(120);

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let cases = match case::all() {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("cannot read the corpus: {error}");
            std::process::exit(1);
        }
    };
    let runs = |case: &Case| {
        !case.directives.check_only
            && case.directives.native_only.is_none()
            && case.beside("out").exists()
    };
    let trials = cases
        .into_iter()
        .filter(runs)
        .map(|case| Trial::test(format!("together: {}", case.name), move || check(&case)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(case: &Case) -> Result<(), Failed> {
    let folder = Folder::new(&case.name)?;
    let mut args: Vec<OsString> = ["run", "--comptime=all", "--engine=vm"]
        .map(OsString::from)
        .to_vec();
    args.extend(case.directives.flags.iter().cloned());
    args.push(case.file.clone().into());
    args.push("--".into());
    args.extend(case.directives.args.iter().cloned());
    let ended = process::run(
        process::compiler(),
        args,
        &case.directives.stdin,
        &folder,
        TIMEOUT,
    )?;
    let expected = case.expectation();
    if ended.status != Some(expected.status) {
        return Err(format!("status {:?}\n{}", ended.status, ended.stderr).into());
    }
    if expected.stdout.is_some_and(|stdout| stdout != ended.stdout) {
        return Err("stdout differs".into());
    }
    Ok(())
}
