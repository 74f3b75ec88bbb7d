//! Values and places while code is being lowered.
//!
//! A value whose type flattens into a few scalars (see [`Sema::flatten`]) is held as those scalars; any other value
//! lives in memory. Reading memory and anything that may trap is done at once, into a temporary, so that a [`Piece`]
//! still pending can be evaluated later without changing the order of effects.

use smallvec::SmallVec;
use std::rc::Rc;
use sx_ir::{ConstImage, ExprId, FuncId, GlobalId, LocalId, SlotId, Ty, TypeId, TypeKind};

use crate::sema::Sema;

/// A scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Piece {
    Const(Ty, u64),
    /// Never assigned again.
    Local(Ty, LocalId),
    /// Pure, cannot trap, reads no memory; good for one use.
    Tree(Ty, ExprId),
    SlotAddr(SlotId, u64),
    GlobalAddr(GlobalId, u64),
    FuncAddr(FuncId),
}

impl Piece {
    pub fn ty(self) -> Ty {
        match self {
            Piece::Const(ty, _) | Piece::Local(ty, _) | Piece::Tree(ty, _) => ty,
            Piece::SlotAddr(..) | Piece::GlobalAddr(..) | Piece::FuncAddr(_) => Ty::Ptr,
        }
    }

    pub fn as_const(self) -> Option<u64> {
        match self {
            Piece::Const(_, bits) => Some(bits),
            Piece::Local(..)
            | Piece::Tree(..)
            | Piece::SlotAddr(..)
            | Piece::GlobalAddr(..)
            | Piece::FuncAddr(_) => None,
        }
    }
}

pub type Pieces = SmallVec<[Piece; 2]>;

/// An address that can be evaluated any number of times.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Addr {
    Slot(SlotId, u64),
    Global(GlobalId, u64),
    /// Pointer in a local that is never assigned again, plus an offset.
    Ptr(LocalId, u64),
}

impl Addr {
    pub fn plus(self, offset: u64) -> Addr {
        match self {
            Addr::Slot(s, o) => Addr::Slot(s, o + offset),
            Addr::Global(g, o) => Addr::Global(g, o + offset),
            Addr::Ptr(p, o) => Addr::Ptr(p, o + offset),
        }
    }
}

/// Why a place may not be written or have its address taken.
#[derive(Clone, PartialEq, Debug)]
pub enum Access {
    Mutable,
    /// Rooted at this `::` constant of a module.
    Constant(sx_ir::Symbol),
    LocalConstant(sx_ir::Symbol),
    /// By-value capture of a loop, match, catch or inline for: what it is, for the message.
    Capture(sx_ir::Symbol, CaptureKind),
    /// The by-reference capture itself (`x = v`; `x.* = v` is fine).
    RefCapture(sx_ir::Symbol),
    /// Rooted at `context`.
    Context,
    /// A temporary: may be written by nobody, but methods may take its address.
    Temporary,
}

impl Access {
    /// The variable's name has turned out to be `to`.
    pub fn rename(&mut self, to: sx_ir::Symbol) {
        match self {
            Access::Constant(name)
            | Access::LocalConstant(name)
            | Access::Capture(name, _)
            | Access::RefCapture(name) => *name = to,
            Access::Mutable | Access::Context | Access::Temporary => {}
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CaptureKind {
    Element,
    Cursor,
    Payload,
    ErrorTag,
    InlineElement,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    pub addr: Addr,
    pub ty: TypeId,
    pub access: Access,
}

#[derive(PartialEq, Debug)]
pub enum ValKind {
    /// The scalars of the flattened type, in order; none for zero-sized types.
    Regs(Pieces),
    /// In memory; an rvalue: nobody else writes this memory while the value is used.
    Mem(Addr),
    /// An lvalue, not loaded yet.
    Place(Place),
}

impl Clone for ValKind {
    fn clone(&self) -> ValKind {
        match self {
            // What is derived would copy them one by one.
            ValKind::Regs(pieces) => ValKind::Regs(Pieces::from_slice(pieces)),
            ValKind::Mem(addr) => ValKind::Mem(*addr),
            ValKind::Place(place) => ValKind::Place(place.clone()),
        }
    }
}

/// A value with its sx type.
#[derive(Clone, PartialEq, Debug)]
pub struct Val {
    pub ty: TypeId,
    pub kind: ValKind,
    /// The value of an integer or float literal (possibly negated or parenthesised), not yet bound to a type.
    pub literal: bool,
}

impl Val {
    pub fn regs(ty: TypeId, pieces: Pieces) -> Val {
        Val {
            ty,
            kind: ValKind::Regs(pieces),
            literal: false,
        }
    }

    pub fn scalar(ty: TypeId, piece: Piece) -> Val {
        Val::regs(ty, smallvec::smallvec![piece])
    }

    pub fn void() -> Val {
        Val::regs(TypeId::VOID, Pieces::new())
    }

    pub fn noreturn() -> Val {
        Val::regs(TypeId::NORETURN, Pieces::new())
    }

    /// Whether what would make it leaves or never ends: there is no value, and none is missing.
    pub fn never_ends(&self) -> bool {
        self.ty == TypeId::NORETURN
    }

    pub fn poison() -> Val {
        Val::regs(TypeId::POISON, Pieces::new())
    }

    pub fn place(place: Place) -> Val {
        Val {
            ty: place.ty,
            kind: ValKind::Place(place),
            literal: false,
        }
    }

    pub fn mem(ty: TypeId, addr: Addr) -> Val {
        Val {
            ty,
            kind: ValKind::Mem(addr),
            literal: false,
        }
    }

    pub fn int(ty: TypeId, scalar: Ty, bits: u64) -> Val {
        let bits = sx_ir::semantics::zext_from(bits, scalar.int_bits().unwrap_or(64));
        Val::scalar(ty, Piece::Const(scalar, bits))
    }

    pub fn bool(value: bool) -> Val {
        Val::int(TypeId::BOOL, Ty::I8, u64::from(value))
    }

    pub fn type_value(ty: TypeId) -> Val {
        Val::int(TypeId::TYPE, Ty::I64, u64::from(ty.0))
    }

    pub fn is_poison(&self) -> bool {
        self.ty == TypeId::POISON
    }

    /// The single constant scalar this value is, if it is.
    pub fn const_bits(&self) -> Option<u64> {
        match &self.kind {
            ValKind::Regs(pieces) if pieces.len() == 1 => pieces[0].as_const(),
            _ => None,
        }
    }

    /// The type a constant `Type` value names.
    pub fn as_type(&self) -> Option<TypeId> {
        if self.ty == TypeId::TYPE {
            self.const_bits().map(|bits| TypeId(bits as u32))
        } else {
            None
        }
    }
}

/// A value known while compiling, as bytes in target layout. Equal values of one type are equal here: strings and
/// other constant data are pooled by content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CtVal {
    pub ty: TypeId,
    pub image: Rc<ConstImage>,
    /// An untyped literal (or a constant made of one) still adapts to its use.
    pub literal: bool,
}

impl std::hash::Hash for CtVal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.ty.hash(state);
        self.image.bytes.hash(state);
        for reloc in &self.image.relocs {
            reloc.hash(state);
        }
    }
}

