//! Every case that runs, once more as `sxc expand` prints it: the text is a program that does the same.

use std::ffi::OsString;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::again::{self, Otherwise};
use sx_corpus::case::{Case, Expectation};
use sx_corpus::copy::copied;
use sx_corpus::process;

/// Cases whose expansion does something else, and why.
const OTHERWISE: Otherwise = &include!("expand/otherwise.in");

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let Ok(cases) = again::running() else {
        eprintln!("cannot read the corpus");
        std::process::exit(1);
    };
    let trial = |(case, expected): (Case, Expectation)| {
        Trial::test(case.name.clone(), move || {
            again::judge(&case.name, same(&case, &expected), OTHERWISE).map_err(Failed::from)
        })
    };
    libtest_mimic::run(&arguments, cases.into_iter().map(trial).collect()).exit();
}

fn same(case: &Case, expected: &Expectation) -> Result<(), String> {
    let copy = &copied(case).map_err(|e| e.to_string())?;
    let name = case.file.file_stem().unwrap_or_default().to_string_lossy();
    let beside = case.file.with_file_name(format!("{name}.expanded.sx"));
    let mut args: Vec<OsString> = vec!["expand".into(), case.file.clone().into_os_string()];
    args.extend(["-o".into(), beside.clone().into_os_string()]);
    args.extend(case.directives.flags.iter().cloned());
    let ended = again::compile(copy, &args, "")?;
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
    let ended = again::run(copy, case);
    renamed(&case.file, &beside)?;
    renamed(&kept, &case.file)?;
    again::compare(&ended?, expected)
}
