//! What a value consists of, as far as a path can go into it.

use sx_ir::{TypeId, TypeKind};

use super::expressions::{Place, Scope};

/// Pointers to pointers that are followed for the sake of what is behind them.
const MOST_POINTERS: u32 = 8;

/// What is in a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parts {
    None,
    Named(Vec<Part>),
    Elements { start: u64, of: TypeId, len: u64 },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub name: String,
    /// What is written behind the value's path to get here, if that can be written.
    pub suffix: Option<String>,
    pub place: Place,
}

impl Part {
    fn field(name: String, place: Place) -> Part {
        Part {
            suffix: Some(format!(".{name}")),
            name,
            place,
        }
    }
}

impl Scope<'_, '_, '_> {
    pub fn parts(&self, place: Place) -> Parts {
        self.parts_within(place, 0)
    }

    fn parts_within(&self, place: Place, pointers: u32) -> Parts {
        let types = &self.view.module.types;
        let at = |offset: u64, ty: TypeId| Place {
            addr: place.addr.wrapping_add(offset),
            ty,
        };
        match types.kind(place.ty) {
            TypeKind::Pointer(_) => match self.deref(place) {
                Ok(to) if pointers < MOST_POINTERS && self.is_there(to) => {
                    match self.parts_within(to, pointers + 1) {
                        Parts::None => Parts::Named(vec![Part::field("*".to_owned(), to)]),
                        parts => parts,
                    }
                }
                Ok(_) | Err(_) => Parts::None,
            },
            TypeKind::Optional(_) => match self.inside_optional(place) {
                Some(inside) => self.parts_within(inside, pointers),
                None => Parts::None,
            },
            TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. } => {
                let members = types.members(place.ty).unwrap_or_default();
                let part = |(index, (name, ty)): (usize, (Option<sx_ir::Symbol>, TypeId))| {
                    let name = name.map_or_else(|| index.to_string(), |name| name.to_string());
                    Part::field(name, at(types.offset_of(place.ty, index), ty))
                };
                Parts::Named(members.into_iter().enumerate().map(part).collect())
            }
            TypeKind::Union(_) => match types.union_def(place.ty) {
                Some(union) => {
                    let members = union.members.iter();
                    let part = |field: &sx_ir::types::Field| {
                        Part::field(field.name.to_string(), at(0, field.ty))
                    };
                    Parts::Named(members.map(part).collect())
                }
                None => Parts::None,
            },
            TypeKind::Enum(_) => {
                let def = types.enum_def(place.ty).filter(|def| !def.flags);
                let payload = def.and_then(|def| {
                    let memory = self.view.memory();
                    sx_machine::show::payload(self.view.module, memory, place.addr, def)
                });
                match payload {
                    Some((name, ty, addr)) => {
                        Parts::Named(vec![Part::field(name.to_string(), Place { addr, ty })])
                    }
                    None => Parts::None,
                }
            }
            TypeKind::Array(..) | TypeKind::Vector(..) | TypeKind::Slice(_) => {
                match self.elements(place) {
                    Ok((start, of, Some(len))) if self.has_room(start, of, len) => {
                        Parts::Elements { start, of, len }
                    }
                    Ok(_) | Err(_) => Parts::None,
                }
            }
            // As many as the object has that it points into.
            TypeKind::ManyPointer(_) => match self.elements(place) {
                Ok((start, of, _)) => match (self.room_from(start), self.size_of(of)) {
                    (None, _) | (_, 0) => Parts::None,
                    (Some(room), size) => Parts::Elements {
                        start,
                        of,
                        len: room / size,
                    },
                },
                Err(_) => Parts::None,
            },
            TypeKind::Any => match self.held(place) {
                Some(held) => Parts::Named(vec![Part {
                    name: self.type_name(held.ty),
                    suffix: None,
                    place: held,
                }]),
                None => Parts::None,
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
            | TypeKind::String
            | TypeKind::StringZ
            | TypeKind::CString
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::ErrorSet(_)
            | TypeKind::Function(_)
            | TypeKind::Closure(_)
            | TypeKind::Protocol(_) => Parts::None,
        }
    }

    fn is_there(&self, place: Place) -> bool {
        let memory = self.view.memory();
        memory.read(place.addr, self.size_of(place.ty)).is_some()
    }

    fn has_room(&self, start: u64, of: TypeId, len: u64) -> bool {
        let size = self.size_of(of).checked_mul(len);
        size.is_some_and(|size| self.view.memory().read(start, size).is_some())
    }

    /// Bytes from an address to the end of its object.
    fn room_from(&self, addr: u64) -> Option<u64> {
        let object = self.view.memory().object_at(addr)?;
        object.base.checked_add(object.size)?.checked_sub(addr)
    }

    /// What an `any` holds.
    fn held(&self, place: Place) -> Option<Place> {
        let addr = self.pointer(place.addr).ok()?;
        let word = self.word(place.addr.wrapping_add(8), 8).ok()?;
        let index = usize::try_from(word).ok()?;
        let known = index < self.view.module.types.len();
        let held = known.then(|| Place {
            addr,
            ty: TypeId::new(index),
        })?;
        self.is_there(held).then_some(held)
    }
}
