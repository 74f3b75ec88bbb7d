//! Before the program is compiled, and behind its end.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::capture;
use super::editor::{Editor, arguments, threads, unknown};
use super::queue;
use super::wire::{Request, Wire};
use crate::debugger::session::{Goal, Session};

/// What the editor wants to be debugged.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Launch {
    pub program: Option<PathBuf>,
    pub args: Vec<String>,
    pub main: Option<bool>,
    /// Options of the compiler.
    pub flags: Vec<String>,
    cwd: Option<PathBuf>,
    stop_on_entry: bool,
    stop_at_end: bool,
    no_debug: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Initialize {
    #[serde(rename = "linesStartAt1")]
    lines_start_at_1: bool,
    #[serde(rename = "columnsStartAt1")]
    columns_start_at_1: bool,
}

impl Default for Initialize {
    fn default() -> Initialize {
        Initialize {
            lines_start_at_1: true,
            columns_start_at_1: true,
        }
    }
}

/// Both directions.
type Streams = (Box<dyn Read + Send>, Box<dyn Write + Send>);

/// Opens the connection: 0 stands for standard input and output, all else is a port of this host.
pub fn begin(port: Option<u16>) -> std::io::Result<Editor> {
    let accepted = match port {
        None => None,
        Some(port) => {
            let listener = TcpListener::bind(("127.0.0.1", port))?;
            say_line!("listening on {}", listener.local_addr()?);
            Some(listener.accept()?.0)
        }
    };
    let own = capture::take()?;
    let (from, to): Streams = match accepted {
        Some(stream) => (Box::new(stream.try_clone()?), Box::new(stream)),
        None => (
            Box::new(own.stdin.try_clone()?),
            Box::new(own.stdout.try_clone()?),
        ),
    };
    let wire = Arc::new(Wire::new(to));
    let capture = own.capture(&wire)?;
    let queue = queue::listen(from, &wire)?;
    Ok(Editor::new(wire, queue, capture))
}

fn capabilities() -> Value {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsConditionalBreakpoints": true,
        "supportsFunctionBreakpoints": true,
        "supportsDataBreakpoints": true,
        "supportsEvaluateForHovers": true,
        "supportsStepBack": true,
        "supportsReadMemoryRequest": true,
        "supportsExceptionInfoRequest": true,
        "supportsTerminateRequest": true,
        "supportTerminateDebuggee": true,
        "exceptionBreakpointFilters": [],
    })
}

impl Editor {
    /// Answers until the program is to be started. `check` says what is wrong with what is to be launched. `None`: it is
    /// not to be.
    pub fn prepare<T>(
        &mut self,
        session: &mut Session,
        check: impl Fn(Launch) -> Result<T, String>,
    ) -> Option<T> {
        let mut launched = None;
        let mut configured = false;
        while launched.is_none() || !configured {
            let request = self.queue.next()?;
            let mut initialized = false;
            let result = match request.command.as_str() {
                "initialize" => {
                    initialized = true;
                    self.initialize(&request)
                }
                "launch" if launched.is_some() => Err("a program is launched already".to_owned()),
                "launch" => self.launch(session, &request, &check).map(|made| {
                    launched = Some(made);
                    Value::Null
                }),
                "configurationDone" => {
                    configured = true;
                    Ok(Value::Null)
                }
                _ => self.asked_outside(session, &request),
            };
            let initialized = initialized && result.is_ok();
            self.wire.respond(&request, result);
            if initialized {
                self.wire.event("initialized", json!({}));
            }
            if matches!(request.command.as_str(), "disconnect" | "terminate") {
                return None;
            }
        }
        launched
    }

    fn initialize(&mut self, request: &Request) -> Result<Value, String> {
        let client: Initialize = arguments(request)?;
        self.base = (
            i64::from(client.lines_start_at_1),
            i64::from(client.columns_start_at_1),
        );
        Ok(capabilities())
    }

    fn launch<T>(
        &mut self,
        session: &mut Session,
        request: &Request,
        check: impl Fn(Launch) -> Result<T, String>,
    ) -> Result<T, String> {
        let launch: Launch = arguments(request)?;
        if let Some(folder) = &launch.cwd {
            std::env::set_current_dir(folder)
                .map_err(|error| format!("cannot work in '{}': {error}", folder.display()))?;
        }
        self.no_debug = launch.no_debug;
        self.stop_at_end = launch.stop_at_end;
        session.goal = match launch.stop_on_entry && !launch.no_debug {
            true => Goal::Begin,
            false => Goal::Continue,
        };
        check(launch)
    }

    /// Requests that need no program.
    fn asked_outside(&mut self, session: &mut Session, request: &Request) -> Result<Value, String> {
        match request.command.as_str() {
            "setBreakpoints" | "setFunctionBreakpoints" | "setExceptionBreakpoints" => {
                self.set_breakpoints(session, None, request)
            }
            "threads" => Ok(threads()),
            "disconnect" | "terminate" => Ok(Value::Null),
            "initialize" | "launch" | "attach" | "configurationDone" | "setDataBreakpoints"
            | "dataBreakpointInfo" | "stackTrace" | "scopes" | "variables" | "evaluate"
            | "source" | "readMemory" | "exceptionInfo" | "pause" | "continue" | "next"
            | "stepIn" | "stepOut" | "stepBack" | "reverseContinue" => {
                Err(match request.command.as_str() {
                    "attach" => "programs can be launched only".to_owned(),
                    _ => "the program does not run".to_owned(),
                })
            }
            _ => Err(unknown(request)),
        }
    }

    /// The program has ended: tells so, and answers until the editor goes.
    pub fn finish(mut self, session: &mut Session, status: u8) {
        self.capture.drain();
        self.wire.event("exited", json!({ "exitCode": status }));
        self.wire.event("terminated", json!({}));
        while !self.left
            && let Some(request) = self.queue.next()
        {
            let result = self.asked_outside(session, &request);
            self.wire.respond(&request, result);
            self.left = request.command == "disconnect";
        }
    }
}
