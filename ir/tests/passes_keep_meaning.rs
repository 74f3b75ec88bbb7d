//! Random programs do the same before and after each pass, and still verify. So do small ones that get a pass into
//! temptation, `meaning/*.ir`: comments tell what comes out, as in `; @f0 3 8 = 4` or `; @f1 3 0 = trap DivideByZero`.

mod support;

use std::path::Path;
use support::eval::{Stop, run};
use support::random::program;
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::parse::parse;
use sx_ir::print::print;
use sx_ir::verify::verify;
use sx_ir::{FuncId, Module};

const FUEL: u32 = 3000;
const PROGRAMS: u64 = 1000;

fn optimised(before: &Module, options: PassOptions) -> Module {
    let mut after = before.clone();
    let all: Vec<FuncId> = (0..after.funcs.len()).map(FuncId::new).collect();
    optimise(&mut after, &all, options);
    after
}

fn check(seed: u64, name: &str, before: &Module, options: PassOptions) {
    let after = optimised(before, options);
    let show = || {
        format!(
            "seed {seed}, {name}\n--- before\n{}--- after\n{}",
            print(before),
            print(&after)
        )
    };
    if let Err(errors) = verify(&after) {
        panic!("{errors:?}\n{}", show());
    }
    for args in [[0, 0], [3, u64::MAX], [1 << 40, 5]] {
        let wanted = run(before, FuncId(0), &args, FUEL);
        if wanted.end == Err(Stop::Fuel) {
            continue;
        }
        // Passes never add steps.
        let got = run(&after, FuncId(0), &args, FUEL);
        assert_eq!(wanted, got, "args {args:?}, {}", show());
    }
}

/// Passes alone, and with those that they are meant to follow.
fn variants() -> Vec<(&'static str, PassOptions)> {
    let none = PassOptions::NONE;
    vec![
        ("fold", PassOptions { fold: true, ..none }),
        (
            "forward",
            PassOptions {
                forward: true,
                ..none
            },
        ),
        (
            "forward and fold",
            PassOptions {
                forward: true,
                fold: true,
                ..none
            },
        ),
        ("sroa", PassOptions { sroa: true, ..none }),
        ("dce", PassOptions { dce: true, ..none }),
        (
            "ranges",
            PassOptions {
                ranges: true,
                ..none
            },
        ),
        (
            "merge",
            PassOptions {
                merge: true,
                ..none
            },
        ),
        (
            "merge after forward",
            PassOptions {
                forward: true,
                dce: true,
                merge: true,
                ..none
            },
        ),
        (
            "conditions",
            PassOptions {
                conditions: true,
                ..none
            },
        ),
        (
            "conditions after forward",
            PassOptions {
                forward: true,
                fold: true,
                dce: true,
                conditions: true,
                ..none
            },
        ),
        (
            "compact",
            PassOptions {
                compact: true,
                ..none
            },
        ),
        (
            "inline",
            PassOptions {
                inline: true,
                inline_size: 200,
                ..none
            },
        ),
        (
            "all",
            PassOptions {
                inline_size: 100,
                ..PassOptions::ALL
            },
        ),
    ]
}

#[test]
fn random_programs() {
    let only: Option<u64> = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let count = std::env::var("PROGRAMS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(PROGRAMS);
    let seeds = only.map_or(0..count, |seed| seed..seed + 1);
    let variants = variants();
    let mut finished = 0;
    for seed in seeds.clone() {
        let module = program(seed);
        verify(&module)
            .unwrap_or_else(|errors| panic!("seed {seed}: {errors:?}\n{}", print(&module)));
        let text = print(&module);
        assert_eq!(print(&parse(&text).unwrap()), text);
        for (name, options) in &variants {
            check(seed, name, &module, *options);
        }
        finished += u64::from(run(&module, FuncId(0), &[3, 4], FUEL).end.is_ok());
    }
    if only.is_none() {
        println!("{finished} of {count} ran to their end");
    }
    // Most of them would be worthless if they trapped early.
    assert!(
        only.is_some() || finished * 3 > seeds.end,
        "only {finished} ran to their end"
    );
}

/// What a comment of a program of `meaning` tells: the function, its arguments and what comes out.
fn expectation(line: &str) -> Option<(FuncId, Vec<u64>, &str)> {
    let (call, wanted) = line.strip_prefix("; @f")?.split_once(" = ").expect(line);
    let mut words = call.split(' ').map(|word| word.parse::<u64>().expect(line));
    let func = FuncId(words.next().expect(line) as u32);
    Some((func, words.collect(), wanted))
}

fn shown(end: &Result<Vec<u64>, Stop>) -> String {
    match end {
        Ok(values) => {
            let values: Vec<String> = values.iter().map(u64::to_string).collect();
            values.join(" ")
        }
        Err(Stop::Trap(kind)) => format!("trap {kind:?}"),
        Err(Stop::Fuel) => "out of fuel".into(),
    }
}

#[test]
fn programs_made_for_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meaning");
    let mut inputs: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    inputs.sort();
    for path in inputs {
        let file = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let before = parse(&text).unwrap_or_else(|error| panic!("{file}:{error}"));
        verify(&before).unwrap_or_else(|errors| panic!("{file}: {errors:?}"));
        let runs: Vec<_> = text.lines().filter_map(expectation).collect();
        assert!(!runs.is_empty(), "{file}");
        let expected: Vec<_> = runs
            .iter()
            .map(|(func, args, wanted)| {
                let seen = run(&before, *func, args, FUEL);
                assert_eq!(shown(&seen.end), *wanted, "{file}, {func:?}, args {args:?}");
                seen
            })
            .collect();
        for (name, options) in variants() {
            let after = optimised(&before, options);
            verify(&after).unwrap_or_else(|errors| panic!("{file}, {name}: {errors:?}"));
            for ((func, args, _), wanted) in runs.iter().zip(&expected) {
                let got = run(&after, *func, args, FUEL);
                assert_eq!(
                    *wanted,
                    got,
                    "{file}, {name}, {func:?}, args {args:?}\n--- after\n{}",
                    print(&after)
                );
            }
        }
    }
}
