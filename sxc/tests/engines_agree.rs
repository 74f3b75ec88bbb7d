//! Random IR in every engine: status, frames, steps, memory and host calls must be the same.

use sx_tier_api::conformance::random;
use sxc::engines::{EngineKind, create};

const ENGINES: [EngineKind; 4] = [
    EngineKind::Interp,
    EngineKind::Vm,
    EngineKind::Jit,
    EngineKind::Auto,
];

/// Seeds are fixed, so a failure repeats; the message names the seed.
#[test]
fn random_programs_do_the_same_in_every_engine() {
    let mut engines: Vec<_> = ENGINES
        .into_iter()
        .map(|kind| (kind, create(kind)))
        .collect();
    for seed in 0..8_000 {
        let program = random::program(seed);
        let mut reference: Option<String> = None;
        for (kind, engine) in &mut engines {
            let seen = random::observe(engine.as_mut(), &program);
            match &reference {
                None => reference = Some(seen),
                Some(first) => {
                    assert_eq!(
                        *first,
                        seen,
                        "seed {seed}: {} differs from the interpreter",
                        kind.name()
                    )
                }
            }
        }
    }
}
