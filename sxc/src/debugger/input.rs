//! Where commands come from: the command line, a file, then standard input.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

pub const PROMPT: &str = "(sxc) ";

pub struct Input {
    first: VecDeque<String>,
    terminal: bool,
    /// The last command, which an empty line at a terminal repeats.
    last: String,
}

impl Input {
    pub fn new(first: Vec<String>) -> Input {
        Input {
            first: first.into(),
            terminal: std::io::stdin().is_terminal(),
            last: String::new(),
        }
    }

    /// The next command; `None` at the end of input.
    pub fn next(&mut self) -> Option<String> {
        if let Some(line) = self.first.pop_front() {
            // What follows belongs to it.
            crate::say::to_stdout(format_args!("{PROMPT}{line}\n"));
            return Some(line);
        }
        if self.terminal {
            crate::say::to_stdout(format_args!("{PROMPT}"));
            let _ = std::io::stdout().flush();
        }
        let mut bytes = Vec::new();
        match std::io::stdin().lock().read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => {
                if self.terminal {
                    crate::say::to_stdout(format_args!("\n"));
                }
                return None;
            }
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&bytes).trim().to_owned();
        if !self.terminal {
            return Some(line);
        }
        if line.is_empty() {
            return Some(self.last.clone());
        }
        self.last.clone_from(&line);
        Some(line)
    }
}
