//! Every kernel prints the same in all engines, natively, and as its C twin; engines agree on steps, memory and digests.

use std::path::PathBuf;

use sx_benches::contest::{self, Result, Runner};
use sx_benches::kernels::{C_KERNELS, FAMOUS, Kernel, famous_path};
use sx_benches::{ENGINES, compile, meta};
use sx_sema::Goal;
use sxc::engines::EngineKind;

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("sx-kernels-{}-{name}", std::process::id()))
}

fn result(runner: Option<Runner>, what: &str) -> Result {
    let Some(runner) = runner else {
        panic!("{what}: not built")
    };
    match runner.run() {
        Some((_, result)) => result,
        None => panic!("{what}: fails"),
    }
}

fn c_twin(kernel: &Kernel) -> Vec<u8> {
    let program = scratch(&format!("{}-c", kernel.name));
    let flags = ["-O1", "-ffp-contract=off"];
    let runner = contest::build_c("cc", &kernel.c(), &flags, &program);
    let output = result(runner, &format!("{} in C", kernel.name)).output;
    let _ = std::fs::remove_file(program);
    output
}

/// Engines other than the tree interpreter, which takes minutes in a debug build.
#[test]
fn kernels_agree() {
    for kernel in &C_KERNELS {
        let want = c_twin(kernel);
        let mut counts = None;
        for engine in ENGINES {
            if engine == EngineKind::Interp {
                continue;
            }
            let got = result(Runner::engine(engine, &kernel.sx()), kernel.name);
            let (output, name) = (String::from_utf8_lossy(&got.output), kernel.name);
            assert_eq!(
                output,
                String::from_utf8_lossy(&want),
                "{name} in {engine:?}"
            );
            let first = counts.get_or_insert(got.counts);
            assert_eq!(*first, got.counts, "{name} in {engine:?}");
        }
    }
}

/// All engines, the interpreter too: a kernel with fewer repetitions.
#[test]
fn interpreter_agrees() {
    let smaller = [
        ("lcg", "N :: 10000000", "N :: 20000"),
        ("fib", "N :: 32", "N :: 17"),
        ("sieve", "SIZE :: 1000000", "SIZE :: 5000"),
        ("sha256", "N :: 1048576", "N :: 1024"),
        ("mandelbrot", "SIDE :: 200", "SIDE :: 16"),
        ("nbody", "N :: 200000", "N :: 200"),
        ("trees", "DEPTH :: 14", "DEPTH :: 7"),
        ("hashmap", "N :: 500000", "N :: 3000"),
        ("bytecopy", "SIZE :: 1048576", "SIZE :: 4096"),
        ("tokenizer", "SIZE :: 200000", "SIZE :: 4000"),
        ("indirect", "N :: 10000000", "N :: 20000"),
        ("building", "N :: 100000", "N :: 500"),
    ];
    assert_eq!(smaller.len(), C_KERNELS.len());
    for (name, full, small) in smaller {
        let Some(kernel) = C_KERNELS.iter().find(|kernel| kernel.name == name) else {
            panic!("no kernel {name}")
        };
        let text = std::fs::read_to_string(kernel.sx()).unwrap_or_default();
        assert!(text.contains(full), "{name} has no '{full}'");
        let file = scratch(&format!("{name}.sx"));
        assert!(std::fs::write(&file, text.replace(full, small)).is_ok());
        let compilation = compile(&file, Goal::Run);
        let _ = std::fs::remove_file(&file);
        let Some(compilation) = compilation else {
            panic!("{name} does not compile")
        };
        let runs = ENGINES.map(|engine| contest::run_engine(engine, &compilation));
        let runs = runs.map(|run| run.map(|(_, result)| result));
        assert!(runs[0].is_some(), "{name}");
        for (run, engine) in runs.iter().zip(ENGINES) {
            assert_eq!(run, &runs[0], "{name} in {engine:?}");
        }
    }
}

/// The programs that compare generated code with code by hand: both ways come to the same, in all engines.
#[test]
fn generated_and_by_hand_agree() {
    for (name, _) in meta::PROGRAMS {
        let text = std::fs::read_to_string(meta::path(name)).unwrap_or_default();
        let (Some(rounds), Some(main)) = (text.find("ROUNDS :: "), text.find("main :: ()")) else {
            panic!("{name} has no ROUNDS or main")
        };
        let line = text[rounds..].lines().next().unwrap_or_default();
        let both = "main :: () { a := generated(); b := by_hand(); print(\"{} {}\\n\", a == b, a != 0); }\n";
        let file = scratch(&format!("meta-{name}.sx"));
        let small = text[..main].replace(line, "ROUNDS :: 40;") + both;
        assert!(std::fs::write(&file, small).is_ok());
        let compilation = compile(&file, Goal::Run);
        let _ = std::fs::remove_file(&file);
        let Some(compilation) = compilation else {
            panic!("{name} does not compile")
        };
        for engine in ENGINES {
            let output = contest::run_engine(engine, &compilation).map(|run| run.1.output);
            assert_eq!(
                output.as_deref(),
                Some(&b"true true\n"[..]),
                "{name} in {engine:?}"
            );
        }
    }
}

/// A limit on steps ends all engines at the same point, in a loop that the JIT runs several iterations at a time.
#[test]
fn step_limits_agree() {
    let file = scratch("steps.sx");
    let text = "state : u64 = 1;
rounds : i64 = 37;
main :: () -> i64 {
    x : u64 = state;
    for 0..41 { x = x * 6364136223846793005 + 1442695040888963407; }
    n := rounds;
    y : u64 = 3;
    for 0..n { y = y * 5 + 1; }
    state = x ^ y;
    (state & 127).(i64)
}
";
    assert!(std::fs::write(&file, text).is_ok());
    let compilation = compile(&file, Goal::Run);
    let _ = std::fs::remove_file(&file);
    let Some(compilation) = compilation else {
        panic!("does not compile")
    };
    let Some(main) = compilation.main else {
        panic!("no main")
    };
    let args = vec![0; compilation.module.params_of(main).len()];
    for steps in 0..100 {
        let limits = sx_tier_api::Limits {
            steps,
            ..Default::default()
        };
        let runs = ENGINES.map(|engine| {
            let mut host = sx_machine::StdHost::new(sx_machine::HostOptions::default(), None);
            let mut engine = sxc::engines::create(engine);
            let out = engine.run(&compilation.module, main, &args, &limits, &mut host);
            let digest = out.memory.digest();
            (out.status, out.frames, out.steps, digest)
        });
        for (run, engine) in runs.iter().zip(ENGINES) {
            assert_eq!(run, &runs[0], "{steps} steps in {engine:?}");
        }
    }
}

#[test]
fn famous_cases_are_right() {
    for (name, _) in FAMOUS {
        let Some(compilation) = compile(&famous_path(name), Goal::Run) else {
            panic!("{name} does not compile")
        };
        let status = sx_benches::run(&compilation, EngineKind::Auto);
        assert_eq!(status, Ok(0), "{name}");
    }
}
