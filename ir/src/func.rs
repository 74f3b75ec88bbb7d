//! Functions: structured statements over typed locals, and trees of pure expressions.
//!
//! Invariants (the verifier checks them):
//! * Expressions have no effects besides reading memory and trapping; calls are statements. An expression is evaluated
//!   where its statement stands, operands left to right, each node once; a node belongs to one tree only.
//! * Parameters are the first locals. Locals and slots are zero when the function is entered (comptime; in native
//!   code the frontend never reads one it has not written, unless the program says `---`).
//! * Aggregates live in slots, globals or behind pointers. Small ones travel as several scalars.

use crate::op::{BinaryOp, CheckRel, ConvertOp, Order, RmwOp, Ty, UnaryOp};
use crate::symbol::Symbol;
use crate::trap::TrapKind;
use crate::types::TypeId;
use smallvec::SmallVec;

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            pub fn index(self) -> usize { self.0 as usize }
            pub fn new(index: usize) -> $name { $name(index as u32) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, concat!($prefix, "{}"), self.0) }
        }
    };
}
pub(crate) use entity;

entity!(/// A function of the module.
    FuncId "@f");
entity!(/// A scalar variable of a function; parameters first.
    LocalId "%");
entity!(/// A piece of frame memory of a function.
    SlotId "$");
entity!(/// Target of `break` / `continue`, unique in its function.
    LabelId "L");
entity!(/// A node of a function's expression arena.
    ExprId "e");
entity!(/// A source position, see [`crate::Module::locs`]; 0 is unknown.
    LocId "loc");
entity!(/// An interned signature, see [`crate::Module::sigs`].
    SigId "sig");

/// What the native calling convention does with a parameter beyond passing the scalar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ParamAttr {
    #[default]
    None,
    /// C ABI: `Ptr` to an aggregate passed by value on the stack (memory class). Bit `i` of `pointers`: its `i`th word
    /// is a pointer, which host libraries get in their own form.
    ByVal {
        size: u64,
        align: u64,
        pointers: u64,
    },
    /// C ABI: `Ptr` to the result aggregate (hidden parameter).
    SRet {
        size: u64,
        align: u64,
        pointers: u64,
    },
    /// C ABI: a narrow integer that is sign-/zero-extended to a register by the caller.
    SExt,
    ZExt,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Param {
    pub ty: Ty,
    pub attr: ParamAttr,
}

/// `Sx` functions are called only by sx code: any number of scalar results. `C` is the target's C convention, already
/// classified into scalars by the frontend (at most two results, or four floats).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallConv {
    Sx,
    C,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    pub conv: CallConv,
    pub params: Vec<Param>,
    pub results: Vec<Ty>,
    /// C ABI: how the callee extends its one result, a narrow integer.
    pub result_attr: ParamAttr,
    /// C `...` after the parameters.
    pub variadic: bool,
    pub noreturn: bool,
}

/// Where a function's code comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Linkage {
    /// Defined here, not visible outside.
    Internal,
    /// Defined here, visible to the linker under this symbol.
    Export(String),
    /// Imported from a library (`None`: the default link set) under this symbol.
    Extern {
        symbol: String,
        library: Option<String>,
    },
    /// Provided by the compiler while compiling: an entry of the host-function table, by name. Has no native code.
    Host(String),
    /// Inline assembly: a call puts the instructions at its place. Runs in native code only.
    Asm(Box<Asm>),
}

/// An assembly template with its operands, in LLVM's notation (its language reference, "Inline Assembler
/// Expressions"). The function's results are the outputs and its parameters the inputs, in the constraints' order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asm {
    pub template: String,
    pub constraints: String,
    /// For each parameter, how many bytes of memory it is the address of: an indirect (`*`) operand. 0 for a plain value.
    pub indirect: SmallVec<[u64; 4]>,
    pub volatile: bool,
}

#[derive(Clone, Debug)]
pub struct Local {
    pub ty: Ty,
    /// Source name, if it stands for a variable of the program.
    pub name: Option<Symbol>,
    /// sx type of that variable.
    pub sx_type: Option<TypeId>,
}

