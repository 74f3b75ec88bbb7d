//! Requests on their way from the thread that reads them to the one that runs the program, which is not to be waited for
//! for ever when the editor wants to end.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::wire::{Received, Request, Wire, receive};
use crate::scratch;

/// So long a program that doesn't come to its next statement may keep the editor waiting.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct State {
    requests: VecDeque<Request>,
    closed: bool,
    /// Somebody has seen that it is closed.
    seen: bool,
}

#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    /// There is something to look at.
    waiting: AtomicBool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The next request; `None`: there will be no more.
    pub fn next(&self) -> Option<Request> {
        let mut state = self.lock();
        loop {
            if let Some(request) = state.requests.pop_front() {
                self.taken(&mut state);
                return Some(request);
            }
            if state.closed {
                self.taken(&mut state);
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next request, if there is one. `Err`: there will be no more.
    pub fn poll(&self) -> Result<Option<Request>, ()> {
        let mut state = self.lock();
        let request = state.requests.pop_front();
        let over = request.is_none() && state.closed;
        self.taken(&mut state);
        match over {
            true => Err(()),
            false => Ok(request),
        }
    }

    fn taken(&self, state: &mut State) {
        state.seen |= state.closed && state.requests.is_empty();
        let left = !state.requests.is_empty() || state.closed && !state.seen;
        self.waiting.store(left, Ordering::Relaxed);
        self.changed.notify_all();
    }

    fn push(&self, request: Option<Request>) {
        let mut state = self.lock();
        match request {
            Some(request) => state.requests.push_back(request),
            None => state.closed = true,
        }
        self.waiting.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Whether everything is taken in time.
    fn is_noticed(&self) -> bool {
        let state = self.lock();
        let waits = |state: &mut State| !state.requests.is_empty() || state.closed && !state.seen;
        let waited = self.changed.wait_timeout_while(state, PATIENCE, waits);
        let late = waited.unwrap_or_else(PoisonError::into_inner).1;
        !late.timed_out()
    }
}

/// Reads requests in a thread of its own.
pub fn listen(from: Box<dyn Read + Send>, wire: &Arc<Wire>) -> std::io::Result<Arc<Queue>> {
    let queue = Arc::new(Queue::default());
    let (own, wire) = (Arc::clone(&queue), Arc::clone(wire));
    std::thread::Builder::new()
        .name("requests".to_owned())
        .spawn(move || read(&mut BufReader::new(from), &own, &wire))?;
    Ok(queue)
}

fn read(from: &mut impl BufRead, queue: &Queue, wire: &Wire) {
    loop {
        let message = match receive(from) {
            Received::Message(message) => message,
            Received::Wrong(why) => {
                complain(wire, &why);
                continue;
            }
            Received::End => break,
        };
        let Some(request) = Request::of(&message) else {
            if !is_answer(&message) {
                complain(wire, "no request");
            }
            continue;
        };
        let ends = matches!(request.command.as_str(), "disconnect" | "terminate");
        queue.push(Some(request.clone()));
        if ends && !queue.is_noticed() {
            wire.respond(&request, Ok(Value::Null));
            wire.event("terminated", json!({}));
            leave();
        }
    }
    queue.push(None);
    if !queue.is_noticed() {
        leave();
    }
}

/// Nothing is asked for that would be answered.
fn is_answer(message: &Value) -> bool {
    message.get("type").and_then(Value::as_str) == Some("response")
}

fn complain(wire: &Wire, why: &str) {
    let text = format!("a message was not understood: {why}\n");
    wire.event("output", json!({ "category": "important", "output": text }));
}

/// The program is somewhere where it can't be asked.
fn leave() -> ! {
    scratch::remove_all();
    std::process::exit(0)
}
