use std::path::PathBuf;
use std::process::ExitCode;

use sx_corpus::process::{self, Folder};
use sx_fuzz::found;
use sx_fuzz::generate;
use sx_fuzz::ir::{self, Ir};
use sx_fuzz::mutate::Stock;
use sx_fuzz::options::{Mode, Options, USAGE};
use sx_fuzz::shrink;
use sx_fuzz::supervise;
use sx_fuzz::worker::{self, Made};

fn main() -> ExitCode {
    process::act_as_compiler();
    let args: Vec<String> = std::env::args().skip(1).collect();
    match command(&args) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn command(args: &[String]) -> Result<ExitCode, String> {
    let io = |error: std::io::Error| error.to_string();
    if worker::act_as_worker(args).map_err(io)? {
        return Ok(ExitCode::SUCCESS);
    }
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["print", ..] => {
            let options = Options::parse(&args[1..])?;
            // Without a mode, the program is one in sx.
            let made = worker::make(options.mode_of(0), options.seed, &Stock::read());
            print!("{}", String::from_utf8_lossy(&made.text));
        }
        ["notes", ..] => {
            let options = Options::parse(&args[1..])?;
            for (test, words) in generate::notes(options.seed).iter().enumerate() {
                println!("t{test}:");
                for word in words {
                    println!("{word}");
                }
            }
        }
        [verb @ ("judge" | "shrink"), file, ..] => {
            let folder = Folder::new("fuzz-judge").map_err(io)?;
            let path = std::path::absolute(file).map_err(io)?;
            let generated = found::is_generated(&path);
            let stand = if generated {
                worker::made_up_path()
            } else {
                path.clone()
            };
            let fault =
                supervise::judge_file(&path, &stand, generated, true, folder.path()).map_err(io)?;
            let Some(fault) = fault else {
                println!("nothing is wrong with it");
                return Ok(ExitCode::SUCCESS);
            };
            println!("{}\n{}", fault.signature, fault.detail);
            if *verb == "shrink" && worker::is_ir(&path) {
                let text = std::fs::read_to_string(&path).map_err(io)?;
                let small = ir::shrink::shrink(&Ir::parse(&text)?, &fault);
                let target = PathBuf::from(file).with_extension("small.ir");
                std::fs::write(&target, small.text()).map_err(io)?;
                println!("{}", target.display());
            } else if *verb == "shrink" {
                let made = Made {
                    text: std::fs::read(&path).map_err(io)?,
                    path: stand,
                    mode: if generated {
                        Mode::Generate
                    } else {
                        Mode::Mutate
                    },
                };
                let small = shrink::shrink(&made, &fault).map_err(io)?;
                let target = PathBuf::from(file).with_extension("small.sx");
                std::fs::write(&target, small).map_err(io)?;
                println!("{}", target.display());
            }
            return Ok(ExitCode::FAILURE);
        }
        ["help" | "--help" | "-h"] => println!("{USAGE}"),
        _ => {
            let options = Options::parse(args)?;
            let summary = supervise::run(&options, |text| println!("{text}")).map_err(io)?;
            print!("{}", summary.report());
            if !summary.faults.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
