//! DWARF types of sx types.

use crate::debug::Debug;
use crate::raw;
use inkwell::debug_info::{AsDIScope, DIFile, DIFlags, DIFlagsConstants, DIType};
use rustc_hash::FxHashMap;
use sx_ir::types::NominalDef;
use sx_ir::{Ty, TypeId, TypeKind};

/// DWARF encodings of basic types.
const ADDRESS: u32 = 1;
const BOOLEAN: u32 = 2;
const FLOAT: u32 = 4;
const SIGNED: u32 = 5;
const UNSIGNED: u32 = 7;

#[derive(Default)]
pub struct DebugTypes<'c> {
    /// Finished types, and forward declarations of those being described.
    known: FxHashMap<TypeId, DIType<'c>>,
    basic: FxHashMap<(&'static str, u64, u32), DIType<'c>>,
}

impl<'c> Debug<'_, 'c> {
    /// Type of a variable; `None` where nothing can be said.
    pub fn variable_type(
        &mut self,
        sx_type: Option<TypeId>,
        scalar: Option<Ty>,
    ) -> Option<DIType<'c>> {
        if let Some(ty) = sx_type
            && let Some(described) = self.describe(ty)
        {
            return Some(described);
        }
        let pointer = self.ir.target.pointer_size * 8;
        match scalar? {
            Ty::I8 => self.basic("i8", 8, SIGNED),
            Ty::I16 => self.basic("i16", 16, SIGNED),
            Ty::I32 => self.basic("i32", 32, SIGNED),
            Ty::I64 => self.basic("i64", 64, SIGNED),
            Ty::F32 => self.basic("f32", 32, FLOAT),
            Ty::F64 => self.basic("f64", 64, FLOAT),
            Ty::Ptr => self.basic("ptr", pointer, ADDRESS),
        }
    }

    fn basic(&mut self, name: &'static str, bits: u64, encoding: u32) -> Option<DIType<'c>> {
        if let Some(known) = self.types.basic.get(&(name, bits, encoding)) {
            return Some(*known);
        }
        let made = self
            .build
            .create_basic_type(name, bits, encoding, DIFlags::ZERO)
            .ok()?
            .as_type();
        self.types.basic.insert((name, bits, encoding), made);
        Some(made)
    }

    fn named(&mut self, name: &str, bits: u64, encoding: u32) -> Option<DIType<'c>> {
        Some(
            self.build
                .create_basic_type(name, bits, encoding, DIFlags::ZERO)
                .ok()?
                .as_type(),
        )
    }

    fn describe(&mut self, id: TypeId) -> Option<DIType<'c>> {
        if let Some(known) = self.types.known.get(&id) {
            return Some(*known);
        }
        let made = self.describe_new(id)?;
        self.types.known.insert(id, made);
        Some(made)
    }

    fn describe_new(&mut self, id: TypeId) -> Option<DIType<'c>> {
        let table = &self.ir.types;
        let size = table.size_of(id) * 8;
        match table.kind(id).clone() {
            TypeKind::Bool => self.basic("bool", 8, BOOLEAN),
            TypeKind::Int { bits, signed } => {
                let name = format!("{}{bits}", if signed { 'i' } else { 'u' });
                self.named(&name, size, if signed { SIGNED } else { UNSIGNED })
            }
            TypeKind::Usize => self.basic("usize", size, UNSIGNED),
            TypeKind::Isize => self.basic("isize", size, SIGNED),
            TypeKind::F32 => self.basic("f32", 32, FLOAT),
            TypeKind::F64 => self.basic("f64", 64, FLOAT),
            TypeKind::Type => self.basic("Type", 64, UNSIGNED),
            TypeKind::AnyError | TypeKind::ErrorSet(_) => self.basic("error", 32, UNSIGNED),
            TypeKind::Pointer(to) | TypeKind::ManyPointer(to) => self.pointer_to(to, size),
            TypeKind::CString => self.pointer_to(TypeId::U8, size),
            TypeKind::Function(_) => self.basic("function", size, ADDRESS),
            TypeKind::String | TypeKind::StringZ => {
                self.words("string", "ptr", Some(TypeId::U8), "len")
            }
            TypeKind::Slice(of) => self.words("slice", "ptr", Some(of), "len"),
            TypeKind::Any => self.words("any", "data", None, "type"),
            TypeKind::Closure(_) => self.words("Closure", "function", None, "env"),
            TypeKind::Array(of, count) => {
                let element = self.describe(of)?;
                let align = table.align_of(id) as u32 * 8;
                let range = 0..i64::try_from(count).ok()?;
                Some(
                    self.build
                        .create_array_type(element, size, align, std::slice::from_ref(&range))
                        .as_type(),
                )
            }
            TypeKind::Optional(of) if table.null_is_absent(of) => self.describe(of),
            TypeKind::Optional(of) => {
                let flag = table.size_of(of);
                let members = vec![
                    ("value".to_string(), of, 0),
                    ("present".to_string(), TypeId::BOOL, flag),
                ];
                self.record("optional", id, members)
            }
            TypeKind::Tuple(_) | TypeKind::AnonStruct(_) | TypeKind::Failable { .. } => {
                let members = table.members(id)?;
                let offsets = table.layout(id).offsets;
                let members = members.iter().zip(offsets).enumerate();
                let members = members
                    .map(|(index, ((label, ty), offset))| {
                        let label = label.map_or_else(
                            || format!("_{index}"),
                            |symbol| (self.resolve)(symbol).to_string(),
                        );
                        (label, *ty, offset)
                    })
                    .collect();
                self.record("tuple", id, members)
            }
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::Protocol(n) => {
                let nominal = table.nominal(n);
                let name = nominal.name.as_str();
                let offsets = table.layout(id).offsets;
                match &nominal.def {
                    NominalDef::Struct(fields) => {
                        let members = fields.iter().zip(offsets);
                        let members = members
                            .map(|(f, at)| ((self.resolve)(f.name).to_string(), f.ty, at))
                            .collect();
                        self.record(name, id, members)
                    }
                    NominalDef::Union(def) => {
                        let members = def.members.iter().zip(offsets);
                        let members = members
                            .map(|(f, at)| ((self.resolve)(f.name).to_string(), f.ty, at))
                            .collect();
                        self.record(name, id, members)
                    }
                    NominalDef::Enum(def) if !def.tagged => {
                        let file = self.file(0);
                        let variants: Vec<_> = def
                            .variants
                            .iter()
                            .map(|v| {
                                self.build
                                    .create_enumerator((self.resolve)(v.name), v.value, false)
                            })
                            .collect();
                        let base = self.describe(def.backing)?;
                        let align = table.align_of(id) as u32 * 8;
                        let scope = file.as_debug_info_scope();
                        let made = self.build.create_enumeration_type(
                            scope, name, file, 0, size, align, &variants, base,
                        );
                        Some(made.as_type())
                    }
                    NominalDef::Enum(def) => {
                        self.record(name, id, vec![("tag".to_string(), def.backing, 0)])
                    }
                    NominalDef::Protocol(_) => {
                        self.record(name, id, vec![("ctx".to_string(), TypeId::VOID_PTR, 0)])
                    }
                    NominalDef::Open | NominalDef::ErrorSet(_) => None,
                }
            }
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison | TypeKind::Vector(..) => None,
        }
    }

    fn pointer_to(&mut self, to: TypeId, bits: u64) -> Option<DIType<'c>> {
        match self.describe(to) {
            Some(pointee) => {
                let space = inkwell::AddressSpace::default();
                Some(
                    self.build
                        .create_pointer_type("", pointee, bits, bits as u32, space)
                        .as_type(),
                )
            }
            None => self.basic("ptr", bits, ADDRESS),
        }
    }

    /// Two words in 8 bytes each, the first an address.
    fn words(
        &mut self,
        name: &str,
        first: &str,
        to: Option<TypeId>,
        second: &str,
    ) -> Option<DIType<'c>> {
        let bits = self.ir.target.pointer_size * 8;
        let address = match to {
            Some(to) => self.pointer_to(to, bits)?,
            None => self.basic("ptr", bits, ADDRESS)?,
        };
        let number = self.basic("i64", 64, SIGNED)?;
        let file = self.file(0);
        let parts = [(first, address, 0), (second, number, 64)];
        Some(self.make_record(
            file,
            name,
            "",
            128,
            64,
            parts.map(|(n, t, at)| (n.to_string(), t, at)).to_vec(),
        ))
    }

    fn record(
        &mut self,
        name: &str,
        id: TypeId,
        members: Vec<(String, TypeId, u64)>,
    ) -> Option<DIType<'c>> {
        let layout = self.ir.types.layout(id);
        let file = self.file(0);
        // Members may point back here: they get a forward declaration, which the finished type then replaces.
        let build = self.build.as_mut_ptr();
        let forward = raw::forward_type(build, file.as_mut_ptr(), name);
        self.types.known.insert(id, raw::as_type(forward));
        let mut parts = Vec::with_capacity(members.len());
        for (member, ty, offset) in members {
            if let Some(described) = self.describe(ty) {
                parts.push((member, described, offset * 8));
            }
        }
        let identity = format!("sx.{id:?}");
        let made = self.make_record(
            file,
            name,
            &identity,
            layout.size * 8,
            layout.align as u32 * 8,
            parts,
        );
        raw::replace_forward(forward, made.as_mut_ptr());
        Some(made)
    }

    fn make_record(
        &mut self,
        file: DIFile<'c>,
        name: &str,
        identity: &str,
        bits: u64,
        align: u32,
        parts: Vec<(String, DIType<'c>, u64)>,
    ) -> DIType<'c> {
        let scope = file.as_debug_info_scope();
        let members: Vec<DIType<'c>> = parts
            .iter()
            .map(|(name, ty, offset)| {
                let size = ty.get_size_in_bits();
                self.build
                    .create_member_type(scope, name, file, 0, size, 0, *offset, DIFlags::ZERO, *ty)
                    .as_type()
            })
            .collect();
        let made = self.build.create_struct_type(
            scope,
            name,
            file,
            0,
            bits,
            align,
            DIFlags::ZERO,
            None,
            &members,
            0,
            None,
            identity,
        );
        made.as_type()
    }
}
