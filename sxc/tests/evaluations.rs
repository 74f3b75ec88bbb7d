//! Evaluations that run side by side: nothing tells how many threads there were, or in which order independent
//! declarations stand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn sxc(args: &[&str], file: &Path, jobs: usize) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(args)
        .arg(format!("--jobs={jobs}"))
        .arg(file)
        .env("NO_COLOR", "1")
        .output()
        .expect("sxc starts")
}

/// Evaluations that print, fail, keep something and need each other, in an order that `shift` turns.
fn evaluations(dir: &Path, mistakes: bool, shift: usize) -> PathBuf {
    std::fs::create_dir_all(dir).expect("a folder can be made");
    let mut lines: Vec<String> = Vec::new();
    for n in 0..12 {
        lines.push(match n % 6 {
            0 => format!("C{n} :: #run work({n});"),
            1 => format!("C{n} :: #run list({n});"),
            2 => format!("C{n} : i64 : #run C{} + 1;", n - 2),
            3 => format!("C{n} :: #run tree({n});"),
            4 => format!("C{n} :: #run text({n});"),
            _ => format!("C{n} :: #run failing({n}) or -{n};"),
        });
    }
    if mistakes {
        lines.push("M0 :: #run 1 / (work(3) - work(3));".to_owned());
        lines.push("M1 :: #run null_read();".to_owned());
        lines.push("M2 :: #run missing(1);".to_owned());
        lines.push("M3 :: #run deep(1);".to_owned());
    }
    let count = lines.len();
    lines.rotate_left(shift % count);
    let mut text = String::from(
        r#"#import "modules/std.sx";
Node :: struct { left, right: *Node; n: i64; }
work :: (n: i64) -> i64 { s := n; for 0..2000 (i) { s = s * 31 + i; } print("work {}\n", n); return s % 1000; }
list :: (n: i64) -> []i64 { l : List(i64) = .{}; for 0..n (i) { l.append(i * i); } return l.items; }
tree :: (n: i64) -> *Node {
    if n == 0 { return null; }
    at := context.allocator.create(Node);
    at.* = .{ left = tree(n / 2), right = tree(n / 3), n = n };
    return at;
}
text :: (n: i64) -> string { return format("<{}>", n); }
failing :: (n: i64) -> (i64, !) { raise error.Always; }
null_read :: () -> i64 { p : *Node = null; return p.n; }
deep :: (n: i64) -> i64 { return deep(n + 1) + 1; }
#saved kept : i64 = 0;
keep :: (n: i64) -> i64 { kept = kept * 10 + n; print("keep {}\n", kept); return kept; }
total :: (n: *Node) -> i64 { if n == null { return 0; } return n.n + total(n.left) + total(n.right); }
"#,
    );
    for line in &lines {
        let _ = writeln!(text, "{line}");
    }
    text.push_str("K1 :: #run keep(1);\nK2 :: #run keep(2);\n");
    text.push_str(
        "#run print(\"statement {}\\n\", C0);\n#run { keep(3); print(\"{}\\n\", C4); };\n",
    );
    text.push_str("main :: () {\n    print(\"{} {} {}\\n\", K1, K2, kept);\n");
    for n in 0..12 {
        let _ = match n % 6 {
            1 => writeln!(text, "    for C{n} (x) {{ print(\"{{}} \", x); }}"),
            3 => writeln!(text, "    print(\"{{}}\\n\", total(C{n}));"),
            _ => writeln!(text, "    print(\"{{}}\\n\", C{n});"),
        };
    }
    text.push_str("}\n");
    let file = dir.join("main.sx");
    std::fs::write(&file, text).expect("a file can be written");
    file
}

/// What evaluations yield, print and report, in which order, their steps, the code and the list of inputs.
#[test]
fn evaluations_side_by_side() {
    let dir = std::env::temp_dir().join(format!("sxc-evaluations-{}", std::process::id()));
    let manifest = dir.join("manifest.json");
    let manifest_flag = format!("--manifest={}", manifest.display());
    let mut said: Option<Vec<u8>> = None;
    for shift in [0, 5] {
        let wrong = evaluations(&dir.join(format!("wrong{shift}")), true, shift);
        let right = evaluations(&dir.join(format!("right{shift}")), false, shift);
        let wrong_one = sxc(&["check"], &wrong, 1);
        let text = String::from_utf8_lossy(&wrong_one.stderr).into_owned();
        assert_eq!(text.matches("comptime init of 'M").count(), 3, "{text}");
        let run_one = sxc(&["run", "--engine=vm"], &right, 1);
        assert_eq!(
            run_one.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&run_one.stderr)
        );
        let ir = sxc(&["ir", &manifest_flag], &right, 1);
        let inputs = std::fs::read(&manifest).expect("a manifest");
        let steps = |jobs: usize| {
            let traced = sxc(&["check", "--trace=comptime"], &right, jobs);
            let text = String::from_utf8_lossy(&traced.stderr).into_owned();
            // Only the time may differ.
            let lines = text.lines().map(|line| match line.split_once(" bytes, ") {
                Some((start, rest)) => {
                    let end = rest.split_once(" ms").map_or("", |(_, end)| end);
                    format!("{start}{end}\n")
                }
                None => format!("{line}\n"),
            });
            lines.collect::<String>()
        };
        let steps_one = steps(1);
        assert!(steps_one.matches("comptime: ").count() >= 12, "{steps_one}");
        for jobs in [2, 5] {
            let wrong_many = sxc(&["check"], &wrong, jobs);
            assert_eq!(wrong_one.stdout, wrong_many.stdout, "{jobs} threads");
            assert_eq!(wrong_one.stderr, wrong_many.stderr, "{jobs} threads");
            let run_many = sxc(&["run", "--engine=vm"], &right, jobs);
            assert_eq!(run_one.stdout, run_many.stdout, "{jobs} threads");
            let many = sxc(&["ir", &manifest_flag], &right, jobs);
            assert_eq!(ir.stdout, many.stdout, "{jobs} threads");
            assert_eq!(inputs, std::fs::read(&manifest).expect("a manifest"));
            assert_eq!(steps_one, steps(jobs), "{jobs} threads");
        }
        // Independent declarations may stand in any order: the program is the same.
        let own = match run_one
            .stdout
            .windows(17)
            .position(|w| w == b"--- build done --")
        {
            Some(at) => run_one.stdout[at..].to_vec(),
            None => run_one.stdout.clone(),
        };
        match &said {
            None => said = Some(own),
            Some(first) => assert_eq!(*first, own, "order {shift}"),
        }
    }
    std::fs::remove_dir_all(&dir).expect("the folder goes");
}
