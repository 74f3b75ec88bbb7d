//! Finding where two engines part, with an engine that has a fault.

use sx_interp::Interp;
use sx_ir::{BinaryOp, FuncId, Module, Ty};
use sx_tier_api::bisect::{self, Evaluation, Parting};
use sx_tier_api::conformance::{Faulty, TestHost};
use sx_tier_api::{ComptimeEngine, Limits};

/// A loop whose 41st iteration multiplies, which changes what is stored then and steps that are taken later.
const PROGRAM: &str = r#"target "x86_64-unknown-linux-gnu" os linux arch x86_64 pointer 8 little align_i64 8 align_f64 8
sig0 = sx (i64) -> i64
global @g0 "cell" size 8 align 8 mutable
func @f0 "f" internal sig0 {
  local %0: i64
  local %1: i64
  local %2: i32
  labels 1
  loop L0 {
    if ge_s.i64 %1, %0 {
      break L0
    }
    if eq.i64 %1, i64 40 {
      %2 = mul.i32 (trunc.i64.i32 %1), i32 3
      store.i32 @g0, %2
      %0 = add.i64 %0, (zext.i32.i64 %2)
    }
    %1 = add.i64 %1, i64 1
  }
  return %1
}
"#;

fn module() -> Module {
    sx_ir::parse::parse(PROGRAM).unwrap()
}

fn find(module: &Module, second: &mut dyn ComptimeEngine) -> Parting {
    let evaluation = Evaluation {
        module,
        root: FuncId(0),
        args: &[100],
        limits: &Limits {
            steps: 10_000,
            ..Limits::default()
        },
    };
    bisect::parting(evaluation, [&mut Interp::new(), second], &mut |job| {
        job(&mut TestHost::default());
    })
}

#[test]
fn the_first_step_and_operation_are_found() {
    let module = module();
    let mut faulty = Faulty {
        engine: Interp::new(),
        ty: Ty::I32,
        op: BinaryOp::Mul,
        instead: BinaryOp::Add,
    };
    let found = find(&module, &mut faulty);
    let step = found.step.unwrap();
    // The root is step 1, the 41st iteration step 42; its end is seen when step 43 is asked for.
    assert_eq!((step.same, step.differs), (41, 42), "{}", step.what);
    let operation = found.operation.unwrap();
    assert_eq!(operation.text, "mul.i32 0x28, 0x3");
    assert_eq!(operation.values, [Some(120), Some(43)]);
}

#[test]
fn going_another_way_is_a_difference() {
    let module = module();
    let mut faulty = Faulty {
        engine: Interp::new(),
        ty: Ty::I64,
        op: BinaryOp::GeS,
        instead: BinaryOp::Eq,
    };
    // Equal happens first, so nothing differs.
    assert_eq!(find(&module, &mut faulty).operation, None);
    faulty.instead = BinaryOp::GtS;
    let operation = find(&module, &mut faulty).operation.unwrap();
    assert_eq!(operation.text, "ge_s.i64 0xdc, 0xdc");
    assert_eq!(operation.values, [Some(1), Some(0)]);
}

#[test]
fn equal_engines_part_nowhere() {
    let module = module();
    let found = find(&module, &mut Interp::new());
    assert_eq!(found.step, None);
    assert_eq!(found.operation, None);
}
