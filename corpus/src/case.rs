//! Cases and their expectations.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Programs of the standard library's own tests are cases, too: topic, folder, extension of the expected stdout.
const LIBRARY: (&str, &str, &str) = ("library", "library/tests", "expected");

/// Folders of the package that hold no cases.
const NOT_TOPICS: [&str; 5] = ["src", "tests", "known", "fuzz", "target"];

#[derive(Clone, Debug)]
pub struct Case {
    /// `topic/name`.
    pub name: String,
    pub topic: String,
    /// The root file, relative to the top of the checkout.
    pub file: PathBuf,
    pub directives: Directives,
}

/// Leading comment lines `// key: value` of a case.
#[derive(Clone, Default, Debug)]
pub struct Directives {
    /// Arguments of the program.
    pub args: Vec<OsString>,
    /// Text on the program's standard input.
    pub stdin: String,
    /// Options for the compiler.
    pub flags: Vec<OsString>,
    /// Only compile (`mode: check`): there is no `main` to run.
    pub check_only: bool,
    /// `main` needs native code (`native-only: TEXT`): engines refuse to run it, saying TEXT.
    pub native_only: Option<String>,
}

/// What a case should do. Absent files are `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// `NAME.out`: stdout of `sxc run`.
    pub stdout: Option<Vec<u8>>,
    /// `NAME.exit`: status of `sxc run`.
    pub status: i32,
    /// `NAME.err`: short diagnostics of `sxc check`, paths relative to the case's folder. The case must be rejected.
    pub diagnostics: Option<String>,
    /// `NAME.stderr`: everything `sxc check` (rejected cases) or `sxc run` says on stderr.
    pub stderr: Option<String>,
}

/// Top of the checkout. Cases run there.
pub fn root() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    dir.parent().unwrap_or(dir).to_path_buf()
}

/// All cases, by name.
pub fn all() -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(root().join("corpus"))? {
        let dir = entry?.path();
        let topic = file_name(&dir);
        if dir.is_dir() && !NOT_TOPICS.contains(&topic.as_str()) {
            collect(&topic, &Path::new("corpus").join(&topic), &mut cases)?;
        }
    }
    collect(LIBRARY.0, Path::new(LIBRARY.1), &mut cases)?;
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// The cases directly in a folder.
fn collect(topic: &str, folder: &Path, cases: &mut Vec<Case>) -> io::Result<()> {
    for entry in std::fs::read_dir(root().join(folder))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "sx") && path.is_file() {
            cases.push(Case::read(topic, &folder.join(file_name(&path)))?);
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Directives {
    fn parse(text: &str) -> Directives {
        let mut directives = Directives::default();
        for line in text.lines() {
            let Some(comment) = line.strip_prefix("//") else {
                break;
            };
            let Some((key, value)) = comment.trim().split_once(':') else {
                continue;
            };
            let words = || value.split_whitespace().map(OsString::from);
            match key {
                "args" => directives.args.extend(words()),
                "flags" => directives.flags.extend(words()),
                "stdin" => {
                    directives.stdin.push_str(value.trim());
                    directives.stdin.push('\n');
                }
                "native-only" => directives.native_only = Some(value.trim().to_owned()),
                "mode" => directives.check_only = value.trim() == "check",
                _ => {}
            }
        }
        directives
    }
}

impl Case {
    /// The case in a file, relative to the top of the checkout.
    pub fn read(topic: &str, file: &Path) -> io::Result<Case> {
        let text = std::fs::read(root().join(file))?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Case {
            name: format!("{topic}/{stem}"),
            topic: topic.to_owned(),
            file: file.to_owned(),
            directives: Directives::parse(&String::from_utf8_lossy(&text)),
        })
    }

    /// A file beside the case.
    pub fn beside(&self, extension: &str) -> PathBuf {
        let extension = if self.topic == LIBRARY.0 && extension == "out" {
            LIBRARY.2
        } else {
            extension
        };
        root().join(&self.file).with_extension(extension)
    }

    pub fn expectation(&self) -> Expectation {
        let text = |extension: &str| {
            std::fs::read(self.beside(extension))
                .ok()
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        Expectation {
            stdout: std::fs::read(self.beside("out")).ok(),
            status: text("exit")
                .and_then(|t| t.trim().parse().ok())
                .unwrap_or(0),
            diagnostics: text("err"),
            stderr: text("stderr"),
        }
    }

    /// Short diagnostics with paths relative to the case's folder.
    pub fn relative(&self, diagnostics: &str) -> String {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let prefix = format!("{}/", folder.display());
        let mut out = String::new();
        for line in diagnostics.lines() {
            out.push_str(line.strip_prefix(&prefix).unwrap_or(line));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_end_with_the_first_code() {
        let text = "// About this.\n// args: a bc\n// stdin: one\n// stdin: two\n\nmain :: () {}\n// args: no\n";
        let directives = Directives::parse(text);
        assert_eq!(directives.args, ["a", "bc"]);
        assert_eq!(directives.stdin, "one\ntwo\n");
        assert!(!directives.check_only);
    }

    #[test]
    fn cases_have_unique_names() {
        let cases = all().unwrap_or_default();
        assert!(cases.windows(2).all(|w| w[0].name != w[1].name));
        assert!(!cases.is_empty());
    }
}
