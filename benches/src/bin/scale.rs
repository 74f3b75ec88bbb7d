//! Writes a generated program: `scale DIR MODULES LINES`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, modules, lines] = &args[..] else {
        eprintln!("usage: scale DIR MODULES LINES");
        return ExitCode::from(2);
    };
    let (Ok(modules), Ok(lines)) = (modules.parse(), lines.parse()) else {
        eprintln!("scale: MODULES and LINES are numbers");
        return ExitCode::from(2);
    };
    match sx_benches::scale::generate(Path::new(dir), modules, lines) {
        Ok(main) => {
            println!("{}", main.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("scale: {error}");
            ExitCode::FAILURE
        }
    }
}
