//! The C calling convention of x86-64 System V, in terms of scalars (reference part 2 §6). Other targets get the same
//! classification: their differences concern aggregates only.

use smallvec::SmallVec;
use sx_ir::func::ParamAttr;
use sx_ir::types::{FnType, NominalDef};
use sx_ir::{CallConv, Param, Signature, Ty, TypeId, TypeKind};

use crate::callables::functions::{Abi, Passing};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, FlatPart, FlatParts, Piece, Val};
use crate::sema::Sema;

const INT_REGISTERS: usize = 6;
const SSE_REGISTERS: usize = 8;

/// A scalar inside an aggregate.
#[derive(Clone, Copy)]
struct Leaf {
    offset: u64,
    ty: Ty,
}

/// How a value travels, registers permitting.
enum Class {
    /// One scalar, or an aggregate of up to 16 bytes cut into eightbytes.
    Parts(FlatParts),
    Memory,
}

/// Registers still free.
struct Registers {
    int: usize,
    sse: usize,
}

impl Registers {
    /// Takes what `parts` need, if all of it is there.
    fn take(&mut self, parts: &FlatParts) -> bool {
        let sse = parts.iter().filter(|p| p.ty.is_float()).count();
        let int = parts.len() - sse;
        if int > self.int || sse > self.sse {
            return false;
        }
        self.int -= int;
        self.sse -= sse;
        true
    }
}

