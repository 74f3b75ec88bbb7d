//! What is written about the project is complete and true: the library documents its public names, and the map of the
//! language reference names cases that exist.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the library is readable");
    for path in entries.map(|e| e.expect("a directory entry").path()) {
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "sx") {
            out.push(path);
        }
    }
}

/// The name a line declares, if it is one that programs see: at module scope, or a method of a type.
fn declared(line: &str) -> Option<&str> {
    let (text, member) = match line.strip_prefix("    ") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let name = text.trim_start_matches('`');
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = name.split_at(end);
    let rest = rest.trim_start();
    let value = match rest.strip_prefix("::") {
        Some(value) => value.trim_start(),
        None if !member && rest.starts_with(':') => "",
        None => return None,
    };
    let starts_a_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let method = value.starts_with('(') || value.starts_with("ufcs");
    // `List :: list.List;` is documented where it leads, a namespace in its file.
    let alias = value.starts_with("#import")
        || value
            .trim_end_matches(';')
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            && value.contains('.')
            && value.ends_with(';');
    (starts_a_name && !alias && (!member || method)).then_some(name)
}

#[test]
fn public_names_of_the_library_are_documented() {
    let mut files = Vec::new();
    sources(&root().join("library/modules"), &mut files);
    files.sort();
    let mut missing = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a module is readable");
        let lines: Vec<&str> = text.lines().collect();
        let mut in_impl = false;
        for (i, line) in lines.iter().enumerate() {
            // What an impl's methods do, the protocol says.
            in_impl = line.starts_with("impl ") || in_impl && *line != "}";
            let Some(name) = declared(line).filter(|_| !in_impl) else {
                continue;
            };
            if i == 0 || !lines[i - 1].trim_start().starts_with("///") {
                missing.push(format!("{}:{}: {name}", file.display(), i + 1));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "without a `///` comment:\n{}",
        missing.join("\n")
    );
}

#[test]
fn cases_named_in_the_reference_map_exist() {
    let Ok(map) = fs::read_to_string(root().join("docs/reference-map.md")) else {
        return;
    };
    let mut missing = Vec::new();
    for (i, line) in map.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            let is_case = name.split_once('/').is_some_and(|(topic, case)| {
                !case.is_empty()
                    && [topic, case].iter().all(|part| {
                        part.chars()
                            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                    })
            });
            if !is_case {
                continue;
            }
            let found = match name.strip_prefix("library/") {
                Some(test) => root().join(format!("library/tests/{test}.sx")),
                None => root().join(format!("corpus/{name}.sx")),
            };
            if !found.exists() {
                missing.push(format!("line {}: {name}", i + 1));
            }
        }
    }
    assert!(missing.is_empty(), "no such case:\n{}", missing.join("\n"));
}
