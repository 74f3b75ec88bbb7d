//! Small programs with known results, and what once went wrong; with and without locals in registers.

use sx_ir::FuncId;
use sx_jit::{JitEngine, Options};
use sx_tier_api::conformance::TestHost;
use sx_tier_api::{ComptimeEngine, Limits, Status};

fn run(text: &str, arg: u64) -> Vec<Status> {
    let module = sx_ir::parse::parse(text).unwrap();
    let limits = Limits::default();
    [true, false]
        .into_iter()
        .map(|pin| {
            let mut engine = JitEngine::with_options(Options { pin, bulk: pin });
            let mut host = TestHost::default();
            engine
                .run(&module, FuncId(0), &[arg], &limits, &mut host)
                .status
        })
        .collect()
}

fn check(text: &str, arg: u64, wanted: u64) {
    let wanted = Status::Finished(vec![wanted]);
    assert_eq!(run(text, arg), [wanted.clone(), wanted], "argument {arg}");
}

macro_rules! program {
    ($name:literal) => {
        include_str!(concat!("programs/", $name, ".ir"))
    };
}

#[test]
fn known_results() {
    check(program!("count"), 1000, 499_500);
    check(program!("fib"), 20, 6765);
    check(program!("sieve"), 100, 25);
    check(program!("digits"), 100, 900);
    check(program!("collatz"), 10, 61);
    check(program!("floats"), 100, 2);
}

/// The halves of a dispatch tree are reached by different ways: the value has to be in its register before they part.
#[test]
fn dense_and_sparse_cases_in_one_switch() {
    let cases = [
        0,
        1,
        5,
        7,
        9,
        10,
        244,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffffu64,
    ];
    let mut text = String::from(
        "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n\
         sig0 = sx (i64) -> i64\nfunc @f0 \"f\" internal sig0 {\n  local %0: i64\n  local %1: i64\n  switch.i64 %0 {\n",
    );
    for (i, case) in cases.iter().enumerate() {
        text.push_str(&format!(
            "    case {case} {{\n      %1 = i64 {}\n    }}\n",
            i + 1
        ));
    }
    text.push_str("    default {\n    }\n  }\n  return %1\n}\n");
    for (i, case) in cases.iter().enumerate() {
        check(&text, *case, i as u64 + 1);
    }
    for other in [2, 6, 11, 243, 1 << 40, u64::MAX] {
        check(&text, other, 0);
    }
}

/// Nesting is bounded by memory, not by the stack of the compiler.
#[test]
fn deep_expressions() {
    let mut text = String::from(
        "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n\
         sig0 = sx (i64) -> i64\nfunc @f0 \"f\" internal sig0 {\n  local %0: i64\n  local %1: i64\n",
    );
    let depth = 60;
    let open: String = (0..depth)
        .map(|i| format!("sub.i64 (mul.i64 %0, i64 {i}), ("))
        .collect();
    text.push_str(&format!(
        "  %1 = {open}xor.i64 %0, %0{}\n  return %1\n}}\n",
        ")".repeat(depth)
    ));
    // 0x - (1x - (2x - ...)): alternating sum.
    let wanted = (0..depth as i64)
        .map(|i| if i % 2 == 0 { i } else { -i })
        .sum::<i64>()
        * 3;
    check(&text, 3, wanted as u64);
}
