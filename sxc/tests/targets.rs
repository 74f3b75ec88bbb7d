//! Compile-time code for other machines: every engine computes with the target's layout, on any host.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TARGETS: [&str; 7] = [
    "aarch64", "riscv64", "s390x", "ppc64", "ppc64le", "armv7", "i686",
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn sxc(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(args)
        .current_dir(corpus())
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Sizes, offsets and bytes in memory, with all engines compared.
#[test]
fn layouts_are_the_targets() {
    for target in TARGETS {
        let done = sxc(&[
            "check",
            "--comptime=all",
            "--target",
            target,
            "targets/layouts.sx",
        ]);
        assert!(done.status.success(), "{target}: {}", text(&done.stderr));
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/targets")
            .join(format!("{target}.layouts"));
        let got = text(&done.stdout);
        if std::env::var_os("SX_BLESS").is_some() {
            std::fs::write(&path, &got).expect("the expectation can be written");
        }
        let want = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            got,
            want,
            "{target}; SX_BLESS=1 rewrites {}",
            path.display()
        );
    }
}

/// A program and its compile-time code agree with each other in every engine, and so do the engines.
#[test]
fn programs_for_other_targets_run_in_engines() {
    let want = std::fs::read(corpus().join("targets/self_check.out")).expect("the expectation");
    for target in TARGETS {
        for engine in ["interp", "vm", "jit"] {
            let done = sxc(&[
                "run",
                "--comptime=all",
                "--engine",
                engine,
                "--target",
                target,
                "targets/self_check.sx",
            ]);
            assert_eq!(
                text(&done.stdout),
                text(&want),
                "{target} {engine}: {}",
                text(&done.stderr)
            );
        }
    }
}

/// What the program's data become in the object is the same whatever engine computed them.
#[test]
fn results_do_not_depend_on_the_engine() {
    for target in TARGETS {
        for file in [
            "comptime/random_graphs.sx",
            "comptime/stored_graphs.sx",
            "comptime/stored_maps_grow.sx",
            "targets/self_check.sx",
        ] {
            let done = sxc(&["check", "--comptime=all", "--target", target, file]);
            assert!(
                done.status.success(),
                "{target} {file}: {}",
                text(&done.stderr)
            );
        }
    }
}

#[test]
fn code_for_every_target() {
    let folder = std::env::temp_dir().join(format!("sxc-targets-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    for target in TARGETS {
        let object = folder.join("out.o");
        let path = object.display().to_string();
        let done = sxc(&[
            "ir",
            "--emit=obj",
            "-O2",
            "-o",
            &path,
            "--target",
            target,
            "targets/self_check.sx",
        ]);
        assert!(done.status.success(), "{target}: {}", text(&done.stderr));
        let bytes = std::fs::read(&object).unwrap_or_default();
        assert_eq!(bytes.get(..4), Some(&b"\x7fELF"[..]), "{target}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn what_cannot_be_done_is_said() {
    for (args, status, wanted) in [
        (
            &["check", "--target", "vax", "targets/self_check.sx"][..],
            2,
            "unknown target 'vax'; known are linux, linux-x86, x86_64, linux-arm, aarch64, arm64, riscv64, s390x",
        ),
        (
            &["build", "--target", "macos", "targets/self_check.sx"],
            1,
            "not implemented: code for aarch64-apple-darwin; a program for it can be checked only",
        ),
        (
            &["run", "--target", "windows", "targets/self_check.sx"],
            1,
            "not implemented: code for x86_64-pc-windows-msvc",
        ),
        (
            &["check", "--target", "armv7", "cabi/libc.sx"],
            1,
            "not implemented: struct by value over the C ABI of armv7-unknown-linux-gnueabihf",
        ),
    ] {
        let done = sxc(args);
        assert_eq!(done.status.code(), Some(status), "{args:?}");
        let said = text(&done.stderr);
        assert!(said.contains(wanted), "{args:?}: {said}");
    }
    for target in ["macos", "macos-x86", "windows", "wasm"] {
        let done = sxc(&["check", "--target", target, "targets/self_check.sx"]);
        assert!(done.status.success(), "{target}: {}", text(&done.stderr));
    }
    // Without the tools for a target, it is said what to install.
    let done = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(["run", "--target", "riscv64", "targets/self_check.sx"])
        .current_dir(corpus())
        .env("PATH", "/nowhere")
        .output()
        .expect("sxc starts");
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(1));
    assert!(said.contains("apt-get install qemu-user"), "{said}");
}
