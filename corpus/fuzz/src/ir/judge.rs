//! A program in every engine, before and after the passes.

use sx_bytecode::{AutoEngine, Tiering};
use sx_ir::opt::{PassOptions, optimise};
use sx_ir::{FuncId, Linkage, Module};
use sx_tier_api::conformance::TestHost;
use sx_tier_api::{ComptimeEngine, Frame, Host, HostFault, Outcome, SandboxMemory, Status};
use sxc::engines::{self, Engine, EngineKind};
use sxc::hot::JitCompiler;

use super::Ir;
use super::support::eval::{Stop, run_at};
use crate::judge::{ENGINES, Fault, Verdict, place_of};

const FUEL: u32 = 3000;
/// Frames that are compared.
const FRAMES: usize = 50;

/// The default engine, leaving the VM at other points for each seed.
fn restless(seed: u64) -> AutoEngine {
    let tiering = Tiering::restless(seed);
    AutoEngine::with_tiering(Box::new(JitCompiler::default()), tiering)
}

/// The host of conformance tests, and that of the evaluator.
#[derive(Default)]
struct Callee {
    tests: TestHost,
    calls: Vec<Vec<u64>>,
}

impl Host for Callee {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        match &module.func(func).linkage {
            Linkage::Host(name) if name == "host" => {
                self.calls.push(args.to_vec());
                let sum = |sum: u64, arg: &u64| sum.wrapping_mul(31).wrapping_add(*arg);
                Ok(vec![args.iter().fold(7, sum) & 0x7f])
            }
            _ => self.tests.call(module, func, args, memory, frames),
        }
    }
}

