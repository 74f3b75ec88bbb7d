//! sx types, interned: equal types have equal ids. What they occupy is in [`crate::layout`].

use crate::layout::{SHALLOW, TypeLayout};
use crate::symbol::Symbol;
use crate::target::Target;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::OnceLock;

crate::func::entity!(/// An sx type; also the bits of a `Type` value.
    TypeId "t");
crate::func::entity!(/// A nominal type's definition.
    NominalId "n");

/// Name of a type that is written inside no named one.
pub const NAMELESS: &str = "__anon";

impl TypeId {
    pub const VOID: TypeId = TypeId(0);
    pub const NORETURN: TypeId = TypeId(1);
    pub const BOOL: TypeId = TypeId(2);
    pub const I8: TypeId = TypeId(3);
    pub const I16: TypeId = TypeId(4);
    pub const I32: TypeId = TypeId(5);
    pub const I64: TypeId = TypeId(6);
    pub const U8: TypeId = TypeId(7);
    pub const U16: TypeId = TypeId(8);
    pub const U32: TypeId = TypeId(9);
    pub const U64: TypeId = TypeId(10);
    pub const USIZE: TypeId = TypeId(11);
    pub const ISIZE: TypeId = TypeId(12);
    pub const F32: TypeId = TypeId(13);
    pub const F64: TypeId = TypeId(14);
    pub const STRING: TypeId = TypeId(15);
    pub const CSTRING: TypeId = TypeId(16);
    pub const STRING_Z: TypeId = TypeId(17);
    pub const ANY: TypeId = TypeId(18);
    pub const TYPE: TypeId = TypeId(19);
    /// Set of an error value whose set is not known (`error.X` in no set's context is a u32 instead).
    pub const ANY_ERROR: TypeId = TypeId(20);
    /// Placeholder for a value already diagnosed; converts to anything without another error.
    pub const POISON: TypeId = TypeId(21);
    pub const VOID_PTR: TypeId = TypeId(22);
    pub const BYTES: TypeId = TypeId(23);
}

/// Parameters of a function type. `c_conv`: `abi(.c)`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FnType {
    pub params: Vec<TypeId>,
    pub ret: TypeId,
    pub c_conv: bool,
    pub variadic: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TypeKind {
    Void,
    NoReturn,
    Bool,
    /// 1 to 64 bits.
    Int {
        bits: u8,
        signed: bool,
    },
    Usize,
    Isize,
    F32,
    F64,
    String,
    CString,
    /// `[:0]u8`
    StringZ,
    Any,
    /// The type of types.
    Type,
    AnyError,
    Poison,
    Pointer(TypeId),
    ManyPointer(TypeId),
    Slice(TypeId),
    Array(TypeId, u64),
    Vector(TypeId, u32),
    Optional(TypeId),
    /// Elements with their labels.
    Tuple(Vec<(Option<Symbol>, TypeId)>),
    /// Structural; positional fields are named "0", "1", ...
    AnonStruct(Vec<(Symbol, TypeId)>),
    /// Result of a failable function: value slots, then the error set. Laid out as the tuple of both.
    Failable {
        values: Vec<(Option<Symbol>, TypeId)>,
        set: TypeId,
    },
    Function(FnType),
    /// `c_conv` is always false.
    Closure(FnType),
    Struct(NominalId),
    Enum(NominalId),
    Union(NominalId),
    ErrorSet(NominalId),
    Protocol(NominalId),
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Symbol,
    pub ty: TypeId,
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub name: Symbol,
    /// Tag value as stored (low bits at the backing width).
    pub value: i64,
    /// `None` for `void`.
    pub payload: Option<TypeId>,
}

/// Tag and payload places of an enum declared over a layout struct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EnumPlaces {
    pub tag_offset: u64,
    pub payload_offset: u64,
    pub size: u64,
    pub align: u64,
}

