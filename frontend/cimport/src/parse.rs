//! Declarations of preprocessed C, with the extensions that headers use.
//!
//! The parser is a forgiving one: what it doesn't understand it skips up to the next declaration, so that a header is
//! usable but for that. Function bodies and initialisers are skipped always.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::compiler::MARK;
use crate::specifiers::Specifiers;
use crate::token::{Text, Tok, Token};
use crate::types::{FunctionType, Param, Pointee, Records, Type};
use crate::values::{Integer, Value};

/// A function or variable of a C file.
#[derive(Clone, PartialEq, Debug)]
pub struct Symbol {
    pub name: Arc<str>,
    pub ty: Type,
    /// The name in the object file, if another (`__asm__("x")`).
    pub label: Option<String>,
    /// Has a body or initial value here.
    pub defined: bool,
    /// Nothing of that name need exist outside the header: `static`, or C's plain `inline`.
    pub local: bool,
    pub noreturn: bool,
    pub file: u32,
    pub line: u32,
}

/// What a run over the tokens yields.
#[derive(Default, Debug)]
pub struct Declarations {
    /// Each name once, in order of first appearance.
    pub symbols: Vec<Symbol>,
    /// Enumerators in order, with the file each stands in.
    pub enumerators: Vec<(Arc<str>, Integer, u32)>,
    pub typedefs: FxHashMap<Arc<str>, Type>,
    pub records: Records,
}

/// Nested deeper than this, a type is not understood.
const DEPTH: u32 = 100;

pub struct Parser<'t> {
    tokens: &'t [Token],
    packs: &'t [(usize, Option<u64>)],
    at: usize,
    pub(crate) depth: u32,
    pub(crate) typedefs: FxHashMap<Arc<str>, Type>,
    pub(crate) records: Records,
    pub(crate) tags: FxHashMap<Arc<str>, Type>,
    pub(crate) enumerators: FxHashMap<Arc<str>, Integer>,
    pub(crate) enumerator_list: Vec<(Arc<str>, Integer, u32)>,
    symbols: Vec<Symbol>,
    symbol_ids: FxHashMap<Arc<str>, usize>,
}

/// Reads all declarations.
pub fn parse(text: &Text) -> Declarations {
    let mut parser = Parser::new(&text.tokens, &text.packs);
    parser.file();
    parser.finish()
}

