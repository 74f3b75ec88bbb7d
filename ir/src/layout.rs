//! What a type occupies on the target (reference part 1 §3). Host sizes never enter here.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::op::Ty;
use crate::types::{NominalDef, TypeId, TypeKind, TypeTable};

/// Size, alignment, and for struct-like types the offset of each member.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TypeLayout {
    pub size: u64,
    pub align: u64,
    pub offsets: Vec<u64>,
}

impl TypeLayout {
    fn scalar(size: u64, align: u64) -> TypeLayout {
        TypeLayout {
            size,
            align,
            offsets: Vec::new(),
        }
    }
}

/// C struct rules over (size, align) members: declared order, natural alignment, size rounded up.
pub fn struct_layout(members: impl IntoIterator<Item = (u64, u64)>) -> TypeLayout {
    let mut offset = 0u64;
    let mut align = 1u64;
    let mut offsets = Vec::new();
    for (size, member_align) in members {
        let member_align = member_align.max(1);
        offset = offset
            .checked_next_multiple_of(member_align)
            .unwrap_or(u64::MAX);
        offsets.push(offset);
        offset = offset.saturating_add(size);
        align = align.max(member_align);
    }
    TypeLayout {
        size: offset.checked_next_multiple_of(align).unwrap_or(u64::MAX),
        align,
        offsets,
    }
}

/// Levels of types by value that are walked: no finite program has nominal types nested like this.
const DEEPEST: u32 = 200;
/// For looking at a few levels only.
pub(crate) const SHALLOW: u32 = DEEPEST - 3;

/// Types that are being laid out.
#[derive(Default)]
struct Walk {
    /// Each is a part of the one before.
    path: SmallVec<[TypeId; 16]>,
    /// Of types that are not complete.
    provisional: FxHashMap<TypeId, TypeLayout>,
}

impl TypeTable {
    /// Layout of a type whose parts are all complete. Incomplete nominal types count as empty (and are not cached).
    pub fn layout(&self, id: TypeId) -> TypeLayout {
        let cell = &self.layouts[id.index()];
        if let Some(layout) = cell.get() {
            return layout.clone();
        }
        self.new_layout(id, &mut Walk::default())
    }

    /// Parts are kept as well: types that share them would be walked again for each use otherwise. A type within itself
    /// counts as empty; the frontend reports it.
    fn new_layout(&self, id: TypeId, walk: &mut Walk) -> TypeLayout {
        if walk.path.contains(&id) {
            return TypeLayout::scalar(0, 1);
        }
        if let Some(layout) = walk.provisional.get(&id) {
            return layout.clone();
        }
        let depth = walk.path.len() as u32;
        walk.path.push(id);
        let layout = self.compute_layout(id, walk);
        walk.path.pop();
        if self.is_complete(id, depth) {
            let _ = self.layouts[id.index()].set(layout.clone());
        } else {
            walk.provisional.insert(id, layout.clone());
        }
        layout
    }

    /// Computes the layouts that nobody has asked for yet.
    pub fn settle_layouts(&self) {
        for id in self.ids() {
            if self.layouts[id.index()].get().is_none() {
                self.layout(id);
            }
        }
    }

    pub fn size_of(&self, id: TypeId) -> u64 {
        match self.layouts[id.index()].get() {
            Some(layout) => layout.size,
            None => self.layout(id).size,
        }
    }

    pub fn align_of(&self, id: TypeId) -> u64 {
        match self.layouts[id.index()].get() {
            Some(layout) => layout.align,
            None => self.layout(id).align,
        }
    }

    /// Offset of member `index` of a struct-like type.
    pub fn offset_of(&self, id: TypeId, index: usize) -> u64 {
        match self.layouts[id.index()].get() {
            Some(layout) => layout.offsets.get(index).copied().unwrap_or(0),
            None => self.layout(id).offsets.get(index).copied().unwrap_or(0),
        }
    }

    /// Whether a value of the type can hold an address. Of a union any member may be in use.
    pub fn holds_addresses(&self, ty: TypeId) -> bool {
        self.may_hold_addresses(ty, 0)
    }

