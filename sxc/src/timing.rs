//! `--time` and `--trace=comptime`.

use sx_sema::Evaluated;

use crate::object_cache::Found;
use crate::pipeline::Compiled;

/// Evaluations that are shown one by one.
const SHOWN: usize = 20;

/// Prints phases, and compile-time evaluations by cost, on stderr.
pub fn print(compiled: &Compiled) {
    let stats = &compiled.compilation.stats;
    say_line!(
        "files {}, lines {}, functions {}",
        stats.files,
        stats.lines,
        stats.functions
    );
    for (name, seconds) in &stats.phases {
        say_line!("{:>10.3} ms  compile: {name}", seconds * 1e3);
    }
    for (name, seconds) in &compiled.clock.phases {
        say_line!("{:>10.3} ms  {name}", seconds * 1e3);
    }
    say_line!("{:>10.3} ms  total", compiled.clock.total() * 1e3);
    if let Some(bytes) = peak_memory() {
        say_line!("memory: {:.1} MiB at most", bytes as f64 / 1048576.0);
    }
    say_line!(
        "found in caches: {} function instances, {} types of type functions",
        stats.instances_reused,
        stats.types_reused
    );
    match compiled.found {
        None => {}
        Some(Found::Hit) => say_line!("object cache: hit"),
        Some(Found::Miss) => say_line!("object cache: miss"),
    }
    let mut roots: Vec<&Evaluated> = stats.evaluations.iter().collect();
    roots.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    if !roots.is_empty() {
        let steps: u64 = roots.iter().map(|made| made.steps).sum();
        say_line!(
            "compile-time evaluations: {}, {steps} steps, {:.3} ms",
            roots.len(),
            seconds(&roots) * 1e3
        );
    }
    let (shown, others) = roots.split_at(roots.len().min(SHOWN));
    for made in shown {
        let engine = compiled.evaluator.engine_names(made.engine);
        let place = match made.asked_at.as_str() {
            "" => String::new(),
            place => format!(" ({place})"),
        };
        say_line!(
            "{:>10.3} ms  {}{place}: {engine}, {} steps, {} bytes",
            made.seconds * 1e3,
            made.name,
            made.steps,
            made.peak_memory
        );
    }
    if !others.is_empty() {
        let ms = seconds(others) * 1e3;
        say_line!("{ms:>10.3} ms  {} others", others.len());
    }
}

fn seconds(all: &[&Evaluated]) -> f64 {
    all.iter().map(|made| made.seconds).sum()
}

/// The most memory that this process has had, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// `--trace=comptime`: each evaluation in the order they were done, on stderr.
pub fn trace(compiled: &Compiled) {
    trace_from(compiled, 0);
}

/// As [`trace`], without so many that come first.
pub fn trace_from(compiled: &Compiled, first: usize) {
    for made in compiled.compilation.stats.evaluations.iter().skip(first) {
        let engine = compiled.evaluator.engine_names(made.engine);
        say_line!(
            "comptime: {}, asked for at {}, {engine}, {} steps, {} bytes, {:.3} ms -> {}",
            made.name,
            made.asked_at,
            made.steps,
            made.peak_memory,
            made.seconds * 1e3,
            made.patched
        );
        let reads = &made.reads;
        let files = reads.files.iter().map(|file| file.display().to_string());
        let lists = [
            ("functions", reads.functions.clone()),
            ("variables", reads.variables.clone()),
            ("files", files.collect()),
        ];
        for (what, names) in lists {
            if !names.is_empty() {
                say_line!("  depends on {what}: {}", names.join(", "));
            }
        }
    }
}
