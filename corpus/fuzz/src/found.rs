//! What is found becomes a case: a small program in `corpus/found`, with what the reference engine makes of it beside it.
//! The parity gate runs it from then on, and `tests/found.rs` judges it as the fuzzer did, IR included, so that every
//! test run fails until the cause is gone. With `--out`, findings are files in a folder and nothing else.

use std::io;
use std::path::{Path, PathBuf};

use sx_corpus::case::{self, Case};
use sx_corpus::gate;
use sx_corpus::process::Folder;

use crate::ir::{self, Ir};
use crate::judge::{self, Fault};
use crate::mutate::tokens;
use crate::options::{Mode, Options};
use crate::several::{self, Several};
use crate::shrink;
use crate::supervise::judge_file;
use crate::worker::{self, Made};

/// The folder of the corpus, and the topic of its cases.
pub const TOPIC: &str = "found";

pub fn folder() -> PathBuf {
    case::root().join("corpus").join(TOPIC)
}

/// Whether a file is a program that says itself what is right.
pub fn is_generated(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().contains("generated")
}

/// Everything in the folder that can be judged again.
pub fn all() -> io::Result<Vec<PathBuf>> {
    let folder = folder();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if worker::is_ir(&path) || path.extension().is_some_and(|extension| extension == "sx") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What is wrong with a finding now, if anything is.
pub fn judge_again(file: &Path) -> io::Result<Option<Fault>> {
    let folder = Folder::new("fuzz-found")?;
    judge_file(file, file, is_generated(file), true, folder.path())
}

/// Keeps a program of sx, made small.
pub fn keep(options: &Options, seed: u64, made: &Made, fault: &Fault) -> io::Result<PathBuf> {
    let (name, mode) = match made.mode {
        Mode::Generate => ("generated", "generate"),
        Mode::Mutate => ("mutant", "mutate"),
        Mode::Ir => ("ir", "ir"),
    };
    let small = shrink::shrink(made, fault)?;
    let Some(out) = &options.out else {
        let found = format!("./x fuzz --mode {mode} --seed {seed} --count 1");
        let file = folder().join(format!("{name}_{seed}.sx"));
        return as_case(&file, &small, &made.path, fault, &found);
    };
    std::fs::create_dir_all(out)?;
    let file = out.join(format!("{name}_{seed}.sx"));
    std::fs::write(file.with_extension("full.sx"), &made.text)?;
    std::fs::write(&file, &small)?;
    let from = format!("from {}\n", made.path.display());
    std::fs::write(file.with_extension("fault"), described(fault) + &from)?;
    Ok(file)
}

/// Keeps programs of which none has the fault alone: each a module of the case.
pub fn keep_together(options: &Options, seed: u64, fault: &Fault) -> io::Result<PathBuf> {
    let out = options.out.clone().unwrap_or_else(folder);
    let name = format!("generated_{seed}_together");
    let several = Several::new(seed, several::MOST, &name);
    std::fs::create_dir_all(out.join(&name))?;
    for (path, text) in &several.modules {
        std::fs::write(
            out.join(&name).join(path.file_name().unwrap_or_default()),
            text,
        )?;
    }
    let file = out.join(format!("{name}.sx"));
    std::fs::write(&file, &several.text)?;
    std::fs::write(file.with_extension("fault"), described(fault))?;
    if options.out.is_none() {
        expect(&file, true)?;
    }
    Ok(file)
}

/// As [`keep`], for IR: finds the program of a batch first. Whatever ends a process is not made small.
pub fn keep_ir(options: &Options, seed: u64, native: bool, fault: &Fault) -> io::Result<PathBuf> {
    let out = options.out.clone().unwrap_or_else(folder);
    std::fs::create_dir_all(&out)?;
    let place = Folder::new("fuzz-ir-keep")?;
    let candidates = match native {
        true => ir::native::batch(seed),
        false => vec![Ir::new(seed)],
    };
    let write = |path: &Path, ir: &Ir| std::fs::write(path, ir.text());
    let lasting =
        |found: &Fault| !found.signature.starts_with("crash") && found.signature != "hang";
    let candidate = place.path().join("candidate.ir");
    for ir in &candidates {
        write(&candidate, ir)?;
        let found = judge_file(&candidate, Path::new(""), false, native, place.path())?;
        let Some(found) = found else { continue };
        let file = out.join(format!("ir_{}.ir", ir.seed));
        let small = match lasting(&found) {
            true => ir::shrink::shrink(ir, &found),
            false => ir.clone(),
        };
        write(&file, &small)?;
        if options.out.is_some() {
            write(&file.with_extension("full.ir"), ir)?;
        }
        std::fs::write(file.with_extension("fault"), described(&found))?;
        return Ok(file);
    }
    // Only together, or only once.
    let file = out.join(format!("ir_{seed}.fault"));
    let count = format!("{} programs\n", candidates.len());
    std::fs::write(&file, described(fault) + &count)?;
    Ok(file)
}

/// Most of a fault's detail that is written down.
const DETAIL: usize = 2000;

fn described(fault: &Fault) -> String {
    let detail: String = fault.detail.chars().take(DETAIL).collect();
    format!("{}\n{detail}\n", fault.signature)
}

/// Writes a program as a case whose imports are relative to `from` so far.
fn as_case(
    file: &Path,
    text: &[u8],
    from: &Path,
    fault: &Fault,
    found: &str,
) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder())?;
    let body = at_home(&String::from_utf8_lossy(text), from);
    // Lines with `word:` at their beginning would direct the gate.
    let mut head = format!("// Found by {found}: {}\n", fault.signature);
    for line in fault.detail.lines().take(4) {
        let line: String = line.chars().take(110).collect();
        head.push_str(&format!("// | {line}\n"));
    }
    std::fs::write(file, head + &body)?;
    if judge_again(file)?.is_none_or(|again| again.signature != fault.signature) {
        // Something in it depends on positions.
        std::fs::write(file, body)?;
    }
    expect(file, is_generated(file))?;
    Ok(file.to_owned())
}

