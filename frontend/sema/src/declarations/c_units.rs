//! `#import c`: what a C header declares as a module of sx (reference part 2 §6).
//!
//! A unit's names enter a module of their own, unresolved. Only a name that the program uses becomes a declaration: a
//! function is written down as the `extern` that one would write by hand, and parsed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_cimport::{
    Declarations, FunctionType, Header, Include, Kind, Request, Sources, Type, Value,
};
use sx_ir::{ConstImage, Reloc, RelocTarget, Symbol, TypeId};
use sx_syntax::ast::{self, CUnitKind, DeclKind, ItemKind};
use sx_syntax::{Diagnostic, Span};

use crate::declarations::loading::fold_dots;
use crate::emission::value::CtVal;
use crate::sema::{
    DeclId, DeclInfo, DeclSyntax, Entity, EntityState, Env, Failed, ImportSetId, ModId, ModuleInfo,
    Res, Sema,
};

/// All units of the program.
#[derive(Default)]
pub struct CUnits {
    /// Met while modules were collected: the module, and the name a unit is bound to.
    pending: Vec<(ModId, &'static ast::CUnit, Option<DeclId>)>,
    units: Vec<Unit>,
    by_module: FxHashMap<ModId, usize>,
    /// Names that give way to any other declaration: what headers have besides their functions.
    weak: FxHashSet<DeclId>,
    /// C symbols that a header declared before anybody else.
    pub from_headers: FxHashSet<String>,
    /// C files of the program, a unit each.
    pub sources: Vec<Sources>,
    /// Where each of those files is named.
    source_spans: Vec<Vec<Span>>,
}

impl CUnits {
    /// Whether the program has a unit.
    pub fn is_used(&self) -> bool {
        !self.units.is_empty() || !self.pending.is_empty() || !self.sources.is_empty()
    }
}

struct Unit {
    header: Option<Header>,
    /// For grants, and `extern UNIT`.
    name: String,
    /// Functions that its sources define.
    has_sources: bool,
}

/// A name of a unit, before it is used.
#[derive(Clone, Copy, Debug)]
pub struct CName {
    unit: usize,
    kind: Kind,
}

impl CName {
    /// Whether it may be a value of a reserved name.
    pub fn is_symbol(self) -> bool {
        matches!(self.kind, Kind::Symbol(_))
    }
}

/// Why something of C can't be used, and what to do instead.
struct Unusable(String);

impl Sema<'_> {
    pub fn note_c_unit(&mut self, module: ModId, unit: &'static ast::CUnit, name: Option<DeclId>) {
        self.caches.c.pending.push((module, unit, name));
    }

    /// Reads the headers of all units.
    pub fn load_c_units(&mut self) {
        for (from, unit, name) in std::mem::take(&mut self.caches.c.pending) {
            let Some(loaded) = self.load_c_unit(from, unit, name) else {
                continue;
            };
            let set = self.import_set(vec![loaded]);
            let module = &mut self.modules[from.index()];
            module.all_imports.push(set);
            match name {
                Some(decl) => self.decls[decl.index()].syntax = DeclSyntax::Import(set),
                None => module.flat_imports.push(set),
            }
        }
        self.check_c_definitions();
    }

