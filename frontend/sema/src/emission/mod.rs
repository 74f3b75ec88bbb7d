//! Values on their way into the IR, and the function being built.

pub(crate) mod entry;
pub(crate) mod fncx;
pub(crate) mod value;
pub(crate) mod values;
