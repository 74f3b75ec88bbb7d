//! Values that are spliced into code while compile-time code runs: read out of its memory, so that they outlive it.

use sx_ir::target::Endian;
use sx_ir::{FuncId, Module, TypeId, TypeKind, TypeTable};
use sx_tier_api::{HostFault, SandboxMemory};

/// The bytes of a value and the data it refers to.
#[derive(Clone, Default)]
pub struct Captured {
    pub bytes: Vec<u8>,
    /// At which of the bytes a pointer stands, and to what.
    pub objects: Vec<(u64, Object)>,
    pub funcs: Vec<(u64, FuncId)>,
}

#[derive(Clone)]
pub struct Object {
    pub elem: TypeId,
    pub data: Captured,
}

impl Captured {
    /// About how many bytes it takes.
    fn footprint(&self) -> u64 {
        let parts = self
            .objects
            .iter()
            .map(|(_, object)| object.data.footprint());
        (size_of::<Captured>() + self.bytes.len()) as u64 + parts.sum::<u64>()
    }
}

/// A quote made by an evaluation.
#[derive(Clone)]
pub struct Made {
    pub site: u32,
    pub splices: Vec<(TypeId, Captured)>,
}

/// Quotes made by the evaluation under way; those made before are below `first`.
#[derive(Default)]
pub struct QuoteMaker {
    pub first: u64,
    pub made: Vec<Made>,
}

fn fault<T>(text: String) -> Result<T, HostFault> {
    Err(HostFault::Refused(text))
}

impl QuoteMaker {
    /// The number of a new quote: `list` holds `count` pairs of address and type.
    pub fn make(
        &mut self,
        module: &Module,
        types: &TypeTable,
        memory: &mut dyn SandboxMemory,
        [site, list, count]: [u64; 3],
    ) -> Result<u64, HostFault> {
        let reader = Reader {
            module,
            types,
            memory: &*memory,
        };
        let mut splices = Vec::new();
        for i in 0..count {
            let at = reader.word(list + 16 * i, module.target.pointer_size)?;
            let ty = TypeId(reader.word(list + 16 * i + 8, 8)? as u32);
            let mut captured = Captured {
                bytes: reader.bytes(at, types.size_of(ty))?,
                ..Captured::default()
            };
            reader.follow(ty, at, 0, &mut captured, 0)?;
            splices.push((ty, captured));
        }
        // Quotes count as memory of the evaluation that makes them, which is limited.
        let parts = splices.iter().map(|(_, captured)| captured.footprint());
        memory.alloc(size_of::<Made>() as u64 + parts.sum::<u64>())?;
        self.made.push(Made {
            site: site as u32,
            splices,
        });
        Ok(self.first + self.made.len() as u64)
    }
}

struct Reader<'r> {
    module: &'r Module,
    types: &'r TypeTable,
    memory: &'r dyn SandboxMemory,
}

impl Reader<'_> {
    fn bytes(&self, at: u64, len: u64) -> Result<Vec<u8>, HostFault> {
        if len == 0 {
            return Ok(Vec::new());
        }
        match self.memory.read(at, len) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => fault("a value outside the program's memory is spliced into code".into()),
        }
    }

    fn word(&self, at: u64, len: u64) -> Result<u64, HostFault> {
        let bytes = self.bytes(at, len.min(8))?;
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(&bytes);
        if self.module.target.endian == Endian::Big {
            word[..bytes.len()].reverse();
        }
        Ok(u64::from_le_bytes(word))
    }

    /// Captures what the value of type `ty` at `at` refers to; it stands at `offset` of what is captured.
    fn follow(
        &self,
        ty: TypeId,
        at: u64,
        offset: u64,
        out: &mut Captured,
        depth: u32,
    ) -> Result<(), HostFault> {
        if depth > 64 {
            return fault("a value spliced into code is nested too deep".into());
        }
        let pointer = self.module.target.pointer_size;
        match self.types.kind(ty) {
            TypeKind::String | TypeKind::StringZ | TypeKind::Slice(_) => {
                let elem = match self.types.kind(ty) {
                    TypeKind::Slice(elem) => *elem,
                    _ => TypeId::U8,
                };
                let data = self.word(at, pointer)?;
                let count = self.word(at + 8, 8)?;
                // The pointer itself means nothing outside this evaluation.
                out.bytes[offset as usize..(offset + pointer) as usize].fill(0);
                if count == 0 {
                    return Ok(());
                }
                let size = self.types.size_of(elem);
                let mut inner = Captured {
                    bytes: self.bytes(data, size.saturating_mul(count))?,
                    ..Captured::default()
                };
                for i in 0..count {
                    if elem == TypeId::U8 {
                        break;
                    }
                    self.follow(elem, data + i * size, i * size, &mut inner, depth + 1)?;
                }
                out.objects.push((offset, Object { elem, data: inner }));
                Ok(())
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => {
                let members = self.types.members(ty).unwrap_or_default();
                for (i, (_, member)) in members.into_iter().enumerate() {
                    let inside = self.types.offset_of(ty, i);
                    self.follow(member, at + inside, offset + inside, out, depth + 1)?;
                }
                Ok(())
            }
            TypeKind::Array(elem, count) => {
                let size = self.types.size_of(*elem);
                for i in 0..*count {
                    self.follow(*elem, at + i * size, offset + i * size, out, depth + 1)?;
                }
                Ok(())
            }
            TypeKind::Optional(payload) => {
                let present = self.types.null_is_absent(*payload)
                    || self.word(at + self.types.size_of(*payload), 1)? != 0;
                match present {
                    true => self.follow(*payload, at, offset, out, depth + 1),
                    false => Ok(()),
                }
            }
            TypeKind::Enum(_) => match self.types.enum_def(ty) {
                Some(def) if def.tagged => {
                    let tag_size = self.types.size_of(def.backing);
                    let (tag_at, payload_at) = match def.places {
                        Some(places) => (places.tag_offset, places.payload_offset),
                        None => (0, tag_size),
                    };
                    let tag = self.word(at + tag_at, tag_size)?;
                    let bits = (tag_size * 8) as u32;
                    let active = def
                        .variants
                        .iter()
                        .find(|v| sx_ir::semantics::zext_from(v.value as u64, bits) == tag);
                    match active.and_then(|v| v.payload) {
                        Some(payload) => {
                            let inside = payload_at;
                            self.follow(payload, at + inside, offset + inside, out, depth + 1)
                        }
                        None => Ok(()),
                    }
                }
                Some(_) | None => Ok(()),
            },
            TypeKind::Function(_) => {
                let value = self.word(at, pointer)?;
                if value == 0 {
                    return Ok(());
                }
                let Some(func) = self.memory.function_of(value) else {
                    return fault("a value that is no function is spliced into code as one".into());
                };
                out.bytes[offset as usize..(offset + pointer) as usize].fill(0);
                out.funcs.push((offset, func));
                Ok(())
            }
            TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::CString
            | TypeKind::Closure(_)
            | TypeKind::Protocol(_)
            | TypeKind::Any => match self.word(at, pointer)? {
                0 => Ok(()),
                _ => fault(format!(
                    "a value of type '{}' can't be spliced into code: it points to memory of this evaluation",
                    self.types.name(ty)
                )),
            },
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
            | TypeKind::ErrorSet(_)
            | TypeKind::Vector(..)
            | TypeKind::Union(_)
            | TypeKind::Failable { .. } => Ok(()),
        }
    }
}
