//! Times of the VM on small programs in IR text: `cargo run --release -p sx-bytecode --example vm_speed`. With an argument,
//! the listing of its functions too.

use std::time::Instant;

use sx_bytecode::{VmEngine, translate};
use sx_ir::{FuncId, LocId};
use sx_tier_api::conformance::TestHost;
use sx_tier_api::{ComptimeEngine, Limits, Status};

const PROGRAMS: &[(&str, u64, &str)] = &[
    (
        "count: i < n; s += i",
        50_000_000,
        r#"
func @f0 "count" internal sig0 {
  local %0: i64
  local %1: i64, %2: i64
  labels 1
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    %2 = add.i64 %2, %1
    %1 = add.i64 %1, i64 1
  }
  return %2
}
"#,
    ),
    (
        "calls: f(i) in a loop",
        10_000_000,
        r#"
func @f0 "calls" internal sig0 {
  local %0: i64
  local %1: i64, %2: i64, %3: i64
  labels 1
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    %3 = call @f1(%1)
    %2 = add.i64 %2, %3
    %1 = add.i64 %1, i64 1
  }
  return %2
}
func @f1 "leaf" internal sig0 {
  local %0: i64
  return xor.i64 %0, i64 5
}
"#,
    ),
    (
        "fib",
        34,
        r#"
func @f0 "fib" internal sig0 {
  local %0: i64
  local %1: i64, %2: i64
  if lt_s.i64 %0, i64 2 {
    return %0
  }
  %1 = call @f0(sub.i64 %0, i64 1)
  %2 = call @f0(sub.i64 %0, i64 2)
  return add.i64 %1, %2
}
"#,
    ),
    (
        "sieve: bytes in a global, checked indices",
        4_000_000,
        r#"
global @g0 "marks" size 4000000 align 1 mutable
func @f0 "sieve" internal sig0 {
  local %0: i64
  local %1: i64, %2: i64, %3: i64
  local %4: ptr
  labels 3
  %4 = @g0
  %1 = i64 2
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    block L2 {
      if ne.i8 (load.i8 (ptr_add.ptr %4, (check.index.below.i64 %1, %0))), i8 0 {
        break L2
      }
      %3 = add.i64 %3, i64 1
      %2 = add.i64 %1, %1
      loop L1 {
        if ge_s.i64 %2, %0 {
          break L1
        }
        store.i8 (ptr_add.ptr %4, (check.index.below.i64 %2, %0)), i8 1
        %2 = add.i64 %2, %1
      }
    }
    %1 = add.i64 %1, i64 1
  }
  return %3
}
"#,
    ),
    (
        "words: a[i] = a[i-1] * 3 + i in a slot",
        10_000_000,
        r#"
func @f0 "words" internal sig0 {
  local %0: i64
  local %1: i64, %2: ptr
  slot $0: 8192 align 8
  labels 1
  %2 = $0
  store.i64 $0, i64 1
  %1 = i64 1
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    store.i64 (ptr_add.ptr %2, (mul.i64 (and.i64 %1, i64 1023), i64 8)), (add.i64 (mul.i64 (load.i64 (ptr_add.ptr %2, (mul.i64 (and.i64 (sub.i64 %1, i64 1), i64 1023), i64 8))), i64 3), %1)
    %1 = add.i64 %1, i64 1
  }
  return load.i64 $0
}
"#,
    ),
    (
        "floats: x = x * 0.5 + 1.0",
        20_000_000,
        r#"
func @f0 "floats" internal sig0 {
  local %0: i64
  local %1: i64, %2: f64
  labels 1
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    %2 = fadd.f64 (fmul.f64 %2, f64 0.5), f64 1.0
    %1 = add.i64 %1, i64 1
  }
  return f_to_s.f64.i64 %2
}
"#,
    ),
];

const HEAD: &str = "target \"x86_64-unknown-linux-gnu\" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8\n\
                    sig0 = sx (i64) -> i64\n";

fn main() {
    let listing = std::env::args().nth(1).is_some();
    for (name, n, text) in PROGRAMS {
        let module = match sx_ir::parse::parse(&format!("{HEAD}{text}")) {
            Ok(module) => module,
            Err(error) => {
                println!("{name}: {error:?}");
                continue;
            }
        };
        if listing {
            for id in (0..module.funcs.len()).map(FuncId::new) {
                if let Ok(code) = translate::translate(&module, id) {
                    println!("{}", code.listing(id, module.func(id)));
                }
            }
        }
        debug_assert_eq!(module.func(FuncId(0)).loc, LocId(0));
        let mut best = f64::INFINITY;
        let mut steps = 0;
        let mut result = String::new();
        for _ in 0..3 {
            let start = Instant::now();
            let outcome = VmEngine::new().run(
                &module,
                FuncId(0),
                &[*n],
                &Limits::default(),
                &mut TestHost::default(),
            );
            best = best.min(start.elapsed().as_secs_f64());
            steps = outcome.steps;
            result = match outcome.status {
                Status::Finished(values) => format!("{values:?}"),
                other => format!("{other:?}"),
            };
        }
        println!(
            "{name}: {:.2} ns/step, {:.3} s, {steps} steps, {result}",
            best * 1e9 / steps as f64,
            best
        );
    }
    runs();
    translation();
}

/// What a run of a function that does nothing costs.
fn runs() {
    let text =
        format!("{HEAD}func @f0 \"nothing\" internal sig0 {{\n  local %0: i64\n  return %0\n}}\n");
    let Ok(module) = sx_ir::parse::parse(&text) else {
        return;
    };
    let mut engine = VmEngine::new();
    let count = 20_000;
    let start = Instant::now();
    for i in 0..count {
        engine.run(
            &module,
            FuncId(0),
            &[i],
            &Limits::default(),
            &mut TestHost::default(),
        );
    }
    println!(
        "a run: {:.2} us",
        start.elapsed().as_secs_f64() * 1e6 / count as f64
    );
}

/// What translating costs, per node of the function.
fn translation() {
    for statements in [100, 10_000, 1_000_000] {
        let mut text = format!(
            "{HEAD}func @f0 \"large\" internal sig0 {{\n  local %0: i64\n  local %1: i64\n"
        );
        for i in 0..statements {
            text.push_str(&format!(
                "  %1 = add.i64 (mul.i64 %0, i64 {i}), (xor.i64 %1, %0)\n"
            ));
            if i % 10 == 9 {
                text.push_str("  if lt_s.i64 %1, i64 7 {\n    %0 = %1\n  }\n");
            }
        }
        text.push_str("  return %1\n}\n");
        let Ok(module) = sx_ir::parse::parse(&text) else {
            return;
        };
        let start = Instant::now();
        let code = translate::translate(&module, FuncId(0));
        let time = start.elapsed().as_secs_f64();
        let nodes = module.func(FuncId(0)).exprs.len();
        let words = code.map_or(0, |c| c.insts.len());
        println!(
            "translation: {nodes} nodes, {words} words, {:.1} ns/node",
            time * 1e9 / nodes as f64
        );
    }
}
