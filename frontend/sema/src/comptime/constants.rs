//! Constants: bytes to values and back.

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, CtVal, Piece, Pieces, Val, ValKind};
use crate::sema::Sema;
use std::rc::Rc;
use sx_ir::{BinaryOp, ConstImage, Reloc, RelocTarget, Symbol, Ty, TypeId, TypeKind};

impl Sema<'_> {
    pub fn ct_int(&mut self, ty: TypeId, bits: u64) -> CtVal {
        let size = self.m.types.size_of(ty) as usize;
        let mut bytes = vec![0; size];
        self.put_int(&mut bytes, 0, size, bits);
        CtVal {
            ty,
            image: Rc::new(ConstImage::from_bytes(bytes)),
            literal: false,
        }
    }

    pub fn ct_of_type(&mut self, ty: TypeId) -> CtVal {
        self.ct_int(TypeId::TYPE, u64::from(ty.0))
    }

    pub fn put_int(&self, bytes: &mut [u8], offset: usize, size: usize, bits: u64) {
        let little = bits.to_le_bytes();
        let Some(to) = bytes.get_mut(offset..offset + size) else {
            return;
        };
        for (i, byte) in to.iter_mut().enumerate() {
            *byte = match self.cfg.target.endian {
                sx_ir::target::Endian::Little => little[i],
                sx_ir::target::Endian::Big => little[size - 1 - i],
            };
        }
    }

    pub fn get_int(&self, bytes: &[u8], offset: usize, size: usize) -> u64 {
        let mut bits = 0u64;
        for i in 0..size {
            let at = match self.cfg.target.endian {
                sx_ir::target::Endian::Little => offset + i,
                sx_ir::target::Endian::Big => offset + size - 1 - i,
            };
            bits |= u64::from(bytes.get(at).copied().unwrap_or(0)) << (8 * i);
        }
        bits
    }

    /// Bits of a scalar constant, zero-extended.
    pub fn ct_u64(&self, val: &CtVal) -> u64 {
        let size = (self.m.types.size_of(val.ty) as usize).min(8);
        self.get_int(&val.image.bytes, 0, size)
    }

    /// An integer constant's value (unsigned 64-bit ones wrap).
    pub fn ct_i64(&self, val: &CtVal) -> i64 {
        let bits = self.ct_u64(val);
        let ty = match self.m.types.enum_def(val.ty) {
            Some(def) => def.backing,
            None => val.ty,
        };
        match self.m.types.int_info(ty) {
            Some((_, true)) => {
                sx_ir::semantics::sext_from(bits, (self.m.types.size_of(ty) * 8) as u32)
            }
            _ => bits as i64,
        }
    }

    pub fn ct_f64(&self, val: &CtVal) -> f64 {
        match self.m.types.size_of(val.ty) {
            4 => f64::from(f32::from_bits(self.ct_u64(val) as u32)),
            _ => f64::from_bits(self.ct_u64(val)),
        }
    }

    /// Text of a string constant.
    pub fn ct_text(&self, val: &CtVal) -> Option<Vec<u8>> {
        let len = self.get_int(&val.image.bytes, 8, 8) as usize;
        if len == 0 {
            return Some(Vec::new());
        }
        let reloc = val.image.relocs.first()?;
        let RelocTarget::Global(global) = reloc.target else {
            return None;
        };
        let data = &self.m.global(global).init.bytes;
        let from = reloc.addend as usize;
        let mut text = data.get(from..data.len().min(from + len))?.to_vec();
        text.resize(len, 0);
        Some(text)
    }

    /// As part of a generic instance's name.
    pub fn ct_name(&self, val: &CtVal) -> String {
        match self.m.types.kind(val.ty) {
            TypeKind::Type => self.type_name(self.ct_type(val)),
            TypeKind::Bool => (self.ct_u64(val) != 0).to_string(),
            TypeKind::String => {
                let text = self.ct_text(val).unwrap_or_default();
                // Names stand in lines.
                let control = |c: char| match c.is_control() {
                    true => c.escape_default().collect::<String>(),
                    false => c.to_string(),
                };
                String::from_utf8_lossy(&text)
                    .chars()
                    .map(control)
                    .collect()
            }
            TypeKind::F32 | TypeKind::F64 => self.ct_f64(val).to_string(),
            TypeKind::Enum(_) => {
                let tag = self.ct_i64(val);
                let def = self.m.types.enum_def(val.ty);
                let variant = def.and_then(|d| d.variants.iter().find(|v| v.value == tag));
                variant.map_or_else(|| tag.to_string(), |v| v.name.to_string())
            }
            TypeKind::Usize => self.ct_u64(val).to_string(),
            TypeKind::Int { signed: false, .. } => self.ct_u64(val).to_string(),
            _ => self.ct_i64(val).to_string(),
        }
    }

    /// A value all of whose scalars are known.
    pub fn const_of_val(&mut self, val: &Val) -> Option<CtVal> {
        let ValKind::Regs(pieces) = &val.kind else {
            return None;
        };
        let parts = self.flatten(val.ty)?;
        let mut bytes = vec![0; self.m.types.size_of(val.ty) as usize];
        let mut relocs = Vec::new();
        for (part, piece) in parts.iter().zip(pieces) {
            let size = part.ty.size(self.cfg.target.pointer_size) as usize;
            match piece {
                Piece::Const(_, bits) => {
                    self.put_int(&mut bytes, part.offset as usize, size, *bits)
                }
                Piece::GlobalAddr(global, addend) => relocs.push(Reloc {
                    offset: part.offset,
                    target: RelocTarget::Global(*global),
                    addend: *addend as i64,
                }),
                Piece::FuncAddr(func) => relocs.push(Reloc {
                    offset: part.offset,
                    target: RelocTarget::Func(*func),
                    addend: 0,
                }),
                Piece::Local(..) | Piece::Tree(..) | Piece::SlotAddr(..) => return None,
            }
        }
        Some(CtVal {
            ty: val.ty,
            image: Rc::new(ConstImage { bytes, relocs }),
            literal: val.literal,
        })
    }

    /// A constant as a value in code.
    pub fn val_of_ct(&mut self, cx: &mut FnCx, ct: &CtVal) -> Val {
        let mut val = match self.flatten(ct.ty) {
            Some(parts) => {
                let pieces: Pieces = parts
                    .iter()
                    .map(
                        |part| match ct.image.relocs.iter().find(|r| r.offset == part.offset) {
                            Some(Reloc {
                                target: RelocTarget::Global(g),
                                addend,
                                ..
                            }) if *addend >= 0 => Piece::GlobalAddr(*g, *addend as u64),
                            Some(Reloc {
                                target: RelocTarget::Global(g),
                                addend,
                                ..
                            }) => {
                                let base = Piece::GlobalAddr(*g, 0);
                                let off = Piece::Const(Ty::I64, *addend as u64);
                                cx.binary(BinaryOp::PtrAdd, base, off)
                            }
                            Some(Reloc {
                                target: RelocTarget::Func(f),
                                ..
                            }) => Piece::FuncAddr(*f),
                            None => {
                                let size = part.ty.size(self.cfg.target.pointer_size) as usize;
                                Piece::Const(
                                    part.ty,
                                    self.get_int(&ct.image.bytes, part.offset as usize, size),
                                )
                            }
                        },
                    )
                    .collect();
                Val::regs(ct.ty, pieces)
            }
            None => {
                let image = ct.image.clone();
                let global = self.const_global(&image, ct.ty, "const");
                Val::mem(ct.ty, Addr::Global(global, 0))
            }
        };
        val.literal = ct.literal;
        val
    }

    /// A word of a value where a `Type` should be and none is.
    pub fn forged_type(&self, ty: TypeId, image: &ConstImage, offset: u64) -> Option<u64> {
        match self.m.types.kind(ty) {
            TypeKind::Type => {
                let word = self.get_int(&image.bytes, offset as usize, 8);
                (word >= self.m.types.len() as u64).then_some(word)
            }
            TypeKind::Optional(of) => self.forged_type(*of, image, offset),
            TypeKind::Struct(_)
            | TypeKind::Tuple(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Failable { .. } => {
                let members = self.m.types.members(ty).unwrap_or_default();
                let layout = self.m.types.layout(ty);
                let mut members = members.iter().zip(&layout.offsets);
                members.find_map(|((_, member), at)| self.forged_type(*member, image, offset + at))
            }
            TypeKind::Array(elem, count) if *elem == TypeId::TYPE => {
                (0..*count).find_map(|i| self.forged_type(*elem, image, offset + i * 8))
            }
            _ => None,
        }
    }

    /// Strings in an evaluation's result share the pool, so that equal strings are equal constants.
    pub fn normalise_strings(&mut self, ty: TypeId, image: &mut ConstImage, offset: u64) {
        match self.m.types.kind(ty).clone() {
            TypeKind::String | TypeKind::StringZ => {
                let len = self.get_int(&image.bytes, offset as usize + 8, 8);
                let Some(at) = image.relocs.iter().position(|r| r.offset == offset) else {
                    return;
                };
                if let RelocTarget::Global(global) = image.relocs[at].target {
                    let object = self.m.global(global);
                    let from = image.relocs[at].addend as usize;
                    if !object.init.relocs.is_empty() || object.mutable {
                        return;
                    }
                    let data = object.init.bytes.clone();
                    let mut text = data
                        .get(from..data.len().min(from + len as usize))
                        .unwrap_or(&[])
                        .to_vec();
                    text.resize(len as usize, 0);
                    let pooled = self.string_data(&text);
                    image.relocs[at] = Reloc {
                        offset,
                        target: RelocTarget::Global(pooled),
                        addend: 0,
                    };
                }
            }
            TypeKind::Struct(_)
            | TypeKind::Tuple(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Failable { .. } => {
                let layout = self.m.types.layout(ty);
                for ((_, member), at) in self
                    .m
                    .types
                    .members(ty)
                    .unwrap_or_default()
                    .iter()
                    .zip(&layout.offsets)
                {
                    self.normalise_strings(*member, image, offset + at);
                }
            }
            TypeKind::Array(elem, count) if count <= 4096 => {
                let size = self.m.types.size_of(elem);
                for i in 0..count {
                    self.normalise_strings(elem, image, offset + i * size);
                }
            }
            _ => {}
        }
    }

    /// The place of a constant with storage, for reading.
    pub fn const_place(
        &self,
        name: Symbol,
        global: sx_ir::GlobalId,
        ty: TypeId,
        local: bool,
    ) -> crate::emission::value::Place {
        let access = if local {
            Access::LocalConstant(name)
        } else {
            Access::Constant(name)
        };
        crate::emission::value::Place {
            addr: Addr::Global(global, 0),
            ty,
            access,
        }
    }
}
