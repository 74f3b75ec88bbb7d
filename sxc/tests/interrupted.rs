//! Ctrl-C during a long evaluation: what it was doing, and status 130.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

// Deeper than what `print` calls: machine code leaves finished calls behind, as far as no others take their place.
const PROGRAM: &str = "#import \"modules/std.sx\";
spin :: (n: i64, depth: i64) -> i64 {
    if depth > 0 { return spin(n, depth - 1) + 1; }
    x := n;
    while x != 0 { x = x * 3 | 1; }
    return x;
}
#run { print(\"started\\n\"); spin(7, 20); };
main :: () {}
";

// The bodies are reached in the order last, second, first.
const HOLDING: &str = "#import \"modules/std.sx\";
first :: () { #run print(\"first\\n\"); }
spin :: (n: i64) -> i64 { print(\"second\\n\"); x := n; while x != 0 { x = x * 3 | 1; } return x; }
second :: () { first(); #run print(\"before\\n\"); x := #run spin(7); }
last :: () { #run print(\"last\\n\"); second(); }
main :: () { last(); }
";

/// Ctrl-C.
fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(sent.success());
}

#[test]
fn ctrl_c_writes_what_was_kept_back() {
    let dir = std::env::temp_dir().join(format!("sxc-holding-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    std::fs::write(dir.join("prog.sx"), HOLDING).expect("a file can be written");
    for engine in ["vm", "interp", "jit"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args([
                "run",
                &format!("--comptime={engine}"),
                "--engine=vm",
                "prog.sx",
            ])
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sxc starts");
        std::thread::sleep(std::time::Duration::from_millis(2500));
        interrupt(&child);
        let mut stdout = String::new();
        let mut pipe = child.stdout.take().expect("a pipe");
        pipe.read_to_string(&mut stdout).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{engine}");
        assert_eq!(stdout, "before\nsecond\nlast\n", "{engine}");
    }
    let _ = std::fs::remove_dir_all(&dir);
}

#[test]
fn ctrl_c_tells_of_the_evaluation() {
    let dir = std::env::temp_dir().join(format!("sxc-interrupted-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    std::fs::write(dir.join("prog.sx"), PROGRAM).expect("a file can be written");
    for engine in ["vm", "interp", "jit", "auto"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["check", &format!("--comptime={engine}"), "prog.sx"])
            .current_dir(&dir)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        // Output is live: it is here while the evaluation runs.
        stdout.read_line(&mut line).expect("text");
        assert_eq!(line, "started\n", "{engine}");
        std::thread::sleep(std::time::Duration::from_millis(100));
        interrupt(&child);
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .expect("a pipe")
            .read_to_string(&mut stderr)
            .expect("text");
        let status = child.wait().expect("an end");
        assert_eq!(status.code(), Some(130), "{engine}: {stderr}");
        let mut lines = stderr.lines();
        assert_eq!(
            lines.next(),
            Some("interrupted: evaluating '__run_0'"),
            "{engine}"
        );
        let frames: Vec<&str> = lines.collect();
        assert!(
            frames
                .first()
                .is_some_and(|f| f.starts_with("  in spin at prog.sx:")),
            "{engine}: {stderr}"
        );
        assert!(
            frames
                .last()
                .is_some_and(|f| f.starts_with("  in __run_0 at prog.sx:8:")),
            "{engine}: {stderr}"
        );
    }
    let _ = std::fs::remove_dir_all(&dir);
}

#[test]
fn ctrl_c_tells_of_the_program() {
    let dir = std::env::temp_dir().join(format!("sxc-interrupted-main-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let program = "spin :: (n: i64) -> i64 { x := n; while x != 0 { x = x * 3 | 1; } return x; }
main :: () -> i64 { return spin(7); }
";
    std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
    for engine in ["vm", "interp", "jit"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["run", &format!("--engine={engine}"), "prog.sx"])
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        interrupt(&child);
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{engine}");
        let mut lines = stderr.lines();
        assert_eq!(lines.next(), Some("interrupted: running the program"));
        let frames: Vec<&str> = lines.collect();
        assert_eq!(frames.len(), 2, "{engine}: {stderr}");
        assert!(
            frames[0].starts_with("  in spin at prog.sx:1:"),
            "{engine}: {stderr}"
        );
        assert!(
            frames[1].starts_with("  in main at prog.sx:2:"),
            "{engine}: {stderr}"
        );
    }
    let _ = std::fs::remove_dir_all(&dir);
}

/// Of several loops, all inlined into one function, the one that runs is named.
#[test]
fn ctrl_c_tells_which_loop() {
    let dir = std::env::temp_dir().join(format!("sxc-interrupted-loops-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let program = "first :: (n: i64) -> i64 { x := n; while x > 1 { x = x / 2; } return x; }
spin :: (n: i64) -> i64 {
    x := n;
    while x != 0 { y := x & 7; while y > 0 { y -= 1; } x = x * 3 | 1; }
    return x;
}
last :: (n: i64) -> i64 { x := n; while x > 1 { x = x / 3; } return x; }
main :: () -> i64 {
    a := first(900000);
    b := spin(a);
    return last(b);
}
";
    std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
    for engine in ["vm", "interp", "jit"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["run", &format!("--engine={engine}"), "prog.sx"])
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        interrupt(&child);
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{engine}");
        let frames: Vec<&str> = stderr.lines().skip(1).collect();
        assert!(
            frames.len() == 2
                && frames[0].starts_with("  in spin at prog.sx:4:")
                && frames[1].starts_with("  in main at prog.sx:10:"),
            "{engine}: {stderr}"
        );
    }
    let _ = std::fs::remove_dir_all(&dir);
}

/// Calls that have returned are not told, however deep they led.
#[test]
fn ctrl_c_tells_no_calls_that_have_returned() {
    let dir = std::env::temp_dir().join(format!("sxc-interrupted-calls-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let program = "#import \"modules/std.sx\";
deep :: (n: i64) -> i64 { if n == 0 { print(\"deep\\n\"); return 0; } return deep(n - 1) + 1; }
listed :: (n: i64) -> i64 { l : List(i64) = .{}; for 0..n (i) { l.append(i); } return l.len; }
work :: (n: i64) -> i64 {
    s := listed(1000) + deep(50);
    t := 0;
    while t != 1 { t = (t * 3 + s) % 2 + 2; }
    return t;
}
#run work(3);
main :: () {}
";
    std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
    let library = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
    for engine in ["vm", "interp", "jit", "auto"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["check", &format!("--comptime={engine}"), "prog.sx"])
            .arg("--library")
            .arg(&library)
            .current_dir(&dir)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("text");
        assert_eq!(line, "deep\n", "{engine}");
        std::thread::sleep(std::time::Duration::from_millis(300));
        interrupt(&child);
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{engine}");
        let frames: Vec<&str> = stderr.lines().skip(1).collect();
        assert!(
            frames.len() == 2
                && frames[0].starts_with("  in work at prog.sx:7:")
                && frames[1].starts_with("  in __run_0 at prog.sx:10:"),
            "{engine}: {stderr}"
        );
    }
    let _ = std::fs::remove_dir_all(&dir);
}

/// What is known of a profile is written.
#[test]
fn ctrl_c_keeps_the_profile() {
    let dir = std::env::temp_dir().join(format!("sxc-interrupted-profile-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let program = PROGRAM.replace("#run {", "done :: () -> i64 { s := 0; for 0..50 (i) { s += i; } s }\nA :: #run done();\n#run { print(\"{}\\n\", A);");
    std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(["check", "--profile=out.folded", "prog.sx"])
        .current_dir(&dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sxc starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("text");
    std::thread::sleep(std::time::Duration::from_millis(300));
    interrupt(&child);
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    let profile = std::fs::read_to_string(dir.join("out.folded")).expect("it is written");
    assert!(
        profile.contains(";done ") || profile.contains(";done;"),
        "{profile}"
    );
    assert!(profile.contains("(interrupted);spin;spin;"), "{profile}");
    let _ = std::fs::remove_dir_all(&dir);
}

#[cfg(target_os = "linux")]
#[test]
fn programs_end_with_a_killed_compiler() {
    let dir = std::env::temp_dir().join(format!("sxc-killed-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let program = "#import \"modules/std.sx\";
usleep :: (us: u32) -> i32 extern;
main :: () { print(\"started\\n\"); for 0..60 { usleep(500000); } }
";
    std::fs::write(dir.join("prog.sx"), program).expect("a file can be written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(["run", "prog.sx"])
        .current_dir(&dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sxc starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("text");
    assert_eq!(line, "started\n");
    let killed = std::time::Instant::now();
    child.kill().expect("it runs");
    child.wait().expect("an end");
    // The program holds the other end of the pipe.
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("text");
    assert!(killed.elapsed().as_secs() < 20, "it lived on");
    let _ = std::fs::remove_dir_all(&dir);
}
