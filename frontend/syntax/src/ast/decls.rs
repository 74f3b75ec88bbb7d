//! Files, declarations, functions and type bodies.

use std::sync::Arc;

use thin_vec::ThinVec;

use super::*;
pub use crate::parser::{LateBody, LateText};

// ---------------------------------------------------------------------------------------------------- files

/// A parsed source file.
#[derive(Clone, Debug)]
pub struct File {
    pub id: FileId,
    pub items: Vec<Item>,
    /// All `ExprId`s of the file are below this.
    pub expr_count: u32,
    /// Parts of each `#name(parts..)`, found by `IdentKind::Computed`.
    pub computed_names: Vec<Vec<Arc<Expr>>>,
    /// What the bodies that are parsed when they are asked for come from, if there are any.
    pub late: Option<Arc<LateText>>,
}

/// Parsed text of an `#insert`: the statements, with a trailing expression as the block's tail.
#[derive(Clone, Debug)]
pub struct Fragment {
    pub id: FileId,
    pub block: Block,
    pub expr_count: u32,
    pub computed_names: Vec<Vec<Arc<Expr>>>,
}

/// What stands before a declaration, field or variant beside its meaning: `/// text` and `@note(args)`.
#[derive(Clone, Debug, Default)]
pub struct Attrs {
    /// Most declarations have nothing before them, and take no more than a word for that.
    written: Option<Box<Written>>,
}

#[derive(Clone, Debug, Default)]
struct Written {
    doc: Option<Arc<str>>,
    notes: Vec<Note>,
}

impl Attrs {
    /// Text of the doc comment, lines joined by `\n`, without the slashes and one leading space.
    pub fn doc(&self) -> Option<&Arc<str>> {
        self.written.as_ref()?.doc.as_ref()
    }

    pub fn notes(&self) -> &[Note] {
        self.written.as_ref().map_or(&[], |written| &written.notes)
    }

    pub fn set_doc(&mut self, doc: Arc<str>) {
        self.written.get_or_insert_default().doc = Some(doc);
    }

    pub fn add_note(&mut self, note: Note) {
        self.written.get_or_insert_default().notes.push(note);
    }
}

#[derive(Clone, Debug)]
pub struct Note {
    pub span: Span,
    pub name: Ident,
    pub args: Vec<Arg>,
}

/// One thing at module scope.
#[derive(Clone, Debug)]
pub struct Item {
    pub span: Span,
    /// Where `private` stands, if it does.
    pub private: Option<Span>,
    pub kind: ItemKind,
}

#[derive(Clone, Debug)]
pub enum ItemKind {
    Decl(Decl),
    /// `#import "p";` The named form is a `Decl`.
    Import(Import),
    Impl(Arc<ImplDecl>),
    ContextExtend(Arc<ContextExtend>),
    /// `#run e;`
    Run(Expr),
    /// `#error("..");`
    Error(ErrorDirective),
    Inline(Inline<Item>),
    /// Unnamed `#import c { .. };`
    CUnit(Arc<CUnit>),
    /// `asm { "text" };`
    Asm(Arc<AsmExpr>),
    /// `#insert e;` as a declaration.
    Insert(Expr),
    Assert(Box<AssertDirective>),
}

/// Compile-time control flow around declarations (module scope and type bodies). In statements these are
/// ordinary `If`, `Match` and `For` nodes with `inline` set.
#[derive(Clone, Debug)]
pub enum Inline<T> {
    If(Box<InlineIf<T>>),
    Match(Box<InlineMatch<T>>),
    For(Box<InlineFor<T>>),
}

