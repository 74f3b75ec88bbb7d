//! The table of operations. One row of [`for_each_op!`] gives an operation its enum variant, its name in IR text, its
//! typing class and its documentation; engines match on the enums without a default arm, so a new row is a compile
//! error wherever it is missing.

/// Machine-level type of a value. Aggregates live in memory only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Ty {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    /// A target address: 4 or 8 bytes in memory.
    Ptr,
}

pub const ALL_TYS: [Ty; 7] = [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::Ptr];

impl Ty {
    pub fn name(self) -> &'static str {
        match self {
            Ty::I8 => "i8",
            Ty::I16 => "i16",
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
            Ty::Ptr => "ptr",
        }
    }

    pub fn from_name(name: &str) -> Option<Ty> {
        ALL_TYS.into_iter().find(|ty| ty.name() == name)
    }

    /// Size in bytes on a target with pointers of `pointer_size` bytes.
    pub fn size(self, pointer_size: u64) -> u64 {
        match self {
            Ty::I8 => 1,
            Ty::I16 => 2,
            Ty::I32 | Ty::F32 => 4,
            Ty::I64 | Ty::F64 => 8,
            Ty::Ptr => pointer_size,
        }
    }

    /// Width in bits of an integer type; `Ptr` and floats have none.
    pub fn int_bits(self) -> Option<u32> {
        match self {
            Ty::I8 => Some(8),
            Ty::I16 => Some(16),
            Ty::I32 => Some(32),
            Ty::I64 => Some(64),
            Ty::F32 | Ty::F64 | Ty::Ptr => None,
        }
    }

    pub fn is_int(self) -> bool {
        self.int_bits().is_some()
    }

    pub fn is_float(self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }

    /// Smallest integer type of at least `bytes` bytes.
    pub fn int_of_size(bytes: u64) -> Ty {
        match bytes {
            0 | 1 => Ty::I8,
            2 => Ty::I16,
            3 | 4 => Ty::I32,
            _ => Ty::I64,
        }
    }
}

