//! A value of a type, piece by piece: pieces are copied, padding and inactive parts stay zero, addresses become
//! relocations.

use sx_ir::types::EnumDef;
use sx_ir::{TypeId, TypeKind};

use super::path::Segment;
use super::{ExtractError, Extractor, Target};
use crate::memory::read_word;

impl Extractor<'_> {
    /// An unsigned word of a value.
    pub(super) fn word(&self, addr: u64, len: u64) -> Result<u64, ExtractError> {
        self.given(addr, len)?;
        self.raw_word(addr, len)
    }

    /// Of objects, parts may be room for more: only the value itself must be there.
    fn given(&self, addr: u64, len: u64) -> Result<(), ExtractError> {
        if self.is_in_value(addr) && !self.mem.is_given(addr, len) {
            return self.error("it was never given a value");
        }
        Ok(())
    }

    /// A piece of a value.
    fn piece(&mut self, target: Target, addr: u64, len: u64) -> Result<(), ExtractError> {
        self.given(addr, len)?;
        self.copy(target, addr, len)
    }

    /// An unsigned word of memory.
    pub(super) fn raw_word(&self, addr: u64, len: u64) -> Result<u64, ExtractError> {
        match self.mem.read(addr, len) {
            Some(bytes) => Ok(read_word(bytes, self.module.target.endian)),
            None => self.error(format!(
                "it reaches outside the program's memory at 0x{addr:x}"
            )),
        }
    }

    fn step(
        &mut self,
        segment: Segment,
        target: Target,
        addr: u64,
        ty: TypeId,
    ) -> Result<(), ExtractError> {
        self.at.push(segment);
        self.walk(target, addr, ty)?;
        self.at.pop();
        Ok(())
    }

    pub(super) fn walk(
        &mut self,
        target: Target,
        addr: u64,
        ty: TypeId,
    ) -> Result<(), ExtractError> {
        let module = self.module;
        let types = &module.types;
        // Piece by piece it can be told which one was not given a value.
        if self.is_plain(ty)
            && (!self.is_in_value(addr) || self.mem.is_given(addr, types.size_of(ty)))
        {
            return self.copy(target, addr, types.size_of(ty));
        }
        match types.kind(ty) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => Ok(()),
            TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::ErrorSet(_) => self.piece(target, addr, types.size_of(ty)),
            TypeKind::Pointer(to) => self.pointer(target, addr, *to),
            TypeKind::ManyPointer(to) => self.many_pointer(target, addr, *to),
            TypeKind::CString => self.many_pointer(target, addr, TypeId::U8),
            TypeKind::Slice(of) => self.slice(target, addr, *of, false),
            TypeKind::String | TypeKind::StringZ => self.slice(target, addr, TypeId::U8, true),
            TypeKind::Function(_) => self.function(target, addr),
            TypeKind::Closure(_) => self.closure(target, addr),
            TypeKind::Any => self.any(target, addr),
            TypeKind::Protocol(_) => self.protocol(target, addr, ty),
            TypeKind::Array(of, n) => self.elements(target, addr, *of, *n),
            TypeKind::Vector(of, n) => self.elements(target, addr, *of, u64::from(*n)),
            TypeKind::Optional(of) if types.null_is_absent(*of) => {
                if self.word(addr, module.target.pointer_size)? == 0 {
                    return Ok(());
                }
                self.step(Segment::Payload, target, addr, *of)
            }
            TypeKind::Optional(of) => {
                let flag = addr + types.size_of(*of);
                if self.word(flag, 1)? == 0 {
                    return Ok(());
                }
                self.copy(target, flag, 1)?;
                self.step(Segment::Payload, target, addr, *of)
            }
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                for (i, (name, member)) in types
                    .members(ty)
                    .unwrap_or_default()
                    .into_iter()
                    .enumerate()
                {
                    let segment = name.map_or(Segment::Element(i), Segment::Field);
                    self.step(segment, target, addr + types.offset_of(ty, i), member)?;
                }
                Ok(())
            }
            TypeKind::Enum(_) => match types.enum_def(ty) {
                Some(def) => self.tagged(target, addr, def),
                None => Ok(()),
            },
            TypeKind::Union(_) => self.raw(target, addr, types.size_of(ty)),
        }
    }

    fn elements(
        &mut self,
        target: Target,
        addr: u64,
        of: TypeId,
        count: u64,
    ) -> Result<(), ExtractError> {
        let size = self.module.types.size_of(of);
        for i in 0..count {
            self.step(Segment::Index(i), target, addr + i * size, of)?;
        }
        Ok(())
    }

    fn tagged(&mut self, target: Target, addr: u64, def: &EnumDef) -> Result<(), ExtractError> {
        let types = &self.module.types;
        let tag_size = types.size_of(def.backing);
        let (tag_at, payload_at) = match def.places {
            Some(places) => (places.tag_offset, places.payload_offset),
            None => (0, tag_size),
        };
        self.piece(target, addr + tag_at, tag_size)?;
        if !def.tagged {
            return Ok(());
        }
        let tag = self.word(addr + tag_at, tag_size)?;
        let bits = (tag_size * 8) as u32;
        let active = def
            .variants
            .iter()
            .find(|v| sx_ir::semantics::zext_from(v.value as u64, bits) == tag);
        let Some(active) = active else {
            // Zero is what it has that was never given a value.
            return if tag == 0 {
                Ok(())
            } else {
                self.error(format!("its tag {tag} is that of no variant"))
            };
        };
        match active.payload {
            Some(payload) => self.step(
                Segment::Field(active.name),
                target,
                addr + payload_at,
                payload,
            ),
            None => Ok(()),
        }
    }

    /// Whether all bytes of a value may be copied as they are: no addresses, no padding, nothing inactive.
    pub(super) fn is_plain(&mut self, ty: TypeId) -> bool {
        if let Some(known) = self.plain.get(&ty) {
            return *known;
        }
        let types = &self.module.types;
        let whole = |e: &mut Self, members: Vec<TypeId>| {
            let mut used = 0u64;
            members.into_iter().all(|member| {
                used += types.size_of(member);
                e.is_plain(member)
            }) && used == types.size_of(ty)
        };
        let plain = match types.kind(ty) {
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
            | TypeKind::ErrorSet(_) => true,
            TypeKind::Array(of, _) => self.is_plain(*of),
            TypeKind::Vector(of, n) => whole(self, vec![*of; *n as usize]),
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let members = types.members(ty).unwrap_or_default();
                whole(self, members.into_iter().map(|m| m.1).collect())
            }
            TypeKind::Enum(_) => types.enum_def(ty).is_none_or(|def| !def.tagged),
            // Bytes without any address among the members; what is not in use can't be told.
            TypeKind::Union(_) => {
                let members: Vec<TypeId> = types
                    .union_def(ty)
                    .map(|def| def.members.iter().map(|m| m.ty).collect())
                    .unwrap_or_default();
                !members.into_iter().any(|m| types.holds_addresses(m))
            }
            TypeKind::Optional(_)
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Slice(_)
            | TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Function(_)
            | TypeKind::Closure(_)
            | TypeKind::Any
            | TypeKind::Protocol(_) => false,
        };
        self.plain.insert(ty, plain);
        plain
    }
}
