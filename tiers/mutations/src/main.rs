//! Plants known faults in the engines, what they share, and the backend, one at a time, and runs the tests that notice
//! them. `sx-mutate [--list] [--build FOLDER] [PART]...`: all faults, or those whose `list/name` contains a part.
//!
//! Faults are planted in a copy of the sources with a build folder of its own, so the checkout stays as it is. A fault
//! that no test notices is a gap of the gate and ends the run with status 1; so does one that can't be planted any more.

mod list;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use list::{Fault, List};

/// Longest run of one test program, in seconds of the processor's time: a fault may make loops endless. On a busy machine
/// that can be much of anybody's.
const PATIENCE: f64 = 120.0;
const LONGEST: Duration = Duration::from_secs(3600);

/// What became of a fault.
enum Found {
    /// Which tests, and how.
    Noticed(String),
    Missed,
}

struct Options {
    build: PathBuf,
    parts: Vec<String>,
    only_list: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(what) => {
            eprintln!("error: {what}");
            ExitCode::from(2)
        }
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

fn options() -> Result<Options, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), PathBuf::from);
    let mut options = Options {
        build: target.join("mutations"),
        parts: Vec::new(),
        only_list: false,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--list" => options.only_list = true,
            "--build" => options.build = args.next().ok_or("--build wants a folder")?.into(),
            part if part.starts_with('-') => return Err(format!("unknown option '{part}'")),
            part => options.parts.push(part.to_owned()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<bool, String> {
    let lists = list::read(&root().join("tiers/mutations/faults"))?;
    let wanted = |list: &List, fault: &Fault| {
        let name = format!("{}/{}", list.name, fault.name);
        options.parts.is_empty()
            || options
                .parts
                .iter()
                .any(|part| name.contains(part.as_str()))
    };
    if options.only_list {
        for list in &lists {
            for fault in list.faults.iter().filter(|fault| wanted(list, fault)) {
                println!("{}/{}: {}", list.name, fault.name, fault.what);
            }
        }
        return Ok(true);
    }
    let mut workshop = Workshop::new(&options.build)?;
    let (mut count, mut missed, mut unusable) = (0, 0, 0);
    for list in &lists {
        let faults: Vec<&Fault> = list.faults.iter().filter(|f| wanted(list, f)).collect();
        if faults.is_empty() {
            continue;
        }
        for fault in faults {
            let begin = Instant::now();
            let name = format!("{}/{}", list.name, fault.name);
            let found = workshop.judge(fault, &list.tests);
            count += 1;
            let seconds = begin.elapsed().as_secs();
            match found {
                Ok(Found::Noticed(how)) => println!("noticed  {name} ({how}, {seconds} s)"),
                Ok(Found::Missed) => {
                    println!("MISSED   {name}: {} ({seconds} s)", fault.what);
                    missed += 1;
                }
                Err(what) => {
                    println!("UNUSABLE {name}: {what}");
                    unusable += 1;
                }
            }
        }
    }
    println!("{count} faults, {missed} missed, {unusable} unusable");
    Ok(missed + unusable == 0)
}

/// A copy of the sources in which faults are planted.
struct Workshop {
    sources: PathBuf,
    target: PathBuf,
    /// Tests that have passed without a fault: one that fails anyway notices nothing.
    passing: BTreeSet<Vec<String>>,
}

impl Workshop {
    fn new(build: &Path) -> Result<Workshop, String> {
        let workshop = Workshop {
            sources: build.join("sources"),
            target: build.join("target"),
            passing: BTreeSet::new(),
        };
        copy_changed(&root(), &workshop.sources)
            .map_err(|e| format!("copying the sources: {e}"))?;
        Ok(workshop)
    }

    fn judge(&mut self, fault: &Fault, tests: &[Vec<String>]) -> Result<Found, String> {
        for test in tests {
            if !self.passing.contains(test) {
                if let Some(how) = self.test(test)? {
                    return Err(format!("without the fault, {} {how}", test.join(" ")));
                }
                self.passing.insert(test.clone());
            }
            let before = self.plant(fault)?;
            let outcome = self.test(test);
            self.restore(&before)?;
            if let Some(how) = outcome? {
                return Ok(Found::Noticed(format!("{}: {how}", test.join(" "))));
            }
        }
        Ok(Found::Missed)
    }

    /// Makes the fault's edits; yields the files as they were.
    fn plant(&self, fault: &Fault) -> Result<Vec<(PathBuf, String)>, String> {
        let mut before = Vec::new();
        for edit in &fault.edits {
            let path = self.sources.join(&edit.file);
            let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", edit.file))?;
            match edit.apply(&text) {
                Ok(changed) => {
                    write(&path, &changed)?;
                    before.push((path, text));
                }
                Err(what) => {
                    self.restore(&before)?;
                    return Err(what);
                }
            }
        }
        Ok(before)
    }

    fn restore(&self, before: &[(PathBuf, String)]) -> Result<(), String> {
        // The first text of a file is the one without faults.
        for (path, text) in before.iter().rev() {
            write(path, text)?;
        }
        Ok(())
    }

    fn cargo(&self, args: &[String], only_build: bool) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["test", "--quiet", "--offline", "--locked"])
            .args(only_build.then_some("--no-run"))
            .args(args)
            .current_dir(&self.sources)
            .env("CARGO_TARGET_DIR", &self.target)
            // Many short builds of what has just changed.
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
            .env("RUST_BACKTRACE", "0")
            .env("SX_FAIL_FAST", "1")
            .stdin(Stdio::null());
        command
    }

    /// How `cargo test` with these arguments failed; `None` if it passed.
    fn test(&self, args: &[String]) -> Result<Option<String>, String> {
        let output = self
            .cargo(args, true)
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(format!("does not compile\n{text}"));
        }
        use std::os::unix::process::CommandExt as _;
        let mut child = self
            .cargo(args, false)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cargo: {error}"))?;
        let begin = Instant::now();
        loop {
            match child
                .try_wait()
                .map_err(|error| format!("cargo: {error}"))?
            {
                Some(status) if status.success() => return Ok(None),
                Some(_) => return Ok(Some("fails".to_owned())),
                None if processor_seconds(child.id()) > PATIENCE || begin.elapsed() > LONGEST => {
                    // Its whole group: cargo, and the test program it waits for.
                    let group = format!("-{}", child.id());
                    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                    let _ = child.wait();
                    return Ok(Some("hangs".to_owned()));
                }
                None => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }
}

/// Processor time of the processes in a group, as Linux tells it.
fn processor_seconds(group: u32) -> f64 {
    let mut ticks = 0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name, in parentheses, may have spaces; the group is the third field after it, user and system time are
        // the twelfth and thirteenth.
        let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        if number(2) == Some(u64::from(group)) {
            ticks += number(11).unwrap_or(0) + number(12).unwrap_or(0);
        }
    }
    ticks as f64 / 100.0
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Makes `to` equal to `from`, touching only what differs: what stays as it was is not built again.
fn copy_changed(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "target" || name.to_string_lossy().starts_with(".git") {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        // A build folder by another name.
        if source.join("CACHEDIR.TAG").exists() {
            continue;
        }
        names.insert(name);
        if entry.file_type()?.is_dir() {
            copy_changed(&source, &target)?;
            continue;
        }
        let text = std::fs::read(&source)?;
        if std::fs::read(&target).ok().as_deref() != Some(&text) {
            std::fs::copy(&source, &target)?;
            // Newer than what was built from the old text.
            std::fs::write(&target, &text)?;
        }
    }
    for entry in std::fs::read_dir(to)? {
        let entry = entry?;
        if names.contains(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
