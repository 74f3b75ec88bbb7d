//! The backend as the compiler uses it: a library loaded when code is emitted.

mod common;
use common::*;
use std::path::PathBuf;
use sx_backend_api::{EmitKind, EmitRequest, load};
use sx_ir::*;

fn simple() -> (Module, FuncId) {
    let mut m = module();
    let mut f = begin_main(&mut m);
    let status = f.c(Ty::I32, 3);
    f.ret(&[status]);
    let main = f.finish(&mut m);
    (m, main)
}

#[test]
fn loads_and_emits() {
    let candidates = load::default_candidates();
    let backend = sx_backend_api::load(&candidates).unwrap();
    let (m, main) = simple();
    let request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    assert!(backend.emit(&request).unwrap().contains("ret i32 3"));
}

#[test]
fn says_where_it_looked() {
    let missing = PathBuf::from("/no/such/backend.so");
    let problem = sx_backend_api::load(&[missing]).err().unwrap();
    assert_eq!(
        problem,
        "the native backend was not found; looked for\n  /no/such/backend.so"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.so");
    std::fs::write(&path, "no library").unwrap();
    assert!(
        sx_backend_api::load(&[path])
            .err()
            .unwrap()
            .starts_with("the native backend could not be loaded: ")
    );
}

#[test]
fn bad_modules_are_errors() {
    let (mut m, main) = simple();
    m.funcs[main.index()].body = None;
    let request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    assert_eq!(
        sx_backend::emit(&request).unwrap_err(),
        "function 'main' has no body"
    );
    let (mut m, main) = simple();
    m.target.triple = "pdp11-unknown-none".into();
    let request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    assert!(
        sx_backend::emit(&request)
            .unwrap_err()
            .contains("is not supported")
    );
    let (mut m, main) = simple();
    m.target.triple = "s390x-unknown-linux-gnu".into();
    let request = EmitRequest::new(&m, vec![main], EmitKind::LlvmIr);
    assert!(
        sx_backend::emit(&request)
            .unwrap_err()
            .contains("byte order")
    );
}

/// Other targets at least get code.
#[test]
fn other_targets() {
    use sx_ir::target::{Arch, Endian, Os};
    for (triple, arch, os, pointer_size, endian) in [
        (
            "aarch64-unknown-linux-gnu",
            Arch::Aarch64,
            Os::Linux,
            8,
            Endian::Little,
        ),
        (
            "arm64-apple-macosx13.0.0",
            Arch::Aarch64,
            Os::Macos,
            8,
            Endian::Little,
        ),
        (
            "x86_64-apple-macosx13.0.0",
            Arch::X86_64,
            Os::Macos,
            8,
            Endian::Little,
        ),
        (
            "x86_64-pc-windows-msvc",
            Arch::X86_64,
            Os::Windows,
            8,
            Endian::Little,
        ),
        (
            "wasm32-unknown-emscripten",
            Arch::Wasm32,
            Os::Wasm,
            4,
            Endian::Little,
        ),
        (
            "wasm64-unknown-emscripten",
            Arch::Wasm64,
            Os::Wasm,
            8,
            Endian::Little,
        ),
        (
            "riscv64-unknown-linux-gnu",
            Arch::Unknown,
            Os::Linux,
            8,
            Endian::Little,
        ),
        (
            "armv7-unknown-linux-gnueabihf",
            Arch::Unknown,
            Os::Linux,
            4,
            Endian::Little,
        ),
        (
            "s390x-unknown-linux-gnu",
            Arch::Unknown,
            Os::Linux,
            8,
            Endian::Big,
        ),
        (
            "powerpc64-unknown-linux-gnu",
            Arch::Unknown,
            Os::Linux,
            8,
            Endian::Big,
        ),
    ] {
        let (mut m, main) = simple();
        m.target = Target {
            triple: triple.into(),
            os,
            arch,
            pointer_size,
            endian,
            align_i64: 8,
            align_f64: 8,
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.o");
        let request = EmitRequest::new(&m, vec![main], EmitKind::Object(path.clone()));
        assert_eq!(sx_backend::emit(&request), Ok(String::new()), "{triple}");
        assert!(path.metadata().unwrap().len() > 0);
    }
}
