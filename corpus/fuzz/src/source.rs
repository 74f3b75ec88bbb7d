//! Files for the frontend: some made up, the rest from the disk.

use std::io;
use std::path::{Path, PathBuf};

use sx_sema::Files;

/// The root file's text is what is to be judged, whatever the disk has at its path; so are the modules'.
pub struct Source<'a> {
    pub root: &'a Path,
    pub text: &'a [u8],
    pub modules: &'a [(PathBuf, Vec<u8>)],
}

impl Source<'_> {
    fn made_up(&self, path: &Path) -> Option<&[u8]> {
        if path == self.root {
            return Some(self.text);
        }
        let module = self.modules.iter().find(|(module, _)| module == path);
        module.map(|(_, text)| text.as_slice())
    }
}

impl Files for Source<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.made_up(path) {
            Some(text) => Ok(text.to_vec()),
            None => std::fs::read(path),
        }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.made_up(path).is_some() || path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        std::fs::read_dir(dir)?
            .map(|entry| entry.map(|e| e.path()))
            .collect()
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        if self.made_up(path).is_some() {
            return path.to_path_buf();
        }
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
    }
}
