//! Functions of `Linkage::Host` that comptime code calls: questions to the compiler, and making types.

use std::collections::BTreeMap;

use crate::api::Files;
use crate::builtins::absent::MissingLayout;
use crate::builtins::reflect::record;
use crate::comptime::build::{self, BuildActions, BuildState};
use crate::comptime::library::{self, Effects, Library};
use crate::comptime::reach::{self, MissingBody};
use crate::comptime::type_names::TypeNames;
use crate::metaprogramming::define::{self, Definer};
use rustc_hash::FxHashSet;
use sx_ir::layout::struct_layout;
use sx_ir::types::{EnumDef, Field, NominalDef, NominalId, Variant};
use sx_ir::{FuncId, GlobalId, Linkage, Module, Symbol, TypeId, TypeKind, TypeTable};
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

/// Types made at compile time, and the texts behind handles; outlives single evaluations.
#[derive(Clone, Default)]
pub struct Minted {
    /// By (type function instance that declares it, empty for anybody else; name).
    pub names: BTreeMap<(String, String), TypeId>,
    pub texts: Vec<String>,
}

/// Records that an evaluation can add to the table of types.
pub const RESERVED_RECORDS: usize = 512;

/// Bytes of a `Member` record: `name: string`, `ty: Type`.
const MEMBER_SIZE: u64 = 24;

/// Handles of `raw_find_type` and its kin: built-in types are below 100, 0 is unresolved.
const FIRST_HANDLE: u32 = 100;
const BUILTIN_TYPES: u32 = 24;
const VOID_HANDLE: u32 = 99;

pub struct CompilerHost<'a> {
    pub types: &'a TypeTable,
    /// The table with what this evaluation made, once it has made something.
    pub grown: Option<TypeTable>,
    pub minted: Minted,
    /// What `declare` names belong to.
    pub scope: String,
    /// The table of type records, which has room for what an evaluation makes.
    pub records: Option<GlobalId>,
    pub build: BuildState,
    pub files: Option<&'a dyn Files>,
    pub effects: Effects,
    /// Something was asked of the compiler.
    pub asked: bool,
    pub quotes: crate::metaprogramming::capture::QuoteMaker,
    pub definer: Definer,
    pub names: TypeNames,
    /// It has called a function whose body isn't there.
    pub missing: Option<MissingBody>,
    /// It has asked about a type that isn't laid out, or of whose fields not all is known.
    pub missing_layout: Option<MissingLayout>,
    /// Types of whose fields not all is known.
    pub short_field_rows: FxHashSet<TypeId>,
    /// Types whose methods are known.
    pub method_rows: FxHashSet<TypeId>,
    /// Types that hold a handle by value whose members aren't registered yet: they have no layout until then.
    waiting: Vec<TypeId>,
    /// What emits and links, while the build driver runs.
    pub actions: Option<&'a mut dyn BuildActions>,
    /// State before the evaluation: each engine that runs it starts there.
    before: Minted,
    build_before: BuildState,
}

