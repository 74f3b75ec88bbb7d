//! Compiles the native runtime for the host, and derives the key that keeps a compiler from loading a backend that was
//! built from other sources: both sides exchange Rust values, so they must agree on every layout.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let runtime = root.join("../runtime/sxrt.c");
    println!(
        "cargo::rerun-if-changed={}",
        root.join("../runtime").display()
    );
    println!("cargo::rerun-if-changed=build.rs");
    compile_runtime(&runtime);
    abi_key(&[root.join("src"), root.join("../../ir/src")]);
}

fn compile_runtime(source: &Path) {
    let objects = cc::Build::new()
        .file(source)
        .opt_level(2)
        .pic(true)
        .debug(false)
        .warnings(true)
        .flag_if_supported("-fno-omit-frame-pointer")
        .flag_if_supported("-fno-stack-protector")
        .flag_if_supported("-std=gnu11")
        .compile_intermediates();
    let object = objects
        .first()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    println!("cargo::rustc-env=SX_RUNTIME_OBJECT={object}");
    println!("cargo::rustc-env=SX_RUNTIME_SOURCE={}", source.display());
}

fn abi_key(folders: &[PathBuf]) {
    let mut hasher = DefaultHasher::new();
    for folder in folders {
        println!("cargo::rerun-if-changed={}", folder.display());
        hash_folder(folder, &mut hasher);
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if let Ok(output) = Command::new(rustc).arg("-vV").output() {
        output.stdout.hash(&mut hasher);
    }
    println!("cargo::rustc-env=SX_BACKEND_ABI={:016x}", hasher.finish());
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        path.file_name().hash(hasher);
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else {
            std::fs::read(&path).unwrap_or_default().hash(hasher);
        }
    }
}