    fn load_c_unit(
        &mut self,
        from: ModId,
        unit: &'static ast::CUnit,
        name: Option<DeclId>,
    ) -> Option<ModId> {
        let mut request = Request {
            folder: absolute(self.module(from).path.parent().unwrap_or(Path::new(""))),
            driver: self.cfg.c_compiler.clone(),
            ..Request::default()
        };
        let mut sources = Vec::new();
        let mut include_span = None;
        for part in &unit.parts {
            let text = &*part.text.text;
            match part.kind {
                CUnitKind::Include => {
                    include_span = include_span.or(Some(part.span));
                    let system = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
                    let bare = system.unwrap_or(text);
                    if bare.is_empty() || bare.contains(['"', '<', '>', '\n', '\\']) {
                        self.error(part.span, format!("'{text}' is no name of a C header"));
                        return None;
                    }
                    let found = match system {
                        Some(_) => None,
                        None => self.find_c_file(from, text),
                    };
                    request.includes.push(match found {
                        Some(path) => Include::File(absolute(&path)),
                        // A name in the system's folders, not a way out of them.
                        None if bare.starts_with('/') || bare.split('/').any(|p| p == "..") => {
                            self.error(part.span, format!("cannot read C header '{bare}'"));
                            return None;
                        }
                        None => Include::System(bare.to_owned()),
                    });
                }
                CUnitKind::Source => match self.find_c_file(from, text) {
                    Some(path) => {
                        self.inputs.push(path.clone());
                        sources.push((absolute(&path), part.span));
                    }
                    None => {
                        self.error(part.span, format!("cannot read C source '{text}'"));
                        return None;
                    }
                },
                CUnitKind::Define => request.defines.push(text.to_owned()),
                CUnitKind::Flags => {
                    let flags: Vec<&str> = text.split_whitespace().collect();
                    if let Some(bad) = flags.iter().find(|f| sx_cimport::unusable_flag(f)) {
                        self.error(
                            part.span,
                            format!("the C flag '{bad}' is not allowed in `#flags`"),
                        );
                        return None;
                    }
                    request.flags.extend(flags.into_iter().map(str::to_owned));
                }
            }
        }
        let shown = match name {
            Some(decl) => self.decl(decl).name.to_string(),
            None => String::from("c"),
        };
        self.note_c_link_flags(&request.flags);
        let has_sources = !sources.is_empty();
        if has_sources {
            let named = sources.iter().map(|(path, span)| {
                let at = self.sources.line_col(*span);
                let file = self.sources.path(span.file);
                let place = format!("{file}:{}:{}", at.line, at.col);
                (self.show_path(path), place)
            });
            let named = named.collect();
            let spans = sources.iter().map(|(_, span)| *span).collect();
            self.caches.c.source_spans.push(spans);
            self.caches.c.sources.push(Sources {
                files: sources.into_iter().map(|(path, _)| path).collect(),
                named,
                defines: request.defines.clone(),
                flags: request.flags.clone(),
                folder: request.folder.clone(),
                name: shown.clone(),
                driver: request.driver.clone(),
            });
        }
        let header = match include_span {
            None => None,
            Some(span) => Some(self.read_c_header(&request, span)?),
        };
        let span = include_span.unwrap_or(unit.span);
        Some(self.c_module(header, span, shown, has_sources))
    }

    fn read_c_header(&mut self, request: &Request, span: Span) -> Option<Header> {
        // The layouts of C types are known for Unix with 64 bits.
        if self.cfg.target.pointer_size != 8 || self.cfg.target.os != sx_ir::target::Os::Linux {
            let what = format!("`#import c` for {}", self.cfg.target.triple);
            self.not_implemented(span, &what);
            return None;
        }
        match self.files.c_header(request) {
            Ok(header) => {
                let inputs: Vec<PathBuf> = header.inputs().map(PathBuf::from).collect();
                self.inputs.extend(inputs);
                Some(header)
            }
            Err(error) => {
                let mut diag = Diagnostic::error(span, error.message);
                diag.extra_lines = error.details;
                self.report(diag);
                None
            }
        }
    }

    /// Libraries and folders among a unit's flags are for the linker.
    fn note_c_link_flags(&mut self, flags: &[String]) {
        for flag in flags {
            if let Some(library) = flag.strip_prefix("-l") {
                if !self.m.libraries.iter().any(|l| l == library) {
                    self.m.libraries.push(library.to_owned());
                }
            } else if flag.starts_with("-L") || flag.starts_with("-Wl,") {
                self.link_flags.push(flag.clone());
            }
        }
    }