impl<'a> CompilerHost<'a> {
    pub fn new(
        types: &'a TypeTable,
        minted: Minted,
        scope: String,
        records: Option<GlobalId>,
        build: BuildState,
    ) -> CompilerHost<'a> {
        CompilerHost {
            types,
            grown: None,
            before: minted.clone(),
            minted,
            scope,
            records,
            build_before: build.clone(),
            build,
            files: None,
            effects: Effects::default(),
            asked: false,
            quotes: Default::default(),
            definer: Definer::default(),
            names: TypeNames::default(),
            missing: None,
            missing_layout: None,
            short_field_rows: FxHashSet::default(),
            method_rows: FxHashSet::default(),
            waiting: Vec::new(),
            actions: None,
        }
    }

    /// What the evaluation started with.
    pub fn state_before(&self) -> (Minted, BuildState) {
        (self.before.clone(), self.build_before.clone())
    }

    /// The calls' last argument is a byte of the evaluation's memory: zero in a fresh one.
    fn begin(&mut self, args: &[u64], memory: &mut dyn SandboxMemory) -> Result<(), HostFault> {
        let Some(mark) = args.last() else {
            return Ok(());
        };
        if memory.read(*mark, 1) == Some(&[0]) {
            self.grown = None;
            self.minted = self.before.clone();
            self.build = self.build_before.clone();
            self.effects = Effects::default();
            self.quotes.made.clear();
            self.waiting.clear();
            self.definer.begin();
            self.names.wanted = None;
            memory.write(*mark, &[1])?;
        }
        Ok(())
    }

    fn table(&self) -> &TypeTable {
        self.grown.as_ref().unwrap_or(self.types)
    }

    fn table_mut(&mut self) -> &mut TypeTable {
        self.grown.get_or_insert_with(|| self.types.clone())
    }

    fn declare(&mut self, name: &str) -> TypeId {
        let key = (self.scope.clone(), name.to_string());
        if let Some(ty) = self.minted.names.get(&key) {
            return *ty;
        }
        let ty = declare_open(self.table_mut(), name);
        self.minted.names.insert(key, ty);
        ty
    }

    fn register(
        &mut self,
        handle: TypeId,
        kind: u64,
        members: &[(String, TypeId)],
    ) -> Result<TypeId, HostFault> {
        for (i, (name, _)) in members.iter().enumerate() {
            if kind != 4 && members[..i].iter().any(|(n, _)| n == name) {
                return fail(format!("duplicate member name '{name}'"));
            }
        }
        if kind == 4 {
            let elems = members.iter().map(|(_, t)| (None, *t)).collect();
            let tuple = self.table_mut().intern(TypeKind::Tuple(elems));
            return Ok(tuple);
        }
        let shown = self.table().name(handle);
        let nominal = match (
            self.minted.names.values().any(|t| *t == handle),
            self.table().kind(handle),
        ) {
            (true, TypeKind::Struct(n) | TypeKind::Enum(n)) => *n,
            _ => return fail(format!("'{shown}' is no declared type handle")),
        };
        let name_of = |name: &str| Symbol::intern(name);
        let def = match kind {
            1 => NominalDef::Struct(
                members
                    .iter()
                    .map(|(name, ty)| Field {
                        name: name_of(name),
                        ty: *ty,
                    })
                    .collect(),
            ),
            2 | 3 => {
                if kind == 2
                    && let Some((name, _)) = members.iter().find(|(_, ty)| *ty != TypeId::VOID)
                {
                    return fail(format!(
                        "variant '{name}' of a payload-less enum has a payload"
                    ));
                }
                NominalDef::Enum(EnumDef {
                    backing: TypeId::I64,
                    flags: false,
                    variants: members
                        .iter()
                        .enumerate()
                        .map(|(i, (name, ty))| Variant {
                            name: name_of(name),
                            value: i as i64,
                            payload: (*ty != TypeId::VOID).then_some(*ty),
                        })
                        .collect(),
                    tagged: kind == 3,
                    places: None,
                })
            }
            _ => return fail(format!("{kind} is no kind of type")),
        };
        match (&self.table().nominal(nominal).def, &def) {
            (NominalDef::Open, _) => {}
            (old, new) if same_shape(old, new) => return Ok(handle),
            _ => {
                return fail(format!(
                    "type '{shown}' is already defined with other members"
                ));
            }
        }
        let table = self.table_mut();
        table.nominal_mut(nominal).def = def;
        if kind != 1 {
            table.rekind(handle, TypeKind::Enum(nominal));
        }
        Ok(handle)
    }

    fn handle_of(&self, ty: TypeId) -> u64 {
        u64::from(match ty.0 {
            0 => VOID_HANDLE,
            id if id < BUILTIN_TYPES => id,
            id => id - BUILTIN_TYPES + FIRST_HANDLE,
        })
    }

    fn type_of_handle(&self, handle: u64) -> Option<TypeId> {
        let ty = match u32::try_from(handle).ok()? {
            0 => return None,
            VOID_HANDLE => TypeId::VOID,
            id if id < BUILTIN_TYPES => TypeId(id),
            id if id >= FIRST_HANDLE => TypeId(id - FIRST_HANDLE + BUILTIN_TYPES),
            _ => return None,
        };
        (ty.index() < self.table().len()).then_some(ty)
    }

    fn valid(&self, handle: u64) -> Result<TypeId, HostFault> {
        match self.type_of_handle(handle) {
            Some(ty) => Ok(ty),
            None => fail(format!("{handle} is no type id")),
        }
    }

    fn intern_text(&mut self, text: &str) -> u64 {
        let at = match self.minted.texts.iter().position(|t| t == text) {
            Some(at) => at,
            None => {
                self.minted.texts.push(text.to_string());
                self.minted.texts.len() - 1
            }
        };
        at as u64 + 1
    }

    /// Names (where there are any) and types of a type's members.
    fn members(&self, ty: TypeId) -> Result<Vec<(Option<String>, TypeId)>, HostFault> {
        let table = self.table();
        Ok(match table.kind(ty) {
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => table
                .members(ty)
                .unwrap_or_default()
                .into_iter()
                .map(|(n, t)| (n.map(|n| n.to_string()), t))
                .collect(),
            TypeKind::Union(_) => table
                .union_def(ty)
                .map(|d| {
                    d.members
                        .iter()
                        .map(|m| (Some(m.name.to_string()), m.ty))
                        .collect()
                })
                .unwrap_or_default(),
            TypeKind::Enum(_) => table
                .enum_def(ty)
                .map(|d| {
                    d.variants
                        .iter()
                        .map(|v| (Some(v.name.to_string()), v.payload.unwrap_or(TypeId::VOID)))
                        .collect()
                })
                .unwrap_or_default(),
            _ => return fail(format!("type '{}' has no members", table.name(ty))),
        })
    }

    fn count(&self, ty: TypeId) -> Result<u64, HostFault> {
        match self.table().kind(ty) {
            TypeKind::Array(_, n) => Ok(*n),
            TypeKind::Vector(_, n) => Ok(u64::from(*n)),
            _ => Ok(self.members(ty)?.len() as u64),
        }
    }

    fn member(&self, ty: TypeId, index: u64) -> Result<(Option<String>, TypeId), HostFault> {
        let members = self.members(ty)?;
        match members.get(index as usize) {
            Some(member) => Ok(member.clone()),
            None => {
                let (name, count) = (self.table().name(ty), members.len());
                fail(format!(
                    "index {} is out of range for '{name}' ({count} members)",
                    index as i64
                ))
            }
        }
    }
}

