//! Reads IR text, the form that [`crate::print`] writes. Bad text gives an error with its place, never a panic; what
//! is read is well formed as text but not verified.

use crate::func::{
    Asm, CallConv, FuncId, Function, Linkage, LocId, Local, Param, ParamAttr, SigId, Signature,
    Slot,
};
use crate::image::{ConstImage, Reloc, RelocTarget};
use crate::lex::{Cursor, Token};
use crate::locs::{InlinedAt, SrcLoc};
use crate::module::{Global, GlobalId, Module};
use crate::op::Ty;
use crate::print::{arch_name, os_name};
use crate::symbol::Symbol;
use crate::target::{Arch, Endian, Os, Target};
use smallvec::SmallVec;
use std::fmt;

/// What is wrong with a text, and where (1-based).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    pub line: u32,
    pub col: u32,
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.col, self.message)
    }
}

impl std::error::Error for ParseError {}

pub(crate) type Parse<T> = Result<T, ParseError>;

const ALL_OS: [Os; 7] = [
    Os::Macos,
    Os::Linux,
    Os::Windows,
    Os::Wasm,
    Os::Ios,
    Os::Android,
    Os::Unknown,
];
const ALL_ARCH: [Arch; 5] = [
    Arch::Aarch64,
    Arch::X86_64,
    Arch::Wasm32,
    Arch::Wasm64,
    Arch::Unknown,
];
/// Objects larger than this are not written in text.
const MAX_SIZE: u64 = 1 << 48;

/// A module from its text. Without a `target` line the target is x86-64 Linux.
pub fn parse(text: &str) -> Result<Module, ParseError> {
    let mut cur = Cursor::new(text)?;
    let target = if cur.eat_word("target") {
        target(&mut cur)?
    } else {
        Target::x86_64_linux()
    };
    let mut parser = Parser {
        module: Module::new(target),
        cur,
    };
    parser.items()?;
    Ok(parser.module)
}

fn target(cur: &mut Cursor<'_>) -> Parse<Target> {
    let triple = cur.text("the triple")?;
    cur.expect_word("os")?;
    let os = cur.name_of("an operating system", |name| {
        ALL_OS.into_iter().find(|os| os_name(*os) == name)
    })?;
    cur.expect_word("arch")?;
    let arch = cur.name_of("an architecture", |name| {
        ALL_ARCH.into_iter().find(|arch| arch_name(*arch) == name)
    })?;
    cur.expect_word("pointer")?;
    let pointer_size = cur.number_where("4 or 8", |n| n == 4 || n == 8)?;
    let endian = cur.name_of("`little` or `big`", |name| match name {
        "little" => Some(Endian::Little),
        "big" => Some(Endian::Big),
        _ => None,
    })?;
    cur.expect_word("align_i64")?;
    let align_i64 = cur.number_where("an alignment", u64::is_power_of_two)?;
    cur.expect_word("align_f64")?;
    let align_f64 = cur.number_where("an alignment", u64::is_power_of_two)?;
    Ok(Target {
        triple,
        os,
        arch,
        pointer_size,
        endian,
        align_i64,
        align_f64,
    })
}

pub(crate) struct Parser<'t> {
    pub(crate) module: Module,
    pub(crate) cur: Cursor<'t>,
}

