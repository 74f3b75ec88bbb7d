//! What `#run`s in bodies write. Bodies are lowered in the order in which they are reached; what their evaluations write is
//! kept back meanwhile and comes out in the order of the functions in the source (reference part 4, sections 2 and 5).

use sx_ir::FuncId;
use sx_syntax::FileId;

use crate::api::{OutputPlace, Written};
use crate::declarations::chains::Trial;
use crate::sema::{ModId, Sema};

#[derive(Default)]
pub struct HeldOutput {
    /// Bodies are being lowered.
    on: bool,
    /// By the function whose body asked for it.
    held: Vec<(FuncId, Written)>,
    /// Of evaluations that may turn out not to have been, as what has asked for them may be left.
    tried: Written,
}

/// How much was held back of either kind.
#[derive(Clone, Copy)]
pub struct Mark {
    held: usize,
    tried: usize,
}

impl Sema<'_> {
    /// Whether it makes sense to begin what nobody has to have. If so, it is entered next.
    pub fn begin_trial(&mut self, what: Trial) -> bool {
        let output = &self.caches.held_output;
        let mark = Mark {
            held: output.held.len(),
            tried: output.tried.len(),
        };
        self.caches.chains.try_it(what, mark)
    }

    /// What was tried is done. If it was left, it has not written anything.
    pub fn end_trial(&mut self, what: Trial) -> bool {
        let left = self.caches.chains.left(what);
        if let Some(mark) = left {
            let output = &mut self.caches.held_output;
            output.held.truncate(mark.held);
            output.tried.truncate(mark.tried);
        } else if !self.caches.chains.is_trying() {
            self.write_tried_output();
        }
        left.is_some()
    }

    /// Something has happened that can't be undone: what was tried stays.
    pub fn keep_tried(&mut self) {
        self.caches.chains.keep_tried();
        self.write_tried_output();
    }

    /// Writes what an evaluation has written, unless it may have to be forgotten.
    pub fn write_output(&mut self, written: Written) {
        match self.caches.chains.is_trying() {
            true => self.caches.held_output.tried.extend(written),
            false => self.evaluator.write(&written),
        }
    }

    fn write_tried_output(&mut self) {
        let written = std::mem::take(&mut self.caches.held_output.tried);
        if !written.is_empty() {
            self.evaluator.write(&written);
        }
    }

    /// From now on the output of `#run`s in bodies waits for [`Sema::write_held_output`].
    pub fn hold_output(&mut self) {
        self.caches.held_output.on = true;
    }

    /// The body whose `#run` is about to be evaluated, if its output has to wait.
    pub fn holder_of_output(&self) -> Option<FuncId> {
        let body = self.current_func.last().copied().flatten();
        body.filter(|_| self.caches.held_output.on)
    }

    pub fn keep_output_of(&mut self, holder: FuncId, written: Written) {
        if !written.is_empty() {
            let place = self.place_of_output(holder, &self.modules_in_order());
            self.evaluator.hold(place, &written);
            self.caches.held_output.held.push((holder, written));
        }
    }

    /// Writes what has been kept back: imported modules first, functions as they stand in the source, instances of one
    /// function as they were made.
    pub fn write_held_output(&mut self) {
        self.write_tried_output();
        let held = std::mem::take(&mut self.caches.held_output);
        if held.held.is_empty() {
            return;
        }
        let order = self.modules_in_order();
        let mut held: Vec<_> = held
            .held
            .into_iter()
            .map(|(func, written)| (self.place_of_output(func, &order), written))
            .collect();
        held.sort_by_key(|(place, _)| *place);
        let all: Vec<Written> = held.into_iter().map(|(_, written)| written).collect();
        self.evaluator.write_held(&all);
    }

    /// Where the output of a body's `#run`s stands, with the modules in that order.
    pub fn place_of_output(&self, func: FuncId, order: &[ModId]) -> OutputPlace {
        let at = self.place_of(self.m.func(func).loc);
        let file = FileId(at.file);
        let (file, line, col) = match self.maker_of_text(file) {
            Some(place) => {
                let at = self.sources.line_col(place);
                (place.file, at.line, at.col)
            }
            None => (file, at.line, at.col),
        };
        let module = self.module_of_file.get(&file);
        let module = module.and_then(|module| order.iter().position(|m| m == module));
        (module.unwrap_or(order.len()) as u32, line, col, func.0)
    }
}
