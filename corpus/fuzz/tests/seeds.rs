//! A few programs of each kind, the same at every run: `./x fuzz` is for more.

use sx_fuzz::judge::{Program, Verdict, judge};
use sx_fuzz::mutate::Stock;
use sx_fuzz::options::Mode;
use sx_fuzz::worker;

fn clean(mode: Mode, seeds: std::ops::Range<u64>) -> Vec<Verdict> {
    let stock = Stock::read();
    let mut verdicts = Vec::new();
    for seed in seeds {
        let made = worker::make(mode, seed, &stock);
        let result = judge(&Program {
            text: &made.text,
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
fn mutants_are_refused_or_mean_the_same_everywhere() {
    let verdicts = clean(Mode::Mutate, 1..40);
    assert!(verdicts.contains(&Verdict::Rejected));
}
