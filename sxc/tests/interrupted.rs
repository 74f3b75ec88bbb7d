//! Ctrl-C during a long evaluation: what it was doing, and status 130. Signals while a program runs: they are its own.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

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

/// A folder with a program, which goes when it is dropped.
struct Program {
    dir: PathBuf,
}

impl Program {
    fn new(name: &str, text: &str) -> Program {
        let dir = std::env::temp_dir().join(format!("sxc-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder can be made");
        std::fs::write(dir.join("prog.sx"), text).expect("a file can be written");
        Program { dir }
    }

    fn start(&self, args: &[&str]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(args)
            .arg("prog.sx")
            .current_dir(&self.dir)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Running { child, stdout }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// The compiler at work.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

/// How it ended, and what it had not yet said.
struct Ended {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Running {
    /// Waits for the next line of output: it is live, here while what printed it goes on.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("text");
        line
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    fn end(mut self) -> Ended {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).expect("text");
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        let status = self.child.wait().expect("an end").code();
        Ended {
            status,
            stdout,
            stderr,
        }
    }

    /// Ctrl-C after a while, in which what says nothing comes to its loop.
    fn interrupted_after(self, millis: u64) -> Ended {
        std::thread::sleep(Duration::from_millis(millis));
        self.send("-INT");
        self.end()
    }
}

/// That ctrl-C ended it, and told `first` and then these calls: how each line begins.
fn assert_told(ended: &Ended, engine: &str, first: &str, calls: &[&str]) {
    let stderr = &ended.stderr;
    assert_eq!(ended.status, Some(130), "{engine}: {stderr}");
    let mut lines = stderr.lines();
    assert_eq!(lines.next(), Some(first), "{engine}");
    let frames: Vec<&str> = lines.collect();
    assert_eq!(frames.len(), calls.len(), "{engine}: {stderr}");
    for (frame, call) in frames.iter().zip(calls) {
        assert!(frame.starts_with(call), "{engine}: {stderr}");
    }
}

#[test]
fn ctrl_c_writes_what_was_kept_back() {
    let program = Program::new("holding", HOLDING);
    for engine in ["vm", "interp", "jit"] {
        let running = program.start(&["run", &format!("--comptime={engine}"), "--engine=vm"]);
        let ended = running.interrupted_after(2500);
        assert_eq!(ended.status, Some(130), "{engine}");
        assert_eq!(ended.stdout, "before\nsecond\nlast\n", "{engine}");
    }
}

#[test]
fn ctrl_c_tells_of_the_evaluation() {
    let program = Program::new("interrupted", PROGRAM);
    for engine in ["vm", "interp", "jit", "auto"] {
        let mut running = program.start(&["check", &format!("--comptime={engine}")]);
        assert_eq!(running.line(), "started\n", "{engine}");
        let ended = running.interrupted_after(100);
        let stderr = &ended.stderr;
        assert_eq!(ended.status, Some(130), "{engine}: {stderr}");
        let mut lines = stderr.lines();
        assert_eq!(
            lines.next(),
            Some("interrupted: evaluating '__run_0'"),
            "{engine}"
        );
        let frames: Vec<&str> = lines.collect();
        let begins = |frame: Option<&&str>, text| frame.is_some_and(|f| f.starts_with(text));
        assert!(
            begins(frames.first(), "  in spin at prog.sx:")
                && begins(frames.last(), "  in __run_0 at prog.sx:8:"),
            "{engine}: {stderr}"
        );
    }
}

#[test]
fn ctrl_c_tells_of_the_program() {
    let text = "spin :: (n: i64) -> i64 { x := n; while x != 0 { x = x * 3 | 1; } return x; }
main :: () -> i64 { return spin(7); }
";
    let program = Program::new("interrupted-main", text);
    for engine in ["vm", "interp", "jit"] {
        let running = program.start(&["run", &format!("--engine={engine}")]);
        let ended = running.interrupted_after(1500);
        let calls = ["  in spin at prog.sx:1:", "  in main at prog.sx:2:"];
        assert_told(&ended, engine, "interrupted: running the program", &calls);
    }
}

/// Of several loops, all inlined into one function, the one that runs is named.
#[test]
fn ctrl_c_tells_which_loop() {
    let text = "first :: (n: i64) -> i64 { x := n; while x > 1 { x = x / 2; } return x; }
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
    let program = Program::new("interrupted-loops", text);
    for engine in ["vm", "interp", "jit"] {
        let running = program.start(&["run", &format!("--engine={engine}")]);
        let ended = running.interrupted_after(1500);
        let calls = ["  in spin at prog.sx:4:", "  in main at prog.sx:10:"];
        assert_told(&ended, engine, "interrupted: running the program", &calls);
    }
}

/// Calls that have returned are not told, however deep they led.
#[test]
fn ctrl_c_tells_no_calls_that_have_returned() {
    let text = "#import \"modules/std.sx\";
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
    let program = Program::new("interrupted-calls", text);
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/../library");
    for engine in ["vm", "interp", "jit", "auto"] {
        let comptime = format!("--comptime={engine}");
        let mut running = program.start(&["check", &comptime, "--library", library]);
        assert_eq!(running.line(), "deep\n", "{engine}");
        let ended = running.interrupted_after(300);
        let calls = ["  in work at prog.sx:7:", "  in __run_0 at prog.sx:10:"];
        assert_told(&ended, engine, "interrupted: evaluating '__run_0'", &calls);
    }
}

/// What is known of a profile is written.
#[test]
fn ctrl_c_keeps_the_profile() {
    let text = PROGRAM.replace("#run {", "done :: () -> i64 { s := 0; for 0..50 (i) { s += i; } s }\nA :: #run done();\n#run { print(\"{}\\n\", A);");
    let program = Program::new("interrupted-profile", &text);
    let mut running = program.start(&["check", "--profile=out.folded"]);
    running.line();
    assert_eq!(running.interrupted_after(300).status, Some(130));
    let profile = std::fs::read_to_string(program.dir.join("out.folded")).expect("it is written");
    assert!(
        profile.contains(";done ") || profile.contains(";done;"),
        "{profile}"
    );
    assert!(profile.contains("(interrupted);spin;spin;"), "{profile}");
}

/// Prints a line, and waits for half a minute.
const WAITING: &str = "#import \"modules/std.sx\";
usleep :: (us: u32) -> i32 extern;
main :: () { print(\"started\\n\"); for 0..60 { usleep(500000); } }
";

#[cfg(target_os = "linux")]
#[test]
fn programs_end_with_a_killed_compiler() {
    let program = Program::new("killed", WAITING);
    let mut running = program.start(&["run"]);
    assert_eq!(running.line(), "started\n");
    let killed = Instant::now();
    running.child.kill().expect("it runs");
    // The program holds the other end of the pipes.
    running.end();
    assert!(killed.elapsed().as_secs() < 20, "it lived on");
}

#[cfg(target_os = "linux")]
#[test]
fn signals_end_the_program() {
    let program = Program::new("signalled", WAITING);
    for (signal, status) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130)] {
        let mut running = program.start(&["run"]);
        assert_eq!(running.line(), "started\n");
        let sent = Instant::now();
        running.send(signal);
        assert_eq!(running.end().status, Some(status), "{signal}");
        assert!(sent.elapsed().as_secs() < 20, "it lived on");
    }
}

/// A program that takes care of a signal has the time to end, and the status is its own.
#[cfg(target_os = "linux")]
#[test]
fn programs_get_the_signals_sent_to_the_compiler() {
    let text = "#import \"modules/std.sx\";
usleep :: (us: u32) -> i32 extern;
signal :: (n: i32, handler: (i32) -> void abi(.c)) -> *void extern;
got : i32 = 0;
note :: (n: i32) abi(.c) { got = n; }
main :: () -> i64 {
    signal(1, note);
    signal(2, note);
    signal(15, note);
    print(\"started\\n\");
    for 0..300 { if got != 0 { break; } usleep(100000); }
    usleep(200000);
    print(\"told {}\\n\", got);
    return 7;
}
";
    let program = Program::new("told", text);
    for (signal, number) in [("-TERM", 15), ("-HUP", 1), ("-INT", 2)] {
        let mut running = program.start(&["run"]);
        assert_eq!(running.line(), "started\n");
        running.send(signal);
        let ended = running.end();
        assert_eq!(ended.status, Some(7), "{signal}: {}", ended.stderr);
        assert_eq!(ended.stdout, format!("told {number}\n"));
    }
}
