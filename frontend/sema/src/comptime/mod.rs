//! Evaluating an expression at compile time: folding, running an engine, what becomes a constant.

pub(crate) mod batch;
pub(crate) mod build;
pub(crate) mod constants;
pub(crate) mod declared;
pub(crate) mod eval;
pub(crate) mod failure;
pub(crate) mod host;
pub(crate) mod library;
pub(crate) mod methods;
pub(crate) mod once;
pub(crate) mod output;
pub(crate) mod purpose;
pub(crate) mod reach;
pub mod reads;
pub(crate) mod results;
pub(crate) mod saved;
pub(crate) mod turns;
pub(crate) mod type_names;
