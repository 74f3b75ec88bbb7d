//! A value in memory as short text, for people who look for a mistake: the notation of sx, cut where it gets long.

use sx_ir::types::EnumDef;
use sx_ir::{Module, Symbol, TypeId, TypeKind, semantics};
use sx_tier_api::MemoryView;

use crate::memory::read_word;

/// Longer texts end in `...`.
const MAX_TEXT: usize = 160;
/// Bytes of a string that are shown.
const MAX_STRING: u64 = 60;
/// Elements of a sequence that are shown.
const MAX_ELEMENTS: u64 = 8;
/// Values inside values.
const MAX_DEPTH: u32 = 4;

/// What is known beyond memory and types.
pub struct Names<'a> {
    /// Error values by number, from 1.
    pub errors: &'a [String],
    /// What an address points to: `x`, `x + 8 bytes`, `heap block of 16 bytes`.
    pub object: &'a dyn Fn(u64) -> Option<String>,
}

/// The value of type `ty` at `addr`.
pub fn value(
    module: &Module,
    memory: &dyn MemoryView,
    names: &Names<'_>,
    addr: u64,
    ty: TypeId,
) -> String {
    let mut show = Show {
        module,
        memory,
        names,
        out: String::new(),
    };
    if show.put(addr, ty, 0).is_none() {
        show.out.push_str("<unreadable>");
    }
    let mut out = show.out;
    if out.chars().count() > MAX_TEXT {
        out = out.chars().take(MAX_TEXT).collect();
        out.push_str("...");
    }
    out
}

/// The tag of an enum's value, its bits, and where the payload lies. `None`: there is no memory.
fn tag(
    module: &Module,
    memory: &dyn MemoryView,
    addr: u64,
    def: &EnumDef,
) -> Option<(u64, u32, u64)> {
    let size = module.types.size_of(def.backing);
    let (tag_at, payload_at) = match def.places {
        Some(places) => (places.tag_offset, places.payload_offset),
        None => (0, size),
    };
    let bytes = memory.read(addr.wrapping_add(tag_at), size)?;
    let tag = read_word(bytes, module.target.endian);
    Some((tag, (size * 8) as u32, addr.wrapping_add(payload_at)))
}

/// The payload of an enum's value: its variant's name, its type and where it lies.
pub fn payload(
    module: &Module,
    memory: &dyn MemoryView,
    addr: u64,
    def: &EnumDef,
) -> Option<(Symbol, TypeId, u64)> {
    let (tag, bits, at) = tag(module, memory, addr, def)?;
    let mut variants = def.variants.iter();
    let active = variants.find(|v| semantics::zext_from(v.value as u64, bits) == tag)?;
    Some((active.name, active.payload?, at))
}

struct Show<'a> {
    module: &'a Module,
    memory: &'a dyn MemoryView,
    names: &'a Names<'a>,
    out: String,
}