    /// A C file where imports are looked for.
    fn find_c_file(&self, from: ModId, text: &str) -> Option<PathBuf> {
        let here = self.module(from).path.parent().map(Path::to_path_buf);
        here.into_iter()
            .chain([self.cfg.working_dir.clone()])
            .chain(self.cfg.library_dirs.iter().cloned())
            .map(|base| fold_dots(&base.join(text)))
            .find(|path| self.files.is_file(path))
    }

    /// A module with the unit's names.
    fn c_module(
        &mut self,
        header: Option<Header>,
        span: Span,
        name: String,
        has_sources: bool,
    ) -> ModId {
        let id = ModId(self.modules.len() as u32);
        let shown: Arc<str> = format!("C unit '{name}'").into();
        let file = self.sources.add(shown.clone(), "");
        self.trees.push(Box::leak(Box::new(ast::File {
            id: file,
            items: Vec::new(),
            expr_count: 0,
            computed_names: Vec::new(),
            late: None,
        })));
        let env = Env::root(id);
        self.modules.push(ModuleInfo {
            library: false,
            path: PathBuf::from(&*shown),
            shown,
            names: FxHashMap::default(),
            flat_imports: Default::default(),
            all_imports: Vec::new(),
            env: env.clone(),
            runs: Vec::new(),
            impls: Vec::new(),
            decls: Vec::new(),
        });
        let unit = self.caches.c.units.len();
        self.caches.c.by_module.insert(id, unit);
        let mut names = FxHashMap::default();
        for entry in header.iter().flat_map(Header::entries) {
            let function = match (&header, entry.kind) {
                (Some(header), Kind::Symbol(at)) => {
                    matches!(header.declarations.symbols[at].ty, Type::Function(_))
                }
                _ => false,
            };
            let name = Symbol::intern(&entry.name);
            let decl = self.add_decl(DeclInfo {
                name,
                module: id,
                private: false,
                span,
                name_span: span,
                syntax: DeclSyntax::C(CName {
                    unit,
                    kind: entry.kind,
                }),
                env: env.clone(),
                state: EntityState::Unresolved,
                owner: None,
                local: false,
            });
            names.insert(name, decl);
            if !(entry.near && function) {
                self.caches.c.weak.insert(decl);
            }
        }
        self.modules[id.index()].names = names;
        self.caches.c.units.push(Unit {
            header,
            name,
            has_sources,
        });
        id
    }

    /// One C symbol has one source.
    fn check_c_definitions(&mut self) {
        let sources = self.caches.c.sources.clone();
        if sources.iter().map(|s| s.files.len()).sum::<usize>() < 2 {
            return;
        }
        let mut first: FxHashMap<Arc<str>, (PathBuf, Span)> = FxHashMap::default();
        for (i, unit) in sources.iter().enumerate() {
            for (j, file) in unit.files.iter().enumerate() {
                let span = self.caches.c.source_spans[i][j];
                let symbols = match self.files.c_definitions(unit, file) {
                    Ok(symbols) => symbols,
                    Err(error) => {
                        let mut diag = Diagnostic::error(span, error.message);
                        diag.extra_lines = error.details;
                        self.report(diag);
                        continue;
                    }
                };
                for symbol in symbols {
                    let Some((other, at)) = first.get(&symbol.name).cloned() else {
                        first.insert(symbol.name, (file.clone(), span));
                        continue;
                    };
                    let (a, b) = (self.show_path(&other), self.show_path(file));
                    let diag = Diagnostic::error(
                        span,
                        format!(
                            "C symbol '{}' is defined by two sources: '{a}' and '{b}'",
                            symbol.name
                        ),
                    )
                    .with_note(Some(at), "the first source");
                    self.report(diag);
                    return;
                }
            }
        }
    }

    // --------------------------------------------------------------------------------------------------- use

