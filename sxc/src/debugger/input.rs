//! Where commands come from: the command line, a file, then standard input, which has line editing and a history if it is
//! a terminal.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

const PROMPT: &str = "(sxc) ";

pub struct Input {
    first: VecDeque<String>,
    /// At a terminal.
    editor: Option<DefaultEditor>,
    /// The last command, which an empty line at a terminal repeats.
    last: String,
}

impl Input {
    pub fn new(first: Vec<String>) -> Input {
        let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        Input {
            first: first.into(),
            editor: terminal.then(|| DefaultEditor::new().ok()).flatten(),
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
        let Some(editor) = &mut self.editor else {
            return plain_line();
        };
        let line = loop {
            match editor.readline(PROMPT) {
                Ok(line) => break line.trim().to_owned(),
                // Ctrl-C takes back what has been typed.
                Err(ReadlineError::Interrupted) => {}
                Err(_) => return None,
            }
        };
        if line.is_empty() {
            return Some(self.last.clone());
        }
        // Without a history there is none.
        let _ = editor.add_history_entry(&line);
        self.last.clone_from(&line);
        Some(line)
    }
}

fn plain_line() -> Option<String> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
    }
}
