//! Makes a program with a fault small: pieces go as long as the fault stays the same.

use std::io;
use std::time::{Duration, Instant};

use sx_corpus::process::Folder;

use crate::judge::{Fault, UNEXPECTED};
use crate::mutate::tokens;
use crate::options::Mode;
use crate::supervise::judge_file;
use crate::worker::Made;

/// Longest time for one program.
const PATIENCE: Duration = Duration::from_secs(45);

const MAIN: &str = "main ::";

/// The smallest program found with the fault's signature.
pub fn shrink(made: &Made, fault: &Fault) -> io::Result<Vec<u8>> {
    let folder = Folder::new("fuzz-shrink")?;
    let native = fault.signature.contains("native");
    let file = folder.path().join("candidate.sx");
    let deadline = Instant::now() + PATIENCE;
    // A case that runs stays one.
    let runs = |text: &str| text.contains(MAIN);
    let has_main = runs(&String::from_utf8_lossy(&made.text));
    let same = |text: &str| -> io::Result<bool> {
        if has_main && !runs(text) {
            return Ok(false);
        }
        std::fs::write(&file, text)?;
        let generated = made.mode == Mode::Generate;
        let got = judge_file(&file, &made.path, generated, native, folder.path())?;
        Ok(got.is_some_and(|got| got.signature == fault.signature))
    };
    let mut text = String::from_utf8_lossy(&made.text).into_owned();
    // A hang is too slow to be tried again and again, and expectations are not those of a smaller program.
    if fault.signature == "hang" || fault.signature == UNEXPECTED || !same(&text)? {
        return Ok(text.into_bytes());
    }
    loop {
        let before = text.len();
        for split in [blocks as fn(&str) -> Vec<String>, lines, tokens] {
            text = without_pieces(&split(&text), &same, deadline)?;
        }
        if text.len() == before || Instant::now() > deadline {
            return Ok(text.into_bytes());
        }
    }
}

/// Removes runs of pieces, long ones first.
fn without_pieces(
    pieces: &[String],
    same: &impl Fn(&str) -> io::Result<bool>,
    deadline: Instant,
) -> io::Result<String> {
    let mut pieces = pieces.to_vec();
    let mut size = (pieces.len() / 2).max(1);
    loop {
        let mut at = 0;
        while at < pieces.len() {
            if Instant::now() > deadline {
                return Ok(pieces.concat());
            }
            let end = (at + size).min(pieces.len());
            let candidate = [&pieces[..at], &pieces[end..]].concat();
            if same(&candidate.concat())? {
                pieces = candidate;
            } else {
                at = end;
            }
        }
        if size == 1 {
            return Ok(pieces.concat());
        }
        size /= 2;
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// Lines, those of an indented block together with the line that opens it, for every depth of indentation.
fn blocks(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut depth = 0i64;
    for line in text.split_inclusive('\n') {
        let fresh = depth == 0;
        depth += line.matches('{').count() as i64 - line.matches('}').count() as i64;
        match out.last_mut() {
            Some(last) if !fresh => last.push_str(line),
            _ => out.push(line.to_owned()),
        }
        depth = depth.max(0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let wanted = |text: &str| Ok(text.contains("d;") && text.contains("x"));
        let text = "a {\n  b;\n}\nc {\n  d;\n  x\n}\n";
        let far = Instant::now() + Duration::from_secs(60);
        let small = without_pieces(&blocks(text), &wanted, far).unwrap_or_default();
        let small = without_pieces(&lines(&small), &wanted, far).unwrap_or_default();
        assert_eq!(small, "  d;\n  x\n");
    }
}
