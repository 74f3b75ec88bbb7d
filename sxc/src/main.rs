//! The `sxc` executable: everything is in the library half.

use std::process::ExitCode;

fn main() -> ExitCode {
    sxc::main()
}
