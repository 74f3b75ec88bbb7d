//! Files as the editor knows them: by their full path, or, of text that the program has made, by a number.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sx_syntax::FileId;

use crate::debugger::session::Session;

/// Numbers of texts begin here: 0 means that there is a path.
const FIRST: i64 = 1;

/// The file on the disk that is shown so, if it is one.
fn on_disk(shown: &str) -> Option<PathBuf> {
    let path = Path::new(shown).canonicalize().ok()?;
    path.is_file().then_some(path)
}

/// A path as the editor writes it.
pub fn from_editor(text: &str) -> PathBuf {
    let path = Path::new(text.strip_prefix("file://").unwrap_or(text));
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// What the editor is told of a file.
pub fn describe(session: &Session, file: u32) -> Value {
    let shown = session.file_name(file);
    let name = Path::new(shown).file_name();
    let name = name.map_or(shown.into(), |name| name.to_string_lossy());
    match on_disk(shown) {
        Some(path) => json!({ "name": name, "path": path.display().to_string() }),
        None => json!({
            "name": shown,
            "sourceReference": i64::from(file) + FIRST,
            "origin": "made at compile time",
        }),
    }
}

/// The text with this number.
pub fn text(session: &Session, reference: i64) -> Option<String> {
    let file = u32::try_from(reference.checked_sub(FIRST)?).ok()?;
    let source = session.sources.get(FileId(file))?;
    Some(source.text.to_string())
}

/// The file that the editor means, if the program has it.
pub fn find(session: &Session, path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let mut files = 0..session.sources.len() as u32;
    files.find(|file| {
        let shown = session.file_name(*file);
        shown.ends_with(name) && on_disk(shown).is_some_and(|there| there == path)
    })
}
