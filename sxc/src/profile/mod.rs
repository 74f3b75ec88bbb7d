//! `--profile`: where the steps, or the time, of compile-time code go, by sx function.
//!
//! [`sampler`] watches one evaluation in the VM, [`stacks`] puts those of a compilation together, [`graph`] draws;
//! [`interrupted`] is for the end by ctrl-C.

mod graph;
pub mod interrupted;
mod sampler;
mod stacks;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

pub use sampler::ProfilingVm;
pub use stacks::{Profile, Samples, title};

/// What a frame's width stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Weight {
    /// Calls and loop iterations, the same in every run
    #[default]
    Steps,
    /// Time, which shows straight code and calls of host functions, too
    Time,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Svg,
    /// A line for each stack, with its weight.
    Folded,
}

/// The file that a profile goes to; its name says in which form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileFile {
    path: PathBuf,
    form: Form,
}

impl ProfileFile {
    /// The value of `--profile`.
    pub fn parse(path: OsString) -> Result<ProfileFile, String> {
        let path = PathBuf::from(path);
        let form = match path.extension().and_then(OsStr::to_str) {
            Some("svg") => Form::Svg,
            Some("folded" | "txt") => Form::Folded,
            Some(_) | None => {
                return Err(
                    "expected a name that ends in .svg (a flame graph), or in .folded or .txt (its stacks as text)"
                        .to_owned(),
                );
            }
        };
        Ok(ProfileFile { path, form })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the profile of `program`.
    pub fn write(&self, profile: &Profile, program: &Path) -> std::io::Result<()> {
        let contents = match self.form {
            Form::Svg => graph::svg(profile, program)?,
            Form::Folded => profile.folded().into_bytes(),
        };
        std::fs::write(&self.path, contents)
    }
}
