//! What is known of parameters from all calls of a program.

use sx_ir::opt::arguments::{Known, Parameters};
use sx_ir::parse::parse;
use sx_ir::verify::verify;
use sx_ir::{FuncId, Module, Ty};

/// `@f0` is the root; what is asked about is `@f1`.
const TEXT: &str = r#"
file 0 "a.sx"
sig0 = sx ()
sig1 = sx (i64, i64, i64)
sig2 = sx (ptr)
func @f0 "main" internal sig0 @1:1 {
  local %0: i64
  call @f1(i64 7, i64 1, i64 5) @2:1
  call @f1(i64 7, i64 2, i64 5) @3:1
  %0 = i64 9 @4:1
  call @f4(@f3) @5:1
  call @f3(i64 1, i64 2, i64 3) @6:1
}
func @f1 "hands on" internal sig1 @10:1 {
  local %0: i64, %1: i64, %2: i64
  %2 = add.i64 %2, i64 1 @11:1
  call @f2(%0, %1, %2) @12:1
}
func @f2 "reads the first and the last" internal sig1 @20:1 {
  local %0: i64, %1: i64, %2: i64
  eval div_s.i64 %0, %2 @21:1
}
func @f3 "by its address" internal sig1 @30:1 {
  local %0: i64, %1: i64, %2: i64
}
func @f4 "calls what it is given" internal sig2 @40:1 {
  local %0: ptr
  call sig1 (%0)(i64 4, i64 4, i64 4) @41:1
}
"#;

fn module() -> Module {
    let module = parse(TEXT).unwrap_or_else(|error| panic!("{error}"));
    verify(&module).unwrap_or_else(|errors| panic!("{errors:?}"));
    module
}

fn parameters_of(roots: &[FuncId]) -> Parameters {
    let module = module();
    Parameters::of(&module, roots, &module.reachable(roots))
}

fn parameters() -> Parameters {
    parameters_of(&[FuncId(0)])
}

fn values(func: u32) -> [Option<Known>; 3] {
    let parameters = parameters();
    [0, 1, 2].map(|index| parameters.value(FuncId(func), index))
}

const fn number(bits: u64) -> Option<Known> {
    Some(Known::Bits(Ty::I64, bits))
}

#[test]
fn values_of_all_calls_are_joined() {
    assert_eq!(values(1), [number(7), None, number(5)]);
}

#[test]
fn values_are_handed_on_unless_they_change() {
    assert_eq!(values(2), [number(7), None, None]);
}

#[test]
fn whose_address_is_taken_may_be_called_with_anything() {
    assert_eq!(values(3), [None; 3]);
}

#[test]
fn a_root_may_be_called_with_anything() {
    let parameters = parameters_of(&[FuncId(0), FuncId(2)]);
    assert_eq!(parameters.value(FuncId(2), 0), None);
    assert_eq!(parameters.value(FuncId(1), 0), number(7));
}

#[test]
fn what_a_callee_reads_its_caller_reads() {
    let parameters = parameters();
    let read = |func| [0, 1, 2].map(|index| parameters.is_read(FuncId(func), index));
    assert_eq!(read(2), [true, false, true]);
    assert_eq!(read(1), [true, false, true]);
    assert_eq!(read(3), [false; 3]);
    // Of what is not part of the program, nothing is known.
    assert!(parameters.is_read(FuncId(9), 0));
}
