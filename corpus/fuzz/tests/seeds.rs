//! A few programs of each kind, the same at every run: `./x fuzz` is for more.

use sx_fuzz::ir::{self, Ir};
use sx_fuzz::judge::{Program, Verdict, judge};
use sx_fuzz::mutate::Stock;
use sx_fuzz::options::Mode;
use sx_fuzz::several::Several;
use sx_fuzz::worker::{self, BOTH_LEVELS};

fn clean(mode: Mode, seeds: std::ops::Range<u64>) -> Vec<Verdict> {
    let stock = Stock::read();
    let mut verdicts = Vec::new();
    for seed in seeds {
        let made = worker::make(mode, seed, &stock);
        let result = judge(&Program {
            text: &made.text,
            modules: &[],
            path: &made.path,
            generated: made.mode == Mode::Generate,
            native: &[],
        });
        match result {
            Ok(verdict) => verdicts.push(verdict),
            Err(fault) => panic!(
                "seed {seed} ({mode:?}): {}\n{}\n{}",
                fault.signature,
                fault.detail,
                String::from_utf8_lossy(&made.text)
            ),
        }
    }
    verdicts
}

#[test]
fn generated_programs_mean_the_same_everywhere() {
    let verdicts = clean(Mode::Generate, 1..25);
    let finished = verdicts
        .iter()
        .filter(|verdict| **verdict == Verdict::Finished)
        .count();
    assert!(finished > 15, "{verdicts:?}");
}

#[test]
fn programs_together_mean_the_same_everywhere() {
    let several = Several::new(1, 4, "several");
    match several.judge(&BOTH_LEVELS) {
        Ok(verdict) => assert_eq!(verdict, Verdict::Finished),
        Err(fault) => panic!("{}\n{}", fault.signature, fault.detail),
    }
}

#[test]
fn mutants_are_refused_or_mean_the_same_everywhere() {
    let verdicts = clean(Mode::Mutate, 1..40);
    assert!(verdicts.contains(&Verdict::Rejected));
}

#[test]
fn random_ir_does_the_same_everywhere() {
    let mut finished = 0;
    ir::judge::judge_all(
        &mut (1..300).map(Ir::new),
        &mut |_| {},
        &mut |seed, result| match result {
            Ok(verdict) => finished += u32::from(verdict == Verdict::Finished),
            Err(fault) => panic!("seed {seed}: {}\n{}", fault.signature, fault.detail),
        },
    );
    assert!(finished > 80, "{finished}");
}

#[test]
fn a_batch_of_random_ir_does_the_same_natively() {
    let result = ir::native::judge(&ir::native::batch(1), &BOTH_LEVELS);
    match result {
        Ok(verdict) => assert_eq!(verdict, Verdict::Finished),
        Err(fault) => panic!("{}\n{}", fault.signature, fault.detail),
    }
}
