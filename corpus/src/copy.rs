//! A case in a folder of its own, with what stands beside it, at the same path.

use std::path::Path;

use crate::case::{self, Case};
use crate::process::Folder;

pub fn copied(case: &Case) -> std::io::Result<Folder> {
    let folder = Folder::new("copy")?;
    let beside = case.file.parent().unwrap_or(Path::new(""));
    copy(&case::root().join(beside), &folder.path().join(beside))?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => std::fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}
