//! Random programs do the same before and after each pass, and still verify.

mod support;

use support::eval::{Stop, run};
use support::random::program;
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::parse::parse;
use sx_ir::print::print;
use sx_ir::verify::verify;
use sx_ir::{FuncId, Module};

const FUEL: u32 = 3000;
const PROGRAMS: u64 = 1000;

fn check(seed: u64, name: &str, before: &Module, options: PassOptions) {
    let mut after = before.clone();
    let all: Vec<FuncId> = (0..after.funcs.len()).map(FuncId::new).collect();
    optimise(&mut after, &all, options);
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

#[test]
fn random_programs() {
    let none = PassOptions::NONE;
    let variants = [
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
    ];
    let only: Option<u64> = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let count = std::env::var("PROGRAMS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(PROGRAMS);
    let seeds = only.map_or(0..count, |seed| seed..seed + 1);
    let mut finished = 0;
    for seed in seeds.clone() {
        let module = program(seed);
        verify(&module)
            .unwrap_or_else(|errors| panic!("seed {seed}: {errors:?}\n{}", print(&module)));
        let text = print(&module);
        assert_eq!(print(&parse(&text).unwrap()), text);
        for (name, options) in variants {
            check(seed, name, &module, options);
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
