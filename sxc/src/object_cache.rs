//! `--cache`: objects of earlier runs, found by everything that goes into them.
//!
//! An entry is a file named by the key, a SHA-256 of what the backend would be given, and holds the SHA-256 of the
//! object and the object. It is written under another name first, so that others see it whole or not at all; one that
//! is damaged is as good as none.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};
use sx_backend_api::EmitKind;
use sx_ir::print::PrintOptions;

use crate::native::{self, EmitJob};

const MAGIC: &[u8] = b"sxc object 1\n";
const DIGEST: usize = 32;
/// Bytes of objects that are kept; beyond that the oldest go.
const CAPACITY: u64 = 1 << 30;

/// How an object was come by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    Hit,
    Miss,
}

/// Emits an object to `path`, or takes it from the cache.
pub fn object(job: &EmitJob<'_>, path: &Path) -> Result<Found, String> {
    // What `native` stands for isn't known here.
    let folder = folder().filter(|_| job.codegen.cpu.as_deref() != Some("native"));
    let Some(folder) = folder else {
        return native::emit(job).map(|_| Found::Miss);
    };
    let entry = folder.join(format!("{}.o", key(job)));
    if let Some(object) = read(&entry) {
        fs::write(path, object)
            .map_err(|error| format!("cannot write '{}': {error}", path.display()))?;
        // The oldest go first when there are too many.
        if let Ok(file) = fs::File::open(&entry) {
            let _ = file.set_modified(SystemTime::now());
        }
        return Ok(Found::Hit);
    }
    native::emit(job)?;
    let stored = fs::read(path).and_then(|object| write(&folder, &entry, &object));
    if let Err(error) = stored {
        eprintln!(
            "warning: cannot keep the object in '{}': {error}",
            folder.display()
        );
    }
    Ok(Found::Miss)
}

/// `$XDG_CACHE_HOME/sxc/objects`, by default in `~/.cache`.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("sxc").join("objects"))
}

/// Feeds text to the hash as it is made.
struct Hashing(Sha256);

impl std::fmt::Write for Hashing {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

fn key(job: &EmitJob<'_>) -> String {
    let EmitJob {
        module,
        roots,
        kind,
        opt,
        codegen,
    } = job;
    let kind = match kind {
        EmitKind::Object(_) => "object",
        EmitKind::Asm(_) => "assembly",
        EmitKind::LlvmIr => "llvm",
    };
    let mut hash = Hashing(Sha256::new());
    // Which backend: the interface's version, and the library by what the file system tells of it.
    let library = sx_backend_api::load::default_candidates()
        .into_iter()
        .find_map(|path| {
            let data = fs::metadata(&path).ok()?;
            Some((path, data.len(), data.modified().ok()))
        });
    let options = PrintOptions {
        locs: true,
        sx_types: true,
    };
    // Debuggers are told of layouts, in which lazy parts must not make a difference, and of the working directory.
    module.types.settle_layouts();
    let written = write!(
        hash,
        "{} {:016x} {library:?} {kind} {opt:?} {} {:?} {roots:?} {:?} {:?} {:?} {:?}\n{}",
        env!("CARGO_PKG_VERSION"),
        sx_backend_api::abi_key(),
        codegen.unchecked,
        codegen.cpu,
        std::env::current_dir().ok(),
        module.target,
        module.files,
        module.types,
        sx_ir::print::print_with(module, options),
    );
    debug_assert!(written.is_ok());
    hex(&hash.0.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The object of an entry, if there is one and it is whole.
fn read(entry: &Path) -> Option<Vec<u8>> {
    let mut bytes = fs::read(entry).ok()?;
    let rest = bytes.strip_prefix(MAGIC)?;
    let (digest, object) = rest.split_at_checked(DIGEST)?;
    if Sha256::digest(object).as_slice() != digest {
        return None;
    }
    Some(bytes.split_off(MAGIC.len() + DIGEST))
}

fn write(folder: &Path, entry: &Path, object: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    create_private(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unfinished = folder.join(format!("{}-{count}.part", std::process::id()));
    let written = fs::File::create(&unfinished).and_then(|mut file| {
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(object))?;
        file.write_all(object)?;
        file.flush()
    });
    let done = written.and_then(|()| fs::rename(&unfinished, entry));
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    prune(folder, CAPACITY);
    done
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Removes the entries that were not used for the longest time, until the rest takes half the room there is.
fn prune(folder: &Path, capacity: u64) {
    let Ok(files) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<(SystemTime, u64, PathBuf)> = files
        .flatten()
        .filter_map(|file| {
            let data = file.metadata().ok()?;
            Some((data.modified().ok()?, data.len(), file.path()))
        })
        .collect();
    let mut total: u64 = entries.iter().map(|entry| entry.1).sum();
    if total <= capacity {
        return;
    }
    entries.sort();
    for (_, size, path) in entries {
        if total <= capacity / 2 {
            return;
        }
        if fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn entries_are_whole_or_nothing() {
        let scratch = Scratch::new().expect("a temporary folder");
        let folder = scratch.join("objects");
        let entry = folder.join("key.o");
        assert_eq!(read(&entry), None);
        write(&folder, &entry, b"object").expect("an entry");
        assert_eq!(read(&entry), Some(b"object".to_vec()));
        let whole = fs::read(&entry).expect("the entry");
        for end in 0..whole.len() {
            fs::write(&entry, &whole[..end]).expect("a part of it");
            assert_eq!(read(&entry), None, "{end} bytes");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&entry, damaged).expect("a damaged one");
            assert_eq!(read(&entry), None, "byte {at}");
        }
    }

    #[test]
    fn the_oldest_go_first() {
        let scratch = Scratch::new().expect("a temporary folder");
        let folder = scratch.join("objects");
        fs::create_dir(&folder).expect("a folder");
        for (age, name) in ["newest", "newer", "older", "oldest"].iter().enumerate() {
            let file = fs::File::create(folder.join(name)).expect("a file");
            file.set_len(100).expect("its size");
            let time = SystemTime::now() - std::time::Duration::from_secs(1000 * age as u64);
            file.set_modified(time).expect("its time");
        }
        prune(&folder, 400);
        assert!(folder.join("oldest").exists());
        prune(&folder, 399);
        assert!(folder.join("newest").exists());
        assert!(!folder.join("newer").exists() && !folder.join("oldest").exists());
    }
}
