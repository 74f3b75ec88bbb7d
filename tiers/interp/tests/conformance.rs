//! The conformance suite on the tree interpreter.

#[test]
fn conformance() {
    sx_tier_api::conformance::assert_all(&mut || Box::new(sx_interp::Interp::new()));
}
