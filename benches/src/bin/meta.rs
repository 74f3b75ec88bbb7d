//! `./x bench --meta`: what generated code costs, beside code by hand and as it grows. Writes the tables into
//! docs/metaprogramming.md between its markers; `--print` only prints them. `--quick` runs fewer rounds.

use std::path::Path;
use std::process::Command;

use sx_benches::generated::{self, GENERATED};
use sx_benches::page::Table;
use sx_benches::{contest, meta, root};

const BEGIN: &str = "<!-- Below: written by ./x bench --meta. -->";
const END: &str = "<!-- Above: written by ./x bench --meta. -->";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let known = |arg: &String| matches!(arg.as_str(), "--print" | "--quick");
    if let Some(arg) = args.iter().find(|arg| !known(arg)) {
        eprintln!("error: unknown option '{arg}'; known are --print, --quick");
        std::process::exit(2);
    }
    let has = |name: &str| args.iter().any(|arg| arg == name);
    let rounds = if has("--quick") { 3 } else { 7 };
    let scratch = std::env::temp_dir().join(format!("sx-meta-{}", std::process::id()));
    let done = match std::fs::create_dir_all(&scratch) {
        Ok(()) => tables(&scratch, rounds),
        Err(error) => Err(format!("cannot make '{}': {error}", scratch.display())),
    };
    let _ = std::fs::remove_dir_all(&scratch);
    let written = done.and_then(|text| match has("--print") {
        true => {
            println!("{text}");
            Ok(())
        }
        false => write(&text),
    });
    if let Err(message) = written {
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

fn tables(scratch: &Path, rounds: usize) -> Result<String, String> {
    let sxc = contest::sxc().ok_or("the compiler is not beside this program")?;
    let mut rows = Vec::new();
    for program in meta::PROGRAMS {
        let row = meta::compare(program, scratch, rounds);
        rows.push(row.ok_or(format!("'{}' does not build or run", program.0))?);
    }
    let mut scale = Table::new(&["what", "N", "check", "memory", "build", "memory"]);
    for program in &GENERATED {
        let checked = program.costs(&sxc, scratch, &["check"], rounds.min(3));
        let built = program.costs(&sxc, scratch, &["build", "-O0"], 1);
        for (check, build) in checked.iter().zip(&built) {
            scale.row([
                program.what.to_owned(),
                check.size.to_string(),
                seconds(check.seconds),
                memory(check.bytes),
                seconds(build.seconds),
                memory(build.bytes),
            ]);
        }
        if let Some((time, bytes)) = generated::growth(&checked) {
            let built = generated::growth(&built);
            let times =
                |growth: Option<f64>| growth.map_or("–".to_owned(), |g| format!("{g:.1}×"));
            scale.row([
                program.what.to_owned(),
                "4N against N".to_owned(),
                times(Some(time)),
                times(bytes),
                times(built.map(|growth| growth.0)),
                times(built.and_then(|growth| growth.1)),
            ]);
        }
    }
    Ok(format!(
        "{}\n\nGenerated code beside code by hand, natively at `-O2`: medians of {rounds} runs in turns, and ratios of \
         generated to by hand.\n\n{}\nPrograms most of which is generated, at N, 2N and 4N: CPU time and the most memory \
         at once of `sxc check` and of `sxc build -O0`.\n\n{}",
        machine(),
        meta::table(&rows).markdown(),
        scale.markdown()
    ))
}

fn seconds(seconds: f64) -> String {
    match seconds < 1.0 {
        true => format!("{:.0} ms", seconds * 1e3),
        false => format!("{seconds:.2} s"),
    }
}

fn memory(bytes: Option<u64>) -> String {
    bytes.map_or("–".to_owned(), |n| format!("{} MB", n / 1_000_000))
}

/// The machine, and how the compiler that was measured has been built.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let date = Command::new("date").arg("+%Y-%m-%d").output();
    let date = date.map_or_else(|_| Vec::new(), |output| output.stdout);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let build = match cfg!(debug_assertions) {
        true => "a development build of sxc",
        false => "a release build of sxc",
    };
    format!(
        "{}, {cores} cores of {model} (load {}), {build}.",
        String::from_utf8_lossy(&date).trim(),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

fn write(text: &str) -> Result<(), String> {
    let file = root().join("docs/metaprogramming.md");
    let old = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
    let parts = old
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err("docs/metaprogramming.md has no place for the tables".to_owned());
    };
    let new = format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", text.trim_end());
    std::fs::write(&file, new).map_err(|e| e.to_string())
}
