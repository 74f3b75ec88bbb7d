//! Known gaps: `corpus/known/*.txt`, lines `case: reason`. A gap that has closed is a failure until its line goes.

use std::collections::BTreeMap;
use std::io;

/// Reasons by case name.
pub fn gaps() -> io::Result<BTreeMap<String, String>> {
    let mut gaps = BTreeMap::new();
    for entry in std::fs::read_dir(crate::case::root().join("corpus/known"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "txt") {
            gaps.extend(parse(&std::fs::read_to_string(path)?));
        }
    }
    Ok(gaps)
}

fn parse(text: &str) -> Vec<(String, String)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(case, reason)| (case.trim().to_owned(), reason.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(
            parse("# c\n\na/b: why: not\n"),
            [("a/b".to_owned(), "why: not".to_owned())]
        );
    }
}
