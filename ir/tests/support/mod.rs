//! What the tests of passes and the fuzzer share: a tiny evaluator of IR, random programs for it, and such programs made
//! into native ones.
#![allow(dead_code)]

pub mod build;
pub mod eval;
pub mod random;
pub mod whole;
