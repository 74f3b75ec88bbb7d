//! Memo tables that belong to one topic each and need no access from elsewhere.

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{FuncId, GlobalId, TypeId};

use crate::emission::value::CtVal;
use crate::sema::{FnId, TemplateId};

/// `N :: e` in a body, where `e` is no constant expression.
#[derive(Clone)]
pub struct LocalConstant {
    pub value: &'static sx_syntax::ast::Expr,
    pub ty: Option<TypeId>,
    pub env: std::rc::Rc<crate::sema::Env>,
}

#[derive(Default)]
pub struct Caches {
    /// Generic functions and types whose instances don't end.
    pub runaways: FxHashSet<FnId>,
    pub runaway_templates: FxHashSet<TemplateId>,
    /// Diagnostics told after all others: `main`'s signature, and sets that widen an inferred one.
    pub late: Vec<usize>,
    /// Files that are no sx text: their errors.
    pub parse_errors: Vec<usize>,
    /// The body of a `main` whose signature is wrong.
    pub rejected_main: Option<FuncId>,
    /// Inline (anonymous) nominal types by identity of their shape.
    pub inline_types: FxHashMap<crate::declarations::inline_types::InlineShape, TypeId>,
    /// Vtables by (protocol type, concrete type).
    pub vtables: FxHashMap<(TypeId, TypeId), GlobalId>,
    /// Adapters from functions to closures and between conventions, by (function, target type).
    pub adapters: FxHashMap<(FuncId, TypeId), FuncId>,
    /// Impls, their matches and methods.
    pub conformance: crate::declarations::impls::ImplCache,
    /// Type records for run-time reflection.
    pub type_records: FxHashMap<TypeId, GlobalId>,
    /// What stands for the records of types that aren't laid out, and may not be accessed.
    pub absent_records: crate::builtins::absent::AbsentRecords,
    /// Compiler-made functions by name.
    pub helpers: FxHashMap<String, FuncId>,
    /// `$T: Type` parameters of the call at hand that other parameters' types may bind.
    pub open_types: Vec<sx_ir::Symbol>,
    /// A parameter of union type is asked for its variant, not for its payload.
    pub tags_only: bool,
    /// A type that another intrinsic asks about is being evaluated.
    pub inside_type_argument: bool,
    /// The outermost call that led to a generic instance.
    pub body_sites: FxHashMap<FuncId, crate::sema::Sites>,
    /// Where functions call what only evaluations can.
    pub host_sites: FxHashMap<(FuncId, FuncId), sx_syntax::Span>,
    /// What the compiler function is called there, if it has another name.
    pub host_spellings: FxHashMap<(FuncId, FuncId), String>,
    /// Items of a module-scope `inline if` are being entered.
    pub inside_inline: bool,
    /// An evaluation in a body has met an operation that only the program has.
    pub lacks_operation: bool,
    /// Expressions being evaluated, with their scopes, and how often each.
    pub evaluating: FxHashMap<(*const sx_syntax::ast::Expr, *const crate::sema::Env), u32>,
    pub minted: crate::comptime::host::Minted,
    pub chains: crate::declarations::chains::Chains,
    /// Evaluations that wait for others to join them.
    pub queue: crate::comptime::batch::Queue,
    pub held_output: crate::comptime::output::HeldOutput,
    /// Fields of structs, for `get_struct_fields`.
    pub field_table: Option<crate::comptime::declared::AnswerTable>,
    pub field_rows: FxHashMap<TypeId, crate::comptime::declared::Row>,
    /// Of these they lack what has to be evaluated.
    pub short_field_rows: FxHashSet<TypeId>,
    /// Methods of types, for `get_functions`.
    pub method_table: Option<crate::comptime::declared::AnswerTable>,
    pub method_rows: FxHashMap<TypeId, crate::comptime::declared::Row>,
    /// Where calls stand that are the values of local constants.
    pub constant_calls: rustc_hash::FxHashSet<sx_ir::LocId>,
    /// A statement that may have written to `#saved` globals has failed, or a default of the context: evaluations that rely
    /// on them may fail for that alone.
    pub saved_spoilt: bool,
    pub context_spoilt: bool,
    /// Imports of variadic C functions for the arguments of one call.
    pub variadic_imports: FxHashMap<(FuncId, sx_ir::SigId), FuncId>,
    pub build: crate::comptime::build::BuildState,
    pub driver: Option<crate::comptime::build::Driver>,
    /// `#import c`.
    pub c: crate::declarations::c_units::CUnits,
    /// See [`crate::comptime::host::CompilerHost`]: tells evaluations' runs apart.
    pub host_mark: Option<GlobalId>,
    /// Functions that evaluations reach, as they were before the passes.
    pub unoptimised: FxHashMap<FuncId, sx_ir::Function>,
    /// Context fields whose defaults are still to be worked out.
    pub context_defaults: FxHashMap<sx_ir::Symbol, crate::statements::context::ContextDefault>,
    /// Variables of other objects.
    pub extern_globals: Vec<GlobalId>,
    /// Files that the evaluation just done has read.
    pub files_read: Vec<std::path::PathBuf>,
    /// Number of the next evaluation that isn't numbered with those the program asks for.
    pub demanded_evaluations: u32,
    /// Globals whose initialisers are being worked out.
    pub open_globals: Vec<(GlobalId, sx_syntax::Span)>,
    /// Variables whose initial values need what was under way when they were asked for. Their addresses are known.
    pub waiting_globals: Vec<crate::declarations::decls::Variable>,
    /// Globals whose initialisers were being worked out when that was given up: they are the same at the next try.
    pub begun_globals: FxHashMap<crate::sema::DeclId, GlobalId>,
    /// `#saved` globals met so far.
    pub saved: Vec<(GlobalId, TypeId)>,
    /// Something calls what makes types.
    pub minting: bool,
    /// What `declare` names belong to: the type function instance being evaluated, or nobody in particular.
    pub mint_scope: String,
    /// Table of `TypeInfo` records and their type, once something reads it.
    pub type_infos: Option<(GlobalId, TypeId)>,
    pub type_info_records: FxHashMap<TypeId, GlobalId>,
    /// What the program exports, by symbol, and how many declarations have been looked at for them.
    pub exports: (usize, FxHashMap<String, crate::sema::DeclId>),
    /// Parameter defaults being lowered, and the scope that each is written in.
    pub defaults: Vec<(*const sx_syntax::ast::Expr, std::rc::Rc<crate::sema::Env>)>,
    /// Field defaults being lowered, each of a type.
    pub field_defaults: Vec<(*const sx_syntax::ast::Expr, TypeId)>,
    /// Field defaults whose mistake has been told.
    pub failed_defaults: rustc_hash::FxHashSet<(*const sx_syntax::ast::Expr, TypeId)>,
    /// Type functions by (function, arguments, packs).
    pub type_fns:
        FxHashMap<(FnId, Vec<CtVal>, Vec<TypeId>), crate::callables::type_fns::TypeFnState>,
    /// Names of compiler-known declarations, found once.
    pub known_types: FxHashMap<&'static str, TypeId>,
    /// Initialisers of local `::` names that have a run-time value, for uses that need it at compile time.
    pub local_constants: FxHashMap<(u32, crate::sema::VarId), LocalConstant>,
    /// IR positions of source places, by some bits of the place.
    pub recent_locs: Vec<((u32, u32), sx_ir::LocId)>,
    /// Lists of the expressions of a body that has been forgotten, emptied, for the next one.
    pub spare_lists: (Vec<sx_ir::Expr>, Vec<sx_ir::LocId>),
    /// Lists of its statements, locals and slots.
    pub spare_parts: (Vec<sx_ir::Stmt>, Vec<sx_ir::Local>, Vec<sx_ir::Slot>),
    /// Interfaces of functions by type: without and with an environment, and in these without and with a context.
    pub abis:
        [[FxHashMap<sx_ir::types::FnType, std::rc::Rc<crate::callables::functions::Abi>>; 2]; 2],
    pub recent_line: sx_syntax::LineHint,
    /// Files that imports were found to name, by the importing file's folder and the import's text.
    pub imported_files: FxHashMap<(std::path::PathBuf, std::sync::Arc<str>), std::path::PathBuf>,
    /// Parts of `#name(parts..)` by file.
    pub computed_names:
        FxHashMap<sx_syntax::FileId, &'static [Vec<std::sync::Arc<sx_syntax::ast::Expr>>]>,
    /// Types of variables by (function context, variable), for `type_of` at compile time.
    pub var_types: VarTypes,
    /// While `type_of`'s operand is lowered at compile time: whether a run-time variable was met in it.
    pub typing: Option<bool>,
    /// Code as values, mixins, what stands beside declarations.
    pub meta: crate::metaprogramming::Meta,
    /// For what follows from them.
    pub mistakes: crate::follow_ups::Mistakes,
    /// Error sets, traces and tag names.
    pub errors: crate::statements::error_flow::ErrorFlow,
}

/// Types of the variables of all functions that have been looked at, newest last. They are seldom asked for, and then for
/// those of a function that is just being lowered.
#[derive(Default)]
pub struct VarTypes(Vec<(u32, crate::sema::VarId, TypeId)>);

impl VarTypes {
    pub fn insert(&mut self, owner: u32, var: crate::sema::VarId, ty: TypeId) {
        self.0.push((owner, var, ty));
    }

    pub fn get(&self, owner: u32, var: crate::sema::VarId) -> Option<TypeId> {
        let mut newest = self.0.iter().rev();
        let found = newest.find(|(of, known, _)| (*of, *known) == (owner, var));
        found.map(|(_, _, ty)| *ty)
    }
}
