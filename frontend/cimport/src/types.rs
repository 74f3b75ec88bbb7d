//! C types as far as they matter to a foreign caller, and their layout by the x86-64 System V convention (LP64).

use std::rc::Rc;

/// Number of a struct or union in [`Records`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RecordId(pub u32);

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Void,
    Bool,
    /// Plain `char`, which is signed.
    Char,
    Int {
        bytes: u8,
        signed: bool,
    },
    Float,
    Double,
    Pointer(Rc<Pointee>),
    /// Without a length: incomplete.
    Array(Rc<Type>, Option<u64>),
    Function(Rc<FunctionType>),
    Record(RecordId),
    /// An enumeration is its underlying integer.
    Enum {
        bytes: u8,
        signed: bool,
    },
    /// `long double`, `__int128`, complex numbers, vectors and others that sx has no word for.
    Other {
        name: &'static str,
        size: u64,
        align: u64,
    },
    /// Not understood.
    Unknown,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pointee {
    pub ty: Type,
    pub constant: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionType {
    pub params: Vec<Param>,
    pub ret: Type,
    /// `...`
    pub variadic: bool,
    /// False for `f()`, which tells nothing of the parameters.
    pub prototype: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Param {
    pub name: Option<Rc<str>>,
    pub ty: Type,
}

pub const INT: Type = Type::Int {
    bytes: 4,
    signed: true,
};

pub const LONG_DOUBLE: Type = Type::Other {
    name: "long double",
    size: 16,
    align: 16,
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Absent for anonymous members and padding.
    pub name: Option<Rc<str>>,
    pub ty: Type,
    /// Bytes from the start; for bit-fields those of the unit it begins in.
    pub offset: u64,
    /// First bit from `offset` on, and width.
    pub bits: Option<(u32, u32)>,
}

/// A struct or union.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub tag: Option<Rc<str>>,
    pub is_union: bool,
    /// Absent if only declared.
    pub body: Option<Body>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    pub fields: Vec<Field>,
    pub size: u64,
    pub align: u64,
}

#[derive(Default, Debug)]
pub struct Records(Vec<Record>);

/// A member as written, before it has a place.
pub struct Member {
    pub name: Option<Rc<str>>,
    pub ty: Type,
    /// Width of a bit-field.
    pub width: Option<u32>,
    /// `aligned(n)` on it.
    pub align: Option<u64>,
}

impl Records {
    pub fn add(&mut self, record: Record) -> RecordId {
        self.0.push(record);
        RecordId(self.0.len() as u32 - 1)
    }

    pub fn get(&self, id: RecordId) -> &Record {
        &self.0[id.0 as usize]
    }

    pub fn define(&mut self, id: RecordId, body: Body) {
        self.0[id.0 as usize].body = Some(body);
    }

    /// Size and alignment; absent for incomplete and unknown types.
    pub fn layout(&self, ty: &Type) -> Option<(u64, u64)> {
        match ty {
            // As GCC has it.
            Type::Void | Type::Function(_) => Some((1, 1)),
            Type::Bool | Type::Char => Some((1, 1)),
            Type::Int { bytes, .. } | Type::Enum { bytes, .. } => {
                Some((u64::from(*bytes), u64::from(*bytes)))
            }
            Type::Float => Some((4, 4)),
            Type::Double | Type::Pointer(_) => Some((8, 8)),
            Type::Array(elem, count) => {
                let (size, align) = self.layout(elem)?;
                Some((size.checked_mul((*count)?)?, align))
            }
            Type::Record(id) => {
                let body = self.get(*id).body.as_ref()?;
                Some((body.size, body.align))
            }
            Type::Other { size, align, .. } => Some((*size, *align)),
            Type::Unknown => None,
        }
    }

    /// Places members. `None` if one of them has no known size.
    pub fn place(
        &self,
        members: Vec<Member>,
        is_union: bool,
        packed: Option<u64>,
        min_align: u64,
    ) -> Option<Body> {
        let mut fields = Vec::new();
        // In bits, for the sake of bit-fields.
        let (mut at, mut size, mut align) = (0u64, 0u64, min_align.max(1));
        let last = members.len().saturating_sub(1);
        for (i, member) in members.into_iter().enumerate() {
            let (bytes, natural) = match (&member.ty, i == last) {
                // A flexible array member at the end takes no room.
                (Type::Array(elem, None), true) => (0, self.layout(elem)?.1),
                (ty, _) => self.layout(ty)?,
            };
            let mut wanted = natural;
            if let Some(limit) = packed {
                wanted = wanted.min(limit);
            }
            wanted = wanted.max(member.align.unwrap_or(1));
            if is_union {
                at = 0;
            }
            let bits = match member.width {
                None => {
                    at = at.checked_next_multiple_of(wanted.checked_mul(8)?)?;
                    None
                }
                Some(0) => {
                    at = at.checked_next_multiple_of(natural * 8)?;
                    continue;
                }
                Some(width) => {
                    // A bit-field may not cross a unit of its type's size, unless packed.
                    let unit = bytes.checked_mul(8)?.max(8);
                    let width64 = u64::from(width);
                    if packed.is_none() && at / unit != (at + width64 - 1) / unit {
                        at = at.checked_next_multiple_of(unit)?;
                    }
                    Some(width)
                }
            };
            let unit = if bits.is_some() { bytes.max(1) } else { 1 };
            let offset = at / 8 / unit * unit;
            fields.push(Field {
                name: member.name.clone(),
                ty: member.ty,
                offset,
                bits: bits.map(|width| ((at - offset * 8) as u32, width)),
            });
            at = at.checked_add(match bits {
                Some(width) => u64::from(width),
                None => bytes.checked_mul(8)?,
            })?;
            size = size.max(at);
            // Unnamed bit-fields don't align their struct.
            if bits.is_none() || member.name.is_some() {
                align = align.max(wanted);
            }
        }
        Some(Body {
            fields,
            size: size.div_ceil(8).checked_next_multiple_of(align)?,
            align,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(ty: Type, width: Option<u32>) -> Member {
        Member {
            name: Some("m".into()),
            ty,
            width,
            align: None,
        }
    }

    fn size(members: Vec<Member>, packed: Option<u64>) -> Option<(u64, u64)> {
        let body = Records::default().place(members, false, packed, 1)?;
        Some((body.size, body.align))
    }

    #[test]
    fn structs_have_c_layout() {
        let mixed = || {
            vec![
                member(Type::Char, None),
                member(Type::Double, None),
                member(INT, None),
            ]
        };
        assert_eq!(size(mixed(), None), Some((24, 8)));
        assert_eq!(size(mixed(), Some(1)), Some((13, 1)));
        assert_eq!(size(mixed(), Some(4)), Some((16, 4)));
    }

    #[test]
    fn bit_fields_share_units() {
        let bits = |width| member(INT, Some(width));
        assert_eq!(size(vec![bits(3), bits(5)], None), Some((4, 4)));
        assert_eq!(size(vec![bits(30), bits(3)], None), Some((8, 4)));
        assert_eq!(
            size(vec![member(Type::Char, None), bits(20)], None),
            Some((4, 4))
        );
    }
}
