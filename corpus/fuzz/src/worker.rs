//! The process that judges one program after the other and writes down how far it got.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sx_corpus::case;

use crate::generate;
use crate::ir::{self, Ir};
use crate::judge::{Fault, Program, Verdict, judge};
use crate::mutate::Stock;
use crate::native::Level;
use crate::options::{Mode, Options};
use crate::several::{self, Several};
use crate::supervise::{WORK, WORK_ON_FILE};

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
        Mode::Ir => Made {
            text: Ir::new(seed).text().into_bytes(),
            path: PathBuf::new(),
            mode,
        },
        Mode::Mutate | Mode::Generate => Made {
            text: generate::program(seed).into_bytes(),
            path: made_up_path(),
            mode: Mode::Generate,
        },
    }
}

/// Does what the arguments of a worker process say; whether they are such.
pub fn act_as_worker(args: &[String]) -> std::io::Result<bool> {
    let bad = |what: String| std::io::Error::other(what);
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [first, from, .., "--journal", journal] if *first == WORK => {
            let options = Options::parse(&args[2..args.len() - 2]).map_err(bad)?;
            let from = from.parse().map_err(|_| bad("bad start".to_owned()))?;
            work(&options, from, Path::new(journal))?;
        }
        [first, file, path, generated, native, journal] if *first == WORK_ON_FILE => {
            work_on_file(
                Path::new(file),
                Path::new(path),
                *generated == "yes",
                *native == "yes",
                Path::new(journal),
            )?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Programs of IR that are judged in one go.
const IR_RUN: u64 = 1000;

pub const BOTH_LEVELS: [Level; 2] = [Level::None, Level::Default];

/// One line each: `B index count` before a program (or several in one compilation), `E index verdict count` after it, `F index signature` and detail
/// lines.
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

    fn begin(&mut self, index: u64) {
        self.begin_several(index, 1);
    }

    fn begin_several(&mut self, index: u64, count: u64) {
        self.line(&format!("B {index} {count}"));
    }

    fn result(&mut self, seed: u64, result: &Result<Verdict, Fault>, count: u64) {
        match result {
            Ok(verdict) => self.line(&format!("E {seed} {verdict:?} {count}")),
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
fn work(options: &Options, from: u64, journal: &Path) -> std::io::Result<()> {
    let mut journal = Journal::open(journal)?;
    let stock = stock_for(options);
    let mut index = from;
    // Who stops the supervisor means the worker, too.
    let supervisor = std::os::unix::process::parent_id();
    while options.count.is_none_or(|count| index < count)
        && std::os::unix::process::parent_id() == supervisor
    {
        let seed = options.seed.wrapping_add(index);
        let native = options.is_native(index);
        let (result, count) = match (options.mode_of(index), native) {
            (Mode::Ir, false) => {
                index = engines_agree(options, index, &mut journal);
                continue;
            }
            (Mode::Ir, true) => {
                journal.begin(index);
                let batch = ir::native::batch(seed);
                let result = ir::native::judge(&batch, &BOTH_LEVELS);
                (result, ir::native::BATCH)
            }
            (Mode::Generate, _) if several_from(options, index) > 1 => {
                index = together(options, index, &mut journal);
                continue;
            }
            (mode @ (Mode::Generate | Mode::Mutate), _) => {
                let made = make(mode, seed, &stock);
                journal.begin(index);
                let program = Program {
                    text: &made.text,
                    modules: &[],
                    path: &made.path,
                    generated: made.mode == Mode::Generate,
                    native: if native { &BOTH_LEVELS } else { &[] },
                };
                (judge(&program), 1)
            }
        };
        journal.result(index, &result, count);
        index += 1;
    }
    Ok(())
}

/// How many generated programs from the `from`th on are compiled as one.
fn several_from(options: &Options, from: u64) -> u64 {
    let is_next = |index: &u64| {
        options.mode_of(*index) == Mode::Generate
            && options.count.is_none_or(|count| *index < count)
    };
    let range = from..from.saturating_add(several::MOST);
    range.take_while(is_next).count() as u64
}

/// Judges generated programs as one, natively if one of them is to be, and each alone if that does not end well; the number
/// of the program after them.
fn together(options: &Options, from: u64, journal: &mut Journal) -> u64 {
    let count = several_from(options, from);
    let end = from + count;
    let native = (from..end).any(|index| options.is_native(index));
    let levels: &[Level] = if native { &BOTH_LEVELS } else { &[] };
    let seed = |index: u64| options.seed.wrapping_add(index);
    journal.begin_several(from, count);
    let result = Several::new(seed(from), count, "several").judge(levels);
    if let Ok(Verdict::Finished) = result {
        journal.result(from, &result, count);
        return end;
    }
    let mut found = false;
    for index in from..end {
        journal.begin(index);
        let text = generate::program(seed(index)).into_bytes();
        let alone = judge(&Program {
            text: &text,
            modules: &[],
            path: &made_up_path(),
            generated: true,
            native: levels,
        });
        found |= alone.is_err();
        journal.result(index, &alone, 1);
    }
    if let (Err(_), false) = (&result, found) {
        journal.begin_several(from, count);
        // They have been counted.
        journal.result(from, &result, 0);
    }
    end
}

/// Judges the programs of IR from the `from`th on that are not run natively, to the first that is something else; its
/// number.
fn engines_agree(options: &Options, from: u64, journal: &mut Journal) -> u64 {
    let is_next = |index: &u64| {
        options.mode_of(*index) == Mode::Ir
            && !options.is_native(*index)
            && options.count.is_none_or(|count| *index < count)
    };
    // Not too many, so as to look around now and then.
    let end = (from..from.saturating_add(IR_RUN))
        .take_while(is_next)
        .last();
    let end = end.map_or(from, |last| last + 1);
    let index_of = |seed: u64| seed.wrapping_sub(options.seed);
    let journal = std::sync::Mutex::new(journal);
    let tell = |what: &dyn Fn(&mut Journal)| {
        if let Ok(mut journal) = journal.lock() {
            what(&mut journal);
        }
    };
    ir::judge::judge_all(
        &mut (from..end).map(|index| Ir::new(options.seed.wrapping_add(index))),
        &mut |seed| tell(&|journal| journal.begin(index_of(seed))),
        &mut |seed, result| tell(&|journal| journal.result(index_of(seed), &result, 1)),
    );
    end
}

/// What mutants are made of, if there are to be any.
pub fn stock_for(options: &Options) -> Stock {
    match options.modes.contains(&Mode::Mutate) {
        true => Stock::read(),
        false => Stock::default(),
    }
}

/// Whether a file is one of IR.
pub fn is_ir(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "ir")
}

fn judge_ir(text: &str, levels: &[Level]) -> Result<Verdict, Fault> {
    let program = Ir::parse(text).map_err(|why| Fault::new("ir: not a program", why))?;
    let verdict = ir::judge::judge(&program)?;
    if program.closed && !levels.is_empty() {
        ir::native::judge(&[program], levels)?;
    }
    Ok(verdict)
}

/// Judges a file, as if it stood at `path`.
fn work_on_file(
    file: &Path,
    path: &Path,
    generated: bool,
    native: bool,
    journal: &Path,
) -> std::io::Result<()> {
    let mut journal = Journal::open(journal)?;
    let text = std::fs::read(file)?;
    journal.begin(0);
    let levels: &[Level] = if native { &BOTH_LEVELS } else { &[] };
    let result = if is_ir(file) {
        judge_ir(&String::from_utf8_lossy(&text), levels)
    } else {
        judge(&Program {
            text: &text,
            modules: &[],
            path,
            generated,
            native: levels,
        })
    };
    journal.result(0, &result, 1);
    Ok(())
}
