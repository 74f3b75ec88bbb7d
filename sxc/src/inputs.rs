//! What a program was made of: `--depfile` and `--manifest`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

/// Each file once, with what C sources include: the C compiler is asked for that, and only here. Its paths are absolute;
/// `relative`: what is below the working folder is named from there.
pub fn all(
    compilation: &sx_sema::Compilation,
    evaluated: &[PathBuf],
    relative: bool,
) -> Result<Vec<PathBuf>, sx_cimport::Error> {
    let mut all = [compilation.inputs.as_slice(), evaluated].concat();
    for unit in &compilation.c_sources {
        for file in &unit.files {
            all.extend(unit.inputs(file)?);
        }
    }
    let here = std::env::current_dir().unwrap_or_default();
    let shown = |path: PathBuf| match path.strip_prefix(&here) {
        Ok(below) if relative => below.to_path_buf(),
        _ => path,
    };
    let mut seen = FxHashSet::default();
    let all = all.into_iter().map(shown);
    Ok(all
        .filter(|path| seen.insert(std::path::absolute(path).ok()))
        .collect())
}

/// A rule for Make and Ninja.
pub fn depfile(output: &Path, inputs: &[PathBuf]) -> String {
    let escaped = |path: &Path| {
        path.display()
            .to_string()
            .replace(' ', "\\ ")
            .replace('#', "\\#")
            .replace('$', "$$")
    };
    let inputs: Vec<String> = inputs.iter().map(|path| escaped(path)).collect();
    format!("{}: {}\n", escaped(output), inputs.join(" "))
}

/// JSON: the root file, the output, and each input with the SHA-256 of its bytes.
pub fn manifest(root: &Path, output: &Path, inputs: &[PathBuf]) -> String {
    let mut paths: Vec<&PathBuf> = inputs.iter().collect();
    paths.sort();
    paths.dedup();
    let list: Vec<serde_json::Value> = paths
        .into_iter()
        .map(|path| {
            let hash = std::fs::read(path).ok().map(|bytes| hex(&sha256(&bytes)));
            serde_json::json!({ "path": path.display().to_string(), "sha256": hash })
        })
        .collect();
    let value = serde_json::json!({
        "root": root.display().to_string(),
        "output": output.display().to_string(),
        "inputs": list,
    });
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    format!("{text}\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// FIPS 180-4.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    // The constants are the first bits of the fractions of roots of the first primes.
    let mut primes: Vec<u32> = Vec::new();
    let mut n = 2;
    while primes.len() < 64 {
        if primes.iter().all(|p| n % p != 0) {
            primes.push(n);
        }
        n += 1;
    }
    let fraction = |root: f64| ((root - root.floor()) * 4_294_967_296.0) as u32;
    let k: Vec<u32> = primes
        .iter()
        .map(|p| fraction(f64::from(*p).cbrt()))
        .collect();
    let mut state: Vec<u32> = primes[..8]
        .iter()
        .map(|p| fraction(f64::from(*p).sqrt()))
        .collect();
    let mut data = bytes.to_vec();
    data.push(0x80);
    while data.len() % 64 != 56 {
        data.push(0);
    }
    data.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in data.chunks_exact(64) {
        let mut w = [0u32; 64];
        for (word, four) in w.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
        }
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w[i] = w[i - 16]
                .wrapping_add(s0)
                .wrapping_add(w[i - 7])
                .wrapping_add(s1);
        }
        let mut v = state.clone();
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let first = v[7]
                .wrapping_add(s1)
                .wrapping_add(choice)
                .wrapping_add(k[i])
                .wrapping_add(w[i]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(first);
            v[0] = first.wrapping_add(s0).wrapping_add(majority);
        }
        for (s, x) in state.iter_mut().zip(&v) {
            *s = s.wrapping_add(*x);
        }
    }
    let mut out = [0; 32];
    for (four, word) in out.chunks_exact_mut(4).zip(&state) {
        four.copy_from_slice(&word.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depfile_escapes() {
        let inputs = [PathBuf::from("a b.sx"), PathBuf::from("lib/c.sx")];
        assert_eq!(
            depfile(Path::new("x/main"), &inputs),
            "x/main: a\\ b.sx lib/c.sx\n"
        );
    }

    #[test]
    fn known_hashes() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&sha256(b"")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