#[derive(Clone, Debug)]
pub struct EnumDef {
    /// Integer type of the tag.
    pub backing: TypeId,
    pub flags: bool,
    pub variants: Vec<Variant>,
    /// Any variant has a payload (or a layout struct was given).
    pub tagged: bool,
    pub places: Option<EnumPlaces>,
}

#[derive(Clone, Debug)]
pub struct UnionDef {
    pub members: Vec<Field>,
    /// Members that are anonymous structs (their fields are promoted), by index into `members`.
    pub promoted: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct ProtocolDef {
    pub inline: bool,
    pub identity: bool,
    /// Dispatchable methods in declaration order, with the function type of the slot (receiver `*void` first).
    pub slots: Vec<(Symbol, TypeId)>,
}

#[derive(Clone, Debug)]
pub enum NominalDef {
    /// Declared, contents not known yet.
    Open,
    Struct(Vec<Field>),
    Enum(EnumDef),
    Union(UnionDef),
    ErrorSet(Vec<Symbol>),
    Protocol(ProtocolDef),
}

#[derive(Clone, Debug)]
pub struct Nominal {
    /// Name as printed: bare, `Box__i64` for instances, `Parent.field` for inline types, `__anon`.
    pub name: String,
    pub def: NominalDef,
}

#[derive(Clone, Debug)]
pub struct TypeTable {
    pub target: Target,
    kinds: Vec<TypeKind>,
    /// About how long each one's name is.
    name_lengths: Vec<u64>,
    ids: FxHashMap<TypeKind, TypeId>,
    nominals: Vec<Nominal>,
    pub(crate) layouts: Vec<OnceLock<TypeLayout>>,
    /// What structural types written inside a named one are called.
    inline_names: FxHashMap<TypeId, String>,
    /// A type whose first members may be used while others are still being found out: it isn't complete, though it has a
    /// layout so far.
    growing: Option<TypeId>,
}

impl TypeTable {
    pub fn new(target: Target) -> TypeTable {
        let mut table = TypeTable {
            target,
            kinds: Vec::new(),
            name_lengths: Vec::new(),
            ids: FxHashMap::default(),
            nominals: Vec::new(),
            layouts: Vec::new(),
            inline_names: FxHashMap::default(),
            growing: None,
        };
        let int = |bits, signed| TypeKind::Int { bits, signed };
        for kind in [
            TypeKind::Void,
            TypeKind::NoReturn,
            TypeKind::Bool,
            int(8, true),
            int(16, true),
            int(32, true),
            int(64, true),
            int(8, false),
            int(16, false),
            int(32, false),
            int(64, false),
            TypeKind::Usize,
            TypeKind::Isize,
            TypeKind::F32,
            TypeKind::F64,
            TypeKind::String,
            TypeKind::CString,
            TypeKind::StringZ,
            TypeKind::Any,
            TypeKind::Type,
            TypeKind::AnyError,
            TypeKind::Poison,
            TypeKind::Pointer(TypeId::VOID),
            TypeKind::Slice(TypeId::U8),
        ] {
            table.intern(kind);
        }
        table
    }

    /// Makes room for that many named types. Each is about as often pointed to, or an element.
    pub fn reserve(&mut self, nominals: usize) {
        let kinds = nominals * 2;
        self.kinds.reserve(kinds);
        self.name_lengths.reserve(kinds);
        self.ids.reserve(kinds);
        self.nominals.reserve(nominals);
        self.layouts.reserve(kinds);
    }

    pub fn intern(&mut self, kind: TypeKind) -> TypeId {
        if let Some(id) = self.ids.get(&kind) {
            return *id;
        }
        let id = TypeId::new(self.kinds.len());
        self.name_lengths.push(self.length_of_name(&kind));
        self.kinds.push(kind.clone());
        self.layouts.push(OnceLock::new());
        self.ids.insert(kind, id);
        // Parts are made before what holds them, so each finds theirs done, however deep types nest.
        if self.is_complete(id, SHALLOW) {
            self.layout(id);
        }
        id
    }

