//! An editor, as far as a debugger sees it.

use std::collections::VecDeque;
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    /// Events that nobody has asked for yet.
    events: VecDeque<Value>,
    seq: i64,
    /// What the program has written so far, by category.
    pub output: Vec<(String, String)>,
    pub dir: PathBuf,
}

impl Client {
    pub fn start(name: &str, files: &[(&str, &str)], args: &[&str]) -> Client {
        let dir = std::env::temp_dir().join(format!("sxc-dap-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder can be made");
        let dir = dir.canonicalize().expect("a folder");
        for (name, text) in files {
            std::fs::write(dir.join(name), text).expect("a file can be written");
        }
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../library");
        let mut child = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["debug", "--dap", "--library"])
            .arg(library)
            .args(args)
            .current_dir(&dir)
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sxc starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            while let Some(message) = receive(&mut out) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            to: child.stdin.take(),
            child,
            from,
            events: VecDeque::new(),
            seq: 0,
            output: Vec::new(),
            dir,
        }
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        let to = self.to.as_mut().expect("the connection is open");
        to.write_all(bytes).expect("it reads");
        to.flush().expect("it reads");
    }

    /// Sends a request without waiting for its answer.
    pub fn send(&mut self, command: &str, arguments: Value) -> i64 {
        self.seq += 1;
        let message = json!({
            "seq": self.seq, "type": "request", "command": command, "arguments": arguments,
        });
        let text = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
        self.seq
    }

    fn next(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).expect("a message in time")
    }

    fn keep(&mut self, event: Value) {
        if event["event"] == "output" {
            let text = |part: &str| event["body"][part].as_str().expect("text").to_owned();
            self.output.push((text("category"), text("output")));
        } else {
            self.events.push_back(event);
        }
    }

    pub fn answer(&mut self, seq: i64) -> Value {
        loop {
            let message = self.next();
            match message["type"].as_str() {
                Some("response") => {
                    assert_eq!(message["request_seq"], json!(seq), "{message}");
                    return message;
                }
                Some("event") => self.keep(message),
                _ => panic!("neither response nor event: {message}"),
            }
        }
    }

    /// The body of a successful answer.
    pub fn ask(&mut self, command: &str, arguments: Value) -> Value {
        let seq = self.send(command, arguments);
        let answer = self.answer(seq);
        assert_eq!(answer["success"], json!(true), "{command}: {answer}");
        assert_eq!(answer["command"], json!(command));
        answer["body"].clone()
    }

    /// The message of an answer that says no.
    pub fn refused(&mut self, command: &str, arguments: Value) -> String {
        let seq = self.send(command, arguments);
        let answer = self.answer(seq);
        assert_eq!(answer["success"], json!(false), "{command}: {answer}");
        answer["message"].as_str().expect("a message").to_owned()
    }

    /// The next event that is no output.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(event) = self.events.pop_front() {
                assert_eq!(event["event"], json!(name), "{event}");
                return event["body"].clone();
            }
            let message = self.next();
            assert_eq!(message["type"], json!("event"), "{message}");
            self.keep(message);
        }
    }

    /// Up to the beginning of the program.
    pub fn launch(&mut self, arguments: Value, breakpoints: &[Value]) {
        let capabilities = self.ask("initialize", json!({ "adapterID": "sx" }));
        assert_eq!(capabilities["supportsStepBack"], json!(true));
        self.event("initialized");
        self.ask("launch", arguments);
        for breakpoint in breakpoints {
            self.ask("setBreakpoints", breakpoint.clone());
        }
        self.ask("configurationDone", Value::Null);
    }

    /// Waits for a stop: its reason, and function and line of the innermost frame.
    pub fn stopped(&mut self) -> (String, String, i64) {
        loop {
            if self
                .events
                .front()
                .is_some_and(|e| e["event"] == "breakpoint")
            {
                self.events.pop_front();
                continue;
            }
            if self.events.is_empty() {
                let message = self.next();
                self.keep(message);
                continue;
            }
            break;
        }
        let reason = self.event("stopped")["reason"]
            .as_str()
            .expect("a reason")
            .to_owned();
        let stack = self.ask("stackTrace", json!({ "threadId": 1 }));
        let frame = &stack["stackFrames"][0];
        let name = frame["name"].as_str().expect("a name").to_owned();
        (reason, name, frame["line"].as_i64().expect("a line"))
    }

    /// Names and values of what a number stands for.
    pub fn variables(&mut self, number: &Value) -> Vec<(String, String, Value)> {
        let body = self.ask("variables", json!({ "variablesReference": number }));
        let all = body["variables"].as_array().expect("a list").clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        all.into_iter()
            .map(|v| {
                (
                    text(&v["name"]),
                    text(&v["value"]),
                    v["variablesReference"].clone(),
                )
            })
            .collect()
    }

    pub fn locals(&mut self, frame: i64) -> Vec<(String, String, Value)> {
        let scopes = self.ask("scopes", json!({ "frameId": frame }));
        let number = scopes["scopes"][0]["variablesReference"].clone();
        self.variables(&number)
    }

    pub fn value(&mut self, expression: &str) -> String {
        let body = self.ask(
            "evaluate",
            json!({ "expression": expression, "frameId": 1 }),
        );
        body["result"].as_str().expect("text").to_owned()
    }

    /// Waits for output.
    pub fn output_begins(&mut self) {
        while self.output.is_empty() {
            let message = self.next();
            self.keep(message);
        }
    }

    /// All that was written in a category.
    pub fn written(&self, category: &str) -> String {
        let of = self.output.iter().filter(|(c, _)| c == category);
        of.map(|(_, text)| text.as_str()).collect()
    }

    /// The program runs to its end: its status.
    pub fn ended(&mut self) -> i64 {
        let status = self.event("exited")["exitCode"].as_i64().expect("a status");
        self.event("terminated");
        status
    }

    /// Whether the server ends though the connection stays open.
    pub fn ends_by_itself(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if self.child.try_wait().expect("a child").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub fn disconnect(mut self) {
        self.ask("disconnect", json!({}));
        assert!(self.finish().success());
    }

    /// Closes the connection and waits for the end.
    pub fn finish(&mut self) -> ExitStatus {
        self.to = None;
        let mut errors = String::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut errors).expect("text");
        let status = self.child.wait().expect("an end");
        assert_eq!(errors, "", "nothing is said beside the protocol");
        let _ = std::fs::remove_dir_all(&self.dir);
        status
    }
}

fn receive(from: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.trim().split_once(": ").expect("a header");
        assert_eq!(name, "Content-Length", "only messages are on stdout");
        length = value.parse().ok();
    }
    let mut bytes = vec![0; length.expect("a length")];
    from.read_exact(&mut bytes).ok()?;
    Some(serde_json::from_slice(&bytes).expect("JSON"))
}