#[derive(Clone, Debug)]
pub struct Slot {
    pub size: u64,
    pub align: u64,
    pub name: Option<Symbol>,
    pub sx_type: Option<TypeId>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// Pattern zero-extended to 64 bits.
    Const {
        ty: Ty,
        bits: u64,
    },
    Local(LocalId),
    /// Little- or big-endian per target; any alignment is allowed.
    Load {
        ty: Ty,
        addr: ExprId,
    },
    SlotAddr(SlotId),
    GlobalAddr(crate::module::GlobalId),
    FuncAddr(FuncId),
    Unary {
        op: UnaryOp,
        ty: Ty,
        a: ExprId,
    },
    /// `ty` is the type of the first operand.
    Binary {
        op: BinaryOp,
        ty: Ty,
        a: ExprId,
        b: ExprId,
    },
    Convert {
        op: ConvertOp,
        from: Ty,
        to: Ty,
        a: ExprId,
    },
    /// The low `bits` bits of `a`, sign- or zero-extended within `ty` (odd-width integers).
    Wrap {
        ty: Ty,
        bits: u8,
        signed: bool,
        a: ExprId,
    },
    /// `a` if `cond` (i8) is not 0, else `b`; all three are evaluated.
    Select {
        ty: Ty,
        cond: ExprId,
        a: ExprId,
        b: ExprId,
    },
    /// `a`, after trapping with `kind` (operands a, b) unless `rel` holds between a and b. `ty`: integer or ptr.
    /// Code built without checks just yields `a`.
    Check {
        kind: TrapKind,
        rel: CheckRel,
        ty: Ty,
        a: ExprId,
        b: ExprId,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    Direct(FuncId),
    /// Through a function value of the given signature; null and foreign values trap.
    Indirect {
        target: ExprId,
        sig: SigId,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    pub callee: Callee,
    pub args: SmallVec<[ExprId; 4]>,
    /// One local per result of the signature, all different.
    pub results: SmallVec<[LocalId; 2]>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SwitchCase {
    pub values: SmallVec<[u64; 2]>,
    pub body: Block,
}

#[derive(Clone, PartialEq, Default, Debug)]
pub struct Block {
    pub stmts: Vec<Stmt>,
}

/// A statement with its source position.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    pub loc: LocId,
    pub kind: StmtKind,
}

#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    Set {
        local: LocalId,
        value: ExprId,
    },
    /// Address first, then value. Integers and floats in target byte order.
    Store {
        ty: Ty,
        addr: ExprId,
        value: ExprId,
    },
    /// memmove of `len` (i64) bytes; operands in order dst, src, len. A zero length touches nothing.
    Copy {
        dst: ExprId,
        src: ExprId,
        len: ExprId,
    },
    /// memset: `byte` is i8, `len` i64.
    Fill {
        dst: ExprId,
        byte: ExprId,
        len: ExprId,
    },
    /// Evaluated for its traps.
    Eval(ExprId),
    Call(Call),
    /// `cond` is i8; any value but 0 takes `then`.
    If {
        cond: ExprId,
        then: Block,
        els: Block,
    },
    /// `Break(label)` leaves it; its end leaves it too.
    Block {
        label: LabelId,
        body: Block,
    },
    /// Repeats until left by `Break(label)`; `Continue(label)` or the body's end starts the next iteration.
    Loop {
        label: LabelId,
        body: Block,
    },
    Switch {
        ty: Ty,
        value: ExprId,
        cases: Vec<SwitchCase>,
        default: Block,
    },
    Break(LabelId),
    Continue(LabelId),
    Return(SmallVec<[ExprId; 2]>),
    /// Stops the program.
    Trap(TrapKind),
    AtomicLoad {
        dst: LocalId,
        ty: Ty,
        addr: ExprId,
        order: Order,
    },
    AtomicStore {
        ty: Ty,
        addr: ExprId,
        value: ExprId,
        order: Order,
    },
    /// `dst` gets the old value.
    AtomicRmw {
        dst: LocalId,
        op: RmwOp,
        ty: Ty,
        addr: ExprId,
        value: ExprId,
        order: Order,
    },
    /// `old` gets the value seen, `ok` (i8) whether `desired` was stored.
    AtomicCmpxchg {
        old: LocalId,
        ok: LocalId,
        ty: Ty,
        addr: ExprId,
        expected: ExprId,
        desired: ExprId,
        weak: bool,
        success: Order,
        failure: Order,
    },
    Fence(Order),
}

