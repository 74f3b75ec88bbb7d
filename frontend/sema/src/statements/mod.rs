//! Statements, control flow, matching, and the error channel.

pub(crate) mod after_mistakes;
pub(crate) mod asserts;
pub(crate) mod assign;
pub(crate) mod beside_mistakes;
mod bindings;
pub(crate) mod catches;
pub(crate) mod context;
pub(crate) mod control;
pub(crate) mod error_flow;
pub(crate) mod error_graph;
pub(crate) mod errors;
pub(crate) mod flow_check;
pub(crate) mod forwarding;
mod labels;
pub(crate) mod loops;
pub(crate) mod matching;
pub(crate) mod merged_flows;
pub(crate) mod narrowing;
pub(crate) mod or_chains;
pub(crate) mod returns;
pub(crate) mod statics;
pub(crate) mod stmt;
pub(crate) mod tails;
pub(crate) mod traces;
