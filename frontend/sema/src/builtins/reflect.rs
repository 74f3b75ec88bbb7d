//! Run-time type records: what `Type` values known only while running are asked through. One table, indexed by type
//! id, serves comptime and the program alike; it is in the program only if something reads it.

use sx_ir::{ConstImage, Global, GlobalId, Reloc, RelocTarget, TypeId, TypeKind};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece};
use crate::sema::Sema;

use sx_ir::{BinaryOp, CheckRel, TrapKind, Ty};

/// Offsets in a type record; all words are 8 bytes.
pub mod record {
    pub const SIZE_OF: u64 = 0;
    pub const ALIGN_OF: u64 = 8;
    /// `string`
    pub const NAME: u64 = 16;
    /// Fields, elements, variants.
    pub const COUNT: u64 = 32;
    /// First member record.
    pub const MEMBERS: u64 = 40;
    /// Element, payload of an optional, pointee; `void` if none.
    pub const ELEM: u64 = 48;
    /// Bytes of the tag, negative if signed; 0 if there is none.
    pub const TAG_WIDTH: u64 = 56;
    pub const PAYLOAD_OFFSET: u64 = 64;
    pub const IS_FLAGS: u64 = 72;
    pub const IS_UNSIGNED: u64 = 80;
    /// One bit per category, see [`super::CATEGORIES`].
    pub const CATEGORIES: u64 = 88;
    pub const VECTOR_LANES: u64 = 96;
    pub const TAG_OFFSET: u64 = 104;
    /// Whether the members are struct-like (fields), and variants.
    pub const FIELD_COUNT: u64 = 112;
    pub const VARIANT_COUNT: u64 = 120;
    pub const SIZE: u64 = 128;

    pub mod member {
        /// `string`
        pub const NAME: u64 = 0;
        pub const TYPE: u64 = 16;
        /// Fields: offset; variants: value.
        pub const VALUE: u64 = 24;
        pub const SIZE: u64 = 32;
    }
}

/// Categories of type switches, in bit order.
pub const CATEGORIES: [&str; 15] = [
    "int",
    "float",
    "bool",
    "string",
    "void",
    "struct",
    "enum",
    "union",
    "vector",
    "array",
    "slice",
    "pointer",
    "optional",
    "error_set",
    "closure",
];

/// What tables have of types that aren't laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absent {
    /// Nothing: a program that is complete asks about none.
    Unasked,
    /// What can't be accessed, for an evaluation that may ask.
    Noticed,
}