impl Show<'_> {
    fn word(&self, addr: u64, len: u64) -> Option<u64> {
        let bytes = self.memory.read(addr, len)?;
        Some(read_word(bytes, self.module.target.endian))
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.out.push_str(text);
        Some(())
    }

    /// `None`: memory ends before the value does.
    fn put(&mut self, addr: u64, ty: TypeId, depth: u32) -> Option<()> {
        let types = &self.module.types;
        if depth > MAX_DEPTH || self.out.len() > 4 * MAX_TEXT {
            return self.push("...");
        }
        let size = types.size_of(ty);
        let pointer = self.module.target.pointer_size;
        match types.kind(ty) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => self.push("void"),
            TypeKind::Bool => {
                let text = if self.word(addr, 1)? != 0 {
                    "true"
                } else {
                    "false"
                };
                self.push(text)
            }
            TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize => {
                let (bits, signed) = types.int_info(ty)?;
                let word = self.word(addr, size)?;
                let text = if signed {
                    semantics::sext_from(word, bits).to_string()
                } else {
                    semantics::zext_from(word, bits).to_string()
                };
                self.push(&text)
            }
            TypeKind::F32 => {
                let text = format!("{:?}", f32::from_bits(self.word(addr, 4)? as u32));
                self.push(&text.to_lowercase())
            }
            TypeKind::F64 => {
                let text = format!("{:?}", f64::from_bits(self.word(addr, 8)?));
                self.push(&text.to_lowercase())
            }
            TypeKind::String | TypeKind::StringZ => {
                let (start, len) = (
                    self.word(addr, pointer)?,
                    self.word(addr.wrapping_add(8), 8)?,
                );
                self.text(start, len)
            }
            TypeKind::CString => {
                let start = self.word(addr, pointer)?;
                if start == 0 {
                    return self.push("null");
                }
                let mut len = 0;
                while len <= MAX_STRING
                    && self
                        .word(start.wrapping_add(len), 1)
                        .is_some_and(|byte| byte != 0)
                {
                    len += 1;
                }
                self.text(start, len)
            }
            TypeKind::Any => {
                let (data, word) = (
                    self.word(addr, pointer)?,
                    self.word(addr.wrapping_add(8), 8)?,
                );
                let held = usize::try_from(word).ok().filter(|i| *i < types.len());
                match held.map(TypeId::new) {
                    Some(held) => {
                        self.push(&format!("any {}: ", types.name(held)))?;
                        self.put(data, held, depth + 1)
                            .or_else(|| self.push("<unreadable>"))
                    }
                    None => self.push("any"),
                }
            }
            TypeKind::Type => {
                let word = self.word(addr, size)?;
                let known = usize::try_from(word).ok().filter(|i| *i < types.len());
                match known {
                    Some(index) => self.push(&types.name(TypeId::new(index))),
                    None => self.push(&format!("<type {word}>")),
                }
            }
            TypeKind::AnyError | TypeKind::ErrorSet(_) => {
                let word = self.word(addr, size)?;
                let index = usize::try_from(word).ok().and_then(|w| w.checked_sub(1));
                match index.and_then(|i| self.names.errors.get(i)) {
                    Some(name) => self.push(&format!("error.{name}")),
                    None if word == 0 => self.push("no error"),
                    None => self.push(&format!("<error {word}>")),
                }
            }
            TypeKind::Pointer(_) | TypeKind::ManyPointer(_) => {
                let value = self.word(addr, pointer)?;
                self.address(value)
            }
            TypeKind::Slice(of) => {
                let (start, len) = (
                    self.word(addr, pointer)?,
                    self.word(addr.wrapping_add(8), 8)?,
                );
                self.elements(start, *of, len, depth)
            }
            TypeKind::Array(of, len) => self.elements(addr, *of, *len, depth),
            TypeKind::Vector(of, len) => self.elements(addr, *of, u64::from(*len), depth),
            TypeKind::Optional(of) => {
                let absent = if types.null_is_absent(*of) {
                    self.word(addr, pointer)? == 0
                } else {
                    self.word(addr.wrapping_add(types.size_of(*of)), 1)? == 0
                };
                if absent {
                    self.push("null")
                } else {
                    self.put(addr, *of, depth)
                }
            }
            TypeKind::Tuple(_) | TypeKind::Failable { .. } => {
                self.members(addr, ty, ('(', ')'), depth)
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                self.members(addr, ty, ('{', '}'), depth)
            }
            TypeKind::Enum(_) => match types.enum_def(ty) {
                Some(def) => self.variant(addr, def, depth),
                None => self.push("<enum>"),
            },
            TypeKind::Union(_) => self.push(&format!("<union of {size} bytes>")),
            TypeKind::Function(_) => {
                let value = self.word(addr, pointer)?;
                self.function(value)
            }
            TypeKind::Closure(_) => {
                let value = self.word(addr, pointer)?;
                self.function(value)
            }
            TypeKind::Protocol(_) => {
                if self.word(addr, pointer)? == 0 {
                    return self.push("null");
                }
                let word = self.word(addr.wrapping_add(8), 8)?;
                let held = usize::try_from(word).ok().filter(|i| *i < types.len());
                match held {
                    Some(held) => self.push(&format!(
                        "<{} as {}>",
                        types.name(TypeId::new(held)),
                        types.name(ty)
                    )),
                    None => self.push(&format!("<{}>", types.name(ty))),
                }
            }
        }
    }

    fn text(&mut self, start: u64, len: u64) -> Option<()> {
        let Some(bytes) = self.memory.read(start, len.min(MAX_STRING)) else {
            return self.push(&format!("<unreadable string of {} bytes>", len as i64));
        };
        let text = String::from_utf8_lossy(bytes);
        let quoted = format!("\"{}\"", text.escape_debug());
        self.push(&quoted)?;
        if len > MAX_STRING {
            self.push(&format!("... ({} bytes)", len as i64))?;
        }
        Some(())
    }

    fn address(&mut self, value: u64) -> Option<()> {
        if value == 0 {
            return self.push("null");
        }
        match (self.names.object)(value) {
            Some(object) => self.push(&format!("*{object}")),
            None => self.push(&format!("0x{value:x}")),
        }
    }

    fn function(&mut self, value: u64) -> Option<()> {
        if value == 0 {
            return self.push("null");
        }
        match self.memory.function_of(value) {
            Some(func) => self.push(&self.module.func(func).name),
            None => self.push(&format!("<function 0x{value:x}>")),
        }
    }

    fn elements(&mut self, start: u64, of: TypeId, len: u64, depth: u32) -> Option<()> {
        let size = self.module.types.size_of(of);
        self.push("[")?;
        for i in 0..len.min(MAX_ELEMENTS) {
            if i != 0 {
                self.push(", ")?;
            }
            let at = start.wrapping_add(i.wrapping_mul(size));
            if self.put(at, of, depth + 1).is_none() {
                self.push("<unreadable>")?;
                break;
            }
        }
        if len > MAX_ELEMENTS {
            self.push(&format!(", ... {} in all", len as i64))?;
        }
        self.push("]")
    }

    fn members(
        &mut self,
        addr: u64,
        ty: TypeId,
        (open, close): (char, char),
        depth: u32,
    ) -> Option<()> {
        let types = &self.module.types;
        self.out.push(open);
        let members = types.members(ty).unwrap_or_default();
        let count = members.len();
        for (i, (name, member)) in members.into_iter().enumerate() {
            if i != 0 {
                self.push(", ")?;
            }
            if let Some(name) = name {
                self.push(&format!("{name}: "))?;
            }
            self.put(addr.wrapping_add(types.offset_of(ty, i)), member, depth + 1)?;
        }
        if count == 1 && open == '(' {
            self.out.push(',');
        }
        self.out.push(close);
        Some(())
    }

    fn variant(&mut self, addr: u64, def: &EnumDef, depth: u32) -> Option<()> {
        let (tag, bits, payload_at) = tag(self.module, self.memory, addr, def)?;
        let of = |value: i64| semantics::zext_from(value as u64, bits);
        if def.flags {
            let set: Vec<String> = def
                .variants
                .iter()
                .filter(|v| of(v.value) & tag != 0)
                .map(|v| format!(".{}", v.name))
                .collect();
            return if set.is_empty() {
                self.push(&tag.to_string())
            } else {
                self.push(&set.join(" | "))
            };
        }
        let Some(active) = def.variants.iter().find(|v| of(v.value) == tag) else {
            return self.push(&format!("<tag {tag}>"));
        };
        self.push(&format!(".{}", active.name))?;
        if let Some(payload) = active.payload {
            self.push("(")?;
            self.put(payload_at, payload, depth + 1)?;
            self.push(")")?;
        }
        Some(())
    }
}
