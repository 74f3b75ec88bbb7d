//! The suite that every engine passes: small modules over every operation, statement, trap and limit, with results
//! from [`sx_ir::semantics`] or written down.
//!
//! An engine's `tests/conformance.rs`:
//!
//! ```ignore
//! #[test]
//! fn conformance() {
//!     sx_tier_api::conformance::assert_all(&mut || Box::new(MyEngine::new()));
//! }
//! ```
//!
//! One case: `cargo test -p sx-interp conformance` with `SX_CASE=calls/` in the environment (a part of its name).

mod build;
mod bulk;
mod calls;
mod control;
mod expect;
mod faults;
mod faulty;
mod knowledge;
mod limits;
mod memory;
mod ops;
mod positions;
pub mod random;
mod reentry;
mod shapes;
mod traps;

pub use build::{Build, Fun, big_endian, big_endian_32, little_endian_32};
pub use expect::TestHost;
pub use faulty::Faulty;

use crate::ComptimeEngine;

/// One thing to check of an engine.
pub struct Case {
    pub name: String,
    check: Box<dyn Fn(&mut dyn ComptimeEngine) -> Result<(), String>>,
}

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        check: impl Fn(&mut dyn ComptimeEngine) -> Result<(), String> + 'static,
    ) -> Case {
        Case {
            name: name.into(),
            check: Box::new(check),
        }
    }

    pub fn run(&self, engine: &mut dyn ComptimeEngine) -> Result<(), String> {
        (self.check)(engine)
    }
}

/// All cases, in a fixed order.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    ops::cases(&mut cases);
    control::cases(&mut cases);
    memory::cases(&mut cases);
    calls::cases(&mut cases);
    traps::cases(&mut cases);
    faults::cases(&mut cases);
    positions::cases(&mut cases);
    shapes::cases(&mut cases);
    knowledge::cases(&mut cases);
    limits::cases(&mut cases);
    reentry::cases(&mut cases);
    bulk::cases(&mut cases);
    cases
}

/// For tests: panics with the list of failed cases. The environment variable `SX_CASE` selects cases by part of name;
/// with `SX_FAIL_FAST` the first failure ends it.
pub fn assert_all(make: &mut dyn FnMut() -> Box<dyn ComptimeEngine>) {
    let part = std::env::var("SX_CASE").unwrap_or_default();
    let fail_fast = std::env::var_os("SX_FAIL_FAST").is_some();
    let cases = cases().into_iter().filter(|case| case.name.contains(&part));
    let (mut failed, mut count) = (Vec::new(), 0);
    for case in cases {
        count += 1;
        if let Err(why) = case.run(&mut *make()) {
            failed.push(format!("{}: {why}", case.name));
            if fail_fast {
                break;
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {count} cases failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}
