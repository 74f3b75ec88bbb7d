//! The process that judges one program after the other and writes down how far it got.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sx_corpus::case;

use crate::generate;
use crate::judge::{Fault, Program, Verdict, judge};
use crate::mutate::Stock;
use crate::native::Level;
use crate::options::{Mode, Options};

/// A program as text.
pub struct Made {
    pub text: Vec<u8>,
    pub path: PathBuf,
    pub mode: Mode,
}

/// Where generated programs pretend to stand.
pub fn made_up_path() -> PathBuf {
    case::root().join("corpus/generated.sx")
}

pub fn make(mode: Mode, seed: u64, stock: &Stock) -> Made {
    match mode {
        Mode::Mutate if !stock.is_empty() => {
            let mutant = stock.mutant(seed);
            Made {
                text: mutant.text,
                path: mutant.path,
                mode,
            }
        }
        Mode::Mutate | Mode::Generate => Made {
            text: generate::program(seed).into_bytes(),
            path: made_up_path(),
            mode: Mode::Generate,
        },
    }
}

pub const BOTH_LEVELS: [Level; 2] = [Level::None, Level::Default];

/// One line each: `B seed` before a program, `E seed verdict` after it, `F seed signature` and detail lines.
pub struct Journal(File);

impl Journal {
    pub fn open(path: &Path) -> std::io::Result<Journal> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map(Journal)
    }

    fn line(&mut self, text: &str) {
        // Without a journal there is nobody to tell.
        let _ = writeln!(self.0, "{text}");
    }

    fn result(&mut self, seed: u64, result: &Result<Verdict, Fault>) {
        match result {
            Ok(verdict) => self.line(&format!("E {seed} {verdict:?}")),
            Err(fault) => {
                let flat = |text: &str| text.replace('\\', "\\\\").replace('\n', "\\n");
                self.line(&format!(
                    "F {seed} {}\t{}",
                    flat(&fault.signature),
                    flat(&fault.detail)
                ));
            }
        }
    }
}

/// Judges the programs from the `from`th on, until killed or `count` is reached.
pub fn work(options: &Options, from: u64, journal: &Path) -> std::io::Result<()> {
    let mut journal = Journal::open(journal)?;
    let stock = Stock::read();
    let mut index = from;
    // Who stops the supervisor means the worker, too.
    let supervisor = std::os::unix::process::parent_id();
    while options.count.is_none_or(|count| index < count)
        && std::os::unix::process::parent_id() == supervisor
    {
        let seed = options.seed.wrapping_add(index);
        let made = make(options.mode_of(index), seed, &stock);
        journal.line(&format!("B {index}"));
        let native = options.native != 0 && index.is_multiple_of(options.native);
        let result = judge(&Program {
            text: &made.text,
            path: &made.path,
            generated: made.mode == Mode::Generate,
            native: if native { &BOTH_LEVELS } else { &[] },
        });
        journal.result(index, &result);
        index += 1;
    }
    Ok(())
}

/// Judges a file, as if it stood at `path`.
pub fn work_on_file(
    file: &Path,
    path: &Path,
    generated: bool,
    native: bool,
    journal: &Path,
) -> std::io::Result<()> {
    let mut journal = Journal::open(journal)?;
    let text = std::fs::read(file)?;
    journal.line("B 0");
    let result = judge(&Program {
        text: &text,
        path,
        generated,
        native: if native { &BOTH_LEVELS } else { &[] },
    });
    journal.result(0, &result);
    Ok(())
}