/// The empty nominal slot of a name.
pub fn declare_open(types: &mut TypeTable, name: &str) -> TypeId {
    let nominal = types.add_nominal(name.to_string());
    types.intern(TypeKind::Struct(nominal))
}

/// Whether a minted type's definition is known.
pub fn is_open(types: &TypeTable, nominal: NominalId) -> bool {
    matches!(types.nominal(nominal).def, NominalDef::Open)
}

fn same_shape(a: &NominalDef, b: &NominalDef) -> bool {
    match (a, b) {
        (NominalDef::Struct(a), NominalDef::Struct(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.name == b.name && a.ty == b.ty)
        }
        (NominalDef::Enum(a), NominalDef::Enum(b)) => {
            a.variants.len() == b.variants.len()
                && a.variants
                    .iter()
                    .zip(&b.variants)
                    .all(|(a, b)| a.name == b.name && a.payload == b.payload)
        }
        _ => false,
    }
}

fn fail<T>(reason: String) -> Result<T, HostFault> {
    Err(HostFault::Refused(reason))
}

pub fn text_at(memory: &dyn SandboxMemory, addr: u64, len: u64) -> Result<String, HostFault> {
    if len == 0 {
        return Ok(String::new());
    }
    match memory.read(addr, len) {
        Some(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        None => fail("a text outside the program's memory was given to the compiler".into()),
    }
}

impl CompilerHost<'_> {
    /// Describes a type made by this evaluation, and those that have waited for it to be laid out.
    fn describe(&mut self, ty: TypeId, memory: &mut dyn SandboxMemory) -> Result<(), HostFault> {
        self.write_record(ty, memory)?;
        self.waiting.retain(|waiting| *waiting != ty);
        if !self.table().is_complete(ty, 0) {
            self.waiting.push(ty);
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, waiting) =
            (waiting.into_iter()).partition(|ty| self.table().is_complete(*ty, 0));
        self.waiting = waiting;
        let ready: Vec<TypeId> = ready;
        for ty in ready {
            self.write_record(ty, memory)?;
        }
        Ok(())
    }

    /// What run-time reflection of a type made by this evaluation reads, in the evaluation's own memory.
    fn write_record(
        &mut self,
        ty: TypeId,
        memory: &mut dyn SandboxMemory,
    ) -> Result<(), HostFault> {
        let Some(table) = self.records.and_then(|global| memory.address_of(global)) else {
            return Ok(());
        };
        let types = self.table();
        // No target has big-endian pointers that are narrower than their places here.
        let (endian, pointer_size) = (types.target.endian, types.target.pointer_size);
        let layout = match types.is_complete(ty, 0) {
            true => types.layout(ty),
            false => struct_layout([]),
        };
        let mut words = [0u64; record::SIZE as usize / 8];
        let mut put = |at: u64, value: u64| words[at as usize / 8] = value;
        put(record::SIZE_OF, layout.size);
        put(record::ALIGN_OF, layout.align);
        let mut members: Vec<(String, TypeId, u64)> = Vec::new();
        let category = match types.kind(ty) {
            TypeKind::Struct(_) | TypeKind::Tuple(_) => {
                for (i, (name, member)) in types.members(ty).unwrap_or_default().iter().enumerate()
                {
                    let offset = layout.offsets.get(i).copied().unwrap_or(0);
                    members.push((
                        name.map_or(String::new(), |n| n.to_string()),
                        *member,
                        offset,
                    ));
                }
                put(record::FIELD_COUNT, members.len() as u64);
                "struct"
            }
            TypeKind::Enum(_) => {
                if let Some(def) = types.enum_def(ty) {
                    for v in &def.variants {
                        let payload = v.payload.unwrap_or(TypeId::VOID);
                        members.push((v.name.to_string(), payload, v.value as u64));
                    }
                }
                put(record::VARIANT_COUNT, members.len() as u64);
                put(record::TAG_WIDTH, -8i64 as u64);
                put(record::PAYLOAD_OFFSET, 8);
                "enum"
            }
            TypeKind::Pointer(to) => {
                put(record::ELEM, u64::from(to.0));
                "pointer"
            }
            _ => return Ok(()),
        };
        put(record::COUNT, members.len() as u64);
        if let Some(bit) = crate::builtins::reflect::CATEGORIES
            .iter()
            .position(|c| *c == category)
        {
            put(record::CATEGORIES, 1 << bit);
        }
        let name = types.name(ty);
        let text = |text: &str, memory: &mut dyn SandboxMemory| -> Result<u64, HostFault> {
            let at = memory.alloc(text.len() as u64 + 1)?;
            memory.write(at, text.as_bytes())?;
            Ok(at)
        };
        words[record::NAME as usize / 8] = text(&name, memory)?;
        words[record::NAME as usize / 8 + 1] = name.len() as u64;
        if !members.is_empty() {
            let list = memory.alloc(members.len() as u64 * record::member::SIZE)?;
            for (i, (name, member, value)) in members.iter().enumerate() {
                let fields = [
                    text(name, memory)?,
                    name.len() as u64,
                    u64::from(member.0),
                    *value,
                ];
                let bytes: Vec<u8> = fields.iter().flat_map(|w| endian.word(*w)).collect();
                memory.write(list + i as u64 * record::member::SIZE, &bytes)?;
            }
            words[record::MEMBERS as usize / 8] = list;
        }
        let at = memory.alloc(record::SIZE)?;
        let bytes: Vec<u8> = words.iter().flat_map(|w| endian.word(*w)).collect();
        memory.write(at, &bytes)?;
        let slot = 8 * ty.index() as u64;
        if slot < 8 * (self.types.len() + RESERVED_RECORDS) as u64 {
            let mut place = vec![0; pointer_size as usize];
            endian.write(&mut place, at);
            memory.write(table + slot, &place)?;
        }
        Ok(())
    }
}

