//! The syntax tree of sx, as written: nothing is resolved and hardly anything is rewritten (`a |> f(b)` becomes
//! `f(a, b)`).
//!
//! Types and values share `Expr`, because in sx a type is a value (`size_of(*T)`, `i64 == T`). What only later
//! stages can tell apart shares a node: `Star` is address-of or a pointer type, `Call` is a call or an applied
//! generic, `Field` a member or a path, `Binary(Or)` the boolean `or` or a failable's fallback.
//!
//! Declarations that are checked again per instance sit behind `Arc`, so later stages can hold on to them.

use std::sync::Arc;

pub use crate::span::{FileId, Span};
pub use crate::symbol::Symbol;

/// Number of an expression, unique within its source text. Later stages attach what they learn to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExprId(pub u32);

// ---------------------------------------------------------------------------------------------------- names

/// A name where it is declared or used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Without the backtick. For `Computed` names the text `#name`.
    pub name: Symbol,
    pub kind: IdentKind,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdentKind {
    Plain,
    /// Written with a backtick: never a keyword or builtin type.
    Raw,
    /// `#name(parts..)`: index into `computed_names` of the source text's parse result.
    Computed(u32),
}

impl Ident {
    pub fn is_raw(self) -> bool {
        self.kind == IdentKind::Raw
    }

    /// `_`, which discards.
    pub fn is_discard(self) -> bool {
        self.kind == IdentKind::Plain && self.name == "_"
    }

    pub fn as_str(self) -> &'static str {
        self.name.as_str()
    }
}

// ---------------------------------------------------------------------------------------------------- files

/// A parsed source file.
#[derive(Debug)]
pub struct File {
    pub id: FileId,
    pub items: Vec<Item>,
    /// All `ExprId`s of the file are below this.
    pub expr_count: u32,
    /// Parts of each `#name(parts..)`, found by `IdentKind::Computed`.
    pub computed_names: Vec<Vec<Expr>>,
}

/// Parsed text of an `#insert`: the statements, with a trailing expression as the block's tail.
#[derive(Debug)]
pub struct Fragment {
    pub id: FileId,
    pub block: Block,
    pub expr_count: u32,
    pub computed_names: Vec<Vec<Expr>>,
}

/// What stands before a declaration, field or variant beside its meaning: `/// text` and `@note(args)`.
#[derive(Debug, Default)]
pub struct Attrs {
    /// Text of the doc comment, lines joined by `\n`, without the slashes and one leading space.
    pub doc: Option<Arc<str>>,
    pub notes: Vec<Note>,
}

#[derive(Debug)]
pub struct Note {
    pub span: Span,
    pub name: Ident,
    pub args: Vec<Arg>,
}

/// One thing at module scope.
#[derive(Debug)]
pub struct Item {
    pub span: Span,
    /// Where `private` stands, if it does.
    pub private: Option<Span>,
    pub kind: ItemKind,
}

#[derive(Debug)]
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
    Assert(AssertDirective),
}

/// Compile-time control flow around declarations (module scope and type bodies). In statements these are
/// ordinary `If`, `Match` and `For` nodes with `inline` set.
#[derive(Debug)]
pub enum Inline<T> {
    If(InlineIf<T>),
    Match(InlineMatch<T>),
    For(InlineFor<T>),
}

#[derive(Debug)]
pub struct InlineIf<T> {
    pub span: Span,
    pub cond: Expr,
    pub then: Vec<T>,
    pub else_: Option<InlineElse<T>>,
}

#[derive(Debug)]
pub enum InlineElse<T> {
    If(Box<InlineIf<T>>),
    Items(Vec<T>),
}

#[derive(Debug)]
pub struct InlineMatch<T> {
    pub span: Span,
    pub subject: Expr,
    pub arms: Vec<InlineArm<T>>,
    pub else_: Option<Vec<T>>,
}

#[derive(Debug)]
pub struct InlineArm<T> {
    pub span: Span,
    pub pattern: Pattern,
    pub items: Vec<T>,
}

#[derive(Debug)]
pub struct InlineFor<T> {
    pub span: Span,
    pub iters: Vec<ForIter>,
    pub captures: Vec<Capture>,
    pub items: Vec<T>,
}

// ---------------------------------------------------------------------------------------------- declarations

/// A named declaration at any level: module, block, struct body.
#[derive(Debug)]
pub struct Decl {
    pub span: Span,
    pub name: Ident,
    pub attrs: Attrs,
    pub kind: DeclKind,
}

