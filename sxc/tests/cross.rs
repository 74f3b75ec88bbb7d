//! Programs built for other machines run under QEMU and print what they print everywhere. Without an emulator or the
//! target's C compiler and library the tests are skipped with a message; `./x test` installs them where it can.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A selection of the corpus: every part of the language and of the run-time support.
const PROGRAMS: [&str; 40] = [
    "any/every_form",
    "cabi/aggregates",
    "cabi/by_value",
    "cabi/callbacks",
    "cabi/exports",
    "cabi/libc",
    "cabi/scalars",
    "cabi/variadic",
    "casts/pointers_and_bits",
    "cimport/unit",
    "closures/captures",
    "closures/failable",
    "comptime/every_kind_of_value_stored",
    "comptime/random_graphs",
    "comptime/stored_any_values",
    "comptime/stored_functions",
    "comptime/stored_graphs",
    "comptime/stored_maps_grow",
    "comptime/stored_unions_and_optionals",
    "control/defer_order",
    "errors/cleanups_of_main",
    "extern/c_calls_back",
    "floats/arithmetic",
    "floats/to_integer",
    "format/every_type",
    "integers/bitwise",
    "integers/defined_behaviour",
    "metatypes/making_types",
    "optionals/every_form",
    "pointers/tour",
    "protocols/dispatch",
    "protocols/values",
    "showcase/json",
    "showcase/sha256",
    "stdlib/atomic_operations",
    "stdlib/hash_map",
    "structs/every_form",
    "traps/index_out_of_range",
    "traps/wrong_variant",
    "unions/every_form",
];

/// Programs that show the order of bytes, or use C's complex numbers as the structs that they are on other machines.
const NOT_ON_S390X: [&str; 3] = ["cabi/libc", "casts/pointers_and_bits", "unions/every_form"];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether programs for the machine can be made and run; says so if not.
fn ready(machine: &str) -> bool {
    let (emulator, prefix) = match machine {
        "armv7" => ("qemu-arm".to_owned(), "arm-linux-gnueabihf".to_owned()),
        other => (format!("qemu-{other}"), format!("{other}-linux-gnu")),
    };
    let compiler = format!("{prefix}-gcc");
    let library = format!("/usr/{prefix}/lib/libc.so.6");
    let needed = [
        (&emulator, on_path(&emulator)),
        (&compiler, on_path(&compiler)),
        (&library, Path::new(&library).exists()),
    ];
    for (what, there) in &needed {
        if !there {
            eprintln!("skipped: {what} is missing");
        }
    }
    needed.iter().all(|(_, there)| *there)
}

fn run(machine: &str, program: &str, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(["run", "--target", machine])
        .args(flags)
        .arg(format!("{program}.sx"))
        .current_dir(corpus())
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Compares a run with the case's expectations; the difference in words.
fn judge(machine: &str, program: &str, flags: &[&str]) -> Result<(), String> {
    let beside = |suffix: &str| corpus().join(format!("{program}.{suffix}"));
    let want = std::fs::read(beside("out")).unwrap_or_default();
    let status = std::fs::read_to_string(beside("exit")).unwrap_or_default();
    let status: i32 = status.trim().parse().unwrap_or(0);
    let done = run(machine, program, flags);
    if done.stdout == want && done.status.code() == Some(status) {
        return Ok(());
    }
    Err(format!(
        "{program} {flags:?}: status {:?}, wanted {status}\n{}\nstderr:\n{}",
        done.status.code(),
        text(&done.stdout),
        text(&done.stderr)
    ))
}

fn all_run_on(machine: &str, jobs: &[(&str, &[&str])]) {
    if !ready(machine) {
        return;
    }
    let faults: Vec<String> = jobs
        .iter()
        .filter_map(|(program, flags)| judge(machine, program, flags).err())
        .collect();
    assert!(faults.is_empty(), "{machine}:\n{}", faults.join("\n"));
}

fn corpus_runs_on(machine: &str) {
    let mut jobs: Vec<(&str, &[&str])> = PROGRAMS
        .iter()
        .filter(|p| machine != "s390x" || !NOT_ON_S390X.contains(p))
        .map(|p| (*p, &["-O0"][..]))
        .collect();
    jobs.push(("targets/self_check", &["-O2"]));
    jobs.push(("targets/self_check", &["-O2", "--unchecked"]));
    jobs.push(("cabi/aggregates", &["-O2"]));
    jobs.push(("comptime/random_graphs", &["-O2"]));
    all_run_on(machine, &jobs);
}

#[test]
fn corpus_on_aarch64() {
    corpus_runs_on("aarch64");
}

#[test]
fn corpus_on_s390x() {
    corpus_runs_on("s390x");
}

/// Where the tools for these machines happen to be.
#[test]
fn a_few_on_riscv64_and_armv7() {
    let common: [(&str, &[&str]); 4] = [
        ("targets/self_check", &["-O2"]),
        ("comptime/random_graphs", &["-O0"]),
        ("comptime/stored_maps_grow", &["-O0"]),
        ("traps/index_out_of_range", &["-O0"]),
    ];
    all_run_on("armv7", &common);
    let aggregates: [(&str, &[&str]); 5] = [
        ("cabi/aggregates", &["-O2"]),
        ("cabi/by_value", &["-O0"]),
        ("cabi/callbacks", &["-O0"]),
        ("cabi/exports", &["-O0"]),
        ("cabi/variadic", &["-O0"]),
    ];
    all_run_on("riscv64", &[&common[..], &aggregates].concat());
}

/// What a failing program says, without what is an accident of the machine: the emulator's own word on the signal, and
/// which part of the recursive function's line met the end of the stack (stacks begin at random addresses).
fn report(stderr: &[u8], program: &str) -> Vec<String> {
    let overflow = format!("{program}.sx:2:");
    text(stderr)
        .lines()
        .filter(|line| !line.starts_with("qemu: "))
        .map(|line| match line.find(&overflow) {
            Some(at) if program == "overflow" => line[..at + overflow.len()].to_owned(),
            Some(_) | None => line.to_owned(),
        })
        .collect()
}

/// Traps, crashes and escaping errors say the same as on the host.
#[test]
fn failures_are_reported() {
    for machine in ["aarch64", "s390x"] {
        if !ready(machine) {
            continue;
        }
        for program in ["index", "null", "overflow", "raised"] {
            let file = format!("../sxc/tests/targets/{program}");
            let host = run("linux", &file, &[]);
            let foreign = run(machine, &file, &[]);
            assert_eq!(
                foreign.status.code(),
                host.status.code(),
                "{machine} {program}"
            );
            assert_eq!(text(&foreign.stdout), text(&host.stdout));
            assert_eq!(
                report(&foreign.stderr, program),
                report(&host.stderr, program),
                "{machine} {program}"
            );
        }
    }
}
