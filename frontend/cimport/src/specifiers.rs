//! Declaration specifiers: storage, base types, structs, enumerations, attributes.

use std::rc::Rc;
use std::sync::Arc;

use crate::parse::{Parser, is_attribute, is_qualifier};
use crate::token::Tok;
use crate::types::{LONG_DOUBLE, Member, Pointee, Record, Type};
use crate::values::{Integer, enum_type};

#[derive(Clone, Debug)]
pub struct Specifiers {
    pub base: Type,
    /// `const` on the base type.
    pub constant: bool,
    pub typedef: bool,
    /// `static`
    pub internal: bool,
    /// `extern`
    pub external: bool,
    pub inline: bool,
    pub gnu_inline: bool,
    pub noreturn: bool,
    packed: bool,
    align: Option<u64>,
    /// `mode(..)`, `vector_size(..)`: another size for the declared type.
    mode: Option<Type>,
}

impl Specifiers {
    fn new() -> Specifiers {
        Specifiers {
            base: Type::Unknown,
            constant: false,
            typedef: false,
            internal: false,
            external: false,
            inline: false,
            gnu_inline: false,
            noreturn: false,
            packed: false,
            align: None,
            mode: None,
        }
    }

    /// The declared type, as attributes change it.
    pub fn apply(&self, ty: Type) -> Type {
        match (&self.mode, &ty) {
            (Some(Type::Int { bytes, .. }), Type::Int { signed, .. }) => Type::Int {
                bytes: *bytes,
                signed: *signed,
            },
            (Some(mode), Type::Int { .. } | Type::Float | Type::Double) => mode.clone(),
            (Some(_) | None, _) => ty,
        }
    }
}

/// How often each word of a basic type appeared.
#[derive(Default)]
struct Words {
    signed: bool,
    unsigned: bool,
    long: u8,
    short: bool,
    complex: bool,
    basic: Option<&'static str>,
    seen: bool,
}

impl Words {
    fn take(&mut self, word: &str) -> bool {
        match word {
            "signed" | "__signed__" | "__signed" => self.signed = true,
            "unsigned" => self.unsigned = true,
            "long" => self.long = self.long.saturating_add(1),
            "short" => self.short = true,
            "_Complex" | "__complex__" => self.complex = true,
            "void" => self.basic = Some("void"),
            "char" => self.basic = Some("char"),
            "int" => self.basic = self.basic.or(Some("int")),
            "float" | "_Float32" => self.basic = Some("float"),
            "double" | "_Float64" | "_Float32x" => self.basic = Some("double"),
            "_Bool" | "bool" => self.basic = Some("_Bool"),
            "__int128" => self.basic = Some("__int128"),
            "__int128_t" => self.basic = Some("__int128"),
            "__uint128_t" => self.basic = Some("__int128"),
            "_Float16" => self.basic = Some("_Float16"),
            "__bf16" => self.basic = Some("__bf16"),
            "_Float64x" | "__float80" => self.basic = Some("long double"),
            "_Float128" | "__float128" => self.basic = Some("_Float128"),
            "__builtin_va_list" => self.basic = Some("va_list"),
            _ => return false,
        }
        self.seen = true;
        true
    }

    fn ty(&self) -> Type {
        let other = |name, size: u64| Type::Other {
            name,
            size,
            align: size,
        };
        if self.complex {
            return match (self.basic, self.long) {
                (Some("float"), _) => Type::Other {
                    name: "float _Complex",
                    size: 8,
                    align: 4,
                },
                (_, 1..) => Type::Other {
                    name: "long double _Complex",
                    size: 32,
                    align: 16,
                },
                _ => Type::Other {
                    name: "double _Complex",
                    size: 16,
                    align: 8,
                },
            };
        }
        match self.basic {
            Some("void") => Type::Void,
            Some("_Bool") => Type::Bool,
            Some("char") if self.signed || self.unsigned => Type::Int {
                bytes: 1,
                signed: self.signed,
            },
            Some("char") => Type::Char,
            Some("float") => Type::Float,
            Some("double") if self.long > 0 => LONG_DOUBLE,
            Some("double") => Type::Double,
            Some("long double") => LONG_DOUBLE,
            Some("__int128") => other("__int128", 16),
            Some("_Float16") => other("_Float16", 2),
            Some("__bf16") => other("__bf16", 2),
            Some("_Float128") => other("_Float128", 16),
            // An array of one struct of 24 bytes; a parameter of it is a pointer.
            Some("va_list") => Type::Array(
                Rc::new(Type::Other {
                    name: "va_list",
                    size: 24,
                    align: 8,
                }),
                Some(1),
            ),
            _ => Type::Int {
                bytes: match (self.short, self.long) {
                    (true, _) => 2,
                    (false, 0) => 4,
                    (false, _) => 8,
                },
                signed: !self.unsigned,
            },
        }
    }
}

