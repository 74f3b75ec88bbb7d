//! The editor's side of a session: what it asks for at a stop, and while the program runs.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sx_interp::debugger::View;
use sx_tier_api::Status;

use super::breakpoints::Breakpoints;
use super::capture::Capture;
use super::queue::Queue;
use super::sources;
use super::variables::{Handle, Handles};
use super::wire::{Request, Wire};
use crate::debugger::commands::{bytes, path};
use crate::debugger::expressions::{self, Scope};
use crate::debugger::places::{self, PROGRAM_START};
use crate::debugger::session::{Backwards, Goal, Session, Standing, Then, Why};
use crate::debugger::stops::{Hit, Watch};

/// There is one.
const THREAD: u64 = 1;
/// Bytes that are read at once.
const MOST_BYTES: u64 = 1 << 20;

/// What a request that came while the program ran wants of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meanwhile {
    Nothing,
    Pause,
    Quit,
}

pub struct Editor {
    pub wire: Arc<Wire>,
    pub queue: Arc<Queue>,
    pub capture: Capture,
    pub breakpoints: Breakpoints,
    handles: Handles,
    /// Number of the first line and column.
    pub base: (i64, i64),
    /// Stop at the end of what was stopped in, too, from where one can go back.
    pub stop_at_end: bool,
    /// Nothing is to be stopped at.
    pub no_debug: bool,
    /// What has failed where the run stands, in words.
    failure: Option<String>,
    /// It has asked to be let go.
    pub left: bool,
}

/// When a request is answered.
#[derive(Clone, Copy)]
enum At<'v, 'r, 'a> {
    /// The program runs, and goes on.
    Running(&'v View<'r, 'a>),
    Standing(&'v View<'r, 'a>, Standing<'v>),
}

/// The body of an answer, and how the run goes on.
type Answer = Result<(Value, Option<Then>), String>;

fn body(value: Value) -> Answer {
    Ok((value, None))
}

