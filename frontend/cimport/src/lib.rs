//! C headers for sx: what a header declares, as a plain list, with the target's types.
//!
//! The system's C compiler preprocesses (`cc -E -dD`); [`token`] and [`parse`] read what comes out. A program that is
//! linked needs that compiler anyway, and it knows the system's folders, predefined macros and flags. Constants made by
//! macros are expanded by it too, all at once and only when one is asked for.

mod compiler;
mod parse;
mod sources;
mod specifiers;
mod token;
mod types;
mod values;

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use compiler::{Error, unusable_flag};
pub use parse::{Declarations, Symbol};
pub use sources::{Sources, exports, object, shared_library};
pub use specifiers::scalar_pointee;
pub use token::File;
pub use types::{Body, Field, FunctionType, INT, Param, Pointee, Record, RecordId, Records, Type};
pub use values::{Integer, Value};

/// What `#include` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Include {
    /// A file that was found where sx looks.
    File(PathBuf),
    /// One that the C compiler finds: `stdio.h`.
    System(String),
}

/// What to read, and how.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Request {
    pub includes: Vec<Include>,
    /// `K=V` or `K`.
    pub defines: Vec<String>,
    pub flags: Vec<String>,
    /// Searched for what headers include, after their own folders.
    pub folder: PathBuf,
    /// The target's C compiler and its first arguments; empty: the host's.
    pub driver: String,
}

/// What a name of a header stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Index into [`Declarations::symbols`].
    Symbol(usize),
    /// Index into [`Declarations::enumerators`].
    Enumerator(usize),
    /// Object-like; whether it is a constant, [`Header::constant`] tells.
    Macro,
    /// `#define F(x)`
    FunctionMacro,
}

pub struct Entry {
    pub name: Arc<str>,
    pub kind: Kind,
    /// Stands in a header that was asked for, or beside one, rather than somewhere in the system's.
    pub near: bool,
}

/// A header, read.
pub struct Header {
    request: Request,
    pub files: Vec<File>,
    pub declarations: Declarations,
    /// Names of object-like and function-like macros with the file of each.
    macros: Vec<(Arc<str>, u32)>,
    functions: Vec<(Arc<str>, u32)>,
    constants: OnceCell<FxHashMap<Arc<str>, Value>>,
}

/// Reads headers.
pub fn read(request: &Request) -> Result<Header, Error> {
    let text = compiler::headers(request)?;
    let mut text = token::read(&text);
    let declarations = parse::parse(&text);
    Ok(Header {
        request: request.clone(),
        files: std::mem::take(&mut text.files),
        declarations,
        macros: text.macros,
        functions: text.functions,
        constants: OnceCell::new(),
    })
}

/// What preprocessed text declares. What is not understood is skipped: extensions, and anything that is no C.
pub fn declarations(text: &[u8]) -> Declarations {
    parse::parse(&token::read(text))
}

impl Header {
    /// Every name that the header gives a meaning to, each once: functions and variables, enumerators, macros.
    pub fn entries(&self) -> Vec<Entry> {
        let mut seen = FxHashMap::default();
        let mut out: Vec<Entry> = Vec::new();
        let mut add = |name: &Arc<str>, kind, file: u32| {
            if seen.insert(name.clone(), ()).is_none() {
                out.push(Entry {
                    name: name.clone(),
                    kind,
                    near: self.is_near(file),
                });
            }
        };
        for (i, symbol) in self.declarations.symbols.iter().enumerate() {
            add(&symbol.name, Kind::Symbol(i), symbol.file);
        }
        for (i, (name, _, file)) in self.declarations.enumerators.iter().enumerate() {
            add(name, Kind::Enumerator(i), *file);
        }
        for (name, file) in &self.macros {
            add(name, Kind::Macro, *file);
        }
        for (name, file) in &self.functions {
            add(name, Kind::FunctionMacro, *file);
        }
        out
    }

    fn is_near(&self, file: u32) -> bool {
        let Some(file) = self.files.get(file as usize) else {
            return false;
        };
        !file.system
            || self.request.includes.iter().any(|include| match include {
                Include::File(path) => path.as_os_str() == &*file.path,
                Include::System(name) => file.path.ends_with(name.as_str()),
            })
    }

    /// The value of an object-like macro, if it has one.
    pub fn constant(&self, name: &str) -> Option<&Value> {
        self.constants.get_or_init(|| self.expand()).get(name)
    }

    fn expand(&self) -> FxHashMap<Arc<str>, Value> {
        let names: Vec<Arc<str>> = self.macros.iter().map(|(name, _)| name.clone()).collect();
        let Ok(text) = compiler::expansions(&self.request, &names) else {
            return FxHashMap::default();
        };
        let text = token::read(&text);
        parse::constants(&text, &names)
    }

    /// Files that were read.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .map(|f| &*f.path)
            .filter(|path| path.starts_with('/'))
    }
}