/// What a run did, as far as engines must agree.
struct Seen {
    outcome: Outcome,
    calls: Vec<Vec<u64>>,
    /// Each aspect with what was seen of it.
    aspects: Vec<(&'static str, String)>,
}

fn observe(engine: &mut dyn ComptimeEngine, ir: &Ir) -> Seen {
    let mut host = Callee::default();
    let outcome = engine.run(&ir.module, ir.root, &ir.args, &ir.limits, &mut host);
    let frames = &outcome.frames[..outcome.frames.len().min(FRAMES)];
    let aspects = vec![
        ("status", format!("{:x?}", outcome.status)),
        ("frames", format!("{frames:?}")),
        ("steps", outcome.steps.to_string()),
        ("peak memory", outcome.peak_memory.to_string()),
        ("memory digest", format!("{:x}", outcome.memory.digest())),
        (
            "host calls",
            format!("{:x?} {:x?}", host.tests.log, host.calls),
        ),
    ];
    Seen {
        outcome,
        calls: host.calls,
        aspects,
    }
}

/// An engine of each kind. They are used again, as compilations do.
pub struct Engines(Vec<(&'static str, Box<dyn Engine>)>);

impl Default for Engines {
    fn default() -> Engines {
        let create = |kind: EngineKind| (kind.name(), engines::create(kind));
        Engines(ENGINES.into_iter().map(create).collect())
    }
}

/// Judges a program; panics are faults.
pub fn judge(ir: &Ir) -> Result<Verdict, Fault> {
    let mut verdict = Ok(Verdict::Finished);
    judge_all(
        &mut std::iter::once(ir.clone()),
        &mut |_| {},
        &mut |_, result| verdict = result,
    );
    verdict
}

/// Judges one program after the other, with the same engines. `begins` is told of each seed before, `ends` of what came
/// of it.
pub fn judge_all(
    programs: &mut (dyn Iterator<Item = Ir> + Send),
    begins: &mut (dyn FnMut(u64) + Send),
    ends: &mut (dyn FnMut(u64, Result<Verdict, Fault>) + Send),
) {
    let mut at = None;
    loop {
        let done = sxc::bug::guarded(|| {
            let mut engines = Engines::default();
            for ir in &mut *programs {
                at = Some(ir.seed);
                begins(ir.seed);
                ends(ir.seed, judge_unguarded(&ir, &mut engines));
            }
        });
        match (done, at) {
            (Err(failure), Some(seed)) => {
                let what = failure.into_text();
                let signature = format!("ir: panic: {}", place_of(&what));
                ends(seed, Err(Fault::new(signature, what)));
            }
            (Err(_), None) | (Ok(()), _) => return,
        }
    }
}

fn judge_unguarded(ir: &Ir, engines: &mut Engines) -> Result<Verdict, Fault> {
    verified(&ir.module, "what was made")?;
    let plain = in_all_engines(ir, engines, "")?;
    let mut optimised = ir.clone();
    optimise_all(&mut optimised.module);
    verified(&optimised.module, "after the passes")?;
    let after = in_all_engines(&optimised, engines, ", optimised")?;
    if ir.closed {
        as_evaluated(ir, &plain, "plain")?;
        as_evaluated(ir, &after, "optimised")?;
    }
    Ok(match plain.outcome.status {
        Status::Finished(_) => Verdict::Finished,
        Status::Trapped(_) | Status::Limit(_) | Status::Exit(_) => Verdict::Trapped,
        Status::Unsupported(_) | Status::Refused(_) => Verdict::Unsupported,
        Status::Bug(what) => return Err(Fault::new(format!("ir: bug: {what}"), what)),
    })
}

pub fn optimise_all(module: &mut Module) {
    let all: Vec<FuncId> = (0..module.funcs.len()).map(FuncId::new).collect();
    optimise(module, &all, PassOptions::default());
}

fn verified(module: &Module, when: &str) -> Result<(), Fault> {
    sx_ir::verify::verify(module)
        .map_err(|errors| Fault::new(format!("ir: invalid {when}"), format!("{errors:?}")))
}

/// Runs it in all of them, and once more with tier-up at other points; what the first has done.
fn in_all_engines(ir: &Ir, engines: &mut Engines, how: &str) -> Result<Seen, Fault> {
    let mut first: Option<Seen> = None;
    let mut compare = |engine: &mut dyn ComptimeEngine, name: &str| {
        let seen = observe(engine, ir);
        let Some(first) = &first else {
            first = Some(seen);
            return Ok(());
        };
        let pairs = std::iter::zip(&seen.aspects, &first.aspects).filter(|(a, b)| a != b);
        let (names, details): (Vec<&str>, Vec<String>) = pairs
            .map(|((what, a), (_, b))| (*what, format!("{what}: {a} against {b}")))
            .unzip();
        match names.is_empty() {
            true => Ok(()),
            false => Err(Fault::new(
                format!("ir: {} in {name}{how}", names.join(", ")),
                details.join("\n"),
            )),
        }
    };
    for (name, engine) in &mut engines.0 {
        compare(engine.as_mut(), name)?;
    }
    compare(&mut restless(ir.seed), "auto with other points of tier-up")?;
    first.ok_or_else(|| Fault::new("ir: no engine", ""))
}

/// What the evaluator sees of a closed program, engines must see, too.
fn as_evaluated(ir: &Ir, seen: &Seen, how: &str) -> Result<(), Fault> {
    let evaluate = |shift| run_at(&ir.module, ir.root, &ir.args, FUEL, shift);
    let wanted = evaluate(0);
    let results = match &wanted.end {
        Ok(results) => results,
        // Objects are apart there, and traps are of fewer kinds.
        Err(Stop::Trap(_) | Stop::Fuel) => return Ok(()),
    };
    // It may compare addresses all the same.
    if wanted != evaluate(0x1230_0000) {
        return Ok(());
    }
    let memory = &seen.outcome.memory;
    let mut wrong = Vec::new();
    if seen.outcome.status != Status::Finished(results.clone()) {
        wrong.push(format!("{:x?} against {results:x?}", seen.outcome.status));
    }
    if seen.calls != wanted.calls {
        wrong.push(format!(
            "calls {:x?} against {:x?}",
            seen.calls, wanted.calls
        ));
    }
    for (index, bytes) in wanted.globals.iter().enumerate() {
        let at = memory.address_of(sx_ir::GlobalId::new(index));
        let held = at.and_then(|at| memory.read(at, bytes.len() as u64));
        if let Some(held) = held
            && held != bytes
        {
            wrong.push(format!("global {index}: {held:x?} against {bytes:x?}"));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Fault::new(
            format!("ir: another result than the evaluator's, {how}"),
            wrong.join("\n"),
        )),
    }
}