impl Parser<'_> {
    fn items(&mut self) -> Parse<()> {
        loop {
            match self.cur.peek() {
                Token::End => return Ok(()),
                Token::Entity("sig", index) => {
                    let next = self.module.sigs().len();
                    if index as usize != next {
                        return Err(self.cur.error(format!("this is signature number {next}")));
                    }
                    self.cur.next();
                    self.cur.expect('=')?;
                    let sig = self.signature()?;
                    if self.module.add_sig(sig).0 != index {
                        return Err(self.cur.error_before("the same signature again"));
                    }
                }
                Token::Word("file") => {
                    self.cur.next();
                    self.cur.number_where("the next file number", {
                        let next = self.module.files.len() as u64;
                        move |n| n == next
                    })?;
                    let file = self.cur.text("a file name")?;
                    self.module.files.push(file);
                }
                Token::Word("library") => {
                    self.cur.next();
                    let library = self.cur.text("a library")?;
                    self.module.libraries.push(library);
                }
                Token::Word("asm") => {
                    self.cur.next();
                    let asm = self.cur.text("assembly")?;
                    self.module.asm.push(asm);
                }
                Token::Word("global") => {
                    self.cur.next();
                    self.global()?;
                }
                Token::Word("func") => {
                    self.cur.next();
                    self.func()?;
                }
                _ => {
                    return Err(self
                        .cur
                        .expected("file, library, asm, a signature, global or func"));
                }
            }
        }
    }

    pub(crate) fn ty(&mut self) -> Parse<Ty> {
        self.cur.name_of("a type", Ty::from_name)
    }

    fn signature(&mut self) -> Parse<Signature> {
        let conv = self.cur.name_of("`sx` or `c`", |name| match name {
            "sx" => Some(CallConv::Sx),
            "c" => Some(CallConv::C),
            _ => None,
        })?;
        let mut sig = Signature {
            conv,
            params: Vec::new(),
            results: Vec::new(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        };
        self.cur.expect('(')?;
        while !self.cur.eat(')') {
            if self.cur.eat_dots() {
                sig.variadic = true;
                self.cur.expect(')')?;
                break;
            }
            let ty = self.ty()?;
            let attr = match self.cur.peek() {
                Token::Word(word @ ("byval" | "sret")) => {
                    self.cur.next();
                    let size = self.cur.number()?;
                    let align = self.cur.number()?;
                    let pointers = if self.cur.eat_word("pointers") {
                        self.cur.number()?
                    } else {
                        0
                    };
                    if word == "byval" {
                        ParamAttr::ByVal {
                            size,
                            align,
                            pointers,
                        }
                    } else {
                        ParamAttr::SRet {
                            size,
                            align,
                            pointers,
                        }
                    }
                }
                Token::Word("sext") => {
                    self.cur.next();
                    ParamAttr::SExt
                }
                Token::Word("zext") => {
                    self.cur.next();
                    ParamAttr::ZExt
                }
                _ => ParamAttr::None,
            };
            sig.params.push(Param { ty, attr });
            if !self.cur.eat(',') {
                self.cur.expect(')')?;
                break;
            }
        }
        if self.cur.eat_arrow() {
            loop {
                sig.results.push(self.ty()?);
                if !self.cur.eat(',') {
                    break;
                }
            }
            if self.cur.eat_word("sext") {
                sig.result_attr = ParamAttr::SExt;
            } else if self.cur.eat_word("zext") {
                sig.result_attr = ParamAttr::ZExt;
            }
        }
        sig.noreturn = self.cur.eat_word("noreturn");
        Ok(sig)
    }

    fn global(&mut self) -> Parse<()> {
        let next = self.module.globals.len();
        if self.cur.entity("@g")? as usize != next {
            return Err(self
                .cur
                .error_before(format!("this is global number {next}")));
        }
        let name = self.cur.text("a name")?;
        self.cur.expect_word("size")?;
        let size = self.cur.number_where("a size", |n| n <= MAX_SIZE)?;
        self.cur.expect_word("align")?;
        let align = self.cur.number()?;
        let mut global = Global {
            name,
            size,
            align,
            init: ConstImage::default(),
            mutable: self.cur.eat_word("mutable"),
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: self.cur.eat_word("mergeable"),
        };
        if self.cur.eat_word("extern") {
            global.extern_symbol = Some(self.cur.text("a symbol")?);
        }
        if self.cur.eat_word("export") {
            global.export_symbol = Some(self.cur.text("a symbol")?);
        }
        if self.cur.eat_word("bytes") {
            global.init.bytes = self.cur.bytes("the bytes")?;
        }
        if self.cur.eat_word("relocs") {
            loop {
                let offset = self.cur.number()?;
                self.cur.expect(':')?;
                let target = match self.cur.peek() {
                    Token::Entity("@g", id) => RelocTarget::Global(GlobalId(id)),
                    Token::Entity("@f", id) => RelocTarget::Func(FuncId(id)),
                    _ => return Err(self.cur.expected("a global or function")),
                };
                self.cur.next();
                let negative = self.cur.eat('-');
                let addend = if negative || self.cur.eat('+') {
                    i128::from(self.cur.number()?)
                } else {
                    0
                };
                let addend = i64::try_from(if negative { -addend } else { addend })
                    .map_err(|_| self.cur.error_before("the addend is out of range"))?;
                global.init.relocs.push(Reloc {
                    offset,
                    target,
                    addend,
                });
                if !self.cur.eat(',') {
                    break;
                }
            }
        }
        self.module.add_global(global);
        Ok(())
    }

    fn func(&mut self) -> Parse<()> {
        let next = self.module.funcs.len();
        if self.cur.entity("@f")? as usize != next {
            return Err(self
                .cur
                .error_before(format!("this is function number {next}")));
        }
        let name = self.cur.text("a name")?;
        let linkage = match self.cur.next() {
            Token::Word("internal") => Linkage::Internal,
            Token::Word("export") => Linkage::Export(self.cur.text("a symbol")?),
            Token::Word("extern") => {
                let symbol = self.cur.text("a symbol")?;
                let library = if self.cur.eat_word("from") {
                    Some(self.cur.text("a library")?)
                } else {
                    None
                };
                Linkage::Extern { symbol, library }
            }
            Token::Word("host") => Linkage::Host(self.cur.text("a name")?),
            Token::Word("asm") => {
                let template = self.cur.text("a template")?;
                let constraints = self.cur.text("constraints")?;
                let mut indirect = SmallVec::new();
                while let Token::Number(_) = self.cur.peek() {
                    indirect.push(self.cur.number()?);
                }
                Linkage::Asm(Box::new(Asm {
                    template,
                    constraints,
                    indirect,
                    volatile: self.cur.eat_word("volatile"),
                }))
            }
            _ => {
                return Err(self
                    .cur
                    .expected_before("internal, export, extern, host or asm"));
            }
        };
        let naked = self.cur.eat_word("naked");
        let text_result = self.cur.eat_word("text");
        let sig = SigId(self.cur.entity("sig")?);
        if sig.index() >= self.module.sigs().len() {
            return Err(self.cur.error_before("no such signature"));
        }
        let loc = if self.cur.eat('@') {
            self.loc(0, 0)?
        } else {
            LocId(0)
        };
        let params = self.module.sig(sig).params.clone();
        let mut func = Function::new(name, linkage, sig, &params, loc);
        func.naked = naked;
        func.text_result = text_result;
        if self.cur.eat('{') {
            func.locals.clear();
            self.declarations(&mut func)?;
            let file = self.module.loc(loc).file;
            self.body(&mut func, file)?;
        }
        self.module.add_func(func);
        Ok(())
    }

    fn declarations(&mut self, func: &mut Function) -> Parse<()> {
        while self.cur.eat_word("local") {
            loop {
                if self.cur.entity("%")? as usize != func.locals.len() {
                    return Err(self
                        .cur
                        .error_before(format!("this is local number {}", func.locals.len())));
                }
                self.cur.expect(':')?;
                let ty = self.ty()?;
                let name = self.cur.eat_text()?.map(|name| Symbol::intern(&name));
                func.locals.push(Local {
                    ty,
                    name,
                    sx_type: None,
                });
                if !self.cur.eat(',') {
                    break;
                }
            }
        }
        while self.cur.eat_word("slot") {
            if self.cur.entity("$")? as usize != func.slots.len() {
                return Err(self
                    .cur
                    .error_before(format!("this is slot number {}", func.slots.len())));
            }
            self.cur.expect(':')?;
            let size = self.cur.number_where("a size", |n| n <= MAX_SIZE)?;
            self.cur.expect_word("align")?;
            let align = self.cur.number()?;
            let name = self.cur.eat_text()?.map(|name| Symbol::intern(&name));
            func.slots.push(Slot {
                size,
                align,
                name,
                sx_type: None,
            });
        }
        if self.cur.eat_word("labels") {
            // Every label takes a few bytes of text to define, so that a larger number is a mistake.
            let limit = self.cur.len() as u64;
            func.labels = self
                .cur
                .number_where("the number of labels", |n| n <= limit.max(1 << 16))?
                as u32;
        }
        Ok(())
    }

    /// A position after its `@` or `!`. `file` is the one that is meant if none is given.
    pub(crate) fn loc(&mut self, file: u32, depth: u32) -> Parse<LocId> {
        if self.cur.eat('?') {
            return Ok(LocId(0));
        }
        if depth > 200 {
            return Err(self.cur.error("positions are nested too deeply"));
        }
        let first = self.cur.number_u32()?;
        let (file_here, line) = if self.cur.eat('#') {
            (first, self.cur.number_u32()?)
        } else {
            (file, first)
        };
        self.cur.expect(':')?;
        let col = self.cur.number_u32()?;
        let mut inlined = None;
        if self.cur.peek() == Token::Punct('{')
            && matches!(self.cur.peek_second(), Token::Entity("@f", _))
        {
            self.cur.next();
            let func = FuncId(self.cur.entity("@f")?);
            let at = self.loc(file, depth + 1)?;
            self.cur.expect('}')?;
            inlined = Some(InlinedAt { func, at });
        }
        Ok(self.module.add_loc(SrcLoc {
            file: file_here,
            line,
            col,
            inlined,
        }))
    }
}