impl<T> Inline<T> {
    /// Whether one of the lists that it may become is wanted.
    pub fn any_list<'a>(&'a self, wanted: &dyn Fn(&'a [T]) -> bool) -> bool {
        match self {
            Inline::For(node) => wanted(&node.items),
            Inline::Match(node) => {
                node.arms.iter().any(|arm| wanted(&arm.items))
                    || node.else_.as_deref().is_some_and(wanted)
            }
            Inline::If(node) => {
                let mut node = node;
                loop {
                    if wanted(&node.then) {
                        return true;
                    }
                    match &node.else_ {
                        None => return false,
                        Some(InlineElse::If(next)) => node = next,
                        Some(InlineElse::Items(items)) => return wanted(items),
                    }
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct InlineIf<T> {
    pub span: Span,
    pub cond: Expr,
    pub then: Vec<T>,
    pub else_: Option<InlineElse<T>>,
}

#[derive(Clone, Debug)]
pub enum InlineElse<T> {
    If(Box<InlineIf<T>>),
    Items(Vec<T>),
}

#[derive(Clone, Debug)]
pub struct InlineMatch<T> {
    pub span: Span,
    pub subject: Expr,
    pub arms: Vec<InlineArm<T>>,
    pub else_: Option<Vec<T>>,
}

#[derive(Clone, Debug)]
pub struct InlineArm<T> {
    pub span: Span,
    pub pattern: Pattern,
    pub items: Vec<T>,
}

#[derive(Clone, Debug)]
pub struct InlineFor<T> {
    pub span: Span,
    pub iters: Vec<ForIter>,
    pub captures: Vec<Capture>,
    pub items: Vec<T>,
}

// ---------------------------------------------------------------------------------------------- declarations

/// A named declaration at any level: module, block, struct body.
#[derive(Clone, Debug)]
pub struct Decl {
    pub span: Span,
    pub name: Ident,
    pub attrs: Attrs,
    pub kind: DeclKind,
}

#[derive(Clone, Debug)]
pub enum DeclKind {
    /// `N :: e;`, `N : T : e;`: constants, aliases, types built by calls. `e` may be `Undef`.
    Const(Arc<ConstDecl>),
    /// `x := e;`, `x : T;`, `x : T = e;`
    Var(Arc<VarDecl>),
    /// `f :: (..) ..` with a body, an extern or an intrinsic; also `main :: { .. }`.
    Fn(Arc<FnDecl>),
    Struct(Arc<StructDecl>),
    Enum(Arc<EnumDecl>),
    Union(Arc<UnionDecl>),
    ErrorSet(Arc<ErrorSetDecl>),
    Protocol(Arc<ProtocolDecl>),
    /// `f :: ufcs path;`
    UfcsAlias(Box<Expr>),
    /// `ns :: #import "p";`
    Import(Box<Import>),
    /// `h :: #library "z";`
    Library(Box<StrLit>),
    /// `n :: #import c { .. };`
    CUnit(Arc<CUnit>),
}

#[derive(Clone, Debug)]
pub struct ConstDecl {
    pub ty: Option<Expr>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct VarDecl {
    pub ty: Option<Expr>,
    /// `Undef` for `---`; absent for a default value.
    pub init: Option<Expr>,
    /// `#saved`
    pub saved: bool,
    /// `x : T extern;` or `export`.
    pub link: Option<Box<Link>>,
}

#[derive(Clone, Debug)]
pub struct StrLit {
    pub span: Span,
    pub text: Arc<str>,
}

#[derive(Clone, Debug)]
pub struct Import {
    /// The whole directive from `#import` to the end of the path.
    pub span: Span,
    pub path: StrLit,
}

#[derive(Clone, Debug)]
pub struct CUnit {
    pub span: Span,
    pub parts: Vec<CUnitPart>,
}

#[derive(Clone, Debug)]
pub struct CUnitPart {
    pub span: Span,
    pub kind: CUnitKind,
    pub text: StrLit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CUnitKind {
    Include,
    Source,
    Define,
    Flags,
}

#[derive(Clone, Debug)]
pub struct ContextExtend {
    pub span: Span,
    pub name: Ident,
    pub ty: Expr,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct ErrorDirective {
    pub span: Span,
    pub message: StrLit,
}

#[derive(Clone, Debug)]
pub struct AssertDirective {
    pub span: Span,
    pub cond: Expr,
    pub message: Option<Expr>,
}

// ------------------------------------------------------------------------------------------------- functions

/// A function declaration, method, lambda (no name) or trailing block (no name, no parameters).
#[derive(Clone, Debug)]
pub struct FnDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub sig: FnSig,
    pub ufcs: bool,
    pub mixin: bool,
    /// Known to hold no destructuring and no cleanup, not even in a function inside it: nothing to follow errors for.
    pub plain_flow: bool,
    pub property: Option<Property>,
    pub link: Option<Box<Link>>,
    pub body: Body,
    /// What kind of text this came from, for diagnostics.
    pub origin: FnOrigin,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FnOrigin {
    Decl,
    Lambda,
    TrailingBlock,
    /// `main :: { .. }`
    BareBlock,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Property {
    Get,
    Set,
}

#[derive(Clone, Debug)]
pub struct FnSig {
    /// From `(` to the end of the signature.
    pub span: Span,
    pub params: Vec<Param>,
    /// Absent: inferred, or void for externs and protocol methods.
    pub ret: Option<RetType>,
    pub abi: Option<Abi>,
}

/// The body of a function, parsed or still a text.
#[derive(Clone, Debug)]
pub enum Body {
    Parsed(FnBody),
    /// `{ .. }`, parsed when it is asked for.
    Late(Box<LateBody>),
}

/// What a body is, whether parsed or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyKind {
    Block,
    Expr,
    Intrinsic,
    None,
}

impl From<FnBody> for Body {
    fn from(body: FnBody) -> Body {
        Body::Parsed(body)
    }
}

impl Body {
    pub fn kind(&self) -> BodyKind {
        match self {
            Body::Parsed(FnBody::Block(_)) | Body::Late(_) => BodyKind::Block,
            Body::Parsed(FnBody::Expr(_)) => BodyKind::Expr,
            Body::Parsed(FnBody::Intrinsic) => BodyKind::Intrinsic,
            Body::Parsed(FnBody::None) => BodyKind::None,
        }
    }
}

impl FnDecl {
    /// The body; parses it if nobody has asked for it before.
    pub fn body(&self) -> &FnBody {
        match &self.body {
            Body::Parsed(body) => body,
            Body::Late(late) => late.parsed(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum FnBody {
    Block(Block),
    /// `=> e`
    Expr(Box<Expr>),
    Intrinsic,
    /// `;`: extern functions and protocol methods.
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abi {
    pub span: Span,
    pub kind: AbiKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AbiKind {
    C,
    Naked,
    /// `.compiler` or `.zig`
    Compiler,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub span: Span,
    pub kind: LinkKind,
    pub lib: Option<Ident>,
    pub symbol: Option<StrLit>,
}

impl Decl {
    /// What it is called among the members of a body, and which of a property's two halves it is.
    pub fn as_member(&self) -> (&'static str, Option<Property>) {
        match &self.kind {
            DeclKind::Fn(f) if f.property.is_some() => ("property", f.property),
            DeclKind::Fn(_) => ("method", None),
            DeclKind::Const(_) => ("constant", None),
            _ => ("member", None),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    Extern,
    Export,
}

impl LinkKind {
    pub fn keyword(self) -> &'static str {
        match self {
            LinkKind::Extern => "extern",
            LinkKind::Export => "export",
        }
    }
}

/// A parameter of a function, lambda, generic struct or protocol.
#[derive(Clone, Debug)]
pub struct Param {
    pub span: Span,
    pub kind: ParamKind,
    pub name: Ident,
    /// Absent for untyped lambda parameters and bare `..$a`. For `$T: Type/P` it is `Type`.
    pub ty: Option<Expr>,
    /// `P`, `Q` of `$T: Type/P/Q`.
    pub constraints: ThinVec<Expr>,
    pub default: Option<Box<Expr>>,
    /// `p: #lazy T`
    pub lazy: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// `x: T`, `x`
    Plain,
    /// `$x: T`
    Comptime,
    /// `..xs: T`: slice variadic if `T` is written `[]E`, else a pack.
    Variadic,
    /// `..$a`, `..$a: []Type`
    ComptimePack,
}

#[derive(Clone, Debug)]
pub struct RetType {
    pub span: Span,
    pub kind: RetKind,
}

#[derive(Clone, Debug)]
pub enum RetKind {
    /// `-> ()`
    Void,
    /// `-> T`, `-> !`, `-> !Set`, `-> (T)`
    Type(Box<Expr>),
    /// `-> (A, B)`, `-> (x: A = 1, B, !Set)`, `-> (T, !)`
    Slots {
        slots: Vec<RetSlot>,
        /// An `ErrorSetType` expression.
        error: Option<Box<Expr>>,
    },
}

#[derive(Clone, Debug)]
pub struct RetSlot {
    pub span: Span,
    pub name: Option<Ident>,
    pub ty: Expr,
    pub default: Option<Expr>,
}

// ---------------------------------------------------------------------------------------------------- types

#[derive(Clone, Debug)]
pub struct StructDecl {
    pub span: Span,
    /// Absent for inline (anonymous) types.
    pub name: Option<Ident>,
    pub params: Vec<Param>,
    pub members: Vec<Member>,
}

/// A member of a struct, union or impl body.
#[derive(Clone, Debug)]
pub struct Member {
    pub span: Span,
    pub kind: MemberKind,
}

#[derive(Clone, Debug)]
pub enum MemberKind {
    /// `x, y: T = e;`
    Field(FieldDecl),
    /// `#using B;`
    Using(Expr),
    /// Constants, methods and nested types.
    Decl(Decl),
    /// `struct { .. };` inside a union.
    Anon(Arc<StructDecl>),
    Inline(Inline<Member>),
    Insert(Expr),
    Assert(Box<AssertDirective>),
}

#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub names: Vec<Ident>,
    pub ty: Expr,
    /// `Undef` for `= ---`.
    pub default: Option<Box<Expr>>,
    pub attrs: Attrs,
}

#[derive(Clone, Debug)]
pub struct UnionDecl {
    pub span: Span,
    pub name: Option<Ident>,
    /// `Field`, `Anon` and the metaprogramming forms.
    pub members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub struct EnumDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub flags: bool,
    /// A path or a struct type.
    pub backing: Option<Expr>,
    pub variants: Vec<EnumMember>,
}

#[derive(Clone, Debug)]
pub enum EnumMember {
    Variant(Variant),
    Inline(Inline<EnumMember>),
    Insert(Expr),
    Assert(Box<AssertDirective>),
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub span: Span,
    pub name: Ident,
    /// `name :: value`
    pub value: Option<Expr>,
    /// `name: payload`
    pub payload: Option<Expr>,
    pub attrs: Attrs,
}

#[derive(Clone, Debug)]
pub struct ErrorSetDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub tags: Vec<Ident>,
}

#[derive(Clone, Debug)]
pub struct ProtocolDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub params: Vec<Param>,
    /// `#inline`
    pub inline: bool,
    /// `#identity`
    pub identity: bool,
    /// Methods, with a body if they have a default.
    pub methods: Vec<Decl>,
    /// All there is in the body, if some of it makes methods; there are no others then.
    pub members: Vec<Member>,
}

/// `impl P(A) for T { .. }`
#[derive(Clone, Debug)]
pub struct ImplDecl {
    pub span: Span,
    pub protocol: Expr,
    pub args: Vec<Expr>,
    pub target: Expr,
    /// `Decl` of functions, and the metaprogramming forms.
    pub members: Vec<Member>,
}
