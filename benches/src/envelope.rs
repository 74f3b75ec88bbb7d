//! Time to result against the size of the work, from microseconds to seconds, in each engine and natively (where making
//! the program counts). The default engine is to stay close to the best of them everywhere.

use std::path::Path;

use sx_sema::{Compilation, Goal};
use sxc::engines::EngineKind;

use crate::{compile, contest, measure};

/// A program whose work is proportional to `N`.
pub struct Scalable {
    pub name: &'static str,
    /// Declarations; `N` is declared before them.
    text: &'static str,
    /// Sizes to measure: from the first, times `factor` each.
    first: u64,
    factor: u64,
}

pub const SCALABLES: [Scalable; 3] = [
    Scalable {
        name: "a loop",
        text: "sink : u64 = 0;
main :: () {
    x : u64 = 42;
    for 0..N { x = x * 6364136223846793005 + 1442695040888963407; }
    sink = x;
}",
        first: 10,
        factor: 4,
    },
    Scalable {
        name: "calls",
        text: "sink : u64 = 0;
step :: (x: u64, depth: i64) -> u64 {
    if depth == 0 { return x ^ (x >> 3); }
    step(x + 1, depth - 1) + step(x * 3, depth - 1)
}
main :: () {
    x : u64 = 42;
    for 0..N { x = step(x, 4); }
    sink = x;
}",
        first: 1,
        factor: 4,
    },
    Scalable {
        name: "text and allocation",
        text: "#import \"modules/std.sx\";
#import \"modules/std/mem.sx\";
sink := 0;
main :: () {
    total := 0;
    for 0..N (i) {
        s := format(\"{}-{}\", i, i * 7);
        for s (c) { total += c; }
        free(s.([]u8));
    }
    sink = total;
}",
        first: 1,
        factor: 4,
    },
];

/// A measured point: size of the work and CPU seconds.
pub type Point = (u64, f64);

pub struct Line {
    pub name: &'static str,
    pub points: Vec<Point>,
}

pub struct Envelope {
    pub name: &'static str,
    pub lines: Vec<Line>,
}

/// No line goes on beyond a run of this many seconds.
pub const LONGEST: f64 = 2.5;
const ENGINES: [EngineKind; 4] = crate::ENGINES;
const NATIVE: &str = "native -O0";

fn program(scalable: &Scalable, size: u64, file: &Path) -> Option<Compilation> {
    let text = format!("N :: {size};\n{}\n", scalable.text);
    std::fs::write(file, text).ok()?;
    compile(file, Goal::Run)
}

/// How often a run of this length is repeated; the shortest time counts.
fn repetitions(seconds: f64) -> usize {
    ((0.05 / seconds.max(1e-7)) as usize).clamp(2, 40)
}

fn native(file: &Path, program: &Path) -> Option<f64> {
    let (build, runner) = measure::time(|| contest::build_sx(file, 0, program));
    let (run, _) = runner?.run()?;
    Some(build + run)
}

/// Up to runs of `longest` seconds; natively only if that is long.
pub fn measure(scalable: &Scalable, scratch: &Path, longest: f64) -> Envelope {
    let file = scratch.join("envelope.sx");
    let mut lines: Vec<Line> = ENGINES
        .iter()
        .map(|engine| engine.name())
        .chain([NATIVE])
        .map(|name| Line {
            name,
            points: Vec::new(),
        })
        .collect();
    let mut size = scalable.first;
    loop {
        let Some(compilation) = program(scalable, size, &file) else {
            break;
        };
        let mut going = false;
        // Times of those that still take part, and how often they run.
        let mut runs: Vec<(usize, EngineKind, usize, Vec<f64>)> = Vec::new();
        for (at, engine) in ENGINES.into_iter().enumerate() {
            if lines[at].points.last().is_some_and(|last| last.1 > longest) {
                continue;
            }
            if let Some((first, _)) = contest::run_engine(engine, &compilation) {
                runs.push((at, engine, repetitions(first), vec![first]));
                // The fast ones are worth following; the others end before.
                going |= engine == EngineKind::Auto && first < longest;
            }
        }
        // In turns, so that a slow phase of the machine meets all of them.
        let rounds = runs.iter().map(|run| run.2).max().unwrap_or(0);
        for round in 1..rounds {
            for (_, engine, count, times) in &mut runs {
                if round < *count {
                    times.extend(contest::run_engine(*engine, &compilation).map(|run| run.0));
                }
            }
        }
        for (at, _, _, times) in runs {
            let point = measure::least(&times).map(|time| (size, time));
            lines[at].points.extend(point);
        }
        if let Some(line) = lines.last_mut()
            && longest >= LONGEST
        {
            let time = native(&file, &scratch.join("envelope"));
            line.points.extend(time.map(|time| (size, time)));
        }
        if !going {
            break;
        }
        size *= scalable.factor;
    }
    Envelope {
        name: scalable.name,
        lines,
    }
}

impl Envelope {
    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// Where the default engine is furthest above the best single engine: size, its time, the best time. Native programs
    /// are no engine.
    pub fn worst(&self) -> Option<(u64, f64, f64)> {
        let auto = self.line("auto")?;
        let ratios = auto.points.iter().filter_map(|(size, time)| {
            let is_single = |name| name != "auto" && name != NATIVE;
            let others = self.lines.iter().filter(|line| is_single(line.name));
            let times = others.filter_map(|line| line.points.iter().find(|p| p.0 == *size));
            let best = times.map(|p| p.1).min_by(f64::total_cmp)?;
            Some((*size, *time, best))
        });
        ratios.max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)))
    }
}
