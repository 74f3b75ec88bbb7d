//! The compiler library beyond the readers and writers of types (reference part 6 §4): output to the compile log,
//! diagnostics, files, and looking types up by name.

use std::path::{Path, PathBuf};

use sx_ir::target::Endian;
use sx_ir::{Module, TypeId, TypeKind, TypeTable};
use sx_tier_api::{Frame, HostFault, SandboxMemory};

use crate::api::Files;
use crate::comptime::declared::KNOWN;
use crate::comptime::type_names::{LOOKUP, TypeNames};

/// Functions that only `abi(.compiler)` declarations bind.
pub const NAMES: &[&str] = &[
    "comptime_print",
    LOOKUP,
    "embed",
    "compile_error",
    "compile_warning",
];

/// A diagnostic that compile-time code has made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub error: bool,
    pub message: String,
    pub file: String,
    pub line: u32,
    pub col: u32,
}

/// What an evaluation has done to its surroundings through the library; engines that run it again start anew.
#[derive(Default)]
pub struct Effects {
    /// The compile log's new text.
    pub log: String,
    pub reports: Vec<Report>,
    /// Files read.
    pub inputs: Vec<PathBuf>,
}

impl Effects {
    pub fn are_none(&self) -> bool {
        self.log.is_empty() && self.reports.is_empty() && self.inputs.is_empty()
    }
}

pub struct Library<'c> {
    pub module: &'c Module,
    pub types: &'c TypeTable,
    pub files: Option<&'c dyn Files>,
    pub effects: &'c mut Effects,
    pub names: &'c mut TypeNames,
}

fn fault<T>(text: String) -> Result<T, HostFault> {
    Err(HostFault::Refused(text))
}