    /// The unit that a module stands for.
    pub fn c_unit_of(&self, module: ModId) -> Option<&str> {
        let unit = self.caches.c.by_module.get(&module)?;
        Some(&self.caches.c.units[*unit].name)
    }

    pub fn c_unit_of_set(&self, set: ImportSetId) -> Option<String> {
        let [module] = self.import_sets[set.0 as usize].modules.as_slice() else {
            return None;
        };
        self.c_unit_of(*module).map(str::to_owned)
    }

    /// What grants speak of when they mean the functions of a unit: its name if it has sources of its own.
    pub fn c_library_of(&self, module: ModId) -> Option<String> {
        let unit = &self.caches.c.units[*self.caches.c.by_module.get(&module)?];
        unit.has_sources.then(|| unit.name.clone())
    }

    /// Whether a name gives way to any other declaration.
    pub fn is_weak(&self, decl: DeclId) -> bool {
        self.caches.c.weak.contains(&decl)
    }

    /// Whether a declaration is a function or variable of a header.
    pub fn is_c_symbol(&self, decl: DeclId) -> bool {
        let info = self.decl(decl);
        match info.syntax {
            DeclSyntax::C(name) => name.is_symbol(),
            // In use by now.
            DeclSyntax::Fn(_) | DeclSyntax::Var(_) => {
                self.caches.c.by_module.contains_key(&info.module)
            }
            _ => false,
        }
    }

    /// A declaration as `span` uses it: what C has and sx can't is an error there.
    pub fn resolve_used(&mut self, decl: DeclId, span: Span) -> Res<Entity> {
        if let DeclSyntax::C(name) = self.decl(decl).syntax
            && matches!(self.decl(decl).state, EntityState::Unresolved)
            && let Err(error) = self.write_c(decl, name)
        {
            let include = self.decl(decl).span;
            let diag = Diagnostic::error(span, error.0).with_note(Some(include), "declared there");
            self.decls[decl.index()].state = EntityState::Failed;
            return Err(self.report(diag));
        }
        self.resolve_decl(decl)
    }

    /// Turns a name of C into a declaration of sx.
    pub fn resolve_c(&mut self, id: DeclId, name: CName) -> Res<Entity> {
        match self.write_c(id, name) {
            Ok(Some(entity)) => Ok(entity),
            // Its syntax is an sx declaration now.
            Ok(None) => self.resolve_decl_now(id),
            Err(error) => {
                let span = self.decl(id).span;
                Err(self.error(span, error.0))
            }
        }
    }

    /// Constants become entities; functions and variables get their syntax.
    fn write_c(&mut self, id: DeclId, name: CName) -> Result<Option<Entity>, Unusable> {
        let word = self.decl(id).name;
        let unit = &self.caches.c.units[name.unit];
        let Some(header) = &unit.header else {
            return Err(Unusable(format!("'{word}' is not declared")));
        };
        let text = match name.kind {
            Kind::Symbol(at) => {
                let symbol = &header.declarations.symbols[at];
                symbol_text(symbol, &header.declarations)?
            }
            Kind::Enumerator(at) => {
                let value = header.declarations.enumerators[at].1.value;
                return self.c_integer(word, value).map(Some);
            }
            Kind::Macro => {
                let value = header.constant(word.as_str()).cloned();
                return self.c_macro(id, value);
            }
            Kind::FunctionMacro => {
                return Err(Unusable(format!(
                    "'{word}' is a macro of C with parameters; write a C function that uses it, or the same in sx"
                )));
            }
        };
        let shown = format!("C declaration of '{word}'");
        let file = self.sources.add(shown, text.as_str());
        let parsed = sx_syntax::parse_file(file, &text);
        let tree: &'static ast::File = Box::leak(Box::new(parsed.ast));
        let failed = parsed.diagnostics.iter().any(Diagnostic::is_error);
        let decl = match tree.items.first().map(|item| &item.kind) {
            Some(ItemKind::Decl(decl)) if !failed => decl,
            _ => {
                return Err(Unusable(format!(
                    "not implemented: the C name '{word}', which sx can't spell"
                )));
            }
        };
        let syntax = match &decl.kind {
            DeclKind::Fn(f) => DeclSyntax::Fn(f),
            DeclKind::Var(v) => DeclSyntax::Var(v),
            _ => return Err(Unusable(format!("not implemented: the C name '{word}'"))),
        };
        let info = &mut self.decls[id.index()];
        info.syntax = syntax;
        Ok(None)
    }

