//! The modules of `modules/meta` against code written by hand: programs that hold both, which do the same work.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::contest::{self, Runner};
use crate::measure;
use crate::page::{Table, ratio};
use crate::root;

/// Base names of the programs in `benches/meta`, and what each does.
pub const PROGRAMS: [(&str, &str); 11] = [
    ("enums", "3 M enum values to names and back"),
    ("binary", "30 000 records written and read"),
    ("json", "60 000 records as JSON"),
    ("soa", "4096 particles, 1500 steps"),
    ("memo", "3 M calls of a method with a cache"),
    ("assert", "60 M checks that hold"),
    ("strcat", "2 M texts of six parts"),
    ("ntuple", "20 M structs of five fields"),
    ("printf", "500 000 formatted lines"),
    ("regex", "3 M words against a pattern"),
    ("perfect_hash", "4 M words among twelve keywords"),
];

/// The ways in which a program does its work.
pub const WAYS: [&str; 2] = ["generated", "by hand"];

pub fn path(name: &str) -> PathBuf {
    root().join("benches/meta").join(format!("{name}.sx"))
}

/// What the two ways of a program took.
pub struct Compared {
    pub name: &'static str,
    pub what: &'static str,
    /// CPU seconds, medians of rounds in turns.
    pub seconds: [Option<f64>; 2],
    /// Instructions executed, those of a run that does nothing taken off; none without valgrind.
    pub instructions: [Option<u64>; 2],
    pub agreed: bool,
}

/// The argument that asks for a way.
fn argument(way: &str) -> String {
    way.replace(' ', "_")
}

/// Builds a program and runs both ways of it; none if it can't be built.
pub fn compare(
    (name, what): (&'static str, &'static str),
    scratch: &Path,
    rounds: usize,
) -> Option<Compared> {
    let program = scratch.join(format!("meta-{name}"));
    contest::build_sx(&path(name), 2, &program)?;
    let mut times = [Vec::new(), Vec::new()];
    let mut outputs = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (at, way) in WAYS.iter().enumerate() {
            let (seconds, result) = Runner::Program(program.clone(), vec![argument(way)]).run()?;
            times[at].push(seconds);
            outputs[at] = result.output;
        }
    }
    let start = instructions(&program, &[], scratch);
    let counts = WAYS.map(|way| {
        let count = instructions(&program, &[&argument(way)], scratch)?;
        Some(count - start?.min(count))
    });
    let agreed = outputs[0] == outputs[1] && !outputs[0].is_empty();
    let seconds = [measure::median(&times[0]), measure::median(&times[1])];
    Some(Compared {
        name,
        what,
        seconds,
        instructions: counts,
        agreed,
    })
}

/// Instructions that a run executes, as callgrind counts them.
fn instructions(program: &Path, args: &[&str], scratch: &Path) -> Option<u64> {
    let out = scratch.join("callgrind.out");
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    line?.1.split(' ').next()?.parse().ok()
}

pub fn table(rows: &[Compared]) -> Table {
    let mut table = Table::new(&[
        "module",
        "work",
        "generated",
        "by hand",
        "time",
        "instructions",
    ]);
    for row in rows {
        let ms = |seconds: Option<f64>| {
            seconds.map_or("–".to_owned(), |s| format!("{:.1} ms", s * 1e3))
        };
        let of = |pair: [Option<f64>; 2]| Some(pair[0]? / pair[1]?);
        let counts = row.instructions.map(|count| count.map(|n| n as f64));
        let name = match row.agreed {
            true => row.name.to_owned(),
            false => format!("{} (**not the same**)", row.name),
        };
        table.row([
            name,
            row.what.to_owned(),
            ms(row.seconds[0]),
            ms(row.seconds[1]),
            format!("{}×", ratio(of(row.seconds))),
            format!("{}×", ratio(of(counts))),
        ]);
    }
    table
}
