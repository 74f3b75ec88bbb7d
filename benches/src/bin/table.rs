//! Prints criterion's last results as one Markdown table.

use std::path::{Path, PathBuf};

struct Row {
    name: String,
    nanoseconds: f64,
    /// Elements or bytes in one iteration.
    amount: Option<(f64, &'static str)>,
}

fn main() {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| sx_benches::root().join("target"), PathBuf::from);
    let mut rows = Vec::new();
    collect(&target.join("criterion"), &mut rows);
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    println!("| benchmark | time | rate |\n|---|---:|---:|");
    for row in rows {
        let rate = row.amount.map_or(String::new(), |(amount, unit)| {
            format!("{} {unit}/s", scaled(amount / (row.nanoseconds * 1e-9)))
        });
        println!("| {} | {} | {rate} |", row.name, time(row.nanoseconds));
    }
}

fn collect(dir: &Path, rows: &mut Vec<Row>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if !path.is_dir() {
            continue;
        }
        if path.file_name().is_some_and(|name| name == "new") {
            rows.extend(row(&path));
        } else {
            collect(&path, rows);
        }
    }
}

fn row(dir: &Path) -> Option<Row> {
    let read = |name: &str| -> Option<serde_json::Value> {
        serde_json::from_slice(&std::fs::read(dir.join(name)).ok()?).ok()
    };
    let (estimates, benchmark) = (read("estimates.json")?, read("benchmark.json")?);
    let nanoseconds = estimates["median"]["point_estimate"].as_f64()?;
    let throughput = &benchmark["throughput"];
    let amount = match (
        throughput["Elements"].as_f64(),
        throughput["Bytes"].as_f64(),
    ) {
        (Some(n), _) => Some((n, "lines")),
        (None, Some(n)) => Some((n, "B")),
        (None, None) => None,
    };
    Some(Row {
        name: benchmark["full_id"].as_str()?.to_owned(),
        nanoseconds,
        amount,
    })
}

fn time(ns: f64) -> String {
    match ns {
        _ if ns < 1e3 => format!("{ns:.0} ns"),
        _ if ns < 1e6 => format!("{:.1} µs", ns / 1e3),
        _ if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        _ => format!("{:.2} s", ns / 1e9),
    }
}

fn scaled(n: f64) -> String {
    match n {
        _ if n < 1e3 => format!("{n:.0}"),
        _ if n < 1e6 => format!("{:.1} k", n / 1e3),
        _ if n < 1e9 => format!("{:.1} M", n / 1e6),
        _ => format!("{:.2} G", n / 1e9),
    }
}
