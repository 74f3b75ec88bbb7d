//! One expression at a time, and what converts to what.

pub(crate) mod aggregate;
pub(crate) mod anycat;
pub(crate) mod arith;
pub(crate) mod cast;
pub(crate) mod casts;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod expr;
pub(crate) mod indexing;
pub(crate) mod logic;
pub(crate) mod members;
pub(crate) mod names;
pub(crate) mod optionals;
pub(crate) mod record_literals;
pub(crate) mod tuples;
pub(crate) mod variants;
pub(crate) mod vectors;
