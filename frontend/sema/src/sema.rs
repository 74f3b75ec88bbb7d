//! The state of a compilation: modules, declarations, instances, and the IR under construction.
//!
//! Syntax trees live as long as the process (`&'static`): instances, defaults and constants are lowered from them again
//! and again, long after their file was parsed.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use sx_ir::{FuncId, GlobalId, LocId, Module, SrcLoc, Symbol, TypeId};
use sx_syntax::ast;
use sx_syntax::{Diagnostic, FileId, SourceMap, Span};

use crate::api::{Config, Evaluator, Files, Goal, Stats};
use crate::emission::value::{CtVal, Val};
use crate::metaprogramming::insertion::unknown_names;
use crate::metaprogramming::module_forms::Order;
pub use crate::scopes::Env;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);
        impl $name {
            #[allow(dead_code, reason = "not every id is an index into a table of its own")]
            pub fn index(self) -> usize { self.0 as usize }
        }
    };
}
id!(/// A source file as a module.
    ModId);
id!(/// A named declaration, of a module or local.
    DeclId);
id!(/// A function declaration together with the environment it stands in (not yet an instance).
    FnId);
id!(/// A generic struct, protocol or type function head.
    TemplateId);
id!(/// An `impl` block.
    ImplId);
id!(/// What an import form makes visible: one file, or a directory's files.
    ImportSetId);
id!(/// A run-time variable of a function being lowered.
    VarId);

/// What a `#name(..)` is called until it is spelled.
const UNSPELLED: &str = "#name";

/// Marker: an error has been reported; the caller just unwinds.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

pub type Res<T> = Result<T, Failed>;

/// What a name can stand for in a static environment.
#[derive(Clone, Debug)]
pub enum Binding {
    /// A variable of the function numbered `cx`.
    Var {
        cx: u32,
        var: VarId,
    },
    /// A local or value-parameter constant.
    Ct(CtVal),
    Type(TypeId),
    Decl(DeclId),
    /// A pack parameter of function `cx`: one variable per element.
    Pack {
        cx: u32,
        pack: Rc<PackInfo>,
    },
    /// A type pack (`..$Ts` of a struct, `$a`).
    TypePack(Rc<Vec<TypeId>>),
    /// A mixin's `#lazy` parameter: its expression and type.
    Lazy {
        quote: u64,
        ty: TypeId,
    },
    /// A declaration that already failed; uses are silent.
    Poison,
}

#[derive(Clone, Debug)]
pub struct PackInfo {
    pub name: Symbol,
    pub elems: Vec<(VarId, TypeId)>,
    /// Elements are seen only through this protocol.
    pub protocol: Option<ProtocolRef>,
}

/// A protocol, its arguments applied if there were any written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProtocolRef {
    pub template: TemplateId,
    pub args: Option<Vec<CtVal>>,
}

/// A source file.
pub struct ModuleInfo {
    /// Part of the standard library, or in the place of a part of it.
    pub library: bool,
    /// Canonical path, and as shown.
    pub path: PathBuf,
    pub shown: Arc<str>,
    pub names: FxHashMap<Symbol, DeclId>,
    /// Types and values live in one table; later duplicates are reported and dropped.
    pub flat_imports: SmallVec<[ImportSetId; 4]>,
    /// Everything imported directly, flat or named.
    pub all_imports: Vec<ImportSetId>,
    pub env: Rc<Env>,
    pub runs: Vec<RunStmt>,
    pub impls: Vec<ImplId>,
    /// In source order, for eager checks.
    pub decls: Vec<DeclId>,
}

/// A module-scope `#run` statement.
pub struct RunStmt {
    pub expr: &'static ast::Expr,
    /// Where it stands.
    pub order: Order,
    /// What it sees.
    pub env: Rc<Env>,
}

pub struct ImportSet {
    pub modules: SmallVec<[ModId; 4]>,
}

