//! The sx compiler's command line and pipeline.
//!
//! [`cli`] says what can be asked, [`commands`] answers it. [`pipeline`] drives the frontend; [`evaluator`] and
//! [`sandbox`] run its compile-time code in an engine of [`engines`]; [`native`] makes executables.

#[macro_use]
mod say;

pub mod arguments;
pub mod bug;
mod c_sources;
pub mod cli;
pub mod commands;
mod debugger;
pub mod driver;
pub mod engines;
pub mod evaluator;
pub mod explain;
pub mod files;
pub mod fold;
mod held;
pub mod hot;
pub mod inputs;
pub mod library;
#[cfg(target_os = "linux")]
mod memory;
pub mod native;
pub mod object_cache;
mod orphan;
mod parting;
pub mod pipeline;
mod product;
pub mod profile;
pub mod program;
pub mod progress;
pub mod record;
pub mod render;
pub mod sandbox;
pub mod scratch;
pub mod timing;
pub mod triples;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

#[cfg(target_os = "linux")]
#[global_allocator]
static MEMORY: memory::Memory = memory::Memory;

/// Entry of the executable.
pub fn main() -> ExitCode {
    ExitCode::from(main_with(std::env::args_os()))
}

/// Runs a command line (its first word is the program's name). Returns the exit status.
pub fn main_with(args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match cli::parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            let printed = error.print().and_then(|()| std::io::stdout().flush());
            return match printed {
                Ok(()) => error.exit_code() as u8,
                Err(why) => match say::lost(&why) {
                    true => pipeline::ERRORS,
                    false => error.exit_code() as u8,
                },
            };
        }
    };
    match bug::guarded(|| commands::run(&cli.command)) {
        // What should have been told wasn't.
        Ok(0) if say::anything_lost() => pipeline::ERRORS,
        Ok(status) => status,
        Err(bug::Failure::Bug(what)) => {
            held::write_all();
            scratch::remove_all();
            say!("{}", bug::report(&what));
            bug::STATUS
        }
        Err(bug::Failure::Host(what)) => {
            say_line!("error: {what}");
            pipeline::ERRORS
        }
    }
}
