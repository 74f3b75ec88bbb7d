//! Loops that engines may run many iterations of at once: each against the same loop written down here, for counts
//! around the fewest that are worth it, with traps in the middle and at every limit of steps.

use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, GlobalId, LocId, TrapKind};

use super::Case;
use super::expect::{TestHost, finished, limited, same, steps, trapped};
use crate::{ComptimeEngine, Limits};

const SIZE: usize = 256;

pub fn cases(out: &mut Vec<Case>) {
    for shape in SHAPES {
        out.push(Case::new(format!("bulk/{}", shape.name), move |e| {
            check(e, shape)
        }));
    }
}

/// What an iteration does.
struct Shape {
    name: &'static str,
    /// Statements on `%4`, the counter; `%2` is a bound, `%3` the step, `%7` the memory. Results are `%5` and `%6`.
    body: &'static str,
    /// The same; false if it traps with an index.
    model: fn(&mut State) -> bool,
}

struct State {
    i: u64,
    bound: u64,
    memory: Vec<u8>,
    x: u64,
    d: u64,
    trap: (u64, u64),
}

impl State {
    fn below(&mut self, index: u64, bound: u64) -> bool {
        self.trap = (index, bound);
        index < bound
    }
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "fill",
        body: "store.i8 (ptr_add.ptr %7, (check.index.below.i64 %4, i64 200)), i8 7",
        model: |s| {
            let good = s.below(s.i, 200);
            if good {
                s.memory[s.i as usize] = 7;
            }
            good
        },
    },
    Shape {
        name: "fill-words",
        body: "eval check.index.below.i64 %4, %2
  store.i16 (ptr_add.ptr @g0, (mul.i64 %4, i64 2)), i16 258",
        model: |s| {
            let good = s.below(s.i, s.bound);
            if good {
                s.memory[2 * s.i as usize..][..2].copy_from_slice(&[2, 1]);
            }
            good
        },
    },
    Shape {
        name: "copy",
        body: "%5 = load.i8 (ptr_add.ptr %7, %4)
  eval check.index.below.i64 %4, %2
  store.i8 (ptr_add.ptr (ptr_add.ptr @g0, i64 100), %4), %5",
        model: |s| {
            let good = s.below(s.i, s.bound);
            s.x = u64::from(s.memory[s.i as usize]);
            if good {
                s.memory[s.i as usize + 100] = s.x as u8;
            }
            good
        },
    },
    Shape {
        name: "copy-onto-itself",
        body: "%6 = add.i64 %4, i64 3
  %5 = load.i8 (ptr_add.ptr %7, %4)
  store.i8 (ptr_add.ptr %7, (check.index.below.i64 %6, %2)), %5",
        model: |s| {
            s.d = s.i + 3;
            s.x = u64::from(s.memory[s.i as usize]);
            let good = s.below(s.d, s.bound);
            if good {
                s.memory[s.d as usize] = s.x as u8;
            }
            good
        },
    },
    Shape {
        name: "copy-down",
        body: "%6 = add.i64 %4, i64 -1
  eval check.index.below.i64 %6, %2
  store.i32 (ptr_add.ptr @g0, %6), (load.i32 (ptr_add.ptr %7, %4))",
        model: |s| {
            s.d = s.i.wrapping_sub(1);
            let good = s.below(s.d, s.bound);
            if good {
                let at = s.i as usize;
                s.memory.copy_within(at..at + 4, at - 1);
            }
            good
        },
    },
    Shape {
        name: "recurrence",
        body: "%6 = add.i64 (mul.i64 %6, i64 6364136223846793005), i64 11",
        model: |s| {
            s.d = s.d.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(11);
            true
        },
    },
];

fn text(body: &str) -> String {
    let bytes: String = (0..SIZE).map(|i| format!("\\{:02x}", first(i))).collect();
    format!(
        "sig0 = sx (i64, i64, i64, i64) -> i64, i64, i64
global @g0 \"memory\" size {SIZE} align 8 mutable bytes \"{bytes}\"
func @f0 \"root\" internal sig0 {{
  local %0: i64 \"from\"
  local %1: i64 \"to\"
  local %2: i64 \"bound\"
  local %3: i64 \"step\"
  local %4: i64, %5: i8, %6: i64, %7: ptr
  labels 1
  %7 = @g0
  %4 = %0
  loop L0 {{
    if ge_s.i64 %4, %1 {{
      break L0
    }}
    {body}
    %4 = add.i64 %4, %3
  }}
  return %4, (zext.i8.i64 %5), %6
}}
"
    )
}

fn first(i: usize) -> u8 {
    (i * 7 % 251) as u8
}

fn check(e: &mut dyn ComptimeEngine, shape: &Shape) -> Result<(), String> {
    let module = sx_ir::parse::parse(&text(shape.body)).map_err(|error| error.to_string())?;
    let ranges = [
        (0i64, 0i64),
        (0, 1),
        (0, 7),
        (0, 8),
        (1, 26),
        (1, 100),
        (5, 61),
        (-2, 40),
        (90, 3),
    ];
    for (from, to) in ranges {
        for bound in [0, 3, 50, 120, u64::MAX] {
            for step in [1, 2, 5] {
                one(
                    e,
                    shape,
                    &module,
                    [from as u64, to as u64, bound, step],
                    u64::MAX,
                )?;
            }
        }
    }
    for limit in 0..70 {
        one(e, shape, &module, [1, 60, 120, 1], limit)?;
    }
    Ok(())
}

fn one(
    e: &mut dyn ComptimeEngine,
    shape: &Shape,
    module: &sx_ir::Module,
    args: [u64; 4],
    limit: u64,
) -> Result<(), String> {
    let [from, to, bound, step] = args;
    // Indices that no check looks at stay inside the memory.
    if (from as i64) < 0 && shape.name != "fill" {
        return Ok(());
    }
    let mut state = State {
        i: from,
        bound,
        memory: (0..SIZE).map(first).collect(),
        x: 0,
        d: 0,
        trap: (0, 0),
    };
    let (mut taken, mut good) = (1, true);
    let out_of_steps = loop {
        if taken >= limit {
            break true;
        }
        taken += 1;
        if state.i as i64 >= to as i64 {
            break false;
        }
        good = (shape.model)(&mut state);
        if !good {
            break false;
        }
        state.i = state.i.wrapping_add(step);
    };
    let limits = Limits {
        steps: limit,
        ..Limits::default()
    };
    let root = FuncId(0);
    let outcome = e.run(module, root, &args, &limits, &mut TestHost::default());
    let here = [(root, LocId(0))];
    let result = if limit == 0 {
        limited(&outcome, LimitKind::Steps, &[])
    } else if out_of_steps {
        limited(&outcome, LimitKind::Steps, &here)
    } else if !good {
        trapped(&outcome, TrapKind::Index, state.trap, &here)
    } else {
        finished(&outcome, &[state.i, state.x, state.d])
    };
    let memory = outcome.memory.address_of(GlobalId(0));
    let memory = memory.and_then(|at| outcome.memory.read(at, SIZE as u64));
    result
        .and_then(|()| steps(&outcome, if limit == 0 { 0 } else { taken }))
        .and_then(|()| same("memory", memory, Some(&state.memory[..])))
        .map_err(|why| format!("{args:x?}, limit {limit}: {why}"))
}
