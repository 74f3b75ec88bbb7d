//! Finds where two engines part: the first step after which they differ, and the first operation that gives something
//! else, with its operands.
//!
//! Steps are found by running both up to a limit and comparing what they leave, halving the interval. Operations are
//! found by running IR with probes ([`probe`]), which tell the host every value; what both told is compared in order.
//! The probes split expressions: an engine that goes wrong only on whole trees shows the step alone.

mod probe;
mod text;

use std::time::{Duration, Instant};

use sx_ir::{FuncId, LocId, Module};

use crate::{ComptimeEngine, Frame, Host, HostFault, Limits, Outcome, SandboxMemory};
use probe::{Probe, Probed, Seen, probed};

/// Time for each of the two searches; what is known by then is told.
const PATIENCE: Duration = Duration::from_secs(20);
/// Values that both engines tell between two looks at them.
const STRIDE: u64 = 1 << 16;
/// Values kept for the operands of the one that differs.
const KEPT: usize = 4096;

/// Where two engines part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parting {
    pub step: Option<Step>,
    pub operation: Option<Operation>,
}

/// A step that one engine takes in another way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Up to this many steps both did the same, as far as can be seen.
    pub same: u64,
    /// After this many they differ.
    pub differs: u64,
    /// Where the first engine is then.
    pub at: Option<Frame>,
    /// What differs, in words.
    pub what: String,
}

/// An operation with different results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    pub func: FuncId,
    pub loc: LocId,
    /// The operation with the values of its operands.
    pub text: String,
    /// What each engine has; `None`: it does not get there.
    pub values: [Option<u64>; 2],
}

/// What is run.
#[derive(Clone, Copy)]
pub struct Evaluation<'a> {
    pub module: &'a Module,
    pub root: FuncId,
    pub args: &'a [u64],
    pub limits: &'a Limits,
}

type With<'w> = &'w mut dyn FnMut(&mut dyn FnMut(&mut dyn Host));

/// Compares two engines on an evaluation. `with_host` lends a fresh host for a run.
pub fn parting(
    evaluation: Evaluation<'_>,
    engines: [&mut dyn ComptimeEngine; 2],
    with_host: With<'_>,
) -> Parting {
    let [first, second] = engines;
    let step = first_step(evaluation, [&mut *first, &mut *second], with_host);
    let operation = first_operation(evaluation, [first, second], with_host);
    Parting { step, operation }
}

fn run(
    evaluation: Evaluation<'_>,
    steps: u64,
    engine: &mut dyn ComptimeEngine,
    with_host: With<'_>,
) -> Option<Outcome> {
    let limits = Limits {
        steps,
        ..*evaluation.limits
    };
    let mut outcome = None;
    with_host(&mut |host| {
        let (module, root, args) = (evaluation.module, evaluation.root, evaluation.args);
        outcome = Some(engine.run(module, root, args, &limits, host));
    });
    outcome
}

/// What two outcomes differ in, in words; `None` if they are the same.
fn difference(a: &Outcome, b: &Outcome) -> Option<String> {
    let status = (a.status != b.status).then(|| format!("{:?} against {:?}", a.status, b.status));
    let frames = (a.frames != b.frames).then(|| "the active calls".to_owned());
    let steps = (a.steps != b.steps).then(|| format!("{} against {} steps", a.steps, b.steps));
    let memory = (a.memory.digest() != b.memory.digest()).then(|| "memory".to_owned());
    let parts: Vec<String> = [status, frames, steps, memory]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn first_step(
    evaluation: Evaluation<'_>,
    [first, second]: [&mut dyn ComptimeEngine; 2],
    with_host: With<'_>,
) -> Option<Step> {
    let begin = Instant::now();
    let mut look = |steps: u64| {
        let a = run(evaluation, steps, first, with_host)?;
        let b = run(evaluation, steps, second, with_host)?;
        let what = difference(&a, &b);
        Some((a.steps.max(b.steps), a.frames.first().copied(), what))
    };
    let (most, at, what) = look(evaluation.limits.steps)?;
    let mut step = Step {
        same: 0,
        differs: most,
        at,
        what: what?,
    };
    while step.differs - step.same > 1 && begin.elapsed() < PATIENCE {
        let middle = step.same + (step.differs - step.same) / 2;
        match look(middle)? {
            (_, at, Some(what)) => (step.differs, step.at, step.what) = (middle, at, what),
            (_, _, None) => step.same = middle,
        }
    }
    Some(step)
}

/// Listens to the probes of a run and hands all other calls on.
struct Listener<'h> {
    host: &'h mut dyn Host,
    probe: FuncId,
    /// Values told so far.
    count: u64,
    /// Of all of them.
    hash: u64,
    /// `hash` after each `STRIDE` values.
    marks: Vec<u64>,
    /// From which one on they are kept, and how many.
    keep: std::ops::Range<u64>,
    kept: Vec<(u64, u64)>,
    deadline: Instant,
}

