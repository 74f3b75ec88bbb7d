//! What can be asked for at a stop: a variable, and parts of it.
//!
//! `name`, then any of `.field`, `.0`, `.len`, `.*`, `[index]` and, last, `[from..to]`; `*` before all that is its
//! address. An index is a number or such a path. Fields of what a pointer points to need no `.*`.

use sx_interp::debugger::View;
use sx_ir::{TypeId, TypeKind, semantics};
use sx_tier_api::MemoryView;

/// Indices inside indices.
const MAX_NESTING: u32 = 20;
/// Elements of a range that are shown.
const MAX_ELEMENTS: u64 = 1000;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    name: String,
    steps: Vec<Step>,
    /// `*path`
    address: bool,
    /// `[from..to]` at the end.
    range: Option<(Index, Index)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    Field(String),
    Deref,
    Index(Index),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Index {
    Number(u64),
    Path(Box<Path>),
}

impl Path {
    /// Whether it names one value.
    pub fn is_place(&self) -> bool {
        !self.address && self.range.is_none()
    }
}

/// A comparison of integers or booleans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    left: Operand,
    relation: Relation,
    right: Operand,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Operand {
    Value(i128),
    Path(Path),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Relation {
    Equal,
    NotEqual,
    AtMost,
    AtLeast,
    Below,
    Above,
}

/// Those that others begin with come later.
const RELATIONS: [(&str, Relation); 6] = [
    ("==", Relation::Equal),
    ("!=", Relation::NotEqual),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("<", Relation::Below),
    (">", Relation::Above),
];

/// `path == 5` and its like.
pub fn parse_condition(text: &str) -> Result<Condition, String> {
    let split = |(sign, relation): &(&str, Relation)| {
        let (left, right) = text.split_once(sign)?;
        Some((left, *relation, right))
    };
    let Some((left, relation, right)) = RELATIONS.iter().find_map(split) else {
        return Err("a condition compares: n == 5, a.len > i, found != true".into());
    };
    Ok(Condition {
        left: operand(left)?,
        relation,
        right: operand(right)?,
    })
}

fn operand(text: &str) -> Result<Operand, String> {
    let text = text.trim();
    let value = match (text, text.strip_prefix('-')) {
        ("true", _) => Some(1),
        ("false", _) => Some(0),
        (_, Some(digits)) => number(digits).map(|n| -i128::from(n)),
        (_, None) => number(text).map(i128::from),
    };
    Ok(match value {
        Some(value) => Operand::Value(value),
        None => Operand::Path(parse(text)?),
    })
}

/// A value in the program's memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub addr: u64,
    pub ty: TypeId,
}

/// Where an expression is looked at.
#[derive(Clone, Copy)]
pub struct Scope<'v, 'r, 'a> {
    pub view: &'v View<'r, 'a>,
    /// Number of the call, from the innermost.
    pub frame: usize,
    /// Names of error values.
    pub errors: &'v [String],
}

/// A number as people write it: `12`, `0x1f`, `1_000`.
pub fn number(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) if !hex.starts_with('+') => u64::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None if digits.starts_with('+') => None,
        None => digits.parse().ok(),
    }
}

pub fn parse(text: &str) -> Result<Path, String> {
    let mut parser = Parser {
        rest: text.trim(),
        nesting: 0,
    };
    let path = parser.path()?;
    if parser.rest.is_empty() {
        Ok(path)
    } else {
        Err(not_a_path(parser.rest))
    }
}

fn not_a_path(at: &str) -> String {
    let shown: String = at.chars().take(20).collect();
    format!(
        "not understood at '{shown}': expected a variable, perhaps with .field, [index], [from..to] or .* behind it or * \
         before it"
    )
}

struct Parser<'t> {
    rest: &'t str,
    nesting: u32,
}

