//! Generated programs of any size: `modules` files that import each other and use the language's ordinary constructs, all
//! of it reached from `main`, so that all of it is checked and lowered.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Lines one generated unit takes (a struct, an enum and the functions that use them).
const UNIT_LINES: usize = 50;

/// Writes a program of about `lines` lines in `modules` modules under `dir`; the file with `main`.
pub fn generate(dir: &Path, modules: usize, lines: usize) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let modules = modules.max(1);
    let units = (lines / UNIT_LINES / modules).max(1);
    for module in 0..modules {
        fs::write(
            dir.join(format!("m{module}.sx")),
            module_text(module, units),
        )?;
    }
    let mut main = String::from("#import \"modules/std.sx\";\n");
    for module in 0..modules {
        let _ = writeln!(main, "m{module} :: #import \"m{module}.sx\";");
    }
    main.push_str("main :: () {\n    total: u64 = 0;\n");
    for module in 0..modules {
        let _ = writeln!(
            main,
            "    total = total * 31 + m{module}.all_{module}({module});"
        );
    }
    main.push_str("    print(\"{}\\n\", total);\n}\n");
    let path = dir.join("main.sx");
    fs::write(&path, main)?;
    Ok(path)
}

fn module_text(module: usize, units: usize) -> String {
    let mut out = String::from("#import \"modules/std.sx\";\n");
    // A tree of imports: module n uses module n / 2.
    let parent = (module > 0).then_some(module / 2).filter(|p| *p != module);
    if let Some(parent) = parent {
        let _ = writeln!(out, "up :: #import \"m{parent}.sx\";");
    }
    for unit in 0..units {
        unit_text(&mut out, module, unit, parent);
    }
    let _ = writeln!(
        out,
        "all_{module} :: (seed: u64) -> u64 {{\n    total := seed;"
    );
    for unit in 0..units {
        let _ = writeln!(out, "    total = total * 33 + run_{module}_{unit}(total);");
    }
    out.push_str("    return total;\n}\n");
    out
}

fn unit_text(out: &mut String, module: usize, unit: usize, parent: Option<usize>) {
    let start = match parent {
        Some(parent) if unit == 0 => format!("up.mix_{parent}_0(a, b)"),
        _ => "a ^ b".to_string(),
    };
    out.push_str(
        &UNIT
            .replace('@', &format!("{module}_{unit}"))
            .replace('#', &unit.to_string())
            .replace("START", &start),
    );
}

/// `@` is the unit's name, `#` its number.
const UNIT: &str = r#"
LIMIT_@ :: 7 + # * 3;

// A point in the plane of unit @.
Point_@ :: struct {
    x: i64;
    y: i64 = 1;
    weight: f64 = 0.5;
    scale :: (self: *Point_@, by: i64) -> i64 {
        self.x *= by;
        self.y += by;
        return self.x + self.y;
    }
}

Shape_@ :: enum {
    dot;
    line: i64;
    area: Point_@;
}

mix_@ :: (a: u64, b: u64) -> u64 {
    c := (a ^ (b << 7)) * 1099511628211;
    c = c ^ (c >> 29);
    return c;
}

measure_@ :: (s: Shape_@) -> i64 {
    if s == {
        case .dot: 0;
        case .line: (n) { n }
        case .area: (p) { p.x + p.y }
    }
}

largest_@ :: (items: []i64) -> ?i64 {
    if items.len == 0 { return null; }
    best := items[0];
    for items (item) {
        if item > best { best = item; }
    }
    return best;
}

run_@ :: (a: u64) -> u64 {
    b: u64 = LIMIT_@;
    start := START;
    p := Point_@.{ x = xx (start & 1023) };
    values: [4]i64 = .[p.scale(3), measure_@(.line(5)), measure_@(.area(p)), LIMIT_@];
    big := largest_@(values[0..4]) ?? 0;
    return mix_@(start, xx big) + b;
}
"#;
