//! What is said to the user beside a program's output. A stream that nobody reads any more, or that is full, doesn't stop
//! what the command does: `print!` and its like would panic.

use std::io::Write as _;

/// As `eprint!`.
macro_rules! say {
    ($($arg:tt)*) => { crate::say::to_stderr(format_args!($($arg)*)) };
}

/// As `eprintln!`.
macro_rules! say_line {
    ($($arg:tt)*) => { crate::say::to_stderr(format_args!("{}\n", format_args!($($arg)*))) };
}

pub fn to_stderr(text: std::fmt::Arguments) {
    let _ = std::io::stderr().lock().write_fmt(text);
}

pub fn to_stdout(text: std::fmt::Arguments) {
    let _ = std::io::stdout().lock().write_fmt(text);
}
