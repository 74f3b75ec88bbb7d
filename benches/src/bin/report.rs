//! `./x bench --report`: measures everything side by side and writes docs/performance.md below its marker, and
//! docs/performance.html with plots. `--quick` runs fewer rounds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use sx_benches::contest::{self, Result, Runner};
use sx_benches::envelope::{self, SCALABLES};
use sx_benches::generated::{self, GENERATED};
use sx_benches::kernels::{C_KERNELS, FAMOUS, Kernel, famous_path};
use sx_benches::measure::{self, geomean, least, median};
use sx_benches::page::{self, Piece, Table, ratio, time};
use sx_benches::{ENGINES, peers, plots, root, translation};
use sxc::engines::EngineKind;

const MARKER: &str = "<!-- Below: written by ./x bench --report. -->";
/// Seconds up to which `--only envelope` goes.
const SHORT: f64 = 0.003;
/// Seconds; runs of kernels that are shorter are repeated in each round.
const SHORT_RUN: f64 = 0.02;
/// How often.
const REPEATS: usize = 8;
/// What ratios are relative to, if clang is there.
const BASE: &str = "clang -O2";
const FALLBACK: &str = "sx -O2";

fn main() {
    let mut options = Options {
        rounds: 7,
        only: None,
        envelope: true,
        among: None,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--quick" => options.rounds = 3,
            "--no-envelope" => options.envelope = false,
            "--only" => options.only = args.next(),
            "--among" => options.among = args.next(),
            _ => {
                eprintln!(
                    "error: unknown option '{arg}'; known are --quick, --no-envelope, --only KERNEL|all, --among NAMES"
                );
                std::process::exit(2);
            }
        }
    }
    let scratch = std::env::temp_dir().join(format!("sx-report-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir_all(&scratch) {
        eprintln!("error: cannot make '{}': {error}", scratch.display());
        std::process::exit(1);
    }
    let done = report(&options, &scratch);
    let _ = std::fs::remove_dir_all(&scratch);
    if let Err(message) = done {
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

struct Options {
    rounds: usize,
    /// One kernel, or `all`; then nothing is written.
    only: Option<String>,
    /// Contestants, separated by commas.
    among: Option<String>,
    envelope: bool,
}

/// A way to run all kernels.
struct Contestant {
    name: String,
    make: Box<dyn Fn(&Kernel, &Path) -> Option<Runner>>,
    /// Times of a program that does nothing: taken off.
    start: f64,
    /// Rounds it takes part in.
    rounds: usize,
}

struct Row {
    kernel: Kernel,
    /// Seconds, one a contestant.
    times: Vec<Option<f64>>,
    agreed: bool,
}

fn contestants(options: &Options, scratch: &Path) -> (Vec<Contestant>, Vec<String>) {
    let mut list: Vec<Contestant> = Vec::new();
    for engine in ENGINES {
        list.push(Contestant {
            name: engine.name().to_owned(),
            make: Box::new(move |kernel, _| Runner::engine(engine, &kernel.sx())),
            start: 0.0,
            // Seconds each.
            rounds: if engine == EngineKind::Interp {
                2
            } else {
                options.rounds
            },
        });
    }
    let empty_sx = scratch.join("empty.sx");
    let empty_c = scratch.join("empty.c");
    let _ = std::fs::write(&empty_sx, "main :: () {}\n");
    let _ = std::fs::write(&empty_c, "int main(void) { return 0; }\n");
    for level in 0..4u8 {
        let program = move |scratch: &Path, name: &str| scratch.join(format!("{name}-sx{level}"));
        let empty = contest::build_sx(&empty_sx, level, &program(scratch, "empty"));
        list.push(Contestant {
            name: format!("sx -O{level}"),
            make: Box::new(move |kernel, scratch| {
                contest::build_sx(&kernel.sx(), level, &program(scratch, kernel.name))
            }),
            start: start_time(empty),
            rounds: options.rounds,
        });
    }
    let mut notes = Vec::new();
    for (title, commands, levels) in peers::C_COMPILERS {
        let Some((command, version)) =
            contest::find(commands, "--version").or_else(|| contest::find(commands, "-v"))
        else {
            notes.push(format!("{title}: missing"));
            continue;
        };
        notes.push(format!("{title}: `{command}`, {version}"));
        for level in levels {
            let (command, name) = (command.clone(), format!("{title} {level}"));
            let file = format!("{title}{level}").replace([' ', '-'], "");
            let build = move |c: &Path, scratch: &Path, kernel: &str| {
                let program = scratch.join(format!("{kernel}-{file}"));
                contest::build_c(&command, c, &[level], &program)
            };
            let start = start_time(build(&empty_c, scratch, "empty"));
            list.push(Contestant {
                name: name.trim().to_owned(),
                make: Box::new(move |kernel, scratch| build(&kernel.c(), scratch, kernel.name)),
                start,
                rounds: options.rounds,
            });
        }
    }
    for script in peers::SCRIPTS {
        let Some((command, version)) = contest::find(script.commands, script.version) else {
            notes.push(format!("{}: missing", script.title));
            continue;
        };
        notes.push(format!("{}: `{command}`, {version}", script.title));
        let empty = scratch.join(format!("empty.{}", script.extension));
        let _ = std::fs::write(&empty, "");
        let run = move |file: PathBuf| {
            let args = vec![file.display().to_string()];
            file.is_file()
                .then(|| Runner::Program(PathBuf::from(&command), args))
        };
        list.push(Contestant {
            name: script.title.to_owned(),
            start: start_time(run(empty)),
            make: Box::new(move |kernel, _| run(peers::script(kernel, script))),
            rounds: options.rounds.min(3),
        });
    }
    (list, notes)
}

fn start_time(empty: Option<Runner>) -> f64 {
    let times = |runner: Runner| (0..40).filter_map(|_| Some(runner.run()?.0)).collect();
    let times: Vec<f64> = empty.map(times).unwrap_or_default();
    median(&times).unwrap_or(0.0)
}

fn measure_kernel(kernel: &Kernel, all: &[Contestant], rounds: usize, scratch: &Path) -> Row {
    let runners: Vec<Option<Runner>> = all.iter().map(|c| (c.make)(kernel, scratch)).collect();
    let mut times = vec![Vec::new(); all.len()];
    let mut results: Vec<Option<Result>> = vec![None; all.len()];
    for round in 0..rounds {
        // Milliseconds say little once. What is repeated takes turns, too: a slow moment of the machine meets all.
        let mut again = vec![true; all.len()];
        for _ in 0..REPEATS {
            for (index, runner) in runners.iter().enumerate() {
                if round >= all[index].rounds || !again[index] {
                    continue;
                }
                let Some((time, result)) = runner.as_ref().and_then(Runner::run) else {
                    again[index] = false;
                    continue;
                };
                times[index].push((time - all[index].start).max(1e-6));
                results[index] = Some(result);
                again[index] = time <= SHORT_RUN;
            }
        }
    }
    let outputs = results.iter().flatten().map(|r| &r.output);
    let first = outputs.clone().next();
    let counts: Vec<_> = results.iter().flatten().filter_map(|r| r.counts).collect();
    let agreed = outputs.clone().all(|output| Some(output) == first)
        && counts.windows(2).all(|pair| pair[0] == pair[1]);
    Row {
        kernel: *kernel,
        times: times.iter().map(|t| median(t)).collect(),
        agreed,
    }
}

struct Measured {
    names: Vec<String>,
    rows: Vec<Row>,
}

impl Measured {
    fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    fn base(&self) -> &'static str {
        if self.index(BASE).is_some() {
            BASE
        } else {
            FALLBACK
        }
    }

    fn time(&self, row: &Row, name: &str) -> Option<f64> {
        row.times.get(self.index(name)?).copied().flatten()
    }

    fn ratio(&self, row: &Row, name: &str) -> Option<f64> {
        Some(self.time(row, name)? / self.time(row, self.base())?)
    }

    /// Geometric mean of the kernels it has run, and how many those are.
    fn mean(&self, name: &str) -> (Option<f64>, usize) {
        let ratios: Vec<f64> = self
            .rows
            .iter()
            .filter_map(|r| self.ratio(r, name))
            .collect();
        (geomean(&ratios), ratios.len())
    }

    fn per_unit(&self, kernel: &str, name: &str) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.kernel.name == kernel)?;
        Some(self.time(row, name)? / row.kernel.unit?.1 as f64)
    }

    fn table(&self, names: &[&str]) -> Table {
        let mut head = vec!["kernel", "ms"];
        head.extend(names);
        let mut table = Table::new(&head);
        for row in &self.rows {
            let ms = self
                .time(row, self.base())
                .map(|t| format!("{:.2}", t * 1e3));
            let mut cells = vec![row.kernel.name.to_owned(), ms.unwrap_or_default()];
            cells.extend(names.iter().map(|name| ratio(self.ratio(row, name))));
            table.row(cells);
        }
        let mut cells = vec!["geometric mean".to_owned(), String::new()];
        cells.extend(names.iter().map(|name| {
            let (mean, count) = self.mean(name);
            match count == self.rows.len() {
                true => ratio(mean),
                false => format!("{} (of {count})", ratio(mean)),
            }
        }));
        table.row(cells);
        table
    }
}

