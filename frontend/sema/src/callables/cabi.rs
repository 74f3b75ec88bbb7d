//! The target's C calling convention in terms of scalars (reference part 2 §6): x86-64 System V, AAPCS64, s390x, RISC-V. Where
//! only scalars are known to cross as C says, aggregates are classified as on x86-64, so that compile-time code runs, and
//! declarations that need them are refused.

use smallvec::SmallVec;
use sx_ir::func::ParamAttr;
use sx_ir::target::CAbi;
use sx_ir::types::{FnType, NominalDef};
use sx_ir::{CallConv, Param, Signature, Ty, TypeId, TypeKind};

use crate::callables::functions::{Abi, Passing};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, FlatPart, FlatParts, Piece, Val};
use crate::sema::Sema;

/// A scalar inside an aggregate.
#[derive(Clone, Copy)]
struct Leaf {
    offset: u64,
    ty: Ty,
}

/// How a value travels, registers permitting.
enum Class {
    /// One scalar, or a small aggregate cut into pieces.
    Parts(FlatParts),
    /// As a copy on the stack.
    Memory,
    /// As a pointer to a copy.
    Reference,
}

/// Registers still free.
struct Registers {
    int: usize,
    /// For floats.
    sse: usize,
}

impl Registers {
    fn of(abi: CAbi) -> Registers {
        let (int, sse) = match abi {
            CAbi::SystemV | CAbi::Scalars => (6, 8),
            CAbi::Aapcs64 | CAbi::Lp64d => (8, 8),
            CAbi::S390x => (5, 4),
        };
        Registers { int, sse }
    }

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

fn one_part(ty: Ty) -> FlatParts {
    [FlatPart { ty, offset: 0 }].into_iter().collect()
}

/// AAPCS64: an aggregate for which not enough registers are left goes to the stack as a whole, and no later one gets
/// these registers. Pieces without meaning (the aggregate's first bytes) fill them.
fn stack_words(parts: &FlatParts, size: u64, free: &mut Registers) -> FlatParts {
    let floats = parts.iter().all(|p| p.ty.is_float());
    let (left, word) = if floats {
        (&mut free.sse, Ty::F64)
    } else {
        (&mut free.int, Ty::I64)
    };
    let fill = std::iter::repeat_n(
        FlatPart {
            ty: word,
            offset: 0,
        },
        std::mem::take(left),
    );
    if floats {
        // In memory they lie as in the aggregate: each as a parameter would take a word.
        let words = (0..size)
            .step_by(8)
            .map(|offset| FlatPart { ty: word, offset });
        fill.chain(words).collect()
    } else {
        fill.chain(parts.iter().copied()).collect()
    }
}

impl Sema<'_> {
    pub fn c_abi(&mut self, ty: &FnType) -> Abi {
        let abi = self.cfg.target.c_abi();
        let mut free = Registers::of(abi);
        let mut params = Vec::new();
        let mut result_attr = ParamAttr::None;
        let (result, results) = match self.c_result_class(ty.ret) {
            Class::Parts(parts) => {
                // On x86 whoever reads a result extends it.
                if let [part] = parts.as_slice()
                    && self.m.types.scalar(ty.ret).is_some()
                    && !matches!(abi, CAbi::SystemV)
                {
                    result_attr = self.c_extension(ty.ret, part.ty);
                }
                let results = parts.iter().map(|p| p.ty).collect();
                (Passing::Parts(parts), results)
            }
            Class::Memory | Class::Reference => {
                let layout = self.m.types.layout(ty.ret);
                params.push(Param {
                    ty: Ty::Ptr,
                    attr: ParamAttr::SRet {
                        size: layout.size,
                        align: layout.align,
                        pointers: self.c_pointers(ty.ret),
                    },
                });
                // AAPCS64 has a register for this pointer alone.
                if abi != CAbi::Aapcs64 {
                    free.int -= 1;
                }
                (Passing::Memory, Vec::new())
            }
        };
        let mut passing = Vec::new();
        // The parameters of a variadic function are its arguments in one call. Those before the `...` are no floats,
        // see `c_unsupported`.
        let variadic = ty.variadic && self.cfg.target.variadic_floats_as_integers();
        for param in &ty.params {
            match self.c_param_class(*param, variadic, &free) {
                Class::Parts(parts)
                    if parts.len() == 1 && self.m.types.scalar(*param).is_some() =>
                {
                    // A scalar without a register goes to the stack by itself; on RISC-V, floats first to the others.
                    if !free.take(&parts) && abi == CAbi::Lp64d {
                        free.int = free.int.saturating_sub(1);
                    }
                    params.push(Param {
                        ty: parts[0].ty,
                        attr: self.c_extension(*param, parts[0].ty),
                    });
                    passing.push(Passing::Parts(parts));
                }
                // On s390x such an aggregate is one scalar, on the stack too.
                Class::Parts(parts) if abi == CAbi::S390x || free.take(&parts) => {
                    params.extend(parts.iter().map(|p| Param {
                        ty: p.ty,
                        attr: ParamAttr::None,
                    }));
                    passing.push(Passing::Parts(parts));
                }
                Class::Parts(parts) if matches!(abi, CAbi::Aapcs64 | CAbi::Lp64d) => {
                    let parts = if abi == CAbi::Aapcs64 {
                        stack_words(&parts, self.m.types.size_of(*param), &mut free)
                    } else {
                        // What doesn't fit into the last register goes to the stack.
                        free.int = 0;
                        parts
                    };
                    params.extend(parts.iter().map(|p| Param {
                        ty: p.ty,
                        attr: ParamAttr::None,
                    }));
                    passing.push(Passing::Parts(parts));
                }
                Class::Reference => {
                    free.int = free.int.saturating_sub(1);
                    params.push(Param {
                        ty: Ty::Ptr,
                        attr: ParamAttr::None,
                    });
                    passing.push(Passing::Memory);
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
            result_attr,
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

    /// Narrow integers are extended by the caller.
    fn c_extension(&self, ty: TypeId, scalar: Ty) -> ParamAttr {
        let bits = match scalar {
            Ty::I8 => 8,
            Ty::I16 => 16,
            Ty::I32 => 32,
            Ty::I64 | Ty::F32 | Ty::F64 | Ty::Ptr => return ParamAttr::None,
        };
        let int = match self.m.types.enum_def(ty) {
            Some(def) => def.backing,
            None => ty,
        };
        let signed = matches!(self.m.types.int_info(int), Some((_, true)));
        self.cfg.target.c_extension(bits, signed)
    }

    /// A parameter or result that can't cross a C call on this target yet.
    pub fn c_unsupported(&self, ty: &FnType) -> Option<TypeId> {
        let abi = self.cfg.target.c_abi();
        let is_float = |ty: &&TypeId| self.m.types.scalar(**ty).is_some_and(|s| s.is_float());
        if ty.variadic
            && self.cfg.target.variadic_floats_as_integers()
            && let Some(float) = ty.params.iter().find(is_float)
        {
            return Some(*float);
        }
        ty.params
            .iter()
            .chain([&ty.ret])
            .copied()
            .find(|ty| match abi {
                CAbi::SystemV => false,
                // Vectors have registers of their own.
                CAbi::Aapcs64 | CAbi::S390x | CAbi::Lp64d => {
                    self.c_scalar(*ty).is_none() && self.holds_vector(*ty, 0)
                }
                CAbi::Scalars => self.c_scalar(*ty).is_none() && self.m.types.size_of(*ty) > 0,
            })
    }

    fn holds_vector(&self, ty: TypeId, depth: u32) -> bool {
        let types = &self.m.types;
        match types.kind(ty) {
            _ if depth > 32 => false,
            TypeKind::Vector(..) => true,
            TypeKind::Array(part, _) | TypeKind::Optional(part) => {
                self.holds_vector(*part, depth + 1)
            }
            _ => types
                .members(ty)
                .unwrap_or_default()
                .iter()
                .any(|(_, member)| self.holds_vector(*member, depth + 1)),
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

    /// The scalar that a value of this type is in C, if it is one.
    fn c_scalar(&self, ty: TypeId) -> Option<Ty> {
        let types = &self.m.types;
        // The foreign side sees a `const char *`.
        let text = matches!(types.kind(ty), TypeKind::StringZ) || self.is_c_string_option(ty);
        types.scalar(ty).or(text.then_some(Ty::Ptr))
    }

    fn c_class(&self, ty: TypeId) -> Class {
        if let Some(scalar) = self.c_scalar(ty) {
            return Class::Parts(one_part(scalar));
        }
        match self.cfg.target.c_abi() {
            CAbi::SystemV | CAbi::Scalars => self.system_v_class(ty),
            CAbi::Aapcs64 => self.aapcs64_class(ty),
            CAbi::S390x => self.s390x_class(ty),
            CAbi::Lp64d => self.lp64d_class(ty, &Registers::of(CAbi::Lp64d)),
        }
    }

    fn c_param_class(&self, ty: TypeId, variadic: bool, free: &Registers) -> Class {
        match self.c_scalar(ty) {
            Some(float) if variadic && float.is_float() => {
                Class::Parts(one_part(Ty::int_of_size(float.size(8))))
            }
            Some(scalar) => Class::Parts(one_part(scalar)),
            None if variadic => {
                let none = Registers { int: 0, sse: 0 };
                match self.cfg.target.c_abi() {
                    CAbi::Lp64d => self.lp64d_class(ty, &none),
                    CAbi::SystemV | CAbi::Aapcs64 | CAbi::S390x | CAbi::Scalars => self.c_class(ty),
                }
            }
            None if self.cfg.target.c_abi() == CAbi::Lp64d => self.lp64d_class(ty, free),
            None => self.c_class(ty),
        }
    }

    fn c_result_class(&self, ty: TypeId) -> Class {
        // s390x returns no aggregates in registers.
        if self.cfg.target.c_abi() == CAbi::S390x
            && self.c_scalar(ty).is_none()
            && self.m.types.size_of(ty) > 0
        {
            return Class::Memory;
        }
        self.c_class(ty)
    }

    /// Up to four floats of one kind travel as such, other aggregates of up to 16 bytes as integers, larger ones by
    /// reference.
    fn aapcs64_class(&self, ty: TypeId) -> Class {
        let size = self.m.types.size_of(ty);
        let mut leaves = Vec::new();
        // More members than that are larger than 16 bytes, or share their places.
        if size <= 64 && self.c_leaves(ty, 0, &mut leaves, 0) {
            let float = leaves.first().map(|l| l.ty).filter(|ty| ty.is_float());
            if let Some(float) = float
                && leaves.iter().all(|l| l.ty == float)
            {
                let width = float.size(8);
                if size <= 4 * width {
                    let parts = (0..size / width).map(|i| FlatPart {
                        ty: float,
                        offset: i * width,
                    });
                    return Class::Parts(parts.collect());
                }
            }
        }
        if size > 16 {
            return Class::Reference;
        }
        Class::Parts(self.int_words(size, &leaves))
    }

    /// Aggregates of 1, 2, 4 and 8 bytes travel as integers, those of one float as that float, others by reference.
    fn s390x_class(&self, ty: TypeId) -> Class {
        let size = self.m.types.size_of(ty);
        if size == 0 {
            return Class::Parts(FlatParts::new());
        }
        let mut leaves = Vec::new();
        if !matches!(size, 1 | 2 | 4 | 8) || !self.c_leaves(ty, 0, &mut leaves, 0) {
            return Class::Reference;
        }
        match leaves.as_slice() {
            [one] if one.ty.is_float() && one.ty.size(8) == size => Class::Parts(one_part(one.ty)),
            all => Class::Parts(self.int_words(size, all)),
        }
    }

    /// One or two floats, and a float with an integer, travel as such while there are registers for them; other
    /// aggregates of up to 16 bytes as integers, larger ones by reference.
    fn lp64d_class(&self, ty: TypeId, free: &Registers) -> Class {
        let size = self.m.types.size_of(ty);
        if size > 16 {
            return Class::Reference;
        }
        let mut leaves = Vec::new();
        let known = self.c_leaves(ty, 0, &mut leaves, 0);
        let apart = !matches!(leaves.as_slice(), [a, b] if a.offset == b.offset);
        let floats = leaves.iter().filter(|l| l.ty.is_float()).count();
        let ints = leaves.len() - floats;
        if known
            && apart
            && (1..=2).contains(&leaves.len())
            && floats > 0
            && floats <= free.sse
            && ints <= free.int
        {
            let parts = leaves.iter().map(|l| FlatPart {
                ty: l.ty,
                offset: l.offset,
            });
            return Class::Parts(parts.collect());
        }
        Class::Parts(self.int_words(size, &leaves))
    }

    /// An aggregate as words; a word that is a pointer and nothing else stays one.
    fn int_words(&self, size: u64, leaves: &[Leaf]) -> FlatParts {
        let pointer = self.cfg.target.pointer_size;
        let word = |start: u64| {
            let bytes = (size - start).min(8);
            let mut inside = leaves.iter().filter(|l| l.offset / 8 == start / 8);
            let ty = match (inside.next(), inside.next()) {
                (Some(Leaf { ty: Ty::Ptr, .. }), None) if bytes == pointer => Ty::Ptr,
                _ => Ty::int_of_size(bytes),
            };
            FlatPart { ty, offset: start }
        };
        (0..size).step_by(8).map(word).collect()
    }

    fn system_v_class(&self, ty: TypeId) -> Class {
        let types = &self.m.types;
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

    /// How many bytes `parts` span. They may reach past the value's end: a struct of three bytes travels in a word of four.
    fn reach(&self, parts: &FlatParts) -> u64 {
        let pointer = self.cfg.target.pointer_size;
        let ends = parts.iter().map(|p| p.offset + p.ty.size(pointer));
        ends.max().unwrap_or(0)
    }

    /// Frame memory for a value crossing in `parts`.
    pub fn parts_slot(&mut self, cx: &mut FnCx, ty: TypeId, parts: &FlatParts) -> Addr {
        let layout = self.m.types.layout(ty);
        let reach = self.reach(parts);
        if reach <= layout.size {
            return self.slot(cx, ty);
        }
        Addr::Slot(cx.func.add_slot(reach, layout.align), 0)
    }

    /// The value of an aggregate as the parts in which it crosses a C call.
    pub fn cut_into_parts(&mut self, cx: &mut FnCx, val: &Val, parts: &FlatParts) -> Vec<Piece> {
        let addr = self.parts_slot(cx, val.ty, parts);
        let reach = self.reach(parts);
        if reach > self.m.types.size_of(val.ty) {
            cx.zero(addr, reach);
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
        let word = Ty::int_of_size(self.cfg.target.pointer_size);
        let measured = cx.call_direct(strlen, &[pointer], &[word]);
        let measured = match word {
            Ty::I64 => measured[0],
            _ => cx.convert(sx_ir::ConvertOp::ZExt, Ty::I64, measured[0]),
        };
        cx.set(len, measured);
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
