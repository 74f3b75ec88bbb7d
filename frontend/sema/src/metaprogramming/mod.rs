//! Programs that write programs (reference part 6 §6.5): arguments' text, notes, code as values, mixins, generated
//! declarations.

mod arg_text;
pub(crate) mod notes;

/// What these forms keep.
#[derive(Default)]
pub struct Meta {
    /// Texts of the arguments of the calls being lowered, innermost last.
    arguments: Vec<arg_text::Arguments>,
    pub notes: notes::NotesTable,
}