    fn c_macro(&mut self, id: DeclId, value: Option<Value>) -> Result<Option<Entity>, Unusable> {
        let word = self.decl(id).name;
        match value {
            Some(Value::Int(int)) => self.c_integer(word, int.value).map(Some),
            Some(Value::Float(float)) => {
                let mut val = self.ct_int(TypeId::F64, float.to_bits());
                val.literal = true;
                Ok(Some(Entity::Ct(val)))
            }
            Some(Value::Str(text)) => Ok(Some(Entity::Ct(self.c_text(&text)))),
            Some(Value::Name(other)) => {
                // `#define new old`
                let module = self.decl(id).module;
                let target = self.module(module).names.get(&Symbol::intern(&other));
                match target.copied() {
                    Some(target) if target != id => {
                        if let DeclSyntax::C(meant) = self.decl(target).syntax
                            && meant.is_symbol()
                            && matches!(self.decl(target).state, EntityState::Unresolved)
                        {
                            self.write_c(target, meant)?;
                        }
                        match self.resolve_decl(target) {
                            Ok(entity) => Ok(Some(entity)),
                            Err(Failed) => Err(Unusable(format!("'{word}' can't be used"))),
                        }
                    }
                    Some(_) | None => Err(no_constant(word)),
                }
            }
            None => Err(no_constant(word)),
        }
    }