impl Sema<'_> {
    /// The table of all types' records, filled in by [`Sema::fill_type_table`].
    pub fn type_table(&mut self) -> GlobalId {
        if let Some(table) = self.type_table {
            return table;
        }
        let table = self.m.add_global(Global {
            name: "__sx_types".into(),
            size: 8,
            align: 8,
            init: ConstImage::zeroed(8),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.type_table = Some(table);
        table
    }

    /// Brings the table up to date with the types known now. `absent`: of those that aren't laid out.
    pub fn fill_type_table(&mut self, absent: Absent) {
        let Some(table) = self.type_table else { return };
        self.complete_all();
        let count = self.m.types.len();
        let mut relocs = Vec::with_capacity(count);
        for id in 0..count {
            let ty = TypeId::new(id);
            let record = match self.caches.type_records.get(&ty) {
                Some(record) => *record,
                None if !self.m.types.is_complete(ty, 0) => match absent {
                    Absent::Unasked => continue,
                    Absent::Noticed => self.absent_record(ty),
                },
                None => {
                    let record = self.type_record(ty);
                    self.caches.type_records.insert(ty, record);
                    record
                }
            };
            relocs.push(Reloc {
                offset: 8 * id as u64,
                target: RelocTarget::Global(record),
                addend: 0,
            });
        }
        // Evaluations that make types add their records.
        let spare = if self.caches.minting {
            crate::comptime::host::RESERVED_RECORDS
        } else {
            0
        };
        let global = &mut self.m.globals[table.index()];
        global.size = 8 * (count + spare) as u64;
        global.mutable = spare > 0;
        global.init = ConstImage {
            bytes: vec![0; 8 * (count + spare)],
            relocs,
        };
    }

    fn type_record(&mut self, ty: TypeId) -> GlobalId {
        let mut image = ConstImage::zeroed(record::SIZE);
        let layout = self.m.types.layout(ty);
        let endian = self.cfg.target.endian;
        let put = |image: &mut ConstImage, offset: u64, value: u64| {
            let offset = offset as usize;
            image.bytes[offset..offset + 8].copy_from_slice(&endian.word(value));
        };
        put(&mut image, record::SIZE_OF, layout.size);
        put(&mut image, record::ALIGN_OF, layout.align);
        let name = self.type_name(ty);
        self.put_string(&mut image, record::NAME, &name);
        // (name, type, offset or value) of each member.
        let mut members: Vec<(String, TypeId, i64)> = Vec::new();
        let mut fields = 0u64;
        let mut variants = 0u64;
        match self.m.types.kind(ty).clone() {
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => {
                for (i, (name, member)) in self
                    .m
                    .types
                    .members(ty)
                    .unwrap_or_default()
                    .into_iter()
                    .enumerate()
                {
                    let name = name.map_or_else(String::new, |n| n.to_string());
                    members.push((
                        name,
                        member,
                        layout.offsets.get(i).copied().unwrap_or(0) as i64,
                    ));
                }
                fields = members.len() as u64;
            }
            TypeKind::Union(_) => {
                if let Some(def) = self.m.types.union_def(ty) {
                    members.extend(def.members.iter().map(|m| (m.name.to_string(), m.ty, 0)));
                }
                fields = members.len() as u64;
            }
            TypeKind::Protocol(_) => {
                if let Some(def) = self.m.types.protocol_def(ty).cloned() {
                    members.push(("ctx".into(), TypeId::VOID_PTR, 0));
                    members.push(("__type_id".into(), TypeId::TYPE, 8));
                    if def.inline {
                        for (i, (name, slot)) in def.slots.iter().enumerate() {
                            members.push((name.to_string(), *slot, 16 + 8 * i as i64));
                        }
                    } else {
                        members.push(("__vtable".into(), TypeId::VOID_PTR, 16));
                    }
                }
                fields = members.len() as u64;
            }
            TypeKind::Enum(_) => {
                if let Some(def) = self.m.types.enum_def(ty).cloned() {
                    for variant in &def.variants {
                        members.push((
                            variant.name.to_string(),
                            variant.payload.unwrap_or(TypeId::VOID),
                            self.tag_number(def.backing, variant.value),
                        ));
                    }
                    variants = members.len() as u64;
                    let (bits, signed) = self.m.types.int_info(def.backing).unwrap_or((64, true));
                    let bytes = i64::from(bits.div_ceil(8).next_power_of_two());
                    put(
                        &mut image,
                        record::TAG_WIDTH,
                        (if signed { -bytes } else { bytes }) as u64,
                    );
                    let payload = match def.places {
                        Some(places) => places.payload_offset,
                        None => self.m.types.size_of(def.backing),
                    };
                    put(&mut image, record::PAYLOAD_OFFSET, payload);
                    put(
                        &mut image,
                        record::TAG_OFFSET,
                        def.places.map_or(0, |p| p.tag_offset),
                    );
                    put(&mut image, record::IS_FLAGS, u64::from(def.flags));
                }
            }
            TypeKind::ErrorSet(_) | TypeKind::AnyError => put(&mut image, record::TAG_WIDTH, 4),
            _ => {}
        }
        let (elem, count) = match *self.m.types.kind(ty) {
            TypeKind::Array(t, n) => (t, n),
            TypeKind::Vector(t, n) => (t, u64::from(n)),
            TypeKind::Slice(t)
            | TypeKind::Optional(t)
            | TypeKind::Pointer(t)
            | TypeKind::ManyPointer(t) => (t, 0),
            TypeKind::String | TypeKind::StringZ => (TypeId::U8, 0),
            _ => (TypeId::VOID, members.len() as u64),
        };
        put(&mut image, record::ELEM, u64::from(elem.0));
        put(&mut image, record::COUNT, count);
        put(&mut image, record::FIELD_COUNT, fields);
        put(&mut image, record::VARIANT_COUNT, variants);
        if let TypeKind::Vector(_, n) = self.m.types.kind(ty) {
            put(&mut image, record::VECTOR_LANES, u64::from(*n));
        }
        let unsigned = matches!(self.m.types.int_info(ty), Some((_, false)));
        put(&mut image, record::IS_UNSIGNED, u64::from(unsigned));
        let mut bits = 0u64;
        for (i, category) in CATEGORIES.iter().enumerate() {
            if self.type_in_category(ty, category) {
                bits |= 1 << i;
            }
        }
        if ty == TypeId::TYPE {
            bits |= 1 << CATEGORIES.len();
        }
        put(&mut image, record::CATEGORIES, bits);
        if !members.is_empty() {
            let mut list = ConstImage::zeroed(members.len() as u64 * record::member::SIZE);
            for (i, (name, member, value)) in members.iter().enumerate() {
                let base = i as u64 * record::member::SIZE;
                self.put_string(&mut list, base + record::member::NAME, name);
                put(&mut list, base + record::member::TYPE, u64::from(member.0));
                put(&mut list, base + record::member::VALUE, *value as u64);
            }
            let size = list.bytes.len() as u64;
            let global = self.const_bytes(format!("members.{name}"), list, size);
            image.relocs.push(Reloc {
                offset: record::MEMBERS,
                target: RelocTarget::Global(global),
                addend: 0,
            });
            image.relocs.sort_by_key(|r| r.offset);
        }
        self.const_bytes(format!("type.{name}"), image, record::SIZE)
    }

    fn const_bytes(&mut self, name: String, init: ConstImage, size: u64) -> GlobalId {
        self.m.add_global(Global {
            name,
            size,
            align: 8,
            init,
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        })
    }

    fn put_string(&mut self, image: &mut ConstImage, offset: u64, text: &str) {
        let data = self.string_data(text.as_bytes());
        image.relocs.push(Reloc {
            offset,
            target: RelocTarget::Global(data),
            addend: 0,
        });
        let at = offset as usize + 8;
        let len = self.cfg.target.endian.word(text.len() as u64);
        image.bytes[at..at + 8].copy_from_slice(&len);
    }

    /// Address of the record of a type known only at run time.
    pub fn record_of(&mut self, cx: &mut FnCx, tag: Piece) -> Addr {
        let table = self.type_table();
        let offset = cx.binary(BinaryOp::Mul, tag, Piece::Const(Ty::I64, 8));
        let at = cx.binary(BinaryOp::PtrAdd, Piece::GlobalAddr(table, 0), offset);
        let at = cx.addr_of_piece(at);
        let record = cx.load_scalar(Ty::Ptr, at);
        cx.addr_of_piece(record)
    }

    /// Address of member `index` in a record's list, if there is one.
    pub fn member_record(&mut self, cx: &mut FnCx, record: Addr, index: Piece) -> Addr {
        // A type has either.
        let fields = cx.load_scalar(Ty::I64, record.plus(record::FIELD_COUNT));
        let variants = cx.load_scalar(Ty::I64, record.plus(record::VARIANT_COUNT));
        let count = cx.binary(BinaryOp::Add, fields, variants);
        let index = cx.check(TrapKind::Index, CheckRel::Below, index, count);
        let list = cx.load_scalar(Ty::Ptr, record.plus(record::MEMBERS));
        let offset = cx.binary(
            BinaryOp::Mul,
            index,
            Piece::Const(Ty::I64, record::member::SIZE),
        );
        let at = cx.binary(BinaryOp::PtrAdd, list, offset);
        cx.addr_of_piece(at)
    }

    /// i8: whether the type with this id is in a category.
    pub fn in_category(
        &mut self,
        cx: &mut FnCx,
        tag: Piece,
        category: &str,
    ) -> crate::sema::Res<Piece> {
        if let Some(bits) = tag.as_const() {
            return Ok(Piece::Const(
                Ty::I8,
                u64::from(self.type_in_category(TypeId(bits as u32), category)),
            ));
        }
        let bit = match CATEGORIES.iter().position(|c| *c == category) {
            Some(bit) => bit,
            None => CATEGORIES.len(),
        };
        let record = self.record_of(cx, tag);
        let bits = cx.load_scalar(Ty::I64, record.plus(record::CATEGORIES));
        let masked = cx.binary(BinaryOp::And, bits, Piece::Const(Ty::I64, 1 << bit));
        Ok(cx.binary(BinaryOp::Ne, masked, Piece::Const(Ty::I64, 0)))
    }
}
