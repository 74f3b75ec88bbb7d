//! Names that other languages have for what sx calls something else: what an error about one proposes.

use sx_ir::{TypeId, TypeKind};
use sx_syntax::Diagnostic;

use super::lookup::nearest;
use crate::sema::Sema;

/// What is written for a type that other languages have a name for.
pub fn type_meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "long" | "Int" | "Integer" | "integer" | "int64_t" | "int64" | "ssize_t" => {
            "write `i64`"
        }
        "int32_t" | "int32" => "write `i32`",
        "short" | "int16_t" | "int16" => "write `i16`",
        "int8_t" | "int8" => "write `i8`",
        "uint" | "uint64_t" | "uint64" | "ulong" => "write `u64`",
        "uint32_t" | "uint32" => "write `u32`",
        "uint16_t" | "uint16" => "write `u16`",
        "uint8_t" | "uint8" | "byte" | "char" | "Byte" | "Char" => "write `u8`",
        "size_t" => "write `usize`",
        "float" | "Float" => "write `f32` or `f64`",
        "double" | "Double" => "write `f64`",
        "str" | "String" | "Str" => "write `string`",
        "boolean" | "Bool" | "Boolean" => "write `bool`",
        "i128" | "u128" => "integers have at most 64 bits",
        "Option" | "Optional" | "Maybe" => "an optional `T` is written `?T`",
        "Vec" | "vec" | "ArrayList" | "Array" | "array" => {
            "`[N]T` is an array, `[]T` a slice, `List(T)` a growable array"
        }
        "Dict" | "dict" | "HashMap" | "Map" => "`HashMap(K, V)` of the prelude maps keys to values",
        "auto" | "var" | "let" => "without a type: `name := value;`",
        "ptr" | "Ptr" | "Box" => "a pointer to `T` is written `*T`",
        _ => return None,
    })
}

/// What is written for a function that other languages have a name for.
pub fn function_meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "len" | "strlen" => "the number of elements is `x.len`",
        "sizeof" => "write `size_of(T)`",
        "typeof" => "write `type_of(x)`",
        "alignof" => "write `align_of(T)`",
        "malloc" | "calloc" => "memory comes from an allocator: `context.allocator.alloc(T, n)`",
        _ => return None,
    })
}

/// Other names of members, in groups of the same meaning.
const SAME: [&[&str]; 6] = [
    &["len", "length", "size", "count", "Length", "Count"],
    &["append", "push", "push_back", "add", "Add"],
    &["deinit", "free", "destroy", "drop", "close"],
    &["get", "at", "find", "lookup"],
    &["put", "set", "insert"],
    &["contains", "has", "contains_key", "includes"],
];

/// The member that a name not found among `members` was meant to be.
pub fn member_meant<'n>(name: &str, members: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let members: Vec<&str> = members.into_iter().collect();
    let same = || {
        let group = SAME.iter().find(|group| group.contains(&name))?;
        let found = group.iter().find(|other| members.contains(other))?;
        Some(found.to_string())
    };
    nearest(name, members.iter().copied()).or_else(same)
}

impl Sema<'_> {
    /// The names that `x.name` can read of a value.
    pub fn readable_names(&self, ty: TypeId) -> Vec<String> {
        let members = self.m.types.members(ty).unwrap_or_default();
        let mut names: Vec<String> = members
            .iter()
            .filter_map(|(name, _)| name.map(|name| name.to_string()))
            .collect();
        if let Some(info) = self.nominals.get(&ty) {
            names.extend(info.readable().map(|name| name.to_string()));
        }
        if let TypeKind::String | TypeKind::Slice(_) | TypeKind::Array(..) = self.m.types.kind(ty) {
            names.extend(["len", "ptr"].map(str::to_string));
        }
        names
    }

    /// Says which member of a value may be meant.
    pub fn with_member_meant(&self, diag: Diagnostic, ty: TypeId, name: &str) -> Diagnostic {
        let names = self.readable_names(ty);
        match member_meant(name, names.iter().map(String::as_str)) {
            Some(near) => diag.with_help(None, format!("did you mean '{near}'?")),
            None => diag,
        }
    }
}
