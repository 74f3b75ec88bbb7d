//! Programs most of which is generated: what it costs as it grows.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::measure;

/// A kind of program, and how large it is to be.
pub struct Generated {
    pub name: &'static str,
    pub what: &'static str,
    pub size: usize,
    text: fn(usize) -> String,
}

pub const GENERATED: [Generated; 4] = [
    Generated {
        name: "functions",
        what: "functions by `inline for`",
        size: 10_000,
        text: functions,
    },
    Generated {
        name: "quoted",
        what: "functions by `#insert` of quotes",
        size: 10_000,
        text: quoted,
    },
    Generated {
        name: "fields",
        what: "fields of a struct",
        size: 1_000,
        text: fields,
    },
    Generated {
        name: "names",
        what: "names of an enum's variants",
        size: 1_024,
        text: names,
    },
];

fn functions(count: usize) -> String {
    format!(
        "inline for 0..{count} (n) {{ #name(\"f\", n) :: (v: i64) -> i64 => v + n; }}\n\
         main :: () -> i64 {{\n    total := 0;\n    inline for 0..{count} (n) {{ total += #name(\"f\", n)(n); }}\n    \
         return total & 127;\n}}\n"
    )
}

fn quoted(count: usize) -> String {
    format!(
        "all :: (count: i64) -> Code {{\n    made := #code {{}};\n    for 0..count (n) {{\n        \
         made = #code {{ #(made); #name(\"f\", n) :: (v: i64) -> i64 => v + #(n); }};\n    }}\n    return made;\n}}\n\
         #insert all({count});\n\
         main :: () -> i64 {{ return f0(1) + f{}(2) & 127; }}\n",
        count - 1
    )
}

fn fields(count: usize) -> String {
    format!(
        "#import \"modules/std.sx\";\n\
         S :: struct {{ inline for 0..{count} (n) {{ #name(\"x\", n): i64 = n; }} }}\n\
         main :: () -> i64 {{\n    s := S.{{}};\n    total := 0;\n    \
         inline for 0..struct_field_count(S) (n) {{ total += s.#name(\"x\", n) + struct_field_name(S, n).len; }}\n    \
         return total & 127;\n}}\n"
    )
}

fn names(count: usize) -> String {
    format!(
        "#import \"modules/std.sx\";\n#import \"modules/meta/enums.sx\";\n\
         E :: enum {{ inline for 0..{count} (n) {{ #name(\"variant\", n); }} }}\n\
         main :: () -> i64 {{\n    total := 0;\n    \
         for enum_names(E) (name) {{ total += name.len; }}\n    return total & 127;\n}}\n"
    )
}

/// What a command took.
pub struct Cost {
    pub size: usize,
    pub seconds: f64,
    /// Most memory it had at once.
    pub bytes: Option<u64>,
}

impl Generated {
    /// Writes the program of a size, and gives its file.
    pub fn write(&self, folder: &Path, size: usize) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(folder)?;
        let file = folder.join(format!("{}-{size}.sx", self.name));
        std::fs::write(&file, (self.text)(size))?;
        Ok(file)
    }

    /// `sxc check`, or another command, at once, twice and four times the size; the least of several times each.
    pub fn costs(&self, sxc: &Path, folder: &Path, verb: &[&str], rounds: usize) -> Vec<Cost> {
        let sizes = [self.size, 2 * self.size, 4 * self.size];
        let measured = sizes.iter().filter_map(|size| {
            let file = self.write(folder, *size).ok()?;
            let check = || {
                let mut command = Command::new(sxc);
                command.args(verb).arg(&file);
                if verb.first() == Some(&"build") {
                    command.arg("-o").arg(file.with_extension("out"));
                }
                command.stdout(Stdio::null()).stderr(Stdio::null());
                command
            };
            let times: Vec<f64> = (0..rounds)
                .filter_map(|_| {
                    let (seconds, ok) =
                        measure::time(|| check().status().is_ok_and(|s| s.success()));
                    ok.then_some(seconds)
                })
                .collect();
            Some(Cost {
                size: *size,
                seconds: measure::least(&times)?,
                bytes: peak(check()),
            })
        });
        measured.collect()
    }
}

/// How much more four times as much costs: 4 if it grows with the size.
pub fn growth(costs: &[Cost]) -> Option<(f64, Option<f64>)> {
    let [first, _, last] = costs else { return None };
    let memory = first.bytes.zip(last.bytes);
    Some((
        last.seconds / first.seconds,
        memory.map(|(a, b)| b as f64 / a as f64),
    ))
}

/// The most memory that a process has at once, as Linux tells it while the process is there.
fn peak(mut command: Command) -> Option<u64> {
    let mut child = command.spawn().ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    while child.try_wait().ok()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kib.map(|kib| kib * 1024));
        std::thread::sleep(std::time::Duration::from_micros(500));
    }
    most
}
