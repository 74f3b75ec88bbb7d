//! What is called and how: signatures, generic instances, packs, closures, protocols, the calling convention.

pub(crate) mod adapters;
pub(crate) mod arguments;
pub(crate) mod binding;
pub(crate) mod bodies;
pub(crate) mod cabi;
pub(crate) mod calls;
pub(crate) mod closures;
pub(crate) mod declared;
pub(crate) mod erasure;
pub(crate) mod functions;
pub(crate) mod generic_calls;
pub(crate) mod generics;
pub(crate) mod inference;
pub(crate) mod instances;
pub(crate) mod into;
pub(crate) mod packs;
pub(crate) mod patterns;
pub(crate) mod protocols;
pub(crate) mod static_arguments;
pub(crate) mod type_fns;
pub(crate) mod ufcs;
pub(crate) mod union_arguments;
pub(crate) mod variadics;
pub(crate) mod waiting;
pub(crate) mod written_order;
