//! Building small modules by hand, and running what the backend makes of them.
#![allow(dead_code)]

#[path = "../../../ir/tests/support/build.rs"]
mod build;

use std::path::PathBuf;
use std::process::{Command, Output};
use sx_backend_api::{EmitKind, EmitRequest, LinkRequest, OptLevel, link, runtime};
use sx_ir::*;

// What makes its programs elsewhere doesn't need it.
#[allow(unused_imports)]
pub use build::*;

pub fn constant(m: &mut Module, name: &str, bytes: &[u8]) -> GlobalId {
    let global = Global {
        name: name.into(),
        size: bytes.len() as u64,
        align: 1,
        init: ConstImage::from_bytes(bytes.to_vec()),
        mutable: false,
        extern_symbol: None,
        export_symbol: None,
        sx_type: None,
        mergeable: true,
    };
    m.add_global(global)
}

/// The function that a program begins with; what it returns is the status.
pub fn begin_main(m: &mut Module) -> Fun {
    Fun::new(m, "main", Linkage::Export("main".into()), &[], &[Ty::I32])
}

pub fn place(m: &mut Module, line: u32, col: u32) -> LocId {
    m.add_loc(SrcLoc {
        file: 0,
        line,
        col,
        inlined: None,
    })
}

pub struct Built {
    pub folder: tempfile::TempDir,
    pub program: PathBuf,
}

pub fn build(request: &mut EmitRequest<'_>, extra: &[&str]) -> Built {
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("code.o");
    let rt = folder.path().join("sxrt.o");
    request.emit = EmitKind::Object(object.clone());
    sx_backend::emit(request).unwrap();
    runtime::write_object(&rt).unwrap();
    let program = folder.path().join("program");
    let order = LinkRequest {
        objects: vec![object, rt],
        output: program.clone(),
        extra: extra.iter().map(|s| s.to_string()).collect(),
        pie: request.pic,
        ..Default::default()
    };
    link(&order).unwrap();
    Built { folder, program }
}

pub fn run_with(module: &Module, root: FuncId, adapt: impl FnOnce(&mut EmitRequest<'_>)) -> Output {
    let mut request = EmitRequest::new(module, vec![root], EmitKind::LlvmIr);
    adapt(&mut request);
    let built = build(&mut request, &[]);
    Command::new(&built.program).output().unwrap()
}

pub fn run(module: &Module, root: FuncId, opt: OptLevel, checked: bool) -> Output {
    run_with(module, root, |request| {
        request.opt = opt;
        request.checked = checked;
    })
}

pub const LEVELS: [OptLevel; 4] = [
    OptLevel::None,
    OptLevel::Less,
    OptLevel::Default,
    OptLevel::Aggressive,
];

pub fn printf(m: &mut Module) -> FuncId {
    import(m, "printf", &[Ty::Ptr], &[Ty::I32], true)
}

/// Prints 64-bit numbers, a line each.
pub fn show(f: &mut Fun, printf: FuncId, format: GlobalId, value: ExprId) {
    let sink = f.func.add_local(Ty::I32);
    let text = f.global(format);
    f.call(printf, &[text, value], &[sink]);
}

/// At every level, with checks and without.
pub fn expect(m: &Module, main: FuncId, want: &str, status: i32) {
    for opt in LEVELS {
        for checked in [true, false] {
            let output = run(m, main, opt, checked);
            let said = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(said, want, "{opt:?} {checked} {:?} {errors}", output.status);
            assert_eq!(
                output.status.code(),
                Some(status),
                "{opt:?} {checked} {errors}"
            );
        }
    }
}
