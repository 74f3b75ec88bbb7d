//! What the compiler says does not depend on how many threads it has.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MODULES: usize = 60;

/// Modules large enough to be parsed in parallel, which import each other; mistakes of every phase in some.
fn program(dir: &Path, mistakes: bool) -> PathBuf {
    std::fs::create_dir_all(dir).expect("a folder can be made");
    for module in 0..MODULES {
        let mut text = String::new();
        if module > 0 {
            let _ = writeln!(text, "up :: #import \"m{}.sx\";", module / 2);
        }
        for item in 0..60 {
            let _ = writeln!(
                text,
                "f_{item} :: (x: i64) -> i64 {{\n    y := x * {item} + {module};\n    return y;\n}}\n"
            );
        }
        let _ = writeln!(text, "start :: () -> i64 {{");
        if mistakes && module % 7 == 3 {
            let _ = writeln!(text, "    text: string = {module};");
        }
        if mistakes && module % 11 == 5 {
            let _ = writeln!(text, "    missing_{module}();");
        }
        let _ = writeln!(
            text,
            "    return f_1({module});\n}}\nVALUE :: #run f_2({module});"
        );
        if mistakes && module % 13 == 6 {
            let _ = writeln!(text, "WRONG :: #run 1 / (f_0(0) - {module});");
        }
        std::fs::write(dir.join(format!("m{module}.sx")), text).expect("a file can be written");
    }
    let mut main = String::new();
    for module in (0..MODULES).rev() {
        let _ = writeln!(main, "m{module} :: #import \"m{module}.sx\";");
    }
    main.push_str("main :: () -> i64 {\n    sum := 0;\n");
    for module in 0..MODULES {
        let _ = writeln!(main, "    sum += m{module}.start() + m{module}.VALUE;");
        if mistakes && module % 13 == 6 {
            let _ = writeln!(main, "    sum += m{module}.WRONG;");
        }
    }
    main.push_str("    return sum % 100;\n}\n");
    let file = dir.join("main.sx");
    std::fs::write(&file, main).expect("a file can be written");
    file
}

fn sxc(args: &[&str], file: &Path, jobs: usize) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(args)
        .arg(format!("--jobs={jobs}"))
        .arg(file)
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

#[test]
fn diagnostics_and_ir() {
    let dir = std::env::temp_dir().join(format!("sxc-threads-{}", std::process::id()));
    let wrong = program(&dir.join("wrong"), true);
    let one = sxc(&["check", "--error-format=short"], &wrong, 1);
    let lines = String::from_utf8_lossy(&one.stderr).lines().count();
    assert!(lines > 10, "{lines} lines of diagnostics");
    let right = program(&dir.join("right"), false);
    let ir = sxc(&["ir"], &right, 1);
    assert_eq!(ir.status.code(), Some(0));
    for jobs in [2, 5] {
        let many = sxc(&["check", "--error-format=short"], &wrong, jobs);
        assert_eq!(one.stderr, many.stderr, "{jobs} threads");
        assert_eq!(
            ir.stdout,
            sxc(&["ir"], &right, jobs).stdout,
            "{jobs} threads"
        );
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}
