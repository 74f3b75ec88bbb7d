//! Runs workers, notices when one crashes or hangs, and keeps the books.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sx_corpus::process::Folder;

use crate::found;
use crate::generate;
use crate::judge::Fault;
use crate::mutate::Stock;
use crate::options::{Mode, Options};
use crate::several::TOGETHER;
use crate::worker;

/// No program may take longer, in all engines together: seconds of the processor's time, and of anybody's.
const PATIENCE: f64 = 20.0;
const LONGEST: Duration = Duration::from_secs(300);

/// First argument of a worker process.
pub const WORK: &str = "--work";
/// First argument of a process that judges one file.
pub const WORK_ON_FILE: &str = "--work-on-file";

/// What a journal said.
enum Entry {
    /// The first program, and how many are judged as one.
    Begin(u64, u64),
    /// The verdict, and of how many programs.
    End(String, u64),
    Fault(u64, Fault),
}

fn parse(line: &str) -> Option<Entry> {
    let (kind, rest) = line.split_once(' ')?;
    let (index, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let index: u64 = index.parse().ok()?;
    let unflat = |text: &str| text.replace("\\n", "\n").replace("\\\\", "\\");
    match kind {
        "B" => Some(Entry::Begin(index, rest.parse().ok()?)),
        "E" => {
            let (verdict, count) = rest.split_once(' ')?;
            Some(Entry::End(verdict.to_owned(), count.parse().ok()?))
        }
        "F" => {
            let (signature, detail) = rest.split_once('\t')?;
            Some(Entry::Fault(
                index,
                Fault::new(unflat(signature), unflat(detail)),
            ))
        }
        _ => None,
    }
}

/// A worker process and what it has written so far.
struct Worker {
    child: Child,
    journal: PathBuf,
    read: usize,
    /// The program that it is at, and since when.
    current: Option<(u64, u64)>,
    since: Instant,
    /// Processor time then.
    used: f64,
}

impl Worker {
    fn start(args: &[String], journal: PathBuf) -> io::Result<Worker> {
        let _ = std::fs::remove_file(&journal);
        let child = Command::new(std::env::current_exe()?)
            .args(args)
            .arg(&journal)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Worker {
            child,
            journal,
            read: 0,
            current: None,
            since: Instant::now(),
            used: 0.0,
        })
    }

    fn news(&mut self) -> Vec<Entry> {
        let text = std::fs::read(&self.journal).unwrap_or_default();
        let fresh = text.get(self.read..).unwrap_or_default();
        let Some(end) = fresh.iter().rposition(|b| *b == b'\n') else {
            return Vec::new();
        };
        self.read += end + 1;
        let entries: Vec<Entry> = String::from_utf8_lossy(&fresh[..end])
            .lines()
            .filter_map(parse)
            .collect();
        for entry in &entries {
            self.since = Instant::now();
            self.used = processor_seconds(self.child.id());
            self.current = match entry {
                Entry::Begin(index, count) => Some((*index, *count)),
                Entry::End(..) | Entry::Fault(..) => None,
            };
        }
        entries
    }

    /// How the process ended, if it did, or has to be ended now.
    fn ended(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(status) = self.child.try_wait()? {
            return Ok(Some(match (status.success(), status.signal()) {
                (true, _) => Ok(()),
                (false, Some(signal)) => Err(Fault::new(format!("crash: signal {signal}"), "")),
                (false, None) => Err(Fault::new(format!("crash: {status}"), "")),
            }));
        }
        let busy = || processor_seconds(self.child.id()) - self.used;
        if self.since.elapsed().as_secs_f64() > PATIENCE && busy() > PATIENCE
            || self.since.elapsed() > LONGEST
        {
            self.child.kill()?;
            self.child.wait()?;
            return Ok(Some(Err(Fault::new("hang", ""))));
        }
        Ok(None)
    }
}

