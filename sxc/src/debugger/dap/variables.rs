//! Values for the editor. What can be looked into has a number, which is good until the program goes on.

use serde_json::{Value, json};
use sx_interp::debugger::View;
use sx_ir::{GlobalId, TypeId};

use crate::debugger::expressions::{Place, Scope};
use crate::debugger::parts::{Part, Parts};
use crate::debugger::session::Session;

/// Elements that are shown at once; more of them are shown in groups.
const GROUP: u64 = 1000;

/// Something to look into.
#[derive(Clone, Debug)]
pub enum Handle {
    Locals {
        frame: usize,
    },
    Globals {
        frame: usize,
    },
    /// The value of an evaluation that has ended.
    Result,
    Value {
        frame: usize,
        place: Place,
        path: Option<String>,
    },
    Elements {
        frame: usize,
        start: u64,
        of: TypeId,
        /// Which of them.
        from: u64,
        to: u64,
        path: Option<String>,
    },
}

#[derive(Default)]
pub struct Handles {
    all: Vec<Handle>,
}

/// A named value.
struct Item {
    name: String,
    path: Option<String>,
    place: Place,
}

impl Handles {
    /// The program goes on.
    pub fn forget(&mut self) {
        self.all.clear();
    }

    pub fn new_number(&mut self, handle: Handle) -> usize {
        self.all.push(handle);
        self.all.len()
    }

    pub fn get(&self, number: u64) -> Option<&Handle> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.all.get(index)
    }

    /// What a number stands for, of it `count` elements from the one with number `start` on, if `count` isn't 0.
    pub fn list(
        &mut self,
        session: &Session,
        view: &View<'_, '_>,
        number: u64,
        (start, count): (u64, u64),
    ) -> Result<Value, String> {
        let handle = self.get(number).cloned();
        let handle = handle.ok_or("what is asked for is gone: the program has gone on")?;
        let frame = handle.frame();
        let scope = Scope {
            view,
            frame,
            errors: &session.errors,
        };
        let list = match handle {
            Handle::Locals { frame } => {
                let all = view.variables(frame).into_iter().map(|variable| Item {
                    path: Some(variable.name.clone()),
                    name: variable.name,
                    place: Place {
                        addr: variable.addr,
                        ty: variable.ty,
                    },
                });
                self.items(&scope, all.collect())
            }
            Handle::Globals { .. } => self.items(&scope, globals(view)),
            Handle::Result => {
                let result = session.result.and_then(|(global, ty)| {
                    let addr = view.memory().address_of(global)?;
                    Some(Item {
                        name: "value".to_owned(),
                        path: None,
                        place: Place { addr, ty },
                    })
                });
                self.items(&scope, result.into_iter().collect())
            }
            Handle::Value { place, path, .. } => match scope.parts(place) {
                Parts::None => Vec::new(),
                Parts::Named(parts) => {
                    let item = |part: Part| Item {
                        path: joined(path.as_deref(), part.suffix.as_deref()),
                        name: part.name,
                        place: part.place,
                    };
                    self.items(&scope, parts.into_iter().map(item).collect())
                }
                Parts::Elements {
                    start: first,
                    of,
                    len,
                } => {
                    let end = match count {
                        0 => len,
                        count => start.saturating_add(count).min(len),
                    };
                    let range = (start.min(end), end);
                    self.elements(&scope, (first, of), range, path.as_deref())
                }
            },
            Handle::Elements {
                start,
                of,
                from,
                to,
                path,
                ..
            } => self.elements(&scope, (start, of), (from, to), path.as_deref()),
        };
        Ok(json!({ "variables": list }))
    }

    fn items(&mut self, scope: &Scope<'_, '_, '_>, items: Vec<Item>) -> Vec<Value> {
        let all = items.into_iter().map(|item| self.describe(scope, item));
        all.collect()
    }

    fn elements(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        (start, of): (u64, TypeId),
        (from, to): (u64, u64),
        path: Option<&str>,
    ) -> Vec<Value> {
        let count = to - from;
        if count > GROUP {
            let mut size = GROUP;
            while count.div_ceil(size) > GROUP {
                size = size.saturating_mul(GROUP);
            }
            let groups = (0..count.div_ceil(size)).map(|group| {
                let from = from + group * size;
                let to = to.min(from.saturating_add(size));
                let number = self.new_number(Handle::Elements {
                    frame: scope.frame,
                    start,
                    of,
                    from,
                    to,
                    path: path.map(str::to_owned),
                });
                json!({ "name": format!("[{from}..{to}]"), "value": "", "variablesReference": number })
            });
            return groups.collect();
        }
        let size = scope.size_of(of);
        let element = |index: u64| {
            let name = format!("[{index}]");
            Item {
                path: joined(path, Some(&name)),
                name,
                place: Place {
                    addr: start.wrapping_add(index.wrapping_mul(size)),
                    ty: of,
                },
            }
        };
        self.items(scope, (from..to).map(element).collect())
    }

    fn describe(&mut self, scope: &Scope<'_, '_, '_>, item: Item) -> Value {
        let mut value = self.value(scope, item.place, item.path.as_deref());
        value["name"] = json!(item.name);
        value["value"] = value["result"].take();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("result");
        }
        if let Some(path) = item.path {
            value["evaluateName"] = json!(path);
        }
        value
    }

    /// What is told of a value, as of one that was asked for.
    pub fn value(&mut self, scope: &Scope<'_, '_, '_>, place: Place, path: Option<&str>) -> Value {
        let mut value = json!({
            "result": scope.show_place(place),
            "type": scope.type_name(place.ty),
            "memoryReference": format!("0x{:x}", place.addr),
            "variablesReference": 0,
        });
        let parts = scope.parts(place);
        let count = match &parts {
            Parts::None => 0,
            Parts::Named(parts) => parts.len() as u64,
            Parts::Elements { len, .. } => *len,
        };
        if count > 0 {
            value["variablesReference"] = json!(self.new_number(Handle::Value {
                frame: scope.frame,
                place,
                path: path.map(str::to_owned),
            }));
            // In groups, unless the editor asks for them by number.
            let kind = match parts {
                Parts::Elements { .. } => "indexedVariables",
                Parts::None | Parts::Named(_) => "namedVariables",
            };
            value[kind] = json!(count);
        }
        value
    }
}

impl Handle {
    pub fn frame(&self) -> usize {
        match self {
            Handle::Locals { frame }
            | Handle::Globals { frame }
            | Handle::Value { frame, .. }
            | Handle::Elements { frame, .. } => *frame,
            Handle::Result => 0,
        }
    }

    /// What stands before the name of a part in an expression. `None`: it can't be written.
    pub fn path(&self) -> Option<&str> {
        match self {
            Handle::Locals { .. } | Handle::Globals { .. } => Some(""),
            Handle::Value { path, .. } | Handle::Elements { path, .. } => path.as_deref(),
            Handle::Result => None,
        }
    }
}

fn joined(path: Option<&str>, suffix: Option<&str>) -> Option<String> {
    Some(format!("{}{}", path?, suffix?))
}

/// Variables of modules that the code uses.
fn globals(view: &View<'_, '_>) -> Vec<Item> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && !name.starts_with("__")
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let all = view.module.globals.iter().enumerate();
    all.filter_map(|(index, global)| {
        let ty = global.sx_type.filter(|_| is_name(&global.name))?;
        let addr = view.memory().address_of(GlobalId::new(index))?;
        Some(Item {
            name: global.name.clone(),
            path: Some(global.name.clone()),
            place: Place { addr, ty },
        })
    })
    .collect()
}