    /// About how many characters the name of a type has, without making it: types that share parts can be far larger
    /// written out than they are in the table.
    pub fn name_length(&self, id: TypeId) -> u64 {
        self.name_lengths[id.index()]
    }

    fn length_of_name(&self, kind: &TypeKind) -> u64 {
        const WORD: u64 = 8;
        let all = |ids: &mut dyn Iterator<Item = TypeId>| {
            ids.fold(WORD, |sum, id| sum.saturating_add(2 + self.name_length(id)))
        };
        match kind {
            TypeKind::Void
            | TypeKind::NoReturn
            | TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::String
            | TypeKind::CString
            | TypeKind::StringZ
            | TypeKind::Any
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::Poison
            | TypeKind::AnonStruct(_) => WORD,
            TypeKind::Pointer(of)
            | TypeKind::ManyPointer(of)
            | TypeKind::Slice(of)
            | TypeKind::Array(of, _)
            | TypeKind::Vector(of, _)
            | TypeKind::Optional(of) => self.name_length(*of).saturating_add(1),
            TypeKind::Tuple(members) => all(&mut members.iter().map(|m| m.1)),
            TypeKind::Failable { values, set } => {
                let values = values.iter().map(|m| m.1);
                all(&mut values.chain(std::iter::once(*set)))
            }
            TypeKind::Function(f) | TypeKind::Closure(f) => {
                let params = f.params.iter().copied();
                all(&mut params.chain(std::iter::once(f.ret)))
            }
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::ErrorSet(n)
            | TypeKind::Protocol(n) => self.nominal(*n).name.len() as u64,
        }
    }

    /// Turns a declared type whose contents were open into a type of another kind; its id stays.
    pub fn rekind(&mut self, id: TypeId, kind: TypeKind) {
        self.ids.remove(&self.kinds[id.index()]);
        self.kinds[id.index()] = kind.clone();
        self.ids.entry(kind).or_insert(id);
        self.layouts[id.index()] = OnceLock::new();
    }

    pub fn growing(&self) -> Option<TypeId> {
        self.growing
    }

    /// Which type is to be taken for incomplete, though its first members have their places.
    pub fn set_growing(&mut self, id: Option<TypeId>) {
        self.growing = id;
    }

    /// To be called when members are added to a type whose layout has been asked for.
    pub fn forget_layout(&mut self, id: TypeId) {
        self.layouts[id.index()] = OnceLock::new();
    }

    /// Names a structural type after the first named type it is written in (`Parent.field`).
    pub fn name_inline(&mut self, id: TypeId, name: &str) {
        if let TypeKind::Enum(n) | TypeKind::Union(n) = *self.kind(id) {
            let def = self.nominal_mut(n);
            if def.name == NAMELESS {
                def.name = name.to_string();
            }
            return;
        }
        self.inline_names
            .entry(id)
            .or_insert_with(|| name.to_string());
    }

    pub fn lookup(&self, kind: &TypeKind) -> Option<TypeId> {
        self.ids.get(kind).copied()
    }