impl Host for CompilerHost<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        let name = match &module.func(func).linkage {
            Linkage::Host(name) => name.as_str(),
            Linkage::Internal | Linkage::Export(_) | Linkage::Extern { .. } | Linkage::Asm(_) => {
                "?"
            }
        };
        if name == reach::MISSING {
            let frames = frames();
            self.missing = Some(MissingBody { func, frames });
            return Err(MissingBody::fault());
        }
        self.asked = true;
        let arg = |i: usize| args.get(i).copied().unwrap_or(0);
        if name == "__interp_frames" {
            let text = frame_lines(module, &frames());
            let at = memory.alloc(text.len() as u64 + 1)?;
            memory.write(at, text.as_bytes())?;
            return Ok(vec![at, text.len() as u64]);
        }
        self.begin(args, memory)?;
        if build::OPTIONS.contains(&name) || build::PRIMITIVES.contains(&name) {
            let actions = self.actions.as_deref_mut();
            return build::call(name, module, args, memory, &mut self.build, actions);
        }
        let question = crate::comptime::declared::QUESTIONS.contains(&name);
        if question || library::NAMES.contains(&name) {
            let mut library = Library {
                module,
                types: self.grown.as_ref().unwrap_or(self.types),
                files: self.files,
                effects: &mut self.effects,
                names: &mut self.names,
            };
            if question {
                let asked = library.ask(name, arg(0))?;
                let methods = name == "get_functions";
                let unknown = |ty: &TypeId| match methods {
                    true => !self.method_rows.contains(ty),
                    false => {
                        !module.types.is_complete(*ty, 0) || self.short_field_rows.contains(ty)
                    }
                };
                if let Some(ty) = asked.filter(unknown) {
                    let frames = frames();
                    self.missing_layout = Some(MissingLayout {
                        ty,
                        methods,
                        frames,
                    });
                    return Err(MissingBody::fault());
                }
                return Ok(Vec::new());
            }
            return library.call(name, args, memory, frames);
        }
        if name == define::CALLED {
            return self.definer.called();
        }
        if name == define::DEFINE {
            return self.definer.define(args, memory, &module.target);
        }
        if name == crate::metaprogramming::quotes::MAKE {
            let types = self.grown.as_ref().unwrap_or(self.types);
            let args = [arg(0), arg(1), arg(2)];
            let id = self.quotes.make(module, types, memory, args)?;
            return Ok(vec![id]);
        }
        Ok(match name {
            "raw_declare_type" => {
                let name = text_at(memory, arg(0), arg(1))?;
                let ty = self.declare(&name);
                self.describe(ty, memory)?;
                vec![u64::from(ty.0)]
            }
            "raw_register_type" => {
                let handle = TypeId(arg(0) as u32);
                if handle.index() >= self.table().len() {
                    return fail("the handle is no type".into());
                }
                let count = arg(3);
                let bytes = match count {
                    0 => Vec::new(),
                    _ => match memory.read(arg(2), count.saturating_mul(MEMBER_SIZE)) {
                        Some(bytes) => bytes.to_vec(),
                        None => {
                            return fail("the member list is outside the program's memory".into());
                        }
                    },
                };
                let target = &module.target;
                let word = |at: usize| target.endian.read(&bytes[at..at + 8]);
                let pointer = |at: usize| {
                    let end = at + target.pointer_size as usize;
                    target.endian.read(&bytes[at..end])
                };
                let mut members = Vec::new();
                for at in (0..bytes.len()).step_by(MEMBER_SIZE as usize) {
                    let ty = TypeId(word(at + 16) as u32);
                    if ty.index() >= self.table().len() {
                        return fail("a member's type is no type".into());
                    }
                    members.push((text_at(memory, pointer(at), word(at + 8))?, ty));
                }
                let ty = self.register(handle, arg(1), &members)?;
                self.describe(ty, memory)?;
                vec![u64::from(ty.0)]
            }
            "raw_pointer_to" => {
                let to = TypeId(arg(0) as u32);
                if to.index() >= self.table().len() {
                    return fail("the handle is no type".into());
                }
                let known = self.table().lookup(&TypeKind::Pointer(to));
                let ty = match known {
                    Some(ty) => ty,
                    None => self.table_mut().pointer(to),
                };
                self.describe(ty, memory)?;
                vec![u64::from(ty.0)]
            }
            "__array_type" => {
                let (elem, count) = (TypeId(arg(0) as u32), arg(1));
                if elem.index() >= self.table().len() {
                    return fail("the element is no type".into());
                }
                if (count as i64) < 0 {
                    return fail(format!(
                        "array dimension must be non-negative, got {}",
                        count as i64
                    ));
                }
                if count > u64::from(u32::MAX) {
                    return fail(format!("array dimension {count} does not fit in u32"));
                }
                let known = self.table().lookup(&TypeKind::Array(elem, count));
                let ty = match known {
                    Some(ty) => ty,
                    None => self.table_mut().array(elem, count),
                };
                vec![u64::from(ty.0)]
            }
            "raw_intern" => {
                let text = text_at(memory, arg(0), arg(1))?;
                vec![self.intern_text(&text)]
            }
            "raw_text_of" => {
                let Some(text) = (arg(0) as usize)
                    .checked_sub(1)
                    .and_then(|i| self.minted.texts.get(i).cloned())
                else {
                    return fail(format!("{} is no string id", arg(0)));
                };
                let at = memory.alloc(text.len() as u64 + 1)?;
                memory.write(at, text.as_bytes())?;
                vec![at, text.len() as u64]
            }
            "raw_find_type" => {
                let text = (arg(0) as usize)
                    .checked_sub(1)
                    .and_then(|i| self.minted.texts.get(i).cloned());
                let table = self.table();
                let nominal = |ty: &TypeId| {
                    matches!(
                        table.kind(*ty),
                        TypeKind::Struct(_)
                            | TypeKind::Enum(_)
                            | TypeKind::Union(_)
                            | TypeKind::ErrorSet(_)
                            | TypeKind::Protocol(_)
                    )
                };
                let found = text.and_then(|text| {
                    table
                        .ids()
                        .find(|ty| nominal(ty) && table.name(*ty) == text)
                });
                vec![found.map_or(0, |ty| self.handle_of(ty))]
            }
            "raw_type_kind" => {
                let kind = match self.type_of_handle(arg(0)) {
                    None => 0,
                    Some(ty) => match self.table().kind(ty) {
                        TypeKind::Struct(_) | TypeKind::AnonStruct(_) => 1,
                        TypeKind::Enum(_) => {
                            if self.table().enum_def(ty).is_some_and(|d| d.tagged) {
                                3
                            } else {
                                2
                            }
                        }
                        TypeKind::Tuple(_) => 4,
                        TypeKind::Union(_) => 5,
                        TypeKind::Array(..) => 6,
                        TypeKind::Vector(..) => 7,
                        TypeKind::ErrorSet(_) => 8,
                        _ => 0,
                    },
                };
                vec![kind]
            }
            "raw_type_name" => {
                let ty = self.valid(arg(0))?;
                let name = self.table().name(ty);
                match self.table().kind(ty) {
                    TypeKind::Struct(_)
                    | TypeKind::Enum(_)
                    | TypeKind::Union(_)
                    | TypeKind::ErrorSet(_)
                    | TypeKind::Protocol(_) => vec![self.intern_text(&name)],
                    _ => return fail(format!("type '{name}' has no name of its own")),
                }
            }
            "raw_field_count" => {
                let ty = self.valid(arg(0))?;
                vec![self.count(ty)?]
            }
            "raw_field_name" => {
                let ty = self.valid(arg(0))?;
                match self.member(ty, arg(1))?.0 {
                    Some(name) => vec![self.intern_text(&name)],
                    None => {
                        return fail(format!(
                            "member {} of '{}' has no name",
                            arg(1),
                            self.table().name(ty)
                        ));
                    }
                }
            }
            "raw_field_type" => {
                let ty = self.valid(arg(0))?;
                let member = match *self.table().kind(ty) {
                    TypeKind::Array(elem, n) if arg(1) < n => elem,
                    TypeKind::Vector(elem, n) if arg(1) < u64::from(n) => elem,
                    TypeKind::Array(..) | TypeKind::Vector(..) => {
                        return fail(format!(
                            "index {} is out of range for '{}'",
                            arg(1) as i64,
                            self.table().name(ty)
                        ));
                    }
                    _ => self.member(ty, arg(1))?.1,
                };
                vec![self.handle_of(member)]
            }
            "raw_variant_value" => {
                let ty = self.valid(arg(0))?;
                let Some(def) = self.table().enum_def(ty) else {
                    return fail(format!("type '{}' has no variants", self.table().name(ty)));
                };
                match def.variants.get(arg(1) as usize) {
                    Some(variant) => vec![variant.value as u64],
                    None => {
                        return fail(format!(
                            "index {} is out of range for '{}' ({} variants)",
                            arg(1) as i64,
                            self.table().name(ty),
                            def.variants.len()
                        ));
                    }
                }
            }
            _ => return fail(format!("not implemented: the compiler function '{name}'")),
        })
    }
}

/// The sx calls under way, outermost first, without the functions that ask.
fn frame_lines(module: &Module, frames: &[Frame]) -> String {
    let calls = frames.iter().flat_map(|frame| frame.calls(module));
    let names: Vec<&str> = calls
        .map(|call| module.func(call.func).name.as_str())
        .collect();
    let mut out = String::from("comptime call frames (most recent call last):\n");
    let asking =
        |name: &&str| matches!(*name, "__interp_print_frames" | "print_interpreter_frames");
    for name in names
        .into_iter()
        .skip_while(asking)
        .collect::<Vec<_>>()
        .iter()
        .rev()
    {
        out.push_str(&format!("  at {name}\n"));
    }
    out
}
