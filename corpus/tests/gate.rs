//! Every case of the corpus in every engine. One test for each.

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::{case, docs, gate, known, process};

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let (cases, gaps) = match (case::all(), known::gaps()) {
        (Ok(cases), Ok(gaps)) => (cases, gaps),
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("cannot read the corpus: {error}");
            std::process::exit(1);
        }
    };
    let blessing = std::env::var_os("SX_BLESS").is_some();
    let mut trials = vec![no_gap_without_a_case(&cases, &gaps)];
    for case in cases {
        let gap = gaps.get(&case.name).cloned();
        trials.push(Trial::test(case.name.clone(), move || {
            if blessing {
                if gate::bless(&case)? {
                    println!("blessed {}", case.name);
                }
                return Ok(());
            }
            match (gate::check(&case), gap) {
                (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
                (Ok(()), Some(reason)) => Err(Failed::from(format!(
                    "works now; remove its line from corpus/known (the reason there: {reason})"
                ))),
                (Err(problem), None) => Err(Failed::from(format!(
                    "{problem}\nto see it: sxc run {}\nif the new behaviour is right: ./x bless {}",
                    case.file.display(),
                    case.name
                ))),
            }
        }));
    }
    for example in docs::examples().into_iter().filter(|_| !blessing) {
        trials.push(Trial::test(example.name.clone(), move || {
            Ok(docs::check(&example)?)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn no_gap_without_a_case(
    cases: &[case::Case],
    gaps: &std::collections::BTreeMap<String, String>,
) -> Trial {
    let stray: Vec<String> = gaps
        .keys()
        .filter(|name| !cases.iter().any(|case| case.name == **name))
        .cloned()
        .collect();
    Trial::test("known_gaps_are_cases", move || {
        if stray.is_empty() {
            Ok(())
        } else {
            Err(Failed::from(format!("no such cases: {}", stray.join(", "))))
        }
    })
}