    fn c_integer(&mut self, word: Symbol, value: i128) -> Result<Entity, Unusable> {
        let (ty, bits, literal) = match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => (TypeId::I64, value as u64, true),
            (Err(_), Ok(value)) => (TypeId::U64, value, false),
            (Err(_), Err(_)) => return Err(no_constant(word)),
        };
        let mut val = self.ct_int(ty, bits);
        val.literal = literal;
        Ok(Entity::Ct(val))
    }

    /// A string constant.
    fn c_text(&mut self, text: &[u8]) -> CtVal {
        let data = self.string_data(text);
        let mut bytes = vec![0; 16];
        self.put_int(&mut bytes, 8, 8, text.len() as u64);
        let mut image = ConstImage::from_bytes(bytes);
        image.relocs.push(Reloc {
            offset: 0,
            target: RelocTarget::Global(data),
            addend: 0,
        });
        CtVal {
            ty: TypeId::STRING,
            image: std::rc::Rc::new(image),
            literal: true,
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn no_constant(word: Symbol) -> Unusable {
    Unusable(format!("the C macro '{word}' is no constant"))
}

// -------------------------------------------------------------------------------------------------- C types in sx

/// The `extern` declaration of a function or variable.
fn symbol_text(symbol: &sx_cimport::Symbol, all: &Declarations) -> Result<String, Unusable> {
    let name = &symbol.name;
    if symbol.local {
        return Err(Unusable(format!(
            "'{name}' is a static or inline function of its C header and in no object file; call it from a C function in a `#source`"
        )));
    }
    let label = symbol.label.as_deref().unwrap_or(name);
    match &symbol.ty {
        Type::Function(ty) => {
            let signature = signature_text(name, ty, symbol.noreturn, all)?;
            Ok(format!("`{name} :: {signature} extern \"{label}\";\n"))
        }
        ty => {
            let ty =
                variable_type(ty).ok_or_else(|| Unusable(no_word("variable", name, ty, all)))?;
            Ok(format!("`{name} : {ty} extern \"{label}\";\n"))
        }
    }
}

fn signature_text(
    name: &str,
    ty: &FunctionType,
    noreturn: bool,
    all: &Declarations,
) -> Result<String, Unusable> {
    let mut text = String::from("(");
    for (i, param) in ty.params.iter().enumerate() {
        let word = param_type(&param.ty)
            .ok_or_else(|| Unusable(no_word("function", name, &param.ty, all)))?;
        if i > 0 {
            text.push_str(", ");
        }
        match &param.name {
            Some(name) => text.push_str(&format!("`{name}: {word}")),
            None => text.push_str(&format!("arg{i}: {word}")),
        }
    }
    if ty.variadic {
        if !ty.params.is_empty() {
            text.push_str(", ");
        }
        text.push_str("..rest: []any");
    }
    text.push(')');
    match &ty.ret {
        Type::Void if noreturn => text.push_str(" -> noreturn"),
        Type::Void => {}
        ret => {
            let word =
                param_type(ret).ok_or_else(|| Unusable(no_word("function", name, ret, all)))?;
            text.push_str(" -> ");
            text.push_str(&word);
        }
    }
    Ok(text)
}

/// The type of a parameter or result (reference part 2 §6).
fn param_type(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Bool => "bool".to_owned(),
        Type::Char => "u8".to_owned(),
        // Every char type is a byte.
        Type::Int { bytes: 1, .. } => "u8".to_owned(),
        Type::Int { bytes, signed } | Type::Enum { bytes, signed } => {
            let letter = if *signed { 'i' } else { 'u' };
            format!("{letter}{}", u32::from(*bytes) * 8)
        }
        Type::Float => "f32".to_owned(),
        Type::Double => "f64".to_owned(),
        Type::Pointer(to) if to.constant && to.ty == Type::Char => "cstring".to_owned(),
        Type::Pointer(to) => match sx_cimport::scalar_pointee(to) {
            Some(ty) => format!("*{}", param_type(ty)?),
            None => "*void".to_owned(),
        },
        Type::Void
        | Type::Array(..)
        | Type::Function(_)
        | Type::Record(_)
        | Type::Other { .. }
        | Type::Unknown => return None,
    })
}

fn variable_type(ty: &Type) -> Option<String> {
    match ty {
        Type::Array(elem, Some(count)) => Some(format!("[{count}]{}", variable_type(elem)?)),
        ty => param_type(ty),
    }
}

/// The message for a type that sx has no word for.
fn no_word(what: &str, name: &str, ty: &Type, all: &Declarations) -> String {
    match ty {
        Type::Record(id) => {
            let record = all.records.get(*id);
            let kind = if record.is_union { "union" } else { "struct" };
            let alias = all.typedefs.iter().filter(|(_, t)| *t == ty);
            let tag = match (&record.tag, alias.map(|(name, _)| name).min()) {
                (Some(tag), _) => format!("the {kind} '{tag}'"),
                (None, Some(alias)) => format!("the {kind} '{alias}'"),
                (None, None) => format!("a {kind}"),
            };
            if what == "function" {
                format!(
                    "the C function '{name}' takes or returns {tag} by value; declare it by hand, with a {kind} of the same fields: `{name} :: (..) -> .. extern;`"
                )
            } else {
                format!(
                    "the C variable '{name}' is a {kind}; declare it by hand, with a {kind} of the same fields: `{name} : T extern;`"
                )
            }
        }
        Type::Other { name: word, .. } => {
            format!("the C {what} '{name}' needs the C type `{word}`, which sx doesn't have")
        }
        Type::Void
        | Type::Bool
        | Type::Char
        | Type::Int { .. }
        | Type::Enum { .. }
        | Type::Float
        | Type::Double
        | Type::Pointer(_)
        | Type::Array(..)
        | Type::Function(_)
        | Type::Unknown => format!("the type of the C {what} '{name}' has no counterpart in sx"),
    }
}
