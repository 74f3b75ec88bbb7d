//! The lists of faults, `faults/*.txt`. A list begins with the runs of `cargo test` that are to notice its faults, the
//! quickest first; then come the faults:
//!
//! ```text
//! test: -p sx-interp --test conformance
//!
//! == select-swapped: the operands of a selection are exchanged
//! file: tiers/interp/src/eval.rs
//! -                if cond != 0 { a } else { b }
//! +                if cond != 0 { b } else { a }
//! ```
//!
//! The lines after `-` stand exactly once in the file and become the lines after `+`. A file may be given in several
//! pieces: another `file:` line begins the next one.

use std::path::Path;

/// Faults that the same tests are to notice.
#[derive(Debug)]
pub struct List {
    pub name: String,
    /// Arguments of `cargo test`, in the order in which they are tried.
    pub tests: Vec<Vec<String>>,
    pub faults: Vec<Fault>,
}

#[derive(Debug)]
pub struct Fault {
    pub name: String,
    pub what: String,
    pub edits: Vec<Edit>,
}

/// A piece of text that takes another's place.
#[derive(Debug, Default)]
pub struct Edit {
    pub file: String,
    pub old: String,
    pub new: String,
}

impl Edit {
    /// The file's text with the edit made.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        match text.matches(&self.old).count() {
            1 => Ok(text.replacen(&self.old, &self.new, 1)),
            0 => Err(format!(
                "{}: the text is not there: {}",
                self.file,
                self.old.trim()
            )),
            n => Err(format!(
                "{}: the text is there {n} times: {}",
                self.file,
                self.old.trim()
            )),
        }
    }
}

/// All lists of a folder, by name.
pub fn read(folder: &Path) -> Result<Vec<List>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text =
                std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            parse(&name, &text).map_err(|what| format!("{}: {what}", path.display()))
        })
        .collect()
}

pub fn parse(name: &str, text: &str) -> Result<List, String> {
    let mut list = List {
        name: name.to_owned(),
        tests: Vec::new(),
        faults: Vec::new(),
    };
    for (index, line) in text.lines().enumerate() {
        let bad = |what: &str| Err(format!("line {}: {what}", index + 1));
        if let Some(args) = line.strip_prefix("test: ") {
            list.tests
                .push(args.split_whitespace().map(str::to_owned).collect());
        } else if let Some(head) = line.strip_prefix("== ") {
            let Some((name, what)) = head.split_once(": ") else {
                return bad("a fault is '== name: what it is'");
            };
            list.faults.push(Fault {
                name: name.to_owned(),
                what: what.to_owned(),
                edits: Vec::new(),
            });
        } else if let Some(file) = line.strip_prefix("file: ") {
            let Some(fault) = list.faults.last_mut() else {
                return bad("a file before the first fault");
            };
            fault.edits.push(Edit {
                file: file.to_owned(),
                ..Edit::default()
            });
        } else if let Some(sign @ ('-' | '+')) = line.chars().next() {
            let Some(edit) = list.faults.last_mut().and_then(|f| f.edits.last_mut()) else {
                return bad("text before its file");
            };
            let side = if sign == '-' {
                &mut edit.old
            } else {
                &mut edit.new
            };
            side.push_str(&line[1..]);
            side.push('\n');
        } else if !line.is_empty() && !line.starts_with('#') {
            return bad("neither test, fault, file nor text");
        }
    }
    for fault in &list.faults {
        let told = fault
            .edits
            .iter()
            .all(|edit| !edit.old.is_empty() && edit.old != edit.new);
        if fault.edits.is_empty() || !told {
            return Err(format!("'{}' changes nothing", fault.name));
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> Vec<List> {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("faults")).unwrap()
    }

    /// Who changes the text that a fault is planted in, changes the fault with it.
    #[test]
    fn every_fault_can_be_planted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut wrong = Vec::new();
        for list in faults() {
            assert!(!list.tests.is_empty(), "'{}' has no tests", list.name);
            for fault in &list.faults {
                for edit in &fault.edits {
                    let text = std::fs::read_to_string(root.join(&edit.file)).unwrap_or_default();
                    if let Err(what) = edit.apply(&text) {
                        wrong.push(format!("{}/{}: {what}", list.name, fault.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn there_are_enough_for_each_engine() {
        let mut names = std::collections::BTreeSet::new();
        for list in faults() {
            for fault in &list.faults {
                assert!(
                    names.insert(format!("{}/{}", list.name, fault.name)),
                    "{}",
                    fault.name
                );
            }
            if matches!(list.name.as_str(), "interp" | "vm" | "jit") {
                assert!(
                    list.faults.len() >= 12,
                    "{}: {}",
                    list.name,
                    list.faults.len()
                );
            }
        }
        assert!(names.len() >= 40, "{}", names.len());
    }

    #[test]
    fn edits_are_exact() {
        let list = parse("x", "test: -p a\n== n: w\nfile: f\n- a\n+ b\n").unwrap();
        let edit = &list.faults[0].edits[0];
        assert_eq!(edit.apply("c\n a\n"), Ok("c\n b\n".to_owned()));
        assert!(edit.apply(" a\n a\n").is_err());
        assert!(edit.apply("c\n").is_err());
        assert!(parse("x", "== n: w\nfile: f\n-a\n+a\n").is_err());
    }
}
