//! Names and declarations: loading modules, finding names, declared types and their members, impls.

pub(crate) mod body_names;
pub(crate) mod c_units;
pub(crate) mod chains;
pub(crate) mod conform;
pub(crate) mod constants;
pub(crate) mod decls;
pub(crate) mod expansion;
pub(crate) mod foreign_names;
pub(crate) mod impls;
pub(crate) mod inline_types;
pub(crate) mod loading;
pub(crate) mod lookup;
pub(crate) mod methods;
pub(crate) mod modules;
pub(crate) mod named_slots;
pub(crate) mod nominal;
pub(crate) mod properties;
pub(crate) mod templates;
pub(crate) mod type_bodies;
pub(crate) mod type_positions;
pub(crate) mod types_eval;
pub(crate) mod unreached;
pub(crate) mod unresolved;
pub(crate) mod variants;