impl<'t> Parser<'t> {
    fn eat(&mut self, what: &str) -> bool {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'t str {
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn path(&mut self) -> Result<Path, String> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err("too many indices inside indices".into());
        }
        let address = self.eat("*");
        // A name that is also a keyword.
        self.eat("`");
        let at = self.rest;
        let name = self.word();
        self.eat("`");
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(not_a_path(at));
        }
        let mut path = Path {
            name: name.to_owned(),
            steps: Vec::new(),
            address,
            range: None,
        };
        while path.range.is_none() {
            if self.rest.starts_with("..") {
                break;
            }
            if self.eat(".") {
                if self.eat("*") {
                    path.steps.push(Step::Deref);
                    continue;
                }
                let at = self.rest;
                let field = self.word();
                if field.is_empty() {
                    return Err(not_a_path(at));
                }
                path.steps.push(Step::Field(field.to_owned()));
            } else if self.eat("[") {
                let from = self.index()?;
                if self.eat("..") {
                    path.range = Some((from, self.index()?));
                } else {
                    path.steps.push(Step::Index(from));
                }
                if !self.eat("]") {
                    return Err(not_a_path(self.rest));
                }
            } else {
                break;
            }
        }
        self.nesting -= 1;
        Ok(path)
    }

    fn index(&mut self) -> Result<Index, String> {
        if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Index::Path(Box::new(self.path()?)));
        }
        let word = self.word();
        match number(word) {
            Some(value) => Ok(Index::Number(value)),
            None => Err(format!("'{word}' is no number")),
        }
    }
}

