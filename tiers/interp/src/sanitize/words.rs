//! Problems in words, with the object named.

use sx_ir::Module;
use sx_tier_api::Frame;

use super::{Kind, Object};
use crate::shadow::Problem;

/// `{what} in f at file:line:col`, or nothing if not known.
pub fn place(module: &Module, what: &str, frame: Option<Frame>) -> String {
    let Some(frame) = frame else {
        return String::new();
    };
    let loc = module.loc(frame.loc);
    let file = module
        .files
        .get(loc.file as usize)
        .map_or("?", String::as_str);
    format!(
        "{what} in {} at {file}:{}:{}",
        module.func(frame.func).name,
        loc.line,
        loc.col
    )
}

fn object(module: &Module, object: &Object) -> String {
    match object.kind {
        Kind::None => "no object".into(),
        Kind::Global(id) => format!(
            "the global '{}' of {} bytes",
            module.global(id).name,
            object.size
        ),
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
        Kind::Heap { born, died } => format!(
            "a heap block of {} bytes{}{}",
            object.size,
            place(module, ", allocated", born),
            place(module, ", freed", died)
        ),
    }
}

pub fn describe(objects: &[Object], module: &Module, problem: Problem) -> String {
    match problem {
        Problem::Undefined => "this depends on memory that was never given a value".into(),
        Problem::Access {
            addr,
            len,
            object: None,
            ..
        } => {
            let mut text =
                format!("access of {len} bytes at 0x{addr:x}, which belongs to no live object");
            if let Some(gone) = last_at(objects, addr) {
                text.push_str(&format!("; it was part of {}", object(module, gone)));
            }
            text
        }
        Problem::Access {
            addr,
            len,
            object: Some(number),
            dead,
        } => {
            let Some(known) = objects.get(number as usize) else {
                return format!("invalid access of {len} bytes at 0x{addr:x}");
            };
            let offset = addr.wrapping_sub(known.base) as i64;
            let name = object(module, known);
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
    objects.iter().rev().find(|o| {
        matches!(o.kind, Kind::Heap { .. }) && addr >= o.base && addr - o.base < o.size.max(1)
    })
}

pub fn describe_free(objects: &[Object], module: &Module, addr: u64) -> Option<String> {
    let known = last_at(objects, addr)?;
    let name = object(module, known);
    Some(match (known.alive, addr == known.base) {
        (false, true) => format!("double free of {name}"),
        (false, false) | (true, false) => {
            format!("free of an address {} bytes into {name}", addr - known.base)
        }
        (true, true) => return None,
    })
}
