//! What the tests of passes share: a tiny evaluator of IR, and random programs for it.
#![allow(dead_code)]

pub mod eval;
pub mod random;
