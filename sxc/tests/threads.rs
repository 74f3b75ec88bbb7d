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

/// Programs large enough to be checked by several threads, with what could make threads disagree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Twist {
    None,
    /// Mistakes in functions that nothing reaches: not to be told.
    Unreached,
    /// Mistakes in bodies of many modules, some in declarations that several modules use.
    Mistakes,
    /// Compile-time code in bodies that prints.
    Output,
    /// Inferred error sets across modules, one that escapes into a named set too small for it.
    Escape,
    /// A function that is declared to fail and never does: a warning.
    NeverErrs,
    /// Bodies that keep state between evaluations.
    Saved,
}

const TWISTS: [Twist; 7] = [
    Twist::None,
    Twist::Unreached,
    Twist::Mistakes,
    Twist::Output,
    Twist::Escape,
    Twist::NeverErrs,
    Twist::Saved,
];

fn twisted(dir: &Path, twist: Twist) -> PathBuf {
    std::fs::create_dir_all(dir).expect("a folder can be made");
    for module in 0..MODULES {
        let mut text = String::from("#import \"modules/std.sx\";\n");
        if module > 0 {
            let _ = writeln!(text, "up :: #import \"m{}.sx\";", module / 2);
        }
        let _ = writeln!(
            text,
            "Box :: struct ($T: Type) {{ item: T; get :: (self: *Box(T)) -> T {{ return self.item; }} }}\n\
             Point :: struct {{ x, y: i64; sum :: (self: *Point) -> i64 {{ return self.x + self.y; }} }}\n\
             twice :: (x: $T) -> T {{ return x + x; }}\n\
             Few :: error {{ Odd }}\n\
             may :: (x: i64) -> (i64, !) {{ if x == {module} {{ raise error.Odd; }} return x; }}"
        );
        if module > 0 {
            let _ = writeln!(
                text,
                "through :: (x: i64) -> (i64, !) {{ y := try up.may(x); return try may(y); }}"
            );
        }
        for item in 0..40 {
            let _ = writeln!(
                text,
                "f_{item} :: (x: i64) -> i64 {{\n    p := Point.{{ x = x, y = {item} }};\n    b := Box(i64).{{ item = p.sum() }};\n    \
                 return twice(b.get()) * {item} + {module};\n}}\n"
            );
        }
        let wrong = match twist {
            Twist::Unreached => "unreached :: () { missing(); x: string = 1; }",
            Twist::NeverErrs if module == 17 => "calm :: () -> ! { }\n",
            Twist::Escape if module == 23 => {
                "Other :: error { Else }\nnarrow :: (x: i64) -> (i64, !Other) { return try through(x); }"
            }
            Twist::Mistakes if module % 9 == 4 => "BAD : i64 : \"no\";",
            _ => "",
        };
        let _ = writeln!(text, "{wrong}");
        let _ = writeln!(
            text,
            "start :: () -> i64 {{\n    total := may(3) catch {{ 1 }};"
        );
        if module > 0 {
            text.push_str("    total += through(5) catch { 2 };\n");
        }
        match twist {
            Twist::Mistakes if module % 7 == 3 => {
                let _ = writeln!(
                    text,
                    "    text: string = {module};\n    total += nothing_{module}(1);"
                );
            }
            Twist::Mistakes if module % 9 == 4 => text.push_str("    total += BAD;\n"),
            Twist::Mistakes if module % 9 == 8 => {
                let _ = writeln!(text, "    total += up.BAD + up.f_1(true);");
            }
            Twist::Output if module % 5 == 2 => {
                let _ = writeln!(text, "    #run print(\"module {module}\\n\");");
            }
            Twist::Saved if module == 11 => {
                text.push_str("    total += #run counted();\n    total += #run counted();\n");
            }
            Twist::NeverErrs if module == 17 => text.push_str("    calm() catch { };\n"),
            Twist::Escape if module == 23 => text.push_str("    total += narrow(2) catch { 3 };\n"),
            _ => {}
        }
        for item in 0..40 {
            let _ = writeln!(text, "    total += f_{item}({module});");
        }
        text.push_str("    return total;\n}\n");
        if twist == Twist::Saved && module == 11 {
            text.push_str(
                "#saved count: i64 = 0;\ncounted :: () -> i64 { count += 1; return count; }\n",
            );
        }
        std::fs::write(dir.join(format!("m{module}.sx")), text).expect("a file can be written");
    }
    let mut main = String::from("#import \"modules/std.sx\";\n");
    for module in (0..MODULES).rev() {
        let _ = writeln!(main, "m{module} :: #import \"m{module}.sx\";");
    }
    main.push_str("main :: () {\n    sum := 0;\n");
    for module in 0..MODULES {
        let _ = writeln!(main, "    sum += m{module}.start();");
    }
    main.push_str("    print(\"{}\\n\", sum);\n}\n");
    let file = dir.join("main.sx");
    std::fs::write(&file, main).expect("a file can be written");
    file
}

#[test]
fn large_programs() {
    let dir = std::env::temp_dir().join(format!("sxc-twists-{}", std::process::id()));
    for twist in TWISTS {
        let file = twisted(&dir.join(format!("{twist:?}")), twist);
        let one = sxc(&["check"], &file, 1);
        let said = String::from_utf8_lossy(&one.stderr).into_owned();
        let wrong = matches!(twist, Twist::Mistakes | Twist::Escape);
        assert_eq!(one.status.success(), !wrong, "{twist:?}: {said}");
        // Else the comparison below would be of one thread with itself.
        let timed = sxc(&["check", "--time"], &file, 2);
        let divided = String::from_utf8_lossy(&timed.stderr).contains("waiting for other threads");
        assert!(divided || twist != Twist::None, "one thread alone");
        assert!(!divided || !wrong, "{twist:?}");
        for jobs in [2, 5] {
            let many = sxc(&["check"], &file, jobs);
            assert!(
                one == many,
                "{twist:?}, {jobs} threads:\n{said}\nagainst\n{many:?}"
            );
        }
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}

/// Every case of the corpus, however small.
#[test]
fn corpus() {
    let mut cases = Vec::new();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for topic in std::fs::read_dir(&top)
        .expect("there is a corpus")
        .flatten()
    {
        let Ok(files) = std::fs::read_dir(topic.path()) else {
            continue;
        };
        let files = files.flatten().map(|file| file.path());
        cases.extend(files.filter(|file| file.extension().is_some_and(|e| e == "sx")));
    }
    cases.sort();
    assert!(cases.len() > 600, "{} cases", cases.len());
    let check = |file: &Path, jobs: usize| {
        Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["check", "--comptime-steps=2000000", "--jobs"])
            .arg(jobs.to_string())
            .arg(file)
            .env("NO_COLOR", "1")
            .env("SXC_THREADS_FROM", "0")
            .output()
            .expect("sxc starts")
    };
    let different = |file: &PathBuf| {
        let one = check(file, 1);
        let many = [2, 5].map(|jobs| check(file, jobs));
        many.iter().any(|many| *many != one)
    };
    let wrong: Vec<PathBuf> = std::thread::scope(|scope| {
        let halves = cases.chunks(cases.len().div_ceil(2));
        let threads: Vec<_> = halves
            .map(|half| {
                scope.spawn(|| {
                    half.iter()
                        .filter(|f| different(f))
                        .cloned()
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|t| t.join().expect("no panic"))
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "threads tell something else of {wrong:#?}"
    );
}
