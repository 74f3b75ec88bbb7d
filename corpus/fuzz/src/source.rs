//! Files for the frontend: one made up, the rest from the disk.

use std::io;
use std::path::{Path, PathBuf};

use sx_sema::Files;

/// The root file's text is what is to be judged, whatever the disk has at its path.
pub struct Source<'a> {
    pub root: &'a Path,
    pub text: &'a [u8],
}

impl Files for Source<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == self.root {
            return Ok(self.text.to_vec());
        }
        std::fs::read(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path == self.root || path.is_file()
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
        if path == self.root {
            return path.to_path_buf();
        }
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
    }
}
