//! `type_info`: records of types for compile-time code and for the program.

use std::rc::Rc;

use sx_ir::{ConstImage, Global, GlobalId, Reloc, RelocTarget, Symbol, TypeId, TypeKind};
use sx_syntax::Span;

use crate::builtins::reflect::Absent;
use crate::emission::value::CtVal;
use crate::sema::{Binding, Entity, Env, ModId, Res, Sema};

impl Sema<'_> {
    /// The `TypeInfo` that describes types, as the program sees it.
    pub fn type_info_type(&mut self, env: &Rc<Env>, span: Span) -> Res<TypeId> {
        let ident = Symbol::intern("TypeInfo");
        let found = match env.get(ident) {
            Some(Binding::Type(ty)) => return Ok(ty),
            _ => self.modules.iter().enumerate().find_map(|(i, m)| {
                let decl = m.names.get(&ident).copied()?;
                m.path
                    .ends_with("std/meta.sx")
                    .then_some((ModId(i as u32), decl))
            }),
        };
        let visible = found.filter(|(meta, _)| self.imports_transitively(env.module, *meta));
        let Some((_, decl)) = visible else {
            return Err(self.error(
                span,
                "type_info needs `TypeInfo` in scope; import \"modules/std/meta.sx\"",
            ));
        };
        match self.resolve_decl(decl)? {
            Entity::Type(ty) => {
                self.complete(ty)?;
                Ok(ty)
            }
            _ => Err(self.error(span, "type_info needs `TypeInfo`, an enum, in scope")),
        }
    }

    /// The constant that describes `ty`.
    pub fn type_info_image(&mut self, info: TypeId, ty: TypeId) -> Option<CtVal> {
        let kind = self.m.types.kind(ty).clone();
        let word = |name: &'static str, value: u64| (name, Part::Word(value));
        let type_of = |t: TypeId| Part::Word(u64::from(t.0));
        let (variant, parts): (&str, Vec<(&'static str, Part)>) = match &kind {
            TypeKind::Enum(_) => {
                let def = self.m.types.enum_def(ty)?.clone();
                let list = def
                    .variants
                    .iter()
                    .map(|v| {
                        vec![
                            ("name", Part::Text(v.name.to_string())),
                            ("payload", type_of(v.payload.unwrap_or(TypeId::VOID))),
                        ]
                    })
                    .collect();
                ("enum", vec![("variants", Part::List(list))])
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                let layout = self.m.types.layout(ty);
                let members = self.m.types.members(ty).unwrap_or_default();
                let list = members
                    .iter()
                    .enumerate()
                    .map(|(i, (name, t))| {
                        field(
                            name.map_or(String::new(), |n| n.to_string()),
                            *t,
                            layout.offsets.get(i).copied().unwrap_or(0),
                        )
                    })
                    .collect();
                ("struct", vec![("fields", Part::List(list))])
            }
            TypeKind::Protocol(_) => {
                let def = self.m.types.protocol_def(ty)?.clone();
                let mut list = vec![
                    field("ctx".into(), TypeId::VOID_PTR, 0),
                    field("__type_id".into(), TypeId::TYPE, 8),
                ];
                if def.inline {
                    for (i, (name, slot)) in def.slots.iter().enumerate() {
                        list.push(field(name.to_string(), *slot, 16 + 8 * i as u64));
                    }
                } else {
                    list.push(field("__vtable".into(), TypeId::VOID_PTR, 16));
                }
                ("struct", vec![("fields", Part::List(list))])
            }
            TypeKind::Union(_) => {
                let def = self.m.types.union_def(ty)?.clone();
                let list = def
                    .members
                    .iter()
                    .map(|m| field(m.name.to_string(), m.ty, 0))
                    .collect();
                ("union", vec![("arms", Part::List(list))])
            }
            TypeKind::Tuple(_) | TypeKind::Failable { .. } => {
                let members = self.m.types.members(ty).unwrap_or_default();
                let list = members
                    .iter()
                    .map(|(_, t)| vec![("", type_of(*t))])
                    .collect();
                ("tuple", vec![("elements", Part::List(list))])
            }
            TypeKind::Int { bits, signed } => (
                "int",
                vec![
                    word("bits", u64::from(*bits)),
                    word("signed", u64::from(*signed)),
                ],
            ),
            TypeKind::F32 => ("float", vec![word("bits", 32)]),
            TypeKind::F64 => ("float", vec![word("bits", 64)]),
            TypeKind::Bool => ("bool", vec![]),
            TypeKind::String | TypeKind::StringZ => ("string", vec![]),
            TypeKind::CString => ("cstring", vec![]),
            TypeKind::Void | TypeKind::Poison => ("void", vec![]),
            TypeKind::Array(t, n) => ("array", vec![("elem", type_of(*t)), word("len", *n)]),
            TypeKind::Vector(t, n) => (
                "vector",
                vec![("elem", type_of(*t)), word("lanes", u64::from(*n))],
            ),
            TypeKind::Slice(t) => ("slice", vec![("elem", type_of(*t))]),
            TypeKind::Pointer(t) => ("pointer", vec![("pointee", type_of(*t))]),
            TypeKind::ManyPointer(t) => ("many_pointer", vec![("pointee", type_of(*t))]),
            TypeKind::Optional(t) => ("optional", vec![("inner", type_of(*t))]),
            TypeKind::Function(_) => ("function", vec![]),
            TypeKind::Closure(_) => ("closure", vec![]),
            TypeKind::ErrorSet(_) | TypeKind::AnyError => ("error_set", vec![]),
            TypeKind::Any => ("any", vec![]),
            TypeKind::NoReturn => ("noreturn", vec![]),
            TypeKind::Usize => ("usize", vec![]),
            TypeKind::Isize => ("isize", vec![]),
            TypeKind::Type => ("type_value", vec![]),
        };
        let def = self.m.types.enum_def(info)?.clone();
        let chosen = def.variants.iter().find(|v| v.name == variant)?.clone();
        let mut image = ConstImage::zeroed(self.m.types.size_of(info));
        let width = self.m.types.size_of(def.backing);
        self.put_int(&mut image.bytes, 0, width as usize, chosen.value as u64);
        if let Some(payload) = chosen.payload {
            self.put_parts(&mut image, width, payload, &parts)?;
        }
        image.relocs.sort_by_key(|r| r.offset);
        Some(CtVal {
            ty: info,
            image: Rc::new(image),
            literal: false,
        })
    }

    fn put_parts(
        &mut self,
        image: &mut ConstImage,
        base: u64,
        ty: TypeId,
        parts: &[(&'static str, Part)],
    ) -> Option<()> {
        for (name, part) in parts {
            let (at, member) = if name.is_empty() {
                (base, ty)
            } else {
                let members = self.m.types.members(ty)?;
                let i = members
                    .iter()
                    .position(|(n, _)| n.is_some_and(|n| n == *name))?;
                (base + self.m.types.offset_of(ty, i), members[i].1)
            };
            match part {
                Part::Word(value) => {
                    let size = self.m.types.size_of(member) as usize;
                    self.put_int(&mut image.bytes, at as usize, size, *value);
                }
                Part::Text(text) => {
                    let data = self.string_data(text.as_bytes());
                    image.relocs.push(Reloc {
                        offset: at,
                        target: RelocTarget::Global(data),
                        addend: 0,
                    });
                    self.put_int(&mut image.bytes, at as usize + 8, 8, text.len() as u64);
                }
                Part::List(items) => {
                    self.put_int(&mut image.bytes, at as usize + 8, 8, items.len() as u64);
                    let TypeKind::Slice(elem) = *self.m.types.kind(member) else {
                        return None;
                    };
                    if items.is_empty() {
                        continue;
                    }
                    self.complete(elem).ok()?;
                    let stride = self.m.types.size_of(elem);
                    let mut list = ConstImage::zeroed(stride * items.len() as u64);
                    for (i, item) in items.iter().enumerate() {
                        self.put_parts(&mut list, stride * i as u64, elem, item)?;
                    }
                    list.relocs.sort_by_key(|r| r.offset);
                    let array = self.m.types.array(elem, items.len() as u64);
                    let data = self.const_global(&list, array, "type_info");
                    image.relocs.push(Reloc {
                        offset: at,
                        target: RelocTarget::Global(data),
                        addend: 0,
                    });
                }
            }
        }
        Some(())
    }

    /// Table of `TypeInfo` records of all types, by type id; see [`Sema::fill_type_infos`].
    pub fn type_info_table(&mut self, info: TypeId) -> GlobalId {
        if let Some((table, _)) = self.caches.type_infos {
            return table;
        }
        let table = self.m.add_global(Global {
            name: "__sx_type_infos".into(),
            size: 8,
            align: 8,
            init: ConstImage::zeroed(8),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.caches.type_infos = Some((table, info));
        table
    }

    pub fn fill_type_infos(&mut self, absent: Absent) {
        let Some((table, info)) = self.caches.type_infos else {
            return;
        };
        let count = self.m.types.len();
        let mut relocs = Vec::with_capacity(count);
        for id in 0..count {
            let ty = TypeId::new(id);
            let record = match self.caches.type_info_records.get(&ty) {
                Some(record) => *record,
                None if !self.m.types.is_complete(ty, 0) => match absent {
                    Absent::Unasked => continue,
                    Absent::Noticed => self.absent_record(ty),
                },
                None => {
                    let Some(val) = self.type_info_image(info, ty) else {
                        continue;
                    };
                    let record = self.const_global(&val.image, info, "type_info");
                    self.caches.type_info_records.insert(ty, record);
                    record
                }
            };
            relocs.push(Reloc {
                offset: 8 * id as u64,
                target: RelocTarget::Global(record),
                addend: 0,
            });
        }
        let global = &mut self.m.globals[table.index()];
        global.size = 8 * count as u64;
        global.init = ConstImage {
            bytes: vec![0; 8 * count],
            relocs,
        };
    }
}

/// A member's value in a `TypeInfo` record.
enum Part {
    Word(u64),
    Text(String),
    List(Vec<Vec<(&'static str, Part)>>),
}

fn field(name: String, ty: TypeId, offset: u64) -> Vec<(&'static str, Part)> {
    vec![
        ("name", Part::Text(name)),
        ("type", Part::Word(u64::from(ty.0))),
        ("offset", Part::Word(offset)),
    ]
}
