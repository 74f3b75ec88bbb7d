//! Input that is no program: it gets a diagnostic and status 1, quickly, with nothing left behind. Never a crash.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::case;
use sx_corpus::process::{self, Folder};

/// A test build is not fast; a hang takes longer than this.
const TIMEOUT: Duration = Duration::from_secs(60);

/// First argument that makes this executable check mutants: `TOPIC FOLDER`.
const MUTANTS: &str = "--check-mutants";

fn main() {
    process::act_as_compiler();
    let args: Vec<String> = std::env::args().collect();
    if let [_, mode, topic, folder] = args.as_slice()
        && mode == MUTANTS
    {
        std::process::exit(check_mutants(topic, Path::new(folder)));
    }
    let mut trials: Vec<Trial> = inputs()
        .into_iter()
        .map(|input| Trial::test(format!("bad/{}", input.name), move || run(&input)))
        .collect();
    let mut topics: Vec<String> = case::all()
        .unwrap_or_default()
        .into_iter()
        .map(|case| case.topic)
        .collect();
    topics.dedup();
    for topic in topics {
        trials.push(Trial::test(format!("mutants/{topic}"), move || {
            mutants(&topic)
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

// ---- whole files ---------------------------------------------------------------------------

struct Input {
    name: &'static str,
    /// `None`: there is no file. The first is the root.
    files: Vec<(&'static str, Vec<u8>)>,
    flags: Vec<&'static str>,
    /// Words that stderr must contain.
    says: &'static str,
}

fn input(name: &'static str, text: impl Into<Vec<u8>>, says: &'static str) -> Input {
    Input {
        name,
        files: vec![("root.sx", text.into())],
        flags: Vec::new(),
        says,
    }
}

fn inputs() -> Vec<Input> {
    let mut garbage = Vec::new();
    let mut random = Random(7);
    for _ in 0..4096 {
        garbage.push(random.next() as u8);
    }
    let n = 100_000;
    let mut list = vec![
        input("garbage", garbage, "error"),
        input("nul_bytes", vec![0u8; 1000], "error"),
        input(
            "bad_utf8_in_string",
            b"main :: () { s := \"\xff\xfe\"; }".to_vec(),
            "error",
        ),
        input(
            "long_line",
            format!("main :: () {{ x := {}; }}", "1+".repeat(5_000_000)),
            "error",
        ),
        input(
            "long_identifier",
            format!("main :: () {{ {} }}", "a".repeat(10_000_000)),
            "error",
        ),
        input(
            "nested_parentheses",
            format!("main :: () {{ x := {}1{}; }}", "(".repeat(n), ")".repeat(n)),
            "error",
        ),
        input(
            "open_parentheses",
            format!("main :: () {{ x := {}", "(".repeat(n)),
            "error",
        ),
        input(
            "nested_blocks",
            format!("main :: () {}{}", "{".repeat(n), "}".repeat(n)),
            "error",
        ),
        input(
            "nested_types",
            format!("x : {}i64;", "*".repeat(n)),
            "error",
        ),
        input(
            "nested_prefixes",
            format!("main :: () {{ x := {}true; }}", "!".repeat(n)),
            "error",
        ),
        input(
            "else_if_chain",
            format!("main :: () {{ {} 1; }}", "if 1 { } else ".repeat(n)),
            "error",
        ),
        input(
            "missing_import",
            "#import \"nowhere.sx\";\nmain :: () {}\n",
            "cannot read import 'nowhere.sx'",
        ),
        input(
            "import_of_itself",
            "#import \"root.sx\";\nmain :: () { nope(); }\n",
            "unresolved 'nope'",
        ),
        input("unterminated_string", "main :: () { x := \"abc", "error"),
        input(
            "unterminated_heredoc",
            "main :: () { x := #string END\nabc",
            "error",
        ),
        input(
            "endless_recursion",
            "f :: (n: i64) -> i64 { f(n + 1) + 1 }\nA :: #run f(0);\nmain :: () {}\n",
            "A",
        ),
        input(
            "endless_allocation",
            "#import \"modules/std.sx\";\nf :: () -> i64 {\n    n := 0;\n    while true { p := \
             context.allocator.alloc_bytes(100000000); n += 1; }\n    return n;\n}\nA :: #run f();\nmain :: () {}\n",
            "A",
        ),
        input(
            "huge_array",
            "f :: () -> i64 { a : [4000000000]i64; for a (*x) { x.* = 1; } a[5] }\nA :: #run f();\nmain :: () {}\n",
            "error",
        ),
        input(
            "runaway_instantiation",
            "f :: ($T: Type, n: i64) -> i64 { f(?T, n + 1) }\nmain :: () { f(i64, 0); }\n",
            "error",
        ),
    ];
    list.push(Input {
        name: "import_cycle",
        files: vec![
            (
                "root.sx",
                b"#import \"a.sx\";\nmain :: () { nope(); }\n".to_vec(),
            ),
            ("a.sx", b"#import \"b.sx\";\n".to_vec()),
            (
                "b.sx",
                b"#import \"a.sx\";\n#import \"root.sx\";\n".to_vec(),
            ),
        ],
        flags: Vec::new(),
        says: "unresolved 'nope'",
    });
    list.push(Input {
        name: "endless_loop_with_a_limit",
        files: vec![(
            "root.sx",
            b"f :: () { while true { } }\n#run f();\nmain :: () {}\n".to_vec(),
        )],
        flags: vec!["--comptime-steps=100000"],
        says: "error",
    });
    list.push(Input {
        name: "missing_file",
        files: Vec::new(),
        flags: Vec::new(),
        says: "error: cannot read '",
    });
    list
}

fn run(input: &Input) -> Result<(), Failed> {
    let folder = Folder::new(input.name)?;
    let sources = folder.path().join("src");
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&sources)?;
    std::fs::create_dir_all(&temporary)?;
    for (name, text) in &input.files {
        std::fs::write(sources.join(name), text)?;
    }
    for verb in ["check", "run"] {
        let mut command = process::compiler();
        command.env("TMPDIR", &temporary);
        let mut args: Vec<OsString> = vec![verb.into(), sources.join("root.sx").into()];
        args.extend(input.flags.iter().map(OsString::from));
        let begin = Instant::now();
        let ended = process::run(command, args, "", &folder, TIMEOUT)?;
        let said: String = ended.stderr.chars().take(2000).collect();
        match ended.status {
            Some(1) => {}
            Some(status) => return Err(format!("sxc {verb}: status {status}\n{said}").into()),
            None => {
                return Err(
                    format!("sxc {verb}: no end after {} s", begin.elapsed().as_secs()).into(),
                );
            }
        }
        if !ended.stderr.contains(input.says) {
            return Err(format!("sxc {verb}: expected '{}' in:\n{said}", input.says).into());
        }
        let left = std::fs::read_dir(&temporary)?.count();
        if left != 0 {
            return Err(format!("sxc {verb}: left {left} files in the temporary folder").into());
        }
    }
    Ok(())
}

// ---- mutants of the corpus -----------------------------------------------------------------

fn mutants(topic: &str) -> Result<(), Failed> {
    let folder = Folder::new(&format!("mutants-{topic}"))?;
    let command = std::process::Command::new(std::env::current_exe()?);
    let args: Vec<OsString> = vec![MUTANTS.into(), topic.into(), folder.path().into()];
    let ended = process::run(command, args, "", &folder, TIMEOUT * 5)?;
    if ended.status == Some(0) {
        return Ok(());
    }
    let mutant = std::fs::read_to_string(folder.path().join("mutant.sx")).unwrap_or_default();
    let tail: Vec<&str> = ended.stderr.lines().rev().take(12).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    let status = ended
        .status
        .map_or("a hang".to_owned(), |s| format!("status {s}"));
    Err(format!(
        "{status} on this mutant:\n{mutant}\n---- the end of stderr:\n{}",
        tail.join("\n")
    )
    .into())
}

/// Checks mutants of a topic's cases in this process. Returns the first status that is neither success nor
/// diagnostics; `FOLDER/mutant.sx` is the mutant then.
fn check_mutants(topic: &str, folder: &Path) -> i32 {
    let mutant = folder.join("mutant.sx");
    for case in case::all()
        .unwrap_or_default()
        .iter()
        .filter(|case| case.topic == topic)
    {
        let Ok(text) = std::fs::read(case::root().join(&case.file)) else {
            continue;
        };
        let mut random = Random(text.iter().fold(1469598103934665603, |h, b| {
            (h ^ u64::from(*b)).wrapping_mul(1099511628211)
        }));
        for kind in 0..5 {
            if std::fs::write(&mutant, mutate(&text, kind, &mut random)).is_err() {
                return 2;
            }
            let args: Vec<OsString> = [
                "sxc".into(),
                "check".into(),
                OsString::from(PathBuf::from(&mutant)),
                "--error-format=short".into(),
                "--comptime-steps=300000".into(),
                "--comptime-memory=64M".into(),
            ]
            .into();
            let status = sxc::main_with(args);
            // A program may end the compiler with its own status (`process.exit` while compiling).
            if status > 1 && !String::from_utf8_lossy(&text).contains("exit") {
                return i32::from(status);
            }
        }
    }
    0
}

fn mutate(text: &[u8], kind: u32, random: &mut Random) -> Vec<u8> {
    const INSERTED: [&str; 24] = [
        "(", ")", "{", "}", "[", "]", ";", ",", ".", "::", ":=", "#", "$", "*", "\"", "'", "=>",
        "->", "0", "if ", "for ", "struct ", "#run ", "inline ",
    ];
    let at = |random: &mut Random| (random.next() % (text.len() as u64 + 1)) as usize;
    match kind {
        0 | 1 => text[..at(random)].to_vec(),
        2 => {
            let (a, b) = (at(random), (random.next() % 12) as usize);
            [&text[..a], &text[(a + b).min(text.len())..]].concat()
        }
        3 => {
            let a = at(random);
            let piece = INSERTED[(random.next() % INSERTED.len() as u64) as usize];
            [&text[..a], piece.as_bytes(), &text[a..]].concat()
        }
        _ => {
            // A line somewhere else.
            let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
            let mut lines = lines;
            if lines.len() > 1 {
                let from = (random.next() % lines.len() as u64) as usize;
                let line = lines.remove(from);
                let to = (random.next() % (lines.len() as u64 + 1)) as usize;
                lines.insert(to, line);
            }
            lines.concat()
        }
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }
}
