//! Problems in words, with the object named.

use sx_ir::Module;
use sx_tier_api::{FaultObject, Frame};

use super::{Kind, Object, Sanitizer};
use crate::shadow::Problem;

/// `{what} in f at file:line:col, called from g`, or nothing if not known. Positions are left out while the module
/// does not know its files.
pub fn place(module: &Module, what: &str, calls: &[Frame]) -> String {
    let Some((inner, outer)) = calls.split_first() else {
        return String::new();
    };
    let call = |frame: &Frame| {
        let loc = module.loc(frame.loc);
        let name = &module.func(frame.func).name;
        match module.files.get(loc.file as usize) {
            Some(file) if loc.line != 0 => format!("{name} at {file}:{}:{}", loc.line, loc.col),
            Some(_) | None => name.clone(),
        }
    };
    let mut text = format!("{what} in {}", call(inner));
    for (i, frame) in outer.iter().enumerate() {
        text.push_str(if i == 0 { " (called from " } else { ", " });
        text.push_str(&call(frame));
    }
    if !outer.is_empty() {
        text.push(')');
    }
    text
}

fn object(all: &Sanitizer, module: &Module, object: &Object) -> String {
    let text = bare(module, object);
    match object.kind {
        Kind::None | Kind::Global(_) | Kind::Slot { .. } => text,
        Kind::Heap { born, died } => format!(
            "{text}{}{}",
            place(module, ", allocated", all.calls(born)),
            place(module, ", freed", died.map_or(&[], |site| all.calls(site)))
        ),
    }
}

/// An object without its history.
fn bare(module: &Module, object: &Object) -> String {
    match object.kind {
        Kind::None => "no object".into(),
        Kind::Global(id) => {
            let global = module.global(id);
            let kind = if global.mutable { "global" } else { "constant" };
            if let Some(owner) = global.stored_for() {
                format!("an object of {} bytes of the {kind} '{owner}'", object.size)
            } else if global.mergeable {
                format!("constant data of {} bytes", object.size)
            } else {
                format!("the {kind} '{}' of {} bytes", global.name, object.size)
            }
        }
        Kind::Slot { func, number } => {
            let function = module.func(func);
            match function
                .slots
                .get(number as usize)
                .and_then(|slot| slot.name)
            {
                Some(name) => format!(
                    "the local '{name}' of '{}', {} bytes",
                    function.name, object.size
                ),
                None => format!("a local of '{}' of {} bytes", function.name, object.size),
            }
        }
        Kind::Heap { .. } => format!("a heap block of {} bytes", object.size),
    }
}

fn with_history(all: &Sanitizer, object: &Object, text: String) -> FaultObject {
    let (allocated, freed) = match object.kind {
        Kind::None | Kind::Global(_) | Kind::Slot { .. } => (Vec::new(), Vec::new()),
        Kind::Heap { born, died } => (
            all.calls(born).to_vec(),
            died.map_or(Vec::new(), |site| all.calls(site).to_vec()),
        ),
    };
    FaultObject {
        text,
        allocated,
        freed,
    }
}

/// The part of an object that an address in or beside it means.
pub fn fault(all: &Sanitizer, module: &Module, number: u32, addr: u64) -> Option<FaultObject> {
    let known = all.objects.get(number as usize).filter(|_| number != 0)?;
    let offset = addr.wrapping_sub(known.base) as i64;
    let gone = match (known.alive, known.kind) {
        (true, _) => "",
        (false, Kind::Slot { .. }) => ", whose call has returned",
        (false, _) => ", which was freed",
    };
    let name = bare(module, known);
    let text = match offset {
        0 => format!("the address is that of {name}{gone}"),
        1.. => format!("the address is {offset} bytes after the start of {name}{gone}"),
        ..0 => format!(
            "the address is {} bytes before the start of {name}{gone}",
            offset.unsigned_abs()
        ),
    };
    Some(with_history(all, known, text))
}

/// The object that elements belong to.
pub fn elements(all: &Sanitizer, module: &Module, number: u32) -> Option<FaultObject> {
    let known = all.objects.get(number as usize).filter(|_| number != 0)?;
    let gone = match (known.alive, known.kind) {
        (true, _) => "",
        (false, Kind::Slot { .. }) => ", whose call has returned",
        (false, _) => ", which was freed",
    };
    let text = format!("the elements are in {}{gone}", bare(module, known));
    Some(with_history(all, known, text))
}

pub fn describe(all: &Sanitizer, module: &Module, problem: Problem) -> String {
    match problem {
        Problem::Address => "this depends on addresses".into(),
        Problem::Free {
            addr,
            object: number,
        } => match all.objects.get(number as usize) {
            Some(known) => freeing(all, module, addr, known),
            None => format!("free of 0x{addr:x}, which is no live allocation"),
        },
        Problem::Undefined { object: number } => {
            let text = "this depends on memory that was never given a value";
            match number.and_then(|number| all.objects.get(number as usize)) {
                Some(known) => format!("{text}: {}", object(all, module, known)),
                None => text.into(),
            }
        }
        Problem::Access {
            addr,
            len,
            object: None,
            ..
        } => {
            let mut text =
                format!("access of {len} bytes at 0x{addr:x}, which belongs to no live object");
            if let Some(gone) = last_at(&all.objects, addr) {
                text.push_str(&format!("; it was part of {}", object(all, module, gone)));
            }
            text
        }
        Problem::Access {
            addr,
            len,
            object: Some(number),
            dead,
        } => {
            let Some(known) = all.objects.get(number as usize) else {
                return format!("invalid access of {len} bytes at 0x{addr:x}");
            };
            let offset = addr.wrapping_sub(known.base) as i64;
            let name = object(all, module, known);
            match (dead, known.kind) {
                (true, Kind::Slot { .. }) => {
                    format!(
                        "use after return: {len} bytes at offset {offset} of {name}, which has returned"
                    )
                }
                (true, _) => format!("use after free: {len} bytes at offset {offset} of {name}"),
                (false, _) => format!("access of {len} bytes at offset {offset} of {name}"),
            }
        }
    }
}

/// The last heap block that was at an address.
fn last_at(objects: &[Object], addr: u64) -> Option<&Object> {
    last_number_at(objects, addr).map(|number| &objects[number as usize])
}

pub fn last_number_at(objects: &[Object], addr: u64) -> Option<u32> {
    let found = objects.iter().rposition(|o| {
        matches!(o.kind, Kind::Heap { .. }) && addr >= o.base && addr - o.base < o.size.max(1)
    });
    found.map(|number| number as u32)
}

pub fn describe_free(all: &Sanitizer, module: &Module, addr: u64) -> Option<String> {
    let known = last_at(&all.objects, addr)?;
    (!known.alive || addr != known.base).then(|| freeing(all, module, addr, known))
}

/// A free that isn't right, by means of an address of the object.
fn freeing(all: &Sanitizer, module: &Module, addr: u64, known: &Object) -> String {
    let name = object(all, module, known);
    if addr == known.base {
        format!("double free of {name}")
    } else {
        let offset = addr.wrapping_sub(known.base);
        format!("free of an address {offset} bytes into {name}")
    }
}