impl Sema<'_> {
    pub fn c_abi(&mut self, ty: &FnType) -> Abi {
        let mut free = Registers {
            int: INT_REGISTERS,
            sse: SSE_REGISTERS,
        };
        let mut params = Vec::new();
        let (result, results) = match self.c_class(ty.ret) {
            Class::Parts(parts) => {
                let results = parts.iter().map(|p| p.ty).collect();
                (Passing::Parts(parts), results)
            }
            Class::Memory => {
                let layout = self.m.types.layout(ty.ret);
                params.push(Param {
                    ty: Ty::Ptr,
                    attr: ParamAttr::SRet {
                        size: layout.size,
                        align: layout.align,
                        pointers: self.c_pointers(ty.ret),
                    },
                });
                free.int -= 1;
                (Passing::Memory, Vec::new())
            }
        };
        let mut passing = Vec::new();
        for param in &ty.params {
            match self.c_class(*param) {
                Class::Parts(parts)
                    if parts.len() == 1 && self.m.types.scalar(*param).is_some() =>
                {
                    // A scalar without a register goes to the stack by itself.
                    free.take(&parts);
                    params.push(Param {
                        ty: parts[0].ty,
                        attr: self.c_extension(*param, parts[0].ty),
                    });
                    passing.push(Passing::Parts(parts));
                }
                Class::Parts(parts) if free.take(&parts) => {
                    params.extend(parts.iter().map(|p| Param {
                        ty: p.ty,
                        attr: ParamAttr::None,
                    }));
                    passing.push(Passing::Parts(parts));
                }
                Class::Parts(_) | Class::Memory => {
                    let layout = self.m.types.layout(*param);
                    let attr = ParamAttr::ByVal {
                        size: layout.size,
                        align: layout.align.max(8),
                        pointers: self.c_pointers(*param),
                    };
                    params.push(Param { ty: Ty::Ptr, attr });
                    passing.push(Passing::CMemory);
                }
            }
        }
        let sret = matches!(result, Passing::Memory);
        let sig = self.m.add_sig(Signature {
            conv: CallConv::C,
            params,
            results: results.clone(),
            variadic: ty.variadic,
            noreturn: ty.ret == TypeId::NORETURN,
        });
        Abi {
            sig,
            context: false,
            sret,
            params: passing,
            result,
            results,
        }
    }

    /// Integers below 32 bits are extended by the caller.
    fn c_extension(&self, ty: TypeId, scalar: Ty) -> ParamAttr {
        if !matches!(scalar, Ty::I8 | Ty::I16) {
            return ParamAttr::None;
        }
        let int = match self.m.types.enum_def(ty) {
            Some(def) => def.backing,
            None => ty,
        };
        match self.m.types.int_info(int) {
            Some((_, true)) => ParamAttr::SExt,
            Some((_, false)) | None => ParamAttr::ZExt,
        }
    }

    /// The words of an aggregate that are pointers and nothing else, among its first 64.
    fn c_pointers(&self, ty: TypeId) -> u64 {
        // Larger ones are hardly passed by value.
        if self.m.types.size_of(ty) > 4096 {
            return 0;
        }
        let mut leaves = Vec::new();
        self.c_leaves(ty, 0, &mut leaves, 0);
        let (mut pointers, mut others) = (0u64, 0u64);
        for leaf in leaves.iter().filter(|leaf| leaf.offset < 512) {
            let word = 1 << (leaf.offset / 8);
            if leaf.ty == Ty::Ptr && leaf.offset.is_multiple_of(8) {
                pointers |= word;
            } else {
                others |= word;
            }
        }
        pointers & !others
    }

    fn c_class(&self, ty: TypeId) -> Class {
        let types = &self.m.types;
        if let Some(scalar) = types.scalar(ty) {
            return Class::Parts(
                [FlatPart {
                    ty: scalar,
                    offset: 0,
                }]
                .into_iter()
                .collect(),
            );
        }
        if matches!(types.kind(ty), TypeKind::StringZ) || self.is_c_string_option(ty) {
            // The foreign side sees a `const char *`.
            return Class::Parts(
                [FlatPart {
                    ty: Ty::Ptr,
                    offset: 0,
                }]
                .into_iter()
                .collect(),
            );
        }
        let size = types.size_of(ty);
        if size > 16 {
            return Class::Memory;
        }
        let mut leaves = Vec::new();
        if !self.c_leaves(ty, 0, &mut leaves, 0) {
            return Class::Memory;
        }
        let mut parts = FlatParts::new();
        for start in (0..size).step_by(8) {
            let inside: SmallVec<[Leaf; 8]> = leaves
                .iter()
                .copied()
                .filter(|l| l.offset / 8 == start / 8)
                .collect();
            let bytes = (size - start).min(8);
            let ty = if inside.iter().all(|l| l.ty.is_float()) && !inside.is_empty() {
                if bytes == 4 { Ty::F32 } else { Ty::F64 }
            } else if let [Leaf { ty: Ty::Ptr, .. }] = inside.as_slice()
                && bytes == self.cfg.target.pointer_size
            {
                Ty::Ptr
            } else {
                Ty::int_of_size(bytes)
            };
            parts.push(FlatPart { ty, offset: start });
        }
        Class::Parts(parts)
    }

    /// Types that a `const char *` has in sx.
    pub fn is_c_text(&self, ty: TypeId) -> bool {
        match *self.m.types.kind(ty) {
            TypeKind::CString | TypeKind::StringZ => true,
            TypeKind::Optional(payload) => matches!(
                self.m.types.kind(payload),
                TypeKind::CString | TypeKind::StringZ
            ),
            _ => false,
        }
    }

    fn is_c_string_option(&self, ty: TypeId) -> bool {
        match *self.m.types.kind(ty) {
            TypeKind::Optional(payload) => matches!(self.m.types.kind(payload), TypeKind::StringZ),
            _ => false,
        }
    }

    /// The scalars of an aggregate; false if it has one that is not aligned, or is no matter for registers.
    fn c_leaves(&self, ty: TypeId, base: u64, out: &mut Vec<Leaf>, depth: u32) -> bool {
        if depth > 32 {
            return false;
        }
        let types = &self.m.types;
        let pointer = self.cfg.target.pointer_size;
        let mut push = |ty: Ty, offset: u64| {
            out.push(Leaf { offset, ty });
            offset.is_multiple_of(ty.size(pointer))
        };
        if let Some(scalar) = types.scalar(ty) {
            return push(scalar, base);
        }
        match types.kind(ty) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => true,
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_) | TypeKind::Any => {
                push(Ty::Ptr, base) && push(Ty::I64, base + 8)
            }
            TypeKind::Closure(_) => push(Ty::Ptr, base) && push(Ty::Ptr, base + 8),
            TypeKind::Optional(payload) => {
                let flag = types.size_of(*payload);
                self.c_leaves(*payload, base, out, depth + 1)
                    && (types.null_is_absent(*payload) || {
                        out.push(Leaf {
                            offset: base + flag,
                            ty: Ty::I8,
                        });
                        true
                    })
            }
            TypeKind::Array(elem, count) => {
                let size = types.size_of(*elem);
                size == 0
                    || (0..*count).all(|i| self.c_leaves(*elem, base + i * size, out, depth + 1))
            }
            // The eight bytes of a small vector are one register; larger ones differ by CPU.
            TypeKind::Vector(elem, count) => {
                let size = types.size_of(*elem);
                types.size_of(ty) == 8
                    && (0..u64::from(*count))
                        .all(|i| self.c_leaves(*elem, base + i * size, out, depth + 1))
            }
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let layout = types.layout(ty);
                let members = types.members(ty).unwrap_or_default();
                members
                    .iter()
                    .zip(&layout.offsets)
                    .all(|((_, member), offset)| {
                        self.c_leaves(*member, base + offset, out, depth + 1)
                    })
            }
            TypeKind::Union(n) => match &types.nominal(*n).def {
                NominalDef::Union(def) => def
                    .members
                    .iter()
                    .all(|m| self.c_leaves(m.ty, base, out, depth + 1)),
                NominalDef::Open
                | NominalDef::Struct(_)
                | NominalDef::Enum(_)
                | NominalDef::ErrorSet(_)
                | NominalDef::Protocol(_) => false,
            },
            TypeKind::Enum(_) => {
                let Some(def) = types.enum_def(ty) else {
                    return false;
                };
                let (tag_at, payload_at) = match def.places {
                    Some(places) => (places.tag_offset, places.payload_offset),
                    None => (0, types.size_of(def.backing)),
                };
                self.c_leaves(def.backing, base + tag_at, out, depth + 1)
                    && def
                        .variants
                        .iter()
                        .filter_map(|v| v.payload)
                        .all(|p| self.c_leaves(p, base + payload_at, out, depth + 1))
            }
            TypeKind::Protocol(_)
            | TypeKind::Bool
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

    /// Frame memory for a value crossing in `parts`, which may reach past its end (a struct of three bytes travels in
    /// a word of four).
    pub fn parts_slot(&mut self, cx: &mut FnCx, ty: TypeId, parts: &FlatParts) -> Addr {
        let layout = self.m.types.layout(ty);
        let pointer = self.cfg.target.pointer_size;
        let reach = parts
            .iter()
            .map(|p| p.offset + p.ty.size(pointer))
            .max()
            .unwrap_or(0);
        if reach <= layout.size {
            return self.slot(cx, ty);
        }
        Addr::Slot(cx.func.add_slot(reach, layout.align), 0)
    }

    /// The value of an aggregate as the parts in which it crosses a C call.
    pub fn cut_into_parts(&mut self, cx: &mut FnCx, val: &Val, parts: &FlatParts) -> Vec<Piece> {
        let addr = self.parts_slot(cx, val.ty, parts);
        let own = self.m.types.size_of(val.ty);
        let pointer = self.cfg.target.pointer_size;
        if parts.iter().any(|p| p.offset + p.ty.size(pointer) > own) {
            cx.zero(addr, own.next_multiple_of(8));
        }
        self.store(cx, addr, val);
        self.load_parts(cx, addr, parts).to_vec()
    }

    /// A `[:0]u8` (or optional one) made of the `char *` that crossed the call.
    pub fn string_of_c_pointer(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        pointer: Piece,
    ) -> Option<Val> {
        let optional = self.is_c_string_option(ty);
        if !optional && !matches!(self.m.types.kind(ty), TypeKind::StringZ) {
            return None;
        }
        let pointer = cx.pin(pointer);
        let present = self.ptr_nonnull(cx, pointer);
        let present = cx.pin(present);
        let len = cx.temp(Ty::I64);
        cx.set(len, Piece::Const(Ty::I64, 0));
        cx.open();
        let strlen = self.runtime_fn("strlen", &[TypeId::CSTRING], TypeId::USIZE);
        let measured = cx.call_direct(strlen, &[pointer], &[Ty::I64]);
        cx.set(len, measured[0]);
        let then = cx.close();
        let cond = cx.use_piece(present);
        cx.emit(sx_ir::StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        let read = cx.expr(sx_ir::Expr::Local(len));
        let len = cx.pin(Piece::Tree(Ty::I64, read));
        let mut pieces = smallvec::smallvec![pointer, len];
        if optional {
            pieces.push(present);
        }
        Some(Val::regs(ty, pieces))
    }
}
