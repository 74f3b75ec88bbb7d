//! Expressions, types among them, and inline assembly.

use std::sync::Arc;

use thin_vec::ThinVec;

use super::*;

#[derive(Clone, Debug)]
pub struct Expr {
    pub id: ExprId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
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
        constraints: ThinVec<Expr>,
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
    Slice(Box<SliceExpr>),
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
        rest: ThinVec<ChainLink>,
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
    /// `#(e)` inside `#code`, which lists it, too
    Splice(Arc<Expr>),

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

#[derive(Clone, Debug)]
pub struct SliceExpr {
    pub base: Expr,
    pub lo: Option<Expr>,
    pub op: RangeOp,
    pub hi: Option<Expr>,
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

#[derive(Clone, Debug)]
pub struct ChainLink {
    /// One of the comparisons.
    pub op: BinOp,
    pub op_span: Span,
    pub rhs: Expr,
}

#[derive(Clone, Debug)]
pub struct CallExpr {
    pub callee: Expr,
    pub args: Vec<Arg>,
    /// `f(a) { .. }`: a lambda without parameters.
    pub trailing: Option<Arc<FnDecl>>,
    /// Written `a |> f(..)`; the piped value is the first argument.
    pub piped: bool,
}

/// An argument. A spread has an `ExprKind::Spread` as its value.
#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
pub struct CatchExpr {
    pub operand: Expr,
    /// Where `catch` stands.
    pub catch_span: Span,
    pub tag: Option<Ident>,
    pub handler: CatchHandler,
}

#[derive(Clone, Debug)]
pub enum CatchHandler {
    Block(Block),
    Expr(Expr),
    /// `catch (e) == { case .. }`: a match on the tag.
    Match(MatchExpr),
}

#[derive(Clone, Debug)]
pub struct CodeQuote {
    /// From `#code` to the end.
    pub span: Span,
    /// Between the brackets.
    pub inner: Span,
    pub body: CodeBody,
    /// What is spliced in, except in quotes inside this one.
    pub splices: Vec<Arc<Expr>>,
    /// Parts of the `#name(parts..)`s in it, except in quotes inside this one.
    pub name_parts: Vec<Arc<Expr>>,
}

/// What the text of a quote is. Statements that declare are as good as declarations: where it is inserted among
/// those, the text is parsed again.
#[derive(Clone, Debug)]
pub enum CodeBody {
    Block(Block),
    Expr(Expr),
    /// What can't be statements: declarations of a module,
    Items(Vec<Item>),
    /// of a type,
    Members(Vec<Member>),
    /// variants.
    Variants(Vec<EnumMember>),
}

#[derive(Clone, Debug)]
pub struct FnType {
    pub params: Vec<FnTypeParam>,
    pub ret: RetType,
    pub abi: Option<Abi>,
}

#[derive(Clone, Debug)]
pub struct FnTypeParam {
    pub name: Option<Ident>,
    /// A `Spread` for `..T`.
    pub ty: Expr,
}

#[derive(Clone, Debug)]
pub struct ClosureType {
    /// A `Spread` for `..T`.
    pub params: Vec<Expr>,
    pub ret: Option<RetType>,
}

#[derive(Clone, Debug)]
pub struct TupleElem {
    pub name: Option<Ident>,
    /// A `Spread` for `..T`.
    pub ty: Expr,
}

// ---------------------------------------------------------------------------------------------------- assembly

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
pub struct AsmOperand {
    pub span: Span,
    /// `[name]`
    pub name: Option<Ident>,
    /// `"=r"`, `"={rax}"`, `"+r"`, `"s"` ..
    pub constraint: StrLit,
    pub role: AsmRole,
}

#[derive(Clone, Debug)]
pub enum AsmRole {
    /// `-> T`
    Value(Expr),
    /// `-> *place`: the place, without the star.
    Place(Expr),
    /// `= e`
    Input(Expr),
}
