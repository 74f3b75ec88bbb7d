//! Running a test program and comparing what it did.

use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, Linkage, LocId, Module, TrapKind};

use crate::{ComptimeEngine, Frame, Host, HostFault, Limits, Outcome, SandboxMemory, Status, Trap};

/// The host of the tests; its functions go by these names:
/// `add2(a, b)`, `sum(count, ...)`, `pair() -> (1, 2)`, `alloc(n)`, `free(p)`, `poke(addr, byte)`, `depth() -> frames`,
/// `exit(n)`, `host_trap()`, `no()`, `log(x)` (appends to `log`), `back(function, ...)` (calls it).
#[derive(Default)]
pub struct TestHost {
    pub log: Vec<u64>,
    /// Frames seen by the last `depth` call.
    pub frames: Vec<Frame>,
}

impl Host for TestHost {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        let name = match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } => symbol.as_str(),
            Linkage::Host(name) => name.as_str(),
            Linkage::Internal | Linkage::Export(_) | Linkage::Asm(_) => {
                return Err(HostFault::Unsupported("defined function".into()));
            }
        };
        let arg = |i: usize| args.get(i).copied().unwrap_or(0);
        match name {
            "add2" => Ok(vec![arg(0).wrapping_add(arg(1))]),
            "sum" => Ok(vec![
                args[1..]
                    .iter()
                    .fold(0u64, |a, b| a.wrapping_mul(31).wrapping_add(*b)),
            ]),
            "pair" => Ok(vec![1, 2]),
            "log" => {
                self.log.push(arg(0));
                Ok(vec![])
            }
            "alloc" => Ok(vec![memory.alloc(arg(0))?]),
            "free" => memory.free(arg(0)).map(|()| vec![]),
            "poke" => memory.write(arg(0), &[arg(1) as u8]).map(|()| vec![]),
            "depth" => {
                self.frames = frames();
                Ok(vec![self.frames.len() as u64])
            }
            "back" => match memory.function_of(arg(0)) {
                Some(func) => memory.call_back(self, func, &args[1..]),
                None => Err(HostFault::Unsupported("no function".into())),
            },
            "exit" => Err(HostFault::Exit(arg(0) as i32)),
            "host_trap" => Err(HostFault::Trap(Trap {
                kind: TrapKind::Denied,
                a: 7,
                b: 8,
                detail: Some("denied by test".into()),
            })),
            _ => Err(HostFault::Unsupported(format!(
                "symbol not found: '{name}'"
            ))),
        }
    }
}

/// Runs with default limits and no host state kept.
pub fn run(
    engine: &mut dyn ComptimeEngine,
    module: &Module,
    root: FuncId,
    args: &[u64],
) -> Outcome {
    engine.run(
        module,
        root,
        args,
        &Limits::default(),
        &mut TestHost::default(),
    )
}

fn want<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Result<(), String> {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("{what}: got {got:x?}, wanted {wanted:x?}"))
    }
}

fn frames_of(outcome: &Outcome) -> Vec<(FuncId, LocId)> {
    outcome.frames.iter().map(|f| (f.func, f.loc)).collect()
}

pub fn finished(outcome: &Outcome, results: &[u64]) -> Result<(), String> {
    want(
        "status",
        &outcome.status,
        &Status::Finished(results.to_vec()),
    )?;
    want("frames", outcome.frames.len(), 0)
}

/// Frames: innermost first.
pub fn trapped(
    outcome: &Outcome,
    kind: TrapKind,
    (a, b): (u64, u64),
    frames: &[(FuncId, LocId)],
) -> Result<(), String> {
    want(
        "status",
        &outcome.status,
        &Status::Trapped(Trap::new(kind, a, b)),
    )?;
    want("frames", frames_of(outcome), frames.to_vec())
}

pub fn limited(
    outcome: &Outcome,
    kind: LimitKind,
    frames: &[(FuncId, LocId)],
) -> Result<(), String> {
    want("status", &outcome.status, &Status::Limit(kind))?;
    want("frames", frames_of(outcome), frames.to_vec())
}

pub fn stopped(
    outcome: &Outcome,
    status: Status,
    frames: &[(FuncId, LocId)],
) -> Result<(), String> {
    want("status", &outcome.status, &status)?;
    want("frames", frames_of(outcome), frames.to_vec())
}

pub fn steps(outcome: &Outcome, count: u64) -> Result<(), String> {
    want("steps", outcome.steps, count)
}

pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Result<(), String> {
    want(what, got, wanted)
}

/// `f(args)` gives `results` for each row.
pub fn table(
    engine: &mut dyn ComptimeEngine,
    module: &Module,
    root: FuncId,
    rows: &[(Vec<u64>, Vec<u64>)],
) -> Result<(), String> {
    for (args, results) in rows {
        let outcome = run(engine, module, root, args);
        finished(&outcome, results).map_err(|why| format!("({args:x?}) {why}"))?;
    }
    Ok(())
}