impl<'t> Parser<'t> {
    pub fn new(tokens: &'t [Token], packs: &'t [(usize, Option<u64>)]) -> Parser<'t> {
        Parser {
            tokens,
            packs,
            at: 0,
            depth: 0,
            typedefs: FxHashMap::default(),
            records: Records::default(),
            tags: FxHashMap::default(),
            enumerators: FxHashMap::default(),
            enumerator_list: Vec::new(),
            symbols: Vec::new(),
            symbol_ids: FxHashMap::default(),
        }
    }

    fn finish(self) -> Declarations {
        Declarations {
            symbols: self.symbols,
            enumerators: self.enumerator_list,
            typedefs: self.typedefs,
            records: self.records,
        }
    }

    // ------------------------------------------------------------------------------------------------- tokens

    pub(crate) fn peek(&self) -> Option<&'t Tok> {
        self.peek_at(0)
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<&'t Tok> {
        self.tokens.get(self.at + ahead).map(|t| &t.tok)
    }

    pub(crate) fn bump(&mut self) {
        self.at += 1;
    }

    pub(crate) fn at(&self, punct: &str) -> bool {
        matches!(self.peek(), Some(Tok::Punct(p)) if *p == punct)
    }

    pub(crate) fn eat(&mut self, punct: &str) -> bool {
        let found = self.at(punct);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn word(&self) -> Option<&'t str> {
        match self.peek() {
            Some(Tok::Ident(name)) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn here(&self) -> (u32, u32) {
        self.tokens
            .get(self.at)
            .or(self.tokens.last())
            .map_or((0, 0), |t| (t.file, t.line))
    }

    /// `#pragma pack` in force.
    pub(crate) fn pack(&self) -> Option<u64> {
        let before = self.packs.partition_point(|(from, _)| *from <= self.at);
        before.checked_sub(1).and_then(|i| self.packs[i].1)
    }

    /// At an opening bracket: moves past the closing one.
    pub(crate) fn skip_group(&mut self) {
        let mut open = 0usize;
        while let Some(tok) = self.peek() {
            match tok {
                Tok::Punct("(" | "[" | "{") => open += 1,
                Tok::Punct(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            self.bump();
            if open == 0 {
                return;
            }
        }
    }

    /// Past the next `;` outside brackets, or past a body in braces.
    fn recover(&mut self) {
        while let Some(tok) = self.peek() {
            match tok {
                Tok::Punct(";") => {
                    self.bump();
                    return;
                }
                Tok::Punct("{") => {
                    self.skip_group();
                    // A body ends a declaration; `struct { .. } x;` goes on.
                    if !matches!(
                        self.peek(),
                        Some(Tok::Punct(";" | "," | "*") | Tok::Ident(_))
                    ) || self.word().is_some_and(|w| self.is_type_word(w))
                    {
                        return;
                    }
                }
                Tok::Punct("(" | "[") => self.skip_group(),
                _ => self.bump(),
            }
        }
    }

    // ------------------------------------------------------------------------------------------- declarations

    fn file(&mut self) {
        while self.peek().is_some() {
            let start = self.at;
            if self.declaration().is_none() {
                self.at = self.at.max(start);
                self.recover();
            }
            if self.at == start {
                self.bump();
            }
        }
    }

    fn declaration(&mut self) -> Option<()> {
        if self.eat(";") {
            return Some(());
        }
        // The tail of a linkage block, or a stray bracket.
        if self.eat("}") {
            return Some(());
        }
        match self.word() {
            Some("_Static_assert" | "static_assert") => {
                self.recover();
                return Some(());
            }
            Some("__asm__" | "asm" | "__asm") => {
                self.recover();
                return Some(());
            }
            Some("extern") if matches!(self.peek_at(1), Some(Tok::Str(_))) => {
                self.bump();
                self.bump();
                self.eat("{");
                return Some(());
            }
            _ => {}
        }
        let start = self.here();
        let specifiers = self.specifiers()?;
        if self.eat(";") {
            return Some(());
        }
        loop {
            let mut own = specifiers.clone();
            let (name, ty) = self.declarator(specifiers.base.clone(), specifiers.constant)?;
            let label = self.asm_label();
            self.attributes(&mut own);
            let ty = own.apply(ty);
            let name = name?;
            let mut defined = false;
            if self.at("{") {
                self.skip_group();
                self.symbol(name, ty, label, true, &own, start);
                return Some(());
            }
            if own.typedef {
                self.typedefs.insert(name, ty);
            } else {
                if self.eat("=") {
                    defined = true;
                    self.initialiser();
                }
                self.symbol(name, ty, label, defined, &own, start);
            }
            if self.eat(",") {
                continue;
            }
            return self.eat(";").then_some(());
        }
    }

    fn initialiser(&mut self) {
        while let Some(tok) = self.peek() {
            match tok {
                Tok::Punct(";" | ",") => return,
                Tok::Punct("(" | "[" | "{") => self.skip_group(),
                _ => self.bump(),
            }
        }
    }

    fn symbol(
        &mut self,
        name: Arc<str>,
        ty: Type,
        label: Option<String>,
        defined: bool,
        specifiers: &Specifiers,
        (file, line): (u32, u32),
    ) {
        let function = matches!(ty, Type::Function(_));
        // A plain `inline` definition makes no symbol; one declared without it, or `extern`, does.
        let inline = specifiers.inline && !specifiers.external && !specifiers.gnu_inline;
        let local = specifiers.internal || function && inline;
        // A variable without `extern` is defined by that.
        let defined = defined || !function && !specifiers.external;
        if let Some(at) = self.symbol_ids.get(&name) {
            let known = &mut self.symbols[*at];
            known.defined |= defined;
            known.local = specifiers.internal || known.local && local;
            known.noreturn |= specifiers.noreturn;
            if label.is_some() {
                known.label = label;
            }
            let tells_more = match (&known.ty, &ty) {
                (Type::Function(old), Type::Function(new)) => new.prototype && !old.prototype,
                _ => false,
            };
            if tells_more {
                known.ty = ty;
            }
            return;
        }
        self.symbol_ids.insert(name.clone(), self.symbols.len());
        self.symbols.push(Symbol {
            name,
            ty,
            label,
            defined,
            local,
            noreturn: specifiers.noreturn,
            file,
            line,
        });
    }

    /// `__asm__("name")` after a declarator.
    fn asm_label(&mut self) -> Option<String> {
        if !matches!(self.word(), Some("__asm__" | "asm" | "__asm")) {
            return None;
        }
        self.bump();
        let mut label = Vec::new();
        let mut ahead = 1;
        while let Some(Tok::Str(text)) = self.peek_at(ahead) {
            label.extend_from_slice(text);
            ahead += 1;
        }
        if self.at("(") {
            self.skip_group();
        }
        String::from_utf8(label).ok().filter(|l| !l.is_empty())
    }

    // -------------------------------------------------------------------------------------------- declarators

    /// A declarator, named or not, around `base`.
    pub(crate) fn declarator(
        &mut self,
        base: Type,
        constant: bool,
    ) -> Option<(Option<Arc<str>>, Type)> {
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let result = self.declarator_now(base, constant);
        self.depth -= 1;
        result
    }

    fn declarator_now(
        &mut self,
        base: Type,
        mut constant: bool,
    ) -> Option<(Option<Arc<str>>, Type)> {
        let mut ty = base;
        loop {
            if self.eat("*") {
                ty = Type::Pointer(Rc::new(Pointee { ty, constant }));
                constant = false;
            } else if matches!(self.word(), Some("const" | "__const" | "__const__")) {
                self.bump();
                constant = true;
            } else if self.word().is_some_and(is_qualifier) {
                self.bump();
            } else if self.word().is_some_and(is_attribute) {
                self.skip_attribute();
            } else {
                break;
            }
        }
        if self.at("(") && self.nests() {
            // The suffixes after the brackets bind to `ty` first, so the inner declarator is read twice.
            let inner = self.at + 1;
            self.skip_group();
            let ty = self.suffixes(ty)?;
            let after = std::mem::replace(&mut self.at, inner);
            let result = self.declarator(ty, false)?;
            if !self.eat(")") {
                return None;
            }
            self.at = after;
            return Some(result);
        }
        let name = match self.peek() {
            Some(Tok::Ident(name)) if !is_keyword(name) => {
                let name = name.clone();
                self.bump();
                Some(name)
            }
            _ => None,
        };
        let ty = self.suffixes(ty)?;
        Some((name, ty))
    }

    /// Whether the bracket here holds a declarator rather than parameters.
    fn nests(&self) -> bool {
        match self.peek_at(1) {
            Some(Tok::Punct("*" | "(" | "[")) => true,
            Some(Tok::Ident(name)) => is_attribute(name) || !self.is_type_word(name),
            _ => false,
        }
    }

    fn suffixes(&mut self, ty: Type) -> Option<Type> {
        if self.depth > DEPTH {
            return None;
        }
        if self.eat("[") {
            while self
                .word()
                .is_some_and(|w| is_qualifier(w) || w == "static" || w == "const")
            {
                self.bump();
            }
            let count = if self.at("]") {
                None
            } else {
                let start = self.at;
                let count = self.constant_int();
                if count.is_none() || !self.at("]") {
                    // Not a constant (a parameter's `[n]`), or one not understood.
                    self.at = start - 1;
                    self.skip_group();
                    self.at -= 1;
                }
                count.and_then(|c| u64::try_from(c.value).ok())
            };
            if !self.eat("]") {
                return None;
            }
            self.depth += 1;
            let elem = self.suffixes(ty);
            self.depth -= 1;
            return Some(Type::Array(Rc::new(elem?), count));
        }
        if self.eat("(") {
            let (params, variadic, prototype) = self.params()?;
            self.depth += 1;
            let ret = self.suffixes(ty);
            self.depth -= 1;
            return Some(Type::Function(Rc::new(FunctionType {
                params,
                ret: ret?,
                variadic,
                prototype,
            })));
        }
        Some(ty)
    }

    /// After the `(` of a parameter list, through its `)`.
    fn params(&mut self) -> Option<(Vec<Param>, bool, bool)> {
        if self.eat(")") {
            return Some((Vec::new(), false, false));
        }
        if self.word() == Some("void") && matches!(self.peek_at(1), Some(Tok::Punct(")"))) {
            self.bump();
            self.bump();
            return Some((Vec::new(), false, true));
        }
        let mut params = Vec::new();
        loop {
            if self.eat("...") {
                return self.eat(")").then_some((params, true, true));
            }
            let mut specifiers = self.specifiers()?;
            let (name, ty) = self.declarator(specifiers.base.clone(), specifiers.constant)?;
            self.attributes(&mut specifiers);
            let ty = match specifiers.apply(ty) {
                Type::Array(elem, _) => Type::Pointer(Rc::new(Pointee {
                    ty: (*elem).clone(),
                    constant: specifiers.constant,
                })),
                ty @ Type::Function(_) => Type::Pointer(Rc::new(Pointee {
                    ty,
                    constant: false,
                })),
                ty => ty,
            };
            params.push(Param {
                name: name.map(|n| Rc::from(&*n)),
                ty,
            });
            if self.eat(",") {
                continue;
            }
            return self.eat(")").then_some((params, false, true));
        }
    }

    /// `int *(*)[3]`, as in casts and `sizeof`.
    pub(crate) fn type_name(&mut self) -> Option<Type> {
        let specifiers = self.specifiers()?;
        let (_, ty) = self.declarator(specifiers.base, specifiers.constant)?;
        Some(ty)
    }

    pub(crate) fn type_starts_at(&self, ahead: usize) -> bool {
        matches!(self.peek_at(ahead), Some(Tok::Ident(name)) if self.is_type_word(name))
    }

    pub(crate) fn is_type_word(&self, word: &str) -> bool {
        self.typedefs.contains_key(word) || is_keyword(word)
    }
}

pub(crate) fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "volatile"
            | "__volatile__"
            | "__volatile"
            | "restrict"
            | "__restrict"
            | "__restrict__"
            | "_Nonnull"
            | "_Nullable"
            | "__extension__"
    )
}

pub(crate) fn is_attribute(word: &str) -> bool {
    matches!(word, "__attribute__" | "__attribute" | "__declspec")
}

/// Words that begin or continue declaration specifiers.
pub(crate) fn is_keyword(word: &str) -> bool {
    is_qualifier(word)
        || is_attribute(word)
        || matches!(
            word,
            "void"
                | "char"
                | "short"
                | "int"
                | "long"
                | "float"
                | "double"
                | "signed"
                | "__signed__"
                | "__signed"
                | "unsigned"
                | "_Bool"
                | "bool"
                | "_Complex"
                | "__complex__"
                | "struct"
                | "union"
                | "enum"
                | "typedef"
                | "extern"
                | "static"
                | "inline"
                | "__inline"
                | "__inline__"
                | "_Noreturn"
                | "register"
                | "auto"
                | "_Thread_local"
                | "__thread"
                | "thread_local"
                | "_Alignas"
                | "alignas"
                | "_Atomic"
                | "const"
                | "__const"
                | "__const__"
                | "typeof"
                | "__typeof__"
                | "__typeof"
                | "__builtin_va_list"
                | "__int128"
                | "__int128_t"
                | "__uint128_t"
                | "_Float16"
                | "__bf16"
                | "_Float32"
                | "_Float64"
                | "_Float32x"
                | "_Float64x"
                | "_Float128"
                | "__float128"
                | "__float80"
                | "__auto_type"
        )
}

/// The values of macros, expanded by the compiler behind marks at the end of `text`.
pub fn constants(text: &Text, names: &[Arc<str>]) -> FxHashMap<Arc<str>, Value> {
    let is_mark = |t: &Token| matches!(&t.tok, Tok::Ident(name) if &**name == MARK);
    let split = text
        .tokens
        .iter()
        .position(is_mark)
        .unwrap_or(text.tokens.len());
    let (header, marked) = text.tokens.split_at(split);
    let mut parser = Parser::new(header, &text.packs);
    parser.file();
    let Parser {
        typedefs,
        records,
        tags,
        enumerators,
        symbol_ids,
        ..
    } = parser;
    let mut out = FxHashMap::default();
    let mut known = (typedefs, records, tags, enumerators);
    for group in marked.split(is_mark).skip(1) {
        let [
            Token {
                tok: Tok::Int(index),
                ..
            },
            body @ ..,
        ] = group
        else {
            continue;
        };
        let Some(name) = names.get(index.value as usize) else {
            continue;
        };
        let mut parser = Parser::new(body, &[]);
        (
            parser.typedefs,
            parser.records,
            parser.tags,
            parser.enumerators,
        ) = known;
        let value = parser.constant().filter(|_| parser.peek().is_none());
        known = (
            parser.typedefs,
            parser.records,
            parser.tags,
            parser.enumerators,
        );
        match value {
            // A name must mean something, and something else than the macro.
            Some(Value::Name(other)) if !symbol_ids.contains_key(&other) || other == *name => {}
            Some(Value::Float(f)) if !f.is_finite() => {}
            Some(value) => {
                out.insert(name.clone(), value);
            }
            None => {}
        }
    }
    out
}