    fn may_hold_addresses(&self, ty: TypeId, depth: u32) -> bool {
        // Recursion through values, which the frontend reports.
        if depth > DEEPEST {
            return true;
        }
        let inner = |member: TypeId| self.may_hold_addresses(member, depth + 1);
        match self.kind(ty) {
            TypeKind::Void
            | TypeKind::NoReturn
            | TypeKind::Poison
            | TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::ErrorSet(_) => false,
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Slice(_)
            | TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Function(_)
            | TypeKind::Closure(_)
            | TypeKind::Any
            | TypeKind::Protocol(_) => true,
            TypeKind::Array(of, _) | TypeKind::Vector(of, _) | TypeKind::Optional(of) => inner(*of),
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let members = self.members(ty).unwrap_or_default();
                members.into_iter().any(|(_, member)| inner(member))
            }
            TypeKind::Enum(n) | TypeKind::Union(n) => match &self.nominal(*n).def {
                NominalDef::Enum(def) => def.variants.iter().filter_map(|v| v.payload).any(inner),
                NominalDef::Union(def) => def.members.iter().any(|m| inner(m.ty)),
                NominalDef::Open
                | NominalDef::Struct(_)
                | NominalDef::ErrorSet(_)
                | NominalDef::Protocol(_) => false,
            },
        }
    }

    /// Whether every type stored by value inside `id` is defined. Recursion through values ends at a depth no finite
    /// program reaches; the frontend reports such types.
    pub fn is_complete(&self, id: TypeId, depth: u32) -> bool {
        if depth > DEEPEST || self.growing() == Some(id) {
            return false;
        }
        if self.layouts[id.index()].get().is_some() {
            return true;
        }
        let nominal = |n: crate::types::NominalId| match &self.nominal(n).def {
            NominalDef::Open => false,
            NominalDef::Struct(fields) => fields.iter().all(|f| self.is_complete(f.ty, depth + 1)),
            NominalDef::Enum(def) => def
                .variants
                .iter()
                .all(|v| v.payload.is_none_or(|p| self.is_complete(p, depth + 1))),
            NominalDef::Union(def) => def
                .members
                .iter()
                .all(|f| self.is_complete(f.ty, depth + 1)),
            NominalDef::ErrorSet(_) | NominalDef::Protocol(_) => true,
        };
        match self.kind(id) {
            TypeKind::Array(t, _) | TypeKind::Vector(t, _) | TypeKind::Optional(t) => {
                self.is_complete(*t, depth + 1)
            }
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::ErrorSet(n)
            | TypeKind::Protocol(n) => nominal(*n),
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => self
                .members(id)
                .unwrap_or_default()
                .iter()
                .all(|(_, t)| self.is_complete(*t, depth + 1)),
            TypeKind::Void
            | TypeKind::NoReturn
            | TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::String
            | TypeKind::CString
            | TypeKind::StringZ
            | TypeKind::Any
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::Poison
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::Slice(_)
            | TypeKind::Function(_)
            | TypeKind::Closure(_) => true,
        }
    }

    fn compute_layout(&self, id: TypeId, walk: &mut Walk) -> TypeLayout {
        if walk.path.len() as u32 > DEEPEST {
            return TypeLayout::scalar(0, 1);
        }
        let ptr = self.target.pointer_size;
        let mut part = |t: TypeId| match self.layouts[t.index()].get() {
            Some(layout) => (layout.size, layout.align),
            None => {
                let layout = self.new_layout(t, walk);
                (layout.size, layout.align)
            }
        };
        let i64_align = self.target.align_i64;
        match self.kind(id) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => TypeLayout::scalar(0, 1),
            TypeKind::Bool => TypeLayout::scalar(1, 1),
            TypeKind::Int { bits, .. } => {
                let size = u64::from(*bits).div_ceil(8).next_power_of_two();
                TypeLayout::scalar(size, if size == 8 { i64_align } else { size })
            }
            TypeKind::Usize | TypeKind::Isize => TypeLayout::scalar(ptr, ptr),
            TypeKind::F32 => TypeLayout::scalar(4, 4),
            TypeKind::F64 => TypeLayout::scalar(8, self.target.align_f64),
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => TypeLayout::scalar(ptr, ptr),
            // Two words, each in 8 bytes whatever the pointer width (part 4 §9).
            TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Slice(_)
            | TypeKind::Any
            | TypeKind::Closure(_) => TypeLayout {
                size: 16,
                align: 8,
                offsets: vec![0, 8],
            },
            TypeKind::Type => TypeLayout::scalar(8, 8),
            TypeKind::AnyError | TypeKind::ErrorSet(_) => TypeLayout::scalar(4, 4),
            TypeKind::Array(t, n) => {
                let (size, align) = part(*t);
                TypeLayout::scalar(size.saturating_mul(*n), align)
            }
            TypeKind::Vector(t, n) => {
                let size = part(*t).0.saturating_mul(u64::from(*n)).max(1);
                let size = size.checked_next_power_of_two().unwrap_or(u64::MAX);
                TypeLayout::scalar(size, size)
            }
            TypeKind::Optional(t) => {
                let (size, align) = part(*t);
                if self.null_is_absent(*t) {
                    TypeLayout::scalar(size, align)
                } else {
                    let size = size.saturating_add(1);
                    TypeLayout::scalar(
                        size.checked_next_multiple_of(align).unwrap_or(u64::MAX),
                        align,
                    )
                }
            }
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                struct_layout(
                    self.members(id)
                        .unwrap_or_default()
                        .iter()
                        .map(|(_, t)| part(*t)),
                )
            }
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::Protocol(n) => match &self.nominal(*n).def {
                NominalDef::Open | NominalDef::ErrorSet(_) => TypeLayout::scalar(0, 1),
                NominalDef::Struct(fields) => struct_layout(fields.iter().map(|f| part(f.ty))),
                NominalDef::Enum(def) => {
                    if let Some(places) = def.places {
                        return TypeLayout::scalar(places.size, places.align);
                    }
                    let (tag_size, tag_align) = part(def.backing);
                    if !def.tagged {
                        return TypeLayout::scalar(tag_size, tag_align);
                    }
                    let largest = def
                        .variants
                        .iter()
                        .filter_map(|v| v.payload)
                        .map(|p| part(p).0)
                        .max();
                    let size = tag_size.saturating_add(largest.unwrap_or(0));
                    TypeLayout::scalar(
                        size.checked_next_multiple_of(tag_align).unwrap_or(u64::MAX),
                        tag_align,
                    )
                }
                NominalDef::Union(def) => {
                    let parts: Vec<_> = def.members.iter().map(|m| part(m.ty)).collect();
                    let align = parts.iter().map(|p| p.1).max().unwrap_or(1);
                    let size = parts.iter().map(|p| p.0).max().unwrap_or(0);
                    TypeLayout {
                        size: size.checked_next_multiple_of(align).unwrap_or(u64::MAX),
                        align,
                        offsets: vec![0; parts.len()],
                    }
                }
                NominalDef::Protocol(def) => {
                    let words = if def.inline {
                        2 + def.slots.len() as u64
                    } else {
                        3
                    };
                    TypeLayout {
                        size: words * 8,
                        align: 8,
                        offsets: (0..words).map(|w| w * 8).collect(),
                    }
                }
            },
        }
    }

    /// Machine type of a value of this type if it is one scalar.
    pub fn scalar(&self, id: TypeId) -> Option<Ty> {
        match self.kind(id) {
            TypeKind::Bool => Some(Ty::I8),
            TypeKind::Int { bits: 64, .. } => Some(Ty::I64),
            TypeKind::Int { bits: 32, .. } => Some(Ty::I32),
            TypeKind::Int { bits: 8, .. } => Some(Ty::I8),
            TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize => {
                Some(Ty::int_of_size(self.size_of(id)))
            }
            TypeKind::F32 => Some(Ty::F32),
            TypeKind::F64 => Some(Ty::F64),
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Function(_) => Some(Ty::Ptr),
            TypeKind::Type => Some(Ty::I64),
            TypeKind::AnyError | TypeKind::ErrorSet(_) => Some(Ty::I32),
            TypeKind::Optional(t) if self.null_is_absent(*t) => self.scalar(*t),
            TypeKind::Enum(_) => match self.enum_def(id) {
                Some(def) if !def.tagged => self.scalar(def.backing),
                _ => None,
            },
            TypeKind::Failable { values, set } if values.is_empty() => self.scalar(*set),
            TypeKind::Void
            | TypeKind::NoReturn
            | TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Any
            | TypeKind::Poison
            | TypeKind::Slice(_)
            | TypeKind::Array(..)
            | TypeKind::Vector(..)
            | TypeKind::Optional(_)
            | TypeKind::Tuple(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Failable { .. }
            | TypeKind::Closure(_)
            | TypeKind::Struct(_)
            | TypeKind::Union(_)
            | TypeKind::Protocol(_) => None,
        }
    }
}
