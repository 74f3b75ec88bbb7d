//! The command line: `sx-fuzz [--minutes N] [--seed S] [--count N] [--mode generate|mutate|both] [--native EVERY]
//! [--out FOLDER]`.

use std::path::PathBuf;

/// Where programs come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Generate,
    Mutate,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub modes: Vec<Mode>,
    pub minutes: Option<f64>,
    /// Programs to run; `None`: until the time is over.
    pub count: Option<u64>,
    pub seed: u64,
    /// One program in so many is run natively, too; 0: none.
    pub native: u64,
    /// Folder for what is found.
    pub out: PathBuf,
}

pub const USAGE: &str = "\
Usage: sx-fuzz [--minutes N] [--count N] [--seed S] [--mode generate|mutate|both] [--native EVERY] [--out FOLDER]
       sx-fuzz print [--mode M] --seed S       the program of a seed
       sx-fuzz notes --seed S                  what its tests mix into their digests
       sx-fuzz judge FILE                      one program from a file, natively, too
       sx-fuzz shrink FILE [--out FOLDER]      the smallest program with the same fault";

impl Options {
    pub fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            modes: vec![Mode::Generate, Mode::Mutate],
            minutes: None,
            count: None,
            seed: 1,
            native: 20,
            out: PathBuf::from("target/fuzz-findings"),
        };
        let mut rest = args.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or_else(|| format!("{name} wants a value"))?;
            let bad = || format!("bad value '{value}' for {name}");
            match name.as_str() {
                "--minutes" => options.minutes = Some(value.parse().map_err(|_| bad())?),
                "--count" => options.count = Some(value.parse().map_err(|_| bad())?),
                "--seed" => options.seed = value.parse().map_err(|_| bad())?,
                "--native" => options.native = value.parse().map_err(|_| bad())?,
                "--out" => options.out = PathBuf::from(value),
                "--mode" => {
                    options.modes = match value.as_str() {
                        "generate" => vec![Mode::Generate],
                        "mutate" => vec![Mode::Mutate],
                        "both" => vec![Mode::Generate, Mode::Mutate],
                        _ => return Err(bad()),
                    }
                }
                _ => return Err(format!("unknown option '{name}'")),
            }
        }
        if options.minutes.is_none() && options.count.is_none() {
            options.minutes = Some(1.0);
        }
        Ok(options)
    }

    /// What the `index`th program of a run is made from.
    pub fn mode_of(&self, index: u64) -> Mode {
        self.modes[(index % self.modes.len() as u64) as usize]
    }
}