#[derive(Clone, Debug)]
pub struct Function {
    /// Name in stack traces and IR text (`S.m`, `gen__i64`, ...).
    pub name: String,
    pub linkage: Linkage,
    pub sig: SigId,
    pub locals: Vec<Local>,
    pub slots: Vec<Slot>,
    pub exprs: Vec<Expr>,
    /// Position of each expression, parallel to `exprs`.
    pub expr_locs: Vec<LocId>,
    pub labels: u32,
    /// `None` for functions defined elsewhere, and while a body is still being made.
    pub body: Option<Block>,
    pub loc: LocId,
    /// `abi(.naked)`: the body's assembly is all the code there is, with neither prologue nor return.
    pub naked: bool,
    /// Imported, with a `const char *` as result: engines copy the text that it points to.
    pub text_result: bool,
}

impl Function {
    pub fn new(
        name: String,
        linkage: Linkage,
        sig: SigId,
        params: &[Param],
        loc: LocId,
    ) -> Function {
        Function {
            name,
            linkage,
            sig,
            locals: params
                .iter()
                .map(|p| Local {
                    ty: p.ty,
                    name: None,
                    sx_type: None,
                })
                .collect(),
            slots: Vec::new(),
            exprs: Vec::new(),
            expr_locs: Vec::new(),
            labels: 0,
            body: None,
            loc,
            naked: false,
            text_result: false,
        }
    }

    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    pub fn add_expr(&mut self, expr: Expr, loc: LocId) -> ExprId {
        let id = ExprId::new(self.exprs.len());
        self.exprs.push(expr);
        self.expr_locs.push(loc);
        id
    }

    pub fn add_local(&mut self, ty: Ty) -> LocalId {
        let id = LocalId::new(self.locals.len());
        self.locals.push(Local {
            ty,
            name: None,
            sx_type: None,
        });
        id
    }

    pub fn add_slot(&mut self, size: u64, align: u64) -> SlotId {
        let id = SlotId::new(self.slots.len());
        self.slots.push(Slot {
            size,
            align: align.max(1),
            name: None,
            sx_type: None,
        });
        id
    }

    pub fn add_label(&mut self) -> LabelId {
        self.labels += 1;
        LabelId(self.labels - 1)
    }

    /// Type of the value an expression yields.
    pub fn expr_ty(&self, id: ExprId) -> Ty {
        match *self.expr(id) {
            Expr::Const { ty, .. }
            | Expr::Load { ty, .. }
            | Expr::Unary { ty, .. }
            | Expr::Wrap { ty, .. }
            | Expr::Select { ty, .. }
            | Expr::Check { ty, .. } => ty,
            Expr::Local(local) => self.locals[local.index()].ty,
            Expr::SlotAddr(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_) => Ty::Ptr,
            Expr::Binary { op, ty, .. } => op.result(ty),
            Expr::Convert { to, .. } => to,
        }
    }

    /// Frame memory of the function: offset of each slot and the total, 16-aligned. One definition for all engines,
    /// so that addresses of locals agree.
    pub fn frame_layout(&self) -> FrameLayout {
        let mut offset = 0u64;
        let mut offsets = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            let align = slot.align.clamp(1, 16);
            offset = offset.next_multiple_of(align);
            offsets.push(offset);
            offset += slot.size;
        }
        // The address one past a slot is no other function's.
        let end = if offset == 0 { 0 } else { offset + 1 };
        FrameLayout {
            offsets,
            size: end.next_multiple_of(16),
        }
    }
}

/// Offsets of a function's slots from its frame base, and the frame's size (a multiple of 16).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameLayout {
    pub offsets: Vec<u64>,
    pub size: u64,
}