#[derive(Debug)]
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
    UfcsAlias(Expr),
    /// `ns :: #import "p";`
    Import(Import),
    /// `h :: #library "z";`
    Library(StrLit),
    /// `n :: #import c { .. };`
    CUnit(Arc<CUnit>),
}

#[derive(Debug)]
pub struct ConstDecl {
    pub ty: Option<Expr>,
    pub value: Expr,
}

#[derive(Debug)]
pub struct VarDecl {
    pub ty: Option<Expr>,
    /// `Undef` for `---`; absent for a default value.
    pub init: Option<Expr>,
    /// `#saved`
    pub saved: bool,
    /// `x : T extern;` or `export`.
    pub link: Option<Link>,
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

#[derive(Debug)]
pub struct CUnit {
    pub span: Span,
    pub parts: Vec<CUnitPart>,
}

#[derive(Debug)]
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

#[derive(Debug)]
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

#[derive(Debug)]
pub struct AssertDirective {
    pub span: Span,
    pub cond: Expr,
    pub message: Option<Expr>,
}

// ------------------------------------------------------------------------------------------------- functions

/// A function declaration, method, lambda (no name) or trailing block (no name, no parameters).
#[derive(Debug)]
pub struct FnDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub sig: FnSig,
    pub ufcs: bool,
    pub mixin: bool,
    pub property: Option<Property>,
    pub link: Option<Link>,
    pub body: FnBody,
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    Get,
    Set,
}

#[derive(Debug)]
pub struct FnSig {
    /// From `(` to the end of the signature.
    pub span: Span,
    pub params: Vec<Param>,
    /// Absent: inferred, or void for externs and protocol methods.
    pub ret: Option<RetType>,
    pub abi: Option<Abi>,
}

#[derive(Debug)]
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    Extern,
    Export,
}

/// A parameter of a function, lambda, generic struct or protocol.
#[derive(Debug)]
pub struct Param {
    pub span: Span,
    pub kind: ParamKind,
    pub name: Ident,
    /// Absent for untyped lambda parameters and bare `..$a`. For `$T: Type/P` it is `Type`.
    pub ty: Option<Expr>,
    /// `P`, `Q` of `$T: Type/P/Q`.
    pub constraints: Vec<Expr>,
    pub default: Option<Expr>,
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

#[derive(Debug)]
pub struct RetType {
    pub span: Span,
    pub kind: RetKind,
}

#[derive(Debug)]
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

#[derive(Debug)]
pub struct RetSlot {
    pub span: Span,
    pub name: Option<Ident>,
    pub ty: Expr,
    pub default: Option<Expr>,
}

// ---------------------------------------------------------------------------------------------------- types

#[derive(Debug)]
pub struct StructDecl {
    pub span: Span,
    /// Absent for inline (anonymous) types.
    pub name: Option<Ident>,
    pub params: Vec<Param>,
    pub members: Vec<Member>,
}

/// A member of a struct, union or impl body.
#[derive(Debug)]
pub struct Member {
    pub span: Span,
    pub kind: MemberKind,
}

#[derive(Debug)]
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
    Assert(AssertDirective),
}

#[derive(Debug)]
pub struct FieldDecl {
    pub names: Vec<Ident>,
    pub ty: Expr,
    /// `Undef` for `= ---`.
    pub default: Option<Expr>,
    pub attrs: Attrs,
}

#[derive(Debug)]
pub struct UnionDecl {
    pub span: Span,
    pub name: Option<Ident>,
    /// `Field`, `Anon` and the metaprogramming forms.
    pub members: Vec<Member>,
}

#[derive(Debug)]
pub struct EnumDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub flags: bool,
    /// A path or a struct type.
    pub backing: Option<Expr>,
    pub variants: Vec<EnumMember>,
}

#[derive(Debug)]
pub enum EnumMember {
    Variant(Variant),
    Inline(Inline<EnumMember>),
    Insert(Expr),
    Assert(AssertDirective),
}

#[derive(Debug)]
pub struct Variant {
    pub span: Span,
    pub name: Ident,
    /// `name :: value`
    pub value: Option<Expr>,
    /// `name: payload`
    pub payload: Option<Expr>,
    pub attrs: Attrs,
}

#[derive(Debug)]
pub struct ErrorSetDecl {
    pub span: Span,
    pub name: Option<Ident>,
    pub tags: Vec<Ident>,
}

#[derive(Debug)]
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
}

/// `impl P(A) for T { .. }`
#[derive(Debug)]
pub struct ImplDecl {
    pub span: Span,
    pub protocol: Expr,
    pub args: Vec<Expr>,
    pub target: Expr,
    /// `Decl` of functions, and the metaprogramming forms.
    pub members: Vec<Member>,
}