/// The arguments of a request.
pub fn arguments<T: DeserializeOwned>(request: &Request) -> Result<T, String> {
    let given = match &request.arguments {
        Value::Null => json!({}),
        given => given.clone(),
    };
    serde_json::from_value(given)
        .map_err(|error| format!("wrong arguments of '{}': {error}", request.command))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct StackTrace {
    start_frame: usize,
    levels: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scopes {
    frame_id: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variables {
    variables_reference: u64,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    start: u64,
    #[serde(default)]
    count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluate {
    expression: String,
    #[serde(default)]
    frame_id: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceText {
    source_reference: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadMemory {
    memory_reference: String,
    #[serde(default)]
    offset: i64,
    count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataInfo {
    #[serde(default)]
    variables_reference: u64,
    name: String,
    #[serde(default)]
    frame_id: usize,
}

#[derive(Deserialize)]
struct SetData {
    breakpoints: Vec<DataArgument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataArgument {
    data_id: String,
}

impl Editor {
    pub fn new(wire: Arc<Wire>, queue: Arc<Queue>, capture: Capture) -> Editor {
        Editor {
            wire,
            queue,
            capture,
            breakpoints: Breakpoints::default(),
            handles: Handles::default(),
            base: (1, 1),
            stop_at_end: false,
            no_debug: false,
            failure: None,
            left: false,
        }
    }

    /// Whether there is something to do before the next statement: a request, or breakpoints in new files.
    pub fn is_asked(&self, files: usize) -> bool {
        self.queue.is_waiting() || self.breakpoints.files != files
    }

    /// The run stands still; what follows.
    pub fn stopped(
        &mut self,
        session: &mut Session,
        view: &View<'_, '_>,
        standing: Standing<'_>,
        why: &Why,
    ) -> Then {
        let failed = match standing {
            Standing::Tick => false,
            Standing::End(Status::Finished(_) | Status::Exit(_)) => {
                if !self.stop_at_end {
                    let goal = match session.goal {
                        Goal::Continue => Goal::Continue,
                        _ => Goal::Begin,
                    };
                    return Then::Go(goal);
                }
                false
            }
            Standing::End(_) => true,
        };
        if self.no_debug {
            return Then::Go(Goal::Continue);
        }
        self.look_again(session, view);
        self.failure = match standing {
            Standing::End(status) if failed => Some(places::ending(status)),
            Standing::Tick | Standing::End(_) => None,
        };
        self.capture.drain();
        let event = self.stop_event(session, standing, why);
        self.wire.event("stopped", event);
        loop {
            let Some(request) = self.queue.next() else {
                return Then::Quit;
            };
            let then = self.answer(session, At::Standing(view, standing), &request);
            if let Some(then) = then {
                self.handles.forget();
                return then;
            }
        }
    }

    /// A tick of a program that runs on: requests are waiting.
    pub fn asked_meanwhile(&mut self, session: &mut Session, view: &View<'_, '_>) -> Meanwhile {
        self.look_again(session, view);
        loop {
            let request = match self.queue.poll() {
                Ok(Some(request)) => request,
                Ok(None) => return Meanwhile::Nothing,
                Err(()) => return Meanwhile::Quit,
            };
            let pause = request.command == "pause";
            let then = self.answer(session, At::Running(view), &request);
            match then {
                Some(_) => return Meanwhile::Quit,
                None if pause && !self.no_debug => return Meanwhile::Pause,
                None => {}
            }
        }
    }

    /// What the program has more of than before may make breakpoints possible.
    pub fn look_again(&mut self, session: &mut Session, view: &View<'_, '_>) {
        let (wire, line) = (Arc::clone(&self.wire), self.base.0);
        self.breakpoints.look_again(session, view, line, &wire);
    }

    fn stop_event(&self, session: &Session, standing: Standing<'_>, why: &Why) -> Value {
        let mut event = json!({ "threadId": THREAD, "allThreadsStopped": true });
        let (reason, description) = match (&self.failure, standing, why) {
            (Some(failure), ..) => ("exception", Some(failure.clone())),
            (None, Standing::End(_), _) => ("step", Some(format!("{} is done", session.what()))),
            (None, Standing::Tick, Why::Interrupted) => ("pause", None),
            (None, Standing::Tick, Why::Beginning) => ("step", Some(why.to_string())),
            (None, Standing::Tick, Why::Hits(hits)) => {
                let is_watch = |hit: &Hit| matches!(hit, Hit::Watch(_));
                let numbers: Vec<u32> = hits
                    .iter()
                    .map(|hit| match hit {
                        Hit::Breakpoint { number, .. } => *number,
                        Hit::Watch(change) => change.number,
                    })
                    .collect();
                event["hitBreakpointIds"] = json!(numbers);
                let plain = |hit: &Hit| matches!(hit, Hit::Breakpoint { problem: None, .. });
                let text = (!hits.iter().all(plain)).then(|| why.to_string());
                match hits.iter().any(is_watch) {
                    true => ("data breakpoint", text),
                    false => ("breakpoint", text),
                }
            }
            (None, Standing::Tick, Why::Arrived) => match session.goal {
                Goal::Begin => ("entry", None),
                _ => ("step", None),
            },
        };
        event["reason"] = json!(reason);
        if let Some(text) = description {
            event["text"] = json!(text);
            let first = text.lines().next().unwrap_or_default();
            event["description"] = json!(first);
        }
        event
    }

    /// Answers, and tells how the run goes on, if that was asked for.
    fn answer(
        &mut self,
        session: &mut Session,
        at: At<'_, '_, '_>,
        request: &Request,
    ) -> Option<Then> {
        let (result, then) = match self.asked(session, at, request) {
            Ok((body, then)) => (Ok(body), then),
            Err(message) => (Err(message), None),
        };
        self.wire.respond(request, result);
        then
    }

    fn asked(&mut self, session: &mut Session, at: At<'_, '_, '_>, request: &Request) -> Answer {
        let view = match at {
            At::Running(view) | At::Standing(view, _) => view,
        };
        match request.command.as_str() {
            "threads" => body(threads()),
            "pause" => body(Value::Null),
            "disconnect" | "terminate" => {
                self.left = request.command == "disconnect";
                Ok((Value::Null, Some(Then::Quit)))
            }
            "setBreakpoints" | "setFunctionBreakpoints" | "setExceptionBreakpoints" => {
                body(self.set_breakpoints(session, Some(view), request)?)
            }
            "setDataBreakpoints" => body(self.set_data(session, view, arguments(request)?)),
            "source" => {
                let wanted: SourceText = arguments(request)?;
                match sources::text(session, wanted.source_reference) {
                    Some(text) => body(json!({ "content": text })),
                    None => Err("there is no such text".to_owned()),
                }
            }
            "initialize" | "launch" | "attach" | "configurationDone" => {
                Err(format!("'{}' comes too late", request.command))
            }
            "stackTrace" | "scopes" | "variables" | "evaluate" | "readMemory" | "exceptionInfo"
            | "dataBreakpointInfo" | "continue" | "next" | "stepIn" | "stepOut" | "stepBack"
            | "reverseContinue" => match at {
                At::Standing(view, standing) => {
                    self.asked_at_stop(session, view, standing, request)
                }
                At::Running(_) => Err("the program is running".to_owned()),
            },
            _ => Err(unknown(request)),
        }
    }

    fn asked_at_stop(
        &mut self,
        session: &mut Session,
        view: &View<'_, '_>,
        standing: Standing<'_>,
        request: &Request,
    ) -> Answer {
        session.frame = 0;
        session.repeat = 1;
        let depth = view.depth();
        let done = match request.command.as_str() {
            "stackTrace" => return body(self.stack(session, view, arguments(request)?)),
            "scopes" => return body(self.scopes(session, view, arguments(request)?)?),
            "variables" => {
                let wanted: Variables = arguments(request)?;
                // Elements have numbers, all else has names.
                let range = match wanted.filter.as_str() {
                    "named" if self.has_elements(session, view, wanted.variables_reference) => {
                        return body(json!({ "variables": [] }));
                    }
                    _ => (wanted.start, wanted.count),
                };
                let number = wanted.variables_reference;
                return body(self.handles.list(session, view, number, range)?);
            }
            "evaluate" => return body(self.evaluate(session, view, &arguments(request)?)?),
            "readMemory" => return body(read_memory(view, &arguments(request)?)?),
            "exceptionInfo" => {
                let failure = self.failure.clone().ok_or("nothing has failed")?;
                return body(json!({
                    "exceptionId": failure.lines().next().unwrap_or_default(),
                    "description": failure,
                    "breakMode": "always",
                }));
            }
            "dataBreakpointInfo" => {
                return body(self.data_info(session, view, &arguments(request)?)?);
            }
            "continue" => session.go(standing, Goal::Continue)?,
            "stepIn" => session.go(standing, Goal::Step)?,
            "next" => match view.call(0) {
                Some(call) => {
                    let serial = call.serial;
                    session.go(standing, Goal::Next { depth, serial })?
                }
                None => session.go(standing, Goal::Step)?,
            },
            "stepOut" => session.go(standing, Goal::Finish { depth })?,
            "stepBack" => {
                let kind = match view.call(0) {
                    Some(call) => Backwards::Next {
                        depth,
                        serial: call.serial,
                    },
                    None => Backwards::Finish { depth: 2 },
                };
                session.back(view, standing, kind)?
            }
            "reverseContinue" => session.back(view, standing, Backwards::Continue)?,
            _ => return Err(unknown(request)),
        };
        let body = match request.command.as_str() {
            "continue" => json!({ "allThreadsContinued": true }),
            _ => Value::Null,
        };
        Ok((body, done))
    }

    /// What may be set at any time.
    pub fn set_breakpoints(
        &mut self,
        session: &mut Session,
        view: Option<&View<'_, '_>>,
        request: &Request,
    ) -> Result<Value, String> {
        let base = self.base.0;
        Ok(match request.command.as_str() {
            "setBreakpoints" => {
                let wanted = arguments(request)?;
                self.breakpoints.set_lines(wanted, base, session, view)?
            }
            "setFunctionBreakpoints" => {
                let wanted = arguments(request)?;
                self.breakpoints.set_functions(wanted, base, session, view)
            }
            // A failure is always stopped at.
            _ => json!({ "breakpoints": [] }),
        })
    }

    fn stack(&self, session: &Session, view: &View<'_, '_>, wanted: StackTrace) -> Value {
        let mut total = view.depth();
        if total > 0 && session.name_of_call(view, total - 1) == PROGRAM_START {
            total -= 1;
        }
        if total == 0 {
            // At the end of an evaluation there is its value to look at.
            let frame = json!({ "id": 1, "name": session.what(), "line": 0, "column": 0 });
            return json!({ "stackFrames": [frame], "totalFrames": 1 });
        }
        let end = match wanted.levels {
            0 => total,
            levels => wanted.start_frame.saturating_add(levels).min(total),
        };
        let frames: Vec<Value> = (wanted.start_frame.min(end)..end)
            .map(|number| self.frame(session, view, number))
            .collect();
        json!({ "stackFrames": frames, "totalFrames": total })
    }

    fn frame(&self, session: &Session, view: &View<'_, '_>, number: usize) -> Value {
        let mut frame = json!({
            "id": number + 1,
            "name": session.name_of_call(view, number),
            "line": 0,
            "column": 0,
        });
        if let Some(call) = view.call(number) {
            let at = view.module.loc(call.loc);
            if at.line > 0 {
                frame["line"] = json!(i64::from(at.line) - 1 + self.base.0);
                frame["column"] = json!(i64::from(at.col.max(1)) - 1 + self.base.1);
                frame["source"] = sources::describe(session, at.file);
            }
        }
        frame
    }

    fn scopes(
        &mut self,
        session: &Session,
        view: &View<'_, '_>,
        wanted: Scopes,
    ) -> Result<Value, String> {
        let frame = wanted.frame_id.checked_sub(1);
        let frame = frame.ok_or("there is no such frame")?;
        let mut scope = |name: &str, hint: &str, handle: Handle| {
            json!({
                "name": name,
                "presentationHint": hint,
                "variablesReference": self.handles.new_number(handle),
                "expensive": hint == "globals",
            })
        };
        let mut scopes = Vec::new();
        if view.call(frame).is_some() {
            scopes.push(scope("Locals", "locals", Handle::Locals { frame }));
        } else if frame > 0 {
            return Err("there is no such frame".to_owned());
        } else if session.result.is_some() {
            scopes.push(scope("Result", "returnValue", Handle::Result));
        }
        scopes.push(scope("Globals", "globals", Handle::Globals { frame }));
        Ok(json!({ "scopes": scopes }))
    }

    fn has_elements(&self, session: &Session, view: &View<'_, '_>, number: u64) -> bool {
        match self.handles.get(number) {
            Some(Handle::Elements { .. }) => true,
            Some(Handle::Value { frame, place, .. }) => {
                let scope = Scope {
                    view,
                    frame: *frame,
                    errors: &session.errors,
                };
                matches!(
                    scope.parts(*place),
                    crate::debugger::parts::Parts::Elements { .. }
                )
            }
            Some(Handle::Locals { .. } | Handle::Globals { .. } | Handle::Result) | None => false,
        }
    }

    fn evaluate(
        &mut self,
        session: &Session,
        view: &View<'_, '_>,
        wanted: &Evaluate,
    ) -> Result<Value, String> {
        let scope = Scope {
            view,
            frame: wanted.frame_id.saturating_sub(1),
            errors: &session.errors,
        };
        let text = wanted.expression.trim();
        let path = path(text)?;
        match path.is_place() {
            true => {
                let place = scope.place(&path)?;
                Ok(self.handles.value(&scope, place, Some(text)))
            }
            false => Ok(json!({ "result": scope.show(&path)?, "variablesReference": 0 })),
        }
    }

    /// What can be watched of what is shown; `null` as its name if it can't be.
    fn data_info(
        &mut self,
        session: &mut Session,
        view: &View<'_, '_>,
        wanted: &DataInfo,
    ) -> Result<Value, String> {
        let (frame, text) = match self.handles.get(wanted.variables_reference) {
            None => (wanted.frame_id.saturating_sub(1), wanted.name.clone()),
            Some(handle) => match handle.path() {
                None => return Ok(json!({ "dataId": null, "description": "it has no name" })),
                Some("") => (handle.frame(), wanted.name.clone()),
                Some(path) if wanted.name.starts_with('[') => {
                    (handle.frame(), format!("{path}{}", wanted.name))
                }
                Some(path) => (handle.frame(), format!("{path}.{}", wanted.name)),
            },
        };
        session.frame = frame;
        let made = session.watch(view, &text);
        session.frame = 0;
        Ok(match made {
            Ok(watch) => {
                let id = format!("{} at 0x{:x}", watch.number, watch.addr);
                let description = format!("{text} ({})", bytes(watch.len));
                self.breakpoints.watchable.push((id.clone(), watch));
                json!({ "dataId": id, "description": description, "accessTypes": ["write"] })
            }
            Err(why) => json!({ "dataId": null, "description": why }),
        })
    }

    fn set_data(&mut self, session: &mut Session, view: &View<'_, '_>, wanted: SetData) -> Value {
        session.watches.clear();
        let mut told = Vec::new();
        for DataArgument { data_id } in wanted.breakpoints {
            let known = &self.breakpoints.watchable;
            match known.iter().find(|(id, _)| *id == data_id) {
                Some((_, watch)) => {
                    let mut watch: Watch = watch.clone();
                    watch.forget();
                    if watch.evaluation == session.number() {
                        watch.look(view, &session.errors);
                    }
                    told.push(json!({ "id": watch.number, "verified": true }));
                    session.watches.push(watch);
                }
                None => told.push(json!({ "verified": false, "message": "it is not known" })),
            }
        }
        json!({ "breakpoints": told })
    }
}

fn read_memory(view: &View<'_, '_>, wanted: &ReadMemory) -> Result<Value, String> {
    let start = expressions::number(&wanted.memory_reference)
        .ok_or_else(|| format!("'{}' is no address", wanted.memory_reference))?;
    let start = start.wrapping_add_signed(wanted.offset);
    let count = wanted.count.min(MOST_BYTES);
    let memory = view.memory();
    // Memory may end before.
    let (mut least, mut most) = (0, count);
    while least < most {
        let middle = most - (most - least) / 2;
        match memory.read(start, middle) {
            Some(_) => least = middle,
            None => most = middle - 1,
        }
    }
    let data = memory.read(start, least).unwrap_or_default();
    Ok(json!({
        "address": format!("0x{start:x}"),
        "data": BASE64_STANDARD.encode(data),
        "unreadableBytes": wanted.count - least,
    }))
}

pub fn threads() -> Value {
    json!({ "threads": [{ "id": THREAD, "name": "sx" }] })
}

pub fn unknown(request: &Request) -> String {
    match request.command.as_str() {
        "" => "a request names no command".to_owned(),
        command => format!("'{command}' is not supported"),
    }
}
