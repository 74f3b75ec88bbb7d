//! Messages of the protocol: each a JSON text behind a header that tells its length.

use std::io::{self, BufRead, Read as _, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// Longer messages are not read.
const LONGEST: u64 = 64 << 20;
/// Longer lines are no header's.
const LONGEST_LINE: u64 = 4096;

/// What was received.
pub enum Received {
    Message(Value),
    /// No message of the protocol, and why; another one may follow.
    Wrong(String),
    End,
}

/// Reads the next message.
pub fn receive(from: &mut impl BufRead) -> Received {
    match next(from) {
        Ok(received) => received,
        Err(_) => Received::End,
    }
}

fn next(from: &mut impl BufRead) -> io::Result<Received> {
    let mut length = None;
    let mut begun = false;
    loop {
        let mut line = Vec::new();
        let read = from.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(Received::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            match (length, begun) {
                (Some(length), _) => return body(from, length),
                (None, true) => return Ok(Received::Wrong("a header without a length".to_owned())),
                // Between messages.
                (None, false) => continue,
            }
        }
        begun = true;
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

fn body(from: &mut impl BufRead, length: u64) -> io::Result<Received> {
    if length > LONGEST {
        io::copy(&mut from.take(length), &mut io::sink())?;
        return Ok(Received::Wrong(format!("a message of {length} bytes")));
    }
    let mut bytes = Vec::new();
    if from.take(length).read_to_end(&mut bytes)? < length as usize {
        return Ok(Received::End);
    }
    Ok(match serde_json::from_slice(&bytes) {
        Ok(message) => Received::Message(message),
        Err(error) => Received::Wrong(format!("no JSON: {error}")),
    })
}

/// Where messages go.
pub struct Wire {
    to: Mutex<(Box<dyn Write + Send>, u64)>,
}

impl Wire {
    pub fn new(to: Box<dyn Write + Send>) -> Wire {
        Wire {
            to: Mutex::new((to, 0)),
        }
    }

    /// If nobody reads any more, that is seen at the other end of the connection.
    fn send(&self, mut message: Value) {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        to.1 += 1;
        message["seq"] = json!(to.1);
        let text = message.to_string();
        let _ = write!(to.0, "Content-Length: {}\r\n\r\n{text}", text.len());
        let _ = to.0.flush();
    }

    pub fn event(&self, event: &str, body: Value) {
        self.send(json!({ "type": "event", "event": event, "body": body }));
    }

    pub fn respond(&self, request: &Request, result: Result<Value, String>) {
        let mut message = json!({
            "type": "response",
            "request_seq": request.seq,
            "command": request.command,
            "success": result.is_ok(),
        });
        match result {
            Ok(Value::Null) => {}
            Ok(body) => message["body"] = body,
            Err(text) => {
                message["body"] = json!({
                    "error": { "id": 1, "format": "{text}", "variables": { "text": text } },
                });
                message["message"] = json!(text);
            }
        }
        self.send(message);
    }
}

/// What the editor asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    pub seq: i64,
    pub command: String,
    pub arguments: Value,
}

impl Request {
    /// `None`: the message is another thing.
    pub fn of(message: &Value) -> Option<Request> {
        if message.get("type")?.as_str()? != "request" {
            return None;
        }
        let command = message.get("command").and_then(Value::as_str);
        Some(Request {
            seq: message.get("seq").and_then(Value::as_i64).unwrap_or(0),
            command: command.unwrap_or_default().to_owned(),
            arguments: message.get("arguments").cloned().unwrap_or(json!({})),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<String> {
        let mut from = text;
        let mut out = Vec::new();
        loop {
            match receive(&mut from) {
                Received::Message(message) => out.push(message.to_string()),
                Received::Wrong(why) => out.push(why),
                Received::End => return out,
            }
        }
    }

    #[test]
    fn framing() {
        assert_eq!(
            all(b"Content-Length: 2\r\n\r\n{}content-length:3\n\n[1]"),
            ["{}", "[1]"]
        );
        assert_eq!(
            all(b"X: 1\r\n\r\nContent-Length: 2\r\nX: 1\r\n\r\n{}"),
            ["a header without a length", "{}"]
        );
        assert_eq!(all(b"Content-Length: 9\r\n\r\n{}"), [""; 0]);
        assert!(all(b"Content-Length: 2\r\n\r\n{]")[0].starts_with("no JSON"));
        assert_eq!(
            all(b"Content-Length: 99999999999\r\n\r\n{}"),
            ["a message of 99999999999 bytes"]
        );
    }
}