impl Host for Listener<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        if func != self.probe {
            return self.host.call(module, func, args, memory, frames);
        }
        let (number, value) = (args.first().copied(), args.get(1).copied());
        let (number, value) = (number.unwrap_or(0), value.unwrap_or(0));
        for word in [number, value] {
            self.hash = (self.hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        if self.keep.contains(&self.count) {
            self.kept.push((number, value));
        }
        self.count += 1;
        if self.count.is_multiple_of(STRIDE) {
            self.marks.push(self.hash);
            if Instant::now() > self.deadline {
                return Err(HostFault::Unsupported("this takes too long".to_owned()));
            }
        }
        Ok(Vec::new())
    }
}

/// What the probes of a run said.
struct Told {
    marks: Vec<u64>,
    kept: Vec<(u64, u64)>,
}

fn listen(
    evaluation: Evaluation<'_>,
    probed: &Probed,
    keep: std::ops::Range<u64>,
    engine: &mut dyn ComptimeEngine,
    with_host: With<'_>,
) -> Option<Told> {
    let mut told = None;
    with_host(&mut |host| {
        let mut listener = Listener {
            host,
            probe: probed.host,
            count: 0,
            hash: 0,
            marks: Vec::new(),
            keep: keep.clone(),
            kept: Vec::new(),
            deadline: Instant::now() + PATIENCE,
        };
        let (root, args, limits) = (evaluation.root, evaluation.args, evaluation.limits);
        engine.run(&probed.module, root, args, limits, &mut listener);
        told = Some(Told {
            marks: listener.marks,
            kept: listener.kept,
        });
    });
    told
}

fn first_operation(
    evaluation: Evaluation<'_>,
    [first, second]: [&mut dyn ComptimeEngine; 2],
    with_host: With<'_>,
) -> Option<Operation> {
    let probed = probed(evaluation.module, evaluation.root);
    let mut both = |keep: std::ops::Range<u64>| {
        let a = listen(evaluation, &probed, keep.clone(), first, with_host)?;
        let b = listen(evaluation, &probed, keep, second, with_host)?;
        Some((a, b))
    };
    let (a, b) = both(0..0)?;
    // The first stretch that differs, or the last one, which may be short.
    let stretch = a
        .marks
        .iter()
        .zip(&b.marks)
        .take_while(|(a, b)| a == b)
        .count() as u64;
    let start = stretch * STRIDE;
    let (a, b) = both(start.saturating_sub(KEPT as u64)..start + STRIDE)?;
    let same = a
        .kept
        .iter()
        .zip(&b.kept)
        .take_while(|(a, b)| a == b)
        .count();
    let (x, y) = (a.kept.get(same).copied(), b.kept.get(same).copied());
    let (number, values) = match (x, y) {
        (None, None) => return None,
        (Some(x), Some(y)) if x.0 == y.0 => (x.0, [Some(x.1), Some(y.1)]),
        // They have gone different ways: what the last common operation decided is not what differs, so the place is
        // that of the first engine.
        (Some(x), _) => (x.0, [Some(x.1), None]),
        (None, Some(y)) => (y.0, [None, Some(y.1)]),
    };
    let probe = probed.probes.get(number as usize)?;
    let before = &a.kept[same.saturating_sub(KEPT)..same];
    Some(Operation {
        func: probe.func,
        loc: probe.loc,
        text: shown(evaluation.module, &probed.probes, probe, before),
        values,
    })
}

/// The operation of a probe with what the probes before said of its operands.
fn shown(module: &Module, probes: &[Probe], probe: &Probe, before: &[(u64, u64)]) -> String {
    let func = module.func(probe.func);
    match probe.seen {
        Seen::Value(id) => text::expression(module, func, id, |operand| {
            let told = before.iter().rev().find(|(number, _)| {
                probes.get(*number as usize).is_some_and(|other| {
                    other.func == probe.func && other.seen == Seen::Value(operand)
                })
            });
            told.map(|(_, value)| *value)
        }),
        Seen::Result(local) => format!("{local:?} of {}", probe.doing),
        Seen::Stored(ty) => format!("{}.{}, read again", probe.doing, ty.name()),
    }
}
