//! Random programs, judged: each has to mean the same in every engine, with and without the IR passes, and natively.
//!
//! [`generate`] makes well-typed sx programs that check themselves, [`mutate`] makes mutants of the corpus, [`ir`] makes
//! and judges IR. [`judge`] runs one sx program everywhere, [`supervise`] many, in processes of their own so that crashes and hangs are results, too.
//! [`shrink`] makes what is found small, [`found`] makes it a case.

pub mod found;
pub mod generate;
pub mod ir;
pub mod judge;
pub mod mutate;
pub mod native;
pub mod options;
pub mod random;
pub mod several;
pub mod shrink;
pub mod source;
pub mod supervise;
pub mod worker;