impl Parser<'_> {
    pub(crate) fn specifiers(&mut self) -> Option<Specifiers> {
        let mut out = Specifiers::new();
        let mut words = Words::default();
        let mut found: Option<Type> = None;
        while let Some(word) = self.word() {
            match word {
                "typedef" => out.typedef = true,
                "static" => out.internal = true,
                "extern" => out.external = true,
                "inline" | "__inline" | "__inline__" => out.inline = true,
                "_Noreturn" => out.noreturn = true,
                "register" | "auto" | "_Thread_local" | "__thread" | "thread_local" => {}
                "const" | "__const" | "__const__" => out.constant = true,
                "_Alignas" | "alignas" => {
                    self.bump();
                    if let Some(align) = self.alignment() {
                        out.align = Some(align.max(out.align.unwrap_or(1)));
                    }
                    continue;
                }
                "_Atomic" => {
                    self.bump();
                    if self.eat("(") {
                        found = Some(self.type_name()?);
                        if !self.eat(")") {
                            return None;
                        }
                    }
                    continue;
                }
                "struct" | "union" => {
                    found = Some(self.record()?);
                    continue;
                }
                "enum" => {
                    found = Some(self.enumeration()?);
                    continue;
                }
                "typeof" | "__typeof__" | "__typeof" => {
                    self.bump();
                    found = Some(self.type_of()?);
                    continue;
                }
                "__auto_type" => found = Some(Type::Unknown),
                _ if is_attribute(word) => {
                    self.attributes(&mut out);
                    continue;
                }
                _ if is_qualifier(word) => {}
                _ if words.take(word) => {}
                _ => {
                    if words.seen || found.is_some() {
                        break;
                    }
                    let Some(ty) = self.typedefs.get(word) else {
                        break;
                    };
                    found = Some(ty.clone());
                }
            }
            self.bump();
        }
        out.base = match found {
            Some(ty) => ty,
            None if words.seen => words.ty(),
            // `int` by default is history; an unknown word is an unknown type.
            None => {
                if matches!(self.peek_at(1), Some(Tok::Ident(_) | Tok::Punct("*")))
                    && self.word().is_some()
                {
                    self.bump();
                    Type::Unknown
                } else {
                    return None;
                }
            }
        };
        // A packed or aligned struct was laid out when its body was read.
        Some(out)
    }

    /// `(expression or type)` after `_Alignas`.
    fn alignment(&mut self) -> Option<u64> {
        if !self.at("(") {
            return None;
        }
        let by_type = self.type_starts_at(1);
        self.bump();
        let align = if by_type {
            let ty = self.type_name()?;
            self.records.layout(&ty)?.1
        } else {
            u64::try_from(self.constant_int()?.value).ok()?
        };
        self.eat(")").then_some(align)
    }

    fn type_of(&mut self) -> Option<Type> {
        if !self.at("(") {
            return None;
        }
        if self.type_starts_at(1) {
            self.bump();
            let ty = self.type_name()?;
            return self.eat(")").then_some(ty);
        }
        self.skip_group();
        Some(Type::Unknown)
    }

    // --------------------------------------------------------------------------------------------- attributes

    pub(crate) fn skip_attribute(&mut self) {
        self.bump();
        if self.at("(") {
            self.skip_group();
        }
    }

    /// All attributes that stand here.
    pub(crate) fn attributes(&mut self, out: &mut Specifiers) {
        while self.word().is_some_and(is_attribute) {
            self.bump();
            if !self.eat("(") {
                continue;
            }
            let mut open = 1usize;
            while let Some(tok) = self.peek() {
                match tok {
                    Tok::Punct("(") => open += 1,
                    Tok::Punct(")") => open -= 1,
                    Tok::Ident(word) => {
                        let word = word.trim_start_matches('_').trim_end_matches('_');
                        if self.attribute(word, out) {
                            continue;
                        }
                    }
                    _ => {}
                }
                self.bump();
                if open == 0 {
                    break;
                }
            }
        }
    }

    /// One attribute; true if it was consumed.
    fn attribute(&mut self, word: &str, out: &mut Specifiers) -> bool {
        match word {
            "noreturn" => out.noreturn = true,
            "packed" => out.packed = true,
            "gnu_inline" => out.gnu_inline = true,
            "aligned" => {
                self.bump();
                let mut align = Some(16);
                if self.eat("(") {
                    align = self
                        .constant_int()
                        .and_then(|int| u64::try_from(int.value).ok());
                    self.eat(")");
                }
                if let Some(align) = align.filter(|a| a.is_power_of_two() && *a <= 1 << 28) {
                    out.align = Some(align.max(out.align.unwrap_or(1)));
                }
                return true;
            }
            "mode" => {
                let name = match self.peek_at(2) {
                    Some(Tok::Ident(name)) => name.trim_matches('_'),
                    _ => "",
                };
                let bytes = match name {
                    "QI" | "byte" => 1,
                    "HI" => 2,
                    "SI" => 4,
                    "DI" | "word" | "pointer" => 8,
                    _ => 0,
                };
                out.mode = Some(match bytes {
                    0 => Type::Other {
                        name: "a machine mode",
                        size: 16,
                        align: 16,
                    },
                    bytes => Type::Int {
                        bytes,
                        signed: true,
                    },
                });
            }
            "vector_size" => {
                self.bump();
                if self.eat("(") {
                    let size = self
                        .constant_int()
                        .and_then(|int| u64::try_from(int.value).ok())
                        .unwrap_or(16);
                    self.eat(")");
                    out.mode = Some(Type::Other {
                        name: "a vector",
                        size,
                        align: size.max(1),
                    });
                }
                return true;
            }
            _ => {}
        }
        false
    }

    // -------------------------------------------------------------------------------------- structs and enums

    fn record(&mut self) -> Option<Type> {
        if self.depth > 60 {
            return None;
        }
        self.depth += 1;
        let result = self.record_now();
        self.depth -= 1;
        result
    }

    fn record_now(&mut self) -> Option<Type> {
        let is_union = self.word() == Some("union");
        self.bump();
        let mut own = Specifiers::new();
        self.attributes(&mut own);
        let tag = self.tag();
        let declared = match &tag {
            Some(tag) => self.tags.get(tag).cloned(),
            None => None,
        };
        let id = match declared {
            Some(Type::Record(id)) => id,
            Some(_) | None => {
                let id = self.records.add(Record {
                    tag: tag.as_deref().map(Rc::from),
                    is_union,
                    body: None,
                });
                if let Some(tag) = tag {
                    self.tags.insert(tag, Type::Record(id));
                }
                id
            }
        };
        let ty = Type::Record(id);
        if !self.eat("{") {
            return Some(ty);
        }
        let pack = self.pack();
        let mut members = Vec::new();
        let mut known = true;
        while !self.eat("}") {
            self.peek()?;
            if self.members(&mut members).is_none() {
                known = false;
                self.skip_member();
            }
        }
        self.attributes(&mut own);
        let packed = if own.packed { Some(1) } else { pack };
        if known
            && let Some(body) =
                self.records
                    .place(members, is_union, packed, own.align.unwrap_or(1))
        {
            self.records.define(id, body);
        }
        Some(ty)
    }

    fn skip_member(&mut self) {
        while let Some(tok) = self.peek() {
            match tok {
                Tok::Punct(";") => {
                    self.bump();
                    return;
                }
                Tok::Punct("}") => return,
                Tok::Punct("(" | "[" | "{") => self.skip_group(),
                _ => self.bump(),
            }
        }
    }

    fn members(&mut self, out: &mut Vec<Member>) -> Option<()> {
        if self.eat(";") {
            return Some(());
        }
        if matches!(self.word(), Some("_Static_assert" | "static_assert")) {
            self.skip_member();
            return Some(());
        }
        let specifiers = self.specifiers()?;
        if self.eat(";") {
            // An anonymous struct or union.
            if matches!(specifiers.base, Type::Record(_)) {
                out.push(Member {
                    name: None,
                    ty: specifiers.base,
                    width: None,
                    align: specifiers.align,
                });
            }
            return Some(());
        }
        loop {
            let mut own = specifiers.clone();
            let (name, ty) = if self.at(":") {
                (None, specifiers.base.clone())
            } else {
                self.declarator(specifiers.base.clone(), specifiers.constant)?
            };
            let width = if self.eat(":") {
                Some(u32::try_from(self.constant_int()?.value).ok()?)
            } else {
                None
            };
            self.attributes(&mut own);
            if own.packed {
                // A packed member of an ordinary struct: rare enough to leave the struct opaque.
                return None;
            }
            out.push(Member {
                name: name.map(|n| Rc::from(&*n)),
                ty: own.apply(ty),
                width,
                align: own.align,
            });
            if self.eat(",") {
                continue;
            }
            return self.eat(";").then_some(());
        }
    }

    fn tag(&mut self) -> Option<Arc<str>> {
        match self.peek() {
            Some(Tok::Ident(name)) => {
                let name = name.clone();
                self.bump();
                Some(name)
            }
            _ => None,
        }
    }

    fn enumeration(&mut self) -> Option<Type> {
        self.bump();
        let mut own = Specifiers::new();
        self.attributes(&mut own);
        let tag = self.tag().map(|t| Arc::<str>::from(format!("enum {t}")));
        let mut fixed = None;
        if self.at(":") && matches!(self.peek_at(1), Some(Tok::Ident(_))) {
            self.bump();
            fixed = Some(match self.specifiers()?.base {
                Type::Int { bytes, signed } => Type::Enum { bytes, signed },
                _ => Type::Unknown,
            });
        }
        if !self.eat("{") {
            let known = tag.as_ref().and_then(|t| self.tags.get(t)).cloned();
            return Some(known.or(fixed).unwrap_or(Type::Enum {
                bytes: 4,
                signed: false,
            }));
        }
        let (mut next, mut values) = (Integer::int(0), Vec::new());
        while !self.eat("}") {
            let (file, _) = self.here();
            let name = self.tag()?;
            self.attributes(&mut own);
            if self.eat("=") {
                match self.constant_int() {
                    Some(value) => next = value,
                    None => {
                        // Not understood, so neither are the ones that count on from it.
                        while !matches!(self.peek(), None | Some(Tok::Punct("," | "}"))) {
                            if matches!(self.peek(), Some(Tok::Punct("(" | "[" | "{"))) {
                                self.skip_group();
                            } else {
                                self.bump();
                            }
                        }
                        self.eat(",");
                        continue;
                    }
                }
            }
            values.push(next.value);
            self.enumerators.insert(name.clone(), next);
            self.enumerator_list.push((name, next, file));
            let value = next.value.checked_add(1)?;
            next = Integer {
                value,
                // An `int` that overflows goes on as `long`.
                bytes: if i32::try_from(value).is_err() && next.signed {
                    8
                } else {
                    next.bytes
                },
                ..next
            };
            if !self.eat(",") && !self.at("}") {
                return None;
            }
        }
        self.attributes(&mut own);
        let ty = match fixed {
            Some(ty) => ty,
            None if own.packed => Type::Unknown,
            None => enum_type(values.iter().copied()),
        };
        if let Some(tag) = tag {
            self.tags.insert(tag, ty.clone());
        }
        Some(ty)
    }
}

/// The scalar behind a pointer, `None` for anything else.
pub fn scalar_pointee(pointee: &Pointee) -> Option<&Type> {
    match &pointee.ty {
        ty @ (Type::Bool
        | Type::Char
        | Type::Int { .. }
        | Type::Enum { .. }
        | Type::Float
        | Type::Double) => Some(ty),
        Type::Void
        | Type::Pointer(_)
        | Type::Array(..)
        | Type::Function(_)
        | Type::Record(_)
        | Type::Other { .. }
        | Type::Unknown => None,
    }
}
