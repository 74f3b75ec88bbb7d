//! Random IR in every engine: status, frames, steps, memory and host calls must be the same, whatever the limit of steps
//! and whenever code gets hot.

use sx_bytecode::{AutoEngine, Tiering};
use sx_tier_api::ComptimeEngine;
use sx_tier_api::conformance::random::{self, Program};
use sxc::engines::{EngineKind, create};
use sxc::hot::JitCompiler;
use sxc::profile::Weight;

const ENGINES: [EngineKind; 6] = [
    EngineKind::Interp,
    EngineKind::Vm,
    EngineKind::Jit,
    EngineKind::Auto,
    EngineKind::Profiler(Weight::Steps),
    EngineKind::Profiler(Weight::Time),
];

/// The default engine, leaving the VM at other points for each seed.
fn restless(seed: u64) -> AutoEngine {
    let tiering = Tiering::restless(seed);
    AutoEngine::with_tiering(Box::new(JitCompiler::default()), tiering)
}

/// Seeds are fixed, so a failure repeats; the message names the seed. `SX_PROGRAMS` asks for another number of programs.
#[test]
fn random_programs_do_the_same_in_every_engine() {
    let mut engines: Vec<_> = ENGINES
        .into_iter()
        .map(|kind| (kind, create(kind)))
        .collect();
    let programs = std::env::var("SX_PROGRAMS").ok();
    let programs = programs.and_then(|text| text.parse().ok()).unwrap_or(8_000);
    for seed in 0..programs {
        let program = random::program(seed);
        let mut reference: Option<String> = None;
        let mut compare = |engine: &mut dyn ComptimeEngine, name: &str| {
            let seen = random::observe(engine, &program);
            match &reference {
                None => reference = Some(seen),
                Some(first) => {
                    assert_eq!(
                        *first, seen,
                        "seed {seed}: {name} differs from the interpreter"
                    );
                }
            }
        };
        for (kind, engine) in &mut engines {
            compare(engine.as_mut(), kind.name());
        }
        compare(&mut restless(seed), "auto with other points of tier-up");
    }
}

/// Runs with at most so many steps.
fn observe(engine: &mut dyn ComptimeEngine, program: &mut Program, steps: u64) -> String {
    program.limits.steps = steps;
    random::observe(engine, program)
}

/// Any limit from 0 up to one more than a program needs stops every engine at the same place, having done the same.
#[test]
fn any_limit_of_steps_stops_every_engine_at_the_same_place() {
    let mut engines: Vec<_> = ENGINES
        .into_iter()
        .map(|kind| (kind, create(kind)))
        .collect();
    let (mut programs, mut limits) = (0, 0);
    for seed in 0.. {
        let mut program = random::program(seed);
        // Long ones only repeat themselves.
        program.limits.steps = 150;
        let mut host = sx_tier_api::conformance::TestHost::default();
        let outcome = engines[0].1.run(
            &program.module,
            program.root,
            &program.args,
            &program.limits,
            &mut host,
        );
        let total = outcome.steps;
        if total < 8 {
            continue;
        }
        programs += 1;
        for steps in 0..=total + 1 {
            limits += 1;
            let wanted = observe(engines[0].1.as_mut(), &mut program, steps);
            if steps < total {
                let stopped = wanted.starts_with("Limit(Steps)");
                assert!(stopped, "seed {seed}, {steps} of {total} steps: {wanted}");
                let count = format!("\nsteps {steps} ");
                assert!(
                    wanted.contains(&count),
                    "seed {seed}, {steps} steps: {wanted}"
                );
            }
            for (kind, engine) in &mut engines[1..] {
                let seen = observe(engine.as_mut(), &mut program, steps);
                assert_eq!(wanted, seen, "seed {seed}, {steps} steps, {}", kind.name());
            }
            let seen = observe(&mut restless(seed ^ steps), &mut program, steps);
            assert_eq!(wanted, seen, "seed {seed}, {steps} steps, auto");
        }
        if programs == 60 {
            break;
        }
    }
    assert!(limits > 1000, "{limits}");
}

/// An evaluation that was stopped anywhere leaves a state; what goes on from it does the same as often as it is restored, in
/// whatever engine, and whatever engine left it.
#[test]
fn every_engine_goes_on_from_the_state_of_any() {
    let mut engines: Vec<_> = ENGINES.into_iter().map(create).collect();
    let mut resumed = 0;
    for seed in 0..600u64 {
        let mut program = random::program(seed);
        program.limits.steps = 400;
        let (_, end) = random::observe_from(engines[0].as_mut(), &program, None);
        assert!(end.is_some(), "seed {seed}");
        for stop in [3, seed % 60, 400] {
            program.limits.steps = stop;
            let left: Vec<_> = engines
                .iter_mut()
                .map(|engine| random::observe_from(engine.as_mut(), &program, None))
                .collect();
            program.limits.steps = stop + 300;
            let mut wanted: Option<String> = None;
            for (from, (_, state)) in left.iter().enumerate() {
                for _ in 0..2 {
                    let engine = &mut engines[(from + seed as usize) % ENGINES.len()];
                    let (seen, after) =
                        random::observe_from(engine.as_mut(), &program, state.as_ref());
                    assert!(!seen.contains("Bug("), "seed {seed}: {seen}");
                    let wanted = wanted.get_or_insert_with(|| seen.clone());
                    assert_eq!(*wanted, seen, "seed {seed}, stopped after {stop} steps");
                    resumed += usize::from(after.is_some());
                }
            }
        }
    }
    assert!(resumed > 10_000, "{resumed}");
}

#[test]
fn a_state_of_another_program_is_refused() {
    let mut engine = create(EngineKind::Vm);
    let (one, other) = (random::program(1), random::program(2));
    let (_, state) = random::observe_from(engine.as_mut(), &one, None);
    let (seen, _) = random::observe_from(engine.as_mut(), &other, state.as_ref());
    assert!(seen.contains("another program"), "{seen}");
}