/// One scalar of a flattened type: its machine type and where it stands in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlatPart {
    pub ty: Ty,
    pub offset: u64,
}

/// Types of at most this many scalars are held and passed as scalars.
pub const MAX_PARTS: usize = 4;

pub type FlatParts = SmallVec<[FlatPart; 4]>;

impl Sema<'_> {
    /// The scalars a value of this type consists of, if they are few and always all valid. Arrays, vectors, unions
    /// and tagged enums stay in memory.
    pub fn flatten(&self, ty: TypeId) -> Option<FlatParts> {
        let mut parts = FlatParts::new();
        if self.flatten_into(ty, 0, &mut parts, 0) {
            Some(parts)
        } else {
            None
        }
    }

    fn flatten_into(&self, ty: TypeId, base: u64, parts: &mut FlatParts, depth: u32) -> bool {
        if depth > 8 {
            return false;
        }
        let types = &self.m.types;
        if let Some(scalar) = types.scalar(ty) {
            parts.push(FlatPart {
                ty: scalar,
                offset: base,
            });
            return parts.len() <= MAX_PARTS;
        }
        let mut push = |list: &[(Ty, u64)]| {
            parts.extend(list.iter().map(|(ty, offset)| FlatPart {
                ty: *ty,
                offset: base + offset,
            }));
            parts.len() <= MAX_PARTS
        };
        match types.kind(ty) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => true,
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_) | TypeKind::Any => {
                push(&[(Ty::Ptr, 0), (Ty::I64, 8)])
            }
            TypeKind::Closure(_) => push(&[(Ty::Ptr, 0), (Ty::Ptr, 8)]),
            TypeKind::Optional(payload) => {
                let payload = *payload;
                if types.null_is_absent(payload) {
                    return self.flatten_into(payload, base, parts, depth + 1);
                }
                let flag = types.size_of(payload);
                if !self.flatten_into(payload, base, parts, depth + 1) {
                    return false;
                }
                parts.push(FlatPart {
                    ty: Ty::I8,
                    offset: base + flag,
                });
                parts.len() <= MAX_PARTS
            }
            TypeKind::Protocol(_) => {
                let Some(def) = types.protocol_def(ty) else {
                    return false;
                };
                if def.inline {
                    let mut list = vec![(Ty::Ptr, 0), (Ty::I64, 8)];
                    list.extend((0..def.slots.len()).map(|i| (Ty::Ptr, 16 + 8 * i as u64)));
                    push(&list)
                } else {
                    push(&[(Ty::Ptr, 0), (Ty::I64, 8), (Ty::Ptr, 16)])
                }
            }
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let layout = types.layout(ty);
                let members = types.member_types(ty);
                members.iter().zip(&layout.offsets).all(|(member, offset)| {
                    self.flatten_into(*member, base + offset, parts, depth + 1)
                })
            }
            TypeKind::Array(_, 0) => true,
            TypeKind::Array(..) | TypeKind::Vector(..) | TypeKind::Union(_) | TypeKind::Enum(_) => {
                false
            }
            TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::CString
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::Function(_)
            | TypeKind::ErrorSet(_) => false,
        }
    }
}
