//! Source files from the disk, for the frontend.

use std::io;
use std::path::{Path, PathBuf};

use sx_sema::Files;

/// The root file was read before the frontend starts (an unreadable one is the command's own error), so it is kept.
pub struct DiskFiles {
    root: PathBuf,
    root_bytes: Vec<u8>,
}

impl DiskFiles {
    /// Reads `root`.
    pub fn open(root: &Path) -> io::Result<DiskFiles> {
        let root_bytes = std::fs::read(root)?;
        Ok(DiskFiles {
            root: canonical(root),
            root_bytes,
        })
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if canonical(path) == self.root {
            return Ok(self.root_bytes.clone());
        }
        std::fs::read(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
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
        canonical(path)
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
