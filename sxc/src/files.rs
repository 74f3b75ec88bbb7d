//! Source files from the disk, for the frontend.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sx_sema::Files;

/// Places in a source are numbers of 32 bits.
const LONGEST: u64 = u32::MAX as u64;

/// How much is read of what is no file, such as a pipe: a device may never end.
const LONGEST_PIPED: u64 = 64 << 20;

/// Reads a source, if it is not too long for one.
fn read_source(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    let longest = match about.is_file() {
        true => LONGEST,
        false => LONGEST_PIPED,
    };
    let mut bytes = Vec::new();
    if about.len() <= longest {
        bytes.reserve_exact(about.len() as usize);
        (&file).take(longest + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= longest {
            return Ok(bytes);
        }
    }
    let what = match about.is_file() {
        true => "it is longer than the 4 GiB that a source may have",
        false => "it is no file, and gave more than 64 MiB",
    };
    Err(io::Error::other(what))
}

/// The root file was read before the frontend starts (an unreadable one is the command's own error), so it is kept.
pub struct DiskFiles {
    root: PathBuf,
    root_bytes: Mutex<RootBytes>,
    /// Canonical forms found, of files and of the folders they are in. A file may be imported a thousand times.
    canonical: Mutex<HashMap<PathBuf, PathBuf>>,
}

/// What the root file consists of.
enum RootBytes {
    /// Given away when it is loaded: a file can be read again.
    Once(Vec<u8>),
    /// No file.
    Kept(Vec<u8>),
    Given,
}

impl DiskFiles {
    /// Reads `root`.
    pub fn open(root: &Path) -> io::Result<DiskFiles> {
        let bytes = read_source(root)?;
        let root_bytes = match root.is_file() {
            true => RootBytes::Once(bytes),
            false => RootBytes::Kept(bytes),
        };
        Ok(DiskFiles {
            root: full(root),
            root_bytes: Mutex::new(root_bytes),
            canonical: Mutex::default(),
        })
    }

    fn known(&self, path: &Path) -> Option<PathBuf> {
        let known = self.canonical.lock();
        known
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .cloned()
    }

    fn remember(&self, path: &Path, canonical: PathBuf) -> PathBuf {
        self.canonical
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_path_buf(), canonical.clone());
        canonical
    }

    fn folder(&self, folder: &Path) -> PathBuf {
        // The parent of a bare name.
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        match self.known(folder) {
            Some(known) => known,
            None => self.remember(folder, full(folder)),
        }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if self.canonical(path) == self.root {
            let kept = self.root_bytes.lock();
            let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
            match &mut *kept {
                RootBytes::Once(bytes) => {
                    let bytes = std::mem::take(bytes);
                    *kept = RootBytes::Given;
                    return Ok(bytes);
                }
                RootBytes::Kept(bytes) => return Ok(bytes.clone()),
                RootBytes::Given => {}
            }
        }
        read_source(path)
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
        if let Some(known) = self.known(path) {
            return known;
        }
        // Links in the folder's path are followed once for all its files.
        let canonical = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if is_no_link(path) => self.folder(folder).join(name),
            _ => full(path),
        };
        self.remember(path, canonical)
    }
}

/// Whether the path's last part is there, and no link to elsewhere.
fn is_no_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|data| !data.file_type().is_symlink())
}

fn full(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
