//! What scalar operations mean where it changes, in numbers of their own: engines are compared with `semantics`, which
//! must not be compared with itself.

use sx_ir::semantics::{f64_to_i64, f64_to_u64};

#[test]
fn floats_to_integers() {
    const SIGN: f64 = 9_223_372_036_854_775_808.0;
    const BELOW: f64 = 9_223_372_036_854_774_784.0;
    assert_eq!(f64_to_u64(SIGN), 1 << 63);
    assert_eq!(f64_to_u64(BELOW), (1 << 63) - 1024);
    assert_eq!(f64_to_u64(1.5 * SIGN), 3 << 62);
    assert_eq!(f64_to_u64(2.0 * SIGN), u64::MAX);
    assert_eq!(f64_to_u64(f64::INFINITY), u64::MAX);
    assert_eq!(f64_to_u64(-1.5), u64::MAX);
    assert_eq!(f64_to_u64(f64::NAN), 0);
    assert_eq!(f64_to_i64(SIGN), i64::MAX);
    assert_eq!(f64_to_i64(-SIGN), i64::MIN);
    assert_eq!(f64_to_i64(-1.5), -1);
    assert_eq!(f64_to_i64(f64::NAN), 0);
}
