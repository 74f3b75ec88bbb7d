//! The part of sx that programs are generated from. Every expression knows its type.

/// `iN`, `uN`, `isize`, `usize`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IntTy {
    pub signed: bool,
    pub bits: u32,
    /// `isize` or `usize`.
    pub word: bool,
}

pub const I64: IntTy = IntTy {
    signed: true,
    bits: 64,
    word: false,
};
pub const U64: IntTy = IntTy {
    signed: false,
    bits: 64,
    word: false,
};

impl IntTy {
    pub fn min(self) -> i128 {
        if self.signed {
            -(1i128 << (self.bits - 1))
        } else {
            0
        }
    }

    pub fn max(self) -> i128 {
        if self.signed {
            (1i128 << (self.bits - 1)) - 1
        } else {
            (1i128 << self.bits) - 1
        }
    }

    /// Keeps the low bits.
    pub fn wrap(self, value: i128) -> i128 {
        let low = value & ((1i128 << self.bits) - 1);
        if self.signed && low >> (self.bits - 1) != 0 {
            low - (1i128 << self.bits)
        } else {
            low
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ty {
    Int(IntTy),
    F32,
    F64,
    Bool,
    Str,
    Struct(usize),
    /// Without payloads.
    Enum(usize),
    Tagged(usize),
    Array(Box<Ty>, usize),
    Slice(Box<Ty>),
    Opt(Box<Ty>),
    Tuple(Vec<Ty>),
    Ptr(Box<Ty>),
    Closure(Vec<Ty>, Box<Ty>),
    Func(Vec<Ty>, Box<Ty>),
}

impl Ty {
    pub fn is_int(&self) -> bool {
        matches!(self, Ty::Int(_))
    }

    pub fn is_float(&self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }

    pub fn is_number(&self) -> bool {
        self.is_int() || self.is_float()
    }

    pub fn is_scalar(&self) -> bool {
        self.is_number() || *self == Ty::Bool
    }
}

pub type VarId = usize;

#[derive(Clone, Debug)]
pub struct Expr {
    pub ty: Ty,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Un {
    Neg,
    BitNot,
    Not,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// The text is just the digits if `bare`; its place gives it the type then.
    Int {
        value: i128,
        bare: bool,
    },
    Float(f64),
    Bool(bool),
    Str(String),
    Var(VarId),
    /// An optional that reads as its payload.
    Narrowed(VarId),
    /// `v != null`, which narrows it.
    NotNull(VarId),
    Global(usize),
    /// The digest so far.
    Digest,
    Un(Un, Box<Expr>),
    Bin(Op, Box<Expr>, Box<Expr>),
    /// `a < b <= c`.
    Chain(Vec<Expr>, Vec<Cmp>),
    Logic {
        and: bool,
        sides: Box<(Expr, Expr)>,
    },
    /// `e.(T)`.
    Cast(Box<Expr>),
    /// The place that `e` stands in converts it.
    Implicit(Box<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    Struct {
        fields: Vec<(usize, Expr)>,
        named: bool,
    },
    Field(Box<Expr>, usize),
    Array(Vec<Expr>),
    Index(Box<Expr>, Box<Expr>),
    Tuple(Vec<Expr>),
    Element(Box<Expr>, usize),
    Null,
    Unwrap(Box<Expr>),
    /// `o ?? d`.
    Default(Box<Expr>, Box<Expr>),
    Present(Box<Expr>),
    /// `E.v`, or `.v` if its place says what it is.
    Variant {
        index: usize,
        short: bool,
        payload: Option<Box<Expr>>,
    },
    Payload(Box<Expr>, usize),
    Call(usize, Vec<Expr>),
    /// `x.m(..)`: the function is a method of the first argument's struct.
    Method(usize, Vec<Expr>),
    CallValue(Box<Expr>, Vec<Expr>),
    FuncRef(usize),
    /// `f() or d`.
    OrElse(Box<Expr>, Box<Expr>),
    /// `f() catch (e) { if e == error.Tag ... }`: a value for each tag.
    Catch(Box<Expr>, Box<Expr>, Box<Expr>),
    Try(Box<Expr>),
    Addr(Box<Expr>),
    /// Address of a temporary.
    Spill(Box<Expr>),
    Deref(Box<Expr>),
    /// `xs[lo..hi]` of something addressable.
    Slice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// An array where a slice is wanted.
    View(Box<Expr>),
    Len(Box<Expr>),
    /// Value match on an integer.
    Match(Box<Expr>, Vec<(i128, Expr)>, Box<Expr>),
    Lambda(Box<Lambda>),
}

#[derive(Clone, Debug)]
pub struct Lambda {
    pub params: Vec<(VarId, Ty)>,
    pub ret: Ty,
    pub body: Vec<Stmt>,
    pub result: Expr,
}

#[derive(Clone, Debug)]
pub enum Stmt {
    Let {
        var: VarId,
        ty: Ty,
        annotated: bool,
        /// `None`: the default value.
        init: Option<Expr>,
    },
    Assign(Expr, Expr),
    Update(Expr, Op, Expr),
    Multi(Vec<Expr>, Vec<Expr>),
    /// Mixes a value into the digest.
    Mix(Expr),
    Expr(Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    IfLet(VarId, Expr, Vec<Stmt>, Vec<Stmt>),
    /// Runs at most so many times.
    While(VarId, Expr, u32, Vec<Stmt>),
    Range {
        var: VarId,
        low: Expr,
        high: Expr,
        token: &'static str,
        body: Vec<Stmt>,
    },
    Each {
        item: VarId,
        by_ref: bool,
        index: Option<VarId>,
        over: Expr,
        body: Vec<Stmt>,
    },
    /// Arms by variant, with their capture.
    Match {
        subject: Expr,
        arms: Vec<(usize, Option<VarId>, Vec<Stmt>)>,
        other: Option<Vec<Stmt>>,
    },
    Block(Vec<Stmt>),
    Defer(Vec<Stmt>),
    OnFail(Vec<Stmt>),
    Break,
    Continue,
    Return(Expr),
    Raise(usize),
    Destructure(Vec<VarId>, Expr),
}

#[derive(Clone, Debug)]
pub struct StructDef {
    /// With a default, a literal.
    pub fields: Vec<(Ty, Option<Expr>)>,
}

#[derive(Clone, Debug)]
pub struct EnumDef {
    pub backing: Option<IntTy>,
    /// Explicit values, payloads.
    pub variants: Vec<(Option<i128>, Option<Ty>)>,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub params: Vec<(VarId, Ty)>,
    pub ret: Ty,
    /// May raise `error.T0`, `error.T1`, ...
    pub failable: bool,
    /// Member of this struct; the first parameter is `self: *S`.
    pub method_of: Option<usize>,
    pub body: Vec<Stmt>,
    pub result: Expr,
}

#[derive(Clone, Debug, Default)]
pub struct Program {
    pub structs: Vec<StructDef>,
    pub enums: Vec<EnumDef>,
    pub tagged: Vec<EnumDef>,
    pub globals: Vec<(Ty, Expr)>,
    pub functions: Vec<Function>,
    /// Those of `functions` that are called from outside, with arguments.
    pub tests: Vec<(usize, i64, i64)>,
}