/// Calls `$m!` with the whole table. Row: `Variant "text" Class "what it computes";`
///
/// Classes of binary operations (operand type T given with the operation):
/// `Int`: T,T → T for integers. `IntCmp`: T,T → i8 (0/1) for integers and ptr. `Shift`: as `Int`.
/// `Float`: T,T → T for floats. `FloatCmp`: T,T → i8. `Address`: ptr,i64 → ptr.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            binary {
                Add "add" Int "sum, wrapping";
                Sub "sub" Int "difference, wrapping";
                Mul "mul" Int "product, wrapping";
                DivS "div_s" Int "signed quotient toward zero; traps on 0; MIN / -1 is MIN";
                DivU "div_u" Int "unsigned quotient; traps on 0";
                RemS "rem_s" Int "signed remainder with the dividend's sign; traps on 0; MIN % -1 is 0";
                RemU "rem_u" Int "unsigned remainder; traps on 0";
                And "and" Int "bitwise and";
                Or "or" Int "bitwise or";
                Xor "xor" Int "bitwise exclusive or";
                Shl "shl" Shift "shift left; the amount (same type) is taken modulo the width";
                ShrS "shr_s" Shift "shift right copying the sign; the amount is taken modulo the width";
                ShrU "shr_u" Shift "shift right inserting zeros; the amount is taken modulo the width";
                Eq "eq" IntCmp "equal";
                Ne "ne" IntCmp "not equal";
                LtS "lt_s" IntCmp "signed less";
                LtU "lt_u" IntCmp "unsigned less";
                LeS "le_s" IntCmp "signed less or equal";
                LeU "le_u" IntCmp "unsigned less or equal";
                GtS "gt_s" IntCmp "signed greater";
                GtU "gt_u" IntCmp "unsigned greater";
                GeS "ge_s" IntCmp "signed greater or equal";
                GeU "ge_u" IntCmp "unsigned greater or equal";
                FAdd "fadd" Float "IEEE sum; a NaN result is the canonical NaN";
                FSub "fsub" Float "IEEE difference; a NaN result is the canonical NaN";
                FMul "fmul" Float "IEEE product; a NaN result is the canonical NaN";
                FDiv "fdiv" Float "IEEE quotient; a NaN result is the canonical NaN";
                FRem "frem" Float "C fmod; a NaN result is the canonical NaN";
                FEq "feq" FloatCmp "ordered equal";
                FNe "fne" FloatCmp "unordered or not equal";
                FLt "flt" FloatCmp "ordered less";
                FLe "fle" FloatCmp "ordered less or equal";
                FGt "fgt" FloatCmp "ordered greater";
                FGe "fge" FloatCmp "ordered greater or equal";
                PtrAdd "ptr_add" Address "address plus signed byte offset, wrapping";
            }
            unary {
                FNeg "fneg" Float "sign bit flipped (NaN included)";
                FSqrt "fsqrt" Float "IEEE square root; a NaN result is the canonical NaN";
                FFloor "ffloor" Float "largest integral value not above";
                FSin "fsin" Float "sine in radians";
                FCos "fcos" Float "cosine in radians";
            }
            convert {
                Trunc "trunc" "low bits of a wider integer";
                SExt "sext" "sign-extended to a wider integer";
                ZExt "zext" "zero-extended to a wider integer";
                SToF "s_to_f" "signed i64 to float, nearest";
                UToF "u_to_f" "unsigned i64 to float, nearest";
                FToS "f_to_s" "float to signed i64, toward zero, saturating; NaN is 0";
                FToU "f_to_u" "float to i64: from 2^63 up to unsigned, saturating; below as f_to_s";
                FCvt "fcvt" "between f32 and f64; NaN becomes the canonical NaN";
                BitsOf "bits_of" "float to the integer of its size, bits unchanged";
                FromBits "from_bits" "integer to the float of its size, bits unchanged";
                PToI "p_to_i" "address to i64, zero-extended";
                IToP "i_to_p" "i64 to address, keeping the low bits";
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryClass {
    Int,
    Shift,
    IntCmp,
    Float,
    FloatCmp,
    Address,
}

macro_rules! define_ops {
    (
        binary { $($b:ident $bt:literal $bc:ident $bd:literal;)* }
        unary { $($u:ident $ut:literal $uc:ident $ud:literal;)* }
        convert { $($c:ident $ct:literal $cd:literal;)* }
    ) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum BinaryOp { $(#[doc = $bd] $b,)* }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum UnaryOp { $(#[doc = $ud] $u,)* }
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum ConvertOp { $(#[doc = $cd] $c,)* }

        pub const ALL_BINARY: &[BinaryOp] = &[$(BinaryOp::$b,)*];
        pub const ALL_UNARY: &[UnaryOp] = &[$(UnaryOp::$u,)*];
        pub const ALL_CONVERT: &[ConvertOp] = &[$(ConvertOp::$c,)*];

        impl BinaryOp {
            pub fn name(self) -> &'static str { match self { $(BinaryOp::$b => $bt,)* } }
            pub fn doc(self) -> &'static str { match self { $(BinaryOp::$b => $bd,)* } }
            pub fn class(self) -> BinaryClass { match self { $(BinaryOp::$b => BinaryClass::$bc,)* } }
            pub fn from_name(name: &str) -> Option<BinaryOp> { match name { $($bt => Some(BinaryOp::$b),)* _ => None } }
        }
        impl UnaryOp {
            pub fn name(self) -> &'static str { match self { $(UnaryOp::$u => $ut,)* } }
            pub fn doc(self) -> &'static str { match self { $(UnaryOp::$u => $ud,)* } }
            pub fn from_name(name: &str) -> Option<UnaryOp> { match name { $($ut => Some(UnaryOp::$u),)* _ => None } }
        }
        impl ConvertOp {
            pub fn name(self) -> &'static str { match self { $(ConvertOp::$c => $ct,)* } }
            pub fn doc(self) -> &'static str { match self { $(ConvertOp::$c => $cd,)* } }
            pub fn from_name(name: &str) -> Option<ConvertOp> { match name { $($ct => Some(ConvertOp::$c),)* _ => None } }
        }
    };
}
for_each_op!(define_ops);

impl BinaryOp {
    /// Whether operands of type `ty` are allowed.
    pub fn accepts(self, ty: Ty) -> bool {
        match self.class() {
            BinaryClass::Int | BinaryClass::Shift => ty.is_int(),
            BinaryClass::IntCmp => ty.is_int() || ty == Ty::Ptr,
            BinaryClass::Float | BinaryClass::FloatCmp => ty.is_float(),
            BinaryClass::Address => ty == Ty::Ptr,
        }
    }

    /// Type of the second operand, given that of the first.
    pub fn second_operand(self, ty: Ty) -> Ty {
        match self.class() {
            BinaryClass::Address => Ty::I64,
            BinaryClass::Int
            | BinaryClass::Shift
            | BinaryClass::IntCmp
            | BinaryClass::Float
            | BinaryClass::FloatCmp => ty,
        }
    }

    pub fn result(self, ty: Ty) -> Ty {
        match self.class() {
            BinaryClass::Int | BinaryClass::Shift | BinaryClass::Float | BinaryClass::Address => ty,
            BinaryClass::IntCmp | BinaryClass::FloatCmp => Ty::I8,
        }
    }

    /// Divisions trap on a zero divisor; nothing else in the table traps.
    pub fn can_trap(self) -> bool {
        matches!(
            self,
            BinaryOp::DivS | BinaryOp::DivU | BinaryOp::RemS | BinaryOp::RemU
        )
    }
}

impl ConvertOp {
    /// Whether `from` → `to` is a legal instance.
    pub fn accepts(self, from: Ty, to: Ty) -> bool {
        let narrower =
            |a: Ty, b: Ty| matches!((a.int_bits(), b.int_bits()), (Some(x), Some(y)) if x < y);
        match self {
            ConvertOp::Trunc => narrower(to, from),
            ConvertOp::SExt | ConvertOp::ZExt => narrower(from, to),
            ConvertOp::SToF | ConvertOp::UToF => from == Ty::I64 && to.is_float(),
            ConvertOp::FToS | ConvertOp::FToU => from.is_float() && to == Ty::I64,
            ConvertOp::FCvt => from.is_float() && to.is_float() && from != to,
            ConvertOp::BitsOf => matches!((from, to), (Ty::F32, Ty::I32) | (Ty::F64, Ty::I64)),
            ConvertOp::FromBits => matches!((from, to), (Ty::I32, Ty::F32) | (Ty::I64, Ty::F64)),
            ConvertOp::PToI => from == Ty::Ptr && to == Ty::I64,
            ConvertOp::IToP => from == Ty::I64 && to == Ty::Ptr,
        }
    }
}

/// Relation that a [`crate::Expr::Check`] wants between its operands (unsigned, of one integer type or ptr).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CheckRel {
    /// a < b
    Below,
    /// a <= b
    AtMost,
    /// a == b
    Equal,
    /// a != b
    NotEqual,
}

pub const ALL_CHECK_RELS: [CheckRel; 4] = [
    CheckRel::Below,
    CheckRel::AtMost,
    CheckRel::Equal,
    CheckRel::NotEqual,
];

impl CheckRel {
    pub fn name(self) -> &'static str {
        match self {
            CheckRel::Below => "below",
            CheckRel::AtMost => "at_most",
            CheckRel::Equal => "equal",
            CheckRel::NotEqual => "not_equal",
        }
    }

    pub fn from_name(name: &str) -> Option<CheckRel> {
        ALL_CHECK_RELS.into_iter().find(|rel| rel.name() == name)
    }

    /// On canonical (zero-extended) patterns.
    pub fn holds(self, a: u64, b: u64) -> bool {
        match self {
            CheckRel::Below => a < b,
            CheckRel::AtMost => a <= b,
            CheckRel::Equal => a == b,
            CheckRel::NotEqual => a != b,
        }
    }
}

/// Read-modify-write operations of [`crate::Stmt::AtomicRmw`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RmwOp {
    Xchg,
    Add,
    Sub,
    And,
    Or,
    Xor,
    MinS,
    MinU,
    MaxS,
    MaxU,
}

pub const ALL_RMW: [RmwOp; 10] = [
    RmwOp::Xchg,
    RmwOp::Add,
    RmwOp::Sub,
    RmwOp::And,
    RmwOp::Or,
    RmwOp::Xor,
    RmwOp::MinS,
    RmwOp::MinU,
    RmwOp::MaxS,
    RmwOp::MaxU,
];

impl RmwOp {
    pub fn name(self) -> &'static str {
        match self {
            RmwOp::Xchg => "xchg",
            RmwOp::Add => "add",
            RmwOp::Sub => "sub",
            RmwOp::And => "and",
            RmwOp::Or => "or",
            RmwOp::Xor => "xor",
            RmwOp::MinS => "min_s",
            RmwOp::MinU => "min_u",
            RmwOp::MaxS => "max_s",
            RmwOp::MaxU => "max_u",
        }
    }

    pub fn from_name(name: &str) -> Option<RmwOp> {
        ALL_RMW.into_iter().find(|op| op.name() == name)
    }
}

/// Memory orderings, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Order {
    Relaxed,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

pub const ALL_ORDERS: [Order; 5] = [
    Order::Relaxed,
    Order::Acquire,
    Order::Release,
    Order::AcqRel,
    Order::SeqCst,
];

impl Order {
    pub fn name(self) -> &'static str {
        match self {
            Order::Relaxed => "relaxed",
            Order::Acquire => "acquire",
            Order::Release => "release",
            Order::AcqRel => "acq_rel",
            Order::SeqCst => "seq_cst",
        }
    }

    pub fn from_name(name: &str) -> Option<Order> {
        ALL_ORDERS.into_iter().find(|order| order.name() == name)
    }
}