fn report(options: &Options, scratch: &Path) -> std::result::Result<(), String> {
    let started = Instant::now();
    let (mut all, notes) = contestants(options, scratch);
    if let Some(among) = &options.among {
        all.retain(|c| among.split(',').any(|name| name == c.name));
    }
    let kernels = C_KERNELS.iter().filter(|k| {
        options
            .only
            .as_ref()
            .is_none_or(|only| only == k.name || only == "all")
    });
    let mut measured = Measured {
        names: all.iter().map(|c| c.name.clone()).collect(),
        rows: Vec::new(),
    };
    for kernel in kernels {
        let row = measure_kernel(kernel, &all, options.rounds, scratch);
        eprint!("{:10}", kernel.name);
        for (name, seconds) in measured.names.iter().zip(&row.times) {
            eprint!("  {name} {}", seconds.map_or("–".to_owned(), time));
        }
        eprintln!("{}", if row.agreed { "" } else { "  DISAGREE" });
        measured.rows.push(row);
    }
    if options.only.as_deref() == Some("envelope") {
        for scalable in &SCALABLES {
            let envelope = envelope::measure(scalable, scratch, SHORT);
            eprintln!(
                "{}\n{}",
                envelope.name,
                envelope_table(&envelope).markdown()
            );
            if let Some((size, time, best)) = envelope.worst() {
                eprintln!("worst at {size}: {:.2}\n", time / best);
            }
        }
        return Ok(());
    }
    if options.only.is_some() {
        let names: Vec<&str> = measured.names.iter().map(String::as_str).collect();
        eprintln!("{}", measured.table(&names).markdown());
        return Ok(());
    }
    let mut pieces = vec![Piece::Heading(heading())];
    pieces.push(Piece::Text(format!(
        "Command: `./x bench --report`. Compiler: {}. {} CPU time (user and system), medians of {} rounds run in turns; \
         the start of an empty program is taken off what runs as a process of its own. Load of the machine when the report \
         began: {}.",
        if contest::GUIDED {
            "the profile-guided one of `./x release`"
        } else {
            "the one of `cargo build --release`"
        },
        if options.rounds < 7 { "A quick run." } else { "A full run." },
        options.rounds,
        load(),
    )));
    let translated = translation::measure(options.rounds);
    let envelopes: Vec<_> = match options.envelope {
        true => SCALABLES
            .iter()
            .map(|s| envelope::measure(s, scratch, envelope::LONGEST))
            .collect(),
        false => Vec::new(),
    };
    pieces.push(Piece::Heading("Goals".to_owned()));
    pieces.push(Piece::Table(goals(
        &measured,
        &translated,
        &envelopes,
        scratch,
    )));
    kernels_section(&measured, &mut pieces);
    pieces.push(Piece::Heading("Translation".to_owned()));
    pieces.push(Piece::Text(format!(
        "Functions that `main` of `corpus/showcase/json.sx` reaches ({}), from the same optimised IR. LLVM at `-O0` without \
         debug information, from IR to the object file.",
        translated.functions
    )));
    pieces.push(Piece::Table(translated.table()));
    famous_section(options.rounds, scratch, &mut pieces);
    if !envelopes.is_empty() {
        pieces.push(Piece::Heading("Time to result against work".to_owned()));
        pieces.push(Piece::Text(
            "Programs that do N pieces of work, from a fresh engine to the result: translation counts, and for native code \
             the whole build. The plots are in [performance.html](performance.html)."
                .to_owned(),
        ));
        for envelope in &envelopes {
            pieces.push(Piece::Text(format!("**{}**", envelope.name)));
            pieces.push(Piece::Table(envelope_table(envelope)));
            pieces.push(Piece::Plot(plots::envelope(envelope)));
        }
    }
    pieces.push(Piece::Heading("Peers".to_owned()));
    let mut lines = String::from(
        "Measured in the same run; sources in `benches/peers` and `benches/kernels/*.c`.\n",
    );
    for note in &notes {
        lines.push_str(&format!("\n- {note}"));
    }
    for note in peers::comptime_notes() {
        lines.push_str(&format!("\n- {note}"));
    }
    pieces.push(Piece::Text(lines));
    write(&pieces)?;
    eprintln!(
        "written in {:.0} s: docs/performance.md, docs/performance.html",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn kernels_section(measured: &Measured, pieces: &mut Vec<Piece>) {
    let base = measured.base();
    pieces.push(Piece::Heading("Kernels".to_owned()));
    let agreed = measured.rows.iter().all(|row| row.agreed);
    pieces.push(Piece::Text(format!(
        "Times relative to {base}, whose milliseconds come first. Output of all contestants, and steps, memory peak and digest \
         of the engines: {}.",
        if agreed { "equal in every run" } else { "**not equal**" }
    )));
    let engines: Vec<&str> = ENGINES.iter().map(|e| e.name()).collect();
    let names: Vec<&str> = measured.names.iter().map(String::as_str).collect();
    let native: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !engines.contains(name) && *name != base)
        .collect();
    pieces.push(Piece::Table(measured.table(&engines)));
    let (sx, peers): (Vec<&str>, Vec<&str>) = native.iter().partition(|n| n.starts_with("sx"));
    pieces.push(Piece::Table(measured.table(&sx)));
    pieces.push(Piece::Table(measured.table(&peers)));
    let kernels: Vec<&str> = measured.rows.iter().map(|row| row.kernel.name).collect();
    let series: Vec<(&str, Vec<Option<f64>>)> = ["vm", "jit", "auto", "sx -O2"]
        .into_iter()
        .map(|name| {
            (
                name,
                measured
                    .rows
                    .iter()
                    .map(|r| measured.ratio(r, name))
                    .collect(),
            )
        })
        .collect();
    pieces.push(Piece::Plot(plots::ratios(
        &format!("Kernels: times relative to {base}"),
        &kernels,
        &series,
    )));
    let mut what = Table::new(&["kernel", "work"]);
    for row in &measured.rows {
        what.row([row.kernel.name.to_owned(), row.kernel.what.to_owned()]);
    }
    pieces.push(Piece::Table(what));
}

fn envelope_table(envelope: &envelope::Envelope) -> Table {
    let mut head = vec!["N"];
    head.extend(envelope.lines.iter().map(|line| line.name));
    let mut table = Table::new(&head);
    let sizes = envelope.lines.iter().find(|line| line.name == "auto");
    for (size, _) in sizes.iter().flat_map(|line| &line.points).step_by(2) {
        let mut cells = vec![size.to_string()];
        cells.extend(envelope.lines.iter().map(|line| {
            let point = line.points.iter().find(|p| p.0 == *size);
            point.map_or("–".to_owned(), |p| time(p.1))
        }));
        table.row(cells);
    }
    table
}

fn goals(
    measured: &Measured,
    translated: &translation::Translation,
    envelopes: &[envelope::Envelope],
    scratch: &Path,
) -> Table {
    let mut table = Table::new(&["what", "goal", "measured", "met"]);
    let mut line =
        |what: &str, goal: &str, limit: f64, value: Option<f64>, unit: &str, most: bool| {
            let met = value.map(|v| if most { v <= limit } else { v >= limit });
            let text = match unit {
                "ms" => value.map_or("–".to_owned(), |v| format!("{:.1} ms", v * 1e3)),
                "ns" => value.map_or("–".to_owned(), |v| format!("{:.1} ns", v * 1e9)),
                "M lines/s" => value.map_or("–".to_owned(), |v| format!("{v:.2} {unit}")),
                _ => format!("{}×", ratio(value)),
            };
            let met = met.map_or("not measured", |met| if met { "yes" } else { "no" });
            table.row([what.to_owned(), goal.to_owned(), text, met.to_owned()]);
        };
    let base = measured.base();
    let worst = |engine: &str| {
        let rows = measured.rows.iter().filter(|row| !row.kernel.is_copy);
        rows.filter_map(|row| measured.ratio(row, engine))
            .max_by(f64::total_cmp)
    };
    line(
        &format!("VM against {base}"),
        "geomean ≤ 8×",
        8.0,
        measured.mean("vm").0,
        "×",
        true,
    );
    line(
        "VM, lcg",
        "≤ 4 ns per iteration",
        4e-9,
        measured.per_unit("lcg", "vm"),
        "ns",
        true,
    );
    line(
        "VM, fib",
        "≤ 12 ns per call",
        12e-9,
        measured.per_unit("fib", "vm"),
        "ns",
        true,
    );
    line(
        &format!("JIT against {base}"),
        "geomean ≤ 2.0×",
        2.0,
        measured.mean("jit").0,
        "×",
        true,
    );
    line(
        "JIT, slowest kernel but the byte copy",
        "≤ 3×",
        3.0,
        worst("jit"),
        "×",
        true,
    );
    line(
        "interpreter, lcg",
        "≤ 150 ns per iteration",
        150e-9,
        measured.per_unit("lcg", "interp"),
        "ns",
        true,
    );
    let [bytecode, machine, llvm] = &translated.ways;
    line(
        "JIT compile speed against LLVM -O0, MB/s",
        "≥ 15×",
        15.0,
        machine.rate_over(llvm),
        "×",
        false,
    );
    line(
        "JIT compile speed against LLVM -O0, per function",
        "≥ 15×",
        15.0,
        machine.speed_over(llvm),
        "×",
        false,
    );
    line(
        "bytecode translation against the JIT's",
        "≥ 3×",
        3.0,
        bytecode.speed_over(machine),
        "×",
        false,
    );
    for envelope in envelopes {
        let worst = envelope.worst();
        line(
            &format!(
                "auto against the best engine, {}{}",
                envelope.name,
                worst.map_or(String::new(), |w| format!(", worst at N = {}", w.0))
            ),
            "≤ 1.2×",
            1.2,
            worst.map(|(_, auto, best)| auto / best),
            "×",
            true,
        );
    }
    line(
        "native code: sx -O2 against clang -O2",
        "≤ 1.03×",
        1.03,
        measured.mean("sx -O2").0,
        "×",
        true,
    );
    line(
        "`sxc check` of hello with std",
        "≤ 10 ms",
        0.010,
        check_time(&root().join("corpus/basics/hello.sx")),
        "ms",
        true,
    );
    let (file, lines) = large_program(scratch);
    for (compiler, which) in compilers() {
        let rate = check_wall_time(&compiler, &file).map(|seconds| lines as f64 / seconds / 1e6);
        line(
            &format!("`sxc check` of 100 000 lines, by the clock{which}"),
            "≥ 1 M lines/s",
            1.0,
            rate,
            "M lines/s",
            false,
        );
    }
    for program in &GENERATED {
        let costs = contest::sxc().map(|sxc| program.costs(&sxc, scratch, &["check"], 3));
        let growth = costs.as_deref().and_then(generated::growth);
        let size = program.size;
        line(
            &format!("{size} {}, against 4 times as many: time", program.what),
            "≤ 5×",
            5.0,
            growth.map(|(time, _)| time),
            "×",
            true,
        );
        line(
            &format!("{size} {}, against 4 times as many: memory", program.what),
            "≤ 5×",
            5.0,
            growth.and_then(|(_, memory)| memory),
            "×",
            true,
        );
    }
    for (name, what) in FAMOUS {
        line(
            &format!("`sxc check`: {what}"),
            "≤ 60 ms",
            0.060,
            check_time(&famous_path(name)),
            "ms",
            true,
        );
    }
    table
}

/// CPU seconds of a whole `sxc check`, the least of several.
fn check_time(file: &Path) -> Option<f64> {
    let sxc = contest::sxc()?;
    let times: Vec<f64> = (0..9)
        .filter_map(|_| {
            let (time, ok) =
                measure::time(|| contest::succeeds(Command::new(&sxc).arg("check").arg(file)));
            ok.then_some(time)
        })
        .collect();
    least(&times)
}

/// The compiler that is measured and, where that is the profile-guided one, the plain one; how a row names them.
fn compilers() -> Vec<(PathBuf, &'static str)> {
    let beside = contest::sxc().map(|sxc| (sxc, ""));
    let plain = contest::plain_sxc().map(|sxc| (sxc, ", compiler of `cargo build --release`"));
    beside.into_iter().chain(plain).collect()
}

/// Not CPU time: what is asked is how long it takes with all cores.
fn check_wall_time(sxc: &Path, file: &Path) -> Option<f64> {
    let times: Vec<f64> = (0..9)
        .filter_map(|_| {
            let started = Instant::now();
            let ok = contest::succeeds(Command::new(sxc).arg("check").arg(file));
            ok.then(|| started.elapsed().as_secs_f64())
        })
        .collect();
    least(&times)
}

/// A program of 100 000 lines: functions that call each other.
fn large_program(scratch: &Path) -> (PathBuf, usize) {
    let mut text = String::from("work0 :: (a: i64, b: i64) -> i64 { a + b }\n");
    let count = 100_000 / 10;
    for i in 1..count {
        let last = i - 1;
        text.push_str(&format!(
            "S{i} :: struct {{ a, b: i64; }}\nwork{i} :: (a: i64, b: i64) -> i64 {{\n    s := S{i}.{{ a, b }};\n    \
             total := 0;\n    for 0..a (k) {{\n        total += s.a * k + s.b;\n    }}\n    \
             total + work{last}(a - 1, b)\n}}\n\n"
        ));
    }
    text.push_str(&format!(
        "main :: () -> i64 {{ work{}(3, 4) & 127 }}\n",
        count - 1
    ));
    let file = scratch.join("large.sx");
    let _ = std::fs::write(&file, &text);
    (file, text.lines().count())
}

fn famous_section(rounds: usize, scratch: &Path, pieces: &mut Vec<Piece>) {
    pieces.push(Piece::Heading(
        "Famous slow cases, at compile time".to_owned(),
    ));
    pieces.push(Piece::Text(
        "CPU time of the whole command that checks the program. Missing compilers are named below; a dash is a case that \
         has no source for that peer or that the peer refuses."
            .to_owned(),
    ));
    let peers = peers::comptime_installed();
    let mut head = vec!["case".to_owned(), "`sxc check`".to_owned()];
    head.extend(peers.iter().map(|(peer, _)| peer.title.to_owned()));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(&head);
    for (name, what) in FAMOUS {
        let ours = check_time(&famous_path(name));
        let mut cells = vec![what.to_owned(), ours.map_or("–".to_owned(), time)];
        for (peer, command) in &peers {
            let times: Vec<f64> = (0..rounds.min(2))
                .filter_map(|_| peers::run_comptime(peer, command, name, scratch))
                .collect();
            cells.push(least(&times).map_or("–".to_owned(), time));
        }
        table.row(cells);
    }
    pieces.push(Piece::Table(table));
}

fn output_of(command: &str, args: &[&str]) -> String {
    let output = Command::new(command)
        .args(args)
        .stderr(Stdio::null())
        .output();
    let text = output.map_or_else(|_| Vec::new(), |o| o.stdout);
    String::from_utf8_lossy(&text).trim().to_owned()
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = text.split(' ').next().unwrap_or("unknown").to_owned();
    format!("{load} on {cores} cores")
}

fn heading() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .unwrap_or("unknown system")
        .trim_matches('"');
    format!(
        "{}, {cores} cores of {model}, {system}, {}",
        output_of("date", &["+%Y-%m-%d"]),
        output_of("rustc", &["--version"])
    )
}

fn write(pieces: &[Piece]) -> std::result::Result<(), String> {
    let file = root().join("docs/performance.md");
    let old = std::fs::read_to_string(&file).unwrap_or_default();
    let kept = old.split(MARKER).next().unwrap_or_default().trim_end();
    let text = format!("{kept}\n\n{MARKER}\n\n{}", page::markdown(pieces));
    std::fs::write(&file, text.trim_end().to_owned() + "\n").map_err(|e| e.to_string())?;
    std::fs::write(
        file.with_extension("html"),
        page::html("Performance of sxc", pieces),
    )
    .map_err(|e| e.to_string())
}
