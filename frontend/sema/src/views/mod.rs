//! What is shown of a program (reference part 6 §6.7): its text after metaprogramming, the members of a type.

mod expand;
pub(crate) mod hygiene;
pub(crate) mod instances;
pub(crate) mod lazy;
mod literals;
mod members;
mod named;
mod putting;
pub(crate) mod recording;
mod unrolling;
mod values;

use std::path::Path;

use crate::api::{Compilation, Config, Evaluator, Files, Goal};
use crate::sema::{Event, Sema};

pub use members::{TypeMember, TypeMembers};

/// Compiles the program whose root file is `root`, and gives the file's text after metaprogramming, or that of one of
/// its declarations, if there are no errors.
pub fn expand(
    root: &Path,
    config: &Config,
    files: &dyn Files,
    evaluator: &mut dyn Evaluator,
    name: Option<&str>,
) -> (Compilation, Result<String, String>) {
    let mut sema = Sema::new(Goal::Check, config, files, evaluator);
    sema.caches.meta.recording = Some(Box::default());
    let (main, roots) = sema.compile_program(root);
    let shown = match sema.error_count() == 0 && sema.exit.is_none() {
        true => sema.expanded(name),
        false => Err(String::new()),
    };
    (sema.finish(main, roots), shown)
}

/// The members of the type that a text denotes in the program whose root file is `root`.
pub fn members(
    root: &Path,
    config: &Config,
    files: &dyn Files,
    evaluator: &mut dyn Evaluator,
    ty: &str,
) -> (Compilation, Result<TypeMembers, String>) {
    let mut sema = Sema::new(Goal::Check, config, files, evaluator);
    let shown = sema.members_view(root, ty);
    (sema.finish(None, Vec::new()), shown)
}

impl Sema<'_> {
    /// Runs `f`, of whose mistakes nothing is said.
    pub fn quietly<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let known = self.diags.len();
        let reported = self.reported.clone();
        let done = f(self);
        if self.diags.len() > known {
            self.diags.truncate(known);
            // So that they are told where they are met again.
            self.reported = reported;
            for events in self.events.values_mut() {
                events.retain(|event| !matches!(event, Event::Diag(index) if *index >= known));
            }
        }
        done
    }
}