    /// A number that stands for no type (compile-time code can make one up) is as good as a mistake.
    pub fn kind(&self, id: TypeId) -> &TypeKind {
        self.kinds.get(id.index()).unwrap_or(&TypeKind::Poison)
    }

    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    pub fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.kinds.len()).map(TypeId::new)
    }

    pub fn add_nominal(&mut self, name: String) -> NominalId {
        self.nominals.push(Nominal {
            name,
            def: NominalDef::Open,
        });
        NominalId::new(self.nominals.len() - 1)
    }

    pub fn nominal(&self, id: NominalId) -> &Nominal {
        &self.nominals[id.index()]
    }

    /// Fills or renames a nominal type. Layouts computed earlier stay; fill before asking for one.
    pub fn nominal_mut(&mut self, id: NominalId) -> &mut Nominal {
        &mut self.nominals[id.index()]
    }

    pub fn int(&mut self, bits: u8, signed: bool) -> TypeId {
        self.intern(TypeKind::Int { bits, signed })
    }

    pub fn pointer(&mut self, to: TypeId) -> TypeId {
        self.intern(TypeKind::Pointer(to))
    }

    pub fn many_pointer(&mut self, to: TypeId) -> TypeId {
        self.intern(TypeKind::ManyPointer(to))
    }

    pub fn slice(&mut self, of: TypeId) -> TypeId {
        self.intern(TypeKind::Slice(of))
    }

    pub fn array(&mut self, of: TypeId, len: u64) -> TypeId {
        self.intern(TypeKind::Array(of, len))
    }

    pub fn optional(&mut self, of: TypeId) -> TypeId {
        self.intern(TypeKind::Optional(of))
    }

    pub fn struct_fields(&self, id: NominalId) -> &[Field] {
        match &self.nominal(id).def {
            NominalDef::Struct(fields) => fields,
            NominalDef::Open
            | NominalDef::Enum(_)
            | NominalDef::Union(_)
            | NominalDef::ErrorSet(_)
            | NominalDef::Protocol(_) => &[],
        }
    }

    pub fn enum_def(&self, id: TypeId) -> Option<&EnumDef> {
        match self.kind(id) {
            TypeKind::Enum(n) => match &self.nominal(*n).def {
                NominalDef::Enum(def) => Some(def),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn union_def(&self, id: TypeId) -> Option<&UnionDef> {
        match self.kind(id) {
            TypeKind::Union(n) => match &self.nominal(*n).def {
                NominalDef::Union(def) => Some(def),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn protocol_def(&self, id: TypeId) -> Option<&ProtocolDef> {
        match self.kind(id) {
            TypeKind::Protocol(n) => match &self.nominal(*n).def {
                NominalDef::Protocol(def) => Some(def),
                _ => None,
            },
            _ => None,
        }
    }

    /// Fields, elements or slots of struct-like types (struct, anonymous struct, tuple, failable) in order; tuple
    /// elements without a label have none.
    pub fn members(&self, id: TypeId) -> Option<Vec<(Option<Symbol>, TypeId)>> {
        match self.kind(id) {
            TypeKind::Struct(n) => Some(
                self.struct_fields(*n)
                    .iter()
                    .map(|f| (Some(f.name), f.ty))
                    .collect(),
            ),
            TypeKind::AnonStruct(fields) => {
                Some(fields.iter().map(|(n, t)| (Some(*n), *t)).collect())
            }
            TypeKind::Tuple(elems) => Some(elems.clone()),
            TypeKind::Failable { values, set } => {
                let mut all = values.clone();
                all.push((None, *set));
                Some(all)
            }
            _ => None,
        }
    }

    /// The types of [`TypeTable::members`]; none for other types.
    pub fn member_types(&self, id: TypeId) -> SmallVec<[TypeId; 8]> {
        match self.kind(id) {
            TypeKind::Struct(n) => self.struct_fields(*n).iter().map(|f| f.ty).collect(),
            TypeKind::AnonStruct(fields) => fields.iter().map(|(_, ty)| *ty).collect(),
            TypeKind::Tuple(elems) => elems.iter().map(|(_, ty)| *ty).collect(),
            TypeKind::Failable { values, set } => {
                let values = values.iter().map(|(_, ty)| *ty);
                values.chain([*set]).collect()
            }
            _ => SmallVec::new(),
        }
    }

    /// (bits, signed) of integer types, `usize` and `isize` included.
    pub fn int_info(&self, id: TypeId) -> Option<(u32, bool)> {
        match self.kind(id) {
            TypeKind::Int { bits, signed } => Some((u32::from(*bits), *signed)),
            TypeKind::Usize => Some((self.target.pointer_size as u32 * 8, false)),
            TypeKind::Isize => Some((self.target.pointer_size as u32 * 8, true)),
            _ => None,
        }
    }

    /// Whether `?id` is one word (or the payload's own words) with null meaning absent.
    pub fn null_is_absent(&self, id: TypeId) -> bool {
        matches!(
            self.kind(id),
            TypeKind::Pointer(_)
                | TypeKind::ManyPointer(_)
                | TypeKind::CString
                | TypeKind::Function(_)
                | TypeKind::Closure(_)
                | TypeKind::Protocol(_)
        )
    }

    /// Name as `type_name`, `{}` and diagnostics print it (reference part 1 §3).
    pub fn name(&self, id: TypeId) -> String {
        let list = |ids: &[TypeId]| {
            ids.iter()
                .map(|t| self.name(*t))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let arrow = |ret: TypeId| {
            if ret == TypeId::VOID {
                String::new()
            } else {
                format!(" -> {}", self.name(ret))
            }
        };
        match self.kind(id) {
            TypeKind::Void => "void".into(),
            TypeKind::NoReturn => "noreturn".into(),
            TypeKind::Bool => "bool".into(),
            TypeKind::Int { bits, signed } => format!("{}{bits}", if *signed { 'i' } else { 'u' }),
            TypeKind::Usize => "usize".into(),
            TypeKind::Isize => "isize".into(),
            TypeKind::F32 => "f32".into(),
            TypeKind::F64 => "f64".into(),
            TypeKind::String | TypeKind::StringZ => "string".into(),
            TypeKind::CString => "cstring".into(),
            TypeKind::Any => "any".into(),
            TypeKind::Type => "Type".into(),
            TypeKind::AnyError => "error".into(),
            TypeKind::Poison => "<error>".into(),
            TypeKind::Pointer(t) => format!("*{}", self.name(*t)),
            TypeKind::ManyPointer(t) => format!("[*]{}", self.name(*t)),
            TypeKind::Slice(t) => format!("[]{}", self.name(*t)),
            TypeKind::Array(t, n) => format!("[{n}]{}", self.name(*t)),
            TypeKind::Vector(t, n) => format!("Vector({n},{})", self.name(*t)),
            TypeKind::Optional(t) => format!("?{}", self.name(*t)),
            TypeKind::Tuple(elems) => self.tuple_name(elems, None),
            TypeKind::AnonStruct(_) => match self.inline_names.get(&id) {
                Some(name) => name.clone(),
                None => NAMELESS.into(),
            },
            TypeKind::Failable { values, set } => {
                let set = match self.kind(*set) {
                    TypeKind::ErrorSet(n) => format!("!{}", self.nominal(*n).name),
                    _ => "!".into(),
                };
                if values.is_empty() {
                    set
                } else {
                    self.tuple_name(values, Some(set))
                }
            }
            TypeKind::Function(f) => {
                let abi = if f.c_conv { " abi(.c)" } else { "" };
                format!("({}){}{abi}", list(&f.params), arrow(f.ret))
            }
            TypeKind::Closure(f) => format!("Closure({}){}", list(&f.params), arrow(f.ret)),
            TypeKind::Struct(n)
            | TypeKind::Enum(n)
            | TypeKind::Union(n)
            | TypeKind::ErrorSet(n)
            | TypeKind::Protocol(n) => self.nominal(*n).name.clone(),
        }
    }

    fn tuple_name(&self, elems: &[(Option<Symbol>, TypeId)], last: Option<String>) -> String {
        let mut parts: Vec<String> = elems
            .iter()
            .map(|(label, ty)| match label {
                Some(label) => format!("{label}: {}", self.name(*ty)),
                None => self.name(*ty),
            })
            .collect();
        let single = parts.len() == 1 && last.is_none();
        parts.extend(last);
        format!("({}{})", parts.join(", "), if single { "," } else { "" })
    }
}