// -------------------------------------------------------------------------------------------------- statements

#[derive(Debug)]
pub struct Block {
    pub span: Span,
    pub stmts: Vec<Stmt>,
    /// The last statement, if it is an expression without `;`. In a match arm without braces also with `;`, where
    /// the `;` only separates arms.
    pub tail: Option<Box<Expr>>,
}

#[derive(Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Debug)]
pub enum StmtKind {
    /// Constant, variable, nested function or local type.
    Decl(Decl),
    /// `a, _, c := e;`
    Destructure {
        names: Vec<Ident>,
        value: Expr,
    },
    /// `_ = e;`, `_ := e;`
    Discard(Expr),
    /// `place op= e;`
    Assign {
        target: Expr,
        op: AssignOp,
        op_span: Span,
        value: Expr,
    },
    /// `a, _, c = x, y, z;` A `_` target is the identifier `_`.
    MultiAssign {
        targets: Vec<Expr>,
        values: Vec<Expr>,
    },
    Return(Vec<ReturnValue>),
    Raise(Expr),
    Break,
    Continue,
    /// `defer { .. }`, `defer e;` (an expression of kind `Block` for the former)
    Defer(Expr),
    /// `onfail { .. }`, `onfail (e) { .. }`, `onfail e;`
    OnFail {
        tag: Option<Ident>,
        body: Expr,
    },
    Push {
        value: Expr,
        body: Block,
    },
    While {
        cond: Cond,
        body: Block,
    },
    For(Box<ForStmt>),
    /// `#insert e;`
    Insert(Expr),
    /// `#error("..");`
    Error(ErrorDirective),
    Assert(AssertDirective),
    /// Any expression as a statement: calls, `if`, match, blocks, `#run e`.
    Expr {
        expr: Expr,
        /// Whether a `;` follows.
        semi: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssignOp {
    Set,
    /// `+= -= *= /= %= &= |= ^= <<= >>=`
    Op(BinOp),
}

#[derive(Debug)]
pub struct ReturnValue {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Debug)]
pub struct ForStmt {
    pub span: Span,
    pub inline: bool,
    pub iters: Vec<ForIter>,
    /// None, or one per iterable.
    pub captures: Vec<Capture>,
    pub body: ForBody,
}

#[derive(Debug)]
pub enum ForBody {
    Block(Block),
    /// `=> stmt`
    Stmt(Box<Stmt>),
}

#[derive(Debug)]
pub struct ForIter {
    pub span: Span,
    pub kind: ForIterKind,
}

#[derive(Debug)]
pub enum ForIterKind {
    Each(Expr),
    Range {
        lo: Expr,
        op: RangeOp,
        hi: Option<Expr>,
    },
}

/// `..` and its markers: `=` includes, `<` excludes; the start is included and the end excluded by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RangeOp {
    pub span: Span,
    pub lo_exclusive: bool,
    pub hi_inclusive: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Capture {
    pub name: Ident,
    /// `(*x)`
    pub by_ref: bool,
}

// ------------------------------------------------------------------------------------------------ control flow

#[derive(Debug)]
pub struct IfExpr {
    pub span: Span,
    pub inline: bool,
    pub cond: Cond,
    pub form: IfForm,
    pub then: Branch,
    pub else_: Option<Branch>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfForm {
    /// `if c { .. }`
    Block,
    /// `if c then e`
    Then,
}

#[derive(Debug)]
pub enum Cond {
    Expr(Box<Expr>),
    /// `if v := o`
    Bind {
        name: Ident,
        value: Box<Expr>,
    },
}

#[derive(Debug)]
pub enum Branch {
    Block(Block),
    /// A value; `else if` and `else if x == {}` are expressions of kind `If` and `Match`.
    Expr(Box<Expr>),
    /// `break`, `continue` or `return` without a block.
    Jump(Box<Stmt>),
}

/// `if x == { case .. }`
#[derive(Debug)]
pub struct MatchExpr {
    pub span: Span,
    pub inline: bool,
    pub subject: Expr,
    pub arms: Vec<MatchArm>,
    pub else_: Option<ArmBody>,
}

#[derive(Debug)]
pub struct MatchArm {
    pub span: Span,
    pub pattern: Pattern,
    pub capture: Option<Ident>,
    pub body: ArmBody,
}

#[derive(Debug)]
pub enum ArmBody {
    /// `break;` and nothing else: the empty arm.
    Break(Span),
    /// `=> e;`
    Arrow(Branch),
    /// Statements up to the next arm.
    Stmts(Block),
}

#[derive(Debug)]
pub struct Pattern {
    pub span: Span,
    pub kind: PatternKind,
}

#[derive(Debug)]
pub enum PatternKind {
    /// `.name`
    Variant(Ident),
    /// A literal, constant expression, type or category. The categories that are keywords (`struct`, `enum`,
    /// `union`, `error`) are plain identifiers of that name.
    Expr(Expr),
}

// ------------------------------------------------------------------------------------------------ expressions

#[derive(Debug)]
pub struct Expr {
    pub id: ExprId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub enum ExprKind {
    /// Where an expression is missing; an error has been reported.
    Error,

    // Literals
    Int {
        value: u64,
        /// Written `'c'`.
        is_char: bool,
    },
    Float {
        value: f64,
        /// As written.
        text: Symbol,
    },
    Str(Arc<str>),
    Bool(bool),
    Null,
    /// `---`
    Undef,

    // Names
    /// Also `Type`, `Self`, `f32`, `f64` and the other builtin type names (raw if written with a backtick).
    Ident(Ident),
    /// `$T`, `$T/P/Q`, `$a`
    Dollar {
        name: Ident,
        constraints: Vec<Expr>,
    },
    /// `.name`; `.name(p)` is a `Call` and `.name.{..}` an `Aggregate` on it.
    EnumLit(Ident),
    /// `error.X`
    ErrorTag(Ident),

    // Postfix forms
    /// `e.name`
    Field {
        base: Box<Expr>,
        name: Ident,
    },
    /// `e.0`
    TupleIndex {
        base: Box<Expr>,
        index: u64,
        index_span: Span,
    },
    /// `e?.name`
    OptField {
        base: Box<Expr>,
        name: Ident,
    },
    /// `e?.0`
    OptTupleIndex {
        base: Box<Expr>,
        index: u64,
        index_span: Span,
    },
    /// `e.*`
    Deref(Box<Expr>),
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    /// `e[lo..hi]`
    Slice {
        base: Box<Expr>,
        lo: Option<Box<Expr>>,
        op: RangeOp,
        hi: Option<Box<Expr>>,
    },
    Call(Box<CallExpr>),
    /// `e.(T)`, `e.(T, alloc)`
    Cast {
        base: Box<Expr>,
        ty: Box<Expr>,
        alloc: Option<Box<Expr>>,
    },
    /// `e?.(T)`
    OptCast {
        base: Box<Expr>,
        ty: Box<Expr>,
    },
    /// `e!`
    Unwrap(Box<Expr>),
    /// `.{..}`, `T.{..}`, `.[..]`, `T.[..]`
    Aggregate(Box<Aggregate>),
    Catch(Box<CatchExpr>),

    // Operators
    Unary {
        op: UnOp,
        expr: Box<Expr>,
    },
    /// Prefix `*`: address of a place, or pointer type.
    Star(Box<Expr>),
    Xx(Box<Expr>),
    Try(Box<Expr>),
    Binary {
        op: BinOp,
        op_span: Span,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    /// Two or more comparisons in a row: `a < b <= c`.
    Chain {
        first: Box<Expr>,
        rest: Vec<ChainLink>,
    },
    /// Kept because `.{ (x) }` differs from `.{ x }`.
    Paren(Box<Expr>),
    /// `..e` in arguments, elements and type lists.
    Spread(Box<Expr>),

    // Control flow with a value
    If(Box<IfExpr>),
    Match(Box<MatchExpr>),
    Block(Box<Block>),
    Lambda(Arc<FnDecl>),
    Asm(Arc<AsmExpr>),

    // Directives
    /// `#run e`
    Run(Box<Expr>),
    /// `#insert e` as an expression
    Insert(Box<Expr>),
    CallerLocation,
    /// `#arg_text(param)`
    ArgText(Ident),
    /// `#code { .. }`, `#code(e)`
    Code(Arc<CodeQuote>),
    /// `#(e)` inside `#code`
    Splice(Box<Expr>),

    // Type forms
    /// `?T`
    Optional(Box<Expr>),
    /// `[*]T`
    ManyPointer(Box<Expr>),
    /// `[]T`
    SliceType(Box<Expr>),
    /// `[:0]u8`
    SentinelSlice(Box<Expr>),
    /// `[n]T`
    ArrayType {
        len: Box<Expr>,
        elem: Box<Expr>,
    },
    /// `(A, b: B) -> R abi(.c)`
    FnType(Box<FnType>),
    /// `Closure(A, ..Ts) -> R`
    ClosureType(Box<ClosureType>),
    /// `Tuple(A, x: B, ..Ts)`
    TupleType(Vec<TupleElem>),
    /// `!`, `!Set`
    ErrorSetType(Option<Box<Expr>>),
    Struct(Arc<StructDecl>),
    Union(Arc<UnionDecl>),
    Enum(Arc<EnumDecl>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnOp {
    Neg,
    Not,
    BitNot,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    BitAnd,
    BitXor,
    BitOr,
    And,
    Or,
    /// `??`
    Coalesce,
}

impl BinOp {
    pub fn as_str(self) -> &'static str {
        match self {
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::Rem => "%",
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Shl => "<<",
            BinOp::Shr => ">>",
            BinOp::Eq => "==",
            BinOp::Ne => "!=",
            BinOp::Lt => "<",
            BinOp::Le => "<=",
            BinOp::Gt => ">",
            BinOp::Ge => ">=",
            BinOp::In => "in",
            BinOp::BitAnd => "&",
            BinOp::BitXor => "^",
            BinOp::BitOr => "|",
            BinOp::And => "and",
            BinOp::Or => "or",
            BinOp::Coalesce => "??",
        }
    }

    /// `== != < <= > >=`, which chain.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge
        )
    }
}

impl UnOp {
    pub fn as_str(self) -> &'static str {
        match self {
            UnOp::Neg => "-",
            UnOp::Not => "!",
            UnOp::BitNot => "~",
        }
    }
}

#[derive(Debug)]
pub struct ChainLink {
    /// One of the comparisons.
    pub op: BinOp,
    pub op_span: Span,
    pub rhs: Expr,
}

#[derive(Debug)]
pub struct CallExpr {
    pub callee: Expr,
    pub args: Vec<Arg>,
    /// `f(a) { .. }`: a lambda without parameters.
    pub trailing: Option<Arc<FnDecl>>,
    /// Written `a |> f(..)`; the piped value is the first argument.
    pub piped: bool,
}

/// An argument. A spread has an `ExprKind::Spread` as its value.
#[derive(Debug)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Debug)]
pub struct Aggregate {
    /// `T` of `T.{..}`.
    pub ty: Option<Expr>,
    pub brackets: Brackets,
    /// Like arguments: `v`, `f = v`, `..v`. Whether bare names are field names is for later stages.
    pub elems: Vec<Arg>,
    /// `T.{..} { stmts }`
    pub init: Option<Block>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Brackets {
    /// `.{ }`
    Brace,
    /// `.[ ]`
    Square,
}

#[derive(Debug)]
pub struct CatchExpr {
    pub operand: Expr,
    /// Where `catch` stands.
    pub catch_span: Span,
    pub tag: Option<Ident>,
    pub handler: CatchHandler,
}

#[derive(Debug)]
pub enum CatchHandler {
    Block(Block),
    Expr(Expr),
    /// `catch (e) == { case .. }`: a match on the tag.
    Match(MatchExpr),
}

#[derive(Debug)]
pub enum CodeQuote {
    Block(Block),
    Expr(Expr),
}

#[derive(Debug)]
pub struct FnType {
    pub params: Vec<FnTypeParam>,
    pub ret: RetType,
    pub abi: Option<Abi>,
}

#[derive(Debug)]
pub struct FnTypeParam {
    pub name: Option<Ident>,
    /// A `Spread` for `..T`.
    pub ty: Expr,
}

#[derive(Debug)]
pub struct ClosureType {
    /// A `Spread` for `..T`.
    pub params: Vec<Expr>,
    pub ret: Option<RetType>,
}

#[derive(Debug)]
pub struct TupleElem {
    pub name: Option<Ident>,
    /// A `Spread` for `..T`.
    pub ty: Expr,
}

// ---------------------------------------------------------------------------------------------------- assembly

#[derive(Debug)]
pub struct AsmExpr {
    pub span: Span,
    pub volatile: bool,
    /// Taken raw, without escapes. `None` if it isn't a string literal.
    pub template: Option<StrLit>,
    pub template_span: Span,
    pub operands: Vec<AsmOperand>,
    /// Names in `clobbers(.cc, .memory, .rax)`.
    pub clobbers: Vec<Ident>,
}

#[derive(Debug)]
pub struct AsmOperand {
    pub span: Span,
    /// `[name]`
    pub name: Option<Ident>,
    /// `"=r"`, `"={rax}"`, `"+r"`, `"s"` ..
    pub constraint: StrLit,
    pub role: AsmRole,
}

#[derive(Debug)]
pub enum AsmRole {
    /// `-> T`
    Value(Expr),
    /// `-> *place`: the place, without the star.
    Place(Expr),
    /// `= e`
    Input(Expr),
}