/// The text with imports that are found from where cases of this topic stand.
fn at_home(text: &str, from: &Path) -> String {
    let beside = from.parent().unwrap_or(Path::new(""));
    let topic = beside.file_name().unwrap_or_default().to_string_lossy();
    let moved = |token: &str| {
        let inner = token.trim_end().strip_prefix('"')?.strip_suffix('"')?;
        let stays = inner.is_empty() || inner.starts_with('/') || case::root().join(inner).exists();
        (!stays && beside.join(inner).exists())
            .then(|| token.replacen(inner, &format!("../{topic}/{inner}"), 1))
    };
    let tokens = tokens(text).into_iter();
    tokens.map(|token| moved(&token).unwrap_or(token)).collect()
}

/// Writes what the reference engine makes of a case beside it, as far as that can be right. A case without an expectation
/// fails, too: it gets one by `./x bless` when the cause is gone.
fn expect(file: &Path, generated: bool) -> io::Result<()> {
    let relative = file.strip_prefix(case::root()).unwrap_or(file);
    let case = Case::read(TOPIC, relative)?;
    let blessed = gate::bless(&case);
    let expected = case.expectation();
    let refused = expected.diagnostics.as_deref().unwrap_or_default();
    let first = refused.lines().find(|line| line.contains("error"));
    let wrong = judge::is_internal(refused)
        // What is well typed is refused only because something in it traps.
        || generated && first.is_some_and(|line| !line.contains("comptime "));
    // A trap's 134 apart, what signals make of the compiler.
    let crashed = [132, 135, 136, 137, 139].contains(&expected.status);
    if blessed.is_err() || wrong || crashed {
        for extension in ["out", "err", "exit"] {
            let _ = std::fs::remove_file(case.beside(extension));
        }
    } else if let (true, Some(stdout)) = (generated, expected.stdout) {
        std::fs::write(case.beside("out"), judge::as_claimed(&stdout))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_from_their_new_place() {
        let from = case::root().join("corpus/modules/here.sx");
        let text = "#import \"../basics/hello.sx\";\n#import \"modules/std.sx\";\n\"nothing\"\n";
        assert_eq!(
            at_home(text, &from),
            text.replace("\"../basics", "\"../modules/../basics")
        );
    }
}
