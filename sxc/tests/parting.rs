//! `--comptime=all` tells where engines part: with an engine that has a fault in the JIT compiler's place.

use std::path::Path;

use sx_ir::{BinaryOp, Target, Ty};
use sx_sema::{Config, Goal};
use sx_tier_api::conformance::Faulty;
use sx_tier_api::{ComptimeEngine, Host, Limits, Outcome, Snapshot};
use sxc::engines::{self, Engine, EngineKind};
use sxc::evaluator::EngineEvaluator;
use sxc::files::DiskFiles;

struct Wrong(Faulty<sx_bytecode::VmEngine>);

impl ComptimeEngine for Wrong {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &sx_ir::Module,
        root: sx_ir::FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        self.0.start(from, module, root, args, limits, host)
    }
}

impl Engine for Wrong {}

/// Exclusive or is a bitwise "or" in one engine.
fn make(kind: EngineKind) -> Box<dyn Engine> {
    match kind {
        EngineKind::Jit => Box::new(Wrong(Faulty {
            engine: sx_bytecode::VmEngine::new(),
            ty: Ty::I64,
            op: BinaryOp::Xor,
            instead: BinaryOp::Or,
        })),
        EngineKind::Auto
        | EngineKind::Vm
        | EngineKind::Profiler(_)
        | EngineKind::Interp
        | EngineKind::Sanitizer => engines::create(kind),
    }
}

#[test]
fn the_operation_and_its_line_are_told() {
    let dir = std::env::temp_dir().join(format!("sxc-parting-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let file = dir.join("main.sx");
    let text = r"
mix :: (x: i64) -> i64 {
    y := x * 5;
    return y ^ x;
}

sum :: () -> i64 {
    total := 0;
    for 0..9 (i) { total += mix(i); }
    return total;
}

N :: #run sum();
main :: () -> i32 { return N.(i32); }
";
    std::fs::write(&file, text).expect("a file can be written");
    let config = Config {
        c_compiler: String::new(),
        target: sxc::triples::parse(None).unwrap_or_else(|_| Target::x86_64_linux()),
        library_dirs: sxc::library::library_dirs(&[]),
        shipped_library: sxc::library::shipped(),
        working_dir: std::env::current_dir().unwrap_or_default(),
        traces: false,
        instantiation_depth: 64,
        optimise: true,
        optimise_evaluations: true,
        sanitize: false,
        last: false,
        code: true,
        threads: 1,
        threads_from: 0,
    };
    let kinds = [EngineKind::Vm, EngineKind::Jit];
    let mut evaluator = EngineEvaluator::new(&[], Limits::default(), Default::default(), false);
    evaluator.use_engines(&kinds, make);
    evaluator.find_partings = true;
    let files = DiskFiles::open(Path::new(&file)).expect("the file is there");
    sx_sema::compile(&file, Goal::Run, &config, &files, &mut evaluator);
    let _ = std::fs::remove_dir_all(&dir);
    assert_eq!(evaluator.disagreements.len(), 1);
    let told = evaluator.parting.expect("they part somewhere");
    assert!(told.contains("first difference at step "), "{told}");
    // 0 ^ 0 is 0 | 0; 5 ^ 1 is 5 | 1 but for one bit.
    assert!(told.contains("first operation: xor.i64 0x5, 0x1"), "{told}");
    assert!(told.contains("main.sx:4:"), "{told}");
    assert!(told.contains("\n    return y ^ x;"), "{told}");
    assert!(
        told.contains("vm has 0x4") && told.contains("jit has 0x5"),
        "{told}"
    );
}
