//! Programs that write programs (reference part 6 §6.5): arguments' text, notes, code as values, mixins, generated
//! declarations.

mod arg_text;
mod asserts;
pub(crate) mod capture;
pub(crate) mod define;
mod form_texts;
pub(crate) mod forms_made;
mod inserted_impls;
pub(crate) mod insertion;
pub(crate) mod lazy;
pub(crate) mod mixins;
pub(crate) mod module_forms;
pub(crate) mod notes;
pub(crate) mod places;
mod protocol_bodies;
pub(crate) mod put_trees;
pub(crate) mod quotes;
pub(crate) mod repeated;
mod templates;

use std::rc::Rc;

use crate::sema::Env;
use rustc_hash::{FxHashMap, FxHashSet};
use sx_syntax::ast;

/// What these forms keep.
#[derive(Default)]
pub struct Meta {
    /// Texts of the arguments of the calls being lowered, innermost last.
    arguments: Vec<arg_text::Arguments>,
    pub quotes: quotes::Quotes,
    /// How often what is being lowered was made by what was being lowered.
    pub depth: usize,
    /// How many pieces of code are being put within each other, and how many the outermost has put.
    pub expanding: u32,
    pub pieces: u32,
    pub told_too_large: bool,
    /// How the code being looked at has come to where it is, innermost last.
    pub sites: Vec<places::Site>,
    /// What has asked for instances of generic types.
    pub type_sites: FxHashMap<sx_ir::TypeId, sx_syntax::Span>,
    /// The generic instance whose body is being lowered.
    pub instance: Option<places::Instance>,
    /// Function contexts whose captures are addresses.
    pub by_address: FxHashSet<u32>,
    /// Variables that hold what computes a `#lazy` parameter, by function context.
    pub lazy: FxHashSet<(u32, crate::sema::VarId)>,
    /// Texts of quotes parsed as declarations.
    pub items: FxHashMap<usize, &'static [ast::Item]>,
    pub members: FxHashMap<usize, &'static [ast::Member]>,
    pub variants: FxHashMap<usize, &'static [ast::EnumMember]>,
    pub forms: module_forms::Forms,
    pub impls_in_code: inserted_impls::ImplsInCode,
    /// Declarations of modules that only the code they are in sees.
    pub private_names: FxHashMap<sx_ir::Symbol, sx_syntax::Span>,
    pub notes: notes::NotesTable,
    pub definitions: define::Definitions,
    /// What methods of protocols see that were made by others, and what the protocols see.
    pub protocol_methods: FxHashMap<*const ast::FnDecl, (Rc<Env>, Rc<Env>)>,
    /// What has been put where, if somebody wants to see it.
    pub recording: Option<Box<crate::views::recording::Recording>>,
    pub repeated: repeated::Repeated,
    /// Within elements that an `#insert` puts into a body.
    pub inserting: u32,
}
