//! Where engines part that disagree on an evaluation, in words: the first step, and the first operation with its
//! operands and its line.

use std::fmt::Write as _;

use sx_ir::{FuncId, LocId, Module};
use sx_tier_api::bisect::{self, Evaluation, Operation, Step};
use sx_tier_api::{Frame, Host, Limits};

use crate::engines::Engine;
use crate::record::frame_text;

/// `with_host` lends a fresh host for a run. `None`: the same evaluation, run again, shows no difference.
pub fn find(
    module: &Module,
    root: FuncId,
    limits: &Limits,
    engines: &mut [(&'static str, Box<dyn Engine>); 2],
    with_host: &mut dyn FnMut(&mut dyn FnMut(&mut dyn Host)),
) -> Option<String> {
    let evaluation = Evaluation {
        module,
        root,
        args: &[],
        limits,
    };
    let [(_, first), (_, second)] = engines;
    let found = bisect::parting(evaluation, [first.as_mut(), second.as_mut()], with_host);
    let mut text = String::new();
    if let Some(step) = &found.step {
        tell_step(&mut text, module, step);
    }
    if let Some(operation) = &found.operation {
        let [(first, _), (second, _)] = engines;
        tell_operation(&mut text, module, operation, [first, second]);
    }
    (!text.is_empty()).then_some(text)
}

fn tell_step(text: &mut String, module: &Module, step: &Step) {
    let count = match step.differs - step.same {
        0 | 1 => format!("step {}", step.differs),
        _ => format!("steps {} to {}", step.same + 1, step.differs),
    };
    let place = match &step.at {
        Some(frame) => format!(" in {}", frame_text(module, frame)),
        None => String::new(),
    };
    let _ = write!(text, "\nfirst difference at {count}{place}: {}", step.what);
}

fn tell_operation(text: &mut String, module: &Module, found: &Operation, names: [&str; 2]) {
    let Operation {
        func, loc, values, ..
    } = found;
    let place = frame_text(
        module,
        &Frame {
            func: *func,
            loc: *loc,
        },
    );
    let _ = write!(text, "\nfirst operation: {} in {place}", found.text);
    if let Some(line) = source_line(module, *loc) {
        let _ = write!(text, "\n    {line}");
    }
    for (name, value) in names.into_iter().zip(values) {
        let _ = match value {
            Some(value) => write!(text, "\n  {name} has {value:#x}"),
            None => write!(text, "\n  {name} does not get there"),
        };
    }
}

/// The line of a position, if its file is still what was compiled.
fn source_line(module: &Module, loc: LocId) -> Option<String> {
    let at = module.loc(loc);
    let text = std::fs::read_to_string(module.files.get(at.file as usize)?).ok()?;
    let line = text.lines().nth((at.line as usize).checked_sub(1)?)?;
    Some(line.trim().to_owned())
}
