//! Breakpoints and watched memory.

use std::fmt;

use sx_interp::debugger::{ActiveCall, View};
use sx_ir::TypeId;

use super::expressions::{Condition, Scope};

/// Where a breakpoint is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spot {
    /// File by its number in the module.
    Line {
        file: u32,
        line: u32,
    },
    Function(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breakpoint {
    pub number: u32,
    pub spot: Spot,
    pub condition: Option<Condition>,
    /// As it is shown.
    pub text: String,
}

/// Watched memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    pub number: u32,
    pub text: String,
    pub addr: u64,
    pub len: u64,
    pub ty: Option<TypeId>,
    /// The call whose variable it is, by depth and serial.
    pub owner: Option<(usize, u64)>,
    /// The evaluation it belongs to.
    pub evaluation: usize,
    /// What it held at the last tick of this run.
    last: Option<Seen>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    bytes: Vec<u8>,
    text: String,
}

/// A watched value has become another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub number: u32,
    pub text: String,
    pub old: String,
    pub new: String,
}

/// What a run has come upon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hit {
    Breakpoint {
        number: u32,
        /// Why its condition has no value.
        problem: Option<String>,
    },
    Watch(Change),
}

impl fmt::Display for Hit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hit::Breakpoint {
                number,
                problem: None,
            } => write!(out, "breakpoint {number}"),
            Hit::Breakpoint {
                number,
                problem: Some(problem),
            } => write!(
                out,
                "breakpoint {number}, whose condition has no value: {problem}"
            ),
            Hit::Watch(Change {
                number,
                text,
                old,
                new,
            }) => write!(out, "watch {number}: {text}\n  was {old}\n  now {new}"),
        }
    }
}

impl Breakpoint {
    /// The hit, if it is hit.
    pub fn hit(&self, view: &View<'_, '_>, call: ActiveCall, errors: &[String]) -> Option<Hit> {
        if !self.is_at(view, call) {
            return None;
        }
        let scope = Scope {
            view,
            frame: 0,
            errors,
        };
        let number = self.number;
        let value = (self.condition.as_ref()).map(|condition| scope.holds(condition));
        let problem = match value {
            None | Some(Ok(true)) => None,
            Some(Ok(false)) => return None,
            Some(Err(problem)) => Some(problem),
        };
        Some(Hit::Breakpoint { number, problem })
    }

    fn is_at(&self, view: &View<'_, '_>, call: ActiveCall) -> bool {
        match &self.spot {
            Spot::Line { file, line } => {
                let at = view.module.loc(call.loc);
                // Code that was put somewhere has a number for its file of its own.
                let path = |file: u32| view.module.files.get(file as usize);
                at.line == *line && (at.file == *file || path(at.file) == path(*file))
            }
            Spot::Function(wanted) => {
                call.ticks == 1 && is_called(&view.module.func(call.func).name, wanted)
            }
        }
    }
}

/// Whether a function is meant by a name: its own, that of what it is an instance of, or its last part.
pub fn is_called(name: &str, wanted: &str) -> bool {
    let plain = |part: &str| part == wanted || instance_of(part) == Some(wanted);
    if name == wanted {
        return true;
    }
    // `List__i64.append` is also `List.append` and `append`.
    match (name.rsplit_once('.'), wanted.rsplit_once('.')) {
        (Some((_, method)), None) => plain(method),
        (Some((owner, method)), Some((wanted_owner, wanted_method))) => {
            (owner == wanted_owner || instance_of(owner) == Some(wanted_owner))
                && (method == wanted_method || instance_of(method) == Some(wanted_method))
        }
        (None, None) => plain(name),
        (None, Some(_)) => false,
    }
}

/// What an instance is of: `largest` of `largest__i64`.
fn instance_of(name: &str) -> Option<&str> {
    let at = name
        .char_indices()
        .skip(1)
        .find(|(i, _)| name[*i..].starts_with("__"));
    at.map(|(i, _)| &name[..i])
}

impl Watch {
    pub fn new(number: u32, text: String, addr: u64, len: u64, evaluation: usize) -> Watch {
        Watch {
            number,
            text,
            addr,
            len,
            ty: None,
            owner: None,
            evaluation,
            last: None,
        }
    }

    /// A run begins.
    pub fn forget(&mut self) {
        self.last = None;
    }

    pub fn is_there(&self, view: &View<'_, '_>) -> bool {
        match self.owner {
            Some((depth, serial)) => view.serial_at(depth) == Some(serial),
            None => true,
        }
    }

    /// The value as it is now.
    pub fn show(&self, view: &View<'_, '_>, errors: &[String]) -> String {
        let Some(bytes) = view.memory().read(self.addr, self.len) else {
            return "<no memory>".to_owned();
        };
        match self.ty {
            Some(ty) => view.show(0, self.addr, ty, errors),
            None => {
                let shown: Vec<String> =
                    bytes.iter().take(32).map(|b| format!("{b:02x}")).collect();
                let more = if bytes.len() > 32 { " ..." } else { "" };
                format!("{}{more}", shown.join(" "))
            }
        }
    }

    /// Looks, and tells if it has changed since the last time.
    pub fn look(&mut self, view: &View<'_, '_>, errors: &[String]) -> Option<Change> {
        let there = self.is_there(view);
        let now = there
            .then(|| view.memory().read(self.addr, self.len))
            .flatten();
        let Some(now) = now else {
            self.last = None;
            return None;
        };
        if self.last.as_ref().is_some_and(|last| last.bytes == now) {
            return None;
        }
        let seen = Seen {
            bytes: now.to_vec(),
            text: self.show(view, errors),
        };
        let new = seen.text.clone();
        let old = self.last.replace(seen)?.text;
        Some(Change {
            number: self.number,
            text: self.text.clone(),
            old,
            new,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions() {
        assert!(is_called("square", "square"));
        assert!(is_called("largest__i64", "largest"));
        assert!(is_called("List__i64.append", "append"));
        assert!(is_called("List__i64.append", "List.append"));
        assert!(is_called("List__i64.append", "List__i64.append"));
        assert!(!is_called("List__i64.append", "List"));
        assert!(!is_called("squares", "square"));
        assert!(is_called("__run_1", "__run_1"));
        assert!(!is_called("__run_1", ""));
    }
}