impl Scope<'_, '_, '_> {
    fn memory(&self) -> &dyn MemoryView {
        self.view.memory()
    }

    pub(super) fn word(&self, addr: u64, len: u64) -> Result<u64, String> {
        match self.memory().read(addr, len) {
            Some(bytes) => {
                let endian = self.view.module.target.endian;
                Ok(sx_machine::memory::read_word(bytes, endian))
            }
            None => Err(format!("there is no memory at 0x{addr:x}")),
        }
    }

    pub(super) fn pointer(&self, addr: u64) -> Result<u64, String> {
        self.word(addr, self.view.module.target.pointer_size)
    }

    pub fn size_of(&self, ty: TypeId) -> u64 {
        self.view.module.types.size_of(ty)
    }

    pub fn type_name(&self, ty: TypeId) -> String {
        self.view.module.types.name(ty)
    }

    /// The value that a path names.
    pub fn place(&self, path: &Path) -> Result<Place, String> {
        if !path.is_place() {
            return Err("one value is wanted, not an address or a range".into());
        }
        self.target(path)
    }

    /// Without what stands before and after it.
    pub fn target(&self, path: &Path) -> Result<Place, String> {
        let mut place = self.named(&path.name)?;
        for step in &path.steps {
            place = match step {
                Step::Field(name) => self.field(place, name)?,
                Step::Deref => self.deref(place)?,
                Step::Index(index) => {
                    let index = self.number(index)?;
                    let (start, of, len) = self.elements(place)?;
                    if len.is_some_and(|len| index >= len) {
                        let len = len.unwrap_or_default();
                        return Err(format!(
                            "index {index} is too large: there are {len} elements"
                        ));
                    }
                    let offset = index.wrapping_mul(self.size_of(of));
                    Place {
                        addr: start.wrapping_add(offset),
                        ty: of,
                    }
                }
            };
        }
        Ok(place)
    }

    pub fn holds(&self, condition: &Condition) -> Result<bool, String> {
        let (left, right) = (
            self.operand(&condition.left)?,
            self.operand(&condition.right)?,
        );
        Ok(match condition.relation {
            Relation::Equal => left == right,
            Relation::NotEqual => left != right,
            Relation::AtMost => left <= right,
            Relation::AtLeast => left >= right,
            Relation::Below => left < right,
            Relation::Above => left > right,
        })
    }

    fn operand(&self, operand: &Operand) -> Result<i128, String> {
        let path = match operand {
            Operand::Value(value) => return Ok(*value),
            Operand::Path(path) => path,
        };
        let place = self.place(path)?;
        let types = &self.view.module.types;
        let word = || self.word(place.addr, self.size_of(place.ty));
        if let TypeKind::Bool = types.kind(place.ty) {
            return Ok(i128::from(word()? != 0));
        }
        match types.int_info(place.ty) {
            Some((bits, true)) => Ok(i128::from(semantics::sext_from(word()?, bits))),
            Some((bits, false)) => Ok(i128::from(semantics::zext_from(word()?, bits))),
            None => Err(format!(
                "a condition compares integers and booleans, not '{}'",
                self.type_name(place.ty)
            )),
        }
    }

    fn number(&self, index: &Index) -> Result<u64, String> {
        match index {
            Index::Number(value) => Ok(*value),
            Index::Path(path) => {
                let place = self.place(path)?;
                let types = &self.view.module.types;
                let Some((bits, signed)) = types.int_info(place.ty) else {
                    return Err(format!(
                        "an index is an integer, not '{}'",
                        self.type_name(place.ty)
                    ));
                };
                let word = self.word(place.addr, self.size_of(place.ty))?;
                Ok(if signed {
                    semantics::sext_from(word, bits) as u64
                } else {
                    semantics::zext_from(word, bits)
                })
            }
        }
    }

    fn named(&self, name: &str) -> Result<Place, String> {
        let variables = self.view.variables(self.frame);
        if let Some(variable) = variables.into_iter().rev().find(|v| v.name == name) {
            return Ok(Place {
                addr: variable.addr,
                ty: variable.ty,
            });
        }
        let globals = self.view.module.globals.iter().enumerate();
        let mut known = false;
        for (index, global) in globals {
            if global.name != name {
                continue;
            }
            known = true;
            let addr = self.memory().address_of(sx_ir::GlobalId::new(index));
            if let (Some(addr), Some(ty)) = (addr, global.sx_type) {
                return Ok(Place { addr, ty });
            }
        }
        Err(match known {
            true => format!("the code that runs does not use '{name}'"),
            false => format!("no variable '{name}' is in scope here"),
        })
    }

    /// Behind pointers and in optionals.
    fn inside(&self, mut place: Place) -> Result<Place, String> {
        let types = &self.view.module.types;
        loop {
            match types.kind(place.ty) {
                TypeKind::Pointer(_) => place = self.deref(place)?,
                TypeKind::Optional(_) => {
                    place = self
                        .inside_optional(place)
                        .ok_or_else(|| "it is null".to_owned())?;
                }
                _ => return Ok(place),
            }
        }
    }

    /// The value that an optional holds, if it holds one.
    pub(super) fn inside_optional(&self, place: Place) -> Option<Place> {
        let types = &self.view.module.types;
        let TypeKind::Optional(of) = *types.kind(place.ty) else {
            return None;
        };
        let flag = match types.null_is_absent(of) {
            true => self.pointer(place.addr),
            false => self.word(place.addr.wrapping_add(types.size_of(of)), 1),
        };
        let addr = place.addr;
        (flag.ok()? != 0).then_some(Place { addr, ty: of })
    }

    pub(super) fn deref(&self, place: Place) -> Result<Place, String> {
        let types = &self.view.module.types;
        let mut ty = place.ty;
        if let TypeKind::Optional(of) = types.kind(ty)
            && types.null_is_absent(*of)
        {
            ty = *of;
        }
        let (TypeKind::Pointer(to) | TypeKind::ManyPointer(to)) = *types.kind(ty) else {
            return Err(format!("'{}' is no pointer", self.type_name(place.ty)));
        };
        match self.pointer(place.addr)? {
            0 => Err("the pointer is null".into()),
            addr => Ok(Place { addr, ty: to }),
        }
    }

    fn field(&self, place: Place, name: &str) -> Result<Place, String> {
        let place = self.inside(place)?;
        let types = &self.view.module.types;
        let missing = || format!("'{}' has no field '{name}'", self.type_name(place.ty));
        let at = |offset: u64, ty: TypeId| Place {
            addr: place.addr.wrapping_add(offset),
            ty,
        };
        let wide = |ty: &TypeKind| {
            matches!(
                ty,
                TypeKind::Slice(_) | TypeKind::String | TypeKind::StringZ
            )
        };
        if wide(types.kind(place.ty)) {
            return match name {
                "len" => Ok(at(8, TypeId::I64)),
                _ => Err(missing()),
            };
        }
        if let Some(members) = types.members(place.ty) {
            let number = number(name).and_then(|n| usize::try_from(n).ok());
            let index = members
                .iter()
                .position(|(member, _)| member.is_some_and(|m| m.as_str() == name))
                .or(number.filter(|n| *n < members.len()));
            return match index {
                Some(index) => Ok(at(types.offset_of(place.ty, index), members[index].1)),
                None => Err(missing()),
            };
        }
        if let Some(union) = types.union_def(place.ty) {
            let field = union
                .members
                .iter()
                .find(|field| field.name.as_str() == name);
            return field.map(|field| at(0, field.ty)).ok_or_else(missing);
        }
        if let Some(def) = types.enum_def(place.ty) {
            let variant = def.variants.iter().find(|v| v.name.as_str() == name);
            let offset = def
                .places
                .map_or(types.size_of(def.backing), |places| places.payload_offset);
            return match variant.and_then(|variant| variant.payload) {
                Some(payload) => Ok(at(offset, payload)),
                None => Err(missing()),
            };
        }
        Err(missing())
    }

    /// Start, type and, where it is known, count of the elements of a sequence.
    pub(super) fn elements(&self, place: Place) -> Result<(u64, TypeId, Option<u64>), String> {
        let place = self.inside(place)?;
        Ok(match *self.view.module.types.kind(place.ty) {
            TypeKind::Array(of, len) => (place.addr, of, Some(len)),
            TypeKind::Vector(of, len) => (place.addr, of, Some(u64::from(len))),
            TypeKind::Slice(of) => {
                let len = self.word(place.addr.wrapping_add(8), 8)?;
                (self.pointer(place.addr)?, of, Some(len))
            }
            TypeKind::String | TypeKind::StringZ => {
                let len = self.word(place.addr.wrapping_add(8), 8)?;
                (self.pointer(place.addr)?, TypeId::U8, Some(len))
            }
            TypeKind::ManyPointer(of) => (self.pointer(place.addr)?, of, None),
            _ => {
                return Err(format!("'{}' has no elements", self.type_name(place.ty)));
            }
        })
    }

    /// What `print` says of a path.
    pub fn show(&self, path: &Path) -> Result<String, String> {
        let place = self.target(path)?;
        if let Some((from, to)) = &path.range {
            return self.show_range(place, self.number(from)?, self.number(to)?);
        }
        if path.address {
            let at = place.addr;
            return Ok(match self.view.named(self.frame, at) {
                Some((name, base)) if at == base => format!("0x{at:x} ({name})"),
                Some((name, base)) => format!("0x{at:x} ({name} + {} bytes)", at - base),
                None => format!("0x{at:x}"),
            });
        }
        Ok(self.show_place(place))
    }

    pub fn show_place(&self, place: Place) -> String {
        self.view
            .show(self.frame, place.addr, place.ty, self.errors)
    }

    fn show_range(&self, place: Place, from: u64, to: u64) -> Result<String, String> {
        let (start, of, len) = self.elements(place)?;
        if let Some(len) = len
            && (from > len || to > len)
        {
            return Err(format!("there are {len} elements"));
        }
        if from > to {
            return Err(format!("{from} is behind {to}"));
        }
        if to - from > MAX_ELEMENTS {
            return Err(format!("more than {MAX_ELEMENTS} elements"));
        }
        let texts: Vec<String> = (from..to)
            .map(|index| {
                let offset = index.wrapping_mul(self.size_of(of));
                self.show_place(Place {
                    addr: start.wrapping_add(offset),
                    ty: of,
                })
            })
            .collect();
        Ok(format!("[{}]", texts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("0x1f"), Some(31));
        assert_eq!(number("1_000"), Some(1000));
        assert_eq!(number("99999999999999999999"), None);
        assert_eq!(number("+1"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn conditions() {
        for text in [
            "n == 5",
            "a.len>i",
            "n <= -3",
            "x != true",
            "a[i] >= b[j].k",
        ] {
            assert!(parse_condition(text).is_ok(), "{text}");
        }
        for text in ["", "n", "n == ", "== 5", "n = 5", "n == 5 and m == 6"] {
            assert!(parse_condition(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths() {
        for text in [
            "a", "a.b", "a.*", "a[1].b", "a[i.j]", "*a.b", "a[0..n]", " a . b ",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "1",
            "a+b",
            "a.",
            "a[",
            "a[1",
            "a[0..1].b",
            "f(x)",
            "a[-1]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"a[".repeat(10_000)).is_err());
    }
}