#[derive(Clone, Debug)]
pub enum DeclSyntax {
    Const(&'static ast::ConstDecl),
    Var(&'static ast::VarDecl),
    Fn(&'static ast::FnDecl),
    Struct(&'static ast::StructDecl),
    Enum(&'static ast::EnumDecl),
    Union(&'static ast::UnionDecl),
    ErrorSet(&'static ast::ErrorSetDecl),
    Protocol(&'static ast::ProtocolDecl),
    UfcsAlias(&'static ast::Expr),
    Import(ImportSetId),
    Library(Arc<str>),
    /// A unit whose header has not been read, or can't be.
    CUnit,
    /// A name of a C header that nothing has used yet.
    C(crate::declarations::c_units::CName),
    /// Made by the compiler.
    Builtin,
}

#[derive(Clone, Debug)]
pub enum EntityState {
    Unresolved,
    /// Being resolved; reaching it again is a cycle.
    InProgress,
    /// A constant whose evaluation waits for others to join it.
    Queued,
    Done(Entity),
    Failed,
}

/// What a declaration turned out to be.
#[derive(Clone, Debug)]
pub enum Entity {
    Fn(FnId),
    /// A scalar or string constant: folds, has no storage.
    Ct(CtVal),
    /// An array or struct constant with storage.
    ConstGlobal {
        global: GlobalId,
        val: CtVal,
    },
    /// A constant whose initialiser is run-time code, evaluated at each use.
    RtConst,
    Global {
        global: GlobalId,
        ty: TypeId,
    },
    Type(TypeId),
    Template(TemplateId),
    Namespace(ImportSetId),
    Library(Arc<str>),
    UfcsAlias(FnId),
}

pub struct DeclInfo {
    pub name: Symbol,
    pub module: ModId,
    pub private: bool,
    pub span: Span,
    pub name_span: Span,
    pub syntax: DeclSyntax,
    /// Where its own names resolve.
    pub env: Rc<Env>,
    pub state: EntityState,
    /// `S` for members of a struct body (`S.NAME`).
    pub owner: Option<TypeId>,
    pub local: bool,
}

/// A function declaration where it stands.
pub struct FnInfo {
    pub decl: &'static ast::FnDecl,
    pub env: Rc<Env>,
    pub module: ModId,
    /// `f`, `S.m`.
    pub name: String,
    /// Method owner (`self` type domain).
    pub owner: Option<TypeId>,
    /// Impl whose method domain default bodies use first.
    pub impl_of: Option<ImplId>,
    pub intrinsic: bool,
}

#[derive(Clone)]
pub enum TemplateSyntax {
    Struct(&'static ast::StructDecl),
    Protocol(&'static ast::ProtocolDecl),
}

pub struct Template {
    pub name: Symbol,
    pub syntax: TemplateSyntax,
    pub env: Rc<Env>,
    pub module: ModId,
    pub decl: Option<DeclId>,
    pub instances: FxHashMap<Vec<CtVal>, Option<TypeId>>,
}

/// What is known of a nominal type beyond its layout.
pub struct NominalInfo {
    pub module: ModId,
    pub span: Span,
    pub syntax: NominalSyntax,
    /// Where field types, defaults and members resolve (type parameters and `Self`-like names bound).
    pub env: Rc<Env>,
    /// Template and arguments it is an instance of.
    pub instance: Option<(TemplateId, Vec<CtVal>)>,
    pub state: NominalState,
    /// How many instances led to it.
    pub depth: u32,
    /// The type whose body has first named it.
    pub made_by: Option<TypeId>,
    /// Methods, constants, nested types of the body.
    pub members: FxHashMap<Symbol, DeclId>,
    /// `#get` and `#set` methods.
    pub properties: FxHashMap<(Symbol, ast::Property), FnId>,
    /// Default of each field: expression and where it resolves.
    pub defaults: Vec<FieldDefault>,
    /// The body while its forms are being run.
    pub open_body: Option<Box<crate::declarations::type_bodies::OpenBody>>,
    /// The body's members, once they are entered.
    pub expanded: Option<Rc<crate::declarations::expansion::Expanded<ast::Member>>>,
}

impl NominalInfo {
    /// Names that `x.name` can read beside the fields.
    pub fn readable(&self) -> impl Iterator<Item = Symbol> {
        let properties = self.properties.keys();
        let getters = properties.filter(|(_, which)| *which == ast::Property::Get);
        let members = self.members.keys().copied();
        members.chain(getters.map(|(name, _)| *name))
    }
}

#[derive(Clone)]
pub enum FieldDefault {
    None,
    /// `= ---`
    Undef,
    Expr {
        expr: &'static ast::Expr,
        env: Rc<Env>,
    },
}

#[derive(Clone)]
pub enum NominalSyntax {
    Struct(&'static ast::StructDecl),
    Enum(&'static ast::EnumDecl),
    Union(&'static ast::UnionDecl),
    ErrorSet(&'static ast::ErrorSetDecl),
    Protocol(&'static ast::ProtocolDecl, TemplateId),
    /// Made at compile time.
    Minted,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NominalState {
    Open,
    InProgress,
    Complete,
    Failed,
}

pub struct ImplInfo {
    pub decl: &'static ast::ImplDecl,
    pub module: ModId,
    pub env: Rc<Env>,
    /// Whether its head has been, or is being, resolved.
    pub entered: bool,
    pub resolved: Option<ImplHead>,
    pub failed: bool,
}

#[derive(Clone)]
pub struct ImplHead {
    pub protocol: TemplateId,
    pub target: ImplTarget,
}

#[derive(Clone)]
pub enum ImplTarget {
    Type(TypeId),
    /// Every instance of a template.
    Template(TemplateId),
    /// A pattern with `$` names (parameterised protocols).
    Pattern,
}

/// Key of a function instance: the declaration and what its static parameters are bound to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InstanceKey {
    pub func: FnId,
    pub args: Vec<CtVal>,
    /// Distinguishes instances by environment (methods of different struct instances have different `FnId`s already).
    pub types: Vec<TypeId>,
}

/// How far a function's body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyState {
    /// Signature only; queued.
    Queued,
    Lowering,
    Done,
    Failed,
    /// Extern, host: never has one.
    External,
}

/// A body still to be lowered.
pub struct PendingBody {
    pub job: crate::emission::fncx::BodyJob,
}

/// An instance's call interface, as callers see it.
#[derive(Clone, Debug)]
pub struct FnInstance {
    pub func: FuncId,
    pub ty: sx_ir::types::FnType,
}

/// What happened while a function was lowered, in order, so that diagnostics can be shown in the order of reaching.
#[derive(Clone, Debug)]
pub enum Event {
    Diag(usize),
    Reach(FuncId),
    /// Like `Reach`, of code that is evaluated and not part of the program.
    Evaluate(FuncId),
}

/// The user's calls behind what is being lowered.
#[derive(Clone, Copy, Default)]
pub struct Sites {
    /// The outermost call that led to the generic instance whose body is being lowered.
    pub body: Option<Span>,
    /// The last of these calls that stands outside the library.
    pub last: Option<Span>,
    /// The call being lowered.
    pub call: Option<Span>,
}

impl Sites {
    pub fn outermost(self) -> Option<Span> {
        self.body.or(self.call)
    }
}

/// Places remembered by [`Sema::loc`].
const RECENT_LOCS: usize = 512;

pub struct Sema<'a> {
    pub cfg: &'a Config,
    pub goal: Goal,
    pub files: &'a dyn Files,
    pub evaluator: &'a mut dyn Evaluator,
    /// Of a `Sema` that only checks bodies for another.
    pub replica: Option<crate::replicas::Replica>,
    pub m: Module,
    pub sources: SourceMap,
    pub trees: Vec<&'static ast::File>,
    /// Table of run-time type records, once something reads it.
    pub type_table: Option<GlobalId>,
    /// Functions that have been through the IR passes.
    pub optimised: FxHashSet<FuncId>,
    /// The calls that errors of generic instances are reported at.
    pub sites: Sites,
    /// Parsed `#insert` texts.
    pub fragments: FxHashMap<String, &'static ast::Fragment>,
    /// Instances whose signature is being worked out.
    pub making: FxHashSet<InstanceKey>,
    /// How many generic instances led to a body still to be lowered.
    pub body_depth: FxHashMap<FuncId, u32>,
    /// Extern functions by symbol.
    pub externs: FxHashMap<String, FnInstance>,
    /// Functions whose result type is being inferred.
    pub inferring: FxHashSet<FnId>,
    /// Nominal types declared and not yet completed.
    pub incomplete: Vec<TypeId>,
    /// Nominal types being completed, innermost last.
    pub open_nominals: Vec<TypeId>,
    /// How many of them were open when the evaluation or body at hand began.
    pub open_base: usize,
    /// Types met are being completed, whoever needs them.
    pub settling: bool,
    /// What an inline type being written would be called (`Parent.field`).
    pub inline_names: Vec<String>,
    /// Heads of impls being resolved: what they meet may ask for the impl, so it is completed when they are known.
    pub open_heads: u32,
    /// Declarations being resolved, innermost last.
    pub resolving: Vec<DeclId>,
    /// Names of the functions being lowered, innermost last.
    pub name_stack: Vec<String>,
    /// With what their conditions see.
    pub module_asserts: Vec<(Rc<Env>, &'static ast::AssertDirective)>,
    pub modules: Vec<ModuleInfo>,
    pub module_by_path: FxHashMap<PathBuf, ModId>,
    pub module_of_file: FxHashMap<FileId, ModId>,
    pub import_sets: Vec<ImportSet>,
    pub import_set_by_modules: FxHashMap<Vec<ModId>, ImportSetId>,
    pub decls: Vec<DeclInfo>,
    pub fns: Vec<FnInfo>,
    pub templates: Vec<Template>,
    pub impls: Vec<ImplInfo>,
    /// Boxed, because they are large and the table's free slots would be as large.
    pub nominals: FxHashMap<TypeId, Box<NominalInfo>>,
    pub instances: FxHashMap<InstanceKey, Option<FnInstance>>,
    pub bodies: FxHashMap<FuncId, BodyState>,
    pub pending: FxHashMap<FuncId, PendingBody>,
    pub queue: VecDeque<FuncId>,
    pub strings: FxHashMap<Vec<u8>, GlobalId>,
    pub const_data: FxHashMap<(Vec<u8>, Vec<sx_ir::Reloc>, u64), GlobalId>,
    pub error_tags: FxHashMap<Symbol, u32>,
    pub error_names: Vec<Symbol>,
    pub diags: Vec<Diagnostic>,
    pub events: FxHashMap<Option<FuncId>, Vec<Event>>,
    pub current_func: Vec<Option<FuncId>>,
    pub reported: FxHashSet<(Span, String)>,
    pub context_fields: Vec<ContextField>,
    pub context_type: Option<TypeId>,
    pub default_context: Option<GlobalId>,
    pub comptime_flag: Option<GlobalId>,
    pub cx_counter: u32,
    pub eval_counter: u32,
    pub eval_depth: u32,
    pub instantiation_depth: u32,
    pub exit: Option<i32>,
    pub caches: crate::caches::Caches,
    pub link_flags: Vec<String>,
    pub inputs: Vec<PathBuf>,
    pub stats: Stats,
}

/// A message about any types and values.
fn without_names(message: &str) -> String {
    let parts = message.split('\'').enumerate();
    parts
        .filter(|(i, _)| i % 2 == 0)
        .map(|(_, text)| text)
        .collect()
}

pub struct ContextField {
    pub name: Symbol,
    pub module: ModId,
    pub decl: &'static ast::ContextExtend,
}

impl Sema<'_> {
    // -------------------------------------------------------------------------------------------- diagnostics

    /// Reports an error once per place and text.
    pub fn error(&mut self, span: Span, message: impl Into<String>) -> Failed {
        self.report(Diagnostic::error(span, message))
    }

    pub fn report(&mut self, diag: Diagnostic) -> Failed {
        // What follows an evaluation that ended the compiler was never looked at.
        if self.exit.is_some() || self.caches.chains.giving_up() {
            return Failed;
        }
        let diag = self.at_users_call(diag);
        let diag = self.with_sites(diag);
        let alone = diag.children.len();
        let diag = self.with_instance(diag);
        let in_instance = diag.children.len() > alone;
        // Instances of one body make one mistake, whatever they are called, or the type that has no such member.
        let message = match diag.message.split_once(" (in ") {
            Some((message, _)) => message.to_string(),
            None => match diag.message.split_once(" not found on type ") {
                Some((member, _)) if in_instance => member.to_string(),
                _ if in_instance => without_names(&diag.message),
                _ => diag.message.clone(),
            },
        };
        // A `#run` is made once for each instance and iteration.
        let message = match message.split_once("(__ct_") {
            Some((run, rest)) => {
                let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                format!("{run}{rest}")
            }
            None => message,
        };
        // A name nobody knows is one mistake, whatever it was taken for.
        let message = match message.strip_prefix("unknown type ") {
            Some(name) => format!("unresolved {name}"),
            None => message,
        };
        // So is each use of it in one function.
        let unknown = match message.strip_prefix("unresolved '") {
            Some(rest) => rest.split_once('\'').map(|(name, _)| name.to_string()),
            // A namespace of the library, most likely, where a variable of the same name isn't.
            None => message
                .strip_suffix("' is a namespace, not a value; name one of its members")
                .map(|name| name.trim_start_matches('\'').to_string()),
        };
        // What shows in an instance may have been found without one.
        let found = in_instance
            && message != diag.message
            && diag
                .span
                .is_some_and(|span| !self.reported.insert((span, diag.message.clone())));
        if let Some(span) = diag.span
            && (!self.reported.insert((span, message)) || found)
        {
            if in_instance {
                self.note_instance(span);
            }
            return Failed;
        }
        if let (Some(span), true) = (diag.span, in_instance) {
            self.note_instance(span);
        }
        if let (Some(span), Some(name), Some(func)) = (diag.span, unknown, self.current_name()) {
            let file = Span::new(span.file, 0, 0);
            if !self.reported.insert((file, format!("{name} in {func}"))) {
                return Failed;
            }
        }
        self.replica_gives_up();
        let index = self.diags.len();
        self.diags.push(diag);
        let at = self.current_func.last().copied().flatten();
        self.events.entry(at).or_default().push(Event::Diag(index));
        Failed
    }

    /// Whether something within a span has been reported: what follows from it isn't.
    pub fn has_told(&self, span: Span) -> bool {
        let within = |s: &Span| s.file == span.file && s.lo >= span.lo && s.hi <= span.hi;
        self.reported.iter().any(|(s, _)| within(s))
    }

    /// A mistake that shows in an instance of a library function is at the call that asked for the instance.
    fn at_users_call(&self, mut diag: Diagnostic) -> Diagnostic {
        if let (Some(site), Some(span)) = (self.sites.last.or(self.sites.body), diag.span)
            && self.is_library_file(span.file)
            && !self.is_library_file(site.file)
        {
            diag.span = Some(site);
            // Text made by `#insert` says little; the line that inserts it is none of the user's business.
            if !self.sources.path(span.file).contains(": #insert") {
                diag = diag.with_note(Some(span), "in the library, for this call");
            }
        }
        diag
    }

    /// The sites of code in an instance that the call being lowered asks for.
    pub fn sites_of_instance(&self) -> Sites {
        let users = |call: &Span| !self.is_library_file(call.file);
        Sites {
            body: self.sites.outermost(),
            last: self.sites.call.filter(users).or(self.sites.last),
            call: None,
        }
    }

    fn is_library_file(&self, file: sx_syntax::FileId) -> bool {
        if let Some(module) = self.module_of_file.get(&file) {
            return self.in_library_module(*module);
        }
        // A text made by `#insert` has the name of the file it stands in, and more.
        let path = self.sources.path(file);
        let of = |m: &ModuleInfo| {
            path.strip_prefix(&*m.shown)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let mut modules = (0..self.modules.len()).map(|i| ModId(i as u32));
        modules.any(|m| of(self.module(m)) && self.in_library_module(m))
    }

    pub fn not_implemented(&mut self, span: Span, what: &str) -> Failed {
        self.error(span, format!("not implemented: {what}"))
    }

    pub fn type_name(&self, ty: TypeId) -> String {
        self.m.types.name(ty)
    }

    // -------------------------------------------------------------------------------------------- positions

    pub fn loc(&mut self, span: Span) -> LocId {
        // The same places are asked for again and again, most of them soon.
        let key = (span.file.0, span.lo);
        let slot = (span.lo ^ span.file.0 << 3) as usize % RECENT_LOCS;
        if let Some((known, id)) = self.caches.recent_locs.get(slot)
            && *known == key
        {
            return *id;
        }
        let id = self.new_loc(span);
        if self.caches.recent_locs.is_empty() {
            let none = ((u32::MAX, u32::MAX), LocId(0));
            self.caches.recent_locs = vec![none; RECENT_LOCS];
        }
        self.caches.recent_locs[slot] = (key, id);
        id
    }

    fn new_loc(&mut self, span: Span) -> LocId {
        if !self.cfg.code
            && let Some(id) = self.m.add_loc_at(span.file.0, span.lo)
        {
            return id;
        }
        let at = self
            .sources
            .line_col_near(span, &mut self.caches.recent_line);
        let loc = SrcLoc {
            file: span.file.0,
            line: at.line,
            col: at.col,
            inlined: None,
        };
        match self.cfg.code {
            true => self.m.add_loc(loc),
            false => self.m.add_loc_again(loc),
        }
    }

    /// Finds lines and columns of the positions so far: before anything but this frontend sees the module.
    pub fn settle_locs(&mut self) {
        let (sources, line) = (&self.sources, &mut self.caches.recent_line);
        self.m.settle_locs(|file, offset| {
            let file = sx_syntax::FileId(file);
            let at = sources.line_col_near(Span::new(file, offset, offset), line);
            (at.line, at.col)
        });
    }

    /// The position, whether its line has been asked for before or not.
    pub fn place_of(&self, loc: LocId) -> SrcLoc {
        let Some((file, offset)) = self.m.loc_offset(loc) else {
            return self.m.loc(loc);
        };
        let span = Span::new(sx_syntax::FileId(file), offset, offset);
        let at = self.sources.line_col(span);
        SrcLoc {
            file,
            line: at.line,
            col: at.col,
            inlined: None,
        }
    }

    pub fn module(&self, id: ModId) -> &ModuleInfo {
        &self.modules[id.index()]
    }

    pub fn decl(&self, id: DeclId) -> &DeclInfo {
        &self.decls[id.index()]
    }

    pub fn fn_info(&self, id: FnId) -> &FnInfo {
        &self.fns[id.index()]
    }

    pub fn add_fn(&mut self, mut info: FnInfo) -> FnId {
        info.decl = self.spelled_parameters(&info.env, info.decl);
        let unspelled = |param: &ast::Param| param.name.as_str() == UNSPELLED;
        if info.decl.sig.params.iter().any(unspelled) {
            // A mistake in it has been told: any name may be that parameter's.
            info.env = info.env.child();
            info.env.bind(unknown_names(), Binding::Poison);
        }
        self.fns.push(info);
        FnId(self.fns.len() as u32 - 1)
    }

    pub fn add_decl(&mut self, info: DeclInfo) -> DeclId {
        self.decls.push(info);
        DeclId(self.decls.len() as u32 - 1)
    }

    /// The id of an error tag, numbered from 1 in order of first mention.
    pub fn error_tag(&mut self, name: Symbol) -> u32 {
        if let Some(id) = self.error_tags.get(&name) {
            return *id;
        }
        self.error_names.push(name);
        let id = self.error_names.len() as u32;
        self.error_tags.insert(name, id);
        id
    }

    // -------------------------------------------------------------------------------------------- constant data

    /// The NUL-terminated bytes of a string constant, pooled.
    pub fn string_data(&mut self, text: &[u8]) -> GlobalId {
        if let Some(id) = self.strings.get(text) {
            return *id;
        }
        let mut bytes = text.to_vec();
        bytes.push(0);
        let id = self.m.add_global(sx_ir::Global {
            name: format!("str.{}", self.strings.len()),
            size: bytes.len() as u64,
            align: 1,
            init: sx_ir::ConstImage::from_bytes(bytes),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: true,
        });
        self.strings.insert(text.to_vec(), id);
        id
    }

    /// A constant global with this image, pooled by content.
    pub fn const_global(&mut self, image: &sx_ir::ConstImage, ty: TypeId, name: &str) -> GlobalId {
        let layout = self.m.types.layout(ty);
        let key = (image.bytes.clone(), image.relocs.clone(), layout.align);
        if let Some(id) = self.const_data.get(&key) {
            return *id;
        }
        let id = self.m.add_global(sx_ir::Global {
            name: name.to_string(),
            size: layout.size,
            align: layout.align.max(1),
            init: image.clone(),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(ty),
            mergeable: false,
        });
        self.const_data.insert(key, id);
        id
    }

    pub fn str_val(&mut self, text: &[u8]) -> Val {
        let data = self.string_data(text);
        Val::regs(
            TypeId::STRING,
            smallvec::smallvec![
                crate::emission::value::Piece::GlobalAddr(data, 0),
                crate::emission::value::Piece::Const(sx_ir::Ty::I64, text.len() as u64)
            ],
        )
    }
}
