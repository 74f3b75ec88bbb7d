//! `--time`.

use crate::object_cache::Found;
use crate::pipeline::Compiled;

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
    say_line!(
        "found in caches: {} function instances, {} types of type functions",
        stats.instances_reused,
        stats.types_reused
    );
    match compiled.found {
        None => {}
        Some(Found::Hit) => eprintln!("object cache: hit"),
        Some(Found::Miss) => eprintln!("object cache: miss"),
    }
    let mut roots: Vec<_> = stats.evaluations.iter().collect();
    roots.sort_by(|a, b| b.3.total_cmp(&a.3));
    if !roots.is_empty() {
        say_line!("compile-time evaluations: {}", roots.len());
    }
    let engine = compiled.evaluator.engine_names();
    for (name, steps, memory, seconds) in roots.iter().take(20) {
        say_line!(
            "{:>10.3} ms  {name}: {engine}, {steps} steps, {memory} bytes",
            seconds * 1e3
        );
    }
}

/// `--trace=comptime`: each evaluation in the order they were done, on stderr.
pub fn trace(compiled: &Compiled, engine: &str) {
    let stats = &compiled.compilation.stats;
    let evaluations = stats.evaluations.iter().zip(&stats.work).zip(&stats.reads);
    for (((name, steps, memory, seconds), (asked, patched)), reads) in evaluations {
        say_line!(
            "comptime: {name}, asked for at {asked}, {engine}, {steps} steps, {memory} bytes, {:.3} ms -> {patched}",
            seconds * 1e3
        );
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
