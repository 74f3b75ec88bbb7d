//! The benchmarks: `./x bench`. Groups: frontend, translation, execution, commands.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sx_benches::translation::{PROGRAM, reached, to_bytecode, to_machine_code};
use sx_benches::{ENGINES, KERNELS, compile, kernel_path, root, run};
use sx_machine::Machine;
use sx_sema::Goal;
use sx_syntax::{Detail, FileId, SourceText};
use sx_tier_api::Limits;

fn sources(dir: &Path, out: &mut Vec<(FileId, SourceText, Detail)>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "sx")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            out.push((FileId(out.len() as u32), text.into(), Detail::Whole));
        }
    }
}

fn frontend(c: &mut Criterion) {
    let mut group = c.benchmark_group("frontend");
    let mut files = Vec::new();
    sources(&root().join("library/modules"), &mut files);
    let lines: usize = files.iter().map(|(_, text, _)| text.lines().count()).sum();
    group.throughput(Throughput::Elements(lines as u64));
    group.bench_function("parse the library", |b| {
        b.iter(|| {
            files
                .iter()
                .map(|(id, text, _)| {
                    black_box(sx_syntax::parse_file(*id, text))
                        .diagnostics
                        .len()
                })
                .sum::<usize>()
        })
    });
    group.bench_function("parse the library, in parallel", |b| {
        b.iter(|| black_box(sx_syntax::parse_files_parallel(&files)).len())
    });
    let file = root().join(PROGRAM);
    if let Some(compilation) = compile(&file, Goal::Check) {
        group.throughput(Throughput::Elements(compilation.stats.lines as u64));
        group.bench_function("check json.sx", |b| {
            b.iter(|| black_box(compile(&file, Goal::Check)).is_some())
        });
    }
    group.finish();
}

/// `sxc check` of generated programs: whole processes, as the compiler keeps its trees until it ends.
fn scale(c: &mut Criterion) {
    let Some(sxc) = sxc() else { return };
    let mut group = c.benchmark_group("frontend/scale");
    group.sample_size(10);
    for (modules, lines) in [(10, 5_000), (100, 50_000), (1_000, 500_000)] {
        let dir = std::env::temp_dir().join(format!("sx-scale-{}-{lines}", std::process::id()));
        if let Ok(main) = sx_benches::scale::generate(&dir, modules, lines) {
            group.throughput(Throughput::Elements(lines as u64));
            group.bench_function(BenchmarkId::from_parameter(lines), |b| {
                b.iter(|| {
                    let mut command = Command::new(&sxc);
                    let command = command.arg("check").arg(&main).stdout(Stdio::null());
                    assert!(command.status().is_ok_and(|status| status.success()));
                })
            });
        }
        // A temporary folder that stays is no reason to fail.
        let _ = std::fs::remove_dir_all(&dir);
    }
    group.finish();
}

/// `sxc check` of programs that generate most of themselves, at once, twice and four times a size.
fn generated(c: &mut Criterion) {
    let Some(sxc) = sxc() else { return };
    let folder = std::env::temp_dir().join(format!("sx-generated-{}", std::process::id()));
    for program in &sx_benches::generated::GENERATED {
        let mut group = c.benchmark_group(format!("generated/{}", program.name));
        group.sample_size(10);
        for size in [program.size, 2 * program.size, 4 * program.size] {
            let Ok(file) = program.write(&folder, size) else {
                continue;
            };
            group.throughput(Throughput::Elements(size as u64));
            group.bench_function(BenchmarkId::from_parameter(size), |b| {
                b.iter(|| {
                    let mut command = Command::new(&sxc);
                    let command = command.arg("check").arg(&file).stdout(Stdio::null());
                    assert!(command.status().is_ok_and(|status| status.success()));
                })
            });
        }
        group.finish();
    }
    // A temporary folder that stays is no reason to fail.
    let _ = std::fs::remove_dir_all(&folder);
}

fn translation(c: &mut Criterion) {
    let Some(compilation) = compile(&root().join(PROGRAM), Goal::Run) else {
        return;
    };
    let (module, funcs) = (&compilation.module, reached(&compilation));
    let Some(main) = compilation.main else { return };
    let mut group = c.benchmark_group("translation");
    group.throughput(Throughput::Bytes(to_bytecode(module, &funcs) as u64));
    group.bench_function("IR to bytecode", |b| {
        b.iter(|| black_box(to_bytecode(module, &funcs)))
    });
    let machine = Machine::new(module, main, &Limits::default());
    group.throughput(Throughput::Bytes(
        to_machine_code(module, &machine, &funcs) as u64
    ));
    group.bench_function("IR to machine code", |b| {
        b.iter(|| black_box(to_machine_code(module, &machine, &funcs)))
    });
    group.finish();
}

/// The compiler built beside this benchmark.
fn sxc() -> Option<std::path::PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let path = exe.parent()?.parent()?.join("sxc");
    path.is_file().then_some(path)
}

fn execution(c: &mut Criterion) {
    let mut group = c.benchmark_group("execution");
    group.sample_size(10);
    for kernel in KERNELS {
        let path = kernel_path(kernel);
        let Some(compilation) = compile(&path, Goal::Run) else {
            continue;
        };
        for engine in ENGINES {
            group.bench_function(BenchmarkId::new(kernel, engine.name()), |b| {
                b.iter(|| black_box(run(&compilation, engine)).is_ok())
            });
        }
        native(&mut group, kernel, &path);
    }
    group.finish();
}

/// The linked program; starting the process counts.
fn native(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    kernel: &str,
    path: &Path,
) {
    let Some(sxc) = sxc() else { return };
    let program = std::env::temp_dir().join(format!("sx-bench-{}-{kernel}", std::process::id()));
    let built = Command::new(sxc)
        .arg("build")
        .arg(path)
        .arg("-O2")
        .arg("-o")
        .arg(&program)
        .stderr(Stdio::null())
        .status();
    if built.is_ok_and(|status| status.success()) {
        group.bench_function(
            BenchmarkId::new(kernel, "native -O2, with its start"),
            |b| b.iter(|| Command::new(&program).status().is_ok()),
        );
    }
    let _ = std::fs::remove_file(&program);
}

fn commands(c: &mut Criterion) {
    let Some(sxc) = sxc() else { return };
    let mut group = c.benchmark_group("commands");
    group.sample_size(20);
    let cases = [
        ("--version", None, vec!["--version"]),
        ("check", Some("corpus/basics/exit_status.sx"), vec!["check"]),
        ("check", Some("corpus/basics/hello.sx"), vec!["check"]),
        ("check", Some("corpus/showcase/sha256.sx"), vec!["check"]),
        ("run", Some("corpus/basics/hello.sx"), vec!["run"]),
        (
            "run --engine=vm",
            Some("corpus/basics/hello.sx"),
            vec!["run", "--engine=vm"],
        ),
        (
            "run -O2",
            Some("corpus/showcase/sha256.sx"),
            vec!["run", "-O2"],
        ),
    ];
    for (name, file, args) in cases {
        let id = match file {
            Some(file) => format!("sxc {name} {}", file.rsplit('/').next().unwrap_or(file)),
            None => format!("sxc {name}"),
        };
        group.bench_function(id, |b| {
            b.iter(|| {
                let mut command = Command::new(&sxc);
                command.args(&args).args(file).current_dir(root());
                command
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .is_ok()
            })
        });
    }
    group.finish();
}

/// So that all of them take about five minutes: `--measurement-time` and `--warm-up-time` say otherwise.
fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! {
    name = benches;
    config = short();
    targets = frontend, scale, generated, translation, execution, commands
}
criterion_main!(benches);
