//! Statements and control flow.

use super::*;

// -------------------------------------------------------------------------------------------------- statements

#[derive(Clone, Debug)]
pub struct Block {
    pub span: Span,
    pub stmts: Vec<Stmt>,
    /// The last statement, if it is an expression without `;`. In a match arm without braces also with `;`, where
    /// the `;` only separates arms.
    pub tail: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
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
    Assert(Box<AssertDirective>),
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

#[derive(Clone, Debug)]
pub struct ReturnValue {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct ForStmt {
    pub span: Span,
    pub inline: bool,
    pub iters: Vec<ForIter>,
    /// None, or one per iterable.
    pub captures: Vec<Capture>,
    pub body: ForBody,
}

#[derive(Clone, Debug)]
pub enum ForBody {
    Block(Block),
    /// `=> stmt`
    Stmt(Box<Stmt>),
}

#[derive(Clone, Debug)]
pub struct ForIter {
    pub span: Span,
    pub kind: ForIterKind,
}

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
pub enum Cond {
    Expr(Box<Expr>),
    /// `if v := o`
    Bind {
        name: Ident,
        value: Box<Expr>,
    },
}

#[derive(Clone, Debug)]
pub enum Branch {
    Block(Block),
    /// A value; `else if` and `else if x == {}` are expressions of kind `If` and `Match`.
    Expr(Box<Expr>),
    /// `break`, `continue` or `return` without a block.
    Jump(Box<Stmt>),
}

/// `if x == { case .. }`
#[derive(Clone, Debug)]
pub struct MatchExpr {
    pub span: Span,
    pub inline: bool,
    pub subject: Expr,
    pub arms: Vec<MatchArm>,
    pub else_: Option<ArmBody>,
}

#[derive(Clone, Debug)]
pub struct MatchArm {
    pub span: Span,
    pub pattern: Pattern,
    pub capture: Option<Ident>,
    pub body: ArmBody,
}

#[derive(Clone, Debug)]
pub enum ArmBody {
    /// `break;` and nothing else: the empty arm.
    Break(Span),
    /// `=> e;`
    Arrow(Branch),
    /// Statements up to the next arm.
    Stmts(Block),
}

#[derive(Clone, Debug)]
pub struct Pattern {
    pub span: Span,
    pub kind: PatternKind,
}

#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `.name`
    Variant(Ident),
    /// A literal, constant expression, type or category. The categories that are keywords (`struct`, `enum`,
    /// `union`, `error`) are plain identifiers of that name.
    Expr(Expr),
}
