//! The debugger for editors: a server of the Debug Adapter Protocol, on standard input and output or a port of this host.
//!
//! * [`wire`]: messages; [`queue`]: requests between the thread that reads them and the one that runs the program.
//! * [`capture`]: the program's output, which becomes events.
//! * [`launch`]: what is asked for before the program is compiled, and what follows its end.
//! * [`editor`]: what is asked for at a stop, and meanwhile; [`variables`]: values and their parts;
//!   [`breakpoints`]: what the editor wants to stop at; [`sources`]: files as it knows them.

mod breakpoints;
mod capture;
mod editor;
mod launch;
mod queue;
mod sources;
mod variables;
mod wire;

pub use editor::{Editor, Meanwhile};
pub use launch::{Launch, begin};
