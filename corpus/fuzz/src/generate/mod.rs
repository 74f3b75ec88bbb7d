//! Well-typed programs that say themselves when something is wrong.
//!
//! [`build`], [`expressions`] and [`statements`] make a program of [`ast`], [`eval`] works out what it means and
//! [`print`] writes it with those results beside `#run` and run-time calls. [`idioms`] adds what the evaluator does not
//! know.

pub mod ast;
pub mod build;
pub mod eval;
pub mod expressions;
pub mod idioms;
pub mod print;
pub mod statements;
pub mod values;

use crate::random::Random;
use values::Stop;

/// What each test of a seed's program mixes into its digest, as its evaluation sees it.
pub fn notes(seed: u64) -> Vec<Vec<u64>> {
    let program = build::program(seed);
    program
        .tests
        .iter()
        .filter_map(|test| eval::run_noting(&program, *test).ok())
        .map(|(_, words)| words)
        .collect()
}

/// The program of a seed. Tests that take too long, or that trap, are left out; of some programs, one that traps is
/// what `main` ends with.
pub fn program(seed: u64) -> String {
    let mut program = build::program(seed);
    let mut random = Random::new(seed ^ 0x00ff_00ff);
    let only_idioms = random.one_in(4);
    if only_idioms {
        program = ast::Program::default();
    }
    let mut idioms = if only_idioms || random.one_in(2) {
        idioms::make(&mut random)
    } else {
        idioms::Idioms::default()
    };
    let mut expected = Vec::new();
    let mut tests = Vec::new();
    let mut trapping = None;
    for test in &program.tests {
        match eval::run(&program, *test) {
            Ok(digest) => {
                tests.push(*test);
                expected.push(digest);
            }
            Err(Stop::Trap) => trapping = Some(*test),
            Err(Stop::Budget | Stop::Raise(_)) => {}
        }
    }
    program.tests = tests;
    if let Some((function, a, b)) = trapping {
        // Seldom at compile time, where it is a compile error.
        let call = format!("f{function}({a}, {b})");
        if random.one_in(5) {
            idioms.declarations.push_str(&format!(
                "trap :: () -> u64 {{ reset(); return {call}; }}\nT :: #run trap();\n"
            ));
        }
        idioms
            .main
            .push(format!("reset(); print(\"{{}}\\n\", {call});"));
    }
    print::print(&program, &expected, &idioms)
}
