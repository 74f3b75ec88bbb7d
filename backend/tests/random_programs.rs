//! Random programs as native code, against the evaluator that the tests of the passes use: results, globals and the calls
//! that a program makes. What depends on addresses, or ends in a trap, is left out: native code has other addresses, and
//! finds bad ones in its own way.

// Both of what follows build modules by hand.
#![allow(clippy::duplicate_mod)]

mod common;
#[path = "../../ir/tests/support/mod.rs"]
mod support;

use support::random::program;
use support::whole::{self, clear_slots, complete, with_one_nan};
use sx_backend_api::OptLevel;
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::*;

const FUEL: u32 = 3000;
/// The variable `SX_PROGRAMS` asks for another number of programs.
#[test]
fn random_programs_do_the_same_natively() {
    let args = [3, u64::MAX];
    let wanted = std::env::var("SX_PROGRAMS").ok();
    let wanted = wanted.and_then(|text| text.parse().ok()).unwrap_or(30);
    let mut compared = 0;
    for seed in 0..20 * wanted {
        let module = program(seed);
        let Some(want) = whole::wanted(&module, FuncId(0), &args, FUEL) else {
            continue;
        };
        compared += 1;
        for (opt, passes) in [
            (OptLevel::None, false),
            (OptLevel::Default, compared % 2 == 0),
        ] {
            let mut native = module.clone();
            clear_slots(&mut native);
            let main = complete(&mut native, args, "main");
            if passes {
                let all: Vec<FuncId> = (0..native.funcs.len()).map(FuncId::new).collect();
                optimise(&mut native, &all, PassOptions::default());
            }
            let output = run_native(&native, main, opt);
            assert!(
                output.status.success() && with_one_nan(&output.stdout) == want,
                "seed {seed}, {opt:?}, passes {passes}: {}\n{:02x?}\nwant\n{want:02x?}",
                String::from_utf8_lossy(&output.stderr),
                output.stdout
            );
        }
        if compared == wanted {
            break;
        }
    }
    assert_eq!(compared, wanted);
}

fn run_native(module: &Module, main: FuncId, opt: OptLevel) -> std::process::Output {
    common::run(module, main, opt, true)
}
