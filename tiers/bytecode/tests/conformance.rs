//! The conformance suite on the VM.

#[test]
fn conformance() {
    sx_tier_api::conformance::assert_all(&mut || Box::new(sx_bytecode::VmEngine::new()));
}
