//! What the editor wants to stop at. It tells all of them at once, for a file or for functions; a line that the program
//! doesn't have (yet) is waited for.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use sx_interp::debugger::View;

use super::sources;
use super::wire::Wire;
use crate::debugger::expressions::{self, Condition};
use crate::debugger::session::Session;
use crate::debugger::stops::{Breakpoint, Spot, Watch, is_called};

#[derive(Deserialize)]
pub struct SetBreakpoints {
    source: SourceArgument,
    #[serde(default)]
    breakpoints: Vec<LineArgument>,
    /// Of old clients.
    #[serde(default)]
    lines: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceArgument {
    path: Option<String>,
    source_reference: Option<i64>,
}

#[derive(Deserialize)]
struct LineArgument {
    line: i64,
    condition: Option<String>,
}

#[derive(Deserialize)]
pub struct SetFunctions {
    #[serde(default)]
    breakpoints: Vec<FunctionArgument>,
}

#[derive(Deserialize)]
struct FunctionArgument {
    name: String,
    condition: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Where {
    Line { path: PathBuf, line: u32 },
    Text { file: u32, line: u32 },
    Function(String),
}

struct Wanted {
    number: u32,
    at: Where,
    condition: Result<Option<Condition>, String>,
    /// As it was told last.
    told: Value,
}

#[derive(Default)]
pub struct Breakpoints {
    wanted: Vec<Wanted>,
    /// What can be watched, by the name that the editor knows it by.
    pub watchable: Vec<(String, Watch)>,
    /// Files that there were when it was looked for those that are waited for.
    pub files: usize,
}

fn condition(text: Option<&str>) -> Result<Option<Condition>, String> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => expressions::parse_condition(text).map(Some),
    }
}

impl Breakpoints {
    /// Those of a file are now these; what is told of each.
    pub fn set_lines(
        &mut self,
        arguments: SetBreakpoints,
        base: i64,
        session: &mut Session,
        view: Option<&View<'_, '_>>,
    ) -> Result<Value, String> {
        let SourceArgument {
            path,
            source_reference,
        } = arguments.source;
        let text = source_reference
            .filter(|number| *number > 0)
            .map(|number| (number - 1) as u32);
        let path = match (path, text) {
            (_, Some(_)) => PathBuf::new(),
            (Some(path), None) => sources::from_editor(&path),
            (None, None) => return Err("the source has no path".to_owned()),
        };
        self.wanted.retain(|wanted| match (&wanted.at, text) {
            (Where::Line { path: known, .. }, None) => *known != path,
            (Where::Text { file, .. }, Some(text)) => *file != text,
            (Where::Line { .. } | Where::Text { .. } | Where::Function(_), _) => true,
        });
        let mut lines: Vec<(i64, Option<String>)> = arguments
            .breakpoints
            .into_iter()
            .map(|b| (b.line, b.condition))
            .collect();
        if lines.is_empty() {
            lines.extend(arguments.lines.into_iter().map(|line| (line, None)));
        }
        let first = self.wanted.len();
        for (line, text_of_condition) in lines {
            let line = u32::try_from(line + 1 - base).unwrap_or(0);
            let at = match text {
                Some(file) => Where::Text { file, line },
                None => Where::Line {
                    path: path.clone(),
                    line,
                },
            };
            self.want(session, at, text_of_condition.as_deref());
        }
        self.resolve(session, view, base);
        Ok(self.told_from(first))
    }

    pub fn set_functions(
        &mut self,
        arguments: SetFunctions,
        base: i64,
        session: &mut Session,
        view: Option<&View<'_, '_>>,
    ) -> Value {
        self.wanted
            .retain(|wanted| !matches!(wanted.at, Where::Function(_)));
        let first = self.wanted.len();
        for function in arguments.breakpoints {
            let at = Where::Function(function.name.trim().to_owned());
            self.want(session, at, function.condition.as_deref());
        }
        self.resolve(session, view, base);
        self.told_from(first)
    }

    fn want(&mut self, session: &mut Session, at: Where, text: Option<&str>) {
        session.numbers += 1;
        self.wanted.push(Wanted {
            number: session.numbers,
            at,
            condition: condition(text),
            told: Value::Null,
        });
    }

    fn told_from(&self, first: usize) -> Value {
        let told: Vec<&Value> = self.wanted[first..].iter().map(|w| &w.told).collect();
        json!({ "breakpoints": told })
    }

    /// The program has more files, or other code, than it had.
    pub fn look_again(
        &mut self,
        session: &mut Session,
        view: &View<'_, '_>,
        base: i64,
        wire: &Wire,
    ) {
        if self.files == session.sources.len() {
            return;
        }
        self.files = session.sources.len();
        let before: Vec<Value> = self.wanted.iter().map(|w| w.told.clone()).collect();
        self.resolve(session, Some(view), base);
        for (wanted, before) in self.wanted.iter().zip(before) {
            if wanted.told != before {
                let body = json!({ "reason": "changed", "breakpoint": wanted.told });
                wire.event("breakpoint", body);
            }
        }
    }

    /// Gives the session those that can be hit.
    fn resolve(&mut self, session: &mut Session, view: Option<&View<'_, '_>>, base: i64) {
        session.breakpoints.clear();
        for wanted in &mut self.wanted {
            let found = match &wanted.condition {
                Err(message) => Err(message.clone()),
                Ok(_) => spot(&wanted.at, session, view),
            };
            let mut told = json!({ "id": wanted.number, "verified": found.is_ok() });
            match found {
                Ok((spot, message)) => {
                    if let Spot::Line { file, line } = &spot {
                        told["line"] = json!(i64::from(*line) - 1 + base);
                        told["source"] = sources::describe(session, *file);
                    }
                    if let Some(message) = message {
                        told["verified"] = json!(false);
                        told["message"] = json!(message);
                    }
                    session.breakpoints.push(Breakpoint {
                        number: wanted.number,
                        spot,
                        condition: wanted.condition.clone().unwrap_or(None),
                        text: String::new(),
                    });
                }
                Err(message) => told["message"] = json!(message),
            }
            wanted.told = told;
        }
    }
}

/// Where the session is to stop, and what is to be said against it.
fn spot(
    at: &Where,
    session: &Session,
    view: Option<&View<'_, '_>>,
) -> Result<(Spot, Option<&'static str>), String> {
    let (file, line) = match at {
        Where::Function(name) => {
            let known = |view: &View<'_, '_>| {
                let mut funcs = view.module.funcs.iter();
                funcs.any(|func| func.body.is_some() && is_called(&func.name, name))
            };
            let spot = Spot::Function(name.clone());
            let message = match view.is_some_and(known) {
                true => None,
                false => Some("no function of this name is there so far"),
            };
            return Ok((spot, message));
        }
        Where::Text { file, line } => (Some(*file), *line),
        Where::Line { path, line } => (sources::find(session, path), *line),
    };
    match (file, view) {
        (Some(file), Some(view)) => {
            let line = session.code_line(view, file, line)?;
            Ok((Spot::Line { file, line }, None))
        }
        _ => Err("the file is no part of the program so far".to_owned()),
    }
}
