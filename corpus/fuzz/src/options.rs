//! The command line: `sx-fuzz [--minutes N] [--seed S] [--count N] [--mode generate|mutate|both|ir|all] [--native EVERY]
//! [--out FOLDER]`.

use std::path::PathBuf;

use crate::ir::native::BATCH;

/// Where programs come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Generate,
    Mutate,
    /// Random IR, without a text in sx.
    Ir,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// The modes of one program after the other, again and again.
    pub modes: Vec<Mode>,
    /// Their name.
    pub mode: String,
    pub minutes: Option<f64>,
    /// Programs to run; `None`: until the time is over.
    pub count: Option<u64>,
    pub seed: u64,
    /// One program in so many is run natively, too; 0: none.
    pub native: u64,
    /// Folder for what is found; `None`: it becomes cases of the corpus.
    pub out: Option<PathBuf>,
}

pub const USAGE: &str = "\
Usage: sx-fuzz [--minutes N] [--count N] [--seed S] [--mode generate|mutate|both|ir|all] [--native EVERY] [--out FOLDER]
                                               what is found becomes cases in corpus/found, or files in FOLDER
       sx-fuzz print [--mode M] --seed S       the program of a seed
       sx-fuzz notes --seed S                  what its tests mix into their digests
       sx-fuzz judge FILE                      one program from a file (.sx, .ir), natively, too
       sx-fuzz shrink FILE [--out FOLDER]      the smallest program with the same fault";

impl Options {
    pub fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            modes: modes_of("all").unwrap_or_default(),
            mode: "all".to_owned(),
            minutes: None,
            count: None,
            seed: 1,
            native: 20,
            out: None,
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
                "--out" => options.out = Some(PathBuf::from(value)),
                "--mode" => {
                    options.modes = modes_of(value).ok_or_else(bad)?;
                    options.mode = value.clone();
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

    /// How many programs of the same mode come before the `index`th.
    pub fn number_of(&self, index: u64) -> u64 {
        let mode = self.mode_of(index);
        let count = |modes: &[Mode]| modes.iter().filter(|m| **m == mode).count() as u64;
        let period = self.modes.len() as u64;
        let begun = &self.modes[..(index % period) as usize];
        index / period * count(&self.modes) + count(begun)
    }

    /// Whether the `index`th program runs natively. IR does so in batches, each at the place of one program.
    pub fn is_native(&self, index: u64) -> bool {
        let every = match self.mode_of(index) {
            Mode::Generate | Mode::Mutate => self.native,
            Mode::Ir => self.native.saturating_mul(BATCH),
        };
        every != 0 && self.number_of(index).is_multiple_of(every)
    }

    /// Programs that a worker judges before another one takes over: trees of sx programs are kept for as long as the process
    /// lives.
    pub fn shift(&self) -> u64 {
        let sx = self.modes.iter().filter(|mode| **mode != Mode::Ir).count();
        match sx {
            0 => u64::MAX,
            sx => SHIFT * (self.modes.len() / sx) as u64,
        }
    }
}

/// Programs in sx of one worker.
const SHIFT: u64 = 500;
/// Programs of IR for two in sx: together they take about as long.
const IR_SHARE: usize = 100;

fn modes_of(word: &str) -> Option<Vec<Mode>> {
    let both = [Mode::Generate, Mode::Mutate];
    Some(match word {
        "generate" => vec![Mode::Generate],
        "mutate" => vec![Mode::Mutate],
        "both" => both.to_vec(),
        "ir" => vec![Mode::Ir],
        "all" => [&both[..], &[Mode::Ir; IR_SHARE]].concat(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_has_its_native_programs() {
        let options = Options::parse(&["--native".to_owned(), "3".to_owned()]);
        let Ok(options) = options else {
            panic!("{options:?}")
        };
        let native = |mode| {
            let of_mode = |index: &u64| options.mode_of(*index) == mode;
            let all: Vec<u64> = (0..102 * 60).filter(of_mode).collect();
            (
                all.len(),
                all.iter()
                    .filter(|index| options.is_native(**index))
                    .count(),
            )
        };
        assert_eq!(native(Mode::Generate), (60, 20));
        assert_eq!(native(Mode::Mutate), (60, 20));
        assert_eq!(native(Mode::Ir), (6000, 100));
    }
}
