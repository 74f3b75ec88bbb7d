//! The corpus: sx programs under `corpus/TOPIC/NAME.sx`, each with its expectation beside it.
//!
//! [`case`] finds them and reads expectations, [`process`] runs the compiler with a timeout, [`gate`] decides.
//! CONTRIBUTING.md describes the files.

pub mod again;
pub mod case;
pub mod copy;
pub mod docs;
pub mod gate;
pub mod known;
pub mod process;
