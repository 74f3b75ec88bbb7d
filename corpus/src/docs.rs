//! Programs in the documentation: every `sx` block that begins with an import is one, and has to run.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::case;
use crate::process::{self, Folder};

/// Files that are read, from the top of the checkout.
const FILES: [&str; 4] = [
    "README.md",
    "docs/guide/README.md",
    "docs/comptime.md",
    "docs/metaprogramming.md",
];

pub struct Example {
    /// `guide line 12`.
    pub name: String,
    pub text: String,
}

pub fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for file in FILES {
        let text = std::fs::read_to_string(case::root().join(file)).unwrap_or_default();
        examples.extend(blocks(file, &text));
    }
    examples
}

fn blocks(file: &str, text: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            None if line.trim() == "```sx" => open = Some((number + 1, String::new())),
            None => {}
            Some((_, block)) if line.trim() != "```" => {
                block.push_str(line);
                block.push('\n');
            }
            Some((at, block)) => {
                if block.starts_with("#import") {
                    found.push(Example {
                        name: format!("docs/{file}:{at}"),
                        text: std::mem::take(block),
                    });
                }
                open = None;
            }
        }
    }
    found
}

/// Runs an example in the VM: it has to end well and to say something.
pub fn check(example: &Example) -> Result<(), String> {
    let folder = Folder::new("docs").map_err(|e| e.to_string())?;
    let file: PathBuf = folder.path().join("example.sx");
    std::fs::write(&file, &example.text).map_err(|e| e.to_string())?;
    let args: Vec<OsString> = vec!["run".into(), file.into(), "--engine=vm".into()];
    let ended = process::run(
        process::compiler(),
        args,
        "",
        &folder,
        Duration::from_secs(60),
    )
    .map_err(|e| e.to_string())?;
    if ended.status != Some(0) || ended.stdout.is_empty() {
        return Err(format!("status {:?}\n{}", ended.status, ended.stderr));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found() {
        let text = "a\n```sx\n#import \"x\";\nb\n```\n```sx\npart\n```\n";
        let found = blocks("f", text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].text.as_str()),
            ("docs/f:2", "#import \"x\";\nb\n")
        );
    }
}
