//! What is said to the user beside a program's output. A stream that nobody reads any more, or that is full, doesn't stop
//! what the command does: `print!` and its like would panic. But where stdout took something no more although it is
//! still read, the command has failed.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

static LOST: AtomicBool = AtomicBool::new(false);

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
    let mut stdout = std::io::stdout().lock();
    if let Err(why) = stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        lost(&why);
    }
}

/// Output that could not be written: tells why, once. Not if the reader has seen enough.
pub fn lost(why: &std::io::Error) -> bool {
    if why.kind() == std::io::ErrorKind::BrokenPipe {
        return false;
    }
    if !LOST.swap(true, Ordering::Relaxed) {
        let why = crate::pipeline::plain(why);
        to_stderr(format_args!("error: cannot write: {why}\n"));
    }
    true
}

pub fn anything_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}