/// User time of a process, as Linux tells it.
fn processor_seconds(id: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name, in parentheses, may have spaces; user time is the twelfth field after it.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = fields
        .split_whitespace()
        .nth(11)
        .and_then(|field| field.parse().ok())
        .unwrap_or(0.0);
    ticks / 100.0
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Judges one file in a process of its own.
pub fn judge_file(
    file: &Path,
    path: &Path,
    generated: bool,
    native: bool,
    folder: &Path,
) -> io::Result<Option<Fault>> {
    let word = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let args = [
        WORK_ON_FILE.to_owned(),
        file.to_string_lossy().into_owned(),
        path.to_string_lossy().into_owned(),
        word(generated),
        word(native),
    ];
    let mut worker = Worker::start(&args, folder.join("journal"))?;
    let mut nap = Duration::from_micros(500);
    loop {
        let ended = worker.ended()?;
        for entry in worker.news() {
            match entry {
                Entry::Fault(_, fault) => return Ok(Some(fault)),
                Entry::End(..) => return Ok(None),
                Entry::Begin(..) => {}
            }
        }
        if let Some(end) = ended {
            return Ok(end.err());
        }
        std::thread::sleep(nap);
        nap = (nap * 2).min(Duration::from_millis(5));
    }
}

/// What a run came to.
#[derive(Default, Debug)]
pub struct Summary {
    pub programs: u64,
    pub seconds: f64,
    pub verdicts: BTreeMap<String, u64>,
    /// By signature: how often, and where the small program is.
    pub faults: BTreeMap<String, (u64, PathBuf)>,
}

impl Summary {
    pub fn report(&self) -> String {
        let mut out = format!("{} programs", self.programs);
        if self.seconds > 0.0 {
            let rate = self.programs as f64 / self.seconds;
            out.push_str(&format!(" ({rate:.0} a second)"));
        }
        for (verdict, count) in &self.verdicts {
            out.push_str(&format!(", {count} {}", verdict.to_lowercase()));
        }
        out.push_str(&format!("; {} different faults\n", self.faults.len()));
        for (signature, (count, file)) in &self.faults {
            out.push_str(&format!(
                "{count:6}  {signature}\n        {}\n",
                file.display()
            ));
        }
        out
    }
}

/// Runs programs as `options` say; `say` is told of each new fault.
pub fn run(options: &Options, mut say: impl FnMut(&str)) -> io::Result<Summary> {
    let folder = Folder::new("fuzz-run")?;
    let stock = worker::stock_for(options);
    let begin = Instant::now();
    let deadline = options
        .minutes
        .map(|minutes| begin + Duration::from_secs_f64(minutes * 60.0));
    let mut summary = Summary::default();
    let mut next = 0;
    let mut shown = Instant::now();
    'workers: loop {
        summary.seconds = begin.elapsed().as_secs_f64();
        if options.count.is_some_and(|count| next >= count) {
            return Ok(summary);
        }
        let mut args = vec![WORK.to_owned()];
        args.extend(worker_words(options, next));
        let mut worker = Worker::start(&args, folder.path().join("worker"))?;
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let ended = worker.ended()?;
            summary.seconds = begin.elapsed().as_secs_f64();
            for entry in worker.news() {
                match entry {
                    Entry::Begin(index, count) => next = index + count,
                    Entry::End(verdict, count) => {
                        summary.programs += count;
                        *summary.verdicts.entry(verdict).or_default() += count;
                    }
                    Entry::Fault(index, fault) => {
                        summary.programs += 1;
                        found(options, index, &fault, &stock, &mut summary, &mut say)?;
                        worker.since = Instant::now();
                    }
                }
            }
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                return Ok(summary);
            }
            if shown.elapsed() > Duration::from_secs(60) {
                shown = Instant::now();
                say(&format!("{} programs so far", summary.programs));
            }
            match ended {
                None => {}
                // Its shift is over.
                Some(Ok(())) => continue 'workers,
                Some(Err(fault)) => {
                    let Some((index, count)) = worker.current else {
                        return Err(io::Error::other(format!(
                            "the worker is gone: {}",
                            fault.signature
                        )));
                    };
                    summary.programs += count;
                    let (index, fault) = match count {
                        1 => (index, fault),
                        count => which(options, index, count, fault)?,
                    };
                    found(options, index, &fault, &stock, &mut summary, &mut say)?;
                    continue 'workers;
                }
            }
        }
    }
}

fn worker_words(options: &Options, from: u64) -> Vec<String> {
    let mut words = vec![
        from.to_string(),
        "--mode".to_owned(),
        options.mode.clone(),
        "--seed".to_owned(),
        options.seed.to_string(),
        "--native".to_owned(),
        options.native.to_string(),
        "--count".to_owned(),
        options
            .count
            .unwrap_or(u64::MAX)
            .min(from.saturating_add(options.shift()))
            .to_string(),
    ];
    words.push("--journal".to_owned());
    words
}

/// Which one of the programs that ended a process together does so alone.
fn which(options: &Options, from: u64, count: u64, fault: Fault) -> io::Result<(u64, Fault)> {
    let folder = Folder::new("fuzz-which")?;
    let file = folder.path().join("candidate.sx");
    for index in from..from + count {
        let seed = options.seed.wrapping_add(index);
        std::fs::write(&file, generate::program(seed))?;
        let path = worker::made_up_path();
        if let Some(alone) = judge_file(&file, &path, true, true, folder.path())? {
            return Ok((index, alone));
        }
    }
    let signature = format!("{TOGETHER}{}", fault.signature);
    Ok((from, Fault::new(signature, fault.detail)))
}

/// Keeps a fault: the first of its signature is shrunk.
fn found(
    options: &Options,
    index: u64,
    fault: &Fault,
    stock: &Stock,
    summary: &mut Summary,
    say: &mut impl FnMut(&str),
) -> io::Result<()> {
    if let Some((count, _)) = summary.faults.get_mut(&fault.signature) {
        *count += 1;
        return Ok(());
    }
    let seed = options.seed.wrapping_add(index);
    let mode = options.mode_of(index);
    let file = match mode {
        Mode::Ir => found::keep_ir(options, seed, options.is_native(index), fault)?,
        Mode::Generate if fault.signature.starts_with(TOGETHER) => {
            found::keep_together(options, seed, fault)?
        }
        Mode::Generate | Mode::Mutate => {
            let made = worker::make(mode, seed, stock);
            found::keep(options, seed, &made, fault)?
        }
    };
    say(&format!(
        "seed {seed} ({mode:?}): {}\n{}\n  {}",
        fault.signature,
        fault
            .detail
            .lines()
            .take(4)
            .map(|l| format!("  {l}\n"))
            .collect::<String>(),
        file.display()
    ));
    summary.faults.insert(fault.signature.clone(), (1, file));
    Ok(())
}
