//! The conformance suite on machine code, with and without locals in registers.

use sx_jit::{JitEngine, Options};

#[test]
fn conformance() {
    sx_tier_api::conformance::assert_all(&mut || Box::new(JitEngine::new()));
}

#[test]
fn conformance_unpinned() {
    sx_tier_api::conformance::assert_all(&mut || {
        Box::new(JitEngine::with_options(Options {
            pin: false,
            bulk: false,
        }))
    });
}