impl Library<'_> {
    /// A call of one of [`NAMES`].
    pub fn call(
        &mut self,
        name: &str,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        let arg = |i: usize| args.get(i).copied().unwrap_or(0);
        match name {
            "comptime_print" => {
                let format = self.text(memory, arg(0), arg(1))?;
                let text = self.formatted(memory, &format, arg(2), arg(3))?;
                self.effects.log.push_str(&text);
                Ok(Vec::new())
            }
            LOOKUP => {
                let wanted = self.text(memory, arg(0), arg(1))?;
                Ok(match self.names.get(&wanted)? {
                    Some(ty) => vec![u64::from(ty.0), 1],
                    None => vec![0, 0],
                })
            }
            "embed" => {
                let path = self.text(memory, arg(0), arg(1))?;
                let asking = frames().first().map(|f| self.module.loc(f.loc).file);
                let source = asking.and_then(|file| self.module.files.get(file as usize));
                let folder = source.and_then(|s| Path::new(s).parent());
                let full = folder.unwrap_or(Path::new("")).join(&path);
                let Some(files) = self.files else {
                    return fault("'embed' does not work in the build driver".into());
                };
                if full.exists() && !files.is_file(&full) {
                    return fault(format!("cannot read '{}': not a file", full.display()));
                }
                let bytes = match files.read(&full) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        let text = error.to_string();
                        let text = text.split(" (os error").next().unwrap_or_default();
                        return fault(format!("cannot read '{}': {text}", full.display()));
                    }
                };
                self.effects.inputs.push(full);
                let at = memory.alloc(bytes.len() as u64 + 1)?;
                memory.write(at, &bytes)?;
                Ok(vec![at, bytes.len() as u64])
            }
            "compile_error" | "compile_warning" => {
                let message = self.text(memory, arg(0), arg(1))?;
                let at = arg(2);
                let file = self.word(memory, at, self.module.target.pointer_size)?;
                let len = self.word(memory, at + 8, 8)?;
                let file = self.text(memory, file, len)?;
                let line = self.word(memory, at + 16, 4)? as u32;
                let col = self.word(memory, at + 20, 4)? as u32;
                self.effects.reports.push(Report {
                    error: name == "compile_error",
                    message,
                    file,
                    line,
                    col,
                });
                Ok(Vec::new())
            }
            _ => fault(format!("not implemented: the compiler function '{name}'")),
        }
    }

    /// A question that lowering has answered; what only the evaluation knows is looked at now. Of the type that this gives
    /// the fields or methods have to be known.
    pub fn ask(&self, name: &str, tag: u64) -> Result<Option<TypeId>, HostFault> {
        let methods = name == "get_functions";
        if !methods && name != "get_struct_fields" || tag == KNOWN {
            return Ok(None);
        }
        let ty = TypeId(tag as u32);
        if ty.index() >= self.module.types.len() {
            return fault(format!(
                "{name}: this evaluation has made the type; ask in a later one"
            ));
        }
        match self.types.kind(ty) {
            _ if methods => Ok(Some(ty)),
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => Ok(Some(ty)),
            _ => fault(format!(
                "get_struct_fields expects a struct or tuple, got '{}'",
                self.types.name(ty)
            )),
        }
    }

    fn text(&self, memory: &dyn SandboxMemory, ptr: u64, len: u64) -> Result<String, HostFault> {
        if len == 0 {
            return Ok(String::new());
        }
        match memory.read(ptr, len) {
            Some(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
            None => fault("a text outside the program's memory was given to the compiler".into()),
        }
    }

    fn word(&self, memory: &dyn SandboxMemory, at: u64, len: u64) -> Result<u64, HostFault> {
        let Some(bytes) = memory.read(at, len) else {
            return fault("a value outside the program's memory was given to the compiler".into());
        };
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        if self.module.target.endian == Endian::Big {
            word[..bytes.len()].reverse();
        }
        Ok(u64::from_le_bytes(word))
    }

    /// `{}` stands for the next argument, `{{` and `}}` for a brace.
    fn formatted(
        &self,
        memory: &dyn SandboxMemory,
        format: &str,
        args: u64,
        count: u64,
    ) -> Result<String, HostFault> {
        let mut out = String::new();
        let mut rest = format;
        let mut next = 0;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with("{}") {
                if next >= count {
                    return fault(format!(
                        "comptime_print: the format needs more than {count} arguments"
                    ));
                }
                let any = args + 16 * next;
                let data = self.word(memory, any, self.module.target.pointer_size)?;
                let ty = TypeId(self.word(memory, any + 8, 8)? as u32);
                self.show(memory, data, ty, &mut out, 0)?;
                next += 1;
                rest = &rest[2..];
            } else {
                out.push_str(&rest[..1]);
                let doubled = rest.starts_with("{{") || rest.starts_with("}}");
                rest = &rest[if doubled { 2 } else { 1 }..];
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// A value as `print` writes it.
    fn show(
        &self,
        memory: &dyn SandboxMemory,
        at: u64,
        ty: TypeId,
        out: &mut String,
        depth: u32,
    ) -> Result<(), HostFault> {
        if ty.index() >= self.types.len() || depth > 16 {
            out.push_str("<?>");
            return Ok(());
        }
        let size = self.types.size_of(ty);
        if let Some((bits, signed)) = self.types.int_info(ty) {
            let word = self.word(memory, at, size)?;
            if signed {
                out.push_str(&sx_ir::semantics::sext_from(word, bits).to_string());
            } else {
                out.push_str(&sx_ir::semantics::zext_from(word, bits).to_string());
            }
            return Ok(());
        }
        match self.types.kind(ty) {
            TypeKind::Bool => {
                let set = self.word(memory, at, 1)? != 0;
                out.push_str(if set { "true" } else { "false" });
            }
            TypeKind::F32 => {
                let value = f32::from_bits(self.word(memory, at, 4)? as u32);
                out.push_str(&float(f64::from(value)));
            }
            TypeKind::F64 => out.push_str(&float(f64::from_bits(self.word(memory, at, 8)?))),
            TypeKind::String | TypeKind::StringZ => {
                let ptr = self.word(memory, at, self.module.target.pointer_size)?;
                let len = self.word(memory, at + 8, 8)?;
                out.push_str(&self.text(memory, ptr, len)?);
            }
            TypeKind::Type => {
                let named = TypeId(self.word(memory, at, 8)? as u32);
                if named.index() < self.types.len() {
                    out.push_str(&self.types.name(named));
                }
            }
            TypeKind::Array(of, n) => self.list(memory, at, *of, *n, out, depth)?,
            TypeKind::Vector(of, n) => {
                self.list(memory, at, *of, u64::from(*n), out, depth)?;
            }
            TypeKind::Slice(of) => {
                let ptr = self.word(memory, at, self.module.target.pointer_size)?;
                let len = self.word(memory, at + 8, 8)?;
                self.list(memory, ptr, *of, len, out, depth)?;
            }
            TypeKind::Optional(of) if !self.types.null_is_absent(*of) => {
                if self.word(memory, at + self.types.size_of(*of), 1)? == 0 {
                    out.push_str("null");
                } else {
                    self.show(memory, at, *of, out, depth + 1)?;
                }
            }
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) => {
                out.push('{');
                let members = self.types.members(ty).unwrap_or_default();
                for (i, (name, member)) in members.into_iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    match name {
                        Some(name) => out.push_str(name.as_str()),
                        None => out.push_str(&i.to_string()),
                    }
                    out.push_str(": ");
                    let field = at + self.types.offset_of(ty, i);
                    self.show(memory, field, member, out, depth + 1)?;
                }
                out.push('}');
            }
            TypeKind::Enum(_) => match self.types.enum_def(ty) {
                Some(def) if !def.flags => {
                    let tag_size = self.types.size_of(def.backing);
                    let (tag_at, payload_at) = match def.places {
                        Some(places) => (places.tag_offset, places.payload_offset),
                        None => (0, tag_size),
                    };
                    let tag = self.word(memory, at + tag_at, tag_size)?;
                    let bits = (tag_size * 8) as u32;
                    let active = def
                        .variants
                        .iter()
                        .find(|v| sx_ir::semantics::zext_from(v.value as u64, bits) == tag);
                    match active {
                        Some(variant) => {
                            out.push('.');
                            out.push_str(variant.name.as_str());
                            if let Some(payload) = variant.payload {
                                out.push('(');
                                self.show(memory, at + payload_at, payload, out, depth + 1)?;
                                out.push(')');
                            }
                        }
                        None => out.push_str(&format!(".({})", tag as i64)),
                    }
                }
                Some(_) | None => out.push_str("<?>"),
            },
            _ => out.push_str("<?>"),
        }
        Ok(())
    }

    fn list(
        &self,
        memory: &dyn SandboxMemory,
        at: u64,
        of: TypeId,
        count: u64,
        out: &mut String,
        depth: u32,
    ) -> Result<(), HostFault> {
        let size = self.types.size_of(of);
        out.push('[');
        for i in 0..count {
            if i > 0 {
                out.push_str(", ");
            }
            self.show(memory, at + i * size, of, out, depth + 1)?;
        }
        out.push(']');
        Ok(())
    }
}

/// Six digits after the point, truncated, as `print` has it.
fn float(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string().to_lowercase();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = value.abs().trunc();
    let digits = ((value.abs() - whole) * 1_000_000.0).trunc();
    format!("{sign}{whole:.0}.{digits:06.0}")
}
